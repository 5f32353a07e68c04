//! Coordinates of traces, from the words of their headers.
//!
//! Source: SEG-Y revision 2.1, trace header bytes 71 to 90 and 181 to 188, trace header extension 1
//! bytes 97 to 128 and 161 to 176.

use crate::error::Result;
use crate::format::Endian;
use crate::header::schema::Schema;
use crate::header::{Block, Field, FieldType};
use crate::layout::Layout;
use crate::names::named;
use crate::out::Bytes;
use crate::read::headers;
use crate::read::keys::KeyFields;
use crate::source::Source;

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

named! {
    /// The unit of coordinates.
    pub enum Unit {
        /// Metres.
        Metres => "m",
        /// Feet.
        Feet => "ft",
        /// Seconds of arc: x is the longitude, y the latitude.
        ArcSeconds => "arcsec",
        /// Degrees: x is the longitude, y the latitude.
        Degrees => "deg",
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

/// Seconds of arc to the half circle: what is beyond is no angle of any unit.
pub(super) const HALF_CIRCLE: f64 = 180.0 * 3600.0;

/// How many traces are looked at for floats.
const FEW: u64 = 64;

pub(super) fn unit_of(positions: &[Position], measurement_system: Option<i64>) -> Option<Unit> {
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
pub(crate) struct Wanted {
    pub(super) pair: Pair,
    keys: KeyFields,
    pub(super) xy: [Field; 2],
    units: Option<Field>,
    endian: Endian,
}

impl Wanted {
    /// Of a pair of coordinates and the keys of inline and crossline, in headers of that byte order.
    ///
    /// # Errors
    /// `Class::Field`(crate::error::Kind::Field) where there are no such coordinates.
    pub(crate) fn new(
        pair: Pair,
        keys: KeyFields,
        schema: &Schema,
        endian: Endian,
    ) -> Result<Wanted> {
        let [x, y] = pair.names();
        let field = |name| schema.field(name).cloned();
        let (xy, units) = ([field(x)?, field(y)?], field("coordinate_units").ok());
        Ok(Wanted { pair, keys, xy, units, endian })
    }

    /// The words of a few traces as they stand in the header, without scalars: those of integers.
    pub(super) fn sample(&self, source: &dyn Source, layout: &Layout) -> Result<Vec<[u32; 2]>> {
        let whole = |f: &Field| f.block() == Block::Trace && f.kind() == FieldType::Int(4);
        if !self.xy.iter().all(whole) {
            return Ok(Vec::new());
        }
        let [x, y] = self.xy.each_ref().map(Field::stored);
        let every = layout.n_traces.div_ceil(FEW).max(1);
        let few = (0..layout.n_traces.div_ceil(every)).map(|i| {
            let header = headers::header(source, layout, i * every, false)?;
            let stored = |field: &Field| -> Result<u32> {
                let value = field.number(header[..].into(), self.endian)?;
                Ok(value.as_i64().unwrap_or(0) as u32)
            };
            Ok([stored(&x)?, stored(&y)?])
        });
        few.collect()
    }

    /// The position in the headers of a trace.
    #[inline]
    pub(super) fn read(&self, headers: Bytes<'_>) -> Position {
        let real = |field: &Field| field.real(headers, self.endian).unwrap_or(0.0);
        let mut xy = self.xy.each_ref().map(real);
        let units = self.units.as_ref().map_or(0.0, real) as i16;
        if units == 4 {
            xy = xy.map(degrees);
        }
        let [inline, crossline, _] = self.keys.read(headers, self.endian);
        Position { labels: [inline, crossline], xy, units }
    }
}

/// Degrees from degrees, minutes and seconds written as one number, DDDMMSS.ss.
fn degrees(dms: f64) -> f64 {
    let a = dms.abs();
    let d = (a / 1e4).floor();
    let m = (a / 1e2).floor() - d * 1e2;
    let s = a - (a / 1e2).floor() * 1e2;
    (d + m / 60.0 + s / 3600.0).copysign(dms)
}
