"""Hints: the positions and units that the cards of textual headers state."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import segbuf
from segbuf.testing import write_file


def hints_of(*cards):
    """The hints of the first textual header of a file with these cards."""
    text = "".join(card[:80].ljust(80) for card in cards).ljust(3200).encode("ascii", "replace")
    with segbuf.open(write_file(None, np.zeros((2, 2), np.float32), format=5, text=text)) as f:
        return f.text.hints


def positions(*cards):
    return [(hint.name, hint.byte) for hint in hints_of(*cards) if hint.byte is not None]


def units(*cards):
    return [(hint.name, hint.value, hint.unit) for hint in hints_of(*cards) if hint.unit]


@pytest.mark.parametrize(
    "card",
    [
        "C 1 INLINE RANGE 101-104, CROSSLINE RANGE 189-192",
        "C 1 INLINE 101 TO 104 STEP 1",
        "C 1 INLINE SPACING 25-28",
        "C 1 CROSSLINE 21-24 INCREMENT 1",
    ],
)
def test_hints_are_no_ranges_of_line_numbers(card):
    assert positions(card) == []


@pytest.mark.parametrize(
    ("card", "found"),
    [
        ("C12 IN-LINE: 189-192  X-LINE: 193-196", [("inline", 189), ("crossline", 193)]),
        ("C 5 INLINE NUMBER  9 TO 12, CROSSLINE  21 - 24", [("inline", 9), ("crossline", 21)]),
        ("C 6 ILINE AT BYTE 5; XLINE AT BYTE 21", [("inline", 5), ("crossline", 21)]),
        ("C 7 Cdp_X  (bytes 181-184), CDP Y (BYTES 185-188)", [("cdp_x", 181), ("cdp_y", 185)]),
        ("C 8 cross line location 13, in line location 17", [("crossline", 13), ("inline", 17)]),
        ("C12   INLINE BYTES 189-193    | OFFSET BYTES 037-041", [("inline", 189), ("offset", 37)]),
        (
            "C13   CROSSLINE BYTES 021-024 | CMP UTM-X BYTES 181-184",
            [("crossline", 21), ("cdp_x", 181)],
        ),
        (
            "C37 BINX (CDPX): 181-184,          BINY (CDPY): 185-188,",
            [("cdp_x", 181), ("cdp_y", 185)],
        ),
        ("C24 ILINE 189 Integer - 4 byte", [("inline", 189)]),
        ("C26 X 181 Integer - 4 byte", [("x", 181)]),
        ("C28 XY_SCALAR 71 Integer - 2 byte", [("coordinate_scalar", 71)]),
        ("C25 Xline number                : bytes 21-24", [("crossline", 21)]),
        ("C27 X coordinate                : bytes 73-76", [("x", 73)]),
        (
            "C12 BYTES 189-192 INLINE, BYTES 193-196 CROSSLINE",
            [("inline", 189), ("crossline", 193)],
        ),
        ("C12 9-12: FFID   21-24: CDP", [("field_record", 9), ("ensemble", 21)]),
        (
            "C12 SOURCE X 73-76 SOURCE Y 77-80 RECEIVER X 81-84",
            [("source_x", 73), ("source_y", 77), ("group_x", 81)],
        ),
        ("C12 CDP X BYTES 161-168", [("cdp_x", 161)]),
        ("C 1 INLINE RANGE IN BYTES 9-12", [("inline", 9)]),
    ],
)
def test_hints_of_positions_as_cards_state_them(card, found):
    assert positions(card) == found


def test_hints_depend_on_headings():
    listed = [
        "C35 *** BYTE LOCATION OF KEY HEADERS ***",
        "C36 CMP UTM-X: 181, ALL COORDS SCALED BY: 10.0, CMP UTM-Y: 185",
        "C37 INLINE: 189, XLINE: 193,",
    ]
    found = [("cdp_x", 181), ("cdp_y", 185), ("inline", 189), ("crossline", 193)]
    assert positions(*listed) == found
    assert positions(listed[-1]) == []
    sections = [
        "C18 Binary header locations:",
        "C19 Sample interval : bytes 17-18",
        "C23 Trace header locations:",
        "C31 Sample interval : bytes 117-118",
    ]
    (hint,) = hints_of(*sections)
    assert (hint.name, hint.byte, hint.width, hint.header, hint.card) == (
        ("sample_interval", 117, 2, 0, 4)
    )
    assert hint.text == str(hint) == "card 4 puts sample_interval at byte 117"
    elsewhere = hint._replace(header=2)
    assert str(elsewhere) == "card 4 of textual header 3 puts sample_interval at byte 117"


@pytest.mark.parametrize(
    "card",
    [
        "C12 INLINE RANGE 100 - 500",
        "C12 INLINES 1200-1203",
        "C12 MAINLINE 189-192",
        "C12 INLINE SPACING 25 M",
        "C12 INLINE                          189-192",
        "C12 XLINE 241-244",
        "C12 OFFSET",
        "C 7 1: INLINE 2479, CROSSLINE 1428, UTM-X 9976386.00, UTM-Y 9989096.00",
        "C12 DIST. BETWEEN INLINES=12.5M, XLINES=12.5M BIN SIZE (I x X):12.5M x 12.5M",
        "C16 DATA RANGE INLINES=9985-10369, X-LINES=1932-2536",
        "C 5 DATA TRACES/RECORD        AUXILIARY TRACES/RECORD   0     CDP FOLD",
        "C 6 SAMPLE INTERVAL         SAMPLES/TRACE       BITS/IN      BYTES/SAMPLE",
        "C14 TAPER: START LENGTH       MS  END LENGTH       MS  TYPE",
        "C20 MAP PROJECTION                      ZONE ID       COORDINATE UNITS",
        "",
    ],
)
def test_hints_of_cards_that_state_neither(card):
    assert hints_of(card) == ()


@pytest.mark.parametrize(
    ("card", "found"),
    [
        ("C 3 SAMPLE INTERVAL: 4 MS", ("sample_interval", 4.0, "ms")),
        ("C10 Sample Interval:      2000 microseconds", ("sample_interval", 2e3, "us")),
        ("C11 FIRST SAMPLE= 0, SAMPLE INTERVAL= 5 M", ("sample_interval", 5.0, "m")),
        ("C11 SAMPLE RATE 2.5MS", ("sample_interval", 2.5, "ms")),
        ("UNITS METERS", ("units", None, "m")),
        ("C 7 MEASUREMENT SYSTEM: FEET", ("units", None, "ft")),
        ("C20 COORDINATE UNITS ARE METRES", ("coordinate_units", None, "m")),
        ("C20 COORDINATE UNITS: ARCSEC.", ("coordinate_units", None, "arcsec")),
        ("C 1 COORDINATE UNITS: DECIMAL DEGREES", ("coordinate_units", None, "deg")),
    ],
)
def test_hints_of_units_as_cards_state_them(card, found):
    assert units(card) == [found]


@given(
    st.from_regex(r"[ -~]{0,90}", fullmatch=True),
    st.from_regex(r"(IN-LINE|XLINE|CDP X|189-192|UNITS|SAMPLE RATE)[ -~]{0,30}", fullmatch=True),
    st.sampled_from(["BYTE LOCATION", "BINARY HEADER", ""]),
)
def test_hints_of_any_cards_are_within_the_header(card, key, heading):
    for hint in hints_of(heading, card, key):
        assert hint.byte is None or 1 <= hint.byte <= 240
        assert 1 <= hint.card <= 3
        assert str(hint)


def test_hints_of_a_file_are_not_applied():
    cards = [
        "C 1 SAMPLE INTERVAL: 2.5 MS   COORDINATE UNITS: FEET",
        "C 2 INLINE BYTE 9, XLINE BYTES 21-24, CDP X 181-184",
    ]
    data = np.zeros((2, 2, 5), np.float32)
    with segbuf.open(write_file(None, data, format=5, text="\n".join(cards))) as f:
        hints = f.text.hints
        assert [(h.name, h.byte, h.width) for h in hints if h.byte] == [
            ("inline", 9, None),
            ("crossline", 21, 4),
            ("cdp_x", 181, 4),
        ]
        assert [(h.name, h.value, h.unit) for h in hints if h.unit] == [
            ("sample_interval", 2.5, "ms"),
            ("coordinate_units", None, "ft"),
        ]
        assert {(h.header, h.card) for h in hints} == {(0, 1), (0, 2)}
        assert hints.options == {"iline": 9, "xline": 21}
        assert "card 2 puts inline at byte 9" in str(hints)
        assert f.interval == 4.0, "never applied"
        assert f.shape == (2, 2, 5), "never applied"
    records = [b"C 5 OFFSET BYTE 37".ljust(3200), b"((a: b)) INLINE BYTE 9".ljust(3200)]
    file = write_file(None, data, format=5, revision=2.0, extended_text=records)
    with segbuf.open(file) as f:
        assert [(h.name, h.header) for h in f.text.hints] == [("offset", 1)]
    with segbuf.open(write_file(None, data, format=5, text="C 1 words")) as f:
        assert f.text.hints == ()
        assert f.text.hints.options == {}


@pytest.mark.parametrize(
    ("name", "options", "others"),
    [
        ("zfp__padding_5x5.sgy", {"iline": 189, "xline": 193}, {"cdp_x": 181, "cdp_y": 185}),
        ("zfp__zgy-small-16bit.sgy", {"iline": 5, "xline": 21}, {"x": 73, "y": 77}),
        ("segysak__f3-iline-111.sgy", {"iline": 189, "xline": 193}, {"cdp_x": 181}),
        ("segyio__text.sgy", {"iline": 5, "xline": 21, "offset": 37}, {"cdp_y": 185}),
        ("segyio__delay-scalar.sgy", {"iline": 189, "xline": 193}, {"x": 181}),
        ("oneseismic__missing-line-numbers.sgy", {"iline": 189, "xline": 193, "offset": 37}, {}),
        ("obspy__1.sgy_first_trace", {}, {}),
        ("segyio__f3.sgy", {}, {}),
    ],
)
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_hints_of_real_files(corpus, name, options, others):
    with segbuf.open(corpus / name) as f:
        hints = f.text.hints
        assert hints.options == options
        places = {h.name: h.byte for h in hints if h.byte}
        assert others.items() <= places.items()
