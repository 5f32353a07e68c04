//! The byte order of samples: that of headers, or another one.
//!
//! Bytes in the wrong order are as good as random where the right order has exponents, signs and
//! neighbours that are alike. So samples are read in every possible order and tested: floats by the
//! share of plausible magnitudes, integers by how many are in a small part of their range and by how
//! smoothly they follow each other. The byte order of headers is given up only if one and the same test
//! finds nonsense in it and sense in exactly one other order, and no test disagrees. It fails for
//! samples that are random or constant in any order: then that of headers is used.

use super::evidence::{Candidate, Conclusion, Weighed, rank};
use super::measure::{ENOUGH, Measured, Taken, is_usual, reordered, share};
use super::reading::Reading;
use super::reason::Reason;
use super::value::{Origin, Topic, Value};
use super::warning::Warning;
use super::weights::{DECLARED, MEASURED};
use crate::error::{Error, Kind, Result};
use crate::format::{ByteOrder, Format};

/// What share of floats with an unusual magnitude is nonsense, and what share of usual ones is sense: of
/// random bytes a third has a usual one.
const UNUSUAL: f64 = 0.5;
const USUAL: f64 = 0.9;

/// What share of integers within a small part of their range is nonsense, and what share is sense.
const SCATTERED: f64 = 0.25;
const TOGETHER: f64 = 0.95;

/// Bits of the range, of which those parts are: random bytes are in them by their share of the range.
const PARTS: [u32; 2] = [3, 8];

/// How large steps between samples are, against how far these are from their mean, where they are smooth,
/// and where they are nonsense: for whatever has no order it is 1 to 2. Low bytes of what is very smooth
/// have some order too: nonsense is several times as rough as sense.
const SMOOTH: f64 = 0.85;
const ROUGH: f64 = 1.1;
const ROUGHISH: f64 = 0.4;
const SEVERAL: f64 = 8.0;

/// The byte order of samples, and the evidence for it.
pub(super) struct Order {
    pub(super) order: ByteOrder,
    pub(super) conclusion: Conclusion,
    pub(super) warning: Option<Warning>,
}

/// Decides on the byte order of samples of a declared format, measured in the byte order of headers.
///
/// # Errors
/// `Class::Format` for samples in which pairs cannot be swapped.
pub(super) fn judge(
    taken: &Taken,
    measured: &Measured,
    reading: &Reading<'_>,
    format: Option<Format>,
    passed: Option<ByteOrder>,
) -> Result<Order> {
    let (width, headers) = (taken.width, reading.order());
    let possible = |order| order != ByteOrder::Pairwise || width.is_multiple_of(2);
    if !possible(passed.unwrap_or(headers)) {
        return Err(odd_width(reading));
    }
    let mut orders = vec![headers];
    for order in reading.claims.orders().chain(passed).filter(|_| width > 1) {
        if possible(order) && !orders.contains(&order) {
            orders.push(order);
        }
    }
    let tests = match (format, measured.distinct()) {
        (Some(format), Some(distinct)) if possible(headers) => {
            tests(taken, distinct, format, headers, &orders)
        }
        _ => Vec::new(),
    };
    let mut better = (1..orders.len()).filter(|&i| is_better(&tests, i));
    let (found, rival) = (better.next(), better.next());
    let seen = found.filter(|_| rival.is_none()).unwrap_or(0);
    let order = passed.unwrap_or(orders[seen]);

    let shown = |i: usize| -> Vec<Reason> {
        tests.iter().map(|reasons| reasons[i].reason.clone()).collect()
    };
    let warning = (passed.is_none() && seen != 0).then(|| Warning::SampleOrder {
        samples: orders[seen],
        headers,
        reasons: [shown(seen), shown(0)],
    });
    let mut reasons =
        vec![if width == 1 { Reason::OneByte } else { Reason::HeaderOrder(headers, seen == 0) }];
    if !tests.is_empty() {
        reasons.extend([seen, 0].map(|i| Reason::SamplesAs(orders[i], shown(i))));
        reasons.dedup();
    }
    let value = Value::Order(order);
    let origin = match (passed, seen) {
        (Some(_), _) => Origin::Override,
        (None, 0) => Origin::Declared,
        (None, _) => Origin::Detected,
    };
    let mut candidates = candidates(&orders, &tests, passed);
    rank(&mut candidates, &value);
    let conclusion =
        Conclusion { candidates, ..Conclusion::new(Topic::SampleOrder, value, origin, reasons) };
    Ok(Order { order, conclusion, warning })
}

