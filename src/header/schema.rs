//! The header schema: which fields the trace headers of a file have.
//!
//! They are those of the standard, or of an XML layout in the file or from its user. A trace has a
//! standard header of 240 bytes and perhaps additional ones, which have their names in their bytes
//! 233-240. A field may be in both: then that of the additional header is used where it is not 0, and
//! no scalar applies to it.
//!
//! Source: SEG-Y revision 2.1, sections 7.2 and 8 (trace headers) and appendix D.8 (layouts).

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use super::xml;
pub(crate) use super::xml::LONGEST;
use crate::error::{Kind, Result};
use crate::header::FieldType;
use crate::header::block::Block;
use crate::header::field::Field;
use crate::header::tables::{self, EXT1, TRACE};
use crate::layout::TRACE_HEADER;

/// XML layouts have one name for a mantissa and its power of ten, the standard two: that name, and
/// those.
const POWERS: [(&str, [&str; 2]); 2] = [
    ("trans_const", ["transduction_constant_mantissa", "transduction_constant_exponent"]),
    ("smeasure", ["source_measurement_mantissa", "source_measurement_exponent"]),
];

/// How a caller selects a field.
///
/// ```
/// use segbuf::Options;
/// use segbuf::header::Selector;
/// let options = Options::default().iline(9).xline("ensemble");
/// assert_eq!(options.offset, Selector::Name("offset".into()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// By its first byte, counted from 1. A survey key need not be a field of the schema.
    Byte(u16),
    /// By its name or an alias.
    Name(Cow<'static, str>),
    /// A field that the caller describes.
    Field(Field),
}

impl From<u16> for Selector {
    fn from(byte: u16) -> Selector {
        Selector::Byte(byte)
    }
}

impl From<&'static str> for Selector {
    fn from(name: &'static str) -> Selector {
        Selector::Name(name.into())
    }
}

impl From<String> for Selector {
    fn from(name: String) -> Selector {
        Selector::Name(name.into())
    }
}

impl From<Field> for Selector {
    fn from(field: Field) -> Selector {
        Selector::Field(field)
    }
}

/// The fields of the trace headers of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    layout: Option<String>,
    xml: Option<Arc<[u8]>>,
    table: &'static [Field],
    /// Whether traces have more than the standard header.
    additional: bool,
    fields: Vec<Field>,
    /// Where the names of an XML layout are among the fields, as spelled and in lower case: it may have
    /// thousands.
    known: HashMap<String, usize>,
}

impl Schema {
    /// Return the fields of a table of the standard header; with `additional` headers, also those of
    /// `SEG00001`.
    #[must_use]
    pub fn standard(table: &'static [Field], additional: bool) -> Schema {
        let mut fields = table.to_vec();
        if additional {
            let own = |wide: &&Field| {
                wide.name != "unassigned" && table.iter().all(|field| field.name != wide.name)
            };
            fields.extend(EXT1.iter().filter(own).cloned());
        } else {
            fields.iter_mut().for_each(|field| field.wider = None);
        }
        Schema { layout: None, xml: None, table, additional, fields, known: HashMap::new() }
    }

