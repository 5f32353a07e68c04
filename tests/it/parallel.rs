//! Reads while something goes on or goes wrong: many threads, Ctrl-C, sources that fail, arguments
//! that make no sense.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{make, oracle, sources};
use std::cell::Cell;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Barrier, Mutex, OnceLock, Weak};
use std::thread;
use std::time::Duration;

use make::File;
use oracle::Oracle;
use segbuf::Running;
use segbuf::Walk;
use segbuf::error::{Class, Error, Kind, Result};
use segbuf::internals::MISSING;
use segbuf::survey::{Cells, Key, LineKind};
use segbuf::{Format, Options, Out, Pick, Reader, SampleType, Samples};
use sources::Hooked;

const ALONE: Running<'static> = Running::new().threads(1).cached(false);

fn read_line(
    reader: &Reader,
    label: i32,
    samples: Samples,
    out: Out<'_>,
    running: Running<'_>,
) -> Result<()> {
    let line = reader.geometry_with(running)?.line(LineKind::Inline, label, None)?;
    reader.read_cells_into(line, Pick::Run(samples), out, running)
}

/// The keys of `il` inlines of `xl` crosslines, sorted by inline.
fn grid(il: i32, xl: i32) -> Vec<Key> {
    (0..il).flat_map(|i| (0..xl).map(move |x| [10 + i, 100 + x, 0])).collect()
}

/// A file of 24 inlines of 40 crosslines, 1.9 MB of samples: enough for several threads.
fn large() -> File {
    File { n_samples: 500, ..File::survey(grid(24, 40)) }
}

fn with(threads: usize) -> Options {
    Options::default().threads(threads)
}

fn hooked<F>(bytes: Vec<u8>, options: Options, hook: F) -> Reader
where
    F: Fn(u64, usize) -> Result<usize> + Send + Sync + 'static,
{
    Reader::from_source(Box::new(Hooked { bytes, hook }), options).unwrap()
}

/// The bits of float32, for NaN equals nothing.
fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

/// All samples of some traces, by the naive reader.
fn naive(file: &File, bytes: &[u8], traces: impl IntoIterator<Item = u64>) -> Vec<u32> {
    let oracle = Oracle { bytes, layout: file.layout() };
    let bytes: Vec<u8> =
        traces.into_iter().flat_map(|t| oracle.all_samples(t, SampleType::F32)).collect();
    bytes.chunks_exact(4).map(|b| u32::from_ne_bytes(b.try_into().unwrap())).collect()
}

#[test]
fn eight_threads_match_one() {
    let file = large();
    let bytes = file.bytes();
    let on_disk = sources::file(&bytes);
    for (mmap, threads) in [(false, 1), (false, 4), (true, 4)] {
        let options = with(threads).mmap(mmap);
        let reader = Reader::open_with(on_disk.path(), options).unwrap();
        let all = naive(&file, &bytes, 0..960);
        thread::scope(|scope| {
            for t in 0..8 {
                let (reader, all) = (&reader, &all);
                scope.spawn(move || {
                    let mut whole = vec![0f32; reader.len().unwrap()];
                    let mut line = vec![0f32; reader.iline_len().unwrap()];
                    for turn in 0..4 {
                        let label = 10 + (5 * t + 7 * turn) % 24;
                        reader.read_iline_into(label, &mut line).unwrap();
                        let at = (label - 10) as usize * line.len();
                        assert_eq!(bits(&line), all[at..at + line.len()]);
                        whole.fill(0.0);
                        reader.read_into(.., .., &mut whole).unwrap();
                        assert!(bits(&whole) == *all);
                    }
                });
            }
        });
    }
}

