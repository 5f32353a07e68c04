//! Traces of different lengths, followed from one to the next.
//!
//! Each trace header states the sample count of its trace, and where these samples end the next trace
//! begins. The chain starts at the first trace and goes on as long as a block that resembles the first
//! header, or the one before, is found where the trace ends. This is right because a wrong count leads
//! into the middle of samples, which do not look like a header. It fails where headers do not state
//! their own length (then 0 may mean the count of the binary header, which the first trace decides),
//! and in runs of blank headers, which lead anywhere: too many of them, and those at the end, are not
//! taken for traces.

use std::sync::Arc;

use super::likeness::{is_blank, likeness};
use super::probe::{PROBE, Probe};
use super::reading::Reading;
use super::stated::Ended;
use super::value::Origin;
use super::words::{Words, is_named, named, stated_headers};
use crate::error::Result;
use crate::format::ByteOrder;
use crate::layout::TRACE_HEADER;
use crate::lengths::Records;
use crate::parallel::Running;

/// How much of a file is read ahead where traces are short.
const AHEAD: usize = 64 << 10;

/// Blank headers without samples that may stand one behind the other: more of them are what a file was
/// padded with, which may be any length.
const MOST_BLANK: usize = 4096;

/// Traces followed between two looks for an interruption.
const POLL_EVERY: usize = 256;

/// The traces of a file, as a reading has their first one, by their own lengths.
pub(super) struct Chain<'a> {
    probe: &'a Probe<'a>,
    reading: &'a Reading<'a>,
    first: [u8; PROBE],
    /// Whether a header that says 0 samples means as many as usual; None where each tells for itself.
    nothing_is_usual: Option<bool>,
    /// Bytes of the file that were read last, and where they begin.
    ahead: (u64, Vec<u8>),
}

/// A trace and where the next one begins.
#[derive(Clone, Copy)]
pub(super) struct Link {
    /// Additional headers, and samples.
    pub(super) additional: u64,
    pub(super) samples: u64,
    /// Behind its last byte.
    pub(super) end: u64,
}

/// How far traces lead.
pub(super) struct Followed {
    pub(super) records: Arc<Records>,
    pub(super) ended: Ended,
    /// Traces of no samples whose headers are like no others: how many, and which is the first.
    pub(super) nothing: (usize, usize),
}

/// Where traces of their own lengths were found to lie, and what that depends on.
pub(super) struct Walked {
    start: (u64, ByteOrder),
    /// Additional headers, bytes of a sample, the end of traces, what counts where a header says nothing.
    sizes: [u64; 4],
    /// Whether all have the additional headers that were asked for, whatever they state.
    asked: bool,
    followed: Followed,
}

/// Follows the traces of a reading, unless that was done before.
pub(super) fn walk<'w>(
    probe: &Probe<'_>,
    reading: &Reading<'_>,
    walked: &'w mut Option<Walked>,
    running: Running<'_>,
) -> Result<Option<&'w Followed>> {
    let start = (reading.start.at, reading.order());
    let usual = reading.claims.declared_samples();
    let sizes = [reading.additional.0, reading.width.0, reading.end.0, usual];
    let asked = reading.additional.1 == Origin::Override;
    let same = |known: &Walked| (known.start, known.sizes, known.asked) == (start, sizes, asked);
    if !walked.as_ref().is_some_and(same) {
        let Some(chain) = Chain::new(probe, reading) else { return Ok(None) };
        *walked = Some(Walked { start, sizes, asked, followed: chain.follow(running)? });
    }
    Ok(walked.as_ref().map(|walked| &walked.followed))
}

