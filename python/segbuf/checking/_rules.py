"""The rules, and `check`, which finds violations of them."""

from __future__ import annotations

import array
import struct
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import segbuf
from segbuf._results.format import order_in_words

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import Literal, TypeVar

    import numpy as np
    import numpy.typing as npt

    from segbuf._results.report import Report

    _Path = str | os.PathLike[str]
    _Look = TypeVar("_Look", bound=Callable[["_File"], Iterator["_Broken"]])

PRINTABLE = 0.85
"""Minimum share of printable characters in a textual header."""
MOST_COUNTED = 32767
"""Maximum number of extended textual headers in a field of 16 bits."""
BLANKS = b"\x00\n\r\x15\x20\x25\x40"
"""Blank characters of EBCDIC and ASCII: blanks, line ends, NULs."""


class Finding(NamedTuple):
    """A violation of a rule; of several similar ones the first."""

    rule: str
    """The identifier of the rule."""
    severity: Literal["error", "warning", "info"]
    """``error``: other readers fail; ``warning``: they may fail; ``info``: unusual."""
    place: str
    """The position: bytes counted from 1, in the binary header from 3201, traces from 0."""
    found: str
    """The value in the file."""
    expected: str
    """The expected value."""
    n: int
    """The number of similar violations."""
    fixable: bool
    """Whether `fix` can repair it."""

    def __str__(self) -> str:
        """Return the finding in one line."""
        more = f" (and {self.n - 1:,} more)" if self.n > 1 else ""
        return (
            f"{self.severity}: {self.rule}: {self.place}{more}: "
            f"found {self.found}, expected {self.expected}"
        )


class Repair(NamedTuple):
    """Bytes to write at offsets of the file, or the size to which it is truncated."""

    at: Iterable[int] = ()
    content: bytes = b""
    end: int | None = None


class _Broken(NamedTuple):
    """A violation that a rule finds."""

    place: str
    found: object
    expected: object
    n: int = 1
    repair: Repair | None = None


class Rule(NamedTuple):
    """A property of files that follow the standard."""

    id: str
    """The identifier, which does not change."""
    severity: Literal["error", "warning", "info"]
    """The severity of its violations: see `Finding`."""
    meaning: str
    """The property, and the bytes that state it."""
    look: Callable[[_File], Iterator[_Broken]]
    """Yields the violations."""


class _File:
    """A file as rules see it."""

    report: Report | None

    def __init__(self, file: segbuf.File) -> None:
        self.file = file
        self.size = Path(file.path or "").stat().st_size
        # That of the headers as `segbuf.File` returns them, with swapped pairs swapped back.
        self.endian: Literal["big", "little"] = "little" if file.endian == "little" else "big"
        # Below all revisions if the file has no SEG-Y headers: see `_rule`.
        self.revision = (file.revision or 0.0) if file.kind == "segy" else -1.0
        trailer = file.evidence.get("data trailer")
        self.has_trailer = trailer is not None and trailer.origin == "declared"
        self.no_survey = ""
        try:
            self.report = file.geometry.verify()
        except segbuf.GeometryError as error:
            self.report = None
            self.no_survey = str(error)

    @property
    def microseconds(self) -> int | None:
        """The sample interval in microseconds; None if it does not fit 16 bits."""
        file = self.file
        if file.unit != "ms" or file.interval is None:
            return None
        micro = file.interval * 1000
        # The range first: infinity has no nearest integer.
        return round(micro) if 0 < micro < 1 << 16 and micro == round(micro) else None

    @property
    def samples(self) -> int | None:
        """The number of samples; None if traces differ or it does not fit 16 bits."""
        n_samples = self.file.n_samples if self.file.fixed_length else 0
        return n_samples if 0 < n_samples < 1 << 16 else None

    def place_of(self, trace: int) -> int:
        """Return the byte offset of a trace; for ``n_traces`` the end of the last one."""
        return self.file._raw.trace_offset(trace)  # noqa: SLF001 - of one file, as it is here

    def bytes_of(self, number: int, width: int) -> bytes:
        """Return the bytes of a number as stored in the file."""
        return self.stored((number % (1 << 8 * width)).to_bytes(width, self.endian))

    def stored(self, content: bytes) -> bytes:
        """Return bytes as stored in the file, which may have swapped pairs."""
        if self.file.endian != "pairwise":
            return content
        # Header fields are aligned to pairs of bytes.
        pairs = (content[i : i + 2][::-1] for i in range(0, len(content), 2))
        return b"".join(pairs)

    def word(self, byte: int, width: int, *, signed: bool = False) -> int:
        """Return a field of the binary header, by its first byte, counted from 3201."""
        content = self.file.binary.bytes[byte - 3201 :][:width]
        return int.from_bytes(content, self.endian, signed=signed)

    def binary(
        self, byte: int, width: int, expected: int | None, *, signed: bool = False
    ) -> Iterator[_Broken]:
        """Compare a field of the binary header with its expected value, unless that is None."""
        found = self.word(byte, width, signed=signed)
        if expected is not None and found != expected:
            repair = Repair([self.file.first_text + byte - 1], self.bytes_of(expected, width))
            yield _Broken(f"bytes {byte}-{byte + width - 1}", found, expected, repair=repair)

    def optional(self, byte: int, width: int, expected: int | None) -> Iterator[_Broken]:
        """Compare a field of the binary header with its expected value, unless the field is 0."""
        return self.binary(byte, width, expected if self.word(byte, width) else None)

    def traces(self, byte: int, expected: int | None) -> Iterator[_Broken]:
        """Compare an unsigned 16-bit field of all trace headers with its expected value."""
        if expected is None or not self.file.n_traces:
            return
        found = self.column(byte)
        wrong = found != expected
        # The offsets are used after the file is closed.
        places = (self.place_of(int(trace)) + byte - 1 for trace in wrong.nonzero()[0])
        repair = Repair(array.array("q", places), self.bytes_of(expected, 2))
        yield from _wrong(byte, found, wrong, expected, repair)

    def column(self, byte: int, dtype: str = "u2") -> npt.NDArray[Any]:
        """Return a field of all trace headers."""
        column: npt.NDArray[Any] = self.file.header[:, segbuf.Field(byte, dtype)]
        return column

    def not_in(self, byte: int, allowed: Iterable[int], expected: str) -> Iterator[_Broken]:
        """Find values of a 16-bit field of trace headers that are not allowed."""
        import numpy as np

        if self.file.n_traces:
            found = self.column(byte, "i2")
            yield from _wrong(byte, found, ~np.isin(found, list(allowed)), expected)


