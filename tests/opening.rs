//! What it costs to open a file, however large it is and whatever it claims: so much memory, so many
//! reads, and no more.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "it/common/mod.rs"]
#[allow(dead_code, reason = "it uses some of them")]
mod common;

use common::make;
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use make::File;
use segbuf::Running;
use segbuf::source::Source;
use segbuf::{Options, Reader, Result, UseIndex};
use tempfile::NamedTempFile;

/// The allocator of the system, which remembers how much was in use at most.
struct Peak;

static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: all is handed on to the allocator of the system, under the same contract.
unsafe impl GlobalAlloc for Peak {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let live = LIVE.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(live, Ordering::Relaxed);
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Peak = Peak;

/// A file of any size that is nowhere: some bytes, then others over and over.
struct Endless {
    head: Vec<u8>,
    again: Vec<u8>,
    len: u64,
    /// How often it was read, and how many bytes.
    read: Arc<[AtomicUsize; 2]>,
}

impl Source for Endless {
    fn len(&self) -> Result<u64> {
        Ok(self.len)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let n =
            usize::try_from(self.len.saturating_sub(offset)).unwrap_or(usize::MAX).min(buf.len());
        self.read[0].fetch_add(1, Ordering::Relaxed);
        self.read[1].fetch_add(n, Ordering::Relaxed);
        let mut done = 0;
        while done < n {
            let at = offset + done as u64;
            let rest = match at.checked_sub(self.head.len() as u64) {
                Some(past) => &self.again[(past % self.again.len() as u64) as usize..],
                None => &self.head[at as usize..],
            };
            let some = rest.len().min(n - done);
            buf[done..done + some].copy_from_slice(&rest[..some]);
            done += some;
        }
        Ok(n)
    }

