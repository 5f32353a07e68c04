//! The handle of an open file, which Python objects share: reader, lease, questions to the survey.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyTuple};

use super::arguments::Run;
use super::deliver::{self, deliver};
use super::error::to_py;
use super::lease::Lease;
use crate::error::{Kind, Result};
use crate::read::pick::Samples;
use crate::reader::Reader;
use crate::survey::geometry::Geometry;
use crate::walk::Walk;

/// An open SEG-Y file. Everything may be called from any thread, `close` during a read too.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct File {
    pub(super) reader: Mutex<Option<Arc<Reader>>>,
    /// The addresses of memory that is the file, or some of its files.
    pub(super) memory: Vec<(usize, usize)>,
    pub(super) n_traces: u64,
    pub(super) n_samples: u64,
    /// Whether traces have different lengths.
    pub(super) varies: bool,
    dtype: PyOnceLock<Py<PyAny>>,
}

/// `numpy.empty`, fetched at its first use: `import segbuf` does not import NumPy.
static EMPTY: PyOnceLock<Py<PyAny>> = PyOnceLock::new();

/// Returns a new array, whose contents are undefined.
pub(super) fn empty<'py>(
    py: Python<'py>,
    shape: &Bound<'py, PyAny>,
    dtype: &str,
) -> PyResult<Bound<'py, PyAny>> {
    EMPTY.import(py, "numpy", "empty")?.call1((shape, dtype))
}

impl File {
    pub(super) fn of(reader: Reader, memory: Vec<(usize, usize)>) -> File {
        let (n_traces, n_samples) = (reader.n_traces(), reader.n_samples());
        let (varies, dtype) = (reader.lengths().is_some(), PyOnceLock::new());
        let reader = Mutex::new(Some(Arc::new(reader)));
        File { reader, memory, n_traces, n_samples, varies, dtype }
    }

    pub(super) fn reader(&self, py: Python<'_>) -> PyResult<Arc<Reader>> {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).clone();
        reader.ok_or_else(|| to_py(py, Kind::Closed { what: "file" }.into()))
    }

    /// The right to read the memory that is the file, where it is memory.
    pub(super) fn lease<'py>(&self, py: Python<'py>) -> PyResult<Lease<'py>> {
        Lease::shared(py, &self.memory).map_err(|e| to_py(py, e))
    }

    /// The number of samples of a trace.
    pub(super) fn length_of(&self, py: Python<'_>, trace: u64) -> PyResult<u64> {
        self.reader(py)?.samples_of(trace).map_err(|e| to_py(py, e))
    }

    /// The bytes of the headers of a trace.
    pub(super) fn header_bytes<'py>(
        &self,
        py: Python<'py>,
        trace: u64,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let reader = self.reader(py)?;
        let len = reader.header_len(trace).map_err(|e| to_py(py, e))?;
        PyBytes::new_with(py, usize::try_from(len).unwrap_or(usize::MAX), |bytes| {
            deliver::run(py, len, 1, |running| reader.read_header_into(trace, bytes, running))
        })
    }

    /// The NumPy dtype of the samples in memory.
    pub(super) fn dtype_object<'py>(&self, py: Python<'py>) -> PyResult<&Bound<'py, PyAny>> {
        let dtype = self.dtype.get_or_try_init(py, || {
            let name = self.reader(py)?.facts().layout.format.native().name();
            PyResult::Ok(py.import("numpy")?.getattr("dtype")?.call1((name,))?.unbind())
        })?;
        Ok(dtype.bind(py))
    }

    /// A new array of the type of the samples; its contents are undefined.
    pub(super) fn new_array<'py>(
        &self,
        py: Python<'py>,
        shape: impl IntoPyObject<'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let shape = shape.into_bound_py_any(py)?;
        self.new_array_of(&PyTuple::new(py, [&shape, self.dtype_object(py)?])?)
    }

    /// A new array, from the arguments of `numpy.empty`.
    pub(super) fn new_array_of<'py>(
        &self,
        arguments: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = arguments.py();
        EMPTY.import(py, "numpy", "empty")?.call1(arguments)
    }

    /// Asks the survey, whose first use probes, or sweeps.
    pub(super) fn ask<R: Send>(
        &self,
        py: Python<'_>,
        question: impl Fn(&Geometry) -> Result<R> + Send,
    ) -> PyResult<R> {
        let reader = self.reader(py)?;
        match reader.geometry_known() {
            Some(geometry) => question(geometry).map_err(|e| to_py(py, e)),
            None => deliver::detached(py, reader.threads(), |running| {
                reader.geometry_with(running).and_then(question)
            }),
        }
    }

    pub(super) fn read_walk(
        &self,
        out: &Bound<'_, PyAny>,
        walk: Walk<'_>,
        (first, step, count): Run,
        shape: Option<&[usize]>,
    ) -> PyResult<()> {
        let reader = self.reader(out.py())?;
        let samples = Samples { first, step, count };
        let _source = self.lease(out.py())?;
        deliver(out, &reader, (walk.len(), count), shape, |out, running| {
            reader.read_walk_into(walk, samples, out, running)
        })
    }
}
