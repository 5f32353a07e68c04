"""Several files that are read as one."""

import gzip
import io
import resource
import sys
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
from codes import raises, warns
from hypothesis import given
from hypothesis import strategies as st
from sources import Plain, Scripted, parts

import segbuf
from segbuf.testing import make_cube, write_file

ILINES, XLINES = range(10, 22), range(100, 115)
CUBE = make_cube(len(ILINES), len(XLINES), 300)
CONTENT = write_file(None, CUBE, format=5, ilines=ILINES, xlines=XLINES)
TRACES = CUBE.reshape(-1, 300)


@pytest.fixture
def paths(tmp_path):
    """Three files that were one: traces 0 to 49, 50 to 62, 63 to 179."""
    paths = [tmp_path / f"{name}.sgy" for name in "abc"]
    for path, content in zip(paths, parts(CONTENT, 50, 63), strict=True):
        path.write_bytes(content)
    return paths


def check(f):
    """Everything that is read is what one file would give."""
    __tracebackhide__ = True
    assert f.shape == CUBE.shape
    assert np.array_equal(f.trace[:], TRACES)
    assert np.array_equal(f.trace[[179, 50, 49, 62, 63, 0]], TRACES[[179, 50, 49, 62, 63, 0]])
    assert np.array_equal(f.trace[45:70:3, ::-7], TRACES[45:70:3, ::-7])
    assert np.array_equal(list(f.iline), CUBE)
    assert np.array_equal(list(f.xline), CUBE.swapaxes(0, 1))
    assert np.array_equal(f.depth_slice[17], CUBE[:, :, 17])
    assert np.array_equal(f.cube[2:5, ::3, 7], CUBE[2:5, ::3, 7])
    assert f.header["inline"].tolist() == np.repeat(ILINES, len(XLINES)).tolist()
    assert [f.header[i]["crossline"] for i in (49, 50, 62, 63)] == [104, 105, 102, 103]
    assert f.geometry.verify().regular
    assert f.text[0] == segbuf.open(CONTENT).text[0]
    with pytest.raises(segbuf.TraceIndexError):
        f.trace[180]


@pytest.mark.parametrize("sort", [list, tuple])
@pytest.mark.parametrize("mapped", [False, True])
def test_open_takes_list_of_paths(paths, sort, mapped):
    with segbuf.open(sort(paths), mmap=mapped) as f:
        check(f)
        assert [part.name for part in f.files] == [str(path) for path in paths]
        assert [part.traces for part in f.files] == [range(50), range(50, 63), range(63, 180)]
        assert np.array_equal(f.trace[f.files[1].traces], TRACES[50:63])
        assert f.path is None
        assert repr(f).startswith(f"<segbuf.File 3 files from {str(paths[0])!r} on: 180 traces of")
    assert repr(f) == f"<segbuf.File 3 files from {str(paths[0])!r} on, closed>"
    with pytest.raises(ValueError, match="closed"):
        _ = f.files


def test_open_list_of_one_equals_single_file(paths):
    with segbuf.open(paths[:1]) as f, segbuf.open(paths[0]) as g:
        assert f.path == g.path == str(paths[0])
        assert f.files == g.files == ((str(paths[0]), range(50)),)
        assert repr(f) == repr(g)
        assert str(f.evidence) == str(g.evidence)


def test_open_list_mixes_source_types(paths):
    a, b, c = (path.read_bytes() for path in paths)
    for files in (
        [a, b, c],
        [paths[0], bytearray(b), io.BytesIO(c)],
        [Scripted(a), Plain(b), gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(c)))],
        [memoryview(a), paths[1], np.frombuffer(c, np.uint8)],
    ):
        with segbuf.open(files) as f:
            check(f)
    with paths[2].open("rb") as stream, segbuf.open([paths[0], io.BytesIO(b), stream]) as f:
        check(f)
        assert [Path(part.name).name for part in f.files] == [
            "a.sgy",
            "files[1] (BytesIO)",
            "c.sgy",
        ]
        assert f.threads == 1
    memory = bytearray(b)
    with segbuf.open([a, memory]) as f, pytest.raises(BufferError):
        memory.append(0)
    memory.append(0)


def test_joined_memory_source_is_refused_as_destination(paths):
    a, b = (bytearray(path.read_bytes()) for path in paths[:2])
    with segbuf.open([a, b]) as f:
        for memory in (a, b):
            with pytest.raises(segbuf.DestinationError, match="overlaps memory that a file"):
                f.trace.read_into(7, memoryview(memory)[4000:5200])
            f.trace.read_into(7, bytearray(1200))


