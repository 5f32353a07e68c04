"""Opening: sources, facts of the sample axis, bad input."""

import array
import io
import mmap
import multiprocessing
import pathlib
import pickle
import struct
import sys

import numpy as np
import pytest
from codes import raises, warns

import segbuf
from segbuf.testing import write_file

DATA = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
HEADERS = 3600
TRACE = 240 + 20


def plain(data=DATA, **options):
    return write_file(None, data, **({"format": 5} | options))


def edited(file, *edits):
    """The file with other bytes: pairs of byte number, from 1, and content."""
    file = bytearray(file)
    for byte, content in edits:
        file[byte - 1 : byte - 1 + len(content)] = content
    return bytes(file)


def short(value):
    return value.to_bytes(2, "big", signed=value < 0)


@pytest.fixture
def path(tmp_path):
    where = tmp_path / "volume.sgy"
    where.write_bytes(plain())
    return where


# --- Sources -------------------------------------------------------------------------------------


class PathLike:
    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return str(self.path)


def test_open_accepts_str_and_path_like(path):
    for name in (str(path), path, PathLike(path)):
        with segbuf.open(name) as f:
            assert f.n_traces == 12
            assert f.path == str(path)
            assert str(path) in repr(f)


def test_open_accepts_any_file_name(tmp_path):
    for name in ("Überblick 地震.sgy", "no extension", "x" * 200, "with\nnewline"):
        where = tmp_path / name
        where.write_bytes(plain())
        with segbuf.open(where) as f:
            assert np.array_equal(f.iline[1], DATA[0])


def test_buffer_source_is_not_copied():
    content = bytearray(plain())
    with segbuf.open(content) as f:
        assert f.trace[0][0] == 0
        content[HEADERS + 240 : HEADERS + 244] = struct.pack(">f", 77)
        assert f.trace[0][0] == 77, "read in place"
        with pytest.raises(BufferError):
            content.append(0)  # it is lent
        assert f.path is None
        assert "memory" in repr(f)
    content.append(0)  # given back


@pytest.mark.parametrize(
    "make",
    [
        bytes,
        bytearray,
        memoryview,
        lambda b: memoryview(b"xyz" + b)[3:],
        lambda b: np.frombuffer(b, np.uint8),
        lambda b: np.frombuffer(b, np.int32).reshape(2, -1),
        lambda b: array.array("B", b),
    ],
)
def test_memory_sources_open(make):
    with segbuf.open(make(plain())) as f:
        assert np.array_equal(f.iline[2], DATA[1])
        assert f.geometry.verify().regular


def test_mmap_source_opens(path):
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as m:
        with segbuf.open(m) as f:
            assert np.array_equal(f.xline[3], DATA[:, 2])
        with segbuf.open(path, mmap=True) as f:
            assert np.array_equal(f.xline[3], DATA[:, 2])


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (None, TypeError),
        (True, TypeError),
        (2.5, TypeError),
        (object(), TypeError),
        ([], ValueError),
        ([None], TypeError),
        ([["volume.sgy"]], TypeError),
        ({"volume.sgy"}, TypeError),
        (iter(["volume.sgy"]), TypeError),
        (io.BytesIO(), segbuf.FormatError),
        (["/no/such/file.sgy"], FileNotFoundError),
        (np.arange(40)[::2], ValueError),
        ("/no/such/file.sgy", FileNotFoundError),
        (pathlib.Path("/no/such/file.sgy"), FileNotFoundError),
        ("/", IsADirectoryError),
        ("", FileNotFoundError),
    ],
)
def test_open_error_names_path(source, error):
    with pytest.raises(error) as caught:
        segbuf.open(source)
    if issubclass(error, OSError):
        assert caught.value.errno
        assert caught.value.filename is not None
    for mapped in (True, False):
        with pytest.raises(error):
            segbuf.open(source, mmap=mapped)


def test_open_rejects_name_with_nul():
    with pytest.raises((ValueError, OSError)):
        segbuf.open("a\0b")


# --- A file --------------------------------------------------------------------------------------


def test_file_is_context_manager(path):
    with segbuf.open(path) as f:
        assert isinstance(f, segbuf.File)
        assert not f.closed
        assert repr(f) == (
            f"<segbuf.File {str(path)!r}: 12 traces of 5 samples, ieee_float32 big-endian, "
            "revision 1.0>"
        )
    assert f.closed
    f.close()
    assert repr(f) == f"<segbuf.File {str(path)!r}, closed>"
    for action in (
        lambda: f.n_traces,
        lambda: f.trace[0],
        lambda: f.iline[1],
        lambda: f.header[0],
        lambda: f.text[0],
        lambda: f.binary[3225],
        lambda: f.samples,
        lambda: f.read_into(bytearray(240)),
        f.geometry.verify,
    ):
        with pytest.raises(ValueError, match="closed"):
            action()


