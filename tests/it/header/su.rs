//! Files of Seismic Unix: recognised in either byte order, read as written, and never confused with
//! SEG-Y or with what is neither.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{make, oracle};
use make::File;
use oracle::Oracle;
use proptest::prelude::*;
use segbuf::error::Class;
use segbuf::infer::{FileKind, Overrides, Reason, Topic, Unit, Value, Warning};
use segbuf::{ByteOrder, Endian, Error, Format, Options, Reader, SampleType};

const ENDIANS: [Endian; 2] = [Endian::Big, Endian::Little];

fn open(bytes: Vec<u8>) -> Result<Reader, Error> {
    Reader::from_bytes(bytes, Options::default())
}

fn open_as(kind: FileKind, bytes: Vec<u8>) -> Result<Reader, Error> {
    let overrides = Overrides::default().kind(kind);
    Reader::from_bytes(bytes, Options::default().overrides(overrides))
}

fn kind(reader: &Reader) -> FileKind {
    reader.facts().kind
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn written_file_reads_back(
        little: bool,
        n_traces in 1usize..30,
        n_samples in 1usize..600,
        cut in 0usize..2000,
    ) {
        let file = File {
            n_traces,
            n_samples,
            ..File::seismic_unix(if little { Endian::Little } else { Endian::Big })
        };
        let mut bytes = file.bytes();
        let whole = bytes.len();
        // Whole, or the first trace and the header of the second at least.
        let trace_len = 240 + 4 * n_samples;
        if cut > 0 && whole - cut.min(whole) >= trace_len + 240 {
            bytes.truncate(whole - cut);
        }
        let layout = segbuf::Layout { n_traces: (bytes.len() / trace_len) as u64, ..file.layout() };
        let reader = open(bytes.clone()).unwrap();
        prop_assert_eq!(kind(&reader), FileKind::SeismicUnix, "{}", reader.evidence());
        prop_assert_eq!(&reader.facts().layout, &layout, "{}", reader.evidence());
        prop_assert_eq!(reader.facts().interval, Some(4.0));
        let odd = !bytes.len().is_multiple_of(trace_len);
        prop_assert_eq!(reader.warnings().len(), usize::from(odd), "{:?}", reader.warnings());
        let oracle = Oracle { bytes: &bytes, layout };
        for trace in 0..layout.n_traces {
            let mut samples = vec![0f32; n_samples];
            reader.read_trace_into(trace, &mut samples).unwrap();
            let samples: Vec<u8> = samples.iter().flat_map(|s| s.to_ne_bytes()).collect();
            prop_assert_eq!(samples, oracle.all_samples(trace, SampleType::F32));
        }
    }

    #[test]
    fn segy_is_not_taken_for_seismic_unix(
        little: bool,
        format in prop::sample::select(Format::ALL.to_vec()),
        n_traces in 0usize..12,
        n_samples in 1usize..300,
        text in prop_oneof![
            Just(vec![0u8; 3200]),
            prop::collection::vec(any::<u8>(), 3200),
            prop::collection::vec(prop_oneof![9 => Just(0u8), 1 => any::<u8>()], 3200),
        ],
        cut in 0usize..500,
    ) {
        let endian = if little { Endian::Little } else { Endian::Big };
        let file = File { endian, format, n_traces, n_samples, ..File::default() };
        let mut bytes = file.bytes();
        bytes[..3200].copy_from_slice(&text);
        bytes.truncate(bytes.len() - cut);
        if let Ok(reader) = open(bytes) {
            prop_assert_eq!(kind(&reader), FileKind::SegY, "{}", reader.evidence());
        }
    }

    #[test]
    fn other_files_are_not_taken_for_seismic_unix(
        bytes in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..6000),
            prop::collection::vec(prop_oneof![9 => Just(0u8), 1 => any::<u8>()], 0..6000),
            "[ -~]{0,6000}".prop_map(String::into_bytes),
        ],
    ) {
        let len = bytes.len() as u64;
        if let Ok(reader) = open(bytes)
            && kind(&reader) == FileKind::SeismicUnix
        {
            let layout = &reader.facts().layout;
            // By chance, once in a great while.
            prop_assert_eq!(layout.n_traces * layout.trace_len(), len, "{}", reader.evidence());
        }
    }
}

