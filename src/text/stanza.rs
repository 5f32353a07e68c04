//! Stanzas: named contents of extended textual headers and data trailers.
//!
//! Source: SEG-Y revision 2.1, section 6.2 and appendix D. A stanza opens a record, or a line of one,
//! with `((Org: Name))` or `((Org: Name: content type: bytes))`, and goes on through records that do
//! not; `((SEG: EndText))` closes the last one.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::{CARD, Encoding, TEXT_HEADER, TEXT_SHARE, sniff_beside};
use crate::error::{Kind, Result};

/// What content types have that are text.
const TEXTUAL: [&str; 3] = ["text/", "xml", "json"];

/// Names that an error lists.
const TOLD: usize = 6;

/// A stanza: a name, and where its contents are.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stanza {
    /// What stands between the parentheses, without blanks around it.
    pub name: String,
    /// The encoding of the name; the contents may have another one.
    pub encoding: Encoding,
    /// The byte of the file at which the contents begin, counted from 0: directly behind the name.
    pub at: u64,
    /// Bytes of contents: up to the next stanza, and the end of the last record.
    pub len: u64,
}

impl Stanza {
    /// Whether that is its name, whatever the case and blanks; without content type or with it.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        let (asked, (own, kind, _)) = (folded(name), self.parts());
        asked == folded(&self.name) || (kind.is_some() && asked == folded(own))
    }

    /// Whether its name begins so, whatever the case and blanks.
    #[must_use]
    pub fn begins(&self, prefix: &str) -> bool {
        folded(&self.name).starts_with(&folded(prefix))
    }

    /// Its content type, such as `text/xml`, where the name has one.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.parts().1
    }

    /// How many bytes of the contents count: what the name declares, where there are as many.
    #[must_use]
    pub fn declared_len(&self) -> u64 {
        self.parts().2.filter(|&bytes| bytes <= self.len).unwrap_or(self.len)
    }

    /// The contents as text, without blanks and NULs around them; `None` where they are no text.
    ///
    /// Text has printable characters, or is of a content type that is text. ASCII with bytes above it
    /// is UTF-8 where it is valid, else Latin-1.
    #[must_use]
    pub fn text(&self, contents: &[u8]) -> Option<String> {
        let sniffed = sniff_beside(contents, Some(&self.encoding));
        let utf8 = || std::str::from_utf8(contents).ok();
        let plain = |text: &str| text.chars().all(|c| !c.is_control() || "\0\t\r\n".contains(c));
        let share = match self.content_type().map(folded) {
            Some(kind) if TEXTUAL.iter().any(|text| kind.contains(text)) => 0.5,
            Some(_) => return None,
            None => TEXT_SHARE,
        };
        if sniffed.share < share && !utf8().is_some_and(plain) {
            return None;
        }
        let text = match sniffed.encoding {
            Encoding::Ascii => utf8().map(str::to_owned),
            _ => None,
        };
        let text =
            text.unwrap_or_else(|| contents.iter().map(|&b| sniffed.encoding.decode(b)).collect());
        Some(text.trim_matches(|c: char| c.is_whitespace() || c == '\0').to_owned())
    }

    /// The name proper, the content type and the number of bytes, which a type comes before.
    fn parts(&self) -> (&str, Option<&str>, Option<u64>) {
        let typed = |name| {
            let (name, kind): (&str, &str) = str::rsplit_once(name, ':')?;
            (name.contains(':') && kind.contains('/')).then(|| (name.trim(), Some(kind.trim())))
        };
        if let Some((rest, bytes)) = self.name.rsplit_once(':')
            && let Ok(bytes) = bytes.trim().parse()
            && let Some((name, kind)) = typed(rest)
        {
            return (name, kind, Some(bytes));
        }
        let (name, kind) = typed(&self.name).unwrap_or((&self.name, None));
        (name, kind, None)
    }
}

/// The stanzas of some records, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stanzas {
    list: Vec<Stanza>,
}

impl Stanzas {
    /// The first stanza of that name; see [`Stanza::is`].
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Stanza> {
        self.list.iter().find(|stanza| stanza.is(name))
    }

