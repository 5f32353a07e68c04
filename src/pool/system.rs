//! [`System`]: memory of the operating system, from its heap or in pages.
//!
//! What the `unsafe` of this file relies on: heap and maps keep what they give until it is taken back
//! with the numbers it was asked for with, which a [`Chunk`] carries.

#![allow(unsafe_code)]

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ops::RangeInclusive;
use std::ptr::NonNull;

use super::{Allocator, Chunk, Moved, resize_by_copy, to_align};

/// From so many bytes on the system maps pages, which it grows without copying. Smaller ones are cheaper
/// from the heap; `benches/python/memory.py` shows both.
pub const MAPPED_FROM: usize = 1 << 20;

/// Slabs of so many bytes ask the system for huge pages, which cost a quarter when all is written to
/// (`benches/python/memory.py`). Shorter ones have room for few; longer ones may be meant to stay mostly
/// untouched, and a page then costs what it is.
pub(super) const HUGE_PAGES: RangeInclusive<usize> = 4 << 20..=1 << 30;

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
    use std::ptr::NonNull;

    use super::HUGE_PAGES;
    use crate::pool::{Chunk, MAX_ALIGN, Moved, to_align};

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
