//! What was asked for beside what the file says.

use super::evidence::{Candidate, Conclusion};
use super::score::NOWHERE;
use super::warning::{About, Warning};
use super::{ASKED, Facts, Inferred, Overrides};
use crate::error::{Error, Result};
use crate::layout::TRACE_HEADER;

/// A conclusion that was asked for: its name, the keyword, and both values as that has them.
struct Asked {
    name: &'static str,
    keyword: &'static str,
    asked: String,
    /// What the file says unasked, where it says anything.
    file: Option<String>,
    /// Whether the places of traces depend on it.
    moves: bool,
}

impl Asked {
    fn all(overrides: &Overrides, own: Option<&Facts>) -> Vec<Asked> {
        let mut list = Vec::new();
        let mut add = |name, keyword, asked: Option<String>, file: Option<String>, moves| {
            list.extend(asked.map(|asked| Asked { name, keyword, asked, file, moves }));
        };
        let layout = own.map(|own| &own.layout);
        let revision = |(major, minor): (u8, u8)| format!("{major}.{minor}");
        let file = own.map(|own| own.kind.name().to_owned());
        add("kind", "kind", overrides.kind.map(|k| k.name().to_owned()), file, true);
        let (endian, format) = (overrides.endian, overrides.format);
        let file = own.map(|own| own.order.name().to_owned());
        add("byte order", "endian", endian.map(|e| e.name().to_owned()), file, true);
        let file = own.map(|own| own.sample_order.name().to_owned());
        let order = overrides.sample_endian.map(|order| order.name().to_owned());
        add("sample order", "sample_endian", order, file, false);
        let file = layout.map(|file| file.format.name().to_owned());
        let wider = layout.zip(format).is_some_and(|(own, f)| own.format.width() != f.width());
        add("format", "format", format.map(|f| f.name().to_owned()), file, wider);
        // Its disagreement is told where texts are judged: code pages of one kind agree.
        let encoding = overrides.encoding.as_ref();
        add("text encoding", "encoding", encoding.map(|e| e.name().to_owned()), None, false);
        let file = own.map(|own| revision(own.revision));
        add("revision", "revision", overrides.revision.map(revision), file, false);
        let file = own.map(|own| match &own.lengths {
            Some(lengths) => format!("{} to {}", lengths.range().start(), lengths.range().end()),
            None => own.layout.n_samples.to_string(),
        });
        add("sample count", "n_samples", overrides.n_samples.map(|n| n.to_string()), file, true);
        let file = layout.map(|file| file.first_trace.to_string());
        let first_trace = overrides.first_trace.map(|n| n.to_string());
        add("first trace", "first_trace", first_trace, file, true);
        let file = layout.map(|file| (file.header_len / TRACE_HEADER - 1).to_string());
        let asked = overrides.additional_headers.map(|n| n.to_string());
        add("additional trace headers", "additional_headers", asked, file, true);
        let file = own.and_then(|own| own.interval).map(|interval| interval.to_string());
        add("interval", "interval", overrides.interval.map(|i| i.to_string()), file, false);
        list
    }
}

/// The error of a file that cannot be read as it was asked for, where it can unasked: with what it says
/// of that itself.
pub(super) fn refuse(error: Error, own: &Facts, overrides: &Overrides) -> Error {
    let all = Asked::all(overrides, Some(own));
    let contrary = all.iter().filter_map(|asked| {
        let says = asked.file.as_ref().filter(|says| **says != asked.asked)?;
        Some(format!("{}={} was asked for, the file says {says}", asked.keyword, asked.asked))
    });
    match contrary.collect::<Vec<_>>() {
        none if none.is_empty() => error,
        contrary => error.advice(contrary.join(", ")),
    }
}

/// Tells of each conclusion that was asked for, and how it disagrees with the file: `own` is what is
/// concluded unasked.
pub(super) fn compare(inferred: &mut Inferred, own: &Result<Inferred>, overrides: &Overrides) {
    let file = own.as_ref().ok();
    let traces = inferred.evidence.get("trace count").map(|traces| &traces.because);
    let mut because = traces.into_iter().flatten();
    let nowhere = because.find(|because| because.starts_with(NOWHERE)).cloned();
    for asked in Asked::all(overrides, file.map(|own| &own.facts)) {
        let conclusions = &mut inferred.evidence.conclusions;
        let Some(conclusion) = conclusions.iter_mut().find(|known| known.name == asked.name) else {
            continue;
        };
        conclusion.because.retain(|because| because != ASKED);
        conclusion.because.insert(0, ASKED.to_owned());
        match own {
            Err(error) => conclusion.because.push(format!("unasked: {error}")),
            Ok(own) => {
                if let Some(unasked) = own.evidence.get(asked.name) {
                    add_rivals(conclusion, unasked);
                }
            }
        }
        let Some(says) = asked.file.filter(|says| *says != asked.asked) else { continue };
        let mut text =
            format!("{}={} was asked for, the file says {says}", asked.keyword, asked.asked);
        conclusion.because.insert(1, format!("the file says {says}"));
        if let (true, Some(own)) = (asked.moves, file) {
            text += &places(&inferred.facts, &own.facts);
            if let Some(nowhere) = &nowhere {
                text += &format!("; {nowhere}");
            }
        }
        inferred.warnings.push(Warning::new(About::Asked, text));
    }
}

/// What the file would have had instead: candidates that were not weighed because another was asked
/// for.
fn add_rivals(conclusion: &mut Conclusion, unasked: &Conclusion) {
    let plain = Candidate {
        value: unasked.value.clone(),
        score: 0,
        reasons: unasked.because.iter().map(|because| format!("+0 {because}")).collect(),
    };
    let rivals =
        if unasked.candidates.is_empty() { vec![plain] } else { unasked.candidates.clone() };
    for rival in rivals {
        if conclusion.candidates.iter().all(|known| known.value != rival.value) {
            conclusion.candidates.push(rival);
        }
    }
}

/// How well traces fill the file as asked for, and unasked; nothing where that is the same.
fn places(asked: &Facts, own: &Facts) -> String {
    let fit = |facts: &Facts| {
        let layout = &facts.layout;
        let over = facts.end.saturating_sub(layout.header_offset(layout.n_traces));
        (layout.n_traces, layout.trace_len(), over)
    };
    let ((n, len, over), (own_n, own_len, own_over)) = (fit(asked), fit(own));
    if own.lengths.is_some() {
        return format!(
            ": it makes {n} traces of {len} bytes and leaves {over} bytes over, by its own lengths \
             the file has {own_n}"
        );
    }
    if (n, len, over) == (own_n, own_len, own_over) {
        return String::new();
    }
    format!(
        ": it makes {n} traces of {len} bytes and leaves {over} bytes over, the file's own \
         {own_n} of {own_len} and {own_over}"
    )
}
