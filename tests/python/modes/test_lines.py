"""Surveys: every line of every axis is what a search through all headers finds."""

import contextlib
import itertools

import numpy as np
import pytest
from codes import raises
from hypothesis import given, settings
from hypothesis import strategies as st

import segbuf
from segbuf.testing import destinations, surveys, write_file

pytestmark = pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")
LABELS = st.none() | st.integers(-2100, 3100)


def opened(survey, **options):
    return segbuf.open(survey.file, format=survey.format, **survey.options, **options)


def outcome(action, *args, **options):
    """What an action gives, or the error it raises."""
    try:
        return action(*args, **options)
    except Exception as error:  # noqa: BLE001 - whichever it is
        return error


def rows(array):
    return array.reshape(-1, array.shape[-1])


def same(a, b):
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def along(array, have, want):
    """Put the leading axes of an array, which have some labels, into the order of others."""
    for axis, (labels, others) in enumerate(zip(have, want, strict=True)):
        array = np.take(array, [labels.tolist().index(label) for label in others], axis)
    return array


def lines_of(f):
    return (("inline", f.iline, f.ilines), ("crossline", f.xline, f.xlines))


@pytest.mark.slow
@settings(max_examples=400)
@given(st.data())
def test_lines_match_brute_force(data):
    """However the file is opened and whatever was asked before."""
    survey = data.draw(surveys(), "survey")
    duplicates = data.draw(st.sampled_from(["error", "first", "last"]), "duplicates")
    fill = data.draw(st.sampled_from([None, None, 0, 7]), "fill")
    options = {"duplicates": duplicates, "fill": fill}
    if not survey.has_duplicates or duplicates != "error":
        options["verify"] = data.draw(st.booleans(), "verify")
    with opened(survey, **options) as f:
        axes = survey.axes
        if axes is None:
            assert not f.is_survey or survey.n_traces == 1 or len(f.offsets) == survey.n_traces
            return
        fold = (len(axes.offset),) if survey.is_prestack else ()
        found = (f.ilines, f.xlines, f.offsets)
        for labels, want in zip(found, axes, strict=True):
            assert labels.dtype == np.int32
            if duplicates != "error" or options.get("verify"):
                assert labels.tolist() == want.tolist()
            # A probe cannot see that a label, swapped, appears too early for the axis to descend.
            assert labels.tolist() in (want.tolist(), sorted(want, reverse=True))
        for name, lines, labels in data.draw(st.permutations(lines_of(f)), "order"):
            side = 1 if name == "inline" else 0
            across = [side, 2] if fold else [side]
            have, order = [axes[axis] for axis in across], [found[axis] for axis in across]
            assert list(lines.keys()) == labels.tolist()
            assert len(lines) == len(labels)
            for label in data.draw(st.permutations(labels.tolist()), "labels"):
                want = outcome(survey.line, name, label, fill=fill, duplicates=duplicates)
                got = outcome(lines.__getitem__, label)
                assert label in lines
                if isinstance(want, np.ndarray):
                    assert same(got, along(want, have, order))
                elif isinstance(got, np.ndarray):
                    # The twin of one of the traces is in another line, which nobody has looked at.
                    assert survey.has_duplicates
                    assert not options.get("verify")
                    first, last = (
                        along(survey.line(name, label, fill=0, duplicates=d), have, order)
                        for d in ("first", "last")
                    )
                    assert all(
                        same(row, a) or same(row, b)
                        for row, a, b in zip(*map(rows, (got, first, last)), strict=True)
                    )
                else:
                    assert isinstance(got, segbuf.GeometryError)
        assert all(
            np.array_equal(a, b)
            for a, b in zip(found, (f.ilines, f.xlines, f.offsets), strict=True)
        )
        assert f.shape == (len(axes.inline), len(axes.crossline), *fold, survey.n_samples)
        n_axes = 3 if fold else 2
        live = along(survey.live, axes[:n_axes], found[:n_axes])
        assert np.array_equal(f.geometry.live, live)
        assert f.geometry.live.dtype == np.bool_


