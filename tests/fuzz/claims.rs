//! What holds of any bytes whatever: each function is a fuzz target, and fails where a claim does.

use crate::common::{all, cards, make, oracle};

use segbuf::Layout;
use segbuf::error::Class;
use segbuf::header;
use segbuf::header::Schema;
use segbuf::header::{BINARY, TRACE};
use segbuf::header::{Block, Field, FieldType, Value};
use segbuf::internals::Decoder;
use segbuf::text;
use segbuf::text::{CARD, Encoding, Stanzas, TEXT_HEADER};
use segbuf::{Endian, Format, Options, SampleType};

use oracle::Oracle;

/// Stanzas to set out from: names for files, and cards between line and form feeds.
pub const STANZAS: [(&str, &[u8]); 6] = [
    ("plain", b"((OGP: P1/11)) first\nsecond\n((me: more)) text\nlast ((SEG: EndText)) behind"),
    ("spelled", b"((a: b))\x0C((  seg: endTEXt  ))\x0C((c: d)) again"),
    ("declared", b"((SEG: User Data: image/png: 3300))\n((a: b))\x0C((c: d))\n\n((e: f))\x0Cmore"),
    ("short", b"((a: b: text/xml: 100))\n((SEG: EndText))\n((c: d))\n((SEG: EndText))\n((e: f))"),
    ("within", b"((a ((b: c)) d))\n((x: y ((SEG: EndText)) z))\x0C((q: r: s/t: +5))"),
    ("beyond", b"((a: b: c/d: 18446744073709551615))\n((A: B))\n((a:b))\x0C(())\n((:))"),
];

/// Layouts to set out from: names for files, and XML.
pub const LAYOUTS: [(&str, &[u8]); 5] = [
    (
        "types",
        b"<segy-layout name=\"x\"><entry name='a' byte='1' type='int2'/><entry name='b' byte='233' \
          type='uint8'/><entry name='cdp_x' byte='40' type='coor4'/><entry name='co_scal' byte='44' \
          type='int2'/><entry name='trans_const' byte='235' type='scale6' if-non-zero='1'/>\
          <entry name='f' byte='9' type='ieee64'/><entry name='i' byte='9' type='ibmfp'/>\
          <extension name='ACME'><entry name='a' byte='1' type='ieee64'/><entry name='own' byte='237' \
          type='elev4'/></extension></segy-layout>",
    ),
    (
        "around",
        b"<?xml version='1.0' encoding='utf-8'?><!-- <entry/> --><segy-layout><desc>&amp;&lt;&#65;\
          <![CDATA[<entry>]]></desc><?pi?><x:entry name='&quot;' byte=' 5 ' type='time2'></x:entry>\
          </segy-layout>",
    ),
    ("doctype", b"<!DOCTYPE x [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><segy-layout>&b;</segy-layout>"),
    (
        "utf16",
        b"\xFE\xFF\0<\0s\0e\0g\0y\0-\0l\0a\0y\0o\0u\0t\0>\0<\0/\0s\0e\0g\0y\0-\0l\0a\0y\0o\0u\0t\0>",
    ),
    ("latin", b"<segy-layout><entry name='h\xF6he' byte='1' type='spnum4'/></segy-layout>"),
];

/// A file is refused with a reason, or everything that is read of it stands in it. The first byte
/// tells whether the file begins there, or with the binary header behind a text of blanks, which
/// gets to the matter sooner.
pub fn open(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let mut bytes = vec![0x40; if first % 2 == 0 { 0 } else { 3200 }];
    bytes.extend(rest);
    if let Err(error) = all::try_all(&bytes, &Options::default()) {
        assert_eq!(error.class(), Class::Format, "{error}");
    }
}

/// Text is 40 cards of 80 characters, and survives a round trip.
pub fn text(data: &[u8]) {
    let sniffed = text::sniff(data);
    assert!((0.0..=1.0).contains(&sniffed.share));
    for encoding in [Encoding::Ebcdic, Encoding::Ascii] {
        let cards = text::cards(data, &encoding);
        assert_eq!(cards.split('\n').count(), 40);
        assert!(cards.split('\n').all(|card| card.chars().count() == text::CARD));
        assert!(!cards.replace('\n', "").contains(char::is_control));
    }
    if text::ends_text(data) {
        assert!((0..data.len()).any(|at| text::opens_stanza(&data[at..])));
    }
}

