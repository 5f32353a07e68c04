//! When traces were recorded.
//!
//! Source: SEG-Y revision 2.1, trace header bytes 157 to 168, trace header extension 1 bytes 141 to
//! 144, binary header bytes 3511-3512.

use crate::error::Result;
use crate::format::Endian;
use crate::header::Field;
use crate::header::schema::Schema;
use crate::names::named;
use crate::out::Bytes;

/// What stands for a time that a header does not give: NumPy's "not a time".
pub const NOT_A_TIME: i64 = i64::MIN;

named! {
    /// What the clock of a time stamp shows.
    pub enum TimeBasis {
        /// Local time.
        Local => "local",
        /// Greenwich mean time.
        Gmt => "gmt",
        /// Something else.
        Other => "other",
        /// Universal time, coordinated.
        Utc => "utc",
        /// Time of the Global Positioning System, which knows no leap seconds.
        Gps => "gps",
        /// Not the same for all traces.
        Mixed => "mixed",
    }
}

impl TimeBasis {
    fn from_code(code: i64) -> Option<TimeBasis> {
        use TimeBasis::{Gmt, Gps, Local, Other, Utc};
        let index = usize::try_from(code).ok()?.checked_sub(1)?;
        [Local, Gmt, Other, Utc, Gps].get(index).copied()
    }
}

/// When the traces of a file were recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timestamps {
    /// Nanoseconds since the beginning of 1970, by the clock of `basis`, for each trace in file order;
    /// [`NOT_A_TIME`] where the header gives no time that there is.
    pub nanoseconds: Vec<i64>,
    /// What that clock shows; `None` where no header says.
    pub basis: Option<TimeBasis>,
}

/// A time as a header gives it, and what its clock shows.
#[derive(Clone, Copy, Default)]
pub(crate) struct Stamp {
    nanoseconds: Option<i64>,
    basis: i64,
}

impl Timestamps {
    /// Puts together the stamps of all traces; `basis` is the code of the binary header.
    pub(crate) fn of(stamps: Vec<Stamp>, basis: i64) -> Timestamps {
        let mut bases = stamps
            .iter()
            .filter(|stamp| stamp.nanoseconds.is_some())
            .map(|stamp| TimeBasis::from_code(if stamp.basis == 0 { basis } else { stamp.basis }));
        let first = bases.next().flatten();
        let basis = if bases.all(|other| other == first) { first } else { Some(TimeBasis::Mixed) };
        let nanoseconds = stamps.into_iter().map(|s| s.nanoseconds.unwrap_or(NOT_A_TIME)).collect();
        Timestamps { nanoseconds, basis }
    }
}

/// The fields of a time stamp.
pub(crate) struct StampFields {
    /// Year, day of the year, hour, minute, second.
    time: [Field; 5],
    nanoseconds: Option<Field>,
    basis: Option<Field>,
    endian: Endian,
}

impl StampFields {
    pub(crate) fn new(schema: &Schema, endian: Endian) -> Result<StampFields> {
        let word = |name| schema.field(name).cloned();
        Ok(StampFields {
            time: [
                word("year")?,
                word("day_of_year")?,
                word("hour")?,
                word("minute")?,
                word("second")?,
            ],
            nanoseconds: word("nanoseconds").ok(),
            basis: word("time_basis").ok(),
            endian,
        })
    }

    pub(crate) fn read(&self, header: Bytes<'_>) -> Stamp {
        // Words of 4 bytes at most, which a float holds exactly.
        let word = |field: &Field| {
            let value = field.real(header, self.endian).unwrap_or(0.0);
            value as i64
        };
        let nanoseconds = self.nanoseconds.as_ref().map_or(0, word);
        Stamp {
            nanoseconds: since_1970(self.time.each_ref().map(word), nanoseconds),
            basis: self.basis.as_ref().map_or(0, word),
        }
    }
}

/// Nanoseconds since the beginning of 1970 of a year, day of the year, hour, minute and second; `None`
/// where there is no such time, or 64 bits do not hold it.
///
/// Years of two digits are those of 1930 to 2029. A leap second is the first one of the next minute.
fn since_1970([year, day, hour, minute, second]: [i64; 5], nanoseconds: i64) -> Option<i64> {
    let year = match year {
        0..30 => year + 2000,
        30..100 => year + 1900,
        _ => year,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let known = (1600..2400).contains(&year)
        && (1..=365 + i64::from(leap)).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    if !known {
        return None;
    }
    let leap_days = |year: i64| year / 4 - year / 100 + year / 400;
    let days = 365 * (year - 1970) + leap_days(year - 1) - leap_days(1969) + day - 1;
    let seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    seconds.checked_mul(1_000_000_000)?.checked_add(nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_counted_from_1970() {
        let at = |time| since_1970(time, 0).map(|n| n as f64 / 1e9);
        assert_eq!(at([1970, 1, 0, 0, 0]), Some(0.0));
        assert_eq!(at([1969, 365, 23, 59, 59]), Some(-1.0));
        assert_eq!(at([2000, 60, 12, 30, 15]), Some(951_827_415.0)); // 29 February
        assert_eq!(at([2024, 366, 0, 0, 0]), Some(1_735_603_200.0));
        assert_eq!(at([2016, 366, 23, 59, 60]), at([2017, 1, 0, 0, 0]));
        assert_eq!(at([99, 1, 0, 0, 0]), at([1999, 1, 0, 0, 0]));
        assert_eq!(at([29, 1, 0, 0, 0]), at([2029, 1, 0, 0, 0]));
        assert_eq!(since_1970([1970, 1, 0, 0, 1], -3), Some(999_999_997));
    }

    #[test]
    fn there_is_no_such_time() {
        for time in [
            [0, 0, 0, 0, 0],
            [2024, 0, 0, 0, 0],
            [2023, 366, 0, 0, 0],
            [2024, 1, 24, 0, 0],
            [2024, 1, 0, 60, 0],
            [2024, 1, 0, 0, 61],
            [2024, 1, 0, 0, -1],
            [-1, 1, 0, 0, 0],
            [1000, 1, 0, 0, 0],
            [1677, 1, 0, 0, 0],
            [2263, 1, 0, 0, 0],
            [i64::MAX, i64::MAX, i64::MAX, i64::MAX, i64::MAX],
            [i64::MIN; 5],
        ] {
            assert_eq!(since_1970(time, i64::MAX), None, "{time:?}");
        }
    }
}
