//! Memory that is the file itself: bytes of ours, or of a caller, read in place and never copied.
//!
//! What this relies on: the owner that comes with the memory keeps it in place while it lives.

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
    /// Takes memory that something owns: `Vec<u8>`, `Arc<[u8]>`, `&'static [u8]`.
    pub fn new<T: AsRef<[u8]> + Send + Sync + 'static>(owner: T) -> MemorySource {
        // In its last place before asking for the address, so that moving the owner cannot move the
        // bytes. Not in a box: wherever that moves, the compiler may take it for the only way there.
        let owner = Arc::new(owner);
        let bytes: &[u8] = (*owner).as_ref();
        MemorySource { ptr: bytes.as_ptr(), len: bytes.len(), _owner: owner }
    }

    /// Takes memory at an address, and what keeps it there.
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
        // SAFETY: the memory is readable as long as its owner lives, and that is as long as `self`.
        Some(unsafe { Bytes::from_raw(self.ptr, self.len) })
    }
}
