//! What samples themselves show of their format, whatever the header declares.
//!
//! A thousand samples from the middle of a few traces are read as words. Floats are recognized by
//! their exponents, which are near each other. IBM floats differ from IEEE floats in the first
//! hexadecimal digit of the fraction: an IBM float is normalised, so that this digit is never 0; in an
//! IEEE float the same four bits have no such meaning, and are 0 in about one word of twelve. So the
//! words with digit 0 are counted and compared with the number that their neighbours, digit 1 of the
//! same exponent and digit 15 of the one below, make likely. Integers are recognized by the values that
//! they avoid: signed ones cluster around 0, which is both ends of the unsigned range.
//!
//! It fails for few or few distinct samples, and for synthetic data whose values are all powers of two
//! or use few digits; then nothing is concluded, and the header is believed.

use super::evidence::Weighed;
use super::likeness::sampled;
use super::probe::Probe;
use super::reading::Reading;
use super::reason::Reason;
use super::weights::MEASURED;
use crate::decode::Decoder;
use crate::error::Result;
use crate::format::{ByteOrder, Endian, Format, SampleType};

/// Words read in each of a few traces, in the middle of it.
const WORDS: usize = 1024;

/// From fewer words nothing is concluded.
pub(super) const ENOUGH: usize = 200;
const ENOUGH_DISTINCT: usize = 20;

/// Samples in the middle of a few traces: words of the file as if they were big-endian.
pub(super) struct Taken {
    pub(super) width: u64,
    traces: Vec<Vec<u64>>,
}

impl Taken {
    pub(super) fn read(probe: &Probe<'_>, reading: &Reading<'_>) -> Result<Taken> {
        let width = usize::try_from(reading.width.0).unwrap_or(8);
        let mut traces = Vec::new();
        for i in sampled(reading.fit().0) {
            // Behind the end of a shorter trace nothing is to be measured.
            let own = reading.lengths.as_ref().map_or(reading.n_samples.0, |all| all.get(i));
            let n = own.min(WORDS as u64);
            let skip = ((own - n) / 2).saturating_mul(reading.width.0);
            let len = usize::try_from(n).unwrap_or(WORDS) * width;
            let at = reading.offset(i).saturating_add(reading.trace_len_at(0)).saturating_add(skip);
            let block = probe.up_to::<{ 8 * WORDS }>(at, len)?;
            let add = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
            let words = block[..len].chunks_exact(width).map(|word| word.iter().fold(0, add));
            traces.push(words.collect());
        }
        Ok(Taken { width: reading.width.0, traces })
    }

    /// The words of each trace, read in a byte order.
    pub(super) fn traces(
        &self,
        order: ByteOrder,
    ) -> impl Iterator<Item = impl Iterator<Item = u64> + Clone> {
        let width = self.width;
        self.traces.iter().map(move |trace| trace.iter().map(move |&w| reordered(w, width, order)))
    }
}

/// A big-endian word of so many bytes as it is in a byte order; or the reverse.
pub(super) fn reordered(word: u64, width: u64, order: ByteOrder) -> u64 {
    const FIRST: u64 = 0xFF00_FF00_FF00_FF00;
    match order {
        ByteOrder::Plain(Endian::Big) => word,
        ByteOrder::Plain(Endian::Little) => word.swap_bytes() >> (64 - 8 * width),
        ByteOrder::Pairwise => (word & FIRST) >> 8 | (word & FIRST >> 8) << 8,
    }
}

/// Samples of a few traces, as numbers without a sign.
pub(super) struct Measured {
    width: u64,
    /// All of them that are not 0, sorted.
    words: Vec<u64>,
    /// Each of these once.
    distinct: Vec<u64>,
    /// Which floats of four bytes they are, where they are known to be some, and by what.
    float: Option<(Format, Reason)>,
}

