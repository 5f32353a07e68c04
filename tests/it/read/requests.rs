//! How many requests and rounds reads take of a source whose requests cost much.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::common::make;
use make::File;
use segbuf::header::Field;
use segbuf::source::{Cost, Source, Span};
use segbuf::{Options, Out, Reader, Result, Running};

/// 250 inlines of 250 crosslines of 1000 samples, made as they are read. Sample 0 is the trace number.
const LINES: u64 = 250;
const SAMPLES: u64 = 1000;
const TRACE: u64 = 240 + 4 * SAMPLES;

/// Requests, rounds, and bytes.
#[derive(Default)]
struct Count {
    requests: AtomicU64,
    rounds: AtomicU64,
    bytes: AtomicU64,
}

struct Survey {
    head: Vec<u8>,
    trace: Vec<u8>,
    count: Arc<Count>,
}

impl Survey {
    fn new() -> (Survey, Arc<Count>) {
        let format = segbuf::Format::Ieee32;
        let file = File { n_traces: 1, n_samples: SAMPLES as usize, format, ..File::default() };
        let bytes = file.bytes();
        let count = Arc::<Count>::default();
        let (head, trace) = (bytes[..3600].to_vec(), bytes[3600..].to_vec());
        (Survey { head, trace, count: Arc::clone(&count) }, count)
    }

    fn len() -> u64 {
        3600 + LINES * LINES * TRACE
    }

    fn copy(&self, offset: u64, buf: &mut [u8]) -> usize {
        let n = Survey::len().saturating_sub(offset).min(buf.len() as u64) as usize;
        let mut done = 0;
        while done < n {
            let at = offset + done as u64;
            let rest = &mut buf[done..n];
            done += match at.checked_sub(3600) {
                None => put(&self.head[at as usize..], rest),
                Some(past) => {
                    let (i, within) = (past / TRACE, (past % TRACE) as usize);
                    let keys =
                        [10 + i / LINES, 20 + i % LINES].map(|key| (key as i32).to_be_bytes());
                    let head = &mut [0; 244];
                    head.copy_from_slice(&self.trace[..244]);
                    head[188..196].copy_from_slice(&keys.concat());
                    head[240..244].copy_from_slice(&(i as f32).to_be_bytes());
                    match head.get(within..).filter(|head| !head.is_empty()) {
                        Some(head) => put(head, rest),
                        None => put(&self.trace[within..], rest),
                    }
                }
            };
        }
        n
    }
}

fn put(from: &[u8], to: &mut [u8]) -> usize {
    let n = from.len().min(to.len());
    to[..n].copy_from_slice(&from[..n]);
    n
}

impl Source for Survey {
    fn len(&self) -> Result<u64> {
        Ok(Survey::len())
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let mut spans = [Span::new(offset, buf)];
        self.read_spans(&mut spans)?;
        Ok(spans[0].filled)
    }

