"""Opening a file: `open`, and what its keywords may be."""

from __future__ import annotations

import operator
import os
import warnings

from segbuf import _segbuf
from segbuf._file import File
from segbuf._handle import Handle, absolute
from segbuf._results.field import Field
from segbuf.errors import FieldError, SegbufWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Literal

    from segbuf._segbuf import _Source


__all__ = ["open"]

KEY_BYTES = 4
LAST_KEY_BYTE = 241 - KEY_BYTES
"""Where a key of four bytes may start at the latest."""

BYTE_ORDERS = ("big", "little", "pairwise")
"""Those in which headers and samples stand."""

REVISIONS = (0.0, 1.0, 1.1, 2.0, 2.1)
"""Those of the standard."""


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
        The name of a file; or an object that exports a readable buffer (bytes, bytearray,
        memoryview, mmap, ndarray), which then is the file itself, read in place without a copy; or
        a binary file object that can seek, such as ``io.BytesIO`` or what ``gzip.open`` gives; or a
        file descriptor, of which a copy is made. None of them is closed with the file. A list or
        tuple of these is read as one file, if the layouts agree: traces are numbered through, file
        headers and texts are those of the first.
    iline, xline, offset
        Where the keys of the survey stand in the trace header: bytes counted from 1, names, or
        `Field`. Each is read as an int32. The fields ``inline``, ``crossline`` and ``offset`` start
        at bytes 189, 193 and 37, in a Seismic Unix file at 221, 225 and 37.
    kind
        What the file is: SEG-Y, or Seismic Unix, whose files are traces without file headers.
        Without it the file tells.
    endian, sample_endian, format, encoding, revision, n_samples, first_trace, additional_headers
        Facts that outweigh what the file says of its byte order, the byte order of its samples,
        sample format code, text encoding, revision (such as 2.1), samples per trace, the byte
        offset of its first trace, and headers of 240 bytes behind the standard one of each. The
        byte order ``"pairwise"`` is big-endian with the bytes of each pair swapped. With ``endian``
        alone samples have that order, unless they plainly have another, which is a warning. An
        encoding is ``"ebcdic"`` (the table of the standard), ``"ascii"``, or the name of a code
        page, such as ``"cp037"``, ``"cp500"``, ``"cp1047"``, ``"latin-1"``.
    layout_xml
        What the fields of the trace headers are: a layout in XML, as revision 2.1 has it in a
        stanza, or the name of a file of it. It takes the place of one in the file; False goes by
        the standard, whatever the file says.
    interval
        The sample interval, in the unit of `File.samples`: milliseconds for time.
    duplicates
        What to do with traces that carry the same keys: refuse to read them, or take one.
    fill
        What fills the rows of missing traces. Without it that is NaN for floats, an error for
        integers.
    max_sparsity
        How many cells a trace the grid of an irregular survey may have. One with more is refused,
        as its keys hardly are those of a survey.
    strict
        Refuse a file whose layout is odd: every warning of where things are, how many there are and
        how samples are encoded is a `FormatError` of the same words.
    verify
        Sweep all headers at once, and refuse duplicates, rather than probe and check on reading.
    index
        Whether to use the index that `File.save_index` wrote beside the file, if it is there, or
        the path of one. One that is damaged, or not of the file as it is and as it is opened, is
        not used, with a warning. With ``verify=True`` none is needed.
    mmap
        Map the file. Faster; but should another process shorten it, this process dies of SIGBUS.
        Memory and file objects are what they are.
    threads
        The most threads a read uses. Without it `SEGBUF_THREADS`, else all cores.

    Returns
    -------
    File
        The open file, which is a context manager.

    Raises
    ------
    OSError
        Where the system cannot open the file.
    FormatError
        Where the bytes are not SEG-Y; it names the byte. With ``strict=True``, where they are odd.
        Where several files disagree; it names the file.
    GeometryError
        With ``verify=True``, for duplicate keys.
    FieldError
        For key bytes outside the trace header, or unknown names.
    TypeError
        For what is none of these.
    ValueError
        For an empty list.
    io.UnsupportedOperation
        For a file object that cannot seek. Whatever a file object raises, here or when it is read
        later, comes unchanged.

    Warns
    -----
    SegbufWarning
        For what is odd though readable, such as a truncated last trace.

    Examples
    --------
    >>> import segbuf
    >>> with segbuf.open("volume.sgy") as f:  # doctest: +SKIP
    ...     line = f.iline[2400]
    """
    options: dict[str, Any] = {
        "iline": _key("iline", iline),
        "xline": _key("xline", xline),
        "offset": _key("offset", offset),
        "kind": _choice("kind", kind, "segy", "su"),
        "endian": _choice("endian", endian, *BYTE_ORDERS),
        "sample_endian": _choice("sample_endian", sample_endian, *BYTE_ORDERS),
        "format": _integer("format", format),
        "encoding": _encoding(encoding),
        "revision": _revision(revision),
        "n_samples": _integer("n_samples", n_samples),
        "interval": _number("interval", interval),
        "first_trace": _integer("first_trace", first_trace),
        "additional_headers": _integer("additional_headers", additional_headers),
        "layout_xml": _layout(layout_xml),
        "duplicates": _choice("duplicates", duplicates, "error", "first", "last"),
        "fill": _number("fill", fill),
        "max_sparsity": _number("max_sparsity", max_sparsity),
        "strict": bool(strict),
        "verify": bool(verify),
        "index": index if isinstance(index, bool) else absolute(os.fsdecode(index)),
        "mmap": bool(mmap),
        "threads": _integer("threads", threads),
    }
    file = reopen(path, options)
    # Of several files, the warning says which.
    names = file._handle.names  # noqa: SLF001
    where = "" if len(names) > 1 or names[0] == "memory" else f"{names[0]}: "
    for code, message, trace, byte in file._raw.warnings:  # noqa: SLF001
        warnings.warn(SegbufWarning(where + message, code, trace, byte), stacklevel=2)
    return file


def reopen(source: _Source | Sequence[_Source], options: dict[str, Any]) -> File:
    """Open a file with the options of a handle, without the warnings of the first time."""
    given: Sequence[Any] = source if isinstance(source, (list, tuple)) else [source]
    files: list[_Source] = [
        os.fsdecode(file) if isinstance(file, (str, os.PathLike)) else file for file in given
    ]
    return File(Handle(_segbuf.File(files, **options), files, options, reopen))


def _key(name: str, key: int | str | Field) -> int | str:
    if isinstance(key, str):
        return key
    if isinstance(key, Field):
        return key._key_byte  # noqa: SLF001
    byte = _integer(name, key)
    if byte is None or not 1 <= byte <= LAST_KEY_BYTE:
        message = f"{name} is outside the trace header: wanted a byte of 1 to 237, found {byte}"
        raise FieldError(message)
    return byte


def _integer(name: str, value: int | None) -> int | None:
    if value is None:
        return None
    try:
        return operator.index(value)
    except TypeError:
        message = f"{name}: wanted an integer, found {value!r:.80}"
        raise TypeError(message) from None


def _number(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        message = f"{name}: wanted a number, found {value!r:.80}"
        raise TypeError(message) from None


def _choice(name: str, value: str | None, *choices: str) -> str | None:
    if value in choices or (value is None and name != "duplicates"):
        return value
    message = f"{name}: wanted {' or '.join(map(repr, choices))}, found {value!r:.80}"
    raise ValueError(message)


def _layout(xml: str | os.PathLike[str] | bytes | Literal[False] | None) -> bytes | bool | None:
    if xml is None or xml is False:
        return xml
    if isinstance(xml, (bytes, bytearray, memoryview)):
        return bytes(xml)
    if isinstance(xml, str) and xml.lstrip("\ufeff \t\r\n").startswith("<"):
        return xml.encode()
    from pathlib import Path

    # The path says what else cannot be one.
    with Path(xml).open("rb") as stream:
        return stream.read(_segbuf.LONGEST_LAYOUT + 1)


def _encoding(name: str | None) -> str | tuple[str, str] | None:
    if name is None or name in {"ebcdic", "ascii"}:
        return name
    return _code_page(name)


def _revision(revision: float | None) -> tuple[int, int] | None:
    number = _number("revision", revision)
    if number is None:
        return None
    if number not in REVISIONS:
        message = (
            f"revision: wanted one of {', '.join(map(str, REVISIONS))}, found {revision!r:.80}"
        )
        raise ValueError(message)
    return int(number), round(number * 10) % 10


_BYTES = range(256)


def _code_page(name: str) -> str | tuple[str, str]:
    """Say an encoding as the extension takes it: by a name it knows, or with its 256 characters.

    Raises
    ------
    ValueError
        For a name that neither segbuf nor Python knows, and for encodings of several bytes.
    """
    import codecs

    try:
        known = name.lower()
        if not _segbuf.knows_encoding(known):
            known = codecs.lookup(name).name
        if _segbuf.knows_encoding(known):
            return known
        characters = [bytes([byte]).decode(known, "replace") for byte in _BYTES]
        # What is no character by itself may be the first byte of one.
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
        "encoding: wanted 'ebcdic', 'ascii', or a code page of one byte a character such as "
        f"'cp037', found {name!r:.80}"
    )
    raise ValueError(message) from None
