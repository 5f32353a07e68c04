//! Trace headers found by looking for them, where the file headers lead to none.
//!
//! The file headers say where the first trace begins and how long traces are. If no header is there, or
//! none follows it, they are wrong, or other data lies between. Then the sample count and interval that a
//! trace header must have, bytes 115-118, are looked for in the next 64 KiB. A place is taken for the first
//! trace if a second and a third header, which resemble it, follow at the same distance, and so does one in
//! the middle of the file; that distance is the length of a trace, whatever headers state. Only one that
//! fits is returned, so that noise is never taken for traces.
//!
//! It fails where headers state neither count nor interval, where both differ between file header and trace
//! headers and the first trace is not in its place, and where fewer than three traces follow.

use std::cell::Cell;

use super::claims::Claims;
use super::likeness::{is_blank, likeness};
use super::probe::{PROBE, Probe};
use super::reading::{Reading, Start};
use super::reason::Reason;
use super::stated::Gap;
use super::value::Origin;
use super::warning::Warning;
use super::words::{Words, named};
use super::{Overrides, candidates};
use crate::error::{Error, Kind, Result};
use crate::format::{ByteOrder, Endian};
use crate::layout::TRACE_HEADER;
use crate::text::{TEXT_HEADER, TEXT_SHARE, sniff};

/// How far the first trace may be from where it is expected.
const REACH: u64 = 64 << 10;

/// The longest trace that is looked for, in bytes.
const LONGEST: u64 = 4 << 20;

/// How many bytes are looked through at a time.
const CHUNK: usize = 256 << 10;

/// How many reads a search takes at most, whatever the file contains.
const READS: u32 = 32;

/// Where in a trace header sample count and interval are, counted from 0.
const COUNT: u64 = 114;

/// Whether a reading has no header where its first two traces should have one.
pub(super) fn is_lost(reading: &Reading<'_>, probe: &mut Probe<'_>) -> Result<bool> {
    let Some(first) = reading.start.header else {
        return Ok(probe.len >= reading.start.at.saturating_add(TRACE_HEADER));
    };
    if reading.start.text_here || is_blank(&first) || reading.fit().0 == 0 {
        return Ok(true);
    }
    // A header that is read a few bytes off its place resembles the next one, read so.
    let count = u64::from(Words::trace(&first, reading.order()).u16(115));
    let agrees = is_header(&first, reading.order()) && count == reading.n_samples.0;
    if !reading.fits() && !agrees {
        return Ok(true);
    }
    let second = probe.header(reading.offset(1))?;
    Ok(match second.map(|second| likeness(&first, &second)) {
        Some(Some(alike)) => !alike,
        Some(None) | None => !reading.fits(),
    })
}

/// The place where the traces of a file begin, by the headers that are found there.
///
/// `starts` are those that the file headers name: if whole traces, which are dead, lie between one of them
/// and the first header, it is returned.
pub(super) fn start(
    probe: &mut Probe<'_>,
    claims: &Claims,
    starts: &[Start],
    overrides: &Overrides,
) -> Result<Option<Start>> {
    // Additional headers repeat words of the standard one at other offsets.
    let has_additional =
        |start: &Start| start.header.is_some_and(|header| named(&header, claims.order));
    if starts.iter().any(has_additional) {
        return Ok(None);
    }
    let from = overrides.first_trace.unwrap_or(claims.start);
    let mut patterns: Vec<(u64, Vec<u8>, u64)> = Vec::new();
    let in_place = starts.iter().filter_map(|start| {
        let header = start.header.filter(|header| is_header(header, claims.order))?;
        Some((start.at, header[COUNT as usize..][..4].to_vec(), 0))
    });
    let elsewhere = claims.has_headers() && overrides.first_trace.is_none();
    if elsewhere && claims.n_samples.0 > 0 {
        let words = [claims.n_samples.0, claims.interval.0.cast_unsigned()];
        let bytes = words.map(|word| match claims.order {
            ByteOrder::Plain(Endian::Little) => word.to_le_bytes(),
            ByteOrder::Plain(Endian::Big) => word.to_be_bytes(),
            ByteOrder::Pairwise => word.to_le_bytes(),
        });
        patterns.push((from, bytes.as_flattened().to_vec(), REACH));
        patterns.extend(in_place);
        patterns.push((from, bytes[0].to_vec(), REACH));
    } else {
        patterns.extend(in_place);
    }
    let left = Cell::new(READS);
    for (from, pattern, reach) in patterns {
        let search = Search { probe, order: claims.order, pattern: &pattern, left: &left };
        if let Some((at, distance)) = search.first(from, reach)? {
            // A header in its place, before a trace of another length than the others.
            let header = search.header(at)?;
            let in_place = |start: &&Start| {
                start.header.zip(header).is_some_and(|(a, b)| search.is_alike(&a, &b))
            };
            if at > from && starts.iter().any(|start| start.at < at && in_place(&start)) {
                return Ok(None);
            }
            let whole = |start: &&Start| {
                at.checked_sub(start.at).is_some_and(|gap| gap.is_multiple_of(distance))
            };
            let start = starts.iter().find(whole).map(|start| (start.at, start.from));
            let start = start.unwrap_or((at, Origin::Detected));
            return candidates::start(probe, claims, start, Some(distance)).map(Some);
        }
    }
    Ok(None)
}

