//! Which format samples have: what is declared, what the places of headers show, what is measured.

use super::candidates::{Origin, Reading};
use super::evidence::{Candidate, Conclusion};
use super::measure::{MEASURED, Measured, Reason, Taken, points};
use super::order;
use super::probe::Probe;
use super::{ASKED, Overrides};
use crate::error::{Error, Kind, Result};
use crate::format::{ByteOrder, Format};

/// What the word of the header is worth: half of a measurement that decides.
const DECLARED: i32 = MEASURED / 2;

/// How samples stand in the file, and why.
pub(super) struct Judgement {
    pub(super) format: Format,
    pub(super) order: ByteOrder,
    /// Of the format, and of the byte order.
    pub(super) conclusions: [Conclusion; 2],
    pub(super) warnings: Vec<String>,
}

/// Decides on a byte order, that of the headers unless it makes nonsense of the samples, and on a
/// format: the one that was asked for or is declared, unless traces have samples of another width or
/// the code is none. Then the samples decide, if they can.
///
/// # Errors
/// [`Kind::Format`] where they cannot, and where they make no pairs that could be swapped.
pub(super) fn judge(
    probe: &Probe<'_>,
    reading: &Reading<'_>,
    overrides: &Overrides,
) -> Result<Judgement> {
    let (width, from) = reading.width;
    let taken = Taken::read(probe, reading)?;
    let mut measured = Measured::of(&taken, reading.order())?;
    let declared = reading.claims.format.filter(|_| from != Origin::Seen);
    let judged = order::judge(&taken, &measured, reading, declared, overrides.sample_endian)?;
    if judged.order != reading.order() {
        measured = Measured::of(&taken, judged.order)?;
    }
    let (code, said) = (reading.claims.code, reading.claims.format_from());
    let mut candidates: Vec<(Format, Vec<Reason>)> = Vec::new();
    for format in of_width(width) {
        let mut reasons = measured.reasons(format);
        if declared == Some(format) {
            let text = match from {
                Origin::Asked => ASKED.to_owned(),
                _ => format!("{said} says so (code {code})"),
            };
            reasons.insert(0, Reason { points: DECLARED, text });
        }
        if declared == Some(format) || !reasons.is_empty() {
            candidates.push((format, reasons));
        }
    }
    candidates.sort_by_key(|(format, reasons)| {
        (declared != Some(*format), std::cmp::Reverse(points(reasons)))
    });
    let best = candidates.iter().map(|(_, reasons)| points(reasons)).max().unwrap_or(0);
    let likely: Vec<Format> = candidates
        .iter()
        .filter(|(_, reasons)| points(reasons) == best && best >= MEASURED)
        .map(|(format, _)| *format)
        .collect();
    let (format, warning) = match (declared, &likely[..]) {
        // Integers under the code of the others are left alone: some writers wrap the sign.
        (Some(declared), [other])
            if *other != declared && !(is_integer(declared) && is_integer(*other)) =>
        {
            let warning = format!(
                "samples look like {}, though {}; open(format=) decides",
                other.name(),
                match from {
                    Origin::Asked => format!("format={} was asked for", declared.code()),
                    _ => format!("{said} says {}", declared.name()),
                }
            );
            (declared, Some(warning))
        }
        (Some(declared), _) => (declared, None),
        (None, [only]) => {
            let why = measured.reasons(*only).into_iter().map(|reason| reason.text);
            let warning = format!(
                "{}; samples are taken to be {}: {}; open(format=) decides",
                misfit(reading),
                only.name(),
                why.collect::<Vec<_>>().join(", ")
            );
            (*only, Some(warning))
        }
        (None, _) => return Err(undecided(reading)),
    };
    let mut because = vec![format!("code {code} ({said})"), format!("{width} bytes a sample")];
    because.extend(warning.clone());
    let candidates = candidates.into_iter().map(|(format, reasons)| Candidate {
        value: format.name().to_owned(),
        score: points(&reasons),
        reasons: reasons.iter().map(|r| format!("{:+} {}", r.points, r.text)).collect(),
    });
    let conclusion = Conclusion {
        name: "format",
        value: format.name().to_owned(),
        because,
        candidates: candidates.collect(),
    };
    let warnings = judged.warning.into_iter().chain(warning).collect();
    let conclusions = [conclusion, judged.conclusion];
    Ok(Judgement { format, order: judged.order, conclusions, warnings })
}

/// The formats whose samples take so many bytes.
fn of_width(width: u64) -> impl Iterator<Item = Format> {
    let all = Format::ALL.into_iter().chain([Format::Gain32]);
    all.filter(move |format| format.width() as u64 == width)
}

fn is_integer(format: Format) -> bool {
    !matches!(format, Format::Ibm32 | Format::Ieee32 | Format::Ieee64 | Format::Gain32)
}

/// What is wrong with the format code.
fn misfit(reading: &Reading<'_>) -> String {
    let byte = reading.claims.format_byte();
    let (n, width) = (reading.fit().0, reading.width.0);
    match reading.claims.format {
        Some(declared) => format!(
            "byte {byte} says {} ({} bytes), but {n} traces of {width} bytes a sample are there",
            declared.name(),
            declared.width()
        ),
        None => format!("byte {byte} says {}, which is no format code", reading.claims.code),
    }
}

fn undecided(reading: &Reading<'_>) -> Error {
    let byte = reading.claims.format_byte();
    let (n, width) = (reading.fit().0, reading.width.0);
    let codes: Vec<String> =
        of_width(width).map(|format| format!("{} ({})", format.code(), format.name())).collect();
    let what = match reading.claims.format {
        Some(_) => "the sample format does not fit the file",
        None => "unknown sample format code",
    };
    Error::new(Kind::Format, what)
        .byte(byte)
        .want(format_args!("{width} bytes a sample: {n} traces are there"))
        .have(match reading.claims.format {
            Some(declared) => {
                format!("{} ({}, {} bytes)", declared.code(), declared.name(), declared.width())
            }
            None => reading.claims.code.to_string(),
        })
        .advice(format_args!("pass open(format=), one of {}", codes.join(", ")))
}
