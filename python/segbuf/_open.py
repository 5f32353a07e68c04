"""The file: opening, facts, reading by trace number."""

from __future__ import annotations

import operator
import os
import warnings

from segbuf import _segbuf
from segbuf._cube import Cube, DepthSlices, traces_along, window
from segbuf._geometry import Geometry
from segbuf._handle import Handle, absolute
from segbuf._headers import Field, Headers
from segbuf._lines import Gathers, Lines
from segbuf._modes import Texts, Traces
from segbuf.errors import FieldError, GeometryError, SegbufWarning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType
    from typing import Any, Literal, Self

    import numpy as np
    import numpy.typing as npt

    from segbuf._format import Format
    from segbuf._groups import Groups
    from segbuf._segbuf import _Buffer, _Source
    from segbuf._texts import Stanzas
    from segbuf._timestamps import Timestamps
    from segbuf._views import Binary, Evidence, Part


__all__ = ["File", "open"]

_UNPROVED_SAMPLES = 0xFFFF
"""The longest axis that is made by the word of a header alone: all that 16 bits can say."""


KEY_BYTES = 4
LAST_KEY_BYTE = 241 - KEY_BYTES
"""Where a key of four bytes may start at the latest."""

BYTE_ORDERS = ("big", "little", "pairwise")
"""Those in which headers and samples stand."""

REVISIONS = (0.0, 1.0, 1.1, 2.0, 2.1)
"""Those of the standard."""


