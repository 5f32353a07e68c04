//! Sweeps over headers: the keys of every trace, read at once on all threads.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::error::{Error, Kind, Result};
use crate::format::Endian;
use crate::geometry::Key;
use crate::header::KeyField;
use crate::layout::{Layout, TRACE_HEADER};
use crate::out::Bytes;
use crate::parallel::{Running, team};
use crate::scratch;
use crate::source::{Source, end_within};

/// Traces whose keys a thread reads at a time.
const PART: usize = 4096;

/// Headers read one by one between two looks for an interruption.
const LISTEN_EVERY: usize = 64;

/// Traces at most so long are swept by reading all of the file: a call to the system for each header
/// costs more than the samples between.
const READ_THROUGH: u64 = 1024;

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

/// Reads the header of one trace.
///
/// # Errors
/// [`Kind::Io`] from the source, [`Kind::Format`] where the file has become shorter.
pub(crate) fn header(
    source: &dyn Source,
    layout: &Layout,
    trace: u64,
) -> Result<[u8; TRACE_HEADER as usize]> {
    let mut header = [0u8; TRACE_HEADER as usize];
    let got = source.read_at(layout.header_offset(trace), &mut header)?;
    if got < header.len() {
        let end = end_within(source, layout.header_offset(trace) + got as u64);
        return Err(layout.ended(trace, end));
    }
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

    let parts = Mutex::new(keys.chunks_mut(PART).enumerate());
    let stopped = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let member = |running: Running<'_>| {
        let result = scratch::with(|scratch| {
            while !stopped.load(Ordering::Relaxed) {
                let next = parts.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((i, part)) = next else { break };
                sweep_part(source, layout, fields, (i * PART) as u64, part, scratch, running)?;
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
        None => Ok(keys),
    }
}

fn sweep_part(
    source: &dyn Source,
    layout: &Layout,
    fields: &KeyFields,
    first: u64,
    part: &mut [Key],
    scratch: &mut [u8],
    running: Running<'_>,
) -> Result<()> {
    running.check()?;
    if let Some(bytes) = source.bytes() {
        for (i, key) in part.iter_mut().enumerate() {
            let trace = first + i as u64;
            let header = bytes.get(layout.header_offset(trace), TRACE_HEADER as usize);
            let header = header.ok_or_else(|| layout.ended(trace, bytes.len() as u64))?;
            *key = fields.read(header, layout.endian);
        }
        return Ok(());
    }
    if layout.trace_len() > READ_THROUGH {
        for (i, key) in part.iter_mut().enumerate() {
            if i % LISTEN_EVERY == 0 {
                running.check()?;
            }
            let header = header(source, layout, first + i as u64)?;
            *key = fields.read(header.as_slice().into(), layout.endian);
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
            let end = end_within(source, layout.header_offset(trace) + got as u64);
            return Err(layout.ended(trace + (got / trace_len) as u64, end));
        }
        for (key, record) in some.iter_mut().zip(buf.chunks_exact(trace_len)) {
            *key = fields.read(record.into(), layout.endian);
        }
        running.check()?;
    }
    Ok(())
}
