//! In which byte orders headers and samples stand: pairs that are swapped, samples that are in another
//! order than headers, and a great many files in which nothing of the kind may be seen.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{make, signals};
use make::File;
use proptest::prelude::*;
use proptest::sample::select;
use segbuf::error::Class;
use segbuf::infer::{About, Origin, Overrides, Reason, Topic, Value, Warning};
use segbuf::internals::Inferred;
use segbuf::internals::Names;
use segbuf::source::MemorySource;
use segbuf::{ByteOrder, Endian, Error, Format, Options, Reader};
use signals::{encode, noise};

const TRACES: usize = 12;
const ORDERS: [ByteOrder; 3] = [ByteOrder::BIG, ByteOrder::LITTLE, ByteOrder::Pairwise];

/// A number for a sample: of so many in a trace, from a seed.
type Signal = fn(trace: usize, i: usize, n: usize, seed: usize) -> f64;

/// From -1 to 1, as many near each.
fn flat(trace: usize, i: usize, seed: usize) -> f64 {
    noise(seed.wrapping_mul(1_000_003) + trace * 10_007 + i)
}

/// About 0, as errors of measurement are.
fn bell(trace: usize, i: usize, seed: usize) -> f64 {
    (0..6).map(|k| flat(trace, 6 * i + k, seed)).sum::<f64>() / 6.0
}

/// A reflection every now and then, of a wavelet of so many samples.
fn wavelets(trace: usize, i: usize, length: f64, seed: usize) -> f64 {
    let every = 37;
    let at = |k: usize| {
        let away = (i as f64 - (k * every) as f64 - 10.0 * flat(trace, k, seed)) / length;
        // It ends somewhere.
        let size = if away.abs() < 4.0 { flat(0, k, seed) } else { 0.0 };
        size * (1.0 - 2.0 * away * away) * (-away * away).exp()
    };
    let k = i / every;
    (k.saturating_sub(2)..k + 3).map(at).sum()
}

/// Everything that samples are: from -1 to 1.
const SANE: [(&str, Signal); 17] = [
    ("white noise", |t, i, _, s| bell(t, i, s)),
    ("flat noise", |t, i, _, s| flat(t, i, s)),
    ("noise of one sign", |t, i, _, s| flat(t, i, s).abs()),
    ("reflections", |t, i, _, s| wavelets(t, i, 8.0, s)),
    ("reflections in noise", |t, i, _, s| 0.8 * wavelets(t, i, 4.0, s) + 0.1 * bell(t, i, s)),
    ("short reflections", |t, i, _, s| wavelets(t, i, 1.2, s)),
    ("a slow wave", |_, i, _, s| (i as f64 * 0.01 + s as f64).sin()),
    ("the fastest wave", |_, i, _, _| if i % 2 == 0 { 0.7 } else { -0.7 }),
    ("zeros", |_, _, _, _| 0.0),
    ("a constant", |_, _, _, s| noise(s)),
    ("dead traces", |t, i, _, s| if t % 3 == 0 { bell(t, i, s) } else { 0.0 }),
    ("spikes", |t, i, _, s| if flat(t, i, s) > 0.9 { flat(t, i + 7, s) } else { 0.0 }),
    ("a mute", |t, i, n, s| if i < n * 4 / 5 { 0.0 } else { bell(t, i, s) }),
    ("a ramp", |t, i, n, _| (i + 3 * t) as f64 / (n + 3 * TRACES) as f64),
    ("steps", |t, i, _, s| flat(t, i / 8, s)),
    (
        "noise beside a plateau",
        |t, i, n, s| if i < n / 2 { 0.4 } else { 0.4 + 0.5 * bell(t, i, s) },
    ),
    ("clipped noise", |t, i, _, s| (2.0 * bell(t, i, s)).clamp(-1.0, 0.999)),
];

/// The signals that are smooth, and whose last bits are not.
const SMOOTH: [&str; 2] = ["reflections", "a slow wave"];

