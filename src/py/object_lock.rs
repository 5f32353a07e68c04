//! One lock per Python file object, which has one position that every read moves.
//!
//! The lock is one of Python's. Waiting for it lets go of the GIL, hears signals, and is never done with
//! another lock held, so no two threads wait for each other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;

/// The locks of all objects that files are read from, so that two handles on one object share one.
///
/// This and the mutexes within are held attached and without calling Python: no thread can fork, or
/// wait, while another is in them.
static LOCKS: Mutex<Vec<Weak<ObjectLock>>> = Mutex::new(Vec::new());

/// The lock of one object.
pub(super) struct ObjectLock {
    /// Where the object is. While a file reads from it, no other object can be there.
    address: usize,
    /// A `threading.RLock`: a thread that comes again gets an error and does not wait for itself.
    lock: Mutex<Py<PyAny>>,
    busy: AtomicBool,
}

impl ObjectLock {
    /// The lock of an object.
    pub(super) fn of(object: &Bound<'_, PyAny>) -> PyResult<Arc<ObjectLock>> {
        let address = object.as_ptr().addr();
        let lock = new_lock(object.py())?;
        let mut locks = locked(&LOCKS);
        locks.retain(|known| known.strong_count() > 0);
        let known = locks.iter().filter_map(Weak::upgrade).find(|known| known.address == address);
        Ok(known.unwrap_or_else(|| {
            let busy = AtomicBool::new(false);
            let new = Arc::new(ObjectLock { address, lock: Mutex::new(lock), busy });
            locks.push(Arc::downgrade(&new));
            new
        }))
    }

    /// Waits until no other thread uses the object.
    ///
    /// # Errors
    /// What a signal handler raises; `RuntimeError` where it is this thread that uses the object: a
    /// handler of signals reads, or the object itself.
    pub(super) fn take<'a, 'py>(&'a self, py: Python<'py>) -> PyResult<Held<'a, 'py>> {
        let lock = locked(&self.lock).clone_ref(py).into_bound(py);
        lock.call_method0(intern!(py, "acquire"))?;
        if self.busy.swap(true, Ordering::Relaxed) {
            lock.call_method0(intern!(py, "release"))?;
            return Err(PyRuntimeError::new_err(
                "a read of a file object within another one of the same thread",
            ));
        }
        Ok(Held { owner: self, lock })
    }
}

/// The right to use an object, until it is dropped.
pub(super) struct Held<'a, 'py> {
    owner: &'a ObjectLock,
    lock: Bound<'py, PyAny>,
}

impl Drop for Held<'_, '_> {
    fn drop(&mut self) {
        self.owner.busy.store(false, Ordering::Relaxed);
        // It cannot fail: this thread has acquired it.
        let _ = self.lock.call_method0(intern!(self.lock.py(), "release"));
    }
}

/// Gives every object a lock that is free, in the child of a fork: threads that held one are not there.
pub(super) fn reset_after_fork(py: Python<'_>) -> PyResult<()> {
    let locks: Vec<Arc<ObjectLock>> = locked(&LOCKS).iter().filter_map(Weak::upgrade).collect();
    for object in locks {
        let lock = new_lock(py)?;
        let _old = std::mem::replace(&mut *locked(&object.lock), lock);
        object.busy.store(false, Ordering::Relaxed);
    }
    Ok(())
}

fn new_lock(py: Python<'_>) -> PyResult<Py<PyAny>> {
    Ok(py.import(intern!(py, "threading"))?.call_method0(intern!(py, "RLock"))?.unbind())
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
