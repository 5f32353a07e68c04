//! Groups of traces as Python sees them.

use pyo3::exceptions::PyIndexError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};

use super::arguments::{Run, value_of};
use super::columns::find_all;
use super::deliver;
use super::error::to_py;
use super::field::FieldArg;
use super::handle::File;
use crate::header::Value;
use crate::survey::groups;
use crate::walk::Walk;

/// The traces of a file by the numbers of some fields of their headers.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct Groups(groups::Groups);

/// Puts all traces into groups by some fields, each sorted by others, in one sweep of all headers.
#[pyfunction]
pub(super) fn group(
    py: Python<'_>,
    file: &File,
    fields: Vec<FieldArg>,
    sort: Vec<FieldArg>,
) -> PyResult<Groups> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    let (fields, sort) = (find_all(py, &reader, fields)?, find_all(py, &reader, sort)?);
    deliver::detached(py, reader.threads(), |running| reader.group(&fields, &sort, running))
        .map(Groups)
}

#[pymethods]
impl Groups {
    fn __len__(&self) -> usize {
        self.0.len()
    }

    /// The numbers of a group, one for each field.
    fn key<'py>(&self, py: Python<'py>, group: usize) -> PyResult<Bound<'py, PyTuple>> {
        let numbers = self.0.key(group).map(|number| value_of(py, number));
        PyTuple::new(py, numbers.collect::<PyResult<Vec<_>>>()?)
    }

    /// The group of a key, a tuple of one number for each field; LabelError where it is not there.
    fn find(&self, key: &Bound<'_, PyTuple>) -> PyResult<usize> {
        let numbers = key.iter().enumerate().map(|(i, number)| {
            let floats =
                self.0.columns().get(i).is_some_and(|column| column.value_type().is_float());
            if floats {
                return number.extract().map(Value::Float);
            }
            number.extract().map(Value::Int).or_else(|_| number.extract().map(Value::Uint))
        });
        let numbers = numbers.collect::<PyResult<Vec<_>>>()?;
        self.0.find(&numbers).map_err(|e| to_py(key.py(), e))
    }

    /// The name that NumPy has for the type of a field in memory.
    fn dtype(&self, field: usize) -> PyResult<String> {
        let column = self.0.columns().get(field);
        let column = column.ok_or_else(|| PyIndexError::new_err("no such field"))?;
        Ok(column.value_type().memory_name())
    }

    /// How many traces a group has.
    fn count(&self, group: usize) -> usize {
        self.0.traces(group).len()
    }

    /// How many traces each group has, as native uint64.
    fn counts<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        numbers(py, (0..self.0.len()).map(|group| (self.count(group) as u64).to_ne_bytes()))
    }

    /// The numbers of a field, one for each group: native int64, uint64 or, of floats, float64.
    fn labels<'py>(&self, py: Python<'py>, field: usize) -> Bound<'py, PyBytes> {
        let labels = (0..self.0.len()).filter_map(|group| self.0.key(group).nth(field));
        numbers(
            py,
            labels.map(|number| match number {
                Value::Int(n) => n.to_ne_bytes(),
                Value::Float(n) => n.to_ne_bytes(),
                Value::Uint(n) => n.to_ne_bytes(),
                Value::Bytes(_) => [0; 8],
            }),
        )
    }

    /// The traces of `count` groups from `first` on, as native uint64.
    fn traces<'py>(&self, py: Python<'py>, first: usize, count: usize) -> Bound<'py, PyBytes> {
        let traces = self.0.traces_of(first..first + count).iter();
        numbers(py, traces.map(|trace| trace.to_ne_bytes()))
    }

    /// Reads the traces of `count` groups from `first` on; `samples` is (first, step, count), which is an axis
    /// of the result with `keeps_samples`.
    fn read(
        &self,
        file: &File,
        out: &Bound<'_, PyAny>,
        first: usize,
        count: usize,
        samples: Run,
        keeps_samples: bool,
    ) -> PyResult<()> {
        let walk = Walk::List(self.0.traces_of(first..first + count));
        let shape = [walk.len(), samples.2];
        let shape = if keeps_samples { &shape[..] } else { &shape[..1] };
        file.read_walk(out, walk, samples, Some(shape))
    }
}

fn numbers(py: Python<'_>, numbers: impl Iterator<Item = [u8; 8]>) -> Bound<'_, PyBytes> {
    PyBytes::new(py, numbers.collect::<Vec<_>>().as_flattened())
}
