//! The sure way to a geometry: every key of the file.

use super::table::{self, Filled};
use super::{Axis, Duplicates, Geometry, Index, Key, LineKind, NAMES, Rules, grid, shape};
use crate::error::{Error, Kind, Result};
use crate::parallel::Running;
use crate::read::keys::NO_KEY;

impl Geometry {
    /// The survey that all keys of a file make, in file order.
    ///
    /// Each axis runs as its labels first appear if that is monotone, else ascending. Where a
    /// geometry was `handed` out before, its axes, sorting and kind (pre- or post-stack) stay as
    /// they are, and labels of it that no trace has are merely missing.
    ///
    /// Traces without a key, as those whose header is blank, belong to no cell.
    ///
    /// Memory and time are in proportion to the number of keys and, where the survey is irregular,
    /// to that of its cells.
    ///
    /// # Errors
    /// `Class::Geometry` where there are no keys or they are 0 throughout, where a label lies
    /// outside the axes handed out, and where cells exceed [`Rules::max_sparsity`]. Duplicates are
    /// told by the reads that touch them and by [`Geometry::check_duplicates`].
    pub fn from_sweep(keys: &[Key], handed: Option<&Geometry>, rules: &Rules) -> Result<Geometry> {
        Geometry::swept(keys, handed, rules, Running::default())
    }

    /// [`Geometry::from_sweep`], interruptible.
    ///
    /// # Errors
    /// The same; `Class::Memory`; what `running.poll` returns.
    pub(crate) fn swept(
        keys: &[Key],
        handed: Option<&Geometry>,
        rules: &Rules,
        running: Running<'_>,
    ) -> Result<Geometry> {
        if keys.is_empty() {
            return Err(Kind::NoTraces.into());
        }
        if let Some(handed) = handed {
            let sorting = Some(handed.sorting);
            return arrange(keys, handed.axes.clone(), handed.prestack, sorting, (rules, running));
        }
        let keyed = with_keys(keys);
        let keyed = keyed.as_deref().unwrap_or(keys);
        let Some(first) = keyed.first() else {
            return Geometry::swept(&vec![[0; 3]; keys.len()], handed, rules, running);
        };
        let (Some(inlines), Some(crosslines)) =
            (Axis::of(keyed, 0, running)?, Axis::of(keyed, 1, running)?)
        else {
            return Err(Kind::NoSurveyKeys { n_traces: keys.len(), bytes: rules.bytes }.into());
        };
        let zeros = keys.len() > 1 && inlines.labels() == [0] && crosslines.labels() == [0];
        let axes = [inlines, crosslines, Axis::single(first[2])];
        if !zeros {
            if let Some(order) = grid::order_of(keys, &axes, false, running)? {
                return Ok(Geometry::regular(axes, false, order, true));
            }
            let cells = table::cells(&axes[..2], keyed.len(), rules.max_sparsity)?;
            // Where traces outnumber bins there is no need to look.
            if keyed.len() <= cells {
                let filled = table::fill(keys, &axes, false, (cells, Duplicates::Error), running)?;
                if filled.duplicates.is_empty() {
                    let sorting = sorting(keys, &axes, false, running)?;
                    return Ok(irregular(axes, false, sorting, filled));
                }
            }
        }
        let [inlines, crosslines, one] = axes;
        let offsets = Axis::of(keyed, 2, running)?.unwrap_or(one);
        if zeros && offsets.len() < keys.len() {
            return Err(Kind::NoSurveyKeys { n_traces: keys.len(), bytes: rules.bytes }.into());
        }
        // Bins with several traces of one and the same offset are duplicates, not gathers.
        let prestack = offsets.len() > 1;
        arrange(keys, [inlines, crosslines, offsets], prestack, None, (rules, running))
    }
}

/// The keys of the traces that have one; None where all have.
fn with_keys(keys: &[Key]) -> Option<Vec<Key>> {
    let keyed = || keys.iter().filter(|key| **key != NO_KEY).copied().collect();
    keys.contains(&NO_KEY).then(keyed)
}