def open(  # noqa: A001
    path: _Source | Sequence[_Source],
    *,
    iline: int | str | Field = "inline",
    xline: int | str | Field = "crossline",
    offset: int | str | Field = "offset",
    kind: Literal["segy", "su"] | None = None,
    endian: Literal["big", "little", "pairwise"] | None = None,
    sample_endian: Literal["big", "little", "pairwise"] | None = None,
    format: int | None = None,  # noqa: A002
    encoding: str | None = None,
    revision: float | None = None,
    n_samples: int | None = None,
    interval: float | None = None,
    first_trace: int | None = None,
    additional_headers: int | None = None,
    layout_xml: str | os.PathLike[str] | bytes | Literal[False] | None = None,
    duplicates: Literal["error", "first", "last"] = "error",
    fill: float | None = None,
    max_sparsity: float = 100,
    strict: bool = False,
    verify: bool = False,
    index: bool | str | os.PathLike[str] = True,
    mmap: bool = False,
    threads: int | None = None,
) -> File:
    """Open a SEG-Y file for reading.

    Parameters
    ----------
    path
        The name of a file; or an object that exports a readable buffer (bytes, bytearray,
        memoryview, mmap, ndarray), which then is the file itself, read in place without a copy; or
        a binary file object that can seek, such as ``io.BytesIO`` or what ``gzip.open`` gives; or a
        file descriptor, of which a copy is made. None of them is closed with the file. A list or
        tuple of these is read as one file, if the layouts agree: traces are numbered through, file
        headers and texts are those of the first.
    iline, xline, offset
        Where the keys of the survey stand in the trace header: bytes counted from 1, names, or
        `Field`. Each is read as an int32. The fields ``inline``, ``crossline`` and ``offset`` start
        at bytes 189, 193 and 37, in a Seismic Unix file at 221, 225 and 37.
    kind
        What the file is: SEG-Y, or Seismic Unix, whose files are traces without file headers.
        Without it the file tells.
    endian, sample_endian, format, encoding, revision, n_samples, first_trace, additional_headers
        Facts that outweigh what the file says of its byte order, the byte order of its samples,
        sample format code, text encoding, revision (such as 2.1), samples per trace, the byte
        offset of its first trace, and headers of 240 bytes behind the standard one of each. The
        byte order ``"pairwise"`` is big-endian with the bytes of each pair swapped. With ``endian``
        alone samples have that order, unless they plainly have another, which is a warning. An
        encoding is ``"ebcdic"`` (the table of the standard), ``"ascii"``, or the name of a code
        page, such as ``"cp037"``, ``"cp500"``, ``"cp1047"``, ``"latin-1"``.
    layout_xml
        What the fields of the trace headers are: a layout in XML, as revision 2.1 has it in a
        stanza, or the name of a file of it. It takes the place of one in the file; False goes by
        the standard, whatever the file says.
    interval
        The sample interval, in the unit of `File.samples`: milliseconds for time.
    duplicates
        What to do with traces that carry the same keys: refuse to read them, or take one.
    fill
        What fills the rows of missing traces. Without it that is NaN for floats, an error for
        integers.
    max_sparsity
        How many cells a trace the grid of an irregular survey may have. One with more is refused,
        as its keys hardly are those of a survey.
    strict
        Refuse a file whose layout is odd: every warning of where things are, how many there are and
        how samples are encoded is a `FormatError` of the same words.
    verify
        Sweep all headers at once, and refuse duplicates, rather than probe and check on reading.
    index
        Whether to use the index that `File.save_index` wrote beside the file, if it is there, or
        the path of one. One that is damaged, or not of the file as it is and as it is opened, is
        not used, with a warning. With ``verify=True`` none is needed.
    mmap
        Map the file. Faster; but should another process shorten it, this process dies of SIGBUS.
        Memory and file objects are what they are.
    threads
        The most threads a read uses. Without it `SEGBUF_THREADS`, else all cores.

    Returns
    -------
    File
        The open file, which is a context manager.

    Raises
    ------
    OSError
        Where the system cannot open the file.
    FormatError
        Where the bytes are not SEG-Y; it names the byte. With ``strict=True``, where they are odd.
        Where several files disagree; it names the file.
    GeometryError
        With ``verify=True``, for duplicate keys.
    FieldError
        For key bytes outside the trace header, or unknown names.
    TypeError
        For what is none of these.
    ValueError
        For an empty list.
    io.UnsupportedOperation
        For a file object that cannot seek. Whatever a file object raises, here or when it is read
        later, comes unchanged.

    Warns
    -----
    SegbufWarning
        For what is odd though readable, such as a truncated last trace.

    Examples
    --------
    >>> import segbuf
    >>> with segbuf.open("volume.sgy") as f:  # doctest: +SKIP
    ...     line = f.iline[2400]
    """
    options: dict[str, Any] = {
        "iline": _key("iline", iline),
        "xline": _key("xline", xline),
        "offset": _key("offset", offset),
        "kind": _choice("kind", kind, "segy", "su"),
        "endian": _choice("endian", endian, *BYTE_ORDERS),
        "sample_endian": _choice("sample_endian", sample_endian, *BYTE_ORDERS),
        "format": _integer("format", format),
        "encoding": _encoding(encoding),
        "revision": _revision(revision),
        "n_samples": _integer("n_samples", n_samples),
        "interval": _number("interval", interval),
        "first_trace": _integer("first_trace", first_trace),
        "additional_headers": _integer("additional_headers", additional_headers),
        "layout_xml": _layout(layout_xml),
        "duplicates": _choice("duplicates", duplicates, "error", "first", "last"),
        "fill": _number("fill", fill),
        "max_sparsity": _number("max_sparsity", max_sparsity),
        "strict": bool(strict),
        "verify": bool(verify),
        "index": index if isinstance(index, bool) else absolute(os.fsdecode(index)),
        "mmap": bool(mmap),
        "threads": _integer("threads", threads),
    }
    file = reopen(path, options)
    # Of several files, the warning says which.
    names = file._handle.names  # noqa: SLF001
    where = "" if len(names) > 1 or names[0] == "memory" else f"{names[0]}: "
    for message in file._raw.warnings:  # noqa: SLF001
        warnings.warn(where + message, SegbufWarning, stacklevel=2)
    return file


def reopen(source: _Source | Sequence[_Source], options: dict[str, Any]) -> File:
    """Open a file with the options of a handle, silently: it was warned of before."""
    given: Sequence[Any] = source if isinstance(source, (list, tuple)) else [source]
    files: list[_Source] = [
        os.fsdecode(file) if isinstance(file, (str, os.PathLike)) else file for file in given
    ]
    return File(Handle(_segbuf.File(files, **options), files, options))


