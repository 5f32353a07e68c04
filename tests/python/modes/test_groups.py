"""Groups of traces: keys of every sort, uneven groups, memory, threads, pickle."""

import collections.abc
import gc
import pickle
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
import together
from codes import raises
from hypothesis import given, settings
from hypothesis import strategies as st

import segbuf
from segbuf.testing import bad_destinations, destinations, write_file

N, N_SAMPLES = 60, 400  # groups of several blocks of `segbuf._recycled.BLOCK_BYTES`


@pytest.fixture(scope="module")
def words():
    rng = np.random.default_rng(5)
    return {
        "field_record": np.repeat([7, 3, 9, 4], [1, 40, 2, 17]),
        "source_x": rng.integers(-2, 2, N) * 100,
        "source_y": rng.integers(0, 2, N) * 50,
        "offset": rng.integers(-3, 3, N),
        "trace_id": rng.integers(1, 3, N),
    }


@pytest.fixture(scope="module")
def samples():
    return np.random.default_rng(6).standard_normal((N, N_SAMPLES)).astype(np.float32)


@pytest.fixture
def path(tmp_path, words, samples):
    write_file(tmp_path / "shots.sgy", samples, headers=words, format=5)
    return tmp_path / "shots.sgy"


def test_groups_are_mapping_in_file_order(path, samples):
    with segbuf.open(path) as f:
        shots = f.group("field_record")
        assert isinstance(shots, collections.abc.Mapping)
        assert list(shots) == list(shots.keys()) == [7, 3, 9, 4]
        assert shots.labels.tolist() == [7, 3, 9, 4]
        assert shots.labels.dtype == np.int32
        assert shots.counts.tolist() == [1, 40, 2, 17]
        assert len(shots) == 4
        assert shots.fields == ("field_record",)
        assert repr(shots) == "<4 groups by field_record of 1 to 40 traces>"
        assert np.array_equal(np.concatenate(list(shots.values())), samples)
        assert {key: len(traces) for key, traces in shots.items()} == {7: 1, 3: 40, 9: 2, 4: 17}
        assert np.array_equal(shots[9], samples[41:43])
        assert np.array_equal(f.trace[shots.indices(9)], shots[9])
        assert 3 in shots
        assert np.int16(3) in shots
        for absent in (5, "3", None, 3.0, (3,), 2**80):
            assert absent not in shots
            assert shots.get(absent) is None
            with pytest.raises(segbuf.LabelError):
                shots[absent]
        with raises(KeyError, "unknown-group"):
            shots[5]


def test_groups_of_several_fields_have_tuple_keys(path, words, samples):
    with segbuf.open(path) as f:
        receivers = f.group("source_x", "source_y")
        pairs = list(zip(words["source_x"].tolist(), words["source_y"].tolist(), strict=True))
        assert list(receivers) == list(dict.fromkeys(pairs))
        x, y = receivers.labels
        assert list(zip(x.tolist(), y.tolist(), strict=True)) == list(receivers)
        for key, traces in receivers.items():
            mine = [i for i, pair in enumerate(pairs) if pair == key]
            assert np.array_equal(traces, samples[mine])
        with pytest.raises(segbuf.LabelError, match="source_x, source_y"):
            receivers[100]
        with pytest.raises(segbuf.LabelError, match=r"\(5, 5\).*the nearest: \(0, 0\)"):
            receivers[5, 5]


def test_group_headers_make_table(path, words):
    with segbuf.open(path) as f:
        shots = f.group("field_record", sort="offset")
        mine = np.flatnonzero(words["field_record"] == 4)
        mine = mine[np.argsort(words["offset"][mine], kind="stable")]
        assert shots.indices(4).tolist() == mine.tolist()
        table = shots.header(4)
        assert table.n_traces == 17
        assert np.array_equal(table["source_x"], words["source_x"][mine])
        assert np.array_equal(shots.header(4, "offset"), words["offset"][mine])
        assert list(shots.header(4, ["offset", 9])) == ["offset", 9]
        with pytest.raises(segbuf.FieldError, match="offset"):
            shots.header(4, "ofset")
        with pytest.raises(segbuf.LabelError):
            shots.header(5)


