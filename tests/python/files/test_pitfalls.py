"""What is wrong with real files: for each known deviation a file that has it, and how it is read.

The numbers are those of the table of deviations that the package was built by.
"""

import warnings

import numpy as np
import pytest
from codes import warns

import segbuf
from segbuf.testing import encode_ibm, make_cube, write_file

RNG = np.random.default_rng(44)
NOISE = (3000 * RNG.normal(size=(12, 600))).astype(np.float32)
"""Samples of twelve traces."""
HEADERS = 3600
TRACE = 240 + 4 * 600


def written(data=NOISE, **options):
    return write_file(None, data, **options)


def edited(file, *edits):
    """Give the file with other bytes: pairs of byte number, from 1, and content."""
    file = bytearray(file)
    for byte, content in edits:
        file[byte - 1 : byte - 1 + len(content)] = content
    return bytes(file)


def word(value, width=2, endian="big"):
    return value.to_bytes(width, endian, signed=value < 0)


def in_every_trace(byte, content, n=12, length=TRACE, first=HEADERS):
    return [(first + i * length + byte, content) for i in range(n)]


def opened(file, **options):
    """Open a file that nothing is to be said of."""
    return segbuf.open(file, strict=True, **options)


def told(file, code, byte=None, text="", **options):
    """Open a file with a warning of this code, about this byte; `strict` refuses the file."""
    with pytest.warns(segbuf.SegbufWarning) as caught:
        f = segbuf.open(file, **options)
    matching = [w.message for w in caught if w.message.code == code and text in str(w.message)]
    assert matching, [str(w.message) for w in caught]
    assert byte is None or byte in [warning.byte for warning in matching]
    assert [w.code for w in f.warnings] == [w.message.code for w in caught]
    with pytest.raises(segbuf.FormatError) as refused:
        segbuf.open(file, strict=True, **options)
    assert refused.value.code in {warning.code for warning in f.warnings}
    return f


def refused(file, *words, **options):
    with pytest.raises(segbuf.FormatError) as caught:
        segbuf.open(file, **options)
    assert all(word in str(caught.value) for word in words), caught.value
    return caught.value


# --- Formats and byte order ----------------------------------------------------------------------


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize(("true", "declared"), [(5, 1), (1, 5)])
def test_01_format_code_of_ibm_or_ieee_swapped(true, declared, endian):
    file = edited(written(format=true, endian=endian), (3225, word(declared, 2, endian)))
    names = {1: "ibm_float32", 5: "ieee_float32"}
    f = told(file, "format", 3225, f"look like {names[true]}")
    weighed = {candidate.value: candidate.score for candidate in f.evidence["format"].candidates}
    assert weighed[names[true]] > weighed[names[declared]]
    with warns("override"):
        f = segbuf.open(file, format=true)
    with f:
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


@pytest.mark.parametrize("code", [0, 6, 13, 4, 100, -1])
def test_02_format_code_unknown_or_of_vendor(code):
    counts = np.round(NOISE / 200).astype(np.int8)
    file = edited(written(counts, format=8), (3225, word(code)))
    with told(file, "format", 3225, "int8") as f:
        assert f.format == 8
        assert np.array_equal(f.trace[:], counts)
    # Where the samples do not tell, all that fit are named.
    file = edited(written((counts > 20).astype(np.int8), format=8), (3225, word(code)))
    error = refused(file, "format=", "8 (int8)", "16 (uint8)")
    assert error.byte == 3225
    assert np.array_equal(segbuf.open(file, format=8).trace[:], (counts > 20).astype(np.int8))


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize(("true", "declared"), [(3, 2), (3, 1), (2, 3), (8, 5), (6, 5), (7, 1)])
def test_03_sample_width_differs_from_format_code(true, declared, endian):
    counts = np.round(NOISE / 200).astype(np.int8)
    file = edited(written(counts, format=true, endian=endian), (3225, word(declared, 2, endian)))
    with told(file, "format", 3225, "12 traces") as f:
        assert (f.n_traces, f.n_samples, f.format, f.endian) == (12, 600, true, endian)
        assert np.array_equal(f.trace[:], counts)


@pytest.mark.parametrize("code", [1, 3, 5])
@pytest.mark.parametrize("revision", [0.0, 1.0])
def test_04_little_endian_without_declaration(revision, code):
    data = NOISE.round().astype(np.int16) if code == 3 else NOISE
    file = written(data, format=code, endian="little", revision=revision)
    assert file[3296:3300] == bytes(4)
    with opened(file) as f:
        assert (f.endian, f.sample_endian, f.n_traces) == ("little", "little", 12)
        assert np.allclose(f.trace[:], data, rtol=1e-6)
        assert f.evidence["byte order"].origin == "detected"


@pytest.mark.parametrize("code", [0, 0x0101])
@pytest.mark.parametrize("endian", ["big", "little"])
def test_05_byte_order_ambiguous(code, endian):
    # The code is the same in both orders, and so is the sample count: the interval tells.
    data = NOISE[:, :0x0101]
    file = edited(written(data, format=1, endian=endian), (3225, word(code)))
    with told(file, "format", 3225) as f:
        assert (f.endian, f.n_samples, f.interval) == (endian, 0x0101, 4.0)
        assert np.allclose(f.trace[:], data, rtol=1e-6)


