//! Memory that is handed out, resized and used again: [`Slab`], [`Pool`], and where either gets it.
//!
//! ```
//! use segbuf::pool::{Pool, PoolOptions};
//! let pool = Pool::new(PoolOptions::default().max_bytes(1 << 20));
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

#![allow(unsafe_code)]

use std::ptr::NonNull;
use std::sync::Arc;

use crate::error::{Error, Kind, Result};

mod functions;
mod ledger;
mod system;

pub use functions::{CFunctions, Calloc, Free, Malloc, Realloc};
pub use ledger::{Pool, PoolOptions, Usage, report};
pub use system::{MAPPED_FROM, System};

/// The least alignment of a slab, and the usual one, in bytes: a cache line, and the widest vector.
pub const ALIGN: usize = 64;

/// The largest alignment of a slab, in bytes: a huge page. Mapped slabs that are aligned so ask for huge
/// pages whatever their length.
pub const MAX_ALIGN: usize = 2 << 20;

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
    /// `Class::Memory` where there is no such memory.
    pub fn new(len: usize) -> Result<Slab> {
        Slab::new_in(None, len, ALIGN)
    }

    /// `len` bytes of zeros at a multiple of `align`, from an allocator or, without one, the system.
    ///
    /// # Errors
    /// `Class::Value` for an alignment that is no power of two from [`ALIGN`] to [`MAX_ALIGN`];
    /// `Class::Memory` where there is no such memory.
    pub fn new_in(from: Option<Arc<dyn Allocator>>, len: usize, align: usize) -> Result<Slab> {
        if !align.is_power_of_two() || !(ALIGN..=MAX_ALIGN).contains(&align) {
            return Err(Kind::InvalidOption {
                option: "align",
                want: format!("a power of two from {ALIGN} to {MAX_ALIGN}"),
                have: align.to_string(),
            }
            .into());
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
    /// `Class::Memory` where there is no such memory, or the pool may not have so much.
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
    Kind::NoMemory { what: format!("a block of {len} bytes") }.into()
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
