"""Files that are read as one. Imported at first use."""

from __future__ import annotations

from typing import NamedTuple


class Part(NamedTuple):
    """One of the files that are read as one."""

    name: str
    """Its path, or what else it is called by."""
    traces: range
    """The indices of its traces."""