SMOOTH = make_cube(1, 12, 600, interval=2.0)[0]
"""Twelve traces that are smooth."""
MIXED = {
    "noise of IBM floats": (1, NOISE),
    "noise of IEEE floats": (5, NOISE),
    "noise of long floats": (6, NOISE.astype(np.float64)),
    "smooth IBM floats": (1, SMOOTH),
    "smooth IEEE floats": (5, SMOOTH),
    "smooth int16": (3, (9000 * SMOOTH).astype(np.int16)),
    "smooth int32": (2, (1e6 * SMOOTH).astype(np.int32)),
    "smooth uint16": (11, (9000 * SMOOTH + 30_000).astype(np.uint16)),
    "noise of int16 about 0": (3, (NOISE / 3).astype(np.int16)),
    "noise of int32 about 0": (2, (1000 * NOISE).astype(np.int32)),
}


@pytest.mark.parametrize("name", MIXED)
@pytest.mark.parametrize("orders", [("big", "little"), ("little", "big")], ids="-".join)
def test_06_sample_byte_order_differs_from_headers(orders, name):
    endian, sample_endian = orders
    code, data = MIXED[name]
    file = written(data, format=code, endian=endian, sample_endian=sample_endian)
    with told(file, "sample-order", text=f"look {sample_endian}-endian") as f:
        assert (f.endian, f.sample_endian, f.format) == (*orders, code)
        assert np.allclose(f.trace[:], data, rtol=1e-6)
        assert f.header[:, "samples_per_trace"].tolist() == [600] * 12
        conclusion = f.evidence["sample order"]
        assert conclusion.value == sample_endian
        assert [c.value for c in conclusion.candidates] == [sample_endian, endian]
        assert conclusion.candidates[1].score < 0 < conclusion.candidates[0].score
    # Who knows it is not told.
    with opened(file, sample_endian=sample_endian) as f:
        assert np.allclose(f.trace[:], data, rtol=1e-6)
    with warns("override", text=f"sample_endian={endian} overrides"):
        f = segbuf.open(file, sample_endian=endian)
    assert f.sample_endian == endian
    assert not np.allclose(f.trace[:], data, rtol=1e-6)


def test_06_format_is_measured_in_sample_byte_order():
    file = edited(written(format=5, endian="little", sample_endian="big"), (3225, b"\1\0"))
    with warns("sample-order", "format"):
        segbuf.open(file).close()


PAIRED = {1: NOISE, 5: NOISE, 3: NOISE.round().astype(np.int16), 6: NOISE.astype(np.float64)}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("code", PAIRED)
@pytest.mark.parametrize("revision", [2.0, 2.1])
def test_swapped_pairs_are_read(revision, code):
    data = PAIRED[code]
    file = written(data, format=code, endian="pairwise", revision=revision, extended_text=1)
    assert file[3296:3300] == b"\2\1\4\3"
    assert file[3500:3502] == bytes([round(10 * revision) % 10, 2]), "the revision too"
    for options in ({}, {"endian": "pairwise"}):
        with opened(file, **options) as f:
            assert (f.endian, f.sample_endian, f.revision) == ("pairwise", "pairwise", revision)
            assert np.allclose(f.trace[:], data, rtol=1e-6)
            assert f.binary["byte_order"] == 0x01020304
            assert f.binary.bytes[96:100] == b"\1\2\3\4", "as they are swapped back"
            assert f.header[3]["trace_sequence_line"] == 4
            assert f.header[3].bytes[:4] == b"\0\0\0\4"
            assert f.text[1].startswith("C 1 EXTENDED TEXTUAL HEADER 1")
    with opened(file) as f:
        assert f.evidence["byte order"].origin == "extended"
    if code == 5:
        with pytest.raises(ValueError, match="pairwise-swapped samples"):
            segbuf.open(file).trace.view()


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_swapped_pairs_without_or_with_wrong_declaration_are_read():
    file = written(endian="pairwise", revision=1.0)
    # Words of 16 bits are those of a little-endian file.
    for options in ({}, {"endian": "pairwise"}):
        f = segbuf.open(file, **options)
        assert (f.endian, f.sample_endian) == ("pairwise", "pairwise")
        assert f.header[3]["trace_sequence_line"] == 4
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
        f.close()
    plain = edited(written(revision=2.0), (3297, b"\2\1\4\3"))
    with told(plain, "byte-order", 3297) as f:
        assert f.endian == "big"
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
    with warns("override", text="endian=pairwise overrides", others=True):
        segbuf.open(written(), endian="pairwise", n_samples=600, format=1).close()


@pytest.mark.parametrize("code", [7, 8, 15, 16])
def test_swapped_pairs_of_odd_sample_width_are_refused(code):
    dtype = {7: np.int32, 8: np.int8, 15: np.uint32, 16: np.uint8}[code]
    counts = np.abs(np.round(NOISE / 200)).astype(dtype)
    file = written(counts, format=code, endian="pairwise", sample_endian="big", revision=2.0)
    words = "cannot be swapped in pairs", "sample_endian=", "format="
    assert refused(file, *words).byte == 3225
    # Where only headers are swapped, samples are plain.
    with opened(file, sample_endian="big") as f:
        assert (f.endian, f.sample_endian) == ("pairwise", "big")
        assert np.array_equal(f.trace[:], counts)
        assert f.header[:, "samples_per_trace"].tolist() == [600] * 12


# --- Revisions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "meant"), [(b"\0\1", 1.0), (b"\0\2", 2.0), (b"\0\x10", 1.0)], ids=str
)
def test_07_revision_bytes_swapped(said, meant):
    with told(edited(written(), (3501, said)), "revision", 3501) as f:
        assert f.revision == meant
        weighed = [candidate.value for candidate in f.evidence["revision"].candidates]
        assert weighed == [str(meant), f"0.{said[1]}"]
    little = edited(written(endian="little"), (3501, said[:1] + said[1:]))
    if said != b"\0\x10":
        assert opened(little).revision == meant, "a word in the byte order of the file"


