"""How far long work has come, on stderr."""

from __future__ import annotations

import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, TextIO

FIRST = 1.0
"""Seconds after which something is said."""
EVERY = 0.2
"""Seconds between two looks."""


class Progress:
    """Says on a terminal how far work has come that takes longer than a second.

    A line that is written over and in the end taken away; nothing where stderr is no terminal. The
    work may be a single call that does not hold the GIL: a thread of its own does the talking.

    Parameters
    ----------
    what
        What is being done: a word or two.
    total
        How much there is to do, where it is told by `advance` how much is done.
    stream
        Where to write, by default stderr.
    """

    def __init__(self, what: str, total: int | None = None, stream: TextIO | None = None) -> None:
        """Say nothing yet."""
        self._what = what
        self._total = total
        self._stream = sys.stderr if stream is None else stream
        self._done = 0
        self._began = 0.0
        self._ended = threading.Event()
        self._talker: threading.Thread | None = None

    def advance(self, n: int) -> None:
        """Count so much more as done."""
        self._done += n

    def __enter__(self) -> Self:
        """Begin."""
        self._began = time.monotonic()
        if self._stream.isatty():
            self._talker = threading.Thread(target=self._talk, daemon=True)
            self._talker.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End, and take the line away."""
        self._ended.set()
        if self._talker is not None:
            self._talker.join()

    def _talk(self) -> None:
        if self._ended.wait(FIRST):
            return
        while True:
            self._stream.write(f"\r\x1b[K{self.line()}")
            self._stream.flush()
            if self._ended.wait(EVERY):
                break
        self._stream.write("\r\x1b[K")
        self._stream.flush()

    def line(self) -> str:
        """Say how far it is."""
        share = f" {100 * self._done // self._total} %" if self._total else ""
        return f"{self._what}:{share} {time.monotonic() - self._began:.0f} s"
