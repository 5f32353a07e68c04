//! A file of the operating system. Reads take an offset, so that threads share no position.
//!
//! The `unsafe` of this file is two calls of the C library that the standard library lacks: a read that
//! fails instead of waiting, and the copy of a file descriptor that may be invalid. The first relies on the
//! descriptor being open while the `File` lives.

#![allow(unsafe_code)]

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::{Cost, Source, fill};
use crate::error::{Error, Result};

/// Maximum size of a file: the system's offsets are signed.
const MAX_LEN: u64 = i64::MAX as u64;

/// Bytes whose reading costs as much as a system call. In the page cache it is 4 KiB (`cargo bench --bench
/// requests`, first table); a little more, since reading through is faster where the disk is waited for.
const GAP: u64 = 5 * 1024;

/// Maximum size of a request: it fits the second-level cache of a core (`cargo bench --bench requests`,
/// second table).
const PART: u64 = 256 * 1024;

/// An open file.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    path: Option<PathBuf>,
    stamp: Option<Stamp>,
}

/// Path and modification time of a file when it was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Absolute path.
    pub path: PathBuf,
    /// Time of the last change of its contents.
    pub modified: SystemTime,
}

impl FileSource {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// `Class::Io` with the error code of the system and the name of the file; also for a directory and for
    /// a pipe, socket or terminal, which are not seekable.
    pub fn open(path: impl AsRef<Path>) -> Result<FileSource> {
        let path = path.as_ref();
        let failed = |e: &io::Error| Error::io("open the file", e).path(path);
        // Checked before opening: opening a pipe waits for a writer.
        fs::metadata(path).and_then(|metadata| check(&metadata)).map_err(|e| failed(&e))?;
        let file = File::open(path).map_err(|e| failed(&e))?;
        let mut source = FileSource::from_file(file, Some(path.to_owned()))?;
        // Some systems have no modification time.
        let modified = source.file.metadata().and_then(|metadata| metadata.modified());
        source.stamp =
            std::path::absolute(path).and_then(|path| Ok(Stamp { path, modified: modified? })).ok();
        Ok(source)
    }

    /// Takes an open file, and the name for messages. Its position is neither used nor moved.
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

    /// Duplicates a file descriptor. The caller may close the original, whose position is neither used nor
    /// moved.
    ///
    /// # Errors
    /// As [`FileSource::open`]; with EBADF for a descriptor that is not open.
    #[cfg(unix)]
    pub fn from_descriptor(fd: i32, path: Option<PathBuf>) -> Result<FileSource> {
        use std::os::fd::FromRawFd;
        // SAFETY: the call takes numbers only and returns an error for an invalid descriptor.
        let copy = unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, 0) };
        if copy < 0 {
            let what = format!("read file descriptor {fd}");
            return Err(Error::io(what, &io::Error::last_os_error()));
        }
        // SAFETY: the descriptor was created by the call above and has no other owner.
        FileSource::from_file(unsafe { File::from_raw_fd(copy) }, path)
    }

    /// The open file.
    #[cfg(feature = "mmap")]
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    fn failed(&self, error: &io::Error) -> Error {
        self.named(Error::io("read the file", error))
    }

    /// Adds the name of the file to an error.
    pub(super) fn named(&self, error: Error) -> Error {
        match &self.path {
            Some(path) => error.path(path),
            None => error,
        }
    }
}

/// Returns an error for what has no bytes at an offset: directories, pipes, sockets, terminals.
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

/// Reads what the page cache contains; the error `WouldBlock` means that the rest is on the disk.
#[cfg(target_os = "linux")]
fn read_cached(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    use std::os::fd::AsRawFd;
    let to = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.len() };
    let offset = offset.cast_signed();
    // SAFETY: the descriptor is open while `file` lives. `to` is one vector that describes `buf`, which is
    // borrowed mutably for the call.
    let got =
        unsafe { libc::preadv2(file.as_raw_fd(), &raw const to, 1, offset, libc::RWF_NOWAIT) };
    usize::try_from(got).map_err(|_| match io::Error::last_os_error() {
        error if error.kind() == io::ErrorKind::Interrupted => error,
        // Not in the page cache, or a file system or kernel without `RWF_NOWAIT`.
        _ => io::ErrorKind::WouldBlock.into(),
    })
}

/// Other systems do not report what is cached.
#[cfg(not(target_os = "linux"))]
fn read_cached(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::WouldBlock.into())
}

/// The part of `buf` that a file can fill from `offset` on. Beyond the largest offset the system would
/// report an error instead of the end of the file.
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
