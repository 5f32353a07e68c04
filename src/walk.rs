//! Which traces a read delivers, row by row, without a list of them where arithmetic will do.

/// What [`Walk::get`] returns for a row without a trace.
pub const MISSING: u64 = u64::MAX;

/// The traces of a read, in the order of the rows of its destination.
///
/// `axes` are (count, step) in C order, the last varying fastest; an unused axis is `(1, 0)`.
/// Nothing here allocates.
///
/// ```
/// use segbuf::Walk;
/// // A crossline of a survey of 3 inlines by 10 crosslines, sorted by inline.
/// let walk = Walk::affine(4, [(1, 0), (1, 0), (3, 10)]);
/// assert_eq!((0..walk.len()).map(|row| walk.get(row)).collect::<Vec<_>>(), [4, 14, 24]);
/// // An inline of it: ten consecutive traces.
/// let walk = Walk::affine(20, [(1, 0), (1, 0), (10, 1)]);
/// assert_eq!((walk.len(), walk.get(9)), (10, 29));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Walk<'a> {
    /// Traces by arithmetic: `first` and a step a row along each axis. Every row has a trace.
    Affine {
        /// The trace of row 0, counted from 0.
        first: u64,
        /// Count and step in traces of each axis.
        axes: [(usize, i64); 3],
    },
    /// Traces from a list, [`MISSING`] where there is none.
    List(&'a [u64]),
    /// Traces from the table of an irregular survey: trace number plus 1, 0 where there is none.
    Table {
        /// The whole table.
        cells: &'a [u32],
        /// The cell of row 0.
        first: usize,
        /// Count and step in cells of each axis.
        axes: [(usize, i64); 3],
    },
}

