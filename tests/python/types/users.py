"""Users' code over the whole face of segbuf: checked by mypy and pyright, and never run."""

from __future__ import annotations

import array
import contextlib
import ctypes
import gzip
import io
import pathlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, assert_type

import numpy as np
import numpy.typing as npt
import pandas as pd

import segbuf
from segbuf import types
from segbuf.fields import BinaryField, TraceField

if TYPE_CHECKING:
    import mmap
    import os
    from multiprocessing.shared_memory import SharedMemory

Array = npt.NDArray[Any]
Labels = npt.NDArray[np.int32]
Doubles = npt.NDArray[np.float64]


def opening(path: str, like: os.PathLike[str], content: npt.NDArray[np.uint8]) -> None:
    with segbuf.open(path) as f:
        assert_type(f, segbuf.File)
        same: types.File = f
        del same
    segbuf.open(like, iline=9, xline="crossline", endian="little", revision=2.1)
    segbuf.open(path, iline=TraceField.inline, xline=segbuf.Field(21), offset=TraceField.offset)
    segbuf.open(b"")
    segbuf.open(memoryview(b""))
    segbuf.open(content)
    segbuf.open(3)
    segbuf.open(io.BytesIO())
    segbuf.open(gzip.GzipFile(path))
    segbuf.open([path, path])
    segbuf.open((path, like, content, io.BytesIO(), b""))
    segbuf.open(sorted(pathlib.Path(path).glob("*.sgy")))


def facts(f: segbuf.File) -> None:
    assert_type(f.n_traces, int)
    assert_type(f.n_samples, int)
    assert_type(f.format, types.Format)
    assert_type(int(f.format), int)
    assert_type(f.dtype, np.dtype[Any])
    assert_type(f.endian, Literal["big", "little", "pairwise"])
    assert_type(f.sample_endian, Literal["big", "little", "pairwise"])
    assert_type(f.kind, Literal["segy", "su"])
    assert_type(f.encoding, str | None)
    assert_type(f.revision, float | None)
    assert_type(f.interval, float | None)
    assert_type(f.delay, float)
    assert_type(f.samples, Doubles)
    assert_type(f.delays, Doubles)
    assert_type(f.lengths, npt.NDArray[np.int64])
    assert_type(f.unit, Literal["ms", "m", "ft", "length"] | None)
    assert_type(f.timestamps, types.Timestamps)
    assert_type(f.timestamps.basis, str | None)
    assert_type(f.path, str | None)
    assert_type(f.files, tuple[types.Part, ...])
    assert_type(f.files[0].name, str)
    assert_type(f.files[0].traces, range)
    assert_type(f.warnings, list[segbuf.SegbufWarning])
    assert_type(f.evidence, types.Evidence)
    assert_type(f.evidence["format"], types.Conclusion)
    assert_type(f.evidence["format"].value, str)
    assert_type(f.evidence["format"].candidates[0], types.Candidate)
    assert_type(f.closed, bool)
    assert_type(f.threads, int)


