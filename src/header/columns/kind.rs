//! What a column is in the file, and what it may become in memory.

use std::fmt;
use std::str::FromStr;

use super::convert;
use crate::error::{Error, Kind, Result};
use crate::format::{Endian, SampleType};
use crate::header::tables::FieldType;
use crate::header::value::Value;
use crate::layout::TRACE_HEADER;

/// What a column is in the file. Integers are two's complement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ColumnType {
    /// Signed, of 1 to 8 bytes.
    Int(u8),
    /// Unsigned, of 1 to 8 bytes.
    Uint(u8),
    /// IEEE float, 4 bytes.
    F32,
    /// IEEE float, 8 bytes.
    F64,
    /// IBM System/360 float, 4 bytes.
    Ibm,
    /// A string of 1 to 240 bytes, as it is in the file: no byte order, no encoding.
    Text(u8),
}

impl ColumnType {
    /// Bytes it takes in the header.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            ColumnType::F32 | ColumnType::Ibm => 4,
            ColumnType::F64 => 8,
            ColumnType::Int(width) | ColumnType::Uint(width) | ColumnType::Text(width) => {
                width as usize
            }
        }
    }

    /// The type in memory: the narrowest that holds it, float32 for IBM floats, uint8 for strings.
    #[must_use]
    pub const fn native(self) -> SampleType {
        match self {
            ColumnType::Int(1) => SampleType::I8,
            ColumnType::Int(2) => SampleType::I16,
            ColumnType::Int(3 | 4) => SampleType::I32,
            ColumnType::Int(_) => SampleType::I64,
            ColumnType::Uint(1) | ColumnType::Text(_) => SampleType::U8,
            ColumnType::Uint(2) => SampleType::U16,
            ColumnType::Uint(3 | 4) => SampleType::U32,
            ColumnType::Uint(_) => SampleType::U64,
            ColumnType::F32 | ColumnType::Ibm => SampleType::F32,
            ColumnType::F64 => SampleType::F64,
        }
    }

    /// Whether it is a float, of whichever sort.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, ColumnType::F32 | ColumnType::F64 | ColumnType::Ibm)
    }

    /// Numbers of [`ColumnType::native`] that a trace has: one, or the bytes of a string.
    #[must_use]
    pub const fn per_trace(self) -> usize {
        match self {
            ColumnType::Text(width) => width as usize,
            _ => 1,
        }
    }

    /// What NumPy calls it in memory: `float32` for IBM floats, `S8` for a string.
    #[must_use]
    pub fn memory_name(self) -> String {
        match self {
            ColumnType::Text(_) => self.to_string(),
            _ => self.native().name().to_owned(),
        }
    }

    /// Whether a type in memory is the native one or holds all its values exactly.
    ///
    /// ```
    /// use segbuf::SampleType;
    /// use segbuf::columns::ColumnType;
    /// let int16 = ColumnType::Int(2);
    /// assert!(int16.fits(SampleType::I16) && int16.fits(SampleType::F32));
    /// assert!(!int16.fits(SampleType::U32) && !ColumnType::Int(4).fits(SampleType::F32));
    /// ```
    #[must_use]
    pub fn fits(self, to: SampleType) -> bool {
        convert::widening(self, to).is_some()
    }

    pub(super) fn check(self) -> Result<()> {
        let most = match self {
            ColumnType::Int(_) | ColumnType::Uint(_) => 8,
            _ => TRACE_HEADER as usize,
        };
        if (1..=most).contains(&self.width()) {
            return Ok(());
        }
        Err(Error::new(Kind::Field, "a field of impossible width")
            .want(format_args!("1 to {most} bytes"))
            .have(self.width()))
    }

    /// The value that bytes, as many as it is wide, stand for.
    pub(crate) fn value(self, bytes: &[u8], endian: Endian) -> Value<'_> {
        let join = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
        let word = || match endian {
            Endian::Big => bytes.iter().fold(0, join),
            Endian::Little => bytes.iter().rev().fold(0, join),
        };
        match self {
            ColumnType::Text(_) => Value::Bytes(bytes),
            ColumnType::Uint(_) => Value::Uint(word()),
            ColumnType::Int(width) => {
                let unused = 64 - 8 * u32::from(width.clamp(1, 8));
                Value::Int((word() << unused).cast_signed() >> unused)
            }
            ColumnType::F32 => Value::Float(f64::from(f32::from_bits(word() as u32))),
            ColumnType::F64 => Value::Float(f64::from_bits(word())),
            ColumnType::Ibm => Value::Float(convert::ibm_to_f64(word() as u32)),
        }
    }
}

