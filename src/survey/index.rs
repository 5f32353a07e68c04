//! The saved index: the keys of every trace of a file, in a small file of its own.
//!
//! It stands in for the headers that would have to be read to know which trace is where: `docs/decisions`
//! has its form. It is believed as long as it is whole, and the file is the one that it was made of, as
//! far as a look at some of it can tell. What it says is an assumption all the same: the keys of a trace
//! are checked as it is read.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crc32fast::Hasher;

use crate::error::{Error, Kind, Result};
use crate::layout::Layout;
use crate::read::keys::KeyFields;
use crate::source::{Source, Stamp};
use crate::survey::geometry::{Cycle, Geometry, Key, Rules};
use crate::write::atomic::NewFile;

/// What stands behind the name of a file in that of its index.
pub(crate) const SUFFIX: &str = ".segbuf-index";

const MAGIC: u64 = u64::from_le_bytes(*b"segbufix");
const VERSION: u64 = 2;

/// Words before the columns: what is in them, and what differs if they do. A word is eight bytes, the
/// lowest first.
const WORDS: usize = 15;
const N_TRACES: usize = 9;

/// How many places of a file are looked at, to tell whether it is the one that was indexed; and how many
/// bytes at each.
const LOOKS: u64 = 32;
const LOOK: u64 = 1024;

/// What tells a file, and how it was read, from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity([u64; WORDS]);

impl Identity {
    /// Looks at a file.
    ///
    /// # Errors
    /// From the source; `Class::Format` where the file has become shorter.
    pub(crate) fn of(
        source: &dyn Source,
        stamp: &Stamp,
        layout: &Layout,
        fields: &KeyFields,
    ) -> Result<Identity> {
        let since = stamp.modified.duration_since(UNIX_EPOCH).unwrap_or_default();
        let [iline, xline, offset] = fields.bytes().map(u64::from);
        Ok(Identity([
            MAGIC,
            VERSION,
            source.len()?,
            since.as_secs(),
            since.subsec_nanos().into(),
            look(source, layout)?,
            layout.first_trace,
            layout.header_len,
            layout.n_samples,
            layout.n_traces,
            layout.format.code().into(),
            layout.endian as u64,
            iline,
            xline,
            offset,
        ]))
    }

    /// Why the index of another identity is not that of this one.
    fn differs(&self, other: &Identity) -> Option<&'static str> {
        let word = self.0.iter().zip(&other.0).position(|(a, b)| a != b)?;
        Some(match word {
            0 => "it is no index",
            1 => "it was written by another version",
            2 => "the file has another size",
            3 | 4 => "the file was modified since",
            5 => "the file has other content",
            6..=11 => "the file is read in another way",
            _ => "it is of keys in other bytes of the trace headers",
        })
    }
}

/// A sum over the textual and binary headers, and over the beginning of some traces.
fn look(source: &dyn Source, layout: &Layout) -> Result<u64> {
    let mut sum = Hasher::new();
    let mut bytes = [0; LOOK as usize];
    let mut add = |at: u64, len: u64| {
        let read = source.read_at(at, &mut bytes[..len.min(LOOK) as usize])?;
        sum.update(&bytes[..read]);
        sum.update(&(read as u64).to_le_bytes());
        Ok::<_, Error>(())
    };
    for at in (0..layout.first_trace.min(4 * LOOK)).step_by(LOOK as usize) {
        add(at, layout.first_trace - at)?;
    }
    let last = layout.n_traces.saturating_sub(1);
    let mut next = 0;
    for i in 0..LOOKS {
        // No overflow: of 63 bits for the end of the last trace, a trace takes 7.
        let trace = last * i / (LOOKS - 1);
        if trace >= next && trace < layout.n_traces {
            add(layout.header_offset(trace), layout.trace_len())?;
            next = trace + 1;
        }
    }
    Ok(sum.finalize().into())
}

/// The keys of every trace of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Index {
    n_traces: u64,
    columns: [Cycle; 3],
}

impl Index {
    /// The index of keys, of which there is at least one.
    ///
    /// # Errors
    /// `Class::Geometry` for none.
    pub(crate) fn of(keys: &[Key]) -> Result<Index> {
        if keys.is_empty() {
            return Err(Kind::NoTraces.into());
        }
        let columns = [0, 1, 2].map(|word| Cycle::of(keys, word));
        Ok(Index { n_traces: keys.len() as u64, columns })
    }

