"""Test what users see of the package and of an open file: names, arrays, advice, completion."""

import io
import pydoc
import re
import subprocess
import sys

import numpy as np
import pytest

import segbuf
from segbuf import types
from segbuf.testing import make_cube, write_file

ILINES, XLINES = range(2400, 2404), range(1100, 1103)


@pytest.fixture
def content():
    return write_file(None, make_cube(4, 3, 20), ilines=ILINES, xlines=XLINES)


@pytest.fixture
def file(content):
    with segbuf.open(content) as f:
        yield f


def no_survey():
    return segbuf.open(write_file(None, np.ones((4, 3), np.float32), format=5))


def run(code):
    return subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode


# Names


@pytest.mark.parametrize("name", ["checking", "fields", "guess", "pool", "testing", "types"])
def test_module_loads_as_attribute_when_used(name):
    code = f"""
import sys, segbuf
assert "segbuf.{name}" not in sys.modules
assert segbuf.{name}.__name__ == "segbuf.{name}"
"""
    assert run(code) == 0


def test_import_loads_no_large_module():
    large = ["numpy", "typing", "enum", "pandas", "segbuf.types", "segbuf.guess", "segbuf.testing"]
    assert run(f"import sys, segbuf; sys.exit(any(m in sys.modules for m in {large}[:1]))") == 0
    assert run(f"import sys, segbuf; sys.exit(any(m in sys.modules for m in {large}[3:]))") == 0


def test_unknown_attribute_of_package_raises():
    with pytest.raises(AttributeError, match="nothing"):
        _ = segbuf.nothing


def test_dir_of_package_lists_public_names():
    names = dir(segbuf)
    assert {"open", "File", "guess_keys", "testing", "fields", "types", "errors"} <= set(names)
    assert [name for name in names if name.startswith("_")] == ["__version__"]
    assert all(getattr(segbuf, name) is not None for name in names)


def test_every_name_of_types_is_a_type():
    assert sorted(types.__all__) == types.__all__
    for name in types.__all__:
        kind = getattr(types, name)
        assert name == "Word" or isinstance(kind, type), name
        assert name in {"Word", "KeyCandidate"} or kind.__name__ == name


def test_types_has_classes_of_returned_objects(file):
    table = file.header["inline", "cdp_x"]
    returned = [
        file,
        *(file.trace, file.iline, file.gather, file.depth_slice, file.header, file.text),
        *(file.geometry, file.cube, file.group("inline"), file.stanzas, file.format),
        *(file.binary, file.header[0], file.header[0].blocks, file.header[0].blocks[0]),
        *(file.files[0], file.evidence, file.evidence["format"], file.timestamps),
        *(table, file.header.describe(), file.header.describe("inline")["inline"]),
        *(file.geometry.verify(), file.geometry.coords, file.text.hints, file.guess_keys()),
        *(segbuf.empty(1), segbuf.Pool(), segbuf.memory_report()),
    ]
    known = tuple(getattr(types, name) for name in types.__all__ if name != "Word")
    assert [thing for thing in returned if type(thing) not in known] == []


def private(names):
    return [name for name in names if name.startswith("_") and name[-2:] != "__"]


def test_dir_shows_nothing_private(file):
    table = file.header["inline", "cdp_x"]
    for thing in (file, file.trace, file.header, file.header[0], table, file.cube, file.geometry):
        assert private(dir(thing)) == []
    assert {"n_traces", "trace", "iline", "is_survey", "encoding", "guess_keys"} <= set(dir(file))
    assert {"read_into", "offset", "bytes", "shape", "dtype", "ndim"} <= set(dir(file.trace))


def test_help_of_file_describes_attributes_and_nothing_private():
    text = pydoc.render_doc(segbuf.File, renderer=pydoc.plaintext)
    assert "Trace headers by trace index" in text
    assert re.findall(r"^ \|  (_[a-z]\w*)", text, re.MULTILINE) == []


def test_completion_offers_keys(file):
    def complete(mode):
        return mode._ipython_key_completions_()

    assert "cdp_x" in complete(file.header)
    assert "cdp_x" in complete(file.header[0])
    assert "sample_format" in complete(file.binary)
    assert complete(file.iline) == list(ILINES)
    assert complete(file.xline) == list(XLINES)
    assert complete(file.header["inline", "cdp_x"]) == ["inline", "cdp_x"]
    assert "format" in complete(file.evidence)
    assert complete(file.stanzas) == []
    with no_survey() as f:
        assert complete(f.iline) == []


