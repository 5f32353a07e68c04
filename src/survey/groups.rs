//! Traces by the numbers in their headers: shots, receivers, ensembles, planes of one offset.
//!
//! [`Reader::group`] sweeps all headers once and puts each trace into the group of those that have
//! the same numbers in all fields asked for. Groups come in the order of their first traces in the
//! file, and their traces in file order, or sorted by other fields. They may be of any size.
//!
//! ```
//! use segbuf::header::{Field, Value};
//! use segbuf::Running;
//! use segbuf::Reader;
//!
//! let file = Reader::open("tests/data/volume.sgy")?;
//! let by = [Field::by_name("crossline")?];
//! let groups = file.group(&by, &[], Running::default())?;
//! assert_eq!(groups.len(), 4);
//! let group = groups.find(&[Value::Int(1102)])?;
//! assert_eq!(groups.traces(group), [2, 6, 10]);
//!
//! let mut memory = vec![0f32; file.traces_len(3)?];
//! file.read_traces_into(groups.traces(group), &mut memory)?;
//! # Ok::<(), segbuf::Error>(())
//! ```
//!
//! Kept are 8 bytes a trace, and 12 bytes a group and 8 for each field of it. While groups are found,
//! it takes 8 bytes more for each field of a trace and 4 for its group, and some 40 a group.
//!
//! [`Reader::group`]: crate::Reader::group

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use crate::error::{Error, Kind, Result};
use crate::header::order;
use crate::header::tables::TRACE;
use crate::header::{Field, Value};
use crate::parallel::Running;

/// Traces that are put into groups between two looks for an interruption.
const POLL_EVERY: usize = 1 << 16;

/// The traces of a file by the numbers of some fields of their headers.
#[derive(Debug, Clone)]
pub struct Groups {
    columns: Vec<Field>,
    /// The numbers of each group, field by field, as [`order`] has them.
    keys: Vec<u64>,
    /// Where the traces of each group begin, and the end.
    starts: Vec<usize>,
    traces: Vec<u64>,
    /// The groups by rising keys.
    sorted: Vec<u32>,
}

impl Groups {
    /// Puts traces into groups by `columns`, and within each in the order of `sort`; both are given
    /// with the keys of all traces.
    pub(crate) fn new(
        columns: &[Field],
        keys: &[Vec<u64>],
        sort: &[Vec<u64>],
        running: Running<'_>,
    ) -> Result<Groups> {
        let n_traces = keys.first().map_or(0, Vec::len);
        if n_traces >= u32::MAX as usize {
            return Err(Kind::TooManyTraces { n_traces }.into());
        }
        let mut of_trace = order::zeros::<u32>(n_traces)?;
        let mut traces = order::zeros::<u64>(n_traces)?;
        let mut firsts = Vec::new();
        for column in keys {
            firsts = split(&mut of_trace, column, running)?;
        }

        let mut starts = vec![0; firsts.len() + 1];
        for group in &of_trace {
            starts[*group as usize + 1] += 1;
        }
        for group in 1..starts.len() {
            starts[group] += starts[group - 1];
        }
        let mut next = starts.clone();
        for (trace, group) in (0u64..).zip(&of_trace) {
            let at = &mut next[*group as usize];
            traces[*at] = trace;
            *at += 1;
        }
        if !sort.is_empty() {
            for group in starts.windows(2) {
                running.check()?;
                // Of equal traces the first in the file stays the first.
                traces[group[0]..group[1]].sort_by(|a, b| {
                    let by = |trace: u64| sort.iter().map(move |column| column[trace as usize]);
                    by(*a).cmp(by(*b))
                });
            }
        }

        let of_group = |first: usize| keys.iter().map(move |column| column[first]);
        let flat: Vec<u64> = firsts.into_iter().flat_map(of_group).collect();
        let mut sorted: Vec<u32> = (0..starts.len() as u32 - 1).collect();
        sorted.sort_unstable_by_key(|group| key_of(&flat, keys.len(), *group));
        Ok(Groups { columns: columns.to_vec(), keys: flat, starts, traces, sorted })
    }

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Whether there are none: the file has no traces.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The fields that traces of a group have in common.
    #[must_use]
    pub fn columns(&self) -> &[Field] {
        &self.columns
    }

    /// The numbers that traces of a group have in common, one for each field.
    ///
    /// # Panics
    /// Where there is no such group.
    pub fn key(&self, group: usize) -> impl Iterator<Item = Value<'static>> + '_ {
        let keys = self.key_of(group as u32).iter().zip(&self.columns);
        // A string would have been refused.
        keys.filter_map(|(&key, column)| order::number(column.value_type(), key))
    }

