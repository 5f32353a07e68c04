"""Header columns: arrays, tables and descriptions are what brute force over all headers finds."""

import array
import ctypes
import gc
import pickle
import sys
import threading

import naive
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from codes import raises
from hypothesis import given, settings
from hypothesis import strategies as st

import segbuf
from segbuf import _segbuf
from segbuf.fields import TraceField
from segbuf.testing import bad_destinations, destinations, keys, surveys, write_file

# Headers of random bytes contradict what is known of the file.
pytestmark = pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")

STANDARD = {row[0]: row for row in _segbuf.header_fields("trace")}
NUMPY = {"int16": "i2", "uint16": "u2", "int32": "i4", "S8": "S8"}
CODES = [*(f"{sign}{width}" for sign in "iu" for width in range(1, 9)), "f4", "f8", "ibm", "S5"]
N, NS = 30, 7


def noise(n=N, ns=NS, *, endian="big", seed=0):
    """A file whose trace headers are random bytes, and these."""
    content = bytearray(write_file(None, np.zeros((n, ns), np.float32), format=5, endian=endian))
    records = np.frombuffer(content, np.uint8, offset=3600).reshape(n, -1)
    records[:, :240] = np.random.default_rng(seed).integers(0, 256, (n, 240))
    return bytes(content), records[:, :240].copy()


def opened(content, ns=NS, *, endian="big", **options):
    given = {"n_samples": ns, "format": 5, "first_trace": 3600, "interval": 4.0}
    return segbuf.open(content, endian=endian, **given, **options)


def column(headers, byte, code, endian):
    """A column by brute force: one value at a time."""
    if code.startswith("S"):
        width = int(code[1:])
        return np.array([bytes(h[byte - 1 : byte - 1 + width]) for h in headers], code)
    width = 4 if code == "ibm" else int(code[1:])
    words = [bytes(h[byte - 1 : byte - 1 + width]) for h in headers]
    if code in ("f4", "f8"):
        order = ">" if endian == "big" else "<"
        return np.frombuffer(b"".join(words), order + code).astype(code)
    if code == "ibm":
        return naive.ibm_to_float32([int.from_bytes(w, endian) for w in words])
    signed = code[0] == "i"
    memory = next(size for size in (1, 2, 4, 8) if size >= width)
    values = [int.from_bytes(w, endian, signed=signed) for w in words]
    return np.array(values, f"{code[0]}{memory}")


def same(a, b):
    """Equal to the bit, but for the payload of NaN."""
    kinds = (a.dtype == b.dtype, a.shape == b.shape)
    return all(kinds) and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("ns", [NS, 700], ids=["short", "long"])
@pytest.mark.parametrize("kept", ["memory", "file", "map"])
def test_standard_fields_are_read_by_name_alias_and_byte(tmp_path, kept, ns, endian):
    content, headers = noise(ns=ns, endian=endian)
    path = tmp_path / "noise.sgy"
    path.write_bytes(content)
    source = content if kept == "memory" else path
    with opened(source, ns, endian=endian, mmap=kept == "map") as f:
        table = f.header[:]
        assert list(table) == list(STANDARD)
        for name, byte, kind, aliases, _, _ in STANDARD.values():
            want = column(headers, byte, NUMPY[kind], endian)
            assert same(f.header[name], want), name
            assert same(table[name], want), name
            assert same(f.header[:, byte], want), name
            for alias in aliases:
                assert same(f.header[alias], want), alias
            if isinstance(f.header[3][name], int):
                assert f.header[3, name] == want[3]


