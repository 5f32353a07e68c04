"""What names a field of the trace headers: a name, a byte or a `Field`."""

from __future__ import annotations

from segbuf._segbuf import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Literal, TypeAlias

    _FieldKey: TypeAlias = "str | int | Field"


def make_field(
    byte: int,
    dtype: str,
    name: str | None,
    endian: Literal["file", "big", "little"],
    block: str | None,
) -> Field:
    """Return a field, for pickle, which passes no keywords."""
    return Field(byte, dtype, name, endian=endian, block=block)


def listed(fields: _FieldKey | Iterable[_FieldKey]) -> list[_FieldKey]:
    """Return one field, or several, as a list."""
    return [fields] if isinstance(fields, (str, int, Field)) else list(fields)
