"""A naive SEG-Y reader: the oracle of the tests.

It is told where everything is, reads by the plainest means, and shares no code with the package.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

_PLAIN = {
    2: "i4", 3: "i2", 5: "f4", 6: "f8", 8: "i1", 9: "i8", 10: "u4", 11: "u2", 12: "u8", 16: "u1",
}  # fmt: skip


@dataclass
class NaiveFile:
    """A file read whole: raw headers, samples of the file's own type and as float32."""

    headers: np.ndarray
    native: np.ndarray
    float32: np.ndarray
    endian: str

    def word(self, byte, kind="i4"):
        """Give a header word of every trace; `byte` counts from 1."""
        order = ">" if self.endian == "big" else "<"
        dtype = np.dtype(order + kind)
        octets = self.headers[:, byte - 1 : byte - 1 + dtype.itemsize].tobytes()
        return np.frombuffer(octets, dtype).astype(dtype.newbyteorder("="))


def width_of(code):
    """Bytes that a sample takes in the file."""
    return 3 if code in (7, 15) else 4 if code == 1 else np.dtype(_PLAIN[code]).itemsize


def read_naive(
    path_or_bytes,
    *,
    n_samples,
    format,  # noqa: A002 - the word of the field
    endian="big",
    first_trace=3600,
    additional_headers=0,
    n_traces=None,
):
    """Read a file whose layout is known; n_traces defaults to the whole traces there are."""
    whole = path_or_bytes if isinstance(path_or_bytes, bytes) else Path(path_or_bytes).read_bytes()
    width = width_of(format)
    header_len = 240 * (1 + additional_headers)
    trace_len = header_len + n_samples * width
    if n_traces is None:
        n_traces = (len(whole) - first_trace) // trace_len
    headers, samples = [], []
    for i in range(n_traces):
        start = first_trace + i * trace_len
        headers.append(whole[start : start + header_len])
        samples.append(whole[start + header_len : start + trace_len])
    native = _samples(b"".join(samples), format, endian).reshape(n_traces, n_samples)
    with np.errstate(over="ignore", invalid="ignore"):
        float32 = native.astype(np.float32)
    table = np.frombuffer(b"".join(headers), np.uint8).reshape(n_traces, header_len)
    return NaiveFile(table, native, float32, endian)


def _samples(octets, code, endian):
    order = ">" if endian == "big" else "<"
    if code == 1:
        return ibm_to_float32(np.frombuffer(octets, order + "u4"))
    if code in (7, 15):
        three = np.frombuffer(octets, np.uint8).reshape(-1, 3).astype(np.int64)
        high, middle, low = three.T if endian == "big" else three.T[::-1]
        value = (high << 16) | (middle << 8) | low
        if code == 15:
            return value.astype(np.uint32)
        return np.where(value >= 1 << 23, value - (1 << 24), value).astype(np.int32)
    dtype = np.dtype(order + _PLAIN[code])
    return np.frombuffer(octets, dtype).astype(dtype.newbyteorder("="))


def ibm_to_float32(words):
    """Decode IBM floats by integer arithmetic alone, to nearest even where float32 is subnormal."""
    word = np.asarray(words).astype(np.int64)
    fraction = word & 0xFFFFFF
    exponent = 4 * ((word >> 24) & 0x7F) - 130
    for shift in (16, 8, 4, 2, 1):  # bring the leading one to bit 23
        small = fraction < 1 << (24 - shift)
        fraction = np.where(small, fraction << shift, fraction)
        exponent = np.where(small, exponent - shift, exponent)
    right = np.clip(1 - exponent, 0, 40)
    half = (np.int64(1) << right) >> 1
    rest = fraction & ((np.int64(1) << right) - 1)
    kept = fraction >> right
    up = (rest > half) | ((rest == half) & (right > 0) & (kept & 1 == 1))
    tiny = kept + up
    bits = np.where(exponent >= 1, (exponent << 23) | (fraction & 0x7FFFFF), tiny)
    bits = np.where(exponent >= 255, 0x7F800000, bits)
    bits = np.where(word & 0xFFFFFF == 0, 0, bits)
    return ((word & 0x80000000) | bits).astype(np.uint32).view(np.float32)
