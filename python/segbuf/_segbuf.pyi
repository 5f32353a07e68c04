"""The Python binding of the Rust crate. It owns no logic, and `segbuf` is its only caller.

In the order of ``src/py/*.rs``, where each thing is defined.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from typing import (
    Any,
    Final,
    Literal,
    Protocol,
    Self,
    SupportsIndex,
    TypeAlias,
    TypeVar,
    final,
    overload,
)

import numpy.typing as npt
from typing_extensions import Buffer, disjoint_base

from segbuf._handle import Handle
from segbuf._keys.annotations import _Array, _FieldKeys, _Grid, _Int, _Many, _Number
from segbuf._keys.annotations import _Run as _Evenly
from segbuf._results.field import _FieldKey
from segbuf._results.header import Header
from segbuf._results.table import Table
from segbuf.fields import TraceField

__all__ = [
    "LONGEST_LAYOUT",
    "TRACEMALLOC_DOMAIN",
    "Affine",
    "Allocator",
    "Batch",
    "Block",
    "Field",
    "File",
    "FileView",
    "GridMode",
    "Groups",
    "HeaderMode",
    "HeaderWords",
    "LabelMode",
    "Mode",
    "Nearest",
    "NewFile",
    "Pool",
    "Schema",
    "TextMode",
    "TraceMode",
    "__version__",
    "_after_fork",
    "choose",
    "choose_samples",
    "coordinates",
    "describe",
    "empty",
    "find_stanzas",
    "group",
    "header_fields",
    "inside",
    "knows_encoding",
    "memory",
    "new_columns",
    "read_columns",
    "read_delays",
    "read_table",
    "stanza",
    "stanza_bytes",
    "stanza_names",
    "timestamps",
]

# Arrays and blocks are buffers, but only from Python 3.12 on do their types tell.
_Buffer: TypeAlias = Buffer | npt.NDArray[Any] | Block

class _FileObject(Protocol):
    def seek(self, offset: int, whence: int = ..., /) -> object: ...
    def read(self, size: int = ..., /) -> object: ...

_Labels: TypeAlias = _Int | slice  # a label drops its axis, a slice of labels keeps it
_Source: TypeAlias = str | os.PathLike[str] | _Buffer | _FileObject | int
_T = TypeVar("_T")
_Shape: TypeAlias = SupportsIndex | Sequence[SupportsIndex]
_HeaderBlock: TypeAlias = Literal["binary", "trace", "extension1", "su"]
_Word: TypeAlias = int | float | bytes
_Run: TypeAlias = tuple[int, int, int]  # first, step, count of the samples of each trace
_Cells: TypeAlias = tuple[_Run, _Run, _Run] | bytes  # of inlines, crosslines, offsets
_Field: TypeAlias = tuple[str, int, str, tuple[str, ...], str, str]
_Traces: TypeAlias = _Run | bytes  # or indices, which are native uint64
_Candidate: TypeAlias = tuple[str, int, list[str]]  # value, score, reasons
_Conclusion: TypeAlias = tuple[str, str, str, list[str], list[_Candidate]]
_Warning: TypeAlias = tuple[str, str, int | None, int | None]
_Sorting: TypeAlias = Literal["inline", "crossline"]

LONGEST_LAYOUT: Final[int]
__version__: Final[str]

def _after_fork() -> None:
    """Forgets what belonged to threads of the parent process. Called in a forked child."""

# arrow.rs

@final
class Batch:
    """Columns as one record batch. No value is missing."""

    def __new__(cls, columns: Sequence[tuple[str, str, _Buffer]], rows: int) -> Batch: ...
    def __arrow_c_schema__(self) -> object:
        """The type: a capsule of an `ArrowSchema`."""

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """Type and values: capsules of an `ArrowSchema` and an `ArrowArray`.

        They are of this type whatever was requested, as the interface allows.
        """

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The same as a stream of one batch."""

# field.rs

