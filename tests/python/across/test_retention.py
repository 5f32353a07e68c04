"""Test that calls retain no memory: tracemalloc before and after ten thousand of each."""

import gc
import tracemalloc

import numpy as np
import pytest

import segbuf
from segbuf.testing import make_cube, write_file

CALLS = 10_000
RETAINED = 2000
"""The bytes that so many calls may retain."""

N_ILINES, N_XLINES, N_SAMPLES = 4, 5, 6


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("retention") / "cube.sgy"
    write_file(path, make_cube(N_ILINES, N_XLINES, N_SAMPLES))
    with segbuf.open(path) as f:
        f.geometry.verify()
        yield f


def cases():
    """Return a call of each mode, which takes a file and a buffer."""
    return {
        "trace": lambda f, _: f.trace[7],
        "trace part": lambda f, _: f.trace[7, 1:3],
        "trace slice": lambda f, _: f.trace[2:5],
        "trace into": lambda f, out: f.trace.read_into(7, out[0]),
        "trace list": lambda f, _: f.trace[[1, 2]],
        "iline": lambda f, _: f.iline[f.iline.keys()[0]],
        "iline into": lambda f, out: f.iline.read_into(f.iline.keys()[0], out),
        "xline": lambda f, _: f.xline[f.xline.keys()[-1]],
        "gather": lambda f, _: f.gather[f.gather.keys()[3]],
        "depth_slice": lambda f, _: f.depth_slice[3],
        "cube": lambda f, _: f.cube[1, 2:4],
        "header": lambda f, _: f.header[7],
        "header field": lambda f, _: f.header[7]["inline"],
        "header column": lambda f, _: f.header["inline"],
        "binary": lambda f, _: f.binary[3221],
        "text": lambda f, _: f.text[0],
        "samples": lambda f, _: f.samples,
        "iteration": lambda f, _: next(iter(f.trace)),
    }


@pytest.mark.parametrize("name", cases())
def test_calls_retain_nothing(file, name):
    call = cases()[name]
    out = np.empty((N_XLINES, N_SAMPLES), np.float32)
    for _ in range(100):  # what is made once, and the lists of freed objects
        call(file, out)
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(10):
            call(file, out)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(CALLS):
            call(file, out)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < RETAINED
