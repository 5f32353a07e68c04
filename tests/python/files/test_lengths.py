"""Traces of different lengths: found by evidence, read one by one or in rows that are filled up."""

import array
import io
import pickle
import threading

import numpy as np
import pytest
from codes import raises, warns
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from naive import read_naive, width_of
from sources import Plain, Scripted

import segbuf
from segbuf.testing import write_file

RNG = np.random.default_rng(7)
MOST = 60
LENGTHS = RNG.integers(5, MOST, 300)
LENGTHS[41] = MOST
NOISE = (1000 * RNG.normal(size=(300, MOST))).astype(np.float32)
FLAG = 3503


def written(lengths=LENGTHS, data=NOISE, **options):
    data = data[: len(lengths)]
    return write_file(None, data, lengths=lengths, format=options.pop("format", 5), **options)


def padded(lengths=LENGTHS, data=NOISE, fill=np.nan):
    """The rows that such a file has."""
    lengths = np.asarray(lengths)
    rows = data[: len(lengths), : max(lengths)].copy()
    rows[np.arange(rows.shape[1]) >= lengths[:, None]] = fill
    return rows


def same(a, b):
    return np.array_equal(a, b, equal_nan=True)


def walked(file, code, order, first, additional):
    """Follow the traces of a file by their own lengths, and read each naively."""
    at, traces = first, []
    while at < len(file):
        header = file[at : at + 240 * (1 + additional)]
        n, more = int.from_bytes(header[114:116], order), additional
        if additional and header[472:480] == b"SEG00001":
            n = int.from_bytes(header[376:380], order) or n
            more = int.from_bytes(header[396:398], order) or more
        place = {"first_trace": at, "additional_headers": more, "n_traces": 1}
        traces += list(read_naive(file, n_samples=n, format=code, endian=order, **place).native)
        at += 240 * (1 + more) + n * width_of(code)
    return traces


@settings(max_examples=150)
@given(
    lengths=st.lists(st.integers(0, 40), min_size=2, max_size=80).filter(
        lambda x: len({*x}) > 1 and max(x) > 7
    ),
    code=st.sampled_from([1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16]),
    order=st.sampled_from(["big", "little", "pairwise"]),
    additional=st.sampled_from([0, 0, 1, 3]),
    seed=st.integers(0, 99),
)
def test_lengths_match_headers(lengths, code, order, additional, seed):
    if order == "pairwise":
        assume(width_of(code) not in {1, 3})
    samples = np.random.default_rng(seed).integers(0, 100, (len(lengths), 40))
    samples = samples.astype({6: np.float64}.get(code, np.float32 if code in {1, 5} else np.int8))
    plain = order != "pairwise" and not additional
    options = {} if plain else {"revision": 2.1, "additional_headers": additional}
    file = written(lengths, samples, format=code, endian=order, **options)
    with segbuf.open(file, fill=-1 if code < 10 else 77, strict=True) as f:
        assert f.endian == order
        assert not f.fixed_length
        assert f.n_samples == max(lengths)
        assert f.lengths.tolist() == lengths
        assert f.lengths.dtype == np.int64
        if order == "pairwise":
            swapped = np.frombuffer(file, np.uint8)[3200:].reshape(-1, 2)[:, ::-1].tobytes()
            file, order = file[:3200] + swapped, "big"
        traces = walked(file, code, order, f.first_trace, additional)
        assert len(traces) == f.n_traces == len(lengths)
        rows = f.trace[:]
        for i, trace in enumerate(traces):
            assert f.trace[i].dtype == trace.dtype
            assert same(f.trace[i], trace)
            assert same(rows[i, : lengths[i]], trace)
            assert (rows[i, lengths[i] :] == (-1 if code < 10 else 77)).all()


def test_lengths_evidence_lists_candidates():
    with segbuf.open(written(), strict=True) as f:
        conclusion = f.evidence["sample count"]
        assert conclusion.value == f"{LENGTHS.min()} to {MOST}"
        assert conclusion.origin == "each-trace"
        assert any("300 consecutive traces" in text for text in f.evidence["trace count"].because)
        rivals = [candidate.value for candidate in conclusion.candidates]
        assert rivals[0] == conclusion.value
        assert str(LENGTHS[0]) in rivals
        assert f.evidence["trace count"].value == "300"


