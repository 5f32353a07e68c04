"""Where each trace begins: `f.delays`, beside a loop over the headers."""

import array
import gzip
import io

import numpy as np
import pytest
from codes import warns
from hypothesis import given
from hypothesis import strategies as st

import segbuf
from segbuf.testing import surveys, write_file

pytestmark = pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")

N = 12
DATA = np.zeros((N, 50), np.float32)
USUAL = {0, *(sign * 10**power for sign in (1, -1) for power in range(5))}
SHORTS = st.integers(-(2**15), 2**15 - 1)


def naive(f):
    """Scale the word of each trace in turn, by the words of the standard."""
    return [scaled(header[109], header[215], f.revision) for header in f.header]


def scaled(word, scalar, revision):
    if revision is None or (revision == 0.0 and scalar not in USUAL):
        scalar = 0
    if scalar > 0:
        return float(word) * scalar
    return float(word) / -scalar if scalar < 0 else float(word)


def check(f):
    """Hold every way to read delays against the naive one."""
    want = np.array(naive(f), np.float64)
    assert f.delays.dtype == np.float64
    assert f.delays.tobytes() == want.tobytes()
    assert f.delay == (want[0] if f.n_traces else 0.0)
    assert float(f.evidence["delay"].value.split()[0]) == f.delay
    out = np.full((f.n_traces, 2), np.nan)
    f.read_delays_into(out[:, 0])
    assert out[:, 0].tobytes() == want.tobytes()
    assert np.isnan(out[:, 1]).all()
    back = np.empty(f.n_traces)
    f.read_delays_into(back, traces=slice(None, None, -1))
    assert back.tobytes() == want[::-1].tobytes()


def put(file, byte, values, dtype=">i2", *, n=N, first=3600):
    """Write a word into each of `n` trace headers."""
    file = bytearray(file)
    length = (len(file) - first) // n
    for i, value in enumerate(np.broadcast_to(values, n)):
        content = np.array(value, dtype).tobytes()
        at = first + i * length + byte - 1
        file[at : at + len(content)] = content
    return bytes(file)


@given(surveys(), st.data())
def test_delays_match_headers_of_any_survey(survey, data):
    with segbuf.open(survey.file) as f:
        check(f)
        n, first, length = f.n_traces, f.first_trace, len(survey.file)
        order = ">i2" if f.endian == "big" else "<i2"
        step = (length - first) // n if n else 0
        regular = n and step * n == length - first
    if not regular:
        return
    file = survey.file
    for byte in (109, 215):
        words = data.draw(st.lists(SHORTS, min_size=n, max_size=n))
        file = put(file, byte, words, order, n=n, first=first)
    with segbuf.open(file) as f:
        check(f)


@given(
    st.lists(SHORTS | st.sampled_from([-(2**15), 2**15 - 1, 0]), min_size=N, max_size=N),
    st.lists(st.sampled_from(sorted(USUAL)) | SHORTS, min_size=N, max_size=N),
    st.sampled_from([0.0, 1.0, 2.0, 2.1]),
    st.sampled_from(["big", "little"]),
    st.integers(0, 2),
)
def test_delay_scalars_of_any_kind_are_applied(words, scalars, revision, endian, additional):
    file = write_file(
        None,
        DATA,
        delay=words,
        headers={"time_scalar": scalars},
        revision=revision,
        endian=endian,
        additional_headers=additional if revision >= 2 else 0,
    )
    with segbuf.open(file) as f:
        assert (f.revision, f.endian) == (revision, endian)
        check(f)
        each = [scaled(*pair, revision) for pair in zip(words, scalars, strict=True)]
        assert f.delays.tolist() == each


def test_delay_scalar_in_revision_0_is_warned():
    for revision, want in ((0.0, 8.0), (1.0, 56.0)):
        file = write_file(None, DATA, delay=8, headers={"time_scalar": 7}, revision=revision)
        with segbuf.open(file) as f:
            assert set(f.delays) == {want}
            because = " ".join(f.evidence["delay"].because)
            assert ("7, which is not a scalar" in because) == (revision == 0.0)


