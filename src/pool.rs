//! Memory that is handed out, resized and used again: [`Slab`], [`Pool`], and where either gets it.
//!
//! ```
//! use segbuf::pool::{Pool, PoolOptions};
//! let pool = Pool::new(PoolOptions { max_bytes: Some(1 << 20), ..PoolOptions::default() });
//! let mut slab = pool.alloc(4 * 1000)?;
//! slab.samples_mut::<f32>()[999] = 1.0;
//! slab.resize(4 * 2000)?; // contents kept, the rest zero
//! assert_eq!(slab.samples::<f32>()[998..1001], [0.0, 1.0, 0.0]);
//! assert_eq!(pool.size(), 8000);
//! drop(slab); // kept by the pool for the next one of that size
//! assert_eq!((pool.size(), pool.cached()), (0, 8000));
//! # Ok::<(), segbuf::Error>(())
//! ```
//!
//! What the `unsafe` of this file relies on: a [`Chunk`] goes back to the allocator it came from, which
//! holds by construction, as a [`Slab`] carries both; and allocators keep the contract of [`Allocator`].

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ffi::c_void;
use std::ops::RangeInclusive;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Kind, Result};

#[forbid(unsafe_code)]
mod ledger;

pub use ledger::{Pool, PoolOptions, Usage, report};

/// The least alignment of a slab, and the usual one, in bytes: a cache line, and the widest vector.
pub const ALIGN: usize = 64;

/// The largest alignment of a slab, in bytes: a huge page. Mapped slabs that are aligned so ask for huge
/// pages whatever their length.
pub const MAX_ALIGN: usize = 2 << 20;

/// From so many bytes on the system maps pages, which it grows without copying. Smaller ones are cheaper
/// from the heap; `benches/python/memory.py` shows both.
pub const MAPPED_FROM: usize = 1 << 20;

/// Slabs of so many bytes ask the system for huge pages, which cost a quarter when all is written to
/// (`benches/python/memory.py`). Shorter ones have room for few; longer ones may be meant to stay mostly
/// untouched, and a page then costs what it is.
pub const HUGE_PAGES: RangeInclusive<usize> = 4 << 20..=1 << 30;

/// What an allocator gave: usable memory, and what the allocator must know to take it back.
#[derive(Debug)]
pub struct Chunk {
    /// The first usable byte, at a multiple of `align`.
    pub start: NonNull<u8>,
    /// Usable bytes, never 0.
    pub len: usize,
    /// What `start` is a multiple of: a power of two.
    pub align: usize,
    /// The allocator's own: the address it got.
    pub base: NonNull<u8>,
    /// The allocator's own: the bytes it got.
    pub held: usize,
    /// The allocator's own: anything else.
    pub tag: usize,
}

// SAFETY: a chunk stands for memory that it alone owns; nothing about it belongs to a thread.
unsafe impl Send for Chunk {}
// SAFETY: by itself it is nothing but numbers; using the memory is for who owns it to answer for.
unsafe impl Sync for Chunk {}

/// Called once where memory is resized, with the old and the new address: the contents are at the new
/// one already. Allocators that can, call it before anybody else may be given the old one. It may not
/// panic: the memory would be lost.
pub type Moved<'a> = &'a mut dyn FnMut(usize, usize);

/// Where memory comes from. Called from any thread, and from several at once.
///
/// # Safety
/// `alloc` and `resize` give memory that is writable, overlaps nothing else, and stays until `free` or
/// `resize` takes it, with `start` at a multiple of `align`; `len` and `align` of a chunk are those that
/// were asked for, and what is promised to be zero is. Nothing may unwind.
pub unsafe trait Allocator: Send + Sync {
    /// `len` bytes of zeros at a multiple of `align`, a power of two; `len` is not 0. None where there
    /// is no such memory.
    fn alloc(&self, len: usize, align: usize) -> Option<Chunk>;

    /// Takes memory back.
    ///
    /// # Safety
    /// The chunk came from this allocator, and nobody uses it any more.
    unsafe fn free(&self, chunk: Chunk);

