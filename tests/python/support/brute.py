"""A survey by brute force: the labels of every trace, looked through one by one.

`check` holds every way to read a file against it.
"""

import itertools
import math

import numpy as np
import pytest

import segbuf


def headers_of(n):
    """Words of headers that have little to do with the survey, and no two of them alike."""
    trace = np.arange(n)
    return {
        "ensemble": 1000 + trace // 3,
        "field_record": 7 - trace % 4,
        "source_x": 100 * (trace % 5) - 200,
        "source_y": 50 * (trace * 7 % 3),
        "group_x": trace * 7919 % (n or 1),
        "coordinate_scalar": np.full(n, -10),
        "cdp_x": 400_000 + 11 * trace,
        "cdp_y": 6_000_000 - 13 * trace,
    }


class Brute:
    """The traces of a file, each with inline, crossline and offset."""

    def __init__(self, traces, keys, words, *, lengths=None, fill=np.nan, duplicates="error"):
        self.traces = traces
        self.lengths = [traces.shape[1]] * len(traces) if lengths is None else lengths.tolist()
        if lengths is not None:
            traces[np.arange(traces.shape[1]) >= lengths[:, None]] = fill
        self.keys = [tuple(map(int, key)) for key in keys]
        self.words = words
        self.fill = fill
        self.duplicates = duplicates
        self.assumed = {}

    def assume(self, axes):
        """Note the trace of each cell, if a regular grid fits the first line and all line ends."""
        used = [axis for axis in range(3) if axis < 2 or axes[2] != [None]]
        for order in itertools.permutations(used):
            cells = [
                tuple(dict(zip(order, labels, strict=True)).get(axis) for axis in range(3))
                for labels in itertools.product(*(axes[axis] for axis in order))
            ]
            if len(cells) != len(self.keys):
                return
            slow = min(order.index(0), order.index(1))
            line = math.prod(len(axes[axis]) for axis in order[slow + 1 :])
            seen = {*range(line), *range(0, len(cells), line), *range(line - 1, len(cells), line)}
            if all(self.fits(trace, cells[trace]) for trace in seen):
                self.assumed = {cell: trace for trace, cell in enumerate(cells)}
                return

    def fits(self, trace, cell):
        return all(label in (None, key) for label, key in zip(cell, self.keys[trace], strict=True))

    def select(self, cells):
        """Give a row of samples for each (inline, crossline, offset); None offset is any.

        None where two traces are there and nobody said which one to take.
        """
        rows = np.full((len(cells), self.traces.shape[1]), self.fill, self.traces.dtype)
        places = [self.assumed.get(cell) for cell in map(tuple, cells)]
        if None not in places and all(map(self.fits, places, cells)):
            # All traces of this read are where they are assumed to be, whatever others are.
            rows[:] = self.traces[places]
            return rows
        for row, (inline, crossline, offset) in zip(rows, cells, strict=True):
            found = [
                trace
                for trace, (il, xl, off) in enumerate(self.keys)
                if il == inline and xl == crossline and offset in (None, off)
            ]
            if len(found) > 1 and self.duplicates == "error":
                return None
            if found:
                row[:] = self.traces[found[-1 if self.duplicates == "last" else 0]]
        return rows

    def groups(self, fields, sort):
        """Give the traces of each key, in the order of first appearance."""
        groups = {}
        for trace in range(len(self.traces)):
            key = tuple(int(self.words[field][trace]) for field in fields)
            groups.setdefault(key if len(key) > 1 else key[0], []).append(trace)
        for traces in groups.values():
            traces.sort(key=lambda trace: [self.words[field][trace] for field in sort])
        return groups


def same(a, b):
    return a.dtype == b.dtype and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


