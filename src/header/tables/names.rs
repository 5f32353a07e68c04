//! The fields whose names look most like one that does not exist.

use super::Field;

/// Longer ones are no slips of the pen.
const LONGEST: usize = 64;

/// The name of a field and its aliases.
pub(super) fn spellings(field: &Field) -> impl Iterator<Item = &str> {
    std::iter::once(field.name()).chain(field.aliases().iter().copied())
}

/// Up to three names, the nearest first; none where nothing is near.
///
/// Near is a spelling a few letters away, or one that contains what was asked for, as with
/// `water_depth`, or is contained in it, as with `cdp_x_coordinate`.
pub(super) fn nearest<'a>(
    known: impl IntoIterator<Item = &'a Field>,
    wanted: &str,
) -> Vec<&'a str> {
    if wanted.len() > LONGEST {
        return Vec::new();
    }
    let wanted = wanted.to_ascii_lowercase();
    let few = 1 + wanted.len() / 4;
    let rank = |field: &Field| {
        spellings(field)
            .filter_map(|spelling| {
                let spelling = spelling.to_ascii_lowercase();
                let part = |of: &str, part: &str| part.len() >= 4 && of.contains(part);
                let apart = spelling.len().abs_diff(wanted.len());
                let slips = || distance(wanted.as_bytes(), spelling.as_bytes());
                if let Some(slips) = (apart <= few).then(slips).filter(|&slips| slips <= few) {
                    Some((0, slips))
                } else if part(&spelling, &wanted) || part(&wanted, &spelling) {
                    Some((1, apart))
                } else {
                    None
                }
            })
            .min()
    };
    let known = known.into_iter();
    let mut near: Vec<_> = known.filter_map(|field| Some((rank(field)?, field.name()))).collect();
    near.sort_by_key(|&(rank, _)| rank);
    near.into_iter().take(3).map(|(_, name)| name).collect()
}

/// How many letters must be put in, taken out, replaced or swapped with their neighbour (Damerau
/// and Levenshtein, in the form that edits no letter twice).
fn distance(a: &[u8], b: &[u8]) -> usize {
    let (mut older, mut old) = (Vec::new(), (0..=b.len()).collect::<Vec<_>>());
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let mut best = (old[j] + usize::from(a[i] != b[j])).min(old[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(older[j - 1] + 1);
            }
            row.push(best);
        }
        (older, old) = (old, row);
    }
    old[b.len()]
}

#[cfg(test)]
mod tests {
    use super::super::{BINARY, TRACE};
    use super::*;

    #[test]
    fn distance_counts_slips() {
        let d = |a: &str, b: &str| distance(a.as_bytes(), b.as_bytes());
        assert_eq!(d("", ""), 0);
        assert_eq!(d("inline", ""), 6);
        assert_eq!(d("", "inline"), 6);
        assert_eq!(d("inline", "inline"), 0);
        assert_eq!(d("inlnie", "inline"), 1);
        assert_eq!(d("cdpx", "cdp_x"), 1);
        assert_eq!(d("crosline", "crossline"), 1);
        assert_eq!(d("kitten", "sitting"), 3);
    }

    #[test]
    fn slips_and_parts_find_the_field() {
        assert_eq!(nearest(TRACE, "Inlin")[0], "inline");
        assert_eq!(nearest(TRACE, "INLINE_2D")[0], "inline");
        assert_eq!(nearest(TRACE, "crosline"), ["crossline"]);
        assert_eq!(nearest(TRACE, "water_depth"), ["source_water_depth", "receiver_water_depth"]);
        assert_eq!(nearest(TRACE, "cdp_x_coordinate")[0], "cdp_x");
        assert_eq!(nearest(BINARY, "sample_intervall")[0], "sample_interval");
        assert!(nearest(TRACE, "porosity").is_empty());
        assert!(nearest(TRACE, "").is_empty());
        assert!(nearest(TRACE, &"x".repeat(1 << 20)).is_empty());
    }

    #[test]
    fn any_letters_are_taken() {
        assert!(nearest(TRACE, "Ωß\u{0}").is_empty());
    }
}
