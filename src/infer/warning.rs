//! What is odd about a file, though readable.

use std::fmt;

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum About {
    /// Where things are in the file, and how samples stand in it.
    Layout,
    /// The sample axis.
    Axis,
    /// Where the sample axis begins, which may differ between traces.
    Delay,
    /// Textual headers.
    Text,
    /// The survey: its keys, and whether it is one.
    Survey,
    /// What was asked for, which is not what the file says.
    Asked,
}

/// Something odd about a file: a sentence that says what and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub about: About,
    /// The sentence.
    pub text: String,
}

impl Warning {
    pub(crate) fn new(about: About, text: impl Into<String>) -> Warning {
        Warning { about, text: text.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
