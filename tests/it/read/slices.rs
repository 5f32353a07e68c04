//! Depth slices, boxes, lists of cells and windows against a naive reader, of every sort of file,
//! survey, source and destination.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{dest, make, oracle, sources, surveys};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dest::Shape;
use make::File;
use oracle::{Oracle, indices};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use segbuf::Running;
use segbuf::error::{Class, Kind};
use segbuf::survey::{Cells, Geometry, LineKind, Stretch};
use segbuf::{Format, Pick, Reader, SampleType, Samples};
use sources::Hooked;
use surveys::{Kept, Key, files, grid_keys, known, open, run_within};

/// A survey as a naive reader sees it: the traces of each cell.
struct Grid {
    shape: [usize; 3],
    traces: Vec<Vec<u64>>,
}

impl Grid {
    fn new(oracle: &Oracle<'_>, survey: &Geometry) -> Grid {
        let axes = [survey.inlines(), survey.crosslines(), survey.offsets()];
        let mut cells: HashMap<Key, Vec<u64>> = HashMap::new();
        for (trace, [i, x, o]) in oracle.keys().into_iter().enumerate() {
            let o = if survey.is_prestack() { o } else { axes[2].labels()[0] };
            cells.entry([i, x, o]).or_default().push(trace as u64);
        }
        let mut traces = Vec::new();
        for &i in axes[0].labels() {
            for &x in axes[1].labels() {
                for &o in axes[2].labels() {
                    traces.push(cells.remove(&[i, x, o]).unwrap_or_default());
                }
            }
        }
        Grid { shape: axes.map(|axis| axis.len()), traces }
    }

    /// The numbers of the cells, in the order of a read.
    fn order(&self, cells: Cells<'_>) -> Vec<usize> {
        let (axes, outer) = match cells {
            Cells::List(cells) => return cells.iter().map(|&cell| cell as usize).collect(),
            Cells::Grid { axes, outer } => (axes, outer),
        };
        let along =
            |s: Stretch| (0..s.count as i64).map(move |n| (s.first as i64 + n * s.step) as usize);
        let [_, nx, no] = self.shape;
        let mut order = Vec::new();
        let slow = outer as usize;
        for a in along(axes[slow]) {
            for b in along(axes[1 - slow]) {
                let (i, x) = if outer == LineKind::Inline { (a, b) } else { (b, a) };
                order.extend(along(axes[2]).map(|o| (i * nx + x) * no + o));
            }
        }
        order
    }
}

/// Which samples a pick wants of a cell, by place among the cells; they may be outside.
fn wanted(pick: Pick<'_>, row: usize) -> Vec<i64> {
    match pick {
        Pick::Run(samples) => indices(samples).map(|i| i as i64).collect(),
        Pick::Samples(list) | Pick::Slices(list) => list.iter().map(|&i| i as i64).collect(),
        Pick::Window { starts, len } => {
            (0..len as i64).map(|i| starts[row].saturating_add(i)).collect()
        }
    }
}

const FILL: i16 = -7;

fn fill(to: SampleType) -> Vec<u8> {
    match to {
        SampleType::F32 => f32::from(FILL).to_ne_bytes().to_vec(),
        SampleType::F64 => f64::from(FILL).to_ne_bytes().to_vec(),
        SampleType::I8 => (FILL as i8).to_ne_bytes().to_vec(),
        SampleType::I16 => FILL.to_ne_bytes().to_vec(),
        SampleType::I32 => i32::from(FILL).to_ne_bytes().to_vec(),
        SampleType::I64 => i64::from(FILL).to_ne_bytes().to_vec(),
        _ => panic!("{} cannot hold it", to.name()),
    }
}

