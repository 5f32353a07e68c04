//! Geometry against brute force: every line of every survey, however damaged, is what a search
//! through all keys finds.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::Index;
use segbuf::error::{Class, Kind, Result};
use segbuf::internals::MISSING;
use segbuf::internals::{Keys, Rules};
use segbuf::survey::{Duplicates, Geometry, Key, LineKind};

const KINDS: [LineKind; 2] = [LineKind::Inline, LineKind::Crossline];
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// A file of keys that counts how many headers were read one by one.
struct File {
    keys: Vec<Key>,
    read: Cell<usize>,
}

impl File {
    fn new(keys: &[Key]) -> File {
        File { keys: keys.to_vec(), read: Cell::new(0) }
    }
}

impl Keys for File {
    fn n_traces(&self) -> u64 {
        self.keys.len() as u64
    }
    fn read(&self, traces: &[u64], keys: &mut Vec<Key>) -> Result<()> {
        self.read.set(self.read.get() + traces.len());
        keys.extend(traces.iter().map(|trace| self.keys[*trace as usize]));
        Ok(())
    }
    fn batch(&self) -> u64 {
        1
    }
}

fn rules(duplicates: Duplicates) -> Rules {
    Rules { duplicates, ..Rules::default() }
}

fn sweep(keys: &[Key]) -> Result<Geometry> {
    Geometry::from_sweep(keys, None, &Rules::default())
}

/// A regular survey: its axes, the order of nesting, and its keys.
#[derive(Debug, Clone)]
struct Survey {
    axes: [Vec<i32>; 3],
    order: [usize; 3],
    prestack: bool,
    keys: Vec<Key>,
}

fn grid(axes: &[Vec<i32>; 3], order: [usize; 3]) -> Vec<Key> {
    let mut keys = Vec::new();
    for &a in &axes[order[0]] {
        for &b in &axes[order[1]] {
            for &c in &axes[order[2]] {
                let mut key = [0; 3];
                (key[order[0]], key[order[1]], key[order[2]]) = (a, b, c);
                keys.push(key);
            }
        }
    }
    keys
}

fn cube(il: &[i32], xl: &[i32], off: &[i32], order: [usize; 3]) -> Vec<Key> {
    grid(&[il.to_vec(), xl.to_vec(), off.to_vec()], order)
}

fn labels(max: usize) -> impl Strategy<Value = Vec<i32>> {
    let ascending = |label: BoxedStrategy<i32>| {
        prop::collection::btree_set(label, 1..=max).prop_map(|set| set.into_iter().collect())
    };
    let arithmetic = (-50i32..50, 1i32..5, 1..=max)
        .prop_map(|(first, step, n)| (0..n as i32).map(|i| first + i * step).collect::<Vec<_>>());
    // Three times i32::MIN is no key.
    let extreme = prop_oneof![Just(-i32::MAX), Just(i32::MAX), Just(0), any::<i32>()].boxed();
    let labels = prop_oneof![
        4 => arithmetic,
        4 => ascending((-60i32..60).boxed()),
        1 => ascending(extreme),
    ];
    (labels, any::<bool>()).prop_map(|(mut labels, falls)| {
        if falls {
            labels.reverse();
        }
        labels
    })
}

fn surveys() -> impl Strategy<Value = Survey> {
    (labels(6), labels(6), labels(4), 0usize..6, any::<bool>(), any::<u64>()).prop_map(
        |(il, xl, off, order, prestack, seed)| {
            let prestack = prestack && off.len() > 1;
            let off = if prestack { off } else { vec![off[0]] };
            let axes = [il, xl, off];
            let mut keys = grid(&axes, ORDERS[order]);
            // Offset words of a post-stack survey may be anything.
            if !prestack && seed % 2 == 0 {
                for (i, key) in keys.iter_mut().enumerate().skip(1) {
                    key[2] = (seed.wrapping_mul(i as u64 * 2 + 1) >> 40) as i32;
                }
            }
            Survey { axes, order: ORDERS[order], prestack, keys }
        },
    )
}

