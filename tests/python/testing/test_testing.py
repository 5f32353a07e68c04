"""segbuf.testing: what it writes a naive reader and segyio read, and its strategies keep word."""

import gc
import itertools
import subprocess
import sys

import naive
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import segbuf
from segbuf import testing
from segbuf.testing import (
    bad_destinations,
    bad_keys,
    destinations,
    keys,
    make_cube,
    surveys,
    write_file,
)

FORMATS = [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16]
RANGES = {7: (-(2**23), 2**23 - 1), 15: (0, 2**24 - 1)}
AXES = ("inline", "crossline", "offset")


def random_data(code, shape, seed=0):
    """Values that the format holds exactly."""
    rng = np.random.default_rng(seed)
    dtype = testing.native_dtype(code)
    if dtype.kind == "f":
        return rng.integers(-1000, 1000, shape).astype(dtype) / 8
    low, high = RANGES.get(code, (np.iinfo(dtype).min, np.iinfo(dtype).max))
    data = rng.integers(low, high, shape, dtype, endpoint=True)
    data.flat[0], data.flat[1] = low, high
    return data


def same(a, b):
    """Equal to the bit, but for the payload of NaN."""
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


# --- make_cube ---------------------------------------------------------------------------------


def test_a_cube_is_reproducible_and_looks_like_one():
    cube = make_cube(30, 40, 200)
    assert cube.dtype == np.float32
    assert cube.shape == (30, 40, 200)
    assert cube.flags.c_contiguous
    assert np.array_equal(cube, make_cube(30, 40, 200))
    assert not np.array_equal(cube, make_cube(30, 40, 200, seed=1))
    assert 0.5 < np.abs(cube).max() < 1.5
    quiet = make_cube(30, 40, 200, noise=0)
    beside = [np.corrcoef(quiet[15, j], quiet[15, j + 1])[0, 1] for j in range(39)]
    assert np.median(beside) > 0.9  # layers go on from trace to trace
    assert min(beside) < np.median(beside) - 0.05  # but for the fault


@pytest.mark.parametrize("shape", [(0, 4, 5), (3, 0, 5), (3, 4, 0), (1, 1, 1)])
def test_a_cube_may_be_small(shape):
    assert make_cube(*shape).shape == shape


def test_a_cube_cannot_be_negative():
    with pytest.raises(ValueError, match="negative"):
        make_cube(-1, 2, 3)
    with pytest.raises(ValueError, match="interval"):
        make_cube(1, 2, 3, interval=0)


# --- write_file: samples -----------------------------------------------------------------------


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("code", FORMATS)
def test_every_format_reads_back(code, endian):
    data = random_data(code, (4, 5, 9))
    file = write_file(None, data, format=code, endian=endian, revision=2.0)
    found = naive.read_naive(file, n_samples=9, format=code, endian=endian)
    assert same(found.native, data.reshape(20, 9))
    assert found.word(189).tolist() == [i for i in range(1, 5) for _ in range(5)]
    assert found.word(193).tolist() == [*range(1, 6)] * 4


@pytest.mark.parametrize("code", [code for code in FORMATS if code not in {7, 8, 15, 16}])
def test_the_bytes_of_each_pair_are_swapped(code):
    data = random_data(code, (4, 5, 9))
    options = {"format": code, "revision": 2.1, "additional_headers": 1, "extended_text": 1}
    pairs = write_file(None, data, text="", endian="pairwise", **options)
    plain = write_file(None, data, text="", **options)
    assert len(pairs) == len(plain)
    swapped = np.frombuffer(plain, np.uint8).copy()
    for block in (slice(3200, 3600), slice(6800, None)):
        swapped[block] = swapped[block].reshape(-1, 2)[:, ::-1].ravel()
    assert pairs == swapped.tobytes()
    alone = write_file(None, data, text="", sample_endian="pairwise", **options)
    found = naive.read_naive(
        swapped.tobytes()[:6800] + alone[6800:],
        n_samples=9,
        format=code,
        first_trace=6800,
        additional_headers=1,
    )
    assert found.word(189).tolist() == [i for i in range(1, 5) for _ in range(5)]
    assert alone[:6800] == plain[:6800]
    assert alone[7280:] != plain[7280:]


