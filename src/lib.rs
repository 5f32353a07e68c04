#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]

pub mod decode;
pub mod error;
pub mod format;
pub mod header;
pub mod infer;
pub mod layout;
pub mod lengths;
mod names;
mod options;
pub mod out;
pub mod parallel;
pub mod pool;
#[cfg(feature = "python")]
mod py;
mod read;
mod reader;
pub mod source;
mod survey;
pub mod text;
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
