//! The survey: its axes, which trace stands where on them, and how far that is proved.
//!
//! A geometry comes about in one of two ways. [`Geometry::probe`] reads one whole line and the ends
//! of all others and assumes a regular grid if nothing speaks against it: [`Geometry::is_proved`] is
//! then false, and whoever reads must check the key of each trace by [`Geometry::fits`].
//! [`Geometry::from_sweep`] looks at every key and knows.
//!
//! Where (inline, crossline) is unique the survey is post-stack: its offset axis has one element,
//! the offset word of trace 0, and the offset words of the other traces mean nothing.
//!
//! ```
//! use segbuf::survey::{Geometry, LineKind};
//! use segbuf::internals::Rules;
//! use segbuf::internals::MISSING;
//!
//! // Two inlines of three crosslines, of which one trace is missing.
//! let keys = [[10, 1, 0], [10, 2, 0], [10, 3, 0], [20, 1, 0], [20, 3, 0]];
//! let survey = Geometry::from_sweep(&keys, None, &Rules::default())?;
//! assert_eq!(survey.inlines().labels(), [10, 20]);
//! assert_eq!(survey.live(), [true, true, true, true, false, true]);
//! let line = survey.line(LineKind::Crossline, 2, None)?;
//! assert_eq!(survey.traces(line)?, [1, MISSING]);
//! # Ok::<(), segbuf::Error>(())
//! ```

mod axis;
mod cycle;
mod grid;
mod label;
mod probe;
mod report;
mod section;
#[cfg(feature = "python")]
mod select;
mod sweep;
mod table;

use std::fmt;

pub use axis::Axis;
pub(crate) use cycle::Cycle;
pub use report::Report;
pub use section::{Cells, Stretch};
#[cfg(feature = "python")]
pub(crate) use select::{Labels, Selection};

use crate::error::{Error, Kind, Result};
use crate::names::named;
pub use crate::read::keys::Key;
use crate::read::keys::NO_KEY;
use grid::Order;

/// The keys of the traces of a file, to be read from their headers.
pub trait Keys {
    /// Traces in the file.
    fn n_traces(&self) -> u64;

    /// Appends the keys of some traces, counted from 0.
    ///
    /// # Errors
    /// Whatever keeps the headers from being read.
    fn read(&self, traces: &[u64], keys: &mut Vec<Key>) -> Result<()>;

    /// How many keys at the beginning of the file are best asked for at a time.
    fn batch(&self) -> u64 {
        32
    }
}

/// The keys of all traces, in file order, as a sweep finds them.
impl Keys for [Key] {
    fn n_traces(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, traces: &[u64], keys: &mut Vec<Key>) -> Result<()> {
        // A blank header has zeros.
        let stored = |key: &Key| if *key == NO_KEY { [0; 3] } else { *key };
        keys.extend(traces.iter().filter_map(|trace| self.get(*trace as usize)).map(stored));
        Ok(())
    }
}

named! {
    /// The two kinds of lines of a survey.
    pub enum LineKind {
        /// Lines of constant inline number.
        Inline => "inline",
        /// Lines of constant crossline number.
        Crossline => "crossline",
    }
}

impl LineKind {
    /// The position of the label of these lines in a [`Key`].
    fn word(self) -> usize {
        match self {
            LineKind::Inline => 0,
            LineKind::Crossline => 1,
        }
    }
}

impl fmt::Display for LineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which trace to take where several have the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Duplicates {
    /// None: a read that touches them is an error.
    #[default]
    Error,
    /// The first in the file.
    First,
    /// The last in the file.
    Last,
}

/// How a sweep is judged, and what its errors call things.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rules {
    /// The bytes of the trace header, counted from 1, at which inline, crossline and offset stand.
    pub bytes: [u64; 3],
    /// Which trace to take where several have the same key.
    pub duplicates: Duplicates,
    /// An irregular survey may have this many cells a trace; one with more is refused, since its
    /// keys are hardly those of a survey and its table would not fit memory.
    pub max_sparsity: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { bytes: [189, 193, 37], duplicates: Duplicates::Error, max_sparsity: 100.0 }
    }
}

/// Two traces that have the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Duplicate {
    cell: usize,
    first: u32,
    second: u32,
}