#[test]
fn survey_keys_and_fields_have_seismic_unix_bytes() {
    for endian in ENDIANS {
        let mut file = File::seismic_unix(endian);
        let spacing = i64::from(12.5f32.to_bits());
        file.trace = vec![(189, spacing, 4), (209, 7, 2), (73, 1_000, 4), (77, 2_000, 4)];
        let reader = open(file.bytes()).unwrap();
        assert_eq!(reader.key_bytes(), [221, 225, 37]);
        assert_eq!(reader.geometry().unwrap().inlines().labels(), [100, 101, 102]);
        let header = reader.header(5).unwrap();
        assert_eq!(header.get("d2").unwrap(), segbuf::header::Value::Float(12.5));
        assert_eq!(header.get("mark").unwrap().as_i64(), Some(7));
        assert_eq!(header.get("iline").unwrap().as_i64(), Some(101));
        assert!(header.get("time_scalar").is_err(), "another word stands there");

        let mut line = vec![0f32; reader.iline_len().unwrap()];
        reader.read_iline_into(101, &mut line).unwrap();
        let mut trace = vec![0f32; 50];
        reader.read_trace_into(4, &mut trace).unwrap();
        assert!(line.iter().zip(&trace).all(|(a, b)| a.to_bits() == b.to_bits()));

        assert_eq!(reader.binary().unwrap_err().class(), Class::Format);
        assert_eq!(reader.text(0).unwrap_err().class(), Class::Index);
    }
}

#[test]
fn intervals_are_unsigned_and_delays_unscaled() {
    for endian in ENDIANS {
        let mut file = File::seismic_unix(endian);
        file.trace = vec![(117, 40_000, 2), (109, -100, 2), (215, -10, 2)];
        let reader = open(file.bytes()).unwrap();
        let facts = reader.facts();
        assert_eq!((facts.interval, facts.delay), (Some(40.0), -100.0));
        assert_eq!(facts.unit, Unit::Milliseconds);
    }
}

#[test]
fn count_equal_in_both_byte_orders_does_not_decide() {
    for endian in ENDIANS {
        let file = File { n_samples: 257, ..File::seismic_unix(endian) };
        assert_eq!(open(file.bytes()).unwrap().facts().layout.endian, endian);
    }
}

#[test]
fn trace_of_few_samples_is_shorter_than_segy_headers() {
    for endian in ENDIANS {
        let file = File { n_traces: 1, n_samples: 3, ..File::seismic_unix(endian) };
        let reader = open(file.bytes()).unwrap();
        assert_eq!((kind(&reader), reader.n_traces()), (FileKind::SeismicUnix, 1));
    }
}

#[test]
fn explicit_request_is_obeyed_or_refused_with_reason() {
    for endian in ENDIANS {
        let su = File { n_traces: 1, ..File::seismic_unix(endian) }.bytes();
        let error = open_as(FileKind::SegY, su.clone()).unwrap_err();
        assert_eq!(error.code(), "file-too-short");

        // One trace and a part of another's header: too little to be sure.
        let cut = File::seismic_unix(endian).bytes()[..600].to_vec();
        assert_eq!(open(cut.clone()).unwrap_err().class(), Class::Format);
        let reader = open_as(FileKind::SeismicUnix, cut).unwrap();
        assert_eq!(reader.n_traces(), 1);
        assert!(
            reader
                .warnings()
                .iter()
                .any(|w| matches!(w, Warning::TrailingBytes(trailing) if trailing.bytes == 160))
        );

        let segy = File { endian, ..File::default() }.bytes();
        let error = open_as(FileKind::SeismicUnix, segy.clone()).unwrap_err();
        assert_eq!(error.code(), "text-before-traces");
        assert_eq!(kind(&open_as(FileKind::SegY, segy).unwrap()), FileKind::SegY);
    }
    let error = open_as(FileKind::SeismicUnix, vec![0; 100]).unwrap_err();
    assert_eq!(error.code(), "file-too-short");
    let error = open_as(FileKind::SeismicUnix, vec![0; 1000]).unwrap_err();
    assert_eq!(error.byte_number(), Some(115), "{error}");
}

#[test]
fn evidence_gives_reasons() {
    let reader = open(File::seismic_unix(Endian::Little).bytes()).unwrap();
    let evidence = reader.evidence();
    let kind = evidence.get(Topic::Kind).unwrap();
    assert_eq!(kind.value, Value::Kind(FileKind::SeismicUnix));
    let order = evidence.get(Topic::ByteOrder).unwrap();
    assert_eq!(order.value, Value::Order(ByteOrder::LITTLE));
    assert!(kind.reasons.contains(&Reason::TracesAlone), "{kind:?}");
    assert!(matches!(kind.reasons.last(), Some(Reason::FormatCodes(_))), "{kind:?}");
    for topic in [Topic::Revision, Topic::TextEncoding, Topic::ExtendedText] {
        assert!(evidence.get(topic).is_none(), "{topic:?}");
    }
}
