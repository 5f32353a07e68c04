"""Byte orders: pairs that are swapped, and samples in another order than headers."""

import io
import json
import multiprocessing
import os
import pickle
import warnings

import numpy as np
import pytest
from codes import raises, warns
from hypothesis import given, settings
from hypothesis import strategies as st
from sources import Plain, Scripted
from together import ILINES, MODES, SHAPE, XLINES, opened, same

import segbuf
from segbuf import checking, cli
from segbuf.testing import make_cube, native_dtype, surveys, write_file

FORMATS = [1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16]
EVEN = [1, 2, 3, 5, 6, 9, 10, 11, 12]


def swapped(file, *blocks):
    """Give a file with the bytes of each pair swapped within some blocks."""
    file = bytearray(file)
    for start, stop in blocks:
        for i in range(start, stop - 1, 2):
            file[i], file[i + 1] = file[i + 1], file[i]
    return bytes(file)


def twin_of(file):
    """Give the plain file that one with swapped pairs stands for."""
    with segbuf.open(file) as f:
        end = f.first_trace + (len(file) - f.first_trace)
        blocks = (f.first_text + 3200, f.first_text + 3600), (f.first_trace, end)
    return swapped(file, *blocks)


def outcome(action):
    """What an action gives, or how it fails."""
    try:
        return action()
    except Exception as error:  # noqa: BLE001 - whichever it is
        return type(error), str(error)


def everything(f):
    """All there is to read, whatever the survey."""
    n = f.n_traces
    yield from (f.n_traces, f.n_samples, f.format, f.dtype, f.revision, f.interval, f.delay, f.unit)
    yield from (list(f.text), dict(f.binary), f.binary.bytes, [h.bytes for h in f.header])
    yield [dict(header) for header in f.header]
    yield f.trace[:]
    yield f.trace[::-1, ::2]
    yield np.array(list(f.trace))
    out = np.zeros((n, f.n_samples), np.float32)
    f.read_into(out)
    yield out
    for word in ("inline", "cdp_x", 115, segbuf.Field(2, "u2"), segbuf.Field(190, "<i4")):
        yield f.header[:, word]
    yield f.header.describe()
    for name in ("ilines", "xlines", "offsets"):
        yield outcome(lambda name=name: getattr(f, name))
    yield outcome(lambda: str(f.geometry.verify()))
    yield outcome(lambda: f.cube[...])
    yield outcome(lambda: f.depth_slice[0])
    for lines in (f.iline, f.xline, f.gather):
        for label in outcome(lines.keys) if f.is_survey else ():
            yield outcome(lambda lines=lines, label=label: lines[label])
    for field in ("inline", "ensemble"):
        yield from (f.group(field)[key] for key in f.group(field))
    yield f.geometry.coords.x


def assert_twins(f, g):
    for i, (a, b) in enumerate(zip(everything(f), everything(g), strict=True)):
        assert same(a, b) or repr(a) == repr(b), i


SOURCES = {
    "bytes": lambda file, _: file,
    "bytearray": lambda file, _: bytearray(file),
    "BytesIO": lambda file, _: io.BytesIO(file),
    "object": lambda file, _: Scripted(file),
    "plain object": lambda file, _: Plain(file),
    "path": lambda _, path: path,
    "map": lambda _, path: path,
}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
@settings(max_examples=150)
@given(surveys(endians=["pairwise"]), st.sampled_from(list(SOURCES)))
def test_swapped_pairs_read_like_plain_file(tmp_path_factory, survey, source):
    path = tmp_path_factory.getbasetemp() / "pairs.sgy"
    survey.write(path)
    options = {**survey.options, "mmap": source == "map", "duplicates": "first"}
    given = SOURCES[source](survey.file, path)
    plain = twin_of(survey.file)
    with (
        segbuf.open(given, **options) as f,
        segbuf.open(plain, endian="big", **survey.options, duplicates="first") as g,
    ):
        assert (f.endian, f.sample_endian) == ("pairwise", "pairwise")
        assert (g.endian, g.sample_endian) == ("big", "big")
        assert np.array_equal(f.trace[:], survey.traces, equal_nan=f.dtype.kind == "f")
        assert_twins(f, g)


