"""Depth slices, the cube, windows, arbitrary lines: the oracle is NumPy on an array of it all."""

import hashlib
import os
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest
from codes import raises
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

import segbuf
from segbuf.testing import bad_destinations, destinations, make_cube, surveys, write_file

pytestmark = pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
FILL = 5
SURVEYS = surveys().filter(lambda s: s.has_keys)


def opened(survey, **options):
    options = {"fill": FILL, "duplicates": "last"} | options
    return segbuf.open(survey.file, format=survey.format, **survey.options, **options)


def whole(survey, **options):
    options = {"fill": FILL, "duplicates": "last"} | options
    return np.stack([survey.line("inline", k, **options) for k in survey.axes.inline.tolist()])


def same(a, b):
    if np.shape(a) != np.shape(b) or a.dtype != b.dtype or type(a) is not type(b):
        return False
    return np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


@st.composite
def keys_of(draw, shape):
    """Keys of every sort for an array of a shape: most fit, some do not."""
    joint = draw(npst.array_shapes(min_dims=0, max_dims=2, min_side=0, max_side=3))
    strays = draw(st.sampled_from([0, 0, 0, 1]))
    items = []
    axis = 0
    while axis < len(shape):
        n = shape[axis]
        low, high = -n - strays, n - 1 + strays
        kind = draw(st.sampled_from(["slice", "slice", "int", "array", "list", "mask", "masks"]))
        if kind == "slice":
            items.append(draw(st.slices(n)))
        elif kind == "int":
            items.append(draw(st.integers(low, high)))
        elif kind == "mask" or (kind == "masks" and axis + 1 == len(shape)):
            items.append(draw(npst.arrays(bool, n + draw(st.sampled_from([0, 0, 0, strays])))))
        elif kind == "masks":
            items.append(draw(npst.arrays(bool, shape[axis : axis + 2])))
            axis += 1
        else:
            some = draw(npst.broadcastable_shapes(joint, max_dims=len(joint), max_side=3))
            dtype = draw(st.sampled_from([np.int8, np.int16, np.dtype(">i4"), np.int64]))
            array = draw(npst.arrays(dtype, some, elements=st.integers(low, high)))
            items.append(array.tolist() if kind == "list" else array)
        axis += 1
    items = items[: draw(st.sampled_from([len(items)] * 3 + list(range(len(items)))))]
    odd = st.sampled_from([..., ..., None, None, True, False, np.True_, slice(None), 0])
    for item in draw(st.lists(odd, max_size=draw(st.sampled_from([0, 0, 1, 2])))):
        items.insert(draw(st.integers(0, len(items))), item)
    if draw(st.integers(0, 30)) == 0:
        bad = draw(
            st.sampled_from([1.0, "1", b"1", [1.5], np.array(2.0), object(), 2**70, [2**70]])
        )
        items.insert(draw(st.integers(0, len(items))), bad)
    return items[0] if len(items) == 1 and draw(st.booleans()) else tuple(items)


def equals_numpy(array, want, key):
    try:
        part = want[key]
    except (IndexError, ValueError):  # ValueError for ragged lists
        with pytest.raises(segbuf.TraceIndexError):
            array[key]
        return
    got = array[key]
    assert same(got, part), key
    out = np.full(np.shape(part), 77, want.dtype)
    array.read_into(key, out)
    assert np.array_equal(out, part, equal_nan=want.dtype.kind == "f")


@pytest.mark.slow
@settings(max_examples=200)
@given(st.data())
def test_cube_and_depth_slices_index_like_numpy(data):
    survey = data.draw(SURVEYS, "survey")
    want = whole(survey)
    with opened(survey) as f:
        for _ in range(4):
            equals_numpy(f.cube, want, data.draw(keys_of(want.shape), "cube"))
            turned = np.moveaxis(want, -1, 0)
            equals_numpy(f.depth_slice, turned, data.draw(keys_of(turned.shape), "depth_slice"))


