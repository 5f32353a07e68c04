//! The reasons for conclusions: their data and their sentences. One table.

use std::fmt::Write as _;
use std::ops::Range;

use super::stated::{
    Constant, DelayBytes, Ended, OwnLength, RevisionForm, StatedInterval, Trailing, delay_bytes,
    list, no_header,
};
use super::value::{Failure, Origin, Value};
use crate::format::{ByteOrder, Format};
use crate::names::Names;
use crate::text::Encoding;

/// Defines [`Reason`] from a table. An entry is the comment that says what the reason is, the variant
/// with its data, its sentence without a full stop, and computed values that the sentence contains.
macro_rules! reasons {
    ($names:ident: $(
        $(#[doc = $doc:literal])+
        $reason:ident $(($($part:ident: $type:ty),*))? = $text:literal $(, $argument:ident = $value:expr)*;
    )*) => {
        /// A reason for a conclusion or a candidate.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Reason {
            $($(#[doc = $doc])+ $reason $(($($type),*))?,)*
        }

        impl Reason {
            /// The reason as a sentence without a full stop.
            #[must_use]
            pub fn text(&self, $names: &Names) -> String {
                let mut text = String::new();
                // Writing to a string does not fail.
                let _ = match self {
                    $(Reason::$reason $(($($part),*))? => write!(text, $text $(, $argument = $value)*),)*
                };
                text
            }
        }
    };
}

reasons! { names:
    /// The caller passed the value.
    Overridden = "override";
    /// Without the override, the file would have this value.
    FileStates(value: Value) = "the file states {value}";
    /// Without the override, the file could not be read.
    Unreadable(error: Failure) = "without overrides: {error}", error = error.0.message(names);
    /// Another value is nearly as likely.
    Ambiguous(value: Value) = "ambiguous: {value} is nearly as likely";
    /// Bytes after the last complete trace.
    Trailing(rest: Trailing) = "{rest}";
    /// Samples look like another format.
    LooksLike(format: Format) = "samples look like {format}", format = format.name();

    /// The file has the file headers of SEG-Y.
    FileHeaders = "the file headers of SEG-Y";
    /// The file has traces alone, as Seismic Unix.
    TracesAlone = "traces without file headers, as in Seismic Unix";
    /// The word for the format is a format code.
    FormatCodeValid = "byte 3225 is a format code";
    /// The file is too short for the headers of SEG-Y.
    TooShortForSegy = "too short for the headers of SEG-Y";
    /// The words where SEG-Y has the format code.
    FormatCodes(codes: Vec<i16>) = "where SEG-Y has its format code, the file has {codes}",
        codes = list(codes, " or ");

    /// What the byte-order constant is.
    Constant(constant: Constant) = "bytes 3297-3300 {constant}", constant = match constant {
        Constant::States(_) => "are a byte-order constant",
        Constant::Absent => "(byte-order constant) are 0",
        Constant::Invalid => "are not a valid byte-order constant",
    };
    /// Whether the byte-order constant states the byte order of the candidate.
    ConstantAgrees(agrees: bool) = "the byte-order constant (byte 3297) states {which}",
        which = if *agrees { "it" } else { "another one" };
    /// Big-endian is the usual byte order.
    BigEndian = "big-endian is usual";
    /// Whether the values of the first trace header are small in this byte order, or in another one.
    SmallValues(here: bool) = "the first trace header has {values}",
        values = if *here { "plausible (small) values" } else { "small values in another byte order" };
    /// The format code is invalid in the byte order of the candidate.
    FormatCodeInvalid(code: i16) = "byte 3225 is {code}, not a format code";
    /// The format code is invalid in another byte order.
    FormatCodeInvalidAs(order: ByteOrder, code: i16) = "byte 3225 is {code} if {order}, not a format code";
    /// Samples of this width would put headers where trace headers are.
    HeadersAtWidth(width: u64) =
        "with samples of {width} bytes, headers are at the expected offsets";

    /// Where the start of traces comes from.
    StartFrom(origin: Origin) = "{origin}", origin = match origin {
        Origin::Override => "override",
        Origin::Extended => "byte 3521",
        Origin::Declared => "after the extended textual headers (byte 3505)",
        Origin::NonStandard => "byte 3521, which this revision does not have",
        Origin::Detected => "after the last text",
        Origin::Trace | Origin::TraceExtended | Origin::Each | Origin::Private | Origin::Default =>
            "directly after the binary header",
    };
    /// The file has no file headers.
    NoFileHeaders = "no file headers";
    /// Text is stored where the first trace should be.
    TextInsteadOfTrace = "text at the expected offset of the first trace";
    /// Whether text is stored before the first trace.
    TextBefore(any: bool) = "{no}text before the first trace", no = if *any { "" } else { "no " };
    /// The declared number of extended textual headers.
    ExtendedText(n: i16) = "byte 3505 is {n}";

    /// The two bytes of the revision.
    RevisionBytes(bytes: [u8; 2]) = "bytes 3501-3502 are {major} {minor}", major = bytes[0], minor = bytes[1];
    /// How they are understood.
    RevisionForm(form: RevisionForm) = "{form}";
    /// The file has the byte-order constant of revision 2, so that its fields are read.
    RevisionFields = "the byte-order constant of revision 2 is present: its fields are read";

    /// Seismic Unix has no additional trace headers.
    NoAdditionalHeaders = "Seismic Unix has none";
    /// Where the number of additional headers comes from.
    AdditionalFrom(origin: Origin) = "{origin}", origin = match origin {
        Origin::Override => "override",
        Origin::Declared => "the binary header declares it",
        Origin::NonStandard => "byte 3507 in the form of another revision",
        Origin::TraceExtended => "the first trace has an additional header",
        Origin::Extended | Origin::Trace | Origin::Each | Origin::Private | Origin::Detected
        | Origin::Default => "byte 3507 declares another number",
    };
    /// The name `SEG00001` is where the first additional header has its name.
    AdditionalNamed = "byte 233 of the second header is SEG00001";
    /// That name is missing.
    AdditionalNameMissing = "the name SEG00001 is missing";
    /// That name is found among the samples.
    AdditionalNameInSamples = "the name SEG00001 is found among samples";
    /// The first additional header states another number of them.
    AdditionalStated(n: u64) = "byte 157 of the first additional header is {n}";

    /// Where the sample count comes from.
    SamplesFrom(origin: Origin) = "{origin}", origin = match origin {
        Origin::Override => "override",
        Origin::Declared => "byte 3221 of the binary header",
        Origin::Extended => "byte 3269 of the binary header",
        Origin::NonStandard => "byte 3269, which this revision does not have, or only with a sign",
        Origin::TraceExtended => "byte 137 of the first additional header",
        Origin::Private => "byte 229 of the first trace header, where byte 115 is 32767",
        Origin::Trace | Origin::Each | Origin::Detected | Origin::Default =>
            "byte 115 of the first trace header",
    };
    /// The first trace header states this number of samples, whether it is the same or another one.
    FirstTraceSamples(n: u64, same: bool) = "byte 115 of the first trace header is {what}",
        what = if *same { "the same".to_owned() } else { n.to_string() };
    /// A trace of another length.
    OwnLength(own: OwnLength) = "{own}";
    /// Traces were found by following the sample count of each.
    Followed(n: u64, ended: Ended) =
        "{n} consecutive traces found by the sample count of each, up to {end}",
        end = match ended {
            Ended::Whole => "the end of the file",
            Ended::Truncated => "a truncated trace",
            Ended::NoHeader => "other data",
        };

    /// Where the sample width comes from.
    WidthFrom(origin: Origin) = "{origin}", origin = match origin {
        Origin::Override => "override",
        Origin::Declared => "byte 3225 of the binary header",
        Origin::Extended | Origin::NonStandard | Origin::Trace | Origin::TraceExtended | Origin::Each
        | Origin::Private | Origin::Detected | Origin::Default => "the distance between trace headers",
    };
    /// A file without file headers has the samples of Seismic Unix, or of PASSCAL.
    WidthOfKind(passcal: bool) = "{kind}", kind = match passcal {
        true => "bytes 205-206, the data format of PASSCAL",
        false => "float32, as in Seismic Unix",
    };
    /// A data trailer is declared, and is in the file.
    TrailerDeclared = "byte 3529 declares a data trailer";
    /// There is no data trailer, whether it is declared or not.
    NoTrailer(declared: bool) = "{none}", none = if *declared {
        "there is none, although byte 3529 declares one"
    } else {
        "byte 3529 declares none"
    };

    /// The file ends where traces would begin.
    NoRoom = "the file ends where traces would begin";
    /// Complete traces, bytes of each, and trailing bytes.
    Size(n: u64, len: u64, over: u64) =
        "the file has {n} traces of {len} bytes and {over} trailing bytes";
    /// The declared number of traces is the same.
    TraceCountAgrees = "byte 3513 declares as many traces";

    /// Traces whose headers resemble the first one.
    HeadersAt(traces: Vec<u64>) = "headers at traces {traces} resemble the first",
        traces = list(traces, ", ");
    /// Traces that have no header at the expected offset.
    NoHeaderAt(traces: Vec<u64>) = "{traces}", traces = no_header(traces);
    /// Number of headers found by following the sample count of each trace.
    Links(n: u64) = "{n} headers found by the sample count of each trace";
    /// A header like the first is stored at an offset where this reading has none.
    HeaderBetween(at: u64) = "offset {at} has a header like the first";
    /// The first trace has the sample interval of the binary header.
    IntervalAgrees = "the first trace has the sample interval of the binary header";
    /// The trace identification code of the first trace is invalid.
    TraceIdInvalid = "the identification (byte 29) of the first trace is invalid";
    /// The coordinate scalar of the first trace is not a power of ten.
    ScalarInvalid = "the coordinate scalar (byte 71) of the first trace is not a power of ten";

    /// The format code, and the byte at which it is stored; `None` in Seismic Unix.
    FormatCode(byte: Option<u64>, code: i16) = "{text}", text = match byte {
        Some(byte) => format!("byte {byte} is {code}"),
        None => format!("format {code}, that of Seismic Unix or PASSCAL"),
    };
    /// The format code, and that it declares this format.
    FormatDeclared(byte: Option<u64>, code: i16) = "{text}", text = match byte {
        Some(byte) => format!("byte {byte} declares it ({code})"),
        None => format!("format {code}, that of Seismic Unix or PASSCAL"),
    };
    /// Bytes of a sample.
    Width(width: u64) = "{width} bytes per sample";
    /// The share of samples with a magnitude of 2 to the power of minus or plus that exponent.
    Magnitudes(share: f64, most: u32) = "{share:.0} % have a magnitude of 2^-{most} to 2^{most}",
        share = 100.0 * share;
    /// The share of samples that are not normalised as IBM floats.
    NotNormalised(share: f64) = "{share:.0} % are not normalised as IBM floats", share = 100.0 * share;
    /// All are normalised as IBM floats; of IEEE floats that number would not be.
    Normalised(n: usize) = "all are normalised as IBM floats; of IEEE floats {n} would not be";
    /// Samples have the exponents of floats.
    FloatExponents = "samples have the exponents of floats";
    /// Values cluster around 0 when read as signed (true) or as unsigned (false).
    Signed(signed: bool) = "values cluster around {how}",
        how = if *signed { "0 when read as signed" } else { "the middle when read as unsigned" };
    /// The share of samples in the middle of the range, and the part of the range as a power of 2.
    Middle(share: f64, part: u32) = "{share:.0} % are in the middle 1/{part} of the range",
        share = 100.0 * share, part = 1u64 << part;
    /// Steps between samples relative to their size.
    Steps(steps: f64) = "differences of neighbouring samples are {steps:.2} of their size";
    /// Samples of one byte have no byte order.
    OneByte = "samples of one byte have no byte order";
    /// The byte order of headers, and whether samples have the same.
    HeaderOrder(order: ByteOrder, same: bool) = "headers are {order}{but}",
        but = if *same { "" } else { ", samples are not" };
    /// The byte order is that of headers.
    SameOrder = "the byte order of headers";
    /// What samples are in a byte order.
    SamplesAs(order: ByteOrder, reasons: Vec<Reason>) = "as {order} {reasons}", reasons = all(reasons, names);

    /// Whether the trace identification is depth, and the measurement system.
    Depth(is_depth: bool, system: i16) = "byte 29 is {depth}", depth = match (is_depth, system) {
        (false, _) => "not depth",
        (true, 1) => "depth, byte 3255 is metres",
        (true, 2) => "depth, byte 3255 is feet",
        (true, _) => "depth, byte 3255 is not a unit",
    };
    /// What a header states as the sample interval.
    Interval(stated: StatedInterval) = "{stated}";
    /// What a trace states as its delay: the word, the scalar, and whether that is ignored.
    Delay(trace: u64, word: Option<f64>, scalar: Option<(f64, bool)>) = "trace {trace}{delay}",
        delay = match (word, scalar) {
            (None, _) => " does not have the field".to_owned(),
            (Some(word), None) => format!(": {word}"),
            (Some(word), Some((scalar, false))) => format!(": {word}, scalar {scalar}"),
            (Some(word), Some((scalar, true))) => {
                format!(": {word}, ignoring {scalar}, which is not a scalar")
            }
        };
    /// The delay of a trace without its scalar.
    DelayUnscaled(trace: u64) = "trace {trace} without the scalar";
    /// The bytes of the delay.
    DelayBytes(bytes: DelayBytes) = "{bytes} of trace 0", bytes = delay_bytes(bytes);
    /// The delay is longer than a trace.
    DelayFar = "longer than a trace: a window, or other units";
    /// The header schema contains the delay.
    DelayInSchema = "the header schema contains it";
    /// The file has no trace.
    NoTrace = "the file has no trace";

    /// The share of characters that are printable in an encoding.
    Printable(share: f64, encoding: Encoding) = "the textual header is {share:.1} % printable as {encoding}",
        share = 100.0 * share, encoding = encoding.name();
    /// The first byte, where several encodings are as likely.
    FirstByte(byte: u8) = "the first byte is {text}", text = match byte {
        b'C' => "C in ascii".to_owned(),
        _ => format!("0x{byte:02X}, not C in ascii"),
    };
    /// An extended textual header, its printable share, its encoding, and whether it is text.
    ExtendedPrintable(i: u64, share: f64, encoding: Encoding, is_text: bool) =
        "header {i} is{low} {share:.1} % printable as {encoding}", low = if *is_text { "" } else { " only" },
        share = 100.0 * share, encoding = encoding.name();
    /// Number of further extended textual headers.
    MoreTexts(n: u64) = "and {n} more headers, each with a separate encoding";

    /// The named file states it.
    StatedBy(name: String) = "{name} states it";
    /// Traces of a file and the offset of the first of them.
    FileTraces(name: String, traces: Range<u64>, offset: u64) = "{name}: {which}",
        which = match traces.end.saturating_sub(traces.start) {
            0 => "no trace".to_owned(),
            1 => format!("trace {}, at offset {offset}", traces.start),
            _ => format!("traces {} to {}, from offset {offset}", traces.start, traces.end - 1),
        };
    /// Number of further files.
    MoreFiles(n: u64) = "and {n} more";
    /// All other conclusions are those of the first file.
    FirstFile = "all other conclusions are those of the first file";
    /// The traces of all files.
    AllFiles = "the traces of all files";
    /// The survey index file matches the file.
    IndexMatches = "size, modification time and sampled content are unchanged; survey keys are checked as \
        traces are read";
    /// The named stanza contains it.
    Stanza(name: String) = "the stanza {name:?} contains it";
}

/// Return all reasons as one text.
pub(super) fn all(reasons: &[Reason], names: &Names) -> String {
    let texts: Vec<String> = reasons.iter().map(|reason| reason.text(names)).collect();
    texts.join(", ")
}
