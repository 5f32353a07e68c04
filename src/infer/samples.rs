//! The sample format: what the header declares, what the trace length shows, what samples show.
//!
//! The declared format is used unless traces show another sample width or the code is invalid. In
//! these cases samples are measured ([`measure`](super::measure)) and decide if exactly one format of
//! that width fits. A measurement that contradicts a valid declared format is only a warning: the
//! header is right more often, and the caller can override it. Integers whose sign differs from the
//! declared one are left alone, since some writers wrap the sign.

use super::Overrides;
use super::evidence::{Candidate, Conclusion, Weighed, points};
use super::measure::{Measured, Taken};
use super::order;
use super::probe::Probe;
use super::reading::Reading;
use super::reason::Reason;
use super::value::{Origin, Topic, Value};
use super::warning::Warning;
use super::weights::{DECLARED, MEASURED};
use crate::error::{Error, Kind, Result};
use crate::format::{ByteOrder, Format};

/// How samples are stored in the file.
pub(super) struct Judgement {
    pub(super) format: Format,
    pub(super) order: ByteOrder,
    /// Of the format, and of the byte order.
    pub(super) conclusions: [Conclusion; 2],
    pub(super) warnings: Vec<Warning>,
}

/// Decides on the byte order and the format of samples.
///
/// # Errors
/// `Class::Format` where samples do not decide, and where pairs cannot be swapped in them.
pub(super) fn judge(
    probe: &Probe<'_>,
    reading: &Reading<'_>,
    overrides: &Overrides,
) -> Result<Judgement> {
    let (width, from) = reading.width;
    let taken = Taken::read(probe, reading)?;
    let mut measured = Measured::of(&taken, reading.order())?;
    let declared = reading.claims.format.filter(|_| from != Origin::Detected);
    let judged = order::judge(&taken, &measured, reading, declared, overrides.sample_endian)?;
    if judged.order != reading.order() {
        measured = Measured::of(&taken, judged.order)?;
    }
    let candidates = candidates(&measured, reading, declared);
    let best = candidates.iter().map(|(_, reasons)| points(reasons)).max().unwrap_or(0);
    let likely: Vec<Format> = candidates
        .iter()
        .filter(|(_, reasons)| points(reasons) == best && best >= MEASURED)
        .map(|(format, _)| *format)
        .collect();
    let (code, byte) = (reading.claims.code, reading.claims.format_at());
    let (format, warning) = match (declared, &likely[..]) {
        (Some(taken), &[likely])
            if likely != taken && !(is_integer(taken) && is_integer(likely)) =>
        {
            let byte = (from != Origin::Override).then_some(byte.unwrap_or(0));
            (taken, Some(Warning::SampleFormat { byte, taken, likely }))
        }
        (Some(declared), _) => (declared, None),
        (None, &[only]) => {
            let reasons = measured.reasons(only).into_iter().map(|weighed| weighed.reason);
            let warning = Warning::FormatCode {
                byte: reading.claims.format_byte(),
                code,
                declared: reading.claims.format,
                traces: reading.fit().0,
                width,
                taken: only,
                reasons: reasons.collect(),
            };
            (only, Some(warning))
        }
        (None, _) => return Err(undecided(reading)),
    };
    let reasons = reasons(reading, warning.as_ref());
    let candidates = candidates
        .into_iter()
        .map(|(format, reasons)| Candidate::new(Value::Format(format), reasons));
    let origin = if declared.is_some() { from } else { Origin::Detected };
    let conclusion = Conclusion {
        candidates: candidates.collect(),
        ..Conclusion::new(Topic::Format, Value::Format(format), origin, reasons)
    };
    let warnings = judged.warning.into_iter().chain(warning).collect();
    let conclusions = [conclusion, judged.conclusion];
    Ok(Judgement { format, order: judged.order, conclusions, warnings })
}

/// The reasons for the format: code and width, and what samples show where that is unusual.
fn reasons(reading: &Reading<'_>, warning: Option<&Warning>) -> Vec<Reason> {
    let (byte, code) = (reading.claims.format_at(), reading.claims.code);
    let mut reasons = vec![Reason::FormatCode(byte, code), Reason::Width(reading.width.0)];
    match warning {
        Some(Warning::SampleFormat { likely, .. }) => reasons.push(Reason::LooksLike(*likely)),
        Some(Warning::FormatCode { reasons: measured, .. }) => reasons.extend(measured.clone()),
        _ => {}
    }
    reasons
}

/// The formats of the width of samples for or against which there is any evidence: the declared one
/// first, then by points.
fn candidates(
    measured: &Measured,
    reading: &Reading<'_>,
    declared: Option<Format>,
) -> Vec<(Format, Vec<Weighed>)> {
    let mut candidates = Vec::new();
    for format in of_width(reading.width.0) {
        let mut reasons = measured.reasons(format);
        if declared == Some(format) {
            let reason = match reading.width.1 {
                Origin::Override => Reason::Overridden,
                _ => Reason::FormatDeclared(reading.claims.format_at(), reading.claims.code),
            };
            reasons.insert(0, Weighed { points: DECLARED, reason });
        }
        if !reasons.is_empty() {
            candidates.push((format, reasons));
        }
    }
    candidates.sort_by_key(|(format, reasons)| {
        (declared != Some(*format), std::cmp::Reverse(points(reasons)))
    });
    candidates
}

/// The formats whose samples take so many bytes.
fn of_width(width: u64) -> impl Iterator<Item = Format> {
    let all = Format::ALL.into_iter().chain([Format::Gain32]);
    all.filter(move |format| format.width() as u64 == width)
}

fn is_integer(format: Format) -> bool {
    !matches!(format, Format::Ibm32 | Format::Ieee32 | Format::Ieee64 | Format::Gain32)
}

fn undecided(reading: &Reading<'_>) -> Error {
    let byte = reading.claims.format_byte();
    let (n, width) = (reading.fit().0, reading.width.0);
    let codes: Vec<String> =
        of_width(width).map(|format| format!("{} ({})", format.code(), format.name())).collect();
    let kind = match reading.claims.format {
        Some(format) => {
            let declared =
                format!("{} ({}, {} bytes)", format.code(), format.name(), format.width());
            Kind::SampleFormatMisfit { declared, n_traces: n, width, codes: codes.join(" or ") }
        }
        None => Kind::UnknownSampleFormat { code: reading.claims.code.into(), fitting: codes },
    };
    Error::from(kind).byte(byte)
}
