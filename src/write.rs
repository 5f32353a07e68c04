//! Writing files.

pub(crate) mod atomic;
