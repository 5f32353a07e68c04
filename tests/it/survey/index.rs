//! The saved index: a file with one is read as without, whatever the bytes of the index are.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{make, oracle, sources, surveys};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use make::File;
use oracle::Oracle;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use segbuf::Running;
use segbuf::error::{Class, Result};
use segbuf::infer::{Topic, Warning};
use segbuf::internals::Rules;
use segbuf::survey::{Duplicates, Geometry};
use segbuf::{ByteOrder, Format, Options, Reader, SampleType, UseIndex};
use surveys::{files, grid_keys, keys, known};
use tempfile::NamedTempFile;

/// A file and its index, both gone with it.
struct Indexed {
    file: NamedTempFile,
    path: PathBuf,
    options: Options,
}

impl Indexed {
    fn new(file: &File) -> Indexed {
        let kept = sources::file(&file.bytes());
        let options = known(file, 2);
        let path = open(kept.path(), &options).save_index(None, Running::new()).unwrap();
        Indexed { file: kept, path, options }
    }

    fn open(&self) -> Reader {
        open(self.file.path(), &self.options)
    }

    fn without(&self) -> Reader {
        open(self.file.path(), &self.options.clone().index(UseIndex::No))
    }

    fn index(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    /// What is said of the index where it is not used.
    fn refused(&self) -> String {
        let reader = self.open();
        assert!(reader.evidence().get(Topic::Index).is_none());
        assert_eq!(reader.warnings().len(), 1, "{:?}", reader.warnings());
        reason(&reader.warnings()[0])
    }
}

/// Why an index is not used.
fn reason(warning: &Warning) -> String {
    match warning {
        Warning::Index { reason, .. } => reason.clone(),
        other => panic!("{other}"),
    }
}

impl Drop for Indexed {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

fn open(path: &Path, options: &Options) -> Reader {
    Reader::open_with(path, options.clone()).unwrap()
}

/// All there is to know about a survey.
fn told(
    survey: Result<&Geometry>,
) -> std::result::Result<impl PartialEq + Clone + std::fmt::Debug, String> {
    let survey = survey.map_err(|error| error.to_string())?;
    let labels = [survey.inlines(), survey.crosslines(), survey.offsets()]
        .map(|axis| axis.labels().to_vec());
    let traces = survey.traces(survey.all_cells()).map_err(|error| error.to_string());
    Ok((labels, survey.is_prestack(), survey.is_regular(), survey.sorting(), survey.live(), traces))
}

/// The survey by all keys, as it is without an assumption about its axes.
fn swept(file: &File, duplicates: Duplicates) -> Result<Geometry> {
    let bytes = file.bytes();
    let oracle = Oracle { bytes: &bytes, layout: file.layout() };
    Geometry::from_sweep(&oracle.keys(), None, &Rules { duplicates, ..Rules::default() })
}

#[derive(Debug, Clone)]
enum Damage {
    Flip(Index, u8),
    Cut(Index),
    Append(Vec<u8>),
    Replace(Vec<u8>),
    Zero(Index, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let bytes = || prop::collection::vec(any::<u8>(), 1..200);
    prop_oneof![
        4 => (any::<Index>(), 0u8..8).prop_map(|(at, bit)| Damage::Flip(at, bit)),
        1 => any::<Index>().prop_map(Damage::Cut),
        1 => bytes().prop_map(Damage::Append),
        1 => bytes().prop_map(Damage::Replace),
        1 => (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Damage::Zero(a, b)),
    ]
}

impl Damage {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let n = bytes.len();
        match self {
            Damage::Flip(at, bit) => bytes[at.index(n)] ^= 1 << bit,
            Damage::Cut(at) => bytes.truncate(at.index(n)),
            Damage::Append(more) => bytes.extend(more),
            Damage::Replace(by) => bytes.clone_from(by),
            Damage::Zero(a, b) => {
                let (a, b) = (a.index(n), b.index(n));
                bytes[a.min(b)..a.max(b)].fill(0);
            }
        }
    }
}

/// Columns that nobody saved, many of them possible.
fn columns() -> impl Strategy<Value = Vec<u8>> {
    let label = prop_oneof![6 => -1i32..9, 1 => any::<i32>()];
    let count = prop_oneof![8 => Just(None), 1 => any::<u64>().prop_map(Some)];
    let repeat = prop_oneof![8 => 0u64..9, 1 => any::<u64>()];
    let column =
        (repeat, count, prop::collection::vec(label, 0..40)).prop_map(|(repeat, count, labels)| {
            let mut bytes = repeat.to_le_bytes().to_vec();
            bytes.extend(count.unwrap_or(labels.len() as u64).to_le_bytes());
            bytes.extend(labels.iter().flat_map(|label| label.to_le_bytes()));
            bytes
        });
    prop_oneof![
        5 => prop::array::uniform3(column).prop_map(|columns| columns.concat()),
        1 => prop::collection::vec(any::<u8>(), 0..80),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(200)
    })]

