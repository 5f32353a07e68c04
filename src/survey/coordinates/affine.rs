//! Labels to coordinates and back: the plane that fits all traces best.

use super::outline::Extents;
use super::{Point, is_known};
use crate::error::{Error, Kind, Result};

/// What errors call the words that a fit rests on.
#[derive(Debug, Clone)]
pub struct Words {
    /// The coordinates, such as `cdp_x (byte 181) and cdp_y (byte 185)`.
    pub coordinates: String,
    /// The bytes of inline and crossline, counted from 1.
    pub labels: [u16; 2],
}

impl Default for Words {
    fn default() -> Self {
        Words {
            coordinates: "cdp_x (byte 181) and cdp_y (byte 185)".to_owned(),
            labels: [189, 193],
        }
    }
}

/// How far traces lie from where an [`Affine`] puts them, in the unit of the coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// The greatest distance.
    pub max: f64,
    /// The root of the mean of the squares of all distances.
    pub rms: f64,
    /// The trace that has the greatest distance, counted from 0.
    pub trace: u64,
}

/// The affine map from labels (inline, crossline) to coordinates (x, y) that leaves the least sum of
/// squared distances over all traces.
#[derive(Debug, Clone, PartialEq)]
pub struct Affine {
    /// Labels in the midst of the survey, and their coordinates.
    labels: [f64; 2],
    xy: [f64; 2],
    /// x and y from one label to the next, of inlines and of crosslines.
    per_label: [[f64; 2]; 2],
    /// Labels from one inline to the next, and one crossline.
    steps: [u32; 2],
    /// The lowest and highest inline, and crossline.
    extents: [[i32; 2]; 2],
    outline: Vec<[i32; 2]>,
    residual: Residual,
    traces: u64,
}

/// How near to 0 the sine of an angle may come that still spans a plane.
const FLAT: f64 = 1e-9;

impl Affine {
    /// Fits the points of all traces, in file order. Those whose coordinates are both 0, or
    /// not finite, are left out.
    ///
    /// # Errors
    /// `Class::Geometry`, naming the `words`: where no trace has coordinates, where the labels lie on
    /// one line (a 2-D line, a single inline), and where the coordinates do.
    pub fn fit(points: impl Iterator<Item = Point> + Clone, words: &Words) -> Result<Affine> {
        let points = (0..).zip(points).filter(|(_, (_, xy))| is_known(*xy));
        let Some((_, first)) = points.clone().next() else {
            return Err(Kind::NoCoordinates { fields: words.coordinates.clone() }.into());
        };
        let mut sums = Sums::default();
        let mut labels = Labels::new(first.0);
        let mut extents = Extents::default();
        for (_, point) in points.clone() {
            sums.add(first, point);
            labels.add(point.0);
            extents.add(point.0);
        }
        let per_label = sums.solve().ok_or_else(|| labels.on_a_line(words))?;
        if flat(per_label) {
            return Err(Kind::CoordinatesOnLine { fields: words.coordinates.clone() }.into());
        }
        let mean = sums.mean();
        let mut affine = Affine {
            labels: [0, 1].map(|axis| f64::from(first.0[axis]) + mean[axis]),
            xy: [0, 1].map(|axis| first.1[axis] + mean[2 + axis]),
            per_label,
            steps: labels.steps,
            extents: labels.extents,
            outline: extents.outline(),
            residual: Residual { max: 0.0, rms: 0.0, trace: 0 },
            traces: sums.n,
        };
        affine.residual = affine.residual_of(points);
        Ok(affine)
    }

    fn residual_of(&self, points: impl Iterator<Item = (u64, Point)>) -> Residual {
        let (mut worst, mut trace, mut sum) = (-1.0, 0, 0.0);
        for (i, (labels, xy)) in points {
            let [x, y] = self.to_xy(f64::from(labels[0]), f64::from(labels[1]));
            let square = (x - xy[0]).powi(2) + (y - xy[1]).powi(2);
            sum += square;
            if square > worst {
                (worst, trace) = (square, i);
            }
        }
        Residual { max: worst.sqrt(), rms: (sum / self.traces as f64).sqrt(), trace }
    }

    /// Coordinates of labels, of which there may be parts.
    #[must_use]
    pub fn to_xy(&self, iline: f64, xline: f64) -> [f64; 2] {
        let (i, x) = (iline - self.labels[0], xline - self.labels[1]);
        let [per_iline, per_xline] = self.per_label;
        [0, 1].map(|axis| self.xy[axis] + i * per_iline[axis] + x * per_xline[axis])
    }

    /// Labels at coordinates, not rounded: (inline, crossline).
    #[must_use]
    pub fn to_labels(&self, x: f64, y: f64) -> [f64; 2] {
        let (x, y) = (x - self.xy[0], y - self.xy[1]);
        let [[xi, yi], [xx, yx]] = self.per_label;
        let det = xi * yx - yi * xx;
        [self.labels[0] + (x * yx - y * xx) / det, self.labels[1] + (y * xi - x * yi) / det]
    }