@final
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

    def __new__(
        cls,
        byte: SupportsIndex,
        dtype: npt.DTypeLike = "i4",
        name: str | None = None,
        *,
        endian: Literal["file", "big", "little"] = "file",
        block: str | None = None,
    ) -> Self: ...
    @property
    def byte(self) -> int:
        """The byte it starts at, counted from 1."""

    @property
    def dtype(self) -> str:
        """Its type, as it was given."""

    @property
    def name(self) -> str | None:
        """Its name in tables."""

    @property
    def endian(self) -> Literal["file", "big", "little"]:
        """Its byte order: ``"file"``, ``"big"`` or ``"little"``."""

    @property
    def block(self) -> str | None:
        """The name of the additional header that has it."""

    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...
    def __hash__(self) -> int: ...
    def __reduce__(self) -> tuple[Any, ...]: ...

# columns.rs

def read_columns(
    file: File,
    fields: Sequence[object],
    outs: Sequence[_Buffer],
    traces: _Traces,
    shape: Sequence[int],
) -> None:
    """Read fields of the headers of some traces in one sweep, each into a separate buffer."""

def new_columns(
    file: File, fields: Sequence[object], shape: tuple[int, ...], traces: _Traces
) -> list[_Array]:
    """Reads fields in one sweep, each into a new array of a shape."""

def read_table(file: File, fields: Sequence[object], out: _Buffer, traces: _Traces) -> None:
    """As `read_columns`, into one buffer of shape (traces, fields)."""

def read_delays(file: File, out: _Buffer, traces: _Traces, shape: Sequence[int]) -> None:
    """Read where the first sample of some traces lies, into a buffer of float64."""

def describe(
    file: File, fields: Sequence[object], traces: _Traces
) -> list[tuple[float | None, float | None, int | None]]:
    """What fields of the headers of some traces hold, told from one sweep.

    Minimum, maximum, how many are distinct or None for too many to count.
    """

# file.rs

def header_fields(block: _HeaderBlock) -> list[_Field]:
    """The table of a block of header words: name, byte, type, aliases, meaning, unit."""

@disjoint_base
class HeaderWords:
    """The bytes of a header with its fields.

    Of the headers of a trace with their schema, of the binary header without one.
    """

    def __new__(
        cls, content: bytes, endian: Literal["big", "little"], schema: Schema | None = None
    ) -> Self:
        """View the bytes of a header, which do not change when the file is closed."""

    def __getnewargs__(self) -> tuple[Any, ...]: ...
    @property
    def bytes(self) -> bytes:
        """The bytes as stored in the file, but with swapped pairs (`File.endian`) swapped back."""

    @property
    def _endian(self) -> Literal["big", "little"]: ...
    @property
    def _schema(self) -> Schema | None: ...
    def __getitem__(self, field: _FieldKey, /) -> _Word:
        """Return the value of a field: in the headers of a trace, by name, the one that counts."""

