//! Sources for tests.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use segbuf::error::{Error, Result};
use segbuf::source::Source;
use tempfile::NamedTempFile;

/// A file of the system with these bytes, removed when it is dropped.
pub fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Bytes behind a hook, which is told the place and length of every read. It may fail, or say how many
/// bytes there are of those that were asked for.
pub struct Hooked<F> {
    pub bytes: Vec<u8>,
    pub hook: F,
}

impl<F: Fn(u64, usize) -> Result<usize> + Send + Sync> Source for Hooked<F> {
    fn len(&self) -> Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        let n = (self.hook)(offset, buf.len())?.min(buf.len()).min(self.bytes.len() - start);
        buf[..n].copy_from_slice(&self.bytes[start..start + n]);
        Ok(n)
    }
}

/// Bytes that come in small pieces of changing size, with interruptions: what a network gives. The
/// contract of [`Source::read_at`] is kept by asking again.
pub struct Awkward {
    bytes: Vec<u8>,
    asked: AtomicUsize,
}

impl Awkward {
    pub fn new(bytes: Vec<u8>) -> Awkward {
        Awkward { bytes, asked: AtomicUsize::new(0) }
    }

    fn piece(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        if asked % 3 == 2 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        let n = buf.len().min(self.bytes.len() - start).min(1 + 331 * asked % 997);
        buf[..n].copy_from_slice(&self.bytes[start..start + n]);
        Ok(n)
    }
}

impl Source for Awkward {
    fn len(&self) -> Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let mut done = 0;
        while done < buf.len() {
            match self.piece(offset + done as u64, &mut buf[done..]) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Error::io("cannot read", &e)),
            }
        }
        Ok(done)
    }
}
