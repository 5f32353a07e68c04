#![doc = include_str!("../README.md")]

#[forbid(unsafe_code)]
pub mod columns;
pub mod decode;
#[forbid(unsafe_code)]
pub mod error;
#[forbid(unsafe_code)]
pub mod fields;
#[forbid(unsafe_code)]
pub mod format;
#[forbid(unsafe_code)]
mod gather;
#[forbid(unsafe_code)]
pub mod geometry;
#[forbid(unsafe_code)]
pub mod groups;
#[forbid(unsafe_code)]
pub mod guess;
#[forbid(unsafe_code)]
pub mod header;
#[forbid(unsafe_code)]
mod index;
#[forbid(unsafe_code)]
pub mod infer;
#[forbid(unsafe_code)]
pub mod layout;
#[forbid(unsafe_code)]
pub mod lengths;
#[forbid(unsafe_code)]
mod options;
pub mod out;
#[forbid(unsafe_code)]
pub mod parallel;
pub mod pool;
#[forbid(unsafe_code)]
pub mod positions;
#[cfg(feature = "python")]
mod py;
#[forbid(unsafe_code)]
mod reader;
#[forbid(unsafe_code)]
mod scan;
#[forbid(unsafe_code)]
pub mod schema;
#[forbid(unsafe_code)]
mod scratch;
pub mod source;
#[forbid(unsafe_code)]
pub mod text;
#[forbid(unsafe_code)]
pub mod timestamps;
#[forbid(unsafe_code)]
mod transfer;
#[forbid(unsafe_code)]
mod view;
#[forbid(unsafe_code)]
pub mod walk;

pub use error::{Error, Result};
pub use format::{ByteOrder, Endian, Format, SampleType};
pub use options::{KeyPlace, Options, TraceLayout, UseIndex};
pub use out::Out;
pub use reader::{Named, Part, Pick, Reader};
pub use transfer::Samples;
pub use view::View;