/// Reads, and compares each sample with what the oracle finds.
fn check(
    reader: &Reader,
    (oracle, grid): (&Oracle<'_>, &Grid),
    (cells, pick): (Cells<'_>, Pick<'_>),
    (shape, to): (Shape, SampleType),
    threads: usize,
) -> std::result::Result<(), TestCaseError> {
    let order = grid.order(cells);
    let each = match pick {
        Pick::Run(samples) => samples.count,
        Pick::Samples(list) | Pick::Slices(list) => list.len(),
        Pick::Window { len, .. } => len,
    };
    let slices = matches!(pick, Pick::Slices(_));
    let size = if slices { (each, order.len()) } else { (order.len(), each) };
    let running = Running::new().threads(threads);
    let got =
        dest::read(shape, to, size, false, |out| reader.read_cells_into(cells, pick, out, running));
    let double = order.iter().any(|&cell| grid.traces[cell].len() > 1);
    let got = match got {
        Ok(got) => got,
        Err(error) => {
            let told = error.to_string();
            prop_assert_eq!(error.class(), Class::Geometry, "{}", told);
            prop_assert!(
                double && told.contains("both have") || told.contains("outside the axes"),
                "{}",
                told
            );
            return Ok(());
        }
    };
    prop_assert!(!double || !reader.survey(Running::default()).unwrap().is_proved());
    let n = oracle.layout.n_samples as i64;
    for (row, &cell) in order.iter().enumerate() {
        for (i, sample) in wanted(pick, row).into_iter().enumerate() {
            let at = if slices { i * order.len() + row } else { row * each + i };
            let got = &got[at * to.size()..][..to.size()];
            let inside = (0..n).contains(&sample);
            let mut traces = grid.traces[cell].iter();
            let right = if traces.len() == 0 || !inside {
                got == fill(to)
            } else {
                traces.any(|&trace| got == oracle.sample(trace, sample as u64, to))
            };
            prop_assert!(right, "cell {}, sample {}", cell, sample);
        }
    }
    Ok(())
}

fn stretch(n: usize, first: Index, step: i64, count: Index) -> Stretch {
    let Samples { first, step, count } = run_within(n as u64, first, step, count);
    Stretch { first: first as usize, step, count }
}

/// A box in axis order.
fn in_order(axes: [Stretch; 3]) -> Cells<'static> {
    Cells::Grid { axes, outer: LineKind::Inline }
}

fn steps() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(1i64), 1 => -3i64..=-1, 1 => 2i64..=3]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    })]

    #[test]
    fn cells_match_naive_reader(
        file in files(),
        kept in select(Kept::ALL.to_vec()),
        native: bool,
        verify: bool,
        threads in 1usize..3,
        shape in select(Shape::ALL.to_vec()),
        whole: bool,
        outer in select(vec![LineKind::Inline, LineKind::Crossline]),
        axes in prop::array::uniform3((any::<Index>(), steps(), any::<Index>())),
        list in prop::collection::vec(any::<Index>(), 0..12),
        picks in prop::collection::vec(any::<Index>(), 0..40),
        run in (any::<Index>(), prop_oneof![-9i64..=-1, 1i64..=9], any::<Index>()),
        starts in prop::collection::vec(prop_oneof![4 => -9i64..50, 1 => any::<i64>()], 1..7),
        len in 0usize..60,
    ) {
        let bytes = file.bytes();
        let oracle = Oracle { bytes: &bytes, layout: file.layout() };
        let options =
            known(&file, threads).verify(verify).fill(f64::from(FILL));
        let Ok((reader, _kept)) = open(&bytes, kept, options) else { return Ok(()) };
        let Ok(survey) = reader.geometry() else { return Ok(()) };
        let unsigned = file.format.native().name().starts_with('u');
        let to = if native && !unsigned { file.format.native() } else { SampleType::F32 };
        let ns = reader.n_samples();
        let grid = Grid::new(&oracle, survey);

        let samples: Vec<u64> = picks.iter().map(|i| i.index(ns as usize) as u64).collect();
        let shape_of = survey.shape();
        let n_cells: usize = shape_of.iter().product();
        let list: Vec<u64> = list.iter().map(|i| i.index(n_cells) as u64).collect();
        let part = [0, 1, 2].map(|axis| {
            let (first, step, count) = axes[axis];
            stretch(shape_of[axis], first, step, count)
        });
        let cells = if whole { survey.all_cells() } else { Cells::Grid { axes: part, outer } };
        for cells in [cells, Cells::List(&list)] {
            let starts: Vec<i64> = starts.iter().copied().cycle().take(cells.len()).collect();
            let all = Samples { first: 0, step: 1, count: ns as usize };
            for pick in [
                Pick::Run(all),
                Pick::Run(run_within(ns, run.0, run.1, run.2)),
                Pick::Slices(&samples),
                Pick::Samples(&samples),
                Pick::Window { starts: &starts, len },
            ] {
                check(&reader, (&oracle, &grid), (cells, pick), (shape, to), threads)?;
            }
        }
    }
}

