//! One pass over all headers.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Kind, Result};
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::Bytes;
use crate::parallel::{Running, team};
use crate::scratch;
use crate::source::Source;

/// Traces whose headers a thread reads at a time.
const PART: usize = 4096;

/// Traces at most so long are swept by reading all of the file: a call to the system for each header
/// costs more than the samples between.
const READ_THROUGH: u64 = 1024;

/// What `read` makes of the header of every trace, in file order: of the standard header, and of as
/// many behind it as make `headers` together, which the layout must have.
///
/// # Errors
/// [`Kind::Io`], [`Kind::Format`] from reading; [`Kind::Geometry`] where there is no memory for what is read; whatever
/// `running.poll` returns.
pub(super) fn sweep<T: Copy + Default + Send>(
    source: &dyn Source,
    layout: &Layout,
    headers: u64,
    read: impl Fn(Bytes<'_>) -> T + Sync,
    running: Running<'_>,
) -> Result<Vec<T>> {
    let mut words: Vec<T> = Vec::new();
    let n = usize::try_from(layout.n_traces).unwrap_or(usize::MAX);
    words.try_reserve_exact(n).map_err(|_| {
        Error::new(Kind::Geometry, "no memory for the header words of all traces")
            .have(format_args!("{n} traces of {} bytes", size_of::<T>()))
    })?;
    words.resize(n, T::default());
    let width = (headers.saturating_mul(TRACE_HEADER)).min(layout.header_len) as usize;

    let parts = Mutex::new(words.chunks_mut(PART).enumerate());
    let stopped = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let member = |running: Running<'_>| {
        let result = scratch::with(|scratch| {
            while !stopped.load(Ordering::Relaxed) {
                let next = parts.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((i, part)) = next else { break };
                sweep_part(source, layout, width, &read, (i * PART) as u64, part, scratch)?;
                running.check()?;
            }
            Ok(())
        });
        if let Err(error) = result {
            stopped.store(true, Ordering::Relaxed);
            failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    };
    // A sweep of one part is over before another thread has woken.
    let threads = if n > PART { running.threads } else { 1 };
    team(threads, || member(running), &|| member(Running::default()));
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(words),
    }
}

fn sweep_part<T>(
    source: &dyn Source,
    layout: &Layout,
    width: usize,
    read: &impl Fn(Bytes<'_>) -> T,
    first: u64,
    part: &mut [T],
    scratch: &mut [u8],
) -> Result<()> {
    if let Some(bytes) = source.bytes() {
        for (i, word) in part.iter_mut().enumerate() {
            let trace = first + i as u64;
            let header = bytes.get(layout.header_offset(trace), width);
            *word = read(header.ok_or_else(|| layout.ended(trace, bytes.len() as u64))?);
        }
        return Ok(());
    }
    if layout.trace_len() > READ_THROUGH {
        for (i, word) in part.iter_mut().enumerate() {
            let trace = first + i as u64;
            let header = &mut scratch[..width];
            let got = source.read_at(layout.header_offset(trace), header)?;
            if got < width {
                return Err(layout.ended(trace, layout.header_offset(trace) + got as u64));
            }
            *word = read((&*header).into());
        }
        return Ok(());
    }
    let trace_len = layout.trace_len() as usize;
    let per_read = scratch.len() / trace_len;
    for (i, some) in part.chunks_mut(per_read).enumerate() {
        let trace = first + (i * per_read) as u64;
        let buf = &mut scratch[..some.len() * trace_len];
        let got = source.read_at(layout.header_offset(trace), buf)?;
        if got < buf.len() {
            let end = layout.header_offset(trace) + got as u64;
            return Err(layout.ended(trace + (got / trace_len) as u64, end));
        }
        for (word, record) in some.iter_mut().zip(buf.chunks_exact(trace_len)) {
            *word = read(record.into());
        }
    }
    Ok(())
}
