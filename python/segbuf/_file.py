"""An open file: facts, and reading by trace number."""

from __future__ import annotations

import os

from segbuf import _segbuf
from segbuf._handle import Handle
from segbuf._modes.cube import Cube, DepthSlices, traces_along, window
from segbuf._modes.geometry import Geometry
from segbuf._modes.headers import Headers
from segbuf._modes.lines import Gathers, Lines
from segbuf._modes.texts import Texts
from segbuf._modes.traces import Traces
from segbuf._results.field import listed
from segbuf._results.public import Public
from segbuf._segbuf import choose_samples
from segbuf.errors import DestinationError, GeometryError, SegbufWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import TracebackType
    from typing import Any, Literal, NoReturn, Self, TypeVar, overload

    import numpy as np
    import numpy.typing as npt

    from segbuf._keys.annotations import _Array, _Int, _Many, _Run
    from segbuf._modes.groups import Groups
    from segbuf._modes.stanzas import Stanzas
    from segbuf._results.evidence import Evidence
    from segbuf._results.field import _FieldKey
    from segbuf._results.format import Format
    from segbuf._results.header import BinaryHeader
    from segbuf._results.part import Part
    from segbuf._results.timestamps import Timestamps
    from segbuf._segbuf import _Buffer
    from segbuf.guess.results import Guess

    _Out = TypeVar("_Out", bound=_Buffer)


__all__ = ["File"]

_UNPROVED_SAMPLES = 0xFFFF
"""The longest sample axis that a header alone may declare: the maximum of 16 bits."""


def _sample_axis(handle: Handle, _name: str) -> npt.NDArray[np.float64]:
    import numpy as np

    raw = handle.raw
    if raw.interval is None:
        message = (
            "the sample interval is unknown: the headers do not say it, or disagree; "
            "pass interval= to open()"
        )
        raise ValueError(message)
    if raw.n_traces == 0 and raw.n_samples > _UNPROVED_SAMPLES:
        message = (
            f"the headers claim {raw.n_samples} samples a trace, "
            "but the file has no whole trace to show it"
        )
        raise ValueError(message)
    axis = raw.delay + np.arange(raw.n_samples, dtype=np.float64) * raw.interval
    axis.flags.writeable = False
    return axis


_CREATED: dict[str, Callable[[Handle, str], Any]] = {
    "depth_slice": DepthSlices,
    "gather": Gathers,
    "geometry": Geometry,
    "header": Headers,
    "iline": Lines,
    "samples": _sample_axis,
    "text": Texts,
    "trace": Traces,
    "xline": Lines,
}
"""What creates an attribute of a file at its first use."""


