"""Real files: each gives what several independent readers agree on (expected.json)."""

import contextlib
import gzip
import hashlib
import io
import itertools
import json
import mmap
import os
import warnings
from pathlib import Path

import naive
import numpy as np
import pytest
from sources import Plain, Scripted, parts

import segbuf

_WHERE = os.environ.get("SEGBUF_CORPUS")
_EXPECTED = json.loads((Path(_WHERE) / "expected.json").read_text()) if _WHERE else {"files": {}}
_HEADER_FIELDS = _EXPECTED.get("trace_header_fields", {})
_FILES = _EXPECTED["files"]
_READABLE = [name for name, file in _FILES.items() if file["readable"]]
_OTHER = [name for name in _FILES if name not in _READABLE]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not _WHERE, reason="SEGBUF_CORPUS names no directory of real files"),
    pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning"),
]


@contextlib.contextmanager
def opened(name):
    """The file and what is expected of it; skips where an error is as good."""
    expected = _FILES[name]
    iline, xline = expected.get("iline_byte", 189), expected.get("xline_byte", 193)
    try:
        file = segbuf.open(Path(_WHERE) / name, iline=iline, xline=xline)
    except segbuf.SegbufError as error:
        if expected.get("may_refuse"):
            pytest.skip(f"refused, as it may be: {error}")
        raise
    with file:
        yield file, expected


@pytest.mark.parametrize("name", _READABLE)
def test_corpus_facts_match_expected(name):
    with opened(name) as (f, expected):
        assert (f.n_traces, f.n_samples) == (expected["n_traces"], expected["n_samples"])
        assert int(f.format) == expected["format"]
        assert f.endian == expected["endian"]
        assert f.kind == f.evidence["kind"].value == expected["kind"]
        assert f.evidence["first trace"].value == str(expected["first_trace_at"])
        assert f.evidence["additional trace headers"].value == str(expected["extra_trace_headers"])
        if f.kind == "su":
            assert f.revision is None
            assert list(f.text) == []
            with pytest.raises(segbuf.FormatError, match="has no binary header"):
                _ = f.binary
            return
        # Bytes 00 0v: the revision with its bytes in the wrong order.
        swapped = {"0.1": 1.0, "0.2": 2.0}
        assert f.revision == swapped.get(expected["revision"], float(expected["revision"]))
        assert len(f.text) == 1 + expected["extended_text"]
        assert f.evidence["text encoding"].value == expected["text_encoding"]


@pytest.mark.parametrize("name", _READABLE)
def test_corpus_interval_matches_headers_or_is_none(name):
    with opened(name) as (f, expected):
        said = {h[117] & 0xFFFF for h in f.header}
        if f.kind == "segy":
            said.add(f.binary[3217] & 0xFFFF)
        if f.interval is None:
            assert len(said - {0}) != 1, "one value, so it is known"
            with pytest.raises(ValueError, match="pass interval="):
                _ = f.samples
        else:
            assert f.interval * 1000 == expected["dt"]
            assert f.samples.tolist() == [f.delay + i * f.interval for i in range(f.n_samples)]


@pytest.mark.parametrize("name", _READABLE)
def test_corpus_samples_match_expected(name):
    with opened(name) as (f, expected):
        data = np.empty((f.n_traces, f.n_samples), np.float32)
        f.read_into(data)
        assert hashlib.sha256(data.astype("<f4").tobytes()).hexdigest() == expected["sha256"]
        oracle = naive.read_naive(
            Path(_WHERE) / name,
            n_samples=expected["n_samples"],
            format=expected["format"],
            endian=expected["endian"],
            first_trace=expected["first_trace_at"],
            additional_headers=expected["extra_trace_headers"],
        )
        assert f.trace[...].tobytes() == oracle.native.tobytes()
        known = Path(_WHERE) / f"{name}.npy"
        if known.exists():
            assert np.array_equal(data, np.load(known).astype(np.float32))


@pytest.mark.parametrize("name", _READABLE)
def test_corpus_text_matches_expected(name):
    with opened(name) as (f, expected):
        for i in range(len(f.text)):
            lines = f.text[i].split("\n")
            assert [len(line) for line in lines] == [80] * 40
            assert not any(c < " " or "\x7f" <= c < "\xa0" for line in lines for c in line)
            assert len(f.text.bytes(i)) == 3200
        first = expected["text_first_line"] or ""
        printable = "".join(" " if c < " " or "\x7f" <= c < "\xa0" else c for c in first)
        assert "".join(f.text)[:80] == printable


