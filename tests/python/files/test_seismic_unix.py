"""Seismic Unix: traces without file headers, whose headers have words of their own."""

import pickle
import struct

import numpy as np
import pytest
from codes import raises, warns
from hypothesis import given
from hypothesis import strategies as st

import segbuf
from segbuf.testing import make_cube, write_file

CUBE = make_cube(3, 4, 30)
ORDERS = pytest.mark.parametrize("endian", ["big", "little"])


def su(**options):
    return write_file(None, CUBE, kind="su", ilines=[5, 6, 7], xlines=[1, 3, 5, 7], **options)


@ORDERS
def test_seismic_unix_file_has_all_modes(endian, tmp_path):
    path = tmp_path / "volume.su"
    path.write_bytes(su(endian=endian, delay=-100, coordinates=(1e3, 2e3, 10, 0, 0, 20)))
    with segbuf.open(path) as f:
        assert (f.kind, f.endian, f.revision) == ("su", endian, None)
        assert (int(f.format), f.dtype) == (5, np.float32)
        assert (f.interval, f.delay, f.unit) == (4.0, -100.0, "ms")
        assert f.ilines.tolist() == [5, 6, 7]
        assert np.array_equal(f.trace[:], CUBE.reshape(12, 30))
        assert np.array_equal(f.iline[6], CUBE[1])
        assert np.array_equal(f.xline[7], CUBE[:, 3])
        assert np.array_equal(f.depth_slice[11], CUBE[:, :, 11])
        assert np.array_equal(f.cube[1:, ::2, 5], CUBE[1:, ::2, 5])
        assert f.header["iline"].tolist() == [5] * 4 + [6] * 4 + [7] * 4
        assert f.header[:2, ["cdp_x", "ns"]]["ns"].tolist() == [30, 30]
        assert f.geometry.verify().regular
        assert f.geometry.coords.x[0] == 1050.0
        assert f.geometry.affine.to_xy(6, 3) == pytest.approx((1060, 2060))
        assert "Seismic Unix" in repr(f)
        again = pickle.loads(pickle.dumps(f))  # noqa: S301
        assert again.kind == "su"
        out = bytearray(4 * 30)
        f.trace.read_into(7, out)
        assert out == CUBE.reshape(12, 30)[7].tobytes()
    with segbuf.open(path, mmap=True) as f:
        assert np.array_equal(f.iline[7], CUBE[2])


@ORDERS
def test_seismic_unix_file_has_no_file_headers(endian):
    with segbuf.open(su(endian=endian)) as f:
        assert len(f.text) == 0
        assert list(f.text) == []
        with raises(IndexError, "index-out-of-range"):
            f.text[0]
        with pytest.raises(segbuf.FormatError, match="a Seismic Unix file has no binary header"):
            _ = f.binary


@ORDERS
def test_fields_from_byte_181_are_those_of_seismic_unix(endian):
    floats = {"d1": 0.004, "f1": -1.5, "d2": 12.5, "f2": 1e30, "ungpow": -2.0, "unscale": 0.5}
    whole = {"ntr": 12, "mark": -3, "shortpad": 1, "shot_point": 99}
    with segbuf.open(su(endian=endian, headers=floats | whole)) as f:
        header = f.header[3]
        for name, value in floats.items():
            assert header[name] == np.float32(value)
            assert (f.header[name] == np.float32(value)).all()
            assert f.header[name].dtype == np.float32
        for name, value in whole.items():
            assert header[name] == value
            assert (f.header[name] == value).all()
        assert header[189] == 12.5
        assert header["inline"] == header[221] == header["iline"] == 5
        assert header["tracl"] == 4
        assert "d2" in header
        assert "time_scalar" not in header
        assert header["unassigned"] == bytes(8)
        with pytest.raises(segbuf.FieldError, match="time_scaler"):
            f.header["time_scaler"]
        assert f.header.describe(["d2"])["d2"].minimum == 12.5
        # Any bytes at all are to be had as anything, as ever.
        assert f.header[0, segbuf.Field(221, "i4")] == 5


def test_survey_keys_may_be_elsewhere():
    file = write_file(None, CUBE, kind="su", ilines=[5, 6, 7], iline=9, xline=21)
    with segbuf.open(file, iline="fldr", xline=21) as f:
        assert f.ilines.tolist() == [5, 6, 7]
    with raises(segbuf.FieldError, "invalid-key-field"):
        segbuf.open(file, iline="d2")
    with pytest.raises(segbuf.FieldError, match="overlap"):
        segbuf.open(file, iline=222)


def test_explicit_request_is_obeyed_or_refused_with_reason():
    segy = write_file(None, CUBE, format=5)
    with segbuf.open(segy, kind="segy") as f:
        assert f.kind == "segy"
    with raises(segbuf.FormatError, "text-before-traces"):
        segbuf.open(segy, kind="su")
    with pytest.raises(segbuf.FormatError):
        segbuf.open(su(), kind="segy")
    with segbuf.open(su(), kind="su") as f:
        assert f.evidence["kind"].origin == "override"
    with pytest.raises(ValueError, match="'segy' or 'su'"):
        segbuf.open(segy, kind="sgy")
    # Too little to be sure of: a trace, and no header behind it.
    rest = su()[: 240 + 120 + 50]
    with pytest.raises(segbuf.FormatError):
        segbuf.open(rest)
    with warns("trailing-bytes", text="50 trailing bytes"):
        f = segbuf.open(rest, kind="su")
    assert f.n_traces == 1


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
@given(
    endian=st.sampled_from(["big", "little"]),
    shape=st.tuples(st.integers(1, 9), st.integers(1, 99)),
    seed=st.integers(0, 2**32 - 1),
)
def test_written_file_reads_back(endian, shape, seed):
    data = np.random.default_rng(seed).integers(0, 2**32, shape, np.uint32).view(np.float32)
    with segbuf.open(write_file(None, data, kind="su", endian=endian)) as f:
        assert (f.kind, f.endian, f.n_traces, f.n_samples) == ("su", endian, *shape)
        assert f.trace[:].tobytes() == data.tobytes()


