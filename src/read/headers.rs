//! Headers: those of one trace, and those of all in one sweep.

use super::scratch;
use super::sweep::Sweep;
use crate::error::{Error, Kind, Result};
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::Bytes;
use crate::parallel::Running;
use crate::source::{Source, read_some};
use crate::walk::Walk;

/// Fills `buf` with the bytes from `offset` on, which is in trace `trace`; with `cached`, without
/// waiting for them.
///
/// # Errors
/// As [`read_some`]; `Class::Format` where the file has become shorter.
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
/// `Class::Io` from the source, `Class::Format` where the file has become shorter.
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

/// What `read` returns for the first `bytes` bytes of the headers of every trace, in file order.
///
/// # Errors
/// As [`Sweep::run`]; `Class::Memory` where there is no memory for the values.
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
        Error::from(Kind::NoMemory {
            what: format!("{} bytes for each of {n} traces", size_of::<T>()),
        })
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
