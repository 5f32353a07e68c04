//! One line: its traces in the promised order, and the keys they must have.

use super::{Duplicate, Geometry, Index, Key, LineKind, grid};
use crate::error::Result;
use crate::walk::Walk;

/// The traces of one inline or crossline, in the order (other axis, offset).
///
/// Made by [`Geometry::line`]; neither making nor asking it allocates.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    geometry: &'a Geometry,
    kind: LineKind,
    index: usize,
    /// First offset index, and how many.
    offsets: (usize, usize),
}

impl Geometry {
    /// The line of a label, at one offset label or, without one, at all.
    ///
    /// # Errors
    /// [`Kind::Label`](crate::error::Kind::Label) for a label that is not on its axis, naming the
    /// nearest; [`Kind::Geometry`](crate::error::Kind::Geometry) where two traces of the line have
    /// the same key and duplicates are an error.
    pub fn line(&self, kind: LineKind, label: i32, offset: Option<i32>) -> Result<Line<'_>> {
        let axis = self.lines(kind);
        let index = axis.index_of(label).ok_or_else(|| axis.no_label(kind.name(), label))?;
        let offsets = match offset {
            None => (0, self.offsets().len()),
            Some(label) => {
                let axis = self.offsets();
                (axis.index_of(label).ok_or_else(|| axis.no_label("offset", label))?, 1)
            }
        };
        let line = Line { geometry: self, kind, index, offsets };
        match self.duplicates.iter().find(|duplicate| line.touches(duplicate)) {
            Some(duplicate) => Err(self.duplicate_error(duplicate)),
            None => Ok(line),
        }
    }
}

impl<'a> Line<'a> {
    /// The number of labels of the other axis and of offsets: the shape of a read of this line,
    /// before the samples.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.geometry.axes[self.other()].len(), self.offsets.1)
    }

    /// The traces of the line, row by row. Where the geometry is not proved they are an
    /// assumption, to be checked against [`expected`](Line::expected).
    #[must_use]
    pub fn walk(&self) -> Walk<'a> {
        let geometry = self.geometry;
        let shape = geometry.shape();
        // A table is in memory what a file sorted in C order would be.
        let steps = match geometry.index {
            Index::Affine(order) => grid::steps(order, shape),
            Index::Table(_) => grid::steps([0, 1, 2], shape),
        };
        let (n_other, n_offsets) = self.shape();
        let first = self.index * steps[self.kind.word()] + self.offsets.0 * steps[2];
        let axes = [(1, 0), (n_other, steps[self.other()] as i64), (n_offsets, steps[2] as i64)];
        match &geometry.index {
            Index::Affine(_) => Walk::affine(first as u64, axes),
            Index::Table(cells) => Walk::table(cells, first, axes),
        }
    }

    /// The key that the trace of a row must have: inline, crossline and, where the survey is
    /// prestack, offset. None past the last row.
    #[must_use]
    #[inline]
    pub fn expected(&self, row: usize) -> Option<(i32, i32, Option<i32>)> {
        let axes = &self.geometry.axes;
        let other = *axes[self.other()].labels().get(row / self.offsets.1)?;
        let line = axes[self.kind.word()].labels()[self.index];
        let offset = axes[2].labels()[self.offsets.0 + row % self.offsets.1];
        let offset = self.geometry.prestack.then_some(offset);
        Some(match self.kind {
            LineKind::Inline => (line, other, offset),
            LineKind::Crossline => (other, line, offset),
        })
    }

    /// Whether a key is the one that the trace of a row must have.
    #[must_use]
    #[inline]
    pub fn fits(&self, row: usize, key: &Key) -> bool {
        self.expected(row).is_some_and(|(inline, crossline, offset)| {
            key[0] == inline && key[1] == crossline && offset.is_none_or(|offset| key[2] == offset)
        })
    }

    fn other(&self) -> usize {
        1 - self.kind.word()
    }

    fn touches(&self, duplicate: &Duplicate) -> bool {
        let place = self.geometry.place(duplicate.cell);
        let (first, count) = self.offsets;
        place[self.kind.word()] == self.index && (first..first + count).contains(&place[2])
    }
}
