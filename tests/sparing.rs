//! How much of a file depth slices read. Alone in its program, so that no other read takes the working
//! memory, without which files are not read through.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "it/common/mod.rs"]
#[allow(dead_code, reason = "it uses some of them")]
mod common;

use common::{make, sources, surveys};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use make::File;
use segbuf::Reader;
use segbuf::Running;
use sources::Hooked;
use surveys::{grid_keys, known};

/// Counts reads and their bytes.
fn counted(file: &File) -> (Reader, Arc<AtomicUsize>, Arc<AtomicU64>) {
    let (calls, bytes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicU64::new(0)));
    let count = {
        let (calls, bytes) = (Arc::clone(&calls), Arc::clone(&bytes));
        move |_, len| {
            calls.fetch_add(1, Ordering::Relaxed);
            bytes.fetch_add(len as u64, Ordering::Relaxed);
            Ok(len)
        }
    };
    let source = Hooked { bytes: file.bytes(), hook: count };
    let reader = Reader::from_source(Box::new(source), known(file, 1)).unwrap();
    reader.proved(Running::new()).unwrap();
    calls.store(0, Ordering::Relaxed);
    bytes.store(0, Ordering::Relaxed);
    (reader, calls, bytes)
}

#[test]
fn depth_slice_reads_needed_bytes_only() {
    let keys = || grid_keys([1, 0, 2], [20, 30, 1], false);
    let read = |n_samples: usize, slices: &[u64]| {
        let file = File { n_samples, ..File::survey(keys()) };
        let (reader, calls, bytes) = counted(&file);
        let mut out = vec![0f32; 600 * slices.len()];
        reader.read_depth_slices_into(slices, &mut out).unwrap();
        (calls.load(Ordering::Relaxed), bytes.load(Ordering::Relaxed))
    };
    // Long traces: a call a trace, of the sample alone, or of samples that lie close.
    assert_eq!(read(9000, &[7]), (600, 600 * 4));
    assert_eq!(read(9000, &[7, 3, 10]), (600, 600 * 8 * 4));
    assert_eq!(read(9000, &[8000, 7]), (1200, 1200 * 4));
    // Short traces: read through, though neighbours on the grid are far apart in the file.
    let (calls, bytes) = read(100, &[7]);
    assert!(calls < 60 && bytes < 600 * 640, "{calls} calls of {bytes} bytes");
    // Many slices of longer traces: one sweep.
    let (calls, bytes) = read(2500, &[0, 800, 1600, 2400]);
    assert!(calls < 100 && bytes < 600 * 10_240, "{calls} calls of {bytes} bytes");
}
