//! One axis of a survey: its labels in order, and the way back from a label to its index.

use std::fmt;
use std::ops::RangeInclusive;

use super::Key;
use crate::error::{Error, Kind, Result};
use crate::parallel::Running;

/// The labels of one axis, in axis order, which is strictly ascending or strictly descending.
///
/// It runs as the labels first appear in the file if that is monotone, else ascending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Axis {
    labels: Vec<i32>,
    /// The constant step between labels, 0 where there is none.
    step: i64,
}

impl Axis {
    /// An axis of labels that are strictly monotone and at least one; else none.
    pub(super) fn new(labels: Vec<i32>) -> Option<Axis> {
        let mut steps = labels.windows(2).map(|pair| i64::from(pair[1]) - i64::from(pair[0]));
        let step = match steps.next() {
            Some(step) => step,
            None if labels.is_empty() => return None,
            None => 1,
        };
        let mut constant = true;
        for next in steps {
            constant &= next == step;
            if next == 0 || (next < 0) != (step < 0) {
                return None;
            }
        }
        (step != 0).then_some(Axis { labels, step: if constant { step } else { 0 } })
    }

    /// The axis of one label.
    pub(super) fn single(label: i32) -> Axis {
        Axis { labels: vec![label], step: 1 }
    }

    /// The axis of one word of all keys; none where there are no keys.
    ///
    /// # Errors
    /// What `running.poll` returns.
    pub(super) fn of(keys: &[Key], word: usize, running: Running<'_>) -> Result<Option<Axis>> {
        let Some(first) = keys.first().map(|key| key[word]) else { return Ok(None) };
        // A label that exceeds all before it appears for the first time; so labels first appear in
        // ascending order exactly when there are as many such moments as labels.
        let (mut low, mut high, mut lows, mut highs) = (first, first, 1, 1);
        running.each(keys, |key| {
            let label = key[word];
            if label > high {
                (high, highs) = (label, highs + 1);
            } else if label < low {
                (low, lows) = (label, lows + 1);
            }
        })?;
        let mut labels = distinct(keys, word, low..=high, running)?;
        if labels.len() == lows && labels.len() != highs {
            labels.reverse();
        }
        Ok(Axis::new(labels))
    }

    /// The labels, in axis order.
    #[must_use]
    pub fn labels(&self) -> &[i32] {
        &self.labels
    }

    /// The number of labels, at least 1.
    #[must_use]
    #[allow(clippy::len_without_is_empty)] // An axis is never empty.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// The constant step from label to label where there is one; an axis of one label has step 1.
    #[must_use]
    pub fn step(&self) -> Option<i64> {
        (self.step != 0).then_some(self.step)
    }

    /// Whether labels fall along the axis.
    #[must_use]
    pub fn is_descending(&self) -> bool {
        self.labels[0] > self.labels[self.labels.len() - 1]
    }

    /// The index of a label, counted from 0: by arithmetic where the step is constant, else by
    /// binary search.
    #[must_use]
    #[inline]
    pub fn index_of(&self, label: i32) -> Option<usize> {
        if self.step == 0 {
            return if self.is_descending() {
                self.labels.binary_search_by(|probe| label.cmp(probe)).ok()
            } else {
                self.labels.binary_search(&label).ok()
            };
        }
        let distance = i64::from(label) - i64::from(self.labels[0]);
        // Most surveys count by ones, and a division costs as much as the rest together.
        let index = match self.step {
            1 => distance,
            step if distance % step == 0 => distance / step,
            _ => return None,
        };
        usize::try_from(index).ok().filter(|&index| index < self.labels.len())
    }

