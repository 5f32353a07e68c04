"""The Python binding of the Rust crate. It owns no logic, and `segbuf` is its only caller.

In the order of ``src/py/*.rs``, where each thing is defined.
"""

import os
import sys
from typing import Any, Final, Literal, TypeAlias, final

import numpy.typing as npt
from typing_extensions import Buffer

__all__ = [
    "Affine",
    "Block",
    "File",
    "Nearest",
    "__version__",
    "_after_fork",
    "coordinates",
    "field_byte",
    "guess_keys",
    "header_fields",
    "header_word",
]

# NumPy calls its arrays buffers from Python 3.12 on only; they always were.
_Buffer: TypeAlias = Buffer | npt.NDArray[Any]
_HeaderBlock: TypeAlias = Literal["binary", "trace", "extension1"]
_Word: TypeAlias = int | float | bytes
_Run: TypeAlias = tuple[int, int, int]  # first, step, count of the samples of each trace
_Field: TypeAlias = tuple[str, int, str, tuple[str, ...], str, str]
_Candidate: TypeAlias = tuple[str, int, list[str]]  # value, score, reasons
_Conclusion: TypeAlias = tuple[str, str, list[str], list[_Candidate]]
_Sorting: TypeAlias = Literal["inline", "crossline"]

__version__: Final[str]

def _after_fork() -> None:
    """Forgets what belonged to threads of the parent process. Called in a forked child."""

# file.rs

def header_fields(block: _HeaderBlock) -> list[_Field]:
    """The table of a block of header words: name, byte, type, aliases, meaning, unit."""

def field_byte(block: _HeaderBlock, name: str) -> int:
    """The byte at which a field of a block starts, by name or alias."""

def header_word(
    block: _HeaderBlock, content: bytes, endian: Literal["big", "little"], word: str | int
) -> _Word:
    """A word of a block of header bytes, by name, alias, or byte as the standard counts."""

@final
class File:
    """An open SEG-Y file. Everything may be called from any thread, `close` during a read too."""

    def __new__(
        cls,
        source: str | os.PathLike[str] | _Buffer,
        *,
        iline: int = 189,
        xline: int = 193,
        offset: int = 37,
        endian: Literal["big", "little"] | None = None,
        format: int | None = None,
        encoding: Literal["ebcdic", "ascii"] | None = None,
        revision: tuple[int, int] | None = None,
        n_samples: int | None = None,
        interval: float | None = None,
        first_trace: int | None = None,
        duplicates: Literal["error", "first", "last"] = "error",
        fill: float | None = None,
        verify: bool = False,
        mmap: bool = False,
        threads: int | None = None,
    ) -> File: ...
    def close(self) -> None:
        """Closes the file. Reads under way in other threads end as if nothing had happened."""

    @property
    def closed(self) -> bool: ...
    @property
    def n_traces(self) -> int: ...
    @property
    def n_samples(self) -> int: ...
    @property
    def threads(self) -> int: ...
    @property
    def format(self) -> int: ...
    @property
    def dtype(self) -> str:
        """The name NumPy gives to the type of the samples in memory."""

    @property
    def endian(self) -> Literal["big", "little"]: ...
    @property
    def revision(self) -> tuple[int, int]: ...
    @property
    def interval(self) -> float | None: ...
    @property
    def delay(self) -> float: ...
    @property
    def unit(self) -> Literal["ms", "m", "ft", "length"]: ...
    @property
    def encoding(self) -> Literal["ebcdic", "ascii"]: ...
    @property
    def first_trace(self) -> int:
        """Byte offset of the first trace, counted from 0."""

    @property
    def additional_headers(self) -> int:
        """240-byte headers before the samples of each trace, beyond the first."""

    @property
    def warnings(self) -> list[str]:
        """What is odd about the file, though readable."""

    @property
    def evidence(self) -> list[_Conclusion]:
        """(name, choice, reasons, [(candidate, score, reasons)]) of each conclusion."""

    @property
    def n_text(self) -> int:
        """How many textual headers there are, extended ones included."""

    def text(self, block: int) -> str: ...
    def text_bytes(self, block: int) -> bytes: ...
    def binary(self) -> bytes:
        """The 400 bytes of the binary header."""

    def header(self, trace: int) -> bytes:
        """The 240 bytes of the header of a trace."""

    def axes(self) -> tuple[list[int], list[int], list[int], _Sorting | None]:
        """(inlines, crosslines, offsets, sorting) of the survey.

        GeometryError where there is none.
        """

    def labels_in(
        self, axis: int, start: int | None, stop: int | None, step: int | None
    ) -> list[int]:
        """The labels a slice of labels stands for, in its order. `axis` is 0, 1 or 2."""

    def verify(self) -> tuple[bool, int, int, int, str]:
        """Sweeps all headers: (regular, missing, duplicates, swaps, report as text)."""

    def live(self) -> bytes:
        """Which cells of the grid have a trace, one byte each, in axis order."""

    def read_run(self, out: _Buffer, first: int, step: int, count: int, samples: _Run) -> None:
        """Reads `count` traces from `first` on, `step` apart; `samples` is (first, step, count)."""

    def read_list(self, out: _Buffer, traces: bytes, samples: _Run) -> None:
        """Reads the traces of a list of indices, which are native uint64."""

    def read_lines(
        self,
        out: _Buffer,
        axis: Literal[0, 1],
        labels: list[int],
        offset: int | None,
        samples: _Run,
    ) -> None:
        """Reads lines by label, one behind the other.

        `axis` 0 for inlines, 1 for crosslines; all offsets or one.
        """

