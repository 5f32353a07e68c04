"""Geometry, proved: what probing does not see is found when it is read, and said."""

import numpy as np
import pytest

import segbuf
from segbuf.testing import write_file

IL, XL = np.arange(100, 140), np.arange(10, 90, 2)
N = len(IL) * len(XL)
CUBE = np.arange(N * 4, dtype=np.float32).reshape(len(IL), len(XL), 4)
MIDDLE = 17 * len(XL) + 20  # a trace that no probe looks at


def order(*swaps, drop=(), double=()):
    """The traces of the cube in file order, but for some."""
    traces = np.arange(N)
    for a, b in swaps:
        traces[[a, b]] = traces[[b, a]]
    traces = np.delete(traces, list(drop))
    for at, trace in double:
        traces = np.insert(traces, at, trace)
    return traces


def content(trace_order, data=CUBE, **options):
    options = {"format": 5} | options
    return write_file(None, data, ilines=IL, xlines=XL, trace_order=trace_order, **options)


def all_lines(f, want=CUBE):
    for i, label in enumerate(IL.tolist()):
        assert np.array_equal(f.iline[label], want[i], equal_nan=True)
    for x, label in enumerate(XL.tolist()):
        assert np.array_equal(f.xline[label], want[:, x], equal_nan=True)


def labels_of(f):
    return f.ilines.tolist(), f.xlines.tolist()


@pytest.mark.parametrize("sorting", ["inline", "crossline"])
@pytest.mark.parametrize("other", [MIDDLE + 1, MIDDLE + 3 * len(XL), MIDDLE + 5])
def test_swap_missed_by_probe_is_read_right(sorting, other):
    file = content(order((MIDDLE, other)), sorting=sorting)
    with segbuf.open(file) as f:
        axes = labels_of(f)  # handed out before the swap is seen
        all_lines(f)
        assert labels_of(f) == axes
        report = f.geometry.verify()
        assert (report.regular, report.missing, report.duplicates) == (False, 0, 0)
        assert report.swaps == 2
        assert report.first_swaps == tuple(sorted((MIDDLE, other)))
        assert f"trace {MIDDLE}" in str(report)
    with segbuf.open(file, verify=True) as f:
        all_lines(f)
        assert f.geometry.live.all()


def test_swapped_line_may_be_read_first():
    for read in ("iline", "xline"):
        with segbuf.open(content(order((MIDDLE, MIDDLE + 1)))) as f:
            label = (IL[17] if read == "iline" else XL[20]).item()
            want = CUBE[17] if read == "iline" else CUBE[:, 20]
            assert np.array_equal(getattr(f, read)[label], want)


@pytest.mark.parametrize("samples", [2, slice(1, 3), slice(None, None, 2), slice(None, None, -1)])
def test_samples_of_swapped_line_are_read_right(samples):
    # These leave the headers aside, so all are swept first.
    with segbuf.open(content(order((MIDDLE, MIDDLE + 1)))) as f:
        out = np.empty(CUBE[17][:, samples].shape, np.float32)
        f.iline.read_into(117, out, samples=samples)
        assert np.array_equal(out, CUBE[17][:, samples])


def test_slice_around_swapped_line_is_read_right():
    with segbuf.open(content(order((MIDDLE, MIDDLE + 45)))) as f:
        assert np.array_equal(f.iline[110:125], CUBE[10:25])
        assert np.array_equal(f.xline[:], CUBE.transpose(1, 0, 2))


def test_shuffled_traces_are_read_right():
    traces = np.random.default_rng(1).permutation(N)
    with segbuf.open(content(traces)) as f:
        assert f.sorting is None
        assert labels_of(f) == (IL.tolist(), XL.tolist())
        all_lines(f)
        assert f.geometry.verify().swaps > 0


def test_missing_traces_are_nan_or_fill():
    gone = [MIDDLE, MIDDLE + 1, 5, N - 1]
    file = content(order(drop=gone))
    want = CUBE.copy()
    want.reshape(N, 4)[gone] = np.nan
    live = np.ones(N, bool)
    live[gone] = False
    with segbuf.open(file) as f:
        all_lines(f, want)
        assert np.array_equal(f.geometry.live, live.reshape(40, 40))
        report = f.geometry.verify()
        assert (report.regular, report.missing, report.duplicates) == (False, 4, 0)
        assert "missing: 4: 100/20" in str(report)
        assert report.first_missing == ((100, 20), (117, 50), (117, 52), (139, 88))
        assert (report.swaps, report.first_swaps, report.first_duplicates) == (0, (), ())
    with segbuf.open(file, fill=-1.5) as f:
        want.reshape(N, 4)[gone] = -1.5
        all_lines(f, want)


