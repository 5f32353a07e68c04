"""Positions: coordinates, the affine map, the nearest trace, against what was written."""

import gc
import itertools
import math

import numpy as np
import pytest
from codes import raises
from hypothesis import given
from hypothesis import strategies as st

import segbuf
from segbuf.testing import write_file

# x0, y0, then the steps of x and y for an inline and for a crossline: turned by 30 degrees.
AFFINE = (451_000.0, 6_781_000.0, -12.5, 12.5 * math.sqrt(3), 25 * math.sqrt(3) / 2, 12.5)


def survey(ni=5, nx=7, **options):
    cube = np.zeros((ni, nx, 3), np.float32)
    options.setdefault("ilines", np.arange(100, 100 + ni))
    options.setdefault("xlines", np.arange(500, 500 + nx))
    return write_file(None, cube, **options)


def opened(file, **options):
    return segbuf.open(file, **options)


def xy(affine, il, xl):
    x0, y0, xi, yi, xx, yx = affine
    return x0 + xi * il + xx * xl, y0 + yi * il + yx * xl


def labels(ni=5, nx=7):
    il, xl = np.meshgrid(np.arange(100, 100 + ni), np.arange(500, 500 + nx), indexing="ij")
    return il.ravel(), xl.ravel()


@pytest.mark.filterwarnings("ignore:bin spacing:segbuf.SegbufWarning")
@pytest.mark.parametrize("scalar", [0, 1, -1, 10, -10, 100, -100, 1000, -1000, 10000, -10000])
@pytest.mark.parametrize("endian", ["big", "little"])
def test_coordinates_are_scaled_once(scalar, endian):
    # -10000 leaves six digits before the point.
    affine = (4_100.0, 78_000.0, *AFFINE[2:])
    file = survey(coordinates=affine, coordinate_scalar=scalar, endian=endian)
    x, y = xy(affine, *labels())
    with opened(file) as f:
        c = f.geometry.coords
        near = max(abs(scalar) if scalar > 0 else 1 / (-scalar or 1), 0) / 2 + 1e-9
        assert np.abs(c.x - x).max() <= near
        assert np.abs(c.y - y).max() <= near
        assert c.x.dtype == np.float64
        assert c.x.shape == (f.n_traces,)
        stored = np.array([f.header[i]["cdp_x"] for i in range(f.n_traces)])
        want = stored * float(scalar) if scalar > 0 else stored / float(-scalar or 1)
        assert (c.x == want).all()


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_coordinate_scalar_is_per_trace():
    n = 35
    rng = np.random.default_rng(0)
    scalars = rng.choice([0, 1, -1, 10, -10, 100, -100, 1000, 10000, -10000, 7, -32768], n)
    words = rng.integers(-(2**31), 2**31, (6, n))
    names = ["cdp_x", "cdp_y", "source_x", "source_y", "group_x", "group_y"]
    headers = dict(zip(names, words, strict=True))
    with opened(survey(headers=headers | {"coordinate_scalar": scalars})) as f:
        c = f.geometry.coords
        for got, stored in zip(
            [c.x, c.y, c.source_x, c.source_y, c.group_x, c.group_y], words, strict=True
        ):
            want = [
                v * float(s) if s > 0 else v / float(-s) if s < 0 else float(v)
                for v, s in zip(stored.tolist(), scalars.tolist(), strict=True)
            ]
            assert got.tolist() == want


@pytest.mark.filterwarnings("ignore:bin spacing:segbuf.SegbufWarning")
def test_revision_2_doubles_take_precedence_unless_zero():
    wide = np.where(np.arange(35) % 2, 1234.5678 + np.arange(35), 0.0)
    file = survey(
        coordinates=AFFINE,
        revision=2.0,
        additional_headers=1,
        headers={(240 + 161, "f8"): wide, (240 + 97, "f8"): wide, (240 + 121, "f8"): wide},
    )
    with opened(file) as f:
        c = f.geometry.coords
        x, y = xy(AFFINE, *labels())
        assert np.abs(c.x - np.where(wide, wide, x)).max() <= 0.005 + 1e-9
        assert np.abs(c.y - y).max() <= 0.005 + 1e-9
        assert (c.source_x == wide).all()
        assert (c.source_y == 0).all()
        assert (c.group_y == wide).all()