    /// Makes memory longer or shorter, not 0 bytes: contents and alignment stay, what is new is zero.
    /// The address may change; `moved` is called. By default by copying.
    ///
    /// # Errors
    /// The chunk as it was, where that cannot be.
    ///
    /// # Safety
    /// The chunk came from this allocator, and nobody else uses it.
    unsafe fn resize(
        &self,
        chunk: Chunk,
        len: usize,
        moved: Moved<'_>,
    ) -> std::result::Result<Chunk, Chunk> {
        // SAFETY: as the caller says; the copy is made by the chunk's own allocator, right here.
        unsafe { resize_by_copy(self, chunk, len, moved, |copy| copy()) }
    }

    /// Makes all of the memory zero again.
    ///
    /// # Safety
    /// The chunk came from this allocator, and nobody else uses it.
    unsafe fn clear(&self, chunk: &Chunk) {
        // SAFETY: `len` bytes from `start` on are writable, and the caller's alone.
        unsafe { chunk.start.as_ptr().write_bytes(0, chunk.len) };
    }
}

/// Resizes by way of new memory; `run` runs the copying.
///
/// # Safety
/// As [`Allocator::resize`].
pub(crate) unsafe fn resize_by_copy(
    allocator: &(impl Allocator + ?Sized),
    chunk: Chunk,
    len: usize,
    moved: Moved<'_>,
    run: impl FnOnce(&mut (dyn FnMut() + Send)),
) -> std::result::Result<Chunk, Chunk> {
    let Some(new) = allocator.alloc(len, chunk.align) else { return Err(chunk) };
    let (old, fresh) = (&chunk, &new);
    run(&mut || {
        let count = old.len.min(fresh.len);
        // SAFETY: both have that many bytes, and what was just allocated overlaps nothing.
        unsafe { fresh.start.as_ptr().copy_from_nonoverlapping(old.start.as_ptr(), count) };
    });
    moved(chunk.start.addr().get(), new.start.addr().get());
    // SAFETY: the caller's chunk, from this allocator.
    unsafe { allocator.free(chunk) };
    Ok(new)
}

/// How far the next multiple of `align`, a power of two, is from an address.
fn to_align(address: NonNull<u8>, align: usize) -> usize {
    address.addr().get().wrapping_neg() & (align - 1)
}

/// The system's own memory, zeroed lazily: a page costs when it is touched.
///
/// Small memory comes from the heap; from [`MAPPED_FROM`] bytes on, on Linux, it is mapped, without a
/// reservation, and resized without copying.
#[derive(Debug, Clone, Copy, Default)]
pub struct System;

/// [`Chunk::tag`] of memory from the heap; other tags are those of [`map`].
const HEAP: usize = 0;

// SAFETY: heap and maps keep what they give until it is freed with the numbers it was asked for with,
// which the chunk carries.
unsafe impl Allocator for System {
    fn alloc(&self, len: usize, align: usize) -> Option<Chunk> {
        #[cfg(target_os = "linux")]
        if len >= MAPPED_FROM {
            return map::alloc(len, align);
        }
        // Over-allocated and aligned by hand: above the heap's own alignment `alloc_zeroed` would
        // write zeros to every page.
        let layout = heap_layout(len.checked_add(align)?)?;
        // SAFETY: `align` is not 0, hence neither is the size.
        let base = NonNull::new(unsafe { alloc_zeroed(layout) })?;
        // SAFETY: less than `align`, by which the allocation is longer than `len`.
        let start = unsafe { base.add(to_align(base, align)) };
        Some(Chunk { start, len, align, base, held: layout.size(), tag: HEAP })
    }

    unsafe fn free(&self, chunk: Chunk) {
        #[cfg(target_os = "linux")]
        if chunk.tag != HEAP {
            // SAFETY: mapped, and the caller's, who gives it up.
            return unsafe { map::free(&chunk) };
        }
        if let Some(layout) = heap_layout(chunk.held) {
            // SAFETY: allocated in `alloc` with this layout, and the caller's, who gives it up.
            unsafe { dealloc(chunk.base.as_ptr(), layout) };
        }
    }

    unsafe fn resize(
        &self,
        chunk: Chunk,
        len: usize,
        moved: Moved<'_>,
    ) -> std::result::Result<Chunk, Chunk> {
        #[cfg(target_os = "linux")]
        if chunk.tag != HEAP {
            // SAFETY: mapped, and the caller's.
            return unsafe { map::resize(chunk, len, moved) };
        }
        // SAFETY: as the caller says.
        unsafe { resize_by_copy(self, chunk, len, moved, |copy| copy()) }
    }

