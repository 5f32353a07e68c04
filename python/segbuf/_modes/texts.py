"""Textual headers by index: ``f.text``."""

from __future__ import annotations

import operator

from segbuf import _segbuf
from segbuf._handle import Mode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from segbuf._results.hints import Hints


class Texts(Mode):
    """Textual headers: ``f.text[0]``, and the extended ones from 1 on."""

    __slots__ = ()

    def __getitem__(self, index: int) -> str:
        """Read a textual header: 40 lines of 80 characters, control characters as blanks."""
        return self._raw.text(self._inside(index))

    def bytes(self, index: int) -> bytes:
        """Read a textual header as it stands in the file: 3200 bytes."""
        return self._raw.text_bytes(self._inside(index))

    @property
    def hints(self) -> Hints:
        """What the cards say of where header words stand, and of units; never applied."""
        from segbuf._results.hints import Hints

        return Hints(_segbuf.text_hints(self._raw))

    def _inside(self, index: int) -> int:
        index = operator.index(index)
        # What is before the first is as far outside as what is behind the last.
        return index if index >= 0 else index + len(self) if index >= -len(self) else len(self)

    def __len__(self) -> int:
        """Count the textual headers."""
        return self._raw.n_text

    def __contains__(self, index: object) -> bool:
        """Tell whether there is a textual header of that index."""
        return index in self.keys()

    def keys(self) -> range:
        """Give the indices of the textual headers."""
        return range(len(self))

    def __iter__(self) -> Iterator[str]:
        """Yield each textual header."""
        return (self[index] for index in self.keys())

    def __repr__(self) -> str:
        """Say how many textual headers there are."""
        if self._raw.closed:
            return "<textual headers of a closed file>"
        n = len(self)
        return f"<{n} textual header{'s' if n != 1 else ''}>"
