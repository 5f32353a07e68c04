//! PASSCAL traces: files without file headers, as Seismic Unix, but of integers, and with words of their
//! own from byte 181 on.
//!
//! Byte 205 is 0 for 16-bit integers and 1 for 32-bit ones, where Seismic Unix has a number of traces; so
//! it is believed only where something confirms it: bytes 229-232, which repeat the number of samples,
//! followed by the largest and the smallest sample; or a file of exactly one trace of 16-bit integers
//! with the name of a station. It fails for traces of Seismic Unix whose shot point, unassigned in older
//! versions, happens to be their number of samples.

use super::words::Words;
use crate::format::Format;
use crate::layout::TRACE_HEADER;

/// The value of byte 115 where bytes 229-232 have the number of samples, of byte 117 where bytes 201-204
/// have the interval.
const ELSEWHERE: u16 = i16::MAX.unsigned_abs();
const INTERVAL_ELSEWHERE: u16 = 1;

/// The format of samples, where a trace header is one of PASSCAL in a file of so many bytes.
pub(super) fn format(words: Words<'_>, len: u64) -> Option<Format> {
    let (short, long) = (words.u16(115), words.u32(229));
    let n = if short == ELSEWHERE { u64::from(long) } else { u64::from(short) };
    let (format, width) = match words.u16(205) {
        0 => (Format::Int16, 2),
        1 => (Format::Int32, 4),
        _ => return None,
    };
    let trace = |width: u64| TRACE_HEADER + width * n;
    let whole = |width| len >= trace(width) && len.is_multiple_of(trace(width));
    let limits = words.i32(233) >= words.i32(237);
    let counted = u64::from(long) == n && limits && (width == 4 || !whole(4));
    let alone = width == 2 && len == trace(2) && is_station(words.raw(181));
    (n > 0 && whole(width) && (counted || alone)).then_some(format)
}

/// Whether that is the name of a station.
fn is_station(name: [u8; 6]) -> bool {
    let rest = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b' ' | 0);
    name[0].is_ascii_alphanumeric() && name.iter().all(rest)
}

/// The interval in microseconds, where bytes 201-204 have it.
pub(super) fn interval(words: Words<'_>) -> Option<f64> {
    let long = words.i32(201);
    (words.u16(117) == INTERVAL_ELSEWHERE && long > 0).then(|| f64::from(long))
}
