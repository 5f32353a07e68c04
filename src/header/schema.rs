//! What stands in the trace headers of a file: the fields of the standard, or those of a layout that
//! the file, or its user, gives.
//!
//! A trace has a standard header of 240 bytes and perhaps additional ones, which go by the names in
//! their bytes 233-240. A field may stand in both: then that of the additional header counts where it
//! is not 0, and is a true value, to which no scalar applies.
//!
//! Source: SEG-Y revision 2.1, sections 7.2 and 8 (trace headers) and appendix D.8 (layouts).

mod header;
mod xml;

pub use header::{HeaderBlock, TraceHeader};
pub use xml::{DEEPEST, LONGEST};

use std::collections::HashMap;
use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use crate::header::columns::{BlockName, Column, ColumnType, Formula, Scale, Word};
use crate::header::tables::{self, EXT1, TRACE};
use crate::header::value::KeyField;
use crate::layout::TRACE_HEADER;

/// What makes a number of the word of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScaleBy {
    Nothing,
    /// The scalar that is the entry of this name in the standard header.
    Field(&'static str),
    /// The power of ten in the two bytes behind it.
    PowerOfTen,
}

/// Layouts give a mantissa and its power of ten one name, the standard two: the name, and those.
const POWERS: [(&str, [&str; 2]); 2] = [
    ("trans_const", ["transduction_constant_mantissa", "transduction_constant_exponent"]),
    ("smeasure", ["source_measurement_mantissa", "source_measurement_exponent"]),
];

/// A field of trace headers.
#[derive(Debug, Clone, PartialEq)]
pub struct HeaderField {
    name: String,
    standard: Option<&'static tables::Field>,
    formula: Formula,
}

impl HeaderField {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The field of the standard that it is, if any.
    #[must_use]
    pub fn standard(&self) -> Option<&'static tables::Field> {
        self.standard
    }

    /// Where it stands, and what makes its value.
    #[must_use]
    pub fn formula(&self) -> &Formula {
        &self.formula
    }

    /// The key of a survey that it is: of the standard header, as it stands there.
    ///
    /// # Errors
    /// [`Kind::Field`] where it is no integer of four bytes.
    pub(crate) fn key(&self) -> Result<KeyField> {
        let word = self.formula.word;
        match (word.block(), word.kind(), self.formula.scale) {
            (None, ColumnType::Int(4) | ColumnType::Uint(4), Scale::None | Scale::Scalar(_)) => {
                KeyField::from_byte(word.byte().into())
            }
            (Some(block), ..) => {
                let what = format_args!("{} cannot be a key", self.name).to_string();
                Err(Error::new(Kind::Field, what)
                    .want("a field of the standard header")
                    .have(block))
            }
            (None, kind, _) => {
                let what = format_args!("{} cannot be a key", self.name).to_string();
                Err(Error::new(Kind::Field, what)
                    .want("an integer of four bytes")
                    .have(kind)
                    .advice(format_args!(
                        "pass its byte, {}, to read four bytes there",
                        word.byte()
                    )))
            }
        }
    }

    /// The column of it.
    #[must_use]
    pub fn column(&self) -> Column {
        self.formula.into()
    }
}

/// The fields of the trace headers of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema {
    layout: Option<String>,
    xml: Option<Arc<[u8]>>,
    table: &'static [tables::Field],
    /// Whether traces have more than the standard header.
    additional: bool,
    fields: Vec<HeaderField>,
    /// What the words of trace header extension 1 are called that go over others.
    wide: Vec<HeaderField>,
}

impl Schema {
    /// The fields of a table of the standard header; with `additional` headers, those of
    /// `SEG00001` too.
    #[must_use]
    pub fn standard(table: &'static [tables::Field], additional: bool) -> Schema {
        let block = Some(BlockName::SEG00001);
        let mut all: Vec<HeaderField> = table
            .iter()
            .map(|field| {
                let wider = field.overridden_by.filter(|_| additional);
                let over = wider.and_then(|name| EXT1.iter().find(|wide| wide.name == name));
                let scalar = field.scaled_by.and_then(|name| table.iter().find(|f| f.name == name));
                HeaderField {
                    name: field.name.to_owned(),
                    standard: Some(field),
                    formula: Formula {
                        word: Word::of(field, None),
                        over: over.map(|wide| Word::of(wide, block)),
                        scale: scalar.map_or(Scale::None, |f| Scale::Scalar(Word::of(f, None))),
                        scaled: false,
                    },
                }
            })
            .collect();
        if additional {
            let own = |wide: &&tables::Field| all.iter().all(|field| field.name != wide.name);
            let own: Vec<&'static tables::Field> = EXT1.iter().filter(own).collect();
            all.extend(own.into_iter().filter(|wide| wide.name != "unassigned").map(|wide| {
                HeaderField {
                    name: wide.name.to_owned(),
                    standard: Some(wide),
                    formula: Word::of(wide, block).into(),
                }
            }));
        }
        let wide = EXT1.iter().map(|wide| HeaderField {
            name: wide.name.to_owned(),
            standard: Some(wide),
            formula: Word::of(wide, block).into(),
        });
        let (layout, xml, wide) = (None, None, wide.collect());
        Schema { layout, xml, table, additional, fields: all, wide }
    }

