//! What a conclusion is about, its value and where that comes from.

use std::fmt;
use std::path::PathBuf;

use super::{FileKind, Unit};
use crate::error::Error;
use crate::format::{ByteOrder, Format};
use crate::names::{escaped, named};
use crate::text::Encoding;

named! {
    /// What a conclusion is about.
    #[non_exhaustive]
    pub enum Topic {
        /// SEG-Y or Seismic Unix.
        Kind => "kind",
        /// The byte order of headers.
        ByteOrder => "byte order",
        /// The byte order of samples.
        SampleOrder => "sample order",
        /// The sample format.
        Format => "format",
        /// The revision of the standard.
        Revision => "revision",
        /// The byte offset of the first trace.
        FirstTrace => "first trace",
        /// The number of extended textual headers.
        ExtendedText => "extended textual headers",
        /// The number of additional headers of each trace.
        AdditionalHeaders => "additional trace headers",
        /// The number of samples of each trace.
        SampleCount => "sample count",
        /// The number of bytes of a sample.
        SampleWidth => "sample width",
        /// The number of traces.
        TraceCount => "trace count",
        /// The data trailer.
        DataTrailer => "data trailer",
        /// The encoding of the textual header.
        TextEncoding => "text encoding",
        /// The encodings of the extended textual headers.
        ExtendedTextEncoding => "extended text encoding",
        /// The unit of the sample axis.
        Unit => "unit",
        /// The sample interval.
        Interval => "interval",
        /// The start of the sample axis of trace 0.
        Delay => "delay",
        /// The fields of trace headers.
        HeaderFields => "trace header fields",
        /// The files that are read as one.
        Files => "files",
        /// The survey index file.
        Index => "index",
    }
}

impl Topic {
    /// The option that overrides the conclusion.
    #[must_use]
    pub fn option(self) -> Option<&'static str> {
        Some(match self {
            Topic::Kind => "kind",
            Topic::ByteOrder => "endian",
            Topic::SampleOrder => "sample_endian",
            Topic::Format => "format",
            Topic::Revision => "revision",
            Topic::FirstTrace => "first_trace",
            Topic::AdditionalHeaders => "additional_headers",
            Topic::SampleCount => "n_samples",
            Topic::TextEncoding => "encoding",
            Topic::Interval => "interval",
            _ => return None,
        })
    }
}

named! {
    /// Where a value comes from.
    #[non_exhaustive]
    pub enum Origin {
        /// An override of the caller.
        Override => "override",
        /// The header word that the standard has for it.
        Declared => "declared",
        /// The header word of revision 2 that replaces that one.
        Extended => "extended",
        /// A word of revision 2 in a header of an older revision, or in the form of another one.
        NonStandard => "non-standard",
        /// The first trace header.
        Trace => "trace",
        /// The first additional header of the first trace.
        TraceExtended => "trace-extended",
        /// Each trace header, for its trace.
        Each => "each-trace",
        /// A word of the first trace header that is not in the standard.
        Private => "private",
        /// The content of the file.
        Detected => "detected",
        /// The usual value, although the header declares another.
        Default => "default",
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

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Kind(kind) => f.write_str(kind.name()),
            Value::Order(order) => f.write_str(order.name()),
            Value::Format(format) => f.write_str(format.name()),
            Value::Revision((major, minor)) => write!(f, "{major}.{minor}"),
            Value::Count(least, most) if least != most => write!(f, "{least} to {most}"),
            Value::Offset(n) | Value::Count(n, _) => write!(f, "{n}"),
            Value::Bytes(1) => f.write_str("1 byte"),
            Value::Bytes(n) => write!(f, "{n} bytes"),
            Value::Trailer(None) => f.write_str("none"),
            Value::Trailer(Some(offset)) => write!(f, "from offset {offset}"),
            Value::Encodings(encodings) => {
                let names: Vec<&str> = encodings.iter().map(|encoding| encoding.name()).collect();
                f.write_str(&names.join(", "))
            }
            Value::Unit(unit) => f.write_str(unit.name()),
            Value::Length(None, _) => f.write_str("not known"),
            Value::Length(Some(length), Unit::Unstated) => write!(f, "{}", length.0),
            Value::Length(Some(length), unit) => write!(f, "{} {}", length.0, unit.name()),
            Value::Schema(schema) => f.write_str(schema),
            Value::Path(path) => f.write_str(&escaped(path.display().to_string())),
        }
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
