//! What a file may be opened from: a path, a descriptor, memory, a file object.

use std::path::PathBuf;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyList, PyString};

use super::arguments::{PathArg, clipped};
use super::buffer::{Exported, is_buffer, type_name};
use super::error::to_py;
use super::object::{FileObject, check_seekable};
use crate::error::{Error, Result};
use crate::reader::Named;
use crate::source::FileSource;

/// Something to open, as far as that needs Python.
pub(super) enum Given {
    /// Opening it waits for the disk.
    Path(PathBuf),
    /// A file of the system that is open, and what to call it.
    Open(FileSource, String),
    /// Anything else; and its addresses, where it is memory.
    Source(Named, Option<(usize, usize)>),
}

impl Given {
    /// Looks what the objects of a list are.
    ///
    /// # Errors
    /// As [`Given::new`].
    pub(super) fn all(objects: &Bound<'_, PyList>) -> PyResult<Vec<Given>> {
        let several = objects.len() > 1;
        let given = |(i, object): (usize, Bound<'_, PyAny>)| {
            // What has no name of its own is told from others of its sort by its place.
            let label = |sort: String| if several { format!("files[{i}] ({sort})") } else { sort };
            Given::new(&object, label)
        };
        objects.iter().enumerate().map(given).collect()
    }

    /// Looks what an object is; `label` names what only has a sort.
    ///
    /// # Errors
    /// `TypeError` for what is nothing of the kind; what the object raises.
    fn new(object: &Bound<'_, PyAny>, label: impl Fn(String) -> String) -> PyResult<Given> {
        let py = object.py();
        if object.is_instance_of::<PyString>()
            || object.getattr_opt(intern!(py, "__fspath__"))?.is_some()
        {
            return Ok(Given::Path(object.extract::<PathArg>()?.0));
        }
        if object.is_instance_of::<PyInt>() && !object.is_instance_of::<PyBool>() {
            let name = label(format!("file descriptor {object}"));
            return Ok(Given::Open(opened(py, clipped(object)?, None)?, name));
        }
        if is_buffer(object) {
            let memory = Exported::new(object)?;
            let range = memory.range();
            let named = Named { name: label("memory".to_owned()), source: Box::new(memory) };
            return Ok(Given::Source(named, Some(range)));
        }
        let has = |method| object.getattr_opt(method).map(|found| found.is_some());
        if !has(intern!(py, "readinto"))? && !has(intern!(py, "read"))? {
            return Err(PyTypeError::new_err(format!(
                "expected a path, a buffer, a binary file object, a file descriptor, or a list of \
                 these, found {}",
                type_name(object)
            )));
        }
        check_seekable(object)?;
        let name = object.getattr_opt(intern!(py, "name"))?.and_then(|name| name.extract().ok());
        let name = name.filter(|name: &String| !name.is_empty());
        if let Some(fd) = descriptor(object)? {
            let path = name.as_ref().map(PathBuf::from);
            let name = name.unwrap_or_else(|| label(format!("file descriptor {fd}")));
            return Ok(Given::Open(opened(py, fd, path)?, name));
        }
        let source = Box::new(FileObject::new(object)?);
        let name = name.unwrap_or_else(|| label(type_name(object)));
        Ok(Given::Source(Named { name, source }, None))
    }

    /// The addresses of the memory that is the file, where it is memory.
    pub(super) fn memory(&self) -> Option<(usize, usize)> {
        if let Given::Source(_, memory) = self { *memory } else { None }
    }

    /// Opens it, or a map of it, where that is possible.
    ///
    /// # Errors
    /// `Class::Io` from the system.
    pub(super) fn open(self, mmap: bool) -> Result<Named> {
        match self {
            Given::Path(path) => Named::open(path, mmap),
            Given::Open(file, name) => Named::of(name, file, mmap),
            Given::Source(named, _) => Ok(named),
        }
    }
}

/// The descriptor of what `open(path, "rb")` gives: there reading at places is the same as seeking and
/// reading, and leaves its position alone. What is made of it, or of files in other ways, may have the
/// descriptor of something else, such as the compressed file.
fn descriptor(object: &Bound<'_, PyAny>) -> PyResult<Option<i64>> {
    let py = object.py();
    let io = py.import(intern!(py, "io"))?;
    let exactly =
        |object: &Bound<'_, PyAny>, name| PyResult::Ok(object.get_type().is(&io.getattr(name)?));
    let raw = if exactly(object, intern!(py, "BufferedReader"))? {
        object.getattr(intern!(py, "raw"))?
    } else {
        object.clone()
    };
    if cfg!(unix) && exactly(&raw, intern!(py, "FileIO"))? {
        return object.call_method0(intern!(py, "fileno"))?.extract().map(Some);
    }
    Ok(None)
}

#[cfg(unix)]
fn opened(py: Python<'_>, fd: i64, path: Option<PathBuf>) -> PyResult<FileSource> {
    let opened = match i32::try_from(fd) {
        Ok(fd) => FileSource::from_descriptor(fd, path),
        Err(_) => {
            let error = std::io::Error::from_raw_os_error(libc::EBADF);
            Err(Error::io(format_args!("read file descriptor {fd}"), &error))
        }
    };
    opened.map_err(|error| to_py(py, error))
}

#[cfg(not(unix))]
fn opened(_: Python<'_>, _: i64, _: Option<PathBuf>) -> PyResult<FileSource> {
    Err(PyTypeError::new_err("file descriptors are read on Unix only: pass the path"))
}
