//! Which fields trace headers have, where the keys of the survey are among them, and what their time
//! stamps and delays say.

use std::sync::OnceLock;

use super::Reader;
use super::texts::contents;
use crate::error::{Kind, Result};
use crate::header::columns::{Column, Formula};
use crate::header::schema::{HeaderField, LONGEST, Schema};
use crate::header::tables::{TRACE, by_name};
use crate::header::timestamps::Timestamps;
use crate::header::value::KeyField;
use crate::infer::delay::{self, Delay, Record};
use crate::infer::{About, Conclusion, Facts, Inferred, Warning, places};
use crate::layout::TRACE_HEADER;
use crate::names::Names;
use crate::options::{KeyPlace, Options, TraceLayout};
use crate::parallel::Running;
use crate::read::headers;
use crate::read::keys::KeyFields;
use crate::source::Source;
use crate::text::Stanzas;

/// How the names of stanzas begin that hold a layout.
const LAYOUT: &str = "SEG:Layout";

/// What the standard calls the delay of a trace.
const DELAY: &str = "delay_recording_time";

/// Keys that nobody asked for, by the names of the standard.
const KEYS: [&str; 3] = ["inline", "crossline", "offset"];

/// Takes the fields of a file that is being opened from where the options say, and tells from where.
///
/// # Errors
/// [`Kind::Format`] for a layout of the caller's that cannot be read; one of the file is a warning.
pub(super) fn settle(
    source: &dyn Source,
    stanzas: &OnceLock<Stanzas>,
    layout: &TraceLayout,
    inferred: &mut Inferred,
) -> Result<Schema> {
    let additional = inferred.facts.layout.header_len > TRACE_HEADER;
    let standard = || Schema::standard(inferred.facts.kind.trace_fields(), additional);
    let (schema, because) = match layout {
        TraceLayout::Standard => (standard(), "asked for".to_owned()),
        TraceLayout::Xml(xml) => (Schema::from_xml(xml, additional)?, "asked for".to_owned()),
        TraceLayout::Stanza => {
            let all = stanzas.get().map_or(&[][..], Stanzas::list);
            let Some(stanza) = all.iter().find(|stanza| stanza.begins(LAYOUT)) else {
                return Ok(standard());
            };
            // What is longer is refused, however much longer it is.
            let len = stanza.declared_len().min(LONGEST as u64 + 1);
            let name = &stanza.name;
            match Schema::from_xml(&contents(source, stanza, len)?, additional) {
                Ok(schema) => (schema, format!("the stanza {name:?} says so")),
                Err(error) => {
                    let schema = standard();
                    let text = format!(
                        "the stanza {name:?} is ignored, fields are those of the standard: {}",
                        error.message(&Names::RUST)
                    );
                    inferred.warnings.push(Warning::new(About::Layout, text));
                    return Ok(schema);
                }
            }
        }
    };
    let value = schema.origin();
    let (name, because) = ("trace header fields", vec![because]);
    let conclusion = Conclusion { name, value, because, candidates: Vec::new() };
    inferred.evidence.conclusions.push(conclusion);
    Ok(schema)
}

/// What makes the delay of a trace: what a layout calls so, else what the standard does.
fn delay(facts: &Facts, schema: &Schema) -> Formula {
    match named_delay(schema) {
        Some(named) => Formula { scaled: true, ..named },
        None => delay::standard(facts.kind, facts.revision),
    }
}

fn named_delay(schema: &Schema) -> Option<Formula> {
    schema.layout()?;
    schema.field(DELAY).ok().map(|field| *field.formula())
}

/// The field of a layout that stands where the standard has the delay, by its name.
fn instead(schema: &Schema) -> Option<&str> {
    schema.layout()?;
    let (first, last) = (109, 110);
    let over = schema.fields().iter().find(|field| {
        let word = field.formula().word;
        let behind = usize::from(word.byte()) + word.kind().width();
        word.block().is_none() && word.byte() <= last && behind > first
    });
    over.map(HeaderField::name)
}

/// Whether any trace that was looked at begins elsewhere than at 0.
fn starts_late(inferred: &Inferred) -> bool {
    inferred.facts.delay != 0.0 || inferred.warnings.iter().any(|w| w.about == About::Delay)
}