@pytest.fixture(scope="module", params=[1, 3, 6], ids=["ibm", "int16", "float64"])
def pair(request, tmp_path_factory):
    """Give the paths of a file with swapped pairs and of its plain twin."""
    folder = tmp_path_factory.mktemp("pairs")
    cube = make_cube(*SHAPE)
    data = (9000 * cube).astype(native_dtype(request.param))
    options = {"ilines": ILINES, "xlines": XLINES, "format": request.param, "revision": 2.1}
    options |= {"extended_text": 1, "additional_headers": 1, "interval": 2.0}
    options |= {"binary": {"trace_count": 0}}
    for name, endian in (("pairs", "pairwise"), ("plain", "big")):
        write_file(folder / name, data, endian=endian, **options)
    return folder / "pairs", folder / "plain"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("how", ["file", "map", "memory", "object", "parts"])
def test_swapped_pairs_read_in_every_mode_from_every_source(pair, how):
    with opened(pair[0], how) as f, opened(pair[1], how) as g:
        assert f.endian == f.sample_endian == "pairwise"
        for name, read in MODES.items():
            if name in {"evidence", "facts", "text"}:
                continue
            assert same(read(f), read(g)), name
        assert list(f.text)[1:] == list(g.text)[1:], "texts are not swapped"
        assert "PAIRWISE-ENDIAN" in f.text[0]
        assert "pairwise-swapped" in repr(f)


