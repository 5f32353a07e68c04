//! Conclusions and warnings as Python sees them: rows of text.

use super::error::PYTHON;
use crate::infer::{Conclusion, Warning};

/// Code, message, trace and byte of a warning.
pub(super) type WarningRow = (&'static str, String, Option<u64>, Option<u64>);

/// A value, its score and the reasons for it.
type CandidateRow = (String, i32, Vec<String>);

/// Name, value, origin, reasons and candidates of a conclusion.
pub(super) type ConclusionRow =
    (&'static str, String, &'static str, Vec<String>, Vec<CandidateRow>);

pub(super) fn warning_row(warning: &Warning) -> WarningRow {
    (warning.code(), warning.message(&PYTHON), warning.trace(), warning.byte())
}

pub(super) fn conclusion_row(conclusion: &Conclusion) -> ConclusionRow {
    let reasons = conclusion.reasons.iter().map(|reason| reason.text(&PYTHON)).collect();
    let candidates = conclusion.candidates.iter().map(|candidate| {
        let reasons = candidate.reasons.iter().map(|reason| reason.text(&PYTHON)).collect();
        (candidate.value.to_string(), candidate.score, reasons)
    });
    let (name, origin) = (conclusion.topic.name(), conclusion.origin.name());
    (name, conclusion.value.to_string(), origin, reasons, candidates.collect())
}