    /// Return the fields of an XML layout.
    ///
    /// It replaces the standard: fields that it omits have no name, and those of extensions are not used
    /// without `additional` headers. A name that the standard's own layout has for a field selects that
    /// field, so `inline` is where `iline` is.
    ///
    /// ```
    /// use segbuf::header::Schema;
    /// let schema = Schema::from_xml(
    ///     br#"<segy-layout name="ours">
    ///           <entry name="iline" byte="9" type="int4"/>
    ///           <entry name="porosity" byte="181" type="ieee32"/>
    ///           <extension name="ACME0001"><entry name="probe" byte="1" type="int8"/></extension>
    ///         </segy-layout>"#,
    ///     true,
    /// )?;
    /// assert_eq!(schema.field("inline")?.byte(), 9);
    /// assert!(schema.field("crossline").is_err());
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Class::Format` for what is not such a layout, with the line, or is longer than 1 MiB or
    /// deeper than 16 elements.
    pub fn from_xml(xml: &[u8], additional: bool) -> Result<Schema> {
        let xml::Layout { name, entries } = xml::parse(xml)?;
        let mut fields: Vec<Field> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        // The standard header first: fields of others that have their names override them.
        let (standard, extensions): (Vec<_>, Vec<_>) =
            entries.into_iter().partition(|entry| entry.block == Block::Trace);
        for entry in standard.into_iter().chain(extensions) {
            let i = *known.entry(entry.name.to_string()).or_insert(fields.len());
            let Some(field) = fields.get_mut(i) else {
                fields.push(entry);
                continue;
            };
            if field.block != Block::Trace || field.wider.is_some() {
                let problem = format!("{:?} is in more than one extension", entry.name);
                return Err(Kind::InvalidSchema { problem }.into());
            }
            if entry.has_power() {
                // What overrides the standard header is one number.
                let problem = format!(
                    "the entry {:?} of an extension has type scale6, which cannot override a standard entry",
                    entry.name
                );
                return Err(Kind::InvalidSchema { problem }.into());
            }
            field.wider = Some(entry.word());
        }
        for (name, parts) in POWERS {
            let power = fields
                .iter()
                .find(|field| field.name == name && field.has_power() && field.wider.is_none());
            if let Some(parts) = power.map(|power| power.parts(parts)) {
                fields.extend(parts);
            }
        }
        if !additional {
            fields.iter_mut().for_each(|field| field.wider = None);
        }
        let mut known = HashMap::new();
        for (i, field) in fields.iter().enumerate() {
            known.entry(field.name.to_ascii_lowercase()).or_insert(i);
        }
        // A name as spelled takes precedence over another one in lower case.
        known.extend(fields.iter().enumerate().rev().map(|(i, f)| (f.name.to_string(), i)));
        let (layout, xml) = (Some(name), Some(xml.into()));
        Ok(Schema { layout, xml, table: TRACE, additional, fields, known })
    }

    /// The name of the XML layout that they are from; `None` for those of the standard.
    #[must_use]
    pub fn layout(&self) -> Option<&str> {
        self.layout.as_deref()
    }

    /// Where the fields are from, in words.
    #[must_use]
    pub(crate) fn origin(&self) -> String {
        self.layout().map_or_else(
            || "the standard".to_owned(),
            |name| format!("the layout {name:?}, of {} fields", self.fields.len()),
        )
    }

    /// The XML of that layout.
    #[must_use]
    pub fn xml(&self) -> Option<&[u8]> {
        self.xml.as_deref()
    }

    /// Whether traces have more than the standard header.
    #[must_use]
    pub fn has_additional(&self) -> bool {
        self.additional
    }

    /// All fields.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// Return the field that is selected: by name with what scales and overrides it, by byte as stored.
    ///
    /// # Errors
    /// `Class::Field` where there is none, naming the nearest, or those around its byte.
    pub fn select(&self, selector: &Selector) -> Result<Field> {
        match selector {
            Selector::Byte(byte) => self.by_byte(*byte),
            Selector::Name(name) => self.field(name).cloned(),
            Selector::Field(field) => Ok(field.clone()),
        }
    }

    /// Return the survey key that is selected: an int32 of the standard header.
    ///
    /// # Errors
    /// `Class::Field` for bytes outside the header, unknown names, and fields that are not an integer of
    /// four bytes in the standard header.
    pub(crate) fn survey_key(&self, selector: &Selector) -> Result<Field> {
        match selector {
            Selector::Byte(byte) => Field::at(Block::Trace, *byte, FieldType::Int(4)).survey_key(),
            Selector::Name(name) => self.field(name)?.survey_key(),
            // A described uint32 would be read as another type than its description.
            Selector::Field(field) if field.kind == FieldType::Uint(4) => {
                let (field, have) = (field.to_string(), field.kind.to_string());
                Err(Kind::InvalidKeyField { field, want: "an int32", have, byte: None }.into())
            }
            Selector::Field(field) => field.survey_key(),
        }
    }

    /// Return the field that starts at a byte, counted from 1, as it is stored: in the standard header
    /// that of a layout, else of the standard; from 241 on, of trace header extension 1.
    ///
    /// # Errors
    /// `Class::Field` where none starts there, naming those around it.
    pub fn by_byte(&self, byte: u16) -> Result<Field> {
        let mut own = self.fields.iter();
        match own.find(|field| field.block == Block::Trace && field.byte == byte) {
            Some(field) => Ok(field.stored()),
            None if usize::from(byte) > TRACE_HEADER as usize && self.additional => {
                Field::by_byte(byte)
            }
            None => tables::by_byte(self.table, byte).map(Field::stored),
        }
    }

    /// Return the field of that name or alias: spelled exactly so, else regardless of case.
    ///
    /// # Errors
    /// `Class::Field` where there is none, naming those spelled most like it.
    pub fn field(&self, name: &str) -> Result<&Field> {
        if let Some(field) = self.spelled(name) {
            return Ok(field);
        }
        // A field of a layout has the aliases of the field of the standard that it is.
        let same = |table| {
            let standard: &Field = tables::find(table, name)?;
            let known =
                |field: &&Field| !field.aliases.is_empty() && field.aliases == standard.aliases;
            self.fields.iter().find(known)
        };
        if let Some(field) = same(self.table).or_else(|| same(EXT1)) {
            return Ok(field);
        }
        let wide = tables::find(EXT1, name).filter(|_| self.layout.is_none());
        match wide {
            Some(wide) if self.additional => Ok(wide),
            Some(_) => Err(Kind::NoAdditionalHeaders { name: name.to_owned() }.into()),
            None => Err(tables::unknown(name, &self.fields)),
        }
    }

    /// Return the field of that name: spelled exactly so, else regardless of case.
    fn spelled(&self, name: &str) -> Option<&Field> {
        if self.layout.is_some() {
            let exact = self.known.get(name).filter(|&&i| self.fields[i].name == name);
            let i = exact.or_else(|| self.known.get(&name.to_ascii_lowercase()))?;
            return self.fields.get(*i);
        }
        let own = |same: fn(&str, &str) -> bool| self.fields.iter().find(|f| same(&f.name, name));
        own(|a, b| a == b).or_else(|| own(str::eq_ignore_ascii_case))
    }
}

impl Field {
    /// Return mantissa and power of ten as the two fields that they are in the standard.
    fn parts(&self, names: [&'static str; 2]) -> [Field; 2] {
        let part = |name, byte, kind| {
            let standard = tables::find(TRACE, name);
            let aliases = standard.map_or(&[][..], |standard| standard.aliases);
            Field { aliases, ..Field::at(self.block, byte, kind).named(name) }
        };
        let [mantissa, exponent] = names;
        [
            part(mantissa, self.byte, FieldType::Int(4)),
            part(exponent, self.byte + 4, FieldType::Int(2)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Endian;
    use crate::header::Value;
    use crate::header::block::BlockName;

    /// Headers of a trace, each but the first with a name.
    fn headers(names: &[&[u8; 8]]) -> Vec<u8> {
        let mut headers = vec![0; 240];
        for name in names {
            headers.extend([0; 232]);
            headers.extend(*name);
        }
        headers
    }

    fn put(headers: &mut [u8], block: usize, byte: usize, word: &[u8]) {
        let at = block * 240 + byte - 1;
        headers[at..at + word.len()].copy_from_slice(word);
    }

    fn get(schema: &Schema, name: &str, headers: &[u8]) -> Value<'static> {
        match schema.field(name).unwrap().value(headers, Endian::Big).unwrap() {
            Value::Int(n) => Value::Int(n),
            Value::Uint(n) => Value::Uint(n),
            Value::Float(x) => Value::Float(x),
            Value::Bytes(_) => panic!("{name} is no number"),
        }
    }

    #[test]
    fn names_of_headers() {
        let read = |bytes: &[u8; 8]| BlockName::read(*bytes).map(|name| name.to_string());
        assert_eq!(read(b"SEG00001").as_deref(), Some("SEG00001"));
        assert_eq!(read(b"\xE2\xC5\xC7\xF0\xF0\xF0\xF0\xF1").as_deref(), Some("SEG00001"));
        assert_eq!(read(b"\xE3\xE8\xD7\xC5\xE2\0\0\0").as_deref(), Some("TYPES"));
        assert_eq!(read(b"A b     ").as_deref(), Some("A b"));
        for none in [b"\0\0\0\0\0\0\0\0", b"        ", b"@@@@@@@@", b"\x01\x02345678"] {
            let name = read(none);
            assert!(name.is_none() || none == b"@@@@@@@@", "{name:?}");
        }
        assert_eq!(BlockName::new(" "), None);
        assert_eq!(BlockName::new("NINECHARS"), None);
        assert_eq!(BlockName::new("Ä"), None);
    }

    #[test]
    fn the_wider_field_counts_where_it_is_not_zero() {
        let plain = Schema::standard(TRACE, false);
        let merged = Schema::standard(TRACE, true);
        let mut trace = headers(&[b"SEG00001"]);
        put(&mut trace, 0, 73, &4_312_505i32.to_be_bytes());
        put(&mut trace, 0, 71, &(-10i16).to_be_bytes());
        put(&mut trace, 0, 9, &7i32.to_be_bytes());
        put(&mut trace, 0, 115, &65_535u16.to_be_bytes());
        put(&mut trace, 0, 1, &(-5i32).to_be_bytes());
        put(&mut trace, 0, 37, &(-250i32).to_be_bytes());
        assert_eq!(get(&plain, "source_x", &trace), Value::Int(4_312_505));
        assert_eq!(get(&merged, "source_x", &trace), Value::Float(431_250.5));
        assert_eq!(get(&merged, "field_record", &trace), Value::Int(7));
        assert_eq!(get(&merged, "samples_per_trace", &trace), Value::Uint(65_535));
        assert_eq!(get(&merged, "tracl", &trace), Value::Int(-5));
        assert_eq!(get(&merged, "offset", &trace), Value::Float(-250.0));
        assert_eq!(get(&merged, "nanoseconds", &trace), Value::Int(0));
        put(&mut trace, 1, 97, &1.25f64.to_be_bytes());
        put(&mut trace, 1, 17, &(1i64 << 40).to_be_bytes());
        put(&mut trace, 1, 137, &70_000u32.to_be_bytes());
        put(&mut trace, 1, 1, &u64::MAX.to_be_bytes());
        put(&mut trace, 1, 129, &f64::NAN.to_be_bytes());
        put(&mut trace, 1, 141, &(-3i32).to_be_bytes());
        assert_eq!(get(&plain, "source_x", &trace), Value::Int(4_312_505));
        assert_eq!(get(&merged, "SourceX", &trace), Value::Float(1.25));
        assert_eq!(get(&merged, "field_record", &trace), Value::Int(1 << 40));
        assert_eq!(get(&merged, "samples_per_trace", &trace), Value::Uint(70_000));
        assert_eq!(get(&merged, "trace_sequence_line", &trace), Value::Uint(u64::MAX));
        assert_eq!(get(&merged, "offset", &trace), Value::Float(-250.0), "no number");
        assert_eq!(get(&merged, "nanosecs", &trace), Value::Int(-3));
        let kind = |name| merged.field(name).unwrap().value_type();
        assert_eq!(kind("source_x"), FieldType::F64);
        assert_eq!(kind("samples_per_trace"), FieldType::Uint(4));
        assert_eq!(kind("trace_sequence_line"), FieldType::Int(8));
        assert_eq!(kind("inline"), FieldType::Int(4));
        assert_eq!(plain.field("source_x").unwrap().value_type(), FieldType::Int(4));
    }

    #[test]
    fn additional_headers_go_by_name() {
        let merged = Schema::standard(TRACE, true);
        let record = |trace: &[u8]| get(&merged, "field_record", trace);
        for name in [b"SEG00001", b"\xE2\xC5\xC7\xF0\xF0\xF0\xF0\xF1"] {
            let mut trace = headers(&[b"ACME0001", name]);
            put(&mut trace, 1, 17, &1i64.to_be_bytes());
            put(&mut trace, 2, 17, &2i64.to_be_bytes());
            assert_eq!(record(&trace), Value::Int(2));
        }
        // For want of a name, the first.
        let mut trace = headers(&[&[0; 8], &[0; 8]]);
        put(&mut trace, 1, 17, &1i64.to_be_bytes());
        put(&mut trace, 2, 17, &2i64.to_be_bytes());
        assert_eq!(record(&trace), Value::Int(1));
        let trace = headers(&[b"ACME0001"]);
        assert_eq!(record(&trace), Value::Int(0));
        let missing = merged.field("nanoseconds").unwrap().value(&trace, Endian::Big).unwrap_err();
        assert_eq!(missing.code(), "missing-header");
    }

    #[test]
    fn a_layout_takes_the_place_of_the_standard() {
        let schema = Schema::from_xml(
            br#"<segy-layout name="all">
                <extension name="ACME">
                  <entry name="probe" byte="1" type="ieee32"/>
                  <entry name="cdp" byte="9" type="int8" if-non-zero="1"/>
                </extension>
                <entry name="iline" byte="190" type="int4"/>
                <entry name="cdp" byte="22" type="int4"/>
                <entry name="nsamps" byte="30" type="int2"/>
                <entry name="cdp_x" byte="40" type="coor4"/>
                <entry name="co_scal" byte="44" type="int4"/>
                <entry name="trans_const" byte="50" type="scale6"/>
            </segy-layout>"#,
            true,
        )
        .unwrap();
        assert_eq!(schema.layout(), Some("all"));
        let mut trace = headers(&[b"ACME    "]);
        put(&mut trace, 0, 190, &2400i32.to_be_bytes());
        put(&mut trace, 0, 22, &5i32.to_be_bytes());
        put(&mut trace, 0, 30, &40_000u16.to_be_bytes());
        put(&mut trace, 0, 40, &500i32.to_be_bytes());
        put(&mut trace, 0, 44, &(-100i32).to_be_bytes());
        put(&mut trace, 0, 50, &25i32.to_be_bytes());
        put(&mut trace, 0, 54, &(-2i16).to_be_bytes());
        put(&mut trace, 1, 1, &0.5f32.to_be_bytes());
        for name in ["iline", "inline", "INLINE_3D"] {
            assert_eq!(get(&schema, name, &trace), Value::Int(2400));
        }
        assert_eq!(get(&schema, "ensemble", &trace), Value::Int(5));
        assert_eq!(get(&schema, "samples_per_trace", &trace), Value::Uint(40_000));
        assert_eq!(get(&schema, "cdp_x", &trace), Value::Int(500), "the word as it stands");
        assert_eq!(
            schema.field("cdp_x").unwrap().real(trace.as_slice().into(), Endian::Big),
            Some(5.0)
        );
        assert_eq!(get(&schema, "trans_const", &trace), Value::Float(0.25));
        assert_eq!(get(&schema, "transduction_constant_mantissa", &trace), Value::Int(25));
        assert_eq!(get(&schema, "transduction_constant_exponent", &trace), Value::Int(-2));
        assert_eq!(get(&schema, "probe", &trace), Value::Float(0.5));
        put(&mut trace, 1, 9, &(1i64 << 50).to_be_bytes());
        assert_eq!(get(&schema, "cdp", &trace), Value::Int(1 << 50));
        let error = schema.field("crossline").unwrap_err();
        let unknown = |name: &str, nearest: &[&str]| Kind::UnknownField {
            name: name.to_owned(),
            nearest: nearest.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(*error.kind(), unknown("crossline", &[]));
        let error = schema.field("prob").unwrap_err();
        assert_eq!(*error.kind(), unknown("prob", &["probe"]));
        let twice = br#"<segy-layout><extension name="A"><entry name="x" byte="1" type="int2"/>
            </extension><extension name="B"><entry name="x" byte="1" type="int2"/></extension>
            </segy-layout>"#;
        let error = Schema::from_xml(twice, true).unwrap_err();
        assert_eq!(error.code(), "invalid-schema");
    }

    #[test]
    fn two_words_of_an_extension_do_not_go_over_one_of_the_standard_header() {
        let layout = |kind: &str| {
            format!(
                "<segy-layout><entry name='x' byte='1' type='int4'/><extension name='A'>\
                 <entry name='x' byte='1' type='{kind}'/></extension></segy-layout>"
            )
        };
        assert!(Schema::from_xml(layout("ieee64").as_bytes(), true).is_ok());
        let error = Schema::from_xml(layout("scale6").as_bytes(), true).unwrap_err();
        assert_eq!(error.code(), "invalid-schema");
    }

    #[test]
    fn a_field_at_the_end_of_a_header_is_read() {
        let layout = "<segy-layout><entry name='x' byte='235' type='scale6'/></segy-layout>";
        let schema = Schema::from_xml(layout.as_bytes(), false).unwrap();
        let mut trace = headers(&[]);
        put(&mut trace, 0, 235, &25i32.to_be_bytes());
        put(&mut trace, 0, 239, &(-1i16).to_be_bytes());
        assert_eq!(get(&schema, "x", &trace), Value::Float(2.5));
    }

    #[test]
    fn the_standard_has_all_fields_of_its_tables() {
        let merged = Schema::standard(TRACE, true);
        for field in TRACE {
            assert_eq!(merged.field(field.name()).unwrap().byte, field.byte);
            for alias in field.aliases {
                assert_eq!(merged.field(alias).unwrap().name(), field.name);
            }
        }
        for field in EXT1.iter().filter(|f| !matches!(f.name(), "unassigned" | "trace_header_name"))
        {
            let found = merged.field(field.name()).unwrap();
            let word = found.wider.unwrap_or(found.word());
            assert_eq!(Field::from(word).word(), field.word());
        }
        assert_eq!(Schema::standard(TRACE, false).fields().len(), TRACE.len());
    }
}
