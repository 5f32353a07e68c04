//! The reasons for conclusions, as data.

use std::ops::Range;

use super::value::{Failure, Origin, Value};
use crate::format::{ByteOrder, Format};
use crate::text::Encoding;

/// The byte-order constant of revision 2, bytes 3297-3300, as it is stored in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Constant {
    /// 01 02 03 04, 04 03 02 01, or 02 01 04 03 where pairs are swapped.
    States(ByteOrder),
    /// All zero: not stated, as in every file of revision 0 and 1.
    Absent,
    /// Anything else: vendor data, or damage.
    Invalid,
}

/// Why a revision is not what its two bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RevisionForm {
    /// A 16-bit word, least significant byte first.
    Swapped,
    /// `0x0010`, which a known writer uses for revision 1.
    Sixteen,
    /// No known revision.
    Unknown,
    /// An override.
    Override,
}

/// Why traces were followed no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// The last trace ends where traces end.
    Whole,
    /// The file ends within a trace.
    Truncated,
    /// There is no header where the next one should be.
    NoHeader,
}

/// A sample interval as a header states it: in microseconds, or in units of depth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StatedInterval {
    /// The trace, or `None` for the binary header.
    pub trace: Option<u64>,
    /// The value of the 16-bit word, or of the 64-bit float where that is in use.
    pub value: f64,
    /// The word, where the value is that of a signed word.
    pub word: Option<i16>,
    /// The float, where it is not a valid interval.
    pub invalid: Option<f64>,
}

/// A number of consecutive samples of a trace that differs from the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnLength {
    /// The trace.
    pub trace: u64,
    /// The byte of its header, counted from 1.
    pub byte: u64,
    /// Its samples.
    pub samples: u64,
    /// Its additional headers, where it has another number of them.
    pub additional: Option<u64>,
    /// The samples of the other traces.
    pub usual: u64,
}

/// What trailing bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A truncated trace, or other data.
    Unknown,
    /// One byte, repeated.
    Repeated(u8),
    /// Not trace data: the next header is missing.
    NoHeader,
}

/// Bytes after the last complete trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trailing {
    /// Their number.
    pub bytes: u64,
    /// The complete traces before them.
    pub traces: u64,
    /// Bytes of a trace, where all are as long.
    pub trace_len: Option<u64>,
    /// Their offset.
    pub offset: u64,
    /// What they are.
    pub content: Content,
}

/// Header bytes that make the delay: byte number and block of each word.
pub type DelayBytes = Vec<(Option<String>, u16)>;

