//! Which two words are inline and crossline.

use super::cards::{Hint, Key};
use super::column::{Column, place};
use super::sample::Sample;
use super::{Candidate, LIKELY, Word, WordType};

/// Places where inline and crossline are known to stand, and what each is worth.
const KNOWN: [(u16, u16, f64); 11] = [
    (189, 193, 1.0),
    (9, 13, 0.97),
    (9, 21, 0.97),
    (5, 21, 0.97),
    (17, 13, 0.97),
    (221, 225, 0.97),
    (221, 21, 0.95),
    (9, 17, 0.95),
    (25, 21, 0.95),
    (1, 5, 0.95),
    (181, 185, 0.9),
];

/// Words that are compared in pairs, at most: those of the likeliest places.
const COMPARED: usize = 32;

/// What pairs of less are left out.
const LEAST: f64 = 0.1;

/// What pairs are worth that fill a grid without a duplicate, but in no order.
const SHUFFLED: f64 = 0.6;

/// The pairs of words that behave as line numbers do.
pub(super) fn candidates(sample: &Sample, columns: &[Column], hints: &[Hint]) -> Vec<Candidate<2>> {
    let said = |word: Word| hints.iter().any(|hint| hint.byte == word.byte);
    // Of equals, those in the place of the standard come first.
    let worth =
        |column: &Column| place(column.word).max(if said(column.word) { 0.99 } else { 0.0 });
    let mut varying: Vec<&Column> =
        columns.iter().filter(|column| column.unique > 1 && !column.counts).collect();
    varying.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    varying.truncate(COMPARED);
    let mut found = Vec::new();
    for slow in &varying {
        for fast in &varying {
            let apart = slow.word.byte.abs_diff(fast.word.byte) >= width(slow, fast);
            if slow.changes < fast.changes && apart {
                found.extend(pair(sample, slow, fast, hints));
            }
        }
    }
    if found.iter().all(|candidate| candidate.score < LIKELY) {
        found.extend(single_lines(columns, hints));
    }
    found.retain(|candidate| candidate.score >= LEAST);
    found.sort_by(|a, b| b.score.total_cmp(&a.score));
    found
}

/// Bytes from word to word without overlap.
fn width(a: &Column, b: &Column) -> u16 {
    let first = if a.word.byte < b.word.byte { a } else { b };
    if first.word.kind == WordType::I16 { 2 } else { 4 }
}

/// A pair of which `slow` changes less often.
fn pair(sample: &Sample, slow: &Column, fast: &Column, hints: &[Hint]) -> Option<Candidate<2>> {
    let rhythm = Rhythm::of(sample, slow, fast)?;
    let grid = Grid::of(sample, slow, fast);
    let mut order = rhythm.steady * rhythm.resets;
    let mut reasons = Vec::new();
    if order < SHUFFLED && grid.is_exact(sample) {
        order = SHUFFLED;
        reasons.push("no two traces have the same pair, though they are in no order".to_owned());
    }
    let mut score = order * grid.fill.powf(0.2);

    let (iline, xline, why) = roles(slow, fast, hints);
    let (words, trust, because) = trust(iline.word, xline.word, hints);
    score *= trust;
    reasons.extend(because);
    reasons.extend(why);
    reasons.push(iline.tell("inline"));
    reasons.push(xline.tell("crossline"));
    reasons.push(format!(
        "byte {} stays over runs of traces while byte {} goes on in steps of {} ({:.0}%) and starts \
         anew with each run ({:.0}%)",
        slow.word,
        fast.word,
        rhythm.step,
        100.0 * rhythm.steady,
        100.0 * rhythm.resets
    ));
    reasons.push(grid.tell(sample));
    if (slow.min < 0) != (fast.min < 0) {
        score *= 0.7;
        reasons.push("one has negative numbers, the other has none".to_owned());
    }
    if matches!(words.map(|word| word.byte), [9 | 17, 13]) {
        reasons.push("of prestack data as recorded these would be shot and channel".to_owned());
    }
    if words.iter().any(|word| word.kind == WordType::I16) {
        reasons.push("a key is read as int32: read an int16 as a column of f.header".to_owned());
    }
    Some(Candidate { words, score, reasons })
}

