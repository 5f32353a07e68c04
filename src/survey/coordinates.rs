//! Where traces are: coordinates as headers give them, labels to coordinates and back, the trace
//! nearest to a point.
//!
//! ```
//! use segbuf::positions::{Affine, Words};
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
pub use position::{Coordinates, Pair, Position, Unit, scale};

/// Labels of a trace (inline, crossline) and its coordinates (x, y).
pub type Point = ([i32; 2], [f64; 2]);

/// Whether coordinates say where a trace is: writers leave both at 0 where they do not know.
#[must_use]
pub fn is_known(xy: [f64; 2]) -> bool {
    xy[0].is_finite() && xy[1].is_finite() && xy != [0.0, 0.0]
}