class File(Public):
    """An open SEG-Y file.

    It can be used from several threads at once, pickles by its path and options, and survives
    ``fork``. Indices count traces and samples from 0; labels are inline and crossline numbers as
    stored in the file; byte numbers count from 1, as in the standard.

    `segbuf.open` returns one; the class itself opens nothing.
    """

    __slots__ = {  # `help` shows these descriptions
        "_delays": "",
        "_handle": "",
        "_lengths": "",
        "_raw": "",
        "_timestamps": "",
        "depth_slice": "Samples of all traces at one depth or time.",
        "gather": "Gathers by inline and crossline label.",
        "geometry": "Coordinates and completeness of the survey.",
        "header": "Trace headers by trace index, and their fields as columns.",
        "iline": "Inlines by label.",
        "samples": (
            "The axis of the samples of trace 0, float64 in `unit`, read-only: "
            "``delay + i * interval``. Other traces may have another delay (`delays`): the axis "
            "of trace ``t`` is ``samples - delay + delays[t]``. `open` warns if the delay varies "
            "among the first, middle and last traces."
        ),
        "text": "Textual headers: 0 is the first, the others are extended ones.",
        "trace": "Traces by index.",
        "xline": "Crosslines by label.",
    }

    if TYPE_CHECKING:
        depth_slice: DepthSlices
        gather: Gathers
        geometry: Geometry
        header: Headers
        iline: Lines
        samples: npt.NDArray[np.float64]
        text: Texts
        trace: Traces
        xline: Lines

    # Hidden from type checkers, so that they report misspelt attributes.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - see above
            """Create an attribute at its first use."""
            if name not in _CREATED:
                message = f"{type(self).__name__!r} object has no attribute {name!r}"
                raise AttributeError(message, name=name, obj=self)
            created = _CREATED[name](self._handle, name)
            setattr(self, name, created)
            return created

    def __init__(self, handle: Handle) -> None:
        """Wrap an open file; `segbuf.open` calls this."""
        passed: object = handle
        if not isinstance(passed, Handle):
            message = f"segbuf.File opens no files: call segbuf.open({handle!r:.80})"
            raise TypeError(message)
        self._delays: npt.NDArray[np.float64] | None = None
        self._lengths: npt.NDArray[np.int64] | None = None
        self._timestamps: Timestamps | None = None
        self._handle = handle
        self._raw = handle.raw

    def __enter__(self) -> Self:
        """Return the file itself."""
        self._handle.check_open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file."""
        self.close()

    def close(self) -> None:
        """Close the file.

        A read that is running in another thread completes.
        """
        self._raw.close()
        # Assigned first, as deleting what is not set would raise.
        self.samples = None  # type: ignore[assignment]
        del self.samples

    @property
    def closed(self) -> bool:
        """Whether the file is closed."""
        return self._raw.closed

    def __repr__(self) -> str:
        """Name the file and its main facts."""
        if self.closed:
            return f"<segbuf.File {self._handle}, closed>"
        revision = "Seismic Unix" if self.revision is None else f"revision {self.revision}"
        return (
            f"<segbuf.File {self._handle}: {self.n_traces} traces of {self.n_samples} samples, "
            f"{self.format.name.lower()} {self._order()}, {revision}>"
        )

    def _order(self) -> str:
        """Return the byte order in words; both if samples have another."""
        from segbuf._results.format import order_in_words

        order = order_in_words(self.endian)
        if self.sample_endian == self.endian:
            return order
        return f"{order} with {order_in_words(self.sample_endian)} samples"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path, options and proof; files without a path cannot be pickled."""
        return self._handle.reopen, self._handle.reopen_args()

    def __array__(self, *_: object, **__: object) -> NoReturn:
        """Raise TypeError, which names the arrays that a file has."""
        message = (
            "a file is not one array: use f.trace, an array (trace, sample), f.cube, an array "
            "(inline, crossline[, offset], sample), or f.header[...], a table"
        )
        raise TypeError(message)

    # Facts

    @property
    def path(self) -> str | None:
        """The path that was passed to `open`; None for several files and for other sources."""
        return self._handle.path

    @property
    def files(self) -> tuple[Part, ...]:
        """The files that are read as one, usually one: ``name``, and the range of ``traces``."""
        from segbuf._results.part import Part

        parts = zip(self._handle.names, self._raw.files, strict=True)
        return tuple(Part(name, range(first, first + n)) for name, (_, first, n) in parts)

    @property
    def threads(self) -> int:
        """Maximum number of threads of a read."""
        return self._raw.threads

    @property
    def n_traces(self) -> int:
        """Number of complete traces in the file."""
        return self._raw.n_traces

    @property
    def n_samples(self) -> int:
        """Samples per trace; those of the longest trace where lengths vary (`lengths`)."""
        return self._raw.n_samples

    @property
    def fixed_length(self) -> bool:
        """Whether all traces have the same number of headers and samples."""
        return not self._raw.varies

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The number of samples of each trace, int64, in file order, read-only.

        Usually all are `n_samples`. Where they differ, every trace is read with its own length, and
        longer rows are padded with ``open(fill=)``.
        """
        self._handle.check_open()
        if self._lengths is None:
            import numpy as np

            lengths = self._raw.lengths()
            if lengths is None:
                # One number shown for every trace, which takes no memory.
                self._lengths = np.broadcast_to(np.int64(self.n_samples), self.n_traces)
            else:
                self._lengths = np.frombuffer(lengths, np.int64)
        return self._lengths

    @property
    def first_text(self) -> int:
        """Byte offset of the textual header: 0, or 128 after a tape label."""
        return self._raw.first_text

    @property
    def first_trace(self) -> int:
        """Byte offset of the first trace."""
        return self._raw.first_trace

    @property
    def additional_headers(self) -> int:
        """Number of additional trace headers (240 bytes each) of each trace."""
        return self._raw.additional_headers

    @property
    def format(self) -> Format:
        """The sample format; ``int()`` of it is the code of bytes 3225-3226."""
        from segbuf._results.format import Format

        return Format(self._raw.format)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of samples in memory: float32 for IBM floats, otherwise the file's own."""
        import numpy as np

        return np.dtype(self._raw.dtype)

    @property
    def endian(self) -> Literal["big", "little", "pairwise"]:
        """The byte order of headers in the file: ``"big"``, ``"little"`` or ``"pairwise"``.

        In a file with swapped byte pairs (byte-order constant 02 01 04 03) the bytes 2i and 2i + 1
        of the binary header, of each trace header and of the samples are exchanged. Reads swap them
        back: `binary` and `header` contain big-endian bytes.
        """
        return self._raw.endian

    @property
    def sample_endian(self) -> Literal["big", "little", "pairwise"]:
        """The byte order of samples in the file; it differs from `endian` in a few files."""
        return self._raw.sample_endian

    @property
    def kind(self) -> Literal["segy", "su"]:
        """The kind of file: ``"segy"``, or ``"su"`` for Seismic Unix."""
        return self._raw.kind

    @property
    def revision(self) -> float | None:
        """The revision of the standard: 0.0, 1.0, 2.0, 2.1; None for Seismic Unix."""
        if self._raw.revision is None:
            return None
        major, minor = self._raw.revision
        return major + minor / 10

    @property
    def interval(self) -> float | None:
        """The sample interval, in `unit`; None if headers do not state it, or disagree."""
        return self._raw.interval

    @property
    def delay(self) -> float:
        """Time or depth of the first sample of the first trace, in `unit`: ``delays[0]``."""
        return self._raw.delay

    @property
    def delays(self) -> npt.NDArray[np.float64]:
        """Time or depth of the first sample of each trace, in `unit`: float64, shape (traces,).

        The int16 at byte 109 of each trace header with the scalar at byte 215: positive multiplies,
        negative divides, 0 is ignored. In revision 0, which has no such scalar, it is used if it is
        1, 10, 100, 1000 or 10000 of either sign; Seismic Unix has none. A header schema may define
        another position of the delay. The first use sweeps all headers; the array is read-only.
        Source: SEG-Y revision 2.1, trace header bytes 109-110 and 215-216.

        Raises
        ------
        FieldError
            If the header schema has the delay in an additional header that a trace lacks.
        """
        self._handle.check_open()
        if self._delays is None:
            import numpy as np

            delays = np.empty(self.n_traces, np.float64)
            self.read_delays_into(delays)
            delays.flags.writeable = False
            self._delays = delays
        return self._delays

    @property
    def unit(self) -> Literal["ms", "m", "ft", "length"] | None:
        """The unit of `samples`, `interval`, `delay` and `delays`.

        ``"ms"`` for time; for depth ``"m"``, ``"ft"``, or ``"length"`` if the unit is not stated.
        None where a Seismic Unix file has its spacing in `d1`: it does not state the unit.
        """
        return self._raw.unit

    @property
    def binary(self) -> BinaryHeader:
        """The binary header: words by name, alias, or byte from 3201.

        Raises
        ------
        FormatError
            For a Seismic Unix file, which has no binary header.
        """
        from segbuf._results.header import BinaryHeader

        return BinaryHeader(self._raw.binary(), self._raw.header_endian)

    @property
    def encoding(self) -> str | None:
        """The encoding of the first textual header; None for Seismic Unix, which has none.

        ``"ebcdic"``, ``"ascii"``, or the name of the code page of ``open(encoding=)``.
        """
        return self._raw.encoding

    @property
    def warnings(self) -> list[SegbufWarning]:
        """What is unusual about the file: the warnings of `open`, each with ``code`` and place."""
        return [
            SegbufWarning(message, code, trace, byte)
            for code, message, trace, byte in self._raw.warnings
        ]

    @property
    def evidence(self) -> Evidence:
        """Conclusions about the file, with reasons and alternatives."""
        from segbuf._results.evidence import Evidence

        return Evidence(self._raw.evidence, self._raw.evidence_text)

    @property
    def stanzas(self) -> Stanzas:
        """The stanzas of the extended textual headers: a mapping of names to contents."""
        from segbuf._modes.stanzas import Stanzas

        self._handle.check_open()
        return Stanzas(self._handle, "stanzas")

    @property
    def trailers(self) -> Stanzas:
        """The stanzas of the data trailer, which follows the traces."""
        from segbuf._modes.stanzas import Stanzas

        self._handle.check_open()
        return Stanzas(self._handle, "trailers")

    @property
    def timestamps(self) -> Timestamps:
        """The recording time of each trace: datetime64[ns], NaT if its header has none; read-only.

        Its attribute ``basis`` is the time basis: ``"utc"``, ``"gps"``, ``"local"``, ``"gmt"``,
        ``"other"``, ``"mixed"`` if traces differ, or None if no header states it. The first use
        sweeps all headers.
        """
        self._handle.check_open()
        if self._timestamps is None:
            from segbuf._results.timestamps import timestamps

            self._timestamps = timestamps(*_segbuf.timestamps(self._raw))
        return self._timestamps

    # The survey

    def _axis(self, axis: int) -> npt.NDArray[np.int32]:
        import numpy as np

        labels = np.array(self._handle.survey()[axis], np.int32)
        labels.flags.writeable = False
        return labels

    @property
    def is_survey(self) -> bool:
        """Whether the traces lie on a grid of inlines and crosslines.

        If not, the file is read by trace (`trace`) and by group (`group`); `ilines`, lines and the
        cube raise `GeometryError`, which states why.
        """
        return self._handle.is_survey()

    @property
    def ilines(self) -> npt.NDArray[np.int32]:
        """The inline labels, in axis order, read-only.

        Raises
        ------
        GeometryError
            If the file is not a survey (`is_survey`); the message states why.
        """
        return self._axis(0)

    @property
    def xlines(self) -> npt.NDArray[np.int32]:
        """The crossline labels, in axis order, read-only.

        Raises
        ------
        GeometryError
            If the file is not a survey (`is_survey`); the message states why.
        """
        return self._axis(1)

    @property
    def offsets(self) -> npt.NDArray[np.int32]:
        """The offset labels, in axis order, read-only; one if the survey is post-stack.

        Raises
        ------
        GeometryError
            If the file is not a survey (`is_survey`); the message states why.
        """
        return self._axis(2)

    @property
    def sorting(self) -> Literal["inline", "crossline"] | None:
        """The trace order: ``"inline"`` (inline by inline), ``"crossline"``, or None."""
        try:
            return self._handle.survey()[3]
        except GeometryError:
            return None

    @property
    def shape(self) -> tuple[int, ...]:
        """(inlines, crosslines[, offsets], samples); without a survey (traces, samples)."""
        try:
            return *self._handle.grid(), self.n_samples
        except GeometryError:
            return self.n_traces, self.n_samples

    @property
    def cube(self) -> Cube:
        """The survey as an array (inline, crossline[, offset], sample) that is not read yet.

        Raises
        ------
        GeometryError
            If the file is not a survey.
        """
        return Cube(self._handle, "cube")

    if TYPE_CHECKING:

        @overload
        def group(
            self, field: _FieldKey, /, *, sort: _FieldKey | Iterable[_FieldKey] = ()
        ) -> Groups[float, _Array]: ...
        @overload
        def group(
            self,
            field: _FieldKey,
            second: _FieldKey,
            /,
            *fields: _FieldKey,
            sort: _FieldKey | Iterable[_FieldKey] = (),
        ) -> Groups[tuple[float, ...], tuple[_Array, ...]]: ...

    def group(
        self, *fields: _FieldKey, sort: _FieldKey | Iterable[_FieldKey] = ()
    ) -> Groups[Any, Any]:
        """Group the traces by the numbers in their headers, in one sweep: shots, receivers, CDPs.

        The file need not be a survey: a 2-D line can be grouped by ensemble, for example.

        Parameters
        ----------
        fields
            One or more fields: names, aliases, bytes counted from 1, or `Field`.
        sort
            Fields by which the traces of a group are sorted, ascending. By default, and among
            equals, they are in file order.

        Returns
        -------
        Groups
            A mapping from group labels, a number for one field and a tuple for several, to arrays
            (trace, sample). It holds 8 bytes per trace.

        Raises
        ------
        FieldError
            If a field does not exist (the message names the nearest), or holds a string.
        ValueError
            If no field is passed.

        Examples
        --------
        >>> shots = f.group("field_record")  # doctest: +SKIP
        >>> shots[1001]  # the traces of a shot
        >>> for (x, y), traces in f.group("group_x", "group_y", sort="offset").items():
        ...     print(x, y, len(traces))
        """
        from segbuf._modes.groups import Groups

        return Groups(self._handle, fields, tuple(listed(sort)))

    def guess_keys(self) -> Guess:
        """Return candidates for the bytes of inline, crossline, offset, x and y, with reasons.

        Up to 8000 headers and the textual headers are read. The survey keys that the file was
        opened with are not used, and nothing is applied: read the reasons, then pass bytes to
        `open`.

        Returns
        -------
        Guess
            Candidates with scores and reasons.

        Examples
        --------
        >>> guess = f.guess_keys()  # doctest: +SKIP
        >>> f = segbuf.open(f.path, **guess.options)  # doctest: +SKIP
        """
        from segbuf.guess import guess_from

        return guess_from(self.header, self.text)

    def save_index(self, path: str | os.PathLike[str] | None = None) -> str:
        """Sweep all headers and save the survey keys of every trace to a survey index file.

        `open` then reads the survey from it, without a sweep, also where the survey is irregular.

        Parameters
        ----------
        path
            The path of the index. By default that of the file with ``.segbuf-index`` appended,
            where `open` finds it. An existing index is replaced.

        Returns
        -------
        str
            The path of the index.

        Raises
        ------
        ValueError
            If the file was not opened by a single path, or if ``path`` exists and is not an index.
        OSError
            If the index cannot be written.
        GeometryError
            For a file without traces.
        """
        return self._raw.save_index(None if path is None else os.fsdecode(path))

    # Reading

    if TYPE_CHECKING:

        @overload
        def window(self, start: npt.ArrayLike, length: int, out: None = None) -> _Array: ...
        @overload
        def window(self, start: npt.ArrayLike, length: int, out: _Out) -> _Out: ...

    def window(self, start: npt.ArrayLike, length: int, out: _Out | None = None) -> _Out | _Array:
        """Read a window of samples along a surface.

        Parameters
        ----------
        start
            The first sample index of each trace: an int, or an integer array (inline,
            crossline[, offset]). It may be outside the trace.
        length
            Number of samples of each trace.
        out
            A destination as for `read_into`; by default a new array.

        Returns
        -------
        ndarray
            (inline, crossline[, offset], sample), or ``out``. Samples outside a trace, and missing
            traces, are NaN or ``fill``.

        Raises
        ------
        GeometryError
            If the file is not a survey, or samples are missing and an integer destination has no
            ``fill``.
        """
        return window(self._handle, start, length, out)

    if TYPE_CHECKING:

        @overload
        def traces_along(self, bins: Iterable[tuple[_Int, _Int]], out: None = None) -> _Array: ...
        @overload
        def traces_along(self, bins: Iterable[tuple[_Int, _Int]], out: _Out) -> _Out: ...

    def traces_along(
        self, bins: Iterable[tuple[_Int, _Int]], out: _Out | None = None
    ) -> _Out | _Array:
        """Read an arbitrary line: the traces of bins, in this order.

        Parameters
        ----------
        bins
            Inline and crossline label of each bin.
        out
            A destination as for `read_into`; by default a new array.

        Returns
        -------
        ndarray
            (bin, sample), prestack (bin, offset, sample), or ``out``. Missing traces are NaN or
            ``fill``.

        Raises
        ------
        LabelError
            If the survey has no such label; the message names the nearest.
        GeometryError
            As for `iline`.
        """
        return traces_along(self._handle, bins, out)

    def read_into(
        self, out: _Buffer, *, traces: _Int | _Many = ..., samples: _Int | _Run = ...
    ) -> None:
        """Read traces in file order into a writable buffer.

        Parameters
        ----------
        out
            A writable buffer for exactly the selected samples, of float32, of `dtype`, or of bytes,
            which then hold float32: flat memory, or an array of shape (traces, samples). Axes of
            length 1 do not matter. An array of the shape of `cube` is filled only if the file has
            the order of the cube; ``f.cube.read_into(..., out)`` fills it for any order. Nothing
            else may use the buffer until this returns.
        traces
            Traces to read, in this order: an int, slice, Ellipsis, list, integer array or mask.
        samples
            Samples to read of each trace: an int or a slice.

        Raises
        ------
        DestinationError
            If the buffer cannot hold the data; it is left unchanged.
        TraceIndexError
            If there are no such traces or samples.
        """
        key = tuple(slice(None) if item is Ellipsis else item for item in (traces, samples))
        try:
            self.trace.read_into(key, out)
        except DestinationError as error:
            if traces is not Ellipsis or error.code != "wrong-shape":
                raise
            self._read_cube_into(out, samples, error)

    def _read_cube_into(self, out: _Buffer, samples: object, error: DestinationError) -> None:
        """Read the whole file into an array of the shape of the cube, or raise ``error``."""
        run, kept = choose_samples(samples, self.n_samples)
        shape = (*self._handle.grid(), run[2]) if self.is_survey and kept else ()
        found = [n for n in memoryview(out).shape or () if n != 1]  # type: ignore[arg-type]
        if not shape or found != [n for n in shape if n != 1]:
            raise error
        if not self._raw.is_in_cube_order():
            message = (
                f"{error}; the traces of the file are not in the order of the cube: "
                "call f.cube.read_into(..., out)"
            )
            raise DestinationError(message, error.code) from None
        self._raw.read_run(out, 0, 1, self.n_traces, run, shape=shape)

    def read_delays_into(self, out: _Buffer, *, traces: _Int | _Many = ...) -> None:
        """Read `delays` into a writable buffer, in one sweep.

        Parameters
        ----------
        out
            A writable buffer of float64, or of bytes that hold it, for one number per trace, with
            any strides. Nothing else may use it until this returns.
        traces
            Traces to read, in this order: an int, slice, Ellipsis, list, integer array or mask.

        Raises
        ------
        DestinationError
            If the buffer cannot hold the data; it is left unchanged.
        FieldError
            If the header schema has the delay in an additional header that a trace lacks.
        TraceIndexError
            If there are no such traces.
        """
        self.header._read_delays(traces, out)  # noqa: SLF001