    unsafe fn clear(&self, chunk: &Chunk) {
        #[cfg(target_os = "linux")]
        // SAFETY: mapped, and the caller's.
        if chunk.tag != HEAP && unsafe { map::clear(chunk) } {
            return;
        }
        // SAFETY: the caller's.
        unsafe { chunk.start.as_ptr().write_bytes(0, chunk.len) };
    }
}

/// The heap aligns to 8 bytes everywhere without more ado.
fn heap_layout(size: usize) -> Option<Layout> {
    Layout::from_size_align(size, 8).ok()
}

/// Pages mapped straight from the system. `base` and `start` of such a chunk are the same, and `held`
/// is a whole number of pages.
#[cfg(target_os = "linux")]
mod map {
    use super::{Chunk, HUGE_PAGES, MAX_ALIGN, Moved, NonNull, to_align};

    /// Tags of mapped chunks, by the pages that were asked for.
    const SMALL: usize = 1;
    const HUGE: usize = 2;

    fn page() -> usize {
        // SAFETY: asks for a constant of the system.
        usize::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
    }

    pub(super) fn alloc(len: usize, align: usize) -> Option<Chunk> {
        let page = page();
        let held = len.checked_next_multiple_of(page)?;
        let start = aligned(held, align, page)?;
        let mut chunk = Chunk { start, len, align, base: start, held, tag: SMALL };
        // SAFETY: it was just mapped.
        unsafe { choose_pages(&mut chunk) };
        Some(chunk)
    }

    /// Asks for huge pages, or no longer. It is advice: where it is not taken, nothing else changes.
    ///
    /// # Safety
    /// The pages of the chunk are mapped, and its owner's.
    unsafe fn choose_pages(chunk: &mut Chunk) {
        let huge = chunk.align == MAX_ALIGN || HUGE_PAGES.contains(&chunk.len);
        if huge || chunk.tag == HUGE {
            let advice = if huge { libc::MADV_HUGEPAGE } else { libc::MADV_NOHUGEPAGE };
            // SAFETY: as the caller says.
            unsafe { libc::madvise(chunk.base.as_ptr().cast(), chunk.held, advice) };
            chunk.tag = if huge { HUGE } else { SMALL };
        }
    }

    /// Maps pages of zeros at a multiple of `align`.
    fn aligned(held: usize, align: usize, page: usize) -> Option<NonNull<u8>> {
        if align <= page {
            return pages(held);
        }
        let wide = pages(held.checked_add(align)?)?;
        let before = to_align(wide, align);
        // SAFETY: within the `held + align` bytes that were just mapped, as `before < align`; what lies
        // before and behind the pages wanted is given back and used by nobody.
        unsafe {
            let start = wide.add(before);
            unmap(wide, before);
            unmap(start.add(held), align - before);
            Some(start)
        }
    }

