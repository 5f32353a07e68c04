//! Traces larger than any working memory, and places beyond what 32 bits can count.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{dest, make, oracle, sources};
use std::fs;
use std::io::{Seek, SeekFrom, Write};

use dest::Shape;
use make::File;
use oracle::{Oracle, indices};
use segbuf::Running;
use segbuf::Walk;
use segbuf::survey::LineKind;
use segbuf::{Endian, Format, Options, Out, Pick, Reader, Result, SampleType, Samples};
use sources::awkward;
use tempfile::NamedTempFile;

const ALONE: Running<'static> = Running::new().threads(1).cached(false);

fn read_line(
    reader: &Reader,
    kind: LineKind,
    label: i32,
    samples: Samples,
    out: Out<'_>,
) -> Result<()> {
    let line = reader.geometry()?.line(kind, label, None)?;
    reader.read_cells_into(line, Pick::Run(samples), out, ALONE)
}

fn long(format: Format, endian: Endian, n_samples: usize, keys: Vec<[i32; 3]>) -> File {
    let binary = vec![(3269, n_samples as i64, 4)];
    File { format, endian, n_samples, revision: [2, 0], binary, ..File::survey(keys) }
}

#[test]
fn traces_larger_than_scratch_are_read_in_pieces() {
    // Each is more than 512 KiB, and no whole number of samples to a piece of it where they are 3 bytes.
    let keys = vec![[1, 1, 0], [1, 2, 0], [2, 1, 0], [2, 2, 0]];
    for (format, n) in
        [(Format::Int24, 200_001), (Format::Ieee64, 70_001), (Format::Ibm32, 140_003)]
    {
        let file = long(format, Endian::Little, n, keys.clone());
        let bytes = file.bytes();
        let oracle = Oracle { bytes: &bytes, layout: file.layout() };
        let on_disk = sources::file(&bytes);
        let readers = [
            Reader::open(on_disk.path()).unwrap(),
            Reader::open_with(on_disk.path(), Options::default().mmap(true)).unwrap(),
            Reader::from_source(Box::new(awkward(bytes.clone())), Options::default()).unwrap(),
        ];
        let all = Samples { first: 0, step: 1, count: n };
        let last = n as u64 - 1;
        let runs = [
            all,
            Samples { first: 1, step: 1, count: n - 2 },
            Samples { first: 100, step: 1, count: 20 },
            Samples { first: last, step: -1, count: n },
            Samples { first: 3, step: 7, count: n / 7 - 1 },
            Samples { first: last, step: -13, count: n / 13 },
            // Steps larger than a tile on the stack, and than half of the buffer.
            Samples { first: 5, step: 9001, count: n / 9001 },
            Samples { first: last - 1, step: -(n as i64 / 2), count: 2 },
        ];
        // Traces 3 and 1 in memory, decoded once.
        let decoded = [SampleType::F32, format.native()]
            .map(|to| (to, [3, 1].map(|trace| oracle.all_samples(trace, to))));
        let shapes = [Shape::Tight, Shape::Pitched, Shape::Transposed, Shape::Reversed];
        for (reader, shapes) in readers.iter().zip([&shapes[..], &shapes[1..2], &shapes[..1]]) {
            assert_eq!(reader.facts().layout, file.layout());
            for samples in runs {
                let sub = |trace: &[u8], size: usize| -> Vec<u8> {
                    let sample = |i: u64| &trace[i as usize * size..][..size];
                    indices(samples).flat_map(sample).copied().collect()
                };
                for ((to, [three, one]), shape) in decoded.iter().cycle().zip(shapes) {
                    let got = dest::read(*shape, *to, (2, samples.count), true, |out| {
                        reader.read_walk_into(Walk::List(&[3, 1]), samples, out, ALONE)
                    });
                    let want = [sub(three, to.size()), sub(one, to.size())].concat();
                    assert!(got.unwrap() == want, "{} {samples:?} {shape:?}", format.name());
                }
                let (to, [three, one]) = &decoded[0];
                let got = dest::read(shapes[0], *to, (2, samples.count), true, |out| {
                    read_line(reader, LineKind::Crossline, 2, samples, out)
                });
                let want = [sub(one, to.size()), sub(three, to.size())].concat();
                assert!(got.unwrap() == want, "{} {samples:?}", format.name());
            }
        }
    }
}

