//! Trace headers as columns: one field of every trace, read into memory of the caller's.
//!
//! A [`Column`] says where a field stands in the trace header and what it is; any byte and any type
//! will do, whatever the standard has there. [`Reader::read_columns_into`] reads any number of them
//! in one sweep. Where the file is mapped or in memory only the bytes of the fields are touched; else
//! the headers are read one by one, and of files of short traces everything.
//!
//! ```
//! use segbuf::columns::Column;
//! use segbuf::Reader;
//!
//! let file = Reader::open("tests/data/volume.sgy")?;
//! let mut inlines = vec![0i32; file.n_traces() as usize];
//! file.read_column_into(&Column::by_name("inline")?, &mut inlines)?;
//! assert_eq!(inlines[..5], [2400, 2400, 2400, 2400, 2401]);
//! # Ok::<(), segbuf::Error>(())
//! ```
//!
//! [`Reader::read_columns_into`]: crate::Reader::read_columns_into

mod convert;
mod describe;
mod formula;
mod kind;
pub(crate) mod order;

pub(crate) use describe::describe;
pub use describe::{DISTINCT_UP_TO, Summary};
pub use formula::{BlockName, Formula, Scale, Word};
pub use kind::ColumnType;

use std::fmt;
use std::ops::Range;

use crate::error::{Error, Kind, Result};
use crate::format::{Endian, SampleType};
use crate::header::tables::{self, EXT1, TRACE};
use crate::header::value::{KeyField, Value};
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::{Columns, Out};
use crate::parallel::Running;
use crate::read::headers;
use crate::read::scratch;
use crate::read::sweep::{Results, Sweep};
use crate::source::Source;
use crate::walk::Walk;
use convert::Conversion;

/// Fields end by this byte of the headers of a trace, of which there may be several: working memory
/// holds so much at least.
const LAST: usize = scratch::TILE;

/// A field of every trace header: its place, its type, its byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Column {
    /// Counted from 0.
    offset: u16,
    kind: ColumnType,
    endian: Option<Endian>,
    /// What makes its values, where that is not the word at `offset` alone.
    formula: Option<Formula>,
}