/// Stanzas are those that a reading card by card finds, and lie one behind the other in the records;
/// contents whose length is declared come back as they were. The first byte tells whether the others are
/// records as they stand, or cards and records between line and form feeds, which gets to the matter
/// sooner.
pub fn stanzas(data: &[u8]) {
    let Some((first, data)) = data.split_first() else { return };
    let fill = if first & 2 == 0 { 0x40 } else { b' ' };
    let padded = |part: &[u8], to: usize| {
        let len = part.len().max(1).next_multiple_of(to);
        let fill = std::iter::repeat_n(fill, len - part.len());
        part.iter().copied().chain(fill).collect::<Vec<u8>>()
    };
    let cards = |page: &[u8]| -> Vec<u8> {
        page.split(|&byte| byte == b'\n').flat_map(|card| padded(card, CARD)).collect()
    };
    let records: Vec<u8> = match first & 1 {
        0 => padded(data, TEXT_HEADER),
        _ => data
            .split(|&byte| byte == 0x0C)
            .flat_map(|page| padded(&cards(page), TEXT_HEADER))
            .collect(),
    };
    let stanzas = Stanzas::of_records(&records);
    let want = cards::stanzas(&records);
    let mut last = 0;
    for stanza in stanzas.list() {
        let (at, len) = (stanza.at as usize, stanza.len as usize);
        assert!(last + 4 <= at && at + len <= records.len(), "{stanza:?}");
        last = at + len;
        assert!(stanza.declared_len() <= stanza.len);
        let contents = &records[at..at + len];
        let _ = (stanza.text(contents), stanza.content_type());
        assert!(stanza.is(&stanza.name) && stanza.begins(&stanza.name));
    }
    let found = stanzas.list().iter().map(|s| (s.name.clone(), s.at as usize, s.len as usize));
    let found: Vec<_> = found.collect();
    assert_eq!(found, want);
    let folded = |name: &str| name.replace(char::is_whitespace, "").to_lowercase();
    let names: Vec<String> = want.iter().map(|(name, ..)| folded(name)).collect();
    let twice = (0..want.len())
        .filter(|&i| !names[..i].contains(&names[i]) && names[i + 1..].contains(&names[i]));
    let twice: Vec<&str> = twice.map(|i| &*want[i].0).collect();
    assert_eq!(stanzas.duplicates(), twice);

    let parts = data.chunks(1 + (data.len() / 4).max(usize::from(*first) * 40));
    let written: Vec<(String, &[u8])> = (0..)
        .zip(parts)
        .map(|(i, part)| (format!("me: {i}: application/x: {}", part.len()), part))
        .collect();
    let records: Vec<u8> = written
        .iter()
        .flat_map(|(name, part)| {
            padded(&[format!("(({name}))").as_bytes(), part].concat(), TEXT_HEADER)
        })
        .collect();
    let read = Stanzas::of_records(&records);
    assert_eq!(read.list().len(), written.len());
    for (stanza, (name, part)) in read.list().iter().zip(written) {
        let at = stanza.at as usize;
        assert_eq!(stanza.name, name);
        assert_eq!(&records[at..at + stanza.declared_len() as usize], part);
    }
}

/// Layouts are refused with a reason, or all their fields lie within their headers and can be read of any
/// bytes; what is read is no longer than what was written, so that nothing was expanded or fetched.
pub fn xml(data: &[u8]) {
    for additional in [false, true] {
        let schema = match Schema::from_xml(data, additional) {
            Ok(schema) => schema,
            Err(error) => {
                assert_eq!(error.class(), Class::Format, "{error}");
                continue;
            }
        };
        let again = Schema::from_xml(schema.xml().expect("it is of a layout"), additional);
        assert_eq!(again.as_ref().ok(), Some(&schema));
        assert!(!data.trim_ascii_start().starts_with(b"<!DOCTYPE"));
        let mut read = schema.layout().map_or(0, str::len);
        let mut headers = vec![0u8; if additional { 720 } else { 240 }];
        let bytes = data.iter().rev().chain(&[0]).cycle();
        headers.iter_mut().zip(bytes).for_each(|(byte, random)| *byte = *random);
        for field in schema.fields() {
            for part in [Some(field.stored()), field.wider()].into_iter().flatten() {
                let last = usize::from(part.byte()) - 1 + part.kind().width();
                assert!(part.byte() >= 1 && last <= 240, "{field:?}");
                // The name of the header, so that it is found, and last in it, whatever else is there.
                if let (Block::Additional(block), true) = (part.block(), additional) {
                    headers[712..].fill(b' ');
                    headers[712..][..block.as_str().len()]
                        .copy_from_slice(block.as_str().as_bytes());
                }
            }
            assert!(!field.has_power() || field.byte() + 5 <= 240, "{field:?}");
            for endian in [Endian::Big, Endian::Little] {
                let value = field.value(&headers, endian);
                assert!(value.is_ok() || field.block() != Block::Trace, "{field:?}");
            }
            assert!(schema.field(field.name()).is_ok());
            if field.block() == Block::Trace {
                assert!(schema.by_byte(field.byte()).is_ok());
                read += field.name().len();
            }
        }
        // Of one byte of the file there are three of UTF-8, at most; two fields get names of ours.
        assert!(read <= 3 * data.len() + 200, "{read}");
    }
}

