//! Several files as one: each is judged by itself, and they must agree in all that places and decodes a
//! sample and the fields of a header. Their traces, and nothing else of the later ones, then follow each
//! other in one source.

use std::collections::HashSet;
use std::ops::Range;
use std::path::Path;
use std::sync::OnceLock;

use super::{schema, texts};
use crate::error::{Error, Kind, Result};
use crate::header::BinaryHeader;
use crate::header::schema::Schema;
use crate::infer::{
    Conclusion, Facts, Inferred, Origin, Reason, Topic, Value, Warning, infer_recalled,
};
use crate::layout::{Layout, TRACE_HEADER};
use crate::lengths::Lengths;
use crate::options::Options;
use crate::parallel::Running;
use crate::source::{
    FileSource, JoinedSource, MapSource, PaddedSource, PairsSource, Recalled, Source,
};
use crate::text::Stanzas;

/// How many files evidence tells of one by one.
const MAX_LISTED: usize = 20;

/// What the binary header says of the headers of all traces, and its byte: where files differ in it,
/// what the first one says is not true of all.
const OF_ALL: [(&str, u16); 2] = [("measurement_system", 3255), ("time_basis", 3511)];

/// A source, and what to call it.
pub struct Named {
    /// A path, or whatever tells it from the others: for messages.
    pub name: String,
    /// Its bytes.
    pub source: Box<dyn Source>,
}

impl Named {
    /// A file or a map of it, called by its path.
    ///
    /// # Errors
    /// `Class::Io` from the system.
    pub fn open(path: impl AsRef<Path>, mmap: bool) -> Result<Named> {
        let file = FileSource::open(&path)?;
        Named::of(path.as_ref().display().to_string(), file, mmap)
    }

    /// An open file or a map of it.
    ///
    /// # Errors
    /// As [`Named::open`].
    pub fn of(name: String, file: FileSource, mmap: bool) -> Result<Named> {
        let source: Box<dyn Source> =
            if mmap { Box::new(MapSource::of(&file)?) } else { Box::new(file) };
        Ok(Named { name, source })
    }
}

/// One of the files that are read as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it was called when it was opened.
    pub name: String,
    /// The numbers of its traces.
    pub traces: Range<u64>,
}

/// What is read, what was concluded about it, and of which files it is made.
pub(super) struct Files {
    pub(super) source: Box<dyn Source>,
    pub(super) inferred: Inferred,
    pub(super) parts: Vec<Part>,
    /// Of the first, whose file headers these are.
    pub(super) stanzas: OnceLock<Stanzas>,
    /// Of all.
    pub(super) schema: Schema,
}

impl Files {
    /// Judges one file, or several that agree.
    ///
    /// # Errors
    /// `Class::Value` for no file at all; `Class::Format` where files disagree; otherwise as
    /// [`infer`] and [`schema::settle`], and whatever `running.poll` returns.
    pub(super) fn judge(
        files: Vec<Named>,
        options: &Options,
        running: Running<'_>,
    ) -> Result<Files> {
        let several = files.len() > 1;
        let mut judged = Vec::with_capacity(files.len());
        for Named { name, source } in files {
            running.check()?;
            judged.push(Judged::new(name, source, options, several, running)?);
        }
        as_long(&mut judged)?;
        // All else sees plain traces of one length.
        let plain = |file: Judged| {
            let source = plain(file.source, &file.inferred.facts)?;
            Ok(Judged { source, ..file })
        };
        let judged = judged.into_iter().map(plain).collect::<Result<Vec<_>>>()?;
        match <[Judged; 1]>::try_from(judged) {
            Ok([Judged { name, source, inferred, stanzas, schema }]) => {
                let parts = vec![Part { name, traces: 0..inferred.facts.layout.n_traces }];
                Ok(Files { source, inferred, parts, stanzas, schema })
            }
            Err(several) => join(several),
        }
    }
}

struct Judged {
    name: String,
    source: Box<dyn Source>,
    inferred: Inferred,
    stanzas: OnceLock<Stanzas>,
    schema: Schema,
}

impl Judged {
    fn new(
        name: String,
        source: Box<dyn Source>,
        options: &Options,
        several: bool,
        running: Running<'_>,
    ) -> Result<Judged> {
        let judge = || {
            let recalled = Recalled::new(&*source);
            let mut inferred = infer_recalled(&recalled, &options.overrides, running)?;
            let facts = &inferred.facts;
            let as_it_is = facts.lengths.is_none() && facts.swapped().is_none();
            let view;
            let source: &dyn Source = if as_it_is {
                &recalled
            } else {
                view = plain(Box::new(recalled), facts)?;
                &*view
            };
            let stanzas = texts::at_open(source, &mut inferred)?;
            let schema = schema::settle(source, &stanzas, &options.layout, &mut inferred)?;
            Ok((inferred, stanzas, schema))
        };
        let judged = judge().map_err(|error: Error| {
            let nameless = several && error.file().is_none();
            if nameless { error.path(Path::new(&name)) } else { error }
        });
        judged.map(|(inferred, stanzas, schema)| Judged { name, source, inferred, stanzas, schema })
    }
}