    /// The survey that the keys make, as an assumption: in a moment where it is regular, else in time
    /// and memory in proportion to the traces.
    ///
    /// # Errors
    /// As [`Geometry::from_sweep`]. With `cached`, `Class::Uncached` for what takes long.
    pub(crate) fn geometry(&self, rules: &Rules, cached: bool) -> Result<Geometry> {
        if let Some(regular) = Geometry::cyclic(self.n_traces, &self.columns) {
            return Ok(regular);
        }
        if cached {
            return Err(Kind::Uncached.into());
        }
        let mut keys: Vec<Key> = Vec::new();
        let n = usize::try_from(self.n_traces).unwrap_or(usize::MAX);
        keys.try_reserve_exact(n).map_err(|_| {
            Error::from(Kind::NoMemory { what: format!("the survey keys of {n} traces") })
        })?;
        let [i, x, o] = self.columns.each_ref().map(Cycle::values);
        keys.extend(i.zip(x).zip(o).map(|((i, x), o)| [i, x, o]).take(n));
        Geometry::from_sweep(&keys, None, rules).map(Geometry::assumed)
    }

    fn encode(&self, identity: &Identity) -> Vec<u8> {
        let mut bytes: Vec<u8> = identity.0.iter().flat_map(|word| word.to_le_bytes()).collect();
        for column in &self.columns {
            bytes.extend(column.repeat.to_le_bytes());
            bytes.extend((column.labels.len() as u64).to_le_bytes());
            bytes.extend(column.labels.iter().flat_map(|label| label.to_le_bytes()));
        }
        bytes.extend(u64::from(crc32fast::hash(&bytes)).to_le_bytes());
        bytes
    }

    /// Takes the bytes of an index for what they are, or says why they are not the index of this file.
    fn decode(bytes: &[u8], identity: &Identity) -> std::result::Result<Index, &'static str> {
        const DAMAGED: &str = "it is damaged";
        let (words, rest) = bytes.split_at_checked(8 * WORDS).ok_or(DAMAGED)?;
        let (words, _) = words.as_chunks();
        let mut found = Identity([0; WORDS]);
        for (found, word) in found.0.iter_mut().zip(words) {
            *found = u64::from_le_bytes(*word);
        }
        // Of another version the sum may stand elsewhere.
        if found.0[..2] == identity.0[..2] {
            let (summed, sum) = bytes.split_last_chunk().ok_or(DAMAGED)?;
            if u64::from(crc32fast::hash(summed)) != u64::from_le_bytes(*sum) {
                return Err(DAMAGED);
            }
        }
        if let Some(difference) = identity.differs(&found) {
            return Err(difference);
        }
        let mut rest = rest.split_last_chunk::<8>().ok_or(DAMAGED)?.0;
        let mut column = || decode_column(&mut rest).ok_or(DAMAGED);
        let columns = [column()?, column()?, column()?];
        if !rest.is_empty() {
            return Err(DAMAGED);
        }
        Ok(Index { n_traces: identity.0[N_TRACES], columns })
    }

    /// Writes it to a file, which is replaced as a whole, or left as it was. It gets the permissions of
    /// the survey.
    ///
    /// # Errors
    /// `Class::Io` from the system; `Class::Value` where something else than an index is there.
    pub(crate) fn save(&self, identity: &Identity, path: &Path, survey: &Path) -> Result<()> {
        let failed = |error: io::Error| Error::io("write the survey index", &error).path(path);
        if !may_replace(path).map_err(failed)? {
            return Err(Kind::WouldReplace { path: path.display().to_string() }.into());
        }
        let new = NewFile::create(path, fs::metadata(survey).ok(), true)?;
        fs::write(new.part(), self.encode(identity)).map_err(failed)?;
        new.commit()
    }

    /// Reads it from a file. The inner result says why it is not the index of the file of that identity.
    ///
    /// # Errors
    /// `Class::Io` from the system.
    pub(crate) fn load(
        path: &Path,
        identity: &Identity,
    ) -> Result<std::result::Result<Index, &'static str>> {
        let failed = |error: io::Error| Error::io("read the survey index", &error).path(path);
        let most = 3 * (16 + 4 * identity.0[N_TRACES]) + 8 * (WORDS as u64 + 1);
        // Opening a pipe would wait for somebody who writes to it.
        let metadata = fs::metadata(path).map_err(failed)?;
        if !metadata.is_file() || metadata.len() > most {
            return Ok(Err("it is no index of this file"));
        }
        let file = fs::File::open(path).map_err(failed)?;
        let mut bytes = Vec::new();
        file.take(most).read_to_end(&mut bytes).map_err(failed)?;
        Ok(Index::decode(&bytes, identity))
    }

    /// Where the index of a file lies: beside it.
    pub(crate) fn beside(file: &Path) -> PathBuf {
        let mut name = file.as_os_str().to_owned();
        name.push(SUFFIX);
        name.into()
    }
}

