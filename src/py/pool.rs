//! Memory of Python objects: [`Block`].
//!
//! What the `unsafe` of this file relies on: Python calls `__releasebuffer__` once for each `__getbuffer__` that succeeded,
//! and keeps the object alive between the two. All here happens attached to the interpreter, and no
//! lock is held where other code can run: that of allocators, of finalisers, of other threads.

#![allow(unsafe_code)]

use std::ffi::c_int;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, Weak};

use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyMemoryView, PyTuple};

use super::error::to_py;
use crate::pool::Slab;

pub(super) mod allocator;
mod family;
mod function;
pub(super) mod keeper;
pub(super) mod lending;
mod shape;
pub(super) mod trace;

use keeper::Keeper;
use lending::{Shown, refuse};
use shape::{Count, Plan};

/// Buffers of blocks that are lent at the moment, in the whole process.
static VIEWS: AtomicUsize = AtomicUsize::new(0);

/// Memory tied to this object's life: zeroed, writable, lent to whoever speaks buffers. `segbuf.empty`
/// and `Pool.alloc` make blocks.
#[pyclass(frozen, weakref, module = "segbuf")]
pub(super) struct Block {
    state: Mutex<State>,
    align: usize,
    /// Its pool, and its number there.
    home: (Weak<Keeper>, u64),
}

#[derive(Debug)]
struct State {
    memory: Memory,
    plan: Plan,
    exports: usize,
}

#[derive(Debug)]
enum Memory {
    Here(Slab),
    /// With the thread that resizes it.
    Away,
    Released,
}

impl Block {
    /// A block of a slab, seen by `tracemalloc` at the line that Python is at.
    fn new(slab: Slab, plan: Plan, home: (Weak<Keeper>, u64)) -> Block {
        trace::track(slab.as_ptr().addr(), slab.len());
        let align = slab.align();
        let state = State { memory: Memory::Here(slab), plan, exports: 0 };
        Block { state: Mutex::new(state), align, home }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the memory out to do something with it that views would not survive; `instead` says why
    /// it is not there.
    fn take(&self, what: &str, instead: Memory) -> PyResult<Slab> {
        let mut state = self.state();
        match (&state.memory, state.exports) {
            (Memory::Here(_), 0) => {}
            (Memory::Here(_), n) => return Err(lent(what, "the block", n)),
            (gone, _) => return Err(gone.error()),
        }
        match std::mem::replace(&mut state.memory, instead) {
            Memory::Here(slab) => Ok(slab),
            gone => Err(gone.error()),
        }
    }

    /// Takes the memory out for good.
    fn give_up(&self, what: &str) -> PyResult<Slab> {
        let slab = self.take(what, Memory::Released)?;
        trace::untrack(slab.as_ptr().addr());
        Ok(slab)
    }

    /// Gives the memory back, and is forgotten by its pool.
    fn end(&self, what: &str) -> PyResult<()> {
        let slab = self.give_up(what)?;
        drop(self.home.0.upgrade().and_then(|keeper| keeper.forget(self.home.1)));
        drop(slab);
        Ok(())
    }

    /// How many views are alive, where there is memory; else the error that says where it is.
    fn views(&self) -> PyResult<usize> {
        let state = self.state();
        match &state.memory {
            Memory::Here(_) => Ok(state.exports),
            gone => Err(gone.error()),
        }
    }

    fn resize_to(&self, py: Python<'_>, count: Count) -> PyResult<()> {
        let plan = Plan::flat(count, self.state().plan.item)?;
        let mut slab = self.take("resize", Memory::Away)?;
        let len = plan.bytes;
        let result = slab.resize_noting(len, &mut |old, new| {
            trace::untrack(old);
            trace::track(new, len);
        });
        let mut state = self.state();
        state.memory = Memory::Here(slab);
        if result.is_ok() {
            state.plan = plan;
        }
        drop(state);
        result.map_err(|e| to_py(py, e))
    }
}

impl Memory {
    /// The error for memory that is not there.
    fn error(&self) -> PyErr {
        match self {
            Memory::Away => {
                PyBufferError::new_err("another thread resizes the block at the moment")
            }
            _ => PyValueError::new_err("the block was released: its memory is gone"),
        }
    }
}

/// The error for memory that is lent.
fn lent(what: &str, whose: &str, views: usize) -> PyErr {
    let (s, are) = if views == 1 { ("", "is") } else { ("s", "are") };
    PyBufferError::new_err(format!(
        "cannot {what} {whose}: {views} view{s} of it {are} alive; let go of arrays and memoryviews \
         first"
    ))
}

#[pymethods]
impl Block {
    /// How many buffers are lent right now: 0 means that nobody sees the memory.
    #[getter]
    fn exports(&self) -> usize {
        self.state().exports
    }

    /// How many elements along each dimension.
    #[getter]
    fn shape<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let shape = self.state().plan.shape.clone();
        PyTuple::new(py, shape)
    }