@pytest.mark.parametrize("file_endian", ["big", "little"])
@given(data=st.data())
def test_custom_fields_of_any_byte_type_and_order_are_read(file_endian, data):
    content, headers = noise(endian=file_endian)
    code = data.draw(st.sampled_from(CODES))
    width = {"ibm": 4}.get(code) or int(code[1:])
    byte = data.draw(st.integers(1, 241 - width))
    endian = data.draw(st.sampled_from(["file", "big", "little"]))
    if endian == "file" or data.draw(st.booleans()):
        field = segbuf.Field(byte, code, endian=endian)
    else:
        field = segbuf.Field(byte, dtype={"big": ">", "little": "<"}[endian] + code)
    order = file_endian if endian == "file" else endian
    want = column(headers, byte, code, order)
    with opened(content, endian=file_endian) as f:
        assert same(f.header[field], want)
        assert same(f.header["inline", field][field], want)
        assert same(f.header[::-2, field], want[::-2])
        got, value = f.header[3][field], want[3]
        if code.startswith("S"):
            assert got == headers[3, byte - 1 : byte - 1 + width].tobytes(), "with its zeros"
        elif code == "ibm":
            word = int.from_bytes(headers[3, byte - 1 : byte + 3], order)
            exact = (word & 0xFFFFFF) * 16.0 ** ((word >> 24 & 0x7F) - 70)
            assert got == (-exact if word >> 31 else exact)
        else:
            assert got == value or (np.isnan(got) and np.isnan(value))
        one = f.header[3, field]
        assert type(one) is type(got)
        assert one == got if code.startswith("S") else np.array_equal(one, value, equal_nan=True)


@given(data=st.data())
def test_columns_select_traces_like_trace_mode(data):
    content, headers = noise()
    key = data.draw(keys(N))
    inline, x = (column(headers, byte, "i4", "big") for byte in (189, 181))
    with opened(content) as f:
        if isinstance(key, tuple):
            key = key[0] if key else slice(None)
        want = inline[key]
        assert same(np.asarray(f.header[key, "inline"], np.int32), np.asarray(want))
        out = np.zeros(np.shape(want), np.int32)
        f.header.read_into("inline", out, traces=key)
        assert np.array_equal(out, want)
        if np.ndim(want) == 1:
            table = f.header[key, ("inline", "cdp_x")]
            assert same(table["inline"], want)
            assert same(table["cdp_x"], x[key])
            assert table.n_traces == len(want)
            assert len(f.header[key]) == len(STANDARD)
        elif np.ndim(want) == 0:
            assert f.header[key, ["inline", 181]] == {"inline": want, 181: x[key]}


@settings(max_examples=150)
@given(surveys())
def test_survey_key_columns_match_brute_force(survey):
    places = zip(survey.key_bytes, "abc", strict=True)
    fields = [segbuf.Field(byte, name=name) for byte, name in places]
    labels = (survey.ilines, survey.xlines, survey.offsets)
    with segbuf.open(survey.file, format=survey.format, **survey.options) as f:
        table = f.header[tuple(fields)]
        assert list(table) == ["a", "b", "c"]
        for field, want in zip(fields, labels, strict=True):
            assert np.array_equal(table[field], want)
            assert np.array_equal(table[field.name], want)
        told = f.header.describe(fields)
        for name, want in zip("abc", labels, strict=True):
            ends = (want.min(), want.max()) if len(want) else (None, None)
            n = len(np.unique(want))
            assert told[name] == (*ends, n, n == 1)


def test_column_dtypes_match_fields():
    content, _ = noise()
    with opened(content) as f:
        assert f.header["inline"].dtype == np.int32
        assert f.header["coordinate_scalar"].dtype == np.int16
        assert f.header["samples_per_trace"].dtype == np.uint16
        assert f.header["trace_header_name"].dtype == "S8"
        assert f.header[segbuf.Field(1, "i3")].dtype == np.int32
        assert f.header[segbuf.Field(1, np.float64)].dtype == np.float64
        assert f.header[segbuf.Field(1, np.dtype(np.uint64))].dtype == np.uint64
        assert f.header[segbuf.Field(1, "ibm")].dtype == np.float32


def test_byte_number_is_field_only_as_second_index():
    content, headers = noise()
    inline = column(headers, 189, "i4", "big")
    with opened(content) as f:
        assert f.header[7]["inline"] == inline[7]
        with pytest.raises(segbuf.TraceIndexError):
            f.header[189]
        assert same(f.header["inline", 181][181], column(headers, 181, "i4", "big"))
        assert list(f.header[:, [189, "cdp_y"]]) == [189, "cdp_y"]
        assert list(f.header[:, 189, 193]) == [189, 193]
        assert list(f.header[[1, 2]]) == list(STANDARD)
        # Members of the enumeration say what they are.
        assert same(f.header[TraceField.inline], inline)
        table = f.header[TraceField.inline, TraceField.cdp_x]
        assert same(table[TraceField.inline], inline)
        assert pa.table(table).column_names == ["inline", "cdp_x"]