@pytest.mark.slow
@settings(max_examples=100)
@given(st.data())
def test_cube_reads_into_any_destination(data):
    survey = data.draw(surveys(finite=True).filter(lambda s: s.has_keys), "survey")
    want = whole(survey)
    kind = data.draw(st.sampled_from(["slices", "box", "points"]))
    key = data.draw(keys_of(want.shape).filter(lambda k: fits(want, k)), "key")
    if kind == "slices":
        key = data.draw(st.lists(st.integers(0, survey.n_samples - 1)), "slices")
        want = np.moveaxis(want, -1, 0)
    part = want[key]
    destination = data.draw(destinations(part.shape, part.dtype), "destination")
    with opened(survey) as f:
        array = f.depth_slice if kind == "slices" else f.cube
        array.read_into(key, destination.target)
    assert destination.guard_ok()
    assert np.array_equal(destination.array(), part)


def fits(array, key):
    try:
        array[key]
    except (IndexError, ValueError):
        return False
    return True


@settings(max_examples=100)
@given(st.data())
def test_bad_destinations_are_refused_untouched(data):
    survey = data.draw(surveys(kinds=["regular"], formats=[1, 3, 5]), "survey")
    shape = whole(survey).shape[:-1]
    bad = data.draw(bad_destinations(shape, survey.traces.dtype), "destination")
    with opened(survey) as f, pytest.raises(bad.error):
        f.depth_slice.read_into(0, bad.target)
    assert bad.untouched()


@settings(max_examples=150)
@given(st.data())
def test_windows_match_numpy(data):
    survey = data.draw(SURVEYS, "survey")
    want = whole(survey)
    n = survey.n_samples
    length = data.draw(st.integers(0, 25), "length")
    anywhere = st.integers(-30, 50) | st.sampled_from([-(2**63), 2**63 - 1])
    starts = data.draw(
        anywhere | npst.arrays(np.int64, want.shape[:-1], elements=anywhere), "starts"
    )
    expected = np.full((*want.shape[:-1], length), FILL, want.dtype)
    where = np.broadcast_to(starts, want.shape[:-1])
    for cell in np.ndindex(want.shape[:-1]):
        for i in range(length):
            if 0 <= int(where[cell]) + i < n:
                expected[(*cell, i)] = want[(*cell, int(where[cell]) + i)]
    with opened(survey) as f:
        assert same(f.window(starts, length), expected)
        out = np.empty_like(expected)
        assert f.window(starts, length, out) is out
        assert same(out, expected)


@settings(max_examples=100)
@given(st.data())
def test_arbitrary_lines_match_numpy(data):
    survey = data.draw(SURVEYS, "survey")
    want, axes = whole(survey), survey.axes
    one = st.tuples(st.integers(0, len(axes.inline) - 1), st.integers(0, len(axes.crossline) - 1))
    places = data.draw(st.lists(one), "places")
    line = [(int(axes.inline[i]), int(axes.crossline[x])) for i, x in places]
    expected = np.empty((len(places), *want.shape[2:]), want.dtype)
    for row, place in enumerate(places):
        expected[row] = want[place]
    with opened(survey) as f:
        assert same(f.traces_along(line), expected)
        absent = max(axes.inline.tolist()) + 1
        with raises(segbuf.LabelError, "unknown-label"):
            f.traces_along([*line, (absent, int(axes.crossline[0]))])


@pytest.fixture
def path(tmp_path):
    where = tmp_path / "volume.sgy"
    cube = make_cube(7, 11, 60)
    write_file(where, cube, ilines=range(100, 107), xlines=range(50, 72, 2), format=5)
    return where


def test_cube_reports_shape_without_reading(path):
    with segbuf.open(path) as f:
        cube = f.cube
        assert (cube.shape, cube.ndim, cube.size, len(cube)) == ((7, 11, 60), 3, 4620, 7)
        assert cube.dtype == np.float32
        assert cube.nbytes == 4 * 4620
        assert cube.dims == ("inline", "crossline", "sample")
        assert cube.coords["inline"].tolist() == list(range(100, 107))
        assert cube.coords["crossline"].tolist() == list(range(50, 72, 2))
        assert cube.coords["sample"].tolist() == [4.0 * i for i in range(60)]
        assert cube.chunks == (7, 11, 60)
        assert repr(cube) == "<cube of 7 inlines, 11 crosslines, 60 samples, float32>"
        assert repr(f.depth_slice) == "<60 depth slices, float32>"
    file = write_file(None, np.zeros((2, 3, 4, 50), np.int16), format=3, interval=None)
    with segbuf.open(file) as f:
        assert f.cube.dims == ("inline", "crossline", "offset", "sample")
        assert list(f.cube.coords) == ["inline", "crossline", "offset"]
        assert f.cube.dtype == np.int16