@pytest.mark.parametrize("code", FORMATS)
def test_samples_of_another_order_than_headers(code):
    data = random_data(code, (4, 5, 9))
    file = write_file(None, data, format=code, endian="little", sample_endian="big")
    headers = naive.read_naive(file, n_samples=9, format=code, endian="little")
    assert headers.word(193).tolist() == [*range(1, 6)] * 4
    assert same(naive.read_naive(file, n_samples=9, format=code).native, data.reshape(20, 9))


def test_byte_orders_that_are_none_are_refused():
    for option in ("endian", "sample_endian"):
        with pytest.raises(ValueError, match=f"{option}='middle': not one of"):
            write_file(None, np.zeros((1, 2), np.float32), **{option: "middle"})
    with pytest.raises(ValueError, match="odd number of bytes make no pairs"):
        write_file(None, np.zeros((1, 2), np.int8), format=8, endian="pairwise")


def test_ibm_floats_follow_the_vectors_of_the_rules():
    for value, word in [
        (0.1, 0x4019999A),
        (1 / 3, 0x40555556),
        (3.4028234663852886e38, 0x60FFFFFF),
        (1.401298464324817e-45, 0x1B800000),
        (1.1754943508222875e-38, 0x21400000),
        (15.999999046325684, 0x41FFFFFF),
        (1.0000001192092896, 0x41100000),
        (8.000000953674316, 0x41800001),
        (-118.625, 0xC276A000),
        (-0.0, 0x80000000),
    ]:
        assert testing.encode_ibm(np.array([value], np.float32))[0] == word
    assert testing.decode_ibm(np.array([0x40000000, 0x1B400000], np.uint32)).tolist() == [0, 0]
    assert testing.decode_ibm(np.uint32([0x1B400001]))[0] == np.float32(1.401298464324817e-45)


def test_two_ibm_decoders_agree_on_random_words():
    words = np.random.default_rng(5).integers(0, 2**32, 10**6, np.uint32)
    words[::3] &= 0x9FFFFFFF  # small ones too
    ours, oracle = testing.decode_ibm(words), naive.ibm_to_float32(words)
    assert np.array_equal(ours.view(np.uint32), oracle.view(np.uint32))


def test_ibm_floats_are_rounded_to_nearest_even():
    bits = np.random.default_rng(6).integers(0, 2**32, 10**5, np.uint32)
    bits[::4] &= 0x80FFFFFF  # subnormal ones too
    values = bits.view(np.float32)
    values = values[np.isfinite(values)].astype(np.float64)
    words = testing.encode_ibm(values.astype(np.float32)).astype(np.int64)
    unit = np.ldexp(1.0, 4 * ((words >> 24) & 0x7F) - 280)  # of the last digit
    fraction = words & 0xFFFFFF
    error = np.abs(np.abs(values) - fraction * unit) / unit
    assert (error <= 0.5).all()
    assert (fraction[error == 0.5] % 2 == 0).all()
    assert (fraction[values != 0] >= 1 << 20).all()  # normalised


def test_raw_ibm_words_are_stored_as_they_are():
    words = np.array([[0x40000000, 0x7FFFFFFF, 0x00000001]], np.uint32)
    assert write_file(None, words, raw=True)[3840:] == words.astype(">u4").tobytes()
    with pytest.raises(ValueError, match="uint32"):
        write_file(None, np.zeros((1, 3)), raw=True)
    with pytest.raises(ValueError, match="format=5"):
        write_file(None, words, raw=True, format=5)


@pytest.mark.parametrize(
    ("data", "code", "match"),
    [
        ([[1.0, np.inf]], 1, "neither infinity nor NaN"),
        ([[1.5]], 3, "scale and round"),
        ([[2**15]], 3, "-32768 to 32767"),
        ([[2**23]], 7, "8388607"),
        (np.int32([[-(2**23) - 1]]), 7, "8388607"),
        ([[-1]], 15, "0 to 16777215"),
        ([[True]], 8, "bool"),
        ([[0]], 4, "no sample format"),
        ([0], 1, "shape"),
    ],
)
def test_what_a_format_cannot_hold_is_refused(data, code, match):
    with pytest.raises(ValueError, match=match):
        write_file(None, np.asarray(data), format=code)


# --- write_file: order and labels --------------------------------------------------------------


