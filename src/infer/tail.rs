//! What follows the last trace: padding, or bytes that are something else.

use super::candidates::{Origin, Reading};
use super::probe::{PROBE, Probe};
use super::score::{Topic, likeness, places};
use super::words::Words;
use crate::error::Result;

/// How many bytes before the end are looked at for padding.
const PADDING: u64 = 1 << 20;

/// How many are read at a time.
const CHUNK: usize = 16 << 10;

/// Ends the traces of a reading where the file has something else, and says so.
///
/// Whole traces that are nothing but one repeated byte, headers and all, are padding where the size
/// of the file does not fit; where it does, they may be dead traces, and stay. Places at which no
/// header stands end the traces if headers stand at all places looked at before them.
pub(super) fn trim(probe: &Probe<'_>, reading: &mut Reading<'_>) -> Result<Option<String>> {
    let (n, over) = reading.fit();
    let Some(first) = reading.start.header.filter(|_| n > 0) else { return Ok(None) };
    let padding = padding(probe, reading.end.0)?;
    let own = &first[..240];
    let (mut end, mut warning) = (n, None);
    if own.iter().any(|&byte| byte != padding.byte) {
        let room = padding.from.saturating_sub(reading.start.at);
        end = room.div_ceil(reading.trace_len()).min(n);
    }
    let len = reading.trace_len();
    if end < n && over == 0 {
        warning = Some(format!(
            "traces {end} to {} are nothing but bytes of 0x{:02X}, headers and all: padding, or \
             dead traces",
            n - 1,
            padding.byte
        ));
        end = n;
    } else if end < n {
        warning = Some(format!(
            "{} bytes of 0x{:02X} after {end} whole traces of {len} bytes: ignored",
            reading.end.0 - reading.offset(end),
            padding.byte
        ));
    }
    let headers = Headers { probe, reading, first, fits: over == 0 };
    if let Some(before) = headers.boundary(end)? {
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

/// The byte that the file ends with, repeated.
struct Padding {
    byte: u8,
    /// Where it begins, as far as was looked.
    from: u64,
}

fn padding(probe: &Probe<'_>, end: u64) -> Result<Padding> {
    let last = probe.block::<1>(end.saturating_sub(1))?.unwrap_or_default()[0];
    let mut from = end;
    while from > 0 && end - from < PADDING {
        let most = from.min(CHUNK as u64);
        let most = usize::try_from(most).unwrap_or(CHUNK);
        let block = probe.up_to::<CHUNK>(from - most as u64, most)?;
        let same = block[..most].iter().rev().take_while(|&&byte| byte == last).count();
        from -= same as u64;
        if same < most {
            break;
        }
    }
    Ok(Padding { byte: last, from })
}

/// What stands where trace headers should.
struct Headers<'a> {
    probe: &'a Probe<'a>,
    reading: &'a Reading<'a>,
    first: [u8; PROBE],
    /// Whether the file is exactly so many whole traces.
    fits: bool,
}

impl Headers<'_> {
    /// How many traces there are, where what follows them up to trace `n` is none.
    fn boundary(&self, n: u64) -> Result<Option<u64>> {
        let room = (self.reading.end.0 - self.reading.start.at) / 50;
        let most = room.max(PADDING) / self.reading.trace_len();
        // The second trace shows that the sample count is right.
        if n < 3 || !self.like(1)? || !self.contradicts(n - 1)? {
            return Ok(None);
        }
        // Back in doubled steps to a header, then forth to the last one.
        let (mut bad, mut step) = (n - 1, 1);
        let mut good = loop {
            let before = bad.saturating_sub(step).max(1);
            if !self.contradicts(before)? {
                break before;
            }
            if before == 1 || n - before > most {
                return Ok(None);
            }
            (bad, step) = (before, step * 2);
        };
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if self.contradicts(middle)? { bad = middle } else { good = middle }
        }
        for i in places(bad) {
            if self.contradicts(i)? {
                return Ok(None);
            }
        }
        // A tail of one bad header in a file that fits may be longer than the limit.
        let near = n - bad <= most.max(1);
        Ok((near && !self.leads_on(bad)?).then_some(bad))
    }

    fn at(&self, i: u64) -> Result<[u8; PROBE]> {
        self.probe.up_to(self.reading.offset(i), PROBE)
    }

    fn like(&self, i: u64) -> Result<bool> {
        let header = self.at(i)?;
        Ok(likeness(&self.first, &header) == Some(true) && self.usual(self.samples(&header)))
    }

    /// Whether what stands at the place of a trace can hardly be its header.
    fn contradicts(&self, i: u64) -> Result<bool> {
        let header = self.at(i)?;
        let samples = self.samples(&header);
        if self.usual(samples) || header[..240].iter().all(|&byte| byte == 0) {
            return Ok(false);
        }
        Ok(match likeness(&self.first, &header) {
            Some(false) => true,
            _ if self.fits => false,
            // A header in its place with another one after it: only its word is wrong.
            Some(true) => samples != 0 && likeness(&self.first, &self.at(i + 1)?) != Some(true),
            None => true,
        })
    }

    /// Whether a header stands there that states another length, and one follows where it says.
    fn leads_on(&self, i: u64) -> Result<bool> {
        let header = self.at(i)?;
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
