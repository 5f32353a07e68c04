"""Arrays of two or more dimensions have the shape of what is read, flat memory its length."""

import itertools
import math

import numpy as np
import pytest
from codes import raises
from hypothesis import given
from hypothesis import strategies as st

import segbuf
from segbuf.testing import write_file

NI, NX, NO, NS = 4, 3, 2, 6
ILINES, XLINES, OFFSETS = range(10, 10 + NI), range(20, 20 + NX), range(1, 1 + NO)


def survey(*, prestack=False, crossline_sorted=False):
    """Return the bytes of a survey, and its cube, whose values are all different."""
    grid = (NI, NX, NO) if prestack else (NI, NX)
    cube = np.arange(math.prod(grid) * NS, dtype=np.float32).reshape(*grid, NS)
    words = np.meshgrid(ILINES, XLINES, *([OFFSETS] if prestack else []), indexing="ij")
    traces = cube
    if crossline_sorted:
        traces = traces.swapaxes(0, 1)
        words = [word.swapaxes(0, 1) for word in words]
    names = ("inline", "crossline", "offset")
    headers = {name: word.ravel() for name, word in zip(names, words, strict=False)}
    return write_file(None, traces.reshape(-1, NS), format=5, headers=headers), cube


@pytest.fixture(params=[False, True], ids=["post-stack", "prestack"])
def opened(request):
    content, cube = survey(prestack=request.param)
    with segbuf.open(content) as f:
        yield f, cube


def reads(f, cube):
    """Yield each way to read into memory, and what it reads."""
    flat = cube.reshape(-1, NS)
    prestack = cube.ndim == 4
    yield lambda out: f.trace.read_into(slice(1, 5), out), flat[1:5]
    yield lambda out: f.trace.read_into([3, 0, 2, 1], out), flat[[3, 0, 2, 1]]
    yield lambda out: f.trace.read_into((slice(0, 4), slice(1, 4)), out), flat[:4, 1:4]
    yield lambda out: f.read_into(out, traces=slice(0, 6)), flat[:6]
    yield lambda out: f.iline.read_into(11, out), cube[1]
    yield lambda out: f.iline.read_into(slice(11, 13), out), cube[1:3]
    yield lambda out: f.iline.read_into(11, out, samples=slice(0, 4)), cube[1, ..., :4]
    yield lambda out: f.xline.read_into(21, out), cube[:, 1]
    yield lambda out: f.cube.read_into(..., out), cube
    yield lambda out: f.cube.read_into(np.s_[1:3, :, ::2], out), cube[1:3, :, ::2]
    yield lambda out: f.cube.read_into(np.s_[[2, 0], :2], out), cube[[2, 0], :2]
    yield lambda out: f.depth_slice.read_into(2, out), cube[..., 2]
    yield lambda out: f.depth_slice.read_into([1, 3], out), np.moveaxis(cube[..., [1, 3]], -1, 0)
    yield lambda out: f.window(1, 3, out), cube[..., 1:4]
    bins = [(10, 21), (12, 20)]
    yield lambda out: f.traces_along(bins, out), cube[[0, 2], [1, 0]]
    group = f.group("inline")
    yield lambda out: group.read_into(12, out), cube[2].reshape(-1, NS)
    if prestack:
        yield lambda out: f.gather.read_into((11, 21), out), cube[1, 1]
        yield lambda out: f.iline.read_into((11, slice(1, 3)), out), cube[1]


def shapes_of(n):
    """Return every shape of two to four dimensions with `n` elements, some of 1."""
    divisors = [k for k in range(1, n + 1) if n % k == 0]
    found = (
        shape
        for ndim in (2, 3, 4)
        for shape in itertools.product(divisors, repeat=ndim)
        if math.prod(shape) == n
    )
    return list(found)


def fits(found, want):
    found, want = ([n for n in shape if n != 1] for shape in (found, want))
    return found == want or len(found) < 2


def test_array_of_another_shape_is_refused_untouched(opened):
    f, cube = opened
    for read, want in reads(f, cube):
        n_refused = 0
        for shape in shapes_of(want.size):
            out = np.full(shape, -1, np.float32)
            if fits(shape, want.shape):
                read(out)
                np.testing.assert_array_equal(out.reshape(want.shape), want)
                continue
            with raises(segbuf.DestinationError, "wrong-shape") as caught:
                read(out)
            assert str(want.shape) in str(caught.value)
            assert str(shape) in str(caught.value)
            assert (out == -1).all()
            n_refused += 1
        assert n_refused


def test_flat_memory_and_bytes_take_any_shape_of_read(opened):
    f, cube = opened
    for read, want in reads(f, cube):
        flat = np.empty(want.size, np.float32)
        read(flat)
        np.testing.assert_array_equal(flat.reshape(want.shape), want)
        octets = np.zeros((2, want.size, 2), np.uint8)
        read(octets)
        np.testing.assert_array_equal(octets.ravel().view(np.float32), flat)
        with raises(segbuf.DestinationError, "wrong-length"):
            read(np.empty(want.size + 1, np.float32))


