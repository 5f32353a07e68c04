"""Test values at the edge of what types hold: paths, integers, streams, sizes."""

import errno
import gc
import io
import os
import struct
import subprocess
import sys
import time

import numpy as np
import pytest

import segbuf
from segbuf import checking, cli
from segbuf.testing import write_file

HUGE = (2**31, 2**63, -(2**63) - 1, 2**200, -(2**200))


@pytest.fixture
def survey(tmp_path):
    path = tmp_path / "a.sgy"
    write_file(path, np.ones((3, 4, 5), "f4"), format=5)
    return path


# --- paths -------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", ["a\0b", "\ud800"])
def test_paths_with_nul_or_surrogates_are_value_errors(survey, tmp_path, bad):
    class Path:
        def __fspath__(self):
            return bad

    for path in (bad, Path()):
        calls = [
            lambda path=path: segbuf.open(path),
            lambda path=path: segbuf.open([survey, path]),
            lambda path=path: segbuf.open(survey, index=path),
            lambda path=path: segbuf.open(survey, layout_xml=path),
            lambda path=path: segbuf.guess_keys(path),
            lambda path=path: segbuf.open(survey).save_index(path),
            lambda path=path: checking.check(path),
            lambda path=path: checking.fix(survey, [], path),
            lambda path=path: checking.fix(path, [], tmp_path / "out"),
        ]
        for call in calls:
            with pytest.raises(ValueError, match=r"NUL|null|surrogates"):
                call()
    assert sorted(tmp_path.iterdir()) == [survey]


@pytest.mark.parametrize("command", ["info", "check", "index", "scan"])
def test_commands_report_paths_with_nul(command, capsys):
    assert cli.main([command, "a\0b"]) == 1
    assert capsys.readouterr().err.startswith("segbuf: ")


@pytest.mark.skipif(os.name != "posix", reason="descriptors are read on POSIX")
@pytest.mark.parametrize("number", [-1, *HUGE])
def test_numbers_that_are_no_descriptors_are_os_errors(number):
    with pytest.raises(OSError, match="descriptor") as error:
        segbuf.open(number)
    assert error.value.errno == errno.EBADF


# --- integers ----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", HUGE)
def test_integers_beyond_range_are_index_label_or_value_errors(survey, number):
    out = np.zeros(5, "f4")
    f = segbuf.open(survey)
    known = (IndexError, KeyError, ValueError)
    calls = {
        "trace": lambda: f.trace[number],
        "trace list": lambda: f.trace[[number]],
        "trace sample": lambda: f.trace[0, number],
        "trace into": lambda: f.trace.read_into(number, out),
        "trace offset": lambda: f.trace.offset(number),
        "trace bytes": lambda: f.trace.bytes(number),
        "header": lambda: f.header[number],
        "header field": lambda: f.header[0, number],
        "header fields": lambda: f.header[:, [number]],
        "header word": lambda: f.header[0][number],
        "header block": lambda: f.header[0].blocks[number],
        "binary word": lambda: f.binary[number],
        "header into": lambda: f.header.read_into(number, np.zeros(12, "i4")),
        "describe": lambda: f.header.describe(number),
        "iline": lambda: f.iline[number],
        "iline sample": lambda: f.iline[1, number],
        "xline": lambda: f.xline[number],
        "gather": lambda: f.gather[number, 1],
        "depth slice": lambda: f.depth_slice[number],
        "cube": lambda: f.cube[number],
        "cube list": lambda: f.cube[:, [number]],
        "cube sample": lambda: f.cube[0, 0, number],
        "text": lambda: f.text[number],
        "field": lambda: segbuf.Field(number),
        "along": lambda: f.traces_along([(number, 1)]),
        **{
            name: lambda name=name: segbuf.open(survey, **{name: number})
            for name in ("iline", "xline", "offset", "format", "additional_headers")
        },
    }
    wrong = {}
    for name, call in calls.items():
        try:
            call()
        except known:
            pass
        except Exception as error:  # noqa: BLE001 - all are collected
            wrong[name] = repr(error)
        else:
            wrong[name] = "no error"
    assert not wrong


