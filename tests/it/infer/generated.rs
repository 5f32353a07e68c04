//! Inference on generated files: whatever a sane writer writes comes back as written, and what a
//! careless one writes comes back with a warning, or is refused by name.
#![allow(clippy::unwrap_used)]

use crate::common::make;
use std::sync::atomic::{AtomicUsize, Ordering};

use make::File;
use proptest::prelude::*;
use segbuf::error::{Class, Kind, Result};
use segbuf::infer::{
    Content, FormatSource, Origin, Overrides, Reason, StatedInterval, Topic, Trailing, Unit, Value,
    Warning,
};
use segbuf::internals::{Inferred, infer};
use segbuf::source::Source;
use segbuf::text::Encoding;
use segbuf::{Endian, Error, Format};

#[derive(Default)]
struct Bytes(Vec<u8>, AtomicUsize);

impl Bytes {
    fn of(bytes: Vec<u8>) -> Bytes {
        Bytes(bytes, AtomicUsize::new(0))
    }

    /// However large the claims, it takes few looks to see through them.
    fn few_reads(&self) -> bool {
        self.1.load(Ordering::Relaxed) < 200
    }
}

impl Source for Bytes {
    fn len(&self) -> Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        self.1.fetch_add(1, Ordering::Relaxed);
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.0.len());
        let n = buf.len().min(self.0.len() - start);
        buf[..n].copy_from_slice(&self.0[start..start + n]);
        Ok(n)
    }
}

impl File {
    fn infer(&self) -> Result<Inferred> {
        infer(&Bytes::of(self.bytes()), &Overrides::default())
    }

    /// What is inferred, which must be what was written.
    fn found(&self) -> Inferred {
        let inferred = self.infer().unwrap_or_else(|error| panic!("{error} in {self:?}"));
        self.assert_found(&inferred);
        inferred
    }

    fn assert_found(&self, inferred: &Inferred) {
        let (facts, layout) = (&inferred.facts, &inferred.facts.layout);
        let label = if self.label { 128 } else { 0 };
        let told = format!("{}\n{:?}\n{self:?}", inferred.evidence, inferred.warnings);
        assert_eq!(layout.endian, self.endian, "{told}");
        assert_eq!(layout.format, self.format, "{told}");
        assert_eq!(layout.n_samples, self.n_samples as u64, "{told}");
        assert_eq!(layout.n_traces, self.n_traces as u64, "{told}");
        assert_eq!(layout.header_len, 240 * (1 + self.additional as u64), "{told}");
        assert_eq!(layout.first_trace, label + 3600 + 3200 * self.extended as u64, "{told}");
        assert_eq!(facts.n_text, 1 + self.extended as u64, "{told}");
        assert_eq!(facts.text_at, label, "{told}");
        assert_eq!(facts.encoding, Encoding::Ascii, "{told}");
    }
}

fn sane(inferred: &Inferred) {
    assert!(inferred.warnings.is_empty(), "{:?}", inferred.warnings);
}

/// Asserts a warning of a code, about a byte of the file if one is given.
fn warned(inferred: &Inferred, code: &str, byte: impl Into<Option<u64>>) {
    let (warnings, byte) = (&inferred.warnings, byte.into());
    let is =
        |warning: &Warning| warning.code() == code && (byte.is_none() || warning.byte() == byte);
    assert!(warnings.iter().any(is), "no {code} {byte:?} in {warnings:?}");
}

/// Asserts a warning about trailing bytes after so many complete traces.
fn trailing(inferred: &Inferred, bytes: usize, traces: usize, content: Content) {
    let is = |warning: &Warning| match warning {
        Warning::TrailingBytes(Trailing { bytes: b, traces: t, content: c, .. }) => {
            (*b, *t, *c) == (bytes as u64, traces as u64, content)
        }
        _ => false,
    };
    assert!(inferred.warnings.iter().any(is), "{bytes} {traces} {:?}", inferred.warnings);
}

