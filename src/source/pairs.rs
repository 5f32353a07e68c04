//! A source in which some blocks have pairwise swapped bytes.

use super::{Cost, Source, Span, Stamp};
use crate::error::Result;

/// Blocks of bytes: the first at `start`, each next one `stride` bytes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    /// Offset of the first block.
    pub start: u64,
    /// Bytes of a block.
    pub len: u64,
    /// Distance between the beginnings of blocks: at least `len`.
    pub stride: u64,
    /// Number of blocks.
    pub count: u64,
}

impl Blocks {
    /// A single block.
    #[must_use]
    pub fn one(start: u64, len: u64) -> Blocks {
        Blocks { start, len, stride: len, count: 1 }
    }

    /// Beginning and end of the blocks that have bytes in a range.
    fn between(self, from: u64, to: u64) -> impl Iterator<Item = (u64, u64)> {
        let first = from.saturating_sub(self.start).checked_div(self.stride);
        // Only blocks without bytes have a stride of 0.
        let blocks = first.unwrap_or(self.count)..self.count;
        let place = move |i: u64| self.stride.checked_mul(i)?.checked_add(self.start);
        let block = move |i| place(i).map(|start| (start, start.saturating_add(self.len)));
        blocks.map_while(block).take_while(move |(start, _)| *start < to)
    }
}

/// Another source with the bytes 2i and 2i + 1 of some blocks exchanged; i counts from 0 in each block. A
/// single byte at the end of a block or of the source stays.
///
/// It can be read in parallel and without waiting if the other source can; never in place.
///
/// ```
/// use segbuf::internals::{Blocks, PairsSource};
/// use segbuf::source::{MemorySource, Source};
/// let memory = Box::new(MemorySource::new(b"head: badcfeg, tail"));
/// let source = PairsSource::new(memory, Blocks::one(6, 7));
/// let mut buf = [0; 19];
/// assert_eq!(source.read_at(0, &mut buf)?, 19);
/// assert_eq!(&buf, b"head: abcdefg, tail");
/// // Half of a pair is half of what it should be.
/// assert_eq!(source.read_at(7, &mut buf[..2])?, 2);
/// assert_eq!(&buf[..2], b"bc");
/// # segbuf::Result::Ok(())
/// ```
pub struct PairsSource<'a> {
    source: Box<dyn Source + 'a>,
    blocks: Blocks,
}

impl<'a> PairsSource<'a> {
    /// Swaps the pairs of these blocks of a source.
    #[must_use]
    pub fn new(source: Box<dyn Source + 'a>, blocks: Blocks) -> PairsSource<'a> {
        PairsSource { source, blocks }
    }

    /// Reads and swaps. None if `read` returns None.
    fn read(
        &self,
        offset: u64,
        buf: &mut [u8],
        read: impl Fn(u64, &mut [u8]) -> Result<Option<usize>>,
    ) -> Result<Option<usize>> {
        let Some(got) = read(offset, buf)? else { return Ok(None) };
        Ok(self.swap(offset, &mut buf[..got], read)?.then_some(got))
    }

    /// Swaps the pairs of bytes that were read. Returns false if `read` did not return the other byte of a
    /// pair at either end.
    fn swap(
        &self,
        offset: u64,
        bytes: &mut [u8],
        read: impl Fn(u64, &mut [u8]) -> Result<Option<usize>>,
    ) -> Result<bool> {
        let end = offset.saturating_add(bytes.len() as u64);
        // The other byte of a pair of which one byte was read.
        let single = |at: u64, byte: &mut u8| {
            let mut other = [*byte];
            let got = read(at, &mut other)?;
            *byte = other[0];
            Result::Ok(got)
        };
        for (start, stop) in self.blocks.between(offset, end) {
            let (from, to) = (start.max(offset), stop.min(end));
            if from >= to {
                continue;
            }
            let (low, high) = ((from - offset) as usize, (to - offset) as usize);
            let half = usize::from(!(from - start).is_multiple_of(2));
            let (first, rest) = bytes[low..high].split_at_mut(half);
            if let [first] = first
                && single(from - 1, first)?.is_none()
            {
                return Ok(false);
            }
            let (pairs, last) = rest.as_chunks_mut::<2>();
            pairs.iter_mut().for_each(|pair| pair.reverse());
            if let [last] = last
                && to < stop
                && single(to, last)?.is_none()
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Source for PairsSource<'_> {
    fn len(&self) -> Result<u64> {
        self.source.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let read = |offset, buf: &mut [u8]| self.source.read_at(offset, buf).map(Some);
        Ok(self.read(offset, buf, read)?.unwrap_or(0))
    }

    fn read_spans(&self, spans: &mut [Span<'_>]) -> Result<()> {
        self.source.read_spans(spans)?;
        for span in spans {
            let read = |offset, buf: &mut [u8]| self.source.read_at(offset, buf).map(Some);
            self.swap(span.offset, &mut span.bytes[..span.filled], read)?;
        }
        Ok(())
    }

    fn cost(&self) -> Cost {
        self.source.cost()
    }

    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        self.read(offset, buf, |offset, buf| self.source.read_cached_at(offset, buf))
    }

    fn is_parallel(&self) -> bool {
        self.source.is_parallel()
    }

    fn stamp(&self) -> Option<&Stamp> {
        self.source.stamp()
    }

    fn file_at(&self, offset: u64) -> Option<(&str, u64)> {
        self.source.file_at(offset)
    }

    fn stored_at(&self, offset: u64) -> u64 {
        self.source.stored_at(offset)
    }
}
