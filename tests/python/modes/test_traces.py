"""`f.trace` against NumPy's own indexing of the whole array, to the letter."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import segbuf
from segbuf.testing import bad_keys, keys, write_file

N, NS = 7, 11
DATA = np.arange(N * NS, dtype=np.float32).reshape(N, NS) - 30
FILE = segbuf.open(write_file(None, DATA, format=5))
INTS = segbuf.open(write_file(None, DATA.astype(np.int16), format=3))
EMPTY = segbuf.open(write_file(None, np.zeros((2, 3), np.float32), format=5))


def check(key, *, file=FILE, data=DATA):
    """What is read equals NumPy's, and `read_into` gives the same."""
    want, got = data[key], file.trace[key]
    assert type(got) is type(want)
    assert got.dtype == want.dtype
    assert got.shape == want.shape
    assert np.array_equal(got, want)
    out = np.full(want.shape, 99, data.dtype)
    file.trace.read_into(key, out)
    assert np.array_equal(out, want)
    flat = bytearray(4 * want.size)
    file.trace.read_into(key, flat)
    assert flat == want.astype(np.float32).tobytes()


@given(keys(N, NS))
@example(())
@example(np.int64(3))
@example(np.uint64(3))
@example(np.array(3))
@example([])
@example(np.array([], np.int64))
@example(np.array([], np.bool_).reshape(0, 7)[0:0].ravel()[:0].astype(np.int64))
@example([True, False] * 3 + [True])
@example(np.array([[0, 1], [-1, 6]], np.int8))
@example([[0, 1], [2, 3]])
@example((0,))
@example((..., 3))
@example((3, ...))
@example((..., 1, 2))
@example((slice(None), ..., slice(None, None, -3)))
@example(slice(None, None, -1))
@example((np.array([2, 2, 0], np.uint8), slice(-1, None, -2)))
@example(([1, 2], -1))
@example((2, np.int8(-3)))
@example(slice(10**30, None, -(10**30)))
@example(slice(np.int8(1), np.uint8(5), np.int64(2)))
def test_a_key_chooses_what_numpy_chooses(key):
    check(key)
    check(key, file=INTS, data=DATA.astype(np.int16))


@given(st.integers(1, 9).flatmap(lambda n: st.tuples(st.just(n), keys(n, 3))))
def test_of_files_of_any_length(case):
    n, key = case
    data = DATA[:n, :3] if n <= N else np.ones((n, 3), np.float32)
    with segbuf.open(write_file(None, np.ascontiguousarray(data), format=5)) as f:
        check(key, file=f, data=data)


@given(keys(N), st.integers(-NS, NS - 1) | st.slices(NS))
def test_traces_and_samples_by_keyword(traces, samples):
    want = DATA[traces, samples] if traces is not Ellipsis else DATA[:, samples]
    out = np.full(want.shape, 99, np.float32)
    FILE.read_into(out, traces=traces, samples=samples)
    assert np.array_equal(out, want)


def test_everything_by_default():
    out = np.empty_like(DATA)
    FILE.read_into(out)
    assert np.array_equal(out, DATA)


def error_of(action):
    try:
        action()
    except Exception as error:  # noqa: BLE001 - whichever it is
        return error
    return None


@given(bad_keys(N, NS))
@example(7)
@example(-8)
@example(2**70)
@example([0, 7])
@example(np.array([0, -8]))
@example(np.ones(6, np.bool_))
@example(np.ones((7, 11), np.bool_)[:, :1])
@example((0, 0, 0))
@example((..., ...))
@example((slice(None), 11))
@example("1")
@example(1.0)
@example([0.5])
@example([[0, 1], [2]])
def test_a_bad_key_is_an_error_where_it_is_one_of_numpy(key):
    numpys = error_of(lambda: DATA[key])
    ours = error_of(lambda: FILE.trace[key])
    assert numpys is not None
    assert ours is not None, f"NumPy: {numpys!r}"
    out = np.full((N, NS), 5, np.float32)
    assert error_of(lambda: FILE.trace.read_into(key, out)) is not None
    assert (out == 5).all()
    if isinstance(numpys, IndexError):
        assert isinstance(ours, segbuf.TraceIndexError)
    else:
        assert isinstance(ours, (TypeError, ValueError, IndexError))


