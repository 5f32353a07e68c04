//! A file mapped into memory: read in place, without a system call for each read.
//!
//! The `unsafe` of this file relies on the map living as long as the source. Nothing prevents another
//! process from shortening the file: touching the lost pages then raises SIGBUS and ends this process,
//! which is why a map is opt-in. If another process writes to the file, old and new bytes may mix, which
//! [`Bytes`] allows for.

#![allow(unsafe_code)]

use std::path::Path;

use memmap2::{MmapOptions, MmapRaw};

use super::{FileSource, Source, Stamp};
use crate::error::{Error, Result};
use crate::out::Bytes;

/// A read-only map of a whole file, with the length that the file had when it was opened.
///
/// If another process shortens the file, touching the lost pages raises SIGBUS, which ends this
/// process. A read of a map waits for the disk where a page is not in the page cache.
#[derive(Debug)]
pub struct MapSource {
    map: Option<MmapRaw>,
    stamp: Option<Stamp>,
}

impl MapSource {
    /// Maps a file for reading.
    ///
    /// # Errors
    /// `Class::Io` if the file cannot be opened or mapped.
    pub fn open(path: impl AsRef<Path>) -> Result<MapSource> {
        MapSource::of(&FileSource::open(path)?)
    }

    /// Maps an open file. The file may be closed afterwards.
    ///
    /// # Errors
    /// As [`MapSource::open`].
    pub fn of(source: &FileSource) -> Result<MapSource> {
        let stamp = source.stamp().cloned();
        if source.is_empty()? {
            return Ok(MapSource { map: None, stamp });
        }
        let map = MmapOptions::new()
            .map_raw_read_only(source.file())
            .map_err(|e| source.named(Error::io("map the file", &e)))?;
        Ok(MapSource { map: Some(map), stamp })
    }
}

impl Source for MapSource {
    fn len(&self) -> Result<u64> {
        Ok(self.map.as_ref().map_or(0, |m| m.len() as u64))
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        Ok(self.bytes().map_or(0, |b| b.copy_to(offset, buf)))
    }

    fn stamp(&self) -> Option<&Stamp> {
        self.stamp.as_ref()
    }

    fn bytes(&self) -> Option<Bytes<'_>> {
        let (ptr, len) = match &self.map {
            Some(map) => (map.as_ptr(), map.len()),
            None => (std::ptr::dangling(), 0),
        };
        // SAFETY: the map is readable over `len` bytes and lives as long as `self`, hence as long as the
        // `Bytes`; an empty file has no map and no bytes.
        Some(unsafe { Bytes::from_raw(ptr, len) })
    }
}
