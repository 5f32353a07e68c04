//! Evidence and warnings as sentences: the only file that words them.
//!
//! A message has the problem, the place and the remedy, in this order. Names of options are written as
//! the caller writes them ([`Names`]).

use std::fmt;

use super::Unit;
use super::evidence::{Candidate, Conclusion, Evidence, Weighed};
use super::reason::{
    Constant, Content, DelayBytes, Ended, Reason, RevisionForm, StatedInterval, Trailing,
};
use super::value::{Origin, Topic, Value};
use super::warning::{Fit, Moved, Warning};
use crate::names::Names;

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
            Value::Length(Some(length), unit) => f.write_str(&measured(length.0, *unit)),
            Value::Schema(schema) => f.write_str(schema),
            Value::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

impl Evidence {
    /// All conclusions as text: a line for each conclusion, reason and candidate.
    #[must_use]
    pub fn text(&self, names: &Names) -> String {
        let conclusions: Vec<String> = self.conclusions.iter().map(|c| c.text(names)).collect();
        conclusions.join("\n")
    }
}

impl Conclusion {
    /// The conclusion as text: a line for it, and for each reason and candidate.
    #[must_use]
    pub fn text(&self, names: &Names) -> String {
        let mut text = format!("{}: {}", self.topic.name(), self.value);
        for reason in &self.reasons {
            text += &format!("\n    {}", reason.text(names));
        }
        for Candidate { value, score, reasons } in
            self.candidates.iter().filter(|_| self.candidates.len() > 1)
        {
            let reasons: Vec<String> = reasons.iter().map(|reason| reason.text(names)).collect();
            let colon = if reasons.is_empty() { "" } else { ": " };
            text += &format!("\n    {score:>4}  {value}{colon}{}", reasons.join(", "));
        }
        text
    }
}

impl Weighed {
    /// The reason with its points.
    #[must_use]
    pub fn text(&self, names: &Names) -> String {
        format!("{:+} {}", self.points, self.reason.text(names))
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(&Names::RUST))
    }
}

