//! Writes files as they should be, from which fuzzing sets out: `cargo run --example seeds`.
#![allow(clippy::unwrap_used, reason = "a tool stops where it fails")]

#[path = "claims.rs"]
#[allow(dead_code, reason = "only the writer is wanted")]
mod claims;
#[path = "../it/common/mod.rs"]
#[allow(dead_code, reason = "only the writer is wanted")]
mod common;

use std::fs;
use std::path::Path;

use common::make::File;
use segbuf::{Endian, Format};

fn main() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, name: String, seed: &[u8]| {
        let directory = corpus.join(target);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join(name), seed).unwrap();
    };
    for (name, seed) in claims::STANZAS {
        write("stanzas", name.to_owned(), &[&[3], seed].concat());
    }
    for (name, layout) in claims::LAYOUTS {
        write("xml", name.to_owned(), layout);
    }
    for format in Format::ALL {
        for (endian, choice) in [(Endian::Big, 0), (Endian::Little, 1)] {
            for (revision, additional) in [([0, 0], 0), ([1, 0], 0), ([2, 0], 0), ([2, 1], 1)] {
                let file = File {
                    format,
                    endian,
                    revision,
                    constant: revision[0] == 2,
                    n_samples: 7,
                    extended: usize::from(revision[0] > 0),
                    end_text: true,
                    additional,
                    ..File::default()
                };
                let bytes = file.bytes();
                let name =
                    format!("{}-{}-{}-{additional}", format.name(), endian.name(), revision[0]);
                write("open", name.clone(), &[&[1], &bytes[3200..]].concat());
                let lengths = vec![7, 3, 0, 7, 5, 1, 7, 7, 2, 6, 7, 4];
                let vary = File { lengths, ..file.clone() }.bytes();
                write("open", format!("{name}-vary"), &[&[1], &vary[3200..]].concat());
                // Pairs are swapped behind the texts, which stay as they are.
                let mut pairs = bytes[3200..].to_vec();
                let texts = 400..400 + 3200 * file.extended;
                for (i, pair) in pairs.chunks_exact_mut(2).enumerate() {
                    if !texts.contains(&(2 * i)) {
                        pair.swap(0, 1);
                    }
                }
                write("open", format!("{name}-pairs"), &[&[1], &pairs[..]].concat());
                write("decode", name.clone(), &[&[choice, 3], &bytes[3600..]].concat());
                write("text", name.clone(), &bytes[..3200]);
                write("headers", name, &[&[choice, 0, 4, 189], &bytes[3600..4000]].concat());
            }
        }
    }
}