def test_column_names_stay_as_requested():
    content, headers = noise()
    with opened(content) as f:
        for several in (("INLINE_3D", "sx"), ["INLINE_3D", "sx"]):
            table = f.header[several]
            assert list(table) == ["INLINE_3D", "sx"]
            assert len(table) == 2
            assert "inline" not in table
            assert same(table["INLINE_3D"], column(headers, 189, "i4", "big"))
        with pytest.raises(KeyError, match="it has INLINE_3D, sx"):
            table["inline"]
        assert list(f.header["inline",]) == ["inline"], "a tuple of one is a table"
        for twice in (("inline", "inline"), ("inline", segbuf.Field(9, name="inline"))):
            with raises(segbuf.FieldError, "duplicate-field"):
                f.header[twice]


def test_unknown_field_is_named():
    content, _ = noise()
    with opened(content) as f:
        with pytest.raises(segbuf.FieldError, match="did you mean inline"):
            f.header["inlnie"]
        with pytest.raises(segbuf.FieldError, match="did you mean cdp_x"):
            f.header["inline", "cdpx_"]
        with pytest.raises(segbuf.FieldError, match="it is within inline"):
            f.header[:, 191]
        for byte in (-1, 1 << 70):
            with raises(segbuf.FieldError, "byte-outside-header"):
                f.header[:, byte]
        with pytest.raises(segbuf.TraceIndexError):
            f.header[N, "inline"]
        with pytest.raises(segbuf.TraceIndexError, match="one row for each trace"):
            f.header[[[0, 1]], ["inline", "cdp_x"]]
        with pytest.raises(segbuf.TraceIndexError):
            f.header[()]
        for wrong in (1.5, None):
            with pytest.raises((TypeError, IndexError)):
                f.header[wrong]
            with pytest.raises(TypeError, match="expected the name of a field"):
                f.header[:, wrong]
    with pytest.raises(ValueError, match="closed"):
        f.header["inline"]


def test_field_arguments_are_checked_on_creation():
    with raises(segbuf.FieldError, "byte-outside-header"):
        segbuf.Field(0, "i4")
    with pytest.raises(segbuf.FieldError, match="two byte orders: big"):
        segbuf.Field(1, "<i4", endian="big")
    swapped = np.dtype("i4").newbyteorder()
    order = "big" if swapped.str[0] == ">" else "little"
    with opened(noise()[0]) as f:
        field = segbuf.Field(1, "i4", endian=order)
        assert np.array_equal(f.header[segbuf.Field(1, swapped)], f.header[field])
        assert f.header[segbuf.Field(1, np.dtype("S8"))].dtype == "S8"
    with pytest.raises(segbuf.FieldError, match="is unknown"):
        segbuf.Field(1, "complex64")
    with pytest.raises(ValueError, match="endian"):
        segbuf.Field(1, "i4", endian="middle")
    field = segbuf.Field(byte=9, dtype="i2", name="fold", endian="little")
    assert repr(field) == "Field(byte=9, dtype='i2', name='fold', endian='little')"
    assert eval(repr(field), {"Field": segbuf.Field}) == field  # noqa: S307
    assert pickle.loads(pickle.dumps(field)) == field  # noqa: S301
    assert len({field, segbuf.Field(9, "i2", "fold", endian="little"), segbuf.Field(9)}) == 2
    with pytest.raises(AttributeError):
        field.byte = 10


def test_additional_header_fields_are_read():
    cube = np.zeros((2, 3, 5), np.float32)
    memory = bytearray(write_file(None, cube, format=5, revision=2.0, additional_headers=1))
    with segbuf.open(memory) as f:
        assert f.n_traces == 6
        x = np.linspace(1e6, 2e6, 6)
        records = np.frombuffer(memory, np.uint8)[-6 * (480 + 20) :].reshape(6, -1)
        records[:, 400:408] = x.astype(">f8").view(np.uint8).reshape(6, 8)
        wide = segbuf.Field(byte=401, dtype="f8", name="x")
        for field in (wide, "SEGY_EXT1_CDP_X", 401):
            assert f.header[:, field].tolist() == x.tolist()
            assert f.header[3, field] == x[3]
        assert f.header["cdp_x"].tolist() == x.tolist(), "the wider one counts"
        assert f.header[:, 181].dtype == np.int32, "as it stands"
        with raises(segbuf.FieldError, "field-outside-headers"):
            f.header[:, segbuf.Field(474, "f8")]


