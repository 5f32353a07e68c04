//! The survey: its grid, the saved index, coordinates, groups of traces.

pub(crate) mod coordinates;
pub(crate) mod geometry;
pub(crate) mod groups;
pub(crate) mod index;

pub use coordinates::{
    Affine, Coordinates, Found, Nearest, Pair, Point, Position, Residual, Unit, Words,
};
pub use geometry::{Axis, Cells, Duplicates, Geometry, Key, LineKind, Report, Stretch};
pub use groups::Groups;
