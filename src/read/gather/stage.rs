//! One block of rows: its samples are collected in a tile, and delivered from there.

use super::{Block, CALL, Gather, Pick, Reads};
use crate::error::Result;
use crate::out::{Bytes, Columns};
use crate::parallel::Running;
use crate::read::headers::read_exact;
use crate::walk::MISSING;

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

    /// Gathers from memory.
    pub(super) fn collect_in_place(&self, bytes: Bytes<'_>, tile: &mut [u8]) -> Result<()> {
        let layout = self.gather.layout;
        for at in 0..self.block.len {
            let mut line = 0;
            while line < self.block.lines {
                let (trace, run) = self.run(line, at);
                if trace != MISSING {
                    let len = run as u64 * layout.trace_len() - layout.header_len;
                    let len = usize::try_from(len).unwrap_or(usize::MAX);
                    let samples = bytes.get(layout.samples_offset(trace), len);
                    let Some(samples) = samples else {
                        return Err(layout.ended(self.gather.source, trace, bytes.len() as u64));
                    };
                    self.gather_run(samples, line, at, run, tile);
                }
                line += run;
            }
        }
        Ok(())
    }

    /// Gathers from a file, through `buf`.
    pub(super) fn collect(
        &self,
        buf: &mut [u8],
        tile: &mut [u8],
        running: Running<'_>,
    ) -> Result<()> {
        let layout = self.gather.layout;
        let read = |offset, buf: &mut [u8], trace| {
            read_exact(self.gather.source, layout, offset, buf, trace, running.cached)
        };
        let apart = self.gather.cost_apart(self.pick, buf.len());
        let room = buf.len() as u64 / layout.trace_len();
        for at in 0..self.block.len {
            let mut line = 0;
            while line < self.block.lines {
                let (trace, run) = self.run(line, at);
                if trace == MISSING {
                    line += run;
                    continue;
                }
                let run = room.min(run as u64);
                if run > 0 && CALL + run * layout.trace_len() < run * apart {
                    let buf = &mut buf[..(run * layout.trace_len() - layout.header_len) as usize];
                    read(layout.samples_offset(trace), buf, trace)?;
                    self.gather_run(Bytes::from(&*buf), line, at, run as usize, tile);
                    line += run as usize;
                    continue;
                }
                let offset = layout.samples_offset(trace);
                let width = self.gather.decoder.file_width() as u64;
                match self.pick {
                    Pick::Slices(samples) | Pick::Samples(samples) => {
                        let mut to = self.place(line, at);
                        for part in (Reads { samples, width, room: buf.len() }) {
                            let buf = &mut buf[..(part.len * width) as usize];
                            read(offset + part.low * width, buf, trace)?;
                            let from = Bytes::from(&*buf);
                            words(from, 0, 1, part.samples, part.low, tile, to, width as usize);
                            to.first += part.samples.len() * to.sample;
                        }
                    }
                    _ => {
                        let (low, high, to) = self.window(line, at);
                        let at = self.place(line, at).first + to;
                        let to = at * width as usize..(at + (high - low) as usize) * width as usize;
                        read(offset + low * width, &mut tile[to], trace)?;
                    }
                }
                line += 1;
            }
        }
        Ok(())
    }

    /// Gathers from traces that are contiguous; `samples` begins with those of the first.
    fn gather_run(&self, samples: Bytes<'_>, line: usize, at: usize, run: usize, tile: &mut [u8]) {
        let trace_len = self.gather.layout.trace_len();
        let width = self.gather.decoder.file_width();
        match self.pick {
            Pick::Slices(wanted) | Pick::Samples(wanted) => {
                words(samples, trace_len, run, wanted, 0, tile, self.place(line, at), width);
            }
            _ => {
                for i in 0..run {
                    let (low, high, skip) = self.window(line + i, at);
                    let to = (self.place(line + i, at).first + skip) * width;
                    let len = (high - low) as usize * width;
                    samples.copy_to(
                        i as u64 * trace_len + low * width as u64,
                        &mut tile[to..to + len],
                    );
                }
            }
        }
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