def test_field_object_is_survey_key():
    cube = np.zeros((3, 4, 5), np.float32)
    content = write_file(None, cube, ilines=[7, 8, 9], xlines=range(4), iline=9, format=5)
    with segbuf.open(content, iline=segbuf.Field(9)) as f:
        assert f.ilines.tolist() == [7, 8, 9]
    with raises(segbuf.FieldError, "invalid-key-field"):
        segbuf.open(content, iline=segbuf.Field(9, "i2"))
    with raises(segbuf.FieldError, "invalid-key-field"):
        segbuf.open(content, iline=segbuf.Field(9, "u4"))


@given(data=st.data())
def test_column_reads_into_every_buffer_type(data):
    content, headers = noise()
    code, memory = data.draw(
        st.sampled_from([("i2", "i2"), ("i4", "i4"), ("u1", "u1"), ("f4", "f4"), ("f8", "f8")])
    )
    want = column(headers, 17, code, "big")
    shape = data.draw(st.sampled_from([(N,), (N, 1), (1, N, 1)]))
    out = data.draw(destinations(shape, memory))
    with opened(content) as f:
        f.header.read_into(segbuf.Field(17, code), out.target)
    assert same(out.array().ravel(), want)
    assert out.guard_ok()


@given(data=st.data())
def test_bad_destination_is_refused_untouched(data):
    content, _ = noise()
    # No other type holds all of int64.
    bad, wide = data.draw(bad_destinations((N,), np.int64)), segbuf.Field(17, "i8")
    good = np.full(N, 7, np.int32)
    with opened(content) as f:
        for out, field in ((bad.target, wide), ([good, bad.target], ["cdp_x", wide])):
            with pytest.raises((segbuf.DestinationError, TypeError)):
                f.header.read_into(field, out)
            assert bad.untouched()
            assert (good == 7).all()


def test_column_reads_into_wider_types():
    content, headers = noise()
    codes = [c for c in CODES if c[0] in "iuf" and c[1:] in {"1", "2", "4", "8"}]
    # To NumPy 64 bits fit float64; arrays of one byte an element are bytes.
    other = {("i8", "f8"): False, ("u8", "f8"): False, ("i1", "u1"): True, ("u1", "i1"): True}
    with opened(content) as f:
        for code in codes:
            want = column(headers, 21, code, "big")
            for to in codes:
                out = np.zeros(N, to)
                if other.get((code, to), np.can_cast(code, to)):
                    kept = want if other.get((code, to)) is None else want.view(to)
                    f.header.read_into(segbuf.Field(21, code), out)
                    assert np.array_equal(out, kept, equal_nan=to[0] == "f"), (code, to)
                else:
                    with pytest.raises(segbuf.DestinationError, match=r"wrong type|wrong length"):
                        f.header.read_into(segbuf.Field(21, code), out)
        out = np.zeros(N)
        f.header.read_into(segbuf.Field(21, "ibm"), out)
        with np.errstate(over="ignore"):
            assert np.array_equal(out.astype(np.float32), column(headers, 21, "ibm", "big"))


def test_string_column_reads_into_strings_and_bytes():
    content, headers = noise()
    want = headers[:, 232:240].tobytes()
    with opened(content) as f:
        for out in (np.zeros(N, "S8"), bytearray(8 * N), np.zeros((N, 8), np.uint8)):
            f.header.read_into("trace_header_name", out)
            assert bytes(out) == want
        apart = np.zeros(2 * N, "S8")[::-2]
        f.header.read_into("trace_header_name", apart)
        assert apart.tobytes() == want
        for wrong in (np.zeros(N, "S7"), np.zeros(N, "S9"), np.zeros(N, np.int64)):
            with pytest.raises(segbuf.DestinationError):
                f.header.read_into("trace_header_name", wrong)
        with pytest.raises(segbuf.DestinationError, match="expected 30 of S8"):
            f.header.read_into("trace_header_name", bytearray(8 * N - 1))


def test_byte_destination_takes_field_type():
    content, headers = noise()
    with opened(content) as f:
        raw = bytearray(2 * N)
        f.header.read_into("coordinate_scalar", raw)
        assert raw == column(headers, 71, "i2", "big").tobytes()
        numbers = array.array("i", bytes(4 * N))
        f.header.read_into(189, numbers)
        assert numbers.tolist() == column(headers, 189, "i4", "big").tolist()


