"""``segbuf index FILE``: save the survey keys of every trace, so that the file opens faster."""

from __future__ import annotations

from segbuf.cli import _open
from segbuf.cli._progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

ABOUT = "save the survey keys of every trace beside a file, so that it opens faster"
MORE = "segbuf uses this index whenever it opens the file, until the file changes."


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("-o", "--output", metavar="PATH", help="path of the index")
    _open.add_to(parser)


def run(given: argparse.Namespace) -> int:
    """Save the index, and print its path."""
    file, _ = _open.opened(given, index=False)
    with file:
        with Progress(f"looking at {file.n_traces:,} trace headers"):
            path = file.save_index(given.output)
        print(path)
    return 0
