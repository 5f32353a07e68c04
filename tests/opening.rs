//! What it costs to open a file, however large it is and whatever it claims: so much memory, so many
//! reads, and no more.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "common/make.rs"]
mod make;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use make::File;
use segbuf::source::Source;
use segbuf::{Options, Reader, Result};

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
    let options = Options { threads: Some(1), ..Options::default() };
    let opened = Reader::from_source(Box::new(source), options).is_ok();
    let memory = PEAK.load(Ordering::Relaxed) - before;
    let [reads, bytes] = [&read[0], &read[1]].map(|count| count.load(Ordering::Relaxed));
    Cost { memory, reads, bytes, opened }
}

/// One program, one test: the memory of others would count too.
#[test]
fn opening_takes_little_however_large_a_file_is_and_whatever_it_claims() {
    let file = File { n_traces: 1, n_samples: 1000, ..File::default() };
    let (head, trace) = (file.file_headers(), file.bytes()[3600..].to_vec());
    let len = |n: u64| 3600 + n * trace.len() as u64;
    open(head.clone(), trace.clone(), len(1));
    for n in [1, 10, 1_000_000, 1 << 50] {
        let cost = open(head.clone(), trace.clone(), len(n));
        assert!(cost.opened, "{n} traces");
        assert!(cost.memory < 256 << 10 && cost.reads < 64 && cost.bytes < 1 << 20, "{cost:?}");
    }
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
    // Cards that each open a name which reaches to the end of the record; names as long as records, some
    // twice.
    let nested = format!("{:<80}", "((A: ").repeat(39) + &format!("{:<78}))", "((B: ");
    let long = |letter: &str| format!("((A: {}))", letter.repeat(3200 - 7));
    let twice = long("B") + &long("C") + &long("B") + &long("C").to_lowercase();
    let names = [nested.into_bytes(), twice.into_bytes()];
    for names in &names {
        let binary = vec![(3505, -1, 2)];
        let head = File { revision: [1, 0], binary, ..file.clone() }.file_headers();
        let cost = open(head, names.clone(), 1 << 45);
        assert!(cost.memory < 32 << 20 && cost.bytes < 32 << 20, "{cost:?}");
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
}