def test_08_revision_is_text_followed_by_vendor_data():
    file = edited(written(), (3501, b"sw"), (3503, b"SeisWare 4.2 made this file !!"))
    with told(file, "revision", 3501) as f:
        assert f.revision == 1.0
        assert (f.n_traces, f.n_samples, len(f.text)) == (12, 600, 1)
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


def test_09_revision_2_fields_under_revision_1():
    data = np.round(NOISE[:3]).astype(np.int16).repeat(120, axis=1)
    assert data.shape[1] == 72_000
    for code, options in ((3, {"byte_order_constant": True}), (7, {}), (6, {})):
        file = written(data, format=code, revision=2.0, extended_samples=True, **options)
        file = edited(file, (3501, b"\1\0"))
        with told(file, "revision-fields", 3501) as f:
            assert f.n_samples == 72_000
            assert np.array_equal(f.trace[:], data)
    # Without the constant, a count in the wide word counts where the file has as many.
    file = written(data, format=3, revision=2.0, extended_samples=True, byte_order_constant=False)
    with told(edited(file, (3501, b"\1\0")), "sample-count", 3221) as f:
        assert np.array_equal(f.trace[:], data)


@pytest.mark.parametrize("revision", [b"\0\0", b"\1\0"])
def test_10_revision_2_fields_hold_junk(revision):
    junk = b"PROJECT SOUTH, LINE 12 " * 11
    file = edited(written(), (3261, junk[:240]), (3501, revision), (3507, junk[:94]))
    with opened(file) as f:
        assert (f.n_traces, f.n_samples, f.interval, f.endian) == (12, 600, 4.0, "big")
        assert len(f.text) == 1
    with told(edited(file, (3501, b"\2\0"), (3261, junk[:240])), "byte-order", 3297) as f:
        assert (f.n_traces, f.n_samples, f.interval) == (12, 600, 4.0)


# --- The sample axis -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("binary", "trace", "interval"),
    [
        (2000, 0, 2.0),
        (0, 2000, 2.0),
        (2000, 2000, 2.0),
        (2000, 4000, None),
        (0, 0, None),
    ],
)
def test_11_interval_missing_or_inconsistent(binary, trace, interval):
    file = edited(written(), (3217, word(binary)), *in_every_trace(117, word(trace)))
    if interval is not None:
        assert opened(file).interval == interval
        return
    with warns("unknown-interval"):
        f = segbuf.open(file)
    assert f.interval is None, "no 4 ms of one's own"
    candidates = [candidate.value for candidate in f.evidence["interval"].candidates]
    assert candidates == ([] if binary == 0 else ["4 ms", "2 ms"])
    assert segbuf.open(file, interval=2.0).interval == 2.0


@pytest.mark.parametrize(
    ("binary", "trace", "interval"),
    [(-2000, 500, 0.5), (500, -2000, 0.5), (-25536, -25536, 40.0), (-2000, 0, None)],
)
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_12_interval_negative_or_beyond_32767(binary, trace, interval):
    file = edited(written(), (3217, word(binary)), *in_every_trace(117, word(trace)))
    assert segbuf.open(file).interval == interval


def test_13_interval_in_milliseconds():
    file = edited(written(), (3217, word(4)), *in_every_trace(117, word(4)))
    with warns("interval-unit"):
        assert segbuf.open(file).interval == 0.004, "told, not rescaled"


# --- The number of samples -----------------------------------------------------------------------


@pytest.mark.parametrize("n", [32_768, 40_000, 65_535])
def test_14_sample_count_beyond_32767(n):
    data = np.arange(2 * n, dtype=np.int32).reshape(2, n)
    with opened(written(data, format=2)) as f:
        assert f.n_samples == n
        assert np.array_equal(f.trace[:], data)


@pytest.mark.parametrize("said", [0, 100, 601, 32767])
def test_15_sample_count_in_trace_headers_only(said):
    with told(edited(written(), (3221, word(said))), "sample-count", 3221) as f:
        assert (f.n_traces, f.n_samples) == (12, 600)
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
    with opened(edited(written(), *in_every_trace(115, word(said)))) as f:
        assert (f.n_traces, f.n_samples) == (12, 600)


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("revision", [0.0, 1.0, 2.1])
@pytest.mark.parametrize(("said", "times"), [(1260, 2), (1920, 3), (2580, 4)])
def test_15_sample_count_covers_several_traces(said, times, revision, endian):
    file = written(revision=revision, endian=endian)
    assert (240 + 4 * said) == times * TRACE, "so the size and places of headers fit, too"
    with told(edited(file, (3221, word(said, 2, endian))), "sample-count", 3221) as f:
        assert (f.n_traces, f.n_samples) == (12, 600)
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


# --- Both ends of the traces ---------------------------------------------------------------------


@pytest.mark.parametrize("flag", [0, 1])
@pytest.mark.parametrize("endian", ["big", "little"])
def test_17_lengths_vary_despite_flag(flag, endian):
    lengths = np.array([600, 20, 600, 0, 599, 600, 1, 300, 600, 600, 77, 600])
    words = {"fixed_length_trace_flag": flag}
    file = written(lengths=lengths, format=5, endian=endian, binary=words)
    with told(file, "fixed-length", 3503) if flag else opened(file) as f:
        assert f.lengths.tolist() == lengths.tolist()
        assert not f.fixed_length
        for i, n in enumerate(lengths):
            assert np.array_equal(f.trace[i], NOISE[i, :n])
        rows = f.trace[:]
        assert np.array_equal(np.isnan(rows), np.arange(600) >= lengths[:, None])


