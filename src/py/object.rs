//! A Python file object as a source: `seek` and `readinto`, or `read`, by one thread at a time.

use std::sync::{Arc, Mutex, TryLockError};

use pyo3::exceptions::{PyInterruptedError, PyOSError, PyTypeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyInt, PyMemoryView, PySequence, PyString};

use super::buffer::{Exported, is_buffer, type_name};
use super::error::raised;
use super::object_lock::ObjectLock;
use crate::error::{Error, Kind, Result};
use crate::source::{Source, Span};

/// Bytes that are made room for at first. An object is asked for all of a request at a time.
const ROOM: usize = 64 * 1024;

/// How often in a row a read may be interrupted, before that is an error.
const MOST_INTERRUPTIONS: usize = 1000;

/// A seekable binary file object. Its position is moved by every read; its length is the one it had
/// when the file was opened.
pub(super) struct FileObject {
    object: Py<PyAny>,
    lock: Arc<ObjectLock>,
    /// None where there is only `read`.
    landing: Option<Mutex<Landing>>,
    /// Whether it has `read_ranges`.
    ranges: bool,
    len: u64,
    /// What to call it where it does wrong.
    kind: String,
}

/// Memory of Python's for `readinto`: what an object does with its view later harms nobody.
struct Landing {
    view: Py<PySequence>,
    memory: Exported,
}

impl Landing {
    fn new(py: Python<'_>, room: usize) -> PyResult<Landing> {
        let bytes = PyByteArray::new_with(py, room, |_| Ok(()))?;
        let view = PyMemoryView::from(&bytes)?.into_any().cast_into::<PySequence>()?.unbind();
        Ok(Landing { view, memory: Exported::new(&bytes)? })
    }
}

/// Refuses what cannot seek.
///
/// # Errors
/// `io.UnsupportedOperation`; what the object raises.
pub(super) fn check_seekable(object: &Bound<'_, PyAny>) -> PyResult<()> {
    let py = object.py();
    let seekable = object.getattr_opt(intern!(py, "seekable"))?;
    let seekable = seekable.map_or(Ok(true), |method| method.call0()?.is_truthy())?;
    if seekable && object.getattr_opt(intern!(py, "seek"))?.is_some() {
        return Ok(());
    }
    let message = format!(
        "{} cannot seek, and a file is read at many places: save it to a file first, or pass its \
         bytes",
        type_name(object)
    );
    let unsupported = py.import(intern!(py, "io"))?.getattr(intern!(py, "UnsupportedOperation"))?;
    Err(PyErr::from_value(unsupported.call1((message,))?))
}

impl FileObject {
    /// Takes an object that can seek and read.
    ///
    /// # Errors
    /// What it raises; `TypeError` where its end is no position.
    pub(super) fn new(object: &Bound<'_, PyAny>) -> PyResult<FileObject> {
        let py = object.py();
        let kind = type_name(object);
        let readinto = object.getattr_opt(intern!(py, "readinto"))?;
        let landing = readinto.map(|_| Landing::new(py, ROOM).map(Mutex::new)).transpose()?;
        let ranges = object.getattr_opt(intern!(py, "read_ranges"))?.is_some();
        let lock = ObjectLock::of(object)?;
        let held = lock.take(py)?;
        let mut end = object.call_method1(intern!(py, "seek"), (0, 2))?;
        if end.is_none() {
            end = object.call_method0(intern!(py, "tell"))?;
        }
        drop(held);
        let len = end.extract().map_err(|_| {
            PyTypeError::new_err(format!("the end of {kind}: expected a position, found {end:?}"))
        })?;
        Ok(FileObject { object: object.clone().unbind(), lock, landing, ranges, len, kind })
    }

    /// Fills `buf`, as far as the object has bytes, and says how many.
    fn fill(&self, py: Python<'_>, offset: u64, buf: &mut [u8]) -> PyResult<usize> {
        let _held = self.lock.take(py)?;
        self.seek(py, offset)?;
        let (mut done, mut interruptions) = (0, 0);
        while done < buf.len() {
            match self.read(py, &mut buf[done..]) {
                Ok(0) => break,
                Ok(n) => (done, interruptions) = (done + n, 0),
                Err(e)
                    if interruptions < MOST_INTERRUPTIONS
                        && e.is_instance_of::<PyInterruptedError>(py) =>
                {
                    interruptions += 1;
                    py.check_signals()?;
                    self.seek(py, offset + done as u64)?;
                }
                Err(e) => return Err(e),
            }
        }
        Ok(done)
    }

    fn seek(&self, py: Python<'_>, offset: u64) -> PyResult<()> {
        let at = self.object.bind(py).call_method1(intern!(py, "seek"), (offset,))?;
        match at.extract::<u64>() {
            Ok(at) if at != offset => Err(PyOSError::new_err(format!(
                "seek() of {}: expected {offset}, found {at}",
                self.kind
            ))),
            // Not all say where they are.
            _ => Ok(()),
        }
    }