/// Every byte order, that of headers first, with the results of all tests.
fn candidates(
    orders: &[ByteOrder],
    tests: &[Vec<Weighed>],
    passed: Option<ByteOrder>,
) -> Vec<Candidate> {
    let candidate = |(i, order): (usize, &ByteOrder)| {
        let mut reasons = Vec::new();
        if i == 0 {
            reasons.push(Weighed { points: DECLARED, reason: Reason::SameOrder });
        }
        if passed == Some(*order) {
            reasons.push(Weighed { points: 0, reason: Reason::Overridden });
        }
        reasons.extend(tests.iter().map(|test| test[i].clone()).filter(|test| test.points != 0));
        Candidate::new(Value::Order(*order), reasons)
    };
    orders.iter().enumerate().map(candidate).collect()
}

/// Whether an order makes sense of samples where that of the headers, the first, makes nonsense.
fn is_better(tests: &[Vec<Weighed>], i: usize) -> bool {
    let leads = || tests.iter().map(|reasons| reasons[i].points - reasons[0].points);
    leads().any(|lead| lead == 2 * MEASURED) && leads().all(|lead| lead >= 0)
}

/// What each test that tells anything says of each order.
fn tests(
    taken: &Taken,
    distinct: &[u64],
    format: Format,
    headers: ByteOrder,
    orders: &[ByteOrder],
) -> Vec<Vec<Weighed>> {
    let width = taken.width;
    let bits = 8 * width;
    // Words of the file, as if they were big-endian: of the measured ones, that is the same step back.
    let words: Vec<u64> = distinct.iter().map(|&word| reordered(word, width, headers)).collect();
    let read = |order| words.iter().map(move |&word| reordered(word, width, order)).collect();
    let each = orders.iter().map(|&order| read(order));
    match format {
        Format::Ibm32 | Format::Ieee32 | Format::Ieee64 => {
            vec![each.map(|words: Vec<u64>| magnitudes(&words, bits, format)).collect()]
        }
        _ if width == 1 || format == Format::Gain32 => Vec::new(),
        _ => {
            let numbers = Numbers { bits, signed: format.is_signed() };
            let words: Vec<Vec<i64>> = each
                .map(|words: Vec<u64>| words.iter().map(|&word| numbers.of(word)).collect())
                .collect();
            let crowds = PARTS.map(|part| words.iter().map(|w| crowd(w, bits, part)).collect());
            let smooth = roughness(taken, orders, numbers).map(smoothness);
            // The first of the parts that tells.
            let crowd = crowds.into_iter().find(|reasons: &Vec<Weighed>| tells(reasons));
            crowd.into_iter().chain(smooth.filter(|reasons| tells(reasons))).collect()
        }
    }
}

/// Whether a test speaks for one order and against another.
fn tells(reasons: &[Weighed]) -> bool {
    let says = |points| reasons.iter().any(|reason: &Weighed| reason.points == points);
    says(MEASURED) && says(-MEASURED)
}

/// Words of so many bits as numbers about 0: those without a sign less the middle of their range.
#[derive(Clone, Copy)]
struct Numbers {
    bits: u64,
    signed: bool,
}