#[test]
fn poll_error_ends_read_and_is_returned() {
    let file = large();
    let bytes = file.bytes();
    let on_disk = sources::file(&bytes);
    let reads = Arc::new(AtomicUsize::new(0));
    let counted = {
        let reads = Arc::clone(&reads);
        hooked(bytes.clone(), with(1), move |_, n| {
            reads.fetch_add(1, Ordering::Relaxed);
            Ok(n)
        })
    };
    let readers = [
        counted,
        Reader::open_with(on_disk.path(), with(4)).unwrap(),
        Reader::open_with(on_disk.path(), with(4).mmap(true)).unwrap(),
        Reader::from_bytes(bytes, with(1)).unwrap(),
    ];
    let mut whole = vec![0f32; readers[0].len().unwrap()];
    for reader in &readers {
        for patience in [0, 2] {
            let asked = Cell::new(0);
            let poll = || {
                asked.set(asked.get() + 1);
                if asked.get() <= patience {
                    return Ok(());
                }
                Err(Kind::Interrupted.into())
            };
            let running = Running::new().threads(reader.threads()).poll(&poll).cached(false);
            let all = Samples { first: 0, step: 1, count: 500 };
            let before = reads.load(Ordering::Relaxed);
            let out = Out::from(&mut whole);
            let walk = Walk::affine(0, [(1, 0), (1, 0), (960, 1)]);
            let result = reader.read_walk_into(walk, all, out, running);
            // With help it may be over before it was asked for the third time.
            if let Err(error) = result {
                assert_eq!(error.class(), Class::Interrupted);
                assert_eq!(asked.get(), patience + 1, "nobody asks again");
                assert!(reads.load(Ordering::Relaxed) - before <= patience + 1);
            } else {
                assert!(reader.threads() > 1 && asked.get() <= patience);
            }
            // Lines too, and sweeps.
            asked.set(patience);
            let out = Out::from(&mut whole[..20_000]);
            assert_eq!(
                read_line(reader, 12, all, out, running).unwrap_err().class(),
                Class::Interrupted
            );
            asked.set(patience);
            assert_eq!(reader.verify(running).unwrap_err().class(), Class::Interrupted);
        }
        // It is none the worse for it.
        reader.read_iline_into(12, &mut whole[..20_000]).unwrap();
    }
}

