//! The headers of a file and of one trace: their bytes, and the fields in them.

use std::sync::Arc;

use crate::error::{Kind, Result};
use crate::format::Endian;
use crate::header::Value;
use crate::header::block::{Block, BlockName, HEADER};
use crate::header::field::Field;
use crate::header::schema::Schema;
use crate::header::tables::{self, BINARY, EXT1, by_byte, by_name};

/// Return each field of a table with its value in the bytes of its header, in the order of bytes, as far
/// as the header goes.
pub fn iter<'a>(
    table: &'static [Field],
    header: &'a [u8],
    endian: Endian,
) -> impl Iterator<Item = (&'static Field, Value<'a>)> {
    table.iter().filter_map(move |field| Some((field, field.value_in(header, endian).ok()?)))
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
    /// `Class::Field` where there is none, naming the nearest.
    pub fn get(&self, name: &str) -> Result<Value<'_>> {
        by_name(BINARY, name)?.value_in(&self.bytes, self.endian)
    }

    /// The value of the field that starts at a byte, 3201 to 3600.
    ///
    /// # Errors
    /// `Class::Field` where none starts there, naming those around it.
    pub fn get_byte(&self, byte: u16) -> Result<Value<'_>> {
        by_byte(BINARY, byte)?.value_in(&self.bytes, self.endian)
    }

    /// Every field with its value, in the order of bytes.
    pub fn iter(&self) -> impl Iterator<Item = (&'static Field, Value<'_>)> {
        iter(BINARY, &self.bytes, self.endian)
    }
}

/// The headers of a trace: the standard one, and additional ones where the file has some.
///
/// A name gives the value that counts: that of an additional header where it goes over the standard
/// one. [`TraceHeader::block`] gives each header by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceHeader {
    bytes: Vec<u8>,
    endian: Endian,
    schema: Arc<Schema>,
}

impl TraceHeader {
    /// Headers as they stand in a file of that byte order.
    ///
    /// # Errors
    /// `Class::Field` for less than one header.
    pub fn new(bytes: Vec<u8>, endian: Endian, schema: Arc<Schema>) -> Result<TraceHeader> {
        if bytes.len() < HEADER {
            let field = format!("byte {HEADER}");
            return Err(Kind::HeaderTooShort { field, want: HEADER, have: bytes.len() }.into());
        }
        Ok(TraceHeader { bytes, endian, schema })
    }

    /// All headers, as they stand in the file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The standard header, as it stands in the file.
    #[must_use]
    pub fn standard(&self) -> [u8; HEADER] {
        let mut standard = [0; HEADER];
        standard.copy_from_slice(&self.bytes[..HEADER]);
        standard
    }

    /// The byte order of numbers.
    #[must_use]
    pub fn endian(&self) -> Endian {
        self.endian
    }

    /// What stands in them.
    #[must_use]
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The value of the field of that name or alias; see [`Field::value`].
    ///
    /// # Errors
    /// `Class::Field` where there is none, naming the nearest, or the trace has no header with it.
    pub fn get(&self, name: &str) -> Result<Value<'_>> {
        self.schema.field(name)?.value(&self.bytes, self.endian)
    }

    /// The word of the field that starts at a byte, counted from 1: from 241 on, of an additional
    /// header. It is the word as it stands, whatever goes over it.
    ///
    /// # Errors
    /// `Class::Field` where none starts there, naming those around it.
    pub fn get_byte(&self, byte: u16) -> Result<Value<'_>> {
        self.schema.by_byte(byte)?.value(&self.bytes, self.endian)
    }

    /// Every field that the trace has, with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Value<'_>)> {
        let value = |field: &Field| field.value(&self.bytes, self.endian).ok();
        self.schema.fields().iter().filter_map(move |f| Some((f.name(), value(f)?)))
    }

    /// How many headers there are: 1, and the additional ones.
    #[must_use]
    pub fn n_blocks(&self) -> usize {
        self.bytes.len() / HEADER
    }

    /// One of the headers: 0 is the standard one.
    ///
    /// # Errors
    /// `Class::Index` past the last.
    pub fn block(&self, index: usize) -> Result<HeaderBlock<'_>> {
        let (blocks, _) = self.bytes.as_chunks();
        let bytes = blocks.get(index).ok_or_else(|| Kind::index("header", index, blocks.len()))?;
        Ok(HeaderBlock { bytes, index, endian: self.endian, schema: &self.schema })
    }

    /// The additional header of a name, whatever blanks are around it.
    ///
    /// # Errors
    /// `Class::Field` where the trace has none, saying which it has.
    pub fn block_named(&self, name: &str) -> Result<HeaderBlock<'_>> {
        let blocks = || (1..self.n_blocks()).filter_map(|i| self.block(i).ok());
        blocks().find(|block| block.name().is_some_and(|n| n.as_str() == name.trim())).ok_or_else(
            || {
                let known: Vec<String> =
                    blocks().filter_map(|block| Some(block.name()?.to_string())).collect();
                Kind::MissingHeader { name: format!("{name:?}"), known }.into()
            },
        )
    }
}