def test_missing_and_duplicate_trace_with_right_count_are_found():
    # The product of the axes is the number of traces, and yet they are not the grid.
    file = content(order(drop=[MIDDLE], double=[(MIDDLE + 300, 50)]))
    with segbuf.open(file) as f:
        bad = {100 + 50 // 40, IL[MIDDLE // 40].item()}
        for i, label in enumerate(IL.tolist()):
            if label == 101:
                with pytest.raises(
                    segbuf.GeometryError, match="both have inline 101, crossline 30"
                ):
                    f.iline[label]
            elif label not in bad:
                assert np.array_equal(f.iline[label], CUBE[i])
        assert np.isnan(f.iline[117][20]).all()


INTS = CUBE.astype(np.int16)


def test_integer_gaps_need_fill():
    file = content(order(drop=[MIDDLE]), INTS, format=3)
    with segbuf.open(file) as f:
        assert np.array_equal(f.iline[116], INTS[16]), "nothing is missing in this line"
        out = np.full((40, 4), 77, np.int16)
        with pytest.raises(segbuf.GeometryError, match="fill"):
            f.iline.read_into(117, out)
        with pytest.raises(segbuf.GeometryError, match=r"fill"):
            f.xline[50]
        floats = np.zeros((40, 4), np.float32)
        f.iline.read_into(117, floats)
        assert np.isnan(floats[20]).all()
        assert np.array_equal(np.delete(floats, 20, 0), np.delete(INTS[17], 20, 0))
    with segbuf.open(file, fill=-9) as f:
        assert (f.iline[117][20] == -9).all()
    for fill in (1e6, 0.5, float("nan"), float("inf")):
        with segbuf.open(file, fill=fill) as f, pytest.raises((segbuf.GeometryError, ValueError)):
            f.iline[117]


def test_duplicate_traces_raise_or_give_first_or_last():
    data = np.concatenate([CUBE.reshape(N, 4), np.full((1, 4), -1, np.float32)])
    il, xl = np.repeat(IL, 40), np.tile(XL, 40)
    twin = MIDDLE
    file = write_file(
        None, data, ilines=[*il, il[twin]], xlines=[*xl, xl[twin]], offsets=5, format=5
    )
    with segbuf.open(file) as f:
        message = f"traces {twin} and {N} both have inline 117, crossline 50"
        for read in (lambda: f.iline[117], lambda: f.xline[50], lambda: f.iline[115:119]):
            with pytest.raises(segbuf.GeometryError, match=message) as caught:
                read()
            assert caught.value.code == "duplicate-traces"
        assert np.array_equal(f.iline[116], CUBE[16])
        report = f.geometry.verify()
        assert (report.regular, report.duplicates, report.missing) == (False, 1, 0)
        assert f"traces {twin} and {N} (117/50)" in str(report)
        assert report.first_duplicates == ((twin, N),)
        assert (report.swaps, report.first_swaps, report.first_missing) == (0, (), ())
        assert f.geometry.live.all()
    with pytest.raises(segbuf.GeometryError, match=message):
        segbuf.open(file, verify=True)
    with segbuf.open(file, duplicates="first", verify=True) as f:
        all_lines(f)
    with segbuf.open(file, duplicates="last") as f:
        assert (f.iline[117][20] == -1).all()
        assert (f.xline[50][17] == -1).all()
        assert np.array_equal(f.iline[116], CUBE[16])
    with pytest.raises(ValueError, match="duplicates= must be"):
        segbuf.open(file, duplicates="both")


def test_duplicate_in_regular_survey_is_found_by_sweep():
    # One trace bears the key of its neighbour: no line is read, the sweep tells.
    file = bytearray(content(None))
    at = 3600 + MIDDLE * 256 + 192
    file[at : at + 4] = (52).to_bytes(4, "big")
    with segbuf.open(file, duplicates="first") as f:
        assert np.isnan(f.iline[117][20]).all(), "the place of the trace with the wrong key"
        assert np.array_equal(f.iline[117][21], CUBE[17, 20]), "the first that bears the key"


@pytest.mark.parametrize(("byte", "name", "label"), [(189, "inline", 9999), (193, "crossline", 7)])
def test_labels_outside_published_axes_are_refused(byte, name, label):
    file = bytearray(content(None))
    at = 3600 + MIDDLE * 256 + byte - 1
    file[at : at + 4] = label.to_bytes(4, "big")
    file = bytes(file)
    with segbuf.open(file) as f:
        axes, shape = labels_of(f), f.shape
        assert np.array_equal(f.iline[100], CUBE[0])
        for _ in range(2):
            with pytest.raises(segbuf.GeometryError) as caught:
                f.iline[117]
            assert f"{name} {label}" in str(caught.value)
            assert caught.value.code == "outside-axes"
            assert caught.value.trace == MIDDLE
        assert (labels_of(f), f.shape) == (axes, shape)
        assert np.array_equal(f.trace[MIDDLE], CUBE[17, 20]), "traces are read all the same"
    with segbuf.open(file, verify=True) as f:
        labels, lines = (f.ilines, f.iline) if name == "inline" else (f.xlines, f.xline)
        assert label in labels.tolist()
        line = lines[label]
        assert (~np.isnan(line).any(axis=1)).sum() == 1


def test_varying_offset_makes_third_axis():
    data = np.arange(3 * 4 * 5 * 2, dtype=np.float32).reshape(3, 4, 5, 2)
    for sorting in (
        ("inline", "crossline", "offset"),
        ("offset", "crossline", "inline"),
        ("crossline", "offset", "inline"),
    ):
        file = write_file(None, data, offsets=[100, 200, 300, 450, 460], sorting=sorting, format=5)
        for verify in (False, True):
            with segbuf.open(file, verify=verify) as f:
                assert f.offsets.tolist() == [100, 200, 300, 450, 460]
                assert f.shape == (3, 4, 5, 2)
                assert np.array_equal(f.iline[2], data[1])
                assert np.array_equal(f.xline[3], data[:, 2])
                assert np.array_equal(f.iline[2, 300], data[1, :, 2])
                assert np.array_equal(f.xline[2:4, 450], data[:, 1:3, 3].transpose(1, 0, 2))
                assert f.geometry.verify().regular
                assert f.geometry.live.shape == (3, 4, 5)


def test_offsets_of_post_stack_survey_are_ignored():
    data = np.arange(24, dtype=np.float32).reshape(12, 2)
    file = write_file(
        None,
        data,
        ilines=np.repeat([1, 2, 3], 4),
        xlines=np.tile([1, 2, 3, 4], 3),
        offsets=np.arange(12) * 7,
        format=5,
    )
    for verify in (False, True):
        with segbuf.open(file, verify=verify) as f:
            assert f.offsets.tolist() == [0]
            assert f.shape == (3, 4, 2)
            assert np.array_equal(f.iline[2], data[4:8])


def test_sparse_survey_is_refused():
    n = 2000
    file = write_file(
        None,
        np.zeros((n, 1), np.float32),
        ilines=np.arange(n) * 1000 + 1,
        xlines=np.arange(n)[::-1] * 999 + 1,
        format=5,
    )
    with segbuf.open(file) as f:
        assert f.n_traces == n
        with pytest.raises(segbuf.GeometryError):
            f.iline[1]


def relabelled(byte, label):
    """The cube, but for a label of the trace in the middle."""
    file = bytearray(content(None))
    at = 3600 + MIDDLE * 256 + byte - 1
    file[at : at + 4] = label.to_bytes(4, "big")
    return bytes(file)


def test_overwritten_keys_displace_no_other_trace():
    with segbuf.open(relabelled(193, 70)) as f:
        report = f.geometry.verify()
    assert (report.regular, report.missing, report.duplicates, report.swaps) == (False, 1, 1, 0)
    assert report.first_missing == ((117, 50),)
    assert report.first_duplicates == ((MIDDLE, MIDDLE + 10),)
    assert report.first_swaps == ()
    assert "swaps" not in str(report)


@pytest.mark.parametrize(("byte", "label"), [(189, 9999), (193, 7777)])
def test_stray_label_displaces_one_trace(byte, label):
    with segbuf.open(relabelled(byte, label)) as f:
        report = f.geometry.verify()
    assert (report.duplicates, report.swaps, report.first_swaps) == (0, 1, (MIDDLE,))
    assert len(report.first_missing) == 10 < report.missing


def test_missing_prestack_keys_name_offset():
    data = np.zeros((3, 4, 5, 2), np.float32)
    traces = np.delete(np.arange(60), [7, 33])
    with segbuf.open(write_file(None, data, format=5, trace_order=traces)) as f:
        report = f.geometry.verify()
        il, xl, offsets = f.ilines.tolist(), f.xlines.tolist(), f.offsets.tolist()
    assert report.first_missing == ((il[0], xl[1], offsets[2]), (il[1], xl[2], offsets[3]))


def test_report_has_repr_and_text():
    with segbuf.open(content(None)) as f:
        assert repr(f.geometry) == "<survey (40, 40, 4), sorting inline>"
        report = f.geometry.verify()
        assert report.regular is True
        assert str(report).startswith("regular: 1600 traces on 40 inlines x 40 crosslines")
