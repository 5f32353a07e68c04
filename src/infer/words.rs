//! Header words by their public byte number, in a given byte order.

use super::probe::PROBE;
use crate::format::{ByteOrder, Endian};
use crate::text::Encoding;

/// A header block whose first byte has a public number. Words outside it read as 0.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    block: &'a [u8],
    first: usize,
    order: ByteOrder,
}

impl<'a> Words<'a> {
    /// The binary header: bytes 3201 to 3600, wherever in the file it stands.
    pub(super) fn binary(block: &'a [u8; 400], order: ByteOrder) -> Self {
        Words { block, first: 3201, order }
    }

    /// A trace header: bytes 1 to 240.
    pub(super) fn trace(block: &'a [u8], order: ByteOrder) -> Self {
        Words { block, first: 1, order }
    }

    /// Bytes as they stand in the block, once swapped pairs are swapped back.
    pub(super) fn raw<const N: usize>(&self, number: usize) -> [u8; N] {
        let mut bytes = [0; N];
        let at = number.saturating_sub(self.first);
        if let Some(word) = self.block.get(at..).and_then(|tail| tail.get(..N)) {
            bytes.copy_from_slice(word);
            if self.order == ByteOrder::Pairwise {
                // Blocks are whole pairs, so that each byte has its other one.
                let swapped = |i: usize| self.block.get((at + i) ^ 1).copied().unwrap_or_default();
                bytes = std::array::from_fn(swapped);
            }
        }
        bytes
    }

    /// The bytes of a word, most significant first.
    fn bytes<const N: usize>(&self, number: usize) -> [u8; N] {
        let mut bytes = self.raw(number);
        if self.order.endian() == Endian::Little {
            bytes.reverse();
        }
        bytes
    }

    pub(super) fn i16(&self, number: usize) -> i16 {
        i16::from_be_bytes(self.bytes(number))
    }

    pub(super) fn u16(&self, number: usize) -> u16 {
        u16::from_be_bytes(self.bytes(number))
    }

    pub(super) fn i32(&self, number: usize) -> i32 {
        i32::from_be_bytes(self.bytes(number))
    }

    pub(super) fn u32(&self, number: usize) -> u32 {
        u32::from_be_bytes(self.bytes(number))
    }

    pub(super) fn u64(&self, number: usize) -> u64 {
        u64::from_be_bytes(self.bytes(number))
    }

    pub(super) fn f64(&self, number: usize) -> f64 {
        f64::from_be_bytes(self.bytes(number))
    }
}

/// Whether the second block has the name of the standard's first additional header, in bytes 233-240.
pub(super) fn named(header: &[u8; PROBE], order: ByteOrder) -> bool {
    is_named(Words::trace(&header[240..], order).raw(233))
}

/// Whether that is this name, in either encoding.
pub(super) fn is_named(name: [u8; 8]) -> bool {
    let is =
        |encoding: &Encoding| name.iter().map(|&byte| encoding.decode(byte)).eq("SEG00001".chars());
    is(&Encoding::Ascii) || is(&Encoding::Ebcdic)
}

/// The number of additional headers that a trace states: bytes 157-158 of the first of them.
pub(super) fn stated_headers(header: &[u8; PROBE], order: ByteOrder) -> Option<u64> {
    let stated = || u64::from(Words::trace(&header[240..], order).u16(157));
    named(header, order).then(stated).filter(|&stated| stated > 0)
}

/// Whether the long words of a trace header have their halves swapped, if the file is little-endian: a
/// small number is in the upper half. Big-endian headers look the same.
pub(super) fn has_swapped_pairs(header: &[u8; PROBE]) -> bool {
    let words = Words::trace(header, ByteOrder::LITTLE);
    let (mut swapped, mut plain) = (0, 0);
    for byte in [1, 5, 9, 13, 17, 21, 25, 37, 189, 193] {
        let fills = |half: u16| half == 0 || half == u16::MAX;
        let (low, high) = (words.u16(byte), words.u16(byte + 2));
        swapped += u32::from(fills(low) && !fills(high));
        plain += u32::from(!fills(low) && fills(high));
    }
    swapped >= 2 && swapped > 4 * plain
}
