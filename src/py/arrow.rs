//! Tables for Arrow: the C data interface, as capsules that Python hands from library to library.
//!
//! What this relies on is that interface (<https://arrow.apache.org/docs/format/CDataInterface.html>)
//! and its Python form, the PyCapsule interface: a consumer calls `release` once, from any thread, and
//! uses nothing of the structure afterwards; it may move a structure, and a child too, by copying it
//! and marking the original as released; a capsule whose structure nobody took releases it itself.
//!
//! Columns are not copied: an array holds the buffer of each, as [`Exported`], which attaches to the
//! interpreter to release it.

#![allow(unsafe_code)]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::ptr;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::ffi;
use pyo3::prelude::*;

use super::buffer::Exported;
use crate::format::SampleType;
use crate::header::FieldType;

const SCHEMA: &CStr = c"arrow_schema";
const ARRAY: &CStr = c"arrow_array";
const STREAM: &CStr = c"arrow_array_stream";

/// The type of an array: `struct ArrowSchema`.
#[repr(C)]
struct ArrowSchema {
    format: *const c_char,
    name: *const c_char,
    metadata: *const c_char,
    flags: i64,
    n_children: i64,
    children: *mut *mut ArrowSchema,
    dictionary: *mut ArrowSchema,
    release: Option<unsafe extern "C" fn(*mut ArrowSchema)>,
    private_data: *mut c_void,
}

/// An array: `struct ArrowArray`.
#[repr(C)]
struct ArrowArray {
    length: i64,
    null_count: i64,
    offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *mut *const c_void,
    children: *mut *mut ArrowArray,
    dictionary: *mut ArrowArray,
    release: Option<unsafe extern "C" fn(*mut ArrowArray)>,
    private_data: *mut c_void,
}

/// Arrays one after the other: `struct ArrowArrayStream`.
#[repr(C)]
struct ArrowArrayStream {
    get_schema: unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowSchema) -> c_int,
    get_next: unsafe extern "C" fn(*mut ArrowArrayStream, *mut ArrowArray) -> c_int,
    get_last_error: unsafe extern "C" fn(*mut ArrowArrayStream) -> *const c_char,
    release: Option<unsafe extern "C" fn(*mut ArrowArrayStream)>,
    private_data: *mut c_void,
}

/// What the three structures have in common.
trait Released: Sized {
    const NAME: &CStr;

    /// What is to be called once, if it was not yet.
    fn release(&self) -> Option<unsafe extern "C" fn(*mut Self)>;
}

macro_rules! released {
    ($($kind:ident, $name:ident;)*) => {$(
        impl Released for $kind {
            const NAME: &CStr = $name;

            fn release(&self) -> Option<unsafe extern "C" fn(*mut Self)> {
                self.release
            }
        }
    )*};
}
released! { ArrowSchema, SCHEMA; ArrowArray, ARRAY; ArrowArrayStream, STREAM; }

/// What a schema refers to.
struct SchemaParts {
    format: CString,
    name: CString,
    children: Children<ArrowSchema>,
}

/// What an array refers to.
struct ArrayParts {
    /// That all values are there, and the values; a record has only the former.
    buffers: [*const c_void; 2],
    children: Children<ArrowArray>,
    _memory: Option<Arc<Exported>>,
}

/// Structures of columns within that of the table.
struct Children<T: Released>(Box<[*mut T]>);

impl<T: Released> Children<T> {
    fn new(children: impl Iterator<Item = T>) -> Children<T> {
        Children(children.map(|child| Box::into_raw(Box::new(child))).collect())
    }

    fn count(&self) -> i64 {
        // As many as a list of Python had.
        self.0.len() as i64
    }

    /// Where they stand, to be written to the structure of the table; null where there are none.
    fn as_mut_ptr(&mut self) -> *mut *mut T {
        if self.0.is_empty() { ptr::null_mut() } else { self.0.as_mut_ptr() }
    }
}

impl<T: Released> Drop for Children<T> {
    fn drop(&mut self) {
        for child in &self.0 {
            // SAFETY: each came from a box, and the parent is released once. A child that was moved
            // away has no `release` left; its structure is ours all the same.
            unsafe { drop_released(*child) };
        }
    }
}

/// Releases a boxed structure, if nobody has, and drops the box.
///
/// # Safety
/// `at` came from a box and is not used again.
unsafe fn drop_released<T: Released>(at: *mut T) {
    // SAFETY: the caller vouches for the pointer; `release` is called on what it was made for.
    unsafe {
        if let Some(release) = (*at).release() {
            release(at);
        }
        drop(Box::from_raw(at));
    }
}