def test_single_trace_has_its_length():
    with segbuf.open(written()) as f:
        n = int(LENGTHS[9])
        want = NOISE[9, :n]
        assert same(f.trace[9], want)
        assert same(f.trace[-291], want)
        assert same(f.trace[9, ::-1], want[::-1])
        assert same(f.trace[9, 2:1000], want[2:])
        assert f.trace[9, -1] == want[-1]
        assert same(f.trace[np.int64(9)], want)
        with pytest.raises(segbuf.TraceIndexError, match=f"out of bounds for {n} samples"):
            f.trace[9, n]
        # A list of one is a list.
        assert same(f.trace[[9]], padded()[9:10])
        assert same(f.trace[9:10, 3:], padded()[9:10, 3:])


def test_read_into_takes_trace_length_or_longest():
    with segbuf.open(written()) as f:
        n = int(LENGTHS[9])
        for make in (
            lambda n: np.full(n, 5, np.float32),
            lambda n: array.array("f", [5] * n),
            lambda n: bytearray(4 * n),
        ):
            own, whole = make(n), make(MOST)
            f.trace.read_into(9, own)
            assert same(np.frombuffer(own, np.float32), NOISE[9, :n])
            f.trace.read_into(9, whole)
            assert same(np.frombuffer(whole, np.float32), padded()[9])
        out = np.full(n + 1, 5, np.float32)
        message = rf"expected {n} samples.*found {n + 1}.*or {MOST}"
        with pytest.raises(segbuf.DestinationError, match=message):
            f.trace.read_into(9, out)
        assert (out == 5).all()
        out.flags.writeable = False
        with pytest.raises(segbuf.DestinationError, match="read-only"):
            f.trace.read_into(9, out)
        rows = np.empty((300, MOST), np.float32)
        f.read_into(rows)
        assert same(rows, padded())
        f.read_into(rows[::2, 5:9], traces=slice(None, None, 2), samples=slice(9, 5, -1))
        assert same(rows[::2, 5:9], padded()[::2, 9:5:-1])


def test_iteration_yields_each_length_and_keeps_traces():
    with segbuf.open(written()) as f:
        kept = list(f.trace)
        assert [len(trace) for trace in kept] == LENGTHS.tolist()
        assert all(same(a, b[:n]) for a, b, n in zip(kept, NOISE, LENGTHS, strict=True))
        blocks = list(f.trace.blocks(64))
        assert [len(block) for block in blocks] == [64, 64, 64, 64, 44]
        assert same(np.concatenate(blocks), padded())


def test_integer_rows_need_fill_for_padding():
    counts = (NOISE / 50).astype(np.int16)
    file = written(data=counts, format=3)
    with segbuf.open(file) as f:
        assert same(f.trace[3], counts[3, : LENGTHS[3]])
        out = np.full((300, MOST), 7, np.int16)
        for read in (lambda: f.trace[:], lambda: f.read_into(out)):
            with raises(segbuf.GeometryError, "fill-needed"):
                read()
        assert (out == 7).all()
        for size in (LENGTHS[9] + 1, MOST + 1):
            with raises(segbuf.DestinationError, "wrong-length", text=f" {MOST}"):
                f.trace.read_into(9, np.empty(size, np.int16))
        # Where no trace is shorter there is nothing to fill.
        assert same(f.trace[:, :5], counts[:, :5])
        as_float = np.empty((300, MOST), np.float32)
        f.read_into(as_float)
        assert same(as_float, padded(data=counts.astype(np.float32)))
    with segbuf.open(file, fill=-3) as f:
        assert same(f.trace[:], padded(data=counts, fill=-3))


@pytest.mark.parametrize("source", ["path", "mmap", "BytesIO", "short reads", "plain", "buffer"])
def test_lengths_match_from_every_source(tmp_path, source):
    file = written()
    path = tmp_path / "vary.sgy"
    path.write_bytes(file)
    given, options = {
        "path": (path, {}),
        "mmap": (path, {"mmap": True}),
        "BytesIO": (io.BytesIO(file), {}),
        "short reads": (Scripted(file), {}),
        "plain": (Plain(file), {}),
        "buffer": (bytearray(file), {}),
    }[source]
    with segbuf.open(given, **options) as f:
        assert f.lengths.tolist() == LENGTHS.tolist()
        assert same(f.trace[:], padded())
        assert f.header[:, "trace_sequence_line"].tolist() == [*range(1, 301)]
        assert [len(trace) for trace in f.trace] == LENGTHS.tolist()


