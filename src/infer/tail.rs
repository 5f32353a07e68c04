//! What follows the last trace: padding, or bytes that are something else.

use super::blocks;
use super::candidates::{Origin, Reading};
use super::probe::{PROBE, Probe};
use super::score::{Topic, likeness, places};
use super::words::Words;
use crate::error::Result;

/// How many bytes are looked at at once.
const CHUNK: usize = 16 << 10;

/// At how many places what is left out is looked at once more: 1 MiB of padding is looked at in full.
const LOOKS: u64 = 64;

/// Ends the traces of a reading where the file has something else, and says so.
///
/// Whole traces that are nothing but one repeated byte, headers and all, are padding where the size
/// of the file does not fit; where it does, they may be dead traces, and stay. Places at which no
/// header stands end the traces if headers stand at all places looked at before them. However long it
/// is, what is left out is found by halves, and looked at in so many places.
pub(super) fn trim(probe: &Probe<'_>, reading: &mut Reading<'_>) -> Result<Option<String>> {
    let (n, over) = reading.fit();
    let Some(first) = reading.start.header.filter(|_| n > 0) else { return Ok(None) };
    let last = reading.end.0.saturating_sub(1);
    let byte = probe.block::<1>(last)?.unwrap_or_default()[0];
    let places = Places { probe, reading, first, byte, fits: over == 0 };
    let len = reading.trace_len();
    let (mut end, mut warning) = (n, None);
    if let Some(before) = places.padded_from(n)? {
        if over == 0 {
            warning = Some(format!(
                "traces {before} to {} are nothing but bytes of 0x{byte:02X}, headers and all: \
                 padding, or dead traces",
                n - 1
            ));
        } else {
            end = before;
            warning = Some(format!(
                "{} bytes of 0x{byte:02X} after {end} whole traces of {len} bytes: ignored",
                reading.end.0 - reading.offset(end)
            ));
        }
    }
    if let Some(before) = places.strange_from(end)? {
        // What is strange may be traces behind one with more headers.
        blocks::check_trace(probe, places.reading, before.saturating_sub(1))?;
        end = before;
        warning = Some(format!(
            "{} bytes after {end} whole traces of {len} bytes (from offset {}) are no traces: no \
             header stands where the next should; ignored",
            reading.end.0 - reading.offset(end),
            reading.offset(end)
        ));
    }
    if end < n {
        reading.end = (reading.offset(end), Origin::Seen);
        if let Some(text) = &warning {
            reading.note(Topic::End, 0, text.clone());
        }
    }
    Ok(warning)
}

/// What stands where a trace header should.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// What may be one.
    Trace,
    /// Zeros.
    Blank,
    /// What can hardly be one.
    Strange,
}

/// The places where traces should be.
struct Places<'a> {
    probe: &'a Probe<'a>,
    reading: &'a Reading<'a>,
    first: [u8; PROBE],
    /// The last byte of the file.
    byte: u8,
    /// Whether the file is exactly so many whole traces.
    fits: bool,
}

