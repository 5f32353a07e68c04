//! From a source into rows of a destination: the path of reads of whole runs of samples.
//!
//! A [`Walk`] says which trace goes to which row. Runs of contiguous traces are read at once
//! into working memory (or found in place, where the source is memory) and decoded to where they
//! belong. Nothing here allocates.

use std::sync::atomic::AtomicBool;

use crate::decode::Decoder;
use crate::error::{Error, Kind, Result};
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::{Bytes, Rows};
use crate::parallel::{Running, share};
use crate::read::headers::read_exact;
use crate::read::keys::ExpectedKeys;
use crate::read::pick::Samples;
use crate::read::queue::{PART, Queue, parts};
use crate::read::scratch;
use crate::source::Source;
use crate::walk::{MISSING, Walk};

/// Results at least so large do not fit a cache: they are stored past it.
const STREAM_FROM: u64 = 4 << 20;

/// Bytes of the next run that are prefetched while this one is decoded.
const AHEAD: usize = 2048;

/// Bytes of decoded samples held on the stack where a row is not contiguous.
const TILE: usize = 8 * 1024;

/// How a transfer ended, where nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Every row was delivered.
    Done,
    /// A trace was not the one expected; the destination holds nothing of use.
    Misfit,
}

/// What to carry where.
pub(crate) struct Transfer<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) layout: &'a Layout,
    pub(crate) walk: Walk<'a>,
    pub(crate) samples: Samples,
    pub(crate) decoder: Decoder,
    /// The survey keys that traces must have, where they are not proved.
    pub(crate) expected: Option<ExpectedKeys<'a>>,
    /// The fill value for missing traces, as bytes in memory.
    pub(crate) fill: &'a [u8],
}

/// Why a thread stopped before the work was done.
enum Stop {
    Misfit,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error)
    }
}

