//! What a conclusion is about, its value and where that comes from.

use std::path::PathBuf;

use super::{FileKind, Unit};
use crate::error::Error;
use crate::format::{ByteOrder, Format};
use crate::text::Encoding;

/// What a conclusion is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Topic {
    /// SEG-Y or Seismic Unix.
    Kind,
    /// The byte order of headers.
    ByteOrder,
    /// The byte order of samples.
    SampleOrder,
    /// The sample format.
    Format,
    /// The revision of the standard.
    Revision,
    /// The byte offset of the first trace.
    FirstTrace,
    /// The number of extended textual headers.
    ExtendedText,
    /// The number of additional headers of each trace.
    AdditionalHeaders,
    /// The number of samples of each trace.
    SampleCount,
    /// The number of bytes of a sample.
    SampleWidth,
    /// The number of traces.
    TraceCount,
    /// The data trailer.
    DataTrailer,
    /// The encoding of the textual header.
    TextEncoding,
    /// The encodings of the extended textual headers.
    ExtendedTextEncoding,
    /// The unit of the sample axis.
    Unit,
    /// The sample interval.
    Interval,
    /// The start of the sample axis of trace 0.
    Delay,
    /// The fields of trace headers.
    HeaderFields,
    /// The files that are read as one.
    Files,
    /// The survey index file.
    Index,
}

impl Topic {
    /// The name of the conclusion, such as `"byte order"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Topic::Kind => "kind",
            Topic::ByteOrder => "byte order",
            Topic::SampleOrder => "sample order",
            Topic::Format => "format",
            Topic::Revision => "revision",
            Topic::FirstTrace => "first trace",
            Topic::ExtendedText => "extended textual headers",
            Topic::AdditionalHeaders => "additional trace headers",
            Topic::SampleCount => "sample count",
            Topic::SampleWidth => "sample width",
            Topic::TraceCount => "trace count",
            Topic::DataTrailer => "data trailer",
            Topic::TextEncoding => "text encoding",
            Topic::ExtendedTextEncoding => "extended text encoding",
            Topic::Unit => "unit",
            Topic::Interval => "interval",
            Topic::Delay => "delay",
            Topic::HeaderFields => "trace header fields",
            Topic::Files => "files",
            Topic::Index => "index",
        }
    }
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Origin {
    /// An override of the caller.
    Override,
    /// The header word that the standard has for it.
    Declared,
    /// The header word of revision 2 that replaces that one.
    Extended,
    /// A word of revision 2 in a header of an older revision, or in the form of another one.
    NonStandard,
    /// The first trace header.
    Trace,
    /// The first additional header of the first trace.
    TraceExtended,
    /// Each trace header, for its trace.
    Each,
    /// A word of the first trace header that is not in the standard.
    Private,
    /// The content of the file.
    Detected,
    /// The usual value, although the header declares another.
    Default,
}

impl Origin {
    /// The name of the origin, such as `"override"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Origin::Override => "override",
            Origin::Declared => "declared",
            Origin::Extended => "extended",
            Origin::NonStandard => "non-standard",
            Origin::Trace => "trace",
            Origin::TraceExtended => "trace-extended",
            Origin::Each => "each-trace",
            Origin::Private => "private",
            Origin::Detected => "detected",
            Origin::Default => "default",
        }
    }
}

/// A value that was concluded, or could have been.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// SEG-Y or Seismic Unix.
    Kind(FileKind),
    /// A byte order.
    Order(ByteOrder),
    /// A sample format.
    Format(Format),
    /// A revision, major and minor.
    Revision((u8, u8)),
    /// A byte offset.
    Offset(u64),
    /// A number of things: the least and the most that a trace has.
    Count(u64, u64),
    /// A number of bytes.
    Bytes(u64),
    /// The byte offset of the data trailer; `None` where there is none.
    Trailer(Option<u64>),
    /// Encodings of texts, in their order.
    Encodings(Vec<Encoding>),
    /// The unit of the sample axis.
    Unit(Unit),
    /// A length along the sample axis; `None` where it is unknown.
    Length(Option<Number>, Unit),
    /// The description of a header schema.
    Schema(String),
    /// The path of a file.
    Path(PathBuf),
}

impl Value {
    /// A number that is the same for all traces.
    pub(crate) fn count(n: u64) -> Value {
        Value::Count(n, n)
    }

    /// A known length along the sample axis.
    pub(crate) fn length(length: f64, unit: Unit) -> Value {
        Value::Length(Some(Number(length)), unit)
    }
}

/// A number that is equal to another one with the same bits: NaN is equal to itself.
#[derive(Debug, Clone, Copy)]
pub struct Number(pub f64);

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

/// An error that is part of evidence: equal to another one with the same message.
#[derive(Debug, Clone)]
pub struct Failure(pub Error);

impl PartialEq for Failure {
    fn eq(&self, other: &Failure) -> bool {
        self.0.to_string() == other.0.to_string()
    }
}
