//! How samples stand in the file, and in memory.
//!
//! Source: SEG-Y revision 2.1, binary header bytes 3225-3226 (sample format) and 3297-3300 (byte
//! order).

use std::fmt;

use crate::error::{Error, Kind, Result};
use crate::names::named;

named! {
    /// The byte order of a word.
    pub enum Endian {
        /// Most significant byte first: what every revision allows.
        Big => "big",
        /// Least significant byte first: revision 2, and many files that do not say so.
        Little => "little",
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

named! {
    /// A sample format of the standard, by its code in bytes 3225-3226.
    #[repr(u8)]
    pub enum Format {
        /// Code 1: IBM System/360 hexadecimal float, 4 bytes.
        Ibm32 = 1 => "ibm_float32",
        /// Code 2: two's complement integer, 4 bytes.
        Int32 = 2 => "int32",
        /// Code 3: two's complement integer, 2 bytes.
        Int16 = 3 => "int16",
        /// Code 4: fixed point with gain, 4 bytes: one of zero, a power of two, a mantissa of 16 bits in
        /// two's complement. Obsolete since revision 1, and read only where it is asked for.
        Gain32 = 4 => "gain_fixed32",
        /// Code 5: IEEE float, 4 bytes.
        Ieee32 = 5 => "ieee_float32",
        /// Code 6: IEEE float, 8 bytes.
        Ieee64 = 6 => "ieee_float64",
        /// Code 7: two's complement integer, 3 bytes.
        Int24 = 7 => "int24",
        /// Code 8: two's complement integer, 1 byte.
        Int8 = 8 => "int8",
        /// Code 9: two's complement integer, 8 bytes.
        Int64 = 9 => "int64",
        /// Code 10: unsigned integer, 4 bytes.
        Uint32 = 10 => "uint32",
        /// Code 11: unsigned integer, 2 bytes.
        Uint16 = 11 => "uint16",
        /// Code 12: unsigned integer, 8 bytes.
        Uint64 = 12 => "uint64",
        /// Code 15: unsigned integer, 3 bytes.
        Uint24 = 15 => "uint24",
        /// Code 16: unsigned integer, 1 byte.
        Uint8 = 16 => "uint8",
    }
}

named! {
    /// A sample type in memory, always in the byte order of the machine.
    pub enum SampleType {
        /// `f32`
        F32 => "float32",
        /// `f64`
        F64 => "float64",
        /// `i8`
        I8 => "int8",
        /// `i16`
        I16 => "int16",
        /// `i32`
        I32 => "int32",
        /// `i64`
        I64 => "int64",
        /// `u8`
        U8 => "uint8",
        /// `u16`
        U16 => "uint16",
        /// `u32`
        U32 => "uint32",
        /// `u64`
        U64 => "uint64",
    }
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
            Format::Int24 | Format::Uint24 => 3,
            _ => self.native().size(),
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

    /// Whether it can hold NaN, the mark of a missing trace.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, SampleType::F32 | SampleType::F64)
    }
}
