"""Progress of long work, on stderr."""

from __future__ import annotations

import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self, TextIO

FIRST = 1.0
"""Seconds before the first output."""
EVERY = 0.2
"""Seconds between updates."""


class Progress:
    """Shows on a terminal the progress of work that takes longer than a second.

    It updates one line and erases it at the end; nothing is shown if stderr is not a terminal. A
    separate thread writes, so the work may be a single call that does not hold the GIL.

    Parameters
    ----------
    what
        The name of the work.
    total
        The amount of work, if `advance` reports the progress.
    stream
        Where to write, by default stderr.
    """

    def __init__(self, what: str, total: int | None = None, stream: TextIO | None = None) -> None:
        """Write nothing yet."""
        self._what = what
        self._total = total
        self._stream = sys.stderr if stream is None else stream
        self._done = 0
        self._began = 0.0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def advance(self, n: int) -> None:
        """Add to the amount that is done."""
        self._done += n

    def __enter__(self) -> Self:
        """Begin."""
        self._began = time.monotonic()
        if self._stream.isatty():
            self._thread = threading.Thread(target=self._write, daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End, and erase the line."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _write(self) -> None:
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
        """Return the line to show."""
        share = f" {100 * self._done // self._total} %" if self._total else ""
        return f"{self._what}:{share} {time.monotonic() - self._began:.0f} s"
