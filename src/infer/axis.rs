//! The sample axis: interval, start and unit.

use super::candidates::{Reading, named};
use super::claims::Claims;
use super::delay::{self, Delay, Record};
use super::evidence::{Candidate, Conclusion};
use super::probe::{PROBE, Probe};
use super::score::{likeness, places};
use super::warning::{About, Warning};
use super::words::Words;
use super::{ASKED, Overrides, Unit};
use crate::error::Result;
use crate::layout::{Layout, TRACE_HEADER};

/// Up to how many microseconds, for more than how many samples, an interval may be one of milliseconds.
const MILLISECONDS: f64 = 20.0;
const LONG: u64 = 200;

/// The sample axis, and what is odd about it.
pub(super) struct Axis {
    pub(super) interval: Option<f64>,
    pub(super) delay: f64,
    pub(super) unit: Unit,
    pub(super) conclusions: Vec<Conclusion>,
    pub(super) warnings: Vec<Warning>,
}

/// A sample interval as a header has it: in microseconds, or in units of depth.
struct Stated {
    place: String,
    /// The value of the 16-bit word, or of the 64-bit float where that is in use.
    value: f64,
    /// The word, where the value is its own.
    word: Option<i16>,
    /// What the float says, where that is no interval.
    nonsense: Option<f64>,
}

impl Stated {
    fn new(place: String, word: i16, float: f64) -> Stated {
        if (1e-6..=1e12).contains(&float) {
            Stated { place, value: float, word: None, nonsense: None }
        } else {
            let nonsense = (float != 0.0).then_some(float);
            Stated { place, value: f64::from(word), word: Some(word), nonsense }
        }
    }

    /// A word that never is negative: that of Seismic Unix.
    fn unsigned(place: String, word: i16) -> Stated {
        Stated { place, value: f64::from(word.cast_unsigned()), word: None, nonsense: None }
    }

    /// What it says, a negative word in both ways of reading one.
    fn words(&self) -> String {
        match self.word {
            Some(word) if word < 0 => {
                format!("{} says {word} ({} unsigned)", self.place, word.cast_unsigned())
            }
            _ => format!("{} says {}", self.place, self.value),
        }
    }

