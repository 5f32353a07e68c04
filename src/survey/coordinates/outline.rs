//! The outline of a survey on its label grid.

use std::collections::HashMap;

/// The lowest and highest crossline of each inline.
#[derive(Debug, Default)]
pub(super) struct Extents {
    lines: HashMap<i32, [i32; 2]>,
    /// The line of the last traces, apart so that neighbours in a file need no search.
    last: Option<(i32, [i32; 2])>,
}

impl Extents {
    /// Takes the labels of one more trace.
    #[inline]
    pub(super) fn add(&mut self, [iline, xline]: [i32; 2]) {
        match &mut self.last {
            Some((line, extent)) if *line == iline => extend(extent, xline),
            _ => {
                self.put_back();
                let extent = self.lines.get(&iline).copied();
                let mut extent = extent.unwrap_or([xline; 2]);
                extend(&mut extent, xline);
                self.last = Some((iline, extent));
            }
        }
    }

    fn put_back(&mut self) {
        if let Some((line, extent)) = self.last.take() {
            self.lines.insert(line, extent);
        }
    }

    /// The outline: along the low ends of the inlines, then back along the high ends, without the
    /// points that lie straight between their neighbours.
    pub(super) fn outline(mut self) -> Vec<[i32; 2]> {
        self.put_back();
        let mut lines: Vec<_> = self.lines.into_iter().collect();
        lines.sort_unstable();
        let low = lines.iter().map(|(line, [low, _])| [*line, *low]);
        let high = lines.iter().rev().map(|(line, [_, high])| [*line, *high]);
        let mut ring: Vec<[i32; 2]> = Vec::new();
        for point in low.chain(high) {
            while let [.., a, b] = ring[..]
                && is_between(a, b, point)
            {
                ring.pop();
            }
            if ring.last() != Some(&point) {
                ring.push(point);
            }
        }
        // The ring has no beginning: its ends are looked at like all others.
        while let [first, .., last] = ring[..] {
            let (second, before) = (ring[1], ring[ring.len() - 2]);
            if last == first || is_between(before, last, first) {
                ring.pop();
            } else if is_between(last, first, second) {
                ring.remove(0);
            } else {
                break;
            }
        }
        ring
    }
}

#[inline]
fn extend([low, high]: &mut [i32; 2], label: i32) {
    *low = label.min(*low);
    *high = label.max(*high);
}

/// Whether `b` lies on the straight way from `a` to `c`.
fn is_between(a: [i32; 2], b: [i32; 2], c: [i32; 2]) -> bool {
    let way = |from: [i32; 2], to: [i32; 2]| {
        [i128::from(to[0]) - i128::from(from[0]), i128::from(to[1]) - i128::from(from[1])]
    };
    let ([px, py], [qx, qy]) = (way(a, b), way(b, c));
    px * qy == py * qx && px * qx + py * qy > 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(labels: impl IntoIterator<Item = [i32; 2]>) -> Vec<[i32; 2]> {
        let mut extents = Extents::default();
        labels.into_iter().for_each(|label| extents.add(label));
        extents.outline()
    }

    fn grid(ilines: std::ops::Range<i32>, xlines: std::ops::Range<i32>) -> Vec<[i32; 2]> {
        ilines.flat_map(|i| xlines.clone().map(move |x| [i, x])).collect()
    }

    #[test]
    fn a_whole_grid_has_four_corners() {
        assert_eq!(outline(grid(1..9, 3..7)), [[1, 3], [8, 3], [8, 6], [1, 6]]);
        let crossline_sorted = grid(3..7, 1..9).into_iter().map(|[x, i]| [i, x]);
        assert_eq!(outline(crossline_sorted), [[1, 3], [8, 3], [8, 6], [1, 6]]);
    }

    #[test]
    fn a_bite_shows() {
        let labels = grid(1..5, 1..11).into_iter().chain(grid(5..9, 1..6));
        assert_eq!(outline(labels), [[1, 1], [8, 1], [8, 5], [5, 5], [4, 10], [1, 10]]);
    }

    #[test]
    fn a_spike_stays_and_extremes_do_not_overflow() {
        let labels = grid(1..3, 1..3).into_iter().chain([[3, 2], [4, 2], [5, 2]]);
        assert_eq!(outline(labels), [[1, 1], [2, 1], [3, 2], [5, 2], [1, 2]]);
        let (low, high) = (i32::MIN, i32::MAX);
        let corners = [[low, low], [high, low], [high, high], [low, high]];
        assert_eq!(outline(corners), corners);
    }

    #[test]
    fn little_is_enough() {
        assert_eq!(outline([]), [[0; 2]; 0]);
        assert_eq!(outline([[1, 1], [1, 1]]), [[1, 1]]);
        assert_eq!(outline([[1, 1], [1, 5], [1, 3]]), [[1, 1], [1, 5]]);
        assert_eq!(outline([[1, 1], [2, 2]]), [[1, 1], [2, 2]]);
    }
}
