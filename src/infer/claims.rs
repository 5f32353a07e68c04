//! What headers claim of the file, read in one byte order: the binary header, or where there is none
//! the first trace header.

use super::stated::{Constant, RevisionForm};
use super::words::Words;
use super::{FileKind, Overrides};
use crate::format::{ByteOrder, Endian, Format};
use crate::layout::TRACE_HEADER;

impl Constant {
    pub(super) fn read(binary: &[u8; 400]) -> Constant {
        match binary[96..100] {
            [1, 2, 3, 4] => Constant::States(ByteOrder::BIG),
            [4, 3, 2, 1] => Constant::States(ByteOrder::LITTLE),
            [2, 1, 4, 3] => Constant::States(ByteOrder::Pairwise),
            [0, 0, 0, 0] => Constant::Absent,
            _ => Constant::Invalid,
        }
    }

    /// The possible byte orders, the likeliest first. Hardly any file has its pairs swapped, and a
    /// header read so is plausible now and then: the constant must state it.
    pub(super) fn orders(self) -> impl Iterator<Item = ByteOrder> {
        let stated = match self {
            Constant::States(order) => Some(order),
            Constant::Absent | Constant::Invalid => None,
        };
        let plain = [ByteOrder::BIG, ByteOrder::LITTLE];
        stated.into_iter().chain(plain.into_iter().filter(move |order| stated != Some(*order)))
    }
}

/// The revision that bytes 3501-3502 mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Revision {
    pub(super) value: (u8, u8),
    /// Why it is not what the bytes state, where it is not.
    pub(super) form: Option<RevisionForm>,
    /// Whether that deserves a warning: a word in the byte order of the file does not.
    pub(super) unusual: bool,
}

impl Revision {
    /// Reads the two bytes: major and minor, or one of the ways in which writers got them wrong.
    pub(super) fn read(bytes: [u8; 2], order: ByteOrder, constant: Constant) -> Revision {
        let known = |value| Revision { value, form: None, unusual: false };
        let meant = |value, form| Revision { value, form: Some(form), unusual: true };
        match bytes {
            [0, 0] => known((0, 0)),
            [major @ (1 | 2), minor @ (0 | 1)] => known((major, minor)),
            [0, major @ (1 | 2)] => Revision {
                unusual: order.endian() == Endian::Big,
                ..meant((major, 0), RevisionForm::Swapped)
            },
            [0, 0x10] => meant((1, 0), RevisionForm::Sixteen),
            _ => {
                let second = matches!(constant, Constant::States(_));
                meant(if second { (2, 1) } else { (1, 0) }, RevisionForm::Unknown)
            }
        }
    }
}

/// The words that decide where things are, as one byte order has them.
#[derive(Debug, Clone)]
pub(super) struct Claims {
    pub(super) kind: FileKind,
    /// Where the first trace may begin: behind the headers that every file of the kind has.
    pub(super) start: u64,
    pub(super) order: ByteOrder,
    /// Byte 3225: what was asked for instead, or what the code means, where it is one.
    pub(super) format: Option<Format>,
    pub(super) code: i16,
    pub(super) constant: Constant,
    pub(super) revision: Revision,
    /// Whether the fields of revision 2 mean anything: in older files vendors keep data there.
    pub(super) second: bool,
    /// Bytes 3217 and 3273; in a Seismic Unix file byte 117.
    pub(super) interval: (i16, f64),
    /// Bytes 3221 and 3269; in a Seismic Unix file byte 115.
    pub(super) n_samples: (u16, u32),
    /// Byte 3503: whether all traces have one length; `None` where nothing says so, as in revision 0.
    pub(super) fixed: Option<bool>,
    /// Bytes 3505: extended textual headers.
    pub(super) extended_text: i16,
    /// Bytes 3507: additional trace headers, as revision 2.1 and as revision 2.0 write them.
    pub(super) additional: (i16, i32),
    /// Byte 3521.
    pub(super) first_trace: u64,
    /// Bytes 3513 and 3529; 0 unless `second`.
    pub(super) n_traces: u64,
    pub(super) trailers: i32,
    /// Bytes 3255: 1 metres, 2 feet.
    pub(super) measurement: i16,
    /// Whether trace headers have the private fields of PASSCAL, without file headers.
    pub(super) passcal: bool,
}