/// Those of which even floats tell nothing.
const NOTHING: [&str; 3] = ["zeros", "a constant", "the fastest wave"];

/// The signals of some names.
fn some(is: impl Fn(&str) -> bool) -> Vec<(&'static str, Signal)> {
    SANE.into_iter().filter(|(name, _)| is(name)).collect()
}

/// A file of samples of a format, in byte orders of headers and samples.
fn stored(
    format: Format,
    [headers, samples]: [ByteOrder; 2],
    n_samples: usize,
    signal: impl Fn(usize, usize) -> f64,
) -> Vec<u8> {
    let endian = headers.endian();
    let mut file =
        File { format, endian, n_traces: TRACES, n_samples, revision: [1, 0], ..File::default() };
    if headers == ByteOrder::Pairwise {
        (file.revision, file.constant) = ([2, 0], true);
    }
    let mut bytes = file.swapped(headers == ByteOrder::Pairwise, false);
    let layout = file.layout();
    for trace in 0..TRACES {
        let mut at = layout.samples_offset(trace as u64) as usize;
        for i in 0..n_samples {
            let mut sample = encode(format, signal(trace, i));
            match samples {
                ByteOrder::Plain(Endian::Big) => {}
                ByteOrder::Plain(Endian::Little) => sample.reverse(),
                ByteOrder::Pairwise => sample.chunks_exact_mut(2).for_each(|p| p.swap(0, 1)),
            }
            bytes[at..at + sample.len()].copy_from_slice(&sample);
            at += sample.len();
        }
    }
    bytes
}

/// How large samples are: of integers, what part of their range.
fn scaled(format: Format, part: f64, number: f64) -> f64 {
    match format {
        Format::Ibm32 | Format::Ieee32 | Format::Ieee64 => 3000.0 * part * number,
        _ => {
            // No more than a float holds exactly: whoever wrote such a file had its last bits too.
            let most = 2f64.powi((8 * format.width() as i32 - 1).min(52));
            (number * part * most).clamp(-most, most * (1.0 - 1e-9) - 1.0).round()
        }
    }
}

fn infer(bytes: &[u8], overrides: &Overrides) -> Result<Inferred, Error> {
    segbuf::internals::infer(&MemorySource::new(bytes.to_vec()), overrides)
}

fn unasked(bytes: &[u8]) -> Inferred {
    infer(bytes, &Overrides::default()).unwrap()
}

/// Whether a warning reports that samples have another order.
fn says_mixed(inferred: &Inferred) -> bool {
    inferred.warnings.iter().any(|warning| warning.code() == "sample-order")
}

