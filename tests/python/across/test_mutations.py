"""Damaged files: nothing crashes, hangs, or gives samples that are not in the file.

What is in the file is found by a reader that shares no code with the package, under the layout that
the evidence reports.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COUNT = 10_000
PARTS = 2


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_damaged_files_never_crash_or_give_wrong_samples(part):
    first = int(os.environ.get("SEGBUF_MUTATIONS_FROM", "0")) + part * (COUNT // PARTS)
    opened = mutate(str(first), str(COUNT // PARTS))
    assert COUNT // PARTS // 3 < opened < COUNT // PARTS, "some open, some do not"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_damaged_corpus_files_never_crash_or_give_wrong_samples(corpus, part):
    # Without the descriptions of the files, and arrays of what is in them.
    files = [path for path in corpus.iterdir() if path.suffix not in {".json", ".md", ".npy"}]
    files = sorted(files, key=lambda path: path.stat().st_size)[part::4]
    opened = mutate(*map(str, files))
    assert 100 * len(files) < opened < 220 * len(files), "some open, some do not"


def mutate(*arguments):
    """Read damaged files in another process; give how many could be opened."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / "support" / "mutate.py"), *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return int(done.stdout.splitlines()[-1].split()[0])
