//! Reads allocate nothing: an allocator that counts sees none. With several threads it sees none that
//! grows with the data.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "it/common/mod.rs"]
#[allow(dead_code, reason = "it uses some of them")]
mod common;

use common::{make, sources};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use make::File;
use segbuf::Running;
use segbuf::Walk;
use segbuf::survey::{Cells, LineKind, Stretch};
use segbuf::{Endian, Format, Options, Out, Pick, Reader, Result, SampleType, Samples};
use tempfile::NamedTempFile;

/// The allocator of the system, counted. All threads count: those that help a read are not this one.
struct Counting;

static CALLS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

fn note(bytes: usize) {
    CALLS.fetch_add(1, Ordering::Relaxed);
    BYTES.fetch_add(bytes, Ordering::Relaxed);
}

// SAFETY: all is handed on to the allocator of the system, under the same contract.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        note(new_size);
        // SAFETY: as above.
        unsafe { System.realloc(ptr, layout, new_size) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations, and of how many bytes, something makes.
fn allocations(work: impl FnOnce() -> Result<()>) -> (usize, usize) {
    let before = (CALLS.load(Ordering::SeqCst), BYTES.load(Ordering::SeqCst));
    let result = work();
    let after = (CALLS.load(Ordering::SeqCst), BYTES.load(Ordering::SeqCst));
    result.unwrap();
    (after.0 - before.0, after.1 - before.1)
}

fn none(what: &str, work: impl FnOnce() -> Result<()>) {
    assert_eq!(allocations(work), (0, 0), "(allocations, bytes) of {what}");
}

/// A file opened as a file, as a map and as memory.
fn open(bytes: Vec<u8>, options: &Options) -> ([(&'static str, Reader); 3], NamedTempFile) {
    let file = sources::file(&bytes);
    let mapped = options.clone().mmap(true);
    let readers = [
        ("file", Reader::open_with(file.path(), options.clone()).unwrap()),
        ("map", Reader::open_with(file.path(), mapped).unwrap()),
        ("memory", Reader::from_bytes(bytes, options.clone()).unwrap()),
    ];
    (readers, file)
}

const IL: i32 = 6;
const XL: i32 = 8;

fn keys(offsets: i32) -> Vec<[i32; 3]> {
    let mut keys = Vec::new();
    for i in 0..IL {
        for x in 0..XL {
            keys.extend((0..offsets).map(|o| [10 + i, 20 + x, 100 * o]));
        }
    }
    keys
}

/// Every way to read by trace, into one type.
fn traces(name: &str, reader: &Reader, memory: &mut [u8], to: SampleType) {
    let running = Running::new().threads(1);
    let (n, ns) = (reader.n_traces() as usize, reader.n_samples() as usize);
    let size = to.size();
    let list: Vec<u64> = (0..n as u64).rev().chain([3, 3, 4, 5]).collect();
    let all = Samples { first: 0, step: 1, count: ns };
    let mut out = |samples: usize| {
        // SAFETY: the memory outlives every view, of which there is one at a time.
        let memory = unsafe { std::slice::from_raw_parts_mut(memory.as_mut_ptr(), memory.len()) };
        Out::bytes(&mut memory[..samples * size], to).unwrap()
    };
    let said = |what: &str| format!("{what}, {name} to {}", to.name());
    let (trace, range, whole) = (said("a trace"), said("a range"), said("the whole file"));
    let (listed, stepped, across) = (said("a list"), said("steps"), said("across the file"));
    none(&trace, || reader.read_trace_into(7, out(ns)));
    // Not every file system can tell what would have to be waited for.
    let at_once = running.cached(true);
    if reader.read_walk_into(Walk::List(&[7]), all, out(ns), at_once).is_ok() {
        none(&trace, || reader.read_walk_into(Walk::List(&[7]), all, out(ns), at_once));
    }
    none(&listed, || reader.read_traces_into(&list, out(list.len() * ns)));
    none(&whole, || reader.read_into(.., .., out(n * ns)));
    none(&range, || reader.read_into(1..=n as u64 - 2, .., out((n - 2) * ns)));
    none(&range, || reader.read_into(.., 10..ns as u64 - 10, out(n * (ns - 20))));
    none(&range, || reader.read_into(2.., 5..6, out(n - 2)));
    for samples in [
        Samples { first: 3, step: 7, count: (ns - 3) / 7 },
        Samples { first: ns as u64 - 1, step: -1, count: ns },
        Samples { first: ns as u64 - 2, step: -40, count: 3 },
    ] {
        let walk = Walk::affine(n as u64 - 1, [(1, 0), (1, 0), (n, -1)]);
        let len = n * samples.count;
        none(&stepped, || reader.read_walk_into(walk, samples, out(len), running));
    }
    let walk = Walk::affine(0, [(1, 0), (n / 4, 1), (4, n as i64 / 4)]);
    none(&across, || reader.read_walk_into(walk, all, out(n * ns), running));
    // Samples of a row that lie apart.
    let axes = [(ns, n * size), (n, size)].map(|(count, stride)| (count, stride as isize));
    let base = out(n * ns).parts().0 as *mut u8;
    // SAFETY: the same n * ns samples, in another order.
    let apart = unsafe { Out::from_raw(base, to, size, [axes[1], axes[0]].into_iter()).unwrap() };
    none(&said("a transposed destination"), || reader.read_into(.., .., apart));
}

/// Every way to read by line.
fn lines(name: &str, reader: &Reader, memory: &mut [f32]) {
    let running = Running::new().threads(1);
    let (il, xl) = (reader.iline_len().unwrap(), reader.xline_len().unwrap());
    let (ns, offsets) =
        (reader.n_samples() as usize, il / XL as usize / reader.n_samples() as usize);
    let all = Samples { first: 0, step: 1, count: ns };
    let some = Samples { first: ns as u64 - 1, step: -3, count: 20 };
    // One bit for each trace, when the first one is read by its place.
    reader.read_iline_into(12, &mut memory[..il]).unwrap();
    none(&format!("an inline, {name}"), || reader.read_iline_into(12, &mut memory[..il]));
    none(&format!("a crossline, {name}"), || reader.read_xline_into(25, &mut memory[..xl]));
    none(&format!("a gather, {name}"), || {
        reader.read_gather_into(12, 25, &mut memory[..ns * offsets])
    });
    let shape = [IL as usize, XL as usize, offsets];
    for (axis, outer) in [LineKind::Inline, LineKind::Crossline].into_iter().enumerate() {
        for offset in [Stretch::all(offsets), Stretch::one(0)] {
            let mut axes = [Stretch::all(shape[0]), Stretch::all(shape[1]), offset];
            axes[axis] = Stretch { first: 4, step: -2, count: 3 };
            let cells = Cells::Grid { axes, outer };
            none(&format!("lines, {name}"), || {
                let out = Out::from(&mut memory[..cells.len() * ns]);
                reader.read_cells_into(cells, Pick::Run(all), out, running)
            });
        }
    }
    // Samples without the headers beside them: all are swept first, once.
    reader.proved(running).unwrap();
    let two = Stretch { first: 4, step: -1, count: 2 };
    let axes = [two, Stretch::all(shape[1]), Stretch::all(shape[2])];
    let cells = Cells::Grid { axes, outer: LineKind::Inline };
    none(&format!("parts of lines, {name}"), || {
        let out = Out::from(&mut memory[..cells.len() * 20]);
        reader.read_cells_into(cells, Pick::Run(some), out, running)
    });
}

/// A program of one thread: what a test harness does beside a test would be counted too.
fn main() {
    let options = Options::default().threads(1);
    for format in Format::ALL {
        for endian in [Endian::Big, Endian::Little] {
            let file = File { format, endian, n_samples: 300, ..File::survey(keys(1)) };
            let (readers, _file) = open(file.bytes(), &options);
            for (name, reader) in &readers {
                let name = format!("{} {} {name}", endian.name(), format.name());
                // In words of 8 bytes, so that it is aligned for every type.
                let mut memory = vec![0u64; 60 * 300];
                let bytes = memory.as_mut_ptr().cast::<u8>();
                // SAFETY: 8 bytes to a word.
                let bytes = unsafe { std::slice::from_raw_parts_mut(bytes, 8 * 60 * 300) };
                for to in [SampleType::F32, format.native()] {
                    traces(&name, reader, bytes, to);
                }
                reader.geometry().unwrap();
                lines(&name, reader, &mut vec![0f32; 60 * 300]);
            }
        }
    }

    // Traces larger than the working memory.
    let long = File {
        format: Format::Ieee64,
        n_samples: 70_000,
        binary: vec![(3269, 70_000, 4)],
        revision: [2, 0],
        ..File::survey(keys(1)[..12].to_vec())
    };
    let (readers, _file) = open(long.bytes(), &options);
    for (name, reader) in &readers {
        traces(name, reader, &mut vec![0u8; 4 * 16 * 70_000], SampleType::F32);
    }

    // Gathers, and surveys that are not regular: double traces chosen from, missing ones filled.
    let mut gapped = keys(3);
    gapped.swap(20, 70);
    gapped.remove(30);
    let first = options.clone().duplicates(segbuf::survey::Duplicates::First);
    for (keys, options) in [(keys(3), &options), (gapped.clone(), &options), (gapped, &first)] {
        let file = File { n_samples: 200, ..File::survey(keys) };
        let (readers, _file) = open(file.bytes(), options);
        for (name, reader) in &readers {
            reader.geometry().unwrap();
            lines(&format!("prestack {name}"), reader, &mut vec![0f32; 3 * 8 * 3 * 200]);
        }
    }

    different_lengths(&options);
    several_threads();
    eprintln!("test reads_allocate_nothing ... ok");
}

/// Traces of different lengths, which are filled up.
fn different_lengths(options: &Options) {
    let lengths: Vec<usize> = (0..48).map(|i| 90 + i * 7 % 60).collect();
    let file = File { lengths, ..File::survey(keys(1)) };
    let (readers, _file) = open(file.bytes(), options);
    for (name, reader) in &readers {
        assert!(reader.lengths().is_some());
        let memory = &mut vec![0u8; 4 * 48 * 2 * 150];
        traces(&format!("different lengths, {name}"), reader, memory, SampleType::F32);
        reader.geometry().unwrap();
        lines(&format!("different lengths, {name}"), reader, &mut vec![0f32; 48 * 150]);
        let own = reader.samples_of(3).unwrap() as usize;
        let mut trace = vec![0f32; own];
        none("a trace of its own length", || reader.read_trace_into(3, &mut trace));
    }
}

/// The same number of allocations, whatever the size of the read.
fn several_threads() {
    const READS: usize = 21;
    let options = Options::default().threads(4);
    let file = File { n_samples: 1000, n_traces: 2800, ..File::default() };
    let (readers, _file) = open(file.bytes(), &options);
    let mut memory = vec![0f32; 2800 * 1000];
    for (name, reader) in &readers {
        let mut count = |traces: usize| {
            allocations(|| {
                for _ in 0..READS {
                    reader.read_into(..traces as u64, .., &mut memory[..traces * 1000])?;
                }
                Ok(())
            })
        };
        count(280);
        let (small, large) = (count(280), count(2800));
        eprintln!("{name}: {READS} reads of 1.2 MB and of 12 MB allocate {small:?}, {large:?}");
        // The queue of the threads grows by a block now and then.
        assert!(large.0 <= small.0 + 2 && large.1 <= small.1 + 8192, "{name}");
        assert!(small.0 <= 4 * READS && small.1 <= 1024 * READS, "{name}");
    }
}
