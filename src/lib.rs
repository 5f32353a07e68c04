//! SEG-Y read at memory speed into memory the caller owns.
#![warn(clippy::unwrap_used)]

pub mod decode;
#[forbid(unsafe_code)]
pub mod error;
#[forbid(unsafe_code)]
pub mod fields;
#[forbid(unsafe_code)]
pub mod format;
#[forbid(unsafe_code)]
pub mod header;
#[forbid(unsafe_code)]
pub mod layout;
pub mod out;
pub mod source;

pub use error::{Error, Result};
pub use format::{Endian, Format, SampleType};
