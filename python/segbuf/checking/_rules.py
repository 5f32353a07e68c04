"""The rules, and what breaks them."""

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
"""The share of characters of a text that can be printed, at least."""
MOST_COUNTED = 32767
"""The most extended textual headers that a word of 16 bits counts."""
BLANKS = b"\x00\n\r\x15\x20\x25\x40"
"""What stands for nothing in texts, EBCDIC and ASCII: blanks, line ends, zeros."""


class Finding(NamedTuple):
    """A place where a file breaks a rule; of several like it the first."""

    rule: str
    """The identifier of the rule."""
    severity: Literal["error", "warning", "info"]
    """``error``: others read it wrongly; ``warning``: they may; ``info``: worth a look."""
    place: str
    """Where: bytes counted from 1, in the file headers from 3201, traces from 0."""
    found: str
    """What stands there."""
    expected: str
    """What should."""
    n: int
    """At how many places."""
    fixable: bool
    """Whether `fix` mends it."""

    def __str__(self) -> str:
        """Tell it in a line."""
        more = f" (and {self.n - 1:,} more)" if self.n > 1 else ""
        return (
            f"{self.severity}: {self.rule}: {self.place}{more}: "
            f"found {self.found}, expected {self.expected}"
        )


class Mend(NamedTuple):
    """Bytes to be written at places of the file, or where it is to end."""

    at: Iterable[int] = ()
    content: bytes = b""
    end: int | None = None


class _Broken(NamedTuple):
    """What a rule finds."""

    place: str
    found: object
    expected: object
    n: int = 1
    mend: Mend | None = None


class Rule(NamedTuple):
    """Something that holds of a file as it should be."""

    id: str
    """What it is called, for good."""
    severity: Literal["error", "warning", "info"]
    """How much it matters: see `Finding`."""
    meaning: str
    """What it asks for, and where the standard says so."""
    look: Callable[[_File], Iterator[_Broken]]
    """What breaks it."""


class _File:
    """A file under the eyes of rules."""

    report: Report | None

    def __init__(self, file: segbuf.File) -> None:
        self.file = file
        self.size = Path(file.path or "").stat().st_size
        self.has_headers = file.kind == "segy"
        # That of words as they are given: swapped pairs are swapped back.
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
    def width(self) -> int:
        """Bytes of a sample in the file."""
        return {7: 3, 15: 3}.get(int(self.file.format), self.file.dtype.itemsize)

    @property
    def microseconds(self) -> int | None:
        """The sample interval, where words of 16 bits can say it."""
        file = self.file
        if file.unit != "ms" or file.interval is None:
            return None
        micro = file.interval * 1000
        return round(micro) if micro == round(micro) and 0 < micro < 1 << 16 else None

    @property
    def samples(self) -> int | None:
        """The sample count, where there is one and words of 16 bits can say it."""
        n_samples = self.file.n_samples if self.file.fixed_length else 0
        return n_samples if 0 < n_samples < 1 << 16 else None

    def place_of(self, trace: int) -> int:
        """Tell where a trace begins in the file, or where the last one ends."""
        return self.file._raw.trace_offset(trace)  # noqa: SLF001 - of one file, as it is here

    def bytes_of(self, number: int, width: int) -> bytes:
        """Return a number as a word of the file."""
        return self.stored((number % (1 << 8 * width)).to_bytes(width, self.endian))

    def stored(self, content: bytes) -> bytes:
        """Return a word as it stands in the file, where pairs of bytes may be swapped."""
        if self.file.endian != "pairwise":
            return content
        # Words of headers begin with a pair, and are made of pairs.
        pairs = (content[i : i + 2][::-1] for i in range(0, len(content), 2))
        return b"".join(pairs)

    def word(self, byte: int, width: int, *, signed: bool = False) -> int:
        """Return a word of the binary header, by its first byte, counted from 3201."""
        content = self.file.binary.bytes[byte - 3201 :][:width]
        return int.from_bytes(content, self.endian, signed=signed)

    def binary(self, byte: int, width: int, found: int, expected: int | None) -> Iterator[_Broken]:
        """Compare a word of the binary header with what it should be; None is not known."""
        if expected is None or found == expected:
            return
        at = self.file.first_text + byte - 1
        mend = Mend([at], self.bytes_of(expected, width))
        yield _Broken(f"bytes {byte}-{byte + width - 1}", found, expected, mend=mend)

    def traces(self, byte: int, expected: int | None) -> Iterator[_Broken]:
        """Compare an unsigned word of 16 bits of all trace headers with what it should be."""
        if expected is None or not self.file.n_traces:
            return
        found = self.column(byte)
        wrong = (found != expected).nonzero()[0]
        if len(wrong):
            # They are mended once the file is closed.
            at = array.array("q", (self.place_of(int(trace)) + byte - 1 for trace in wrong))
            yield _Broken(
                f"trace {wrong[0]}, bytes {byte}-{byte + 1}",
                found[wrong[0]],
                expected,
                len(wrong),
                Mend(at, self.bytes_of(expected, 2)),
            )

    def column(self, byte: int, dtype: str = "u2") -> npt.NDArray[Any]:
        """Return a word of all trace headers."""
        column: npt.NDArray[Any] = self.file.header[:, segbuf.Field(byte, dtype)]
        return column

    def odd(self, byte: int, allowed: Iterable[int], expected: str) -> Iterator[_Broken]:
        """Find words of 16 bits of trace headers that are none of those."""
        import numpy as np

        if not self.file.n_traces:
            return
        found = self.column(byte, "i2")
        wrong: npt.NDArray[np.intp] = (~np.isin(found, list(allowed))).nonzero()[0]
        if len(wrong):
            place = f"trace {wrong[0]}, bytes {byte}-{byte + 1}"
            yield _Broken(place, found[wrong[0]], expected, len(wrong))


