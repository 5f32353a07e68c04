//! What the cards of textual headers say of where header words stand, and in which units.
//!
//! A card is prose: what is found here may be wrong, or of another file. It is told, never applied.

use std::fmt;

use super::CARD;

/// Something that a card says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hint {
    /// What it is about: a field of the trace header, by its name; `x` and `y` for coordinates of
    /// whatever; `units` for those of the whole file.
    pub name: &'static str,
    /// What it says of that.
    pub said: Said,
    /// The textual header, counted from 0: 0 is that of the file.
    pub header: u64,
    /// The card in it, counted from 1.
    pub card: usize,
}

/// What a card says of something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Said {
    /// Where it stands in the trace header.
    Place {
        /// The byte it starts at, counted from 1.
        byte: u16,
        /// Its bytes, where the card gives the last one.
        width: Option<u16>,
    },
    /// Its value, in which unit: `ms`, `us`, `s`, `m`, `ft`, `deg` or `arcsec`.
    Unit {
        /// The number before the unit, if any.
        value: Option<f64>,
        /// The unit.
        unit: &'static str,
    },
}

impl Hint {
    /// The byte that it gives, if it is about a place.
    #[must_use]
    pub fn byte(&self) -> Option<u16> {
        match self.said {
            Said::Place { byte, .. } => Some(byte),
            Said::Unit { .. } => None,
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "card {}", self.card)?;
        if self.header > 0 {
            write!(f, " of textual header {}", self.header + 1)?;
        }
        match self.said {
            Said::Place { byte, .. } => write!(f, " puts {} at byte {byte}", self.name),
            Said::Unit { value: Some(value), unit } => {
                write!(f, " gives {} as {value} {unit}", self.name)
            }
            Said::Unit { value: None, unit } => write!(f, " gives {} in {unit}", self.name),
        }
    }
}

/// Spellings of what has a place, in upper case, with `-` for what may stand between: nothing, a blank,
/// a dash or the like. A word that they begin goes on behind `*`. Of two that fit, the first counts.
const PLACES: [(&str, &str); 48] = [
    ("IN-LINE", "inline"),
    ("I-LINE", "inline"),
    ("CROSS-LINE", "crossline"),
    ("X-LINE", "crossline"),
    ("OFFSET", "offset"),
    ("CDP-X", "cdp_x"),
    ("CDP-Y", "cdp_y"),
    ("CMP-X", "cdp_x"),
    ("CMP-Y", "cdp_y"),
    ("CDP-UTM-X", "cdp_x"),
    ("CDP-UTM-Y", "cdp_y"),
    ("CMP-UTM-X", "cdp_x"),
    ("CMP-UTM-Y", "cdp_y"),
    ("ENSEMBLE-X", "cdp_x"),
    ("ENSEMBLE-Y", "cdp_y"),
    ("BIN-X", "cdp_x"),
    ("BIN-Y", "cdp_y"),
    ("SOURCE-X", "source_x"),
    ("SOURCE-Y", "source_y"),
    ("SHOT-X", "source_x"),
    ("SHOT-Y", "source_y"),
    ("RECEIVER-X", "group_x"),
    ("RECEIVER-Y", "group_y"),
    ("GROUP-X", "group_x"),
    ("GROUP-Y", "group_y"),
    ("XY-SCAL*", "coordinate_scalar"),
    ("COORDINATE-SCAL*", "coordinate_scalar"),
    ("COORD-SCAL*", "coordinate_scalar"),
    ("TIME-SCAL*", "time_scalar"),
    ("X-COORD*", "x"),
    ("Y-COORD*", "y"),
    ("EASTING*", "x"),
    ("NORTHING*", "y"),
    ("UTM-X", "x"),
    ("UTM-Y", "y"),
    ("CDP", "ensemble"),
    ("CMP", "ensemble"),
    ("ENSEMBLE", "ensemble"),
    ("FFID", "field_record"),
    ("FIELD-RECORD", "field_record"),
    ("SHOT-POINT", "shot_point"),
    ("NUMBER-OF-SAMPLES", "samples_per_trace"),
    ("NUMSAMP", "samples_per_trace"),
    ("SAMPLE-INTERVAL", "sample_interval"),
    ("DELAY", "delay_recording_time"),
    ("TRACE-START-TIME", "delay_recording_time"),
    ("X", "x"),
    ("Y", "y"),
];

