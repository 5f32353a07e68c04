//! The fields of trace headers as Python sees them, and the time stamps that are among them.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::arguments::{ENDIANS, choice, value_of};
use super::deliver;
use super::error::to_py;
use super::field::FieldArg;
use super::handle::File;
use crate::error::Result;
use crate::header::schema;
use crate::header::schema::Selector;
use crate::header::tables::TRACE;
use crate::header::{self, Block, HeaderBlock, TraceHeader};

/// The fields of the trace headers of a file. It does not need the file any more.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct Schema(pub(super) Arc<schema::Schema>);

#[pymethods]
impl Schema {
    /// Those of a layout in XML, or of the standard.
    #[new]
    fn new(py: Python<'_>, xml: Option<&[u8]>, additional: bool) -> PyResult<Schema> {
        let schema = match xml {
            Some(xml) => schema::Schema::from_xml(xml, additional).map_err(|e| to_py(py, e))?,
            None => schema::Schema::standard(TRACE, additional),
        };
        Ok(Schema(Arc::new(schema)))
    }

    /// What it is made of: the XML of a layout, and whether there are additional headers.
    fn __getnewargs__<'py>(&self, py: Python<'py>) -> (Option<Bound<'py, PyBytes>>, bool) {
        let xml = self.0.xml().map(|xml| PyBytes::new(py, xml));
        (xml, self.0.has_additional())
    }

    /// The names of the fields of the standard header.
    fn names(&self) -> Vec<&str> {
        let standard = |f: &&header::Field| f.block() == Block::Trace;
        self.0.fields().iter().filter(standard).map(header::Field::name).collect()
    }

    /// The names of the fields of one trace.
    fn names_in(&self, py: Python<'_>, content: &[u8], endian: &str) -> PyResult<Vec<String>> {
        let header = self.header(py, content, endian)?;
        Ok(header.iter().map(|(name, _)| name.to_owned()).collect())
    }

    /// The names of the headers of a trace: None for the standard one, and for want of one.
    fn blocks(
        &self,
        py: Python<'_>,
        content: &[u8],
        endian: &str,
    ) -> PyResult<Vec<Option<String>>> {
        let header = self.header(py, content, endian)?;
        let blocks = (0..header.n_blocks()).map(|i| header.block(i));
        let names = blocks.map(|block| Ok(block?.name().map(|name| name.to_string())));
        names.collect::<Result<_>>().map_err(|e| to_py(py, e))
    }

    /// The names of the words of one header of a trace.
    fn block_names(
        &self,
        py: Python<'_>,
        content: &[u8],
        endian: &str,
        block: usize,
    ) -> PyResult<Vec<String>> {
        let header = self.header(py, content, endian)?;
        let block = header.block(block).map_err(|e| to_py(py, e))?;
        Ok(block.iter().map(|(name, _)| name.to_owned()).collect())
    }

    /// A word of one header of a trace as it stands, by its name, its byte or a description.
    fn block_value<'py>(
        &self,
        py: Python<'py>,
        content: &[u8],
        endian: &str,
        block: usize,
        field: FieldArg,
    ) -> PyResult<Bound<'py, PyAny>> {
        let header = self.header(py, content, endian)?;
        let block: HeaderBlock<'_> = header.block(block).map_err(|e| to_py(py, e))?;
        let value = match &field.0 {
            Selector::Name(name) => block.get(name),
            Selector::Byte(byte) => block.get_byte((*byte).into()),
            Selector::Field(field) => field.value(block.bytes(), header.endian()),
        };
        value_of(py, value.map_err(|e| to_py(py, e))?)
    }
}

impl Schema {
    fn header(&self, py: Python<'_>, content: &[u8], endian: &str) -> PyResult<TraceHeader> {
        let endian = choice("endian", endian, &ENDIANS)?;
        let header = TraceHeader::new(content.to_vec(), endian, Arc::clone(&self.0));
        header.map_err(|e| to_py(py, e))
    }
}

/// Nanoseconds since 1970 for each trace, native int64, and what the clock shows.
#[pyfunction]
pub(super) fn timestamps<'py>(
    py: Python<'py>,
    file: &File,
) -> PyResult<(Bound<'py, PyBytes>, Option<&'static str>)> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let stamps = deliver::detached(py, reader.threads(), |running| reader.timestamps(running))?;
    let bytes: Vec<u8> = stamps.nanoseconds.iter().flat_map(|n| n.to_ne_bytes()).collect();
    Ok((PyBytes::new(py, &bytes), stamps.basis.map(crate::header::timestamps::TimeBasis::name)))
}
