"""Guessing where a file keeps its keys."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from segbuf._candidates import Guess
    from segbuf._segbuf import _Source


def guess_keys(path: _Source | Sequence[_Source], **options: Any) -> Guess:  # noqa: ANN401
    """Say which header words may be inline, crossline, offset, x and y, and why.

    Looks at up to 8000 headers, from the beginning, the middle and the end of the file, and at the
    textual headers. Nothing is applied: read the reasons, then pass bytes to `segbuf.open`.

    Parameters
    ----------
    path
        A file, as `segbuf.open` takes it.
    **options
        Facts about the file, such as ``endian=`` or ``n_samples=``, as `segbuf.open` takes them.

    Returns
    -------
    Guess
        Candidates with scores and reasons.

    Raises
    ------
    OSError
        Where the system cannot open or read the file.
    FormatError
        Where the bytes are not SEG-Y.

    Examples
    --------
    >>> import segbuf
    >>> guess = segbuf.guess_keys("volume.sgy")  # doctest: +SKIP
    >>> print(guess)  # doctest: +SKIP
    >>> f = segbuf.open("volume.sgy", **guess.options)  # doctest: +SKIP
    """
    from segbuf._candidates import guessed
    from segbuf._open import open as open_file

    with open_file(path, **options) as file:
        return guessed(file._raw)  # noqa: SLF001
