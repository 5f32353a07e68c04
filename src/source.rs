//! Where bytes come from: files, maps, memory, Python objects. A source knows nothing of SEG-Y.

use std::io;

use crate::error::{Kind, Result};
use crate::out::Bytes;

pub(crate) mod file;
pub(crate) mod joined;
#[cfg(feature = "mmap")]
pub(crate) mod map;
pub(crate) mod memory;
pub(crate) mod padded;
pub(crate) mod pairs;
mod recalled;

pub use file::{FileSource, Stamp};
pub(crate) use joined::JoinedSource;
#[cfg(feature = "mmap")]
pub use map::MapSource;
pub use memory::MemorySource;
pub(crate) use padded::PaddedSource;
pub(crate) use pairs::{Blocks, PairsSource};
pub(crate) use recalled::Recalled;

/// A sequence of bytes that can be read at any offset: a file, a map, memory.
///
/// Reads have no position, so that one source serves many threads at once. A panic of a source passes
/// through the reader.
pub trait Source: Send + Sync {
    /// Returns the current number of bytes.
    ///
    /// # Errors
    /// `Class::Io` if the system reports an error.
    fn len(&self) -> Result<u64>;

    /// Whether the source has no bytes.
    ///
    /// # Errors
    /// As [`Source::len`].
    fn is_empty(&self) -> Result<bool> {
        Ok(self.len()? == 0)
    }

    /// Fills `buf` with the bytes from `offset` on and returns their number, which is less than the length
    /// of `buf` only at the end of the source. Never allocates. [`fill`] builds this on reads that may be
    /// short.
    ///
    /// # Errors
    /// `Class::Io` if the system reports an error.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize>;

    /// Fills several spans, in any order or all at once, and sets [`Span::filled`] of each. The default,
    /// which never allocates, reads one span after the other. A source with a long latency should start
    /// all requests before it waits for the first.
    ///
    /// ```
    /// use segbuf::source::{MemorySource, Source, Span};
    /// let source = MemorySource::new(b"one two three");
    /// let (mut one, mut three) = ([0; 3], [0; 9]);
    /// let mut spans = [Span::new(0, &mut one), Span::new(8, &mut three)];
    /// source.read_spans(&mut spans)?;
    /// assert_eq!(spans.map(|span| span.filled), [3, 5]);
    /// assert_eq!((&one, &three[..5]), (b"one", &b"three"[..]));
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Source::read_at`]. The first span that is not filled is the one that failed.
    fn read_spans(&self, spans: &mut [Span<'_>]) -> Result<()> {
        for span in spans {
            span.filled = self.read_at(span.offset, span.bytes)?;
        }
        Ok(())
    }

    /// Returns what a request costs, from which reads are planned: see [`Cost`].
    fn cost(&self) -> Cost {
        Cost::default()
    }

    /// As [`Source::read_at`], but returns None if it would have to wait, for example for a disk. The
    /// contents of `buf` are then unspecified.
    ///
    /// # Errors
    /// As [`Source::read_at`].
    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        self.read_at(offset, buf).map(Some)
    }

    /// Returns all bytes if the source is memory that can be read in place. A source returns either always
    /// `Some` or always None.
    fn bytes(&self) -> Option<Bytes<'_>> {
        None
    }

    /// Whether several threads read faster than one. If not, a reader uses the calling thread only.
    fn is_parallel(&self) -> bool {
        true
    }

    /// Returns path and modification time of a file that was opened by its path.
    fn stamp(&self) -> Option<&Stamp> {
        None
    }

    /// For several files joined to one source: returns the name of the file that contains `offset`, and
    /// the offset in that file (at most its length).
    fn file_at(&self, offset: u64) -> Option<(&str, u64)> {
        let _ = offset;
        None
    }

    /// Returns the offset in the underlying file of a position of this source. They differ for a source
    /// that inserts bytes, such as padding.
    fn stored_at(&self, offset: u64) -> u64 {
        offset
    }
}

/// A request: consecutive bytes of a source, and the memory that receives them.
#[derive(Debug, Default)]
pub struct Span<'a> {
    /// Offset of the first byte, from 0.
    pub offset: u64,
    /// The memory to fill.
    pub bytes: &'a mut [u8],
    /// Number of bytes that the source has filled: fewer than all only at the end of the source.
    pub filled: usize,
}

impl<'a> Span<'a> {
    /// Creates a request of which no byte is filled.
    #[must_use]
    pub fn new(offset: u64, bytes: &'a mut [u8]) -> Span<'a> {
        Span { offset, bytes, filled: 0 }
    }
}

/// What a request to a source costs. Reads are merged and split into requests accordingly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Bytes whose reading costs as much as one more request: smaller gaps between wanted bytes are read.
    pub gap: u64,
    /// Maximum number of bytes of a request.
    pub part: u64,
    /// Number of requests that the source works on at a time.
    pub concurrency: usize,
}

impl Cost {
    /// Creates a cost: a request costs as much as reading `gap` bytes and reads at most `part` bytes;
    /// `concurrency` requests run at a time, where 0 means 1. A `part` of less than 4 KiB means 4 KiB.
    #[must_use]
    pub fn new(gap: u64, part: u64, concurrency: usize) -> Cost {
        Cost { gap, part: part.max(4 << 10), concurrency: concurrency.max(1) }
    }

    /// The cost of a source that consists of several.
    fn of_all(costs: impl Iterator<Item = Cost>) -> Option<Cost> {
        costs.reduce(|a, b| Cost {
            gap: a.gap.max(b.gap),
            part: a.part.max(b.part),
            concurrency: a.concurrency.max(b.concurrency),
        })
    }
}

impl Default for Cost {
    /// The cost of an unknown source: a gap of 64 KiB, parts of 8 MiB, one request at a time.
    fn default() -> Self {
        Cost::new(64 << 10, 8 << 20, 1)
    }
}

/// Fills spans; with `cached`, only with bytes that are available without waiting.
///
/// # Errors
/// `Class::Io` from the source; with `cached`, `Class::Uncached`.
pub(crate) fn read_spans(source: &dyn Source, spans: &mut [Span<'_>], cached: bool) -> Result<()> {
    if !cached {
        return source.read_spans(spans);
    }
    for span in spans {
        span.filled = read_some(source, span.offset, span.bytes, true)?;
    }
    Ok(())
}

/// Fills `buf` with the bytes from `offset` on and returns their number, which is less than the length of
/// `buf` only at the end; with `cached`, only with bytes that are available without waiting.
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

/// The end of a source that has no byte at `end`: `end` or an earlier offset.
pub(crate) fn end_within(source: &dyn Source, end: u64) -> u64 {
    source.len().map_or(end, |len| len.min(end))
}

/// Reads until `buf` is full or the source ends, and returns the number of bytes. `read` reads some bytes
/// from an offset on and returns their number, 0 at the end; it is called again after a short read or an
/// interruption.
///
/// ```
/// use segbuf::source::fill;
/// // At most three bytes at a time, as from a network.
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
/// The error of `read`, unless it is [`io::ErrorKind::Interrupted`].
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
