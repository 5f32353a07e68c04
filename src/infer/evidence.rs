//! What was concluded about a file, from what, and what else it could have been.

use std::fmt;

/// One thing that a value could have been, and how much speaks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The value, as text.
    pub value: String,
    /// Points of its best reading: comparable within one file only.
    pub score: i32,
    /// What speaks for it (`+`) and against it (`-`), with points.
    pub reasons: Vec<String>,
}

/// One thing concluded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conclusion {
    /// What it is about: `"byte order"`, `"sample count"` and so on.
    pub name: &'static str,
    /// What was concluded, as text.
    pub value: String,
    /// From what.
    pub because: Vec<String>,
    /// All values that were weighed, the best first; empty where there was nothing to weigh.
    pub candidates: Vec<Candidate>,
}

/// All that was concluded about a file. Its `Display` is made to be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Evidence {
    /// The conclusions, in the order in which a reader would ask for them.
    pub conclusions: Vec<Conclusion>,
}

impl Evidence {
    /// The conclusion of a name, such as `"byte order"`.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Conclusion> {
        self.conclusions.iter().find(|conclusion| conclusion.name == name)
    }

    /// Puts a conclusion in its place, or before all others.
    pub(crate) fn conclude(&mut self, name: &'static str, value: String, because: Vec<String>) {
        self.replace(Conclusion { name, value, because, candidates: Vec::new() });
    }

    /// Puts a conclusion in the place of that of its name, or before all others.
    pub(crate) fn replace(&mut self, made: Conclusion) {
        match self.conclusions.iter_mut().find(|known| known.name == made.name) {
            Some(known) => *known = made,
            None => self.conclusions.insert(0, made),
        }
    }
}

impl fmt::Display for Conclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.value)?;
        for reason in &self.because {
            write!(f, "\n    {reason}")?;
        }
        if self.candidates.len() > 1 {
            for candidate in &self.candidates {
                write!(f, "\n    {:>4}  {}", candidate.score, candidate.value)?;
                if !candidate.reasons.is_empty() {
                    write!(f, ": {}", candidate.reasons.join(", "))?;
                }
            }
        }
        Ok(())
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, conclusion) in self.conclusions.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{conclusion}")?;
        }
        Ok(())
    }
}
