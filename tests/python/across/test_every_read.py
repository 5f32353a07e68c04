"""Every read of every mode, on surveys of every sort, equals brute force over all headers."""

import itertools

import numpy as np
import pytest
from brute import Brute, Check, headers_of, same
from hypothesis import given, settings
from hypothesis import strategies as st

import segbuf
from segbuf.testing import surveys, write_file

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::segbuf.SegbufWarning")]

N_SAMPLES = 7
EXTREME = -(2**31), -1, 0, 2**31 - 1
AXES = {"inline": range(10, 14), "crossline": range(300, 305), "offset": (-100, 0, 250)}


def grid(il=AXES["inline"], xl=AXES["crossline"], offset=(0,)):
    """Inline after inline, crossline after crossline, each with its offsets."""
    return list(itertools.product(il, xl, offset))


def ragged():
    return [(il, xl, 0) for il, n in ((1, 5), (2, 4), (3, 6)) for xl in range(10, 10 + n)]


def swapped(keys, one, other):
    keys[one], keys[other] = keys[other], keys[one]
    return keys


def shuffled(keys, seed=0):
    return [keys[i] for i in np.random.default_rng(seed).permutation(len(keys))]


def serpentine():
    """Every other line the other way."""
    return [
        (il, xl, 0)
        for il in AXES["inline"]
        for xl in (AXES["crossline"] if il % 2 else reversed(AXES["crossline"]))
    ]


def by_crossline(keys):
    return sorted(keys, key=lambda key: (key[1], key[0], key[2]))


def prestack(order, falling=(), without=()):
    """A survey with several offsets in one of six orders, axes falling or not, traces missing."""
    labels = [[*reversed(AXES[axis])] if axis in falling else [*AXES[axis]] for axis in order]
    keys = [tuple(key[order.index(axis)] for axis in AXES) for key in itertools.product(*labels)]
    return [key for i, key in enumerate(keys) if i not in without]


ORDERS = list(itertools.permutations(AXES))

SURVEYS = {
    "regular": grid(),
    "ragged 5+4+6": ragged(),
    "one missing": grid()[:7] + grid()[8:],
    "first missing": grid()[1:],
    "two swapped": swapped(grid(), 6, 12),
    "one duplicated": [*grid(), grid()[8]],
    "one in the place of another": [*grid()[:8], grid()[3], *grid()[9:]],
    "all shuffled": shuffled(grid()),
    "serpentine": serpentine(),
    "crossline-sorted": by_crossline(grid()),
    "descending": grid(range(13, 9, -1), range(304, 299, -1)),
    "descending crosslines, crossline-sorted": by_crossline(grid())[::-1],
    "negative": grid(range(-3, 2), range(-50, -40, 3)),
    "extreme": grid(EXTREME, EXTREME[::-1]),
    "extreme, shuffled": shuffled(grid(EXTREME, EXTREME)),
    "decimated inlines": grid(range(10, 30, 5)),
    "decimated in both directions": grid(range(10, 30, 5), range(100, 60, -7)),
    "decimated unevenly": grid((1, 2, 4, 9), (100, 90, 85)),
    "one inline": grid([7]),
    "one crossline": grid(xl=[7]),
    "one bin": grid([7], [3], (5, 10, 20)),
    "one trace": grid([7], [3]),
    "prestack, shuffled": shuffled(prestack(ORDERS[0])),
    "prestack, one duplicated": [*prestack(ORDERS[0]), prestack(ORDERS[0])[20]],
    "prestack, extreme": grid((1, 2), (1, 2), EXTREME),
} | {
    f"prestack, {' '.join(order)}{', falling' * len(falling)}{', missing' * bool(without)}": (
        prestack(order, falling, without)
    )
    for order in ORDERS
    for falling, without in [((), ()), ((), (0, 11, 12)), (order, ()), (order[:1], (30,))]
}


def opened(keys, path=None, *, code=5, lengths=None, **options):
    """Write a file with these labels; give it opened, and what brute force knows of it."""
    n = len(keys)
    samples = np.random.default_rng(n).integers(-100, 100, (n, N_SAMPLES))
    samples = samples.astype(np.float32 if code == 5 else np.int16)
    labels = np.array(keys, np.int64).reshape(n, 3).T
    words = headers_of(n)
    content = write_file(
        path,
        samples,
        ilines=labels[0],
        xlines=labels[1],
        offsets=labels[2],
        headers=words,
        lengths=lengths,
        format=code,
    )
    words |= dict(zip(AXES, labels, strict=True))
    known = {"fill": options.get("fill", np.nan), "duplicates": options.get("duplicates", "error")}
    known["lengths"] = lengths
    return segbuf.open(content if path is None else path, **options), Brute(
        samples, keys, words, **known
    )


