//! Header columns as Python sees them: fields by name, by byte or by description, and their sweeps.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use super::attach;
use super::buffer::{with_columns, with_table};
use super::error::to_py;
use super::file::{ENDIANS, File, PAGE, choice, table, value_of};
use crate::columns::Column;
use crate::error::{Error, Kind};
use crate::fields;
use crate::header::Value;
use crate::out::Out;
use crate::reader::Reader;
use crate::walk::Walk;

/// A field: its byte, its name, or (byte, type, byte order or None for that of the file).
#[derive(FromPyObject)]
pub(super) enum Field {
    Byte(i64),
    Name(String),
    Described(i64, String, Option<String>),
}

/// Traces: (first, step, count), or a list of indices, which are native uint64.
#[derive(FromPyObject)]
pub(super) enum Traces {
    Run(u64, i64, usize),
    List(PyBackedBytes),
}

/// Minimum, maximum, how many are distinct or None for too many to count.
type Summary<'py> = (Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>, Option<usize>);

/// The byte at which a field of the trace header starts, and the name that NumPy gives its type in
/// memory.
#[pyfunction]
#[pyo3(signature = (field, block="trace"))]
pub(super) fn column(py: Python<'_>, field: Field, block: &str) -> PyResult<(u16, String)> {
    let column = find(py, table(block)?, field)?;
    Ok((column.byte(), column.kind().memory_name()))
}

/// The value of a field in the 240 bytes of a trace header.
#[pyfunction]
pub(super) fn column_value<'py>(
    py: Python<'py>,
    content: &[u8],
    endian: &str,
    field: Field,
) -> PyResult<Bound<'py, PyAny>> {
    let endian = choice("endian", endian, &ENDIANS)?;
    let value = find(py, fields::TRACE, field)?.value(content, endian);
    value_of(py, value.map_err(|e| to_py(py, e))?)
}

/// Reads fields of the headers of some traces in one sweep, each into a buffer of its own.
#[pyfunction]
pub(super) fn read_columns(
    py: Python<'_>,
    file: &File,
    fields: Vec<Field>,
    outs: Vec<Bound<'_, PyAny>>,
    traces: Traces,
) -> PyResult<()> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let columns = find_all(py, &reader, fields)?;
    with_walk(traces, |walk| {
        with_columns(py, &columns, &outs, walk.len(), |outs| {
            sweep(py, &reader, &columns, walk, outs)
        })
    })
}

/// The same into one buffer of shape (traces, fields).
#[pyfunction]
pub(super) fn read_table(
    py: Python<'_>,
    file: &File,
    fields: Vec<Field>,
    out: &Bound<'_, PyAny>,
    traces: Traces,
) -> PyResult<()> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let columns = find_all(py, &reader, fields)?;
    with_walk(traces, |walk| {
        with_table(&columns, out, walk.len(), |outs| sweep(py, &reader, &columns, walk, outs))
    })
}

/// What fields of the headers of some traces hold, told from one sweep.
#[pyfunction]
pub(super) fn describe<'py>(
    py: Python<'py>,
    file: &File,
    fields: Vec<Field>,
    traces: Traces,
) -> PyResult<Vec<Summary<'py>>> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let columns = find_all(py, &reader, fields)?;
    let summaries = with_walk(traces, |walk| {
        attach::long(py, reader.threads(), |running| {
            reader.describe_columns(&columns, walk, running)
        })
    })?;
    let value = |value: Option<Value<'_>>| value.map(|value| value_of(py, value)).transpose();
    let rows = summaries.into_iter();
    rows.map(|told| Ok((value(told.minimum)?, value(told.maximum)?, told.distinct))).collect()
}

fn find(py: Python<'_>, table: &'static [fields::Field], field: Field) -> PyResult<Column> {
    let byte = |byte: i64| {
        u16::try_from(byte)
            .map_err(|_| Error::new(Kind::Field, "a byte outside the header").have(byte))
    };
    let column = match field {
        Field::Byte(number) => byte(number).and_then(|byte| Column::by_byte_in(table, byte)),
        Field::Name(name) => Column::by_name_in(table, &name),
        Field::Described(number, kind, endian) => {
            let endian = endian.map(|name| choice("endian", &name, &ENDIANS)).transpose()?;
            byte(number).and_then(|byte| Column::described(byte, &kind, endian))
        }
    };
    column.map_err(|e| to_py(py, e))
}

pub(super) fn find_all(
    py: Python<'_>,
    reader: &Reader,
    fields: Vec<Field>,
) -> PyResult<Vec<Column>> {
    let table = reader.facts().kind.trace_fields();
    fields.into_iter().map(|field| find(py, table, field)).collect()
}

fn with_walk<R>(traces: Traces, work: impl FnOnce(Walk<'_>) -> R) -> R {
    match traces {
        Traces::Run(first, step, count) => {
            work(Walk::affine(first, [(1, 0), (1, 0), (count, step)]))
        }
        Traces::List(bytes) => {
            let (indices, _) = bytes.as_chunks();
            let list: Vec<u64> = indices.iter().map(|i| u64::from_ne_bytes(*i)).collect();
            work(Walk::List(&list))
        }
    }
}

fn sweep(
    py: Python<'_>,
    reader: &Reader,
    columns: &[Column],
    walk: Walk<'_>,
    outs: &mut [Out<'_>],
) -> PyResult<()> {
    // Each header is in a page of its own.
    let bytes = (walk.len() as u64).saturating_mul(PAGE);
    attach::run(py, bytes, reader.threads(), |running| {
        reader.read_columns_into(columns, walk, outs, running)
    })
}
