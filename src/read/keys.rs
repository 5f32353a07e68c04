//! Survey keys: those of every trace, and those that traces must have.

use std::ops::Range;

use super::headers;
use super::proof::Proof;
use super::sweep::Sweep;
use crate::error::{Error, Result};
use crate::format::Endian;
use crate::header::Field;
use crate::layout::Layout;
use crate::out::Bytes;
use crate::parallel::Running;
use crate::source::Source;
use crate::walk::{MISSING, Walk};

/// Inline, crossline and offset of one trace, as stored in its header.
pub type Key = [i32; 3];

/// In place of the key of a trace without one: its header is blank, as that of a dead trace may be. It
/// is in no cell of the survey that the other traces make.
///
/// Three arbitrary numbers, and not an `Option`, which would take 16 bytes per trace instead of 12. A
/// trace that really has these three numbers is reported as one outside the survey.
pub(crate) const NO_KEY: Key = [-1_789_569_707, 1_431_655_766, -858_993_461];

/// The bytes at which the survey keys start in a trace header, counted from 1: inline, crossline,
/// offset. Each is an int32.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyFields([u16; 3]);

impl From<[Field; 3]> for KeyFields {
    /// Takes fields that are [survey keys](Field::survey_key).
    fn from(fields: [Field; 3]) -> KeyFields {
        KeyFields(fields.map(|field| field.byte()))
    }
}

impl KeyFields {
    /// The keys in the 240 bytes of a header.
    ///
    /// # Panics
    /// If there are fewer.
    #[inline]
    pub(crate) fn read(&self, header: Bytes<'_>, endian: Endian) -> Key {
        [0, 1, 2].map(|axis| self.one(axis, header, endian))
    }

    /// The key of one axis in the 240 bytes of a header.
    #[inline]
    fn one(&self, axis: usize, header: Bytes<'_>, endian: Endian) -> i32 {
        let word = header.word(usize::from(self.0[axis]) - 1);
        match endian {
            Endian::Big => i32::from_be_bytes(word),
            Endian::Little => i32::from_le_bytes(word),
        }
    }

    /// The bytes at which they start, counted from 1.
    pub(crate) fn bytes(&self) -> [u16; 3] {
        self.0
    }

    /// The offset after the last byte of the keys.
    fn end(&self) -> usize {
        self.0.map(|byte| usize::from(byte) + 3).into_iter().max().unwrap_or(0)
    }
}

/// How a read ended, where nothing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Every row was delivered.
    Done,
    /// A trace was not the one expected; the destination holds nothing of use.
    Misfit,
}

/// Why a thread stopped before the work was done.
pub(super) enum Stop {
    Misfit,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error)
    }
}

impl Outcome {
    /// The outcome of work that ends so.
    pub(super) fn of(result: std::result::Result<(), Stop>) -> Result<Outcome> {
        match result {
            Ok(()) => Ok(Outcome::Done),
            Err(Stop::Misfit) => Ok(Outcome::Misfit),
            Err(Stop::Failed(error)) => Err(error),
        }
    }
}

/// The survey keys that the traces of a read must have.
#[derive(Clone, Copy)]
pub(crate) struct ExpectedKeys<'a> {
    pub(crate) fields: KeyFields,
    pub(crate) endian: Endian,
    pub(crate) labels: ExpectedLabels<'a>,
    /// Traces that have them.
    pub(crate) proof: &'a Proof,
}

impl ExpectedKeys<'_> {
    /// Checks that the header of a trace has the keys of its row, and remembers it.
    #[inline]
    pub(super) fn check(
        &self,
        header: Bytes<'_>,
        row: usize,
        trace: u64,
    ) -> std::result::Result<(), Stop> {
        if !self.labels.fit(row, |axis| self.fields.one(axis, header, self.endian)) {
            return Err(Stop::Misfit);
        }
        self.proof.insert(trace);
        Ok(())
    }

    /// The rows whose traces were not checked yet, and the traces.
    pub(super) fn unseen(
        &self,
        walk: &Walk<'_>,
        mut rows: Range<usize>,
    ) -> impl Iterator<Item = (usize, u64)> {
        let blocks = std::iter::from_fn(move || {
            let run = walk.run(rows.start, rows.len());
            let block = (rows.start, walk.get(rows.start), run);
            rows.start += run;
            (run > 0).then_some(block)
        });
        blocks.filter(|(_, trace, _)| *trace != MISSING).flat_map(|(row, trace, run)| {
            let unseen = self.proof.unseen(trace, run as u64);
            unseen.map(move |other| (row + (other - trace) as usize, other))
        })
    }

    /// Whether some of the rows have a trace that was not checked yet.
    pub(crate) fn are_needed(&self, walk: &Walk<'_>, rows: Range<usize>) -> bool {
        !self.proof.is_complete() && self.unseen(walk, rows).next().is_some()
    }
}

