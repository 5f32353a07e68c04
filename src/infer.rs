//! Evidence before conclusions: byte order, revision, format, lengths and axis of a file.
//!
//! The words of the file headers are claims. Every way of reading the file that they allow is a
//! candidate, and gets points for what agrees with the file and against what does not: its size first of
//! all, then the blocks where trace headers should be. The best one is taken, and what supports it or
//! contradicts the others is kept as [`Evidence`], as data, which becomes sentences when it is read.
//! Whatever a file claims, it is judged by a bounded number of small reads, and no memory is allocated
//! on its word.
//!
//! Source: SEG-Y revision 2.1, binary header bytes 3213-3532, trace header bytes 29, 109, 115, 117
//! and 215, and the first additional trace header.

mod axis;
mod candidates;
mod chain;
mod claims;
#[cfg(test)]
mod codes;
mod damage;
pub(crate) mod delay;
mod evidence;
mod facts;
mod foreign;
mod heads;
mod lengths;
mod likeness;
mod measure;
mod order;
mod overridden;
mod probe;
mod reading;
mod reason;
mod report;
mod samples;
mod score;
mod search;
mod stated;
mod tail;
mod texts;
mod value;
mod warning;
mod weights;
mod words;

pub use evidence::{Candidate, Conclusion, Evidence, Weighed};
pub use facts::{Facts, FileKind, Overrides, Unit};
pub(crate) use likeness::sampled;
pub use reason::Reason;
pub use stated::{
    Constant, Content, DelayBytes, Ended, FormatSource, Gap, OwnLength, RevisionForm,
    StatedInterval, Trailing,
};
pub use value::{Failure, Number, Origin, Topic, Value};
pub use warning::{About, Fit, Moved, Warning};

use axis::Axis;
use chain::Walked;
use heads::{Beginnings, FileHeaders};
use probe::Probe;
use reading::Reading;
use texts::Texts;
use words::Words;

use crate::error::{Class, Kind, Result};
use crate::format::ByteOrder;
use crate::layout::Layout;
use crate::parallel::Running;
use crate::source::{PaddedSource, Recalled, Source};
use crate::text::{Encoding, TEXT_HEADER};

/// Bytes of the textual and the binary file header.
const FILE_HEADERS: u64 = 3600;

/// The most additional headers of a trace: the largest value of byte 3507 in revision 2.1.
const MOST_HEADERS: u64 = i16::MAX as u64;

/// Bytes of a tape label before the file headers.
const TAPE_LABEL: u64 = 128;

/// The number of readings for which trace headers are read.
const FINALISTS: usize = 8;

/// A byte order in which the format code is invalid, and that code.
type Refused = Option<(ByteOrder, i16)>;

/// Facts, the evidence for them, and what is unusual about the file.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct Inferred {
    /// What was concluded.
    pub facts: Facts,
    /// From what.
    pub evidence: Evidence,
    /// What is unusual about the file; empty for a sane one.
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
/// use segbuf::infer::Overrides;
/// use segbuf::internals::infer;
/// let inferred = infer(source, &Overrides::default())?;
/// println!("{} traces", inferred.facts.layout.n_traces);
/// println!("{}", inferred.evidence);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// `Class::Format` for what is no SEG-Y file, or cannot be read without guessing; `Class::Value`
/// for an override that makes no sense; `Class::Io` where the source fails.
#[doc(hidden)]
pub fn infer(source: &dyn Source, overrides: &Overrides) -> Result<Inferred> {
    infer_running(source, overrides, Running::default())
}

/// [`infer`], interruptible where it reads the headers of all traces.
///
/// # Errors
/// As [`infer`]; whatever `running.poll` returns.
#[doc(hidden)]
pub fn infer_running(
    source: &dyn Source,
    overrides: &Overrides,
    running: Running<'_>,
) -> Result<Inferred> {
    infer_recalled(&Recalled::new(source), overrides, running)
}

/// [`infer_running`], of a source whose bytes are then at hand.
pub(crate) fn infer_recalled(
    source: &Recalled<'_>,
    overrides: &Overrides,
    running: Running<'_>,
) -> Result<Inferred> {
    check(overrides)?;
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
            Ok(own) => overridden::refuse(error, &own.facts, overrides),
            Err(_) => error,
        })?;
    overridden::compare(&mut inferred, &own, overrides);
    Ok(inferred)
}