@pytest.mark.parametrize("cut", [1, 1000, 2400, TRACE - 1])
def test_18_last_trace_truncated(cut):
    with told(written(truncate=cut), "trailing-bytes", text=f"{TRACE - cut} trailing bytes") as f:
        assert np.allclose(f.trace[:], NOISE[:11], rtol=1e-6)
        assert f"{TRACE - cut} trailing" in str(f.evidence["trace count"].because)


@pytest.mark.parametrize("byte", [0, 0x1A, 0xFF])
@pytest.mark.parametrize("length", [1, 512, 5 * TRACE + 7, 3 << 20, 40 << 20])
def test_19_padding_at_end(byte, length):
    with told(written(trailing=bytes([byte]) * length), "trailing-bytes") as f:
        assert f.n_traces == 12
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


@pytest.mark.parametrize("length", [100, 5 * TRACE + 7, 3 << 20])
def test_19_junk_at_end(length):
    junk = RNG.bytes(length)
    with told(written(trailing=junk), "trailing-bytes", text=f"{length} ") as f:
        assert f.n_traces == 12
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


@pytest.mark.parametrize("n", [1, 3])
def test_20_extended_textual_headers_undeclared(n):
    file = edited(written(extended_text=n), (3505, word(0)))
    with told(file, "extended-text", 3505) as f:
        assert len(f.text) == 1 + n
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


@pytest.mark.parametrize("said", [1, 7, 32767, -32768, -1])
def test_21_extended_textual_headers_absent(said):
    with told(edited(written(), (3505, word(said))), "extended-text", 3505) as f:
        assert len(f.text) == 1
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


@pytest.mark.parametrize("n", [3, 6])
def test_21_absent_extended_headers_as_long_as_traces(n):
    data = NOISE[:, :180]
    assert 9600 == 10 * (240 + 4 * 180), "so both places fit the size"
    file = edited(written(np.tile(data, (4, 1))), (3505, word(n)))
    with told(file, "extended-text", 3505) as f:
        assert (f.n_traces, len(f.text)) == (48, 1)
        assert np.allclose(f.trace[:12], data, rtol=1e-6)


@pytest.mark.parametrize("revision", [0.0, 1.0])
def test_16_equal_lengths_without_flag(revision):
    file = edited(written(revision=revision), (3503, word(0)))
    with opened(file) as f:
        assert (f.n_traces, f.n_samples) == (12, 600)
        assert np.array_equal(f.trace[-3:], opened(written()).trace[-3:])
        assert f.iline is not None


CARDS = "".join(f"C{i:2} words of an extended header".ljust(80) for i in range(1, 41)).encode()


@pytest.mark.parametrize("n", [0, 1, 3])
def test_22_extended_headers_without_end_text(n):
    file = edited(written(extended_text=[CARDS] * n), (3505, word(-1)))
    with told(file, "extended-text", 3505) as f:
        assert len(f.text) == 1 + n
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
    # Where text reaches to the end, there are no traces to be found.
    file = edited(written(), (3505, word(-1)))[:HEADERS] + CARDS * 3
    assert told(file, "no-traces").n_traces == 0


@pytest.mark.parametrize("codec", ["ascii", "cp500"])
@pytest.mark.parametrize(
    "spelled", ["((SEG: EndText))", "(( seg : ENDTEXT ))", "((SEG:\nEnd Text))"]
)
@pytest.mark.parametrize("before", ["", "words of the last header, and then ", "X" * 75])
def test_23_end_text_within_record_in_any_spelling(codec, spelled, before):
    last = (before + spelled).encode(codec).ljust(3200, " ".encode(codec))
    for first in (CARDS, CARDS.decode().encode("cp500")):
        file = edited(written(extended_text=[first, last]), (3505, word(-1)))
        with opened(file) as f:
            assert len(f.text) == 3
            assert f.text[1].startswith("C 1 words of")
            assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


def test_24_ascii_text_declared_or_expected_as_ebcdic():
    text = "".join(f"C{i:2} survey of 1984".ljust(80) for i in range(1, 40)) + "C40 END EBCDIC"
    for content, name in ((text.encode(), "ascii"), (text.encode("cp500"), "ebcdic")):
        file = edited(
            written(revision=0.0),
            (1, content.ljust(3200, " ".encode("ascii" if name == "ascii" else "cp500"))),
        )
        with opened(file) as f:
            assert f.evidence["text encoding"].value == name
            assert f.text[0].split("\n")[39].rstrip() == "C40 END EBCDIC"


def test_25_text_with_line_ends_zeros_or_blank():
    lines = b"C 1 CLIENT\nC 2 LINE\r\nC 3 END"
    for text, starts in (
        (lines.ljust(3200, b"\0"), "C 1 CLIENT C 2 LINE  C 3 END  "),
        (b"C 1 CLIENT\0ACME".ljust(3200, b"\0"), "C 1 CLIENT ACME  "),
        (b" " * 3200, " " * 80),
        (b"\x40" * 3200, " " * 80),
        (bytes(3200), " " * 80),
    ):
        with opened(edited(written(), (1, text))) as f:
            assert f.text[0].startswith(starts)
            assert [len(card) for card in f.text[0].split("\n")] == [80] * 40
            assert f.text.bytes(0) == text, "kept as it is"


def test_26_punctuation_of_other_code_pages():
    for name in ("cp037", "cp500"):
        text = "C 1 [x] {y} | ! ^ words".encode(name).ljust(3200, b"\x40")
        file = edited(written(), (1, text))
        with segbuf.open(file, encoding=name) as f:
            assert f.text[0].startswith("C 1 [x] {y} | ! ^ words  ")
        with opened(file) as f:
            punctuation = {"cp037": "\u00e2x\u00e3 {y} ! ] \u00d8", "cp500": "[x] {y} \u00e3 ! ^"}
            assert f.text[0][4:].startswith(punctuation[name]), "the table of the standard"


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("n", [0, 2])
def test_27_tape_label(n, endian):
    label = b"   1SY1.0RECORD  8000" + b" " * 107
    assert len(label) == 128
    with opened(label + written(extended_text=n, endian=endian)) as f:
        assert f.evidence["first trace"].value == str(128 + HEADERS + 3200 * n)
        assert f.text[0].startswith("C 1")
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


