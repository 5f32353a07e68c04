//! What every source must do, whatever it is made of.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "common/sources.rs"]
mod sources;

use std::sync::Arc;
use std::thread;

use proptest::prelude::*;
use segbuf::error::{Kind, Result};
use segbuf::source::{FileSource, MapSource, MemorySource, Source};
use sources::{Awkward, Hooked};
use tempfile::{NamedTempFile, tempdir};

/// Bytes that tell their place.
fn content(len: usize) -> Vec<u8> {
    (0..len as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

/// A source, and what to call it.
type Named = (&'static str, Box<dyn Source>);

/// A source of every sort over the same bytes, with what keeps it alive.
fn every(bytes: &[u8]) -> (Vec<Named>, NamedTempFile) {
    let file = sources::file(bytes);
    let shared: Arc<[u8]> = bytes.into();
    let mut all: Vec<Named> = vec![
        ("file", Box::new(FileSource::open(file.path()).unwrap())),
        ("map", Box::new(MapSource::open(file.path()).unwrap())),
        ("vec", Box::new(MemorySource::new(bytes.to_vec()))),
        ("arc", Box::new(MemorySource::new(shared))),
        ("awkward", Box::new(Awkward::new(bytes.to_vec()))),
        ("hooked", Box::new(Hooked { bytes: bytes.to_vec(), hook: |_, n| Ok(n) })),
    ];
    if let Ok(array) = <[u8; 64]>::try_from(bytes) {
        // Bytes that move with their owner.
        all.push(("array", Box::new(MemorySource::new(array))));
    }
    (all, file)
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

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(200)
    })]

    #[test]
    fn reads_are_slices(
        len in prop_oneof![0usize..200, 4000usize..9000, Just(64)],
        reads in prop::collection::vec((0u64..10_000, 0usize..10_000), 1..20),
    ) {
        let bytes = content(len);
        let (all, _file) = every(&bytes);
        for (name, source) in &all {
            prop_assert_eq!(source.len().unwrap(), len as u64, "{}", name);
            prop_assert_eq!(source.is_empty().unwrap(), len == 0, "{}", name);
            for &(offset, n) in &reads {
                let got = read(&**source, offset, n).unwrap();
                prop_assert_eq!(&got[..], slice(&bytes, offset, n), "{} {} {}", name, offset, n);
                // Without waiting it is the same, or nothing.
                let mut buf = vec![0; n];
                if let Some(got) = source.read_cached_at(offset, &mut buf).unwrap() {
                    prop_assert_eq!(&buf[..got], slice(&bytes, offset, n), "{} {} {}", name, offset, n);
                } else {
                    prop_assert_eq!(*name, "file");
                }
            }
        }
    }
}

#[test]
fn places_near_the_end_of_arithmetic_have_no_bytes() {
    let bytes = content(5000);
    let (all, _file) = every(&bytes);
    for (name, source) in &all {
        for offset in [5000, 1 << 32, 1 << 62, i64::MAX as u64 - 1, 1 << 63, u64::MAX - 1, u64::MAX]
        {
            for len in [0, 1, 4096] {
                let got = read(&**source, offset, len).unwrap_or_else(|e| panic!("{name}: {e}"));
                assert!(got.is_empty(), "{name} {offset} {len}");
                let got = source.read_cached_at(offset, &mut vec![0; len]).unwrap();
                assert!(matches!(got, None | Some(0)), "{name} {offset} {len}");
            }
        }
    }
}

#[test]
fn memory_in_place_is_what_reading_gives() {
    let bytes = content(300);
    let (all, _file) = every(&bytes);
    for (name, source) in &all {
        let Some(memory) = source.bytes() else {
            assert!(["file", "awkward", "hooked"].contains(name));
            continue;
        };
        assert_eq!(memory.len(), 300, "{name}");
        assert!(!memory.is_empty());
        for (at, len) in [(0, 300), (7, 13), (299, 1), (300, 0), (300, 1), (5, 296), (u64::MAX, 1)]
        {
            let part = memory.get(at, len);
            let fits = at.checked_add(len as u64).is_some_and(|end| end <= 300);
            assert_eq!(part.is_some(), fits, "{name} {at} {len}");
            let Some(part) = part else { continue };
            let mut copy = vec![0; len];
            assert_eq!(part.copy_to(0, &mut copy), len);
            assert_eq!(&copy[..], slice(&bytes, at, len), "{name}");
        }
    }
}

#[test]
fn many_threads_meet_no_one() {
    let bytes = content(100_000);
    let (all, _file) = every(&bytes);
    for (name, source) in &all {
        thread::scope(|scope| {
            for t in 0..8 {
                let (source, bytes) = (&**source, &bytes[..]);
                scope.spawn(move || {
                    for i in 0..200 {
                        let offset = (i * 7919 + t * 104_729) % 100_000;
                        let got = read(source, offset, 3000).unwrap();
                        assert_eq!(got, slice(bytes, offset, 3000), "{name}");
                    }
                });
            }
        });
    }
}

#[test]
fn a_file_that_changes_its_length_is_read_as_it_is() {
    let file = sources::file(&content(1000));
    let source = FileSource::open(file.path()).unwrap();
    file.as_file().set_len(600).unwrap();
    assert_eq!(source.len().unwrap(), 600);
    assert_eq!(read(&source, 500, 300).unwrap(), &content(600)[500..]);
    file.as_file().set_len(2000).unwrap();
    assert_eq!(read(&source, 1990, 300).unwrap(), [0; 10]);
}

#[test]
fn a_map_keeps_the_length_it_was_made_with() {
    let file = sources::file(&content(1000));
    let source = MapSource::open(file.path()).unwrap();
    file.as_file().set_len(9000).unwrap();
    assert_eq!(source.len().unwrap(), 1000);
    assert_eq!(read(&source, 990, 300).unwrap(), &content(1000)[990..]);
}

#[test]
fn what_cannot_be_opened_says_which_and_why() {
    let directory = tempdir().unwrap();
    let missing = directory.path().join("missing.sgy");
    let failures =
        [FileSource::open(&missing).unwrap_err(), MapSource::open(&missing).unwrap_err()];
    for error in failures {
        assert_eq!(error.kind(), Kind::Io);
        assert_eq!(error.os_code(), Some(2));
        assert_eq!(error.file(), Some(&*missing));
    }
    for error in [
        FileSource::open(directory.path()).unwrap_err(),
        MapSource::open(directory.path()).unwrap_err(),
    ] {
        assert_eq!((error.kind(), error.file()), (Kind::Io, Some(directory.path())));
    }
}

#[test]
fn a_failure_of_the_system_comes_back_with_its_name() {
    // The first page of a process is nowhere, so that reading it fails.
    let memory = std::path::Path::new("/proc/self/mem");
    if !memory.exists() {
        eprintln!("skipped: no /proc here");
        return;
    }
    let source = FileSource::open(memory).unwrap();
    let error = read(&source, 0, 100).unwrap_err();
    assert_eq!((error.kind(), error.file()), (Kind::Io, Some(memory)));
    assert!(error.os_code().is_some_and(|code| code != 0), "{error}");
}
