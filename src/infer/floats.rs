//! Whether floats are of the kind that the format code says: IBM and IEEE floats are confused.

use super::probe::Probe;
use super::score::places;
use crate::error::Result;
use crate::format::{Endian, Format};
use crate::layout::Layout;

/// Words looked at in each of a few traces.
const WORDS: usize = 512;

/// What the samples look like instead, where they do not look like the format says.
///
/// The leading hexadecimal digit of the fraction tells: normalised IBM floats never have 0 there,
/// and 1 in a quarter of all cases; IEEE floats have 0 in about 8 of 100, and 8 or more in half.
/// And as what they really are, samples have no magnitudes beyond 2^40 or below 2^-40.
pub(super) fn mistaken(probe: &Probe<'_>, layout: &Layout) -> Result<Option<Format>> {
    if !matches!(layout.format, Format::Ibm32 | Format::Ieee32) {
        return Ok(None);
    }
    let (mut seen, mut usual, mut zero, mut one, mut high) = (0u32, 0u32, 0u32, 0u32, 0u32);
    for i in places(layout.n_traces) {
        let len = usize::try_from(layout.samples_len()).unwrap_or(usize::MAX);
        let block = probe.up_to::<{ 4 * WORDS }>(layout.samples_offset(i), len)?;
        for word in block.as_chunks::<4>().0 {
            let word = match layout.endian {
                Endian::Big => u32::from_be_bytes(*word),
                Endian::Little => u32::from_le_bytes(*word),
            };
            if word & 0x7FFF_FFFF != 0 {
                seen += 1;
                let exponent = match layout.format {
                    Format::Ibm32 => (word >> 23 & 0xFF).abs_diff(127),
                    _ => 4 * (word >> 24 & 0x7F).abs_diff(64),
                };
                usual += u32::from(exponent <= 40);
                let digit = (word >> 20) & 0xF;
                zero += u32::from(digit == 0);
                one += u32::from(digit == 1);
                high += u32::from(digit >= 8);
            }
        }
    }
    let share = |count: u32| f64::from(count) / f64::from(seen);
    Ok(match layout.format {
        _ if seen < 1000 || share(usual) < 0.99 => None,
        Format::Ibm32 if (0.03..0.2).contains(&share(zero)) && share(high) > 0.4 => {
            Some(Format::Ieee32)
        }
        Format::Ieee32 if share(zero) < 0.002 && share(one) > 0.15 && share(high) < 0.35 => {
            Some(Format::Ibm32)
        }
        _ => None,
    })
}
