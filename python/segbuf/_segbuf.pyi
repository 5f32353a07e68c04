"""The Python binding of the Rust crate. It owns no logic, and `segbuf` is its only caller.

In the order of ``src/py/*.rs``, where each thing is defined.
"""

import os
import sys
from typing import Any, Final, Literal, TypeAlias, final

import numpy.typing as npt
from typing_extensions import Buffer

__all__ = [
    "Block",
    "File",
    "__version__",
    "_after_fork",
    "header_fields",
    "header_word",
    "key_byte",
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

def key_byte(name: str) -> int:
    """The byte at which a key starts, by the name or alias of a field of trace headers."""

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
    def evidence_text(self) -> str:
        """All of the evidence as text."""

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

    def verify(
        self,
    ) -> tuple[
        bool,
        int,
        int,
        int,
        tuple[tuple[int, ...], ...],
        tuple[tuple[int, int], ...],
        tuple[int, ...],
        str,
    ]:
        """Sweeps all headers.

        (regular, missing, duplicates, swaps, first missing keys, first pairs of duplicates, first
        swaps, report as text).
        """

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
