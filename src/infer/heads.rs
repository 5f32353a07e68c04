//! The beginning of a file: the headers of SEG-Y, or a trace of Seismic Unix.

use super::claims::Claims;
use super::likeness::likeness;
use super::probe::{PROBE, Probe};
use super::reading::Reading;
use super::reason::Reason;
use super::stated::Constant;
use super::words::{self, Words};
use super::{FILE_HEADERS, FileKind, Overrides, Refused, TAPE_LABEL};
use crate::error::{Error, Kind, Result};
use crate::format::ByteOrder;
use crate::layout::TRACE_HEADER;
use crate::text::TEXT_HEADER;

/// The textual and the binary file header.
pub(super) struct FileHeaders {
    /// Byte offset of the textual header: 128 after a tape label, else 0.
    pub(super) text_at: u64,
    pub(super) text: [u8; TEXT_HEADER],
    pub(super) binary: [u8; 400],
}

impl FileHeaders {
    /// Reads them, whatever stands there.
    ///
    /// # Errors
    /// `Class::Format` where the file is too short to have them.
    pub(super) fn read(probe: &Probe<'_>) -> Result<FileHeaders> {
        let text_at = tape_label(probe)?;
        let text = probe.block::<TEXT_HEADER>(text_at)?;
        let binary = probe.block::<400>(text_at + TEXT_HEADER as u64)?;
        let (Some(text), Some(binary)) = (text, binary) else {
            let want = text_at + FILE_HEADERS;
            let error = Error::from(Kind::FileTooShort { want, have: probe.len });
            return Err(error.byte(probe.len + 1));
        };
        Ok(FileHeaders { text_at, text, binary })
    }
}

/// All that the beginning of a file could mean.
pub(super) struct Beginnings {
    /// What headers claim, of each kind and in each byte order.
    pub(super) claims: Vec<Claims>,
    /// An order in which the format code of SEG-Y is none, and that code: then samples may tell.
    pub(super) refused: Refused,
}

impl Beginnings {
    pub(super) fn read(
        probe: &mut Probe<'_>,
        headers: Option<&FileHeaders>,
        overrides: &Overrides,
    ) -> Result<Beginnings> {
        let mut claims = match headers {
            Some(headers) if overrides.kind != Some(FileKind::SeismicUnix) => {
                segy(probe, headers, overrides)?
            }
            _ => Vec::new(),
        };
        let unknown = claims.iter().find(|claims| claims.format.is_none());
        let refused = unknown.map(|claims| (claims.order, claims.code));
        // Seismic Unix has none.
        let additional = overrides.additional_headers.is_some_and(|n| n > 0);
        if overrides.kind != Some(FileKind::SegY)
            && (!additional || overrides.kind.is_some())
            && let Some(header) = probe.header(overrides.first_trace.unwrap_or(0))?
        {
            let pairs = is_su_of_pairs(&header, probe.len);
            let orders = orders(overrides.endian, Constant::Absent, pairs);
            for order in orders {
                let su = Claims::of_su(&header, order, overrides);
                claims.push(match Claims::of_passcal(&header, order, overrides) {
                    Some(passcal) if is_confirmed(probe, &passcal, &su)? => passcal,
                    _ => su,
                });
            }
        }
        Ok(Beginnings { claims, refused })
    }

    /// Why a file without file headers is not one of SEG-Y, where that was looked at.
    pub(super) fn no_segy(&self, headers: Option<&FileHeaders>) -> Option<Reason> {
        let codes = self.claims.iter().filter(|claims| claims.has_headers());
        let codes: Vec<i16> = codes.map(|claims| claims.code).collect();
        match headers {
            None => Some(Reason::TooShortForSegy),
            Some(_) => (!codes.is_empty()).then_some(Reason::FormatCodes(codes)),
        }
    }

    /// Refuses the best reading where it begins with text, or where its format code is valid only in a
    /// byte order that nothing else supports.
    ///
    /// # Errors
    /// `Class::Format`.
    pub(super) fn check(&self, best: &Reading<'_>, overrides: &Overrides) -> Result<()> {
        if best.start.text_here && overrides.first_trace.is_none() {
            return Err(Error::from(Kind::TextBeforeTraces).byte(best.start.at + 1));
        }
        let refused = self.refused.filter(|_| best.claims.has_headers());
        if let (Some((ByteOrder::BIG, code)), (0, 1..), None) =
            (refused, best.fit(), overrides.format)
            && best.claims.constant != Constant::States(best.order())
        {
            return Err(unknown_format(best.claims.format_byte() - 3225, code));
        }
        Ok(())
    }

    /// Why there is not even a candidate.
    pub(super) fn nothing(
        &self,
        probe: &Probe<'_>,
        headers: Result<FileHeaders>,
        overrides: &Overrides,
    ) -> Error {
        if let Some(first) = overrides.first_trace.filter(|first| *first > probe.len) {
            let error = Error::from(Kind::FirstTraceBeyondEnd { first, len: probe.len });
            return error.byte(first.saturating_add(1));
        }
        let no_samples = |claims: &Claims| Error::from(Kind::NoSamples).byte(claims.samples_byte());
        if overrides.kind == Some(FileKind::SeismicUnix) {
            let first = overrides.first_trace.unwrap_or(0);
            return self.claims.first().map(no_samples).unwrap_or_else(|| {
                let want = first + TRACE_HEADER;
                Error::from(Kind::FileTooShort { want, have: probe.len }).byte(probe.len + 1)
            });
        }
        if let Some(error) = compressed(probe) {
            return error;
        }
        let FileHeaders { text_at, .. } = match headers {
            Ok(headers) => headers,
            Err(error) => return error,
        };
        let mut segy = self.claims.iter().filter(|claims| claims.has_headers());
        match segy.clone().find(|claims| claims.format.is_some()).or(segy.next()) {
            Some(claims) if claims.format.is_some() => no_samples(claims),
            unknown => unknown_format(text_at, unknown.map_or(0, |claims| claims.code)),
        }
    }
}

