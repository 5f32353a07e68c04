//! Which word is the offset.

use super::cards::{Hint, Key};
use super::column::varies;
use super::sample::Sample;
use super::{Candidate, LIKELY, Word, WordType};
use crate::survey::coordinates::scale;

/// The words that may be the offset.
pub(super) fn candidates(
    sample: &Sample,
    lines: Option<&Candidate<2>>,
    hints: &[Hint],
) -> Vec<Candidate<1>> {
    let distances = distances(sample);
    let lines = lines.filter(|lines| lines.score >= LIKELY);
    let bins = lines.map(|lines| Bins::of(sample, lines.words));
    let mut found = Vec::new();
    for byte in (1..=237).step_by(2) {
        let word = Word { byte, kind: WordType::I32 };
        let of_lines = |lines: &Candidate<2>| lines.words.iter().any(|w| w.byte.abs_diff(byte) < 4);
        if lines.is_some_and(of_lines) {
            continue;
        }
        let values = sample.integers(word);
        if !varies(&values) {
            continue;
        }
        let hint = hints.iter().find(|hint| hint.key == Key::Offset && hint.byte == byte);
        let trust = match byte {
            _ if hint.is_some() => 1.0,
            37 => 1.0,
            // Numbers of traces within a gather do the same.
            1 | 5 | 13 | 25 => 0.7,
            _ => 0.8,
        };
        let as_distance = distances.as_ref().and_then(|distances| agrees(&values, distances));
        let as_axis = bins.as_ref().and_then(|bins| bins.third_axis(sample, &values));
        let alone = || {
            let why = "it varies; there is nothing to compare it with".to_owned();
            (byte == 37 && bins.is_none()).then_some((0.5, why))
        };
        if let Some((score, reason)) = as_distance.or(as_axis).or_else(alone) {
            let (low, high) = (values.iter().min(), values.iter().max());
            let mut reasons: Vec<String> = hint.map(ToString::to_string).into_iter().collect();
            reasons.extend(low.zip(high).map(|(low, high)| format!("{low} to {high}")));
            reasons.push(reason);
            found.push(Candidate { words: [word], score: trust * score, reasons });
        }
    }
    found.retain(|candidate| candidate.score >= 0.3);
    found
}

/// The distance from source to receiver group of each trace; None where they do not vary.
fn distances(sample: &Sample) -> Option<Vec<f64>> {
    let scalars = sample.integers(Word { byte: 71, kind: WordType::I16 });
    let [sx, sy, gx, gy] =
        [73, 77, 81, 85].map(|byte| sample.integers(Word { byte, kind: WordType::I32 }));
    let distance = |i: usize| {
        let along = |a: i32, b: i32| scale(a, scalars[i] as i16) - scale(b, scalars[i] as i16);
        along(gx[i], sx[i]).hypot(along(gy[i], sy[i]))
    };
    let distances: Vec<f64> = (0..sample.len()).map(distance).collect();
    let varies = distances.windows(2).any(|pair| (pair[0] - pair[1]).abs() > 0.5);
    varies.then_some(distances)
}

/// Whether values are distances, whatever their signs.
fn agrees(values: &[i32], distances: &[f64]) -> Option<(f64, String)> {
    let near = |(value, distance): (&i32, &f64)| {
        let off = (f64::from(*value).abs() - distance).abs();
        off <= 1.5 || off <= 0.01 * distance
    };
    let share = values.iter().zip(distances).filter(|pair| near(*pair)).count() as f64
        / values.len().max(1) as f64;
    let why = format!("the distance from source to receiver in {:.0}% of traces", share * 100.0);
    (share >= 0.8).then_some((share, why))
}

/// The bins that line numbers make.
struct Bins {
    labels: Vec<[i32; 2]>,
    count: usize,
}

impl Bins {
    fn of(sample: &Sample, words: [Word; 2]) -> Bins {
        let [ilines, xlines] = words.map(|word| sample.integers(word));
        let labels: Vec<[i32; 2]> = ilines.into_iter().zip(xlines).map(|(i, x)| [i, x]).collect();
        Bins { count: distinct(labels.iter().copied()), labels }
    }

    /// Whether values tell the traces of a bin apart, and are the same few in every bin.
    fn third_axis(&self, sample: &Sample, values: &[i32]) -> Option<(f64, String)> {
        let traces = sample.len();
        let fold = traces as f64 / self.count.max(1) as f64;
        if fold < 1.01 {
            return None;
        }
        let keys = self.labels.iter().zip(values).map(|([i, x], value)| [*i, *x, *value]);
        let apart = distinct(keys) as f64 / traces as f64;
        let cells = distinct(values.iter().copied()) as f64 * self.count as f64;
        let fill = (traces as f64 / cells).min(1.0);
        let why = format!(
            "it tells apart {:.0}% of the {fold:.3} traces of each bin, and fills {:.0}% of bins by \
             offsets",
            apart * 100.0,
            fill * 100.0
        );
        (apart > 0.9).then_some((apart * fill.powf(0.2), why))
    }
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    let mut values: Vec<T> = values.collect();
    values.sort_unstable();
    values.dedup();
    values.len()
}
