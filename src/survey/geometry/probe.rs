//! The cheap way to a geometry: one whole line, and the first and last header of every line.

use super::grid::{self, Order};
use super::{Axis, Geometry, Index, Key, Keys, shape};
use crate::error::Result;

/// Lines whose ends are asked for at a time.
const LINES: usize = 256;

impl Geometry {
    /// The regular survey that a few headers speak for, or none: then only a sweep can tell.
    ///
    /// It reads the first line whole and the first and last header of every other: as many headers
    /// as a line has traces, and two a line. A line here is the traces that share the slower of
    /// inline and crossline, and the offset too where that is slower still. The survey is assumed to
    /// be regular if its axes multiply to the number of traces, labels are strictly monotone on each
    /// axis, and every header that was read is where the grid has it. Files of one line are left to
    /// the sweep, which reads as many headers and proves what it finds.
    ///
    /// # Errors
    /// Those of [`Keys::read`].
    pub fn probe(keys: &(impl Keys + ?Sized)) -> Result<Option<Geometry>> {
        let n_traces = keys.n_traces();
        if n_traces == 0 {
            return Ok(None);
        }
        // The first trace, the last one, and the beginning of the first line, asked for at once.
        let batch = keys.batch().clamp(1, n_traces);
        let mut line = Vec::new();
        keys.read(&(0..batch).chain([n_traces - 1]).collect::<Vec<_>>(), &mut line)?;
        let (Some(last), Some(&first)) = (line.pop(), line.first()) else { return Ok(None) };
        if n_traces == 1 {
            return Ok(Some(Geometry::regular(first.map(Axis::single), false, [0, 1, 2], true)));
        }
        if first[0] == last[0] || first[1] == last[1] {
            return Ok(None);
        }
        let Some((slow, line)) = first_line(keys, line)? else { return Ok(None) };
        let Some(within) = within_line(&line, 1 - slow) else { return Ok(None) };
        let Some(ends) = ends(keys, &line, slow)? else { return Ok(None) };
        Ok(match within {
            Within::Bins(fast_axis) => bins(&line, &ends, slow, fast_axis),
            Within::Gathers(axes) => gathers(&ends, slow, axes, [slow, 1 - slow, 2]),
            Within::Offsets(axes) => gathers(&ends, slow, axes, [slow, 2, 1 - slow]),
        })
    }

    /// A geometry whose traces are the whole grid of its axes.
    pub(super) fn regular(axes: [Axis; 3], prestack: bool, order: Order, proved: bool) -> Geometry {
        let sorting = Some(grid::sorting(order, shape(&axes)));
        let index = Index::Affine(order);
        Geometry { axes, prestack, sorting, proved, index, duplicates: Vec::new() }
    }
}

/// The axes in the order of a key, from the slower of inline and crossline, the faster, and offsets.
fn ordered(slow: usize, slow_axis: Axis, fast_axis: Axis, offsets: Axis) -> [Axis; 3] {
    if slow == 0 { [slow_axis, fast_axis, offsets] } else { [fast_axis, slow_axis, offsets] }
}

/// The traces up to the first change of the slower of inline and crossline, and which one that is; the
/// first of them are known. None where both change at once or where less than two such lines fit the file.
fn first_line(
    keys: &(impl Keys + ?Sized),
    mut line: Vec<Key>,
) -> Result<Option<(usize, Vec<Key>)>> {
    let n_traces = keys.n_traces();
    let first = line[0];
    let mut slow = None;
    for trace in 1..=n_traces / 2 {
        if trace == line.len() as u64 {
            // Twice as many each time: at most as many too many as the line is long.
            let traces = trace..n_traces.min(trace.saturating_mul(2).max(trace + keys.batch()));
            keys.read(&traces.collect::<Vec<_>>(), &mut line)?;
        }
        let Some(key) = line.get(trace as usize) else { return Ok(None) };
        let changed = (key[0] != first[0], key[1] != first[1]);
        slow = match (slow, changed) {
            (Some(0), (true, _)) | (Some(1), (_, true)) => {
                line.truncate(trace as usize);
                return Ok(slow
                    .filter(|_| n_traces.is_multiple_of(trace))
                    .map(|slow| (slow, line)));
            }
            (None, (true, true)) => return Ok(None),
            (None, (true, false)) => Some(1),
            (None, (false, true)) => Some(0),
            (known, _) => known,
        };
    }
    Ok(None)
}

