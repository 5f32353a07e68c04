//! How well a reading agrees with the file: points for and against, each with its reason.
//!
//! The rule of evidence: the size of the file outranks any single header word. What stands at the
//! places where traces should begin, seen at several of them, can outrank even the size, which
//! fits a wrong reading by chance now and then.

use std::borrow::Cow;

use super::candidates::{Origin, Reading, WIDTHS, named, stated_headers};
use super::chain::Chain;
use super::claims::Constant;
use super::probe::{PROBE, Probe};
use super::words::Words;
use super::{ASKED, FileKind};
use crate::error::Result;
use crate::format::{ByteOrder, Format};

/// What a reason bears on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Kind,
    Order,
    Start,
    Additional,
    Samples,
    Width,
    Trailer,
    End,
    /// The size of the file: bears on everything.
    Size,
    /// What stands where headers should: bears on everything.
    Headers,
}

/// A test that a reading passed or failed.
#[derive(Debug, Clone)]
pub(super) struct Reason {
    pub(super) topic: Topic,
    pub(super) points: i32,
    pub(super) text: Cow<'static, str>,
}

/// How it is said that places of traces have no header.
pub(super) const NOWHERE: &str = "no header stands at the place of trace";

const SIZE: i32 = 40;
const CONSTANT: i32 = 30;
const NUMBERS: i32 = 6;
// By so many bits.
const CLEARLY: u32 = 8;
const HEADER_LIKE: i32 = 8;
// Outranks four places without headers.
const ANY_WIDTH: i32 = 100;
const HEADER_UNLIKE: i32 = -16;
// Outranks places without headers, and then a size that fits by chance.
const LINKED: i32 = 16;
const MOST_LINKS: i32 = 5;
// Outranks the words of the binary header that say otherwise.
const HEADER_BETWEEN: i32 = -24;
// Outranks all: text fits a size by chance, and its cards look like each other.
const TEXT_INSTEAD: i32 = -120;
// Outranks headers that are not where a wrong format puts them.
const NOTHING_FITS: i32 = -100;

