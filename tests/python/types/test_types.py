"""Test that type checkers accept users' code over the whole face of segbuf, and report mistakes."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
USERS = Path(__file__).with_name("users.py")
MISUSE = Path(__file__).with_name("misuse.py")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "guide").glob("*.md"))]


@pytest.fixture
def examples(tmp_path):
    """Write the Python examples of each page to a module; return the modules."""
    modules = []
    for page in PAGES:
        blocks = re.findall(
            r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
        if blocks:
            modules.append(tmp_path / f"{page.stem.lower()}_examples.py")
            modules[-1].write_text("\n".join(blocks), encoding="utf-8")
    return modules


def check(*command):
    """Run a type checker where its settings are."""
    done = subprocess.run(
        [sys.executable, "-m", *map(str, command)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_mypy_accepts_users_code():
    pytest.importorskip("mypy")
    check("mypy", "--strict", USERS, MISUSE)


def test_mypy_accepts_documentation_examples(examples):
    pytest.importorskip("mypy")
    check("mypy", "--strict", *examples)


def test_pyright_accepts_users_code_and_documentation_examples(examples):
    pytest.importorskip("pyright")
    check("pyright", "--pythonpath", sys.executable, USERS, *examples)


def test_pyright_reports_mistakes(tmp_path):
    pytest.importorskip("pyright")
    lines = MISUSE.read_text(encoding="utf-8").split("\n")
    module = tmp_path / "misuse.py"
    module.write_text("\n".join(line.split("  # type: ")[0] for line in lines), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, str(module)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = {int(line) for line in re.findall(r"misuse\.py:(\d+):\d+ - error", done.stdout)}
    wanted = {i for i, line in enumerate(lines, 1) if "# type: ignore" in line}
    assert found == wanted, done.stdout + done.stderr
