//! Textual headers: which encoding, which characters, and where extended headers end.
//!
//! Source: SEG-Y revision 2.1, section 4 (textual file header), section 6 (extended textual
//! headers) and the EBCDIC table of its appendix.

mod encoding;
pub(crate) mod stanza;

pub use encoding::{CodePage, Encoding};
pub use stanza::{Stanza, Stanzas};

/// The length of a textual header, and of each extended textual header, in bytes.
pub const TEXT_HEADER: usize = 3200;

/// The length of a card: 40 of them make a textual header.
pub const CARD: usize = 80;

/// The smallest share of printable characters with which a block counts as text.
pub(crate) const TEXT_SHARE: f64 = 0.85;

/// What a block of text looks like.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq)]
pub struct Sniff {
    /// The encoding that makes more of it printable.
    pub encoding: Encoding,
    /// The share of printable characters in that encoding, as [`share`] has it. Below [`TEXT_SHARE`]
    /// the block is hardly text.
    pub share: f64,
}

/// How often each byte is in a block of text: what all scores of its encodings are counted from.
pub(crate) struct Tally {
    counts: [u32; 256],
    first: Option<u8>,
}

impl Tally {
    pub(crate) fn of(block: &[u8]) -> Tally {
        // Text has runs of equal bytes; with several tables, one count need not wait for another.
        let mut tables = [[0u32; 256]; 4];
        let (quads, rest) = block.as_chunks::<4>();
        for quad in quads {
            for (table, &byte) in tables.iter_mut().zip(quad) {
                table[usize::from(byte)] += 1;
            }
        }
        for &byte in rest {
            tables[0][usize::from(byte)] += 1;
        }
        let counts = std::array::from_fn(|byte| tables.iter().map(|table| table[byte]).sum());
        Tally { counts, first: block.first().copied() }
    }

    /// The share of printable characters in an encoding; see [`share`].
    pub(crate) fn share(&self, encoding: &Encoding) -> f64 {
        let letters = matches!(encoding, Encoding::Page(_));
        let (mut seen, mut printable) = (0, 0);
        for (byte, count) in (0..=u8::MAX).zip(self.counts) {
            match encoding.decode(byte) {
                '\0' | '\r' | '\n' | '\u{85}' => {}
                c => {
                    seen += count;
                    let prints = matches!(c, ' '..='~') || (letters && c.is_alphanumeric());
                    printable += if prints { count } else { 0 };
                }
            }
        }
        if seen == 0 { 1.0 } else { f64::from(printable) / f64::from(seen) }
    }

    /// The encoding of the block; see [`sniff`].
    fn sniff(&self) -> Sniff {
        let (ebcdic, ascii) = (self.share(&Encoding::Ebcdic), self.share(&Encoding::Ascii));
        if ascii > ebcdic || (ascii == ebcdic && self.first == Some(b'C')) {
            Sniff { encoding: Encoding::Ascii, share: ascii }
        } else {
            Sniff { encoding: Encoding::Ebcdic, share: ebcdic }
        }
    }

    /// The encoding of the block beside a known one; see [`sniff_beside`].
    pub(crate) fn sniff_beside(&self, known: Option<&Encoding>) -> Sniff {
        let own = self.sniff();
        match known.filter(|known| known.is_ebcdic() == own.encoding.is_ebcdic()) {
            Some(known) => Sniff { encoding: known.clone(), share: self.share(known) },
            None => own,
        }
    }
}

/// The share of printable characters in an encoding, NUL and line ends left out: 0 to 1, and 1 where
/// nothing else is there. Printable is what ASCII prints, and every letter of a code page.
#[doc(hidden)]
#[must_use]
pub fn share(block: &[u8], encoding: &Encoding) -> f64 {
    Tally::of(block).share(encoding)
}

/// Tells EBCDIC from ASCII by the share of printable characters over the whole block; a tie goes by
/// the first byte, where a `C` opens the first card.
///
/// ```
/// use segbuf::text::Encoding;
/// use segbuf::internals::sniff;
/// assert_eq!(sniff(b"C 1 CLIENT").encoding, Encoding::Ascii);
/// assert_eq!(sniff(&[0xC3, 0x40, 0xF1, 0x40]).encoding, Encoding::Ebcdic);
/// ```
#[doc(hidden)]
#[must_use]
pub fn sniff(block: &[u8]) -> Sniff {
    Tally::of(block).sniff()
}

