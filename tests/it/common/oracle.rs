//! A naive reader: a sample at a time, out of all the bytes of a file.

use segbuf::Layout;
use segbuf::Running;
use segbuf::error::{Class, Result};
use segbuf::infer::Facts;
use segbuf::survey::{Geometry, Key, LineKind};
use segbuf::{ByteOrder, Endian, Format, Out, Pick, Reader, SampleType, Samples};

/// The bytes of a file, and where things are in them.
#[derive(Debug, Clone, Copy)]
pub struct Oracle<'a> {
    pub bytes: &'a [u8],
    pub layout: Layout,
}

/// The bytes of a file, with the pairs of trace headers and samples swapped back where they are swapped.
pub fn plain(bytes: &[u8], facts: &Facts) -> Vec<u8> {
    let Layout { first_trace, header_len, n_samples, n_traces, format, .. } = facts.layout;
    let (mut plain, samples_len) = (bytes.to_vec(), n_samples as usize * format.width());
    let mut at = first_trace as usize;
    for _ in 0..n_traces {
        for (order, len) in [(facts.order, header_len as usize), (facts.sample_order, samples_len)]
        {
            if order == ByteOrder::Pairwise {
                plain[at..at + len].chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
            }
            at += len;
        }
    }
    plain
}

impl Oracle<'_> {
    fn trace(&self, trace: u64) -> &[u8] {
        let Layout { first_trace, header_len, n_samples, format, .. } = self.layout;
        let len = header_len + n_samples * format.width() as u64;
        &self.bytes[(first_trace + trace * len) as usize..][..len as usize]
    }

    /// A word of the header of a trace, by the number of its first byte.
    pub fn word(&self, trace: u64, byte: usize) -> i32 {
        let word = self.trace(trace)[byte - 1..byte + 3].try_into().unwrap();
        match self.layout.endian {
            Endian::Big => i32::from_be_bytes(word),
            Endian::Little => i32::from_le_bytes(word),
        }
    }

    /// Inline, crossline and offset of a trace, where revision 1 has them.
    pub fn key(&self, trace: u64) -> Key {
        [189, 193, 37].map(|byte| self.word(trace, byte))
    }

    /// The keys of all traces.
    pub fn keys(&self) -> Vec<Key> {
        (0..self.layout.n_traces).map(|trace| self.key(trace)).collect()
    }

    /// A sample as bytes in memory: native, or float32.
    pub fn sample(&self, trace: u64, index: u64, kind: SampleType) -> Vec<u8> {
        let width = self.layout.format.width();
        let at = self.layout.header_len as usize + index as usize * width;
        let mut bytes = self.trace(trace)[at..at + width].to_vec();
        if self.layout.sample_endian == Endian::Little {
            bytes.reverse();
        }
        // The number in the low bytes of 64 bits.
        let unsigned = bytes.iter().fold(0u64, |n, byte| n << 8 | u64::from(*byte));
        let unused = 64 - 8 * width as u32;
        let signed = (unsigned << unused).cast_signed() >> unused;
        if kind == SampleType::F32 {
            let value = match self.layout.format {
                Format::Ibm32 => ibm(unsigned) as f32,
                Format::Ieee32 => f32::from_bits(unsigned as u32),
                Format::Ieee64 => f64::from_bits(unsigned) as f32,
                Format::Int8 | Format::Int16 | Format::Int24 | Format::Int32 | Format::Int64 => {
                    signed as f32
                }
                _ => unsigned as f32,
            };
            return value.to_ne_bytes().to_vec();
        }
        assert_eq!(kind, self.layout.format.native());
        match kind.size() {
            1 => (signed as u8).to_ne_bytes().to_vec(),
            2 => (signed as u16).to_ne_bytes().to_vec(),
            4 if self.layout.format == Format::Uint24 => (unsigned as u32).to_ne_bytes().to_vec(),
            4 => (signed as u32).to_ne_bytes().to_vec(),
            _ => unsigned.to_ne_bytes().to_vec(),
        }
    }

    /// Samples of a trace, by index.
    pub fn samples(
        &self,
        trace: u64,
        indices: impl IntoIterator<Item = u64>,
        kind: SampleType,
    ) -> Vec<u8> {
        indices.into_iter().flat_map(|index| self.sample(trace, index, kind)).collect()
    }

    /// All samples of a trace.
    pub fn all_samples(&self, trace: u64, kind: SampleType) -> Vec<u8> {
        self.samples(trace, 0..self.layout.n_samples, kind)
    }
}

