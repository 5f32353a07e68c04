//! Which two words are x and y, and what coordinates say of line numbers.

use super::cards::{Hint, Key};
use super::column::varies;
use super::sample::Sample;
use super::{Candidate, LIKELY, Word, WordType};
use crate::survey::coordinates::{Affine, Words, is_known, scale};

/// Places of coordinates: of the ensemble, of the source, of the receiver group.
const KNOWN: [(u16, u16); 3] = [(181, 185), (73, 77), (81, 85)];

/// The part of a bin by which coordinates may miss it.
const MISS: f64 = 0.5;

/// Two words that may be x and y, with the coordinates they make.
struct Place {
    words: [Word; 2],
    xy: Vec<[f64; 2]>,
    /// What speaks against the type of the words.
    doubt: Option<&'static str>,
}

impl Place {
    /// None where fewer than three coordinates differ.
    fn read(sample: &Sample, bytes: (u16, u16), kind: WordType) -> Option<Place> {
        let words = [bytes.0, bytes.1].map(|byte| Word { byte, kind });
        let mut xy: Vec<[f64; 2]> = if kind == WordType::I32 {
            let scalars = sample.integers(Word { byte: 71, kind: WordType::I16 });
            let [x, y] = words.map(|word| sample.integers(word));
            let scaled = |value, scalar| scale(value, scalar as i16);
            let xy = x.into_iter().zip(y).zip(scalars);
            xy.map(|((x, y), scalar)| [scaled(x, scalar), scaled(y, scalar)]).collect()
        } else {
            let [x, y] = words.map(|word| sample.numbers(word));
            x.into_iter().zip(y).map(|(x, y)| [x, y]).collect()
        };
        for xy in &mut xy {
            if !is_known(*xy) {
                *xy = [0.0, 0.0];
            }
        }
        let mut known = xy.iter().filter(|xy| is_known(**xy));
        let first = known.next()?;
        let second = known.find(|xy| *xy != first)?;
        known.find(|xy| *xy != first && *xy != second)?;
        Some(Place { words, xy, doubt: None })
    }

    /// The places that the standard gives, as integers and, where those look like floats, as floats.
    fn known(sample: &Sample) -> Vec<Place> {
        let mut places = Vec::new();
        for bytes in KNOWN {
            let Some(mut whole) = Place::read(sample, bytes, WordType::I32) else { continue };
            for kind in [WordType::F32, WordType::Ibm] {
                if looks_like(sample, whole.words, kind) {
                    whole.doubt =
                        Some("as integers they are beyond reason, as floats they are not");
                    places.extend(Place::read(sample, bytes, kind));
                }
            }
            places.push(whole);
        }
        places
    }

    /// Whether it is one that the standard gives.
    fn is_known(&self) -> bool {
        let [x, y] = self.words;
        KNOWN.contains(&(x.byte, y.byte))
    }

    /// Whether words of it are among others.
    fn overlaps(&self, words: &[Word]) -> bool {
        let near = |a: &Word, b: &Word| a.byte.abs_diff(b.byte) < 4;
        self.words.iter().any(|a| words.iter().any(|b| near(a, b)))
    }

    /// How it follows from line numbers; None where one of the two spans no area.
    fn fit(&self, labels: &[[i32; 2]]) -> Option<Fit> {
        let points = labels.iter().copied().zip(self.xy.iter().copied());
        let affine = Affine::fit(points, &Words::default()).ok()?;
        let [iline, xline] = affine.bin_size();
        let miss = affine.residual().rms / iline.min(xline);
        Some(Fit { bins: [iline, xline], miss })
    }

    fn tell(&self) -> Vec<String> {
        let known = || self.xy.iter().filter(|xy| is_known(**xy));
        let span = |axis: usize| {
            let values = known().map(|xy| xy[axis]);
            (values.clone().fold(f64::MAX, f64::min), values.fold(f64::MIN, f64::max))
        };
        let ((x0, x1), (y0, y1)) = (span(0), span(1));
        let mut reasons = vec![format!("x {x0} to {x1}, y {y0} to {y1}")];
        if (x1 - x0).max(y1 - y0) > 1e7 {
            reasons.push("that spans half the earth: is the scalar (byte 71) right?".to_owned());
        }
        reasons.extend(self.doubt.map(ToOwned::to_owned));
        reasons
    }
}

/// Whether words, beyond reason as integers, are reasonable as floats.
fn looks_like(sample: &Sample, words: [Word; 2], kind: WordType) -> bool {
    words.iter().all(|word| {
        let integers = sample.integers(*word).into_iter().filter(|n| *n != 0);
        let huge = integers.clone().filter(|n| n.unsigned_abs() > 1_000_000_000).count();
        let numbers = sample.numbers(Word { kind, ..*word }).into_iter();
        let fine = numbers.filter(|n| (1e2..1e8).contains(&n.abs())).count();
        let all = integers.count();
        all > 0 && huge * 10 >= all * 9 && fine * 10 >= all * 9
    })
}

/// How coordinates follow from line numbers.
struct Fit {
    bins: [f64; 2],
    /// The residual, as part of a bin.
    miss: f64,
}

impl Fit {
    /// Whether bins have a size that is met with.
    fn is_usual(&self) -> bool {
        self.bins.iter().all(|bin| (1.0..=200.0).contains(bin))
    }

