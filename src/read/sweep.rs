//! The sweep: every header of a walk, block by block, on all threads.

use std::ops::Range;

use crate::error::{Kind, Result};
use crate::header::batch::{BLOCK, Headers};
use crate::layout::Layout;
use crate::out::Bytes;
use crate::parallel::{Running, share};
use crate::read::queue::Queue;
use crate::read::scratch;
use crate::source::{Source, read_some};
use crate::walk::{MISSING, Walk};

/// Traces whose headers a thread takes at a time.
const PART: usize = 4096;

/// Traces at most so long are swept by reading all of the file. A call to the system for each header
/// costs as much as reading 4 kB, and every page of such a file, which is the least that a disk reads, has
/// some header in it anyway.
const READ_THROUGH: u64 = 2048;

/// Headers read one by one between two looks for an interruption.
const POLL_EVERY: usize = 64;

/// What becomes of the headers, a row for each, cut into parts of which every thread takes some.
pub(crate) trait Results: Default + Send {
    /// Takes the next rows, `count` of the `left` that there are, off the front, in place of `part`.
    fn take(&mut self, count: usize, left: usize, part: &mut Self);
}

/// Where nothing is kept.
impl Results for () {
    fn take(&mut self, _: usize, _: usize, (): &mut ()) {}
}

/// A value for each header.
impl<T: Send> Results for &mut [T] {
    fn take(&mut self, count: usize, _: usize, part: &mut Self) {
        (*part, *self) = std::mem::take(self).split_at_mut(count);
    }
}

/// Several values for each header, each in a list of its own.
impl<T: Send> Results for Vec<&mut [T]> {
    fn take(&mut self, count: usize, left: usize, part: &mut Self) {
        part.resize_with(self.len(), Default::default);
        for (rest, part) in self.iter_mut().zip(part) {
            rest.take(count, left, part);
        }
    }
}

/// Which headers, and which bytes of them.
pub(crate) struct Sweep<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) layout: &'a Layout,
    pub(crate) walk: Walk<'a>,
    /// Counted from the first byte of a header; the headers of the layout have them all, and working
    /// memory holds as many.
    pub(crate) bytes: Range<usize>,
}