/// A source as its facts have it: with traces as long as each other, and with pairs of bytes in order.
fn plain<'a>(source: Box<dyn Source + 'a>, facts: &Facts) -> Result<Box<dyn Source + 'a>> {
    let source = match facts.lengths.as_ref().and_then(Lengths::records) {
        Some(records) => {
            let (head, body) = (facts.layout.header_len, facts.layout.samples_len());
            Box::new(PaddedSource::new(source, records.clone(), head, body)?)
        }
        None => source,
    };
    Ok(match facts.swapped() {
        Some(blocks) => Box::new(PairsSource::new(source, blocks)),
        None => source,
    })
}

/// Where the lengths of traces vary, makes those of all files as long as the longest of all.
fn as_long(files: &mut [Judged]) -> Result<()> {
    let vary = |file: &&mut Judged| file.inferred.facts.lengths.is_some();
    let lengths = files.iter_mut().filter(vary).map(|file| file.inferred.facts.layout.n_samples);
    let Some(n_samples) = lengths.max() else { return Ok(()) };
    for Judged { inferred: Inferred { facts, .. }, .. } in files.iter_mut().filter(vary) {
        let Layout { first_trace, header_len, n_traces, format, endian, sample_endian, .. } =
            facts.layout;
        let additional = header_len / TRACE_HEADER - 1;
        let longer = Layout::new(first_trace, additional, n_samples, n_traces, format, endian)?;
        let behind = facts.end - facts.layout.header_offset(n_traces);
        facts.end = longer.header_offset(n_traces) + behind;
        facts.layout = Layout { sample_endian, ..longer };
    }
    Ok(())
}

fn join(mut files: Vec<Judged>) -> Result<Files> {
    let Some((first, others)) = files.split_first_mut() else {
        return Err(Kind::Zero { what: "the number of files" }.into());
    };
    let Inferred { facts, evidence, .. } = &mut first.inferred;
    for other in &*others {
        let said = other.inferred.facts.interval;
        if let (None, Some(interval)) = (facts.interval, said) {
            // What one file does not say, another may.
            facts.interval = said;
            let value = Value::length(interval, facts.unit);
            let reasons = vec![Reason::StatedBy(other.name.clone())];
            evidence.replace(Conclusion::new(Topic::Interval, value, Origin::Declared, reasons));
        }
        let fields = (&first.schema, &other.schema);
        agree((&first.name, facts), (&other.name, &other.inferred.facts), fields)?;
    }
    let (mut facts, mut evidence) = (facts.clone(), evidence.clone());
    let (stanzas, schema) = (first.stanzas.clone(), first.schema.clone());
    let mut warnings = warnings(&files);
    for (name, byte) in OF_ALL {
        if let Some(warning) = disputed(&files, name, byte) {
            facts.disputed.push(name);
            warnings.push(warning);
        }
    }
    warnings.extend(twice(&files));
    warnings.extend(delays(&files));

    let lengths = Lengths::joined(files.iter().filter_map(|f| f.inferred.facts.lengths.as_ref()));
    let mut source = JoinedSource::default();
    let (mut parts, mut reasons) = (Vec::with_capacity(files.len()), Vec::new());
    let mut n_traces = 0u64;
    for (i, Judged { name, source: file, inferred, .. }) in files.into_iter().enumerate() {
        let layout = inferred.facts.layout;
        // The first one brings its file headers, so that all is where its layout says.
        let from = if i == 0 { 0 } else { layout.first_trace };
        source.push(&name, file, from..layout.header_offset(layout.n_traces))?;
        // That many bytes were just counted.
        let traces = n_traces..n_traces + layout.n_traces;
        n_traces = traces.end;
        reasons.push(Reason::FileTraces(name.clone(), traces.clone(), layout.first_trace));
        parts.push(Part { name, traces });
    }
    if let Some(more) = reasons.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        reasons.truncate(MAX_LISTED);
        reasons.push(Reason::MoreFiles(more as u64));
    }
    reasons.push(Reason::FirstFile);
    for (topic, n, reasons) in [
        (Topic::Files, parts.len() as u64, reasons),
        (Topic::TraceCount, n_traces, vec![Reason::AllFiles]),
    ] {
        evidence.replace(Conclusion::new(topic, Value::count(n), Origin::Detected, reasons));
    }

    let layout = Layout { n_traces, ..facts.layout };
    // What stands behind the traces of the first is no part of it.
    let end = layout.header_offset(n_traces);
    let facts = Facts { layout, lengths, declared_traces: None, end, n_trailers: 0, ..facts };
    let inferred = Inferred { facts, evidence, warnings };
    Ok(Files { source: Box::new(source), inferred, parts, stanzas, schema })
}