def test_file_pickles_by_path_and_options(path):
    with segbuf.open(path, interval=4.0, fill=1, threads=1) as f:
        with pickle.loads(pickle.dumps(f)) as g:  # noqa: S301 - just made
            assert np.array_equal(g.trace[:], f.trace[:])
            assert g.path == f.path
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert pool.apply(_first_sample_of_line, (f, 2)) == 20
    with (
        segbuf.open(path.read_bytes()) as f,
        pytest.raises(TypeError, match="memory cannot be pickled"),
    ):
        pickle.dumps(f)


def _first_sample_of_line(f, label):
    with f:
        return float(f.iline[label][0, 0])


@pytest.mark.parametrize("code", [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16])
@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("revision", [0.0, 1.0, 2.0, 2.1])
def test_facts_match_written_file(code, endian, revision):
    data = (np.arange(4800).reshape(12, 400) % 100).astype("u1")
    more = {"extended_text": 2} if revision else {}
    more |= {"additional_headers": 1} if revision >= 2 else {}
    file = write_file(
        None, data, format=code, endian=endian, revision=revision, interval=2.0, delay=8, **more
    )
    with segbuf.open(file) as f:
        assert (f.n_traces, f.n_samples, f.shape) == (12, 400, (12, 400))
        assert int(f.format) == code
        assert f.endian == endian
        assert f.revision == revision
        assert len(f.text) == 1 + more.get("extended_text", 0)
        assert (f.interval, f.delay, f.unit) == (2.0, 8, "ms")
        assert f.samples.dtype == np.float64
        assert f.samples.tolist() == [8 + 2.0 * i for i in range(400)]
        assert np.array_equal(f.trace[:], data.astype(f.dtype))


def test_revision_2_wide_fields_are_read():
    data = np.zeros((2, 70_000), np.int16)
    data[1, -1] = 5
    file = write_file(None, data, format=3, revision=2.0, interval=0.3125)
    with segbuf.open(file) as f:
        assert f.n_samples == 70_000
        assert f.interval == 0.3125
        assert f.trace[1, -1] == 5


# --- The sample axis -----------------------------------------------------------------------------


@pytest.mark.parametrize("flag", [0, 1])
def test_disagreeing_intervals_give_none(flag):
    file = edited(plain(), (3217, short(4000)), (3503, short(flag)), (3601 + 116, short(2000)))
    with warns("unknown-interval", text="4000") as caught:
        f = segbuf.open(file)
    assert "2000" in str(caught[0].message)
    assert caught[0].filename == __file__, "the warning points at the caller"
    with f:
        assert f.interval is None
        with pytest.raises(ValueError, match="pass interval="):
            _ = f.samples
        assert f.trace[0].tolist() == DATA[0, 0].tolist()
    with segbuf.open(file, interval=2.0) as f:
        assert f.samples.tolist() == [0, 2, 4, 6, 8]


def test_missing_interval_gives_none():
    file = plain(interval=None)
    with warns("unknown-interval", text="pass interval= to set it"):
        f = segbuf.open(file)
    assert f.interval is None
    with pytest.raises(ValueError, match="pass interval="):
        _ = f.samples
    with segbuf.open(file, interval=0.25) as f:
        assert f.interval == 0.25


@pytest.mark.parametrize("where", [3217, 3601 + 116])
def test_interval_of_one_header_is_used(where):
    file = plain(DATA[:1, :1], interval=None)
    with segbuf.open(edited(file, (where, short(1500)))) as f:
        assert f.interval == 1.5


@pytest.mark.parametrize(
    ("delay", "scalar", "want"),
    [(0, 0, 0), (100, 0, 100), (-100, 0, -100), (1000, -10, 100), (7, 10, 70), (5, 1, 5)],
)
def test_sample_axis_starts_at_delay_of_first_trace(delay, scalar, want):
    file = plain(np.zeros((12, 25), np.float32), delay=delay, headers={"time_scalar": scalar})
    with segbuf.open(file) as f:
        assert f.delay == want
        assert f.samples[0] == want


def test_varying_delay_is_warned():
    with warns("delay"):
        assert segbuf.open(plain(delay=np.arange(12) + 4)).delay == 4


def test_depth_axis_is_not_time():
    for system, unit in ((1, "m"), (2, "ft")):
        file = plain(
            headers={"trace_id": 25}, binary={"measurement_system": system}, interval=0.005
        )
        with segbuf.open(file) as f:
            assert (f.interval, f.unit) == (5.0, unit)