# --- Headers -------------------------------------------------------------------------------------


PLACE = (450_000, 6_780_000, -12.5, 21.65, 10.825, 6.25)
"""Bins of 25 by 12.5 m, inlines running 30 degrees north of east."""


def located(**options):
    return written(make_cube(10, 8, 50), coordinates=PLACE, **options)


@pytest.mark.filterwarnings("error")
def test_28_line_numbers_elsewhere_are_suggested():
    for iline, xline in ((9, 21), (5, 21), (181, 185), (17, 13)):
        file = written(make_cube(10, 8, 50), iline=iline, xline=xline)
        with segbuf.open(file) as f:
            assert not f.is_survey, "suggested, not applied"
        assert segbuf.guess_keys(file).lines[0].bytes == (iline, xline)


def test_29_coordinates_elsewhere_are_suggested():
    place = np.array(PLACE)
    i, x = np.mgrid[1:11, 1:9].reshape(2, -1)
    xs, ys = ((place[k] + place[2 + k] * i + place[4 + k] * x).round().astype(int) for k in (0, 1))
    file = written(make_cube(10, 8, 50), headers={73: xs, 77: ys})
    assert segbuf.guess_keys(file).coordinates[0].bytes == (73, 77)


@pytest.mark.parametrize(("dtype", "name"), [("ibm", "ibm_float32"), ("f4", "ieee_float32")])
def test_30_coordinates_are_floats(dtype, name):
    place = np.array(PLACE)
    i, x = np.mgrid[1:11, 1:9].reshape(2, -1)
    floats = [(place[k] + place[2 + k] * i + place[4 + k] * x).astype("f4") for k in (0, 1)]
    words = [encode_ibm(c) if dtype == "ibm" else c.view(np.uint32) for c in floats]
    headers = {181: words[0].astype(int), 185: words[1].astype(int), "coordinate_scalar": 1}
    with opened(written(make_cube(10, 8, 50), headers=headers)) as f:
        with warns("coordinate-floats", text=name):
            _ = f.geometry.coords.x
        x, y = (f.header[:, segbuf.Field(byte=byte, dtype=dtype)] for byte in (181, 185))
        assert np.allclose(x, floats[0], rtol=1e-6)
        assert np.allclose(f.geometry.fit(x, y).bin_size, (25, 12.5), atol=0.1)


@pytest.mark.parametrize("scalar", [0, 1, 100, -10_000])
def test_31_coordinate_scalar_missing_or_wrong(scalar):
    right = opened(located())
    assert np.allclose(right.geometry.affine.bin_size, (25, 12.5), atol=0.01)
    file = located(headers={"coordinate_scalar": scalar})
    with (
        opened(file) as f,
        pytest.warns(segbuf.SegbufWarning, match=r"coordinate_scalar \(byte 71\)") as caught,
    ):
        _ = f.geometry.coords.x
    assert caught[0].message.code in {"bin-spacing", "coordinate-range"}


def test_32_coordinates_are_undeclared_angles():
    place = (36_000, 216_000, 0, 2, 1, 0)
    cube = make_cube(10, 8, 50)
    text = "C 1 COORDINATES ARE LATITUDE AND LONGITUDE IN ARC SEC"
    file = written(cube, coordinates=place, text=text, headers={"coordinate_units": 1})
    with (
        opened(file) as f,
        warns("coordinate-units"),
    ):
        _ = f.geometry.coords.x
    file = written(cube, coordinates=place, text=text, headers={"coordinate_units": 2})
    with opened(file) as f:
        _ = f.geometry.coords.x
        assert f.geometry.coords.unit == "arcsec"


def test_33_bytes_219_to_224_are_three_angles():
    file = edited(written(), *in_every_trace(219, word(-1) + word(2) + word(300)))
    with opened(file) as f:
        assert [f.header[0][byte] for byte in (219, 221, 223)] == [-1, 2, 300]


def test_40_trace_sequence_numbers_restart_or_are_zero():
    cube = make_cube(3, 4, 50)
    plain = written(cube)
    for numbers in (np.zeros(12, int), np.arange(12) % 4, np.arange(12)[::-1]):
        file = written(cube, headers={1: numbers, 5: numbers})
        with opened(file) as f, opened(plain) as same:
            assert np.array_equal(f.iline[2], same.iline[2])
            assert np.array_equal(f.trace[:], same.trace[:])


def test_39_labels_missing_duplicate_or_decreasing():
    cube = make_cube(4, 5, 50)
    labels = {"ilines": (10, 9, 7, 2), "xlines": range(100, 200, 20)}
    with opened(written(cube, **labels)) as f:
        assert f.ilines.tolist() == [10, 9, 7, 2]
        assert np.allclose(f.iline[7], cube[2], rtol=1e-6)
    order = [i for i in range(20) if i not in (6, 13)]
    with opened(written(cube, trace_order=order, **labels)) as f:
        assert np.isnan(f.iline[9][1]).all()
        report = f.geometry.verify()
        assert (report.regular, report.missing, report.duplicates) == (False, 2, 0)
    double = written(cube, trace_order=[*range(20), 6], **labels)
    with opened(double) as f, pytest.raises(segbuf.GeometryError, match="both have inline 9"):
        f.iline[9]
    with opened(double, duplicates="first") as f:
        assert np.allclose(f.iline[9], cube[1], rtol=1e-6)


