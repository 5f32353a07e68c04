//! Header columns: a field of the headers of many traces, read into memory of the caller in one sweep.
//!
//! Where the file is mapped or in memory only the bytes of the fields are touched; otherwise the headers
//! are read one by one, and of files of short traces everything.

use std::ops::Range;

use super::headers;
use super::scratch;
use super::sweep::{Results, Sweep};
use crate::error::{Error, Kind, Result};
use crate::header::convert::Conversion;
use crate::header::describe::{Alike, Described};
use crate::header::field::LAST_BYTE;
use crate::header::order::{self, Order};
use crate::header::{Field, FieldType, Summary};
use crate::layout::Layout;
use crate::out::{Columns, Out};
use crate::parallel::Running;
use crate::source::Source;
use crate::walk::Walk;

// The bytes of any field fit into working memory.
const _: () = assert!(LAST_BYTE <= scratch::TILE);

/// Describes columns of the headers of the traces of a walk, all in one sweep.
///
/// # Errors
/// `Class::Field` for strings of more than 8 bytes; as [`Sweep::run`].
pub(crate) fn describe(
    source: &dyn Source,
    layout: &Layout,
    columns: &[Field],
    walk: Walk<'_>,
    running: Running<'_>,
) -> Result<Vec<Summary>> {
    let bytes = bytes_of(columns, layout)?;
    let start = |column| Described::new(column, layout.endian, bytes.start);
    let described = columns.iter().map(start).collect::<Result<Vec<_>>>()?;
    Sweep { source, layout, walk, bytes }.run((), running, |headers, (), _| {
        let alike = Alike::of(headers);
        described.iter().try_for_each(|column| column.add(headers, &alike))
    })?;
    Ok(described.into_iter().map(Described::summary).collect())
}

/// The keys of columns of the headers of the traces of a walk, in one sweep: 8 bytes a trace and
/// column.
///
/// # Errors
/// `Class::Field` for strings of more than 8 bytes; `Class::Memory` where there is no memory for
/// them; as [`Sweep::run`].
pub(crate) fn keys(
    source: &dyn Source,
    layout: &Layout,
    columns: &[Field],
    walk: Walk<'_>,
    running: Running<'_>,
) -> Result<Vec<Vec<u64>>> {
    let orders =
        columns.iter().map(|c| Order::new(c, layout.endian)).collect::<Result<Vec<_>>>()?;
    let mut keys = columns
        .iter()
        .map(|_| order::zeros::<u64>(walk.len()))
        .collect::<Result<Vec<Vec<u64>>>>()?;
    let sweep = Sweep { source, layout, walk, bytes: bytes_of(columns, layout)? };
    let results: Vec<&mut [u64]> = keys.iter_mut().map(Vec::as_mut_slice).collect();
    sweep.run(results, running, |headers, columns, row| {
        for (order, keys) in orders.iter().zip(columns) {
            order.keys(headers, &mut keys[row..row + headers.count()])?;
        }
        Ok(())
    })?;
    Ok(keys)
}

/// Which bytes of the headers columns take.
///
/// # Errors
/// `Class::Field` for one that ends behind the headers.
fn bytes_of(columns: &[Field], layout: &Layout) -> Result<Range<usize>> {
    if let Some(column) = columns.iter().find(|column| column.end() as u64 > layout.header_len) {
        let (field, header_len) = (column.to_string(), layout.header_len);
        return Err(Kind::FieldOutsideHeaders { field, header_len }.into());
    }
    // Additional headers stand in any order.
    if columns.iter().any(|column| !column.is_plain()) {
        return Ok(0..headers::swept(layout));
    }
    let low = columns.iter().map(|column| column.offset()).min().unwrap_or(0);
    Ok(low..columns.iter().map(Field::end).max().unwrap_or(low))
}

/// Fills destinations with columns of the headers of a walk, each with one.
///
/// # Errors
/// `Class::Destination` for a wrong type or length; `Class::Value` where there are not as many
/// destinations as columns; `Class::Field` for fields that end behind the headers; as [`Sweep::run`].
pub(crate) fn read_into(
    source: &dyn Source,
    layout: &Layout,
    columns: &[Field],
    walk: Walk<'_>,
    outs: &mut [Out<'_>],
    running: Running<'_>,
) -> Result<()> {
    let (traces, endian) = (walk.len(), layout.endian);
    let bytes = bytes_of(columns, layout)?;
    if columns.len() != outs.len() {
        let (want, have) = (columns.len(), outs.len());
        return Err(Kind::WrongCount { what: "destinations, one per field", want, have }.into());
    }
    for (column, out) in columns.iter().zip(outs.iter()) {
        Conversion::new(column, endian, out.kind())?;
        if traces.checked_mul(column.value_type().per_trace()) != Some(out.len()) {
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

fn wrong_length(column: &Field, traces: usize, out: &Out<'_>) -> Error {
    let (want, have) = match column.value_type() {
        FieldType::Text(width) => {
            (format!("{traces} strings of {width} bytes"), format!("{} bytes", out.len()))
        }
        _ => (
            format!("{traces} numbers, one per trace"),
            format!("{} of {}", out.len(), out.kind().name()),
        ),
    };
    Kind::WrongLength { want, have }.into()
}
