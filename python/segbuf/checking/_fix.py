"""Copies of files in which what breaks some rules is mended."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import segbuf
from segbuf.checking._rules import RULES, Mend, findings, opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from segbuf.checking._rules import Finding, _Path


def fix(
    path: _Path,
    rules: Iterable[str],
    out: _Path,
    **options: Any,  # noqa: ANN401 - those of `segbuf.open`
) -> list[Finding]:
    """Write a copy of a file in which what breaks some rules is mended.

    Only words of headers and the end of the file are changed, never samples. The file itself stays
    as it is, and nothing is overwritten.

    Parameters
    ----------
    path
        The file.
    rules
        The identifiers of the rules.
    out
        Where to write. There may be nothing yet.
    **options
        As for `segbuf.open`.

    Returns
    -------
    list of Finding
        What was mended; empty for a file that breaks none of the rules, which is copied.

    Raises
    ------
    ValueError
        For rules that are not there, and for findings that cannot be mended; nothing is written.
    FormatError
        Where the file cannot be read, and where the copy would be read otherwise than the file is:
        then what it was read as is hardly what it is, and no copy is left.
    FileExistsError
        Where there is something at ``out``.
    """
    rules = list(rules)
    unknown = [rule for rule in rules if rule not in RULES]
    if unknown:
        raise ValueError(f"no such rule: {', '.join(unknown)}; there are {', '.join(RULES)}")
    before = _reading(path, options)  # what cannot be read cannot be mended
    found = [(finding, mend) for finding, mend in findings(path, options) if finding.rule in rules]
    for finding, mend in found:
        if mend is None:
            raise ValueError(f"this takes a decision that only you can make: {finding}")
    with Path(path).open("rb") as original, Path(out).open("x+b") as copy:
        try:
            shutil.copyfileobj(original, copy, 1 << 20)
            for _, mend in found:
                _apply(mend or Mend(), copy)
            copy.flush()
            _compare(before, _reading(out, options))
        except BaseException:
            Path(out).unlink()
            raise
    shutil.copymode(path, out)
    return [finding for finding, _ in found]


_PLACES = (
    "kind",
    "n_traces",
    "n_samples",
    "fixed_length",
    "first_trace",
    "additional_headers",
    "format",
    "endian",
    "sample_endian",
)
"""Properties of a file that say where things are, and how samples stand in it."""


def _reading(path: _Path, options: dict[str, Any]) -> dict[str, object]:
    """Tell where things are in a file, and how samples stand in it."""
    with opened(path, options) as file:
        return {name: getattr(file, name) for name in _PLACES}


def _compare(before: dict[str, object], after: dict[str, object]) -> None:
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        differ = ", ".join(f"{name} {before[name]} and {after[name]}" for name in changed)
        raise segbuf.FormatError(
            f"the file and its mended copy would be read differently: {differ}; look at "
            "f.evidence, and pass what you know better as an option"
        )


def _apply(mend: Mend, copy: BinaryIO) -> None:
    for at in mend.at:
        copy.seek(at)
        copy.write(mend.content)
    if mend.end is not None:
        copy.truncate(mend.end)