@pytest.mark.slow
@settings(max_examples=300)
@given(st.data())
def test_lines_read_into_any_destination_with_samples_and_offsets(data):
    survey = data.draw(surveys(finite=True).filter(lambda s: s.has_keys), "survey")
    name = data.draw(st.sampled_from(["inline", "crossline"]))
    label = data.draw(st.sampled_from(survey.labels(name).tolist()), "label")
    offset = data.draw(st.none() | st.sampled_from(survey.axes.offset.tolist()), "offset")
    one = st.integers(-survey.n_samples, survey.n_samples - 1)
    samples = data.draw(one | st.slices(survey.n_samples) | st.just(...), "samples")
    want = survey.line(name, label, fill=3, duplicates="last")
    if offset is not None and survey.is_prestack:
        want = want[:, survey.axes.offset.tolist().index(offset)]
    with opened(survey, fill=3, duplicates="last") as f:
        lines = f.iline if name == "inline" else f.xline
        key = label if offset is None else (label, offset)
        assert same(lines[key], want)
        part = want if samples is ... else want[..., samples]
        if data.draw(st.booleans(), "as float32"):
            part = part.astype(np.float32)
        out = data.draw(destinations(part.shape, part.dtype), "destination")
        lines.read_into(key, out.target, samples=samples)
        assert same(out.array(), part)
        assert out.guard_ok()


@given(
    surveys(finite=True).filter(lambda s: s.has_keys),
    LABELS,
    LABELS,
    st.integers(-9, 9) | st.none(),
)
def test_line_slices_match_brute_force(survey, start, stop, step):
    with opened(survey, fill=0, duplicates="first") as f:
        for name, lines, labels in lines_of(f):
            if step == 0:
                with pytest.raises(ValueError, match="step"):
                    lines[start:stop:0]
                continue
            falls = labels[0] > labels[-1]
            up = step > 0 if step is not None else not falls
            chosen = sorted(labels.tolist(), reverse=not up)
            begin = chosen[0] if start is None else start
            chosen = [
                label
                for label in chosen
                if (label >= begin if up else label <= begin)
                and (stop is None or (label < stop if up else label > stop))
                and (label - begin) % abs(step or 1) == 0
            ]
            got = lines[start:stop:step]
            assert len(got) == len(chosen)
            for line, label in zip(got, chosen, strict=True):
                assert same(line, survey.line(name, label, fill=0, duplicates="first"))
            out = np.empty(got.shape, np.float32)
            lines.read_into(slice(start, stop, step), out)
            assert np.array_equal(out, got.astype(np.float32), equal_nan=True)


@given(surveys(finite=True))
def test_line_iteration_matches_brute_force(survey):
    with opened(survey, fill=0, duplicates="last") as f:
        if survey.axes is None:
            return
        for name, lines, labels in lines_of(f):
            kept = list(lines)
            assert len(kept) == len(labels)
            for line, label in zip(kept, labels.tolist(), strict=True):
                assert same(line, survey.line(name, label, fill=0, duplicates="last"))


@pytest.mark.slow
@settings(max_examples=300)
@given(surveys())
def test_verify_reports_survey_content(survey):
    with opened(survey) as f:
        if survey.axes is None:
            with contextlib.suppress(segbuf.GeometryError):
                assert f.geometry.verify().regular
            return
        report = f.geometry.verify()
        cells = survey.grid("first").ravel()
        held = cells[cells >= 0]
        assert report.missing == (cells < 0).sum()
        assert report.duplicates == survey.n_traces - len(held)
        # Not one trace is out of order in some nesting of the axes.
        grid = survey.grid("first")
        in_order = any(
            (np.diff(t[t >= 0]) > 0).all()
            for order in itertools.permutations(range(grid.ndim))
            for t in [grid.transpose(order).ravel()]
        )
        if survey.n_traces == len(held):
            assert (report.swaps == 0) == in_order
            assert report.regular == (in_order and not report.missing)
        else:
            assert not report.regular
        assert report.regular == str(report).startswith("regular")
        for what in ("missing", "duplicates", "swaps"):
            assert (f"{what}: {getattr(report, what)}" in str(report)) == bool(
                getattr(report, what)
            )
        swept = outcome(opened, survey, verify=True)
        assert isinstance(swept, segbuf.GeometryError if survey.has_duplicates else segbuf.File)


def cube(*, il=(10, 11, 12), xl=(1, 2, 3, 4), **options):
    data = np.arange(len(il) * len(xl) * 3, dtype=np.float32).reshape(len(il), len(xl), 3)
    return data, write_file(None, data, format=5, ilines=il, xlines=xl, **options)


