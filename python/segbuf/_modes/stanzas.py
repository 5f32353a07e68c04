"""Stanzas by name: ``f.stanzas``, ``f.trailers``. Imported at first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segbuf import _segbuf
from segbuf._handle import Mode
from segbuf.errors import FieldError


class Stanzas(Mode, Mapping[str, "str | bytes"]):
    """Stanzas by name; contents are a str if they are text, else bytes.

    Names are compared without case, blanks and the content type that follows them. If several
    stanzas have the same name, ``[]`` returns the first, and `get_all` all of them.
    """

    __slots__ = ()

    def __getitem__(self, name: str) -> str | bytes:
        """Read the contents of a stanza; text is stripped of blanks and NULs."""
        return _segbuf.stanza(self._raw, self._trailer, self._find(name)[0])

    def get_all(self, name: str) -> list[str | bytes]:
        """Read the contents of every stanza of this name."""
        return [_segbuf.stanza(self._raw, self._trailer, index) for index in self._find(name)]

    def bytes(self, name: str) -> bytes:
        """Read the bytes of a stanza as stored in the file, up to the end of its records."""
        return _segbuf.stanza_bytes(self._raw, self._trailer, self._find(name)[0])

    def __contains__(self, name: object) -> bool:
        """Return whether there is a stanza of that name."""
        try:
            return isinstance(name, str) and bool(self._find(name))
        except FieldError:
            return False

    def __iter__(self) -> Iterator[str]:
        """Yield the names as stored in the file, each once."""
        return iter(dict.fromkeys(_segbuf.stanza_names(self._raw, self._trailer)))

    def __len__(self) -> int:
        """Return the number of names."""
        return len(dict.fromkeys(_segbuf.stanza_names(self._raw, self._trailer)))

    def __repr__(self) -> str:
        """Return a summary: the names of the stanzas."""
        if self._raw.closed:
            return "<stanzas of a closed file>"
        return f"<stanzas {list(self)}>"

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    @property
    def _trailer(self) -> bool:
        return self._name == "trailers"

    def _find(self, name: str) -> list[int]:
        return _segbuf.find_stanzas(self._raw, self._trailer, name)
