//! Slabs and pools without Python: contents, alignment, books, and who gets what back.
//!
//! Run under AddressSanitizer as CONTRIBUTING.md says.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::alloc::Layout;
use std::collections::{BTreeMap, HashSet};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex, OnceLock};
use std::thread;

use proptest::prelude::*;
use segbuf::error::{Class, Kind};
use segbuf::pool::{
    ALIGN, Allocator, CFunctions, Chunk, MAPPED_FROM, MAX_ALIGN, Moved, Pool, PoolOptions, Slab,
    System, report,
};

const KB: usize = 1 << 10;
const MB: usize = 1 << 20;

/// Comparing slices is fast without optimisation, too.
fn zero(bytes: &[u8]) -> bool {
    const ZEROS: [u8; 4096] = [0; 4096];
    bytes.chunks(4096).all(|part| part == &ZEROS[..part.len()])
}

#[test]
fn slabs_are_zeroed_and_aligned() {
    for align in [64, 128, 4096, 8192, 1 << 16, MAX_ALIGN] {
        for len in [0, 1, 63, 64, 1000, MAPPED_FROM - 1, MAPPED_FROM, 3 * MB + 5] {
            let mut slab = Slab::new_in(None, len, align).unwrap();
            assert_eq!((slab.as_ptr().addr() % align, slab.len(), slab.align()), (0, len, align));
            assert!(zero(slab.samples()));
            slab.samples_mut::<u8>().fill(0xff);
        }
    }
}

#[test]
fn impossible_slabs_are_refused() {
    for len in [usize::MAX, usize::MAX - 4096, isize::MAX as usize, isize::MAX as usize + 1] {
        assert_eq!(Slab::new(len).unwrap_err().class(), Class::Memory, "{len}");
    }
    for align in [0, 1, 32, 63, 96, 2 * MAX_ALIGN] {
        assert_eq!(Slab::new_in(None, 10, align).unwrap_err().class(), Class::Value, "{align}");
    }
}

#[test]
fn slab_lends_samples_of_any_type() {
    let mut slab = Slab::new(18).unwrap();
    slab.samples_mut::<u8>().copy_from_slice(&[1; 18]);
    assert_eq!(slab.samples::<u16>(), [0x0101; 9]);
    assert_eq!(slab.samples::<i32>(), [0x0101_0101; 4], "whole ones only");
    assert_eq!(slab.samples::<f64>().len(), 2);
    assert!(Slab::new(0).unwrap().samples::<f64>().is_empty());
}

/// Bytes that are not zero, and differ from their neighbours.
fn pattern(len: usize) -> Vec<u8> {
    (1..=251).cycle().take(len).collect()
}

#[test]
fn resize_keeps_contents_and_zeroes_rest() {
    let lengths = [0, 1, 64, 1000, MAPPED_FROM - 1, MAPPED_FROM, MAPPED_FROM + 5, 3 * MB + 7];
    let written = pattern(4 * MB);
    for align in [ALIGN, 4096, MAX_ALIGN] {
        for from in lengths {
            for to in lengths {
                for then in [from, 0, 2 * MB + 1] {
                    let mut slab = Slab::new_in(None, from, align).unwrap();
                    slab.samples_mut().copy_from_slice(&written[..from]);
                    slab.resize(to).unwrap();
                    slab.resize(then).unwrap();
                    assert_eq!((slab.len(), slab.as_ptr().addr() % align), (then, 0));
                    let kept = from.min(to).min(then);
                    let bytes = slab.samples::<u8>();
                    let same = bytes[..kept] == written[..kept];
                    assert!(same && zero(&bytes[kept..]), "{align}: {from} {to} {then}");
                }
            }
        }
    }
}

#[test]
fn failed_resize_changes_nothing() {
    for len in [100, 2 * MB] {
        let mut slab = Slab::new(len).unwrap();
        slab.samples_mut::<u8>().fill(7);
        let at = slab.as_ptr();
        for too_much in [usize::MAX, isize::MAX as usize - 100, 1 << 60] {
            assert_eq!(slab.resize(too_much).unwrap_err().class(), Class::Memory);
        }
        assert_eq!((slab.as_ptr(), slab.len()), (at, len));
        assert!(slab.samples::<u8>().iter().all(|b| *b == 7));
    }
}

