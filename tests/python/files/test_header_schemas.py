# ruff: noqa: S301
"""Layouts of trace headers in XML: of the file, and from outside."""

import json
import pickle
import struct

import numpy as np
import pytest
from codes import raises, warns

import segbuf
from segbuf.testing import write_file

ANYWAY = pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
CUBE = np.arange(30, dtype=np.float32).reshape(2, 3, 5)
LAYOUT = """<?xml version="1.0" encoding="utf-8"?>
<segy-layout name="ours">
<desc>made here</desc>
<entry name="iline" byte="9" type="int4"/>
<entry name="xline" byte="22" type="uint4"/>
<entry name="offset" byte="41" type="int4"/>
<entry name="cdp_x" byte="101" type="coor4"/>
<entry name="co_scal" byte="105" type="int2"/>
<entry name="cdp_y" byte="107" type="coor4"/>
<entry name="porosity" byte="201" type="ieee32"/>
<entry name="smeasure" byte="211" type="scale6"/>
</segy-layout>
"""
WORDS = {
    (101, "i4"): np.arange(6) * 100,
    (105, "i2"): -100,
    (201, "f4"): np.arange(6) / 8,
    (211, "i4"): 25,
    (215, "i2"): -1,
}


def stanza(xml, name="SEG: Layout 1.0"):
    text = f"(({name}))\n{xml}".encode() if isinstance(xml, str) else f"(({name}))".encode() + xml
    text = text.ljust(-(-len(text) // 3200) * 3200)
    return [text[i : i + 3200] for i in range(0, len(text), 3200)]


def made(*stanzas, **options):
    options = {"iline": 9, "xline": 22, "offset": 41, "headers": WORDS} | options
    texts = [record for one in stanzas for record in one]
    return write_file(None, CUBE, format=5, revision=2.0, extended_text=texts, **options)


def check_fields(f):
    header = f.header[4]
    assert header["porosity"] == 0.5
    assert header["iline"] == header["inline"] == header["INLINE_3D"] == 2
    assert header["crossline"] == 2
    assert header["cdp_x"] == 400, "the word as it stands"
    assert header["smeasure"] == 2.5
    assert header["source_measurement_mantissa"] == 25
    assert list(header) == [
        *("iline", "xline", "offset", "cdp_x", "co_scal", "cdp_y", "porosity", "smeasure"),
        *("source_measurement_mantissa", "source_measurement_exponent"),
    ]
    with pytest.raises(segbuf.FieldError, match="no header field is named"):
        header["field_record"]
    assert f.header["porosity"].dtype == np.float32
    assert f.header["porosity"].tolist() == [0, 0.125, 0.25, 0.375, 0.5, 0.625]
    assert f.header["crossline"].dtype == np.uint32
    assert f.header["smeasure"].tolist() == [2.5] * 6
    table = f.header["inline", "porosity"]
    assert table["inline"].tolist() == [1, 1, 1, 2, 2, 2]
    assert f.header[:2]["porosity"].tolist() == [0, 0.125]
    assert f.header[4, 9] == 2
    assert f.header[4, 201] == 0.5, "what starts at a byte is what the layout says"
    assert f.header.describe(["porosity"])["porosity"].maximum == 0.625


def test_schema_in_file_names_fields():
    with segbuf.open(made(stanza(LAYOUT))) as f:
        check_fields(f)
        told = f.evidence["trace header fields"]
        assert told.value == 'the layout "ours", of 10 fields'
        assert told.because == ('the stanza "SEG: Layout 1.0" contains it',)


@pytest.mark.parametrize("name", ["SEG:Layout:text/xml", "((  seg : LAYOUT", "SEG: Layout"])
def test_schema_stanza_names_are_recognised(name):
    with segbuf.open(made(stanza(LAYOUT, name.removeprefix("((")))) as f:
        assert f.header[4]["porosity"] == 0.5


def test_first_schema_is_used():
    other = LAYOUT.replace("porosity", "density")
    with segbuf.open(
        made(stanza("words", "me: x"), stanza(LAYOUT), stanza(other, "SEG: Layout 2"))
    ) as f:
        assert f.header[4]["porosity"] == 0.5


def test_schema_argument_takes_precedence(tmp_path):
    inside = LAYOUT.replace("porosity", "density").replace('byte="9"', 'byte="1"')
    path = tmp_path / "layout.xml"
    path.write_text(LAYOUT)
    for file in (made(), made(stanza(inside))):
        for xml in (LAYOUT, LAYOUT.encode(), path, str(path), bytearray(LAYOUT.encode("utf-16"))):
            with segbuf.open(file, layout_xml=xml) as f:
                check_fields(f)
                assert f.evidence["trace header fields"].origin == "override"
    with segbuf.open(made(stanza(inside)), layout_xml=False) as f:
        assert f.header[4]["field_record"] == 2
        with pytest.raises(segbuf.FieldError):
            f.header[4]["density"]


def test_schema_places_survey_keys():
    with segbuf.open(made(stanza(LAYOUT))) as f:
        assert f.ilines.tolist() == [1, 2]
        assert f.xlines.tolist() == [1, 2, 3]
        assert np.array_equal(f.iline[2], CUBE[1])
        assert f.geometry.coords.x.tolist() == [0, 1, 2, 3, 4, 5], "scaled where the layout says"
    with segbuf.open(made(stanza(LAYOUT)), iline="xline", xline="iline") as f:
        assert f.ilines.tolist() == [1, 2, 3]
    # A byte is a byte, and names are those of the layout.
    with segbuf.open(made(stanza(LAYOUT)), iline=9, xline=22, offset=41) as f:
        assert f.ilines.tolist() == [1, 2]
    for wrong in ("field_record", "porosity", "co_scal", "smeasure"):
        with pytest.raises(segbuf.FieldError):
            segbuf.open(made(stanza(LAYOUT)), iline=wrong)


def test_schema_without_survey_keys_keeps_standard_ones():
    xml = '<segy-layout><entry name="xline" byte="193" type="int4"/></segy-layout>'
    file = write_file(None, CUBE, format=5, extended_text=stanza(xml))
    with warns("survey-keys", text="inline at byte 189, offset at byte 37"):
        f = segbuf.open(file)
    with f:
        assert f.shape == CUBE.shape
    with segbuf.open(file, iline=189, offset=37) as f:
        assert f.shape == CUBE.shape
    with pytest.raises(segbuf.FieldError, match="iline"):
        segbuf.open(file, iline="iline")
    key = '<extension name="ACME"><entry name="iline" byte="1" type="int4"/></extension>'
    with warns("survey-keys", text="inline at byte 189"):
        segbuf.open(file, layout_xml=f"<segy-layout>{key}</segy-layout>").close()


def test_schema_pickles_with_file(tmp_path):
    path, xml = tmp_path / "file.sgy", tmp_path / "layout.xml"
    path.write_bytes(made())
    xml.write_text(LAYOUT)
    with segbuf.open(path, layout_xml=xml) as f:
        xml.unlink()
        with pickle.loads(pickle.dumps(f)) as again:
            check_fields(again)
        header = pickle.loads(pickle.dumps(f.header[4]))
        assert header["porosity"] == 0.5


BROKEN = [
    LAYOUT.replace("</segy-layout>", "</Sorry, this xml is broken."),
    LAYOUT.replace("ieee32", "float"),
    LAYOUT.replace('byte="9"', 'byte="241"'),
    LAYOUT[: len(LAYOUT) // 2],
    "<svg/>",
    "no xml",
    "",
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>' + LAYOUT.replace("made here", "&a;"),
    '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + LAYOUT,
    LAYOUT.replace("<desc>", "<a>" * 1000 + "<desc>"),
]


@pytest.mark.parametrize("xml", BROKEN)
def test_broken_schema_is_ignored_with_warning(xml):
    with warns("header-schema"):
        f = segbuf.open(made(stanza(xml)))
    with f:
        assert f.header[4]["field_record"] == 2, "by the standard"
        assert np.array_equal(f.trace[...], CUBE.reshape(6, 5))
    with raises(segbuf.FormatError, "header-schema"):
        segbuf.open(made(stanza(xml)), strict=True)


@pytest.mark.parametrize("xml", [xml for xml in BROKEN if xml.startswith("<")])
def test_broken_schema_argument_raises(xml):
    with raises(segbuf.FormatError, "invalid-schema"):
        segbuf.open(made(), layout_xml=xml)


def test_schema_argument_rejects_non_schema(tmp_path):
    with pytest.raises(FileNotFoundError):
        segbuf.open(made(), layout_xml=tmp_path / "none.xml")
    with pytest.raises(TypeError):
        segbuf.open(made(), layout_xml=7)
    long = tmp_path / "long.xml"
    long.write_bytes(b" " * (2 << 20))
    with raises(segbuf.FormatError, "schema-too-long"):
        segbuf.open(made(), layout_xml=long)
    with pytest.raises(segbuf.FormatError, match="layout"):
        segbuf.open(made(), layout_xml=b"")


def test_hostile_schemas_take_little_time_and_memory():
    laughs = "".join(
        f'<!ENTITY x{i} "{f"&x{i - 1};" * 10}">' if i else '<!ENTITY x0 "ha">' for i in range(12)
    )
    attributes = " ".join(f'a{i}="{i}"' for i in range(20_000))
    spaces = "".join(f'<a xmlns:b{i}="{i}">' for i in range(10_000))
    for xml in (
        f"<!DOCTYPE x [{laughs}]><segy-layout>&x11;</segy-layout>",
        f"<segy-layout {attributes}></segy-layout",
        f"<segy-layout>{spaces}",
        "<segy-layout>" + "<entry name='a' byte='1' type='int2'/>" * 20_000,
        "<segy-layout name='" + "x" * (1 << 19),
    ):
        with warns("header-schema"):
            f = segbuf.open(made(stanza(xml)))
        assert f.n_traces == 6
        f.close()


# --- Real files ----------------------------------------------------------------------------------


def expected(corpus, name):
    return json.loads((corpus / "expected.json").read_text())["files"][name]


@pytest.mark.parametrize("name", ["default", "multiple-stanzas", "minimal", "shifted"])
@ANYWAY
def test_corpus_schemas_are_read(corpus, name):
    name = f"segyio__mapping-{name}.sgy"
    with segbuf.open(corpus / name) as f:
        assert f.header["iline"].tolist() == [1, 1, 2, 2, 3, 3]
        assert f.header["xline"].tolist() == [20, 21] * 3
        assert f.header["offset"].tolist() == [1] * 6
        assert f.header["inline"].tolist() == [1, 1, 2, 2, 3, 3]
        assert len(f.trace[...]) == expected(corpus, name)["n_traces"]
        assert f.header[0]["crossline"] == 20
        assert f.shape == (3, 2, 4)
        assert f.ilines.tolist() == [1, 2, 3]
        assert f.xlines.tolist() == [20, 21]


@ANYWAY
def test_corpus_file_with_every_type_is_read(corpus):
    with segbuf.open(corpus / "segyio__mapping-all-types.sgy") as f:
        header = f.header[0]
        assert (header["iline"], header["xline"], header["offset"]) == (1, 20, 1)
        scalars = ("dt", "delay", "co_scal", "ed_scal", "tm_scal", "sp_scal")
        assert [header[name] for name in scalars] == [0, 9, 2, 3, 4, 5]
        block = header.blocks["TYPES"]
        assert block.name == "TYPES"
        fields = (
            *("int2", "int4", "int8", "uint2", "uint4", "uint8", "ibmfp", "ieee32", "ieee64"),
            *("linetrc", "reeltrc", "linetrc8", "reeltrc8", "coor4", "elev4", "time2", "spnum4"),
        )
        for value, field in enumerate(fields, 1):
            assert type(block[field]) is (float if 7 <= value <= 9 else int)
            assert block[field] == value, field
            assert header[field] == value
            assert f.header[field].tolist()[0] == value
        assert header["scale6"] == block["scale6"] == f.header["scale6"][0] == 18e19


def test_corpus_schema_that_is_broken_is_ignored(corpus):
    with warns("header-schema", text="line 118"):
        f = segbuf.open(corpus / "segyio__mapping-unparsable.sgy")
    with f:
        assert f.header["inline"].tolist() == [1, 1, 2, 2, 3, 3]
        assert f.header[:, 189].tolist() == [1, 1, 2, 2, 3, 3]
        assert struct.unpack(">i", f.header[5].bytes[188:192]) == (3,)
