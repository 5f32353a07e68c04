# ruff: noqa: S301
"""Additional trace headers of revision 2: fields that go over others, headers by name, dates."""

import pickle

import numpy as np
import pytest
from codes import raises, warns
from hypothesis import given
from hypothesis import strategies as st

import segbuf
from segbuf import _segbuf
from segbuf.testing import write_file

N = 6
DATA = np.arange(N * 5, dtype=np.float32).reshape(N, 5)
EXT1 = {row[0]: row for row in _segbuf.header_fields("extension1")}
CODES = {"int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4", "int64": "i8"}
CODES |= {"uint64": "u8", "float64": "f8"}


def put(file, block, byte, code, values, *, n_blocks, endian="big"):
    """Write a word of one header of every trace."""
    trace = 240 * n_blocks + 20
    records = np.frombuffer(file, np.uint8)[-N * trace :].reshape(N, trace)
    dtype = np.uint64 if code == "u8" else None
    words = np.broadcast_to(np.asarray(values, dtype), N)
    words = words.astype((">" if endian == "big" else "<") + code)
    at = 240 * block + byte - 1
    records[:, at : at + words.itemsize] = words[:, None].view(np.uint8)


def name(file, block, text, *, n_blocks):
    trace = 240 * n_blocks + 20
    records = np.frombuffer(file, np.uint8)[-N * trace :].reshape(N, trace)
    records[:, 240 * block + 232 : 240 * block + 240] = np.frombuffer(
        text.ljust(8, b"\0"), np.uint8
    )


def made(additional=1, **options):
    options = {"format": 5, "revision": 2.1, "additional_headers": additional} | options
    return bytearray(write_file(None, DATA, **options))


@pytest.mark.parametrize("endian", ["big", "little"])
def test_extension_fields_take_precedence_unless_zero(endian):
    with segbuf.open(made(endian=endian)) as f:
        standard = {name: f.header[name] for name in f.header[0]}
    for field, byte, kind, aliases, *_ in _segbuf.header_fields("extension1"):
        if kind not in CODES or field in {"samples_per_trace", "additional_trace_headers"}:
            continue
        file = made(endian=endian)
        values = np.array([0, 3, 0, 5, 6, 7])
        put(file, 1, byte, CODES[kind], values, n_blocks=2, endian=endian)
        with segbuf.open(file, interval=4.0) as f:
            plain = np.where(values == 0, standard[field], values)
            assert f.header[field].tolist() == plain.tolist(), field
            for i in range(N):
                assert f.header[i][field] == f.header[i, field] == plain[i]
                assert f.header[i].blocks[1][field] == values[i]
                assert f.header[i].blocks[1][byte] == values[i]
                assert f.header[i][240 + byte] == values[i]
            for alias in aliases:
                assert f.header[1].blocks["SEG00001"][alias] == 3


@pytest.mark.filterwarnings("ignore:bin spacing")
def test_column_has_one_unit():
    file = made(headers={"coordinate_scalar": -10, "cdp_x": 4_312_505, "source_depth": 7})
    put(file, 1, 161, "f8", [0, 431_999.25, 0, 0, 0, 1.5], n_blocks=2)
    with segbuf.open(file) as f:
        x = [431_250.5, 431_999.25, 431_250.5, 431_250.5, 431_250.5, 1.5]
        assert f.header["cdp_x"].tolist() == x
        assert f.header["cdp_x"].dtype == np.float64
        assert [h["cdp_x"] for h in f.header] == x
        assert f.geometry.coords.x.tolist() == x
        # As they stand: by byte, and header by header.
        assert f.header[:, 181].tolist() == [4_312_505] * N
        assert f.header[:, 401].tolist() == [0, 431_999.25, 0, 0, 0, 1.5]
        assert f.header[1].blocks[0]["cdp_x"] == 4_312_505
        assert f.header[1][181] == 4_312_505
        assert f.header["source_depth"].tolist() == [7.0] * N
        out = np.empty(N)
        f.header.read_into("cdp_x", out)
        assert out.tolist() == x
        assert f.header.describe(["cdp_x"])["cdp_x"].distinct == 3
        assert sorted(f.group("cdp_x")) == [1.5, 431_250.5, 431_999.25]
    with segbuf.open(made(0, revision=1.0, headers={"cdp_x": 500, "coordinate_scalar": -10})) as f:
        assert f.header["cdp_x"].tolist() == [500] * N, "one header: the word as it stands"
        assert f.header["cdp_x"].dtype == np.int32


