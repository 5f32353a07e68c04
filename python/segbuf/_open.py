"""`open`, and the check of its options."""

from __future__ import annotations

import operator
import os
import warnings

from segbuf import _segbuf
from segbuf._file import File
from segbuf._handle import Handle, absolute
from segbuf._results.escaped import escaped
from segbuf._segbuf import Field
from segbuf.errors import FieldError, SegbufWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Literal

    from segbuf._segbuf import _Source
    from segbuf.guess.results import Guess


__all__ = ["guess_keys", "open"]

KEY_BYTES = 4
LAST_KEY_BYTE = 241 - KEY_BYTES
"""The last byte at which a survey key of four bytes may start."""

BYTE_ORDERS = ("big", "little", "pairwise")
"""Byte orders of headers and samples."""

MAX_BITS = 63
"""The bits of the largest integer that the extension takes."""

REVISIONS = (0.0, 1.0, 1.1, 2.0, 2.1)
"""Revisions of the standard."""


def open(  # noqa: A001
    path: _Source | Sequence[_Source],
    *,
    iline: int | str | Field = "inline",
    xline: int | str | Field = "crossline",
    offset: int | str | Field = "offset",
    kind: Literal["segy", "su"] | None = None,
    endian: Literal["big", "little", "pairwise"] | None = None,
    sample_endian: Literal["big", "little", "pairwise"] | None = None,
    format: int | None = None,  # noqa: A002
    encoding: str | None = None,
    revision: float | None = None,
    n_samples: int | None = None,
    interval: float | None = None,
    first_trace: int | None = None,
    additional_headers: int | None = None,
    layout_xml: str | os.PathLike[str] | bytes | Literal[False] | None = None,
    duplicates: Literal["error", "first", "last"] = "error",
    fill: float | None = None,
    max_sparsity: float = 100,
    strict: bool = False,
    verify: bool = False,
    index: bool | str | os.PathLike[str] = True,
    mmap: bool = False,
    threads: int | None = None,
) -> File:
    """Open a SEG-Y file for reading.

    Parameters
    ----------
    path
        The path of a file; an object that exports a readable buffer (bytes, bytearray, memoryview,
        mmap, ndarray), which is read in place without a copy; a seekable binary file object, such
        as ``io.BytesIO`` or the result of ``gzip.open``; or a file descriptor, which is duplicated.
        Closing the returned file closes none of them. A list or tuple of these is read as one file
        if the file layouts agree: traces are numbered consecutively, file headers and texts are
        those of the first.
    iline, xline, offset
        Trace header fields of the survey keys: bytes counted from 1, names, or `Field`. Each is
        read as int32. The fields ``inline``, ``crossline`` and ``offset`` start at bytes 189, 193
        and 37, in a Seismic Unix file at 221, 225 and 37.
    kind
        ``"segy"``, or ``"su"`` for Seismic Unix, whose files are traces without file headers. By
        default it is detected.
    endian, sample_endian, format, encoding, revision, n_samples, first_trace, additional_headers
        Overrides of what the file declares: byte order, byte order of the samples, sample format
        code, text encoding, revision (such as 2.1), samples per trace, byte offset of the first
        trace, and number of 240-byte additional headers of each trace. The byte order
        ``"pairwise"`` is big-endian with the two bytes of each pair swapped. ``endian`` alone also
        applies to the samples, unless they clearly have another byte order, which is a warning. An
        encoding is ``"ebcdic"`` (the table of the standard), ``"ascii"``, or the name of a code
        page, such as ``"cp037"``, ``"cp500"``, ``"cp1047"``, ``"latin-1"``.
    layout_xml
        The header schema as XML (revision 2.1 stores it in a stanza), or the path of a file that
        contains it. It replaces the schema in the file; False uses the standard fields even if the
        file contains a schema.
    interval
        The sample interval, in the unit of `File.samples`: milliseconds for time.
    duplicates
        What to do with traces that have the same survey keys: raise when they are read, or read the
        first or the last of them.
    fill
        The value for missing traces. By default NaN for floats; integers then raise.
    max_sparsity
        Maximum grid cells per trace of an irregular survey. A sparser grid is rejected, because its
        keys are unlikely to be those of a survey.
    strict
        Raise `FormatError`, with the same message, instead of warning about the file layout and the
        encoding of samples.
    verify
        Sweep all headers now and raise for duplicates. By default a few headers are probed now and
        the keys of each trace are checked when it is read.
    index
        Whether to use the survey index file that `File.save_index` wrote beside the file, if there
        is one; or the path of one. An index that is damaged, or does not match the file and the
        options, is ignored with a warning. Not needed with ``verify=True``.
    mmap
        Map the file into memory. Faster, but if another process truncates the file, this process is
        killed by SIGBUS. Ignored for buffers and file objects.
    threads
        Maximum number of threads of a read; by default `SEGBUF_THREADS`, else the number of cores.

    Returns
    -------
    File
        The open file, which is a context manager.

    Raises
    ------
    OSError
        If the system cannot open the file.
    FormatError
        If the bytes are not SEG-Y; the message names the byte. With ``strict=True``, if the layout
        is non-standard. If several files disagree; the message names the file.
    GeometryError
        For duplicate survey keys, with ``verify=True``.
    FieldError
        If the byte of a survey key is outside the trace header, or its name is unknown.
    TypeError
        If ``path`` or an option has an unsupported type.
    ValueError
        If ``path`` is an empty list, or an option has an invalid value.
    io.UnsupportedOperation
        If a file object is not seekable. Other exceptions of file objects, here or in later reads,
        are passed through unchanged.

    Warns
    -----
    SegbufWarning
        If the file is non-standard but readable, such as one with a truncated last trace.

    Examples
    --------
    >>> import segbuf
    >>> with segbuf.open("volume.sgy") as f:  # doctest: +SKIP
    ...     line = f.iline[2400]
    """
    options: dict[str, Any] = {
        "iline": iline,
        "xline": xline,
        "offset": offset,
        "kind": kind,
        "endian": endian,
        "sample_endian": sample_endian,
        "format": format,
        "encoding": encoding,
        "revision": revision,
        "n_samples": n_samples,
        "interval": interval,
        "first_trace": first_trace,
        "additional_headers": additional_headers,
        "layout_xml": layout_xml,
        "duplicates": duplicates,
        "fill": fill,
        "max_sparsity": max_sparsity,
        "strict": bool(strict),
        "verify": bool(verify),
        "index": index if isinstance(index, bool) else absolute(os.fsdecode(index)),
        "mmap": bool(mmap),
        "threads": threads,
    }
    for name, value in options.items():
        # None is the default of most options, and no value of the others.
        if name in CHECKS and (value is not None or name in REQUIRED):
            options[name] = CHECKS[name](name, value)
    file = reopen(path, options)
    # With several files, each warning names its own.
    names = file._handle.names  # noqa: SLF001
    where = "" if len(names) > 1 or names[0] == "memory" else f"{names[0]}: "
    for code, message, trace, byte in file._raw.warnings:  # noqa: SLF001
        warnings.warn(SegbufWarning(escaped(where) + message, code, trace, byte), stacklevel=2)
    return file