/// [`sniff`] where an encoding is `known`, of the file or from the caller: it stands for all of EBCDIC,
/// or all of ASCII, whichever its kind is.
#[must_use]
pub(crate) fn sniff_beside(block: &[u8], known: Option<&Encoding>) -> Sniff {
    Tally::of(block).sniff_beside(known)
}

/// The 40 lines of a textual header, each of exactly 80 characters, joined by `\n`.
///
/// Control characters, NUL and line ends among them, become blanks, so that card `n` is always line
/// `n`. A block that is too short is filled up with blanks; what is beyond 3200 bytes is left out.
#[doc(hidden)]
#[must_use]
pub fn cards(block: &[u8], encoding: &Encoding) -> String {
    let table: [char; 256] = std::array::from_fn(|byte| {
        let c = encoding.decode(byte as u8);
        if c.is_control() { ' ' } else { c }
    });
    let cards = (0..TEXT_HEADER).step_by(CARD).map(|first| {
        let card = block.get(first..).unwrap_or_default();
        (first, &card[..card.len().min(CARD)])
    });
    let len = TEXT_HEADER + TEXT_HEADER / CARD - 1;
    // Most texts are ASCII once decoded; one byte a character is several times faster.
    let ascii = table.map(|c| u8::try_from(c).unwrap_or(u8::MAX));
    let mut bytes = Vec::with_capacity(len);
    for (first, card) in cards.clone() {
        if first > 0 {
            bytes.push(b'\n');
        }
        bytes.extend(card.iter().map(|&byte| ascii[usize::from(byte)]));
        bytes.resize(first / CARD * (CARD + 1) + CARD, b' ');
    }
    if bytes.is_ascii()
        && let Ok(lines) = String::from_utf8(bytes)
    {
        return lines;
    }
    let mut lines = String::with_capacity(len);
    for (first, card) in cards {
        if first > 0 {
            lines.push('\n');
        }
        lines.extend(card.iter().map(|&byte| table[usize::from(byte)]));
        lines.extend(std::iter::repeat_n(' ', CARD - card.len()));
    }
    lines
}

/// Whether a block opens with `((`, in either encoding: the mark of a stanza of an extended textual
/// header.
#[doc(hidden)]
#[must_use]
pub fn opens_stanza(block: &[u8]) -> bool {
    stanza::opening(block).is_some()
}

/// Whether a block holds the stanza `((SEG: EndText))`, which ends the extended textual headers: on
/// any card, in either encoding, in any case and with any blanks.
///
/// ```
/// use segbuf::internals::ends_text;
/// assert!(ends_text(b"last words   ((  seg: endTEXt  ))  "));
/// assert!(!ends_text(b"((SEG: Layout 1.0)) SEG: EndText"));
/// ```
#[doc(hidden)]
#[must_use]
pub fn ends_text(block: &[u8]) -> bool {
    stanza::end_text(block).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ebcdic(text: &str) -> Vec<u8> {
        let byte = |c| (0..=u8::MAX).find(|&byte| Encoding::Ebcdic.decode(byte) == c).unwrap();
        text.chars().map(byte).collect()
    }

    #[test]
    fn known_code_page_stands_for_its_kind() {
        let page = Encoding::named("cp037");
        let name = |block: &[u8]| sniff_beside(block, page.as_ref()).encoding.name().to_owned();
        assert_eq!(name(&[0xC3, 0x40, 0xF1, 0x40]), "cp037");
        assert_eq!(name(b"C 1 CLIENT"), "ascii");
    }

    #[test]
    fn cards_are_forty_lines_of_eighty_characters() {
        let mut block = ebcdic("C 1 CLIENT [X]");
        block.extend([0x00, 0x15, 0x25, 0x0D, 0x07]);
        block.extend(ebcdic("|"));
        for block in [&block[..], &[], &[0u8; 5000]] {
            let text = cards(block, &Encoding::Ebcdic);
            assert_eq!(text.split('\n').count(), 40);
            assert!(text.split('\n').all(|line| line.chars().count() == 80));
            assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
        }
        assert!(cards(&block, &Encoding::Ebcdic).starts_with("C 1 CLIENT [X]     |  "));
        assert!(cards(&[0x7F, 0x9F, 0xE9, b'\n', b'a'], &Encoding::Ascii).starts_with("  é a "));
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
