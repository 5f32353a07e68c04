//! A file in memory of the process or of a caller, read in place and never copied.
//!
//! The `unsafe` of this file relies on the owner of the memory keeping it at its address while it lives.

#![allow(unsafe_code)]

use std::any::Any;
use std::sync::Arc;

use super::Source;
use crate::error::Result;
use crate::out::Bytes;

/// A SEG-Y file in memory.
pub struct MemorySource {
    ptr: *const u8,
    len: usize,
    _owner: Arc<dyn Any + Send + Sync>,
}

// SAFETY: the memory is only read, through `Bytes`, and its owner is Send and Sync.
unsafe impl Send for MemorySource {}
// SAFETY: as above.
unsafe impl Sync for MemorySource {}

impl MemorySource {
    /// Takes an owner of memory, such as `Vec<u8>`, `Arc<[u8]>` or `&'static [u8]`.
    pub fn new<T: AsRef<[u8]> + Send + Sync + 'static>(owner: T) -> MemorySource {
        // The owner is moved to the heap before its address is taken, so that moving it later cannot move
        // the bytes. An `Arc`, not a `Box`: the compiler assumes that a box is the only way to its contents.
        let owner = Arc::new(owner);
        let bytes: &[u8] = (*owner).as_ref();
        MemorySource { ptr: bytes.as_ptr(), len: bytes.len(), _owner: owner }
    }

    /// Takes memory at an address, and the owner that keeps it there.
    ///
    /// # Safety
    /// `len` bytes from `ptr` on must stay readable until `owner` is dropped.
    #[must_use]
    pub unsafe fn from_raw(
        ptr: *const u8,
        len: usize,
        owner: Arc<dyn Any + Send + Sync>,
    ) -> MemorySource {
        MemorySource { ptr, len, _owner: owner }
    }
}

impl Source for MemorySource {
    fn len(&self) -> Result<u64> {
        Ok(self.len as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let bytes = self.bytes();
        Ok(bytes.map_or(0, |b| b.copy_to(offset, buf)))
    }

    fn bytes(&self) -> Option<Bytes<'_>> {
        // SAFETY: the memory is readable while its owner lives, which is at least as long as `self`.
        Some(unsafe { Bytes::from_raw(self.ptr, self.len) })
    }
}
