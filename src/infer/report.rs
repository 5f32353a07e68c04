//! Evidence and warnings in words.

use std::ops::RangeInclusive;

use super::candidates::{Origin, Reading};
use super::claims::Constant;
use super::evidence::{Candidate, Conclusion, Evidence};
use super::score::Topic;
use super::warning::{About, Warning};
use super::{ASKED, Facts, Refused};
use crate::layout::TRACE_HEADER;
use crate::lengths::Lengths;

/// By how many points the best must lead, to be called certain.
const LEAD: i32 = 8;

/// A dimension along which readings differ.
struct Dimension {
    name: &'static str,
    topic: Topic,
    /// A reading's value in it.
    value: fn(&Reading<'_>) -> String,
}

const DIMENSIONS: [Dimension; 9] = [
    Dimension {
        name: "kind",
        topic: Topic::Kind,
        value: |reading| reading.claims.kind.name().to_owned(),
    },
    Dimension {
        name: "byte order",
        topic: Topic::Order,
        value: |reading| reading.order().name().to_owned(),
    },
    Dimension {
        name: "first trace",
        topic: Topic::Start,
        value: |reading| reading.start.at.to_string(),
    },
    Dimension {
        name: "extended textual headers",
        topic: Topic::Start,
        value: |reading| reading.start.texts.to_string(),
    },
    Dimension {
        name: "additional trace headers",
        topic: Topic::Additional,
        value: additional_headers,
    },
    Dimension { name: "sample count", topic: Topic::Samples, value: sample_count },
    Dimension {
        name: "sample width",
        topic: Topic::Width,
        value: |reading| match reading.width.0 {
            1 => "1 byte".to_owned(),
            n => format!("{n} bytes"),
        },
    },
    Dimension {
        name: "trace count",
        topic: Topic::End,
        value: |reading| reading.fit().0.to_string(),
    },
    Dimension {
        name: "data trailer",
        topic: Topic::Trailer,
        value: |reading| match reading.end {
            (end, Origin::Declared) => format!("from offset {end}"),
            _ => "none".to_owned(),
        },
    },
];

/// How many samples traces have.
fn sample_count(reading: &Reading<'_>) -> String {
    let n = reading.n_samples.0;
    told(&reading.lengths.as_ref().map_or(n..=n, Lengths::range))
}

/// How many additional headers traces have.
fn additional_headers(reading: &Reading<'_>) -> String {
    let n = reading.additional.0;
    let headers = |bytes: &u64| (bytes / TRACE_HEADER).saturating_sub(1);
    told(&reading.lengths.as_ref().map_or(n..=n, |lengths| {
        let range = lengths.header_range();
        headers(range.start())..=headers(range.end())
    }))
}

fn told(range: &RangeInclusive<u64>) -> String {
    match (range.start(), range.end()) {
        (one, other) if one == other => one.to_string(),
        (least, most) => format!("{least} to {most}"),
    }
}

/// All conclusions, with the rest already made: those about texts and the axis.
pub(super) fn evidence(
    readings: &[Reading<'_>],
    facts: &Facts,
    refused: Refused,
    samples: [Conclusion; 2],
    rest: impl Iterator<Item = Conclusion>,
) -> Evidence {
    let mut conclusions: Vec<Conclusion> =
        DIMENSIONS.iter().map(|dimension| weigh(dimension, readings)).collect();
    let [format, order] = samples;
    conclusions.splice(2..2, [order, format]);
    let Some(binary) = facts.binary else {
        const OF_FILE_HEADERS: [&str; 2] = ["extended textual headers", "data trailer"];
        conclusions.retain(|conclusion| !OF_FILE_HEADERS.contains(&conclusion.name));
        conclusions.extend(rest);
        return Evidence { conclusions };
    };
    if let Some(best) = readings.first() {
        for conclusion in &mut conclusions {
            match conclusion.name {
                "byte order" => {
                    conclusion.because.insert(0, constant(best.claims.constant).to_owned());
                    if let Some((order, code)) = refused {
                        let text = format!("{order}, byte 3225 is {code}: no format");
                        conclusion.because.push(text);
                    }
                }
                "extended textual headers" => {
                    let text = format!("byte 3505 says {}", best.claims.extended_text);
                    conclusion.because.insert(0, text);
                }
                _ => {}
            }
        }
        conclusions.insert(3, revision(best, [binary[300], binary[301]]));
    }
    conclusions.extend(rest);
    Evidence { conclusions }
}

/// The revision: what the bytes say, and what they mean where a writer got them wrong.
fn revision(best: &Reading<'_>, [major, minor]: [u8; 2]) -> Conclusion {
    let claims = best.claims;
    let stated = format!("bytes 3501-3502 are {major} {minor}");
    let value = format!("{}.{}", claims.revision.value.0, claims.revision.value.1);
    let mut because = vec![stated.clone()];
    because.extend(claims.revision.because.map(str::to_owned));
    let mut candidates = vec![Candidate {
        value: value.clone(),
        score: 10,
        reasons: vec![format!("+10 {}", because.join(": "))],
    }];
    let mut rival = |value: String, score, reasons| {
        if candidates.iter().all(|known| known.value != value) {
            candidates.push(Candidate { value, score, reasons });
        }
    };
    if claims.second && claims.revision.value.0 < 2 {
        let text = "it has the byte-order constant of revision 2, whose fields are read";
        because.push(text.to_owned());
        rival("2.1".to_owned(), 5, vec![format!("+15 {text}"), format!("-10 {stated}")]);
    }
    if claims.revision.because.is_some_and(|because| because != ASKED) {
        rival(format!("{major}.{minor}"), -10, vec!["-10 there is no such revision".to_owned()]);
    }
    Conclusion { name: "revision", value, because, candidates }
}

fn constant(constant: Constant) -> &'static str {
    match constant {
        Constant::States(_) => "there is a byte-order constant (byte 3297)",
        Constant::Absent => "there is no byte-order constant (byte 3297)",
        _ => "bytes 3297-3300 hold no byte-order constant",
    }
}

/// The values that readings have in one dimension, each with its best reading's reasons.
fn weigh(dimension: &Dimension, readings: &[Reading<'_>]) -> Conclusion {
    let mut distinct: Vec<(String, &Reading<'_>)> = Vec::new();
    for reading in readings {
        let value = (dimension.value)(reading);
        if distinct.iter().all(|(known, _)| *known != value) {
            distinct.push((value, reading));
        }
    }
    // Size and headers bear on every choice, and explain nothing where there was none.
    let choice = distinct.len() > 1 || dimension.topic == Topic::End;
    let bears =
        |of: Topic| of == dimension.topic || (choice && matches!(of, Topic::Size | Topic::Headers));
    let mut because: Vec<String> = Vec::new();
    if let Some((_, best)) = distinct.first() {
        let reasons = best.reasons.iter().filter(|reason| bears(reason.topic));
        because.extend(reasons.map(|reason| reason.text.to_string()));
    }
    let candidates: Vec<Candidate> = distinct
        .into_iter()
        .map(|(value, reading)| Candidate {
            value,
            score: reading.score(),
            reasons: reading
                .reasons
                .iter()
                .filter(|reason| reason.points != 0 && bears(reason.topic))
                .map(|reason| format!("{:+} {}", reason.points, reason.text))
                .collect(),
        })
        .collect();
    if let [best, next, ..] = &candidates[..]
        && best.score - next.score < LEAD
    {
        because.push(format!("ambiguous: it may as well be {}", next.value));
    }
    let value = candidates.first().map_or_else(String::new, |best| best.value.clone());
    Conclusion { name: dimension.name, value, because, candidates }
}

/// What is odd about the file, given that it is read in the best way.
pub(super) fn warnings(readings: &[Reading<'_>], facts: &Facts, len: u64) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let Some(best) = readings.first() else { return warnings };
    let claims = best.claims;
    let byte = |number: u64| facts.text_at + number;
    let mut warn = |text: String| warnings.push(Warning::new(About::Layout, text));

    if let (true, Some(binary)) = (claims.revision.odd, facts.binary) {
        warn(format!(
            "the revision (byte {}) is {} {}: read as {}.{}; {}",
            byte(3501),
            binary[300],
            binary[301],
            facts.revision.0,
            facts.revision.1,
            claims.revision.because.unwrap_or_default()
        ));
    }
    match claims.constant {
        Constant::States(stated) if stated != best.order() => warn(format!(
            "the byte-order constant (byte {}) says {stated}, but the file is {}",
            byte(3297),
            best.order()
        )),
        Constant::Junk if claims.second => warn(format!(
            "the byte-order constant (byte {}) is none; the file is taken to be {}",
            byte(3297),
            best.order()
        )),
        _ => {}
    }
    if claims.second && claims.revision.value.0 < 2 {
        warn(format!(
            "the revision (byte {}) is {}.{}, but there is the byte-order constant of revision 2 \
             (byte {}): the fields of revision 2 are read",
            byte(3501),
            claims.revision.value.0,
            claims.revision.value.1,
            byte(3297)
        ));
    }
    let declared_text = claims.extended_text;
    let room = facts.n_text.saturating_sub(1);
    if i64::from(declared_text) != room.cast_signed()
        && !matches!(best.start.from, Origin::Asked | Origin::Extended | Origin::Declared)
    {
        warn(format!(
            "byte {} declares {declared_text} extended textual headers, {room} are there; traces \
             begin at byte {}",
            byte(3505),
            best.start.at + 1
        ));
    }
    if claims.second
        && claims.first_trace != 0
        && !matches!(best.start.from, Origin::Asked | Origin::Extended)
    {
        warn(format!(
            "byte {} says that traces begin at offset {}, but they begin at {}",
            byte(3521),
            claims.first_trace,
            best.start.at
        ));
    }
    match best.additional {
        (there, Origin::TraceExtended) if there < claims.most_additional() => warn(format!(
            "bytes {}-{} declare up to {} additional headers in each trace, but the first has \
             {there}: if another has more, what follows it is misplaced",
            byte(3507),
            byte(3510),
            claims.most_additional()
        )),
        (there, Origin::Undue | Origin::Default | Origin::TraceExtended) => warn(format!(
            "bytes {}-{} do not declare the additional trace headers that are there: {there}",
            byte(3507),
            byte(3510),
        )),
        _ => {}
    }
    if best.n_samples.1 == Origin::Each {
        if claims.fixed == Some(true) {
            warn(format!(
                "byte {} says that all traces are as long, but they have {} samples and {} \
                 additional headers",
                byte(3503),
                sample_count(best),
                additional_headers(best)
            ));
        }
    } else if !matches!(best.n_samples.1, Origin::Declared | Origin::Extended | Origin::Asked) {
        warn(format!(
            "byte {} says {} samples per trace, but traces have {}",
            claims.samples_byte(),
            claims.n_samples.0,
            best.n_samples.0
        ));
    }
    let wide = u64::from(claims.n_samples.1);
    let counted = !matches!(best.n_samples.1, Origin::Asked | Origin::Each);
    if claims.second && wide > 0 && wide != best.n_samples.0 && counted {
        warn(format!(
            "byte {} says {wide} samples per trace, but traces have {}",
            byte(3269),
            best.n_samples.0
        ));
    }
    if claims.trailers != 0 && best.end.1 != Origin::Declared {
        warn(format!(
            "byte {} declares a data trailer ({} records) that is not there",
            byte(3529),
            claims.trailers
        ));
    }
    let (n, over) = best.fit();
    if over != 0 {
        warn(format!(
            "{over} bytes are over after {n} whole traces of {} bytes (from offset {} of {len}): \
             the last trace is cut short, or something follows it",
            best.trace_len(),
            best.offset(n),
        ));
    } else if n == 0 {
        warn(format!("the file ends after its headers: {len} bytes, no trace"));
    }
    if let Some(declared) = facts.declared_traces.filter(|declared| *declared != n) {
        warn(format!("byte {} declares {declared} traces, {n} are there", byte(3513)));
    }
    for Dimension { name, value, .. } in DIMENSIONS.iter().filter(|d| d.topic != Topic::End) {
        let own = value(best);
        let rival = readings.iter().find(|reading| value(reading) != own);
        if let Some(rival) = rival.filter(|rival| best.score() - rival.score() < LEAD) {
            warn(format!("the {name} is ambiguous: {own} or {}", value(rival)));
        }
    }
    warnings
}
