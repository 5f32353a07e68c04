//! The fields of headers as data: one table a block, and how a field is found by name or by byte.
//!
//! Byte numbers count from 1 as in the standard; those of the binary header from 3201, the place in
//! the file. Names are those of this crate; segyio's, Seismic Unix's and TGS's are accepted as
//! aliases, save those that stand for another number: bytes 219 to 224 are three angles here, a
//! mantissa and an exponent to segyio 1 and to TGS.

mod binary;
mod ext1;
mod names;
mod trace;

pub use binary::BINARY;
pub use ext1::EXT1;
pub(crate) use names::spellings;
pub use trace::{SU, TRACE};

use crate::error::{Error, Kind, Result};

/// The number of the first byte of the binary header.
pub const BINARY_START: u16 = 3201;

/// How the value of a field stands in its bytes. Integers are two's complement, floats IEEE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Signed, 2 bytes.
    I16,
    /// Unsigned, 2 bytes.
    U16,
    /// Signed, 4 bytes.
    I32,
    /// Unsigned, 4 bytes.
    U32,
    /// Signed, 8 bytes.
    I64,
    /// Unsigned, 8 bytes.
    U64,
    /// Unsigned, 1 byte: no byte order.
    U8,
    /// Float, 4 bytes.
    F32,
    /// Float, 8 bytes.
    F64,
    /// A name of 8 characters, ASCII or EBCDIC: no byte order.
    Char8,
    /// So many bytes without a meaning.
    Bytes(u8),
}

impl FieldType {
    /// Bytes it takes in the header.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            FieldType::U8 => 1,
            FieldType::I16 | FieldType::U16 => 2,
            FieldType::I32 | FieldType::U32 | FieldType::F32 => 4,
            FieldType::I64 | FieldType::U64 | FieldType::F64 | FieldType::Char8 => 8,
            FieldType::Bytes(n) => n as usize,
        }
    }

    /// The name NumPy gives it; `"char8"` and `"bytes"` for those that are no numbers.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            FieldType::I16 => "int16",
            FieldType::U16 => "uint16",
            FieldType::I32 => "int32",
            FieldType::U32 => "uint32",
            FieldType::I64 => "int64",
            FieldType::U64 => "uint64",
            FieldType::U8 => "uint8",
            FieldType::F32 => "float32",
            FieldType::F64 => "float64",
            FieldType::Char8 => "char8",
            FieldType::Bytes(_) => "bytes",
        }
    }
}

/// One field of a header block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The name, unique within the block.
    pub name: &'static str,
    /// The byte it starts at, counted from 1 (in the binary header from 3201).
    pub byte: u16,
    /// How its value stands there.
    pub kind: FieldType,
    /// The revision that brought it, (major, minor).
    pub since: (u8, u8),
    /// The unit of its value, empty where it has none; `us` for microseconds.
    pub unit: &'static str,
    /// Names that others give it, unique within the block.
    pub aliases: &'static [&'static str],
    /// What it says, with the codes where there are few.
    pub meaning: &'static str,
    /// The trace header field that holds its scalar: positive multiplies, negative divides.
    pub scaled_by: Option<&'static str>,
    /// The wider field that replaces it where that is not 0: of the same block for the binary
    /// header, of extension 1 for the trace header.
    pub overridden_by: Option<&'static str>,
}

impl Field {
    /// Where it starts in its block, counted from 0.
    #[must_use]
    pub const fn offset(&self) -> usize {
        let first = if self.byte >= BINARY_START { BINARY_START } else { 1 };
        (self.byte - first) as usize
    }

    /// The number of its last byte, counted as [`Field::byte`].
    #[must_use]
    pub const fn last_byte(&self) -> u16 {
        // A block has at most 400 bytes.
        self.byte + self.kind.width() as u16 - 1
    }

    const fn scaled_by(mut self, scalar: &'static str) -> Field {
        self.scaled_by = Some(scalar);
        self
    }

