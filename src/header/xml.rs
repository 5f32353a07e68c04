//! Trace header layouts as XML.
//!
//! Source: SEG-Y revision 2.1, appendix D.8. The root element `segy-layout` describes the standard
//! trace header, each `extension` in it an additional header by its name; `entry` is a field.
//!
//! What is read may come from anywhere, so the parser is one that pulls: no tree, no document types,
//! no entities but the five of XML, and bounds on size and depth.

use std::borrow::Cow;
use std::collections::HashSet;

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::error::{Error, Kind, Result};
use crate::header::FieldType;
use crate::header::block::{Block, BlockName};
use crate::header::field::{Field, Scale};
use crate::header::tables::{self, EXT1, TRACE};
use crate::layout::TRACE_HEADER;
use crate::names::Names;
use crate::text::Encoding;

/// The longest layout that is read, in bytes. The standard's own has six thousand.
pub(crate) const LONGEST: usize = 1 << 20;

/// How deep elements may lie within each other. A layout has three levels.
pub(super) const DEEPEST: usize = 16;

/// What types of entries are: name, type in the header, what makes a number of it.
const TYPES: [(&str, FieldType, ScaleBy); 18] = [
    ("int2", FieldType::Int(2), ScaleBy::Nothing),
    ("int4", FieldType::Int(4), ScaleBy::Nothing),
    ("int8", FieldType::Int(8), ScaleBy::Nothing),
    ("uint2", FieldType::Uint(2), ScaleBy::Nothing),
    ("uint4", FieldType::Uint(4), ScaleBy::Nothing),
    ("uint8", FieldType::Uint(8), ScaleBy::Nothing),
    ("ibmfp", FieldType::Ibm, ScaleBy::Nothing),
    ("ieee32", FieldType::F32, ScaleBy::Nothing),
    ("ieee64", FieldType::F64, ScaleBy::Nothing),
    ("linetrc", FieldType::Uint(4), ScaleBy::Nothing),
    ("reeltrc", FieldType::Uint(4), ScaleBy::Nothing),
    ("linetrc8", FieldType::Uint(8), ScaleBy::Nothing),
    ("reeltrc8", FieldType::Uint(8), ScaleBy::Nothing),
    ("coor4", FieldType::Int(4), ScaleBy::Field("co_scal")),
    ("elev4", FieldType::Int(4), ScaleBy::Field("ed_scal")),
    ("time2", FieldType::Int(2), ScaleBy::Field("tm_scal")),
    ("spnum4", FieldType::Int(4), ScaleBy::Field("sp_scal")),
    ("scale6", FieldType::Int(4), ScaleBy::PowerOfTen),
];

/// What scales the number of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScaleBy {
    Nothing,
    /// The entry of this name in the standard header.
    Field(&'static str),
    /// The power of ten in the two bytes after it.
    PowerOfTen,
}

/// The entries of a layout, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) name: String,
    pub(super) entries: Vec<Field>,
}

impl Layout {
    /// Scales the entries by those of the standard header that are their scalars, which are integers.
    /// They are looked up once: a layout may have thousands of entries.
    fn scale(&mut self, scales: &[ScaleBy]) {
        let scalars: Vec<(&str, Field)> = TYPES
            .iter()
            .filter_map(|(_, _, scale)| match scale {
                ScaleBy::Field(name) => Some(*name),
                ScaleBy::Nothing | ScaleBy::PowerOfTen => None,
            })
            .filter_map(|name| {
                let mut standard = self.entries.iter().filter(|e| e.block == Block::Trace);
                Some((name, standard.find(|entry| entry.name == name)?.clone()))
            })
            .filter(|(_, entry)| matches!(entry.kind, FieldType::Int(_)))
            .collect();
        for (entry, scale) in self.entries.iter_mut().zip(scales) {
            entry.scale = match scale {
                ScaleBy::Nothing => Scale::None,
                ScaleBy::PowerOfTen => Scale::PowerOfTen,
                ScaleBy::Field(name) => {
                    let scalar = scalars.iter().find(|(known, _)| known == name);
                    scalar.map_or(Scale::None, |(_, scalar)| Scale::Scalar(scalar.word()))
                }
            };
        }
    }
}

