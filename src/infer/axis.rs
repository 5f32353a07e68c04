//! The sample axis: interval, start and unit.
//!
//! The sample interval is in the binary header and in every trace header, as a 16-bit word and in
//! revision 2 also as a float. It is known only where all of them that state one agree, among the
//! binary header and a few traces: 0 states nothing, and a negative word counts for nothing beside a
//! positive one, since writers use it for values that they do not know. Where all are negative and the
//! same, the word is unsigned. A float takes precedence over words, which are rounded from it. The unit
//! is that of time, unless the first live trace is one of depth. It fails for intervals written in
//! milliseconds, which are plausible in microseconds: those of long traces get a warning.

use super::claims::Claims;
use super::delay::{self, Delay, Record};
use super::evidence::{Candidate, Conclusion, add, rank};
use super::likeness::{is_blank, likeness, sampled};
use super::probe::{PROBE, Probe};
use super::reading::Reading;
use super::reason::Reason;
use super::stated::StatedInterval;
use super::value::{Origin, Topic, Value};
use super::warning::Warning;
use super::words::{Words, named};
use super::{Overrides, Unit};
use crate::error::Result;
use crate::layout::{Layout, TRACE_HEADER};

/// An interval of up to so many microseconds may be one of milliseconds, for more than so many samples.
const MILLISECONDS: f64 = 20.0;
const LONG: u64 = 200;

/// The sample axis.
pub(super) struct Axis {
    pub(super) interval: Option<f64>,
    pub(super) delay: f64,
    pub(super) unit: Unit,
    pub(super) conclusions: Vec<Conclusion>,
    pub(super) warnings: Vec<Warning>,
}

impl StatedInterval {
    fn new(trace: Option<u64>, word: i16, float: f64) -> StatedInterval {
        let byte = if trace.is_some() { 117 } else { 3217 };
        if (1e-6..=1e12).contains(&float) {
            StatedInterval { trace, byte, value: float, word: None, invalid: None }
        } else {
            let invalid = (float != 0.0).then_some(float);
            StatedInterval { trace, byte, value: f64::from(word), word: Some(word), invalid }
        }
    }

    /// That of a trace without file headers: a word without a sign in Seismic Unix, or what PASSCAL has
    /// instead.
    fn alone(trace: u64, words: Words<'_>, passcal: bool) -> StatedInterval {
        // PASSCAL writes 1 where 16 bits do not hold the interval.
        let (byte, value) = match (words.u16(117), words.i32(201)) {
            (1, long) if passcal && long > 0 => (201, f64::from(long)),
            (short, _) => (117, f64::from(short)),
        };
        StatedInterval { trace: Some(trace), byte, value, word: None, invalid: None }
    }

    /// The spacing `d1` of samples that are not of time.
    fn spacing(trace: u64, words: Words<'_>) -> Option<StatedInterval> {
        let value = f64::from(f32::from_bits(words.u32(181)));
        let is = words.u16(117) == 0 && (1e-6..1e9).contains(&value);
        is.then_some(StatedInterval {
            trace: Some(trace),
            byte: 181,
            value,
            word: None,
            invalid: None,
        })
    }

    /// Whether two headers mean one interval: a word cannot hold what a float can.
    fn agrees(&self, other: &StatedInterval) -> bool {
        let slack = if self.word.is_some() == other.word.is_some() { 0.0 } else { 1.0 };
        self.value == other.value || (self.value - other.value).abs() < slack
    }
}

