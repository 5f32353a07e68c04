//! Regular grids: every cell has a trace, and traces follow each other as three nested loops.

use super::{Axis, Key, LineKind};
use crate::error::Result;
use crate::parallel::Running;

/// How the axes nest in the file, slowest first. Axes run as their labels appear, so the order is
/// all there is to know about a regular grid: its first trace is 0 and its steps are positive.
pub(super) type Order = [usize; 3];

/// Every order; of those of the same shape in the file the one by inlines comes first.
const ORDERS: [Order; 6] = [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// The orders that a survey can have: where the offset means nothing it takes no part.
pub(super) fn orders(prestack: bool) -> &'static [Order] {
    if prestack { &ORDERS } else { &ORDERS[..2] }
}

/// The step along each axis from cell to cell, in traces.
pub(super) fn steps(order: Order, shape: [usize; 3]) -> [usize; 3] {
    let [slow, middle, fast] = order;
    let mut steps = [1; 3];
    steps[middle] = shape[fast];
    steps[slow] = shape[fast] * shape[middle];
    debug_assert_eq!(steps[fast], 1);
    steps
}

/// The order in which the keys are exactly the grid of the axes, if there is one.
///
/// # Errors
/// What `running.poll` returns.
pub(super) fn order_of(
    keys: &[Key],
    axes: &[Axis; 3],
    prestack: bool,
    running: Running<'_>,
) -> Result<Option<Order>> {
    let cells = axes.iter().map(|axis| axis.len() as u128).product::<u128>();
    if cells != keys.len() as u128 {
        return Ok(None);
    }
    for &order in orders(prestack) {
        if is_grid(keys, axes, (prestack, order), running)? {
            return Ok(Some(order));
        }
    }
    Ok(None)
}

fn is_grid(
    keys: &[Key],
    axes: &[Axis; 3],
    (prestack, order): (bool, Order),
    running: Running<'_>,
) -> Result<bool> {
    let [slow, middle, fast] = order;
    let mut keys = keys.iter();
    let mut want: Key = [0; 3];
    for &label in axes[slow].labels() {
        running.check()?;
        want[slow] = label;
        for &label in axes[middle].labels() {
            want[middle] = label;
            for &label in axes[fast].labels() {
                want[fast] = label;
                if !keys.next().is_some_and(|key| same(key, &want, prestack)) {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

/// Whether two keys name the same cell.
#[inline]
pub(super) fn same(a: &Key, b: &Key, prestack: bool) -> bool {
    a[0] == b[0] && a[1] == b[1] && (!prestack || a[2] == b[2])
}

/// The sorting of a regular grid.
pub(super) fn sorting(order: Order, shape: [usize; 3]) -> LineKind {
    match one_line(shape) {
        Some(kind) => kind,
        None if order.iter().find(|&&axis| axis != 2) == Some(&0) => LineKind::Inline,
        None => LineKind::Crossline,
    }
}

/// The sorting of a survey of one line or bin, whatever the order of its traces.
pub(super) fn one_line(shape: [usize; 3]) -> Option<LineKind> {
    match shape {
        [_, 1, _] => Some(LineKind::Crossline),
        [1, _, _] => Some(LineKind::Inline),
        _ => None,
    }
}
