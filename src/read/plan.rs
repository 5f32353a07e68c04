//! The read plan: pieces of traces become requests to the source.
//!
//! A read names the pieces that it wants, bytes of one trace each, in the order in which it uses them.
//! Pieces that lie closer together than a request costs ([`Cost`]) are merged, what is longer than the
//! largest request is cut, and the source fills all of it in one round, a single call of
//! [`Source::read_spans`]. A source that is memory is asked for nothing: pieces are used where they
//! are. Every read of traces goes through here. Planning allocates nothing.

use std::ops::Range;

use super::scratch;
use crate::error::Error;
use crate::layout::Layout;
use crate::out::Bytes;
use crate::parallel::Running;
use crate::source::{Cost, Source, Span, read_spans};
use crate::walk::{MISSING, Walk};

/// A second thread costs more than it saves below this many bytes, or what costs as much.
const PARALLEL_FROM: u64 = 1 << 20;

/// The most bytes in a part of a read, or what costs as much, where requests cost little.
pub(super) const PART: u64 = 1 << 20;

/// The most working memory of a thread where requests cost much.
const MOST_ROOM: u64 = 64 << 20;

/// What it costs to look at a piece in memory, in bytes: a line that is not in the cache.
const TOUCH: u64 = 128;

/// Bytes that are read in several requests before they are used, where requests cost little: they are
/// still in the first-level cache then.
const NEAR: u64 = 16 * 1024;

/// The most requests in a round, where the source answers one at a time and where it answers several.
/// Between rounds a read listens for interruptions.
const FEW: usize = 64;
const MANY: usize = 512;

/// Bytes of one trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first, counted from the start of the file.
    pub(super) offset: u64,
    pub(super) len: usize,
}

impl Piece {
    fn end(&self) -> u64 {
        self.offset + self.len as u64
    }
}

/// Bytes that are read without a break, for some pieces.
#[derive(Clone, Copy, Default)]
struct Extent {
    low: u64,
    high: u64,
    /// Where they are in working memory.
    at: u64,
    /// The piece after the last of theirs.
    end: usize,
}

impl Extent {
    fn len(&self) -> u64 {
        self.high - self.low
    }
}

/// A round that did not bring all bytes.
struct Short {
    /// The first byte that is missing.
    end: u64,
    /// Why, unless the source ends there.
    error: Option<Error>,
}

/// How the pieces of a file are read.
#[derive(Clone, Copy)]
pub(super) struct Plan<'a> {
    source: &'a dyn Source,
    layout: &'a Layout,
    cost: Cost,
    threads: usize,
}

