"""Open the file of a command: options of `segbuf.open`, and its warnings on stderr."""

from __future__ import annotations

import sys
import warnings

import segbuf
from segbuf._results.escaped import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import Any

# Options with the same names as in `segbuf.open`.
ORDERS = ("big", "little", "pairwise")
CHOICES = {"kind": ("segy", "su"), "endian": ORDERS, "sample_endian": ORDERS}
OPTIONS = {
    "iline": "trace header field of the inline number: byte from 1, or name",
    "xline": "trace header field of the crossline number",
    "offset": "trace header field of the offset",
    "kind": "kind of file: SEG-Y or Seismic Unix",
    "endian": "byte order",
    "sample_endian": "byte order of samples",
    "format": "sample format code",
    "encoding": "encoding of the textual headers: ebcdic, ascii or a code page, such as cp037",
    "revision": "revision of the standard, such as 2.1",
    "n_samples": "samples per trace",
    "interval": "sample interval, in milliseconds for time",
    "first_trace": "byte offset of the first trace",
    "additional_headers": "number of additional 240-byte headers of each trace",
}


def add_to(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Add the file argument, or several files that are read as one, and the options."""
    from argparse import SUPPRESS

    parser.add_argument("file", metavar="FILE", nargs="+" if several else None)
    overrides = parser.add_argument_group("header overrides (see segbuf.open)")
    types: dict[str, Callable[[str], object]] = {
        **dict.fromkeys(("iline", "xline", "offset"), name_or_byte),
        **dict.fromkeys(("revision", "interval"), float),
        **dict.fromkeys((*CHOICES, "encoding"), str),
    }
    for name, meaning in OPTIONS.items():
        overrides.add_argument(
            "--" + name.replace("_", "-"),
            type=types.get(name, int),
            choices=CHOICES.get(name),
            metavar=None if name in CHOICES else name.upper(),
            default=SUPPRESS,
            help=meaning,
        )


def add_overwrite_to(parser: argparse.ArgumentParser) -> None:
    """Add the option without which no existing file is replaced."""
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def options(given: argparse.Namespace) -> dict[str, Any]:
    """Return the options of `segbuf.open` that were passed."""
    return {name: value for name, value in vars(given).items() if name in OPTIONS}


def opened(
    given: argparse.Namespace, *, index: bool = True
) -> tuple[segbuf.File, list[segbuf.SegbufWarning]]:
    """Return the open file and its warnings, which are also printed to stderr."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        file = segbuf.open(given.file, index=index, **options(given))
    messages = [warning.message for warning in caught]
    for message in messages:
        print(escaped(f"segbuf: warning: {message}"), file=sys.stderr)
    return file, [m for m in messages if isinstance(m, segbuf.SegbufWarning)]


def name_or_byte(text: str) -> int | str:
    """Return a header field: a name, or a byte number."""
    return int(text) if text.isdecimal() else text