@pytest.mark.parametrize("sorting", ["inline", "crossline"])
def test_chunks_are_whole_lines(sorting):
    file = write_file(None, np.zeros((300, 200, 1), np.float32), sorting=sorting, format=5)
    with segbuf.open(file, n_samples=1) as f:
        cube = f.cube
        cube.shape = (300, 200, 1000)
        assert cube.chunks == ((41, 200, 1000) if sorting == "inline" else (300, 27, 1000))


def test_depth_slice_is_mapping_by_index(path):
    with segbuf.open(path) as f:
        want = np.asarray(f.cube)
        assert len(f.depth_slice) == 60
        assert 59 in f.depth_slice
        assert 60 not in f.depth_slice
        assert list(f.depth_slice.keys()) == list(range(60))
        kept = list(f.depth_slice)
        assert np.array_equal(np.stack(kept), np.moveaxis(want, -1, 0))
        assert f.depth_slice[[10, 20, 30]].shape == (3, 7, 11)
        with pytest.raises(segbuf.TraceIndexError, match="index 60 is out of bounds"):
            f.depth_slice[60]
        with pytest.raises(IndexError):
            f.depth_slice[[3, -61]]


def test_iteration_crosses_block_boundaries(path, monkeypatch):
    monkeypatch.setattr("segbuf._modes.cube.SWEEP_BYTES", 7 * 4 * 77)
    with segbuf.open(path) as f:
        kept = list(f.depth_slice)
        assert np.array_equal(np.stack(kept), np.moveaxis(np.asarray(f.cube), -1, 0))


def test_cube_converts_to_array(path):
    with segbuf.open(path) as f:
        want = np.stack(list(f.trace)).reshape(7, 11, 60)
        assert np.array_equal(f.cube, want)
        assert np.asarray(f.cube, np.float64).dtype == np.float64
        assert np.array_equal(np.stack(list(f.cube)), want)
        with pytest.raises(ValueError, match="without a copy"):
            f.cube.__array__(copy=False)


def test_cube_pickles_with_file(path):
    with segbuf.open(path, fill=3) as f:
        again = pickle.loads(pickle.dumps(f.cube))  # noqa: S301 - our own
        assert np.array_equal(again, f.cube)


def test_missing_traces_are_nan_and_integers_need_fill():
    cube = np.arange(3 * 4 * 5).reshape(3, 4, 5)
    for format_, dtype in ((5, np.float32), (3, np.int16)):
        file = write_file(
            None, cube.astype(dtype), trace_order=[*range(5), *range(6, 12)], format=format_
        )
        with segbuf.open(file, n_samples=5) as f:
            if dtype is np.int16:
                with pytest.raises(segbuf.GeometryError, match="fill="):
                    f.depth_slice[0]
                out = np.empty((3, 4), np.float32)
                f.depth_slice.read_into(0, out)
                assert np.isnan(out[1, 1])
            else:
                assert np.argwhere(np.isnan(f.depth_slice[0])).tolist() == [[1, 1]]
                assert np.isnan(f.window(4, 2)).sum() == 12 + 1
                assert np.isnan(f.traces_along([(2, 2), (1, 1)])).any(axis=1).tolist() == [1, 0]
            assert f.cube[0].tolist() == cube[0].tolist()


def test_bad_windows_are_refused(path):
    with segbuf.open(path) as f:
        with pytest.raises(TypeError, match="whole sample indices"):
            f.window(np.zeros((7, 11)), 3)
        with pytest.raises(ValueError, match="found \\(11, 7\\)"):
            f.window(np.zeros((11, 7), int), 3)
        with pytest.raises(ValueError, match="length"):
            f.window(0, -1)
        with pytest.raises(segbuf.DestinationError, match="wrong shape"):
            f.window(0, 3, np.empty((7, 11, 2), np.float32))


@pytest.mark.parametrize("bins", [[100, 50], [(100, 50, 0)], [(100,)], [(100, 50), None]])
def test_bad_bins_are_refused(path, bins):
    with segbuf.open(path) as f, pytest.raises(TypeError, match="go by inline and crossline"):
        f.traces_along(bins)


