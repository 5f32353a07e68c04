//! The reader against a naive one: every way to read, of every sort of file, survey, source and
//! destination.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "common/dest.rs"]
mod dest;
#[path = "common/make.rs"]
mod make;
#[path = "common/oracle.rs"]
mod oracle;
#[path = "common/sources.rs"]
mod sources;

use dest::Shape;
use make::File;
use oracle::Oracle;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use segbuf::error::{Kind, Result};
use segbuf::geometry::{Geometry, LineKind};
use segbuf::infer::Overrides;
use segbuf::parallel::Running;
use segbuf::walk::Walk;
use segbuf::{Endian, Format, Options, Reader, SampleType, Samples};
use sources::Awkward;
use tempfile::NamedTempFile;

/// Inline, crossline and offset of a trace.
type Key = [i32; 3];

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[derive(Debug, Clone, Copy)]
enum Kept {
    File,
    Map,
    Memory,
    Awkward,
}

/// Opens the bytes of a file where they are kept; what keeps them goes with it.
fn open(bytes: &[u8], kept: Kept, mut options: Options) -> Result<(Reader, NamedTempFile)> {
    let file = sources::file(bytes);
    options.mmap = matches!(kept, Kept::Map);
    let reader = match kept {
        Kept::File | Kept::Map => Reader::open_with(file.path(), options),
        Kept::Memory => Reader::from_bytes(bytes.to_vec(), options),
        Kept::Awkward => Reader::from_source(Box::new(Awkward::new(bytes.to_vec())), options),
    };
    reader.map(|reader| (reader, file))
}

/// Options that leave nothing about the traces to be inferred.
fn known(file: &File, threads: usize) -> Options {
    let layout = file.layout();
    let overrides = Overrides {
        endian: Some(layout.endian),
        format: Some(layout.format),
        n_samples: Some(layout.n_samples),
        first_trace: Some(layout.first_trace),
        ..Overrides::default()
    };
    Options { overrides, threads: Some(threads), ..Options::default() }
}

fn labels(max: usize) -> impl Strategy<Value = Vec<i32>> {
    (prop::collection::btree_set(-40i32..40, 1..=max), any::<bool>()).prop_map(|(set, falls)| {
        let mut labels: Vec<i32> = set.into_iter().collect();
        if falls {
            labels.reverse();
        }
        labels
    })
}

#[derive(Debug, Clone)]
enum Damage {
    Swap(Index, Index),
    Delete(Index),
    Duplicate(Index, Index),
    Relabel(Index, usize, i32),
}

/// Keys of surveys in all orders, most of them damaged in a place or two.
fn keys() -> impl Strategy<Value = Vec<Key>> {
    let at = any::<Index>;
    let damage = prop_oneof![
        (at(), at()).prop_map(|(a, b)| Damage::Swap(a, b)),
        at().prop_map(Damage::Delete),
        (at(), at()).prop_map(|(a, b)| Damage::Duplicate(a, b)),
        (at(), 0usize..3, -40i32..40).prop_map(|(a, word, label)| Damage::Relabel(a, word, label)),
    ];
    let damages = prop::collection::vec(damage, 0..3);
    let regular = (labels(5), labels(5), labels(3), select(ORDERS.to_vec()), any::<bool>());
    let damaged = (regular, damages).prop_map(|((il, xl, off, order, prestack), damages)| {
        let off = if prestack { off } else { vec![off[0]] };
        let axes = [il, xl, off];
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
        for damage in damages {
            let n = keys.len();
            match damage {
                _ if n == 0 => {}
                Damage::Swap(a, b) => keys.swap(a.index(n), b.index(n)),
                Damage::Delete(a) => drop(keys.remove(a.index(n))),
                Damage::Duplicate(a, b) => keys.insert(b.index(n), keys[a.index(n)]),
                Damage::Relabel(a, word, label) => keys[a.index(n)][word] = label,
            }
        }
        keys
    });
    let damaged = damaged.boxed();
    prop_oneof![
        5 => damaged.clone(),
        1 => damaged.prop_flat_map(|keys| Just(keys).prop_shuffle()),
    ]
}

fn files() -> impl Strategy<Value = File> {
    let format = select(Format::ALL.to_vec());
    (keys(), format, any::<bool>(), 1usize..40, 0usize..3).prop_map(
        |(keys, format, little, n_samples, extended)| {
            let endian = if little { Endian::Little } else { Endian::Big };
            File { endian, format, n_samples, extended, ..File::survey(keys) }
        },
    )
}