impl ArrowSchema {
    fn new(format: CString, name: CString, children: Children<ArrowSchema>) -> ArrowSchema {
        let at = Box::into_raw(Box::new(SchemaParts { format, name, children }));
        // SAFETY: just made, and nobody else's yet. What is pointed to stays where it is until the
        // release.
        let parts = unsafe { &mut *at };
        ArrowSchema {
            format: parts.format.as_ptr(),
            name: parts.name.as_ptr(),
            metadata: ptr::null(),
            flags: 0,
            n_children: parts.children.count(),
            children: parts.children.as_mut_ptr(),
            dictionary: ptr::null_mut(),
            release: Some(release_schema),
            private_data: at.cast(),
        }
    }
}

impl ArrowArray {
    /// An array of values in memory; without memory, of records.
    fn new(
        length: i64,
        memory: Option<Arc<Exported>>,
        children: Children<ArrowArray>,
    ) -> ArrowArray {
        let values = memory.as_ref().map_or(ptr::null(), |memory| memory.bytes().as_ptr());
        let n_buffers = if memory.is_some() { 2 } else { 1 };
        let at = Box::into_raw(Box::new(ArrayParts {
            buffers: [ptr::null(), values.cast()],
            children,
            _memory: memory,
        }));
        // SAFETY: as in `ArrowSchema::new`.
        let parts = unsafe { &mut *at };
        ArrowArray {
            length,
            null_count: 0,
            offset: 0,
            n_buffers,
            n_children: parts.children.count(),
            buffers: parts.buffers.as_mut_ptr(),
            children: parts.children.as_mut_ptr(),
            dictionary: ptr::null_mut(),
            release: Some(release_array),
            private_data: at.cast(),
        }
    }

    /// What a stream gives when there is no more.
    fn end() -> ArrowArray {
        ArrowArray {
            length: 0,
            null_count: 0,
            offset: 0,
            n_buffers: 0,
            n_children: 0,
            buffers: ptr::null_mut(),
            children: ptr::null_mut(),
            dictionary: ptr::null_mut(),
            release: None,
            private_data: ptr::null_mut(),
        }
    }
}

/// # Safety
/// Called by a consumer, once, with a structure of [`ArrowSchema::new`].
unsafe extern "C" fn release_schema(schema: *mut ArrowSchema) {
    // SAFETY: by the interface; the private data are then the box that `new` made of them.
    unsafe {
        drop(Box::from_raw((*schema).private_data.cast::<SchemaParts>()));
        (*schema).release = None;
    }
}

/// # Safety
/// Called by a consumer, once, with a structure of [`ArrowArray::new`].
unsafe extern "C" fn release_array(array: *mut ArrowArray) {
    // SAFETY: as in `release_schema`.
    unsafe {
        drop(Box::from_raw((*array).private_data.cast::<ArrayParts>()));
        (*array).release = None;
    }
}

/// What a stream refers to.
struct StreamParts {
    table: Arc<Table>,
    given: bool,
}

/// # Safety
/// Called by a consumer, with a stream of [`Batch::__arrow_c_stream__`] and a place for the result.
unsafe extern "C" fn get_schema(stream: *mut ArrowArrayStream, out: *mut ArrowSchema) -> c_int {
    // SAFETY: by the interface; the private data are `StreamParts` until the release, and only one
    // call is under way at a time.
    unsafe {
        let parts = &*(*stream).private_data.cast::<StreamParts>();
        out.write(parts.table.schema());
    }
    0
}

/// # Safety
/// As [`get_schema`].
unsafe extern "C" fn get_next(stream: *mut ArrowArrayStream, out: *mut ArrowArray) -> c_int {
    // SAFETY: as in `get_schema`.
    unsafe {
        let parts = &mut *(*stream).private_data.cast::<StreamParts>();
        out.write(if parts.given { ArrowArray::end() } else { parts.table.array() });
        parts.given = true;
    }
    0
}

/// Nothing fails.
///
/// # Safety
/// Any pointer will do.
unsafe extern "C" fn get_last_error(_stream: *mut ArrowArrayStream) -> *const c_char {
    ptr::null()
}

/// # Safety
/// Called by a consumer, once, with a stream of [`Batch::__arrow_c_stream__`].
unsafe extern "C" fn release_stream(stream: *mut ArrowArrayStream) {
    // SAFETY: as in `release_schema`.
    unsafe {
        drop(Box::from_raw((*stream).private_data.cast::<StreamParts>()));
        (*stream).release = None;
    }
}

/// A column: its name, its type as Arrow writes it, its values.
struct Values {
    name: CString,
    format: CString,
    memory: Arc<Exported>,
}

struct Table {
    columns: Vec<Values>,
    rows: i64,
}

