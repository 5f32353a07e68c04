//! Files that were damaged, or made to do damage: whatever they say, nothing panics, and what is
//! delivered is what stands where the reported layout has it.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{all, make, oracle, sources};
use all::try_all;
use make::File;
use oracle::Oracle;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use segbuf::error::Class;
use segbuf::header::Selector;
use segbuf::infer::Overrides;
use segbuf::survey::Duplicates;
use segbuf::{ByteOrder, Endian, Format, Options, Reader, SampleType};
use sources::Hooked;

/// What is done to a file.
#[derive(Debug, Clone)]
enum Mutation {
    /// A bit, anywhere or in a header.
    Flip(Place, u8),
    /// Some bytes of one value.
    Fill(Place, usize, u8),
    /// A word of the binary header: its byte number and width.
    Binary(usize, usize, i64),
    /// Bytes that are no more.
    Cut(Place, usize),
    /// The end.
    Truncate(Place),
    /// Bytes that were not there.
    Insert(Place, Vec<u8>),
    /// Bytes that are there once more.
    Repeat(Place, usize),
}

/// A place in a file: anywhere, in the file headers, or in one of the first trace headers.
#[derive(Debug, Clone)]
enum Place {
    Anywhere(Index),
    FileHeader(Index),
    TraceHeader(Index, Index),
}

impl Place {
    fn of(&self, len: usize, file: &File) -> usize {
        let at = match self {
            Place::Anywhere(at) => at.index(len.max(1)),
            Place::FileHeader(at) => 3200 + at.index(400),
            Place::TraceHeader(trace, at) => {
                let layout = file.layout();
                layout.header_offset(trace.index(12) as u64) as usize + at.index(240)
            }
        };
        at.min(len)
    }
}

fn places() -> impl Strategy<Value = Place> {
    prop_oneof![
        1 => any::<Index>().prop_map(Place::Anywhere),
        2 => any::<Index>().prop_map(Place::FileHeader),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(t, at)| Place::TraceHeader(t, at)),
    ]
}

fn mutations() -> impl Strategy<Value = Mutation> {
    // What layouts and axes are concluded from.
    let words = vec![
        (3213, 2),
        (3217, 2),
        (3221, 2),
        (3225, 2),
        (3255, 2),
        (3261, 4),
        (3269, 4),
        (3273, 8),
        (3297, 4),
        (3501, 1),
        (3502, 1),
        (3503, 2),
        (3505, 2),
        (3507, 2),
        (3507, 4),
        (3509, 2),
        (3513, 8),
        (3521, 8),
        (3529, 4),
    ];
    let values = prop_oneof![
        select(vec![
            0,
            1,
            2,
            3,
            5,
            16,
            -1,
            240,
            3600,
            32767,
            32768,
            65535,
            i64::from(i32::MAX),
            i64::from(i32::MIN),
            i64::MAX,
            i64::MIN,
            0x0403_0201,
            0x0201_0403,
        ]),
        -9i64..200,
        any::<i64>(),
    ];
    prop_oneof![
        3 => (places(), 0u8..8).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        2 => (places(), 1usize..300, any::<u8>())
            .prop_map(|(at, n, byte)| Mutation::Fill(at, n, byte)),
        4 => (select(words), values)
            .prop_map(|((byte, width), value)| Mutation::Binary(byte, width, value)),
        1 => (places(), 1usize..5000).prop_map(|(at, n)| Mutation::Cut(at, n)),
        1 => places().prop_map(Mutation::Truncate),
        1 => (places(), prop::collection::vec(any::<u8>(), 1..500))
            .prop_map(|(at, bytes)| Mutation::Insert(at, bytes)),
        1 => (places(), 1usize..5000).prop_map(|(at, n)| Mutation::Repeat(at, n)),
    ]
}

fn mutate(bytes: &mut Vec<u8>, file: &File, mutation: &Mutation) {
    let place = |place: &Place, bytes: &Vec<u8>| place.of(bytes.len(), file);
    match mutation {
        Mutation::Flip(at, bit) => {
            let at = place(at, bytes);
            bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
        }
        Mutation::Fill(at, n, value) => {
            let at = place(at, bytes);
            bytes.iter_mut().skip(at).take(*n).for_each(|byte| *byte = *value);
        }
        Mutation::Binary(byte, width, value) => {
            if let Some(binary) = bytes.get_mut(3200..3600) {
                file.put(binary, 3201, (*byte, *value, *width));
            }
        }
        Mutation::Cut(at, n) => {
            let at = place(at, bytes);
            bytes.drain(at..(at + n).min(bytes.len()));
        }
        Mutation::Truncate(at) => bytes.truncate(place(at, bytes)),
        Mutation::Insert(at, more) => {
            let at = place(at, bytes);
            bytes.splice(at..at, more.iter().copied());
        }
        Mutation::Repeat(at, n) => {
            let at = place(at, bytes);
            let again = bytes[at..(at + n).min(bytes.len())].to_vec();
            bytes.splice(at..at, again);
        }
    }
}

