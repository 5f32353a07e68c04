"""10,000 damaged files: nothing crashes, hangs, or gives samples that are not in the file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 10_000
PARTS = 2


@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_files(part):
    first = int(os.environ.get("SEGBUF_MUTATIONS_FROM", "0")) + part * (COUNT // PARTS)
    program = Path(__file__).with_name("mutate.py")
    done = subprocess.run(
        [sys.executable, str(program), str(first), str(COUNT // PARTS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    opened = int(done.stdout.split()[0])
    assert COUNT // PARTS // 3 < opened < COUNT // PARTS, "some open, some do not"
