# ruff: noqa: S301
"""Textual headers: encodings, each block by itself, and the stanzas in them."""

import pickle

import numpy as np
import pytest
from codes import raises, warns
from hypothesis import given
from hypothesis import strategies as st

import segbuf
from segbuf.testing import write_file

DATA = np.arange(20, dtype=np.float32).reshape(4, 5)
ANYWAY = pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")


def made(records=(), *, count=None, trailing=b"", binary=None, **options):
    """A file with extended textual headers, which declares `count` of them."""
    words = dict(binary or {})
    if count is not None:
        words["extended_textual_headers"] = count
    options = {"format": 5, "revision": 2.0, "extended_text": list(records)} | options
    return write_file(None, DATA, binary=words, trailing=trailing, **options)


def record(text, *, pad=b" ", codec="ascii"):
    """A record of 3200 bytes."""
    return (text if isinstance(text, bytes) else text.encode(codec)).ljust(3200, pad)


def ebcdic(text):
    return record(text, codec="cp500", pad=b"\x40")


# --- Encodings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cp037", "cp500", "cp1140", "cp273", "latin-1", "cp1252"])
def test_code_pages_are_found_by_name(name):
    wanted = "C 1 [grid] 100% | tilt! ^ Søndre fjord".ljust(80)
    text = wanted.encode(name).ljust(3200, " ".encode(name))
    with segbuf.open(made(text=text), encoding=name) as f:
        assert f.text[0].split("\n")[0] == wanted
        assert f.evidence["text encoding"].origin == "override"


@pytest.mark.parametrize("name", ["cp037", "cp500"])
def test_built_in_code_pages_match_python(name):
    text = bytes(range(256)) + b"\x40" * 2944
    with segbuf.open(made(text=text), encoding=name.upper()) as f:
        assert f.evidence["text encoding"].value == name
        found = f.text[0].replace("\n", "")[:256]
    for i, c in enumerate(bytes(range(256)).decode(name)):
        assert found[i] == (c if c.isprintable() or c in "\xa0\xad" else " "), hex(i)


def test_code_page_unknown_to_python_is_read():
    text = "C 1 [grid] ^".encode("cp037").translate(
        bytes.maketrans(b"\x5f\xad\xb0\xba\xbb\xbd", b"\xb0\xba\x5f\xad\xbd\xbb")
    )
    with segbuf.open(made(text=text.ljust(3200, b"\x40")), encoding="cp1047") as f:
        assert f.text[0].startswith("C 1 [grid] ^  ")


@pytest.mark.parametrize(
    "name", ["utf-8", "utf-16", "shift_jis", "hex", "idna", "no such", "", "\0"]
)
def test_bad_code_page_is_refused(name):
    with pytest.raises(ValueError, match="encoding= must be 'ebcdic', 'ascii', or a code page"):
        segbuf.open(made(), encoding=name)
    with pytest.raises((TypeError, ValueError, AttributeError)):
        segbuf.open(made(), encoding=37)


def test_punctuation_is_standard_unless_requested():
    text = bytes([0xC3, 0x4A, 0x5A, 0x4F, 0x5F, 0x6A]).ljust(3200, b"\x40")
    with segbuf.open(made(text=text)) as f:
        assert f.text[0].startswith("C[]!^|  ")
        assert f.evidence["text encoding"].value == "ebcdic"
    with segbuf.open(made(text=text), encoding="cp037") as f:
        assert f.text[0].startswith("C¢!|¬¦  ")


def test_code_page_pickles(tmp_path):
    path = tmp_path / "paged.sgy"
    path.write_bytes(made(text="Ærø".encode("cp865").ljust(3200)))
    with segbuf.open(path, encoding="cp865") as f, pickle.loads(pickle.dumps(f)) as again:
        assert again.text[0] == f.text[0]
        assert f.text[0].startswith("Ærø  ")
        assert pickle.loads(pickle.dumps(f.stanzas)) == {}


def test_evidence_weighs_encodings_over_all_bytes():
    # Nothing in the first card tells.
    text = bytes(80) + b"plain words " * 260
    with segbuf.open(made(text=text)) as f:
        told = f.evidence["text encoding"]
        assert told.value == "ascii"
        assert [c.value for c in told.candidates] == ["ascii", "ebcdic"]
        assert told.candidates[0].score == 100 > told.candidates[1].score
        assert "the textual header is 100.0 % printable as ascii" in told.because


def test_extended_headers_have_separate_encodings():
    records = [record("words in ascii " * 200), ebcdic("WORDS IN EBCDIC " * 200)]
    with segbuf.open(made(records, encoding="ebcdic")) as f:
        assert f.text[1].startswith("words in ascii")
        assert f.text[2].startswith("WORDS IN EBCDIC")
        told = f.evidence["extended text encoding"]
        assert told.value == "ascii, ebcdic"
        assert "header 2 is 100.0 % printable as ebcdic" in told.because
    # What is asked for is meant of its kind: of EBCDIC here.
    with segbuf.open(made(records), encoding="cp037") as f:
        assert f.text[1].startswith("words in ascii")
        assert f.evidence["extended text encoding"].value == "ascii, cp037"


