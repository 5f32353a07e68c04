"""`fix`, which writes repaired copies of files."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import segbuf
from segbuf._segbuf import NewFile
from segbuf.checking._rules import RULES, Repair, findings, opened

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from segbuf.checking._rules import Finding, _Path


def fix(
    path: _Path,
    rules: Iterable[str],
    out: _Path,
    *,
    overwrite: bool = False,
    **options: Any,  # noqa: ANN401 - those of `segbuf.open`
) -> list[Finding]:
    """Write a copy of a file in which violations of some rules are repaired.

    Only header fields and the end of the file are changed, never samples. The copy has the
    permissions of the file, and appears at its path when it is complete.

    Parameters
    ----------
    path
        The file.
    rules
        The identifiers of the rules.
    out
        The path of the copy.
    overwrite
        Whether an existing file is replaced.
    **options
        Options of `segbuf.open`.

    Returns
    -------
    list of Finding
        The repaired findings. If no rule is violated, it is empty, and the file is copied.

    Raises
    ------
    ValueError
        For unknown rules, and for findings that cannot be repaired; nothing is written.
    FormatError
        If the file cannot be read. If the copy would be read differently from the file: then the
        file was probably read wrongly, and the copy is removed.
    FileExistsError
        If ``out`` exists, and ``overwrite`` is False.
    """
    rules = list(rules)
    unknown = [rule for rule in rules if rule not in RULES]
    if unknown:
        raise ValueError(f"no such rule: {', '.join(unknown)}; there are {', '.join(RULES)}")
    before = _reading(path, options)  # raises if the file cannot be read
    found = [
        (finding, repair) for finding, repair in findings(path, options) if finding.rule in rules
    ]
    for finding, repair in found:
        if repair is None:
            raise ValueError(f"cannot be repaired automatically: {finding}")
    with NewFile(out, like=path, overwrite=overwrite) as part:
        with Path(path).open("rb") as original, Path(part).open("wb") as copy:
            shutil.copyfileobj(original, copy, 1 << 20)
            for _, repair in found:
                _apply(repair or Repair(), copy)
        _compare(before, _reading(part, options))
    return [finding for finding, _ in found]


_LAYOUT = (
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
"""Properties of a file that define its file layout and its samples."""


def _reading(path: _Path, options: dict[str, Any]) -> dict[str, object]:
    """Return the properties of a file that define its file layout and its samples."""
    with opened(path, options) as file:
        return {name: getattr(file, name) for name in _LAYOUT}


def _compare(before: dict[str, object], after: dict[str, object]) -> None:
    changed = [name for name in before if before[name] != after[name]]
    if changed:
        differ = ", ".join(f"{name} {before[name]} and {after[name]}" for name in changed)
        raise segbuf.FormatError(
            f"the file and its repaired copy would be read differently: {differ}; see "
            "f.evidence, and pass options of open() to override it",
            "repair-changes-reading",
        )


def _apply(repair: Repair, copy: BinaryIO) -> None:
    for at in repair.at:
        copy.seek(at)
        copy.write(repair.content)
    if repair.end is not None:
        copy.truncate(repair.end)