def test_foreign_extension_is_ignored():
    headers = {(240 + 161, "f8"): 5.0, (240 + 233, "S8"): b"VENDOR01"}
    file = survey(coordinates=AFFINE, revision=2.0, additional_headers=1, headers=headers)
    with opened(file) as f:
        assert f.geometry.coords.x.min() > 400_000


def test_coordinate_units_are_reported():
    def unit(code, system, scale=1.0):
        affine = tuple(v * scale for v in AFFINE)
        binary = {"measurement_system": system}
        headers = {"coordinate_units": code}
        file = survey(coordinates=affine, coordinate_scalar=1, headers=headers, binary=binary)
        with opened(file) as f:
            return f.geometry.coords.unit

    assert unit(1, 1) == "m"
    assert unit(1, 2) == "ft"
    assert unit(1, 0) is None
    assert unit(2, 1, 0.01) == "arcsec"
    assert unit(3, 1) == "deg"
    assert unit(0, 1) == "m"
    assert unit(0, 1, 0.01) is None
    assert unit(np.arange(35) % 2 + 1, 1) is None


def test_units_of_sources_and_groups_are_reported():
    # Their values decide apart from those of the ensembles, which are 0 here.
    for code, scalar, x, y, unit in [
        (2, -10, -19_800_000, 20_592_000, "arcsec"),
        (3, -10_000, -1_068_523, 342_891, "deg"),
        (1, 1, 450_000, 6_780_000, "m"),
    ]:
        headers = {"coordinate_units": code, "coordinate_scalar": scalar}
        headers |= {"source_x": x, "source_y": y, "group_x": x, "group_y": y}
        with opened(survey(headers=headers, binary={"measurement_system": 1})) as f:
            coords = f.geometry.coords
            assert (coords.source_unit, coords.group_unit) == (unit, unit)
            assert coords.unit is None or code == 1
            assert np.allclose(coords.source_x, x * abs(scalar) ** (-1 if scalar < 0 else 1))


def test_degrees_minutes_seconds_become_degrees():
    x = np.where(np.arange(35) % 2, 123_455_990, -123_455_990)  # 123 degrees 45' 59.90"
    headers = {"coordinate_units": 4, "coordinate_scalar": -100, "cdp_x": x, "cdp_y": 3_000_000}
    with opened(survey(headers=headers)) as f:
        c = f.geometry.coords
        assert c.unit == "deg"
        assert np.allclose(c.x, np.sign(x) * (123 + 45 / 60 + 59.9 / 3600), rtol=0, atol=1e-9)
        assert np.allclose(c.y, 3.0)


def test_implausible_coordinates_are_warned():
    with opened(survey(coordinates=AFFINE, headers={"coordinate_scalar": 10_000})) as f:
        with pytest.warns(segbuf.SegbufWarning, match=r"coordinate_scalar \(byte 71\)"):
            _ = f.geometry.affine
        _ = f.geometry.coords.x  # said once
    angles = (18_000.0, 216_000.0, 1.0, 0.0, 0.0, 1.0)
    text = "C 1 X AND Y ARE LONGITUDE AND LATITUDE"
    with (
        opened(survey(coordinates=angles, text=text)) as f,
        pytest.warns(segbuf.SegbufWarning, match=r"coordinate_units \(byte 89\)"),
    ):
        _ = f.geometry.coords.x
    headers = {"coordinate_units": 2}
    with opened(survey(coordinates=angles, text=text, headers=headers)) as f:
        assert f.geometry.coords.unit == "arcsec"


def test_coordinate_arrays_are_cached_and_readonly():
    with opened(survey(coordinates=AFFINE)) as f:
        c = f.geometry.coords
        assert f.geometry.coords is c
        assert "none" in repr(c)
        assert not c.x.flags.writeable
        assert "ensemble" in repr(c)
    # What was read outlives the file.
    assert c.y.shape == (35,)
    with pytest.raises(ValueError, match="closed"):
        _ = c.source_x


