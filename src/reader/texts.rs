//! Textual headers, and the stanzas in them.

use std::path::Path;
use std::sync::OnceLock;

use super::Reader;
use crate::error::{Error, Kind, Result};
use crate::infer::{Facts, Inferred, Warning};
use crate::source::Source;
use crate::text::stanza::Finder;
use crate::text::{self, Encoding, Stanza, Stanzas, TEXT_HEADER};

/// Extended textual headers that are looked at when a file is opened: 13 MB.
const AT_OPEN: u64 = 4096;

/// Names of stanzas that are warned of, one by one.
const MAX_LISTED: usize = 6;

/// Records that are read at a time.
const CHUNK: u64 = 32;

impl Reader {
    /// A textual header as it stands in the file: 0 is the first, the others are extended ones.
    ///
    /// # Errors
    /// `Class::Index` past the last; `Class::Io`, `Class::Format` from reading.
    pub fn text_bytes(&self, block: u64) -> Result<Vec<u8>> {
        if block >= self.facts.n_text {
            return Err(Kind::index("textual header", block, self.facts.n_text));
        }
        let offset = match block {
            0 => self.facts.text_at,
            _ => extended_at(&self.facts) + (block - 1) * TEXT_HEADER as u64,
        };
        let mut bytes = vec![0; TEXT_HEADER];
        read(&*self.source, offset, &mut bytes)?;
        Ok(bytes)
    }

    /// A textual header as 40 lines of 80 characters joined by newlines.
    ///
    /// Each is in an encoding of its own: an extended one in that of the first only where no other
    /// makes more of it printable.
    ///
    /// # Errors
    /// As [`Reader::text_bytes`].
    pub fn text(&self, block: u64) -> Result<String> {
        let bytes = self.text_bytes(block)?;
        Ok(text::cards(&bytes, &self.text_encoding(block, &bytes)))
    }

    fn text_encoding(&self, block: u64, bytes: &[u8]) -> Encoding {
        match block {
            0 => self.facts.encoding.clone(),
            _ => text::sniff_beside(bytes, Some(&self.facts.encoding)).encoding,
        }
    }

    /// The stanzas of the extended textual headers, found at first use.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// for stanza in file.stanzas()?.list() {
    ///     let contents = file.stanza_bytes(stanza)?;
    ///     println!("{}: {} bytes", stanza.name, contents.len());
    /// }
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `Class::Io`, `Class::Format` from reading.
    pub fn stanzas(&self) -> Result<&Stanzas> {
        let records = self.facts.n_text.saturating_sub(1);
        self.stanzas_of(&self.stanzas[0], extended_at(&self.facts), records)
    }

    /// The stanzas of the data trailer, which follows the traces, found at first use.
    ///
    /// # Errors
    /// As [`Reader::stanzas`].
    pub fn trailers(&self) -> Result<&Stanzas> {
        self.stanzas_of(&self.stanzas[1], self.facts.end, self.facts.n_trailers)
    }

    /// The contents of a stanza, all of them, as they stand in the file.
    ///
    /// # Errors
    /// `Class::Memory` where there is none for them; `Class::Io`, `Class::Format` from reading.
    pub fn stanza_bytes(&self, stanza: &Stanza) -> Result<Vec<u8>> {
        contents(&*self.source, stanza, stanza.len)
    }

    fn stanzas_of<'a>(
        &self,
        known: &'a OnceLock<Stanzas>,
        at: u64,
        records: u64,
    ) -> Result<&'a Stanzas> {
        if let Some(known) = known.get() {
            return Ok(known);
        }
        let stanzas = find(&*self.source, at, records)?;
        Ok(known.get_or_init(|| stanzas))
    }
}

/// The stanzas of the extended textual headers of a file that is being opened, where it has a reasonable
/// number of headers; with a warning of those that stand twice.
pub(super) fn at_open(source: &dyn Source, inferred: &mut Inferred) -> Result<OnceLock<Stanzas>> {
    let records = inferred.facts.n_text.saturating_sub(1);
    if !(1..=AT_OPEN).contains(&records) {
        return Ok(OnceLock::new());
    }
    let stanzas = find(source, extended_at(&inferred.facts), records)?;
    let twice = stanzas.duplicates();
    let duplicates = twice.iter().take(MAX_LISTED);
    let duplicates = duplicates.map(|&name| Warning::DuplicateStanza { name: name.to_owned() });
    inferred.warnings.extend(duplicates);
    if let Some(more) = twice.len().checked_sub(MAX_LISTED).filter(|more| *more > 0) {
        inferred.warnings.push(Warning::DuplicateStanzas { more });
    }
    Ok(stanzas.into())
}

/// The first bytes of the contents of a stanza, so many.
pub(super) fn contents(source: &dyn Source, stanza: &Stanza, len: u64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let len = usize::try_from(len).unwrap_or(usize::MAX);
    bytes
        .try_reserve_exact(len)
        .map_err(|_| Error::from(Kind::NoMemory { what: format!("a stanza of {len} bytes") }))?;
    bytes.resize(len, 0);
    read(source, stanza.at, &mut bytes)?;
    Ok(bytes)
}

/// The stanzas of so many records from a byte of the file on.
fn find(source: &dyn Source, at: u64, records: u64) -> Result<Stanzas> {
    let mut finder = Finder::new(at, records);
    let mut chunk = vec![0; CHUNK.min(records) as usize * TEXT_HEADER];
    for first in (0..records).step_by(CHUNK as usize) {
        let n = CHUNK.min(records - first) as usize;
        let chunk = &mut chunk[..n * TEXT_HEADER];
        read(source, at + first * TEXT_HEADER as u64, chunk)?;
        chunk.chunks_exact(TEXT_HEADER).for_each(|record| finder.look(record));
    }
    Ok(finder.finish())
}

/// Where the extended textual headers begin: behind the binary header of 400 bytes.
fn extended_at(facts: &Facts) -> u64 {
    facts.text_at + TEXT_HEADER as u64 + 400
}

fn read(source: &dyn Source, offset: u64, bytes: &mut [u8]) -> Result<()> {
    let got = source.read_at(offset, bytes)?;
    if got < bytes.len() {
        let error = Error::from(Kind::FileShrunk {
            within: "textual header",
            want: offset + bytes.len() as u64,
            have: offset + got as u64,
        });
        return Err(match source.file_at(offset) {
            Some((file, _)) => error.path(Path::new(file)),
            None => error,
        });
    }
    Ok(())
}
