//! One word of every trace header, as short as its regularity allows.
//!
//! Keys count up or down, stay, and begin anew with each line. A column is written as the pattern that
//! is left when every value stands once for its repeats and the sequence once for its cycles; and the
//! pattern as arithmetic runs. A regular survey is three patterns of one run each, however large.

use crate::survey::geometry::Key;

/// A column: value `i` of it is value `i / repeat % period` of the pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    repeat: u64,
    /// Never none. All values are int32.
    runs: Vec<Run>,
    period: u64,
}

/// Values of a pattern from `start` on: `first`, `first + step` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    start: u64,
    first: i32,
    step: i64,
}

impl Run {
    fn value(&self, at: u64) -> i32 {
        // What a run has was checked to be int32.
        (i64::from(self.first) + self.step.wrapping_mul((at - self.start) as i64)) as i32
    }
}

impl Pattern {
    /// The pattern of one word of all keys, of which there is at least one.
    pub(super) fn of(keys: &[Key], word: usize) -> Pattern {
        let value = |i: usize| keys[i][word];
        let same = keys.iter().take_while(|key| key[word] == keys[0][word]).count();
        let repeats = |repeat: usize| {
            keys.chunks(repeat).all(|some| some.iter().all(|key| key[word] == some[0][word]))
        };
        let repeat = if repeats(same) { same } else { 1 };
        let left = keys.len().div_ceil(repeat);
        let left_at = |i: usize| value(i * repeat);
        let again = (1..left).find(|&i| left_at(i) == left_at(0)).unwrap_or(left);
        let cycles = (again..left).all(|i| left_at(i) == left_at(i % again));
        let period = if cycles { again } else { left };
        let mut runs: Vec<Run> = Vec::new();
        let mut at = 0;
        while at < period {
            let step_at = |i: usize| i64::from(left_at(i + 1)) - i64::from(left_at(i));
            let step = if at + 1 < period { step_at(at) } else { 0 };
            runs.push(Run { start: at as u64, first: left_at(at), step });
            at += 1;
            while at < period && step_at(at - 1) == step {
                at += 1;
            }
        }
        Pattern { repeat: repeat as u64, runs, period: period as u64 }
    }

    /// How many traces in a row have each value of the pattern.
    pub(super) fn repeat(&self) -> u64 {
        self.repeat
    }

    /// How many values the pattern has.
    pub(super) fn period(&self) -> u64 {
        self.period
    }

    /// The values of the pattern.
    pub(super) fn labels(&self) -> impl Iterator<Item = i32> + Clone + '_ {
        self.lengths().flat_map(|(run, end)| (run.start..end).map(|at| run.value(at)))
    }

    /// The values of all traces, and then of as many more as are asked for.
    pub(super) fn values(&self) -> impl Iterator<Item = i32> + '_ {
        self.labels().cycle().flat_map(|label| (0..self.repeat).map(move |_| label))
    }

    /// The runs, each with where it ends.
    fn lengths(&self) -> impl Iterator<Item = (&Run, u64)> + Clone + '_ {
        let ends = self.runs[1..].iter().map(|run| run.start).chain([self.period]);
        self.runs.iter().zip(ends)
    }

    /// Writes it: the repeats, the number of runs, and of each its length, the first value less that of
    /// the run before, and the step.
    pub(super) fn encode(&self, to: &mut Vec<u8>) {
        put(to, self.repeat);
        put(to, self.runs.len() as u64);
        let mut before = 0;
        for (run, end) in self.lengths() {
            put(to, end - run.start);
            put(to, zigzag(i64::from(run.first) - before));
            put(to, zigzag(run.step));
            before = run.first.into();
        }
    }

    /// Reads it, and leaves what lies behind. None for what nobody writes: whatever the bytes are, the
    /// result can be asked for any trace, and is no larger than they.
    pub(super) fn decode(bytes: &mut &[u8]) -> Option<Pattern> {
        let repeat = take(bytes).filter(|&repeat| repeat > 0)?;
        let count = take(bytes).and_then(|count| usize::try_from(count).ok())?;
        // A run takes three bytes at least.
        let mut runs = Vec::with_capacity(count.min(bytes.len() / 3));
        let (mut period, mut before) = (0u64, 0i64);
        for _ in 0..count {
            let len = take(bytes).filter(|&len| len > 0)?;
            let first = before.checked_add(unzigzag(take(bytes)?))?;
            let step = unzigzag(take(bytes)?);
            let last = i128::from(first) + i128::from(step) * i128::from(len - 1);
            i32::try_from(last).ok()?;
            runs.push(Run { start: period, first: i32::try_from(first).ok()?, step });
            period = period.checked_add(len)?;
            before = first;
        }
        (period > 0).then_some(Pattern { repeat, runs, period })
    }
}

