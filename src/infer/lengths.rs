//! Whether traces really have the one length that a reading gives them, or each its own.

use super::Overrides;
use super::candidates::{Origin, Reading};
use super::chain::{Chain, Ended, Followed, Link};
use super::probe::Probe;
use super::score::{Topic, likeness, places};
use super::words::Words;
use crate::error::{Error, Kind, Result};
use crate::layout::TRACE_HEADER;
use crate::lengths::Lengths;

/// How many traces are followed by their own lengths to see whether these differ, and how many a file
/// may have that is always looked through for it.
const FEW: u64 = 128;

/// How many, where the first trace states another length, or another count than the binary header.
const DOUBTED: u64 = 4096;

/// At how many places more a file is looked at whose headers say that lengths may vary.
const MORE: u128 = 16;

/// What it is worth that every trace leads to the next one: more than what stands at a few places, and
/// more than a size, which fits by chance.
const LEADING: i32 = 200;

/// What shows that traces have different lengths; None where nothing does. `trimmed` is the reading
/// without what is no trace at its end.
///
/// A file that fits its reading and has headers where they should be is looked at further only if it
/// has few traces.
///
/// # Errors
/// [`Kind::Format`] where traces contradict the reading, and lead nowhere.
pub(super) fn vary(
    probe: &Probe<'_>,
    reading: &Reading<'_>,
    trimmed: &Reading<'_>,
    overrides: &Overrides,
) -> Result<Option<String>> {
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
/// [`Kind::Format`] where they are not, and contradict the others.
pub(super) fn prevail(
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
    for i in places(trimmed.fit().0).into_iter().skip(1) {
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

/// The first of the traces looked at that has no header like the first one's at its place.
fn misplaced(probe: &Probe<'_>, reading: &Reading<'_>) -> Result<Option<u64>> {
    let Some(first) = reading.start.header else { return Ok(None) };
    let (n, _) = reading.fit();
    // Where headers say that lengths may vary, some that make up for each other are looked for.
    let may_vary = reading.claims.fixed == Some(false) || is_disputed(reading);
    let more = if may_vary { MORE } else { 0 };
    let among = (1..=more).map(|i| (u128::from(n) * i / (MORE + 1)) as u64).filter(|i| *i < n);
    for i in places(n).into_iter().chain(among) {
        let header = probe.up_to(reading.offset(i), first.len())?;
        let blank = header[..240].iter().all(|&byte| byte == 0);
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
) -> Result<Option<String>> {
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
            found -= i64::from(chain.states(place, reading.n_samples.0)?);
        }
        at = link.end;
        if !(at - reading.start.at).is_multiple_of(reading.trace_len()) {
            found += i64::from(at == reading.end.0 || chain.is_header(at)?);
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
) -> Result<Option<String>> {
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
        && !chain.is_header(reading.offset(bad))?;
    Ok(differs_there.then(|| differs(reading, good, at, link)))
}

/// Where the size does not fit and traces do state their lengths: whether any contradicts that has no
/// header behind it where the reading has one.
fn contradictions(chain: &mut Chain<'_>, reading: &Reading<'_>) -> Result<()> {
    let Some(first) = reading.start.header else { return Ok(()) };
    let samples = |header: &[u8]| u64::from(Words::trace(header, reading.order()).u16(115));
    let usual = [samples(&first), reading.n_samples.0];
    // What is asked for is obeyed, and may put headers anywhere.
    if usual[0] == 0 || reading.additional.1 == Origin::Asked {
        return Ok(());
    }
    for i in places(reading.fit().0) {
        let at = reading.offset(i);
        let Some(header) = chain.header(at)? else { continue };
        let own = samples(&header);
        let blank = header[..240].iter().all(|&byte| byte == 0);
        if !blank && !usual.contains(&own) && !chain.is_like(reading.offset(i + 1))? {
            return Err(Error::new(Kind::Format, "the lengths of traces cannot be told")
                .trace(i)
                .byte(at.saturating_add(115))
                .want(format_args!(
                    "{} samples in every trace, or a header where those of the trace end",
                    reading.n_samples.0
                ))
                .have(own)
                .advice("pass open(n_samples=) if all traces have one length"));
        }
    }
    Ok(())
}

fn differs(reading: &Reading<'_>, trace: u64, at: u64, link: Link) -> String {
    let additional = if link.additional == reading.additional.0 {
        String::new()
    } else {
        format!(" and {} additional headers", link.additional)
    };
    format!(
        "trace {trace} (header at byte {}) has {} samples{additional}, where the first reading has \
         {}, and trace {} begins where they end",
        at + 1,
        link.samples,
        reading.n_samples.0,
        trace + 1
    )
}

/// The reading by which traces have the lengths that they state: as they are when they are padded to
/// the longest.
pub(super) fn reading<'a>(best: &Reading<'a>, followed: &Followed, why: &str) -> Reading<'a> {
    let records = &followed.records;
    let (head, body) = records.longest();
    let width = best.width.0;
    let most = (head / TRACE_HEADER).saturating_sub(1);
    // What is declared is how many there are at most.
    let declared = most == 0 || most <= best.claims.most_additional();
    let mut reading = Reading {
        additional: match best.additional.1 {
            Origin::Asked => (most, Origin::Asked),
            _ if declared => (most, Origin::Declared),
            _ => (most, Origin::Default),
        },
        n_samples: (body / width, Origin::Each),
        lengths: Some(Lengths::new(records.clone(), width)),
        ..best.clone()
    };
    let traces = reading.trace_len().saturating_mul(records.len() as u64);
    reading.end = (best.start.at.saturating_add(traces), best.end.1);
    let general =
        |topic| !matches!(topic, Topic::Samples | Topic::Size | Topic::Headers | Topic::End);
    reading.reasons.retain(|reason| general(reason.topic));
    reading.note(Topic::Samples, 0, why.to_owned());
    let n = records.len();
    let ended = match followed.ended {
        Ended::Whole => "up to the end",
        Ended::Short => "up to one that is cut short",
        Ended::Strange => "up to something else",
    };
    let text = format!("{n} traces lead from one to the next by their own lengths, {ended}");
    reading.note(Topic::Headers, LEADING, text);
    reading
}

/// What may be no traces among those that were followed: zeros, where a header was damaged.
pub(super) fn nothing(followed: &Followed) -> Option<String> {
    let (n, trace) = followed.nothing;
    let at = (n > 0).then(|| followed.records.start(trace) + 1)?;
    Some(format!(
        "{n} traces have no samples, and headers that say nothing, the first of them trace {trace} (header \
         at byte {at}): dead traces, or samples of a trace whose header is damaged"
    ))
}

/// What is behind the last trace that was followed, if anything.
pub(super) fn rest(
    probe: &Probe<'_>,
    best: &Reading<'_>,
    followed: &Followed,
) -> Result<Option<String>> {
    let (n, at, end) = (followed.records.len(), followed.records.end(), best.end.0);
    let over = end.saturating_sub(at);
    if over == 0 {
        return Ok(None);
    }
    if let Some(byte) = probe.repeated(at, end)? {
        return Ok(Some(format!("{over} bytes of 0x{byte:02X} after {n} whole traces: ignored")));
    }
    let place = format!("{over} bytes are over after {n} whole traces (from offset {at} of {end})");
    Ok(Some(match followed.ended {
        Ended::Strange => format!(
            "{place}: no header stands where trace {n} should, by the length of the one before; \
             ignored"
        ),
        _ => format!("{place}: the last trace is cut short, or something follows it"),
    }))
}
