//! Positions: maps that were put in come out, whatever the survey lacks.

use proptest::prelude::*;
use segbuf::error::{Class, Kind};
use segbuf::survey::{Affine, Point, Words};

/// An affine map of labels, by the plain rule.
#[derive(Debug, Clone, Copy)]
struct Map {
    origin: [f64; 2],
    /// Of the steps per inline and per crossline: length and direction in degrees.
    iline: (f64, f64),
    xline: (f64, f64),
}

impl Map {
    fn xy(&self, [i, x]: [i32; 2]) -> [f64; 2] {
        let (i, x) = (f64::from(i), f64::from(x));
        let along = |(length, degrees): (f64, f64)| {
            let angle = degrees.to_radians();
            [length * angle.cos(), length * angle.sin()]
        };
        let (u, v) = (along(self.iline), along(self.xline));
        [0, 1].map(|axis| self.origin[axis] + i * u[axis] + x * v[axis])
    }
}

fn maps() -> impl Strategy<Value = Map> {
    let origin = prop::array::uniform2(-1e7..1e7);
    (origin, 1.0..200.0, 1.0..200.0, -179.0..180.0, 20.0..160.0, any::<bool>()).prop_map(
        |(origin, il, xl, xline, between, left)| {
            let turn: f64 = if left { between } else { -between };
            Map { origin, iline: (il, xline + turn), xline: (xl, xline) }
        },
    )
}

/// Labels of a grid: (first, step, count) of each axis.
fn grids() -> impl Strategy<Value = [(i32, i32, i32); 2]> {
    prop::array::uniform2((-5000i32..5000, 1i32..7, 2i32..20))
}

fn labels([(i0, di, ni), (x0, dx, nx)]: [(i32, i32, i32); 2]) -> Vec<[i32; 2]> {
    (0..ni).flat_map(|i| (0..nx).map(move |x| [i0 + i * di, x0 + x * dx])).collect()
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

fn fit(points: &[Point]) -> segbuf::Result<Affine> {
    Affine::fit(points.iter().copied(), &Words::default())
}

proptest! {
    #[test]
    fn affine_map_is_recovered(map in maps(), grid in grids()) {
        let points: Vec<Point> = labels(grid).into_iter().map(|l| (l, map.xy(l))).collect();
        let affine = fit(&points).unwrap();
        for &([i, x], xy) in &points {
            prop_assert!(distance(affine.to_xy(f64::from(i), f64::from(x)), xy) < 1e-5);
            let back = affine.to_labels(xy[0], xy[1]);
            prop_assert!(distance(back, [f64::from(i), f64::from(x)]) < 1e-5);
        }
        let [(_, di, _), (_, dx, _)] = grid;
        let bins = [map.iline.0 * f64::from(di), map.xline.0 * f64::from(dx)];
        prop_assert!(distance(affine.bin_size(), bins) < 1e-5);
        let turned = (affine.rotation() - map.xline.1).rem_euclid(360.0);
        prop_assert!(turned.min(360.0 - turned) < 1e-4);
        prop_assert!(-180.0 < affine.rotation() && affine.rotation() <= 180.0);
        prop_assert!(affine.residual().rms <= affine.residual().max);
        prop_assert!(affine.residual().max < 1e-5);
        prop_assert_eq!(affine.traces(), points.len() as u64);
        prop_assert_eq!(affine.outline().len(), 4);
        let mut outline = affine.outline().to_vec();
        let mut corners = affine.corners().to_vec();
        outline.sort_unstable();
        corners.sort_unstable();
        prop_assert_eq!(outline, corners);
    }

    #[test]
    fn missing_traces_and_noise_change_affine_map_little(
        map in maps(),
        live in prop::collection::vec(prop::bool::weighted(0.7), 19 * 19),
        dead in prop::collection::vec(prop::bool::weighted(0.1), 19 * 19),
        noise in prop::collection::vec(-0.5f64..0.5, 2 * 19 * 19),
    ) {
        let grid = [(100, 2, 19), (500, 4, 19)];
        let points: Vec<Point> = labels(grid)
            .into_iter()
            .enumerate()
            .filter(|(i, _)| live[*i])
            .map(|(i, l)| {
                let [x, y] = map.xy(l);
                let xy = [x + noise[2 * i], y + noise[2 * i + 1]];
                (l, if dead[i] { [0.0, 0.0] } else { xy })
            })
            .collect();
        let affine = fit(&points).unwrap();
        for &([i, x], _) in &points {
            let near = distance(affine.to_xy(f64::from(i), f64::from(x)), map.xy([i, x]));
            prop_assert!(near < 0.5, "{near}");
        }
        let known = points.iter().filter(|(_, xy)| *xy != [0.0, 0.0]);
        let off = |&([i, x], xy): &Point| distance(affine.to_xy(f64::from(i), f64::from(x)), xy);
        let worst = known.clone().map(off).fold(0.0, f64::max);
        prop_assert!((affine.residual().max - worst).abs() < 1e-9);
        prop_assert!((off(&points[affine.residual().trace as usize]) - worst).abs() < 1e-9);
        prop_assert_eq!(affine.traces(), known.count() as u64);
    }

    #[test]
    fn arbitrary_points_give_map_or_error(
        points in prop::collection::vec(
            (prop::array::uniform2(any::<i32>()), prop::array::uniform2(any::<f64>())), 0..20),
    ) {
        match fit(&points) {
            Ok(affine) => prop_assert!(affine.traces() >= 3),
            Err(e) => prop_assert_eq!(e.class(), Class::Geometry),
        }
    }
}

#[test]
fn affine_map_is_least_squares() {
    // Without noise in a corner, the plane through four points misses each by a quarter of it.
    let points = [
        ([0, 0], [0.0, 100.0]),
        ([0, 1], [10.0, 100.0]),
        ([1, 0], [0.0, 120.0]),
        ([1, 1], [10.0, 124.0]),
    ];
    let affine = fit(&points).unwrap();
    assert!((affine.residual().max - 1.0).abs() < 1e-12);
    assert!((affine.residual().rms - 1.0).abs() < 1e-12);
}

#[test]
fn missing_affine_map_has_reason() {
    let code = |points: &[Point]| fit(points).unwrap_err().code();
    let nowhere = [([1, 1], [0.0, 0.0]), ([1, 2], [0.0, 0.0]), ([2, 1], [0.0, 0.0])];
    assert_eq!(code(&nowhere), "no-coordinates");
    assert_eq!(code(&[]), "no-coordinates");
    let line = [([7, 1], [1.0, 0.0]), ([7, 2], [2.0, 0.0]), ([7, 5], [5.0, 0.0])];
    let extents = [[7, 7], [1, 5]];
    assert_eq!(*fit(&line).unwrap_err().kind(), Kind::LabelsOnLine { extents, bytes: [189, 193] });
    let diagonal = [([1, 1], [1.0, 0.0]), ([2, 2], [2.0, 7.0]), ([3, 3], [3.0, 1.0])];
    assert_eq!(code(&diagonal), "labels-on-line");
    let constant = [([1, 1], [5.0, 6.0]), ([1, 2], [5.0, 6.0]), ([2, 1], [5.0, 6.0])];
    assert_eq!(code(&constant), "coordinates-on-line");
}
