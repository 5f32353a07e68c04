//! Several files as one: what agrees is read as if it were one file, what does not is named.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::make;
use std::path::{Path, PathBuf};

use make::File;
use proptest::prelude::*;
use proptest::sample::Index;
use segbuf::Running;
use segbuf::error::{Class, Kind};
use segbuf::infer::{Overrides, Reason, Topic, Value, Warning};
use segbuf::source::MemorySource;
use segbuf::{Endian, Error, Format, Named, Options, Reader};
use tempfile::{TempDir, tempdir};

/// A survey of 24 inlines of 40 crosslines, 1.9 MB of samples.
fn survey() -> File {
    let keys = (0..24).flat_map(|i| (0..40).map(move |x| [10 + i, 100 + x, 0]));
    File { n_samples: 500, ..File::survey(keys.collect()) }
}

/// The traces of a file from one to another, as a file.
fn part(file: &File, from: usize, to: usize) -> Vec<u8> {
    let (bytes, layout) = (file.bytes(), file.layout());
    let at = |trace: usize| layout.header_offset(trace as u64) as usize;
    [&bytes[..at(0)], &bytes[at(from)..at(to)]].concat()
}

/// Files in a directory, by name.
fn write(files: &[(&str, Vec<u8>)]) -> (TempDir, Vec<PathBuf>) {
    let directory = tempdir().unwrap();
    let paths = files.iter().map(|(name, bytes)| {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    });
    let paths = paths.collect();
    (directory, paths)
}

fn open(paths: &[PathBuf]) -> Result<Reader, Error> {
    Reader::open_all(paths, Options::default())
}

fn bits(reader: &Reader) -> Vec<u32> {
    let mut whole = vec![0f32; reader.len().unwrap()];
    reader.read_into(.., .., &mut whole).unwrap();
    whole.iter().map(|sample| sample.to_bits()).collect()
}

/// The name of the file that a warning is about, how many others have the same, and what it is.
fn of_file(warning: &Warning) -> (String, usize, &Warning) {
    let Warning::OfFile { name, more, warning } = warning else { panic!("{warning}") };
    let name = std::path::Path::new(name).file_name().unwrap().to_string_lossy().into_owned();
    (name, *more, warning)
}

/// The file that has trailing bytes, their number, and the complete traces before them.
fn trailing(warning: &Warning) -> (String, u64, u64) {
    let (name, _, warning) = of_file(warning);
    let Warning::TrailingBytes(trailing) = warning else { panic!("{warning}") };
    (name, trailing.bytes, trailing.traces)
}

/// The name of the file that an error is about.
fn about(error: &Error) -> &str {
    error.file().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or("none")
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(12)
    })]

    #[test]
    fn parts_read_like_the_whole(
        cuts in prop::collection::vec(any::<Index>(), 0..6),
        mmap: bool,
        threads in 1usize..4,
    ) {
        let file = survey();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(961)).collect();
        cuts.extend([0, 960]);
        cuts.sort_unstable();
        let parts = cuts.windows(2).map(|ends| part(&file, ends[0], ends[1])).collect::<Vec<_>>();
        let names: Vec<String> = (0..parts.len()).map(|i| format!("{i}.sgy")).collect();
        let files: Vec<_> = names.iter().map(String::as_str).zip(parts).collect();
        let (_directory, paths) = write(&files);
        let options = Options::default().mmap(mmap).threads(threads);
        let joined = Reader::open_all(&paths, options).unwrap();
        let whole = Reader::from_bytes(file.bytes(), Options::default()).unwrap();

        prop_assert_eq!(joined.facts().layout, whole.facts().layout);
        prop_assert_eq!(joined.geometry().unwrap().shape(), [24, 40, 1]);
        prop_assert!(bits(&joined) == bits(&whole));
        let mut lines = (vec![0f32; 20_000], vec![0f32; 20_000]);
        for label in [10, 17, 33] {
            joined.read_iline_into(label, &mut lines.0).unwrap();
            whole.read_iline_into(label, &mut lines.1).unwrap();
            prop_assert_eq!(&lines.0, &lines.1);
        }
        for label in [100, 139] {
            joined.read_xline_into(label, &mut lines.0[..12_000]).unwrap();
            whole.read_xline_into(label, &mut lines.1[..12_000]).unwrap();
            prop_assert_eq!(&lines.0[..12_000], &lines.1[..12_000]);
        }
        let running = Running::new().threads(threads);
        prop_assert_eq!(joined.verify(running).unwrap(), whole.verify(running).unwrap());
        for &cut in &cuts {
            let trace = (cut as u64).min(959);
            prop_assert_eq!(joined.header(trace).unwrap(), whole.header(trace).unwrap());
        }
        let traces: Vec<_> = joined.files().iter().map(|part| part.traces.clone()).collect();
        let want = cuts.windows(2).map(|ends| ends[0] as u64..ends[1] as u64).collect::<Vec<_>>();
        prop_assert_eq!(traces, want);
        let empty = cuts.windows(2).filter(|ends| ends[0] == ends[1]).count();
        prop_assert_eq!(joined.warnings().len(), usize::from(empty > 0), "{:?}", joined.warnings());
    }
}