def test_swapped_pairs_survive_pickle_fork_and_index(pair, tmp_path):
    path = tmp_path / "pairs.sgy"
    path.write_bytes(pair[0].read_bytes())
    with segbuf.open(path) as f, segbuf.open(pair[1]) as g:
        index = f.save_index()
        again = pickle.loads(pickle.dumps(f))  # noqa: S301 - our own
        assert again.endian == "pairwise"
        assert same(again.iline[ILINES[3]], g.iline[ILINES[3]])
        if hasattr(os, "fork"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                got, put = multiprocessing.get_context("fork").Pipe(duplex=False)
                read = lambda: put.send(f.iline[ILINES[5]])  # noqa: E731
                child = multiprocessing.get_context("fork").Process(target=read)
                child.start()
            assert same(got.recv(), g.iline[ILINES[5]])
            child.join()
    with segbuf.open(path) as f, segbuf.open(pair[1]) as g:
        assert f.evidence["index"].value == index
        assert same(f.xline[XLINES[3]], g.xline[XLINES[3]])


def test_joined_files_need_one_byte_order(pair):
    pairs, plain = (path.read_bytes() for path in pair)
    with segbuf.open([pairs, io.BytesIO(pairs)]) as f, segbuf.open([plain, plain]) as g:
        assert f.n_traces == g.n_traces
        assert same(f.trace[:], g.trace[:])
        assert same(f.header[:, "inline"], g.header[:, "inline"])
    with raises(segbuf.FormatError, "files-differ"):
        segbuf.open([pairs, plain])
    data = make_cube(1, 3, 400)
    mixed, sane = (
        write_file(None, data, format=5, sample_endian=order) for order in ("little", "big")
    )
    with raises(
        segbuf.FormatError, "files-differ", text="in byte order of samples: little, not big"
    ):
        segbuf.open([sane, mixed])
    with warns("sample-order", text=" and another file: "):
        f = segbuf.open([mixed, mixed])
    assert f.sample_endian == "little"
    assert np.array_equal(f.trace[:3], data[0])
    assert np.array_equal(f.trace[3:], data[0])


def test_view_refuses_samples_in_foreign_byte_order():
    data = make_cube(2, 3, 50)
    native = "little" if np.little_endian else "big"
    foreign = "big" if np.little_endian else "little"
    file = write_file(None, data, format=5, endian="pairwise", revision=2.0)
    with (
        segbuf.open(file) as f,
        pytest.raises(
            ValueError, match=f"expected {native}-endian samples, found pairwise-swapped"
        ),
    ):
        f.trace.view()
    # Where only headers have the other order, samples are used where they lie.
    mixed = write_file(None, data, format=5, endian=foreign, sample_endian=native)
    with segbuf.open(mixed, sample_endian=native) as f:
        assert np.array_equal(f.trace.view(), data.reshape(6, 50))
    mixed = write_file(None, data, format=5, endian=native, sample_endian=foreign)
    with (
        segbuf.open(mixed, sample_endian=foreign) as f,
        pytest.raises(ValueError, match=f"found {foreign}-endian samples"),
    ):
        f.trace.view()


@pytest.mark.filterwarnings("ignore:sample_endian=")
@pytest.mark.parametrize("code", FORMATS)
@pytest.mark.parametrize("orders", [("big", "little"), ("little", "big")], ids="-".join)
def test_separate_sample_byte_order_reads_in_every_mode(code, orders):
    endian, sample_endian = orders
    rng = np.random.default_rng(code)
    data = rng.integers(0, 100, (4, 5, 30)).astype(native_dtype(code))
    file = write_file(None, data, format=code, endian=endian, sample_endian=sample_endian)
    plain = write_file(None, data, format=code, endian=endian)
    with segbuf.open(file, sample_endian=sample_endian, strict=True) as f, segbuf.open(plain) as g:
        assert (f.endian, f.sample_endian) == orders
        assert same(f.cube[...], data)
        assert_twins(f, g)


def test_ambiguous_byte_order_has_no_preference():
    with segbuf.open(write_file(None, np.zeros((3, 4, 50)), format=5)) as f:
        conclusion = f.evidence["sample order"]
        assert conclusion.value == "big"
        assert (conclusion.origin, conclusion.because) == ("declared", ("headers are big-endian",))
        assert [c.value for c in conclusion.candidates] == ["big", "little"]
    with segbuf.open(write_file(None, np.zeros((3, 4, 50), np.int8), format=8)) as f:
        assert f.evidence["sample order"].because == ("samples of one byte have no byte order",)


# --- The command line, and mending ---------------------------------------------------------------


def test_command_line_reports_and_takes_byte_orders(tmp_path, capsys):
    data = make_cube(2, 3, 400)
    pairs, mixed = tmp_path / "pairs.sgy", tmp_path / "mixed.sgy"
    write_file(pairs, data, format=5, endian="pairwise", revision=2.0)
    write_file(mixed, data, format=5, endian="little", sample_endian="big")
    assert cli.main(["info", str(pairs)]) == 0
    shown = capsys.readouterr()
    assert "byte order  pairwise-swapped" in shown.out
    assert "samples are" not in shown.out
    assert not shown.err
    assert cli.main(["info", str(mixed)]) == 0
    shown = capsys.readouterr()
    assert "byte order  little-endian\n  samples are big-endian" in shown.out
    assert "pass sample_endian= to override" in shown.err
    assert cli.main(["info", "--json", "--sample-endian", "big", str(mixed)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["endian"], told["sample_endian"], told["warnings"]) == ("little", "big", [])
    assert cli.main(["info", "--json", "--endian", "pairwise", str(pairs)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["endian"], told["sample_endian"]) == ("pairwise", "pairwise")


WORDS = {
    "trace_id": 1,
    "samples_per_trace": 50,
    "sample_interval": 4000,
    "coordinate_scalar": -100,
}


def pairwise(path, *, headers=None, binary=None, **options):
    data = np.random.default_rng(3).standard_normal((3, 4, 50)).astype(np.float32)
    words = {"measurement_system": 1, "fixed_length_trace_flag": 1}
    write_file(
        path,
        data,
        format=5,
        endian="pairwise",
        headers={**WORDS, **(headers or {})},
        binary={**words, **(binary or {})},
        **{"revision": 2.1, **options},
    )
    return path


BROKEN = {
    "revision": ({"revision": 2.0, "binary": {"revision_major": 0, "revision_minor": 2}}, {}),
    "byte-order": ({"byte_order_constant": False}, {"endian": "pairwise"}),
    "format": ({"binary": {"sample_format": 0}}, {"format": 5}),
    "sample-count": ({"binary": {"samples_per_trace": 7}}, {}),
    "interval": ({"binary": {"sample_interval": 0}}, {}),
    "fixed-length": ({"binary": {"fixed_length_trace_flag": 0}}, {}),
    "extended-text": ({"binary": {"extended_textual_headers": 3}}, {}),
    "trace-count": ({"binary": {"trace_count": 77}}, {}),
    "first-trace": ({"binary": {"first_trace_offset": 3840}}, {}),
    "trailing-bytes": ({"trailing": b"odd"}, {}),
    "trace-sample-count": (
        {"headers": {"samples_per_trace": np.where(np.arange(12) == 5, 0, 50)}},
        {},
    ),
    "trace-interval": ({"headers": {"sample_interval": np.where(np.arange(12) == 5, 7, 4000)}}, {}),
}


def test_swapped_pairs_check_clean(tmp_path):
    assert checking.check(pairwise(tmp_path / "clean.sgy")) == []


@pytest.mark.parametrize("rule", list(BROKEN))
def test_fix_writes_swapped_pairs(tmp_path, rule):
    how, options = BROKEN[rule]
    clean = pairwise(tmp_path / "clean.sgy", revision=how.get("revision", 2.1))
    path = pairwise(tmp_path / "broken.sgy", **how)
    findings = checking.check(path, **options)
    assert [finding.rule for finding in findings if finding.fixable] == [rule]
    assert checking.fix(path, [rule], tmp_path / "mended.sgy", **options) != []
    assert checking.check(tmp_path / "mended.sgy") == []
    assert (tmp_path / "mended.sgy").read_bytes()[3200:] == clean.read_bytes()[3200:]
    assert checking.fix(tmp_path / "mended.sgy", BROKEN, tmp_path / "again.sgy") == []
    assert (tmp_path / "again.sgy").read_bytes() == (tmp_path / "mended.sgy").read_bytes()


def test_fix_writes_wide_interval_with_swapped_pairs(tmp_path):
    path = pairwise(tmp_path / "broken.sgy", binary={"ext_sample_interval": 2000.0})
    fixed = checking.fix(path, ["interval"], tmp_path / "mended.sgy", interval=4)
    assert [(f.found, f.expected) for f in fixed] == [("2000", "4000")]
    with segbuf.open(tmp_path / "mended.sgy") as f:
        assert f.binary["ext_sample_interval"] == 4000.0
        assert f.interval == 4.0


def test_fix_writes_headers_in_header_byte_order(tmp_path):
    data = make_cube(3, 4, 400)
    path = tmp_path / "mixed.sgy"
    write_file(
        path,
        data,
        format=5,
        endian="little",
        sample_endian="big",
        revision=2.0,
        headers={**WORDS, "samples_per_trace": 400},
        binary={"measurement_system": 1, "trace_count": 5},
    )
    found = {finding.rule: finding for finding in checking.check(path)}
    assert set(found) == {"sample-order", "trace-count"} | (set(found) & {"fixed-length"})
    assert "big-endian" in found["sample-order"].found
    assert not found["sample-order"].fixable
    rules = set(found) - {"sample-order"}
    checking.fix(path, rules, tmp_path / "mended.sgy")
    assert [f.rule for f in checking.check(tmp_path / "mended.sgy")] == ["sample-order"]
    with segbuf.open(tmp_path / "mended.sgy", sample_endian="big") as f:
        assert f.binary["trace_count"] == 12
        assert np.array_equal(f.cube[...], data)
