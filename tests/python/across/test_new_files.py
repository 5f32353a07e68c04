"""Test what every command writes: complete or not at all, and over nothing unasked."""

import os
import resource
import stat
import subprocess
import sys
import threading

import numpy as np
import pytest

import segbuf
from segbuf import checking, cli
from segbuf.testing import write_file

pytestmark = pytest.mark.skipif(
    os.name != "posix", reason="permissions and limits as POSIX has them"
)

COMMANDS = {
    "scan": ["scan", "{survey}", "-o", "{out}"],
    "scan-csv": ["scan", "{survey}", "--csv", "-o", "{out}"],
    "scan-json": ["scan", "{survey}", "--json", "-o", "{out}"],
    "scan-parquet": ["scan", "{survey}", "--parquet", "-o", "{out}"],
    "fix": ["fix", "{survey}", "--rule", "trailing-bytes", "-o", "{out}"],
    "demo": ["demo", "--size", "0.1", "--keep", "{out}"],
    "index": ["index", "{survey}", "-o", "{out}"],
}


@pytest.fixture
def survey(tmp_path):
    path = tmp_path / "folder" / "a.sgy"
    path.parent.mkdir()
    rng = np.random.default_rng(0)
    labels = rng.permutation(300)
    write_file(path, np.ones((300, 2), "f4"), ilines=labels, xlines=labels, format=5)
    return path


@pytest.fixture(params=COMMANDS)
def command(request, survey):
    if request.param == "scan-parquet":
        pytest.importorskip("pyarrow")

    def arguments(out, *more):
        words = COMMANDS[request.param]
        return [word.format(survey=survey, out=out) for word in words] + list(more)

    arguments.name = request.param
    return arguments


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("kind", ["file", "survey", "link", "link to nothing"])
def test_commands_overwrite_only_on_request(command, survey, tmp_path, kind, capfd):
    if command.name == "index" and kind == "link to nothing":
        pytest.skip("an index replaces a link to nothing")
    out = target = tmp_path / "out"
    if kind == "survey":
        out = target = survey
    elif kind == "file":
        out.write_bytes(b"precious")
    else:
        target = survey if kind == "link" else tmp_path / "nothing"
        out.symlink_to(target)
    before = target.read_bytes() if target.exists() else None
    names = sorted(tmp_path.rglob("*"))
    assert cli.main(command(out)) == 1
    assert (target.read_bytes() if target.exists() else None) == before
    assert sorted(tmp_path.rglob("*")) == names
    error = capfd.readouterr().err
    assert str(out) in error
    if command.name == "index":
        return
    assert "overwrite" in error
    assert cli.main(command(out, "--overwrite")) == 0
    assert out.is_file()
    assert not out.is_symlink()
    if kind != "survey":
        assert (target.read_bytes() if target.exists() and target != out else before) == before
    assert not list(tmp_path.rglob("*.part"))


def test_written_files_have_permissions_of_survey(command, survey, tmp_path):
    old = os.umask(0o022)
    try:
        for mode in (0o600, 0o640, 0o444, 0o666):
            survey.chmod(mode)
            out = tmp_path / f"{mode:o}"
            assert cli.main(command(out)) == 0
            assert mode_of(out) == (0o644 if command.name == "demo" else mode)
    finally:
        os.umask(old)


@pytest.mark.usefixtures("survey")
def test_commands_write_nothing_that_is_not_whole(command, tmp_path):
    """A full disk leaves neither a part of the file nor a temporary one."""
    names = sorted(tmp_path.rglob("*"))

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

    ran = subprocess.run(
        [sys.executable, "-m", "segbuf", *command(tmp_path / "out")],
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    assert "Traceback" not in ran.stderr
    assert "segbuf: " in ran.stderr
    assert sorted(tmp_path.rglob("*")) == names


def test_commands_write_to_devices_and_pipes(survey, tmp_path):
    assert cli.main(["scan", str(survey), "-o", os.devnull]) == 0
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = []
    reader = threading.Thread(target=lambda: content.append(pipe.read_text()))
    reader.start()
    assert cli.main(["scan", str(survey), "inline", "--csv", "-o", str(pipe)]) == 0
    reader.join()
    assert content[0].startswith("trace,inline\n0,")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    with segbuf.open(survey) as f, pytest.raises(ValueError, match="no survey index"):
        f.save_index(pipe)


def test_savers_at_once_all_succeed(survey):
    f = segbuf.open(survey, index=False, duplicates="first")
    failures = []

    def save(barrier):
        barrier.wait()
        try:
            f.save_index()
        except OSError as error:
            failures.append(error)

    for _ in range(20):
        barrier = threading.Barrier(3)
        savers = [threading.Thread(target=save, args=[barrier]) for _ in range(3)]
        for saver in savers:
            saver.start()
        for saver in savers:
            saver.join()
    assert not failures
    assert sorted(path.name for path in survey.parent.iterdir()) == ["a.sgy", "a.sgy.segbuf-index"]


def test_fix_shows_no_file_until_it_is_verified(survey, tmp_path, monkeypatch):
    out = tmp_path / "out"
    seen = []
    reading = checking._fix._reading  # noqa: SLF001

    def watched(path, options):
        seen.append((out.exists(), mode_of(type(out)(path))))
        return reading(path, options)

    monkeypatch.setattr(checking._fix, "_reading", watched)  # noqa: SLF001
    survey.chmod(0o644)
    checking.fix(survey, ["trailing-bytes"], out)
    assert seen == [(False, 0o644), (False, 0o600)]
    with pytest.raises(FileExistsError):
        checking.fix(survey, ["trailing-bytes"], out)
    checking.fix(survey, ["trailing-bytes"], out, overwrite=True)
