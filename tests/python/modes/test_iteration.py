"""Iteration: traces and lines stay what they were for as long as they are kept."""

import numpy as np
import pytest

import segbuf
from segbuf.testing import make_cube, write_file

SHAPE = (7, 60, 1500)  # several blocks of `segbuf._recycled.BLOCK_BYTES`


@pytest.fixture(scope="module")
def cube():
    return make_cube(*SHAPE)


@pytest.fixture(scope="module")
def file(cube):
    with segbuf.open(write_file(None, cube, format=5)) as f:
        yield f


def test_kept_traces_stay_unchanged(file, cube):
    assert np.array_equal(np.stack(list(file.trace)).reshape(SHAPE), cube)
    assert np.array_equal(np.stack(list(file.iline)), cube)
    assert np.array_equal(np.stack(list(file.xline)), cube.transpose(1, 0, 2))
    assert np.array_equal(np.stack(list(file.gather)).reshape(SHAPE), cube)
    assert np.array_equal(np.stack(list(file.group("inline").values())), cube)


def test_kept_part_of_trace_stays_unchanged(file, cube):
    kept = [trace[100:103] for trace in file.trace]
    assert np.array_equal(np.stack(kept).reshape(*SHAPE[:2], 3), cube[:, :, 100:103])


def test_dropped_memory_is_reused(file):
    for mode in (file.iline, file.gather, file.group("inline").values()):
        addresses = {array.ctypes.data for array in mode}
        assert len(addresses) < len(mode)


def test_views_of_any_kind_keep_memory(file, cube):
    traces = cube.reshape(-1, SHAPE[2])
    for view in (memoryview, np.asarray, lambda a: a[::-1][::-1], lambda a: a.view(np.uint32)):
        kept = [view(trace) for trace in file.trace]
        assert all(bytes(k) == t.tobytes() for k, t in zip(kept, traces, strict=True))


def test_concurrent_iterations_are_independent(file, cube):
    for (one, other), want in zip(
        zip(file.trace, file.trace, strict=True), cube.reshape(-1, SHAPE[2]), strict=True
    ):
        assert one is not other
        assert np.array_equal(one, want)
        assert np.array_equal(other, want)
        one[:] = 0  # one's own until it is dropped
        assert np.array_equal(other, want)


def test_writing_to_trace_changes_nothing_else(file, cube):
    for trace in file.trace:
        trace[:] = -1
    for line in file.iline:
        line[:] = -1
    assert np.array_equal(np.stack(list(file.trace)).reshape(SHAPE), cube)


def test_traces_outlive_file(cube):
    with segbuf.open(write_file(None, cube, format=5)) as f:
        first = next(iter(f.trace))
        walk = iter(f.iline)
        next(walk)
    assert np.array_equal(first, cube[0, 0])
    with pytest.raises(ValueError, match="closed"):
        next(walk)


def test_iteration_memory_is_constant():
    # 16 MB, of which an iteration holds a few blocks.
    data = np.ones((16_000, 1000), np.uint8)
    with segbuf.open(write_file(None, data, format=16)) as f:
        addresses, total = set(), 0
        for trace in f.trace:
            addresses.add(trace.ctypes.data)
            total += int(trace[-1])
        assert total == 16_000
        assert len(addresses) * 1000 <= 3 * 2**20, "three blocks of a megabyte"


def test_iteration_may_stop_and_restart(file, cube):
    for trace in file.trace:
        assert np.array_equal(trace, cube[0, 0])
        break
    assert np.array_equal(next(iter(file.trace)), cube[0, 0])
    assert iter(file.trace) is not iter(file.trace)


@pytest.mark.parametrize("code", [1, 3, 6, 8])
def test_traces_have_file_dtype(code):
    data = (np.arange(60).reshape(6, 10) % 50).astype("u1")
    with segbuf.open(write_file(None, data, format=code)) as f:
        for trace, want in zip(f.trace, data, strict=True):
            assert trace.dtype == f.dtype
            assert trace.shape == (10,)
            assert np.array_equal(trace, want)


def test_prestack_lines_are_iterated():
    data = np.arange(3 * 4 * 2 * 5, dtype=np.float32).reshape(3, 4, 2, 5)
    with segbuf.open(write_file(None, data, format=5)) as f:
        assert np.array_equal(np.stack(list(f.iline)), data)
        assert np.array_equal(np.stack(list(f.xline)), data.transpose(1, 0, 2, 3))
        assert np.array_equal(np.stack(list(f.gather)), data.reshape(12, 2, 5))


def test_line_iteration_without_survey_raises():
    with segbuf.open(write_file(None, np.ones((3, 4), np.float32), format=5)) as f:
        assert len(list(f.trace)) == 3
        with pytest.raises(segbuf.GeometryError, match="no survey"):
            list(f.iline)


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_empty_file_iterates_nothing():
    with segbuf.open(write_file(None, np.ones((0, 4), np.float32), format=5)) as f:
        assert list(f.trace) == list(f.header) == []
        assert f.trace[...].shape == (0, 4)
        assert f.shape == (0, 4)
        assert not f.is_survey