impl Axis {
    /// Reads the axis from the binary header and the headers of a few traces.
    pub(super) fn read(
        probe: &mut Probe<'_>,
        reading: &Reading<'_>,
        layout: &Layout,
        overrides: &Overrides,
    ) -> Result<Axis> {
        let claims = reading.claims;
        let headers = headers(probe, reading, layout)?;
        let (unit, of_unit) = unit(claims, &headers);
        let stated = stated(claims, layout, &headers);
        let (interval, of_interval) = interval(&stated, unit, overrides);
        let mut warnings = warnings(&stated, interval, unit, layout.n_samples, overrides);

        let length = interval.map(|interval| interval * layout.n_samples as f64);
        let record = Record { unit, length, endian: claims.order.endian() };
        let plain = |header| Words::trace(header, claims.order).raw::<PROBE>(1);
        let headers: Vec<(u64, [u8; PROBE])> =
            headers.iter().map(|(i, header)| (*i, plain(header))).collect();
        let headers: Vec<(u64, &[u8])> =
            headers.iter().map(|(i, header)| (*i, header.as_slice())).collect();
        let formula = delay::standard(claims.kind, claims.revision.value, unit);
        let judged = Delay::judge(&headers, &formula, record);
        warnings.extend(judged.warnings);
        let conclusions = vec![of_unit, of_interval, judged.conclusion];
        Ok(Axis { interval, delay: judged.delay, unit, conclusions, warnings })
    }
}

/// The headers of a few traces: the first, and others that are headers like it, of traces as long unless
/// that varies.
fn headers(
    probe: &mut Probe<'_>,
    reading: &Reading<'_>,
    layout: &Layout,
) -> Result<Vec<(u64, [u8; PROBE])>> {
    let mut headers: Vec<(u64, [u8; PROBE])> = Vec::new();
    let samples = |header: &[u8]| u64::from(Words::trace(header, reading.order()).u16(115));
    let vary = reading.lengths.is_some();
    for i in sampled(layout.n_traces) {
        let Some(header) = probe.header(layout.header_offset(i))? else { continue };
        let sane = headers.first().is_none_or(|(_, first)| {
            let own = samples(&header);
            (vary || own == 0 || own == layout.n_samples || own == samples(first))
                && likeness(first, &header) != Some(false)
                && !is_blank(&header)
        });
        if sane {
            headers.push((i, header));
        }
    }
    Ok(headers)
}

/// The unit of the axis, by the first live trace.
fn unit(claims: &Claims, headers: &[(u64, [u8; PROBE])]) -> (Unit, Conclusion) {
    const DEPTH: i16 = 25;
    let identification = headers
        .iter()
        .map(|(_, header)| Words::trace(header, claims.order).i16(29))
        .find(|id| !matches!(id, 0 | 2 | 3))
        .filter(|_| claims.has_headers());
    let unit = match (identification, claims.measurement) {
        _ if spacings(claims, headers).is_some() => Unit::Unstated,
        (Some(DEPTH), 1) => Unit::Metres,
        (Some(DEPTH), 2) => Unit::Feet,
        (Some(DEPTH), _) => Unit::Length,
        _ => Unit::Milliseconds,
    };
    let depth = !matches!(unit, Unit::Milliseconds | Unit::Unstated);
    let origin = if depth { Origin::Declared } else { Origin::Default };
    let reasons = vec![Reason::Depth(depth, claims.measurement)];
    (unit, Conclusion::new(Topic::Unit, Value::Unit(unit), origin, reasons))
}

/// The sample interval: the override, or the one that all headers mean.
fn interval(
    stated: &[StatedInterval],
    unit: Unit,
    overrides: &Overrides,
) -> (Option<f64>, Conclusion) {
    let per = microseconds(unit);
    let mut reasons: Vec<Reason> = stated.iter().copied().map(Reason::Interval).collect();
    let (interval, origin) = match overrides.interval {
        Some(interval) => {
            reasons.insert(0, Reason::Overridden);
            (Some(interval), Origin::Override)
        }
        None => (agreed(stated).map(|value| value / per), Origin::Declared),
    };
    let value = interval.map_or(Value::Length(None, unit), |dt| Value::length(dt, unit));
    let mut candidates: Vec<Candidate> = Vec::new();
    for stated in stated.iter().filter(|s| s.value != 0.0) {
        // A negative word supports only itself, read without a sign.
        let (value, points) = match stated.word {
            Some(word) if word < 0 => (f64::from(word.cast_unsigned()), 0),
            _ => (stated.value, 1),
        };
        let value = Value::length(value / per, unit);
        add(&mut candidates, value, points, Reason::Interval(*stated));
    }
    rank(&mut candidates, &value);
    let conclusion = Conclusion::new(Topic::Interval, value, origin, reasons).among(candidates);
    (interval, conclusion)
}