/// A reason for a conclusion or a candidate.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// The caller passed the value.
    Overridden,
    /// Without the override, the file would have this value.
    FileStates(Value),
    /// Without the override, the file could not be read.
    Unreadable(Failure),
    /// Another value is nearly as likely.
    Ambiguous(Value),
    /// Bytes after the last complete trace.
    Trailing(Trailing),
    /// Samples look like another format.
    LooksLike(Format),

    /// The file has the file headers of SEG-Y.
    FileHeaders,
    /// The file has traces alone, as Seismic Unix.
    TracesAlone,
    /// The word for the format is a format code.
    FormatCodeValid,
    /// The file is too short for the headers of SEG-Y.
    TooShortForSegy,
    /// The words where SEG-Y has the format code.
    FormatCodes(Vec<i16>),

    /// What the byte-order constant is.
    Constant(Constant),
    /// Whether the byte-order constant states the byte order of the candidate.
    ConstantAgrees(bool),
    /// Big-endian is the usual byte order.
    BigEndian,
    /// Whether the values of the first trace header are small in this byte order, or in another one.
    SmallValues(bool),
    /// The format code is invalid in the byte order of the candidate.
    FormatCodeInvalid(i16),
    /// The format code is invalid in another byte order.
    FormatCodeInvalidAs(ByteOrder, i16),
    /// Samples of this width would put headers where trace headers are.
    HeadersAtWidth(u64),

    /// Where the start of traces comes from.
    StartFrom(Origin),
    /// The file has no file headers.
    NoFileHeaders,
    /// Text is stored where the first trace should be.
    TextInsteadOfTrace,
    /// Whether text is stored before the first trace.
    TextBefore(bool),
    /// The declared number of extended textual headers.
    ExtendedText(i16),

    /// The two bytes of the revision.
    RevisionBytes([u8; 2]),
    /// How they are understood.
    RevisionForm(RevisionForm),
    /// The file has the byte-order constant of revision 2, so that its fields are read.
    RevisionFields,

    /// Seismic Unix has no additional trace headers.
    NoAdditionalHeaders,
    /// Where the number of additional headers comes from.
    AdditionalFrom(Origin),
    /// The name `SEG00001` is where the first additional header has its name.
    AdditionalNamed,
    /// That name is missing.
    AdditionalNameMissing,
    /// That name is found among the samples.
    AdditionalNameInSamples,
    /// The first additional header states another number of them.
    AdditionalStated(u64),

    /// Where the sample count comes from.
    SamplesFrom(Origin),
    /// The first trace header states this number of samples, whether it is the same or another one.
    FirstTraceSamples(u64, bool),
    /// A trace of another length.
    OwnLength(OwnLength),
    /// Traces were found by following the sample count of each.
    Followed(u64, Ended),

    /// Where the sample width comes from.
    WidthFrom(Origin),
    /// A data trailer is declared, and is in the file.
    TrailerDeclared,
    /// There is no data trailer, whether it is declared or not.
    NoTrailer(bool),

    /// The file ends where traces would begin.
    NoRoom,
    /// Complete traces, bytes of each, and trailing bytes.
    Size(u64, u64, u64),
    /// The declared number of traces is the same.
    TraceCountAgrees,

    /// Traces whose headers resemble the first one.
    HeadersAt(Vec<u64>),
    /// Traces that have no header at the expected offset.
    NoHeaderAt(Vec<u64>),
    /// Number of headers found by following the sample count of each trace.
    Links(u64),
    /// A header like the first is stored at an offset where this reading has none.
    HeaderBetween(u64),
    /// The first trace has the sample interval of the binary header.
    IntervalAgrees,
    /// The trace identification code of the first trace is invalid.
    TraceIdInvalid,
    /// The coordinate scalar of the first trace is not a power of ten.
    ScalarInvalid,

    /// The format code, and the byte at which it is stored; `None` in Seismic Unix.
    FormatCode(Option<u64>, i16),
    /// The format code, and that it declares this format.
    FormatDeclared(Option<u64>, i16),
    /// Bytes of a sample.
    Width(u64),
    /// The share of samples with a magnitude of 2 to the power of minus or plus that exponent.
    Magnitudes(f64, u32),
    /// The share of samples that are not normalised as IBM floats.
    NotNormalised(f64),
    /// All are normalised as IBM floats; of IEEE floats that number would not be.
    Normalised(usize),
    /// Samples have the exponents of floats.
    FloatExponents,
    /// Values cluster around 0 when read as signed (true) or as unsigned (false).
    Signed(bool),
    /// The share of samples in the middle of the range, and the part of the range as a power of 2.
    Middle(f64, u32),
    /// Steps between samples relative to their size.
    Steps(f64),
    /// Samples of one byte have no byte order.
    OneByte,
    /// The byte order of headers, and whether samples have the same.
    HeaderOrder(ByteOrder, bool),
    /// The byte order is that of headers.
    SameOrder,
    /// What samples are in a byte order.
    SamplesAs(ByteOrder, Vec<Reason>),

    /// Whether the trace identification is depth, and the measurement system.
    Depth(bool, i16),
    /// What a header states as the sample interval.
    Interval(StatedInterval),
    /// What a trace states as its delay: the word, the scalar, and whether that is ignored.
    Delay(u64, Option<f64>, Option<(f64, bool)>),
    /// The delay of a trace without its scalar.
    DelayUnscaled(u64),
    /// The bytes of the delay.
    DelayBytes(DelayBytes),
    /// The delay is longer than a trace.
    DelayFar,
    /// The header schema contains the delay.
    DelayInSchema,
    /// The file has no trace.
    NoTrace,

    /// The share of characters that are printable in an encoding.
    Printable(f64, Encoding),
    /// The first byte, where several encodings are as likely.
    FirstByte(u8),
    /// An extended textual header, its printable share, its encoding, and whether it is text.
    ExtendedPrintable(u64, f64, Encoding, bool),
    /// Number of further extended textual headers.
    MoreTexts(u64),

    /// The named file states it.
    StatedBy(String),
    /// Traces of a file and the offset of the first of them.
    FileTraces(String, Range<u64>, u64),
    /// Number of further files.
    MoreFiles(u64),
    /// All other conclusions are those of the first file.
    FirstFile,
    /// The traces of all files.
    AllFiles,
    /// The survey index file matches the file.
    IndexMatches,
    /// The named stanza contains it.
    Stanza(String),
}
