"""The command: ``segbuf demo``, ``segbuf info``, and how both end."""

import csv
import inspect
import io
import json
import os
import re
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest

import segbuf
from segbuf import cli
from segbuf.cli import _open, _progress
from segbuf.cli import scan as _scan
from segbuf.testing import write_file


def segbuf_command(*arguments, **options):
    """Run the command in a process of its own."""
    command = [sys.executable, "-m", "segbuf", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.fixture
def volume(tmp_path):
    """Three inlines, backwards, and four crosslines, which lie unevenly."""
    path = tmp_path / "volume.sgy"
    cube = np.zeros((3, 4, 5), np.float32)
    labels = {"ilines": [30, 20, 10], "xlines": [1, 2, 4, 7]}
    write_file(path, cube, **labels, text="C 1 THREE LINES", delay=8, revision=2.0)
    return path


def without_a_blank(text):
    return [" ".join(line.split()) for line in text.splitlines()]


# --- demo --------------------------------------------------------------------------------------


def test_demo_reads_its_volume_and_leaves_nothing(tmp_path):
    ran = segbuf_command("demo", "--size", "0.1", env={**os.environ, "TMPDIR": str(tmp_path)})
    assert ran.returncode == 0, ran.stderr
    assert not ran.stderr
    for what in ("ndarray", "array.array", "bytearray", "inline", "crossline", "single traces"):
        assert re.search(rf"{what}.* \d+\.\d\d", ran.stdout), what
    assert "Every sample read is the one written" in ran.stdout
    assert "WRONG" not in ran.stdout
    assert not list(tmp_path.iterdir())


def test_demo_keeps_volume_at_path_and_overwrites_nothing(tmp_path):
    path = tmp_path / "kept.sgy"
    assert segbuf_command("demo", "--size", "0.1", "--keep", path).returncode == 0
    with segbuf.open(path) as file:
        assert file.shape == (5, 5, 1000)
        assert file.format.name == "IBM_FLOAT32"
    before = path.read_bytes()
    again = segbuf_command("demo", "--size", "0.1", "--keep", path)
    assert again.returncode == 1
    assert again.stderr.startswith(f"segbuf: {path}: ")
    assert path.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("keep", [False, True])
def test_demo_cleans_up_on_interrupt(tmp_path, keep):
    command = [sys.executable, "-m", "segbuf", "demo", "--size", "64"]
    command += ["--keep", str(tmp_path / "kept.sgy")] if keep else []
    running = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with running:
        # Said when there is something to clean up.
        assert running.stdout.readline().startswith("Making")
        assert list(tmp_path.iterdir())
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    assert said == "segbuf: interrupted\n"
    assert running.returncode == 128 + signal.SIGINT
    assert not list(tmp_path.iterdir())


def test_demo_reports_wrong_sample(monkeypatch, capsys):
    monkeypatch.setattr(segbuf.testing, "decode_ibm", np.zeros_like)
    assert cli.main(["demo", "--size", "0.1"]) == 1
    assert capsys.readouterr().out.count("WRONG") > 1


# --- info --------------------------------------------------------------------------------------


def test_info_describes_file(volume):
    ran = segbuf_command("info", volume)
    assert ran.returncode == 0
    assert not ran.stderr
    told = without_a_blank(ran.stdout)
    for line in (
        "C 1 THREE LINES",
        "revision 2.0",
        "byte order big-endian",
        "format 1, ibm_float32, read as float32",
        "traces 12",
        "samples 5 a trace",
        "interval 4 ms, from 8 to 24 ms",
        "inlines 3: 30 to 10, step -10",
        "crosslines 4: 1 to 7, steps vary",
        "sorting inline",
        "regular: 12 traces on 3 inlines x 4 crosslines",
        "byte order: big",
    ):
        assert line in told
    assert str(segbuf.open(volume).evidence).splitlines()[0] in told


def test_info_takes_several_files_as_one(volume, tmp_path, capsys):
    more, other = tmp_path / "more.sgy", tmp_path / "other.sgy"
    labels = {"ilines": [0, -10], "xlines": [1, 2, 4, 7]}
    write_file(more, np.zeros((2, 4, 5), np.float32), **labels, delay=8)
    write_file(other, np.zeros((1, 4, 6), np.float32))
    assert cli.main(["info", str(volume), str(more)]) == 0
    told = without_a_blank(capsys.readouterr().out)
    for line in (
        "files 2",
        "traces 20",
        "files: 2",
        f"{more}: traces 12 to 19, from offset 3600",
        "inlines 5: 30 to -10, step -10",
        "regular: 20 traces on 5 inlines x 4 crosslines",
    ):
        assert line in told
    assert cli.main(["info", "--json", str(volume), str(more)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["path"] is None
    assert told["files"] == [
        {"name": str(volume), "first_trace": 0, "n_traces": 12},
        {"name": str(more), "first_trace": 12, "n_traces": 8},
    ]
    assert cli.main(["info", str(volume), str(more), str(other)]) == 1
    assert capsys.readouterr().err.startswith(f"segbuf: {other}: the file differs from {volume}")


def test_info_reports_irregularities(tmp_path, capsys):
    path = tmp_path / "missing.sgy"
    write_file(
        path, np.zeros((3, 4, 5), np.float32), trace_order=[0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]
    )
    assert cli.main(["info", str(path)]) == 0
    told = without_a_blank(capsys.readouterr().out)
    assert "irregular: 11 traces on 3 inlines x 4 crosslines" in told
    assert "missing: 1: 2/4" in told


def test_info_explains_missing_survey(tmp_path, capsys):
    path = tmp_path / "list.sgy"
    write_file(path, np.zeros((3, 5), np.float32))
    assert cli.main(["info", str(path)]) == 0
    assert "no survey: " in capsys.readouterr().out


def test_info_takes_options_of_open(volume, capsys):
    assert _open.OPTIONS.keys() < inspect.signature(segbuf.open).parameters.keys()
    options = ["--iline", "crossline", "--xline", "189", "--interval", "2", "--n-samples", "5"]
    assert cli.main(["info", str(volume), *options]) == 0
    told = capsys.readouterr()
    assert "inlines     4: 1 to 7, steps vary" in told.out
    assert "crosslines  3: 30 to 10, step -10" in told.out
    assert "interval    2 ms, from 8 to 16 ms" in told.out


def test_info_warns_on_stderr(volume):
    with volume.open("ab") as file:
        file.write(b"trailing")
    ran = segbuf_command("info", volume)
    assert ran.returncode == 0
    assert ran.stderr.startswith(f"segbuf: warning: {volume}: 8 trailing bytes")
    assert ran.stderr.count("\n") == 1
    assert "12 traces on 3 inlines" in ran.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "the file"), (b"\0" * 3599, "the file ends"), (b"\0" * 4000, "format")],
)
def test_info_reports_non_segy_file_in_one_line(tmp_path, content, said):
    path = tmp_path / "broken.sgy"
    path.write_bytes(content)
    ran = segbuf_command("info", path)
    assert ran.returncode == 1
    assert not ran.stdout
    assert ran.stderr.startswith(f"segbuf: {path}: ")
    assert said in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_info_reports_unopenable_file_in_one_line(tmp_path, capsys):
    for path, said in ((tmp_path / "none.sgy", "No such file"), (tmp_path, "directory")):
        assert cli.main(["info", str(path)]) == 1
        told = capsys.readouterr().err
        assert told.startswith(f"segbuf: {path}: ")
        assert said in told
        assert told.count("\n") == 1