#[test]
fn first_survey_probe_ends_within_few_headers() {
    let reads = Arc::new(AtomicUsize::new(0));
    let hook = {
        let reads = Arc::clone(&reads);
        move |_, n| {
            reads.fetch_add(1, Ordering::Relaxed);
            Ok(n)
        }
    };
    let reader = hooked(large().bytes(), with(1), hook);
    let patience = Cell::new(1);
    let poll = || match patience.replace(patience.get() - 1) {
        0 => Err(Kind::Interrupted.into()),
        _ => Ok(()),
    };
    let running = ALONE.poll(&poll);
    let looks: [fn(&Reader, Running<'_>) -> Result<()>; 3] = [
        |reader, running| reader.geometry_with(running).map(|_| ()),
        |reader, running| reader.proved(running).map(|_| ()),
        |reader, running| reader.verify(running).map(|_| ()),
    ];
    for look in looks {
        patience.set(1);
        let before = reads.load(Ordering::Relaxed);
        assert_eq!(look(&reader, running).unwrap_err().class(), Class::Interrupted);
        let headers = reads.load(Ordering::Relaxed) - before;
        assert!(headers < 200, "{headers} of 960");
    }
    assert_eq!(reader.geometry().unwrap().shape(), [24, 40, 1], "it can be done again");
}

#[test]
fn cached_read_refuses_sweep() {
    let mut keys = grid(24, 40);
    keys.swap(41, 42);
    let reader = hooked(File::survey(keys).bytes(), with(1), |_, n| Ok(n));
    let cached = ALONE.cached(true);
    assert!(!reader.geometry().unwrap().is_proved());
    assert_eq!(reader.proved(cached).unwrap_err().class(), Class::Uncached);
    let mut line = vec![0f32; reader.iline_len().unwrap()];
    let mut read = |label| {
        let all = Samples { first: 0, step: 1, count: reader.trace_len().unwrap() };
        let out = Out::from(&mut line);
        read_line(&reader, label, all, out, cached)
    };
    assert!(read(10).is_ok(), "as it was assumed to be");
    assert_eq!(read(11).unwrap_err().class(), Class::Uncached, "not as it was assumed to be");
    reader.proved(ALONE).unwrap();
    assert!(read(11).is_ok());
}

#[test]
fn padding_of_short_traces_polls() {
    let n = 10_000;
    let lengths = (0..n).map(|i| 1 + i % 2).collect();
    let file = File { n_traces: n, lengths, ..File::default() };
    let reader = hooked(file.bytes(), with(1), |_, n| Ok(n));
    let polls = |first| {
        let asked = Cell::new(0);
        let poll = || {
            asked.set(asked.get() + 1);
            Ok(())
        };
        let (mut out, one) = (vec![0f32; n], Samples { first, step: 1, count: 1 });
        let walk = Walk::first(n);
        let running = ALONE.poll(&poll);
        reader.read_walk_into(walk, one, Out::from(&mut out), running).unwrap();
        assert_eq!(out.iter().filter(|sample| sample.is_nan()).count(), n / 2 * first as usize);
        asked.get()
    };
    // All have the first sample, half of them the second.
    assert_eq!(polls(1), polls(0) + n / 4096);
}

#[test]
fn failing_source_is_reported() {
    let file = large();
    let broken = Arc::new(AtomicBool::new(false));
    for threads in [1, 4] {
        let hook = {
            let broken = Arc::clone(&broken);
            let from = file.layout().header_offset(700);
            move |offset: u64, n: usize| {
                if broken.load(Ordering::Relaxed) && offset + n as u64 > from {
                    return Err(Error::io("the disk", &io::Error::from_raw_os_error(5)));
                }
                Ok(n)
            }
        };
        broken.store(false, Ordering::Relaxed);
        let reader = hooked(file.bytes(), with(threads), hook);
        let mut whole = vec![0f32; reader.len().unwrap()];
        let mut line = vec![0f32; reader.iline_len().unwrap()];
        broken.store(true, Ordering::Relaxed);
        let errors = [
            reader.read_into(.., .., &mut whole).unwrap_err(),
            reader.read_iline_into(30, &mut line).unwrap_err(),
            reader.read_trace_into(900, &mut line[..500]).unwrap_err(),
            reader.header(900).map(|_| ()).unwrap_err(),
            reader.verify(ALONE).map(|_| ()).unwrap_err(),
        ];
        for error in errors {
            assert_eq!((error.class(), error.os_code()), (Class::Io, Some(5)), "{error}");
        }
        reader.read_iline_into(12, &mut line).unwrap();
        // A failure is no finding about the survey.
        broken.store(false, Ordering::Relaxed);
        reader.read_iline_into(30, &mut line).unwrap();
        assert!(reader.verify(ALONE).unwrap().regular);
    }
}

#[test]
fn source_error_is_returned_unchanged() {
    #[derive(Debug, PartialEq)]
    struct Refused(u16);
    impl std::fmt::Display for Refused {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "status {}", self.0)
        }
    }
    impl std::error::Error for Refused {}

    let file = large();
    let armed = Arc::new(AtomicBool::new(false));
    let hook =
        {
            let armed = Arc::clone(&armed);
            move |_, n| match armed.load(Ordering::Relaxed) {
                true => Err(Error::from(Kind::SourceFailed { reason: "refused".into() })
                    .cause(Refused(403))),
                false => Ok(n),
            }
        };
    let reader = hooked(file.bytes(), with(4), hook);
    armed.store(true, Ordering::Relaxed);
    let error = reader.read_into(.., .., &mut vec![0f32; 480_000]).unwrap_err();
    let cause = std::error::Error::source(&error).and_then(|e| e.downcast_ref());
    assert_eq!(cause, Some(&Refused(403)));
    assert_eq!(error.code(), "source-failed");
}

#[test]
fn exhausted_source_error_names_trace() {
    let file = large();
    let end = Arc::new(Mutex::new(u64::MAX));
    let hook = {
        let end = Arc::clone(&end);
        move |offset: u64, n: usize| {
            Ok(end.lock().unwrap().saturating_sub(offset).min(n as u64) as usize)
        }
    };
    let reader = hooked(file.bytes(), with(1), hook);
    let mut whole = vec![0f32; reader.len().unwrap()];
    let mut line = vec![0f32; reader.iline_len().unwrap()];
    let layout = file.layout();
    for left in [0, 1, 239, 240, 241, 2239] {
        *end.lock().unwrap() = layout.header_offset(700) + left;
        let errors = [
            reader.read_into(.., .., &mut whole).unwrap_err(),
            reader.read_into(650..750, 0..10, &mut whole[..1000]).unwrap_err(),
            reader.read_iline_into(27, &mut line).unwrap_err(),
            reader.read_trace_into(700, &mut line[..500]).unwrap_err(),
            reader.verify(ALONE).map(|_| ()).unwrap_err(),
        ];
        // The words of the header may be there still, or the samples that were asked for.
        for error in errors {
            let place = (error.class(), error.trace_index());
            let next = left >= 239 && error.trace_index() == Some(701);
            assert!(next || place == (Class::Format, Some(700)), "{left}: {error}");
            assert!(error.to_string().contains("shorter"), "{error}");
        }
        reader.read_iline_into(26, &mut line).unwrap();
    }
}

