//! Numbers that several words of the headers of a trace make, and words of additional headers, which
//! go by their names.

use std::fmt;

use super::ColumnType;
use crate::error::{Error, Kind, Result};
use crate::format::Endian;
use crate::header::tables;
use crate::header::value::{Value, scaled};
use crate::layout::TRACE_HEADER;
use crate::out::Bytes;
use crate::text::Encoding;

/// Bytes of a header.
const HEADER: usize = TRACE_HEADER as usize;

/// Where in a header its name stands, counted from 0.
const NAME_AT: usize = 232;

/// The name of an additional trace header: up to 8 characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockName([u8; 8]);

impl BlockName {
    /// The standard's own additional header, the first.
    pub const SEG00001: BlockName = BlockName(*b"SEG00001");

    /// The name of those characters, blanks around them aside; `None` for none, more than 8, and what
    /// is not printable ASCII.
    #[must_use]
    pub fn new(name: &str) -> Option<BlockName> {
        let name = name.trim().as_bytes();
        let printable = name.iter().all(|byte| (0x20..0x7F).contains(byte));
        ((1..=8).contains(&name.len()) && printable).then(|| {
            let mut bytes = [b' '; 8];
            bytes[..name.len()].copy_from_slice(name);
            BlockName(bytes)
        })
    }

    /// The name in the last 8 bytes of a header, in ASCII or EBCDIC, filled up with blanks or zeros;
    /// `None` where there is none.
    #[must_use]
    pub fn read(bytes: [u8; 8]) -> Option<BlockName> {
        let ebcdic = bytes.iter().any(|&byte| byte >= 0x80);
        let encoding = if ebcdic { Encoding::Ebcdic } else { Encoding::Ascii };
        let name: String = bytes.iter().map(|&byte| encoding.decode(byte)).collect();
        BlockName::new(name.trim_end_matches(['\0', ' ']))
    }

    /// Whether the last 8 bytes of a header are filled up, and no more.
    pub(crate) fn is_blank(bytes: [u8; 8]) -> bool {
        [[0; 8], [0x20; 8], [0x40; 8]].contains(&bytes)
    }

    /// Its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end()
    }
}

impl fmt::Display for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Where the additional header of a name begins in all the headers of a trace, if it is there.
///
/// The first one is `SEG00001` for want of a name, too.
pub(crate) fn find_block(name: BlockName, headers: Bytes<'_>) -> Option<usize> {
    let named = |i: usize| headers.word(i * HEADER + NAME_AT);
    let mut blocks = 1..headers.len() / HEADER;
    let own = blocks.clone().find(|&i| BlockName::read(named(i)) == Some(name));
    let unnamed = || {
        let standard = name == BlockName::SEG00001;
        blocks.next().filter(|&first| standard && BlockName::is_blank(named(first)))
    };
    own.or_else(unnamed).map(|i| i * HEADER)
}

/// A word of a header: its header, its byte, its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word {
    block: Option<BlockName>,
    /// Counted from 0, within its header.
    offset: u8,
    kind: ColumnType,
}

impl Word {
    /// A word that starts at a byte of a header, counted from 1. The caller knows that it ends within.
    pub(crate) fn new(block: Option<BlockName>, byte: u8, kind: ColumnType) -> Word {
        Word { block, offset: byte - 1, kind }
    }

    pub(crate) fn of(field: &tables::Field, block: Option<BlockName>) -> Word {
        // A header has 240 bytes.
        Word { block, offset: field.offset() as u8, kind: field.kind.into() }
    }

    /// The additional header it stands in; `None` for the standard one.
    #[must_use]
    pub fn block(&self) -> Option<BlockName> {
        self.block
    }

    /// The byte it starts at, counted from 1 within its header.
    #[must_use]
    pub fn byte(&self) -> u8 {
        self.offset + 1
    }

    /// What it is in the file.
    #[must_use]
    pub fn kind(&self) -> ColumnType {
        self.kind
    }

    /// Where in all the headers of a trace it begins; `None` where its header is not among them.
    fn at(&self, headers: Bytes<'_>) -> Option<usize> {
        let block = match self.block {
            Some(name) => find_block(name, headers)?,
            None => 0,
        };
        let at = block + usize::from(self.offset);
        (at + self.kind.width() <= headers.len()).then_some(at)
    }

    /// Copies its bytes, as many as it has.
    ///
    /// # Errors
    /// [`Kind::Field`] where its header is not there.
    pub(super) fn copy_to(&self, headers: Bytes<'_>, to: &mut [u8]) -> Result<()> {
        headers.copy_to(self.at(headers).ok_or_else(|| self.missing())? as u64, to);
        Ok(())
    }

    fn missing(&self) -> Error {
        let error = Error::new(Kind::Field, "the trace has no such header");
        match self.block {
            Some(name) => error.want(name),
            None => error.want("a standard one"),
        }
    }

    /// The number that it is; `None` where its header is not there, and for strings.
    fn number(&self, headers: Bytes<'_>, endian: Endian) -> Option<Value<'static>> {
        let mut bytes = [0; 8];
        let bytes = bytes.get_mut(..self.kind.width())?;
        headers.copy_to(self.at(headers)? as u64, bytes);
        match self.kind.value(bytes, endian) {
            Value::Int(n) => Some(Value::Int(n)),
            Value::Uint(n) => Some(Value::Uint(n)),
            Value::Float(x) => Some(Value::Float(x)),
            Value::Bytes(_) => None,
        }
    }
}

/// What makes a true value of the word of the standard header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scale {
    /// It is one.
    None,
    /// A word: positive multiplies, negative divides, 0 does nothing.
    Scalar(Word),
    /// The same where the word looks like one: 1, 10, 100, 1000 or 10000, of either sign. Files may
    /// have something else there.
    Likely(Word),
    /// The power of ten in the two bytes behind it: the value is never anything else.
    PowerOfTen,
}