/// The words of a header are those that stand there, by name, by byte, and as columns of any type.
pub fn headers(data: &[u8]) {
    let Some((choice, block)) = data.split_first_chunk::<4>() else { return };
    let endian = if choice[0] % 2 == 0 { Endian::Big } else { Endian::Little };
    for table in [TRACE, BINARY] {
        for (field, value) in header::iter(table, block, endian) {
            let again = field.value_in(block, endian).expect("the field is within");
            match (again, value) {
                (Value::Float(again), Value::Float(x)) => assert_eq!(again.to_bits(), x.to_bits()),
                (again, value) => assert_eq!(again, value),
            }
        }
        for field in table {
            let _ = field.value_in(block, endian);
        }
    }
    let kind = match choice[1] % 6 {
        0 => FieldType::Int(choice[2]),
        1 => FieldType::Uint(choice[2]),
        2 => FieldType::F32,
        3 => FieldType::F64,
        4 => FieldType::Ibm,
        _ => FieldType::Text(choice[2]),
    };
    let (byte, width) = (usize::from(choice[3]), kind.width());
    let Ok(column) = Field::new(choice[3].into(), kind, None) else {
        let whole = matches!(kind, FieldType::Int(1..=8) | FieldType::Uint(1..=8))
            || matches!(kind, FieldType::F32 | FieldType::F64 | FieldType::Ibm)
            || matches!(kind, FieldType::Text(1..=240));
        assert!(!whole || byte < 1 || byte + width > 241, "{kind} at {byte}");
        return;
    };
    let Ok(value) = column.value(block, endian) else {
        assert!(block.len() < byte - 1 + width);
        return;
    };
    let mut bytes = block[byte - 1..][..width].to_vec();
    if let (Value::Bytes(text), FieldType::Text(_)) = (value, kind) {
        assert_eq!(text, bytes);
        return;
    }
    if endian == Endian::Little {
        bytes.reverse();
    }
    let unsigned = bytes.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
    let unused = 64 - 8 * width as u32;
    match (kind, value) {
        (FieldType::Uint(_), Value::Uint(n)) => assert_eq!(n, unsigned),
        (FieldType::Int(_), Value::Int(n)) => {
            assert_eq!(n, (unsigned << unused).cast_signed() >> unused);
        }
        (FieldType::F64, Value::Float(x)) => assert_eq!(x.to_bits(), unsigned),
        (FieldType::F32, Value::Float(x)) => {
            let want = f64::from(f32::from_bits(unsigned as u32));
            assert!(x == want || (x.is_nan() && want.is_nan()));
        }
        (FieldType::Ibm, Value::Float(x)) => assert_eq!(x as f32, oracle::ibm(unsigned) as f32),
        _ => panic!("{kind} gives {value:?}"),
    }
}

/// Every decoder gives what the definition of its format does, wherever the bytes lie.
pub fn decode(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first_chunk::<2>() else { return };
    let format = Format::ALL[usize::from(choice[0] >> 1) % Format::ALL.len()];
    let endian = if choice[0] % 2 == 0 { Endian::Big } else { Endian::Little };
    let shift = usize::from(choice[1]).min(bytes.len());
    let bytes = &bytes[shift..];
    let n = bytes.len() / format.width();
    let samples = &bytes[..n * format.width()];
    let mut trace = vec![0; 240];
    trace.extend(samples);
    let layout = Layout {
        first_trace: 0,
        ..make::File { format, endian, n_samples: n, n_traces: 1, ..Default::default() }.layout()
    };
    let oracle = Oracle { bytes: &trace, layout };
    for to in [SampleType::F32, format.native()] {
        let decoder = Decoder::new(format, endian, to).expect("one of the two types");
        let mut got = vec![0xE7; n * to.size() + 1];
        decoder.decode(samples, &mut got[1..]);
        assert_eq!(got[1..], oracle.all_samples(0, to), "{format:?} {endian:?} {to:?}");
    }
}
