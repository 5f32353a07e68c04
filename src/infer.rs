//! Evidence before conclusions: byte order, revision, format, lengths and axis of a file.
//!
//! The words of the file headers are claims. Every way of reading the file that they allow is a
//! candidate (`candidates`), and gets points for what agrees with the file and against what does
//! not (`score`): its size first of all, then what stands where trace headers should. The best one
//! is taken, and what spoke for it and against the others is kept as [`Evidence`]. Whatever a file
//! claims, it is judged by a bounded number of small reads, and no memory is taken by its word.
//!
//! Source: SEG-Y revision 2.1, binary header bytes 3213-3532, trace header bytes 29, 109, 115, 117
//! and 215, and the first additional trace header.

mod asked;
mod axis;
mod candidates;
mod chain;
mod claims;
pub(crate) mod delay;
mod evidence;
mod heads;
mod lengths;
mod measure;
mod order;
mod probe;
mod report;
mod samples;
mod score;
mod tail;
mod texts;
mod warning;
mod words;

pub use evidence::{Candidate, Conclusion, Evidence};
pub(crate) use score::places;
pub use warning::{About, Warning};

use axis::Axis;
use candidates::{Origin, Reading};
use chain::Walked;
use claims::Constant;
use heads::{Beginnings, FileHeaders};
use probe::Probe;
use texts::Texts;
use words::Words;

use crate::error::{Class, Error, Kind, Result};
use crate::format::{ByteOrder, Format};
use crate::header::tables::{Field, SU, TRACE};
use crate::layout::Layout;
use crate::lengths::Lengths;
use crate::parallel::Running;
use crate::source::{Blocks, PaddedSource, Recalled, Source};
use crate::text::{Encoding, TEXT_HEADER};

/// Bytes of the textual and the binary file header.
const FILE_HEADERS: u64 = 3600;

/// The most additional headers that a trace can have: what byte 3507 of revision 2.1 can say.
const MOST_HEADERS: u64 = i16::MAX as u64;

/// Bytes of a tape label before them.
const TAPE_LABEL: u64 = 128;

/// Of how many candidates the trace headers are looked at.
const FINALISTS: usize = 8;

/// Why something was concluded that an override gives.
const ASKED: &str = "asked for";

/// A byte order in which the format code is none, and that code.
type Refused = Option<(ByteOrder, i16)>;

/// What a file is: which headers it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// SEG-Y: a textual and a binary header, then traces.
    SegY,
    /// Seismic Unix: traces alone, with headers that differ from byte 181 on, and float32 samples.
    SeismicUnix,
}

impl FileKind {
    /// `"segy"` or `"su"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FileKind::SegY => "segy",
            FileKind::SeismicUnix => "su",
        }
    }

    /// The fields of its trace headers.
    #[must_use]
    pub fn trace_fields(self) -> &'static [Field] {
        match self {
            FileKind::SegY => TRACE,
            FileKind::SeismicUnix => SU,
        }
    }
}

/// What the caller knows better than the file. Each field takes the place of a conclusion.
#[derive(Debug, Clone, Default, PartialEq)]
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

/// The unit of the sample axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Time, in milliseconds.
    Milliseconds,
    /// Depth, in metres.
    Metres,
    /// Depth, in feet.
    Feet,
    /// Depth, in a unit that the file does not name.
    Length,
}

impl Unit {
    /// `"ms"`, `"m"`, `"ft"`, or `"length"` for a depth in no stated unit.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Unit::Milliseconds => "ms",
            Unit::Metres => "m",
            Unit::Feet => "ft",
            Unit::Length => "length",
        }
    }
}

/// What was concluded about a file: all that a reader needs to know of its headers.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts {
    /// What it is.
    pub kind: FileKind,
    /// Where traces are, and how samples stand in them, once swapped pairs are swapped back: where
    /// `lengths` vary, when all are [padded](PaddedSource) to the length of the longest.
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
    pub fn swapped(&self) -> Option<Blocks> {
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

/// Facts, the evidence for them, and what is odd about the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Inferred {
    /// What was concluded.
    pub facts: Facts,
    /// From what.
    pub evidence: Evidence,
    /// What is odd about the file; empty for a sane one.
    pub warnings: Vec<Warning>,
}

