//! Parts of several sources joined to one source.

use std::ops::Range;

use super::{Cost, Source, Span, end_within};
use crate::error::{Kind, Result};

/// Parts of several sources as one source, in the order of the calls of [`JoinedSource::push`].
///
/// Its length is the sum of the parts' lengths. A read ends where a source has become shorter. It can be
/// read in parallel if all of them can, and never in place.
///
/// ```
/// use segbuf::internals::JoinedSource;
/// use segbuf::source::{MemorySource, Source};
/// let mut joined = JoinedSource::default();
/// joined.push("a", Box::new(MemorySource::new(b"hello, all")), 0..7)?;
/// joined.push("b", Box::new(MemorySource::new(b"the world")), 4..9)?;
/// let mut buf = [0; 12];
/// assert_eq!(joined.read_at(0, &mut buf)?, 12);
/// assert_eq!(&buf, b"hello, world");
/// assert_eq!(joined.file_at(8), Some(("b", 5)));
/// # segbuf::Result::Ok(())
/// ```
#[derive(Default)]
pub struct JoinedSource {
    parts: Vec<Part>,
    len: u64,
}

struct Part {
    name: String,
    source: Box<dyn Source>,
    /// Offset of the part in its source.
    from: u64,
    /// Offset of the part in the joined source; it ends where the next one begins.
    start: u64,
}

impl JoinedSource {
    /// Appends bytes of a source. The name is for messages.
    ///
    /// # Errors
    /// `Class::Value` if the total exceeds the maximum size of a file.
    pub fn push(&mut self, name: &str, source: Box<dyn Source>, bytes: Range<u64>) -> Result<()> {
        let len = bytes.end.saturating_sub(bytes.start);
        let end = self.len.checked_add(len).filter(|end| i64::try_from(*end).is_ok());
        let Some(end) = end else {
            return Err(Kind::FilesTooLarge { lens: [self.len, len] }.into());
        };
        let part = Part { name: name.to_owned(), source, from: bytes.start, start: self.len };
        self.parts.push(part);
        self.len = end;
        Ok(())
    }

    /// The part that contains an offset, and its end; None past the end.
    fn part(&self, offset: u64) -> Option<(&Part, u64)> {
        if offset >= self.len {
            return None;
        }
        // Of parts with the same start, all but the last are empty.
        let next = self.parts.partition_point(|part| part.start <= offset);
        let end = self.parts.get(next).map_or(self.len, |part| part.start);
        Some((self.parts.get(next.checked_sub(1)?)?, end))
    }

    /// Reads part after part to the end of `buf` or of the source. None if `read` returns None.
    fn read(
        &self,
        offset: u64,
        buf: &mut [u8],
        read: impl Fn(&dyn Source, u64, &mut [u8]) -> Result<Option<usize>>,
    ) -> Result<Option<usize>> {
        let mut done = 0;
        while done < buf.len()
            && let at = offset.saturating_add(done as u64)
            && let Some((part, end)) = self.part(at)
        {
            let wanted = (end - at).min((buf.len() - done) as u64) as usize;
            let piece = &mut buf[done..done + wanted];
            let Some(got) = read(&*part.source, part.from + (at - part.start), piece)? else {
                return Ok(None);
            };
            done += got.min(wanted);
            if got < wanted {
                break;
            }
        }
        Ok(Some(done))
    }
}

impl Source for JoinedSource {
    fn len(&self) -> Result<u64> {
        Ok(self.len)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let read =
            |source: &dyn Source, offset, buf: &mut [u8]| source.read_at(offset, buf).map(Some);
        Ok(self.read(offset, buf, read)?.unwrap_or(0))
    }

    /// Consecutive spans in one part are one round of its source.
    fn read_spans(&self, mut spans: &mut [Span<'_>]) -> Result<()> {
        while let Some(first) = spans.first_mut() {
            let within = |span: &Span<'_>, (part, end): (&Part, u64)| {
                span.offset >= part.start
                    && span.offset.saturating_add(span.bytes.len() as u64) <= end
            };
            let Some((part, end)) = self.part(first.offset).filter(|part| within(first, *part))
            else {
                first.filled = self.read_at(first.offset, first.bytes)?;
                spans = &mut spans[1..];
                continue;
            };
            let n = spans.iter().take_while(|span| within(span, (part, end))).count();
            let (round, rest) = spans.split_at_mut(n);
            round.iter_mut().for_each(|span| span.offset = span.offset - part.start + part.from);
            let result = part.source.read_spans(round);
            round.iter_mut().for_each(|span| span.offset = span.offset - part.from + part.start);
            result?;
            spans = rest;
        }
        Ok(())
    }

    fn cost(&self) -> Cost {
        Cost::of_all(self.parts.iter().map(|part| part.source.cost())).unwrap_or_default()
    }

    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        self.read(offset, buf, |source, offset, buf| source.read_cached_at(offset, buf))
    }

    fn is_parallel(&self) -> bool {
        self.parts.iter().all(|part| part.source.is_parallel())
    }

    fn file_at(&self, offset: u64) -> Option<(&str, u64)> {
        let (part, _) = self.part(offset)?;
        let here = part.from + (offset - part.start);
        Some((&part.name, part.source.stored_at(end_within(&*part.source, here))))
    }
}
