//! Part of the grid: a box of cells, or a list of them.

use std::collections::HashMap;

use super::{Axis, Duplicate, Geometry, Index, Key, LineKind, NAMES, grid};
use crate::error::{Kind, Result};
use crate::read::keys::ExpectedLabels;
use crate::read::proof::Proof;
use crate::walk::{MISSING, Walk};

/// Indices along one axis, counted from 0: `first`, `first + step` and so on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// The first index.
    pub first: usize,
    /// From one to the next; negative runs backwards.
    pub step: i64,
    /// How many.
    pub count: usize,
}

impl Stretch {
    /// The whole of an axis of `count` elements.
    #[must_use]
    pub fn all(count: usize) -> Stretch {
        Stretch { first: 0, step: 1, count }
    }

    /// One index.
    #[must_use]
    pub fn one(index: usize) -> Stretch {
        Stretch { first: index, step: 1, count: 1 }
    }

    /// The lowest and the highest index; None where there is none or one is below 0.
    fn ends(&self) -> Option<[usize; 2]> {
        let rest = i128::try_from(self.count).ok()?.checked_sub(1)?;
        let last = i128::try_from(self.first).ok()? + rest * i128::from(self.step);
        let last = usize::try_from(last).ok()?;
        (rest >= 0).then(|| [self.first.min(last), self.first.max(last)])
    }

    fn contains(&self, index: usize) -> bool {
        let Some([low, high]) = self.ends() else { return false };
        let step = usize::try_from(self.step.unsigned_abs()).unwrap_or(usize::MAX).max(1);
        (low..=high).contains(&index) && (index - low).is_multiple_of(step)
    }
}

/// Which cells of the grid of a survey, in which order.
#[derive(Debug, Clone, Copy)]
pub enum Cells<'a> {
    /// A box.
    Grid {
        /// Which inlines, crosslines and offsets.
        axes: [Stretch; 3],
        /// Which lines follow each other: with inlines cells are in the order (inline, crossline,
        /// offset), with crosslines (crossline, inline, offset).
        outer: LineKind,
    },
    /// A list of cells, numbered in C order (inline, crossline, offset).
    List(&'a [u64]),
}

