//! A file of the operating system, read at places: no position is shared, so threads do not meet.
//!
//! `unsafe` here is one call to the C library, which standard Rust does not have: a read that would
//! rather fail than wait. It relies on the file descriptor being open as long as the `File` is.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::Source;
use crate::error::{Error, Result};

/// The most bytes a file has: places are signed where the system counts them.
const MAX_LEN: u64 = i64::MAX as u64;

/// An open file.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    path: PathBuf,
}

impl FileSource {
    /// Opens a file for reading.
    ///
    /// # Errors
    /// [`crate::error::Kind::Io`] with the code of the system and the name of the file.
    pub fn open(path: impl AsRef<Path>) -> Result<FileSource> {
        let path = path.as_ref();
        let failed = |e: &io::Error| Error::io("cannot open the file", e).path(path);
        let file = File::open(path).map_err(|e| failed(&e))?;
        if file.metadata().map_err(|e| failed(&e))?.is_dir() {
            #[cfg(unix)]
            let directory = io::Error::from_raw_os_error(libc::EISDIR);
            #[cfg(not(unix))]
            let directory = io::Error::from(io::ErrorKind::IsADirectory);
            return Err(failed(&directory));
        }
        Ok(FileSource { file, path: path.to_owned() })
    }

    /// The open file.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    fn failed(&self, error: &io::Error) -> Error {
        Error::io("cannot read the file", error).path(&self.path)
    }
}

#[cfg(unix)]
fn read_some(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buf, offset)
}

#[cfg(windows)]
fn read_some(file: &File, buf: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buf, offset)
}

/// Reads what the page cache holds; None where the rest would have to be waited for.
#[cfg(target_os = "linux")]
fn read_cached(file: &File, buf: &mut [u8], offset: u64) -> io::Result<Option<usize>> {
    use std::os::fd::AsRawFd;
    let Ok(offset) = libc::off64_t::try_from(offset) else { return Ok(None) };
    let to = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.len() };
    // SAFETY: the descriptor is open while `file` lives; `to` is one vector, and names `buf`, which is
    // ours alone for the length of the call.
    let got =
        unsafe { libc::preadv2(file.as_raw_fd(), &raw const to, 1, offset, libc::RWF_NOWAIT) };
    if let Ok(got) = usize::try_from(got) {
        return Ok(Some(got));
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EINTR) => Err(error),
        // Not in the cache, or a file system or a kernel that cannot tell.
        _ => Ok(None),
    }
}

/// Elsewhere nobody can tell: everything may have to be waited for.
#[cfg(not(target_os = "linux"))]
fn read_cached(_: &File, _: &mut [u8], _: u64) -> io::Result<Option<usize>> {
    Ok(None)
}

/// Repeats short and interrupted reads until `buf` is full or the end is reached. None as soon as a
/// read gives none.
fn fill(
    buf: &mut [u8],
    offset: u64,
    read: impl Fn(&mut [u8], u64) -> io::Result<Option<usize>>,
) -> io::Result<Option<usize>> {
    // No file reaches beyond what the system can count; there it would report an error, not the end.
    let within = MAX_LEN.saturating_sub(offset).min(buf.len() as u64) as usize;
    let buf = &mut buf[..within];
    let mut done = 0;
    while done < buf.len() {
        match read(&mut buf[done..], offset + done as u64) {
            Ok(None) => return Ok(None),
            Ok(Some(0)) => break,
            Ok(Some(n)) => done += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(Some(done))
}

impl Source for FileSource {
    fn len(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|e| self.failed(&e))?.len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let read = |buf: &mut [u8], offset| read_some(&self.file, buf, offset).map(Some);
        Ok(fill(buf, offset, read).map_err(|e| self.failed(&e))?.unwrap_or(0))
    }

    fn read_cached_at(&self, offset: u64, buf: &mut [u8]) -> Result<Option<usize>> {
        let read = |buf: &mut [u8], offset| read_cached(&self.file, buf, offset);
        fill(buf, offset, read).map_err(|e| self.failed(&e))
    }
}
