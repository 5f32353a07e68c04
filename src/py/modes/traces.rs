//! The base of `f.trace`.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;

use super::super::error::invalid;
use super::super::handle::File;
use super::super::keys::{Chosen, choose, items};
use super::base::Mode;
use crate::walk::Walk;

/// Traces by index: ints, slices, and either with an int or a slice of samples.
#[pyclass(frozen, subclass, extends = Mode, module = "segbuf._segbuf")]
pub(in super::super) struct TraceMode {
    /// The arguments of `numpy.empty` for one trace.
    one: PyOnceLock<Py<PyTuple>>,
}

#[pymethods]
impl TraceMode {
    #[new]
    fn new(handle: &Bound<'_, PyAny>, name: &str) -> PyResult<PyClassInitializer<TraceMode>> {
        let mode = Mode::new(handle, name)?;
        Ok(PyClassInitializer::from(mode).add_subclass(TraceMode { one: PyOnceLock::new() }))
    }

    /// Read the samples that ``key`` selects into a new array.
    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, this) = (slf.py(), slf.get());
        let Some((traces, samples)) = this.split(slf, key)? else {
            return slf.call_method1(intern!(py, "_get"), (key,));
        };
        let file = slf.as_super().get().file.get();
        let whole = samples.len() == usize::try_from(file.n_samples).ok();
        let out = match (traces.len(), samples.len()) {
            (None, Some(_)) if whole => file.new_array_of(this.whole(py, file)?.bind(py))?,
            (None, Some(n)) => file.new_array(py, n)?,
            (Some(n), None) => file.new_array(py, n)?,
            (Some(rows), Some(n)) => file.new_array(py, (rows, n))?,
            (None, None) => file.new_array(py, ())?,
        };
        read(file, &out, traces, samples)?;
        if traces.len().or(samples.len()).is_none() {
            return out.get_item(PyTuple::empty(py));
        }
        Ok(out)
    }

    /// Read the samples that ``key`` selects into a writable buffer; see `File.read_into`.
    ///
    /// Where traces have different lengths, the buffer for a single trace holds its own samples, or
    /// as many as the longest trace has.
    fn read_into<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        out: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let (py, this) = (slf.py(), slf.get());
        let Some((traces, samples)) = this.split(slf, key)? else {
            return slf.call_method1(intern!(py, "_read_into"), (key, out)).map(drop);
        };
        let file = slf.as_super().get().file.get();
        let result = read(file, out, traces, samples);
        match result {
            Err(error) if file.varies && traces.len().is_none() => {
                this.read_padded(file, key, out, error)
            }
            result => result,
        }
    }
}

impl TraceMode {
    /// The selected traces and samples of a key; None if it is for Python.
    fn split<'py>(
        &self,
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Option<(Chosen, Chosen)>> {
        let (file, items) = (slf.as_super().get().file.get(), items(key));
        let (Some(traces), 1..=2) = (items.get(0), items.len()) else { return Ok(None) };
        let Some(traces) = choose(&traces, file.n_traces, "trace")? else { return Ok(None) };
        let n = match traces {
            Chosen::One(trace) if file.varies => file.length_of(slf.py(), trace)?,
            _ => file.n_samples,
        };
        let samples = match items.get(1) {
            None => Some(Chosen::all(n)),
            Some(samples) => choose(&samples, n, "sample")?,
        };
        Ok(samples.map(|samples| (traces, samples)))
    }

    /// Reads a single trace into a destination for the longest one, after the error that the destination
    /// is not for its own samples.
    fn read_padded(
        &self,
        file: &File,
        key: &Bound<'_, PyAny>,
        out: &Bound<'_, PyAny>,
        error: PyErr,
    ) -> PyResult<()> {
        let (py, items, longest) = (out.py(), items(key), file.n_samples);
        let code = error.value(py).getattr_opt(intern!(py, "code"))?;
        let code: Option<String> = code.map(|code| code.extract()).transpose()?;
        let is_misfit = matches!(code.as_deref(), Some("wrong-length" | "wrong-shape"));
        let traces = items.get(0).map_or(Ok(None), |key| choose(&key, file.n_traces, "trace"))?;
        let (true, Some(traces)) = (is_misfit, traces) else { return Err(error) };
        if file.length_of(py, traces.run().0)? == longest {
            return Err(error);
        }
        let samples = items.get(1).map_or(Ok(None), |key| choose(&key, longest, "sample"))?;
        read(file, out, traces, samples.unwrap_or(Chosen::all(longest))).map_err(|_| {
            let shorter = error.value(py);
            let message = format!("{shorter}, or {longest}, the length of the longest trace");
            invalid(py, "DestinationError", &message, "wrong-length")
        })
    }

    /// The arguments of `numpy.empty` for one trace.
    fn whole(&self, py: Python<'_>, file: &File) -> PyResult<&Py<PyTuple>> {
        self.one.get_or_try_init(py, || {
            Ok((file.n_samples, file.dtype_object(py)?).into_pyobject(py)?.unbind())
        })
    }
}

fn read(file: &File, out: &Bound<'_, PyAny>, traces: Chosen, samples: Chosen) -> PyResult<()> {
    let (first, step, count) = traces.run();
    let walk = Walk::affine(first, [(1, 0), (1, 0), (count, step)]);
    let shape = [traces.len(), samples.len()];
    let shape = match shape {
        [Some(traces), Some(samples)] => &[traces, samples][..],
        [Some(one), None] | [None, Some(one)] => &[one],
        [None, None] => &[],
    };
    file.read_walk(out, walk, samples.run(), Some(shape))
}
