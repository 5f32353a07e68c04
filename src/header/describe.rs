//! What the words of the trace headers hold, told from one sweep.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::{Mutex, OnceLock, PoisonError};

use super::order::{NAN, Order, WORD, number};
use crate::error::Result;
use crate::format::{Endian, SampleType};
use crate::header::batch::{BLOCK, Headers};
use crate::header::{Field, FieldType, Value};

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

/// What is known so far of a field of headers that are swept, on several threads.
pub(crate) struct Described<'f> {
    /// Which of the swept bytes it is; None where its value depends on others.
    place: Option<Range<usize>>,
    order: Order<'f>,
    /// The first word that all headers of a batch have. Most words are the same in all headers, and
    /// after the first batch nothing is to be done for those.
    first: OnceLock<[u8; WORD]>,
    tally: Mutex<Tally>,
}

impl<'f> Described<'f> {
    /// Begins with no header. The bytes of headers are swept from `start` on.
    ///
    /// # Errors
    /// [`Class::Field`](crate::error::Class::Field) for strings of more than 8 bytes.
    pub(crate) fn new(field: &'f Field, endian: Endian, start: usize) -> Result<Described<'f>> {
        Ok(Described {
            place: field.is_plain().then(|| field.offset() - start..field.end() - start),
            order: Order::new(field, endian)?,
            first: OnceLock::new(),
            tally: Mutex::new(Tally::new(field.value_type())),
        })
    }

    /// Adds the headers of a batch, of which the bytes that all have in common are known.
    ///
    /// # Errors
    /// As [`Order::keys`].
    pub(crate) fn add(&self, headers: &Headers<'_>, alike: &Alike) -> Result<()> {
        match self.place.as_ref().and_then(|place| alike.word(place)) {
            Some(word) if self.first.get() == Some(&word) => {}
            Some(word) => {
                self.count(&headers.front(1))?;
                // Another thread may have been first with another word.
                let _ = self.first.set(word);
            }
            None => self.count(headers)?,
        }
        Ok(())
    }

    fn count(&self, headers: &Headers<'_>) -> Result<()> {
        let mut keys = [0; BLOCK];
        let keys = &mut keys[..headers.count()];
        self.order.keys(headers, keys)?;
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).add(keys);
        Ok(())
    }

    pub(crate) fn summary(self) -> Summary {
        self.tally.into_inner().unwrap_or_else(PoisonError::into_inner).summary()
    }
}

/// Which bytes all headers of a block have in common: told at once for all columns, for most words of
/// most headers are the same.
pub(crate) struct Alike {
    first: [u8; Self::BYTES],
    /// 0 for a byte that is alike; not told for those behind.
    differing: [u8; Self::BYTES],
    len: usize,
}

impl Alike {
    /// Of so many bytes that are swept it is told: the standard header and one behind it.
    const BYTES: usize = 480;

    pub(crate) fn of(headers: &Headers<'_>) -> Alike {
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
    kind: FieldType,
    ends: Option<(u64, u64)>,
    last: Option<u64>,
    /// None once there are too many.
    seen: Option<HashSet<u64>>,
}

impl Tally {
    fn new(kind: FieldType) -> Tally {
        Tally { kind, ends: None, last: None, seen: Some(HashSet::new()) }
    }

    fn add(&mut self, keys: &[u64]) {
        // Most words of most headers are the same all over, which is soon seen.
        if let Some(last) = self.last
            && keys.iter().fold(0, |differing, key| differing | (key ^ last)) == 0
        {
            return;
        }
        let floats = self.kind.widest() == SampleType::F64;
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
        let mut tally = Tally::new(FieldType::Int(8));
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
        let mut tally = Tally::new(FieldType::F64);
        tally.add(&[NAN, NAN]);
        let summary = tally.summary();
        assert_eq!((summary.minimum, summary.distinct), (None, Some(1)));
        tally.add(&[float_key(2.0), NAN]);
        let summary = tally.summary();
        assert_eq!((summary.maximum, summary.distinct), (Some(Value::Float(2.0)), Some(2)));
    }
}