@pytest.mark.parametrize(
    "key", [None, np.newaxis, True, np.True_, np.ones((N, NS), np.bool_), (slice(None), [1, 2])]
)
def test_what_numpy_takes_beyond_traces_and_samples_is_refused(key):
    # New axes, masks of samples, and lists of samples are no reads of traces.
    with pytest.raises((segbuf.TraceIndexError, TypeError)):
        FILE.trace[key]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (7, ("trace", "index 7", "7 traces")),
        (-8, ("index -8",)),
        ((0, 11), ("sample", "index 11", "11 samples")),
        ([1, 9], ("index 9",)),
        (np.ones(3, np.bool_), ("mask", "(3,)", "7 traces")),
        ((0, 0, 0), ("too many", "3")),
    ],
)
def test_the_message_says_what_was_wanted_and_found(key, words):
    with pytest.raises(segbuf.TraceIndexError) as caught:
        FILE.trace[key]
    assert all(word in str(caught.value) for word in words), caught.value
    assert isinstance(caught.value, IndexError)


def test_what_an_array_gives_is_ones_own():
    first, second = FILE.trace[2], FILE.trace[2]
    first[:] = 0
    assert np.array_equal(second, DATA[2])
    assert first.flags.owndata
    assert first.flags.writeable
    assert FILE.trace[...].flags.c_contiguous


def test_length_membership_keys_and_repr():
    assert len(FILE.trace) == N
    assert list(FILE.trace.keys()) == list(range(N))
    assert 0 in FILE.trace
    assert N - 1 in FILE.trace
    assert N not in FILE.trace
    assert -1 not in FILE.trace
    assert "x" not in FILE.trace
    assert repr(FILE.trace) == "<7 traces of 11 samples, float32>"


@pytest.mark.parametrize("count", [1, 5, 20_000, 50_000])
def test_steps_over_long_traces(count):
    # Longer than the working memory and the tile of a read, so that pieces must meet.
    data = np.arange(2 * count, dtype=np.float32).reshape(2, count)
    with segbuf.open(write_file(None, data, format=5, revision=2.0)) as f:
        for step in (1, 2, 3, 7, 2047, 2048, 2049, count - 1 or 1, count + 1):
            for key in (slice(None, None, step), slice(None, None, -step), slice(3, -3, step)):
                assert np.array_equal(f.trace[:, key], data[:, key])
                assert np.array_equal(f.trace[::-1, key], data[::-1, key])
                assert np.array_equal(f.trace[1, key], data[1, key])


def test_reading_needs_no_numpy(tmp_path):
    path = tmp_path / "volume.sgy"
    cube = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    path.write_bytes(write_file(None, cube, format=5, ilines=[10, 11, 12], xlines=[1, 2, 3, 4]))
    program = f"""
import array, sys
import segbuf
def read(mode, key, n, **more):
    out = array.array("f", bytes(4 * n))
    mode.read_into(key, out, **more)
    return out.tolist()
with segbuf.open({str(path)!r}) as f:
    assert read(f.trace, 3, 5) == [15, 16, 17, 18, 19]
    assert read(f.trace, -1, 5) == [55, 56, 57, 58, 59]
    assert read(f.trace, (slice(0, 3), 1), 3) == [1, 6, 11]
    assert read(f.trace, [11, 0], 10) == [55, 56, 57, 58, 59, 0, 1, 2, 3, 4]
    assert len(read(f.trace, slice(None, None, -1), 60)) == 60
    assert read(f.iline, 11, 20) == list(range(20, 40))
    assert read(f.xline, 2, 3, samples=0) == [5, 25, 45]
    assert read(f.iline, slice(11, None), 40) == list(range(20, 60))
    whole = bytearray(240)
    f.read_into(whole)
    f.header[0]["inline"], f.text[0], f.binary[3225], len(f.iline), str(f.evidence), repr(f)
    f.geometry.verify()
    assert "numpy" not in sys.modules, "numpy was imported"
    import threading
    assert f.trace[0].sum() == 10
    assert "numpy" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
