//! Arguments as Python passes them, and header values as it gets them.

use std::path::PathBuf;

use pyo3::exceptions::{PyOverflowError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::error::{Kind, Result};
use crate::format::{ByteOrder, Endian, Format};
use crate::header::Value;
use crate::infer::FileKind;
use crate::options::{TraceLayout, UseIndex};
use crate::read::pick::{Pick, Samples};
use crate::survey::geometry::{Cells, Duplicates, LineKind, Stretch};
use crate::text::{CodePage, Encoding};

/// The XML of a layout, or False for the standard.
#[derive(FromPyObject)]
pub(super) enum LayoutArg {
    Stanza(bool),
    Xml(Vec<u8>),
}

impl LayoutArg {
    pub(super) fn take(self) -> TraceLayout {
        match self {
            LayoutArg::Stanza(true) => TraceLayout::Stanza,
            LayoutArg::Stanza(false) => TraceLayout::Standard,
            LayoutArg::Xml(xml) => TraceLayout::Xml(xml),
        }
    }
}

/// A path: `str` or `os.PathLike`, without NUL.
#[derive(Clone)]
pub(super) struct PathArg(pub(super) PathBuf);

impl<'py> FromPyObject<'_, 'py> for PathArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<PathArg> {
        let path: PathBuf = object.extract()?;
        // The system would take what is before it for the path.
        if path.as_os_str().as_encoded_bytes().contains(&0) {
            return Err(PyValueError::new_err(format!(
                "the path {path:?} contains a NUL character"
            )));
        }
        Ok(PathArg(path))
    }
}

/// Which saved index to use: whether the one beside the file, or the one of a path.
pub(super) enum IndexArg {
    Use(bool),
    At(PathArg),
}

impl<'py> FromPyObject<'_, 'py> for IndexArg {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<IndexArg> {
        match object.extract() {
            Ok(used) => Ok(IndexArg::Use(used)),
            Err(_) => object.extract().map(IndexArg::At),
        }
    }
}

impl From<IndexArg> for UseIndex {
    fn from(index: IndexArg) -> UseIndex {
        match index {
            IndexArg::Use(true) => UseIndex::Beside,
            IndexArg::Use(false) => UseIndex::No,
            IndexArg::At(PathArg(path)) => UseIndex::At(path),
        }
    }
}

/// (first, step, count) of the samples of each trace.
pub(super) type Run = (u64, i64, usize);

pub(super) const KINDS: [(&str, FileKind); 2] =
    [("segy", FileKind::SegY), ("su", FileKind::SeismicUnix)];
pub(super) const ENDIANS: [(&str, Endian); 2] = [("big", Endian::Big), ("little", Endian::Little)];
pub(super) const ORDERS: [(&str, ByteOrder); 3] =
    [("big", ByteOrder::BIG), ("little", ByteOrder::LITTLE), ("pairwise", ByteOrder::Pairwise)];
pub(super) const DUPLICATES: [(&str, Duplicates); 3] =
    [("error", Duplicates::Error), ("first", Duplicates::First), ("last", Duplicates::Last)];

/// A number that cannot be negative.
pub(super) fn count(what: &str, n: i64) -> PyResult<u64> {
    u64::try_from(n)
        .map_err(|_| PyValueError::new_err(format!("{what}= must be 0 or more, found {n}")))
}

/// The format of a code that the caller gave.
pub(super) fn known_format(code: i64) -> PyResult<Format> {
    Format::from_code(code).map_err(|_| {
        let known = "the code of a sample format: 1 to 12, 15 or 16";
        PyValueError::new_err(format!("format= must be {known}, found {code}"))
    })
}

pub(super) fn choice<T: Copy>(what: &str, name: &str, choices: &[(&str, T)]) -> PyResult<T> {
    choices.iter().find(|(n, _)| *n == name).map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(n, _)| format!("{n:?}")).collect();
        PyValueError::new_err(format!("{what}= must be {}, found {name:?}", names.join(" or ")))
    })
}

/// An encoding of its own name, or a name and the 256 characters of a code page.
#[derive(FromPyObject)]
pub(super) enum EncodingArg {
    Name(String),
    Page(String, String),
}

impl EncodingArg {
    pub(super) fn take(self) -> PyResult<Encoding> {
        let (name, found) = match self {
            EncodingArg::Name(name) => {
                let found = Encoding::named(&name);
                (name, found)
            }
            EncodingArg::Page(name, table) => {
                let table: Vec<char> = table.chars().collect();
                let table = <[char; 256]>::try_from(table).ok();
                let page = table.map(|table| CodePage::new(name.clone(), table));
                (name, page.map(|page| Encoding::Page(page.into())))
            }
        };
        found.ok_or_else(|| PyValueError::new_err(format!("encoding: {name:?} is not known")))
    }
}

/// (first, step, count) along each axis, or a list of cells.
#[derive(FromPyObject)]
pub(super) enum CellsArg {
    Grid([(usize, i64, usize); 3]),
    List(#[pyo3(from_py_with = indices)] Vec<u64>),
}

impl CellsArg {
    /// The cells; those of a box with crosslines or inlines outermost.
    pub(super) fn get(&self, crosslines_first: bool) -> Cells<'_> {
        let outer = if crosslines_first { LineKind::Crossline } else { LineKind::Inline };
        match self {
            CellsArg::Grid(axes) => {
                let axes = axes.map(|(first, step, count)| Stretch { first, step, count });
                Cells::Grid { axes, outer }
            }
            CellsArg::List(cells) => Cells::List(cells),
        }
    }
}

/// (first, step, count) of the samples of each trace, or a list of them.
#[derive(FromPyObject)]
pub(super) enum SamplesArg {
    Run(Run),
    List(#[pyo3(from_py_with = indices)] Vec<u64>),
}

impl SamplesArg {
    /// The samples; those of a list (trace, sample) or with `slices_first` (sample, trace).
    pub(super) fn pick(&self, slices_first: bool) -> Pick<'_> {
        match self {
            &SamplesArg::Run((first, step, count)) => Pick::Run(Samples { first, step, count }),
            SamplesArg::List(samples) if slices_first => Pick::Slices(samples),
            SamplesArg::List(samples) => Pick::Samples(samples),
        }
    }
}

/// A list of indices, passed as the bytes of native uint64.
pub(super) fn indices(bytes: &Bound<'_, PyAny>) -> PyResult<Vec<u64>> {
    let bytes = bytes.cast::<PyBytes>()?.as_bytes();
    Ok(bytes.as_chunks().0.iter().map(|index| u64::from_ne_bytes(*index)).collect())
}

/// The integer that an object is an index of, clipped to 64 bits.
pub(super) fn clipped(number: &Bound<'_, PyAny>) -> PyResult<i64> {
    number.extract().or_else(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(number.py()) {
            return Ok(if number.lt(0)? { i64::MIN } else { i64::MAX });
        }
        Err(error)
    })
}

/// A byte number.
pub(super) fn number_of(byte: i64) -> Result<u16> {
    let last = usize::from(u16::MAX);
    u16::try_from(byte).map_err(|_| Kind::ByteOutsideHeader { byte, first: 1, last }.into())
}

/// A number, or bytes.
pub(super) fn value_of<'py>(py: Python<'py>, value: Value<'_>) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Int(value) => Ok(value.into_pyobject(py)?.into_any()),
        Value::Uint(value) => Ok(value.into_pyobject(py)?.into_any()),
        Value::Float(value) => Ok(value.into_pyobject(py)?.into_any()),
        Value::Bytes(value) => Ok(PyBytes::new(py, value).into_any()),
    }
}