@pytest.mark.parametrize("sorting", ["inline", "crossline"])
@pytest.mark.parametrize(
    ("il", "xl"),
    [
        ([10, 11, 12], [1, 2, 3, 4]),
        ([12, 11, 10], [1, 2, 3, 4]),
        ([10, 11, 12], [4, 3, 2, 1]),
        ([-3, -2, -1], [-40, -30, 5, 1000]),
        ([2, 1, 0], [0, 1, 2, 3]),
        ([-(2**31), 0, 2**31 - 1], [2**31 - 1, 5, 4, -(2**31)]),
    ],
)
def test_sorting_axes_and_shape_match_survey(il, xl, sorting):
    data, content = cube(il=il, xl=xl, sorting=sorting)
    with segbuf.open(content) as f:
        assert f.sorting == sorting
        assert f.ilines.tolist() == list(il)
        assert f.xlines.tolist() == list(xl)
        assert f.offsets.tolist() == [0]
        assert f.shape == (3, 4, 3)
        assert f.geometry.verify().regular
        for i, label in enumerate(il):
            assert np.array_equal(f.iline[label], data[i])
        for x, label in enumerate(xl):
            assert np.array_equal(f.xline[label], data[:, x])
        assert np.array_equal(f.iline[:], data)
        assert np.array_equal(f.xline[:], data.transpose(1, 0, 2))


def test_axes_are_readonly():
    with segbuf.open(cube()[1]) as f, pytest.raises(ValueError, match="read-only"):
        f.ilines[0] = 5


@pytest.mark.parametrize(("il", "xl"), [([5], [1, 2, 3]), ([5, 6], [7]), ([5], [7])])
def test_survey_of_one_line_or_trace_is_read(il, xl):
    data, content = cube(il=il, xl=xl)
    with segbuf.open(content) as f:
        assert f.shape == (len(il), len(xl), 3)
        assert np.array_equal(f.iline[il[0]], data[0])
        assert np.array_equal(f.xline[xl[-1]], data[:, -1])


def test_missing_label_raises():
    with segbuf.open(cube()[1]) as f:
        for key in (13, -10, 2**31, 10**30, (10, 2**31)):
            with pytest.raises(segbuf.LabelError) as caught:
                f.iline[key]
            assert isinstance(caught.value, KeyError)
        with raises(segbuf.LabelError, "unknown-label", text="the nearest: 11 and 12"):
            f.iline[13]
        with pytest.raises(segbuf.LabelError, match="offset 7 is not among"):
            f.iline[10, 7]
        for key in ("10", 10.0, None, [10], (10, 0, 0)):
            with pytest.raises((TypeError, KeyError)):
                f.iline[key]
        assert 13 not in f.iline
        assert "10" not in f.iline
        out = np.full(12, 5, np.float32)
        with pytest.raises(segbuf.LabelError):
            f.iline.read_into(13, out)
        assert (out == 5).all()
        assert f.iline[np.int64(10)].shape == (4, 3)
        assert len(f.iline[-(10**30) : 10**30]) == 3
        assert len(f.iline[:: 10**30]) == 1
        assert repr(f.iline) == "<3 inlines, 10 to 12>"
        assert repr(f.xline) == "<4 crosslines, 1 to 4>"


def test_file_without_survey_keys_opens_and_explains_missing_lines():
    data = np.arange(12, dtype=np.float32).reshape(4, 3)
    with segbuf.open(write_file(None, data, format=5)) as f:
        assert np.array_equal(f.trace[:], data)
        assert not f.is_survey
        assert f.sorting is None
        assert f.shape == (4, 3)
        for action in (
            lambda: f.iline[1],
            lambda: f.xline[1:2],
            lambda: f.xline.read_into(1, bytearray(12)),
            f.geometry.verify,
            lambda: f.geometry.live,
            lambda: len(f.iline),
            lambda: f.ilines,
            lambda: f.xlines,
            lambda: f.offsets,
            lambda: f.cube,
        ):
            with pytest.raises(
                segbuf.GeometryError, match=r"no survey.*byte 189.*byte 193"
            ) as caught:
                action()
            assert "iline=" in str(caught.value)
        assert repr(f.iline) == "<no inlines: the file is no survey>"
        assert repr(f.geometry) == "<no survey>"
    # A sweep finds the same; still the traces are there.
    with segbuf.open(write_file(None, data, format=5), iline="field_record", verify=True) as f:
        assert np.array_equal(f.trace[:], data)
        with pytest.raises(segbuf.GeometryError, match="byte 9"):
            f.iline[1]
