"""Headers, texts, evidence: what a file says of itself, and what is concluded from it."""

import itertools
import warnings

import numpy as np
import pytest
from codes import warns

import segbuf
from segbuf import _segbuf
from segbuf.testing import write_file

DATA = np.arange(20, dtype=np.float32).reshape(4, 5)
FIELDS = {block: _segbuf.header_fields(block) for block in ("binary", "trace")}
NUMBERS = {"int16": -3, "uint16": 65535, "int32": -70_000, "uint8": 200, "uint64": 2**40}


def plain(**options):
    # 4 traces of 5 samples; their 1040 bytes make also one trace of 200.
    return write_file(None, DATA, **({"format": 5} | options))


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")  # the delay varies
def test_trace_header_fields_are_read_by_name_byte_and_alias(endian):
    headers = {
        name: NUMBERS[kind] + np.arange(4) * (1 if kind != "uint16" else -1)
        for name, _, kind, *_ in FIELDS["trace"]
        if kind in NUMBERS
    }
    headers["samples_per_trace"] = 5
    file = write_file(None, DATA, format=5, endian=endian, revision=2.0, headers=headers)
    with segbuf.open(file, interval=4.0) as f:
        for i, (name, byte, kind, aliases, *_) in itertools.product(range(4), FIELDS["trace"]):
            if kind not in NUMBERS:
                continue
            want = np.broadcast_to(headers[name], 4)[i]
            for key in (name, byte, *aliases):
                assert f.header[i][key] == want, (name, key)
                assert f.header[i, key] == want
            assert type(f.header[i][name]) is int
        assert f.header[-1]["field_record"] == f.header[3]["field_record"]


@pytest.mark.parametrize("endian", ["big", "little"])
def test_binary_header_fields_are_read_by_name_byte_and_alias(endian):
    # What the layout rests on stays as it must be.
    fixed = (3217, 3221, 3225, 3261, 3265, 3269, 3273, 3297, 3501, 3502, 3503, 3505, 3507)
    fixed += (3509, 3513, 3521, 3529)
    words = {
        name: NUMBERS[kind]
        for name, byte, kind, *_ in FIELDS["binary"]
        if kind in NUMBERS and byte not in fixed
    }
    file = write_file(None, DATA, format=5, endian=endian, revision=2.0, binary=words)
    with segbuf.open(file) as f:
        for name, byte, kind, aliases, *_ in FIELDS["binary"]:
            for key in (byte, *aliases):
                assert f.binary[key] == f.binary[name]
            if name in words:
                assert f.binary[name] == words[name], name
            if kind == "float64":
                assert isinstance(f.binary[name], float)
        assert f.binary["samples_per_trace"] == f.binary[3221] == f.binary["hns"] == 5
        assert (f.binary["revision_major"], f.binary["revision_minor"]) == (2, 0)


def test_headers_are_mappings():
    with segbuf.open(plain(iline=9)) as f:
        assert len(f.header) == 4
        assert 3 in f.header
        assert 4 not in f.header
        assert list(f.header.keys()) == [0, 1, 2, 3]
        assert [h["trace_sequence_file"] for h in f.header] == [1, 2, 3, 4]
        assert "trace headers" in repr(f.header)
        for view, block in ((f.binary, "binary"), (f.header[0], "trace")):
            names = [name for name, *_ in FIELDS[block]]
            assert list(view) == list(view.keys()) == names
            assert len(view) == len(names)
            assert "samples_per_trace" in view
            assert "inline_number" not in view
            assert dict(view)["samples_per_trace"] == 5
            assert "samples_per_trace" in repr(view)
        assert len(f.header[0].bytes) == 240
        kept = f.header[0]
    assert kept["trace_sequence_file"] == 1, "a header is one's own"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("crosline", ["crossline"]),
        ("inlin", ["inline"]),
        ("CDB_X", ["cdp_x"]),
        ("cdb_y", ["cdp_y"]),
        (2, ["no header field starts at byte 2", "trace_sequence_line (1 to 4)"]),
        (0, ["byte 0 is", "expected 1 to 240"]),
        (241, ["byte 241 is", "expected 1 to 240"]),
        (3201, ["byte 3201 is", "expected 1 to 240"]),
        (-1, ["byte -1 is"]),
        (10**6, ["byte 1000000 is"]),
    ],
)
def test_unknown_field_suggests_nearest(key, words):
    with segbuf.open(plain()) as f:
        with pytest.raises(segbuf.FieldError) as caught:
            f.header[0][key]
        assert isinstance(caught.value, KeyError)
        assert all(word in str(caught.value) for word in words), str(caught.value)
        assert f.header[0].get(key, 99) == 99
        with pytest.raises(segbuf.FieldError):
            f.binary["sample_intervall"]
        with pytest.raises(segbuf.TraceIndexError):
            f.header[4]
        for wrong in (1.5, None, ()):
            with pytest.raises((TypeError, IndexError)):
                f.header[wrong]


@pytest.mark.parametrize("key", ["crossline_", 241, 0, 238, -5, 70_000])
def test_survey_keys_are_in_trace_header(key):
    with pytest.raises(segbuf.FieldError):
        segbuf.open(plain(), iline=key)


def test_survey_keys_are_set_by_name_alias_and_byte():
    file = write_file(None, DATA.reshape(2, 2, 5), format=5, iline=9, xline=21)
    for iline, xline in ((9, 21), ("field_record", "cdp"), ("fldr", "CDP")):
        with segbuf.open(file, iline=iline, xline=xline) as f:
            assert f.shape == (2, 2, 5)