impl Reason {
    /// The reason as a sentence without a full stop.
    #[must_use]
    pub fn text(&self, names: &Names) -> String {
        match self {
            Reason::Trailing(rest) => trailing(rest),
            Reason::LooksLike(format) => format!("samples look like {}", format.name()),
            Reason::FileStates(value) => format!("the file states {value}"),
            Reason::Unreadable(error) => format!("without overrides: {}", error.0.message(names)),
            Reason::Ambiguous(value) => format!("ambiguous: {value} is nearly as likely"),
            Reason::TooShortForSegy => "too short for the headers of SEG-Y".to_owned(),
            Reason::FormatCodes(codes) => {
                let codes = list(codes, " or ");
                format!("byte 3225, the format code of SEG-Y, is {codes}")
            }
            Reason::FormatCodeInvalid(code) => format!("byte 3225 is {code}, not a format code"),
            Reason::FormatCodeInvalidAs(order, code) => {
                format!("byte 3225 is {code} if {order}, not a format code")
            }
            Reason::HeadersAtWidth(width) => {
                format!("with samples of {width} bytes, headers are at the expected offsets")
            }
            Reason::StartFrom(_)
            | Reason::AdditionalFrom(_)
            | Reason::SamplesFrom(_)
            | Reason::WidthFrom(_) => origin(self).to_owned(),
            Reason::ExtendedText(n) => format!("byte 3505 is {n}"),
            Reason::RevisionBytes([major, minor]) => format!("bytes 3501-3502 are {major} {minor}"),
            Reason::RevisionForm(form) => revision_form(*form).to_owned(),
            Reason::AdditionalStated(n) => {
                format!("byte 157 of the first additional header is {n}")
            }
            Reason::FirstTraceSamples(_, true) => {
                "byte 115 of the first trace header is the same".to_owned()
            }
            Reason::FirstTraceSamples(n, false) => {
                format!("byte 115 of the first trace header is {n}")
            }
            Reason::OwnLength(own) => {
                let additional = own
                    .additional
                    .map_or_else(String::new, |n| format!(" and {n} additional headers"));
                let (trace, byte, samples, usual) = (own.trace, own.byte, own.samples, own.usual);
                let next = trace + 1;
                format!(
                    "trace {trace} (header at byte {byte}) has {samples} samples{additional} \
                     instead of {usual}, and trace {next} follows it"
                )
            }
            Reason::Followed(n, ended) => {
                let ended = match ended {
                    Ended::Whole => "up to the end of the file",
                    Ended::Truncated => "up to a truncated trace",
                    Ended::NoHeader => "up to other data",
                };
                format!("{n} consecutive traces found by the sample count of each, {ended}")
            }
            Reason::NoTrailer(true) => "there is none, although byte 3529 declares one".to_owned(),
            Reason::Size(n, len, over) => {
                format!("the file has {n} traces of {len} bytes and {over} trailing bytes")
            }
            Reason::HeadersAt(traces) => {
                format!("headers at traces {} resemble the first", list(traces, ", "))
            }
            Reason::NoHeaderAt(traces) => no_header(traces),
            Reason::Links(n) => format!("{n} headers found by the sample count of each trace"),
            Reason::HeaderBetween(at) => format!("offset {at} has a header like the first"),
            Reason::FormatCode(None, code) | Reason::FormatDeclared(None, code) => {
                format!("format {code}, that of Seismic Unix")
            }
            Reason::FormatCode(Some(byte), code) => format!("byte {byte} is {code}"),
            Reason::FormatDeclared(Some(byte), code) => format!("byte {byte} declares it ({code})"),
            Reason::Width(width) => format!("{width} bytes per sample"),
            Reason::Magnitudes(share, most) => {
                format!("{} have a magnitude of 2^-{most} to 2^{most}", percent(*share, 0))
            }
            Reason::NotNormalised(share) => {
                format!("{} are not normalised as IBM floats", percent(*share, 0))
            }
            Reason::Normalised(n) => {
                format!("all are normalised as IBM floats; of IEEE floats {n} would not be")
            }
            Reason::Middle(share, part) => {
                let part = 1u64 << part;
                format!("{} are in the middle 1/{part} of the range", percent(*share, 0))
            }
            Reason::Steps(steps) => {
                format!("differences of neighbouring samples are {steps:.2} of their size")
            }
            Reason::HeaderOrder(order, true) => format!("headers are {order}"),
            Reason::HeaderOrder(order, false) => format!("headers are {order}, samples are not"),
            Reason::SamplesAs(order, reasons) => format!("as {order} {}", all(reasons, names)),
            Reason::Interval(stated) => interval(stated),
            Reason::Delay(trace, word, scalar) => delay(*trace, *word, *scalar),
            Reason::DelayUnscaled(trace) => format!("trace {trace} without the scalar"),
            Reason::DelayBytes(bytes) => format!("{} of trace 0", delay_bytes(bytes)),
            Reason::Printable(share, encoding) => {
                let name = encoding.name();
                format!("the textual header is {} printable as {name}", percent(*share, 1))
            }
            Reason::FirstByte(b'C') => "the first byte is C in ascii".to_owned(),
            Reason::FirstByte(byte) => format!("the first byte is 0x{byte:02X}, not C in ascii"),
            Reason::ExtendedPrintable(i, share, encoding, is_text) => {
                let (share, name) = (percent(*share, 1), encoding.name());
                let low = if *is_text { "" } else { " only" };
                format!("header {i} is{low} {share} printable as {name}")
            }
            Reason::MoreTexts(n) => format!("and {n} more headers, each with a separate encoding"),
            Reason::StatedBy(name) => format!("{name} states it"),
            Reason::FileTraces(name, traces, offset) => {
                match traces.end.checked_sub(traces.start) {
                    None | Some(0) => format!("{name}: no trace"),
                    Some(1) => format!("{name}: trace {}, at offset {offset}", traces.start),
                    Some(_) => {
                        let (first, last) = (traces.start, traces.end - 1);
                        format!("{name}: traces {first} to {last}, from offset {offset}")
                    }
                }
            }
            Reason::MoreFiles(n) => format!("and {n} more"),
            Reason::Stanza(name) => format!("the stanza {name:?} contains it"),
            constant => constant_reason(constant).to_owned(),
        }
    }
}