@pytest.mark.slow
@given(st.lists(st.integers(0, 180), max_size=8), st.integers(0, 179), st.integers(1, 80))
def test_split_position_does_not_change_reads(cuts, first, count):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", segbuf.SegbufWarning)  # of files without a trace
        f = segbuf.open(parts(CONTENT, *sorted(cuts)))
    assert np.array_equal(f.trace[first : first + count], TRACES[first : first + count])
    assert np.array_equal(f.iline[10 + first // 15], CUBE[first // 15])
    assert f.header[first]["crossline"] == 100 + first % 15
    assert sum(len(part.traces) for part in f.files) == f.n_traces == 180


def test_joined_order_follows_list(paths):
    with segbuf.open(paths[::-1]) as f:
        assert np.array_equal(f.trace[:], np.concatenate([TRACES[63:], TRACES[50:63], TRACES[:50]]))
        assert sorted(f.ilines) == list(ILINES)
        assert np.array_equal(f.iline[10], CUBE[0])
        assert np.array_equal(f.iline[14], CUBE[4]), "this one lies in two of them"


def test_joined_file_names_follow_list(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("größe.sgy").write_bytes(CONTENT)
    Path("b.sgy").write_bytes(write_file(None, CUBE, format=5, ilines=range(30, 42)))
    with segbuf.open(["größe.sgy", "b.sgy"]) as f:
        assert [part.name for part in f.files] == ["größe.sgy", "b.sgy"]
        assert f.evidence["files"].value == "2"
        assert f.evidence["files"].because[0] == "größe.sgy: traces 0 to 179, from offset 3600"


# --- What disagrees ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "samples", "says"),
    [
        ({"endian": "little"}, 300, "in byte order: little, not big"),
        ({"format": 3}, 300, "in format: int16, not ieee_float32"),
        ({}, 299, "in samples per trace: 299, not 300"),
        ({"interval": 2.0}, 300, "in interval: 2, not 4"),
        ({"revision": 2.0, "additional_headers": 1}, 300, "trace headers: 480, not 240"),
    ],
)
def test_disagreeing_files_are_named(paths, options, samples, says):
    odd = CUBE[:2, :, :samples].astype(np.int16 if options.get("format") == 3 else np.float32)
    write_file(paths[2], odd, **({"format": 5} | options))
    segbuf.open(paths[2])
    with raises(segbuf.FormatError, "files-differ", text=says) as caught:
        segbuf.open(paths)
    assert str(caught.value).startswith(f"{paths[2]}: the file differs from {paths[0]} in")


def test_unreadable_files_are_named(paths):
    paths[1].write_bytes(b"nothing")
    with raises(segbuf.FormatError, "file-too-short"):
        segbuf.open(paths)
    with pytest.raises(segbuf.FormatError, match=r"files\[1\] \(memory\): .*the file ends"):
        segbuf.open([CONTENT, b"nothing"])
    paths[1].unlink()
    with pytest.raises(FileNotFoundError) as caught:
        segbuf.open(paths)
    assert caught.value.filename == str(paths[1])


def test_truncated_trace_is_dropped_in_any_part(paths):
    paths[1].write_bytes(paths[1].read_bytes()[:-5])
    with warns("trailing-bytes", text=f"{paths[1]}: 1435 trailing bytes") as caught:
        f = segbuf.open(paths)
    assert caught[0].filename == __file__
    assert f.n_traces == 179
    assert np.array_equal(f.trace[:], np.delete(TRACES, 62, axis=0))
    assert f.geometry.verify().missing == 1


def test_repeated_finding_of_many_files_is_warned_once(tmp_path):
    paths = [tmp_path / f"{i}.sgy" for i in range(5)]
    for i, path in enumerate(paths):
        write_file(path, CUBE[:2], format=5, interval=None, ilines=[2 * i, 2 * i + 1])
    with warns("unknown-interval", text=f"{paths[0]} and 4 other files: "):
        f = segbuf.open(paths)
    assert f.interval is None
    with segbuf.open(paths, interval=4.0) as f:
        assert f.samples[1] == 4.0


def test_same_file_twice_is_read_twice(paths):
    with warns("duplicate-file", text="a.sgy is listed twice"):
        f = segbuf.open([paths[0], paths[1], paths[0]])
    assert np.array_equal(f.trace[63:], TRACES[:50])
    with pytest.raises(segbuf.GeometryError, match="both have"):
        f.iline[10]
    with warns("duplicate-file"):
        f = segbuf.open([paths[0], paths[0]], duplicates="first")
    assert np.array_equal(f.iline[10], CUBE[0])


def test_one_object_as_several_files_is_read():
    stream = Scripted(CONTENT)
    with segbuf.open([stream, stream], duplicates="last") as f:
        assert np.array_equal(f.trace[:], np.concatenate([TRACES, TRACES]))


def test_shrunk_part_is_named(paths):
    with segbuf.open(paths) as f:
        with paths[1].open("r+b") as stream:
            stream.truncate(3600 + 3 * 1440 + 100)
        assert np.array_equal(f.trace[52], TRACES[52])
        for read in (lambda: f.trace[53], lambda: f.trace[:], lambda: f.header[53]):
            with raises(segbuf.FormatError, "file-shrunk") as caught:
                read()
            assert (caught.value.trace, caught.value.byte) == (53, 3600 + 3 * 1440 + 100)


def test_source_exception_propagates_unchanged(paths):
    class Failing(io.BytesIO):
        error = None

        def readinto(self, buffer):
            if self.error is not None:
                raise self.error
            return super().readinto(buffer)

    stream = Failing(paths[1].read_bytes())
    with segbuf.open([paths[0], stream, paths[2]]) as f:
        stream.error = ValueError("no")
        for read in (lambda: f.trace[:], lambda: f.iline[14], lambda: f.header["cdp"]):
            with pytest.raises(ValueError, match="no") as caught:
                read()
            assert caught.value is stream.error
        f.trace[:50]
        f.trace[63:]
        stream.error = None
        check(f)


def test_joined_file_serves_many_threads(paths):
    with segbuf.open(paths, threads=3) as f:
        errors = []

        def work(i):
            try:
                for turn in range(40):
                    label = 10 + (5 * i + 7 * turn) % 12
                    assert np.array_equal(f.iline[label], CUBE[label - 10])
            except BaseException as error:  # noqa: BLE001 - it is looked at below
                errors.append(error)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not errors


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system how many may be open")
def test_joined_maps_need_no_open_file(tmp_path):
    paths = []
    for i in range(60):
        paths.append(tmp_path / f"{i:02}.sgy")
        write_file(paths[-1], CUBE[:1, :3], format=5, ilines=[i], xlines=[1, 2, 3])
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    in_use = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (in_use + 20, hard))
    try:
        with pytest.raises(OSError, match="Too many open files") as caught:
            segbuf.open(paths)
        with segbuf.open(paths, mmap=True) as f:
            assert f.shape == (60, 3, 300)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert caught.value.errno == 24
    assert caught.value.filename in map(str, paths)


def test_directory_of_lines_opens_as_one(tmp_path):
    for i in range(5):
        write_file(tmp_path / f"line-{i}.sgy", CUBE[i : i + 1], format=1, ilines=[7 * i])
    with segbuf.open(sorted(tmp_path.glob("*.sgy"))) as f:
        assert f.ilines.tolist() == [0, 7, 14, 21, 28]
        assert f.shape == (5, 15, 300)


# --- What headers mean ---------------------------------------------------------------------------


def layout(iline, xline, name="ours"):
    entries = [("iline", iline), ("xline", xline), ("offset", 37)]
    entries = "".join(f'<entry name="{n}" byte="{b}" type="int4"/>' for n, b in entries)
    xml = f'((SEG:Layout:text/xml))<segy-layout name="{name}">{entries}</segy-layout>'
    return xml.encode().ljust(3200)


def laid_out(*places, ilines=ILINES, **layouts):
    """A file whose keys stand where its own layout says."""
    iline, xline = places
    return write_file(
        None,
        CUBE[: len(ilines)],
        format=5,
        revision=2.1,
        ilines=ilines,
        xlines=XLINES,
        iline=iline,
        xline=xline,
        extended_text=[layout(iline, xline, **layouts)],
    )


def test_files_with_different_header_schemas_are_refused():
    a, b = laid_out(9, 21, ilines=range(3)), laid_out(189, 193, ilines=range(3, 6))
    for files in ([a, b], [b, a], [CONTENT, a]):
        with raises(segbuf.FormatError, "files-differ"):
            segbuf.open(files)
    with pytest.raises(segbuf.FormatError, match=r'the layout "ours".*, not the standard'):
        segbuf.open([CONTENT, a])
    # Called otherwise, they are the same; and so they are where somebody says what they are.
    c = laid_out(9, 21, ilines=range(3, 6), name="theirs")
    with segbuf.open([a, c]) as f:
        assert f.ilines.tolist() == [0, 1, 2, 3, 4, 5]
        assert f.header["iline"].tolist() == np.repeat(range(6), len(XLINES)).tolist()
    with segbuf.open([a, c], layout_xml=False, iline=9, xline=21) as f:
        assert f.ilines.tolist() == [0, 1, 2, 3, 4, 5]


def test_seismic_unix_and_segy_are_not_joined():
    su = CONTENT[3600:]
    with raises(segbuf.FormatError, "files-differ"):
        segbuf.open([CONTENT, su])


def test_differing_header_fields_are_not_used():
    def made(ilines, **binary):
        headers = {"year": 2024, "day_of_year": 60}
        options = {"ilines": ilines, "revision": 2.1, "coordinates": (1000, 2000, 25, 0, 0, 25)}
        return write_file(None, CUBE[:2], format=5, headers=headers, binary=binary, **options)

    plain = made([1, 2])
    metres = made([1, 2], measurement_system=1, time_basis=4)
    feet = made([3, 4], measurement_system=2, time_basis=5)
    with segbuf.open([metres, plain], duplicates="first") as f:
        assert (f.geometry.coords.unit, f.timestamps.basis) == ("m", "utc")
    with warns(
        "files-differ", "files-differ", text="measurement system (byte 3255): 1 in "
    ) as caught:
        f = segbuf.open([metres, feet])
    assert "time basis (byte 3511): 4 in" in str(caught[1].message)
    assert f.geometry.coords.unit not in {"m", "ft"}
    assert f.timestamps.basis is None
    assert f.binary["measurement_system"] == 1, "that of the first"
