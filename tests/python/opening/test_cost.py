"""What it costs to open a file does not depend on its size."""

import subprocess
import sys

import pytest

from segbuf.testing import make_cube, write_file

PROGRAM = """
import resource, sys, segbuf
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
small, large = sys.argv[1:]
with segbuf.open(small) as f:
    f.evidence, f.trace[0], f.header[0], f.text[0]
before = peak()
with segbuf.open(large, strict=True) as f:
    f.evidence, f.trace[-1], f.header[-1], f.text[0]
    print(f.n_traces, peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is counted otherwise")
def test_open_memory_does_not_grow_with_file(tmp_path):
    small, large = tmp_path / "small.sgy", tmp_path / "large.sgy"
    write_file(small, make_cube(2, 2, 10))
    write_file(large, make_cube(2, 2, 10))
    n = 1_000_000_000
    with large.open("r+b") as stream:
        try:
            stream.truncate(3600 + n * 280)
        except OSError:
            pytest.skip("the file system has no files of that size")
        header = small.read_bytes()[3600:3840]
        for i in (4, n // 2, n - 1):
            stream.seek(3600 + i * 280)
            stream.write(header)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, small, large],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    traces, kilobytes = map(int, done.stdout.split())
    assert traces == n
    assert kilobytes < 4096
