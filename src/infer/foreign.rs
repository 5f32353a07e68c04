//! Files that are not SEG-Y: other formats, text, and images of tapes.
//!
//! A format is recognized by its signature and by what else its header must contain, so that no SEG-Y
//! file is taken for it: a textual header may start with any characters, and a trace header of Seismic
//! Unix with any number. Text is recognized where the binary header should be, which always contains
//! zeros. Records with their lengths around them are followed from one to the next. All of this reads
//! the first 64 KiB of a file, which are read anyway, and beyond them only where the first mark fits.

use super::heads::FileHeaders;
use super::probe::Probe;
use crate::error::{Error, Kind, Result};
use crate::text::{Encoding, TEXT_SHARE, share};

/// Bytes of the beginning of a file that signatures are searched in.
const BEGINNING: usize = 4096;

/// The longest record of a tape.
const LONGEST: u64 = 1 << 24;

/// The shortest first record of a tape: a label.
const SHORTEST: u64 = 80;

/// The beginning of a file; zeros after its end.
struct Beginning {
    bytes: [u8; BEGINNING],
    /// Bytes of the file.
    len: u64,
}

/// Whether the beginning of a file is of a format.
type Test = fn(&Beginning) -> bool;

/// Formats, how each is recognized, and what to do with it.
const FORMATS: [(&str, Test, &str); 9] = [
    ("SEG-2", Beginning::is_seg2, "convert it to SEG-Y, or read it with ObsPy"),
    ("miniSEED or SEED", Beginning::is_seed, "read it with ObsPy"),
    ("SAC", Beginning::is_sac, "read it with ObsPy"),
    ("HDF5", Beginning::is_hdf5, "read it with h5py"),
    ("ZGY", Beginning::is_zgy, "convert it to SEG-Y, or read it with OpenZGY"),
    ("SEG-D", Beginning::is_segd, "convert it to SEG-Y"),
    ("GSSI DZT", Beginning::is_dzt, "convert it to SEG-Y"),
    ("EdgeTech JSF", Beginning::is_jsf, "convert it to SEG-Y"),
    ("Parquet", |begin| begin.has(0, b"PAR1"), "read it with pyarrow"),
];

/// Refuses a file that is another format, text, or the image of a tape.
///
/// # Errors
/// `Class::Format`, with what it is and what to do; from the source.
pub(super) fn refuse(probe: &Probe<'_>, headers: Option<&FileHeaders>) -> Result<()> {
    let begin = Beginning { bytes: probe.up_to(0, BEGINNING)?, len: probe.len };
    if let Some((format, _, remedy)) = FORMATS.into_iter().find(|(_, is, _)| is(&begin)) {
        return Err(Error::from(Kind::OtherFormat { format, remedy }).byte(1));
    }
    if let Some((what, byte)) = begin.text(headers) {
        return Err(Error::from(Kind::TextFile { what, remedy: remedy(what) }).byte(byte));
    }
    match tape(probe, &begin)? {
        Some(marks) => Err(Error::from(Kind::TapeImage { marks }).byte(1)),
        None => Ok(()),
    }
}

/// What to do with a file that is text.
fn remedy(what: &str) -> &'static str {
    match what {
        "an HTML page" => "download the file again: a server sent a page instead of it",
        "a Git LFS pointer" => "fetch the file that it stands for with `git lfs pull`",
        _ => "check the path",
    }
}

