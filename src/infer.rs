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
mod claims;
mod evidence;
mod lengths;
mod probe;
mod report;
mod samples;
mod score;
mod tail;
mod texts;
mod warning;
mod words;

pub use evidence::{Candidate, Conclusion, Evidence};
pub use warning::{About, Warning};

use axis::Axis;
use candidates::{Origin, Reading};
use claims::{Claims, Constant};
use probe::Probe;
use texts::Texts;

use crate::error::{Error, Kind, Result};
use crate::format::{Endian, Format};
use crate::layout::Layout;
use crate::source::Source;
use crate::text::{Encoding, TEXT_HEADER, TEXT_SHARE, sniff};

/// Bytes of the textual and the binary file header.
const FILE_HEADERS: u64 = 3600;

/// Bytes of a tape label before them.
const TAPE_LABEL: u64 = 128;

/// Of how many candidates the trace headers are looked at.
const FINALISTS: usize = 8;

/// Why something was concluded that an override gives.
const ASKED: &str = "asked for";

/// A byte order in which the format code is none, and that code.
type Refused = Option<(Endian, i16)>;

/// What the caller knows better than the file. Each field takes the place of a conclusion.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// The byte order of headers and samples.
    pub endian: Option<Endian>,
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
    /// Where traces are, and how samples stand in them.
    pub layout: Layout,
    /// The revision, major and minor: what the bytes mean where a writer got them wrong.
    pub revision: (u8, u8),
    /// The encoding of the textual file header.
    pub encoding: Encoding,
    /// Textual headers: 1, and the extended ones.
    pub n_text: u64,
    /// Byte offset of the textual file header: 0, or 128 after a tape label. The binary header is
    /// 3200 bytes further, the first extended textual header 3600.
    pub text_at: u64,
    /// The binary header, as in the file.
    pub binary: [u8; 400],
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
/// stated; never more, whatever the file claims.
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
    if overrides.n_samples == Some(0) {
        return Err(Error::new(Kind::Value, "n_samples must be positive").have(0));
    }
    if let Some(interval) = overrides.interval
        && !(interval.is_finite() && interval > 0.0)
    {
        return Err(Error::new(Kind::Value, "the sample interval is impossible")
            .want("a positive number")
            .have(interval));
    }
    if *overrides == Overrides::default() {
        return conclude(source, overrides);
    }
    // What the file is without them is of interest only; a source that fails is not.
    let own = conclude(source, &Overrides::default());
    if let Err(error) = &own
        && error.kind() != Kind::Format
    {
        return Err(error.clone());
    }
    let mut known = overrides.clone();
    // A wrong format moves the places of all headers: then they tell nothing of the byte order.
    if let (Ok(own), Some(_)) = (&own, overrides.format)
        && own.facts.layout.n_traces > 0
        && overrides.endian.is_none()
    {
        known.endian = Some(own.facts.layout.endian);
    }
    let mut inferred = conclude(source, &known).map_err(|error| {
        let file = own.as_ref().map(|own| own.facts.layout.format);
        match (overrides.format, file) {
            (Some(asked), Ok(file)) if asked != file => error.advice(format_args!(
                "format={} was asked for, the file says {}",
                asked.name(),
                file.name()
            )),
            _ => error,
        }
    })?;
    asked::compare(&mut inferred, &own, overrides);
    Ok(inferred)
}

