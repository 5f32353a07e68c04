//! One way of reading a file, and the evidence for and against it.

use super::claims::Claims;
use super::evidence::{Weighed, points};
use super::probe::PROBE;
use super::reason::Reason;
use super::value::Origin;
use super::weights::weight;
use crate::format::ByteOrder;
use crate::layout::TRACE_HEADER;
use crate::lengths::Lengths;

/// Where traces may begin.
pub(super) struct Start {
    pub(super) at: u64,
    pub(super) from: Origin,
    /// Extended textual headers before it.
    pub(super) texts: u64,
    /// Whether text is stored there, instead of a trace.
    pub(super) text_here: bool,
    /// Whether text is stored before it, where extended textual headers would be.
    pub(super) text_before: Option<bool>,
    /// The first trace header and the 240 bytes after it.
    pub(super) header: Option<[u8; PROBE]>,
    /// The distance of the first three headers, where they were looked for.
    pub(super) distance: Option<u64>,
}

/// One way of reading a file.
#[derive(Clone)]
pub(super) struct Reading<'a> {
    pub(super) claims: &'a Claims,
    pub(super) start: &'a Start,
    pub(super) additional: (u64, Origin),
    pub(super) n_samples: (u64, Origin),
    /// Bytes of a sample.
    pub(super) width: (u64, Origin),
    /// Where traces end: the end of the file, or the start of its data trailer.
    pub(super) end: (u64, Origin),
    /// The samples of each trace, where that varies: then `n_samples` are those of the longest.
    pub(super) lengths: Option<Lengths>,
    pub(super) reasons: Vec<Weighed>,
}

impl Reading<'_> {
    pub(super) fn order(&self) -> ByteOrder {
        self.claims.order
    }

    /// Bytes of a trace with samples of `width` bytes.
    pub(super) fn trace_len_at(&self, width: u64) -> u64 {
        let headers = (self.additional.0 + 1).saturating_mul(TRACE_HEADER);
        self.n_samples.0.saturating_mul(width).saturating_add(headers)
    }

    pub(super) fn trace_len(&self) -> u64 {
        self.trace_len_at(self.width.0)
    }

    /// The number of complete traces, and of trailing bytes.
    pub(super) fn fit(&self) -> (u64, u64) {
        let room = self.end.0.saturating_sub(self.start.at);
        (room / self.trace_len(), room % self.trace_len())
    }

    /// Whether the file is a whole number of traces.
    pub(super) fn fits(&self) -> bool {
        self.fit().1 == 0
    }

    /// The byte at which trace `i` would begin.
    pub(super) fn offset(&self, i: u64) -> u64 {
        self.start.at.saturating_add(self.trace_len().saturating_mul(i))
    }

    /// Adds a reason for or against the reading, with its weight.
    pub(super) fn note(&mut self, reason: Reason) {
        self.reasons.push(Weighed { points: weight(&reason).1, reason });
    }

    /// The sum of points for and against.
    pub(super) fn score(&self) -> i32 {
        points(&self.reasons)
    }
}
