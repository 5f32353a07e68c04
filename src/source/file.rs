//! A file of the operating system, read at places: no position is shared, so threads do not meet.

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
            return Err(failed(&io::Error::from(io::ErrorKind::IsADirectory)));
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

impl Source for FileSource {
    fn len(&self) -> Result<u64> {
        Ok(self.file.metadata().map_err(|e| self.failed(&e))?.len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        // No file reaches beyond what the system can count; there it would report an error, not the end.
        let within = MAX_LEN.saturating_sub(offset).min(buf.len() as u64) as usize;
        let buf = &mut buf[..within];
        let mut done = 0;
        while done < buf.len() {
            match read_some(&self.file, &mut buf[done..], offset + done as u64) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(self.failed(&e)),
            }
        }
        Ok(done)
    }
}