impl<'a> Walk<'a> {
    /// A walk by arithmetic, its axes joined where one continues the other, so that runs are long.
    #[must_use]
    pub fn affine(first: u64, axes: [(usize, i64); 3]) -> Walk<'static> {
        Walk::Affine { first, axes: joined(axes) }
    }

    /// The first `n` traces, in the order of the file.
    #[must_use]
    pub fn first(n: usize) -> Walk<'static> {
        Walk::affine(0, [(1, 0), (1, 0), (n, 1)])
    }

    /// A walk through a table, its axes joined where one continues the other.
    #[must_use]
    #[doc(hidden)]
    pub fn table(cells: &'a [u32], first: usize, axes: [(usize, i64); 3]) -> Walk<'a> {
        Walk::Table { cells, first, axes: joined(axes) }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Walk::Affine { axes, .. } | Walk::Table { axes, .. } => {
                axes.iter().fold(1, |n: usize, axis| n.saturating_mul(axis.0))
            }
            Walk::List(traces) => traces.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether some row has no trace.
    #[must_use]
    pub(crate) fn has_missing(&self) -> bool {
        match self {
            Walk::Affine { .. } => false,
            // A whole survey, say, is looked through as fast as memory goes.
            Walk::Table { cells, first, axes: [(1, _), (1, _), (n, 1)] } => {
                cells.get(*first..).and_then(|cells| cells.get(..*n)).is_none_or(|c| c.contains(&0))
            }
            _ => (0..self.len()).any(|row| self.get(row) == MISSING),
        }
    }

    /// The lowest and the highest trace; None where there is no row. Of a list or a table, all are
    /// looked at. What is no number of a trace, below 0 or [`MISSING`], is past every end.
    #[must_use]
    pub fn ends(&self) -> Option<[u64; 2]> {
        if self.is_empty() {
            return None;
        }
        match self {
            Walk::Affine { first, axes } => {
                let (mut low, mut high) = (i128::from(*first), i128::from(*first));
                for (count, step) in axes {
                    // 63 bits by 64.
                    let reach = i128::from(*step) * (*count as i128 - 1);
                    low = low.saturating_add(reach.min(0));
                    high = high.saturating_add(reach.max(0));
                }
                Some([low, high].map(|end| u64::try_from(end).unwrap_or(MISSING)))
            }
            _ => {
                let traces = || (0..self.len()).map(|row| self.get(row));
                traces().min().zip(traces().max()).map(|(low, high)| [low, high])
            }
        }
    }

    /// The trace of a row, or [`MISSING`]; rows past the end have none.
    #[must_use]
    #[inline]
    pub fn get(&self, row: usize) -> u64 {
        if row >= self.len() {
            return MISSING;
        }
        match self {
            Walk::Affine { first, axes } => first.wrapping_add_signed(along(axes, row)),
            Walk::List(traces) => traces[row],
            Walk::Table { cells, first, axes } => {
                trace_of(cells, first.wrapping_add_signed(along(axes, row) as isize))
            }
        }
    }

    /// How many rows from `row` on are one block, at most `most` of them: their traces follow each
    /// other in the file, or none of them has a trace. A block may be returned in pieces; it is 0 only
    /// past the end or where `most` is 0. `most` bounds the work as well.
    #[must_use]
    #[inline]
    pub(crate) fn run(&self, row: usize, most: usize) -> usize {
        let most = most.min(self.len().saturating_sub(row));
        if most <= 1 {
            return most;
        }
        match self {
            Walk::Affine { axes, .. } => match axes[2] {
                (count, 1) => most.min(count - row % count),
                _ => 1,
            },
            Walk::List(traces) => block(traces[row..row + most].iter().copied()),
            Walk::Table { cells, first, axes } => {
                let (count, step) = axes[2];
                let start = first.wrapping_add_signed(along(axes, row) as isize);
                let rows = most.min(count - row % count);
                block((0..rows).map(|i| {
                    let cell = start.wrapping_add_signed((i as i64).wrapping_mul(step) as isize);
                    trace_of(cells, cell)
                }))
            }
        }
    }
}

/// The trace that a table has in a cell.
#[inline]
fn trace_of(cells: &[u32], cell: usize) -> u64 {
    match cells.get(cell) {
        Some(&trace) if trace != 0 => u64::from(trace) - 1,
        _ => MISSING,
    }
}

/// The steps from row 0 to a row that lies within the axes.
#[inline]
fn along(axes: &[(usize, i64); 3], row: usize) -> i64 {
    let [(_, slow), (middle_count, middle), (fast_count, fast)] = *axes;
    if row < fast_count {
        return (row as i64).wrapping_mul(fast);
    }
    let outer = row / fast_count;
    ((row % fast_count) as i64)
        .wrapping_mul(fast)
        .wrapping_add(((outer % middle_count) as i64).wrapping_mul(middle))
        .wrapping_add(((outer / middle_count) as i64).wrapping_mul(slow))
}

/// How many of the traces, from the first on, follow each other or are all missing.
#[inline]
fn block(mut traces: impl Iterator<Item = u64>) -> usize {
    let Some(first) = traces.next() else { return 0 };
    let mut want = first;
    1 + traces
        .take_while(|&trace| {
            if first != MISSING {
                want = want.wrapping_add(1);
            }
            trace == want && (trace == MISSING) == (first == MISSING)
        })
        .count()
}

/// The same walk with as few axes as possible: an outer axis that continues the inner one joins it.
fn joined(axes: [(usize, i64); 3]) -> [(usize, i64); 3] {
    let mut out = [(1, 0); 3];
    if axes.iter().any(|axis| axis.0 == 0) {
        out[2] = (0, 0);
        return out;
    }
    let mut at = 2;
    for &(count, step) in axes.iter().rev().filter(|axis| axis.0 != 1) {
        let (inner, inner_step) = out[at];
        if inner == 1 {
            out[at] = (count, step);
        } else if (inner as i64).checked_mul(inner_step) == Some(step) {
            out[at].0 = inner.saturating_mul(count);
        } else {
            at -= 1;
            out[at] = (count, step);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(walk: &Walk<'_>) -> Vec<u64> {
        (0..walk.len()).map(|row| walk.get(row)).collect()
    }

    fn naive(first: i64, axes: [(usize, i64); 3]) -> Vec<i64> {
        let mut out = Vec::new();
        for a in 0..axes[0].0 as i64 {
            for b in 0..axes[1].0 as i64 {
                for c in 0..axes[2].0 as i64 {
                    out.push(first + a * axes[0].1 + b * axes[1].1 + c * axes[2].1);
                }
            }
        }
        out
    }

    /// Blocks tell the truth, cover every row, and never exceed what was asked for.
    fn blocks_are_blocks(walk: &Walk<'_>, most: usize) {
        let mut row = 0;
        while row < walk.len() {
            let run = walk.run(row, most);
            assert!(run >= 1 && run <= most && row + run <= walk.len());
            for i in 0..run {
                let want = match walk.get(row) {
                    MISSING => MISSING,
                    first => first + i as u64,
                };
                assert_eq!(walk.get(row + i), want);
            }
            row += run;
        }
        assert_eq!(walk.run(row, most), 0);
        assert_eq!(walk.get(row), MISSING);
    }

    proptest! {
        #[test]
        fn arithmetic_equals_three_loops(
            counts in prop::array::uniform3(0usize..5),
            steps in prop::array::uniform3(-30i64..30),
            most in 1usize..9,
        ) {
            let axes = [(counts[0], steps[0]), (counts[1], steps[1]), (counts[2], steps[2])];
            let want: Vec<u64> = naive(1000, axes).iter().map(|&t| t as u64).collect();
            for walk in [Walk::affine(1000, axes), Walk::Affine { first: 1000, axes }] {
                prop_assert_eq!(rows(&walk), want.clone());
                blocks_are_blocks(&walk, most);
            }
        }

        #[test]
        fn a_table_equals_three_loops(
            cells in prop::collection::vec(0u32..6, 125),
            counts in prop::array::uniform3(0usize..=5),
            most in 1usize..9,
        ) {
            let axes = [(counts[0], 25), (counts[1], 5), (counts[2], 1)];
            let walk = Walk::table(&cells, 0, axes);
            let want: Vec<u64> = naive(0, axes)
                .iter()
                .map(|&cell| cells[cell as usize].checked_sub(1).map_or(MISSING, u64::from))
                .collect();
            prop_assert_eq!(rows(&walk), want);
            blocks_are_blocks(&walk, most);
        }

        #[test]
        fn a_list_is_itself(traces in prop::collection::vec(0u64..6, 0..40), most in 1usize..9) {
            let traces: Vec<u64> =
                traces.into_iter().map(|t| if t == 0 { MISSING } else { t }).collect();
            let walk = Walk::List(&traces);
            prop_assert_eq!(rows(&walk), traces.clone());
            blocks_are_blocks(&walk, most);
        }
    }

    #[test]
    fn ends_are_those_of_all_rows() {
        let affine = |first, axes| Walk::Affine { first, axes }.ends();
        assert_eq!(affine(100, [(3, -10), (1, 77), (5, 2)]), Some([80, 108]));
        assert_eq!(affine(7, [(0, 1), (1, 0), (5, 2)]), None);
        assert_eq!(affine(5, [(2, -10), (1, 0), (1, 0)]), Some([MISSING, 5]));
        assert_eq!(affine(u64::MAX, [(2, 1), (1, 0), (1, 0)]), Some([MISSING; 2]));
        // Around all numbers and back to where it might have begun.
        assert_eq!(affine(5, [(2, -10), (3, -i64::MAX), (1, 0)]), Some([MISSING, 5]));
        let most = (usize::MAX, i64::MIN);
        assert_eq!(affine(5, [most; 3]), Some([MISSING, 5]));
        assert_eq!(affine(5, [(usize::MAX, i64::MAX); 3]), Some([5, MISSING]));
        assert_eq!(Walk::List(&[4, 2, 9]).ends(), Some([2, 9]));
        assert_eq!(Walk::List(&[4, MISSING, 9]).ends(), Some([4, MISSING]));
        assert_eq!(Walk::List(&[]).ends(), None);
        let cells = [3, 1, 0, 2];
        assert_eq!(Walk::table(&cells, 0, [(1, 0), (1, 0), (2, 1)]).ends(), Some([0, 2]));
        assert_eq!(Walk::table(&cells, 0, [(1, 0), (1, 0), (4, 1)]).ends(), Some([0, MISSING]));
    }

    #[test]
    fn a_row_without_a_trace_is_missing() {
        assert!(!Walk::affine(0, [(1, 0), (1, 0), (9, 1)]).has_missing());
        assert!(!Walk::List(&[1, 2]).has_missing());
        assert!(Walk::List(&[1, MISSING]).has_missing());
        let cells = [3, 1, 0, 2];
        assert!(!Walk::table(&cells, 0, [(1, 0), (1, 0), (2, 1)]).has_missing());
        assert!(Walk::table(&cells, 0, [(1, 0), (1, 0), (4, 1)]).has_missing());
        // Cells that the table does not have, be they behind it or before.
        assert!(Walk::table(&cells, 3, [(1, 0), (1, 0), (2, 1)]).has_missing());
        assert!(Walk::table(&cells, 1, [(1, 0), (1, 0), (3, -1)]).has_missing());
    }

    #[test]
    fn a_whole_regular_survey_is_one_run() {
        let walk = Walk::affine(0, [(4, 30), (5, 6), (6, 1)]);
        assert_eq!(walk.run(0, usize::MAX), 120);
    }

    #[test]
    fn the_last_trace_number_does_not_run_into_missing() {
        let walk = Walk::List(&[MISSING - 1, MISSING, MISSING]);
        assert_eq!(walk.run(0, 3), 1);
        assert_eq!(walk.run(1, 3), 2);
    }
}