impl Reading<'_> {
    pub(super) fn note(&mut self, topic: Topic, points: i32, text: impl Into<Cow<'static, str>>) {
        self.reasons.push(Reason { topic, points, text: text.into() });
    }

    /// Whether enough speaks for a file without file headers, which are the rule.
    pub(super) fn is_credible(&self) -> bool {
        let bears = |topic: Topic| {
            matches!(topic, Topic::Kind | Topic::Start | Topic::Size | Topic::Headers)
        };
        let reasons = self.reasons.iter().filter(|reason| bears(reason.topic));
        self.claims.has_headers() || reasons.map(|reason| reason.points).sum::<i32>() > 0
    }

    /// What the file headers and the size of the file say. Reads nothing.
    pub(super) fn judge_claims(&mut self) {
        match self.claims.kind {
            FileKind::SegY => self.note(Topic::Kind, 0, "with the file headers of SEG-Y"),
            FileKind::SeismicUnix => {
                self.note(Topic::Kind, -6, "traces alone, as Seismic Unix has them");
            }
        }
        self.judge_order();
        self.judge_start();
        self.judge_additional();
        self.judge_samples();
        self.judge_width();
        match (self.end.1, self.claims.trailers) {
            (Origin::Declared, _) => {
                self.note(Topic::Trailer, 8, "a data trailer is declared (byte 3529)");
            }
            (_, 0) => self.note(Topic::Trailer, 0, "byte 3529 declares none"),
            _ => self.note(Topic::Trailer, 0, "there is none, though byte 3529 declares one"),
        }
        self.judge_size();
    }

    fn judge_order(&mut self) {
        match self.claims.constant {
            Constant::States(order) if order == self.order() => {
                self.note(Topic::Order, CONSTANT, "the byte-order constant (byte 3297) says so");
            }
            Constant::States(_) => {
                let text = "the byte-order constant (byte 3297) says otherwise";
                self.note(Topic::Order, -CONSTANT, text);
            }
            _ => {}
        }
        if self.order() == ByteOrder::BIG && self.claims.has_headers() {
            self.note(Topic::Order, 2, "big-endian is the rule");
        }
    }

    fn judge_start(&mut self) {
        match self.start.from {
            Origin::Asked => self.note(Topic::Start, 0, ASKED),
            Origin::Extended => self.note(Topic::Start, 12, "byte 3521 says so"),
            Origin::Declared => {
                self.note(Topic::Start, 10, "as the extended textual headers (byte 3505) say");
            }
            Origin::Seen => self.note(Topic::Start, 0, "where the text ends that is there"),
            Origin::Undue => {
                self.note(Topic::Start, -4, "byte 3521, which this revision does not have");
            }
            _ if !self.claims.has_headers() => self.note(Topic::Start, 0, "no file headers"),
            _ => self.note(Topic::Start, -6, "directly after the binary header"),
        }
        if self.start.text_here {
            self.note(Topic::Start, TEXT_INSTEAD, "text stands where the first trace should");
        }
        match self.start.text_before {
            Some(true) => self.note(Topic::Start, 6, "text stands before it"),
            Some(false) => self.note(Topic::Start, -10, "no text stands before it"),
            None => {}
        }
    }

    fn judge_additional(&mut self) {
        match self.additional {
            _ if !self.claims.has_headers() => {
                return self.note(Topic::Additional, 0, "Seismic Unix has none");
            }
            (_, Origin::Asked) => self.note(Topic::Additional, 0, ASKED),
            (_, Origin::Declared) => {
                self.note(Topic::Additional, 8, "as the binary header declares");
            }
            (_, Origin::Undue) => {
                self.note(Topic::Additional, 2, "byte 3507, as the other revision writes it");
            }
            (_, Origin::TraceExtended) => {
                self.note(Topic::Additional, 4, "an additional header stands there");
            }
            _ => self.note(Topic::Additional, -4, "byte 3507 says otherwise"),
        }
        if let Some(header) = &self.start.header {
            match (self.additional.0 > 0, named(header, self.order())) {
                (true, true) => self.note(Topic::Additional, 12, "SEG00001 stands at its byte 233"),
                (true, false) => self.note(Topic::Additional, -4, "the name SEG00001 is missing"),
                (false, true) => {
                    self.note(Topic::Additional, -12, "the name SEG00001 stands among samples");
                }
                (false, false) => {}
            }
            let stated =
                stated_headers(header, self.order()).filter(|&own| own != self.additional.0);
            if let Some(own) = stated.filter(|_| self.additional.0 > 0) {
                let text = format!("byte 157 of the first additional header says {own}");
                self.note(Topic::Additional, -16, text);
            }
        }
    }

    fn judge_samples(&mut self) {
        match self.n_samples.1 {
            Origin::Declared if !self.claims.has_headers() => {
                self.note(Topic::Samples, 0, "byte 115 of the first trace header");
            }
            Origin::Declared => self.note(Topic::Samples, 10, "byte 3221 of the binary header"),
            Origin::Extended => self.note(Topic::Samples, 12, "byte 3269 of the binary header"),
            Origin::Undue => {
                let text = "byte 3269, which this revision does not have, or not without a sign";
                self.note(Topic::Samples, -12, text);
            }
            Origin::TraceExtended => {
                self.note(Topic::Samples, 4, "byte 137 of the first additional trace header");
            }
            Origin::Trace => self.note(Topic::Samples, 0, "byte 115 of the first trace header"),
            Origin::Private => {
                let text = "byte 229 of the first trace header, where byte 115 says 32767";
                self.note(Topic::Samples, -4, text);
            }
            _ => self.note(Topic::Samples, 0, ASKED),
        }
    }

    fn judge_width(&mut self) {
        match self.width.1 {
            Origin::Declared => self.note(Topic::Width, 10, "byte 3225 of the binary header"),
            Origin::Asked => {
                self.note(Topic::Width, 0, ASKED);
                // What was asked for speaks for no kind of file; this does, and for no byte order.
                let is_code = |code: i16| Format::from_code(code.into()).is_ok();
                let code = self.claims.code;
                if self.claims.has_headers() && (is_code(code) || is_code(code.swap_bytes())) {
                    self.note(Topic::Kind, 10, "byte 3225 of the binary header is a format code");
                }
            }
            _ => self.note(Topic::Width, 0, "what the places of headers show"),
        }
        if self.claims.format.is_none() {
            self.note(Topic::Order, -10, format!("byte 3225 is {}: no format", self.claims.code));
        }
    }

    fn judge_size(&mut self) {
        let len = self.trace_len();
        match self.fit() {
            (0, 0) => self.note(Topic::Size, 0, "the file ends where traces would begin"),
            (n, over) => {
                let points = match (n, over) {
                    (0, _) => NOTHING_FITS,
                    (_, 0) => SIZE,
                    _ => 0,
                };
                let text = format!("the size is {n} x {len} bytes of traces, {over} over");
                self.note(Topic::Size, points, text);
            }
        }
        if self.claims.n_traces > 0 && self.claims.n_traces == self.fit().0 {
            self.note(Topic::Size, 10, "byte 3513 says as many traces");
        }
    }

    /// What stands where trace headers should.
    pub(super) fn judge_headers(&mut self, probe: &mut Probe<'_>) -> Result<()> {
        let (n, _) = self.fit();
        let Some(first) = self.start.header.filter(|_| n > 0) else {
            return Ok(());
        };
        self.judge_first_header(&first);
        let (mut like, mut unlike) = (Vec::new(), Vec::new());
        for i in places(n).into_iter().skip(1) {
            let Some(header) = probe.header(self.offset(i))? else { continue };
            match likeness(&first, &header) {
                Some(true) => like.push(i.to_string()),
                Some(false) => unlike.push(i.to_string()),
                None => {}
            }
        }
        // The header of a trace that is cut short tells as much; what is no header there, nothing.
        if let Some(header) = probe.header(self.offset(n))?
            && likeness(&first, &header) == Some(true)
        {
            like.push(n.to_string());
        }
        for (traces, points, what) in [
            (like, HEADER_LIKE, "headers like the first stand at the place of trace"),
            (unlike, HEADER_UNLIKE, NOWHERE),
        ] {
            if !traces.is_empty() {
                // At most five places are looked at.
                let points = points * i32::try_from(traces.len()).unwrap_or(5);
                self.note(Topic::Headers, points, format!("{what} {}", traces.join(", ")));
            }
        }
        Ok(())
    }

    /// Whether something that counts speaks against it, though it may be the best.
    pub(super) fn is_doubtful(&self) -> bool {
        let against = |reason: &Reason| reason.topic == Topic::Headers && reason.points < 0;
        let among_samples = |header| self.additional.0 == 0 && named(header, self.order());
        self.claims.format.is_none()
            || self.reasons.iter().any(against)
            || self.start.header.as_ref().is_some_and(among_samples)
    }

    /// Whether headers follow the first one, each where the samples end that the one before states: this
    /// tells of all but the sample count, where traces have different ones.
    pub(super) fn judge_links(&mut self, probe: &Probe<'_>) -> Result<()> {
        let Some(mut chain) = Chain::new(probe, self) else { return Ok(()) };
        let (mut at, mut links) = (self.start.at, 0);
        while links < MOST_LINKS
            && let Some(header) = chain.header(at)?
        {
            at = chain.link(at, &header)?.end;
            if !chain.is_like(at)? {
                break;
            }
            links += 1;
        }
        if links > 0 {
            let text = format!("{links} headers follow the first by their own sample counts");
            self.note(Topic::Headers, LINKED * links, text);
        }
        Ok(())
    }

    /// Whether a header like the first stands where another reading begins traces, within the first trace
    /// of this one or before it: `others` are such readings, each with its start and length of traces.
    ///
    /// What skips traces, or takes two for one, fits size and headers as well as what does not.
    pub(super) fn judge_between(&mut self, probe: &Probe<'_>, others: &[(u64, u64)]) -> Result<()> {
        let (start, len) = (self.start.at, self.trace_len());
        let Some(first) = self.start.header.filter(|_| self.fit().0 > 0) else { return Ok(()) };
        for &(other, shorter) in others {
            let place = match other {
                _ if other < start => other,
                _ if other == start && shorter < len => start.saturating_add(shorter),
                _ => continue,
            };
            if likeness(&first, &probe.up_to(place, PROBE)?) == Some(true) {
                let text = format!("a header like the first stands at offset {place} already");
                self.note(Topic::Headers, HEADER_BETWEEN, text);
                break;
            }
        }
        Ok(())
    }

    /// Whether samples of some width fit the file and put a header where trace 1 begins: what tells
    /// of the byte order where the format was asked for, and may be wrong.
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
                let text = format!("samples of {width} bytes would put headers in their places");
                self.note(Topic::Order, ANY_WIDTH, text);
                break;
            }
        }
        Ok(())
    }

    /// Whether the first trace header agrees with the binary header.
    fn compare_with_binary(&mut self, words: Words<'_>) {
        let (samples, interval) = (u64::from(words.u16(115)), words.i16(117));
        if samples == self.n_samples.0 {
            self.note(Topic::Samples, 6, "byte 115 of the first trace says as many");
        } else if samples != 0 && u16::try_from(self.n_samples.0).is_ok() {
            let text = format!("byte 115 of the first trace says {samples} samples");
            self.note(Topic::Samples, -3, text);
        }
        if interval != 0 && interval == self.claims.interval.0 {
            self.note(
                Topic::Headers,
                4,
                "the first trace has the sample interval of the binary header",
            );
        }
    }

    fn judge_first_header(&mut self, first: &[u8; PROBE]) {
        if first[..240].iter().all(|&byte| byte == 0) {
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
            self.note(Topic::Order, NUMBERS, "the numbers of the first trace header are small so");
        } else if least.is_some_and(|least| least + CLEARLY <= own) {
            let text = "the numbers of the first trace header are large so, and small otherwise";
            self.note(Topic::Order, -NUMBERS, text);
        }
        if !(-1..=64).contains(&words.i16(29)) {
            self.note(Topic::Headers, -3, "the first trace's identification (byte 29) is no code");
        }
        let scalar = words.i16(71).unsigned_abs();
        if !matches!(scalar, 0 | 1 | 10 | 100 | 1000 | 10000) {
            self.note(
                Topic::Headers,
                -2,
                "the first trace's coordinate scalar (byte 71) is no power of ten",
            );
        }
    }
}

