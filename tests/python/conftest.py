"""What all tests share: the helper modules on the path, Hypothesis profiles, the corpus."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent / "support"))  # for `import naive`

# Machines differ in speed, not in what is right: no deadlines.
settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile(
    "thorough", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Mark as quick every test that is not slow, so that `pytest -m quick` runs them."""
    for item in items:
        if item.get_closest_marker("slow") is None:
            item.add_marker("quick")


@pytest.fixture(scope="session")
def corpus():
    """Directory of real files; the tests on them are skipped where there is none."""
    where = os.environ.get("SEGBUF_CORPUS")
    if not where:
        pytest.skip("SEGBUF_CORPUS names no directory of real files")
    return Path(where)
