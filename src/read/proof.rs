//! Which traces were seen under the survey keys that they were assumed to have.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Traces of a chunk.
const CHUNK: u64 = 1 << 20;

/// The bits of a chunk.
type Chunk = Box<[AtomicU64]>;

/// One bit for each trace, in chunks that are allocated when a trace of theirs is first seen: 128 KiB for
/// each 2^20 traces.
pub(crate) struct Proof {
    chunks: Box<[OnceLock<Chunk>]>,
    n_traces: u64,
    /// How many traces were seen.
    seen: AtomicU64,
    /// Whether all are known to be right without being seen one by one.
    all: AtomicBool,
}

impl Proof {
    /// Nothing is proved of `n_traces` traces.
    pub(crate) fn new(n_traces: u64) -> Proof {
        let chunks = (0..n_traces.div_ceil(CHUNK)).map(|_| OnceLock::new()).collect();
        Proof { chunks, n_traces, seen: AtomicU64::new(0), all: AtomicBool::new(false) }
    }

    /// Whether all traces have the keys they were assumed to have.
    pub(crate) fn is_complete(&self) -> bool {
        self.all.load(Ordering::Acquire)
    }

    /// Notes that all traces have the keys they were assumed to have.
    pub(crate) fn complete(&self) {
        self.all.store(true, Ordering::Release);
    }

    /// Whether a trace was seen.
    #[inline]
    pub(crate) fn contains(&self, trace: u64) -> bool {
        let chunk = self.chunks.get((trace / CHUNK) as usize).and_then(OnceLock::get);
        let word = chunk.and_then(|chunk| chunk.get((trace % CHUNK / 64) as usize));
        word.is_some_and(|word| word.load(Ordering::Relaxed) >> (trace % 64) & 1 == 1)
            || self.is_complete()
    }

    /// Notes that a trace has the keys it was assumed to have.
    pub(crate) fn insert(&self, trace: u64) {
        let Some(slot) = self.chunks.get((trace / CHUNK) as usize) else { return };
        let chunk = match slot.get() {
            Some(chunk) => chunk,
            None => {
                // Not made within the cell: a fork may catch another thread there.
                let traces = CHUNK.min(self.n_traces - trace / CHUNK * CHUNK);
                let words = (0..traces.div_ceil(64)).map(|_| AtomicU64::new(0)).collect();
                let _ = slot.set(words);
                let Some(chunk) = slot.get() else { return };
                chunk
            }
        };
        let Some(word) = chunk.get((trace % CHUNK / 64) as usize) else { return };
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
    fn chunks_are_made_when_a_trace_of_theirs_is_seen() {
        let proof = Proof::new(5 * CHUNK);
        proof.insert(3 * CHUNK + 1);
        let made = proof.chunks.iter().filter(|chunk| chunk.get().is_some()).count();
        assert_eq!(made, 1);
        assert!(!proof.contains(3 * CHUNK) && !proof.contains(0));
    }
}
