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
    from typing import Literal

    import numpy as np
    import numpy.typing as npt

    from segbuf._results.report import Report

    _Path = str | os.PathLike[str]

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
        self.has_headers = file.kind == "segy"
        # That of the headers as `segbuf.File` returns them, with swapped pairs swapped back.
        self.endian: Literal["big", "little"] = "little" if file.endian == "little" else "big"
        self.revision = file.revision or 0.0
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
        return round(micro) if micro == round(micro) and 0 < micro < 1 << 16 else None

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

    def binary(self, byte: int, width: int, found: int, expected: int | None) -> Iterator[_Broken]:
        """Compare a field of the binary header with its expected value, unless that is None."""
        if expected is None or found == expected:
            return
        at = self.file.first_text + byte - 1
        repair = Repair([at], self.bytes_of(expected, width))
        yield _Broken(f"bytes {byte}-{byte + width - 1}", found, expected, repair=repair)

    def traces(self, byte: int, expected: int | None) -> Iterator[_Broken]:
        """Compare an unsigned 16-bit field of all trace headers with its expected value."""
        if expected is None or not self.file.n_traces:
            return
        found = self.column(byte)
        wrong = (found != expected).nonzero()[0]
        if len(wrong):
            # The offsets are used after the file is closed.
            at = array.array("q", (self.place_of(int(trace)) + byte - 1 for trace in wrong))
            yield _Broken(
                f"trace {wrong[0]}, bytes {byte}-{byte + 1}",
                found[wrong[0]],
                expected,
                len(wrong),
                Repair(at, self.bytes_of(expected, 2)),
            )

    def column(self, byte: int, dtype: str = "u2") -> npt.NDArray[Any]:
        """Return a field of all trace headers."""
        column: npt.NDArray[Any] = self.file.header[:, segbuf.Field(byte, dtype)]
        return column

    def not_in(self, byte: int, allowed: Iterable[int], expected: str) -> Iterator[_Broken]:
        """Find values of a 16-bit field of trace headers that are not allowed."""
        import numpy as np

        if not self.file.n_traces:
            return
        found = self.column(byte, "i2")
        wrong: npt.NDArray[np.intp] = (~np.isin(found, list(allowed))).nonzero()[0]
        if len(wrong):
            place = f"trace {wrong[0]}, bytes {byte}-{byte + 1}"
            yield _Broken(place, found[wrong[0]], expected, len(wrong))


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
        said = str(error)
        yield (
            Finding(rule.id, rule.severity, "the file", said, rule.meaning, 1, fixable=False),
            None,
        )
        return
    with file:
        looked_at = _File(file)
        for rule in RULES.values():
            for broken in rule.look(looked_at):
                finding = Finding(
                    rule.id,
                    rule.severity,
                    broken.place,
                    str(broken.found),
                    str(broken.expected),
                    broken.n,
                    broken.repair is not None,
                )
                yield finding, broken.repair


# --- The rules ---------------------------------------------------------------------------------


def _readable(_: _File) -> Iterator[_Broken]:
    return iter(())  # `check` was able to open it


def _text(f: _File) -> Iterator[_Broken]:
    for i, text in enumerate(f.file.text):
        # Bytes that are no character are decoded as blanks; only real blanks are printable.
        pairs = zip(text.replace("\n", ""), f.file.text.bytes(i), strict=False)
        share = sum("!" <= c <= "~" or byte in BLANKS for c, byte in pairs) / 3200
        if share < PRINTABLE:
            yield _Broken(f"textual header {i}", f"{share:.0%} printable", "text")


def _revision(f: _File) -> Iterator[_Broken]:
    if not f.has_headers:
        return
    major, minor = int(f.revision), round(f.revision * 10) % 10
    found = f.file.binary.bytes[300:302]
    if found != bytes([major, minor]):
        word = int.from_bytes(bytes([major, minor]), f.endian)
        broken = next(f.binary(3501, 2, -1, word))
        yield broken._replace(found=tuple(found), expected=(major, minor))


def _byte_order(f: _File) -> Iterator[_Broken]:
    if f.has_headers and f.revision >= 2:
        yield from f.binary(3297, 4, f.word(3297, 4), 0x01020304)