def test_delays_of_depth_files_have_depth_unit():
    headers = {"trace_id": 25, "time_scalar": -100}
    file = write_file(None, DATA, delay=[50 * i for i in range(N)], headers=headers)
    with segbuf.open(file) as f:
        assert f.unit != "ms"
        assert f.delays.tolist() == [i / 2 for i in range(N)]


def test_delays_of_seismic_unix_have_no_scalar():
    file = write_file(None, DATA, format=5, delay=[*range(-5, N - 5)], headers={"time_scalar": 10})
    with segbuf.open(file[3600:]) as f:
        assert f.kind == "su"
        assert f.delays.tolist() == list(range(-5, N - 5))
        assert f.delay == -5.0


# --- Sources -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def file():
    return write_file(None, DATA, delay=range(100, 100 + N), headers={"time_scalar": -10})


@pytest.mark.parametrize("options", [{}, {"mmap": True}, {"threads": 3}])
def test_delays_are_read_from_paths_maps_and_threads(file, options, tmp_path):
    path = tmp_path / "a.sgy"
    path.write_bytes(file)
    with segbuf.open(path, **options) as f:
        check(f)


def test_delays_are_read_from_file_objects_and_memory(file):
    for source in (file, bytearray(file), io.BytesIO(file)):
        with segbuf.open(source) as f:
            check(f)
    with gzip.open(io.BytesIO(gzip.compress(file))) as unpacked, segbuf.open(unpacked) as f:
        check(f)


def test_delays_of_joined_files_are_concatenated(file, tmp_path):
    late = write_file(None, DATA[:5], delay=[300, -300, 7, 0, 1], headers={"time_scalar": 10})
    for name, content in (("a", file), ("b", late)):
        (tmp_path / name).write_bytes(content)
    with warns("delay", text="3000 ms in ", others=True):
        f = segbuf.open([tmp_path / "a", tmp_path / "b"])
    with f:
        check(f)
        assert f.delays[N:].tolist() == [3000, -3000, 70, 0, 10]
        assert (f.delay, f.samples[0]) == (10.0, 10.0)


def test_delays_of_empty_file_are_empty(file):
    with segbuf.open(file[:3600]) as f:
        assert (f.delays.shape, f.delay) == ((0,), 0.0)


# --- Layouts -------------------------------------------------------------------------------------


def layout(*entries):
    return f"<segy-layout>{''.join(entries)}</segy-layout>"


def entry(name, byte, kind):
    return f"<entry name='{name}' byte='{byte}' type='{kind}'/>"


KEYS = entry("iline", 189, "int4") + entry("xline", 193, "int4") + entry("offset", 37, "int4")


def test_delays_use_header_schema_field(file):
    file = put(put(file, 219, np.arange(N) * 3), 239, -2)
    xml = layout(KEYS, entry("delay", 219, "time2"), entry("tm_scal", 239, "int2"))
    where = "0 ms in trace 0, 1.5 ms in trace 1 (bytes 219 and 239)"
    with warns("delay", text=where):
        f = segbuf.open(file, layout_xml=xml)
    with f:
        assert f.delays.tolist() == (np.arange(N) * 1.5).tolist()
        assert f.delay == 0.0
        assert "the header schema contains it" in f.evidence["delay"].because
    # At the very end of the header, without scalar, and as a float.
    with segbuf.open(file, layout_xml=layout(KEYS, entry("delay", 239, "int2"))) as f:
        assert set(f.delays) == {-2.0}
        assert (f.delay, f.samples[0]) == (-2.0, -2.0)
    floats = put(file, 233, np.arange(N) / 8, ">f8")
    with segbuf.open(floats, layout_xml=layout(KEYS, entry("DELAY", 233, "ieee64"))) as f:
        assert f.delays.tolist() == (np.arange(N) / 8).tolist()
    powers = put(put(file, 235, np.arange(N), ">i4"), 239, -1)
    with segbuf.open(powers, layout_xml=layout(KEYS, entry("delay", 235, "scale6"))) as f:
        assert f.delays.tolist() == [i / 10 for i in range(N)]
        assert f.header["delay"].tolist() == f.delays.tolist()