    /// The indices that a slice of labels chooses, in the order in which they are delivered.
    ///
    /// A slice is half-open, in label units, over the labels that exist. Without a step it follows
    /// the axis: it begins at `start` and ends before `stop` as labels run, so that a descending
    /// axis is sliced `10:5`. With a step it goes up or down as the sign of the step says, whatever
    /// the axis, and takes the labels `start`, `start + step` and so on that exist; without `start`
    /// it begins at the lowest label, or with a negative step at the highest.
    ///
    /// # Errors
    /// `Class::Value` for a step of 0.
    pub fn labels_in(
        &self,
        start: Option<i64>,
        stop: Option<i64>,
        step: Option<i64>,
    ) -> Result<impl Iterator<Item = usize> + Clone + '_> {
        if step == Some(0) {
            return Err(Kind::Zero { what: "the step of a slice of labels" }.into());
        }
        let labels = &self.labels[..];
        let falls = self.is_descending();
        let up = step.map_or(!falls, |step| step > 0);
        // Labels as numbers that rise along the slice, so that there is one case and not four.
        let rising = move |label: i64| if up { i128::from(label) } else { -i128::from(label) };
        let at = move |index: usize| rising(i64::from(labels[index]));
        let forward = up != falls;
        let nth = move |k: usize| if forward { k } else { labels.len() - 1 - k };
        let before = |bound: i128| {
            let (mut low, mut high) = (0, labels.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                if at(nth(middle)) < bound { low = middle + 1 } else { high = middle }
            }
            low
        };
        let from = start.map_or(0, |label| before(rising(label)));
        let to = stop.map_or(labels.len(), |label| before(rising(label)));
        let anchor = start.map_or_else(|| at(nth(0)), rising);
        let stride = i128::from(step.map_or(1, i64::unsigned_abs));
        Ok((from..to).map(nth).filter(move |&index| (at(index) - anchor) % stride == 0))
    }

    /// The error for a label that this axis does not have, naming the nearest it has.
    pub(super) fn no_label(&self, name: &str, label: i64) -> Error {
        let mut nearest = self.labels.clone();
        nearest.sort_unstable_by_key(|&have| (i64::from(have).abs_diff(label), have));
        nearest.truncate(2);
        nearest.sort_unstable();
        let nearest: Vec<String> = nearest.iter().map(i32::to_string).collect();
        Kind::UnknownLabel {
            axis: name.to_owned(),
            label,
            labels: self.to_string(),
            nearest: nearest.join(" and "),
        }
        .into()
    }
}

impl fmt::Display for Axis {
    /// `1`, or `1 to 9 by 2 (5 labels)`, without `by` where labels have gaps.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, n) = (self.labels[0], self.labels.len());
        if n == 1 {
            return write!(f, "{first}");
        }
        write!(f, "{first} to {}", self.labels[n - 1])?;
        if let Some(step) = self.step() {
            write!(f, " by {step}")?;
        }
        write!(f, " ({n} labels)")
    }
}