/// Judges a file by its headers, its size and a few of its traces.
///
/// Reads a few dozen small blocks, and the extended textual headers where their number is not
/// stated; never more, whatever the file claims. Only of few traces, of up to 4096 where the first one
/// contradicts the binary header, and where traces have different lengths, the headers of all are read,
/// from one to the next.
///
/// ```
/// # fn demo(source: &dyn segbuf::source::Source) -> segbuf::Result<()> {
/// use segbuf::infer::{Overrides, infer};
/// let inferred = infer(source, &Overrides::default())?;
/// println!("{} traces", inferred.facts.layout.n_traces);
/// println!("{}", inferred.evidence);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`Kind::Format`] for what is no SEG-Y file, or cannot be read without guessing; [`Kind::Value`]
/// for an override that makes no sense; [`Kind::Io`] where the source fails.
pub fn infer(source: &dyn Source, overrides: &Overrides) -> Result<Inferred> {
    infer_running(source, overrides, Running::default())
}

/// [`infer`], interruptible where it reads the headers of all traces.
///
/// # Errors
/// As [`infer`]; whatever `running.poll` returns.
pub fn infer_running(
    source: &dyn Source,
    overrides: &Overrides,
    running: Running<'_>,
) -> Result<Inferred> {
    if overrides.n_samples == Some(0) {
        return Err(Error::new(Kind::Value, "n_samples must be positive").have(0));
    }
    if let Some(n) = overrides.additional_headers.filter(|n| *n > MOST_HEADERS) {
        return Err(Error::new(Kind::Value, "too many additional headers")
            .want(format_args!("additional_headers of 0 to {MOST_HEADERS}"))
            .have(n));
    }
    if let Some(interval) = overrides.interval
        && !(interval.is_finite() && interval > 0.0)
    {
        return Err(Error::new(Kind::Value, "the sample interval is impossible")
            .want("a positive number")
            .have(interval));
    }
    let mut walked = None;
    if *overrides == Overrides::default() {
        return conclude(source, overrides, &mut walked, running);
    }
    // What the file is without them is of interest only; a source that fails is not.
    let own = conclude(source, &Overrides::default(), &mut walked, running);
    if let Err(error) = &own
        && error.class() != Class::Format
    {
        return Err(error.clone());
    }
    let mut known = overrides.clone();
    // A wrong format moves the places of all headers: then they tell nothing of the byte order.
    if let (Ok(own), Some(_)) = (&own, overrides.format)
        && own.facts.layout.n_traces > 0
        && overrides.endian.is_none()
    {
        known.endian = Some(own.facts.order);
    }
    let mut inferred =
        conclude(source, &known, &mut walked, running).map_err(|error| match &own {
            Ok(own) => asked::refuse(error, &own.facts, overrides),
            Err(_) => error,
        })?;
    asked::compare(&mut inferred, &own, overrides);
    Ok(inferred)
}