@pytest.mark.parametrize("name", _READABLE)
def test_corpus_headers_match_expected(name):
    with opened(name) as (f, expected):
        for index, words in zip((0, -1), expected["trace_headers"] or (), strict=False):
            fields = zip(_HEADER_FIELDS.items(), words, strict=True)
            for (field, (byte, width, signed)), word in fields:
                found = f.header[index, segbuf.Field(byte, f"i{width}")]
                assert word == (found if signed else found % (1 << 8 * width)), field


@pytest.mark.parametrize("name", [n for n in _READABLE if _FILES[n].get("structured")])
def test_corpus_surveys_match_expected(name):
    with opened(name) as (f, expected):
        fold = (len(expected["offsets"]),) if len(expected["offsets"]) > 1 else ()
        for axis in ("ilines", "xlines", "offsets"):
            # A file counts down: an axis runs as labels first appear.
            assert sorted(getattr(f, axis).tolist()) == sorted(expected[axis]), axis
        lengths = len(f.ilines), len(f.xlines)
        assert f.shape == (*lengths, *fold, f.n_samples)
        sortings = {1: "crossline", 2: "inline"}
        known = expected["segyio_structure"]
        if isinstance(known, dict) and min(lengths) > 1:
            assert f.sorting == sortings[known["sorting"]]
        check_lines(f, (expected["iline_byte"], expected["xline_byte"]))
        check_gathers(f)
        check_groups(f)


@pytest.mark.parametrize("name", [n for n in _READABLE if _FILES[n].get("structured") is False])
def test_corpus_irregular_surveys_read_by_trace_or_with_gaps(name):
    with opened(name) as (f, _):
        if not f.is_survey:
            with pytest.raises(segbuf.GeometryError, match="no survey"):
                f.iline[1]
        else:
            assert not f.geometry.verify().regular
            check_lines(f, (189, 193))
        check_groups(f)


def check_lines(f, lines_at):
    """Every line is the traces whose headers say so, found one by one."""
    key = {}
    fold = len(f.offsets) > 1
    words = [f.header[:, segbuf.Field(byte)].tolist() for byte in (*lines_at, 37)]
    for trace, (iline, xline, offset) in enumerate(zip(*words, strict=True)):
        key.setdefault((iline, xline, offset if fold else None), []).append(trace)
    everything = f.trace[...]
    for lines, one, other in ((f.iline, f.ilines, f.xlines), (f.xline, f.xlines, f.ilines)):
        for label in one.tolist():
            pairs = [(label, o) if lines is f.iline else (o, label) for o in other.tolist()]
            cells = [
                key.get((*pair, offset), [])
                for pair in pairs
                for offset in (f.offsets.tolist() if fold else [None])
            ]
            if any(len(traces) > 1 for traces in cells):
                with pytest.raises(segbuf.GeometryError, match="both have inline"):
                    lines[label]
                continue
            if any(not traces for traces in cells) and f.dtype.kind != "f":
                with pytest.raises(segbuf.GeometryError, match="fill"):
                    lines[label]
                continue
            found = lines[label].reshape(len(cells), f.n_samples)
            for row, traces in zip(found, cells, strict=True):
                if traces:
                    assert row.tobytes() == everything[traces[0]].tobytes()
                else:
                    assert np.isnan(row).all()


def check_gathers(f):
    """Every gather is the cube at its labels, and so are slices of depth."""
    cube = np.stack([f.iline[label] for label in f.ilines.tolist()])
    cube = cube.reshape(len(f.ilines), len(f.xlines), len(f.offsets), f.n_samples)
    for (i, inline), (x, crossline) in itertools.product(
        enumerate(f.ilines.tolist()), enumerate(f.xlines.tolist())
    ):
        assert f.gather[inline, crossline].tobytes() == cube[i, x].tobytes()
    for gather, want in zip(f.gather, cube.reshape(-1, *cube.shape[2:]), strict=True):
        assert gather.tobytes() == want.tobytes()
    assert np.asarray(f.cube).tobytes() == cube.tobytes()
    last = f.n_samples - 1
    assert f.depth_slice[last].tobytes() == np.ascontiguousarray(cube[..., last]).tobytes()


