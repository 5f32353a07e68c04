//! Traces of different lengths: how long each is, and what stands behind the shorter ones in rows that
//! are as long as the longest.

use super::Reader;
use crate::error::Result;
use crate::lengths::Lengths;
use crate::options::Fill;
use crate::out::{Columns, Out};
use crate::parallel::Running;
use crate::read::pick::{Pick, Samples};
use crate::walk::{MISSING, Walk};

impl Reader {
    /// How many samples each trace has, where that varies; None where all have as many.
    ///
    /// All reads deliver rows of [`Reader::n_samples`], those of the longest trace, and fill up the
    /// shorter ones with [`fill`](crate::Options::fill): NaN, if nothing else was said. Only
    /// [`Reader::read_trace_into`] also takes memory for just what the trace has.
    #[must_use]
    pub fn lengths(&self) -> Option<&Lengths> {
        self.facts.lengths.as_ref()
    }

    /// How many samples a trace has.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// assert_eq!(file.samples_of(7)?, 16);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `Class::Index` past the last trace.
    pub fn samples_of(&self, trace: u64) -> Result<u64> {
        self.check_trace(trace)?;
        Ok(self.lengths().map_or(self.n_samples(), |lengths| lengths.get(trace)))
    }

    /// Returns the byte offset of the header of a trace in its file, or for one past the last trace the
    /// offset where that ends. Of several files, [`Reader::files`] tells which one contains the trace.
    ///
    /// # Errors
    /// `Class::Index` for a trace further on.
    pub fn trace_offset(&self, trace: u64) -> Result<u64> {
        if trace != self.n_traces() {
            self.check_trace(trace)?;
        }
        let at = self.facts.layout.header_offset(trace);
        Ok(self.source.file_at(at).map_or_else(|| self.source.stored_at(at), |(_, at)| at))
    }

    /// What stands for samples behind the ends of traces, if any are to be read.
    ///
    /// # Errors
    /// `Class::Geometry` where an integer destination has no `fill` for them; `Class::Value` where it
    /// cannot hold that.
    pub(super) fn padding(
        &self,
        walk: Walk<'_>,
        pick: Pick<'_>,
        out: &Out<'_>,
    ) -> Result<Option<Padding<'_>>> {
        let Some(lengths) = self.lengths() else { return Ok(None) };
        if walk.len().checked_mul(pick.len()) != Some(out.len()) {
            // A wrong length is told by what reads.
            return Ok(None);
        }
        let kind = out.kind();
        let short = |row: usize| match walk.get(row) {
            MISSING => false,
            trace => behind(pick, row, lengths.get(trace)).next().is_some(),
        };
        if !(0..walk.len()).any(short) {
            return Ok(None);
        }
        let fill = self.options.fill_for(kind, "traces have different lengths")?;
        Ok(Some(Padding { lengths, fill }))
    }
}

/// Rows that are filled up between two looks for an interruption.
const POLL_EVERY: usize = 4096;

/// What stands behind the ends of traces.
pub(super) struct Padding<'a> {
    lengths: &'a Lengths,
    fill: Fill,
}

impl Padding<'_> {
    /// Puts it in place, in a destination that holds all else.
    ///
    /// # Errors
    /// `Class::Destination` for another length; whatever `running.poll` returns.
    pub(super) fn put(
        &self,
        out: Out<'_>,
        walk: Walk<'_>,
        pick: Pick<'_>,
        running: Running<'_>,
    ) -> Result<()> {
        let (rows, each) = (walk.len(), pick.len());
        let slices = matches!(pick, Pick::Slices(_));
        let mut to: Columns<'_> =
            if slices { out.rows(each, rows)?.into() } else { out.rows(rows, each)?.into() };
        for row in 0..rows {
            if row % POLL_EVERY == POLL_EVERY - 1 {
                running.check()?;
            }
            let trace = walk.get(row);
            if trace == MISSING {
                continue;
            }
            for places in behind(pick, row, self.lengths.get(trace)) {
                if slices {
                    for place in places {
                        to.fill(place, row, 1, self.fill.sample());
                    }
                } else {
                    to.fill(row, places.start, places.len(), self.fill.sample());
                }
            }
        }
        Ok(())
    }
}

/// Which of the samples that are read of a row are behind the end of a trace of `n`: stretches of them,
/// by their place in the row.
fn behind(pick: Pick<'_>, row: usize, n: u64) -> impl Iterator<Item = std::ops::Range<usize>> {
    let (run, list) = match pick {
        Pick::Run(samples) => (within_run(samples, n), &[][..]),
        Pick::Window { starts, len } => {
            let held = i128::from(n) - starts.get(row).copied().map_or(0, i128::from);
            (held.clamp(0, len as i128) as usize..len, &[][..])
        }
        Pick::Samples(samples) | Pick::Slices(samples) => (0..0, samples),
    };
    let listed = list.iter().enumerate().filter(move |(_, sample)| **sample >= n);
    let run = Some(run).filter(|run| !run.is_empty());
    run.into_iter().chain(listed.map(|(place, _)| place..place + 1))
}

fn within_run(Samples { first, step, count }: Samples, n: u64) -> std::ops::Range<usize> {
    let apart = step.unsigned_abs().max(1);
    let limit = |places: u64| usize::try_from(places).unwrap_or(usize::MAX).min(count);
    if step < 0 {
        0..first.checked_sub(n).map_or(0, |beyond| limit(beyond / apart + 1))
    } else {
        limit(n.saturating_sub(first).div_ceil(apart))..count
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

        #[test]
        fn stretches_are_the_samples_behind_the_end(
            low in 0u64..12, step in -5i64..6, count in 0usize..9, n in 0u64..30, start in -9i64..30,
        ) {
            prop_assume!(step != 0);
            let reach = step.unsigned_abs() * (count as u64).saturating_sub(1);
            let first = if step < 0 { low + reach } else { low };
            let run = Samples { first, step, count };
            let index = |j: usize| first.wrapping_add_signed(j as i64 * step);
            let list: Vec<u64> = (0..count).map(index).collect();
            let want: Vec<usize> = (0..count).filter(|&j| index(j) >= n).collect();
            for pick in [Pick::Run(run), Pick::Samples(&list), Pick::Slices(&list)] {
                let got: Vec<usize> = behind(pick, 0, n).flatten().collect();
                prop_assert_eq!(&got, &want, "{:?}", pick);
            }
            let window = Pick::Window { starts: &[0, start], len: count };
            let got: Vec<usize> = behind(window, 1, n).flatten().collect();
            let want: Vec<usize> =
                (0..count).filter(|&j| start + j as i64 >= n.cast_signed()).collect();
            prop_assert_eq!(got, want);
        }
    }
}