# --- Samples -------------------------------------------------------------------------------------


@pytest.mark.parametrize("endian", ["big", "little"])
def test_34_seismic_unix_and_segy_with_swapped_names(endian, tmp_path):
    plain = written(format=5, endian=endian)
    for name, content, kind in (("a.sgy", plain[HEADERS:], "su"), ("a.su", plain, "segy")):
        path = tmp_path / name
        path.write_bytes(content)
        with opened(path) as f:
            assert (f.kind, f.endian, f.n_traces, f.n_samples) == (kind, endian, 12, 600)
            assert np.array_equal(f.trace[:], NOISE)
        with pytest.raises(segbuf.FormatError):
            segbuf.open(path, kind="segy" if kind == "su" else "su")


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize(("form", "code"), [(0, 3), (1, 2)])
@pytest.mark.parametrize("n", [500, 40_000])
@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_35_private_fields_of_passcal(n, form, code, endian):
    """Integers by byte 206; where byte 115 says 32767 the count is in bytes 229-232."""
    data = np.cumsum(RNG.integers(-9, 10, (3, n)), axis=1).clip(-32000, 32000)
    data = data.astype({3: np.int16, 2: np.int32}[code])
    file = written(data, format=code, endian=endian)
    length = len(file[HEADERS:]) // 3
    edits = in_every_trace(205, word(form, 2, endian), 3, length)
    if n > 32_767:
        edits += in_every_trace(115, word(32_767, 2, endian), 3, length)
        edits += in_every_trace(117, word(1, 2, endian), 3, length)
        edits += in_every_trace(229, word(n, 4, endian), 3, length)
        edits += [(3221, word(32_767, 2, endian))]
    file = edited(file, *edits)
    with segbuf.open(file) as f:
        assert (f.n_traces, f.n_samples, f.kind) == (3, n, "segy")
        assert np.array_equal(f.trace[:], data)
    if n > 32_767:
        told(file, "sample-count", 3221)
        file = edited(file, *in_every_trace(201, word(250_000, 4, endian), 3, length))
    # Without file headers, bytes 229-232 or the length of traces confirm the format of 205-206.
    shown = n > 32_767 or code == 3
    with segbuf.open(file[HEADERS:], format=None if shown else code) as f:
        assert (f.n_traces, f.n_samples, f.kind) == (3, n, "su")
        assert np.array_equal(f.trace[:], data)
        assert f.interval == (250 if n > 32_767 else 4)
    if n == 500 and code == 2:
        told(file[HEADERS:], "format", text="look like int32")


def test_36_ibm_zeros_and_unnormalised_numbers():
    words = np.array([[0x40000000, 0xC0000000, 0x41100000, 0x42010000, 0x46000001]], np.uint32)
    with opened(written(words, format=1, raw=True)) as f:
        assert f.trace[0].tolist() == [0, 0, 1, 1, 1]
        assert np.signbit(f.trace[0]).tolist() == [False, True, False, False, False]


def test_37_samples_are_nan_or_markers():
    data = NOISE.copy()
    data[:, 250:350] = np.nan
    data[3, 10:90] = np.inf
    data[5] = -9999
    data[6, :100] = 1e30
    with opened(written(data, format=5)) as f:
        assert np.array_equal(f.trace[:], data, equal_nan=True)
        assert f.trace[3, 10:90].tolist() == [np.inf] * 80


def test_38_dead_traces_with_zero_header():
    cube = make_cube(3, 4, 50)
    trace = 240 + 200
    blank = edited(written(cube), (HEADERS + 5 * trace + 1, bytes(240)))
    with opened(blank) as f:
        assert f.n_traces == 12, "the trace keeps its place"
        assert np.array_equal(f.trace[:], opened(written(cube)).trace[:])
        assert f.header[5].bytes == bytes(240)
        # It has no labels, so it is under none: the others make the survey.
        assert f.shape == (3, 4, 50)
        assert np.isnan(f.iline[2][1]).all()
        assert np.array_equal(f.iline[3], f.trace[8:])
        assert "a blank header" in str(f.geometry.verify())
    # Where labels count from 0, a blank header has them.
    zero = edited(written(cube, ilines=range(3), xlines=range(4)), (HEADERS + 1, bytes(240)))
    with opened(zero) as f:
        assert f.geometry.verify().regular
        assert np.array_equal(f.iline[0], f.trace[:4])
    # Wrong words in a header that is a dead trace's are no other length of the trace.
    dead = [(29, word(2)), (115, word(0)), (117, word(0))]
    dead = [(HEADERS + 5 * trace + byte, content) for byte, content in dead]
    with opened(edited(written(cube), *dead)) as f:
        assert f.shape == (3, 4, 50)
        assert np.allclose(f.cube[:], cube, rtol=1e-6)


# --- Words that writers got wrong ----------------------------------------------------------------


@pytest.mark.parametrize("varying", [0, 1, 6, 11])
def test_41_delay_varies(varying):
    words = np.full(12, 40)
    words[varying] = -75
    file = written(delay=words, headers={"time_scalar": -10})
    first, other = words[0] / 10, (words[varying] if varying else words[1]) / 10
    where = f"{first:g} ms in trace 0, {other:g} ms in trace {varying or 1} (bytes 109 and 215)"
    with warns("delay", text=where) as caught:
        f = segbuf.open(file)
    assert (caught[0].message.trace, caught[0].message.byte) == (varying or 1, 109)
    with f:
        assert f.delays.tolist() == (words / 10).tolist()
        assert (f.delays.dtype, f.delays.flags.owndata) == (np.float64, True)
        assert f.samples[0] == f.delay == first, "the axis of trace 0"
        weighed = {c.value: c.score for c in f.evidence["delay"].candidates}
        assert weighed[f"{first:g} ms"] + weighed[f"{other:g} ms"] == 5, "of the traces looked at"
        assert weighed[f"{first * 10:g} ms"] == 0, "without the scalar"
    # It is no fault of the layout.
    with warns("delay"):
        segbuf.open(file, strict=True).close()