def guess_keys(path: _Source | Sequence[_Source], **options: Any) -> Guess:  # noqa: ANN401
    """Return candidates for the bytes of inline, crossline, offset, x and y, with reasons.

    Up to 8000 headers, from the beginning, the middle and the end of the file, and the textual
    headers are read. Nothing is applied: read the reasons, then pass bytes to `open`.

    Parameters
    ----------
    path
        A file, as for `open`. For an open file there is `File.guess_keys`.
    **options
        Overrides such as ``endian=`` and ``n_samples=``, as for `open`.

    Returns
    -------
    Guess
        Candidates with scores and reasons.

    Raises
    ------
    OSError
        If the system cannot open or read the file.
    FormatError
        If the file is not SEG-Y.

    Examples
    --------
    >>> import segbuf
    >>> guess = segbuf.guess_keys("volume.sgy")  # doctest: +SKIP
    >>> print(guess)  # doctest: +SKIP
    >>> f = segbuf.open("volume.sgy", **guess.options)  # doctest: +SKIP
    """
    with open(path, **options) as file:
        return file.guess_keys()


def reopen(
    source: _Source | Sequence[_Source],
    options: dict[str, Any],
    proof: tuple[int, int] | None = None,
) -> File:
    """Open a file with checked options, without warnings; unpickling calls it with its proof."""
    given: Sequence[Any] = source if isinstance(source, (list, tuple)) else [source]
    files: list[_Source] = [
        os.fsdecode(file) if isinstance(file, (str, os.PathLike)) else file for file in given
    ]
    raw = _segbuf.File(files, **options)
    if proof is not None:
        raw.trust(proof)
    return File(Handle(raw, files, options, reopen))