fn refused(result: Result<Inferred>, byte: u64) -> Error {
    let error = result.unwrap_err();
    assert_eq!((error.class(), error.byte_number()), (Class::Format, Some(byte)), "{error}");
    error
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(400)
    })]

    #[test]
    fn written_file_is_inferred_as_written(
        little: bool,
        format in prop::sample::select(Format::ALL.to_vec()),
        revision in prop::sample::select(vec![[0, 0], [1, 0], [1, 1], [2, 0], [2, 1]]),
        constant: bool,
        n_traces in 0usize..40,
        n_samples in 1usize..300,
        extended in 0usize..4,
        counted: bool,
        additional in 0usize..3,
        stated: bool,
    ) {
        let second = revision[0] == 2;
        let endian = if little { Endian::Little } else { Endian::Big };
        let additional = if second { additional } else { 0 };
        let mut file = File {
            endian, format, revision, n_traces, n_samples, extended, additional,
            constant: second && constant, end_text: !counted, ..File::default()
        };
        if extended > 0 && !counted {
            file.binary.push((3505, -1, 2));
        }
        if additional > 0 {
            let width = if revision[1] == 0 { 4 } else { 2 };
            file.binary.push((3507, additional as i64, width));
        }
        if second && stated {
            file.binary.push((3521, 3600 + 3200 * extended as i64, 8));
            file.binary.push((3513, n_traces as i64, 8));
        }
        let inferred = file.found();
        prop_assert_eq!(inferred.facts.revision, (revision[0], revision[1]));
        prop_assert_eq!(inferred.facts.interval, Some(4.0));
        if n_traces > 0 {
            sane(&inferred);
        }
    }

    #[test]
    fn truncated_or_padded_file_keeps_its_whole_traces(
        format in prop::sample::select(Format::ALL.to_vec()),
        n_traces in 3usize..30,
        n_samples in 20usize..200,
        cut in 1usize..200,
        pad in prop::option::of(any::<u8>()),
    ) {
        let mut file = File { format, n_traces, n_samples, ..File::default() };
        let mut bytes = file.bytes();
        match pad {
            Some(byte) => bytes.extend(vec![byte; cut]),
            None => {
                bytes.truncate(bytes.len() - cut.min(n_samples * format.width()));
                file.n_traces -= 1;
            }
        }
        let inferred = infer(&Bytes::of(bytes), &Overrides::default()).unwrap();
        file.assert_found(&inferred);
        warned(&inferred, "trailing-bytes", None);
    }

    #[test]
    fn arbitrary_headers_take_few_reads(
        mut bytes in prop::collection::vec(any::<u8>(), 3600..9000),
        code in 0i64..17,
        revision in 0u8..3,
        extended in prop::sample::select(vec![-1i64, 0, 1, 32767]),
    ) {
        let file = File::default();
        file.put(&mut bytes[3200..], 3201, (3225, code, 2));
        file.put(&mut bytes[3200..], 3201, (3505, extended, 2));
        bytes[3500] = revision;
        let (len, bytes) = (bytes.len() as u64, Bytes::of(bytes));
        if let Ok(inferred) = infer(&bytes, &Overrides::default()) {
            let layout = inferred.facts.layout;
            prop_assert!(layout.header_offset(layout.n_traces) <= len);
        }
        prop_assert!(bytes.few_reads());
    }
}

#[test]
fn non_segy_file_is_refused_with_offset() {
    let at = |bytes: &[u8]| infer(&Bytes::of(bytes.to_vec()), &Overrides::default());
    refused(at(&[]), 1);
    refused(at(&[0; 3599]), 3600);
    let text = refused(at(&b"It was a dark and stormy night. ".repeat(400)), 3201);
    assert_eq!(text.code(), "text-file");
    refused(at(&[0; 100_000]), 3225);
    let unknown = File { binary: vec![(3225, 13, 2)], ..File::default() };
    assert_eq!(refused(unknown.infer(), 3225).code(), "unknown-sample-format");
    let empty = File { n_samples: 0, n_traces: 0, ..File::default() };
    refused(empty.infer(), 3221);
}

