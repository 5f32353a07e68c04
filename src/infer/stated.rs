//! What headers and files state, and its wording: the data of reasons and warnings.

use std::fmt;

use crate::format::ByteOrder;

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

/// Where the sample format in use comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FormatSource {
    /// The format code at this byte of the file.
    Byte(u64),
    /// Seismic Unix, which has no format code.
    SeismicUnix,
    /// An override.
    Override,
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

impl fmt::Display for RevisionForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RevisionForm::Swapped => "a 16-bit word, least significant byte first",
            RevisionForm::Sixteen => "0x0010 is revision 1 in the files of a known writer",
            RevisionForm::Unknown => "unknown revision",
            RevisionForm::Override => "override",
        })
    }
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
    /// The byte of its header, counted from 1.
    pub byte: u64,
    /// The value of the 16-bit word, or of the 64-bit float where that is in use.
    pub value: f64,
    /// The word, where the value is that of a signed word.
    pub word: Option<i16>,
    /// The float, where it is not a valid interval.
    pub invalid: Option<f64>,
}

/// A negative word is written in both ways of reading it.
impl fmt::Display for StatedInterval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.trace {
            Some(trace) => write!(f, "trace {trace} (byte {}): ", self.byte)?,
            None => write!(f, "binary header (byte {}): ", self.byte)?,
        }
        match self.word {
            Some(word) if word < 0 => write!(f, "{word} ({} unsigned)", word.cast_unsigned()),
            _ => write!(f, "{}", self.value),
        }
    }
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

/// What is between the file headers and the first trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Zeros.
    Zeros,
    /// Text, such as a tape label.
    Text,
    /// Anything else.
    Other,
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Gap::Zeros => "zeros",
            Gap::Text => "text",
            Gap::Other => "other data",
        })
    }
}

impl fmt::Display for OwnLength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OwnLength { trace, byte, samples, usual, .. } = self;
        write!(f, "trace {trace} (header at byte {byte}) has {samples} samples")?;
        if let Some(n) = self.additional {
            write!(f, " and {n} additional headers")?;
        }
        write!(f, " instead of {usual}, and trace {} follows it", trace + 1)
    }
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
    /// The file headers of another file.
    SecondFile,
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

impl fmt::Display for Trailing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trailing { bytes, traces, trace_len, offset, content } = self;
        let of = trace_len.map_or_else(String::new, |len| format!(" of {len} bytes"));
        let after = format!("after {traces} complete traces{of} (offset {offset})");
        match content {
            Content::Unknown => write!(
                f,
                "{bytes} trailing bytes {after}: the last trace is truncated, or other data follows"
            ),
            Content::Repeated(byte) => write!(f, "ignoring {bytes} bytes of 0x{byte:02X} {after}"),
            Content::NoHeader => write!(f, "ignoring {bytes} bytes {after}: not trace data"),
            Content::SecondFile => write!(
                f,
                "ignoring {bytes} bytes {after}: the textual and binary header of a second file; split \
                the file at offset {offset} to read both"
            ),
        }
    }
}

/// Header bytes that make the delay: byte number and block of each word.
pub type DelayBytes = Vec<(Option<String>, u16)>;

/// Return the place of a delay.
pub(super) fn delay_bytes(bytes: &DelayBytes) -> String {
    let words = bytes.iter().map(|(block, byte)| match block {
        Some(block) => format!("{byte} of {block}"),
        None => byte.to_string(),
    });
    match &*words.collect::<Vec<_>>() {
        [one] => format!("byte {one}"),
        several => format!("bytes {}", several.join(" and ")),
    }
}

/// Return a statement about traces without headers.
pub(super) fn no_header(traces: &[u64]) -> String {
    format!("no valid trace header at the expected offset of trace {}", list(traces, ", "))
}

/// Return values separated by a string.
pub(super) fn list<T: ToString>(values: impl IntoIterator<Item = T>, between: &str) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(between)
}
