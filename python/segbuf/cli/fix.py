"""``segbuf fix FILE --rule ID -o OUT``: a copy of a file with what breaks some rules mended."""

from __future__ import annotations

import sys

from segbuf.cli import _open

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

ABOUT = "write a copy in which headers and end are mended"
MORE = (
    "What is to be mended is said by rule: `segbuf check` finds and names them. Samples are never "
    "changed, the file itself stays as it is, and nothing is overwritten."
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
        help="mend what breaks these rules",
    )
    parser.add_argument("-o", "--output", metavar="OUT", required=True, help="where to write")
    _open.add_to(parser)


def run(given: argparse.Namespace) -> int:
    """Write the copy, and say what was mended."""
    from segbuf import checking

    mended = checking.fix(given.file, given.rules, given.output, **_open.options(given))
    for finding in mended:
        print(finding)
    print(f"{len(mended)} mended" if mended else "nothing to mend", file=sys.stderr)
    return 0