@pytest.mark.parametrize("number", HUGE)
def test_slices_beyond_range_are_clipped(survey, number):
    f = segbuf.open(survey)
    whole = 12 if number > 0 else 0
    assert len(f.trace[:number]) == whole
    assert len(f.trace[number:]) == 12 - whole
    assert len(f.header[:number, "inline"]) == whole
    assert f.cube[:number].shape[0] == whole // 4
    assert f.depth_slice[:number].shape[0] == (5 if number > 0 else 0)
    assert sum(1 for _ in f.iline[:number]) == whole // 4


def test_checks_of_extreme_intervals_report_findings(tmp_path):
    path = tmp_path / "a.sgy"
    content = bytearray(
        write_file(
            None, np.zeros((4, 10), "f4"), revision=2.0, interval=1.0, extended_interval=True
        )
    )
    for value in (5e-324, 1e300, 1e306, 1.7e308, float("inf"), float("nan"), -1.0):
        content[3272:3280] = struct.pack(">d", value)
        path.write_bytes(content)
        for options in ({}, {"interval": 1e308}, {"interval": 5e-324}):
            assert isinstance(checking.check(path, **options), list)


# --- streams -----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a shell does")
@pytest.mark.parametrize("command", ["info", "check", "index", "scan", "demo"])
@pytest.mark.parametrize("stream", ["closed", "full"])
def test_commands_fail_if_stdout_cannot_be_written(survey, tmp_path, command, stream):
    if stream == "full" and not os.path.exists("/dev/full"):  # noqa: PTH110 - a device
        pytest.skip("this system has no full device")
    arguments = ["--size", "0.1"] if command == "demo" else [str(survey)]
    ran = subprocess.run(
        [
            "/bin/sh",
            "-c",
            '"$@" >' + {"closed": "&-", "full": "/dev/full"}[stream],
            "sh",
            *[sys.executable, "-m", "segbuf", command, *arguments],
        ],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("segbuf: ")
    assert "Traceback" not in ran.stderr
    assert "Exception ignored" not in ran.stderr


@pytest.mark.skipif(os.name != "posix", reason="closes streams as a shell does")
def test_messages_do_not_go_to_stdout_if_stderr_is_closed(survey):
    survey.write_bytes(survey.read_bytes() + b"x")
    ran = subprocess.run(
        ["/bin/sh", "-c", '"$@" 2>&-', "sh", sys.executable, "-m", "segbuf", "scan", str(survey)],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert ran.returncode == 0
    assert "warning" not in ran.stdout


# --- sizes -------------------------------------------------------------------------------------


def test_reads_of_file_objects_keep_no_object():
    f = segbuf.open(io.BytesIO(write_file(None, np.zeros((200, 300), "f4"), format=5)))
    out = np.empty((200, 300), "f4")
    f.read_into(out)
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(300):
        f.read_into(out)
    gc.collect()
    assert sys.getallocatedblocks() - before < 100


def layout_of(n):
    entries = (f'<entry name="n{i}" byte="{i % 230 + 1}" type="int4"/>' for i in range(n))
    return f"<segy-layout>{''.join(entries)}</segy-layout>".encode()


@pytest.mark.filterwarnings("ignore:the header schema")
def test_layouts_of_many_fields_take_no_quadratic_time():
    content = write_file(None, np.zeros((4, 10), "f4"))
    works = {
        "table": lambda f: f.header[:],
        "table shown": lambda f: repr(f.header[:]),
        "description": lambda f: repr(f.header.describe()),
        "header": lambda f: dict(f.header[0]),
        "block": lambda f: dict(f.header[0].blocks[0]),
    }
    times = {name: [] for name in works}
    for n in (2_500, 20_000):
        f = segbuf.open(content, layout_xml=layout_of(n))
        for name, work in works.items():
            tries = []
            for _ in range(3):
                start = time.process_time()
                work(f)
                tries.append(time.process_time() - start)
            times[name].append(min(tries))
    # Quadratic time would be 64 times as long.
    slow = {name: pair for name, pair in times.items() if pair[1] > 24 * pair[0] + 0.01}
    assert not slow


# --- text of files on terminals ----------------------------------------------------------------

EVIL = "\x1b]0;owned\x07\x9b2J\u202e\u200b\x7f"
"""What sets the title of a terminal, clears it, and turns text around."""


@pytest.fixture
def evil(tmp_path):
    """Return the path of a file with what acts on a terminal in its name, texts and layout."""
    name = EVIL.replace("/", "")
    xml = (
        b'<segy-layout name="&#x9b;1m&#x202e;"><entry name="iline" byte="189" type="int4"/>'
        b'<entry name="x&#x9b;2J&#x202e;&#x7f;" byte="9" type="int4"/></segy-layout>'
    )
    stanza = b"((SEG:Layout ver 1.0:text/xml:%d:\x1b[2J))" % len(xml)
    path = tmp_path / f"{name}.sgy"
    write_file(
        path,
        np.ones((3, 4, 5), "f4"),
        format=5,
        revision=2.0,
        text=f"C 1 {EVIL}".encode("latin-1", "replace").ljust(3200),
        extended_text=[(stanza + b"\n" + xml).ljust(3200)],
        headers={"trace_sequence_file": range(12), "field_record": 7},
        trailing=b"x",
    )
    return path


def acts_on_terminal(text):
    return [c for c in text if c not in "\n\t" and not c.isprintable()]


@pytest.mark.filterwarnings("ignore")
def test_commands_escape_text_of_files(evil, tmp_path, capsys):
    path = str(evil)
    commands = [
        ["info", path],
        ["info", path, "--json"],
        ["info", path, path],
        ["info", path + "x"],
        ["scan", path],
        ["scan", path, "--csv"],
        ["scan", path, "--json"],
        ["scan", path, EVIL],
        ["check", path],
        ["check", path, "--json"],
        ["fix", path, "--rule", "trailing-bytes", "-o", path],
        ["fix", path, "--rule", EVIL, "-o", str(tmp_path / "x")],
        ["fix", path, "--rule", "trailing-bytes", "-o", str(tmp_path / "out.sgy")],
        ["index", path],
        ["index", path, "-o", path],
        ["demo", "--size", "0.1", "--keep", path],
    ]
    for command in commands:
        cli.main(command)
        told = capsys.readouterr()
        assert not acts_on_terminal(told.out), command
        assert not acts_on_terminal(told.err), command
    out = tmp_path / "table.csv"
    assert cli.main(["scan", path, "--csv", "-o", str(out)]) == 0
    assert not acts_on_terminal(out.read_text(encoding="utf-8"))


def test_messages_and_tables_escape_text_of_files(evil):
    shown = []
    with pytest.warns(segbuf.SegbufWarning) as caught:
        f = segbuf.open(evil)
    shown += [str(warning.message) for warning in caught]
    shown += [str(warning) for warning in f.warnings]
    shown += [repr(f), str(f.evidence), repr(f.header[:]), repr(f.header.describe())]
    shown += [repr(f.header[0]), repr(f.header), repr(f.text)]
    for call in (lambda: f.header[EVIL], lambda: f.header[0]["x"], lambda: f.header[:, "x"]):
        with pytest.raises(segbuf.FieldError) as error:
            call()
        shown.append(str(error.value))
    with pytest.raises(OSError, match="No such file") as missing:
        segbuf.open(f"{evil}x")
    shown.append(str(missing.value))
    wrong = [text for text in shown if acts_on_terminal(text)]
    assert not wrong