#[test]
fn shrunk_file_error_names_trace() {
    let file = large();
    let on_disk = sources::file(&file.bytes());
    let reader = Reader::open_with(on_disk.path(), with(2)).unwrap();
    let mut whole = vec![0f32; reader.len().unwrap()];
    let end = file.layout().samples_offset(333) + 7;
    on_disk.as_file().set_len(end).unwrap();
    let error = reader.read_into(.., .., &mut whole).unwrap_err();
    assert_eq!(error.class(), Class::Format);
    assert!(error.trace_index() >= Some(333), "{error}");
    let error = reader.read_trace_into(333, &mut whole[..500]).unwrap_err();
    assert_eq!((error.trace_index(), error.byte_number()), (Some(333), Some(end)));
    let error = reader.read_trace_into(900, &mut whole[..500]).unwrap_err();
    assert_eq!((error.trace_index(), error.byte_number()), (Some(900), Some(end)));
    let error = reader.header(900).map(|_| ()).unwrap_err();
    assert_eq!((error.trace_index(), error.byte_number()), (Some(900), Some(end)));
    reader.read_trace_into(332, &mut whole[..500]).unwrap();
}

#[test]
fn reads_use_stack_when_scratch_is_exhausted() {
    // More threads than there are buffers, all in the midst of a read; and traces larger than either.
    const THREADS: usize = 66;
    let file = File {
        n_samples: 200_000,
        revision: [2, 0],
        format: Format::Int24,
        binary: vec![(3269, 200_000, 4)],
        ..File::survey(grid(2, 2))
    };
    let bytes = file.bytes();
    let meet = Arc::new(Barrier::new(THREADS));
    let sizes = Arc::new(Mutex::new(Vec::new()));
    let armed = Arc::new(AtomicBool::new(false));
    let hook = {
        let (meet, sizes, armed) = (Arc::clone(&meet), Arc::clone(&sizes), Arc::clone(&armed));
        move |_, n| {
            thread_local!(static MET: Cell<bool> = const { Cell::new(false) });
            if armed.load(Ordering::Relaxed) && !MET.replace(true) {
                sizes.lock().unwrap().push(n);
                meet.wait();
            }
            Ok(n)
        }
    };
    let reader = hooked(bytes.clone(), with(1), hook);
    armed.store(true, Ordering::Relaxed);
    thread::scope(|scope| {
        for t in 0..THREADS as u64 {
            let (reader, file, bytes) = (&reader, &file, &bytes);
            scope.spawn(move || {
                let oracle = Oracle { bytes, layout: file.layout() };
                let trace = t % 4;
                let mut some = vec![0u8; 4 * 3000];
                let samples = Samples { first: 199_999 - t, step: -66, count: 3000 };
                let walk = Walk::List(std::slice::from_ref(&trace));
                let out = Out::bytes(&mut some, SampleType::F32).unwrap();
                reader.read_walk_into(walk, samples, out, ALONE).unwrap();
                let indices = (0..3000).map(|i| 199_999 - t - 66 * i);
                assert_eq!(some, oracle.samples(trace, indices, SampleType::F32));
            });
        }
    });
    let sizes = sizes.lock().unwrap();
    assert!(sizes.iter().filter(|size| **size <= 16 * 1024).count() >= 2, "{sizes:?}");
    assert!(sizes.iter().any(|size| *size > 200 * 1024), "{sizes:?}");
}