def _key(name: str, key: int | str | Field | None) -> int | str | Field:
    if isinstance(key, (str, Field)):
        return key
    byte = None if key is None else _integer(name, key)
    if byte is None or not 1 <= byte <= LAST_KEY_BYTE:
        message = f"{name}= must be a byte of 1 to 237, found {byte}"
        raise FieldError(message, "byte-outside-header", byte=byte)
    return byte


def _integer(name: str, value: int) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        message = f"{name}= must be an integer, found {value!r:.80}"
        raise TypeError(message) from None
    if number.bit_length() > MAX_BITS:
        raise ValueError(f"{name}= must be below 2**{MAX_BITS}, found {number}")
    return number


def _number(name: str, value: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        message = f"{name}= must be a number, found {value!r:.80}"
        raise TypeError(message) from None


def _choice(name: str, value: str) -> str:
    if value in CHOICES[name]:
        return value
    message = f"{name}= must be {' or '.join(map(repr, CHOICES[name]))}, found {value!r:.80}"
    raise ValueError(message)


def _layout(_name: str, xml: str | os.PathLike[str] | bytes | Literal[False]) -> bytes | bool:
    if xml is False:
        return xml
    if isinstance(xml, (bytes, bytearray, memoryview)):
        return bytes(xml)
    if isinstance(xml, str) and xml.lstrip("\ufeff \t\r\n").startswith("<"):
        return xml.encode()
    from pathlib import Path

    # `Path` raises for other types.
    with Path(xml).open("rb") as stream:
        return stream.read(_segbuf.LONGEST_LAYOUT + 1)


def _revision(name: str, revision: float) -> tuple[int, int]:
    number = _number(name, revision)
    if number not in REVISIONS:
        message = (
            f"revision= must be one of {', '.join(map(str, REVISIONS))}, found {revision!r:.80}"
        )
        raise ValueError(message)
    return int(number), round(number * 10) % 10


_BYTES = range(256)


def _encoding(_option: str, name: str) -> str | tuple[str, str]:
    """Return an encoding as the extension takes it: a name it knows, or a name and 256 characters.

    Raises
    ------
    ValueError
        If neither segbuf nor Python knows the name, and for multi-byte encodings.
    """
    import codecs

    try:
        known = name.lower()
        if not _segbuf.knows_encoding(known):
            known = codecs.lookup(name).name
        if _segbuf.knows_encoding(known):
            return known
        characters = [bytes([byte]).decode(known, "replace") for byte in _BYTES]
        # A byte that is no character by itself may be the first byte of a longer one.
        pairs = (
            bytes([first, second]).decode(known, "replace")
            for first in _BYTES
            if characters[first] == "\ufffd"
            for second in _BYTES
        )
        if all(len(c) == 1 for c in characters) and all(len(pair) == 2 for pair in pairs):
            return known, "".join(characters)
    except (AttributeError, LookupError, UnicodeError, ValueError):
        pass
    message = (
        "encoding= must be 'ebcdic', 'ascii', or a code page of one byte a character such as "
        f"'cp037', found {name!r:.80}"
    )
    raise ValueError(message) from None


CHOICES = {
    "kind": ("segy", "su"),
    "endian": BYTE_ORDERS,
    "sample_endian": BYTE_ORDERS,
    "duplicates": ("error", "first", "last"),
}
"""The values of options that have a few."""

CHECKS: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(("iline", "xline", "offset"), _key),
    **dict.fromkeys(CHOICES, _choice),
    **dict.fromkeys(
        ("format", "n_samples", "first_trace", "additional_headers", "threads"), _integer
    ),
    **dict.fromkeys(("interval", "fill", "max_sparsity"), _number),
    "encoding": _encoding,
    "revision": _revision,
    "layout_xml": _layout,
}
"""What checks an option and returns its value for the extension."""

REQUIRED = ("iline", "xline", "offset", "duplicates")
"""Options that have no default None."""
