//! The encodings of textual headers, each judged separately.
//!
//! A text is in the encoding in which more of its characters are printable. EBCDIC and ASCII use
//! different bytes for letters and blanks, so one of them is nearly always far ahead; a tie is decided
//! by the first byte, which is the C of a card. It fails for texts that are hardly text: a warning
//! reports a low share.

use super::evidence::{Candidate, Conclusion, Weighed};
use super::probe::Probe;
use super::reason::Reason;
use super::value::{Origin, Topic, Value};
use super::warning::Warning;
use super::{FILE_HEADERS, Overrides};
use crate::error::Result;
use crate::text::{Encoding, TEXT_HEADER, TEXT_SHARE, Tally, sniff_beside};

/// The most extended textual headers that are listed one by one.
const MAX_LISTED: u64 = 16;

/// The encodings of textual headers.
pub(super) struct Texts {
    pub(super) encoding: Encoding,
    pub(super) conclusions: Vec<Conclusion>,
    pub(super) warnings: Vec<Warning>,
}

impl Texts {
    /// Judges the textual file header, which begins at `text_at`.
    pub(super) fn read(text: &[u8; TEXT_HEADER], text_at: u64, overrides: &Overrides) -> Texts {
        let passed = overrides.encoding.as_ref();
        let tally = Tally::of(text);
        let sniffed = tally.sniff_beside(passed);
        let mut warnings = Vec::new();
        if sniffed.share < TEXT_SHARE {
            warnings.push(Warning::Text {
                byte: text_at + 1,
                share: sniffed.share,
                encoding: sniffed.encoding.clone(),
            });
        }
        if let Some(passed) = passed.filter(|passed| **passed != sniffed.encoding) {
            warnings.push(Warning::Override {
                topic: Topic::TextEncoding,
                passed: Value::Encodings(vec![passed.clone()]),
                stated: Value::Encodings(vec![sniffed.encoding.clone()]),
                moved: None,
                missing: Vec::new(),
            });
        }
        let mut known = vec![Encoding::Ebcdic, Encoding::Ascii];
        known.extend(passed.filter(|passed| !known.contains(passed)).cloned());
        let encoding = passed.unwrap_or(&sniffed.encoding);
        // The choice comes first: a tie is decided by the first byte.
        let mut shares: Vec<(f64, &Encoding)> = known.iter().map(|e| (tally.share(e), e)).collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0).then((b.1 == encoding).cmp(&(a.1 == encoding))));
        let printable =
            |(share, encoding): &(f64, &Encoding)| Reason::Printable(*share, (*encoding).clone());
        let mut reasons: Vec<Reason> = shares.iter().map(printable).collect();
        if shares[0].0 == shares[1].0 && passed.is_none() {
            reasons.push(Reason::FirstByte(text[0]));
        }
        let candidate = |pair: &(f64, &Encoding)| {
            let score = (100.0 * pair.0).round() as i32;
            let value = Value::Encodings(vec![pair.1.clone()]);
            let reasons = vec![Weighed { points: score, reason: printable(pair) }];
            Candidate { value, score, reasons }
        };
        let origin = if passed.is_some() { Origin::Override } else { Origin::Detected };
        let value = Value::Encodings(vec![encoding.clone()]);
        let conclusion = Conclusion {
            candidates: shares.iter().map(candidate).collect(),
            ..Conclusion::new(Topic::TextEncoding, value, origin, reasons)
        };
        Texts { encoding: encoding.clone(), conclusions: vec![conclusion], warnings }
    }

    /// Judges the extended textual headers, `extended` of them.
    pub(super) fn read_extended(
        &mut self,
        probe: &Probe<'_>,
        text_at: u64,
        extended: u64,
    ) -> Result<()> {
        let (mut encodings, mut reasons) = (Vec::new(), Vec::new());
        for i in 0..extended.min(MAX_LISTED) {
            let at = text_at + FILE_HEADERS + i * TEXT_HEADER as u64;
            let Some(block) = probe.block::<TEXT_HEADER>(at)? else { break };
            let sniffed = sniff_beside(&block, Some(&self.encoding));
            let (share, encoding) = (sniffed.share, sniffed.encoding);
            encodings.push(encoding.clone());
            reasons.push(Reason::ExtendedPrintable(i + 1, share, encoding, share >= TEXT_SHARE));
        }
        if extended > MAX_LISTED {
            reasons.push(Reason::MoreTexts(extended - MAX_LISTED));
        }
        if extended > 0 {
            encodings.dedup();
            let value = Value::Encodings(encodings);
            let topic = Topic::ExtendedTextEncoding;
            self.conclusions.push(Conclusion::new(topic, value, Origin::Detected, reasons));
        }
        Ok(())
    }
}
