//! Where the elements of a destination are.

use crate::error::{Kind, Result};

/// The most axes left after merging the contiguous ones; more are refused.
const MAX_AXES: usize = 8;

/// One axis of a destination: how many, and the distance in bytes from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) count: usize,
    pub(super) stride: isize,
}

/// Where the units of a destination are, in C order. The last axis runs fastest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Strides {
    pub(super) axes: [Axis; MAX_AXES],
    pub(super) used: usize,
}

impl Strides {
    /// No axis: a single unit.
    pub(super) const NONE: Strides =
        Strides { axes: [Axis { count: 1, stride: 0 }; MAX_AXES], used: 0 };

    /// Drops axes of one element, joins those that run on into each other, and refuses overlap.
    pub(super) fn merge(
        axes: impl Iterator<Item = (usize, isize)>,
        unit: usize,
    ) -> Result<(Strides, usize)> {
        let mut merged = Strides::NONE;
        let mut total = 1usize;
        let mut empty = false;
        for (count, stride) in axes {
            empty |= count == 0;
            total = total.saturating_mul(count);
            if count == 1 {
                continue;
            }
            if let Some(outer) = merged.used.checked_sub(1).map(|i| &mut merged.axes[i])
                && isize::try_from(count).ok().and_then(|c| c.checked_mul(stride))
                    == Some(outer.stride)
            {
                *outer = Axis { count: outer.count.saturating_mul(count), stride };
                continue;
            }
            if merged.used == MAX_AXES {
                return Err(Kind::TooManyAxes { most: MAX_AXES }.into());
            }
            merged.axes[merged.used] = Axis { count, stride };
            merged.used += 1;
        }
        if empty {
            merged.axes[0] = Axis { count: 0, stride: unit as isize };
            merged.used = 1;
            return Ok((merged, 0));
        }
        if merged.overlaps(unit) {
            return Err(Kind::OverlappingElements.into());
        }
        Ok((merged, total))
    }

    /// Whether two elements may share a byte: each stride must step over all that lies within.
    fn overlaps(&self, unit: usize) -> bool {
        let mut axes = self.axes;
        let axes = &mut axes[..self.used];
        axes.sort_unstable_by_key(|a| a.stride.unsigned_abs());
        let mut extent = unit;
        for axis in axes {
            if axis.stride.unsigned_abs() < extent {
                return true;
            }
            extent =
                axis.stride.unsigned_abs().saturating_mul(axis.count - 1).saturating_add(extent);
        }
        false
    }

    pub(super) fn hull(&self, base: *mut u8, unit: usize, empty: bool) -> (usize, usize) {
        let base = base as usize;
        if empty {
            return (base, base);
        }
        let (mut low, mut high) = (base, base.saturating_add(unit));
        for axis in &self.axes[..self.used] {
            let reach = axis.stride.unsigned_abs().saturating_mul(axis.count - 1);
            if axis.stride < 0 {
                low = low.saturating_sub(reach);
            } else {
                high = high.saturating_add(reach);
            }
        }
        (low, high)
    }

    /// Distance in bytes from the base to unit `index` (C order), and how many units from there on
    /// are contiguous.
    pub(super) fn at(&self, mut index: usize, unit: usize) -> (isize, usize) {
        let Some(inner) = self.used.checked_sub(1) else { return (0, 1) };
        let mut offset = 0isize;
        let mut run = 1;
        for (i, axis) in self.axes[..self.used].iter().enumerate().rev() {
            let (position, outer) =
                if i == 0 { (index, 0) } else { (index % axis.count, index / axis.count) };
            if i == inner && axis.stride == unit as isize {
                run = axis.count - position;
            }
            offset += position as isize * axis.stride;
            index = outer;
        }
        (offset, run)
    }
}