/// A file of mostly nothing, with headers where they belong and some samples. None where the file
/// system would really store the nothing.
fn sparse(file: &File, samples: &[(u64, u64, &[u8])]) -> Option<NamedTempFile> {
    let layout = file.layout();
    let mut on_disk = NamedTempFile::new().unwrap();
    let len = layout.header_offset(layout.n_traces);
    if let Err(error) = on_disk.as_file().set_len(len) {
        eprintln!("skipped: no file of {len} bytes can be made here: {error}");
        return None;
    }
    let mut put = |at: u64, bytes: &[u8]| {
        on_disk.seek(SeekFrom::Start(at)).unwrap();
        on_disk.write_all(bytes).unwrap();
    };
    put(0, &file.file_headers());
    for trace in 0..layout.n_traces {
        put(layout.header_offset(trace), &file.trace_headers(trace as usize));
    }
    for &(trace, index, bytes) in samples {
        put(layout.samples_offset(trace) + index * file.format.width() as u64, bytes);
    }
    on_disk.flush().unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let stored = fs::metadata(on_disk.path()).unwrap().blocks() * 512;
        if stored > len / 16 {
            eprintln!("skipped: the file system stores {stored} of {len} bytes");
            return None;
        }
    }
    Some(on_disk)
}

#[test]
#[cfg(target_pointer_width = "64")]
fn offsets_beyond_four_gib_are_read() {
    // 24 traces of 60 million samples of 4 bytes: 5.8 GB.
    let keys: Vec<[i32; 3]> =
        (0..4).flat_map(|i| (0..6).map(move |x| [100 + i, 7 - x, 0])).collect();
    let n = 60_000_000;
    let file = long(Format::Int32, Endian::Big, n, keys);
    let value = |trace: u64, index: u64| (trace * 1_000_003 + index) as i32;
    let at = |trace: u64, index: u64| (trace, index, value(trace, index).to_be_bytes());
    let last = n as u64 - 1;
    let marks: Vec<_> = (0..24).flat_map(|t| [0, 31_234_567, last].map(|i| at(t, i))).collect();
    let marks: Vec<(u64, u64, &[u8])> = marks.iter().map(|(t, i, b)| (*t, *i, &b[..])).collect();
    let Some(on_disk) = sparse(&file, &marks) else { return };
    for mmap in [false, true] {
        let options = Options::default().mmap(mmap);
        let reader = Reader::open_with(on_disk.path(), options).unwrap();
        assert_eq!(reader.facts().layout, file.layout());
        assert!(reader.facts().layout.samples_offset(23) > 5 << 30);
        for index in [0, 31_234_567, last] {
            let samples = Samples { first: index, step: 1, count: 1 };
            let mut all = [0i32; 24];
            let walk = Walk::affine(0, [(1, 0), (1, 0), (24, 1)]);
            reader.read_walk_into(walk, samples, Out::from(&mut all), ALONE).unwrap();
            assert_eq!(all, std::array::from_fn(|t| value(t as u64, index)));

            let mut line = [0i32; 6];
            let out = Out::from(&mut line);
            read_line(&reader, LineKind::Inline, 103, samples, out).unwrap();
            assert_eq!(line, std::array::from_fn(|x| value(18 + x as u64, index)));
            let mut line = [0i32; 4];
            let out = Out::from(&mut line);
            read_line(&reader, LineKind::Crossline, 2, samples, out).unwrap();
            assert_eq!(line, std::array::from_fn(|i| value(5 + 6 * i as u64, index)));
        }
        // Backwards, from the last sample of the last trace.
        let samples = Samples { first: last, step: -(last as i64 - 31_234_567), count: 2 };
        let mut two = [0i32; 2];
        let out = Out::from(&mut two);
        reader.read_walk_into(Walk::List(&[23]), samples, out, ALONE).unwrap();
        assert_eq!(two, [value(23, last), value(23, 31_234_567)]);
        assert_eq!(reader.header(23).unwrap().get_byte(189).unwrap().as_i64(), Some(103));
        let report = reader.verify(ALONE).unwrap();
        assert!(report.regular);
    }
}

#[test]
#[cfg(target_pointer_width = "64")]
fn single_trace_may_exceed_four_gib() {
    // 700 million samples of 8 bytes: 5.6 GB. Its number stands in bytes 3269 to 3272.
    let n = 700_000_000;
    let file = long(Format::Uint64, Endian::Little, n, vec![[1, 1, 0], [1, 2, 0]]);
    let last = n as u64 - 1;
    let bytes = |value: u64| value.to_le_bytes();
    let (a, b, c) = (bytes(1 << 63), bytes(77), bytes(u64::MAX));
    let marks: [(u64, u64, &[u8]); 3] = [(0, last, &a), (1, 600_000_000, &b), (1, last, &c)];
    let Some(on_disk) = sparse(&file, &marks) else { return };
    for mmap in [false, true] {
        let options = Options::default().mmap(mmap);
        let reader = Reader::open_with(on_disk.path(), options).unwrap();
        assert_eq!(reader.facts().layout, file.layout());
        let mut two = [0u64; 4];
        reader.read_into(.., last - 1.., &mut two).unwrap();
        assert_eq!(two, [0, 1 << 63, 0, u64::MAX]);
        reader.read_into(1.., 599_999_999..600_000_003, &mut two).unwrap();
        assert_eq!(two, [0, 77, 0, 0]);
    }
}
