"""What cards of textual headers contain about bytes and units. Imported at first use."""

from __future__ import annotations

from typing import Any, NamedTuple, Self


class Hint(NamedTuple):
    """Something that a card says. It may be wrong, or of another file."""

    name: str
    """What it is about: a field of the trace header; ``x``, ``y`` or ``units`` in general."""
    byte: int | None
    """The byte at which it stands, counted from 1, for a hint of a place."""
    width: int | None
    """How many bytes it has, where the card says."""
    value: float | None
    """Its value, for a hint of a unit with a number."""
    unit: str | None
    """``"ms"``, ``"us"``, ``"s"``, ``"m"``, ``"ft"``, ``"deg"`` or ``"arcsec"``."""
    header: int
    """The textual header: 0 is that of the file."""
    card: int
    """The card in it, counted from 1."""
    text: str
    """All of it in words."""

    def __str__(self) -> str:
        """Tell it in words."""
        return self.text


class Hints(tuple[Hint, ...]):
    """What the cards say, in their order; ``print`` shows it."""

    __slots__ = ()

    def __new__(cls, rows: list[tuple[Any, ...]]) -> Self:
        """Take what the extension found."""
        return super().__new__(cls, (Hint(*row) for row in rows))

    @property
    def options(self) -> dict[str, int]:
        """The bytes of the keys as keywords of `segbuf.open`: those that cards name first."""
        names = {"inline": "iline", "crossline": "xline", "offset": "offset"}
        places = {hint.name: hint.byte for hint in reversed(self) if hint.byte is not None}
        return {names[name]: places[name] for name in names if name in places}

    def __str__(self) -> str:
        """Tell all of it, a line for each."""
        return "\n".join(map(str, self))