# --- Text ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["ebcdic", "ascii"])
def test_text_is_40_lines_of_80_characters(encoding):
    cards = [f"C{i + 1:2} card [{i}] ! | ^ of the text" for i in range(40)]
    file = plain(
        text="\n".join(cards), encoding=encoding, revision=1.0, extended_text=["one", "C two"]
    )
    with segbuf.open(file) as f:
        assert f.text[0].split("\n") == [card.ljust(80) for card in cards]
        assert len(f.text) == 3
        assert f.text[1].startswith("one ")
        assert f.text[2].startswith("C two ")
        assert f.text[-1] == f.text[2]
        assert list(f.text) == [f.text[i] for i in range(3)]
        assert list(f.text.keys()) == [0, 1, 2]
        assert 2 in f.text
        assert 3 not in f.text
        assert repr(f.text) == "<3 textual headers>"
        assert f.text.bytes(0) == file[:3200]
        assert f.text.bytes(1) == file[3600:6800]
        assert f.text.bytes(-1) == file[6800:10000]
        for wrong in (3, -4):
            with pytest.raises(segbuf.TraceIndexError):
                f.text[wrong]
            with pytest.raises(segbuf.TraceIndexError):
                f.text.bytes(wrong)
        with pytest.raises(TypeError):
            f.text["0"]


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_text_control_characters_become_blanks():
    for encoding in ("ebcdic", "ascii"):
        with segbuf.open(plain(text=bytes(range(256)) * 12 + bytes(128)), encoding=encoding) as f:
            lines = f.text[0].split("\n")
            assert [len(line) for line in lines] == [80] * 40
            assert all(c >= " " and not "\x7f" <= c < "\xa0" for line in lines for c in line)


def test_implausible_text_is_warned():
    noise = np.random.default_rng(0).integers(0, 256, 3200, np.uint8).tobytes()
    with warns("text"), segbuf.open(plain(text=noise)):
        pass


# --- Evidence ------------------------------------------------------------------------------------


def test_evidence_reports_conclusions_and_reasons():
    with segbuf.open(plain(endian="little")) as f:
        names = list(f.evidence)
        for name in ("byte order", "format", "revision", "sample count", "first trace", "interval"):
            assert name in names
            assert f.evidence[name].value
            assert f.evidence[name].because
        assert f.evidence["byte order"].value == "little"
        assert len(f.evidence) == len(names)
        assert "\nbyte order: little\n    " in str(f.evidence)
        assert all(f"{name}: {f.evidence[name].value}" in str(f.evidence) for name in names)
        assert repr(f.evidence).startswith("<evidence kind: segy, byte order: little, ")
        with pytest.raises(KeyError):
            f.evidence["colour"]


OVERRIDES = [
    ("endian", "little", {"endian": "little"}, lambda f: f.endian),
    ("format", 2, {}, lambda f: int(f.format)),
    ("revision", 2.1, {}, lambda f: f.revision),
    ("encoding", "ascii", {}, lambda f: f.evidence["text encoding"].value),
    ("n_samples", 200, {}, lambda f: f.n_samples),
    ("interval", 2.5, {}, lambda f: f.interval),
    ("first_trace", 3860, {}, lambda f: int(f.evidence["first trace"].value)),
    ("additional_headers", 1, {}, lambda f: f.additional_headers),
]


@pytest.mark.parametrize(("name", "value", "file", "fact"), OVERRIDES)
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_every_conclusion_can_be_overridden(name, value, file, fact):
    with segbuf.open(plain(**file), **{name: value}) as f:
        assert fact(f) == value
        f.trace[...]


@pytest.mark.parametrize(("name", "value", "file", "fact"), OVERRIDES[1:])
def test_contradicting_override_is_warned(name, value, file, fact):
    assert fact(segbuf.open(plain(**file))) != value
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        segbuf.open(plain(**file), **{name: value})
    told = [str(w.message) for w in caught if w.message.code == "override"]
    assert any(text.startswith(f"{name}=") for text in told)


@pytest.mark.parametrize(
    "options",
    [
        {"endian": "middle"},
        {"format": 99},
        {"format": -1},
        {"encoding": "utf-8"},
        {"n_samples": 0},
        {"interval": 0.0},
        {"interval": -4.0},
        {"interval": float("nan")},
        {"interval": float("inf")},
        {"first_trace": 10**15},
        {"additional_headers": -1},
        {"additional_headers": 32_768},
        {"duplicates": "all"},
        {"threads": 0},
        {"revision": -1.0},
        {"revision": float("nan")},
        {"revision": 1e9},
    ],
    ids=str,
)
def test_invalid_override_error_names_it(options):
    (name,) = options
    with pytest.raises(ValueError, match=name):
        segbuf.open(plain(), **options)


@pytest.mark.parametrize("options", [{"n_samples": -1}, {"first_trace": -1}, {"threads": -1}])
def test_negative_values_are_refused(options):
    with pytest.raises((ValueError, OverflowError)):
        segbuf.open(plain(), **options)


@pytest.mark.parametrize("revision", [0.0, 1.0, 2.0, 2.1])
@pytest.mark.filterwarnings("ignore:revision=")
def test_revisions_are_floats(revision):
    with segbuf.open(plain(revision=revision)) as f:
        assert f.revision == revision
        assert type(f.revision) is float
    with segbuf.open(plain(), revision=revision) as f:
        assert f.revision == revision


@pytest.mark.parametrize(("major", "minor", "want"), [(0, 1, 1.0), (0, 16, 1.0), (0, 2, 2.0)])
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_revision_bytes_that_are_wrong_are_read(major, minor, want):
    words = {"revision_major": major, "revision_minor": minor}
    with segbuf.open(plain(binary=words)) as f:
        assert f.revision == want
        assert f.binary["revision_minor"] == minor, "as it stands in the file"