def check_groups(f):
    """Every group is the traces whose headers say so, found one by one."""
    everything = f.trace[...]
    for field in ("field_record", "ensemble", "offset"):
        groups = f.group(field)
        want = {}
        for trace, header in enumerate(f.header):
            want.setdefault(header[field], []).append(trace)
        assert list(groups) == list(want)
        for (key, traces), indices in zip(groups.items(), want.values(), strict=True):
            assert groups.indices(key).tolist() == indices
            assert traces.tobytes() == everything[indices].tobytes()


def _whole(source, **options):
    """All that a file says when it is opened from somewhere, or why it cannot be."""
    try:
        file = segbuf.open(source, duplicates="first", fill=0, **options)
    except (segbuf.SegbufError, ValueError) as error:
        return type(error), str(error)
    with file as f, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        segbuf.open(source, **options).close()
        survey = f.is_survey
        return {
            "traces": f.trace[...].tobytes(),
            "headers": [header.bytes for header in f.header],
            "binary": f.kind == "segy" and f.binary.bytes,
            "text": list(f.text),
            "facts": (f.shape, f.format, f.endian, f.revision, f.interval, f.delay, f.unit),
            "evidence": str(f.evidence),
            # Without the name, which each has of its own.
            "odd": [str(said.message).rpartition(f"{f.files[0].name}: ")[2] for said in caught],
            "lines": [f.iline[label].tobytes() for label in f.ilines.tolist()] if survey else None,
            "geometry": str(f.geometry.verify()) if f.n_traces and survey else None,
        }


@pytest.mark.parametrize("name", _FILES)
def test_corpus_reads_match_from_every_source(name):
    path = Path(_WHERE) / name
    content = path.read_bytes()
    want = _whole(path)
    sources = {
        "its name": str(path),
        "a list of it": [path],
        "bytes": content,
        "bytearray": bytearray(content),
        "a part of memory": memoryview(b"junk" + content)[4:],
        "ndarray": np.frombuffer(content, np.uint8),
        "records": np.frombuffer(content, "V4" if len(content) % 4 == 0 else "V1"),
        "BytesIO": io.BytesIO(content),
        "short reads": Scripted(content),
        "read only": Plain(content),
        "gzip": gzip.GzipFile(fileobj=io.BytesIO(gzip.compress(content))),
    }
    for how, source in sources.items():
        assert _whole(source) == want, how
    for options in ({"mmap": True}, {"threads": 1}):
        assert _whole(path, **options) == want, options
    with path.open("rb") as stream:
        assert _whole(stream) == want
        assert _whole(stream.fileno()) == want
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            assert _whole(mapped) == want


def _labels(f):
    return f.is_survey and [sorted(axis.tolist()) for axis in (f.ilines, f.xlines)]


@pytest.mark.parametrize("name", [n for n in _READABLE if _FILES[n]["n_traces"] > 1])
def test_corpus_file_in_two_parts_reads_as_one(name):
    content = (Path(_WHERE) / name).read_bytes()
    with segbuf.open(content) as f:
        known = {
            "n_samples": f.n_samples,
            "format": int(f.format),
            "endian": f.endian,
            "interval": f.interval or 1.0,
            "duplicates": "first",
            "fill": 0,
        }
        half = f.n_traces // 2
        wanted = f.trace[...].tobytes(), [h.bytes for h in f.header], list(f.text)
        survey = _labels(f)
    with segbuf.open(parts(content, half), **known) as f:
        assert (f.trace[...].tobytes(), [h.bytes for h in f.header], list(f.text)) == wanted
        assert _labels(f) == survey
        assert f.files[1].traces.start == half


@pytest.mark.parametrize("name", _OTHER)
def test_corpus_unreadable_files_raise_or_return_whole_traces(name):
    path = Path(_WHERE) / name
    content = path.read_bytes()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            file = segbuf.open(path)
        except segbuf.FormatError:
            return
    with file as f:
        first = int(f.evidence["first trace"].value)
        length = 240 + f.n_samples * f.dtype.itemsize
        # Not one trace more than there are, and what is left over is told.
        assert first + f.n_traces * length <= len(content)
        assert caught
        oracle = naive.read_naive(
            content, n_samples=f.n_samples, format=int(f.format), endian=f.endian, first_trace=first
        )
        assert f.n_traces == len(oracle.native)
        assert f.trace[...].tobytes() == oracle.native.tobytes()
