//! Sources for tests.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use segbuf::Layout;
use segbuf::Named;
use segbuf::error::{Error, Result};
use segbuf::source::{Cost, MemorySource, Source, fill};
use tempfile::NamedTempFile;

/// A file of the system with these bytes, removed when it is dropped.
pub fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

/// Bytes behind a hook, which is told the place and length of every read. It may fail, or say how many
/// bytes there are of those that were asked for. Reads cost what they do of a local file.
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

    fn cost(&self) -> Cost {
        Cost::new(4 << 10, 256 << 10, 1)
    }
}

/// Bytes that come by a script: so many at a time, or, for 0, an interruption. The script is followed
/// again and again, by all threads together.
pub struct Scripted {
    bytes: Vec<u8>,
    script: Vec<usize>,
    asked: AtomicUsize,
}

impl Scripted {
    pub fn new(bytes: Vec<u8>, script: Vec<usize>) -> Scripted {
        assert!(script.iter().any(|step| *step > 0), "it would never end");
        Scripted { bytes, script, asked: AtomicUsize::new(0) }
    }

    fn piece(&self, offset: u64, buf: &mut [u8]) -> io::Result<usize> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        let step = self.script[asked % self.script.len()];
        if step == 0 {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        let n = buf.len().min(self.bytes.len() - start).min(step);
        buf[..n].copy_from_slice(&self.bytes[start..start + n]);
        Ok(n)
    }
}

impl Source for Scripted {
    fn len(&self) -> Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let read = |offset, buf: &mut [u8]| self.piece(offset, buf);
        fill(buf, offset, read).map_err(|e| Error::io("cannot read", &e))
    }
}

/// Bytes that come in small pieces of changing size, with interruptions: what a network gives.
pub fn awkward(bytes: Vec<u8>) -> Scripted {
    Scripted::new(bytes, vec![1, 332, 0, 994, 325, 0, 1987, 650, 0])
}

/// A file in three: one on disk, one in memory, one in pieces; one, if it has few traces.
pub fn in_parts(bytes: &[u8], layout: &Layout) -> (Vec<Named>, NamedTempFile) {
    let at = |trace| layout.header_offset(trace) as usize;
    let n = layout.n_traces;
    let cuts = if n < 6 { [n; 3] } else { [n / 3, n / 2, n] };
    let part = |from, to| [&bytes[..at(0)], &bytes[at(from)..at(to)]].concat();
    let on_disk = file(&part(0, cuts[0]));
    let mut parts = vec![Named::open(on_disk.path(), false).unwrap()];
    if cuts[0] < n {
        let memory = MemorySource::new(part(cuts[0], cuts[1]));
        let source = Box::new(awkward(part(cuts[1], cuts[2])));
        parts.push(Named { name: "memory".to_owned(), source: Box::new(memory) });
        parts.push(Named { name: "awkward".to_owned(), source });
    }
    (parts, on_disk)
}