#[test]
fn file_of_headers_opens_without_traces() {
    let file = File { n_traces: 0, ..File::default() };
    warned(&file.found(), "no-traces", None);
}

#[test]
fn declared_exabytes_allocate_nothing() {
    let claims = vec![
        (3269, i64::from(i32::MAX), 4),
        (3505, 32767, 2),
        (3507, 32767, 2),
        (3513, i64::MAX, 8),
        (3521, i64::MAX, 8),
        (3529, i64::from(i32::MAX), 4),
    ];
    let file = File { revision: [2, 1], binary: claims, ..File::default() };
    let bytes = Bytes::of(file.bytes());
    let inferred = infer(&bytes, &Overrides::default()).unwrap();
    file.assert_found(&inferred);
    warned(&inferred, "extended-text", 3505);
    warned(&inferred, "first-trace", 3521);
    warned(&inferred, "trace-count", 3513);
    assert!(bytes.few_reads());
}

#[test]
fn sample_counts_beyond_16_bits_are_read_from_wide_fields() {
    let long = |binary: Vec<_>, revision| File {
        n_samples: 70_000,
        n_traces: 3,
        format: Format::Int8,
        revision,
        binary,
        trace: vec![(115, 0, 2)],
        ..File::default()
    };
    for short in [0, 32767, 65535] {
        sane(&long(vec![(3221, short, 2), (3269, 70_000, 4)], [2, 0]).found());
    }
    warned(&long(vec![(3221, 0, 2), (3269, 70_000, 4)], [1, 0]).found(), "sample-count", 3221);
    let unsigned = File { n_samples: 40_000, n_traces: 3, ..File::default() };
    sane(&unsigned.found());
}

#[test]
fn revision_2_fields_are_ignored_before_revision_2() {
    let ascii = (3261..3501).step_by(4).map(|number| (number, 0x3030_3030, 4));
    let file = File { binary: ascii.collect(), ..File::default() };
    sane(&file.found());
}

#[test]
fn file_size_outranks_sample_counts_of_headers() {
    let wrong_binary = File { binary: vec![(3221, 77, 2)], ..File::default() };
    warned(&wrong_binary.found(), "sample-count", 3221);
    let wrong_traces = File { trace: vec![(115, 77, 2)], ..File::default() };
    sane(&wrong_traces.found());
    let silent = File { binary: vec![(3221, 0, 2)], ..File::default() };
    warned(&silent.found(), "sample-count", 3221);
}

#[test]
fn extended_headers_are_counted_by_presence() {
    let undeclared = File { extended: 2, binary: vec![(3505, 0, 2)], ..File::default() };
    warned(&undeclared.found(), "extended-text", 3505);
    for declared in [1, 5, -5] {
        let absent = File { binary: vec![(3505, declared, 2)], ..File::default() };
        warned(&absent.found(), "extended-text", 3505);
    }
    let unended = File { extended: 3, binary: vec![(3505, -1, 2)], ..File::default() };
    warned(&unended.found(), "extended-text", 3505);
    let many =
        File { extended: 300, end_text: true, binary: vec![(3505, -1, 2)], ..File::default() };
    sane(&many.found());
    // A stanza may hold what is no text.
    let file = File { extended: 4, end_text: true, binary: vec![(3505, -1, 2)], ..File::default() };
    let mut bytes = file.bytes();
    bytes[6800..13_000].fill(7);
    file.assert_found(&infer(&Bytes::of(bytes), &Overrides::default()).unwrap());
    let cut = File { extended: 3, n_traces: 0, ..File::default() }.bytes();
    refused(infer(&Bytes::of(cut[..9000].to_vec()), &Overrides::default()), 6801);
}

#[test]
fn additional_headers_are_read_as_either_revision_writes_them() {
    for (revision, width) in [([2, 0], 2), ([2, 1], 4)] {
        let other =
            File { revision, additional: 2, binary: vec![(3507, 2, width)], ..File::default() };
        other.found();
    }
    let absent = File { revision: [2, 1], binary: vec![(3507, 1, 2)], ..File::default() };
    warned(&absent.found(), "additional-headers", 3507);
}

