//! The encodings of textual headers, each block judged by itself.

use super::evidence::{Candidate, Conclusion};
use super::probe::Probe;
use super::warning::{About, Warning};
use super::{FILE_HEADERS, Overrides};
use crate::error::Result;
use crate::text::{Encoding, TEXT_HEADER, TEXT_SHARE, share, sniff_beside};

/// Extended textual headers that are told of.
const TOLD: u64 = 16;

/// How the textual headers are encoded, from what, and what is odd about it.
pub(super) struct Texts {
    pub(super) encoding: Encoding,
    pub(super) conclusions: Vec<Conclusion>,
    pub(super) warnings: Vec<Warning>,
}

impl Texts {
    /// Judges the textual file header, which begins at `text_at`.
    pub(super) fn read(text: &[u8; TEXT_HEADER], text_at: u64, overrides: &Overrides) -> Texts {
        let asked = overrides.encoding.as_ref();
        let sniffed = sniff_beside(text, asked);
        let name = sniffed.encoding.name();
        let mut warnings = Vec::new();
        if sniffed.share < TEXT_SHARE {
            let text = format!(
                "the textual file header (byte {}) is hardly text: {} printable as {name}",
                text_at + 1,
                percent(sniffed.share, 0)
            );
            warnings.push(Warning::new(About::Text, text));
        }
        if let Some(asked) = asked.filter(|asked| **asked != sniffed.encoding) {
            let asked = asked.name();
            let text = format!("encoding={asked} was asked for, the file says {name}");
            warnings.push(Warning::new(About::Asked, text));
        }
        let mut known = vec![Encoding::Ebcdic, Encoding::Ascii];
        known.extend(asked.filter(|asked| !known.contains(asked)).cloned());
        let encoding = asked.unwrap_or(&sniffed.encoding);
        // The choice first: a tie went by the first byte.
        let mut shares: Vec<(f64, &Encoding)> = known.iter().map(|e| (share(text, e), e)).collect();
        shares.sort_by(|a, b| b.0.total_cmp(&a.0).then((b.1 == encoding).cmp(&(a.1 == encoding))));
        let because = shares.iter().map(|(share, encoding)| {
            let header = "of the textual file header is printable as";
            format!("{} {header} {}", percent(*share, 1), encoding.name())
        });
        let mut because: Vec<String> = because.collect();
        if shares[0].0 == shares[1].0 && asked.is_none() {
            because.push(match text[0] {
                b'C' => "its first byte is the C of a card in ascii".to_owned(),
                first => format!("its first byte is 0x{first:02X}, no C in ascii"),
            });
        }
        let candidates = shares.iter().map(|(share, encoding)| Candidate {
            value: encoding.name().to_owned(),
            score: (100.0 * share).round() as i32,
            reasons: vec![format!("{} printable", percent(*share, 1))],
        });
        let conclusion = Conclusion {
            name: "text encoding",
            value: encoding.name().to_owned(),
            because,
            candidates: candidates.collect(),
        };
        Texts { encoding: encoding.clone(), conclusions: vec![conclusion], warnings }
    }

    /// Judges the extended textual headers, so many.
    pub(super) fn read_extended(
        &mut self,
        probe: &Probe<'_>,
        text_at: u64,
        extended: u64,
    ) -> Result<()> {
        let (mut values, mut because) = (Vec::new(), Vec::new());
        for i in 0..extended.min(TOLD) {
            let at = text_at + FILE_HEADERS + i * TEXT_HEADER as u64;
            let Some(block) = probe.block::<TEXT_HEADER>(at)? else { break };
            let sniffed = sniff_beside(&block, Some(&self.encoding));
            let hardly = if sniffed.share < TEXT_SHARE { ", hardly text" } else { "" };
            let (share, name) = (percent(sniffed.share, 1), sniffed.encoding.name());
            because.push(format!("header {}: {share} printable as {name}{hardly}", i + 1));
            values.push(name.to_owned());
        }
        if extended > TOLD {
            because.push(format!("and {} headers more, each by itself", extended - TOLD));
        }
        if extended > 0 {
            values.dedup();
            self.conclusions.push(Conclusion {
                name: "extended text encoding",
                value: values.join(", "),
                because,
                candidates: Vec::new(),
            });
        }
        Ok(())
    }
}

fn percent(share: f64, digits: usize) -> String {
    format!("{:.digits$} %", 100.0 * share)
}