impl Claims {
    /// Reads the binary header, which ends at `start`.
    pub(super) fn read(
        binary: &[u8; 400],
        start: u64,
        order: ByteOrder,
        overrides: &Overrides,
    ) -> Claims {
        let words = Words::binary(binary, order);
        let code = words.i16(3225);
        let constant = Constant::read(binary);
        let revision = match overrides.revision {
            Some(value) => Revision { value, form: Some(RevisionForm::Override), unusual: false },
            None => Revision::read(words.raw(3501), order, constant),
        };
        let second = revision.value.0 >= 2 || matches!(constant, Constant::States(_));
        // Nobody means the obsolete format 4 today: it has to be asked for.
        let declared = Format::from_code(i64::from(code)).ok().filter(|f| *f != Format::Gain32);
        Claims {
            kind: FileKind::SegY,
            start,
            order,
            format: overrides.format.or(declared),
            code,
            constant,
            second,
            fixed: (revision.value.0 >= 1).then(|| words.i16(3503) == 1),
            revision,
            interval: (words.i16(3217), words.f64(3273)),
            n_samples: (words.u16(3221), words.u32(3269)),
            extended_text: words.i16(3505),
            additional: (words.i16(3507), words.i32(3507)),
            n_traces: if second { words.u64(3513) } else { 0 },
            first_trace: words.u64(3521),
            trailers: if second { words.i32(3529) } else { 0 },
            measurement: words.i16(3255),
            passcal: false,
        }
    }

    /// Reads the first trace header of a Seismic Unix file; all else is as in a binary header of zeros.
    pub(super) fn of_su(header: &[u8], order: ByteOrder, overrides: &Overrides) -> Claims {
        let words = Words::trace(header, order);
        Claims {
            kind: FileKind::SeismicUnix,
            format: overrides.format.or(Some(Format::Ieee32)),
            code: i16::from(Format::Ieee32.code()),
            interval: (words.i16(117), 0.0),
            n_samples: (words.u16(115), 0),
            ..Claims::read(&[0; 400], 0, order, &Overrides::default())
        }
    }

    /// Reads the first trace header of a PASSCAL file, if its words for the format (205-206: 0 is int16, 1
    /// is int32) and for the sample count (229-232 where 115-116 is 32767) are in use.
    ///
    /// Seismic Unix has nothing, or another field, at these bytes. So integers of 2 bytes must be shown by
    /// the length of traces, and those of 4 bytes by a count in 229-232 that agrees with bytes 115-116.
    pub(super) fn of_passcal(
        header: &[u8],
        order: ByteOrder,
        overrides: &Overrides,
    ) -> Option<Claims> {
        let words = Words::trace(header, order);
        let (short, long) = (words.u16(115), words.u32(229));
        let most = i16::MAX.unsigned_abs();
        let counted =
            long > 0 && (long == u32::from(short) || (short == most && long > short.into()));
        let format = match (overrides.format, words.i16(205)) {
            (Some(format), _) if counted => format,
            (None, 0) => Format::Int16,
            (None, 1) if counted => Format::Int32,
            _ => return None,
        };
        let n_samples = if counted { (short, long) } else { (short, 0) };
        let claims = Claims::of_su(header, order, overrides);
        let code = format.code().into();
        Some(Claims { format: Some(format), code, n_samples, passcal: true, ..claims })
    }

    /// Bytes of a trace that has as many samples as headers state, without additional headers.
    pub(super) fn stated_len(&self) -> Option<u64> {
        let samples = match self.n_samples {
            (_, long) if self.passcal && long > 0 => u64::from(long),
            (short, _) => u64::from(short),
        };
        Some(TRACE_HEADER + samples * self.format?.width() as u64)
    }

    /// The byte of the format code, counted from 1.
    pub(super) fn format_byte(&self) -> u64 {
        self.start.saturating_sub(375)
    }

    /// The byte of the format code, counted from 1; a Seismic Unix file has none.
    pub(super) fn format_at(&self) -> Option<u64> {
        self.has_headers().then(|| self.format_byte())
    }

    /// The byte of the number of samples in each trace, counted from 1.
    pub(super) fn samples_byte(&self) -> u64 {
        match self.kind {
            FileKind::SegY => self.start - 400 + 21,
            FileKind::SeismicUnix => self.start + 115,
        }
    }

    /// The byte orders that its headers could have, this one among them.
    pub(super) fn orders(&self) -> impl Iterator<Item = ByteOrder> + use<> {
        let own = self.order;
        let asked = self.constant.orders().all(|order| order != own).then_some(own);
        asked.into_iter().chain(self.constant.orders())
    }

    /// How many samples the binary header says that traces have; 0 where it does not say.
    pub(super) fn declared_samples(&self) -> u64 {
        match self.n_samples {
            (_, wide) if self.second && wide > 0 => wide.into(),
            (short, _) => short.into(),
        }
    }

    /// The most additional headers that byte 3507 declares for a trace, as its revision writes it.
    pub(super) fn most_additional(&self) -> u64 {
        if !self.second {
            return 0;
        }
        let (short, long) = self.additional;
        let most = if self.revision.value == (2, 0) { long } else { short.into() };
        most.max(0).unsigned_abs().into()
    }

    /// Whether the file has a textual and a binary header.
    pub(super) fn has_headers(&self) -> bool {
        self.kind == FileKind::SegY
    }
}
