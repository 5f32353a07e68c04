//! How well a reading agrees with the file: each test adds a reason for or against it.
//!
//! First the header words and the file size are judged, which reads nothing. Then, for the best few
//! readings, the headers at the expected offsets of some traces are compared with the first one
//! ([`likeness`]); the first header itself shows the byte order, since most of its numbers are small
//! in the right one. Only where that leaves doubts are traces followed by their own sample counts.
//! The weights of all these, and the rules that they follow, are in [`weights`](super::weights).
//!
//! It fails where the evidence is symmetric: a file of one trace whose header words are the same in
//! both byte orders, or headers that are blank. Then the usual case wins, and a warning reports the
//! ambiguity.

use super::FileKind;
use super::candidates::WIDTHS;
use super::chain::Chain;
use super::evidence::Weighed;
use super::likeness::{is_blank, likeness, sampled};
use super::probe::{PROBE, Probe};
use super::reading::Reading;
use super::reason::Reason;
use super::stated::Constant;
use super::value::Origin;
use super::weights::{Aspect, weight};
use super::words::{Words, named, stated_headers};
use crate::error::Result;
use crate::format::{ByteOrder, Format};

/// By how many bits numbers must be smaller to decide.
const CLEARLY: u32 = 8;

/// The most headers that are followed in doubt.
const MAX_LINKS: u64 = 5;

