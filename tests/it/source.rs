//! What every source must do, whatever it is made of: one function, run for each.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::sources;
use std::ops::Range;
use std::sync::Arc;
use std::thread;

use proptest::prelude::*;
use segbuf::error::{Class, Result};
use segbuf::internals::Records;
use segbuf::internals::{Blocks, JoinedSource, PaddedSource, PairsSource};
use segbuf::source::{FileSource, MapSource, MemorySource, Source};
use sources::{Hooked, Scripted, awkward};
use tempfile::{NamedTempFile, tempdir};

/// Bytes that tell their place.
fn content(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// Reads into a buffer that held something else, and gives what was filled; the rest is untouched.
fn read(source: &dyn Source, offset: u64, len: usize) -> Result<Vec<u8>> {
    let mut buf = vec![0xAB; len];
    let got = source.read_at(offset, &mut buf)?;
    assert!(got <= len);
    assert!(buf[got..].iter().all(|byte| *byte == 0xAB), "nothing beyond what it says");
    buf.truncate(got);
    Ok(buf)
}

fn slice(bytes: &[u8], offset: u64, len: usize) -> &[u8] {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
    &bytes[start..start.saturating_add(len).min(bytes.len())]
}

/// What every source must do. It is made anew from the bytes it is to have; `reads` are places and
/// lengths, in and beyond it.
fn conforms(name: &str, source: &dyn Source, bytes: &[u8], reads: &[(u64, usize)]) {
    let end = bytes.len() as u64;
    assert_eq!(source.len().unwrap(), end, "{name}");
    assert_eq!(source.is_empty().unwrap(), end == 0, "{name}");

    let around = end.saturating_sub(1)..end + 2;
    let ends = around.flat_map(|at| [0, 1, 2, 5000].map(|n| (at, n)));
    let far = [1 << 32, 1 << 62, i64::MAX as u64 - 1, 1 << 63, u64::MAX - 1, u64::MAX];
    let far = far.into_iter().flat_map(|at| [0, 1, 4096].map(|n| (at, n)));
    let whole = [(0, bytes.len()), (0, bytes.len() + 1), (0, 0)];
    let reads: Vec<_> = reads.iter().copied().chain(ends).chain(far).chain(whole).collect();

    let look = |offset, n| {
        let want = slice(bytes, offset, n);
        assert_eq!(read(source, offset, n).unwrap(), want, "{name} {offset} {n}");
        // Without waiting it is the same, or nothing.
        let mut buf = vec![0; n];
        if let Some(got) = source.read_cached_at(offset, &mut buf).unwrap() {
            assert_eq!(&buf[..got], want, "{name} {offset} {n}, cached");
        }
        // What is in memory is what is read.
        if let Some(memory) = source.bytes() {
            assert_eq!(memory.len() as u64, end, "{name}");
            let fits = offset.checked_add(n as u64).is_some_and(|to| to <= end);
            let part = memory.get(offset, n);
            assert_eq!(part.is_some(), fits, "{name} {offset} {n}");
            if let Some(part) = part {
                assert_eq!(part.copy_to(0, &mut buf), n);
                assert_eq!(buf, want, "{name} {offset} {n}, in place");
            }
        }
    };
    reads.iter().for_each(|&(offset, n)| look(offset, n));
    // All at once, each in an order of its own.
    thread::scope(|scope| {
        for turn in 0..4 {
            let (reads, look) = (&reads, &look);
            scope.spawn(move || {
                let mut mine = reads.clone();
                let start = turn * mine.len() / 4;
                mine.rotate_left(start);
                mine.into_iter().for_each(|(offset, n)| look(offset, n));
            });
        }
    });
}

/// Parts of sources of several sorts, in each of which other bytes stand before and behind.
fn joined(bytes: &[u8], cuts: &[usize]) -> JoinedSource {
    let mut joined = JoinedSource::default();
    let ends = cuts.iter().copied().chain([bytes.len()]);
    let mut from = 0;
    for (i, end) in ends.enumerate() {
        let end = end.clamp(from, bytes.len());
        let within = [b"before", &bytes[from..end], b"behind"].concat();
        let part: Range<u64> = 6..(6 + end - from) as u64;
        let source: Box<dyn Source> = match i % 4 {
            0 => {
                let file = sources::file(&within);
                Box::new(FileSource::open(file.path()).unwrap())
            }
            1 => Box::new(MemorySource::new(within)),
            2 => Box::new(awkward(within)),
            _ => {
                // Parts of parts.
                let mut inner = JoinedSource::default();
                inner.push("inner", Box::new(MemorySource::new(within)), part).unwrap();
                joined.push("outer", Box::new(inner), 0..(end - from) as u64).unwrap();
                from = end;
                continue;
            }
        };
        joined.push(&i.to_string(), source, part).unwrap();
        from = end;
    }
    joined
}

/// Records that are as long as each other from some place on, so that there is nothing to pad.
fn padded(bytes: &[u8], from: usize) -> PaddedSource<'static> {
    let from = from.min(bytes.len());
    let mut records = Records::new(from as u64);
    for _ in 0..(bytes.len() - from) / 12 {
        records.push(5, 7).unwrap();
    }
    PaddedSource::new(Box::new(awkward(bytes.to_vec())), Arc::new(records), 5, 7).unwrap()
}

