//! Header columns against a naive reader: every place, type, byte order, source and destination.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{dest, make, sources};
use std::alloc::{GlobalAlloc, Layout as Memory, System};
use std::cell::Cell;
use std::collections::HashSet;
use std::slice;
use std::sync::Mutex;

use dest::Shape;
use make::File;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use segbuf::Running;
use segbuf::Walk;
use segbuf::error::{Class, Kind};
use segbuf::header::{DISTINCT_UP_TO, Field, FieldType, Value};
use segbuf::infer::{FileKind, Overrides};
use segbuf::{ByteOrder, Endian, Format, Options, Out, Reader, SampleType};
use sources::{Hooked, awkward, in_parts};
use tempfile::NamedTempFile;

const TYPES: [SampleType; 10] = [
    SampleType::F32,
    SampleType::F64,
    SampleType::I8,
    SampleType::I16,
    SampleType::I32,
    SampleType::I64,
    SampleType::U8,
    SampleType::U16,
    SampleType::U32,
    SampleType::U64,
];

/// Where the bytes of a file are kept.
#[derive(Debug, Clone, Copy)]
enum Kept {
    File,
    Map,
    Memory,
    Awkward,
    Parts,
}

const KEPT: [Kept; 5] = [Kept::File, Kept::Map, Kept::Memory, Kept::Awkward, Kept::Parts];

fn options(file: &File, threads: usize) -> Options {
    let layout = file.layout();
    let overrides = Overrides::default()
        .kind(if file.su { FileKind::SeismicUnix } else { FileKind::SegY })
        .endian(ByteOrder::from(layout.endian))
        .format(layout.format)
        .n_samples(layout.n_samples)
        .first_trace(layout.first_trace)
        .additional_headers(layout.header_len / 240 - 1);
    Options::default().overrides(overrides).threads(threads)
}

fn open(file: &File, bytes: &[u8], kept: Kept, threads: usize) -> (Reader, NamedTempFile) {
    let options = options(file, threads).mmap(matches!(kept, Kept::Map));
    if let Kept::Parts = kept {
        let (parts, kept_as) = in_parts(bytes, &file.layout());
        return (Reader::from_sources(parts, options).unwrap(), kept_as);
    }
    let kept_as = sources::file(bytes);
    let reader = match kept {
        Kept::File | Kept::Map => Reader::open_with(kept_as.path(), options),
        Kept::Awkward => Reader::from_source(Box::new(awkward(bytes.to_vec())), options),
        _ => Reader::from_bytes(bytes.to_vec(), options),
    };
    (reader.unwrap(), kept_as)
}

/// The bytes of a file whose trace headers are noise.
fn noisy(file: &File, seed: u64) -> Vec<u8> {
    let (mut bytes, layout) = (file.bytes(), file.layout());
    let mut random = seed | 1;
    for trace in 0..layout.n_traces {
        let at = layout.header_offset(trace) as usize;
        for byte in &mut bytes[at..at + layout.header_len as usize] {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            *byte = (random >> 56) as u8;
        }
    }
    bytes
}

/// The number in a header, as bytes of memory of a type; None where the type does not hold it.
fn naive(column: &Field, header: &[u8], file: Endian, to: SampleType) -> Option<Vec<u8>> {
    let start = usize::from(column.byte()) - 1;
    let mut word = header[start..start + column.kind().width()].to_vec();
    if let FieldType::Text(_) = column.kind() {
        return Some(word);
    }
    if column.endian().unwrap_or(file) == Endian::Little {
        word.reverse();
    }
    let unsigned = word.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
    let integer = match column.kind() {
        FieldType::Int(width) => {
            let unused = 64 - 8 * u32::from(width);
            i128::from((unsigned << unused).cast_signed() >> unused)
        }
        FieldType::Uint(_) => i128::from(unsigned),
        _ => {
            let float = match column.kind() {
                FieldType::F32 => f64::from(f32::from_bits(unsigned as u32)),
                FieldType::F64 => f64::from_bits(unsigned),
                _ => {
                    let sign = if unsigned >> 31 == 1 { -1.0 } else { 1.0 };
                    let power = 16f64.powi((unsigned >> 24 & 0x7F) as i32 - 64 - 6);
                    sign * (unsigned & 0xFF_FFFF) as f64 * power
                }
            };
            return match to {
                SampleType::F64 => Some(float.to_ne_bytes().to_vec()),
                SampleType::F32 => Some((float as f32).to_ne_bytes().to_vec()),
                _ => None,
            };
        }
    };
    Some(match to {
        SampleType::F32 => (integer as f32).to_ne_bytes().to_vec(),
        SampleType::F64 => (integer as f64).to_ne_bytes().to_vec(),
        SampleType::I8 => i8::try_from(integer).ok()?.to_ne_bytes().to_vec(),
        SampleType::I16 => i16::try_from(integer).ok()?.to_ne_bytes().to_vec(),
        SampleType::I32 => i32::try_from(integer).ok()?.to_ne_bytes().to_vec(),
        SampleType::I64 => i64::try_from(integer).ok()?.to_ne_bytes().to_vec(),
        SampleType::U8 => u8::try_from(integer).ok()?.to_ne_bytes().to_vec(),
        SampleType::U16 => u16::try_from(integer).ok()?.to_ne_bytes().to_vec(),
        SampleType::U32 => u32::try_from(integer).ok()?.to_ne_bytes().to_vec(),
        SampleType::U64 => u64::try_from(integer).ok()?.to_ne_bytes().to_vec(),
    })
}

