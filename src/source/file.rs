//! A file of the operating system, read at places: no position is shared, so threads do not meet.
//!
//! `unsafe` here is two calls to the C library that standard Rust does not have: a read that would
//! rather fail than wait, and the copy of a descriptor that may not be one. The first relies on the file
//! descriptor being open as long as the `File` is.

#![allow(unsafe_code)]

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Cost, Source, fill};
use crate::error::{Error, Result};

/// The most bytes a file has: places are signed where the system counts them.
const MAX_LEN: u64 = i64::MAX as u64;

/// What a call to the system costs, in bytes that could be read instead: 0.45 us, when a file that is
/// read through gives 11.8 GB/s (`benches/python/run.py`, depth slices).
const GAP: u64 = 5 * 1024;

/// Bytes that are read at a time: still within the second-level cache of a core. Chosen by
/// `benches/python/run.py` (whole file).
const PART: u64 = 256 * 1024;

/// An open file.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    path: Option<PathBuf>,
    stamp: Option<Stamp>,
}

/// Where a file is, and how old, as it was when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Its path, from the root.
    pub path: PathBuf,
    /// When its bytes were last changed.
    pub modified: SystemTime,
}

impl FileSource {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// `Class::Io` with the code of the system and the name of the file; for a directory
    /// and for what cannot be read at places, such as a pipe, too.
    pub fn open(path: impl AsRef<Path>) -> Result<FileSource> {
        let path = path.as_ref();
        let failed = |e: &io::Error| Error::io("open the file", e).path(path);
        // Opening a pipe would wait for somebody who writes to it.
        fs::metadata(path).and_then(|metadata| check(&metadata)).map_err(|e| failed(&e))?;
        let file = File::open(path).map_err(|e| failed(&e))?;
        let mut source = FileSource::from_file(file, Some(path.to_owned()))?;
        // Not every system can say.
        let modified = source.file.metadata().and_then(|metadata| metadata.modified());
        source.stamp =
            std::path::absolute(path).and_then(|path| Ok(Stamp { path, modified: modified? })).ok();
        Ok(source)
    }

    /// Takes a file that is open, and the name to call it by. Its position is neither used nor moved.
    ///
    /// # Errors
    /// As [`FileSource::open`].
    pub fn from_file(file: File, path: Option<PathBuf>) -> Result<FileSource> {
        let source = FileSource { file, path, stamp: None };
        match source.file.metadata().and_then(|metadata| check(&metadata)) {
            Ok(()) => Ok(source),
            Err(e) => Err(source.failed(&e)),
        }
    }

    /// Takes a copy of a file descriptor; the other remains the caller's, who may close it, and its
    /// position is neither used nor moved.
    ///
    /// # Errors
    /// As [`FileSource::open`]; with EBADF for a descriptor that is not open.
    #[cfg(unix)]
    pub fn from_descriptor(fd: i32, path: Option<PathBuf>) -> Result<FileSource> {
        use std::os::fd::FromRawFd;
        // SAFETY: it takes numbers only, and says so where the first is no descriptor.
        let copy = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
        if copy < 0 {
            let what = format!("read file descriptor {fd}");
            return Err(Error::io(what, &io::Error::last_os_error()));
        }
        // SAFETY: the descriptor was made by the call above, and nobody else knows of it.
        FileSource::from_file(unsafe { File::from_raw_fd(copy) }, path)
    }

    /// The open file.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    fn failed(&self, error: &io::Error) -> Error {
        self.named(Error::io("read the file", error))
    }

    /// An error, with the name of the file.
    pub(super) fn named(&self, error: Error) -> Error {
        match &self.path {
            Some(path) => error.path(path),
            None => error,
        }
    }
}

/// Whether there are places to read at: not in a directory, nor in what comes once.
#[cfg(unix)]
fn check(metadata: &Metadata) -> io::Result<()> {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    match () {
        () if kind.is_dir() => Err(io::Error::from_raw_os_error(libc::EISDIR)),
        () if kind.is_fifo() || kind.is_socket() || kind.is_char_device() => {
            Err(io::Error::from_raw_os_error(libc::ESPIPE))
        }
        () => Ok(()),
    }
}

#[cfg(not(unix))]
fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(()) }
}

#[cfg(unix)]
fn read_some(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, offset)
}

#[cfg(windows)]
fn read_some(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buf, offset)
}

/// Reads what the page cache holds; `WouldBlock` where the rest would have to be waited for.
#[cfg(target_os = "linux")]
fn read_cached(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::os::fd::AsRawFd;
    let to = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.len() };
    let offset = offset.cast_signed();
    // SAFETY: the descriptor is open while `file` lives; `to` is one vector, and names `buf`, which is
    // ours alone for the length of the call.
    let got =
        unsafe { libc::preadv2(file.as_raw_fd(), &raw const to, 1, offset, libc::RWF_NOWAIT) };
    usize::try_from(got).map_err(|_| match io::Error::last_os_error() {
        error if error.kind() == io::ErrorKind::Interrupted => error,
        // Not in the cache, or a file system or a kernel that cannot tell.
        _ => io::ErrorKind::WouldBlock.into(),
    })
}

/// Elsewhere nobody can tell: everything may have to be waited for.
#[cfg(not(target_os = "linux"))]
fn read_cached(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::WouldBlock.into())
}

/// As much of `buf` as a file can fill from `offset` on: none reaches beyond what the system can count,
/// where it would report an error, not the end.
fn within(offset: u64, buf: &mut [u8]) -> &mut [u8] {
    let len = MAX_LEN.saturating_sub(offset).min(buf.len() as u64) as usize;
    &mut buf[..len]
}

impl Source for FileSource {
    fn len(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|e| self.failed(&e))?.len())
    }

    fn cost(&self) -> Cost {
        Cost::new(GAP, PART, 1)
    }

    fn stamp(&self) -> Option<&Stamp> {
        self.stamp.as_ref()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let read = |offset, buf: &mut [u8]| read_some(&self.file, buf, offset);
        fill(within(offset, buf), offset, read).map_err(|e| self.failed(&e))
    }

    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        let read = |offset, buf: &mut [u8]| read_cached(&self.file, buf, offset);
        match fill(within(offset, buf), offset, read) {
            Ok(n) => Ok(Some(n)),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(e) => Err(self.failed(&e)),
        }
    }
}