fn files() -> impl Strategy<Value = File> {
    let revisions = select(vec![[0, 0], [1, 0], [2, 0], [2, 1]]);
    let shape = (1i32..5, 1i32..5, 1i32..3, 1usize..60);
    let format = select(Format::ALL.to_vec());
    (format, any::<bool>(), revisions, shape, 0usize..3, any::<bool>()).prop_map(
        |(format, little, revision, (il, xl, off, n_samples), extended, label)| {
            let mut keys = Vec::new();
            for i in 0..il {
                for x in 0..xl {
                    keys.extend((0..off).map(|o| [i + 5, 2 * x - 1, 50 * o]));
                }
            }
            let endian = if little { Endian::Little } else { Endian::Big };
            let constant = revision[0] == 2;
            let file = File { format, endian, revision, n_samples, ..File::survey(keys) };
            File { extended, label: label && extended == 1, constant, ..file }
        },
    )
}

const ORDERS: [ByteOrder; 3] = [ByteOrder::BIG, ByteOrder::LITTLE, ByteOrder::Pairwise];

fn options() -> impl Strategy<Value = Options> {
    let overrides = (
        prop::option::weighted(0.2, select(ORDERS.to_vec())),
        prop::option::weighted(0.2, select(ORDERS.to_vec())),
        prop::option::weighted(0.2, select(Format::ALL.to_vec())),
        prop::option::weighted(0.2, prop_oneof![0u64..100, any::<u64>()]),
        prop::option::weighted(0.2, prop_oneof![0u64..9000, any::<u64>()]),
    );
    let keys = prop_oneof![9 => Just([189, 193, 37]), 1 => prop::array::uniform3(0u16..250)];
    let duplicates = select(vec![Duplicates::Error, Duplicates::First, Duplicates::Last]);
    (overrides, keys, duplicates, any::<bool>(), 1usize..3).prop_map(
        |(
            (endian, sample_endian, format, n_samples, first_trace),
            keys,
            duplicates,
            verify,
            threads,
        )| {
            let overrides = Overrides::default()
                .endian(endian)
                .sample_endian(sample_endian)
                .format(format)
                .n_samples(n_samples)
                .first_trace(first_trace);
            let [iline, xline, offset] = keys.map(Selector::from);
            Options::default()
                .overrides(overrides)
                .iline(iline)
                .xline(xline)
                .offset(offset)
                .duplicates(duplicates)
                .verify(verify)
                .threads(threads)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(2500)
    })]

    #[test]
    fn damaged_files_are_read_as_reported_or_refused(
        file in files(),
        mutations in prop::collection::vec(mutations(), 1..5),
    ) {
        let mut bytes = file.bytes();
        mutations.iter().for_each(|mutation| mutate(&mut bytes, &file, mutation));
        if let Err(error) = try_all(&bytes, &Options::default()) {
            prop_assert_eq!(error.class(), Class::Format, "{}", error);
        }
    }

    #[test]
    fn options_on_damaged_files_do_no_harm(
        file in files(),
        mutations in prop::collection::vec(mutations(), 0..3),
        options in options(),
    ) {
        let mut bytes = file.bytes();
        mutations.iter().for_each(|mutation| mutate(&mut bytes, &file, mutation));
        if let Err(error) = try_all(&bytes, &options) {
            let kinds = [Class::Format, Class::Geometry, Class::Field, Class::Value];
            prop_assert!(kinds.contains(&error.class()), "{}", error);
        }
    }

    #[test]
    fn sources_shorter_than_reported_do_no_harm(
        file in files(),
        ends in any::<Index>(),
        later: bool,
    ) {
        let bytes = file.bytes();
        let end = ends.index(bytes.len()) as u64;
        let opened = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(!later));
        let hook = {
            let opened = opened.clone();
            move |offset: u64, n: usize| {
                let dry = opened.load(std::sync::atomic::Ordering::Relaxed);
                Ok(if dry { end.saturating_sub(offset).min(n as u64) as usize } else { n })
            }
        };
        let source = Hooked { bytes: bytes.clone(), hook };
        let Ok(reader) = Reader::from_source(Box::new(source), Options::default()) else {
            return Ok(());
        };
        opened.store(true, std::sync::atomic::Ordering::Relaxed);
        let layout = reader.facts().layout;
        let oracle = Oracle { bytes: &bytes, layout };
        for i in 0..layout.n_traces {
            let mut trace = vec![0u8; 4 * layout.n_samples as usize];
            let out = segbuf::Out::bytes(&mut trace, SampleType::F32).unwrap();
            match reader.read_trace_into(i, out) {
                Ok(()) => {
                    prop_assert!(layout.header_offset(i + 1) <= end);
                    prop_assert_eq!(&trace, &oracle.all_samples(i, SampleType::F32));
                }
                Err(error) => {
                    prop_assert!(layout.header_offset(i + 1) > end);
                    prop_assert_eq!(error.trace_index(), Some(i));
                }
            }
        }
    }

    #[test]
    fn random_bytes_are_read_as_reported_or_refused(
        mut bytes in prop::collection::vec(any::<u8>(), 3000..9000),
        code in 0i64..17,
    ) {
        if bytes.len() >= 3600 {
            File::default().put(&mut bytes[3200..], 3201, (3225, code, 2));
        }
        if let Err(error) = try_all(&bytes, &Options::default()) {
            prop_assert_eq!(error.class(), Class::Format, "{}", error);
        }
    }
}