fn is_possible(format: Format, order: ByteOrder) -> bool {
    order != ByteOrder::Pairwise || format.width().is_multiple_of(2)
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    })]

    #[test]
    fn valid_files_keep_header_byte_order(
        format in select(Format::ALL.to_vec()),
        order in select(ORDERS.to_vec()),
        (name, signal) in select(SANE.to_vec()),
        n_samples in select(vec![17usize, 60, 250, 1500]),
        // From a few counts to the whole range, whatever that is.
        bits in 0u32..24,
        seed: usize,
    ) {
        let order = if is_possible(format, order) { order } else { ByteOrder::LITTLE };
        let part = 0.5f64.powi(bits as i32);
        let bytes = stored(format, [order, order], n_samples, |t, i| {
            scaled(format, part, signal(t, i, n_samples, seed % 1_000_000))
        });
        let inferred = unasked(&bytes);
        let found = (inferred.facts.order, inferred.facts.sample_order);
        prop_assert_eq!(found, (order, order), "{} {}", name, inferred.evidence);
        prop_assert!(!says_mixed(&inferred), "{}", name);
    }

    #[test]
    fn arbitrary_samples_keep_header_byte_order(
        format in select(Format::ALL.to_vec()),
        little: bool,
        // Random words of which some bytes are always the same.
        fixed in prop::array::uniform8(prop::option::weighted(0.3, any::<u8>())),
        random in prop::collection::vec(any::<u64>(), 300),
    ) {
        let endian = if little { Endian::Little } else { Endian::Big };
        let file = File { format, endian, n_samples: 25, ..File::default() };
        let (mut bytes, layout) = (file.bytes(), file.layout());
        for (i, word) in random.iter().enumerate() {
            let mut word = word.to_be_bytes();
            for (byte, fixed) in word.iter_mut().zip(fixed) {
                *byte = fixed.unwrap_or(*byte);
            }
            let width = format.width();
            let at = layout.samples_offset(i as u64 / 25) as usize + i % 25 * width;
            bytes[at..at + width].copy_from_slice(&word[..width]);
        }
        let inferred = unasked(&bytes);
        // Left-justified integers, floats of few bits, floats beyond all measure: no order is plain.
        // Only where bytes are such that the headers' order is nonsense and the other is sense.
        if inferred.facts.sample_order != inferred.facts.order {
            prop_assert!(says_mixed(&inferred));
            let conclusion = inferred.evidence.get(Topic::SampleOrder).unwrap();
            prop_assert!(conclusion.candidates[0].score >= conclusion.candidates[1].score + 30);
        }
    }

    #[test]
    fn floats_in_foreign_order_are_detected(
        format in select(vec![Format::Ibm32, Format::Ieee32, Format::Ieee64]),
        little: bool,
        (name, signal) in select(some(|name| !NOTHING.contains(&name))),
        bits in 0u32..24,
        seed: usize,
    ) {
        let mut orders = [ByteOrder::BIG, ByteOrder::LITTLE];
        if little {
            orders.reverse();
        }
        let part = 0.5f64.powi(bits as i32);
        let bytes = stored(format, orders, 1500, |t, i| {
            scaled(format, part, signal(t, i, 1500, seed % 1_000_000))
        });
        let inferred = unasked(&bytes);
        let found = [inferred.facts.order, inferred.facts.sample_order];
        prop_assert_eq!(found, orders, "{} {}", name, inferred.evidence);
        prop_assert!(says_mixed(&inferred));
        prop_assert_eq!(inferred.facts.layout.format, format);
    }

    #[test]
    fn smooth_integers_in_foreign_order_are_detected(
        format in select(vec![
            Format::Int16, Format::Int32, Format::Uint16, Format::Uint32, Format::Int24, Format::Int64,
        ]),
        little: bool,
        (name, signal) in select(some(|name| SMOOTH.contains(&name))),
        bits in 0u32..3,
        seed: usize,
    ) {
        let mut orders = [ByteOrder::BIG, ByteOrder::LITTLE];
        if little {
            orders.reverse();
        }
        let part = 0.9 * 0.5f64.powi(bits as i32);
        let bytes = stored(format, orders, 1500, |t, i| {
            scaled(format, part, signal(t, i, 1500, seed % 1_000_000))
        });
        let inferred = unasked(&bytes);
        let found = [inferred.facts.order, inferred.facts.sample_order];
        prop_assert_eq!(found, orders, "{} {}", name, inferred.evidence);
        prop_assert!(says_mixed(&inferred));
    }

    #[test]
    fn integers_near_zero_in_foreign_order_are_detected_despite_noise(
        format in select(vec![
            Format::Int16, Format::Int32, Format::Uint16, Format::Uint32, Format::Int24, Format::Int64,
        ]),
        little: bool,
        bits in 4u32..7,
        seed: usize,
    ) {
        let mut orders = [ByteOrder::BIG, ByteOrder::LITTLE];
        if little {
            orders.reverse();
        }
        let part = 0.5f64.powi(bits as i32);
        let bytes = stored(format, orders, 1500, |t, i| {
            scaled(format, part, bell(t, i, seed % 1_000_000))
        });
        let inferred = unasked(&bytes);
        let found = [inferred.facts.order, inferred.facts.sample_order];
        prop_assert_eq!(found, orders, "{}", inferred.evidence);
    }
}

