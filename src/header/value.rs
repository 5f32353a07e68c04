//! Typed views over the bytes of headers.

use crate::error::{Error, Kind, Result};
use crate::format::Endian;
use crate::header::tables::{BINARY, Field, FieldType, by_byte, by_name};
use crate::out::Bytes;

/// The value of a header field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// Of a signed integer.
    Int(i64),
    /// Of an unsigned integer.
    Uint(u64),
    /// Of a float.
    Float(f64),
    /// What is no number, as it is in the file: names of 8 characters (ASCII or EBCDIC, or zeros)
    /// and unassigned bytes.
    Bytes(&'a [u8]),
}

impl Value<'_> {
    /// The integer, where it is one and fits.
    #[must_use]
    pub fn as_i64(self) -> Option<i64> {
        match self {
            Value::Int(n) => Some(n),
            Value::Uint(n) => i64::try_from(n).ok(),
            Value::Float(_) | Value::Bytes(_) => None,
        }
    }
}

/// A value by its scalar: a positive one multiplies, a negative one divides, 0 does nothing.
#[inline]
pub(crate) fn scaled(value: f64, scalar: f64) -> f64 {
    if scalar > 0.0 {
        value * scalar
    } else if scalar < 0.0 {
        value / -scalar
    } else {
        value
    }
}

/// The value of a field in the bytes of its block: all 400 of the binary header, or all 240 of a
/// trace header or extension.
///
/// ```
/// use segbuf::{Endian, fields, header};
/// let mut extension = [0; 240];
/// extension[160..168].copy_from_slice(&431_250.5f64.to_le_bytes());
/// let x = header::read(fields::by_name(fields::EXT1, "cdp_x")?, &extension, Endian::Little)?;
/// assert_eq!(x, header::Value::Float(431_250.5));
/// # Ok::<(), segbuf::Error>(())
/// ```
///
/// # Errors
/// [`Kind::Field`] where the block ends before the field does.
pub fn read<'a>(field: &Field, block: &'a [u8], endian: Endian) -> Result<Value<'a>> {
    value(field, block, endian).ok_or_else(|| {
        Error::new(Kind::Field, format_args!("the header ends before {}", field.name))
            .want(format_args!("{} bytes", field.offset() + field.kind.width()))
            .have(block.len())
    })
}

/// Each field of a table with its value, in the order of bytes, as far as the block goes.
pub fn iter<'a>(
    table: &'static [Field],
    block: &'a [u8],
    endian: Endian,
) -> impl Iterator<Item = (&'static Field, Value<'a>)> {
    table.iter().filter_map(move |field| Some((field, value(field, block, endian)?)))
}

fn value<'a>(field: &Field, block: &'a [u8], endian: Endian) -> Option<Value<'a>> {
    let bytes = block.get(field.offset()..)?.get(..field.kind.width())?;
    let join = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
    let word = || match endian {
        Endian::Big => bytes.iter().fold(0, join),
        Endian::Little => bytes.iter().rev().fold(0, join),
    };
    Some(match field.kind {
        FieldType::I16 => Value::Int(i64::from(word() as i16)),
        FieldType::I32 => Value::Int(i64::from(word() as i32)),
        FieldType::I64 => Value::Int(word() as i64),
        FieldType::U8 | FieldType::U16 | FieldType::U32 | FieldType::U64 => Value::Uint(word()),
        FieldType::F32 => Value::Float(f64::from(f32::from_bits(word() as u32))),
        FieldType::F64 => Value::Float(f64::from_bits(word())),
        FieldType::Char8 | FieldType::Bytes(_) => Value::Bytes(bytes),
    })
}

/// The binary header of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BinaryHeader {
    /// The bytes as they are in the file, from byte 3201 on, but with swapped pairs swapped back.
    pub bytes: [u8; 400],
    /// Their byte order. The two bytes of the revision have none.
    pub endian: Endian,
}

impl BinaryHeader {
    /// The value of the field of that name or alias.
    ///
    /// # Errors
    /// [`Kind::Field`] where there is none, naming the nearest.
    pub fn get(&self, name: &str) -> Result<Value<'_>> {
        read(by_name(BINARY, name)?, &self.bytes, self.endian)
    }

    /// The value of the field that starts at a byte, 3201 to 3600.
    ///
    /// # Errors
    /// [`Kind::Field`] where none starts there, naming those around it.
    pub fn get_byte(&self, byte: u16) -> Result<Value<'_>> {
        read(by_byte(BINARY, byte)?, &self.bytes, self.endian)
    }

    /// Every field with its value, in the order of bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, Value<'_>)> {
        iter(BINARY, &self.bytes, self.endian)
    }
}

/// Where a key of the survey (inline, crossline, offset) stands in a trace header: four bytes, an
/// int32, at any place. Vendors put keys across the standard fields, so the place alone decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyField {
    offset: usize,
}

