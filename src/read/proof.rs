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

    /// The bits of the 64 traces among which `trace` is.
    #[inline]
    fn bits(&self, trace: u64) -> u64 {
        let word = || {
            let shelf = self.shelves.get((trace / CHUNK / SHELF) as usize)?.get()?;
            shelf[(trace / CHUNK % SHELF) as usize].get()?.get((trace % CHUNK / 64) as usize)
        };
        word().map_or(0, |word| word.load(Ordering::Relaxed))
    }

    /// Those of `n` traces from `first` on that were not seen, in their order. Looks at 64 at a time.
    #[inline]
    pub(crate) fn unseen(&self, first: u64, n: u64) -> impl Iterator<Item = u64> {
        let (mut next, end) = (first, if self.is_complete() { first } else { first + n });
        let mut bits = 0;
        std::iter::from_fn(move || {
            while bits == 0 && next < end {
                let (low, high) = (next % 64, 64.min(next % 64 + (end - next)));
                bits = !self.bits(next) & (u64::MAX << low) & (u64::MAX >> (64 - high));
                next += high - low;
            }
            (bits != 0).then(|| {
                let trace = (next - 1) / 64 * 64 + u64::from(bits.trailing_zeros());
                bits &= bits - 1;
                trace
            })
        })
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

    fn contains(proof: &Proof, trace: u64) -> bool {
        proof.unseen(trace, 1).next().is_none()
    }

    #[test]
    fn proof_is_complete_once_every_trace_was_seen() {
        let n = CHUNK + 70;
        let proof = Proof::new(n);
        for trace in (0..n).rev() {
            assert!(!contains(&proof, trace) && !proof.is_complete(), "{trace}");
            proof.insert(trace);
            proof.insert(trace);
            assert!(contains(&proof, trace));
        }
        assert!(proof.is_complete());
    }

    #[test]
    fn proof_of_impossibly_many_traces_is_small() {
        let proof = Proof::new(u64::MAX);
        assert!(proof.shelves.len() <= SHELVES as usize);
        proof.insert(u64::MAX - 1);
        assert!(!contains(&proof, u64::MAX - 1));
    }

    #[test]
    fn chunks_are_made_when_a_trace_of_theirs_is_seen() {
        let proof = Proof::new(5 * CHUNK);
        proof.insert(3 * CHUNK + 1);
        let shelf = proof.shelves[0].get().unwrap();
        assert_eq!(shelf.iter().filter(|chunk| chunk.get().is_some()).count(), 1);
        assert!(!contains(&proof, 3 * CHUNK) && !contains(&proof, 0));
    }

    #[test]
    fn unseen_traces_are_those_not_inserted() {
        let proof = Proof::new(500);
        let seen: Vec<u64> =
            (0..500).filter(|trace| trace * trace % 7 < 3 || *trace > 400).collect();
        seen.iter().for_each(|trace| proof.insert(*trace));
        for first in (0..500).step_by(17) {
            for n in [0, 1, 63, 64, 65, 200].into_iter().filter(|n| first + n <= 500) {
                let want: Vec<u64> = (first..first + n).filter(|t| !seen.contains(t)).collect();
                assert_eq!(proof.unseen(first, n).collect::<Vec<_>>(), want, "{first} {n}");
            }
        }
    }
}
