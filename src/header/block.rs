//! Which header a field is in, and the names of additional trace headers.

use std::fmt;

use crate::layout::TRACE_HEADER;
use crate::out::Bytes;
use crate::text::Encoding;

/// Bytes of a trace header.
pub(super) const HEADER: usize = TRACE_HEADER as usize;

/// The offset of the name within an additional header.
const NAME_AT: usize = 232;

/// The name of an additional trace header: up to 8 characters.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlockName([u8; 8]);

impl BlockName {
    /// Trace header extension 1 of the standard, the first additional header.
    pub const SEG00001: BlockName = BlockName(*b"SEG00001");

    /// Return the name of those characters without surrounding blanks; `None` for an empty name, more
    /// than 8 characters, and characters that are not printable ASCII.
    #[must_use]
    pub fn new(name: &str) -> Option<BlockName> {
        let name = name.trim().as_bytes();
        let printable = name.iter().all(|byte| (0x20..0x7F).contains(byte));
        ((1..=8).contains(&name.len()) && printable).then(|| {
            let mut bytes = [b' '; 8];
            bytes[..name.len()].copy_from_slice(name);
            BlockName(bytes)
        })
    }

    /// Return the name in the last 8 bytes of a header, in ASCII or EBCDIC, padded with blanks or zeros;
    /// `None` where there is none.
    #[must_use]
    pub fn read(bytes: [u8; 8]) -> Option<BlockName> {
        let ebcdic = bytes.iter().any(|&byte| byte >= 0x80);
        let encoding = if ebcdic { Encoding::Ebcdic } else { Encoding::Ascii };
        let name: String = bytes.iter().map(|&byte| encoding.decode(byte)).collect();
        BlockName::new(name.trim_end_matches(['\0', ' ']))
    }

    /// Whether the last 8 bytes of a header are padding only.
    pub(crate) fn is_blank(bytes: [u8; 8]) -> bool {
        [[0; 8], [0x20; 8], [0x40; 8]].contains(&bytes)
    }

    /// Return its characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default().trim_end()
    }

    /// Return the offset of the additional header of this name within the headers of a trace. A first
    /// additional header without a name is `SEG00001`.
    pub(super) fn find(self, headers: Bytes<'_>) -> Option<usize> {
        let named = |i: usize| headers.word(i * HEADER + NAME_AT);
        let mut blocks = 1..headers.len() / HEADER;
        let own = blocks.clone().find(|&i| BlockName::read(named(i)) == Some(self));
        let unnamed = || {
            let standard = self == BlockName::SEG00001;
            blocks.next().filter(|&first| standard && BlockName::is_blank(named(first)))
        };
        own.or_else(unnamed).map(|i| i * HEADER)
    }
}

impl fmt::Display for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for BlockName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// The header that a field is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Block {
    /// The binary file header, whose bytes count from 3201.
    Binary,
    /// The standard trace header. Bytes from 241 on are those of the additional headers, whatever their
    /// names.
    Trace,
    /// The additional trace header of a name, wherever among the headers of a trace that is. Bytes count
    /// from 1 within it.
    Additional(BlockName),
}
