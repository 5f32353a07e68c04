"""Destinations: every sort is filled exactly, or refused untouched."""

import array
import ctypes
import threading

import naive
import numpy as np
import pytest
from codes import raises
from hypothesis import given, settings
from hypothesis import strategies as st

import segbuf
from segbuf.testing import (
    bad_destinations,
    decode_ibm,
    destinations,
    keys,
    native_dtype,
    surveys,
    write_file,
)
from segbuf.testing._surveys import random_samples

# Odd values may look like another format.
odd_values = pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
FORMATS = [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16]
N, NS = 5, 9
TRACES = np.arange(N * NS, dtype=np.int16).reshape(N, NS) % 100


def make(code, endian, *, shape=(N, NS), seed=0):
    """A file of odd values, and its samples as they are and as float32."""
    stored = random_samples(np.random.default_rng(seed), shape, code, finite=False)
    content = write_file(
        None, stored, format=code, raw=code == 1, endian=endian, revision=2.0, iline=9
    )
    oracle = naive.read_naive(content, n_samples=shape[1], format=code, endian=endian)
    return content, oracle.native, oracle.float32


def same(a, b):
    """Equal to the bit, but for the payload of NaN."""
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


@odd_values
@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("code", FORMATS)
def test_read_into_own_type_is_exact_and_float32_is_rounded(code, endian):
    content, native, float32 = make(code, endian, shape=(40, 500))
    assert native.dtype == native_dtype(code)
    with segbuf.open(content, format=code) as f:
        assert f.dtype == native.dtype
        assert same(f.trace[...], native)
        out = np.empty(float32.shape, np.float32)
        f.read_into(out)
        assert same(out, float32)
        with np.errstate(all="ignore"):
            assert same(out, native.astype(np.float32))


@pytest.mark.parametrize("endian", ["big", "little"])
def test_wide_types_round_to_float32_like_astype(endian):
    rng = np.random.default_rng(1)
    ties = (np.arange(2**24 - 50, 2**24 + 50, dtype=np.int64)[:, None] << np.arange(0, 38)) + 1
    i8 = np.concatenate([ties.ravel(), rng.integers(-(2**63), 2**63 - 1, 3800)])
    f8 = np.concatenate(
        [
            rng.standard_normal(5000) * 10.0 ** rng.integers(-60, 60, 5000),
            np.nextafter(np.float32(1), 2) / 2 + np.float64(0.5) + np.arange(-9, 10) * 2.0**-60,
            [1e-46, 7e-46, 7.1e-46, 1.4e-45, 3.5e38, -3.5e38, 3.4028235677973366e38, 0.0, -0.0],
        ]
    )
    for code, values in ((9, i8), (12, i8.view(np.uint64)), (2, i8.astype(np.int32)), (6, f8)):
        data = values.reshape(1, -1)
        content = write_file(None, data, format=code, endian=endian, revision=2.0)
        out = np.empty(data.shape, np.float32)
        with segbuf.open(content, format=code) as f:
            f.read_into(out)
        with np.errstate(all="ignore"):
            assert np.array_equal(out, data.astype(np.float32))


@pytest.mark.slow
@odd_values
@settings(max_examples=300)
@given(st.data())
def test_random_destinations_match_naive_reader(data):
    survey = data.draw(surveys(), "survey")
    key = data.draw(keys(survey.n_traces, survey.n_samples), "key")
    want = survey.traces[key]
    into_float = data.draw(st.booleans(), "as float32")
    if into_float:
        with np.errstate(all="ignore"):
            want = want.astype(np.float32)
    out = data.draw(destinations(want.shape, want.dtype), "destination")
    with segbuf.open(survey.file, format=survey.format, **survey.options) as f:
        f.trace.read_into(key, out.target)
    assert same(out.array(), want)
    assert out.guard_ok()


@pytest.mark.slow
@settings(max_examples=300)
@given(st.data())
def test_bad_destinations_are_refused_untouched(data):
    code = data.draw(st.sampled_from(FORMATS), "format")
    dtype = native_dtype(code)
    values = TRACES.astype(dtype)
    out = data.draw(bad_destinations((N, NS), dtype), "destination")
    with segbuf.open(write_file(None, values, format=code)) as f:
        with pytest.raises(out.error) as caught:
            f.read_into(out.target)
        if out.error is not TypeError:
            assert isinstance(caught.value, segbuf.DestinationError)
            assert isinstance(caught.value, BufferError)
            assert caught.value.code
        assert out.untouched()


