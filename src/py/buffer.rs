//! Buffers of Python objects: [`with_destination`] holds one for the length of one read, [`Exported`]
//! for as long as the memory is a file.
//!
//! What this file relies on is the contract of the buffer protocol (PEP 3118): from
//! `PyObject_GetBuffer` to `PyBuffer_Release` the memory, and the shape and strides that describe it,
//! are where the exporter said, and writable where that was asked for. That nothing else writes to a
//! destination during a read is for the caller to see to, as with `readinto`; two reads are kept
//! apart by a [`Lease`].
//!
//! A `Py_buffer` may point into itself, so it is never moved while it is held.

#![allow(unsafe_code)]

use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::ptr::NonNull;

use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use super::element::Element;
use super::error::to_py;
use super::lease::Lease;
use crate::error::{Error, Kind, Result};
use crate::format::SampleType;
use crate::header::Field;
use crate::out::{Bytes, Out};
use crate::source::Source;

/// Calls `read` with the memory of a writable buffer, leased to it alone and held until it returns.
///
/// The type of the buffer decides what is delivered: float32, or `native`, the type of the file's
/// samples. Bytes stand for float32, four to a sample; where `native` is a single byte and there are
/// as many bytes as `expected` samples, for that. Any number of dimensions, strides and alignment
/// will do; with two or more, the shape must be `shape`, where the caller passes it.
///
/// # Errors
/// `TypeError` for what is no buffer; `Class::Destination` for a buffer that is read-only, of another
/// type, byte order or shape, overlapping itself or memory that another read uses, or bytes of another
/// length; what else the exporter raised, and what `read` returns.
pub(super) fn with_destination<R>(
    object: &Bound<'_, PyAny>,
    native: SampleType,
    expected: usize,
    shape: Option<&[usize]>,
    read: impl FnOnce(Out<'_>) -> PyResult<R>,
) -> PyResult<R> {
    let py = object.py();
    let mut slot = ffi::Py_buffer::new();
    let held = Held::writable(object, &mut slot)?;
    let chosen = held.element().choose(native, expected, held.elements());
    let out = chosen.and_then(|chosen| {
        shape.map_or(Ok(()), |shape| held.check_shape(shape))?;
        held.out(chosen)
    });
    let out = out.map_err(|error| to_py(py, error))?;
    let _lease = Lease::exclusive(py, &out).map_err(|error| to_py(py, error))?;
    read(out)
}

/// Calls `read` with the memory of several writable buffers, one for each column, all leased to it
/// alone and held until it returns.
///
/// The type of a buffer decides what is delivered, where it holds all values of the column. Bytes
/// stand for numbers of the native type. A string is an element of as many bytes, or as many bytes.
/// The shape is that of [`with_destination`].
///
/// # Errors
/// As [`with_destination`]; `ValueError` where there are not as many buffers as columns.
pub(super) fn with_columns<R>(
    py: Python<'_>,
    columns: &[Field],
    objects: &[Bound<'_, PyAny>],
    (traces, shape): (usize, Option<&[usize]>),
    read: impl FnOnce(&mut [Out<'_>]) -> PyResult<R>,
) -> PyResult<R> {
    if columns.len() != objects.len() {
        return Err(PyValueError::new_err(format!(
            "each field needs a destination of its own: expected {}, found {}",
            columns.len(),
            objects.len()
        )));
    }
    let mut slots: Vec<_> = objects.iter().map(|_| ffi::Py_buffer::new()).collect();
    let held = objects.iter().zip(&mut slots).map(|(object, slot)| Held::writable(object, slot));
    let held = held.collect::<PyResult<Vec<_>>>()?;
    let outs = held.iter().zip(columns).map(|(held, column)| {
        let chosen = held.element().choose_column(column, traces, held.elements())?;
        shape.map_or(Ok(()), |shape| held.check_shape(shape))?;
        held.out(chosen)
    });
    let mut outs = outs.collect::<Result<Vec<_>>>().map_err(|error| to_py(py, error))?;
    let _lease = Lease::exclusive_all(py, &outs).map_err(|error| to_py(py, error))?;
    read(&mut outs)
}

/// Calls `read` with the columns of one writable buffer of shape (traces, columns), whose type holds
/// all values of all columns. Leased and held as by [`with_destination`].
///
/// # Errors
/// As [`with_destination`]; `Class::Destination` for another shape.
pub(super) fn with_table<R>(
    columns: &[Field],
    object: &Bound<'_, PyAny>,
    traces: usize,
    read: impl FnOnce(&mut [Out<'_>]) -> PyResult<R>,
) -> PyResult<R> {
    let py = object.py();
    let mut slot = ffi::Py_buffer::new();
    let held = Held::writable(object, &mut slot)?;
    let out = held.table(columns, traces).map_err(|error| to_py(py, error))?;
    let _lease = Lease::exclusive(py, &out).map_err(|error| to_py(py, error))?;
    let outs = out.interleaved(columns.len()).map_err(|error| to_py(py, error))?;
    read(&mut outs.collect::<Vec<_>>())
}

/// A buffer in a slot that stays where it is; released when dropped, which is attached.
struct Held<'slot, 'py> {
    view: NonNull<ffi::Py_buffer>,
    slot: PhantomData<&'slot mut ffi::Py_buffer>,
    attached: PhantomData<Python<'py>>,
}

impl<'slot, 'py> Held<'slot, 'py> {
    fn new(
        object: &Bound<'py, PyAny>,
        slot: &'slot mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<Self> {
        let view = NonNull::from(slot);
        // SAFETY: `object` is alive and its `Bound` shows that we are attached. The slot is ours
        // for `'slot`, in which nobody can move it; `view` is the only pointer to it from here on.
        if unsafe { ffi::PyObject_GetBuffer(object.as_ptr(), view.as_ptr(), flags) } != 0 {
            return Err(PyErr::fetch(object.py()));
        }
        Ok(Held { view, slot: PhantomData, attached: PhantomData })
    }

    /// As [`Held::new`], of a destination; says what is wrong with an object that is none.
    fn writable(object: &Bound<'py, PyAny>, slot: &'slot mut ffi::Py_buffer) -> PyResult<Self> {
        Held::new(object, slot, ffi::PyBUF_RECORDS).map_err(|cause| not_writable(object, cause))
    }

    fn view(&self) -> &ffi::Py_buffer {
        // SAFETY: filled by `new`, and written to by nobody until it is released in `drop`.
        unsafe { self.view.as_ref() }
    }

    /// The format string, where there is one.
    fn format(&self) -> Option<&[u8]> {
        let format = NonNull::new(self.view().format)?;
        // SAFETY: the exporter gave a string that ends in 0 and stays until the release.
        Some(unsafe { CStr::from_ptr(format.as_ptr()) }.to_bytes())
    }

    /// Count and stride in bytes of each axis, in C order. Without strides all lies together.
    fn axes(&self) -> impl Iterator<Item = (usize, isize)> + '_ {
        let view = self.view();
        let described = !view.shape.is_null() && !view.strides.is_null();
        let flat = (!described).then(|| (self.elements(), view.itemsize));
        let ndim = if described { usize::try_from(view.ndim).unwrap_or(0) } else { 0 };
        let axes = (0..ndim).map(|i| {
            // SAFETY: where shape and strides are given, they have `ndim` entries until the release.
            let (count, stride) = unsafe { (*view.shape.add(i), *view.strides.add(i)) };
            (usize::try_from(count).unwrap_or(0), stride)
        });
        flat.into_iter().chain(axes)
    }

    /// Bytes an element takes.
    fn item(&self) -> usize {
        usize::try_from(self.view().itemsize).unwrap_or(0)
    }

    fn elements(&self) -> usize {
        usize::try_from(self.view().len).unwrap_or(0).checked_div(self.item()).unwrap_or(0)
    }

    fn element(&self) -> Element<'_> {
        Element::of(self.format(), self.item())
    }

    /// Checks that an array of two or more dimensions has a shape; dimensions of 1 do not count. Memory
    /// of one dimension, or whose elements are bytes of values, has no shape to check.
    fn check_shape(&self, shape: &[usize]) -> Result<()> {
        let counts = || self.axes().map(|(count, _)| count);
        let long = |count: &usize| *count != 1;
        let is_bytes = || {
            let values = shape.iter().try_fold(1, |all: usize, count| all.checked_mul(*count));
            self.element() == Element::Byte && values != Some(self.elements())
        };
        if counts().filter(long).nth(1).is_none() || is_bytes() {
            return Ok(());
        }
        let nothing = self.elements() == 0 && shape.contains(&0);
        if nothing || shape.iter().copied().filter(long).eq(counts().filter(long)) {
            return Ok(());
        }
        let want = format!("{}, or flat memory", shown(shape.iter().copied()));
        Err(Kind::WrongShape { want, have: shown(counts()) }.into())
    }

    /// The memory as samples: of a type, of which so many bytes lie together in each element.
    fn out(&self, (kind, unit): (SampleType, usize)) -> Result<Out<'_>> {
        let view = self.view();
        if !view.suboffsets.is_null() {
            return Err(Kind::IndirectBuffer.into());
        }
        // The bytes of a string are an axis of their own.
        let units = self.item().checked_div(unit).unwrap_or(1);
        let axes = self.axes().chain((units != 1).then_some((units, unit.cast_signed())));
        // SAFETY: the exporter vouches that all elements its shape and strides reach are memory,
        // and, as that was asked for, writable, until the release; that is after the result, which
        // borrows `self`. The units of an element lie within it. That nothing else uses them
        // meanwhile is promised by the caller in Python, see above.
        unsafe { Out::from_raw(view.buf.cast(), kind, unit, axes) }
    }

    /// The memory as rows of numbers, one for each column.
    fn table(&self, columns: &[Field], traces: usize) -> Result<Out<'_>> {
        let element = self.element();
        let fits = |kind| columns.iter().all(|column| column.value_type().fits(kind));
        let kind = match element {
            Element::Number(kind) if fits(kind) => kind,
            _ => {
                return Err(Kind::WrongType {
                    what: "a table of all fields".to_owned(),
                    want: "a type that holds all values exactly, such as float64, or a list of \
                           destinations, one for each field"
                        .to_owned(),
                    have: element.name(),
                }
                .into());
            }
        };
        let mut shape = self.axes().map(|(count, _)| count);
        if (shape.next(), shape.next(), shape.next()) != (Some(traces), Some(columns.len()), None) {
            return Err(Kind::WrongShape {
                want: format!("({traces}, {}): traces by fields", columns.len()),
                have: shown(self.axes().map(|(count, _)| count)),
            }
            .into());
        }
        self.out((kind, kind.size()))
    }
}

impl Drop for Held<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: filled by `PyObject_GetBuffer`, where it was filled, once, and attached: `'py`.
        unsafe { ffi::PyBuffer_Release(self.view.as_ptr()) };
    }
}

