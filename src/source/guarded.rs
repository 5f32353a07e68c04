//! A source that may be anybody's, held to what sources promise.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{Source, Stamp};
use crate::error::{Kind, Result};
use crate::out::Bytes;

/// Another source. Where that panics, the call fails; where it says to have read more than it was asked
/// for, it read that; and it stays what it was when it was opened, memory or not.
pub(crate) struct Guarded {
    source: Box<dyn Source>,
    in_memory: bool,
}

impl Guarded {
    /// Takes a source.
    ///
    /// # Errors
    /// [`Kind::Io`] where it panics.
    pub(crate) fn new(source: Box<dyn Source>) -> Result<Guarded> {
        let in_memory = caught(|| Ok(source.bytes().is_some()))?;
        Ok(Guarded { source, in_memory })
    }
}

impl Source for Guarded {
    fn len(&self) -> Result<u64> {
        caught(|| self.source.len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let most = buf.len();
        Ok(caught(|| self.source.read_at(offset, buf))?.min(most))
    }

    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        let most = buf.len();
        Ok(caught(|| self.source.read_cached_at(offset, buf))?.map(|n| n.min(most)))
    }

    fn bytes(&self) -> Option<Bytes<'_>> {
        // Memory that is gone has no bytes: what is read of it has ended.
        let gone = || Bytes::from(&[][..]);
        self.in_memory
            .then(|| caught(|| Ok(self.source.bytes())).ok().flatten().unwrap_or_else(gone))
    }

    fn is_parallel(&self) -> bool {
        self.source.is_parallel()
    }

    fn stamp(&self) -> Option<&Stamp> {
        caught(|| Ok(self.source.stamp())).ok().flatten()
    }

    fn file_at(&self, offset: u64) -> Option<(&str, u64)> {
        self.source.file_at(offset)
    }

    fn stored_at(&self, offset: u64) -> u64 {
        self.source.stored_at(offset)
    }
}

/// A panic as an error: what a source does within is its own affair, and it may be asked again.
fn caught<R>(call: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        Err(Kind::SourceFailed { reason: format!("panicked: {}", said(&*panic)) }.into())
    })
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a word")
}