def _sample_order(f: _File) -> Iterator[_Broken]:
    own, headers = f.file.sample_endian, f.file.endian
    if own != headers:
        found, expected = order_in_words(own), f"{order_in_words(headers)}, as headers are"
        yield _Broken("the samples", found, expected)


def _format(f: _File) -> Iterator[_Broken]:
    if not f.has_headers:
        return
    yield from f.binary(3225, 2, f.word(3225, 2), int(f.file.format))
    judged = f.file.evidence["format"]
    # The first is the choice: the code is used, although samples look like another format.
    chosen, *others = judged.candidates
    like = max(others, key=lambda other: other.score, default=chosen)
    doubted = any(warning.code == "format" for warning in f.file.warnings)
    if doubted and like.score > chosen.score and judged.origin != "override":
        yield _Broken("the samples", chosen.value, f"{like.value}, by their values")


def _sample_count(f: _File) -> Iterator[_Broken]:
    if not f.has_headers:
        return
    wide = f.word(3269, 4) if f.revision >= 2 else 0
    if not f.file.fixed_length:
        return  # each trace header states its own
    if wide:
        yield from f.binary(3269, 4, wide, f.file.n_samples)
    else:
        yield from f.binary(3221, 2, f.word(3221, 2), f.samples)


def _interval(f: _File) -> Iterator[_Broken]:
    if not f.has_headers:
        return
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
        yield from f.binary(3217, 2, f.word(3217, 2), f.microseconds)
    elif (
        f.file.unit == "ms"
        and said != (expected := f.file.interval * 1000)
        # The conversion may change the last bit of one of the two.
        and said / 1000 != f.file.interval
    ):
        repair = Repair([f.file.first_text + 3272], f.stored(struct.pack(code, expected)))
        yield _Broken(place, found, f"{expected:g}", repair=repair)


def _fixed_length(f: _File) -> Iterator[_Broken]:
    if f.has_headers and f.revision >= 1:
        yield from f.binary(3503, 2, f.word(3503, 2), int(f.file.fixed_length))


def _extended_text(f: _File) -> Iterator[_Broken]:
    if f.has_headers and f.revision >= 1:
        n, found = len(f.file.text) - 1, f.word(3505, 2, signed=True)
        ended = n > 0 and "((SEG:ENDTEXT))" in "".join(f.file.text[n].split()).upper()
        if found != -1 or not ended:
            yield from f.binary(3505, 2, found, -1 if n > MOST_COUNTED else n)


def _additional_headers(f: _File) -> Iterator[_Broken]:
    if f.has_headers and f.revision >= 2:
        # Revision 2.1 assigns the last two of the four bytes to another field.
        width = 4 if f.revision == 2.0 else 2
        found = f.word(3507, width, signed=True)
        yield from f.binary(3507, width, found, f.file.additional_headers)


def _trace_count(f: _File) -> Iterator[_Broken]:
    found = f.word(3513, 8) if f.has_headers and f.revision >= 2 else 0
    if found:
        yield from f.binary(3513, 8, found, f.file.n_traces)


def _first_trace(f: _File) -> Iterator[_Broken]:
    found = f.word(3521, 8) if f.has_headers and f.revision >= 2 else 0
    if found:
        yield from f.binary(3521, 8, found, f.file.first_trace)


def _data_trailer(f: _File) -> Iterator[_Broken]:
    found = f.word(3529, 4, signed=True) if f.has_headers and f.revision >= 2 else 0
    if not f.has_trailer:
        yield from f.binary(3529, 4, found, 0)


def _trailing(f: _File) -> Iterator[_Broken]:
    if f.has_trailer:
        return
    end = f.place_of(f.file.n_traces)
    if f.size > end:
        place = f"byte {end + 1}, after trace {f.file.n_traces - 1}"
        yield _Broken(
            place, f"{f.size - end:,} bytes", "the end of the file", repair=Repair(end=end)
        )


def _measurement_system(f: _File) -> Iterator[_Broken]:
    found = f.word(3255, 2) if f.has_headers else 1
    if found not in {1, 2}:
        yield _Broken("bytes 3255-3256", found, "1 (metres) or 2 (feet)")


def _trace_sample_count(f: _File) -> Iterator[_Broken]:
    yield from f.traces(115, f.samples)


def _trace_interval(f: _File) -> Iterator[_Broken]:
    yield from f.traces(117, f.microseconds)


