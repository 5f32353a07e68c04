//! Places by label: lines, gathers, bins.

use super::section::nesting;
use super::{Cells, Geometry, LineKind, NAMES, Stretch};
use crate::error::Result;

/// Labels along one axis.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Labels {
    /// One label: the result does not have the axis.
    One(i64),
    /// All labels; the result does not have the axis if there is only one.
    Several,
    /// Start, stop and step, as for [`Axis::labels_in`](super::Axis::labels_in).
    Slice([Option<i64>; 3]),
}

/// The cells that labels select, and the lengths of their axes in the result, outermost first.
#[derive(Debug)]
pub(crate) struct Selection {
    outer: LineKind,
    axes: [Stretch; 3],
    /// The cells if the indices along an axis are not evenly spaced.
    list: Option<Vec<u64>>,
    pub(crate) shape: [Option<usize>; 3],
}

impl Selection {
    pub(crate) fn cells(&self) -> Cells<'_> {
        match &self.list {
            Some(list) => Cells::List(list),
            None => Cells::Grid { axes: self.axes, outer: self.outer },
        }
    }
}

impl Geometry {
    /// The index of a label on an axis: 0 for inlines, 1 for crosslines, 2 for offsets.
    ///
    /// # Errors
    /// `Class::Label`(crate::error::Kind::Label) for a label that is not on the axis, naming the
    /// nearest.
    ///
    /// # Panics
    /// Where there is no such axis.
    pub fn index_of(&self, axis: usize, label: impl Into<i64>) -> Result<usize> {
        let (labels, label) = (&self.axes[axis], label.into());
        let index = i32::try_from(label).ok().and_then(|label| labels.index_of(label));
        index.ok_or_else(|| labels.no_label(NAMES[axis], label))
    }

    /// What labels of inlines, crosslines and offsets select.
    ///
    /// # Errors
    /// As [`index_of`](Geometry::index_of); `Class::Value` for a step of 0.
    pub(crate) fn select(&self, labels: [Labels; 3], outer: LineKind) -> Result<Selection> {
        let mut axes = self.shape().map(Stretch::all);
        let mut lengths = [None; 3];
        let mut uneven: [Option<Vec<usize>>; 3] = [const { None }; 3];
        for (axis, labels) in labels.into_iter().enumerate() {
            let length = match labels {
                Labels::One(label) => {
                    axes[axis] = Stretch::one(self.index_of(axis, label)?);
                    None
                }
                Labels::Several => (axes[axis].count > 1).then_some(axes[axis].count),
                Labels::Slice([None, None, None]) => Some(axes[axis].count),
                Labels::Slice([start, stop, step]) => {
                    let indices = self.axes[axis].labels_in(start, stop, step)?;
                    axes[axis] = Stretch::through(indices.clone());
                    if !indices.clone().eq(axes[axis].indices()) {
                        uneven[axis] = Some(indices.collect());
                    }
                    Some(axes[axis].count)
                }
            };
            lengths[axis] = length;
        }
        let order = nesting(outer);
        let list = uneven.iter().any(Option::is_some).then(|| {
            let [a, b, c] = order
                .map(|axis| uneven[axis].take().unwrap_or_else(|| axes[axis].indices().collect()));
            let [_, nx, no] = self.shape();
            let mut cells = Vec::with_capacity(a.len() * b.len() * c.len());
            for &i in &a {
                for &j in &b {
                    let (inline, crossline) = if order[0] == 0 { (i, j) } else { (j, i) };
                    cells.extend(c.iter().map(|&o| ((inline * nx + crossline) * no + o) as u64));
                }
            }
            cells
        });
        Ok(Selection { outer, axes, list, shape: order.map(|axis| lengths[axis]) })
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
