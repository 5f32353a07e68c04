"""A file that changes its length while it is open: errors name the trace, the rest is read."""

import os

import numpy as np
import pytest
from together import ILINES, N_ILINES, N_SAMPLES, N_TRACES, N_XLINES, SHAPE, XLINES

import segbuf
from segbuf.testing import make_cube, write_file

TRACE_LEN = 240 + 4 * N_SAMPLES

# The first trace that is not whole any more: the first one of inline 15.
CUT = 15 * N_XLINES


@pytest.fixture(scope="module")
def cube():
    return make_cube(*SHAPE)


@pytest.fixture
def path(tmp_path, cube):
    path = tmp_path / "volume.sgy"
    write_file(path, cube, ilines=ILINES, xlines=XLINES, format=5)
    return path


def cut(path, within):
    """Cut a file off, so many bytes into the trace."""
    os.truncate(path, 3600 + CUT * TRACE_LEN + within)


def shown(error):
    return error.value.trace, error.value.byte, str(error.value)


# What needs traces that are gone, and the trace that is named where one thread looks.
READS = {
    "trace": (lambda f: f.trace[CUT], CUT),
    "last trace": (lambda f: f.trace[-1], N_TRACES - 1),
    "traces": (lambda f: f.trace[CUT - 5 : CUT + 5], CUT),
    "all": (lambda f: f.trace[:], CUT),
    "backwards": (lambda f: f.trace[::-1], N_TRACES - 1),
    "list": (lambda f: f.trace[[3, CUT + 7, 5]], CUT + 7),
    "samples": (lambda f: f.trace[:, 300:], CUT),
    "a sample": (lambda f: f.trace[CUT + 3, N_SAMPLES - 1], CUT + 3),
    "into": (lambda f: f.read_into(bytearray(4 * N_TRACES * N_SAMPLES)), CUT),
    "iteration": (lambda f: list(f.trace), CUT),
    "iline": (lambda f: f.iline[ILINES[15]], CUT),
    "xline": (lambda f: f.xline[XLINES[4]], CUT + 4),
    "lines": (lambda f: f.iline[ILINES[13] :], CUT),
    "line iteration": (lambda f: list(f.xline), CUT),
    "gather": (lambda f: f.gather[ILINES[15], XLINES[4]], CUT + 4),
    "gather iteration": (lambda f: list(f.gather), CUT),
    "group": (lambda f: f.group("inline"), CUT),
    "line of samples": (
        lambda f: f.xline.read_into(XLINES[4], bytearray(4 * N_ILINES), samples=300),
        CUT + 4,
    ),
    "header": (lambda f: f.header[CUT + 1], CUT + 1),
    "headers": (lambda f: list(f.header), CUT),
    "verify": (lambda f: f.geometry.verify(), CUT),
    "live": (lambda f: f.geometry.live, CUT),
}


@pytest.mark.parametrize("within", [0, 100])
@pytest.mark.parametrize("read", READS)
def test_shrunk_file_error_names_missing_trace(path, read, within):
    work, named = READS[read]
    with segbuf.open(path, threads=1) as f:
        f.ilines  # noqa: B018 - probes
        cut(path, within)
        with pytest.raises(segbuf.FormatError) as error:
            work(f)
        trace, byte, message = shown(error)
        assert trace == named
        assert f"trace {trace}" in message
        assert "shorter" in message
        assert byte == 3600 + CUT * TRACE_LEN + within, "the last one that is left"


@pytest.mark.parametrize("within", [240, 1000])
@pytest.mark.parametrize(
    ("read", "beyond"), [("header", 1), ("headers", 1), ("verify", 1), ("trace", 0)]
)
def test_header_before_end_is_read(path, read, beyond, within):
    with segbuf.open(path, threads=1) as f:
        cut(path, within)
        assert f.header[CUT]["inline"] == ILINES[15]
        with pytest.raises(segbuf.FormatError) as error:
            READS[read][0](f)
        assert shown(error)[0] == CUT + beyond


def test_sample_before_end_is_read(path, cube):
    with segbuf.open(path) as f:
        cut(path, 240 + 4 * 10)
        assert (f.trace[CUT, :10] == cube[15, 0, :10]).all()
        with pytest.raises(segbuf.FormatError):
            f.trace[CUT, :11]


@pytest.mark.parametrize("read", ["iline", "xline", "lines", "verify"])
def test_first_survey_probe_names_missing_trace(path, read):
    with segbuf.open(path) as f:
        cut(path, 0)
        with pytest.raises(segbuf.FormatError) as error:
            READS[read][0](f)
        assert shown(error)[0] >= CUT


@pytest.mark.parametrize("threads", [2, 5])
@pytest.mark.parametrize("read", READS)
def test_threaded_read_names_a_missing_trace(path, read, threads):
    work, _ = READS[read]
    with segbuf.open(path, threads=threads) as f:
        f.ilines  # noqa: B018 - probes
        cut(path, 0)
        with pytest.raises(segbuf.FormatError) as error:
            work(f)
        trace, _, message = shown(error)
        assert trace >= CUT
        assert f"trace {trace}" in message


def test_traces_before_end_are_read(path, cube):
    with segbuf.open(path) as f:
        f.ilines  # noqa: B018 - probes
        cut(path, 100)
        assert (f.trace[:CUT] == cube.reshape(N_TRACES, N_SAMPLES)[:CUT]).all()
        assert (f.iline[ILINES[14]] == cube[14]).all()
        assert f.header[CUT - 1]["inline"] == ILINES[14]
        with pytest.raises(segbuf.FormatError):
            f.iline[ILINES[15]]
        assert (f.iline[ILINES[14]] == cube[14]).all(), "the error changes nothing"


def test_restored_traces_are_read_again(path, cube):
    content = path.read_bytes()
    with segbuf.open(path) as f:
        for read in (lambda: f.iline[ILINES[15]], f.geometry.verify):
            cut(path, 0)
            with pytest.raises(segbuf.FormatError):
                read()
            path.write_bytes(content)
            read()
        assert (f.iline[ILINES[15]] == cube[15]).all()
        assert f.geometry.verify().regular


def test_grown_file_keeps_its_length(path, cube):
    with segbuf.open(path) as f:
        with path.open("ab") as end:
            end.write(bytes(10 * TRACE_LEN + 17))
        assert (f.n_traces, f.shape) == (N_TRACES, SHAPE)
        assert (np.array(list(f.iline)) == cube).all()
        assert f.geometry.verify().regular
        with pytest.raises(IndexError):
            f.trace[N_TRACES]


def test_removed_file_is_read_to_end(path, cube):
    with segbuf.open(path) as f:
        path.unlink()
        assert (np.array(list(f.xline)) == cube.transpose(1, 0, 2)).all()


def test_emptied_file_still_reports_facts(path):
    with segbuf.open(path) as f:
        os.truncate(path, 0)
        assert (f.n_traces, f.n_samples, f.interval) == (N_TRACES, N_SAMPLES, 4.0)
        assert f.binary["samples_per_trace"] == N_SAMPLES
        with pytest.raises(segbuf.FormatError, match="textual header"):
            f.text[0]
        with pytest.raises(segbuf.FormatError, match="shorter"):
            f.ilines  # noqa: B018
