//! Headers from the beginning, the middle and the end of a file.

use std::ops::Range;

use super::{Endian, Word, WordType};
use crate::error::Result;
use crate::reader::Reader;

/// Headers at the beginning, and as many at the end.
const ENDS: u64 = 2000;

/// Runs of headers in the middle, and the length of each.
const RUNS: u64 = 20;
const RUN: u64 = 200;

/// Headers in file order, and which of them follow each other in the file.
pub(super) struct Sample {
    headers: Vec<[u8; 240]>,
    /// Runs of headers that follow each other, as ranges of `headers`.
    runs: Vec<Range<usize>>,
    endian: Endian,
    pub(super) n_traces: u64,
}

impl Sample {
    pub(super) fn read(reader: &Reader) -> Result<Sample> {
        let n_traces = reader.n_traces();
        let mut sample = Sample {
            headers: Vec::new(),
            runs: Vec::new(),
            endian: reader.facts().layout.endian,
            n_traces,
        };
        for run in runs(n_traces) {
            let first = sample.headers.len();
            for trace in run {
                sample.headers.push(reader.header(trace)?.standard());
            }
            sample.runs.push(first..sample.headers.len());
        }
        Ok(sample)
    }

    /// Headers looked at.
    pub(super) fn len(&self) -> usize {
        self.headers.len()
    }

    /// Whether that is all of them.
    pub(super) fn is_whole(&self) -> bool {
        self.len() as u64 == self.n_traces
    }

    /// The neighbours in the file, as indices of the first of each two.
    pub(super) fn neighbours(&self) -> impl Iterator<Item = usize> + '_ {
        self.runs.iter().flat_map(|run| run.start..run.end.saturating_sub(1))
    }

    /// Whether a header has its predecessor in the file before it.
    pub(super) fn follows(&self, i: usize) -> bool {
        !self.runs.iter().any(|run| run.start == i)
    }

    /// An integer word of every header.
    pub(super) fn integers(&self, word: Word) -> Vec<i32> {
        match word.kind {
            WordType::I16 => {
                self.words(word.byte, |word| i32::from(i16::from_be_bytes(word))).collect()
            }
            _ => self.words(word.byte, i32::from_be_bytes).collect(),
        }
    }

    /// A word of every header, as a number.
    pub(super) fn numbers(&self, word: Word) -> Vec<f64> {
        let byte = word.byte;
        match word.kind {
            WordType::F32 => self.words(byte, |w| f64::from(f32::from_be_bytes(w))).collect(),
            WordType::Ibm => self.words(byte, |w| ibm(u32::from_be_bytes(w))).collect(),
            _ => self.integers(word).into_iter().map(f64::from).collect(),
        }
    }

    /// `read` of the bytes of a word, most significant first, of every header.
    fn words<const N: usize, T>(
        &self,
        byte: u16,
        read: impl Fn([u8; N]) -> T,
    ) -> impl Iterator<Item = T> {
        let at = usize::from(byte).saturating_sub(1).min(240 - N);
        self.headers.iter().map(move |header| {
            let mut word = [0; N];
            word.copy_from_slice(&header[at..at + N]);
            if self.endian == Endian::Little {
                word.reverse();
            }
            read(word)
        })
    }
}

/// The number that an IBM float stands for.
fn ibm(word: u32) -> f64 {
    let exponent = (word >> 24 & 0x7F) as i32 - 64;
    let value = f64::from(word & 0x00FF_FFFF) / f64::from(1 << 24) * 16f64.powi(exponent);
    if word >> 31 == 1 { -value } else { value }
}

/// The runs of traces to look at: all, or the ends and some in between.
fn runs(n_traces: u64) -> Vec<Range<u64>> {
    if n_traces <= 2 * (2 * ENDS) {
        return std::iter::once(0..n_traces).collect();
    }
    let part = (n_traces - 2 * ENDS) / RUNS;
    let middle = (0..RUNS).map(|i| {
        // Not in step: lines are of one length, and runs should begin anywhere on them.
        let aside = (i + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) % (part - RUN + 1);
        let start = ENDS + i * part + aside;
        start..start + RUN
    });
    let (head, tail) = (0..ENDS, n_traces - ENDS..n_traces);
    std::iter::once(head).chain(middle).chain(std::iter::once(tail)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_within_the_file_and_apart() {
        for n in [0, 1, 7999, 8000, 8001, 8002, 12_345, 1_000_000, u64::MAX / 2] {
            let runs = runs(n);
            assert!(runs.windows(2).all(|pair| pair[0].end <= pair[1].start), "{n}");
            assert_eq!((runs[0].start, runs[runs.len() - 1].end), (0, n));
            let headers: u64 = runs.iter().map(|run| run.end - run.start).sum();
            assert_eq!(headers, n.min(8000));
        }
    }
}
