//! How samples stand in the file, and in memory.
//!
//! Source: SEG-Y revision 2.1, binary header bytes 3225-3226 (sample format) and 3297-3300 (byte
//! order).

use std::fmt;

use crate::error::{Error, Kind, Result};

/// The byte order of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Endian {
    /// Most significant byte first: what every revision allows.
    Big,
    /// Least significant byte first: revision 2, and many files that do not say so.
    Little,
}

impl Endian {
    /// `"big"` or `"little"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Endian::Big => "big",
            Endian::Little => "little",
        }
    }
}

/// The byte order in which headers, or samples, stand in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ByteOrder {
    /// Words are plain, in a byte order.
    Plain(Endian),
    /// Bytes 2i and 2i + 1 of each block are swapped: swapped back, words are big-endian. It is what a
    /// big-endian file becomes on its way through a machine that swaps each word of 16 bits.
    Pairwise,
}

impl ByteOrder {
    /// Most significant byte first.
    pub const BIG: ByteOrder = ByteOrder::Plain(Endian::Big);

    /// Least significant byte first.
    pub const LITTLE: ByteOrder = ByteOrder::Plain(Endian::Little);

    /// `"big"`, `"little"` or `"pairwise"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ByteOrder::Plain(endian) => endian.name(),
            ByteOrder::Pairwise => "pairwise",
        }
    }

    /// The byte order of words once swapped pairs are swapped back.
    #[must_use]
    pub fn endian(self) -> Endian {
        match self {
            ByteOrder::Plain(endian) => endian,
            ByteOrder::Pairwise => Endian::Big,
        }
    }
}

impl From<Endian> for ByteOrder {
    fn from(endian: Endian) -> ByteOrder {
        ByteOrder::Plain(endian)
    }
}

/// As messages say it: `big-endian`, `little-endian` or `pairwise-swapped`.
impl fmt::Display for ByteOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ByteOrder::Plain(endian) => write!(f, "{}-endian", endian.name()),
            ByteOrder::Pairwise => f.write_str("pairwise-swapped"),
        }
    }
}

/// A sample format of the standard, by its code in bytes 3225-3226.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Format {
    /// Code 1: IBM System/360 hexadecimal float, 4 bytes.
    Ibm32 = 1,
    /// Code 2: two's complement integer, 4 bytes.
    Int32 = 2,
    /// Code 3: two's complement integer, 2 bytes.
    Int16 = 3,
    /// Code 4: fixed point with gain, 4 bytes: one of zero, a power of two, a mantissa of 16 bits in
    /// two's complement. Obsolete since revision 1, and read only where it is asked for.
    Gain32 = 4,
    /// Code 5: IEEE float, 4 bytes.
    Ieee32 = 5,
    /// Code 6: IEEE float, 8 bytes.
    Ieee64 = 6,
    /// Code 7: two's complement integer, 3 bytes.
    Int24 = 7,
    /// Code 8: two's complement integer, 1 byte.
    Int8 = 8,
    /// Code 9: two's complement integer, 8 bytes.
    Int64 = 9,
    /// Code 10: unsigned integer, 4 bytes.
    Uint32 = 10,
    /// Code 11: unsigned integer, 2 bytes.
    Uint16 = 11,
    /// Code 12: unsigned integer, 8 bytes.
    Uint64 = 12,
    /// Code 15: unsigned integer, 3 bytes.
    Uint24 = 15,
    /// Code 16: unsigned integer, 1 byte.
    Uint8 = 16,
}

/// A sample type in memory, always in the byte order of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SampleType {
    /// `f32`
    F32,
    /// `f64`
    F64,
    /// `i8`
    I8,
    /// `i16`
    I16,
    /// `i32`
    I32,
    /// `i64`
    I64,
    /// `u8`
    U8,
    /// `u16`
    U16,
    /// `u32`
    U32,
    /// `u64`
    U64,
}

