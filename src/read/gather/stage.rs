//! One block of rows: its samples are collected in a tile, and delivered from there.

use std::ops::Range;

use super::{Block, Gather, Pick, Segment, Segments};
use crate::layout::TRACE_HEADER;
use crate::out::{Bytes, Columns};
use crate::parallel::Running;
use crate::read::keys::Stop;
use crate::read::plan::{Piece, Plan, Round};
use crate::walk::MISSING;

/// Segments of a trace that are read at a time.
const SEGMENTS: usize = 16;

/// Some samples of a block of rows, on their way through a tile.
pub(super) struct Stage<'g> {
    pub(super) gather: &'g Gather<'g>,
    pub(super) pick: Pick<'g>,
    /// The row of the destination that the part begins with.
    pub(super) first: usize,
    /// How many samples of each trace come before these.
    pub(super) skip: u64,
    pub(super) block: Block,
}

impl Stage<'_> {
    /// The row of a place in the block, counted from the first of the part.
    fn row(&self, line: usize, at: usize) -> usize {
        self.block.row + line * self.gather.pitch + at
    }

    /// Gathers the samples of the block into the tile, through `buf` where they are read.
    pub(super) fn collect(
        &self,
        plan: &Plan<'_>,
        buf: &mut [u8],
        tile: &mut [u8],
        running: Running<'_>,
    ) -> std::result::Result<(), Stop> {
        let Block { lines, len, .. } = self.block;
        let mut header = self.gather.expected.is_some_and(|keys| {
            (0..lines).any(|line| {
                let row = self.first + self.row(line, 0);
                keys.are_needed(&self.gather.walk, row..row + len)
            })
        });
        if let (Some(memory), false) = (self.gather.source.bytes(), header) {
            return self.collect_in_place(plan, memory, tile);
        }
        let (Pick::Slices(samples) | Pick::Samples(samples)) = self.pick else {
            let window = Segment::default();
            return self.collect_some(plan, &[window], header, buf, (tile, 0), running);
        };
        let width = self.gather.decoder.file_width() as u64;
        // In memory all samples are one segment.
        let [gap, room] = match plan.in_place() {
            true => [u64::MAX; 2],
            false => [plan.gap(), buf.len() as u64].map(|bytes| bytes / width),
        };
        let mut rest = Segments { samples, gap, room };
        let (mut some, mut skip) = ([Segment::default(); SEGMENTS], 0);
        loop {
            let mut n = 0;
            for (slot, segment) in some.iter_mut().zip(rest.by_ref()) {
                (*slot, n) = (segment, n + 1);
            }
            if n == 0 {
                return Ok(());
            }
            self.collect_some(plan, &some[..n], header, buf, (&mut *tile, skip), running)?;
            skip += some[..n].iter().map(|segment| segment.samples.len()).sum::<usize>();
            header = false;
        }
    }

    /// Gathers from memory, run by run.
    fn collect_in_place(
        &self,
        plan: &Plan<'_>,
        memory: Bytes<'_>,
        tile: &mut [u8],
    ) -> std::result::Result<(), Stop> {
        let layout = self.gather.layout;
        let segment = match self.pick {
            Pick::Slices(samples) | Pick::Samples(samples) => {
                Segment { samples, ..Segment::default() }
            }
            _ => Segment::default(),
        };
        let wanted = Wanted { stage: self, plan, segments: &[segment], header: false };
        for at in 0..self.block.len {
            let mut line = 0;
            while line < self.block.lines {
                let (trace, run) = self.run(line, at);
                // The windows of two traces begin at different samples.
                let run = if segment.samples.is_empty() && trace != MISSING { 1 } else { run };
                if trace != MISSING {
                    let i = at * self.block.lines + line;
                    let [low, high] = match segment.samples.is_empty() {
                        true => wanted.samples(i, &segment),
                        false => [0, layout.n_samples],
                    };
                    let width = self.gather.decoder.file_width() as u64;
                    let from = layout.samples_offset(trace) + low * width;
                    let len = (run as u64 - 1) * layout.trace_len() + (high - low) * width;
                    let samples = memory.get(from, usize::try_from(len).unwrap_or(usize::MAX));
                    let samples = samples.ok_or_else(|| plan.ended(trace))?;
                    wanted.copy(samples, (i, run), &segment, (&mut *tile, 0));
                }
                line += run;
            }
        }
        Ok(())
    }

    /// The trace of a place in the block, and how many lines from there on have its followers in the
    /// file, or none either.
    fn run(&self, line: usize, at: usize) -> (u64, usize) {
        let gather = self.gather;
        let row = self.first + self.row(line, at);
        let (trace, most) = (gather.walk.get(row), self.block.lines - line);
        if gather.pitch == 1 {
            return (trace, gather.walk.run(row, most));
        }
        if trace == MISSING {
            return (trace, 1);
        }
        let follows = |n: &usize| gather.walk.get(row + n * gather.pitch) == trace + *n as u64;
        (trace, 1 + (1..most).take_while(follows).count())
    }

    /// Gathers some segments of each trace, of which `skip` samples are in the tile already.
    fn collect_some(
        &self,
        plan: &Plan<'_>,
        segments: &[Segment<'_>],
        header: bool,
        buf: &mut [u8],
        (tile, skip): (&mut [u8], usize),
        running: Running<'_>,
    ) -> std::result::Result<(), Stop> {
        let Block { lines, len, .. } = self.block;
        let wanted = Wanted { stage: self, plan, segments, header };
        let (each, mut next) = (wanted.each(), 0);
        let piece = |i: usize| wanted.piece(i / each, i % each);
        while next < lines * len * each {
            let pieces = next..lines * len * each;
            next += plan.round(pieces, 1, &piece, (&mut *buf, running), |round, n| {
                wanted.take(round, next..next + n, (&mut *tile, skip))
            })?;
            running.check()?;
        }
        Ok(())
    }

    /// Where the samples of a row go in the tile.
    fn place(&self, line: usize, at: usize) -> Places {
        let row = line * self.block.len + at;
        let each = self.pick.len();
        match self.pick {
            Pick::Slices(_) => {
                let sample = self.block.lines * self.block.len;
                Places { first: row, trace: self.block.len, sample }
            }
            _ => Places { first: row * each, trace: self.block.len * each, sample: 1 },
        }
    }

    /// Which samples of its trace the window of a row holds, the one after the last, and how many of
    /// the window are before the trace begins.
    fn window(&self, line: usize, at: usize) -> (u64, u64, usize) {
        let Pick::Window { starts, len } = self.pick else { return (0, 0, 0) };
        let start = i128::from(starts[self.first + self.row(line, at)]) + i128::from(self.skip);
        let end = i128::from(self.gather.layout.n_samples);
        let low = start.clamp(0, end);
        let high = (start + len as i128).clamp(low, end);
        (low as u64, high as u64, if high > low { (low - start) as usize } else { 0 })
    }

    /// Decodes the tile to where its samples belong, and fills what was not there.
    pub(super) fn deliver(&self, to: &mut Columns<'_>, tile: &[u8]) {
        let Block { lines, len, .. } = self.block;
        let each = self.pick.len();
        // Whole lines are contiguous.
        let (lines, len) = if len == self.gather.pitch { (1, lines * len) } else { (lines, len) };
        for line in 0..lines {
            let row = self.row(line, 0);
            match self.pick {
                Pick::Slices(_) => {
                    let rows = self.block.lines * self.block.len;
                    for sample in 0..each {
                        let from = sample * rows + line * len;
                        self.decode(tile, from, len, to, self.skip as usize + sample, row);
                    }
                }
                // Where samples come in pieces, rows come one at a time.
                _ => {
                    let at = row * self.gather.pick.len() + self.skip as usize;
                    self.decode(tile, line * len * each, len * each, to, 0, at);
                }
            }
        }
        if !self.gather.fill.is_empty() {
            self.fill(to);
        }
    }

    fn decode(
        &self,
        tile: &[u8],
        from: usize,
        n: usize,
        to: &mut Columns<'_>,
        row: usize,
        at: usize,
    ) {
        let decoder = &self.gather.decoder;
        let (width, size) = (decoder.file_width(), decoder.memory_width());
        let samples = &tile[from * width..(from + n) * width];
        if let Some(mut place) = to.place(row, at, n) {
            return decoder.decode_place(Bytes::from(samples), &mut place, false);
        }
        let mut decoded = [0; 2048];
        let per_tile = decoded.len() / size;
        for (i, some) in samples.chunks(per_tile * width).enumerate() {
            let decoded = &mut decoded[..some.len() / width * size];
            decoder.decode(some, decoded);
            to.scatter(row, at + i * per_tile, decoded);
        }
    }

    fn fill(&self, to: &mut Columns<'_>) {
        let gather = self.gather;
        let (each, stride) = (self.pick.len(), gather.pick.len());
        for line in 0..self.block.lines {
            for at in 0..self.block.len {
                let row = self.row(line, at);
                let missing = gather.walk.get(self.first + row) == MISSING;
                let column = row * stride + self.skip as usize;
                match self.pick {
                    Pick::Slices(_) if missing => {
                        for sample in 0..each {
                            to.fill(self.skip as usize + sample, row, 1, gather.fill);
                        }
                    }
                    _ if missing => {
                        to.fill(0, column, each, gather.fill);
                    }
                    Pick::Window { .. } => {
                        let (low, high, before) = self.window(line, at);
                        let held = (high - low) as usize;
                        to.fill(0, column, before, gather.fill);
                        to.fill(0, column + before + held, each - before - held, gather.fill);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// What is wanted of each trace of a block: the header, if it is to be checked, and segments of samples.
/// Traces are counted along the file: lines first.
struct Wanted<'s> {
    stage: &'s Stage<'s>,
    plan: &'s Plan<'s>,
    /// One without samples stands for the window of each trace.
    segments: &'s [Segment<'s>],
    header: bool,
}

impl Wanted<'_> {
    /// Pieces of each trace.
    fn each(&self) -> usize {
        self.segments.len() + usize::from(self.header)
    }

    /// Where trace `i` is in the block.
    fn at(&self, i: usize) -> (usize, usize) {
        (i % self.stage.block.lines, i / self.stage.block.lines)
    }

    /// The row of trace `i`, and the trace.
    fn trace(&self, i: usize) -> (usize, u64) {
        let (line, at) = self.at(i);
        let row = self.stage.first + self.stage.row(line, at);
        (row, self.stage.gather.walk.get(row))
    }

    /// Which samples a segment of trace `i` has: the first, and the one after the last.
    fn samples(&self, i: usize, segment: &Segment<'_>) -> [u64; 2] {
        if let Pick::Window { .. } = self.stage.pick {
            let (line, at) = self.at(i);
            let (low, high, _) = self.stage.window(line, at);
            return [low, high];
        }
        [segment.low, segment.low + segment.len]
    }

    /// One piece of trace `i`; None where it is missing.
    fn piece(&self, i: usize, which: usize) -> Option<Piece> {
        self.piece_of(self.trace(i).1, i, which)
    }

    fn piece_of(&self, trace: u64, i: usize, which: usize) -> Option<Piece> {
        let Some(segment) = which.checked_sub(usize::from(self.header)) else {
            return self.plan.piece(trace, 0, TRACE_HEADER);
        };
        let width = self.stage.gather.decoder.file_width() as u64;
        let header_len = self.stage.gather.layout.header_len;
        let [low, high] =
            self.samples(i, &self.segments[segment]).map(|sample| header_len + sample * width);
        self.plan.piece(trace, low, high)
    }

    /// Gathers from pieces that were read, or that are in memory.
    fn take(
        &self,
        round: &mut Round<'_>,
        pieces: Range<usize>,
        (tile, skip): (&mut [u8], usize),
    ) -> std::result::Result<(), Stop> {
        let (each, memory) = (self.each(), round.memory());
        let trace_len = self.stage.gather.layout.trace_len();
        let mut next = pieces.start;
        while next < pieces.end {
            let (i, which) = (next / each, next % each);
            let (row, trace) = self.trace(i);
            let mut start = |trace, i, which| {
                let piece = self.piece_of(trace, i, which)?;
                Some((round.position(i * each + which, piece.offset), piece.len))
            };
            next += 1;
            let Some((at, len)) = start(trace, i, which) else { continue };
            let ended = || self.plan.ended(trace);
            let Some(which) = which.checked_sub(usize::from(self.header)) else {
                if let Some(keys) = &self.stage.gather.expected {
                    keys.check(memory.get(at, len).ok_or_else(ended)?, row, trace)?;
                }
                continue;
            };
            let (segment, mut run, mut held) = (&self.segments[which], 1, len);
            if each == 1 && !segment.samples.is_empty() {
                // Traces that lie as far apart here as in the file are gathered in one go.
                while next < pieces.end && self.at(next).0 != 0 {
                    let beyond = at + run as u64 * trace_len;
                    if start(self.trace(next).1, next, 0) != Some((beyond, len)) {
                        break;
                    }
                    held = run * trace_len as usize + len;
                    (run, next) = (run + 1, next + 1);
                }
            }
            let before = self.segments[..which].iter().map(|segment| segment.samples.len());
            let skip = skip + before.sum::<usize>();
            let from = memory.get(at, held).ok_or_else(ended)?;
            self.copy(from, (i, run), segment, (&mut *tile, skip));
        }
        Ok(())
    }

    /// Copies a segment of `run` traces from `i` on into the tile, behind `skip` samples of each; `from`
    /// begins with the segment of the first.
    fn copy(
        &self,
        from: Bytes<'_>,
        (i, run): (usize, usize),
        segment: &Segment<'_>,
        (tile, skip): (&mut [u8], usize),
    ) {
        let width = self.stage.gather.decoder.file_width();
        let (line, at) = self.at(i);
        let mut to = self.stage.place(line, at);
        if segment.samples.is_empty() {
            let (.., before) = self.stage.window(line, at);
            let at = (to.first + before) * width;
            from.copy_to(0, &mut tile[at..at + from.len()]);
            return;
        }
        to.first += skip * to.sample;
        let trace_len = self.stage.gather.layout.trace_len();
        words(from, trace_len, run, segment.samples, segment.low, tile, to, width);
    }
}

/// Where samples go in a tile, in samples: the first, and how far it is from trace to trace and from
/// sample to sample.
#[derive(Clone, Copy)]
struct Places {
    first: usize,
    trace: usize,
    sample: usize,
}

/// Copies samples of `run` traces, `stride` bytes apart, into a tile; `from` begins with sample `low`
/// of the first.
#[expect(clippy::too_many_arguments, reason = "the one loop that all are gathered by")]
fn words(
    from: Bytes<'_>,
    stride: u64,
    run: usize,
    samples: &[u64],
    low: u64,
    tile: &mut [u8],
    to: Places,
    width: usize,
) {
    let stride = stride as usize;
    match width {
        1 => copy_words::<1>(from, stride, run, samples, low, tile, to),
        2 => copy_words::<2>(from, stride, run, samples, low, tile, to),
        3 => copy_words::<3>(from, stride, run, samples, low, tile, to),
        4 => copy_words::<4>(from, stride, run, samples, low, tile, to),
        _ => copy_words::<8>(from, stride, run, samples, low, tile, to),
    }
}

fn copy_words<const W: usize>(
    from: Bytes<'_>,
    stride: usize,
    run: usize,
    samples: &[u64],
    low: u64,
    tile: &mut [u8],
    to: Places,
) {
    let (tile, _) = tile.as_chunks_mut::<W>();
    for trace in 0..run {
        let start = trace * stride;
        let at = to.first + trace * to.trace;
        for (i, &sample) in samples.iter().enumerate() {
            tile[at + i * to.sample] = from.word(start + (sample - low) as usize * W);
        }
    }
}