def survey(f: segbuf.File) -> None:
    assert_type(f.is_survey, bool)
    assert_type(f.ilines, Labels)
    assert_type(f.xlines, Labels)
    assert_type(f.offsets, Labels)
    assert_type(len(f.ilines), int)
    assert_type(f.sorting, Literal["inline", "crossline"] | None)
    assert_type(f.shape, tuple[int, ...])
    assert_type(f.geometry, types.Geometry)
    assert_type(f.geometry.verify(), types.Report)
    assert_type(f.geometry.verify().regular, bool)
    assert_type(f.geometry.live, npt.NDArray[np.bool_])
    assert_type(f.geometry.coords, types.Coordinates)
    assert_type(f.geometry.coords.x, Doubles)
    assert_type(f.geometry.coords.source_unit, str | None)
    affine = f.geometry.affine
    assert_type(affine, types.Affine)
    assert_type(f.geometry.fit(f.geometry.coords.source_x, [1.0, 2.0]), types.Affine)
    assert_type(affine.to_xy(2400, 1100), tuple[float, float])
    assert_type(affine.to_xy(f.ilines, f.xlines), tuple[Doubles, Doubles])
    assert_type(affine.bin_size, types.BinSize)
    assert_type(affine.corners[0], types.Corner)
    assert_type(affine.residual, types.Residual)
    near = affine.nearest(451_000.0, 6_781_000.0)
    assert_type(near, types.Nearest)
    assert_type(near.trace, int)
    assert_type(near.distance, float)
    several = f.geometry.nearest(f.geometry.coords.x, f.geometry.coords.y)
    assert_type(several, types.NearestTraces)
    assert_type(several.iline, Labels)
    assert_type(f.save_index(), str)
    guess = f.guess_keys()
    assert_type(guess, types.Guess)
    assert_type(guess.lines[0], types.KeyCandidate)
    segbuf.open("volume.sgy", **guess.options)
    assert_type(segbuf.guess_keys("volume.sgy", endian="big"), types.Guess)


def traces(f: segbuf.File, mask: npt.NDArray[np.bool_], floats: npt.NDArray[np.float32]) -> None:
    assert_type(f.trace, types.Traces)
    assert_type(f.trace[7], Array)
    assert_type(f.trace[-1], Array)
    assert_type(f.trace[np.int64(7)], Array)
    assert_type(f.trace[-5:], Array)
    assert_type(f.trace[...], Array)
    assert_type(f.trace[mask], Array)
    assert_type(f.trace[[1, 5, 2]], Array)
    assert_type(f.trace[7, 100:200], Array)
    assert_type(f.trace[::2, 100:200], Array)
    assert_type(f.trace[mask, 5], Array)
    assert_type(f.trace[..., 5], Array)
    sample = f.trace[7, 100]
    assert_type(float(sample), float)
    assert_type(iter(f.trace), Iterator[Array])
    assert_type(len(f.trace), int)
    assert_type(f.trace.shape, tuple[int, int])
    assert_type(f.trace.ndim, int)
    assert_type(f.trace.dtype, np.dtype[Any])
    assert_type(np.asarray(f.trace), Array)
    assert_type(f.trace.offset(3), int)
    assert_type(f.trace.bytes(3), bytes)
    assert_type(f.trace.view(), npt.NDArray[np.float32])
    for block in f.trace.blocks(32):
        assert_type(block, Array)
    assert_type(f.trace.read_into(7, floats), None)
    f.trace.read_into((7, slice(100, 200)), floats)
    assert_type(f.read_into(floats, traces=slice(3), samples=7), None)
    f.read_into(floats, traces=mask, samples=slice(0, 100))
    f.read_delays_into(np.empty(3), traces=[1, 2, 3])
    for trace in f.trace:
        trace.max()


def lines(f: segbuf.File, floats: npt.NDArray[np.float32]) -> None:
    assert_type(f.iline, types.Lines)
    assert_type(f.iline[2400], Array)
    assert_type(f.iline[f.ilines[0]], Array)
    assert_type(f.iline[2400:2410:2], Array)
    assert_type(f.xline[1100:1200, 300], Array)
    assert_type(f.iline[2400, 100:400], Array)
    assert_type(list(f.iline), list[Array])
    assert_type(f.iline.keys(), Sequence[int])
    for label in f.ilines:
        f.iline.read_into(label, floats)
    f.iline.read_into(2400, floats, samples=slice(0, 100))
    assert_type(f.gather, types.Gathers)
    assert_type(f.gather[2400, 1100], Array)
    assert_type(f.gather[2400:2402, 1100, 300], Array)
    assert_type(f.gather.keys(), Sequence[tuple[int, int]])
    f.gather.read_into((2400, 1100), floats)