# --- Stanzas -------------------------------------------------------------------------------------


def test_stanzas_have_names_and_contents():
    records = [
        record("((SEG: Location Data ver 1.0))\nFirst\n"),
        record("second record of it"),
        ebcdic("(( OGP:P1/11 (part) ))  HC,0,1,0"),
        record("((SEG: EndText))"),
    ]
    with segbuf.open(made(records)) as f:
        assert list(f.stanzas) == ["SEG: Location Data ver 1.0", "OGP:P1/11 (part)"]
        first = f.stanzas["SEG: Location Data ver 1.0"]
        assert first == ("\nFirst\n".ljust(3170) + "second record of it").strip()
        for name in ("OGP:P1/11 (part)", "ogp: p1/11(PART)"):
            assert f.stanzas[name] == "HC,0,1,0"
            assert name in f.stanzas
        assert f.stanzas.bytes("OGP:P1/11 (part)") == records[2][22:]
        assert "SEG: EndText" not in f.stanzas
        assert len(f.stanzas) == 2
        assert dict(f.stanzas) == f.stanzas
        assert repr(f.stanzas) == "<stanzas ['SEG: Location Data ver 1.0', 'OGP:P1/11 (part)']>"
        with raises(KeyError, "unknown-stanza", text="P1/11"):
            f.stanzas["elevation"]
        assert f.stanzas.get("elevation") is None
        assert 7 not in f.stanzas
        stanzas = f.stanzas
    with pytest.raises(ValueError, match="closed"):
        list(stanzas)
    assert repr(stanzas) == "<stanzas of a closed file>"


def test_file_without_stanzas_has_none():
    for records in ([], [record("old cards")]):
        with segbuf.open(made(records)) as f:
            assert f.stanzas == {}
            assert f.trailers == {}
            with raises(segbuf.FieldError, "unknown-stanza"):
                f.stanzas["SEG: Layout"]


def test_stanzas_of_same_name_are_kept():
    records = [record("((me: A))one"), record("((ME:a))two"), record("((me: b))three")]
    with warns("duplicate-stanza", text='"me: A"'):
        f = segbuf.open(made(records))
    with f:
        assert f.stanzas["me: a"] == "one"
        assert f.stanzas.get_all("me: a") == ["one", "two"]
        assert f.stanzas.get_all("me: b") == ["three"]


def test_binary_stanza_contents_are_bytes():
    noise = np.random.default_rng(1).integers(0, 256, 4000, np.uint8).tobytes()
    noise = noise[:3000] + b"((not: a stanza))" + noise[3017:]
    typed = b"((SEG: User Data ver 1.0: image/png: 4000))"
    records = [
        (typed + noise)[:3200],
        (typed + noise)[3200:].ljust(3200, b"\0"),
        record(b"((me: raw))" + bytes(range(1, 256)) * 9, pad=b"\0"),
    ]
    with segbuf.open(made(records)) as f:
        assert f.stanzas["SEG: User Data ver 1.0"] == noise
        assert f.stanzas["SEG: User Data ver 1.0: image/png: 4000"] == noise
        assert len(f.stanzas.bytes("SEG: User Data ver 1.0")) == 6400 - len(typed)
        assert f.stanzas["me: raw"] == records[2][11:]


ENDS = ["((SEG: EndText))", "((  seg: endTEXt  ))", "((SEG:ENDTEXT))", "last words ((Seg:EndText))"]


@pytest.mark.parametrize("make", [record, ebcdic])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("before", [0, 240, 2000])
def test_end_text_is_found_in_any_spelling_and_position(make, end, before):
    records = [record("((me: one))1"), make("((me: two))2".ljust(before) + end if before else end)]
    with segbuf.open(made(records, count=-1)) as f:
        assert f.n_traces == 4
        assert np.array_equal(f.trace[3], DATA[3])
        assert f.stanzas["me: one"].startswith("1")
        if before:
            assert f.stanzas["me: two"].split()[0] == "2"
            assert "EndText" not in f.stanzas["me: two"]


@pytest.mark.parametrize("make", [record, ebcdic])
def test_end_text_mentioned_in_line_ends_nothing(make):
    words = "words of the text that goes on and on, over many cards and more " * 40
    records = [
        make("((SEG: Notes))What comes last is ((SEG: EndText)), as ever."),
        make("((me: two))" + words),
        make("((SEG: EndText))"),
    ]
    with segbuf.open(made(records, count=-1, revision=1.0), strict=True) as f:
        assert list(f.stanzas) == ["SEG: Notes", "me: two"]
        assert f.stanzas["SEG: Notes"] == "What comes last is ((SEG: EndText)), as ever."
        assert np.array_equal(f.trace[...], DATA)
    # And where it does not come at all, those that are there are told of.
    with warns("extended-text"):
        f = segbuf.open(made(records[:2], count=-1, revision=1.0))
    with f:
        assert list(f.stanzas) == ["SEG: Notes", "me: two"]
        assert np.array_equal(f.trace[...], DATA)


