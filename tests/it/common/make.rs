//! A naive SEG-Y writer: what is set is written, and nothing is checked.

use segbuf::Layout;
use segbuf::{Endian, Format};

/// A file to be written.
#[derive(Debug, Clone)]
pub struct File {
    /// Whether it is a file of Seismic Unix: traces alone, of IEEE floats.
    pub su: bool,
    pub endian: Endian,
    pub format: Format,
    pub revision: [u8; 2],
    /// Whether the binary header states the byte order.
    pub constant: bool,
    pub n_traces: usize,
    pub n_samples: usize,
    /// Extended textual headers that are there.
    pub extended: usize,
    pub end_text: bool,
    /// Additional trace headers that are there.
    pub additional: usize,
    /// Whether there is a tape label.
    pub label: bool,
    /// Words of the binary header, by byte number: value and width.
    pub binary: Vec<(usize, i64, usize)>,
    /// Words of every trace header.
    pub trace: Vec<(usize, i64, usize)>,
    pub interval: Option<f64>,
    /// Inline, crossline and offset of each trace; of those beyond, four crosslines to an inline.
    pub keys: Vec<[i32; 3]>,
    /// Bytes after the last trace.
    pub after: Vec<u8>,
    /// Samples of each trace, instead of `n_samples` in all.
    pub lengths: Vec<usize>,
}

impl Default for File {
    fn default() -> Self {
        File {
            su: false,
            endian: Endian::Big,
            format: Format::Ibm32,
            revision: [1, 0],
            constant: false,
            n_traces: 12,
            n_samples: 50,
            extended: 0,
            end_text: false,
            additional: 0,
            label: false,
            binary: Vec::new(),
            trace: Vec::new(),
            interval: None,
            keys: Vec::new(),
            after: Vec::new(),
            lengths: Vec::new(),
        }
    }
}

impl File {
    /// A file of Seismic Unix.
    pub fn seismic_unix(endian: Endian) -> File {
        File { su: true, endian, format: Format::Ieee32, revision: [0, 0], ..File::default() }
    }

    /// A file of traces with these keys.
    pub fn survey(keys: Vec<[i32; 3]>) -> File {
        File { n_traces: keys.len(), keys, ..File::default() }
    }

    /// Writes a word, given by the number of its first byte, its value and width, into a block that
    /// begins at byte `first`.
    pub fn put(&self, block: &mut [u8], first: usize, (number, value, width): (usize, i64, usize)) {
        let at = number - first;
        let bytes = value.to_be_bytes();
        let word = &mut block[at..at + width];
        word.copy_from_slice(&bytes[8 - width..]);
        if self.endian == Endian::Little {
            word.reverse();
        }
    }

    /// Where things are in it.
    pub fn layout(&self) -> Layout {
        let label = if self.label { 128 } else { 0 };
        let (n_samples, n_traces) = (self.n_samples as u64, self.n_traces as u64);
        let first = if self.su { 0 } else { label + 3600 + 3200 * self.extended as u64 };
        let additional = self.additional as u64;
        Layout::new(first, additional, n_samples, n_traces, self.format, self.endian).unwrap()
    }

    /// All of it, with random bytes for samples.
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = if self.su { Vec::new() } else { self.file_headers() };
        let mut random = 0x9E37_79B9_7F4A_7C15u64;
        for i in 0..self.n_traces {
            file.extend(self.trace_headers(i));
            let n = self.lengths.get(i).copied().unwrap_or(self.n_samples);
            for _ in 0..n * self.format.width() {
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                file.push((random >> 40) as u8);
            }
        }
        file.extend(&self.after);
        file
    }

    /// All of it, with the bytes of each pair swapped: in the binary header, in the headers of traces, in
    /// their samples.
    pub fn swapped(&self, headers: bool, samples: bool) -> Vec<u8> {
        let (mut bytes, layout) = (self.bytes(), self.layout());
        let mut swap = |from: u64, to: u64| {
            bytes[from as usize..to as usize].chunks_exact_mut(2).for_each(|pair| pair.swap(0, 1));
        };
        let binary = if self.label { 3328 } else { 3200 };
        if headers && !self.su {
            swap(binary, binary + 400);
        }
        for trace in 0..layout.n_traces {
            let [start, middle] = [layout.header_offset(trace), layout.samples_offset(trace)];
            if headers {
                swap(start, middle);
            }
            if samples {
                swap(middle, layout.header_offset(trace + 1));
            }
        }
        bytes
    }

    /// What stands before the first trace.
    pub fn file_headers(&self) -> Vec<u8> {
        let mut file = Vec::new();
        if self.label {
            file.extend(format!("{:<128}", "   1SY1.0RECORD").into_bytes());
        }
        let card = |i: usize| format!("{:<80}", format!("C{i:>2} A LINE OF TEXT"));
        file.extend((1..=40).flat_map(|i| card(i).into_bytes()));

        let mut binary = [0; 400];
        let n_samples = self.n_samples as i64;
        self.put(&mut binary, 3201, (3217, 4000, 2));
        self.put(&mut binary, 3201, (3221, n_samples, 2));
        self.put(&mut binary, 3201, (3225, i64::from(self.format.code()), 2));
        self.put(&mut binary, 3201, (3505, self.extended as i64, 2));
        if self.constant {
            self.put(&mut binary, 3201, (3297, 0x0102_0304, 4));
        }
        if let Some(interval) = self.interval {
            self.put(&mut binary, 3201, (3273, interval.to_bits().cast_signed(), 8));
        }
        binary[300..302].copy_from_slice(&self.revision);
        for word in &self.binary {
            self.put(&mut binary, 3201, *word);
        }
        file.extend(binary);

        for i in 0..self.extended {
            let last = self.end_text && i + 1 == self.extended;
            let name = if last { "((SEG: EndText))" } else { "some more text" };
            file.extend((0..40).flat_map(|_| format!("{name:<80}").into_bytes()));
        }
        file
    }

    /// The header of a trace, and the additional ones.
    pub fn trace_headers(&self, i: usize) -> Vec<u8> {
        let n = self.lengths.get(i).copied().unwrap_or(self.n_samples);
        let made = [100 + i as i32 / 4, 200 + i as i32 % 4, 0];
        let [inline, crossline, offset] = self.keys.get(i).copied().unwrap_or(made);
        let mut header = vec![0; 240 * (1 + self.additional)];
        let keys = if self.su { [221, 225] } else { [189, 193] };
        for word in [
            (1, 1 + i as i64, 4),
            (29, 1, 2),
            (37, i64::from(offset), 4),
            (71, -100, 2),
            (115, n as i64, 2),
            (117, 4000, 2),
            (if self.su { 213 } else { 181 }, 431_234_500 + 25 * i as i64, 4),
            (keys[0], i64::from(inline), 4),
            (keys[1], i64::from(crossline), 4),
        ] {
            self.put(&mut header, 1, word);
        }
        for word in &self.trace {
            self.put(&mut header, 1, *word);
        }
        for block in 1..=self.additional {
            header[240 * block + 232..240 * block + 240].copy_from_slice(b"SEG00001");
        }
        header
    }
}