@pytest.mark.parametrize(
    "order", [*itertools.permutations(AXES), *itertools.permutations(AXES[:2])]
)
def test_every_axis_order(order):
    labels = {"inline": [10, 12], "crossline": [7, 6, 5], "offset": [-100, 0, 100, 200]}
    sizes = [len(labels[axis]) for axis in AXES if axis in order]
    data = random_data(5, (*sizes, 3))
    file = write_file(
        None,
        data,
        format=5,
        sorting=order,
        ilines=labels["inline"],
        xlines=labels["crossline"],
        offsets=labels["offset"] if "offset" in order else 9,
    )
    found = naive.read_naive(file, n_samples=3, format=5)
    expected = list(itertools.product(*(labels[axis] for axis in order)))
    words = {"inline": 189, "crossline": 193, "offset": 37}
    assert list(zip(*(found.word(words[a]).tolist() for a in order), strict=True)) == expected
    for key, trace in zip(expected, found.native, strict=True):
        at = dict(zip(order, key, strict=True))
        cell = tuple(labels[axis].index(at[axis]) for axis in AXES if axis in order)
        assert same(trace, data[cell])
    if "offset" not in order:
        assert set(found.word(37).tolist()) == {9}


def test_crossline_sorting_by_name():
    data = random_data(5, (2, 3, 4))
    by_name = write_file(None, data, sorting="crossline")
    assert by_name == write_file(None, data, sorting=("crossline", "inline"))
    assert by_name != write_file(None, data, sorting="inline")


def test_trace_order_selects_repeats_and_shuffles():
    data = random_data(3, (2, 3, 4))
    file = write_file(None, data, format=3, trace_order=[5, 0, 0, 2], sorting="crossline")
    found = naive.read_naive(file, n_samples=4, format=3)
    assert same(found.native, np.stack([data[1, 2], data[0, 0], data[0, 0], data[0, 1]]))
    assert found.word(189).tolist() == [2, 1, 1, 1]
    assert found.word(193).tolist() == [3, 1, 1, 2]
    with pytest.raises(ValueError, match="there are 0 to 5"):
        write_file(None, data, format=3, trace_order=[6])


def test_a_list_of_traces():
    data = random_data(2, (3, 4))
    bare = naive.read_naive(write_file(None, data, format=2), n_samples=4, format=2)
    assert same(bare.native, data)
    assert not bare.word(189).any()
    assert not bare.word(193).any()
    file = write_file(None, data, format=2, ilines=7, xlines=[1, 2, 4], iline=9, xline=21)
    found = naive.read_naive(file, n_samples=4, format=2)
    assert found.word(9).tolist() == [7, 7, 7]
    assert found.word(21).tolist() == [1, 2, 4]
    with pytest.raises(ValueError, match="for each of 3 traces"):
        write_file(None, data, xlines=[1, 2], format=2)


def test_labels_have_four_bytes_wherever_they_stand():
    cube = np.zeros((2, 3, 4), np.float32)
    labels = [-70000, 80000, 90000]
    file = write_file(None, cube, ilines=[5, -6], xlines=labels, iline=221, xline=225)
    found = naive.read_naive(file, n_samples=4, format=1)
    assert found.word(221).tolist() == [5] * 3 + [-6] * 3
    assert found.word(225).tolist() == labels * 2
    with segbuf.open(file, iline=221, xline=225) as f:
        assert f.ilines.tolist() == [5, -6]
        assert f.xlines.tolist() == labels


def test_labels_and_sorting_must_fit():
    cube = np.zeros((2, 3, 4), np.float32)
    with pytest.raises(ValueError, match="inline labels"):
        write_file(None, cube, ilines=[1, 2, 3])
    with pytest.raises(ValueError, match="integers"):
        write_file(None, cube, ilines=[1.5, 2])
    with pytest.raises(ValueError, match="sorting"):
        write_file(None, cube, sorting=("inline", "offset"))
    for xline in (186, 189, 192):
        with pytest.raises(ValueError, match="overlap"):
            write_file(None, cube, iline=189, xline=xline)
    with pytest.raises(ValueError, match="32 bits"):
        write_file(None, cube, ilines=[1, 2**33])


# --- write_file: headers -----------------------------------------------------------------------


def binary(file, byte, kind, order=">"):
    return np.frombuffer(file, order + kind, 1, offset=byte - 1)[0]


def test_binary_header_words():
    file = write_file(
        None, np.zeros((2, 3), np.float32), interval=2.3, revision=2.1, endian="little"
    )
    assert binary(file, 3217, "i2", "<") == 2300
    assert binary(file, 3221, "u2", "<") == 3
    assert binary(file, 3225, "i2", "<") == 1
    assert file[3500:3502] == b"\2\1"
    assert file[3296:3300] == b"\4\3\2\1"
    assert binary(file, 3513, "u8", "<") == 2
    assert binary(file, 3521, "u8", "<") == 3600
    plain = write_file(None, np.zeros((2, 3), np.float32), revision=0.0)
    assert plain[3500:3502] == b"\0\0"
    assert plain[3296:3300] == bytes(4)