    /// All stanzas of a name, as indices into [`Stanzas::list`]; see [`Stanza::is`].
    ///
    /// # Errors
    /// `Class::Field` where there is none, naming those that there are.
    pub fn find(&self, name: &str) -> Result<Vec<usize>> {
        let found: Vec<usize> =
            (0..).zip(&self.list).filter(|(_, stanza)| stanza.is(name)).map(|(i, _)| i).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let mut known: Vec<String> =
            self.list.iter().take(TOLD).map(|s| format!("{:?}", s.name)).collect();
        if self.list.len() > TOLD {
            known.push(format!("{} more", self.list.len() - TOLD));
        }
        Err(Kind::UnknownStanza { name: name.to_owned(), known }.into())
    }

    /// The stanza of an index into [`Stanzas::list`].
    ///
    /// # Errors
    /// `Class::Index` past the last.
    pub fn at(&self, index: usize) -> Result<&Stanza> {
        let n = self.list.len();
        self.list.get(index).ok_or_else(|| Kind::index("stanza", index, n))
    }

    /// All of them, as they come in the file.
    #[must_use]
    pub fn list(&self) -> &[Stanza] {
        &self.list
    }

    /// Names that stand more than once, in the order in which they stand first.
    #[must_use]
    pub fn duplicates(&self) -> Vec<&str> {
        // By their hashes, since thousands of names may take as much memory as the file.
        let hash = |(i, stanza): (usize, &Stanza)| {
            let mut hasher = DefaultHasher::new();
            fold(&stanza.name).for_each(|c| c.hash(&mut hasher));
            (hasher.finish(), i)
        };
        let mut hashes: Vec<(u64, usize)> = self.list.iter().enumerate().map(hash).collect();
        hashes.sort_unstable();
        let name = |i: usize| &*self.list[i].name;
        let same =
            |a: &(u64, usize), b: &(u64, usize)| a.0 == b.0 && fold(name(a.1)).eq(fold(name(b.1)));
        let twice = hashes.chunk_by(same).filter(|group| group.len() > 1);
        let mut first: Vec<usize> = twice.map(|group| group[0].1).collect();
        first.sort_unstable();
        first.into_iter().map(name).collect()
    }

    /// The stanzas of the records that those bytes are, which are counted from 0; what is left over is
    /// no record.
    ///
    /// ```
    /// use segbuf::text::Stanzas;
    /// let mut record = vec![b' '; 3200];
    /// record[..17].copy_from_slice(b"((me: notes))text");
    /// let stanzas = Stanzas::of_records(&record);
    /// assert_eq!((&*stanzas.list()[0].name, stanzas.list()[0].at), ("me: notes", 13));
    /// ```
    #[must_use]
    pub fn of_records(bytes: &[u8]) -> Stanzas {
        let records = bytes.chunks_exact(TEXT_HEADER);
        let mut finder = Finder::new(0, records.len() as u64);
        records.for_each(|record| finder.look(record));
        finder.finish()
    }
}

/// Finds stanzas in records that it is given one after the other.
pub(crate) struct Finder {
    stanzas: Stanzas,
    /// Where the next record stands in the file, and where the last one ends.
    at: u64,
    end: u64,
    /// Up to where contents reach whose length was declared: nothing in them is a stanza.
    closed: u64,
    open: bool,
}

impl Finder {
    /// For so many records from a byte of the file on.
    pub(crate) fn new(at: u64, records: u64) -> Finder {
        let end = at.saturating_add(records.saturating_mul(TEXT_HEADER as u64));
        Finder { stanzas: Stanzas::default(), at, end, closed: 0, open: false }
    }