impl Sweep<'_> {
    /// Visits all headers once, on several threads where that pays, and hands to each visit the part
    /// of the results that is for these headers, from a row of it on.
    ///
    /// # Errors
    /// From the source; `Class::Format` where the file has become shorter; `Class::Index` for a
    /// missing trace; what `visit` and `running.poll` return.
    pub(crate) fn run<R: Results>(
        &self,
        mut results: R,
        running: Running<'_>,
        visit: impl Fn(&Headers<'_>, &mut R, usize) -> Result<()> + Sync,
    ) -> Result<()> {
        let n = self.walk.len();
        // A sweep of one part is over before another thread has woken.
        if n <= PART || running.threads <= 1 {
            return self
                .with_scratch(|scratch| self.part(0..n, &mut results, scratch, running, &visit));
        }
        let queue = Queue::new((0, results));
        share(running.threads, running, |running, stopped| {
            self.with_scratch(|scratch| {
                let mut part = R::default();
                while let Some(rows) = queue.next(stopped, |(first, rest)| {
                    let rows = *first..n.min(*first + PART);
                    if !rows.is_empty() {
                        rest.take(rows.len(), n - rows.start, &mut part);
                    }
                    *first = rows.end;
                    Some(rows).filter(|rows| !rows.is_empty())
                }) {
                    running.check()?;
                    self.part(rows, &mut part, scratch, running, &visit)?;
                }
                Ok(())
            })
        })
    }

    /// Working memory for headers that are read; those in memory are used in place.
    fn with_scratch<T>(&self, work: impl FnOnce(&mut [u8]) -> T) -> T {
        if self.source.bytes().is_some() { work(&mut []) } else { scratch::with(work) }
    }

    fn part<R>(
        &self,
        rows: Range<usize>,
        part: &mut R,
        scratch: &mut [u8],
        running: Running<'_>,
        visit: &impl Fn(&Headers<'_>, &mut R, usize) -> Result<()>,
    ) -> Result<()> {
        let mut starts = [0; BLOCK];
        let mut row = rows.start;
        while row < rows.end {
            let starts = &mut starts[..BLOCK.min(rows.end - row)];
            let (memory, n) = match self.source.bytes() {
                Some(bytes) => (bytes, self.locate(bytes, row, starts)?),
                None => {
                    let n = self.read(row, starts, scratch, running)?;
                    (Bytes::from(&*scratch), n)
                }
            };
            let (starts, swept) = (&starts[..n], self.bytes.clone());
            let headers = Headers::new(memory, starts, swept, (&self.walk, row));
            visit(&headers, part, row - rows.start)?;
            row += n;
            running.check()?;
        }
        Ok(())
    }

    /// Finds the headers of the rows from `first` on in memory.
    fn locate(&self, bytes: Bytes<'_>, first: usize, starts: &mut [usize]) -> Result<usize> {
        let layout = self.layout;
        let (low, len) = (self.bytes.start as u64, self.bytes.len() as u64);
        let mut done = 0;
        while done < starts.len() {
            let (trace, run) = self.run_at(first + done, starts.len() - done)?;
            for (i, start) in (0..).zip(&mut starts[done..done + run]) {
                let offset = layout.header_offset(trace + i) + low;
                if offset + len > bytes.len() as u64 {
                    return Err(layout.ended(self.source, trace + i, bytes.len() as u64));
                }
                // Within memory, so it fits.
                *start = offset as usize;
            }
            done += run;
        }
        Ok(done)
    }

    /// Reads the headers of the rows from `first` on, as many as there is room for, and notes where in
    /// working memory they are.
    fn read(
        &self,
        first: usize,
        starts: &mut [usize],
        scratch: &mut [u8],
        running: Running<'_>,
    ) -> Result<usize> {
        let layout = self.layout;
        let through = layout.trace_len() <= READ_THROUGH;
        let (low, one) = (self.bytes.start, self.bytes.len());
        let (mut done, mut used) = (0, 0);
        while done < starts.len() {
            let (trace, run) = self.run_at(first + done, starts.len() - done)?;
            // From the first byte wanted of the run to the last.
            let apart = if through { layout.trace_len() as usize } else { one.max(1) };
            let room = scratch.len() - used;
            if room < one {
                break;
            }
            let most = if through { BLOCK } else { POLL_EVERY };
            let run = run.min(most).min((room - one) / apart + 1);
            let headers = &mut scratch[used..used + (run - 1) * apart + one];
            let read = |trace, headers: &mut [u8]| {
                let offset = layout.header_offset(trace) + low as u64;
                let got = read_some(self.source, offset, headers, running.cached)
                    .map_err(|error| error.trace(trace))?;
                if got < headers.len() {
                    let whole = got.checked_sub(one).map_or(0, |rest| rest / apart + 1);
                    let end = offset + got as u64;
                    return Err(layout.ended(self.source, trace + whole as u64, end));
                }
                Ok(())
            };
            if through {
                read(trace, headers)?;
            } else {
                for (i, header) in (trace..).zip(headers.chunks_mut(apart)) {
                    read(i, header)?;
                }
            }
            // A disk may have been waited for.
            running.check()?;
            for (i, start) in starts[done..done + run].iter_mut().enumerate() {
                *start = used + i * apart;
            }
            used += headers.len();
            done += run;
        }
        Ok(done)
    }

    /// The trace of a row, and how many from there on follow each other.
    fn run_at(&self, row: usize, most: usize) -> Result<(u64, usize)> {
        match self.walk.get(row) {
            MISSING => Err(Kind::MissingTrace { row }.into()),
            trace => Ok((trace, self.walk.run(row, most))),
        }
    }
}
