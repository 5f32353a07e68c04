//! Implausible coordinates: wrong scalars and units, floats where integers should be.

use super::is_known;
use super::position::{HALF_CIRCLE, Pair, Position, Unit};
use crate::decode::Decoder;
use crate::format::{Endian, Format, SampleType};
use crate::infer::Warning;

/// No survey spans so many metres, nor feet: a quarter of the earth.
const BEYOND_REASON: f64 = 1e7;

/// How far apart neighbouring bins are at least, and at most.
const SPACING: [f64; 2] = [0.2, 500.0];

/// Between how many neighbours the distance is measured.
const MANY: usize = 4096;

/// What is odd about positions, if anything. Their words in the headers of a few traces are `raw`, x in
/// byte `at`; `text` is the first textual header.
pub(super) fn of(
    positions: &[Position],
    (at, raw): (u16, &[[u32; 2]]),
    pair: Pair,
    unit: Option<Unit>,
    text: &str,
) -> Option<Warning> {
    let fields = pair.names();
    let formats = floats(raw);
    if !formats.is_empty() {
        return Some(Warning::CoordinateFloats { fields, byte: at, formats });
    }
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for position in positions.iter().filter(|position| is_known(position.xy)) {
        for (axis, value) in position.xy.into_iter().enumerate() {
            low[axis] = low[axis].min(value);
            high[axis] = high[axis].max(value);
        }
    }
    let span = (high[0] - low[0]).max(high[1] - low[1]);
    if span > BEYOND_REASON {
        return Some(Warning::CoordinateRange { fields, span });
    }
    if matches!(unit, Some(Unit::ArcSeconds | Unit::Degrees)) {
        return None;
    }
    let reach = |axis: usize| low[axis].abs().max(high[axis].abs());
    let fits = reach(0) <= HALF_CIRCLE && reach(1) <= HALF_CIRCLE / 2.0;
    let text = text.to_ascii_uppercase();
    let said = ["ARC SEC", "ARCSEC", "SECONDS OF ARC", "LATITUDE", "LONGITUDE"];
    if span > 0.0 && fits && said.iter().any(|word| text.contains(word)) {
        return Some(Warning::CoordinateUnits { fields });
    }
    let implausible = |distance: &f64| !(SPACING[0]..=SPACING[1]).contains(distance);
    let distance = spacing(positions).filter(|_| pair == Pair::Ensemble).filter(implausible)?;
    Some(Warning::BinSpacing { fields, distance })
}

/// Which floats the words of coordinates may be: of at least 1e9 as integers, which no survey has
/// before scaling, and of 1e2 to 1e8 as floats.
fn floats(raw: &[[u32; 2]]) -> Vec<Format> {
    let known: Vec<u32> =
        raw.iter().filter(|xy| xy[0] != 0 && xy[1] != 0).flatten().copied().collect();
    let large = |word: u32| word.cast_signed().unsigned_abs() >= 1_000_000_000;
    if known.is_empty() || !known.iter().all(|&word| large(word)) {
        return Vec::new();
    }
    let fit = |format| {
        let Ok(decoder) = Decoder::new(format, Endian::Big, SampleType::F32) else { return false };
        known.iter().all(|word| {
            let mut value = [0; 4];
            decoder.decode(&word.to_be_bytes(), &mut value);
            (1e2..=1e8).contains(&f32::from_ne_bytes(value).abs())
        })
    };
    [Format::Ibm32, Format::Ieee32].into_iter().filter(|&format| fit(format)).collect()
}

/// The median distance between neighbours in the file that are not in one place.
fn spacing(positions: &[Position]) -> Option<f64> {
    let every = positions.len().div_ceil(MANY).max(1);
    let mut distances: Vec<f64> = positions
        .windows(2)
        .step_by(every)
        .filter(|pair| pair.iter().all(|position| is_known(position.xy)))
        .map(|pair| (pair[1].xy[0] - pair[0].xy[0]).hypot(pair[1].xy[1] - pair[0].xy[1]))
        .filter(|&distance| distance > 0.0)
        .collect();
    let middle = distances.len() / 2;
    (!distances.is_empty()).then(|| *distances.select_nth_unstable_by(middle, f64::total_cmp).1)
}