impl Table {
    fn schema(&self) -> ArrowSchema {
        let child = |column: &Values| {
            let none = Children::new(std::iter::empty());
            ArrowSchema::new(column.format.clone(), column.name.clone(), none)
        };
        let children = Children::new(self.columns.iter().map(child));
        ArrowSchema::new(c"+s".to_owned(), CString::default(), children)
    }

    fn array(&self) -> ArrowArray {
        let child = |column: &Values| {
            let none = Children::new(std::iter::empty());
            ArrowArray::new(self.rows, Some(Arc::clone(&column.memory)), none)
        };
        let children = Children::new(self.columns.iter().map(child));
        ArrowArray::new(self.rows, None, children)
    }
}

/// Columns as one record batch: `Batch([(name, dtype, buffer), ...], rows)`. No value is missing.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct Batch {
    table: Arc<Table>,
}

#[pymethods]
impl Batch {
    #[new]
    fn new(columns: Vec<(String, String, Bound<'_, PyAny>)>, rows: usize) -> PyResult<Batch> {
        let wrong = |what: &str| PyValueError::new_err(what.to_owned());
        let columns = columns.into_iter().map(|(name, dtype, buffer)| {
            let kind = dtype.parse::<FieldType>().map_err(|e| wrong(&e.to_string()))?;
            let memory = Arc::new(Exported::new(&buffer)?);
            // An array says that so many values are there.
            if rows
                .checked_mul(kind.native().size() * kind.per_trace())
                .is_none_or(|bytes| bytes > memory.bytes().len())
            {
                return Err(wrong("the memory of a column is too small"));
            }
            let name = CString::new(name).map_err(|_| wrong("a name with a NUL in it"))?;
            let format =
                CString::new(format(kind)).map_err(|_| wrong("a type with a NUL in it"))?;
            Ok(Values { name, format, memory })
        });
        let columns = columns.collect::<PyResult<_>>()?;
        let rows = i64::try_from(rows).map_err(|_| wrong("too many rows"))?;
        Ok(Batch { table: Arc::new(Table { columns, rows }) })
    }

    /// The type: a capsule of an `ArrowSchema`.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        capsule(py, self.table.schema())
    }

    /// Type and values: capsules of an `ArrowSchema` and an `ArrowArray`, of this type whatever was
    /// requested, as the interface allows.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
        drop(requested_schema);
        Ok((capsule(py, self.table.schema())?, capsule(py, self.table.array())?))
    }

    /// The same as a stream of one batch.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        drop(requested_schema);
        let parts = Box::new(StreamParts { table: Arc::clone(&self.table), given: false });
        let stream = ArrowArrayStream {
            get_schema,
            get_next,
            get_last_error,
            release: Some(release_stream),
            private_data: Box::into_raw(parts).cast(),
        };
        capsule(py, stream)
    }
}

/// A type as Arrow writes it.
fn format(kind: FieldType) -> String {
    let code = match (kind, kind.native()) {
        (FieldType::Text(width), _) => return format!("w:{width}"),
        (_, SampleType::I8) => "c",
        (_, SampleType::U8) => "C",
        (_, SampleType::I16) => "s",
        (_, SampleType::U16) => "S",
        (_, SampleType::I32) => "i",
        (_, SampleType::U32) => "I",
        (_, SampleType::I64) => "l",
        (_, SampleType::U64) => "L",
        (_, SampleType::F32) => "f",
        (_, SampleType::F64) => "g",
    };
    code.to_owned()
}

/// Puts a structure into a capsule that releases it unless somebody takes it.
fn capsule<T: Released>(py: Python<'_>, structure: T) -> PyResult<Bound<'_, PyAny>> {
    let at = Box::into_raw(Box::new(structure));
    // SAFETY: attached; the pointer is not null, the name is static, and the destructor takes what is
    // in the capsule: this box.
    unsafe {
        let made = ffi::PyCapsule_New(at.cast(), T::NAME.as_ptr(), Some(destroy::<T>));
        if made.is_null() {
            drop_released(at);
        }
        Bound::from_owned_ptr_or_err(py, made)
    }
}

/// # Safety
/// Called by Python, once, with a capsule that [`capsule`] made.
unsafe extern "C" fn destroy<T: Released>(capsule: *mut ffi::PyObject) {
    // SAFETY: attached, as all destructors are; the capsule holds the box, unless its name was changed.
    unsafe {
        let at = ffi::PyCapsule_GetPointer(capsule, T::NAME.as_ptr());
        if at.is_null() {
            ffi::PyErr_Clear();
        } else {
            drop_released(at.cast::<T>());
        }
    }
}
