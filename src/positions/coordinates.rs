//! Coordinates of traces, from the words of their headers.
//!
//! Source: SEG-Y revision 2.1, trace header bytes 71 to 90 and 181 to 188, trace header extension 1
//! bytes 97 to 128 and 161 to 176.

use crate::error::Result;
use crate::fields::{EXT1, Field, by_name};
use crate::format::Endian;
use crate::header::{KeyField, scaled};
use crate::infer::Facts;
use crate::layout::TRACE_HEADER;
use crate::out::Bytes;
use crate::parallel::Running;
use crate::scan;
use crate::source::Source;

/// A value by its scalar word: a positive scalar multiplies, a negative one divides, 0 does nothing.
///
/// By division, in 64 bits, since northings have more digits than the reciprocal of a scalar.
///
/// ```
/// use segbuf::positions::scale;
/// assert_eq!(scale(612_345_678, -100), 6_123_456.78);
/// assert_eq!(scale(612_345, 10), 6_123_450.0);
/// assert_eq!(scale(612_345, 0), 612_345.0);
/// ```
#[must_use]
#[inline]
pub fn scale(value: i32, scalar: i16) -> f64 {
    scaled(f64::from(value), f64::from(scalar))
}

/// Which coordinates of a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pair {
    /// Of its ensemble, mostly a bin: `cdp_x`, `cdp_y`.
    Ensemble,
    /// Of its source: `source_x`, `source_y`.
    Source,
    /// Of its receiver group: `group_x`, `group_y`.
    Group,
}

impl Pair {
    /// The names of the fields: x and y.
    #[must_use]
    pub fn names(self) -> [&'static str; 2] {
        match self {
            Pair::Ensemble => ["cdp_x", "cdp_y"],
            Pair::Source => ["source_x", "source_y"],
            Pair::Group => ["group_x", "group_y"],
        }
    }
}

/// The unit of coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Metres.
    Metres,
    /// Feet.
    Feet,
    /// Seconds of arc: x is the longitude, y the latitude.
    ArcSeconds,
    /// Degrees: x is the longitude, y the latitude.
    Degrees,
}

impl Unit {
    /// `"m"`, `"ft"`, `"arcsec"` or `"deg"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Unit::Metres => "m",
            Unit::Feet => "ft",
            Unit::ArcSeconds => "arcsec",
            Unit::Degrees => "deg",
        }
    }
}

/// What the header of one trace says of where it is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Position {
    /// Its inline and crossline number.
    pub labels: [i32; 2],
    /// Its x and y; both 0 where the header does not say.
    pub xy: [f64; 2],
    /// The word `coordinate_units`.
    units: i16,
}

/// The coordinates of every trace of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinates {
    /// Of each trace, in file order.
    pub positions: Vec<Position>,
    /// Their unit; None where headers do not say it, or disagree.
    pub unit: Option<Unit>,
    /// What is odd about them: a scalar or a unit that is hardly right.
    pub doubts: Vec<String>,
}

impl Coordinates {
    /// Sweeps all headers. `labels` are where inline and crossline numbers stand,
    /// `measurement_system` the word of the binary header, `text` the first textual header.
    pub(crate) fn read(
        source: &dyn Source,
        facts: &Facts,
        labels: [KeyField; 2],
        pair: Pair,
        measurement_system: Option<i64>,
        text: &str,
        running: Running<'_>,
    ) -> Result<Coordinates> {
        let words = Words::new(pair, labels, facts)?;
        let layout = &facts.layout;
        // The standard header and, where there is one, the header behind it.
        let bytes = layout.header_len.min(2 * TRACE_HEADER) as usize;
        let positions = scan::every(source, layout, bytes, |header| words.read(header), running)?;
        let unit = unit_of(&positions, measurement_system);
        let doubts = doubts(&positions, pair, unit, text);
        Ok(Coordinates { positions, unit, doubts })
    }
}

/// No survey spans so many metres, nor feet: a quarter of the earth.
const BEYOND_REASON: f64 = 1e7;

fn doubts(positions: &[Position], pair: Pair, unit: Option<Unit>, text: &str) -> Vec<String> {
    let mut low = [f64::INFINITY; 2];
    let mut high = [f64::NEG_INFINITY; 2];
    for position in positions.iter().filter(|position| super::is_known(position.xy)) {
        for (axis, value) in position.xy.into_iter().enumerate() {
            low[axis] = low[axis].min(value);
            high[axis] = high[axis].max(value);
        }
    }
    let mut doubts = Vec::new();
    let [x, y] = pair.names();
    let span = (high[0] - low[0]).max(high[1] - low[1]);
    if span > BEYOND_REASON {
        doubts.push(format!(
            "{x} and {y} span {span:.0}, beyond reason: coordinate_scalar (byte 71) may be wrong"
        ));
    }
    let angles = matches!(unit, Some(Unit::ArcSeconds | Unit::Degrees));
    let reach = |axis: usize| low[axis].abs().max(high[axis].abs());
    let fits = reach(0) <= HALF_CIRCLE && reach(1) <= HALF_CIRCLE / 2.0;
    let text = text.to_ascii_uppercase();
    let said = ["ARC SEC", "ARCSEC", "SECONDS OF ARC", "LATITUDE", "LONGITUDE"];
    if !angles && span > 0.0 && fits && said.iter().any(|word| text.contains(word)) {
        doubts.push(format!(
            "{x} and {y} may be seconds of arc: the textual header speaks of angles, \
             coordinate_units (byte 89) does not"
        ));
    }
    doubts
}

