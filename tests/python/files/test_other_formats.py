"""Files that are not SEG-Y, or no longer: each is named, and no sane file is taken for one."""

import struct

import numpy as np
import pytest
from codes import raises, warns

import segbuf
from segbuf.testing import make_cube, write_file

CUBE = make_cube(5, 6, 400)
TRACES = CUBE.reshape(30, 400)
ORDERS = pytest.mark.parametrize("order", ["<", ">"])


def placed(size, *parts):
    """Bytes with some at offsets, zeros elsewhere."""
    content = bytearray(size)
    for at, part in parts:
        content[at : at + len(part)] = part
    return bytes(content)


def noise(size, seed=0):
    return np.random.default_rng(seed).bytes(size)


def seg2(order):
    head = struct.pack(order + "4H", 0x3A55, 1, 96, 24) + b"\1\0\0\1\n\0"
    return head + noise(40_000)


def mseed(order):
    record = b"000001D STA  00BHZNW" + struct.pack(
        order + "HHBBBBHHhh", 2021, 45, 12, 3, 5, 0, 0, 3, 20, 1
    )
    return placed(512, (0, record)) * 40


def sac(order, version=6):
    words = [-12345.0] * 70
    whole = [-12345] * 40
    whole[6], whole[9], whole[15] = version, 3000, 1
    return struct.pack(order + "70f40i", *words, *whole) + b" " * 192 + noise(12_000)


def dzt(bits):
    head = struct.pack("<HHHHh5f", 0xFF, 1024, 512, bits, 0, 100.0, 50.0, 1.0, 0.0, 80.0)
    return placed(1024, (0, head), (52, b"\1\0")) + noise(512 * 40 * bits // 8)


def jsf():
    message = placed(16, (0, b"\1\x16\x0c\0\x50\0"), (12, struct.pack("<I", 1000))) + noise(1000)
    return message * 9


def segd(code):
    head = bytes.fromhex("0101") + code + bytes(6) + bytes.fromhex("2111231205591300")
    return placed(32, (0, head)) + noise(30_000)


FORMATS = {
    "SEG-2": [seg2("<"), seg2(">")],
    "SEED": [
        mseed("<"),
        mseed(">"),
        placed(4096, (0, b"000001V 010009402.3121970")) + noise(8000),
        placed(64, (0, b"MS\x03\4"), (8, struct.pack("<HH4B", 2024, 60, 23, 59, 60, 11)))
        + noise(5000),
    ],
    "SAC": [sac("<"), sac(">"), sac("<", 7)],
    "HDF5": [
        b"\x89HDF\r\n\x1a\n" + noise(9000),
        placed(512) + b"\x89HDF\r\n\x1a\n" + noise(9000),
    ],
    "ZGY": [b"VBS\0\3\0\0\0" + noise(9000)],
    "SEG-D": [
        segd(bytes.fromhex("8058")),
        segd(bytes.fromhex("0015")),
        b"0001SD2.1RECORD" + b" " * 113 + noise(9000),
    ],
    "DZT": [dzt(16), dzt(8), dzt(32)],
    "JSF": [jsf()],
    "Parquet": [b"PAR1" + noise(9000)],
}


@pytest.mark.parametrize("name", FORMATS)
def test_other_format_is_named(name):
    for content in FORMATS[name]:
        for size in (len(content), len(content) - 1):
            with raises(segbuf.FormatError, "other-format", name):
                segbuf.open(content[:size])
        with raises(segbuf.FormatError, "other-format"):
            segbuf.open(content, n_samples=100, format=5)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (b"<!DOCTYPE html><html><body>The file is too large. " * 40, "HTML"),
        (b"\n <html lang='de'><p>Fehler</p> " * 300, "HTML"),
        ("\ufeff<html><p>\u30a8\u30e9\u30fc</p> ".encode() * 300, "HTML"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32, "Git LFS"),
        (b'{"error": "not found"}', "JSON"),
        (b'[{"trace": 1, "offset": 200},\n' * 900, "JSON"),
        (b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', "XML"),
        (b"Once upon a time, a trace was recorded. " * 200, "ASCII"),
        (("Once upon a time, a trace was recorded. " * 200).encode("cp037"), "EBCDIC"),
    ],
)
def test_text_is_named(text, what):
    with raises(segbuf.FormatError, "text-file", what):
        segbuf.open(text)


def blocks(content):
    size = 240 + 4 * 400
    return [content[:3200], content[3200:3600]] + [
        content[at : at + size] for at in range(3600, len(content), size)
    ]


@ORDERS
@pytest.mark.parametrize("label", [b"", b"VOL1" + b" " * 76, b"x" * 81])
@pytest.mark.parametrize("end", [b"", bytes(4), bytes(8)])
def test_tape_image_is_named(order, label, end):
    for kind in ("segy", "su"):
        file = write_file(None, CUBE, format=5, kind=kind)
        records = blocks(file) if kind == "segy" else [file[:1840], file[1840:3680]]
        marked = b""
        for record in [label] * bool(label) + records:
            mark = struct.pack(order + "I", len(record))
            marked += mark + record + mark
        with raises(segbuf.FormatError, "tape-image"):
            segbuf.open(marked + end)


