//! The sweep: every header of a walk, block by block, on all threads.

use std::ops::Range;

use super::plan::{Piece, Plan, Round};
pub(crate) use super::queue::Results;
use super::queue::share_rows;
use crate::error::{Error, Kind, Result};
use crate::header::batch::{BLOCK, Headers};
use crate::layout::Layout;
use crate::parallel::Running;
use crate::source::Source;
use crate::walk::{MISSING, Walk};

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
        results: R,
        running: Running<'_>,
        visit: impl Fn(&Headers<'_>, &mut R, usize) -> Result<()> + Sync,
    ) -> Result<()> {
        let plan = Plan::new(self.source, self.layout, running.threads);
        let rows = self.walk.len();
        let row = plan.cost_of(self.bytes.len() as u64, 1).max(1);
        let total = row.saturating_mul(rows as u64);
        let (threads, part) = plan.parts(total);
        let parts = (threads, (part / row).max(1) as usize);
        share_rows(
            results,
            rows,
            parts,
            running,
            |work| plan.with_scratch(&self.walk, self.bytes.len() as u64, work),
            |part, rows, scratch, running| self.part(&plan, rows, part, (scratch, running), &visit),
        )
    }

    fn part<R>(
        &self,
        plan: &Plan<'_>,
        rows: Range<usize>,
        part: &mut R,
        (scratch, running): (&mut [u8], Running<'_>),
        visit: &impl Fn(&Headers<'_>, &mut R, usize) -> Result<()>,
    ) -> Result<()> {
        let mut row = rows.start;
        while row < rows.end {
            let piece = |row| self.piece(plan, row);
            let end = if plan.in_place() { rows.end.min(row + BLOCK) } else { rows.end };
            row += plan.round(row..end, 1, &piece, (&mut *scratch, running), |round, n| {
                let mut starts = [0; BLOCK];
                for first in (row..row + n).step_by(BLOCK) {
                    let starts = &mut starts[..BLOCK.min(row + n - first)];
                    self.locate(plan, round, first, starts)?;
                    let swept = self.bytes.clone();
                    let headers = Headers::new(round.memory(), starts, swept, (&self.walk, first));
                    visit(&headers, part, first - rows.start)?;
                }
                Ok::<(), Error>(())
            })?;
            running.check()?;
        }
        Ok(())
    }

    /// Finds the headers of the rows from `first` on in the memory of a round.
    fn locate(
        &self,
        plan: &Plan<'_>,
        round: &mut Round<'_>,
        first: usize,
        starts: &mut [usize],
    ) -> Result<()> {
        let (len, end) = (self.bytes.len() as u64, round.memory().len() as u64);
        let mut done = 0;
        while done < starts.len() {
            let row = first + done;
            let trace = self.walk.get(row);
            if trace == MISSING {
                return Err(Kind::MissingTrace { row }.into());
            }
            let run = self.walk.run(row, starts.len() - done);
            for (i, start) in starts[done..done + run].iter_mut().enumerate() {
                let header = self.layout.header_offset(trace + i as u64);
                let at = round.position(row + i, header + self.bytes.start as u64);
                if at + len > end {
                    return Err(plan.ended(trace + i as u64));
                }
                // Within memory, so it fits.
                *start = at as usize;
            }
            done += run;
        }
        Ok(())
    }

    /// The bytes of the header of a row; None for a trace that is missing.
    #[inline]
    fn piece(&self, plan: &Plan<'_>, row: usize) -> Option<Piece> {
        plan.piece(self.walk.get(row), self.bytes.start as u64, self.bytes.end as u64)
    }
}