#[derive(Debug, Clone)]
enum Damage {
    Swap(Index, Index),
    Delete(Index),
    Duplicate(Index, Index),
    Relabel(Index, usize, i32),
    ExchangeInlines(Index, Index),
    Reverse,
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        5 => (at(), at()).prop_map(|(a, b)| Damage::Swap(a, b)),
        4 => at().prop_map(Damage::Delete),
        3 => (at(), at()).prop_map(|(a, b)| Damage::Duplicate(a, b)),
        2 => (at(), 0usize..3, -60i32..60).prop_map(|(a, word, to)| Damage::Relabel(a, word, to)),
        1 => (at(), at()).prop_map(|(a, b)| Damage::ExchangeInlines(a, b)),
        1 => Just(Damage::Reverse),
    ]
}

fn apply(keys: &mut Vec<Key>, damage: &Damage) {
    let n = keys.len();
    if n == 0 {
        return;
    }
    match damage {
        Damage::Swap(a, b) => keys.swap(a.index(n), b.index(n)),
        Damage::Delete(a) => {
            keys.remove(a.index(n));
        }
        Damage::Duplicate(a, b) => keys.insert(b.index(n), keys[a.index(n)]),
        Damage::Relabel(a, word, label) => keys[a.index(n)][*word] = *label,
        Damage::ExchangeInlines(a, b) => {
            let (a, b) = (keys[a.index(n)][0], keys[b.index(n)][0]);
            for key in keys.iter_mut() {
                match key[0] {
                    label if label == a => key[0] = b,
                    label if label == b => key[0] = a,
                    _ => {}
                }
            }
        }
        Damage::Reverse => keys.reverse(),
    }
}

/// The keys of a file that was a survey once: more or less damaged, and shuffled now and then.
fn files() -> impl Strategy<Value = Vec<Key>> {
    let shuffled = surveys().prop_flat_map(|survey| Just(survey.keys).prop_shuffle());
    let damaged = (surveys(), prop::collection::vec(damage(), 0..4)).prop_map(|(survey, all)| {
        let mut keys = survey.keys;
        all.iter().for_each(|damage| apply(&mut keys, damage));
        keys
    });
    prop_oneof![4 => damaged, 1 => shuffled]
}

fn brute_axis(keys: &[Key], word: usize) -> Vec<i32> {
    let mut labels: Vec<i32> = Vec::new();
    for key in keys {
        if !labels.contains(&key[word]) {
            labels.push(key[word]);
        }
    }
    if !labels.is_sorted() && !labels.iter().rev().is_sorted() {
        labels.sort_unstable();
    }
    labels
}

fn is_unique(keys: &[Key]) -> bool {
    keys.iter().map(|key| (key[0], key[1])).collect::<BTreeSet<_>>().len() == keys.len()
}

fn is_keyless(keys: &[Key]) -> bool {
    let offsets = keys.iter().map(|key| key[2]).collect::<BTreeSet<_>>();
    let zeros = keys.iter().all(|key| key[0] == 0 && key[1] == 0);
    keys.is_empty() || keys.len() > 1 && zeros && offsets.len() < keys.len()
}

/// All traces of a cell, in file order.
fn brute_cell(keys: &[Key], prestack: bool, il: i32, xl: i32, off: i32) -> Vec<u64> {
    let fits = |key: &Key| key[0] == il && key[1] == xl && (!prestack || key[2] == off);
    (0..keys.len() as u64).filter(|&trace| fits(&keys[trace as usize])).collect()
}

