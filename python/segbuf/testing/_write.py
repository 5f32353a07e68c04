"""A writer of SEG-Y files, plain or odd, against which to test a reader."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from segbuf.testing._headers import (
    Affine,
    Facts,
    TraceHeaders,
    binary_header,
    default_text,
    trace_headers,
)
from segbuf.testing._samples import FORMATS, encode, native_dtype
from segbuf.testing._text import text_record
from segbuf.testing._traces import Traces, arrange

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from typing import Any, Literal

    from numpy.typing import ArrayLike, NDArray

    from segbuf.testing._fields import Field

_BYTE_ORDERS = ("big", "little", "pairwise")
_CHUNK = 4 << 20  # bytes of traces assembled at once


def write_file(
    path: str | os.PathLike[str] | None,
    data: ArrayLike,
    *,
    kind: Literal["segy", "su"] = "segy",
    ilines: ArrayLike | None = None,
    xlines: ArrayLike | None = None,
    offsets: ArrayLike | None = None,
    sorting: Literal["inline", "crossline"] | tuple[str, ...] = "inline",
    trace_order: ArrayLike | None = None,
    lengths: ArrayLike | None = None,
    format: int | None = None,  # noqa: A002 - the word of the field, and of segbuf.open
    raw: bool = False,
    endian: Literal["big", "little", "pairwise"] = "big",
    sample_endian: Literal["big", "little", "pairwise"] | None = None,
    revision: float = 1.0,
    byte_order_constant: bool | None = None,
    interval: float | None = 4.0,
    extended_interval: bool = False,
    extended_samples: bool = False,
    delay: ArrayLike = 0,
    iline: int | None = None,
    xline: int | None = None,
    offset: int = 37,
    coordinates: Affine | None = None,
    coordinate_scalar: int = -100,
    headers: Mapping[Any, ArrayLike] | None = None,
    binary: Mapping[Field, ArrayLike] | None = None,
    text: str | bytes | None = None,
    encoding: Literal["ebcdic", "ascii"] = "ebcdic",
    extended_text: int | Sequence[str | bytes] = 0,
    additional_headers: int = 0,
    truncate: int = 0,
    trailing: bytes = b"",
) -> bytes | Any:  # noqa: ANN401 - None, of which whoever asks for bytes need not hear
    """Write a SEG-Y file, a plain one or an odd one.

    The data are written in chunks, so a `numpy.memmap` larger than memory will do.

    Parameters
    ----------
    path : str, PathLike or None
        Where to write; None returns the bytes of the file instead.
    data : array_like
        Samples, in one of the shapes (trace, sample), (inline, crossline, sample) and
        (inline, crossline, offset, sample).
    kind : {"segy", "su"}, default "segy"
        What to write; a Seismic Unix file has no file headers, format 5, and trace headers with
        words of its own from byte 181 on. What is said of file headers does not apply to it.
    ilines, xlines, offsets : array_like of int, optional
        With a grid, the labels of its axes, by default 1, 2, ... and for offsets 100, 200, ...;
        a grid without an offset axis takes one offset, by default 0. With a list of traces, the
        labels of each trace, or one for all; by default 0, which says nothing.
    sorting : {"inline", "crossline"} or tuple of str, default "inline"
        The order of a grid in the file: by the axis that varies slowest, or all axes from slowest
        to fastest, such as ``("offset", "crossline", "inline")``.
    trace_order : array_like of int, optional
        Which of the traces to write, in which order, counted in the order of `sorting` (or of
        the list): a permutation, a selection, or with repetitions. Labels go with their traces.
    lengths : array_like of int, optional
        How many of its samples each trace written has in the file; by default all. Trace headers
        say so, and nothing says that traces have one length.
    format : int, optional
        Sample format code: 1, 2, 3, 5 to 12, 15 or 16; by default 1, in a Seismic Unix file 5.
        `data` must fit it; format 1 takes float32, to which anything else is first rounded, and
        rounds to nearest even.
    raw : bool, default False
        Whether `data` are IBM words (uint32) to be stored as they are. Only with ``format=1``.
    endian : {"big", "little", "pairwise"}, default "big"
        Byte order of headers and samples; with "pairwise" big-endian, and then the bytes of each
        pair swapped.
    sample_endian : {"big", "little", "pairwise"}, optional
        Byte order of samples, where that is another.
    revision : float, default 1.0
        0.0, 1.0, 2.0, 2.1 or any other number of one decimal.
    byte_order_constant : bool, optional
        Whether bytes 3297-3300 state the byte order; by default from revision 2.0 on.
    interval : float or None, default 4.0
        Sample interval in milliseconds; None leaves it at 0, not stated.
    extended_interval, extended_samples : bool, default False
        Whether to state interval and sample count also in the wide words of revision 2. Done
        unasked where the narrow words cannot hold them.
    delay : array_like of int, default 0
        Time of the first sample in milliseconds, one for all or one for each trace written.
    iline, xline, offset : int
        The bytes (counted from 1) at which the labels stand as words of 4 bytes, whatever the
        standard has there; by default 189, 193 and 37, in a Seismic Unix file 221, 225 and 37.
    coordinates : tuple of six floats, optional
        Writes CDP X and Y (bytes 181 and 185) of each trace, as an affine function of its labels:
        x and y of inline 0 and crossline 0, then their steps for an inline, and for a crossline.
    coordinate_scalar : int, default -100
        Scalar (byte 71) of the coordinates: negative divides what is stored, positive multiplies.
    headers, binary : mapping, optional
        Further trace header and binary header words, written last: from a name, a byte (counted
        from 1; in the binary header from 3201), or a pair of byte and NumPy type code, to a value.
        A trace header word also takes an array with a value for each trace written.
    text : str or bytes, optional
        Textual header: up to 40 lines of 80 characters, or its 3200 bytes.
    encoding : {"ebcdic", "ascii"}, default "ebcdic"
        Encoding of textual headers given as str.
    extended_text : int or sequence of str or bytes, default 0
        Extended textual headers, or how many to make up.
    additional_headers : int, default 0
        Further headers of 240 bytes before the samples of each trace; the first of them is the
        standard's own extension, with bytes 241-480.
    truncate : int, default 0
        Bytes to cut off the end.
    trailing : bytes, default b""
        What to append then.

    Returns
    -------
    bytes or None
        The file, if `path` is None.

    Raises
    ------
    KeyError
        If `headers` or `binary` names a field that does not exist.
    OSError
        If the file cannot be written.
    ValueError
        If arguments are wrong or contradict each other, or the format cannot hold the data.

    Examples
    --------
    >>> import numpy as np
    >>> from segbuf.testing import write_file
    >>> cube = np.zeros((3, 4, 50), np.float32)
    >>> len(write_file(None, cube, sorting="crossline", format=3 + 2))
    8880
    """
    su = kind == "su"
    format = (5 if su else 1) if format is None else format  # noqa: A001
    iline = (221 if su else 189) if iline is None else iline
    xline = (225 if su else 193) if xline is None else xline
    sample_endian = endian if sample_endian is None else sample_endian
    _check_choice("kind", kind, ("segy", "su"))
    _check_choice("encoding", encoding, ("ebcdic", "ascii"))
    _check_choice("endian", endian, _BYTE_ORDERS)
    _check_choice("sample_endian", sample_endian, _BYTE_ORDERS)
    _check_format(format, sample_endian)
    samples = np.asanyarray(data)
    _check_raw(samples, format, raw=raw)
    if truncate < 0:
        raise ValueError(f"truncate={truncate}: a number of bytes to cut off cannot be negative")
    traces = arrange(
        samples,
        ilines=ilines,
        xlines=xlines,
        offsets=offsets,
        sorting=sorting,
        trace_order=trace_order,
    )
    texts = _extended_texts(extended_text)
    facts = Facts(
        su=su,
        n_traces=len(traces.positions),
        n_samples=traces.n_samples,
        lengths=None if lengths is None else _lengths(lengths, traces),
        fold=traces.fold,
        n_texts=len(texts),
        format=format,
        endian=endian,
        revision=round(10 * revision),
        # Whole numbers of microseconds stay whole: 1000 * 2.3 is no 2300.
        microseconds=0.0 if interval is None else round(1000.0 * interval, 6),
        extended_interval=extended_interval,
        extended_samples=extended_samples,
        additional_headers=additional_headers,
        constant=revision >= 2.0 if byte_order_constant is None else byte_order_constant,
    )
    facts.check()
    keys = _survey_keys(traces, iline, xline, offset)
    affine = None if coordinates is None else (coordinates, coordinate_scalar)
    file_headers = (
        ()
        if su
        else (
            text_record(default_text(facts) if text is None else text, encoding),
            binary_header(facts, binary or {}),
            *(text_record(record, encoding) for record in texts),
        )
    )
    per_trace = trace_headers(facts, keys, delay, affine, headers or {})

    with io.BytesIO() if path is None else Path(path).open("wb") as stream:
        stream.writelines(file_headers)
        _write_traces(stream, traces, facts, per_trace, sample_endian, raw=raw)
        if truncate:
            stream.truncate(max(stream.tell() - truncate, 0))
            stream.seek(0, io.SEEK_END)
        stream.write(trailing)
        return stream.getvalue() if isinstance(stream, io.BytesIO) else None


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name}={value!r}: not one of {choices}")


def _check_format(code: int, sample_endian: str) -> None:
    native_dtype(code)
    if sample_endian == "pairwise" and FORMATS[code][0] % 2:
        raise ValueError(f"format={code}: samples of an odd number of bytes make no pairs")


def _check_raw(samples: NDArray[np.generic], code: int, *, raw: bool) -> None:
    if raw and (code != 1 or samples.dtype != np.uint32):
        raise ValueError(
            f"raw=True takes uint32 words and format=1, not {samples.dtype} and format={code}"
        )
    if not raw and samples.dtype.kind not in "fiu":
        raise ValueError(f"data of type {samples.dtype} are no samples: use floats or integers")


def _survey_keys(
    traces: Traces, iline: int, xline: int, offset: int
) -> dict[int, NDArray[np.int64]]:
    """Return the labels of the traces by the byte of the trace header where they are stored."""
    low, middle, high = sorted((iline, xline, offset))
    if min(middle - low, high - middle) < 4:
        raise ValueError(f"{iline=}, {xline=}, {offset=}: labels of 4 bytes would overlap")
    labels = traces.labels
    return {iline: labels["inline"], xline: labels["crossline"], offset: labels["offset"]}


def _lengths(lengths: ArrayLike, traces: Traces) -> NDArray[np.int64]:
    each = np.asarray(lengths)
    if each.shape != traces.positions.shape or (each.size and each.dtype.kind not in "iu"):
        raise ValueError(f"lengths: want one integer for each of {len(traces.positions)} traces")
    if each.size and not 0 <= each.min() <= each.max() <= traces.n_samples:
        raise ValueError(
            f"lengths: {each.min()} to {each.max()} of the {traces.n_samples} samples of a trace"
        )
    return each.astype(np.int64)


def _extended_texts(extended_text: int | Sequence[str | bytes]) -> list[str | bytes]:
    if isinstance(extended_text, int):
        return [f"C 1 EXTENDED TEXTUAL HEADER {i + 1}" for i in range(extended_text)]
    return list(extended_text)


def _write_traces(
    stream: BinaryIO,
    traces: Traces,
    facts: Facts,
    headers: TraceHeaders,
    sample_endian: str,
    *,
    raw: bool,
) -> None:
    header_len, width = facts.header_len, FORMATS[facts.format][0]
    trace_len = header_len + facts.n_samples * width
    step = max(1, _CHUNK // trace_len)
    records = np.empty((min(step, facts.n_traces), trace_len), np.uint8)
    for start in range(0, facts.n_traces, step):
        chunk = slice(start, min(start + step, facts.n_traces))
        block = records[: chunk.stop - start]
        headers.fill(block, chunk)
        try:
            block[:, header_len:] = encode(traces.take(chunk), facts.format, sample_endian, raw=raw)
        except ValueError as error:
            raise ValueError(f"traces {chunk.start} to {chunk.stop - 1}: {error}") from None
        if facts.lengths is None:
            stream.write(block.data)
        else:
            ends = (header_len + facts.lengths[chunk] * width).tolist()
            stream.writelines(row[:end].data for row, end in zip(block, ends, strict=True))
