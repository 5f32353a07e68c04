#![doc = include_str!("../docs/rust/crate.md")]
#![deny(unsafe_code)]
#![warn(unreachable_pub)]

mod decode;
pub mod error;
mod format;
pub mod header;
pub mod infer;
mod layout;
mod lengths;
mod names;
mod options;
pub mod out;
mod parallel;
pub mod pool;
#[cfg(feature = "python")]
mod py;
mod read;
mod reader;
mod setters;
pub mod source;
pub mod survey;
pub mod text;
mod walk;
mod write;

pub use error::{Error, Result};
pub use format::{ByteOrder, Endian, Format, SampleType};
pub use infer::Overrides;
pub use layout::Layout;
pub use lengths::Lengths;
pub use options::{Options, TraceLayout, UseIndex};
pub use out::Out;
pub use parallel::Running;
pub use read::pick::{Pick, Samples};
pub use reader::view::View;
pub use reader::{Named, Part, Reader};
pub use walk::Walk;

pub mod guide {
    //! Pages on how to extend segbuf.

    #[doc = include_str!("../docs/rust/allocator.md")]
    pub mod allocator {}

    #[doc = include_str!("../docs/rust/source.md")]
    pub mod source {}
}

/// Compiles and runs the Rust examples of pages outside the crate's documentation.
#[cfg(doctest)]
mod pages {
    #[doc = include_str!("../README.md")]
    mod readme {}
    #[doc = include_str!("../docs/guide/memory.md")]
    mod memory {}
}

/// What the tests and benches of this crate use beside its interface. It may change at any time.
#[doc(hidden)]
pub mod internals {
    pub use crate::decode::Decoder;
    pub use crate::infer::{Inferred, infer, infer_running};
    pub use crate::lengths::Records;
    pub use crate::names::Names;
    pub use crate::source::joined::JoinedSource;
    pub use crate::source::padded::PaddedSource;
    pub use crate::source::pairs::{Blocks, PairsSource};
    pub use crate::survey::geometry::{Keys, Rules};
    pub use crate::text::{cards, ends_text, opens_stanza, share, sniff};
    pub use crate::walk::MISSING;
}
