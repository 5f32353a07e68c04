"""SEG-Y read at memory speed into memory the caller owns.

>>> import segbuf
>>> with segbuf.open("volume.sgy") as f:  # doctest: +SKIP
...     f.iline.read_into(2400, out)

Importing this module imports neither NumPy nor anything else that is large; the modules `checking`,
`fields`, `pool`, `testing` and `types` are imported when they are used.
"""

from __future__ import annotations

import os as _os

from segbuf import _segbuf
from segbuf._file import File
from segbuf._memory import memory_report
from segbuf._open import guess_keys, open  # noqa: A004
from segbuf._segbuf import TRACEMALLOC_DOMAIN, Allocator, Block, Field, Pool, empty
from segbuf.errors import (
    DestinationError,
    FieldError,
    FormatError,
    GeometryError,
    LabelError,
    SegbufError,
    SegbufWarning,
    TraceIndexError,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from segbuf import checking as checking
    from segbuf import errors as errors
    from segbuf import fields as fields
    from segbuf import guess as guess
    from segbuf import pool as pool
    from segbuf import testing as testing
    from segbuf import types as types

__all__ = [
    "TRACEMALLOC_DOMAIN",
    "Allocator",
    "Block",
    "DestinationError",
    "Field",
    "FieldError",
    "File",
    "FormatError",
    "GeometryError",
    "LabelError",
    "Pool",
    "SegbufError",
    "SegbufWarning",
    "TraceIndexError",
    "__version__",
    "empty",
    "guess_keys",
    "memory_report",
    "open",
]

__version__: str = _segbuf.__version__


_LAZY = ("checking", "fields", "guess", "pool", "testing", "types")
"""Modules that are imported when they are used, because they or NumPy take long to import."""


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted([*__all__, *_LAZY, "errors"])


if hasattr(_os, "register_at_fork"):
    _os.register_at_fork(after_in_child=_segbuf._after_fork)  # noqa: SLF001