def slices(f: segbuf.File, floats: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_]) -> None:
    assert_type(f.depth_slice, types.DepthSlices)
    assert_type(f.depth_slice[120], Array)
    assert_type(f.depth_slice[[10, 20]], Array)
    f.depth_slice.read_into(120, floats)
    cube = f.cube
    assert_type(cube, types.Cube)
    assert_type(cube.shape, tuple[int, ...])
    assert_type(cube.ndim, int)
    assert_type(cube.dtype, np.dtype[Any])
    assert_type(cube.dims, tuple[str, ...])
    assert_type(cube.coords, Mapping[str, Array])
    assert_type(cube[10:20, :, ::2], Array)
    assert_type(cube[3], Array)
    assert_type(cube[..., 100], Array)
    assert_type(cube[mask], Array)
    assert_type(cube[None, [1, 2], :, 5], Array)
    assert_type(float(cube[1, 2, 3, 4]), float)
    assert_type(np.asarray(cube), Array)
    assert_type(np.asarray(cube, dtype=np.float64), Doubles)
    cube.read_into(np.s_[10:20, :, ::2], floats)
    assert_type(f.window(100, 20), Array)
    assert_type(f.window(100, 20, out=floats), npt.NDArray[np.float32])
    assert_type(f.traces_along([(2400, 1100), (2401, 1101)]), Array)
    assert_type(f.traces_along([(2400, 1100)], out=floats), npt.NDArray[np.float32])
    f.traces_along(zip(f.ilines, f.xlines, strict=False))


def headers(f: segbuf.File, mask: npt.NDArray[np.bool_]) -> None:
    x = segbuf.Field(byte=73, dtype="ibm", name="x")
    assert_type(f.header, types.Headers)
    header = f.header[7]
    assert_type(header, types.Header)
    assert_type(header["inline"], int | float | bytes)
    assert_type(header[189], int | float | bytes)
    assert_type(header[TraceField.inline], int | float | bytes)
    assert_type(header.get("inline"), int | float | bytes | None)
    assert_type(header.get(TraceField.inline, 0), int | float | bytes)
    assert_type(dict(header), dict[str, int | float | bytes])
    assert_type(header.bytes, bytes)
    assert_type(header.blocks, types.HeaderBlocks)
    assert_type(header.blocks[0], types.HeaderBlock)
    assert_type(header.blocks["SEG00001"]["cdp_x"], int | float | bytes)
    assert_type(f.header[-1], types.Header)
    assert_type(f.header["inline"], Array)
    assert_type(f.header[TraceField.inline], Array)
    assert_type(f.header[x], Array)
    assert_type(f.header[:, 189], Array)
    assert_type(f.header[:, TraceField.cdp_x], Array)
    assert_type(f.header[mask, "inline"], Array)
    assert_type(f.header["inline", "crossline"], types.Table)
    assert_type(f.header["inline", x, 189], types.Table)
    assert_type(f.header[TraceField.inline, TraceField.crossline], types.Table)
    assert_type(f.header[["inline", "crossline"]], types.Table)
    assert_type(f.header[:100, ["inline", "cdp_x"]], types.Table)
    assert_type(f.header[mask, [TraceField.inline, TraceField.cdp_x]], types.Table)
    assert_type(f.header[[3, 1, 2]], types.Table)
    assert_type(f.header[...], types.Table)
    assert_type(f.header[mask], types.Table)
    assert_type(f.header[7, "inline"], int | float | bytes)
    assert_type(f.header[7, TraceField.inline], int | float | bytes)
    for each in f.header:
        assert_type(each, types.Header)

    table = f.header["inline", "crossline"]
    assert_type(table["inline"], Array)
    assert_type(table.n_traces, int)
    assert_type(table.to_pandas(), pd.DataFrame)
    assert_type(np.asarray(table), Array)
    assert_type(f.header.to_pandas(), pd.DataFrame)
    assert_type(f.header.to_pandas(["inline", TraceField.cdp_x]), pd.DataFrame)
    assert_type(f.header.describe(), types.Description)
    assert_type(f.header.describe("inline")["inline"], types.Summary)
    assert_type(f.header.describe("inline")["inline"].minimum, float | None)
    f.header.read_into("inline", np.empty(3, np.int32))
    f.header.read_into([TraceField.inline, x], [np.empty(3, np.int32), np.empty(3)])

    assert_type(f.binary, types.BinaryHeader)
    assert_type(f.binary["sample_interval"], int | float | bytes)
    assert_type(f.binary[BinaryField.sample_interval], int | float | bytes)


