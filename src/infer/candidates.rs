//! All the ways in which a file could be read: the product of what each word could mean.
//!
//! A further peculiarity of files is a further variant here and a further test in `score`.

use super::claims::Claims;
use super::likeness::likeness;
use super::probe::{PROBE, Probe};
use super::reading::{Reading, Start};
use super::value::Origin;
use super::words::{Words, named, stated_headers};
use super::{MOST_HEADERS, Overrides};
use crate::error::Result;
use crate::format::Endian;
use crate::layout::TRACE_HEADER;
use crate::text::TEXT_HEADER;

/// The bytes that samples of one format or another take.
pub(super) const WIDTHS: [u64; 5] = [4, 2, 1, 3, 8];

/// Keeps the first of several ways to the same value: callers name the best first.
fn push(list: &mut Vec<(u64, Origin)>, value: u64, from: Origin) {
    if list.iter().all(|(known, _)| *known != value) {
        list.push((value, from));
    }
}

/// Where traces may begin, if the claims are true, or only partly so.
pub(super) fn starts(
    probe: &mut Probe<'_>,
    claims: &Claims,
    overrides: &Overrides,
) -> Result<Vec<Start>> {
    let record = TEXT_HEADER as u64;
    let text = claims.start;
    let mut at = Vec::new();
    if let Some(first_trace) = overrides.first_trace {
        push(&mut at, first_trace, Origin::Override);
    } else if !claims.has_headers() {
        push(&mut at, claims.start, Origin::Default);
    } else {
        if claims.first_trace >= text && claims.second {
            push(&mut at, claims.first_trace, Origin::Extended);
        }
        if let Ok(n) = u64::try_from(claims.extended_text) {
            push(&mut at, text + record * n, Origin::Declared);
        }
        let run = probe.text_run(text, claims.extended_text == -1)?;
        let from = if run.ended && claims.extended_text == -1 {
            Origin::Declared
        } else {
            Origin::Detected
        };
        push(&mut at, text + record * run.records, from);
        push(&mut at, text, Origin::Default);
        if claims.first_trace >= text {
            push(&mut at, claims.first_trace, Origin::NonStandard);
        }
    }
    // A start at the very end is a file without traces; one beyond it is none.
    at.retain(|(at, _)| *at <= probe.len);
    at.into_iter().map(|at| start(probe, claims, at, None)).collect()
}

/// A place where traces may begin; `distance` is that of their headers, where it was found.
pub(super) fn start(
    probe: &mut Probe<'_>,
    claims: &Claims,
    (at, from): (u64, Origin),
    distance: Option<u64>,
) -> Result<Start> {
    let (record, text) = (TEXT_HEADER as u64, claims.start);
    let room = at.saturating_sub(text) / record;
    let before = at.checked_sub(record).filter(|b| *b >= text && claims.has_headers());
    let text_before = before.map(|before| probe.text_at(before)).transpose()?;
    let texts = match u64::try_from(claims.extended_text) {
        _ if distance.is_some() && from == Origin::Detected => {
            probe.text_run(text, false)?.records.min(room)
        }
        // Between them and traces that begin where byte 3521 says, anything may stand.
        Ok(declared) if declared > 0 && text_before != Some(true) => declared.min(room),
        _ => room,
    };
    let (text_here, header) = (probe.text_at(at)?, probe.header(at)?);
    Ok(Start { at, from, texts, text_here, text_before, header, distance })
}

