//! Working memory for reads: a bounded, process-wide list of buffers, made when files are opened.
//!
//! A read borrows a buffer and gives it back. It never waits and never allocates: when all are taken it
//! works in a tile on its own stack. Each buffer has a slot with a lock of its own that is only ever
//! tried, so a slot that a fork caught locked is lost and nothing else.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, TryLockError};

/// Bytes of a buffer: a few hundred traces, and still within the second-level cache of a core.
/// Chosen by `benches/python/run.py` (whole file).
pub(crate) const SIZE: usize = 256 * 1024;

/// Bytes of the tile on the stack that replaces a buffer: what `with` provides at least.
pub(crate) const TILE: usize = 16 * 1024;

/// The most buffers there ever are.
const SLOTS: usize = 64;

static LIST: [Mutex<Option<Box<[u8]>>>; SLOTS] = [const { Mutex::new(None) }; SLOTS];
static MADE: AtomicUsize = AtomicUsize::new(0);

/// Makes sure that there are buffers for `threads` threads (at most 64).
pub(crate) fn reserve(threads: usize) {
    let wanted = threads.min(SLOTS);
    for _ in MADE.load(Ordering::Relaxed)..wanted {
        if MADE.fetch_add(1, Ordering::Relaxed) >= wanted {
            MADE.fetch_sub(1, Ordering::Relaxed);
            return;
        }
        give(vec![0u8; SIZE].into_boxed_slice());
    }
}

/// Counts again after a fork: buffers that threads of the parent were using do not exist here.
#[cfg(feature = "python")]
pub(crate) fn reset_after_fork() {
    let free = LIST.iter().filter(|slot| slot.try_lock().is_ok_and(|s| s.is_some())).count();
    MADE.store(free, Ordering::Relaxed);
}

/// Runs `work` with a buffer, or with a tile on the stack where none is free.
pub(crate) fn with<R>(work: impl FnOnce(&mut [u8]) -> R) -> R {
    match take() {
        Some(buffer) => work(&mut Loan(buffer).0),
        None => on_stack(work),
    }
}

/// A buffer that goes back to the list however its use ends.
struct Loan(Box<[u8]>);

impl Drop for Loan {
    fn drop(&mut self) {
        give(std::mem::take(&mut self.0));
    }
}

/// The form without a buffer, apart so that its tile burdens no other frame.
#[inline(never)]
fn on_stack<R>(work: impl FnOnce(&mut [u8]) -> R) -> R {
    work(&mut [0u8; TILE])
}

fn take() -> Option<Box<[u8]>> {
    LIST.iter().find_map(|slot| match slot.try_lock() {
        Ok(mut held) => held.take(),
        Err(TryLockError::Poisoned(held)) => held.into_inner().take(),
        Err(TryLockError::WouldBlock) => None,
    })
}

/// Puts a buffer into the first free slot; with none free it is dropped.
fn give(buffer: Box<[u8]>) {
    let mut buffer = Some(buffer);
    for slot in &LIST {
        if let Ok(mut held) = slot.try_lock()
            && held.is_none()
        {
            *held = buffer.take();
            return;
        }
    }
    MADE.fetch_sub(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_working_memory() {
        reserve(2);
        // Nested deeper than there are buffers: the innermost work on their stacks.
        fn nest(depth: usize) {
            with(|buffer| {
                assert!(buffer.len() >= TILE);
                buffer.fill(depth as u8);
                if depth > 0 {
                    nest(depth - 1);
                }
                assert!(buffer.iter().all(|b| *b == depth as u8), "nobody else writes to it");
            });
        }
        nest(SLOTS + 2);
        with(|buffer| assert_eq!(buffer.len(), SIZE, "buffers come back"));
    }
}
