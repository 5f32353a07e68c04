//! What follows the last trace: padding, or bytes that are not trace data.
//!
//! Two kinds are recognized. Padding is one repeated byte, headers and all, up to the end of a file
//! whose size is not a whole number of traces; in a file whose size is, such traces may be dead, and
//! they stay. Other data is recognized by the blocks where headers should be: if none of them can be a
//! header from some trace on, while those before it are, traces end there. The first such trace is
//! found by bisection from the end, and the rest is sampled at a bounded number of offsets, so the
//! cost does not depend on the length of the tail. It fails for data that imitates headers, and for a
//! few dead traces directly before other data, which may be counted to either side.

use super::likeness::{is_blank, likeness, sampled};
use super::probe::{PROBE, Probe};
use super::reading::Reading;
use super::reason::Reason;
use super::stated::{Content, Trailing};
use super::value::Origin;
use super::warning::Warning;
use super::words::Words;
use crate::error::Result;

/// The number of bytes that are read at once.
const CHUNK: usize = 16 << 10;

/// The number of offsets at which the tail is sampled: 1 MiB of padding is read in full.
const LOOKS: u64 = 64;

/// Ends the traces of a reading where other data begins, and returns a warning.
pub(super) fn trim(probe: &Probe<'_>, reading: &mut Reading<'_>) -> Result<Option<Warning>> {
    let (n, over) = reading.fit();
    let Some(first) = reading.start.header.filter(|_| n > 0) else { return Ok(None) };
    let last = reading.end.0.saturating_sub(1);
    let byte = probe.block::<1>(last)?.unwrap_or_default()[0];
    let tail = Tail { probe, reading, first, byte, fits: over == 0 };
    let (mut end, mut content) = (n, None);
    let padded = tail.padded_from(n)?;
    if let Some(before) = padded.filter(|_| over != 0) {
        (end, content) = (before, Some(Content::Repeated(byte)));
    }
    if let Some(before) = tail.strange_from(end)? {
        (end, content) = (before, Some(Content::NoHeader));
    }
    let Some(content) = content else {
        let constant = |first| Warning::ConstantTraces { first, last: n - 1, content: byte };
        return Ok(padded.map(constant));
    };
    let offset = reading.offset(end);
    let bytes = reading.end.0 - offset;
    let trace_len = Some(reading.trace_len());
    let trailing = Trailing { bytes, traces: end, trace_len, offset, content };
    if end < n {
        reading.end = (offset, Origin::Detected);
        reading.note(Reason::Trailing(trailing));
    }
    Ok(Some(Warning::TrailingBytes(trailing)))
}

/// What is stored where a trace header should be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    /// Perhaps a header.
    Trace,
    /// Zeros.
    Blank,
    /// Hardly a header.
    Strange,
}

/// The offsets where traces should be.
struct Tail<'a> {
    probe: &'a Probe<'a>,
    reading: &'a Reading<'a>,
    first: [u8; PROBE],
    /// The last byte of the file.
    byte: u8,
    /// Whether the file is exactly so many whole traces.
    fits: bool,
}

impl Tail<'_> {
    /// The number of traces before those, up to trace `n`, that are only the last byte, repeated.
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

    /// Whether some bytes, up to the last one of the file, are only that byte.
    fn is_constant(&self, at: u64, most: u64) -> Result<bool> {
        let len = usize::try_from(most.min(self.reading.end.0 - at)).unwrap_or(CHUNK).min(CHUNK);
        let bytes: [u8; CHUNK] = self.probe.up_to(at, len)?;
        Ok(bytes[..len].iter().all(|&byte| byte == self.byte))
    }

    /// Whether the beginning of a trace is only the last byte of the file, repeated.
    fn is_padded(&self, i: u64) -> Result<bool> {
        self.is_constant(self.reading.offset(i), self.reading.trace_len())
    }

    /// The number of traces before those, up to trace `n`, that are not trace data.
    fn strange_from(&self, n: u64) -> Result<Option<u64>> {
        // The second trace shows that the sample count is right.
        if n < 3 || !self.is_like(1)? {
            return Ok(None);
        }
        let is = |i| {
            let block = self.block(i)?;
            Ok(block == Block::Strange || (block == Block::Blank && !self.fits))
        };
        let Some(from) = self.last_run(n, is)? else { return Ok(None) };
        let every = usize::try_from((n - from).div_ceil(LOOKS / 2)).unwrap_or(usize::MAX);
        let mut strange = false;
        for i in (from..n).step_by(every) {
            match self.block(i)? {
                Block::Strange => strange = true,
                Block::Blank if !self.fits => {}
                _ => return Ok(None),
            }
        }
        if !strange {
            return Ok(None);
        }
        // A few blank headers before other data are dead traces.
        let from = self.first_strange(from..n.min(from + LOOKS / 8))?.unwrap_or(from);
        let other = self.first_strange(sampled(from))?.is_some() || self.leads_on(from)?;
        Ok((!other).then_some(from))
    }

    fn first_strange(&self, traces: impl IntoIterator<Item = u64>) -> Result<Option<u64>> {
        for i in traces {
            if self.block(i)? == Block::Strange {
                return Ok(Some(i));
            }
        }
        Ok(None)
    }

    /// The start of the last run of traces of a kind, which the first is not, found by bisection.
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

    /// What is stored at the expected offset of a trace header.
    fn block(&self, i: u64) -> Result<Block> {
        let header = self.header(i)?;
        let samples = self.samples(&header);
        if is_blank(&header) {
            return Ok(Block::Blank);
        }
        if self.usual(samples) {
            return Ok(Block::Trace);
        }
        let strange = match likeness(&self.first, &header) {
            Some(false) => true,
            _ if self.fits => false,
            // A header at the expected offset, before another one: only its word is wrong.
            Some(true) => samples != 0 && likeness(&self.first, &self.header(i + 1)?) != Some(true),
            None => true,
        };
        Ok(if strange { Block::Strange } else { Block::Trace })
    }

    /// Whether a header states another length, and one follows where that ends.
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
        u64::from(Words::trace(header, self.reading.order()).u16(115))
    }

    fn usual(&self, samples: u64) -> bool {
        samples == self.reading.n_samples.0 || samples == self.samples(&self.first)
    }
}
