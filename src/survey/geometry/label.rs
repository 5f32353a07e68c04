//! Places by label: lines, gathers, bins.

use super::{Cells, Geometry, LineKind, NAMES, Stretch};
use crate::error::Result;

impl Geometry {
    /// The index of a label on an axis: 0 for inlines, 1 for crosslines, 2 for offsets.
    ///
    /// # Errors
    /// [`Class::Label`](crate::error::Class::Label) for a label that is not on the axis, naming the
    /// nearest.
    ///
    /// # Panics
    /// Where there is no such axis.
    pub fn index_of(&self, axis: usize, label: impl Into<i64>) -> Result<usize> {
        let (labels, label) = (&self.axes[axis], label.into());
        let index = i32::try_from(label).ok().and_then(|label| labels.index_of(label));
        index.ok_or_else(|| labels.no_label(NAMES[axis], label))
    }

    /// The line of a label, at one offset label or, without one, at all: (other axis, offset).
    ///
    /// # Errors
    /// As [`index_of`](Geometry::index_of).
    pub fn line(&self, kind: LineKind, label: i32, offset: Option<i32>) -> Result<Cells<'static>> {
        let mut axes = self.shape().map(Stretch::all);
        axes[kind.word()] = Stretch::one(self.index_of(kind.word(), label)?);
        if let Some(offset) = offset {
            axes[2] = Stretch::one(self.index_of(2, offset)?);
        }
        Ok(Cells::Grid { axes, outer: kind })
    }

    /// The gather of a bin, by labels: its cells along the offset axis.
    ///
    /// # Errors
    /// As [`index_of`](Geometry::index_of).
    pub fn gather(&self, inline: i32, crossline: i32) -> Result<Cells<'static>> {
        let [i, x] = self.bin(inline, crossline)?;
        let axes = [Stretch::one(i), Stretch::one(x), Stretch::all(self.offsets().len())];
        Ok(Cells::Grid { axes, outer: LineKind::Inline })
    }

    /// The cell of a bin, by labels: prestack that of its first offset, and those of the other
    /// offsets follow.
    ///
    /// # Errors
    /// As [`index_of`](Geometry::index_of).
    pub fn cell(&self, inline: impl Into<i64>, crossline: impl Into<i64>) -> Result<u64> {
        let [i, x] = self.bin(inline, crossline)?;
        let [_, nx, no] = self.shape();
        Ok(((i * nx + x) * no) as u64)
    }

    fn bin(&self, inline: impl Into<i64>, crossline: impl Into<i64>) -> Result<[usize; 2]> {
        Ok([self.index_of(0, inline)?, self.index_of(1, crossline)?])
    }
}
