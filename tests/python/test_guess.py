"""`segbuf.guess_keys`: keys are found at the bytes they were written to, and never applied."""

import json
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import segbuf
from segbuf.testing import encode_ibm, write_file

PLACES = [(189, 193), (9, 13), (9, 21), (5, 21), (17, 13), (221, 225)]
# Bins of 25 by 12.5, turned by 30 degrees.
TURNED = (451_000.0, 6_781_000.0, -12.5, 12.5 * math.sqrt(3), 12.5 * math.sqrt(3) / 2, 6.25)
UPRIGHT = (451_000.0, 6_781_000.0, 25.0, 0.0, 0.0, 12.5)
ORDERS = [
    ("inline", "crossline", "offset"),
    ("inline", "offset", "crossline"),
    ("crossline", "inline", "offset"),
    ("crossline", "offset", "inline"),
    ("offset", "inline", "crossline"),
    ("offset", "crossline", "inline"),
]


def volume(ni=8, nx=11, **options):
    return write_file(None, np.zeros((ni, nx, 2), np.float32), **options)


def best(candidates):
    return candidates[0].bytes if candidates else None


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("sorting", ["inline", "crossline"])
@pytest.mark.parametrize("affine", [TURNED, UPRIGHT, None])
@pytest.mark.parametrize("endian", ["big", "little"])
def test_guess_finds_survey_keys(place, sorting, affine, endian):
    iline, xline = place
    file = volume(
        iline=iline,
        xline=xline,
        sorting=sorting,
        coordinates=affine,
        endian=endian,
        ilines=np.arange(100, 124, 3),
        xlines=np.arange(710, 699, -1),
    )
    guess = segbuf.guess_keys(file)
    assert best(guess.lines) == place, str(guess)
    assert guess.lines[0].score > 0.9
    assert guess.lines[0].dtypes == ("int32", "int32")
    assert not guess.offsets
    assert best(guess.coordinates) == ((181, 185) if affine else None), str(guess)
    assert guess.options == {"iline": iline, "xline": xline}
    with segbuf.open(file, **guess.options) as f:
        assert f.ilines.tolist() == list(range(100, 124, 3))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("place", [(189, 193), (9, 21)])
def test_guess_finds_offset(order, place):
    data = np.zeros((5, 7, 4, 2), np.float32)
    file = write_file(None, data, sorting=order, iline=place[0], xline=place[1], coordinates=TURNED)
    guess = segbuf.guess_keys(file)
    assert best(guess.lines) == place, str(guess)
    assert best(guess.offsets) == (37,), str(guess)
    assert guess.options == {"iline": place[0], "xline": place[1], "offset": 37}


@pytest.mark.parametrize("place", [(181, 185), (73, 77), (81, 85)])
def test_guess_finds_coordinates(place):
    il, xl = (v.ravel() for v in np.meshgrid(np.arange(1, 9), np.arange(1, 12), indexing="ij"))
    x0, y0, xi, yi, xx, yx = TURNED
    headers = {
        place[0]: np.rint(100 * (x0 + xi * il + xx * xl)),
        place[1]: np.rint(100 * (y0 + yi * il + yx * xl)),
        "coordinate_scalar": -100,
    }
    guess = segbuf.guess_keys(volume(headers=headers))
    assert best(guess.coordinates) == place, str(guess)
    assert guess.coordinates[0].score > 0.9
    assert "bins of 25.00 by 12.50" in str(guess)


def test_guess_reports_wrong_scalar():
    file = volume(coordinates=TURNED, headers={"coordinate_scalar": 100})
    assert "is the scalar (byte 71) right?" in str(segbuf.guess_keys(file))


def test_guess_ignores_counters():
    guess = segbuf.guess_keys(volume(headers={"inline": 0, "crossline": 0}))
    assert guess.lines == ()
    assert guess.options == {}
    notes = "\n".join(guess.notes)
    assert "inline at byte 189: 0 in all traces" in notes
    assert "byte 1 rises or falls with every trace" in notes
    assert "byte 5 rises or falls with every trace" in notes


def test_guess_of_file_without_survey_keys_is_empty():
    guess = segbuf.guess_keys(write_file(None, np.zeros((40, 2), np.float32)))
    assert (guess.lines, guess.offsets, guess.coordinates) == ((), (), ())
    assert guess.options == {}
    assert "inline and crossline: no candidate" in str(guess)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_guess_of_few_traces_is_empty(n):
    guess = segbuf.guess_keys(write_file(None, np.zeros((n, 2), np.float32)))
    assert guess.looked_at == guess.n_traces == n
    assert guess.options == {}


def test_guess_finds_2d_line():
    n = 60
    headers = {
        "ensemble": np.arange(n) + 1000,
        "cdp_x": np.arange(n) * 20 + 450_000,
        "cdp_y": np.arange(n) * 15 + 6_700_000,
    }
    guess = segbuf.guess_keys(write_file(None, np.zeros((n, 2), np.float32), headers=headers))
    assert guess.options == {}
    assert best(guess.coordinates) == (181, 185)
    assert "byte 21 rises or falls with every trace" in str(guess)


