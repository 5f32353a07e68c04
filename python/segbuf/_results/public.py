"""The base class of what users hold: `dir` shows no private names."""

from __future__ import annotations


class Public:
    """An object whose `dir`, and with it tab completion, leaves private names out."""

    __slots__ = ()

    def __dir__(self) -> list[str]:
        """Return the public names, and those of Python's protocols."""
        return [name for name in super().__dir__() if not name.startswith("_") or name[-2:] == "__"]
