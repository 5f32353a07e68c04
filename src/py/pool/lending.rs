//! Memory lent by the buffer protocol: that of blocks, and that of files, as [`FileView`].
//!
//! What the `unsafe` of this file relies on: Python gives a `Py_buffer` to fill, and keeps the object
//! that lends alive until it is given back.

#![allow(unsafe_code)]

use std::ffi::c_int;
use std::ptr::NonNull;
use std::sync::Arc;

use pyo3::exceptions::PyBufferError;
use pyo3::ffi::{self, Py_ssize_t};
use pyo3::prelude::*;

use super::shape::{FLOAT, Plan, signed};
use crate::py::error::to_py;
use crate::reader::Reader;

/// The float32 samples of a file where they lie in its memory, lent read-only.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(in crate::py) struct FileView {
    /// Holds the memory, also after the file was closed.
    reader: Arc<Reader>,
    plan: Plan,
}

impl FileView {
    pub(in crate::py) fn new(py: Python<'_>, reader: Arc<Reader>) -> PyResult<FileView> {
        let view = reader.view().map_err(|e| to_py(py, e))?;
        let (shape, strides) = ([view.traces, view.samples], [view.pitch, FLOAT.size]);
        let plan = Plan {
            item: FLOAT,
            shape: shape.map(signed).into(),
            strides: strides.map(signed).into(),
            bytes: view.traces * view.samples * FLOAT.size,
        };
        Ok(FileView { reader, plan })
    }
}

#[pymethods]
impl FileView {
    /// Lends the samples.
    ///
    /// # Safety
    /// Called by Python with a `Py_buffer` to fill.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let FileView { reader, plan } = slf.get();
        // SAFETY: Python gives a `Py_buffer`.
        let samples = reader.view().map_err(|e| unsafe { refuse(view, to_py(slf.py(), e)) })?;
        let start = samples.bytes.as_ptr().cast_mut();
        let shown = Shown { start, plan, read_only: true };
        // SAFETY: Python gives a `Py_buffer` to fill; memory and plan live as long as the object.
        unsafe { shown.fill(slf.as_any(), view, flags) }
    }
}

/// Memory as a `Py_buffer` shows it.
pub(super) struct Shown<'a> {
    pub(super) start: *mut u8,
    pub(super) plan: &'a Plan,
    pub(super) read_only: bool,
}

impl Shown<'_> {
    /// Whether elements lie one behind the other, the last dimension fastest, or the first.
    fn contiguous(&self, first_fastest: bool) -> bool {
        let Plan { shape, strides, item, .. } = self.plan;
        let mut step = signed(item.size);
        let mut follows = |(count, stride): (&Py_ssize_t, &Py_ssize_t)| {
            let fits = *count <= 1 || *stride == step;
            step = step.saturating_mul(*count);
            fits
        };
        let axes = shape.iter().zip(strides);
        self.plan.bytes == 0
            || if first_fastest {
                axes.clone().all(&mut follows)
            } else {
                axes.rev().all(&mut follows)
            }
    }

    /// Why the flags of a request cannot be met.
    fn refusal(&self, flags: c_int) -> Option<&'static str> {
        let asks = |flag| flags & flag == flag;
        if self.read_only && asks(ffi::PyBUF_WRITABLE) {
            return Some("the memory is that of a file, and read-only");
        }
        let (rows, columns) = (self.contiguous(false), self.contiguous(true));
        if asks(ffi::PyBUF_F_CONTIGUOUS) && !columns {
            return Some("the memory is not contiguous in Fortran's order");
        }
        let any = asks(ffi::PyBUF_ANY_CONTIGUOUS) && !columns;
        let needed = asks(ffi::PyBUF_C_CONTIGUOUS) || any || !asks(ffi::PyBUF_STRIDES);
        (needed && !rows).then_some("the memory is not contiguous")
    }

    /// Fills a `Py_buffer` for `owner`, as the flags ask.
    ///
    /// # Safety
    /// `view` is to be filled, or null; memory and plan stay until it is released.
    pub(super) unsafe fn fill(
        &self,
        owner: &Bound<'_, PyAny>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let Some(filled) = NonNull::new(view) else {
            return Err(PyBufferError::new_err("there is no view to fill"));
        };
        if let Some(why) = self.refusal(flags) {
            // SAFETY: as the caller says.
            return Err(unsafe { refuse(view, PyBufferError::new_err(why)) });
        }
        let asks = |flag| flags & flag == flag;
        let plan = self.plan;
        let dimensions = if asks(ffi::PyBUF_ND) { plan.shape.len() } else { 1 };
        // Of no dimension, there is neither shape nor strides.
        let per_axis = |flag, numbers: &[Py_ssize_t]| match numbers {
            [_, ..] if asks(flag) => numbers.as_ptr().cast_mut(),
            _ => std::ptr::null_mut(),
        };
        let buffer = ffi::Py_buffer {
            buf: self.start.cast(),
            obj: owner.clone().into_ptr(),
            len: signed(plan.bytes),
            itemsize: signed(plan.item.size),
            readonly: c_int::from(self.read_only),
            ndim: c_int::try_from(dimensions).unwrap_or(1),
            format: if asks(ffi::PyBUF_FORMAT) {
                plan.item.format.as_ptr().cast_mut()
            } else {
                std::ptr::null_mut()
            },
            shape: per_axis(ffi::PyBUF_ND, &plan.shape),
            strides: per_axis(ffi::PyBUF_STRIDES, &plan.strides),
            suboffsets: std::ptr::null_mut(),
            internal: std::ptr::null_mut(),
        };
        // SAFETY: the caller says that it is to be filled.
        unsafe { filled.write(buffer) };
        Ok(())
    }
}

/// Marks a `Py_buffer` as one that was not lent, and gives the error back.
///
/// # Safety
/// `view` is to be filled, or null.
pub(super) unsafe fn refuse(view: *mut ffi::Py_buffer, error: PyErr) -> PyErr {
    if !view.is_null() {
        // SAFETY: the caller says that it is to be filled.
        unsafe { (&raw mut (*view).obj).write(std::ptr::null_mut()) };
    }
    error
}
