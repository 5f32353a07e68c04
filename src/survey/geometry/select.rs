//! Cells by labels along each axis: one label, a slice of labels, or all.

use super::section::nesting;
use super::{Cells, Geometry, LineKind, Stretch};
use crate::error::{Kind, Result};

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

impl Stretch {
    /// From the first of some indices to their second one, and as many.
    fn through(mut indices: impl Iterator<Item = usize> + Clone) -> Stretch {
        let count = indices.clone().count();
        let first = indices.next().unwrap_or(0);
        let step = indices.next().map_or(1, |second| second as i64 - first as i64);
        Stretch { first, step, count }
    }

    /// The indices; those of a stretch that begins within an axis and ends outside wrap around.
    fn indices(self) -> impl Iterator<Item = usize> {
        let step = self.step as isize;
        (0..self.count).map(move |i| self.first.wrapping_add_signed(step.wrapping_mul(i as isize)))
    }
}

impl Geometry {
    /// What labels of inlines, crosslines and offsets select.
    ///
    /// # Errors
    /// As [`index_of`](Geometry::index_of); `Class::Value` for a step of 0; `Class::Label` for some of the
    /// offsets of a post-stack survey.
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
                Labels::Slice(bounds) if axis == 2 && !self.prestack => {
                    let bounds =
                        bounds.map(|bound| bound.map_or_else(String::new, |n| n.to_string()));
                    return Err(Kind::NoOffsetAxis { offsets: bounds.join(":") }.into());
                }
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
}