/// One header of a trace by itself: its words as they stand, whatever goes over them.
#[derive(Debug, Clone, Copy)]
pub struct HeaderBlock<'a> {
    bytes: &'a [u8; HEADER],
    index: usize,
    endian: Endian,
    schema: &'a Schema,
}

impl<'a> HeaderBlock<'a> {
    /// Its bytes, as they stand in the file.
    #[must_use]
    pub fn bytes(&self) -> &'a [u8; HEADER] {
        self.bytes
    }

    /// Its name: of an additional header the one in its last bytes, `SEG00001` for the first for want
    /// of one; `None` for the standard one, and for others without a name.
    #[must_use]
    pub fn name(&self) -> Option<BlockName> {
        if self.index == 0 {
            return None;
        }
        let mut name = [0; 8];
        name.copy_from_slice(&self.bytes[HEADER - 8..]);
        let first = (self.index == 1 && BlockName::is_blank(name)).then_some(BlockName::SEG00001);
        BlockName::read(name).or(first)
    }

    /// The word of that name or alias.
    ///
    /// # Errors
    /// `Class::Field` where the header has none, naming the nearest.
    pub fn get(&self, name: &str) -> Result<Value<'a>> {
        self.value(&self.schema.field_in(self.which()?, name)?)
    }

    /// The word that starts at a byte, counted from 1 within the header.
    ///
    /// # Errors
    /// `Class::Field` where none starts there, naming those around it.
    pub fn get_byte(&self, byte: i64) -> Result<Value<'a>> {
        let outside = || Kind::ByteOutsideHeader { byte, first: 1, last: HEADER };
        let byte = u16::try_from(byte).map_err(|_| outside())?;
        let mut fields = self.schema.fields_in(self.which()?);
        match fields.find(|(_, part)| part.byte() == byte) {
            Some((_, part)) => self.value(&part),
            None if self.index == 0 => self.schema.by_byte(byte)?.value(self.bytes, self.endian),
            None => Err(Kind::NoFieldAtByte { byte: byte.into(), around: String::new() }.into()),
        }
    }

    /// Every word that is known of it.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Value<'a>)> + use<'a> {
        let (block, all) = (*self, self.which().map(|which| self.schema.fields_in(which)));
        let all = all.into_iter().flatten();
        all.filter_map(move |(field, part)| Some((field.name(), block.value(&part).ok()?)))
    }

    /// Which header of the schema it is.
    fn which(&self) -> Result<Block> {
        match (self.index, self.name()) {
            (0, _) => Ok(Block::Trace),
            (_, Some(name)) => Ok(Block::Additional(name)),
            (_, None) => Err(Kind::UnnamedHeader.into()),
        }
    }

    fn value(&self, field: &Field) -> Result<Value<'a>> {
        field.value_in(self.bytes, self.endian)
    }
}

impl Schema {
    /// Return what has that name or alias in one header by itself.
    fn field_in(&self, block: Block, name: &str) -> Result<Field> {
        let known = || self.fields_in(block);
        let own = || known().find(|(own, _)| own.name().eq_ignore_ascii_case(name));
        let found = self.field(name).ok().and_then(|field| field.part_in(block));
        found
            .or_else(|| own().map(|(_, part)| part))
            .ok_or_else(|| tables::unknown(name, known().map(|(field, _)| field)))
    }