#[test]
fn data_trailer_is_not_a_trace() {
    for (count, declared) in [(2, 2), (3, -1)] {
        let file = File {
            revision: [2, 0],
            binary: vec![(3529, declared, 4), (3513, 12, 8)],
            after: b"((SEG:User Data))               ".repeat(100 * count),
            ..File::default()
        };
        let inferred = file.found();
        sane(&inferred);
        assert_eq!(inferred.facts.end, inferred.facts.layout.header_offset(12));
    }
}

#[test]
fn data_trailer_of_unknown_length_is_found_by_stanzas() {
    let ascii = |name: &str| format!("{name:<3200}").into_bytes();
    let ebcdic: Vec<u8> = b"\x4D\x4D\xE2\xC5\xC7\x7A\xE4\xA2\x85\x99\x40\xC4\x81\xA3\x81\x5D\x5D"
        .iter()
        .copied()
        .chain([0x40; 3183])
        .collect();
    let binary = [ascii("(( seg: USER data:x ))"), vec![7; 6400]].concat();
    for after in [ascii("((SEG:User Data))"), ebcdic.repeat(3), binary] {
        let file = File { revision: [2, 0], binary: vec![(3529, -1, 4)], after, ..File::default() };
        let inferred = file.found();
        sane(&inferred);
        assert_eq!(inferred.facts.end, inferred.facts.layout.header_offset(12));
    }
}

#[test]
fn wrong_format_override_keeps_byte_order() {
    for endian in [Endian::Big, Endian::Little] {
        for code in [1, 256, 13] {
            for format in [Format::Int16, Format::Int8, Format::Ieee64] {
                let (n_traces, n_samples) = (100, 110);
                let binary = vec![(3225, code, 2)];
                let file = File { endian, n_traces, n_samples, binary, ..File::default() };
                let asked = Overrides::default().format(format);
                let inferred = infer(&Bytes::of(file.bytes()), &asked).unwrap();
                let layout = inferred.facts.layout;
                assert_eq!((layout.endian, layout.format), (endian, format), "{code}");
                // The distance of the headers outranks the count that they state.
                assert_eq!(layout.n_samples * format.width() as u64, 440, "{code}");
                assert_eq!(layout.n_traces, 100, "{code}");
                if code == 1 {
                    warned(&inferred, "override", None);
                }
            }
        }
    }
    let unknown = File { binary: vec![(3225, 256, 2)], n_samples: 110, ..File::default() };
    refused(unknown.infer(), 3225);
}

#[test]
fn padding_is_not_a_trace() {
    let file = File { n_traces: 100, ..File::default() };
    for byte in [0, 0x1A, 0x20, 0xFF] {
        let mut bytes = file.bytes();
        let whole = bytes.len();
        bytes.resize(whole.next_multiple_of(32768), byte);
        let over = bytes.len() - whole;
        let inferred = infer(&Bytes::of(bytes), &Overrides::default()).unwrap();
        file.assert_found(&inferred);
        trailing(&inferred, over, 100, Content::Repeated(byte));
    }
}

#[test]
fn padding_of_any_length_is_not_a_trace() {
    let file = File { n_traces: 100, ..File::default() };
    for (byte, over) in [(0, 3 << 20), (0xFF, (40 << 20) + 1), (0x1A, 440 * 5 + 7)] {
        let mut bytes = file.bytes();
        bytes.resize(bytes.len() + over, byte);
        let bytes = Bytes::of(bytes);
        let inferred = infer(&bytes, &Overrides::default()).unwrap();
        file.assert_found(&inferred);
        trailing(&inferred, over, 100, Content::Repeated(byte));
        assert!(bytes.few_reads());
    }
    // Traces within it are not left out.
    let mut bytes = file.bytes();
    let trace = bytes[3600..4040].to_vec();
    bytes.resize(bytes.len() + 440 * 1000 + 7, 0);
    bytes[3600 + 440 * 600..][..440].copy_from_slice(&trace);
    let inferred = infer(&Bytes::of(bytes), &Overrides::default()).unwrap();
    assert!(inferred.facts.layout.n_traces > 600, "{:?}", inferred.warnings);
}

