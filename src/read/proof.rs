//! Which traces were seen under the survey keys that they were assumed to have.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Traces of a chunk.
const CHUNK: u64 = 1 << 20;

/// Chunks of a shelf.
const SHELF: u64 = 1 << 10;

/// The most shelves. Of traces past them, which no file has, nothing is noted.
const SHELVES: u64 = 1 << 10;

/// The bits of a chunk, and the chunks of a shelf.
type Chunk = Box<[AtomicU64]>;
type Shelf = Box<[OnceLock<Chunk>]>;

/// What is made when it is first needed. Not within the cell: a fork may catch another thread there.
fn made<T>(cell: &OnceLock<T>, make: impl FnOnce() -> T) -> Option<&T> {
    if cell.get().is_none() {
        let _ = cell.set(make());
    }
    cell.get()
}

/// One bit for each trace, in chunks that are allocated when a trace of theirs is first seen: 128 KiB for
/// each 2^20 traces.
pub(crate) struct Proof {
    shelves: Box<[OnceLock<Shelf>]>,
    n_traces: u64,
    /// How many traces were seen.
    seen: AtomicU64,
    /// Whether all are known to be right without being seen one by one.
    all: AtomicBool,
}

impl Proof {
    /// Nothing is proved of `n_traces` traces.
    pub(crate) fn new(n_traces: u64) -> Proof {
        let shelves = n_traces.div_ceil(CHUNK * SHELF).min(SHELVES);
        let shelves = (0..shelves).map(|_| OnceLock::new()).collect();
        Proof { shelves, n_traces, seen: AtomicU64::new(0), all: AtomicBool::new(false) }
    }

    /// Whether all traces have the keys they were assumed to have.
    pub(crate) fn is_complete(&self) -> bool {
        self.all.load(Ordering::Acquire)
    }

    /// Notes that all traces have the keys they were assumed to have.
    pub(crate) fn complete(&self) {
        self.all.store(true, Ordering::Release);
    }

    /// Takes that back: only what was seen is known.
    pub(crate) fn doubt(&self) {
        self.all.store(false, Ordering::Release);
    }

    /// Whether a trace was seen.
    #[inline]
    pub(crate) fn contains(&self, trace: u64) -> bool {
        let word = || {
            let shelf = self.shelves.get((trace / CHUNK / SHELF) as usize)?.get()?;
            shelf[(trace / CHUNK % SHELF) as usize].get()?.get((trace % CHUNK / 64) as usize)
        };
        word().is_some_and(|word| word.load(Ordering::Relaxed) >> (trace % 64) & 1 == 1)
            || self.is_complete()
    }

    /// Notes that a trace has the keys it was assumed to have.
    pub(crate) fn insert(&self, trace: u64) {
        let word = || {
            let shelf = self.shelves.get((trace / CHUNK / SHELF) as usize)?;
            let shelf = made(shelf, || (0..SHELF).map(|_| OnceLock::new()).collect())?;
            let chunk = made(&shelf[(trace / CHUNK % SHELF) as usize], || {
                let traces = CHUNK.min(self.n_traces - trace / CHUNK * CHUNK);
                (0..traces.div_ceil(64)).map(|_| AtomicU64::new(0)).collect()
            })?;
            chunk.get((trace % CHUNK / 64) as usize)
        };
        let Some(word) = word() else { return };
        let bit = 1 << (trace % 64);
        if word.load(Ordering::Relaxed) & bit == 0
            && word.fetch_or(bit, Ordering::Relaxed) & bit == 0
            && self.seen.fetch_add(1, Ordering::Relaxed) + 1 == self.n_traces
        {
            self.complete();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proof_is_complete_once_every_trace_was_seen() {
        let n = CHUNK + 70;
        let proof = Proof::new(n);
        for trace in (0..n).rev() {
            assert!(!proof.contains(trace) && !proof.is_complete(), "{trace}");
            proof.insert(trace);
            proof.insert(trace);
            assert!(proof.contains(trace));
        }
        assert!(proof.is_complete());
    }

    #[test]
    fn proof_of_impossibly_many_traces_is_small() {
        let proof = Proof::new(u64::MAX);
        assert!(proof.shelves.len() <= SHELVES as usize);
        proof.insert(u64::MAX - 1);
        assert!(!proof.contains(u64::MAX - 1));
    }

    #[test]
    fn chunks_are_made_when_a_trace_of_theirs_is_seen() {
        let proof = Proof::new(5 * CHUNK);
        proof.insert(3 * CHUNK + 1);
        let shelf = proof.shelves[0].get().unwrap();
        assert_eq!(shelf.iter().filter(|chunk| chunk.get().is_some()).count(), 1);
        assert!(!proof.contains(3 * CHUNK) && !proof.contains(0));
    }
}
