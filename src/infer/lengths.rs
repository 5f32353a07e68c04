//! Whether all traces have the length that a reading gives them, or each has a separate one.
//!
//! The file is suspect where its size is not a whole number of traces, where headers are missing at
//! some expected offsets, or where it is small enough to look at every trace. Then the first traces are
//! followed by their own sample counts. If one of them differs and a header follows it where the
//! reading has none, lengths vary, and all traces are followed ([`chain`](super::chain)). The result is
//! kept only if it explains more of the file than one length does: it must reach the end, or headers
//! must be missing where the one length has them. A large file whose size fits and whose sampled
//! headers are in place is not looked at further, so traces that vary only between those samples and
//! add up to a whole number of traces are missed.

use super::Overrides;
use super::chain::{Chain, Followed, Link, Walked, walk};
use super::likeness::{is_blank, likeness, sampled};
use super::probe::Probe;
use super::reading::Reading;
use super::reason::Reason;
use super::stated::{Content, Ended, OwnLength, Trailing};
use super::tail;
use super::value::Origin;
use super::warning::Warning;
use super::weights::{Aspect, weight};
use super::words::Words;
use crate::error::{Error, Kind, Result};
use crate::layout::TRACE_HEADER;
use crate::lengths::Lengths;
use crate::parallel::Running;

/// How many traces are followed by their own lengths to see whether these differ, and how many a file
/// may have that is always looked through for it.
const FEW: u64 = 128;

/// How many, where the first trace states another length, or another count than the binary header.
const DOUBTED: u64 = 4096;

/// At how many places more a file is looked at whose headers say that lengths may vary.
const MORE: u128 = 16;

/// Decides whether traces have one length, and where they end. Ends the traces of `best` where other
/// data begins; returns warnings, and the reading with different lengths where it is better.
///
/// # Errors
/// `Class::Format` where lengths cannot be determined; whatever `running.poll` returns.
pub(super) fn settle<'a>(
    probe: &Probe<'_>,
    best: &mut Reading<'a>,
    overrides: &Overrides,
    walked: &mut Option<Walked>,
    running: Running<'_>,
) -> Result<(Vec<Warning>, Option<Reading<'a>>)> {
    let whole = best.clone();
    let trailing = tail::trim(probe, best)?;
    if let Some(why) = vary(probe, &whole, best, overrides)?
        && let Some(followed) = walk(probe, &whole, walked, running)?
        && prevail(probe, best, &whole, followed)?
    {
        *best = whole;
        let warnings = rest(probe, best, followed)?.into_iter().chain(blank(followed)).collect();
        return Ok((warnings, Some(varied(best, followed, why))));
    }
    Ok((trailing.into_iter().collect(), None))
}

/// What shows that traces have different lengths; None where nothing does. `trimmed` is the reading
/// without what is no trace at its end.
///
/// A file that fits its reading and has headers where they should be is looked at further only if it
/// has few traces.
///
/// # Errors
/// `Class::Format` where traces contradict the reading, and lead nowhere.
fn vary(
    probe: &Probe<'_>,
    reading: &Reading<'_>,
    trimmed: &Reading<'_>,
    overrides: &Overrides,
) -> Result<Option<OwnLength>> {
    if overrides.n_samples.is_some() {
        return Ok(None);
    }
    let (n, _) = trimmed.fit();
    let misplaced = misplaced(probe, trimmed)?;
    let settled = reading.fits() && misplaced.is_none() && trimmed.end == reading.end;
    let Some(first) = reading.start.header else { return Ok(None) };
    let Some(mut chain) = Chain::new(probe, reading) else { return Ok(None) };
    let agrees = chain.link(reading.start.at, &first)?.end == reading.offset(1);
    let few = if agrees && !is_disputed(reading) { FEW } else { DOUBTED };
    if settled && n > few {
        return Ok(None);
    }
    if let Some(why) = own_lengths(&mut chain, reading, settled, few)? {
        return Ok(Some(why));
    }
    if settled {
        return Ok(None);
    }
    // Behind the whole traces a shorter one may stand.
    if let Some(why) = where_it_breaks(&mut chain, reading, misplaced.unwrap_or(n + 1))? {
        return Ok(Some(why));
    }
    if !trimmed.fits() {
        contradictions(&mut chain, trimmed)?;
    }
    Ok(None)
}

