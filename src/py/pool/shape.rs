//! What Python says of a block: how many elements, in which shape, of which type.

use std::ffi::{CStr, c_long};

use pyo3::exceptions::{PyMemoryError, PyOverflowError, PyTypeError, PyValueError};
use pyo3::ffi::{Py_ssize_t, PyBUF_MAX_NDIM};
use pyo3::prelude::*;
use pyo3::types::PyString;

/// A number that counts: an int of any size, not negative. None for more than memory can have.
pub(crate) struct Count(Option<usize>);

impl<'py> FromPyObject<'_, 'py> for Count {
    type Error = PyErr;

    fn extract(number: Borrowed<'_, 'py, PyAny>) -> PyResult<Count> {
        match number.extract::<Py_ssize_t>() {
            Ok(count) => match usize::try_from(count) {
                Ok(count) => Ok(Count(Some(count))),
                Err(_) => Err(negative(&number)),
            },
            Err(error) if error.is_instance_of::<PyOverflowError>(number.py()) => {
                if number.lt(0)? {
                    Err(negative(&number))
                } else {
                    Ok(Count(None))
                }
            }
            Err(error) => Err(error),
        }
    }
}

fn negative(number: &Bound<'_, PyAny>) -> PyErr {
    PyValueError::new_err(format!("expected a size of 0 or more, found {number}"))
}

impl Count {
    pub(super) const fn of(count: usize) -> Count {
        Count(Some(count))
    }

    /// The number, for limits and alignments, which too much is for as well.
    pub(crate) fn or_max(&self) -> usize {
        self.0.unwrap_or(usize::MAX)
    }
}

/// The type of an element.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: &'static str,
    /// NumPy's code of it without a byte order.
    code: &'static str,
    /// What the buffer protocol calls it.
    pub(crate) format: &'static CStr,
    pub(crate) size: usize,
}

const fn item(name: &'static str, code: &'static str, format: &'static CStr, size: usize) -> Item {
    Item { name, code, format, size }
}

/// NumPy's int64 is C's long where that has 8 bytes.
const LONG: bool = size_of::<c_long>() == 8;

static ITEMS: [Item; 14] = [
    item("float32", "f4", c"f", 4),
    item("float64", "f8", c"d", 8),
    item("float16", "f2", c"e", 2),
    item("int8", "i1", c"b", 1),
    item("int16", "i2", c"h", 2),
    item("int32", "i4", c"i", 4),
    item("int64", "i8", if LONG { c"l" } else { c"q" }, 8),
    item("uint8", "u1", c"B", 1),
    item("uint16", "u2", c"H", 2),
    item("uint32", "u4", c"I", 4),
    item("uint64", "u8", if LONG { c"L" } else { c"Q" }, 8),
    item("bool", "b1", c"?", 1),
    item("complex64", "c8", c"Zf", 8),
    item("complex128", "c16", c"Zd", 16),
];

/// float32
pub(super) const FLOAT: &Item = &ITEMS[0];

/// The type of an element as it was given: a name, a code, or what NumPy makes a dtype of.
pub(crate) struct Dtype(pub(crate) &'static Item);

impl Dtype {
    /// What is meant where nothing is said.
    pub(super) const USUAL: Dtype = Dtype(FLOAT);
}

impl<'py> FromPyObject<'_, 'py> for Dtype {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Dtype> {
        if given.is_none() {
            return Err(PyTypeError::new_err("expected a dtype such as \"f4\", found None"));
        }
        let name = given.cast::<PyString>().map(|name| name.to_string_lossy().into_owned()).ok();
        if let Some(item) = name.as_deref().and_then(known) {
            return Ok(Dtype(item));
        }
        let item = match numpy_name(given) {
            Ok(name) => known(&name),
            // The name of no dtype, here or with NumPy.
            Err(_) if name.is_some() => None,
            Err(error) => return Err(error),
        };
        item.map(Dtype).ok_or_else(|| {
            let names = ITEMS.iter().map(|i| format!("{} ({})", i.name, i.code));
            PyValueError::new_err(format!(
                "no such dtype: expected {} in the byte order of this machine, found {}",
                names.collect::<Vec<_>>().join(", "),
                given.repr().map_or_else(|_| "another".to_owned(), |repr| repr.to_string())
            ))
        })
    }
}