/// Spellings of what has a unit, and whether a number stands before it.
const MEASURES: [(&str, &str, bool); 8] = [
    ("SAMPLE-INTERVAL", "sample_interval", true),
    ("SAMPLE-RATE", "sample_interval", true),
    ("SAMPLING-INTERVAL", "sample_interval", true),
    ("SAMPLING-RATE", "sample_interval", true),
    ("COORDINATE-UNIT*", "coordinate_units", false),
    ("COORD-UNIT*", "coordinate_units", false),
    ("MEASUREMENT-SYSTEM", "units", false),
    ("UNIT*", "units", false),
];

/// Units as words.
const UNITS: [(&str, &str); 29] = [
    ("MS", "ms"),
    ("MSEC", "ms"),
    ("MSECS", "ms"),
    ("MILLISECOND", "ms"),
    ("MILLISECONDS", "ms"),
    ("US", "us"),
    ("USEC", "us"),
    ("MICROSEC", "us"),
    ("MICROSECOND", "us"),
    ("MICROSECONDS", "us"),
    ("S", "s"),
    ("SEC", "s"),
    ("SECONDS", "s"),
    ("M", "m"),
    ("METER", "m"),
    ("METERS", "m"),
    ("METRE", "m"),
    ("METRES", "m"),
    ("METRIC", "m"),
    ("F", "ft"),
    ("FT", "ft"),
    ("FOOT", "ft"),
    ("FEET", "ft"),
    ("IMPERIAL", "ft"),
    ("DEG", "deg"),
    ("DEGREE", "deg"),
    ("DEGREES", "deg"),
    ("ARCSEC", "arcsec"),
    ("ARCSECONDS", "arcsec"),
];

/// Words about numbers that are no bytes.
const COUNTED: [&[u8]; 5] = [b"RANGE", b"SPACING", b"STEP", b"INCREMENT", b"METRES"];

/// Characters between a name and its bytes, and where they speak of bytes.
const GAP: usize = 20;
const WIDE_GAP: usize = 40;

/// What the cards of a textual header say, `text` being its lines.
#[must_use]
pub fn hints(text: &str, header: u64) -> Vec<Hint> {
    let mut found: Vec<Hint> = Vec::new();
    // Headings: that what follows are words of the binary header, and that numbers are bytes.
    let (mut binary, mut listed) = (false, false);
    for (card, line) in (1..).zip(text.lines()) {
        let line: String = line.chars().take(CARD).map(|c| c.to_ascii_uppercase()).collect();
        let card_text = Card { text: line.as_bytes() };
        if line.contains("BINARY HEADER") {
            binary = true;
        } else if line.contains("TRACE HEADER") {
            binary = false;
        }
        listed |= line.contains("BYTE LOC") || line.contains("BYTE POS");
        let places = if binary { Vec::new() } else { card_text.places(listed) };
        for (name, said) in places.into_iter().chain(card_text.measures()) {
            if !found.iter().any(|hint| hint.card == card && hint.name == name && hint.said == said)
            {
                found.push(Hint { name, said, header, card });
            }
        }
    }
    found
}

/// A card in upper case.
struct Card<'a> {
    text: &'a [u8],
}

