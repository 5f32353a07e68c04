//! How threads share one read: a queue of parts, which each thread takes from until it is empty.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A second thread costs more than it saves below this many bytes, or what costs as much.
const PARALLEL_FROM: u64 = 1 << 20;

/// The most bytes in a part, or what costs as much.
pub(super) const PART: u64 = 1 << 20;

/// How many threads read `total` bytes, at most `threads`, and how many bytes each takes at a time:
/// parts are so small that every thread gets several, so that none waits long for another.
pub(super) fn parts(total: u64, threads: usize) -> (usize, u64) {
    let threads = if total < PARALLEL_FROM { 1 } else { threads.max(1) };
    (threads, (total / (threads as u64).saturating_mul(4)).clamp(PART / 4, PART))
}

/// What is left to do, shared by the threads of one read.
pub(super) struct Queue<T>(Mutex<T>);

impl<T> Queue<T> {
    pub(super) fn new(all: T) -> Queue<T> {
        Queue(Mutex::new(all))
    }

    /// The next part, by `take`, which gets what is left; None once another thread has stopped or
    /// nothing is left.
    pub(super) fn next<P>(
        &self,
        stopped: &AtomicBool,
        take: impl FnOnce(&mut T) -> Option<P>,
    ) -> Option<P> {
        if stopped.load(Ordering::Relaxed) {
            return None;
        }
        take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