    /// The fields of a layout in XML.
    ///
    /// It takes the place of the standard: what it leaves out has no name, and of extensions nothing
    /// counts without `additional` headers. A name that the standard's
    /// own layout gives a field stands for that field, so `inline` is where `iline` is.
    ///
    /// ```
    /// use segbuf::schema::Schema;
    /// let schema = Schema::from_xml(
    ///     br#"<segy-layout name="ours">
    ///           <entry name="iline" byte="9" type="int4"/>
    ///           <entry name="porosity" byte="181" type="ieee32"/>
    ///           <extension name="ACME0001"><entry name="probe" byte="1" type="int8"/></extension>
    ///         </segy-layout>"#,
    ///     true,
    /// )?;
    /// assert_eq!(schema.field("inline")?.formula().word.byte(), 9);
    /// assert!(schema.field("crossline").is_err());
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Format`] for what is no such layout, naming the line; longer than [`LONGEST`] bytes or
    /// deeper than [`DEEPEST`] elements is none.
    pub fn from_xml(xml: &[u8], additional: bool) -> Result<Schema> {
        let xml::Layout { name, entries } = xml::parse(xml)?;
        let scalars = xml::Scalars::of(&entries);
        let mut all: Vec<HeaderField> = Vec::new();
        let mut known: HashMap<&str, usize> = HashMap::new();
        // The standard header first: fields of others that have their names go over them.
        let (standard, extensions): (Vec<_>, Vec<_>) =
            entries.iter().partition(|entry| entry.block.is_none());
        for entry in standard.into_iter().chain(extensions) {
            let i = *known.entry(&entry.name).or_insert(all.len());
            if let Some(HeaderField { formula, .. }) = all.get_mut(i) {
                if formula.word.block().is_some() || formula.over.is_some() {
                    let what = format_args!("{:?} stands in more than one extension", entry.name);
                    return Err(Error::new(Kind::Format, what));
                }
                if entry.scale == ScaleBy::PowerOfTen {
                    // What goes over the standard header is one word.
                    let what = format_args!("{:?} of an extension goes over another", entry.name);
                    return Err(Error::new(Kind::Format, what)
                        .want("a type of one word")
                        .have("scale6"));
                }
                formula.over = Some(entry.word());
            } else {
                all.push(entry.field(&scalars));
            }
        }
        for (name, parts) in POWERS {
            let power = all.iter().find(|field| {
                let Formula { scale, over, .. } = field.formula;
                field.name == name && scale == Scale::PowerOfTen && over.is_none()
            });
            if let Some(parts) = power.map(|power| power.parts(parts)) {
                all.extend(parts);
            }
        }
        if !additional {
            all.iter_mut().for_each(|field| field.formula.over = None);
        }
        Ok(Schema {
            layout: Some(name),
            xml: Some(xml.into()),
            table: TRACE,
            additional,
            fields: all,
            wide: Vec::new(),
        })
    }

    /// The name of the layout that they are from; `None` for those of the standard.
    #[must_use]
    pub fn layout(&self) -> Option<&str> {
        self.layout.as_deref()
    }

    /// Whence the fields are, in words.
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
    pub fn fields(&self) -> &[HeaderField] {
        &self.fields
    }

    /// The column of the word that starts at a byte, counted from 1: in the standard header that of a
    /// layout, else of the standard; from 241 on, of trace header extension 1.
    ///
    /// # Errors
    /// [`Kind::Field`] where none starts there, naming those around it.
    pub fn by_byte(&self, byte: u16) -> Result<Column> {
        let words = self.fields.iter().map(|field| field.formula.word);
        let mut own = words.filter(|word| word.block().is_none() && u16::from(word.byte()) == byte);
        match own.next() {
            Some(word) => Ok(Formula::from(word).into()),
            None if usize::from(byte) > TRACE_HEADER as usize && self.additional => {
                Column::by_byte(byte)
            }
            None => tables::by_byte(self.table, byte).and_then(Column::of),
        }
    }

    /// The field of that name, or of which it is an alias: spelled exactly so, else but for the case.
    ///
    /// # Errors
    /// [`Kind::Field`] where there is none, naming those spelled most like it.
    pub fn field(&self, name: &str) -> Result<&HeaderField> {
        let own = |same: fn(&str, &str) -> bool| self.fields.iter().find(|f| same(&f.name, name));
        if let Some(field) = own(|a, b| a == b).or_else(|| own(str::eq_ignore_ascii_case)) {
            return Ok(field);
        }
        let standing = |all: &'_ [HeaderField], table| {
            let standard = tables::find(table, name)?;
            all.iter().position(|field| field.standard == Some(standard))
        };
        if let Some(i) = standing(&self.fields, self.table).or(standing(&self.fields, EXT1)) {
            return Ok(&self.fields[i]);
        }
        if let Some(i) = standing(&self.wide, EXT1) {
            if self.additional {
                return Ok(&self.wide[i]);
            }
            let what = format_args!("{name} is a field of the additional header SEG00001");
            return Err(Error::new(Kind::Field, what).have("a file without additional headers"));
        }
        let spellings = self.fields.iter().map(|field| {
            let standard = field.standard.into_iter().flat_map(tables::spellings);
            let others = standard.map(|spelling| -> &str { spelling });
            (&*field.name, others.chain([&*field.name]))
        });
        Err(tables::unknown(name, spellings))
    }
}

impl xml::Entry {
    fn word(&self) -> Word {
        // Sample counts are unsigned, whatever the standard's own layout says.
        let kind = match (self.name.as_str(), self.kind) {
            ("nsamps", ColumnType::Int(width)) => ColumnType::Uint(width),
            (_, kind) => kind,
        };
        Word::new(self.block, self.byte, kind)
    }

    /// The field that it is, if no other entry has its name.
    fn field(&self, scalars: &xml::Scalars<'_>) -> HeaderField {
        let scalar = |name: &str| scalars.get(name).map(|entry| Scale::Scalar(entry.word()));
        HeaderField {
            name: self.name.clone(),
            standard: [TRACE, EXT1].into_iter().find_map(|table| tables::find(table, &self.name)),
            formula: Formula {
                scale: match self.scale {
                    ScaleBy::Nothing => Scale::None,
                    ScaleBy::Field(name) => scalar(name).unwrap_or(Scale::None),
                    ScaleBy::PowerOfTen => Scale::PowerOfTen,
                },
                ..self.word().into()
            },
        }
    }
}

impl HeaderField {
    /// Mantissa and power of ten as the two fields that they are in the standard.
    fn parts(&self, names: [&'static str; 2]) -> Vec<HeaderField> {
        let word = self.formula.word;
        let byte = word.byte();
        let words = [(byte, ColumnType::Int(4)), (byte + 4, ColumnType::Int(2))];
        let part = |(name, (byte, kind)): (&'static str, _)| HeaderField {
            name: name.to_owned(),
            standard: tables::find(TRACE, name),
            formula: Word::new(word.block(), byte, kind).into(),
        };
        names.into_iter().zip(words).map(part).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::Endian;
    use crate::header::value::Value;

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
        match schema.field(name).unwrap().formula().value(headers, Endian::Big).unwrap() {
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
        let kind = |name| merged.field(name).unwrap().formula().kind();
        assert_eq!(kind("source_x"), ColumnType::F64);
        assert_eq!(kind("samples_per_trace"), ColumnType::Uint(4));
        assert_eq!(kind("trace_sequence_line"), ColumnType::Int(8));
        assert_eq!(kind("inline"), ColumnType::Int(4));
        assert_eq!(plain.field("source_x").unwrap().formula().kind(), ColumnType::Int(4));
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
        let missing =
            merged.field("nanoseconds").unwrap().formula().value(&trace, Endian::Big).unwrap_err();
        assert_eq!(missing.to_string(), "the trace has no such header: wanted SEG00001");
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
            schema.field("cdp_x").unwrap().formula().real(trace.as_slice().into(), Endian::Big),
            Some(5.0)
        );
        assert_eq!(get(&schema, "trans_const", &trace), Value::Float(0.25));
        assert_eq!(get(&schema, "transduction_constant_mantissa", &trace), Value::Int(25));
        assert_eq!(get(&schema, "transduction_constant_exponent", &trace), Value::Int(-2));
        assert_eq!(get(&schema, "probe", &trace), Value::Float(0.5));
        put(&mut trace, 1, 9, &(1i64 << 50).to_be_bytes());
        assert_eq!(get(&schema, "cdp", &trace), Value::Int(1 << 50));
        let error = schema.field("crossline").unwrap_err();
        assert_eq!(error.to_string(), "no header field is named \"crossline\"");
        let error = schema.field("prob").unwrap_err().to_string();
        assert!(error.ends_with("did you mean probe?"), "{error}");
        let twice = br#"<segy-layout><extension name="A"><entry name="x" byte="1" type="int2"/>
            </extension><extension name="B"><entry name="x" byte="1" type="int2"/></extension>
            </segy-layout>"#;
        let error = Schema::from_xml(twice, true).unwrap_err().to_string();
        assert!(error.contains("\"x\" stands in more than one extension"), "{error}");
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
        let error = Schema::from_xml(layout("scale6").as_bytes(), true).unwrap_err().to_string();
        assert!(error.contains("\"x\" of an extension") && error.contains("scale6"), "{error}");
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
            assert_eq!(merged.field(field.name).unwrap().formula().word.byte(), field.byte as u8);
            for alias in field.aliases {
                assert_eq!(merged.field(alias).unwrap().name(), field.name);
            }
        }
        for field in EXT1.iter().filter(|f| !matches!(f.name, "unassigned" | "trace_header_name")) {
            let found = merged.field(field.name).unwrap().formula();
            let word = found.over.unwrap_or(found.word);
            assert_eq!((word.byte(), word.block()), (field.byte as u8, Some(BlockName::SEG00001)));
        }
        assert_eq!(Schema::standard(TRACE, false).fields().len(), TRACE.len());
    }
}