#[test]
fn clear_zeroes_contents() {
    for len in [100, 3 * MB + 1, 5 * MB + 1] {
        let mut slab = Slab::new(len).unwrap();
        slab.samples_mut::<u8>().fill(7);
        slab.clear();
        assert!(zero(slab.samples()));
    }
}

#[cfg(target_os = "linux")]
#[test]
fn untouched_pages_cost_nothing() {
    let resident = || {
        let status = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
        let line = status.lines().find(|l| l.starts_with("Rss:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * KB
    };
    let before = resident();
    // As much as the address space of a sanitizer leaves.
    let Ok(mut slab) = Slab::new(64 << 30) else {
        return; // the system forbids overcommitment
    };
    let step = 1 << 28;
    slab.samples_mut::<u8>().iter_mut().step_by(step).for_each(|b| *b = 1);
    slab.resize(96 << 30).unwrap();
    assert_eq!(slab.samples::<u8>().iter().step_by(step).filter(|b| **b == 1).count(), 256);
    // A few pages and tables, and what other tests of this process allocate meanwhile.
    assert!(resident().saturating_sub(before) < 1024 * MB, "of 96 GiB");
}

/// Whether the system was asked for huge pages at an address, where it has such.
#[cfg(target_os = "linux")]
fn huge(slab: &Slab) -> Option<bool> {
    let maps = std::fs::read_to_string("/proc/self/smaps").ok()?;
    let mut inside = false;
    for line in maps.lines() {
        let range = line.split(' ').next().and_then(|range| range.split_once('-'));
        if let Some((low, high)) = range {
            let [low, high] = [low, high].map(|hex| usize::from_str_radix(hex, 16).unwrap());
            inside = (low..high).contains(&slab.as_ptr().addr());
        } else if let Some(flags) = line.strip_prefix("VmFlags:").filter(|_| inside) {
            return Some(flags.split_whitespace().any(|flag| flag == "hg"));
        }
    }
    None
}

#[cfg(target_os = "linux")]
#[test]
fn huge_pages_are_requested_where_they_help() {
    let mut slab = Slab::new(8 * MB).unwrap();
    if huge(&slab) != Some(true)
        && !std::path::Path::new("/sys/kernel/mm/transparent_hugepage").exists()
    {
        return; // the system has none
    }
    for (len, want) in [(8 * MB, true), (3 * MB, false), (4 * MB, true), (2 << 30, false)] {
        slab.resize(len).unwrap();
        assert_eq!(huge(&slab), Some(want), "{len}");
    }
    let aligned = Slab::new_in(None, 3 * MB, MAX_ALIGN).unwrap();
    assert_eq!(huge(&aligned), Some(true), "aligned so");
}

#[test]
fn pool_keeps_statistics() {
    let pool = Pool::new(PoolOptions::default().max_cached(1000));
    let mut a = pool.alloc(400).unwrap();
    let b = pool.alloc(600).unwrap();
    let none = pool.alloc(0).unwrap();
    let expected = BTreeMap::from([(a.as_ptr().addr(), 400), (b.as_ptr().addr(), 600)]);
    assert_eq!((pool.size(), pool.peak(), pool.addresses()), (1000, 1000, expected));
    a.resize(2000).unwrap();
    assert_eq!((pool.size(), pool.addresses()[&a.as_ptr().addr()]), (2600, 2000));
    drop((a, none));
    assert_eq!((pool.size(), pool.peak(), pool.cached()), (600, 2600, 0), "more than may be kept");
    drop(b);
    assert_eq!((pool.size(), pool.cached(), pool.addresses().len()), (0, 600, 0));
    pool.trim();
    assert_eq!(pool.cached(), 0);
}

#[test]
fn freed_memory_is_reused_by_size_and_zeroed() {
    let pool = Pool::new(PoolOptions::default());
    for len in [1000, 2 * MB] {
        let mut slab = pool.alloc(len).unwrap();
        slab.samples_mut::<u8>().fill(9);
        let at = slab.as_ptr().addr();
        drop(slab);
        let other = pool.alloc(len + 1).unwrap();
        assert_ne!(other.as_ptr().addr(), at, "another size");
        let aligned = pool.alloc_aligned(len, 128).unwrap();
        assert_ne!(aligned.as_ptr().addr(), at, "another alignment");
        let again = pool.alloc_used(len, ALIGN).unwrap();
        assert_eq!(again.as_ptr().addr(), at);
        assert!(
            again.samples::<u8>().iter().all(|b| *b == 9),
            "as it was left, where that will do"
        );
        drop(again);
        let again = pool.alloc(len).unwrap();
        assert_eq!(again.as_ptr().addr(), at);
        assert!(zero(again.samples()));
    }
}

#[test]
fn oldest_kept_memory_is_freed_first() {
    let pool = Pool::new(PoolOptions::default().max_cached(300));
    let slabs: Vec<_> = (100..104).map(|len| pool.alloc(len).unwrap()).collect();
    let at: Vec<_> = slabs.iter().map(|slab| slab.as_ptr().addr()).collect();
    drop(slabs);
    assert_eq!(pool.cached(), 102 + 103);
    assert_eq!(pool.alloc(103).unwrap().as_ptr().addr(), at[3]);
}

#[test]
fn newest_of_a_size_is_reused_first() {
    let pool = Pool::new(PoolOptions::default());
    let slabs: Vec<_> = (0..3).map(|_| pool.alloc(100).unwrap()).collect();
    let at: Vec<_> = slabs.iter().map(|slab| slab.as_ptr().addr()).collect();
    drop(slabs);
    let again: Vec<_> = (0..3).map(|_| pool.alloc(100).unwrap()).collect();
    let again = again.iter().map(|slab| slab.as_ptr().addr());
    assert!(at.into_iter().rev().eq(again));
}

#[test]
fn limit_error_reports_sizes() {
    let pool = Pool::new(PoolOptions::default().max_bytes(1000));
    let mut slab = pool.alloc(600).unwrap();
    for error in [pool.alloc(401).unwrap_err(), slab.resize(1001).unwrap_err()] {
        assert_eq!(error.class(), Class::Memory);
        assert_eq!(*error.kind(), Kind::PoolLimit { limit: 1000, used: 600, more: 401 });
    }
    assert_eq!((pool.size(), pool.peak(), slab.len()), (600, 600, 600));
    slab.resize(1000).unwrap();
    drop(slab);
    pool.alloc(1000).unwrap();
    assert_eq!(pool.alloc(usize::MAX).unwrap_err().class(), Class::Memory);
    assert_eq!(pool.size(), 0);
}

#[test]
fn slabs_outlive_their_pool() {
    let pool = Pool::new(PoolOptions::default().max_bytes(1500));
    let id = pool.id();
    drop(pool.alloc(100).unwrap());
    let mut slab = pool.alloc(1000).unwrap();
    let alive = || report().into_iter().find(|usage| usage.id == id);
    assert_eq!(alive().map(|u| (u.slabs, u.size, u.cached, u.closed)), Some((1, 1000, 100, false)));
    pool.close();
    assert_eq!(pool.alloc(1).unwrap_err().class(), Class::Closed);
    assert_eq!((pool.size(), pool.addresses().len(), pool.closed()), (0, 0, true));
    drop(pool);
    assert_eq!(alive().map(|u| (u.slabs, u.size, u.cached, u.closed)), Some((1, 1000, 0, true)));
    slab.samples_mut::<u8>().fill(1);
    slab.resize(2000).unwrap(); // no pool, no limit
    assert_eq!(slab.samples::<u8>()[999..1001], [1, 0]);
    drop(slab);
    assert!(alive().is_none());
}

/// Counts what goes out and comes back: address and bytes, with no address out twice.
#[derive(Default)]
struct Counting {
    out: Mutex<BTreeMap<usize, usize>>,
    given: Mutex<Vec<usize>>,
    poor: bool,
}

// SAFETY: memory of the system's allocator, which stays until it is given back.
unsafe impl Allocator for Counting {
    fn alloc(&self, len: usize, align: usize) -> Option<Chunk> {
        if self.poor {
            return None;
        }
        // SAFETY: `len` is not 0.
        let base = NonNull::new(unsafe {
            std::alloc::alloc_zeroed(Layout::from_size_align(len, align).ok()?)
        })?;
        self.given.lock().unwrap().push(len);
        assert_eq!(self.out.lock().unwrap().insert(base.addr().get(), len), None);
        Some(Chunk { start: base, len, align, base, held: len, tag: 7 })
    }

    unsafe fn free(&self, chunk: Chunk) {
        assert_eq!(chunk.tag, 7);
        let len = self.out.lock().unwrap().remove(&chunk.base.addr().get());
        assert_eq!(len, Some(chunk.held));
        let layout = Layout::from_size_align(chunk.held, chunk.align).unwrap();
        // SAFETY: allocated above with that layout.
        unsafe { std::alloc::dealloc(chunk.base.as_ptr(), layout) };
    }
}

#[test]
fn memory_returns_to_its_allocator() {
    let counting = Arc::new(Counting::default());
    let options = PoolOptions::default().allocator(counting.clone());
    let pool = Pool::new(options);
    let mut slabs: Vec<_> = (1..50).map(|i| pool.alloc(i * 100).unwrap()).collect();
    for slab in &mut slabs[..10] {
        slab.samples_mut::<u8>().fill(3);
        slab.resize(10_000).unwrap();
        assert!(slab.samples::<u8>()[..100].iter().all(|b| *b == 3));
    }
    slabs.truncate(20);
    drop(pool);
    assert_eq!(counting.out.lock().unwrap().len(), 20, "what is held, and nothing that was kept");
    slabs.clear();
    assert!(counting.out.lock().unwrap().is_empty());
    assert_eq!(counting.given.lock().unwrap().len(), 49 + 10);
    assert_eq!(Arc::strong_count(&counting), 1);
}

#[test]
fn allocator_failure_is_an_error() {
    let poor = Arc::new(Counting { poor: true, ..Counting::default() });
    let pool = Pool::new(PoolOptions::default().allocator(poor));
    assert_eq!(pool.alloc(10).unwrap_err().class(), Class::Memory);
    assert_eq!((pool.size(), pool.peak()), (0, 0));
}

#[test]
fn closed_pool_releases_its_allocator() {
    let counting = Arc::new(Counting::default());
    let options = PoolOptions::default().allocator(counting.clone());
    let pool = Pool::new(options);
    let held = pool.alloc(100).unwrap();
    drop(pool.alloc(200).unwrap());
    pool.close();
    assert_eq!(Arc::strong_count(&counting), 2, "the test's, and that of what is held");
    drop(held);
    assert_eq!(Arc::strong_count(&counting), 1);
    assert!(counting.out.lock().unwrap().is_empty());
}

/// Has no memory for much, and looks at its pool before it says so.
#[derive(Default)]
struct Curious {
    pool: OnceLock<Pool>,
    seen: Mutex<Vec<(usize, usize)>>,
}

// SAFETY: memory of the system's.
unsafe impl Allocator for Curious {
    fn alloc(&self, len: usize, align: usize) -> Option<Chunk> {
        if len < KB {
            return System.alloc(len, align);
        }
        let pool = self.pool.get().unwrap();
        drop(pool.alloc(10));
        assert_eq!(pool.alloc(MB).unwrap_err().class(), Class::Memory, "promised already");
        self.seen.lock().unwrap().push((pool.size(), pool.peak()));
        None
    }

    unsafe fn free(&self, chunk: Chunk) {
        // SAFETY: the system's, and the caller's.
        unsafe { System.free(chunk) };
    }
}

#[test]
fn failed_allocation_is_not_counted() {
    let curious = Arc::new(Curious::default());
    let allocator: Option<Arc<dyn Allocator>> = Some(curious.clone());
    let mut options = PoolOptions::default().max_bytes(MB).max_cached(0);
    options.allocator = allocator;
    let pool = curious.pool.get_or_init(|| Pool::new(options));
    let mut slab = pool.alloc(100).unwrap();
    assert_eq!(pool.alloc(MB / 2).unwrap_err().class(), Class::Memory);
    assert_eq!(slab.resize(MB / 2).unwrap_err().class(), Class::Memory);
    assert_eq!(*curious.seen.lock().unwrap(), [(100, 110); 2]);
    assert_eq!((pool.size(), pool.peak()), (100, 110));
    drop(slab);
    pool.close();
}

/// Has so many bytes.
struct Scarce(AtomicUsize);

// SAFETY: memory of the system's.
unsafe impl Allocator for Scarce {
    fn alloc(&self, len: usize, align: usize) -> Option<Chunk> {
        let left = self.0.load(Ordering::Relaxed).checked_sub(len)?;
        self.0.store(left, Ordering::Relaxed);
        System.alloc(len, align)
    }

    unsafe fn free(&self, chunk: Chunk) {
        self.0.fetch_add(chunk.len, Ordering::Relaxed);
        // SAFETY: the system's, and the caller's.
        unsafe { System.free(chunk) };
    }
}

#[test]
fn kept_memory_is_freed_for_new_requests() {
    let allocator: Arc<dyn Allocator> = Arc::new(Scarce(AtomicUsize::new(1000)));
    let pool = Pool::new(PoolOptions::default().allocator(allocator));
    drop(pool.alloc(950).unwrap());
    let mut slab = pool.alloc(100).unwrap();
    assert_eq!(pool.cached(), 0);
    drop(pool.alloc(700).unwrap());
    slab.resize(901).unwrap_err();
    drop(pool.alloc(700).unwrap());
    slab.resize(800).unwrap();
    assert_eq!((pool.size(), pool.cached(), slab.len()), (800, 0, 800));
}

#[cfg(unix)]
fn c(realloc: bool, calloc: bool) -> CFunctions {
    // SAFETY: libc's own.
    unsafe {
        CFunctions::new(
            libc::malloc,
            libc::free,
            realloc.then_some(libc::realloc as _),
            calloc.then_some(libc::calloc as _),
        )
    }
}

#[cfg(unix)]
#[test]
fn c_functions_are_zeroed_aligned_and_resized() {
    for (realloc, calloc) in [(false, false), (true, false), (false, true), (true, true)] {
        let libc: Arc<dyn Allocator> = Arc::new(c(realloc, calloc));
        let mut slabs = Vec::new();
        for align in [64, 4096, 1 << 16] {
            for len in [1, 100, 5000, 300_000] {
                let mut slab = Slab::new_in(Some(libc.clone()), len, align).unwrap();
                assert!(zero(slab.samples()));
                let written = pattern(len);
                slab.samples_mut().copy_from_slice(&written);
                for to in [len * 3, len * 300, len * 2, len] {
                    slab.resize(to).unwrap();
                    assert_eq!((slab.as_ptr().addr() % align, slab.len()), (0, to));
                    let bytes = slab.samples::<u8>();
                    assert_eq!(bytes[..len], written);
                    assert!(zero(&bytes[len..]), "{realloc} {calloc} {align} {len} {to}");
                }
                // Kept, so that addresses differ.
                slabs.push(slab);
            }
        }
    }
}

/// An allocator of C whose `realloc` always fails, and which never aligns to more than 16 bytes.
#[cfg(unix)]
mod stubborn {
    use std::ffi::c_void;

    pub unsafe extern "C" fn malloc(size: usize) -> *mut c_void {
        // SAFETY: as much more as the address is moved by.
        unsafe {
            let base = libc::memalign(64, size + 64);
            base.byte_add(16)
        }
    }
    pub unsafe extern "C" fn free(at: *mut c_void) {
        // SAFETY: as it came from `malloc`.
        unsafe { libc::free(at.byte_sub(16)) };
    }
    pub unsafe extern "C" fn realloc(_: *mut c_void, _: usize) -> *mut c_void {
        std::ptr::null_mut()
    }
}

#[cfg(target_os = "linux")]
#[test]
fn unaligned_c_memory_is_aligned() {
    // SAFETY: they do what C says.
    let functions = unsafe {
        CFunctions::new(stubborn::malloc, stubborn::free, Some(stubborn::realloc as _), None)
    };
    let stubborn: Arc<dyn Allocator> = Arc::new(functions);
    for _ in 0..3 {
        let mut slab = Slab::new_in(Some(stubborn.clone()), 1000, 256).unwrap();
        slab.samples_mut::<u8>().fill(5);
        assert_eq!(slab.as_ptr().addr() % 256, 0);
        assert_eq!(slab.resize(2000).unwrap_err().class(), Class::Memory);
        assert!(slab.len() == 1000 && slab.samples::<u8>().iter().all(|b| *b == 5));
    }
}

#[test]
fn moves_are_reported_once() {
    for len in [100, 2 * MB] {
        let mut slab = Slab::new(len).unwrap();
        for to in [len, 2 * len, len / 2, 0, 0, len] {
            let before = slab.as_ptr().addr();
            let mut told = Vec::new();
            let note: Moved<'_> = &mut |old, new| told.push((old, new));
            slab.resize_noting(to, note).unwrap();
            assert_eq!(told, [(before, slab.as_ptr().addr())]);
        }
    }
}

#[test]
fn slabs_and_pools_are_send_and_sync() {
    fn both<T: Send + Sync>() {}
    both::<Slab>();
    both::<Pool>();
}

#[test]
fn eight_threads_share_one_pool() {
    let pool = Pool::new(PoolOptions::default().max_cached(64 * KB));
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for id in 0..8u8 {
            let (pool, start) = (&pool, &start);
            scope.spawn(move || {
                start.wait();
                let mut held = Vec::new();
                for i in 0..2000usize {
                    let mut slab = pool.alloc(100 + i % 7 * 1000).unwrap();
                    assert!(zero(slab.samples()));
                    slab.samples_mut::<u8>().fill(id);
                    slab.resize(slab.len() + i % 3).unwrap();
                    held.push(slab);
                    if held.len() > 20 {
                        let slab = held.swap_remove(i % 20);
                        let mine = slab.samples::<u8>()[..100].iter().all(|b| *b == id);
                        assert!(mine, "nobody else writes to it");
                    }
                }
            });
        }
    });
    assert_eq!((pool.size(), pool.addresses().len()), (0, 0));
    assert!(pool.cached() <= 64 * KB && pool.peak() > 0);
}

