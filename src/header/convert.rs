//! One column of a block of headers: its bytes gathered, then decoded as samples are.

use crate::decode::Decoder;
use crate::error::{Error, Kind, Result};
use crate::format::{Endian, Format, SampleType};
use crate::header::batch::{BLOCK, Headers};
use crate::header::value::ibm_to_f64;
use crate::header::{Field, FieldType, Value};
use crate::out::{Bytes, Columns};

/// Bytes of a number, at most.
const WIDE: usize = 8;

/// Numbers of a block, as many as it may have.
pub(crate) type Tile = [u8; BLOCK * WIDE];

/// What becomes of numbers of the native type: of how many bytes each, to how many, and how.
#[derive(Clone, Copy)]
pub(crate) struct Widening {
    from: usize,
    to: usize,
    widen: fn(&[u8], &mut [u8]),
}

/// How the words of a column become numbers of a type.
pub(crate) enum Conversion<'f> {
    /// Strings stay as they are.
    Text { offset: usize, width: usize },
    /// The same, in a header that goes by its name.
    NamedText { field: &'f Field, width: usize },
    /// Words are gathered, decoded to a type, and that is perhaps widened.
    Number {
        offset: usize,
        gather: fn(&Headers<'_>, usize, &mut Tile),
        decoder: Decoder,
        widening: Option<Widening>,
    },
    /// Several words make a number, which is then put into its type.
    Computed { field: &'f Field, endian: Endian, to: SampleType },
}

impl<'f> Conversion<'f> {
    /// The way from a column of a file of that byte order to a type in memory.
    ///
    /// # Errors
    /// `Class::Destination` where the type does not hold its values.
    pub(crate) fn new(field: &'f Field, endian: Endian, to: SampleType) -> Result<Conversion<'f>> {
        let kind = field.value_type();
        let Some(widening) = widening(kind, to) else {
            let want = format!("{}, or a type that holds it exactly", kind.native().name());
            let (what, have) = (field.to_string(), to.name().to_owned());
            return Err(Kind::WrongType { what, want, have }.into());
        };
        let (offset, width) = (field.offset(), kind.width());
        if !field.is_plain() {
            return Ok(match kind {
                FieldType::Text(_) => Conversion::NamedText { field, width },
                _ => Conversion::Computed { field, endian, to },
            });
        }
        let endian = field.endian().unwrap_or(endian);
        let format = match kind {
            FieldType::Text(_) => return Ok(Conversion::Text { offset, width }),
            // To float64 through its bits: float32 does not hold them all.
            FieldType::Ibm if widening.is_some() => Format::Uint32,
            FieldType::Ibm => Format::Ibm32,
            FieldType::F32 => Format::Ieee32,
            FieldType::F64 => Format::Ieee64,
            FieldType::Int(1) => Format::Int8,
            FieldType::Int(2) => Format::Int16,
            FieldType::Int(3) => Format::Int24,
            FieldType::Int(4) => Format::Int32,
            FieldType::Int(_) => Format::Int64,
            FieldType::Uint(1) => Format::Uint8,
            FieldType::Uint(2) => Format::Uint16,
            FieldType::Uint(3) => Format::Uint24,
            FieldType::Uint(4) => Format::Uint32,
            FieldType::Uint(_) => Format::Uint64,
        };
        let signed = matches!(kind, FieldType::Int(_));
        let gather = match width {
            1 => gather::<1>,
            2 => gather::<2>,
            3 => gather::<3>,
            4 => gather::<4>,
            5 => extended::<5>(endian, signed),
            6 => extended::<6>(endian, signed),
            7 => extended::<7>(endian, signed),
            _ => gather::<8>,
        };
        let decoder = Decoder::new(format, endian, format.native())?;
        Ok(Conversion::Number { offset, gather, decoder, widening })
    }

    /// Puts the column of a block of headers into a destination of one row, from trace `at` of it on.
    ///
    /// # Errors
    /// `Class::Field` where a trace has no such header, or a value that the type of the column is
    /// too narrow for.
    pub(crate) fn deliver(
        &self,
        headers: &Headers<'_>,
        out: &mut Columns<'_>,
        at: usize,
    ) -> Result<()> {
        let n = headers.count();
        match self {
            Conversion::Text { .. } | Conversion::NamedText { .. } => {
                self.texts(headers, |i, text| out.scatter(0, (at + i) * text.len(), text))?;
            }
            Conversion::Number { offset, gather, decoder, widening: None } => {
                let mut raw = [0; BLOCK * WIDE];
                gather(headers, *offset, &mut raw);
                let raw = &raw[..n * decoder.file_width()];
                if let Some(mut place) = out.place(0, at, n) {
                    decoder.decode_place(Bytes::from(raw), &mut place, false);
                } else {
                    let mut tile = [0; BLOCK * WIDE];
                    let numbers = &mut tile[..n * decoder.memory_width()];
                    decoder.decode(raw, numbers);
                    out.scatter(0, at, numbers);
                }
            }
            Conversion::Number { .. } | Conversion::Computed { .. } => {
                let mut tile = [0; BLOCK * WIDE];
                out.scatter(0, at, self.numbers(headers, &mut tile)?);
            }
        }
        Ok(())
    }

    /// Passes on the string of each header; of numbers, nothing.
    ///
    /// # Errors
    /// As [`Conversion::deliver`].
    pub(super) fn texts(
        &self,
        headers: &Headers<'_>,
        mut take: impl FnMut(usize, &[u8]),
    ) -> Result<()> {
        let mut text = [0; u8::MAX as usize];
        match self {
            Conversion::Text { offset, width } => {
                let text = &mut text[..*width];
                for (i, place) in headers.places(*offset).enumerate() {
                    headers.memory().copy_to(place as u64, text);
                    take(i, text);
                }
            }
            Conversion::NamedText { field, width } => {
                let text = &mut text[..*width];
                for (i, header) in headers.iter().enumerate() {
                    field.copy_to(header, text).map_err(|error| error.trace(headers.trace(i)))?;
                    take(i, text);
                }
            }
            Conversion::Number { .. } | Conversion::Computed { .. } => {}
        }
        Ok(())
    }

    /// The numbers of a block of headers, as bytes in memory; of strings, none.
    ///
    /// # Errors
    /// As [`Conversion::deliver`].
    pub(super) fn numbers<'t>(
        &self,
        headers: &Headers<'_>,
        tile: &'t mut Tile,
    ) -> Result<&'t [u8]> {
        let n = headers.count();
        let (offset, gather, decoder, widening) = match self {
            Conversion::Text { .. } | Conversion::NamedText { .. } => return Ok(&[]),
            Conversion::Computed { field, endian, to } => {
                let width = to.size();
                let numbers = &mut tile[..n * width];
                for (i, (header, number)) in
                    headers.iter().zip(numbers.chunks_exact_mut(width)).enumerate()
                {
                    let value = field.number(header, *endian).and_then(|value| {
                        put(value, *to, number).ok_or_else(|| {
                            Error::from(Kind::ValueTooLarge {
                                value: format!("{value:?}"),
                                dtype: to.name(),
                            })
                        })
                    });
                    value.map_err(|error| error.trace(headers.trace(i)))?;
                }
                return Ok(numbers);
            }
            Conversion::Number { offset, gather, decoder, widening } => {
                (*offset, gather, decoder, widening)
            }
        };
        let (mut raw, mut native) = ([0; BLOCK * WIDE], [0; BLOCK * WIDE]);
        gather(headers, offset, &mut raw);
        let raw = &raw[..n * decoder.file_width()];
        let Some(Widening { from, to, widen }) = widening else {
            let numbers = &mut tile[..n * decoder.memory_width()];
            decoder.decode(raw, numbers);
            return Ok(numbers);
        };
        let (native, numbers) = (&mut native[..n * from], &mut tile[..n * to]);
        decoder.decode(raw, native);
        widen(native, numbers);
        Ok(numbers)
    }
}

/// Puts a number into memory of a type that holds its kind; None where it holds this one not.
fn put(value: Value<'_>, to: SampleType, memory: &mut [u8]) -> Option<()> {
    let number = match value {
        Value::Int(n) => Some(i128::from(n)),
        Value::Uint(n) => Some(i128::from(n)),
        Value::Float(_) => None,
        Value::Bytes(_) => return None,
    };
    macro_rules! integer {
        ($type:ty) => {
            memory.copy_from_slice(&<$type>::try_from(number?).ok()?.to_ne_bytes())
        };
    }
    macro_rules! float {
        ($type:ty) => {{
            let number = number.map_or(value.as_f64() as $type, |number| number as $type);
            memory.copy_from_slice(&number.to_ne_bytes());
        }};
    }
    match to {
        SampleType::I8 => integer!(i8),
        SampleType::I16 => integer!(i16),
        SampleType::I32 => integer!(i32),
        SampleType::I64 => integer!(i64),
        SampleType::U8 => integer!(u8),
        SampleType::U16 => integer!(u16),
        SampleType::U32 => integer!(u32),
        SampleType::U64 => integer!(u64),
        SampleType::F32 => float!(f32),
        SampleType::F64 => float!(f64),
    }
    Some(())
}

/// Words one behind the other, as they are in the file.
fn gather<const W: usize>(headers: &Headers<'_>, offset: usize, raw: &mut Tile) {
    let (words, _) = raw.as_chunks_mut::<W>();
    for (word, place) in words.iter_mut().zip(headers.places(offset)) {
        *word = headers.memory().word(place);
    }
}

/// Integers of odd widths as integers of 8 bytes, in the same byte order.
fn extended<const W: usize>(endian: Endian, signed: bool) -> fn(&Headers<'_>, usize, &mut Tile) {
    match (endian, signed) {
        (Endian::Big, true) => extend::<W, true, true>,
        (Endian::Big, false) => extend::<W, true, false>,
        (Endian::Little, true) => extend::<W, false, true>,
        (Endian::Little, false) => extend::<W, false, false>,
    }
}

fn extend<const W: usize, const BIG: bool, const SIGNED: bool>(
    headers: &Headers<'_>,
    offset: usize,
    raw: &mut Tile,
) {
    let (words, _) = raw.as_chunks_mut::<WIDE>();
    for (word, place) in words.iter_mut().zip(headers.places(offset)) {
        let narrow: [u8; W] = headers.memory().word(place);
        let highest = if BIG { narrow[0] } else { narrow[W - 1] };
        *word = [if SIGNED && highest >= 0x80 { 0xFF } else { 0 }; WIDE];
        let at = if BIG { WIDE - W } else { 0 };
        word[at..at + W].copy_from_slice(&narrow);
    }
}

impl FieldType {
    /// Whether a type in memory is the native one or holds all its values exactly.
    ///
    /// ```
    /// use segbuf::SampleType;
    /// use segbuf::header::FieldType;
    /// let int16 = FieldType::Int(2);
    /// assert!(int16.fits(SampleType::I16) && int16.fits(SampleType::F32));
    /// assert!(!int16.fits(SampleType::U32) && !FieldType::Int(4).fits(SampleType::F32));
    /// ```
    #[must_use]
    pub fn fits(self, to: SampleType) -> bool {
        widening(self, to).is_some()
    }
}

/// What has to be done for a type in memory beyond decoding to the native one: None where that type
/// does not hold all values, `Some(None)` where nothing has.
fn widening(kind: FieldType, to: SampleType) -> Option<Option<Widening>> {
    use SampleType as T;
    /// One pair of types a line; `From` is there for exactly those that lose nothing.
    macro_rules! pairs {
        ($($kind:ident $from:ty => $($to_kind:ident $to:ty),*;)*) => {
            match (kind.native(), to) {
                $($((T::$kind, T::$to_kind) => Some(Some(Widening {
                    from: size_of::<$from>(),
                    to: size_of::<$to>(),
                    widen: |from, to| {
                        let (from, _) = from.as_chunks();
                        let (to, _) = to.as_chunks_mut();
                        for (from, to) in from.iter().zip(to) {
                            *to = <$to>::from(<$from>::from_ne_bytes(*from)).to_ne_bytes();
                        }
                    },
                })),)*)*
                _ => None,
            }
        };
    }
    if kind.native() == to {
        return Some(None);
    }
    match kind {
        FieldType::Text(_) => None,
        FieldType::Ibm => (to == T::F64).then_some(Some(Widening {
            from: 4,
            to: 8,
            widen: |words, to| {
                let (words, _) = words.as_chunks();
                let (to, _) = to.as_chunks_mut();
                for (word, to) in words.iter().zip(to) {
                    *to = ibm_to_f64(u32::from_ne_bytes(*word)).to_ne_bytes();
                }
            },
        })),
        _ => pairs! {
            I8 i8 => I16 i16, I32 i32, I64 i64, F32 f32, F64 f64;
            I16 i16 => I32 i32, I64 i64, F32 f32, F64 f64;
            I32 i32 => I64 i64, F64 f64;
            U8 u8 => I16 i16, I32 i32, I64 i64, U16 u16, U32 u32, U64 u64, F32 f32, F64 f64;
            U16 u16 => I32 i32, I64 i64, U32 u32, U64 u64, F32 f32, F64 f64;
            U32 u32 => I64 i64, U64 u64, F64 f64;
            F32 f32 => F64 f64;
        },
    }
}