/// NaNs of any bits are one: what a conversion makes of theirs is the machine's affair.
fn same(a: &[u8], b: &[u8], kind: SampleType) -> bool {
    let nan = |bytes: &[u8]| match kind {
        SampleType::F32 => f32::from_ne_bytes(bytes.try_into().unwrap()).is_nan(),
        SampleType::F64 => f64::from_ne_bytes(bytes.try_into().unwrap()).is_nan(),
        _ => false,
    };
    let size = kind.size();
    a.len() == b.len()
        && a.chunks(size).zip(b.chunks(size)).all(|(a, b)| a == b || nan(a) && nan(b))
}

fn column(headers: usize) -> impl Strategy<Value = Field> {
    let kind = prop_oneof![
        (1u8..=8).prop_map(FieldType::Int),
        (1u8..=8).prop_map(FieldType::Uint),
        select(vec![FieldType::F32, FieldType::F64, FieldType::Ibm]),
        (1u8..=240).prop_map(FieldType::Text),
    ];
    let endian = select(vec![None, Some(Endian::Big), Some(Endian::Little)]);
    (kind, any::<Index>(), endian).prop_map(move |(kind, byte, endian)| {
        Field::new(1 + byte.index(headers * 240 + 1 - kind.width()) as u16, kind, endian).unwrap()
    })
}

fn file() -> impl Strategy<Value = File> {
    // Traces of up to 2048 bytes are read through, longer ones header by header.
    let n_samples = prop_oneof![2 => 1usize..20, 1 => 890usize..920];
    (n_samples, 0usize..700, 0usize..2, any::<bool>()).prop_map(
        |(n_samples, n_traces, additional, little)| File {
            n_samples,
            n_traces,
            additional,
            endian: if little { Endian::Little } else { Endian::Big },
            format: Format::Int16,
            revision: [2, 0],
            binary: vec![(3507, additional as i64, 4)],
            ..File::default()
        },
    )
}

fn traces() -> impl Strategy<Value = Traces> {
    prop_oneof![
        Just(Traces::All),
        (any::<Index>(), any::<Index>(), 1i64..40, any::<bool>())
            .prop_map(|(first, count, step, back)| Traces::Run(first, count, step, back)),
        prop::collection::vec(any::<Index>(), 0..300).prop_map(Traces::List),
    ]
}

#[derive(Debug, Clone)]
enum Traces {
    All,
    Run(Index, Index, i64, bool),
    List(Vec<Index>),
}

impl Traces {
    fn list(&self, n: usize) -> Vec<u64> {
        match self {
            _ if n == 0 => Vec::new(),
            Traces::All => (0..n as u64).collect(),
            Traces::Run(first, count, step, back) => {
                let (first, step) = (first.index(n) as i64, if *back { -step } else { *step });
                let all = (0..).map(|i| first + i * step).take_while(|t| (0..n as i64).contains(t));
                all.take(1 + count.index(n)).map(|trace| trace as u64).collect()
            }
            Traces::List(list) => list.iter().map(|index| index.index(n) as u64).collect(),
        }
    }

