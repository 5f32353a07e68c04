"""Rules that files are checked by: a violation of each, and its repair."""

import json
import struct
import warnings

import numpy as np
import pytest

import segbuf
from segbuf import cli
from segbuf.checking import RULES, _fix, check, fix
from segbuf.testing import write_file

DATA = np.random.default_rng(1).standard_normal((3, 4, 20)).astype(np.float32)
NOISE = np.random.default_rng(2).standard_normal((3, 4, 100)).astype(np.float32)
HEADERS = {
    "trace_id": 1,
    "samples_per_trace": 20,
    "sample_interval": 4000,
    "coordinate_scalar": -100,
}
BINARY = {"measurement_system": 1, "fixed_length_trace_flag": 1}


def written(path, *, data=DATA, headers=None, binary=None, **options):
    """Write a file as it should be, but for what is asked for."""
    write_file(
        path,
        data,
        format=5,
        headers={**HEADERS, **(headers or {})},
        binary={**BINARY, **(binary or {})},
        **options,
    )
    return path


def patched(path, at, content):
    """Change bytes of a file as it should be, counted from 1, of revision 2.1."""
    written(path, revision=2.1)
    with path.open("r+b") as file:
        file.seek(at - 1)
        file.write(content)
    return path


TRACE = 240 + 4 * 20
DELAYS = np.where(np.arange(12) == 5, 8, 0)

# For each rule a file that breaks it, and it alone.
BROKEN = {
    "readable": lambda path: path.write_bytes(b"nothing of the kind" * 300) and path,
    "text": lambda path: written(path, text=bytes(range(1, 33)) * 100),
    "revision": lambda path: written(path, binary={"revision_major": 0, "revision_minor": 1}),
    "byte-order": lambda path: patched(path, 3297, b"\x00\x00\x00\x00"),
    "sample-order": lambda path: written(
        path, data=NOISE, sample_endian="little", headers={"samples_per_trace": 100}
    ),
    "format": lambda path: patched(path, 3225, b"\x00\x00"),
    "sample-count": lambda path: patched(path, 3221, b"\x00\x00"),
    "interval": lambda path: patched(path, 3217, b"\x00\x00"),
    "fixed-length": lambda path: written(path, binary={"fixed_length_trace_flag": 0}),
    "extended-text": lambda path: patched(path, 3505, b"\x00\x03"),
    "additional-headers": lambda path: written(
        path, revision=2.1, additional_headers=2, binary={"max_additional_trace_headers": 3}
    ),
    "trace-count": lambda path: patched(path, 3513, (13).to_bytes(8)),
    "first-trace": lambda path: patched(path, 3521, (3840).to_bytes(8)),
    "data-trailer": lambda path: patched(path, 3529, b"\x00\x00\x00\x02"),
    "trailing-bytes": lambda path: written(path, trailing=b"some bytes"),
    "units": lambda path: written(path, binary={"measurement_system": 7}),
    "trace-sample-count": lambda path: patched(path, 3600 + 5 * TRACE + 115, b"\x00\x00"),
    "trace-interval": lambda path: patched(path, 3600 + 5 * TRACE + 117, b"\x00\x07"),
    "trace-id": lambda path: written(path, headers={"trace_id": 99}),
    "coordinate-scalar": lambda path: written(path, headers={"coordinate_scalar": 3}),
    "delay": lambda path: written(path, headers={"delay_recording_time": DELAYS}),
    "survey": lambda path: written(path, data=DATA.reshape(12, 20)),
    "duplicates": lambda path: written(path, trace_order=[*range(12), 3]),
    "missing": lambda path: written(path, trace_order=[0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]),
    "order": lambda path: written(path, trace_order=[0, 1, 2, 4, 3, *range(5, 12)]),
}
# What `segbuf.open` has to be told to read it.
OPTIONS = {"format": {"format": 5}}
FIXABLE = [
    "revision",
    "byte-order",
    "format",
    "sample-count",
    "interval",
    "fixed-length",
    "extended-text",
    "additional-headers",
    "trace-count",
    "first-trace",
    "data-trailer",
    "trailing-bytes",
    "trace-sample-count",
    "trace-interval",
]


