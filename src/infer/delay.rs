//! Where the samples of a trace begin: its delay.

use super::evidence::{Candidate, Conclusion};
use super::warning::{About, Warning};
use super::{Facts, FileKind, Unit};
use crate::format::Endian;
use crate::header::{Block, Field, FieldType};

/// Milliseconds, metres or feet at which windows of a volume do not begin any more.
const FAR: f64 = 20_000.0;

/// What a few traces say of their delays.
pub(crate) struct Delay {
    /// That of the first trace.
    pub(crate) delay: f64,
    pub(crate) conclusion: Conclusion,
    pub(crate) warnings: Vec<Warning>,
}

/// What is known of the sample axis but its beginning.
#[derive(Clone, Copy)]
pub(crate) struct Record {
    pub(crate) unit: Unit,
    /// From the first sample to behind the last, in that unit.
    pub(crate) length: Option<f64>,
    pub(crate) endian: Endian,
}

impl Record {
    pub(crate) fn of(facts: &Facts) -> Record {
        let length = facts.interval.map(|interval| interval * facts.layout.n_samples as f64);
        Record { unit: facts.unit, length, endian: facts.layout.endian }
    }
}

/// What makes the delay of a trace where the standard has it: byte 109 with the scalar of byte 215.
pub(crate) fn standard(kind: FileKind, revision: (u8, u8)) -> Field {
    let delay = Field::at(Block::Trace, 109, FieldType::Int(2));
    match kind {
        // Trace headers of Seismic Unix have no such scalar.
        FileKind::SeismicUnix => delay.always_scaled(false),
        // Nor has revision 0: it is used only where it is valid.
        FileKind::SegY => delay.scaled_by(215).always_scaled(revision.0 == 0),
    }
}

impl Delay {
    /// Judges the headers of a few traces, the first among them.
    pub(crate) fn judge(headers: &[(u64, &[u8])], field: &Field, record: Record) -> Delay {
        let stated: Vec<Stated> =
            headers.iter().map(|(i, header)| Stated::read(*i, header, field, record)).collect();
        let delay = stated.first().map_or(0.0, |first| first.delay);
        let value = told(delay, record.unit);
        let because = match stated.first() {
            Some(first) => {
                let mut because = vec![format!("{} of trace 0", places(field)), first.words(field)];
                if record.length.is_some_and(|length| delay.abs() > length) {
                    because
                        .push("beyond the length of a trace: a window, or other units".to_owned());
                }
                because
            }
            None => vec!["there is no trace".to_owned()],
        };
        let candidates = candidates(&stated, &value, field, record.unit);
        let conclusion = Conclusion { name: "delay", value, because, candidates };
        Delay { delay, conclusion, warnings: warnings(&stated, field, record) }
    }
}

/// The delay of a trace.
struct Stated {
    trace: u64,
    delay: f64,
    /// The word without its scalar, and the scalar; `None` where there is no such word.
    word: Option<f64>,
    scalar: Option<f64>,
}

impl Stated {
    fn read(trace: u64, header: &[u8], field: &Field, record: Record) -> Stated {
        let real = |field: &Field| field.real(header.into(), record.endian);
        let scalar = field.scalar().and_then(|scalar| real(&scalar));
        let delay = real(field).unwrap_or(0.0);
        Stated { trace, delay, word: real(&field.stored()), scalar }
    }

    /// Whether there is a scalar that was not taken for one.
    fn is_ignored(&self, field: &Field) -> bool {
        let unlikely = field.is_likely_scaled() && self.word == Some(self.delay);
        unlikely && self.delay != 0.0 && self.scalar.is_some_and(|s| s != 0.0 && s.abs() != 1.0)
    }

    /// What its header says.
    fn words(&self, field: &Field) -> String {
        let Some(word) = self.word else {
            return format!("trace {} has no such word", self.trace);
        };
        let says = format!("trace {} says {word}", self.trace);
        match self.scalar {
            Some(scalar) if self.is_ignored(field) => {
                format!("{says}, with {scalar}, which is no scalar: ignored")
            }
            Some(scalar) => format!("{says}, with the scalar {scalar}"),
            None => says,
        }
    }
}

/// All delays that traces have, `choice` first: a point for each trace, none for a value without its
/// scalar.
fn candidates(stated: &[Stated], choice: &str, field: &Field, unit: Unit) -> Vec<Candidate> {
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut add = |value: String, points: i32, reason: String| {
        let reason = format!("{points:+} {reason}");
        match candidates.iter_mut().find(|known| known.value == value) {
            Some(known) => {
                known.score += points;
                known.reasons.push(reason);
            }
            None => candidates.push(Candidate { value, score: points, reasons: vec![reason] }),
        }
    };
    for one in stated {
        add(told(one.delay, unit), 1, one.words(field));
    }
    for one in stated {
        if let Some(word) = one.word.filter(|word| *word != one.delay) {
            add(told(word, unit), 0, format!("trace {}, without the scalar", one.trace));
        }
    }
    candidates.sort_by_key(|c| (c.value != choice, std::cmp::Reverse(c.score)));
    candidates
}

fn warnings(stated: &[Stated], field: &Field, record: Record) -> Vec<Warning> {
    let Some(first) = stated.first() else { return Vec::new() };
    let (places, unit) = (places(field), record.unit);
    let warn = |text| Warning::new(About::Delay, text);
    let mut warnings = Vec::new();
    if first.word.is_none() && field.wider().is_none() {
        let text = format!("trace 0 has no {places}, where its delay should be: taken to be 0");
        warnings.push(warn(text));
    }
    if let Some(other) = stated.iter().find(|other| !same(other.delay, first.delay)) {
        warnings.push(warn(format!(
            "the delay varies: trace 0 starts at {}, trace {} at {} ({places}); f.samples is the \
             axis of trace 0, f.delays has the delay of each trace",
            told(first.delay, unit),
            other.trace,
            told(other.delay, unit)
        )));
    }
    let odd = |one: &&Stated| record.length.is_some_and(|length| !is_usual(one.delay, length));
    if let (Some(one), Some(length)) = (stated.iter().find(odd), record.length) {
        warnings.push(warn(format!(
            "the delay of trace {} is {} ({places}), for a trace of {}: it may be meant in other \
             units, such as microseconds or samples; f.delays has the delay of each trace",
            one.trace,
            told(one.delay, unit),
            told(length, unit)
        )));
    }
    warnings
}

/// Whether a trace of a length may begin there: windows of longer traces begin far down, but not ever
/// so far, and no trace ends before it begins. What is no number is not usual either.
fn is_usual(delay: f64, length: f64) -> bool {
    (-length..=length.max(FAR)).contains(&delay)
}

fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

fn told(delay: f64, unit: Unit) -> String {
    format!("{delay} {}", unit.name())
}

/// The bytes at which a delay stands.
fn places(field: &Field) -> String {
    let place = |field: Field| match field.block() {
        Block::Additional(block) => format!("{} of {block}", field.byte()),
        Block::Binary | Block::Trace => field.byte().to_string(),
    };
    let words = [Some(field.stored()), field.scalar(), field.wider()];
    let words: Vec<String> = words.into_iter().flatten().map(place).collect();
    match &*words {
        [one] => format!("byte {one}"),
        several => format!("bytes {}", several.join(" and ")),
    }
}
