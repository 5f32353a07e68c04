//! Keys are guessed where they were put, whatever the order and the gaps of a survey.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use proptest::prelude::*;
use segbuf::error::Class;
use segbuf::guess::Guess;
use segbuf::{Options, Reader};

/// A word of each trace.
type Column = (usize, Vec<i32>);

/// A file of these traces, of one sample each.
fn file(n_traces: usize, columns: &[Column], card: &str) -> Vec<u8> {
    let mut bytes = vec![b' '; 3200];
    bytes[..4].copy_from_slice(b"C 1 ");
    bytes[4..4 + card.len()].copy_from_slice(card.as_bytes());
    bytes.resize(3600, 0);
    for (byte, value) in [(3217, 4000u16), (3221, 1), (3225, 5), (3501, 0x0100), (3503, 1)] {
        bytes[byte - 1..=byte].copy_from_slice(&value.to_be_bytes());
    }
    for trace in 0..n_traces {
        let mut header = [0; 244];
        header[114..116].copy_from_slice(&1u16.to_be_bytes());
        for at in [0, 4] {
            header[at..at + 4].copy_from_slice(&(trace as i32 + 1).to_be_bytes());
        }
        for (byte, values) in columns {
            header[byte - 1..byte + 3].copy_from_slice(&values[trace].to_be_bytes());
        }
        bytes.extend(header);
    }
    bytes
}

fn guess(n_traces: usize, columns: &[Column], card: &str) -> Guess {
    let file = Reader::from_bytes(file(n_traces, columns, card), Options::default()).unwrap();
    assert_eq!(file.n_traces(), n_traces as u64);
    file.guess_keys().unwrap()
}

/// Labels of a grid in file order, its first axis the slower, but for some traces.
fn grid(n: [i32; 2], step: [i32; 2], first: [i32; 2], missing: &[usize]) -> [Vec<i32>; 2] {
    let all = (0..n[0]).flat_map(|i| (0..n[1]).map(move |x| [i, x]));
    let live = all.enumerate().filter(|(i, _)| !missing.contains(i)).map(|(_, place)| place);
    let places: Vec<[i32; 2]> = live.collect();
    [0, 1].map(|axis| places.iter().map(|p| first[axis] + step[axis] * p[axis]).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn keys_are_where_they_were_put(
        place in prop::sample::select(vec![
            (189, 193), (9, 13), (9, 21), (5, 21), (17, 13), (221, 225), (193, 189), (61, 233),
        ]),
        n in prop::array::uniform2(3i32..14),
        step in prop::array::uniform2(prop::sample::select(vec![-4, -1, 1, 2, 5])),
        first in prop::array::uniform2(100i32..3000),
        missing in prop::collection::vec(0usize..200, 0..4),
    ) {
        let [slow, fast] = grid(n, step, first, &missing);
        prop_assume!(slow.len() >= 8);
        let n_traces = slow.len();
        let guess = guess(n_traces, &[(place.0, slow), (place.1, fast)], "");
        let best = &guess.lines[0];
        // Crossline-sorted where the standard gives the place.
        let want = if place == (193, 189) { (189, 193) } else { place };
        let found = best.words.map(|word| usize::from(word.byte));
        prop_assert_eq!((found[0], found[1]), want, "{}", guess);
        prop_assert!(guess.offsets.is_empty(), "{}", guess);
        prop_assert!((0.0..=1.0).contains(&best.score));
    }

    #[test]
    fn noise_is_no_survey(
        bytes in prop::collection::vec(any::<u8>(), 0..20_000),
        words in prop::collection::vec((1usize..=237, prop::collection::vec(-50i32..50, 40)), 0..6),
    ) {
        let guess = guess(40, &words, "");
        for candidate in &guess.lines {
            prop_assert!((0.0..=1.0).contains(&candidate.score));
            prop_assert!(!candidate.reasons.is_empty());
        }
        if let Ok(file) = Reader::from_bytes(bytes, Options::default()) {
            let guess = file.guess_keys();
            let refused = |e: &segbuf::Error| e.class() == Class::Format;
            prop_assert!(guess.as_ref().map_or_else(refused, |_| true));
        }
    }
}

#[test]
fn a_card_decides_which_is_which() {
    let [slow, fast] = grid([7, 9], [1, 1], [10, 500], &[]);
    let columns = [(61, slow), (233, fast)];
    let silent = guess(63, &columns, "");
    assert_eq!(silent.keys(), [Some(61), Some(233), None]);
    assert!(silent.to_string().contains("nothing says which is which"));
    let told = guess(63, &columns, "XLINE 61-64, ILINE 233-236");
    assert_eq!(told.keys(), [Some(233), Some(61), None]);
    assert!(told.lines[0].score > silent.lines[0].score);
    assert!(told.to_string().contains("card 1 puts inline at byte 233"), "{told}");
    // A card alone is no evidence.
    let wrong = guess(63, &columns, "ILINE 9-12, XLINE 21-24");
    assert_eq!(wrong.keys(), silent.keys());
}

#[test]
fn coordinates_by_their_fit_and_floats_by_their_looks() {
    let [slow, fast] = grid([7, 9], [1, 1], [10, 500], &[]);
    let along = |axis: f64, across: f64, origin: f64| {
        let labels = slow.iter().zip(&fast);
        labels.map(move |(i, x)| origin + axis * f64::from(*i) + across * f64::from(*x))
    };
    let whole = |x: f64| x.round() as i32;
    let ibm = |x: f64| {
        let fraction = (x / 16f64.powi(6) * f64::from(1 << 24)).round() as i32;
        (64 + 6) << 24 | fraction
    };
    let ieee = |x: f64| (x as f32).to_bits() as i32;
    for (kind, code) in
        [("int32", &whole as &dyn Fn(f64) -> i32), ("ibm32", &ibm), ("float32", &ieee)]
    {
        for (x, y) in [(181, 185), (73, 77), (81, 85)] {
            let columns = [
                (189, slow.clone()),
                (193, fast.clone()),
                (x, along(12.5, 21.0, 450_000.0).map(code).collect()),
                (y, along(-21.0, 12.5, 6_780_000.0).map(code).collect()),
            ];
            let guess = guess(63, &columns, "");
            let best = &guess.coordinates[0];
            let words = best.words.map(|word| (usize::from(word.byte), word.kind.name()));
            assert_eq!(words, [(x, kind), (y, kind)], "{guess}");
            assert!(best.score > 0.9, "{guess}");
        }
    }
}