impl Measured {
    /// Measures samples that stand in a byte order.
    pub(super) fn of(taken: &Taken, order: ByteOrder) -> Result<Measured> {
        let width = taken.width;
        let mut words = Vec::new();
        let mut rough = [Roughness::default(), Roughness::default()];
        for trace in taken.traces(order) {
            if width == 4 {
                for (rough, format) in rough.iter_mut().zip([Format::Ibm32, Format::Ieee32]) {
                    let decoder = Decoder::new(format, Endian::Big, SampleType::F32)?;
                    let words = trace.clone().map(|word| (word as u32).to_be_bytes());
                    let block: Vec<[u8; 4]> = words.collect();
                    let mut memory = [0; 4 * WORDS];
                    let memory = &mut memory[..4 * block.len()];
                    decoder.decode(block.as_flattened(), memory);
                    rough.add(memory);
                }
            }
            words.extend(trace);
        }
        words.retain(|&word| word << (65 - 8 * width) != 0);
        words.sort_unstable();
        let mut distinct = words.clone();
        distinct.dedup();
        let float = if width == 4 { floats(&distinct, rough.map(|r| r.value())) } else { None };
        Ok(Measured { width, words, distinct, float })
    }

    /// Each word once, where there are enough to conclude anything from.
    pub(super) fn distinct(&self) -> Option<&[u64]> {
        let enough = self.words.len() >= ENOUGH && self.distinct.len() >= ENOUGH_DISTINCT;
        enough.then_some(&self.distinct)
    }

    /// What they show of a format of their width.
    pub(super) fn reasons(&self, format: Format) -> Vec<Weighed> {
        let mut reasons = Vec::new();
        if self.distinct().is_none() {
            return reasons;
        }
        let mut add = |agrees: bool, reason| {
            let points = if agrees { MEASURED } else { -MEASURED };
            reasons.push(Weighed { points, reason });
        };
        match format {
            Format::Ibm32 | Format::Ieee32 => {
                let usual = usual(&self.distinct, format);
                if usual < 0.8 {
                    add(false, Reason::Magnitudes(usual, 40));
                }
                if let Some((float, why)) = &self.float {
                    add(*float == format, why.clone());
                }
            }
            Format::Ieee64 => {
                let usual = self.share(|word| is_usual(word, Format::Ieee64));
                add(usual >= 0.99, Reason::Magnitudes(usual, 200));
            }
            Format::Gain32 => {}
            _ if self.are_floats() => add(false, Reason::FloatExponents),
            _ => {
                if let Some(signed) = self.signed() {
                    add(signed == format.is_signed(), Reason::Signed(signed));
                }
            }
        }
        reasons
    }

    fn share(&self, is: impl Fn(u64) -> bool) -> f64 {
        share(&self.distinct, is)
    }

    fn are_floats(&self) -> bool {
        match self.width {
            4 => self.float.is_some(),
            8 => self.share(|word| is_usual(word, Format::Ieee64)) >= 0.99,
            _ => false,
        }
    }

    /// Whether integers have a sign; `None` where both is possible.
    fn signed(&self) -> Option<bool> {
        let shift = 8 * self.width - 2;
        let mut quarters = [0.0; 4];
        for word in &self.words {
            quarters[usize::try_from(word >> shift & 3).unwrap_or(0)] += 1.0;
        }
        let share = quarters.map(|count| count / self.words.len() as f64);
        if share[0].min(share[3]) >= 0.05 && share[1] + share[2] <= 0.1 {
            Some(true)
        } else if share[1].min(share[2]) >= 0.05 && share[0] + share[3] <= 0.1 {
            Some(false)
        } else {
            None
        }
    }
}

pub(super) fn share(words: &[u64], is: impl Fn(u64) -> bool) -> f64 {
    words.iter().filter(|&&word| is(word)).count() as f64 / words.len() as f64
}

/// The share of words with a magnitude as samples have.
fn usual(words: &[u64], format: Format) -> f64 {
    share(words, |word| is_usual(word, format))
}

