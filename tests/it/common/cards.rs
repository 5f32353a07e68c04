//! Stanzas as one finds them by reading line by line, slowly: the oracle.

use segbuf::text::{CARD, Encoding, TEXT_HEADER};

/// The encodings and what opens and closes names in them.
const ENCODINGS: [(Encoding, u8, u8); 2] =
    [(Encoding::Ascii, b'(', b')'), (Encoding::Ebcdic, 0x4D, 0x5D)];

/// Names, with where their contents begin and how long they are.
pub fn stanzas(records: &[u8]) -> Vec<(String, usize, usize)> {
    let record_of = |at: usize| &records[at..(at / TEXT_HEADER + 1) * TEXT_HEADER];
    let lines: Vec<usize> = (0..records.len()).filter(|&at| is_line(records, at)).collect();
    // In the last record it ends all wherever it stands; elsewhere it may only be named.
    let last = records.len().saturating_sub(TEXT_HEADER);
    let counts = |at: &usize| *at >= last || is_line(records, *at);
    let ends: Vec<usize> =
        (0..records.len()).filter(|&at| is_end(record_of(at))).filter(counts).collect();
    // Of each its name, where it opens, where contents begin, and where they end at the earliest.
    let mut found: Vec<(String, usize, usize, usize)> = Vec::new();
    for card in lines {
        let first = card / TEXT_HEADER * TEXT_HEADER;
        let closed = found.iter().map(|stanza| stanza.3).max().unwrap_or(0);
        let over = ends.iter().any(|&end| (first.max(closed)..=card).contains(&end));
        // Nor within the name of another one.
        let named = found.last().map_or(0, |stanza| stanza.2);
        if card < closed.max(named) || over {
            continue;
        }
        if let Some((name, len)) = opened(record_of(card), card == first) {
            let at = card + len;
            let closed = declared(&name).and_then(|bytes| at.checked_add(bytes));
            let closed = closed.filter(|&closed| closed <= records.len()).unwrap_or(0);
            found.push((name, card, at, closed));
        }
    }
    let next = found.iter().skip(1).map(|(_, card, ..)| *card).chain([records.len()]);
    let ended = |(name, card, at, closed): &(String, usize, usize, usize), next: usize| {
        let end = ends.iter().find(|&&end| end >= *card.max(closed)).map_or(next, |&e| e.min(next));
        (name.clone(), *at, end.saturating_sub(*at))
    };
    found.iter().zip(next).map(|(stanza, next)| ended(stanza, next)).collect()
}

/// Whether a line begins at a place: a card, or what stands behind a line end.
fn is_line(records: &[u8], at: usize) -> bool {
    if (at % TEXT_HEADER).is_multiple_of(CARD) {
        return true;
    }
    ENCODINGS.iter().any(|(encoding, open, _)| {
        let line_end = ['\r', '\n', '\u{85}'].contains(&encoding.decode(records[at - 1]));
        records[at] == *open && line_end
    })
}

/// Whether the rest of a record begins with the stanza that ends all.
fn is_end(rest: &[u8]) -> bool {
    ENCODINGS.iter().any(|(encoding, open, _)| {
        let mut letters = rest
            .iter()
            .skip(2)
            .map(|&byte| encoding.decode(byte))
            .filter(|c| !(c.is_whitespace() || c.is_control()));
        let spelled = "SEG:ENDTEXT))";
        rest.len() > 2
            && rest[..2] == [*open; 2]
            && spelled
                .chars()
                .all(|want| letters.next().is_some_and(|c| c.eq_ignore_ascii_case(&want)))
    })
}

/// The name that opens the rest of a record, and how long it is with its parentheses.
fn opened(rest: &[u8], whole: bool) -> Option<(String, usize)> {
    let (encoding, open, close) =
        ENCODINGS.iter().find(|(_, open, _)| rest.len() > 1 && rest[..2] == [*open; 2])?;
    let mut at = 2;
    while rest.get(at..at + 2)? != [*close; 2] {
        if rest[at..at + 2] == [*open; 2] {
            return None;
        }
        at += 1;
    }
    let name: String = rest[2..at].iter().map(|&byte| encoding.decode(byte)).collect();
    let name = name.trim().to_owned();
    let text = name.chars().any(char::is_control);
    (!name.is_empty() && !text && (whole || name.contains(':'))).then_some((name, at + 2))
}

/// The number of bytes that ends a name, behind a type such as `text/xml`.
fn declared(name: &str) -> Option<usize> {
    let parts: Vec<&str> = name.split(':').collect();
    let [.., _, _, kind, bytes] = &parts[..] else { return None };
    if kind.contains('/') { bytes.trim().parse().ok() } else { None }
}
