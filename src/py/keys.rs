//! Ints and slices of an indexing expression, by NumPy's rules. Lists, arrays, masks and Ellipsis are
//! handled in Python (`segbuf._keys`), which calls the functions of this file for its ints and slices.

use std::fmt::Display;

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyEllipsis, PyInt, PyList, PySlice, PyTuple};

use super::arguments::Run;
use super::buffer::type_name;
use super::error::invalid;

/// What an int or a slice selects along one axis.
#[derive(Debug, Clone, Copy)]
pub(super) enum Chosen {
    /// One index: the result does not have the axis.
    One(u64),
    Run(Run),
}

impl Chosen {
    pub(super) fn all(n: u64) -> Chosen {
        Chosen::Run((0, 1, usize::try_from(n).unwrap_or(usize::MAX)))
    }

    pub(super) fn run(self) -> Run {
        match self {
            Chosen::One(index) => (index, 1, 1),
            Chosen::Run(run) => run,
        }
    }

    /// The length of the axis in the result; None if the result does not have it.
    pub(super) fn len(self) -> Option<usize> {
        match self {
            Chosen::One(_) => None,
            Chosen::Run((_, _, count)) => Some(count),
        }
    }
}

/// Returns what an int or a slice selects of `n` traces, samples or the like; None for another key.
pub(super) fn choose(key: &Bound<'_, PyAny>, n: u64, what: &str) -> PyResult<Option<Chosen>> {
    if let Ok(slice) = key.cast::<PySlice>() {
        let found = slice.indices(isize::try_from(n).unwrap_or(isize::MAX))?;
        // The step of one index does not matter, nor does the start of none.
        return Ok(Some(Chosen::Run(match found.slicelength {
            0 => (0, 1, 0),
            1 => (found.start as u64, 1, 1),
            count => (found.start as u64, found.step as i64, count),
        })));
    }
    if !key.is_exact_instance_of::<PyInt>()
        && (key.is_instance_of::<PyBool>()
            || key.is_instance_of::<PyList>()
            || key.is(&*PyEllipsis::get(key.py())))
    {
        return Ok(None);
    }
    match inside(key, n, what) {
        Ok(index) => Ok(Some(Chosen::One(index))),
        Err(error) if error.is_instance_of::<PyTypeError>(key.py()) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns an index counted from 0; raises `TraceIndexError` unless there are so many of `what`.
#[pyfunction]
pub(super) fn inside(index: &Bound<'_, PyAny>, n: u64, what: &str) -> PyResult<u64> {
    match index.extract::<i64>() {
        Ok(at) => {
            let counted = if at < 0 { at.checked_add_unsigned(n) } else { Some(at) };
            let counted = counted.and_then(|at| u64::try_from(at).ok()).filter(|&at| at < n);
            counted.ok_or_else(|| out_of_bounds(index.py(), at, n, what))
        }
        Err(error) if error.is_instance_of::<PyOverflowError>(index.py()) => {
            Err(out_of_bounds(index.py(), index, n, what))
        }
        Err(error) => Err(error),
    }
}

fn out_of_bounds(py: Python<'_>, index: impl Display, n: u64, what: &str) -> PyErr {
    let code = match what {
        "trace" | "sample" => what,
        _ => "index",
    };
    let message = format!("{what} index {index} is out of bounds for {n} {what}s");
    invalid(py, "TraceIndexError", &message, &format!("{code}-out-of-range"))
}

/// Returns what an int or a slice selects of `n` as (run, whether the axis remains); None for another
/// key.
#[pyfunction]
#[pyo3(name = "choose")]
pub(super) fn choose_run(
    key: &Bound<'_, PyAny>,
    n: u64,
    what: &str,
) -> PyResult<Option<(Run, bool)>> {
    Ok(choose(key, n, what)?.map(|chosen| (chosen.run(), chosen.len().is_some())))
}

/// Returns which of `n` samples an int, a slice or Ellipsis selects; raises for another key.
pub(super) fn samples(key: &Bound<'_, PyAny>, n: u64) -> PyResult<Chosen> {
    if key.is(&*PyEllipsis::get(key.py())) {
        return Ok(Chosen::all(n));
    }
    choose(key, n, "sample")?.ok_or_else(|| {
        let found = type_name(key);
        let message = format!("samples are chosen by an int or a slice, found {found}");
        invalid(key.py(), "TraceIndexError", &message, "invalid-index")
    })
}

/// The same as (run, whether the axis remains).
#[pyfunction]
#[pyo3(name = "choose_samples")]
pub(super) fn samples_run(key: &Bound<'_, PyAny>, n: u64) -> PyResult<(Run, bool)> {
    let chosen = samples(key, n)?;
    Ok((chosen.run(), chosen.len().is_some()))
}

/// The items of an indexing expression: those of a tuple, or the expression itself.
pub(super) fn items<'a, 'py>(key: &'a Bound<'py, PyAny>) -> Items<'a, 'py> {
    match key.cast::<PyTuple>() {
        Ok(tuple) => Items::Several(tuple),
        Err(_) => Items::One(key),
    }
}

/// What [`items`] returns.
pub(super) enum Items<'a, 'py> {
    One(&'a Bound<'py, PyAny>),
    Several(&'a Bound<'py, PyTuple>),
}

impl<'py> Items<'_, 'py> {
    pub(super) fn len(&self) -> usize {
        match self {
            Items::One(_) => 1,
            Items::Several(tuple) => tuple.len(),
        }
    }

    /// An item; None past the last one.
    pub(super) fn get(&self, index: usize) -> Option<Bound<'py, PyAny>> {
        match self {
            Items::One(key) => (index == 0).then(|| (*key).clone()),
            Items::Several(tuple) => tuple.get_item(index).ok(),
        }
    }
}
