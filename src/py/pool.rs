//! Blocks: memory tied to a Python object, lent by the buffer protocol.
//!
//! What this relies on: Python calls `__releasebuffer__` once for each `__getbuffer__` that succeeded,
//! and keeps the object alive between the two.

use std::ffi::c_int;
use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::PyBufferError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::error::to_py;
use crate::pool::Slab;

/// Memory tied to this object's life: `Block(n_bytes)`, zeroed, writable, aligned to 64 bytes.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct Block {
    slab: Slab,
    exports: AtomicUsize,
}

#[pymethods]
impl Block {
    #[new]
    fn new(py: Python<'_>, n_bytes: usize) -> PyResult<Block> {
        let slab = Slab::new(n_bytes).map_err(|e| to_py(py, e))?;
        Ok(Block { slab, exports: AtomicUsize::new(0) })
    }

    /// How many buffers are lent right now: 0 means that nobody sees the memory.
    #[getter]
    fn exports(&self) -> usize {
        self.exports.load(Ordering::Acquire)
    }

    fn __len__(&self) -> usize {
        self.slab.len()
    }

    /// Lends the memory as bytes.
    ///
    /// # Safety
    /// Called by Python with a `Py_buffer` to fill.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let block = slf.get();
        let len = ffi::Py_ssize_t::try_from(block.slab.len())
            .map_err(|_| PyBufferError::new_err("the block is too large for a buffer"))?;
        // SAFETY: Python gives a `Py_buffer` to fill; the slab lives as long as the object, to which
        // the filled buffer holds a reference.
        let status = unsafe {
            ffi::PyBuffer_FillInfo(view, slf.as_ptr(), block.slab.as_ptr().cast(), len, 0, flags)
        };
        if status != 0 {
            return Err(PyErr::fetch(slf.py()));
        }
        block.exports.fetch_add(1, Ordering::AcqRel);
        Ok(())
    }

    /// Takes a lent buffer back.
    ///
    /// # Safety
    /// Called by Python, once for each buffer that was lent.
    unsafe fn __releasebuffer__(&self, _view: *mut ffi::Py_buffer) {
        self.exports.fetch_sub(1, Ordering::AcqRel);
    }
}