def _wrong(
    byte: int,
    found: npt.NDArray[Any],
    wrong: npt.NDArray[np.bool_],
    expected: object,
    repair: Repair | None = None,
) -> Iterator[_Broken]:
    """Yield one violation for the traces whose 16-bit field is wrong, if there are any."""
    if wrong.any():
        first = wrong.argmax()
        place = f"trace {first}, bytes {byte}-{byte + 1}"
        yield _Broken(place, found[first], expected, int(wrong.sum()), repair)


def check(path: _Path, **options: Any) -> list[Finding]:  # noqa: ANN401 - those of `segbuf.open`
    """Check a file against every rule; it sweeps the trace headers and reads no samples.

    Parameters
    ----------
    path
        The file.
    **options
        Options of `segbuf.open`; rules compare the file with the values of these overrides.

    Returns
    -------
    list of Finding
        Empty if no rule is violated. A file that cannot be read violates the rule ``readable``.

    Raises
    ------
    OSError
        If the file cannot be opened.
    """
    return [finding for finding, _ in findings(path, options)]


def opened(path: _Path, options: dict[str, Any]) -> segbuf.File:
    """Open a file without warnings: the rules report the problems."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", segbuf.SegbufWarning)
        return segbuf.open(path, **options)


def findings(path: _Path, options: dict[str, Any]) -> Iterator[tuple[Finding, Repair | None]]:
    """Yield the violations of all rules, each with its repair."""
    try:
        file = opened(path, options)
    except segbuf.FormatError as error:
        rule = RULES["readable"]
        yield _finding(rule, _Broken("the file", error, rule.meaning)), None
        return
    with file:
        looked_at = _File(file)
        for rule in RULES.values():
            for broken in rule.look(looked_at):
                yield _finding(rule, broken), broken.repair


def _finding(rule: Rule, broken: _Broken) -> Finding:
    return Finding(
        rule.id,
        rule.severity,
        broken.place,
        str(broken.found),
        str(broken.expected),
        broken.n,
        fixable=broken.repair is not None,
    )


# --- The rules ---------------------------------------------------------------------------------

RULES: dict[str, Rule] = {}
"""All rules, by identifier, in the order of `check`."""


def _rule(
    name: str, severity: Literal["error", "warning", "info"], meaning: str, since: int | None = None
) -> Callable[[_Look], _Look]:
    """Add a function to the rules; ``since`` limits it to SEG-Y headers from that revision on."""

    def add(look: _Look) -> _Look:
        def guarded(f: _File) -> Iterator[_Broken]:
            return look(f) if since is None or f.revision >= since else iter(())

        RULES[name] = Rule(name, severity, meaning, guarded)
        return look

    return add


@_rule("readable", "error", "a file that can be read")
def _readable(_: _File) -> Iterator[_Broken]:
    return iter(())  # `check` was able to open it


@_rule("text", "warning", "textual headers are text")
def _text(f: _File) -> Iterator[_Broken]:
    for i, text in enumerate(f.file.text):
        # Bytes that are no character are decoded as blanks; only real blanks are printable.
        pairs = zip(text.replace("\n", ""), f.file.text.bytes(i), strict=False)
        share = sum("!" <= c <= "~" or byte in BLANKS for c, byte in pairs) / 3200
        if share < PRINTABLE:
            yield _Broken(f"textual header {i}", f"{share:.0%} printable", "text")


@_rule("revision", "warning", "bytes 3501-3502 contain the revision", since=0)
def _revision(f: _File) -> Iterator[_Broken]:
    major, minor = int(f.revision), round(f.revision * 10) % 10
    found = f.file.binary.bytes[300:302]
    if found != bytes([major, minor]):
        repair = Repair([f.file.first_text + 3500], f.stored(bytes([major, minor])))
        yield _Broken("bytes 3501-3502", tuple(found), (major, minor), repair=repair)


@_rule("byte-order", "error", "revision 2: bytes 3297-3300 contain the byte order", since=2)
def _byte_order(f: _File) -> Iterator[_Broken]:
    return f.binary(3297, 4, 0x01020304)


@_rule("sample-order", "error", "samples have the byte order of headers")
def _sample_order(f: _File) -> Iterator[_Broken]:
    own, headers = f.file.sample_endian, f.file.endian
    if own != headers:
        found, expected = order_in_words(own), f"{order_in_words(headers)}, as headers are"
        yield _Broken("the samples", found, expected)


@_rule("format", "error", "bytes 3225-3226 contain the sample format, and samples look like it")
def _format(f: _File) -> Iterator[_Broken]:
    if f.revision >= 0:
        yield from f.binary(3225, 2, int(f.file.format))
    judged = f.file.evidence["format"]
    # The first is the choice: the code is used, although samples look like another format.
    chosen, *others = judged.candidates
    like = max(others, key=lambda other: other.score, default=chosen)
    doubted = any(warning.code == "format" for warning in f.file.warnings)
    if doubted and like.score > chosen.score and judged.origin != "override":
        yield _Broken("the samples", chosen.value, f"{like.value}, by their values")


@_rule(
    "sample-count", "error", "bytes 3221-3222 or 3269-3272 contain the samples per trace", since=0
)
def _sample_count(f: _File) -> Iterator[_Broken]:
    if not f.file.fixed_length:
        return  # each trace header states its own
    if f.revision >= 2 and f.word(3269, 4):
        yield from f.binary(3269, 4, f.file.n_samples)
    else:
        yield from f.binary(3221, 2, f.samples)


@_rule("interval", "warning", "bytes 3217-3218 contain the sample interval", since=0)
def _interval(f: _File) -> Iterator[_Broken]:
    content = f.file.binary.bytes[72:80] if f.revision >= 2 else bytes(8)
    wide = any(content)
    place, found = "bytes 3217-3218", f"{f.word(3217, 2)}"
    if wide:
        code = "<d" if f.endian == "little" else ">d"
        (said,) = struct.unpack(code, content)
        place, found = "bytes 3273-3280", f"{said:g}"
    if f.file.interval is None:
        yield _Broken(place, found, "an interval, as bytes 117-118 of the traces")
    elif not wide:
        yield from f.binary(3217, 2, f.microseconds)
    elif (
        f.file.unit == "ms"
        and said != (expected := f.file.interval * 1000)
        # The conversion may change the last bit of one of the two.
        and said / 1000 != f.file.interval
    ):
        repair = Repair([f.file.first_text + 3272], f.stored(struct.pack(code, expected)))
        yield _Broken(place, found, f"{expected:g}", repair=repair)


@_rule(
    "fixed-length",
    "warning",
    "bytes 3503-3504 are 1 if all traces have the same length, else 0",
    since=1,
)
def _fixed_length(f: _File) -> Iterator[_Broken]:
    return f.binary(3503, 2, int(f.file.fixed_length))


@_rule("extended-text", "error", "bytes 3505-3506 count the extended textual headers", since=1)
def _extended_text(f: _File) -> Iterator[_Broken]:
    n, found = len(f.file.text) - 1, f.word(3505, 2, signed=True)
    ended = n > 0 and "((SEG:ENDTEXT))" in "".join(f.file.text[n].split()).upper()
    if found != -1 or not ended:
        yield from f.binary(3505, 2, -1 if n > MOST_COUNTED else n, signed=True)


@_rule(
    "additional-headers",
    "error",
    "revision 2: bytes 3507-3508 (2.0: 3507-3510) count additional trace headers",
    since=2,
)
def _additional_headers(f: _File) -> Iterator[_Broken]:
    # Revision 2.1 assigns the last two of the four bytes to another field.
    width = 4 if f.revision == 2.0 else 2
    return f.binary(3507, width, f.file.additional_headers, signed=True)


@_rule("trace-count", "error", "revision 2: bytes 3513-3520 count the traces", since=2)
def _trace_count(f: _File) -> Iterator[_Broken]:
    return f.optional(3513, 8, f.file.n_traces)


@_rule(
    "first-trace",
    "error",
    "revision 2: bytes 3521-3528 contain the offset of the first trace",
    since=2,
)
def _first_trace(f: _File) -> Iterator[_Broken]:
    return f.optional(3521, 8, f.file.first_trace)


@_rule(
    "data-trailer", "error", "revision 2: bytes 3529-3532 count the data trailer records", since=2
)
def _data_trailer(f: _File) -> Iterator[_Broken]:
    return f.binary(3529, 4, None if f.has_trailer else 0, signed=True)


@_rule("trailing-bytes", "warning", "the file ends with the last trace")
def _trailing(f: _File) -> Iterator[_Broken]:
    if f.has_trailer:
        return
    end = f.place_of(f.file.n_traces)
    if f.size > end:
        place = f"byte {end + 1}, after trace {f.file.n_traces - 1}"
        yield _Broken(
            place, f"{f.size - end:,} bytes", "the end of the file", repair=Repair(end=end)
        )


@_rule("units", "info", "bytes 3255-3256 are 1 (metres) or 2 (feet)", since=0)
def _measurement_system(f: _File) -> Iterator[_Broken]:
    if (found := f.word(3255, 2)) not in {1, 2}:
        yield _Broken("bytes 3255-3256", found, "1 (metres) or 2 (feet)")


@_rule("trace-sample-count", "warning", "bytes 115-116 of each trace contain its samples")
def _trace_sample_count(f: _File) -> Iterator[_Broken]:
    return f.traces(115, f.samples)


@_rule("trace-interval", "warning", "bytes 117-118 of each trace contain the interval")
def _trace_interval(f: _File) -> Iterator[_Broken]:
    return f.traces(117, f.microseconds)


@_rule("trace-id", "info", "bytes 29-30 of each trace are a code of -1 to 41")
def _trace_id(f: _File) -> Iterator[_Broken]:
    return f.not_in(29, range(-1, 42), "a code of -1 to 41")


@_rule("coordinate-scalar", "info", "bytes 71-72 of each trace are a valid scalar")
def _coordinate_scalar(f: _File) -> Iterator[_Broken]:
    powers = [sign * 10**n for sign in (-1, 1) for n in range(5)]
    return f.not_in(71, powers, "a power of ten, or minus one, up to 10000")


@_rule("delay", "info", "bytes 109-110 are equal in all traces")
def _delay(f: _File) -> Iterator[_Broken]:
    if f.file.n_traces:
        found = f.column(109, "i2")
        yield from _wrong(109, found, found != found[0], f"{found[0]}, as in trace 0")


@_rule("survey", "info", "the survey keys of traces form a survey")
def _survey(f: _File) -> Iterator[_Broken]:
    if f.report is None:
        yield _Broken("the survey keys", f.no_survey, "a survey")


@_rule("duplicates", "error", "no two traces have the same survey keys")
def _duplicates(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.duplicates:
        one, other = f.report.first_duplicates[0]
        found = f"the survey keys of trace {one}"
        yield _Broken(f"trace {other}", found, "unique survey keys", f.report.duplicates)


@_rule("missing", "info", "the grid of the survey is full")
def _missing(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.missing:
        first = "/".join(map(str, f.report.first_missing[0]))
        yield _Broken(f"keys {first}", "no trace", "one", f.report.missing)


@_rule("order", "warning", "traces are in the order of the survey")
def _order(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.swaps:
        place = f"trace {f.report.first_swaps[0]}"
        yield _Broken(place, "out of order", "the order of the survey", f.report.swaps)