def test_wide_integers_keep_their_digits():
    file = made()
    put(file, 1, 17, "i8", 2**53 + np.arange(N), n_blocks=2)
    put(file, 1, 9, "u8", 2**62 + 1, n_blocks=2)
    with segbuf.open(file) as f:
        assert f.header["field_record"].dtype == np.int64
        assert f.header["field_record"].tolist() == [2**53 + i for i in range(N)]
        assert f.header[3]["field_record"] == 2**53 + 3
        assert f.header["tracr"].tolist() == [2**62 + 1] * N
    put(file, 1, 9, "u8", [1, 2, 2**64 - 1, 4, 5, 6], n_blocks=2)
    with segbuf.open(file) as f:
        assert f.header[2]["trace_sequence_file"] == 2**64 - 1
        with raises(segbuf.FieldError, "value-too-large"):
            f.header["trace_sequence_file"]


@pytest.mark.parametrize("code", ["ascii", "cp500"])
@pytest.mark.parametrize("order", [("SEG00001", "ACME0001"), ("ACME0001", "SEG00001")])
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_additional_headers_are_found_by_name_in_any_order(code, order):
    file = made(2)
    seg, acme = (1 + order.index(which) for which in ("SEG00001", "ACME0001"))
    name(file, seg, "SEG00001".encode(code), n_blocks=3)
    name(file, acme, "ACME0001".encode(code), n_blocks=3)
    put(file, seg, 25, "i8", 1000 + np.arange(N), n_blocks=3)
    put(file, acme, 25, "i8", -1, n_blocks=3)
    put(file, acme, 1, "f4", np.arange(N) / 4, n_blocks=3)
    with segbuf.open(file) as f:
        assert f.n_traces == N
        assert f.header["ensemble"].tolist() == [1000 + i for i in range(N)]
        header = f.header[2]
        assert header.blocks.names == (None, *order)
        assert len(header.blocks) == 3
        assert header.blocks["SEG00001"]["ensemble"] == 1002
        probe = segbuf.Field(1, "f4", "probe", block="ACME0001")
        assert header[probe] == header.blocks["ACME0001"][segbuf.Field(1, "f4")] == 0.5
        assert f.header[probe].tolist() == [i / 4 for i in range(N)]
        assert f.header["ensemble", probe]["probe"].tolist() == [i / 4 for i in range(N)]
        label = segbuf.Field(233, "S8", block="ACME0001")
        assert f.header[2, label].rstrip(b"\0") == "ACME0001".encode(code)
        assert pickle.loads(pickle.dumps(probe)) == probe
        assert pickle.loads(pickle.dumps(header))["ensemble"] == 1002
        missing = segbuf.Field(1, "f4", block="OTHER")
        with raises(segbuf.FieldError, "missing-header"):
            f.header[missing]
        with raises(segbuf.FieldError, "missing-header", text=f"{order[0]} or {order[1]}"):
            header.blocks["OTHER"]
        with pytest.raises(IndexError):
            header.blocks[3]
        assert [len(block.bytes) for block in header.blocks] == [240] * 3
        assert header.bytes == b"".join(block.bytes for block in header.blocks)
        assert "ACME0001" in repr(header.blocks)
        with pytest.raises(segbuf.FieldError):
            header.blocks["ACME0001"]["ensemble"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"byte": 238, "block": "ACME"}, "byte-outside-header"),
        ({"byte": 1, "block": "NINECHARS"}, "invalid-header-name"),
        ({"byte": 1, "block": ""}, "invalid-header-name"),
        ({"byte": 241, "block": "ACME"}, "byte-outside-header"),
    ],
)
def test_additional_header_fields_that_are_impossible_are_refused(arguments, code):
    with raises(segbuf.FieldError, code):
        segbuf.Field(**arguments)


