//! What holds of any bytes whatever: each function is a fuzz target, and fails where a claim does.

#[path = "../common/all.rs"]
mod all;
#[path = "../common/dest.rs"]
mod dest;
#[path = "../common/make.rs"]
pub mod make;
#[path = "../common/oracle.rs"]
mod oracle;

use segbuf::columns::{Column, ColumnType};
use segbuf::decode::Decoder;
use segbuf::error::Kind;
use segbuf::fields::{BINARY, TRACE};
use segbuf::header::{self, Value};
use segbuf::layout::Layout;
use segbuf::text::{self, Encoding};
use segbuf::{Endian, Format, Options, SampleType};

use oracle::Oracle;

/// A file is refused with a reason, or everything that is read of it stands in it. The first byte
/// tells whether the file begins there, or with the binary header behind a text of blanks, which
/// gets to the matter sooner.
pub fn open(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let mut bytes = vec![0x40; if first % 2 == 0 { 0 } else { 3200 }];
    bytes.extend(rest);
    if let Err(error) = all::try_all(&bytes, &Options::default()) {
        assert_eq!(error.kind(), Kind::Format, "{error}");
    }
}

/// Text is 40 cards of 80 characters, and survives a round trip.
pub fn text(data: &[u8]) {
    let sniffed = text::sniff(data);
    assert!((0.0..=1.0).contains(&sniffed.share));
    for encoding in [Encoding::Ebcdic, Encoding::Ascii] {
        let cards = text::cards(data, &encoding);
        assert_eq!(cards.split('\n').count(), 40);
        assert!(cards.split('\n').all(|card| card.chars().count() == text::CARD));
        assert!(!cards.replace('\n', "").contains(char::is_control));
    }
    if text::ends_text(data) {
        assert!((0..data.len()).any(|at| text::opens_stanza(&data[at..])));
    }
}

/// The words of a header are those that stand there, by name, by byte, and as columns of any type.
pub fn headers(data: &[u8]) {
    let Some((choice, block)) = data.split_first_chunk::<4>() else { return };
    let endian = if choice[0] % 2 == 0 { Endian::Big } else { Endian::Little };
    for table in [TRACE, BINARY] {
        for (field, value) in header::iter(table, block, endian) {
            assert_eq!(header::read(field, block, endian).ok().as_ref(), Some(&value));
        }
        for field in table {
            let _ = header::read(field, block, endian);
        }
    }
    let kind = match choice[1] % 6 {
        0 => ColumnType::Int(choice[2]),
        1 => ColumnType::Uint(choice[2]),
        2 => ColumnType::F32,
        3 => ColumnType::F64,
        4 => ColumnType::Ibm,
        _ => ColumnType::Text(choice[2]),
    };
    let (byte, width) = (usize::from(choice[3]), kind.width());
    let Ok(column) = Column::new(choice[3].into(), kind, None) else {
        let whole = matches!(kind, ColumnType::Int(1..=8) | ColumnType::Uint(1..=8))
            || matches!(kind, ColumnType::F32 | ColumnType::F64 | ColumnType::Ibm)
            || matches!(kind, ColumnType::Text(1..=240));
        assert!(!whole || byte < 1 || byte + width > 241, "{kind} at {byte}");
        return;
    };
    let Ok(value) = column.value(block, endian) else {
        assert!(block.len() < byte - 1 + width);
        return;
    };
    let mut bytes = block[byte - 1..][..width].to_vec();
    if let (Value::Bytes(text), ColumnType::Text(_)) = (value, kind) {
        assert_eq!(text, bytes);
        return;
    }
    if endian == Endian::Little {
        bytes.reverse();
    }
    let unsigned = bytes.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
    let unused = 64 - 8 * width as u32;
    match (kind, value) {
        (ColumnType::Uint(_), Value::Uint(n)) => assert_eq!(n, unsigned),
        (ColumnType::Int(_), Value::Int(n)) => {
            assert_eq!(n, (unsigned << unused).cast_signed() >> unused);
        }
        (ColumnType::F64, Value::Float(x)) => assert_eq!(x.to_bits(), unsigned),
        (ColumnType::F32, Value::Float(x)) => {
            let want = f64::from(f32::from_bits(unsigned as u32));
            assert!(x == want || (x.is_nan() && want.is_nan()));
        }
        (ColumnType::Ibm, Value::Float(x)) => assert_eq!(x as f32, oracle::ibm(unsigned) as f32),
        _ => panic!("{kind} gives {value:?}"),
    }
}

/// Every decoder gives what the definition of its format does, wherever the bytes lie.
pub fn decode(data: &[u8]) {
    let Some((choice, bytes)) = data.split_first_chunk::<2>() else { return };
    let format = Format::ALL[usize::from(choice[0] >> 1) % Format::ALL.len()];
    let endian = if choice[0] % 2 == 0 { Endian::Big } else { Endian::Little };
    let shift = usize::from(choice[1]).min(bytes.len());
    let bytes = &bytes[shift..];
    let n = bytes.len() / format.width();
    let samples = &bytes[..n * format.width()];
    let mut trace = vec![0; 240];
    trace.extend(samples);
    let layout = Layout {
        first_trace: 0,
        ..make::File { format, endian, n_samples: n, n_traces: 1, ..Default::default() }.layout()
    };
    let oracle = Oracle { bytes: &trace, layout };
    for to in [SampleType::F32, format.native()] {
        let decoder = Decoder::new(format, endian, to).expect("one of the two types");
        let mut got = vec![0xE7; n * to.size() + 1];
        decoder.decode(samples, &mut got[1..]);
        assert_eq!(got[1..], oracle.all_samples(0, to), "{format:?} {endian:?} {to:?}");
    }
}