def _key(name: str, key: int | str | Field) -> int | str:
    if isinstance(key, str):
        return key
    if isinstance(key, Field):
        return key._key_byte  # noqa: SLF001
    byte = _integer(name, key)
    if byte is None or not 1 <= byte <= LAST_KEY_BYTE:
        message = f"{name} is outside the trace header: wanted a byte of 1 to 237, found {byte}"
        raise FieldError(message)
    return byte


def _integer(name: str, value: int | None) -> int | None:
    if value is None:
        return None
    try:
        return operator.index(value)
    except TypeError:
        message = f"{name}: wanted an integer, found {value!r:.80}"
        raise TypeError(message) from None


def _number(name: str, value: float | None) -> float | None:
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        message = f"{name}: wanted a number, found {value!r:.80}"
        raise TypeError(message) from None


def _choice(name: str, value: str | None, *choices: str) -> str | None:
    if value in choices or (value is None and name != "duplicates"):
        return value
    message = f"{name}: wanted {' or '.join(map(repr, choices))}, found {value!r:.80}"
    raise ValueError(message)


def _layout(xml: str | os.PathLike[str] | bytes | Literal[False] | None) -> bytes | bool | None:
    if xml is None or xml is False:
        return xml
    if isinstance(xml, (bytes, bytearray, memoryview)):
        return bytes(xml)
    if isinstance(xml, str) and xml.lstrip("\ufeff \t\r\n").startswith("<"):
        return xml.encode()
    from pathlib import Path

    # The path says what else cannot be one.
    with Path(xml).open("rb") as stream:
        return stream.read(_segbuf.LONGEST_LAYOUT + 1)


def _encoding(name: str | None) -> str | tuple[str, str] | None:
    if name is None or name in {"ebcdic", "ascii"}:
        return name
    from segbuf._texts import encoding_of

    return encoding_of(name)


def _revision(revision: float | None) -> tuple[int, int] | None:
    number = _number("revision", revision)
    if number is None:
        return None
    if number not in REVISIONS:
        message = (
            f"revision: wanted one of {', '.join(map(str, REVISIONS))}, found {revision!r:.80}"
        )
        raise ValueError(message)
    return int(number), round(number * 10) % 10


