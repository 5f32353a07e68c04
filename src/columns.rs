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
mod kind;
pub(crate) mod sweep;

pub(crate) use describe::describe;
pub use describe::{DISTINCT_UP_TO, Summary};
pub use kind::ColumnType;

use std::fmt;

use crate::error::{Error, Kind, Result};
use crate::fields::{self, TRACE};
use crate::format::{Endian, SampleType};
use crate::header::{KeyField, Value};
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::{Out, Parts};
use crate::parallel::Running;
use crate::source::Source;
use crate::walk::Walk;
use convert::Conversion;
use sweep::Sweep;

/// A field of every trace header: its place, its type, its byte order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Column {
    /// Counted from 0.
    offset: u8,
    kind: ColumnType,
    endian: Option<Endian>,
}

impl Column {
    /// The column that starts at a byte, counted from 1; without a byte order it has that of the file.
    ///
    /// ```
    /// use segbuf::Endian;
    /// use segbuf::columns::{Column, ColumnType};
    /// let x = Column::new(73, "ibm".parse()?, None)?; // coordinates as floats
    /// let swapped = Column::new(9, ColumnType::Int(2), Some(Endian::Little))?;
    /// assert!(Column::new(238, ColumnType::Int(4), None).is_err());
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Field`] where it does not lie within bytes 1 to 240, or has a width that its type has
    /// not.
    pub fn new(byte: u16, kind: ColumnType, endian: Option<Endian>) -> Result<Column> {
        kind.check()?;
        let last = TRACE_HEADER as u16 + 1 - kind.width() as u16;
        match u8::try_from(byte.wrapping_sub(1)) {
            Ok(offset) if (1..=last).contains(&byte) => Ok(Column { offset, kind, endian }),
            _ => Err(Error::new(Kind::Field, "a field outside the trace header")
                .want(format_args!("a byte of 1 to {last} for {kind}"))
                .have(byte)),
        }
    }

    /// The column of a field of the standard, by its name or alias.
    ///
    /// # Errors
    /// [`Kind::Field`] where there is none, naming the nearest.
    pub fn by_name(name: &str) -> Result<Column> {
        fields::by_name(TRACE, name).and_then(Column::of)
    }

    /// The column of the field of the standard that starts at a byte, counted from 1.
    ///
    /// # Errors
    /// [`Kind::Field`] where none starts there, naming those around it.
    pub fn by_byte(byte: u16) -> Result<Column> {
        fields::by_byte(TRACE, byte).and_then(Column::of)
    }

    fn of(field: &fields::Field) -> Result<Column> {
        Column::new(field.byte, field.kind.into(), None)
    }

    /// The byte it starts at, counted from 1.
    #[must_use]
    pub fn byte(&self) -> u16 {
        u16::from(self.offset) + 1
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

    /// Its value in the 240 bytes of a header, whose byte order is that of the file.
    ///
    /// # Errors
    /// [`Kind::Field`] where the header ends before the field does.
    pub fn value<'a>(&self, header: &'a [u8], endian: Endian) -> Result<Value<'a>> {
        let start = usize::from(self.offset);
        let bytes = header.get(start..start + self.kind.width()).ok_or_else(|| {
            Error::new(Kind::Field, format_args!("the header ends before {self}"))
                .have(header.len())
        })?;
        Ok(self.kind.value(bytes, self.endian.unwrap_or(endian)))
    }

    /// Behind its last byte, counted from 0.
    fn end(&self) -> usize {
        usize::from(self.offset) + self.kind.width()
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the {} at byte {} of the trace header", self.kind, self.byte())
    }
}

impl From<KeyField> for Column {
    fn from(key: KeyField) -> Column {
        // Keys lie within 240 bytes.
        let offset = (key.byte() - 1) as u8;
        Column { offset, kind: ColumnType::Int(4), endian: None }
    }
}

/// Checks that each destination takes a column of so many traces.
///
/// # Errors
/// [`Kind::Destination`] for a wrong type or length; [`Kind::Value`] where there are not as many
/// destinations as columns.
pub(crate) fn check(
    columns: &[Column],
    traces: usize,
    outs: &[Out<'_>],
    endian: Endian,
) -> Result<()> {
    if columns.len() != outs.len() {
        return Err(Error::new(Kind::Value, "each field needs a destination of its own")
            .want(format_args!("{} destinations", columns.len()))
            .have(outs.len()));
    }
    for (column, out) in columns.iter().zip(outs) {
        Conversion::new(column, endian, out.kind())?;
        if traces.checked_mul(column.kind.per_trace()) != Some(out.len()) {
            return Err(wrong_length(column, traces, out));
        }
    }
    Ok(())
}

/// Fills destinations that [`check`] took with columns of the headers of a walk.
///
/// # Errors
/// As [`Sweep::run`].
pub(crate) fn sweep_into(
    source: &dyn Source,
    layout: &Layout,
    columns: &[Column],
    walk: Walk<'_>,
    outs: &mut [Out<'_>],
    running: Running<'_>,
) -> Result<()> {
    if columns.is_empty() {
        return Ok(());
    }
    let parts = Parts::new(outs, walk.len())?;
    Sweep::new(source, layout, walk, columns).run(&parts, running, &|headers, row, part| {
        for (i, column) in columns.iter().enumerate() {
            let rows = part.of(i);
            // Chosen anew for each block, which costs as much as converting a few numbers.
            Conversion::new(column, layout.endian, rows.kind())?.deliver(headers, rows, row);
        }
        Ok(())
    })
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