class Check:
    """Reads, by one handle of a file, held against brute force."""

    def __init__(self, f, brute, rng):
        self.f, self.brute, self.rng = f, brute, rng
        self.prestack = f.is_survey and len(f.offsets) > 1
        if f.is_survey and brute.duplicates == "error":
            brute.assume(self.axes())

    def every_read(self):
        """Check every mode that the file has."""
        self.traces()
        self.groups()
        if self.f.is_survey:
            self.lines()
            self.gathers()
            self.slices_and_cube()
            self.surfaces_and_paths()
        self.positions()

    def read(self, mode, key, cells, shape, part=...):
        """One read: an array, a buffer that is filled, or an error for a double."""
        want = self.brute.select(cells)
        if want is None:
            with pytest.raises(segbuf.GeometryError, match="both have"):
                mode[key]
            return
        want = want.reshape(*shape, self.f.n_samples)[part]
        assert same(mode[key], want), key
        out = np.zeros_like(want)
        mode.read_into(key, out)
        assert same(out, want), key

    def axes(self):
        f = self.f
        return f.ilines.tolist(), f.xlines.tolist(), f.offsets.tolist() if self.prestack else [None]

    def traces(self):
        f, brute = self.f, self.brute
        n = len(brute.traces)
        some = self.rng.integers(0, n, 5)
        odd = np.arange(n) % 2 == 1
        for key in (slice(None), slice(None, None, -2), some, some.tolist(), odd):
            assert same(f.trace[key], brute.traces[key])
        each = [trace[:length] for trace, length in zip(brute.traces, brute.lengths, strict=True)]
        assert same(f.trace[-1], each[-1])
        want = brute.traces[some, 1:3]
        out = np.zeros_like(want)
        f.trace.read_into((some, slice(1, 3)), out)
        assert same(out, want)
        kept = list(f.trace)  # all of them at once: none may be another's
        assert all(itertools.starmap(same, zip(kept, each, strict=True)))
        assert same(np.concatenate(list(f.trace.blocks(4))), brute.traces)
        assert f.lengths.tolist() == brute.lengths
        for word, column in brute.words.items():
            assert np.array_equal(f.header[word], column)

    def lines(self):
        f = self.f
        ilines, xlines, offsets = self.axes()
        fold = (len(offsets),) if self.prestack else ()
        for mode, ours, across in ((f.iline, ilines, xlines), (f.xline, xlines, ilines)):
            for label in ours:
                bins = [(label, x) if mode is f.iline else (x, label) for x in across]
                cells = [(*bin_, offset) for bin_ in bins for offset in offsets]
                self.read(mode, label, cells, (len(across), *fold))
                for offset in offsets if self.prestack else ():
                    self.read(mode, (label, offset), [(*b, offset) for b in bins], (len(bins),))
            start = self.rng.integers(len(ours))
            bins = [(a, b) if mode is f.iline else (b, a) for a in ours[start:] for b in across]
            cells = [(*bin_, offset) for bin_ in bins for offset in offsets]
            stacked = len(ours) - start, len(across)
            self.read(mode, slice(ours[start], None), cells, (*stacked, *fold))
            if self.prestack:
                first = self.rng.integers(len(offsets))
                cells = [(*bin_, offset) for bin_ in bins for offset in offsets[first:]]
                key = slice(ours[start], None), slice(offsets[first], None)
                self.read(mode, key, cells, (*stacked, len(offsets) - first))
        self.iterated(f.iline, [itertools.product([il], xlines, offsets) for il in ilines])
        self.iterated(f.xline, [itertools.product(ilines, [xl], offsets) for xl in xlines])

    def gathers(self):
        f = self.f
        ilines, xlines, offsets = self.axes()
        assert f.gather.keys() == list(itertools.product(ilines, xlines))
        for inline, crossline in itertools.product(ilines, xlines):
            cells = [(inline, crossline, offset) for offset in offsets]
            self.read(f.gather, (inline, crossline), cells, (len(cells),))
            for cell in cells if self.prestack else ():
                self.read(f.gather, cell, [cell], ())
        i, x = self.rng.integers(len(ilines)), self.rng.integers(len(xlines))
        o, step = self.rng.integers(len(offsets)), self.rng.choice([-1, 1])
        falls = len(offsets) > 1 and offsets[0] > offsets[-1]
        up = step == (-1 if falls else 1)
        chosen = offsets[o:] if up else offsets[o::-1]
        third = slice(offsets[o], None, None if up else int(step)) if self.prestack else slice(None)
        box = ilines[i:], [xlines[x]], chosen
        key = slice(ilines[i], None), xlines[x], third
        shape = (len(box[0]), len(chosen))
        self.read(f.gather, key, list(itertools.product(*box)), shape)
        bins = itertools.product(ilines, xlines)
        self.iterated(f.gather, [itertools.product([il], [xl], offsets) for il, xl in bins])

    def iterated(self, mode, cells):
        """Iterate: one read for each list of cells."""
        want = [self.brute.select(list(some)) for some in cells]
        if any(rows is None for rows in want):
            with pytest.raises(segbuf.GeometryError, match="both have"):
                list(mode)
            return
        kept = list(mode)  # all of them at once: none may be another's
        assert len(kept) == len(mode)
        assert same(np.stack(kept).reshape(len(kept), *want[0].shape), np.stack(want))

    def slices_and_cube(self):
        f = self.f
        ilines, xlines, offsets = axes = self.axes()
        cells = list(itertools.product(*axes))
        grid = (len(ilines), len(xlines), *((len(offsets),) if self.prestack else ()))
        want = self.brute.select(cells)
        n = f.n_samples
        if want is None:
            for read in (lambda: f.depth_slice[0], lambda: f.cube[...]):
                with pytest.raises(segbuf.GeometryError, match="both have"):
                    read()
            # What is not double can be read all the same.
            cell = tuple(int(self.rng.integers(length)) for length in grid)
            labels = [axis[i] for axis, i in zip(axes, (*cell, 0), strict=False)]
            self.read(f.cube, cell, [(*labels, None)[:3]], ())
            return
        want = want.reshape(*grid, n)
        turned = np.moveaxis(want, -1, 0)
        some = self.rng.integers(0, n, 3).tolist()
        for key in (0, -1, slice(None, None, 3), some):
            assert same(f.depth_slice[key], turned[key])
            out = np.zeros_like(turned[key])
            f.depth_slice.read_into(key, out)
            assert same(out, turned[key])
        at = tuple(int(self.rng.integers(length)) for length in grid)
        live = f.geometry.live
        keys = [..., at, (at[0], ..., slice(1, 3)), (slice(None, None, -1), at[1]), (..., some)]
        for key in (*keys, live, ~live, ([at[0], -1], [at[1], 0])):
            assert same(f.cube[key], want[key])
            out = np.zeros_like(want[key])
            f.cube.read_into(key, out)
            assert same(out, want[key])

    def surfaces_and_paths(self):
        f = self.f
        ilines, xlines, offsets = axes = self.axes()
        want = self.brute.select(list(itertools.product(*axes)))
        fold = (len(offsets),) if self.prestack else ()
        if want is not None:
            grid = (len(ilines), len(xlines), *fold)
            start = self.rng.integers(-3, f.n_samples + 3, grid)
            padded = np.full((len(want), f.n_samples + 12), self.brute.fill, want.dtype)
            padded[:, 6:-6] = want
            rows = zip(padded, start.ravel(), strict=True)
            window = np.stack([row[at + 6 : at + 9] for row, at in rows])
            assert same(f.window(start, 3), window.reshape(*grid, 3))
        places = zip(self.rng.choice(ilines, 4), self.rng.choice(xlines, 4), strict=True)
        path = [(int(inline), int(crossline)) for inline, crossline in places]
        want = self.brute.select([(*bin_, offset) for bin_ in path for offset in offsets])
        if want is None:
            with pytest.raises(segbuf.GeometryError, match="both have"):
                f.traces_along(path)
        else:
            assert same(f.traces_along(path), want.reshape(len(path), *fold, f.n_samples))

    def groups(self):
        f, brute = self.f, self.brute
        words = list(brute.words)
        pairs = list(itertools.pairwise(words))
        for fields, sort in [
            *(((one,), ()) for one in words),
            *(((one,), (other,)) for one, other in pairs),
            *((pair, (words[0], words[-1])) for pair in pairs[1:]),
        ]:
            want = brute.groups(fields, sort)
            groups = f.group(*fields, sort=sort)
            assert list(groups) == list(want)
            assert groups.counts.tolist() == [len(traces) for traces in want.values()]
            kept = list(groups.items())
            for (key, traces), (wanted, indices) in zip(kept, want.items(), strict=True):
                assert key == wanted
                assert groups.indices(key).tolist() == indices
                assert same(traces, brute.traces[indices])
                assert same(groups[key], traces)
                out = np.zeros_like(traces[:, ::2])
                groups.read_into(key, out, samples=slice(None, None, 2))
                assert same(out, traces[:, ::2])
            key = list(want)[int(self.rng.integers(len(want)))]
            table = groups.header(key, words)
            for word, column in brute.words.items():
                assert np.array_equal(table[word], column[want[key]])

    def positions(self):
        words, coords = self.brute.words, self.f.geometry.coords
        if "cdp_x" in words:
            assert coords.x.tolist() == [x / 10 for x in words["cdp_x"].tolist()]
            assert coords.y.tolist() == [y / 10 for y in words["cdp_y"].tolist()]
            assert coords.source_x.tolist() == [x / 10 for x in words["source_x"].tolist()]
            trace = int(self.rng.integers(len(self.brute.traces)))
            near = self.f.geometry.nearest(coords.x[trace], coords.y[trace])
            assert near.trace == trace
            assert near.distance == 0