/// What the traces of one line are to each other; axes are the faster one and the offset.
enum Within {
    /// One trace a bin.
    Bins(Axis),
    /// Bin after bin, each with all offsets.
    Gathers([Axis; 2]),
    /// Offset after offset, each with all bins.
    Offsets([Axis; 2]),
}

/// Takes apart a line, which is not empty. None where it is no grid.
fn within_line(line: &[Key], fast: usize) -> Option<Within> {
    let start = line[0];
    let Some(again) = line[1..].iter().position(|key| key[fast] == start[fast]) else {
        return Axis::new(line.iter().map(|key| key[fast]).collect()).map(Within::Bins);
    };
    let (outer, inner, count) = if again == 0 {
        (fast, 2, line.iter().position(|key| key[fast] != start[fast])?)
    } else {
        (2, fast, again + 1)
    };
    let inner_axis = Axis::new(line[..count].iter().map(|key| key[inner]).collect())?;
    let outer_axis = Axis::new(line.iter().step_by(count).map(|key| key[outer]).collect())?;
    let is_grid = line.chunks(count).zip(outer_axis.labels()).all(|(chunk, &label)| {
        let mut pairs = chunk.iter().zip(inner_axis.labels());
        chunk.len() == count && pairs.all(|(key, &want)| key[inner] == want && key[outer] == label)
    });
    is_grid.then_some(match inner {
        2 => Within::Gathers([outer_axis, inner_axis]),
        _ => Within::Offsets([inner_axis, outer_axis]),
    })
}

/// The first and last key of every line, each of which must have one label of the slower axis and
/// end where the first line ends. None where one does not.
fn ends(keys: &(impl Keys + ?Sized), line: &[Key], slow: usize) -> Result<Option<Vec<(Key, Key)>>> {
    let fast = 1 - slow;
    let length = line.len() as u64;
    let (start, end) = (line[0], line[line.len() - 1]);
    let mut ends = vec![(start, end)];
    let numbers: Vec<u64> = (1..keys.n_traces() / length).collect();
    let mut found = Vec::new();
    for some in numbers.chunks(LINES) {
        let traces = some.iter().flat_map(|i| [i * length, (i + 1) * length - 1]);
        found.clear();
        keys.read(&traces.collect::<Vec<_>>(), &mut found)?;
        for line in found.as_chunks().0 {
            let [first, last] = *line;
            if first[slow] != last[slow] || first[fast] != start[fast] || last[fast] != end[fast] {
                return Ok(None);
            }
            ends.push((first, last));
        }
    }
    Ok(Some(ends))
}

/// The survey of lines that hold a grid of the faster axis and of offsets.
fn gathers(ends: &[(Key, Key)], slow: usize, within: [Axis; 2], order: Order) -> Option<Geometry> {
    let same_offsets =
        ends.iter().all(|(first, last)| first[2] == ends[0].0[2] && last[2] == ends[0].1[2]);
    let slow_axis = Axis::new(ends.iter().map(|(first, _)| first[slow]).collect())?;
    let [fast_axis, offsets] = within;
    let axes = ordered(slow, slow_axis, fast_axis, offsets);
    same_offsets.then(|| Geometry::regular(axes, true, order, false))
}

/// The survey of lines with one trace a bin: post-stack, or prestack with one volume an offset.
fn bins(line: &[Key], ends: &[(Key, Key)], slow: usize, fast_axis: Axis) -> Option<Geometry> {
    let fast = 1 - slow;
    let lines = |count: usize| ends[..count].iter().map(|(first, _)| first[slow]).collect();
    let again = ends[1..].iter().position(|(first, _)| first[slow] == line[0][slow]);
    let Some(volume) = again.map(|at| at + 1) else {
        let axes =
            ordered(slow, Axis::new(lines(ends.len()))?, fast_axis, Axis::single(line[0][2]));
        return Some(Geometry::regular(axes, false, [slow, fast, 2], false));
    };
    let slow_axis = Axis::new(lines(volume))?;
    let offsets = Axis::new(ends.iter().step_by(volume).map(|(first, _)| first[2]).collect())?;
    let in_place = ends.iter().enumerate().all(|(number, (first, last))| {
        let offset = offsets.labels()[number / volume];
        first[slow] == slow_axis.labels()[number % volume]
            && first[2] == offset
            && last[2] == offset
    });
    let one_offset = line.iter().all(|key| key[2] == line[0][2]);
    (in_place && one_offset && ends.len().is_multiple_of(volume)).then(|| {
        let axes = ordered(slow, slow_axis, fast_axis, offsets);
        Geometry::regular(axes, true, [2, slow, fast], false)
    })
}
