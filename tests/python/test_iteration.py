"""Iteration: traces and lines stay what they were for as long as they are kept."""

import numpy as np
import pytest

import segbuf
from segbuf.testing import make_cube, write_file

SHAPE = (7, 60, 1500)  # several blocks of `segbuf._modes.BLOCK_BYTES`


@pytest.fixture(scope="module")
def cube():
    return make_cube(*SHAPE)


@pytest.fixture(scope="module")
def file(cube):
    with segbuf.open(write_file(None, cube, format=5)) as f:
        yield f


def test_what_is_kept_stays(file, cube):
    assert np.array_equal(np.stack(list(file.trace)).reshape(SHAPE), cube)
    assert np.array_equal(np.stack(list(file.iline)), cube)
    assert np.array_equal(np.stack(list(file.xline)), cube.transpose(1, 0, 2))


def test_a_part_that_is_kept_stays(file, cube):
    kept = [trace[100:103] for trace in file.trace]
    assert np.array_equal(np.stack(kept).reshape(*SHAPE[:2], 3), cube[:, :, 100:103])


def test_what_is_dropped_is_filled_again(file):
    addresses = {line.ctypes.data for line in file.iline}
    assert len(addresses) < SHAPE[0]
