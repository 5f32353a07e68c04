//! Placing keys on axes, and the table of an irregular survey.

use super::{Axis, Duplicate, Duplicates, Key};
use crate::error::{Error, Kind, Result};
use crate::parallel::Running;

/// Finds the indices of keys. Neighbours in a file are neighbours on the axes, so it looks where the
/// last key was before it searches.
pub(super) struct Locator<'a> {
    axes: &'a [Axis; 3],
    words: usize,
    last: [usize; 3],
}

impl<'a> Locator<'a> {
    /// A locator on these axes; post-stack it ignores offset words.
    pub(super) fn new(axes: &'a [Axis; 3], prestack: bool) -> Self {
        Locator { axes, words: if prestack { 3 } else { 2 }, last: [0; 3] }
    }

    /// The indices of a key, or the first word (0 to 2) whose label its axis does not have.
    #[inline]
    pub(super) fn place(&mut self, key: &Key) -> std::result::Result<[usize; 3], usize> {
        for (word, &label) in key[..self.words].iter().enumerate() {
            let (axis, last) = (&self.axes[word], self.last[word]);
            let labels = axis.labels();
            if labels[last] == label {
                continue;
            }
            self.last[word] = if labels.get(last + 1) == Some(&label) {
                last + 1
            } else {
                axis.index_of(label).ok_or(word)?
            };
        }
        Ok(self.last)
    }

    /// The cell of indices, in C order.
    #[inline]
    pub(super) fn cell(&self, [i, x, o]: [usize; 3]) -> usize {
        (i * self.axes[1].len() + x) * self.axes[2].len() + o
    }
}

/// The number of cells of these axes, if a table of them is in proportion to the traces.
pub(super) fn cells(axes: &[Axis], n_traces: usize, max_sparsity: f64) -> Result<usize> {
    let cells = axes.iter().map(|axis| axis.len() as u128).product::<u128>();
    match usize::try_from(cells) {
        Ok(cells) if cells as f64 <= max_sparsity * n_traces as f64 => Ok(cells),
        _ => {
            let shape: Vec<String> = axes.iter().map(|axis| axis.len().to_string()).collect();
            let (shape, most) = (shape.join(" x "), max_sparsity);
            Err(Kind::SparseSurvey { n_traces, shape, most }.into())
        }
    }
}

/// What became of the keys of a file on a grid.
pub(super) struct Filled {
    /// Trace number plus 1 of each cell, 0 where none is.
    pub(super) cells: Vec<u32>,
    /// Traces beyond the first of a cell, each with the first.
    pub(super) duplicates: Vec<Duplicate>,
    /// Traces whose key lies outside the axes, each with the word that does.
    pub(super) outside: Vec<(u64, usize)>,
}

/// Puts every trace into its cell of a table of `cells` cells.
pub(super) fn fill(
    keys: &[Key],
    axes: &[Axis; 3],
    prestack: bool,
    (cells, which): (usize, Duplicates),
    running: Running<'_>,
) -> Result<Filled> {
    if keys.len() >= u32::MAX as usize {
        return Err(Kind::SurveyTooLarge { n_traces: keys.len() }.into());
    }
    // The size comes from header words: asked for first, as failing to get it would be the end.
    // The table itself is made of zeros that the system hands out lazily.
    Vec::<u32>::new().try_reserve_exact(cells).map_err(|_| {
        Error::from(Kind::NoMemory { what: format!("the {cells} cells of an irregular survey") })
    })?;
    let mut filled = Filled { cells: vec![0; cells], duplicates: Vec::new(), outside: Vec::new() };
    let mut locator = Locator::new(axes, prestack);
    let mut number = 0u32;
    running.each(keys, |key| {
        number += 1;
        let cell = match locator.place(key) {
            Ok(place) => locator.cell(place),
            Err(word) => {
                filled.outside.push((u64::from(number) - 1, word));
                return;
            }
        };
        let there = &mut filled.cells[cell];
        if *there == 0 {
            *there = number;
            return;
        }
        match which {
            Duplicates::First => {}
            Duplicates::Last => *there = number,
            Duplicates::Error => {
                let (first, second) = (*there - 1, number - 1);
                filled.duplicates.push(Duplicate { cell, first, second });
            }
        }
    })?;
    Ok(filled)
}