/// How large the numbers of a header are that mostly are small: bits of all of them together.
fn magnitude(words: Words<'_>) -> u32 {
    let long = [1, 5, 9, 13, 17, 21, 25, 37]
        .map(|byte| u32::BITS - words.i32(byte).unsigned_abs().leading_zeros());
    let short = [29, 31, 33, 71, 115, 117]
        .map(|byte| u16::BITS - words.i16(byte).unsigned_abs().leading_zeros());
    long.into_iter().chain(short).sum()
}

/// The traces at which a file of `n` is looked at, the first among them.
pub(crate) fn places(n: u64) -> Vec<u64> {
    let mut places = vec![0, 1, 2, n / 2, n.saturating_sub(1)];
    places.retain(|&i| i < n);
    places.sort_unstable();
    places.dedup();
    places
}

/// Whether two blocks look like headers of the same file: `None` where that cannot be told, as with
/// a blank one.
///
/// Headers of one file fill the same words, and many of them with the same value; samples fill all
/// words or none, each with another. That needs no byte order, and no field in any certain place.
pub(super) fn likeness(first: &[u8; PROBE], other: &[u8; PROBE]) -> Option<bool> {
    let blank = |header: &[u8; PROBE]| header[..240].iter().all(|&byte| byte == 0);
    if blank(first) || blank(other) {
        return None;
    }
    let (mut both, mut equal, mut single) = (0, 0, 0);
    for (a, b) in first[..240].chunks_exact(2).zip(other[..240].chunks_exact(2)) {
        match (a == [0, 0], b == [0, 0]) {
            (true, true) => {}
            (false, false) => {
                both += 1;
                equal += u32::from(a == b);
            }
            _ => single += 1,
        }
    }
    if single > 2 * both + 8 || (both >= 8 && equal * 8 < both) {
        Some(false)
    } else if single <= both && equal * 4 >= both {
        Some(true)
    } else {
        None
    }
}