class File:
    """An open SEG-Y file.

    It serves many threads at once, pickles by its path and options, and survives ``fork``. Indices
    count traces and samples from 0; labels are inline and crossline numbers as the file gives them;
    byte numbers count from 1, as the standard does.

    Attributes
    ----------
    trace
        Traces by index.
    iline, xline
        Lines by label.
    gather
        Gathers by the labels of their bin.
    depth_slice
        Samples of all traces at one depth or time.
    header
        Trace headers by trace index.
    text
        Textual headers: 0 is the first, the others are extended ones.
    geometry
        What is known of the survey.
    """

    __slots__ = (
        "_handle",
        "_raw",
        "depth_slice",
        "gather",
        "geometry",
        "header",
        "iline",
        "text",
        "trace",
        "xline",
    )

    def __init__(self, handle: Handle) -> None:
        """Wrap what `open` opened."""
        self._handle = handle
        self._raw = handle.raw
        self.trace = Traces(handle)
        self.iline = Lines(handle, 0)
        self.xline = Lines(handle, 1)
        self.gather = Gathers(handle)
        self.depth_slice = DepthSlices(handle, "depth_slice")
        self.header = Headers(handle, "header")
        self.text = Texts(handle, "text")
        self.geometry = Geometry(handle)

    def __enter__(self) -> Self:
        """Give the file itself."""
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

        A read under way in another thread ends as if it had not been closed.
        """
        self._raw.close()

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
        """Name the byte order, or both."""
        from segbuf._format import order_in_words

        order = order_in_words(self.endian)
        if self.sample_endian == self.endian:
            return order
        return f"{order} with {order_in_words(self.sample_endian)} samples"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by path and options; memory and file objects have none."""
        return reopen, self._handle.anew()

    # Facts

    @property
    def path(self) -> str | None:
        """The name of the file as it was given; None for what is no path, or several."""
        return self._handle.path

    @property
    def files(self) -> tuple[Part, ...]:
        """The files it is made of, mostly one: ``name``, and the range of ``traces``."""
        from segbuf._views import Part

        parts = zip(self._handle.names, self._raw.files, strict=True)
        return tuple(Part(name, range(first, first + n)) for name, (_, first, n) in parts)

    @property
    def threads(self) -> int:
        """The most threads that a read uses."""
        return self._raw.threads

    @property
    def n_traces(self) -> int:
        """Whole traces in the file."""
        return self._raw.n_traces

    @property
    def n_samples(self) -> int:
        """Samples in each trace; in the longest, where their number varies (`lengths`)."""
        return self._raw.n_samples

    @property
    def fixed_length(self) -> bool:
        """Whether all traces are found to be as long as each other, in headers and samples."""
        return not self._raw.varies

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """The number of samples of each trace, int64, in file order.

        Mostly all are `n_samples`. Where they differ, every trace is read by its own length, and
        rows that are longer are filled up with ``open(fill=)``.
        """
        import numpy as np

        lengths = self._raw.lengths()
        if lengths is None:
            return np.full(self.n_traces, self.n_samples, np.int64)
        return np.frombuffer(lengths, np.uint64).astype(np.int64)

    @property
    def first_text(self) -> int:
        """Where the textual header begins, in bytes: 0, or 128 behind a tape label."""
        return self._raw.first_text

    @property
    def first_trace(self) -> int:
        """Where the first trace begins, in bytes from the start of the file."""
        return self._raw.first_trace

    @property
    def additional_headers(self) -> int:
        """Headers of 240 bytes between the standard one of each trace and its samples."""
        return self._raw.additional_headers

    @property
    def format(self) -> Format:
        """The sample format; ``int()`` of it is the code of bytes 3225-3226."""
        from segbuf._format import Format

        return Format(self._raw.format)

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of samples in memory: float32 for IBM floats, otherwise the file's own."""
        import numpy as np

        return np.dtype(self._raw.dtype)

    @property
    def endian(self) -> Literal["big", "little", "pairwise"]:
        """The byte order of headers in the file: ``"big"``, ``"little"`` or ``"pairwise"``.

        In a file whose pairs of bytes are swapped (byte-order constant 02 01 04 03) the bytes
        2i and 2i + 1 of the binary header, of each trace header and of the samples are in each
        other's place. They are swapped back as they are read: the bytes of headers that this
        file gives are big-endian.
        """
        return self._raw.endian

    @property
    def sample_endian(self) -> Literal["big", "little", "pairwise"]:
        """The byte order of samples in the file: that of headers, but in files that mix them."""
        return self._raw.sample_endian

    @property
    def kind(self) -> Literal["segy", "su"]:
        """What the file is: ``"segy"``, or ``"su"`` for Seismic Unix."""
        return self._raw.kind

    @property
    def revision(self) -> float | None:
        """The revision of the standard: 0.0, 1.0, 2.0, 2.1; None for a file that is not SEG-Y."""
        if self._raw.revision is None:
            return None
        major, minor = self._raw.revision
        return major + minor / 10

    @property
    def interval(self) -> float | None:
        """The sample interval, in `unit`; None where the headers do not say, or disagree."""
        return self._raw.interval

    @property
    def delay(self) -> float:
        """Where the first sample of the first trace lies, in `unit`: ``delays[0]``."""
        return self._raw.delay

    @property
    def delays(self) -> npt.NDArray[np.float64]:
        """Where the first sample of each trace lies, in `unit`: float64, one value a trace.

        The int16 at byte 109 of each trace header with the scalar at byte 215: positive multiplies,
        negative divides, 0 does nothing. In revision 0, which has no such scalar, it applies where
        it is 1, 10, 100, 1000 or 10000 of either sign; Seismic Unix has none. A layout of trace
        headers that names the delay says where it stands. One sweep of all headers; the array is
        yours. Source: SEG-Y revision 2.1, trace header bytes 109-110 and 215-216.

        Raises
        ------
        FieldError
            Where a layout has the delay in an additional header that a trace lacks.
        """
        import numpy as np

        out = np.empty(self.n_traces, np.float64)
        self.read_delays_into(out)
        return out

    @property
    def unit(self) -> Literal["ms", "m", "ft", "length"]:
        """The unit of `samples`, `interval`, `delay` and `delays`.

        ``"ms"`` for time; ``"m"``, ``"ft"``, or ``"length"`` in no stated unit for depth.
        """
        return self._raw.unit

    @property
    def samples(self) -> npt.NDArray[np.float64]:
        """The axis of the samples of trace 0, float64 in `unit`: ``delay + i * interval``.

        Other traces may begin elsewhere, as `delays` says: the axis of trace ``t`` is
        ``samples - delay + delays[t]``. Where the delay varies among the first, middle and last
        traces, `open` warns.
        """
        import numpy as np

        if self.interval is None:
            message = (
                "the sample interval is unknown: the headers do not say it, or disagree; "
                "pass open(interval=)"
            )
            raise ValueError(message)
        if self.n_traces == 0 and self.n_samples > _UNPROVED_SAMPLES:
            message = (
                f"the headers claim {self.n_samples} samples a trace, "
                "but the file has no whole trace to show it"
            )
            raise ValueError(message)
        return self.delay + np.arange(self.n_samples, dtype=np.float64) * self.interval

    @property
    def binary(self) -> Binary:
        """The binary header: words by name, alias, or byte from 3201.

        Raises
        ------
        FormatError
            For a Seismic Unix file, which has none.
        """
        from segbuf._views import Binary

        return Binary(self._raw.binary(), self._raw.header_endian)

    @property
    def evidence(self) -> Evidence:
        """What was concluded about the file, and from what."""
        from segbuf._views import Evidence

        return Evidence(self._raw.evidence, self._raw.evidence_text)

    @property
    def stanzas(self) -> Stanzas:
        """The stanzas of the extended textual headers: names to contents."""
        from segbuf._texts import Stanzas

        self._handle.check_open()
        return Stanzas(self._handle, "stanzas")

    @property
    def trailers(self) -> Stanzas:
        """The stanzas of the data trailer, which follows the traces."""
        from segbuf._texts import Stanzas

        self._handle.check_open()
        return Stanzas(self._handle, "trailers")

    @property
    def timestamps(self) -> Timestamps:
        """When each trace was recorded: datetime64[ns], NaT where its header does not say.

        ``basis`` of it says what the clock shows: ``"utc"``, ``"gps"``, ``"local"``, ``"gmt"``,
        ``"other"``, ``"mixed"`` where traces differ, or None where no header says. One sweep of all
        headers.
        """
        from segbuf._timestamps import timestamps

        return timestamps(*_segbuf.timestamps(self._raw))

    # The survey

    def _axis(self, axis: int) -> npt.NDArray[np.int32] | None:
        import numpy as np

        try:
            labels = np.array(self._handle.survey()[axis], np.int32)
        except GeometryError:
            return None
        labels.flags.writeable = False
        return labels

    @property
    def ilines(self) -> npt.NDArray[np.int32] | None:
        """The inline labels, in axis order; None where the file is no survey."""
        return self._axis(0)

    @property
    def xlines(self) -> npt.NDArray[np.int32] | None:
        """The crossline labels, in axis order; None where the file is no survey."""
        return self._axis(1)

    @property
    def offsets(self) -> npt.NDArray[np.int32] | None:
        """The offset labels, in axis order; None where the file is no survey.

        Post-stack there is one.
        """
        return self._axis(2)

    @property
    def sorting(self) -> Literal["inline", "crossline"] | None:
        """How traces lie: ``"inline"`` (inline after inline), ``"crossline"``, or None."""
        try:
            return self._handle.survey()[3]
        except GeometryError:
            return None

    @property
    def shape(self) -> tuple[int, ...]:
        """(inlines, crosslines[, offsets], samples); (traces, samples) without a survey."""
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
            Where the file is no survey.
        """
        return Cube(self._handle)

    def group(
        self, *fields: str | int | Field, sort: str | int | Field | Iterable[str | int | Field] = ()
    ) -> Groups:
        """Group the traces by the numbers in their headers, in one sweep: shots, receivers, CDPs.

        It needs no survey: 2-D lines go by ensemble, and files without inlines by whatever they
        have.

        Parameters
        ----------
        fields
            One or more: names, aliases, bytes counted from 1, or `Field`.
        sort
            Fields by which the traces of a group are sorted, rising; without it, and among equals,
            they are in file order.

        Returns
        -------
        Groups
            A mapping from keys, a number for one field and a tuple for several, to arrays
            (trace, sample). It keeps 8 bytes a trace.

        Raises
        ------
        FieldError
            For fields that are not there, naming the nearest, and for strings.
        ValueError
            Without a field.

        Examples
        --------
        >>> shots = f.group("field_record")  # doctest: +SKIP
        >>> shots[1001]  # the traces of a shot
        >>> for (x, y), traces in f.group("group_x", "group_y", sort="offset").items():
        ...     print(x, y, len(traces))
        """
        from segbuf._groups import Groups

        one = isinstance(sort, (str, int, Field))
        return Groups(self._handle, fields, (sort,) if one else tuple(sort))  # type: ignore[arg-type]

    def save_index(self, path: str | os.PathLike[str] | None = None) -> str:
        """Sweep all headers and save the keys of every trace, in a small file.

        `open` then knows the survey at once, be it irregular and of ten million traces.

        Parameters
        ----------
        path
            Where to. Without it, beside the file, with ``.segbuf-index`` behind its name, where
            `open` finds it. An index that is there is replaced.

        Returns
        -------
        str
            Where it was saved.

        Raises
        ------
        ValueError
            For what was not opened by the path of one file; where the path leads to what is no
            index.
        OSError
            Where it cannot be written.
        GeometryError
            For a file without traces.
        """
        return self._raw.save_index(None if path is None else os.fsdecode(path))

    # Reading

    def window(self, start: npt.ArrayLike, length: int, out: _Buffer | None = None) -> Any:  # noqa: ANN401
        """Read along a surface: some samples of every trace, from one on that is given for each.

        Parameters
        ----------
        start
            The sample index of the first, an int or an integer array (inline, crossline[, offset]).
            It may lie outside the trace.
        length
            How many samples of each.
        out
            As for `read_into`; without it a new array is made.

        Returns
        -------
        ndarray
            (inline, crossline[, offset], sample), or ``out``. What lies outside a trace, and
            missing traces, are NaN or ``fill``.

        Raises
        ------
        GeometryError
            Where the file is no survey, or an integer destination has no ``fill`` for what is
            missing.
        """
        return window(self._handle, start, length, out)

    def traces_along(self, bins: Iterable[tuple[int, int]]) -> npt.NDArray[Any]:
        """Read an arbitrary line: traces of bins, in the order given.

        Parameters
        ----------
        bins
            Labels of inline and crossline of each.

        Returns
        -------
        ndarray
            (bin, sample), prestack (bin, offset, sample). Missing traces are NaN or ``fill``.

        Raises
        ------
        LabelError
            For a label that the survey does not have; it names the nearest.
        GeometryError
            As for `iline`.
        """
        return traces_along(self._handle, bins)

    def read_into(self, out: _Buffer, *, traces: object = ..., samples: object = ...) -> None:
        """Read traces into a writable buffer.

        Parameters
        ----------
        out
            Any writable buffer with room for exactly the samples chosen, of float32, of `dtype`, or
            of bytes, which then hold float32. Nothing else may use it until this returns.
        traces
            Which traces, in the order wanted: an int, slice, Ellipsis, list, integer array or mask.
        samples
            Which samples of each: an int or a slice.

        Raises
        ------
        DestinationError
            Where the buffer cannot take it; it is untouched.
        TraceIndexError
            For traces or samples that are not there.
        """
        self.trace._read(traces, samples, out)  # noqa: SLF001

    def read_delays_into(self, out: _Buffer, *, traces: object = ...) -> None:
        """Read `delays` into a writable buffer, in one sweep.

        Parameters
        ----------
        out
            A writable buffer of float64, or of bytes that hold it, with room for one number a
            trace. Any strides will do. Nothing else may use it until this returns.
        traces
            Which traces, in the order wanted: an int, slice, Ellipsis, list, integer array or mask.

        Raises
        ------
        DestinationError
            Where the buffer cannot take it; it is untouched.
        FieldError
            Where a layout has the delay in an additional header that a trace lacks.
        TraceIndexError
            For traces that are not there.
        """
        self.header._read_delays(traces, out)  # noqa: SLF001