/// Refuses overrides that no file can have.
fn check(overrides: &Overrides) -> Result<()> {
    if overrides.n_samples == Some(0) {
        return Err(Kind::option("n_samples", "positive", 0));
    }
    if let Some(n) = overrides.additional_headers.filter(|n| *n > MOST_HEADERS) {
        return Err(Kind::option("additional_headers", format_args!("0 to {MOST_HEADERS}"), n));
    }
    if let Some(interval) = overrides.interval
        && !(interval.is_finite() && interval > 0.0)
    {
        return Err(Kind::option("interval", "a positive number", interval));
    }
    Ok(())
}

/// Judges a file with overrides.
fn conclude(
    source: &Recalled<'_>,
    overrides: &Overrides,
    walked: &mut Option<Walked>,
    running: Running<'_>,
) -> Result<Inferred> {
    let probe = Probe::new(source)?;
    let concluded = judge(source, overrides, walked, running);
    damage::name(&probe, concluded)
}

/// Judges a file that traces fill, or nearly so.
fn judge(
    source: &Recalled<'_>,
    overrides: &Overrides,
    walked: &mut Option<Walked>,
    running: Running<'_>,
) -> Result<Inferred> {
    let mut probe = Probe::new(source)?;
    let headers = FileHeaders::read(&probe);
    if overrides.kind.is_none() {
        foreign::refuse(&probe, headers.as_ref().ok())?;
    }
    let beginnings = Beginnings::read(&mut probe, headers.as_ref().ok(), overrides)?;
    let mut starts = Vec::new();
    for claims in &beginnings.claims {
        starts.push(candidates::starts(&mut probe, claims, overrides)?);
    }
    let mut readings = Vec::new();
    for (claims, starts) in beginnings.claims.iter().zip(&starts) {
        readings.extend(candidates::readings(&mut probe, claims, starts, overrides)?);
    }
    rank(&mut readings, &mut probe, overrides)?;
    let lost = readings.first().map_or(Ok(true), |best| search::is_lost(best, &mut probe))?;
    let mut found = Vec::new();
    for (claims, starts) in beginnings.claims.iter().zip(&starts).filter(|_| lost) {
        found.push((claims, search::start(&mut probe, claims, starts, overrides)?));
    }
    let mut others = Vec::new();
    for (claims, start) in &found {
        others.extend(candidates::readings(&mut probe, claims, start.as_slice(), overrides)?);
    }
    if !others.is_empty() {
        rank(&mut others, &mut probe, overrides)?;
        readings.append(&mut others);
        readings.sort_by_key(|reading| std::cmp::Reverse(reading.score()));
    }
    let Some(best) = readings.first_mut() else {
        return Err(beginnings.nothing(&probe, headers, overrides));
    };
    beginnings.check(best, overrides)?;
    search::refuse_noise(best, overrides)?;
    let (warnings, varied) = lengths::settle(&probe, best, overrides, walked, running)?;
    let found = Found { beginnings: &beginnings, headers: headers.ok(), warnings };
    let records = varied.as_ref().and_then(|varied| varied.lengths.as_ref()?.records().cloned());
    let (Some(varied), Some(records)) = (varied, records) else {
        return found.finish(probe, &readings, overrides);
    };
    readings.insert(0, varied);
    let (head, body) = records.longest();
    let padded = PaddedSource::new(Box::new(Recalled::new(source)), records, head, body)?;
    // From here on it is a file like others.
    found.finish(Probe::new(&Recalled::new(&padded))?, &readings, overrides)
}