def test_every_rule_has_a_case():
    assert list(BROKEN) == list(RULES)
    assert set(FIXABLE) < set(RULES)


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("revision", [1.0, 2.0, 2.1])
def test_check_of_valid_file_finds_nothing(tmp_path, revision, endian):
    path = written(tmp_path / "clean.sgy", revision=revision, endian=endian, extended_text=1)
    assert check(path) == []
    wide = written(
        tmp_path / "wide.sgy", revision=2.1, extended_interval=True, extended_samples=True
    )
    assert check(wide) == []


@pytest.mark.parametrize("rule", list(RULES))
def test_check_finds_each_broken_rule(tmp_path, rule):
    path = BROKEN[rule](tmp_path / "broken.sgy")
    findings = check(path, **OPTIONS.get(rule, {}))
    assert [finding.rule for finding in findings] == [rule]
    finding = findings[0]
    assert finding.severity == RULES[rule].severity
    assert finding.fixable == (rule in FIXABLE)
    assert str(finding).startswith(f"{finding.severity}: {rule}: {finding.place}")
    assert finding.found != finding.expected


@pytest.mark.parametrize("rule", FIXABLE)
def test_fix_result_checks_clean_and_reads_the_same(tmp_path, rule):
    path = BROKEN[rule](tmp_path / "broken.sgy")
    before = path.read_bytes()
    fixed = fix(path, [rule], tmp_path / "fixed.sgy", **OPTIONS.get(rule, {}))
    assert [finding.rule for finding in fixed] == [rule]
    assert path.read_bytes() == before
    assert check(tmp_path / "fixed.sgy") == []
    assert fix(tmp_path / "fixed.sgy", FIXABLE, tmp_path / "again.sgy") == []
    assert (tmp_path / "again.sgy").read_bytes() == (tmp_path / "fixed.sgy").read_bytes()
    with segbuf.open(tmp_path / "fixed.sgy") as file:
        assert np.array_equal(file.cube, DATA)
        assert not file.geometry.verify().missing


def wide(value, endian="big"):
    return struct.pack(">d" if endian == "big" else "<d", value)