    fn pages(held: usize) -> Option<NonNull<u8>> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new map, of no file, where the system likes.
        let address = unsafe { libc::mmap(std::ptr::null_mut(), held, protection, flags, -1, 0) };
        usable(address)
    }

    fn usable(address: *mut libc::c_void) -> Option<NonNull<u8>> {
        if address == libc::MAP_FAILED { None } else { NonNull::new(address.cast()) }
    }

    /// # Safety
    /// The pages were mapped here, and nobody uses them.
    unsafe fn unmap(start: NonNull<u8>, held: usize) {
        if held > 0 {
            // SAFETY: as the caller says.
            unsafe { libc::munmap(start.as_ptr().cast(), held) };
        }
    }

    /// # Safety
    /// The chunk came from `alloc` or `resize`, and nobody uses it any more.
    pub(super) unsafe fn free(chunk: &Chunk) {
        // SAFETY: as the caller says.
        unsafe { unmap(chunk.base, chunk.held) };
    }

    /// # Safety
    /// The chunk came from `alloc` or `resize`, and nobody else uses it.
    pub(super) unsafe fn resize(
        chunk: Chunk,
        len: usize,
        moved: Moved<'_>,
    ) -> Result<Chunk, Chunk> {
        let page = page();
        let Some(held) = len.checked_next_multiple_of(page) else { return Err(chunk) };
        // SAFETY: as the caller says.
        let Some(start) = (unsafe { remap(&chunk, held, page) }) else { return Err(chunk) };
        moved(chunk.start.addr().get(), start.addr().get());
        let used = chunk.len.min(len);
        // The rest of the last page may have been written to before the memory was made shorter.
        let stale = chunk.held.min(len) - used;
        // SAFETY: within the pages that were kept.
        unsafe { start.add(used).write_bytes(0, stale) };
        let mut chunk = Chunk { start, len, base: start, held, ..chunk };
        // SAFETY: the pages are where they were moved to.
        unsafe { choose_pages(&mut chunk) };
        Ok(chunk)
    }

    /// # Safety
    /// As `resize`.
    unsafe fn remap(chunk: &Chunk, held: usize, page: usize) -> Option<NonNull<u8>> {
        let (from, old) = (chunk.base.as_ptr().cast(), chunk.held);
        if held == old {
            return Some(chunk.base);
        }
        let may_move = if chunk.align <= page { libc::MREMAP_MAYMOVE } else { 0 };
        // SAFETY: pages mapped here, of that length, which nobody else uses.
        let in_place = usable(unsafe { libc::mremap(from, old, held, may_move) });
        if in_place.is_some() || chunk.align <= page {
            return in_place;
        }
        let place = aligned(held, chunk.align, page)?;
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        // SAFETY: moves the pages of the chunk onto pages that were just mapped for that.
        // Where that fails the pages are left be: the system may have unmapped them first, and another
        // thread have got them since.
        usable(unsafe {
            libc::mremap(from, old, held, flags, place.as_ptr().cast::<libc::c_void>())
        })
    }

    /// Gives the pages back; they come again as zeros when they are touched. Not small pages of less
    /// memory than has huge ones: to get them all again costs several times what writing zeros does.
    /// Says whether it was done.
    ///
    /// # Safety
    /// As `resize`.
    pub(super) unsafe fn clear(chunk: &Chunk) -> bool {
        if chunk.len < *HUGE_PAGES.start() {
            return false;
        }
        // SAFETY: private pages mapped here, which nobody else uses.
        unsafe { libc::madvise(chunk.base.as_ptr().cast(), chunk.held, libc::MADV_DONTNEED) == 0 }
    }
}

/// `void *malloc(size_t)`
pub type Malloc = unsafe extern "C" fn(usize) -> *mut c_void;
/// `void free(void *)`
pub type Free = unsafe extern "C" fn(*mut c_void);
/// `void *realloc(void *, size_t)`
pub type Realloc = unsafe extern "C" fn(*mut c_void, usize) -> *mut c_void;
/// `void *calloc(size_t, size_t)`
pub type Calloc = unsafe extern "C" fn(usize, usize) -> *mut c_void;

/// An allocator made of C functions: that of another library, or libc's own.
///
/// What it gives is zeroed here, by `calloc` where there is one. It is asked for just the bytes wanted;
/// once an address was not aligned as wanted, for `align` more, and aligned here.
#[derive(Debug)]
pub struct CFunctions {
    malloc: Malloc,
    free: Free,
    realloc: Option<Realloc>,
    calloc: Option<Calloc>,
    misaligned: AtomicBool,
}

impl CFunctions {
    /// An allocator of such functions.
    ///
    /// # Safety
    /// They do what C says of them, on any thread and on several at once, for as long as this and
    /// whatever came from it is there.
    #[must_use]
    pub unsafe fn new(
        malloc: Malloc,
        free: Free,
        realloc: Option<Realloc>,
        calloc: Option<Calloc>,
    ) -> CFunctions {
        CFunctions { malloc, free, realloc, calloc, misaligned: AtomicBool::new(false) }
    }

    /// Whether it resizes by a `realloc` of its own.
    #[must_use]
    pub fn reallocates(&self) -> bool {
        self.realloc.is_some()
    }

    /// `size` bytes, and whether they are zero.
    fn ask(&self, size: usize) -> Option<(NonNull<u8>, bool)> {
        // SAFETY: the functions do what C says, as the maker of this vouched.
        let (base, zero) = unsafe {
            match self.calloc {
                Some(calloc) => (calloc(1, size), true),
                None => ((self.malloc)(size), false),
            }
        };
        Some((NonNull::new(base.cast())?, zero))
    }
}

