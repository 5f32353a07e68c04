"""Fields of trace headers: `Field`, and what else names one."""

from __future__ import annotations

import operator

from segbuf import _segbuf
from segbuf.errors import FieldError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Literal, TypeAlias

    import numpy.typing as npt

    from segbuf._segbuf import _FieldSpec

    _FieldKey: TypeAlias = "str | int | Field"


class Field:
    """A field of the trace header at any byte, of any type: usable wherever a name is.

    Parameters
    ----------
    byte
        The byte it starts at, counted from 1; 241 is the first of the additional headers, in files
        that have some. With `block`, counted within that header.
    dtype
        ``"i1"`` to ``"i8"`` and ``"u1"`` to ``"u8"`` for integers of 1 to 8 bytes, ``"f4"`` and
        ``"f8"`` for IEEE floats, ``"ibm"`` for IBM floats of 4 bytes, ``"S1"`` to ``"S240"`` for
        strings; or NumPy's names and types, such as ``"int16"`` and ``numpy.float64``. ``">i4"`` is
        big-endian and ``"<i4"`` little-endian; without either it has the byte order of the file.
    name
        What it is called in tables. Without a name the field itself is its key there.
    endian
        Its byte order, as another way to say it.
    block
        The name of the additional header it stands in, such as ``"ACME0001"``, wherever among them
        that is.

    Raises
    ------
    FieldError
        For an unknown type, and for bytes that no header has; from reads, for bytes that those of
        the file do not have.

    Examples
    --------
    >>> import segbuf
    >>> x = segbuf.Field(byte=73, dtype="ibm", name="x")
    >>> with segbuf.open("volume.sgy") as f:  # doctest: +SKIP
    ...     table = f.header["inline", x]
    """

    __slots__ = ("block", "byte", "dtype", "endian", "name")

    byte: int
    dtype: str
    name: str | None
    endian: Literal["file", "big", "little"]
    block: str | None

    def __init__(
        self,
        byte: int,
        dtype: str | npt.DTypeLike = "i4",
        name: str | None = None,
        *,
        endian: Literal["file", "big", "little"] = "file",
        block: str | None = None,
    ) -> None:
        """Describe a field."""
        code = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", str(dtype))
        slots = ("byte", "dtype", "name", "endian", "block")
        for slot, value in zip(slots, (byte, code, name, endian, block), strict=True):
            object.__setattr__(self, slot, value)
        _segbuf.check_field(*self._spec)

    @property
    def _spec(self) -> tuple[int, str, str | None, str | None]:
        return self.byte, self.dtype, None if self.endian == "file" else self.endian, self.block

    @property
    def _key_byte(self) -> int:
        """The byte, where the field is what keys of a survey are."""
        if self.dtype in {"i4", "int32"} and self.endian == "file" and self.block is None:
            return self.byte
        message = f"a key of the survey is an int32 in the byte order of the file, not {self!r}"
        raise FieldError(message, "invalid-key-field")

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a field is a key."""
        message = f"a field does not change: cannot set {name}"
        raise AttributeError(message)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by what it was made of."""
        return _field, (self.byte, self.dtype, self.name, self.endian, self.block)

    def __eq__(self, other: object) -> bool:
        """Tell whether both describe the same."""
        return isinstance(other, Field) and self.__reduce__() == other.__reduce__()

    def __hash__(self) -> int:
        """Hash what it was made of."""
        return hash(self.__reduce__())

    def __repr__(self) -> str:
        """Show what it was made of."""
        name = "" if self.name is None else f", name={self.name!r}"
        endian = "" if self.endian == "file" else f", endian={self.endian!r}"
        block = "" if self.block is None else f", block={self.block!r}"
        return f"Field(byte={self.byte}, dtype={self.dtype!r}{name}{endian}{block})"


def _field(
    byte: int,
    dtype: str,
    name: str | None,
    endian: Literal["file", "big", "little"],
    block: str | None,
) -> Field:
    return Field(byte, dtype, name, endian=endian, block=block)


def spec_of(field: object) -> _FieldSpec:
    """Say a field as the extension takes it."""
    if isinstance(field, Field):
        return field._spec  # noqa: SLF001
    if isinstance(field, str):
        return field
    try:
        byte = operator.index(field)  # type: ignore[arg-type]
    except TypeError:
        message = f"expected the name of a field, a byte or a Field, found {field!r:.80}"
        raise TypeError(message) from None
    if byte.bit_length() > 63:  # More than the extension takes.
        raise FieldError(f"byte {byte} is outside the header", "byte-outside-header")
    return byte


def listed(fields: _FieldKey | Iterable[_FieldKey]) -> list[_FieldKey]:
    """Return one field, or several, as a list."""
    return [fields] if isinstance(fields, (str, int, Field)) else list(fields)