/// Reasons without a number.
fn constant_reason(reason: &Reason) -> &'static str {
    match reason {
        Reason::Overridden => "override",
        Reason::FileHeaders => "the file headers of SEG-Y",
        Reason::TracesAlone => "traces without file headers, as in Seismic Unix",
        Reason::FormatCodeValid => "byte 3225 is a format code",
        Reason::Constant(Constant::States(_)) => "bytes 3297-3300 are a byte-order constant",
        Reason::Constant(Constant::Absent) => "bytes 3297-3300 (byte-order constant) are 0",
        Reason::Constant(_) => "bytes 3297-3300 are not a valid byte-order constant",
        Reason::ConstantAgrees(true) => "the byte-order constant (byte 3297) states it",
        Reason::ConstantAgrees(_) => "the byte-order constant (byte 3297) states another one",
        Reason::BigEndian => "big-endian is usual",
        Reason::SmallValues(true) => "the first trace header has plausible (small) values",
        Reason::SmallValues(_) => "the first trace header has small values in another byte order",
        Reason::NoFileHeaders => "no file headers",
        Reason::TextInsteadOfTrace => "text at the expected offset of the first trace",
        Reason::TextBefore(true) => "text before the first trace",
        Reason::TextBefore(_) => "no text before the first trace",
        Reason::RevisionFields => {
            "the byte-order constant of revision 2 is present: its fields are read"
        }
        Reason::NoAdditionalHeaders => "Seismic Unix has none",
        Reason::AdditionalNamed => "byte 233 of the second header is SEG00001",
        Reason::AdditionalNameMissing => "the name SEG00001 is missing",
        Reason::AdditionalNameInSamples => "the name SEG00001 is found among samples",
        Reason::TrailerDeclared => "byte 3529 declares a data trailer",
        Reason::NoTrailer(_) => "byte 3529 declares none",
        Reason::NoRoom => "the file ends where traces would begin",
        Reason::TraceCountAgrees => "byte 3513 declares as many traces",
        Reason::IntervalAgrees => "the first trace has the sample interval of the binary header",
        Reason::TraceIdInvalid => "the identification (byte 29) of the first trace is invalid",
        Reason::ScalarInvalid => {
            "the coordinate scalar (byte 71) of the first trace is not a power of ten"
        }
        Reason::FloatExponents => "samples have the exponents of floats",
        Reason::Signed(true) => "values cluster around 0 when read as signed",
        Reason::Signed(_) => "values cluster around the middle when read as unsigned",
        Reason::OneByte => "samples of one byte have no byte order",
        Reason::SameOrder => "the byte order of headers",
        Reason::Depth(false, _) => "byte 29 is not depth",
        Reason::Depth(_, 1) => "byte 29 is depth, byte 3255 is metres",
        Reason::Depth(_, 2) => "byte 29 is depth, byte 3255 is feet",
        Reason::Depth(..) => "byte 29 is depth, byte 3255 is not a unit",
        Reason::DelayFar => "longer than a trace: a window, or other units",
        Reason::DelayInSchema => "the header schema contains it",
        Reason::NoTrace => "the file has no trace",
        Reason::FirstFile => "all other conclusions are those of the first file",
        Reason::AllFiles => "the traces of all files",
        Reason::IndexMatches => {
            "size, modification time and sampled content are unchanged; survey keys are checked as \
             traces are read"
        }
        _ => "",
    }
}

/// Where a value of a reading comes from.
fn origin(reason: &Reason) -> &'static str {
    match reason {
        Reason::StartFrom(Origin::Override)
        | Reason::AdditionalFrom(Origin::Override)
        | Reason::SamplesFrom(Origin::Override)
        | Reason::WidthFrom(Origin::Override) => "override",
        Reason::StartFrom(Origin::Extended) => "byte 3521",
        Reason::StartFrom(Origin::Declared) => "after the extended textual headers (byte 3505)",
        Reason::StartFrom(Origin::NonStandard) => "byte 3521, which this revision does not have",
        Reason::StartFrom(Origin::Detected) => "after the last text",
        Reason::StartFrom(_) => "directly after the binary header",
        Reason::AdditionalFrom(Origin::Declared) => "the binary header declares it",
        Reason::AdditionalFrom(Origin::NonStandard) => "byte 3507 in the form of another revision",
        Reason::AdditionalFrom(Origin::TraceExtended) => "the first trace has an additional header",
        Reason::AdditionalFrom(_) => "byte 3507 declares another number",
        Reason::SamplesFrom(Origin::Declared) => "byte 3221 of the binary header",
        Reason::SamplesFrom(Origin::Extended) => "byte 3269 of the binary header",
        Reason::SamplesFrom(Origin::NonStandard) => {
            "byte 3269, which this revision does not have, or only with a sign"
        }
        Reason::SamplesFrom(Origin::TraceExtended) => "byte 137 of the first additional header",
        Reason::SamplesFrom(Origin::Private) => {
            "byte 229 of the first trace header, where byte 115 is 32767"
        }
        Reason::SamplesFrom(_) => "byte 115 of the first trace header",
        Reason::WidthFrom(Origin::Declared) => "byte 3225 of the binary header",
        _ => "the distance between trace headers",
    }
}