/// How two words take turns.
struct Rhythm {
    /// The commonest step of the fast word within a run of the slow one.
    step: i64,
    /// The share of neighbours within runs that go on as they should.
    steady: f64,
    /// The share of ends of runs at which the fast word starts anew, and the slow one goes its way.
    resets: f64,
}

impl Rhythm {
    /// None where the slow word never changes between neighbours, or the fast one only with it.
    fn of(sample: &Sample, slow: &Column, fast: &Column) -> Option<Rhythm> {
        let change = |column: &Column, i: usize| {
            i64::from(column.values[i + 1]) - i64::from(column.values[i])
        };
        let mut steps: Vec<i64> = Vec::new();
        let mut ways = [0usize; 2];
        for i in sample.neighbours() {
            match (change(slow, i), change(fast, i)) {
                (0, 0) => {}
                (0, step) => steps.push(step.abs()),
                (way, _) => ways[usize::from(way > 0)] += 1,
            }
        }
        let step = commonest(&mut steps)?;
        let (within, ends) = (sample.neighbours().count() - ways[0] - ways[1], ways[0] + ways[1]);
        if ends == 0 {
            return None;
        }
        let up = ways[1] > ways[0];
        let (mut steady, mut anew) = (0, 0);
        let mut way = 0;
        for i in sample.neighbours() {
            if !sample.follows(i) {
                way = 0;
            }
            match (change(slow, i), change(fast, i)) {
                // The traces of a gather.
                (0, 0) => steady += 1,
                (0, on) => {
                    let regular = on % step == 0 && on.abs() <= 3 * step;
                    let onward = way == 0 || on.signum() == way;
                    steady += usize::from(regular && onward);
                    way = on.signum();
                }
                (turn, on) => {
                    // Serpentine lines begin where the last one ended.
                    let starts = on == 0 || on.signum() != way || on.abs() > 3 * step;
                    anew += usize::from(starts && (turn > 0) == up);
                    way = 0;
                }
            }
        }
        let share = |part: usize, all: usize| part as f64 / all.max(1) as f64;
        Some(Rhythm { step, steady: share(steady, within), resets: share(anew, ends) })
    }
}

/// The commonest of numbers, the least of several; None where there are none.
fn commonest(numbers: &mut [i64]) -> Option<i64> {
    numbers.sort_unstable();
    let runs = numbers.chunk_by(|a, b| a == b);
    runs.max_by_key(|run| (run.len(), std::cmp::Reverse(run[0]))).map(|run| run[0])
}

/// How two words fill a grid.
struct Grid {
    cells: u64,
    /// Traces for each pair of numbers, as far as was seen.
    fold: f64,
    /// The share of cells that have a trace, 0 to 1.
    fill: f64,
}

impl Grid {
    fn of(sample: &Sample, slow: &Column, fast: &Column) -> Grid {
        let key = |(a, b): (&i32, &i32)| i64::from(*a) << 32 | i64::from(*b as u32);
        let mut pairs: Vec<i64> = slow.values.iter().zip(&fast.values).map(key).collect();
        pairs.sort_unstable();
        pairs.dedup();
        let fold = sample.len() as f64 / pairs.len().max(1) as f64;
        let (cells, bins) = if sample.is_whole() {
            (slow.unique as u64 * fast.unique as u64, pairs.len() as f64)
        } else {
            (slow.steps().saturating_mul(fast.steps()), sample.n_traces as f64 / fold)
        };
        // More bins than cells: each comes again elsewhere in the file, with another offset.
        Grid { cells, fold, fill: (bins / cells.max(1) as f64).min(1.0) }
    }

    /// Whether the whole file fills a good part of it, and no cell twice: numbers that have nothing to
    /// do with each other do not.
    fn is_exact(&self, sample: &Sample) -> bool {
        sample.is_whole() && self.fold == 1.0 && self.fill > 0.25
    }

