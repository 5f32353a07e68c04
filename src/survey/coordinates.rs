//! Where traces are: coordinates as headers give them, labels to coordinates and back, the trace
//! nearest to a point.
//!
//! ```
//! use segbuf::survey::{Affine, Words};
//!
//! // A survey of 2 inlines by 3 crosslines: 25 m from inline to inline, 12.5 m along them.
//! let point = |i: i32, x: i32| {
//!     ([i, x], [1000.0 + 25.0 * f64::from(i), 2000.0 + 12.5 * f64::from(x)])
//! };
//! let points = [point(1, 1), point(1, 2), point(1, 3), point(2, 1), point(2, 2), point(2, 3)];
//! let affine = Affine::fit(points.iter().copied(), &Words::default())?;
//! let near = |a: [f64; 2], b: [f64; 2]| (a[0] - b[0]).abs() < 1e-6 && (a[1] - b[1]).abs() < 1e-6;
//! assert!(near(affine.to_xy(2.0, 4.0), [1050.0, 2050.0]));
//! assert!(near(affine.to_labels(1050.0, 2050.0), [2.0, 4.0]));
//! assert!(near(affine.bin_size(), [25.0, 12.5]));
//! assert!((affine.rotation() - 90.0).abs() < 1e-6);
//! # Ok::<(), segbuf::Error>(())
//! ```

mod affine;
mod doubts;
mod nearest;
mod outline;
mod position;

pub use affine::{Affine, Residual, Words};
pub use nearest::{Found, Nearest};
pub(crate) use position::Wanted;
pub use position::{Pair, Position, Unit};

use crate::error::Result;
use crate::infer::Warning;
use crate::layout::Layout;
use crate::out::Bytes;
use crate::parallel::Running;
use crate::read::headers;
use crate::source::Source;

/// Labels of a trace (inline, crossline) and its coordinates (x, y).
pub type Point = ([i32; 2], [f64; 2]);

/// The coordinates of every trace of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Coordinates {
    /// Of each trace, in file order.
    pub positions: Vec<Position>,
    /// Their unit; None where headers do not say it, or disagree.
    pub unit: Option<Unit>,
    /// What is odd about them: a scalar or a unit that is hardly right.
    pub warning: Option<Warning>,
}

impl Coordinates {
    /// Sweeps all headers. `measurement_system` is the word of the binary header, `text` the first
    /// textual header.
    pub(crate) fn read(
        source: &dyn Source,
        layout: &Layout,
        words: &Wanted,
        measurement_system: Option<i64>,
        text: &str,
        running: Running<'_>,
    ) -> Result<Coordinates> {
        let read = |headers: Bytes<'_>| words.read(headers);
        let positions = headers::every(source, layout, headers::swept(layout), read, running)?;
        let unit = position::unit_of(&positions, measurement_system);
        let raw = words.sample(source, layout)?;
        let at = words.xy[0].byte();
        let warning = doubts::of(&positions, (at, &raw), words.pair, unit, text);
        Ok(Coordinates { positions, unit, warning })
    }
}

/// Whether coordinates say where a trace is: writers leave both at 0 where they do not know.
#[must_use]
pub(crate) fn is_known(xy: [f64; 2]) -> bool {
    xy[0].is_finite() && xy[1].is_finite() && xy != [0.0, 0.0]
}