/// Reads a layout.
///
/// # Errors
/// `Class::Format` for what is no such XML, naming the line.
pub(super) fn parse(bytes: &[u8]) -> Result<Layout> {
    if bytes.len() > LONGEST {
        return Err(Kind::SchemaTooLong { len: bytes.len(), most: LONGEST }.into());
    }
    let text = decode(bytes);
    // A declaration must come first; padding comes last.
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\0' | '\u{FEFF}'));
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut parser = Parser::default();
    loop {
        // Where the event begins, which an error is then about.
        let at = reader.buffer_position();
        let event = reader.read_event().map_err(|error| fault(plain(&error)));
        let more = event.and_then(|event| parser.take(&event));
        match more {
            Ok(true) => {}
            Ok(false) => {
                parser.layout.scale(&parser.scales);
                return Ok(parser.layout);
            }
            Err(error) => {
                let before = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
                let line = 1 + text.as_bytes()[..before].iter().filter(|&&b| b == b'\n').count();
                let problem = match error.kind() {
                    Kind::InvalidSchema { problem } => problem.clone(),
                    _ => error.message(&Names::RUST),
                };
                let problem = format!("line {line}: {problem}");
                return Err(Kind::InvalidSchema { problem }.into());
            }
        }
    }
}

/// The characters of a layout: UTF-8, else by what it begins with, else Latin-1.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let wide = |read: fn([u8; 2]) -> u16| {
        let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    };
    let ebcdic = || bytes.iter().find(|byte| !matches!(byte, 0x00 | 0x15 | 0x25 | 0x40));
    match bytes {
        [0xFF, 0xFE, ..] => Cow::Owned(wide(u16::from_le_bytes)),
        [0xFE, 0xFF, ..] => Cow::Owned(wide(u16::from_be_bytes)),
        _ if ebcdic() == Some(&0x4C) => {
            Cow::Owned(bytes.iter().map(|&byte| Encoding::Ebcdic.decode(byte)).collect())
        }
        _ => std::str::from_utf8(bytes).map_or_else(
            |_| Cow::Owned(bytes.iter().map(|&byte| char::from(byte)).collect()),
            Cow::Borrowed,
        ),
    }
}

/// What has been read so far.
#[derive(Default)]
struct Parser {
    layout: Layout,
    /// What scales each entry.
    scales: Vec<ScaleBy>,
    /// How many elements are open.
    depth: usize,
    /// The extension that is open.
    block: Option<BlockName>,
    /// Names of entries with their headers.
    seen: HashSet<(Option<BlockName>, String)>,
}

impl Parser {
    /// Takes an event, and says whether there is more to come.
    fn take(&mut self, event: &Event<'_>) -> Result<bool> {
        match event {
            Event::Start(element) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(fault(format!("elements more than {DEEPEST} deep")));
                }
                self.open(element)?;
            }
            Event::End(_) => {
                self.depth -= 1;
                if self.depth == 1 {
                    self.block = None;
                }
                return Ok(self.depth > 0);
            }
            Event::DocType(_) => return Err(fault("a document type, which is not allowed")),
            Event::Eof => return Err(fault("an end before that of the element segy-layout")),
            _ => {}
        }
        Ok(true)
    }

    fn open(&mut self, element: &BytesStart<'_>) -> Result<()> {
        match (self.depth, self.block, element.local_name().into_inner()) {
            (1, _, "segy-layout") => {
                let [name] = attributes(element, ["name"])?;
                self.layout.name = name.unwrap_or_default();
            }
            (1, _, other) => {
                return Err(fault(format!("the element {other}, expected segy-layout")));
            }
            (2, _, "extension") => {
                let [name] = attributes(element, ["name"])?;
                let name = name.ok_or_else(|| fault("an extension without name"))?;
                let block = BlockName::new(&name).ok_or_else(|| {
                    fault(format!("{name:?}, expected a name of 1 to 8 characters"))
                })?;
                self.block = Some(block);
            }
            (2, block @ None, "entry") | (3, block @ Some(_), "entry") => {
                let (entry, scale) = entry(element, block)?;
                if !self.seen.insert((block, entry.name.to_ascii_lowercase())) {
                    return Err(fault(format!("the entry {:?} twice", entry.name)));
                }
                self.layout.entries.push(entry);
                self.scales.push(scale);
            }
            _ => {}
        }
        Ok(())
    }
}