def texts(f: segbuf.File) -> None:
    assert_type(f.text, types.Texts)
    assert_type(f.text[0], str)
    assert_type(f.text.bytes(0), bytes)
    assert_type(f.text.hints, types.Hints)
    assert_type(f.text.hints[0], types.Hint)
    assert_type(f.stanzas, types.Stanzas)
    assert_type(f.stanzas["SEG: Layout"], str | bytes)
    assert_type(f.trailers.get_all("User Data"), list[str | bytes])


def groups(f: segbuf.File) -> None:
    shots = f.group("field_record")
    assert_type(shots, types.Groups[float, Array])
    assert_type(shots[1001], Array)
    assert_type(shots.labels, Array)
    assert_type(shots.counts, npt.NDArray[np.int64])
    assert_type(shots.indices(1001), npt.NDArray[np.int64])
    assert_type(shots.header(1001), types.Table)
    assert_type(shots.header(1001, "offset"), Array)
    assert_type(shots.header(1001, TraceField.offset), Array)
    assert_type(shots.header(1001, ["offset", "cdp_x"]), types.Table)
    shots.read_into(1001, np.empty(3, np.float32), samples=slice(0, 100))
    for shot, gather in f.group(TraceField.field_record).items():
        assert_type(shot, float)
        assert_type(gather, Array)
    for (x, y), gather in f.group("group_x", "group_y", sort="offset").items():
        assert_type(x, float)
        assert_type(y, float)
        assert_type(gather, Array)
    assert_type(f.group("group_x", "group_y").labels, tuple[Array, ...])


def destinations(f: segbuf.File, shared: SharedMemory, mapped: mmap.mmap) -> None:
    f.trace.read_into(0, array.array("f"))
    f.trace.read_into(0, bytearray())
    f.trace.read_into(0, memoryview(bytearray()))
    f.trace.read_into(0, (ctypes.c_float * 3)())
    f.trace.read_into(0, mapped)
    assert shared.buf is not None
    f.trace.read_into(0, shared.buf)


def memory(f: segbuf.File) -> None:
    block = segbuf.empty((2, 3), "f4", align=64)
    assert_type(block, segbuf.Block)
    f.trace.read_into(0, np.asarray(block))
    with segbuf.Pool(max_bytes=1 << 20) as pool:
        assert_type(pool.alloc(10, np.float32), types.Block)
    assert_type(segbuf.memory_report(), types.MemoryReport)
    assert_type(segbuf.memory_report().pools[0], types.PoolReport)


def errors(error: segbuf.SegbufError) -> None:
    assert_type(error.code, str)
    assert_type(error.trace, int | None)
    assert_type(error.byte, int | None)
    ours: type[ValueError] = segbuf.FormatError
    ours = segbuf.GeometryError
    del ours
    with contextlib.suppress(segbuf.LabelError):
        segbuf.open("volume.sgy").iline[1]


def modules(path: str, like: str) -> None:
    cube = segbuf.testing.make_cube(2, 3, 4)
    assert_type(cube, npt.NDArray[np.float32])
    segbuf.testing.write_file(path, cube, sorting="crossline", format=5)
    segbuf.open(segbuf.testing.write_file(None, cube))
    name: str = segbuf.fields.TraceField.INLINE_3D.name
    del name
    segbuf.checking.check(like)
    assert_type(segbuf.types.File, type[segbuf.File])