    /// Looks at the next record.
    pub(crate) fn look(&mut self, record: &[u8]) {
        let first = self.at;
        self.at += record.len() as u64;
        if self.at <= self.closed {
            return;
        }
        // Within a line of an earlier record it is but named.
        let last = self.at >= self.end;
        // Where what was declared ends in this record.
        let behind = |closed: u64| closed.saturating_sub(first).min(record.len() as u64) as usize;
        let end_text = |from: usize| {
            let ends = |at: &usize| is_end_text(record, *at) && (last || starts_line(record, *at));
            (from..record.len()).find(ends)
        };
        let mut end = end_text(behind(self.closed));
        // Behind the last name: a card may begin within one that a line opened.
        let mut named = 0;
        for line in (0..record.len()).filter(|&at| starts_line(record, at)) {
            if line < behind(self.closed).max(named) {
                continue;
            }
            if end.is_some_and(|end| line >= end) {
                break;
            }
            if let Some((name, encoding, len)) = name(&record[line..], line == 0) {
                self.close(first + line as u64);
                let at = first + (line + len) as u64;
                let stanza = Stanza { name, encoding, at, len: self.end.saturating_sub(at) };
                let declared = stanza.parts().2.filter(|&bytes| bytes <= stanza.len);
                self.stanzas.list.push(stanza);
                self.open = true;
                named = line + len;
                if let Some(bytes) = declared {
                    self.closed = at + bytes;
                    end = end_text(behind(self.closed));
                }
            }
        }
        if let Some(end) = end {
            self.close(first + end as u64);
        }
    }

    /// What was found, once all records were looked at.
    pub(crate) fn finish(mut self) -> Stanzas {
        self.close(self.at);
        self.stanzas
    }

    /// Ends the contents of the stanza that is open.
    fn close(&mut self, end: u64) {
        if let Some(last) = self.stanzas.list.last_mut().filter(|_| self.open) {
            last.len = end.saturating_sub(last.at);
        }
        self.open = false;
    }
}

/// The encoding in which a block opens with `((`.
pub(crate) fn opening(block: &[u8]) -> Option<Encoding> {
    match block {
        [0x28, 0x28, ..] => Some(Encoding::Ascii),
        [0x4D, 0x4D, ..] => Some(Encoding::Ebcdic),
        _ => None,
    }
}

/// Whether a card begins at a place of a record, or a line behind a line end.
fn starts_line(record: &[u8], at: usize) -> bool {
    let ends_line = |byte| {
        let encoding = opening(&record[at..])?;
        Some(matches!(encoding.decode(byte), '\r' | '\n' | '\u{85}'))
    };
    at.is_multiple_of(CARD) || ends_line(record[at - 1]) == Some(true)
}

/// Where `((SEG: EndText))` begins in a block.
pub(super) fn end_text(block: &[u8]) -> Option<usize> {
    // Few bytes are parentheses, of ASCII or of EBCDIC.
    let open = block.iter().enumerate().filter(|(_, byte)| matches!(**byte, 0x28 | 0x4D));
    open.map(|(at, _)| at).find(|&at| is_end_text(block, at))
}

/// Whether `((SEG: EndText))` stands at a place of a block, in any case and with any blanks.
fn is_end_text(block: &[u8], at: usize) -> bool {
    let block = &block[at..];
    opening(block).is_some_and(|encoding| spells(block, &encoding, "((SEG:ENDTEXT))"))
}

/// Whether a block begins with an uppercase ASCII text, in any case and with any blanks.
pub(crate) fn spells(block: &[u8], encoding: &Encoding, text: &str) -> bool {
    block
        .iter()
        .map(|&byte| encoding.decode(byte).to_ascii_uppercase())
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .take(text.len())
        .eq(text.chars())
}

/// The name of the stanza that a card opens, its encoding, and its length with the parentheses. Within
/// a record a name has a colon: there `((` may be but text. No name holds another: so they are not longer
/// than the records, all together.
fn name(card: &[u8], opens_record: bool) -> Option<(String, Encoding, usize)> {
    let encoding = opening(card)?;
    let (open, close) =
        if encoding == Encoding::Ascii { ([0x28; 2], [0x29; 2]) } else { ([0x4D; 2], [0x5D; 2]) };
    let len = card[2..].windows(2).position(|pair| pair == close || pair == open)?;
    if card[2 + len..].starts_with(&open) {
        return None;
    }
    let name: String = card[2..2 + len].iter().map(|&byte| encoding.decode(byte)).collect();
    let name = name.trim();
    let printable = !name.is_empty() && !name.contains(char::is_control);
    let named = printable && (opens_record || name.contains(':'));
    named.then(|| (name.to_owned(), encoding, len + 4))
}