def test_transposed_array_is_refused():
    content, cube = survey()
    with segbuf.open(content) as f:
        for wrong in (cube.T, cube.swapaxes(0, 1), cube.swapaxes(1, 2)):
            with raises(segbuf.DestinationError, "wrong-shape"):
                f.cube.read_into(..., np.empty(wrong.shape, np.float32))
        strided = np.empty((NS, NX, NI), np.float32).T
        f.cube.read_into(..., strided)
        np.testing.assert_array_equal(strided, cube)


@pytest.mark.parametrize("prestack", [False, True])
def test_whole_file_fills_cube_only_in_order_of_file(prestack):
    for crossline_sorted in (False, True):
        content, cube = survey(prestack=prestack, crossline_sorted=crossline_sorted)
        with segbuf.open(content) as f:
            traces = np.empty((f.n_traces, NS), np.float32)
            f.read_into(traces)
            np.testing.assert_array_equal(traces, f.trace[:])
            for run in (slice(None), slice(1, 4)):
                out = np.full(cube[..., run].shape, -1, np.float32)
                if crossline_sorted:
                    with raises(segbuf.DestinationError, "wrong-shape", text="f.cube.read_into"):
                        f.read_into(out, samples=run)
                    assert (out == -1).all()
                    f.cube.read_into((..., run), out)
                else:
                    f.read_into(out, samples=run)
                np.testing.assert_array_equal(out, cube[..., run])
            with raises(segbuf.DestinationError, "wrong-shape"):
                f.read_into(np.empty(cube.shape[::-1], np.float32))


def test_whole_file_that_is_no_survey_has_no_cube():
    content = write_file(None, np.zeros((6, 4), np.float32), format=5)
    with segbuf.open(content) as f:
        assert not f.is_survey
        with raises(segbuf.DestinationError, "wrong-shape"):
            f.read_into(np.empty((2, 3, 4), np.float32))


def test_survey_with_missing_trace_is_not_in_order_of_cube():
    content, cube = survey()
    size = 240 + 4 * NS
    short = content[: 3600 + 5 * size] + content[3600 + 6 * size :]
    with segbuf.open(short) as f:
        with raises(segbuf.DestinationError, "wrong-shape"):
            f.read_into(np.empty(cube.shape, np.float32))
        out = np.empty(cube.shape, np.float32)
        f.cube.read_into(..., out)
        assert np.isnan(out[1, 2]).all()


def test_header_columns_have_shape_of_traces():
    content, _ = survey()
    with segbuf.open(content) as f:
        inlines = f.header["inline"]
        for shape in ((NI * NX, 1), (1, 1, NI * NX)):
            out = np.empty(shape, np.int32)
            f.header.read_into("inline", out)
            np.testing.assert_array_equal(out.ravel(), inlines)
        for shape in ((NI, NX), (NX, NI), (2, 2, 3)):
            out = np.full(shape, -1, np.int32)
            with raises(segbuf.DestinationError, "wrong-shape"):
                f.header.read_into("inline", out)
            with raises(segbuf.DestinationError, "wrong-shape"):
                f.header.read_into(["inline"], [out])
            assert (out == -1).all()
        grid = np.arange(NI * NX).reshape(NI, NX)
        out = np.empty((NI, NX), np.int32)
        f.header.read_into("inline", out, traces=grid)
        np.testing.assert_array_equal(out, inlines[grid])
        with raises(segbuf.DestinationError, "wrong-shape"):
            f.read_delays_into(np.empty((NI, NX)))


@pytest.mark.parametrize("samples", [slice(10, 20), slice(0, 4), slice(None, 4), slice(2, None)])
def test_samples_as_second_index_of_line_are_explained(samples):
    content, cube = survey()
    with segbuf.open(content) as f:
        for index in (lambda: f.iline[11, samples], lambda: f.xline[21, samples]):
            with raises(segbuf.LabelError, "no-offset-axis", text="samples"):
                index()
        with raises(segbuf.LabelError, "no-offset-axis"):
            f.iline.read_into((11, samples), np.empty(NX * NS, np.float32))
        np.testing.assert_array_equal(f.iline[11, :].reshape(NX, NS), cube[1])


@given(st.data())
def test_read_into_and_brackets_agree_on_shapes(data):
    content, cube = SURVEY
    key = data.draw(st.sampled_from([np.s_[1], np.s_[:, 2], np.s_[1:3, None], np.s_[..., 1]]))
    with segbuf.open(content) as f:
        want = f.cube[key]
        assert want.shape == cube[key].shape
        shape = data.draw(st.permutations(want.shape))
        out = np.empty(tuple(shape), np.float32)
        if fits(out.shape, want.shape):
            f.cube.read_into(key, out)
            np.testing.assert_array_equal(out.reshape(want.shape), want)
        else:
            with raises(segbuf.DestinationError, "wrong-shape"):
                f.cube.read_into(key, out)


SURVEY = survey()