fn entry(element: &BytesStart<'_>, block: Option<BlockName>) -> Result<(Field, ScaleBy)> {
    let [name, byte, kind, non_zero] =
        attributes(element, ["name", "byte", "type", "if-non-zero"])?;
    let name =
        name.filter(|name| !name.is_empty()).ok_or_else(|| fault("an entry without name"))?;
    let missing = |what: &str| fault(format!("the entry {name:?} without {what}"));
    let kind = kind.ok_or_else(|| missing("type"))?;
    let Some(&(_, kind, scale)) = TYPES.iter().find(|(known, ..)| *known == kind) else {
        let known: Vec<&str> = TYPES.iter().map(|(known, ..)| *known).collect();
        return Err(fault(format!(
            "the entry {name:?} of type {kind:?}, expected {}",
            known.join(", ")
        )));
    };
    let width = if scale == ScaleBy::PowerOfTen { 6 } else { kind.width() };
    let last = TRACE_HEADER as usize + 1 - width;
    let byte = byte.ok_or_else(|| missing("byte"))?;
    let inside = byte.parse::<u16>().ok().filter(|byte| (1..=last).contains(&usize::from(*byte)));
    let byte = inside.ok_or_else(|| {
        fault(format!("the entry {name:?} at byte {byte:?}, expected 1 to {last}"))
    })?;
    match non_zero.as_deref() {
        None | Some("0" | "false" | "1" | "true") => {}
        Some(other) => return Err(fault(format!("if-non-zero={other:?}, expected 0 or 1"))),
    }
    // Sample counts are unsigned, whatever the standard's own layout says.
    let kind = match (name.as_str(), kind) {
        ("nsamps", FieldType::Int(width)) => FieldType::Uint(width),
        (_, kind) => kind,
    };
    let standard = [TRACE, EXT1].into_iter().find_map(|table| tables::find(table, &name));
    let aliases = standard.map_or(&[][..], |standard| standard.aliases);
    let block = block.map_or(Block::Trace, Block::Additional);
    Ok((Field { aliases, ..Field::at(block, byte, kind).named(name) }, scale))
}

/// The values of attributes. A tag may have any number of others.
fn attributes<const N: usize>(
    element: &BytesStart<'_>,
    names: [&str; N],
) -> Result<[Option<String>; N]> {
    let mut values = [const { None }; N];
    // Looking for duplicates among thousands would take long; those that matter show below.
    let mut all = element.attributes();
    for attribute in all.with_checks(false) {
        let attribute = attribute.map_err(|error| fault(plain(&error)))?;
        let name = attribute.key.into_inner();
        if let Some(i) = names.iter().position(|known| *known == name) {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let value = value.map_err(|error| fault(plain(&error)))?;
            if values[i].replace(value.trim().to_owned()).is_some() {
                return Err(fault(format!("the attribute {name} twice")));
            }
        }
    }
    Ok(values)
}

/// The message of the parser without Markdown.
fn plain(error: &impl std::fmt::Display) -> String {
    error.to_string().replace('`', "")
}