/// Blocks of any length, odd ones too, one behind the other; some reach beyond the end.
fn blocks(cuts: &[usize]) -> Vec<Blocks> {
    let mut blocks = vec![Blocks { start: 3, len: 5, stride: 7, count: 4 }];
    let mut start = 40;
    for cut in cuts.iter().map(|cut| *cut as u64) {
        let (len, count) = (cut % 41, 1 + cut % 3);
        let run = Blocks { start, len, stride: len + cut % 4, count };
        start += run.stride * count;
        blocks.push(run);
    }
    blocks.push(Blocks { start, len: 2001, stride: 2002, count: 1 << 50 });
    blocks
}

/// The pairs of blocks swapped, byte by byte.
fn swapped(bytes: &[u8], blocks: &[Blocks]) -> Vec<u8> {
    let mut swapped = bytes.to_vec();
    for Blocks { start, len, stride, count } in blocks {
        for block in (0..*count).map(|i| (start + i * stride) as usize) {
            if block >= bytes.len() {
                break;
            }
            let end = (block + *len as usize).min(bytes.len());
            for first in (block..end).step_by(2).filter(|first| first + 1 < end) {
                swapped.swap(first, first + 1);
            }
        }
    }
    swapped
}

/// A source, and what to call it.
type Named = (&'static str, Box<dyn Source>);

/// A source of every sort over the same bytes, with what keeps it alive.
fn every(bytes: &[u8], script: &[usize], cuts: &[usize]) -> (Vec<Named>, NamedTempFile) {
    let file = sources::file(bytes);
    let shared: Arc<[u8]> = bytes.into();
    let open = || FileSource::open(file.path()).unwrap();
    let mut all: Vec<Named> = vec![
        ("file", Box::new(open())),
        ("map", Box::new(MapSource::open(file.path()).unwrap())),
        ("map of a file", Box::new(MapSource::of(&open()).unwrap())),
        ("open file", Box::new(FileSource::from_file(file.reopen().unwrap(), None).unwrap())),
        ("vec", Box::new(MemorySource::new(bytes.to_vec()))),
        ("arc", Box::new(MemorySource::new(shared))),
        ("scripted", Box::new(Scripted::new(bytes.to_vec(), script.to_vec()))),
        ("hooked", Box::new(Hooked { bytes: bytes.to_vec(), hook: |_, n| Ok(n) })),
        ("joined", Box::new(joined(bytes, cuts))),
        ("padded", Box::new(padded(bytes, cuts.first().copied().unwrap_or(0)))),
    ];
    let len = bytes.len() as u64 / 2;
    let blocks = blocks(cuts);
    let swapped = swapped(bytes, &blocks);
    let pairs = |source: Box<dyn Source>| {
        blocks
            .iter()
            .fold(source, |source, blocks| Box::new(PairsSource::new(source, *blocks)) as _)
    };
    let swapped_file = sources::file(&swapped);
    let open_swapped = FileSource::open(swapped_file.path()).unwrap();
    all.extend([
        ("pairs of a file", pairs(Box::new(open_swapped))),
        ("pairs of memory", pairs(Box::new(MemorySource::new(swapped.clone())))),
        ("pairs in pieces", pairs(Box::new(Scripted::new(swapped.clone(), script.to_vec())))),
        ("pairs of parts", pairs(Box::new(joined(&swapped, cuts)))),
        ("nothing to swap", Box::new(PairsSource::new(Box::new(open()), Blocks::one(len, 0)))),
    ]);
    #[cfg(unix)]
    {
        use std::os::fd::AsRawFd;
        let fd = file.as_file().as_raw_fd();
        all.push(("descriptor", Box::new(FileSource::from_descriptor(fd, None).unwrap())));
    }
    if let Ok(array) = <[u8; 64]>::try_from(bytes) {
        // Bytes that move with their owner.
        all.push(("array", Box::new(MemorySource::new(array))));
    }
    (all, file)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(60)
    })]

    #[test]
    fn every_source_conforms(
        len in prop_oneof![0usize..200, 4000usize..9000, Just(64)],
        reads in prop::collection::vec((0u64..10_000, 0usize..10_000), 1..20),
        mut script in prop::collection::vec(0usize..3000, 1..10),
        mut cuts in prop::collection::vec(0usize..9000, 0..6),
    ) {
        script.push(1);
        cuts.sort_unstable();
        let bytes = content(len);
        let (all, _file) = every(&bytes, &script, &cuts);
        for (name, source) in &all {
            conforms(name, &**source, &bytes, &reads);
        }
    }
}

