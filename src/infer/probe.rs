//! The few small reads by which a file is judged, counted and remembered.

use crate::error::Result;
use crate::source::{Recalled, Source};
use crate::text::stanza::{opening, spells};
use crate::text::{TEXT_HEADER, ends_text, opens_stanza, sniff};

/// A trace header and what may be its first additional header.
pub(super) const PROBE: usize = 480;

/// Bytes at the beginning and at the end of a file that are read at once.
const HEAD: u64 = 64 * 1024;

/// How many trace headers are read at most, whatever the file claims.
const HEADERS: usize = 64;

/// How many extended textual headers are followed where the header says that a stanza ends them.
const TEXTS: u64 = 4096;

/// How many are, where it does not.
const FEW_TEXTS: u64 = 64;

/// Reads of a source, bounded in number and size.
pub(super) struct Probe<'a> {
    source: &'a Recalled<'a>,
    pub(super) len: u64,
    headers: Vec<(u64, Option<[u8; PROBE]>)>,
    runs: Vec<((u64, bool), TextRun)>,
}

/// Where text ends that begins somewhere.
#[derive(Clone, Copy)]
pub(super) struct TextRun {
    /// Records of 3200 bytes that are text.
    pub(super) records: u64,
    /// Whether the last of them holds `((SEG: EndText))`.
    pub(super) ended: bool,
}

impl<'a> Probe<'a> {
    /// Reads the beginning and the end of the file, if that saves requests.
    pub(super) fn new(source: &'a Recalled<'a>) -> Result<Self> {
        let len = source.len()?;
        source.prepare([0, HEAD, len.saturating_sub(HEAD), len.saturating_sub(1)])?;
        Ok(Probe { source, len, headers: Vec::new(), runs: Vec::new() })
    }

    /// Reads, in one round if that saves any, what is looked at next: blocks at some offsets.
    pub(super) fn prepare(&self, offsets: impl IntoIterator<Item = u64>) -> Result<()> {
        self.source
            .prepare(offsets.into_iter().flat_map(|at| [at, at.saturating_add(PROBE as u64)]))
    }

    /// The bytes at a place, or `None` where the file ends first.
    pub(super) fn block<const N: usize>(&self, offset: u64) -> Result<Option<[u8; N]>> {
        if offset > self.len.saturating_sub(N as u64) {
            return Ok(None);
        }
        let mut block = [0; N];
        let have = self.source.read_at(offset, &mut block)?;
        Ok((have == N).then_some(block))
    }

    /// At most `most` and `N` bytes from a place on, the rest zero.
    pub(super) fn up_to<const N: usize>(&self, offset: u64, most: usize) -> Result<[u8; N]> {
        let mut block = [0; N];
        self.source.read_at(offset, &mut block[..most.min(N)])?;
        Ok(block)
    }

    /// Fills `buf` from a place on, as far as the file goes, and says how far.
    pub(super) fn read(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        self.source.read_at(offset, buf)
    }

    /// The byte that bytes `from..to` are, if they are all the same: the first and the last MiB of them
    /// are looked at.
    pub(super) fn repeated(&self, from: u64, to: u64) -> Result<Option<u8>> {
        const MOST: u64 = 1 << 20;
        let len = usize::try_from(to.saturating_sub(from).min(MOST)).unwrap_or(0);
        let mut bytes = vec![0; len];
        let mut found = None;
        for at in [from, to.saturating_sub(len as u64)] {
            let got = self.read(at, &mut bytes)?;
            let (Some(&byte), true) = (bytes.first(), got == len) else { return Ok(None) };
            if bytes.iter().any(|other| *other != byte) || found.is_some_and(|one| one != byte) {
                return Ok(None);
            }
            found = Some(byte);
        }
        Ok(found)
    }

    /// The trace header at a place and the 240 bytes after it, as far as the file goes; `None` where
    /// it ends before the header does, or enough has been read.
    pub(super) fn header(&mut self, offset: u64) -> Result<Option<[u8; PROBE]>> {
        if let Some((_, header)) = self.headers.iter().find(|(at, _)| *at == offset) {
            return Ok(*header);
        }
        if self.headers.len() >= HEADERS || offset > self.len.saturating_sub(240) {
            return Ok(None);
        }
        let mut block = [0; PROBE];
        let have = self.source.read_at(offset, &mut block)?;
        let header = (have >= 240).then_some(block);
        self.headers.push((offset, header));
        Ok(header)
    }

    /// Whether a record of text stands at a place, if only the beginning of one.
    pub(super) fn text_at(&self, offset: u64) -> Result<bool> {
        let mut record = [0; TEXT_HEADER];
        let have = self.source.read_at(offset, &mut record)?;
        Ok(is_text(&record[..have], 0.85))
    }

    /// Follows records of text from a place on, up to `((SEG: EndText))`, what is no text, or the end.
    ///
    /// With `declared`, the header says that the stanza comes: then more is read, poorer text passes,
    /// and a stanza may hold some records that are no text at all.
    pub(super) fn text_run(&mut self, from: u64, declared: bool) -> Result<TextRun> {
        if let Some((_, run)) = self.runs.iter().find(|(known, _)| *known == (from, declared)) {
            return Ok(*run);
        }
        let run = self.follow_text(from, declared)?;
        self.runs.push(((from, declared), run));
        Ok(run)
    }

    fn follow_text(&self, from: u64, declared: bool) -> Result<TextRun> {
        let (share, most) = if declared { (0.5, TEXTS) } else { (0.85, FEW_TEXTS) };
        let (mut text, mut ended) = (0, false);
        for i in 0..most {
            let at = from.saturating_add(i * TEXT_HEADER as u64);
            let Some(record) = self.block::<TEXT_HEADER>(at)? else { break };
            let is_text = |share| is_text(&record, share);
            if ended && !is_text(0.85) {
                break;
            }
            if ends_text(&record) {
                (text, ended) = (i + 1, true);
            } else if text == i && is_text(share) {
                // What names the stanza is not always it: text goes on behind it.
                (text, ended) = (i + 1, false);
            } else if !declared || i - text >= FEW_TEXTS {
                break;
            }
        }
        Ok(TextRun { records: text, ended })
    }

    /// Where the data trailer begins that reaches to the end of the file, if there is one.
    ///
    /// Goes back in records; those between two that open a stanza of user data belong to the first.
    pub(super) fn trailer(&self) -> Result<Option<u64>> {
        let (mut found, mut at) = (None, self.len);
        for back in 1..=TEXTS {
            let Some(before) = at.checked_sub(TEXT_HEADER as u64) else { break };
            at = before;
            let known = found.map_or(0, |(records, _)| records);
            if back - known > FEW_TEXTS {
                break;
            }
            if opens_user_data(&self.up_to::<80>(at, 80)?) {
                found = Some((back, at));
            }
        }
        Ok(found.map(|(_, at)| at))
    }
}

/// Whether a record of a data trailer opens with `((SEG:User Data`.
fn opens_user_data(record: &[u8]) -> bool {
    opening(record).is_some_and(|encoding| spells(record, &encoding, "((SEG:USERDATA"))
}

/// Whether a record is text: it opens a stanza, or has four cards of characters, most of them
/// printable, and some at its beginning, where a trace header has zeros and small numbers.
fn is_text(record: &[u8], share: f64) -> bool {
    let characters = |bytes: &[u8]| bytes.iter().filter(|&&byte| byte != 0).count();
    // The beginning first: of most traces it is enough.
    let begins = record.get(..240).is_some_and(|card| characters(card) >= 160);
    let enough = begins && characters(record) >= 320;
    opens_stanza(record) || (enough && sniff(record).share >= share)
}
