//! The reader against a naive one: every way to read, of every sort of file, survey, source and
//! destination.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{dest, make, oracle, surveys};
use dest::Shape;
use make::File;
use oracle::{Oracle, indices};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use segbuf::Running;
use segbuf::Walk;
use segbuf::error::Class;
use segbuf::survey::LineKind;
use segbuf::{Options, SampleType, Samples};
use surveys::{Kept, files, known, open, run_within, swapped};

/// A file, or one with its pairs swapped that should read the same; what it is, and how it is opened.
fn stored(file: &File, pairwise: bool, threads: usize) -> (Vec<u8>, File, Options) {
    if pairwise {
        return swapped(file, threads);
    }
    (file.bytes(), file.clone(), known(file, threads))
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    })]

    #[test]
    fn traces_match_naive_reader(
        file in files(),
        kept in select(Kept::ALL.to_vec()),
        native: bool,
        pairwise: bool,
        threads in 1usize..3,
        shape in select(Shape::ALL.to_vec()),
        picks in prop::collection::vec(any::<Index>(), 0..8),
        (first, step, count) in (any::<Index>(), prop_oneof![-9i64..=-1, 1i64..=9], any::<Index>()),
        axes in prop::array::uniform3((0usize..4, -12i64..12)),
    ) {
        let (stored, file, options) = stored(&file, pairwise, threads);
        let bytes = file.bytes();
        let oracle = Oracle { bytes: &bytes, layout: file.layout() };
        let (reader, _kept) = open(&stored, kept, options).unwrap();
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
        let running = Running::new().threads(threads);
        let got = dest::read(shape, to, (traces.len(), samples.count), true, |out| {
            reader.read_walk_into(walk, samples, out, running)
        });
        if inside {
            let traces = traces.iter().map(|&t| t as u64);
            let want: Vec<u8> =
                traces.flat_map(|t| oracle.samples(t, indices(samples), to)).collect();
            prop_assert_eq!(got.unwrap(), want);
        } else {
            prop_assert_eq!(got.unwrap_err().class(), Class::Index);
        }
    }

    #[test]
    fn lines_match_naive_reader(
        file in files(),
        kept in select(Kept::ALL.to_vec()),
        native: bool,
        verify: bool,
        pairwise: bool,
        threads in 1usize..3,
        shape in select(Shape::ALL.to_vec()),
        (first, step, count) in (any::<Index>(), prop_oneof![-9i64..=-1, 1i64..=9], any::<Index>()),
        part: bool,
    ) {
        let (stored, file, options) = stored(&file, pairwise, threads);
        let bytes = file.bytes();
        let oracle = Oracle { bytes: &bytes, layout: file.layout() };
        let (reader, _kept) = match open(&stored, kept, options.verify(verify)) {
            Ok(opened) => opened,
            Err(error) => {
                // Duplicates, or keys that are none.
                prop_assert!(verify && error.class() == Class::Geometry, "{}", error);
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
                    let running = Running::new().threads(threads);
                    let got = dest::read(shape, to, (rows, samples.count), false, |out| {
                        line.read(&reader, out, running)
                    });
                    oracle.judge(&reader, survey, &line, got);
                }
            }
        }
    }
}