#[test]
fn trailing_bytes_are_not_a_trace() {
    let mut random = 0x9E37_79B9_7F4A_7C15u64;
    let mut noise = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random >> 40) as u8
    };
    let text = b"C 1 A LINE OF TEXT THAT NOBODY EXPECTED AT THE END OF A FILE        ".repeat(47);
    let part = File { n_samples: 60, ..File::default() }.bytes()[1111..9000].to_vec();
    for n_traces in [2, 12, 103, 5000] {
        let long: Vec<u8> = (0..3_000_000).map(|_| noise()).collect();
        let noise = long[..9000].to_vec();
        let zeros = vec![0; 4444];
        let mixed = [&noise, &zeros, &text, &zeros, &part].map(|b| &b[..]).concat();
        for after in [text[..3190].to_vec(), noise, part.clone(), mixed, long] {
            let over = after.len();
            let file = File { n_traces, after, ..File::default() };
            let bytes = Bytes::of(file.bytes());
            let inferred = infer(&bytes, &Overrides::default()).unwrap();
            file.assert_found(&inferred);
            trailing(&inferred, over, n_traces, Content::NoHeader);
            assert!(bytes.few_reads());
        }
    }
    // One whole trace of it, so that the size fits.
    let file = File { n_traces: 40, after: text[..440].to_vec(), ..File::default() };
    trailing(&file.found(), 440, 40, Content::NoHeader);
}

#[test]
fn varying_lengths_near_end_are_found_and_wrong_counts_ignored() {
    let mut lengths = vec![50; 40];
    lengths[35..].fill(33);
    let file = File { n_traces: 40, lengths: lengths.clone(), ..File::default() };
    let mut bytes = file.bytes();
    let mut at = 3600;
    for n in lengths {
        file.put(&mut bytes[at..], 1, (115, n as i64, 2));
        at += 240 + 4 * n;
    }
    let inferred = infer(&Bytes::of(bytes), &Overrides::default()).unwrap();
    sane(&inferred);
    assert_eq!(of_each(&inferred), file.lengths);
    // A word of one trace says nothing against the headers after it.
    let file = File { n_traces: 40, after: vec![7; 100], ..File::default() };
    let mut bytes = file.bytes();
    file.put(&mut bytes[3600 + 37 * 440..], 1, (115, 33, 2));
    file.assert_found(&infer(&Bytes::of(bytes), &Overrides::default()).unwrap());
}

#[test]
fn blank_traces_that_fit_are_kept_with_warning() {
    let file = File { n_traces: 20, after: vec![0; 440 * 3], ..File::default() };
    let inferred = file.infer().unwrap();
    assert_eq!(inferred.facts.layout.n_traces, 23);
    assert_eq!(inferred.warnings, [Warning::ConstantTraces { first: 20, last: 22, content: 0 }]);
}

#[test]
fn tape_label_shifts_all_offsets() {
    sane(&File { label: true, ..File::default() }.found());
    sane(&File { label: true, extended: 1, endian: Endian::Little, ..File::default() }.found());
}

#[test]
fn revision_bytes_are_interpreted() {
    for (bytes, endian, meant, warns) in [
        ([0, 1], Endian::Big, (1, 0), true),
        ([0, 1], Endian::Little, (1, 0), false),
        ([0, 2], Endian::Big, (2, 0), true),
        ([0, 0x10], Endian::Big, (1, 0), true),
        (*b"sw", Endian::Big, (1, 0), true),
        ([9, 0], Endian::Little, (1, 0), true),
    ] {
        let inferred = File { revision: bytes, endian, ..File::default() }.found();
        assert_eq!(inferred.facts.revision, meant, "{bytes:?}");
        assert_eq!(!inferred.warnings.is_empty(), warns, "{:?}", inferred.warnings);
    }
}