@pytest.fixture
def ibm():
    with segbuf.open(write_file(None, TRACES.astype(np.float32), format=1)) as f:
        yield f


@pytest.fixture
def int16():
    with segbuf.open(write_file(None, TRACES, format=3)) as f:
        yield f


@pytest.mark.parametrize(
    ("target", "wanted", "found"),
    [
        (np.ones(44, np.float32), "45 samples", "44 samples"),
        (np.ones((5, 10), np.float32), "(5, 9), or flat memory", "(5, 10)"),
        (np.ones((9, 5), np.float32), "(5, 9), or flat memory", "(9, 5)"),
        (np.ones(0, np.float32), "45 samples", "0 samples"),
        (bytearray(176), "45 samples (180 bytes for float32)", "44 samples (176 bytes)"),
        (bytearray(45), "45 samples (180 bytes for float32)", "45 bytes"),
        (array.array("f", [0] * 46), "45 samples", "46 samples"),
        (np.ones(45), "float32 or bytes", "float64"),
        (np.ones(45, np.int32), "float32 or bytes", "int32"),
        (np.ones(45, np.complex64), "float32 or bytes", "complex"),
        (np.ones(45, np.float16), "float32 or bytes", "float16"),
        (np.ones(180, np.bool_), "float32 or bytes", "bool"),
        (np.ones(45, ">f4"), "float32 in that of this machine", "big-endian float32"),
    ],
    ids=str,
)
def test_destination_error_names_expected_and_found(ibm, target, wanted, found):
    before = memoryview(target).tobytes()
    with pytest.raises(segbuf.DestinationError) as caught:
        ibm.read_into(target)
    assert f"expected {wanted}" in str(caught.value)
    assert f"found {found}" in str(caught.value)
    assert memoryview(target).tobytes() == before


@pytest.mark.parametrize("target", [bytes(180), np.broadcast_to(np.float32(1), 45)])
def test_readonly_destination_is_refused(ibm, target):
    with raises(segbuf.DestinationError, "read-only", text=type(target).__name__):
        ibm.read_into(target)


@pytest.mark.parametrize("target", [None, 7, "text", [0.0] * 45, object(), np.float32])
def test_read_into_rejects_non_buffer_with_type_error(ibm, target):
    with pytest.raises(TypeError, match="expected a writable buffer"):
        ibm.read_into(target)


def test_destination_error_names_file_type(int16):
    with pytest.raises(segbuf.DestinationError, match="expected float32, int16 or bytes"):
        int16.read_into(np.ones(45, np.uint16))
    with raises(segbuf.DestinationError, "foreign-byte-order"):
        int16.read_into(np.ones(45, ">i2"))


@pytest.mark.parametrize("code", [8, 16])
def test_byte_destination_of_one_byte_formats_takes_bytes_or_float32(code):
    dtype = native_dtype(code)
    values = TRACES.astype(dtype)
    with segbuf.open(write_file(None, values, format=code)) as f:
        for own in (bytearray(45), np.ones(45, np.uint8), np.ones(45, np.int8)):
            f.read_into(own)
            assert bytes(own) == values.tobytes(), "as many bytes as samples: samples"
        for own in ((ctypes.c_byte * 45)(), (ctypes.c_ubyte * 45)(), (ctypes.c_char * 45)()):
            f.read_into(own)
            assert bytes(own) == values.tobytes()
        floats = bytearray(180)
        f.read_into(floats)
        assert floats == values.astype(np.float32).tobytes(), "four times as many: float32"
        for wrong in (44, 46, 90, 179, 181):
            out = bytearray(wrong)
            with pytest.raises(segbuf.DestinationError) as caught:
                f.read_into(out)
            assert f"45 bytes for {dtype.name}, 180 bytes for float32" in str(caught.value)
            assert not any(out)