impl Warning {
    /// The message, with names as the caller writes them.
    #[must_use]
    pub fn message(&self, names: &Names) -> String {
        warning(self, names)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message(&Names::RUST))
    }
}

/// The message of a warning.
fn warning(warning: &Warning, names: &Names) -> String {
    let pass = |topic: Topic| names.option(topic.option().unwrap_or(topic.name()));
    match warning {
        Warning::Revision { byte, found: [major, minor], form, taken } => format!(
            "the revision (byte {byte}) is {major} {minor}, read as {}.{}: {}",
            taken.0,
            taken.1,
            revision_form(*form)
        ),
        Warning::ByteOrder { byte, stated: Some(stated), found } => {
            format!("the byte-order constant (byte {byte}) is {stated}, but the file is {found}")
        }
        Warning::ByteOrder { byte, stated: None, found } => {
            format!("the byte-order constant (byte {byte}) is invalid; reading the file as {found}")
        }
        Warning::RevisionFields { byte, revision: (major, minor), constant } => format!(
            "the revision (byte {byte}) is {major}.{minor}, but the file has the byte-order constant \
             of revision 2 (byte {constant}); reading the fields of revision 2"
        ),
        Warning::ExtendedText { byte, declared, found, first_trace } => format!(
            "byte {byte} declares {declared} extended textual headers, but the file has {found}; \
             traces begin at byte {first_trace}"
        ),
        Warning::FirstTrace { byte, declared, found } => {
            format!("byte {byte} declares traces at offset {declared}, but they begin at {found}")
        }
        Warning::AdditionalHeaders { byte, declared, found } => format!(
            "byte {byte} declares up to {declared} additional headers per trace, but the first trace \
             has {found}; pass {} to override",
            pass(Topic::AdditionalHeaders)
        ),
        Warning::FixedLength { byte, samples, additional } => format!(
            "byte {byte} declares traces of one length, but traces have {samples} samples and \
             {additional} additional headers"
        ),
        Warning::SampleCount { byte, declared, found } => format!(
            "byte {byte} declares {declared} samples per trace, but traces have {found}; pass {} to \
             override",
            pass(Topic::SampleCount)
        ),
        Warning::DataTrailer { byte, declared } => {
            format!("byte {byte} declares a data trailer ({declared} records), but there is none")
        }
        Warning::TrailingBytes(rest) => trailing(rest),
        Warning::NoTraces { size } => {
            format!("the file ends after its headers ({size} bytes): it has no trace")
        }
        Warning::TraceCount { byte, declared, found } => {
            format!("byte {byte} declares {declared} traces, but the file has {found}")
        }
        Warning::Ambiguous { topic, taken, rival } => {
            let remedy = topic.option().map_or_else(String::new, |option| {
                format!("; pass {} to override", names.option(option))
            });
            format!("the {} is ambiguous: {taken} or {rival}{remedy}", topic.name())
        }
        Warning::ConstantTraces { first, last, content } => format!(
            "traces {first} to {last} are only bytes of 0x{content:02X}, headers included: padding \
             or dead traces"
        ),
        Warning::BlankTraces { count, first, byte } => format!(
            "{count} traces have no samples and blank headers (first: trace {first}, byte {byte}): \
             dead traces or a damaged header"
        ),
        Warning::SampleOrder { samples, headers, reasons: [here, there] } => format!(
            "samples look {samples} but headers are {headers} (as {samples} {}; as {headers} {}); \
             reading samples as {samples}; pass {} to override",
            all(here, names),
            all(there, names),
            pass(Topic::SampleOrder)
        ),
        Warning::SampleFormat { byte, taken, likely } => format!(
            "samples look like {}, but {} {}; pass {} to override",
            likely.name(),
            match byte {
                None => "the override is".to_owned(),
                Some(0) => "Seismic Unix has".to_owned(),
                Some(byte) => format!("byte {byte} declares"),
            },
            taken.name(),
            pass(Topic::Format)
        ),
        Warning::FormatCode { byte, code, declared, traces, width, taken, reasons } => {
            let problem = match declared {
                Some(format) => format!(
                    "byte {byte} declares {} ({} bytes), but the file has {traces} traces of {width} \
                     bytes per sample",
                    format.name(),
                    format.width()
                ),
                None => format!("byte {byte} is {code}, not a format code"),
            };
            let (taken, pass) = (taken.name(), pass(Topic::Format));
            let reasons = all(reasons, names);
            format!("{problem}; reading samples as {taken}: {reasons}; pass {pass} to override")
        }
        Warning::Text { byte, share, encoding } => format!(
            "the textual header (byte {byte}) is only {} printable as {}; pass {} to override",
            percent(*share, 0),
            encoding.name().to_uppercase(),
            pass(Topic::TextEncoding)
        ),
        Warning::DuplicateStanza { name } => format!("duplicate stanza {name:?}; using the first"),
        Warning::DuplicateStanzas { more } => {
            format!("{more} more duplicate stanzas; using the first of each")
        }
        Warning::HeaderSchema { stanza, error } => format!(
            "ignoring the header schema in the stanza {stanza:?}, using the standard fields: {}",
            error.0.message(names)
        ),
        Warning::SurveyKeys { missing } => {
            let missing: Vec<String> =
                missing.iter().map(|(name, byte)| format!("{name} at byte {byte}")).collect();
            format!(
                "the header schema does not contain the survey keys; using those of the standard, {}",
                missing.join(", ")
            )
        }
        Warning::Interval { stated } => {
            let stated: Vec<String> = stated.iter().map(interval).collect();
            format!(
                "the sample interval is unknown ({}); pass {} to set it",
                stated.join(", "),
                pass(Topic::Interval)
            )
        }
        Warning::ExtendedInterval { trace, value } => format!(
            "ignoring the extended sample interval of {}: {value:e} is not a valid interval",
            trace.map_or_else(|| "the binary header".to_owned(), |trace| format!("trace {trace}"))
        ),
        Warning::NegativeInterval { taken, negative } => format!(
            "using a sample interval of {} ({}), ignoring the negative one ({}); pass {} to override",
            taken.value,
            interval(taken),
            interval(negative),
            pass(Topic::Interval)
        ),
        Warning::IntervalUnit { microseconds, samples } => format!(
            "the sample interval is {microseconds} microseconds for {samples} samples: probably \
             written in milliseconds; pass {} to override",
            pass(Topic::Interval)
        ),
        Warning::DelayMissing { bytes } => {
            format!("trace 0 has no {} for its delay; using 0", delay_bytes(bytes))
        }
        Warning::Delay { bytes, first, trace, other, unit } => format!(
            "the delay varies: {} in trace 0, {} in trace {trace} ({}); the sample axis is that of \
             trace 0",
            measured(*first, *unit),
            measured(*other, *unit),
            delay_bytes(bytes)
        ),
        Warning::DelayRange { bytes, trace, delay, length, unit } => format!(
            "the delay of trace {trace} ({}) is {}, implausible for a trace of {}: probably written \
             in other units, such as microseconds or samples",
            delay_bytes(bytes),
            measured(*delay, *unit),
            measured(*length, *unit)
        ),
        Warning::DelayField { field } => format!(
            "the header schema has {field} at byte 109, where the standard has the delay; reading \
             it as the delay"
        ),
        Warning::FileDelay { files: [a, b], delays: [first, other], unit } => format!(
            "the delay varies: {} in {a}, {} in {b}; the sample axis is that of the first file",
            measured(*first, *unit),
            measured(*other, *unit)
        ),
        Warning::FilesDiffer { field, byte, files: [a, b], codes: [first, other] } => format!(
            "files disagree on {} (byte {byte}): {first} in {a}, {other} in {b}; ignoring it",
            field.replace('_', " ")
        ),
        Warning::DuplicateFile { name } => {
            format!("{name} is listed twice; its traces appear under several indices")
        }
        Warning::OfFile { name, more, warning } => {
            let others = match more {
                0 => String::new(),
                1 => " and another file".to_owned(),
                n => format!(" and {n} other files"),
            };
            format!("{name}{others}: {}", warning.message(names))
        }
        Warning::Survey { error } => error.0.message(names),
        Warning::Index { path, reason } => {
            format!("ignoring the survey index {}: {reason}; save it again", path.display())
        }
        Warning::Override { topic, passed, stated, moved, missing } => {
            let mut text = format!(
                "{}{passed} overrides the file's own value {stated}",
                names.assignment(topic.option().unwrap_or(topic.name()))
            );
            text += &moved.as_ref().map_or_else(String::new, moves);
            if !missing.is_empty() {
                text += &format!("; {}", no_header(missing));
            }
            text
        }
        Warning::CoordinateFloats { fields: [x, y], byte, formats } => {
            let formats: Vec<&str> = formats.iter().map(|format| format.name()).collect();
            format!(
                "{x} and {y} look like {}, not integers; read them as float columns, {x} at byte \
                 {byte}",
                formats.join(" or ")
            )
        }
        Warning::CoordinateRange { fields: [x, y], span } => format!(
            "{x} and {y} span {span:.0}, which is implausible; coordinate_scalar (byte 71) may be \
             wrong"
        ),
        Warning::CoordinateUnits { fields: [x, y] } => format!(
            "{x} and {y} may be seconds of arc: the textual header mentions angles, but \
             coordinate_units (byte 89) is another unit"
        ),
        Warning::BinSpacing { fields: [x, y], distance } => format!(
            "bin spacing of {distance:.6} by {x} and {y} is implausible; coordinate_scalar (byte 71) \
             may be wrong"
        ),
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

/// What follows the last complete trace.
fn trailing(rest: &Trailing) -> String {
    let Trailing { bytes, traces, trace_len, offset, content } = rest;
    let of = trace_len.map_or_else(String::new, |len| format!(" of {len} bytes"));
    let after = format!("after {traces} complete traces{of} (offset {offset})");
    match content {
        Content::Unknown => format!(
            "{bytes} trailing bytes {after}: the last trace is truncated, or other data follows"
        ),
        Content::Repeated(byte) => format!("ignoring {bytes} bytes of 0x{byte:02X} {after}"),
        Content::NoHeader => format!("ignoring {bytes} bytes {after}: not trace data"),
    }
}

fn no_header(traces: &[u64]) -> String {
    format!("no valid trace header at the expected offset of trace {}", list(traces, ", "))
}

fn revision_form(form: RevisionForm) -> &'static str {
    match form {
        RevisionForm::Swapped => "a 16-bit word, least significant byte first",
        RevisionForm::Sixteen => "0x0010 is revision 1 in the files of a known writer",
        RevisionForm::Unknown => "unknown revision",
        RevisionForm::Override => "override",
    }
}

/// What a header states as the sample interval; a negative word in both ways of reading it.
fn interval(stated: &StatedInterval) -> String {
    let place = match stated.trace {
        Some(trace) => format!("trace {trace} (byte 117)"),
        None => "binary header (byte 3217)".to_owned(),
    };
    match stated.word {
        Some(word) if word < 0 => format!("{place}: {word} ({} unsigned)", word.cast_unsigned()),
        _ => format!("{place}: {}", stated.value),
    }
}

fn delay(trace: u64, word: Option<f64>, scalar: Option<(f64, bool)>) -> String {
    match (word, scalar) {
        (None, _) => format!("trace {trace} does not have the field"),
        (Some(word), None) => format!("trace {trace}: {word}"),
        (Some(word), Some((scalar, false))) => format!("trace {trace}: {word}, scalar {scalar}"),
        (Some(word), Some((scalar, true))) => {
            format!("trace {trace}: {word}, ignoring {scalar}, which is not a scalar")
        }
    }
}

fn delay_bytes(bytes: &DelayBytes) -> String {
    let words = bytes.iter().map(|(block, byte)| match block {
        Some(block) => format!("{byte} of {block}"),
        None => byte.to_string(),
    });
    match &*words.collect::<Vec<_>>() {
        [one] => format!("byte {one}"),
        several => format!("bytes {}", several.join(" and ")),
    }
}

fn measured(length: f64, unit: Unit) -> String {
    format!("{length} {}", unit.name())
}

fn percent(share: f64, digits: usize) -> String {
    format!("{:.digits$} %", 100.0 * share)
}

fn all(reasons: &[Reason], names: &Names) -> String {
    let texts: Vec<String> = reasons.iter().map(|reason| reason.text(names)).collect();
    texts.join(", ")
}

fn list<T: ToString>(values: &[T], between: &str) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(between)
}