// SAFETY: the functions do what C says, as the maker of this vouched, and an address is only given back
// as it came. The start is within what was asked for, as that was `align` bytes more where it moved.
unsafe impl Allocator for CFunctions {
    fn alloc(&self, len: usize, align: usize) -> Option<Chunk> {
        let mut held = len;
        if self.misaligned.load(Ordering::Relaxed) {
            held = len.checked_add(align)?;
        }
        let (mut base, mut zero) = self.ask(held)?;
        if held == len && to_align(base, align) != 0 {
            self.misaligned.store(true, Ordering::Relaxed);
            // SAFETY: it came from the function's own malloc or calloc, and nobody saw it.
            unsafe { (self.free)(base.as_ptr().cast()) };
            held = len.checked_add(align)?;
            (base, zero) = self.ask(held)?;
        }
        // SAFETY: 0 or less than `align`, by which `held` then exceeds `len`.
        let start = unsafe { base.add(to_align(base, align)) };
        if !zero {
            // SAFETY: within the memory that was just allocated.
            unsafe { start.write_bytes(0, len) };
        }
        Some(Chunk { start, len, align, base, held, tag: 0 })
    }

    unsafe fn free(&self, chunk: Chunk) {
        // SAFETY: the address came from these functions, and the caller gives it up.
        unsafe { (self.free)(chunk.base.as_ptr().cast()) };
    }

    unsafe fn resize(
        &self,
        chunk: Chunk,
        len: usize,
        moved: Moved<'_>,
    ) -> std::result::Result<Chunk, Chunk> {
        let Some(realloc) = self.realloc else {
            // SAFETY: as the caller says.
            return unsafe { resize_by_copy(self, chunk, len, moved, |copy| copy()) };
        };
        let Some(held) = len.checked_add(chunk.align) else { return Err(chunk) };
        let before = chunk.start.addr().get() - chunk.base.addr().get();
        let used = chunk.len.min(len);
        // SAFETY: the address came from these functions, and the caller lets it be moved.
        let base = NonNull::new(unsafe { realloc(chunk.base.as_ptr().cast(), held) }.cast());
        let Some(base) = base else { return Err(chunk) };
        // SAFETY: the contents stand where they stood, counted from the address: `before` and the new
        // distance are less than `align`, and `held` is by `align` longer than what is touched.
        let start = unsafe {
            let start = base.add(to_align(base, chunk.align));
            start.copy_from(base.add(before), used);
            start.add(used).write_bytes(0, len - used);
            start
        };
        moved(chunk.start.addr().get(), start.addr().get());
        Ok(Chunk { start, len, align: chunk.align, base, held, tag: 0 })
    }
}

/// Zeroed memory, aligned, freed with its owner; or, where it came from a [`Pool`], given back to that.
///
/// No bytes are no memory: an empty slab has an address of its own no more than an empty `Vec`.
pub struct Slab {
    chunk: Option<Chunk>,
    align: usize,
    /// None for [`System`].
    from: Option<Arc<dyn Allocator>>,
    home: Option<ledger::Home>,
}

impl Slab {
    /// `len` bytes of zeros from the system, aligned to [`ALIGN`] bytes.
    ///
    /// # Errors
    /// [`Kind::Memory`] where there is no such memory.
    pub fn new(len: usize) -> Result<Slab> {
        Slab::new_in(None, len, ALIGN)
    }

    /// `len` bytes of zeros at a multiple of `align`, from an allocator or, without one, the system.
    ///
    /// # Errors
    /// [`Kind::Value`] for an alignment that is no power of two from [`ALIGN`] to [`MAX_ALIGN`];
    /// [`Kind::Memory`] where there is no such memory.
    pub fn new_in(from: Option<Arc<dyn Allocator>>, len: usize, align: usize) -> Result<Slab> {
        if !align.is_power_of_two() || !(ALIGN..=MAX_ALIGN).contains(&align) {
            return Err(Error::new(Kind::Value, "no such alignment")
                .want(format_args!("a power of two from {ALIGN} to {MAX_ALIGN} bytes"))
                .have(align));
        }
        let mut slab = Slab { chunk: None, align, from, home: None };
        if len > 0 {
            slab.chunk = Some(slab.ask(len)?);
        }
        Ok(slab)
    }

    fn ask(&self, len: usize) -> Result<Chunk> {
        let fits = isize::try_from(len).is_ok();
        fits.then(|| self.family().alloc(len, self.align)).flatten().ok_or_else(|| no_memory(len))
    }

    fn family(&self) -> &dyn Allocator {
        self.from.as_deref().unwrap_or(&System)
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.chunk.as_ref().map_or(0, |chunk| chunk.len)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.chunk.is_none()
    }

