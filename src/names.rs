//! How the caller writes the names of options and members, for messages.

/// The spelling of names in messages: each name stands between two strings.
///
/// ```
/// use segbuf::Names;
/// assert_eq!(Names::RUST.option("n_samples"), "`n_samples`");
/// assert_eq!(Names::RUST.member("delays"), "`Reader::delays`");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Names {
    /// Around the name of an option of opening a file.
    pub option: [&'static str; 2],
    /// Around the name of a member of an open file.
    pub member: [&'static str; 2],
}

impl Names {
    /// As in Rust: `Options::n_samples` is `n_samples`, a method is `Reader::delays`.
    pub const RUST: Names = Names { option: ["`", "`"], member: ["`Reader::", "`"] };

    /// The name of an option, as the caller writes it.
    #[must_use]
    pub fn option(&self, name: &str) -> String {
        self.option.join(name)
    }

    /// The name of a member of an open file, as the caller writes it.
    #[must_use]
    pub fn member(&self, name: &str) -> String {
        self.member.join(name)
    }
}