/// Surveys and lists larger than the tiles, buffers and parts that reading goes by.
#[test]
fn large_surveys_and_long_lists_match_naive_reader() {
    let scattered = |n: u64, count: u64| -> Vec<u64> { (0..count).map(|i| i * 7919 % n).collect() };
    for (order, shape, n_samples, count) in [
        ([0, 1, 2], [90, 70, 1], 30, 3),
        ([1, 0, 2], [90, 70, 1], 30, 40),
        ([1, 0, 2], [70, 90, 1], 1500, 1),
        ([0, 1, 2], [11, 10, 1], 9000, 9500),
        ([2, 1, 0], [20, 15, 7], 700, 5),
        ([2, 0, 1], [20, 15, 7], 300, 90),
        ([0, 1, 2], [3, 2, 1], 80_000, 12),
    ] {
        for holes in [false, true] {
            if holes && shape.iter().product::<usize>() < 1000 {
                continue;
            }
            let keys = grid_keys(order, shape, holes);
            let file = File { n_samples, format: Format::Int16, ..File::survey(keys) };
            let bytes = file.bytes();
            let oracle = Oracle { bytes: &bytes, layout: file.layout() };
            for (kept, threads) in [(Kept::File, 1), (Kept::File, 2), (Kept::Memory, 2)] {
                let options = known(&file, threads).fill(f64::from(FILL));
                let (reader, _kept) = open(&bytes, kept, options).unwrap();
                let survey = reader.proved(Running::new()).unwrap();
                let (cells, grid) = (survey.all_cells(), Grid::new(&oracle, survey));
                let list = scattered(n_samples as u64, count);
                let starts: Vec<i64> = (0..cells.len() as i64)
                    .map(|i| i * 37 % (n_samples as i64 + 40) - 20)
                    .collect();
                let window = Pick::Window { starts: &starts, len: count as usize };
                let to = (Shape::Tight, SampleType::I16);
                let last = n_samples as u64 - 1;
                let apart = Samples { first: last, step: -5, count: n_samples.div_ceil(5) };
                for pick in [Pick::Slices(&list), Pick::Samples(&list), window, Pick::Run(apart)] {
                    let checked = check(&reader, (&oracle, &grid), (cells, pick), to, threads);
                    assert!(checked.is_ok(), "{order:?} {holes} {kept:?} {pick:.80?}: {checked:?}");
                }
            }
        }
    }
}

#[test]
fn missing_cells_are_refused_untouched() {
    let file = File::survey(grid_keys([0, 1, 2], [4, 5, 1], false));
    let bytes = file.bytes();
    let (reader, _kept) = open(&bytes, Kept::File, known(&file, 1)).unwrap();
    let cells = reader.geometry().unwrap().all_cells();
    let refused = |cells, pick, size| {
        let running = Running::new();
        dest::read(Shape::Tight, SampleType::F32, size, true, |out| {
            reader.read_cells_into(cells, pick, out, running)
        })
        .unwrap_err()
    };
    let error = refused(cells, Pick::Slices(&[3, 50]), (2, 20));
    assert_eq!((error.class(), error.code()), (Class::Index, "sample-out-of-range"));
    let error = refused(cells, Pick::Slices(&[3]), (1, 19));
    assert_eq!(error.class(), Class::Destination);
    let error = refused(cells, Pick::Window { starts: &[0; 19], len: 2 }, (20, 2));
    assert_eq!(error.class(), Class::Value);
    let error = refused(Cells::List(&[3, 20]), Pick::Samples(&[0]), (2, 1));
    assert_eq!(error.class(), Class::Index);
    let one = Stretch { first: 3, step: i64::MAX, count: 1 };
    let cells_of_one = in_order([one, Stretch::all(5), Stretch::all(1)]);
    let alone = Samples { first: 7, step: i64::MIN, count: 1 };
    let mut out = [0f32; 5];
    let running = Running::new();
    reader.read_cells_into(cells_of_one, Pick::Run(alone), (&mut out).into(), running).unwrap();
    for (first, step, count) in [(4, 1, 1), (3, 1, 2), (0, -1, 2), (0, i64::MAX, 2)] {
        let cells = in_order([Stretch { first, step, count }, Stretch::all(5), Stretch::all(1)]);
        let error = refused(cells, Pick::Samples(&[0]), (5 * count, 1));
        assert_eq!(error.class(), Class::Index);
        assert_eq!(error.code(), "index-out-of-range");
    }
}