/// Every reading of a file that begins at one of the starts.
pub(super) fn readings<'a>(
    probe: &mut Probe<'_>,
    claims: &'a Claims,
    starts: &'a [Start],
    overrides: &Overrides,
) -> Result<Vec<Reading<'a>>> {
    let mut readings = Vec::new();
    let trailer = if claims.trailers == -1 { probe.trailer()? } else { None };
    for start in starts {
        for additional in additional_headers(claims, start, overrides) {
            for n_samples in sample_counts(claims, start, additional.0, overrides) {
                for width in widths(claims, overrides) {
                    if start.distance.is_some_and(|distance| {
                        let headers = (additional.0 + 1) * TRACE_HEADER;
                        n_samples.0.saturating_mul(width.0).saturating_add(headers) != distance
                    }) {
                        continue;
                    }
                    let reading = Reading {
                        claims,
                        start,
                        additional,
                        n_samples,
                        width,
                        end: (probe.len, Origin::Default),
                        lengths: None,
                        reasons: Vec::new(),
                    };
                    let before = before_trailer(probe.len, trailer, &reading)
                        .map(|end| Reading { end: (end, Origin::Declared), ..reading.clone() });
                    for reading in before.into_iter().chain([reading]) {
                        if width.1 != Origin::Detected || shows_width(probe, &reading)? {
                            readings.push(reading);
                        }
                    }
                }
            }
        }
    }
    Ok(readings)
}

/// How many bytes each sample may take: what the format does, or what the file shows.
fn widths(claims: &Claims, overrides: &Overrides) -> Vec<(u64, Origin)> {
    let mut list = Vec::new();
    if let Some(format) = claims.format {
        let from = if overrides.format.is_some() { Origin::Override } else { Origin::Declared };
        push(&mut list, format.width() as u64, from);
    }
    // Headers that are asked for may be wrong: then they show nothing of the width.
    let shown = overrides.additional_headers.is_none() || claims.format.is_none();
    if overrides.format.is_none() && claims.has_headers() && shown {
        for width in WIDTHS {
            push(&mut list, width, Origin::Detected);
        }
    }
    list
}

/// Whether the file shows that samples have the width of a reading: it is exactly so many traces, and
/// the second has a header like the first.
fn shows_width(probe: &mut Probe<'_>, reading: &Reading<'_>) -> Result<bool> {
    let (n, over) = reading.fit();
    let (Some(first), true) = (reading.start.header, n > 0 && over == 0) else {
        return Ok(false);
    };
    if n == 1 {
        return Ok(reading.claims.format.is_none());
    }
    if let Some(declared) = reading.claims.format
        && reading.width.0 == 2 * declared.width() as u64
        && halves_are_alike(probe, reading, declared.width())?
    {
        return Ok(false);
    }
    Ok(match probe.header(reading.offset(1))? {
        Some(second) => likeness(&first, &second) == Some(true),
        None => false,
    })
}

/// Whether samples of twice the declared width are two samples each: the first four bits of both halves
/// have about the same values, and so have the last four.
///
/// The first bits of a number are its sign and exponent, or the size of an integer, and have few values;
/// those in the middle of a number have any, or are zero. It fails for samples that are all zero, which
/// are the same in either width.
fn halves_are_alike(probe: &Probe<'_>, reading: &Reading<'_>, half: usize) -> Result<bool> {
    const BYTES: usize = 16 << 10;
    let headers = (reading.additional.0 + 1) * TRACE_HEADER;
    let len = reading.trace_len().saturating_sub(headers).min(BYTES as u64) as usize;
    let bytes: [u8; BYTES] = probe.up_to(reading.start.at + headers, len)?;
    let units = || bytes[..len].chunks_exact(2 * half).filter(|unit| unit.iter().any(|b| *b != 0));
    let are_alike = |byte: usize, digit: fn(u8) -> u8| {
        let mut balance = [0i32; 16];
        for unit in units() {
            balance[usize::from(digit(unit[byte]))] += 1;
            balance[usize::from(digit(unit[half + byte]))] -= 1;
        }
        balance.into_iter().map(i32::unsigned_abs).sum::<u32>() as usize <= units().count()
    };
    let most = |byte| byte >> 4;
    let least = |byte| byte & 15;
    Ok(match reading.order().endian() {
        Endian::Big => are_alike(0, most) && are_alike(half - 1, least),
        Endian::Little => are_alike(half - 1, most) && are_alike(0, least),
    })
}

