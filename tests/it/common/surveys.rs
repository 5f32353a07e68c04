//! Surveys of all sorts, and where their files are kept.

use proptest::prelude::*;
use proptest::sample::{Index, select};
use segbuf::error::Result;
use segbuf::infer::Overrides;
use segbuf::{ByteOrder, Endian, Format, Options, Reader, Samples};
use tempfile::NamedTempFile;

use super::make::File;
use super::sources::{self, awkward, in_parts};

/// Inline, crossline and offset of a trace.
pub type Key = [i32; 3];

pub const ORDERS: [[usize; 3]; 6] =
    [[0, 1, 2], [1, 0, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

#[derive(Debug, Clone, Copy)]
pub enum Kept {
    File,
    Map,
    Memory,
    Awkward,
    /// In several files.
    Parts,
}

impl Kept {
    pub const ALL: [Kept; 5] = [Kept::File, Kept::Map, Kept::Memory, Kept::Awkward, Kept::Parts];
}

/// Opens the bytes of a file where they are kept; what keeps them goes with it.
pub fn open(bytes: &[u8], kept: Kept, mut options: Options) -> Result<(Reader, NamedTempFile)> {
    options.mmap = matches!(kept, Kept::Map);
    if let Kept::Parts = kept {
        let whole = Reader::from_bytes(bytes.to_vec(), options.clone())?;
        let (parts, file) = in_parts(bytes, &whole.facts().layout);
        return Reader::from_sources(parts, options).map(|reader| (reader, file));
    }
    let file = sources::file(bytes);
    let reader = match kept {
        Kept::File | Kept::Map => Reader::open_with(file.path(), options),
        Kept::Awkward => Reader::from_source(Box::new(awkward(bytes.to_vec())), options),
        _ => Reader::from_bytes(bytes.to_vec(), options),
    };
    reader.map(|reader| (reader, file))
}

/// The bytes of a file that is to be the same as another, but for swapped pairs; the other, and options
/// to open the first.
pub fn swapped(file: &File, threads: usize) -> (Vec<u8>, File, Options) {
    let format = match file.format.width() % 2 {
        0 => file.format,
        _ => Format::Int16,
    };
    let twin = File { endian: Endian::Big, format, ..file.clone() };
    let mut options = known(&twin, threads);
    options.overrides.endian = Some(ByteOrder::Pairwise);
    options.overrides.sample_endian = Some(ByteOrder::Pairwise);
    (twin.swapped(true, true), twin, options)
}

/// Options that leave nothing about the traces to be inferred.
pub fn known(file: &File, threads: usize) -> Options {
    let layout = file.layout();
    let overrides = Overrides::default()
        .endian(ByteOrder::from(layout.endian))
        .format(layout.format)
        .n_samples(layout.n_samples)
        .first_trace(layout.first_trace);
    Options::default().overrides(overrides).threads(threads)
}

fn labels(max: usize) -> impl Strategy<Value = Vec<i32>> {
    (prop::collection::btree_set(-40i32..40, 1..=max), any::<bool>()).prop_map(|(set, falls)| {
        let mut labels: Vec<i32> = set.into_iter().collect();
        if falls {
            labels.reverse();
        }
        labels
    })
}

#[derive(Debug, Clone)]
enum Damage {
    Swap(Index, Index),
    Delete(Index),
    Duplicate(Index, Index),
    Relabel(Index, usize, i32),
}

/// Keys of surveys in all orders, most of them damaged in a place or two.
pub fn keys() -> impl Strategy<Value = Vec<Key>> {
    let at = any::<Index>;
    let damage = prop_oneof![
        (at(), at()).prop_map(|(a, b)| Damage::Swap(a, b)),
        at().prop_map(Damage::Delete),
        (at(), at()).prop_map(|(a, b)| Damage::Duplicate(a, b)),
        (at(), 0usize..3, -40i32..40).prop_map(|(a, word, label)| Damage::Relabel(a, word, label)),
    ];
    let damages = prop::collection::vec(damage, 0..3);
    let regular = (labels(5), labels(5), labels(3), select(ORDERS.to_vec()), any::<bool>());
    let damaged = (regular, damages).prop_map(|((il, xl, off, order, prestack), damages)| {
        let off = if prestack { off } else { vec![off[0]] };
        let axes = [il, xl, off];
        let mut keys = Vec::new();
        for &a in &axes[order[0]] {
            for &b in &axes[order[1]] {
                for &c in &axes[order[2]] {
                    let mut key = [0; 3];
                    (key[order[0]], key[order[1]], key[order[2]]) = (a, b, c);
                    keys.push(key);
                }
            }
        }
        for damage in damages {
            let n = keys.len();
            match damage {
                _ if n == 0 => {}
                Damage::Swap(a, b) => keys.swap(a.index(n), b.index(n)),
                Damage::Delete(a) => drop(keys.remove(a.index(n))),
                Damage::Duplicate(a, b) => keys.insert(b.index(n), keys[a.index(n)]),
                Damage::Relabel(a, word, label) => keys[a.index(n)][word] = label,
            }
        }
        keys
    });
    let damaged = damaged.boxed();
    prop_oneof![
        5 => damaged.clone(),
        1 => damaged.prop_flat_map(|keys| Just(keys).prop_shuffle()),
    ]
}

pub fn files() -> impl Strategy<Value = File> {
    let format = select(Format::ALL.to_vec());
    (keys(), format, any::<bool>(), 1usize..40, 0usize..3).prop_map(
        |(keys, format, little, n_samples, extended)| {
            let endian = if little { Endian::Little } else { Endian::Big };
            File { endian, format, n_samples, extended, ..File::survey(keys) }
        },
    )
}

/// A run of samples that lies within `n`, of any step.
pub fn run_within(n: u64, first: Index, step: i64, count: Index) -> Samples {
    let first = first.index(n as usize) as u64;
    let room = if step < 0 { first } else { n - 1 - first };
    let most = (room / step.unsigned_abs() + 1) as usize;
    Samples { first, step, count: count.index(most + 1) }
}

/// Keys of a grid in an order, all of it or with holes.
pub fn grid_keys(order: [usize; 3], shape: [usize; 3], holes: bool) -> Vec<Key> {
    let mut keys = Vec::new();
    for a in 0..shape[order[0]] {
        for b in 0..shape[order[1]] {
            for c in 0..shape[order[2]] {
                let mut key = [0; 3];
                (key[order[0]], key[order[1]], key[order[2]]) = (a as i32, b as i32, c as i32);
                keys.push(key);
            }
        }
    }
    if holes {
        let mut n = 0;
        keys.retain(|_| {
            n += 1;
            n % 13 != 5 && !(400..500).contains(&n)
        });
    }
    keys
}
