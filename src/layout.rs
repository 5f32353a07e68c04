//! File arithmetic: where every trace, header and sample lies. Checked once, then plain.

use std::path::Path;

use crate::error::{Error, Kind, Result};
use crate::format::{Endian, Format};
use crate::source::{Source, end_within};

/// The length of the standard trace header, in bytes.
pub(crate) const TRACE_HEADER: u64 = 240;

/// Where things are in a file whose traces all have the same length.
///
/// Every product below was checked when the layout was made, so the methods need no checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// Byte offset of the first trace header, counted from 0.
    pub first_trace: u64,
    /// Bytes of headers before the samples of each trace: 240 and 240 for each additional header.
    pub header_len: u64,
    /// Samples in each trace.
    pub n_samples: u64,
    /// Whole traces in the file.
    pub n_traces: u64,
    /// How samples stand in the file.
    pub format: Format,
    /// Byte order of headers.
    pub endian: Endian,
    /// Byte order of samples: that of headers, but in files that mix them.
    pub sample_endian: Endian,
}

impl Layout {
    /// The layout of `n_traces` traces from `first_trace` on, with samples in the byte order of headers.
    ///
    /// # Errors
    /// `Class::Format` where the end of the last trace would not fit 63 bits.
    pub fn new(
        first_trace: u64,
        additional_headers: u64,
        n_samples: u64,
        n_traces: u64,
        format: Format,
        endian: Endian,
    ) -> Result<Layout> {
        let end = || {
            let header = additional_headers.checked_add(1)?.checked_mul(TRACE_HEADER)?;
            let trace = n_samples.checked_mul(format.width() as u64)?.checked_add(header)?;
            let end = trace.checked_mul(n_traces)?.checked_add(first_trace)?;
            i64::try_from(end).ok().map(|_| header)
        };
        let Some(header_len) = end() else {
            return Err(Kind::SizeOverflow {
                what: format!("{n_traces} traces of {n_samples} samples"),
            }
            .into());
        };
        let sample_endian = endian;
        Ok(Layout { first_trace, header_len, n_samples, n_traces, format, endian, sample_endian })
    }

    /// Bytes of samples in each trace.
    #[must_use]
    pub fn samples_len(&self) -> u64 {
        self.n_samples * self.format.width() as u64
    }

    /// Bytes of a trace: headers and samples. Never 0.
    #[must_use]
    pub fn trace_len(&self) -> u64 {
        self.header_len + self.samples_len()
    }

    /// Byte offset of the header of trace `i`, counted from 0.
    #[must_use]
    pub fn header_offset(&self, i: u64) -> u64 {
        self.first_trace + i * self.trace_len()
    }

    /// Byte offset of the first sample of trace `i`, counted from 0.
    #[must_use]
    pub fn samples_offset(&self, i: u64) -> u64 {
        self.header_offset(i) + self.header_len
    }

    /// The error for a source without a byte at `end`, within trace `i`, though it was longer once. Of
    /// several files it names the one, and its own bytes.
    pub(crate) fn ended(&self, source: &dyn Source, i: u64, end: u64) -> Error {
        let end = end_within(source, end);
        let (here, whole) = (source.stored_at(end), source.stored_at(self.header_offset(i + 1)));
        let left = whole.saturating_sub(here);
        let (path, have) = match source.file_at(end) {
            Some((file, end)) => (Some(file), end),
            None => (None, here),
        };
        let want = have.saturating_add(left);
        let kind = Kind::FileShrunk { within: "trace", want, have };
        let error = Error::from(kind).trace(i).byte(have);
        path.map_or(error.clone(), |file| error.path(Path::new(file)))
    }
}