    /// The name NumPy gives to the type of the elements.
    #[getter]
    fn dtype(&self) -> &'static str {
        self.state().plan.item.name
    }

    /// Bytes an element takes.
    #[getter]
    fn itemsize(&self) -> usize {
        self.state().plan.item.size
    }

    /// Bytes of all elements; 0 when released.
    #[getter]
    fn nbytes(&self) -> usize {
        let state = self.state();
        if matches!(state.memory, Memory::Released) { 0 } else { state.plan.bytes }
    }

    /// What the address is a multiple of, in bytes.
    #[getter]
    fn align(&self) -> usize {
        self.align
    }

    /// Where the memory is, until the block is resized or released.
    #[getter]
    fn address(&self) -> PyResult<usize> {
        match &self.state().memory {
            Memory::Here(slab) => Ok(slab.as_ptr().addr()),
            gone => Err(gone.error()),
        }
    }

    /// Whether the memory was given back.
    #[getter]
    fn released(&self) -> bool {
        matches!(self.state().memory, Memory::Released)
    }

    fn __len__(&self) -> PyResult<usize> {
        self.views()?;
        let first = self.state().plan.shape.first().copied();
        let first =
            first.ok_or_else(|| PyTypeError::new_err("a block of no dimension has no length"));
        Ok(usize::try_from(first?).unwrap_or(0))
    }

    /// Makes it n elements, of one dimension: contents stay, what is new is zero, and where that fails
    /// the block is as it was. The address may change.
    fn resize(&self, py: Python<'_>, n: Count) -> PyResult<()> {
        self.resize_to(py, n)
    }

    /// Gives the memory back before the object ends.
    fn release(&self) -> PyResult<()> {
        self.end("release")
    }

    fn __repr__(&self) -> String {
        let state = self.state();
        let place = match &state.memory {
            Memory::Here(slab) => format!("at {:#x}", slab.as_ptr().addr()),
            Memory::Away => "being resized".to_owned(),
            Memory::Released => return "<segbuf.Block, released>".to_owned(),
        };
        let shape: Vec<_> = state.plan.shape.iter().map(ToString::to_string).collect();
        let comma = if shape.len() == 1 { "," } else { "" };
        let (name, shape) = (state.plan.item.name, shape.join(", "));
        format!("<segbuf.Block {name} ({shape}{comma}) {place}>")
    }

    /// For NumPy, which asks for this where it got no buffer, and would make an array of the object
    /// itself where it gets no error.
    #[pyo3(signature = (dtype=None, copy=None))]
    fn __array__<'py>(
        slf: &Bound<'py, Self>,
        dtype: Option<Bound<'py, PyAny>>,
        copy: Option<bool>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let view = PyMemoryView::from(slf.as_any())?;
        let how = PyDict::new(slf.py());
        how.set_item("copy", copy)?;
        slf.py().import("numpy")?.call_method("array", (view, dtype), Some(&how))
    }

    /// Lends the memory as a DLPack capsule; the arguments are those of the protocol.
    #[pyo3(signature = (**arguments))]
    fn __dlpack__<'py>(
        slf: &Bound<'py, Self>,
        arguments: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let array = slf.py().import("numpy")?.call_method1("asarray", (slf,))?;
        array.call_method("__dlpack__", (), arguments)
    }

    /// Where the memory is, for DLPack: (1, 0), the CPU.
    #[expect(clippy::unused_self, reason = "a method of the protocol")]
    fn __dlpack_device__(&self) -> (c_int, c_int) {
        (1, 0)
    }

    /// Lends the memory.
    ///
    /// # Safety
    /// Called by Python with a `Py_buffer` to fill.
    unsafe fn __getbuffer__(
        slf: Bound<'_, Self>,
        view: *mut ffi::Py_buffer,
        flags: c_int,
    ) -> PyResult<()> {
        let mut state = slf.get().state();
        let (start, plan) = match &state.memory {
            Memory::Here(slab) => (slab.as_ptr(), &state.plan),
            // SAFETY: Python gives a `Py_buffer`.
            gone => return Err(unsafe { refuse(view, gone.error()) }),
        };
        let shown = Shown { start, plan, read_only: false };
        // SAFETY: Python gives a `Py_buffer` to fill. The slab lives as long as the object, or until
        // it is resized or released, which is refused while `exports` is not 0; so does the plan.
        unsafe { shown.fill(slf.as_any(), view, flags)? };
        state.exports += 1;
        VIEWS.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Takes a lent buffer back.
    ///
    /// # Safety
    /// Called by Python, once for each buffer that was lent.
    unsafe fn __releasebuffer__(&self, _view: *mut ffi::Py_buffer) {
        self.state().exports -= 1;
        VIEWS.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Memory::Here(slab) = &self.state().memory {
            trace::untrack(slab.as_ptr().addr());
        }
    }
}