impl Beginning {
    fn has(&self, at: usize, bytes: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|tail| tail.starts_with(bytes))
    }

    fn u16(&self, at: usize, big: bool) -> u16 {
        let bytes = [self.bytes[at], self.bytes[at + 1]];
        if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) }
    }

    fn u32(&self, at: usize, big: bool) -> u32 {
        word([0, 1, 2, 3].map(|i| self.bytes[at + i]), big)
    }

    fn f32(&self, at: usize) -> f32 {
        f32::from_bits(self.u32(at, false))
    }

    /// The number that the two digits of a byte are.
    fn decimal(&self, at: usize) -> Option<u32> {
        let (tens, ones) = (self.bytes[at] >> 4, self.bytes[at] & 15);
        (tens < 10 && ones < 10).then(|| u32::from(10 * tens + ones))
    }

    /// The file descriptor block: its id, the revision, the size of the list of pointers, which holds
    /// the number of traces, and string terminators.
    fn is_seg2(&self) -> bool {
        let big = match self.bytes[..2] {
            [0x55, 0x3A] => false,
            [0x3A, 0x55] => true,
            _ => return false,
        };
        let [revision, list, traces] = [2, 4, 6].map(|at| u32::from(self.u16(at, big)));
        (1..=2).contains(&revision)
            && traces > 0
            && 4 * traces <= list
            && (1..=2).contains(&self.bytes[8])
    }

    /// A fixed header: a sequence number, a letter, and the time; or SEED's volume header.
    fn is_seed(&self) -> bool {
        if self.has(0, b"MS\x03") {
            let [year, day] = [8, 10].map(|at| self.u16(at, false));
            let clock = self.bytes[12] < 24 && self.bytes[13] < 60 && self.bytes[14] <= 60;
            return (1900..2200).contains(&year) && (1..=366).contains(&day) && clock;
        }
        let number = self.bytes[..6].iter().all(|byte| byte.is_ascii_digit() || *byte == b' ');
        let blank = matches!(self.bytes[7], b' ' | 0);
        let time = |big| {
            let [year, day] = [20, 22].map(|at| self.u16(at, big));
            (1900..2200).contains(&year) && (1..=366).contains(&day) && self.bytes[24] < 24
        };
        let volume = self.bytes[6] == b'V' && self.has(8, b"010");
        let record =
            matches!(self.bytes[6], b'D' | b'R' | b'Q' | b'M') && (time(true) || time(false));
        number && blank && (volume || record)
    }

    /// The version of the header, as many samples as fit, and words that are not defined: -12345.
    fn is_sac(&self) -> bool {
        const FLOATS: usize = 70;
        const WORDS: usize = 110;
        let is = |big: bool| {
            let undefined = |i: &usize| {
                let word = self.u32(4 * i, big);
                if *i < FLOATS {
                    f32::from_bits(word) == -12345.0
                } else {
                    word.cast_signed() == -12345
                }
            };
            let samples = u64::from(self.u32(316, big));
            matches!(self.u32(304, big), 5..=7)
                && (0..WORDS).filter(undefined).count() >= 10
                && samples > 0
                && self.len >= 632
        };
        is(true) || is(false)
    }

    /// The signature, at the start or after a user block.
    fn is_hdf5(&self) -> bool {
        [0, 512, 1024, 2048].into_iter().any(|at| self.has(at, b"\x89HDF\r\n\x1A\n"))
    }

    fn is_zgy(&self) -> bool {
        (self.has(0, b"VBS\0") || self.has(0, b"VCS\0")) && (1..=16).contains(&self.u32(4, false))
    }

    /// A storage unit label, or general header 1: the format code, and a time in decimal digits.
    fn is_segd(&self) -> bool {
        let digits = self.bytes[..4].iter().all(|byte| byte.is_ascii_digit() || *byte == b' ');
        if digits && self.has(4, b"SD") && self.has(9, b"RECORD") {
            return true;
        }
        let code = matches!(
            self.u16(2, true),
            0x0015
                | 0x0022
                | 0x0024
                | 0x0036
                | 0x0038
                | 0x0042
                | 0x0044
                | 0x0048
                | 0x0058
                | 0x8015
                | 0x8022
                | 0x8024
                | 0x8036
                | 0x8038
                | 0x8042
                | 0x8044
                | 0x8048
                | 0x8058
        );
        let day = self.decimal(12).map(|low| 100 * u32::from(self.bytes[11] & 15) + low);
        let time = [(13, 24), (14, 60), (15, 60)]
            .into_iter()
            .all(|(at, end)| self.decimal(at).is_some_and(|value| value < end));
        // The file number, the constants and the manufacturer are decimal digits as well.
        let decimal = [0, 1, 10, 16].into_iter().all(|at| self.decimal(at).is_some());
        code && decimal && time && day.is_some_and(|day| (1..=366).contains(&day))
    }

    /// The tag, the place of the data, and numbers of samples, bits and channels that exist.
    fn is_dzt(&self) -> bool {
        let tag = self.bytes[0] == 0xFF && (self.bytes[1] == 0 || self.bytes[1] >> 4 == 15);
        let [data, samples, bits, channels] = [2, 4, 6, 52].map(|at| self.u16(at, false));
        let [scans, range] = [10, 26].map(|at| self.f32(at));
        tag && data > 0
            && (16..=32768).contains(&samples)
            && matches!(bits, 8 | 16 | 32)
            && channels <= 16
            && (0.0..1e6).contains(&scans)
            && (1e-3..1e7).contains(&range)
            && self.len >= 1024
    }

    /// A message, and after it another one or the end of the file.
    fn is_jsf(&self) -> bool {
        let next = 16 + u64::from(self.u32(12, false));
        let follows = match usize::try_from(next) {
            Ok(next) if next + 2 <= BEGINNING => self.has(next, b"\x01\x16"),
            _ => true,
        };
        let version = (1..=32).contains(&self.bytes[2]);
        self.has(0, b"\x01\x16") && version && (next == self.len || (next < self.len && follows))
    }

    /// What text it is and the byte at which that is certain, where the file is text: all of the
    /// beginning, or what should be the binary header.
    fn text(&self, headers: Option<&FileHeaders>) -> Option<(&'static str, u64)> {
        let have = usize::try_from(self.len).unwrap_or(BEGINNING).min(BEGINNING);
        let (block, byte) = match headers {
            Some(headers) => (&headers.binary[..], headers.text_at + 3201),
            None => (&self.bytes[..have], 1),
        };
        // Letters of other scripts are several bytes of UTF-8, none of which is printable alone.
        let seven: Vec<u8> = block.iter().map(|&b| if b < 128 { b } else { b'?' }).collect();
        let utf8 = self.bytes[..have].is_ascii() || self.is_utf8(have);
        let ascii = share(if utf8 { &seven } else { block }, &Encoding::Ascii) > TEXT_SHARE;
        let ebcdic = share(block, &Encoding::Ebcdic) > TEXT_SHARE;
        if block.is_empty() || block.contains(&0) || !(ascii || ebcdic) {
            return None;
        }
        let what = if ascii { self.kind_of_text(have) } else { "EBCDIC" };
        // A short file of other text may be the beginning of anything.
        (headers.is_some() || !matches!(what, "ASCII" | "EBCDIC")).then_some((what, byte))
    }

    /// Whether the beginning is UTF-8, a last character that is cut aside.
    fn is_utf8(&self, have: usize) -> bool {
        match std::str::from_utf8(&self.bytes[..have]) {
            Ok(_) => true,
            Err(error) => error.error_len().is_none(),
        }
    }

    fn kind_of_text(&self, have: usize) -> &'static str {
        let text = self.bytes[..have].trim_ascii_start();
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text).trim_ascii_start();
        let lower = text[..text.len().min(512)].to_ascii_lowercase();
        let names = |name: &[u8]| lower.windows(name.len()).any(|window| window == name);
        if lower.starts_with(b"version https://git-lfs") {
            "a Git LFS pointer"
        } else if lower.starts_with(b"<!doctype html") || names(b"<html") {
            "an HTML page"
        } else if lower.starts_with(b"<") {
            "XML"
        } else if lower.starts_with(b"{") || lower.starts_with(b"[") {
            "JSON"
        } else {
            "ASCII"
        }
    }
}

