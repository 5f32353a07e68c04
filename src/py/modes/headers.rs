//! The base of `f.header`.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyInt, PyString, PyType};

use super::super::columns::new_column;
use super::super::deliver;
use super::super::handle::File;
use super::super::keys::inside;
use super::super::schema::Schema;
use super::base::Mode;
use crate::header::Field;
use crate::layout::TRACE_HEADER;
use crate::out::Out;
use crate::parallel::Running;
use crate::reader::Reader;
use crate::walk::Walk;

/// The size of the standard header in bytes.
const HEADER: usize = TRACE_HEADER as usize;

/// The headers that an iteration reads together.
const AHEAD: u64 = 64;

/// Trace headers: one by its trace index, and a field of all traces by its name.
#[pyclass(frozen, subclass, extends = Mode, module = "segbuf._segbuf")]
pub(in super::super) struct HeaderMode {
    schema: PyOnceLock<Py<Schema>>,
}

#[pymethods]
impl HeaderMode {
    #[new]
    fn new(handle: &Bound<'_, PyAny>, name: &str) -> PyResult<PyClassInitializer<HeaderMode>> {
        let mode = Mode::new(handle, name)?;
        let headers = HeaderMode { schema: PyOnceLock::new() };
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
            let trace = inside(key, file.n_traces, "trace")?;
            return this.header(py, file, file.header_bytes(py, trace)?);
        }
        if key.is_exact_instance_of::<PyString>() {
            return new_column(py, file, key.extract()?);
        }
        slf.call_method1(intern!(py, "_get"), (key,))
    }

    /// Yield the header of each trace, in file order.
    fn __iter__(slf: &Bound<'_, Self>) -> PyResult<HeaderIterator> {
        let reader = slf.as_super().get().file.get().reader(slf.py())?;
        let standard = reader.facts().layout.header_len == HEADER as u64;
        Ok(HeaderIterator {
            headers: slf.clone().unbind(),
            next: AtomicU64::new(0),
            ahead: standard.then(Mutex::default),
        })
    }
}

impl HeaderMode {
    fn header<'py>(
        &self,
        py: Python<'py>,
        file: &File,
        bytes: Bound<'py, PyBytes>,
    ) -> PyResult<Bound<'py, PyAny>> {
        static HEADER: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let class = HEADER.import(py, "segbuf._results.header", "Header")?;
        let reader = file.reader(py)?;
        let schema = || Py::new(py, Schema(Arc::clone(reader.schema())));
        let schema = self.schema.get_or_try_init(py, schema)?;
        class.call1((bytes, reader.facts().layout.endian.name(), schema))
    }
}

/// The headers of all traces, one by one.
#[pyclass(frozen)]
struct HeaderIterator {
    headers: Py<HeaderMode>,
    next: AtomicU64,
    /// Headers that were read together; None if they have more than 240 bytes.
    ahead: Option<Mutex<Ahead>>,
}

/// Standard headers of consecutive traces.
#[derive(Default)]
struct Ahead {
    first: u64,
    bytes: Vec<u8>,
}

impl Ahead {
    fn get(&self, trace: u64) -> Option<&[u8]> {
        let at = usize::try_from(trace.checked_sub(self.first)?).ok()?.checked_mul(HEADER)?;
        self.bytes.get(at..)?.get(..HEADER)
    }

    /// Reads the headers of a trace and of those after it. After an error, headers are read one by one.
    fn read(&mut self, py: Python<'_>, reader: &Reader, trace: u64) {
        let count = AHEAD.min(reader.n_traces() - trace);
        self.first = trace;
        self.bytes.resize(count as usize * HEADER, 0);
        let bytes = &mut self.bytes;
        let read = deliver::waiting(py, || {
            let header = Field::described(1, "S240", None)?;
            let walk = Walk::affine(trace, [(1, 0), (1, 0), (bytes.len() / HEADER, 1)]);
            reader.read_columns_into(&[header], walk, &mut [Out::from(bytes)], Running::default())
        });
        if read.is_err() {
            self.bytes.clear();
        }
    }
}

#[pymethods]
impl HeaderIterator {
    fn __iter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let headers = self.headers.bind(py);
        let (this, file) = (headers.get(), headers.as_super().get().file.get());
        let trace = self.next.fetch_add(1, Ordering::Relaxed);
        if trace >= file.n_traces {
            return Ok(None);
        }
        // The lock is only tried: its holder may be waiting for the GIL.
        if let Some(mut ahead) = self.ahead.as_ref().and_then(|ahead| ahead.try_lock().ok()) {
            if ahead.get(trace).is_none() {
                ahead.read(py, &*file.reader(py)?, trace);
            }
            if let Some(bytes) = ahead.get(trace) {
                return this.header(py, file, PyBytes::new(py, bytes)).map(Some);
            }
        }
        this.header(py, file, file.header_bytes(py, trace)?).map(Some)
    }
}
