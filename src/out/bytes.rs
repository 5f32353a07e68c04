//! Memory that is only read.
//!
//! What the `unsafe` of this file relies on: whoever makes a view vouches that its bytes stay readable
//! for its lifetime. That they may change meanwhile is allowed for: they are copied, by raw pointers,
//! and never seen as a `&[u8]`.

#![allow(unsafe_code)]

use std::marker::PhantomData;

/// Readable bytes that others may change while we read: a map of a file, a caller's bytearray.
///
/// What is read is then either the old or the new bytes; it is never a `&[u8]`.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a> {
    ptr: *const u8,
    len: usize,
    life: PhantomData<&'a [u8]>,
}

// SAFETY: reading is all that can be done with it, and the memory stays readable for `'a` from any
// thread, by the contract of `from_raw` or because it is a `&'a [u8]`.
unsafe impl Send for Bytes<'_> {}
// SAFETY: as above.
unsafe impl Sync for Bytes<'_> {}

impl<'a> From<&'a [u8]> for Bytes<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Bytes { ptr: bytes.as_ptr(), len: bytes.len(), life: PhantomData }
    }
}

impl<'a> Bytes<'a> {
    /// Memory at an address.
    ///
    /// # Safety
    /// `len` bytes from `ptr` on must stay readable for the lifetime `'a`.
    #[must_use]
    pub unsafe fn from_raw(ptr: *const u8, len: usize) -> Bytes<'a> {
        Bytes { ptr, len, life: PhantomData }
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first byte; `len` bytes from here on are readable.
    #[must_use]
    pub fn as_ptr(&self) -> *const u8 {
        self.ptr
    }

    /// `len` bytes from `at` on; None past the end.
    #[must_use]
    pub fn get(&self, at: u64, len: usize) -> Option<Bytes<'a>> {
        let at = usize::try_from(at).ok()?;
        let end = at.checked_add(len)?;
        (end <= self.len).then(|| Bytes { ptr: self.ptr.wrapping_add(at), len, life: PhantomData })
    }

    /// The `N` bytes from `at` on.
    ///
    /// # Panics
    /// Past the end.
    #[must_use]
    #[inline]
    pub fn word<const N: usize>(&self, at: usize) -> [u8; N] {
        assert!(at <= self.len && N <= self.len - at, "within the bytes");
        // SAFETY: `N` bytes from `at` on are readable, as just asserted; any bytes make the array,
        // which needs no alignment.
        unsafe { self.ptr.add(at).cast::<[u8; N]>().read() }
    }

    /// Copies bytes from `at` on into `buf`, at most up to the end, and returns how many.
    pub fn copy_to(&self, at: u64, buf: &mut [u8]) -> usize {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(self.len);
        let n = buf.len().min(self.len - at);
        // SAFETY: `at + n <= len`, so the source is readable; `buf` is ours alone and `n` long at
        // least, and as a `&mut` of this process it cannot be the memory behind this view.
        unsafe { std::ptr::copy_nonoverlapping(self.ptr.add(at), buf.as_mut_ptr(), n) };
        n
    }
}
