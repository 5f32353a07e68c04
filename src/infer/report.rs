//! Conclusions and warnings from the readings of a file, the best first.

use super::evidence::{Candidate, Conclusion, Evidence, Weighed};
use super::reading::Reading;
use super::reason::Reason;
use super::stated::{Constant, Content, RevisionForm, Trailing};
use super::value::{Origin, Topic, Value};
use super::warning::Warning;
use super::weights::{Aspect, LEAD, REVISION, weight};
use super::{Facts, Refused};
use crate::layout::TRACE_HEADER;
use crate::lengths::Lengths;

/// Something in which readings differ: what it is about, which reasons bear on it, a reading's value in
/// it, and where that comes from.
type Dimension = (Topic, Aspect, fn(&Reading<'_>) -> (Value, Origin));

const DIMENSIONS: [Dimension; 9] = [
    (Topic::Kind, Aspect::Kind, |reading| (Value::Kind(reading.claims.kind), Origin::Detected)),
    (Topic::ByteOrder, Aspect::Order, |reading| {
        let stated = reading.claims.constant == Constant::States(reading.order());
        let origin = if stated { Origin::Extended } else { Origin::Detected };
        (Value::Order(reading.order()), origin)
    }),
    (Topic::FirstTrace, Aspect::Start, |reading| {
        (Value::Offset(reading.start.at), reading.start.from)
    }),
    (Topic::ExtendedText, Aspect::Start, |reading| {
        (Value::count(reading.start.texts), reading.start.from)
    }),
    (Topic::AdditionalHeaders, Aspect::Additional, |reading| {
        (additional_headers(reading), reading.additional.1)
    }),
    (Topic::SampleCount, Aspect::Samples, |reading| (sample_count(reading), reading.n_samples.1)),
    (Topic::SampleWidth, Aspect::Width, |reading| (Value::Bytes(reading.width.0), reading.width.1)),
    (Topic::TraceCount, Aspect::End, |reading| (Value::count(reading.fit().0), Origin::Detected)),
    (Topic::DataTrailer, Aspect::Trailer, |reading| match reading.end {
        (end, Origin::Declared) => (Value::Trailer(Some(end)), Origin::Declared),
        (_, origin) => (Value::Trailer(None), origin),
    }),
];

/// The number of samples of traces.
fn sample_count(reading: &Reading<'_>) -> Value {
    let n = reading.n_samples.0;
    let range = reading.lengths.as_ref().map_or(n..=n, Lengths::range);
    Value::Count(*range.start(), *range.end())
}

/// The number of additional headers of traces.
fn additional_headers(reading: &Reading<'_>) -> Value {
    let headers = |bytes: &u64| (bytes / TRACE_HEADER).saturating_sub(1);
    reading.lengths.as_ref().map_or(Value::count(reading.additional.0), |lengths| {
        let range = lengths.header_range();
        Value::Count(headers(range.start()), headers(range.end()))
    })
}

/// All conclusions; those about samples, texts and the axis are made elsewhere.
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
    if let (Some(binary), Some(best)) = (facts.binary, readings.first()) {
        for conclusion in &mut conclusions {
            let reasons = &mut conclusion.reasons;
            match conclusion.topic {
                Topic::ByteOrder => {
                    reasons.insert(0, Reason::Constant(best.claims.constant));
                    let invalid = |(order, code)| Reason::FormatCodeInvalidAs(order, code);
                    reasons.extend(refused.map(invalid));
                }
                Topic::ExtendedText => {
                    reasons.insert(0, Reason::ExtendedText(best.claims.extended_text));
                }
                _ => {}
            }
        }
        conclusions.insert(3, revision(best, [binary[300], binary[301]]));
    } else {
        let of_headers = |topic| matches!(topic, Topic::ExtendedText | Topic::DataTrailer);
        conclusions.retain(|conclusion| !of_headers(conclusion.topic));
    }
    conclusions.extend(rest);
    Evidence { conclusions }
}

/// The revision: what its bytes state, and how they are understood where a writer got them wrong.
fn revision(best: &Reading<'_>, bytes: [u8; 2]) -> Conclusion {
    let revision = &best.claims.revision;
    let weighed = |points, reason| Weighed { points, reason };
    let [stated, constant, against] = REVISION;
    let mut reasons = vec![Reason::RevisionBytes(bytes)];
    reasons.extend(revision.form.map(Reason::RevisionForm));
    let candidate = |value, reasons| Candidate::new(Value::Revision(value), reasons);
    let all = reasons.iter().enumerate();
    let all = all.map(|(i, reason)| weighed(if i == 0 { stated } else { 0 }, reason.clone()));
    let mut candidates = vec![candidate(revision.value, all.collect())];
    let mut rival = |value, reasons| {
        let rival = candidate(value, reasons);
        if candidates.iter().all(|known| known.value != rival.value) {
            candidates.push(rival);
        }
    };
    if best.claims.second && revision.value.0 < 2 {
        reasons.push(Reason::RevisionFields);
        let found = weighed(constant, Reason::RevisionFields);
        rival((2, 1), vec![found, weighed(against, Reason::RevisionBytes(bytes))]);
    }
    if let Some(form) = revision.form.filter(|form| *form != RevisionForm::Override) {
        rival((bytes[0], bytes[1]), vec![weighed(against, Reason::RevisionForm(form))]);
    }
    let origin = match revision.form {
        Some(RevisionForm::Override) => Origin::Override,
        _ => Origin::Declared,
    };
    let value = Value::Revision(revision.value);
    Conclusion::new(Topic::Revision, value, origin, reasons).among(candidates)
}

/// The values that readings have in one dimension, each with its best reading's reasons.
fn weigh(&(topic, aspect, value): &Dimension, readings: &[Reading<'_>]) -> Conclusion {
    let mut distinct: Vec<(Value, Origin, &Reading<'_>)> = Vec::new();
    for reading in readings {
        let (value, origin) = value(reading);
        if distinct.iter().all(|(known, ..)| *known != value) {
            distinct.push((value, origin, reading));
        }
    }
    // Size and headers bear on every choice, and explain nothing where there was none.
    let choice = distinct.len() > 1 || aspect == Aspect::End;
    let bears = |weighed: &&Weighed| {
        let of = weight(&weighed.reason).0;
        of == aspect || (choice && matches!(of, Aspect::Size | Aspect::Headers))
    };
    let mut reasons: Vec<Reason> = Vec::new();
    if let Some((.., best)) = distinct.first() {
        let bearing = best.reasons.iter().filter(bears);
        reasons.extend(bearing.map(|weighed| weighed.reason.clone()));
    }
    let origin = distinct.first().map_or(Origin::Default, |(_, origin, _)| *origin);
    let candidate = |(value, _, reading): (Value, Origin, &Reading<'_>)| {
        let reasons = reading.reasons.iter().filter(bears).filter(|weighed| weighed.points != 0);
        Candidate { value, score: reading.score(), reasons: reasons.cloned().collect() }
    };
    let candidates: Vec<Candidate> = distinct.into_iter().map(candidate).collect();
    if let [best, next, ..] = &candidates[..]
        && best.score - next.score < LEAD
    {
        reasons.push(Reason::Ambiguous(next.value.clone()));
    }
    let value = candidates.first().map_or(Value::Trailer(None), |best| best.value.clone());
    Conclusion::new(topic, value, origin, reasons).among(candidates)
}

/// What is unusual about the file, if the best reading is right.
pub(super) fn warnings(readings: &[Reading<'_>], facts: &Facts, size: u64) -> Vec<Warning> {
    let Some(best) = readings.first() else { return Vec::new() };
    let mut warnings = Vec::new();
    of_revision(best, facts, &mut warnings);
    of_start(best, facts, &mut warnings);
    of_samples(best, facts, &mut warnings);
    of_end(best, facts, size, &mut warnings);
    for (topic, _, value) in DIMENSIONS.into_iter().filter(|(_, aspect, _)| *aspect != Aspect::End)
    {
        let (taken, _) = value(best);
        let rival = readings.iter().find(|reading| value(reading).0 != taken);
        if let Some(rival) = rival.filter(|rival| best.score() - rival.score() < LEAD) {
            let rival = value(rival).0;
            warnings.push(Warning::Ambiguous { topic, taken, rival });
        }
    }
    warnings
}

/// Warnings about revision and byte order.
fn of_revision(best: &Reading<'_>, facts: &Facts, warnings: &mut Vec<Warning>) {
    let (claims, found) = (best.claims, best.order());
    let (byte, constant) = (facts.text_at + 3501, facts.text_at + 3297);
    if let (true, Some(binary), Some(form)) =
        (claims.revision.unusual, facts.binary, claims.revision.form)
    {
        let (found, taken) = ([binary[300], binary[301]], facts.revision);
        warnings.push(Warning::Revision { byte, found, form, taken });
    }
    let stated = match claims.constant {
        Constant::States(stated) if stated != found => Some(Some(stated)),
        Constant::Invalid if claims.second => Some(None),
        _ => None,
    };
    warnings.extend(stated.map(|stated| Warning::ByteOrder { byte: constant, stated, found }));
    let revision = claims.revision.value;
    if claims.second && revision.0 < 2 {
        warnings.push(Warning::RevisionFields { byte, revision, constant });
    }
}

/// Warnings about the headers before the first sample.
fn of_start(best: &Reading<'_>, facts: &Facts, warnings: &mut Vec<Warning>) {
    let (claims, start) = (best.claims, best.start);
    let byte = |number: u64| facts.text_at + number;
    let (declared, found) = (claims.extended_text, facts.n_text.saturating_sub(1));
    if i64::from(declared) != found.cast_signed()
        && !matches!(start.from, Origin::Override | Origin::Extended | Origin::Declared)
    {
        let first_trace = start.at + 1;
        warnings.push(Warning::ExtendedText { byte: byte(3505), declared, found, first_trace });
    }
    if claims.second
        && claims.first_trace != 0
        && !matches!(start.from, Origin::Override | Origin::Extended)
    {
        let (declared, found) = (claims.first_trace, start.at);
        warnings.push(Warning::FirstTrace { byte: byte(3521), declared, found });
    }
    let (found, origin) = best.additional;
    if matches!(origin, Origin::NonStandard | Origin::Default | Origin::TraceExtended) {
        let declared = claims.most_additional();
        warnings.push(Warning::AdditionalHeaders { byte: byte(3507), declared, found });
    }
}

/// Warnings about the sample count.
fn of_samples(best: &Reading<'_>, facts: &Facts, warnings: &mut Vec<Warning>) {
    let (claims, (found, origin)) = (best.claims, best.n_samples);
    let byte = |number: u64| facts.text_at + number;
    match origin {
        Origin::Each if claims.fixed == Some(true) => warnings.push(Warning::FixedLength {
            byte: byte(3503),
            samples: sample_count(best),
            additional: additional_headers(best),
        }),
        Origin::Each | Origin::Declared | Origin::Extended | Origin::Override => {}
        // PASSCAL has it there by its rules.
        Origin::Private if claims.passcal => {}
        _ => {
            let declared = claims.n_samples.0.into();
            warnings.push(Warning::SampleCount { byte: claims.samples_byte(), declared, found });
        }
    }
    let declared = u64::from(claims.n_samples.1);
    let counted = !matches!(origin, Origin::Override | Origin::Each);
    if claims.second && declared > 0 && declared != found && counted {
        warnings.push(Warning::SampleCount { byte: byte(3269), declared, found });
    }
}

/// Warnings about the end of the file.
fn of_end(best: &Reading<'_>, facts: &Facts, size: u64, warnings: &mut Vec<Warning>) {
    let byte = |number: u64| facts.text_at + number;
    let declared = best.claims.trailers;
    if declared != 0 && best.end.1 != Origin::Declared {
        warnings.push(Warning::DataTrailer { byte: byte(3529), declared });
    }
    let (traces, bytes) = best.fit();
    if bytes != 0 {
        let (trace_len, offset) = (Some(best.trace_len()), best.offset(traces));
        let content = Content::Unknown;
        let trailing = Trailing { bytes, traces, trace_len, offset, content };
        warnings.push(Warning::TrailingBytes(trailing));
    } else if traces == 0 {
        warnings.push(Warning::NoTraces { size });
    }
    if let Some(declared) = facts.declared_traces.filter(|declared| *declared != traces) {
        warnings.push(Warning::TraceCount { byte: byte(3513), declared, found: traces });
    }
}