    /// What its address is a multiple of, in bytes.
    #[must_use]
    pub fn align(&self) -> usize {
        self.align
    }

    /// The first byte; `len` bytes from here on are the slab's. Whoever writes through it sees to it
    /// that nobody else does at the time.
    #[must_use]
    pub fn as_ptr(&self) -> *mut u8 {
        self.chunk
            .as_ref()
            .map_or(std::ptr::without_provenance_mut(self.align), |chunk| chunk.start.as_ptr())
    }

    /// The memory as samples of a type; bytes that make no whole sample are left out.
    #[must_use]
    pub fn samples<T: Sample>(&self) -> &[T] {
        // SAFETY: initialised memory of that length, aligned beyond any sample type, any bytes of which
        // are a sample; lent for as long as the slab cannot be written to.
        unsafe { std::slice::from_raw_parts(self.as_ptr().cast(), self.len() / size_of::<T>()) }
    }

    /// The memory as samples of a type, to be written to.
    #[must_use]
    pub fn samples_mut<T: Sample>(&mut self) -> &mut [T] {
        // SAFETY: as in `samples`, and lent exclusively.
        unsafe { std::slice::from_raw_parts_mut(self.as_ptr().cast(), self.len() / size_of::<T>()) }
    }

    /// Makes it longer or shorter: contents stay, what is new is zero, and where that fails all is as it
    /// was. The address may change.
    ///
    /// # Errors
    /// [`Kind::Memory`] where there is no such memory, or the pool may not have so much.
    pub fn resize(&mut self, len: usize) -> Result<()> {
        self.resize_noting(len, &mut |_, _| ())
    }

    /// [`Slab::resize`] that says where the memory went; see [`Moved`].
    ///
    /// # Errors
    /// As [`Slab::resize`].
    pub fn resize_noting(&mut self, len: usize, moved: Moved<'_>) -> Result<()> {
        let Some(home) = self.home.take() else { return self.change(len, moved) };
        let result = home.resize(self.len(), len, || {
            self.change(len, &mut *moved)?;
            Ok(self.as_ptr().addr())
        });
        self.home = Some(home);
        result
    }

    fn change(&mut self, len: usize, moved: Moved<'_>) -> Result<()> {
        let old = self.as_ptr().addr();
        let Some(chunk) = self.chunk.take() else {
            self.chunk = if len > 0 { Some(self.ask(len)?) } else { None };
            moved(old, self.as_ptr().addr());
            return Ok(());
        };
        if len == 0 {
            moved(old, self.as_ptr().addr());
            // SAFETY: the chunk is of this family, and was just taken from its only owner.
            unsafe { self.family().free(chunk) };
            return Ok(());
        }
        let changed = if isize::try_from(len).is_ok() {
            // SAFETY: as above.
            unsafe { self.family().resize(chunk, len, moved) }
        } else {
            Err(chunk)
        };
        let failed = changed.is_err();
        self.chunk = Some(changed.unwrap_or_else(|as_it_was| as_it_was));
        if failed { Err(no_memory(len)) } else { Ok(()) }
    }

    /// Makes all of it zero, lazily where the system can.
    pub fn clear(&mut self) {
        if let Some(chunk) = &self.chunk {
            // SAFETY: the chunk is of this family, and the slab, its owner, is borrowed exclusively.
            unsafe { self.family().clear(chunk) };
        }
    }
}

fn no_memory(len: usize) -> Error {
    Error::new(Kind::Memory, "there is no memory for a block").want(format_args!("{len} bytes"))
}

impl Drop for Slab {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            let (chunk, from) = (self.chunk.take(), self.from.take());
            home.take_back(Slab { chunk, align: self.align, from, home: None });
        } else if let Some(chunk) = self.chunk.take() {
            // SAFETY: the chunk is of this family, and its only owner ends.
            unsafe { self.family().free(chunk) };
        }
    }
}

impl std::fmt::Debug for Slab {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Slab").field("len", &self.len()).field("at", &self.as_ptr()).finish()
    }
}

/// What a sample can be in memory: any bytes of its size are one.
pub trait Sample: sealed::Sample {}

mod sealed {
    pub trait Sample: Copy {}
}

macro_rules! samples {
    ($($type:ty),*) => { $(
        impl sealed::Sample for $type {}
        impl Sample for $type {}
    )* };
}
samples!(f32, f64, i8, i16, i32, i64, u8, u16, u32, u64);