#[test]
fn concurrent_reads_are_independent() {
    let bytes = content(100_000);
    let reads: Vec<_> = (0..800).map(|i| ((i * 7919) % 100_000, 3000)).collect();
    let (all, _file) = every(&bytes, &[0, 700, 1999], &[30_000, 30_000, 77_777]);
    for (name, source) in &all {
        conforms(name, &**source, &bytes, &reads);
    }
}

#[test]
fn open_file_keeps_its_position() {
    use std::io::{Read, Seek};
    let file = sources::file(&content(5000));
    let mut open = std::fs::File::open(file.path()).unwrap();
    open.read_exact(&mut [0; 1234]).unwrap();
    #[cfg(unix)]
    {
        use std::os::fd::AsRawFd;
        let source = FileSource::from_descriptor(open.as_raw_fd(), None).unwrap();
        assert_eq!(read(&source, 4000, 10).unwrap(), content(5000)[4000..4010]);
    }
    let source = FileSource::from_file(open.try_clone().unwrap(), None).unwrap();
    assert_eq!(read(&source, 7, 10).unwrap(), content(5000)[7..17]);
    assert_eq!(open.stream_position().unwrap(), 1234);
    // It does without the other.
    drop(open);
    assert_eq!(read(&source, 4990, 100).unwrap(), content(5000)[4990..]);
}

#[test]
fn joined_reads_end_where_a_part_has_shrunk() {
    let bytes = content(900);
    let files: Vec<_> = bytes.chunks(300).map(sources::file).collect();
    let mut joined = JoinedSource::default();
    for (i, file) in files.iter().enumerate() {
        let source = Box::new(FileSource::open(file.path()).unwrap());
        joined.push(&format!("file {i}"), source, 100..300).unwrap();
    }
    assert_eq!(joined.len().unwrap(), 600);
    assert_eq!(joined.file_at(0), Some(("file 0", 100)));
    assert_eq!(joined.file_at(399), Some(("file 1", 299)));
    assert_eq!(joined.file_at(400), Some(("file 2", 100)));
    assert_eq!(joined.file_at(600), None);
    files[1].as_file().set_len(150).unwrap();
    let want = [&bytes[100..300], &bytes[400..450]].concat();
    assert_eq!(read(&joined, 0, 600).unwrap(), want, "and nothing of the next one");
    assert!(read(&joined, 300, 10).unwrap().is_empty());
    assert_eq!(joined.file_at(300), Some(("file 1", 150)), "where it ends");
    assert_eq!(read(&joined, 400, 600).unwrap(), &bytes[700..900]);
}

#[test]
fn cached_read_of_swapped_pairs_needs_whole_pair() {
    /// Bytes of which some would have to be waited for.
    struct Half(Vec<u8>, u64);
    impl Source for Half {
        fn len(&self) -> Result<u64> {
            Ok(self.0.len() as u64)
        }
        fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
            MemorySource::new(self.0.clone()).read_at(offset, buf)
        }
        fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
            let within = offset + buf.len() as u64 <= self.1;
            if within { self.read_at(offset, buf).map(Some) } else { Ok(None) }
        }
    }
    let half = Box::new(Half(content(100), 51));
    let source = PairsSource::new(half, Blocks::one(0, 100));
    let mut buf = [0; 11];
    assert_eq!(source.read_cached_at(40, &mut buf[..10]).unwrap(), Some(10));
    assert_eq!(source.read_cached_at(40, &mut buf).unwrap(), None, "byte 50 is that of 51");
    assert_eq!(source.read_cached_at(39, &mut buf).unwrap(), Some(11));
    assert_eq!(read(&source, 40, 11).unwrap()[10], content(100)[51]);
}

#[test]
fn swapped_pairs_otherwise_behave_like_inner_source() {
    let file = sources::file(&content(100));
    let open = || Box::new(FileSource::open(file.path()).unwrap());
    let pairs = |source| PairsSource::new(source, Blocks::one(1, 98));
    let source = pairs(open());
    assert_eq!(source.stamp(), open().stamp());
    assert!(source.is_parallel() && source.bytes().is_none());
    assert_eq!(source.file_at(7), None);
    let mut joined = JoinedSource::default();
    joined.push("a", open(), 10..20).unwrap();
    assert_eq!(pairs(Box::new(joined)).file_at(7), Some(("a", 17)));
    // A file that becomes shorter ends in a single byte.
    file.as_file().set_len(42).unwrap();
    assert_eq!(
        read(&source, 39, 100).unwrap(),
        [content(100)[40], content(100)[39], content(100)[41]]
    );
}