/// Take a column from the front of `bytes`; None for what is no column.
fn decode_column(bytes: &mut &[u8]) -> Option<Cycle> {
    let mut word = || {
        let (word, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(u64::from_le_bytes(*word))
    };
    let repeat = word().filter(|&repeat| repeat > 0)?;
    let count = word().filter(|&count| count > 0)?;
    let (labels, rest) = bytes.split_at_checked(usize::try_from(count.checked_mul(4)?).ok()?)?;
    *bytes = rest;
    let labels = labels.as_chunks().0.iter().map(|label| i32::from_le_bytes(*label)).collect();
    Some(Cycle { repeat, labels })
}

/// Whether nothing is lost with what is there: nothing, an empty file, or an index, by its bytes or by its
/// name.
fn may_replace(path: &Path) -> io::Result<bool> {
    match fs::metadata(path) {
        // Opening a pipe would wait for somebody who writes to it.
        Ok(found) if !found.is_file() => return Ok(false),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        found => found?,
    };
    if path.as_os_str().as_encoded_bytes().ends_with(SUFFIX.as_bytes()) {
        return Ok(true);
    }
    let mut start = Vec::new();
    fs::File::open(path)?.take(8).read_to_end(&mut start)?;
    Ok(start.is_empty() || start == MAGIC.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::read::keys::NO_KEY;
    use crate::survey::geometry::Duplicates;

    fn label() -> impl Strategy<Value = i32> {
        prop_oneof![8 => -2i32..3, 1 => prop::sample::select(vec![i32::MIN, i32::MAX])]
    }

    /// Keys of anything, and of grids in any order, some of which have a trace of another key.
    fn keys() -> impl Strategy<Value = Vec<Key>> {
        let labels = || prop::collection::vec(label(), 1..4);
        let order = Just([0, 1, 2]).prop_shuffle();
        let other = prop::option::of((any::<prop::sample::Index>(), key()));
        let grid =
            (labels(), labels(), labels(), order, other).prop_map(|(i, x, o, order, other)| {
                let axes = [i, x, o];
                let mut keys = Vec::new();
                for &a in &axes[order[0]] {
                    for &b in &axes[order[1]] {
                        for &c in &axes[order[2]] {
                            let mut key = [0; 3];
                            (key[order[0]], key[order[1]], key[order[2]]) = (a, b, c);
                            keys.push(key);
                        }
                    }
                }
                if let Some((at, key)) = other {
                    let n = keys.len();
                    keys[at.index(n)] = key;
                }
                keys
            });
        prop_oneof![3 => grid, 1 => prop::collection::vec(key(), 1..12)]
    }

    fn key() -> impl Strategy<Value = Key> {
        prop_oneof![4 => prop::array::uniform3(label()), 1 => Just(NO_KEY)]
    }

    proptest! {
        #[test]
        fn the_survey_is_that_of_a_sweep(keys in keys(), first in any::<bool>()) {
            let duplicates = if first { Duplicates::First } else { Duplicates::Error };
            let rules = Rules { duplicates, ..Rules::default() };
            let index = Index::of(&keys).unwrap();
            let swept = Geometry::from_sweep(&keys, None, &rules).map(Geometry::assumed);
            let told = |found: Result<Geometry>| found.map_err(|error| error.to_string());
            prop_assert_eq!(told(index.geometry(&rules, false)), told(swept));
        }
    }
}
