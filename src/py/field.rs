//! `segbuf.Field`, and whatever else selects a header field in Python: its name, or its byte.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use super::arguments::{ENDIANS, choice, clipped, number_of};
use super::error::to_py;
use crate::error::{Error, Kind};
use crate::header::schema::Selector;
use crate::header::{self, BlockName};

/// A field of the trace header at any byte, of any type: usable wherever a name is.
///
/// Parameters
/// ----------
/// byte
///     The byte it starts at, counted from 1; 241 is the first of the additional headers, in files
///     that have some. With `block`, counted within that header.
/// dtype
///     ``"i1"`` to ``"i8"`` and ``"u1"`` to ``"u8"`` for integers of 1 to 8 bytes, ``"f4"`` and
///     ``"f8"`` for IEEE floats, ``"ibm"`` for IBM floats of 4 bytes, ``"S1"`` to ``"S240"`` for
///     strings; or NumPy's names and types, such as ``"int16"`` and ``numpy.float64``. ``">i4"`` is
///     big-endian and ``"<i4"`` little-endian; without either it has the byte order of the file.
/// name
///     Its name in tables. Without a name the field itself is its key there.
/// endian
///     Its byte order, as another way to state it.
/// block
///     The name of the additional header that has it, such as ``"ACME0001"``, at any position among
///     them.
///
/// Raises
/// ------
/// FieldError
///     For an unknown type, and for bytes that no header has; from reads, for bytes that the headers
///     of the file do not have.
///
/// Examples
/// --------
/// >>> import segbuf
/// >>> x = segbuf.Field(byte=73, dtype="ibm", name="x")
/// >>> with segbuf.open("volume.sgy") as f:  # doctest: +SKIP
/// ...     table = f.header["inline", x]
#[pyclass(frozen, eq, hash, module = "segbuf", get_all)]
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Field {
    /// The byte it starts at, counted from 1.
    byte: u16,
    /// Its type, as it was given.
    dtype: String,
    /// Its name in tables.
    name: Option<String>,
    /// Its byte order: ``"file"``, ``"big"`` or ``"little"``.
    endian: String,
    /// The name of the additional header that has it.
    block: Option<String>,
}

#[pymethods]
impl Field {
    #[new]
    #[pyo3(signature = (byte, dtype=None, name=None, *, endian="file", block=None),
           text_signature = "(byte, dtype='i4', name=None, *, endian='file', block=None)")]
    fn new(
        byte: &Bound<'_, PyAny>,
        dtype: Option<&Bound<'_, PyAny>>,
        name: Option<String>,
        endian: &str,
        block: Option<String>,
    ) -> PyResult<Field> {
        let py = byte.py();
        let dtype = match dtype {
            None => "i4".to_owned(),
            Some(dtype) => match dtype.extract() {
                Ok(code) => code,
                Err(_) => match dtype.getattr_opt("__name__")? {
                    Some(name) => name.extract()?,
                    None => dtype.str()?.to_string(),
                },
            },
        };
        let byte = number_of(clipped(byte)?).map_err(|e| to_py(py, e))?;
        let field = Field { byte, dtype, name, endian: endian.to_owned(), block };
        field.resolved(py)?;
        Ok(field)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Arguments)> {
        let Field { byte, dtype, name, endian, block } = slf.get();
        let make = slf.py().import("segbuf._results.field")?.getattr("make_field")?;
        Ok((make, (*byte, dtype.clone(), name.clone(), endian.clone(), block.clone())))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let mut text = format!("Field(byte={}, dtype={}", self.byte, shown(py, &self.dtype)?);
        let endian = (self.endian != "file").then_some(&self.endian);
        let others =
            [("name", self.name.as_ref()), ("endian", endian), ("block", self.block.as_ref())];
        for (argument, value) in others {
            if let Some(value) = value {
                text += &format!(", {argument}={}", shown(py, value)?);
            }
        }
        Ok(text + ")")
    }
}

/// What [`Field::__reduce__`] makes a field of again.
type Arguments = (u16, String, Option<String>, String, Option<String>);

impl Field {
    /// The field of the core.
    fn resolved(&self, py: Python<'_>) -> PyResult<header::Field> {
        let endian = match &*self.endian {
            "file" => None,
            name => Some(choice("endian", name, &ENDIANS)?),
        };
        let field = header::Field::described(self.byte, &self.dtype, endian);
        let field = match &self.block {
            None => field,
            Some(name) => BlockName::new(name)
                .ok_or_else(|| Error::from(Kind::InvalidHeaderName { name: name.clone() }))
                .and_then(|block| field?.within(block)),
        };
        field.map_err(|e| to_py(py, e))
    }
}

/// A string as Python shows it.
fn shown(py: Python<'_>, text: &str) -> PyResult<String> {
    Ok(text.into_pyobject(py)?.repr()?.to_string())
}

/// What selects a field: a name, a byte, or a [`Field`].
pub(super) struct FieldArg(pub(super) Selector);

impl<'py> FromPyObject<'_, 'py> for FieldArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<FieldArg> {
        if let Ok(name) = object.extract::<String>() {
            return Ok(FieldArg(name.into()));
        }
        if let Ok(field) = object.cast::<Field>() {
            return Ok(FieldArg(field.get().resolved(object.py())?.into()));
        }
        let byte = clipped(&object).map_err(|error| {
            if !error.is_instance_of::<PyTypeError>(object.py()) {
                return error;
            }
            let shown = object.repr().map_or_else(|_| "this".to_owned(), |repr| repr.to_string());
            let shown: String = shown.chars().take(80).collect();
            let expected = "expected the name of a field, a byte or a Field";
            PyTypeError::new_err(format!("{expected}, found {shown}"))
        })?;
        let byte = number_of(byte).map_err(|e| to_py(object.py(), e))?;
        Ok(FieldArg(byte.into()))
    }
}
