//! Where bytes come from. A source knows spans of bytes, nothing of SEG-Y.

use std::io;

use crate::error::{Kind, Result};
use crate::out::Bytes;

pub(crate) mod file;
pub(crate) mod joined;
pub(crate) mod map;
pub(crate) mod memory;
pub(crate) mod padded;
pub(crate) mod pairs;
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

    /// Fills several spans, in any order or all at once, and sets [`Span::filled`] of each. A reader
    /// gives what it can use together, so a source that answers slowly asks for all of it before it
    /// waits for any; others read one span after the other, which is the default. Never allocates by
    /// default.
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
    /// As [`Source::read_at`]; the first span that is not filled is where it failed.
    fn read_spans(&self, spans: &mut [Span<'_>]) -> Result<()> {
        for span in spans {
            span.filled = self.read_at(span.offset, span.bytes)?;
        }
        Ok(())
    }

    /// What a request costs, by which reads are planned: see [`Cost`].
    fn cost(&self) -> Cost {
        Cost::default()
    }

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

/// One request: bytes of a source from an offset on, and the memory for them.
#[derive(Debug, Default)]
pub struct Span<'a> {
    /// The first byte, counted from 0.
    pub offset: u64,
    /// Where the bytes go.
    pub bytes: &'a mut [u8],
    /// How many of them the source has put there: all, or fewer at its end.
    pub filled: usize,
}

impl<'a> Span<'a> {
    /// A request that is not answered yet.
    #[must_use]
    pub fn new(offset: u64, bytes: &'a mut [u8]) -> Span<'a> {
        Span { offset, bytes, filled: 0 }
    }
}

/// What a request to a source costs. It decides how a read is cut into requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Cost {
    /// Unwanted bytes that are read rather than make one more request.
    pub gap: u64,
    /// The most bytes of one request.
    pub part: u64,
    /// How many requests are answered at a time.
    pub concurrency: usize,
}

impl Cost {
    /// A request costs as much as reading `gap` bytes, and brings at most `part` bytes; `concurrency`
    /// of them are answered at a time. A `part` or `concurrency` of 0 counts as 1.
    #[must_use]
    pub fn new(gap: u64, part: u64, concurrency: usize) -> Cost {
        Cost { gap, part: part.max(1), concurrency: concurrency.max(1) }
    }

    /// The cost of sources that are parts of one.
    fn of_all(costs: impl Iterator<Item = Cost>) -> Option<Cost> {
        costs.reduce(|a, b| Cost {
            gap: a.gap.max(b.gap),
            part: a.part.max(b.part),
            concurrency: a.concurrency.max(b.concurrency),
        })
    }
}

impl Default for Cost {
    /// That of a source of which nothing is known: 64 KiB, 8 MiB, one at a time.
    fn default() -> Self {
        Cost::new(64 << 10, 8 << 20, 1)
    }
}

/// Fills spans; with `cached`, without waiting for them.
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