/// Concludes the delay anew, where a layout says where it stands: from the headers of a few traces,
/// and of the first of each of the `firsts`.
///
/// # Errors
/// From the source.
pub(super) fn begin(
    source: &dyn Source,
    schema: &Schema,
    firsts: impl Iterator<Item = u64>,
    inferred: &mut Inferred,
) -> Result<()> {
    if named_delay(schema).is_none() {
        if let Some(other) = instead(schema).filter(|_| starts_late(inferred)) {
            let text = format!(
                "the layout of trace headers names no delay, and has {other} where the standard has \
                 it (byte 109): f.delay and f.delays are what stands there"
            );
            inferred.warnings.push(Warning::new(About::Delay, text));
        }
        return Ok(());
    }
    let layout = &inferred.facts.layout;
    let mut traces: Vec<u64> = firsts.filter(|&first| first < layout.n_traces).collect();
    traces.extend(places(layout.n_traces));
    traces.sort_unstable();
    traces.dedup();
    let mut headers = Vec::with_capacity(traces.len());
    for trace in traces {
        let mut header = vec![0; headers::swept(layout)];
        let offset = layout.header_offset(trace);
        headers::read_exact(source, layout, offset, &mut header, trace, false)?;
        // A blank header says nothing.
        if trace == 0 || header.iter().any(|&byte| byte != 0) {
            headers.push((trace, header));
        }
    }
    let headers: Vec<(u64, &[u8])> = headers.iter().map(|(i, header)| (*i, &**header)).collect();
    let (formula, record) = (delay(&inferred.facts, schema), Record::of(&inferred.facts));
    let Delay { delay, mut conclusion, warnings } = Delay::judge(&headers, &formula, record);
    conclusion.because.insert(0, "the layout of trace headers says where".to_owned());
    inferred.facts.delay = delay;
    inferred.evidence.replace(conclusion);
    inferred.warnings.retain(|warning| warning.about != About::Delay);
    inferred.warnings.extend(warnings);
    Ok(())
}

/// Where inline, crossline and offset stand.
///
/// Those of a layout that does not name them are taken from where the standard has them, with a warning,
/// unless they were asked for by another name.
///
/// # Errors
/// [`Kind::Field`] for impossible places and unknown names.
pub(super) fn keys(
    schema: &Schema,
    options: &Options,
    warnings: &mut Vec<Warning>,
) -> Result<KeyFields> {
    let mut unnamed = Vec::new();
    let mut key = |place: &KeyPlace, name: &'static str| match place.among(schema) {
        Err(_) if schema.layout().is_some() && *place == KeyPlace::from(name) => {
            let byte = by_name(TRACE, name)?.byte;
            unnamed.push(format!("{name} at byte {byte}"));
            KeyField::from_byte(byte)
        }
        key => key,
    };
    let [inline, crossline, offset] = KEYS;
    let keys = [
        key(&options.iline, inline)?,
        key(&options.xline, crossline)?,
        key(&options.offset, offset)?,
    ];
    if !unnamed.is_empty() {
        let text = format!(
            "the layout of trace headers does not say where keys are: read as in the standard, {}",
            unnamed.join(", ")
        );
        warnings.push(Warning::new(About::Survey, text));
    }
    let [iline, xline, _] = keys;
    if iline.byte().abs_diff(xline.byte()) < 4 {
        return Err(Kind::OverlappingKeys { bytes: [iline.byte(), xline.byte()] }.into());
    }
    Ok(KeyFields(keys))
}

impl Reader {
    /// When the traces were recorded: one sweep of all headers.
    ///
    /// # Errors
    /// [`Kind::Field`] where the file has a layout without dates; [`Kind::Geometry`] where there is no
    /// memory for them; [`Kind::Io`], [`Kind::Format`] from reading; whatever `running.poll` returns.
    pub fn timestamps(&self, running: Running<'_>) -> Result<Timestamps> {
        let basis = match self.facts.second_revision {
            true => self.said_of_all("time_basis")?,
            false => None,
        };
        let (layout, basis) = (&self.facts.layout, basis.unwrap_or(0));
        Timestamps::read(&*self.source, layout, &self.schema, basis, running)
    }

    /// The column of the delays: where the first sample of each trace lies, float64 in the unit of the
    /// sample axis, as [`Facts::delay`] is for trace 0.
    ///
    /// It is the int16 at byte 109 of the trace header with the scalar at byte 215: positive multiplies,
    /// negative divides, 0 does nothing. In revision 0, which has no such scalar, it applies where it is 1,
    /// 10, 100, 1000 or 10000 of either sign; Seismic Unix has none. A layout of trace headers that names
    /// the delay says where it stands, and what scales it. Of several files, all are read as the first.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let mut delays = [f64::NAN; 12];
    /// file.read_column_into(&file.delay_column(), &mut delays)?;
    /// assert_eq!(delays, [file.facts().delay; 12]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// Reading it fails with [`Kind::Field`] where a layout has the delay in an additional header that a
    /// trace lacks. Source: SEG-Y revision 2.1, trace header bytes 109-110 and 215-216.
    #[must_use]
    pub fn delay_column(&self) -> Column {
        delay(&self.facts, &self.schema).into()
    }
}
