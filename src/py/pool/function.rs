//! C functions that Python names: by address, by ctypes, by cffi, by capsule.
//!
//! What the `unsafe` of this file relies on: a `Bound` shows that its object is alive and that we are
//! attached. Addresses are only looked up here, not called.

#![allow(unsafe_code)]

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyInt};

/// The address that an object stands for.
pub(super) fn address_of(function: &Bound<'_, PyAny>) -> PyResult<usize> {
    let py = function.py();
    if function.is_instance_of::<PyInt>() {
        return function.extract().map_err(|error: PyErr| {
            if error.is_instance_of::<PyOverflowError>(py) {
                PyValueError::new_err(format!("expected an address, found {function}"))
            } else {
                error
            }
        });
    }
    if let Ok(capsule) = function.cast::<PyCapsule>() {
        return capsule_address(capsule);
    }
    let kind = function.get_type();
    if kind.module()?.to_str()?.starts_with("_cffi_backend") {
        // What `int(ffi.cast("uintptr_t", function))` does, without an `ffi`.
        let cffi = py.import("_cffi_backend")?;
        let word = cffi.call_method1("new_primitive_type", ("uintptr_t",))?;
        return cffi.call_method1("cast", (word, function))?.call_method0("__int__")?.extract();
    }
    let ctypes = py.import("ctypes")?;
    let pointer = ctypes.getattr("c_void_p")?;
    if function.is_instance(&ctypes.getattr("_CFuncPtr")?)? || function.is_instance(&pointer)? {
        let pointer = ctypes.call_method1("cast", (function, pointer))?;
        return Ok(pointer.getattr("value")?.extract::<Option<usize>>()?.unwrap_or(0));
    }
    Err(PyTypeError::new_err(format!(
        "expected a C function: its address, a ctypes function, a cffi pointer or a PyCapsule; found {kind}"
    )))
}

/// The address that a capsule holds.
fn capsule_address(capsule: &Bound<'_, PyCapsule>) -> PyResult<usize> {
    // SAFETY: the capsule is alive and we are attached; its own name is its name.
    let address = unsafe {
        ffi::PyCapsule_GetPointer(capsule.as_ptr(), ffi::PyCapsule_GetName(capsule.as_ptr()))
    };
    if address.is_null() {
        return Err(PyErr::fetch(capsule.py()));
    }
    Ok(address.expose_provenance())
}
