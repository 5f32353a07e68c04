"""The enums of `segbuf.fields`, which are printed from the tables of the core.

`SEGBUF_WRITE_DOCS=1 python -m pytest tests/python/test_fields.py` writes the module again.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import segbuf
from segbuf import _segbuf
from segbuf.fields import BinaryField, TraceField
from segbuf.testing import write_file

if TYPE_CHECKING:
    from enum import IntEnum

ENUMS: dict[str, type[IntEnum]] = {"binary": BinaryField, "trace": TraceField}
MODULE = Path(__file__).parents[2] / "python" / "segbuf" / "fields.py"
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

INTRO = '''\
"""The fields of SEG-Y headers as enumerations, by the names of the standard and those of segyio.

A member is an integer, the byte number that the standard gives the field, and selects the field
wherever a name does: ``f.header[TraceField.inline]``, ``f.header[7][TraceField.cdp_x]``,
``f.binary[BinaryField.sample_format]``, ``open(path, iline=TraceField.inline)``.

This module is printed from the tables in ``src/header/tables/`` by ``tests/python/test_fields.py``.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["BinaryField", "TraceField"]
'''

CLASSES = {
    "BinaryField": ("binary", "Fields of the binary header: bytes 3201 to 3600 of the file."),
    "TraceField": ("trace", "Fields of the standard trace header: bytes 1 to 240 of each trace."),
}


def segyio_names(aliases):
    """Return the aliases that are segyio's: those with capital letters."""
    return [alias for alias in aliases if alias != alias.lower()]


def printed_class(name, block, about):
    yield f'\n\nclass {name}(IntEnum):\n    """{about}"""\n\n'
    for field, byte, kind, aliases, meaning, unit in _segbuf.header_fields(block):
        yield f"    {field} = {byte}\n"
        text = f'"""{meaning}: {kind}{f", {unit}" if unit else ""}."""'
        yield textwrap.indent(textwrap.fill(text, 96), "    ") + "\n"
        yield from (f"    {alias} = {byte}\n" for alias in segyio_names(aliases))


def test_module_is_printed_from_tables():
    classes = (printed_class(name, *rest) for name, rest in CLASSES.items())
    module = INTRO + "".join(line for printed in classes for line in printed)
    if os.environ.get("SEGBUF_WRITE_DOCS"):
        MODULE.write_text(module, encoding="utf-8")
    assert MODULE.read_text(encoding="utf-8") == module, "stale: set SEGBUF_WRITE_DOCS=1"


@pytest.mark.parametrize(("block", "enum"), ENUMS.items())
def test_enum_members_match_core_fields(block: str, enum: type[IntEnum]) -> None:
    table = _segbuf.header_fields(block)
    assert [(m.name, m.value) for m in enum] == [(name, byte) for name, byte, *_ in table]
    for name, byte, _, aliases, *_ in table:
        assert all(enum[alias] is enum(byte) is enum[name] for alias in segyio_names(aliases))


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
    assert (TraceField.inline, TraceField.crossline, TraceField.offset) == (189, 193, 37)
    assert (TraceField.cdp_x, TraceField.coordinate_scalar) == (181, 71)
    assert (BinaryField.sample_interval, BinaryField.samples_per_trace) == (3217, 3221)
    assert (BinaryField.sample_format, BinaryField.revision_major) == (3225, 3501)


def test_segyio_names_are_aliases() -> None:
    assert TraceField.INLINE_3D is TraceField.inline
    assert TraceField.FieldRecord is TraceField.field_record
    assert BinaryField.Interval is BinaryField.sample_interval


def test_enum_members_are_plain_integers() -> None:
    assert isinstance(TraceField.inline, int)
    assert TraceField(189) is TraceField.inline
    assert TraceField["inline"] is TraceField.inline


def survey():
    cube = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    return write_file(None, cube, ilines=[10, 11], xlines=[7, 8, 9])


def test_member_is_field_wherever_one_is_expected():
    inline, crossline = TraceField.inline, TraceField.CROSSLINE_3D
    options = {"iline": inline, "xline": crossline, "offset": TraceField.offset}
    with segbuf.open(survey(), **options) as f:
        assert f.ilines.tolist() == [10, 11]
        column = f.header["inline"]
        assert np.array_equal(f.header[inline], column)
        assert np.array_equal(f.header[TraceField.INLINE_3D], column)
        assert np.array_equal(f.header[:, inline], column)
        assert list(f.header[inline, crossline]) == [inline, crossline]
        assert np.array_equal(f.header[[inline, crossline]][inline], column)
        assert f.header[4, inline] == f.header[4][inline] == 11
        assert f.header[4][crossline] == 8
        assert f.binary[BinaryField.samples_per_trace] == 4
        out = np.empty(6, np.int32)
        f.header.read_into(inline, out)
        assert np.array_equal(out, column)
        assert f.header.describe(inline)[inline].minimum == 10
        assert f.header.describe([inline, crossline])[crossline].maximum == 9
        assert list(f.group(inline)) == [10, 11]
        assert f.group(inline, sort=crossline).indices(11).tolist() == [3, 4, 5]
        assert f.group("inline").header(11, crossline).tolist() == [7, 8, 9]


def test_plain_int_stays_trace_index():
    with segbuf.open(survey()) as f:
        assert f.header[5]["inline"] == 11
        assert f.header[np.int64(5)]["inline"] == 11
        assert int(TraceField.field_trace_number) == 13
        with pytest.raises(segbuf.TraceIndexError):
            f.header[int(TraceField.inline)]
        assert np.array_equal(f.header[:, int(TraceField.inline)], f.header["inline"])


def test_binary_member_is_no_trace_field():
    with segbuf.open(survey()) as f, pytest.raises(segbuf.FieldError, match="3217"):
        f.header[:, BinaryField.sample_interval]


def test_import_segbuf_does_not_load_enums() -> None:
    code = "import sys, segbuf; sys.exit('segbuf.fields' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_fields_read_from_file_object():
    with segbuf.open(io.BytesIO(survey())) as f:
        assert f.header[TraceField.crossline].tolist() == [7, 8, 9] * 2
