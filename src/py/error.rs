//! Errors of the core as Python exceptions: one `match`.

use std::path::Path;

use pyo3::exceptions::{PyKeyboardInterrupt, PyMemoryError, PyOSError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::error::{Class, Error, Kind};
use crate::infer::Warning;
use crate::names::{Names, escaped};

/// Names in messages as Python code writes them: `n_samples=`, `f.delays`.
pub(super) const PYTHON: Names = Names { option: ["", "="], member: ["f.", ""] };

static CLASSES: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// An exception on its way through the core: [`to_py`] gives it back as it is.
pub(super) fn raised(py: Python<'_>, exception: PyErr) -> Error {
    let reason = exception.get_type(py).name().map_or_else(|_| String::new(), |n| n.to_string());
    Error::from(Kind::SourceFailed { reason }).cause(exception)
}

/// The exception for an error: its class, with `code`, `trace` and `byte` where they are known.
pub(super) fn to_py(py: Python<'_>, error: Error) -> PyErr {
    let error = &error;
    let raised = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<PyErr>());
    if let Some(raised) = raised {
        return raised.clone_ref(py);
    }
    let name = match error.class() {
        Class::Format => "FormatError",
        Class::Geometry => "GeometryError",
        Class::Index => "TraceIndexError",
        Class::Label => "LabelError",
        Class::Field => "FieldError",
        Class::Destination => "DestinationError",
        Class::Value | Class::Closed => return PyValueError::new_err(text(error)),
        Class::Memory => return PyMemoryError::new_err(text(error)),
        Class::Interrupted => return PyKeyboardInterrupt::new_err(text(error)),
        Class::Io | Class::Uncached => return os_error(error),
    };
    ours(py, name, error).unwrap_or_else(|failed| failed)
}

/// Warns the caller.
pub(super) fn warn(py: Python<'_>, warning: &Warning) -> PyResult<()> {
    let row = (warning.message(&PYTHON), warning.code(), warning.trace(), warning.byte());
    let warning = class(py, "SegbufWarning")?.call1(row)?;
    py.import(intern!(py, "warnings"))?
        .call_method1(intern!(py, "warn"), (warning, py.None(), 2))?;
    Ok(())
}

/// The file, the place and the sentence.
fn text(error: &Error) -> String {
    let message = error.message(&PYTHON);
    let whole = |file: &Path| format!("{}: {message}", escaped(file.display().to_string()));
    error.file().map_or_else(|| message.clone(), whole)
}

fn ours(py: Python<'_>, name: &str, error: &Error) -> PyResult<PyErr> {
    let place = (error.code(), error.trace_index(), error.byte_number());
    Ok(PyErr::from_value(class(py, name)?.call1((text(error), place.0, place.1, place.2))?))
}

/// A class of `segbuf.errors`.
fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyType>> {
    let module = CLASSES.get_or_try_init(py, || py.import("segbuf.errors").map(Bound::unbind))?;
    Ok(module.bind(py).getattr(name)?.cast_into()?)
}

/// The exception of a class of `segbuf.errors` for an invalid argument.
pub(super) fn invalid(py: Python<'_>, name: &str, message: &str, code: &str) -> PyErr {
    let made = class(py, name).and_then(|class| class.call1((message, code)));
    made.map_or_else(|failed| failed, PyErr::from_value)
}

/// `OSError` with errno and file name, which makes it `FileNotFoundError` and the like.
fn os_error(error: &Error) -> PyErr {
    let (code, message) = (error.os_code().unwrap_or(0), error.message(&PYTHON));
    match error.file() {
        Some(file) => PyOSError::new_err((code, message, file.as_os_str().to_owned())),
        None => PyOSError::new_err((code, message)),
    }
}
