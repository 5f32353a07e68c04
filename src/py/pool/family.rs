//! Allocators as Python needs them: other threads run while they work, and what is moved shows in
//! `tracemalloc` where it is.
//!
//! What the `unsafe` of this file relies on: the core's allocators keep their contract in any thread
//! state, and functions that Python named do what C says of them.

#![allow(unsafe_code)]

use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;

use super::trace;
use crate::pool::{
    Allocator, CFunctions, Calloc, Chunk, Free, Malloc, Moved, Realloc, System, resize_by_copy,
};

/// Work on so many bytes, a tenth of a millisecond or so, lets other Python threads run.
const DETACHED_FROM: usize = 1 << 20;

/// Does an allocator's work on so many bytes. It may be Python code, which must not be called with an
/// exception on its way, and a block may go while there is one.
fn aside<R: Send>(bytes: usize, work: impl FnOnce() -> R + Send) -> R {
    // At the end of the process there is nothing to attach to.
    if Python::try_attach(|_| ()).is_none() {
        return work();
    }
    Python::attach(|py| {
        let mut exception = [std::ptr::null_mut(); 3];
        let [kind, value, traceback] = &mut exception;
        // SAFETY: attached, and there is room for all three.
        unsafe { ffi::PyErr_Fetch(kind, value, traceback) };
        let result = if bytes < DETACHED_FROM { work() } else { py.detach(work) };
        let [kind, value, traceback] = exception;
        // SAFETY: attached, and these are the references that were fetched.
        unsafe { ffi::PyErr_Restore(kind, value, traceback) };
        result
    })
}

/// [`System`] for Python.
pub(super) struct OfSystem;

// SAFETY: all is done by `System`, in another thread state at most.
unsafe impl Allocator for OfSystem {
    fn alloc(&self, len: usize, align: usize) -> Option<Chunk> {
        System.alloc(len, align)
    }

    unsafe fn free(&self, chunk: Chunk) {
        // SAFETY: as the caller says.
        aside(chunk.len, || unsafe { System.free(chunk) });
    }

    /// Attached, so that nobody can be given the old address, and show it to `tracemalloc`, before
    /// `moved` is called. What is large is not copied.
    unsafe fn resize(&self, chunk: Chunk, len: usize, moved: Moved<'_>) -> Result<Chunk, Chunk> {
        // SAFETY: as the caller says.
        unsafe { System.resize(chunk, len, moved) }
    }

    unsafe fn clear(&self, chunk: &Chunk) {
        // SAFETY: as the caller says.
        aside(chunk.len, || unsafe { System.clear(chunk) });
    }
}

/// C functions that Python gave, and what they belong to.
pub(super) struct OfPython {
    functions: CFunctions,
    /// Functions made by ctypes end with their objects.
    pub(super) owners: Vec<Py<PyAny>>,
}

impl OfPython {
    /// Functions by address: malloc, free, realloc, calloc; of the latter two 0 stands for none. That
    /// they are what C calls so is for the caller in Python to answer for, as for the types that
    /// ctypes is told.
    pub(super) fn new(addresses: [usize; 4], owners: Vec<Py<PyAny>>) -> Option<OfPython> {
        let [malloc, free, realloc, calloc] =
            addresses.map(|at| NonNull::new(std::ptr::with_exposed_provenance_mut::<u8>(at)));
        // SAFETY: the caller in Python says that they are functions of these types that do what C says;
        // they are there as long as the owners, which are kept.
        let functions = unsafe {
            CFunctions::new(
                std::mem::transmute::<NonNull<u8>, Malloc>(malloc?),
                std::mem::transmute::<NonNull<u8>, Free>(free?),
                realloc.map(|at| std::mem::transmute::<NonNull<u8>, Realloc>(at)),
                calloc.map(|at| std::mem::transmute::<NonNull<u8>, Calloc>(at)),
            )
        };
        Some(OfPython { functions, owners })
    }
}

// SAFETY: all is done by `CFunctions`, in another thread state at most.
unsafe impl Allocator for OfPython {
    fn alloc(&self, len: usize, align: usize) -> Option<Chunk> {
        aside(len, || self.functions.alloc(len, align))
    }

    unsafe fn free(&self, chunk: Chunk) {
        // SAFETY: as the caller says.
        aside(chunk.len, || unsafe { self.functions.free(chunk) });
    }

    unsafe fn resize(&self, chunk: Chunk, len: usize, moved: Moved<'_>) -> Result<Chunk, Chunk> {
        let most = chunk.len.max(len);
        if !self.functions.reallocates() {
            // SAFETY: as the caller says.
            return unsafe { resize_by_copy(self, chunk, len, moved, |copy| aside(most, copy)) };
        }
        // Their realloc may give the old address to another thread before it returns.
        let (old, old_len) = (chunk.start.addr().get(), chunk.len);
        trace::untrack(old);
        let mut places = None;
        // SAFETY: as the caller says.
        let result = aside(most, || unsafe {
            self.functions.resize(chunk, len, &mut |old, new| places = Some((old, new)))
        });
        match places {
            Some((old, new)) => moved(old, new),
            None => trace::track(old, old_len),
        }
        result
    }

    unsafe fn clear(&self, chunk: &Chunk) {
        // SAFETY: as the caller says.
        aside(chunk.len, || unsafe { self.functions.clear(chunk) });
    }
}
