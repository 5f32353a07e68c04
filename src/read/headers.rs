//! Headers: that of one trace, all of them in one sweep, and the keys of a survey.

use super::scratch;
use super::sweep::Sweep;
use crate::error::{Error, Kind, Result};
use crate::format::Endian;
use crate::header::value::KeyField;
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::Bytes;
use crate::parallel::Running;
use crate::source::{Source, read_some};
use crate::survey::geometry::{Key, NO_KEY};
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

    /// Behind the last byte of the keys.
    fn end(&self) -> usize {
        self.0.map(|field| usize::from(field.byte()) + 3).into_iter().max().unwrap_or(0)
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
        return Err(layout.ended(source, missing.max(trace), end));
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

/// How many bytes of the headers of a trace a sweep looks at where it may need all of them: whole
/// headers, as many as working memory holds.
pub(crate) fn swept(layout: &Layout) -> usize {
    let most = scratch::TILE as u64 / TRACE_HEADER;
    // No more than working memory.
    (layout.header_len / TRACE_HEADER).min(most) as usize * TRACE_HEADER as usize
}

/// Reads the headers of one trace, so many bytes, the standard one first; `cached` is that of [`Running`].
///
/// # Errors
/// As [`header`]; [`Kind::Memory`] where there is none for them.
pub(crate) fn headers(
    source: &dyn Source,
    layout: &Layout,
    trace: u64,
    len: u64,
    cached: bool,
) -> Result<Vec<u8>> {
    let mut headers = Vec::new();
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    headers.try_reserve_exact(len).map_err(|_| {
        Error::new(Kind::Memory, "no memory for the headers of a trace")
            .trace(trace)
            .have(format_args!("{len} bytes"))
    })?;
    headers.resize(len, 0);
    read_exact(source, layout, layout.header_offset(trace), &mut headers, trace, cached)?;
    Ok(headers)
}

/// The keys of every trace, in file order; [`NO_KEY`] where the header is blank and others say that 0 is
/// no label.
///
/// # Errors
/// As [`every`], of 12 bytes a trace.
pub(crate) fn keys(
    source: &dyn Source,
    layout: &Layout,
    fields: &KeyFields,
    running: Running<'_>,
) -> Result<Vec<Key>> {
    // Up to sample count and interval, which a header that is not blank has.
    let bytes = fields.end().max(118);
    let read = |header: Bytes<'_>| {
        let key = fields.read(header, layout.endian);
        let blank = || (0..bytes).all(|at| header.word(at) == [0]);
        if key == [0; 3] && blank() { NO_KEY } else { key }
    };
    let mut keys = every(source, layout, bytes, read, running)?;
    let labelled = |word: usize| keys.iter().any(|key| *key != NO_KEY && key[word] == 0);
    if keys.contains(&NO_KEY) && ((labelled(0) && labelled(1)) || keys.iter().all(|k| *k == NO_KEY))
    {
        keys.iter_mut().filter(|key| **key == NO_KEY).for_each(|key| *key = [0; 3]);
    }
    Ok(keys)
}

/// What `read` makes of the first bytes of the headers of every trace, so many as the layout has in
/// them; in file order.
///
/// # Errors
/// As [`Sweep::run`]; [`Kind::Geometry`] where there is no memory for the values.
pub(crate) fn every<T: Copy + Default + Send>(
    source: &dyn Source,
    layout: &Layout,
    bytes: usize,
    read: impl Fn(Bytes<'_>) -> T + Sync,
    running: Running<'_>,
) -> Result<Vec<T>> {
    let mut values: Vec<T> = Vec::new();
    let n = usize::try_from(layout.n_traces).unwrap_or(usize::MAX);
    values.try_reserve_exact(n).map_err(|_| {
        Error::new(Kind::Geometry, "no memory for what the headers of all traces say")
            .have(format_args!("{n} traces, {} bytes each", size_of::<T>()))
    })?;
    values.resize(n, T::default());
    let sweep = Sweep { source, layout, walk: Walk::first(n), bytes: 0..bytes };
    sweep.run(&mut *values, running, |headers, values, row| {
        for (value, header) in values[row..].iter_mut().zip(headers.iter()) {
            *value = read(header);
        }
        Ok(())
    })?;
    Ok(values)
}