def test_header_without_additional_ones_has_one_block():
    with segbuf.open(made(0, revision=1.0)) as f:
        header = f.header[0]
        assert header.blocks.names == (None,)
        assert dict(header.blocks[0]) == dict(header)
        assert header.blocks[-1].name is None
        assert len(header.bytes) == 240
        with pytest.raises(segbuf.FieldError, match="nanoseconds is a field of the additional"):
            header["nanoseconds"]


def test_corpus_file_with_extension_is_read(corpus):
    with segbuf.open(corpus / "segyio__trace-header-extension1.sgy") as f:
        header = f.header[0]
        assert header["trace_sequence_line"] == 0x2222222222222221
        assert header[1] == header.blocks[0]["trace_sequence_line"] == 0x11111111
        assert header.blocks.names == (None, "SEG00001")
        wide = f.header["trace_sequence_line"]
        assert wide.tolist() == [0x2222222222222221 + i for i in range(6)]
        assert f.ilines.tolist() == [1, 2, 3]


@given(
    st.lists(
        st.sampled_from(
            [b"SEG00001", b"ACME", b"", b"\xe2\xc5\xc7\xf0\xf0\xf0\xf0\xf1", b"\x01\xff"]
        ),
        min_size=1,
        max_size=4,
    ),
    st.integers(0, 2**32 - 1),
)
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_header_columns_match_single_headers(names, seed):
    n_blocks = 1 + len(names)
    file = made(len(names))
    words = np.random.default_rng(seed).integers(0, 3, (len(names), N))
    for i, (text, numbers) in enumerate(zip(names, words, strict=True), 1):
        name(file, i, text, n_blocks=n_blocks)
        put(file, i, 25, "i8", numbers, n_blocks=n_blocks)
    first = [
        i
        for i, text in enumerate(names)
        if text in (b"SEG00001", b"\xe2\xc5\xc7\xf0\xf0\xf0\xf0\xf1")
    ]
    if not first and names[0] == b"":
        first = [0]
    with segbuf.open(file) as f:
        standard = f.header[:, 21]
        wide = words[first[0]] if first else np.zeros(N, int)
        want = np.where(wide == 0, standard, wide).tolist()
        assert f.header["ensemble"].tolist() == want
        assert [h["ensemble"] for h in f.header] == want


# --- How many headers a trace has ----------------------------------------------------------------


def counted(counts, *, most=None, endian="big", n_samples=60):
    """A file in which each trace has, and states, a number of additional headers of its own."""
    data = np.random.default_rng(8).standard_normal((len(counts), n_samples)).astype(np.float32)
    options = {"format": 5, "revision": 2.1, "endian": endian, "byte_order_constant": True}
    words = {"max_additional_trace_headers": max(counts) if most is None else most}
    words |= {"trace_count": 0, "fixed_length_trace_flag": int(len({*counts}) == 1)}
    options["ilines"] = range(1, len(counts) + 1)
    file = write_file(None, data[:, None], additional_headers=1, binary=words, **options)
    traces = np.frombuffer(file[3600:], np.uint8).reshape(len(counts), -1)
    parts = [file[:3600]]
    for n, trace in zip(counts, traces, strict=True):
        extension = bytearray(trace[240:480].tobytes())
        extension[156:158] = n.to_bytes(2, endian)
        more = bytes(232) + b"ACME0001"
        parts += [trace[:240].tobytes(), bytes(extension), more * (n - 1), trace[480:].tobytes()]
    return b"".join(parts), data


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_additional_header_count_applies_to_all_traces(n, endian):
    file, data = counted([n] * 20, endian=endian)
    with segbuf.open(file, strict=True) as f:
        assert f.additional_headers == n
        assert np.array_equal(f.trace[:], data)
    # Byte 3507 says how many there are at most: then one that is not looked at may have more.
    file, data = counted([n] * 20, most=n + 1, endian=endian)
    with warns("additional-headers", text=f"up to {n + 1} additional headers"):
        f = segbuf.open(file)
    with f:
        assert np.array_equal(f.trace[:], data)
    file, data = counted([n] * 20, most=0, endian=endian)
    with warns("additional-headers", text=f"the first trace has {n}"):
        f = segbuf.open(file)
    with f:
        assert np.array_equal(f.trace[:], data)


