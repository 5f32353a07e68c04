//! Which words may be line numbers at all.

use super::sample::Sample;
use super::{Word, WordType};
use crate::header::FieldType;
use crate::header::tables::TRACE;

/// The greatest span of line numbers.
const SPAN: u64 = 1_000_000;

/// A word of every header, with what its numbers have in common.
pub(super) struct Column {
    pub(super) word: Word,
    pub(super) values: Vec<i32>,
    pub(super) min: i32,
    pub(super) max: i32,
    /// What all distances between numbers are multiples of; 0 where there is one number only.
    pub(super) step: u32,
    /// Different numbers.
    pub(super) unique: usize,
    /// Neighbours in the file that differ.
    pub(super) changes: usize,
    /// Whether it rises or falls from trace to trace, throughout.
    pub(super) counts: bool,
}

impl Column {
    fn new(sample: &Sample, word: Word) -> Option<Column> {
        let values = sample.integers(word);
        let first = *values.first()?;
        let (mut min, mut max, mut step) = (first, first, 0);
        for &value in &values {
            min = min.min(value);
            max = max.max(value);
            step = common(value.abs_diff(first), step);
        }
        let mut sorted = values.clone();
        sorted.sort_unstable();
        sorted.dedup();
        let changes = sample.neighbours().filter(|&i| values[i] != values[i + 1]).count();
        let way = |pair: &[i32]| (i64::from(pair[1]) - i64::from(pair[0])).signum();
        let counts = values.len() > 2
            && values.windows(2).all(|pair| way(pair) != 0 && way(pair) == way(&values[..2]));
        Some(Column { word, min, max, step, unique: sorted.len(), changes, counts, values })
    }

    /// How many numbers there are from the lowest to the highest.
    pub(super) fn steps(&self) -> u64 {
        let span = u64::from(self.max.abs_diff(self.min));
        if self.step == 0 { 1 } else { span / u64::from(self.step) + 1 }
    }

    /// The word and its numbers in words.
    pub(super) fn tell(&self, what: &str) -> String {
        let Column { word, min, max, step, .. } = self;
        match step {
            0 => format!("{what} at {word}: {min} throughout"),
            _ => format!(
                "{what} at {word}: {min} to {max} in steps of {step}, {} numbers",
                self.steps()
            ),
        }
    }

    /// Whether its numbers could be line numbers: they vary, but not too far, and not only in their
    /// upper halves, as those of a word do that straddles two.
    fn may_be_lines(&self) -> bool {
        self.unique > 1 && u64::from(self.max.abs_diff(self.min)) <= SPAN && !straddles(self.step)
    }

    /// Whether it is constant, but says something.
    pub(super) fn is_one_line(&self) -> bool {
        self.unique == 1 && self.min != 0
    }
}

/// Whether numbers whose distances are multiples of a step are those of a word that straddles two:
/// only their upper halves vary.
fn straddles(step: u32) -> bool {
    step.is_multiple_of(1 << 16)
}

/// Whether the numbers of a word vary, and not only in their upper halves.
pub(super) fn varies(values: &[i32]) -> bool {
    let distances = values.iter().map(|value| value.abs_diff(values[0]));
    !straddles(distances.fold(0, |step, distance| common(distance, step)))
}

fn common(mut a: u32, mut b: u32) -> u32 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Words that may be line numbers, those that count traces included: an int32 anywhere, an int16
/// where the standard has one. Of two words that say the same, the second of which is the lower half
/// of the first, the first.
pub(super) fn line_numbers(sample: &Sample) -> Vec<Column> {
    let wide = (1..=237).step_by(2).map(|byte| Word { byte, kind: WordType::I32 });
    let mut columns: Vec<Column> = wide
        .filter_map(|word| Column::new(sample, word))
        .filter(|column| column.may_be_lines() || column.is_one_line())
        .filter(|column| !is_upper_half(sample, column))
        .collect();
    let narrow = TRACE.iter().filter(|field| field.kind() == FieldType::Int(2));
    let narrow = narrow.map(|field| Word { byte: field.byte(), kind: WordType::I16 });
    let narrow: Vec<Column> = narrow
        .filter_map(|word| Column::new(sample, word))
        .filter(|column| column.may_be_lines())
        .filter(|column| {
            let above = columns.iter().find(|wide| wide.word.byte + 2 == column.word.byte);
            above.is_none_or(|wide| wide.values != column.values)
        })
        .collect();
    columns.extend(narrow);
    columns
}

/// Whether a word that straddles two of the standard is nothing but the upper half of the second.
fn is_upper_half(sample: &Sample, column: &Column) -> bool {
    let starts = |byte: u16| {
        TRACE.iter().any(|field| field.byte() == byte && field.kind() == FieldType::Int(4))
    };
    let below = column.word.byte + 2;
    !starts(column.word.byte)
        && starts(below)
        && (sample.integers(Word { byte: below, kind: WordType::I32 }).iter())
            .zip(&column.values)
            .all(|(whole, half)| whole >> 16 == *half)
}

/// What is worth telling of the words of the standard, and of counters.
pub(super) fn notes(sample: &Sample, columns: &[Column]) -> Vec<String> {
    let mut notes = Vec::new();
    for byte in [189, 193] {
        let word = Word { byte, kind: WordType::I32 };
        if let Some(column) = Column::new(sample, word).filter(|column| column.unique == 1) {
            let field = TRACE.iter().find(|field| field.byte() == byte);
            notes.push(column.tell(field.map_or("the word", |field| field.name())));
        }
    }
    let counters = columns.iter().filter(|column| column.counts);
    notes.extend(counters.map(|column| {
        format!("byte {} changes with every trace, one way throughout: a counter", column.word)
    }));
    notes
}

/// How likely a word is a line number by its place alone: 0 to 1.
pub(super) fn place(word: Word) -> f64 {
    let field = TRACE.iter().find(|field| field.byte() == word.byte);
    match (word.kind, word.byte) {
        (WordType::I32, 189 | 193) => 1.0,
        // Counters within a line, and coordinates, have the rhythm of line numbers too.
        (WordType::I32, 1 | 5 | 13 | 25) => 0.8,
        (WordType::I32, 37) => 0.5,
        (WordType::I32, 41..=72) => 0.75,
        (WordType::I32, 73..=88 | 181..=188) => 0.6,
        (WordType::I32, _) if field.is_some_and(|field| field.kind() == FieldType::Int(4)) => 0.92,
        (WordType::I32, 181..=240) => 0.9,
        (WordType::I32, _) => 0.7,
        _ => 0.65,
    }
}