@pytest.mark.parametrize(
    "field",
    ["field_record", "FieldRecord", "fldr", 9, segbuf.Field(9), segbuf.Field(9, "i4", "shot")],
    ids=str,
)
def test_group_fields_are_found_by_name_alias_byte_or_field(path, field):
    with segbuf.open(path) as f:
        assert list(f.group(field)) == [7, 3, 9, 4]
        assert f.group("trace_id", sort=field).indices(1).size
        assert f.group("trace_id", sort=[field, "offset"]).sort == (field, "offset")


def test_group_rejects_non_numeric_fields(path):
    with segbuf.open(path) as f:
        with pytest.raises(segbuf.FieldError, match="field_record"):
            f.group("feild_record")
        with raises(segbuf.FieldError, "unsortable-field"):
            f.group(segbuf.Field(1, "S4"))
        with pytest.raises(ValueError, match="group by"):
            f.group()
        with pytest.raises(TypeError):
            f.group(1.5)


@pytest.mark.parametrize(
    ("dtype", "numbers"),
    [
        ("i8", [-(2**63), 2**63 - 1, 0, -1, 2**63 - 1]),
        ("u8", [0, 2**64 - 1, 2**63, 0, 1]),
        ("f8", [0.1, -np.inf, np.nan, 0.0, -0.0, 0.1, 1e300]),
        ("f4", [0.1, 0.5, -2.25, 0.1]),
        ("i1", [-128, 127, 0, 127]),
        ("u2", [65535, 0, 65535]),
    ],
)
def test_group_accepts_numbers_of_every_type(dtype, numbers):
    data = np.arange(len(numbers), dtype=np.float32)[:, None].repeat(3, axis=1)
    column = np.array(numbers, dtype)
    file = write_file(None, data, headers={(201, dtype): column}, format=5)
    with segbuf.open(file, n_samples=3) as f:
        groups = f.group(segbuf.Field(201, dtype))
        labels = groups.labels
        assert labels.dtype == column.dtype
        assert labels[0] == column[0]
        for i, number in enumerate(column.tolist()):
            assert i in groups.indices(number)
            assert (groups[number] == i).any()
        # NaN is one number, and 0 and -0 are the same.
        distinct = {"nan" if number != number else number + 0 for number in column.tolist()}  # noqa: PLR0124
        assert len(groups) == len(labels) == len(distinct)
        for a, b in zip(groups, labels.tolist(), strict=True):
            assert a == b or (a != a and b != b)  # noqa: PLR0124


@settings(max_examples=50)
@given(st.data())
def test_group_reads_into_any_destination(data):
    n = data.draw(st.integers(1, 30))
    column = np.array(data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)))
    samples = np.arange(n * 5, dtype=np.float32).reshape(n, 5)
    file = write_file(None, samples, headers={"ensemble": column}, format=5)
    key = data.draw(st.sampled_from(column.tolist()))
    part = data.draw(st.slices(5) | st.integers(-5, 4))
    with segbuf.open(file, n_samples=5) as f:
        cdps = f.group("ensemble")
        want = samples[column == key][:, part]
        destination = data.draw(destinations(want.shape, want.dtype), "destination")
        cdps.read_into(key, destination.target, samples=part)
        assert np.array_equal(destination.array(), want)
        assert destination.guard_ok()
        bad = data.draw(bad_destinations(samples[column == key].shape, samples.dtype), "bad")
        with pytest.raises(bad.error):
            cdps.read_into(key, bad.target)
        assert bad.untouched()


def test_group_iteration_keeps_held_arrays_and_reuses_memory():
    n = 3000
    data = np.random.default_rng(0).integers(0, 255, (n, 1000)).astype(np.uint8)
    record = np.random.default_rng(1).integers(0, 300, n)
    with segbuf.open(write_file(None, data, headers={"field_record": record}, format=16)) as f:
        shots = f.group("field_record")
        kept = list(shots.items())
        for key, traces in kept:
            assert np.array_equal(traces, data[record == key])
        del kept, traces
        gc.collect()
        addresses = {traces.ctypes.data for traces in shots.values()}
        assert len(addresses) < len(shots)
        tracemalloc.start()
        try:
            for traces in shots.values():
                traces[:] = 0  # one's own until it is dropped
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 1.5e6, "a few blocks, of 3 MB"
        assert np.array_equal(shots[7], data[record == 7])


