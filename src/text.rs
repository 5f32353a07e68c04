//! Textual headers: which encoding, which characters, and where extended headers end.
//!
//! Source: SEG-Y revision 2.1, section 4 (textual file header), section 6 (extended textual
//! headers) and the EBCDIC table of its appendix.

/// The length of a textual header, and of each extended textual header, in bytes.
pub const TEXT_HEADER: usize = 3200;

/// The length of a card: 40 of them make a textual header.
pub const CARD: usize = 80;

/// The smallest share of printable characters with which a block counts as text.
pub const TEXT_SHARE: f64 = 0.85;

/// How the characters of a textual header are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// EBCDIC, by the table of the standard's appendix: the only encoding of revision 0.
    Ebcdic,
    /// ASCII, from revision 1 on; bytes above it are read as Latin-1.
    Ascii,
}

impl Encoding {
    /// `"ebcdic"` or `"ascii"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Ebcdic => "ebcdic",
            Encoding::Ascii => "ascii",
        }
    }

    /// The Latin-1 code point of a byte. A bijection, so text survives a round trip.
    ///
    /// ```
    /// use segbuf::text::Encoding;
    /// assert_eq!(Encoding::Ebcdic.decode(0xC3), 'C');
    /// assert_eq!(Encoding::Ebcdic.decode(0x4A), '['); // where code page 037 has a cent sign
    /// ```
    #[must_use]
    pub fn decode(self, byte: u8) -> char {
        match self {
            Encoding::Ebcdic => char::from(EBCDIC[usize::from(byte)]),
            Encoding::Ascii => char::from(byte),
        }
    }
}

/// What a block of text looks like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sniff {
    /// The encoding that makes more of it printable.
    pub encoding: Encoding,
    /// The share of printable characters in that encoding, NUL and line ends left out: 0 to 1, and
    /// 1 where nothing else is there. Below [`TEXT_SHARE`] the block is hardly text.
    pub share: f64,
}

/// Tells EBCDIC from ASCII by the share of printable characters over the whole block; a tie goes by
/// the first byte, where a `C` opens the first card.
///
/// ```
/// use segbuf::text::{Encoding, sniff};
/// assert_eq!(sniff(b"C 1 CLIENT").encoding, Encoding::Ascii);
/// assert_eq!(sniff(&[0xC3, 0x40, 0xF1, 0x40]).encoding, Encoding::Ebcdic);
/// ```
#[must_use]
pub fn sniff(block: &[u8]) -> Sniff {
    let mut counts = [0u32; 256];
    for &byte in block {
        counts[usize::from(byte)] += 1;
    }
    let share = |encoding: Encoding| {
        let (mut seen, mut printable) = (0, 0);
        for (byte, count) in (0..=u8::MAX).zip(counts) {
            match encoding.decode(byte) {
                '\0' | '\r' | '\n' | '\u{85}' => {}
                c => {
                    seen += count;
                    printable += if matches!(c, ' '..='~') { count } else { 0 };
                }
            }
        }
        if seen == 0 { 1.0 } else { f64::from(printable) / f64::from(seen) }
    };
    let (ebcdic, ascii) = (share(Encoding::Ebcdic), share(Encoding::Ascii));
    if ascii > ebcdic || (ascii == ebcdic && block.first() == Some(&b'C')) {
        Sniff { encoding: Encoding::Ascii, share: ascii }
    } else {
        Sniff { encoding: Encoding::Ebcdic, share: ebcdic }
    }
}

/// The 40 lines of a textual header, each of exactly 80 characters, joined by `\n`.
///
/// Control characters, NUL and line ends among them, become blanks, so that card `n` is always line
/// `n`. A block that is too short is filled up with blanks; what is beyond 3200 bytes is left out.
#[must_use]
pub fn cards(block: &[u8], encoding: Encoding) -> String {
    let mut lines = String::with_capacity(TEXT_HEADER + TEXT_HEADER / CARD);
    for i in 0..TEXT_HEADER {
        if i > 0 && i % CARD == 0 {
            lines.push('\n');
        }
        let c = block.get(i).map_or(' ', |&byte| encoding.decode(byte));
        lines.push(if c.is_control() { ' ' } else { c });
    }
    lines
}

/// Whether a block opens with `((`, in either encoding: the mark of a stanza of an extended textual
/// header.
#[must_use]
pub fn opens_stanza(block: &[u8]) -> bool {
    stanza_encoding(block).is_some()
}

/// Whether a block holds the stanza `((SEG: EndText))`, which ends the extended textual headers: on
/// any card, in either encoding, in any case and with any blanks.
///
/// ```
/// use segbuf::text::ends_text;
/// assert!(ends_text(b"last words   ((  seg: endTEXt  ))  "));
/// assert!(!ends_text(b"((SEG: Layout 1.0)) SEG: EndText"));
/// ```
#[must_use]
pub fn ends_text(block: &[u8]) -> bool {
    const NAME: &[u8] = b"SEG:ENDTEXT))";
    (0..block.len()).any(|at| {
        stanza_encoding(&block[at..]).is_some_and(|encoding| {
            block[at + 2..]
                .iter()
                .map(|&byte| encoding.decode(byte).to_ascii_uppercase())
                .filter(|c| !c.is_whitespace() && !c.is_control())
                .take(NAME.len())
                .eq(NAME.iter().map(|&byte| char::from(byte)))
        })
    })
}

/// The encoding in which a block opens with `((`.
fn stanza_encoding(block: &[u8]) -> Option<Encoding> {
    match block {
        [0x28, 0x28, ..] => Some(Encoding::Ascii),
        [0x4D, 0x4D, ..] => Some(Encoding::Ebcdic),
        _ => None,
    }
}