/// The traces out of place, for each nesting order: on a full grid those elsewhere than when sorted,
/// else the fewest whose leaving lets the rest stand sorted, without all traces of double cells.
fn brute_swaps(keys: &[Key], geometry: &Geometry, full: bool) -> Vec<u64> {
    let axes = [geometry.inlines(), geometry.crosslines(), geometry.offsets()];
    let words = if geometry.is_prestack() { 3 } else { 2 };
    let place = |key: &Key| {
        let index = |word: usize| axes[word].labels().iter().position(|&l| l == key[word]).unwrap();
        [index(0), index(1), if words == 3 { index(2) } else { 0 }]
    };
    let places: Vec<[usize; 3]> = keys.iter().map(place).collect();
    let alone = |a: &&[usize; 3]| places.iter().filter(|b| a == b).count() == 1;
    let kept: Vec<&[usize; 3]> = places.iter().filter(alone).collect();
    let moved = |order: [usize; 3]| {
        let ranks: Vec<_> = kept.iter().map(|place| order.map(|axis| place[axis])).collect();
        if full {
            let mut sorted = ranks.clone();
            sorted.sort_unstable();
            return ranks.iter().zip(&sorted).filter(|(a, b)| a != b).count() as u64;
        }
        let mut rises: Vec<usize> = Vec::new();
        for (i, rank) in ranks.iter().enumerate() {
            let before = (0..i).filter(|&j| ranks[j] < *rank).map(|j| rises[j]).max();
            rises.push(before.unwrap_or(0) + 1);
        }
        (ranks.len() - rises.into_iter().max().unwrap_or(0)) as u64
    };
    ORDERS.map(moved).to_vec()
}

fn line(geometry: &Geometry, kind: LineKind, label: i32) -> Vec<u64> {
    geometry.traces(geometry.line(kind, label, None).unwrap()).unwrap()
}

/// Every line of a geometry, with all offsets and with each, is what a search through keys finds.
fn lines_are_brute(geometry: &Geometry, keys: &[Key], which: Duplicates) {
    for kind in KINDS {
        for &label in geometry.lines(kind).labels() {
            line_is_brute(geometry, keys, which, kind, label, None);
            for &offset in geometry.offsets().labels() {
                line_is_brute(geometry, keys, which, kind, label, Some(offset));
            }
        }
    }
}

