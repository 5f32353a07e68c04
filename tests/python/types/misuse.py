"""Mistakes that type checkers report; mypy reports a comment on a line without an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import segbuf
from segbuf import testing

if TYPE_CHECKING:
    from segbuf import types


def opening(path: str) -> None:
    segbuf.open(3.5)  # type: ignore[arg-type]
    segbuf.open([3.5])  # type: ignore[list-item]
    segbuf.open(path, 189)  # type: ignore[call-arg]
    segbuf.open(path, endian="middle")  # type: ignore[arg-type]
    segbuf.open(path, duplicates="all")  # type: ignore[arg-type]
    segbuf.File(path)  # type: ignore[arg-type]
    testing.write_file(path, np.zeros((2, 3)), sorting="sample")  # type: ignore[arg-type]


def reading(f: segbuf.File, cube: types.Cube) -> None:
    f.n_traces = 3  # type: ignore[misc]
    f.ilnes  # type: ignore[attr-defined]  # noqa: B018
    f.trace["inline"]  # type: ignore[call-overload]
    f.trace[1.5]  # type: ignore[call-overload]
    f.iline["2400"]  # type: ignore[index]
    f.header[1.5]  # type: ignore[call-overload]
    f.header[7].shape  # type: ignore[attr-defined]  # noqa: B018
    f.header["inline"].n_traces  # type: ignore[attr-defined]  # noqa: B018
    f.depth_slice["10"]  # type: ignore[call-overload]
    cube["inline"]  # type: ignore[call-overload]
    f.group()  # type: ignore[call-overload]
    f.trace.read_into(0, [0.0])  # type: ignore[arg-type]
    f.window(0.5, 3, out=[0.0])  # type: ignore[call-overload]


def errors() -> None:
    wrong: type[ValueError] = segbuf.LabelError  # type: ignore[assignment]
    del wrong