OTHERS = {
    "the wide interval is none": ("interval", 3273, b"PROJECT ", "bytes 3273-3280", "4000"),
    "it is negative": ("interval", 3273, wide(-4000), "bytes 3273-3280", "4000"),
    "it is no number": ("interval", 3273, wide(np.nan), "bytes 3273-3280", "4000"),
    "EndText is missing": ("extended-text", 3505, b"\xff\xff", "bytes 3505-3506", "0"),
    "the trailer is missing": ("data-trailer", 3529, b"\xff" * 4, "bytes 3529-3532", "0"),
    "2.1 counted as 2.0": ("additional-headers", 3507, b"\0\0\0\2", "bytes 3507-3508", "2"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_check_finds_other_ways_to_break_rules(tmp_path, name):
    rule, at, content, place, expected = OTHERS[name]
    path, out = tmp_path / "broken.sgy", tmp_path / "fixed.sgy"
    written(path, revision=2.1, additional_headers=2 if rule == "additional-headers" else 0)
    file = bytearray(path.read_bytes())
    file[at - 1 : at - 1 + len(content)] = content
    path.write_bytes(file)
    (finding,) = check(path)
    assert (finding.rule, finding.place, finding.expected) == (rule, place, expected)
    assert fix(path, [rule], out) == [finding]
    assert check(out) == []
    with segbuf.open(out, strict=True) as f:
        assert np.array_equal(f.cube, DATA)
        assert f.interval == 4.0


@pytest.mark.parametrize("interval", [125.125, 333.3, 2000.0])
def test_wide_interval_of_any_fraction_is_fixed(tmp_path, interval):
    words = {"ext_sample_interval": interval, "sample_interval": 0}
    path = written(
        tmp_path / "fine.sgy", revision=2.1, binary=words, headers={"sample_interval": 0}
    )
    with segbuf.open(path) as f:
        assert f.interval == interval / 1000
    assert "interval" not in {finding.rule for finding in check(path)}


def test_wide_intervals_that_disagree_need_a_decision(tmp_path):
    path = patched(tmp_path / "broken.sgy", 3273, wide(2000))
    (finding,) = check(path)
    assert (finding.rule, finding.place, finding.found) == ("interval", "bytes 3273-3280", "2000")
    assert not finding.fixable
    assert fix(path, ["interval"], tmp_path / "fixed.sgy", interval=4.0)
    assert check(tmp_path / "fixed.sgy") == []


def test_check_finds_samples_unlike_their_format_code(tmp_path):
    data = np.random.default_rng(2).standard_normal((3, 4, 300)).astype(np.float32)
    headers = {"samples_per_trace": 300}
    path = written(tmp_path / "ieee.sgy", data=data, headers=headers, binary={"sample_format": 1})
    (finding,) = check(path)
    assert (finding.rule, finding.place, finding.found) == ("format", "the samples", "ibm_float32")
    assert finding.expected == "ieee_float32, by their values"
    with pytest.raises(
        ValueError, match="cannot be repaired automatically: error: format: the samples"
    ):
        fix(path, ["format"], tmp_path / "out.sgy")
    assert check(path, format=1) == [], "somebody knows"
    assert fix(path, ["format"], tmp_path / "out.sgy", format=5)
    assert check(tmp_path / "out.sgy") == []


def test_fix_keeps_data_trailer(tmp_path):
    record = b"((SEG:User Data))".ljust(3200)
    path = written(tmp_path / "a.sgy", revision=2.1, trailing=record * 2)
    file = bytearray(path.read_bytes())
    for said in (2, -1):
        file[3528:3532] = (said % (1 << 32)).to_bytes(4)
        path.write_bytes(file)
        assert check(path) == []


def test_fix_repairs_several_findings_in_little_endian_files(tmp_path):
    path = written(
        tmp_path / "broken.sgy",
        endian="little",
        revision=1.0,
        headers={"sample_interval": np.where(np.arange(12) == 7, 3, 4000)},
        binary={"fixed_length_trace_flag": 0},
        trailing=b"\0" * 100,
    )
    findings = check(path)
    assert [(f.rule, f.n) for f in findings] == [
        ("fixed-length", 1),
        ("trailing-bytes", 1),
        ("trace-interval", 1),
    ]
    assert fix(path, FIXABLE, tmp_path / "fixed.sgy") == findings
    assert check(tmp_path / "fixed.sgy") == []


def test_unknown_interval_is_found_but_not_fixed(tmp_path):
    path = written(tmp_path / "odd.sgy", headers={"sample_interval": 0}, interval=None)
    findings = {finding.rule: finding for finding in check(path)}
    assert not findings["interval"].fixable
    with pytest.raises(ValueError, match="cannot be repaired automatically"):
        fix(path, ["interval"], tmp_path / "out.sgy")
    assert fix(path, ["interval"], tmp_path / "out.sgy", interval=2) != []
    with segbuf.open(tmp_path / "out.sgy") as file:
        assert file.interval == 2


def test_fix_overwrites_and_leaves_nothing(tmp_path):
    path = BROKEN["interval"](tmp_path / "broken.sgy")
    for out in (path, BROKEN["format"](tmp_path / "other.sgy")):
        before = out.read_bytes()
        with pytest.raises(FileExistsError):
            fix(path, ["interval"], out)
        assert out.read_bytes() == before
    with pytest.raises(ValueError, match="no such rule: nonsense; there are readable, text"):
        fix(path, ["nonsense"], tmp_path / "out.sgy")
    broken = BROKEN["duplicates"](tmp_path / "double.sgy")
    with pytest.raises(
        ValueError, match="cannot be repaired automatically: error: duplicates: trace 12"
    ):
        fix(broken, ["duplicates"], tmp_path / "out.sgy")
    unreadable = BROKEN["readable"](tmp_path / "unreadable.sgy")
    with pytest.raises(segbuf.FormatError):
        fix(unreadable, ["interval"], tmp_path / "out.sgy")
    assert not (tmp_path / "out.sgy").exists()


def test_corpus_fixes_check_clean_and_read_the_same(corpus, tmp_path):
    expected = json.loads((corpus / "expected.json").read_text())["files"]
    for name, facts in expected.items():
        findings = check(corpus / name)
        if not facts["readable"] or facts.get("may_refuse"):
            continue
        assert all(finding.rule != "readable" for finding in findings), name
        fixable = {finding.rule for finding in findings if finding.fixable}
        fix(corpus / name, fixable, tmp_path / name)
        assert not fixable & {finding.rule for finding in check(tmp_path / name)}, name
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", segbuf.SegbufWarning)
            fixed = segbuf.open(tmp_path / name)
        with fixed:
            assert fixed.n_traces == facts["n_traces"], name


# --- The command -------------------------------------------------------------------------------


def test_check_command_reports_findings(tmp_path, capsys):
    assert cli.main(["check", str(written(tmp_path / "clean.sgy"))]) == 0
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "nothing found\n")
    assert cli.main(["check", str(BROKEN["units"](tmp_path / "units.sgy"))]) == 0
    path = BROKEN["interval"](tmp_path / "broken.sgy")
    assert cli.main(["check", str(path)]) == 1
    told = capsys.readouterr().out.splitlines()[-1]
    assert told == "warning: interval: bytes 3217-3218: found 0, expected 4000"
    assert cli.main(["check", str(path), "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert data["clean"] is False
    assert data["findings"] == [finding._asdict() for finding in check(path)]
    assert cli.main(["check", str(tmp_path / "none.sgy")]) == 1
    assert "No such file" in capsys.readouterr().err


def test_fix_command_writes_fixed_file(tmp_path, capsys):
    path = BROKEN["interval"](tmp_path / "broken.sgy")
    out = tmp_path / "fixed.sgy"
    assert cli.main(["fix", str(path), "--rule", "interval", "format", "-o", str(out)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith("warning: interval: ")
    assert told.err == "1 repaired\n"
    assert cli.main(["check", str(out)]) == 0
    assert cli.main(["fix", str(path), "--rule", "interval", "-o", str(out)]) == 1
    assert f"segbuf: {out}: " in capsys.readouterr().err


def test_fix_removes_copy_that_would_read_differently(tmp_path, monkeypatch):
    path, out = tmp_path / "volume.sgy", tmp_path / "mended.sgy"
    data = np.random.default_rng(3).normal(size=(8, 40)).astype(np.float32)
    write_file(path, data, format=5, binary={3221: 41})
    # A wrong repair: it makes the format another one of as many bytes.
    apply = _fix._apply  # noqa: SLF001
    wrong = {"at": [3224], "content": b"\0\2"}
    monkeypatch.setattr(_fix, "_apply", lambda repair, copy: apply(repair._replace(**wrong), copy))
    with pytest.raises(segbuf.FormatError, match="read differently: format"):
        fix(path, ["sample-count"], out)
    assert not out.exists()


def test_samples_of_another_format_without_file_headers_are_found(tmp_path):
    path = tmp_path / "integers.su"
    samples = np.cumsum(np.random.default_rng(0).integers(-60, 61, (12, 500)), axis=1)
    content = write_file(None, samples.astype(np.int32), format=2, revision=0.0)
    path.write_bytes(content[3600:])
    with pytest.warns(segbuf.SegbufWarning), segbuf.open(path) as f:
        assert "format" in [warning.code for warning in f.warnings]
    assert "format" in [finding.rule for finding in check(path)]
