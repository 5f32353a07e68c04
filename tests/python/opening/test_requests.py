"""How file objects are asked for bytes, and what a first read of a survey needs to look at."""

import io
import pickle

import numpy as np
import pytest
from codes import warns

import segbuf
from segbuf.testing import make_cube, write_file

ILINES, XLINES, N_SAMPLES = range(10, 50), range(100, 160), 200
CUBE = make_cube(len(ILINES), len(XLINES), N_SAMPLES)
CONTENT = write_file(None, CUBE, format=5, ilines=ILINES, xlines=XLINES)
TRACE_LEN = 240 + 4 * N_SAMPLES


class Asked(io.BytesIO):
    """A file object that notes the (offset, length) of each request."""

    def __init__(self, content):
        super().__init__(content)
        self.asked = []

    def readinto(self, out):
        self.asked.append((self.tell(), len(out)))
        return super().readinto(out)


class Ranges(Asked):
    """A file object that takes several requests at once."""

    rounds = 0

    def readinto(self, _):
        raise AssertionError("read_ranges is there")

    def read_ranges(self, offsets, lengths):
        self.rounds += 1
        self.asked += zip(offsets, lengths, strict=True)
        content = self.getbuffer()
        return [content[at : at + n] for at, n in zip(offsets, lengths, strict=True)]


def test_file_object_is_asked_for_large_parts():
    source = Asked(CONTENT)
    with segbuf.open(source) as f:
        assert len(source.asked) <= 12
        assert f.ilines.tolist() == list(ILINES)
        source.asked.clear()
        assert np.array_equal(f.iline[12], CUBE[2])
        assert len(source.asked) == 1
        source.asked.clear()
        assert np.array_equal(f.depth_slice[7], CUBE[:, :, 7])
        assert f.header["crossline"].tolist() == list(XLINES) * len(ILINES)
        assert len(source.asked) <= 4


def test_read_ranges_of_file_object_is_used():
    source = Ranges(CONTENT)
    with segbuf.open(source) as f:
        source.rounds = 0
        assert np.array_equal(f.xline[103], CUBE[:, 3])
        assert np.array_equal(f.trace[[5, 2000, 7]], CUBE.reshape(-1, N_SAMPLES)[[5, 2000, 7]])
        assert source.rounds <= 6


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (lambda ranges: ranges[:-1], OSError),
        (lambda ranges: [bytes(len(part) + 1) for part in ranges], OSError),
        (lambda ranges: [None for _ in ranges], OSError),
        (lambda ranges: ["" for _ in ranges], TypeError),
        (lambda _: 1 / 0, ZeroDivisionError),
    ],
)
def test_wrong_read_ranges_raise(wrong, error):
    class Wrong(Ranges):
        on = False

        def read_ranges(self, offsets, lengths):
            ranges = super().read_ranges(offsets, lengths)
            return wrong(ranges) if self.on else ranges

    source = Wrong(CONTENT)
    with segbuf.open(source) as f:
        source.on = True
        with pytest.raises(error):
            f.iline[10]


def test_first_patch_reads_its_own_headers_only():
    source = Asked(CONTENT)
    with segbuf.open(source) as f:
        f.ilines  # noqa: B018 - probes
        # Traces are short, so a request brings the lines of the patch and what lies between.
        source.asked.clear()
        patch = f.cube[10:14, 20:24, 50:60]
        assert np.array_equal(patch, CUBE[10:14, 20:24, 50:60])
        assert sum(n for _, n in source.asked) <= 4 * len(XLINES) * TRACE_LEN
        source.asked.clear()
        assert np.array_equal(f.cube[10:14, 20:24, 50:60], patch)
        assert sum(n for _, n in source.asked) <= 4 * len(XLINES) * TRACE_LEN


def test_pickle_has_constant_size_and_carries_proof(tmp_path):
    path = tmp_path / "volume.sgy"
    path.write_bytes(CONTENT)
    with segbuf.open(path, mmap=False) as f:
        fresh = len(pickle.dumps(f))
        f.cube[3:5, 3:5, :9]
        assert len(pickle.dumps(f)) == fresh
        f.geometry.verify()
        proved = pickle.dumps(f)
        assert len(proved) <= fresh + 40
        with pickle.loads(proved) as other:  # noqa: S301
            assert np.array_equal(other.depth_slice[7], CUBE[:, :, 7])
        # A file that has changed is looked at again.
        swapped = bytearray(CONTENT)
        a, b = (3600 + trace * TRACE_LEN for trace in (70, 71))
        swapped[a : a + TRACE_LEN], swapped[b : b + TRACE_LEN] = (
            CONTENT[b : b + TRACE_LEN],
            CONTENT[a : a + TRACE_LEN],
        )
        path.write_bytes(bytes(swapped))
        with pickle.loads(proved) as other:  # noqa: S301
            assert np.array_equal(other.depth_slice[7], CUBE[:, :, 7])


def test_duplicate_elsewhere_is_reported_and_raises_where_it_is_touched():
    keys = [(il, xl) for il in ILINES for xl in XLINES]
    keys[130] = keys[70]
    ilines, xlines = np.transpose(keys)
    content = write_file(None, CUBE.reshape(-1, N_SAMPLES), ilines=ilines, xlines=xlines, format=5)
    with segbuf.open(content) as f:
        before = f.gather[keys[70]]
        with warns("survey"):
            missing = f.iline[ILINES[2]]
        assert np.isnan(missing[10]).all()
        assert [warning.code for warning in f.warnings] == ["survey"]
        # What is read does not depend on what was read before.
        assert np.array_equal(f.gather[keys[70]], before)
        for read in (lambda: f.cube[1:3], lambda: f.depth_slice[0], lambda: f.xline[XLINES[10]]):
            with pytest.raises(segbuf.GeometryError):
                read()
        assert f.geometry.verify().duplicates