/// Whether traces that were followed are a better reading than traces of one length: they take most of the
/// file, or headers are mostly not where these would have them.
///
/// # Errors
/// `Class::Format` where they are not, and contradict the others.
fn prevail(
    probe: &Probe<'_>,
    trimmed: &Reading<'_>,
    reading: &Reading<'_>,
    followed: &Followed,
) -> Result<bool> {
    let records = &followed.records;
    // Those that differed were no traces.
    let n = records.len();
    if (0..n).all(|i| records.start(i) == reading.offset(i as u64))
        && records.end() == reading.offset(n as u64)
    {
        return Ok(false);
    }
    let (start, end) = (reading.start.at, reading.end.0);
    let (reached, (_, longest)) = (records.end(), records.longest());
    let Some(mut chain) = Chain::new(probe, reading) else { return Ok(false) };
    let mut balance = 0;
    for i in sampled(trimmed.fit().0).into_iter().skip(1) {
        balance += match chain.likeness(trimmed.offset(i))? {
            Some(true) => 1,
            Some(false) => -1,
            None => 0,
        };
    }
    // A size that fits is better than traces that do not lead to the end.
    let worse = reading.fits() && followed.ended != Ended::Whole;
    let most = reached - start >= (end - start) / 2;
    if longest > 0 && (balance < 0 || (!worse && (most || balance == 0))) {
        return Ok(true);
    }
    if !trimmed.fits() {
        contradictions(&mut chain, trimmed)?;
    }
    Ok(false)
}

/// Whether traces have as many samples as the first one says, and the binary header says another number.
fn is_disputed(reading: &Reading<'_>) -> bool {
    reading.n_samples.1 == Origin::Trace && reading.claims.declared_samples() > 0
}

/// The traces whose headers are looked at.
fn looked_at(reading: &Reading<'_>) -> Vec<u64> {
    let (n, _) = reading.fit();
    // Where headers say that lengths may vary, some that make up for each other are looked for.
    let may_vary = reading.claims.fixed == Some(false) || is_disputed(reading);
    let more = if may_vary { MORE } else { 0 };
    let among = (1..=more).map(|i| (u128::from(n) * i / (MORE + 1)) as u64).filter(|i| *i < n);
    sampled(n).into_iter().chain(among).collect()
}

/// The offsets of the traces that are looked at, and of their samples.
pub(super) fn places(reading: &Reading<'_>) -> Vec<u64> {
    let middle = reading.trace_len() / 2;
    let offsets = looked_at(reading).into_iter().map(|i| reading.offset(i));
    offsets.flat_map(|at| [at, at.saturating_add(middle)]).collect()
}

/// The first of the traces looked at that has no header like the first one's at its place.
fn misplaced(probe: &Probe<'_>, reading: &Reading<'_>) -> Result<Option<u64>> {
    let Some(first) = reading.start.header else { return Ok(None) };
    for i in looked_at(reading) {
        let header = probe.up_to(reading.offset(i), first.len())?;
        let blank = is_blank(&header);
        if !blank && likeness(&first, &header) != Some(true) {
            return Ok(Some(i));
        }
    }
    Ok(None)
}

/// Follows the first few traces by the lengths that they themselves state. One that differs counts where
/// a header stands where it leads, or the file ends there, and that is no place of the reading; in a
/// file that fits its reading, or has headers that say too little to be known again, only if all lead from
/// one to the next, up to the end.
fn own_lengths(
    chain: &mut Chain<'_>,
    reading: &Reading<'_>,
    settled: bool,
    few: u64,
) -> Result<Option<OwnLength>> {
    let mut at = reading.start.at;
    let mut odd: Option<(u64, u64, Link)> = None;
    // Headers, and the end, found where the reading has none, less headers of the reading that were passed
    // over: zeros lead anywhere, as traces of no samples.
    let mut found = 0i64;
    let (mut why, mut sure) = (None, !settled);
    for trace in 0..=if settled { few } else { DOUBTED } {
        let whole = at == reading.end.0;
        if !whole && trace > 0 {
            match chain.likeness(at)? {
                Some(true) => {}
                Some(false) => return Ok(None),
                None => sure = false,
            }
        }
        if let Some((trace, at_odd, link)) = odd
            && why.is_none()
            && at != reading.offset(trace + 1)
        {
            why = Some(differs(reading, trace, at_odd, link));
        }
        if whole || (why.is_some() && sure && found > 0) {
            return Ok(why.filter(|_| found > 0));
        }
        let Some(header) = chain.header(at)? else { return Ok(None) };
        let link = chain.link(at, &header)?;
        if odd.is_none() && link.end - at != reading.trace_len() {
            odd = Some((trace, at, link));
        }
        let place = reading.offset((at - reading.start.at) / reading.trace_len() + 1);
        if place < link.end {
            found -= i64::from(chain.is_header(place, Some(reading.n_samples.0))?);
        }
        at = link.end;
        if !(at - reading.start.at).is_multiple_of(reading.trace_len()) {
            found += i64::from(at == reading.end.0 || chain.is_header(at, None)?);
        }
    }
    Ok(None)
}