def test_info_reports_bad_argument_in_one_line(volume, capsys):
    for option in (["--iline", "nonsense"], ["--iline", "239"], ["--format", "99"]):
        assert cli.main(["info", str(volume), *option]) == 1
        told = capsys.readouterr().err
        assert told.startswith("segbuf: ")
        assert told.count("\n") == 1


def test_info_json_matches_text(volume, tmp_path, capsys):
    with volume.open("ab") as file:
        file.write(b"trailing")
    assert cli.main(["info", str(volume), "--json"]) == 0
    told = capsys.readouterr()
    data = json.loads(told.out)
    with pytest.warns(segbuf.SegbufWarning) as warned:
        file = segbuf.open(volume)
    with file:
        assert data["warnings"] == [str(warning.message) for warning in warned]
        assert data["warning_codes"] == ["trailing-bytes"]
        assert told.err == "".join(f"segbuf: warning: {said}\n" for said in data["warnings"])
        for name in ("revision", "endian", "n_traces", "n_samples", "interval", "delay", "unit"):
            assert data[name] == getattr(file, name), name
        assert data["format"] == {"code": 1, "name": "ibm_float32", "dtype": "float32"}
        assert data["text"] == list(file.text)
        assert data["binary"]["sample_interval"] == 4000
        assert data["evidence"]["byte order"]["value"] == "big"
        assert data["evidence"].keys() == file.evidence.keys()
    survey = data["geometry"]
    assert survey["inlines"] == [30, 20, 10]
    assert survey["crosslines"] == [1, 2, 4, 7]
    assert (survey["survey"], survey["sorting"], survey["regular"]) == (True, "inline", True)
    write_file(tmp_path / "list.sgy", np.zeros((3, 5), np.float32), interval=None)
    assert cli.main(["info", str(tmp_path / "list.sgy"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["interval"] is None
    assert data["geometry"]["survey"] is False
    assert "no survey" in data["geometry"]["why"]


class Terminal(io.StringIO):
    """A terminal that says when it has been written to."""

    def __init__(self):
        super().__init__()
        self.written = threading.Event()

    def isatty(self):
        return True

    def write(self, text):
        count = super().write(text)
        self.written.set()
        return count


def test_progress_is_shown_on_terminal_only(monkeypatch):
    monkeypatch.setattr(_progress, "FIRST", 0.0)
    terminal = Terminal()
    with _progress.Progress("reading", 200, terminal) as progress:
        progress.advance(50)
        assert terminal.written.wait(60)
        assert progress.line().startswith("reading: 25 % ")
    assert "\rreading:" in terminal.getvalue().replace("\x1b[K", "")
    assert terminal.getvalue().endswith("\r\x1b[K")
    quiet = io.StringIO()
    with _progress.Progress("reading", 200, quiet):
        pass
    assert not quiet.getvalue()


def test_progress_is_not_shown_for_short_work():
    terminal = Terminal()
    with _progress.Progress("reading", None, terminal):
        pass
    assert not terminal.getvalue()


def test_info_describes_corpus_files(corpus, capsys):
    files = json.loads((corpus / "expected.json").read_text())["files"]
    for name, expected in files.items():
        status = cli.main(["info", str(corpus / name)])
        told = capsys.readouterr()
        assert status in {0, 1}, name
        assert told.err.count("\n") == status or told.err.startswith("segbuf: warning: "), name
        if expected["readable"] and expected["kind"] == "segy" and not expected.get("may_refuse"):
            assert status == 0, (name, told.err)
            assert f"traces      {expected['n_traces']:,}\n" in told.out, name


# --- scan --------------------------------------------------------------------------------------


def test_scan_reports_header_values(volume, capsys):
    assert cli.main(["scan", str(volume)]) == 0
    told = without_a_blank(capsys.readouterr().out)
    assert "inline 10 30 3" in told
    assert "crossline 1 7 4" in told
    assert cli.main(["scan", str(volume), "ILINE_3D", "193"]) == 1
    assert "ILINE_3D" in capsys.readouterr().err
    assert cli.main(["scan", str(volume), "INLINE_3D", "193"]) == 0
    told = without_a_blank(capsys.readouterr().out)
    assert told[1:] == ["INLINE_3D 10 30 3", "193 1 7 4", "[2 fields, 0 of them 0 everywhere]"]


FIELDS = ["inline", "193", "cdp_x"]


def scanned(volume):
    """The words of every trace, one header at a time."""
    with segbuf.open(volume) as file:
        return [
            {"trace": i, **{name: header[int(name) if name.isdigit() else name] for name in FIELDS}}
            for i, header in enumerate(file.header)
        ]


@pytest.mark.parametrize("traces", [1, 5, 1 << 16])
def test_scan_prints_fields_of_every_trace(volume, tmp_path, capsys, monkeypatch, traces):
    monkeypatch.setattr(_scan, "TRACES", traces)
    want = scanned(volume)
    assert cli.main(["scan", str(volume), *FIELDS, "--csv"]) == 0
    told = capsys.readouterr().out
    rows = [
        {name: int(word) for name, word in row.items()} for row in csv.DictReader(io.StringIO(told))
    ]
    assert rows == want
    assert cli.main(["scan", str(volume), *FIELDS, "--csv", "-o", str(tmp_path / "a.csv")]) == 0
    assert (tmp_path / "a.csv").read_text() == told
    assert cli.main(["scan", "--json", str(volume), *FIELDS]) == 0
    assert json.loads(capsys.readouterr().out) == want
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    path = tmp_path / "a.parquet"
    assert cli.main(["scan", str(volume), *FIELDS, "--parquet", "-o", str(path)]) == 0
    assert parquet.read_table(path).to_pylist() == want


@pytest.mark.parametrize(
    "arguments",
    [
        ["--csv", "FILE", "inline", "193"],
        ["FILE", "--csv", "inline", "193"],
        ["FILE", "inline", "--csv", "193"],
        ["FILE", "inline", "193", "--csv"],
    ],
    ids=" ".join,
)
def test_scan_takes_options_in_any_position(volume, capsys, arguments):
    given = [str(volume) if argument == "FILE" else argument for argument in arguments]
    assert cli.main(["scan", *given]) == 0
    header, *traces = capsys.readouterr().out.splitlines()
    assert header == "trace,inline,193"
    assert len(traces) == 12


def test_scan_prints_all_fields_and_text_as_hexadecimal(volume):
    ran = segbuf_command("scan", volume, "--json")
    assert ran.returncode == 0
    rows = json.loads(ran.stdout)
    with segbuf.open(volume) as file:
        names = list(file.header[0])
        assert list(rows[0]) == ["trace", *names]
        for row, header in zip(rows, file.header, strict=True):
            for name in names:
                word = header[name]
                if isinstance(word, bytes):
                    assert bytes.fromhex(row[name]).ljust(len(word), b"\0") == word
                else:
                    assert row[name] == word


def test_scan_reports_missing_pyarrow(volume, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert cli.main(["scan", str(volume), "--parquet"]) == 1
    assert "pip install pyarrow" in capsys.readouterr().err


# --- all --------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
@pytest.mark.parametrize("command", ["demo", "index", "info", "scan"])
def test_commands_stop_silently_on_closed_pipe(volume, tmp_path, command):
    empty = tmp_path / "temporary"
    empty.mkdir()
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ran = subprocess.run(
            [sys.executable, "-m", "segbuf", command]
            + (["--size", "0.1"] if command == "demo" else [str(volume)]),
            stdout=writer,
            stderr=subprocess.PIPE,
            check=False,
            env={**os.environ, "TMPDIR": str(empty)},
        )
    finally:
        os.close(writer)
    assert ran.stderr == b""
    assert ran.returncode == 141
    assert not list(empty.iterdir())


def test_help_and_version_are_printed(capsys):
    helps = {
        (): ["demo", "info", "scan", "--version"],
        ("demo",): ["--size", "--keep"],
        ("info",): [
            "FILE",
            "--json",
            *("--" + name.replace("_", "-") for name in _open.OPTIONS),
        ],
    }
    helps["scan",] = [*helps["info",], "--csv", "--parquet", "--output", "FIELD"]
    for command, named in helps.items():
        with pytest.raises(SystemExit) as left:
            cli.main([*command, "--help"])
        assert left.value.code == 0
        told = capsys.readouterr().out
        for name in named:
            assert name in told
    with pytest.raises(SystemExit) as left:
        cli.main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"segbuf {segbuf.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["info"], ["demo", "--size", "-1"]])
def test_bad_arguments_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as left:
        cli.main(arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("usage: segbuf")


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("segbuf", {"numpy", "typing", "collections", "enum", "dataclasses", "re"}),
        ("segbuf.cli", {"numpy", "hypothesis", "dataclasses"}),
    ],
)
def test_import_loads_nothing_large(module, absent):
    code = (
        f"import sys; before = set(sys.modules); import {module}; print(*set(sys.modules) - before)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert not absent & set(ran.stdout.split())
