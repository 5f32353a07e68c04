//! The headers of a trace.

use std::sync::Arc;

use super::Reader;
use crate::error::{Error, Kind, Result};
use crate::header::TraceHeader;
use crate::parallel::Running;
use crate::read::headers;
use crate::source::{PairsSource, Source};

impl Reader {
    /// The headers of a trace.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// assert_eq!(file.header(7)?.get("crossline")?.as_i64(), Some(1103));
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `Class::Index` past the last trace; `Class::Io`, `Class::Format` from reading.
    pub fn header(&self, trace: u64) -> Result<TraceHeader> {
        let len = usize::try_from(self.header_len(trace)?).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(len).map_err(|_| {
            Error::from(Kind::NoMemory { what: format!("{len} bytes of headers") }).trace(trace)
        })?;
        bytes.resize(len, 0);
        self.read_header_into(trace, &mut bytes, Running::default())?;
        TraceHeader::new(bytes, self.facts.layout.endian, Arc::clone(&self.schema))
    }

    /// The size of the headers of a trace in bytes.
    ///
    /// # Errors
    /// `Class::Index` past the last trace.
    pub(crate) fn header_len(&self, trace: u64) -> Result<u64> {
        self.check_trace(trace)?;
        let len = self.facts.layout.header_len;
        Ok(self.lengths().map_or(len, |lengths| lengths.headers(trace)))
    }

    /// Reads the first bytes of the headers of a trace.
    ///
    /// # Errors
    /// As [`Reader::header`]; `Class::Uncached` where `running` says not to wait.
    pub(crate) fn read_header_into(
        &self,
        trace: u64,
        bytes: &mut [u8],
        running: Running<'_>,
    ) -> Result<()> {
        self.check_trace(trace)?;
        let (layout, cached) = (&self.facts.layout, running.cached);
        headers::read_exact(
            &*self.source,
            layout,
            layout.header_offset(trace),
            bytes,
            trace,
            cached,
        )
    }

    /// Returns the bytes of a trace as stored in the file: its headers and its samples.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let bytes = file.trace_bytes(7)?;
    /// assert_eq!(bytes.len(), 240 + 4 * 16);
    /// assert_eq!(&bytes[..240], file.header(7)?.bytes());
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `Class::Index` past the last trace; `Class::Memory` if there is none for the bytes; `Class::Io`,
    /// `Class::Format` from reading.
    pub fn trace_bytes(&self, trace: u64) -> Result<Vec<u8>> {
        let samples = self.samples_of(trace)?;
        let layout = &self.facts.layout;
        let head = self.lengths().map_or(layout.header_len, |lengths| lengths.headers(trace));
        let len = head.saturating_add(samples.saturating_mul(layout.format.width() as u64));
        let len = usize::try_from(len).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(len).is_err() {
            return Err(Kind::NoMemory { what: format!("a trace of {len} bytes") }.into());
        }
        bytes.resize(len, 0);
        // The source shows swapped pairs of bytes in the usual order; swapping them again restores them.
        let source: Box<dyn Source + '_> = Box::new(Same(&*self.source));
        let source = match self.facts.swapped() {
            Some(blocks) => Box::new(PairsSource::new(source, blocks)),
            None => source,
        };
        let (head, body) = bytes.split_at_mut(head as usize);
        let start = layout.header_offset(trace);
        // Where headers differ in number, the source shows all with those of the longest.
        for (offset, part) in [(start, head), (start + layout.header_len, body)] {
            headers::read_exact(&*source, layout, offset, part, trace, false)?;
        }
        Ok(bytes)
    }
}

/// A source that is borrowed.
struct Same<'a>(&'a dyn Source);

impl Source for Same<'_> {
    fn len(&self) -> Result<u64> {
        self.0.len()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        self.0.read_at(offset, buf)
    }

    fn file_at(&self, offset: u64) -> Option<(&str, u64)> {
        self.0.file_at(offset)
    }

    fn stored_at(&self, offset: u64) -> u64 {
        self.0.stored_at(offset)
    }
}