@final
class File:
    """An open SEG-Y file. Everything may be called from any thread, `close` during a read too."""

    def __new__(
        cls,
        files: list[_Source],
        *,
        iline: int | str,
        xline: int | str,
        offset: int | str,
        kind: Literal["segy", "su"] | None = None,
        endian: Literal["big", "little", "pairwise"] | None = None,
        sample_endian: Literal["big", "little", "pairwise"] | None = None,
        format: int | None = None,
        encoding: str | tuple[str, str] | None = None,
        revision: tuple[int, int] | None = None,
        n_samples: int | None = None,
        interval: float | None = None,
        first_trace: int | None = None,
        additional_headers: int | None = None,
        layout_xml: bytes | bool | None = None,
        duplicates: Literal["error", "first", "last"] = "error",
        fill: float | None = None,
        max_sparsity: float = 100.0,
        strict: bool = False,
        verify: bool = False,
        index: bool | str = ...,
        mmap: bool = False,
        threads: int | None = None,
    ) -> File: ...
    def close(self) -> None:
        """Closes the file. Reads under way in other threads end as if nothing had happened."""

    @property
    def closed(self) -> bool: ...
    @property
    def kind(self) -> Literal["segy", "su"]:
        """What the file is."""

    @property
    def key_bytes(self) -> tuple[int, int, int]:
        """Where inline, crossline and offset stand in trace headers, counted from 1."""

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
    def endian(self) -> Literal["big", "little", "pairwise"]: ...
    @property
    def sample_endian(self) -> Literal["big", "little", "pairwise"]: ...
    @property
    def header_endian(self) -> Literal["big", "little"]:
        """The byte order of header words as they are given: once swapped pairs are swapped back."""

    @property
    def revision(self) -> tuple[int, int] | None: ...
    @property
    def interval(self) -> float | None: ...
    @property
    def delay(self) -> float: ...
    @property
    def unit(self) -> Literal["ms", "m", "ft", "length"] | None: ...
    @property
    def first_text(self) -> int:
        """Byte offset of the first textual header, counted from 0."""
    @property
    def first_trace(self) -> int:
        """Byte offset of the first trace, counted from 0."""

    @property
    def additional_headers(self) -> int:
        """240-byte headers before the samples of each trace, beyond the first."""

    @property
    def files(self) -> list[tuple[str, int, int]]:
        """(name, first trace, number of traces) of each file it is made of."""

    @property
    def proof(self) -> tuple[int, int] | None: ...
    def trust(self, proof: tuple[int, int]) -> None: ...
    @property
    def warnings(self) -> list[_Warning]:
        """(code, message, trace, byte) of each warning."""

    @property
    def evidence_text(self) -> str:
        """All of the evidence as text."""

    @property
    def evidence(self) -> list[_Conclusion]:
        """(name, choice, origin, reasons, [(candidate, score, reasons)]) of each conclusion."""

    @property
    def varies(self) -> bool:
        """Whether traces have different numbers of samples."""

    def samples_of(self, trace: int) -> int:
        """How many samples a trace has."""

    def trace_offset(self, trace: int) -> int:
        """The byte offset of the header of a trace, or of the end of the last trace."""

    def trace_bytes(self, trace: int) -> bytes:
        """The bytes of the headers and samples of a trace as stored in the file."""

    def lengths(self) -> bytes | None:
        """How many samples each trace has, as native uint64; None where all have as many."""

    @property
    def n_text(self) -> int:
        """How many textual headers there are, extended ones included."""

    @property
    def encoding(self) -> str | None:
        """The encoding of the first textual header; None for a file without one."""

    def text_bytes(self, block: int) -> bytes: ...
    def binary(self) -> bytes:
        """The 400 bytes of the binary header."""

    @property
    def schema(self) -> Schema:
        """The fields of the trace headers."""

    def axes(self) -> tuple[list[int], list[int], list[int], _Sorting | None]:
        """(inlines, crosslines, offsets, sorting) of the survey.

        GeometryError where there is none.
        """

    def index_of(self, axis: int, label: int) -> int:
        """The index of a label on an axis, 0, 1 or 2; LabelError where it is not there."""

    def indices_in(
        self, axis: int, start: int | None, stop: int | None, step: int | None
    ) -> list[int]:
        """The indices that a slice of labels stands for, in its order. `axis` is 0, 1 or 2."""

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

    def save_index(self, path: str | None = None) -> str:
        """Saves the keys of every trace: to a path, or beside the file. Says where."""

    def live(self) -> bytes:
        """Which cells of the grid have a trace, one byte each, in axis order."""

    def read_run(
        self,
        out: _Buffer,
        first: int,
        step: int,
        count: int,
        samples: _Run,
        *,
        shape: Sequence[int] | None = None,
    ) -> None:
        """Read `count` traces from `first` on, `step` apart; `samples` is (first, step, count).

        With `shape`, an array of several dimensions must have it.
        """

    def read_list(self, out: _Buffer, traces: bytes, samples: _Run, shape: Sequence[int]) -> None:
        """Read the traces of a list of indices, native uint64; `shape` as for `read_run`."""

    def read_cells(
        self,
        out: _Buffer,
        cells: _Cells,
        samples: _Run | bytes,
        *,
        shape: Sequence[int] | None = None,
        slices_first: bool = False,
        crosslines_first: bool = False,
    ) -> None:
        """Reads samples of cells of the grid: (cell, sample), or (sample, cell).

        Cells are runs along the axes, in axis order or (crossline, inline, offset), or a list of
        native uint64; so are samples, and a list where slices come first.
        """

    def read_window(
        self, out: _Buffer, cells: _Cells, starts: bytes, length: int, shape: Sequence[int]
    ) -> None:
        """Read `length` samples of each cell; `starts`, native int64, has the first of each."""

    def is_in_cube_order(self) -> bool:
        """Whether the traces of the file are in the order of the cube."""

    def cells_at(self, bins: list[tuple[int, int]]) -> list[int]:
        """The cells of bins, given by labels: prestack those of the first offset."""

    def view(self) -> FileView:
        """All samples where they lie, for a file that allows it: what lends them, float32."""

