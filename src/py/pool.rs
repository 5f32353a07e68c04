//! Memory of Python objects: [`Block`], which lends it by the buffer protocol, and what only `unsafe`
//! code can do for blocks: show them to `tracemalloc`, and call allocators of C.
//!
//! What this relies on: Python calls `__releasebuffer__` once for each `__getbuffer__` that succeeded,
//! and keeps the object alive between the two. All here happens attached to the interpreter, and no
//! lock is held where other code can run: that of allocators, of finalisers, of other threads.

use std::ffi::{c_int, c_uint};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use pyo3::exceptions::{PyBufferError, PyTypeError, PyValueError};
use pyo3::ffi::{self, Py_ssize_t};
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyDict, PyMemoryView, PyTuple};

use super::error::to_py;
use crate::pool::{
    Allocator, CFunctions, Calloc, Chunk, Free, Malloc, Moved, Realloc, Slab, System,
    resize_by_copy,
};
use crate::reader::Reader;

#[forbid(unsafe_code)]
pub(super) mod allocator;
#[forbid(unsafe_code)]
pub(super) mod keeper;
#[forbid(unsafe_code)]
mod shape;

use keeper::Keeper;
use shape::{Count, FLOAT, Plan, signed};

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

/// The float32 samples of a file where they lie in its memory, lent read-only.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct FileView {
    /// Holds the memory, also after the file was closed.
    reader: Arc<Reader>,
    plan: Plan,
}

impl FileView {
    pub(super) fn new(py: Python<'_>, reader: Arc<Reader>) -> PyResult<FileView> {
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
struct Shown<'a> {
    start: *mut u8,
    plan: &'a Plan,
    read_only: bool,
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
    unsafe fn fill(
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
unsafe fn refuse(view: *mut ffi::Py_buffer, error: PyErr) -> PyErr {
    if !view.is_null() {
        // SAFETY: the caller says that it is to be filled.
        unsafe { (&raw mut (*view).obj).write(std::ptr::null_mut()) };
    }
    error
}

/// `tracemalloc`, told of blocks. Outside the limited API, so found at run time.
pub(super) mod trace {
    use super::*;

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
            let name = std::ffi::CString::new(name).ok()?;
            // SAFETY: a name that ends in 0, looked up in what the process has loaded.
            let found = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
            if let Some(found) = NonNull::new(found.cast()) {
                return Some(found);
            }
        }
        let api = py.import("ctypes").and_then(|ctypes| ctypes.getattr("pythonapi")).ok()?;
        let address = allocator::address_of(&api.getattr(name).ok()?).ok()?;
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
}

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
struct OfSystem;

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
struct OfPython {
    functions: CFunctions,
    /// Functions made by ctypes end with their objects.
    owners: Vec<Py<PyAny>>,
}

impl OfPython {
    /// Functions by address: malloc, free, realloc, calloc; of the latter two 0 stands for none. That
    /// they are what C calls so is for the caller in Python to answer for, as for the types that
    /// ctypes is told.
    fn new(addresses: [usize; 4], owners: Vec<Py<PyAny>>) -> Option<OfPython> {
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