/// The geometry of keys on axes that are known; so may be the sorting.
fn arrange(
    keys: &[Key],
    axes: [Axis; 3],
    prestack: bool,
    known: Option<Option<LineKind>>,
    (rules, running): (&Rules, Running<'_>),
) -> Result<Geometry> {
    if let Some(order) = grid::order_of(keys, &axes, prestack, running)? {
        let found = Geometry::regular(axes, prestack, order, true);
        return Ok(Geometry { sorting: known.unwrap_or(found.sorting), ..found });
    }
    let cells = table::cells(&axes, keys.len(), rules.max_sparsity)?;
    let mut filled = table::fill(keys, &axes, prestack, (cells, rules.duplicates), running)?;
    filled.outside.retain(|&(trace, _)| keys[trace as usize] != NO_KEY);
    if !filled.outside.is_empty() {
        return Err(outside_error(keys, &axes, &filled.outside));
    }
    let sorting = match known {
        Some(known) => known,
        None => sorting(keys, &axes, prestack, running)?,
    };
    Ok(irregular(axes, prestack, sorting, filled))
}

fn irregular(
    axes: [Axis; 3],
    prestack: bool,
    sorting: Option<LineKind>,
    filled: Filled,
) -> Geometry {
    let Filled { cells, duplicates, .. } = filled;
    Geometry { axes, prestack, sorting, proved: true, index: Index::Table(cells), duplicates }
}

fn outside_error(keys: &[Key], axes: &[Axis; 3], outside: &[(u64, usize)]) -> Error {
    const SHOWN: usize = 5;
    let mut labels: Vec<(usize, i32)> = Vec::new();
    for &(trace, word) in outside {
        let label = (word, keys[trace as usize][word]);
        if labels.len() < SHOWN && !labels.contains(&label) {
            labels.push(label);
        }
    }
    let labels: Vec<String> =
        labels.iter().map(|&(word, label)| format!("{} {label}", NAMES[word])).collect();
    let (trace, word) = outside[0];
    let kind = Kind::OutsideAxes {
        n: outside.len(),
        n_traces: keys.len(),
        labels: labels.join(", "),
        want: format!("{} {}", NAMES[word], axes[word]),
        have: keys[trace as usize][word],
    };
    Error::from(kind).trace(trace)
}

/// The sorting of an irregular survey: the lines that the file keeps together. Each break of a line
/// into one more piece is a trace out of place; a tenth of all traces may be.
fn sorting(
    keys: &[Key],
    axes: &[Axis; 3],
    prestack: bool,
    running: Running<'_>,
) -> Result<Option<LineKind>> {
    if let Some(kind) = grid::one_line(shape(axes)) {
        return Ok(Some(kind));
    }
    let inline = breaks(keys, axes, (0, prestack), running)?;
    let crossline = breaks(keys, axes, (1, prestack), running)?;
    let (kind, least) = if inline < crossline {
        (LineKind::Inline, inline)
    } else {
        (LineKind::Crossline, crossline)
    };
    Ok((inline != crossline && least <= keys.len() / 10).then_some(kind))
}

/// Into how many pieces more than needed the file breaks the lines of one word, be they lines of
/// all offsets or, in a file that keeps offsets apart, of one.
fn breaks(
    keys: &[Key],
    axes: &[Axis; 3],
    (word, prestack): (usize, bool),
    running: Running<'_>,
) -> Result<usize> {
    let changes = |changed: fn(&Key, &Key, usize) -> bool| {
        let (mut count, mut last) = (0, keys[0]);
        running.each(keys, |key| {
            count += usize::from(changed(&last, key, word));
            last = *key;
        })?;
        Ok::<_, Error>(count)
    };
    let all = changes(|a, b, word| a[word] != b[word])? + 1 - axes[word].len();
    if !prestack || all == 0 {
        return Ok(all);
    }
    let mut locator = table::Locator::new(axes, true);
    let mut seen = vec![false; axes[word].len() * axes[2].len()];
    running.each(keys, |key| {
        if let Ok(place) = locator.place(key) {
            seen[place[word] * axes[2].len() + place[2]] = true;
        }
    })?;
    let lines = seen.iter().filter(|&&seen| seen).count();
    let apart = changes(|a, b, word| a[word] != b[word] || a[2] != b[2])? + 1 - lines;
    Ok(all.min(apart))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_without_keys_belong_to_no_cell() {
        let mut keys: Vec<Key> = (1..7).flat_map(|i| (1..6).map(move |x| [i, x, 0])).collect();
        let whole = Geometry::from_sweep(&keys, None, &Rules::default()).unwrap();
        for dead in [vec![0], vec![7], vec![29], vec![5, 6, 7, 8], vec![0, 13, 29]] {
            let mut keys = keys.clone();
            for &trace in &dead {
                keys[trace] = NO_KEY;
            }
            for handed in [None, Some(&whole)] {
                let found = Geometry::from_sweep(&keys, handed, &Rules::default()).unwrap();
                assert_eq!(found.shape(), [6, 5, 1], "{dead:?}");
                let report = found.report(&keys).unwrap();
                let count = dead.len() as u64;
                assert_eq!((report.missing, report.outside, report.swaps), (count, count, 0));
            }
        }
        // Where all headers are blank there are no keys at all.
        keys.fill(NO_KEY);
        let error = Geometry::from_sweep(&keys, None, &Rules::default()).unwrap_err();
        assert!(error.to_string().contains("are 0 in all 30 traces"), "{error}");
    }

    #[test]
    fn every_stage_of_an_irregular_survey_is_interruptible() {
        use std::cell::Cell;
        let mut keys: Vec<Key> = (0..600).flat_map(|i| (0..600).map(move |x| [i, x, 0])).collect();
        keys.retain(|key| key[0] % 7 + key[1] % 11 > 0);
        let polls = Cell::new(0);
        let stop = Cell::new(usize::MAX);
        let poll = || {
            polls.set(polls.get() + 1);
            if polls.get() > stop.get() { Err(Kind::Interrupted.into()) } else { Ok(()) }
        };
        let running = Running::default().poll(&poll);
        let work = || {
            polls.set(0);
            let found = Geometry::swept(&keys, None, &Rules::default(), running)?;
            found.report_running(&keys, running)
        };
        assert!(work().is_ok());
        let all = polls.get();
        assert!(all > 30, "{all}");
        for after in 0..all {
            stop.set(after);
            assert_eq!(*work().unwrap_err().kind(), Kind::Interrupted);
        }
    }
}
