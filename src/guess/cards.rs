//! What the cards of textual headers say of where keys stand.

use std::fmt;

use crate::error::Result;
use crate::reader::Reader;
use crate::text;

/// What a card names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Inline,
    Crossline,
    Offset,
    X,
    Y,
}

/// A card that says where a key stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hint {
    pub(super) key: Key,
    /// The byte it is said to start at.
    pub(super) byte: u16,
    told: text::Hint,
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.told.fmt(f)
    }
}

/// What the cards of a file say of keys.
pub(super) fn read(reader: &Reader) -> Result<Vec<Hint>> {
    let hints = reader.text_hints()?.into_iter().filter_map(|told| {
        let key = match told.name {
            "inline" => Key::Inline,
            "crossline" => Key::Crossline,
            "offset" => Key::Offset,
            "x" | "cdp_x" => Key::X,
            "y" | "cdp_y" => Key::Y,
            _ => return None,
        };
        Some(Hint { key, byte: told.byte()?, told })
    });
    Ok(hints.collect())
}