#[test]
fn inverted_byte_order_constant_does_not_decide() {
    let file = File { binary: vec![(3297, 0x0403_0201, 4)], ..File::default() };
    warned(&file.found(), "byte-order", 3297);
    let file = File { binary: vec![(3297, 0x0201_0403, 4)], ..File::default() };
    let inferred = file.found();
    let stated = Some(segbuf::ByteOrder::Pairwise);
    let is = |w: &Warning| matches!(w, Warning::ByteOrder { stated: s, .. } if *s == stated);
    assert!(inferred.warnings.iter().any(is), "{:?}", inferred.warnings);
}

#[test]
fn ambiguous_byte_order_is_warned() {
    // Every word that tells is the same in both orders, and the format is asked for.
    let file =
        File { n_samples: 0x0101, n_traces: 0, binary: vec![(3217, 0x0101, 2)], ..File::default() };
    let asked = Overrides::default().format(Format::Int16);
    let inferred = infer(&Bytes::of(file.bytes()), &asked).unwrap();
    let is = |w: &Warning| matches!(w, Warning::Ambiguous { topic: Topic::ByteOrder, .. });
    assert!(inferred.warnings.iter().any(is), "{:?}", inferred.warnings);
    let order = inferred.evidence.get(Topic::ByteOrder).unwrap();
    assert!(order.reasons.iter().any(|reason| matches!(reason, Reason::Ambiguous(_))));
    assert_eq!(order.candidates.len(), 2);
}

#[test]
fn interval_is_agreed_by_headers_or_none() {
    let both = |binary: i64, trace: i64| {
        let file = File {
            binary: vec![(3217, binary, 2)],
            trace: vec![(117, trace, 2)],
            ..File::default()
        };
        file.found()
    };
    for (binary, trace, interval) in [
        (2000, 2000, Some(2.0)),
        (2000, 0, Some(2.0)),
        (0, 250, Some(0.25)),
        (-2000, 500, Some(0.5)),
        (500, -2000, Some(0.5)),
        (40_000, 40_000, Some(40.0)),
        (2000, 4000, None),
        (-2000, -25_000, None),
        (-2000, 0, None),
        (0, -2000, None),
        (0, 0, None),
    ] {
        let inferred = both(binary, trace);
        assert_eq!(inferred.facts.interval, interval, "{binary} {trace}");
        let words = |stated: &[StatedInterval]| -> Vec<i64> {
            stated.iter().map(|one| i64::from(one.word.unwrap())).collect()
        };
        match (interval, &inferred.warnings[..]) {
            // Of a negative word and a positive one, the positive one is taken, and both are named.
            (Some(_), [Warning::NegativeInterval { taken, negative }])
                if binary.signum() * trace.signum() < 0 =>
            {
                assert_eq!(words(&[*taken, *negative]), [500, -2000]);
                let text = inferred.warnings[0].to_string();
                assert!(text.contains("(63536 unsigned)"), "{text}");
            }
            (Some(_), warnings) => assert_eq!(warnings, []),
            (None, [Warning::Interval { stated }]) => {
                assert_eq!(words(&stated[..2]), [binary, trace].map(|word| i64::from(word as i16)));
            }
            (None, warnings) => panic!("{binary} {trace}: {warnings:?}"),
        }
    }
}

#[test]
fn revision_2_interval_may_be_fractional() {
    let fine = File {
        revision: [2, 0],
        interval: Some(0.5),
        binary: vec![(3217, 0, 2)],
        trace: vec![(117, 0, 2)],
        ..File::default()
    };
    let inferred = fine.found();
    assert_eq!(inferred.facts.interval, Some(0.0005));
    sane(&inferred);
    // What a word can hold of it is no disagreement; another interval is.
    let rounded = File { interval: Some(3999.75), ..fine.clone() };
    let rounded = File { trace: vec![(117, 4000, 2)], ..rounded };
    assert_eq!(rounded.found().facts.interval, Some(3.999_75));
    let other = File { trace: vec![(117, 2000, 2)], ..fine.clone() };
    assert_eq!(other.found().facts.interval, None);
    // Revision 1 does not have the field.
    let old = File { revision: [1, 0], trace: vec![(117, 2000, 2)], ..fine };
    assert_eq!(old.found().facts.interval, Some(2.0));
}

