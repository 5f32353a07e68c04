//! SEG-Y read at memory speed into memory the caller owns.
#![warn(clippy::unwrap_used)]

#[forbid(unsafe_code)]
pub mod error;
#[forbid(unsafe_code)]
pub mod format;
#[forbid(unsafe_code)]
pub mod geometry;
#[forbid(unsafe_code)]
pub mod layout;
pub mod source;
#[forbid(unsafe_code)]
pub mod walk;

pub use error::{Error, Result};
pub use format::{Endian, Format, SampleType};