/// Looks at the last trace that is in its place, before one that is not: whether another one begins
/// where its own length ends.
fn where_it_breaks(
    chain: &mut Chain<'_>,
    reading: &Reading<'_>,
    misplaced: u64,
) -> Result<Option<OwnLength>> {
    let (mut good, mut bad) = (0, misplaced);
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        if chain.is_like(reading.offset(middle))? { good = middle } else { bad = middle }
    }
    let at = reading.offset(good);
    let Some(header) = chain.header(at)? else { return Ok(None) };
    let link = chain.link(at, &header)?;
    let differs_there = link.end - at != reading.trace_len()
        && chain.leads_on(link)?
        && !chain.is_header(reading.offset(bad), None)?;
    Ok(differs_there.then(|| differs(reading, good, at, link)))
}

/// Where the size does not fit and traces do state their lengths: whether any contradicts that has no
/// header behind it where the reading has one.
fn contradictions(chain: &mut Chain<'_>, reading: &Reading<'_>) -> Result<()> {
    let Some(first) = reading.start.header else { return Ok(()) };
    let samples = |header: &[u8]| u64::from(Words::trace(header, reading.order()).u16(115));
    let usual = [samples(&first), reading.n_samples.0];
    // What is asked for is obeyed, and may put headers anywhere.
    if usual[0] == 0 || reading.additional.1 == Origin::Override {
        return Ok(());
    }
    for i in sampled(reading.fit().0) {
        let at = reading.offset(i);
        let Some(header) = chain.header(at)? else { continue };
        let own = samples(&header);
        let blank = is_blank(&header);
        if !blank && !usual.contains(&own) && !chain.is_like(reading.offset(i + 1))? {
            let error = Kind::UnknownTraceLength { declared: own, usual: reading.n_samples.0 };
            return Err(Error::from(error).trace(i).byte(at.saturating_add(115)));
        }
    }
    Ok(())
}

fn differs(reading: &Reading<'_>, trace: u64, at: u64, link: Link) -> OwnLength {
    OwnLength {
        trace,
        byte: at + 1,
        samples: link.samples,
        additional: (link.additional != reading.additional.0).then_some(link.additional),
        usual: reading.n_samples.0,
    }
}

/// The reading with different lengths: as traces are when they are padded to the longest.
fn varied<'a>(best: &Reading<'a>, followed: &Followed, why: OwnLength) -> Reading<'a> {
    let records = &followed.records;
    let (head, body) = records.longest();
    let width = best.width.0;
    let most = (head / TRACE_HEADER).saturating_sub(1);
    // What is declared is the greatest number of them.
    let declared = most == 0 || most <= best.claims.most_additional();
    let mut reading = Reading {
        additional: match best.additional.1 {
            Origin::Override => (most, Origin::Override),
            _ if declared => (most, Origin::Declared),
            _ => (most, Origin::Default),
        },
        n_samples: (body / width, Origin::Each),
        lengths: Some(Lengths::new(records.clone(), width)),
        ..best.clone()
    };
    let traces = reading.trace_len().saturating_mul(records.len() as u64);
    reading.end = (best.start.at.saturating_add(traces), best.end.1);
    let of_lengths =
        |aspect| matches!(aspect, Aspect::Samples | Aspect::Size | Aspect::Headers | Aspect::End);
    reading.reasons.retain(|weighed| !of_lengths(weight(&weighed.reason).0));
    reading.note(Reason::OwnLength(why));
    reading.note(Reason::Followed(records.len() as u64, followed.ended));
    reading
}

/// Traces without samples and with blank headers, which a damaged header may cause.
fn blank(followed: &Followed) -> Option<Warning> {
    let (count, first) = followed.nothing;
    let byte = (count > 0).then(|| followed.records.start(first) + 1)?;
    Some(Warning::BlankTraces { count, first, byte })
}

/// What follows the last trace that was followed, if anything.
fn rest(probe: &Probe<'_>, best: &Reading<'_>, followed: &Followed) -> Result<Option<Warning>> {
    let (traces, offset, end) = (followed.records.len() as u64, followed.records.end(), best.end.0);
    let bytes = end.saturating_sub(offset);
    if bytes == 0 {
        return Ok(None);
    }
    let content = match (probe.repeated(offset, end)?, followed.ended) {
        (Some(byte), _) => Content::Repeated(byte),
        (None, Ended::NoHeader) => Content::NoHeader,
        (None, _) => Content::Unknown,
    };
    Ok(Some(Warning::TrailingBytes(Trailing { bytes, traces, trace_len: None, offset, content })))
}
