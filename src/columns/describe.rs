//! What the words of the trace headers hold, told from one sweep.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::convert::{Conversion, Tile};
use super::{Column, bytes_of, widest};
use crate::error::{Error, Kind, Result};
use crate::format::SampleType;
use crate::header::Value;
use crate::layout::Layout;
use crate::parallel::Running;
use crate::scan::sweep::{BLOCK, Headers, Sweep};
use crate::source::Source;
use crate::walk::Walk;

/// Distinct values are counted up to so many, which bounds the memory that takes: some 300 kB a
/// column.
pub const DISTINCT_UP_TO: usize = 20_000;

/// Bytes of a value that can be told from others.
const WORD: usize = 8;

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
    let tally = |column: &Column| {
        if column.kind().width() > WORD {
            return Err(Error::new(Kind::Field, format_args!("{column} is not described"))
                .want("a number, or a string of up to 8 bytes"));
        }
        let kind = widest(column.kind());
        let conversion = Conversion::new(column, layout.endian, kind)?;
        Ok((kind, conversion, Mutex::new(Tally::new(kind))))
    };
    let tallies = columns.iter().map(tally).collect::<Result<Vec<_>>>()?;
    let sweep = Sweep { source, layout, walk, bytes: bytes_of(columns, layout)? };
    sweep.run((), running, |headers, (), _| {
        for (kind, conversion, tally) in &tallies {
            let mut keys = [0; BLOCK];
            let keys = &mut keys[..headers.count()];
            conversion.keys(*kind, headers, keys);
            tally.lock().unwrap_or_else(PoisonError::into_inner).add(keys);
        }
        Ok(())
    })?;
    let tallies = tallies.into_iter().map(|(.., tally)| tally.into_inner());
    Ok(tallies.map(|tally| tally.unwrap_or_else(PoisonError::into_inner).summary()).collect())
}

/// What is known of a column so far. Values are kept as keys: 64 bits that are ordered as the values
/// are.
struct Tally {
    kind: SampleType,
    ends: Option<(u64, u64)>,
    last: Option<u64>,
    /// None once there are too many.
    seen: Option<HashSet<u64>>,
}

/// The key of every NaN. No other float64 has it.
const NAN: u64 = u64::MAX;

impl Tally {
    fn new(kind: SampleType) -> Tally {
        Tally { kind, ends: None, last: None, seen: Some(HashSet::new()) }
    }

    fn add(&mut self, keys: &[u64]) {
        // Most words of most headers are the same all over, which is soon seen.
        if let Some(last) = self.last
            && keys.iter().fold(0, |differing, key| differing | (key ^ last)) == 0
        {
            return;
        }
        let number = |key: &&u64| self.kind != SampleType::F64 || **key != NAN;
        let numbers = || keys.iter().filter(number).copied();
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
        let value = |key: u64| match self.kind {
            SampleType::I64 => Some(Value::Int((key ^ SIGN).cast_signed())),
            SampleType::U64 => Some(Value::Uint(key)),
            SampleType::F64 => Some(Value::Float(float_of(key))),
            _ => None,
        };
        let (low, high) = self.ends.unzip();
        Summary {
            minimum: low.and_then(value),
            maximum: high.and_then(value),
            distinct: self.seen.as_ref().map(HashSet::len),
        }
    }
}

const SIGN: u64 = 1 << 63;

impl Conversion {
    /// The keys of the values of a block of headers; of strings, their bytes.
    fn keys(&self, kind: SampleType, headers: &Headers<'_>, keys: &mut [u64]) {
        if let Conversion::Text { offset, width } = self {
            for (key, place) in keys.iter_mut().zip(headers.places(*offset)) {
                let mut text = [0; WORD];
                headers.memory().copy_to(place as u64, &mut text[..*width]);
                *key = u64::from_ne_bytes(text);
            }
            return;
        }
        let mut tile: Tile = [0; _];
        let (numbers, _) = self.numbers(headers, &mut tile).as_chunks();
        for (key, number) in keys.iter_mut().zip(numbers) {
            let word = u64::from_ne_bytes(*number);
            *key = match kind {
                SampleType::I64 => word ^ SIGN,
                SampleType::F64 => float_key(f64::from_bits(word)),
                _ => word,
            };
        }
    }
}

fn float_key(number: f64) -> u64 {
    // Adding 0 makes -0 of it 0.
    let bits = (number + 0.0).to_bits();
    match (number.is_nan(), bits & SIGN) {
        (true, _) => NAN,
        (false, 0) => bits | SIGN,
        (false, _) => !bits,
    }
}

fn float_of(key: u64) -> f64 {
    f64::from_bits(if key & SIGN == 0 { !key } else { key ^ SIGN })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_floats_are_ordered_as_floats_are() {
        let numbers = [f64::NEG_INFINITY, -2.5, -1e-310, 0.0, 1e-310, 3.0, f64::INFINITY];
        let keys = numbers.map(float_key);
        assert!(keys.is_sorted() && !keys.contains(&NAN));
        assert_eq!(keys.map(float_of), numbers);
        assert_eq!(float_key(-0.0), float_key(0.0));
        assert_eq!(float_key(-f64::NAN), NAN);
    }

    #[test]
    fn what_is_counted_is_bounded() {
        let mut tally = Tally::new(SampleType::I64);
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
        let mut tally = Tally::new(SampleType::F64);
        tally.add(&[NAN, NAN]);
        let summary = tally.summary();
        assert_eq!((summary.minimum, summary.distinct), (None, Some(1)));
        tally.add(&[float_key(2.0), NAN]);
        let summary = tally.summary();
        assert_eq!((summary.maximum, summary.distinct), (Some(Value::Float(2.0)), Some(2)));
    }
}