def test_int24_file_rejects_narrower_integers():
    data = np.array([[-(2**23), 2**23 - 1, -1, 0]], np.int32)
    with segbuf.open(write_file(None, data, format=7)) as f:
        out = np.empty(4, np.int32)
        f.trace.read_into(0, out)
        assert out.tolist() == data[0].tolist()
        with pytest.raises(segbuf.DestinationError):
            f.trace.read_into(0, np.empty(4, np.int16))
    with segbuf.open(write_file(None, np.array([[2**24 - 1]], np.uint32), format=15)) as f:
        assert f.trace[0].tolist() == [2**24 - 1]
        assert f.trace[0].dtype == np.uint32


@odd_values
def test_ibm_words_of_any_form_decode_exactly():
    words = np.random.default_rng(2).integers(0, 2**32, (1000, 1000), np.uint32)
    words[:100, :3] = [0x40000000, 0x00000001, 0xFFFFFFFF]
    with segbuf.open(write_file(None, words, format=1, raw=True), format=1) as f:
        got = f.trace[...]
    assert np.array_equal(got.view(np.uint32), naive.ibm_to_float32(words).view(np.uint32))
    assert np.array_equal(got.view(np.uint32), decode_ibm(words).view(np.uint32))


# --- Overlap -------------------------------------------------------------------------------------


class Meeting:
    """A large read in one thread, during which something is tried in another."""

    def __init__(self):
        self.data = np.arange(64, dtype=np.float32).repeat(300_000).reshape(64, -1)
        self.f = segbuf.open(write_file(None, self.data, format=5, revision=2.0), threads=1)

    def refused(self, out):
        """The error of a small read into memory, if there is one."""
        try:
            self.f.trace.read_into((63, slice(-9, None)), out)
        except segbuf.DestinationError as error:
            return error
        return None

    def during_a_read(self, out, attempt):
        """Read all into `out`, until an attempt for certain fell within a read: that is refused."""
        for _ in range(100):
            reader = threading.Thread(target=self.f.read_into, args=(out,))
            reader.start()
            within = False
            while reader.is_alive() and not within:
                if self.refused(out[-1, -9:]):
                    attempt()
                    within = self.refused(out[-1, -9:]) is not None
            reader.join()
            if within:
                return
        pytest.fail("no attempt fell within a read")


@pytest.fixture(scope="module")
def meeting():
    return Meeting()


@pytest.mark.slow
def test_overlapping_destinations_of_two_threads_raise_in_one(meeting):
    errors = []
    whole = np.zeros(meeting.data.nbytes + 36, np.uint8)
    out = whole[:-36].view(np.float32).reshape(meeting.data.shape)
    one_byte = whole[out.nbytes - 1 : out.nbytes + 35]  # the last one of `out`, and more
    meeting.during_a_read(out, lambda: errors.append(meeting.refused(one_byte)))
    assert isinstance(errors[-1], segbuf.DestinationError)
    assert errors[-1].code == "overlapping-reads"
    assert np.array_equal(out, meeting.data)
    assert meeting.refused(out[-1, -9:]) is None, "the lease ended with the read"


@pytest.mark.slow
def test_adjacent_destinations_of_two_threads_are_filled(meeting):
    half = meeting.data.shape[1]
    both = np.zeros((64, half + 9), np.float32)
    errors = []
    meeting.during_a_read(both[:, :half], lambda: errors.append(meeting.refused(both[63, half:])))
    assert set(errors) == {None}
    assert np.array_equal(both[:, :half], meeting.data)
    assert np.array_equal(both[63, half:], meeting.data[63, -9:])


def test_destination_inside_source_memory_is_refused():
    content = bytearray(write_file(None, TRACES.astype(np.float32), format=5))
    before = bytes(content)
    with segbuf.open(content) as f:
        inside = memoryview(content)[3600:3780]
        across = memoryview(content)[-180:]
        for out in (inside, across, np.frombuffer(content, np.uint8)[:180]):
            with pytest.raises(segbuf.DestinationError, match="a file is being read from"):
                f.read_into(out)
        assert bytes(content) == before
        inside.release()
        across.release()
    # Another file may well be read into it.
    with segbuf.open(before) as f:
        f.trace.read_into(0, memoryview(content)[:36])
    assert bytes(content[:36]) == TRACES[0].astype(np.float32).tobytes()


def test_destination_is_released_when_read_returns(ibm):
    out = bytearray(180)
    ibm.read_into(out)
    out.extend(b"more")  # a buffer that is still lent cannot be resized
    with pytest.raises(segbuf.DestinationError):
        ibm.read_into(out)
    out.clear()