def test_joined_files_have_longest_length_of_all():
    parts = [LENGTHS[:100], LENGTHS[100:180] // 2, LENGTHS[180:]]
    lengths = np.concatenate(parts)
    data = [NOISE[:100], NOISE[100:180], NOISE[180:]]
    files = [written(n, d) for n, d in zip(parts, data, strict=True)]
    with segbuf.open(files) as f:
        assert f.lengths.tolist() == lengths.tolist()
        assert same(f.trace[:], padded(lengths))
        assert all(len(f.trace[i]) == n for i, n in enumerate(lengths))
    fixed = write_file(None, NOISE, format=5)
    with raises(segbuf.FormatError, "files-differ"):
        segbuf.open([files[0], fixed])


def test_fixed_length_flag_that_is_wrong_is_warned():
    file = written(binary={"fixed_length_trace_flag": 1})
    message = f"byte {FLAG} declares traces of one length, but traces have 5 to {MOST} samples"
    with warns("fixed-length", text=message), segbuf.open(file) as f:
        assert same(f.trace[:], padded())
        assert f.warnings[0].byte == FLAG
    with pytest.raises(segbuf.FormatError, match=message):
        segbuf.open(file, strict=True)


@pytest.mark.parametrize("cut", [1, 100, 200, 4 * int(LENGTHS[-1]), 4 * int(LENGTHS[-1]) + 39])
def test_last_trace_may_be_truncated(cut):
    with (
        warns("trailing-bytes", text="after 299 complete traces"),
        segbuf.open(written()[:-cut]) as f,
    ):
        assert same(f.trace[:], padded()[:299])


@pytest.mark.parametrize("n", [1, 239, 240, 700, 5000])
@pytest.mark.parametrize("byte", [b"\0", b"\x1a"])
def test_padding_after_last_trace_is_ignored(n, byte):
    message = f"ignoring {n} bytes of 0x{byte.hex().upper()} after 300 complete traces"
    with warns("trailing-bytes", text=message):
        f = segbuf.open(written() + n * byte)
    assert f.lengths.tolist() == LENGTHS.tolist()


@pytest.mark.parametrize("n", [200, 2000, 100_000])
def test_junk_after_last_trace_is_ignored(n):
    with warns("trailing-bytes", text="bytes after 300 complete traces"):
        f = segbuf.open(written() + np.random.default_rng(n).bytes(n))
    assert f.lengths.tolist() == LENGTHS.tolist()


@pytest.mark.parametrize("bad", [150, 299])
def test_wrong_header_count_ends_readable_traces(bad):
    file = bytearray(written())
    at = 3600 + 240 * bad + 4 * int(LENGTHS[:bad].sum())
    file[at + 114 : at + 116] = (int(LENGTHS[bad]) + 3).to_bytes(2, "big")
    with warns("trailing-bytes", text=f"after {min(bad + 1, 299)} complete traces"):
        f = segbuf.open(bytes(file))
    # The trace itself has a header, and as many bytes as it says.
    assert f.n_traces == min(bad + 1, 299)
    assert same(f.trace[:149], padded()[:149, : f.n_samples])


def test_data_trailer_is_not_a_trace():
    stanza = b"((SEG:User Data ver 1.0))".ljust(3200)
    file = written(revision=2.1, trailing=2 * stanza, binary={"data_trailer_stanzas": 2})
    with segbuf.open(file, strict=True) as f:
        assert f.lengths.tolist() == LENGTHS.tolist()
        assert len(f.trailers) == 1


def test_n_samples_override_reports_disagreement():
    file = written()
    with warns("trailing-bytes", "override", text="n_samples=60 overrides the value 5"):
        f = segbuf.open(file, n_samples=60)
    assert f.fixed_length
    assert f.trace[0].shape == (60,)


def test_other_overrides_keep_lengths():
    with segbuf.open(written(), endian="big", format=5, first_trace=3600, interval=4) as f:
        assert f.lengths.tolist() == LENGTHS.tolist()


@pytest.mark.parametrize(("endian", "other"), [("big", "little"), ("little", "big")])
def test_lengths_with_separate_sample_byte_order_are_found(endian, other):
    file = written(endian=endian, sample_endian=other)
    with warns("sample-order", text="pass sample_endian= to override"):
        f = segbuf.open(file)
    assert f.sample_endian == other
    assert same(f.trace[:], padded())


def test_format_is_measured_on_nonempty_traces():
    lengths = np.full(300, 300)
    lengths[41] = 3000
    data = (1000 * np.random.default_rng(4).normal(size=(300, 3000))).astype(np.float32)
    file = written(lengths, data, endian="big", sample_endian="little")
    with warns("sample-order"):
        f = segbuf.open(file)
    with f:
        assert same(f.trace[:], padded(lengths, data))


def test_lengths_of_seismic_unix_vary_too():
    file = written(kind="su", endian="little")
    with segbuf.open(file) as f:
        assert f.kind == "su"
        assert same(f.trace[:], padded())


@pytest.mark.parametrize("at", [0, 1, 40, 299])
def test_single_deviating_trace_among_many_is_found(at):
    lengths = np.full(300, 50)
    lengths[at] = 20
    with segbuf.open(written(lengths)) as f:
        assert f.lengths.tolist() == lengths.tolist()
        assert same(f.trace[:], padded(lengths))


@pytest.mark.parametrize("last", [7, 120])
def test_deviating_last_trace_of_large_file_is_found(last):
    lengths = np.full(5000, 30)
    lengths[-1] = last
    data = np.random.default_rng(2).normal(size=(5000, lengths.max())).astype(np.float32)
    with segbuf.open(written(lengths, data), strict=True) as f:
        assert f.lengths.tolist() == lengths.tolist()
        assert same(f.trace[:], padded(lengths, data))


@pytest.mark.parametrize("wrong", [2, 150, 298, 299])
@pytest.mark.parametrize("count", [0, 7, 77])
def test_truncated_or_padded_file_opens_despite_wrong_count(wrong, count):
    counts = np.full(300, 60)
    counts[wrong] = count
    file = write_file(None, NOISE, format=5, headers={115: counts})
    with warns("trailing-bytes", text="after 299 complete traces"):
        f = segbuf.open(file[:-50])
    with f:
        assert f.fixed_length
        assert same(f.trace[:], NOISE[:299])


def test_file_with_damaged_first_trace_is_not_guessed():
    file = write_file(None, NOISE, format=5, headers={115: 60})
    at = 3600 + 300
    with raises(segbuf.FormatError, "no-trace-headers"):
        segbuf.open(file[:at] + file[at + 102 :])


def test_compensating_lengths_are_found():
    # Size and most places are those of 60 traces of 50 samples.
    lengths = np.full(60, 50)
    lengths[[20, 21]] = 40, 60
    with segbuf.open(written(lengths)) as f:
        assert f.lengths.tolist() == lengths.tolist()
        assert same(f.trace[:], padded(lengths))


@pytest.mark.parametrize("revision", [1.0, 2.1])
def test_compensating_lengths_far_apart_are_found(revision):
    # The file is as large as 1003 traces of 100 samples, which is where most headers are.
    lengths = np.array([100] * 300 + [180] + [100] * 100 + [180] + [100] * 600)
    data = np.random.default_rng(1).normal(size=(len(lengths), 180)).astype(np.float32)
    with segbuf.open(written(lengths, data, revision=revision)) as f:
        assert f.lengths.tolist() == lengths.tolist()
        assert same(f.trace[:], padded(lengths, data))


def test_equal_lengths_are_reported_as_equal():
    for lengths in ([50] * 30, [50] * 3, [50]):
        with segbuf.open(written(lengths, NOISE[:, :50])) as f:
            assert f.fixed_length
            assert f.lengths.tolist() == lengths


def test_wrong_counts_in_fitting_file_are_not_lengths():
    wrong = np.full(300, 60)
    wrong[5] = 7
    file = write_file(None, NOISE, format=5, headers={115: wrong})
    with segbuf.open(file) as f:
        assert f.fixed_length
        assert same(f.trace[:], NOISE)


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
@pytest.mark.parametrize("n", [2, 50, 300])
@pytest.mark.parametrize("states", ["a trace more", "a sample more", "nothing"])
@pytest.mark.parametrize("which", ["first", "midst", "last", "all"])
@pytest.mark.parametrize("header", ["rich", "poor"])
@pytest.mark.parametrize("most", [1, 60])
def test_wrong_counts_among_zeros_are_not_lengths(n, states, which, header, most):
    # Zeros lead anywhere, as traces of no samples; short traces lead from one header to another.
    counts = np.full(n, most)
    trace = {"first": 0, "midst": n // 2, "last": n - 1, "all": slice(None)}[which]
    counts[trace] = {"a trace more": most + 60, "a sample more": most + 1, "nothing": 0}[states]
    data = np.zeros((n, most), np.float32)
    data[::3, ::7] = 1
    words = {115: counts}
    if header == "poor":
        words |= dict.fromkeys(["trace_sequence_line", "trace_sequence_file", "inline"], 0)
        words |= dict.fromkeys(["crossline", "offset", "cdp_x", "cdp_y", 29, 117], 0)
    file = write_file(None, data, format=5, headers=words)
    with segbuf.open(file, interval=4) as f:
        assert f.fixed_length
        assert same(f.trace[:], data)


def test_blank_last_header_does_not_make_lengths_vary():
    # Of a trace of no samples, or padding: the others are as long as each other.
    file = write_file(None, NOISE[:5], format=5, revision=1, trailing=bytes(240))
    with warns("trailing-bytes", text="240 trailing bytes after 5 complete traces"):
        f = segbuf.open(file)
    assert f.fixed_length
    assert f.n_traces == 5


def additional(counts, lengths):
    """A file of revision 2.1 whose traces have so many additional headers, and say so."""
    most = max(counts)
    file = written(lengths, revision=2.1, additional_headers=most)
    at = 3600
    whole = [file[:at]]
    for count, length in zip(counts, lengths, strict=True):
        headers = bytearray(file[at : at + 240 * (1 + most)])
        # Bytes 157-158 and 137-140 of the first additional header.
        headers[396:398] = count.to_bytes(2, "big")
        headers[376:380] = int(length).to_bytes(4, "big")
        headers[114:116] = bytes(2)
        end = at + 240 * (1 + most) + 4 * int(length)
        whole += [headers[: 240 * (1 + count)], file[at + 240 * (1 + most) : end]]
        at = end
    return b"".join(whole)


@pytest.mark.parametrize("lengths", [LENGTHS, np.full(300, MOST)], ids=["lengths too", "no more"])
def test_additional_header_counts_may_vary(lengths):
    counts = (1 + np.arange(300) * 7 % 3).tolist()
    file = additional(counts, lengths)
    with segbuf.open(file, strict=True) as f:
        assert f.additional_headers == 3
        assert not f.fixed_length
        assert f.lengths.tolist() == lengths.tolist()
        assert same(f.trace[:], padded(lengths))
        traces = walked(file, 5, "big", 3600, 3)
        assert all(same(f.trace[i], trace) for i, trace in enumerate(traces))
        assert f.header[:, "trace_sequence_line"].tolist() == [*range(1, 301)]


@pytest.mark.parametrize("samples", [0, MOST])
def test_blank_header_among_others_is_warned(samples):
    lengths = LENGTHS.copy()
    lengths[100] = samples
    file = bytearray(written(lengths, np.where(np.arange(300)[:, None] == 100, 0, NOISE)))
    at = 3600 + 240 * 100 + 4 * int(lengths[:100].sum())
    file[at : at + 240] = bytes(240)
    # The samples of the longer one look like another such trace.
    file[3220:3222] = bytes(2)
    lengths = np.concatenate([lengths[:100], [0] * (2 if samples else 1), lengths[101:]])
    n = len(lengths) - 299
    with warns("blank-traces", text=f"{n} traces have no samples") as caught:
        f = segbuf.open(bytes(file))
    assert (caught[0].message.trace, caught[0].message.byte) == (100, 115)
    assert f.lengths.tolist() == lengths.tolist()
    with pytest.raises(segbuf.FormatError, match=f"{n} traces have no samples"):
        segbuf.open(bytes(file), strict=True)


def test_additional_header_position_is_reported():
    # Nothing else is in the headers.
    lengths = [60, 50, 50, 0, 40]
    file = bytearray(additional([1] * 5, lengths))
    at = 3600
    for n in lengths:
        file[at : at + 240] = bytes(240)
        at += 480 + 4 * n
    with segbuf.open(bytes(file)) as f:
        assert f.lengths.tolist() == lengths


@pytest.mark.parametrize("seed", range(12))
def test_additional_header_is_not_read_as_samples_by_chance(seed):
    # Of 30 or 60 samples: one in four such files is as large as traces of 60 without it.
    lengths = np.random.default_rng(seed).choice([30, MOST], 50)
    file = bytearray(additional([1] * 50, lengths))
    at = 3600
    for n in lengths:
        count = int(n) if at > 3600 else 0
        file[at : at + 240] = bytes(114) + count.to_bytes(2, "big") + bytes(124)
        at += 480 + 4 * int(n)
    with segbuf.open(bytes(file), interval=4) as f:
        assert f.additional_headers == 1
        assert f.lengths.tolist() == lengths.tolist()


def test_lengths_survive_pickle_threads_and_survey_index(tmp_path):
    path = tmp_path / "vary.sgy"
    lengths = LENGTHS.reshape(20, 15)
    write_file(path, NOISE.reshape(20, 15, MOST), lengths=LENGTHS, format=5)
    with segbuf.open(path) as f:
        f.save_index()
        again = pickle.loads(pickle.dumps(f))  # noqa: S301
        want = padded().reshape(20, 15, MOST)
        assert same(again.cube[...], want)
        got = {}

        def read(label):
            got[label] = f.iline[label]

        threads = [threading.Thread(target=read, args=(label,)) for label in f.ilines.tolist()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(same(got[label], want[i]) for i, label in enumerate(f.ilines.tolist()))
    with segbuf.open(path) as f:
        assert "index" in f.evidence
        assert same(f.xline[f.xlines[3]], want[:, 3])
        assert f.lengths.tolist() == lengths.ravel().tolist()


def test_view_is_refused_with_varying_lengths():
    with (
        segbuf.open(written(endian="little")) as f,
        pytest.raises(ValueError, match="traces of different lengths"),
    ):
        f.trace.view()


def test_shrunk_file_error_names_its_end(tmp_path):
    path = tmp_path / "vary.sgy"
    file = written()
    path.write_bytes(file)
    with segbuf.open(path) as f:
        at = 3600 + 240 * 150 + 4 * int(LENGTHS[:150].sum())
        path.write_bytes(file[: at + 300])
        assert same(f.trace[:150], padded()[:150])
        with pytest.raises(segbuf.FormatError, match="ended within a trace") as caught:
            f.trace[140:200]
        assert (caught.value.trace, caught.value.byte) == (150, at + 300)


def test_additional_headers_override_applies_to_all_traces():
    # Two blocks behind each header that nothing declares or names.
    blocks = np.random.default_rng(5).bytes(480)
    plain = written()
    at, parts = 3600, [plain[:3600]]
    for n in LENGTHS.tolist():
        parts += [plain[at : at + 240], blocks, plain[at + 240 : at + 240 + 4 * n]]
        at += 240 + 4 * n
    f = segbuf.open(b"".join(parts), additional_headers=2)
    assert f.lengths.tolist() == LENGTHS.tolist()
    assert same(f.trace[:], padded())
    assert f.header[7].bytes[240:] == blocks


def test_shrunk_file_object_gives_no_missing_samples():
    stream = io.BytesIO(written())
    with segbuf.open(stream) as f:
        at = 3600 + 240 * 150 + 4 * int(LENGTHS[:150].sum())
        stream.truncate(at + 300)
        assert same(f.trace[:150], padded()[:150])
        for trace in range(150, 300):
            with pytest.raises(segbuf.FormatError, match="ended within a trace"):
                f.trace[trace]
        with pytest.raises(segbuf.FormatError, match="ended within a trace"):
            f.trace[140:200]
        with pytest.raises(segbuf.FormatError, match="ended within a trace"):
            f.header[200]


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_additional_headers_override_outweighs_trace_headers():
    # All have three, and some say that they have fewer.
    file = bytearray(additional([3] * 300, LENGTHS))
    at = 3600
    for i, n in enumerate(LENGTHS.tolist()):
        if i % 50 == 49:
            file[at + 396 : at + 398] = b"\0\1"
        at += 960 + 4 * n
    with segbuf.open(bytes(file)) as f:
        assert f.n_traces < 300
    with segbuf.open(bytes(file), additional_headers=3) as f:
        assert f.evidence["additional trace headers"].value == "3"
        assert f.lengths.tolist() == LENGTHS.tolist()
        assert same(f.trace[:], padded())
