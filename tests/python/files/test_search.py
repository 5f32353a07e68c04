"""Files whose headers lead to no trace: traces are found, or the file is refused."""

import itertools
import warnings

import numpy as np
import pytest
from codes import raises

import segbuf
from segbuf.testing import write_file

RNG = np.random.default_rng(7)
FORMATS = [1, 2, 3, 5, 6, 8]
TEXT = b"TAPE LABEL OF SOME CREW, REEL 17. ".ljust(80)


def wiggles(n, n_samples, code):
    """Traces that look like seismic ones."""
    kernel = np.exp(-((np.arange(-9, 10) / 3) ** 2)) * np.cos(np.arange(-9, 10) * 0.7)
    spikes = RNG.normal(size=(n, n_samples)) * (RNG.random((n, n_samples)) < 0.1)
    smooth = np.stack([np.convolve(row, kernel, "same") for row in spikes])
    scale, dtype = {2: (20_000, "i4"), 3: (8000, "i2"), 8: (90, "i1")}.get(code, (20_000, "f4"))
    return (scale * smooth / max(1e-9, np.abs(smooth).max())).round().astype(dtype)


def content(data, code, endian, *, count=None, **options):
    """A file of traces; ``count`` is the number of samples that both headers state instead."""
    stated = data.shape[1] if count is None else count
    words = {"binary": {3221: stated % 65536}, "headers": {115: stated % 65536}}
    if data.shape[1] > 65_535:
        return long_traces(data, endian, words)
    return write_file(None, data, format=code, endian=endian, revision=0.0, **words, **options)


def long_traces(data, endian, words):
    """A file of long traces: the headers of one with short traces, before the samples of each."""
    short = write_file(None, data[:, :1], format=5, endian=endian, revision=0.0, **words)
    headers = (short[at : at + 240] for at in range(3600, len(short), 244))
    samples = data.astype(">f4" if endian == "big" else "<f4")
    return short[:3600] + b"".join(
        h + row.tobytes() for h, row in zip(headers, samples, strict=True)
    )


def opened(file, **options):
    """The open file, and the codes of its warnings; or the error."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            f = segbuf.open(file, **options)
        except segbuf.FormatError as error:
            return error, []
    return f, [warning.message.code for warning in caught]


GAPS = {
    "1 zero": bytes(1),
    "7 zeros": bytes(7),
    "240 zeros": bytes(240),
    "496 zeros": bytes(496),
    "3200 zeros": bytes(3200),
    "64 KiB of zeros": bytes(1 << 16),
    "label of 80 bytes": TEXT,
    "label of 128 bytes": TEXT.ljust(128),
    "EBCDIC blanks": b"\x40" * 128,
    "text": TEXT * 7,
    "noise": RNG.bytes(1000),
}


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("code", FORMATS)
def test_traces_after_other_data_are_found_or_refused(gap, endian, code):
    for n, n_samples in [(3, 400), (10, 101), (300, 250)]:
        data = wiggles(n, n_samples, code)
        file = content(data, code, endian)
        if len(GAPS[gap]) % ((len(file) - 3600) // n) == 0:
            continue  # the zeros are dead traces
        f, codes = opened(file[:3600] + GAPS[gap] + file[3600:])
        if isinstance(f, segbuf.FormatError):
            assert n == 3, f"{n} traces are found: {f}"
            continue
        assert np.array_equal(f.trace[:], data), (gap, endian, code, n)
        assert "first-trace-found" in codes or "extended-text" in codes
        assert "trailing-bytes" not in codes
        assert f.first_trace == 3600 + len(GAPS[gap])


@pytest.mark.parametrize("endian", ["big", "little"])
@pytest.mark.parametrize("code", FORMATS)
def test_distance_of_headers_outranks_counts_that_both_headers_state(endian, code):
    for (true, stated), n in itertools.product(
        [(401, 400), (400, 401), (400, 200), (452, 400), (70_000, 4464)], [3, 10, 60]
    ):
        if true > 1000 and (n == 60 or code != 5):
            continue
        data = wiggles(n, true, code)
        f, codes = opened(content(data, code, endian, count=stated))
        assert not isinstance(f, Exception), f"{true} samples, {stated} stated: {f}"
        assert np.array_equal(f.trace[:], data), (true, stated, n)
        assert "sample-count" in codes
        assert f.evidence["sample count"].value == str(true)


@pytest.mark.parametrize("endian", ["big", "little"])
def test_seismic_unix_count_is_found_too(endian):
    for true, stated in [(401, 400), (400, 401), (452, 400), (70_000, 4464)]:
        data = wiggles(12, true, 5)
        f, codes = opened(content(data, 5, endian, count=stated)[3600:])
        assert not isinstance(f, Exception), f"{true} samples, {stated} stated: {f}"
        assert (f.kind, f.endian) == ("su", endian)
        assert np.array_equal(f.trace[:], data)
        assert "sample-count" in codes


@pytest.mark.parametrize("endian", ["big", "little"])
def test_declared_format_stays_available(endian):
    data = wiggles(20, 400, 5)
    f, _ = opened(content(data, 5, endian, count=200), format=5)
    assert np.array_equal(f.trace[:], data)


@pytest.mark.parametrize("stated", [400, 0])
def test_dead_traces_at_beginning_are_no_gap(stated):
    data = wiggles(20, 400, 5)
    file = bytearray(content(data, 5, "big", count=stated or None))
    file[3600 : 3600 + 2 * 1840] = bytes(2 * 1840)
    f, codes = opened(bytes(file))
    assert f.n_traces == 20
    assert not set(codes) & {"first-trace-found", "trailing-bytes"}
    assert np.array_equal(f.trace[2:], data[2:])


def test_noise_after_file_headers_is_refused():
    file = content(wiggles(20, 400, 5), 5, "big")
    for seed in range(20):
        noise = np.random.default_rng(seed).bytes(30_000 + seed)
        with raises(segbuf.FormatError, "no-trace-headers"):
            segbuf.open(file[: 3600 + 240] + noise)


def test_noise_under_overrides_is_reported():
    file = content(wiggles(20, 400, 5), 5, "big")
    noise = np.random.default_rng(1).bytes(30_001)
    f, codes = opened(file[: 3600 + 240] + noise, n_samples=400)
    assert f.n_samples == 400
    assert "no-trace-headers" in codes
    f, codes = opened(file[: 3600 + 240] + noise, n_samples=333, first_trace=3600)
    assert "no-trace-headers" in codes
