"""The strategy `surveys`: small SEG-Y files of every sort, with what is in them."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from segbuf.testing._samples import FORMATS, decode_ibm, native_dtype, value_range
from segbuf.testing._survey import Survey
from segbuf.testing._traces import AXES
from segbuf.testing._write import write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Literal, TypeAlias

    from numpy.typing import NDArray

    _Kind: TypeAlias = Literal[
        "regular",
        "descending",
        "negative",
        "extreme",
        "gaps",
        "missing",
        "swapped",
        "serpentine",
        "shuffled",
        "duplicated",
        "ragged",
        "no_keys",
    ]
    _Keys: TypeAlias = list[tuple[int, ...]]

#: What sets a file apart.
KINDS: tuple[_Kind, ...] = (
    "regular",
    "descending",
    "negative",
    "extreme",
    "gaps",
    "missing",
    "swapped",
    "serpentine",
    "shuffled",
    "duplicated",
    "ragged",
    "no_keys",
)
_KEY_BYTES = [(189, 193, 37), (9, 21, 37), (5, 21, 37), (17, 13, 37), (181, 185, 197)]


@st.composite
def surveys(
    draw: st.DrawFn,
    *,
    formats: Collection[int] = tuple(FORMATS),
    endians: Collection[Literal["big", "little", "pairwise"]] = ("big", "little"),
    kinds: Collection[_Kind] = KINDS,
    prestack: bool | None = None,
    revisions: Collection[float] = (0.0, 1.0, 2.0, 2.1),
    max_lines: int = 5,
    max_samples: int = 20,
    finite: bool = False,
) -> Survey:
    """Draw small SEG-Y files of every sort.

    Parameters
    ----------
    formats : collection of int
        Sample format codes to choose from; by default all thirteen.
    endians : collection of {"big", "little", "pairwise"}
        Byte orders to choose from. Below revision 2, half of the little-endian files do not say so.
        Files whose pairs are swapped have samples of an even number of bytes, and always say so.
    kinds : collection of str
        What the files may be like:

        - "regular": ascending labels, evenly spaced, every trace in its place;
        - "descending", "negative", "gaps": complete as well, labels of that sort; "extreme": labels
          from all of int32, its ends among them;
        - "swapped", "shuffled": complete, but two or all traces in other places; "serpentine":
          every other line runs the other way;
        - "missing": some traces left out; "ragged": lines of different lengths;
        - "duplicated": a key occurs twice, with other samples, either in addition or in place of
          another trace;
        - "no_keys": all labels are 0.
    prestack : bool, optional
        Whether the files have several offsets, in one of six axis orders; by default some do.
    revisions : collection of float
        Revisions to choose from.
    max_lines : int, default 5
        Labels on each axis at most (of offsets: 3).
    max_samples : int, default 20
        Samples in each trace at most; there is at least one.
    finite : bool, default False
        Whether to leave out infinities, NaN and numbers near the ends of the range.

    Returns
    -------
    SearchStrategy of Survey
        Drawn surveys shrink towards few traces and plain files.
    """
    endian = draw(st.sampled_from(sorted(endians)))
    even = [code for code in sorted(formats) if endian != "pairwise" or FORMATS[code][0] % 2 == 0]
    code = draw(st.sampled_from(even))
    revision = draw(st.sampled_from(sorted(revisions)))
    kind: _Kind = draw(st.sampled_from([k for k in KINDS if k in kinds]))
    order = draw(_orders(prestack=prestack))
    sizes = {axis: draw(st.integers(1, 3 if axis == "offset" else max_lines)) for axis in AXES}
    axes = {axis: draw(_axis_labels(kind, axis, sizes[axis])) for axis in order}
    keys = _KEYS_OF.get(kind, _plain)(draw, [axes[axis] for axis in order])
    column = dict(zip(order, np.array(keys, np.int64).reshape(-1, len(order)).T, strict=True))
    n_traces = len(keys)
    one_offset = np.full(n_traces, draw(st.sampled_from([0, 1])), np.int64)
    labels = [column.get(axis, one_offset) for axis in AXES]
    if kind == "no_keys":
        labels = [np.zeros(n_traces, np.int64)] * 3
    else:
        # An axis of nothing but the label 0 would say that there are no keys.
        assume(all(labels[dim].any() for dim in range(2)))

    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shape = (n_traces, draw(st.integers(1, max_samples)))
    stored = random_samples(rng, shape, code, finite=finite)
    key_bytes = draw(st.sampled_from(_KEY_BYTES))
    interval = draw(st.sampled_from([4.0, 2.0, 1.0, 0.5, 10.0]))
    delay = draw(st.sampled_from([0, 0, 100, -100]))
    said = {"big": False, "little": draw(st.booleans()), "pairwise": True}
    constant = revision >= 2 or said[endian]
    file = write_file(
        None,
        stored,
        ilines=labels[0],
        xlines=labels[1],
        offsets=labels[2],
        format=code,
        raw=code == 1,
        endian=endian,
        revision=revision,
        byte_order_constant=constant,
        interval=interval,
        delay=delay,
        iline=key_bytes[0],
        xline=key_bytes[1],
        offset=key_bytes[2],
        encoding=draw(st.sampled_from(["ebcdic", "ascii"])),
        extended_text=draw(st.sampled_from([0, 0, 1])) if revision else 0,
        additional_headers=draw(st.sampled_from([0, 0, 1, 2])) if revision >= 2 else 0,
    )
    return Survey(
        file=file,
        traces=decode_ibm(stored.astype(np.uint32)) if code == 1 else stored,
        ilines=labels[0],
        xlines=labels[1],
        offsets=labels[2],
        format=code,
        endian=endian,
        revision=revision,
        interval=interval,
        delay=delay,
        order=order,
        kind=kind,
        key_bytes=key_bytes,
    )


def _orders(*, prestack: bool | None) -> st.SearchStrategy[tuple[str, ...]]:
    plain = st.permutations(AXES[:2]).map(tuple)
    gathers = st.permutations(AXES).map(tuple)
    if prestack is None:
        return plain | gathers
    return gathers if prestack else plain


@st.composite
def _axis_labels(draw: st.DrawFn, kind: _Kind, axis: str, size: int) -> list[int]:
    """Draw the labels of an axis, in the order of the file."""
    if kind == "extreme":
        ends = st.sampled_from([-(2**31), 2**31 - 1])
        anywhere = st.sets(ends | st.integers(-(2**31), 2**31 - 1), min_size=size, max_size=size)
        return draw(anywhere.map(sorted) | anywhere.map(lambda s: sorted(s, reverse=True)))
    if kind == "negative" and axis != "offset":
        start = draw(st.integers(-2000, -1) | st.just(-size // 2))
    else:
        start = draw(st.integers(1, 3000))
    if kind == "gaps":
        steps = draw(st.lists(st.integers(1, 50), min_size=size - 1, max_size=size - 1))
    else:
        steps = [draw(st.integers(1, 10))] * (size - 1)
    labels = [start, *(start + total for total in itertools.accumulate(steps))]
    backwards = draw(st.booleans()) if kind != "regular" else False
    return labels[::-1] if backwards or kind == "descending" else labels


def _plain(draw: st.DrawFn, axes: list[list[int]]) -> _Keys:
    del draw
    return list(itertools.product(*axes))


def _swapped(draw: st.DrawFn, axes: list[list[int]]) -> _Keys:
    keys = _plain(draw, axes)
    one, other = draw(st.tuples(*[st.integers(0, len(keys) - 1)] * 2))
    keys[one], keys[other] = keys[other], keys[one]
    return keys


def _serpentine(draw: st.DrawFn, axes: list[list[int]]) -> _Keys:
    keys = _plain(draw, axes)
    n = len(axes[-1])
    lines = [keys[at : at + n] for at in range(0, len(keys), n)]
    return [key for i, line in enumerate(lines) for key in (line[::-1] if i % 2 else line)]


def _shuffled(draw: st.DrawFn, axes: list[list[int]]) -> _Keys:
    return draw(st.permutations(_plain(draw, axes)))


def _missing(draw: st.DrawFn, axes: list[list[int]]) -> _Keys:
    keys = _plain(draw, axes)
    kept = draw(st.sets(st.integers(0, len(keys) - 1), min_size=1, max_size=len(keys)))
    # Few holes as often as few traces.
    holes = draw(st.booleans()) and len(kept) < len(keys)
    return [key for i, key in enumerate(keys) if (i in kept) != holes]


def _duplicated(draw: st.DrawFn, axes: list[list[int]]) -> _Keys:
    keys = _plain(draw, axes)
    twin = keys[draw(st.integers(0, len(keys) - 1))]
    place = draw(st.integers(0, len(keys)))
    replaces = place < len(keys) and keys[place] != twin and draw(st.booleans())
    keys[place : place + replaces] = [twin]
    return keys


def _ragged(draw: st.DrawFn, axes: list[list[int]]) -> _Keys:
    lengths = st.integers(1, len(axes[-1]))
    return [
        (*line, label)
        for line in itertools.product(*axes[:-1])
        for label in axes[-1][: draw(lengths)]
    ]


_KEYS_OF: dict[str, Callable[[st.DrawFn, list[list[int]]], _Keys]] = {
    "missing": _missing,
    "swapped": _swapped,
    "serpentine": _serpentine,
    "shuffled": _shuffled,
    "duplicated": _duplicated,
    "ragged": _ragged,
}


def random_samples(
    rng: np.random.Generator, shape: tuple[int, int], code: int, *, finite: bool
) -> NDArray[np.generic]:
    """Make samples of a format: IBM words, or values.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where the randomness comes from.
    shape : (int, int)
        (n_traces, n_samples).
    code : int
        Sample format code.
    finite : bool
        Whether to leave out infinities, NaN and numbers near the ends of the range.

    Returns
    -------
    ndarray
        uint32 for IBM words, normalised or not; else the type of `native_dtype`.
    """
    dtype = native_dtype(code)
    limits = value_range(code)
    if limits is not None:
        return rng.integers(*limits, shape, dtype, endpoint=True)
    odd = np.zeros(shape, bool) if finite else rng.random(shape) < 0.3
    if code == 1:
        anything = rng.integers(0, 2**32, shape, np.uint32)
        tame = (anything & 0x81FFFFFF) | rng.integers(0x40, 0x44, shape, np.uint32) << 24 | 0x100000
        return np.where(odd, anything, tame)
    values = (rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 7, shape)).astype(dtype)
    edges = np.finfo(dtype.name)
    specials = np.array(
        [np.inf, -np.inf, np.nan, 0.0, -0.0, edges.max, edges.tiny, edges.smallest_subnormal], dtype
    )
    return np.where(odd, rng.choice(specials, shape), values)