    fn walk<'a>(&self, list: &'a [u64]) -> Walk<'a> {
        match (self, list) {
            (Traces::List(_), _) | (_, []) => Walk::List(list),
            (_, [first]) => Walk::affine(*first, [(1, 0); 3]),
            (_, [first, second, ..]) => {
                let step = *second as i64 - *first as i64;
                Walk::affine(*first, [(1, 0), (1, 0), (list.len(), step)])
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    })]

    #[test]
    fn column_matches_naive_reader(
        (file, column) in file().prop_flat_map(|f| (Just(f.clone()), column(1 + f.additional))),
        seed in any::<u64>(),
        traces in traces(),
        (kept, shape) in (select(KEPT.to_vec()), select(Shape::ALL.to_vec())),
    ) {
        let (bytes, layout) = (noisy(&file, seed), file.layout());
        let (reader, _kept) = open(&file, &bytes, kept, 2);
        let list = traces.list(file.n_traces);
        let header = |trace: u64| &bytes[layout.header_offset(trace) as usize..];
        for to in TYPES.into_iter().filter(|to| column.kind().fits(*to)) {
            let rows = (list.len(), column.kind().per_trace());
            let got = dest::read(shape, to, rows, true, |out| {
                let walk = traces.walk(&list);
                reader.read_columns_into(slice::from_ref(&column), walk, &mut [out], Running::new())
            });
            let naive = |trace: &u64| naive(&column, header(*trace), layout.endian, to).unwrap();
            let want: Vec<u8> = list.iter().flat_map(naive).collect();
            prop_assert!(same(&got.unwrap(), &want, to), "{column} as {to:?}");
        }
        for trace in list.iter().take(3) {
            let value = column.value(header(*trace), layout.endian).unwrap();
            let value = match value {
                Value::Int(value) => value.to_ne_bytes().to_vec(),
                Value::Uint(value) => value.to_ne_bytes().to_vec(),
                Value::Float(value) => value.to_ne_bytes().to_vec(),
                Value::Bytes(value) => value.to_vec(),
            };
            let wide = match column.kind() {
                FieldType::Int(_) => SampleType::I64,
                FieldType::Uint(_) => SampleType::U64,
                FieldType::Text(_) => SampleType::U8,
                _ => SampleType::F64,
            };
            let want = naive(&column, header(*trace), layout.endian, wide).unwrap();
            prop_assert!(same(&value, &want, wide));
        }
    }

    #[test]
    fn sweep_of_many_columns_matches_each_alone(
        (file, columns) in file().prop_flat_map(|file| {
            let columns = prop::collection::vec(column(1 + file.additional), 0..12);
            (Just(file), columns)
        }),
        seed in any::<u64>(),
        kept in select(KEPT.to_vec()),
    ) {
        let bytes = noisy(&file, seed);
        let (reader, _kept) = open(&file, &bytes, kept, 3);
        let empty = |column: &Field| {
            vec![0u8; file.n_traces * column.kind().per_trace() * column.kind().native().size()]
        };
        let mut together: Vec<_> = columns.iter().map(empty).collect();
        let mut outs: Vec<_> = columns
            .iter()
            .zip(&mut together)
            .map(|(column, memory)| Out::bytes(memory, column.kind().native()).unwrap())
            .collect();
        let running = Running::new().threads(3);
        reader.read_columns_into(&columns, reader.every_trace(), &mut outs, running).unwrap();
        for (column, got) in columns.iter().zip(&together) {
            let mut alone = empty(column);
            let out = Out::bytes(&mut alone, column.kind().native()).unwrap();
            reader.read_column_into(column, out).unwrap();
            prop_assert_eq!(got, &alone);
        }
    }

    #[test]
    fn description_matches_values(
        (file, seed) in (file(), any::<u64>()),
        column in column(1).prop_filter("described", |column| column.kind().width() <= 8),
        mask in select(vec![0x00u8, 0x01, 0x80, 0xFF]),
    ) {
        let (mut bytes, layout) = (noisy(&file, seed), file.layout());
        for trace in 0..layout.n_traces {
            let at = layout.header_offset(trace) as usize;
            bytes[at..at + 240].iter_mut().for_each(|byte| *byte &= mask);
        }
        let (reader, _kept) = open(&file, &bytes, Kept::Memory, 2);
        let got = reader.describe_columns(slice::from_ref(&column), reader.every_trace(), Running::new());
        let got = got.unwrap()[0];
        let header = |trace: u64| &bytes[layout.header_offset(trace) as usize..][..240];
        let values: Vec<_> = (0..layout.n_traces)
            .map(|trace| column.value(header(trace), layout.endian).unwrap())
            .collect();
        let mut distinct = HashSet::new();
        let (mut low, mut high) = (None, None);
        for value in &values {
            distinct.insert(match value {
                Value::Float(value) if value.is_nan() => "NaN".to_owned(),
                Value::Float(value) => format!("{:?}", value + 0.0),
                value => format!("{value:?}"),
            });
            let below = |a: &Value<'_>, b: &Value<'_>| match (a, b) {
                (Value::Int(a), Value::Int(b)) => a < b,
                (Value::Uint(a), Value::Uint(b)) => a < b,
                (Value::Float(a), Value::Float(b)) => a < b,
                _ => false,
            };
            if matches!(value, Value::Bytes(_)) || matches!(value, Value::Float(v) if v.is_nan()) {
                continue;
            }
            if low.as_ref().is_none_or(|low| below(value, low)) {
                low = Some(*value);
            }
            if high.as_ref().is_none_or(|high| below(high, value)) {
                high = Some(*value);
            }
        }
        prop_assert_eq!(got.distinct, Some(distinct.len()));
        prop_assert_eq!(got.constant(), distinct.len() == 1);
        prop_assert_eq!((got.minimum, got.maximum), (low, high));
    }
}

