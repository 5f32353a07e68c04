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
pub use trace::{SU, TRACE};

use crate::error::{Error, Kind, Result};
use crate::header::FieldType;
use crate::header::block::{Block, BlockName};
use crate::header::field::{BINARY_START, Field};
use crate::layout::TRACE_HEADER;

// The rows of the tables.

use FieldType::{F32, F64, Text};
const I16: FieldType = FieldType::Int(2);
const U16: FieldType = FieldType::Uint(2);
const I32: FieldType = FieldType::Int(4);
const U32: FieldType = FieldType::Uint(4);
const I64: FieldType = FieldType::Int(8);
const U64: FieldType = FieldType::Uint(8);
const U8: FieldType = FieldType::Uint(1);

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
    let block = if byte >= BINARY_START { Block::Binary } else { Block::Trace };
    let mut field = Field::standard(name, block, byte, kind);
    (field.since, field.unit, field.aliases, field.meaning) = (since, unit, aliases, meaning);
    field
}

/// Puts fields into an additional header.
const fn in_block<const N: usize>(name: BlockName, mut fields: [Field; N]) -> [Field; N] {
    let mut i = 0;
    while i < N {
        fields[i].block = Block::Additional(name);
        i += 1;
    }
    fields
}

/// The field of that name or alias: spelled exactly so, else but for the case of ASCII letters.
///
/// ```
/// use segbuf::header::{TRACE, by_name};
/// assert_eq!(by_name(TRACE, "inline")?.byte(), 189);
/// assert_eq!(by_name(TRACE, "INLINE_3D")?.byte(), 189); // segyio
/// assert_eq!(by_name(TRACE, "iline")?.byte(), 189); // Seismic Unix
/// let e = by_name(TRACE, "inlnie").unwrap_err();
/// assert_eq!(e.to_string(), "no header field is named \"inlnie\"; did you mean inline");
/// # Ok::<(), segbuf::Error>(())
/// ```
///
/// # Errors
/// `Class::Field` where there is none, naming those spelled most like it.
pub fn by_name(table: &'static [Field], name: &str) -> Result<&'static Field> {
    find(table, name).ok_or_else(|| unknown(name, table))
}

/// The field of that name, if there is one: the nearest others, which take long to find, are not looked
/// for.
pub(crate) fn find(table: &'static [Field], name: &str) -> Option<&'static Field> {
    let find = |same: fn(&str, &str) -> bool| {
        table.iter().find(|f| names::spellings(f).any(|spelling| same(spelling, name)))
    };
    find(|a, b| a == b).or_else(|| find(str::eq_ignore_ascii_case))
}

/// The error for a name that no field has, with the nearest of the names and aliases of some fields.
pub(crate) fn unknown<'a>(name: &str, known: impl IntoIterator<Item = &'a Field>) -> Error {
    let nearest = names::nearest(known, name).iter().map(ToString::to_string).collect();
    Kind::UnknownField { name: name.to_owned(), nearest }.into()
}

/// The field that starts at a byte, counted from 1 (in the binary header from 3201).
///
/// ```
/// use segbuf::header::{BINARY, TRACE, by_byte};
/// assert_eq!(by_byte(BINARY, 3225)?.name(), "sample_format");
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
/// `Class::Field` where no field starts there, naming the fields around it, or the bytes of the
/// block where the byte is outside.
pub fn by_byte(table: &'static [Field], byte: u16) -> Result<&'static Field> {
    // Fields stand in ascending order without gaps.
    let after = table.partition_point(|f| f.byte <= byte);
    let (before, next) = (after.checked_sub(1).map(|i| &table[i]), table.get(after));
    match (before, next) {
        (Some(field), _) if field.byte == byte => Ok(field),
        (Some(field), next) if byte <= field.last_byte() => {
            let mut around =
                format!("; it is within {} ({} to {})", field.name, field.byte, field.last_byte());
            if let Some(next) = next {
                around += &format!(", and {} starts at {}", next.name, next.byte);
            }
            Err(Kind::NoFieldAtByte { byte: byte.into(), around }.into())
        }
        _ => {
            let first = table.first().map_or(1, |field| field.byte.into());
            let last = table.last().map_or(240, |field| field.last_byte().into());
            Err(Kind::ByteOutsideHeader { byte: byte.into(), first, last }.into())
        }
    }
}

impl Field {
    /// Return the field of the standard of that name or alias: of the standard trace header or, for a
    /// name that it does not have, of trace header extension 1.
    ///
    /// ```
    /// use segbuf::header::Field;
    /// assert_eq!(Field::by_name("cdp_x")?.byte(), 181);
    /// assert_eq!(Field::by_name("SEGY_EXT1_CDP_X")?.byte(), 240 + 161);
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Class::Field` where there is none, naming the nearest.
    pub fn by_name(name: &str) -> Result<Field> {
        match by_name(TRACE, name) {
            Ok(field) => Ok(field.stored()),
            Err(error) => by_name(EXT1, name).map(Field::first_additional).map_err(|_| error),
        }
    }

    /// Return the field of the standard that starts at a byte, counted from 1; from 241 on, that of
    /// trace header extension 1.
    ///
    /// # Errors
    /// `Class::Field` where none starts there, naming those around it.
    pub fn by_byte(byte: u16) -> Result<Field> {
        let behind = byte.checked_sub(TRACE_HEADER as u16).filter(|&behind| behind > 0);
        match behind.and_then(|behind| by_byte(EXT1, behind).ok()) {
            Some(field) => Ok(field.first_additional()),
            None => by_byte(TRACE, byte).map(Field::stored),
        }
    }

    /// Return a field of an additional header at its byte in the first one, whatever name that has.
    fn first_additional(&self) -> Field {
        Field { block: Block::Trace, byte: TRACE_HEADER as u16 + self.byte, ..self.stored() }
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
                if let Some(scalar) = f.scalar() {
                    let own = if table == EXT1 { TRACE } else { table };
                    let field = by_byte(own, scalar.byte()).unwrap();
                    assert_eq!((field.kind, scalar.kind), (I16, I16));
                    assert!(field.name().ends_with("_scalar"));
                }
                if let Some(wide) = f.wider() {
                    let field = by_byte(wider, wide.byte()).unwrap();
                    assert_eq!((field.kind, field.block), (wide.kind, wide.block));
                    assert!(field.name().ends_with(f.name()) && wide.kind.width() > f.kind.width());
                }
            }
        }
    }

    #[test]
    fn widths_that_others_get_wrong() {
        let kind = |table, name| by_name(table, name).unwrap().kind;
        assert_eq!(kind(BINARY, "samples_per_trace"), U16);
        assert_eq!(kind(TRACE, "samples_per_trace"), U16);
        assert_eq!(kind(BINARY, "sample_interval"), I16);
        assert_eq!(kind(BINARY, "SEGYRevision"), U8);
        assert_eq!(by_name(BINARY, "revision_minor").unwrap().byte, 3502);
        assert_eq!(kind(BINARY, "max_additional_trace_headers"), I16);
        assert_eq!(kind(TRACE, "source_energy_direction_vertical"), I16);
        assert_eq!(by_byte(SU, 189).unwrap().kind, F32);
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
                        let expected =
                            if inside { "no-field-at-byte" } else { "byte-outside-header" };
                        assert_eq!(e.code(), expected);
                    }
                }
            }
        }
    }
}
