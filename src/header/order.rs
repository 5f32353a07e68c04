//! Numbers as keys: 64 bits that are ordered as the numbers are, whatever their type.

use super::convert::{Conversion, Tile};
use crate::error::{Error, Kind, Result};
use crate::format::{Endian, SampleType};
use crate::header::batch::Headers;
use crate::header::{Field, FieldType, Value};

/// Bytes of a value that has a key.
pub(super) const WORD: usize = 8;

pub(super) const SIGN: u64 = 1 << 63;

/// The key of every NaN. No other float64 has it.
pub(super) const NAN: u64 = u64::MAX;

/// The way from the words of a column to keys. Both zeros have the same.
pub(crate) struct Order<'f> {
    kind: SampleType,
    conversion: Conversion<'f>,
}

impl<'f> Order<'f> {
    /// The keys of a column of a file of that byte order.
    ///
    /// # Errors
    /// `Class::Field` for strings of more than 8 bytes.
    pub(crate) fn new(field: &'f Field, endian: Endian) -> Result<Order<'f>> {
        let kind = field.value_type();
        if kind.width() > WORD {
            let want = "a number, or a string of up to 8 bytes";
            return Err(Kind::UnsortableField { field: field.to_string(), want }.into());
        }
        let kind = kind.widest();
        Ok(Order { kind, conversion: Conversion::new(field, endian, kind)? })
    }

    /// The keys of the values of a block of headers; of strings, their bytes.
    ///
    /// # Errors
    /// As [`Conversion::deliver`].
    pub(crate) fn keys(&self, headers: &Headers<'_>, keys: &mut [u64]) -> Result<()> {
        self.conversion.texts(headers, |i, text| {
            let mut word = [0; WORD];
            word[..text.len()].copy_from_slice(text);
            keys[i] = u64::from_be_bytes(word);
        })?;
        let mut tile: Tile = [0; _];
        let (numbers, _) = self.conversion.numbers(headers, &mut tile)?.as_chunks();
        for (key, number) in keys.iter_mut().zip(numbers) {
            let word = u64::from_ne_bytes(*number);
            *key = match self.kind {
                SampleType::I64 => word ^ SIGN,
                SampleType::F64 => float_key(f64::from_bits(word)),
                _ => word,
            };
        }
        Ok(())
    }
}

/// A list of so many zeros, which the system hands out lazily.
///
/// # Errors
/// `Class::Memory` where there is no memory for them.
pub(crate) fn zeros<T: Clone + Default>(n: usize) -> Result<Vec<T>> {
    // Asked for first, as failing to get it would be the end.
    Vec::<T>::new()
        .try_reserve_exact(n)
        .map_err(|_| Error::from(Kind::NoMemory { what: format!("the keys of {n} traces") }))?;
    Ok(vec![T::default(); n])
}

/// The number of a key of a column; None for strings.
pub(crate) fn number(kind: FieldType, key: u64) -> Option<Value<'static>> {
    match kind.widest() {
        SampleType::I64 => Some(Value::Int((key ^ SIGN).cast_signed())),
        SampleType::U64 => Some(Value::Uint(key)),
        SampleType::F64 => Some(Value::Float(float_of(key))),
        _ => None,
    }
}

/// The key that a number has in a column; None for what the column cannot hold.
pub(crate) fn key(kind: FieldType, number: Value<'_>) -> Option<u64> {
    match (kind.widest(), number) {
        (SampleType::I64, _) => number.as_i64().map(|n| n.cast_unsigned() ^ SIGN),
        (SampleType::U64, Value::Uint(n)) => Some(n),
        (SampleType::U64, Value::Int(n)) => u64::try_from(n).ok(),
        (SampleType::F64, Value::Float(n)) => Some(float_key(n)),
        _ => None,
    }
}

pub(super) fn float_key(number: f64) -> u64 {
    // Adding 0 makes -0 of it 0.
    let bits = (number + 0.0).to_bits();
    match (number.is_nan(), bits & SIGN) {
        (true, _) => NAN,
        (false, 0) => bits | SIGN,
        (false, _) => !bits,
    }
}

fn float_of(key: u64) -> f64 {
    match key {
        NAN => f64::NAN,
        _ if key & SIGN == 0 => f64::from_bits(!key),
        _ => f64::from_bits(key ^ SIGN),
    }
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
        assert!(float_of(NAN).is_nan());
    }

    #[test]
    fn keys_and_numbers_of_each_type_lead_back_to_each_other() {
        let there_and_back = |kind, value| key(kind, value).and_then(|key| number(kind, key));
        for n in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert_eq!(there_and_back(FieldType::Int(8), Value::Int(n)), Some(Value::Int(n)));
        }
        let most = Value::Uint(u64::MAX);
        assert_eq!(there_and_back(FieldType::Uint(8), most), Some(most));
        assert_eq!(there_and_back(FieldType::Uint(1), Value::Int(7)), Some(Value::Uint(7)));
        assert_eq!(there_and_back(FieldType::Ibm, Value::Float(0.1)), Some(Value::Float(0.1)));
        assert_eq!(key(FieldType::Uint(4), Value::Int(-1)), None);
        assert_eq!(key(FieldType::Int(4), most), None);
        assert_eq!(key(FieldType::Int(4), Value::Float(1.0)), None);
        assert_eq!(number(FieldType::Text(8), 0), None);
    }
}
