//! The survey: its grid, the saved index, coordinates, groups of traces.

pub mod coordinates;
pub mod geometry;
pub mod groups;
pub(crate) mod index;
