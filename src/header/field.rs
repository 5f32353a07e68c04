//! The header field: its name, header, byte, type, byte order and scaling.
//!
//! A [`Field`] is a row of the tables of the standard, an entry of an XML layout, a column that a user
//! describes, a survey key. Its value may depend on more bytes than its own: on a scalar in the
//! standard trace header, and on a wider field of an additional header, which overrides it where that
//! is not 0.
//!
//! ```
//! use segbuf::header::Field;
//! use segbuf::Reader;
//!
//! let file = Reader::open("tests/data/volume.sgy")?;
//! let mut inlines = vec![0i32; file.n_traces() as usize];
//! file.read_column_into(&Field::by_name("inline")?, &mut inlines)?;
//! assert_eq!(inlines[..5], [2400, 2400, 2400, 2400, 2401]);
//! # Ok::<(), segbuf::Error>(())
//! ```

use std::borrow::Cow;
use std::fmt;

use crate::error::{Error, Kind, Result};
use crate::format::Endian;
use crate::header::block::{Block, BlockName, HEADER};
use crate::header::{FieldType, Value, scaled};
use crate::out::Bytes;

/// The number of the first byte of the binary header.
pub(crate) const BINARY_START: u16 = 3201;

/// The last byte of the headers of a trace, counted from 1, that a field may have. The working memory of
/// a read holds as many.
pub(crate) const LAST_BYTE: usize = 16 * 1024;

/// The bytes of one number or string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Word {
    block: Block,
    byte: u16,
    kind: FieldType,
}

impl Word {
    /// Return its offset in all the headers of a trace; `None` where they do not have it.
    fn offset(self, headers: Bytes<'_>) -> Option<usize> {
        let block = match self.block {
            Block::Additional(name) => name.find(headers)?,
            Block::Binary | Block::Trace => 0,
        };
        let at = block + offset(self.byte, self.block);
        (at + self.kind.width() <= headers.len()).then_some(at)
    }

    /// Return the number that it holds; `None` where its header is missing, and for strings.
    fn number(self, headers: Bytes<'_>, endian: Endian) -> Option<Value<'static>> {
        let mut bytes = [0; 8];
        let bytes = bytes.get_mut(..self.kind.width())?;
        headers.copy_to(self.offset(headers)? as u64, bytes);
        match self.kind.value(bytes, endian) {
            Value::Int(n) => Some(Value::Int(n)),
            Value::Uint(n) => Some(Value::Uint(n)),
            Value::Float(x) => Some(Value::Float(x)),
            Value::Bytes(_) => None,
        }
    }

    /// Return the number where it overrides another: 0 does not, nor does what is not finite.
    fn overriding(self, headers: Bytes<'_>, endian: Endian) -> Option<Value<'static>> {
        self.number(headers, endian).filter(|value| match value {
            Value::Int(n) => *n != 0,
            Value::Uint(n) => *n != 0,
            Value::Float(x) => *x != 0.0 && x.is_finite(),
            Value::Bytes(_) => false,
        })
    }
}

const fn offset(byte: u16, block: Block) -> usize {
    let first = if matches!(block, Block::Binary) { BINARY_START } else { 1 };
    (byte - first) as usize
}

/// How the stored number of a field is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scale {
    /// It is the value.
    None,
    /// By a scalar: positive multiplies, negative divides, 0 does nothing.
    Scalar(Word),
    /// By a scalar that is used only where it is valid: 1, 10, 100, 1000 or 10000 of either sign. Files
    /// of revision 0 may store something else there.
    Likely(Word),
    /// By the power of ten in the two bytes after it, always.
    PowerOfTen,
}

/// A field of a header.
///
/// A field without a byte order has that of the file. Fields of the standard also know their aliases,
/// unit and meaning; these are empty for others.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    pub(super) name: Cow<'static, str>,
    pub(super) block: Block,
    pub(super) byte: u16,
    pub(super) kind: FieldType,
    pub(super) endian: Option<Endian>,
    pub(super) scale: Scale,
    /// Whether the value is scaled even where no wider field can override it.
    pub(super) scaled: bool,
    /// The field of an additional header that overrides it where that is not 0.
    pub(super) wider: Option<Word>,
    pub(super) since: (u8, u8),
    pub(super) unit: &'static str,
    pub(super) aliases: &'static [&'static str],
    pub(super) meaning: &'static str,
}