@pytest.mark.parametrize(
    ("delay", "odd"),
    [(2400, 0), (2401, 0), (20_000, 0), (20_001, 1), (-2400, 0), (-2401, 1), (-32_768, 1)],
)
def test_41_delay_beyond_record_length(delay, odd):
    # Of 600 samples of 4 ms.
    file = written(delay=delay)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        f = segbuf.open(file)
    assert [warning.message.code for warning in caught] == ["delay-range"] * odd
    for warning in caught:
        assert (warning.message.trace, warning.message.byte) == (0, 109)
        assert f"{delay} ms, implausible for a trace of 2400 ms" in str(warning.message)
    with f:
        assert set(f.delays) == {delay}, "told, not rescaled"
        window = any("a window" in because for because in f.evidence["delay"].because)
        assert window == (abs(delay) > 2400)


@pytest.mark.parametrize(("minor", "width"), [(0, 2), (1, 4)])
def test_42_additional_headers_counted_as_other_revision(minor, width):
    file = written(revision=2.0 + minor / 10, additional_headers=2)
    file = edited(file, (3507, bytes(4)), (3507, word(2, width)))
    with told(file, "additional-headers", 3507) as f:
        assert f.evidence["additional trace headers"].value == "2"
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


def test_43_byte_order_constant_inverted_and_extended_count_elsewhere():
    file = edited(
        written(revision=2.0, extended_text=2),
        (3297, b"\4\3\2\1"),
        (3505, word(0)),
        (3507, word(2, 4)),
    )
    with told(file, "byte-order", 3297) as f:
        assert (f.endian, len(f.text), f.n_traces) == ("big", 3, 12)
        assert f.evidence["additional trace headers"].value == "0"
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


def sparse(path, headers, length):
    """Make a file of so many bytes, nearly all of them holes."""
    path.write_bytes(headers)
    with path.open("r+b") as stream:
        try:
            stream.truncate(length)
        except OSError:
            pytest.skip("the file system has no files of that size")


def test_44_more_traces_and_bytes_than_32_bits(tmp_path):
    n, path = (1 << 31) + 5, tmp_path / "large.sgy"
    file = written(np.array([[7], [8]], np.int8), format=8, revision=2.0)
    sparse(path, edited(file, (3513, word(n, 8))), HEADERS + n * 241)
    with path.open("r+b") as stream:
        stream.seek(HEADERS + (n - 1) * 241)
        stream.write(file[HEADERS : HEADERS + 240] + b"\x2a")
    with opened(path) as f:
        assert f.n_traces == n
        assert [f.trace[i, 0] for i in (0, 1, 1 << 31, -1)] == [7, 8, 0, 42]
        assert f.header[-1].bytes == file[HEADERS : HEADERS + 240]


# --- More of the kind ----------------------------------------------------------------------------


@pytest.mark.parametrize("endian", ["big", "little"])
def test_fixed_point_with_gain_needs_override(endian):
    gain = np.arange(600) % 5
    mantissa = np.round(NOISE).astype(np.int16)
    words = (gain << 16) | (mantissa.astype(int) & 0xFFFF)
    file = edited(written(words, format=2, endian=endian), (3225, word(4, 2, endian)))
    error = refused(file, "sample format code 4", "4 (gain_fixed32)")
    assert error.byte == 3225
    with segbuf.open(file, format=4) as f:
        assert (f.format.name, f.dtype, f.endian) == ("GAIN_FIXED32", np.float32, endian)
        assert np.array_equal(f.trace[:], mantissa * 2.0**gain)


@pytest.mark.parametrize("where", ["binary header", "additional trace header"])
def test_sample_count_beyond_31_bits_is_read(where, tmp_path):
    n, path = (1 << 31) + 10, tmp_path / "long.sgy"
    file = written(np.array([[7]], np.int8), format=8, revision=2.0, additional_headers=1)
    wide = (3269, word(n, 4)) if where == "binary header" else (3841 + 136, word(n, 4))
    file = edited(file, (3221, word(0)), (HEADERS + 115, word(0)), wide)
    sparse(path, file, HEADERS + 480 + n)
    with path.open("r+b") as stream:
        stream.seek(-1, 2)
        stream.write(b"\x2a")
    with told(path, "sample-count", 3221) as f:
        assert (f.n_traces, f.n_samples) == (1, n)
        assert [f.trace[0, i] for i in (0, 1, n - 1)] == [7, 0, 42]


@pytest.mark.parametrize("said", [1, 77, 601, 1 << 31, (1 << 32) - 1])
def test_wide_sample_count_that_disagrees_is_warned(said):
    file = edited(written(revision=2.1), (3269, word(said, 4)))
    with told(file, "sample-count", 3269) as f:
        assert (f.n_traces, f.n_samples) == (12, 600)
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


@pytest.mark.parametrize("interval", [0.00025, 1e-6, 0.3125, 70.0])
def test_interval_beyond_16_bits_is_read(interval):
    with opened(written(revision=2.0, interval=interval)) as f:
        assert f.interval == interval
        assert f.samples[-1] == 599 * interval


