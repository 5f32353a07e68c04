//! Selections of samples, and how they are read.

mod large;
mod slices;
