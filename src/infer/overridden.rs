//! Overrides compared with what the file states.
//!
//! A file is judged twice: with the overrides, and without them. Conclusions that were overridden keep
//! the alternatives of the second judgement, and a warning reports those that differ, with the effect on
//! the layout where they move traces.

use super::evidence::{Candidate, Conclusion, Weighed};
use super::reason::Reason;
use super::value::{Failure, Origin, Topic, Value};
use super::warning::{Fit, Moved, Warning};
use super::{Facts, Inferred, Overrides};
use crate::error::{Error, Result};
use crate::layout::TRACE_HEADER;
use crate::names::Names;

/// An override: what it is about, and its value.
fn passed(overrides: &Overrides, facts: &Facts) -> Vec<(Topic, Value)> {
    let Overrides { kind, endian, sample_endian, format, encoding, revision, .. } = overrides;
    let encodings = |encoding: &_| Value::Encodings(vec![Clone::clone(encoding)]);
    let length = |interval| Value::length(interval, facts.unit);
    let list = [
        (Topic::Kind, kind.map(Value::Kind)),
        (Topic::ByteOrder, endian.map(Value::Order)),
        (Topic::SampleOrder, sample_endian.map(Value::Order)),
        (Topic::Format, format.map(Value::Format)),
        (Topic::TextEncoding, encoding.as_ref().map(encodings)),
        (Topic::Revision, revision.map(Value::Revision)),
        (Topic::SampleCount, overrides.n_samples.map(Value::count)),
        (Topic::FirstTrace, overrides.first_trace.map(Value::Offset)),
        (Topic::AdditionalHeaders, overrides.additional_headers.map(Value::count)),
        (Topic::Interval, overrides.interval.map(length)),
    ];
    list.into_iter().filter_map(|(topic, value)| Some((topic, value?))).collect()
}

/// What a file states that an override may replace.
///
/// Not the encoding: it is compared where texts are judged, since code pages of one kind agree.
fn stated(facts: &Facts, topic: Topic) -> Option<Value> {
    let layout = &facts.layout;
    Some(match topic {
        Topic::Kind => Value::Kind(facts.kind),
        Topic::ByteOrder => Value::Order(facts.order),
        Topic::SampleOrder => Value::Order(facts.sample_order),
        Topic::Format => Value::Format(layout.format),
        Topic::Revision => Value::Revision(facts.revision),
        Topic::SampleCount => match &facts.lengths {
            Some(lengths) => Value::Count(*lengths.range().start(), *lengths.range().end()),
            None => Value::count(layout.n_samples),
        },
        Topic::FirstTrace => Value::Offset(layout.first_trace),
        Topic::AdditionalHeaders => Value::count(layout.header_len / TRACE_HEADER - 1),
        Topic::Interval => Value::length(facts.interval?, facts.unit),
        _ => return None,
    })
}

/// Whether the offsets of traces depend on a value.
fn moves(topic: Topic, passed: &Value, own: &Facts) -> bool {
    match (topic, passed) {
        (Topic::Format, Value::Format(format)) => format.width() != own.layout.format.width(),
        (Topic::SampleOrder | Topic::Revision | Topic::Interval, _) => false,
        _ => true,
    }
}

/// The error of a file that cannot be read with the overrides, but without them: with what it states
/// instead.
pub(super) fn refuse(error: Error, own: &Facts, overrides: &Overrides) -> Error {
    let differs = |(topic, passed)| {
        let stated = stated(own, topic).filter(|stated| *stated != passed)?;
        let (moved, missing) = (None, Vec::new());
        Some(Warning::Override { topic, passed, stated, moved, missing }.message(&Names::DEFERRED))
    };
    let differing = passed(overrides, own).into_iter().filter_map(differs);
    match differing.collect::<Vec<_>>() {
        none if none.is_empty() => error,
        differing => error.note(differing.join(", ")),
    }
}

/// Adds to the evidence what the file states without overrides, and warns where that differs: `own` is
/// what is concluded without them.
pub(super) fn compare(inferred: &mut Inferred, own: &Result<Inferred>, overrides: &Overrides) {
    let missing = missing(inferred);
    for (topic, passed) in passed(overrides, &inferred.facts) {
        let conclusions = &mut inferred.evidence.conclusions;
        let Some(conclusion) = conclusions.iter_mut().find(|known| known.topic == topic) else {
            continue;
        };
        conclusion.origin = Origin::Override;
        conclusion.reasons.retain(|reason| !is_overridden(reason));
        conclusion.reasons.insert(0, Reason::Overridden);
        let own = match own {
            Err(error) => {
                conclusion.reasons.push(Reason::Unreadable(Failure(error.clone())));
                continue;
            }
            Ok(own) => own,
        };
        if let Some(without) = own.evidence.get(topic) {
            add_rivals(conclusion, without);
        }
        let Some(stated) = stated(&own.facts, topic).filter(|stated| *stated != passed) else {
            continue;
        };
        conclusion.reasons.insert(1, Reason::FileStates(stated.clone()));
        let moves = moves(topic, &passed, &own.facts);
        let moved = if moves { moved(&inferred.facts, &own.facts) } else { None };
        let missing = if moves { missing.clone() } else { Vec::new() };
        inferred.warnings.push(Warning::Override { topic, passed, stated, moved, missing });
    }
    // With what an override is compared, if the file is unreadable without it: the headers.
    if own.is_err() && missing.len() > 1 {
        inferred.warnings.push(Warning::NoTraceHeaders { traces: missing });
    }
}

/// Whether a reason is only that the value was passed.
fn is_overridden(reason: &Reason) -> bool {
    matches!(
        reason,
        Reason::Overridden
            | Reason::StartFrom(Origin::Override)
            | Reason::AdditionalFrom(Origin::Override)
            | Reason::SamplesFrom(Origin::Override)
            | Reason::WidthFrom(Origin::Override)
    )
}

/// Traces that have no header at the expected offset.
fn missing(inferred: &Inferred) -> Vec<u64> {
    let traces = inferred.evidence.get(Topic::TraceCount);
    let mut reasons = traces.into_iter().flat_map(|traces| &traces.reasons);
    let missing = reasons.find_map(|reason| match reason {
        Reason::NoHeaderAt(traces) => Some(traces.clone()),
        _ => None,
    });
    missing.unwrap_or_default()
}

/// Adds candidates that were not weighed because of the override.
fn add_rivals(conclusion: &mut Conclusion, without: &Conclusion) {
    let plain = || {
        let reasons = without.reasons.iter().cloned();
        let reasons = reasons.map(|reason| Weighed { points: 0, reason }).collect();
        vec![Candidate { value: without.value.clone(), score: 0, reasons }]
    };
    let rivals = if without.candidates.is_empty() { plain() } else { without.candidates.clone() };
    for rival in rivals {
        if conclusion.candidates.iter().all(|known| known.value != rival.value) {
            conclusion.candidates.push(rival);
        }
    }
}

/// How traces fill the file with and without overrides; nothing where that is the same.
fn moved(with: &Facts, without: &Facts) -> Option<Moved> {
    let fit = |facts: &Facts| -> Fit {
        let layout = &facts.layout;
        let trailing = facts.end.saturating_sub(layout.header_offset(layout.n_traces));
        (layout.n_traces, layout.trace_len(), trailing)
    };
    let moved =
        Moved { with: fit(with), without: fit(without), lengths_vary: without.lengths.is_some() };
    (moved.lengths_vary || moved.with != moved.without).then_some(moved)
}