    /// That of a local file.
    fn cost(&self) -> segbuf::source::Cost {
        segbuf::source::Cost::new(4 << 10, 256 << 10, 1)
    }
}

/// What opening took: bytes of memory at most, reads, bytes read; and whether it was refused.
#[derive(Debug)]
struct Cost {
    memory: usize,
    reads: usize,
    bytes: usize,
    opened: bool,
}

fn open(head: Vec<u8>, again: Vec<u8>, len: u64) -> Cost {
    let read = Arc::new([AtomicUsize::new(0), AtomicUsize::new(0)]);
    let source = Endless { head, again, len, read: read.clone() };
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let options = Options::default().threads(1);
    let opened = Reader::from_source(Box::new(source), options).is_ok();
    let memory = PEAK.load(Ordering::Relaxed) - before;
    let [reads, bytes] = [&read[0], &read[1]].map(|count| count.load(Ordering::Relaxed));
    Cost { memory, reads, bytes, opened }
}

/// One program, one test: the memory of others would count too.
#[test]
fn open_memory_and_reads_are_bounded_for_any_file() {
    let file = File { n_traces: 1, n_samples: 1000, ..File::default() };
    let (head, trace) = (file.file_headers(), file.bytes()[3600..].to_vec());
    let len = |n: u64| 3600 + n * trace.len() as u64;
    open(head.clone(), trace.clone(), len(1));
    for n in [1, 10, 1_000_000, 1 << 50] {
        let cost = open(head.clone(), trace.clone(), len(n));
        assert!(cost.opened, "{n} traces");
        assert!(cost.memory < 256 << 10 && cost.reads < 64 && cost.bytes < 1 << 20, "{cost:?}");
    }
    // Of few traces, all are followed.
    let long = File { n_traces: 1, n_samples: 5000, ..File::default() };
    let again = long.bytes()[3600..].to_vec();
    for n in [128, 129] {
        let cost = open(long.file_headers(), again.clone(), 3600 + n * again.len() as u64);
        let most = if n == 128 { 64 + 128 } else { 64 };
        assert!(cost.opened && cost.memory < 256 << 10 && cost.reads < most, "{n}: {cost:?}");
    }
    // Traces of different lengths, and zeros for ever.
    let lengths = (0..300).map(|i| 5 + i * 7 % 50).collect();
    let vary = File { n_traces: 300, lengths, ..File::default() };
    let cost = open(vary.bytes(), vec![0; 4096], 1 << 45);
    assert!(cost.opened && cost.memory < 4 << 20 && cost.bytes < 8 << 20, "{cost:?}");
    let claims = [
        ("samples", [2, 1], vec![(3269, i64::from(i32::MAX), 4), (3221, 65535, 2)]),
        ("traces", [2, 1], vec![(3513, i64::MAX, 8)]),
        ("first trace", [2, 1], vec![(3521, i64::MAX - 10, 8)]),
        ("texts", [1, 0], vec![(3505, 32767, 2)]),
        ("endless texts", [1, 0], vec![(3505, -1, 2)]),
        ("trailers", [2, 1], vec![(3529, i64::from(i32::MAX), 4)]),
        ("endless trailers", [2, 1], vec![(3529, -1, 4)]),
        ("headers", [2, 0], vec![(3507, i64::from(i32::MAX), 4)]),
        ("all", [2, 1], vec![(3269, -1, 4), (3505, -1, 2), (3507, -1, 4), (3529, -1, 4)]),
    ];
    let stanza = format!("{:<80}", "((SEG: User Data)) A LINE OF TEXT THAT NEVER ENDS");
    let (stanza, card) = (stanza.repeat(40).into_bytes(), stanza[18..].repeat(40).into_bytes());
    let (zeros, noise) = (vec![0; 4096], trace[240..].to_vec());
    // Texts of which each card opens a name that reaches to the end of the record; names as long as
    // records, of characters that take two bytes, all twice.
    let nested = format!("{:<80}", "((A: ").repeat(39) + &format!("{:<78}))", "((B: ");
    let long = |i: u8| [&[0x4D, 0x4D, i | 0xC0, 0x7A][..], &[0x4A; 3194], &[0x5D; 2]].concat();
    for (names, records) in
        [(nested.into_bytes(), 1), ((0..6).flat_map(|i| long(1 + i / 2)).collect(), 6)]
    {
        let binary = vec![(3505, 4092, 2)];
        let head = File { revision: [1, 0], binary, ..file.clone() }.file_headers();
        let head = [&head[..], &names.repeat(4092 / records)].concat();
        let len = head.len() as u64 + 12 * trace.len() as u64;
        let cost = open(head, trace.clone(), len);
        assert!(cost.opened && cost.memory < 32 << 20 && cost.bytes < 64 << 20, "{cost:?}");
    }
    for (name, revision, binary) in claims {
        // Without a format code, all widths of samples are tried too.
        for code in if name == "all" { &[1, 0][..] } else { &[1] } {
            let binary = [&binary[..], &[(3225, *code, 2)]].concat();
            let head = File { revision, binary, ..file.clone() }.file_headers();
            for again in [&trace, &zeros, &noise, &card, &stanza] {
                for len in [head.len() as u64 + 10_000_001, 1 << 45] {
                    let cost = open(head.clone(), again.clone(), len);
                    let told =
                        format!("{name}, {} bytes again and again, {len}: {cost:?}", again.len());
                    // Stanzas are listed; all else is looked at and forgotten.
                    let most = if *again == stanza { 32 << 20 } else { 1 << 20 };
                    assert!(cost.memory < most, "{told}");
                    assert!(cost.reads < 10_000 && cost.bytes < 32 << 20, "{told}");
                }
            }
        }
    }
    surveys_take_memory_for_keys_and_cells_and_no_more();
}

/// What finding the survey of a file takes at most, and what stays of it; where `indexed`, by its index.
fn survey(file: &File, indexed: bool) -> [usize; 3] {
    let kept = NamedTempFile::new().unwrap();
    std::fs::write(kept.path(), file.bytes()).unwrap();
    let mut options = Options::default().threads(1).index(UseIndex::No);
    let index = if indexed {
        options.index = UseIndex::Beside;
        let reader = Reader::open_with(kept.path(), options.clone()).unwrap();
        Some(reader.save_index(None, Running::new()).unwrap())
    } else {
        None
    };
    let before = LIVE.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    let reader = Reader::open_with(kept.path(), options).unwrap();
    assert_eq!(reader.evidence().get(segbuf::infer::Topic::Index).is_some(), indexed);
    let opened = PEAK.load(Ordering::Relaxed) - before;
    let regular = reader.geometry().unwrap().is_regular();
    assert_eq!(regular, file.keys.len().is_multiple_of(100));
    let [peak, live] = [&PEAK, &LIVE].map(|bytes| bytes.load(Ordering::Relaxed) - before);
    drop(reader);
    index.into_iter().for_each(|index| std::fs::remove_file(index).unwrap());
    [opened, peak, live]
}

/// The figures of docs/guide/opening.md.
fn surveys_take_memory_for_keys_and_cells_and_no_more() {
    // Working memory for the one thread, and all that does not grow.
    const FIXED: usize = 320 << 10;
    let grid: Vec<[i32; 3]> =
        (0..1000).flat_map(|i| (0..100).map(move |x| [i + 1, x + 1, 0])).collect();
    let cells = grid.len();
    let regular = File { n_samples: 1, ..File::survey(grid.clone()) };
    for indexed in [false, true] {
        let [opened, peak, live] = survey(&regular, indexed);
        assert!(opened < FIXED && peak < FIXED && live < FIXED, "{opened} {peak} {live}");
    }
    // Every seventh trace is missing; in an order in which no two have the same distance.
    let holes: Vec<[i32; 3]> =
        grid.into_iter().enumerate().filter(|(i, _)| i % 7 != 3).map(|(_, key)| key).collect();
    let n = holes.len();
    let mut mixed = holes.clone();
    let mut random = 1u64;
    for i in (1..n).rev() {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        mixed.swap(i, (random >> 33) as usize % (i + 1));
    }
    for (keys, indexed, saved) in
        [(&holes, false, 0), (&mixed, false, 0), (&holes, true, 24), (&mixed, true, 36)]
    {
        let file = File { n_samples: 1, ..File::survey(keys.clone()) };
        let [opened, peak, live] = survey(&file, indexed);
        let told = format!("{n} traces, {cells} cells, {indexed}: {opened} {peak} {live}");
        // While an index is opened, the bytes of it count too, and room for as many runs again.
        assert!(opened < FIXED + 2 * saved * n, "{told}");
        assert!(live < FIXED + saved * n + 4 * cells, "{told}");
        assert!(peak < FIXED + (saved + 12) * n + 4 * cells, "{told}");
    }
}
