//! Chosen samples of many traces: a few of each, slices first or trace by trace, or a window of each.
//!
//! The decoder wants runs, and here are none: so the bytes of samples are gathered into a tile first,
//! in the order of the destination, and a tile is decoded at once. What is gathered from is the source
//! itself where that is memory. Of a file the few bytes of each trace are read, or all of it where
//! the bytes between cost less than the calls. Nothing here allocates.

mod stage;

use std::sync::atomic::AtomicBool;

use crate::decode::Decoder;
use crate::error::Result;
use crate::layout::Layout;
use crate::out::{Columns, Out};
use crate::parallel::{Running, share};
use crate::read::pick::{Pick, Samples};
use crate::read::queue::{Queue, parts};
use crate::read::scratch;
use crate::source::Source;
use crate::walk::Walk;
use stage::Stage;

/// What a call to the system costs, in bytes that could be read instead: 0.45 us for a sample, when a
/// file that is read through gives 11.8 GB/s (`benches/python/run.py`, depth slices).
const CALL: u64 = 5 * 1024;

/// What it costs to look at a trace in memory, in the same currency: a line that is not in the cache.
const TOUCH: u64 = 128;

/// Bytes of the tile where the source is memory: within the first-level cache of a core.
const TILE: usize = 16 * 1024;

/// How many slices are gathered at a time where the source is memory: a trace is touched again for
/// the next ones, and by then may have left the cache; but more slices are shorter runs to decode.
const SLICES: usize = 16;

/// Fewer samples of a trace than these are faster gathered than decoded one trace at a time; fewer
/// traces are not.
const FEW: usize = 16;

/// Samples this far apart are faster gathered than decoded with all that lies between
/// (`cube[..., ::10]`: half the time).
const APART: u64 = 4;

/// How many samples of a run are listed at a time.
const LISTED: usize = 512;

/// Parts have at least this many traces, so that threads seldom write to the same line of a slice.
const ROWS: usize = 1024;

/// How many traces that are neighbours in the file are gathered in one go, where neighbours in the
/// destination are others.
const ACROSS: usize = 64;

impl Pick<'_> {
    /// How many samples are gathered from a trace before they are decoded, where `room` fit.
    fn piece(&self, room: usize, in_memory: bool) -> usize {
        self.len().min(match self {
            Pick::Slices(_) if in_memory => SLICES,
            Pick::Run(_) => LISTED,
            _ => room,
        })
    }

    /// Those from `at` on, `len` of them. A run is written down in `list`.
    fn part<'p>(&'p self, at: usize, len: usize, list: &'p mut [u64; LISTED]) -> Pick<'p> {
        match *self {
            Pick::Slices(samples) => Pick::Slices(&samples[at..at + len]),
            Pick::Samples(samples) => Pick::Samples(&samples[at..at + len]),
            Pick::Run(samples) => {
                for (i, sample) in list[..len].iter_mut().enumerate() {
                    let steps = (at + i) as i64 * samples.step;
                    *sample = samples.first.wrapping_add_signed(steps);
                }
                Pick::Samples(&list[..len])
            }
            Pick::Window { starts, .. } => Pick::Window { starts, len },
        }
    }
}

/// Whether a run of samples of `traces` traces is better gathered than decoded in place: few of each,
/// or far apart.
pub(crate) fn pays(samples: Samples, traces: usize) -> bool {
    traces >= FEW && (samples.count < FEW || samples.step.unsigned_abs() >= APART)
}

/// What to carry where.
pub(crate) struct Gather<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) layout: &'a Layout,
    pub(crate) walk: Walk<'a>,
    pub(crate) pick: Pick<'a>,
    pub(crate) decoder: Decoder,
    /// How many rows there are from one to the next whose traces are neighbours in the file; 1 for rows
    /// in the order of the file. The number of rows is a multiple of it.
    pub(crate) pitch: usize,
    /// The fill value for missing traces and samples, as bytes in memory; empty where none is missing.
    pub(crate) fill: &'a [u8],
}

/// What the threads of one gathering share.
struct Shared<'a> {
    /// What is left, and its first row.
    queue: Queue<(Columns<'a>, usize)>,
    part: usize,
}

/// Rows that are gathered together: of `lines` lines, `pitch` rows apart, `len` rows each.
#[derive(Clone, Copy)]
struct Block {
    /// The first row, counted from the first of the part.
    row: usize,
    lines: usize,
    len: usize,
}

