//! Memory that is handed out and used again: slabs.
//!
//! What this relies on: the allocator gives back what `Layout` asked for, and a slab frees exactly that.

use std::alloc::{Layout, alloc_zeroed, dealloc};
use std::ptr::NonNull;

use crate::error::{Error, Kind, Result};

/// The alignment of every slab, in bytes: a cache line, and the widest vector.
pub const ALIGN: usize = 64;

/// Zeroed memory, aligned to [`ALIGN`] bytes, freed with its owner.
#[derive(Debug)]
pub struct Slab {
    block: NonNull<u8>,
    layout: Layout,
    start: usize,
    len: usize,
}

// SAFETY: a slab is the only owner of its memory, and gives out no reference to it.
unsafe impl Send for Slab {}
// SAFETY: as above: through `&Slab` only the address can be asked for.
unsafe impl Sync for Slab {}

impl Slab {
    /// `len` bytes of zeros. The system hands large ones out lazily: a page costs when it is touched.
    ///
    /// # Errors
    /// [`Kind::Destination`] where there is no such memory.
    pub fn new(len: usize) -> Result<Slab> {
        let failed = || {
            Error::new(Kind::Destination, "no memory for a block").want(format_args!("{len} bytes"))
        };
        // Aligned by hand: above 16 bytes of alignment the allocator would write zeros to every page.
        let padded = len.checked_add(ALIGN).ok_or_else(failed)?;
        let layout = Layout::from_size_align(padded, 16).map_err(|_| failed())?;
        // SAFETY: the size is at least `ALIGN`, so not zero.
        let block = NonNull::new(unsafe { alloc_zeroed(layout) }).ok_or_else(failed)?;
        let start = block.as_ptr().align_offset(ALIGN);
        Ok(Slab { block, layout, start, len })
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

    /// The first byte; `len` bytes from here on are the slab's. Whoever writes through it sees to it
    /// that nobody else does at the time.
    #[must_use]
    pub fn as_ptr(&self) -> *mut u8 {
        self.block.as_ptr().wrapping_add(self.start)
    }
}

impl Drop for Slab {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout in `new`, and freed only here.
        unsafe { dealloc(self.block.as_ptr(), self.layout) };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slabs_are_zeroed_and_aligned() {
        for len in [0, 1, 63, 64, 1000, 3 << 20] {
            let slab = Slab::new(len).unwrap();
            assert_eq!((slab.as_ptr() as usize % ALIGN, slab.len()), (0, len));
            for at in (0..len).step_by(97) {
                // SAFETY: within the slab, which nobody else uses.
                assert_eq!(unsafe { slab.as_ptr().add(at).read() }, 0);
            }
        }
        assert!(Slab::new(usize::MAX).is_err());
        assert!(Slab::new(isize::MAX as usize).is_err());
    }
}