/// Whether a word has a magnitude as samples have, between 2^-40 and 2^40, or 2^-200 and 2^200 for
/// floats of eight bytes; no for what is no float.
pub(super) fn is_usual(word: u64, format: Format) -> bool {
    match format {
        Format::Ibm32 => (word >> 24 & 0x7F).abs_diff(64) <= 10,
        Format::Ieee32 => (word >> 23 & 0xFF).abs_diff(127) <= 40,
        Format::Ieee64 => (word >> 52 & 0x7FF).abs_diff(1023) <= 200,
        _ => false,
    }
}

/// Which floats different words are, where that can be told, and by what; with them, how rough samples
/// are as IBM and as IEEE floats.
///
/// By the digit 0, and by how many words stand to both sides of it: those with digit 1 and the
/// same exponent, and those with digit 15 and the one below. Where only one of these is in use,
/// roughness tells: IEEE floats read as IBM floats jump where the digit passes from 15 to 0.
fn floats(words: &[u64], [as_ibm, as_ieee]: [f64; 2]) -> Option<(Format, Reason)> {
    if words.len() < ENOUGH {
        return None;
    }
    let digits = Digits::count(words);
    let n = words.len();
    let between = digits.least >= 5 || as_ibm >= 2.0 * as_ieee;
    let share = digits.fractions as f64 / n as f64;
    if digits.fractions >= 10
        && share >= 0.01
        && digits.fractions <= 2 * digits.most + 8
        && between
        && usual(words, Format::Ieee32) >= 0.8
    {
        return Some((Format::Ieee32, Reason::NotNormalised(share)));
    }
    let gap = digits.gap >= 30 || (digits.gap >= 12 && digits.gaps >= 2);
    if digits.zeros == 0 && gap && usual(words, Format::Ibm32) >= 0.8 {
        return Some((Format::Ibm32, Reason::Normalised(digits.gap)));
    }
    None
}

/// How words of four bytes are spread over the first digits of their fractions.
#[derive(Default)]
struct Digits {
    /// Words with digit 0, and those of them whose fraction is not 0.
    zeros: usize,
    fractions: usize,
    /// Words next to digit 0: on the side that has fewer, and on the one that has more.
    least: usize,
    most: usize,
    /// How many words would have digit 0 if they were spread as those to both sides of it, and at how
    /// many exponents.
    gap: usize,
    gaps: usize,
}

impl Digits {
    fn count(words: &[u64]) -> Digits {
        let mut counts = [[0usize; 16]; 128];
        let mut all = Digits::default();
        for &word in words {
            let (exponent, digit) = ((word >> 24 & 0x7F) as usize, (word >> 20 & 0xF) as usize);
            counts[exponent][digit] += 1;
            if digit == 0 {
                all.zeros += 1;
                all.fractions += usize::from(word & 0xFF_FFFF != 0);
            }
        }
        for pair in counts.windows(2) {
            let (low, high) = (pair[0], pair[1]);
            all.least += low[15].min(high[1]);
            all.most += low[15].max(high[1]);
            let gap = high[1].min(low[14] + low[15]);
            all.gap += gap;
            all.gaps += usize::from(gap > 0);
        }
        all
    }
}

/// How far each sample is from the one before, in all, against how large they are in all.
#[derive(Default)]
struct Roughness {
    steps: f64,
    sum: f64,
}

impl Roughness {
    fn add(&mut self, samples: &[u8]) {
        let mut before = None;
        for sample in samples.as_chunks::<4>().0 {
            let sample = f64::from(f32::from_ne_bytes(*sample));
            if sample.is_finite() {
                self.sum += sample.abs();
                self.steps += before.map_or(0.0, |before: f64| (sample - before).abs());
                before = Some(sample);
            }
        }
    }

    fn value(&self) -> f64 {
        if self.sum > 0.0 { self.steps / self.sum } else { 0.0 }
    }
}