#[test]
fn single_part_equals_file() {
    let (_directory, paths) = write(&[("a.sgy", survey().bytes())]);
    let (one, alone) = (open(&paths).unwrap(), Reader::open(&paths[0]).unwrap());
    assert_eq!(one.facts(), alone.facts());
    assert_eq!(one.evidence(), alone.evidence());
    assert_eq!((one.files(), one.files()[0].traces.clone()), (alone.files(), 0..960));
    assert_eq!(one.files()[0].name, paths[0].display().to_string());
}

#[test]
fn empty_list_is_refused() {
    assert_eq!(open(&[]).unwrap_err().class(), Class::Value);
}

#[test]
fn parts_may_have_separate_headers_and_ends() {
    // Extended texts, a tape label, a truncated last trace, junk behind the last: all but the traces
    // of the later files is left out.
    let file = survey();
    let first = File { extended: 2, end_text: true, ..file.clone() };
    let second = File { label: true, after: vec![7; 100], ..file.clone() };
    let whole = file.bytes();
    let cut = whole[..whole.len() - 5].to_vec();
    let files = [("a.sgy", first.bytes()), ("b.sgy", second.bytes()), ("c.sgy", cut.clone())];
    let (_directory, paths) = write(&files);
    let joined = open(&paths).unwrap();
    assert_eq!(joined.n_traces(), 960 + 960 + 959);
    assert_eq!((joined.facts().n_text, joined.facts().text_at), (3, 0));
    assert!(joined.text(2).unwrap().contains("((SEG: EndText))"));
    assert_eq!(joined.text(0).unwrap(), Reader::open(&paths[0]).unwrap().text(0).unwrap());
    let alone = bits(&Reader::from_bytes(whole, Options::default()).unwrap());
    let got = bits(&joined);
    assert!(got[..480_000] == alone && got[480_000..960_000] == alone);
    assert!(got[960_000..] == alone[..479_500]);
    let [second, third] = joined.warnings() else { panic!("{:?}", joined.warnings()) };
    assert_eq!(trailing(second), ("b.sgy".to_owned(), 100, 960));
    assert_eq!(trailing(third), ("c.sgy".to_owned(), 2235, 959));
    let strict = Options::default().strict(true);
    let error = Reader::open_all(&paths, strict).unwrap_err();
    assert_eq!(error.class(), Class::Format);
    assert!(error.to_string().contains("b.sgy: 100 trailing bytes"), "{error}");
    // In the middle it is the same: it ends with its last whole trace.
    let joined = open(&[paths[2].clone(), paths[0].clone()]).unwrap();
    assert_eq!((joined.n_traces(), joined.facts().n_text), (1919, 1));
    assert!(bits(&joined)[479_500..] == alone);
}