#[test]
fn joined_length_is_limited_to_file_size() {
    let mut joined = JoinedSource::default();
    let mut push = |bytes| joined.push("sparse", Box::new(MemorySource::new([])), bytes);
    push(0..i64::MAX as u64).unwrap();
    assert_eq!(push(5..6).unwrap_err().class(), Class::Value);
    push(7..7).unwrap();
}

#[test]
fn source_reports_whether_threads_help() {
    struct Alone;
    impl Source for Alone {
        fn len(&self) -> Result<u64> {
            Ok(10)
        }
        fn read_at(&self, _: u64, buf: &mut [u8]) -> Result<usize> {
            Ok(buf.len())
        }
        fn is_parallel(&self) -> bool {
            false
        }
    }
    let mut joined = JoinedSource::default();
    joined.push("a", Box::new(MemorySource::new([0; 10])), 0..10).unwrap();
    assert!(joined.is_parallel());
    joined.push("b", Box::new(Alone), 0..10).unwrap();
    assert!(!joined.is_parallel());
}

#[test]
fn file_of_changing_length_is_read_as_it_is() {
    let file = sources::file(&content(1000));
    let source = FileSource::open(file.path()).unwrap();
    file.as_file().set_len(600).unwrap();
    assert_eq!(source.len().unwrap(), 600);
    assert_eq!(read(&source, 500, 300).unwrap(), &content(600)[500..]);
    file.as_file().set_len(2000).unwrap();
    assert_eq!(read(&source, 1990, 300).unwrap(), [0; 10]);
}

#[test]
fn map_keeps_its_initial_length() {
    let file = sources::file(&content(1000));
    let source = MapSource::open(file.path()).unwrap();
    file.as_file().set_len(9000).unwrap();
    assert_eq!(source.len().unwrap(), 1000);
    assert_eq!(read(&source, 990, 300).unwrap(), &content(1000)[990..]);
}

#[test]
fn open_error_names_path_and_reason() {
    let directory = tempdir().unwrap();
    let missing = directory.path().join("missing.sgy");
    let failures =
        [FileSource::open(&missing).unwrap_err(), MapSource::open(&missing).unwrap_err()];
    for error in failures {
        assert_eq!(error.class(), Class::Io);
        assert_eq!(error.os_code(), Some(2));
        assert_eq!(error.file(), Some(&*missing));
    }
    for error in [
        FileSource::open(directory.path()).unwrap_err(),
        MapSource::open(directory.path()).unwrap_err(),
    ] {
        assert_eq!((error.class(), error.file()), (Class::Io, Some(directory.path())));
    }
}

#[test]
fn system_error_names_file() {
    // The first page of a process is nowhere, so that reading it fails.
    let memory = std::path::Path::new("/proc/self/mem");
    if !memory.exists() {
        eprintln!("skipped: no /proc here");
        return;
    }
    let source = FileSource::open(memory).unwrap();
    let error = read(&source, 0, 100).unwrap_err();
    assert_eq!((error.class(), error.file()), (Class::Io, Some(memory)));
    assert!(error.os_code().is_some_and(|code| code != 0), "{error}");
}

#[cfg(unix)]
#[test]
fn unseekable_source_is_refused_without_blocking() {
    use std::os::fd::AsRawFd;
    let directory = tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: no mkfifo here");
        return;
    }
    // Nobody writes to it: opening it would take for ever.
    let failures = [FileSource::open(&pipe).unwrap_err(), MapSource::open(&pipe).unwrap_err()];
    for error in failures {
        assert_eq!((error.os_code(), error.file()), (Some(ESPIPE), Some(&*pipe)));
        assert_eq!(error.code(), "not-seekable");
    }
    let (reader, _writer) = std::io::pipe().unwrap();
    let error = FileSource::from_descriptor(reader.as_raw_fd(), None).unwrap_err();
    assert_eq!(error.os_code(), Some(ESPIPE));
    let directory = std::fs::File::open(directory.path()).unwrap();
    let error = FileSource::from_descriptor(directory.as_raw_fd(), None).unwrap_err();
    assert_eq!(error.os_code(), Some(21));
    for nothing in [-1, 1 << 20] {
        let error = FileSource::from_descriptor(nothing, None).unwrap_err();
        assert_eq!((error.class(), error.os_code()), (Class::Io, Some(9)));
        assert!(error.to_string().contains(&format!("descriptor {nothing}")), "{error}");
    }
}

/// What the system says where it cannot seek.
#[cfg(unix)]
const ESPIPE: i32 = 29;
