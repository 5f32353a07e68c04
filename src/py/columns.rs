//! Header columns as Python sees them: fields by name, by byte or by description, and their sweeps.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use super::arguments::value_of;
use super::buffer::{with_columns, with_table};
use super::deliver;
use super::deliver::PAGE;
use super::error::to_py;
use super::field::FieldArg;
use super::handle::{File, empty};
use crate::error::Result;
use crate::header::{self, Value};
use crate::out::Out;
use crate::reader::Reader;
use crate::walk::Walk;

/// Traces: (first, step, count), or a list of indices, which are native uint64.
#[derive(FromPyObject)]
pub(super) enum Traces {
    Run(u64, i64, usize),
    List(PyBackedBytes),
}

/// Minimum, maximum, how many are distinct or None for too many to count.
type Summary<'py> = (Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>, Option<usize>);

/// Reads fields of the headers of some traces in one sweep, each into a buffer of its own.
#[pyfunction]
pub(super) fn read_columns(
    py: Python<'_>,
    file: &File,
    fields: Vec<FieldArg>,
    outs: Vec<Bound<'_, PyAny>>,
    traces: Traces,
    shape: Vec<usize>,
) -> PyResult<()> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let columns = find_all(py, &reader, fields)?;
    with_walk(traces, |walk| {
        with_columns(py, &columns, &outs, (walk.len(), Some(&shape)), |outs| {
            sweep(py, &reader, &columns, walk, outs)
        })
    })
}

/// Reads fields of the headers of some traces in one sweep, each into a new array of a shape.
#[pyfunction]
pub(super) fn new_columns<'py>(
    py: Python<'py>,
    file: &File,
    fields: Vec<FieldArg>,
    shape: &Bound<'py, PyAny>,
    traces: Traces,
) -> PyResult<Vec<Bound<'py, PyAny>>> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let columns = find_all(py, &reader, fields)?;
    let outs = columns.iter().map(|column| empty(py, shape, &column.value_type().memory_name()));
    let outs = outs.collect::<PyResult<Vec<_>>>()?;
    with_walk(traces, |walk| {
        with_columns(py, &columns, &outs, (walk.len(), None), |outs| {
            sweep(py, &reader, &columns, walk, outs)
        })
    })?;
    Ok(outs)
}

/// Reads a field of the headers of all traces into a new array.
pub(super) fn new_column<'py>(
    py: Python<'py>,
    file: &File,
    field: FieldArg,
) -> PyResult<Bound<'py, PyAny>> {
    let reader = file.reader(py)?;
    let n = usize::try_from(reader.n_traces()).unwrap_or(usize::MAX);
    let shape = n.into_pyobject(py)?;
    Ok(new_columns(py, file, vec![field], &shape, Traces::Run(0, 1, n))?.swap_remove(0))
}

/// As [`read_columns`], into one buffer of shape (traces, fields).
#[pyfunction]
pub(super) fn read_table(
    py: Python<'_>,
    file: &File,
    fields: Vec<FieldArg>,
    out: &Bound<'_, PyAny>,
    traces: Traces,
) -> PyResult<()> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let columns = find_all(py, &reader, fields)?;
    with_walk(traces, |walk| {
        with_table(&columns, out, walk.len(), |outs| sweep(py, &reader, &columns, walk, outs))
    })
}

/// Reads where the first sample of some traces lies, in the unit of the sample axis, into a buffer of
/// float64.
#[pyfunction]
pub(super) fn read_delays(
    py: Python<'_>,
    file: &File,
    out: Bound<'_, PyAny>,
    traces: Traces,
    shape: Vec<usize>,
) -> PyResult<()> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let columns = [reader.delay_column()];
    with_walk(traces, |walk| {
        with_columns(py, &columns, &[out], (walk.len(), Some(&shape)), |outs| {
            sweep(py, &reader, &columns, walk, outs)
        })
    })
}

/// What fields of the headers of some traces hold, told from one sweep.
#[pyfunction]
pub(super) fn describe<'py>(
    py: Python<'py>,
    file: &File,
    fields: Vec<FieldArg>,
    traces: Traces,
) -> PyResult<Vec<Summary<'py>>> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let columns = find_all(py, &reader, fields)?;
    let summaries = with_walk(traces, |walk| {
        deliver::detached(py, reader.threads(), |running| {
            reader.describe_columns(&columns, walk, running)
        })
    })?;
    let value = |value: Option<Value<'_>>| value.map(|value| value_of(py, value)).transpose();
    let rows = summaries.into_iter();
    rows.map(|told| Ok((value(told.minimum)?, value(told.maximum)?, told.distinct))).collect()
}

pub(super) fn find_all(
    py: Python<'_>,
    reader: &Reader,
    fields: Vec<FieldArg>,
) -> PyResult<Vec<header::Field>> {
    let schema = reader.schema();
    let found = fields.iter().map(|field| schema.select(&field.0));
    found.collect::<Result<_>>().map_err(|e| to_py(py, e))
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
    columns: &[header::Field],
    walk: Walk<'_>,
    outs: &mut [Out<'_>],
) -> PyResult<()> {
    // Each header is in a page of its own.
    let bytes = (walk.len() as u64).saturating_mul(PAGE);
    deliver::run(py, bytes, reader.threads(), |running| {
        reader.read_columns_into(columns, walk, outs, running)
    })
}
