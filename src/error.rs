//! The one error type: what happened, where, what was wanted and found, and what to do.

use std::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The result of every fallible call of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Which kind of failure it was; each becomes one Python exception class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The bytes are not a SEG-Y file that can be read (`FormatError`).
    Format,
    /// The survey has no such geometry, or its keys contradict it (`GeometryError`).
    Geometry,
    /// A trace or sample index outside the file (`TraceIndexError`).
    Index,
    /// A line, offset or gather label that the survey does not have (`LabelError`).
    Label,
    /// A header word with no such name or byte (`FieldError`).
    Field,
    /// The destination cannot take what was asked for (`DestinationError`).
    Destination,
    /// There is no memory for what was asked for (`MemoryError`).
    Memory,
    /// An argument that makes no sense (`ValueError`).
    Value,
    /// The file was closed (`ValueError`).
    Closed,
    /// The work was interrupted from outside (`KeyboardInterrupt`).
    Interrupted,
    /// The bytes would have to be waited for, and [`Running::cached`](crate::parallel::Running) said
    /// not to.
    Uncached,
    /// The operating system failed (`OSError`, with errno and file name).
    Io,
}

/// An error: kind, place, wanted, found, advice. One pointer wide.
///
/// ```
/// use segbuf::error::{Error, Kind};
/// let e = Error::new(Kind::Format, "unknown sample format code")
///     .byte(3225).want("1, 2, 3, 5 to 12, 15 or 16").have(13).advice("pass format= to open");
/// assert_eq!(
///     e.to_string(),
///     "unknown sample format code (byte 3225): wanted 1, 2, 3, 5 to 12, 15 or 16, found 13; \
///      pass format= to open"
/// );
/// ```
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    what: String,
    trace: Option<u64>,
    byte: Option<u64>,
    want: Option<String>,
    have: Option<String>,
    advice: Option<String>,
    path: Option<PathBuf>,
    os: Option<(i32, io::ErrorKind)>,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of a kind, with what happened in a few words.
    #[must_use]
    pub fn new(kind: Kind, what: impl fmt::Display) -> Self {
        Error(Box::new(Inner {
            kind,
            what: what.to_string(),
            trace: None,
            byte: None,
            want: None,
            have: None,
            advice: None,
            path: None,
            os: None,
            cause: None,
        }))
    }

    /// An error of the operating system, which keeps its code.
    #[must_use]
    pub fn io(what: impl fmt::Display, source: &io::Error) -> Self {
        // Its code is kept apart, where Python shows it.
        let reason = source.to_string();
        let reason = reason.split(" (os error").next().unwrap_or_default();
        let mut error = Error::new(Kind::Io, format!("{what}: {reason}"));
        error.0.os = Some((source.raw_os_error().unwrap_or(0), source.kind()));
        error
    }

    /// The trace it concerns, counted from 0.
    #[must_use]
    pub fn trace(mut self, trace: u64) -> Self {
        self.0.trace = Some(trace);
        self
    }

    /// The byte it concerns: a file byte counted from 1, as the standard counts.
    #[must_use]
    pub fn byte(mut self, byte: u64) -> Self {
        self.0.byte = Some(byte);
        self
    }

    /// What was wanted.
    #[must_use]
    pub fn want(mut self, want: impl fmt::Display) -> Self {
        self.0.want = Some(want.to_string());
        self
    }

    /// What was found instead.
    #[must_use]
    pub fn have(mut self, have: impl fmt::Display) -> Self {
        self.0.have = Some(have.to_string());
        self
    }

    /// What the caller can do about it.
    #[must_use]
    pub fn advice(mut self, advice: impl fmt::Display) -> Self {
        self.0.advice = Some(advice.to_string());
        self
    }

    /// The same, where nothing better has been said.
    #[must_use]
    pub(crate) fn or_advice(mut self, advice: impl fmt::Display) -> Self {
        self.0.advice.get_or_insert_with(|| advice.to_string());
        self
    }

    /// The file it concerns.
    #[must_use]
    pub fn path(mut self, path: &Path) -> Self {
        self.0.path = Some(path.to_owned());
        self
    }

    /// The error that this one tells of, kept as it is: [`std::error::Error::source`] gives it back.
    ///
    /// ```
    /// use segbuf::error::{Error, Kind};
    /// let cause = "no route to host".parse::<u16>().unwrap_err();
    /// let e = Error::new(Kind::Io, "cannot read the bucket").cause(cause.clone());
    /// let kept = std::error::Error::source(&e).and_then(|e| e.downcast_ref());
    /// assert_eq!(kept, Some(&cause));
    /// ```
    #[must_use]
    pub fn cause(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The trace it concerns, counted from 0, where one is known.
    #[must_use]
    pub fn trace_index(&self) -> Option<u64> {
        self.0.trace
    }

    /// The file byte it concerns, counted from 1, where one is known.
    #[must_use]
    pub fn byte_number(&self) -> Option<u64> {
        self.0.byte
    }

    /// The file it concerns, where one is known.
    #[must_use]
    pub fn file(&self) -> Option<&Path> {
        self.0.path.as_deref()
    }

    /// The code of the operating system (errno), where it was the operating system that failed.
    #[must_use]
    pub fn os_code(&self) -> Option<i32> {
        self.0.os.map(|(code, _)| code)
    }
}

impl Clone for Error {
    fn clone(&self) -> Self {
        Error(self.0.clone())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.0.path {
            write!(f, "{}: ", path.display())?;
        }
        f.write_str(&self.message())
    }
}

impl Error {
    /// The message without the file it concerns.
    #[must_use]
    pub fn message(&self) -> String {
        let mut message = String::new();
        // Writing to a string does not fail.
        let _ = self.compose(&mut message);
        message
    }

    fn compose(&self, f: &mut String) -> fmt::Result {
        let e = &self.0;
        f.write_str(&e.what)?;
        match (e.trace, e.byte) {
            (Some(trace), Some(byte)) => write!(f, " (trace {trace}, byte {byte})")?,
            (Some(trace), None) => write!(f, " (trace {trace})")?,
            (None, Some(byte)) => write!(f, " (byte {byte})")?,
            (None, None) => {}
        }
        match (&e.want, &e.have) {
            (Some(want), Some(have)) => write!(f, ": wanted {want}, found {have}")?,
            (Some(want), None) => write!(f, ": wanted {want}")?,
            (None, Some(have)) => write!(f, ": found {have}")?,
            (None, None) => {}
        }
        if let Some(advice) = &e.advice {
            write!(f, "; {advice}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {self}", self.0.kind)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.cause.as_ref().map(|cause| &**cause as _)
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        match error.0.os {
            Some((code, _)) if code != 0 => io::Error::from_raw_os_error(code),
            Some((_, kind)) => io::Error::new(kind, error),
            None => io::Error::other(error),
        }
    }
}