@pytest.mark.parametrize("said", [1, 3, -1])
def test_data_trailer_is_not_a_trace(said):
    records = b"".join(f"((SEG:User Data {i}))".ljust(3200).encode() for i in range(abs(said)))
    file = written(revision=2.0, trailing=records)
    with opened(edited(file, (3529, word(said, 4)))) as f:
        assert f.n_traces == 12
        start = len(file) - len(records)
        assert f.evidence["data trailer"].value == f"from offset {start}"
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
    with opened(edited(written(revision=2.0), (3529, word(0, 4)))) as f:
        assert f.evidence["data trailer"].value == "none"
    # Declared, and absent, it is told.
    with told(edited(written(revision=2.0), (3529, word(said, 4))), "data-trailer", 3529) as f:
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
    # Undeclared, they are told.
    with told(file, "trailing-bytes", text=f"{len(records)} ") as f:
        assert f.n_traces == 12


def test_first_trace_offset_is_read():
    gap = RNG.bytes(1234)
    file = written(revision=2.0)
    file = edited(file[:HEADERS] + gap + file[HEADERS:], (3521, word(HEADERS + 1234, 8)))
    with opened(file) as f:
        assert f.evidence["first trace"].value == str(HEADERS + 1234)
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
    with opened(edited(file, (3521, bytes(8))), first_trace=HEADERS + 1234) as f:
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
    lies = edited(written(revision=2.0), (3521, word(HEADERS + 1234, 8)))
    with told(lies, "first-trace", 3521) as f:
        assert np.allclose(f.trace[:], NOISE, rtol=1e-6)


@pytest.mark.parametrize("said", [11, 13, 1 << 40, (1 << 64) - 1])
def test_trace_count_is_read(said):
    assert opened(edited(written(revision=2.0), (3513, word(12, 8)))).n_traces == 12
    file = edited(written(revision=2.0), (3513, word(said, 8) if said < 1 << 63 else b"\xff" * 8))
    with told(file, "trace-count", 3513) as f:
        assert f.n_traces == 12


def test_byte_order_field_holding_junk_is_ignored():
    for endian in ("big", "little"):
        file = edited(written(revision=2.0, endian=endian), (3297, b"\1\1\4\4"))
        with told(file, "byte-order", 3297) as f:
            assert f.endian == endian
            assert np.allclose(f.trace[:], NOISE, rtol=1e-6)
        with opened(edited(written(endian=endian), (3297, b"WORD"))) as f:
            assert f.endian == endian


# --- Evidence, and what is asked for -------------------------------------------------------------

CONCLUSIONS = {
    "byte order",
    "sample order",
    "revision",
    "format",
    "sample count",
    "interval",
    "delay",
    "first trace",
    "extended textual headers",
    "data trailer",
    "text encoding",
    "additional trace headers",
}


@pytest.mark.parametrize("revision", [0.0, 1.0, 2.1])
def test_evidence_has_candidates_and_reasons(revision):
    with opened(written(revision=revision)) as f:
        assert set(f.evidence) >= CONCLUSIONS
        for name in CONCLUSIONS:
            conclusion = f.evidence[name]
            assert conclusion.because, name
            assert conclusion.candidates[0].value == conclusion.value, name
            best, *others = [candidate.score for candidate in conclusion.candidates]
            assert all(score <= best for score in others), name
            assert f"{name}: {conclusion.value}" in str(f.evidence)


@pytest.mark.parametrize(
    ("asked", "name", "value", "file", "how"),
    [
        ({"n_samples": 700}, "sample count", "700", "600", "1280 trailing bytes"),
        ({"first_trace": 3604}, "first trace", "3604", "3600", "2636 trailing bytes"),
        ({"format": 3}, "format", "int16", "ibm_float32", ""),
        ({"format": 5}, "format", "ieee_float32", "ibm_float32", ""),
        ({"sample_endian": "little"}, "sample order", "little", "big", ""),
        ({"sample_endian": "pairwise"}, "sample order", "pairwise", "big", ""),
        ({"revision": 2.0}, "revision", "2.0", "1.0", ""),
        ({"interval": 2.0}, "interval", "2 ms", "4 ms", ""),
        ({"encoding": "ascii"}, "text encoding", "ascii", "ebcdic", ""),
    ],
)
def test_wrong_override_reports_disagreement(asked, name, value, file, how):
    ((keyword, _),) = asked.items()
    with pytest.warns(segbuf.SegbufWarning) as caught:
        f = segbuf.open(written(), **asked)
    [said] = [str(w.message) for w in caught if w.message.code == "override"]
    assert said.startswith(f"{keyword}=")
    assert f"overrides the value {file} of the file" in said
    assert how in said
    conclusion = f.evidence[name]
    assert (conclusion.value, conclusion.origin) == (value, "override")
    assert any(c.value.startswith(file) for c in conclusion.candidates), "what it is unasked"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"endian": "little"}, "endian=little overrides the value big of the file"),
        ({"first_trace": 4000}, "first_trace=4000 overrides the value 3600 of the file"),
        ({"kind": "su"}, "kind=su overrides the value segy of the file"),
    ],
)
def test_unusable_override_reports_file_values(asked, says):
    refused(written(), says, **asked)


def test_right_override_is_no_warning():
    asked = {"n_samples": 600, "first_trace": 3600, "format": 1, "endian": "big", "revision": 1.0}
    asked["sample_endian"] = "big"
    with opened(written(), interval=4.0, encoding="ebcdic", **asked) as f:
        assert f.evidence["sample count"].origin == "override"


def test_strict_checks_layout_only():
    file = edited(written(), (3217, word(2000)))
    with warns("unknown-interval"):
        assert segbuf.open(file, strict=True).interval is None
    with pytest.raises(segbuf.FormatError, match="byte 3221 declares 77 samples"):
        segbuf.open(edited(file, (3221, word(77))), strict=True)