    #[test]
    fn survey_index_does_not_change_survey(
        file in files().prop_filter("has traces", |file| file.n_traces > 0),
        duplicates in select(vec![Duplicates::Error, Duplicates::First, Duplicates::Last]),
        mmap in any::<bool>(),
    ) {
        let mut indexed = Indexed::new(&file);
        indexed.options = indexed.options.clone().duplicates(duplicates).mmap(mmap);
        let with = indexed.open();
        prop_assert!(with.evidence().get(Topic::Index).is_some());
        let swept = swept(&file, duplicates);
        let truth = told(swept.as_ref().map_err(Clone::clone));
        prop_assert_eq!(told(with.geometry()), truth.clone());
        let proved = with.geometry().is_ok_and(Geometry::is_proved);
        prop_assert!(!proved, "an assumption");
        prop_assert_eq!(told(with.proved(Running::new())), truth);
    }

    #[test]
    fn damaged_survey_index_is_not_used(
        file in files().prop_filter("has traces", |file| file.n_traces > 0),
        damage in damage(),
    ) {
        let indexed = Indexed::new(&file);
        let whole = indexed.index();
        let mut bytes = whole.clone();
        damage.apply(&mut bytes);
        prop_assume!(bytes != whole);
        fs::write(&indexed.path, &bytes).unwrap();
        let said = indexed.refused();
        prop_assert!(said.starts_with("it "), "{said}");
        let (with, without) = (indexed.open(), indexed.without());
        prop_assert_eq!(told(with.geometry()), told(without.geometry()));
    }

    /// The sum is right, and so is what is said of the file.
    #[test]
    fn false_survey_index_delivers_no_trace_under_wrong_keys(
        keys in keys().prop_filter("has traces", |keys| !keys.is_empty()),
        columns in columns(),
    ) {
        let file = File { format: Format::Int32, n_samples: 2, ..File::survey(keys) };
        let indexed = Indexed::new(&file);
        let mut bytes = indexed.index();
        bytes.truncate(8 * 15);
        bytes.extend(columns);
        let sum = u64::from(crc32fast::hash(&bytes));
        bytes.extend(sum.to_le_bytes());
        fs::write(&indexed.path, &bytes).unwrap();
        let reader = indexed.open();
        let content = file.bytes();
        let oracle = Oracle { bytes: &content, layout: file.layout() };
        let Ok(survey) = reader.geometry() else { return Ok(()) };
        let prestack = survey.is_prestack();
        let mut line = vec![0f32; survey.crosslines().len() * survey.offsets().len() * 2];
        for &i in survey.inlines().labels().iter().take(9) {
            if reader.read_iline_into(i, &mut line).is_err() {
                continue;
            }
            let mut rows = line.chunks_exact(2);
            for &x in survey.crosslines().labels() {
                for &o in survey.offsets().labels() {
                    let row = rows.next().unwrap();
                    if row.iter().all(|sample| sample.is_nan()) {
                        continue;
                    }
                    let memory: Vec<u8> = row.iter().flat_map(|s| s.to_ne_bytes()).collect();
                    let its_own = (0..file.n_traces as u64).any(|trace| {
                        let [ti, tx, to] = oracle.key(trace);
                        (ti, tx) == (i, x)
                            && (!prestack || to == o)
                            && oracle.all_samples(trace, SampleType::F32) == memory
                    });
                    prop_assert!(its_own, "({i}, {x}, {o})");
                }
            }
        }
    }
}

fn survey(holes: bool) -> File {
    File { n_samples: 3, ..File::survey(grid_keys([0, 1, 2], [20, 30, 1], holes)) }
}

