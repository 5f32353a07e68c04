"""Hints: header positions and units that the cards of textual headers state.

A card is free text. A field is recognised by its usual spellings, such as ``CDP X``, ``CDP_X`` and
``CDPX``; its position by two numbers whose distance is that of a field's first and last byte
(``189-192``), or by one number near the word byte, location or position, near a type, or below a
heading that announces byte locations. Units follow a name directly, after a number where the
quantity needs one. Ranges of line numbers have the same form as ranges of bytes; words such as
range, step and spacing exclude them, and so do distances that no field has. It fails for other
languages and for spellings that are not in the tables below, and what a card states may be wrong or
about another file. So hints are reported, never applied.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

CARD = 80
"""Characters of a card."""

TEXTS = 4
"""Textual headers that are searched."""

_NEAR = 20
"""Characters between a name and its position."""

_FAR = 40
"""Characters between a name and its position where they mention bytes, or a unit."""


class Hint(NamedTuple):
    """A position or a unit that a card states. It may be wrong, or about another file."""

    name: str
    """A field of the trace header, or ``x``, ``y`` or ``units`` without a particular field."""
    byte: int | None
    """The first byte of the field, counted from 1, for a position."""
    width: int | None
    """The number of bytes, where the card states the last one."""
    value: float | None
    """The number before a unit, if any."""
    unit: str | None
    """``"ms"``, ``"us"``, ``"s"``, ``"m"``, ``"ft"``, ``"deg"`` or ``"arcsec"``, for a unit."""
    header: int
    """The textual header, counted from 0; 0 is the textual file header."""
    card: int
    """The card in it, counted from 1."""

    @property
    def text(self) -> str:
        """The hint as a sentence."""
        card = f"card {self.card}"
        if self.header > 0:
            card += f" of textual header {self.header + 1}"
        if self.byte is not None:
            return f"{card} puts {self.name} at byte {self.byte}"
        if self.value is not None:
            return f"{card} gives {self.name} as {self.value:.15g} {self.unit}"
        return f"{card} gives {self.name} in {self.unit}"

    def __str__(self) -> str:
        """Return the hint as a sentence."""
        return self.text


class KeyOptions(TypedDict, total=False):
    """The bytes of the survey keys as keywords of `segbuf.open`."""

    iline: int
    xline: int
    offset: int


class Hints(tuple[Hint, ...]):
    """The hints of a file, in the order of the cards; ``print`` shows one on each line."""

    __slots__ = ()

    @property
    def options(self) -> KeyOptions:
        """The bytes of the survey keys as keywords of `segbuf.open`: of several, the first."""
        names: dict[str, Literal["iline", "xline", "offset"]] = {
            "inline": "iline",
            "crossline": "xline",
            "offset": "offset",
        }
        first = {hint.name: hint.byte for hint in reversed(self) if hint.byte is not None}
        options: KeyOptions = {}
        for name, option in names.items():
            if name in first:
                options[option] = first[name]
        return options

    def __str__(self) -> str:
        """Return all hints, one on each line."""
        return "\n".join(map(str, self))


def read_hints(texts: Iterable[str]) -> Hints:
    """Return the hints of the first few textual headers, up to the first stanza."""
    hints: list[Hint] = []
    for header, text in enumerate(islice(texts, TEXTS)):
        if header > 0 and text.startswith("(("):
            break
        hints.extend(_of_text(text, header))
    return Hints(hints)


def _of_text(text: str, header: int) -> Iterator[Hint]:
    # Headings: fields of the binary header follow, and numbers are bytes.
    binary = listed = False
    for card, line in enumerate(text.split("\n"), 1):
        upper = line[:CARD].upper()
        if "BINARY HEADER" in upper:
            binary = True
        elif "TRACE HEADER" in upper:
            binary = False
        listed = listed or "BYTE LOC" in upper or "BYTE POS" in upper
        positions = [] if binary else _positions(upper, listed=listed)
        found = [Hint(*position, None, None, header, card) for position in positions]
        measures = _measures(upper)
        found += [
            Hint(name, None, None, value, unit, header, card) for name, value, unit in measures
        ]
        yield from dict.fromkeys(found)


def _words(spellings: dict[str, str]) -> re.Pattern[str]:
    """Return a pattern that matches spellings as whole words, each name as a group.

    In a spelling ``-`` matches an optional separator and ``*`` the rest of a word. Of two spellings
    that match, the first in the table is used.
    """
    groups = (
        f"(?P<{name}>{words.replace(' ', '|').replace('-', '[ _.-]?').replace('*', '[A-Z]*')})"
        for name, words in spellings.items()
    )
    return re.compile(rf"(?<![A-Z0-9])(?:{'|'.join(groups)})(?![A-Z0-9])")


_FIELDS = _words(
    {
        "inline": "IN-LINE I-LINE",
        "crossline": "CROSS-LINE X-LINE",
        "offset": "OFFSET",
        "cdp_x": "CDP-X CMP-X CDP-UTM-X CMP-UTM-X ENSEMBLE-X BIN-X",
        "cdp_y": "CDP-Y CMP-Y CDP-UTM-Y CMP-UTM-Y ENSEMBLE-Y BIN-Y",
        "source_x": "SOURCE-X SHOT-X",
        "source_y": "SOURCE-Y SHOT-Y",
        "group_x": "RECEIVER-X GROUP-X",
        "group_y": "RECEIVER-Y GROUP-Y",
        "coordinate_scalar": "XY-SCAL* COORDINATE-SCAL* COORD-SCAL*",
        "time_scalar": "TIME-SCAL*",
        "x": "X-COORD* EASTING* UTM-X X",
        "y": "Y-COORD* NORTHING* UTM-Y Y",
        "ensemble": "CDP CMP ENSEMBLE",
        "field_record": "FFID FIELD-RECORD",
        "shot_point": "SHOT-POINT",
        "samples_per_trace": "NUMBER-OF-SAMPLES NUMSAMP",
        "sample_interval": "SAMPLE-INTERVAL",
        "delay_recording_time": "DELAY TRACE-START-TIME",
    }
)
_MEASURED = _words(
    {
        "sample_interval": "SAMPLE-INTERVAL SAMPLE-RATE SAMPLING-INTERVAL SAMPLING-RATE",
        "coordinate_units": "COORDINATE-UNIT* COORD-UNIT*",
        "units": "MEASUREMENT-SYSTEM UNIT*",
    }
)
_UNITS = {
    word: unit
    for unit, words in {
        "ms": "MS MSEC MSECS MILLISECOND MILLISECONDS",
        "us": "US USEC MICROSEC MICROSECOND MICROSECONDS",
        "s": "S SEC SECONDS",
        "m": "M METER METERS METRE METRES METRIC",
        "ft": "F FT FOOT FEET IMPERIAL",
        "deg": "DEG DEGREE DEGREES",
        "arcsec": "ARCSEC ARCSECONDS",
    }.items()
    for word in words.split()
}
_BEFORE_UNIT = {"", "IN", "ARE", "IS", "S", "DECIMAL"}
"""Words between the name of a quantity and its unit."""

# Every number of a card, also those within ranges: hence the lookahead.
_NUMBER = re.compile(
    r"(?<![0-9.A-Z])(?=(?P<first>[0-9]+)(?: *(?:-|TO) *(?P<last>[0-9]{1,3})(?![0-9]))?)"
)
_BYTES = re.compile("BYTE|LOC|POS")
_NOT_BYTES = re.compile("RANGE|SPACING|STEP|INCREMENT|METRES")
_TYPE = re.compile("BYTE|INTEGER|FLOAT")
_ONE_THING = re.compile(r"[ (/]*")
_ADJACENT = re.compile(r"[ :=(@]*")


def _positions(card: str, *, listed: bool) -> Iterator[tuple[str, int, int | None]]:
    """Yield fields with their first byte and width: ``INLINE 189-192``, or ``189-192 INLINE``."""
    names = list(_FIELDS.finditer(card))
    if not names:
        return
    numbers = list(_NUMBER.finditer(card))
    first = names[0].start()
    numbers_first = any(
        number.start() < first and _position(number, card[: number.start()]) for number in numbers
    )
    ends = [0, *(name.end() for name in names)]
    starts = [*(name.start() for name in names[1:]), len(card)]
    for name, last_end, next_start in zip(names, ends[:-1], starts, strict=True):
        if numbers_first:
            between = [n for n in numbers if last_end <= n.start() < name.start()]
            gaps = [(number, card[last_end : number.start()]) for number in between]
            position = next(filter(None, (_position(*pair) for pair in gaps)), None)
        else:
            position = _position_after(card, name, next_start, numbers, listed=listed)
        if position is not None:
            yield name.lastgroup or "", *position


def _position_after(
    card: str,
    name: re.Match[str],
    next_start: int,
    numbers: Sequence[re.Match[str]],
    *,
    listed: bool,
) -> tuple[int, int | None] | None:
    """Return the first byte and width that follow a name, before another one at `next_start`."""
    # Two names of one thing: `BINX (CDPX): 181-184`.
    if next_start < len(card) and _ONE_THING.fullmatch(card, name.end(), next_start):
        return None
    number = next((n for n in numbers if 0 <= n.start() - name.end() < _FAR), None)
    if number is None or len(number["first"]) > 3:
        return None
    gap = card[name.end() : number.start()]
    rest = card[number.end("first") :][:_NEAR]
    # `INLINE SPACING 25-28`, and `INLINE 101 TO 104 STEP 1`: line numbers, or metres.
    not_bytes = len(gap) > _NEAR or _NOT_BYTES.search(gap) or _NOT_BYTES.search(rest)
    if not_bytes and not _BYTES.search(gap):
        return None
    adjacent = _ADJACENT.fullmatch(gap) is not None
    if not adjacent and len(name[0]) == 1:
        return None
    position = _position(number, gap)
    # `ILINE 189 INTEGER - 4 BYTE`, and `INLINE: 189` below a heading.
    known = _TYPE.search(rest) or (listed and not re.match("[.0-9]", rest))
    if position is None and adjacent and known and 1 <= int(number["first"]) <= 240:
        return int(number["first"]), None
    return position


def _position(number: re.Match[str], gap: str) -> tuple[int, int | None] | None:
    """Return first byte and width: ``189-192``, ``189 TO 192``, or one number after ``BYTE``."""
    mentions_bytes = _BYTES.search(gap) is not None
    first = int(number["first"])
    if len(number["first"]) > 3 or not 1 <= first <= 240:
        return None
    if number["last"] is None:
        return (first, None) if mentions_bytes else None
    distance = int(number["last"]) - first
    if distance in {1, 3, 7}:
        return first, distance + 1
    # Some cards count one byte too many.
    return (first, distance) if mentions_bytes and distance in {2, 4, 8} else None


def _measures(card: str) -> Iterator[tuple[str, float | None, str]]:
    """Yield quantities with their value, for a sample interval, and their unit."""
    for name in _MEASURED.finditer(card):
        quantity = name.lastgroup or ""
        numbered = quantity == "sample_interval"
        value = None
        for word in re.findall("[A-Z0-9.]+", card[name.end() :][:_FAR])[:4]:
            letters = word.lstrip("0123456789.")
            figure = word[: len(word) - len(letters)]
            if re.fullmatch(r"[0-9]+\.?[0-9]*|\.[0-9]+", figure):
                value = float(figure)
            letters = letters.removesuffix(".")
            if letters in _UNITS and (value is not None or not numbered):
                yield quantity, value if numbered else None, _UNITS[letters]
                break
            # Other words end it: `SAMPLE INTERVAL   SAMPLES/TRACE`.
            if letters not in _BEFORE_UNIT:
                break
