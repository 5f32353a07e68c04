//! The one error type: a problem with its data, the place where it is, and its cause.

mod kind;

use std::fmt::{self, Write as _};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use self::kind::{Class, Kind};
use crate::names::{Names, escaped};

/// The result of every fallible call of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// An error: a problem, its place, its cause. One pointer wide.
///
/// ```
/// use segbuf::error::{Class, Error, Kind};
/// let e = Error::from(Kind::UnknownSampleFormat { code: 13, fitting: Vec::new() }).byte(3225);
/// assert_eq!((e.class(), e.code()), (Class::Format, "unknown-sample-format"));
/// assert_eq!(
///     e.to_string(),
///     "byte 3225: sample format code 13 is unknown; pass `format` if you know the format"
/// );
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: Kind,
    trace: Option<u64>,
    byte: Option<u64>,
    note: Option<String>,
    path: Option<PathBuf>,
    os: Option<(i32, io::ErrorKind)>,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of the operating system on an action ("read the file"), which keeps its code.
    #[must_use]
    pub fn io(action: impl fmt::Display, source: &io::Error) -> Self {
        let (action, reason) = (action.to_string(), source.to_string());
        // Its code is kept apart, where Python shows it.
        let reason = reason.split(" (os error").next().unwrap_or_default().to_owned();
        let mut error = Error::from(match source.kind() {
            io::ErrorKind::NotSeekable => Kind::NotSeekable { action, reason },
            _ => Kind::Io { action, reason },
        });
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

    /// The trace and the byte it concerns, where they are known.
    #[must_use]
    pub(crate) fn at(mut self, trace: Option<u64>, byte: Option<u64>) -> Self {
        (self.0.trace, self.0.byte) = (trace, byte);
        self
    }

    /// A remark after the sentence.
    #[must_use]
    pub(crate) fn note(mut self, note: String) -> Self {
        self.0.note = Some(note);
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
    /// let kind = Kind::SourceFailed { reason: cause.to_string() };
    /// let e = Error::from(kind).cause(cause.clone());
    /// let kept = std::error::Error::source(&e).and_then(|e| e.downcast_ref());
    /// assert_eq!(kept, Some(&cause));
    /// ```
    #[must_use]
    pub fn cause(mut self, cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.cause = Some(Arc::new(cause));
        self
    }

    /// What the problem is.
    #[must_use]
    pub fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// The stable name of the problem: see [`Kind::code`].
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.0.kind {
            Kind::Strict { finding, .. } => finding,
            _ => self.0.kind.code(),
        }
    }

    /// What sort of problem it is.
    #[must_use]
    pub fn class(&self) -> Class {
        self.0.kind.class()
    }

    /// The trace it concerns, counted from 0, where one is known.
    #[must_use]
    pub fn trace_index(&self) -> Option<u64> {
        self.0.trace.or(match self.0.kind {
            Kind::TraceOutOfRange { trace, .. } => Some(trace),
            _ => None,
        })
    }

    /// The file byte it concerns, counted from 1, where one is known.
    #[must_use]
    pub fn byte_number(&self) -> Option<u64> {
        self.0.byte.or(match self.0.kind {
            Kind::ByteOutsideHeader { byte, .. } | Kind::NoFieldAtByte { byte, .. } => {
                u64::try_from(byte).ok()
            }
            Kind::OverlappingKeys { bytes } => Some(bytes[0].into()),
            _ => None,
        })
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

impl From<Kind> for Error {
    fn from(kind: Kind) -> Error {
        Error(Box::new(Inner {
            kind,
            note: None,
            trace: None,
            byte: None,
            path: None,
            os: None,
            cause: None,
        }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.0.path {
            f.write_str(&escaped(format!("{}: ", path.display())))?;
        }
        f.write_str(&self.message(&Names::RUST))
    }
}

impl Error {
    /// The place and the sentence, without the file, for callers who write options like that.
    #[must_use]
    pub fn message(&self, names: &Names) -> String {
        let mut message = String::new();
        // Writing to a string does not fail.
        let _ = self.compose(&mut message, names);
        names.resolve(&message)
    }

    fn compose(&self, f: &mut String, names: &Names) -> fmt::Result {
        let e = &self.0;
        match (e.trace, e.byte) {
            // The warning that it quotes states its place.
            _ if matches!(e.kind, Kind::Strict { .. }) => {}
            (Some(trace), Some(byte)) => write!(f, "trace {trace} (byte {byte}): ")?,
            (Some(trace), None) => write!(f, "trace {trace}: ")?,
            (None, Some(byte)) => write!(f, "byte {byte}: ")?,
            (None, None) => {}
        }
        e.kind.write(f, names)?;
        if let Some(note) = &e.note {
            write!(f, "; {note}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {self}", self.code())
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