    /// Return the fields that have a part in one header, with that part by itself.
    fn fields_in(&self, block: Block) -> impl Iterator<Item = (&Field, Field)> {
        let extension = self.layout().is_none() && block == Block::Additional(BlockName::SEG00001);
        let fields = if extension { EXT1 } else { self.fields() };
        fields.iter().filter_map(move |field| Some((field, field.part_in(block)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;
    use crate::header::tables::TRACE;

    fn header(names: &[&[u8; 8]]) -> TraceHeader {
        let mut bytes = vec![0; HEADER];
        bytes[188..192].copy_from_slice(&2400i32.to_be_bytes());
        bytes[8..12].copy_from_slice(&7i32.to_be_bytes());
        for name in names {
            let mut block = [0; HEADER];
            block[16..24].copy_from_slice(&(1i64 << 40).to_be_bytes());
            block[232..].copy_from_slice(*name);
            bytes.extend(block);
        }
        let schema = Schema::standard(TRACE, !names.is_empty());
        TraceHeader::new(bytes, Endian::Big, Arc::new(schema)).unwrap()
    }

    #[test]
    fn a_header_alone_is_its_table() {
        let header = header(&[]);
        assert_eq!(header.get("INLINE_3D").unwrap(), Value::Int(2400));
        assert_eq!(header.get_byte(189).unwrap(), Value::Int(2400));
        assert_eq!(header.iter().count(), TRACE.len());
        for (name, value) in header.iter() {
            assert_eq!(header.get(name).unwrap(), value);
        }
        assert_eq!((header.n_blocks(), header.bytes().len()), (1, 240));
        assert_eq!(header.block(0).unwrap().get("inline").unwrap(), Value::Int(2400));
        assert_eq!(header.block(1).unwrap_err().class(), Class::Index);
        let e = header.get_byte(241).unwrap_err();
        assert_eq!(*e.kind(), Kind::ByteOutsideHeader { byte: 241, first: 1, last: 240 });
        let short = TraceHeader::new(vec![0; 239], Endian::Big, header.schema.clone());
        assert!(short.is_err());
    }

    #[test]
    fn each_header_shows_its_own_words() {
        let header = header(&[b"SEG00001", b"ACME    ", &[0; 8]]);
        assert_eq!(header.get("field_record").unwrap(), Value::Int(1 << 40));
        assert_eq!(header.get_byte(9).unwrap(), Value::Int(7));
        assert_eq!(header.get_byte(257).unwrap(), Value::Int(1 << 40));
        let [standard, extension, acme, unnamed] = [0, 1, 2, 3].map(|i| header.block(i).unwrap());
        assert_eq!(standard.get("field_record").unwrap(), Value::Int(7));
        assert_eq!(extension.get("fldr").unwrap(), Value::Int(1 << 40));
        assert_eq!(standard.iter().count(), TRACE.len());
        assert_eq!(extension.iter().count(), EXT1.len());
        assert_eq!(acme.iter().count() + unnamed.iter().count(), 0);
        assert!(extension.get("inline").is_err() && acme.get("field_record").is_err());
        assert_eq!(unnamed.get("field_record").unwrap_err().code(), "unnamed-header");
        assert_eq!(standard.name(), None);
        assert_eq!(header.block_named("ACME").unwrap().bytes(), acme.bytes());
        let e = header.block_named("OTHER").unwrap_err();
        let known = vec!["SEG00001".to_owned(), "ACME".to_owned()];
        assert_eq!(*e.kind(), Kind::MissingHeader { name: "\"OTHER\"".to_owned(), known });
        assert!(header.iter().any(|(name, _)| name == "nanoseconds"));
    }

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
            assert_eq!(name.value_in(&bytes, endian).unwrap(), Value::Bytes(b"SEG00000"));
        }
    }

    #[test]
    fn iteration_gives_every_field() {
        let header = binary([0x11; 400], Endian::Little);
        assert_eq!(header.iter().last().unwrap().0.name(), "unassigned_2");
        for (field, value) in header.iter() {
            assert_eq!(header.get(field.name()).unwrap(), value);
            assert_eq!(header.get_byte(field.byte()).unwrap(), value);
        }
        assert_eq!(binary([0; 400], Endian::Big).iter().count(), BINARY.len());
    }

    #[test]
    fn a_short_block_is_an_error() {
        let cdp_x = by_name(EXT1, "cdp_x").unwrap();
        let e = cdp_x.value_in(&[0; 167], Endian::Big).unwrap_err();
        let field = "cdp_x".to_owned();
        assert_eq!(*e.kind(), Kind::HeaderTooShort { field, want: 168, have: 167 });
        assert_eq!(iter(EXT1, &[0; 8], Endian::Big).count(), 1);
        // A field of another block.
        let trailer = by_name(BINARY, "data_trailer_stanzas").unwrap();
        assert!(trailer.value_in(&[0; 240], Endian::Big).is_err());
    }
}