// How a field is made.
impl Field {
    /// Return the nameless field at a byte, counted from 1. Byte 241 is the first of the additional
    /// headers, in files that have some.
    ///
    /// ```
    /// use segbuf::Endian;
    /// use segbuf::header::{Field, FieldType};
    /// let x = Field::new(73, "ibm".parse()?, None)?; // coordinates as floats
    /// let swapped = Field::new(9, FieldType::Int(2), Some(Endian::Little))?;
    /// assert!(Field::new(0, FieldType::Int(4), None).is_err());
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Class::Field` where it is not within bytes 1 to 16,384, or its type cannot have that width.
    pub fn new(byte: u16, kind: FieldType, endian: Option<Endian>) -> Result<Field> {
        kind.check()?;
        let last = LAST_BYTE + 1 - kind.width();
        if byte == 0 || usize::from(byte) > last {
            return Err(Kind::ByteOutsideHeader { byte: byte.into(), first: 1, last }.into());
        }
        Ok(Field { endian, ..Field::at(Block::Trace, byte, kind) })
    }

    /// Return the nameless field at a byte of a header. The caller knows that it ends within it.
    pub(crate) const fn at(block: Block, byte: u16, kind: FieldType) -> Field {
        Field::standard("", block, byte, kind)
    }

    /// Return the field of a name at a byte of a header, without what the standard says of it.
    pub(super) const fn standard(
        name: &'static str,
        block: Block,
        byte: u16,
        kind: FieldType,
    ) -> Field {
        Field {
            name: Cow::Borrowed(name),
            block,
            byte,
            kind,
            endian: None,
            scale: Scale::None,
            scaled: false,
            wider: None,
            since: (0, 0),
            unit: "",
            aliases: &[],
            meaning: "",
        }
    }

    /// Return the field that is described as in NumPy: a type as [`FieldType`] reads it, after `>` or
    /// `<` for a byte order, which may also be passed separately.
    ///
    /// ```
    /// use segbuf::Endian;
    /// use segbuf::header::Field;
    /// let little = Some(Endian::Little);
    /// assert_eq!(Field::described(73, "<f4", None)?, Field::described(73, "float32", little)?);
    /// assert!(Field::described(73, ">f4", little).is_err());
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Field::new`]; `Class::Field` for an unknown type, and for two byte orders.
    pub fn described(byte: u16, dtype: &str, endian: Option<Endian>) -> Result<Field> {
        let (order, code) = match dtype.split_at_checked(1) {
            Some((">", code)) => (Some(Endian::Big), code),
            Some(("<", code)) => (Some(Endian::Little), code),
            _ => (None, dtype),
        };
        if let Some((order, endian)) = order.zip(endian)
            && order != endian
        {
            let endian = endian.name();
            return Err(Kind::ConflictingByteOrders { endian, dtype: dtype.to_owned() }.into());
        }
        Field::new(byte, code.parse()?, endian.or(order))
    }

    /// Return the same field of the additional header of a name: its byte then counts from 1 within it.
    ///
    /// # Errors
    /// `Class::Field` where it is not within bytes 1 to 240.
    pub fn within(self, block: BlockName) -> Result<Field> {
        let last = HEADER + 1 - self.kind.width();
        if usize::from(self.byte) > last {
            return Err(Kind::ByteOutsideHeader { byte: self.byte.into(), first: 1, last }.into());
        }
        Ok(Field { block: Block::Additional(block), ..self })
    }

    /// Scales it by the number in a field of the standard trace header.
    pub(crate) const fn scaled_by(mut self, byte: u16) -> Field {
        self.scale = Scale::Scalar(Word { block: Block::Trace, byte, kind: FieldType::Int(2) });
        self
    }

    /// Lets a wider field override it: of the same header in the binary header, of extension 1 in the
    /// trace header.
    pub(super) const fn overridden_by(mut self, byte: u16, kind: FieldType) -> Field {
        let block = match self.block {
            Block::Binary => Block::Binary,
            _ => Block::Additional(BlockName::SEG00001),
        };
        self.wider = Some(Word { block, byte, kind });
        self
    }

    /// Return the field whose value is always scaled; with `likely`, only where the scalar is valid.
    pub(crate) fn always_scaled(self, likely: bool) -> Field {
        let scale = match self.scale {
            Scale::Scalar(scalar) if likely => Scale::Likely(scalar),
            scale => scale,
        };
        Field { scale, scaled: true, ..self }
    }

    /// Return the field as it is stored: without scaling, and not overridden.
    #[must_use]
    pub fn stored(&self) -> Field {
        Field { scale: Scale::None, scaled: false, wider: None, ..self.clone() }
    }

    /// Return what a header has of it, as if that were all there is: the field itself, the field that
    /// overrides it, or nothing.
    pub(super) fn part_in(&self, block: Block) -> Option<Field> {
        if self.block == block {
            let scale = match self.scale {
                Scale::PowerOfTen => Scale::PowerOfTen,
                Scale::None | Scale::Scalar(_) | Scale::Likely(_) => Scale::None,
            };
            return Some(Field { scale, ..self.stored() });
        }
        self.wider().filter(|wider| wider.block == block)
    }
}

// What it is.
impl Field {
    /// Its name, unique within its header; empty for a field that was made without one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same field by another name.
    #[must_use]
    pub fn named(self, name: impl Into<Cow<'static, str>>) -> Field {
        Field { name: name.into(), ..self }
    }

    /// The header it is in.
    #[must_use]
    pub fn block(&self) -> Block {
        self.block
    }

    /// The byte it starts at, counted from 1 (in the binary header from 3201).
    #[must_use]
    pub const fn byte(&self) -> u16 {
        self.byte
    }

    /// The number of its last byte.
    #[must_use]
    pub const fn last_byte(&self) -> u16 {
        self.byte + self.width() as u16 - 1
    }

    /// Its offset in its header, counted from 0.
    #[must_use]
    pub const fn offset(&self) -> usize {
        offset(self.byte, self.block)
    }

    /// Its type in the file.
    #[must_use]
    pub fn kind(&self) -> FieldType {
        self.kind
    }

    /// Its byte order; `None` for that of the file.
    #[must_use]
    pub fn endian(&self) -> Option<Endian> {
        self.endian
    }

    /// The revision that introduced it, (major, minor).
    #[must_use]
    pub fn since(&self) -> (u8, u8) {
        self.since
    }

    /// The unit of its value, empty where it has none; `us` for microseconds.
    #[must_use]
    pub fn unit(&self) -> &'static str {
        self.unit
    }

    /// Names that others have for it, unique within its header.
    #[must_use]
    pub fn aliases(&self) -> &'static [&'static str] {
        self.aliases
    }

    /// What it means, with its codes where there are few.
    #[must_use]
    pub fn meaning(&self) -> &'static str {
        self.meaning
    }

    /// The field of the standard trace header that holds its scalar.
    #[must_use]
    pub fn scalar(&self) -> Option<Field> {
        match self.scale {
            Scale::Scalar(word) | Scale::Likely(word) => Some(word.into()),
            Scale::None | Scale::PowerOfTen => None,
        }
    }

    /// Whether its scalar is used only where it is valid.
    pub(crate) fn is_likely_scaled(&self) -> bool {
        matches!(self.scale, Scale::Likely(_))
    }

    /// The wider field that overrides it where that is not 0.
    #[must_use]
    pub fn wider(&self) -> Option<Field> {
        self.wider.map(Field::from)
    }

    /// Whether it is a mantissa followed by its power of ten.
    #[must_use]
    pub fn has_power(&self) -> bool {
        self.scale == Scale::PowerOfTen
    }

    /// Whether its value is what is stored at its byte of the headers of a trace, and nothing else.
    pub(crate) fn is_plain(&self) -> bool {
        self.block == Block::Trace && self.is_stored()
    }

    fn is_stored(&self) -> bool {
        !self.scaled && self.wider.is_none() && !self.has_power()
    }

    /// How many bytes it takes, its power of ten included.
    const fn width(&self) -> usize {
        let power = if matches!(self.scale, Scale::PowerOfTen) { 2 } else { 0 };
        self.kind.width() + power
    }

    /// The offset after its last byte.
    pub(crate) fn end(&self) -> usize {
        self.offset() + self.width()
    }

    /// The type that holds its values of all traces.
    #[must_use]
    pub fn value_type(&self) -> FieldType {
        use FieldType::{F64, Int, Uint};
        if self.is_stored() {
            return self.kind;
        }
        if self.scaled {
            return F64;
        }
        match (self.scale, self.kind, self.wider.map_or(self.kind, |wider| wider.kind)) {
            (Scale::None, Uint(own), Uint(wider)) => Uint(own.max(wider)),
            (Scale::None, Int(_) | Uint(_), Int(_) | Uint(_)) => Int(8),
            _ => F64,
        }
    }

    /// Return the survey key that it is: an int32 of the standard trace header, as it is stored.
    ///
    /// # Errors
    /// `Class::Field` where it is in another header, of another type, or in a byte order of its own.
    pub(crate) fn survey_key(&self) -> Result<Field> {
        let refused = |want, have, byte| {
            Err(Kind::InvalidKeyField { field: self.title(), want, have, byte }.into())
        };
        match (self.block, self.kind) {
            (Block::Additional(block), _) => {
                refused("a field of the standard header", block.to_string(), None)
            }
            (_, FieldType::Int(4) | FieldType::Uint(4)) if !self.has_power() => {
                if self.endian.is_some() {
                    let have = "a stated byte order".to_owned();
                    return refused("an int32 in the byte order of the file", have, None);
                }
                let last = HEADER - 3;
                if !(1..=last).contains(&usize::from(self.byte)) {
                    return Err(
                        Kind::ByteOutsideHeader { byte: self.byte.into(), first: 1, last }.into()
                    );
                }
                Ok(Field { kind: FieldType::Int(4), ..self.stored() })
            }
            (_, kind) => {
                let byte = u8::try_from(self.byte).ok();
                refused("an integer of four bytes", kind.to_string(), byte)
            }
        }
    }

    /// Its name, or what it is.
    fn title(&self) -> String {
        if self.name.is_empty() { self.to_string() } else { self.name.to_string() }
    }

    pub(super) fn word(&self) -> Word {
        Word { block: self.block, byte: self.byte, kind: self.kind }
    }
}

impl From<Word> for Field {
    fn from(Word { block, byte, kind }: Word) -> Field {
        Field::at(block, byte, kind)
    }
}

// What it holds.
impl Field {
    /// Return its value in all the headers of a trace, the standard one first, in a file of that byte
    /// order.
    ///
    /// Where an additional header may override the standard one, it is a scaled value whichever header
    /// it is from; otherwise it is the stored value, to which a scalar may apply.
    ///
    /// # Errors
    /// `Class::Field` where the trace does not have the header that it is in.
    pub fn value<'a>(&self, headers: &'a [u8], endian: Endian) -> Result<Value<'a>> {
        if let FieldType::Text(width) = self.kind {
            let at = self.word().offset(headers.into());
            let at = at.ok_or_else(|| self.missing(headers.len()))?;
            return Ok(Value::Bytes(&headers[at..at + usize::from(width)]));
        }
        self.number(headers.into(), endian)
    }

    /// Return its value in the bytes of its header alone: all 400 of the binary header, or all 240 of a
    /// trace header. Nothing overrides it there, and no scalar applies.
    ///
    /// ```
    /// use segbuf::Endian;
    /// use segbuf::header::{EXT1, Value, by_name};
    /// let mut extension = [0; 240];
    /// extension[160..168].copy_from_slice(&431_250.5f64.to_le_bytes());
    /// let x = by_name(EXT1, "cdp_x")?.value_in(&extension, Endian::Little)?;
    /// assert_eq!(x, Value::Float(431_250.5));
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Class::Field` where the header ends before the field does.
    pub fn value_in<'a>(&self, header: &'a [u8], endian: Endian) -> Result<Value<'a>> {
        let byte = self.offset() as u16 + 1;
        let alone = Field::at(Block::Trace, byte, self.kind);
        let scale = if self.has_power() { Scale::PowerOfTen } else { Scale::None };
        let value = Field { endian: self.endian, scale, ..alone }.value(header, endian);
        value.map_err(|_| self.missing(header.len()))
    }

    /// As [`Field::value`], of headers anywhere in memory, for numbers.
    pub(crate) fn number(&self, headers: Bytes<'_>, endian: Endian) -> Result<Value<'static>> {
        let endian = self.endian.unwrap_or(endian);
        let own = || self.word().number(headers, endian).ok_or_else(|| self.missing(headers.len()));
        if self.is_stored() {
            return own();
        }
        let value = match self.wider.and_then(|wider| wider.overriding(headers, endian)) {
            Some(value) => value,
            None => match self.factor(headers, endian) {
                Some(factor) => Value::Float(factor(own()?.as_f64())),
                None => own()?,
            },
        };
        Ok(match (self.value_type(), value) {
            (FieldType::F64, value) => Value::Float(value.as_f64()),
            (FieldType::Int(_), Value::Uint(n)) => i64::try_from(n).map_or(value, Value::Int),
            (_, value) => value,
        })
    }

    /// Return its scaled value, whatever headers the trace has; `None` where none has it.
    #[must_use]
    pub(crate) fn real(&self, headers: Bytes<'_>, endian: Endian) -> Option<f64> {
        let endian = self.endian.unwrap_or(endian);
        if let Some(value) = self.wider.and_then(|wider| wider.overriding(headers, endian)) {
            return Some(value.as_f64());
        }
        let own = self.word().number(headers, endian)?.as_f64();
        Some(self.factor(headers, endian).map_or(own, |factor| factor(own)))
    }

    /// Copies its bytes, as many as it has.
    ///
    /// # Errors
    /// `Class::Field` where its header is missing.
    pub(super) fn copy_to(&self, headers: Bytes<'_>, to: &mut [u8]) -> Result<()> {
        let at = self.word().offset(headers).ok_or_else(|| self.missing(headers.len()))?;
        headers.copy_to(at as u64, to);
        Ok(())
    }

    /// Return what scales the stored number, where anything does.
    fn factor(&self, headers: Bytes<'_>, endian: Endian) -> Option<impl Fn(f64) -> f64 + use<>> {
        let (word, power) = match self.scale {
            Scale::None => return None,
            Scale::Scalar(word) | Scale::Likely(word) => (word, false),
            Scale::PowerOfTen => {
                let byte = self.byte + self.kind.width() as u16;
                (Word { byte, kind: FieldType::Int(2), block: self.block }, true)
            }
        };
        let factor = word.number(headers, endian)?.as_f64();
        let likely = || [1.0, 10.0, 100.0, 1000.0, 10_000.0].contains(&factor.abs());
        if self.is_likely_scaled() && !likely() {
            return None;
        }
        Some(move |value: f64| match power {
            false => scaled(value, factor),
            // Dividing by a power of ten rounds once, multiplying by a fraction twice.
            true if factor < 0.0 => value / 10f64.powf(-factor),
            true => value * 10f64.powf(factor),
        })
    }

    fn missing(&self, len: usize) -> Error {
        match self.block {
            Block::Additional(name) if len >= HEADER => {
                Kind::MissingHeader { name: name.to_string(), known: Vec::new() }
            }
            _ => Kind::HeaderTooShort { field: self.title(), want: self.end(), have: len },
        }
        .into()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = if self.block == Block::Binary { "binary" } else { "trace" };
        write!(f, "the {} at byte {} of the {header} header", self.value_type(), self.byte)?;
        match self.block {
            Block::Additional(block) => write!(f, " {block}"),
            Block::Binary | Block::Trace => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_at(byte: u16) -> Result<Field> {
        Field::at(Block::Trace, byte, FieldType::Int(4)).survey_key()
    }

    #[test]
    fn keys_stay_within_the_header() {
        for byte in 0..=u16::MAX {
            let inside = (1..=237).contains(&byte);
            assert_eq!(key_at(byte).is_ok(), inside, "{byte}");
        }
        let e = key_at(0).unwrap_err();
        assert_eq!(*e.kind(), Kind::ByteOutsideHeader { byte: 0, first: 1, last: 237 });
    }
}
