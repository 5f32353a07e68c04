//! A source that remembers what was read of it last.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::Source;
use crate::error::Result;

/// Bytes that are read at a time.
const BLOCK: usize = 64 * 1024;

/// How many blocks are remembered.
const BLOCKS: usize = 12;

/// Another source for many small reads here and there, as by which a file is judged: what lies beside
/// them is remembered for a while. Going back costs some sources all that lies before, as where a
/// stream is decompressed.
pub(crate) struct Recalled<'a> {
    source: &'a dyn Source,
    /// Number and bytes of each block, fewer at the end; the last one that was asked for stands last.
    blocks: Mutex<VecDeque<(u64, Vec<u8>)>>,
}

impl<'a> Recalled<'a> {
    /// Remembers nothing yet.
    pub(crate) fn new(source: &'a dyn Source) -> Recalled<'a> {
        Recalled { source, blocks: Mutex::default() }
    }

    /// Copies from one block as much of `buf` as it has.
    fn piece(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let number = offset / BLOCK as u64;
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let known = blocks.iter().position(|block| block.0 == number);
        let block = match known.and_then(|at| blocks.remove(at)) {
            Some((_, block)) => block,
            None => {
                let full = blocks.len() == BLOCKS;
                let mut block = full.then(|| blocks.pop_front()).flatten().unwrap_or_default().1;
                block.resize(BLOCK, 0);
                let got = self.source.read_at(number * BLOCK as u64, &mut block)?;
                block.truncate(got);
                block
            }
        };
        let rest = block.get((offset % BLOCK as u64) as usize..).unwrap_or_default();
        let n = rest.len().min(buf.len());
        buf[..n].copy_from_slice(&rest[..n]);
        blocks.push_back((number, block));
        Ok(n)
    }
}

impl Source for Recalled<'_> {
    fn len(&self) -> Result<u64> {
        self.source.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.piece(offset.saturating_add(done as u64), &mut buf[done..])? {
                0 => break,
                n => done += n,
            }
        }
        Ok(done)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use proptest::prelude::*;

    use super::*;

    /// Bytes that tell their place, and how often one went back, and how far the last read reached.
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
        // The end of everything has no bytes, and nothing overflows.
        assert!(read(&recalled, u64::MAX, 10).is_empty());
    }
}