/// Refuses a reading that only noise supports: the file is no whole number of its traces, and none of them
/// has a header.
///
/// # Errors
/// `Class::Format`.
pub(super) fn refuse_noise(best: &Reading<'_>, overrides: &Overrides) -> Result<()> {
    let mut missing = None;
    for weighed in &best.reasons {
        match &weighed.reason {
            Reason::HeadersAt(_) | Reason::Links(_) => return Ok(()),
            Reason::NoHeaderAt(traces) if traces.len() > 1 => missing = Some(traces.clone()),
            _ => {}
        }
    }
    // An override is obeyed, and the warning about it names the missing headers.
    let overridden = overrides.n_samples.is_some() || overrides.first_trace.is_some();
    match missing.filter(|_| !best.fits() && !overridden) {
        Some(traces) => {
            let kind = Kind::NoTraceHeaders { traces, samples: best.n_samples.0 };
            Err(Error::from(kind).byte(best.start.at + 1))
        }
        None => Ok(()),
    }
}

/// The warning for a reading whose first trace was found after other data.
pub(super) fn gap(probe: &Probe<'_>, best: &Reading<'_>) -> Result<Option<Warning>> {
    let text = best.claims.start + best.start.texts * TEXT_HEADER as u64;
    let (at, from) = (best.start.at, best.start.from);
    if best.start.distance.is_none() || from != Origin::Detected || at <= text {
        return Ok(None);
    }
    let mut bytes = vec![0; (at - text).min(REACH) as usize];
    let got = probe.read(text, &mut bytes)?;
    let content = match &bytes[..got] {
        zeros if zeros.iter().all(|byte| *byte == 0) => Gap::Zeros,
        text if sniff(text).share > TEXT_SHARE => Gap::Text,
        _ => Gap::Other,
    };
    Ok(Some(Warning::FirstTraceFound { byte: at + 1, gap: at - text, content }))
}

/// Whether a block could be a trace header: not blank, with a sample count and valid codes.
fn is_header(header: &[u8; PROBE], order: ByteOrder) -> bool {
    let words = Words::trace(header, order);
    let scalar = words.i16(71).unsigned_abs();
    words.u16(115) > 0
        && (-1..=64).contains(&words.i16(29))
        && (scalar == 0 || matches!(scalar, 1 | 10 | 100 | 1000 | 10000))
}

/// A search for the bytes of sample count, or of count and interval, as headers have them.
struct Search<'a> {
    probe: &'a Probe<'a>,
    order: ByteOrder,
    pattern: &'a [u8],
    /// The number of reads that are left.
    left: &'a Cell<u32>,
}

impl Search<'_> {
    /// The first of three headers that follow each other at one distance, and the distance.
    fn first(&self, from: u64, reach: u64) -> Result<Option<(u64, u64)>> {
        let mut next = from;
        while let Some(at) = self.next(next, from + reach)? {
            let header = self.header(at)?;
            if let Some(header) = header.filter(|header| is_header(header, self.order))
                && let Some(distance) = self.distance(at, &header)?
            {
                return Ok(Some((at, distance)));
            }
            next = at + 1;
        }
        Ok(None)
    }

    /// How far it is from a header to the next one, and from that to a third.
    fn distance(&self, at: u64, first: &[u8; PROBE]) -> Result<Option<u64>> {
        let is_like =
            |place| {
                let header = self.header(place)?;
                Result::Ok(header.is_some_and(|other| {
                    is_header(&other, self.order) && self.is_alike(first, &other)
                }))
            };
        let mut next = at + TRACE_HEADER + 1;
        while let Some(second) = self.next(next, at + LONGEST)? {
            next = second + 1;
            if !is_like(second)? {
                continue;
            }
            let distance = second - at;
            let n = (self.probe.len - at) / distance;
            if n >= 3 && is_like(at + 2 * distance)? && is_like(at + n / 2 * distance)? {
                return Ok(Some(distance));
            }
        }
        Ok(None)
    }

    /// Whether two headers are alike, in more than the words that are looked for.
    fn is_alike(&self, first: &[u8; PROBE], other: &[u8; PROBE]) -> bool {
        let words = |header: &[u8; PROBE]| -> Vec<[u8; 2]> { header[..240].as_chunks().0.to_vec() };
        let same =
            words(first).into_iter().zip(words(other)).filter(|(a, b)| a == b && *a != [0; 2]);
        let enough =
            if self.pattern.len() == 4 && !self.pattern.ends_with(&[0; 2]) { 2 } else { 4 };
        likeness(first, other) == Some(true) && same.count() >= enough
    }

    /// The first place from `from` to `to` where a header would have the bytes that are looked for.
    fn next(&self, from: u64, to: u64) -> Result<Option<u64>> {
        let len = self.pattern.len();
        let mut bytes = vec![0; CHUNK.min((to - from.min(to)) as usize + len)];
        let mut at = from;
        while at <= to && self.spend() {
            let got = self.probe.read(at + COUNT, &mut bytes)?;
            let places = bytes[..got].windows(len).take((to - at) as usize + 1);
            if let Some(i) = places.into_iter().position(|bytes| bytes == self.pattern) {
                return Ok(Some(at + i as u64));
            }
            if got < bytes.len() {
                break;
            }
            at += (got - len + 1) as u64;
            bytes.resize(CHUNK, 0);
        }
        Ok(None)
    }

    /// Whether one more read is left.
    fn spend(&self) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0
    }

    fn header(&self, at: u64) -> Result<Option<[u8; PROBE]>> {
        if !self.spend() {
            return Ok(None);
        }
        let mut header = [0; PROBE];
        let got = self.probe.read(at, &mut header)?;
        Ok((got >= TRACE_HEADER as usize).then_some(header))
    }
}
