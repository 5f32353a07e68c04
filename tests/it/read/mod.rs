//! Selections of samples, and how they are read.

mod large;
mod requests;
mod slices;
