//! Traces of different lengths, padded to one length.

use std::sync::Arc;

use super::{Cost, Source, Span, Stamp};
use crate::error::{Kind, Result};
use crate::lengths::Records;

/// Number of spans that are read at a time.
const ROUND: usize = 64;

/// A source in which the records of another one have the same length: zeros follow the shorter heads and
/// bodies. Bytes before the first record keep their offset; bytes after the last record follow it. Never
/// read in place.
///
/// ```
/// use std::sync::Arc;
/// use segbuf::internals::Records;
/// use segbuf::source::{MemorySource, Source};
/// use segbuf::internals::PaddedSource;
/// let mut records = Records::new(2);
/// records.push(1, 3)?;
/// records.push(1, 1)?;
/// let source = Box::new(MemorySource::new(b"::AaaaBb!"));
/// let padded = PaddedSource::new(source, Arc::new(records), 1, 4)?;
/// let mut buf = [0; 13];
/// assert_eq!(padded.read_at(0, &mut buf)?, 13);
/// assert_eq!(&buf, b"::Aaaa\0Bb\0\0\0!");
/// assert_eq!(padded.stored_at(8), 7);
/// # segbuf::Result::Ok(())
/// ```
pub struct PaddedSource<'a> {
    source: Box<dyn Source + 'a>,
    records: Arc<Records>,
    /// Length of every head, and of every body.
    head: u64,
    body: u64,
    /// End of the last record.
    end: u64,
}

impl<'a> PaddedSource<'a> {
    /// Pads heads and bodies to these lengths.
    ///
    /// # Errors
    /// `Class::Value` if some are longer; `Class::Format` if the end of the last record would not fit
    /// 63 bits.
    pub fn new(
        source: Box<dyn Source + 'a>,
        records: Arc<Records>,
        head: u64,
        body: u64,
    ) -> Result<PaddedSource<'a>> {
        let (longest_head, longest_body) = records.longest();
        if head < longest_head || body < longest_body {
            return Err(Kind::RecordsTooLong {
                want: [longest_head, longest_body],
                have: [head, body],
            }
            .into());
        }
        let end = head
            .checked_add(body)
            .and_then(|one| one.checked_mul(records.len() as u64))
            .and_then(|all| all.checked_add(records.first()))
            .filter(|end| i64::try_from(*end).is_ok());
        let Some(end) = end else {
            return Err(Kind::SizeOverflow {
                what: format!("{} traces of {body} bytes of samples", records.len()),
            }
            .into());
        };
        Ok(PaddedSource { source, records, head, body, end })
    }

    fn record_len(&self) -> u64 {
        self.head + self.body
    }

    /// The first offset of this source whose byte is at or after `at` in the other source: the reverse
    /// of [`Source::stored_at`].
    fn shown_at(&self, at: u64) -> u64 {
        let records = &self.records;
        if at < records.first() {
            return at;
        }
        if at >= records.end() {
            return self.end.saturating_add(at - records.end());
        }
        let i = records.ends.partition_point(|end| *end <= at);
        let (within, head) = (at - records.start(i), records.head(i));
        let start = records.first() + i as u64 * self.record_len();
        start + if within < head { within } else { self.head + (within - head) }
    }

    /// Reads the stored bytes and moves each to its offset.
    fn read(
        &self,
        offset: u64,
        buf: &mut [u8],
        read: impl FnOnce(u64, &mut [u8]) -> Result<Option<usize>>,
    ) -> Result<Option<usize>> {
        let (from, wanted) = self.stored(offset, buf.len());
        let Some(got) = read(from, &mut buf[..wanted])? else { return Ok(None) };
        self.settle(offset, got, buf).map(Some)
    }

    /// Offset and number of the stored bytes for `len` bytes of this source: `len` or fewer.
    fn stored(&self, offset: u64, len: usize) -> (u64, usize) {
        let from = self.stored_at(offset);
        (from, (self.stored_at(offset.saturating_add(len as u64)) - from) as usize)
    }

    /// Moves stored bytes from the beginning of `buf` to their offsets. Returns how many bytes of `buf` are
    /// then filled.
    fn settle(&self, offset: u64, got: usize, buf: &mut [u8]) -> Result<usize> {
        let (from, wanted) = self.stored(offset, buf.len());
        // The source may have become shorter since its length was read.
        let ended = if got < wanted { self.shown_at(from + got as u64) } else { u64::MAX };
        let shown = match got {
            // The bytes may begin with padding, which exists if the bytes before it do.
            0 => self.len()?.min(ended),
            _ => ended,
        };
        let done = shown.saturating_sub(offset).min(buf.len() as u64) as usize;
        self.spread(offset, from, &mut buf[..done]);
        Ok(done)
    }

    /// Moves the stored bytes at the beginning of `buf`, which begin at `from` in the other source, to
    /// their offsets, the last first, and writes zeros between them.
    fn spread(&self, offset: u64, from: u64, buf: &mut [u8]) {
        let (first, len) = (self.records.first(), self.record_len());
        let end = offset + buf.len() as u64;
        let mut place = |start: u64, held: u64, room: u64| {
            // The part of the stretch that is in `buf`, and how much of it is stored.
            let (low, high) = (start.max(offset), (start + room).min(end));
            if low >= high {
                return;
            }
            let held = (start + held).clamp(low, high);
            let to = (low - offset) as usize;
            let n = (held - low) as usize;
            if n > 0 {
                let at = (self.stored_at(low) - from) as usize;
                if at != to {
                    buf.copy_within(at..at + n, to);
                }
            }
            buf[to + n..(high - offset) as usize].fill(0);
        };
        if end > self.end {
            place(self.end, end - self.end, end - self.end);
        }
        let low = offset.max(first);
        if low >= end.min(self.end) || len == 0 {
            return;
        }
        let last = (end.min(self.end) - 1 - first) / len;
        for i in (((low - first) / len)..=last).rev() {
            let start = first + i * len;
            let record = i as usize;
            place(start + self.head, self.records.body(record), self.body);
            place(start, self.records.head(record), self.head);
        }
    }
}