impl KeyField {
    /// The key that starts at a byte, counted from 1.
    ///
    /// ```
    /// use segbuf::{Endian, header::KeyField};
    /// let mut header = [0u8; 240];
    /// header[188..192].copy_from_slice(&2400i32.to_be_bytes());
    /// assert_eq!(KeyField::from_byte(189)?.read(header.as_slice().into(), Endian::Big), 2400);
    /// assert!(KeyField::from_byte(238).is_err());
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Field`] where the key would not lie within bytes 1 to 240.
    pub fn from_byte(byte: u16) -> Result<KeyField> {
        match usize::from(byte).checked_sub(1) {
            Some(offset) if offset <= 236 => Ok(KeyField { offset }),
            _ => Err(Error::new(Kind::Field, "a key outside the trace header")
                .want("a byte of 1 to 237")
                .have(byte)),
        }
    }

    /// The byte it starts at, counted from 1.
    #[must_use]
    pub fn byte(self) -> u16 {
        self.offset as u16 + 1
    }

    /// Its value in the 240 bytes of a header.
    ///
    /// # Panics
    /// Where there are fewer.
    #[inline]
    #[must_use]
    pub fn read(self, header: Bytes<'_>, endian: Endian) -> i32 {
        let word = header.word(self.offset);
        match endian {
            Endian::Big => i32::from_be_bytes(word),
            Endian::Little => i32::from_le_bytes(word),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;
    use crate::header::tables::{EXT1, TRACE};
    use proptest::prelude::*;

    fn binary(bytes: [u8; 400], endian: Endian) -> BinaryHeader {
        BinaryHeader { bytes, endian }
    }

    #[test]
    fn values_have_their_type() {
        let mut bytes = [0; 400];
        bytes[16..18].copy_from_slice(&(-4i16).to_be_bytes());
        bytes[20..22].copy_from_slice(&40_000u16.to_be_bytes());
        bytes[72..80].copy_from_slice(&0.5f64.to_be_bytes());
        bytes[312..320].copy_from_slice(&u64::MAX.to_be_bytes());
        let header = binary(bytes, Endian::Big);
        assert_eq!(header.get("sample_interval").unwrap(), Value::Int(-4));
        assert_eq!(header.get("hns").unwrap(), Value::Uint(40_000));
        assert_eq!(header.get("ext_sample_interval").unwrap(), Value::Float(0.5));
        assert_eq!(header.get("trace_count").unwrap(), Value::Uint(u64::MAX));
        assert_eq!(header.get("trace_count").unwrap().as_i64(), None);
        assert_eq!(header.get_byte(3221).unwrap().as_i64(), Some(40_000));
        assert_eq!(header.get("unassigned_1").unwrap(), Value::Bytes(&[0; 200]));
        assert_eq!(header.get_byte(17).unwrap_err().class(), Class::Field);
    }

    #[test]
    fn revision_and_names_have_no_byte_order() {
        let mut bytes = [0; 400];
        (bytes[300], bytes[301]) = (2, 1);
        for endian in [Endian::Big, Endian::Little] {
            let header = binary(bytes, endian);
            assert_eq!(header.get("revision_major").unwrap(), Value::Uint(2));
            assert_eq!(header.get("revision_minor").unwrap(), Value::Uint(1));
            let mut bytes = [0; 240];
            bytes[232..].copy_from_slice(b"SEG00000");
            let name = by_name(TRACE, "trace_header_name").unwrap();
            assert_eq!(read(name, &bytes, endian).unwrap(), Value::Bytes(b"SEG00000"));
        }
    }

    #[test]
    fn iteration_gives_every_field() {
        let header = binary([0x11; 400], Endian::Little);
        assert_eq!(header.iter().last().unwrap().0.name, "unassigned_2");
        for (field, value) in header.iter() {
            assert_eq!(header.get(field.name).unwrap(), value);
            assert_eq!(header.get_byte(field.byte).unwrap(), value);
        }
        assert_eq!(binary([0; 400], Endian::Big).iter().count(), BINARY.len());
    }

    #[test]
    fn a_short_block_is_an_error() {
        let cdp_x = by_name(EXT1, "cdp_x").unwrap();
        let e = read(cdp_x, &[0; 167], Endian::Big).unwrap_err();
        assert_eq!(e.to_string(), "the header ends before cdp_x: wanted 168 bytes, found 167");
        assert_eq!(iter(EXT1, &[0; 8], Endian::Big).count(), 1);
        // A field of another block.
        let trailer = by_name(BINARY, "data_trailer_stanzas").unwrap();
        assert!(read(trailer, &[0; 240], Endian::Big).is_err());
    }

    #[test]
    fn keys_stay_within_the_header() {
        for byte in 0..=u16::MAX {
            let inside = (1..=237).contains(&byte);
            assert_eq!(KeyField::from_byte(byte).is_ok(), inside, "{byte}");
        }
        let e = KeyField::from_byte(0).unwrap_err();
        let expected = "a key outside the trace header: wanted a byte of 1 to 237, found 0";
        assert_eq!(e.to_string(), expected);
    }

    proptest! {
        #[test]
        fn keys_are_four_bytes_anywhere(header: [[u8; 24]; 10], byte in 1u16..=237, little: bool) {
            let mut bytes = [0; 240];
            bytes.copy_from_slice(header.as_flattened());
            let endian = if little { Endian::Little } else { Endian::Big };
            let at = usize::from(byte) - 1;
            let word = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
            let want = if little { i32::from_le_bytes(word) } else { i32::from_be_bytes(word) };
            let key = KeyField::from_byte(byte).unwrap();
            prop_assert_eq!((key.byte(), key.read(bytes.as_slice().into(), endian)), (byte, want));
        }
    }
}