impl Format {
    /// Every format that a file may declare, in the order of their codes: all but [`Format::Gain32`].
    pub const ALL: [Format; 13] = [
        Format::Ibm32,
        Format::Int32,
        Format::Int16,
        Format::Ieee32,
        Format::Ieee64,
        Format::Int24,
        Format::Int8,
        Format::Int64,
        Format::Uint32,
        Format::Uint16,
        Format::Uint64,
        Format::Uint24,
        Format::Uint8,
    ];

    /// The format of a code.
    ///
    /// # Errors
    /// `Class::Format` for a code that the standard does not define.
    pub fn from_code(code: i64) -> Result<Format> {
        let mut known = Format::ALL.into_iter().chain([Format::Gain32]);
        known.find(|f| i64::from(f.code()) == code).ok_or_else(|| {
            Error::from(Kind::UnknownSampleFormat { code, fitting: Vec::new() }).byte(3225)
        })
    }

    /// The code in bytes 3225-3226.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// Bytes a sample takes in the file.
    #[must_use]
    pub fn width(self) -> usize {
        match self {
            Format::Int8 | Format::Uint8 => 1,
            Format::Int16 | Format::Uint16 => 2,
            Format::Int24 | Format::Uint24 => 3,
            Format::Ibm32 | Format::Int32 | Format::Gain32 | Format::Ieee32 | Format::Uint32 => 4,
            Format::Ieee64 | Format::Int64 | Format::Uint64 => 8,
        }
    }

    /// The type in memory that holds every sample exactly (for IBM floats, and fixed point with gain,
    /// float32: the nearest).
    #[must_use]
    pub fn native(self) -> SampleType {
        match self {
            Format::Ibm32 | Format::Gain32 | Format::Ieee32 => SampleType::F32,
            Format::Ieee64 => SampleType::F64,
            Format::Int8 => SampleType::I8,
            Format::Int16 => SampleType::I16,
            Format::Int24 | Format::Int32 => SampleType::I32,
            Format::Int64 => SampleType::I64,
            Format::Uint8 => SampleType::U8,
            Format::Uint16 => SampleType::U16,
            Format::Uint24 | Format::Uint32 => SampleType::U32,
            Format::Uint64 => SampleType::U64,
        }
    }

    /// Whether samples are integers with a sign.
    #[must_use]
    pub fn is_signed(self) -> bool {
        use Format::{Int8, Int16, Int24, Int32, Int64};
        matches!(self, Int8 | Int16 | Int24 | Int32 | Int64)
    }

    /// The short name used in documentation and `repr`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Ibm32 => "ibm_float32",
            Format::Int32 => "int32",
            Format::Int16 => "int16",
            Format::Gain32 => "gain_fixed32",
            Format::Ieee32 => "ieee_float32",
            Format::Ieee64 => "ieee_float64",
            Format::Int24 => "int24",
            Format::Int8 => "int8",
            Format::Int64 => "int64",
            Format::Uint32 => "uint32",
            Format::Uint16 => "uint16",
            Format::Uint64 => "uint64",
            Format::Uint24 => "uint24",
            Format::Uint8 => "uint8",
        }
    }
}

impl SampleType {
    /// Bytes an element takes.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            SampleType::I8 | SampleType::U8 => 1,
            SampleType::I16 | SampleType::U16 => 2,
            SampleType::F32 | SampleType::I32 | SampleType::U32 => 4,
            SampleType::F64 | SampleType::I64 | SampleType::U64 => 8,
        }
    }

    /// The name NumPy gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            SampleType::F32 => "float32",
            SampleType::F64 => "float64",
            SampleType::I8 => "int8",
            SampleType::I16 => "int16",
            SampleType::I32 => "int32",
            SampleType::I64 => "int64",
            SampleType::U8 => "uint8",
            SampleType::U16 => "uint16",
            SampleType::U32 => "uint32",
            SampleType::U64 => "uint64",
        }
    }

    /// Whether it can hold NaN, the mark of a missing trace.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, SampleType::F32 | SampleType::F64)
    }
}