/// A run of samples that lies within `n`, of any step.
fn run_within(n: u64, first: Index, step: i64, count: Index) -> Samples {
    let first = first.index(n as usize) as u64;
    let room = if step < 0 { first } else { n - 1 - first };
    let most = (room / step.unsigned_abs() + 1) as usize;
    Samples { first, step, count: count.index(most + 1) }
}

fn indices(samples: Samples) -> impl Iterator<Item = u64> + Clone {
    (0..samples.count as i64).map(move |i| (samples.first as i64 + i * samples.step) as u64)
}

/// The traces that have the key of each row of a line: none where it is missing, and several where it
/// is double.
fn rows_of(
    oracle: &Oracle<'_>,
    survey: &Geometry,
    (kind, label, offset): (LineKind, i32, Option<i32>),
) -> Vec<Vec<u64>> {
    let keys = oracle.keys();
    let other = match kind {
        LineKind::Inline => survey.crosslines(),
        LineKind::Crossline => survey.inlines(),
    };
    let mut rows = Vec::new();
    for &b in other.labels() {
        for &off in survey.offsets().labels() {
            if offset.is_some_and(|only| only != off) {
                continue;
            }
            let (il, xl) = if kind == LineKind::Inline { (label, b) } else { (b, label) };
            let fits = |key: &Key| key[..2] == [il, xl] && (!survey.is_prestack() || key[2] == off);
            let all = 0..keys.len() as u64;
            rows.push(all.filter(|&trace| fits(&keys[trace as usize])).collect());
        }
    }
    rows
}

/// What a row holds for which there is no trace. Integers have nothing to say so.
fn missing(samples: Samples, to: SampleType) -> Vec<u8> {
    match to {
        SampleType::F32 => f32::NAN.to_ne_bytes().repeat(samples.count),
        SampleType::F64 => f64::NAN.to_ne_bytes().repeat(samples.count),
        _ => panic!("{} delivered though traces are missing", to.name()),
    }
}

