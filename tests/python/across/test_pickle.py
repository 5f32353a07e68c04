"""Handles pickle by path and options, and refuse where they cannot."""

import copy
import multiprocessing
import os
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest

import segbuf
from segbuf.testing import make_cube, write_file

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


@pytest.fixture
def cube():
    return make_cube(6, 5, 40)


@pytest.fixture
def path(tmp_path, cube):
    write_file(tmp_path / "volume.sgy", cube, format=5)
    return tmp_path / "volume.sgy"


def again(file, protocol=None):
    return pickle.loads(pickle.dumps(file, protocol))  # noqa: S301


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_handle_pickles(path, cube, protocol):
    with segbuf.open(path) as f, again(f, protocol) as g:
        assert g is not f
        assert g.path == str(path)
        assert (np.array(list(g.iline)) == cube).all()
        f.close()
        assert (g.trace[7] == cube[1, 2]).all(), "they are closed one by one"


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_handle_can_be_copied(path, cube, duplicate):
    with segbuf.open(path) as f, duplicate(f) as g:
        f.close()
        assert (g.xline[3] == cube[:, 2]).all()


def test_what_was_known_of_the_survey_is_found_again(path):
    with segbuf.open(path) as f:
        f.geometry.verify()
        with again(f) as g:
            assert (g.ilines == f.ilines).all()
            assert g.geometry.verify() == f.geometry.verify()


def test_it_is_small(path):
    with segbuf.open(path) as f:
        list(f.iline)
        assert len(pickle.dumps(f)) < 2000


# Options


def odd_file(path):
    """Write a file that needs all keywords of `open`; give them, and its cube."""
    cube = np.arange(2 * 3 * 20).reshape(2, 3, 20).astype(np.int16)
    write_file(
        path,
        cube,
        format=3,
        endian="little",
        revision=0.0,
        encoding="ascii",
        interval=None,
        ilines=[5, 6],
        xlines=[1, 2, 3],
        iline=9,
        xline=21,
        offset=41,
        trace_order=[0, 1, 2, 2, 3, 5],
        binary={"samples_per_trace": 7, "sample_format": 1},
    )
    return cube, {
        "iline": 9,
        "xline": "cdp",
        "offset": 41,
        "endian": "little",
        "format": 3,
        "encoding": "ascii",
        "revision": 1.0,
        "n_samples": 20,
        "interval": 2.5,
        "first_trace": 3600,
        "additional_headers": 0,
        "duplicates": "last",
        "fill": -9.0,
        "verify": True,
        "threads": 1,
    }


@pytest.mark.parametrize("mmap", [False, True])
def test_all_options_are_kept(tmp_path, mmap):
    cube, options = odd_file(tmp_path / "odd.sgy")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", segbuf.SegbufWarning)
        f = segbuf.open(tmp_path / "odd.sgy", mmap=mmap, **options)
    with f, again(f) as g:
        for handle in (f, g):
            assert (handle.interval, handle.revision, handle.endian) == (2.5, 1.0, "little")
            assert (handle.format, handle.n_samples, handle.n_traces) == (3, 20, 6)
            assert handle.dtype == np.int16
            line = handle.iline[6]
            assert (line[[0, 2]] == cube[1, [0, 2]]).all()
            assert (line[1] == -9).all()
        assert g._handle.options == f._handle.options  # noqa: SLF001 - mmap and threads show nowhere else


def test_a_sweep_that_was_asked_for_is_made_again(tmp_path):
    path = tmp_path / "volume.sgy"
    cube = make_cube(2, 3, 20)
    write_file(path, cube, format=5)
    with segbuf.open(path, verify=True) as f:
        pickled = pickle.dumps(f)
    write_file(path, cube, format=5, trace_order=[0, 1, 1, 3, 4, 5])
    with pytest.raises(segbuf.GeometryError, match="both have"):
        pickle.loads(pickled)  # noqa: S301


def test_a_warning_is_given_once_a_file(tmp_path):
    write_file(tmp_path / "cut.sgy", make_cube(2, 3, 20), format=5, truncate=10)
    with pytest.warns(segbuf.SegbufWarning):
        f = segbuf.open(tmp_path / "cut.sgy")
    with f, again(f) as g:  # a warning would be an error here
        assert g.n_traces == f.n_traces == 5


# Paths


class Somewhere:
    """A PathLike that no other process can unpickle."""

    def __init__(self, path):
        self.path = path

    def __fspath__(self):
        return self.path

    def __reduce__(self):
        raise AssertionError("only the path is pickled")