impl fmt::Display for ColumnType {
    /// As NumPy names the types it has: `int16`, `S8`; else `int24`, `ibm`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ColumnType::Int(width) => write!(f, "int{}", 8 * u32::from(*width)),
            ColumnType::Uint(width) => write!(f, "uint{}", 8 * u32::from(*width)),
            ColumnType::F32 => f.write_str("float32"),
            ColumnType::F64 => f.write_str("float64"),
            ColumnType::Ibm => f.write_str("ibm"),
            ColumnType::Text(width) => write!(f, "S{width}"),
        }
    }
}

impl FromStr for ColumnType {
    type Err = Error;

    /// Reads NumPy's codes and names, for the widths that NumPy does not have likewise: `i1` to `i8`,
    /// `u1` to `u8`, `f4`, `f8`, `ibm`, `S1` to `S240`; `int8` to `int64`, `uint8` to `uint64`,
    /// `float32`, `float64`; and `ibm32`, as `segbuf.guess_keys` calls it. A `|`, which NumPy writes for want of a
    /// byte order, may stand before it.
    fn from_str(code: &str) -> Result<ColumnType> {
        let number = |digits: &str| digits.parse::<u16>().ok().filter(|_| !digits.starts_with('+'));
        let bytes = |digits| number(digits).and_then(|n| u8::try_from(n).ok());
        let bits = |digits| number(digits).filter(|n| n % 8 == 0).map(|n| (n / 8) as u8);
        let code = code.strip_prefix('|').unwrap_or(code);
        let found = match code {
            "ibm" | "ibm32" => Some(ColumnType::Ibm),
            "f4" | "float32" => Some(ColumnType::F32),
            "f8" | "float64" => Some(ColumnType::F64),
            _ => None,
        }
        .or_else(|| bits(code.strip_prefix("int")?).map(ColumnType::Int))
        .or_else(|| bits(code.strip_prefix("uint")?).map(ColumnType::Uint))
        .or_else(|| bytes(code.strip_prefix('i')?).map(ColumnType::Int))
        .or_else(|| bytes(code.strip_prefix('u')?).map(ColumnType::Uint))
        .or_else(|| bytes(code.strip_prefix('S')?).map(ColumnType::Text));
        let unknown = || {
            Error::new(Kind::Field, "an unknown type of field")
                .want("i1 to i8, u1 to u8, f4, f8, ibm or S1 to S240")
                .have(format_args!("{code:?}"))
        };
        found.filter(|kind| kind.check().is_ok()).ok_or_else(unknown)
    }
}

impl From<FieldType> for ColumnType {
    fn from(kind: FieldType) -> ColumnType {
        match kind {
            FieldType::I16 => ColumnType::Int(2),
            FieldType::U16 => ColumnType::Uint(2),
            FieldType::I32 => ColumnType::Int(4),
            FieldType::U32 => ColumnType::Uint(4),
            FieldType::I64 => ColumnType::Int(8),
            FieldType::U64 => ColumnType::Uint(8),
            FieldType::U8 => ColumnType::Uint(1),
            FieldType::F32 => ColumnType::F32,
            FieldType::F64 => ColumnType::F64,
            FieldType::Char8 => ColumnType::Text(8),
            FieldType::Bytes(width) => ColumnType::Text(width),
        }
    }
}