fn conclude(
    source: &dyn Source,
    overrides: &Overrides,
    walked: &mut Option<Walked>,
    running: Running<'_>,
) -> Result<Inferred> {
    let mut probe = Probe::new(source)?;
    let headers = FileHeaders::read(&probe);
    let beginnings = Beginnings::read(&mut probe, headers.as_ref().ok(), overrides)?;
    let claims = &beginnings.claims;
    let mut starts = Vec::new();
    for claims in claims {
        starts.push(candidates::starts(&mut probe, claims, overrides)?);
    }
    let mut readings: Vec<Reading<'_>> = Vec::new();
    for (claims, starts) in claims.iter().zip(&starts) {
        readings.extend(candidates::readings(&mut probe, claims, starts, overrides)?);
    }
    readings.iter_mut().for_each(Reading::judge_claims);
    rank(&mut readings);
    for reading in readings.iter_mut().take(FINALISTS) {
        reading.judge_headers(&mut probe)?;
        if overrides.format.is_some() {
            reading.judge_any_width(&mut probe)?;
        }
    }
    readings.truncate(FINALISTS);
    let places: Vec<_> = readings.iter().map(|other| (other.start.at, other.trace_len())).collect();
    for reading in &mut readings {
        reading.judge_between(&probe, &places)?;
    }
    rank(&mut readings);
    if readings.first().is_none_or(Reading::is_doubtful) {
        for reading in &mut readings {
            reading.judge_links(&probe)?;
        }
        rank(&mut readings);
    }
    readings.retain(|reading| overrides.kind.is_some() || reading.is_credible());

    let Some(best) = readings.first_mut() else {
        return Err(beginnings.nothing(&probe, headers, overrides));
    };
    if best.start.text_here && overrides.first_trace.is_none() {
        return Err(Error::new(Kind::Format, "text stands where the first trace should")
            .byte(best.start.at + 1)
            .advice("pass open(first_trace=) if you know where traces begin"));
    }
    // The other byte order has a code that is none, and this one has no traces, nor is it stated.
    let refused = beginnings.refused.filter(|_| best.claims.has_headers());
    if let (Some((ByteOrder::BIG, code)), (0, 1..), None) = (refused, best.fit(), overrides.format)
        && best.claims.constant != Constant::States(best.order())
    {
        return Err(heads::unknown_format(best.claims.format_byte() - 3225, code));
    }
    let whole = best.clone();
    let mut odd: Vec<String> = tail::trim(&probe, best)?.into_iter().collect();
    let padded;
    if let Some(why) = lengths::vary(&probe, &whole, best, overrides)? {
        let followed = chain::walk(&probe, &whole, walked, running)?;
        if let Some(followed) = followed
            && lengths::prevail(&probe, best, &whole, followed)?
        {
            *best = whole;
            odd.clear();
            odd.extend(lengths::rest(&probe, best, followed)?);
            odd.extend(lengths::nothing(followed));
            let varied = lengths::reading(best, followed, &why);
            let (head, body) = followed.records.longest();
            let source = Box::new(Recalled::new(source));
            padded = PaddedSource::new(source, followed.records.clone(), head, body)?;
            // From here on it is a file like others.
            probe = Probe::new(&padded)?;
            readings.insert(0, varied);
        }
    }
    let best = &readings[0];
    let judged = samples::judge(&probe, best, overrides)?;

    let (n_traces, _) = best.fit();
    let layout = Layout {
        sample_endian: judged.order.endian(),
        ..Layout::new(
            best.start.at,
            best.additional.0,
            best.n_samples.0,
            n_traces,
            judged.format,
            best.order().endian(),
        )?
    };
    let axis = Axis::read(&mut probe, best, &layout, overrides)?;
    let headers = headers.ok();
    let no_segy = (!best.claims.has_headers()).then(|| beginnings.no_segy(headers.as_ref()));
    let headers = headers.filter(|_| best.claims.has_headers());
    let mut texts = headers.as_ref().map(|h| Texts::read(&h.text, h.text_at, overrides));
    let facts = Facts {
        kind: best.claims.kind,
        layout,
        lengths: best.lengths.clone(),
        order: best.order(),
        sample_order: judged.order,
        revision: best.claims.revision.value,
        encoding: texts.as_ref().map_or(Encoding::Ascii, |texts| texts.encoding.clone()),
        n_text: headers.as_ref().map_or(0, |_| 1 + best.start.texts),
        text_at: headers.as_ref().map_or(0, |headers| headers.text_at),
        binary: headers.map(|headers| Words::binary(&headers.binary, best.order()).raw(3201)),
        second_revision: best.claims.second,
        interval: axis.interval,
        delay: axis.delay,
        unit: axis.unit,
        declared_traces: (best.claims.n_traces > 0).then_some(best.claims.n_traces),
        end: best.end.0,
        n_trailers: match best.end {
            (end, Origin::Declared) => (probe.len - end) / TEXT_HEADER as u64,
            _ => 0,
        },
        disputed: Vec::new(),
    };
    let mut warnings = report::warnings(&readings, &facts, probe.len);
    if let Some(texts) = &mut texts {
        warnings.append(&mut texts.warnings);
        texts.read_extended(&probe, facts.text_at, facts.n_text - 1)?;
    }
    warnings.extend(judged.warnings.into_iter().map(|text| Warning::new(About::Layout, text)));
    warnings.extend(odd.into_iter().map(|text| Warning::new(About::Layout, text)));
    warnings.extend(axis.warnings);
    let rest = texts.map_or_else(Vec::new, |texts| texts.conclusions);
    let rest = rest.into_iter().chain(axis.conclusions);
    let mut evidence = report::evidence(&readings, &facts, refused, judged.conclusions, rest);
    if let (Some(why), Some(kind)) = (no_segy, evidence.conclusions.first_mut()) {
        kind.because.push(why);
    }
    Ok(Inferred { facts, evidence, warnings })
}

/// Best first; of equals, the one that was named first.
fn rank(readings: &mut [Reading<'_>]) {
    readings.sort_by_key(|reading| std::cmp::Reverse(reading.score()));
}