/// A shape as Python writes it.
fn shown(counts: impl Iterator<Item = usize>) -> String {
    let counts: Vec<_> = counts.map(|count| count.to_string()).collect();
    match &counts[..] {
        [one] => format!("({one},)"),
        counts => format!("({})", counts.join(", ")),
    }
}

/// The error for an object that gave no writable buffer.
fn not_writable(object: &Bound<'_, PyAny>, cause: PyErr) -> PyErr {
    let py = object.py();
    let name = type_name(object);
    if !is_buffer(object) {
        // A type is not the object that has the method.
        let has =
            |method| !object.is_instance_of::<PyType>() && object.hasattr(method).unwrap_or(false);
        let pass = if has("numpy") {
            "the array that its method numpy() returns"
        } else if has("__dlpack__") {
            "numpy.from_dlpack() of it"
        } else {
            return PyTypeError::new_err(format!(
                "expected a writable buffer, such as a float32 ndarray or a bytearray, found {name}"
            ));
        };
        return to_py(py, Kind::NotABuffer { object: name, pass: pass.to_owned() }.into());
    }
    if !is_refusal(py, &cause) {
        return cause;
    }
    let mut slot = ffi::Py_buffer::new();
    let read_only = Held::new(object, &mut slot, ffi::PyBUF_FULL_RO)
        .is_ok_and(|held| held.view().readonly != 0);
    let error = if read_only {
        Kind::ReadOnly { object: name }
    } else {
        Kind::BufferRefused { object: name, reason: cause.value(py).to_string() }
    };
    caused(py, error.into(), cause)
}

