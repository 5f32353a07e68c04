//! What moves or follows traces as a whole: converted line ends, and a second file after the first.
//!
//! A transfer of a file as text changes 0A to 0D 0A, or the reverse, wherever these bytes are in samples
//! and headers. The first leaves no 0A without a 0D before it, which random bytes do in one case of 256
//! for each 0A; the second leaves no 0D 0A, and headers that come too early. Both are looked for only in
//! files whose traces do not fit. It fails for files with fewer of these bytes than that needs.

use super::Inferred;
use super::likeness::likeness;
use super::probe::{PROBE, Probe};
use super::stated::{Content, Trailing};
use super::warning::Warning;
use super::words::Words;
use crate::error::{Class, Error, Kind, Result};
use crate::format::{ByteOrder, Format};
use crate::text::{TEXT_HEADER, TEXT_SHARE, sniff};

/// Bytes that are looked at, from the beginning and from the end of a file.
const CHUNK: u64 = 64 << 10;

/// So many 0A without a single one that has no 0D before it are no chance.
const MANY: u64 = 4;

/// So many bytes may be missing before a header.
const SHIFT: u64 = 64;

/// Bytes 0A, and those of them that follow 0D.
#[derive(Clone, Copy, Default)]
struct LineEnds {
    all: u64,
    after_return: u64,
    /// Whether all bytes of the file were counted.
    complete: bool,
}

impl LineEnds {
    /// Counts them after the textual header, where lines may end.
    fn count(probe: &Probe<'_>) -> Result<LineEnds> {
        let mut ends = LineEnds { complete: probe.len <= 2 * CHUNK, ..LineEnds::default() };
        let second = probe.len.saturating_sub(CHUNK).max(CHUNK);
        for (from, to) in [(0, CHUNK.min(probe.len)), (second, probe.len)] {
            let mut bytes = vec![0; usize::try_from(to.saturating_sub(from)).unwrap_or(0)];
            let have = probe.read(from, &mut bytes)?;
            let skip = if from == 0 { TEXT_HEADER.min(have) } else { 0 };
            for pair in bytes[skip..have].windows(2).filter(|pair| pair[1] == b'\n') {
                ends.all += 1;
                ends.after_return += u64::from(pair[0] == b'\r');
            }
        }
        Ok(ends)
    }
}

/// Refuses a file whose line ends were converted, and names a second file after the first.
///
/// # Errors
/// That of the conclusion, or `Class::Format` with what was done to the file; from the source.
pub(super) fn name(probe: &Probe<'_>, concluded: Result<Inferred>) -> Result<Inferred> {
    match concluded {
        Err(error) if error.class() == Class::Format => {
            let ends = LineEnds::count(probe)?;
            let converted = ends.all >= MANY && ends.all == ends.after_return;
            Err(if converted { added() } else { error })
        }
        Ok(mut inferred) => {
            let trailing = inferred.warnings.iter_mut().find_map(|warning| match warning {
                Warning::TrailingBytes(trailing) => Some(trailing),
                _ => None,
            });
            let Some(trailing) = trailing else { return Ok(inferred) };
            if is_second(probe, trailing.offset)? {
                trailing.content = Content::SecondFile;
            } else if !matches!(trailing.content, Content::Repeated(_)) {
                let trailing = *trailing;
                check(probe, &inferred, trailing)?;
            }
            Ok(inferred)
        }
        error => error,
    }
}

fn added() -> Error {
    Error::from(Kind::ConvertedLineEnds { how: "0A became 0D 0A" })
}

/// Refuses a file with trailing bytes where line ends were converted.
fn check(probe: &Probe<'_>, inferred: &Inferred, trailing: Trailing) -> Result<()> {
    let ends = LineEnds::count(probe)?;
    let layout = &inferred.facts.layout;
    let excess = trailing.bytes % layout.trace_len();
    let exactly = ends.complete && ends.all > 0 && ends.all % layout.trace_len() == excess;
    if ends.all == ends.after_return && (ends.all >= MANY || exactly) {
        return Err(added());
    }
    if ends.after_return > 0 || ends.all == 0 {
        return Ok(());
    }
    let header = |at| probe.up_to::<PROBE>(at, PROBE);
    let first = header(layout.first_trace)?;
    // Count and interval as well: headers of few words are like many other bytes.
    let is_one = |at| -> Result<bool> {
        let other = header(at)?;
        Ok(likeness(&first, &other) == Some(true) && first[114..118] == other[114..118])
    };
    let shifts = SHIFT.min(trailing.offset.saturating_sub(layout.first_trace + PROBE as u64));
    if first[114..118] == [0; 4] || is_one(trailing.offset)? {
        return Ok(());
    }
    for shift in 1..=shifts {
        if is_one(trailing.offset - shift)? {
            let error = Error::from(Kind::ConvertedLineEnds { how: "0D 0A became 0A" });
            return Err(error.byte(trailing.offset - shift + 1));
        }
    }
    Ok(())
}

/// Whether a textual and a binary file header are stored there.
fn is_second(probe: &Probe<'_>, at: u64) -> Result<bool> {
    let binary = probe.block::<400>(at.saturating_add(TEXT_HEADER as u64))?;
    let (Some(text), Some(binary)) = (probe.block::<TEXT_HEADER>(at)?, binary) else {
        return Ok(false);
    };
    let is_text =
        text.iter().filter(|&&byte| byte != 0).count() >= 320 && sniff(&text).share >= TEXT_SHARE;
    let valid = [ByteOrder::BIG, ByteOrder::LITTLE].into_iter().any(|order| {
        let words = Words::binary(&binary, order);
        Format::from_code(words.i16(3225).into()).is_ok() && words.u16(3221) > 0
    });
    Ok(is_text && valid)
}
