//! What the words of the trace headers hold, told from one sweep.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::order::{NAN, Order, WORD, number};
use super::{Column, ColumnType, bytes_of, widest};
use crate::error::Result;
use crate::format::SampleType;
use crate::header::Value;
use crate::layout::Layout;
use crate::parallel::Running;
use crate::read::sweep::{BLOCK, Headers, Sweep};
use crate::source::Source;
use crate::walk::Walk;

/// Distinct values are counted up to so many, which bounds the memory that takes: some 300 kB a
/// column.
pub const DISTINCT_UP_TO: usize = 20_000;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// The least number; None without traces, for strings, and where all are NaN.
    pub minimum: Option<Value<'static>>,
    /// The greatest.
    pub maximum: Option<Value<'static>>,
    /// How many values differ, all NaNs being one, and both zeros; None for more than
    /// [`DISTINCT_UP_TO`].
    pub distinct: Option<usize>,
}

impl Summary {
    /// Whether all traces have the same value.
    #[must_use]
    pub fn constant(&self) -> bool {
        self.distinct == Some(1)
    }
}

/// Describes columns of the headers of the traces of a walk, all in one sweep.
///
/// # Errors
/// [`Kind::Field`] for strings of more than 8 bytes; as [`Sweep::run`].
pub(crate) fn describe(
    source: &dyn Source,
    layout: &Layout,
    columns: &[Column],
    walk: Walk<'_>,
    running: Running<'_>,
) -> Result<Vec<Summary>> {
    let bytes = bytes_of(columns, layout)?;
    let start = |column: &Column| {
        let place = usize::from(column.offset) - bytes.start..column.end() - bytes.start;
        Ok(Told {
            place: column.formula.is_none().then_some(place),
            order: Order::new(column, layout.endian)?,
            first: OnceLock::new(),
            tally: Mutex::new(Tally::new(column.kind())),
        })
    };
    let told = columns.iter().map(start).collect::<Result<Vec<_>>>()?;
    Sweep { source, layout, walk, bytes }.run((), running, |headers, (), _| {
        let alike = Alike::of(headers);
        for column in &told {
            match column.place.as_ref().and_then(|place| alike.word(place)) {
                Some(word) if column.first.get() == Some(&word) => {}
                Some(word) => {
                    column.add(&headers.front(1))?;
                    // Another thread may have been first with another word.
                    let _ = column.first.set(word);
                }
                None => column.add(headers)?,
            }
        }
        Ok(())
    })?;
    let tallies = told.into_iter().map(|column| column.tally.into_inner());
    Ok(tallies.map(|tally| tally.unwrap_or_else(PoisonError::into_inner).summary()).collect())
}

/// What is told of a column.
struct Told {
    /// Which of the swept bytes it is; None where other words have a part in it.
    place: Option<Range<usize>>,
    order: Order,
    /// The first word that all headers of a block have. Most words are the same in all headers, and
    /// after the first block nothing is to be done for those.
    first: OnceLock<[u8; WORD]>,
    tally: Mutex<Tally>,
}

impl Told {
    fn add(&self, headers: &Headers<'_>) -> Result<()> {
        let mut keys = [0; BLOCK];
        let keys = &mut keys[..headers.count()];
        self.order.keys(headers, keys)?;
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).add(keys);
        Ok(())
    }
}

/// Which bytes all headers of a block have in common: told at once for all columns, for most words of
/// most headers are the same.
struct Alike {
    first: [u8; Self::BYTES],
    /// 0 for a byte that is alike; not told for those behind.
    differing: [u8; Self::BYTES],
    len: usize,
}

impl Alike {
    /// Of so many bytes that are swept it is told: the standard header and one behind it.
    const BYTES: usize = 480;

    fn of(headers: &Headers<'_>) -> Alike {
        let (mut first, mut differing) = ([0; Self::BYTES], [0; Self::BYTES]);
        let mut len = 0;
        let mut next = [0; Self::BYTES];
        for (i, header) in headers.iter().enumerate() {
            len = Self::BYTES.min(header.len());
            header.copy_to(0, &mut next[..len]);
            if i == 0 {
                first = next;
            }
            for ((differing, first), next) in differing[..len].iter_mut().zip(&first).zip(&next) {
                *differing |= first ^ next;
            }
        }
        Alike { first, differing, len }
    }

    /// The word that all have there, followed by zeros; None where they differ, or that is not told.
    fn word(&self, place: &Range<usize>) -> Option<[u8; WORD]> {
        if place.end > self.len || self.differing[place.clone()].iter().any(|byte| *byte != 0) {
            return None;
        }
        let mut word = [0; WORD];
        word[..place.len()].copy_from_slice(&self.first[place.clone()]);
        Some(word)
    }
}

/// What is known of a column so far. Values are kept as keys.
struct Tally {
    kind: ColumnType,
    ends: Option<(u64, u64)>,
    last: Option<u64>,
    /// None once there are too many.
    seen: Option<HashSet<u64>>,
}

impl Tally {
    fn new(kind: ColumnType) -> Tally {
        Tally { kind, ends: None, last: None, seen: Some(HashSet::new()) }
    }

    fn add(&mut self, keys: &[u64]) {
        // Most words of most headers are the same all over, which is soon seen.
        if let Some(last) = self.last
            && keys.iter().fold(0, |differing, key| differing | (key ^ last)) == 0
        {
            return;
        }
        let floats = widest(self.kind) == SampleType::F64;
        let numbers = || keys.iter().filter(|key| !floats || **key != NAN).copied();
        let (low, high) = self.ends.unwrap_or((u64::MAX, u64::MIN));
        if let Some((least, most)) = numbers().min().zip(numbers().max()) {
            self.ends = Some((low.min(least), high.max(most)));
        }
        for &key in keys {
            if self.last == Some(key) {
                continue;
            }
            self.last = Some(key);
            let Some(seen) = &mut self.seen else { continue };
            if seen.insert(key) && seen.len() > DISTINCT_UP_TO {
                self.seen = None;
            }
        }
    }

    fn summary(&self) -> Summary {
        let value = |key| number(self.kind, key);
        let (low, high) = self.ends.unzip();
        Summary {
            minimum: low.and_then(value),
            maximum: high.and_then(value),
            distinct: self.seen.as_ref().map(HashSet::len),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::order::{SIGN, float_key};
    use super::*;

    #[test]
    fn what_is_counted_is_bounded() {
        let mut tally = Tally::new(ColumnType::Int(8));
        let keys: Vec<u64> = (0..DISTINCT_UP_TO as u64).map(|n| n ^ SIGN).collect();
        tally.add(&keys);
        tally.add(&keys);
        assert_eq!(tally.summary().distinct, Some(DISTINCT_UP_TO));
        tally.add(&[SIGN - 5]);
        let summary = tally.summary();
        assert_eq!((summary.distinct, summary.constant()), (None, false));
        assert_eq!(summary.minimum, Some(Value::Int(-5)));
        assert_eq!(summary.maximum, Some(Value::Int(DISTINCT_UP_TO as i64 - 1)));
    }

    #[test]
    fn nan_is_a_value_and_no_number() {
        let mut tally = Tally::new(ColumnType::F64);
        tally.add(&[NAN, NAN]);
        let summary = tally.summary();
        assert_eq!((summary.minimum, summary.distinct), (None, Some(1)));
        tally.add(&[float_key(2.0), NAN]);
        let summary = tally.summary();
        assert_eq!((summary.maximum, summary.distinct), (Some(Value::Float(2.0)), Some(2)));
    }
}
