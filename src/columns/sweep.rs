//! The sweep: every header of a walk, block by block, on all threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Column;
use crate::error::{Error, Kind, Result};
use crate::layout::Layout;
use crate::out::{Bytes, Part, Parts};
use crate::parallel::{Running, team};
use crate::scratch;
use crate::source::{Source, end_within, read_some};
use crate::walk::{MISSING, Walk};

/// Headers that are in hand at once. All columns are taken from them before the next ones are looked
/// at, so their bytes are still in the nearest cache. Chosen by `benches/python/run.py`.
pub(crate) const BLOCK: usize = 128;

/// Traces whose headers a thread takes at a time.
const PART: usize = 4096;

/// Traces at most so long are swept by reading all of the file. A call to the system for each header
/// costs as much as reading 4 kB, and every page of such a file, which is what a disk is asked for, has
/// some header in it anyway.
const READ_THROUGH: u64 = 2048;

/// Headers read one by one between two looks for an interruption.
const LISTEN_EVERY: usize = 64;

/// Some headers, wherever they lie.
pub(crate) struct Headers<'b> {
    bytes: Bytes<'b>,
    /// The first byte of each header. That all columns lie within `bytes` was checked.
    starts: &'b [usize],
}

impl<'b> Headers<'b> {
    /// How many there are, at most [`BLOCK`].
    pub(crate) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The memory in which they are.
    #[inline]
    pub(crate) fn bytes(&self) -> Bytes<'b> {
        self.bytes
    }

    /// Where in it each begins.
    #[inline]
    pub(crate) fn starts(&self) -> impl Iterator<Item = usize> + '_ {
        self.starts.iter().copied()
    }

    /// Copies bytes of a header.
    pub(crate) fn copy(&self, header: usize, offset: usize, to: &mut [u8]) {
        self.bytes.copy_to((self.starts[header] + offset) as u64, to);
    }
}

/// What is done with the headers of the rows of a part from a row on.
pub(crate) type Visit<'v> =
    &'v (dyn Fn(&Headers<'_>, usize, &mut Part<'_, '_>) -> Result<()> + Sync);

/// Which headers, and which bytes of them.
pub(crate) struct Sweep<'a> {
    source: &'a dyn Source,
    layout: &'a Layout,
    walk: Walk<'a>,
    /// The bytes of a header from which all columns can be had.
    low: usize,
    high: usize,
}

impl<'a> Sweep<'a> {
    pub(crate) fn new(
        source: &'a dyn Source,
        layout: &'a Layout,
        walk: Walk<'a>,
        columns: &[Column],
    ) -> Sweep<'a> {
        let low = columns.iter().map(|column| usize::from(column.offset)).min().unwrap_or(0);
        let high = columns.iter().map(Column::end).max().unwrap_or(low);
        Sweep { source, layout, walk, low, high }
    }

    /// Visits all headers once, those of a part in order, on several threads where that pays.
    ///
    /// # Errors
    /// From the source; [`Kind::Format`] where the file has become shorter; [`Kind::Index`] for a
    /// missing trace; whatever `running.poll` returns.
    pub(crate) fn run(
        &self,
        parts: &Parts<'_, '_>,
        running: Running<'_>,
        visit: Visit<'_>,
    ) -> Result<()> {
        let stopped = AtomicBool::new(false);
        let failure = Mutex::new(None);
        let member = |running: Running<'_>| {
            let result = self.with_scratch(|scratch| {
                while !stopped.load(Ordering::Relaxed) {
                    let Some(mut part) = parts.take(PART) else { break };
                    running.check()?;
                    self.part(&mut part, scratch, running, visit)?;
                }
                Ok(())
            });
            if let Err(error) = result {
                stopped.store(true, Ordering::Relaxed);
                failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            }
        };
        // A sweep of one part is over before another thread has woken.
        let threads = if parts.rows() > PART { running.threads } else { 1 };
        team(threads, || member(running), &|| member(Running::default()));
        failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }

    /// Working memory for headers that are read; those in memory are looked at where they lie.
    fn with_scratch<R>(&self, work: impl FnOnce(&mut [u8]) -> R) -> R {
        if self.source.bytes().is_some() { work(&mut []) } else { scratch::with(work) }
    }

    fn part(
        &self,
        part: &mut Part<'_, '_>,
        scratch: &mut [u8],
        running: Running<'_>,
        visit: Visit<'_>,
    ) -> Result<()> {
        let mut starts = [0; BLOCK];
        let mut row = 0;
        while row < part.count() {
            let most = BLOCK.min(part.count() - row);
            let (first, starts) = (part.first() + row, &mut starts[..most]);
            let (bytes, n) = match self.source.bytes() {
                Some(bytes) => (bytes, self.locate(bytes, first, starts)?),
                None => {
                    let n = self.read(first, starts, scratch, running)?;
                    (Bytes::from(&*scratch), n)
                }
            };
            visit(&Headers { bytes, starts: &starts[..n] }, row, part)?;
            row += n;
        }
        Ok(())
    }

    /// Says where the headers of the rows from `first` on lie in memory.
    fn locate(&self, bytes: Bytes<'_>, first: usize, starts: &mut [usize]) -> Result<usize> {
        let layout = self.layout;
        let mut done = 0;
        while done < starts.len() {
            let (trace, run) = self.run_at(first + done, starts.len() - done)?;
            for (i, start) in (0..).zip(&mut starts[done..done + run]) {
                let offset = layout.header_offset(trace + i);
                let end = offset + self.high as u64;
                if end > bytes.len() as u64 {
                    return Err(layout.ended(trace + i, bytes.len() as u64));
                }
                // Within memory, so it fits.
                *start = offset as usize;
            }
            done += run;
        }
        Ok(done)
    }

    /// Reads the headers of the rows from `first` on, as many as there is room for, and says where in
    /// the working memory they then lie.
    fn read(
        &self,
        first: usize,
        starts: &mut [usize],
        scratch: &mut [u8],
        running: Running<'_>,
    ) -> Result<usize> {
        let layout = self.layout;
        let through = layout.trace_len() <= READ_THROUGH;
        let one = self.high - self.low;
        // Places count from where a header would begin, `low` bytes before what is read of it.
        let (mut done, mut used) = (0, self.low);
        while done < starts.len() {
            let (trace, run) = self.run_at(first + done, starts.len() - done)?;
            // From the first byte wanted of the run to the last.
            let apart = if through { layout.trace_len() as usize } else { one.max(1) };
            let room = scratch.len() - used;
            if room < one {
                break;
            }
            let most = if through { BLOCK } else { LISTEN_EVERY };
            let run = run.min(most).min((room - one) / apart + 1);
            let headers = &mut scratch[used..used + (run - 1) * apart + one];
            let read = |trace, headers: &mut [u8]| {
                let offset = layout.header_offset(trace) + self.low as u64;
                let got = read_some(self.source, offset, headers, running.cached)?;
                if got < headers.len() {
                    let whole = got.checked_sub(one).map_or(0, |rest| rest / apart + 1);
                    let end = end_within(self.source, offset + got as u64);
                    return Err(layout.ended(trace + whole as u64, end));
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
                *start = used + i * apart - self.low;
            }
            used += headers.len();
            done += run;
        }
        Ok(done)
    }

    /// The trace of a row, and how many from there on follow each other.
    fn run_at(&self, row: usize, most: usize) -> Result<(u64, usize)> {
        match self.walk.get(row) {
            MISSING => {
                Err(Error::new(Kind::Index, "a row without a trace has no header").have(row))
            }
            trace => Ok((trace, self.walk.run(row, most))),
        }
    }
}
