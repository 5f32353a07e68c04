//! The Python binding. It owns no logic: get the buffer, lease it, perhaps detach, make one core call,
//! map the error.
#![expect(clippy::needless_pass_by_value, reason = "pyo3 hands its arguments over by value")]

use std::sync::atomic::{AtomicUsize, Ordering};

use pyo3::exceptions::PyImportError;
use pyo3::prelude::*;

mod arguments;
mod arrow;
mod buffer;
mod columns;
mod deliver;
mod element;
mod error;
mod evidence;
mod field;
mod file;
mod groups;
mod handle;
mod header;
mod keys;
mod lease;
mod modes;
mod new_file;
mod object;
mod object_lock;
mod pool;
mod positions;
mod schema;
mod source;
mod texts;

/// Forgets what belonged to threads of the parent process. Called in a forked child.
#[pyfunction]
fn _after_fork(py: Python<'_>) -> PyResult<()> {
    crate::read::scratch::reset_after_fork();
    lease::reset_after_fork();
    object_lock::reset_after_fork(py)
}

/// Refuses a second interpreter of the process: classes and exceptions are those of the first.
fn refuse_other_interpreters(py: Python<'_>) -> PyResult<()> {
    /// The address of the `sys` of the interpreter that was here first.
    static FIRST: AtomicUsize = AtomicUsize::new(0);
    let sys = py.import("sys")?.as_ptr().addr();
    match FIRST.compare_exchange(0, sys, Ordering::Relaxed, Ordering::Relaxed) {
        Err(first) if first != sys => Err(PyImportError::new_err(
            "segbuf can be imported by one interpreter of a process only, and one has done so",
        )),
        _ => Ok(()),
    }
}

/// A Python that can do without the GIL takes it for this: that "attached" means "alone" is relied upon.
#[pymodule(gil_used = true)]
mod _segbuf {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::_after_fork;
    #[pymodule_export]
    use super::arrow::Batch;
    #[pymodule_export]
    use super::columns::{describe, new_columns, read_columns, read_delays, read_table};
    #[pymodule_export]
    use super::field::Field;
    #[pymodule_export]
    use super::groups::{Groups, group};
    #[pymodule_export]
    use super::handle::File;
    #[pymodule_export]
    use super::header::{HeaderWords, header_fields};
    #[pymodule_export]
    use super::keys::{choose_run, inside, samples_run};
    #[pymodule_export]
    use super::modes::{
        base::Mode, grid::GridMode, headers::HeaderMode, lines::LabelMode, texts::TextMode,
        traces::TraceMode,
    };
    #[pymodule_export]
    use super::new_file::NewFile;
    #[pymodule_export]
    use super::pool::allocator::Allocator;
    #[pymodule_export]
    use super::pool::keeper::{Pool, empty, memory};
    #[pymodule_export]
    use super::pool::{Block, lending::FileView};
    #[pymodule_export]
    use super::positions::{Affine, Nearest, coordinates};
    #[pymodule_export]
    use super::schema::{Schema, timestamps};
    #[pymodule_export]
    use super::texts::{find_stanzas, knows_encoding, stanza, stanza_bytes, stanza_names};

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        super::refuse_other_interpreters(module.py())?;
        super::pool::trace::find(module.py());
        // Now rather than at the first open, as the system reads several files for it.
        crate::parallel::cores();
        module.add("TRACEMALLOC_DOMAIN", super::pool::trace::DOMAIN)?;
        module.add("LONGEST_LAYOUT", crate::header::schema::LONGEST)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
