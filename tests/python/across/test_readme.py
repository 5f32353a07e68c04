"""What README.md and the guide say: their Python examples run, and their claims hold."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import segbuf
from segbuf.testing import make_cube, write_file

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]
ILINES, XLINES = range(2400, 2410), range(1100, 1108)


def examples(page):
    """Give the Python blocks of a page, each with the line it starts on."""
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield text.count("\n", 0, match.start(1)), match[1]


@pytest.fixture
def volume(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cube = make_cube(len(ILINES), len(XLINES), 250)
    write_file("volume.sgy", cube, ilines=ILINES, xlines=XLINES)
    return cube


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
@pytest.mark.usefixtures("volume")
def test_documentation_examples_run(page):
    scope = {"__name__": "example"}
    for line, code in examples(page):
        # Blank lines before the code, so that a traceback names the line of the page.
        exec(compile("\n" * line + code, page, "exec"), scope)  # noqa: S102


def test_readme_has_example_in_each_language():
    readme = PAGES[0].read_text(encoding="utf-8")
    assert list(examples(PAGES[0]))
    assert "```rust\n" in readme


@pytest.mark.parametrize(
    "page", [*PAGES, *sorted((ROOT / "docs" / "decisions").glob("*.md"))], ids=str
)
def test_documentation_links_resolve(page):
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        assert "://" in target or (page.parent / target).exists(), target


def test_rust_example_file_matches_its_description(tmp_path):
    label, j, k = np.ogrid[2400:2403, :4, :16]
    cube = (label + j / 16 + k / 256).astype(np.float32)
    write_file(tmp_path / "volume.sgy", cube, ilines=[2400, 2401, 2402], xlines=range(1100, 1104))
    ours = (ROOT / "tests" / "data" / "volume.sgy").read_bytes()
    assert (tmp_path / "volume.sgy").read_bytes()[3200:] == ours[3200:]
    with segbuf.open(ROOT / "tests" / "data" / "volume.sgy") as f:
        assert np.array_equal(f.trace[:].reshape(cube.shape), cube)


def test_torch_tensor_is_filled(volume):
    torch = pytest.importorskip("torch")
    tensor = torch.empty((len(XLINES), 250))
    with segbuf.open("volume.sgy") as f:
        f.iline.read_into(2401, tensor.numpy())
    assert np.array_equal(tensor, volume[1])


@pytest.mark.usefixtures("volume")
@pytest.mark.parametrize(
    "out",
    [
        bytes(1000),
        np.empty(250, ">f4"),
        np.empty(250, np.int16),
        np.empty(249, np.float32),
        np.empty(251, np.float32),
    ],
    ids=["read-only", "byte order", "type", "short", "long"],
)
def test_bad_destination_is_refused_untouched(out):
    before = bytes(out)
    with segbuf.open("volume.sgy") as f, pytest.raises(segbuf.DestinationError):
        f.trace.read_into(7, out)
    assert bytes(out) == before


SHRINK = """
import os, sys, numpy as np, segbuf
out = np.empty(250, np.float32)
with segbuf.open("volume.sgy", mmap=sys.argv[1] == "mmap") as f:
    os.truncate("volume.sgy", 4096)
    try:
        f.trace.read_into(79, out)
    except Exception as error:
        print(error)
"""


def shrink(how):
    command = [sys.executable, "-c", SHRINK, how]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.usefixtures("volume")
def test_shrunk_file_error_names_trace():
    done = shrink("file")
    assert done.returncode == 0, done.stderr
    assert "79" in done.stdout


@pytest.mark.usefixtures("volume")
@pytest.mark.skipif(sys.platform != "linux", reason="SIGBUS is what Linux sends")
def test_shrunk_mapped_file_kills_process():
    assert shrink("mmap").returncode == -signal.SIGBUS


@pytest.mark.usefixtures("volume")
def test_import_and_read_into_do_not_load_numpy():
    code = """
import sys, segbuf
with segbuf.open("volume.sgy") as f:
    f.trace.read_into(7, bytearray(4 * f.n_samples))
assert "numpy" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