impl Numbers {
    fn of(self, word: u64) -> i64 {
        let middle = 1u64 << (self.bits - 1);
        let word = if self.signed { word } else { word ^ middle };
        (word << (64 - self.bits)).cast_signed() >> (64 - self.bits)
    }
}

/// How many floats have a magnitude as samples have.
fn magnitudes(words: &[u64], bits: u64, format: Format) -> Weighed {
    let zero = |word: u64| word << (65 - bits) == 0;
    let usual = share(words, |word| zero(word) || is_usual(word, format));
    let most = if format == Format::Ieee64 { 200 } else { 40 };
    verdict(usual >= USUAL, usual < UNUSUAL, Reason::Magnitudes(usual, most))
}

/// What a test says of an order: that it makes sense of samples, or nonsense, or neither.
fn verdict(sense: bool, nonsense: bool, reason: Reason) -> Weighed {
    let points = match (sense, nonsense) {
        (true, _) => MEASURED,
        (false, true) => -MEASURED,
        (false, false) => 0,
    };
    Weighed { points, reason }
}

/// How many integers are within a small part of their range, to both sides of its middle.
fn crowd(numbers: &[i64], bits: u64, part: u32) -> Weighed {
    let limit = 1i64 << (bits as u32 - 1 - part);
    let share = |is: &dyn Fn(i64) -> bool| {
        numbers.iter().filter(|&&number| is(number)).count() as f64 / numbers.len() as f64
    };
    let near = share(&|number| (-limit..limit).contains(&number));
    let sides = [share(&|number| number > 0), share(&|number| number < 0)];
    let together = near >= TOGETHER && sides.iter().all(|&side| side >= 1.0 - TOGETHER);
    verdict(together, near <= SCATTERED, Reason::Middle(near, part))
}

/// What it says of orders how rough integers are in each.
fn smoothness(rough: Vec<f64>) -> Vec<Weighed> {
    let least = rough.iter().copied().fold(f64::INFINITY, f64::min);
    let limit = (SEVERAL * least).clamp(ROUGHISH, ROUGH);
    let judge = |roughness| {
        let smooth = roughness <= SMOOTH && roughness < limit;
        verdict(smooth, roughness >= limit, Reason::Steps(roughness))
    };
    rough.into_iter().map(judge).collect()
}

/// How rough integers are, along each trace, in each order; nothing where too few differ from those next
/// to them. The others are left out: what is muted or dead is a plateau in every order, but not everywhere
/// in the middle of the range, and beside a plateau anything seems smooth.
fn roughness(taken: &Taken, orders: &[ByteOrder], numbers: Numbers) -> Option<Vec<f64>> {
    let (mut kept, mut rough) = (0, vec![(0.0, 0.0); orders.len()]);
    for trace in taken.traces(ByteOrder::BIG) {
        let trace: Vec<u64> = trace.collect();
        let differs = |[before, word, next]: &[u64; 3]| before != word && word != next;
        let words = trace.array_windows().filter(|three| differs(three)).map(|three| three[1]);
        let words: Vec<u64> = words.collect();
        kept += words.len();
        for ((steps, sizes), &order) in rough.iter_mut().zip(orders) {
            let read = words.iter().map(|&word| numbers.of(reordered(word, taken.width, order)));
            let read: Vec<f64> = read.map(|number| number as f64).collect();
            let mean = read.iter().sum::<f64>() / read.len().max(1) as f64;
            *sizes += read.iter().map(|sample| (sample - mean).abs()).sum::<f64>();
            *steps += read.array_windows().map(|[a, b]| (b - a).abs()).sum::<f64>();
        }
    }
    let value = |(steps, sizes)| if sizes > 0.0 { steps / sizes } else { 0.0 };
    (kept >= ENOUGH).then(|| rough.into_iter().map(value).collect())
}

/// Samples that make no pairs.
fn odd_width(reading: &Reading<'_>) -> Error {
    let width = reading.width.0;
    Error::from(Kind::OddSampleWidth { width }).byte(reading.claims.format_byte())
}