#[test]
fn source_may_read_from_reader() {
    // Each file comes out of the one before, so that every read is within another.
    let file = File { format: Format::Uint8, n_samples: 20_000, ..File::survey(grid(2, 2)) };
    let bytes = file.bytes();
    // Has all buffers made. Deeper than there are buffers, each read of a trace is two reads.
    let mut reader = hooked(bytes.clone(), with(64), |_, n| Ok(n));
    for _ in 0..70 {
        let inner = reader;
        reader = hooked(bytes.clone(), with(2), move |_, n| {
            let mut trace = vec![0u8; 20_000];
            inner.read_trace_into(3, &mut trace)?;
            Ok(n)
        });
    }
    let mut line = vec![0f32; 40_000];
    reader.read_traces_into(&[2, 3], &mut line).unwrap();
    assert_eq!(bits(&line), naive(&file, &bytes, 2..4));
}

#[test]
fn reads_do_not_wait_for_each_other() {
    // The helpers of one read are held up for as long as it takes another to come and go.
    let file = large();
    let bytes = file.bytes();
    let (stop, held) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let slow = {
        let (stop, held) = (Arc::clone(&stop), Arc::clone(&held));
        let armed = Arc::new(AtomicBool::new(false));
        let hook_armed = Arc::clone(&armed);
        let reader = hooked(bytes.clone(), with(64), move |_, n| {
            if hook_armed.load(Ordering::Relaxed) {
                held.fetch_add(1, Ordering::Relaxed);
                while !stop.load(Ordering::Relaxed) {
                    thread::yield_now();
                }
            }
            Ok(n)
        });
        armed.store(true, Ordering::Relaxed);
        reader
    };
    let quick = Reader::from_bytes(bytes, with(64)).unwrap();
    let (done, is_done) = channel();
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut whole = vec![0f32; slow.len().unwrap()];
            slow.read_into(.., .., &mut whole).unwrap();
        });
        // The caller at least is held up; helpers too, unless another test has them.
        while held.load(Ordering::Relaxed) < 1 {
            thread::yield_now();
        }
        scope.spawn(|| {
            let mut whole = vec![0f32; quick.len().unwrap()];
            quick.read_into(.., .., &mut whole).unwrap();
            done.send(()).unwrap();
        });
        let in_time = is_done.recv_timeout(Duration::from_secs(10));
        stop.store(true, Ordering::Relaxed);
        assert!(in_time.is_ok(), "the second read waited for the first");
    });
}

#[test]
fn concurrent_sweep_keeps_published_axes() {
    // The probe sees a regular survey; the sweep finds a crossline label that is not on its axes.
    let mut keys = grid(4, 5);
    keys[7] = [11, 999, 0];
    let file = File::survey(keys);
    let during = Arc::new(OnceLock::<Weak<Reader>>::new());
    let hook = {
        let during = Arc::clone(&during);
        let once = AtomicBool::new(false);
        move |_, n| {
            // In the midst of the probe somebody else has all headers swept.
            if let Some(reader) = during.get().and_then(Weak::upgrade)
                && !once.swap(true, Ordering::Relaxed)
            {
                assert!(!reader.verify(ALONE).unwrap().regular);
            }
            Ok(n)
        }
    };
    let reader = Arc::new(hooked(file.bytes(), with(1), hook));
    during.set(Arc::downgrade(&reader)).unwrap();
    let shape = reader.geometry().unwrap().shape();
    let mut line = vec![0f32; reader.iline_len().unwrap()];
    reader.read_iline_into(10, &mut line).unwrap();
    assert_eq!(shape, [4, 5, 1], "whichever of the two came first");
    assert_eq!(reader.proved(ALONE).unwrap_err().class(), Class::Geometry);
    assert_eq!(reader.geometry().unwrap().shape(), shape);
    reader.read_iline_into(10, &mut line).unwrap();
}