#[test]
fn description_lists_fields_that_change_between_blocks() {
    let file = File { n_traces: 1000, n_samples: 1, ..File::default() };
    let (mut bytes, layout) = (file.bytes(), file.layout());
    for trace in 0..1000 {
        let at = layout.header_offset(trace) as usize;
        bytes[at + 8..at + 12].copy_from_slice(&(trace as i32 / 130 - 3).to_be_bytes());
        bytes[at + 12..at + 16].copy_from_slice(&(trace as i32 / 999).to_be_bytes());
    }
    for kept in KEPT {
        let (reader, _kept) = open(&file, &bytes, kept, 2);
        let columns = [Field::by_byte(9).unwrap(), Field::by_byte(13).unwrap()];
        let walk = reader.every_trace();
        let told = reader.describe_columns(&columns, walk, Running::new()).unwrap();
        let ends = |i: usize| (told[i].minimum, told[i].maximum, told[i].distinct);
        assert_eq!(ends(0), (Some(Value::Int(-3)), Some(Value::Int(4)), Some(8)));
        assert_eq!(ends(1), (Some(Value::Int(0)), Some(Value::Int(1)), Some(2)));
    }
}

#[test]
fn sweep_parts_beyond_threads_cover_each_trace_once() {
    let file = File { n_traces: 50_000, n_samples: 1, ..File::default() };
    let bytes = file.bytes();
    for kept in KEPT {
        let (reader, _kept) = open(&file, &bytes, kept, 4);
        let mut table = vec![0i64; 3 * file.n_traces];
        let columns = ["trace_sequence_line", "inline", "offset"];
        let columns = columns.map(|name| Field::by_name(name).unwrap());
        let mut outs: Vec<_> = Out::from(&mut table).interleaved(3).unwrap().collect();
        let running = Running::new().threads(4);
        reader.read_columns_into(&columns, reader.every_trace(), &mut outs, running).unwrap();
        for (i, row) in (0..).zip(table.as_chunks::<3>().0) {
            assert_eq!(*row, [1 + i, 100 + i / 4, 0], "{kept:?}");
        }
    }
}

#[test]
fn sweep_of_long_traces_reads_field_bytes_only() {
    let file = File { n_traces: 40, n_samples: 600, ..File::default() };
    let layout = file.layout();
    let seen = std::sync::Arc::new(Mutex::new(Vec::new()));
    let told = std::sync::Arc::clone(&seen);
    let hook = move |offset: u64, len: usize| {
        told.lock().unwrap().push((offset, len));
        Ok(len)
    };
    let source = Hooked { bytes: file.bytes(), hook };
    let reader = Reader::from_source(Box::new(source), options(&file, 1)).unwrap();
    seen.lock().unwrap().clear();
    let columns = ["cdp_x", "inline"].map(|name| Field::by_name(name).unwrap());
    let (mut x, mut inlines) = (vec![0i32; 20], vec![0i32; 20]);
    let walk = Walk::affine(0, [(1, 0), (1, 0), (20, 2)]);
    let mut outs = [Out::from(&mut x), Out::from(&mut inlines)];
    reader.read_columns_into(&columns, walk, &mut outs, Running::new()).unwrap();
    let want = (0..20).map(|i| (layout.header_offset(2 * i) + 180, 12));
    assert_eq!(*seen.lock().unwrap(), want.collect::<Vec<_>>());
}