/// Whether it is the exporter that does not want to, and not something else that failed.
fn is_refusal(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyBufferError>(py) || error.is_instance_of::<PyValueError>(py)
}

fn caused(py: Python<'_>, error: Error, cause: PyErr) -> PyErr {
    let error = to_py(py, error);
    error.set_cause(py, Some(cause));
    error
}

/// Whether an object speaks the buffer protocol.
pub(super) fn is_buffer(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: `object` is alive, and its `Bound` shows that we are attached.
    unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) != 0 }
}

/// What the type of an object is called.
pub(super) fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "an object".to_owned(), |name| name.to_string())
}

/// Contiguous memory of a Python object, which is a file: held, so that its owner can neither move
/// nor free it, until this is dropped. Others may write to it meanwhile.
#[derive(Debug)]
pub(super) struct Exported {
    /// From a box, so that moving this does not move the `Py_buffer`.
    view: NonNull<ffi::Py_buffer>,
}

// SAFETY: what is done with it on any thread is to read its fields, which nobody writes until the
// drop, and to make `Bytes` of the memory, which may go to any thread; the drop attaches.
unsafe impl Send for Exported {}
// SAFETY: as above.
unsafe impl Sync for Exported {}

impl Exported {
    /// Asks an object for its memory, writable or not, of any element type.
    ///
    /// # Errors
    /// `TypeError` for what is no buffer; `Class::Value` for memory that is not contiguous, or that
    /// the exporter does not give; what else the exporter raised.
    pub(super) fn new(object: &Bound<'_, PyAny>) -> PyResult<Exported> {
        let view = NonNull::from(Box::leak(Box::new(ffi::Py_buffer::new())));
        // From here on it is freed by the drop; the release of a view that was not filled does
        // nothing.
        let exported = Exported { view };
        // SAFETY: `object` is alive and its `Bound` shows that we are attached; `view` is ours.
        let status =
            unsafe { ffi::PyObject_GetBuffer(object.as_ptr(), view.as_ptr(), ffi::PyBUF_SIMPLE) };
        if status == 0 {
            return Ok(exported);
        }
        let py = object.py();
        let cause = PyErr::fetch(py);
        let name = type_name(object);
        if !is_buffer(object) {
            return Err(PyTypeError::new_err(format!("expected a readable buffer, found {name}")));
        }
        if !is_refusal(py, &cause) {
            return Err(cause);
        }
        let error = Kind::UnreadableBuffer { object: name, reason: cause.value(py).to_string() };
        Err(caused(py, error.into(), cause))
    }