/// Whether an axis that was handed out lacks a label that some trace has.
fn has_outsiders(oracle: &Oracle<'_>, survey: &Geometry) -> bool {
    let axes = [survey.inlines(), survey.crosslines(), survey.offsets()];
    let words = if survey.is_prestack() { 3 } else { 2 };
    let outside = |key: &Key| (0..words).any(|word| axes[word].index_of(key[word]).is_none());
    oracle.keys().iter().any(outside)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    })]

    #[test]
    fn traces_are_what_a_naive_reader_finds(
        file in files(),
        kept in select(vec![Kept::File, Kept::Map, Kept::Memory, Kept::Awkward]),
        native: bool,
        threads in 1usize..3,
        shape in select(Shape::ALL.to_vec()),
        picks in prop::collection::vec(any::<Index>(), 0..8),
        (first, step, count) in (any::<Index>(), prop_oneof![-9i64..=-1, 1i64..=9], any::<Index>()),
        axes in prop::array::uniform3((0usize..4, -12i64..12)),
    ) {
        let bytes = file.bytes();
        let oracle = Oracle { bytes: &bytes, layout: file.layout() };
        let (reader, _kept) = open(&bytes, kept, known(&file, threads)).unwrap();
        prop_assert_eq!(reader.facts().layout, file.layout());
        let (n, ns) = (reader.n_traces(), reader.n_samples());
        let to = if native { file.format.native() } else { SampleType::F32 };
        prop_assume!(n > 0);

        // One trace, then some in any order.
        let one = first.index(n as usize) as u64;
        let got = dest::read(shape, to, (1, ns as usize), true, |out| reader.read_trace_into(one, out));
        prop_assert_eq!(got.unwrap(), oracle.all_samples(one, to));
        let list: Vec<u64> = picks.iter().map(|pick| pick.index(n as usize) as u64).collect();
        let rows = (list.len(), ns as usize);
        let got = dest::read(shape, to, rows, true, |out| reader.read_traces_into(&list, out));
        let want: Vec<u8> = list.iter().flat_map(|&t| oracle.all_samples(t, to)).collect();
        prop_assert_eq!(got.unwrap(), want);

        // A range of samples of a range of traces.
        let samples = run_within(ns, first, 1, count);
        let (from, until) = (samples.first, samples.first + samples.count as u64);
        let rows = ((n - one) as usize, samples.count);
        let got = dest::read(shape, to, rows, true, |out| reader.read_into(one.., from..until, out));
        let want: Vec<u8> = (one..n).flat_map(|t| oracle.samples(t, from..until, to)).collect();
        prop_assert_eq!(got.unwrap(), want);

        // Any run of samples of any walk, as far as it stays within the file.
        let samples = run_within(ns, first, step, count);
        let mut traces = Vec::new();
        for a in 0..axes[0].0 as i64 {
            for b in 0..axes[1].0 as i64 {
                for c in 0..axes[2].0 as i64 {
                    let [x, y, z] = axes.map(|axis| axis.1);
                    traces.push(one as i64 + a * x + b * y + c * z);
                }
            }
        }
        let inside = traces.iter().all(|t| (0..n as i64).contains(t));
        let walk = Walk::affine(one, axes);
        let running = Running { threads, ..Running::default() };
        let got = dest::read(shape, to, (traces.len(), samples.count), true, |out| {
            reader.read_walk_into(walk, samples, out, running)
        });
        if inside {
            let traces = traces.iter().map(|&t| t as u64);
            let want: Vec<u8> =
                traces.flat_map(|t| oracle.samples(t, indices(samples), to)).collect();
            prop_assert_eq!(got.unwrap(), want);
        } else {
            prop_assert_eq!(got.unwrap_err().kind(), Kind::Index);
        }
    }

    #[test]
    fn lines_are_what_a_naive_reader_finds(
        file in files(),
        kept in select(vec![Kept::File, Kept::Map, Kept::Memory, Kept::Awkward]),
        native: bool,
        verify: bool,
        threads in 1usize..3,
        shape in select(Shape::ALL.to_vec()),
        (first, step, count) in (any::<Index>(), prop_oneof![-9i64..=-1, 1i64..=9], any::<Index>()),
        part: bool,
    ) {
        let bytes = file.bytes();
        let oracle = Oracle { bytes: &bytes, layout: file.layout() };
        let options = Options { verify, ..known(&file, threads) };
        let (reader, _kept) = match open(&bytes, kept, options) {
            Ok(opened) => opened,
            Err(error) => {
                // Duplicates, or keys that are none.
                prop_assert!(verify && error.kind() == Kind::Geometry, "{}", error);
                return Ok(());
            }
        };
        let Ok(survey) = reader.geometry() else { return Ok(()) };
        let to = if native { file.format.native() } else { SampleType::F32 };
        let ns = reader.n_samples();
        let samples = if part {
            run_within(ns, first, step, count)
        } else {
            Samples { first: 0, step: 1, count: ns as usize }
        };
        let [il, xl, off] = survey.shape();
        prop_assert_eq!(reader.iline_len().unwrap(), xl * off * ns as usize);
        prop_assert_eq!(reader.xline_len().unwrap(), il * off * ns as usize);
        let strangers = has_outsiders(&oracle, survey);
        for kind in [LineKind::Inline, LineKind::Crossline] {
            let offsets = survey.offsets().labels().iter().map(|offset| Some(*offset));
            for offset in offsets.chain([None]) {
                for &label in survey.lines(kind).labels() {
                    let want = rows_of(&oracle, survey, (kind, label, offset));
                    let running = Running { threads, ..Running::default() };
                    let size = (want.len(), samples.count);
                    let got = dest::read(shape, to, size, false, |out| {
                        let labels = [label];
                        reader.read_lines_into(kind, &labels, offset, samples, out, running)
                    });
                    let double = want.iter().any(|traces| traces.len() > 1);
                    match got {
                        // Unless all headers were looked at, a double is found only where it
                        // stands in the place of another trace.
                        Ok(got) => {
                            prop_assert!(!double || !reader.geometry().unwrap().is_proved());
                            let row_len = samples.count * to.size();
                            for (row, traces) in want.iter().enumerate() {
                                let got = &got[row * row_len..][..row_len];
                                let right = |t: &u64| got == oracle.samples(*t, indices(samples), to);
                                let right = match traces[..] {
                                    [] => got == missing(samples, to),
                                    _ => traces.iter().any(right),
                                };
                                prop_assert!(right, "row {}", row);
                            }
                        }
                        Err(error) => {
                            prop_assert_eq!(error.kind(), Kind::Geometry);
                            let told = error.to_string();
                            let missing = want.iter().any(Vec::is_empty) && !to.is_float();
                            let right = double && told.contains("both have")
                                || missing && told.contains("traces are missing")
                                || strangers && told.contains("outside the axes");
                            prop_assert!(right, "{}", told);
                        }
                    }
                }
            }
        }
    }
}