#[test]
fn changed_file_has_no_survey_index() {
    let indexed = Indexed::new(&survey(true));
    let path = indexed.file.path();
    let modified = || fs::metadata(path).unwrap().modified().unwrap();
    let (content, time) = (fs::read(path).unwrap(), modified());
    let write = |bytes: &[u8], time: SystemTime| {
        fs::write(path, bytes).unwrap();
        fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    };
    write(&content, time);
    assert!(indexed.open().evidence().get(Topic::Index).is_some(), "as it was");
    write(&content, time + Duration::from_nanos(100_000));
    assert!(indexed.refused().contains("the file was modified since"));
    write(&content[..content.len() - 252], time);
    assert!(indexed.refused().contains("the file has another size"));
    for at in [3, 3300, 3600 + 188, content.len() - 252 + 20] {
        let mut other = content.clone();
        other[at] ^= 1;
        write(&other, time);
        assert!(indexed.refused().contains("the file has other content"), "{at}");
    }
    write(&content, time);
    let refused = |options: Options| {
        let reader = open(path, &options);
        assert!(reader.evidence().get(Topic::Index).is_none());
        reason(reader.warnings().last().unwrap())
    };
    let said = refused(indexed.options.clone().iline(9));
    assert!(said.contains("of keys in other bytes of the trace headers"), "{said}");
    let mut options = indexed.options.clone();
    options.overrides.endian = Some(ByteOrder::LITTLE);
    let said = refused(options);
    assert!(said.contains("the file is read in another way"), "{said}");
    assert_eq!(indexed.open().warnings(), []);
}

#[test]
fn survey_index_is_at_given_path() {
    let file = survey(true);
    let indexed = Indexed::new(&file);
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("the index");
    let reader = indexed.without();
    let at = UseIndex::At(elsewhere.clone());
    let options = indexed.options.clone().index(at);
    let missing = Reader::open_with(indexed.file.path(), options.clone()).unwrap_err();
    assert_eq!((missing.class(), missing.file()), (Class::Io, Some(&*elsewhere)));
    assert_eq!(reader.save_index(Some(&elsewhere), Running::new()).unwrap(), elsewhere);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left there");
    assert!(open(indexed.file.path(), &options).evidence().get(Topic::Index).is_some());
    // Again: an index is replaced, and nothing else is.
    reader.save_index(Some(&elsewhere), Running::new()).unwrap();
    let own = reader.save_index(Some(indexed.file.path()), Running::new()).unwrap_err();
    assert_eq!(own.class(), Class::Value);
    assert_eq!(fs::read(indexed.file.path()).unwrap(), file.bytes());
    let nowhere = folder.path().join("not there").join("index");
    assert_eq!(reader.save_index(Some(&nowhere), Running::new()).unwrap_err().class(), Class::Io);

    let memory = Reader::from_bytes(file.bytes(), known(&file, 1)).unwrap();
    assert_eq!(memory.save_index(None, Running::new()).unwrap_err().class(), Class::Value);
    assert_eq!(Reader::from_bytes(file.bytes(), options).unwrap_err().class(), Class::Value);
    // A folder beside the file, and a file too large for an index of it.
    fs::remove_file(&indexed.path).unwrap();
    fs::create_dir(&indexed.path).unwrap();
    assert!(indexed.refused().contains("no index of this file"));
    fs::remove_dir(&indexed.path).unwrap();
    fs::File::create(&indexed.path).unwrap().set_len(1 << 30).unwrap();
    assert!(indexed.refused().contains("no index of this file"));
}

#[test]
fn regular_survey_index_is_small() {
    for order in surveys::ORDERS {
        let file = File { n_samples: 1, ..File::survey(grid_keys(order, [20, 30, 4], false)) };
        let indexed = Indexed::new(&file);
        assert!(indexed.index().len() <= 8 * 16 + 3 * 16 + 4 * (20 + 30 + 4), "{order:?}");
        assert!(indexed.open().geometry().unwrap().is_regular());
    }
}

#[test]
fn depth_slice_proves_indexed_survey() {
    let indexed = Indexed::new(&survey(true));
    let reader = indexed.open();
    assert!(!reader.is_proved());
    let mut slice = vec![0f32; reader.depth_slice_len().unwrap()];
    reader.read_depth_slice_into(1, &mut slice).unwrap();
    assert!(reader.is_proved());
}