/// How the words of the headers of a trace make a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Formula {
    /// The word.
    pub word: Word,
    /// The word of an additional header that counts in its stead where it is not 0.
    pub over: Option<Word>,
    /// What makes a true value of `word`.
    pub scale: Scale,
    /// Whether its value is the true one in every file, not only where there is `over`.
    pub scaled: bool,
}

impl From<Word> for Formula {
    fn from(word: Word) -> Formula {
        Formula { word, over: None, scale: Scale::None, scaled: false }
    }
}

impl Formula {
    /// Whether its value is that of its word, and no more.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        !self.scaled && self.over.is_none() && self.scale != Scale::PowerOfTen
    }

    /// How many bytes it takes from the first of its word on.
    pub(super) fn width(&self) -> usize {
        let power = if self.scale == Scale::PowerOfTen { 2 } else { 0 };
        self.word.kind.width() + power
    }

    /// The type that holds its values in all traces.
    #[must_use]
    pub fn kind(&self) -> ColumnType {
        if self.is_plain() {
            return self.word.kind;
        }
        if self.scaled {
            return ColumnType::F64;
        }
        match (self.scale, self.word.kind, self.over.map_or(self.word.kind, |over| over.kind)) {
            (Scale::None, ColumnType::Uint(own), ColumnType::Uint(over)) => {
                ColumnType::Uint(own.max(over))
            }
            (
                Scale::None,
                ColumnType::Int(_) | ColumnType::Uint(_),
                ColumnType::Int(_) | ColumnType::Uint(_),
            ) => ColumnType::Int(8),
            _ => ColumnType::F64,
        }
    }

    /// Its value in all the headers of a trace, the standard one first.
    ///
    /// Where an additional header may go over the standard one, that is a true value whichever of them
    /// it is from; else it is the word as it stands, to which a scalar may apply.
    ///
    /// # Errors
    /// [`Kind::Field`] where the trace has no header in which the word would be.
    pub fn value<'a>(&self, headers: &'a [u8], endian: Endian) -> Result<Value<'a>> {
        if let ColumnType::Text(width) = self.word.kind {
            let at = self.word.at(headers.into()).ok_or_else(|| self.word.missing())?;
            return Ok(Value::Bytes(&headers[at..at + usize::from(width)]));
        }
        self.number(headers.into(), endian)
    }

    /// The same of headers anywhere, for numbers.
    pub(super) fn number(&self, headers: Bytes<'_>, endian: Endian) -> Result<Value<'static>> {
        let own = || self.word.number(headers, endian).ok_or_else(|| self.word.missing());
        if self.is_plain() {
            return own();
        }
        let over = self.over.and_then(|over| over.number(headers, endian));
        let value = match over.filter(|value| says_something(*value)) {
            Some(value) => value,
            None => match self.factor(headers, endian) {
                Some(factor) => Value::Float(factor(float(own()?))),
                None => own()?,
            },
        };
        Ok(match (self.kind(), value) {
            (ColumnType::F64, value) => Value::Float(float(value)),
            (ColumnType::Int(_), Value::Uint(n)) => i64::try_from(n).map_or(value, Value::Int),
            (_, value) => value,
        })
    }

    /// Its true value, whatever headers the trace has; `None` where it says nothing.
    #[must_use]
    pub(crate) fn real(&self, headers: Bytes<'_>, endian: Endian) -> Option<f64> {
        let over = self.over.and_then(|over| over.number(headers, endian));
        if let Some(value) = over.filter(|value| says_something(*value)) {
            return Some(float(value));
        }
        let own = float(self.word.number(headers, endian)?);
        Some(self.factor(headers, endian).map_or(own, |factor| factor(own)))
    }

    /// What makes a true value of its word, where anything has to.
    fn factor(&self, headers: Bytes<'_>, endian: Endian) -> Option<impl Fn(f64) -> f64 + use<>> {
        let (word, power) = match self.scale {
            Scale::None => return None,
            Scale::Scalar(word) | Scale::Likely(word) => (word, false),
            Scale::PowerOfTen => {
                (Word { offset: self.word.offset + 4, kind: ColumnType::Int(2), ..self.word }, true)
            }
        };
        let factor = float(word.number(headers, endian)?);
        let likely = || [1.0, 10.0, 100.0, 1000.0, 10_000.0].contains(&factor.abs());
        if matches!(self.scale, Scale::Likely(_)) && !likely() {
            return None;
        }
        Some(move |value: f64| match power {
            false => scaled(value, factor),
            // Dividing by a power of ten rounds once, multiplying by a fraction twice.
            true if factor < 0.0 => value / 10f64.powf(-factor),
            true => value * 10f64.powf(factor),
        })
    }
}

/// Whether a word of an additional header counts: 0 says nothing, nor does what is no number.
fn says_something(value: Value<'_>) -> bool {
    match value {
        Value::Int(n) => n != 0,
        Value::Uint(n) => n != 0,
        Value::Float(x) => x != 0.0 && x.is_finite(),
        Value::Bytes(_) => false,
    }
}

/// The number as a float: beyond 53 bits the nearest.
fn float(value: Value<'_>) -> f64 {
    match value {
        Value::Int(n) => n as f64,
        Value::Uint(n) => n as f64,
        Value::Float(x) => x,
        Value::Bytes(_) => f64::NAN,
    }
}