def test_several_columns_read_into_buffers_or_table():
    content, headers = noise()
    fields = ["inline", "coordinate_scalar", 181, segbuf.Field(5, "u4")]
    want = [
        column(headers, byte, code, "big")
        for byte, code in ((189, "i4"), (71, "i2"), (181, "i4"), (5, "u4"))
    ]
    mask = np.arange(N) % 3 == 1
    with opened(content) as f:
        outs = (np.zeros(N, np.int32), np.zeros(N, np.int64), bytearray(4 * N), np.zeros(N, "u4"))
        f.header.read_into(fields, outs)
        for out, column_ in zip(outs, want, strict=True):
            values = np.frombuffer(out, np.int32) if isinstance(out, bytearray) else out
            assert np.array_equal(values, column_)
        for order in "CF":
            table = np.zeros((10, 4), np.float64, order)
            f.header.read_into(fields, table, traces=mask)
            assert np.array_equal(table, np.stack(want, 1)[mask])
        wide = np.zeros((10, 9), np.int64)
        f.header.read_into(fields, wide[::-1, 8::-2][:, :4], traces=mask)
        assert np.array_equal(wide[::-1, 8::-2][:, :4], np.stack(want, 1)[mask])
        assert not wide[:, 1::2].any()
        for wrong, what in (
            (np.zeros((4, N)), "wrong shape"),
            (np.zeros(4 * N), "wrong shape"),
            (np.zeros((N, 4), np.float32), "wrong type"),
            (bytearray(16 * N), "wrong type"),
        ):
            with pytest.raises(segbuf.DestinationError, match=what):
                f.header.read_into(fields, wrong)
        with pytest.raises(ValueError, match="expected 4, found 3"):
            f.header.read_into(fields, outs[:3])
        with raises(segbuf.DestinationError, "overlapping-reads"):
            f.header.read_into(["inline", "cdp_x"], [outs[0], outs[0]])


@pytest.fixture
def table():
    content, _ = noise()
    floats, string = segbuf.Field(9, "f8", "weight"), segbuf.Field(100, "S5")
    with opened(content) as f:
        fields = ("inline", "coordinate_scalar", "ns", floats, segbuf.Field(9, "i3"), string)
        return f.header[fields]


COLUMN_NAMES = ["inline", "coordinate_scalar", "ns", "weight", "i3@9", "S5@100"]


def test_pyarrow_takes_table_without_copy(table):
    taken = pa.table(table)
    kinds = [pa.int32(), pa.int16(), pa.uint16(), pa.float64(), pa.int32(), pa.binary(5)]
    assert taken.schema == pa.schema(
        [pa.field(*pair, nullable=False) for pair in zip(COLUMN_NAMES, kinds, strict=True)]
    )
    batch = pa.record_batch(table)
    batch.validate(full=True)
    assert pa.schema(table) == taken.schema
    for i, values in enumerate(table.values()):
        got = batch.column(i)
        assert got.null_count == 0
        if values.dtype.kind == "S":
            width = values.dtype.itemsize
            assert [v.rstrip(b"\0") for v in got.to_pylist()] == values.tolist()
            assert all(len(v) == width for v in got.to_pylist())
        else:
            assert same(got.to_numpy(), values)
            assert got.buffers()[1].address == values.ctypes.data, "not copied"


def test_polars_takes_table_without_copy(table):
    taken = pl.DataFrame(table)
    assert taken.columns == COLUMN_NAMES
    assert taken.shape == (N, 6)
    for name, values in zip(COLUMN_NAMES[:-1], table.values(), strict=False):
        assert same(taken[name].to_numpy(), values)
        assert taken[name].to_numpy().ctypes.data == values.ctypes.data, "not copied"
    strings = [value.rstrip(b"\0") for value in taken["S5@100"]]
    assert strings == list(table.values())[-1].tolist()


def test_pandas_takes_table(table):
    for taken in (table.to_pandas(), pd.DataFrame.from_arrow(table)):
        assert list(taken.columns) == COLUMN_NAMES
        assert len(taken) == N
        for name, values in zip(COLUMN_NAMES[:-1], table.values(), strict=False):
            assert same(taken[name].to_numpy(), values)
    assert table.to_pandas()["S5@100"].tolist() == list(table.values())[-1].tolist()


