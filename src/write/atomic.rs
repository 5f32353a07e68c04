//! A file that appears under its name complete, or not at all.
//!
//! The content goes to a temporary file in the same folder, under a name that nobody can guess, so that
//! several writers of the same file do not share one. [`NewFile::commit`] renames it. Until then only its
//! owner can read a file that takes its permissions from another.

use std::collections::hash_map::RandomState;
use std::fs::{self, File, Metadata, OpenOptions};
use std::hash::{BuildHasher as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::names::Names;

/// A file that is being written. It is removed if it is dropped without [`NewFile::commit`].
#[derive(Debug)]
pub(crate) struct NewFile {
    path: PathBuf,
    /// None for a device or a pipe, which is written in place.
    part: Option<Part>,
    replace: bool,
}

/// The temporary file.
#[derive(Debug)]
struct Part {
    path: PathBuf,
    file: File,
    /// The file whose permissions the new one gets.
    like: Option<Metadata>,
}

impl NewFile {
    /// Begins a file that [`NewFile::commit`] puts at `path`, with the permissions of another file, or
    /// else those of any new file. Devices and pipes are written in place.
    ///
    /// # Errors
    /// `Class::Io`: from the system, for a directory, and if a file exists at `path`, unless `replace` is
    /// set.
    pub(crate) fn create(path: &Path, like: Option<Metadata>, replace: bool) -> Result<NewFile> {
        let path = path.to_owned();
        let part = match fs::metadata(&path) {
            Ok(found) if found.is_dir() => {
                return Err(failed(&path, &io::Error::from_raw_os_error(DIRECTORY)));
            }
            Ok(found) if !found.is_file() => None,
            // A link to nothing exists too.
            _ if !replace && fs::symlink_metadata(&path).is_ok() => return Err(exists(&path)),
            _ => Some(Part::create(&path, like).map_err(|error| failed(&path, &error))?),
        };
        Ok(NewFile { path, part, replace })
    }

    /// Returns the path of the file to write to, which exists.
    pub(crate) fn part(&self) -> &Path {
        self.part.as_ref().map_or(&self.path, |part| &part.path)
    }

    /// Saves the content and puts the file at its path.
    ///
    /// # Errors
    /// `Class::Io` from the system, also if a file has appeared there that may not be replaced. The
    /// temporary file is removed; what is at the path stays as it is.
    pub(crate) fn commit(mut self) -> Result<()> {
        let Some(part) = &self.part else { return Ok(()) };
        let saved = part.file.sync_all().and_then(|()| {
            part.permit();
            // A link is never made over an existing file; a rename replaces it.
            match fs::hard_link(&part.path, &self.path) {
                Err(error) if self.replace || error.kind() != io::ErrorKind::AlreadyExists => {
                    // Some file systems have no links.
                    if !self.replace && fs::symlink_metadata(&self.path).is_ok() {
                        return Err(io::Error::from_raw_os_error(EXISTS));
                    }
                    fs::rename(&part.path, &self.path).map(|()| true)
                }
                linked => linked.map(|()| false),
            }
        });
        match saved {
            Ok(renamed) => {
                if renamed {
                    self.part = None;
                }
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&self.path)),
            Err(error) => Err(failed(&self.path, &error)),
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if let Some(part) = &self.part {
            let _ = fs::remove_file(&part.path);
        }
    }
}

impl Part {
    fn create(path: &Path, like: Option<Metadata>) -> io::Result<Part> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if like.is_some() {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        // The keys of the hash are random numbers of the system. The name of the file is no part of this
        // one, because it may be as long as the file system allows.
        let random = RandomState::new().build_hasher().finish();
        let path = path.with_file_name(format!(".segbuf-{random:016x}.part"));
        let file = options.open(&path)?;
        Ok(Part { path, file, like })
    }

    /// Gives the file the owner and the permissions of the other one, as far as the system lets it and
    /// the file system has them. What the group may do with the other file is for that group alone.
    fn permit(&self) {
        #[cfg(unix)]
        if let Some(like) = &self.like {
            use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};
            let (user, group) = (like.uid(), like.gid());
            let _ = fchown(&self.file, Some(user), Some(group))
                .or_else(|_| fchown(&self.file, None, Some(group)));
            let same = self.file.metadata().is_ok_and(|metadata| metadata.gid() == group);
            let mode = like.mode() & if same { 0o666 } else { 0o606 };
            let _ = self.file.set_permissions(fs::Permissions::from_mode(mode));
        }
        #[cfg(not(unix))]
        let _ = &self.like;
    }
}

