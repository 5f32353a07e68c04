"""A plausible seismic volume."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Steps of the finely sampled trace to a sample: dips show as smooth shifts, not as stairs.
_FINE = 16


def make_cube(
    n_ilines: int,
    n_xlines: int,
    n_samples: int,
    *,
    seed: int = 0,
    interval: float = 4.0,
    frequency: float = 30.0,
    noise: float = 0.02,
) -> NDArray[np.float32]:
    """Make a seismic volume of dipping layers, cut by a fault.

    Parameters
    ----------
    n_ilines, n_xlines, n_samples : int
        Its shape.
    seed : int, default 0
        The same seed gives the same volume.
    interval : float, default 4.0
        Sample interval in milliseconds.
    frequency : float, default 30.0
        Peak frequency of the Ricker wavelet in hertz.
    noise : float, default 0.02
        Standard deviation of the noise; the strongest reflection has amplitude 1.

    Returns
    -------
    ndarray of float32, shape (n_ilines, n_xlines, n_samples)
        In C order, axes (inline, crossline, sample).

    Raises
    ------
    ValueError
        If a length is negative, or interval or frequency is not positive.

    Examples
    --------
    >>> from segbuf.testing import make_cube
    >>> make_cube(3, 4, 50).shape
    (3, 4, 50)
    """
    if min(n_ilines, n_xlines, n_samples) < 0:
        raise ValueError(f"lengths cannot be negative: {(n_ilines, n_xlines, n_samples)}")
    if interval <= 0 or frequency <= 0:
        raise ValueError(f"interval and frequency must be positive: {interval=}, {frequency=}")
    rng = np.random.default_rng(seed)
    shift = _structure(n_ilines, n_xlines, n_samples, rng)
    throw = max(1, n_samples // 12) * _FINE
    n_fine = (n_samples + 1) * _FINE + int(shift.max(initial=0)) + throw
    fine = _reflections(n_fine, interval / _FINE, frequency, rng)

    # Row p, column b: the trace that begins b samples and p fine steps down.
    fine = np.pad(fine, (0, -len(fine) % _FINE)).reshape(-1, _FINE).T
    windows = sliding_window_view(np.ascontiguousarray(fine), max(n_samples, 1), axis=1)
    sample = np.arange(n_samples)
    crossline = np.arange(n_xlines)
    slant = 0.3 * n_xlines / max(n_samples, 1)
    cube = np.empty((n_ilines, n_xlines, n_samples), np.float32)
    for i in range(n_ilines):
        line = cube[i]
        line[:] = windows[shift[i] % _FINE, shift[i] // _FINE][:, :n_samples]
        # The fault plane leans towards higher crosslines with depth, and bends along the inlines.
        plane = n_xlines * (0.35 + 0.1 * i / max(n_ilines, 1)) + slant * sample
        fallen = shift[i] + throw
        hanging = windows[fallen % _FINE, fallen // _FINE][:, :n_samples]
        np.copyto(line, hanging, where=crossline[:, None] > plane)
        line += noise * rng.standard_normal(line.shape, dtype=np.float32)
    return cube


def _structure(
    n_ilines: int, n_xlines: int, n_samples: int, rng: np.random.Generator
) -> NDArray[np.intp]:
    """Give the depth of the layers under each trace, in fine steps, from 0: a dip and a fold."""
    i = np.linspace(0, 1, n_ilines)[:, None]
    j = np.linspace(0, 1, n_xlines)[None, :]
    dip_i, dip_j = rng.uniform(-0.15, 0.15, 2)
    fold = 0.04 * np.sin(2 * np.pi * (i + 0.6 * j) + rng.uniform(0, 2 * np.pi))
    depth = (dip_i * i + dip_j * j + fold) * n_samples * _FINE
    steps: NDArray[np.intp] = np.rint(depth - depth.min(initial=0)).astype(np.intp)
    return steps


def _reflections(
    n: int, step: float, frequency: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Make one trace of `n` samples, `step` ms apart: layers, convolved with a Ricker wavelet."""
    layers = np.zeros(n)
    tops = np.cumsum(rng.uniform(0.4, 2.5, n) * 1000 / (frequency * step)).astype(np.intp)
    tops = tops[tops < n]
    layers[tops] = rng.uniform(-1, 1, len(tops))
    half = int(1500 / (frequency * step)) + 1
    arg = (np.pi * frequency * step / 1000 * np.arange(-half, half + 1)) ** 2
    wavelet = (1 - 2 * arg) * np.exp(-arg)
    trace = np.convolve(layers, wavelet)[half : half + n]
    return (trace / max(float(np.abs(trace).max(initial=0)), 1e-12)).astype(np.float32)