# --- Bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "byte"),
    [
        (b"", 1),
        (b"a", 2),
        (b"The quick brown fox. " * 9, 190),
        (plain()[:3599], 3600),
        (plain()[:3200], 3201),
    ],
)
def test_file_truncated_within_headers_is_refused(content, byte, tmp_path):
    path = tmp_path / "short.sgy"
    path.write_bytes(content)
    for source in (content, path):
        for mapped in (False, True):
            with pytest.raises(segbuf.FormatError) as caught:
                segbuf.open(source, mmap=mapped)
            assert caught.value.byte == byte
            assert isinstance(caught.value, ValueError)
            assert f"found {len(content)}" in str(caught.value)


def test_text_file_is_refused():
    for text in (b"The quick brown fox. ", b"x,y,z\n1,2,3\n", "Erdbeben ".encode("cp500")):
        with pytest.raises(segbuf.FormatError):
            segbuf.open(text * 5000)


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_header_counts_of_exabytes_are_refused():
    huge = [
        edited(plain(revision=2.1), (3269, b"\x7f\xff\xff\xff"), (3221, b"\0\0")),
        edited(plain(revision=2.1), (3513, b"\x7f" + b"\xff" * 7)),
        edited(plain(revision=2.1), (3521, b"\x7f" + b"\xff" * 7)),
        edited(plain(revision=2.1), (3507, b"\x7f\xff")),
        edited(plain(), (3221, b"\xff\xff"), (3601 + 114, b"\xff\xff")),
        edited(plain(), (3505, b"\x7f\xff")),
        edited(plain(), (3505, b"\xff\xff")),
    ]
    for file in huge:
        try:
            f = segbuf.open(file)
        except segbuf.FormatError:
            continue
        with f:
            assert f.n_traces * (240 + f.n_samples) <= len(file)
            f.trace[...]
    with segbuf.open(plain(), n_samples=2**31 - 1) as f:
        assert f.n_traces == 0
        with pytest.raises(ValueError, match="no whole trace"):
            _ = f.samples  # 16 GB
    for options in ({"n_samples": 2**62}, {"n_samples": 2**64 - 1}, {"first_trace": 2**63}):
        try:
            with segbuf.open(plain(), **options) as f:
                assert f.n_traces == 0
        except (segbuf.FormatError, ValueError, OverflowError):
            pass


def test_zero_samples_need_override():
    zeros = (3221, b"\0\0"), *((3601 + i * TRACE + 114, b"\0\0") for i in range(12))
    with pytest.raises(segbuf.FormatError, match="samples") as caught:
        segbuf.open(edited(plain(), *zeros))
    assert caught.value.byte == 3221
    with segbuf.open(edited(plain(), *zeros), n_samples=5) as f:
        assert np.array_equal(f.iline[1], DATA[0])


@pytest.mark.parametrize("code", [0, 4, 13, 14, 17, 99, -1, -32768])
def test_unknown_format_is_refused(code):
    with raises(segbuf.FormatError, "unknown-sample-format") as caught:
        segbuf.open(edited(plain(), (3225, short(code))))
    assert caught.value.byte == 3225
    with segbuf.open(edited(plain(), (3225, short(code))), format=5) as f:
        assert np.array_equal(f.iline[1], DATA[0])


@pytest.mark.parametrize("cut", [1, 19, 20, 21, 259])
def test_truncated_last_trace_is_warned_and_others_are_read(cut):
    with warns("trailing-bytes", text=f"{TRACE - cut} trailing bytes after 11 complete"):
        f = segbuf.open(plain(truncate=cut))
    with f:
        assert f.n_traces == 11
        assert np.array_equal(f.trace[:], DATA.reshape(12, 5)[:11])
        assert np.isnan(f.iline[3][3]).all()
        with pytest.raises(segbuf.TraceIndexError):
            f.trace[11]


@pytest.mark.parametrize("trailing", [b"\0", b"\x1a" * 37, b"junk" * 40])
def test_trailing_bytes_are_warned(trailing):
    with warns("trailing-bytes", text=f"{len(trailing)} trailing bytes after 12 complete"):
        f = segbuf.open(plain(trailing=trailing))
    with f:
        assert np.array_equal(f.iline[3], DATA[2])


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be cut there")
def test_shrunk_file_error_names_trace(path):
    with segbuf.open(path) as f:
        f.iline[1]
        with path.open("r+b") as stream:
            stream.truncate(HEADERS + 7 * TRACE + 100)
        assert np.array_equal(f.trace[6], DATA.reshape(12, 5)[6])
        for read in (lambda: f.trace[7], lambda: f.trace[:], lambda: f.iline[2]):
            with pytest.raises(segbuf.FormatError, match="ended within a trace") as caught:
                read()
            assert caught.value.trace == 7