    /// The traces of a group.
    ///
    /// # Panics
    /// Where there is no such group.
    #[must_use]
    pub fn traces(&self, group: usize) -> &[u64] {
        self.traces_of(group..group + 1)
    }

    /// The traces of groups that follow each other.
    ///
    /// # Panics
    /// Where there are no such groups.
    #[must_use]
    pub fn traces_of(&self, groups: Range<usize>) -> &[u64] {
        &self.traces[self.starts[groups.start]..self.starts[groups.end]]
    }

    /// The group whose traces have these numbers, one for each field. All NaNs are one number.
    ///
    /// # Errors
    /// `Class::Value` for another number of numbers than of fields; `Class::Label` where there is no
    /// such group, naming the nearest.
    pub fn find(&self, key: &[Value<'_>]) -> Result<usize> {
        if key.len() != self.columns.len() {
            return Err(Kind::WrongCount {
                what: "numbers, one for each field of the groups",
                want: self.columns.len(),
                have: key.len(),
            }
            .into());
        }
        // None, for a number that the field cannot hold, is no key.
        let wanted = || {
            let parts = key.iter().zip(&self.columns);
            parts.map(|(&number, column)| order::key(column.value_type(), number))
        };
        let found = self.sorted.binary_search_by(|group| {
            let key = self.key_of(*group).iter().copied().map(Some);
            key.cmp(wanted())
        });
        found.map(|at| self.sorted[at] as usize).map_err(|_| self.no_group(key))
    }

    fn key_of(&self, group: u32) -> &[u64] {
        key_of(&self.keys, self.columns.len(), group)
    }

    fn no_group(&self, key: &[Value<'_>]) -> Error {
        let names = self.columns.iter().map(name).collect::<Vec<_>>().join(", ");
        // As the crow flies: labels are lines, places, or times.
        let distance = |group: u32| -> f64 {
            let apart = self.key(group as usize).zip(key).map(|(a, b)| a.as_f64() - b.as_f64());
            apart.map(|d| d * d).sum()
        };
        let mut nearest: Vec<(f64, u32)> =
            self.sorted.iter().map(|&group| (distance(group), group)).collect();
        nearest.sort_by(|a, b| a.0.total_cmp(&b.0));
        nearest.truncate(2);
        let place = |group: &u32| self.key_of(*group);
        nearest.sort_by(|a, b| place(&a.1).cmp(place(&b.1)));
        let nearest = nearest
            .iter()
            .map(|(_, group)| told(&self.key(*group as usize).collect::<Vec<_>>()))
            .collect();
        let key = format!("{names} {}", told(key));
        Kind::UnknownGroup { key, n_groups: self.len(), nearest }.into()
    }
}

/// Parts the groups of traces by one more column, and numbers them anew by their first traces, which
/// it gives.
fn split(of_trace: &mut [u32], column: &[u64], running: Running<'_>) -> Result<Vec<usize>> {
    let mut firsts = Vec::new();
    let mut groups: HashMap<(u32, u64), u32> = HashMap::new();
    let mut last = None;
    for (trace, (group, &key)) in of_trace.iter_mut().zip(column).enumerate() {
        if trace % POLL_EVERY == 0 {
            running.check()?;
        }
        let parted = (*group, key);
        // Neighbours mostly belong together.
        *group = match last {
            Some((before, number)) if before == parted => number,
            _ => match groups.entry(parted) {
                Entry::Occupied(known) => *known.get(),
                Entry::Vacant(new) => {
                    firsts.push(trace);
                    *new.insert(firsts.len() as u32 - 1)
                }
            },
        };
        last = Some((parted, *group));
    }
    Ok(firsts)
}

fn key_of(keys: &[u64], fields: usize, group: u32) -> &[u64] {
    &keys[group as usize * fields..][..fields]
}

/// What a column is called, in the standard or by its byte.
fn name(column: &Field) -> String {
    let standard = TRACE.iter().find(|field| {
        field.byte() == column.byte()
            && column.endian().is_none()
            && column.value_type() == field.kind()
    });
    standard.map_or_else(|| format!("byte {}", column.byte()), |field| field.name().to_owned())
}

/// A key in words: a number, or several in parentheses.
fn told(key: &[Value<'_>]) -> String {
    let numbers: Vec<String> = key
        .iter()
        .map(|number| match number {
            Value::Int(n) => n.to_string(),
            Value::Uint(n) => n.to_string(),
            Value::Float(n) => n.to_string(),
            Value::Bytes(bytes) => format!("{bytes:?}"),
        })
        .collect();
    match &numbers[..] {
        [one] => one.clone(),
        several => format!("({})", several.join(", ")),
    }
}