#[test]
fn integers_need_fill_for_missing_traces() {
    let keys = grid_keys([0, 1, 2], [4, 5, 1], false);
    let file = File { format: Format::Int16, ..File::survey(keys[1..].to_vec()) };
    let bytes = file.bytes();
    let (reader, _kept) = open(&bytes, Kept::File, known(&file, 1)).unwrap();
    let mut floats = vec![0f32; reader.depth_slice_len().unwrap()];
    reader.read_depth_slice_into(3, &mut floats).unwrap();
    assert_eq!(floats.iter().map(|v| v.is_nan()).filter(|nan| *nan).count(), 1);
    let mut integers = vec![0i16; 20];
    let error = reader.read_depth_slice_into(3, &mut integers).unwrap_err();
    assert!(error.to_string().contains("traces are missing"), "{error}");

    let file = File { format: Format::Int16, ..File::survey(keys) };
    let bytes = file.bytes();
    let (reader, _kept) = open(&bytes, Kept::File, known(&file, 1)).unwrap();
    let mut starts = [0; 20];
    reader.read_window_into(&starts, 1, &mut integers).unwrap();
    starts[7] = -1;
    let error = reader.read_window_into(&starts, 1, &mut integers).unwrap_err();
    assert_eq!(error.code(), "fill-needed");
}

/// Whole traces are checked as they are read; a survey that is not what it seemed is swept then.
#[test]
fn box_of_whole_traces_is_checked_without_sweep() {
    let keys = grid_keys([0, 1, 2], [20, 30, 1], false);
    let mut swapped = keys.clone();
    swapped.swap(7 * 30 + 11, 7 * 30 + 12);
    for (keys, sweeps) in [(keys, false), (swapped, true)] {
        let file = File::survey(keys);
        let bytes = file.bytes();
        let oracle = Oracle { bytes: &bytes, layout: file.layout() };
        let (reader, _kept) = open(&bytes, Kept::File, known(&file, 1)).unwrap();
        let grid = Grid::new(&oracle, reader.geometry().unwrap());
        let stretch = |first, count| Stretch { first, step: 1, count };
        let cells = in_order([stretch(5, 4), stretch(8, 10), Stretch::all(1)]);
        let all = Pick::Run(Samples { first: 0, step: 1, count: file.n_samples });
        check(&reader, (&oracle, &grid), (cells, all), (Shape::Tight, SampleType::F32), 1).unwrap();
        assert_eq!(reader.geometry().unwrap().is_proved(), sweeps);
    }
}

#[test]
fn source_errors_are_returned() {
    let file = File::survey(grid_keys([0, 1, 2], [40, 40, 1], false));
    for threads in [1, 2] {
        let fail = Arc::new(AtomicUsize::new(0));
        let hook = {
            let fail = Arc::clone(&fail);
            move |offset: u64, len| {
                if fail.load(Ordering::Relaxed) == 1 && offset > 200_000 {
                    return Err(Kind::SourceFailed { reason: "the cable is cut".into() }.into());
                }
                let cut = fail.load(Ordering::Relaxed) == 2;
                Ok(if cut && offset + len as u64 > 200_000 { 0 } else { len })
            }
        };
        let source = Hooked { bytes: file.bytes(), hook };
        let reader = Reader::from_source(Box::new(source), known(&file, threads)).unwrap();
        let mut out = vec![0f32; 1600];
        reader.read_depth_slice_into(3, &mut out).unwrap();
        fail.store(1, Ordering::Relaxed);
        assert_eq!(reader.read_depth_slice_into(3, &mut out).unwrap_err().class(), Class::Io);
        fail.store(2, Ordering::Relaxed);
        let error = reader.read_depth_slice_into(3, &mut out).unwrap_err();
        assert!(error.to_string().contains("the file ended within a trace"), "{error}");
    }
}