/// Headers have time in microseconds, and depth in the unit of the axis.
fn microseconds(unit: Unit) -> f64 {
    if unit == Unit::Milliseconds { 1000.0 } else { 1.0 }
}

/// What is unusual about the interval.
fn warnings(
    stated: &[StatedInterval],
    interval: Option<f64>,
    unit: Unit,
    samples: u64,
    overrides: &Overrides,
) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if interval.is_none() {
        warnings.push(Warning::Interval { stated: stated.to_vec() });
    }
    let invalid = stated.iter().filter_map(|one| one.invalid.map(|value| (one.trace, value)));
    warnings.extend(invalid.map(|(trace, value)| Warning::ExtendedInterval { trace, value }));
    let Some(dt) = interval.filter(|_| overrides.interval.is_none()) else { return warnings };
    let negative = stated.iter().find(|s| s.value < 0.0);
    let positive = stated.iter().find(|s| s.value > 0.0);
    if let (Some(&negative), Some(&taken)) = (negative, positive) {
        warnings.push(Warning::NegativeInterval { taken, negative });
    }
    let microseconds = dt * microseconds(unit);
    if unit == Unit::Milliseconds
        && microseconds <= MILLISECONDS
        && samples > LONG
        && stated.iter().all(|s| s.word.is_some())
    {
        warnings.push(Warning::IntervalUnit { microseconds, samples });
    }
    warnings
}

/// What each header states: first the binary one, if there is one, then those of the traces.
fn stated(claims: &Claims, layout: &Layout, headers: &[(u64, [u8; PROBE])]) -> Vec<StatedInterval> {
    let float = if claims.second { claims.interval.1 } else { 0.0 };
    let word = |header: &[u8]| Words::trace(header, claims.order).i16(117);
    if !claims.has_headers() {
        let alone = |(i, header): &(u64, [u8; PROBE])| {
            StatedInterval::alone(*i, Words::trace(header, claims.order), claims.passcal)
        };
        return spacings(claims, headers).unwrap_or_else(|| headers.iter().map(alone).collect());
    }
    let mut stated = vec![StatedInterval::new(None, claims.interval.0, float)];
    for (i, header) in headers {
        let extended = layout.header_len > TRACE_HEADER && named(header, claims.order);
        let float = Words::trace(&header[240..], claims.order).f64(145);
        let float = if extended { float } else { 0.0 };
        stated.push(StatedInterval::new(Some(*i), word(header), float));
    }
    stated
}

/// The spacing `d1` of traces of Seismic Unix that are not of time: all have it, and no interval.
fn spacings(claims: &Claims, headers: &[(u64, [u8; PROBE])]) -> Option<Vec<StatedInterval>> {
    let spacing = |(i, header): &(u64, [u8; PROBE])| {
        StatedInterval::spacing(*i, Words::trace(header, claims.order))
    };
    let one_of_su = !claims.has_headers() && !claims.passcal && !headers.is_empty();
    if one_of_su { headers.iter().map(spacing).collect() } else { None }
}

/// The one interval that the headers mean, if they mean one.
///
/// 0 says nothing, and so does a negative word beside a positive value. Negative words are read as
/// unsigned where the binary header and the traces have the same.
fn agreed(stated: &[StatedInterval]) -> Option<f64> {
    let positive: Vec<&StatedInterval> = stated.iter().filter(|s| s.value > 0.0).collect();
    // The float, where there is one, is what the words are rounded from.
    if let Some(best) = positive.iter().find(|s| s.word.is_none()).or(positive.first()) {
        return positive.iter().all(|s| s.agrees(best)).then_some(best.value);
    }
    let words: Vec<i16> = stated.iter().filter_map(|s| s.word).filter(|&word| word != 0).collect();
    let (first, same) = (*words.first()?, words.iter().all(|word| *word == words[0]));
    let binary_too = stated.first().is_some_and(|s| s.word == Some(first));
    (same && binary_too && words.len() > 1).then(|| f64::from(first.cast_unsigned()))
}
