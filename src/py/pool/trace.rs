//! `tracemalloc`, told of blocks. Its functions are outside the limited API, and found at run time.
//!
//! What the `unsafe` of this file relies on: what goes by the names of these functions has their types,
//! in every Python from 3.7 on.

#![allow(unsafe_code)]

use std::ffi::{CString, c_int, c_uint};
use std::ptr::NonNull;
use std::sync::OnceLock;

use pyo3::prelude::*;

use super::function::address_of;

/// The domain of blocks: "SEGB".
pub(in crate::py) const DOMAIN: c_uint = 0x5345_4742;

type Track = unsafe extern "C" fn(c_uint, usize, usize) -> c_int;
type Untrack = unsafe extern "C" fn(c_uint, usize) -> c_int;

static FUNCTIONS: OnceLock<(Track, Untrack)> = OnceLock::new();

/// Looks for the functions, once. Pythons without them trace nothing.
pub(in crate::py) fn find(py: Python<'_>) {
    let both = (address(py, "PyTraceMalloc_Track"), address(py, "PyTraceMalloc_Untrack"));
    if let (Some(track), Some(untrack)) = both {
        // SAFETY: the functions of these names have these types, in every Python from 3.7 on.
        let functions = unsafe {
            (
                std::mem::transmute::<NonNull<u8>, Track>(track),
                std::mem::transmute::<NonNull<u8>, Untrack>(untrack),
            )
        };
        FUNCTIONS.get_or_init(|| functions);
    }
}

fn address(py: Python<'_>, name: &str) -> Option<NonNull<u8>> {
    #[cfg(unix)]
    {
        let name = CString::new(name).ok()?;
        // SAFETY: a name that ends in 0, looked up in what the process has loaded.
        let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
        if let Some(found) = NonNull::new(found.cast()) {
            return Some(found);
        }
    }
    let api = py.import("ctypes").and_then(|ctypes| ctypes.getattr("pythonapi")).ok()?;
    let address = address_of(&api.getattr(name).ok()?).ok()?;
    NonNull::new(std::ptr::with_exposed_provenance_mut(address))
}

/// Shows a block at the line that Python is at; where it is shown, with another size.
pub(super) fn track(address: usize, len: usize) {
    if let Some((track, _)) = FUNCTIONS.get().filter(|_| len > 0) {
        // SAFETY: takes numbers only. It fails where tracing is off, and where it has no memory.
        unsafe { track(DOMAIN, address, len) };
    }
}

/// Ends that.
pub(super) fn untrack(address: usize) {
    if let Some((_, untrack)) = FUNCTIONS.get() {
        // SAFETY: takes numbers only, and those of no block are nothing to it.
        unsafe { untrack(DOMAIN, address) };
    }
}