# groups.rs

def group(file: File, fields: Sequence[object], sort: Sequence[object]) -> Groups:
    """Puts all traces into groups by fields, each sorted by others, in one sweep of all headers."""

@final
class Groups:
    """The traces of a file by the numbers of some fields of their headers."""

    def __len__(self) -> int: ...
    def key(self, group: int) -> tuple[float, ...]:
        """The numbers of a group, one for each field."""

    def find(self, key: tuple[object, ...]) -> int:
        """The group of a key, one number for each field; LabelError where it is not there."""

    def dtype(self, field: int) -> str:
        """The name that NumPy has for the type of a field in memory."""

    def count(self, group: int) -> int:
        """How many traces a group has."""

    def counts(self) -> bytes:
        """How many traces each group has, as native uint64."""

    def labels(self, field: int) -> bytes:
        """The numbers of a field, one for each group: native int64, uint64 or float64."""

    def traces(self, first: int, count: int) -> bytes:
        """The traces of `count` groups from `first` on, as native uint64."""

    def read(
        self,
        file: File,
        out: _Buffer,
        first: int,
        count: int,
        samples: _Run,
        keeps_samples: bool,
    ) -> None:
        """Read the traces of `count` groups from `first` on; `samples` is (first, step, count)."""

# keys.rs

def choose(key: object, n: int, what: str) -> tuple[_Run, bool] | None:
    """Return what an int or a slice selects of ``n``: a run, and whether the axis remains.

    None for another key.
    """

def choose_samples(key: object, n: int) -> tuple[_Run, bool]:
    """Return which of ``n`` samples an int, a slice or Ellipsis selects; raise for another key."""

def inside(index: SupportsIndex, n: int, what: str) -> int:
    """Return an index counted from 0; raise `TraceIndexError` unless there are so many."""

# modes/base.rs

