//! Whether traces really have the one length that a reading gives them.

use super::Overrides;
use super::candidates::{Origin, Reading};
use super::probe::Probe;
use super::score::{likeness, places};
use super::words::Words;
use crate::error::{Error, Kind, Result};

/// Refuses a file whose traces do not stand where the best reading puts them, saying what does fit.
///
/// A file that fits its reading and has headers where they should be is not looked at further.
///
/// # Errors
/// [`Kind::Format`] where traces have different lengths.
pub(super) fn check(
    probe: &mut Probe<'_>,
    reading: &Reading<'_>,
    overrides: &Overrides,
) -> Result<()> {
    let misplaced = misplaced(probe, reading)?;
    let trimmed = reading.end.1 == Origin::Seen;
    if reading.fits() && misplaced.is_none() && !trimmed {
        return Ok(());
    }
    if overrides.n_samples.is_some() {
        return Ok(());
    }
    own_lengths(probe, reading)?;
    if reading.fits() { Ok(()) } else { contradictions(probe, reading) }
}

/// The first of the traces looked at that has no header like the first one's at its place.
fn misplaced(probe: &mut Probe<'_>, reading: &Reading<'_>) -> Result<Option<u64>> {
    let Some(first) = reading.start.header else { return Ok(None) };
    for i in places(reading.fit().0) {
        if let Some(header) = probe.header(reading.offset(i))?
            && likeness(&first, &header) == Some(false)
        {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

/// Follows the first few traces by the lengths that they themselves state.
fn own_lengths(probe: &mut Probe<'_>, reading: &Reading<'_>) -> Result<()> {
    let Some(first) = reading.start.header else { return Ok(()) };
    let mut at = reading.start.at;
    let mut odd = None;
    for trace in 0..8 {
        let Some(header) = probe.header(at)? else { return Ok(()) };
        if trace > 0 && likeness(&first, &header) != Some(true) {
            return Ok(());
        }
        if let Some((trace, byte, samples)) = odd
            && at != reading.offset(trace + 1)
        {
            return Err(variable(reading, trace, byte, samples));
        }
        let samples = samples(reading, &header);
        if samples != reading.n_samples.0 {
            odd = odd.or(Some((trace, at, samples)));
        }
        let own = Reading { n_samples: (samples, reading.n_samples.1), ..reading.clone() };
        at = at.saturating_add(own.trace_len());
    }
    Ok(())
}

/// Where the size does not fit and traces do state their lengths: whether any contradicts.
fn contradictions(probe: &mut Probe<'_>, reading: &Reading<'_>) -> Result<()> {
    let Some(first) = reading.start.header else { return Ok(()) };
    let usual = [samples(reading, &first), reading.n_samples.0];
    if usual[0] == 0 {
        return Ok(());
    }
    let (n, _) = reading.fit();
    for i in places(n).into_iter().chain([n]) {
        let at = reading.offset(i);
        let Some(header) = probe.header(at)? else { continue };
        let own = samples(reading, &header);
        let blank = header[..240].iter().all(|&byte| byte == 0);
        // What follows the whole traces may be anything; only a header counts there.
        let counts = if i < n { !blank } else { likeness(&first, &header) == Some(true) };
        if counts && !usual.contains(&own) {
            return Err(variable(reading, i, at, own));
        }
    }
    Ok(())
}

fn samples(reading: &Reading<'_>, header: &[u8]) -> u64 {
    u64::from(Words::trace(header, reading.order()).u16(115))
}

fn variable(reading: &Reading<'_>, trace: u64, at: u64, samples: u64) -> Error {
    Error::new(Kind::Format, "traces of different lengths are not read")
        .trace(trace)
        .byte(at.saturating_add(115))
        .want(format_args!("{} samples in every trace", reading.n_samples.0))
        .have(samples)
        .advice("pass open(n_samples=) if all traces have one length")
}
