//! The headers of a trace.

use std::sync::Arc;

use super::Reader;
use crate::error::Result;
use crate::header::TraceHeader;
use crate::parallel::Running;
use crate::read::headers;

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
        self.header_with(trace, Running::default())
    }

    /// [`Reader::header`], which may refuse to wait.
    ///
    /// # Errors
    /// As [`Reader::header`]; `Class::Uncached` where `running` says not to wait.
    pub fn header_with(&self, trace: u64, running: Running<'_>) -> Result<TraceHeader> {
        self.check_trace(trace)?;
        let layout = &self.facts.layout;
        let len = self.lengths().map_or(layout.header_len, |lengths| lengths.headers(trace));
        let bytes = headers::headers(&*self.source, layout, trace, len, running.cached)?;
        TraceHeader::new(bytes, self.facts.layout.endian, Arc::clone(&self.schema))
    }
}
