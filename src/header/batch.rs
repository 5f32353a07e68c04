//! A batch of trace headers in memory, from which fields are converted.

use std::ops::Range;

use crate::out::Bytes;
use crate::walk::Walk;

/// Headers of a batch. All columns are taken from them before the next ones are looked
/// at, so their bytes are still in the nearest cache. Chosen by `benches/python/run.py`.
pub(crate) const BLOCK: usize = 128;

/// Some headers: of each the bytes that are swept, and no others.
pub(crate) struct Headers<'b> {
    memory: Bytes<'b>,
    /// Where in it the swept bytes of each header begin. That they are within was checked.
    starts: &'b [usize],
    /// Which bytes of a header these are.
    swept: Range<usize>,
    /// Their traces: from a row of a walk on.
    rows: (&'b Walk<'b>, usize),
}

impl<'b> Headers<'b> {
    /// Return the headers whose swept bytes begin at `starts` in memory, all of them within it.
    pub(crate) fn new(
        memory: Bytes<'b>,
        starts: &'b [usize],
        swept: Range<usize>,
        rows: (&'b Walk<'b>, usize),
    ) -> Headers<'b> {
        Headers { memory, starts, swept, rows }
    }

    /// How many there are, at most [`BLOCK`].
    pub(crate) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The trace of one of them.
    pub(crate) fn trace(&self, i: usize) -> u64 {
        let (walk, first) = self.rows;
        walk.get(first + i)
    }

    /// The memory in which they are.
    #[inline]
    pub(crate) fn memory(&self) -> Bytes<'b> {
        self.memory
    }

    /// The offset in it of a byte of each header, which is one of those that are swept.
    #[inline]
    pub(crate) fn places(&self, byte: usize) -> impl Iterator<Item = usize> + '_ {
        let skipped = byte - self.swept.start;
        self.starts.iter().map(move |start| start + skipped)
    }

    /// The first `count` of them.
    pub(crate) fn front(&self, count: usize) -> Headers<'b> {
        Headers { starts: &self.starts[..count], swept: self.swept.clone(), ..*self }
    }

    /// The swept bytes of each.
    #[inline]
    pub(crate) fn iter(&self) -> impl Iterator<Item = Bytes<'b>> + '_ {
        let len = self.swept.len();
        // All are within.
        self.starts.iter().filter_map(move |&start| self.memory.get(start as u64, len))
    }
}