#[test]
fn bad_destination_is_refused_untouched() {
    let file = File { n_traces: 10, ..File::default() };
    let (reader, _kept) = open(&file, &file.bytes(), Kept::Memory, 1);
    let inline = Field::by_name("INLINE_3D").unwrap();
    let scalar = Field::by_byte(71).unwrap();
    let mut good = [7i32; 10];
    let refused = |outs: &mut [Out<'_>], columns: &[Field]| {
        let walk = reader.every_trace();
        reader.read_columns_into(columns, walk, outs, Running::new()).unwrap_err()
    };
    let (mut floats, mut short, mut narrow) = ([7f32; 10], [7i32; 9], [7i8; 10]);
    let error = refused(&mut [Out::from(&mut floats)], slice::from_ref(&inline));
    assert_eq!(error.code(), "wrong-type");
    let error = refused(
        &mut [Out::from(&mut good), Out::from(&mut short)],
        &[inline.clone(), inline.clone()],
    );
    assert_eq!(error.code(), "wrong-length");
    let error = refused(
        &mut [Out::from(&mut good), Out::from(&mut narrow)],
        &[inline.clone(), scalar.clone()],
    );
    assert_eq!(error.class(), Class::Destination);
    let error = refused(&mut [Out::from(&mut good)], &[inline.clone(), scalar.clone()]);
    assert_eq!(error.class(), Class::Value);
    let behind = Field::by_name("SEGY_EXT1_SEQ_LINE").unwrap();
    let error = refused(&mut [Out::from(&mut [7u64; 10])], &[behind]);
    assert_eq!(error.code(), "field-outside-headers");
    assert!(good == [7; 10] && floats == [7.0; 10] && short == [7; 9] && narrow == [7; 10]);

    let walk = Walk::List(&[3, 10]);
    let mut two = [7i32; 2];
    let outs = &mut [Out::from(&mut two)];
    let error =
        reader.read_columns_into(slice::from_ref(&inline), walk, outs, Running::new()).unwrap_err();
    assert_eq!(error.class(), Class::Index);
    assert_eq!(two, [7; 2]);
    assert!(Out::from(&mut good).interleaved(3).is_err());
}

#[test]
fn shrunk_file_error_names_trace() {
    for n_samples in [10, 600] {
        let file = File { n_traces: 20, n_samples, ..File::default() };
        let (reader, kept) = open(&file, &file.bytes(), Kept::File, 1);
        kept.as_file().set_len(file.layout().header_offset(13) + 20).unwrap();
        let mut inlines = [0i32; 20];
        let column = Field::by_name("inline").unwrap();
        let error = reader.read_column_into(&column, &mut inlines).unwrap_err();
        assert_eq!((error.class(), error.trace_index()), (Class::Format, Some(13)));
    }
}

#[test]
fn sweep_can_be_interrupted() {
    let file = File { n_traces: 20_000, n_samples: 1, ..File::default() };
    let (reader, _kept) = open(&file, &file.bytes(), Kept::File, 2);
    let stop = || Err(Kind::Interrupted.into());
    // With several threads, the others may be done before the caller's polls.
    let running = Running::new().threads(1).poll(&stop);
    let (column, mut out) = (Field::by_name("inline").unwrap(), vec![0i32; 20_000]);
    let outs = &mut [Out::from(&mut out)];
    let error = reader.read_columns_into(&[column], reader.every_trace(), outs, running);
    assert_eq!(error.unwrap_err().class(), Class::Interrupted);
}

#[test]
fn distinct_values_are_counted_up_to_limit() {
    let file = File { n_traces: DISTINCT_UP_TO + 1, n_samples: 1, ..File::default() };
    let (reader, _kept) = open(&file, &file.bytes(), Kept::Memory, 2);
    let columns = ["trace_sequence_line", "coordinate_scalar", "trace_header_name"];
    let columns = columns.map(|name| Field::by_name(name).unwrap());
    let running = Running::new().threads(2);
    let told = reader.describe_columns(&columns, reader.every_trace(), running).unwrap();
    assert_eq!((told[0].distinct, told[0].constant()), (None, false));
    assert_eq!(told[0].maximum, Some(Value::Int(DISTINCT_UP_TO as i64 + 1)));
    assert_eq!((told[1].minimum, told[1].constant()), (Some(Value::Int(-100)), true));
    assert_eq!((told[2].minimum, told[2].distinct), (None, Some(1)));
    let long = Field::new(1, FieldType::Text(9), None).unwrap();
    let error = reader.describe_columns(&[long], reader.every_trace(), running).unwrap_err();
    assert_eq!(error.class(), Class::Field);
}