    /// Has `read_ranges` of the object fill spans, each as far as the object has bytes.
    fn fill_spans(&self, py: Python<'_>, spans: &mut [Span<'_>]) -> PyResult<()> {
        let held = self.lock.take(py)?;
        let within = |span: &Span<'_>| {
            self.len.saturating_sub(span.offset).min(span.bytes.len() as u64) as usize
        };
        let offsets: Vec<u64> = spans.iter().map(|span| span.offset).collect();
        let lengths: Vec<usize> = spans.iter().map(within).collect();
        let object = self.object.bind(py);
        let found = object.call_method1(intern!(py, "read_ranges"), (offsets, &lengths))?;
        let found: Vec<Bound<'_, PyAny>> = found.try_iter()?.collect::<PyResult<_>>()?;
        drop(held);
        if found.len() != spans.len() {
            return Err(self.overrun("read_ranges", found.len(), spans.len()));
        }
        for ((span, most), bytes) in spans.iter_mut().zip(lengths).zip(&found) {
            if !is_buffer(bytes) {
                return Err(self.misread("read_ranges", bytes));
            }
            let memory = Exported::new(bytes)?;
            let got = memory.bytes().len();
            if got > most {
                return Err(self.overrun("read_ranges", got, most));
            }
            span.filled = memory.bytes().copy_to(0, &mut span.bytes[..most]);
        }
        Ok(())
    }

    /// Reads some bytes, 0 at the end only.
    fn read(&self, py: Python<'_>, buf: &mut [u8]) -> PyResult<usize> {
        let object = self.object.bind(py);
        let most = buf.len();
        let Some(landing) = &self.landing else {
            let bytes = object.call_method1(intern!(py, "read"), (most,))?;
            if !is_buffer(&bytes) {
                return Err(self.misread("read", &bytes));
            }
            let memory = Exported::new(&bytes)?;
            let got = memory.bytes().len();
            if got > most {
                return Err(self.overrun("read", got, most));
            }
            return Ok(memory.bytes().copy_to(0, buf));
        };
        // Only one thread is here at a time; but a fork may have caught another one.
        let mut held = match landing.try_lock() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(held)) => Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        let mut own = None;
        let landing = match &mut held {
            Some(known) => {
                if known.memory.bytes().len() < most {
                    **known = Landing::new(py, most)?;
                }
                &**known
            }
            None => own.insert(Landing::new(py, most)?),
        };
        let Landing { view, memory } = landing;
        // A view of its own, as the object may release what it was given. Not by a `PySlice`, because
        // `PySlice::new` of PyO3 0.29 leaks its numbers.
        let part = view.bind(py).get_slice(0, most)?;
        let got = object.call_method1(intern!(py, "readinto"), (part,))?;
        match got.extract::<usize>() {
            Ok(got) if got <= most => Ok(memory.bytes().copy_to(0, &mut buf[..got])),
            _ if got.is_instance_of::<PyInt>() => Err(self.overrun("readinto", &got, most)),
            _ => Err(self.misread("readinto", &got)),
        }
    }

    /// The error for what is not a number of bytes, or not bytes.
    fn misread(&self, method: &str, got: &Bound<'_, PyAny>) -> PyErr {
        let kind = &self.kind;
        if got.is_none() {
            return PyOSError::new_err(format!(
                "{method}() of {kind} gave None: it does not wait for its bytes; make it blocking"
            ));
        }
        let wanted = if method != "readinto" { "bytes" } else { "a number of bytes" };
        let advice = if got.is_instance_of::<PyString>() { "; open it in binary mode" } else { "" };
        let found = type_name(got);
        PyTypeError::new_err(format!(
            "{method}() of {kind}: expected {wanted}, found {found}{advice}"
        ))
    }

    fn overrun(&self, method: &str, got: impl std::fmt::Display, most: usize) -> PyErr {
        let kind = &self.kind;
        PyOSError::new_err(format!("{method}() of {kind}: expected 0 to {most} bytes, found {got}"))
    }
}

fn ended() -> Error {
    Kind::SourceFailed { reason: "Python has ended".to_owned() }.into()
}

impl Source for FileObject {
    fn len(&self) -> Result<u64> {
        Ok(self.len)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let within = self.len.saturating_sub(offset).min(buf.len() as u64) as usize;
        if within == 0 {
            return Ok(0);
        }
        if self.ranges {
            let mut spans = [Span::new(offset, &mut buf[..within])];
            self.read_spans(&mut spans)?;
            return Ok(spans[0].filled);
        }
        Python::try_attach(|py| {
            self.fill(py, offset, &mut buf[..within]).map_err(|exception| raised(py, exception))
        })
        .unwrap_or_else(|| Err(ended()))
    }

    /// By `read_ranges` of the object, if it has it.
    fn read_spans(&self, spans: &mut [Span<'_>]) -> Result<()> {
        if !self.ranges {
            for span in spans {
                span.filled = self.read_at(span.offset, span.bytes)?;
            }
            return Ok(());
        }
        Python::try_attach(|py| {
            self.fill_spans(py, spans).map_err(|exception| raised(py, exception))
        })
        .unwrap_or_else(|| Err(ended()))
    }

    /// Its threads would only wait for each other; and objects may be for one thread alone.
    fn is_parallel(&self) -> bool {
        false
    }
}