@pytest.mark.parametrize("n_samples", [50, 60, 61])
@pytest.mark.parametrize(
    ("counts", "trace"),
    [
        ([1, 2] * 10, 1),
        ([2, 1] * 10, 1),
        ([2] + [1] * 19, 0),
        ([1] * 19 + [2], 19),
        ([1] * 10 + [2] + [1] * 9, 10),
        ([1] * 300 + [2, 2] + [1] * 300, 300),
        ([1] * 1000 + [2] + [1] * 999, 1000),
        ([3] * 100 + [1] * 100, 100),
    ],
    ids=range(8),
)
def test_additional_header_counts_that_vary_are_followed(counts, trace, n_samples):
    file, data = counted(counts, n_samples=n_samples)
    assert counts[trace] != counts[trace - 1] or trace == 0
    with segbuf.open(file, strict=True) as f:
        assert f.additional_headers == max(counts)
        assert f.lengths.tolist() == [n_samples] * len(counts)
        assert np.array_equal(f.trace[:], data)
        assert f.header[:, "inline"].tolist() == [*range(1, len(counts) + 1)]
        for i in (0, trace, len(counts) - 1):
            assert len(f.header[i].blocks) == 1 + counts[i]


def test_additional_header_count_that_is_false_is_ignored():
    file, data = counted([2] * 20)
    file = bytearray(file)
    for i in range(5, 20, 3):
        at = 3600 + i * (720 + 240) + 240 + 156
        file[at : at + 2] = b"\0\7"
    with segbuf.open(file, strict=True) as f:
        assert np.array_equal(f.trace[:], data)


# --- Words of the binary header ------------------------------------------------------------------


def test_binary_header_wide_fields_are_read():
    words = {"survey_type": 5, "ext_ensemble_fold": 70_000, "time_basis": 4}
    with segbuf.open(made(binary=words, extended_interval=True, interval=0.0005)) as f:
        assert f.interval == 0.0005
        assert f.binary["ext_sample_interval"] == 0.5
        assert {name: f.binary[name] for name in words} == words


# --- Time stamps ---------------------------------------------------------------------------------

STAMP = {"year": 2024, "day_of_year": 60, "hour": 23, "minute": 59, "second": 58, "time_basis": 4}


def test_timestamps_are_nanoseconds_with_basis():
    file = made(headers=STAMP | {"second": [0, 1, 2, 3, 4, 60]})
    put(file, 1, 141, "i4", [0, 1, -1, 999_999_999, 123_456_789, 0], n_blocks=2)
    with segbuf.open(file) as f:
        stamps = f.timestamps
        assert stamps.dtype == "datetime64[ns]"
        assert stamps.basis == "utc"
        assert stamps.astype(str).tolist() == [
            "2024-02-29T23:59:00.000000000",
            "2024-02-29T23:59:01.000000001",
            "2024-02-29T23:59:01.999999999",
            "2024-02-29T23:59:03.999999999",
            "2024-02-29T23:59:04.123456789",
            "2024-03-01T00:00:00.000000000",
        ]
        assert stamps[1:3].basis == "utc"
        assert stamps[0] == np.datetime64("2024-02-29T23:59:00")
        assert (stamps[1:] - stamps[:-1]).sum() == np.timedelta64(60, "s")