#[test]
fn disagreement_is_named() {
    let file = survey();
    let made = |edit: fn(&mut File)| {
        let mut other = File { n_traces: 80, ..survey() };
        edit(&mut other);
        other.bytes()
    };
    let odd: [(&str, Vec<u8>, [&str; 3]); 6] = [
        ("order", made(|f| f.endian = Endian::Little), ["byte order", "big", "little"]),
        ("format", made(|f| f.format = Format::Int16), ["format", "ibm_float32", "int16"]),
        ("samples", made(|f| f.n_samples = 501), ["samples per trace", "500", "501"]),
        (
            "interval",
            made(|f| {
                f.binary.push((3217, 2000, 2));
                f.trace.push((117, 2000, 2));
            }),
            ["interval", "4", "2"],
        ),
        (
            "headers",
            made(|f| {
                f.additional = 1;
                f.revision = [2, 0];
                f.binary.push((3507, 1, 4));
            }),
            ["bytes of trace headers", "240", "480"],
        ),
        (
            "several",
            made(|f| {
                f.endian = Endian::Little;
                f.n_samples = 400;
            }),
            ["byte order, samples per trace", "big, 500", "little, 400"],
        ),
    ];
    for (name, bytes, differences) in odd {
        let files = [("a.sgy", file.bytes()), ("b.sgy", file.bytes()), (name, bytes)];
        let (_directory, paths) = write(&files);
        Reader::open(&paths[2]).unwrap();
        let error = open(&paths).unwrap_err();
        assert_eq!((error.class(), about(&error)), (Class::Format, name));
        let Kind::FilesDiffer { facts, want, first, have } = error.kind() else {
            panic!("{error}")
        };
        assert_eq!([&facts[..], want, have], differences);
        assert!(first.contains("a.sgy"), "{error}");
    }
}

#[test]
fn seismic_unix_files_join_only_among_themselves() {
    let su = File { n_samples: 500, n_traces: 80, ..File::seismic_unix(Endian::Little) };
    let files = [("a.su", su.bytes()), ("b.su", su.bytes()), ("c.sgy", survey().bytes())];
    let (_directory, paths) = write(&files);
    let joined = open(&paths[..2]).unwrap();
    let alone = bits(&Reader::open(&paths[0]).unwrap());
    assert!(bits(&joined) == [&alone[..], &alone].concat());
    for (two, name) in [([1, 2], "c.sgy"), ([2, 1], "b.su")] {
        let two = two.map(|i| paths[i].clone());
        let error = open(&two).unwrap_err();
        assert_eq!((error.class(), about(&error)), (Class::Format, name));
        assert!(
            matches!(error.kind(), Kind::FilesDiffer { facts, .. } if facts.starts_with("kind, "))
        );
    }
}

#[test]
fn overrides_apply_to_each_part() {
    let odd = File { binary: vec![(3217, 2000, 2)], trace: vec![(117, 2000, 2)], ..survey() };
    let (_directory, paths) = write(&[("a.sgy", survey().bytes()), ("b.sgy", odd.bytes())]);
    let overrides = Overrides::default().interval(2.0);
    let options = Options::default().overrides(overrides);
    let joined = Reader::open_all(&paths, options).unwrap();
    assert_eq!(joined.facts().interval, Some(2.0));
    let [warning] = joined.warnings() else { panic!("{:?}", joined.warnings()) };
    let (name, more, warning) = of_file(warning);
    assert_eq!((&*name, more), ("a.sgy", 0));
    let Warning::Override { topic, stated, .. } = warning else { panic!("{warning}") };
    assert_eq!((*topic, stated.to_string()), (Topic::Interval, "4 ms".to_owned()));
}

#[test]
fn interval_of_one_part_applies_to_all() {
    let silent = File { binary: vec![(3217, 0, 2)], trace: vec![(117, 0, 2)], ..survey() };
    let files = [("a.sgy", silent.bytes()), ("b.sgy", survey().bytes()), ("c.sgy", silent.bytes())];
    let (_directory, paths) = write(&files);
    let joined = open(&paths).unwrap();
    assert_eq!(joined.facts().interval, Some(4.0));
    let interval = joined.evidence().get(Topic::Interval).unwrap();
    assert_eq!(interval.value.to_string(), "4 ms");
    assert!(matches!(&interval.reasons[0], Reason::StatedBy(name) if name.ends_with("b.sgy")));
    let [warning] = joined.warnings() else { panic!("{:?}", joined.warnings()) };
    let (name, more, warning) = of_file(warning);
    assert_eq!((&*name, more, warning.code()), ("a.sgy", 1, "unknown-interval"), "once");
    assert_eq!(open(&paths[..1]).unwrap().facts().interval, None);
}