impl Column {
    /// The column that starts at a byte, counted from 1; without a byte order it has that of the file.
    /// Byte 241 is the first of the additional headers, where a file has some.
    ///
    /// ```
    /// use segbuf::Endian;
    /// use segbuf::columns::{Column, ColumnType};
    /// let x = Column::new(73, "ibm".parse()?, None)?; // coordinates as floats
    /// let swapped = Column::new(9, ColumnType::Int(2), Some(Endian::Little))?;
    /// assert!(Column::new(0, ColumnType::Int(4), None).is_err());
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Field`] where it does not lie within bytes 1 to 16,384, or has a width that its type
    /// has not.
    pub fn new(byte: u16, kind: ColumnType, endian: Option<Endian>) -> Result<Column> {
        kind.check()?;
        let last = LAST + 1 - kind.width();
        match byte.checked_sub(1) {
            Some(offset) if usize::from(byte) <= last => {
                Ok(Column { offset, kind, endian, formula: None })
            }
            _ => Err(Error::new(Kind::Field, "a field outside the trace header")
                .want(format_args!("a byte of 1 to {last} for {kind}"))
                .have(byte)),
        }
    }

    /// The column that is described as NumPy does: a type as [`ColumnType`] reads it, behind `>` or `<`
    /// for a byte order, which may also be given apart.
    ///
    /// ```
    /// use segbuf::Endian;
    /// use segbuf::columns::Column;
    /// let little = Some(Endian::Little);
    /// assert_eq!(Column::described(73, "<f4", None)?, Column::described(73, "float32", little)?);
    /// assert!(Column::described(73, ">f4", little).is_err());
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Column::new`]; [`Kind::Field`] for an unknown type, and for two byte orders.
    pub fn described(byte: u16, dtype: &str, endian: Option<Endian>) -> Result<Column> {
        let (order, code) = match dtype.split_at_checked(1) {
            Some((">", code)) => (Some(Endian::Big), code),
            Some(("<", code)) => (Some(Endian::Little), code),
            _ => (None, dtype),
        };
        if let Some((order, endian)) = order.zip(endian)
            && order != endian
        {
            return Err(Error::new(Kind::Field, "a field of two byte orders")
                .want(endian.name())
                .have(format_args!("{dtype:?}")));
        }
        Column::new(byte, code.parse()?, endian.or(order))
    }

    /// The column of a field of the standard, by its name or alias: of the standard header, or, by what
    /// no field there is called, of trace header extension 1.
    ///
    /// ```
    /// use segbuf::columns::Column;
    /// assert_eq!(Column::by_name("cdp_x")?.byte(), 181);
    /// assert_eq!(Column::by_name("SEGY_EXT1_CDP_X")?.byte(), 240 + 161);
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Field`] where there is none, naming the nearest.
    pub fn by_name(name: &str) -> Result<Column> {
        let of = |table, skipped| Column::behind(tables::by_name(table, name)?, skipped);
        of(TRACE, 0).or_else(|error| of(EXT1, TRACE_HEADER as u16).map_err(|_| error))
    }

    /// The column of the field of the standard that starts at a byte, counted from 1; from 241 on, of
    /// trace header extension 1.
    ///
    /// # Errors
    /// [`Kind::Field`] where none starts there, naming those around it.
    pub fn by_byte(byte: u16) -> Result<Column> {
        let behind = byte.checked_sub(TRACE_HEADER as u16).filter(|&behind| behind > 0);
        let extension = behind.and_then(|behind| tables::by_byte(EXT1, behind).ok());
        match extension {
            Some(field) => Column::behind(field, TRACE_HEADER as u16),
            None => tables::by_byte(TRACE, byte).and_then(Column::of),
        }
    }

    /// The same column of the additional header of a name, wherever among the headers of a trace that
    /// is: its byte counts from 1 within it.
    ///
    /// # Errors
    /// [`Kind::Field`] where it does not lie within bytes 1 to 240.
    pub fn within(self, block: BlockName) -> Result<Column> {
        let last = TRACE_HEADER as usize - self.kind.width();
        match u8::try_from(self.offset) {
            Ok(offset) if usize::from(offset) <= last => {
                let word = Word::new(Some(block), offset + 1, self.kind);
                Ok(Column { formula: Some(word.into()), ..self })
            }
            _ => Err(Error::new(Kind::Field, format_args!("a field outside the header {block}"))
                .want(format_args!("a byte of 1 to {} for {}", last + 1, self.kind))
                .have(self.byte())),
        }
    }

    /// The column of a field of a table of standard trace headers.
    ///
    /// # Errors
    /// [`Kind::Field`] where it does not lie within a trace header.
    pub fn of(field: &tables::Field) -> Result<Column> {
        Column::behind(field, 0)
    }

    fn behind(field: &tables::Field, skipped: u16) -> Result<Column> {
        Column::new(skipped + field.byte, field.kind.into(), None)
    }

    /// The byte it starts at, counted from 1.
    #[must_use]
    pub fn byte(&self) -> u16 {
        self.offset + 1
    }

    /// What it is in the file.
    #[must_use]
    pub fn kind(&self) -> ColumnType {
        self.kind
    }

    /// Its byte order; None for that of the file.
    #[must_use]
    pub fn endian(&self) -> Option<Endian> {
        self.endian
    }

    /// Its value in the bytes of the header of a trace, whose byte order is that of the file.
    ///
    /// # Errors
    /// [`Kind::Field`] where the header ends before the field does.
    pub fn value<'a>(&self, header: &'a [u8], endian: Endian) -> Result<Value<'a>> {
        if let Some(formula) = &self.formula {
            return formula.value(header, self.endian.unwrap_or(endian));
        }
        let start = usize::from(self.offset);
        let bytes = header.get(start..start + self.kind.width()).ok_or_else(|| {
            Error::new(Kind::Field, format_args!("the header ends before {self}"))
                .have(header.len())
        })?;
        Ok(self.kind.value(bytes, self.endian.unwrap_or(endian)))
    }

    /// Behind its last byte, counted from 0.
    fn end(&self) -> usize {
        let width = self.formula.map_or(self.kind.width(), |formula| formula.width());
        usize::from(self.offset) + width
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} at byte {} of the trace header", self.kind, self.byte())?;
        match self.formula.and_then(|formula| formula.word.block()) {
            Some(block) => write!(f, " {block}"),
            None => Ok(()),
        }
    }
}

impl From<Formula> for Column {
    fn from(formula: Formula) -> Column {
        let Formula { word, .. } = formula;
        // A word of the standard header stands in one place.
        let plain = formula.is_plain() && word.block().is_none();
        let offset = u16::from(word.byte()) - 1;
        let formula = (!plain).then_some(formula);
        Column { offset, kind: formula.map_or(word.kind(), |f| f.kind()), endian: None, formula }
    }
}

impl From<KeyField> for Column {
    fn from(key: KeyField) -> Column {
        Column { offset: key.byte() - 1, kind: ColumnType::Int(4), endian: None, formula: None }
    }
}

/// Which bytes of the headers columns take.
///
/// # Errors
/// [`Kind::Field`] for one that ends behind the headers.
fn bytes_of(columns: &[Column], layout: &Layout) -> Result<Range<usize>> {
    if let Some(column) = columns.iter().find(|column| column.end() as u64 > layout.header_len) {
        return Err(Error::new(Kind::Field, format_args!("{column} ends behind the headers"))
            .want(format_args!("a field within bytes 1 to {}", layout.header_len)));
    }
    // Additional headers stand in any order.
    if columns.iter().any(|column| column.formula.is_some()) {
        return Ok(0..headers::swept(layout));
    }
    let low = columns.iter().map(|column| usize::from(column.offset)).min().unwrap_or(0);
    Ok(low..columns.iter().map(Column::end).max().unwrap_or(low))
}

/// Fills destinations with columns of the headers of a walk, each with one.
///
/// # Errors
/// [`Kind::Destination`] for a wrong type or length; [`Kind::Value`] where there are not as many
/// destinations as columns; [`Kind::Field`] for fields that end behind the headers; as [`Sweep::run`].
pub(crate) fn read_into(
    source: &dyn Source,
    layout: &Layout,
    columns: &[Column],
    walk: Walk<'_>,
    outs: &mut [Out<'_>],
    running: Running<'_>,
) -> Result<()> {
    let (traces, endian) = (walk.len(), layout.endian);
    let bytes = bytes_of(columns, layout)?;
    if columns.len() != outs.len() {
        return Err(Error::new(Kind::Value, "each field needs a destination of its own")
            .want(format_args!("{} destinations", columns.len()))
            .have(outs.len()));
    }
    for (column, out) in columns.iter().zip(outs.iter()) {
        Conversion::new(column, endian, out.kind())?;
        if traces.checked_mul(column.kind.per_trace()) != Some(out.len()) {
            return Err(wrong_length(column, traces, out));
        }
    }
    if columns.is_empty() {
        return Ok(());
    }
    Sweep { source, layout, walk, bytes }.run(Outs::All(outs), running, |headers, outs, row| {
        for (i, column) in columns.iter().enumerate() {
            let mut out = outs.of(i);
            // Chosen anew for each block, which costs as much as converting a few numbers.
            Conversion::new(column, endian, out.kind())?.deliver(headers, &mut out, row)?;
        }
        Ok(())
    })
}

/// Destinations with equally many samples for each trace: all of it, which takes no memory to say, or
/// a part.
enum Outs<'o, 'a> {
    All(&'o mut [Out<'a>]),
    Part(Vec<Columns<'o>>),
}

impl Outs<'_, '_> {
    /// One of the destinations, as a single row.
    fn of(&mut self, i: usize) -> Columns<'_> {
        match self {
            Outs::All(outs) => outs[i].reborrow().into(),
            Outs::Part(parts) => parts[i].reborrow(),
        }
    }
}

impl Default for Outs<'_, '_> {
    fn default() -> Self {
        Outs::Part(Vec::new())
    }
}

impl Results for Outs<'_, '_> {
    fn take(&mut self, count: usize, left: usize, part: &mut Self) {
        if let Outs::All(outs) = self {
            let outs = std::mem::take(outs).iter_mut();
            *self = Outs::Part(outs.map(|out| out.reborrow().into()).collect());
        }
        if let (Outs::Part(rest), Outs::Part(part)) = (self, part) {
            part.clear();
            part.extend(rest.iter_mut().map(|out| out.take(out.count() / left * count)));
        }
    }
}

fn wrong_length(column: &Column, traces: usize, out: &Out<'_>) -> Error {
    let error = Error::new(Kind::Destination, "the destination has the wrong length");
    match column.kind {
        ColumnType::Text(width) => error
            .want(format_args!("{traces} strings of {width} bytes"))
            .have(format_args!("{} bytes", out.len())),
        _ => error.want(format_args!("{traces} numbers, one for each trace")).have(format_args!(
            "{} of {}",
            out.len(),
            out.kind().name()
        )),
    }
}

/// The type in memory that holds all numbers of a kind exactly and is widest: int64, uint64, float64.
fn widest(kind: ColumnType) -> SampleType {
    match kind {
        ColumnType::Int(_) => SampleType::I64,
        ColumnType::Uint(_) => SampleType::U64,
        ColumnType::Ibm | ColumnType::F32 | ColumnType::F64 => SampleType::F64,
        ColumnType::Text(_) => SampleType::U8,
    }
}