    /// The memory.
    #[must_use]
    pub(super) fn bytes(&self) -> Bytes<'_> {
        let (ptr, len) = self.parts();
        // SAFETY: the exporter vouches that `len` bytes are readable until the release, which is
        // after `'_`.
        unsafe { Bytes::from_raw(ptr, len) }
    }

    /// The first address and the one behind the last.
    #[must_use]
    pub(super) fn range(&self) -> (usize, usize) {
        let (ptr, len) = self.parts();
        (ptr as usize, (ptr as usize).saturating_add(len))
    }

    fn parts(&self) -> (*const u8, usize) {
        // SAFETY: `new` filled it and nobody writes to it until the drop.
        let view = unsafe { self.view.as_ref() };
        (view.buf.cast(), usize::try_from(view.len).unwrap_or(0))
    }
}

impl Drop for Exported {
    fn drop(&mut self) {
        // Without an interpreter to attach to, at the end of the process, it is left as it is.
        Python::try_attach(|_| {
            // SAFETY: attached. The view was filled by `PyObject_GetBuffer`, where it still is, or
            // is as `Py_buffer::new` made it. It came from a box, and nothing uses it after this.
            unsafe {
                ffi::PyBuffer_Release(self.view.as_ptr());
                drop(Box::from_raw(self.view.as_ptr()));
            }
        });
    }
}

impl Source for Exported {
    fn len(&self) -> Result<u64> {
        Ok(Exported::bytes(self).len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        Ok(Exported::bytes(self).copy_to(offset, buf))
    }

    fn bytes(&self) -> Option<Bytes<'_>> {
        Some(Exported::bytes(self))
    }
}
