"""What type checkers make of segbuf: the lines below are checked by mypy, and never run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import array
    import ctypes
    import gzip
    import io
    import mmap
    import os
    import pathlib
    from collections.abc import Iterator, Sequence
    from multiprocessing.shared_memory import SharedMemory
    from typing import Any, Literal, assert_type

    import numpy as np
    import numpy.typing as npt

    import segbuf
    from segbuf import testing

    def opening(path: str, like: os.PathLike[str], array: npt.NDArray[np.uint8]) -> None:
        with segbuf.open(path) as f:
            assert_type(f, segbuf.File)
        segbuf.open(like, iline=9, xline="crossline", endian="little", revision=2.1)
        segbuf.open(b"")
        segbuf.open(memoryview(b""))
        segbuf.open(array)
        segbuf.open(3)
        segbuf.open(io.BytesIO())
        segbuf.open(gzip.GzipFile(path))
        segbuf.open([path, path])
        segbuf.open((path, like, array, io.BytesIO(), b""))
        segbuf.open(sorted(pathlib.Path(path).glob("*.sgy")))
        segbuf.open(3.5)  # type: ignore[arg-type]
        segbuf.open([3.5])  # type: ignore[list-item]
        segbuf.open(path, 189)  # type: ignore[call-arg]
        segbuf.open(path, endian="middle")  # type: ignore[arg-type]
        segbuf.open(path, duplicates="all")  # type: ignore[arg-type]

    def facts(f: segbuf.File) -> None:
        assert_type(f.n_traces, int)
        assert_type(f.n_samples, int)
        assert_type(int(f.format), int)
        assert_type(f.dtype, np.dtype[Any])
        assert_type(f.endian, Literal["big", "little", "pairwise"])
        assert_type(f.sample_endian, Literal["big", "little", "pairwise"])
        assert_type(f.kind, Literal["segy", "su"])
        assert_type(f.revision, float | None)
        assert_type(f.interval, float | None)
        assert_type(f.samples, npt.NDArray[np.float64])
        assert_type(f.unit, Literal["ms", "m", "ft", "length"])
        assert_type(f.ilines, npt.NDArray[np.int32] | None)
        assert_type(f.sorting, Literal["inline", "crossline"] | None)
        assert_type(f.shape, tuple[int, ...])
        assert_type(f.text[0], str)
        assert_type(f.text.bytes(0), bytes)
        assert_type(f.binary["sample_interval"], int | float | bytes)
        assert_type(f.evidence["format"].value, str)
        assert_type(f.geometry.verify().regular, bool)
        assert_type(f.files[0].name, str)
        assert_type(f.files[0].traces, range)
        assert_type(f.geometry.live, npt.NDArray[np.bool_])
        f.n_traces = 3  # type: ignore[misc]

    def reading(f: segbuf.File, floats: npt.NDArray[np.float32]) -> None:
        assert_type(f.iline[2400], npt.NDArray[Any])
        assert_type(f.xline[1100:1200, 300], npt.NDArray[Any])
        assert_type(iter(f.trace), Iterator[npt.NDArray[Any]])
        assert_type(list(f.iline), list[npt.NDArray[Any]])
        assert_type(f.iline.keys(), Sequence[int])
        assert_type(len(f.trace), int)
        assert_type(f.read_into(floats, traces=slice(3), samples=7), None)
        f.trace.read_into(0, floats)
        f.iline.read_into(2400, floats, samples=slice(0, 100))

    def destinations(f: segbuf.File, shared: SharedMemory, mapped: mmap.mmap) -> None:
        f.trace.read_into(0, array.array("f"))
        f.trace.read_into(0, bytearray())
        f.trace.read_into(0, memoryview(bytearray()))
        f.trace.read_into(0, (ctypes.c_float * 3)())
        f.trace.read_into(0, mapped)
        assert shared.buf is not None
        f.trace.read_into(0, shared.buf)
        f.trace.read_into(0, [0.0])  # type: ignore[arg-type]

    def errors(error: segbuf.SegbufError) -> None:
        assert_type(error.trace, int | None)
        assert_type(error.byte, int | None)
        ours: type[ValueError] = segbuf.FormatError
        ours = segbuf.GeometryError
        ours = segbuf.LabelError  # type: ignore[assignment]
        del ours

    def making(path: str) -> None:
        cube = testing.make_cube(2, 3, 4)
        assert_type(cube, npt.NDArray[np.float32])
        testing.write_file(path, cube, sorting="crossline", format=5)
        segbuf.open(testing.write_file(None, cube))
        testing.write_file(path, cube, sorting="sample")  # type: ignore[arg-type]


@pytest.mark.slow
def test_types_check_with_mypy() -> None:
    pytest.importorskip("mypy")
    root = Path(__file__).parents[2]
    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", __file__],
        cwd=root,  # where the settings are
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