/// Latin-1 code points of the EBCDIC table in the standard's appendix. It has the controls, letters
/// and digits of code page 037, other places for `! [ ] ^ |`, and the rest of Latin-1 in sequence.
#[rustfmt::skip]
const EBCDIC: [u8; 256] = [
    0x00, 0x01, 0x02, 0x03, 0x9c, 0x09, 0x86, 0x7f, 0x97, 0x8d, 0x8e, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f,
    0x10, 0x11, 0x12, 0x13, 0x9d, 0x85, 0x08, 0x87, 0x18, 0x19, 0x92, 0x8f, 0x1c, 0x1d, 0x1e, 0x1f,
    0x80, 0x81, 0x82, 0x83, 0x84, 0x0a, 0x17, 0x1b, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x05, 0x06, 0x07,
    0x90, 0x91, 0x16, 0x93, 0x94, 0x95, 0x96, 0x04, 0x98, 0x99, 0x9a, 0x9b, 0x14, 0x15, 0x9e, 0x1a,
    0x20, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0x5b, 0x2e, 0x3c, 0x28, 0x2b, 0x21,
    0x26, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf, 0xb0, 0xb1, 0x5d, 0x24, 0x2a, 0x29, 0x3b, 0x5e,
    0x2d, 0x2f, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0x7c, 0x2c, 0x25, 0x5f, 0x3e, 0x3f,
    0xba, 0xbb, 0xbc, 0xbd, 0xbe, 0xbf, 0xc0, 0xc1, 0xc2, 0x60, 0x3a, 0x23, 0x40, 0x27, 0x3d, 0x22,
    0xc3, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9,
    0xca, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0,
    0xd1, 0x7e, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7,
    0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7,
    0x7b, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0xe8, 0xe9, 0xea, 0xeb, 0xec, 0xed,
    0x7d, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0xee, 0xef, 0xf0, 0xf1, 0xf2, 0xf3,
    0x5c, 0x9f, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9,
    0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn ebcdic(text: &str) -> Vec<u8> {
        let byte = |c: char| EBCDIC.iter().position(|&e| char::from(e) == c).unwrap() as u8;
        text.chars().map(byte).collect()
    }

    #[test]
    fn the_ebcdic_table_is_a_bijection() {
        let mut seen = EBCDIC;
        seen.sort_unstable();
        assert!(seen.iter().enumerate().all(|(i, &code)| i == usize::from(code)));
    }

    #[test]
    fn the_ebcdic_table_is_that_of_the_standard() {
        let points = [
            (0x40, ' '),
            (0x4A, '['),
            (0x4F, '!'),
            (0x5A, ']'),
            (0x5F, '^'),
            (0x6A, '|'),
            (0xB0, 'Ø'),
            (0xBA, 'â'),
            (0xBB, 'ã'),
            (0x4D, '('),
            (0x5D, ')'),
            (0x79, '`'),
            (0xA1, '~'),
            (0xE0, '\\'),
            (0xC0, '{'),
            (0xD0, '}'),
            (0x81, 'a'),
            (0xA9, 'z'),
            (0xC1, 'A'),
            (0xE9, 'Z'),
            (0xF0, '0'),
            (0xF9, '9'),
            (0x15, '\u{85}'),
            (0x25, '\n'),
        ];
        for (byte, c) in points {
            assert_eq!(Encoding::Ebcdic.decode(byte), c, "{byte:#x}");
        }
    }

    #[test]
    fn cards_are_forty_lines_of_eighty_characters() {
        let mut block = ebcdic("C 1 CLIENT [X]");
        block.extend([0x00, 0x15, 0x25, 0x0D, 0x07]);
        block.extend(ebcdic("|"));
        for block in [&block[..], &[], &[0u8; 5000]] {
            let text = cards(block, Encoding::Ebcdic);
            assert_eq!(text.split('\n').count(), 40);
            assert!(text.split('\n').all(|line| line.chars().count() == 80));
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
        }
        assert!(cards(&block, Encoding::Ebcdic).starts_with("C 1 CLIENT [X]     |  "));
        assert!(cards(&[0x7F, 0x9F, 0xE9, b'\n', b'a'], Encoding::Ascii).starts_with("  é a "));
    }

    #[test]
    fn sniffing_tells_the_encoding_by_all_bytes() {
        let text = "C 1 CLIENT                        COMPANY";
        assert_eq!(sniff(text.as_bytes()), Sniff { encoding: Encoding::Ascii, share: 1.0 });
        assert_eq!(sniff(&ebcdic(text)), Sniff { encoding: Encoding::Ebcdic, share: 1.0 });
        let padded = [&b" survey of 1984\r\n"[..], &[0; 100]].concat();
        assert_eq!(sniff(&padded), Sniff { encoding: Encoding::Ascii, share: 1.0 });
        assert_eq!(sniff(&[0; 3200]).share, 1.0);
        let noise: Vec<u8> =
            (0..3200u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(sniff(&noise).share < TEXT_SHARE);
    }

    #[test]
    fn end_text_is_found_on_any_card_in_either_encoding() {
        for name in ["((SEG: EndText))", "((  seg: endTEXt  ))", "((SEG:ENDTEXT))"] {
            let late = format!("{:240}{name:80}", "((OGP: P1/11)) something");
            assert!(ends_text(late.as_bytes()) && ends_text(&ebcdic(&late)), "{name}");
        }
        for name in ["((SEG: EndText)", "((SEG: EndTexts))", "SEG: EndText))", "((", ""] {
            assert!(!ends_text(name.as_bytes()) && !ends_text(&ebcdic(name)), "{name}");
        }
        assert!(opens_stanza(&ebcdic("((SEG: x))")) && !opens_stanza(b" ((SEG: x))"));
    }
}