def test_wide_words_stand_in_where_narrow_ones_cannot_hold_it():
    file = write_file(None, np.zeros((1, 70000), np.int8), format=8, interval=1 / 3, revision=2.0)
    assert binary(file, 3221, "u2") == 0
    assert binary(file, 3269, "i4") == 70000
    assert binary(file, 3217, "i2") == 0
    assert binary(file, 3273, "f8") == pytest.approx(1000 / 3)
    for data, interval in [(np.zeros((1, 70000)), 4), (np.zeros((1, 3)), 1 / 3)]:
        with pytest.raises(ValueError, match=r"revision=2\.0"):
            write_file(None, data, interval=interval)


@pytest.mark.parametrize("revision", [2.0, 2.1])
def test_additional_headers(revision):
    data = random_data(5, (2, 3))
    file = write_file(None, data, format=5, additional_headers=2, revision=revision)
    found = naive.read_naive(file, n_samples=3, format=5, additional_headers=2)
    assert same(found.native, data)
    assert binary(file, 3507, "i4" if revision == 2.0 else "i2") == 2
    assert found.word(240 + 157, "u2").tolist() == [2, 2]
    assert found.headers[0, 232:240].tobytes() == b"SEG00000"
    assert found.headers[1, 472:480].tobytes() == b"SEG00001"
    with pytest.raises(ValueError, match="revision 2"):
        write_file(None, data, additional_headers=1)


def test_any_header_word_can_be_overridden():
    file = write_file(
        None,
        np.zeros((3, 2), np.float32),
        delay=[0, -8, 100],
        headers={"trace_id": 2, 9: [5, 6, 7], (73, "f4"): [0.5, 1.5, 2.5], "inline": 4},
        binary={"sample_interval": -1, 3505: -1, (3301, "f8"): 0.25},
    )
    found = naive.read_naive(file, n_samples=2, format=1)
    assert found.word(29, "i2").tolist() == [2, 2, 2]
    assert found.word(9).tolist() == [5, 6, 7]
    assert found.word(73, "f4").tolist() == [0.5, 1.5, 2.5]
    assert found.word(189).tolist() == [4, 4, 4]
    assert found.word(109, "i2").tolist() == [0, -8, 100]
    assert binary(file, 3217, "i2") == -1
    assert binary(file, 3505, "i2") == -1
    assert binary(file, 3301, "f8") == 0.25


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"headers": {"inlin": 1}}, KeyError, "did you mean 'inline'"),
        ({"headers": {190: 1}}, KeyError, "begins at byte 190"),
        ({"headers": {"trace_id": 2**16}}, ValueError, "16 bits"),
        ({"headers": {"trace_id": 0.5}}, ValueError, "16 bits"),
        ({"headers": {"trace_id": [1, 2]}}, ValueError, "2 values for 3 traces"),
        ({"headers": {(239, "i4"): 1}}, ValueError, "240 bytes"),
        ({"binary": {"sample_fromat": 1}}, KeyError, "did you mean 'sample_format'"),
        ({"binary": {(3599, "i4"): 1}}, ValueError, "within bytes 3201 to 3600"),
        ({"endian": "middle"}, ValueError, "middle"),
        ({"encoding": "utf-8"}, ValueError, "utf-8"),
        ({"interval": -1}, ValueError, "interval"),
        ({"truncate": -1}, ValueError, "truncate"),
        ({"text": "x" * 81}, ValueError, "40 lines of 80"),
        ({"text": b"short"}, ValueError, "3200"),
        ({"text": "µ"}, ValueError, "ASCII"),
    ],
)
def test_wrong_options_are_explained(options, error, match):
    with pytest.raises(error, match=match):
        write_file(None, np.zeros((3, 2), np.float32), **options)


def test_coordinates_are_affine_in_the_labels():
    affine = (1000.0, 2000.0, 12.5, 1.0, -1.0, 25.0)
    file = write_file(None, np.zeros((2, 2, 1)), ilines=[10, 20], coordinates=affine)
    found = naive.read_naive(file, n_samples=1, format=1)
    assert found.word(71, "i2").tolist() == [-100] * 4
    assert (found.word(181) / 100).tolist() == [1124.0, 1123.0, 1249.0, 1248.0]
    assert (found.word(185) / 100).tolist() == [2035.0, 2060.0, 2045.0, 2070.0]


