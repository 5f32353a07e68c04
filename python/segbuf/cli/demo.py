"""``segbuf demo``: make a volume, read it, check and time the reads."""

from __future__ import annotations

import argparse

from segbuf.cli import _open

ABOUT = "make a volume, read it, check and time the reads"
MORE = ""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--size", type=_positive, default=128, metavar="MB", help="megabytes (default: %(default)s)"
    )
    parser.add_argument("--keep", metavar="PATH", help="write the volume to this path, and keep it")
    _open.add_overwrite_to(parser)


def run(given: argparse.Namespace) -> int:
    """Make the volume, read it and print the results."""
    from segbuf.cli import _volume

    return _volume.run(given.size, given.keep, overwrite=given.overwrite)


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: not a positive number")
    return number
