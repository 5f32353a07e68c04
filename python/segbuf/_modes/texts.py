"""Textual headers by index: ``f.text``."""

from __future__ import annotations

from segbuf._results.public import Public
from segbuf._segbuf import TextMode, inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from segbuf._results.hints import Hints


class Texts(TextMode, Public):
    """Textual headers: ``f.text[0]``, and the extended ones from 1 on."""

    __slots__ = ()

    def bytes(self, index: int) -> bytes:
        """Read the 3200 bytes of a textual header as stored in the file."""
        return self._raw.text_bytes(inside(index, len(self), "textual header"))

    @property
    def hints(self) -> Hints:
        """The positions of header fields and the units that the cards state; never applied."""
        from segbuf._results.hints import read_hints

        return read_hints(self)

    def __len__(self) -> int:
        """Return the number of textual headers."""
        return self._raw.n_text

    def __contains__(self, index: object) -> bool:
        """Return whether there is a textual header of that index."""
        return index in self.keys()

    def keys(self) -> range:
        """Return the indices of the textual headers."""
        return range(len(self))

    def __iter__(self) -> Iterator[str]:
        """Yield each textual header."""
        return (self[index] for index in self.keys())

    def __repr__(self) -> str:
        """Return a summary: the number of textual headers."""
        if self._raw.closed:
            return "<textual headers of a closed file>"
        n = len(self)
        return f"<{n} textual header{'s' if n != 1 else ''}>"