def test_text_headers():
    lines = "C 1 [!]^|{}~ x\nC 2"
    data = np.zeros((1, 1), np.float32)
    ascii_file = write_file(None, data, text=lines, encoding="ascii")
    assert ascii_file[:14] == b"C 1 [!]^|{}~ x"
    assert ascii_file[80:83] == b"C 2"
    ebcdic = write_file(None, data, text=lines, extended_text=["one", "two"])
    assert ebcdic[:14].hex() == "c340f1404a4f5a5f6ac0d0a140a7"
    assert ebcdic[3600:3603].hex() == "969585"
    assert len(ebcdic) == 3600 + 2 * 3200 + 244
    assert binary(ebcdic, 3505, "i2") == 2
    assert write_file(None, data)[:3].decode("cp500") == "C 1"
    assert write_file(None, data, text=b"\0" * 3200)[:3200] == bytes(3200)


def test_truncated_and_trailing():
    data = np.zeros((3, 5), np.float32)
    whole = write_file(None, data)
    assert write_file(None, data, truncate=7) == whole[:-7]
    assert write_file(None, data, trailing=b"\x1a" * 9) == whole + b"\x1a" * 9
    assert write_file(None, data, truncate=10**9, trailing=b"x") == b"x"
    assert len(write_file(None, data, truncate=len(whole) - 3599)) == 3599


def test_to_a_path_in_many_chunks(tmp_path):
    data = random_data(3, (60, 50, 1000))
    path = tmp_path / "x.sgy"
    assert write_file(path, data, format=3, sorting="crossline") is None
    found = naive.read_naive(path, n_samples=1000, format=3)
    assert same(found.native, data.transpose(1, 0, 2).reshape(3000, 1000))
    assert path.read_bytes() == write_file(None, data, format=3, sorting="crossline")


def test_no_traces_and_no_samples():
    assert len(write_file(None, np.zeros((0, 5), np.float32))) == 3600
    assert len(write_file(None, np.zeros((2, 0), np.float32))) == 3600 + 480
    assert len(write_file(None, np.zeros((2, 0), np.int32), format=7)) == 3600 + 480


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("code", [1, 2, 3, 5, 6, 8, 9, 10, 11, 12, 16])
def test_segyio_reads_the_same(tmp_path, code, endian):
    reason = "segyio is the peer to compare with where it is installed"
    segyio = pytest.importorskip("segyio", reason=reason)
    data = random_data(code, (3, 4, 5))
    path = tmp_path / "x.sgy"
    write_file(path, data, format=code, endian=endian, ilines=[10, 12, 14], revision=1.0)
    with segyio.open(path, endian=endian) as file:
        assert same(file.trace.raw[:], data.reshape(12, 5))
        assert file.ilines.tolist() == [10, 12, 14]
        assert file.xlines.tolist() == [1, 2, 3, 4]
        assert file.samples.tolist() == [0, 4, 8, 12, 16]
        assert np.array_equal(file.iline[12], data[1])


# --- surveys -----------------------------------------------------------------------------------


@given(surveys())
def test_a_survey_is_what_its_file_holds(survey):
    extended = binary(survey.file, 3505, "i2", ">" if survey.endian == "big" else "<")
    first = 3600 + 3200 * int(extended)
    width = {7: 3, 15: 3}.get(survey.format, survey.dtype.itemsize)
    trace_len = (len(survey.file) - first) // survey.n_traces
    found = naive.read_naive(
        survey.file,
        n_samples=survey.n_samples,
        format=survey.format,
        endian=survey.endian,
        first_trace=first,
        additional_headers=(trace_len - survey.n_samples * width) // 240 - 1,
    )
    assert same(found.native, survey.traces)
    for name, labels in [("iline", "ilines"), ("xline", "xlines"), ("offset", "offsets")]:
        assert np.array_equal(found.word(survey.options[name]), getattr(survey, labels))