# guess.rs

def guess_keys(
    file: File,
) -> tuple[
    list[list[tuple[list[tuple[int, str]], float, list[str]]]],
    list[int | None],
    list[str],
    tuple[int, int],
    str,
]:
    """Looks at headers for keys.

    ((lines, offsets, coordinates), bytes of the likely keys, notes, (looked at, traces), text).
    """

# pool.rs

@final
class Block:
    """Memory tied to this object's life: zeroed, writable, aligned to 64 bytes."""

    def __new__(cls, n_bytes: int) -> Block: ...
    @property
    def exports(self) -> int:
        """How many buffers are lent right now: 0 means that nobody sees the memory."""

    def __len__(self) -> int: ...
    if sys.version_info >= (3, 12):
        def __buffer__(self, flags: int, /) -> memoryview: ...

# positions.rs

def coordinates(
    file: File, pair: Literal["ensemble", "source", "group"]
) -> tuple[list[bytes], str | None, list[str]]:
    """Sweeps all headers: ((labels, x, y), unit, doubts).

    Labels are two int32 a trace, inline and crossline; x and y are float64.
    """

@final
class Affine:
    """The map between labels and coordinates that fits all traces best."""

    def __new__(
        cls, labels: bytes, x: bytes, y: bytes, coordinates: str, bytes: tuple[int, int]
    ) -> Affine:
        """Fits labels, x and y of all traces.

        What the coordinates are called, and the bytes in which inlines and crosslines stand, goes
        into errors.
        """

    def to_xy(self, iline: bytes, xline: bytes) -> tuple[bytes, bytes]:
        """X and y at inlines and crosslines."""

    def to_labels(self, x: bytes, y: bytes) -> tuple[bytes, bytes]:
        """Inlines and crosslines at x and y."""

    @property
    def per_label(self) -> list[list[float]]:
        """By how much x and y change for one inline, and for one crossline."""

    @property
    def rotation(self) -> float:
        """The direction of inlines in degrees, counterclockwise from the x axis."""

    @property
    def bin_size(self) -> list[float]:
        """The distance from one inline to the next, and from one crossline to the next."""

    @property
    def corners(self) -> list[list[int]]:
        """The labels of the corners of the grid."""

    @property
    def outline(self) -> list[list[int]]:
        """The labels of the polygon around all traces."""

    @property
    def residual(self) -> tuple[float, float, int]:
        """(greatest distance, root of the mean square, trace that has the greatest)."""

    @property
    def traces(self) -> int:
        """How many traces it was fitted to."""

@final
class Nearest:
    """Finds the nearest of many points."""

    def __new__(cls, x: bytes, y: bytes) -> Nearest:
        """Takes x and y of all traces."""

    def find(self, x: bytes, y: bytes) -> tuple[bytes, bytes]:
        """(traces as uint64, distances as float64) for points."""