def check(path: _Path, **options: Any) -> list[Finding]:  # noqa: ANN401 - those of `segbuf.open`
    """Look a file over, rule by rule; trace headers are swept, samples are not read.

    Parameters
    ----------
    path
        The file.
    **options
        As for `segbuf.open`: what the file should say is what it is then read as.

    Returns
    -------
    list of Finding
        Empty for a file as it should be. A file that cannot be read breaks the rule ``readable``.

    Raises
    ------
    OSError
        Where the file cannot be opened.
    """
    return [finding for finding, _ in findings(path, options)]


def opened(path: _Path, options: dict[str, Any]) -> segbuf.File:
    """Open a file without warnings: rules report what is wrong."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", segbuf.SegbufWarning)
        return segbuf.open(path, **options)


def findings(path: _Path, options: dict[str, Any]) -> Iterator[tuple[Finding, Mend | None]]:
    """Yield what breaks the rules, each with the bytes that repair it."""
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
                    broken.mend is not None,
                )
                yield finding, broken.mend


# --- The rules ---------------------------------------------------------------------------------


def _readable(_: _File) -> Iterator[_Broken]:
    return iter(())  # `check` was able to open it


def _text(f: _File) -> Iterator[_Broken]:
    for i, text in enumerate(f.file.text):
        # What is no character is shown as a blank; so only those blanks count that are some.
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
        yield _Broken("the samples", chosen.value, f"{like.value}, as they look")


def _sample_count(f: _File) -> Iterator[_Broken]:
    if not f.has_headers:
        return
    wide = f.word(3269, 4) if f.revision >= 2 else 0
    if not f.file.fixed_length:
        return  # each trace says its own
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
        # One of the two differs in the last bit now and then.
        and said / 1000 != f.file.interval
    ):
        mend = Mend([f.file.first_text + 3272], f.stored(struct.pack(code, expected)))
        yield _Broken(place, found, f"{expected:g}", mend=mend)


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
        # Revision 2.1 gives the last two of the four bytes to another field.
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
        yield _Broken(place, f"{f.size - end:,} bytes", "the end of the file", mend=Mend(end=end))


def _measurement_system(f: _File) -> Iterator[_Broken]:
    found = f.word(3255, 2) if f.has_headers else 1
    if found not in {1, 2}:
        yield _Broken("bytes 3255-3256", found, "1 (metres) or 2 (feet)")


def _trace_sample_count(f: _File) -> Iterator[_Broken]:
    yield from f.traces(115, f.samples)


def _trace_interval(f: _File) -> Iterator[_Broken]:
    yield from f.traces(117, f.microseconds)


def _trace_id(f: _File) -> Iterator[_Broken]:
    yield from f.odd(29, range(-1, 42), "a code of -1 to 41")


def _coordinate_scalar(f: _File) -> Iterator[_Broken]:
    powers = [sign * 10**n for sign in (-1, 1) for n in range(5)]
    yield from f.odd(71, powers, "a power of ten, or minus one, up to 10000")


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
        yield _Broken("the keys of traces", f.no_survey, "a survey")


def _duplicates(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.duplicates:
        one, other = f.report.first_duplicates[0]
        found = f"the keys of trace {one}"
        yield _Broken(f"trace {other}", found, "keys of its own", f.report.duplicates)


def _missing(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.missing:
        first = "/".join(map(str, f.report.first_missing[0]))
        yield _Broken(f"keys {first}", "no trace", "one", f.report.missing)


def _order(f: _File) -> Iterator[_Broken]:
    if f.report is not None and f.report.swaps:
        place = f"trace {f.report.first_swaps[0]}"
        yield _Broken(place, "keys of another place", "the order of the survey", f.report.swaps)


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("readable", "error", "a file that can be read", _readable),
        Rule("text", "warning", "textual headers are text", _text),
        Rule("revision", "warning", "bytes 3501-3502 say the revision", _revision),
        Rule("byte-order", "error", "revision 2: bytes 3297-3300 say the byte order", _byte_order),
        Rule("sample-order", "error", "samples are in the order of headers", _sample_order),
        Rule("format", "error", "bytes 3225-3226 say what samples are", _format),
        Rule("sample-count", "error", "bytes 3221-3222 or 3269-3272 say how many", _sample_count),
        Rule("interval", "warning", "bytes 3217-3218 say the sample interval", _interval),
        Rule("fixed-length", "warning", "bytes 3503-3504 say whether lengths are", _fixed_length),
        Rule("extended-text", "error", "bytes 3505-3506 count extended headers", _extended_text),
        Rule(
            "additional-headers",
            "error",
            "revision 2: bytes 3507-3508 (2.0: 3507-3510) count additional trace headers",
            _additional_headers,
        ),
        Rule("trace-count", "error", "revision 2: bytes 3513-3520 count traces", _trace_count),
        Rule(
            "first-trace", "error", "revision 2: bytes 3521-3528 say where they are", _first_trace
        ),
        Rule(
            "data-trailer", "error", "revision 2: bytes 3529-3532 count its records", _data_trailer
        ),
        Rule("trailing-bytes", "warning", "the file ends with the last trace", _trailing),
        Rule("units", "info", "bytes 3255-3256 say metres or feet", _measurement_system),
        Rule("trace-sample-count", "warning", "bytes 115-116 of each trace", _trace_sample_count),
        Rule("trace-interval", "warning", "bytes 117-118 of each trace", _trace_interval),
        Rule("trace-id", "info", "bytes 29-30 of each trace are a code", _trace_id),
        Rule("coordinate-scalar", "info", "bytes 71-72 of each trace", _coordinate_scalar),
        Rule("delay", "info", "bytes 109-110 are those of all traces", _delay),
        Rule("survey", "info", "the keys of traces are those of a survey", _survey),
        Rule("duplicates", "error", "no two traces have the same keys", _duplicates),
        Rule("missing", "info", "the grid of the survey is full", _missing),
        Rule("order", "warning", "traces stand in the order of the survey", _order),
    )
}
"""All rules, by identifier, in the order of `check`."""