@given(surveys(), st.data())
def test_a_line_has_the_traces_of_its_label(survey, data):
    if not survey.has_keys:
        assert survey.kind == "no_keys"
        assert survey.axes is None
        with pytest.raises(ValueError, match="no keys"):
            survey.grid()
        return
    axis = data.draw(st.sampled_from(AXES[: 2 + survey.is_prestack]))
    labels = getattr(survey.axes, axis)
    label = int(data.draw(st.sampled_from(labels.tolist())))
    line = survey.line(axis, label, fill=0, duplicates="last")
    mine = np.flatnonzero(survey.labels(axis) == label)
    grid = survey.grid("last")
    found = np.take(grid, labels.tolist().index(label), axis=AXES.index(axis))
    assert line.shape == (*found.shape, survey.n_samples)
    assert set(found[found >= 0].tolist()) <= set(mine.tolist())
    assert same(line[found >= 0], survey.traces[found[found >= 0]])
    assert not line[found < 0].any()
    with pytest.raises(KeyError, match=axis):
        survey.line(axis, 10**6)
    if survey.has_duplicates:
        with pytest.raises(ValueError, match="both have the key"):
            survey.cube(fill=0)


@given(surveys(kinds=["missing"], formats=[1, 5, 6]))
def test_a_missing_trace_is_nan(survey):
    cube = survey.cube()
    assert np.isnan(cube[~survey.live]).all()
    assert survey.live.any()


@given(surveys(kinds=["missing"], formats=[3], max_samples=2))
def test_a_missing_integer_needs_a_fill(survey):
    if survey.live.all():
        assert survey.cube().dtype == np.int16
    else:
        with pytest.raises(ValueError, match="give a fill"):
            survey.cube()
        assert (survey.cube(fill=-7)[~survey.live] == -7).all()


@given(surveys(kinds=["regular", "descending", "negative", "gaps", "swapped", "shuffled"]))
def test_complete_kinds_are_complete(survey):
    assert survey.live.all()
    assert not survey.has_duplicates
    assert survey.live.size == survey.n_traces


@given(surveys(kinds=["duplicated"]))
def test_duplicated_kinds_have_duplicates(survey):
    assert survey.has_duplicates
    first, last = survey.grid("first"), survey.grid("last")
    assert (first != last).sum() == 1
    assert (first <= last).all()


@given(surveys(prestack=True, kinds=["regular"], formats=[5], finite=True))
def test_a_survey_can_be_narrowed(survey):
    assert len(survey.order) == 3
    assert survey.format == 5
    assert np.isfinite(survey.traces).all()
    assert repr(survey).startswith("Survey(kind='regular'")


def test_a_survey_can_be_written(tmp_path):
    @given(surveys())
    def check(survey):
        survey.write(tmp_path / "x.sgy")
        assert (tmp_path / "x.sgy").read_bytes() == survey.file

    check()


# --- destinations ------------------------------------------------------------------------------

DESTINATION_KINDS = (
    *("ndarray", "fortran", "transposed", "strided", "misaligned", "pitch"),
    *("memoryview", "memoryview_sliced", "memoryview_strided", "array.array", "ctypes"),
    *("ctypes_2d", "bytearray", "memoryview_bytes", "ctypes_bytes", "mmap", "shared_memory"),
)
SHAPES = st.lists(st.integers(0, 5), min_size=1, max_size=3).map(tuple)
DTYPES = st.sampled_from(["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])


def writable(destination):
    """The target as an ndarray of the destination's shape and type."""
    array = np.asarray(memoryview(destination.target))
    if array.dtype != destination.dtype:
        array = array.reshape(-1).view(destination.dtype)
    return array if array.shape == destination.shape else array.reshape(destination.shape)


@given(SHAPES, DTYPES, st.data())
def test_a_destination_shows_what_was_written(shape, dtype, data):
    destination = data.draw(destinations(shape, dtype))
    assert destination.untouched()
    values = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    array = writable(destination)
    assert np.shares_memory(array, np.asarray(memoryview(destination.target))) or not array.size
    array[...] = values
    assert same(destination.array(), values)
    assert destination.guard_ok()
    assert destination.untouched() == (values.size == 0)


@given(st.sampled_from([(3, 4), (2, 3, 4), (6,)]), st.data())
def test_a_destination_sees_writes_beside_it(shape, data):
    kinds = ("strided", "pitch", "misaligned", "memoryview_strided")
    destination = data.draw(destinations(shape, kinds=kinds))
    owner = destination.target
    while getattr(owner, "base", None) is not None:
        owner = owner.base
    memory = owner.obj if isinstance(owner, memoryview) else owner
    memory[0 if destination.start else -1] ^= 0xFF
    beside = not destination.guard_ok()
    assert beside or not destination.untouched()
    assert beside or destination.kind == "memoryview_strided"


@pytest.mark.parametrize("kind", DESTINATION_KINDS)
def test_every_kind_of_destination_can_be_asked_for(kind):
    shape = 4 if kind == "memoryview_strided" else (2, 3)

    @settings(max_examples=10)
    @given(destinations(shape, kinds=(kind,)))
    def draw(destination):
        assert destination.kind == kind

    draw()


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("fortran", lambda a: a.flags.f_contiguous),
        ("ndarray", lambda a: a.flags.c_contiguous and a.flags.aligned),
        ("pitch", lambda a: a.strides[-1] == a.itemsize),
        ("misaligned", lambda a: a.strides[-1] == a.itemsize and not a.flags.aligned),
        ("strided", lambda a: abs(a.strides[-1]) >= a.itemsize),
        ("ctypes", lambda a: a.ndim == 1),
        ("ctypes_2d", lambda a: a.shape == (2, 3)),
        ("bytearray", lambda a: a.dtype == np.uint8),
    ],
)
def test_a_kind_of_destination_is_what_it_is_called(kind, expected):
    @given(destinations((2, 3), kinds=(kind,)))
    def check(destination):
        assert expected(np.asarray(memoryview(destination.target)))

    check()