# Facts


def test_axes_raise_reason_without_survey():
    with no_survey() as f:
        assert not f.is_survey
        for axis in ("ilines", "xlines", "offsets"):
            with pytest.raises(segbuf.GeometryError, match=r"no survey.*byte 189"):
                getattr(f, axis)


def test_axes_are_read_only_arrays(file):
    assert file.is_survey
    for axis, labels in (("ilines", ILINES), ("xlines", XLINES), ("offsets", [0])):
        array = getattr(file, axis)
        assert array.dtype == np.int32
        assert array.tolist() == list(labels)
        assert not array.flags.writeable


@pytest.mark.parametrize("name", ["delays", "lengths", "timestamps"])
def test_columns_of_file_are_read_once_and_read_only(file, name):
    array = getattr(file, name)
    assert array is getattr(file, name)
    assert len(array) == file.n_traces
    assert not array.flags.writeable
    file.close()
    with pytest.raises(ValueError, match="closed"):
        getattr(file, name)


def test_encoding_is_that_of_first_text():
    cube = make_cube(2, 2, 5)
    with segbuf.open(write_file(None, cube)) as f:
        assert f.encoding in {"ebcdic", "ascii"}
        assert f.encoding == f.evidence["text encoding"].value.lower()
    with segbuf.open(write_file(None, cube), encoding="cp500") as f:
        assert f.encoding == "cp500"
    with segbuf.open(write_file(None, cube, kind="su"), kind="su") as f:
        assert f.encoding is None


def test_guess_keys_of_open_file_is_that_of_its_path(tmp_path):
    path = tmp_path / "elsewhere.sgy"
    write_file(path, make_cube(10, 8, 5), iline=9, xline=21)
    with segbuf.open(path) as f:
        guess = f.guess_keys()
    assert guess == segbuf.guess_keys(path)
    assert guess.options == {"iline": 9, "xline": 21}


# Bytes of traces


@pytest.mark.parametrize("endian", ["big", "little", "pairwise"])
@pytest.mark.parametrize("format", [1, 3, 5])
def test_trace_bytes_and_offset_are_those_of_file(endian, format):  # noqa: A002
    cube = np.arange(4 * 3 * 21).reshape(4, 3, 21).astype(np.int16 if format == 3 else np.float32)
    content = bytes(write_file(None, cube, endian=endian, format=format, revision=2.0))
    with segbuf.open(content, endian=endian) as f:
        for i in (0, 5, 11, -1):
            start, end = (
                f.trace.offset(i),
                f.trace.offset(i) + 240 + 21 * (2 if format == 3 else 4),
            )
            assert f.trace.bytes(i) == content[start:end]
        assert f.trace.offset(0) == f.first_trace
        assert f.trace.offset(-1) == f.trace.offset(11)
        assert end == len(content)


def test_trace_bytes_of_varying_lengths_have_own_length():
    lengths = [3, 10, 0, 7]
    content = bytes(
        write_file(
            None,
            np.ones((4, 10), np.float32),
            lengths=lengths,
            additional_headers=1,
            format=5,
            revision=2.1,
        )
    )
    with segbuf.open(content) as f:
        assert f.lengths.tolist() == lengths
        at = f.first_trace
        for i, n in enumerate(lengths):
            assert f.trace.offset(i) == at
            stored = f.trace.bytes(i)
            assert stored == content[at : at + len(stored)]
            assert len(stored) == 480 + 4 * n
            at += len(stored)
        assert at == len(content)


def test_trace_offset_of_joined_files_is_in_its_own_file(content):
    with segbuf.open([content, content]) as f:
        assert f.n_traces == 24
        assert f.trace.offset(12) == f.trace.offset(0) == 3600
        assert f.trace.bytes(13) == f.trace.bytes(1)


@pytest.mark.parametrize("method", ["offset", "bytes"])
def test_trace_bytes_reject_index_outside_file(file, method):
    for index in (12, -13):
        with pytest.raises(segbuf.TraceIndexError):
            getattr(file.trace, method)(index)
    with pytest.raises(TypeError):
        getattr(file.trace, method)(1.5)


