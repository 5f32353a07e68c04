//! The bases of `f.iline`, `f.xline` and `f.gather`.

use pyo3::exceptions::{PyOverflowError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PySlice, PyTuple};

use super::super::arguments::clipped;
use super::super::error::invalid;
use super::super::handle::File;
use super::super::keys::{self, Chosen};
use super::base::Mode;
use crate::read::pick::{Pick, Samples};
use crate::survey::geometry::{Labels, LineKind, Selection};

/// Lines by label, gathers by the labels of their bins: ints, slices, and tuples of them.
#[pyclass(frozen, subclass, extends = Mode, module = "segbuf._segbuf")]
pub(in super::super) struct LabelMode {
    /// The lines that a label selects; None for gathers.
    kind: Option<LineKind>,
}

const AXES: [&str; 3] = ["inline", "crossline", "offset"];

#[pymethods]
impl LabelMode {
    #[new]
    fn new(handle: &Bound<'_, PyAny>, name: &str) -> PyResult<PyClassInitializer<LabelMode>> {
        let kind = match name {
            "iline" => Some(LineKind::Inline),
            "xline" => Some(LineKind::Crossline),
            _ => None,
        };
        let mode = Mode::new(handle, name)?;
        Ok(PyClassInitializer::from(mode).add_subclass(LabelMode { kind }))
    }

    /// The axis of the lines in a bin: 0 for inlines and gathers, 1 for crosslines.
    #[getter]
    fn _axis(&self) -> usize {
        usize::from(self.kind == Some(LineKind::Crossline))
    }

    /// Read the samples that ``key`` selects into a new array.
    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, this, file) = (slf.py(), slf.get(), slf.as_super().get().file.get());
        let selection = this.select(file, key)?;
        let samples = Chosen::all(file.n_samples);
        let out = file.new_array(py, PyTuple::new(py, shape_of(&selection, samples))?)?;
        read(file, &out, &selection, samples)?;
        Ok(out)
    }

    /// Read the samples that ``key`` selects into a writable buffer.
    ///
    /// Parameters
    /// ----------
    /// key
    ///     The indexing expression, as between brackets.
    /// out
    ///     A destination as for `File.read_into`.
    /// samples
    ///     Samples to read of each trace: an int or a slice.
    ///
    /// Raises
    /// ------
    /// LabelError
    ///     If the survey has no such label; the message names the nearest.
    /// GeometryError
    ///     If the file is not a survey, if a trace to be read has a duplicate, or if traces are
    ///     missing and an integer destination has no ``fill``.
    #[pyo3(signature = (key, out, *, samples=Wanted::All),
           text_signature = "($self, key, out, *, samples=...)")]
    fn read_into<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        out: &Bound<'py, PyAny>,
        samples: Wanted<'py>,
    ) -> PyResult<()> {
        let (this, file) = (slf.get(), slf.as_super().get().file.get());
        let selection = this.select(file, key)?;
        let samples = match samples {
            Wanted::Key(samples) => keys::samples(&samples, file.n_samples)?,
            Wanted::All => Chosen::all(file.n_samples),
        };
        read(file, out, &selection, samples)
    }
}

/// Which samples to read; None is a key, and not the default.
enum Wanted<'py> {
    All,
    Key(Bound<'py, PyAny>),
}

impl<'py> FromPyObject<'_, 'py> for Wanted<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Wanted<'py>> {
        Ok(Wanted::Key(object.to_owned()))
    }
}

impl LabelMode {
    /// The cells of an indexing expression.
    fn select(&self, file: &File, key: &Bound<'_, PyAny>) -> PyResult<Selection> {
        let outer = self.kind.unwrap_or(LineKind::Inline);
        let labels = match self.kind {
            Some(kind) => line(key, kind)?,
            None => gather(key)?,
        };
        file.ask(key.py(), |geometry| geometry.select(labels, outer))
    }
}

/// The labels of a line, or a line and an offset.
fn line(key: &Bound<'_, PyAny>, kind: LineKind) -> PyResult<[Labels; 3]> {
    let all = Labels::Slice([None; 3]);
    let pair = key.cast::<PyTuple>().ok().filter(|tuple| tuple.len() == 2);
    let (label, offset) = match pair {
        Some(pair) => (pair.get_item(0)?, Some(pair.get_item(1)?).filter(|item| !item.is_none())),
        None => (key.clone(), None),
    };
    let offset = offset.map_or(Ok(Labels::Several), |offset| labels(&offset, AXES[2]))?;
    Ok(match kind {
        LineKind::Inline => [labels(&label, AXES[0])?, all, offset],
        LineKind::Crossline => [all, labels(&label, AXES[1])?, offset],
    })
}

/// The labels of a bin, or a bin and offsets.
fn gather(key: &Bound<'_, PyAny>) -> PyResult<[Labels; 3]> {
    let Some(tuple) = key.cast::<PyTuple>().ok().filter(|tuple| (2..=3).contains(&tuple.len()))
    else {
        let shown: String = key.repr()?.to_string().chars().take(80).collect();
        let expected = "gathers go by inline, crossline and offset";
        return Err(PyTypeError::new_err(format!("{expected}, found {shown}")));
    };
    let offset = tuple.get_item(2).map_or(Ok(Labels::Slice([None; 3])), |o| labels(&o, AXES[2]));
    Ok([labels(&tuple.get_item(0)?, AXES[0])?, labels(&tuple.get_item(1)?, AXES[1])?, offset?])
}

/// One label, or a slice of labels; the bounds of a slice are clipped to 64 bits, as labels have 32.
fn labels(key: &Bound<'_, PyAny>, axis: &str) -> PyResult<Labels> {
    if let Ok(slice) = key.cast::<PySlice>() {
        let bound = |name| {
            let bound = slice.getattr(name)?;
            if bound.is_none() { Ok(None) } else { clipped(&bound).map(Some) }
        };
        return Ok(Labels::Slice([bound("start")?, bound("stop")?, bound("step")?]));
    }
    key.extract().map(Labels::One).map_err(|error: PyErr| {
        if !error.is_instance_of::<PyOverflowError>(key.py()) {
            return error;
        }
        let message = format!("no {axis} {key}: labels are integers of 4 bytes");
        invalid(key.py(), "LabelError", &message, "unknown-label")
    })
}

/// The shape of the array of some samples of a selection.
fn shape_of(selection: &Selection, samples: Chosen) -> Vec<usize> {
    selection.shape.into_iter().chain([samples.len()]).flatten().collect()
}

fn read(
    file: &File,
    out: &Bound<'_, PyAny>,
    selection: &Selection,
    samples: Chosen,
) -> PyResult<()> {
    let (first, step, count) = samples.run();
    let shape = shape_of(selection, samples);
    let pick = Pick::Run(Samples { first, step, count });
    file.read_placed(out, selection.cells(), pick, Some(&shape))
}