def test_shared_memory_goes_with_its_destination():
    @given(destinations(4, kinds=("shared_memory",)))
    def use(destination):
        destination.target[:4] = b"abcd"
        assert destination.array().tobytes()[:4] == b"abcd"

    use()
    gc.collect()  # a leak would warn here


@given(st.data())
def test_an_impossible_destination_is_explained(data):
    with pytest.raises(ValueError, match="bytearray"):
        data.draw(destinations((2, 3), np.int16, kinds=("bytearray",)))


@given(st.sampled_from([(3,), (2, 3), (1, 1, 2)]), DTYPES, st.data())
def test_bad_destinations_are_bad_for_the_reason_given(shape, dtype, data):
    bad = data.draw(bad_destinations(shape, dtype))
    size = int(np.prod(shape))
    assert bad.untouched()
    if bad.reason == "no buffer":
        assert bad.error is TypeError
        with pytest.raises(TypeError):
            memoryview(bad.target)
        return
    assert bad.error is BufferError
    view = memoryview(bad.target)
    found = np.asarray(bad.target)
    assert view.readonly == (bad.reason == "read-only")
    if bad.reason == "too short":
        assert found.size < size
    elif bad.reason == "too long":
        assert found.size > size
    elif bad.reason == "byte order":
        assert found.dtype == np.dtype(dtype).newbyteorder()
        assert found.dtype != np.dtype(dtype)
    elif bad.reason == "wrong type":
        assert found.dtype not in (np.dtype(dtype), np.dtype("f4"))
    elif bad.reason == "overlap":
        places = {
            byte + sum(i * s for i, s in zip(index, found.strides, strict=True))
            for index in np.ndindex(found.shape)
            for byte in range(found.itemsize)
        }
        assert len(places) < found.nbytes


# --- keys --------------------------------------------------------------------------------------


@given(st.integers(0, 300), st.none() | st.integers(0, 9), st.data())
def test_numpy_takes_every_key(n, n_samples, data):
    key = data.draw(keys(n, n_samples))
    array = np.zeros((n, 4 if n_samples is None else n_samples))
    assert array[key] is not None


@given(st.integers(0, 300), st.none() | st.integers(0, 9), st.data())
def test_numpy_refuses_every_bad_key(n, n_samples, data):
    key = data.draw(bad_keys(n, n_samples))
    array = np.zeros((n, 4 if n_samples is None else n_samples))
    with pytest.raises((IndexError, TypeError, ValueError)):
        array[key]


# --- without Hypothesis ------------------------------------------------------------------------


def test_making_files_needs_no_hypothesis():
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from segbuf import testing\n"
        "testing.write_file(None, testing.make_cube(2, 3, 4))\n"
        "try: testing.surveys\n"
        "except ImportError as error: assert 'segbuf[test]' in str(error), error\n"
        "else: raise AssertionError\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_unknown_names_are_unknown():
    with pytest.raises(AttributeError, match="nonsense"):
        testing.nonsense  # noqa: B018 - looking it up is the test
    assert set(testing.__all__) == set(dir(testing))
