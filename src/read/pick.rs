//! Which samples of each trace a read takes.

/// Which samples of each trace: an affine run of sample indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Samples {
    /// The first sample index.
    pub first: u64,
    /// From one to the next; negative runs backwards. Never 0.
    pub step: i64,
    /// How many.
    pub count: usize,
}

impl Samples {
    /// The lowest sample index and the one after the highest, of at least one sample.
    pub(crate) fn hull(&self) -> (u64, u64) {
        let reach = (self.count as u64 - 1) * self.step.unsigned_abs();
        if self.step < 0 {
            (self.first - reach, self.first + 1)
        } else {
            (self.first, self.first + reach + 1)
        }
    }

    /// Which of the wanted samples lie in `from..to`: a range of positions in the row.
    pub(crate) fn within(&self, from: u64, to: u64) -> std::ops::Range<usize> {
        let step = self.step.unsigned_abs();
        let (low, high) = if self.step < 0 {
            let low = self.first.checked_sub(to).map_or(0, |d| d / step + 1);
            (low, self.first.checked_sub(from).map_or(0, |d| d / step + 1))
        } else {
            let up = |x: u64| x.saturating_sub(self.first).div_ceil(step);
            (up(from), up(to))
        };
        let count = self.count as u64;
        low.min(count) as usize..high.min(count) as usize
    }
}

/// Which samples are read of each cell, and their order in the destination.
#[derive(Debug, Clone, Copy)]
pub enum Pick<'a> {
    /// A run of samples: (cell, sample).
    Run(Samples),
    /// Samples by index, in any order: (cell, sample).
    Samples(&'a [u64]),
    /// The same, samples first: (sample, cell).
    Slices(&'a [u64]),
    /// `len` samples of each cell from its own first sample on, which may be outside the trace:
    /// (cell, sample). What is outside is filled as a missing trace is.
    Window {
        /// The sample index of the first, for each cell.
        starts: &'a [i64],
        /// How many.
        len: usize,
    },
}

impl Pick<'_> {
    /// Samples of each trace.
    pub(crate) fn len(&self) -> usize {
        match self {
            Pick::Run(samples) => samples.count,
            Pick::Samples(samples) | Pick::Slices(samples) => samples.len(),
            Pick::Window { len, .. } => *len,
        }
    }
}
