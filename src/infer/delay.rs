//! The delay of traces: where their samples begin on the axis.
//!
//! A few traces are looked at, the first among them, whose delay is that of the axis. Revision 0 has no
//! scalar for it, and files of it keep other data in those bytes: only a power of ten is taken for a
//! scalar there. It fails where the delay is written in other units, such as microseconds or samples:
//! then it is often far longer than the trace, and a warning reports it.

use super::evidence::{Candidate, Conclusion, add, rank};
use super::reason::Reason;
use super::stated::DelayBytes;
use super::value::{Origin, Topic, Value};
use super::warning::Warning;
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
///
/// Traces of Seismic Unix that are not of time begin at `f1`.
pub(crate) fn standard(kind: FileKind, revision: (u8, u8), unit: Unit) -> Field {
    if unit == Unit::Unstated {
        return Field::at(Block::Trace, 185, FieldType::F32);
    }
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
        let value = Value::length(delay, record.unit);
        let mut reasons = Vec::new();
        match stated.first() {
            Some(first) => reasons.extend([Reason::DelayBytes(bytes(field)), first.reason()]),
            None => reasons.push(Reason::NoTrace),
        }
        if record.length.is_some_and(|length| delay.abs() > length) {
            reasons.push(Reason::DelayFar);
        }
        let candidates = candidates(&stated, &value, record.unit);
        let conclusion =
            Conclusion::new(Topic::Delay, value, Origin::Trace, reasons).among(candidates);
        Delay { delay, conclusion, warnings: warnings(&stated, field, record) }
    }
}

/// The delay of a trace.
struct Stated {
    trace: u64,
    delay: f64,
    /// The word without its scalar; `None` where there is no such word.
    word: Option<f64>,
    /// The scalar, and whether it was not taken for one.
    scalar: Option<(f64, bool)>,
}

impl Stated {
    fn read(trace: u64, header: &[u8], field: &Field, record: Record) -> Stated {
        let real = |field: &Field| field.real(header.into(), record.endian);
        let (delay, word) = (real(field).unwrap_or(0.0), real(&field.stored()));
        let scalar = field.scalar().and_then(|scalar| real(&scalar));
        let unscaled = field.is_likely_scaled() && word == Some(delay) && delay != 0.0;
        let scalar = scalar.map(|s| (s, unscaled && s != 0.0 && s.abs() != 1.0));
        Stated { trace, delay, word, scalar }
    }

    fn reason(&self) -> Reason {
        Reason::Delay(self.trace, self.word, self.scalar)
    }
}

/// All delays of the traces, `choice` first: a point for each trace, none for a value without its
/// scalar.
fn candidates(stated: &[Stated], choice: &Value, unit: Unit) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for one in stated {
        add(&mut candidates, Value::length(one.delay, unit), 1, one.reason());
    }
    for one in stated {
        if let Some(word) = one.word.filter(|word| *word != one.delay) {
            let reason = Reason::DelayUnscaled(one.trace);
            add(&mut candidates, Value::length(word, unit), 0, reason);
        }
    }
    rank(&mut candidates, choice);
    candidates
}

fn warnings(stated: &[Stated], field: &Field, record: Record) -> Vec<Warning> {
    let Some(first) = stated.first() else { return Vec::new() };
    let (bytes, unit) = (bytes(field), record.unit);
    let mut warnings = Vec::new();
    if first.word.is_none() && field.wider().is_none() {
        warnings.push(Warning::DelayMissing { bytes: bytes.clone() });
    }
    if let Some(other) = stated.iter().find(|other| !same(other.delay, first.delay)) {
        warnings.push(Warning::Delay {
            bytes: bytes.clone(),
            first: first.delay,
            trace: other.trace,
            other: other.delay,
            unit,
        });
    }
    if let Some(length) = record.length
        && let Some(one) = stated.iter().find(|one| !is_usual(one.delay, length))
    {
        let (trace, delay) = (one.trace, one.delay);
        warnings.push(Warning::DelayRange { bytes, trace, delay, length, unit });
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

/// The header fields that make a delay.
fn bytes(field: &Field) -> DelayBytes {
    let fields = [Some(field.stored()), field.scalar(), field.wider()].into_iter().flatten();
    let block = |field: &Field| match field.block() {
        Block::Additional(block) => Some(block.to_string()),
        Block::Binary | Block::Trace => None,
    };
    fields.map(|field| (block(&field), field.byte())).collect()
}
