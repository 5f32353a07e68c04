//! A source with a small cache, for opening.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::{Cost, Source, Span};
use crate::error::Result;
use crate::out::Bytes;

/// Minimum and maximum size of a block.
const SMALL: u64 = 4 * 1024;
const LARGE: u64 = 64 * 1024;

/// A file of this size or less is read in two blocks.
const WHOLE: u64 = 256 * 1024;

/// Number of cached blocks: those of the two rounds of opening, and a few that are read one by one.
const BLOCKS: usize = 32;
const FEW: usize = 12;

/// Caches blocks of another source for the many small reads of inference. This saves requests, and it
/// avoids going back in sources where that is expensive, such as a decompressed stream. Memory is read in
/// place.
pub(crate) struct Recalled<'a> {
    source: &'a dyn Source,
    /// Size of the source when this was created.
    len: u64,
    /// Bytes of a block: about the cost of a request.
    block: u64,
    /// Offset and bytes of each block, fewer at the end; the most recently used block is last.
    blocks: Mutex<VecDeque<(u64, Vec<u8>)>>,
}

impl<'a> Recalled<'a> {
    /// Creates an empty cache.
    pub(crate) fn new(source: &'a dyn Source) -> Recalled<'a> {
        let len = source.len().unwrap_or(0);
        let block = if len <= WHOLE { WHOLE / 2 } else { source.cost().gap.clamp(SMALL, LARGE) };
        Recalled { source, len, block, blocks: Mutex::default() }
    }

    /// Reads the blocks at some offsets in one round, if requests of the source are expensive.
    ///
    /// # Errors
    /// As [`Source::read_spans`].
    pub(crate) fn prepare(&self, offsets: impl IntoIterator<Item = u64>) -> Result<()> {
        if self.source.bytes().is_some() || self.block < LARGE {
            return Ok(());
        }
        let len = self.len;
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut wanted: Vec<u64> = offsets.into_iter().filter(|at| *at < len).collect();
        wanted.iter_mut().for_each(|at| *at -= *at % self.block);
        wanted.sort_unstable();
        wanted.dedup();
        wanted.retain(|start| holding(&blocks, *start).is_none());
        wanted.truncate(BLOCKS);
        if wanted.is_empty() {
            return Ok(());
        }
        // Consecutive blocks are one request.
        let mut runs: Vec<(u64, Vec<u8>)> = Vec::new();
        for start in wanted {
            let bytes = (len - start).min(self.block) as usize;
            match runs.last_mut() {
                Some((first, run)) if *first + run.len() as u64 == start => {
                    run.resize(run.len() + bytes, 0);
                }
                _ => runs.push((start, vec![0; bytes])),
            }
        }
        let mut spans: Vec<Span<'_>> =
            runs.iter_mut().map(|(from, run)| Span::new(*from, run)).collect();
        self.source.read_spans(&mut spans)?;
        let filled: Vec<usize> = spans.iter().map(|span| span.filled).collect();
        for ((start, mut run), filled) in runs.into_iter().zip(filled) {
            run.truncate(filled);
            blocks.push_back((start, run));
        }
        let old = blocks.len().saturating_sub(BLOCKS);
        blocks.drain(..old);
        Ok(())
    }

    /// Copies the part of `buf` that one block contains.
    fn piece(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        if offset >= self.len {
            return Ok(0);
        }
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let (start, block) = match holding(&blocks, offset).and_then(|at| blocks.remove(at)) {
            Some(known) => known,
            None => {
                let most = if self.block < LARGE { FEW } else { BLOCKS };
                let full = blocks.len() >= most;
                let mut block = full.then(|| blocks.pop_front()).flatten().unwrap_or_default().1;
                // If requests are expensive, some bytes before the offset are read too.
                let before = if self.block < LARGE { 0 } else { offset % SMALL };
                let start = offset - before;
                let len = (self.len - start).min(self.block);
                block.resize(len as usize, 0);
                let got = self.source.read_at(start, &mut block)?;
                block.truncate(got);
                (start, block)
            }
        };
        let rest = block.get((offset - start) as usize..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        blocks.push_back((start, block));
        Ok(n)
    }
}

/// The index of the block that contains an offset.
fn holding(blocks: &VecDeque<(u64, Vec<u8>)>, offset: u64) -> Option<usize> {
    blocks.iter().position(|(start, bytes)| {
        offset.checked_sub(*start).is_some_and(|skip| skip < bytes.len() as u64)
    })
}

impl Source for Recalled<'_> {
    fn len(&self) -> Result<u64> {
        self.source.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        if self.source.bytes().is_some() || buf.len() as u64 > LARGE {
            return self.source.read_at(offset, buf);
        }
        let mut done = 0;
        while done < buf.len() {
            match self.piece(offset.saturating_add(done as u64), &mut buf[done..])? {
                0 => break,
                n => done += n,
            }
        }
        Ok(done)
    }

    fn cost(&self) -> Cost {
        self.source.cost()
    }

    fn bytes(&self) -> Option<Bytes<'_>> {
        self.source.bytes()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;

    use super::*;

    /// Bytes that depend on their offset; counts reads that go back, and keeps the end of the last read.
    struct Tape(usize, AtomicU64, AtomicU64);

    impl Source for Tape {
        fn len(&self) -> Result<u64> {
            Ok(self.0 as u64)
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
            let n = buf.len().min(self.0.saturating_sub(offset as usize));
            for (i, byte) in buf[..n].iter_mut().enumerate() {
                *byte = place(offset as usize + i);
            }
            let before = self.2.swap(offset + n as u64, Ordering::Relaxed);
            self.1.fetch_add(u64::from(offset < before), Ordering::Relaxed);
            Ok(n)
        }
    }

    fn place(at: usize) -> u8 {
        (at.wrapping_mul(2_654_435_761) >> 13) as u8
    }

    fn read(source: &dyn Source, offset: u64, len: usize) -> Vec<u8> {
        let mut buf = vec![0; len];
        let n = source.read_at(offset, &mut buf).unwrap();
        buf.truncate(n);
        buf
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

        #[test]
        fn it_gives_what_the_other_has(
            len in prop_oneof![0usize..300, 100_000usize..3_000_000],
            reads in prop::collection::vec((0u64..3_100_000, 0usize..200_000), 1..20),
        ) {
            let tape = Tape(len, AtomicU64::new(0), AtomicU64::new(0));
            let recalled = Recalled::new(&tape);
            for (offset, n) in reads {
                let end = (offset as usize).saturating_add(n).min(len);
                let want: Vec<u8> = (offset as usize..end).map(place).collect();
                prop_assert!(read(&recalled, offset, n) == want);
                prop_assert!(recalled.blocks.lock().unwrap().len() <= BLOCKS);
            }
        }
    }

    #[test]
    fn it_need_not_go_back_for_what_it_has() {
        let tape = Tape(10_000_000, AtomicU64::new(0), AtomicU64::new(0));
        let recalled = Recalled::new(&tape);
        for _ in 0..3 {
            for at in [0, 3200, 3600, 5_000_000, 9_999_000] {
                assert_eq!(read(&recalled, at, 480).len(), 480);
            }
        }
        assert_eq!(tape.1.load(Ordering::Relaxed), 0);
        // A read at the largest offset returns no bytes and does not overflow.
        assert!(read(&recalled, u64::MAX, 10).is_empty());
    }
}