def _trace_id(f: _File) -> Iterator[_Broken]:
    yield from f.not_in(29, range(-1, 42), "a code of -1 to 41")


def _coordinate_scalar(f: _File) -> Iterator[_Broken]:
    powers = [sign * 10**n for sign in (-1, 1) for n in range(5)]
    yield from f.not_in(71, powers, "a power of ten, or minus one, up to 10000")


def _delay(f: _File) -> Iterator[_Broken]:
    if not f.file.n_traces:
        return
    found = f.column(109, "i2")
    other = (found != found[0]).nonzero()[0]
    if len(other):
        place = f"trace {other[0]}, bytes 109-110"
        yield _Broken(place, found[other[0]], f"{found[0]}, as in trace 0", len(other))


def _survey(f: _File) -> Iterator[_Broken]:
    if f.report is None:
        yield _Broken("the survey keys", f.no_survey, "a survey")


def _duplicates(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.duplicates:
        one, other = f.report.first_duplicates[0]
        found = f"the survey keys of trace {one}"
        yield _Broken(f"trace {other}", found, "unique survey keys", f.report.duplicates)


def _missing(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.missing:
        first = "/".join(map(str, f.report.first_missing[0]))
        yield _Broken(f"keys {first}", "no trace", "one", f.report.missing)


def _order(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.swaps:
        place = f"trace {f.report.first_swaps[0]}"
        yield _Broken(place, "out of order", "the order of the survey", f.report.swaps)


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("readable", "error", "a file that can be read", _readable),
        Rule("text", "warning", "textual headers are text", _text),
        Rule("revision", "warning", "bytes 3501-3502 contain the revision", _revision),
        Rule(
            "byte-order", "error", "revision 2: bytes 3297-3300 contain the byte order", _byte_order
        ),
        Rule("sample-order", "error", "samples have the byte order of headers", _sample_order),
        Rule("format", "error", "bytes 3225-3226 contain the sample format", _format),
        Rule(
            "sample-count",
            "error",
            "bytes 3221-3222 or 3269-3272 contain the samples per trace",
            _sample_count,
        ),
        Rule("interval", "warning", "bytes 3217-3218 contain the sample interval", _interval),
        Rule(
            "fixed-length",
            "warning",
            "bytes 3503-3504 are 1 if all traces have the same length, else 0",
            _fixed_length,
        ),
        Rule(
            "extended-text",
            "error",
            "bytes 3505-3506 count the extended textual headers",
            _extended_text,
        ),
        Rule(
            "additional-headers",
            "error",
            "revision 2: bytes 3507-3508 (2.0: 3507-3510) count additional trace headers",
            _additional_headers,
        ),
        Rule("trace-count", "error", "revision 2: bytes 3513-3520 count the traces", _trace_count),
        Rule(
            "first-trace",
            "error",
            "revision 2: bytes 3521-3528 contain the offset of the first trace",
            _first_trace,
        ),
        Rule(
            "data-trailer",
            "error",
            "revision 2: bytes 3529-3532 count the data trailer records",
            _data_trailer,
        ),
        Rule("trailing-bytes", "warning", "the file ends with the last trace", _trailing),
        Rule("units", "info", "bytes 3255-3256 are 1 (metres) or 2 (feet)", _measurement_system),
        Rule(
            "trace-sample-count",
            "warning",
            "bytes 115-116 of each trace contain its samples",
            _trace_sample_count,
        ),
        Rule(
            "trace-interval",
            "warning",
            "bytes 117-118 of each trace contain the interval",
            _trace_interval,
        ),
        Rule("trace-id", "info", "bytes 29-30 of each trace are a code of -1 to 41", _trace_id),
        Rule(
            "coordinate-scalar",
            "info",
            "bytes 71-72 of each trace are a valid scalar",
            _coordinate_scalar,
        ),
        Rule("delay", "info", "bytes 109-110 are equal in all traces", _delay),
        Rule("survey", "info", "the survey keys of traces form a survey", _survey),
        Rule("duplicates", "error", "no two traces have the same survey keys", _duplicates),
        Rule("missing", "info", "the grid of the survey is full", _missing),
        Rule("order", "warning", "traces are in the order of the survey", _order),
    )
}
"""All rules, by identifier, in the order of `check`."""