impl Reading<'_> {
    /// Whether there is enough evidence for a file without file headers, which is the exception.
    pub(super) fn is_credible(&self) -> bool {
        let bears = |reason: &Reason| {
            matches!(
                weight(reason).0,
                Aspect::Kind | Aspect::Start | Aspect::Size | Aspect::Headers
            )
        };
        let reasons = self.reasons.iter().filter(|weighed| bears(&weighed.reason));
        self.claims.has_headers() || reasons.map(|weighed| weighed.points).sum::<i32>() > 0
    }

    /// Judges the reading by the file headers and the size of the file. Reads nothing.
    pub(super) fn judge_claims(&mut self) {
        self.note(match self.claims.kind {
            FileKind::SegY => Reason::FileHeaders,
            FileKind::SeismicUnix => Reason::TracesAlone,
        });
        self.judge_order();
        self.judge_start();
        self.judge_additional();
        self.judge_samples();
        self.judge_width();
        self.note(match self.end.1 {
            Origin::Declared => Reason::TrailerDeclared,
            _ => Reason::NoTrailer(self.claims.trailers != 0),
        });
        self.judge_size();
    }

    fn judge_order(&mut self) {
        if let Constant::States(order) = self.claims.constant {
            self.note(Reason::ConstantAgrees(order == self.order()));
        }
        if self.order() == ByteOrder::BIG && self.claims.has_headers() {
            self.note(Reason::BigEndian);
        }
    }

    fn judge_start(&mut self) {
        self.note(match self.start.from {
            Origin::Default if !self.claims.has_headers() => Reason::NoFileHeaders,
            from => Reason::StartFrom(from),
        });
        if self.start.text_here {
            self.note(Reason::TextInsteadOfTrace);
        }
        if let Some(before) = self.start.text_before {
            self.note(Reason::TextBefore(before));
        }
    }

    fn judge_additional(&mut self) {
        if !self.claims.has_headers() {
            return self.note(Reason::NoAdditionalHeaders);
        }
        self.note(Reason::AdditionalFrom(self.additional.1));
        let Some(header) = &self.start.header else { return };
        let has_some = self.additional.0 > 0;
        let stated = stated_headers(header, self.order());
        let stated = stated.filter(|&own| has_some && own != self.additional.0);
        match (has_some, named(header, self.order())) {
            (true, true) => self.note(Reason::AdditionalNamed),
            (true, false) => self.note(Reason::AdditionalNameMissing),
            (false, true) => self.note(Reason::AdditionalNameInSamples),
            (false, false) => {}
        }
        if let Some(own) = stated {
            self.note(Reason::AdditionalStated(own));
        }
    }

    fn judge_samples(&mut self) {
        self.note(Reason::SamplesFrom(match self.n_samples.1 {
            // Seismic Unix has no other header.
            Origin::Declared if !self.claims.has_headers() => Origin::Trace,
            from => from,
        }));
    }

    fn judge_width(&mut self) {
        self.note(match self.width.1 {
            Origin::Declared if !self.claims.has_headers() => {
                Reason::WidthOfKind(self.claims.passcal)
            }
            from => Reason::WidthFrom(from),
        });
        if self.width.1 == Origin::Override {
            // An override supports no kind of file; a valid code does, in either byte order.
            let is_code = |code: i16| Format::from_code(code.into()).is_ok();
            let code = self.claims.code;
            if self.claims.has_headers() && (is_code(code) || is_code(code.swap_bytes())) {
                self.note(Reason::FormatCodeValid);
            }
        }
        if self.claims.format.is_none() {
            self.note(Reason::FormatCodeInvalid(self.claims.code));
        }
    }

    fn judge_size(&mut self) {
        self.note(match self.fit() {
            (0, 0) => Reason::NoRoom,
            (n, trailing) => Reason::Size(n, self.trace_len(), trailing),
        });
        if self.claims.n_traces > 0 && self.claims.n_traces == self.fit().0 {
            self.note(Reason::TraceCountAgrees);
        }
    }

    /// Judges the reading by the blocks at the expected offsets of trace headers.
    pub(super) fn judge_headers(&mut self, probe: &mut Probe<'_>) -> Result<()> {
        let (n, _) = self.fit();
        let Some(first) = self.start.header.filter(|_| n > 0) else {
            return Ok(());
        };
        self.judge_first_header(&first);
        let (mut like, mut unlike) = (Vec::new(), Vec::new());
        for i in sampled(n).into_iter().skip(1) {
            let Some(header) = probe.header(self.offset(i))? else { continue };
            match likeness(&first, &header) {
                Some(true) => like.push(i),
                Some(false) => unlike.push(i),
                None => {}
            }
        }
        // The header of a truncated trace is evidence as well; that there is none is not.
        if let Some(header) = probe.header(self.offset(n))?
            && likeness(&first, &header) == Some(true)
        {
            like.push(n);
        }
        if !like.is_empty() {
            self.note(Reason::HeadersAt(like));
        }
        if !unlike.is_empty() {
            self.note(Reason::NoHeaderAt(unlike));
        }
        Ok(())
    }

    /// Whether there is relevant evidence against the reading, even if it is the best.
    pub(super) fn is_doubtful(&self) -> bool {
        let against =
            |weighed: &Weighed| weight(&weighed.reason).0 == Aspect::Headers && weighed.points < 0;
        let among_samples = |header| self.additional.0 == 0 && named(header, self.order());
        self.claims.format.is_none()
            || self.reasons.iter().any(against)
            || self.start.header.as_ref().is_some_and(among_samples)
    }

    /// Judges whether headers follow the first one, each where the samples end that the one before
    /// states: this supports all but the sample count, where traces have different ones.
    pub(super) fn judge_links(&mut self, probe: &Probe<'_>) -> Result<()> {
        let Some(mut chain) = Chain::new(probe, self) else { return Ok(()) };
        let (mut at, mut links) = (self.start.at, 0);
        while links < MAX_LINKS
            && let Some(header) = chain.header(at)?
        {
            at = chain.link(at, &header)?.end;
            if !chain.is_like(at)? {
                break;
            }
            links += 1;
        }
        if links > 0 {
            self.note(Reason::Links(links));
        }
        Ok(())
    }

    /// Judges whether a header like the first is stored where another reading begins traces, within or
    /// before the first trace of this one: `others` are the start and the trace length of such readings.
    ///
    /// A reading that skips traces, or takes two for one, fits size and headers as well as the right one.
    pub(super) fn judge_between(&mut self, probe: &Probe<'_>, others: &[(u64, u64)]) -> Result<()> {
        let (start, len) = (self.start.at, self.trace_len());
        let Some(first) = self.start.header.filter(|_| self.fit().0 > 0) else { return Ok(()) };
        for &(other, shorter) in others {
            let offset = match other {
                _ if other < start => other,
                _ if other == start && shorter < len => start.saturating_add(shorter),
                _ => continue,
            };
            if likeness(&first, &probe.up_to(offset, PROBE)?) == Some(true) {
                self.note(Reason::HeaderBetween(offset));
                break;
            }
        }
        Ok(())
    }

    /// Judges whether samples of some width fit the file and put a header where trace 1 begins: this
    /// shows the byte order where the format is overridden, and may be wrong.
    pub(super) fn judge_any_width(&mut self, probe: &mut Probe<'_>) -> Result<()> {
        let Some(first) = self.start.header else { return Ok(()) };
        let room = self.end.0.saturating_sub(self.start.at);
        for width in WIDTHS {
            let len = self.trace_len_at(width);
            if room > len
                && room.is_multiple_of(len)
                && let Some(header) = probe.header(self.start.at.saturating_add(len))?
                && likeness(&first, &header) == Some(true)
            {
                self.note(Reason::HeadersAtWidth(width));
                break;
            }
        }
        Ok(())
    }

    /// Judges whether the first trace header agrees with the binary header.
    fn compare_with_binary(&mut self, words: Words<'_>) {
        let (samples, interval) = (u64::from(words.u16(115)), words.i16(117));
        let same = samples == self.n_samples.0;
        if same || (samples != 0 && u16::try_from(self.n_samples.0).is_ok()) {
            self.note(Reason::FirstTraceSamples(samples, same));
        }
        if interval != 0 && interval == self.claims.interval.0 {
            self.note(Reason::IntervalAgrees);
        }
    }

    fn judge_first_header(&mut self, first: &[u8; PROBE]) {
        if is_blank(first) {
            return;
        }
        let words = Words::trace(first, self.order());
        if self.claims.has_headers() {
            self.compare_with_binary(words);
        }
        let own = magnitude(words);
        let others = self.claims.orders().filter(|order| *order != self.order());
        let least = others.map(|order| magnitude(Words::trace(first, order))).min();
        if least.is_some_and(|least| own + CLEARLY <= least) {
            self.note(Reason::SmallValues(true));
        } else if least.is_some_and(|least| least + CLEARLY <= own) {
            self.note(Reason::SmallValues(false));
        }
        if !(-1..=64).contains(&words.i16(29)) {
            self.note(Reason::TraceIdInvalid);
        }
        if !matches!(words.i16(71).unsigned_abs(), 0 | 1 | 10 | 100 | 1000 | 10000) {
            self.note(Reason::ScalarInvalid);
        }
    }
}

/// The size of the numbers of a header that are usually small: bits of all of them together.
fn magnitude(words: Words<'_>) -> u32 {
    let long = [1, 5, 9, 13, 17, 21, 25, 37]
        .map(|byte| u32::BITS - words.i32(byte).unsigned_abs().leading_zeros());
    let short = [29, 31, 33, 71, 115, 117]
        .map(|byte| u16::BITS - words.i16(byte).unsigned_abs().leading_zeros());
    long.into_iter().chain(short).sum()
}
