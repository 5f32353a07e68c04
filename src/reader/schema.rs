//! Which fields trace headers have, and what their time stamps say.

use std::sync::Arc;

use super::Reader;
use crate::error::Result;
use crate::infer::{About, Conclusion, Warning};
use crate::layout::TRACE_HEADER;
use crate::options::TraceLayout;
use crate::parallel::Running;
use crate::schema::{LONGEST, Schema};
use crate::timestamps::Timestamps;

/// How the names of stanzas begin that hold a layout.
const LAYOUT: &str = "SEG:Layout";

impl Reader {
    /// Takes the fields from where the options say, and tells from where.
    ///
    /// # Errors
    /// [`Kind::Format`](crate::error::Kind::Format) for a layout of the caller's that cannot be read; one of the file is a warning.
    pub(super) fn settle_schema(&mut self) -> Result<()> {
        let additional = self.facts.layout.header_len > TRACE_HEADER;
        let table = self.facts.kind.trace_fields();
        let from_xml = |xml: &[u8]| Schema::from_xml(xml, additional);
        let (schema, because) = match &self.options.layout {
            TraceLayout::Standard => (Schema::standard(table, additional), "asked for".to_owned()),
            TraceLayout::Xml(xml) => (from_xml(xml)?, "asked for".to_owned()),
            TraceLayout::Stanza => match self.layout_stanza()? {
                None => return Ok(()),
                Some((name, xml)) => match from_xml(&xml) {
                    Ok(schema) => (schema, format!("the stanza {name:?} says so")),
                    Err(error) => {
                        let text = format!(
                            "the stanza {name:?} is ignored, fields are those of the standard: {}",
                            error.message()
                        );
                        self.warnings.push(Warning::new(About::Layout, text));
                        return Ok(());
                    }
                },
            },
        };
        let value = schema.layout().map_or_else(
            || "the standard".to_owned(),
            |name| format!("the layout {name:?}, of {} fields", schema.fields().len()),
        );
        let (name, because) = ("trace header fields", vec![because]);
        let conclusion = Conclusion { name, value, because, candidates: Vec::new() };
        self.evidence.conclusions.push(conclusion);
        self.schema = Arc::new(schema);
        Ok(())
    }

    /// The first layout among the stanzas: its name, and the XML.
    fn layout_stanza(&self) -> Result<Option<(String, Vec<u8>)>> {
        let Some(stanzas) = self.stanzas_known() else { return Ok(None) };
        let Some(stanza) = stanzas.list().iter().find(|stanza| stanza.begins(LAYOUT)) else {
            return Ok(None);
        };
        // What is longer is refused, however much longer it is.
        let len = stanza.declared_len().min(LONGEST as u64 + 1);
        let mut xml = self.stanza_start(stanza, len)?;
        xml.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        Ok(Some((stanza.name.clone(), xml)))
    }

    /// When the traces were recorded: one sweep of all headers.
    ///
    /// # Errors
    /// [`Kind::Field`] where the file has a layout without dates; [`Kind::Geometry`] where there is no
    /// memory for them; [`Kind::Io`], [`Kind::Format`] from reading; whatever `running.poll` returns.
    ///
    /// [`Kind::Field`]: crate::error::Kind::Field
    /// [`Kind::Geometry`]: crate::error::Kind::Geometry
    /// [`Kind::Io`]: crate::error::Kind::Io
    /// [`Kind::Format`]: crate::error::Kind::Format
    pub fn timestamps(&self, running: Running<'_>) -> Result<Timestamps> {
        let basis = match self.facts.binary {
            Some(_) if self.facts.second_revision => self.binary()?.get("time_basis")?.as_i64(),
            _ => None,
        };
        Timestamps::read(
            &*self.source,
            &self.facts.layout,
            &self.schema,
            basis.unwrap_or(0),
            running,
        )
    }
}
