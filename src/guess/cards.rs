//! What the cards of textual headers say of where keys stand.

use std::fmt;

use crate::error::Result;
use crate::reader::Reader;

/// Textual headers that are looked at.
const HEADERS: u64 = 4;

/// What a card names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Inline,
    Crossline,
    Offset,
    X,
    Y,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Key::Inline => "inline",
            Key::Crossline => "crossline",
            Key::Offset => "offset",
            Key::X => "x",
            Key::Y => "y",
        }
    }
}

/// A card that says where a key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    pub(super) key: Key,
    /// The byte it is said to start at.
    pub(super) byte: u16,
    /// Textual header and card, counted from 1.
    at: (u64, usize),
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (header, card) = self.at;
        let which =
            if header == 1 { String::new() } else { format!(" of textual header {header}") };
        write!(f, "card {card}{which} puts {} at byte {}", self.key.name(), self.byte)
    }
}

/// Spellings, of upper-case letters and digits with `-` for what may stand between: nothing, a blank,
/// a dash or the like.
const SPELLINGS: [(&str, Key); 15] = [
    ("IN-LINE", Key::Inline),
    ("I-LINE", Key::Inline),
    ("CROSS-LINE", Key::Crossline),
    ("X-LINE", Key::Crossline),
    ("OFFSET", Key::Offset),
    ("CDP-X", Key::X),
    ("CDP-Y", Key::Y),
    ("CMP-X", Key::X),
    ("CMP-Y", Key::Y),
    ("ENSEMBLE-X", Key::X),
    ("ENSEMBLE-Y", Key::Y),
    ("X-COORD", Key::X),
    ("Y-COORD", Key::Y),
    ("EASTING", Key::X),
    ("NORTHING", Key::Y),
];

/// Characters between a key and its bytes.
const GAP: usize = 20;

/// What the cards of a file say.
pub(super) fn read(reader: &Reader) -> Result<Vec<Hint>> {
    let mut hints = Vec::new();
    for header in 0..reader.facts().n_text.min(HEADERS) {
        for (card, line) in (1..).zip(reader.text(header)?.lines()) {
            hints.extend(keys(line).into_iter().map(|(key, byte)| Hint {
                key,
                byte,
                at: (header + 1, card),
            }));
        }
    }
    Ok(hints)
}

/// The keys that a card names, each with the byte it gives.
fn keys(card: &str) -> Vec<(Key, u16)> {
    let card: Vec<u8> = card.bytes().map(|byte| byte.to_ascii_uppercase()).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < card.len() {
        let word_starts = at == 0 || !card[at - 1].is_ascii_alphanumeric();
        let spelled = SPELLINGS.iter().filter(|_| word_starts).find_map(|(spelling, key)| {
            Some((*key, at + spelled(&card[at..], spelling.as_bytes())?))
        });
        let Some((key, after)) = spelled else {
            at += 1;
            continue;
        };
        at = after;
        if let Some(byte) = byte(&card[after..]) {
            found.push((key, byte));
        }
    }
    found
}

/// The length of a spelling at the beginning of text.
fn spelled(text: &[u8], spelling: &[u8]) -> Option<usize> {
    let mut at = 0;
    for &letter in spelling {
        if letter == b'-' {
            at += usize::from(matches!(text.get(at), Some(b' ' | b'-' | b'_' | b'.')));
        } else if text.get(at) == Some(&letter) {
            at += 1;
        } else {
            return None;
        }
    }
    Some(at)
}

/// The byte that text names soon: `189-192`, `189 TO 192`, or `BYTE 189` with one number.
fn byte(text: &[u8]) -> Option<u16> {
    let gap = text.iter().take(GAP + 1).position(u8::is_ascii_digit)?;
    let (first, after) = number(&text[gap..])?;
    let rest = &text[gap + after..];
    let rest = &rest[rest.iter().position(|c| *c != b' ').unwrap_or(rest.len())..];
    let range = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"TO"));
    let last = range.and_then(|rest| {
        let start = rest.iter().position(|c| *c != b' ')?;
        number(&rest[start..]).map(|(last, _)| last)
    });
    let is_word = match last {
        Some(last) => last == first + 3 || last == first + 1,
        None => [&b"BYTE"[..], b"LOC", b"POS"]
            .iter()
            .any(|word| text[..gap].windows(word.len()).any(|window| window == *word)),
    };
    (is_word && (1..=240).contains(&first)).then_some(first)
}

/// A number of at most three digits at the beginning of text, and its length.
fn number(text: &[u8]) -> Option<(u16, usize)> {
    let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
    (1..=3).contains(&digits).then(|| {
        let value = text[..digits].iter().fold(0, |n, c| n * 10 + u16::from(c - b'0'));
        (value, digits)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cards_as_they_are_written() {
        for (card, want) in [
            ("C12 IN-LINE: 189-192  X-LINE: 193-196", &[(Key::Inline, 189), (Key::Crossline, 193)]),
            (
                "C 5 INLINE NUMBER  9 TO 12, CROSSLINE  21 - 24",
                &[(Key::Inline, 9), (Key::Crossline, 21)],
            ),
            ("C 6 ILINE AT BYTE 5; XLINE AT BYTE 21", &[(Key::Inline, 5), (Key::Crossline, 21)]),
            ("C 7 Cdp_X  (bytes 181-184), CDP Y (BYTES 185-188)", &[(Key::X, 181), (Key::Y, 185)]),
            (
                "C 8 cross line location 13, in line location 17",
                &[(Key::Crossline, 13), (Key::Inline, 17)],
            ),
        ] {
            assert_eq!(keys(card), want, "{card}");
        }
    }

    #[test]
    fn cards_that_say_nothing() {
        for card in [
            "C12 INLINE RANGE 100 - 500",
            "C12 INLINES 1200-1203",
            "C12 MAINLINE 189-192",
            "C12 INLINE SPACING 25 M",
            "C12 INLINE                          189-192",
            "C12 XLINE 241-244",
            "C12 OFFSET",
            "",
        ] {
            assert_eq!(keys(card), [], "{card}");
        }
    }

    proptest! {
        #[test]
        fn no_card_is_too_odd(card in "[ -~]{0,80}", key in "(IN-LINE|XLINE|CDP X)[ -~]{0,30}") {
            for (_, byte) in keys(&card).into_iter().chain(keys(&key)) {
                prop_assert!((1..=240).contains(&byte));
            }
        }
    }
}
