//! What a file is.

use crate::format::{ByteOrder, Format};
use crate::header::Field;
use crate::header::tables::{SU, TRACE};
use crate::layout::Layout;
use crate::lengths::Lengths;
use crate::names::named;
use crate::setters::setters;
use crate::source::Blocks;
use crate::text::Encoding;

named! {
    /// What a file is: which headers it has.
    pub enum FileKind {
        /// SEG-Y: a textual and a binary header, then traces.
        SegY => "segy",
        /// Seismic Unix: traces alone, with headers that differ from byte 181 on, and float32 samples.
        SeismicUnix => "su",
    }
}

impl FileKind {
    /// The fields of its trace headers.
    #[must_use]
    pub(crate) fn trace_fields(self) -> &'static [Field] {
        match self {
            FileKind::SegY => TRACE,
            FileKind::SeismicUnix => SU,
        }
    }
}

/// Overrides of what the file declares. Each field replaces a conclusion.
///
/// ```
/// use segbuf::{Format, Overrides};
/// let overrides = Overrides::default().format(Format::Ieee32).n_samples(1000);
/// assert_eq!(overrides.n_samples, Some(1000));
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Overrides {
    /// What the file is.
    pub kind: Option<FileKind>,
    /// The byte order of headers, and of samples that do not plainly have another.
    pub endian: Option<ByteOrder>,
    /// The byte order of samples.
    pub sample_endian: Option<ByteOrder>,
    /// How samples stand in the file.
    pub format: Option<Format>,
    /// The encoding of the textual file header.
    pub encoding: Option<Encoding>,
    /// The revision, major and minor.
    pub revision: Option<(u8, u8)>,
    /// Samples in each trace.
    pub n_samples: Option<u64>,
    /// The sample interval, in the unit of the sample axis: milliseconds for time.
    pub interval: Option<f64>,
    /// Byte offset of the first trace header, counted from 0.
    pub first_trace: Option<u64>,
    /// Headers of 240 bytes between the standard one of each trace and its samples, at most 32767.
    pub additional_headers: Option<u64>,
}

setters!(Overrides:
    kind: impl Into<Option<FileKind>>,
    endian: impl Into<Option<ByteOrder>>,
    sample_endian: impl Into<Option<ByteOrder>>,
    format: impl Into<Option<Format>>,
    encoding: impl Into<Option<Encoding>>,
    revision: impl Into<Option<(u8, u8)>>,
    n_samples: impl Into<Option<u64>>,
    interval: impl Into<Option<f64>>,
    first_trace: impl Into<Option<u64>>,
    additional_headers: impl Into<Option<u64>>,
);

named! {
    /// The unit of the sample axis.
    pub enum Unit {
        /// Time, in milliseconds.
        Milliseconds => "ms",
        /// Depth, in metres.
        Metres => "m",
        /// Depth, in feet.
        Feet => "ft",
        /// Depth, in a unit that the file does not name.
        Length => "length",
        /// What Seismic Unix has in `d1` and `f1` where its traces are not of time, in a unit that the
        /// file does not state.
        Unstated => "unstated",
    }
}

/// What was concluded about a file: all that a reader needs to know of its headers.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What it is.
    pub kind: FileKind,
    /// Where traces are, and how samples stand in them, once swapped pairs are swapped back: where
    /// `lengths` vary, when all are padded to the length of the longest.
    pub layout: Layout,
    /// How many samples each trace has, where that varies.
    pub lengths: Option<Lengths>,
    /// The byte order of headers in the file.
    pub order: ByteOrder,
    /// The byte order of samples in the file.
    pub sample_order: ByteOrder,
    /// The revision, major and minor: what the bytes mean where a writer got them wrong. That of a
    /// Seismic Unix file is 0.0, of which its trace headers stem.
    pub revision: (u8, u8),
    /// The encoding of the textual file header.
    pub encoding: Encoding,
    /// Textual headers: 1, and the extended ones; 0 in a Seismic Unix file.
    pub n_text: u64,
    /// Byte offset of the textual file header: 0, or 128 after a tape label. The binary header is
    /// 3200 bytes further, the first extended textual header 3600.
    pub text_at: u64,
    /// The binary header, as in the file, but with swapped pairs swapped back; a Seismic Unix file has
    /// none.
    pub binary: Option<[u8; 400]>,
    /// Whether the fields of revision 2 (bytes 3261-3300 and 3507-3532) mean anything.
    pub second_revision: bool,
    /// The sample interval in `unit`s; `None` where the headers do not say, or disagree.
    pub interval: Option<f64>,
    /// Where the axis of trace 0 begins, in `unit`s.
    pub delay: f64,
    /// The unit of the sample axis.
    pub unit: Unit,
    /// The number of traces that byte 3513 declares, where it does.
    pub declared_traces: Option<u64>,
    /// Byte offset at which traces end: the end of the file, or the start of its data trailer or
    /// of other bytes that are no traces.
    pub end: u64,
    /// Records of the data trailer, 3200 bytes each, from there on.
    pub n_trailers: u64,
    /// Fields of the binary header in which files that are read as one differ: what they say of all
    /// traces is true of some.
    pub disputed: Vec<&'static str>,
}

impl Facts {
    /// Where pairs of bytes are swapped in the traces of the file, if they are: in all of them, in their
    /// headers, or in their samples. [`PairsSource`](crate::source::PairsSource) swaps them back.
    #[must_use]
    pub(crate) fn swapped(&self) -> Option<Blocks> {
        let layout = &self.layout;
        let in_traces = |start, len| Blocks {
            start: layout.first_trace + start,
            len,
            stride: layout.trace_len(),
            count: layout.n_traces,
        };
        let is_swapped = |order| order == ByteOrder::Pairwise;
        match (is_swapped(self.order), is_swapped(self.sample_order)) {
            (true, true) => {
                Some(Blocks::one(layout.first_trace, layout.trace_len() * layout.n_traces))
            }
            (true, false) => Some(in_traces(0, layout.header_len)),
            (false, true) => Some(in_traces(layout.header_len, layout.samples_len())),
            (false, false) => None,
        }
    }
}
