//! What the fuzz targets claim, on what fuzzing once found (`tests/fuzz/found`) and on files as they
//! should be.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[path = "../fuzz/claims.rs"]
mod claims;

use std::fs;
use std::path::Path;

use crate::common::make::File;
use segbuf::text::Encoding;
use segbuf::{Endian, Format};

type Claim = fn(&[u8]);

const CLAIMS: [(&str, Claim); 6] = [
    ("open", claims::open),
    ("text", claims::text),
    ("stanzas", claims::stanzas),
    ("xml", claims::xml),
    ("headers", claims::headers),
    ("decode", claims::decode),
];

#[test]
fn what_was_found_is_mended() {
    for (name, claim) in CLAIMS {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/found").join(name);
        // A target with which nothing was found has none.
        for case in fs::read_dir(directory).into_iter().flatten() {
            claim(&fs::read(case.unwrap().path()).unwrap());
        }
    }
}

#[test]
fn claims_hold_of_files_as_they_should_be() {
    let file = |format, endian| File { format, endian, ..File::default() }.bytes();
    for format in Format::ALL {
        for endian in [Endian::Big, Endian::Little] {
            let bytes = file(format, endian);
            claims::open(&[&[0], &bytes[..]].concat());
            claims::open(&[&[1], &bytes[3200..]].concat());
            let lengths = vec![50, 3, 0, 50, 5, 1, 50, 50, 2, 6, 50, 4];
            let vary = File { format, endian, lengths, ..File::default() }.bytes();
            claims::open(&[&[1], &vary[3200..]].concat());
            claims::decode(&[&[u8::from(endian == Endian::Little)], &bytes[..]].concat());
        }
    }
    let bytes = file(Format::Ibm32, Endian::Big);
    claims::text(&bytes[..3200]);
    claims::text(b"((SEG: EndText))");
    for (_, seed) in claims::STANZAS {
        claims::stanzas(&[&[3], seed].concat());
        let ebcdic = |&byte: &u8| match byte {
            b'\n' | 0x0C => byte,
            _ => (0..=255).find(|&e| Encoding::Ebcdic.decode(e) == byte.into()).unwrap_or(0),
        };
        let ebcdic: Vec<u8> = seed.iter().map(ebcdic).collect();
        claims::stanzas(&[&[1], &ebcdic[..]].concat());
    }
    for (_, layout) in claims::LAYOUTS {
        claims::xml(layout);
    }
    for choice in 0..=255 {
        for kind in 0..6 {
            claims::headers(&[&[choice % 2, kind, choice / 2, choice], &bytes[3600..]].concat());
        }
    }
}