@pytest.mark.parametrize(("make", "end"), [(record, "\r\n"), (record, "\n"), (ebcdic, "\x85")])
def test_stanzas_start_lines(make, end):
    lines = ["((SEG: A ver 1.0))", "one", "((SEG: B ver 1.0))", "two ((no: stanza))", ""]
    records = [make(end.join(lines)), make("more of it" + end + "((SEG: EndText))" + end)]
    with segbuf.open(made(records, count=-1)) as f:
        assert list(f.stanzas) == ["SEG: A ver 1.0", "SEG: B ver 1.0"]
        assert f.stanzas["SEG: A ver 1.0"] == "one"
        assert f.stanzas["SEG: B ver 1.0"].split()[-3:] == ["more", "of", "it"]


@ANYWAY
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 200, 32767, -1, -2, -32768])
@pytest.mark.parametrize("ended", [True, False])
@pytest.mark.parametrize("revision", [1.0, 2.1])
def test_extended_headers_present_are_read_despite_count(count, ended, revision):
    cards = "".join(f"C{i:2} words of the header".ljust(80) for i in range(30))
    records = [record("((me: one))" + cards), record("((me: two))" + cards)]
    records += [record("((SEG: EndText))")] if ended else []
    file = made(records, count=count, revision=revision)
    with segbuf.open(file) as f:
        assert f.n_traces == 4
        assert np.array_equal(f.trace[...], DATA)
        assert list(f.stanzas) == ["me: one", "me: two"]
        assert len(f.text) == 1 + len(records)


@ANYWAY
@pytest.mark.parametrize("count", [1, 7, 32767, -1])
def test_declared_extended_headers_may_be_absent(count):
    with segbuf.open(made(count=count)) as f:
        assert f.n_traces == 4
        assert f.stanzas == {}
        assert np.array_equal(f.trace[...], DATA)


@ANYWAY
@pytest.mark.parametrize("offset", [3600 + 3200 * 65535, 2**40, 2**63 - 1, 2**64 - 1])
def test_first_trace_offset_beyond_file_is_ignored(offset):
    records = [record("((me: one))" + "words " * 400)]
    with segbuf.open(made(records, count=-1, binary={"first_trace_offset": offset})) as f:
        assert f.n_traces == 4
        assert list(f.stanzas) == ["me: one"]


def test_data_trailer_has_stanzas():
    trailing = record("((SEG:User Data: text/plain))after the traces") + bytes(3200)
    file = made(trailing=trailing, binary={"data_trailer_stanzas": 2})
    with segbuf.open(file) as f:
        assert f.n_traces == 4
        assert f.stanzas == {}
        assert dict(f.trailers) == {"SEG:User Data: text/plain": "after the traces"}
        assert len(f.trailers.bytes("seg: user data")) == 6400 - 29


def test_stanzas_are_read_from_disk_and_map(tmp_path):
    path = tmp_path / "stanzas.sgy"
    records = [record(f"((me: {i}))contents {i}") for i in range(70)]
    path.write_bytes(made(records))
    for mapped in (False, True):
        with segbuf.open(path, mmap=mapped) as f:
            assert len(f.stanzas) == 70
            assert all(f.stanzas[f"me: {i}"] == f"contents {i}" for i in range(70))
            again = pickle.loads(pickle.dumps(f.stanzas))
            assert again == f.stanzas


@ANYWAY
def test_stanzas_of_shrunk_file_raise(tmp_path):
    path = tmp_path / "shrinks.sgy"
    path.write_bytes(made([record("((me: one))x"), record("((me: two))y")]))
    with segbuf.open(path) as f:
        path.write_bytes(path.read_bytes()[:6000])
        with pytest.raises(segbuf.FormatError, match="ended within a textual header"):
            f.stanzas["me: two"]


@ANYWAY
@given(
    st.lists(st.binary(max_size=120), max_size=4),
    st.lists(
        st.sampled_from(["((a: b))", "((", "))", "((SEG: EndText))", "((c))", "((d: e: f/g: 9))"])
    ),
    st.integers(-3, 9),
)
def test_arbitrary_records_are_read(noise, names, count):
    text = b"".join(
        b"%b%b" % (n.encode(), (noise or [b""])[i % max(1, len(noise))].ljust(80))
        for i, n in enumerate(names)
    )
    records = [record(text[:3200]), record(b"".join(noise)[:3200], pad=b"\0")]
    with segbuf.open(made(records, count=count, binary={"first_trace_offset": 10000})) as f:
        assert f.n_traces == 4
        for name, contents in f.stanzas.items():
            assert name in f.stanzas
            assert len(f.stanzas.bytes(name)) <= 6400
            assert isinstance(contents, (str, bytes))
