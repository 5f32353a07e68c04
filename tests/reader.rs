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
use oracle::{Oracle, indices};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use segbuf::error::{Kind, Result};
use segbuf::geometry::LineKind;
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
        for kind in [LineKind::Inline, LineKind::Crossline] {
            let offsets = survey.offsets().labels().iter().map(|offset| Some(*offset));
            for offset in offsets.chain([None]) {
                for &label in survey.lines(kind).labels() {
                    let line = oracle::Line { kind, label, offset, samples, to };
                    let rows = oracle.rows(survey, &line).len();
                    let running = Running { threads, ..Running::default() };
                    let got = dest::read(shape, to, (rows, samples.count), false, |out| {
                        let labels = [label];
                        reader.read_lines_into(kind, &labels, offset, samples, out, running)
                    });
                    oracle.judge(&reader, survey, &line, got);
                }
            }
        }
    }
}
