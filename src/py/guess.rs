//! Guesses of keys as Python sees them: rows of what was found, and the text of it.

use pyo3::prelude::*;

use super::deliver;
use super::handle::File;
use crate::guess::Candidate;

/// ([(byte, type)], score, reasons) of each candidate.
type Rows = Vec<(Vec<(u16, &'static str)>, f64, Vec<String>)>;

/// Looks at headers for keys.
///
/// ((lines, offsets, coordinates), bytes of the likely keys, notes, (looked at, traces), text).
#[pyfunction]
#[expect(clippy::type_complexity, reason = "the shape of the table")]
pub(super) fn guess_keys(
    py: Python<'_>,
    file: &File,
) -> PyResult<([Rows; 3], [Option<u16>; 3], Vec<String>, (usize, u64), String)> {
    let reader = file.reader(py)?;
    let guess = deliver::detached(py, 1, |_| reader.guess_keys())?;
    let (keys, text) = (guess.keys(), guess.to_string());
    let found = [rows(guess.lines), rows(guess.offsets), rows(guess.coordinates)];
    Ok((found, keys, guess.notes, (guess.looked_at, guess.n_traces), text))
}

fn rows<const N: usize>(candidates: Vec<Candidate<N>>) -> Rows {
    let row = |candidate: Candidate<N>| {
        let words = candidate.words.iter().map(|word| (word.byte, word.kind.name())).collect();
        (words, candidate.score, candidate.reasons)
    };
    candidates.into_iter().map(row).collect()
}