/// Judges readings, and sorts them: the best first; of equals, the one that was named first.
fn rank(readings: &mut Vec<Reading<'_>>, probe: &mut Probe<'_>, with: &Overrides) -> Result<()> {
    let sort = |readings: &mut [Reading<'_>]| {
        readings.sort_by_key(|reading| std::cmp::Reverse(reading.score()));
    };
    readings.iter_mut().for_each(Reading::judge_claims);
    sort(readings);
    readings.truncate(FINALISTS);
    let middles = readings.iter().map(|reading| reading.offset(reading.fit().0 / 2));
    let first = readings.first().map(lengths::places).unwrap_or_default();
    probe.prepare(middles.chain(first))?;
    for reading in readings.iter_mut() {
        reading.judge_headers(probe)?;
        if with.format.is_some() {
            reading.judge_any_width(probe)?;
        }
    }
    let starts: Vec<_> = readings.iter().map(|other| (other.start.at, other.trace_len())).collect();
    for reading in readings.iter_mut() {
        reading.judge_between(probe, &starts)?;
    }
    sort(readings);
    if readings.first().is_none_or(Reading::is_doubtful) {
        for reading in readings.iter_mut() {
            reading.judge_links(probe)?;
        }
        sort(readings);
    }
    readings.retain(|reading| with.kind.is_some() || reading.is_credible());
    Ok(())
}

/// What was found before samples and axis are judged.
struct Found<'a> {
    beginnings: &'a Beginnings,
    headers: Option<FileHeaders>,
    /// About the end of the file, and lengths.
    warnings: Vec<Warning>,
}

impl Found<'_> {
    /// Judges samples, axis and texts by the best reading, the first one.
    fn finish(
        self,
        mut probe: Probe<'_>,
        readings: &[Reading<'_>],
        overrides: &Overrides,
    ) -> Result<Inferred> {
        let best = &readings[0];
        let judged = samples::judge(&probe, best, overrides)?;
        let layout = Layout {
            sample_endian: judged.order.endian(),
            ..Layout::new(
                best.start.at,
                best.additional.0,
                best.n_samples.0,
                best.fit().0,
                judged.format,
                best.order().endian(),
            )?
        };
        let axis = Axis::read(&mut probe, best, &layout, overrides)?;
        let no_segy = self.beginnings.no_segy(self.headers.as_ref());
        let headers = self.headers.filter(|_| best.claims.has_headers());
        let mut texts = headers.as_ref().map(|h| Texts::read(&h.text, h.text_at, overrides));
        let facts = Facts {
            encoding: texts.as_ref().map_or(Encoding::Ascii, |texts| texts.encoding.clone()),
            ..facts(best, &layout, judged.order, &axis, headers.as_ref(), probe.len)
        };
        let mut warnings = report::warnings(readings, &facts, probe.len);
        warnings.extend(search::gap(&probe, best)?);
        if let Some(texts) = &mut texts {
            warnings.append(&mut texts.warnings);
            texts.read_extended(&probe, facts.text_at, facts.n_text - 1)?;
        }
        warnings.extend(judged.warnings.into_iter().chain(self.warnings).chain(axis.warnings));
        let rest = texts.map_or_else(Vec::new, |texts| texts.conclusions);
        let rest = rest.into_iter().chain(axis.conclusions);
        let refused = self.beginnings.refused;
        let mut evidence = report::evidence(readings, &facts, refused, judged.conclusions, rest);
        if let (None, Some(kind)) = (facts.binary, evidence.conclusions.first_mut()) {
            kind.reasons.extend(no_segy);
        }
        Ok(Inferred { facts, evidence, warnings })
    }
}

/// The facts of a reading, but for the encoding of texts.
fn facts(
    best: &Reading<'_>,
    layout: &Layout,
    sample_order: ByteOrder,
    axis: &Axis,
    headers: Option<&FileHeaders>,
    size: u64,
) -> Facts {
    let claims = best.claims;
    Facts {
        kind: claims.kind,
        layout: *layout,
        lengths: best.lengths.clone(),
        order: best.order(),
        sample_order,
        revision: claims.revision.value,
        encoding: Encoding::Ascii,
        n_text: headers.map_or(0, |_| 1 + best.start.texts),
        text_at: headers.map_or(0, |headers| headers.text_at),
        binary: headers.map(|headers| Words::binary(&headers.binary, best.order()).raw(3201)),
        second_revision: claims.second,
        interval: axis.interval,
        delay: axis.delay,
        unit: axis.unit,
        declared_traces: (claims.n_traces > 0).then_some(claims.n_traces),
        end: best.end.0,
        n_trailers: match best.end {
            (end, Origin::Declared) => (size - end) / TEXT_HEADER as u64,
            _ => 0,
        },
        disputed: Vec::new(),
    }
}