impl<'a> Plan<'a> {
    /// A plan for reads by up to `threads` threads.
    pub(super) fn new(source: &'a dyn Source, layout: &'a Layout, threads: usize) -> Plan<'a> {
        let Cost { gap, part, concurrency } = source.cost();
        // Working memory is filled in one round, whatever the source says.
        let part = part.max((scratch::SIZE / FEW) as u64);
        let cost = Cost::new(gap, part, concurrency);
        Plan { source, layout, cost, threads: threads.max(1) }
    }

    /// Unwanted bytes that are read rather than make one more request.
    pub(super) fn gap(&self) -> u64 {
        self.cost.gap
    }

    /// Whether the source is memory, in which pieces are used where they are.
    pub(super) fn in_place(&self) -> bool {
        self.source.bytes().is_some()
    }

    /// What it costs to read `len` bytes of a trace in `pieces` pieces, in bytes.
    pub(super) fn cost_of(&self, len: u64, pieces: u64) -> u64 {
        let each = if self.in_place() { TOUCH } else { self.cost.gap };
        each.saturating_mul(pieces).saturating_add(len).min(self.layout.trace_len())
    }

    /// How many threads share a read that costs `total` bytes, and how many bytes each takes at a time:
    /// parts are so small that every thread gets several, so that none waits long for another, and
    /// not smaller than a round where requests cost much.
    pub(super) fn parts(&self, total: u64) -> (usize, u64) {
        let threads = if total < PARALLEL_FROM { 1 } else { self.threads };
        let part = (total / (threads as u64).saturating_mul(4)).clamp(PART / 4, PART);
        (threads, part.max(if self.is_costly() { self.room() } else { 0 }))
    }

    /// Whether a request brings more than the working memory that is made when a file is opened.
    pub(super) fn is_costly(&self) -> bool {
        !self.in_place() && self.cost.part > scratch::SIZE as u64
    }

    /// Working memory of a thread where requests cost much: for all that the source answers at a time.
    fn room(&self) -> u64 {
        let part = self.cost.part.min(MOST_ROOM);
        let requests = (self.cost.concurrency / self.threads) as u64;
        part * requests.clamp(1, MOST_ROOM / part)
    }

    /// Runs `work` with working memory for a read of `len` bytes of each trace of a walk; what is in memory
    /// needs none. Where requests cost much it is allocated for this read.
    pub(super) fn with_scratch<R>(
        &self,
        walk: &Walk<'_>,
        len: u64,
        work: impl FnOnce(&mut [u8]) -> R,
    ) -> R {
        if self.in_place() {
            return work(&mut []);
        }
        let room =
            if self.is_costly() { self.room().min(self.reach(walk, len)) as usize } else { 0 };
        if room > scratch::SIZE {
            return work(&mut vec![0; room]);
        }
        scratch::with(work)
    }

    /// The most bytes that `len` bytes of each trace of a walk are together with those between.
    fn reach(&self, walk: &Walk<'_>, len: u64) -> u64 {
        let each = self.cost.gap.saturating_add(len).saturating_mul(walk.len() as u64);
        let [low, high] = walk.ends().unwrap_or_default();
        each.min((high - low).saturating_add(1).saturating_mul(self.layout.trace_len()))
    }

    /// Reads pieces in one round, and hands them to `visit` with the number of them that were read: as
    /// many as there is room for, a multiple of `unit`. Says how many; 0 where `unit` pieces do not fit
    /// into `scratch`.
    ///
    /// `piece` says which bytes a piece is; None is one of a trace that is missing.
    ///
    /// # Errors
    /// From the source; `Class::Format` where it has become shorter; those of `visit`.
    pub(super) fn round<E: From<Error>>(
        &self,
        pieces: Range<usize>,
        unit: usize,
        piece: &impl Fn(usize) -> Option<Piece>,
        (scratch, running): (&mut [u8], Running<'_>),
        visit: impl FnOnce(&mut Round<'_>, usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<usize, E> {
        if let Some(memory) = self.source.bytes() {
            let n = pieces.len();
            visit(&mut Round { memory, extents: &[] }, n)?;
            return Ok(n);
        }
        let scratch_len = scratch.len() as u64;
        let round = (scratch, running);
        match pieces.len() {
            0..4 if scratch_len <= self.cost.part.saturating_mul(4) => {
                self.round_of::<4, E>(pieces, unit, piece, round, visit)
            }
            _ if self.cost.concurrency == 1 => {
                self.round_of::<FEW, E>(pieces, unit, piece, round, visit)
            }
            _ => self.round_of::<MANY, E>(pieces, unit, piece, round, visit),
        }
    }

    fn round_of<const N: usize, E: From<Error>>(
        &self,
        pieces: Range<usize>,
        unit: usize,
        piece: &impl Fn(usize) -> Option<Piece>,
        (scratch, running): (&mut [u8], Running<'_>),
        visit: impl FnOnce(&mut Round<'_>, usize) -> std::result::Result<(), E>,
    ) -> std::result::Result<usize, E> {
        let mut extents = [Extent::default(); N];
        let (extents, n) = self.merge(pieces.clone(), piece, &mut extents, scratch.len() as u64);
        let n = n - n % unit;
        if n > 0 {
            self.fill::<N>(extents, scratch, running)
                .map_err(|short| self.failed(short, pieces, piece, extents))?;
            visit(&mut Round { memory: Bytes::from(&*scratch), extents }, n)?;
        }
        Ok(n)
    }

    /// Merges pieces into extents, as many as fit into `room` bytes and into as many requests as there
    /// are extents; says how many pieces they hold.
    fn merge<'e>(
        &self,
        pieces: Range<usize>,
        piece: &impl Fn(usize) -> Option<Piece>,
        extents: &'e mut [Extent],
        room: u64,
    ) -> (&'e [Extent], usize) {
        let Cost { gap, part, .. } = self.cost;
        let requests = |len: u64| len.div_ceil(part) as usize;
        let (mut n, mut used, mut asked) = (0, 0, 0);
        let mut end = pieces.end;
        for i in pieces.clone() {
            let Some(wanted) = piece(i) else { continue };
            let (offset, stop) = (wanted.offset, wanted.end());
            if let Some(last) = extents[..n].last_mut()
                && offset <= last.high.saturating_add(gap)
                && last.low <= stop.saturating_add(gap)
            {
                let (low, high) = (last.low.min(offset), last.high.max(stop));
                let (more, before) = (high - low - last.len(), requests(last.len()));
                if used + more > room || asked - before + requests(high - low) > extents.len() {
                    end = i;
                    break;
                }
                asked += requests(high - low) - before;
                used += more;
                extents[n - 1] = Extent { low, high, at: 0, end: i + 1 };
                continue;
            }
            let len = wanted.len as u64;
            let room = if n == 0 || self.is_costly() { room } else { room.min(NEAR) };
            if used + len > room || asked + requests(len) > extents.len() || n == extents.len() {
                end = i;
                break;
            }
            extents[n] = Extent { low: offset, high: stop, at: 0, end: i + 1 };
            (n, used, asked) = (n + 1, used + len, asked + requests(len));
        }
        let mut at = 0;
        for extent in &mut extents[..n] {
            extent.at = at;
            at += extent.len();
        }
        (&extents[..n], end - pieces.start)
    }

    /// Has the source fill extents, one after the other in `scratch`.
    fn fill<const N: usize>(
        &self,
        extents: &[Extent],
        mut scratch: &mut [u8],
        running: Running<'_>,
    ) -> std::result::Result<(), Short> {
        let mut spans: [Span<'_>; N] = std::array::from_fn(|_| Span::default());
        let mut n = 0;
        for extent in extents {
            let mut offset = extent.low;
            while offset < extent.high {
                let len = (extent.high - offset).min(self.cost.part);
                // Both fit, as the extents were made for this memory.
                let bytes = scratch.split_off_mut(..len as usize).unwrap_or_default();
                spans[n] = Span::new(offset, bytes);
                (n, offset) = (n + 1, offset + len);
            }
        }
        let spans = &mut spans[..n];
        let result = read_spans(self.source, spans, running.cached);
        let short = spans.iter().find(|span| span.filled < span.bytes.len());
        match (short, result) {
            (None, Ok(())) => Ok(()),
            (Some(span), result) => {
                Err(Short { end: span.offset + span.filled as u64, error: result.err() })
            }
            (None, Err(error)) => Err(Short { end: 0, error: Some(error) }),
        }
    }

    /// The error for a round that is short: it names the first trace, in the order of the pieces, of
    /// which bytes are missing.
    fn failed(
        &self,
        Short { end, error }: Short,
        mut pieces: Range<usize>,
        piece: &impl Fn(usize) -> Option<Piece>,
        extents: &[Extent],
    ) -> Error {
        let short = extents.iter().position(|extent| (extent.low..extent.high).contains(&end));
        let first =
            short.and_then(|at| at.checked_sub(1)).map_or(pieces.start, |at| extents[at].end);
        pieces.start = first;
        let missing = pieces.filter_map(piece).find(|piece| piece.end() > end);
        let offset = missing.map_or(end, |piece| piece.offset);
        let trace = offset.saturating_sub(self.layout.first_trace) / self.layout.trace_len();
        match error {
            None => self.layout.ended(self.source, trace, end),
            Some(error) => error.trace(trace),
        }
    }

    /// The error for memory that ends before a piece of a trace.
    pub(super) fn ended(&self, trace: u64) -> Error {
        let end = self.source.bytes().map_or(0, |bytes| bytes.len() as u64);
        self.layout.ended(self.source, trace, end)
    }

    /// Bytes of a trace, from an offset in it on.
    #[inline]
    pub(super) fn piece(&self, trace: u64, from: u64, to: u64) -> Option<Piece> {
        let piece =
            || Piece { offset: self.layout.header_offset(trace) + from, len: (to - from) as usize };
        (trace != MISSING).then(piece)
    }
}

/// Pieces that were read, or that are in memory.
#[derive(Clone)]
pub(super) struct Round<'b> {
    memory: Bytes<'b>,
    /// Those not passed yet; none where pieces are in memory.
    extents: &'b [Extent],
}

impl<'b> Round<'b> {
    /// The memory in which pieces are.
    pub(super) fn memory(&self) -> Bytes<'b> {
        self.memory
    }

    /// Where in it piece `i` begins, which is at `offset` in the file. Pieces must be asked for in their
    /// order.
    #[inline]
    pub(super) fn position(&mut self, i: usize, offset: u64) -> u64 {
        while let [extent, rest @ ..] = self.extents
            && extent.end <= i
        {
            self.extents = rest;
        }
        self.extents.first().map_or(offset, |extent| offset - extent.low + extent.at)
    }
}
