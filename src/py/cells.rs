//! Which cells and samples a read by place takes, as Python says it.

use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::read::transfer::Samples;
use crate::reader::Pick;
use crate::survey::geometry::{Cells, LineKind, Stretch};

/// (first, step, count) along each axis, or a list of cells, native uint64.
#[derive(FromPyObject)]
pub(super) enum CellsArg<'py> {
    Grid([(usize, i64, usize); 3]),
    List(Bound<'py, PyBytes>),
}

/// The same, taken from Python.
pub(super) enum CellsTaken {
    Grid([Stretch; 3]),
    List(Vec<u64>),
}

impl CellsArg<'_> {
    pub(super) fn take(self) -> CellsTaken {
        match self {
            CellsArg::Grid(axes) => {
                CellsTaken::Grid(axes.map(|(first, step, count)| Stretch { first, step, count }))
            }
            CellsArg::List(cells) => CellsTaken::List(numbers(&cells)),
        }
    }
}

impl CellsTaken {
    /// The cells; those of a box with crosslines or inlines outermost.
    pub(super) fn get(&self, crosslines_first: bool) -> Cells<'_> {
        let outer = if crosslines_first { LineKind::Crossline } else { LineKind::Inline };
        match self {
            CellsTaken::Grid(axes) => Cells::Grid { axes: *axes, outer },
            CellsTaken::List(cells) => Cells::List(cells),
        }
    }
}

/// (first, step, count) of the samples of each trace, or a list of them, native uint64.
#[derive(FromPyObject)]
pub(super) enum SamplesArg<'py> {
    Run((u64, i64, usize)),
    List(Bound<'py, PyBytes>),
}

/// The same, taken from Python.
pub(super) enum SamplesTaken {
    Run(Samples),
    List(Vec<u64>),
}

impl SamplesArg<'_> {
    pub(super) fn take(self) -> SamplesTaken {
        match self {
            SamplesArg::Run((first, step, count)) => {
                SamplesTaken::Run(Samples { first, step, count })
            }
            SamplesArg::List(samples) => SamplesTaken::List(numbers(&samples)),
        }
    }
}

impl SamplesTaken {
    /// How many.
    pub(super) fn len(&self) -> usize {
        match self {
            SamplesTaken::Run(samples) => samples.count,
            SamplesTaken::List(samples) => samples.len(),
        }
    }

    pub(super) fn pick(&self, slices_first: bool) -> Pick<'_> {
        match self {
            SamplesTaken::Run(samples) => Pick::Run(*samples),
            SamplesTaken::List(samples) if slices_first => Pick::Slices(samples),
            SamplesTaken::List(samples) => Pick::Samples(samples),
        }
    }
}

fn numbers(bytes: &Bound<'_, PyBytes>) -> Vec<u64> {
    bytes.as_bytes().as_chunks().0.iter().map(|number| u64::from_ne_bytes(*number)).collect()
}
