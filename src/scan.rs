//! Headers and keys: of one trace, and the keys of all, which are three columns.

use crate::columns::{self, Column};
use crate::error::{Error, Kind, Result};
use crate::format::Endian;
use crate::geometry::Key;
use crate::header::KeyField;
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::{Bytes, Out};
use crate::parallel::Running;
use crate::source::{Source, end_within, read_some};
use crate::walk::Walk;

/// Where the keys of a survey stand in a trace header: inline, crossline, offset.
#[derive(Debug, Clone, Copy)]
pub struct KeyFields(pub [KeyField; 3]);

impl KeyFields {
    /// The keys in the 240 bytes of a header.
    ///
    /// # Panics
    /// Where there are fewer.
    #[must_use]
    #[inline]
    pub fn read(&self, header: Bytes<'_>, endian: Endian) -> Key {
        self.0.map(|field| field.read(header, endian))
    }
}

/// Fills `buf` with the bytes from `offset` on, which is in trace `trace`; with `cached`, without
/// waiting for them.
///
/// # Errors
/// As [`read_some`]; [`Kind::Format`] where the file has become shorter.
pub(crate) fn read_exact(
    source: &dyn Source,
    layout: &Layout,
    offset: u64,
    buf: &mut [u8],
    trace: u64,
    cached: bool,
) -> Result<()> {
    let got = read_some(source, offset, buf, cached).map_err(|e| e.trace(trace))?;
    if got < buf.len() {
        let end = offset + got as u64;
        let missing = (end - layout.first_trace) / layout.trace_len();
        return Err(layout.ended(missing.max(trace), end_within(source, end)));
    }
    Ok(())
}

/// Reads the header of one trace; `cached` is that of [`Running`].
///
/// # Errors
/// [`Kind::Io`] from the source, [`Kind::Format`] where the file has become shorter.
pub(crate) fn header(
    source: &dyn Source,
    layout: &Layout,
    trace: u64,
    cached: bool,
) -> Result<[u8; TRACE_HEADER as usize]> {
    let mut header = [0u8; TRACE_HEADER as usize];
    read_exact(source, layout, layout.header_offset(trace), &mut header, trace, cached)?;
    Ok(header)
}

/// The keys of every trace, in file order.
///
/// # Errors
/// As [`header`]; [`Kind::Geometry`] where there is no memory for the keys
/// (12 bytes a trace); whatever `running.poll` returns.
pub(crate) fn keys(
    source: &dyn Source,
    layout: &Layout,
    fields: &KeyFields,
    running: Running<'_>,
) -> Result<Vec<Key>> {
    let mut keys: Vec<Key> = Vec::new();
    let n = usize::try_from(layout.n_traces).unwrap_or(usize::MAX);
    keys.try_reserve_exact(n).map_err(|_| {
        Error::new(Kind::Geometry, "no memory for the keys of all traces")
            .have(format_args!("{n} traces"))
    })?;
    keys.resize(n, [0; 3]);

    let columns = fields.0.map(Column::from);
    // Native int32 wherever they lie: nothing can be refused.
    let mut outs = Out::from(keys.as_flattened_mut()).columns(3)?.collect::<Vec<_>>();
    let walk = Walk::affine(0, [(1, 0), (1, 0), (n, 1)]);
    columns::sweep_into(source, layout, &columns, walk, &mut outs, running)?;
    Ok(keys)
}