    const fn overridden_by(mut self, wider: &'static str) -> Field {
        self.overridden_by = Some(wider);
        self
    }
}

// The rows of the tables.

const R0: (u8, u8) = (0, 0);
const R1: (u8, u8) = (1, 0);
const R2: (u8, u8) = (2, 0);
const R21: (u8, u8) = (2, 1);

const fn field(
    byte: u16,
    name: &'static str,
    kind: FieldType,
    since: (u8, u8),
    unit: &'static str,
    aliases: &'static [&'static str],
    meaning: &'static str,
) -> Field {
    let (scaled_by, overridden_by) = (None, None);
    Field { name, byte, kind, since, unit, aliases, meaning, scaled_by, overridden_by }
}

/// The field of that name or alias: spelled exactly so, else but for the case of ASCII letters.
///
/// ```
/// use segbuf::fields::{TRACE, by_name};
/// assert_eq!(by_name(TRACE, "inline")?.byte, 189);
/// assert_eq!(by_name(TRACE, "INLINE_3D")?.byte, 189); // segyio
/// assert_eq!(by_name(TRACE, "iline")?.byte, 189); // Seismic Unix
/// let e = by_name(TRACE, "inlnie").unwrap_err();
/// assert_eq!(e.to_string(), "no header field is named \"inlnie\"; did you mean inline?");
/// # Ok::<(), segbuf::Error>(())
/// ```
///
/// # Errors
/// [`Kind::Field`] where there is none, naming those spelled most like it.
pub fn by_name(table: &'static [Field], name: &str) -> Result<&'static Field> {
    find(table, name).ok_or_else(|| {
        let error = unknown(name, table.iter().map(|field| (field.name, names::spellings(field))));
        error.or_advice("the names are in the reference under header fields")
    })
}

/// The field of that name, if there is one: the nearest others, which take long to find, are not looked
/// for.
pub(crate) fn find(table: &'static [Field], name: &str) -> Option<&'static Field> {
    let find = |same: fn(&str, &str) -> bool| {
        table.iter().find(|f| names::spellings(f).any(|spelling| same(spelling, name)))
    };
    find(|a, b| a == b).or_else(|| find(str::eq_ignore_ascii_case))
}

/// The error for a name that no field has, with the nearest of those it could have been: each with all
/// its spellings.
pub(crate) fn unknown<'a, S: Iterator<Item = &'a str>>(
    name: &str,
    known: impl Iterator<Item = (&'a str, S)>,
) -> Error {
    let error = Error::new(Kind::Field, format_args!("no header field is named {name:?}"));
    match names::nearest(known, name).as_slice() {
        [] => error,
        near => error.advice(format_args!("did you mean {}?", near.join(" or "))),
    }
}

/// The field that starts at a byte, counted from 1 (in the binary header from 3201).
///
/// ```
/// use segbuf::fields::{BINARY, TRACE, by_byte};
/// assert_eq!(by_byte(BINARY, 3225)?.name, "sample_format");
/// let e = by_byte(TRACE, 191).unwrap_err();
/// assert_eq!(
///     e.to_string(),
///     "no header field starts at byte 191; it is within inline (189 to 192), and crossline \
///      starts at 193"
/// );
/// # Ok::<(), segbuf::Error>(())
/// ```
///
/// # Errors
/// [`Kind::Field`] where no field starts there, naming the fields around it, or the bytes of the
/// block where the byte is outside.
pub fn by_byte(table: &'static [Field], byte: u16) -> Result<&'static Field> {
    // Fields stand in ascending order without gaps.
    let after = table.partition_point(|f| f.byte <= byte);
    let (before, next) = (after.checked_sub(1).map(|i| &table[i]), table.get(after));
    match (before, next) {
        (Some(field), _) if field.byte == byte => Ok(field),
        (Some(field), next) if byte <= field.last_byte() => {
            let error =
                Error::new(Kind::Field, format_args!("no header field starts at byte {byte}"));
            let within =
                format!("it is within {} ({} to {})", field.name, field.byte, field.last_byte());
            Err(match next {
                Some(next) => error
                    .advice(format_args!("{within}, and {} starts at {}", next.name, next.byte)),
                None => error.advice(within),
            })
        }
        _ => {
            let error = Error::new(Kind::Field, "a byte outside the header").have(byte);
            Err(match (table.first(), table.last()) {
                (Some(first), Some(last)) => {
                    error.want(format_args!("{} to {}", first.byte, last.last_byte()))
                }
                _ => error,
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;
    use std::collections::HashMap;

    const BLOCKS: [(&[Field], u16, u16); 4] =
        [(BINARY, 3201, 3600), (TRACE, 1, 240), (EXT1, 1, 240), (SU, 1, 240)];

    #[test]
    fn tables_tile_their_blocks() {
        for (table, first, last) in BLOCKS {
            let mut next = first;
            for f in table {
                assert_eq!(f.byte, next, "{}", f.name);
                assert_eq!(f.offset(), usize::from(next - first));
                next = f.last_byte() + 1;
            }
            assert_eq!(next, last + 1);
        }
    }

    #[test]
    fn spellings_are_unique_whatever_their_case() {
        for (table, ..) in BLOCKS {
            let mut seen = HashMap::new();
            for f in table {
                for spelling in names::spellings(f) {
                    let owner = *seen.entry(spelling.to_ascii_lowercase()).or_insert(f.byte);
                    assert_eq!(owner, f.byte, "{spelling}");
                    assert_eq!(by_name(table, spelling).unwrap(), f);
                    assert_eq!(by_name(table, &spelling.to_ascii_uppercase()).unwrap(), f);
                }
                assert_eq!(by_byte(table, f.byte).unwrap(), f);
            }
        }
    }

    #[test]
    fn scalars_and_wider_fields_exist() {
        for (table, wider) in [(BINARY, BINARY), (TRACE, EXT1), (EXT1, EXT1), (SU, EXT1)] {
            for f in table {
                if let Some(scalar) = f.scaled_by {
                    let own = if table == EXT1 { TRACE } else { table };
                    assert_eq!(by_name(own, scalar).unwrap().kind, FieldType::I16);
                }
                if let Some(name) = f.overridden_by {
                    assert!(by_name(wider, name).unwrap().kind.width() > f.kind.width());
                }
            }
        }
    }

    #[test]
    fn widths_that_others_get_wrong() {
        let kind = |table, name| by_name(table, name).unwrap().kind;
        assert_eq!(kind(BINARY, "samples_per_trace"), FieldType::U16);
        assert_eq!(kind(TRACE, "samples_per_trace"), FieldType::U16);
        assert_eq!(kind(BINARY, "sample_interval"), FieldType::I16);
        assert_eq!(kind(BINARY, "SEGYRevision"), FieldType::U8);
        assert_eq!(by_name(BINARY, "revision_minor").unwrap().byte, 3502);
        assert_eq!(kind(BINARY, "max_additional_trace_headers"), FieldType::I16);
        assert_eq!(kind(TRACE, "source_energy_direction_vertical"), FieldType::I16);
        assert_eq!(by_byte(SU, 189).unwrap().kind, FieldType::F32);
        assert_eq!(by_name(SU, "iline").unwrap().byte, 221);
        // 219 as an int32: another word than ours, so not an alias.
        assert!(by_name(TRACE, "SourceEnergyDirectionMantissa").is_err());
    }

    #[test]
    fn every_byte_is_a_field_or_names_the_field_around_it() {
        for (table, first, last) in BLOCKS {
            for byte in 0..=u16::MAX {
                match by_byte(table, byte) {
                    Ok(f) => assert_eq!(f.byte, byte),
                    Err(e) => {
                        assert_eq!(e.class(), Class::Field);
                        let inside = (first..=last).contains(&byte);
                        let expected = if inside { "it is within" } else { "outside the header" };
                        assert!(e.to_string().contains(expected), "{e}");
                    }
                }
            }
        }
    }
}