impl<'a> Chain<'a> {
    /// The traces of a reading, if there is a first one whose header says anything.
    pub(super) fn new(probe: &'a Probe<'a>, reading: &'a Reading<'a>) -> Option<Chain<'a>> {
        let first = reading.start.header?;
        let chain = Chain { probe, reading, first, nothing_is_usual: None, ahead: (0, Vec::new()) };
        (!chain.is_blank(&first)).then_some(chain)
    }

    /// Whether a header like the first one stands at a place; None where that cannot be told.
    pub(super) fn likeness(&mut self, at: u64) -> Result<Option<bool>> {
        Ok(self.header(at)?.map_or(Some(false), |header| self.alike(&self.first, &header)))
    }

    /// As [`likeness`]: but an additional header, which has its name in bytes 233-240, is no first one, and
    /// what stands before the first of them is, whatever else it says.
    fn alike(&self, one: &[u8; PROBE], header: &[u8; PROBE]) -> Option<bool> {
        let order = self.reading.order();
        let is_additional = |header| is_named(Words::trace(header, order).raw(233));
        if !is_additional(&self.first) && is_additional(header) {
            return Some(false);
        }
        let both = self.reading.additional.0 > 0 && named(one, order) && named(header, order);
        if both { Some(true) } else { likeness(one, header) }
    }

    /// Whether a header is all zeros, and none stands behind it that is not.
    fn is_blank(&self, header: &[u8; PROBE]) -> bool {
        let alone = self.reading.additional.0 == 0 || !named(header, self.reading.order());
        alone && is_blank(header)
    }

    /// Whether a header like the first one stands at a place, as far as can be told.
    pub(super) fn is_like(&mut self, at: u64) -> Result<bool> {
        Ok(self.likeness(at)? == Some(true))
    }

    /// Whether a header is stored at an offset: one like the first one or, where that cannot be told, one
    /// that states any samples, or `samples` of them.
    pub(super) fn is_header(&mut self, at: u64, samples: Option<u64>) -> Result<bool> {
        let Some(header) = self.header(at)? else { return Ok(false) };
        let stated = u64::from(Words::trace(&header, self.reading.order()).u16(115));
        let states = samples.map_or(stated > 0, |samples| stated == samples);
        Ok(self.alike(&self.first, &header).unwrap_or(states))
    }

    /// The header at a place and the 240 bytes behind it; None where traces end before it does.
    pub(super) fn header(&mut self, at: u64) -> Result<Option<[u8; PROBE]>> {
        let (start, bytes) = &self.ahead;
        let skip = at.checked_sub(*start).and_then(|skip| usize::try_from(skip).ok());
        let mut header = [0; PROBE];
        if let Some(known) = skip.and_then(|skip| bytes.get(skip..)?.get(..PROBE)) {
            header.copy_from_slice(known);
            return Ok(self.within(at).then_some(header));
        }
        // A little further on: more of them, and maybe the next ones.
        let near = skip.is_some_and(|skip| skip < bytes.len() + AHEAD / 8);
        let (start, bytes) = &mut self.ahead;
        *start = at;
        bytes.resize(if near { AHEAD } else { PROBE }, 0);
        let got = self.probe.read(at, bytes)?;
        bytes.truncate(got);
        let n = got.min(PROBE);
        header[..n].copy_from_slice(&bytes[..n]);
        Ok((n >= 240 && self.within(at)).then_some(header))
    }

    fn within(&self, at: u64) -> bool {
        at.saturating_add(TRACE_HEADER) <= self.reading.end.0
    }

    /// What the header of a trace at a place says of its length.
    ///
    /// Source: bytes 115-116, or where they are not 0 bytes 137-140 of the first additional header,
    /// whose bytes 157-158 are the number of additional headers, where they are not 0.
    pub(super) fn link(&mut self, at: u64, header: &[u8; PROBE]) -> Result<Link> {
        let Reading { claims, additional: (most, from), .. } = *self.reading;
        let words = Words::trace(header, claims.order);
        let (mut additional, mut samples) = (most, u64::from(words.u16(115)));
        if most > 0 && named(header, claims.order) {
            let stated = stated_headers(header, claims.order).filter(|_| from != Origin::Override);
            additional = stated.unwrap_or(most);
            let own = Words::trace(&header[240..], claims.order).u32(137);
            if own > 0 {
                samples = own.into();
            }
        }
        let link = |samples: u64| {
            let bytes = samples.saturating_mul(self.reading.width.0);
            let headers = (additional + 1) * TRACE_HEADER;
            let end = at.saturating_add(headers).saturating_add(bytes);
            Link { additional, samples, end }
        };
        let (own, usual) = (link(samples), link(claims.declared_samples()));
        if samples > 0 || usual.end == own.end {
            return Ok(own);
        }
        // A header that says nothing may mean what the binary header says: it does in all traces if it
        // does in the first.
        let meant = match self.nothing_is_usual {
            Some(meant) => meant,
            None => !self.leads_on(own)? && self.leads_on(usual)?,
        };
        if at == self.reading.start.at {
            self.nothing_is_usual = Some(meant);
        }
        Ok(if meant { usual } else { own })
    }

    /// Whether a trace ends where traces do, or where another one begins.
    pub(super) fn leads_on(&mut self, link: Link) -> Result<bool> {
        Ok(link.end == self.reading.end.0 || self.is_like(link.end)?)
    }

    /// Follows all traces, as far as they lead. Blank headers at the end are no traces.
    pub(super) fn follow(mut self, running: Running<'_>) -> Result<Followed> {
        let (mut at, end) = (self.reading.start.at, self.reading.end.0);
        let mut records = Records::new(at);
        let (mut live, mut before) = (0, self.first);
        let mut nothing = Vec::new();
        let ended = loop {
            if at == end {
                break Ended::Whole;
            }
            let Some(header) = self.header(at)? else { break Ended::Truncated };
            let alike = [&self.first, &before].map(|other| self.alike(other, &header));
            if alike == [Some(false); 2] {
                break Ended::NoHeader;
            }
            let link = self.link(at, &header)?;
            if link.end > end {
                break if alike[0] == Some(true) { Ended::Truncated } else { Ended::NoHeader };
            }
            if link.samples == 0 && !alike.contains(&Some(true)) {
                nothing.push(records.len());
            }
            // No more than the two bytes that state it.
            let headers = ((link.additional + 1) * TRACE_HEADER) as u32;
            records.push(headers, link.end - at - u64::from(headers))?;
            at = link.end;
            if !self.is_blank(&header) {
                (live, before) = (records.len(), header);
            } else if link.samples == 0 && records.len() - live > MOST_BLANK {
                break Ended::NoHeader;
            }
            if records.len().is_multiple_of(POLL_EVERY) {
                running.check()?;
            }
        };
        let blank = live < records.len();
        if blank {
            records.truncate(live);
        }
        let ended = if blank && ended == Ended::Whole { Ended::NoHeader } else { ended };
        nothing.truncate(nothing.partition_point(|trace| *trace < records.len()));
        let nothing = (nothing.len(), nothing.first().copied().unwrap_or(0));
        Ok(Followed { records: Arc::new(records), ended, nothing })
    }
}
