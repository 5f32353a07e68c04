//! The base of `f.header`.

use std::sync::atomic::{AtomicU64, Ordering};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyInt, PyString, PyType};

use super::super::columns::new_column;
use super::super::handle::File;
use super::super::keys::inside;
use super::super::schema::Schema;
use super::base::Mode;

/// Trace headers: one by its trace index, and a field of all traces by its name.
#[pyclass(frozen, subclass, extends = Mode, module = "segbuf._segbuf")]
pub(in super::super) struct HeaderMode {
    n_traces: u64,
    schema: PyOnceLock<Py<Schema>>,
}

#[pymethods]
impl HeaderMode {
    #[new]
    fn new(handle: &Bound<'_, PyAny>) -> PyResult<PyClassInitializer<HeaderMode>> {
        let mode = Mode::new(handle, "header")?;
        let n_traces = mode.file.get().reader(handle.py())?.n_traces();
        let headers = HeaderMode { n_traces, schema: PyOnceLock::new() };
        Ok(PyClassInitializer::from(mode).add_subclass(headers))
    }

    /// Read headers, or fields of them.
    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, this, file) = (slf.py(), slf.get(), slf.as_super().get().file.get());
        // The members of an enumeration of fields are ints as well, of another class.
        if key.is_exact_instance_of::<PyInt>() {
            return this.header(py, file, inside(key, this.n_traces, "trace")?);
        }
        if key.is_exact_instance_of::<PyString>() {
            return new_column(py, file, key.extract()?);
        }
        slf.call_method1(intern!(py, "_get"), (key,))
    }

    /// Yield the header of each trace, in file order.
    fn __iter__(slf: &Bound<'_, Self>) -> HeaderIterator {
        HeaderIterator { headers: slf.clone().unbind(), next: AtomicU64::new(0) }
    }
}

impl HeaderMode {
    fn header<'py>(&self, py: Python<'py>, file: &File, trace: u64) -> PyResult<Bound<'py, PyAny>> {
        static HEADER: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let class = HEADER.import(py, "segbuf._results.header", "Header")?;
        let schema = self.schema.get_or_try_init(py, || Py::new(py, file.fields(py)?))?;
        class.call1((
            file.header_bytes(py, trace)?,
            file.reader(py)?.facts().layout.endian.name(),
            schema,
        ))
    }
}

/// The headers of all traces, one by one.
#[pyclass(frozen)]
struct HeaderIterator {
    headers: Py<HeaderMode>,
    next: AtomicU64,
}

#[pymethods]
impl HeaderIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let headers = self.headers.bind(py);
        let trace = self.next.fetch_add(1, Ordering::Relaxed);
        let file = headers.as_super().get().file.get();
        let inside = trace < headers.get().n_traces;
        inside.then(|| headers.get().header(py, file, trace)).transpose()
    }
}
