//! How threads share one read: a queue of parts, which each thread takes from until it is empty.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::sync::{Mutex, PoisonError};

use crate::out::{Columns, Rows};
use crate::parallel::{Running, share};

/// What becomes of the rows of a read, cut into parts of which every thread takes some.
pub(crate) trait Results: Default + Send {
    /// Takes the next rows, `count` of the `left` that there are, off the front, in place of `part`.
    fn take(&mut self, count: usize, left: usize, part: &mut Self);
}

/// Where nothing is kept.
impl Results for () {
    fn take(&mut self, _: usize, _: usize, (): &mut ()) {}
}

/// A value for each row.
impl<T: Send> Results for &mut [T] {
    fn take(&mut self, count: usize, _: usize, part: &mut Self) {
        (*part, *self) = std::mem::take(self).split_at_mut(count);
    }
}

/// Several values for each row, each in a list of its own.
impl<T: Send> Results for Vec<&mut [T]> {
    fn take(&mut self, count: usize, left: usize, part: &mut Self) {
        part.resize_with(self.len(), Default::default);
        for (rest, part) in self.iter_mut().zip(part) {
            rest.take(count, left, part);
        }
    }
}

impl Results for Rows<'_> {
    fn take(&mut self, count: usize, _: usize, part: &mut Self) {
        *part = Rows::take(self, count);
    }
}

/// Equally many columns for each row.
impl Results for Columns<'_> {
    fn take(&mut self, count: usize, left: usize, part: &mut Self) {
        *part = Columns::take(self, self.count() / left * count);
    }
}

/// Does `work` on all `rows`, `part` of them at a time, on up to `threads` threads. Each gets the results
/// of its rows. `memory` gives each thread its working memory.
///
/// # Errors
/// The first one of `work`, and what `running.poll` returns.
pub(super) fn share_rows<T: Results, E: Send + From<crate::error::Error>>(
    mut all: T,
    rows: usize,
    (threads, part): (usize, usize),
    running: Running<'_>,
    memory: impl Fn(&mut dyn FnMut(&mut [u8]) -> Result<(), E>) -> Result<(), E> + Sync,
    work: impl Fn(&mut T, Range<usize>, &mut [u8], Running<'_>) -> Result<(), E> + Sync,
) -> Result<(), E> {
    if threads <= 1 || rows <= part {
        return memory(&mut |scratch| work(&mut all, 0..rows, scratch, running));
    }
    let queue = Mutex::new((0, all));
    share(threads, running, |running, stopped| {
        memory(&mut |scratch| {
            let mut results = T::default();
            while !stopped.load(Ordering::Relaxed) {
                let mut left = queue.lock().unwrap_or_else(PoisonError::into_inner);
                let (first, rest) = &mut *left;
                let part = *first..rows.min(*first + part);
                if part.is_empty() {
                    break;
                }
                rest.take(part.len(), rows - part.start, &mut results);
                *first = part.end;
                drop(left);
                running.check()?;
                work(&mut results, part, scratch, running)?;
            }
            Ok(())
        })
    })
}
