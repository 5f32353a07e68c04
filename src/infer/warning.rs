//! What is unusual about a file that can be read, as data.

use std::path::PathBuf;

use super::Unit;
use super::reason::{DelayBytes, Reason, RevisionForm, StatedInterval, Trailing};
use super::value::{Failure, Topic, Value};
use crate::error::{Error, Kind};
use crate::format::{ByteOrder, Format};
use crate::names::Names;
use crate::text::Encoding;

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// The file layout, and the format of samples: what `strict` refuses.
    Layout,
    /// The sample axis.
    Axis,
    /// The start of the sample axis, which may differ between traces.
    Delay,
    /// Textual headers.
    Text,
    /// The survey and its keys.
    Survey,
    /// An override that differs from what the file states.
    Override,
}

/// How traces fill a file: their number, bytes of each, and trailing bytes.
pub type Fit = (u64, u64, u64);

/// How an override moves traces.
#[derive(Debug, Clone, PartialEq)]
pub struct Moved {
    /// How traces fill the file with the override.
    pub with: Fit,
    /// How they do without it.
    pub without: Fit,
    /// Whether traces have different lengths without it.
    pub lengths_vary: bool,
}

/// What is unusual about a file. Bytes are counted from 1.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the line above a variant names its fields")]
pub enum Warning {
    /// The revision is written in a non-standard form, or unknown.
    Revision { byte: u64, found: [u8; 2], form: RevisionForm, taken: (u8, u8) },
    /// The byte-order constant is invalid, or states another byte order than the file has.
    ByteOrder { byte: u64, stated: Option<ByteOrder>, found: ByteOrder },
    /// The file has the byte-order constant of revision 2, but an older revision.
    RevisionFields { byte: u64, revision: (u8, u8), constant: u64 },
    /// The number of extended textual headers is not the declared one.
    ExtendedText { byte: u64, declared: i16, found: u64, first_trace: u64 },
    /// Traces do not begin where the binary header states.
    FirstTrace { byte: u64, declared: u64, found: u64 },
    /// The number of additional trace headers is not the declared one.
    AdditionalHeaders { byte: u64, declared: u64, found: u64 },
    /// The fixed-length flag is set, but traces have different lengths.
    FixedLength { byte: u64, samples: Value, additional: Value },
    /// The sample count is not the declared one.
    SampleCount { byte: u64, declared: u64, found: u64 },
    /// A data trailer is declared, but there is none.
    DataTrailer { byte: u64, declared: i32 },
    /// Bytes follow the last complete trace.
    TrailingBytes(Trailing),
    /// The file has no trace.
    NoTraces { size: u64 },
    /// The number of traces is not the declared one.
    TraceCount { byte: u64, declared: u64, found: u64 },
    /// Another value is nearly as likely.
    Ambiguous { topic: Topic, taken: Value, rival: Value },
    /// The last traces are one repeated byte.
    ConstantTraces { first: u64, last: u64, content: u8 },
    /// Traces without samples have blank headers.
    BlankTraces { count: usize, first: usize, byte: u64 },
    /// Samples have another byte order than headers.
    SampleOrder { samples: ByteOrder, headers: ByteOrder, reasons: [Vec<Reason>; 2] },
    /// Samples look like another format than the one in use; the byte is that of the code, 0 where
    /// nothing declares it, and `None` for an override.
    SampleFormat { byte: Option<u64>, taken: Format, likely: Format },
    /// The format code is invalid, or does not fit: the format is taken from the samples.
    FormatCode {
        byte: u64,
        code: i16,
        declared: Option<Format>,
        traces: u64,
        width: u64,
        taken: Format,
        reasons: Vec<Reason>,
    },
    /// The textual header is hardly printable.
    Text { byte: u64, share: f64, encoding: Encoding },
    /// A stanza occurs several times.
    DuplicateStanza { name: String },
    /// So many more stanzas occur several times.
    DuplicateStanzas { more: usize },
    /// The header schema of the file is invalid.
    HeaderSchema { stanza: String, error: Failure },
    /// The header schema does not contain all survey keys: name and byte of each that is missing.
    SurveyKeys { missing: Vec<(&'static str, u64)> },
    /// Headers do not state the sample interval, or contradict each other.
    Interval { stated: Vec<StatedInterval> },
    /// The extended sample interval is invalid.
    ExtendedInterval { trace: Option<u64>, value: f64 },
    /// A negative sample interval is ignored in favour of a positive one.
    NegativeInterval { taken: StatedInterval, negative: StatedInterval },
    /// The sample interval may be written in milliseconds.
    IntervalUnit { microseconds: f64, samples: u64 },
    /// The header has no delay where the schema has it.
    DelayMissing { bytes: DelayBytes },
    /// The delay differs between traces.
    Delay { bytes: DelayBytes, first: f64, trace: u64, other: f64, unit: Unit },
    /// The delay is implausible for the length of a trace.
    DelayRange { bytes: DelayBytes, trace: u64, delay: f64, length: f64, unit: Unit },
    /// The header schema has another field where the standard has the delay.
    DelayField { field: String },
    /// The delay differs between files.
    FileDelay { files: [String; 2], delays: [f64; 2], unit: Unit },
    /// Files disagree in a field of the binary header that concerns all traces.
    FilesDiffer { field: &'static str, byte: u16, files: [String; 2], codes: [i64; 2] },
    /// A file is listed twice.
    DuplicateFile { name: String },
    /// A warning about one of several files; so many more have the same.
    OfFile { name: String, more: usize, warning: Box<Warning> },
    /// The file is not a survey, or its keys contradict each other.
    Survey { error: Failure },
    /// The survey index file is not used.
    Index { path: PathBuf, reason: String },
    /// An override differs from what the file states; `missing` are traces without a header.
    Override { topic: Topic, passed: Value, stated: Value, moved: Option<Moved>, missing: Vec<u64> },
    /// Coordinates may be floats instead of integers, of the named formats.
    CoordinateFloats { fields: [&'static str; 2], byte: u16, formats: Vec<Format> },
    /// Coordinates span more than a survey does.
    CoordinateRange { fields: [&'static str; 2], span: f64 },
    /// Coordinates may be seconds of arc.
    CoordinateUnits { fields: [&'static str; 2] },
    /// Neighbouring traces are implausibly near or far.
    BinSpacing { fields: [&'static str; 2], distance: f64 },
}

impl Warning {
    /// Return the error that a strict open raises for it, with its code and place.
    pub(crate) fn refused(&self) -> Error {
        let warning = self.message(&Names::DEFERRED);
        let error = Error::from(Kind::Strict { finding: self.code(), warning });
        // The sentence has the place already.
        error.at(self.trace(), self.byte())
    }

    /// The stable code, such as `"trailing-bytes"`: that of the rule of `segbuf check` where it is the
    /// same finding.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Warning::Revision { .. } => "revision",
            Warning::ByteOrder { .. } => "byte-order",
            Warning::RevisionFields { .. } => "revision-fields",
            Warning::ExtendedText { .. } => "extended-text",
            Warning::FirstTrace { .. } => "first-trace",
            Warning::AdditionalHeaders { .. } => "additional-headers",
            Warning::FixedLength { .. } => "fixed-length",
            Warning::SampleCount { .. } => "sample-count",
            Warning::DataTrailer { .. } => "data-trailer",
            Warning::TrailingBytes(_) => "trailing-bytes",
            Warning::NoTraces { .. } => "no-traces",
            Warning::TraceCount { .. } => "trace-count",
            Warning::Ambiguous { .. } => "ambiguous",
            Warning::ConstantTraces { .. } => "constant-traces",
            Warning::BlankTraces { .. } => "blank-traces",
            Warning::SampleOrder { .. } => "sample-order",
            Warning::SampleFormat { .. } | Warning::FormatCode { .. } => "format",
            Warning::Text { .. } => "text",
            Warning::DuplicateStanza { .. } | Warning::DuplicateStanzas { .. } => {
                "duplicate-stanza"
            }
            Warning::HeaderSchema { .. } => "header-schema",
            Warning::SurveyKeys { .. } => "survey-keys",
            Warning::Interval { .. } => "unknown-interval",
            Warning::ExtendedInterval { .. } => "extended-interval",
            Warning::NegativeInterval { .. } => "negative-interval",
            Warning::IntervalUnit { .. } => "interval-unit",
            Warning::DelayMissing { .. } => "delay-missing",
            Warning::Delay { .. } | Warning::FileDelay { .. } => "delay",
            Warning::DelayRange { .. } => "delay-range",
            Warning::DelayField { .. } => "delay-field",
            Warning::FilesDiffer { .. } => "files-differ",
            Warning::DuplicateFile { .. } => "duplicate-file",
            Warning::OfFile { warning, .. } => warning.code(),
            Warning::Survey { .. } => "survey",
            Warning::Index { .. } => "stale-index",
            Warning::Override { .. } => "override",
            Warning::CoordinateFloats { .. } => "coordinate-floats",
            Warning::CoordinateRange { .. } => "coordinate-range",
            Warning::CoordinateUnits { .. } => "coordinate-units",
            Warning::BinSpacing { .. } => "bin-spacing",
        }
    }

    /// What it is about.
    #[must_use]
    pub fn about(&self) -> About {
        match self {
            Warning::Interval { .. }
            | Warning::ExtendedInterval { .. }
            | Warning::NegativeInterval { .. }
            | Warning::IntervalUnit { .. } => About::Axis,
            Warning::DelayMissing { .. }
            | Warning::Delay { .. }
            | Warning::FileDelay { .. }
            | Warning::DelayRange { .. }
            | Warning::DelayField { .. } => About::Delay,
            Warning::Text { .. }
            | Warning::DuplicateStanza { .. }
            | Warning::DuplicateStanzas { .. } => About::Text,
            Warning::SurveyKeys { .. }
            | Warning::FilesDiffer { .. }
            | Warning::DuplicateFile { .. }
            | Warning::Survey { .. }
            | Warning::Index { .. }
            | Warning::CoordinateFloats { .. }
            | Warning::CoordinateRange { .. }
            | Warning::CoordinateUnits { .. }
            | Warning::BinSpacing { .. } => About::Survey,
            Warning::Override { .. } => About::Override,
            Warning::OfFile { warning, .. } => warning.about(),
            _ => About::Layout,
        }
    }

    /// The trace that it concerns, counted from 0, where it is one.
    #[must_use]
    pub fn trace(&self) -> Option<u64> {
        match self {
            Warning::ConstantTraces { first, .. } => Some(*first),
            Warning::BlankTraces { first, .. } => Some(*first as u64),
            Warning::ExtendedInterval { trace, .. } => *trace,
            Warning::NegativeInterval { negative, .. } => negative.trace,
            Warning::DelayMissing { .. } => Some(0),
            Warning::Delay { trace, .. } | Warning::DelayRange { trace, .. } => Some(*trace),
            Warning::OfFile { warning, .. } => warning.trace(),
            _ => None,
        }
    }

    /// The byte that it concerns, counted from 1: of the file, or of the trace header where
    /// [`trace`](Warning::trace) is known.
    #[must_use]
    pub fn byte(&self) -> Option<u64> {
        match self {
            Warning::Revision { byte, .. }
            | Warning::ByteOrder { byte, .. }
            | Warning::RevisionFields { byte, .. }
            | Warning::ExtendedText { byte, .. }
            | Warning::FirstTrace { byte, .. }
            | Warning::AdditionalHeaders { byte, .. }
            | Warning::FixedLength { byte, .. }
            | Warning::SampleCount { byte, .. }
            | Warning::DataTrailer { byte, .. }
            | Warning::TraceCount { byte, .. }
            | Warning::FormatCode { byte, .. }
            | Warning::BlankTraces { byte, .. }
            | Warning::Text { byte, .. } => Some(*byte),
            Warning::SampleFormat { byte, .. } => *byte,
            Warning::TrailingBytes(trailing) => Some(trailing.offset + 1),
            Warning::Delay { bytes, .. }
            | Warning::DelayRange { bytes, .. }
            | Warning::DelayMissing { bytes } => bytes.first().map(|(_, byte)| u64::from(*byte)),
            Warning::OfFile { warning, .. } => warning.byte(),
            _ => None,
        }
    }
}