def test_trace_bytes_of_file_object_and_shortened_memory(content):
    with segbuf.open(io.BytesIO(content)) as f:
        assert f.trace.bytes(1) == bytes(content[f.trace.offset(1) : f.trace.offset(2)])


# Arrays


@pytest.mark.parametrize("mode", ["trace", "cube"])
def test_mode_is_array_for_numpy(file, mode):
    mode = getattr(file, mode)
    whole = mode[...]
    assert (mode.shape, mode.dtype, mode.ndim) == (whole.shape, whole.dtype, whole.ndim)
    assert np.array_equal(np.asarray(mode), whole)
    assert np.asarray(mode, dtype=np.float64).dtype == np.float64
    assert np.array(mode, copy=True).shape == whole.shape
    assert np.mean(mode) == whole.mean()
    with pytest.raises(ValueError, match="without a copy"):
        np.asarray(mode, copy=False)


def test_traces_of_varying_lengths_are_padded_array():
    content = write_file(None, np.ones((2, 4), np.float32), lengths=[4, 2], format=5, revision=2.1)
    with segbuf.open(content) as f:
        array = np.asarray(f.trace)
        assert array.shape == f.trace.shape == (2, 4)
        assert np.isnan(array[1, 2:]).all()


def test_table_is_structured_array(file):
    field = segbuf.Field(189, "i2")
    table = file.header["inline", "cdp_x", field]
    rows = np.asarray(table)
    assert rows.dtype.names == ("inline", "cdp_x", "i2@189")
    assert rows.shape == (file.n_traces,)
    assert all(
        np.array_equal(rows[n], table[k]) for n, k in zip(rows.dtype.names, table, strict=True)
    )
    assert np.asarray(file.header[...]).dtype.names == tuple(file.header[...])
    assert np.asarray(file.header[2:4]).shape == (2,)
    with pytest.raises(ValueError, match="copy"):
        np.asarray(table, copy=False)


def test_headers_to_pandas_has_row_for_each_trace(file):
    pd = pytest.importorskip("pandas")
    frame = file.header.to_pandas()
    pd.testing.assert_frame_equal(frame, file.header[...].to_pandas())
    assert len(frame) == file.n_traces
    assert frame["inline"].tolist() == file.header["inline"].tolist()
    assert list(file.header.to_pandas(["crossline", "cdp_x"])) == ["crossline", "cdp_x"]
    assert list(pd.DataFrame(np.asarray(file.header[...]))) == list(frame)


def test_file_as_array_raises_advice(file):
    with pytest.raises(TypeError, match=r"f\.trace.*f\.cube"):
        np.asarray(file)


def test_class_called_with_path_raises_advice():
    with pytest.raises(TypeError, match=r"segbuf\.open\('x\.sgy'\)"):
        segbuf.File("x.sgy")


def test_traces_along_fills_destination(file):
    bins = [(2401, 1102), (2400, 1100), (2403, 1101)]
    wanted = file.traces_along(bins)
    out = np.empty((3, 20), np.float32)
    assert file.traces_along(bins, out=out) is out
    assert np.array_equal(out, wanted)
    assert np.array_equal(file.traces_along(np.array(bins)), wanted)
    with pytest.raises(segbuf.DestinationError):
        file.traces_along(bins, np.empty((3, 19), np.float32))


# Destinations


class Tensor:
    def numpy(self):
        raise AssertionError("it is the user who calls it")


class Capsule:
    def __dlpack__(self):
        raise AssertionError("it is the user who calls it")


@pytest.mark.parametrize(
    ("out", "advice"),
    [
        (Tensor(), r"Tensor is not a writable buffer; pass .*numpy\(\)"),
        (Capsule(), r"Capsule is not a writable buffer; pass numpy\.from_dlpack\(\)"),
    ],
    ids=["numpy", "dlpack"],
)
def test_object_with_array_is_named_with_what_to_pass(file, out, advice):
    with pytest.raises(segbuf.DestinationError, match=advice) as caught:
        file.trace.read_into(0, out)
    assert caught.value.code == "not-a-buffer"


@pytest.mark.parametrize("out", [[0.0], None, Tensor, 3], ids=["list", "None", "class", "int"])
def test_object_without_memory_raises_type_error(file, out):
    with pytest.raises(TypeError, match="writable buffer"):
        file.trace.read_into(0, out)