/// A read of samples of a line.
#[derive(Debug, Clone, Copy)]
pub struct Line {
    pub kind: LineKind,
    pub label: i32,
    pub offset: Option<i32>,
    pub samples: Samples,
    pub to: SampleType,
}

impl Line {
    /// Has the reader read it.
    pub fn read(&self, reader: &Reader, out: Out<'_>, running: Running<'_>) -> Result<()> {
        let line = reader.geometry_with(running)?.line(self.kind, self.label, self.offset)?;
        reader.read_cells_into(line, Pick::Run(self.samples), out, running)
    }
}

impl Oracle<'_> {
    /// The traces that have the key of each row of a line: none where it is missing, and several where
    /// it is double.
    pub fn rows(&self, survey: &Geometry, line: &Line) -> Vec<Vec<u64>> {
        let keys = self.keys();
        let other = match line.kind {
            LineKind::Inline => survey.crosslines(),
            LineKind::Crossline => survey.inlines(),
        };
        let mut rows = Vec::new();
        for &b in other.labels() {
            for &off in survey.offsets().labels() {
                if line.offset.is_some_and(|only| only != off) {
                    continue;
                }
                let (il, xl) = match line.kind {
                    LineKind::Inline => (line.label, b),
                    LineKind::Crossline => (b, line.label),
                };
                let fits =
                    |key: &Key| key[..2] == [il, xl] && (!survey.is_prestack() || key[2] == off);
                let all = 0..keys.len() as u64;
                rows.push(all.filter(|&trace| fits(&keys[trace as usize])).collect());
            }
        }
        rows
    }

    /// Fails unless a read of a line gave what it had to, or an error for a reason. The survey is as it
    /// was before the read.
    pub fn judge(&self, reader: &Reader, survey: &Geometry, line: &Line, got: Result<Vec<u8>>) {
        let Line { samples, to, .. } = *line;
        let want = self.rows(survey, line);
        let double = want.iter().any(|traces| traces.len() > 1);
        let got = match got {
            Ok(got) => got,
            Err(error) => {
                assert_eq!(error.class(), Class::Geometry);
                let told = error.to_string();
                let missing = want.iter().any(Vec::is_empty) && !to.is_float();
                let right = double && told.contains("both have")
                    || missing && told.contains("traces are missing")
                    || self.has_strangers(survey) && told.contains("outside the axes");
                assert!(right, "{told}: {line:?}");
                return;
            }
        };
        // In a survey that is assumed, a double is found only where it stands in the place of another
        // trace of the read.
        let assumed = !reader.survey(Running::default()).unwrap().is_proved();
        assert!(!double || assumed, "{line:?}");
        let row_len = samples.count * to.size();
        assert_eq!(got.len(), want.len() * row_len);
        for (row, traces) in want.iter().enumerate() {
            let got = &got[row * row_len..][..row_len];
            let right = match traces[..] {
                _ if samples.count == 0 => true,
                [] => got == missing(samples, to),
                _ => traces.iter().any(|t| got == self.samples(*t, indices(samples), to)),
            };
            assert!(right, "row {row} of {line:?}");
        }
    }

    /// Whether an axis that was handed out lacks a label that some trace has.
    fn has_strangers(&self, survey: &Geometry) -> bool {
        let axes = [survey.inlines(), survey.crosslines(), survey.offsets()];
        let words = if survey.is_prestack() { 3 } else { 2 };
        let outside = |key: &Key| (0..words).any(|word| axes[word].index_of(key[word]).is_none());
        self.keys().iter().any(outside)
    }
}

/// The indices of a run of samples.
pub fn indices(samples: Samples) -> impl Iterator<Item = u64> + Clone {
    (0..samples.count as i64).map(move |i| (samples.first as i64 + i * samples.step) as u64)
}

/// What a row holds for which there is no trace. Integers have nothing to say so.
fn missing(samples: Samples, to: SampleType) -> Vec<u8> {
    match to {
        SampleType::F32 => f32::NAN.to_ne_bytes().repeat(samples.count),
        SampleType::F64 => f64::NAN.to_ne_bytes().repeat(samples.count),
        _ => panic!("{} delivered though traces are missing", to.name()),
    }
}

/// What IBM says: a sign, a power of 16 and a fraction of 24 bits. No float64 is rounded here.
pub fn ibm(word: u64) -> f64 {
    let sign = if word >> 31 == 1 { -1.0 } else { 1.0 };
    let exponent = (word >> 24 & 0x7F) as i32 - 64;
    sign * (word & 0xFF_FFFF) as f64 / f64::from(1 << 24) * 16f64.powi(exponent)
}
