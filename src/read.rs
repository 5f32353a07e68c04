//! Reading: samples and headers, from the source into the caller's memory.

pub(crate) mod columns;
pub(crate) mod gather;
pub(crate) mod headers;
pub(crate) mod keys;
pub(crate) mod pick;
mod plan;
pub(crate) mod proof;
mod queue;
pub(crate) mod scratch;
pub(crate) mod sweep;
pub(crate) mod transfer;