impl Source for PaddedSource<'_> {
    fn len(&self) -> Result<u64> {
        Ok(self.shown_at(self.source.len()?))
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let read = |from, buf: &mut [u8]| self.source.read_at(from, buf).map(Some);
        Ok(self.read(offset, buf, read)?.unwrap_or(0))
    }

    fn read_spans(&self, spans: &mut [Span<'_>]) -> Result<()> {
        for spans in spans.chunks_mut(ROUND) {
            let n = spans.len();
            let mut stored: [Span<'_>; ROUND] = std::array::from_fn(|_| Span::default());
            for (stored, span) in stored.iter_mut().zip(&mut *spans) {
                let (from, wanted) = self.stored(span.offset, span.bytes.len());
                *stored = Span::new(from, &mut span.bytes[..wanted]);
            }
            self.source.read_spans(&mut stored[..n])?;
            let got = stored.map(|span| span.filled);
            for (span, got) in spans.iter_mut().zip(got) {
                span.filled = self.settle(span.offset, got, span.bytes)?;
            }
        }
        Ok(())
    }

    fn cost(&self) -> Cost {
        self.source.cost()
    }

    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        self.read(offset, buf, |from, buf| self.source.read_cached_at(from, buf))
    }

    fn is_parallel(&self) -> bool {
        self.source.is_parallel()
    }

    fn stamp(&self) -> Option<&Stamp> {
        self.source.stamp()
    }

    fn file_at(&self, offset: u64) -> Option<(&str, u64)> {
        self.source.file_at(self.stored_at(offset))
    }

    fn stored_at(&self, offset: u64) -> u64 {
        let records = &self.records;
        if offset <= records.first() {
            return offset;
        }
        if offset >= self.end {
            return records.end().saturating_add(offset - self.end);
        }
        let i = ((offset - records.first()) / self.record_len()) as usize;
        let within = (offset - records.first()) % self.record_len();
        let (start, head, body) = (records.start(i), records.head(i), records.body(i));
        start
            + match within.checked_sub(self.head) {
                Some(within) => head + within.min(body),
                None => within.min(head),
            }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Class;
    use crate::source::MemorySource;

    /// A file of records as it is, and with all of them as long as each other.
    fn both(records: &[(u32, u64)], before: u64, behind: u64, more: u64) -> (Vec<u8>, Vec<u8>) {
        let mut byte = 0u8;
        let mut some = |n: u64| -> Vec<u8> {
            (0..n)
                .map(|_| {
                    byte = byte.wrapping_mul(7).wrapping_add(13) | 1;
                    byte
                })
                .collect()
        };
        let head = records.iter().map(|r| u64::from(r.0)).max().unwrap_or(0) + more;
        let body = records.iter().map(|r| r.1).max().unwrap_or(0) + more;
        let (mut file, mut padded) = (Vec::new(), Vec::new());
        let mut add = |bytes: Vec<u8>, len: u64| {
            padded.extend(&bytes);
            padded.resize(padded.len() + len as usize - bytes.len(), 0);
            file.extend(bytes);
        };
        add(some(before), before);
        for &(h, b) in records {
            add(some(h.into()), head);
            add(some(b), body);
        }
        add(some(behind), behind);
        (file, padded)
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..<_>::default() })]

        #[test]
        fn it_is_the_file_with_zeros_between(
            list in prop::collection::vec((0u32..6, 0u64..9), 0..12),
            (before, behind, more) in (0u64..5, 0u64..5, 0u64..3),
            cut in 0usize..60,
            reads in prop::collection::vec((0u64..250, 0usize..120), 1..20),
        ) {
            let (mut file, padded) = both(&list, before, behind, more);
            let mut records = Records::new(before);
            for &(head, body) in &list {
                records.push(head, body).unwrap();
            }
            let (head, body) = records.longest();
            let places: Vec<(u64, u64)> =
                (0..list.len()).map(|i| (records.head(i), records.body(i))).collect();
            let want: Vec<(u64, u64)> = list.iter().map(|r| (r.0.into(), r.1)).collect();
            prop_assert_eq!(places, want);
            let whole = file.len();
            file.truncate(whole.saturating_sub(cut));
            let short = file.len() < whole;
            let records = Arc::new(records);
            let source = Box::new(MemorySource::new(file.clone()));
            let source = PaddedSource::new(source, records, head + more, body + more).unwrap();
            let len = source.len().unwrap() as usize;
            prop_assert!(len == padded.len() || short);
            for (offset, n) in reads {
                let mut buf = vec![0xEE; n];
                let got = source.read_at(offset, &mut buf).unwrap();
                let start = (offset as usize).min(len);
                let there = (len - start).min(n);
                prop_assert_eq!(got, there, "from {} of {}", offset, len);
                prop_assert_eq!(&buf[..got], &padded[start..start + got]);
                // Every byte that is no padding is the one that is stored where it says.
                for (at, byte) in padded.iter().enumerate().skip(start).take(got) {
                    let stored = source.stored_at(at as u64);
                    let shown = source.shown_at(stored) == at as u64;
                    prop_assert_eq!(*byte, if shown { file[stored as usize] } else { 0 });
                }
            }
        }
    }

    /// A source that has become shorter, and says it has not.
    struct Shrunk(MemorySource, u64);

    impl Source for Shrunk {
        fn len(&self) -> Result<u64> {
            Ok(self.1)
        }

        fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
            self.0.read_at(offset, buf)
        }
    }

    #[test]
    fn bytes_that_are_gone_are_not_made_up() {
        let mut records = Records::new(1);
        [3, 2, 0, 4].into_iter().for_each(|body| records.push(1, body).unwrap());
        let (whole, records) = (records.end(), Arc::new(records));
        for left in 0..whole {
            let memory = MemorySource::new(vec![7; left as usize]);
            let source = Box::new(Shrunk(memory, whole));
            let source = PaddedSource::new(source, Arc::clone(&records), 1, 4).unwrap();
            for (offset, n) in
                (0..21).flat_map(|offset| (0..=21 - offset).map(move |n| (offset, n)))
            {
                let mut buf = vec![0xEE; n as usize];
                let got = source.read_at(offset, &mut buf).unwrap() as u64;
                for at in offset..offset + got {
                    let stored = source.stored_at(at);
                    let is_padding = source.shown_at(stored) != at;
                    assert!(is_padding || stored < left, "{left} bytes, {n} from {offset}: {got}");
                    assert_eq!(buf[(at - offset) as usize], if is_padding { 0 } else { 7 });
                }
            }
        }
    }

    #[test]
    fn records_end_within_all_files() {
        let mut records = Records::new(3600);
        assert_eq!(records.push(240, u64::MAX).unwrap_err().class(), Class::Format);
        records.push(240, 1 << 62).unwrap();
        records.push(240, 0).unwrap();
        records.push(240, 0).unwrap();
        assert_eq!((records.len(), records.head(2), records.end()), (3, 240, 4320 + (1 << 62)));
        let records = Arc::new(records);
        let memory = || Box::new(MemorySource::new([0u8; 10]));
        let e = PaddedSource::new(memory(), Arc::clone(&records), 240, 1 << 62).err().unwrap();
        assert_eq!(e.class(), Class::Format);
        let e = PaddedSource::new(memory(), records, 240, 1 << 60).err().unwrap();
        assert_eq!(e.class(), Class::Value);
    }
}