    fn read_spans(&self, spans: &mut [Span<'_>]) -> Result<()> {
        self.count.rounds.fetch_add(1, Ordering::Relaxed);
        for span in spans {
            assert!(span.bytes.len() <= 8 << 20, "a part");
            self.count.requests.fetch_add(1, Ordering::Relaxed);
            self.count.bytes.fetch_add(span.bytes.len() as u64, Ordering::Relaxed);
            span.filled = self.copy(span.offset, span.bytes);
        }
        Ok(())
    }

    fn cost(&self) -> Cost {
        Cost::new(1 << 20, 8 << 20, 16)
    }
}

/// What some work takes: requests and rounds.
fn taken(count: &Count, work: impl FnOnce()) -> [u64; 2] {
    let all = || [&count.requests, &count.rounds].map(|n| n.load(Ordering::Relaxed));
    let before = all();
    work();
    let after = all();
    [after[0] - before[0], after[1] - before[1]]
}

fn open(source: Survey, threads: usize) -> Reader {
    let options = Options::default().threads(threads);
    Reader::from_source(Box::new(source), options).unwrap()
}

#[test]
fn requests_of_costly_source_are_few() {
    let most = |len: u64| len / (8 << 20) + u64::from(!len.is_multiple_of(8 << 20));
    for threads in [1, 2, 3] {
        let (source, count) = Survey::new();
        let mut reader = None;
        let [_, rounds] = taken(&count, || reader = Some(open(source, threads)));
        assert!(rounds <= 2, "open: {rounds} rounds");
        let reader = reader.unwrap();

        let [requests, rounds] = taken(&count, || {
            assert_eq!(reader.geometry().unwrap().shape(), [250, 250, 1]);
        });
        assert!(rounds <= 3 && requests <= LINES + 6, "axes: {requests} requests, {rounds} rounds");

        let mut line = vec![0f32; reader.iline_len().unwrap()];
        let [requests, _] = taken(&count, || reader.read_iline_into(17, &mut line).unwrap());
        assert_eq!((requests, line[249 * 1000]), (1, (7 * 250 + 249) as f32));
        let [_, rounds] = taken(&count, || reader.read_xline_into(31, &mut line).unwrap());
        assert_eq!((rounds, line[9 * 1000]), (1, (9 * 250 + 11) as f32));

        let mut column = vec![0i32; 62_500];
        let field = [Field::by_name("crossline").unwrap()];
        let [requests, _] = taken(&count, || {
            let out = &mut [Out::from(&mut column)];
            reader
                .read_columns_into(
                    &field,
                    reader.every_trace(),
                    out,
                    Running::new().threads(threads),
                )
                .unwrap();
        });
        assert_eq!(column[251], 21);
        assert!(requests <= most(Survey::len()) + 2, "column: {requests}");

        let mut slice = vec![0f32; 62_500];
        let [requests, _] = taken(&count, || reader.read_depth_slice_into(0, &mut slice).unwrap());
        assert_eq!(slice[61_234], 61_234.0);
        assert!(requests <= most(Survey::len()) + 8, "depth slice: {requests}");
        assert!(reader.is_proved());
    }
}

/// A file in memory that is read by requests of some cost.
struct Costly {
    bytes: Vec<u8>,
    cost: Cost,
}

impl Source for Costly {
    fn len(&self) -> Result<u64> {
        Ok(self.bytes.len() as u64)
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize> {
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(self.bytes.len());
        Ok(put(&self.bytes[start..], buf))
    }

    fn cost(&self) -> Cost {
        self.cost
    }

    fn read_cached_at(&self, _: u64, _: &mut [u8]) -> Result<Option<usize>> {
        Ok(None)
    }
}

/// Samples by their bits, so that NaN equals itself.
fn bits(samples: &[f32]) -> Vec<u32> {
    samples.iter().map(|sample| sample.to_bits()).collect()
}

#[test]
fn any_cost_reads_the_same() {
    let costs = [
        Cost::new(0, 0, 0),
        Cost::new(0, 1, 1),
        Cost::new(64, 1000, 3),
        Cost::new(0, 8 << 10, 1),
        Cost::new(1 << 20, 300 << 10, 16),
        Cost::new(1 << 20, 8 << 20, 1),
        Cost::new(u64::MAX, u64::MAX, usize::MAX),
    ];
    let keys: Vec<_> = (0..6).map(|i| [i / 3, i % 3, 0]).collect();
    // Traces that fit into working memory, and traces that do not.
    for n_samples in [50, 60_000, 400_000] {
        let format = segbuf::Format::Ieee32;
        let file = File { n_samples, format, ..File::survey(keys.clone()) };
        let bytes = file.bytes();
        let plain = Reader::from_bytes(bytes.clone(), Options::default()).unwrap();
        let mut want = vec![0f32; plain.len().unwrap()];
        plain.read_into(.., .., &mut want).unwrap();
        let want = bits(&want);
        for cost in costs {
            for threads in [1, 2] {
                let source = Costly { bytes: bytes.clone(), cost };
                let options = Options::default().threads(threads);
                let reader = Reader::from_source(Box::new(source), options).unwrap();
                let mut all = vec![0f32; want.len()];
                reader.read_into(.., .., &mut all).unwrap();
                assert!(bits(&all) == want, "{n_samples} {cost:?}");
                let mut line = vec![0f32; reader.iline_len().unwrap()];
                let label = reader.geometry().unwrap().inlines().labels()[1];
                reader.read_iline_into(label, &mut line).unwrap();
                assert!(bits(&line) == want[line.len()..], "{n_samples} {cost:?}");
                let mut slice = vec![0f32; reader.depth_slice_len().unwrap()];
                reader.read_depth_slice_into(n_samples as u64 - 1, &mut slice).unwrap();
                let last = want.iter().skip(n_samples - 1).step_by(n_samples);
                assert!(bits(&slice).iter().eq(last), "{n_samples} {cost:?}");
                reader.verify(Running::default()).unwrap();
            }
        }
    }
}