/// How many additional headers each trace may have.
fn additional_headers(claims: &Claims, start: &Start, overrides: &Overrides) -> Vec<(u64, Origin)> {
    if let Some(asked) = overrides.additional_headers {
        return vec![(asked, Origin::Override)];
    }
    // Revision 2.0 has 32 bits for their number, 2.1 gives the last 16 to another field.
    let (short, long) = (i64::from(claims.additional.0), i64::from(claims.additional.1));
    let (meant, other) =
        if claims.revision.value == (2, 0) { (long, short) } else { (short, long) };
    let mut list = Vec::new();
    if claims.second {
        for (number, from) in [(meant, Origin::Declared), (other, Origin::NonStandard)] {
            if let Ok(number @ ..=MOST_HEADERS) = u64::try_from(number) {
                push(&mut list, number, from);
            }
        }
    }
    let named = |header: &[u8; PROBE]| named(header, claims.order) && claims.has_headers();
    if let Some(header) = start.header.filter(named) {
        let stated = stated_headers(&header, claims.order);
        push(&mut list, stated.unwrap_or(1), Origin::TraceExtended);
    }
    let plain = if list.is_empty() { Origin::Declared } else { Origin::Default };
    push(&mut list, 0, plain);
    list
}

/// How many samples each trace may have; never 0.
fn sample_counts(
    claims: &Claims,
    start: &Start,
    additional: u64,
    overrides: &Overrides,
) -> Vec<(u64, Origin)> {
    if let Some(asked) = overrides.n_samples {
        return vec![(asked, Origin::Override)];
    }
    let mut list = Vec::new();
    let (short, long) = claims.n_samples;
    let mut say = |value: u64, from| {
        if value > 0 {
            push(&mut list, value, from);
        }
    };
    // The word has a sign, and no file means a negative number by it.
    let long = u64::from(long);
    if claims.second && i32::try_from(long).is_ok() {
        say(long, Origin::Extended);
    }
    if claims.passcal && long > u64::from(short) {
        say(long, Origin::Private);
    }
    say(u64::from(short), Origin::Declared);
    if let Some(header) = &start.header {
        if additional > 0 && named(header, claims.order) {
            let own = Words::trace(&header[240..], claims.order).u32(137);
            say(u64::from(own), Origin::TraceExtended);
        }
        let words = Words::trace(header, claims.order);
        say(u64::from(words.u16(115)), Origin::Trace);
        // PASSCAL and Seismic Unix state it there where 16 bits do not hold the number.
        if words.u16(115) == i16::MAX.unsigned_abs() {
            say(u64::from(words.u32(229)), Origin::Private);
        }
    }
    say(long, Origin::NonStandard);
    if let (Some(distance), Some(format)) = (start.distance, claims.format) {
        let samples = distance.saturating_sub((additional + 1) * TRACE_HEADER);
        if samples.is_multiple_of(format.width() as u64) {
            say(samples / format.width() as u64, Origin::Detected);
        }
    }
    list
}

/// Where the data trailer begins, if the file declares one that leaves room for traces.
///
/// Where their number is not stated, what stands there tells, or the number of traces.
fn before_trailer(len: u64, seen: Option<u64>, reading: &Reading<'_>) -> Option<u64> {
    let record = TEXT_HEADER as u64;
    let claims = reading.claims;
    let end = match claims.trailers {
        -1 => match seen {
            Some(seen) => seen,
            None => {
                let traces = reading.trace_len().checked_mul(claims.n_traces)?;
                reading.start.at.checked_add(traces)?
            }
        },
        n => len.checked_sub(record.checked_mul(u64::try_from(n).ok()?)?)?,
    };
    let whole = len.checked_sub(end)? % record == 0;
    (whole && end < len && end > reading.start.at).then_some(end)
}