    fn tell(&self, sample: &Sample) -> String {
        let Grid { cells, fold, fill } = self;
        let n = sample.n_traces;
        format!(
            "{:.0}% of a grid of {cells} cells, {fold:.3} traces a bin ({n} traces)",
            fill * 100.0
        )
    }
}

/// Which of the two is the inline, and why.
fn roles<'a>(
    slow: &'a Column,
    fast: &'a Column,
    hints: &[Hint],
) -> (&'a Column, &'a Column, Option<String>) {
    let said = |column: &Column, key: Key| {
        hints.iter().any(|hint| hint.key == key && hint.byte == column.word.byte)
    };
    let known = |iline: &Column, xline: &Column| {
        KNOWN.iter().any(|(i, x, _)| (*i, *x) == (iline.word.byte, xline.word.byte))
    };
    if said(fast, Key::Inline) || said(slow, Key::Crossline) || known(fast, slow) {
        return (fast, slow, None);
    }
    if said(slow, Key::Inline) || said(fast, Key::Crossline) || known(slow, fast) {
        return (slow, fast, None);
    }
    let why =
        "the one that changes the slower is taken for the inline: nothing says which is which";
    (slow, fast, Some(why.to_owned()))
}

/// How far the places of the words are to be trusted, and why.
fn trust(iline: Word, xline: Word, hints: &[Hint]) -> ([Word; 2], f64, Vec<String>) {
    let words = [iline, xline];
    let keys = [Key::Inline, Key::Crossline];
    let said: Vec<String> = words
        .iter()
        .zip(keys)
        .filter_map(|(word, key)| hints.iter().find(|h| h.key == key && h.byte == word.byte))
        .map(ToString::to_string)
        .collect();
    if said.len() == 2 {
        return (words, 1.0, said);
    }
    let is_key = words.iter().all(|word| word.kind == WordType::I32);
    let known = KNOWN.iter().find(|(i, x, _)| is_key && (*i, *x) == (iline.byte, xline.byte));
    let (trust, place) = match known {
        Some((189, 193, trust)) => (*trust, "the place the standard gives them"),
        Some((_, _, trust)) => (*trust, "a place where they are often put"),
        None => (place(iline).min(place(xline)), "not a place where they are often put"),
    };
    // A card that names one of the two counts for half.
    let trust = if said.is_empty() { trust } else { trust.max(f64::midpoint(trust, 1.0)) };
    let reasons = std::iter::once(place.to_owned()).chain(said).collect();
    (words, trust, reasons)
}

/// Files of one line: a known place, or one that cards name, of which one word stays and the other
/// goes on. Little speaks for them.
fn single_lines(columns: &[Column], hints: &[Hint]) -> Vec<Candidate<2>> {
    let said = |key: Key| hints.iter().find(move |hint| hint.key == key).map(|hint| hint.byte);
    let said = said(Key::Inline).zip(said(Key::Crossline)).map(|(i, x)| (i, x, 1.0));
    // Counters and coordinates do the same.
    let known = KNOWN.iter().filter(|(i, ..)| !matches!(i, 1 | 181)).copied();
    let column =
        |byte: u16| columns.iter().find(|column| column.word == Word { byte, kind: WordType::I32 });
    let mut found: Vec<Candidate<2>> = Vec::new();
    for (i, x, trust) in known.chain(said) {
        let Some((iline, xline)) = column(i).zip(column(x)) else { continue };
        let one_line = iline.is_one_line() != xline.is_one_line();
        // Each number in one place of the file.
        let apart = |column: &Column| column.unique == column.changes + 1;
        if one_line && apart(iline) && apart(xline) {
            found.push(Candidate {
                words: [iline.word, xline.word],
                score: 0.7 * trust,
                reasons: vec![
                    iline.tell("inline"),
                    xline.tell("crossline"),
                    "one line only: its numbers could be anything that rises".to_owned(),
                ],
            });
        }
    }
    found
}
