"""The volumes that are timed: made once, evicted and read through before each use."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

# Inlines, crosslines, samples.
SIZES = {
    "16M": (50, 80, 1000),
    "100M": (150, 160, 1000),
    "256M": (250, 250, 1000),
    "1G": (500, 500, 1000),
    "4G": (1000, 1000, 1000),
}
FORMATS = {"ibm": 1, "ieee": 5, "int16": 3}
FIRST_ILINE, FIRST_XLINE = 1000, 2000
# The boxes that are read: inlines, crosslines, samples.
BOX = (64, 64, 256)


@dataclass(frozen=True)
class Volume:
    """A file of inline-sorted traces, big-endian, revision 1."""

    path: Path
    kind: str
    n_ilines: int
    n_xlines: int
    n_samples: int
    first: int = 3600

    @property
    def n_traces(self) -> int:
        """Traces in the file."""
        return self.n_ilines * self.n_xlines

    @property
    def shape(self) -> tuple[int, int, int]:
        """Inlines, crosslines, samples."""
        return self.n_ilines, self.n_xlines, self.n_samples

    @property
    def samples_len(self) -> int:
        """Bytes of samples in each trace."""
        return self.n_samples * (2 if self.kind == "int16" else 4)

    @property
    def trace_len(self) -> int:
        """Bytes of each trace with its header."""
        return 240 + self.samples_len

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return self.first + self.n_traces * self.trace_len


def volume(folder: Path, size: str, kind: str) -> Volume:
    """Find or make a volume of a size and a sample format."""
    found = Volume(folder / f"{kind}-{size}.sgy", kind, *SIZES[size])
    if not found.path.exists() or found.path.stat().st_size != found.size:
        write(found)
    return found


def write(volume: Volume) -> None:
    """Write it, line by line, without segbuf: the peers can then be timed where it is not."""
    samples = encode(noise(volume), volume.kind)
    traces = np.zeros((volume.n_xlines, volume.trace_len), np.uint8)

    def put(byte: int, values: np.ndarray | int, dtype: str = ">i4") -> None:
        raw = np.broadcast_to(values, volume.n_xlines).astype(dtype)
        width = raw.dtype.itemsize
        traces[:, byte - 1 : byte - 1 + width] = raw.view(np.uint8).reshape(-1, width)

    put(29, 1, ">i2")
    put(115, volume.n_samples, ">i2")
    put(117, 4000, ">i2")
    xlines = FIRST_XLINE + np.arange(volume.n_xlines)
    put(193, xlines)
    part = volume.path.with_suffix(".part")
    with part.open("wb") as file:
        file.write("C 1 segbuf bench".ljust(3200).encode("cp500"))
        binary = np.zeros(200, ">i2")
        binary[[8, 10, 12, 150, 151]] = 4000, volume.n_samples, FORMATS[volume.kind], 0x0100, 1
        file.write(binary.tobytes())
        for line in range(volume.n_ilines):
            iline = FIRST_ILINE + line
            put(1, line * volume.n_xlines + 1 + np.arange(volume.n_xlines))
            put(21, xlines)
            put(181, 25 * xlines)
            put(185, 25 * iline)
            put(189, iline)
            traces[:, 240:] = np.roll(samples, line, axis=0)
            file.write(traces.data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(volume.path)


def noise(volume: Volume) -> np.ndarray:
    """Smooth reflectivity by a wavelet and damp it with time: exponents as in a real volume."""
    rng = np.random.default_rng(7)
    t = np.arange(-24, 25) * 0.004
    ricker = (1 - 2 * (np.pi * 25 * t) ** 2) * np.exp(-((np.pi * 25 * t) ** 2))
    spikes = rng.laplace(0, 1000, (volume.n_xlines, volume.n_samples))
    damp = np.exp(-3 * np.arange(volume.n_samples) / volume.n_samples)
    smooth = [np.convolve(s, ricker, "same")[: volume.n_samples] for s in spikes]
    return np.stack(smooth) * damp


def encode(x: np.ndarray, kind: str) -> np.ndarray:
    """Encode samples as they stand in the file, as bytes."""
    if kind == "int16":
        return x.clip(-32768, 32767).astype(">i2").view(np.uint8)
    if kind == "ieee":
        return x.astype(">f4").view(np.uint8)
    mantissa, exponent = np.frexp(np.abs(x))
    hexa = -(-exponent // 4)
    fraction = np.ldexp(mantissa, exponent - 4 * hexa + 24).astype(np.uint32)
    word = (np.uint32(64) + hexa.astype(np.uint32)) << 24 | fraction
    word = np.where(fraction == 0, 0, word | (x < 0).astype(np.uint32) << 31)
    encoded: np.ndarray = word.astype(">u4").view(np.uint8)
    return encoded


def cube_of(volume: Volume, line: np.ndarray, trace: np.ndarray) -> np.ndarray:
    """Give traces of the volume as float32, by the indices of their inline and crossline."""
    raw = encode(noise(volume), volume.kind)[(trace - line) % volume.n_xlines]
    if volume.kind != "ibm":
        samples: np.ndarray = raw.view(">i2" if volume.kind == "int16" else ">f4")
        return samples.astype(np.float32)
    word = raw.view(">u4").astype(np.int64)
    sign, hexa, fraction = word >> 31, (word >> 24) & 0x7F, word & 0xFFFFFF
    samples = np.ldexp((1 - 2 * sign) * fraction.astype(np.float64), 4 * (hexa - 64) - 24)
    return samples.astype(np.float32)


def warm(volume: Volume) -> None:
    """Evict the file and read it sequentially: how it came in moves results by a factor of 2."""
    fd = os.open(volume.path, os.O_RDONLY)
    try:
        os.fsync(fd)
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
        while os.read(fd, 1 << 20):
            pass
    finally:
        os.close(fd)
