"""Keys of traces and samples."""

import numpy as np
import pytest

from segbuf._keys import axis

N = 2000  # more than int8 holds


@pytest.mark.parametrize("dtype", ["i1", "i2", ">i4", "i8", "u1", "u8"])
def test_an_array_of_any_integers_is_a_key(dtype):
    key = np.array([3, 100, 0, 7]).astype(dtype)
    if key.dtype.kind == "i":
        key[1] = -5
    chosen = axis.traces(key, N)
    assert chosen.shape == (4,)
    assert np.array_equal(np.frombuffer(chosen.indices, np.uint64), np.arange(N)[key])