impl Card<'_> {
    /// What the card puts at which bytes: `INLINE 189-192`, or `189-192 INLINE`.
    fn places(&self, listed: bool) -> Vec<(&'static str, Said)> {
        let names = self.names();
        let before = names.first().is_some_and(|&(_, start, _)| {
            (0..start)
                .any(|at| self.starts_number(at) && self.place(at, &self.text[..at]).is_some())
        });
        let mut found = Vec::new();
        for (i, &(name, start, end)) in names.iter().enumerate() {
            let place = if before {
                let from = i.checked_sub(1).map_or(0, |last| names[last].2);
                let numbers = (from..start).filter(|&at| self.starts_number(at));
                numbers.filter_map(|at| Some((self.place(at, &self.text[from..at])?, true))).next()
            } else {
                let next = names.get(i + 1).map_or(self.text.len(), |next| next.1);
                self.place_behind(end, next, listed).filter(|(_, close)| *close || end - start > 1)
            };
            found.extend(place.map(|(said, _)| (name, said)));
        }
        found
    }

    /// The place that stands behind a name which ends at `end`, before another at `next`, and whether
    /// directly behind it.
    fn place_behind(&self, end: usize, next: usize, listed: bool) -> Option<(Said, bool)> {
        // Two names of one thing: `BINX (CDPX): 181-184`.
        let joined = self.text[end..next].iter().all(|c| matches!(c, b' ' | b'(' | b'/'));
        if joined && next < self.text.len() {
            return None;
        }
        let at = (end..self.text.len().min(end + WIDE_GAP)).find(|&at| self.starts_number(at))?;
        let gap = &self.text[end..at];
        if gap.len() > GAP && !says_bytes(gap) {
            return None;
        }
        let close = gap.iter().all(|c| matches!(c, b' ' | b':' | b'=' | b'(' | b'@'));
        let (byte, len) = number(&self.text[at..])?;
        let rest = &self.text[at + len..];
        let rest = &rest[..rest.len().min(GAP)];
        // `INLINE SPACING 25-28`, and `INLINE 101 TO 104 STEP 1`: numbers of lines, or metres.
        let counted = |text| COUNTED.iter().any(|word| contains(text, word));
        if (counted(gap) || counted(rest)) && !says_bytes(gap) {
            return None;
        }
        // `ILINE 189 INTEGER - 4 BYTE`, and `INLINE: 189` below a heading.
        let typed = [&b"BYTE"[..], b"INTEGER", b"FLOAT"].iter().any(|word| contains(rest, word));
        let listed = listed && !matches!(rest.first(), Some(b'.' | b'0'..=b'9'));
        let alone = || {
            let known = close && (typed || listed) && (1..=240).contains(&byte);
            known.then_some(Said::Place { byte, width: None })
        };
        self.place(at, gap).or_else(alone).map(|said| (said, close))
    }

    /// The names on the card: each with where it starts and ends.
    fn names(&self) -> Vec<(&'static str, usize, usize)> {
        let mut names = Vec::new();
        let mut at = 0;
        while at < self.text.len() {
            let found =
                PLACES.iter().filter(|_| self.starts_word(at)).find_map(|(spelling, name)| {
                    Some((*name, at, at + spelled(&self.text[at..], spelling.as_bytes())?))
                });
            at = match found {
                Some(name) => {
                    names.push(name);
                    name.2
                }
                None => at + 1,
            };
        }
        names
    }

    /// The place at which a number starts: `189-192`, `189 TO 192`, or one number after `BYTE`.
    fn place(&self, at: usize, gap: &[u8]) -> Option<Said> {
        let (first, len) = number(&self.text[at..])?;
        let rest = self.text[at + len..].trim_ascii_start();
        let range = rest.strip_prefix(b"-").or_else(|| rest.strip_prefix(b"TO"));
        let last = range.and_then(|rest| number(rest.trim_ascii_start())).map(|(last, _)| last);
        let said = says_bytes(gap);
        let width = match last.map(|last| last.saturating_sub(first)) {
            Some(more @ (1 | 3 | 7)) => Some(more + 1),
            // Some count one byte too many.
            Some(more @ (2 | 4 | 8)) if said => Some(more),
            Some(_) => return None,
            None if said => None,
            None => return None,
        };
        (1..=240).contains(&first).then_some(Said::Place { byte: first, width })
    }

    /// What the card gives a unit.
    fn measures(&self) -> Vec<(&'static str, Said)> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.text.len() {
            let measure = MEASURES.iter().filter(|_| self.starts_word(at)).find_map(
                |&(spelling, name, numbered)| {
                    let end = at + spelled(&self.text[at..], spelling.as_bytes())?;
                    Some((name, end, unit(&self.text[end..], numbered)?))
                },
            );
            at = match measure {
                Some((name, end, said)) => {
                    found.push((name, said));
                    end
                }
                None => at + 1,
            };
        }
        found
    }

    fn starts_word(&self, at: usize) -> bool {
        at == 0 || !self.text[at - 1].is_ascii_alphanumeric()
    }

    fn starts_number(&self, at: usize) -> bool {
        self.text[at].is_ascii_digit()
            && (at == 0 || !matches!(self.text[at - 1], b'0'..=b'9' | b'.' | b'A'..=b'Z'))
    }
}

fn contains(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).any(|window| window == word)
}

/// Whether text between a name and a number says that the number is that of a byte.
fn says_bytes(gap: &[u8]) -> bool {
    [&b"BYTE"[..], b"LOC", b"POS"].iter().any(|word| contains(gap, word))
}

/// The length of a spelling at the beginning of text, where it is a word.
fn spelled(text: &[u8], spelling: &[u8]) -> Option<usize> {
    let letters = |text: &[u8]| text.iter().take_while(|c| c.is_ascii_alphabetic()).count();
    let mut at = 0;
    for &letter in spelling {
        match letter {
            b'-' => at += usize::from(matches!(text.get(at), Some(b' ' | b'-' | b'_' | b'.'))),
            b'*' => at += letters(&text[at..]),
            _ if text.get(at) == Some(&letter) => at += 1,
            _ => return None,
        }
    }
    (!text.get(at).is_some_and(u8::is_ascii_alphanumeric)).then_some(at)
}

