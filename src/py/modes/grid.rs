//! The base of `f.depth_slice` and `f.cube`.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::super::handle::File;
use super::super::keys::{Chosen, choose, items};
use super::base::Mode;
use crate::read::pick::{Pick, Samples};
use crate::survey::geometry::{Cells, LineKind, Stretch};

/// The survey as an array, by an int or a slice along each axis.
#[pyclass(frozen, subclass, extends = Mode, module = "segbuf._segbuf")]
pub(in super::super) struct GridMode {
    /// Whether the samples are the first axis and not the last one.
    samples_first: bool,
}

/// What a key selects along inlines, crosslines and offsets, and of the samples.
struct Selection {
    cells: [Chosen; 3],
    samples: Chosen,
    /// The shape of the result.
    shape: Vec<usize>,
}

#[pymethods]
impl GridMode {
    #[new]
    fn new(handle: &Bound<'_, PyAny>, name: &str) -> PyResult<PyClassInitializer<GridMode>> {
        let samples_first = name == "depth_slice";
        let mode = Mode::new(handle, name)?;
        Ok(PyClassInitializer::from(mode).add_subclass(GridMode { samples_first }))
    }

    /// Read the samples that ``key`` selects into a new array.
    fn __getitem__<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (py, this, file) = (slf.py(), slf.get(), slf.as_super().get().file.get());
        let Some(selection) = this.select(file, key)? else {
            return slf.call_method1(intern!(py, "_get"), (key,));
        };
        let out = file.new_array(py, PyTuple::new(py, &selection.shape)?)?;
        this.read(file, &out, &selection)?;
        if selection.shape.is_empty() {
            return out.get_item(PyTuple::empty(py));
        }
        Ok(out)
    }

    /// Read the samples that ``key`` selects into a writable buffer; see `File.read_into`.
    ///
    /// Raises
    /// ------
    /// TraceIndexError
    ///     If there are no such samples or lines.
    /// GeometryError
    ///     If the file is not a survey, if two traces to be read have the same survey keys, or if
    ///     traces are missing and an integer destination has no ``fill``.
    fn read_into<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        out: &Bound<'py, PyAny>,
    ) -> PyResult<()> {
        let (this, file) = (slf.get(), slf.as_super().get().file.get());
        match this.select(file, key)? {
            Some(selection) => this.read(file, out, &selection),
            None => slf.call_method1(intern!(slf.py(), "_read_into"), (key, out)).map(drop),
        }
    }
}

impl GridMode {
    /// What a key selects; None if it is for Python.
    fn select(&self, file: &File, key: &Bound<'_, PyAny>) -> PyResult<Option<Selection>> {
        let [inlines, crosslines, offsets] = file.ask(key.py(), |geometry| Ok(geometry.shape()))?;
        let grid = [("inline", inlines), ("crossline", crosslines), ("offset", offsets)];
        let grid = grid.map(|(name, n)| (name, n as u64));
        let samples = ("sample", file.n_samples);
        // An offset axis of one element is no axis of the array.
        let cells = &grid[..if offsets > 1 { 3 } else { 2 }];
        let (first, last) =
            if self.samples_first { (Some(samples), None) } else { (None, Some(samples)) };
        let axes = first.into_iter().chain(cells.iter().copied()).chain(last);
        let items = items(key);
        if items.len() > cells.len() + 1 {
            return Ok(None);
        }
        let mut chosen = [Chosen::One(0); 4];
        let mut shape = Vec::with_capacity(4);
        for (i, (name, n)) in axes.enumerate() {
            let along = match items.get(i) {
                Some(item) => choose(&item, n, name)?,
                None => Some(Chosen::all(n)),
            };
            let Some(along) = along else { return Ok(None) };
            shape.extend(along.len());
            chosen[i] = along;
        }
        let (samples, cells) = if self.samples_first {
            (chosen[0], [chosen[1], chosen[2], chosen[3]])
        } else {
            let last = cells.len();
            let samples = std::mem::replace(&mut chosen[last], Chosen::One(0));
            (samples, [chosen[0], chosen[1], chosen[2]])
        };
        Ok(Some(Selection { cells, samples, shape }))
    }

    fn read(&self, file: &File, out: &Bound<'_, PyAny>, selection: &Selection) -> PyResult<()> {
        let (first, step, count) = selection.samples.run();
        let axes = selection.cells.map(|cells| {
            let (first, step, count) = cells.run();
            Stretch { first: first as usize, step, count }
        });
        let cells = Cells::Grid { axes, outer: LineKind::Inline };
        let cells_vary = selection.cells.iter().any(|cells| cells.len().is_some());
        if self.samples_first && selection.samples.len().is_some() && cells_vary {
            let slices: Vec<u64> =
                (0..count as i64).map(|i| first.wrapping_add_signed(i * step)).collect();
            return file.read_placed(out, cells, Pick::Slices(&slices), Some(&selection.shape));
        }
        let pick = Pick::Run(Samples { first, step, count });
        file.read_placed(out, cells, pick, Some(&selection.shape))
    }
}