fn conclude(source: &dyn Source, overrides: &Overrides) -> Result<Inferred> {
    let mut probe = Probe::new(source)?;
    let text_at = tape_label(&probe)?;
    let (Some(text), Some(binary)) =
        (probe.block::<TEXT_HEADER>(text_at)?, probe.block::<400>(text_at + TEXT_HEADER as u64)?)
    else {
        return Err(Error::new(Kind::Format, "the file ends within its headers")
            .byte(probe.len + 1)
            .want(format_args!("at least {} bytes", text_at + FILE_HEADERS))
            .have(probe.len));
    };
    let mut texts = Texts::read(&text, text_at, overrides);
    let (claims, refused) = claims(&binary, text_at, overrides)?;

    let mut starts = Vec::new();
    for claims in &claims {
        starts.push(candidates::starts(&mut probe, claims, text_at, overrides)?);
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
    rank(&mut readings);

    let Some(best) = readings.first_mut() else {
        return Err(nothing_to_read(&probe, text_at, &binary, &claims, overrides));
    };
    if best.start.text_here && overrides.first_trace.is_none() {
        return Err(Error::new(Kind::Format, "text stands where the first trace should")
            .byte(best.start.at + 1)
            .advice("pass open(first_trace=) if you know where traces begin"));
    }
    // The other byte order has a code that is none, and this one has no traces.
    if let (Some((Endian::Big, code)), (0, 1..), None) = (refused, best.fit(), overrides.format) {
        return Err(unknown_format(text_at, code));
    }
    let tail = tail::trim(&probe, best)?;
    let best = &*best;
    lengths::check(&mut probe, best, overrides)?;
    let judged = samples::judge(&probe, best, text_at + 3225)?;

    let (n_traces, _) = best.fit();
    let layout = Layout::new(
        best.start.at,
        best.additional.0,
        best.n_samples.0,
        n_traces,
        judged.format,
        best.endian(),
    )?;
    let axis = Axis::read(&mut probe, best.claims, &layout, overrides)?;
    let facts = Facts {
        layout,
        revision: best.claims.revision.value,
        encoding: texts.encoding.clone(),
        n_text: 1 + best.start.texts,
        text_at,
        binary,
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
    };
    let mut warnings = report::warnings(&readings, &facts, probe.len);
    warnings.append(&mut texts.warnings);
    warnings.extend(judged.warning.map(|text| Warning::new(About::Layout, text)));
    warnings.extend(tail.map(|text| Warning::new(About::Layout, text)));
    warnings.extend(axis.warnings.into_iter().map(|text| Warning::new(About::Axis, text)));
    texts.read_extended(&probe, text_at, facts.n_text - 1)?;
    let rest = texts.conclusions.into_iter().chain(axis.conclusions);
    let evidence = report::evidence(&readings, &facts, refused, judged.conclusion, rest);
    Ok(Inferred { facts, evidence, warnings })
}

/// Best first; of equals, the one that was named first.
fn rank(readings: &mut [Reading<'_>]) {
    readings.sort_by_key(|reading| std::cmp::Reverse(reading.score()));
}

/// Where the textual file header begins: 128 after a tape label, else 0.
///
/// A label has `SY` and a revision in its bytes 5-9, or `RECORD` in 10-15; or else no card begins at
/// 0, and one begins after it.
fn tape_label(probe: &Probe<'_>) -> Result<u64> {
    let Some(start) = probe.block::<129>(0)? else { return Ok(0) };
    let card = |byte: u8| matches!(byte, b'C' | 0xC3);
    let version =
        matches!(start[4..9], [b'S', b'Y', a, b'.', b] if a.is_ascii_digit() && b.is_ascii_digit());
    let labelled = version || &start[9..15] == b"RECORD";
    let readable = |at: u64| -> Result<bool> {
        let binary = probe.block::<400>(at + TEXT_HEADER as u64)?;
        Ok(binary.is_some_and(|binary| {
            [Endian::Big, Endian::Little]
                .into_iter()
                .any(|endian| Claims::read(&binary, endian, None, None).format.is_some())
        }))
    };
    let shifted = labelled || !card(start[0]);
    let label = shifted && card(start[128]) && readable(TAPE_LABEL)? && (labelled || !readable(0)?);
    Ok(if label { TAPE_LABEL } else { 0 })
}

/// What the binary header claims, in each byte order.
///
/// With them comes an order in which the format code is none, and that code: then the samples may tell.
fn claims(
    binary: &[u8; 400],
    text_at: u64,
    overrides: &Overrides,
) -> Result<(Vec<Claims>, Refused)> {
    let constant = Constant::read(binary);
    if constant == Constant::Pairwise {
        return Err(Error::new(Kind::Format, "files with pairs of bytes swapped are not read")
            .byte(text_at + 3297)
            .want("the byte-order constant 01 02 03 04 or 04 03 02 01")
            .have("02 01 04 03"));
    }
    let first = match (overrides.endian, constant) {
        (Some(endian), _) | (None, Constant::States(endian)) => endian,
        _ => Endian::Big,
    };
    let second = match first {
        Endian::Big => Endian::Little,
        Endian::Little => Endian::Big,
    };
    let claims: Vec<Claims> = [first, second]
        .into_iter()
        .filter(|endian| overrides.endian.is_none_or(|asked| asked == *endian))
        .map(|endian| Claims::read(binary, endian, overrides.format, overrides.revision))
        .collect();
    let unknown = claims.iter().find(|claims| claims.format.is_none());
    let refused = unknown.map(|claims| (claims.endian, claims.code));
    Ok((claims, refused))
}

/// Why there is not even a candidate.
fn nothing_to_read(
    probe: &Probe<'_>,
    text_at: u64,
    binary: &[u8; 400],
    claims: &[Claims],
    overrides: &Overrides,
) -> Error {
    let sniffed = sniff(binary);
    let unknown = claims.first().filter(|_| claims.iter().all(|claims| claims.format.is_none()));
    match (overrides.first_trace, unknown) {
        (Some(first), _) if first > probe.len => {
            Error::new(Kind::Format, "first_trace is beyond the end of the file")
                .byte(first.saturating_add(1))
                .want(format_args!("at most {}", probe.len))
                .have(first)
        }
        // A binary header is mostly zeros; one that is all characters is the middle of a text.
        _ if sniffed.share > TEXT_SHARE && !binary.contains(&0) => {
            Error::new(Kind::Format, "the file is text, not SEG-Y")
                .byte(text_at + 3201)
                .want("a binary header of 400 bytes")
                .have(format_args!("{} characters", sniffed.encoding.name()))
        }
        (_, Some(unknown)) => unknown_format(text_at, unknown.code),
        _ => Error::new(Kind::Format, "traces have no samples")
            .byte(text_at + 3221)
            .want("a positive number of samples per trace")
            .have(0)
            .advice("pass open(n_samples=) if you know it"),
    }
}

/// Where a format code is none, and nothing else tells what samples are.
fn unknown_format(text_at: u64, code: i16) -> Error {
    let error = Error::new(Kind::Format, "unknown sample format code")
        .byte(text_at + 3225)
        .want("1, 2, 3, 5 to 12, 15 or 16")
        .have(code);
    match code {
        4 => error.advice("pass open(format=4) if it is the obsolete fixed point with gain"),
        _ => error.advice("pass open(format=) if you know it"),
    }
}
