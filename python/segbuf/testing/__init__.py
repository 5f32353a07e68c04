"""Tools for property-testing a reader of SEG-Y files.

`make_cube` and `write_file` make data and files, and need NumPy only. The strategies `surveys`,
`destinations`, `bad_destinations`, `keys` and `bad_keys` need Hypothesis: ``pip install
segbuf[test]``. Nothing here uses the reader: what a file should give was known before it was
written.

Examples
--------
>>> import numpy as np
>>> from segbuf.testing import make_cube, write_file
>>> cube = make_cube(3, 4, 50)
>>> file = write_file(None, cube, ilines=[10, 11, 12], xlines=[1, 3, 5, 7], format=5)
>>> bool((np.frombuffer(file, ">f4", 50, offset=3600 + 240) == cube[0, 0]).all())
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from segbuf.testing._cube import make_cube
from segbuf.testing._samples import decode_ibm, encode_ibm, native_dtype
from segbuf.testing._survey import Axes, Survey
from segbuf.testing._write import write_file

if TYPE_CHECKING:
    from segbuf.testing._bad_destinations import BadDestination, bad_destinations
    from segbuf.testing._destinations import Destination, destinations
    from segbuf.testing._keys import bad_keys, keys
    from segbuf.testing._surveys import surveys

__all__ = [
    "Axes",
    "BadDestination",
    "Destination",
    "Survey",
    "bad_destinations",
    "bad_keys",
    "decode_ibm",
    "destinations",
    "encode_ibm",
    "keys",
    "make_cube",
    "native_dtype",
    "surveys",
    "write_file",
]

# Names whose modules import Hypothesis, which not everybody has.
_LAZY = {
    "BadDestination": "_bad_destinations",
    "Destination": "_destinations",
    "bad_destinations": "_bad_destinations",
    "bad_keys": "_keys",
    "destinations": "_destinations",
    "keys": "_keys",
    "surveys": "_surveys",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module(f"{__name__}.{_LAZY[name]}")
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        raise ModuleNotFoundError(
            f"segbuf.testing.{name} needs Hypothesis: pip install segbuf[test]", name="hypothesis"
        ) from None
    value = getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
