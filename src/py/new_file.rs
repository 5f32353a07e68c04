//! New files, which Python writes.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use super::arguments::PathArg;
use super::deliver;
use crate::write::atomic;

/// A context that returns the path to write to, and puts the file at its own path when it ends without an
/// exception.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct NewFile {
    path: PathBuf,
    like: Option<PathBuf>,
    overwrite: bool,
    new: Mutex<Option<atomic::NewFile>>,
}

#[pymethods]
impl NewFile {
    #[new]
    #[pyo3(signature = (path, *, like=None, overwrite=false))]
    fn new(path: PathArg, like: Option<PathArg>, overwrite: bool) -> NewFile {
        let like = like.map(|like| like.0);
        NewFile { path: path.0, like, overwrite, new: Mutex::new(None) }
    }

    fn __enter__(&self, py: Python<'_>) -> PyResult<OsString> {
        let new = deliver::waiting(py, || {
            let like = self.like.as_ref().and_then(|path| fs::metadata(path).ok());
            atomic::NewFile::create(&self.path, like, self.overwrite)
        })?;
        let part = new.part().as_os_str().to_owned();
        *self.new.lock().unwrap_or_else(PoisonError::into_inner) = Some(new);
        Ok(part)
    }

    fn __exit__(
        &self,
        py: Python<'_>,
        exception: &Bound<'_, PyAny>,
        _value: &Bound<'_, PyAny>,
        _traceback: &Bound<'_, PyAny>,
    ) -> PyResult<()> {
        let new = self.new.lock().unwrap_or_else(PoisonError::into_inner).take();
        let new = new.ok_or_else(|| PyRuntimeError::new_err("no file was begun"))?;
        if exception.is_none() { deliver::waiting(py, || new.commit()) } else { Ok(()) }
    }
}
