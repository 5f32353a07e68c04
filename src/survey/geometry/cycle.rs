//! The survey of keys that are known to run in cycles.

use super::{Axis, Geometry, grid, shape};
use crate::read::keys::NO_KEY;

/// One word of all keys, where its labels follow each other in cycles.
#[derive(Debug, Clone)]
pub(crate) struct Cycle<L> {
    /// How many traces in a row have the same label.
    pub(crate) repeat: u64,
    /// How many labels there are, then they begin anew.
    pub(crate) period: u64,
    /// The labels of a period.
    pub(crate) labels: L,
}

impl Geometry {
    /// The regular survey of traces whose inlines, crosslines and offsets run in cycles, as an
    /// assumption. None where they are not exactly the grid of their labels.
    ///
    /// It is the one that [`Geometry::from_sweep`] makes of the keys, but takes time in proportion to
    /// the axes only.
    pub(crate) fn cyclic<L>(n_traces: u64, columns: &[Cycle<L>; 3]) -> Option<Geometry>
    where
        L: Iterator<Item = i32> + Clone,
    {
        let n_traces = u128::from(n_traces);
        let periods = columns.each_ref().map(|column| u128::from(column.period));
        let prestack = periods[0].checked_mul(periods[1])? != n_traces;
        if prestack && periods[0].checked_mul(periods[1])?.checked_mul(periods[2])? != n_traces {
            return None;
        }
        let axis = |word: usize| Axis::new(columns[word].labels.clone().collect());
        let offsets =
            if prestack { axis(2)? } else { Axis::single(columns[2].labels.clone().next()?) };
        let axes = [axis(0)?, axis(1)?, offsets];
        // Traces without a key belong to no cell.
        if (0..2).all(|word| axes[word].index_of(NO_KEY[word]).is_some()) {
            return None;
        }
        let shape = shape(&axes);
        let fits = |order: &grid::Order| {
            let steps = grid::steps(*order, shape);
            (0..3).all(|axis| shape[axis] == 1 || columns[axis].repeat == steps[axis] as u64)
        };
        let order = grid::orders(prestack).iter().copied().find(fits)?;
        Some(Geometry::regular(axes, prestack, order, false))
    }

    /// The same, as an assumption.
    pub(crate) fn assumed(self) -> Geometry {
        Geometry { proved: false, ..self }
    }
}
