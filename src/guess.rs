//! Where in the trace headers a file keeps its keys, judged by how words behave.
//!
//! A few thousand headers from the beginning, the middle and the end of the file are looked at. Line
//! numbers show by their rhythm: one word stays while the other runs, and together they fill a grid.
//! Coordinates show by being an affine function of line numbers, offsets by being the distance from
//! source to receiver, or the third axis of the grid. What the textual header says counts where the
//! words agree. Nothing is ever applied: whoever asks reads the reasons and decides.
//!
//! ```
//! use segbuf::Reader;
//!
//! let guess = Reader::open("tests/data/volume.sgy")?.guess_keys()?;
//! assert_eq!(guess.keys(), [Some(189), Some(193), None]);
//! assert!(guess.lines[0].score > 0.9, "{guess}");
//! # Ok::<(), segbuf::Error>(())
//! ```

mod cards;
mod column;
mod lines;
mod offsets;
mod places;
mod sample;

use std::fmt;

use crate::error::Result;
use crate::format::Endian;
use crate::reader::Reader;
use sample::Sample;

/// What stands in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WordType {
    /// A signed integer of 4 bytes: what keys are read as.
    I32,
    /// A signed integer of 2 bytes.
    I16,
    /// An IEEE float of 4 bytes.
    F32,
    /// An IBM float of 4 bytes.
    Ibm,
}

impl WordType {
    /// `"int32"`, `"int16"`, `"float32"` or `"ibm32"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            WordType::I32 => "int32",
            WordType::I16 => "int16",
            WordType::F32 => "float32",
            WordType::Ibm => "ibm32",
        }
    }
}

/// A word of the trace header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word {
    /// The byte it starts at, counted from 1.
    pub byte: u16,
    /// What stands there.
    pub kind: WordType,
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            WordType::I32 => write!(f, "{}", self.byte),
            kind => write!(f, "{} ({})", self.byte, kind.name()),
        }
    }
}

/// Words that may be what is looked for, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate<const N: usize> {
    /// Where they stand.
    pub words: [Word; N],
    /// How much speaks for them: 0 to 1.
    pub score: f64,
    /// What does, and what speaks against them.
    pub reasons: Vec<String>,
}

/// The score from which on a candidate is worth trying.
pub const LIKELY: f64 = 0.6;

/// How many candidates of a kind are told.
const TOLD: usize = 8;

/// Candidates for the keys of a file, each list from the best score down. See the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// For inline and crossline, in this order.
    pub lines: Vec<Candidate<2>>,
    /// For the offset.
    pub offsets: Vec<Candidate<1>>,
    /// For x and y.
    pub coordinates: Vec<Candidate<2>>,
    /// What was seen besides.
    pub notes: Vec<String>,
    /// Traces looked at.
    pub looked_at: usize,
    /// Traces in the file.
    pub n_traces: u64,
}

impl Reader {
    /// Looks at some thousand trace headers, and the textual headers, for words that may be the keys
    /// of the survey. The keys that the file was opened with play no part.
    ///
    /// # Errors
    /// [`Kind::Io`](crate::error::Kind::Io), [`Kind::Format`](crate::error::Kind::Format) from
    /// reading.
    pub fn guess_keys(&self) -> Result<Guess> {
        let sample = Sample::read(self)?;
        let hints = cards::read(self)?;
        let columns = column::line_numbers(&sample);
        let mut lines = lines::candidates(&sample, &columns, &hints);
        let coordinates = places::candidates(&sample, &mut lines, &hints);
        let offsets = offsets::candidates(&sample, lines.first(), &hints);
        let mut notes = column::notes(&sample, &columns);
        notes.extend(hints.iter().map(ToString::to_string));
        Ok(Guess {
            lines: best_first(lines),
            offsets: best_first(offsets),
            coordinates: best_first(coordinates),
            notes,
            looked_at: sample.len(),
            n_traces: sample.n_traces,
        })
    }
}

impl Guess {
    /// The bytes of inline, crossline and offset should the best candidates be right: None where none
    /// is [`LIKELY`], or its type is not that of a key.
    #[must_use]
    pub fn keys(&self) -> [Option<u16>; 3] {
        let [iline, xline] = likely(&self.lines).map_or([None; 2], |bytes| bytes.map(Some));
        [iline, xline, likely(&self.offsets).map(|[offset]| offset)]
    }
}

fn likely<const N: usize>(candidates: &[Candidate<N>]) -> Option<[u16; N]> {
    let best = candidates.first().filter(|best| best.score >= LIKELY)?;
    let is_key = best.words.iter().all(|word| word.kind == WordType::I32);
    is_key.then(|| best.words.map(|word| word.byte))
}

/// The best candidates; of several with one score, those that come first.
fn best_first<const N: usize>(mut candidates: Vec<Candidate<N>>) -> Vec<Candidate<N>> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates.truncate(TOLD);
    candidates
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "looked at {} of {} traces", self.looked_at, self.n_traces)?;
        list(f, "inline and crossline", &self.lines)?;
        list(f, "offset", &self.offsets)?;
        list(f, "x and y", &self.coordinates)?;
        if !self.notes.is_empty() {
            write!(f, "besides:")?;
            self.notes.iter().try_for_each(|note| write!(f, "\n    {note}"))?;
        }
        Ok(())
    }
}

fn list<const N: usize>(
    f: &mut fmt::Formatter<'_>,
    what: &str,
    candidates: &[Candidate<N>],
) -> fmt::Result {
    if candidates.is_empty() {
        return writeln!(f, "{what}: no candidate");
    }
    writeln!(f, "{what}:")?;
    for candidate in candidates {
        let words = candidate.words.map(|word| word.to_string()).join(" and ");
        writeln!(f, "  {:.2}  byte {words}", candidate.score)?;
        candidate.reasons.iter().try_for_each(|reason| writeln!(f, "        {reason}"))?;
    }
    Ok(())
}