def test_delays_of_joined_files_use_one_header_schema(file, tmp_path):
    for i, name in enumerate("ab"):
        (tmp_path / name).write_bytes(put(file, 219, 30 * i))
    paths = [tmp_path / "a", tmp_path / "b"]
    with warns("delay", text=f"30 ms in trace {N}"):
        f = segbuf.open(paths, layout_xml=layout(KEYS, entry("delay", 219, "int2")))
    with f:
        assert f.delays.tolist() == [0.0] * N + [30.0] * N


def test_delays_use_standard_field_without_schema_field(file):
    with segbuf.open(file, layout_xml=layout(KEYS)) as f:
        check(f)
    with pytest.warns(segbuf.SegbufWarning, match="has pick at byte 109"):
        segbuf.open(file, layout_xml=layout(KEYS, entry("pick", 107, "int4"))).close()


def test_delays_use_additional_header_field():
    file = write_file(None, DATA, format=5, revision=2.1, delay=5, additional_headers=1)
    file = put(put(file, 473, "", "S8"), 241, np.arange(N) * 2)
    inside = f"<extension name='SEG00001'>{entry('delay', 1, 'int2')}</extension>"
    with segbuf.open(file, layout_xml=layout(KEYS, inside)) as f:
        assert f.delays.tolist() == (np.arange(N) * 2.0).tolist()
    both = layout(KEYS, inside, entry("delay", 109, "int2"))
    with segbuf.open(file, layout_xml=both) as f:
        assert f.delays.tolist() == [5.0, *(np.arange(1, N) * 2.0).tolist()]
        assert f.delay == 5.0
    absent = layout(KEYS, inside.replace("SEG00001", "ACME"))
    with warns("delay-missing", text="no byte 1 of ACME"):
        f = segbuf.open(file, layout_xml=absent)
    with f, pytest.raises(segbuf.FieldError, match=r"trace 0.*ACME") as error:
        _ = f.delays
    assert error.value.trace == 0


# --- Your memory ---------------------------------------------------------------------------------


def test_delays_read_into_any_destination(file):
    with segbuf.open(file) as f:
        want = f.delays
        for out in (array.array("d", bytes(8 * N)), bytearray(8 * N), np.empty((N, 1))):
            f.read_delays_into(out)
            assert bytes(memoryview(out).cast("B")) == want.tobytes()
        some = np.empty(3)
        f.read_delays_into(some, traces=[11, 0, 0])
        assert some.tolist() == want[[11, 0, 0]].tolist()


@pytest.mark.parametrize(
    "out",
    [np.zeros(N, np.float32), np.zeros(N, np.int16), np.zeros(N + 1), np.zeros(N, ">f8")],
    ids=str,
)
def test_delays_reject_bad_destination_untouched(file, out):
    with segbuf.open(file) as f, pytest.raises(segbuf.DestinationError):
        f.read_delays_into(out)
    assert not out.any()


def test_delays_reject_missing_traces_and_closed_files(file):
    f = segbuf.open(file)
    with pytest.raises(segbuf.TraceIndexError):
        f.read_delays_into(np.zeros(1), traces=[N])
    f.close()
    with pytest.raises(ValueError, match="closed"):
        _ = f.delays


def test_delays_sweep_leaves_timestamps_alone():
    stamp = {"year": 2024, "day_of_year": 60, "hour": 12, "time_scalar": -10}
    with segbuf.open(write_file(None, DATA, delay=100, headers=stamp)) as f:
        assert set(f.timestamps.astype(str)) == {"2024-02-29T12:00:00.000000000"}
        assert set(f.delays) == {10.0}