def test_group_iteration_block_size_is_not_set_by_largest_group():
    """What keeps a small group keeps no more than a block, whatever the size of others."""
    record = np.repeat(np.arange(1001), [3000, *[30] * 1000])
    data = np.random.default_rng(0).integers(0, 255, (len(record), 1000)).astype(np.uint8)
    with segbuf.open(write_file(None, data, headers={"field_record": record}, format=16)) as f:
        shots = f.group("field_record")
        tracemalloc.start()
        try:
            kept = [traces for i, traces in enumerate(shots.values()) if i % 100 == 1]
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert held < 5e6, "ten blocks, of 256 KiB each, and not 3 MB as the first group has"
        assert np.array_equal(kept[1], data[record == 101])


def test_groups_larger_than_block_reuse_memory():
    record = np.repeat(np.arange(40), 280)
    data = np.random.default_rng(0).integers(0, 255, (len(record), 1000)).astype(np.uint8)
    with segbuf.open(write_file(None, data, headers={"field_record": record}, format=16)) as f:
        addresses = set()
        for i, traces in enumerate(f.group("field_record").values()):
            assert np.array_equal(traces, data[record == i])
            addresses.add(traces.ctypes.data)
        assert len(addresses) <= 4


def test_group_of_all_traces_exceeds_block(samples):
    with segbuf.open(write_file(None, np.tile(samples, (20, 1)), format=5)) as f:
        (only,) = f.group("field_record").values()
        assert np.array_equal(only, np.tile(samples, (20, 1)))


@pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
def test_groups_of_empty_file_are_empty():
    with segbuf.open(write_file(None, np.ones((0, 4), np.float32), format=5)) as f:
        groups = f.group("field_record")
        assert len(groups) == 0
        assert list(groups) == list(groups.values()) == []
        assert repr(groups) == "<0 groups by field_record>"
        with raises(segbuf.LabelError, "unknown-group"):
            groups[1]


def test_groups_pickle_by_path_and_fields(path):
    with segbuf.open(path) as f:
        shots = f.group("field_record", sort=segbuf.Field(37, "i4", "offset"))
        again = pickle.loads(pickle.dumps(shots))  # noqa: S301 - our own
        assert again is not shots
        assert again.fields == shots.fields
        assert again.sort == shots.sort
        assert np.array_equal(again[4], shots[4])
        # Comparing does not read.
        assert again != shots
        assert shots == shots  # noqa: PLR0124
        assert len({shots, again}) == 2
    with segbuf.open(path.read_bytes()) as f, pytest.raises(TypeError, match="open it by path"):
        pickle.dumps(f.group("field_record"))


def test_groups_of_closed_file_raise(path):
    with segbuf.open(path) as f:
        shots = f.group("field_record")
        values = iter(shots.values())
    with pytest.raises(ValueError, match="closed"):
        shots[7]
    with pytest.raises(ValueError, match="closed"):
        next(values)
    with pytest.raises(ValueError, match="closed"):
        f.group("field_record")
    assert repr(shots) == "<groups by field_record of a closed file>"
    assert list(shots) == [7, 3, 9, 4]


def test_groups_serve_many_threads(path):
    with segbuf.open(path) as f:
        shots = f.group("field_record")
        want = dict(shots)

        def read():
            for _ in range(20):
                for key, traces in shots.items():
                    assert np.array_equal(traces, want[key])
                    out = np.empty_like(want[key])
                    shots.read_into(key, out)
                    assert np.array_equal(out, want[key])

        with together.hectic():
            results = together.at_once(*[read] * 4)
        assert results == [None] * 4


def test_group_read_into_needs_no_numpy(path):
    program = f"""
import array, sys, segbuf
with segbuf.open({str(path)!r}) as f:
    out = array.array("f", bytes(4 * 2 * {N_SAMPLES}))
    f.group("field_record").read_into(9, out)
    f.gather
assert "numpy" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
