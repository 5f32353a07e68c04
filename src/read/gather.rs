//! Chosen samples of many traces: a few of each, slices first or trace by trace, or a window of each.
//!
//! The decoder wants runs, and here are none: so the bytes of samples are gathered into a tile first,
//! in the order of the destination, and a tile is decoded at once. What is gathered from is what the
//! [plan](super::plan) reads: the source itself where that is memory. Nothing here allocates.

mod stage;

use super::keys::{ExpectedKeys, Outcome, Stop};
use super::pick::{Pick, Samples};
use super::plan::Plan;
use super::queue::share_rows;
use crate::decode::Decoder;
use crate::error::Result;
use crate::layout::Layout;
use crate::out::{Columns, Out};
use crate::parallel::Running;
use crate::source::Source;
use crate::walk::Walk;
use stage::Stage;

/// Bytes of the tile where the source is memory: within the first-level cache of a core.
const TILE: usize = 16 * 1024;

/// Bytes of the tile where samples are read, of the working memory, half of it at most.
const TILE_READ: usize = 128 * 1024;

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
    /// The survey keys that traces must have, where they are not proved.
    pub(crate) expected: Option<ExpectedKeys<'a>>,
    /// How many rows there are from one to the next whose traces are neighbours in the file; 1 for rows
    /// in the order of the file. The number of rows is a multiple of it.
    pub(crate) pitch: usize,
    /// The fill value for missing traces and samples, as bytes in memory; empty where none is missing.
    pub(crate) fill: &'a [u8],
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
    pub(crate) fn run(&self, out: Out<'_>, running: Running<'_>) -> Result<Outcome> {
        let (rows, each) = (self.walk.len(), self.pick.len());
        let columns = match self.pick {
            Pick::Slices(_) => Columns::from(out.rows(each, rows)?),
            _ => out.rows(rows, each)?.flat(),
        };
        if rows == 0 || each == 0 {
            return Ok(Outcome::Done);
        }
        let plan = Plan::new(self.source, self.layout, running.threads);
        let cost = self.cost_of_a_trace(&plan).max(1);
        let total = cost.saturating_mul(rows as u64);
        let (threads, part) = plan.parts(total);
        let part = ((part / cost) as usize).max(ROWS.min(rows.div_ceil(threads)));
        let lines = (part / self.pitch).clamp(1, rows / self.pitch);
        // Where requests cost much, traces that are neighbours in the file are not parted.
        let whole = plan.is_costly() && self.pitch > 1;
        let part = if threads == 1 || whole { rows } else { lines * self.pitch };
        let done = share_rows(
            columns,
            rows,
            (threads, part),
            running,
            |work| match plan.in_place() {
                true => work(&mut [0; TILE]),
                false => plan.with_scratch(&self.walk, self.layout.trace_len(), work),
            },
            |to, rows, memory, running| {
                let tile = if plan.in_place() { TILE } else { TILE_READ.min(memory.len() / 2) };
                let (tile, buf) = memory.split_at_mut(tile);
                self.carry(&plan, to, rows.start, (buf, tile), running)
            },
        );
        Outcome::of(done)
    }

    /// Columns of the destination that a trace fills.
    fn columns_of_a_row(&self) -> usize {
        if matches!(self.pick, Pick::Slices(_)) { 1 } else { self.pick.len() }
    }

    /// Fills a part of the destination, of which `first` is the first row, block by block.
    fn carry(
        &self,
        plan: &Plan<'_>,
        to: &mut Columns<'_>,
        first: usize,
        (buf, tile): (&mut [u8], &mut [u8]),
        running: Running<'_>,
    ) -> std::result::Result<(), Stop> {
        let words = tile.len() / self.decoder.file_width();
        let each = self.pick.len();
        let piece = self.pick.piece(words, plan.in_place());
        // Where they come in pieces and not slices first, a trace is followed by its own next piece.
        let whole = piece == each || matches!(self.pick, Pick::Slices(_));
        let room = if whole { words / piece } else { 1 };
        let mut list = [0; LISTED];
        let rows = to.count() / self.columns_of_a_row();
        let lines = rows / self.pitch;
        let far = self.pitch == 1 || plan.is_costly();
        let across = if far { room } else { room.min(ACROSS) }.min(lines);
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
                    stage.collect(plan, buf, tile, running)?;
                    stage.deliver(to, tile);
                    running.check()?;
                }
            }
        }
        Ok(())
    }

    /// What it costs to gather from one trace, in bytes that could be read instead.
    fn cost_of_a_trace(&self, plan: &Plan<'_>) -> u64 {
        let width = self.decoder.file_width() as u64;
        match self.pick {
            Pick::Slices(samples) | Pick::Samples(samples) if !plan.in_place() => {
                let segments = Segments { samples, gap: plan.gap() / width, room: u64::MAX };
                let (n, len) = segments.fold((0, 0u64), |(n, len), segment| {
                    (n + 1, len.saturating_add(segment.len * width))
                });
                plan.cost_of(len, n)
            }
            Pick::Slices(samples) | Pick::Samples(samples) => plan.cost_of(0, samples.len() as u64),
            Pick::Run(Samples { step, count, .. }) => {
                let between = step.unsigned_abs().saturating_mul(width).min(plan.gap() + width);
                plan.cost_of(width + (count as u64 - 1) * between, 1)
            }
            Pick::Window { len, .. } => plan.cost_of(len as u64 * width, 1),
        }
    }
}

/// A list of samples of a trace cut into segments: samples are read together while what lies between
/// costs less than another request.
#[derive(Clone)]
struct Segments<'a> {
    samples: &'a [u64],
    /// Unwanted samples that are read rather than make one more request.
    gap: u64,
    /// The most samples of a segment: each fits into working memory.
    room: u64,
}

#[derive(Clone, Copy, Default)]
struct Segment<'a> {
    /// The first sample that is read, and how many.
    low: u64,
    len: u64,
    /// The samples wanted of it.
    samples: &'a [u64],
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let &first = self.samples.first()?;
        let (mut low, mut high, mut n) = (first, first + 1, 1);
        for &sample in &self.samples[1..] {
            let (lower, higher) = (low.min(sample), high.max(sample + 1));
            if (higher - lower) - (high - low) > self.gap || higher - lower > self.room {
                break;
            }
            (low, high, n) = (lower, higher, n + 1);
        }
        let (samples, rest) = self.samples.split_at(n);
        self.samples = rest;
        Some(Segment { low, len: high - low, samples })
    }
}