fn outcome(result: std::result::Result<(), Stop>) -> Result<Outcome> {
    match result {
        Ok(()) => Ok(Outcome::Done),
        Err(Stop::Misfit) => Ok(Outcome::Misfit),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Orders streamed stores before all later ones: after a failure too, and after a panic, as what is
/// still on its way must not overtake what is written then.
struct Fence(bool);

impl Drop for Fence {
    fn drop(&mut self) {
        if self.0 {
            Decoder::fence();
        }
    }
}

impl Transfer<'_> {
    /// Fills the rows, on several threads where that pays.
    pub(crate) fn run<'a>(&self, mut rows: Rows<'a>, running: Running<'_>) -> Result<Outcome> {
        if self.samples.count == 0 || rows.count() == 0 {
            return Ok(Outcome::Done);
        }
        let row_len = self.row_file_len();
        let total = row_len.saturating_mul(rows.count() as u64);
        let out_len = rows.count() as u64 * (rows.row_len() * rows.kind().size()) as u64;
        let stream = out_len >= STREAM_FROM;
        let (threads, part) = parts(total, running.threads);
        if threads == 1 {
            let work = |scratch: &mut [u8]| self.carry(&mut rows, scratch, stream, running);
            return outcome(self.working(stream, work));
        }
        let part = (part / row_len).clamp(1, usize::MAX as u64) as usize;
        let queue = Queue::new(rows);
        let take = |rows: &mut Rows<'a>| Some(rows.take(part)).filter(|part| part.count() > 0);
        outcome(share(threads, running, |running, stopped: &AtomicBool| {
            self.working(stream, |scratch| {
                while let Some(mut rows) = queue.next(stopped, take) {
                    self.carry(&mut rows, scratch, stream, running)?;
                }
                Ok(())
            })
        }))
    }

    /// Does one thread's work with working memory; what is in memory is decoded in place.
    fn working<R>(&self, stream: bool, work: impl FnOnce(&mut [u8]) -> R) -> R {
        let _fence = Fence(stream);
        if self.source.bytes().is_some() { work(&mut []) } else { scratch::with(work) }
    }

    /// Bytes of file that one row takes.
    fn row_file_len(&self) -> u64 {
        let (low, high) = self.samples.hull();
        let header = if self.expected.is_some() { self.layout.header_len } else { 0 };
        (high - low) * self.layout.format.width() as u64 + header
    }

    fn carry(
        &self,
        rows: &mut Rows<'_>,
        scratch: &mut [u8],
        stream: bool,
        running: Running<'_>,
    ) -> std::result::Result<(), Stop> {
        let mut row = 0;
        while row < rows.count() {
            let at = rows.first() + row;
            let trace = self.walk.get(at);
            if trace == MISSING {
                rows.fill(row, self.fill);
                row += 1;
                continue;
            }
            let run = self.walk.run(at, rows.count() - row);
            let mut to = To { rows, row, stream };
            row += match self.source.bytes() {
                Some(bytes) => self.carry_in_place(bytes, trace, run, &mut to)?,
                None => self.carry_read(trace, run, &mut to, scratch, running)?,
            };
            running.check()?;
        }
        Ok(())
    }

    /// A run of traces in memory; returns how many of them it took, at most a part, so that
    /// interruptions are checked between.
    fn carry_in_place(
        &self,
        bytes: Bytes<'_>,
        trace: u64,
        run: usize,
        to: &mut To<'_, '_>,
    ) -> std::result::Result<usize, Stop> {
        let layout = self.layout;
        let (low, high) = self.samples.hull();
        let width = layout.format.width() as u64;
        let hull_len = usize_len((high - low) * width)?;
        let run = run.min((PART / layout.trace_len()).max(1) as usize);
        // Where the walk jumps, memory cannot guess what comes next: a tenth of the time of a crossline.
        let next = self.walk.get(to.rows.first() + to.row + run);
        if next != MISSING
            && let Some(soon) = bytes.get(layout.header_offset(next), AHEAD)
        {
            Decoder::expect(soon);
        }
        for i in 0..run as u64 {
            let ended = || layout.ended(self.source, trace + i, bytes.len() as u64);
            if self.expected.is_some() {
                let header = bytes.get(layout.header_offset(trace + i), TRACE_HEADER as usize);
                self.verify(to, header.ok_or_else(ended)?)?;
            }
            let offset = layout.samples_offset(trace + i) + low * width;
            let samples = bytes.get(offset, hull_len).ok_or_else(ended)?;
            // Nor where each trace gives a part of its samples; and in short ones the decoder does not
            // look ahead.
            if (high - low < layout.n_samples || hull_len <= AHEAD)
                && let Some(soon) = bytes.get(offset + layout.trace_len(), hull_len.min(AHEAD))
            {
                Decoder::expect(soon);
            }
            self.deliver(to, samples, low);
            to.row += 1;
        }
        Ok(run)
    }

    /// A run of traces read into working memory; returns how many of them it took.
    fn carry_read(
        &self,
        trace: u64,
        run: usize,
        to: &mut To<'_, '_>,
        scratch: &mut [u8],
        running: Running<'_>,
    ) -> std::result::Result<usize, Stop> {
        let layout = self.layout;
        let (low, high) = self.samples.hull();
        let width = layout.format.width() as u64;
        let whole = self.expected.is_some() || (high - low) * 2 > layout.n_samples;
        let fitting = (scratch.len() as u64 / layout.trace_len()).min(run as u64);
        if whole && fitting > 0 {
            // Headers and samples of the run in one piece.
            let skip = if self.expected.is_some() { 0 } else { layout.header_len };
            let len = usize_len(fitting * layout.trace_len() - skip)?;
            let at = layout.header_offset(trace) + skip;
            read_exact(self.source, layout, at, &mut scratch[..len], trace, running.cached)?;
            for i in 0..fitting {
                if self.expected.is_some() {
                    // Nothing was skipped, so the run begins with a header.
                    let header = &scratch[(i * layout.trace_len()) as usize..];
                    self.verify(to, Bytes::from(&header[..TRACE_HEADER as usize]))?;
                }
                let at = (i * layout.trace_len() + layout.header_len - skip + low * width) as usize;
                let samples = &scratch[at..at + ((high - low) * width) as usize];
                self.deliver(to, Bytes::from(samples), low);
                to.row += 1;
            }
            return Ok(fitting as usize);
        }
        if self.expected.is_some() {
            let mut header = [0u8; TRACE_HEADER as usize];
            let at = layout.header_offset(trace);
            read_exact(self.source, layout, at, &mut header, trace, running.cached)?;
            self.verify(to, header.as_slice().into())?;
        }
        let per_piece = scratch.len() as u64 / width;
        let mut at = low;
        while at < high {
            let n = per_piece.min(high - at);
            let piece = &mut scratch[..(n * width) as usize];
            let offset = layout.samples_offset(trace) + at * width;
            read_exact(self.source, layout, offset, piece, trace, running.cached)?;
            self.deliver(to, Bytes::from(&*piece), at);
            at += n;
            running.check()?;
        }
        Ok(1)
    }

    fn verify(&self, to: &To<'_, '_>, header: Bytes<'_>) -> std::result::Result<(), Stop> {
        match &self.expected {
            Some(expected) if !expected.are_in(header, to.rows.first() + to.row) => {
                Err(Stop::Misfit)
            }
            _ => Ok(()),
        }
    }

    /// Decodes those samples of a trace that a piece of it holds: `piece` begins with sample `first`.
    fn deliver(&self, to: &mut To<'_, '_>, piece: Bytes<'_>, first: u64) {
        let width = self.layout.format.width();
        let held = (piece.len() / width) as u64;
        let wanted = self.samples.within(first, first + held);
        let step = self.samples.step;
        let source = |place: usize| {
            let index = self.samples.first as i64 + place as i64 * step;
            (index as u64 - first) * width as u64
        };
        if step == 1
            && let Some(mut place) = to.rows.place(to.row, wanted.start, wanted.len())
        {
            if let Some(samples) = piece.get(source(wanted.start), wanted.len() * width) {
                self.decoder.decode_place(samples, &mut place, to.stream);
            }
            return;
        }
        let size = to.rows.kind().size();
        let apart = step.unsigned_abs() as usize;
        let (mut tile, mut picked) = ([0u8; TILE], [0u8; TILE]);
        // How many of the wanted samples a tile holds together with those between them.
        let per_tile = (TILE / size - 1) / apart + 1;
        let mut at = wanted.start;
        while at < wanted.end {
            let n = per_tile.min(wanted.end - at);
            let lowest = if step < 0 { at + n - 1 } else { at };
            let span = (n - 1) * apart + 1;
            let Some(samples) = piece.get(source(lowest), span * width) else { return };
            self.decoder.decode_place(samples, &mut (&mut tile[..span * size]).into(), false);
            let row = if step == 1 {
                &tile[..n * size]
            } else {
                for (i, sample) in picked[..n * size].chunks_exact_mut(size).enumerate() {
                    let from = if step < 0 { n - 1 - i } else { i } * apart * size;
                    sample.copy_from_slice(&tile[from..from + size]);
                }
                &picked[..n * size]
            };
            to.rows.scatter(to.row, at, row);
            at += n;
        }
    }
}

/// Where a trace goes.
struct To<'r, 'a> {
    rows: &'r mut Rows<'a>,
    row: usize,
    stream: bool,
}

fn usize_len(len: u64) -> Result<usize> {
    usize::try_from(len).map_err(|_| {
        Error::from(Kind::AddressSpace { what: format!("the {len} bytes of a trace") })
    })
}
