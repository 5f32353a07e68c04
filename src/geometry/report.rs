//! What a sweep found: how the traces of a file differ from a regular survey.

use std::fmt;

use super::table::{self, Filled, Locator};
use super::{Duplicates, Geometry, Key, grid};
use crate::error::Result;

/// How many offenders of each sort a report names.
const NAMED: usize = 10;

/// How all traces of a file stand on the axes of a survey. Displays as a few lines of text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Whether the traces are exactly the grid of the axes, each cell once and in file order.
    pub regular: bool,
    /// Traces in the file.
    pub n_traces: u64,
    /// The lengths of the axes: inlines, crosslines, offsets.
    pub shape: [usize; 3],
    /// Cells that no trace belongs to.
    pub missing: u64,
    /// Traces beyond the first of a cell.
    pub duplicates: u64,
    /// Traces out of place: let the traces that are the first of their cell be sorted as the file
    /// is on the whole (the nesting order of the axes which the fewest neighbours contradict); then
    /// this many of them would stand elsewhere among themselves. Two traces exchanged count 2, a
    /// trace that is missing or double counts nothing.
    pub swaps: u64,
    /// Traces whose key lies outside the axes; none where the axes came from a sweep.
    pub outside: u64,
    /// The keys of the first missing cells, at most 10. Post-stack, the offset means nothing.
    pub first_missing: Vec<Key>,
    /// The first duplicates, at most 10: the first trace of the cell, and the other.
    pub first_duplicates: Vec<(u64, u64)>,
    /// The first traces out of place, at most 10.
    pub first_swaps: Vec<u64>,
    /// The first traces outside the axes, at most 10.
    pub first_outside: Vec<u64>,
    prestack: bool,
    /// The keys of the duplicates, swaps and strangers above, for the text.
    named: [Vec<Key>; 3],
}

impl Geometry {
    /// How these keys, which are those of all traces in file order, stand on the axes of this
    /// survey. Duplicates are counted whatever was chosen to be done about them.
    ///
    /// # Errors
    /// [`Kind::Geometry`](crate::error::Kind::Geometry) for an irregular survey of 2^32 traces or
    /// more.
    pub fn report(&self, keys: &[Key]) -> Result<Report> {
        let shape = self.shape();
        let mut report = Report {
            regular: grid::order_of(keys, &self.axes, self.prestack).is_some(),
            n_traces: keys.len() as u64,
            shape,
            missing: 0,
            duplicates: 0,
            swaps: 0,
            outside: 0,
            first_missing: Vec::new(),
            first_duplicates: Vec::new(),
            first_swaps: Vec::new(),
            first_outside: Vec::new(),
            prestack: self.prestack,
            named: Default::default(),
        };
        if report.regular {
            return Ok(report);
        }
        let n_cells = shape.iter().product();
        let Filled { cells, duplicates, outside } =
            table::fill(keys, &self.axes, self.prestack, n_cells, Duplicates::Error)?;
        let missing = || cells.iter().enumerate().filter(|cell| *cell.1 == 0);
        report.missing = missing().count() as u64;
        report.first_missing = missing()
            .take(NAMED)
            .map(|(cell, _)| {
                let place = self.place(cell);
                [0, 1, 2].map(|axis| self.axes[axis].labels()[place[axis]])
            })
            .collect();
        report.duplicates = duplicates.len() as u64;
        report.first_duplicates = duplicates
            .iter()
            .take(NAMED)
            .map(|pair| (pair.first.into(), pair.second.into()))
            .collect();
        report.outside = outside.len() as u64;
        report.first_outside = outside.iter().take(NAMED).map(|&(trace, _)| trace).collect();

        let mut left_out: Vec<u64> = duplicates.iter().map(|pair| pair.second.into()).collect();
        left_out.extend(outside.iter().map(|&(trace, _)| trace));
        left_out.sort_unstable();
        let moved = self.out_of_place(keys, &cells, &left_out);
        report.swaps = moved.len() as u64;
        report.first_swaps = moved.into_iter().take(NAMED).collect();

        let key = |trace: &u64| keys[*trace as usize];
        report.named = [
            report.first_duplicates.iter().map(|pair| key(&pair.0)).collect(),
            report.first_swaps.iter().map(key).collect(),
            report.first_outside.iter().map(key).collect(),
        ];
        Ok(report)
    }