/// Numbers that are mostly small, by seven bits a byte, lowest first, all but the last with the highest
/// bit set.
fn put(to: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

fn take(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        let bits = u64::from(byte & 0x7F);
        if bits << shift >> shift != bits {
            return None;
        }
        number |= bits << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

/// Numbers near 0 of either sign as small ones: 0, -1, 1, -2 as 0, 1, 2, 3.
fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pattern(values: &[i32]) -> Pattern {
        let keys: Vec<Key> = values.iter().map(|&value| [0, value, 0]).collect();
        Pattern::of(&keys, 1)
    }

    fn encoded(pattern: &Pattern) -> Vec<u8> {
        let mut bytes = Vec::new();
        pattern.encode(&mut bytes);
        bytes
    }

    #[test]
    fn what_is_regular_costs_nothing() {
        let inlines: Vec<i32> = (0..100_000).map(|i| 1000 + i / 250).collect();
        let crosslines: Vec<i32> = (0..100_000).map(|i| 5000 - 2 * (i % 250)).collect();
        let offsets: Vec<i32> = (0..100_000).map(|i| 100 * (i / 50 % 5)).collect();
        for (values, (repeat, count)) in
            [(&inlines, (250, 400)), (&crosslines, (1, 250)), (&offsets, (50, 5))]
        {
            let pattern = pattern(values);
            assert!(encoded(&pattern).len() <= 10, "{pattern:?}");
            assert_eq!((pattern.repeat(), pattern.period()), (repeat, count));
        }
        assert!(encoded(&pattern(&[7; 1000])).len() <= 6);
        // Ragged lines: a few bytes each.
        let ragged: Vec<i32> = [50, 40, 60, 55].iter().flat_map(|&n| 0..n).collect();
        assert!(encoded(&pattern(&ragged)).len() <= 2 + 4 * 4);
    }

    #[test]
    fn extremes_do_not_overflow() {
        let values = [i32::MIN, i32::MAX, i32::MIN, i32::MIN, i32::MAX, i32::MAX];
        let pattern = pattern(&values);
        assert!(pattern.values().take(6).eq(values));
        let bytes = encoded(&pattern);
        assert_eq!(Pattern::decode(&mut &bytes[..]), Some(pattern));
        for number in [0, 1, -1, i64::MIN, i64::MAX] {
            assert_eq!(unzigzag(zigzag(number)), number);
        }
    }

    #[test]
    fn impossible_patterns_are_none() {
        let built = |numbers: &[u64]| {
            let mut bytes = Vec::new();
            numbers.iter().for_each(|&number| put(&mut bytes, number));
            Pattern::decode(&mut &bytes[..])
        };
        assert!(built(&[1, 1, 5, zigzag(7), zigzag(1)]).is_some());
        for wrong in [
            &[0, 1, 5, 0, 0][..],                    // repeated never
            &[1, 0],                                 // no value
            &[1, 1, 0, 0, 0],                        // a run of none
            &[1, 2, 5, 0, 0],                        // a run that is not there
            &[1, u64::MAX, 5, 0, 0],                 // more runs than bytes
            &[1, 1, u64::MAX, 0, zigzag(1)],         // a run beyond int32
            &[1, 1, 2, zigzag(i64::MAX), 0],         // a value beyond int32
            &[1, 1, 3, 0, zigzag(i64::MIN)],         // a step beyond all
            &[1, 2, u64::MAX, 0, 0, u64::MAX, 0, 0], // more values than can be counted
        ] {
            assert_eq!(built(wrong), None, "{wrong:?}");
        }
        assert_eq!(Pattern::decode(&mut &[0xFF; 20][..]), None);
    }

    fn columns() -> impl Strategy<Value = Vec<i32>> {
        let value = || prop_oneof![-3i32..3, any::<i32>()];
        prop_oneof![
            prop::collection::vec(value(), 1..60),
            (prop::collection::vec(value(), 1..8), 1usize..5, 1usize..60).prop_map(
                |(pattern, repeat, n)| (0..n)
                    .map(|i| pattern[i / repeat % pattern.len()])
                    .collect()
            ),
            (prop::collection::vec(1i32..9, 1..9), any::<i16>(), -3i32..4).prop_map(
                |(lines, first, step)| {
                    let line = |n: i32| (0..n).map(move |i| i32::from(first) + step * i);
                    lines.into_iter().flat_map(line).collect()
                }
            ),
        ]
    }

    proptest! {
        #[test]
        fn any_column_comes_back(values in columns(), more in prop::collection::vec(any::<u8>(), 0..4)) {
            let found = pattern(&values);
            prop_assert!(found.values().take(values.len()).eq(values.iter().copied()));
            let mut bytes = encoded(&found);
            bytes.extend(&more);
            let mut rest = &bytes[..];
            prop_assert_eq!(Pattern::decode(&mut rest), Some(found));
            prop_assert_eq!(rest, &more[..]);
        }

        #[test]
        fn any_bytes_are_a_pattern_or_none(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Some(pattern) = Pattern::decode(&mut &bytes[..]) {
                prop_assert!(pattern.runs.len() <= bytes.len());
                prop_assert_eq!(pattern.values().take(200).count(), 200);
            }
        }
    }
}
