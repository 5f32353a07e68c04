"""Warnings and errors by their codes."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import segbuf


@contextmanager
def warns(*codes: str, text: str = "", others: bool = False) -> Iterator[pytest.WarningsRecorder]:
    """Assert that the body issues warnings of these codes, and no others unless allowed.

    One of the messages contains ``text``, for tests in which the wording matters.
    """
    with pytest.warns(segbuf.SegbufWarning) as caught:
        yield caught
    found = [warning.message.code for warning in caught]
    assert set(codes) <= set(found) if others else found == list(codes)
    assert any(text in str(warning.message) for warning in caught)


@contextmanager
def raises(
    error: type[BaseException], code: str, text: str = ""
) -> Iterator[pytest.ExceptionInfo[BaseException]]:
    """Assert that the body raises an error of this class and code, with ``text`` in its message."""
    with pytest.raises(error) as caught:
        yield caught
    assert isinstance(caught.value, segbuf.SegbufError)
    assert caught.value.code == code
    assert text in str(caught.value)