#[test]
fn varying_delay_is_warned() {
    let late = File { trace: vec![(109, 8, 2)], ..survey() };
    let (_directory, paths) = write(&[("a.sgy", survey().bytes()), ("b.sgy", late.bytes())]);
    let joined = open(&paths).unwrap();
    let [warning] = joined.warnings() else { panic!("{:?}", joined.warnings()) };
    let Warning::FileDelay { files, delays, .. } = warning else { panic!("{warning}") };
    assert!(files[1].ends_with("b.sgy"), "{files:?}");
    assert_eq!(*delays, [0.0, 8.0]);
    assert_eq!(joined.facts().delay, 0.0);
}

#[test]
fn duplicate_file_is_warned_and_read_twice() {
    let (directory, mut paths) = write(&[("a.sgy", survey().bytes())]);
    paths.push(directory.path().join(".").join("a.sgy"));
    let joined = open(&paths).unwrap();
    assert_eq!(joined.n_traces(), 1920);
    let [warning] = joined.warnings() else { panic!("{:?}", joined.warnings()) };
    assert!(matches!(warning, Warning::DuplicateFile { .. }), "{warning}");
    let got = bits(&joined);
    assert!(got[..480_000] == got[480_000..]);
    let mut line = vec![0f32; 20_000];
    assert_eq!(joined.read_iline_into(12, &mut line).unwrap_err().class(), Class::Geometry);
}

#[test]
fn non_segy_part_is_named() {
    let files = [("a.sgy", survey().bytes()), ("b.sgy", b"no".to_vec())];
    let (directory, mut paths) = write(&files);
    let error = open(&paths).unwrap_err();
    assert_eq!((error.class(), about(&error)), (Class::Format, "b.sgy"));
    paths[1] = directory.path().join("c.sgy");
    let error = open(&paths).unwrap_err();
    assert_eq!((error.class(), about(&error), error.os_code()), (Class::Io, "c.sgy", Some(2)));
}

#[test]
fn shrunk_part_error_names_its_bytes() {
    let file = survey();
    let files = [("a.sgy", part(&file, 0, 400)), ("b.sgy", part(&file, 400, 960))];
    let (_directory, paths) = write(&files);
    let joined = open(&paths).unwrap();
    let end = file.layout().header_offset(100) + 77;
    std::fs::OpenOptions::new().write(true).open(&paths[1]).unwrap().set_len(end).unwrap();
    let mut trace = vec![0f32; 500];
    joined.read_trace_into(499, &mut trace).unwrap();
    let mut whole = vec![0f32; 480_000];
    for error in [
        joined.read_trace_into(500, &mut trace).unwrap_err(),
        joined.read_trace_into(700, &mut trace).unwrap_err(),
        joined.header(500).map(|_| ()).unwrap_err(),
        joined.read_into(.., .., &mut whole).unwrap_err(),
        joined.verify(Running::new()).map(|_| ()).unwrap_err(),
    ] {
        assert_eq!((error.class(), about(&error)), (Class::Format, "b.sgy"));
        assert!(error.trace_index() >= Some(500), "in the numbers of the traces of all: {error}");
        assert_eq!(error.byte_number(), Some(end), "{error}");
    }
}

#[test]
fn evidence_lists_traces_of_each_part() {
    let file = survey();
    let parts = (0..30).map(|i| Named {
        name: format!("part {i}"),
        source: Box::new(MemorySource::new(part(&file, 32 * i, 32 * i + 32))),
    });
    let joined = Reader::from_sources(parts.collect(), Options::default()).unwrap();
    let files = joined.evidence().get(Topic::Files).unwrap();
    assert_eq!(files.value, Value::Count(30, 30));
    assert_eq!(files.reasons[1], Reason::FileTraces("part 1".to_owned(), 32..64, 3600));
    assert_eq!(files.reasons[20], Reason::MoreFiles(10));
    assert_eq!(joined.evidence().get(Topic::TraceCount).unwrap().value, Value::Count(960, 960));
}