    /// The traces of `cells` that would stand elsewhere if they were sorted, ascending; `left_out`
    /// are those of the file that are not in `cells`, ascending.
    fn out_of_place(&self, keys: &[Key], cells: &[u32], left_out: &[u64]) -> Vec<u64> {
        let shape = self.shape();
        let order = self.nearest_order(keys);
        let [slow, middle, fast] = order;
        let strides = grid::steps([0, 1, 2], shape);
        let mut present = (0..keys.len() as u64).filter({
            let mut left_out = left_out.iter().peekable();
            move |trace| left_out.next_if_eq(&trace).is_none()
        });
        let mut moved = Vec::new();
        for a in 0..shape[slow] {
            for b in 0..shape[middle] {
                for c in 0..shape[fast] {
                    let cell = a * strides[slow] + b * strides[middle] + c * strides[fast];
                    let Some(trace) = cells[cell].checked_sub(1).map(u64::from) else { continue };
                    // A trace is in place if it is the next of those present.
                    if present.next() != Some(trace) {
                        moved.push(trace);
                    }
                }
            }
        }
        moved.sort_unstable();
        moved
    }

    /// The order of the axes which the fewest neighbours in the file contradict.
    fn nearest_order(&self, keys: &[Key]) -> grid::Order {
        let orders = grid::orders(self.prestack);
        let mut against = [0u64; 6];
        let mut locator = Locator::new(&self.axes, self.prestack);
        let mut last: Option<[usize; 3]> = None;
        for place in keys.iter().filter_map(|key| locator.place(key).ok()) {
            if let Some(last) = last {
                for (count, order) in against.iter_mut().zip(orders) {
                    *count +=
                        u64::from(order.map(|axis| place[axis]) < order.map(|axis| last[axis]));
                }
            }
            last = Some(place);
        }
        let best = (0..orders.len()).min_by_key(|&order| against[order]);
        orders[best.unwrap_or(0)]
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [inlines, crosslines, offsets] = self.shape;
        write!(
            f,
            "{}: {} traces on {inlines} inlines x {crosslines} crosslines",
            if self.regular { "regular" } else { "irregular" },
            self.n_traces
        )?;
        if self.prestack {
            write!(f, " x {offsets} offsets")?;
        }
        let name = |[inline, crossline, offset]: Key| {
            let offset = if self.prestack { format!("/{offset}") } else { String::new() };
            format!("{inline}/{crossline}{offset}")
        };
        let [duplicates, swaps, outside] = &self.named;
        let traces = |traces: &[u64], keys: &[Key]| -> Vec<String> {
            let pairs = traces.iter().zip(keys);
            pairs.map(|(trace, &key)| format!("trace {trace} ({})", name(key))).collect()
        };
        let groups = [
            ("missing", self.missing, self.first_missing.iter().map(|&key| name(key)).collect()),
            (
                "duplicates",
                self.duplicates,
                self.first_duplicates
                    .iter()
                    .zip(duplicates)
                    .map(|((a, b), &key)| format!("traces {a} and {b} ({})", name(key)))
                    .collect(),
            ),
            ("swaps", self.swaps, traces(&self.first_swaps, swaps)),
            ("outside the axes", self.outside, traces(&self.first_outside, outside)),
        ];
        for (what, count, named) in groups.into_iter().filter(|group| group.1 > 0) {
            let named: Vec<String> = named;
            let more = if count > named.len() as u64 { ", ..." } else { "" };
            write!(f, "\n  {what}: {count}: {}{more}", named.join(", "))?;
        }
        Ok(())
    }
}