#[test]
fn invalid_extended_interval_is_ignored_with_warning() {
    for nonsense in [1e-9, 1e13, f64::NAN, f64::INFINITY, -4000.0] {
        let bits = nonsense.to_bits().cast_signed();
        let binary = vec![(3217, 4000, 2), (3273, bits, 8)];
        let file =
            File { revision: [2, 0], binary, trace: vec![(117, 4000, 2)], ..File::default() };
        let inferred = file.found();
        assert_eq!(inferred.facts.interval, Some(4.0), "{nonsense}");
        warned(&inferred, "extended-interval", None);
        // Revision 1 has no such field.
        sane(&File { revision: [1, 0], ..file }.found());
    }
}

#[test]
fn depth_has_unit_of_file() {
    for (system, unit) in [(1, Unit::Metres), (2, Unit::Feet), (0, Unit::Length)] {
        let file = File {
            binary: vec![(3217, 5, 2), (3255, system, 2)],
            trace: vec![(29, 25, 2), (117, 5, 2), (109, 100, 2)],
            ..File::default()
        };
        let facts = file.found().facts;
        assert_eq!((facts.unit, facts.interval, facts.delay), (unit, Some(5.0), 100.0));
    }
}

#[test]
fn delay_is_scaled_where_revision_defines_it() {
    for (revision, delay, scalar, start) in [
        ([1, 0], 10_000, -10, 1000.0),
        ([1, 0], -100, 0, -100.0),
        ([1, 0], 3, 7, 21.0),
        ([0, 0], 3, 7, 3.0),
        ([0, 0], 3, 10, 30.0),
    ] {
        let file =
            File { revision, trace: vec![(109, delay, 2), (215, scalar, 2)], ..File::default() };
        assert_eq!(file.found().facts.delay, start, "{revision:?} {delay} {scalar}");
    }
}

/// The lengths that were found.
fn of_each(inferred: &Inferred) -> Vec<usize> {
    let lengths = inferred.facts.lengths.as_ref().expect("different lengths");
    lengths.iter().map(|n| n as usize).collect()
}

#[test]
fn varying_lengths_are_found() {
    for lengths in [
        vec![50, 60, 50, 40, 50, 70, 50, 50, 51, 50, 50, 50],
        vec![60, 40, 60, 40, 60, 40, 60, 40, 60, 40, 60, 40],
        vec![50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 50, 90],
        vec![50, 50, 50, 50, 50, 51, 50, 50, 50, 50, 50, 50],
        vec![0, 50, 0, 50, 50, 51, 0, 0, 0, 0, 0, 50],
    ] {
        for n in [12, 2] {
            let varies = lengths[..n].iter().any(|len| *len != lengths[0]);
            let file = File { lengths: lengths[..n].to_vec(), n_traces: n, ..File::default() };
            if varies {
                let inferred = file.infer().unwrap();
                sane(&inferred);
                assert_eq!(of_each(&inferred), lengths[..n]);
                let layout = inferred.facts.layout;
                assert_eq!(
                    (layout.n_traces, layout.n_samples),
                    (n as u64, *lengths[..n].iter().max().unwrap() as u64)
                );
            }
        }
    }
}

#[test]
fn following_of_traces_can_be_interrupted() {
    let lengths: Vec<usize> = (0..1000).map(|i| 10 + i * 7 % 20).collect();
    let file = File { lengths, n_traces: 1000, ..File::default() };
    let stop = || Err(Kind::Interrupted.into());
    let running = segbuf::Running::new().poll(&stop);
    let bytes = Bytes::of(file.bytes());
    let error =
        segbuf::internals::infer_running(&bytes, &Overrides::default(), running).unwrap_err();
    assert_eq!(error.class(), Class::Interrupted);
}

