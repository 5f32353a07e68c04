//! What is unusual about a file that can be read: the data, the code and the message of each warning. One
//! table.
//!
//! A message has the problem, the place and the remedy, in this order.

use std::fmt::{self, Write as _};
use std::path::PathBuf;

use super::Unit;
use super::reason::{Reason, all};
use super::stated::{
    DelayBytes, FormatSource, Gap, RevisionForm, StatedInterval, Trailing, delay_bytes, list,
    no_header,
};
use super::value::{Failure, Topic, Value};
use crate::error::{Error, Kind};
use crate::format::{ByteOrder, Format};
use crate::names::{Names, argument};
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

/// Defines [`Warning`] from a table. An entry is the comment that says what is unusual, the variant
/// with its data, its code, its message, and what the message names beside the data: options, and
/// computed values.
macro_rules! warnings {
    ($names:ident: $($about:ident {$(
        $(#[doc = $doc:literal])+
        $kind:ident $({ $($field:ident: $type:ty),* $(,)? })? $(($part:ident: $inner:ty))? =
            $code:literal: $text:literal $(, $argument:ident $(= $value:expr)?)*;
    )*})*) => {
        /// What is unusual about a file. Bytes are counted from 1.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "the line above a variant names its fields")]
        pub enum Warning {
            $($($(#[doc = $doc])+ $kind $({ $($field: $type),* })? $(($inner))?,)*)*
            /// A warning about one of several files; so many more have the same.
            OfFile { name: String, more: usize, warning: Box<Warning> },
        }

        impl Warning {
            /// The names of all variants.
            #[cfg(test)]
            pub(super) const ALL: &[&str] = &["OfFile", $($(stringify!($kind),)*)*];

            /// The stable code, such as `"trailing-bytes"`: that of the rule of `segbuf check` where it
            /// is the same finding.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self {
                    Warning::OfFile { warning, .. } => warning.code(),
                    $($(Warning::$kind { .. } => $code,)*)*
                }
            }

            /// What it is about.
            #[must_use]
            pub fn about(&self) -> About {
                match self {
                    Warning::OfFile { warning, .. } => warning.about(),
                    $($(Warning::$kind { .. } => About::$about,)*)*
                }
            }

            fn write(&self, f: &mut String, $names: &Names) -> fmt::Result {
                match self {
                    Warning::OfFile { name, more, warning } => {
                        f.write_str(name)?;
                        match more {
                            0 => {}
                            1 => f.write_str(" and another file")?,
                            n => write!(f, " and {n} other files")?,
                        }
                        write!(f, ": {}", warning.message($names))
                    }
                    $($(Warning::$kind $({ $($field),* })? $(($part))? => {
                        write!(f, $text $(, $argument = argument!($names, $argument $(= $value)?))*)
                    })*)*
                }
            }
        }
    };
}

warnings! { names:
    Layout {
        /// The revision is written in a non-standard form, or unknown.
        Revision { byte: u64, found: [u8; 2], form: RevisionForm, taken: (u8, u8) } = "revision":
            "the revision (byte {byte}) is {a} {b}, read as {major}.{minor}: {form}",
            a = found[0], b = found[1], major = taken.0, minor = taken.1;
        /// The byte-order constant is invalid, or states another byte order than the file has.
        ByteOrder { byte: u64, stated: Option<ByteOrder>, found: ByteOrder } = "byte-order":
            "the byte-order constant (byte {byte}) is {stated} {found}", stated = match stated {
                Some(stated) => format!("{stated}, but the file is"),
                None => "invalid; reading the file as".to_owned(),
            };
        /// The file has the byte-order constant of revision 2, but an older revision.
        RevisionFields { byte: u64, revision: (u8, u8), constant: u64 } = "revision-fields":
            "the revision (byte {byte}) is {major}.{minor}, but the file has the byte-order constant of \
            revision 2 (byte {constant}); reading the fields of revision 2",
            major = revision.0, minor = revision.1;
        /// The number of extended textual headers is not the declared one.
        ExtendedText { byte: u64, declared: i16, found: u64, first_trace: u64 } = "extended-text":
            "byte {byte} declares {declared} extended textual headers, but the file has {found}; traces \
            begin at byte {first_trace}";
        /// Traces do not begin where the binary header states.
        FirstTrace { byte: u64, declared: u64, found: u64 } = "first-trace":
            "byte {byte} declares traces at offset {declared}, but they begin at {found}";
        /// The number of additional trace headers is not the declared one.
        AdditionalHeaders { byte: u64, declared: u64, found: u64 } = "additional-headers":
            "byte {byte} declares up to {declared} additional headers per trace, but the first trace has \
            {found}; pass {additional_headers} to override", additional_headers;
        /// The fixed-length flag is set, but traces have different lengths.
        FixedLength { byte: u64, samples: Value, additional: Value } = "fixed-length":
            "byte {byte} declares traces of one length, but traces have {samples} samples and \
            {additional} additional headers";
        /// The sample count is not the declared one.
        SampleCount { byte: u64, declared: u64, found: u64 } = "sample-count":
            "byte {byte} declares {declared} samples per trace, but traces have {found}; pass \
            {n_samples} to override", n_samples;
        /// A data trailer is declared, but there is none.
        DataTrailer { byte: u64, declared: i32 } = "data-trailer":
            "byte {byte} declares a data trailer ({declared} records), but there is none";
        /// Bytes follow the last complete trace.
        TrailingBytes(rest: Trailing) = "trailing-bytes": "{rest}";
        /// The file has no trace.
        NoTraces { size: u64 } = "no-traces":
            "the file ends after its headers ({size} bytes): it has no trace";
        /// The number of traces is not the declared one.
        TraceCount { byte: u64, declared: u64, found: u64 } = "trace-count":
            "byte {byte} declares {declared} traces, but the file has {found}";
        /// Another value is nearly as likely.
        Ambiguous { topic: Topic, taken: Value, rival: Value } = "ambiguous":
            "the {name} is ambiguous: {taken} or {rival}{remedy}", name = topic.name(),
            remedy = topic.option().map_or_else(String::new, |option| {
                format!("; pass {} to override", names.option(option))
            });
        /// The last traces are one repeated byte.
        ConstantTraces { first: u64, last: u64, content: u8 } = "constant-traces":
            "traces {first} to {last} are only bytes of 0x{content:02X}, headers included: padding or \
            dead traces";
        /// Other bytes are between the file headers and the first trace.
        FirstTraceFound { byte: u64, gap: u64, content: Gap } = "first-trace-found":
            "the first trace header is at byte {byte}, after {gap} bytes of {content} that are no trace; pass \
             {first_trace} to override", first_trace;
        /// Traces without samples have blank headers.
        BlankTraces { count: usize, first: usize, byte: u64 } = "blank-traces":
            "{count} traces have no samples and blank headers (first: trace {first} at byte {byte} of the file): dead \
            traces or a damaged header";
        /// Samples have another byte order than headers.
        SampleOrder { samples: ByteOrder, headers: ByteOrder, reasons: [Vec<Reason>; 2] } = "sample-order":
            "samples look {samples} but headers are {headers} (as {samples} {here}; as {headers} \
            {there}); reading samples as {samples}; pass {sample_endian} to override",
            here = all(&reasons[0], names), there = all(&reasons[1], names), sample_endian;
        /// Samples look like another format than the one in use.
        SampleFormat { source: FormatSource, taken: Format, likely: Format } = "format":
            "samples look like {likely}, but {source} {taken}; pass {format} to override",
            likely = likely.name(), taken = taken.name(), format, source = match source {
                FormatSource::Override => "the override is".to_owned(),
                FormatSource::SeismicUnix => "Seismic Unix has".to_owned(),
                FormatSource::Byte(byte) => format!("byte {byte} declares"),
            };
        /// The format code is invalid, or does not fit: the format is taken from the samples.
        FormatCode {
            byte: u64, code: i16, declared: Option<Format>, traces: u64, width: u64, taken: Format,
            reasons: Vec<Reason>
        } = "format":
            "byte {byte} {problem}; reading samples as {taken}: {reasons}; pass {format} to override",
            taken = taken.name(), reasons = all(reasons, names), format, problem = match declared {
                Some(format) => format!(
                    "declares {} ({} bytes), but the file has {traces} traces of {width} bytes per sample",
                    format.name(),
                    format.width()
                ),
                None => format!("is {code}, not a format code"),
            };
    }
    Text {
        /// Few characters of the textual header are printable.
        Text { byte: u64, share: f64, encoding: Encoding } = "text":
            "the textual header (byte {byte}) is only {share:.0} % printable as {name}; pass {encoding} \
            to override", share = 100.0 * share, name = encoding.name().to_uppercase(), encoding;
        /// A stanza occurs several times.
        DuplicateStanza { name: String } = "duplicate-stanza": "duplicate stanza {name:?}; using the first";
        /// So many more stanzas occur several times.
        DuplicateStanzas { more: usize } = "duplicate-stanza":
            "{more} more duplicate stanzas; using the first of each";
    }
    Layout {
        /// The header schema of the file is invalid.
        HeaderSchema { stanza: String, error: Failure } = "header-schema":
            "ignoring the header schema in the stanza {stanza:?}, using the standard fields: {error}",
            error = error.0.message(names);
    }
    Survey {
        /// The header schema does not contain all survey keys: name and byte of each that is missing.
        SurveyKeys { missing: Vec<(&'static str, u64)> } = "survey-keys":
            "the header schema does not contain the survey keys; using those of the standard, {keys}",
            keys = list(missing.iter().map(|(name, byte)| format!("{name} at byte {byte}")), ", ");
    }
    Axis {
        /// Headers do not state the sample interval, or contradict each other.
        Interval { stated: Vec<StatedInterval> } = "unknown-interval":
            "the sample interval is unknown ({stated}); pass {interval} to set it",
            stated = list(stated, ", "), interval;
        /// The extended sample interval is invalid.
        ExtendedInterval { trace: Option<u64>, value: f64 } = "extended-interval":
            "ignoring the extended sample interval of {header}: {value:e} is not a valid interval",
            header = trace.map_or_else(|| "the binary header".to_owned(), |trace| format!("trace {trace}"));
        /// A negative sample interval is ignored in favour of a positive one.
        NegativeInterval { taken: StatedInterval, negative: StatedInterval } = "negative-interval":
            "using a sample interval of {value} ({taken}), ignoring the negative one ({negative}); pass \
            {interval} to override", value = taken.value, interval;
        /// The sample interval may be written in milliseconds.
        IntervalUnit { microseconds: f64, samples: u64 } = "interval-unit":
            "the sample interval is {microseconds} microseconds for {samples} samples: probably written \
            in milliseconds; pass {interval} to override", interval;
    }
    Delay {
        /// The header has no delay where the schema has it.
        DelayMissing { bytes: DelayBytes } = "delay-missing":
            "trace 0 has no {bytes} for its delay; using 0", bytes = delay_bytes(bytes);
        /// The delay differs between traces.
        Delay { bytes: DelayBytes, first: f64, trace: u64, other: f64, unit: Unit } = "delay":
            "the delay varies: {first} {unit} in trace 0, {other} {unit} in trace {trace} ({bytes}); the \
            sample axis is that of trace 0", unit = unit.name(), bytes = delay_bytes(bytes);
        /// The delay is implausible for the length of a trace.
        DelayRange { bytes: DelayBytes, trace: u64, delay: f64, length: f64, unit: Unit } = "delay-range":
            "the delay of trace {trace} ({bytes}) is {delay} {unit}, implausible for a trace of {length} \
            {unit}: probably written in other units, such as microseconds or samples",
            bytes = delay_bytes(bytes), unit = unit.name();
        /// The header schema has another field where the standard has the delay.
        DelayField { field: String } = "delay-field":
            "the header schema has {field} at byte 109, where the standard has the delay; reading it as \
            the delay";
        /// The delay differs between files.
        FileDelay { files: [String; 2], delays: [f64; 2], unit: Unit } = "delay":
            "the delay varies: {first} {unit} in {a}, {other} {unit} in {b}; the sample axis is that of \
            the first file", first = delays[0], other = delays[1], unit = unit.name(), a = files[0],
            b = files[1];
    }
    Survey {
        /// Files disagree in a field of the binary header that concerns all traces.
        FilesDiffer { field: &'static str, byte: u16, files: [String; 2], codes: [i64; 2] } =
            "files-differ":
            "files disagree on {field} (byte {byte}): {first} in {a}, {other} in {b}; ignoring it",
            field = field.replace('_', " "), first = codes[0], other = codes[1], a = files[0], b = files[1];
        /// A file is listed twice.
        DuplicateFile { name: String } = "duplicate-file":
            "{name} is listed twice; its traces appear under several indices";
        /// The file is not a survey, or its keys contradict each other.
        Survey { error: Failure } = "survey": "{error}", error = error.0.message(names);
        /// The survey index file is not used.
        Index { path: PathBuf, reason: String } = "stale-index":
            "ignoring the survey index {path}: {reason}; save it again", path = path.display();
        /// Coordinates may be floats instead of integers, of the named formats.
        CoordinateFloats { fields: [&'static str; 2], byte: u16, formats: Vec<Format> } = "coordinate-floats":
            "{x} and {y} look like {formats}, not integers; read them as float columns, {x} at byte {byte}",
            x = fields[0], y = fields[1], formats = list(formats.iter().map(|format| format.name()), " or ");
        /// Coordinates span more than a survey does.
        CoordinateRange { fields: [&'static str; 2], span: f64 } = "coordinate-range":
            "{x} and {y} span {span:.0}, which is implausible; coordinate_scalar (byte 71) may be wrong",
            x = fields[0], y = fields[1];
        /// Coordinates may be seconds of arc.
        CoordinateUnits { fields: [&'static str; 2] } = "coordinate-units":
            "{x} and {y} may be seconds of arc: the textual header mentions angles, but coordinate_units \
            (byte 89) is another unit", x = fields[0], y = fields[1];
        /// Neighbouring traces are implausibly near or far.
        BinSpacing { fields: [&'static str; 2], distance: f64 } = "bin-spacing":
            "bin spacing of {distance:.6} by {x} and {y} is implausible; coordinate_scalar (byte 71) may \
            be wrong", x = fields[0], y = fields[1];
    }
    Override {
        /// No trace header is where the overrides have one.
        NoTraceHeaders { traces: Vec<u64> } = "no-trace-headers":
            "{missing}: with these overrides, samples are probably not those of the traces",
            missing = no_header(traces);
        /// An override differs from what the file states; `missing` are traces without a header.
        Override {
            topic: Topic, passed: Value, stated: Value, moved: Option<Moved>, missing: Vec<u64>
        } = "override": "{option}{passed} overrides the value {stated} of the file{moved}{missing}",
            option = names.assignment(topic.option().unwrap_or(topic.name())),
            moved = moved.as_ref().map_or_else(String::new, moves),
            missing = match &**missing {
                [] => String::new(),
                traces => format!("; {}", no_header(traces)),
            };
    }
}

impl Warning {
    /// The message, with names as the caller writes them.
    #[must_use]
    pub fn message(&self, names: &Names) -> String {
        let mut message = String::new();
        // Writing to a string does not fail.
        let _ = self.write(&mut message, names);
        message
    }

    /// Return the error that a strict open raises for it, with its code and place.
    pub(crate) fn refused(&self) -> Error {
        let warning = self.message(&Names::DEFERRED);
        let error = Error::from(Kind::Strict { finding: self.code(), warning });
        // The sentence has the place already.
        let (trace, byte) = self.location();
        error.at(trace, byte)
    }

    /// The trace that it concerns, counted from 0, where it is one.
    #[must_use]
    pub fn trace(&self) -> Option<u64> {
        self.location().0
    }

    /// The byte that it concerns, counted from 1. Where [`trace`](Warning::trace) is known, and in
    /// warnings about a field of all trace headers, it is a byte of the trace header, otherwise of the
    /// file.
    #[must_use]
    pub fn byte(&self) -> Option<u64> {
        self.location().1
    }

    /// Return the trace and the byte that it concerns.
    fn location(&self) -> (Option<u64>, Option<u64>) {
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
            | Warning::SampleFormat { source: FormatSource::Byte(byte), .. }
            | Warning::Text { byte, .. } => (None, Some(*byte)),
            Warning::FilesDiffer { byte, .. } | Warning::CoordinateFloats { byte, .. } => {
                (None, Some((*byte).into()))
            }
            Warning::TrailingBytes(trailing) => (None, Some(trailing.offset + 1)),
            Warning::SurveyKeys { missing } => (None, missing.first().map(|(_, byte)| *byte)),
            Warning::DelayField { .. } => (None, Some(109)),
            Warning::NegativeInterval { negative: StatedInterval { trace, .. }, .. } => {
                (*trace, Some(if trace.is_some() { 117 } else { 3217 }))
            }
            Warning::ConstantTraces { first, .. } => (Some(*first), None),
            Warning::BlankTraces { first, .. } => (Some(*first as u64), Some(115)),
            Warning::FirstTraceFound { byte, .. } => (None, Some(*byte)),
            Warning::ExtendedInterval { trace, .. } => (*trace, None),
            Warning::DelayMissing { bytes } => (Some(0), first_byte(bytes)),
            Warning::Delay { trace, bytes, .. } | Warning::DelayRange { trace, bytes, .. } => {
                (Some(*trace), first_byte(bytes))
            }
            Warning::OfFile { warning, .. } => warning.location(),
            Warning::SampleFormat { source: FormatSource::SeismicUnix, .. }
            | Warning::SampleFormat { source: FormatSource::Override, .. }
            | Warning::NoTraces { .. }
            | Warning::NoTraceHeaders { .. }
            | Warning::Ambiguous { .. }
            | Warning::SampleOrder { .. }
            | Warning::DuplicateStanza { .. }
            | Warning::DuplicateStanzas { .. }
            | Warning::HeaderSchema { .. }
            | Warning::Interval { .. }
            | Warning::IntervalUnit { .. }
            | Warning::FileDelay { .. }
            | Warning::DuplicateFile { .. }
            | Warning::Survey { .. }
            | Warning::Index { .. }
            | Warning::Override { .. }
            | Warning::CoordinateRange { .. }
            | Warning::CoordinateUnits { .. }
            | Warning::BinSpacing { .. } => (None, None),
        }
    }
}

fn first_byte(bytes: &DelayBytes) -> Option<u64> {
    bytes.first().map(|(_, byte)| u64::from(*byte))
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(&Names::RUST))
    }
}

/// Where traces end with an override, and without it.
fn moves(Moved { with, without, lengths_vary }: &Moved) -> String {
    let fit = |(n, len, over): &Fit| format!("{n} traces of {len} bytes and {over} trailing bytes");
    if *lengths_vary {
        return format!(": {}, without it {} traces of different lengths", fit(with), without.0);
    }
    format!(": {}, without it {}", fit(with), fit(without))
}
