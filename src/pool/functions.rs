//! [`CFunctions`]: memory of another library.
//!
//! What the `unsafe` of this file relies on: the functions do what C says of them, as who named them
//! vouched.

#![allow(unsafe_code)]

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Allocator, Chunk, Moved, resize_by_copy, to_align};

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
