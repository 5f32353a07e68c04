"""``segbuf index FILE``: save the keys of every trace, so that the file opens at once."""

from __future__ import annotations

from segbuf.cli import _open
from segbuf.cli._progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

ABOUT = "save the keys of every trace beside a file, so that it opens at once"
MORE = "Whoever opens the file uses them as long as it is not changed."


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("-o", "--output", metavar="PATH", help="save them there")
    _open.add_to(parser)


def run(given: argparse.Namespace) -> int:
    """Save them, and say where."""
    file, _ = _open.opened(given, index=False)
    with file:
        with Progress(f"looking at {file.n_traces:,} trace headers"):
            path = file.save_index(given.output)
        print(path)
    return 0