/// A number of at most three digits at the beginning of text, and its length.
fn number(text: &[u8]) -> Option<(u16, usize)> {
    let digits = text.iter().take_while(|c| c.is_ascii_digit()).count();
    (1..=3).contains(&digits).then(|| {
        let value = text[..digits].iter().fold(0, |n, c| n * 10 + u16::from(c - b'0'));
        (value, digits)
    })
}

/// The unit that stands soon behind a name, and the number before it, where there must be one.
fn unit(behind: &[u8], numbered: bool) -> Option<Said> {
    let behind = &behind[..behind.len().min(WIDE_GAP)];
    let is_part = |c: &u8| c.is_ascii_alphanumeric() || *c == b'.';
    let words = behind.split(|c| !is_part(c)).filter(|word| !word.is_empty());
    let mut value = None;
    for word in words.take(4) {
        let digits = word.iter().take_while(|c| c.is_ascii_digit() || **c == b'.').count();
        let (figure, letters) = word.split_at(digits);
        if let Some(figure) = std::str::from_utf8(figure).ok().and_then(|f| f.parse().ok()) {
            value = Some(figure);
        }
        let letters = letters.strip_suffix(b".").unwrap_or(letters);
        let known = UNITS.iter().find(|(word, _)| word.as_bytes() == letters);
        if let Some((_, unit)) = known.filter(|_| !numbered || value.is_some()) {
            return Some(Said::Unit { value: value.filter(|_| numbered), unit });
        }
        // Other words end it: `SAMPLE INTERVAL   SAMPLES/TRACE`.
        if !letters.is_empty() && !matches!(letters, b"IN" | b"ARE" | b"IS" | b"S" | b"DECIMAL") {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Names and bytes.
    fn places(cards: &str) -> Vec<(&'static str, u16)> {
        hints(cards, 0).iter().filter_map(|hint| Some((hint.name, hint.byte()?))).collect()
    }

    fn units(card: &str) -> Vec<(&'static str, Option<f64>, &'static str)> {
        let told = hints(card, 0).into_iter().filter_map(|hint| match hint.said {
            Said::Unit { value, unit } => Some((hint.name, value, unit)),
            Said::Place { .. } => None,
        });
        told.collect()
    }

    #[test]
    fn numbers_of_lines_are_no_bytes() {
        for card in [
            "C 1 INLINE RANGE 101-104, CROSSLINE RANGE 189-192",
            "C 1 INLINE 101 TO 104 STEP 1",
            "C 1 INLINE SPACING 25-28",
            "C 1 CROSSLINE 21-24 INCREMENT 1",
        ] {
            assert_eq!(places(card), [], "{card}");
        }
        assert_eq!(places("C 1 INLINE RANGE IN BYTES 9-12"), [("inline", 9)]);
        let card = "C 1 COORDINATE UNITS: DECIMAL DEGREES";
        assert_eq!(units(card), [("coordinate_units", None, "deg")]);
    }

    #[test]
    fn cards_as_they_are_written() {
        for (card, want) in [
            ("C12 IN-LINE: 189-192  X-LINE: 193-196", &[("inline", 189), ("crossline", 193)][..]),
            ("C 5 INLINE NUMBER  9 TO 12, CROSSLINE  21 - 24", &[("inline", 9), ("crossline", 21)]),
            ("C 6 ILINE AT BYTE 5; XLINE AT BYTE 21", &[("inline", 5), ("crossline", 21)]),
            (
                "C 7 Cdp_X  (bytes 181-184), CDP Y (BYTES 185-188)",
                &[("cdp_x", 181), ("cdp_y", 185)],
            ),
            (
                "C 8 cross line location 13, in line location 17",
                &[("crossline", 13), ("inline", 17)],
            ),
            (
                "C12   INLINE BYTES 189-193    | OFFSET BYTES 037-041",
                &[("inline", 189), ("offset", 37)],
            ),
            (
                "C13   CROSSLINE BYTES 021-024 | CMP UTM-X BYTES 181-184",
                &[("crossline", 21), ("cdp_x", 181)],
            ),
            (
                "C37 BINX (CDPX): 181-184,          BINY (CDPY): 185-188,",
                &[("cdp_x", 181), ("cdp_y", 185)],
            ),
            ("C24 ILINE 189 Integer - 4 byte", &[("inline", 189)]),
            ("C26 X 181 Integer - 4 byte", &[("x", 181)]),
            ("C28 XY_SCALAR 71 Integer - 2 byte", &[("coordinate_scalar", 71)]),
            ("C25 Xline number                : bytes 21-24", &[("crossline", 21)]),
            ("C27 X coordinate                : bytes 73-76", &[("x", 73)]),
            (
                "C12 BYTES 189-192 INLINE, BYTES 193-196 CROSSLINE",
                &[("inline", 189), ("crossline", 193)],
            ),
            ("C12 9-12: FFID   21-24: CDP", &[("field_record", 9), ("ensemble", 21)]),
            (
                "C12 SOURCE X 73-76 SOURCE Y 77-80 RECEIVER X 81-84",
                &[("source_x", 73), ("source_y", 77), ("group_x", 81)],
            ),
            ("C12 CDP X BYTES 161-168", &[("cdp_x", 161)]),
        ] {
            assert_eq!(places(card), want, "{card}");
        }
    }

    #[test]
    fn headings_say_what_numbers_are() {
        let listed = "C35 *** BYTE LOCATION OF KEY HEADERS ***\n\
                      C36 CMP UTM-X: 181, ALL COORDS SCALED BY: 10.0, CMP UTM-Y: 185\n\
                      C37 INLINE: 189, XLINE: 193,";
        let want = [("cdp_x", 181), ("cdp_y", 185), ("inline", 189), ("crossline", 193)];
        assert_eq!(places(listed), want);
        assert_eq!(places("C37 INLINE: 189, XLINE: 193,"), []);
        let sections = "C18 Binary header locations:\nC19 Sample interval : bytes 17-18\n\
                        C23 Trace header locations:\nC31 Sample interval : bytes 117-118";
        assert_eq!(places(sections), [("sample_interval", 117)]);
        let hint = &hints(sections, 2)[0];
        assert_eq!((hint.header, hint.card), (2, 4));
        assert_eq!(hint.said, Said::Place { byte: 117, width: Some(2) });
        let told = "card 4 of textual header 3 puts sample_interval at byte 117";
        assert_eq!(hint.to_string(), told);
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
            "C 7 1: INLINE 2479, CROSSLINE 1428, UTM-X 9976386.00, UTM-Y 9989096.00",
            "C12 DIST. BETWEEN INLINES=12.5M, XLINES=12.5M BIN SIZE (I x X):12.5M x 12.5M",
            "C16 DATA RANGE INLINES=9985-10369, X-LINES=1932-2536",
            "C 5 DATA TRACES/RECORD        AUXILIARY TRACES/RECORD   0     CDP FOLD",
            "C 6 SAMPLE INTERVAL         SAMPLES/TRACE       BITS/IN      BYTES/SAMPLE",
            "C14 TAPER: START LENGTH       MS  END LENGTH       MS  TYPE",
            "C20 MAP PROJECTION                      ZONE ID       COORDINATE UNITS",
            "",
        ] {
            assert_eq!(hints(card, 0), [], "{card}");
        }
    }

    #[test]
    fn units_as_they_are_written() {
        for (card, want) in [
            ("C 3 SAMPLE INTERVAL: 4 MS", ("sample_interval", Some(4.0), "ms")),
            ("C10 Sample Interval:      2000 microseconds", ("sample_interval", Some(2e3), "us")),
            ("C11 FIRST SAMPLE= 0, SAMPLE INTERVAL= 5 M", ("sample_interval", Some(5.0), "m")),
            ("C11 SAMPLE RATE 2.5MS", ("sample_interval", Some(2.5), "ms")),
            ("UNITS METERS", ("units", None, "m")),
            ("C 7 MEASUREMENT SYSTEM: FEET", ("units", None, "ft")),
            ("C20 COORDINATE UNITS ARE METRES", ("coordinate_units", None, "m")),
            ("C20 COORDINATE UNITS: ARCSEC.", ("coordinate_units", None, "arcsec")),
        ] {
            assert_eq!(units(card), [want], "{card}");
        }
    }

    proptest! {
        #[test]
        fn no_card_is_too_odd(
            card in "[ -~]{0,90}",
            key in "(IN-LINE|XLINE|CDP X|189-192|UNITS|SAMPLE RATE)[ -~é]{0,30}",
            heading in "(BYTE LOCATION|BINARY HEADER)?",
        ) {
            for hint in hints(&format!("{heading}\n{card}\n{key}"), 0) {
                prop_assert!(hint.byte().is_none_or(|byte| (1..=240).contains(&byte)));
                prop_assert!(hint.card <= 3 && !hint.to_string().is_empty());
            }
        }
    }
}