    fn tell(&self) -> String {
        let [iline, xline] = self.bins;
        let doubt = if self.is_usual() { "" } else { ": is the scalar (byte 71) right?" };
        format!("bins of {iline:.2} by {xline:.2}, missed by {:.3} of a bin{doubt}", self.miss)
    }
}

/// The labels that candidates for inline and crossline give.
fn labels(sample: &Sample, words: [Word; 2]) -> Vec<[i32; 2]> {
    let [ilines, xlines] = words.map(|word| sample.integers(word));
    ilines.into_iter().zip(xlines).map(|(iline, xline)| [iline, xline]).collect()
}

/// The pairs of words that may be x and y. The scores of `lines` are raised where coordinates follow
/// from them and lowered where they should but do not, and they are put in order again.
pub(super) fn candidates(
    sample: &Sample,
    lines: &mut [Candidate<2>],
    hints: &[Hint],
) -> Vec<Candidate<2>> {
    let known = Place::known(sample);
    for candidate in lines.iter_mut() {
        weigh(sample, candidate, &known);
    }
    lines.sort_by(|a, b| b.score.total_cmp(&a.score));

    let said = |key: Key, word: &Word| {
        hints.iter().find(|hint| hint.key == key && hint.byte == word.byte).map(ToString::to_string)
    };
    let Some(best) = lines.first().filter(|best| best.score >= LIKELY) else {
        return known.iter().map(alone).collect();
    };
    let labels = labels(sample, best.words);
    let others = (1..=233).step_by(2).map(|byte| (byte, byte + 4));
    let others = others.filter(|bytes| !KNOWN.contains(bytes));
    let whole = |byte| varies(&sample.integers(Word { byte, kind: WordType::I32 }));
    let others = others.filter(|bytes| whole(bytes.0) && whole(bytes.1));
    let others = others.filter_map(|bytes| Place::read(sample, bytes, WordType::I32));
    let mut found = Vec::new();
    for place in known.into_iter().chain(others) {
        if place.overlaps(&best.words) {
            continue;
        }
        let Some(fit) = place.fit(&labels) else {
            found.extend(place.is_known().then(|| alone(&place)));
            continue;
        };
        if fit.miss >= MISS {
            continue;
        }
        let mut reasons = place.tell();
        reasons.push(format!("they follow from inline and crossline: {}", fit.tell()));
        let [x, y] = &place.words;
        let cards: Vec<String> = said(Key::X, x).into_iter().chain(said(Key::Y, y)).collect();
        let trust = match (cards.len(), (x.byte, y.byte)) {
            (2, _) => 1.0,
            (_, (181, 185)) => 0.99,
            (_, (73, 77) | (81, 85)) => 0.95,
            _ => 0.6,
        };
        reasons.extend(cards);
        let doubt = if place.doubt.is_some() { 0.5 } else { 1.0 };
        let usual = if fit.is_usual() { 1.0 } else { 0.8 };
        let score = trust * doubt * usual * (1.0 - fit.miss);
        found.push(Candidate { words: place.words, score, reasons });
    }
    found
}

/// Coordinates that cannot be compared with line numbers: there are none, or they lie on one line.
fn alone(place: &Place) -> Candidate<2> {
    let mut reasons = place.tell();
    reasons.push("they vary; no line numbers span an area to compare them with".to_owned());
    let score = if place.doubt.is_some() { 0.3 } else { 0.5 };
    Candidate { words: place.words, score, reasons }
}

/// What known coordinates say of a candidate for inline and crossline.
fn weigh(sample: &Sample, candidate: &mut Candidate<2>, known: &[Place]) {
    let labels = labels(sample, candidate.words);
    let mut refuted = false;
    for place in known {
        if place.overlaps(&candidate.words) {
            continue;
        }
        let bytes = place.words.map(|word| word.byte);
        let Some(fit) = place.fit(&labels) else { continue };
        if fit.miss < MISS {
            candidate.score += 0.5 * (1.0 - candidate.score);
            let [x, y] = bytes;
            candidate.reasons.push(format!("x and y at {x} and {y} follow: {}", fit.tell()));
            return;
        }
        refuted |= bytes == [181, 185];
    }
    if refuted {
        candidate.score *= 0.85;
        candidate.reasons.push("cdp_x and cdp_y vary, but not with these".to_owned());
    }
    if are_shots(sample, &labels, known) {
        candidate.score *= 0.6;
        candidate.reasons.push(
            "sources stay while receivers go on: rather shot and channel of field records"
                .to_owned(),
        );
    }
}

/// Whether one of the labels names shots: sources change with it, and only with it, while receivers
/// change from trace to trace.
fn are_shots(sample: &Sample, labels: &[[i32; 2]], known: &[Place]) -> bool {
    let place = |byte: u16| known.iter().find(|place| place.words[0].byte == byte);
    let Some((sources, groups)) = place(73).zip(place(81)) else { return false };
    (0..2).any(|word| {
        let (mut within, mut fixed, mut ends, mut moved) = (0usize, 0usize, 0usize, 0usize);
        for i in sample.neighbours() {
            let same_source = sources.xy[i] == sources.xy[i + 1];
            if labels[i][word] == labels[i + 1][word] {
                within += 1;
                fixed += usize::from(same_source && groups.xy[i] != groups.xy[i + 1]);
            } else {
                ends += 1;
                moved += usize::from(!same_source);
            }
        }
        ends > 0 && within > 0 && fixed * 10 >= within * 9 && moved * 10 >= ends * 9
    })
}