#[test]
fn field_types_follow_numpy_codes() {
    for (code, kind) in [
        ("i2", FieldType::Int(2)),
        ("int16", FieldType::Int(2)),
        ("u3", FieldType::Uint(3)),
        ("uint64", FieldType::Uint(8)),
        ("f4", FieldType::F32),
        ("float64", FieldType::F64),
        ("ibm", FieldType::Ibm),
        ("S8", FieldType::Text(8)),
        ("S240", FieldType::Text(240)),
    ] {
        assert_eq!(code.parse::<FieldType>().unwrap(), kind);
        assert_eq!(kind.to_string().parse::<FieldType>().unwrap(), kind);
    }
    assert_eq!("|S8".parse::<FieldType>().unwrap(), FieldType::Text(8));
    assert_eq!("ibm32".parse::<FieldType>().unwrap(), FieldType::Ibm);
    for code in [
        "", "|", "<i4", "i", "i0", "i9", "i+2", "int12", "int72", "S0", "S241", "f2", "U8", "i-1",
        "é",
    ] {
        assert_eq!(code.parse::<FieldType>().unwrap_err().class(), Class::Field, "{code}");
    }
    let column = |dtype, endian| Field::described(9, dtype, endian);
    assert_eq!(column(">ibm", None).unwrap(), column("ibm", Some(Endian::Big)).unwrap());
    assert_eq!(column("<u3", Some(Endian::Little)).unwrap().endian(), Some(Endian::Little));
    assert_eq!(column("i4", None).unwrap().endian(), None);
    for wrong in ["", ">", "=i4", "<>i4", "é"] {
        assert_eq!(column(wrong, None).unwrap_err().class(), Class::Field, "{wrong}");
    }
    let twice = column("<i4", Some(Endian::Big)).unwrap_err();
    assert_eq!(twice.code(), "conflicting-byte-orders");
    let behind_all = 16 * 1024 + 1;
    for (byte, kind) in
        [(0, FieldType::Int(1)), (behind_all, FieldType::Int(1)), (behind_all - 7, FieldType::F64)]
    {
        assert_eq!(Field::new(byte, kind, None).unwrap_err().class(), Class::Field);
    }
    for kind in [FieldType::Int(0), FieldType::Uint(9), FieldType::Text(255)] {
        assert_eq!(Field::new(1, kind, None).unwrap_err().class(), Class::Field);
    }
}

/// Counts what each thread asks of the allocator.
struct Counting;

thread_local! {
    static ASKED: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all of it is done by the system's allocator; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, memory: Memory) -> *mut u8 {
        ASKED.with(|asked| asked.set(asked.get() + 1));
        // SAFETY: the contract is the same.
        unsafe { System.alloc(memory) }
    }

    unsafe fn dealloc(&self, at: *mut u8, memory: Memory) {
        // SAFETY: the contract is the same, and `alloc` gave what the system gave.
        unsafe { System.dealloc(at, memory) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

#[test]
fn sweep_allocates_nothing() {
    for (kept, n_samples) in
        [(Kept::File, 10), (Kept::File, 600), (Kept::Map, 600), (Kept::Memory, 600)]
    {
        let file = File { n_traces: 6_000, n_samples, ..File::default() };
        let (reader, _kept) = open(&file, &file.bytes(), kept, 1);
        let columns = ["inline", "cdp_x", "coordinate_scalar", "trace_header_name"];
        let columns = columns.map(|name| Field::by_name(name).unwrap());
        let (mut a, mut b, mut c) = (vec![0i32; 6_000], vec![0f64; 6_000], vec![0i16; 6_000]);
        let mut names = vec![0u8; 48_000];
        let list: Vec<u64> = (0..6_000).rev().collect();
        let before = ASKED.get();
        reader.read_column_into(&columns[0], &mut a).unwrap();
        let mut outs =
            [Out::from(&mut a), Out::from(&mut b), Out::from(&mut c), Out::from(&mut names)];
        let running = Running::new();
        reader.read_columns_into(&columns, Walk::List(&list), &mut outs, running).unwrap();
        assert_eq!(ASKED.get() - before, 0, "{kept:?}");
        assert_eq!((a[0], c[0]), (100 + 5_999 / 4, -100));
    }
}
