"""``segbuf fix FILE --rule ID -o OUT``: write a repaired copy of a file."""

from __future__ import annotations

import sys

from segbuf.cli import _open

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

ABOUT = "write a copy with repaired headers and end"
MORE = (
    "The rules to repair are those that `segbuf check` reports. Samples and the file itself are "
    "never changed."
)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--rule",
        action="extend",
        nargs="+",
        dest="rules",
        metavar="ID",
        required=True,
        help="repair violations of these rules",
    )
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="path of the copy")
    _open.add_overwrite_to(parser)
    _open.add_to(parser)


def run(given: argparse.Namespace) -> int:
    """Write the copy, and print the repaired findings."""
    from segbuf import checking

    repaired = checking.fix(
        given.file,
        given.rules,
        given.output,
        overwrite=given.overwrite,
        **_open.options(given),
    )
    for finding in repaired:
        print(finding)
    print(f"{len(repaired)} repaired" if repaired else "nothing to repair", file=sys.stderr)
    return 0