/// What a name, a code, or a format of the buffer protocol says, if it is of this machine's byte order.
fn known(name: &str) -> Option<&'static Item> {
    let own = if cfg!(target_endian = "little") { '<' } else { '>' };
    let plain = name.strip_prefix(['=', '|', '@', own]).unwrap_or(name);
    ITEMS.iter().find(|item| {
        [item.name, item.code].contains(&plain) || item.format.to_bytes() == plain.as_bytes()
    })
}

/// The code, with its byte order, of the dtype that NumPy makes of an object.
fn numpy_name(given: Borrowed<'_, '_, PyAny>) -> PyResult<String> {
    let numpy = given.py().import("numpy")?;
    numpy.call_method1("dtype", (given,))?.getattr("str")?.extract()
}

/// The shape of a block: an int for one dimension, or a sequence of them.
pub(crate) struct Extent(pub(super) Vec<Count>);

impl<'py> FromPyObject<'_, 'py> for Extent {
    type Error = PyErr;

    fn extract(shape: Borrowed<'_, 'py, PyAny>) -> PyResult<Extent> {
        let py = shape.py();
        match shape.extract::<Count>() {
            Ok(count) => return Ok(Extent(vec![count])),
            Err(error) if !error.is_instance_of::<PyTypeError>(py) => return Err(error),
            Err(_) => {}
        }
        let wrong = |found: &Bound<'_, PyAny>| {
            let kind = found.get_type();
            PyTypeError::new_err(format!("expected a size or a shape, ints, found {kind}"))
        };
        // By place: what has no order is no shape.
        let axes = shape.len().map_err(|_| wrong(&shape))?;
        if axes > PyBUF_MAX_NDIM {
            return Err(PyValueError::new_err(format!(
                "expected a shape of at most {PyBUF_MAX_NDIM} dimensions, found {axes}"
            )));
        }
        let count = |axis| {
            let item = shape.get_item(axis).map_err(|_| wrong(&shape))?;
            let count = item.extract::<Count>();
            count.map_err(|e| if e.is_instance_of::<PyTypeError>(py) { wrong(&item) } else { e })
        };
        (0..axes).map(count).collect::<PyResult<_>>().map(Extent)
    }
}

/// How elements lie in the memory of a block, in C order.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) item: &'static Item,
    pub(crate) shape: Box<[Py_ssize_t]>,
    /// Bytes.
    pub(crate) strides: Box<[Py_ssize_t]>,
    pub(crate) bytes: usize,
}

impl Plan {
    /// The plan of a shape; MemoryError for one that no memory has room for.
    pub(crate) fn new(extent: &Extent, item: &'static Item) -> PyResult<Plan> {
        let failed = || {
            PyMemoryError::new_err(format!(
                "there is no memory for a block: expected a shape that fits {} bytes",
                Py_ssize_t::MAX
            ))
        };
        let counts: Option<Vec<usize>> = extent.0.iter().map(|count| count.0).collect();
        let counts = counts.ok_or_else(failed)?;
        let mut strides = Vec::with_capacity(counts.len());
        let mut stride = item.size;
        for count in counts.iter().rev() {
            strides.push(signed(stride));
            // As NumPy has it: dimensions of no elements do not make others smaller.
            stride = stride.checked_mul((*count).max(1)).ok_or_else(failed)?;
        }
        Py_ssize_t::try_from(stride).map_err(|_| failed())?;
        strides.reverse();
        Ok(Plan {
            item,
            bytes: if counts.contains(&0) { 0 } else { stride },
            shape: counts.into_iter().map(signed).collect(),
            strides: strides.into(),
        })
    }

    /// The plan of a single dimension.
    pub(crate) fn flat(count: Count, item: &'static Item) -> PyResult<Plan> {
        Plan::new(&Extent(vec![count]), item)
    }
}

/// A number that was a `Py_ssize_t` before.
pub(crate) fn signed(count: usize) -> Py_ssize_t {
    Py_ssize_t::try_from(count).unwrap_or(Py_ssize_t::MAX)
}