/// Whether traces have the length that PASSCAL states; if those of Seismic Unix have the same, the format
/// flag is taken.
fn is_confirmed(probe: &mut Probe<'_>, passcal: &Claims, su: &Claims) -> Result<bool> {
    let Some(first) = probe.header(passcal.start)? else { return Ok(false) };
    let mut follows = |claims: &Claims| {
        let Some(len) = claims.stated_len() else { return Result::Ok(false) };
        let next = claims.start + len;
        if next == probe.len {
            return Ok(true);
        }
        let next = probe.header(next)?;
        Ok(next.is_some_and(|next| likeness(&first, &next) == Some(true)))
    };
    let same_len = passcal.stated_len() == su.stated_len();
    Ok(follows(passcal)? && (same_len || !follows(su)?))
}

/// Where a format code is none, and nothing else tells what samples are.
fn unknown_format(text_at: u64, code: i16) -> Error {
    Error::from(match code {
        4 => Kind::ObsoleteSampleFormat,
        _ => Kind::UnknownSampleFormat { code: code.into(), fitting: Vec::new() },
    })
    .byte(text_at + 3225)
}

/// What compressed files begin with.
const COMPRESSED: [(&str, &[u8]); 5] = [
    ("gzip", b"\x1F\x8B\x08"),
    ("bzip2", b"BZh"),
    ("xz", b"\xFD7zXZ\0"),
    ("zip", b"PK\x03\x04"),
    ("zstd", b"\x28\xB5\x2F\xFD"),
];

/// That a file is compressed, where it is.
fn compressed(probe: &Probe<'_>) -> Option<Error> {
    let start = probe.up_to::<6>(0, 6).ok()?;
    let (method, _) = COMPRESSED.into_iter().find(|(_, begins)| start.starts_with(begins))?;
    Some(Error::from(Kind::CompressedFile { method }).byte(1))
}

/// What the binary header claims, in each byte order.
fn segy(
    probe: &mut Probe<'_>,
    headers: &FileHeaders,
    overrides: &Overrides,
) -> Result<Vec<Claims>> {
    let FileHeaders { text_at, binary, .. } = headers;
    let start = text_at + FILE_HEADERS;
    let read = |order| Claims::read(binary, start, order, overrides);
    let [big, little] = [ByteOrder::BIG, ByteOrder::LITTLE].map(read);
    let only_little = big.format.is_none() && little.format.is_some();
    let constant = Constant::read(binary);
    let mut pairs = false;
    if only_little && constant == Constant::Absent {
        let texts = u64::try_from(little.extended_text).unwrap_or(0) * TEXT_HEADER as u64;
        let header = probe.header(overrides.first_trace.unwrap_or(start + texts))?;
        // Where no header is, other bytes may look like one with swapped pairs.
        pairs = header.is_some_and(|header| {
            let count = Words::trace(&header, ByteOrder::LITTLE).u16(115);
            count == little.n_samples.0 && words::has_swapped_pairs(&header)
        });
    }
    Ok(orders(overrides.endian, constant, pairs).map(read).collect())
}

/// Whether a trace without file headers has its pairs swapped: its count fits the file as that of a
/// little-endian file does, but not its long words.
fn is_su_of_pairs(header: &[u8; PROBE], len: u64) -> bool {
    let fits = |order| {
        let n = u64::from(Words::trace(header, order).u16(115));
        n > 0 && len.is_multiple_of(TRACE_HEADER + 4 * n)
    };
    fits(ByteOrder::LITTLE) && !fits(ByteOrder::BIG) && words::has_swapped_pairs(header)
}

/// The byte orders to try: the one that was asked for, or those that come into question. Where pairs
/// are swapped, the file is not little-endian.
fn orders(
    asked: Option<ByteOrder>,
    constant: Constant,
    pairs: bool,
) -> impl Iterator<Item = ByteOrder> {
    let swapped = move |order| match order {
        ByteOrder::LITTLE if pairs => ByteOrder::Pairwise,
        order => order,
    };
    let unasked = constant.orders().map(swapped).filter(move |_| asked.is_none());
    asked.into_iter().chain(unasked)
}

/// Where the textual file header begins: 128 after a tape label, else 0.
///
/// A label has `SY` and a revision in its bytes 5-9, or `RECORD` in 10-15; or else no card begins at
/// 0, and one begins after it.
fn tape_label(probe: &Probe<'_>) -> Result<u64> {
    let Some(start) = probe.block::<129>(0)? else { return Ok(0) };
    let card = |byte: u8| matches!(byte, b'C' | 0xC3);
    let version =
        matches!(start[4..9], [b'S', b'Y', a, b'.', b] if a.is_ascii_digit() && b.is_ascii_digit());
    let labelled = version || &start[9..15] == b"RECORD";
    let readable = |at: u64| -> Result<bool> {
        let binary = probe.block::<400>(at + TEXT_HEADER as u64)?;
        Ok(binary.is_some_and(|binary| {
            let read = |order| Claims::read(&binary, 0, order, &Overrides::default());
            Constant::read(&binary).orders().any(|order| read(order).format.is_some())
        }))
    };
    let shifted = labelled || !card(start[0]);
    let label = shifted && card(start[128]) && readable(TAPE_LABEL)? && (labelled || !readable(0)?);
    Ok(if label { TAPE_LABEL } else { 0 })
}