impl Cells<'_> {
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Cells::Grid { axes, .. } => {
                axes.iter().fold(1, |n: usize, axis| n.saturating_mul(axis.count))
            }
            Cells::List(cells) => cells.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Geometry {
    /// All cells of the grid.
    #[must_use]
    pub fn all_cells(&self) -> Cells<'static> {
        Cells::Grid { axes: self.shape().map(Stretch::all), outer: LineKind::Inline }
    }

    /// Checks that cells are there, and none of them twice where duplicates are an error.
    ///
    /// # Errors
    /// `Class::Index` for a cell outside the grid; `Class::Geometry` for the first cell that two
    /// traces fill.
    pub(crate) fn check_cells(&self, cells: Cells<'_>) -> Result<()> {
        let duplicate = match cells {
            Cells::Grid { .. } if cells.is_empty() => return Ok(()),
            Cells::Grid { axes, .. } => {
                for ((stretch, axis), name) in axes.iter().zip(&self.axes).zip(NAMES) {
                    let inside = stretch.ends().is_some_and(|[_, high]| high < axis.len());
                    if !inside {
                        let index = stretch.ends().map_or(usize::MAX, |[_, high]| high);
                        return Err(Kind::index(name, index, axis.len()));
                    }
                }
                self.duplicates.iter().find(|duplicate| {
                    let place = self.place(duplicate.cell);
                    axes.iter().zip(place).all(|(axis, index)| axis.contains(index))
                })
            }
            Cells::List(cells) => {
                let end = self.shape().iter().product::<usize>() as u64;
                if let Some(outside) = cells.iter().find(|&&cell| cell >= end) {
                    return Err(
                        Kind::IndexOutOfRange { what: "cell", index: *outside, n: end }.into()
                    );
                }
                self.duplicate_among(cells)
            }
        };
        duplicate.map_or(Ok(()), |duplicate| Err(self.duplicate_error(duplicate)))
    }

    fn duplicate_among(&self, cells: &[u64]) -> Option<&Duplicate> {
        if self.duplicates.is_empty() {
            return None;
        }
        let twice: HashMap<u64, &Duplicate> =
            self.duplicates.iter().rev().map(|d| (d.cell as u64, d)).collect();
        cells.iter().find_map(|cell| twice.get(cell).copied())
    }

    /// The traces of a box that was checked, row by row; where the geometry is not proved they are an
    /// assumption, to be checked by [`fits`](Geometry::fits).
    pub(crate) fn grid_walk(&self, axes: &[Stretch; 3], outer: LineKind) -> Walk<'_> {
        let (first, counts) = along(axes, outer, self.steps());
        match &self.index {
            Index::Affine(_) => Walk::affine(first as u64, counts),
            Index::Table(cells) => Walk::table(cells, first, counts),
        }
    }

    /// The trace of each of some cells, in their order; [`MISSING`] where there is none. Where the
    /// geometry is not proved they are an assumption.
    ///
    /// # Errors
    /// `Class::Index` for a cell outside the grid; `Class::Geometry` for the first cell that two
    /// traces fill.
    pub fn traces(&self, cells: Cells<'_>) -> Result<Vec<u64>> {
        self.check_cells(cells)?;
        Ok(match cells {
            Cells::Grid { axes, outer } => {
                let walk = self.grid_walk(&axes, outer);
                (0..walk.len()).map(|row| walk.get(row)).collect()
            }
            Cells::List(cells) => cells.iter().map(|&cell| self.trace_of(cell)).collect(),
        })
    }

    /// The trace of a cell that was checked, or [`MISSING`].
    fn trace_of(&self, cell: u64) -> u64 {
        match &self.index {
            Index::Affine(_) => {
                let place = self.place(cell as usize);
                place.iter().zip(self.steps()).map(|(index, step)| index * step).sum::<usize>()
                    as u64
            }
            Index::Table(cells) => match cells[cell as usize] {
                0 => MISSING,
                trace => u64::from(trace) - 1,
            },
        }
    }

    /// Whether a key is the one that the trace of a row must have; past the last row none is.
    #[must_use]
    #[doc(hidden)]
    pub fn fits(&self, cells: Cells<'_>, row: usize, key: &Key) -> bool {
        self.expected(cells).fit(row, |axis| key[axis])
    }

    /// Notes which traces have the keys that this geometry assumes, from the keys of all traces and the
    /// geometry that was made of them.
    pub(crate) fn prove(&self, keys: &[Key], swept: Option<&Geometry>, proof: &Proof) {
        // A regular survey in the assumed order is the frequent case: all traces are proved at once.
        if let (Index::Affine(assumed), Some(Index::Affine(found))) =
            (&self.index, swept.map(|swept| &swept.index))
            && assumed == found
        {
            return proof.complete();
        }
        let cells = self.all_cells();
        let Cells::Grid { axes, outer } = cells else { return };
        let (walk, expected) = (self.grid_walk(&axes, outer), self.expected(cells));
        for row in 0..walk.len() {
            let trace = walk.get(row);
            if keys.get(trace as usize).is_some_and(|key| expected.fit(row, |axis| key[axis])) {
                proof.insert(trace);
            }
        }
    }

    /// The labels that the trace of each row must have.
    pub(crate) fn expected<'a>(&'a self, cells: Cells<'a>) -> ExpectedLabels<'a> {
        let cells = match cells {
            Cells::Grid { axes, outer } => {
                let (first, counts) = along(&axes, outer, grid::steps([0, 1, 2], self.shape()));
                Walk::affine(first as u64, counts)
            }
            Cells::List(cells) => Walk::List(cells),
        };
        let axes = self.axes.each_ref().map(Axis::labels);
        ExpectedLabels { cells, axes, used: if self.prestack { 3 } else { 2 } }
    }

    /// Whether the traces of the file are in C order of the axes (inline, crossline, offset), none missing.
    #[must_use]
    pub fn is_in_cube_order(&self) -> bool {
        let Index::Affine(order) = &self.index else { return false };
        let shape = self.shape();
        order.iter().filter(|axis| shape[**axis] > 1).is_sorted()
    }

    /// How many cells of a box lie, in its own order, between two whose traces are neighbours in the
    /// file: 1 where the file has the order of the box.
    pub(crate) fn pitch(&self, axes: &[Stretch; 3], outer: LineKind) -> usize {
        let [_, _, offsets] = self.shape();
        let fastest = match &self.index {
            // An axis of one element is passed over.
            Index::Affine(order) => {
                let shape = self.shape();
                order.iter().rev().copied().find(|&axis| shape[axis] > 1).unwrap_or(2)
            }
            Index::Table(_) if offsets == 1 && self.sorting == Some(LineKind::Crossline) => 0,
            Index::Table(_) => 2,
        };
        let inner = nesting(outer).into_iter().rev().take_while(|&axis| axis != fastest);
        inner.map(|axis| axes[axis].count).product()
    }

    /// The step along each axis from cell to cell, in traces or in places of the table.
    fn steps(&self) -> [usize; 3] {
        // A table is in memory what a file sorted in C order would be.
        match self.index {
            Index::Affine(order) => grid::steps(order, self.shape()),
            Index::Table(_) => grid::steps([0, 1, 2], self.shape()),
        }
    }
}

/// The first of a box, and the (count, step) of each of its axes, outermost first, where `steps` lead
/// from index to index.
fn along(axes: &[Stretch; 3], outer: LineKind, steps: [usize; 3]) -> (usize, [(usize, i64); 3]) {
    let first = axes.iter().zip(steps).map(|(axis, step)| axis.first * step).sum();
    let counts = nesting(outer).map(|axis| {
        let Stretch { step, count, .. } = axes[axis];
        // The step of an axis of one element may be any.
        (count, if count > 1 { step * steps[axis] as i64 } else { 0 })
    });
    (first, counts)
}

/// The axes of a box, outermost first.
pub(super) fn nesting(outer: LineKind) -> [usize; 3] {
    [outer.word(), 1 - outer.word(), 2]
}
