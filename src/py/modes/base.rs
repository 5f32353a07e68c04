//! The base of the modes, and new arrays.

use pyo3::intern;
use pyo3::prelude::*;

use super::super::handle::File;

/// An attribute of a file that reads. It pickles, as the file does, by path and options.
#[pyclass(frozen, subclass, module = "segbuf._segbuf")]
pub(in super::super) struct Mode {
    handle: Py<PyAny>,
    pub(super) file: Py<File>,
    name: String,
}

impl Mode {
    /// The attribute `name` of a file, from its `segbuf._handle.Handle`.
    pub(super) fn new(handle: &Bound<'_, PyAny>, name: &str) -> PyResult<Mode> {
        let file = handle.getattr(intern!(handle.py(), "raw"))?.cast_into::<File>()?;
        Ok(Mode { handle: handle.clone().unbind(), file: file.unbind(), name: name.to_owned() })
    }
}

#[pymethods]
impl Mode {
    #[getter]
    fn _handle(&self, py: Python<'_>) -> Py<PyAny> {
        self.handle.clone_ref(py)
    }

    #[getter]
    fn _raw(&self, py: Python<'_>) -> Py<File> {
        self.file.clone_ref(py)
    }

    /// Pickle by path, options and name.
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.handle.bind(py).call_method1(intern!(py, "reduce_mode"), (&self.name,))
    }
}
