//! An open SEG-Y file: its facts, its geometry, and reads into memory of the caller's.

mod cells;
mod columns;
mod files;
mod groups;
mod headers;
mod index;
mod lengths;
mod open;
mod schema;
mod survey;
mod texts;
mod traces;
pub(crate) mod view;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

pub use files::{Named, Part};

use crate::error::{Kind, Result};
use crate::header::BinaryHeader;
use crate::header::schema::Schema;
use crate::infer::{Evidence, Facts, Warning};
use crate::options::Options;
use crate::parallel::Running;
use crate::read::keys::KeyFields;
use crate::read::proof::Proof;
use crate::source::Source;
use crate::survey::geometry::Geometry;
use crate::survey::index::Index;
use crate::text::Stanzas;

/// An open SEG-Y file. All methods take `&self`, from as many threads as you like.
///
/// ```
/// use segbuf::Reader;
/// // 3 inlines, 2400 to 2402, of 4 crosslines, 1100 to 1103, of 16 samples.
/// let file = Reader::open("tests/data/volume.sgy")?;
/// assert_eq!((file.n_traces(), file.n_samples()), (12, 16));
///
/// let mut line = vec![0f32; file.iline_len()?];
/// for &label in file.geometry()?.inlines().labels() {
///     file.read_iline_into(label, &mut line)?; // the same memory again and again
///     assert_eq!(line[0], label as f32);
/// }
/// # segbuf::Result::Ok(())
/// ```
///
/// Lengths and indices count samples and traces from 0; labels are inline and crossline numbers as the
/// file gives them. After an error during a read the contents of the destination are
/// unspecified; an error found before leaves it untouched.
pub struct Reader {
    source: Box<dyn Source>,
    facts: Facts,
    evidence: Evidence,
    warnings: Vec<Warning>,
    files: Vec<Part>,
    options: Options,
    threads: usize,
    fields: KeyFields,
    schema: Arc<Schema>,
    /// The stanzas of the extended textual headers, and those of the data trailer.
    stanzas: [OnceLock<Stanzas>; 2],
    /// The keys as they were saved.
    index: Option<Index>,
    /// The geometry by probing or by the index; None where only a sweep is enough.
    probed: OnceLock<Option<Arc<Geometry>>>,
    /// Which traces are where the probed geometry has them.
    proof: Proof,
    /// Traces with the same keys that a sweep found in an assumed survey, and whether that was told.
    doubles: OnceLock<Warning>,
    told: AtomicBool,
    /// What the sweep of all headers found.
    swept: OnceLock<Result<Arc<Geometry>>>,
}

impl Reader {
    /// What it reads.
    pub(crate) fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// What was concluded about the file.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What each conclusion rests on.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// What was found unusual about the file when it was opened, though it is readable.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The warnings of opening, and those of sweeps since.
    pub fn all_warnings(&self) -> impl Iterator<Item = &Warning> {
        self.warnings.iter().chain(self.doubles.get())
    }

    /// The files it is made of, in the order of their traces; mostly one.
    #[must_use]
    pub fn files(&self) -> &[Part] {
        &self.files
    }

    /// How it was opened.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Whole traces in the file.
    #[must_use]
    pub fn n_traces(&self) -> u64 {
        self.facts.layout.n_traces
    }

    /// Samples in each trace; in the longest, where their number [varies](Reader::lengths).
    #[must_use]
    pub fn n_samples(&self) -> u64 {
        self.facts.layout.n_samples
    }

    /// The most threads a read uses: 1 where the source is not [parallel](Source::is_parallel).
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    fn running(&self) -> Running<'static> {
        Running { threads: self.threads(), ..Running::default() }
    }

    /// The bytes of inline, crossline and offset in the trace headers, counted from 1.
    #[must_use]
    pub fn key_bytes(&self) -> [u16; 3] {
        self.fields.bytes()
    }

    /// The binary file header.
    ///
    /// # Errors
    /// `Class::Format` for a Seismic Unix file, which has none.
    pub fn binary(&self) -> Result<BinaryHeader> {
        let bytes = self.facts.binary.ok_or(Kind::NoBinaryHeader)?;
        Ok(BinaryHeader { bytes, endian: self.facts.layout.endian })
    }

    /// The value of a binary header field that holds for all traces; `None` without a header, or where files
    /// that are read as one differ in it.
    fn said_of_all(&self, name: &'static str) -> Result<Option<i64>> {
        if self.facts.binary.is_none() || self.facts.disputed.contains(&name) {
            return Ok(None);
        }
        Ok(self.binary()?.get(name)?.as_i64())
    }

    /// The fields of the trace headers.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("layout", &self.facts.layout).finish_non_exhaustive()
    }
}
