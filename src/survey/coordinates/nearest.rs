//! The trace nearest to a point: a k-d tree.

use super::is_known;

/// Points that a branch of the tree holds at most before it is split.
const LEAF: usize = 16;

/// Finds the nearest of many points, each search in about the logarithm of their number.
///
/// ```
/// use segbuf::survey::Nearest;
/// let traces = Nearest::new([[10.0, 0.0], [20.0, 0.0], [20.0, 5.0]]);
/// let found = traces.find([19.0, 4.0]).ok_or("no trace has coordinates")?;
/// assert_eq!((found.trace, found.distance), (2, 2f64.sqrt()));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone)]
pub struct Nearest {
    /// The median of each part stands in its middle, of x and y in turn, the lesser before it.
    points: Vec<Located>,
}

#[derive(Debug, Clone, Copy)]
struct Located {
    xy: [f64; 2],
    trace: u64,
}

/// What a search found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// The trace, counted from 0; of several at the same distance the first in the file.
    pub trace: u64,
    /// Its distance, in the unit of the coordinates.
    pub distance: f64,
}

impl Nearest {
    /// Takes the coordinates of all traces, in file order. Those that are both 0, or not
    /// finite, are left out.
    #[must_use]
    pub fn new(xy: impl IntoIterator<Item = [f64; 2]>) -> Nearest {
        let mut points: Vec<Located> = Vec::new();
        for (trace, xy) in (0..).zip(xy) {
            // The traces of a gather have one place, which its first trace stands for.
            if is_known(xy) && points.last().is_none_or(|last| last.xy != xy) {
                points.push(Located { xy, trace });
            }
        }
        sort(&mut points, 0);
        Nearest { points }
    }

    /// The trace nearest to a point; None where no trace has coordinates, or the point is not finite.
    #[must_use]
    pub fn find(&self, xy: [f64; 2]) -> Option<Found> {
        if !(xy[0].is_finite() && xy[1].is_finite()) {
            return None;
        }
        let mut best = None;
        search(&self.points, 0, xy, &mut best);
        best.map(|(square, trace): Best| Found { trace, distance: square.sqrt() })
    }
}

/// The square of a distance, and the trace that has it.
type Best = (f64, u64);

fn sort(points: &mut [Located], axis: usize) {
    if points.len() <= LEAF {
        return;
    }
    let middle = points.len() / 2;
    let (before, _, after) =
        points.select_nth_unstable_by(middle, |a, b| a.xy[axis].total_cmp(&b.xy[axis]));
    sort(before, 1 - axis);
    sort(after, 1 - axis);
}

fn search(points: &[Located], axis: usize, xy: [f64; 2], best: &mut Option<Best>) {
    if points.len() <= LEAF {
        points.iter().for_each(|point| consider(point, xy, best));
        return;
    }
    let middle = points.len() / 2;
    consider(&points[middle], xy, best);
    let aside = xy[axis] - points[middle].xy[axis];
    let (before, after) = (&points[..middle], &points[middle + 1..]);
    let (near, far) = if aside < 0.0 { (before, after) } else { (after, before) };
    search(near, 1 - axis, xy, best);
    // As near counts too, for the trace there may come first in the file.
    if best.is_none_or(|(square, _)| aside * aside <= square) {
        search(far, 1 - axis, xy, best);
    }
}

#[inline]
fn consider(point: &Located, xy: [f64; 2], best: &mut Option<Best>) {
    let (dx, dy) = (point.xy[0] - xy[0], point.xy[1] - xy[1]);
    let square = dx * dx + dy * dy;
    let better = best
        .is_none_or(|(least, trace)| square < least || (square == least && point.trace < trace));
    if better {
        *best = Some((square, point.trace));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(points: &[[f64; 2]], xy: [f64; 2]) -> Option<u64> {
        let square = |p: &[f64; 2]| (p[0] - xy[0]).powi(2) + (p[1] - xy[1]).powi(2);
        (0u64..)
            .zip(points)
            .filter(|(_, point)| is_known(**point))
            .min_by(|a, b| square(a.1).total_cmp(&square(b.1)))
            .map(|(trace, _)| trace)
    }

    proptest! {
        #[test]
        fn as_a_look_at_every_point(
            points in prop::collection::vec(prop::array::uniform2(-9i32..10), 0..300),
            at in prop::array::uniform2(-12i32..13),
        ) {
            let points: Vec<_> = points.into_iter().map(|p| p.map(f64::from)).collect();
            let at = at.map(f64::from);
            let found = Nearest::new(points.iter().copied()).find(at);
            prop_assert_eq!(found.map(|f| f.trace), naive(&points, at));
        }
    }

    #[test]
    fn a_million_traces_in_one_place_are_found_at_once() {
        let traces = Nearest::new((0..1_000_000).map(|_| [5.0, 5.0]));
        assert_eq!(traces.find([1e6, -1e6]).unwrap().trace, 0);
    }

    #[test]
    fn what_says_nothing_is_never_found() {
        let nowhere = [[0.0, 0.0], [f64::NAN, 1.0], [1.0, f64::INFINITY]];
        assert_eq!(Nearest::new(nowhere).find([1.0, 1.0]), None);
        assert_eq!(Nearest::new([[1.0, 1.0]]).find([f64::NAN, 1.0]), None);
        let far = Nearest::new([[1e300, 1e300], [-1e300, 0.0]]).find([-1e300, 1.0]).unwrap();
        assert_eq!((far.trace, far.distance), (1, 1.0));
    }
}
