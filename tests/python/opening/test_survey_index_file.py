"""The saved index: files open with it as without, and never by one that is not theirs."""

import os
import pickle
import stat
from pathlib import Path

import numpy as np
import pytest
from codes import warns
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import segbuf
from segbuf import cli
from segbuf.testing import surveys, write_file

SUFFIX = ".segbuf-index"


@pytest.fixture
def ragged(tmp_path):
    """A survey of lines of 5, 4 and 6 traces."""
    keys = [(i, x) for i, n in ((7, 5), (8, 4), (9, 6)) for x in range(n)]
    path = tmp_path / "ragged.sgy"
    write_traces(path, keys)
    return path


def write_traces(path, keys):
    samples = np.arange(len(keys) * 3, dtype=np.float32).reshape(len(keys), 1, 3)
    inlines, crosslines = np.array(keys).T
    headers = {"inline": inlines[:, None], "crossline": crosslines[:, None]}
    write_file(path, samples, format=5, headers=headers)


def read(file):
    """All there is to read by line."""
    lines = {int(i): file.iline[int(i)].tolist() for i in file.ilines}
    return file.ilines.tolist(), file.xlines.tolist(), file.sorting, str(lines)


def test_survey_index_beside_file_is_used(ragged):
    with segbuf.open(ragged) as f:
        want = read(f)
        assert "index" not in f.evidence
        path = f.save_index()
    assert path == f"{ragged}{SUFFIX}"
    with segbuf.open(ragged) as f:
        assert f.evidence["index"].value == path
        assert read(f) == want
        assert f.evidence["index"].value in str(f.evidence)
        with pickle.loads(pickle.dumps(f)) as again:  # noqa: S301
            assert "index" in again.evidence
            assert read(again) == want
    with segbuf.open(ragged, index=False) as f:
        assert "index" not in f.evidence
        assert read(f) == want
    with segbuf.open(ragged, verify=True) as f:
        assert "index" not in f.evidence


