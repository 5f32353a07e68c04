//! Which fields trace headers have, where the keys of the survey are among them, and what their time
//! stamps say.

use std::sync::OnceLock;

use super::Reader;
use super::texts::contents;
use crate::error::{Error, Kind, Result};
use crate::fields::{TRACE, by_name};
use crate::header::KeyField;
use crate::infer::{About, Conclusion, Inferred, Warning};
use crate::layout::TRACE_HEADER;
use crate::options::{KeyPlace, Options, TraceLayout};
use crate::parallel::Running;
use crate::scan::KeyFields;
use crate::schema::{LONGEST, Schema};
use crate::source::Source;
use crate::text::Stanzas;
use crate::timestamps::Timestamps;

/// How the names of stanzas begin that hold a layout.
const LAYOUT: &str = "SEG:Layout";

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
                        error.message()
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
        return Err(Error::new(Kind::Field, "iline and xline overlap")
            .want("bytes at least 4 apart")
            .have(format_args!("{} and {}", iline.byte(), xline.byte())));
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
}