// The codes of the system for an existing file, and for a directory where a file is expected.
#[cfg(unix)]
const EXISTS: i32 = libc::EEXIST;
#[cfg(unix)]
const DIRECTORY: i32 = libc::EISDIR;
#[cfg(not(unix))]
const EXISTS: i32 = 80;
#[cfg(not(unix))]
const DIRECTORY: i32 = 80;

fn failed(path: &Path, error: &io::Error) -> Error {
    Error::io("write the file", error).path(path)
}

fn exists(path: &Path) -> Error {
    failed(path, &io::Error::from_raw_os_error(EXISTS))
        .note(format!("pass {} to replace it", Names::DEFERRED.option("overwrite")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn write(path: &Path, content: &str, replace: bool) -> Result<()> {
        let new = NewFile::create(path, None, replace)?;
        fs::write(new.part(), content).unwrap();
        new.commit()
    }

    #[test]
    fn file_appears_when_it_is_complete() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let new = NewFile::create(&path, None, false).unwrap();
        fs::write(new.part(), "whole").unwrap();
        assert!(!path.exists());
        new.commit().unwrap();
        assert_eq!(
            (names(folder.path()), &*fs::read(&path).unwrap()),
            (vec!["a".into()], &b"whole"[..])
        );
        drop(NewFile::create(&folder.path().join("b"), None, false).unwrap());
        assert_eq!(names(folder.path()), ["a"]);
    }

    #[test]
    fn existing_file_is_replaced_on_request_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let first = NewFile::create(&path, None, false).unwrap();
        let second = NewFile::create(&path, None, false).unwrap();
        let third = NewFile::create(&path, None, true).unwrap();
        first.commit().unwrap();
        fs::write(&path, "first").unwrap();
        let error = second.commit().unwrap_err();
        assert_eq!((error.class(), error.os_code()), (Class::Io, Some(EXISTS)));
        assert_eq!(write(&path, "", false).unwrap_err().os_code(), Some(EXISTS));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        fs::write(third.part(), "third").unwrap();
        third.commit().unwrap();
        write(&path, "fourth", true).unwrap();
        assert_eq!(
            (names(folder.path()), &*fs::read(&path).unwrap()),
            (vec!["a".into()], &b"fourth"[..])
        );
        assert_eq!(write(folder.path(), "", true).unwrap_err().os_code(), Some(DIRECTORY));
    }

    #[test]
    #[cfg(unix)]
    fn permissions_are_those_of_the_other_file() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (like, path) = (folder.path().join("like"), folder.path().join("a"));
        fs::write(&like, "").unwrap();
        for mode in [0o600, 0o640, 0o444, 0o666, 0o755] {
            fs::set_permissions(&like, fs::Permissions::from_mode(mode)).unwrap();
            let new = NewFile::create(&path, fs::metadata(&like).ok(), true).unwrap();
            let mode_of = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode_of(new.part()), 0o600);
            new.commit().unwrap();
            assert_eq!(mode_of(&path), mode & 0o666);
        }
        // A link to nothing would be written through.
        let link = folder.path().join("link");
        symlink(folder.path().join("nothing"), &link).unwrap();
        assert!(write(&link, "", false).is_err());
        assert_eq!(
            NewFile::create(Path::new("/dev/null"), None, false).unwrap().part(),
            Path::new("/dev/null")
        );
    }

    #[test]
    fn writers_of_one_file_do_not_meet() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("x".repeat(255));
        std::thread::scope(|scope| {
            let writers = [1, 2, 3].map(|i: u8| {
                let long = &long;
                scope.spawn(move || (0..50).try_for_each(|_| write(long, &i.to_string(), true)))
            });
            writers.into_iter().for_each(|writer| writer.join().unwrap().unwrap());
        });
        assert_eq!(names(folder.path()).len(), 1);
    }
}