def test_guess_tells_shots_from_lines():
    shots, channels = 20, 24
    sx = np.repeat(np.arange(shots) * 50 + 1000, channels)
    gx = sx + np.tile(np.arange(channels) * 25 + 100, shots)
    headers = {
        "field_record": np.repeat(np.arange(shots) + 101, channels),
        "field_trace_number": np.tile(np.arange(channels) + 1, shots),
        "source_x": sx,
        "source_y": 500,
        "group_x": gx,
        "group_y": 500,
        "offset": sx - gx,
    }
    data = np.zeros((shots * channels, 2), np.float32)
    guess = segbuf.guess_keys(write_file(None, data, headers=headers))
    assert guess.options == {"offset": 37}
    assert "distance from source to receiver in 100% of traces" in guess.offsets[0].reasons[-1]
    assert "rather shot and channel" in str(guess)


def test_guess_of_one_line_finds_keys():
    guess = segbuf.guess_keys(volume(1, 30, ilines=[77], coordinates=TURNED))
    assert best(guess.lines) == (189, 193)
    assert guess.lines[0].score < 0.8
    assert "one line only" in str(guess)
    assert best(guess.coordinates) == (181, 185)


@pytest.mark.parametrize("seed", range(5))
def test_guess_tolerates_gaps_and_disorder(seed):
    rng = np.random.default_rng(seed)
    keep = np.flatnonzero(rng.random(20 * 30) < 0.7)
    guess = segbuf.guess_keys(
        volume(20, 30, coordinates=TURNED, iline=9, xline=21, trace_order=keep)
    )
    assert best(guess.lines) == (9, 21)
    shuffled = rng.permutation(600)[:500]
    guess = segbuf.guess_keys(volume(20, 30, trace_order=shuffled))
    assert best(guess.lines) == (189, 193)
    guess = segbuf.guess_keys(volume(20, 30, coordinates=TURNED, trace_order=shuffled))
    assert guess.options == {"iline": 189, "xline": 193}


def test_guess_samples_large_files():
    file = volume(150, 120, iline=17, xline=13, coordinates=TURNED)
    guess = segbuf.guess_keys(file)
    assert (guess.looked_at, guess.n_traces) == (8000, 18_000)
    assert best(guess.lines) == (17, 13)
    assert guess.lines[0].score > 0.9


def test_guess_reads_text_header():
    il, xl = (v.ravel() for v in np.meshgrid(np.arange(1, 9), np.arange(1, 12), indexing="ij"))
    headers = {(61, "i4"): xl, (233, "i4"): il, "inline": 0, "crossline": 0}
    text = "C 1\nC 2 IN-LINE NUMBER: BYTES 233-236   X-LINE: 61 TO 64"
    guess = segbuf.guess_keys(volume(headers=headers, text=text, revision=0.0))
    assert best(guess.lines) == (233, 61)
    assert "card 2 puts inline at byte 233" in guess.lines[0].reasons


def test_guess_reports_key_field_that_is_too_short():
    il, xl = (v.ravel() for v in np.meshgrid(np.arange(1, 9), np.arange(1, 12), indexing="ij"))
    headers = {(213, "i2"): il, (215, "i2"): xl, (211, "i2"): 7, "inline": 0, "crossline": 0}
    guess = segbuf.guess_keys(volume(headers=headers))
    assert "int16" in guess.lines[0].dtypes
    assert guess.options == {}
    assert "read an int16 as a column of f.header" in str(guess)


def test_guess_takes_path_and_options_of_open(tmp_path):
    path = tmp_path / "volume.sgy"
    path.write_bytes(volume(iline=9, xline=21))
    guess = segbuf.guess_keys(path)
    assert guess.options == {"iline": 9, "xline": 21}
    assert segbuf.guess_keys(str(path), endian="big", mmap=True) == guess
    assert "9, 21" in repr(guess)
    with pytest.raises(FileNotFoundError):
        segbuf.guess_keys(tmp_path / "none.sgy")
    # Nothing is applied.
    with segbuf.open(path) as f:
        assert not f.is_survey or f.ilines.tolist() == [0]


def columns_of(n_traces, columns, text=None):
    """A file with int32 columns at some bytes, and no survey keys in the other ones."""
    headers = {"inline": 0, "crossline": 0} | {(byte, "i4"): v for byte, v in columns.items()}
    return write_file(None, np.zeros((n_traces, 2), np.float32), headers=headers, text=text)