/// The distinct labels of one word, ascending; all lie within a range.
fn distinct(
    keys: &[Key],
    word: usize,
    within: RangeInclusive<i32>,
    running: Running<'_>,
) -> Result<Vec<i32>> {
    let (low, high) = within.into_inner();
    let range = i64::from(high).abs_diff(i64::from(low)) + 1;
    // A bitmap while it takes no more than 8 bytes a trace, which no real numbering exceeds.
    if range > (keys.len() as u64).saturating_mul(64).saturating_add(4096) {
        let mut labels: Vec<i32> = keys.iter().map(|key| key[word]).collect();
        labels.sort_unstable();
        labels.dedup();
        return Ok(labels);
    }
    let mut seen = vec![0u64; range.div_ceil(64) as usize];
    running.each(keys, |key| {
        let bit = low.abs_diff(key[word]);
        seen[(bit / 64) as usize] |= 1 << (bit % 64);
    })?;
    let mut labels = Vec::with_capacity(seen.iter().map(|word| word.count_ones() as usize).sum());
    for (at, &word) in seen.iter().enumerate() {
        let mut left = word;
        while left != 0 {
            let bit = at as i64 * 64 + i64::from(left.trailing_zeros());
            labels.push((i64::from(low) + bit) as i32);
            left &= left - 1;
        }
    }
    Ok(labels)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;
    use proptest::prelude::*;

    fn axis(labels: &[i32]) -> Axis {
        let keys: Vec<Key> = labels.iter().map(|&label| [label, 0, 0]).collect();
        Axis::of(&keys, 0, Running::default()).unwrap().unwrap()
    }

    fn slice(labels: &[i32], a: Option<i64>, b: Option<i64>, step: Option<i64>) -> Vec<i32> {
        let axis = axis(labels);
        axis.labels_in(a, b, step).unwrap().map(|index| axis.labels()[index]).collect()
    }

    /// The rule as the documentation says it, by walking labels one at a time.
    fn naive_slice(labels: &[i32], a: Option<i64>, b: Option<i64>, step: Option<i64>) -> Vec<i32> {
        let falls = labels[0] > labels[labels.len() - 1];
        let step = step.unwrap_or(if falls { -1 } else { 1 });
        let low = i64::from(*labels.iter().min().unwrap());
        let high = i64::from(*labels.iter().max().unwrap());
        let mut at = a.unwrap_or(if step > 0 { low } else { high });
        let stop = b.unwrap_or(if step > 0 { high + 1 } else { low - 1 });
        let mut out = Vec::new();
        while if step > 0 { at < stop } else { at > stop } {
            if labels.iter().any(|&label| i64::from(label) == at) {
                out.push(at as i32);
            }
            at += step;
        }
        out
    }

    #[test]
    fn runs_as_labels_first_appear_if_monotone_else_ascending() {
        assert_eq!(axis(&[4, 4, 3, 4, 1]).labels(), [4, 3, 1]);
        assert_eq!(axis(&[1, 2, 1, 5]).labels(), [1, 2, 5]);
        assert_eq!(axis(&[2, 3, 1]).labels(), [1, 2, 3]);
        assert_eq!(axis(&[7]).labels(), [7]);
    }

    #[test]
    fn extreme_labels_do_not_overflow() {
        for labels in [[i32::MIN, 0, i32::MAX], [i32::MAX, 0, i32::MIN]] {
            let axis = axis(&labels);
            assert_eq!(axis.labels(), labels);
            for (index, &label) in labels.iter().enumerate() {
                assert_eq!(axis.index_of(label), Some(index));
            }
            assert_eq!(axis.index_of(1), None);
            assert_eq!(axis.labels_in(Some(i64::MIN), None, Some(i64::MIN)).unwrap().count(), 0);
            assert_eq!(axis.labels_in(Some(i64::MIN), None, Some(1)).unwrap().count(), 3);
            assert!(
                axis.no_label("inline", 5).to_string().contains("the nearest: 0 and 2147483647")
            );
        }
        let two = axis(&[i32::MIN, i32::MAX]);
        assert_eq!(two.index_of(i32::MAX), Some(1));
        assert_eq!(two.index_of(-1), None);
    }

    #[test]
    fn slices_follow_the_axis_or_the_step() {
        let (up, down) = ([1, 3, 5, 7, 10], [10, 7, 5, 3, 1]);
        assert_eq!(slice(&up, Some(3), Some(7), None), [3, 5]);
        assert_eq!(slice(&down, Some(7), Some(3), None), [7, 5]);
        assert!(slice(&down, Some(3), Some(7), None).is_empty());
        assert_eq!(slice(&down, Some(3), Some(7), Some(1)), [3, 5]);
        assert_eq!(slice(&up, None, None, Some(-2)), [10]);
        assert_eq!(slice(&up, None, None, Some(2)), [1, 3, 5, 7]);
        assert_eq!(slice(&up, Some(2), None, Some(2)), [10]);
        assert_eq!(slice(&up, Some(-5), Some(100), None), up);
        let error = axis(&up).labels_in(None, None, Some(0)).err().unwrap();
        assert_eq!(error.class(), Class::Value);
    }

    proptest! {
        #[test]
        fn an_axis_has_every_label_once_and_finds_it(
            labels in prop::collection::vec(prop_oneof![-9i32..9, -500i32..500, any::<i32>()], 1..30),
        ) {
            let axis = axis(&labels);
            let mut appear = Vec::new();
            for &label in &labels {
                if !appear.contains(&label) { appear.push(label); }
            }
            if !appear.is_sorted() && !appear.iter().rev().is_sorted() { appear.sort_unstable(); }
            prop_assert_eq!(axis.labels(), &appear[..]);
            for label in labels.iter().flat_map(|&l| [l, l.wrapping_add(1)]) {
                prop_assert_eq!(axis.index_of(label), appear.iter().position(|&l| l == label));
            }
        }

        #[test]
        fn slices_equal_walking_one_label_at_a_time(
            mut labels in prop::collection::btree_set(-20i32..20, 1..12)
                .prop_map(|set| set.into_iter().collect::<Vec<_>>()),
            falls in any::<bool>(),
            a in prop::option::of(-25i64..25),
            b in prop::option::of(-25i64..25),
            step in prop::option::of(prop_oneof![-6i64..=-1, 1i64..=6]),
        ) {
            if falls { labels.reverse(); }
            prop_assert_eq!(slice(&labels, a, b, step), naive_slice(&labels, a, b, step));
        }
    }
}