def test_arrow_data_and_table_outlive_each_other(table):
    want = table["inline"].copy()
    batch, stream = pa.record_batch(table), pa.RecordBatchReader.from_stream(table)
    inline = table["inline"]
    del table
    gc.collect()
    assert np.array_equal(batch.column(0).to_numpy(), want)
    kept = batch.column(0)
    del batch
    gc.collect()
    assert np.array_equal(kept.to_numpy(), want), "a column that was moved out of its record"
    assert np.array_equal(stream.read_all()["inline"].to_numpy(), want)
    del kept, stream
    gc.collect()
    assert np.array_equal(inline, want)


def test_unused_capsules_are_freed(table):
    for _ in range(3):
        capsules = [table.__arrow_c_schema__(), *table.__arrow_c_array__()]
        capsules.append(table.__arrow_c_stream__(requested_schema=None))
        assert [repr(c).split('"')[1] for c in capsules] == [
            "arrow_schema",
            "arrow_schema",
            "arrow_array",
            "arrow_array_stream",
        ]
        del capsules
        gc.collect()
    assert np.array_equal(pa.table(table)["inline"].to_numpy(), table["inline"])


class ArrowArray(ctypes.Structure):
    """`struct ArrowArray` of the C data interface."""


ArrowArray._fields_ = [
    *((name, ctypes.c_int64) for name in ("length", "null_count", "offset")),
    *((name, ctypes.c_int64) for name in ("n_buffers", "n_children")),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.POINTER(ctypes.POINTER(ArrowArray))),
    ("dictionary", ctypes.c_void_p),
    ("release", ctypes.CFUNCTYPE(None, ctypes.c_void_p)),
    ("private_data", ctypes.c_void_p),
]


def moved(array):
    """What a consumer does that takes a structure: copies it, and marks it as released."""
    copy = ArrowArray.from_buffer_copy(array)
    ctypes.memset(ctypes.addressof(array) + ArrowArray.release.offset, 0, 8)
    return copy


