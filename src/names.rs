//! How the caller writes the names of options and members, for messages; and enums whose variants have
//! names.

/// Defines an enum of plain variants with stable names, which Python and messages use.
macro_rules! named {
    ($(#[$meta:meta])* pub enum $enum:ident {
        $($(#[doc = $doc:literal])+ $variant:ident $(= $code:literal)? => $name:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $enum {
            $($(#[doc = $doc])+ #[doc = concat!("\n\nIts name is `\"", $name, "\"`.")] $variant $(= $code)?,)*
        }

        impl $enum {
            /// Return the stable name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $($enum::$variant => $name,)* }
            }
        }
    };
}
pub(crate) use named;

/// An argument of a sentence: a value, or else the option of that name as the caller writes it.
macro_rules! argument {
    ($names:ident, $option:ident) => {
        $names.option(stringify!($option))
    };
    ($names:ident, $argument:ident = $value:expr) => {
        $value
    };
}
pub(crate) use argument;

/// Marks the place between an option and its value.
const GAP: &str = "\u{6}";

/// The spelling of names in messages: each name stands between two strings.
///
/// ```
/// use segbuf::internals::Names;
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

    /// Marks that [`Names::resolve`] replaces, for a sentence that becomes part of an error before it is
    /// known who reads it.
    pub(crate) const DEFERRED: Names =
        Names { option: ["\u{2}", "\u{3}"], member: ["\u{4}", "\u{5}"] };

    /// Replace the marks of [`Names::DEFERRED`] by the spelling of the caller.
    pub(crate) fn resolve(&self, sentence: &str) -> String {
        let marks = Names::DEFERRED.option.into_iter().chain(Names::DEFERRED.member).chain([GAP]);
        let spellings = self.option.into_iter().chain(self.member).chain([self.gap()]);
        let text = marks
            .zip(spellings)
            .fold(sentence.to_owned(), |text, (mark, by)| text.replace(mark, by));
        escaped(text)
    }

    /// The name of an option and what separates it from its value: nothing after "=", else a space.
    pub(crate) fn assignment(&self, name: &str) -> String {
        self.option(name) + self.gap()
    }

    /// What separates an option from its value.
    fn gap(&self) -> &'static str {
        match self.option[1] {
            equals if equals.ends_with('=') => "",
            mark if *mark == *Names::DEFERRED.option[1] => GAP,
            _ => " ",
        }
    }

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

/// The text with control characters and characters without width escaped, except for line ends: names in
/// a file, and those of files, must not act on the terminal that shows them. Of the control characters,
/// the marks of [`Names::DEFERRED`] stay.
pub(crate) fn escaped(text: String) -> String {
    let acts = |c: char| match c {
        '\n' | '\u{2}'..='\u{6}' => false,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        _ => c.is_control() || c == '\u{feff}',
    };
    if !text.contains(acts) {
        return text;
    }
    let escape = |c: char| if acts(c) { c.escape_unicode().to_string() } else { c.to_string() };
    text.chars().map(escape).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_terminals_is_escaped() {
        let text = "a\u{1b}[2J\r\0\u{9b}1m\u{202e}\u{200b}\u{7f} \u{e9}\"\\\n".to_owned();
        let shown = Names::RUST.resolve(&text);
        assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
        assert!(shown.ends_with(" \u{e9}\"\\\n") && shown.starts_with("a\\u{1b}[2J"), "{shown}");
        let marked = Names::DEFERRED.option("format");
        assert_eq!(Names::RUST.resolve(&Names::DEFERRED.resolve(&marked)), "`format`");
    }
}
