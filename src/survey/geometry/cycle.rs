//! Columns of survey keys that repeat in cycles, and the regular survey they make.

use super::{Axis, Geometry, Key, grid, shape};
use crate::read::keys::NO_KEY;

/// One survey key of all traces: value `i` is `labels[i / repeat % labels.len()]`.
///
/// Every column has this form, at worst with `repeat` 1 and a label per trace. On a regular survey the
/// labels of each column are those of its axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cycle {
    /// How many consecutive traces have the same label.
    pub(crate) repeat: u64,
    /// The labels, after which they start again. There is at least one.
    pub(crate) labels: Vec<i32>,
}

impl Cycle {
    /// Return the shortest cycle of one survey key; `keys` has at least one trace.
    pub(crate) fn of(keys: &[Key], word: usize) -> Cycle {
        let same = keys.iter().take_while(|key| key[word] == keys[0][word]).count();
        let repeats = keys.chunks(same).all(|run| run.iter().all(|key| key[word] == run[0][word]));
        let repeat = if repeats { same } else { 1 };
        let mut labels: Vec<i32> = keys.iter().step_by(repeat).map(|key| key[word]).collect();
        let period = labels.iter().skip(1).position(|label| *label == labels[0]);
        if let Some(period) = period.map(|at| at + 1)
            && labels[period..].iter().zip(&labels).all(|(label, before)| label == before)
        {
            labels.truncate(period);
        }
        Cycle { repeat: repeat as u64, labels }
    }

    /// Store the value of every trace as one word of its key.
    pub(crate) fn spread(&self, keys: &mut [Key], word: usize) {
        let repeat = usize::try_from(self.repeat).unwrap_or(usize::MAX).max(1);
        let labels = self.labels.iter().cycle();
        if repeat == 1 {
            keys.iter_mut().zip(labels).for_each(|(key, label)| key[word] = *label);
            return;
        }
        for (run, label) in keys.chunks_mut(repeat).zip(labels) {
            run.iter_mut().for_each(|key| key[word] = *label);
        }
    }
}

impl Geometry {
    /// The regular survey of traces whose inlines, crosslines and offsets run in cycles, as an
    /// assumption. None where they are not exactly the grid of their labels.
    ///
    /// It is the one that [`Geometry::from_sweep`] makes of the keys, but takes time in proportion to
    /// the axes only.
    pub(crate) fn cyclic(n_traces: u64, columns: &[Cycle; 3]) -> Option<Geometry> {
        let n_traces = u128::from(n_traces);
        let periods = columns.each_ref().map(|column| column.labels.len() as u128);
        let prestack = periods[0].checked_mul(periods[1])? != n_traces;
        if prestack && periods[0].checked_mul(periods[1])?.checked_mul(periods[2])? != n_traces {
            return None;
        }
        let axis = |word: usize| Axis::new(columns[word].labels.clone());
        let offsets = if prestack { axis(2)? } else { Axis::single(*columns[2].labels.first()?) };
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cycle(values: &[i32]) -> Cycle {
        let keys: Vec<Key> = values.iter().map(|&value| [0, value, 0]).collect();
        Cycle::of(&keys, 1)
    }

    #[test]
    fn cycle_of_regular_axis_has_labels_of_axis() {
        let inlines: Vec<i32> = (0..10_000).map(|i| 1000 + i / 250).collect();
        let crosslines: Vec<i32> = (0..10_000).map(|i| 5000 - 2 * (i % 250)).collect();
        let offsets: Vec<i32> = (0..10_000).map(|i| 100 * (i / 50 % 5)).collect();
        for (values, (repeat, count)) in [
            (&inlines, (250, 40)),
            (&crosslines, (1, 250)),
            (&offsets, (50, 5)),
            (&vec![7; 9], (9, 1)),
        ] {
            let found = cycle(values);
            assert_eq!((found.repeat, found.labels.len()), (repeat, count));
        }
    }

    fn column() -> impl Strategy<Value = Vec<i32>> {
        let value = || prop_oneof![-3i32..3, any::<i32>()];
        prop_oneof![
            prop::collection::vec(value(), 1..60),
            (prop::collection::vec(value(), 1..8), 1usize..5, 1usize..60).prop_map(
                |(labels, repeat, n)| (0..n).map(|i| labels[i / repeat % labels.len()]).collect()
            ),
        ]
    }

    proptest! {
        #[test]
        fn cycle_values_equal_the_column(values in column()) {
            let found = cycle(&values);
            let mut keys = vec![[0; 3]; values.len()];
            found.spread(&mut keys, 2);
            prop_assert!(keys.iter().map(|key| key[2]).eq(values.iter().copied()));
        }
    }
}