def test_arrow_consumer_may_move_and_release_in_any_order(table):
    """By the letter of the C data interface, on a thread that holds no GIL of its own."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    want = table["inline"].copy()

    def holders():
        return sys.getrefcount(table["inline"])

    before = holders()
    for child_first in (True, False):
        _, capsule = table.__arrow_c_array__()
        record = moved(ArrowArray.from_address(pointer(capsule, b"arrow_array")))
        del capsule  # nothing is left in it to be released
        assert (record.length, record.null_count, record.offset) == (N, 0, 0)
        assert (record.n_buffers, record.n_children, record.dictionary) == (1, 6, None)
        assert record.buffers[0] is None, "all are there"
        child = moved(record.children[0].contents)
        assert (child.n_buffers, child.n_children) == (2, 0)
        assert not child.children
        got = (ctypes.c_int32 * N).from_address(child.buffers[1])
        assert list(got) == want.tolist()
        assert holders() > before
        for struct in (child, record) if child_first else (record, child):
            thread = threading.Thread(target=struct.release, args=[ctypes.addressof(struct)])
            thread.start()
            thread.join()
            assert not struct.release
            if struct is record:
                assert child_first or list(got) == want.tolist(), "the child is its own"
        assert holders() == before


def test_arrow_batch_checks_requested_schema():
    memory = bytearray(16)
    assert pa.record_batch(_segbuf.Batch([("a", "int32", memory)], 4))["a"].to_pylist() == [0] * 4
    assert memory.append(0) is None, "nobody holds it any more"
    for name, dtype, rows in (("a", "int32", 5), ("a", "i3", 5), ("a\0", "i4", 1), ("a", "x", 1)):
        with pytest.raises(ValueError, match=r"memory|NUL|type"):
            _segbuf.Batch([(name, dtype, memory)], rows)


def test_tables_of_zero_and_one_row_work():
    content, _ = noise()
    with opened(content) as f:
        for key, n in (([], 0), (slice(0), 0), ([3], 1)):
            table = f.header[key, ["inline", "trace_header_name"]]
            assert table.n_traces == n
            assert table["inline"].shape == (n,)
            assert pa.table(table).num_rows == n
            assert pl.DataFrame(table).height == n
            assert len(table.to_pandas()) == n
            assert f"[{n} traces x 2 fields]" in repr(table)
            told = f.header.describe(["inline"], traces=key)["inline"]
            assert told.constant == (n == 1)
            assert told.distinct == n
            assert (told.minimum is None) == (n == 0)


def test_table_is_mapping():
    content, headers = noise()
    with opened(content) as f:
        table = f.header["inline", "cdp_x"]
    assert list(table.keys()) == ["inline", "cdp_x"]
    assert same(dict(table)["cdp_x"], column(headers, 181, "i4", "big"))
    assert same(dict(**table)["cdp_x"], table["cdp_x"])
    assert [key for key, _ in table.items()] == list(table)
    assert same(next(iter(table.values())), table["inline"])
    assert "cdp_x" in table
    assert table.get("cdp_y") is None
    assert same(table.get("cdp_x"), table["cdp_x"])


def test_table_repr_shows_both_ends():
    content, _ = noise()
    with opened(content) as f:
        table = f.header["inline", "coordinate_scalar", "ns"]
        shown = repr(table).split("\n")
        assert shown[0].split() == ["inline", "coordinate_scalar", "ns"]
        assert shown[1].split() == ["int32", "int16", "uint16"]
        assert shown[2].split()[:2] == ["0", str(table["inline"][0])]
        assert shown[7] == "..."
        assert shown[-2].split()[:2] == ["29", str(table["inline"][29])]
        assert shown[-1] == "[30 traces x 3 fields]"
        shown = repr(f.header[:12])
    assert all(len(line) <= 110 for line in shown.split("\n"))
    assert "..." in shown
    assert "[12 traces x 91 fields]" in shown


def test_describe_reports_every_field():
    n = 25_000
    traces = np.zeros((n, 1), np.float32)
    inline = np.arange(n) // 5
    headers = {"inline": inline, "cdp_x": np.arange(n) - 3, "coordinate_scalar": -100}
    content = write_file(None, traces, format=5, headers=headers)
    with segbuf.open(content) as f:
        told = f.header.describe()
        assert list(told) == list(STANDARD)
        assert told["inline"] == (0, 4999, 5000, False)
        assert told["cdp_x"] == (-3, n - 4, None, False)
        assert told["coordinate_scalar"] == (-100, -100, 1, True)
        assert told["trace_header_name"] == (None, None, 1, True)
        assert told["samples_per_trace"].minimum == 1
        shown = repr(told)
        assert "inline" in shown
        assert "> 20000" in shown
        assert "constant" in shown
        assert "0 everywhere" in shown
        assert "field_record " not in shown
        part = f.header.describe(["INLINE_3D", 71], traces=slice(0, 10))
        assert part["INLINE_3D"] == (0, 1, 2, False)
        assert part[71].constant
        assert f.header.describe("inline")["inline"] == f.header.describe(["inline"])["inline"]
        with pytest.raises(segbuf.FieldError, match="up to 8 bytes"):
            f.header.describe([segbuf.Field(1, "S9")])
        with pytest.raises(segbuf.FieldError, match="did you mean"):
            f.header.describe(["inlnie"])


def test_large_sweep_uses_all_threads(tmp_path):
    n = 20_000
    numbers = np.arange(n)
    path = tmp_path / "many.sgy"
    headers = {"cdp_x": numbers * 7, "coordinate_scalar": numbers % 100}
    write_file(path, np.zeros((n, 2), np.float32), format=5, headers=headers)
    pick = np.random.default_rng(1).integers(-n, n, 9000)
    for options in ({}, {"mmap": True}, {"threads": 1}, {"threads": 3}):
        with segbuf.open(path, **options) as f:
            table = f.header["cdp_x", "coordinate_scalar"]
            assert np.array_equal(table["cdp_x"], numbers * 7)
            assert np.array_equal(table["coordinate_scalar"], numbers % 100)
            assert np.array_equal(f.header[pick, "cdp_x"], (numbers * 7)[pick])


def test_destination_in_source_memory_is_refused():
    content = bytearray(noise()[0])
    with opened(content) as f, pytest.raises(segbuf.DestinationError, match="a file is being read"):
        f.header.read_into("inline", memoryview(content)[: 4 * N])