impl Gather<'_> {
    /// Fills the destination, on several threads where that pays.
    pub(crate) fn run(&self, out: Out<'_>, running: Running<'_>) -> Result<()> {
        let (rows, each) = (self.walk.len(), self.pick.len());
        let columns = match self.pick {
            Pick::Slices(_) => Columns::from(out.rows(each, rows)?),
            _ => out.rows(rows, each)?.flat(),
        };
        if rows == 0 || each == 0 {
            return Ok(());
        }
        let cost = self.cost_of_a_trace();
        let total = cost.saturating_mul(rows as u64);
        let (threads, part) = parts(total, running.threads);
        let part = ((part / cost) as usize).max(ROWS.min(rows.div_ceil(threads)));
        let lines = (part / self.pitch).clamp(1, rows / self.pitch);
        let shared = Shared {
            part: if threads == 1 { rows } else { lines * self.pitch },
            queue: Queue::new((columns, 0)),
        };
        share(threads, running, |running, stopped| self.member(&shared, running, stopped))
    }

    /// Takes parts from the queue until it is empty or a thread failed.
    fn member(
        &self,
        shared: &Shared<'_>,
        running: Running<'_>,
        stopped: &AtomicBool,
    ) -> Result<()> {
        let work = |buf: &mut [u8], tile: &mut [u8]| {
            while let Some((mut to, row)) = shared.queue.next(stopped, |(rest, first)| {
                let part = rest.take(shared.part * self.columns_of_a_row());
                let row = *first;
                *first += part.count() / self.columns_of_a_row();
                (part.count() > 0).then_some((part, row))
            }) {
                self.carry(&mut to, row, buf, tile, running)?;
            }
            Ok(())
        };
        if self.source.bytes().is_some() {
            work(&mut [], &mut [0; TILE])
        } else {
            scratch::with(|buffer| {
                let (buf, tile) = buffer.split_at_mut(buffer.len() / 2);
                work(buf, tile)
            })
        }
    }

    /// Columns of the destination that a trace fills.
    fn columns_of_a_row(&self) -> usize {
        if matches!(self.pick, Pick::Slices(_)) { 1 } else { self.pick.len() }
    }

    /// Fills a part of the destination, of which `first` is the first row, block by block.
    fn carry(
        &self,
        to: &mut Columns<'_>,
        first: usize,
        buf: &mut [u8],
        tile: &mut [u8],
        running: Running<'_>,
    ) -> Result<()> {
        let words = tile.len() / self.decoder.file_width();
        let each = self.pick.len();
        let piece = self.pick.piece(words, self.source.bytes().is_some());
        // Where they come in pieces and not slices first, a trace is followed by its own next piece.
        let whole = piece == each || matches!(self.pick, Pick::Slices(_));
        let room = if whole { words / piece } else { 1 };
        let mut list = [0; LISTED];
        let rows = to.count() / self.columns_of_a_row();
        let lines = rows / self.pitch;
        let across = if self.pitch == 1 { room } else { room.min(ACROSS) }.min(lines);
        let along = (room / across).min(self.pitch);
        for line in (0..lines).step_by(across) {
            for at in (0..self.pitch).step_by(along) {
                let block = Block {
                    row: line * self.pitch + at,
                    lines: across.min(lines - line),
                    len: along.min(self.pitch - at),
                };
                for sample in (0..each).step_by(piece) {
                    let pick = self.pick.part(sample, piece.min(each - sample), &mut list);
                    let stage = Stage { gather: self, pick, first, skip: sample as u64, block };
                    match self.source.bytes() {
                        Some(bytes) => stage.collect_in_place(bytes, tile)?,
                        None => stage.collect(buf, tile, running)?,
                    }
                    stage.deliver(to, tile);
                    running.check()?;
                }
            }
        }
        Ok(())
    }

    /// What it costs to gather from one trace, in bytes that could be read instead.
    fn cost_of_a_trace(&self) -> u64 {
        let apart = self.cost_apart(self.pick, usize::MAX);
        if self.source.bytes().is_none() {
            return apart.min(self.layout.trace_len());
        }
        match self.pick {
            Pick::Window { len, .. } => TOUCH + (len * self.decoder.file_width()) as u64,
            _ => (TOUCH * self.pick.len() as u64).min(self.layout.trace_len()),
        }
    }

    /// What it costs to read the samples of one trace, without those between.
    fn cost_apart(&self, pick: Pick<'_>, room: usize) -> u64 {
        let width = self.decoder.file_width() as u64;
        match pick {
            Pick::Slices(samples) | Pick::Samples(samples) => Reads { samples, width, room }
                .fold(0, |cost: u64, read| cost.saturating_add(CALL + read.len * width)),
            Pick::Run(Samples { step, count, .. }) => {
                let between = step.unsigned_abs().saturating_mul(width).min(CALL + width);
                CALL + width + (count as u64 - 1) * between
            }
            Pick::Window { len, .. } => CALL + len as u64 * width,
        }
    }
}

/// The reads that bring a list of samples of a trace: samples are read together while what lies
/// between costs less than another call, and there is room.
struct Reads<'a> {
    samples: &'a [u64],
    width: u64,
    room: usize,
}

struct Read<'a> {
    /// The first sample that is read, and how many.
    low: u64,
    len: u64,
    /// The samples wanted of it.
    samples: &'a [u64],
}

impl<'a> Iterator for Reads<'a> {
    type Item = Read<'a>;

    fn next(&mut self) -> Option<Read<'a>> {
        let &first = self.samples.first()?;
        let (mut low, mut high, mut n) = (first, first + 1, 1);
        for &sample in &self.samples[1..] {
            let (lower, higher) = (low.min(sample), high.max(sample + 1));
            let (len, more) = (higher - lower, (higher - lower) - (high - low));
            if more * self.width > CALL || len * self.width > self.room as u64 {
                break;
            }
            (low, high, n) = (lower, higher, n + 1);
        }
        let (samples, rest) = self.samples.split_at(n);
        self.samples = rest;
        Some(Read { low, len: high - low, samples })
    }
}
