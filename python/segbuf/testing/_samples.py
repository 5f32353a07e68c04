"""Samples as they stand in the file: the thirteen formats of the standard, in NumPy.

Source: SEG-Y revision 2.1, binary header bytes 3225-3226.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segbuf.testing._fields import byte_order, swap_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Sample format codes: bytes a sample takes in the file, and the type that holds it in memory.
FORMATS: dict[int, tuple[int, str]] = {
    1: (4, "float32"),
    2: (4, "int32"),
    3: (2, "int16"),
    5: (4, "float32"),
    6: (8, "float64"),
    7: (3, "int32"),
    8: (1, "int8"),
    9: (8, "int64"),
    10: (4, "uint32"),
    11: (2, "uint16"),
    12: (8, "uint64"),
    15: (3, "uint32"),
    16: (1, "uint8"),
}

# Small enough for the temporaries of an encoding to stay in the cache.
_BLOCK = 1 << 15


def native_dtype(code: int) -> np.dtype[np.generic]:
    """Give the type in memory that holds every sample of a format.

    Parameters
    ----------
    code : int
        Sample format code of the standard.

    Returns
    -------
    numpy.dtype
        float32 for IBM floats, int32 and uint32 for 24-bit integers.

    Raises
    ------
    ValueError
        If the standard has no such format, or only code 4, which is obsolete.
    """
    if code not in FORMATS:
        raise ValueError(
            f"format={code!r} is no sample format: use one of {', '.join(map(str, FORMATS))}"
        )
    return np.dtype(FORMATS[code][1])


def value_range(code: int) -> tuple[int, int] | None:
    """Give the smallest and largest value of an integer format; None for floats."""
    dtype = native_dtype(code)
    if dtype.kind == "f":
        return None
    bits = 8 * FORMATS[code][0]
    return (0, (1 << bits) - 1) if dtype.kind == "u" else (-(1 << bits - 1), (1 << bits - 1) - 1)


def encode_ibm(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Encode float32 as IBM System/360 floats, rounded to nearest even.

    Parameters
    ----------
    values : ndarray of float32
        Finite values, of any shape.

    Returns
    -------
    ndarray of uint32
        IBM words in the byte order of the machine, of the same shape. Signed zeros are kept.

    Raises
    ------
    ValueError
        If a value is infinite or NaN: the format has neither.
    """
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32).ravel()
    words = np.empty_like(bits)
    for start in range(0, bits.size, _BLOCK):
        _encode_ibm_block(bits[start : start + _BLOCK], words[start : start + _BLOCK])
    return words.reshape(np.shape(values))


def _encode_ibm_block(bits: NDArray[np.uint32], words: NDArray[np.uint32]) -> None:
    u = np.uint32
    # A normal number is fraction * 2^(exponent - 126), the fraction in [1/2, 1) with 24 bits. The
    # power of 16 above it is ceil((exponent - 126) / 4); what that overshoots shifts the fraction.
    exponent = (bits >> u(23)) & u(0xFF)
    tiny = exponent == 0
    if (exponent == u(0xFF)).any():
        raise ValueError(
            "IBM floats have neither infinity nor NaN: replace such samples, or use format=5"
        )
    fraction = (bits & u(0x7FFFFF)) | u(0x800000)
    biased = exponent + u(133)  # exponent - 126, + 3 to round the quotient up, + 4 * 64
    shift = ~biased & u(3)
    # Half to even: add just under a half, and one more where the bit that stays last is odd. A
    # carry cannot leave the fraction, since whatever is rounded was first shifted right.
    words[:] = fraction >> shift
    words &= u(1)
    words &= (shift + u(3)) >> u(2)  # nothing is rounded where nothing is shifted
    words += ((u(1) << shift) - u(1)) >> u(1)
    words += fraction
    words >>= shift
    words |= (biased >> u(2)) << u(24)
    words |= bits & u(0x80000000)
    if tiny.any():
        words[tiny] = _encode_ibm_tiny(bits[tiny])


def _encode_ibm_tiny(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Encode zeros and subnormal numbers: m * 2^-149, scaled to the IBM exponent that fits."""
    magnitude = (bits & np.uint32(0x7FFFFF)).astype(np.int64)
    length = np.frexp(magnitude.astype(np.float64))[1].astype(np.int64)  # bits in magnitude
    power = -(-(length - 149) // 4)  # of 16
    scaled = magnitude.astype(np.float64) * np.exp2((24 - 149 - 4 * power).astype(np.float64))
    words = ((power + 64) << 24) | np.rint(scaled).astype(np.int64)
    words[magnitude == 0] = 0
    return words.astype(np.uint32) | (bits & np.uint32(0x80000000))


def decode_ibm(words: NDArray[np.uint32]) -> NDArray[np.float32]:
    """Decode IBM System/360 floats to the nearest float32.

    Parameters
    ----------
    words : ndarray of uint32
        IBM words in the byte order of the machine, normalised or not.

    Returns
    -------
    ndarray of float32
        Of the same shape. What is too large becomes infinite; signed zeros are kept.
    """
    words = np.asarray(words, dtype=np.uint32)
    exponent = ((words >> np.uint32(24)) & np.uint32(0x7F)).astype(np.int32)
    # Exact in float64 (24 bits, between 2^-280 and 2^252), so there is one rounding.
    value = np.ldexp((words & np.uint32(0xFFFFFF)).astype(np.float64), 4 * exponent - 280)
    with np.errstate(over="ignore", under="ignore"):
        return np.where(words >> np.uint32(31), -value, value).astype(np.float32)


def encode(data: NDArray[np.generic], code: int, endian: str, *, raw: bool) -> NDArray[np.uint8]:
    """Turn samples into the bytes of a file.

    Parameters
    ----------
    data : ndarray, shape (n_traces, n_samples)
        Values that the format can hold.
    code : int
        Sample format code.
    endian : {"big", "little", "pairwise"}
        Byte order of the result.
    raw : bool
        Whether `data` are IBM words (uint32) rather than values.

    Returns
    -------
    ndarray of uint8, shape (n_traces, n_samples * width)
        The samples of each trace.

    Raises
    ------
    ValueError
        If a value is out of range, fractional in an integer format, or not finite in format 1.
    """
    width, name = FORMATS[code]
    if code == 1:
        words = data if raw else encode_ibm(data.astype(np.float32, copy=False))
        stored = words.astype(byte_order(endian) + "u4")
    else:
        _check_range(data, code)
        stored = data.astype(np.dtype(name).newbyteorder(byte_order(endian)))
    octets = np.ascontiguousarray(stored).view(np.uint8).reshape(*data.shape, stored.itemsize)
    if width == 3:
        octets = octets[..., 1:] if endian == "big" else octets[..., :3]
    octets = octets.reshape(data.shape[0], data.shape[1] * width)
    return swap_pairs(octets) if endian == "pairwise" else octets


def _check_range(data: NDArray[np.generic], code: int) -> None:
    limits = value_range(code)
    if (
        limits is None
        or data.size == 0
        or (data.dtype == native_dtype(code) and code not in (7, 15))
    ):
        return
    if data.dtype.kind not in "iu":
        raise ValueError(
            f"format={code} holds integers, not {data.dtype}: scale and round the data first"
        )
    low, high = int(data.min()), int(data.max())
    if low < limits[0] or high > limits[1]:
        raise ValueError(
            f"format={code} holds {limits[0]} to {limits[1]}, the data {low} to {high}"
        )
