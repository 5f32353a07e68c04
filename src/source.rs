//! Where bytes come from. A source knows spans of bytes, nothing of SEG-Y.

use std::io;

use crate::error::{Kind, Result};
use crate::out::Bytes;

pub(crate) mod file;
#[forbid(unsafe_code)]
pub(crate) mod joined;
pub(crate) mod map;
pub(crate) mod memory;
#[forbid(unsafe_code)]
pub(crate) mod padded;
#[forbid(unsafe_code)]
pub(crate) mod pairs;
#[forbid(unsafe_code)]
mod recalled;

pub use file::{FileSource, Stamp};
pub(crate) use joined::JoinedSource;
pub use map::MapSource;
pub use memory::MemorySource;
pub(crate) use padded::PaddedSource;
pub(crate) use pairs::{Blocks, PairsSource};
pub(crate) use recalled::Recalled;

/// A file, a map, memory: anything that gives bytes at a place.
///
/// One handle serves many threads at once: reading has no position. A read of a source that panics
/// panics.
pub trait Source: Send + Sync {
    /// How many bytes there are, at this moment.
    ///
    /// # Errors
    /// `Class::Io` where the system cannot say.
    fn len(&self) -> Result<u64>;

    /// Whether there is nothing at all.
    ///
    /// # Errors
    /// As [`Source::len`].
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills `buf` with the bytes from `offset` on, as far as there are any, and says how many: fewer
    /// than asked only at the end. Never allocates. [`fill`] makes this of reads that may be short.
    ///
    /// # Errors
    /// `Class::Io` where the system fails.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize>;

    /// As [`Source::read_at`], but only if nothing has to be waited for, such as a disk; None where
    /// something has. What was read by then is lost.
    ///
    /// # Errors
    /// As [`Source::read_at`].
    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        self.read_at(offset, buf).map(Some)
    }

    /// All bytes at once, where the source is memory that can be read in place: always, or never.
    fn bytes(&self) -> Option<Bytes<'_>> {
        None
    }

    /// Whether several threads at once read faster than one. Where not, a reader keeps to the thread
    /// that asks it.
    fn is_parallel(&self) -> bool {
        true
    }

    /// The file that it is, where it was opened by its path.
    fn stamp(&self) -> Option<&Stamp> {
        None
    }

    /// Where several files are one: the name of the file whose byte is at `offset`, and the offset
    /// there, or where that file ends, if before.
    fn file_at(&self, offset: u64) -> Option<(&str, u64)> {
        let _ = offset;
        None
    }

    /// Where bytes that end at `offset` here end in the file, where that is not the same, as where
    /// something is put between them.
    fn stored_at(&self, offset: u64) -> u64 {
        offset
    }
}

/// Fills `buf` with the bytes from `offset` on, as far as there are any, and says how many; with
/// `cached`, without waiting for them.
///
/// # Errors
/// `Class::Io` from the source; with `cached`, `Class::Uncached`.
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
    got.ok_or_else(|| Kind::Uncached.into())
}

/// Where a source ends that has no byte at `end`: there, or before.
pub(crate) fn end_within(source: &dyn Source, end: u64) -> u64 {
    source.len().map_or(end, |len| len.min(end))
}

/// Reads until `buf` is full or there is nothing more, and says how many bytes there were: `read` gives
/// some bytes from a place on, 0 at the end. After a short read or an interruption it is asked again.
///
/// ```
/// use segbuf::source::fill;
/// // At most three bytes at a time, as a network might give them.
/// let file = b"the file";
/// let mut buf = [0; 6];
/// let n = fill(&mut buf, 4, |offset, buf| {
///     let rest = &file[offset as usize..];
///     let n = rest.len().min(buf.len()).min(3);
///     buf[..n].copy_from_slice(&rest[..n]);
///     Ok(n)
/// })?;
/// assert_eq!(&buf[..n], b"file");
/// # std::io::Result::Ok(())
/// ```
///
/// # Errors
/// What `read` fails with, but for [`io::ErrorKind::Interrupted`].
pub fn fill(
    buf: &mut [u8],
    offset: u64,
    mut read: impl FnMut(u64, &mut [u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    let mut done = 0;
    while done < buf.len() {
        match read(offset.saturating_add(done as u64), &mut buf[done..]) {
            Ok(0) => break,
            Ok(n) => done += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(done)
}
