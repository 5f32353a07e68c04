//! Encodings and stanzas as Python sees them.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use super::deliver;
use super::handle::File;
use crate::error::Result;
use crate::reader::Reader;
use crate::text::{Encoding, Stanzas};

/// Whether that is an encoding which needs no table.
#[pyfunction]
pub(super) fn knows_encoding(name: &str) -> bool {
    Encoding::named(name).is_some()
}

/// The names of stanzas, in the order of the file.
#[pyfunction]
pub(super) fn stanza_names(py: Python<'_>, file: &File, trailer: bool) -> PyResult<Vec<String>> {
    with_stanzas(py, file, trailer, |_, stanzas| {
        Ok(stanzas.list().iter().map(|stanza| stanza.name.clone()).collect())
    })
}

/// The stanzas of a name, as indices in their order; FieldError where there is none.
#[pyfunction]
pub(super) fn find_stanzas(
    py: Python<'_>,
    file: &File,
    trailer: bool,
    name: &str,
) -> PyResult<Vec<usize>> {
    with_stanzas(py, file, trailer, |_, stanzas| stanzas.find(name))
}

/// The contents of a stanza: a str where they are text, else bytes.
#[pyfunction]
pub(super) fn stanza<'py>(
    py: Python<'py>,
    file: &File,
    trailer: bool,
    index: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let (bytes, text) = with_stanzas(py, file, trailer, |reader, stanzas| {
        let stanza = stanzas.at(index)?;
        let mut bytes = reader.stanza_bytes(stanza)?;
        bytes.truncate(usize::try_from(stanza.declared_len()).unwrap_or(usize::MAX));
        let text = stanza.text(&bytes);
        Ok((bytes, text))
    })?;
    Ok(match text {
        Some(text) => text.into_pyobject(py)?.into_any(),
        None => PyBytes::new(py, &bytes).into_any(),
    })
}

/// The same as they stand in the file, up to the end of their last record.
#[pyfunction]
pub(super) fn stanza_bytes<'py>(
    py: Python<'py>,
    file: &File,
    trailer: bool,
    index: usize,
) -> PyResult<Bound<'py, PyBytes>> {
    let bytes =
        with_stanzas(py, file, trailer, |reader, stanzas| reader.stanza_bytes(stanzas.at(index)?))?;
    Ok(PyBytes::new(py, &bytes))
}

fn with_stanzas<R: Send>(
    py: Python<'_>,
    file: &File,
    trailer: bool,
    work: impl FnOnce(&Reader, &Stanzas) -> Result<R> + Send,
) -> PyResult<R> {
    let (reader, _source) = (file.reader(py)?, file.lease(py)?);
    deliver::detached(py, 1, |_| {
        let stanzas = if trailer { reader.trailers()? } else { reader.stanzas()? };
        work(&reader, stanzas)
    })
}