/// Names are compared without regard to case and blanks.
fn folded(name: &str) -> String {
    fold(name).collect()
}

fn fold(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: u64 = 3600;

    fn ebcdic(text: &str) -> Vec<u8> {
        let byte = |c| (0..=u8::MAX).find(|&byte| Encoding::Ebcdic.decode(byte) == c).unwrap();
        text.chars().map(byte).collect()
    }

    fn padded(mut record: Vec<u8>, with: u8) -> Vec<u8> {
        record.resize(TEXT_HEADER, with);
        record
    }

    /// Names and contents.
    fn found(records: &[Vec<u8>]) -> Vec<(String, Vec<u8>)> {
        let all = records.concat();
        let mut finder = Finder::new(START, records.len() as u64);
        records.iter().for_each(|record| finder.look(record));
        let stanzas = finder.finish();
        let contents = |stanza: &Stanza| {
            let at = (stanza.at - START) as usize;
            (stanza.name.clone(), all[at..at + stanza.len as usize].to_vec())
        };
        stanzas.list().iter().map(contents).collect()
    }

    fn stanza(name: &str) -> Stanza {
        Stanza { name: name.to_owned(), encoding: Encoding::Ascii, at: 0, len: 100 }
    }

    #[test]
    fn records_are_joined_until_the_next_stanza() {
        let records = [
            padded(b"no stanza yet".to_vec(), b' '),
            padded(b"((Me: one))abc".to_vec(), b' '),
            vec![b'x'; TEXT_HEADER],
            padded(ebcdic("(( you:  TWO )(2) ))"), 0x40),
        ];
        let found = found(&records);
        assert_eq!(found.len(), 2);
        let (name, contents) = &found[0];
        assert_eq!((name.as_str(), contents.len()), ("Me: one", 2 * TEXT_HEADER - 11));
        assert!(contents.starts_with(b"abc  ") && contents.ends_with(b"xxx"));
        let (name, contents) = &found[1];
        assert_eq!((name.as_str(), contents.len()), ("you:  TWO )(2)", TEXT_HEADER - 20));
    }

    #[test]
    fn cards_open_stanzas_and_end_text_closes_the_last() {
        for end in ["((SEG: EndText))", "((  seg: endTEXt  ))"] {
            let cards = format!(
                "{:80}{:80}{:80}{:80}",
                "((OGP: P1/11)) something", "((not a stanza))", "((me: more)) text", "words "
            );
            let record = format!("{cards}last {end} behind");
            for record in [record.clone().into_bytes(), ebcdic(&record)] {
                let found = found(&[padded(record, b' ')]);
                let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
                assert_eq!(names, ["OGP: P1/11", "me: more"]);
                assert_eq!(found[0].1.len(), 160 - 14);
                assert_eq!(found[1].1.len(), 160 + 5 - 12);
            }
        }
        // On a card of its own, with nothing open.
        assert_eq!(found(&[padded(b"((SEG:EndText))".to_vec(), 0)]), []);
    }

    #[test]
    fn declared_bytes_are_contents_whatever_they_look_like() {
        let name = b"((SEG: User Data: image/png: 3300))".to_vec();
        let second = padded(b"((a: b)) is no stanza".to_vec(), 0);
        let third = padded(b"((c: d))yes".to_vec(), b' ');
        let names = |records: &[Vec<u8>]| {
            found(records).into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let records = [padded(name, 7), second.clone(), third.clone()];
        assert_eq!(names(&records), ["SEG: User Data: image/png: 3300", "c: d"]);
        // Within a record too, up to the card behind them; and what ends all within them is theirs.
        let record =
            format!("{:80}{:80}{:80}{:80}", "((a: b: c/d: 99))", "((e: f))", "((g: h))", "");
        let end = "((a: b: c/d: 3000)) ((SEG: EndText))";
        let cards = [padded(record.into_bytes(), b' '), padded(end.into(), b' ')];
        assert_eq!(names(&cards), ["a: b: c/d: 99", "g: h", "a: b: c/d: 3000"]);
        assert_eq!(found(&cards)[2].1.len(), TEXT_HEADER - 19);
        // More than there are: by the records.
        let name = b"((SEG: User Data: image/png: 18446744073709551615))".to_vec();
        assert_eq!(names(&[padded(name, 7), second, third]).len(), 3);
    }

    #[test]
    fn no_name_holds_another() {
        let record = format!("{:80}{:80}", "((a: ((b: c)) d))", "((e: and so on") + "((f: g)) text";
        let found = found(&[padded(record.into_bytes(), b' ')]);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["f: g"]);
    }

    #[test]
    fn names_have_parts() {
        let typed = stanza("SEG: Layout 1.0 : text/xml : 20");
        assert_eq!((typed.content_type(), typed.declared_len()), (Some("text/xml"), 20));
        assert!(typed.is("seg:LAYOUT1.0") && typed.is("SEG: Layout 1.0:text/xml:20"));
        assert!(typed.begins("seg:layout") && !typed.is("SEG: Layout"));
        assert_eq!(stanza("a: b: text/x: 101").declared_len(), 100);
        assert_eq!(stanza("OGP: P1/11").content_type(), None);
        assert_eq!(stanza("SEG: Year: 1975").declared_len(), 100);
    }

    #[test]
    fn contents_are_text_or_not() {
        let plain = stanza("a: b");
        assert_eq!(plain.text(b"\nwords of it \0\0  "), Some("words of it".into()));
        assert_eq!(plain.text(&ebcdic("  WORDS OF IT ")), Some("WORDS OF IT".into()));
        assert_eq!(plain.text("höhe in m".as_bytes()), Some("höhe in m".into()));
        assert_eq!(plain.text(b"h\xF6he in metres, here"), Some("höhe in metres, here".into()));
        assert_eq!(plain.text(&[1, 2, 3, 0x80, 0xFF, 7, 8, 9]), None);
        assert_eq!(plain.text(b""), Some(String::new()));
        assert_eq!(stanza("a: b: image/png").text(b"printable"), None);
        assert_eq!(stanza("a: b: text/plain").text(b"\x01xy"), Some("\x01xy".into()));
        assert_eq!(stanza("a: b: application/x+xml").text(&[0x11; 9]), None);
        let twice = Stanzas { list: vec![stanza("A: b"), stanza("c"), stanza("a:B")] };
        assert_eq!((twice.duplicates(), twice.get("C").is_some()), (vec!["A: b"], true));
        let names = ["z", "b", "Z", "a", " z", "a", "q"];
        let many = Stanzas { list: names.map(stanza).into() };
        assert_eq!(many.duplicates(), ["z", "a"]);
    }

    proptest! {
        #[test]
        fn any_records_have_stanzas_within_them(
            noise in proptest::collection::vec(any::<u8>(), 0..200),
            names in proptest::collection::vec(("[a-z():/ 0-9]{0,12}", 0usize..40, 0usize..3), 0..6),
        ) {
            let mut records = vec![vec![0u8; TEXT_HEADER]; 3];
            for (i, byte) in noise.into_iter().enumerate() {
                records[i % 3][i * 47 % TEXT_HEADER] = byte;
            }
            for (name, card, record) in names {
                let name = format!("(({name}))");
                records[record][card * CARD..card * CARD + name.len()]
                    .copy_from_slice(name.as_bytes());
            }
            let end = START + 3 * TEXT_HEADER as u64;
            let mut finder = Finder::new(START, 3);
            records.iter().for_each(|record| finder.look(record));
            let mut last = START;
            for stanza in finder.finish().list() {
                prop_assert!(stanza.at >= last + 4);
                last = stanza.at + stanza.len;
                prop_assert!(last <= end && stanza.declared_len() <= stanza.len);
            }
        }
    }
}
