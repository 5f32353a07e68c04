//! How many samples each trace has, in a file whose traces are not all as long.
//!
//! Such a file is read as one whose traces all have the length of the longest: the source fills up the
//! others. [`Lengths`] has the number of samples of each trace, [`Records`] where each is stored.

mod records;

use std::ops::RangeInclusive;
use std::sync::Arc;

pub use records::Records;

/// The number of samples of each trace. Takes 8 bytes a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lengths {
    /// The traces of each file that is a part of this one: the number of the first, and where they are.
    parts: Vec<(u64, Arc<Records>)>,
    /// Bytes a sample takes.
    width: u64,
}

impl Lengths {
    /// The lengths of traces at `records`, with samples of `width` bytes: at least 1.
    pub(crate) fn new(records: Arc<Records>, width: u64) -> Lengths {
        Lengths { parts: vec![(0, records)], width }
    }

    /// The lengths of the traces of several files, one after the other.
    pub(crate) fn joined<'l>(parts: impl IntoIterator<Item = &'l Lengths>) -> Option<Lengths> {
        let mut parts = parts.into_iter();
        let mut all = parts.next()?.clone();
        for part in parts {
            for (_, records) in &part.parts {
                all.parts.push((all.n_traces(), Arc::clone(records)));
            }
        }
        Some(all)
    }

    /// Where the traces of the first file are.
    pub(crate) fn records(&self) -> Option<&Arc<Records>> {
        self.parts.first().map(|(_, records)| records)
    }

    /// How many traces there are.
    #[must_use]
    pub fn n_traces(&self) -> u64 {
        self.parts.last().map_or(0, |(first, records)| first + records.len() as u64)
    }

    /// Where a trace is: its file, and its number there; None past the last one.
    fn place(&self, trace: u64) -> Option<(&Records, usize)> {
        let part = self.parts.partition_point(|(first, _)| *first <= trace);
        let (first, records) = self.parts.get(part.checked_sub(1)?)?;
        let i = usize::try_from(trace - first).ok().filter(|i| *i < records.len())?;
        Some((records, i))
    }

    /// How many samples a trace has; 0 past the last one.
    #[must_use]
    pub fn get(&self, trace: u64) -> u64 {
        self.place(trace).map_or(0, |(records, i)| records.body(i) / self.width)
    }

    /// How many bytes the headers of a trace have; 0 past the last one.
    #[must_use]
    pub fn headers(&self, trace: u64) -> u64 {
        self.place(trace).map_or(0, |(records, i)| records.head(i))
    }

    /// How many samples each trace has, in file order.
    pub fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let samples = |records: &Records, i| records.body(i) / self.width;
        self.parts.iter().flat_map(move |(_, r)| (0..r.len()).map(move |i| samples(r, i)))
    }

    /// The least and the most samples that a trace has.
    #[must_use]
    pub fn range(&self) -> RangeInclusive<u64> {
        self.iter().min().unwrap_or(0)..=self.iter().max().unwrap_or(0)
    }

    /// The least and the most bytes that the headers of a trace have.
    #[must_use]
    pub(crate) fn header_range(&self) -> RangeInclusive<u64> {
        let heads = || self.parts.iter().flat_map(|(_, r)| (0..r.len()).map(|i| r.head(i)));
        heads().min().unwrap_or(0)..=heads().max().unwrap_or(0)
    }
}