/// Seconds of arc to the half circle: what is beyond is no angle of any unit.
const HALF_CIRCLE: f64 = 180.0 * 3600.0;

fn unit_of(positions: &[Position], measurement_system: Option<i64>) -> Option<Unit> {
    let known = positions.iter().filter(|position| super::is_known(position.xy));
    let mut unit = None;
    let mut undeclared: f64 = 0.0;
    for position in known {
        let code = match position.units {
            0 => {
                let [x, y] = position.xy.map(f64::abs);
                undeclared = undeclared.max(x).max(y);
                continue;
            }
            4 => 3, // degrees since they were read
            code => code,
        };
        if *unit.get_or_insert(code) != code {
            return None;
        }
    }
    let length = match measurement_system {
        Some(1) => Some(Unit::Metres),
        Some(2) => Some(Unit::Feet),
        _ => None,
    };
    match unit {
        Some(1) => length,
        None if undeclared > HALF_CIRCLE => length,
        Some(2) if undeclared == 0.0 => Some(Unit::ArcSeconds),
        Some(3) if undeclared == 0.0 => Some(Unit::Degrees),
        _ => None,
    }
}

/// Where the words of a position stand.
struct Words {
    labels: [KeyField; 2],
    xy: [KeyField; 2],
    scalar: usize,
    units: usize,
    wide: [&'static Field; 2],
    wide_name: &'static Field,
    endian: Endian,
}

impl Words {
    fn new(pair: Pair, labels: [KeyField; 2], facts: &Facts) -> Result<Words> {
        let [x, y] = pair.names();
        let fields = facts.kind.trace_fields();
        Ok(Words {
            labels,
            xy: [KeyField::from_name(fields, x)?, KeyField::from_name(fields, y)?],
            scalar: by_name(fields, "coordinate_scalar")?.offset(),
            units: by_name(fields, "coordinate_units")?.offset(),
            wide: [by_name(EXT1, x)?, by_name(EXT1, y)?],
            wide_name: by_name(EXT1, "trace_header_name")?,
            endian: facts.layout.endian,
        })
    }

    /// The position in the standard header and, where there is one, the header behind it.
    #[inline]
    fn read(&self, header: Bytes<'_>) -> Position {
        let short = |at| match self.endian {
            Endian::Big => i16::from_be_bytes(header.word(at)),
            Endian::Little => i16::from_le_bytes(header.word(at)),
        };
        let (scalar, units) = (short(self.scalar), short(self.units));
        let word = |field: KeyField| field.read(header, self.endian);
        let mut xy = self.xy.map(|field| scale(word(field), scalar));
        if let Some(extension) = header.get(TRACE_HEADER, TRACE_HEADER as usize)
            && is_extension1(extension.word(self.wide_name.offset()))
        {
            for (value, field) in xy.iter_mut().zip(self.wide) {
                let wide = match self.endian {
                    Endian::Big => f64::from_be_bytes(extension.word(field.offset())),
                    Endian::Little => f64::from_le_bytes(extension.word(field.offset())),
                };
                // A true value: no scalar applies.
                if wide != 0.0 && wide.is_finite() {
                    *value = wide;
                }
            }
        }
        if units == 4 {
            xy = xy.map(degrees);
        }
        Position { labels: self.labels.map(word), xy, units }
    }
}

/// Whether an additional header is the standard's first: by its name, in ASCII or EBCDIC, or for want
/// of one.
fn is_extension1(name: [u8; 8]) -> bool {
    const EBCDIC: [u8; 8] = [0xE2, 0xC5, 0xC7, 0xF0, 0xF0, 0xF0, 0xF0, 0xF1];
    const BLANK: [[u8; 8]; 3] = [[0; 8], [0x20; 8], [0x40; 8]];
    name == *b"SEG00001" || name == EBCDIC || BLANK.contains(&name)
}

/// Degrees from degrees, minutes and seconds written as one number, DDDMMSS.ss.
fn degrees(dms: f64) -> f64 {
    let a = dms.abs();
    let d = (a / 1e4).floor();
    let m = (a / 1e2).floor() - d * 1e2;
    let s = a - (a / 1e2).floor() * 1e2;
    (d + m / 60.0 + s / 3600.0).copysign(dms)
}
