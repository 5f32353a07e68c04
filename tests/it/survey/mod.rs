//! Surveys: geometry, groups, coordinates, the index file.

mod coordinates;
mod geometry;
mod groups;
mod index;
