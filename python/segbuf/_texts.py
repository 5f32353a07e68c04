"""Encodings by name, stanzas by name. Imported at first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from segbuf import _segbuf
from segbuf._handle import Mode
from segbuf.errors import FieldError

_BYTES = range(256)


def encoding_of(name: str) -> str | tuple[str, str]:
    """Say an encoding as the extension takes it: by a name it knows, or with its 256 characters.

    Raises
    ------
    ValueError
        For a name that neither segbuf nor Python knows, and for encodings of several bytes.
    """
    import codecs

    try:
        known = name.lower()
        if not _segbuf.knows_encoding(known):
            known = codecs.lookup(name).name
        if _segbuf.knows_encoding(known):
            return known
        characters = [bytes([byte]).decode(known, "replace") for byte in _BYTES]
        # What is no character by itself may be the first byte of one.
        pairs = (
            bytes([first, second]).decode(known, "replace")
            for first in _BYTES
            if characters[first] == "\ufffd"
            for second in _BYTES
        )
        if all(len(c) == 1 for c in characters) and all(len(pair) == 2 for pair in pairs):
            return known, "".join(characters)
    except (AttributeError, LookupError, UnicodeError, ValueError):
        pass
    message = (
        "encoding: wanted 'ebcdic', 'ascii', or a code page of one byte a character such as "
        f"'cp037', found {name!r:.80}"
    )
    raise ValueError(message) from None


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