def test_tif_image_is_named():
    at, last, image = 0, 0, b""
    for block in blocks(write_file(None, CUBE, format=5)):
        image += struct.pack("<3I", 0, last, at + 12 + len(block)) + block
        at, last = at + 12 + len(block), at
    with raises(segbuf.FormatError, "tape-image", "TIF"):
        segbuf.open(image + struct.pack("<3I", 1, last, at + 12))


@pytest.mark.parametrize("kind", ["segy", "su"])
@pytest.mark.parametrize("endian", ["big", "little"])
def test_added_returns_are_named(kind, endian):
    file = write_file(None, CUBE, format=5, kind=kind, endian=endian)
    damaged = file.replace(b"\n", b"\r\n")
    assert len(damaged) > len(file)
    for options in ({}, {"n_samples": 400}, {"n_samples": 400, "kind": kind}):
        with raises(segbuf.FormatError, "converted-line-ends", "0D 0A"):
            segbuf.open(damaged, **options)


@pytest.mark.parametrize("at", [1, 7, 29])
def test_removed_returns_are_named(at):
    samples = TRACES.copy()
    samples[at, 200:203] = np.frombuffer(b"\x40\x0d\x0a\x11" * 3, ">f4")
    file = write_file(None, samples.reshape(CUBE.shape), format=5)
    damaged = file.replace(b"\r\n", b"\n")
    assert len(damaged) < len(file)
    if at == 29:  # no header follows: what is left is a truncated trace
        with warns("trailing-bytes", others=True), segbuf.open(damaged) as f:
            assert f.n_traces == 29
            assert np.array_equal(f.trace[:], samples[:29])
    else:
        with pytest.raises(segbuf.FormatError):
            segbuf.open(damaged)


@pytest.mark.parametrize("n", [400, 399, 57])
@pytest.mark.parametrize("endian", ["big", "little"])
def test_second_file_is_named(n, endian):
    first = write_file(None, CUBE, format=5, endian=endian)
    second = write_file(None, make_cube(2, 3, n), format=5, endian=endian)
    with warns("trailing-bytes", text="second file", others=True):
        f = segbuf.open(first + second)
    assert f.n_traces == 30
    assert np.array_equal(f.trace[:], TRACES)
    f.close()


STARTS = [
    b"VBS\0\3\0\0\0", b"\x55\x3a\1\0\x60\0\x18\0", b"PK\3\4", b"<html>", b'{"a": 1}', b"SD2.1",
    b"0001SD2.1 ", b"000001D ", b"version https://git-lfs", b"\xff\0\0\4", b"\1\x16", b"MS\3", b"",
]  # fmt: skip


@pytest.mark.parametrize("start", STARTS[1:])
@pytest.mark.parametrize("fill", [b"\0", b" ", b"\x40"])
@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.filterwarnings("ignore:.*printable")
def test_sane_file_with_any_text_is_read(start, fill, endian):
    file = write_file(None, CUBE, format=5, endian=endian)
    file = start + fill * (3200 - len(start)) + file[3200:]
    with segbuf.open(file) as f:
        assert np.array_equal(f.trace[:], TRACES)


@pytest.mark.parametrize("tracl", [1, 255, 0x1601, 0x3A55, 3200, 240, 1840, 3600])
@pytest.mark.parametrize("endian", ["big", "little"])
def test_sane_seismic_unix_with_any_number_is_read(tracl, endian):
    headers = {1: np.arange(tracl, tracl + 30), 5: np.full(30, tracl)}
    with segbuf.open(write_file(None, CUBE, kind="su", endian=endian, headers=headers)) as f:
        assert f.kind == "su"
        assert np.array_equal(f.trace[:], TRACES)


def pairs(content):
    swapped = bytearray(content)
    swapped[::2], swapped[1::2] = content[1::2], content[::2]
    return bytes(swapped)


@pytest.mark.parametrize(("code", "dtype"), [(1, "f4"), (2, "i4"), (3, "i2"), (5, "f4"), (6, "f8")])
@pytest.mark.parametrize("n", [31, 400, 1000])
def test_swapped_pairs_are_recognised_without_their_constant(code, dtype, n):
    data = np.round(make_cube(3, 4, n) * 900).astype(dtype)
    file = write_file(None, data, format=code)
    swapped = file[:3200] + pairs(file[3200:])
    with segbuf.open(swapped) as f:
        assert f.endian == "pairwise"
        assert np.allclose(f.trace[:], data.reshape(12, n), rtol=1e-6)
        assert f.header["trace_sequence_line"].tolist() == list(range(1, 13))


def test_swapped_pairs_of_seismic_unix_are_recognised():
    with segbuf.open(pairs(write_file(None, CUBE, kind="su", endian="big"))) as f:
        assert (f.endian, f.kind) == ("pairwise", "su")
        assert np.array_equal(f.trace[:], TRACES)
