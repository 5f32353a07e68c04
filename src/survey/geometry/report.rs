//! What a sweep found: how the traces of a file differ from a regular survey.

use std::fmt;

use super::table::{self, Filled, Locator};
use super::{Duplicates, Geometry, Key, grid};
use crate::error::Result;
use crate::parallel::Running;
use crate::read::keys::NO_KEY;

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
    /// Traces out of place.
    ///
    /// Where every cell has exactly one trace: those that do not stand where the order of the grid
    /// would have them; it is the nesting order of the axes which the fewest neighbours in the file
    /// contradict. Two traces exchanged count 2.
    ///
    /// Where cells are missing or double: the fewest traces that would have to be moved so that the
    /// rest stand in the order of a grid, in the nesting order of the axes that needs the fewest. All
    /// traces of a double cell are left out before, as nobody can say which is in place. A trace with
    /// a wrong label counts 1 at most, the wrong label of another trace nothing, two neighbours
    /// exchanged 1.
    ///
    /// Traces outside the axes count in neither.
    pub swaps: u64,
    /// Traces whose key lies outside the axes. Where the axes came from a sweep, these are the traces
    /// without a key.
    pub outside: u64,
    /// The keys of the first missing cells, at most 10. Post-stack, the offset means nothing.
    pub first_missing: Vec<Key>,
    /// The first duplicates, at most 10: the first trace of the cell, and the other.
    pub first_duplicates: Vec<(u64, u64)>,
    /// The first traces out of place, at most 10. Where cells are missing or double and others
    /// could be moved instead, as with two neighbours exchanged, it is one choice of the fewest.
    pub first_swaps: Vec<u64>,
    /// The first traces outside the axes, at most 10.
    pub first_outside: Vec<u64>,
    pub(crate) prestack: bool,
    /// The keys of the duplicates, swaps and strangers above, for the text.
    named: [Vec<Key>; 3],
}

impl Geometry {
    /// How these keys, which are those of all traces in file order, stand on the axes of this
    /// survey. Duplicates are counted whatever was chosen to be done about them.
    ///
    /// # Errors
    /// [`Class::Geometry`](crate::error::Class::Geometry) for an irregular survey of 2^32 traces or
    /// more.
    pub fn report(&self, keys: &[Key]) -> Result<Report> {
        self.report_running(keys, Running::default())
    }

    /// [`Geometry::report`], interruptible.
    ///
    /// # Errors
    /// The same; what `running.poll` returns.
    pub(crate) fn report_running(&self, keys: &[Key], running: Running<'_>) -> Result<Report> {
        let shape = self.shape();
        let mut report = Report {
            regular: grid::order_of(keys, &self.axes, self.prestack, running)?.is_some(),
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
        let Filled { mut cells, duplicates, outside } =
            table::fill(keys, &self.axes, self.prestack, (n_cells, Duplicates::Error), running)?;
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

        let moved = if report.missing == 0 && duplicates.is_empty() {
            self.out_of_place(keys, &cells)
        } else {
            for pair in &duplicates {
                cells[pair.cell] = 0;
            }
            self.fewest_moved(&cells, running)?
        };
        report.swaps = moved.len() as u64;
        report.first_swaps = moved.into_iter().take(NAMED).map(u64::from).collect();

        let key = |trace: &u64| keys[*trace as usize];
        report.named = [
            report.first_duplicates.iter().map(|pair| key(&pair.0)).collect(),
            report.first_swaps.iter().map(key).collect(),
            report.first_outside.iter().map(key).collect(),
        ];
        Ok(report)
    }

    /// The traces to move so that those of `cells` stand in grid order, ascending: as few as there
    /// are in any nesting order of the axes.
    fn fewest_moved(&self, cells: &[u32], running: Running<'_>) -> Result<Vec<u32>> {
        let mut best: Option<Vec<u32>> = None;
        for &order in grid::orders(self.prestack) {
            let most = best.as_ref().map_or(usize::MAX, Vec::len);
            let fewer = beside_longest_rise(&self.in_grid_order(cells, order), most, running)?;
            best = fewer.or(best);
        }
        let mut moved = best.unwrap_or_default();
        moved.sort_unstable();
        Ok(moved)
    }

    /// The traces of a full grid that stand elsewhere than in its order, ascending.
    fn out_of_place(&self, keys: &[Key], cells: &[u32]) -> Vec<u32> {
        let traces = self.in_grid_order(cells, self.nearest_order(keys));
        // The places are those of the traces on the grid: there may be others, outside the axes.
        let mut places = traces.clone();
        places.sort_unstable();
        // What stands elsewhere leaves its own place to another, so the places are the traces.
        places.into_iter().zip(traces).filter(|(a, b)| a != b).map(|pair| pair.0).collect()
    }

    /// The traces of the cells, in the order of the grid.
    fn in_grid_order(&self, cells: &[u32], [slow, middle, fast]: grid::Order) -> Vec<u32> {
        let shape = self.shape();
        let strides = grid::steps([0, 1, 2], shape);
        let mut traces = Vec::new();
        for a in 0..shape[slow] {
            for b in 0..shape[middle] {
                let line = a * strides[slow] + b * strides[middle];
                let cells = (0..shape[fast]).map(|c| cells[line + c * strides[fast]]);
                traces.extend(cells.filter_map(|number| number.checked_sub(1)));
            }
        }
        traces
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

/// The numbers, all different, beside a longest rising subsequence of them; none if there are `most`
/// or more.
///
/// A number has the level k if the longest rise that ends in it has k numbers. Numbers of one level
/// fall, so that backwards the first of each level, after one of the level above, continues a rise.
fn beside_longest_rise(
    numbers: &[u32],
    most: usize,
    running: Running<'_>,
) -> Result<Option<Vec<u32>>> {
    let mut levels: Vec<u32> = Vec::with_capacity(numbers.len());
    // The least number that a rise of each length ends in.
    let mut ends: Vec<u32> = Vec::new();
    for (i, &number) in numbers.iter().enumerate() {
        if i % (1 << 16) == 0 {
            running.check()?;
        }
        let level = match ends.last() {
            Some(&last) if number < last => ends.partition_point(|&end| end < number),
            _ => ends.len(),
        };
        match ends.get_mut(level) {
            Some(end) => *end = number,
            None => ends.push(number),
        }
        levels.push(level as u32);
        // Of those seen so far this many stay out, whatever follows.
        if levels.len() - ends.len() >= most {
            return Ok(None);
        }
    }
    let mut wanted = ends.len();
    let mut beside = Vec::with_capacity(numbers.len() - ends.len());
    for (&number, level) in numbers.iter().zip(levels).rev() {
        if level as usize + 1 == wanted {
            wanted -= 1;
        } else {
            beside.push(number);
        }
    }
    Ok(Some(beside))
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
        let name = |key: Key| {
            if key == NO_KEY {
                return "a blank header".to_owned();
            }
            let [inline, crossline, offset] = key;
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