fn line_is_brute(
    geometry: &Geometry,
    keys: &[Key],
    which: Duplicates,
    kind: LineKind,
    label: i32,
    offset: Option<i32>,
) {
    let prestack = geometry.is_prestack();
    let (other, offsets) = match kind {
        LineKind::Inline => (geometry.crosslines(), geometry.offsets()),
        LineKind::Crossline => (geometry.inlines(), geometry.offsets()),
    };
    let (mut want, mut want_keys, mut doubled) = (Vec::new(), Vec::new(), false);
    for &b in other.labels() {
        for &off in offsets.labels().iter().filter(|&&o| offset.is_none_or(|only| only == o)) {
            let (il, xl) = if kind == LineKind::Inline { (label, b) } else { (b, label) };
            let cell = brute_cell(keys, prestack, il, xl, off);
            doubled |= cell.len() > 1;
            let one = if which == Duplicates::Last { cell.last() } else { cell.first() };
            want.push(one.copied().unwrap_or(MISSING));
            want_keys.push([il, xl, off]);
        }
    }
    let line = geometry.line(kind, label, offset).unwrap();
    assert_eq!(line.len(), want.len());
    for (row, key) in want_keys.iter().enumerate() {
        assert!(geometry.fits(line, row, key));
        for word in 0..3 {
            let mut other = *key;
            other[word] = other[word].wrapping_add(1);
            assert_eq!(geometry.fits(line, row, &other), word == 2 && !prestack);
        }
    }
    assert!(!geometry.fits(line, want.len(), &want_keys[0]));
    match geometry.traces(line) {
        Ok(traces) => {
            assert!(!doubled || which != Duplicates::Error);
            assert_eq!(traces, want);
        }
        Err(error) => {
            assert!(doubled && which == Duplicates::Error, "{error}");
            assert_eq!(error.class(), Class::Geometry);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn swept_survey_matches_brute_force(keys in files()) {
        for which in [Duplicates::Error, Duplicates::First, Duplicates::Last] {
            let geometry = match Geometry::from_sweep(&keys, None, &rules(which)) {
                Ok(geometry) => geometry,
                Err(error) => {
                    prop_assert!(is_keyless(&keys), "{}", error);
                    prop_assert_eq!(error.class(), Class::Geometry);
                    return Ok(());
                }
            };
            let offsets =
                if is_unique(&keys) { vec![keys[0][2]] } else { brute_axis(&keys, 2) };
            let prestack = offsets.len() > 1;
            prop_assert!(!is_keyless(&keys) && geometry.is_proved());
            prop_assert_eq!(geometry.is_prestack(), prestack);
            prop_assert_eq!(geometry.inlines().labels(), &brute_axis(&keys, 0)[..]);
            prop_assert_eq!(geometry.crosslines().labels(), &brute_axis(&keys, 1)[..]);
            prop_assert_eq!(geometry.offsets().labels(), &offsets[..]);
            lines_are_brute(&geometry, &keys, which);

            let (mut live, mut extra) = (Vec::new(), 0);
            for &il in geometry.inlines().labels() {
                for &xl in geometry.crosslines().labels() {
                    for &off in &offsets {
                        let cell = brute_cell(&keys, prestack, il, xl, off);
                        live.push(!cell.is_empty());
                        extra += cell.len().saturating_sub(1);
                    }
                }
            }
            prop_assert_eq!(&geometry.live(), &live);
            let refused = extra > 0 && which == Duplicates::Error;
            prop_assert_eq!(geometry.check_duplicates().is_err(), refused);
            let report = geometry.report(&keys).unwrap();
            prop_assert_eq!(report.missing, live.iter().filter(|&&live| !live).count() as u64);
            prop_assert_eq!(report.duplicates, extra as u64);
            prop_assert_eq!(report.outside, 0);
            let counts = brute_swaps(&keys, &geometry, report.missing == 0 && extra == 0);
            if report.missing == 0 && extra == 0 {
                prop_assert!(counts.contains(&report.swaps));
            } else {
                prop_assert_eq!(Some(&report.swaps), counts.iter().min());
            }
            prop_assert_eq!(report.first_swaps.len() as u64, report.swaps.min(10));
            prop_assert!(report.first_swaps.is_sorted_by(|a, b| a < b));
            let clean = report.missing == 0 && report.duplicates == 0 && report.swaps == 0;
            prop_assert_eq!(report.regular, clean);
            prop_assert_eq!(geometry.is_regular(), clean);
            prop_assert_eq!(report.to_string().starts_with("regular"), clean);
        }
    }

    #[test]
    fn undamaged_survey_is_probed_as_made(survey in surveys()) {
        let Survey { axes, order, prestack, keys } = survey;
        let file = File::new(&keys);
        let Ok(swept) = sweep(&keys) else {
            prop_assert!(is_keyless(&keys));
            return Ok(());
        };
        prop_assert!(swept.is_regular());
        prop_assert_eq!(swept.inlines().labels(), &axes[0][..]);
        prop_assert_eq!(swept.crosslines().labels(), &axes[1][..]);
        prop_assert_eq!(swept.offsets().labels(), &axes[2][..]);
        let shape = swept.shape();
        let [slow, fast] = if order.iter().find(|&&a| a != 2) == Some(&0) { [0, 1] } else { [1, 0] };
        let sorting = match shape {
            [_, 1, _] => LineKind::Crossline,
            [1, _, _] => LineKind::Inline,
            _ => KINDS[slow],
        };
        prop_assert_eq!(swept.sorting(), Some(sorting));

        let Some(probed) = Geometry::probe(&file).unwrap() else {
            prop_assert!(keys.len() > 1 && (shape[0] == 1 || shape[1] == 1));
            return Ok(());
        };
        prop_assert_eq!(probed.is_proved(), keys.len() == 1);
        prop_assert!(probed.is_regular());
        prop_assert_eq!(probed.is_prestack(), prestack);
        prop_assert_eq!(probed.inlines(), swept.inlines());
        prop_assert_eq!(probed.crosslines(), swept.crosslines());
        prop_assert_eq!(probed.offsets(), swept.offsets());
        prop_assert_eq!(probed.sorting(), swept.sorting());
        lines_are_brute(&probed, &keys, Duplicates::Error);

        // One whole line, the trace that ends it, and both ends of every other; the line in batches, each
        // as long as all before.
        let line = if order[0] == 2 { shape[fast] } else { shape[fast] * shape[2] };
        prop_assert!(file.read.get() <= 1 + 2 * line + 1 + 2 * (keys.len() / line));
    }

    /// What a reader does: probe, read a line with its keys checked, on a misfit sweep with the axes
    /// handed out. No trace is ever delivered under keys that are not its own.
    #[test]
    fn traces_are_delivered_only_under_their_own_keys(keys in files()) {
        let Some(probed) = Geometry::probe(&File::new(&keys)).unwrap() else { return Ok(()) };
        let prestack = probed.is_prestack();
        let outside = keys.iter().filter(|key| {
            probed.inlines().index_of(key[0]).is_none()
                || probed.crosslines().index_of(key[1]).is_none()
                || prestack && probed.offsets().index_of(key[2]).is_none()
        });
        let outside = outside.count() as u64;
        let swept = Geometry::from_sweep(&keys, Some(&probed), &Rules::default());
        let report = probed.report(&keys).unwrap();
        prop_assert_eq!(report.outside, outside);
        match &swept {
            Ok(swept) => {
                prop_assert!(outside == 0 && swept.is_proved());
                prop_assert_eq!(report.regular, swept.is_regular());
                prop_assert_eq!(swept.inlines(), probed.inlines());
                prop_assert_eq!(swept.crosslines(), probed.crosslines());
                prop_assert_eq!(swept.offsets(), probed.offsets());
                prop_assert_eq!(swept.sorting(), probed.sorting());
                prop_assert_eq!(swept.is_prestack(), prestack);
                lines_are_brute(swept, &keys, Duplicates::Error);
            }
            Err(error) => {
                prop_assert!(outside > 0 && !report.regular);
                prop_assert_eq!(error.class(), Class::Geometry);
                prop_assert!(error.code() == "outside-axes");
            }
        }
        for kind in KINDS {
            for &label in probed.lines(kind).labels() {
                let line = probed.line(kind, label, None).unwrap();
                for (row, trace) in probed.traces(line).unwrap().into_iter().enumerate() {
                    let key = keys[trace as usize];
                    let other = probed.lines(KINDS[1 - kind as usize]).labels();
                    let offsets = probed.offsets().labels();
                    let (b, off) = (other[row / offsets.len()], offsets[row % offsets.len()]);
                    let bin = if kind == LineKind::Inline { [label, b] } else { [b, label] };
                    let own = key[..2] == bin && (!prestack || key[2] == off);
                    prop_assert_eq!(probed.fits(line, row, &key), own);
                }
            }
        }
    }

    #[test]
    fn arbitrary_header_values_never_panic(
        keys in prop::collection::vec(
            prop::array::uniform3(
                prop_oneof![Just(-i32::MAX), Just(i32::MAX), -2i32..2, any::<i32>()],
            ),
            0..30,
        ),
    ) {
        if let Some(probed) = Geometry::probe(&File::new(&keys)).unwrap() {
            prop_assert_eq!(probed.shape().iter().product::<usize>(), keys.len());
        }
        if let Ok(geometry) = sweep(&keys) {
            lines_are_brute(&geometry, &keys, Duplicates::Error);
            geometry.report(&keys).unwrap();
        }
    }
}

#[test]
fn empty_file_is_no_survey() {
    assert!(Geometry::probe(&File::new(&[])).unwrap().is_none());
    assert_eq!(sweep(&[]).unwrap_err().class(), Class::Geometry);
}

#[test]
fn single_trace_is_survey_of_one_line() {
    for key in [[0, 0, 0], [7, -3, 12], [i32::MIN, i32::MAX, i32::MIN]] {
        let probed = Geometry::probe(&File::new(&[key])).unwrap().unwrap();
        assert_eq!(probed, sweep(&[key]).unwrap());
        assert!(probed.is_proved());
        assert_eq!(probed.sorting(), Some(LineKind::Crossline));
        assert_eq!(probed.offsets().labels(), [key[2]]);
        assert_eq!(line(&probed, LineKind::Inline, key[0]), [0]);
    }
}

#[test]
fn zero_keys_in_every_trace_are_no_survey_keys() {
    let elsewhere = Rules { bytes: [5, 21, 37], ..Rules::default() };
    let error = Geometry::from_sweep(&[[0, 0, 1]; 25], None, &elsewhere).unwrap_err();
    assert_eq!(error.class(), Class::Geometry);
    assert_eq!(*error.kind(), Kind::NoSurveyKeys { n_traces: 25, bytes: [5, 21, 37] });
    assert!(sweep(&[[0, 0, 1], [0, 0, 1]]).is_err());
    // Offsets that tell all traces apart make it one bin.
    let bin = sweep(&[[0, 0, 0], [0, 0, 1], [0, 0, 2], [0, 0, 3]]).unwrap();
    assert_eq!(bin.shape(), [1, 1, 4]);
    assert_eq!(bin.sorting(), Some(LineKind::Crossline));
    assert_eq!(bin.offsets().labels(), [0, 1, 2, 3]);
}

#[test]
fn post_stack_offsets_are_ignored() {
    let mut keys = cube(&[1, 2, 3], &[10, 20, 30, 40], &[5], [0, 1, 2]);
    keys.iter_mut().enumerate().for_each(|(i, key)| key[2] = 1000 - 37 * i as i32);
    let probed = Geometry::probe(&File::new(&keys)).unwrap().unwrap();
    for geometry in [sweep(&keys).unwrap(), probed] {
        assert_eq!(geometry.offsets().labels(), [1000]);
        assert!(!geometry.is_prestack());
        let inline = geometry.line(LineKind::Inline, 2, None).unwrap();
        assert!(
            geometry.fits(inline, 1, &[2, 20, 963]) && !geometry.fits(inline, 1, &[2, 30, 963])
        );
        let crossline = geometry.line(LineKind::Crossline, 20, Some(1000)).unwrap();
        assert_eq!(geometry.traces(crossline).unwrap(), [1, 5, 9]);
        let error = geometry.line(LineKind::Inline, 2, Some(963)).unwrap_err();
        assert_eq!(error.class(), Class::Label);
    }
}

#[test]
fn missing_label_error_names_nearest() {
    let geometry = sweep(&cube(&[2400, 2402, 2404], &[1, 2], &[0], [0, 1, 2])).unwrap();
    let error = geometry.line(LineKind::Inline, 2401, None).unwrap_err();
    assert_eq!(error.class(), Class::Label);
    assert_eq!(
        error.to_string(),
        "inline 2401 is not among 2400 to 2404 by 2 (3 labels); the nearest: 2400 and 2402"
    );
}

#[test]
fn duplicate_error_names_labels_and_traces() {
    let mut keys = cube(&[1, 2, 3], &[1, 2, 3], &[0], [0, 1, 2]);
    keys.push([2, 3, 0]);
    let geometry = sweep(&keys).unwrap();
    for (kind, label) in [(LineKind::Inline, 2), (LineKind::Crossline, 3)] {
        let error = geometry.traces(geometry.line(kind, label, None).unwrap()).unwrap_err();
        assert_eq!(error.trace_index(), Some(9));
        let key = "inline 2, crossline 3".to_owned();
        assert_eq!(*error.kind(), Kind::DuplicateTraces { first: 5, second: 9, key });
    }
    assert_eq!(line(&geometry, LineKind::Inline, 1), [0, 1, 2]);
    let last = Geometry::from_sweep(&keys, None, &rules(Duplicates::Last)).unwrap();
    assert_eq!(line(&last, LineKind::Inline, 2), [3, 4, 9]);
    let first = Geometry::from_sweep(&keys, None, &rules(Duplicates::First)).unwrap();
    assert_eq!(line(&first, LineKind::Inline, 2), [3, 4, 5]);
}

#[test]
fn sparse_survey_is_refused() {
    let keys: Vec<Key> = (0..2000).map(|i| [i, 3 * i, 0]).collect();
    let error = sweep(&keys).unwrap_err();
    let Kind::SparseSurvey { n_traces: 2000, shape, .. } = error.kind() else { panic!("{error}") };
    assert_eq!(shape, "2000 x 2000");
    let generous = Rules { max_sparsity: 2000.0, ..Rules::default() };
    assert!(Geometry::from_sweep(&keys, None, &generous).is_ok());
}

#[test]
fn published_axes_do_not_change() {
    let keys = cube(&[1, 2, 3, 4], &[1, 2, 3, 4], &[0], [0, 1, 2]);
    let probed = Geometry::probe(&File::new(&keys)).unwrap().unwrap();
    // Damage in the middle of a line, where no probe looks.
    let mut damaged = keys.clone();
    damaged[5] = damaged[6];
    let swept = Geometry::from_sweep(&damaged, Some(&probed), &rules(Duplicates::First)).unwrap();
    assert!(!swept.is_prestack());
    assert_eq!(line(&swept, LineKind::Inline, 2), [4, MISSING, 5, 7]);
    // All traces of a label gone: the label stays.
    for trace in [1, 5, 9, 13] {
        damaged[trace] = [keys[trace][0], 1, 0];
    }
    let swept = Geometry::from_sweep(&damaged, Some(&probed), &rules(Duplicates::First)).unwrap();
    assert_eq!(line(&swept, LineKind::Crossline, 2), [MISSING; 4]);
    // A label from elsewhere is an error that names it.
    damaged[5] = [2, 77, 0];
    let error = Geometry::from_sweep(&damaged, Some(&probed), &Rules::default()).unwrap_err();
    assert_eq!(error.trace_index(), Some(5));
    let Kind::OutsideAxes { labels, have: 77, .. } = error.kind() else { panic!("{error}") };
    assert_eq!(labels, "crossline 77");
}

#[test]
fn report_counts_and_names_findings() {
    let mut keys = cube(&[1, 2, 3, 4], &[1, 2, 3, 4], &[0], [1, 0, 2]);
    keys.swap(5, 11);
    let report = sweep(&keys).unwrap().report(&keys).unwrap();
    assert_eq!((report.missing, report.duplicates, report.swaps), (0, 0, 2));
    assert_eq!(report.first_swaps, [5, 11]);
    keys.remove(2);
    keys.push(keys[0]);
    let report = sweep(&keys).unwrap().report(&keys).unwrap();
    assert_eq!((report.missing, report.duplicates, report.swaps), (1, 1, 2));
    assert_eq!(
        report.to_string(),
        "irregular: 16 traces on 4 inlines x 4 crosslines\n  missing: 1: 3/1\n  \
         duplicates: 1: traces 0 and 15 (1/1)\n  swaps: 2: trace 4 (4/3), trace 10 (2/2)"
    );
}

#[test]
fn wrong_label_displaces_no_other_trace() {
    let regular = cube(&[1, 2, 3, 4, 5], &[1, 2, 3, 4, 5, 6], &[0], [0, 1, 2]);
    for at in 0..regular.len() {
        for other in (0..regular.len()).filter(|&other| other != at) {
            let mut keys = regular.clone();
            keys[at] = keys[other];
            let report = sweep(&keys).unwrap().report(&keys).unwrap();
            assert_eq!((report.missing, report.duplicates, report.swaps), (1, 1, 0));
            assert!(report.first_swaps.is_empty() && !report.regular);
            assert_eq!(report.first_missing, [regular[at]]);
            let (first, second) = (at.min(other) as u64, at.max(other) as u64);
            assert_eq!(report.first_duplicates, [(first, second)]);
        }
        for (word, label) in [(0, 77), (0, -77), (1, 77), (1, -77)] {
            let mut keys = regular.clone();
            keys[at][word] = label;
            let report = sweep(&keys).unwrap().report(&keys).unwrap();
            assert_eq!(report.duplicates, 0);
            assert!(report.swaps <= 1, "{at} {word} {label}: {report}");
            // Beside the place it claims, its neighbour could be moved as well.
            assert!(report.first_swaps.iter().all(|&trace| trace.abs_diff(at as u64) <= 1));
        }
    }
    let mut keys = regular;
    keys[8][0] = 77;
    let report = sweep(&keys).unwrap().report(&keys).unwrap();
    assert_eq!((report.swaps, &report.first_swaps[..]), (1, &[8][..]));
}

#[test]
fn ragged_survey_in_order_has_sorting_and_shuffled_has_none() {
    let ragged: Vec<Key> =
        (0..20).flat_map(|i| (i / 2..10 + i % 3).map(move |x| [i, x, 0])).collect();
    assert_eq!(sweep(&ragged).unwrap().sorting(), Some(LineKind::Inline));
    let mut turned = ragged.clone();
    turned.sort_by_key(|key| (key[1], key[0]));
    assert_eq!(sweep(&turned).unwrap().sorting(), Some(LineKind::Crossline));
    let mut shuffled = ragged;
    shuffled.sort_by_key(|key| (key[0] * 7919 + key[1] * 104_729) % 1009);
    assert_eq!(sweep(&shuffled).unwrap().sorting(), None);
    // Offsets kept apart, one trace missing: still by inline.
    let mut volumes = cube(&[1, 2, 3, 4], &[1, 2, 3, 4, 5], &[10, 20, 30], [2, 0, 1]);
    volumes.remove(33);
    assert_eq!(sweep(&volumes).unwrap().sorting(), Some(LineKind::Inline));
    // Lines in any order lie together all the same.
    let lines = cube(&[3, 1, 2], &[1, 2, 3, 4, 5], &[0], [0, 1, 2]);
    assert_eq!(sweep(&lines).unwrap().sorting(), Some(LineKind::Inline));
}

#[test]
fn single_line_is_sorted_alone_and_left_to_sweep() {
    let inline = cube(&[5], &[1, 2, 3, 4], &[0], [0, 1, 2]);
    let crossline = cube(&[1, 2, 3, 4], &[5], &[0], [0, 1, 2]);
    for (keys, kind) in [(inline, LineKind::Inline), (crossline, LineKind::Crossline)] {
        let file = File::new(&keys);
        assert!(Geometry::probe(&file).unwrap().is_none());
        assert_eq!(file.read.get(), 2);
        let swept = sweep(&keys).unwrap();
        assert!(swept.is_regular());
        assert_eq!(swept.sorting(), Some(kind));
    }
}

#[test]
fn probe_sees_damage_in_first_line_and_at_line_ends() {
    for order in [[0, 1, 2], [1, 0, 2], [2, 0, 1]] {
        let offsets: &[i32] = if order[0] == 2 { &[8, 9] } else { &[0] };
        let keys = cube(&[1, 2, 3, 4, 5], &[1, 2, 3, 4, 5], offsets, order);
        let words = if offsets.len() > 1 { 3 } else { 2 };
        for (trace, word) in (0..keys.len()).flat_map(|t| (0..words).map(move |w| (t, w))) {
            let mut damaged = keys.clone();
            damaged[trace][word] = 77;
            let seen = trace < 5 || trace % 5 == 0 || trace % 5 == 4;
            let probed = Geometry::probe(&File::new(&damaged)).unwrap();
            assert_eq!(probed.is_none(), seen, "{order:?} {trace} {word}");
        }
    }
}

#[test]
fn survey_of_two_traces_is_found() {
    let both = sweep(&[[i32::MAX, i32::MIN, 0], [i32::MIN, i32::MAX, 0]]).unwrap();
    assert_eq!(both.live(), [true, false, false, true]);
    assert_eq!(both.inlines().labels(), [i32::MAX, i32::MIN]);
    assert_eq!(both.sorting(), None);
    let twins = sweep(&[[4, 4, 4], [4, 4, 4]]).unwrap();
    let line = twins.line(LineKind::Inline, 4, None).unwrap();
    assert_eq!(twins.traces(line).unwrap_err().class(), Class::Geometry);
}
