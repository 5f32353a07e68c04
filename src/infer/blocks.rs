//! Whether all traces have as many additional headers: revision 2.1 lets each state its own number.
//!
//! Source: SEG-Y revision 2.1, trace header extension 1 bytes 157-158.

use std::ops::Range;

use super::candidates::{Reading, is_named, named};
use super::probe::{PROBE, Probe};
use super::score::{likeness, places};
use super::words::Words;
use crate::error::{Error, Kind, Result};
use crate::layout::TRACE_HEADER;

/// How many traces are followed from the first one on.
const FOLLOWED: u64 = 8;

/// How many additional headers a trace states, where the first of them is the standard's.
pub(super) fn stated(reading: &Reading<'_>, header: &[u8; PROBE]) -> Option<u64> {
    let own = || u64::from(Words::trace(&header[240..], reading.endian()).u16(157));
    named(header).then(own).filter(|&own| own > 0)
}

/// Refuses a file in which a trace has another number of headers than the best reading gives all.
///
/// What a trace states is believed where the next header stands by that number, and not by the other.
/// Where a header is not in its place, the last trace before it that is in its own is looked at.
///
/// # Errors
/// [`Kind::Format`] for such a trace among the few that are looked at.
pub(super) fn check(probe: &Probe<'_>, reading: &Reading<'_>) -> Result<()> {
    let (n, _) = reading.fit();
    let mut before = 0;
    for trace in (0..n.min(FOLLOWED)).chain(places(n)) {
        check_trace(probe, reading, trace)?;
        if in_place(probe, reading, trace)? == Some(false) {
            return check_trace(probe, reading, last_in_place(probe, reading, before..trace)?);
        }
        before = before.max(trace);
    }
    Ok(())
}

/// The last trace of some, of which the first is in its place, that is in its own: found by halves.
fn last_in_place(probe: &Probe<'_>, reading: &Reading<'_>, traces: Range<u64>) -> Result<u64> {
    let Range { start: mut inside, end: mut outside } = traces;
    while outside - inside > 1 {
        let middle = inside + (outside - inside) / 2;
        match in_place(probe, reading, middle)? {
            Some(false) => outside = middle,
            _ => inside = middle,
        }
    }
    Ok(inside)
}

fn in_place(probe: &Probe<'_>, reading: &Reading<'_>, trace: u64) -> Result<Option<bool>> {
    let Some(first) = reading.start.header else { return Ok(None) };
    let header: [u8; PROBE] = probe.up_to(reading.offset(trace), PROBE)?;
    // Its own name tells an additional header from the standard one.
    let other = !is_named(&first[232..240]) && is_named(&header[232..240]);
    Ok(if other { Some(false) } else { likeness(&first, &header) })
}

/// The same of one trace.
pub(super) fn check_trace(probe: &Probe<'_>, reading: &Reading<'_>, trace: u64) -> Result<()> {
    let Some(first) = reading.start.header else { return Ok(()) };
    let at = reading.offset(trace);
    let header: [u8; PROBE] = probe.up_to(at, PROBE)?;
    if likeness(&first, &header) != Some(true) {
        return Ok(());
    }
    let usual = reading.additional.0;
    let Some(own) = stated(reading, &header).filter(|&own| own != usual) else { return Ok(()) };
    let stands = |at: u64| -> Result<bool> {
        let next: [u8; PROBE] = probe.up_to(at, PROBE)?;
        Ok(at == reading.end.0 || likeness(&first, &next) == Some(true))
    };
    let samples = reading.trace_len().saturating_sub((usual + 1) * TRACE_HEADER);
    let next = at.saturating_add((own + 1) * TRACE_HEADER).saturating_add(samples);
    if !stands(next)? || stands(reading.offset(trace.saturating_add(1)))? {
        return Ok(());
    }
    let what = "traces with different numbers of additional headers are not read";
    Err(Error::new(Kind::Format, what)
        .trace(trace)
        .byte(at.saturating_add(TRACE_HEADER + 157))
        .want(format_args!("{usual}, as other traces have"))
        .have(own))
}