#[test]
fn undeclared_sample_width_is_refused_by_name() {
    let file = File { format: Format::Int16, binary: vec![(3225, 2, 2)], ..File::default() };
    let error = refused(file.infer(), 3225);
    assert!(error.to_string().contains("3 (int16)"), "{error}");
    let asked = Overrides::default().format(Format::Int16);
    let inferred = infer(&Bytes::of(file.bytes()), &asked).unwrap();
    file.assert_found(&inferred);
}

#[test]
fn overrides_take_precedence_and_report_disagreement() {
    let file = File::default();
    let bytes = Bytes::of(file.bytes());
    let asked = Overrides::default()
        .revision((2, 0))
        .n_samples(110)
        .interval(2.0)
        .encoding(Encoding::Ebcdic)
        .first_trace(3600);
    let inferred = infer(&bytes, &asked).unwrap();
    let facts = &inferred.facts;
    assert_eq!((facts.layout.n_samples, facts.layout.n_traces), (110, 7));
    assert_eq!((facts.revision, facts.interval), ((2, 0), Some(2.0)));
    let differing = inferred.warnings.iter().filter_map(|warning| match warning {
        Warning::Override { topic, passed, .. } => Some((*topic, passed.clone())),
        _ => None,
    });
    let mut differing: Vec<_> = differing.collect();
    differing.sort_by_key(|(topic, _)| topic.name());
    assert_eq!(
        differing,
        [
            (Topic::Interval, Value::Length(Some(segbuf::infer::Number(2.0)), Unit::Milliseconds)),
            (Topic::Revision, Value::Revision((2, 0))),
            (Topic::SampleCount, Value::Count(110, 110)),
            (Topic::TextEncoding, Value::Encodings(vec![Encoding::Ebcdic])),
        ]
    );
    let same = Overrides::default().n_samples(50).interval(4.0);
    sane(&infer(&bytes, &same).unwrap());

    let inferred = infer(&bytes, &asked).unwrap();
    let encoding = inferred.evidence.get(Topic::TextEncoding).unwrap();
    assert_eq!(encoding.value, Value::Encodings(vec![Encoding::Ebcdic]));
    assert_eq!((encoding.origin, &encoding.reasons[0]), (Origin::Override, &Reason::Overridden));

    let value = |overrides| infer(&bytes, &overrides).unwrap_err().class();
    assert_eq!(value(Overrides::default().n_samples(0)), Class::Value);
    assert_eq!(value(Overrides::default().interval(-1.0)), Class::Value);
    let endless = Overrides::default().n_samples(u64::MAX);
    assert_eq!(value(endless), Class::Format);
    let beyond = Overrides::default().first_trace(u64::MAX);
    assert_eq!(value(beyond), Class::Format);
}

#[test]
fn ieee_declared_as_ibm_is_detected() {
    let mut file = File { format: Format::Ibm32, n_samples: 400, ..File::default() };
    file.binary = vec![(3225, 5, 2)];
    let mut bytes = file.bytes();
    let wave = |i: usize| ((i as f32) * 0.37).sin() * (1.0 + ((i * 7919) % 1000) as f32);
    for trace in 0..12 {
        for i in 0..400 {
            let at = 3600 + trace * 1840 + 240 + 4 * i;
            bytes[at..at + 4].copy_from_slice(&wave(trace * 400 + i).to_be_bytes());
        }
    }
    sane(&infer(&Bytes::of(bytes.clone()), &Overrides::default()).unwrap());
    bytes[3225] = 1;
    let inferred = infer(&Bytes::of(bytes), &Overrides::default()).unwrap();
    let (taken, likely) = (Format::Ibm32, Format::Ieee32);
    assert_eq!(
        inferred.warnings,
        [Warning::SampleFormat { source: FormatSource::Byte(3225), taken, likely }]
    );
}