impl Places<'_> {
    /// How many traces there are before those, up to trace `n`, that are nothing but the last byte.
    fn padded_from(&self, n: u64) -> Result<Option<u64>> {
        if self.first[..240].iter().all(|&byte| byte == self.byte) {
            return Ok(None);
        }
        let Some(from) = self.last_run(n, |i| self.is_padded(i))? else { return Ok(None) };
        let (start, end) = (self.reading.offset(from), self.reading.end.0);
        let every = (end - start).div_ceil(LOOKS).max(CHUNK as u64);
        let every = usize::try_from(every).unwrap_or(usize::MAX);
        for at in (start..end).step_by(every) {
            if !self.is_constant(at, CHUNK as u64)? {
                return Ok(None);
            }
        }
        Ok(Some(from))
    }

    /// Whether some bytes, up to the last one of the file, are like that.
    fn is_constant(&self, at: u64, most: u64) -> Result<bool> {
        let len = usize::try_from(most.min(self.reading.end.0 - at)).unwrap_or(CHUNK).min(CHUNK);
        let bytes: [u8; CHUNK] = self.probe.up_to(at, len)?;
        Ok(bytes[..len].iter().all(|&byte| byte == self.byte))
    }

    /// Whether the beginning of a trace is nothing but the last byte of the file.
    fn is_padded(&self, i: u64) -> Result<bool> {
        self.is_constant(self.reading.offset(i), self.reading.trace_len())
    }

    /// How many traces there are before those, up to trace `n`, that are none.
    fn strange_from(&self, n: u64) -> Result<Option<u64>> {
        // The second trace shows that the sample count is right.
        if n < 3 || !self.is_like(1)? {
            return Ok(None);
        }
        let is = |i| {
            let place = self.place(i)?;
            Ok(place == Place::Strange || (place == Place::Blank && !self.fits))
        };
        let Some(mut from) = self.last_run(n, is)? else { return Ok(None) };
        let every = usize::try_from((n - from).div_ceil(LOOKS / 2)).unwrap_or(usize::MAX);
        let mut strange = false;
        for i in (from..n).step_by(every) {
            match self.place(i)? {
                Place::Strange => strange = true,
                Place::Blank if !self.fits => {}
                _ => return Ok(None),
            }
        }
        if !strange {
            return Ok(None);
        }
        // A few blank places before strange ones are dead traces.
        for i in from..n.min(from + LOOKS / 8) {
            if self.place(i)? == Place::Strange {
                from = i;
                break;
            }
        }
        for i in places(from) {
            if self.place(i)? == Place::Strange {
                return Ok(None);
            }
        }
        Ok((!self.leads_on(from)?).then_some(from))
    }

    /// Where the last run of places begins that are of a kind, which the first is not: found by halves.
    fn last_run(&self, n: u64, is: impl Fn(u64) -> Result<bool>) -> Result<Option<u64>> {
        if n < 2 || !is(n - 1)? {
            return Ok(None);
        }
        // Back in doubled steps to one that is not, then forth to the last of these.
        let (mut run, mut step) = (n - 1, 1);
        let mut other = loop {
            let before = run.saturating_sub(step);
            if before == 0 || !is(before)? {
                break before;
            }
            (run, step) = (before, step * 2);
        };
        while run - other > 1 {
            let middle = other + (run - other) / 2;
            if is(middle)? { run = middle } else { other = middle }
        }
        Ok(Some(run))
    }

    fn header(&self, i: u64) -> Result<[u8; PROBE]> {
        self.probe.up_to(self.reading.offset(i), PROBE)
    }

    fn is_like(&self, i: u64) -> Result<bool> {
        let header = self.header(i)?;
        Ok(likeness(&self.first, &header) == Some(true) && self.usual(self.samples(&header)))
    }

    /// What stands at the place of a trace.
    fn place(&self, i: u64) -> Result<Place> {
        let header = self.header(i)?;
        let samples = self.samples(&header);
        if header[..240].iter().all(|&byte| byte == 0) {
            return Ok(Place::Blank);
        }
        if self.usual(samples) {
            return Ok(Place::Trace);
        }
        let strange = match likeness(&self.first, &header) {
            Some(false) => true,
            _ if self.fits => false,
            // A header in its place with another one after it: only its word is wrong.
            Some(true) => samples != 0 && likeness(&self.first, &self.header(i + 1)?) != Some(true),
            None => true,
        };
        Ok(if strange { Place::Strange } else { Place::Trace })
    }

    /// Whether a header stands there that states another length, and one follows where it says.
    fn leads_on(&self, i: u64) -> Result<bool> {
        let header = self.header(i)?;
        if likeness(&self.first, &header) != Some(true) {
            return Ok(false);
        }
        let own = (self.samples(&header), self.reading.n_samples.1);
        let own = Reading { n_samples: own, ..self.reading.clone() };
        let next = self.reading.offset(i).saturating_add(own.trace_len());
        let follows: [u8; PROBE] = self.probe.up_to(next, PROBE)?;
        Ok(next == self.reading.end.0 || likeness(&self.first, &follows) == Some(true))
    }

    fn samples(&self, header: &[u8]) -> u64 {
        u64::from(Words::trace(header, self.reading.endian()).u16(115))
    }

    fn usual(&self, samples: u64) -> bool {
        samples == self.reading.n_samples.0 || samples == self.samples(&self.first)
    }
}
