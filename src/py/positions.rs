//! Positions as Python sees them: arrays travel as bytes of native float64, int32 or uint64.

use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use super::arguments::choice;
use super::deliver;
use super::evidence::{WarningRow, warning_row};
use super::handle::File;
use crate::error::Kind;
use crate::survey::coordinates::{self as positions, Pair, Unit, Words};

const PAIRS: [(&str, Pair); 3] =
    [("ensemble", Pair::Ensemble), ("source", Pair::Source), ("group", Pair::Group)];

type Columns<'py, const N: usize> = [Bound<'py, PyBytes>; N];

/// Sweeps all headers: ((labels, x, y), unit, warning).
///
/// Labels are two int32 a trace, inline and crossline; x and y are float64.
#[pyfunction]
pub(super) fn coordinates<'py>(
    py: Python<'py>,
    file: &File,
    pair: &str,
) -> PyResult<(Columns<'py, 3>, Option<&'static str>, Option<WarningRow>)> {
    let pair = choice("pair", pair, &PAIRS)?;
    let reader = file.reader(py)?;
    let found =
        deliver::detached(py, reader.threads(), |running| reader.coordinates(pair, running))?;
    let positions = &found.positions;
    let labels = PyBytes::new_with(py, 8 * positions.len(), |bytes| {
        for (to, position) in bytes.as_chunks_mut().0.as_chunks_mut().0.iter_mut().zip(positions) {
            *to = position.labels.map(i32::to_ne_bytes);
        }
        Ok(())
    })?;
    let x = doubles_to(py, positions.iter().map(|position| position.xy[0]))?;
    let y = doubles_to(py, positions.iter().map(|position| position.xy[1]))?;
    Ok(([labels, x, y], found.unit.map(Unit::name), found.warning.as_ref().map(warning_row)))
}

/// The map between labels and coordinates that fits all traces best.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct Affine(positions::Affine);

#[pymethods]
impl Affine {
    /// Fits labels, x and y of all traces. What the coordinates are called, and the bytes in which
    /// inlines and crosslines stand, goes into errors.
    #[new]
    fn new(
        py: Python<'_>,
        labels: PyBackedBytes,
        x: PyBackedBytes,
        y: PyBackedBytes,
        coordinates: String,
        bytes: [u16; 2],
    ) -> PyResult<Affine> {
        let words = Words { coordinates, labels: bytes };
        deliver::detached(py, 1, |_| {
            let labels = labels.as_chunks().0.as_chunks().0.iter();
            let labels = labels.map(|pair: &[[u8; 4]; 2]| pair.map(i32::from_ne_bytes));
            positions::Affine::fit(labels.zip(pairs(&x, &y)), &words).map(Affine)
        })
    }

    /// X and y at inlines and crosslines.
    fn to_xy<'py>(&self, py: Python<'py>, iline: &[u8], xline: &[u8]) -> PyResult<Columns<'py, 2>> {
        each(py, iline, xline, |[iline, xline]| self.0.to_xy(iline, xline))
    }

    /// Inlines and crosslines at x and y.
    fn to_labels<'py>(&self, py: Python<'py>, x: &[u8], y: &[u8]) -> PyResult<Columns<'py, 2>> {
        each(py, x, y, |[x, y]| self.0.to_labels(x, y))
    }

    /// By how much x and y change for one inline, and for one crossline.
    #[getter]
    fn per_label(&self) -> [[f64; 2]; 2] {
        self.0.per_label()
    }

    /// The direction of inlines in degrees, counterclockwise from the x axis.
    #[getter]
    fn rotation(&self) -> f64 {
        self.0.rotation()
    }

    /// The distance from one inline to the next, and from one crossline to the next.
    #[getter]
    fn bin_size(&self) -> [f64; 2] {
        self.0.bin_size()
    }

    /// The labels of the corners of the grid.
    #[getter]
    fn corners(&self) -> [[i32; 2]; 4] {
        self.0.corners()
    }

    /// The labels of the polygon around all traces.
    #[getter]
    fn outline(&self) -> Vec<[i32; 2]> {
        self.0.outline().to_vec()
    }

    /// (greatest distance, root of the mean square, trace that has the greatest).
    #[getter]
    fn residual(&self) -> (f64, f64, u64) {
        let residual = self.0.residual();
        (residual.max, residual.rms, residual.trace)
    }

    /// How many traces it was fitted to.
    #[getter]
    fn traces(&self) -> u64 {
        self.0.traces()
    }
}

/// Finds the nearest of many points.
#[pyclass(frozen, module = "segbuf._segbuf")]
pub(super) struct Nearest(positions::Nearest);

#[pymethods]
impl Nearest {
    /// Takes x and y of all traces.
    #[new]
    fn new(py: Python<'_>, x: PyBackedBytes, y: PyBackedBytes) -> PyResult<Nearest> {
        deliver::detached(py, 1, |_| Ok(Nearest(positions::Nearest::new(pairs(&x, &y)))))
    }

    /// (traces as uint64, distances as float64) for points.
    fn find<'py>(
        &self,
        py: Python<'py>,
        x: PyBackedBytes,
        y: PyBackedBytes,
    ) -> PyResult<Columns<'py, 2>> {
        let found = deliver::detached(py, 1, |_| {
            let found = pairs(&x, &y).map(|[x, y]| {
                self.0.find([x, y]).ok_or_else(|| {
                    if x.is_finite() && y.is_finite() {
                        Kind::NoCoordinates { fields: "x and y".to_owned() }.into()
                    } else {
                        Kind::NotFinite { x, y }.into()
                    }
                })
            });
            found.collect::<Result<Vec<_>, _>>()
        })?;
        let traces = PyBytes::new_with(py, 8 * found.len(), |bytes| {
            for (to, found) in bytes.as_chunks_mut().0.iter_mut().zip(&found) {
                *to = found.trace.to_ne_bytes();
            }
            Ok(())
        })?;
        Ok([traces, doubles_to(py, found.iter().map(|found| found.distance))?])
    }
}

/// What `map` makes of each pair of numbers.
fn each<'py>(
    py: Python<'py>,
    a: &[u8],
    b: &[u8],
    map: impl Fn([f64; 2]) -> [f64; 2],
) -> PyResult<Columns<'py, 2>> {
    let mapped: Vec<[f64; 2]> = pairs(a, b).map(map).collect();
    let column = |axis: usize| doubles_to(py, mapped.iter().map(move |pair| pair[axis]));
    Ok([column(0)?, column(1)?])
}

/// The pairs of float64 in two lots of bytes.
fn pairs<'a>(x: &'a [u8], y: &'a [u8]) -> impl Iterator<Item = [f64; 2]> + Clone + 'a {
    let doubles = |bytes: &'a [u8]| bytes.as_chunks().0.iter().map(|n| f64::from_ne_bytes(*n));
    doubles(x).zip(doubles(y)).map(|(x, y)| [x, y])
}

fn doubles_to<'py>(
    py: Python<'py>,
    numbers: impl ExactSizeIterator<Item = f64>,
) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, 8 * numbers.len(), |bytes| {
        for (to, number) in bytes.as_chunks_mut().0.iter_mut().zip(numbers) {
            *to = number.to_ne_bytes();
        }
        Ok(())
    })
}
