"""The binary header and trace headers as mappings of words. Imported at first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, overload

from segbuf import _segbuf
from segbuf._results.public import Public
from segbuf._segbuf import HeaderWords
from segbuf.errors import FieldError

if TYPE_CHECKING:
    from typing import Literal, Self, TypeVar

    from segbuf._results.field import _FieldKey
    from segbuf._segbuf import Schema

    _T = TypeVar("_T")

Word = int | float | bytes
"""A header word: a number, or bytes where the standard says text or nothing."""


class _Words(HeaderWords, Public, Mapping[str, Word]):
    """Header words by name or alias; also by the byte where they start."""

    __slots__ = ()
    _what = "header"

    @overload
    def get(self, word: _FieldKey, /, default: None = None) -> Word | None: ...
    @overload
    def get(self, word: _FieldKey, /, default: Word | _T) -> Word | _T: ...
    def get(self, word: _FieldKey, /, default: Word | _T | None = None) -> Word | _T | None:
        """Return a field, or the default if there is no such field."""
        try:
            return self[word]
        except KeyError:
            return default

    def _names(self) -> list[str]:
        raise NotImplementedError

    def _ipython_key_completions_(self) -> list[str]:
        return self._names()

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the words."""
        return iter(self._names())

    def __len__(self) -> int:
        """Count the words."""
        return len(self._names())

    def __repr__(self) -> str:
        """Show the words that are not zero."""
        words = {name: value for name, value in self.items() if _says_something(value)}
        return f"<{self._what} {words}>"


def _says_something(word: Word) -> bool:
    return any(word) if isinstance(word, bytes) else word != 0


class BinaryHeader(_Words):
    """The binary file header: words by name, alias, or byte counted from 3201."""

    __slots__ = ()
    _what = "binary header"

    def _names(self) -> list[str]:
        return [field[0] for field in _segbuf.header_fields("binary")]


class Header(_Words):
    """The headers of a trace: words by name, alias, `Field`, or byte counted from 1.

    A name gives the value that counts: where there are additional headers, that of ``SEG00001``
    where it is not 0, else that of the standard header with its scalar. A byte gives the word as it
    stands, from 241 on that of an additional header. `blocks` has each header by itself.

    Attributes
    ----------
    bytes
        All headers as they stand in the file: 240 bytes, and 240 for each additional header.
    """

    __slots__ = ()
    _what = "trace header"
    _schema: Schema

    def _names(self) -> list[str]:
        return self._schema.names_in(self.bytes, self._endian)

    @property
    def blocks(self) -> HeaderBlocks:
        """Each header by itself: by index, 0 the standard one, or by name."""
        return HeaderBlocks(self.bytes, self._endian, self._schema)


class HeaderBlocks(Public, Sequence["HeaderBlock"]):
    """The headers of a trace: 0 is the standard one, the others also go by name."""

    __slots__ = ("_content", "_endian", "_names", "_schema")

    def __init__(self, content: bytes, endian: Literal["big", "little"], schema: Schema) -> None:
        """View the bytes of the headers of a trace."""
        self._content = content
        self._endian: Literal["big", "little"] = endian
        self._schema = schema
        self._names = schema.blocks(content, endian)

    @property
    def names(self) -> tuple[str | None, ...]:
        """The name of each: None for the standard one, and for one without."""
        return tuple(self._names)

    @overload
    def __getitem__(self, key: int | str) -> HeaderBlock: ...
    @overload
    def __getitem__(self, key: slice) -> list[HeaderBlock]: ...
    def __getitem__(self, key: int | str | slice) -> HeaderBlock | list[HeaderBlock]:
        """Give a header."""
        if isinstance(key, slice):
            return [self[i] for i in range(*key.indices(len(self)))]
        if isinstance(key, str):
            if key not in self._names:
                known = " or ".join(name for name in self._names if name) or "no name"
                message = f"the trace has no additional header {key!r}; it has {known}"
                raise FieldError(message, "missing-header")
            index = self._names.index(key)
        else:
            index = range(len(self))[key]
        return HeaderBlock(self._content, self._endian, self._schema, index)

    def __len__(self) -> int:
        """Count the headers."""
        return len(self._names)

    def __repr__(self) -> str:
        """Name the headers."""
        return f"<trace headers {self._names}>"


class HeaderBlock(_Words):
    """One header of a trace: its words as they stand, by name, alias, `Field` or byte from 1."""

    __slots__ = ("_all", "_index")
    _schema: Schema
    _all: bytes
    _index: int

    def __new__(
        cls, content: bytes, endian: Literal["big", "little"], schema: Schema, index: int
    ) -> Self:
        """View the bytes of one header among those of a trace."""
        block = super().__new__(cls, content[240 * index : 240 * (index + 1)], endian, schema)
        block._all = content
        block._index = index
        return block

    def __getnewargs__(self) -> tuple[bytes, Literal["big", "little"], Schema, int]:
        """Return what `__new__` takes."""
        return self._all, self._endian, self._schema, self._index

    @property
    def name(self) -> str | None:
        """Its name; None for the standard one, and for one without."""
        return self._schema.blocks(self._all, self._endian)[self._index]

    def __getitem__(self, word: _FieldKey) -> Word:
        """Give a word."""
        return self._schema.block_value(self._all, self._endian, self._index, word)

    def _names(self) -> list[str]:
        return self._schema.block_names(self._all, self._endian, self._index)

    @property
    def _what(self) -> str:  # type: ignore[override]
        return f"trace header {self.name}" if self.name else "trace header"