@disjoint_base
class Mode:
    """An attribute of a file that reads. It pickles, as the file does, by path and options."""

    @property
    def _handle(self) -> Handle: ...
    @property
    def _raw(self) -> File: ...
    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, options and name."""

# modes/grid.rs

@disjoint_base
class GridMode(Mode):
    """The survey as an array, by an int or a slice along each axis."""

    def __new__(cls, handle: Handle, name: str) -> Self: ...
    # Three ints are a sample of a post-stack survey, and an array of a prestack survey.
    @overload
    def __getitem__(self, key: tuple[_Int, _Int, _Int], /) -> _Array | _Number: ...  # type: ignore[overload-overlap]
    @overload
    def __getitem__(self, key: tuple[_Int, _Int, _Int, _Int], /) -> _Number: ...  # type: ignore[overload-overlap]
    @overload
    def __getitem__(self, key: _Grid, /) -> _Array:
        """Read the samples that ``key`` selects into a new array."""

    def read_into(self, key: object, out: _Buffer) -> None:
        """Read the samples that ``key`` selects into a writable buffer; see `File.read_into`.

        Raises
        ------
        TraceIndexError
            If there are no such samples or lines.
        GeometryError
            If the file is not a survey, if two traces to be read have the same survey keys, or if
            traces are missing and an integer destination has no ``fill``.
        """

# modes/headers.rs

@disjoint_base
class HeaderMode(Mode):
    """Trace headers: one by its trace index, and a field of all traces by its name."""

    def __new__(cls, handle: Handle, name: str) -> Self: ...
    # A member of TraceField is an int as well, but a field and no trace.
    @overload
    def __getitem__(self, key: str | Field | TraceField, /) -> _Array: ...  # type: ignore[overload-overlap]
    @overload
    def __getitem__(  # type: ignore[overload-overlap]
        self, key: tuple[str | Field | TraceField, *tuple[_FieldKey, ...]], /
    ) -> Table: ...
    @overload
    def __getitem__(self, key: _Int, /) -> Header: ...
    @overload
    def __getitem__(self, key: tuple[_Int, _FieldKey], /) -> _Word: ...
    @overload
    def __getitem__(
        self,
        key: tuple[_Int, _FieldKeys] | tuple[_Int, _FieldKey, _FieldKey, *tuple[_FieldKey, ...]],
        /,
    ) -> dict[_FieldKey, _Word]: ...
    @overload
    def __getitem__(self, key: tuple[_Many, _FieldKey], /) -> _Array: ...
    @overload
    def __getitem__(
        self,
        key: _Many
        | list[str]
        | list[Field]
        | list[TraceField]
        | list[str | Field]
        | list[_FieldKey]
        | tuple[_Many]
        | tuple[_Many, _FieldKeys]
        | tuple[_Many, _FieldKey, _FieldKey, *tuple[_FieldKey, ...]],
        /,
    ) -> Table:
        """Read headers, or fields of them."""

    def __iter__(self) -> Iterator[Header]:
        """Yield the header of each trace, in file order."""

# modes/lines.rs

@disjoint_base
class LabelMode(Mode):
    """Lines by label, gathers by the labels of their bins: ints, slices, and tuples of them."""

    def __new__(cls, handle: Handle, name: str) -> Self: ...
    @property
    def _axis(self) -> Literal[0, 1]:
        """The axis of the lines in a bin: 0 for inlines and gathers, 1 for crosslines."""

    def __getitem__(self, key: _Labels | tuple[_Labels, ...], /) -> _Array:
        """Read the samples that ``key`` selects into a new array."""

    def read_into(
        self, key: _Labels | tuple[_Labels, ...], out: _Buffer, *, samples: object = ...
    ) -> None:
        """Read the samples that ``key`` selects into a writable buffer.

        Parameters
        ----------
        key
            The indexing expression, as between brackets.
        out
            A destination as for `File.read_into`.
        samples
            Samples to read of each trace: an int or a slice.

        Raises
        ------
        LabelError
            If the survey has no such label; the message names the nearest.
        GeometryError
            If the file is not a survey, if a trace to be read has a duplicate, or if traces are
            missing and an integer destination has no ``fill``.
        """

# modes/texts.rs

class TextMode(Mode):
    """Textual headers by index."""

    def __new__(cls, handle: Handle, name: str) -> Self: ...
    def __getitem__(self, index: SupportsIndex, /) -> str:
        """Read a textual header: 40 lines of 80 characters, with blanks for control characters."""

# modes/traces.rs

@disjoint_base
class TraceMode(Mode):
    """Traces by index: ints, slices, and either with an int or a slice of samples."""

    def __new__(cls, handle: Handle, name: str) -> Self: ...
    @overload
    def __getitem__(self, key: tuple[_Int, _Int], /) -> _Number: ...
    @overload
    def __getitem__(
        self,
        key: _Int
        | _Many
        | tuple[_Int | _Many]
        | tuple[_Many, _Int | _Evenly]
        | tuple[_Int, _Evenly],
        /,
    ) -> _Array:
        """Read the samples that ``key`` selects into a new array."""

    def read_into(self, key: object, out: _Buffer) -> None:
        """Read the samples that ``key`` selects into a writable buffer; see `File.read_into`.

        Where traces have different lengths, the buffer for a single trace holds its own samples, or
        as many as the longest trace has.
        """

# new_file.rs

@final
class NewFile:
    """A file that appears at its path complete, or not at all."""

    def __new__(
        cls,
        path: str | os.PathLike[str],
        *,
        like: str | os.PathLike[str] | None = None,
        overwrite: bool = False,
    ) -> Self:
        """Take the path, and the file whose permissions the new one gets."""

    def __enter__(self) -> str:
        """Begin a temporary file, or raise FileExistsError, and return the path to write to."""

    def __exit__(self, exception: object, value: object, traceback: object, /) -> None:
        """Rename the temporary file, or after an exception remove it."""

# pool.rs

TRACEMALLOC_DOMAIN: Final[int]

@final
class Block:
    """Memory tied to this object's life: zeroed, writable, lent to whoever speaks buffers.

    `segbuf.empty` and `Pool.alloc` make blocks.
    """

    @property
    def exports(self) -> int:
        """How many buffers are lent right now: 0 means that nobody sees the memory."""

    @property
    def shape(self) -> tuple[int, ...]:
        """How many elements along each dimension."""

    @property
    def dtype(self) -> str:
        """The name NumPy gives to the type of the elements."""

    @property
    def itemsize(self) -> int:
        """Bytes an element takes."""

    @property
    def nbytes(self) -> int:
        """Bytes of all elements; 0 when released."""

    @property
    def align(self) -> int:
        """What the address is a multiple of, in bytes."""

    @property
    def address(self) -> int:
        """Where the memory is, until the block is resized or released."""

    @property
    def released(self) -> bool:
        """Whether the memory was given back."""

    def __len__(self) -> int: ...
    def resize(self, n: SupportsIndex) -> None:
        """Makes it n elements, of one dimension: contents stay, what is new is zero.

        Where that fails the block is as it was. The address may change.
        """

    def release(self) -> None:
        """Gives the memory back before the object ends."""

    def __array__(
        self, dtype: npt.DTypeLike | None = None, copy: bool | None = None
    ) -> npt.NDArray[Any]: ...
    def __dlpack__(self, **arguments: object) -> object:
        """Lends the memory as a DLPack capsule; the arguments are those of the protocol."""

    def __dlpack_device__(self) -> tuple[int, int]:
        """Where the memory is, for DLPack: (1, 0), the CPU."""

    if sys.version_info >= (3, 12):
        def __buffer__(self, flags: int, /) -> memoryview: ...
        def __release_buffer__(self, view: memoryview, /) -> None: ...

@final
class FileView:
    """The float32 samples of a file where they lie in its memory, lent read-only."""

    if sys.version_info >= (3, 12):
        def __buffer__(self, flags: int, /) -> memoryview: ...

# pool/allocator.rs

@final
class Allocator:
    """An allocator made of C functions, for `Pool(allocator=)`.

    Each is an address, a ctypes function, a cffi pointer or a PyCapsule. They are called from any
    thread.
    """

    def __new__(
        cls,
        *,
        malloc: object,
        free: object,
        realloc: object | None = None,
        calloc: object | None = None,
    ) -> Allocator: ...

# pool/keeper.rs

def empty(n_or_shape: _Shape, dtype: npt.DTypeLike = "f4", *, align: int = 64) -> Block:
    """Memory for a block of its own: seen by tracemalloc, freed with its last holder."""

def memory() -> tuple[int, int, list[tuple[int, int, int, int, int, bool]]]:
    """(buffers lent, number of "no pool", [(number, blocks, bytes, peak, cached, closed)])."""

@final
class Pool:
    """Blocks that go together: kept until they are freed, the pool is cleared, or the pool ends."""

    def __new__(
        cls,
        *,
        allocator: Allocator | None = None,
        max_bytes: int | None = None,
        max_cached: int = 67108864,
    ) -> Pool: ...
    def alloc(self, shape: _Shape, dtype: npt.DTypeLike = "f4", *, align: int = 64) -> Block:
        """Makes a block and keeps it: zeroed, of a shape, aligned to `align` bytes."""

    def _lend(self, shape: _Shape, dtype: npt.DTypeLike) -> Block:
        """Makes a block for one who fills it, of used memory where there is some.

        It is not kept: with its last holder it goes back to be used again.
        """

    def realloc(self, block: Block, n: SupportsIndex) -> Block:
        """Resizes a block of this pool to n elements, as `Block.resize` does, and gives it back."""

    def free(self, block: Block) -> None:
        """Frees a block of this pool; the block is released."""

    def clear(self) -> None:
        """Frees all blocks, and what was kept to be used again."""

    def own(self, obj: _T) -> _T:
        """Keeps any object alive as long as the pool, and gives it back."""

    @property
    def size(self) -> int:
        """Bytes of all blocks."""

    @property
    def peak(self) -> int:
        """The most bytes that all blocks had at a time."""

    @property
    def cached(self) -> int:
        """Bytes of freed blocks that are kept to be used again."""

    @property
    def addresses(self) -> dict[int, int]:
        """Address and bytes of each block; blocks of no bytes have no address."""

    @property
    def max_bytes(self) -> int | None:
        """The most bytes that all blocks may have at a time; None for no limit."""

    @property
    def max_cached(self) -> int:
        """The most bytes of freed blocks that are kept to be used again."""

    @property
    def closed(self) -> bool:
        """Whether the pool has ended."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *args: object) -> None:
        """Ends the pool: blocks and views that are held elsewhere live on, all else is freed."""