/// How records are marked, where the file is the image of a tape.
fn tape(probe: &Probe<'_>, begin: &Beginning) -> Result<Option<&'static str>> {
    for big in [false, true] {
        if framed(probe, begin.u32(0, big), big)? {
            let simh =
                "the length of each record before and after it, as in SIMH and Fortran files";
            return Ok(Some(simh));
        }
        if begin.u32(0, big) == 0
            && begin.u32(4, big) == 0
            && linked(probe, begin.u32(8, big), big)?
        {
            return Ok(Some("12 bytes of links before each record, as in TIF files"));
        }
    }
    Ok(None)
}

/// Whether the first record, and the one after it where the file does not end, have their length around
/// them; tape marks may be between the two.
fn framed(probe: &Probe<'_>, first: u32, big: bool) -> Result<bool> {
    let Some(mut at) = after_record(probe, 0, first.into(), big)? else { return Ok(false) };
    if u64::from(first) < SHORTEST {
        return Ok(false);
    }
    for _ in 0..3 {
        match probe.block::<4>(at)?.map(|mark| word(mark, big)) {
            None => return Ok(true),
            Some(0) => at += 4,
            Some(len) => return Ok(after_record(probe, at, len.into(), big)?.is_some()),
        }
    }
    Ok(false)
}

/// Where a record ends whose first mark is at an offset, if the same mark is after it.
fn after_record(probe: &Probe<'_>, at: u64, len: u64, big: bool) -> Result<Option<u64>> {
    if !(1..=LONGEST).contains(&len) {
        return Ok(None);
    }
    // SIMH pads records to an even length.
    for padded in [len, len + len % 2] {
        let end = at + 4 + padded;
        if probe.block::<4>(end)?.is_some_and(|mark| u64::from(word(mark, big)) == len) {
            return Ok(Some(end + 4));
        }
    }
    Ok(None)
}

/// Whether the record after the first one links back to it and to one more.
fn linked(probe: &Probe<'_>, second: u32, big: bool) -> Result<bool> {
    let second = u64::from(second);
    if !(12 + SHORTEST..=12 + LONGEST).contains(&second) {
        return Ok(false);
    }
    let Some(mark) = probe.block::<12>(second)? else { return Ok(false) };
    let part = |i: usize| word([0, 1, 2, 3].map(|byte| mark[i + byte]), big);
    Ok(part(0) <= 1 && part(4) == 0 && u64::from(part(8)) > second)
}

fn word(bytes: [u8; 4], big: bool) -> u32 {
    if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}