def test_affine_map_is_recovered():
    with opened(survey(coordinates=AFFINE, coordinate_scalar=-10000 // 100)) as f:
        a = f.geometry.affine
        assert f.geometry.affine is a
        il, xl = labels()
        x, y = a.to_xy(il, xl)
        want = xy(AFFINE, il, xl)
        assert np.abs(x - want[0]).max() < 0.01
        assert np.abs(y - want[1]).max() < 0.01
        back = a.to_labels(x, y)
        assert np.allclose(back[0], il, atol=1e-6)
        assert np.allclose(back[1], xl, atol=1e-6)
        assert a.rotation == pytest.approx(30, abs=0.01)
        assert a.bin_size == pytest.approx((25, 25), abs=0.01)
        assert a.bin_size.iline == a.bin_size[0]
        assert a.residual.max < 0.01
        assert a.residual.rms <= a.residual.max
        assert a.n_traces == 35
        assert [c[:2] for c in a.corners] == [(100, 500), (104, 500), (104, 506), (100, 506)]
        assert a.corners[1].x == a.to_xy(104, 500)[0]
        assert a.outline.shape == (4, 2)
        assert np.allclose(sorted(map(tuple, a.outline)), sorted((c.x, c.y) for c in a.corners))
        assert np.allclose(a.matrix @ [102, 503, 1], a.to_xy(102, 503), atol=1e-6)
        assert "rotation 30" in repr(a)


def test_affine_map_takes_scalars_and_arrays():
    with opened(survey(coordinates=AFFINE)) as f:
        a = f.geometry.affine
        x, y = a.to_xy(101, 502)
        assert isinstance(x, float)
        assert isinstance(y, float)
        grid = a.to_xy(np.arange(100, 105)[:, None], np.arange(500, 507))
        assert grid[0].shape == grid[1].shape == (5, 7)
        assert grid[0][1, 2] == x
        assert grid[0].flags.writeable
        assert isinstance(a.to_labels(x, y)[0], float)
        assert a.to_xy([], [])[0].shape == (0,)


def test_bin_size_matches_lines_in_file():
    options = {"ilines": np.arange(5) * 4 + 10, "xlines": 90 - 2 * np.arange(7)}
    with opened(survey(coordinates=AFFINE, **options)) as f:
        a = f.geometry.affine
        assert a.bin_size == pytest.approx((100, 50), abs=0.05)
        assert a.rotation == pytest.approx(30, abs=0.05)


def test_outlier_is_named():
    x, y = (np.rint(v * 100) for v in xy(AFFINE, *labels()))
    x[17] += 50_000
    headers = {"cdp_x": x, "cdp_y": y, "coordinate_scalar": -100}
    with opened(survey(headers=headers)) as f:
        assert f.geometry.affine.residual.trace == 17
        assert f.geometry.affine.residual.max > 400


def test_missing_coordinates_error_names_remedy():
    with opened(survey(headers={"source_x": labels()[0], "source_y": labels()[1]})) as f:
        with raises(segbuf.GeometryError, "no-coordinates"):
            _ = f.geometry.affine
        with pytest.raises(segbuf.GeometryError, match="no trace has coordinates"):
            f.geometry.nearest(1, 2)
        c = f.geometry.coords
        fit = f.geometry.fit(c.source_x, c.source_y)
        assert fit.bin_size == pytest.approx((1, 1))
        assert fit.nearest(104.1, 506.2).trace == 34
        with pytest.raises(ValueError, match="one x and one y for each trace"):
            f.geometry.fit([1.0], c.source_y)
        with pytest.raises(segbuf.GeometryError, match="the x and y given"):
            f.geometry.fit(np.zeros(35), np.zeros(35))


def test_single_line_has_no_affine_map():
    with opened(survey(1, 30, coordinates=AFFINE)) as f:
        with pytest.raises(segbuf.GeometryError, match=r"inlines 100 to 100 \(byte 189\)"):
            _ = f.geometry.affine
        # A line has coordinates all the same.
        assert f.geometry.nearest(*xy(AFFINE, 100, 512)).xline == 512
    file = write_file(None, np.zeros((9, 4), np.float32), headers={"cdp_x": np.arange(1, 10)})
    with opened(file) as f, raises(segbuf.GeometryError, "labels-on-line"):
        _ = f.geometry.affine


def test_coordinate_fields_follow_open_options():
    file = survey(coordinates=AFFINE, iline=9, xline=21)
    with opened(file, iline=9, xline=21) as f:
        assert f.geometry.affine.bin_size == pytest.approx((25, 25), abs=0.01)
    with opened(file) as f, pytest.raises(segbuf.GeometryError, match=r"byte 189"):
        _ = f.geometry.affine


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_extreme_coordinates_have_affine_map():
    il, xl = (np.interp(v, (v.min(), v.max()), (-(2**31), 2**31 - 1)) for v in labels())
    headers = {"cdp_x": np.rint(il), "cdp_y": np.rint(xl), "coordinate_scalar": 32767}
    with opened(survey(headers=headers)) as f:
        a = f.geometry.affine
        assert a.bin_size == pytest.approx((2**32 / 4 * 32767, 2**32 / 6 * 32767))
        assert a.residual.max / a.bin_size.xline < 1e-8
        assert f.geometry.nearest(1e15, -1e15).trace == 4 * 7


@given(
    ni=st.integers(2, 6),
    nx=st.integers(2, 6),
    seed=st.integers(0, 2**32 - 1),
    fold=st.integers(1, 3),
)
def test_affine_map_of_incomplete_survey_is_recovered(ni, nx, seed, fold):
    rng = np.random.default_rng(seed)
    n = ni * nx
    order = rng.permutation(n)[: rng.integers(1, n + 1)]
    order = np.repeat(order, fold)
    file = survey(ni, nx, coordinates=AFFINE, trace_order=order)
    il, xl = (v[order] for v in labels(ni, nx))
    with opened(file) as f:
        c = f.geometry.coords
        at = np.array(xy(AFFINE, rng.uniform(99, 107, 20), rng.uniform(499, 507, 20)))
        found = f.geometry.nearest(*at)
        squares = (c.x[:, None] - at[0]) ** 2 + (c.y[:, None] - at[1]) ** 2
        assert (found.trace == squares.argmin(axis=0)).all()
        assert np.allclose(found.distance**2, squares.min(axis=0), rtol=1e-6)
        assert (found.iline == il[found.trace]).all()
        assert (found.xline == xl[found.trace]).all()
        points = np.stack([il, xl], axis=1) - [il[0], xl[0]]
        if np.linalg.matrix_rank(points) < 2:
            with pytest.raises(segbuf.GeometryError):
                _ = f.geometry.affine
            return
        a = f.geometry.affine
        assert np.abs(np.array(a.to_xy(il, xl)) - xy(AFFINE, il, xl)).max() < 0.02
        assert a.n_traces == len(order)
        lowest = {i: xl[il == i].min() for i in set(il.tolist())}
        for i, x in lowest.items():
            # Every end of a line is on the outline.
            ring = np.vstack([a.outline, a.outline[:1]])
            assert distance_to(ring, np.array(a.to_xy(i, x))) < 0.01


def distance_to(ring, point):
    best = np.inf
    for p, q in itertools.pairwise(ring):
        along = np.clip((point - p) @ (q - p) / max((q - p) @ (q - p), 1e-30), 0, 1)
        best = min(best, np.hypot(*(p + along * (q - p) - point)))
    return best


def test_nearest_trace_is_found():
    with opened(survey(coordinates=AFFINE)) as f:
        x, y = xy(AFFINE, 103, 501)
        found = f.geometry.affine.nearest(x + 5, y - 5)
        assert found[:3] == (3 * 7 + 1, 103, 501)
        assert found.distance == pytest.approx(math.sqrt(50), abs=0.02)
        assert isinstance(found.trace, int)
        many = f.geometry.nearest([x, x], [[y], [y]])
        assert many.trace.shape == (2, 2)
        assert f.trace[many.trace[0]].shape == (2, 3)
        with pytest.raises(ValueError, match="finite"):
            f.geometry.nearest(np.nan, 0)


def test_traces_without_coordinates_are_ignored():
    x, y = (np.rint(v * 100) for v in xy(AFFINE, *labels()))
    x[5] = y[5] = 0
    with opened(survey(headers={"cdp_x": x, "cdp_y": y, "coordinate_scalar": -100})) as f:
        assert f.geometry.affine.n_traces == 34
        assert f.geometry.affine.residual.max < 0.01
        assert f.geometry.nearest(0, 0).trace != 5
        assert f.geometry.coords.x[5] == 0


def test_corpus_coordinates_match_expected(corpus):
    with segbuf.open(corpus / "segyio__f3.sgy") as f:
        a = f.geometry.affine
        # The F3 block: bins of 25 by 25 m.
        assert a.bin_size == pytest.approx((25, 25), abs=0.1)
        assert a.residual.max < 1
    with segbuf.open(corpus / "segyio__trace-header-extension1.sgy") as f:
        assert f.geometry.coords.x.shape == (f.n_traces,)


def test_closed_file_is_freed_with_its_coordinates():
    memory = bytearray(survey(coordinates=AFFINE))
    f = opened(memory)
    affine = f.geometry.affine
    affine.nearest(1.0, 2.0)
    gc.disable()
    try:
        del f, affine
        memory.append(0)  # nobody holds it any more
    finally:
        gc.enable()