def check(f, brute, seed=0):
    """Check every read, before and after all headers were looked at: that makes no difference."""
    for verified in (False, True):
        if verified and f.is_survey:
            f.geometry.verify()
        Check(f, brute, np.random.default_rng(seed)).every_read()


@pytest.mark.parametrize(
    "options", [{}, {"mmap": True}, {"duplicates": "last", "threads": 1}], ids=str
)
@pytest.mark.parametrize("name", SURVEYS)
def test_every_read_matches_brute_force(tmp_path, name, options):
    f, brute = opened(SURVEYS[name], tmp_path / "survey.sgy", **options)
    with f:
        check(f, brute)


@pytest.mark.parametrize("name", SURVEYS)
def test_integer_reads_with_fill_match_brute_force(name):
    f, brute = opened(SURVEYS[name], code=3, fill=-999, duplicates="first")
    with f:
        check(f, brute)


@pytest.mark.parametrize(
    "options", [{}, {"mmap": True, "fill": 3}, {"code": 3, "fill": -9}], ids=str
)
@pytest.mark.parametrize("name", SURVEYS)
def test_reads_of_variable_lengths_match_brute_force(tmp_path, name, options):
    n = len(SURVEYS[name])
    lengths = np.random.default_rng(n).integers(0, N_SAMPLES + 1, n)
    lengths[n // 2] = N_SAMPLES
    options = options if n > 1 else options | {"n_samples": N_SAMPLES}
    f, brute = opened(SURVEYS[name], tmp_path / "survey.sgy", lengths=lengths, **options)
    with f:
        check(f, brute)


@settings(max_examples=100)
@given(st.data())
def test_reads_of_random_surveys_match_brute_force(data):
    survey = data.draw(surveys(), "survey")
    duplicates = data.draw(st.sampled_from(["error", "first", "last"]), "duplicates")
    fill = data.draw(st.sampled_from([0, 7]), "fill")
    labels = [survey.ilines, survey.xlines, survey.offsets]
    words = {
        segbuf.Field(byte, name=name): column
        for name, byte, column in zip(AXES, survey.key_bytes, labels, strict=True)
    }
    brute = Brute(survey.traces, np.transpose(labels), words, fill=fill, duplicates=duplicates)
    options = {"fill": fill, "duplicates": duplicates, "format": survey.format} | survey.options
    with segbuf.open(survey.file, **options) as f:
        check(f, brute, data.draw(st.integers(0, 99), "seed"))


def chosen(labels, key):
    """Give the labels that a key stands for: half-open, in label units, those that exist."""
    if not isinstance(key, slice):
        return [key]
    falls = labels[0] > labels[-1]
    up = not falls if key.step is None else key.step > 0
    run = sorted(labels, reverse=not up)
    first = run[0] if key.start is None else key.start
    return [
        label
        for label in run
        if (label >= first if up else label <= first)
        and (key.stop is None or (label < key.stop if up else label > key.stop))
        and (label - first) % abs(key.step or 1) == 0
    ]


@settings(max_examples=200)
@given(st.data())
def test_gathers_and_lines_of_random_labels_match_brute_force(data):
    survey = data.draw(surveys(prestack=True).filter(lambda s: s.is_prestack), "survey")
    cube = survey.cube(fill=7, duplicates="last")

    def draw(name, labels):
        bound = st.none() | st.integers(min(labels) - 2, max(labels) + 2)
        step = st.none() | st.integers(-9, 9).filter(bool)
        return data.draw(st.sampled_from(labels) | st.builds(slice, bound, bound, step), name)

    options = {"fill": 7, "duplicates": "last", "format": survey.format} | survey.options
    with segbuf.open(survey.file, **options) as f:
        axes = [axis.tolist() for axis in survey.axes]
        keys = [draw(name, labels) for name, labels in zip(AXES, axes, strict=True)]
        il, xl, offset = keys
        whole = slice(None)
        for mode, key, box, order in (
            (f.gather, (il, xl, offset), (il, xl, offset), (0, 1, 2)),
            (f.gather, (il, xl), (il, xl, whole), (0, 1, 2)),
            (f.iline, (il, offset), (il, whole, offset), (0, 1, 2)),
            (f.xline, (xl, offset), (whole, xl, offset), (1, 0, 2)),
        ):
            places = [
                [labels.index(label) for label in chosen(labels, part)]
                for labels, part in zip(axes, box, strict=True)
            ]
            # A label drops its axis.
            drop = tuple(whole if isinstance(box[axis], slice) else 0 for axis in order)
            want = cube[np.ix_(*places)].transpose(*order, 3)[drop]
            got = mode[key]
            assert got.shape == want.shape
            assert got.tobytes() == want.tobytes()
            part = np.zeros_like(want[..., ::-2])
            mode.read_into(key, part, samples=slice(None, None, -2))
            assert part.tobytes() == want[..., ::-2].tobytes()


def test_missing_label_error_names_nearest():
    with opened(SURVEYS["prestack, inline crossline offset"])[0] as f:
        for key, message in (
            ((9, 300), "inline 9 is not among 10 to 13.*nearest: 10 and 11"),
            ((10, 299), "crossline 299 .*nearest: 300 and 301"),
            ((10, 300, 1), "offset 1 is not among -100 to 250.*nearest: -100 and 0"),
            ((10, 300, 2**31), "offset 2147483648 is not among -100 to 250.*nearest: 0 and 250"),
        ):
            with pytest.raises(segbuf.LabelError, match=message):
                f.gather[key]
            out = np.full((3, N_SAMPLES), 5, np.float32)
            with pytest.raises(segbuf.LabelError, match=message):
                f.gather.read_into(key, out)
            assert (out == 5).all()
        for lines, key in ((f.iline, (10, 1)), (f.xline, (300, 1))):
            with pytest.raises(segbuf.LabelError, match="offset 1 is not among"):
                lines[key]
        for key in (10, (10,), "10", (10, 300, 0, 0), (10, 300.0), (None, 300)):
            with pytest.raises(TypeError):
                f.gather[key]
        assert f.gather[100:, 300].shape == (0, 3, N_SAMPLES)
        assert (10, 300) in f.gather
        assert (10, 299) not in f.gather
        assert 10 not in f.gather
        assert len(f.gather) == 20
        assert repr(f.gather) == "<gathers of 4 x 5 bins, 3 offsets>"


def two_d(**labels):
    """A 2-D line of 6 CDPs of up to 4 traces, shot by shot."""
    shots = [(shot, cdp, 25 * (cdp - shot)) for shot in range(5) for cdp in range(shot, 6)][:15]
    n = len(shots)
    samples = np.random.default_rng(3).standard_normal((n, N_SAMPLES)).astype(np.float32)
    shot, cdp, offset = np.transpose(shots)
    words = {"field_record": 100 + shot, "ensemble": 2 * cdp + 1, "offset": offset}
    file = write_file(None, samples, offsets=offset, headers=words, format=5, **labels)
    return file, samples, words


@pytest.mark.parametrize("labels", [{}, {"ilines": 5, "xlines": 3}], ids=["no keys", "one bin"])
def test_line_2d_is_read_by_ensemble_and_reported(labels):
    file, samples, words = two_d(**labels)
    with segbuf.open(file) as f:
        Check(
            f, Brute(samples, np.zeros((len(samples), 3)), words), np.random.default_rng()
        ).groups()
        gathers = f.group("ensemble", sort="offset")
        assert sorted(gathers) == [1, 3, 5, 7, 9, 11]
        for cdp, gather in gathers.items():
            offsets = gathers.header(cdp, "offset")
            assert (np.diff(offsets) > 0).all()
            mine = np.flatnonzero(words["ensemble"] == cdp)
            assert same(gather, samples[mine[np.argsort(words["offset"][mine])]])
        for read in (
            lambda: f.iline[5],
            lambda: f.xline[3],
            lambda: f.gather[5, 3],
            lambda: f.depth_slice[0],
            lambda: f.cube[...],
            lambda: f.window(0, 1),
            lambda: f.traces_along([(5, 3)]),
        ):
            with pytest.raises(segbuf.GeometryError, match=r"f\.group"):
                read()
