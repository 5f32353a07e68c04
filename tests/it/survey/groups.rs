//! Groups of traces against a search through all headers.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{make, oracle, surveys};
use std::collections::BTreeMap;

use make::File;
use oracle::Oracle;
use proptest::prelude::*;
use proptest::sample::select;
use segbuf::Reader;
use segbuf::Running;
use segbuf::error::{Class, Kind};
use segbuf::header::{Field, FieldType, Value};
use surveys::{Kept, known, open};

const BYTES: [u16; 3] = [189, 193, 37];

fn columns(words: &[usize]) -> Vec<Field> {
    words.iter().map(|&word| Field::by_byte(BYTES[word]).unwrap()).collect()
}

fn label() -> impl Strategy<Value = i32> {
    prop_oneof![8 => -3i32..3, 1 => Just(i32::MIN), 1 => Just(i32::MAX), 1 => any::<i32>()]
}

fn reader(file: &File, threads: usize) -> Reader {
    Reader::from_bytes(file.bytes(), known(file, threads)).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(300)
    })]

    #[test]
    fn groups_match_brute_force(
        keys in prop::collection::vec(prop::array::uniform3(label()), 1..40),
        by in select(vec![vec![0], vec![1, 2], vec![2, 1, 0], vec![1, 1]]),
        sort in select(vec![vec![], vec![2], vec![2, 0]]),
        kept in select(vec![Kept::File, Kept::Map, Kept::Memory, Kept::Awkward]),
        asked in prop::array::uniform3(label()),
    ) {
        let file = File { n_traces: keys.len(), n_samples: 3, ..File::survey(keys) };
        let bytes = file.bytes();
        let keys = Oracle { bytes: &bytes, layout: file.layout() }.keys();
        let (reader, _kept) = open(&bytes, kept, known(&file, 2)).unwrap();
        let groups = reader.group(&columns(&by), &columns(&sort), Running::new()).unwrap();

        let words = |trace: u64, words: &[usize]| -> Vec<i32> {
            words.iter().map(|&word| keys[trace as usize][word]).collect()
        };
        let mut want: Vec<(Vec<i32>, Vec<u64>)> = Vec::new();
        for trace in 0..keys.len() as u64 {
            let key = words(trace, &by);
            match want.iter_mut().find(|(known, _)| *known == key) {
                Some((_, traces)) => traces.push(trace),
                None => want.push((key, vec![trace])),
            }
        }
        for (_, traces) in &mut want {
            traces.sort_by_key(|&trace| (words(trace, &sort), trace));
        }
        prop_assert_eq!(groups.len(), want.len());
        let value = |n: &i32| Value::Int(i64::from(*n));
        for (group, (key, traces)) in want.iter().enumerate() {
            prop_assert_eq!(groups.traces(group), &traces[..]);
            let key: Vec<Value<'_>> = key.iter().map(value).collect();
            prop_assert_eq!(groups.key(group).collect::<Vec<_>>(), key.clone());
            prop_assert_eq!(groups.find(&key).unwrap(), group);
        }
        let all: Vec<u64> = want.iter().flat_map(|(_, traces)| traces).copied().collect();
        prop_assert_eq!(groups.traces_of(0..want.len()), &all[..]);

        let asked: Vec<i32> = by.iter().map(|&word| asked[word]).collect();
        let known: BTreeMap<_, _> = want.iter().enumerate().map(|(i, (key, _))| (key, i)).collect();
        match groups.find(&asked.iter().map(value).collect::<Vec<_>>()) {
            Ok(group) => prop_assert_eq!(known[&asked], group),
            Err(error) => {
                prop_assert!(!known.contains_key(&asked));
                prop_assert_eq!(error.class(), Class::Label);
            }
        }
    }
}

#[test]
fn missing_group_error_names_nearest() {
    let keys = [[1, 10, 0], [1, 20, 0], [5, 10, 0], [9, 40, 0]];
    let file = File { n_traces: 4, ..File::survey(keys.to_vec()) };
    let reader = reader(&file, 1);
    let group = |words: &[usize]| reader.group(&columns(words), &[], Running::new()).unwrap();
    let error = group(&[0]).find(&[Value::Int(8)]).unwrap_err();
    assert_eq!(error.to_string(), "no group has inline 8, of 3 groups; the nearest: 5 and 9");
    let error = group(&[0, 1]).find(&[Value::Int(2), Value::Int(11)]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "no group has inline, crossline (2, 11), of 4 groups; the nearest: (1, 10) and (5, 10)"
    );
    for strange in [Value::Uint(u64::MAX), Value::Int(i64::MIN), Value::Float(1.0)] {
        assert_eq!(group(&[0]).find(&[strange]).unwrap_err().class(), Class::Label);
    }
    assert_eq!(group(&[0]).find(&[]).unwrap_err().class(), Class::Value);
    let odd = Field::new(190, FieldType::Uint(3), None).unwrap();
    let by_odd = reader.group(&[odd], &[], Running::new()).unwrap();
    let error = by_odd.find(&[Value::Uint(2)]).unwrap_err();
    assert!(error.to_string().starts_with("no group has byte 190 2, of 3 groups"), "{error}");
}

#[test]
fn ungroupable_field_is_refused() {
    let file = File { n_traces: 4, ..File::default() };
    let reader = reader(&file, 1);
    let name = Field::by_name("trace_header_name").unwrap();
    let offset = Field::by_name("offset").unwrap();
    for (by, sort, kind) in [
        (&[][..], &[][..], Class::Value),
        (std::slice::from_ref(&name), &[], Class::Field),
        (&[offset], std::slice::from_ref(&name), Class::Field),
    ] {
        assert_eq!(reader.group(by, sort, Running::new()).unwrap_err().class(), kind);
    }
}

#[test]
fn empty_file_has_no_groups() {
    let file = File { n_traces: 0, ..File::default() };
    let reader = reader(&file, 1);
    let groups = reader.group(&columns(&[0]), &columns(&[1]), Running::new()).unwrap();
    assert!(groups.is_empty());
    assert!(groups.traces_of(0..0).is_empty());
    let error = groups.find(&[Value::Int(1)]).unwrap_err();
    assert_eq!(error.to_string(), "no group has inline 1, of 0 groups");
}

#[test]
fn grouping_can_be_interrupted() {
    let keys = (0..200_000).map(|i| [i, i, i]).collect();
    let file = File { n_traces: 200_000, n_samples: 1, ..File::survey(keys) };
    let reader = reader(&file, 1);
    for patience in [0, 3, 1000, 3126] {
        let left = std::cell::Cell::new(patience);
        let poll = || match left.replace(left.get() - 1) {
            0 => Err(Kind::Interrupted.into()),
            _ => Ok(()),
        };
        let running = Running::new().poll(&poll);
        let error = reader.group(&columns(&[0]), &columns(&[1]), running).unwrap_err();
        assert_eq!(error.class(), Class::Interrupted);
    }
}
