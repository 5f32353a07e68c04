//! Where bytes come from. A source knows spans of bytes, nothing of SEG-Y.

use crate::error::{Error, Kind, Result};
use crate::out::Bytes;

pub mod file;
pub mod map;
pub mod memory;

pub use file::FileSource;
pub use map::MapSource;
pub use memory::MemorySource;

/// A file, a map, memory: anything that gives bytes at a place.
///
/// One handle serves many threads at once: reading has no position.
pub trait Source: Send + Sync {
    /// How many bytes there are, at this moment.
    ///
    /// # Errors
    /// [`crate::error::Kind::Io`] where the system cannot say.
    fn len(&self) -> Result<u64>;

    /// Whether there is nothing at all.
    ///
    /// # Errors
    /// As [`Source::len`].
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills `buf` with the bytes from `offset` on, as far as there are any, and says how many: fewer
    /// than asked only at the end. Never allocates.
    ///
    /// # Errors
    /// [`crate::error::Kind::Io`] where the system fails.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize>;

    /// As [`Source::read_at`], but only if nothing has to be waited for, such as a disk; None where
    /// something has. What was read by then is lost.
    ///
    /// # Errors
    /// As [`Source::read_at`].
    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        self.read_at(offset, buf).map(Some)
    }

    /// All bytes at once, where the source is memory that can be read in place.
    fn bytes(&self) -> Option<Bytes<'_>> {
        None
    }
}

/// Fills `buf` with the bytes from `offset` on, as far as there are any, and says how many; with
/// `cached`, without waiting for them.
///
/// # Errors
/// [`Kind::Io`] from the source; with `cached`, [`Kind::Uncached`].
pub(crate) fn read_some(
    source: &dyn Source,
    offset: u64,
    buf: &mut [u8],
    cached: bool,
) -> Result<usize> {
    if !cached {
        return source.read_at(offset, buf);
    }
    let got = source.read_cached_at(offset, buf)?;
    got.ok_or_else(|| Error::new(Kind::Uncached, "not in the page cache"))
}

/// Where a source ends that has no byte at `end`: there, or before.
pub(crate) fn end_within(source: &dyn Source, end: u64) -> u64 {
    source.len().map_or(end, |len| len.min(end))
}
