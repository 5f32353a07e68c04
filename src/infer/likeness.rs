//! Whether two blocks of bytes are headers of the same file.
//!
//! Headers of one file fill the same words, and many of these with the same value: counts, intervals,
//! units, codes. Samples fill all words or none, each with another value. So two blocks are compared
//! word by word (16 bits): which words are zero in one of them only, and how many are equal in both.
//! This needs neither the byte order nor the position of any field, so it can be asked before either
//! is known. It fails for headers with hardly any word set and for constant samples: then the answer
//! is `None`, and other evidence decides.

use super::probe::PROBE;

/// Whether two blocks look like headers of the same file; `None` where that cannot be decided, as with
/// a blank one.
pub(super) fn likeness(first: &[u8; PROBE], other: &[u8; PROBE]) -> Option<bool> {
    if is_blank(first) || is_blank(other) {
        return None;
    }
    let (mut both, mut equal, mut single) = (0, 0, 0);
    for (a, b) in first[..240].chunks_exact(2).zip(other[..240].chunks_exact(2)) {
        match (a == [0, 0], b == [0, 0]) {
            (true, true) => {}
            (false, false) => {
                both += 1;
                equal += u32::from(a == b);
            }
            _ => single += 1,
        }
    }
    if single > 2 * both + 8 || (both >= 8 && equal * 8 < both) {
        Some(false)
    } else if single <= both && equal * 4 >= both {
        Some(true)
    } else {
        None
    }
}

/// Whether a trace header is all zeros.
pub(super) fn is_blank(header: &[u8; PROBE]) -> bool {
    header[..240].iter().all(|&byte| byte == 0)
}

/// The traces at which a file of `n` traces is sampled, the first among them.
pub(crate) fn sampled(n: u64) -> Vec<u64> {
    let mut traces = vec![0, 1, 2, n / 2, n.saturating_sub(1)];
    traces.retain(|&i| i < n);
    traces.sort_unstable();
    traces.dedup();
    traces
}