#[test]
fn declared_swapped_pairs_are_reported_without_warning() {
    for format in Format::ALL.into_iter().filter(|f| f.width().is_multiple_of(2)) {
        for label in [false, true] {
            for extended in [0, 2] {
                let revision = [2, 1];
                let file = File {
                    format,
                    revision,
                    label,
                    extended,
                    constant: true,
                    additional: 1,
                    n_samples: 60,
                    binary: vec![(3507, 1, 2), (3513, 12, 8)],
                    ..File::default()
                };
                let (plain, pairs) = (unasked(&file.bytes()), unasked(&file.swapped(true, true)));
                assert!(pairs.warnings.is_empty(), "{:?}", pairs.warnings);
                assert_eq!(pairs.facts.order, ByteOrder::Pairwise);
                assert_eq!(pairs.facts.sample_order, ByteOrder::Pairwise);
                let (order, sample_order) = (plain.facts.order, plain.facts.sample_order);
                let as_plain = segbuf::infer::Facts { order, sample_order, ..pairs.facts };
                assert_eq!(as_plain, plain.facts, "all else is that of the plain file");
                let additional = pairs.evidence.get(Topic::AdditionalHeaders).unwrap();
                assert!(additional.reasons.contains(&Reason::AdditionalNamed));
                let conclusion = pairs.evidence.get(Topic::ByteOrder).unwrap();
                assert_eq!(conclusion.value, Value::Order(ByteOrder::Pairwise));
                assert_eq!(conclusion.candidates[0].value, conclusion.value);
                let reasons = &conclusion.reasons;
                assert!(reasons.contains(&Reason::ConstantAgrees(true)), "{reasons:?}");
                let invalid =
                    |r: &Reason| matches!(r, Reason::FormatCodeInvalidAs(ByteOrder::BIG, _));
                assert!(reasons.iter().any(invalid), "{reasons:?}");
            }
        }
    }
}

#[test]
fn declared_order_needs_no_whole_trace() {
    for order in ORDERS {
        let mut file =
            File { endian: order.endian(), revision: [2, 0], constant: true, ..File::default() };
        file.format = Format::Ieee32;
        let pairwise = order == ByteOrder::Pairwise;
        let bytes = file.swapped(pairwise, pairwise);
        let inferred = unasked(&bytes[..3600 + 300]);
        assert_eq!((inferred.facts.order, inferred.facts.layout.n_traces), (order, 0));
        let Warning::TrailingBytes(trailing) = &inferred.warnings[0] else {
            panic!("{inferred:?}")
        };
        assert_eq!((trailing.bytes, trailing.traces), (300, 0));
    }
}

#[test]
fn swapped_pairs_in_headers_or_samples_alone_are_detected() {
    let [big, pairwise] = [ByteOrder::BIG, ByteOrder::Pairwise];
    let signal = |t, i| 2000.0 * bell(t, i, 1);
    for (format, [headers, samples]) in [
        (Format::Ieee32, [pairwise, big]),
        (Format::Ieee32, [big, pairwise]),
        (Format::Int8, [pairwise, big]),
    ] {
        let bytes = stored(format, [headers, samples], 61, signal);
        let plain = stored(format, [big, big], 61, signal);
        let overrides = Overrides::default().sample_endian(samples);
        let open = |bytes: &[u8], overrides| {
            let options = Options::default().overrides(overrides);
            Reader::from_bytes(bytes.to_vec(), options).unwrap()
        };
        let read = |reader: &Reader| {
            let mut out = vec![0f32; 12 * 61];
            reader.read_into(.., .., &mut out).unwrap();
            out
        };
        let (reader, twin) = (open(&bytes, overrides), open(&plain, Overrides::default()));
        assert_eq!((reader.facts().order, reader.facts().sample_order), (headers, samples));
        assert_eq!(read(&reader), read(&twin));
        for trace in 0..12 {
            let [a, b] = [&reader, &twin].map(|r| r.header(trace).unwrap().standard());
            assert_eq!(a, b);
        }
    }
    // Unasked, that only the headers are swapped is seen.
    let inferred = unasked(&stored(Format::Ieee32, [pairwise, big], 61, signal));
    assert_eq!((inferred.facts.order, inferred.facts.sample_order), (pairwise, big));
    assert!(says_mixed(&inferred));
}

