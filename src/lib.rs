#![doc = include_str!("../README.md")]

pub mod decode;
#[forbid(unsafe_code)]
pub mod error;
#[forbid(unsafe_code)]
pub mod format;
#[forbid(unsafe_code)]
pub mod header;
#[forbid(unsafe_code)]
pub mod infer;
#[forbid(unsafe_code)]
pub mod layout;
#[forbid(unsafe_code)]
pub mod lengths;
#[forbid(unsafe_code)]
mod names;
#[forbid(unsafe_code)]
mod options;
pub mod out;
#[forbid(unsafe_code)]
pub mod parallel;
pub mod pool;
#[cfg(feature = "python")]
mod py;
#[forbid(unsafe_code)]
mod read;
#[forbid(unsafe_code)]
mod reader;
pub mod source;
#[forbid(unsafe_code)]
mod survey;
#[forbid(unsafe_code)]
pub mod text;
#[forbid(unsafe_code)]
pub mod walk;

pub use error::{Error, Result};
pub use format::{ByteOrder, Endian, Format, SampleType};
pub use header::schema::Selector;
pub use header::{schema, tables as fields, timestamps};
pub use names::Names;
pub use options::{Options, TraceLayout, UseIndex};
pub use out::Out;
pub use read::pick::{Pick, Samples};
pub use reader::view::View;
pub use reader::{Named, Part, Reader};
pub use survey::{coordinates as positions, geometry, groups};
