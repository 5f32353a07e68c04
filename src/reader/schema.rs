//! Which fields trace headers have, where the keys of the survey are among them, and what their time
//! stamps and delays say.

use std::sync::OnceLock;

use super::Reader;
use super::texts::contents;
use crate::error::{Kind, Result};
use crate::header::schema::{LONGEST, Schema, Selector};
use crate::header::tables::{TRACE, by_name};
use crate::header::timestamps::{StampFields, Timestamps};
use crate::header::{Block, Field};
use crate::infer::delay::{self, Delay, Record};
use crate::infer::{
    About, Conclusion, Facts, Failure, Inferred, Origin, Reason, Topic, Value, Warning, sampled,
};
use crate::layout::TRACE_HEADER;
use crate::options::{Options, TraceLayout};
use crate::out::Bytes;
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
/// `Class::Format` for a layout of the caller's that cannot be read; one of the file is a warning.
pub(super) fn settle(
    source: &dyn Source,
    stanzas: &OnceLock<Stanzas>,
    layout: &TraceLayout,
    inferred: &mut Inferred,
) -> Result<Schema> {
    let additional = inferred.facts.layout.header_len > TRACE_HEADER;
    let standard = || Schema::standard(inferred.facts.kind.trace_fields(), additional);
    let (schema, origin, reason) = match layout {
        TraceLayout::Standard => (standard(), Origin::Override, Reason::Overridden),
        TraceLayout::Xml(xml) => {
            (Schema::from_xml(xml, additional)?, Origin::Override, Reason::Overridden)
        }
        TraceLayout::Stanza => {
            let all = stanzas.get().map_or(&[][..], Stanzas::list);
            let Some(stanza) = all.iter().find(|stanza| stanza.begins(LAYOUT)) else {
                return Ok(standard());
            };
            // A longer one is refused, however much longer it is.
            let len = stanza.declared_len().min(LONGEST as u64 + 1);
            let name = stanza.name.clone();
            match Schema::from_xml(&contents(source, stanza, len)?, additional) {
                Ok(schema) => (schema, Origin::Declared, Reason::Stanza(name)),
                Err(error) => {
                    let error = Failure(error);
                    inferred.warnings.push(Warning::HeaderSchema { stanza: name, error });
                    return Ok(standard());
                }
            }
        }
    };
    let value = Value::Schema(schema.origin());
    let made = Conclusion::new(Topic::HeaderFields, value, origin, vec![reason]);
    inferred.evidence.conclusions.push(made);
    Ok(schema)
}

/// Return the field of the delay of a trace: that of a layout, else that of the standard.
fn delay(facts: &Facts, schema: &Schema) -> Field {
    match named_delay(schema) {
        Some(named) => named.clone().always_scaled(false),
        None => delay::standard(facts.kind, facts.revision, facts.unit),
    }
}

fn named_delay(schema: &Schema) -> Option<&Field> {
    schema.layout()?;
    schema.field(DELAY).ok()
}

/// The field of a layout that stands where the standard has the delay, by its name.
fn instead(schema: &Schema) -> Option<&str> {
    schema.layout()?;
    let (first, last) = (109, 110);
    let over = schema.fields().iter().find(|field| {
        let behind = usize::from(field.byte()) + field.kind().width();
        field.block() == Block::Trace && field.byte() <= last && behind > first
    });
    over.map(Field::name)
}

/// Whether any trace that was looked at begins elsewhere than at 0.
fn starts_late(inferred: &Inferred) -> bool {
    inferred.facts.delay != 0.0 || inferred.warnings.iter().any(|w| w.about() == About::Delay)
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
            let field = other.to_owned();
            inferred.warnings.push(Warning::DelayField { field });
        }
        return Ok(());
    }
    let layout = &inferred.facts.layout;
    let mut traces: Vec<u64> = firsts.filter(|&first| first < layout.n_traces).collect();
    traces.extend(sampled(layout.n_traces));
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
    let (field, record) = (delay(&inferred.facts, schema), Record::of(&inferred.facts));
    let Delay { delay, mut conclusion, warnings } = Delay::judge(&headers, &field, record);
    conclusion.reasons.insert(0, Reason::DelayInSchema);
    inferred.facts.delay = delay;
    inferred.evidence.replace(conclusion);
    inferred.warnings.retain(|warning| warning.about() != About::Delay);
    inferred.warnings.extend(warnings);
    Ok(())
}

/// Where inline, crossline and offset stand.
///
/// Those of a layout that does not name them are taken from where the standard has them, with a warning,
/// unless they were asked for by another name.
///
/// # Errors
/// `Class::Field` for impossible places and unknown names.
pub(super) fn keys(
    schema: &Schema,
    options: &Options,
    warnings: &mut Vec<Warning>,
) -> Result<KeyFields> {
    let mut missing = Vec::new();
    let mut key = |selector: &Selector, name: &'static str| match schema.survey_key(selector) {
        Err(_) if schema.layout().is_some() && *selector == Selector::from(name) => {
            let standard = by_name(TRACE, name)?;
            missing.push((name, standard.byte().into()));
            standard.survey_key()
        }
        key => key,
    };
    let [inline, crossline, offset] = KEYS;
    let keys = [
        key(&options.iline, inline)?,
        key(&options.xline, crossline)?,
        key(&options.offset, offset)?,
    ];
    if !missing.is_empty() {
        warnings.push(Warning::SurveyKeys { missing });
    }
    let [iline, xline, _] = &keys;
    if iline.byte().abs_diff(xline.byte()) < 4 {
        return Err(Kind::OverlappingKeys { bytes: [iline.byte(), xline.byte()] }.into());
    }
    Ok(keys.into())
}

impl Reader {
    /// When the traces were recorded: one sweep of all headers.
    ///
    /// # Errors
    /// `Class::Field` where the file has a layout without dates; `Class::Memory` where there is no
    /// memory for them; `Class::Io`, `Class::Format` from reading; whatever `running.poll` returns.
    pub fn timestamps(&self, running: Running<'_>) -> Result<Timestamps> {
        let basis = match self.facts.second_revision {
            true => self.said_of_all("time_basis")?,
            false => None,
        };
        let (layout, basis) = (&self.facts.layout, basis.unwrap_or(0));
        let fields = StampFields::new(&self.schema, layout.endian)?;
        let read = |headers: Bytes<'_>| fields.read(headers);
        let stamps = headers::every(&*self.source, layout, headers::swept(layout), read, running)?;
        Ok(Timestamps::of(stamps, basis))
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
    /// Reading it fails with `Class::Field` where a layout has the delay in an additional header that a
    /// trace lacks. Source: SEG-Y revision 2.1, trace header bytes 109-110 and 215-216.
    #[must_use]
    pub fn delay_column(&self) -> Field {
        delay(&self.facts, &self.schema)
    }
}