#[test]
fn odd_sample_width_has_no_pairs() {
    for format in [Format::Int8, Format::Uint8, Format::Int24, Format::Uint24] {
        let file = File { format, revision: [2, 0], constant: true, ..File::default() };
        let bytes = file.swapped(true, false);
        let error = infer(&bytes, &Overrides::default()).unwrap_err();
        assert_eq!((error.class(), error.byte_number()), (Class::Format, Some(3225)));
        assert_eq!(error.code(), "odd-sample-width");
        let text = error.to_string();
        for option in ["sample_endian", "endian", "format"] {
            assert!(text.contains(&Names::RUST.option(option)), "{text}");
        }
        let asked = Overrides::default().sample_endian(ByteOrder::LITTLE);
        let inferred = infer(&bytes, &asked).unwrap();
        assert_eq!(inferred.facts.sample_order, ByteOrder::LITTLE);
    }
}

#[test]
fn declared_order_that_is_wrong_is_outweighed() {
    // The file is big-endian, and says that its pairs are swapped.
    let file = File { binary: vec![(3297, 0x0201_0403, 4)], ..File::default() };
    let inferred = unasked(&file.bytes());
    assert_eq!(inferred.facts.order, ByteOrder::BIG);
    let (stated, found) = (Some(ByteOrder::Pairwise), ByteOrder::BIG);
    assert_eq!(inferred.warnings[0], Warning::ByteOrder { byte: 3297, stated, found });
    // The pairs are swapped, and the file says that it is big-endian: then only who opens it knows.
    let file = File { revision: [2, 0], binary: vec![(3297, 0x0201_0403, 4)], ..File::default() };
    let bytes = file.swapped(true, true);
    let asked = Overrides::default().endian(ByteOrder::Pairwise);
    let inferred = infer(&bytes, &asked).unwrap();
    assert_eq!((inferred.facts.order, inferred.facts.layout.n_traces), (ByteOrder::Pairwise, 12));
    // Without a word of it no third order comes into question.
    let plain = unasked(&File::default().bytes());
    assert!(!plain.evidence.to_string().contains("pairwise"));
}

#[test]
fn order_overrides_take_precedence_and_are_compared() {
    let [big, little] = [ByteOrder::BIG, ByteOrder::LITTLE];
    let bytes = stored(Format::Ieee32, [little, big], 600, |t, i| 100.0 * bell(t, i, 3));
    for (asked, disagrees) in [(big, None), (little, Some(big))] {
        let overrides = Overrides::default().sample_endian(asked);
        let inferred = infer(&bytes, &overrides).unwrap();
        assert_eq!(inferred.facts.sample_order, asked);
        let conclusion = inferred.evidence.get(Topic::SampleOrder).unwrap();
        assert_eq!(conclusion.value, Value::Order(asked));
        assert_eq!(
            (conclusion.origin, &conclusion.reasons[0]),
            (Origin::Override, &Reason::Overridden)
        );
        assert!(!says_mixed(&inferred), "it is decided");
        match (disagrees, &inferred.warnings[..]) {
            (None, warnings) => assert_eq!(warnings, []),
            (Some(own), [warning @ Warning::Override { topic, passed, stated, .. }, ..]) => {
                assert_eq!(*topic, Topic::SampleOrder);
                assert_eq!((passed, stated), (&Value::Order(asked), &Value::Order(own)));
                assert_eq!(warning.about(), About::Override);
            }
            (_, warnings) => panic!("{warnings:?}"),
        }
    }
    // What was asked for of the headers leaves samples what they are.
    let overrides = Overrides::default().endian(little);
    let inferred = infer(&bytes, &overrides).unwrap();
    assert_eq!((inferred.facts.order, inferred.facts.sample_order), (little, big));
    assert!(says_mixed(&inferred));
}