def test_cube_needs_survey():
    file = write_file(None, np.zeros((5, 6), np.float32), format=5)
    with segbuf.open(file, n_samples=6) as f:
        assert len(f.depth_slice) == 6
        for read in (lambda: f.cube, lambda: f.depth_slice[0], lambda: f.window(0, 1)):
            with pytest.raises(segbuf.GeometryError, match="no survey"):
                read()


def test_sparse_survey_is_refused_unless_requested():
    labels = np.arange(300)
    file = write_file(
        None, np.ones((300, 4), np.float32), ilines=labels + 1, xlines=3 * labels + 1, format=5
    )
    with segbuf.open(file) as f, pytest.raises(segbuf.GeometryError, match="max_sparsity="):
        _ = f.cube
    with segbuf.open(file, max_sparsity=300) as f:
        assert f.cube.shape == (300, 300, 4)
        assert np.nansum(f.depth_slice[2]) == 300
    with segbuf.open(file, max_sparsity=299) as f, pytest.raises(segbuf.GeometryError):
        _ = f.cube


def test_swapped_lines_are_found_before_slice_is_read():
    """Samples without their headers: the survey is proved first."""
    cube = make_cube(8, 9, 20)
    order = np.arange(72)
    order[[30, 31]] = order[[31, 30]]
    file = write_file(None, cube, trace_order=order, format=5)
    for key in ((3,), ([3, 7],), (..., slice(3, 8)), ([2, 3, 4], [3, 4, 5], [3, 4, 5])):
        with segbuf.open(file) as f:
            assert np.array_equal(f.cube[..., 4], cube[..., 4])
        with segbuf.open(file) as f:
            assert np.array_equal(f.cube[key], cube[key])
        with segbuf.open(file) as f:
            assert np.array_equal(f.depth_slice[key[0]], np.moveaxis(cube, -1, 0)[key[0]])


def test_cube_serves_many_threads(path):
    with segbuf.open(path) as f:
        want = np.moveaxis(np.asarray(f.cube), -1, 0)
        wrong = []

        def read(first):
            out = np.empty((7, 11), np.float32)
            for k in range(first, 60, 4):
                f.depth_slice.read_into(k, out)
                if not np.array_equal(out, want[k]):
                    wrong.append(k)

        threads = [threading.Thread(target=read, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong


def test_slice_read_into_needs_no_numpy(path):
    program = f"""
import array, sys, segbuf
with segbuf.open({str(path)!r}) as f:
    out = array.array("f", bytes(4 * 77))
    f.depth_slice.read_into(3, out)
    f.cube.read_into((2, slice(None), slice(5, 12)), out)
assert "numpy" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_dask_reads_cube_in_chunks(path):
    dask_array = pytest.importorskip("dask.array")
    with segbuf.open(path) as f:
        lazy = dask_array.from_array(f.cube, chunks=(3, 4, 60))
        assert np.allclose(lazy.sum().compute(), np.asarray(f.cube).sum(), rtol=1e-4)
        assert dask_array.from_array(f.cube).chunks == ((7,), (11,), (60,))


@pytest.mark.slow
# Warnings of what a cluster is made of are no faults of ours.
@pytest.mark.filterwarnings("default")
def test_dask_cluster_workers_read_cube(path, tmp_path):
    """A scheduler and two processes: chunks are read where they are summed."""
    distributed = pytest.importorskip("distributed")
    dask_array = pytest.importorskip("dask.array")
    prestack = np.arange(8 * 9 * 3 * 20, dtype=np.float32).reshape(8, 9, 3, 20)
    write_file(tmp_path / "prestack.sgy", prestack, format=5)
    with (
        distributed.LocalCluster(
            n_workers=2, processes=True, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        for file in (path, tmp_path / "prestack.sgy"):
            with segbuf.open(file) as f:
                whole = np.asarray(f.cube)
                assert dask_array.from_array(f.cube).sum().compute() == pytest.approx(whole.sum())
                chunks = (2, 3, *f.cube.shape[2:])
                lazy = dask_array.from_array(f.cube, chunks=chunks).astype(np.float64)
                assert lazy.sum().compute() == pytest.approx(whole.sum(dtype=np.float64))
                # Each of them reads it.
                read = client.run(_digest, f.cube)
                assert len({pid for pid, _ in read.values()} - {os.getpid()}) == 2
                assert {digest for _, digest in read.values()} == {_digest(whole)[1]}


def _digest(array):
    return os.getpid(), hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()
