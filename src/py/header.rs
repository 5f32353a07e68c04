//! Words of file headers as Python sees them, and the tables of all header words.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use super::arguments::{ENDIANS, choice, value_of};
use super::error::to_py;
use super::field::FieldArg;
use super::schema::Schema;
use crate::format::Endian;
use crate::header::schema::Selector;
use crate::header::{Field, tables};

/// The table of a block of header words: name, byte, type, aliases, meaning, unit.
#[pyfunction]
pub(super) fn header_fields<'py>(py: Python<'py>, block: &str) -> PyResult<Bound<'py, PyList>> {
    let rows = table(block)?.iter().map(|f| {
        let aliases = PyTuple::new(py, f.aliases())?;
        let kind = f.kind().to_string();
        (f.name(), f.byte(), kind, aliases, f.meaning(), f.unit()).into_pyobject(py)
    });
    PyList::new(py, rows.collect::<PyResult<Vec<_>>>()?)
}

pub(super) fn table(block: &str) -> PyResult<&'static [Field]> {
    match block {
        "binary" => Ok(tables::BINARY),
        "trace" => Ok(tables::TRACE),
        "extension1" => Ok(tables::EXT1),
        "su" => Ok(tables::SU),
        _ => Err(PyValueError::new_err("expected \"binary\", \"trace\", \"extension1\" or \"su\"")),
    }
}

/// The bytes of a header with its fields: of the headers of a trace with their schema, of the binary
/// header without one.
#[pyclass(frozen, subclass, module = "segbuf._segbuf")]
pub(super) struct HeaderWords {
    content: Py<PyBytes>,
    endian: Endian,
    schema: Option<Py<Schema>>,
}

#[pymethods]
impl HeaderWords {
    /// View the bytes of a header, which do not change when the file is closed.
    #[new]
    #[pyo3(signature = (content, endian, schema=None))]
    fn new(
        content: Py<PyBytes>,
        endian: &str,
        schema: Option<Py<Schema>>,
    ) -> PyResult<HeaderWords> {
        Ok(HeaderWords { content, endian: choice("endian", endian, &ENDIANS)?, schema })
    }

    fn __getnewargs__(&self, py: Python<'_>) -> (Py<PyBytes>, &'static str, Option<Py<Schema>>) {
        let schema = self.schema.as_ref().map(|schema| schema.clone_ref(py));
        (self.content.clone_ref(py), self.endian.name(), schema)
    }

    /// The bytes as stored in the file, but with swapped pairs (`File.endian`) swapped back.
    #[getter]
    fn bytes(&self, py: Python<'_>) -> Py<PyBytes> {
        self.content.clone_ref(py)
    }

    #[getter]
    fn _endian(&self) -> &'static str {
        self.endian.name()
    }

    #[getter]
    fn _schema(&self, py: Python<'_>) -> Option<Py<Schema>> {
        self.schema.as_ref().map(|schema| schema.clone_ref(py))
    }

    /// Return the value of a field: in the headers of a trace, by name, the one that takes precedence.
    fn __getitem__<'py>(&self, py: Python<'py>, field: FieldArg) -> PyResult<Bound<'py, PyAny>> {
        let (content, endian) = (self.content.as_bytes(py), self.endian);
        let value = match (&self.schema, &field.0) {
            (Some(schema), field) => {
                let field = schema.get().0.select(field).map_err(|e| to_py(py, e))?;
                return value_of(py, field.value(content, endian).map_err(|e| to_py(py, e))?);
            }
            (None, Selector::Name(name)) => tables::by_name(tables::BINARY, name),
            (None, Selector::Byte(byte)) => tables::by_byte(tables::BINARY, *byte),
            (None, Selector::Field(_)) => {
                let message = "expected a name or a byte, found a Field";
                return Err(PyTypeError::new_err(message));
            }
        };
        value_of(py, value.and_then(|f| f.value_in(content, endian)).map_err(|e| to_py(py, e))?)
    }
}
