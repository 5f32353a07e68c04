//! From a source into rows of a destination: the path of reads of whole runs of samples.
//!
//! A [`Walk`] says which trace goes to which row. Their bytes are read as the [plan](super::plan) has it,
//! and decoded to where they belong. Nothing here allocates.

use std::ops::Range;

use super::keys::{ExpectedKeys, Outcome, Stop};
use super::pick::Samples;
use super::plan::{PART, Piece, Plan, Round};
use super::queue::share_rows;
use crate::decode::Decoder;
use crate::error::Result;
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::{Bytes, Rows};
use crate::parallel::Running;
use crate::source::Source;
use crate::walk::{MISSING, Walk};

/// Results at least so large do not fit a cache: they are stored past it.
const STREAM_FROM: u64 = 4 << 20;

/// Bytes of the next trace that are prefetched while this one is decoded.
const AHEAD: usize = 2048;

/// Bytes of decoded samples held on the stack where a row is not contiguous.
const TILE: usize = 8 * 1024;

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
    pub(crate) fn run(&self, rows: Rows<'_>, running: Running<'_>) -> Result<Outcome> {
        if self.samples.count == 0 || rows.count() == 0 {
            return Ok(Outcome::Done);
        }
        let plan = Plan::new(self.source, self.layout, running.threads);
        let count = rows.count();
        let row = plan.cost_of(self.row_len(), 1).max(1);
        let total = row.saturating_mul(count as u64);
        let out_len = count as u64 * (rows.row_len() * rows.kind().size()) as u64;
        let stream = out_len >= STREAM_FROM;
        let (threads, part) = plan.parts(total);
        let done = share_rows(
            rows,
            count,
            (threads, (part / row).clamp(1, usize::MAX as u64) as usize),
            running,
            |work| {
                let _fence = Fence(stream);
                plan.with_scratch(&self.walk, self.row_len(), work)
            },
            |rows, _, scratch, running| self.carry(&plan, rows, (scratch, running), stream),
        );
        Outcome::of(done)
    }

    /// Bytes of file that one row takes.
    fn row_len(&self) -> u64 {
        let (low, high) = self.samples.hull();
        let header = if self.expected.is_some() { self.layout.header_len } else { 0 };
        (high - low) * self.layout.format.width() as u64 + header
    }

    fn carry(
        &self,
        plan: &Plan<'_>,
        rows: &mut Rows<'_>,
        (scratch, running): (&mut [u8], Running<'_>),
        stream: bool,
    ) -> std::result::Result<(), Stop> {
        let mut row = 0;
        // No more of them at a time than interruptions may wait for.
        let most = (PART.max(scratch.len() as u64) / self.layout.trace_len()).max(1) as usize;
        while row < rows.count() {
            let some = row..rows.count().min(row + most);
            let first = rows.first();
            let wanted = self.wanted(plan, first + some.start..first + some.end);
            let pieces = some.start * wanted.each()..some.end * wanted.each();
            let piece = |i: usize| {
                let trace = self.walk.get(first + i / wanted.each());
                wanted.piece(plan, trace, i % wanted.each())
            };
            let memory = (&mut *scratch, running);
            let mut to = To { rows: &mut *rows, row, stream };
            let n = plan.round(pieces, wanted.each(), &piece, memory, |round, n| {
                self.take(plan, round, &wanted, n / wanted.each(), &mut to)
            })?;
            if n == 0 {
                self.take_long(plan, &wanted, &mut to, (&mut *scratch, running))?;
            }
            row = to.row;
            running.check()?;
        }
        Ok(())
    }

    /// What is wanted of the traces of some rows.
    fn wanted(&self, plan: &Plan<'_>, rows: Range<usize>) -> Wanted {
        let (low, high) = self.samples.hull();
        let width = self.layout.format.width() as u64;
        let header_len = self.layout.header_len;
        let samples = [low, high].map(|sample| header_len + sample * width);
        let header = self.expected.is_some_and(|keys| keys.are_needed(&self.walk, rows));
        let near = !plan.in_place() && samples[0] - TRACE_HEADER <= plan.gap();
        Wanted { samples, header, joined: header && near }
    }

    /// Delivers rows that were read, or that are in memory.
    fn take(
        &self,
        plan: &Plan<'_>,
        round: &mut Round<'_>,
        wanted: &Wanted,
        count: usize,
        to: &mut To<'_, '_>,
    ) -> std::result::Result<(), Stop> {
        let (memory, each) = (round.memory(), wanted.each());
        let (low, _) = self.samples.hull();
        let len = (wanted.samples[1] - wanted.samples[0]) as usize;
        self.check(plan, &mut round.clone(), wanted, to.row..to.row + count, to.rows.first())?;
        let mut trace = self.walk.get(to.rows.first() + to.row);
        for _ in 0..count {
            let next = self.walk.get(to.rows.first() + to.row + 1);
            if plan.in_place() {
                self.expect(memory, wanted, [trace, next]);
            }
            let mut begin = |which: usize| {
                let piece = wanted.piece(plan, trace, which)?;
                Some(round.position(to.row * each + which, piece.offset))
            };
            let Some(start) = begin(0) else {
                to.rows.fill(to.row, self.fill);
                (to.row, trace) = (to.row + 1, next);
                continue;
            };
            let ended = || plan.ended(trace);
            let at = match (each, wanted.joined) {
                (2, _) => begin(1).unwrap_or(start),
                (_, true) => start + wanted.samples[0],
                _ => start,
            };
            self.deliver(to, memory.get(at, len).ok_or_else(ended)?, low);
            (to.row, trace) = (to.row + 1, next);
        }
        Ok(())
    }

    /// Checks the survey keys of rows before any of them is delivered: the processor then loads several
    /// headers at a time, and noting what was checked does not wait for samples that are being written.
    fn check(
        &self,
        plan: &Plan<'_>,
        round: &mut Round<'_>,
        wanted: &Wanted,
        rows: Range<usize>,
        first: usize,
    ) -> std::result::Result<(), Stop> {
        let (true, Some(expected)) = (wanted.header, &self.expected) else { return Ok(()) };
        let memory = round.memory();
        for (row, trace) in expected.unseen(&self.walk, first + rows.start..first + rows.end) {
            let header = self.layout.header_offset(trace);
            let at = round.position((row - first) * wanted.each(), header);
            let header = memory.get(at, TRACE_HEADER as usize);
            expected.check(header.ok_or_else(|| plan.ended(trace))?, row, trace)?;
        }
        Ok(())
    }

    /// Has the processor fetch what comes next from memory, where it cannot guess: where the walk jumps,
    /// which is a tenth of the time of a crossline; where each trace gives a part of its samples; and in
    /// short ones, in which the decoder does not look ahead.
    fn expect(&self, memory: Bytes<'_>, wanted: &Wanted, [trace, next]: [u64; 2]) {
        let layout = self.layout;
        let len = (wanted.samples[1] - wanted.samples[0]) as usize;
        let jumps = next != trace.wrapping_add(1);
        if next == MISSING || !(jumps || (len as u64) < layout.samples_len() || len <= AHEAD) {
            return;
        }
        let len = if jumps { AHEAD } else { len.min(AHEAD) };
        if let Some(soon) = memory.get(layout.header_offset(next) + wanted.samples[0], len) {
            Decoder::expect(soon);
        }
    }

    /// Delivers one row whose trace does not fit into working memory, piece by piece.
    fn take_long(
        &self,
        plan: &Plan<'_>,
        wanted: &Wanted,
        to: &mut To<'_, '_>,
        (scratch, running): (&mut [u8], Running<'_>),
    ) -> std::result::Result<(), Stop> {
        let row = to.rows.first() + to.row;
        let trace = self.walk.get(row);
        let width = self.layout.format.width() as u64;
        if let (true, Some(expected)) = (wanted.header, &self.expected) {
            let piece = |_| plan.piece(trace, 0, TRACE_HEADER);
            plan.round(0..1, 1, &piece, (&mut *scratch, running), |round, _| {
                expected.check(round.memory(), row, trace)
            })?;
        }
        let longest = (scratch.len() as u64 / width).max(1) * width;
        let [mut from, end] = wanted.samples;
        while from < end {
            let until = end.min(from + longest);
            let first = (from - self.layout.header_len) / width;
            let piece = |_| plan.piece(trace, from, until);
            plan.round(0..1, 1, &piece, (&mut *scratch, running), |round, _| {
                let piece = round.memory().get(0, (until - from) as usize);
                self.deliver(to, piece.ok_or_else(|| plan.ended(trace))?, first);
                Ok::<(), Stop>(())
            })?;
            from = until;
            running.check()?;
        }
        to.row += 1;
        Ok(())
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

/// Which bytes are wanted of each trace, from the beginning of its header on.
struct Wanted {
    samples: [u64; 2],
    /// Whether its header is to be checked.
    header: bool,
    /// Whether the header and the samples are one piece.
    joined: bool,
}

impl Wanted {
    /// How many pieces.
    fn each(&self) -> usize {
        if self.header && !self.joined { 2 } else { 1 }
    }

    /// One of them: the header, if there is one, is the first.
    #[inline]
    fn piece(&self, plan: &Plan<'_>, trace: u64, which: usize) -> Option<Piece> {
        let [from, to] = match (self.header, self.joined, which) {
            (true, true, _) => [0, self.samples[1]],
            (true, false, 0) => [0, TRACE_HEADER],
            _ => self.samples,
        };
        plan.piece(trace, from, to)
    }
}
