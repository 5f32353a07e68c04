//! Calls of the core: into a buffer, with or without the GIL, interruptible by Ctrl-C.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;

use super::buffer::with_destination;
use super::error::to_py;
use crate::error::{Class, Kind, Result};
use crate::out::Out;
use crate::parallel::Running;
use crate::reader::Reader;

/// Bytes that the system moves at a time.
pub(super) const PAGE: u64 = 4096;

/// Cached reads of at most this many bytes keep the GIL: getting the GIL back from a busy
/// thread costs a switch interval (5 ms), a read of this size a few microseconds.
/// `benches/python/run.py` shows both.
const ATTACHED_UP_TO: u64 = 64 * 1024;

/// How often a long read looks for signals.
const POLL_EVERY: Duration = Duration::from_millis(50);

/// Does work of about `bytes` bytes: attached where that is little and cached, else as [`detached`].
pub(super) fn run<R: Send>(
    py: Python<'_>,
    bytes: u64,
    threads: usize,
    mut work: impl FnMut(Running<'_>) -> Result<R> + Send,
) -> PyResult<R> {
    if bytes <= ATTACHED_UP_TO {
        match work(Running { threads: 1, poll: None, cached: true }) {
            // A disk is waited for detached.
            Err(e) if e.class() == Class::Uncached => {}
            result => return result.map_err(|e| to_py(py, e)),
        }
    }
    detached(py, threads, work)
}

/// Does work that may take long: detached, on `threads` threads, interruptible.
pub(super) fn detached<R: Send>(
    py: Python<'_>,
    threads: usize,
    work: impl FnOnce(Running<'_>) -> Result<R> + Send,
) -> PyResult<R> {
    let listens = hears_signals(py)?;
    let (result, signal) = py.detach(|| {
        let last = Cell::new(Instant::now());
        let signal = RefCell::new(None);
        let interrupted = || Err(Kind::Interrupted.into());
        let poll = || {
            if signal.borrow().is_some() {
                return interrupted();
            }
            if last.get().elapsed() < POLL_EVERY {
                return Ok(());
            }
            last.set(Instant::now());
            Python::attach(|py| py.check_signals()).or_else(|raised| {
                *signal.borrow_mut() = Some(raised);
                interrupted()
            })
        };
        let poll: Option<&dyn Fn() -> Result<()>> = if listens { Some(&poll) } else { None };
        let result = work(Running { threads, poll, cached: false });
        (result, signal.into_inner())
    });
    // An exception of a signal handler takes precedence over the result of other threads.
    match signal {
        Some(raised) => Err(raised),
        None => result.map_err(|e| to_py(py, e)),
    }
}

/// Does short work that may wait for a disk: detached, not interruptible.
pub(super) fn waiting<R: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<R> + Send,
) -> PyResult<R> {
    py.detach(work).map_err(|e| to_py(py, e))
}

/// Whether this is the thread that runs the handlers of signals. Others need not attach in mid-read, and
/// must not: a daemon thread may still read when the interpreter is gone.
fn hears_signals(py: Python<'_>) -> PyResult<bool> {
    static MAIN_THREAD: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    static GET_IDENT: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let main = MAIN_THREAD.import(py, "threading", "main_thread")?.call0()?;
    let this = GET_IDENT.import(py, "threading", "get_ident")?.call0()?;
    this.eq(main.getattr(intern!(py, "ident"))?)
}

/// Buffer, lease, perhaps detach, one call of the core. `rows` and `count` are the number of traces, and of
/// samples of each; `shape` is the shape of an array of them.
pub(super) fn deliver(
    out: &Bound<'_, PyAny>,
    reader: &Reader,
    (rows, count): (usize, usize),
    shape: Option<&[usize]>,
    work: impl Fn(Out<'_>, Running<'_>) -> Result<()> + Sync,
) -> PyResult<()> {
    let py = out.py();
    let format = reader.facts().layout.format;
    let wanted = rows.saturating_mul(count);
    with_destination(out, format.native(), wanted, shape, |mut out| {
        // Of a trace of which little is wanted, getting there costs as much as a page.
        let row = (count as u64).saturating_mul(format.width() as u64).max(PAGE);
        let bytes = row.saturating_mul(rows as u64);
        run(py, bytes, reader.threads(), |running| work(out.reborrow(), running))
    })
}
