//! Everything that can be asked of a file, whatever it is, compared with what stands in its bytes.
//! Programs that use this have `dest` and `oracle` beside it.

use segbuf::Layout;
use segbuf::Running;
use segbuf::error::Class;
use segbuf::infer::{Facts, FileKind};
use segbuf::survey::{Duplicates, LineKind};
use segbuf::{Options, Reader, Result, SampleType, Samples};

use super::dest::{self, Shape};
use super::oracle::{self, Oracle};

/// All that can be asked of a file without harm.
fn ask(reader: &Reader) {
    let _ = (reader.evidence().to_string(), reader.warnings().to_vec(), format!("{reader:?}"));
    match reader.binary() {
        Ok(binary) => binary.iter().for_each(drop),
        Err(_) => assert_eq!(reader.facts().kind, FileKind::SeismicUnix),
    }
    for block in 0..reader.facts().n_text.min(5) {
        let text = reader.text(block).unwrap();
        assert_eq!(text.lines().count(), 40);
        assert!(text.lines().all(|line| line.chars().count() == 80));
    }
    assert_eq!(reader.text_bytes(reader.facts().n_text).unwrap_err().class(), Class::Index);
}

/// What is read must be what stands there.
fn compare(reader: &Reader, bytes: &[u8]) {
    let layout = reader.facts().layout;
    let (n, ns) = (layout.n_traces, layout.n_samples as usize);
    assert!(layout.header_offset(n) <= bytes.len() as u64, "{layout:?}");
    if n == 0 {
        // Then any number of samples may be claimed.
        assert_eq!(reader.read_trace_into(0, &mut [0f32]).unwrap_err().class(), Class::Index);
        assert!(reader.geometry().is_err());
        return;
    }
    let oracle = Oracle { bytes, layout };
    let running = Running::new().threads(2);
    for to in [SampleType::F32, layout.format.native()] {
        for trace in [0, n / 2, n - 1] {
            let got = dest::read(Shape::Tight, to, (1, ns), true, |out| {
                reader.read_trace_into(trace, out)
            });
            assert_eq!(got.unwrap(), oracle.all_samples(trace, to));
        }
        let some = ns.min(7);
        let rows = (n as usize, some);
        let samples = ns as u64 - some as u64..;
        let got = dest::read(Shape::Transposed, to, rows, true, |out| {
            reader.read_into(.., samples.clone(), out)
        });
        let tail = |trace| oracle.samples(trace, samples.start..ns as u64, to);
        assert_eq!(got.unwrap(), (0..n).flat_map(tail).collect::<Vec<u8>>());

        let options = reader.options();
        if reader.key_bytes() != [189, 193, 37] || options.duplicates != Duplicates::Error {
            continue;
        }
        let Ok(survey) = reader.geometry() else { continue };
        for kind in [LineKind::Inline, LineKind::Crossline] {
            let labels = survey.lines(kind).labels();
            for &label in [labels[0], labels[labels.len() / 2]].iter() {
                let samples = Samples { first: 0, step: 1, count: ns };
                let line = oracle::Line { kind, label, offset: None, samples, to };
                let rows = (oracle.rows(survey, &line).len(), ns);
                let got = dest::read(Shape::Pitched, to, rows, false, |out| {
                    line.read(reader, out, running)
                });
                oracle.judge(reader, survey, &line, got);
            }
        }
    }
}

/// Traces of different lengths follow each other, and each is what stands there; rows are filled up.
fn compare_each(reader: &Reader, bytes: &[u8]) {
    let facts = reader.facts();
    let lengths = reader.lengths().expect("different lengths");
    let (n, ns) = (facts.layout.n_traces, facts.layout.n_samples as usize);
    assert_eq!(lengths.n_traces(), n);
    let mut rows = vec![7f32; n as usize * ns];
    reader.read_into(.., .., &mut rows).unwrap();
    let mut at = facts.layout.first_trace as usize;
    for (trace, row) in (0..n).zip(rows.chunks_exact(ns.max(1))) {
        assert_eq!(reader.trace_offset(trace).unwrap(), at as u64);
        let (header_len, n_samples) = (lengths.headers(trace), lengths.get(trace));
        let layout = Layout { first_trace: 0, header_len, n_samples, n_traces: 1, ..facts.layout };
        let len = layout.trace_len() as usize;
        let alone = Facts { layout, lengths: None, ..facts.clone() };
        let plain = oracle::plain(&bytes[at..at + len], &alone);
        assert_eq!(reader.header(trace).unwrap().bytes(), &plain[..header_len as usize]);
        let oracle = Oracle { bytes: &plain, layout };
        for to in [SampleType::F32, layout.format.native()] {
            let shape = (1, n_samples as usize);
            let got =
                dest::read(Shape::Tight, to, shape, true, |out| reader.read_trace_into(trace, out));
            assert_eq!(got.unwrap(), oracle.all_samples(0, to));
        }
        let (own, behind) = row.split_at(n_samples as usize);
        let own: Vec<u8> = own.iter().flat_map(|sample| sample.to_ne_bytes()).collect();
        assert_eq!(own, oracle.all_samples(0, SampleType::F32));
        assert!(behind.iter().all(|sample| sample.is_nan()));
        at += len;
    }
    assert_eq!(reader.trace_offset(n).unwrap(), at as u64);
}

/// Opens a file and asks everything.
///
/// # Errors
/// Those of opening it.
pub fn try_all(bytes: &[u8], options: &Options) -> Result<()> {
    let reader = Reader::from_bytes(bytes.to_vec(), options.clone())?;
    ask(&reader);
    match reader.lengths() {
        Some(_) if options.fill.is_none() => compare_each(&reader, bytes),
        Some(_) => {}
        None => compare(&reader, &oracle::plain(bytes, reader.facts())),
    }
    let _ = reader.verify(Running::new().threads(1)).map(|report| report.to_string());
    Ok(())
}