# positions.rs

def coordinates(
    file: File, pair: Literal["ensemble", "source", "group"]
) -> tuple[list[bytes], str | None, _Warning | None]:
    """Sweeps all headers: ((labels, x, y), unit, warning).

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

# schema.rs

@final
class Schema:
    """The fields of the trace headers of a file. It does not need the file any more."""

    def __new__(cls, xml: bytes | None, additional: bool) -> Self: ...
    def __getnewargs__(self) -> tuple[bytes | None, bool]:
        """What it is made of: the XML of a layout, and whether there are additional headers."""

    def names(self) -> list[str]:
        """The names of the fields of the standard header."""

    def names_in(self, content: bytes, endian: Literal["big", "little"]) -> list[str]:
        """The names of the fields of one trace."""

    def blocks(self, content: bytes, endian: Literal["big", "little"]) -> list[str | None]:
        """The names of the headers of a trace: None for the standard one, and for want of one."""

    def block_names(
        self, content: bytes, endian: Literal["big", "little"], block: int
    ) -> list[str]:
        """The names of the words of one header of a trace."""

    def block_value(
        self, content: bytes, endian: Literal["big", "little"], block: int, field: object
    ) -> _Word:
        """A word of one header of a trace as it stands, by its name, its byte or a description."""

def timestamps(
    file: File,
) -> tuple[bytes, Literal["local", "gmt", "other", "utc", "gps", "mixed"] | None]:
    """Nanoseconds since 1970 for each trace, native int64, and what the clock shows."""

# texts.rs

def knows_encoding(name: str) -> bool:
    """Whether that is an encoding which needs no table."""

def stanza_names(file: File, trailer: bool) -> list[str]:
    """The names of stanzas, in the order of the file."""

def find_stanzas(file: File, trailer: bool, name: str) -> list[int]:
    """The stanzas of a name, as indices in their order; FieldError where there is none."""

def stanza(file: File, trailer: bool, index: int) -> str | bytes:
    """The contents of a stanza: a str where they are text, else bytes."""

def stanza_bytes(file: File, trailer: bool, index: int) -> bytes:
    """The same as they stand in the file, up to the end of their last record."""