fn fault(what: impl std::fmt::Display) -> Error {
    Kind::InvalidSchema { problem: what.to_string() }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        parse(text.as_bytes()).unwrap_err().to_string()
    }

    fn layout(entries: &str) -> String {
        format!("<segy-layout name=\"x\">\n{entries}\n</segy-layout>")
    }

    #[test]
    fn entries_of_all_types_in_all_headers() {
        let entries: Vec<String> = TYPES
            .iter()
            .map(|(kind, ..)| format!("<entry name=\"{kind}\" byte=\"9\" type=\"{kind}\"/>"))
            .collect();
        let text = layout(&format!(
            "<desc>words &amp; <b>more</b></desc><!-- <entry/> -->{0}\
             <extension name=\"ACME\"><desc/>{0}<other><entry name='no'/></other></extension>\
             <entry type='int4' byte=' 237 ' name='a &lt; b' if-non-zero='1'></entry>",
            entries.concat()
        ));
        let read = parse(text.as_bytes()).unwrap();
        assert_eq!((read.name.as_str(), read.entries.len()), ("x", 2 * TYPES.len() + 1));
        let acme = Block::Additional(BlockName::new("ACME").unwrap());
        for (i, (name, kind, scale)) in TYPES.iter().enumerate() {
            for (entry, block) in
                [(&read.entries[i], Block::Trace), (&read.entries[i + TYPES.len()], acme)]
            {
                assert_eq!((entry.name(), entry.byte, entry.block), (*name, 9, block));
                assert_eq!(entry.kind, *kind);
                assert_eq!(entry.has_power(), *scale == ScaleBy::PowerOfTen);
            }
        }
        let last = read.entries.last().unwrap();
        assert_eq!((last.name(), last.byte, last.block), ("a < b", 237, Block::Trace));
    }

    #[test]
    fn what_stands_around_a_layout() {
        let plain = layout("<entry name=\"å\" byte=\"1\" type=\"int2\"/>");
        let want = parse(plain.as_bytes()).unwrap();
        let declared = format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{plain}");
        let units = |order: fn(u16) -> [u8; 2]| {
            format!("\u{FEFF}{plain}").encode_utf16().flat_map(order).collect::<Vec<u8>>()
        };
        let latin: Vec<u8> = plain.chars().map(|c| c as u8).collect();
        let ebcdic: Vec<u8> = plain
            .chars()
            .map(|c| (0..=u8::MAX).find(|&byte| Encoding::Ebcdic.decode(byte) == c).unwrap())
            .collect();
        for bytes in [
            format!("\n  {declared}  \n\0\0").into_bytes(),
            format!("\u{FEFF}{declared}").into_bytes(),
            format!("{declared} ((SEG: EndText)) <<&").into_bytes(),
            units(u16::to_le_bytes),
            units(u16::to_be_bytes),
            latin,
            ebcdic,
        ] {
            assert_eq!(parse(&bytes).unwrap(), want);
        }
    }

    #[test]
    fn what_is_no_layout_is_refused_with_the_line() {
        let entry = |attributes: &str| layout(&format!("<entry {attributes}/>"));
        for (text, line, what) in [
            (String::new(), 1, "an end before"),
            ("((SEG: Layout))".into(), 1, "an end before"),
            ("<svg/>".into(), 1, "the element svg, expected segy-layout"),
            ("<segy-layout>\n<entry\n".into(), 2, "tag not closed"),
            ("<segy-layout>\n<desc>\n</segy-layout>".into(), 3, "</desc>"),
            (layout("</Sorry, this is broken."), 2, "</Sorry, this is broken."),
            (layout("<extension/>"), 2, "without name"),
            (layout("<extension name='NINECHARS'/>"), 2, "1 to 8 characters"),
            (layout("<extension name=' '/>"), 2, "1 to 8 characters"),
            (entry(""), 2, "an entry without name"),
            (entry("name='a' byte='1'"), 2, "\"a\" without type"),
            (entry("name='a' type='int4'"), 2, "\"a\" without byte"),
            (entry("name='a' byte='1' type='int3'"), 2, "type \"int3\", expected int2, int4"),
            (entry("name='a' byte='0' type='int2'"), 2, "expected 1 to 239"),
            (entry("name='a' byte='238' type='int4'"), 2, "expected 1 to 237"),
            (entry("name='a' byte='236' type='scale6'"), 2, "expected 1 to 235"),
            (entry("name='a' byte='-1' type='int2'"), 2, "expected 1 to 239"),
            (entry("name='a' byte='99999999999999999999' type='int2'"), 2, "expected 1 to 239"),
            (entry("name='a' byte='1' type='int2' if-non-zero='x'"), 2, "expected 0 or 1"),
            (entry("name='a' name='b' byte='1' type='int2'"), 2, "the attribute name twice"),
            (entry("name='a'byte='1' type"), 2, "attribute"),
            (
                layout(
                    "<entry name='a' byte='1' type='int2'/>\n<entry name='A' byte='3' type='int2'/>",
                ),
                3,
                "the entry \"A\" twice",
            ),
        ] {
            let error = refused(&text);
            assert!(error.contains(&format!("line {line}: ")), "{text}: {error}");
            assert!(error.contains(what), "{text}: {error}");
        }
    }

    #[test]
    fn nothing_is_expanded_or_fetched() {
        let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]>";
        assert!(
            refused(&format!("{laughs}{}", layout("<desc>&b;</desc>"))).contains("document type")
        );
        let file = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
        assert!(refused(&format!("{file}{}", layout("&a;"))).contains("document type"));
        assert_eq!(parse(layout("<desc>&a;</desc>").as_bytes()).unwrap().entries, []);
        assert!(
            refused(&layout("<entry name='&a;' byte='1' type='int2'/>"))
                .contains("unrecognized entity a")
        );
    }

    #[test]
    fn what_is_hostile_is_read_or_refused() {
        let entry = |byte: &str| layout(&format!("<entry name='a' byte='{byte}' type='int2'/>"));
        for byte in
            ["0", "241", "65536", "65537", "-1", "-32768", "1.0", "0x10", "", "\u{661}", "1e0"]
        {
            assert!(refused(&entry(byte)).contains("expected 1 to 239"), "{byte}");
        }
        for reference in ["&#0;", "&#x110000;", "&#99999999999;", "&lt", "&nbsp;", "&&", "&#;"] {
            refused(&entry(reference));
        }
        assert_eq!(parse(entry("&#49;&#x30;").as_bytes()).unwrap().entries[0].byte, 10);
        let read = |text: &str| parse(text.as_bytes()).map(|layout| layout.entries.len());
        // What only looks like entries.
        let inside = "<entry name='a' byte='1' type='int2'/>";
        for around in [
            format!("<![CDATA[{inside}]]>"),
            format!("<!-- {inside} -->"),
            format!("<?php {inside}?>"),
            format!("<desc>{inside}</desc>"),
            format!("<extension name='A'><extension name='B'>{inside}</extension></extension>"),
        ] {
            assert_eq!(read(&layout(&around)).unwrap(), 0, "{around}");
        }
        for text in [
            layout("<![CDATA[ never closed"),
            layout("<!-- never closed"),
            layout("<!doctype x><a/>"),
            layout("<!DOCTYPE x SYSTEM 'http://localhost/x'>"),
            format!("<?xml version='1.0'?><!DOCTYPE\n a>{}", layout("")),
            layout("</desc>"),
            layout("<a></b>"),
            "</segy-layout>".to_owned(),
            layout(&format!("<entry name='a' byte='1' type='{}'/>", "x".repeat(1 << 19))),
        ] {
            refused(&text);
        }
        // A name of half a mebibyte is one.
        let name = "x".repeat(1 << 19);
        let long = layout(&format!("<entry name='{name}' byte='1' type='int2'/>"));
        assert_eq!(parse(long.as_bytes()).unwrap().entries[0].name, name);
        // Of bytes that are no UTF-8 each is a character; half a character of UTF-16 is none.
        let bytes = [&b"<segy-layout name='"[..], &[0xC3, 0x28, 0xFF], b"'/>"].concat();
        assert_eq!(parse(&bytes).unwrap().name, "\u{C3}(\u{FF}");
        let mut units = b"\xFF\xFE".to_vec();
        units.extend("<segy-layout name='".encode_utf16().flat_map(u16::to_le_bytes));
        units.extend(0xD800u16.to_le_bytes());
        units.extend("'/>".encode_utf16().flat_map(u16::to_le_bytes));
        units.push(b'<');
        assert_eq!(parse(&units).unwrap().name, "\u{FFFD}");
        for bytes in [&b"\xFF\xFE"[..], b"\xFE\xFF\0", b"\xEF\xBB\xBF", b"\0\0\0", b"\x4C", b"<"] {
            assert!(parse(bytes).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn size_depth_and_time_are_bounded() {
        let long = parse(" ".repeat(LONGEST + 1).as_bytes()).unwrap_err();
        assert_eq!(long.code(), "schema-too-long");
        assert!(refused(&layout(&"<a>".repeat(300_000))).contains("deep"));
        // Linear in the number of attributes, entries and namespaces.
        let many: String = (0..60_000).map(|i| format!(" a{i}=''")).collect();
        assert!(parse(layout(&format!("<desc{many}/>")).as_bytes()).is_ok());
        let many: String =
            (0..20_000).map(|i| format!("<entry name='{i}' byte='1' type='int2'/>")).collect();
        assert_eq!(parse(layout(&many).as_bytes()).unwrap().entries.len(), 20_000);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse(&bytes);
        }

        #[test]
        fn a_damaged_layout_is_read_or_refused(
            at in 0usize..400,
            with in prop_oneof![Just(b'<'), Just(b'>'), Just(b'&'), Just(b'"'), Just(0), any::<u8>()],
        ) {
            let entry = "<entry name=\"cdp\" byte=\"21\" type=\"int4\"/>";
            let mut text = layout(&format!("{entry}<extension name=\"A\">{entry}</extension>"))
                .into_bytes();
            let at = at % text.len();
            text[at] = with;
            if let Ok(layout) = parse(&text) {
                prop_assert!(layout.entries.len() <= 2);
            }
        }
    }
}
