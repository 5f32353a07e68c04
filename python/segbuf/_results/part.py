"""Files that are read as one. Imported at first use."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """One of the files that are read as one."""

    name: str
    """Its path, or a name for another source."""
    traces: range
    """The indices of its traces."""