    /// Whether two headers mean one interval: a word cannot hold what a float can.
    fn agrees(&self, other: &Stated) -> bool {
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
        let (unit, conclusion) = unit(claims, &headers);
        let mut conclusions = vec![conclusion];
        let mut warnings = Vec::new();
        // Headers have time in microseconds.
        let per = if unit == Unit::Milliseconds { 1000.0 } else { 1.0 };

        let stated = stated(claims, layout, &headers);
        let mut because: Vec<String> = stated.iter().map(Stated::words).collect();
        let interval = match overrides.interval {
            Some(interval) => {
                because.insert(0, ASKED.to_owned());
                Some(interval)
            }
            None => agreed(&stated).map(|value| value / per),
        };
        if interval.is_none() {
            warnings.push(format!(
                "the sample interval is not known: {}; pass open(interval=)",
                because.join(", ")
            ));
        }
        for odd in &stated {
            if let Some(nonsense) = odd.nonsense {
                let place = &odd.place;
                warnings.push(format!(
                    "the extended sample interval beside that of the {place} is {nonsense:e}, \
                     which is none: ignored"
                ));
            }
        }
        let negative = stated.iter().find(|s| s.value < 0.0);
        let positive = stated.iter().find(|s| s.value > 0.0);
        if let (Some(negative), Some(positive), Some(_), None) =
            (negative, positive, interval, overrides.interval)
        {
            warnings.push(format!(
                "the sample interval is taken to be {}: {}, {}; open(interval=) decides",
                positive.value,
                positive.words(),
                negative.words()
            ));
        }
        if let (Some(dt), Unit::Milliseconds, None) = (interval, unit, overrides.interval)
            && dt * 1000.0 <= MILLISECONDS
            && layout.n_samples > LONG
            && stated.iter().all(|s| s.word.is_some())
        {
            warnings.push(format!(
                "the sample interval is {} microseconds by the headers, for {} samples: it may be \
                 meant in milliseconds; open(interval=) decides",
                dt * 1000.0,
                layout.n_samples
            ));
        }
        let value = interval.map_or("not known".to_owned(), |dt| format!("{dt} {}", unit.name()));
        let candidates = candidates(&stated, &value, per, unit);
        conclusions.push(Conclusion { name: "interval", value, because, candidates });

        let length = interval.map(|interval| interval * layout.n_samples as f64);
        let record = Record { unit, length, endian: claims.order.endian() };
        let plain = |header| Words::trace(header, claims.order).raw::<PROBE>(1);
        let headers: Vec<(u64, [u8; PROBE])> =
            headers.iter().map(|(i, header)| (*i, plain(header))).collect();
        let headers: Vec<(u64, &[u8])> =
            headers.iter().map(|(i, header)| (*i, header.as_slice())).collect();
        let formula = delay::standard(claims.kind, claims.revision.value);
        let Delay { delay, conclusion, warnings: delays } =
            Delay::judge(&headers, &formula, record);
        conclusions.push(conclusion);
        let about = |text| Warning::new(About::Axis, text);
        let warnings = warnings.into_iter().map(about).chain(delays).collect();
        Ok(Axis { interval, delay, unit, conclusions, warnings })
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
    for i in places(layout.n_traces) {
        let Some(header) = probe.header(layout.header_offset(i))? else { continue };
        let sane = headers.first().is_none_or(|(_, first)| {
            let own = samples(&header);
            (vary || own == 0 || own == layout.n_samples || own == samples(first))
                && likeness(first, &header) != Some(false)
                && header[..240].iter().any(|&byte| byte != 0)
        });
        if sane {
            headers.push((i, header));
        }
    }
    Ok(headers)
}

/// The unit of the axis, by what the first live trace says it is.
fn unit(claims: &Claims, headers: &[(u64, [u8; PROBE])]) -> (Unit, Conclusion) {
    const DEPTH: i16 = 25;
    let identification = headers
        .iter()
        .map(|(_, header)| Words::trace(header, claims.order).i16(29))
        .find(|id| !matches!(id, 0 | 2 | 3))
        .filter(|_| claims.has_headers())
        .unwrap_or(0);
    let (unit, because) = match (identification, claims.measurement) {
        (DEPTH, 1) => (Unit::Metres, "byte 29 says depth, byte 3255 metres"),
        (DEPTH, 2) => (Unit::Feet, "byte 29 says depth, byte 3255 feet"),
        (DEPTH, _) => (Unit::Length, "byte 29 says depth, byte 3255 names no unit"),
        _ => (Unit::Milliseconds, "byte 29 says nothing of depth"),
    };
    let conclusion = Conclusion {
        name: "unit",
        value: unit.name().to_owned(),
        because: vec![because.to_owned()],
        candidates: Vec::new(),
    };
    (unit, conclusion)
}

/// What each header says of the interval: first the binary one, if there is one, then those of the
/// traces.
fn stated(claims: &Claims, layout: &Layout, headers: &[(u64, [u8; PROBE])]) -> Vec<Stated> {
    let float = if claims.second { claims.interval.1 } else { 0.0 };
    let place = |i: &u64| format!("trace {i} (byte 117)");
    let word = |header: &[u8]| Words::trace(header, claims.order).i16(117);
    if !claims.has_headers() {
        let stated = headers.iter().map(|(i, header)| Stated::unsigned(place(i), word(header)));
        return stated.collect();
    }
    let mut stated =
        vec![Stated::new("binary header (byte 3217)".into(), claims.interval.0, float)];
    for (i, header) in headers {
        let extended = layout.header_len > TRACE_HEADER && named(header, claims.order);
        let float = Words::trace(&header[240..], claims.order).f64(145);
        stated.push(Stated::new(place(i), word(header), if extended { float } else { 0.0 }));
    }
    stated
}

/// The one interval that the headers mean, if they mean one.
///
/// 0 says nothing, and so does a negative word beside a positive value. Negative words are read as
/// unsigned where the binary header and the traces have the same.
fn agreed(stated: &[Stated]) -> Option<f64> {
    let positive: Vec<&Stated> = stated.iter().filter(|s| s.value > 0.0).collect();
    // The float, where there is one, is what the words are rounded from.
    if let Some(best) = positive.iter().find(|s| s.word.is_none()).or(positive.first()) {
        return positive.iter().all(|s| s.agrees(best)).then_some(best.value);
    }
    let words: Vec<i16> = stated.iter().filter_map(|s| s.word).filter(|&word| word != 0).collect();
    let (first, same) = (*words.first()?, words.iter().all(|word| *word == words[0]));
    let binary_too = stated.first().is_some_and(|s| s.word == Some(first));
    (same && binary_too && words.len() > 1).then(|| f64::from(first.cast_unsigned()))
}

/// All values that headers state, that of `choice` first: a point for each header that says so.
fn candidates(stated: &[Stated], choice: &str, per: f64, unit: Unit) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    for stated in stated.iter().filter(|s| s.value != 0.0) {
        // A negative word speaks for nothing but itself, read without a sign.
        let (value, points) = match stated.word {
            Some(word) if word < 0 => (f64::from(word.cast_unsigned()), 0),
            _ => (stated.value, 1),
        };
        let value = format!("{} {}", value / per, unit.name());
        let reason = format!("{points:+} {}", stated.words());
        match candidates.iter_mut().find(|known| known.value == value) {
            Some(known) => {
                known.score += points;
                known.reasons.push(reason);
            }
            None => candidates.push(Candidate { value, score: points, reasons: vec![reason] }),
        }
    }
    candidates.sort_by_key(|c| (c.value != choice, std::cmp::Reverse(c.score)));
    candidates
}