    /// By how much (x, y) change from one inline number to the next, and from one crossline number to
    /// the next.
    #[must_use]
    pub fn per_label(&self) -> [[f64; 2]; 2] {
        self.per_label
    }

    /// The direction in which inlines run, as crossline numbers rise: degrees counterclockwise from
    /// the x axis (from east), above -180, at most 180.
    #[must_use]
    pub fn rotation(&self) -> f64 {
        let [x, y] = self.per_label[1];
        let degrees = y.atan2(x).to_degrees();
        if degrees <= -180.0 { 180.0 } else { degrees }
    }

    /// The distance from one inline of the survey to the next, and from one crossline to the next.
    ///
    /// Numbers that go up by 2 from line to line count as one step.
    #[must_use]
    pub fn bin_size(&self) -> [f64; 2] {
        [0, 1].map(|axis: usize| {
            let [x, y] = self.per_label[axis];
            x.hypot(y) * f64::from(self.steps[axis])
        })
    }

    /// The labels of the corners of the grid, around it: lowest inline and crossline, highest inline
    /// and lowest crossline, highest of both, lowest inline and highest crossline.
    #[must_use]
    pub fn corners(&self) -> [[i32; 2]; 4] {
        let [[i0, i1], [x0, x1]] = self.extents;
        [[i0, x0], [i1, x0], [i1, x1], [i0, x1]]
    }

    /// The labels of the points of a polygon around all traces: along the lowest crosslines of all
    /// inlines, and back along the highest. The first point is not repeated at the end.
    #[must_use]
    pub fn outline(&self) -> &[[i32; 2]] {
        &self.outline
    }

    /// How far traces lie from it.
    #[must_use]
    pub fn residual(&self) -> Residual {
        self.residual
    }

    /// How many traces it was fitted to: those that have coordinates.
    #[must_use]
    pub fn traces(&self) -> u64 {
        self.traces
    }
}

/// Whether two vectors span no plane.
fn flat([[xi, yi], [xx, yx]]: [[f64; 2]; 2]) -> bool {
    let area = (xi * yx - yi * xx).abs();
    let spans_an_area = area > FLAT * xi.hypot(yi) * xx.hypot(yx) && area.is_finite();
    !spans_an_area
}

/// Sums of labels and coordinates as seen from the first point, and of their products.
#[derive(Default)]
struct Sums {
    n: u64,
    /// Of inline, crossline, x, y.
    sum: [f64; 4],
    /// Of inline with each of the four, and of crossline with each.
    products: [[f64; 4]; 2],
}

impl Sums {
    #[inline]
    fn add(&mut self, first: Point, (labels, xy): Point) {
        let label = |axis: usize| f64::from(labels[axis]) - f64::from(first.0[axis]);
        let values = [label(0), label(1), xy[0] - first.1[0], xy[1] - first.1[1]];
        self.n += 1;
        for (i, value) in values.into_iter().enumerate() {
            self.sum[i] += value;
            self.products[0][i] += values[0] * value;
            self.products[1][i] += values[1] * value;
        }
    }

    fn mean(&self) -> [f64; 4] {
        self.sum.map(|sum| sum / self.n as f64)
    }

    /// The change of x and y for one inline and for one crossline; None where labels lie on a line.
    fn solve(&self) -> Option<[[f64; 2]; 2]> {
        let mean = self.mean();
        let covariance = |a: usize, b: usize| self.products[a][b] - self.sum[a] * mean[b];
        let (ii, ix, xx) = (covariance(0, 0), covariance(0, 1), covariance(1, 1));
        let det = ii * xx - ix * ix;
        let spans_an_area = det > FLAT * ii * xx;
        spans_an_area.then(|| {
            let solved = |axis: usize| {
                let (i, x) = (covariance(0, 2 + axis), covariance(1, 2 + axis));
                [(i * xx - x * ix) / det, (x * ii - i * ix) / det]
            };
            let ([xi, xx], [yi, yx]) = (solved(0), solved(1));
            [[xi, yi], [xx, yx]]
        })
    }
}

/// Which labels there are along each axis.
struct Labels {
    first: [i32; 2],
    extents: [[i32; 2]; 2],
    /// The greatest common divisor of all distances, 0 where there is one label only.
    steps: [u32; 2],
}

impl Labels {
    fn new(first: [i32; 2]) -> Labels {
        Labels { first, extents: first.map(|label| [label; 2]), steps: [0; 2] }
    }

    #[inline]
    fn add(&mut self, labels: [i32; 2]) {
        for (axis, label) in labels.into_iter().enumerate() {
            let [low, high] = &mut self.extents[axis];
            *low = label.min(*low);
            *high = label.max(*high);
            // One is the least there is.
            if self.steps[axis] != 1 {
                let (mut a, mut b) = (label.abs_diff(self.first[axis]), self.steps[axis]);
                while b != 0 {
                    (a, b) = (b, a % b);
                }
                self.steps[axis] = a;
            }
        }
    }

    fn on_a_line(&self, words: &Words) -> Error {
        Kind::LabelsOnLine { extents: self.extents, bytes: words.labels.map(u64::from) }.into()
    }
}