/// The labels of the cell of each row of a read.
#[derive(Clone, Copy)]
pub(crate) struct ExpectedLabels<'a> {
    /// The cell of each row, numbered in C order of the axes.
    pub(crate) cells: Walk<'a>,
    /// The labels of each axis: inline, crossline, offset.
    pub(crate) axes: [&'a [i32]; 3],
    /// How many axes there are to compare, from the first on.
    pub(crate) used: usize,
}

impl ExpectedLabels<'_> {
    /// Whether the survey keys of a trace are those of a row; past the last row none are. `key` returns the
    /// key of an axis, and is called for the axes in use only: each can be a line of memory to wait for.
    #[inline]
    pub(crate) fn fit(&self, row: usize, key: impl Fn(usize) -> i32) -> bool {
        let [_, nx, no] = self.axes.map(<[i32]>::len);
        let cell = self.cells.get(row) as usize;
        let place = [cell / no / nx, cell / no % nx, cell % no];
        (0..self.used).all(|axis| self.axes[axis].get(place[axis]) == Some(&key(axis)))
    }
}

/// Appends the survey keys of some traces, in the order of the list.
///
/// # Errors
/// As [`Sweep::run`].
pub(crate) fn some(
    source: &dyn Source,
    layout: &Layout,
    fields: &KeyFields,
    traces: &[u64],
    running: Running<'_>,
    keys: &mut Vec<Key>,
) -> Result<()> {
    let known = keys.len();
    keys.resize(known + traces.len(), [0; 3]);
    let sweep = Sweep { source, layout, walk: Walk::List(traces), bytes: 0..fields.end() };
    let running = Running { threads: 1, ..running };
    sweep.run(&mut keys[known..], running, |headers, keys, row| {
        for (key, header) in keys[row..].iter_mut().zip(headers.iter()) {
            *key = fields.read(header, layout.endian);
        }
        Ok(())
    })
}

/// The survey keys of every trace, in file order; [`NO_KEY`] where the header is blank and other headers
/// show that 0 is no label.
///
/// # Errors
/// As [`headers::every`], of 12 bytes a trace.
pub(crate) fn every(
    source: &dyn Source,
    layout: &Layout,
    fields: &KeyFields,
    running: Running<'_>,
) -> Result<Vec<Key>> {
    // Up to sample count and interval, which a header that is not blank has.
    let bytes = fields.end().max(118);
    let read = |header: Bytes<'_>| {
        let key = fields.read(header, layout.endian);
        let blank = || (0..bytes).all(|at| header.word(at) == [0]);
        if key == [0; 3] && blank() { NO_KEY } else { key }
    };
    let mut keys = headers::every(source, layout, bytes, read, running)?;
    let labelled = |word: usize| keys.iter().any(|key| *key != NO_KEY && key[word] == 0);
    if keys.contains(&NO_KEY) && ((labelled(0) && labelled(1)) || keys.iter().all(|k| *k == NO_KEY))
    {
        keys.iter_mut().filter(|key| **key == NO_KEY).for_each(|key| *key = [0; 3]);
    }
    Ok(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_are_four_bytes_anywhere(header: [[u8; 24]; 10], byte in 1u16..=237, little: bool) {
            let mut bytes = [0; 240];
            bytes.copy_from_slice(header.as_flattened());
            let endian = if little { Endian::Little } else { Endian::Big };
            let at = usize::from(byte) - 1;
            let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            let want = if little { i32::from_le_bytes(word) } else { i32::from_be_bytes(word) };
            let keys = KeyFields([byte, 1, 237]);
            prop_assert_eq!(keys.read(bytes.as_slice().into(), endian)[0], want);
        }
    }
}
