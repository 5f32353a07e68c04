"""Textual headers, and the stanzas in them: ``f.text``, ``f.stanzas``, ``f.trailers``."""

from __future__ import annotations

import operator
from collections.abc import Mapping

from segbuf import _segbuf
from segbuf._handle import Mode
from segbuf.errors import FieldError

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


class Stanzas(Mode, Mapping[str, "str | bytes"]):
    """Stanzas by name, their contents a str where they are text, else bytes.

    A name does whatever its case and blanks, and without the content type behind it. Where several
    stanzas have one name, ``[]`` gives the first, and `get_all` all.
    """

    __slots__ = ()

    def __getitem__(self, name: str) -> str | bytes:
        """Read the contents of a stanza, without blanks and NULs around a text."""
        return _segbuf.stanza(self._raw, self._trailer, self._find(name)[0])

    def get_all(self, name: str) -> list[str | bytes]:
        """Read the contents of every stanza of a name."""
        return [_segbuf.stanza(self._raw, self._trailer, index) for index in self._find(name)]

    def bytes(self, name: str) -> bytes:
        """Read the contents of a stanza as they stand in the file, up to the end of its records."""
        return _segbuf.stanza_bytes(self._raw, self._trailer, self._find(name)[0])

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a stanza of that name."""
        try:
            return isinstance(name, str) and bool(self._find(name))
        except FieldError:
            return False

    def __iter__(self) -> Iterator[str]:
        """Yield the names, as they stand in the file, each once."""
        return iter(dict.fromkeys(_segbuf.stanza_names(self._raw, self._trailer)))

    def __len__(self) -> int:
        """Count the names."""
        return len(dict.fromkeys(_segbuf.stanza_names(self._raw, self._trailer)))

    def __repr__(self) -> str:
        """Name the stanzas."""
        if self._raw.closed:
            return "<stanzas of a closed file>"
        return f"<stanzas {list(self)}>"

    @property
    def _trailer(self) -> bool:
        return self._name == "trailers"

    def _find(self, name: str) -> list[int]:
        return _segbuf.find_stanzas(self._raw, self._trailer, name)