/// Whether the samples of two files, and the fields of their trace headers, lie and mean the same.
fn agree(
    (first, a): (&str, &Facts),
    (other, b): (&str, &Facts),
    (fields, others): (&Schema, &Schema),
) -> Result<()> {
    let Layout { header_len, format, .. } = a.layout;
    let orders = |facts: &Facts| [facts.order, facts.sample_order].map(|order| order.name().into());
    let ([a_order, a_samples], [b_order, mut b_samples]): ([String; 2], [String; 2]) =
        (orders(a), orders(b));
    if a_order != b_order {
        // It is told of headers.
        b_samples.clone_from(&a_samples);
    }
    let samples = |facts: &Facts| match facts.lengths {
        Some(_) => "different numbers".to_owned(),
        None => facts.layout.n_samples.to_string(),
    };
    let said = |interval: Option<f64>| interval.map_or_else(|| "unknown".into(), |i| i.to_string());
    let unsaid = b.interval.is_none();
    // Of other headers they are others: that is said already.
    let comparable = a.kind == b.kind && header_len == b.layout.header_len;
    let alike = !comparable || fields.fields() == others.fields();
    let other_origin = match (alike, others.origin()) {
        (true, _) => fields.origin(),
        (false, origin) if origin == fields.origin() => format!("{origin}, but others"),
        (false, origin) => origin,
    };
    let facts = [
        ("kind", a.kind.name().into(), b.kind.name().into()),
        ("byte order", a_order, b_order),
        ("byte order of samples", a_samples, b_samples),
        ("format", format.name().into(), b.layout.format.name().into()),
        ("samples per trace", samples(a), samples(b)),
        ("bytes of trace headers", header_len.to_string(), b.layout.header_len.to_string()),
        ("unit of the sample axis", a.unit.name().into(), b.unit.name().into()),
        ("interval", said(a.interval), said(if unsaid { a.interval } else { b.interval })),
        ("fields of trace headers", fields.origin(), other_origin),
    ];
    let differing = || facts.iter().filter(|(_, a, b)| a != b);
    let list = |values: Vec<String>| values.join(", ");
    if differing().next().is_none() {
        return Ok(());
    }
    let names = list(differing().map(|(name, ..)| (*name).to_owned()).collect());
    let want = list(differing().map(|(_, a, _)| a.clone()).collect());
    Err(Error::from(Kind::FilesDiffer {
        facts: names,
        want,
        first: first.to_owned(),
        have: list(differing().map(|(.., b)| b.clone()).collect()),
    })
    .path(Path::new(other)))
}

/// The warnings about each file: once, where several have the same.
fn warnings(files: &[Judged]) -> Vec<Warning> {
    let mut warnings: Vec<(&str, &Warning, usize)> = Vec::new();
    for Judged { name, inferred, .. } in files {
        for warning in &inferred.warnings {
            match warnings.iter_mut().find(|(_, known, _)| *known == warning) {
                Some((_, _, more)) => *more += 1,
                None => warnings.push((name, warning, 0)),
            }
        }
    }
    let of_file = |(name, warning, more): (&str, &Warning, usize)| Warning::OfFile {
        name: name.to_owned(),
        more,
        warning: Box::new(warning.clone()),
    };
    warnings.into_iter().map(of_file).collect()
}

/// Names that lead to a file that is listed before.
fn twice(files: &[Judged]) -> impl Iterator<Item = Warning> {
    let mut seen = HashSet::new();
    files.iter().filter_map(move |Judged { name, .. }| {
        // A name that is not a path leads to no file.
        let again = std::fs::canonicalize(name).is_ok_and(|path| !seen.insert(path));
        again.then(|| Warning::DuplicateFile { name: name.clone() })
    })
}

/// A file whose axis begins elsewhere than that of the first file.
fn delays(files: &[Judged]) -> Option<Warning> {
    let (first, others) = files.split_first()?;
    let delay = |file: &Judged| file.inferred.facts.delay;
    let differs = |other: &&Judged| delay(other).to_bits() != delay(first).to_bits();
    let other = others.iter().find(differs)?;
    Some(Warning::FileDelay {
        files: [first, other].map(|file| file.name.clone()),
        delays: [first, other].map(delay),
        unit: first.inferred.facts.unit,
    })
}

/// A word of the binary header in which two files differ that both state something in it.
fn disputed(files: &[Judged], field: &'static str, byte: u16) -> Option<Warning> {
    let mut stated = files.iter().filter_map(|Judged { name: file, inferred, .. }| {
        let Facts { binary: Some(bytes), layout, second_revision, .. } = inferred.facts else {
            return None;
        };
        let header = BinaryHeader { bytes, endian: layout.endian };
        // Byte 3511 is one of revision 2.
        let code = header.get(field).ok()?.as_i64().filter(|_| second_revision || byte < 3261)?;
        (code != 0).then_some((file, code))
    });
    let (first, code) = stated.next()?;
    let (other, unlike) = stated.find(|(_, other)| *other != code)?;
    let files = [first, other].map(Clone::clone);
    Some(Warning::FilesDiffer { field, byte, files, codes: [code, unlike] })
}