@pytest.mark.parametrize(
    ("codes", "binary", "basis"),
    [
        (0, 0, None),
        (0, 5, "gps"),
        (1, 5, "local"),
        (2, 0, "gmt"),
        (3, 0, "other"),
        ([4, 4, 4, 4, 4, 5], 0, "mixed"),
        ([4, 0, 4, 4, 4, 4], 4, "utc"),
        (77, 0, None),
    ],
)
def test_timestamp_basis_is_read(codes, binary, basis):
    file = made(headers=STAMP | {"time_basis": codes}, binary={"time_basis": binary})
    with segbuf.open(file) as f:
        assert f.timestamps.basis == basis


@pytest.mark.parametrize(
    "odd",
    [
        {"year": 0, "day_of_year": 0},
        {"day_of_year": 367},
        {"year": 2023, "day_of_year": 366},
        {"hour": 24},
        {"minute": 60},
        {"second": -1},
        {"year": 1066},
        {"year": 9999},
        {"year": -5},
    ],
    ids=str,
)
def test_timestamps_of_invalid_times_are_nat(odd):
    file = made(
        0, revision=1.0, headers={n: [v] * 5 + [STAMP[n]] for n, v in (STAMP | odd).items()}
    )
    with segbuf.open(file) as f:
        assert np.isnat(f.timestamps).tolist() == [True] * 5 + [False]


def test_timestamp_years_of_two_digits_are_read():
    file = made(
        0, revision=0.0, headers=STAMP | {"year": [99, 70, 30, 29, 0, 84], "day_of_year": 1}
    )
    with segbuf.open(file) as f:
        years = f.timestamps.astype("datetime64[Y]").astype(str).tolist()
        assert years == ["1999", "1970", "1930", "2029", "2000", "1984"]


@given(st.lists(st.datetimes(), min_size=N, max_size=N), st.integers(-(2**31), 2**31 - 1))
def test_timestamps_match_calendar(times, nanoseconds):
    times = [t.replace(year=1700 + t.year % 500, day=min(t.day, 28), microsecond=0) for t in times]
    columns = [t.timetuple() for t in times]
    file = made(
        headers={
            "year": [t.tm_year for t in columns],
            "day_of_year": [t.tm_yday for t in columns],
            "hour": [t.tm_hour for t in columns],
            "minute": [t.tm_min for t in columns],
            "second": [t.tm_sec for t in columns],
        }
    )
    put(file, 1, 141, "i4", nanoseconds, n_blocks=2)
    want = np.array(times, "datetime64[ns]") + np.timedelta64(nanoseconds, "ns")
    with segbuf.open(file) as f:
        assert np.array_equal(f.timestamps, want)


@pytest.mark.filterwarnings("ignore:the header schema does not contain the survey keys")
def test_timestamps_use_header_schema():
    entries = "".join(
        f'<entry name="{name}" byte="{byte}" type="int2"/>'
        for byte, name in zip(
            range(1, 99, 2), ("year", "day", "hour", "minute", "second"), strict=False
        )
    )
    words = {(1 + 2 * i, "i2"): v for i, v in enumerate((2024, 60, 23, 59, 58))}
    file = made(0, revision=1.0, headers=words, iline=189, xline=193)
    with segbuf.open(file, layout_xml=f"<segy-layout>{entries}</segy-layout>") as f:
        assert set(f.timestamps.astype(str)) == {"2024-02-29T23:59:58.000000000"}
        assert f.timestamps.basis is None
    with (
        segbuf.open(file, layout_xml="<segy-layout/>") as f,
        pytest.raises(segbuf.FieldError, match="year"),
    ):
        _ = f.timestamps
