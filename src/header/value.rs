//! What a header field holds: the type of its bytes in the file, and its value.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Kind, Result};
use crate::format::{Endian, SampleType};
use crate::layout::TRACE_HEADER;

/// The value of a header field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value<'a> {
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A float.
    Float(f64),
    /// The bytes of a string as they are in the file: names of 8 characters (ASCII, EBCDIC or zeros)
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

    /// The number as a float, rounded where it has more than 53 bits; NaN for bytes.
    pub(crate) fn as_f64(self) -> f64 {
        match self {
            Value::Int(n) => n as f64,
            Value::Uint(n) => n as f64,
            Value::Float(x) => x,
            Value::Bytes(_) => f64::NAN,
        }
    }
}

/// Return a scaled value: a positive scalar multiplies, a negative one divides, 0 does nothing.
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

/// The type of a header field in the file. Integers are two's complement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
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

impl FieldType {
    /// Bytes it takes in the header.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            FieldType::F32 | FieldType::Ibm => 4,
            FieldType::F64 => 8,
            FieldType::Int(width) | FieldType::Uint(width) | FieldType::Text(width) => {
                width as usize
            }
        }
    }

    /// The type in memory: the narrowest that holds it, float32 for IBM floats, uint8 for strings.
    #[must_use]
    pub const fn native(self) -> SampleType {
        match self {
            FieldType::Int(1) => SampleType::I8,
            FieldType::Int(2) => SampleType::I16,
            FieldType::Int(3 | 4) => SampleType::I32,
            FieldType::Int(_) => SampleType::I64,
            FieldType::Uint(1) | FieldType::Text(_) => SampleType::U8,
            FieldType::Uint(2) => SampleType::U16,
            FieldType::Uint(3 | 4) => SampleType::U32,
            FieldType::Uint(_) => SampleType::U64,
            FieldType::F32 | FieldType::Ibm => SampleType::F32,
            FieldType::F64 => SampleType::F64,
        }
    }

    /// Whether it is a float, of whichever sort.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, FieldType::F32 | FieldType::F64 | FieldType::Ibm)
    }

    /// Numbers of [`FieldType::native`] that a trace has: one, or the bytes of a string.
    #[must_use]
    pub const fn per_trace(self) -> usize {
        match self {
            FieldType::Text(width) => width as usize,
            _ => 1,
        }
    }

    /// What NumPy calls it in memory: `float32` for IBM floats, `S8` for a string.
    #[must_use]
    pub fn memory_name(self) -> String {
        match self {
            FieldType::Text(_) => self.to_string(),
            _ => self.native().name().to_owned(),
        }
    }

    /// The widest type in memory of its sort, which holds all its values: int64, uint64, float64.
    pub(super) const fn widest(self) -> SampleType {
        match self {
            FieldType::Int(_) => SampleType::I64,
            FieldType::Uint(_) => SampleType::U64,
            FieldType::Ibm | FieldType::F32 | FieldType::F64 => SampleType::F64,
            FieldType::Text(_) => SampleType::U8,
        }
    }

    pub(super) fn check(self) -> Result<()> {
        let most = match self {
            FieldType::Int(_) | FieldType::Uint(_) => 8,
            _ => TRACE_HEADER as usize,
        };
        if (1..=most).contains(&self.width()) {
            return Ok(());
        }
        Err(Kind::InvalidFieldWidth { width: self.width(), most }.into())
    }

    /// The value that bytes, as many as it is wide, stand for.
    pub(crate) fn value(self, bytes: &[u8], endian: Endian) -> Value<'_> {
        let join = |word: u64, byte: &u8| word << 8 | u64::from(*byte);
        let word = || match endian {
            Endian::Big => bytes.iter().fold(0, join),
            Endian::Little => bytes.iter().rev().fold(0, join),
        };
        match self {
            FieldType::Text(_) => Value::Bytes(bytes),
            FieldType::Uint(_) => Value::Uint(word()),
            FieldType::Int(width) => {
                let unused = 64 - 8 * u32::from(width.clamp(1, 8));
                Value::Int((word() << unused).cast_signed() >> unused)
            }
            FieldType::F32 => Value::Float(f64::from(f32::from_bits(word() as u32))),
            FieldType::F64 => Value::Float(f64::from_bits(word())),
            FieldType::Ibm => Value::Float(ibm_to_f64(word() as u32)),
        }
    }
}

impl fmt::Display for FieldType {
    /// As NumPy names the types it has: `int16`, `S8`; else `int24`, `ibm`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldType::Int(width) => write!(f, "int{}", 8 * u32::from(*width)),
            FieldType::Uint(width) => write!(f, "uint{}", 8 * u32::from(*width)),
            FieldType::F32 => f.write_str("float32"),
            FieldType::F64 => f.write_str("float64"),
            FieldType::Ibm => f.write_str("ibm"),
            FieldType::Text(width) => write!(f, "S{width}"),
        }
    }
}

impl FromStr for FieldType {
    type Err = Error;

    /// Reads NumPy's codes and names, and likewise those of widths that NumPy does not have: `i1` to
    /// `i8`, `u1` to `u8`, `f4`, `f8`, `ibm`, `S1` to `S240`; `int8` to `int64`, `uint8` to `uint64`,
    /// `float32`, `float64`; and `ibm32`, as `segbuf.guess_keys` names it. A leading `|`, NumPy's mark
    /// of a type without a byte order, is skipped.
    fn from_str(code: &str) -> Result<FieldType> {
        let number = |digits: &str| digits.parse::<u16>().ok().filter(|_| !digits.starts_with('+'));
        let bytes = |digits| number(digits).and_then(|n| u8::try_from(n).ok());
        let bits = |digits| number(digits).filter(|n| n % 8 == 0).map(|n| (n / 8) as u8);
        let code = code.strip_prefix('|').unwrap_or(code);
        let found = match code {
            "ibm" | "ibm32" => Some(FieldType::Ibm),
            "f4" | "float32" => Some(FieldType::F32),
            "f8" | "float64" => Some(FieldType::F64),
            _ => None,
        }
        .or_else(|| bits(code.strip_prefix("int")?).map(FieldType::Int))
        .or_else(|| bits(code.strip_prefix("uint")?).map(FieldType::Uint))
        .or_else(|| bytes(code.strip_prefix('i')?).map(FieldType::Int))
        .or_else(|| bytes(code.strip_prefix('u')?).map(FieldType::Uint))
        .or_else(|| bytes(code.strip_prefix('S')?).map(FieldType::Text));
        let unknown = || Kind::UnknownFieldType { dtype: code.to_owned() }.into();
        found.filter(|kind| kind.check().is_ok()).ok_or_else(unknown)
    }
}

/// Return the number that an IBM float represents, exactly.
pub(super) fn ibm_to_f64(word: u32) -> f64 {
    // 2^(4e - 280), of which every exponent is one of a normal float64.
    let scale = f64::from_bits((u64::from(word >> 24 & 0x7F) * 4 + 1023 - 280) << 52);
    let value = f64::from(word & 0x00FF_FFFF) * scale;
    if word >> 31 == 1 { -value } else { value }
}
