"""The enums of segbuf.fields say what the tables of the core say."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from segbuf import _segbuf
from segbuf.fields import Binary, Trace

if TYPE_CHECKING:
    from enum import IntEnum

ENUMS: dict[str, type[IntEnum]] = {"binary": Binary, "trace": Trace}
WIDTHS = {
    "uint8": 1,
    "int16": 2,
    "uint16": 2,
    "int32": 4,
    "uint32": 4,
    "int64": 8,
    "uint64": 8,
    "float64": 8,
    "S8": 8,
}


@pytest.mark.parametrize(("block", "enum"), ENUMS.items())
def test_enum_members_match_core_fields(block: str, enum: type[IntEnum]) -> None:
    table = _segbuf.header_fields(block)
    assert [(m.name, m.value) for m in enum] == [(name, byte) for name, byte, *_ in table]
    # No two fields share a byte: IntEnum would have made one an alias of the other.
    assert len(enum) == len(enum.__members__)


@pytest.mark.parametrize(
    ("block", "first", "end"),
    [("binary", 3201, 3601), ("trace", 1, 241), ("extension1", 1, 241)],
)
def test_fields_fill_their_block(block: str, first: int, end: int) -> None:
    table = _segbuf.header_fields(block)
    ends = [*(byte for _, byte, *_ in table[1:]), end]
    assert table[0][1] == first
    for (name, byte, kind, *_), next_byte in zip(table, ends, strict=True):
        if name.rstrip("_12") != "unassigned":
            assert next_byte - byte == WIDTHS[kind], name


@pytest.mark.parametrize("block", ENUMS)
def test_every_field_is_described(block: str) -> None:
    for name, _, _, aliases, meaning, unit in _segbuf.header_fields(block):
        assert meaning, name
        assert unit == unit.strip()
        assert name not in aliases


def test_known_fields_have_standard_bytes() -> None:
    assert (Trace.inline, Trace.crossline, Trace.offset) == (189, 193, 37)
    assert (Trace.cdp_x, Trace.coordinate_scalar) == (181, 71)
    assert (Binary.sample_interval, Binary.samples_per_trace) == (3217, 3221)
    assert (Binary.sample_format, Binary.revision_major) == (3225, 3501)


def test_enum_members_are_plain_integers() -> None:
    assert isinstance(Trace.inline, int)
    assert Trace(189) is Trace.inline
    assert Trace["inline"] is Trace.inline


def test_import_segbuf_does_not_load_enums() -> None:
    code = "import sys, segbuf; sys.exit('segbuf.fields' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