/// What a sequence of calls does to a pool.
#[derive(Debug, Clone)]
enum Step {
    Alloc(usize, usize),
    Resize(usize, usize),
    Drop(usize),
    Trim,
}

fn step() -> impl Strategy<Value = Step> {
    let len = prop_oneof![0usize..300, 0usize..3 * MB];
    prop_oneof![
        4 => (len.clone(), 6u32..15).prop_map(|(len, bits)| Step::Alloc(len, 1 << bits)),
        3 => (any::<usize>(), len).prop_map(|(which, len)| Step::Resize(which, len)),
        3 => any::<usize>().prop_map(Step::Drop),
        1 => Just(Step::Trim),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn pool_matches_model(steps in prop::collection::vec(step(), 1..60)) {
        const LIMIT: usize = 6 * MB;
        let options =
            PoolOptions::default().max_bytes(LIMIT).max_cached(2 * MB);
        let pool = Pool::new(options);
        let mut held: Vec<(Slab, u8, usize)> = Vec::new();
        let mut peak = 0;
        for (number, step) in steps.into_iter().enumerate() {
            let size: usize = held.iter().map(|(slab, ..)| slab.len()).sum();
            match step {
                Step::Alloc(len, align) => match pool.alloc_aligned(len, align) {
                    Ok(mut slab) => {
                        prop_assert!(size + len <= LIMIT && zero(slab.samples()));
                        prop_assert_eq!(slab.as_ptr().addr() % align, 0);
                        slab.samples_mut::<u8>().fill(number as u8);
                        held.push((slab, number as u8, len));
                    }
                    Err(_) => prop_assert!(size + len > LIMIT),
                },
                Step::Resize(which, len) if !held.is_empty() => {
                    let which = which % held.len();
                    let (slab, _, filled) = &mut held[which];
                    let old = slab.len();
                    match slab.resize(len) {
                        Ok(()) => *filled = len.min(*filled),
                        Err(_) => prop_assert!(size - old + len > LIMIT && slab.len() == old),
                    }
                }
                Step::Drop(which) if !held.is_empty() => {
                    held.swap_remove(which % held.len());
                }
                Step::Trim => {
                    pool.trim();
                    prop_assert_eq!(pool.cached(), 0);
                }
                _ => {}
            }
            let size: usize = held.iter().map(|(slab, ..)| slab.len()).sum();
            peak = peak.max(size);
            prop_assert_eq!((pool.size(), pool.peak()), (size, peak));
            prop_assert!(pool.cached() <= 2 * MB);
            let full = held.iter().filter(|(slab, ..)| !slab.is_empty());
            let addresses: BTreeMap<_, _> =
                full.map(|(slab, ..)| (slab.as_ptr().addr(), slab.len())).collect();
            prop_assert_eq!(pool.addresses(), addresses);
        }
        let mut seen = HashSet::new();
        for (slab, value, filled) in &held {
            let bytes = slab.samples::<u8>();
            prop_assert!(bytes[..*filled].iter().all(|b| b == value) && zero(&bytes[*filled..]));
            prop_assert!(slab.is_empty() || seen.insert(slab.as_ptr().addr()));
        }
    }
}
