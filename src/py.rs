//! The Python binding. It owns no logic: get the buffer, lease it, perhaps detach, make one core call,
//! map the error.
#![expect(clippy::needless_pass_by_value, reason = "pyo3 hands its arguments over by value")]

use pyo3::prelude::*;

mod attach;
mod buffer;
#[forbid(unsafe_code)]
mod error;
#[forbid(unsafe_code)]
mod file;
#[forbid(unsafe_code)]
mod guess;
#[forbid(unsafe_code)]
mod lease;
mod pool;
#[forbid(unsafe_code)]
mod positions;

/// Forgets what belonged to threads of the parent process. Called in a forked child.
#[pyfunction]
fn _after_fork() {
    crate::scratch::reset_after_fork();
    lease::reset_after_fork();
}

#[pymodule]
mod _segbuf {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::_after_fork;
    #[pymodule_export]
    use super::file::{File, field_byte, header_fields, header_word};
    #[pymodule_export]
    use super::guess::guess_keys;
    #[pymodule_export]
    use super::pool::Block;
    #[pymodule_export]
    use super::positions::{Affine, Nearest, coordinates};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