@settings(max_examples=64)
@given(
    st.sampled_from([*PLACES, (193, 189), (61, 233)]),
    st.tuples(st.integers(3, 13), st.integers(3, 13)),
    st.tuples(*[st.sampled_from([-4, -1, 1, 2, 5])] * 2),
    st.tuples(*[st.integers(100, 2999)] * 2),
    st.sets(st.integers(0, 199), max_size=3),
)
def test_guess_finds_any_grid_with_gaps(place, shape, step, first, missing):
    live = [i for i in range(shape[0] * shape[1]) if i not in missing]
    assume(len(live) >= 8)
    slow, fast = (
        start + by * index[live]
        for start, by, index in zip(first, step, np.indices(shape).reshape(2, -1), strict=True)
    )
    guess = segbuf.guess_keys(columns_of(len(live), {place[0]: slow, place[1]: fast}))
    # At the bytes of the standard the crossline may be the slower one.
    assert best(guess.lines) == ((189, 193) if place == (193, 189) else place), str(guess)
    assert not guess.offsets
    assert 0 <= guess.lines[0].score <= 1


@settings(max_examples=64)
@given(
    st.dictionaries(
        st.integers(1, 237), st.lists(st.integers(-50, 49), min_size=40, max_size=40), max_size=5
    )
)
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_guess_of_noise_has_scores_and_reasons(columns):
    content = columns_of(40, {})
    rows = np.frombuffer(content, np.uint8)[3600:].reshape(40, -1).copy()
    for byte, values in columns.items():
        rows[:, byte - 1 : byte + 3] = np.array(values, ">i4").view(np.uint8).reshape(40, 4)
    options = {"n_samples": 2, "format": 1, "endian": "big", "interval": 4}
    guess = segbuf.guess_keys(content[:3600] + rows.tobytes(), **options)
    assert guess.n_traces == 40
    for candidate in (*guess.lines, *guess.offsets, *guess.coordinates):
        assert 0 <= candidate.score <= 1
        assert candidate.reasons


@given(st.binary(max_size=20_000))
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_guess_of_any_bytes_returns_or_raises_format_error(content):
    try:
        guess = segbuf.guess_keys(content)
    except segbuf.FormatError:
        return
    assert guess.looked_at <= guess.n_traces


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_guess_of_headers_without_traces():
    guess = segbuf.guess_keys(columns_of(3, {})[:3600], n_samples=2)
    assert (guess.looked_at, guess.n_traces, guess.options) == (0, 0, {})
    assert "x and y: no candidate" in str(guess)


def test_guess_assigns_inline_and_crossline_by_hints():
    slow, fast = (index.ravel() for index in np.mgrid[10:17, 500:509])
    columns = {61: slow, 233: fast}
    silent = segbuf.guess_keys(columns_of(63, columns))
    assert silent.options == {"iline": 61, "xline": 233}
    assert "nothing distinguishes the two" in str(silent)
    hinted = segbuf.guess_keys(columns_of(63, columns, "C 1 XLINE 61-64, ILINE 233-236"))
    assert hinted.options == {"iline": 233, "xline": 61}
    assert hinted.lines[0].score > silent.lines[0].score
    assert "card 1 puts inline at byte 233" in str(hinted)
    # A hint alone is no evidence.
    wrong = segbuf.guess_keys(columns_of(63, columns, "C 1 ILINE 9-12, XLINE 21-24"))
    assert wrong.options == silent.options


@pytest.mark.parametrize("dtype", ["int32", "ibm32", "float32"])
@pytest.mark.parametrize("place", [(181, 185), (73, 77), (81, 85)])
def test_guess_recognises_coordinates_of_any_type(place, dtype):
    slow, fast = (index.ravel() for index in np.mgrid[10:17, 500:509])
    x = (450_000 + 12.5 * slow + 21 * fast).astype(np.float32)
    y = (6_780_000 - 21 * slow + 12.5 * fast).astype(np.float32)
    code = {
        "int32": np.rint,
        "ibm32": lambda values: encode_ibm(values).view(np.int32),
        "float32": lambda values: values.view(np.int32),
    }[dtype]
    columns = {189: slow, 193: fast, place[0]: code(x), place[1]: code(y)}
    headers = {(byte, "i4"): values for byte, values in columns.items()}
    file = write_file(None, np.zeros((63, 2), np.float32), headers=headers)
    found = segbuf.guess_keys(file).coordinates[0]
    assert (found.bytes, found.dtypes) == (place, (dtype, dtype))
    assert found.score > 0.9


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_guess_of_corpus_matches_expected(corpus):
    expected = json.loads((corpus / "expected.json").read_text())["files"]
    n = 0
    for name, facts in expected.items():
        if not name.endswith(("sgy", "segy")):
            continue
        if len(facts.get("ilines") or ()) < 2 or len(facts.get("xlines") or ()) < 2:
            continue
        guess = segbuf.guess_keys(corpus / name)
        assert {"iline": 189, "xline": 193}.items() <= guess.options.items(), f"{name}: {guess}"
        assert ("offset" in guess.options) == (len(facts.get("offsets") or ()) > 1), name
        n += 1
    assert n > 10
