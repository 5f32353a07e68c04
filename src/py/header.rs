//! Words of file headers as Python sees them, and the tables of all header words.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use super::arguments::{ENDIANS, choice, value_of};
use super::error::to_py;
use super::field::FieldArg;
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

/// A word of the binary header, by name, alias, or byte as the standard counts.
#[pyfunction]
pub(super) fn binary_word<'py>(
    py: Python<'py>,
    content: &[u8],
    endian: &str,
    word: FieldArg,
) -> PyResult<Bound<'py, PyAny>> {
    let endian = choice("endian", endian, &ENDIANS)?;
    let field = match word.0 {
        Selector::Name(name) => tables::by_name(tables::BINARY, &name),
        Selector::Byte(byte) => tables::by_byte(tables::BINARY, byte),
        Selector::Field(_) => {
            return Err(PyTypeError::new_err("expected a name or a byte, found a Field"));
        }
    };
    value_of(py, field.and_then(|f| f.value_in(content, endian)).map_err(|e| to_py(py, e))?)
}