def test_survey_index_at_other_path_is_used(ragged, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with segbuf.open(ragged.name) as f:
        want = read(f)
        assert f.save_index(Path("other index")) == "other index"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other index", "ragged.sgy"]
    with segbuf.open("ragged.sgy", index="other index") as f:
        saved = pickle.dumps(f)
    monkeypatch.chdir("/")
    with pickle.loads(saved) as f:  # noqa: S301
        assert read(f) == want
        assert "index" in f.evidence


def test_survey_index_of_relative_path_is_beside_file(ragged, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with segbuf.open("ragged.sgy") as f:
        monkeypatch.chdir("/")
        assert f.save_index() == f"{ragged}{SUFFIX}"


def test_changed_file_is_reported(ragged):
    with segbuf.open(ragged) as f:
        f.save_index()
    content, times = ragged.read_bytes(), ragged.stat()

    def refused(said, content, ns=times.st_mtime_ns, **options):
        ragged.write_bytes(content)
        os.utime(ragged, ns=(ns, ns))
        with warns("stale-index", text=said):
            segbuf.open(ragged, **options).close()

    refused("modified since", content, times.st_mtime_ns + 1000)
    refused("another size", content[:-252])
    swapped = bytearray(content)
    swapped[3600 + 188 : 3600 + 192] = (9).to_bytes(4, "big")
    refused("other content", swapped)
    refused("keys in other bytes", content, iline=9)
    ragged.write_bytes(content)
    os.utime(ragged, ns=(times.st_mtime_ns, times.st_mtime_ns))
    segbuf.open(ragged).close()  # as it was


def test_stale_survey_index_is_replaced(ragged):
    with segbuf.open(ragged) as f:
        f.save_index()
    write_traces(ragged, [(1, 1), (1, 2), (2, 2)])
    with warns("stale-index", text="save it again"):
        f = segbuf.open(ragged)
    f.save_index()
    f.close()
    with segbuf.open(ragged) as f:
        assert f.ilines.tolist() == [1, 2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_survey_index_is_not_used(ragged, data):
    with segbuf.open(ragged, index=False) as f:
        want = read(f)
        path = Path(f.save_index())
    whole = path.read_bytes()
    damaged = bytearray(whole)
    kind = data.draw(st.sampled_from(["flip", "cut", "append", "other"]))
    if kind == "flip":
        damaged[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    elif kind == "cut":
        del damaged[data.draw(st.integers(0, len(whole) - 1)) :]
    elif kind == "append":
        damaged += data.draw(st.binary(min_size=1, max_size=50))
    else:
        damaged = data.draw(st.binary(max_size=500))
    path.write_bytes(damaged)
    with warns("stale-index"):
        f = segbuf.open(ragged)
    with f:
        assert read(f) == want


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(survey=surveys(), duplicates=st.sampled_from(["error", "first"]))
def test_survey_index_does_not_change_survey(tmp_path, survey, duplicates):
    path = tmp_path / "survey.sgy"
    path.write_bytes(survey.file)
    options = dict(zip(("iline", "xline", "offset"), survey.key_bytes, strict=True))
    options["duplicates"] = duplicates
    with segbuf.open(path, index=False, verify=False, **options) as f:
        f.save_index()
    # An index knows all headers, a survey without one only those of the traces it looked at.
    try:
        plain = segbuf.open(path, index=False, verify=True, **options)
    except segbuf.GeometryError:
        assert duplicates == "error"
        return
    with plain, segbuf.open(path, **options) as f:
        assert "index" in f.evidence
        for name in ("ilines", "xlines", "offsets", "sorting"):
            assert told(f, name) == told(plain, name)
        assert told(f, "live") == told(plain, "live")


def told(file, name):
    try:
        value = file.geometry.live if name == "live" else getattr(file, name)
    except segbuf.GeometryError as error:
        return str(error)
    return value.tolist() if isinstance(value, np.ndarray) else value


def test_survey_index_replaces_only_survey_index(ragged):
    content = ragged.read_bytes()
    with segbuf.open(ragged) as f:
        with pytest.raises(ValueError, match="is no survey index"):
            f.save_index(ragged)
        with pytest.raises(FileNotFoundError) as error:
            f.save_index(ragged.parent / "nowhere" / "index")
        assert error.value.filename == str(ragged.parent / "nowhere" / "index")
    assert ragged.read_bytes() == content
    assert list(ragged.parent.iterdir()) == [ragged]
    with pytest.raises(FileNotFoundError, match="cannot read the survey index"):
        segbuf.open(ragged, index=ragged.parent / "nowhere")


def test_survey_index_needs_single_file_opened_by_path(ragged):
    other = ragged.with_name("other.sgy")
    other.write_bytes(ragged.read_bytes())
    for file in (ragged.read_bytes(), [ragged, other]):
        f = segbuf.open(file)
        with f, pytest.raises(ValueError, match="only one file that was opened by path"):
            f.save_index()
        with pytest.raises(ValueError, match="only one file that was opened by path"):
            segbuf.open(file, index=other)
    with pytest.raises(ValueError, match="closed"):
        f.save_index()


@pytest.mark.filterwarnings("ignore:.*no trace")
def test_empty_file_has_no_survey_index(tmp_path):
    empty = tmp_path / "empty.sgy"
    write_file(empty, np.zeros((0, 1, 3), np.float32), format=5)
    with segbuf.open(empty) as f, pytest.raises(segbuf.GeometryError, match="no traces"):
        f.save_index()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_unwritable_folder_raises(ragged):
    ragged.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        with segbuf.open(ragged) as f, pytest.raises(PermissionError):
            f.save_index()
    finally:
        ragged.parent.chmod(stat.S_IRWXU)


def test_index_command_saves_survey_index(ragged, tmp_path, capsys):
    assert cli.main(["index", str(ragged)]) == 0
    assert capsys.readouterr().out == f"{ragged}{SUFFIX}\n"
    with segbuf.open(ragged) as f:
        assert "index" in f.evidence
    other = tmp_path / "other"
    assert (
        cli.main(["index", str(ragged), "-o", str(other), "--iline", "193", "--xline", "189"]) == 0
    )
    with segbuf.open(ragged, index=other, iline=193, xline=189) as f:
        assert f.xlines.tolist() == [7, 8, 9]
        assert "index" in f.evidence
    # A stale one is no news to who replaces it.
    ragged.touch()
    assert cli.main(["index", str(ragged)]) == 0
    assert capsys.readouterr().err == ""
    assert cli.main(["index", str(ragged), "-o", str(ragged)]) == 1
    assert "no survey index" in capsys.readouterr().err