/// Where the trace of a cell is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Index {
    /// The whole grid in file order.
    Affine(Order),
    /// Trace number plus 1 of each cell in C order (inline, crossline, offset), 0 where none is:
    /// the system hands out zeros lazily.
    Table(Vec<u32>),
}

/// Axes of a survey and the trace of each of its cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geometry {
    axes: [Axis; 3],
    prestack: bool,
    sorting: Option<LineKind>,
    proved: bool,
    index: Index,
    /// In the order of the second traces; only where duplicates are an error.
    duplicates: Vec<Duplicate>,
}

impl Geometry {
    /// The inline axis.
    #[must_use]
    pub fn inlines(&self) -> &Axis {
        &self.axes[0]
    }

    /// The crossline axis.
    #[must_use]
    pub fn crosslines(&self) -> &Axis {
        &self.axes[1]
    }

    /// The offset axis; of one element where the survey is post-stack.
    #[must_use]
    pub fn offsets(&self) -> &Axis {
        &self.axes[2]
    }

    /// The axis whose labels name the lines of a kind.
    #[must_use]
    pub fn lines(&self, kind: LineKind) -> &Axis {
        &self.axes[kind.word()]
    }

    /// The lengths of the axes: inlines, crosslines, offsets.
    #[must_use]
    pub fn shape(&self) -> [usize; 3] {
        shape(&self.axes)
    }

    /// Whether the offset is part of what names a trace.
    #[must_use]
    pub fn is_prestack(&self) -> bool {
        self.prestack
    }

    /// The lines whose traces lie together in the file: those of the kind whose number changes the
    /// slower. Of a single inline it is the inline, of a single crossline or of a single bin the
    /// crossline. None where traces are in neither order, give or take a tenth of them.
    #[must_use]
    pub fn sorting(&self) -> Option<LineKind> {
        self.sorting
    }

    /// Whether every key was looked at, so that lines need no check.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.proved
    }

    /// Whether the traces are the whole grid in file order; an assumption until it is proved.
    #[must_use]
    pub fn is_regular(&self) -> bool {
        matches!(self.index, Index::Affine(_))
    }

    /// Which cells have a trace, in C order (inline, crossline, offset); the length is the product
    /// of [`shape`](Geometry::shape). Of a geometry that is not proved it is an assumption.
    #[must_use]
    pub fn live(&self) -> Vec<bool> {
        match &self.index {
            Index::Affine(_) => vec![true; self.shape().iter().product()],
            Index::Table(cells) => cells.iter().map(|&cell| cell != 0).collect(),
        }
    }

    /// Checks that no two traces have the same key, or that it was said which one to take.
    ///
    /// # Errors
    /// `Class::Geometry` naming the first two such traces and their key.
    pub fn check_duplicates(&self) -> Result<()> {
        self.duplicates.first().map_or(Ok(()), |duplicate| Err(self.duplicate_error(duplicate)))
    }

    fn duplicate_error(&self, duplicate: &Duplicate) -> Error {
        let [i, x, o] = self.place(duplicate.cell);
        let key = [self.axes[0].labels()[i], self.axes[1].labels()[x], self.axes[2].labels()[o]];
        let (first, second) = (duplicate.first, duplicate.second);
        let kind = Kind::DuplicateTraces { first, second, key: self.name(&key) };
        Error::from(kind).trace(second.into())
    }

    /// The indices of a cell of the table.
    fn place(&self, cell: usize) -> [usize; 3] {
        let [_, nx, no] = self.shape();
        [cell / no / nx, cell / no % nx, cell % no]
    }

    /// A key in words, as far as it means anything in this survey.
    fn name(&self, key: &Key) -> String {
        let [i, x, o] = key;
        if self.prestack {
            format!("inline {i}, crossline {x}, offset {o}")
        } else {
            format!("inline {i}, crossline {x}")
        }
    }
}

/// The names of the axes.
const NAMES: [&str; 3] = ["inline", "crossline", "offset"];

/// The lengths of axes.
fn shape(axes: &[Axis; 3]) -> [usize; 3] {
    [0, 1, 2].map(|axis: usize| axes[axis].len())
}