def passcal(endian, data, *, interval, flag, count=True, long=False):
    """One PASSCAL trace of integers."""
    order = "<" if endian == "little" else ">"
    header = bytearray(240)

    def put(code, byte, value):
        struct.pack_into(order + code, header, byte - 1, value)

    for byte in (1, 5, 13):
        put("i", byte, 3)
    put("h", 29, 1)
    put("H", 115, 32767 if long else len(data))
    put("H", 117, 1 if interval > 65535 else interval)
    header[180:186] = b"STA7\0\0"
    put("i", 201, interval)
    put("h", 205, flag)
    put("f", 221, 1.9e-6)
    put("H", 225, 571)
    if count:
        put("i", 229, len(data))
        put("i", 233, int(data.max()))
        put("i", 237, int(data.min()))
    return bytes(header) + data.astype(order + ("i4" if flag else "i2")).tobytes()


@ORDERS
@pytest.mark.parametrize("flag", [0, 1])
@pytest.mark.parametrize("n", [333, 1000, 40_000])
@pytest.mark.parametrize("interval", [10_000, 200_000])
def test_passcal_trace_is_read_by_its_rules(endian, flag, n, interval):
    data = np.random.default_rng(n).integers(-60, 61, n).cumsum().clip(-30_000, 30_000)
    content = passcal(endian, data, interval=interval, flag=flag, long=n > 32_767)
    with segbuf.open(content) as f:
        assert (f.kind, f.n_traces, f.n_samples, f.endian) == ("su", 1, n, endian)
        assert f.dtype == (np.int32 if flag else np.int16)
        assert f.interval == interval / 1000
        assert np.array_equal(f.trace[0], data)
        with raises(segbuf.GeometryError, "unassigned-keys"):
            _ = f.ilines


@ORDERS
def test_size_confirms_passcal_of_16_bits(endian):
    data = np.random.default_rng(1).integers(-60, 61, 999).cumsum()
    content = passcal(endian, data, interval=10_000, flag=0, count=False)
    with segbuf.open(content) as f:
        assert f.dtype == np.int16
        assert np.array_equal(f.trace[0], data)


@ORDERS
@pytest.mark.parametrize("ntr", [0, 1, 12, 65_536, 65_548])
def test_number_of_traces_of_seismic_unix_is_no_format(endian, ntr):
    with segbuf.open(su(endian=endian, headers={"ntr": ntr}, interval=0.001)) as f:
        assert f.dtype == np.float32
        assert f.interval == 0.001
        assert np.array_equal(f.trace[:], CUBE.reshape(12, 30))


@ORDERS
def test_spacing_of_traces_that_are_not_of_time(endian):
    headers = {117: 0, "d1": 12.5, "f1": 100.0}
    with segbuf.open(su(endian=endian, headers=headers)) as f:
        assert (f.interval, f.delay, f.unit) == (12.5, 100.0, None)
        assert f.samples[:3].tolist() == [100.0, 112.5, 125.0]
        assert (f.delays == 100.0).all()
    # Nothing of this where an interval is stated, or where d1 is none.
    with segbuf.open(su(endian=endian, headers={"d1": 12.5, "f1": 100.0})) as f:
        assert (f.interval, f.delay, f.unit) == (4.0, 0.0, "ms")
    for d1 in (0.0, -1.0, np.nan, np.inf, 1e30):
        with warns("unknown-interval"):
            f = segbuf.open(su(endian=endian, headers={117: 0, "d1": d1}))
        assert (f.interval, f.unit) == (None, "ms")
        f.close()


@ORDERS
@pytest.mark.parametrize(
    ("lines", "crosslines"),
    [(0, [0, 16384, 32768]), (905_905_025, [0, 37_421_056, 0]), (7, [0, 0, 0]), (0, [1, 2, 3])],
)
def test_no_survey_out_of_unassigned_bytes(endian, lines, crosslines):
    keys = {221: lines, 225: np.resize(crosslines, 12), 37: np.arange(12)}
    with segbuf.open(su(endian=endian, headers=keys)) as f:
        assert not f.is_survey
        for _ in range(2):
            with raises(segbuf.GeometryError, "unassigned-keys"):
                _ = f.ilines
        with raises(segbuf.GeometryError, "unassigned-keys"):
            f.geometry.verify()
        assert np.array_equal(f.trace[:], CUBE.reshape(12, 30))
    with segbuf.open(su(endian=endian, headers=keys), iline=221, xline=1) as f:
        assert f.ilines.tolist() == [lines]


@ORDERS
def test_no_evidence_cites_headers_that_are_not_there(endian):
    long = write_file(None, make_cube(3, 4, 300), kind="su", endian=endian)
    for content in (su(endian=endian), long):
        for options in ({}, {"kind": "su"}, {"format": 5}):
            with segbuf.open(content, **options) as f:
                assert "3225" not in str(f.evidence)