#[test]
fn invalid_arguments_are_refused() {
    let file = large();
    let bytes = file.bytes();
    let on_disk = sources::file(&bytes);
    let readers = [
        Reader::open_with(on_disk.path(), with(usize::MAX)).unwrap(),
        Reader::from_bytes(bytes.clone(), with(1)).unwrap(),
    ];
    assert_eq!(Reader::from_bytes(bytes, with(0)).unwrap_err().class(), Class::Value);
    for reader in &readers {
        let mut some = vec![7f32; 1500];
        let kind = |result: Result<()>| result.unwrap_err().class();
        let all = Samples { first: 0, step: 1, count: 500 };
        let mut walk = |walk: Walk<'_>, samples: Samples, len: usize| {
            let out = Out::from(&mut some[..len]);
            reader.read_walk_into(walk, samples, out, ALONE)
        };
        // Traces.
        assert_eq!(kind(walk(Walk::List(&[0, 960, 1]), all, 1500)), Class::Index);
        assert_eq!(kind(walk(Walk::List(&[0, MISSING, 1]), all, 1500)), Class::Index);
        assert_eq!(
            kind(walk(Walk::table(&[1, 0, 2], 0, [(1, 0), (1, 0), (3, 1)]), all, 1500)),
            Class::Index
        );
        for (count, step) in [(3, i64::MAX), (3, i64::MIN), (3, -1), (3, 1 << 62)] {
            let axes = [(1, 0), (1, 0), (count, step)];
            assert_eq!(kind(walk(Walk::affine(1, axes), all, 1500)), Class::Index, "{step}");
        }
        // Two axes that lead around all numbers and back.
        let around = Walk::Affine { first: 5, axes: [(2, -10), (3, -i64::MAX), (1, 0)] };
        assert_eq!(
            kind(walk(around, Samples { first: 0, step: 1, count: 250 }, 1500)),
            Class::Index
        );
        // Samples.
        for (first, step, count, wrong) in [
            (0, 0, 3, Class::Value),
            (0, 0, 1, Class::Value),
            (0, 0, 0, Class::Value),
            (499, 1, 2, Class::Index),
            (500, -1, 1, Class::Index),
            (1, -1, 3, Class::Index),
            (u64::MAX, 1, 1, Class::Index),
            (u64::MAX, i64::MIN, 2, Class::Index),
            (0, i64::MAX, 3, Class::Index),
            (0, i64::MIN, 2, Class::Index),
        ] {
            let samples = Samples { first, step, count };
            assert_eq!(kind(walk(Walk::List(&[0]), samples, count)), wrong, "{samples:?}");
        }
        // No samples are none, wherever; one is one, whatever the step.
        for (first, step) in [(u64::MAX, 1), (u64::MAX, -1), (7, i64::MIN), (0, i64::MAX)] {
            walk(Walk::List(&[0, 1]), Samples { first, step, count: 0 }, 0).unwrap();
        }
        for step in [i64::MIN, -1, 1, i64::MAX] {
            walk(Walk::List(&[0, 1]), Samples { first: 7, step, count: 1 }, 2).unwrap();
        }
        // Ends without a word.
        let endless = [(usize::MAX, 0), (usize::MAX, 0), (3, 1)];
        walk(Walk::affine(0, endless), Samples { first: 0, step: 1, count: 0 }, 0).unwrap();
        // Ranges.
        #[expect(clippy::reversed_empty_ranges, reason = "to be refused")]
        let backwards = 5..4;
        assert_eq!(kind(reader.read_into(backwards, .., &mut some[..0])), Class::Index);
        assert_eq!(kind(reader.read_into(0..961, .., &mut some)), Class::Index);
        assert_eq!(kind(reader.read_into(0..=u64::MAX, .., &mut some)), Class::Index);
        assert_eq!(kind(reader.read_into(.., 0..501, &mut some)), Class::Index);
        // Destinations.
        assert_eq!(kind(reader.read_trace_into(0, &mut some[..499])), Class::Destination);
        assert_eq!(kind(reader.read_trace_into(0, &mut [0i32; 500])), Class::Destination);
        assert_eq!(kind(reader.read_iline_into(10, &mut some)), Class::Destination);
        assert_eq!(kind(reader.read_iline_into(9, &mut some)), Class::Label);
        let survey = reader.geometry().unwrap();
        let line = |offset| survey.line(LineKind::Inline, 10, offset);
        assert_eq!(line(Some(7)).unwrap_err().class(), Class::Label);
        let nothing = Cells::List(&[]);
        let out = Out::from(&mut some[..0]);
        reader.read_cells_into(nothing, Pick::Run(all), out, ALONE).unwrap();
        assert_eq!(kind(reader.header(960).map(|_| ())), Class::Index);
        assert_eq!(kind(reader.text(1).map(|_| ())), Class::Index);
        assert_eq!(kind(reader.traces_len(u64::MAX).map(|_| ())), Class::Format);
    }
}
