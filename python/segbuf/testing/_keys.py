"""The strategies `keys` and `bad_keys`: what may stand between brackets, and what may not."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")


def keys(n: int, n_samples: int | None = None) -> st.SearchStrategy[Any]:
    """Draw trace keys that NumPy takes for an array of shape (n, n_samples).

    Parameters
    ----------
    n : int
        Number of traces.
    n_samples : int, optional
        Number of samples in each; by default only traces are chosen.

    Returns
    -------
    SearchStrategy
        Draws ints, slices, Ellipsis, lists of int or of bool, integer arrays of every type and
        boolean masks; with `n_samples` also pairs of such a key and an int or slice of samples.

    Examples
    --------
    >>> from hypothesis import given
    >>> from segbuf.testing import keys
    >>> @given(keys(5, 10))
    ... def test(key):
    ...     np.zeros((5, 10))[key]
    >>> test()
    """
    traces = _trace_keys(n)
    if n_samples is None:
        return traces
    samples = _one_or_slice(n_samples)
    return traces | st.tuples(traces, samples)


def bad_keys(n: int, n_samples: int | None = None) -> st.SearchStrategy[Any]:
    """Draw trace keys that NumPy refuses for an array of shape (n, n_samples).

    NumPy refuses them with IndexError, or with TypeError or ValueError for slices; which of them,
    it can be asked.

    Parameters
    ----------
    n : int
        Number of traces.
    n_samples : int, optional
        Number of samples in each; with it, keys of samples go wrong too.

    Returns
    -------
    SearchStrategy
        Draws ints out of range, alone or in lists and arrays, masks of the wrong length, floats,
        strings, slices by 0 or by floats, and keys with too many parts.
    """
    outside = st.integers(n, n + 100) | st.integers(-n - 100, -n - 1) | st.just(2**70)
    small = st.integers(n, n + 100) | st.integers(-n - 100, -n - 1)
    # NumPy asks nothing of an index that another part of the key leaves without effect, so one part
    # goes wrong at a time. It also takes an empty mask for no indices, so masks are not empty.
    traces: st.SearchStrategy[Any] = st.one_of(
        outside,
        small.map(lambda i: [i]),
        small.map(lambda i: np.array([i] * 2, np.int64)),
        st.integers(1, n + 3).filter(lambda m: m != n).map(lambda m: np.ones(m, np.bool_)),
        st.sampled_from([0.0, 1.5, "0", b"0", slice(None, None, 0), slice(0.0, None), [0.5], 1j]),
        st.just(np.zeros(1)),
    )
    if n_samples is None:
        return traces
    samples = st.one_of(
        st.integers(n_samples, n_samples + 100),
        st.integers(-n_samples - 100, -n_samples - 1),
        st.sampled_from([1.5, "0", slice(None, None, 0)]),
    )
    every = st.just(slice(None))
    too_many = st.just((slice(None), slice(None), 0))
    return st.one_of(traces, st.tuples(traces, every), st.tuples(every, samples), too_many)


def _trace_keys(n: int) -> st.SearchStrategy[Any]:
    inside = st.integers(-n, n - 1) if n else st.nothing()
    masks = st.lists(st.booleans(), min_size=n, max_size=n)
    return st.one_of(
        _one_or_slice(n),
        st.just(Ellipsis),
        st.lists(inside, max_size=2 * n),
        # An empty list is one of integers, also where there are no traces.
        masks if n else st.nothing(),
        masks.map(lambda mask: np.array(mask, np.bool_)),
        st.sampled_from(_INTEGERS).flatmap(lambda name: _integer_arrays(n, np.dtype(name))),
    )


def _one_or_slice(n: int) -> st.SearchStrategy[Any]:
    bound = st.none() | st.integers(-n - 3, n + 3)
    step = st.none() | st.integers(-n - 2, n + 2).filter(bool)
    chosen = st.builds(slice, bound, bound, step)
    if n == 0:
        return chosen
    one = st.integers(-n, n - 1)
    return one | one.map(np.int64) | chosen


def _integer_arrays(n: int, dtype: np.dtype[Any]) -> st.SearchStrategy[Any]:
    limits = np.iinfo(dtype)
    low, high = max(-n, int(limits.min)), min(n - 1, int(limits.max))
    inside = st.integers(low, high) if n else st.nothing()
    return st.lists(inside, max_size=2 * n).map(lambda values: np.array(values, dtype))