@pytest.mark.parametrize("kind", [str, Path, Somewhere, lambda path: Somewhere(os.fsencode(path))])
def test_any_path_will_do(path, cube, kind):
    with segbuf.open(kind(str(path))) as f, again(f) as g:
        assert f.path == g.path == str(path)
        assert (g.trace[3] == cube[0, 3]).all()


def test_a_relative_path_stays_what_it_was(path, cube, monkeypatch, tmp_path):
    monkeypatch.chdir(path.parent)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    write_file(elsewhere / "volume.sgy", -cube, format=5)
    with segbuf.open("volume.sgy") as f:
        assert f.path == "volume.sgy"
        monkeypatch.chdir(elsewhere)
        with again(f) as g:
            assert (g.trace[3] == cube[0, 3]).all()


@pytest.mark.parametrize("name", ["日本.sgy", "a b\n.sgy", os.fsdecode(b"\xff\xfe.sgy")])
def test_odd_names_pickle(tmp_path, cube, name):
    write_file(tmp_path / name, cube, format=5)
    with segbuf.open(tmp_path / name) as f, again(f) as g:
        assert (g.trace[3] == cube[0, 3]).all()


def test_a_file_that_is_gone_is_named(path):
    with segbuf.open(path) as f:
        pickled = pickle.dumps(f)
        path.unlink()
        with pytest.raises(FileNotFoundError) as caught:
            pickle.loads(pickled)  # noqa: S301
        assert caught.value.filename == str(path)


def test_several_files_pickle_as_they_are(path, cube, monkeypatch, tmp_path):
    monkeypatch.chdir(path.parent)
    write_file("more.sgy", cube + 1, format=5, ilines=range(7, 13))
    with segbuf.open(["volume.sgy", tmp_path / "more.sgy"], fill=3, threads=1) as f:
        monkeypatch.chdir("/")
        with again(f) as g:
            assert [part.traces for part in g.files] == [range(30), range(30, 60)]
            assert (np.array(list(g.iline)) == [*cube, *(cube + 1)]).all()
        assert (again(f.iline)[8] == cube[1] + 1).all()


# Refusals


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_memory_is_refused_by_name(cube, kind, duplicate):
    memory = kind(write_file(None, cube, format=5))
    with segbuf.open(memory) as f:
        with pytest.raises(TypeError, match="memory cannot be pickled: open it by path"):
            duplicate(f)
        assert (f.trace[3] == cube[0, 3]).all()


def test_a_closed_handle_is_refused(path):
    f = segbuf.open(path)
    f.close()
    with pytest.raises(ValueError, match="closed"):
        pickle.dumps(f)


# Processes


def read_lines(job):
    handle, labels = job
    with handle:
        return [handle.iline[label] for label in labels]


def read_one(label):
    return SHARED.iline[label]


def share(handle):
    global SHARED  # noqa: PLW0603 - that is how a pool shares
    SHARED = handle


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_other_processes_read_through_a_pickled_handle(path, cube, method):
    context = multiprocessing.get_context(method)
    with segbuf.open(path, threads=2) as f:
        f.iline[1]
        with context.Pool(2) as pool:
            lines = pool.map(read_lines, [(f, [1, 2]), (f, [3, 4]), (f, [5, 6])])
        assert (np.concatenate(lines) == cube).all()
        with context.Pool(2, share, (f,)) as pool:
            assert (np.array(pool.map(read_one, f.iline.keys())) == cube).all()


def test_modes_pickle_as_the_file_does(tmp_path):
    path = tmp_path / "volume.sgy"
    write_file(path, make_cube(3, 4, 20), format=5)
    with segbuf.open(path) as f:
        for name in ("trace", "iline", "xline", "gather", "depth_slice", "header", "text"):
            mode = again(getattr(f, name))
            assert type(mode) is type(getattr(f, name))
            assert list(mode.keys()) == list(getattr(f, name).keys())
        assert (again(f.iline.__getitem__)(1) == f.iline[1]).all()
        assert (again(f.gather)[1, 2] == f.gather[1, 2]).all()
        assert again(f.geometry).verify().regular
    with segbuf.open(path.read_bytes()) as f, pytest.raises(TypeError, match="in memory"):
        pickle.dumps(f.trace)


def test_a_file_that_nobody_holds_is_gone_at_once():
    content = bytearray(write_file(None, make_cube(3, 4, 20)))
    f = segbuf.open(content)
    assert f.iline[1].shape == (4, 20)
    with pytest.raises(BufferError):
        content.append(0)
    del f
    content.append(0)  # no cycle keeps the file
