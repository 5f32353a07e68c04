//! Errors of the core as Python exceptions: one `match`.

use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::error::{Error, Kind};
use crate::names::Names;

/// Names in messages as Python code has them: `n_samples=`, `f.delays`.
pub(super) const PYTHON: Names = Names { option: ["", "="], member: ["f.", ""] };

static CLASSES: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// An exception on its way through the core: [`to_py`] gives it back as it is.
pub(super) fn raised(py: Python<'_>, exception: PyErr) -> Error {
    let name = exception.get_type(py).name().map_or_else(|_| String::new(), |n| n.to_string());
    Error::new(Kind::Io, "a Python file object failed").have(name).cause(exception)
}

/// The exception for an error: its class by kind, with `trace` and `byte` where they are known.
pub(super) fn to_py(py: Python<'_>, error: Error) -> PyErr {
    let error = &error;
    let raised = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<PyErr>());
    if let Some(raised) = raised {
        return raised.clone_ref(py);
    }
    let name = match error.kind() {
        Kind::Format => "FormatError",
        Kind::Geometry => "GeometryError",
        Kind::Index => "TraceIndexError",
        Kind::Label => "LabelError",
        Kind::Field => "FieldError",
        Kind::Destination => "DestinationError",
        Kind::Value | Kind::Closed => return PyValueError::new_err(error.to_string()),
        Kind::Memory => return PyMemoryError::new_err(error.to_string()),
        Kind::Interrupted => return PyKeyboardInterrupt::new_err(error.to_string()),
        Kind::Io | Kind::Uncached => return os_error(error),
    };
    ours(py, name, error).unwrap_or_else(|failed| failed)
}

fn ours(py: Python<'_>, name: &str, error: &Error) -> PyResult<PyErr> {
    let module = CLASSES.get_or_try_init(py, || py.import("segbuf.errors").map(Bound::unbind))?;
    let class = module.bind(py).getattr(name)?.cast_into::<PyType>()?;
    let exception = class.call1((error.to_string(),))?;
    exception.setattr("trace", error.trace_index())?;
    exception.setattr("byte", error.byte_number())?;
    Ok(PyErr::from_value(exception))
}

/// `OSError` with errno and file name, which makes it `FileNotFoundError` and the like.
fn os_error(error: &Error) -> PyErr {
    let code = error.os_code().unwrap_or(0);
    let file = error.file().map(|p| p.as_os_str().to_owned());
    match file {
        Some(file) => PyOSError::new_err((code, error.message(), file)),
        None => PyOSError::new_err((code, error.message())),
    }
}
