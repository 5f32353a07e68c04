"""Make a volume, read it in several ways, check and time the reads: ``segbuf demo``."""

from __future__ import annotations

import array
import itertools
import random
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import segbuf
from segbuf import testing
from segbuf._segbuf import NewFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    _Volume = npt.NDArray[np.float32]

N_SAMPLES = 1000
FIRST_ILINE = 2400
FIRST_XLINE, XLINE_STEP = 1100, 2
N_SINGLE = 2000
REPEATS = 5


class Result(NamedTuple):
    """The times of a read, and of a copy of the same samples."""

    what: str
    into: str
    n_bytes: int
    read: float
    """Seconds; so is the next."""
    copy: float
    right: bool


def run(megabytes: float, keep: str | None, *, overwrite: bool) -> int:
    """Make a volume, read it and print the speed.

    Parameters
    ----------
    megabytes
        Approximate size of the samples, in units of 10^6 bytes.
    keep
        Path of the volume; by default it is temporary.
    overwrite
        Whether an existing file is replaced.

    Returns
    -------
    int
        0, or 1 if a sample was read wrongly.

    Raises
    ------
    OSError
        If the volume cannot be written or read.
    """
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="segbuf-demo-") as directory:
            return _make_and_read(Path(directory, "volume.sgy"), megabytes)
    with NewFile(keep, overwrite=overwrite) as part:
        status = _make_and_read(Path(part), megabytes)
    print(f"\nThe volume is {keep}: try `segbuf info` on it.")
    return status


def _make_and_read(path: Path, megabytes: float) -> int:
    volume = _make(path, megabytes)
    with segbuf.open(path) as file:
        print("Reading it from the page cache:\n", flush=True)
        print(f"{'':<24}{'into':<13}{'MB':>7}{'GB/s':>8}{'copy, GB/s':>13}{'of copy':>10}")
        wrong = False
        for result in itertools.chain(*(way(file, volume) for way in (_whole, _lines, _single))):
            print(_row(result), flush=True)
            wrong |= not result.right
        threads = f"{file.threads} thread{'s' * (file.threads > 1)}"
    print(
        "\nA copy is NumPy's, of the same float32 samples from array to array, in one thread. "
        "segbuf reads\n"
        f"the file, decodes, and checks the keys of lines, on up to {threads}. "
        f"Best of {REPEATS} each."
    )
    if wrong:
        print("WRONG: not every sample read is the one written.")
        return 1
    print("Every sample read is the one written, as IBM floats hold it.")
    return 0


def _make(path: Path, megabytes: float) -> _Volume:
    """Write a volume, and return the samples that a correct reader reads."""
    n_lines = max(2, round((megabytes * 1e6 / (4 * N_SAMPLES)) ** 0.5))
    print(
        f"Making {n_lines} inlines x {n_lines} crosslines x {N_SAMPLES} samples: "
        "dipping layers, cut by a fault ...",
        flush=True,
    )
    volume = testing.make_cube(n_lines, n_lines, N_SAMPLES)
    testing.write_file(
        path,
        volume,
        ilines=range(FIRST_ILINE, FIRST_ILINE + n_lines),
        xlines=range(FIRST_XLINE, FIRST_XLINE + XLINE_STEP * n_lines, XLINE_STEP),
    )
    # IBM floats have up to three bits less. Line by line, to save memory.
    for line in volume:
        line[:] = testing.decode_ibm(testing.encode_ibm(line))
    print(f"Wrote {path.stat().st_size / 1e6:.1f} MB of SEG-Y, IBM floats, big-endian.", flush=True)
    return volume


def _whole(file: segbuf.File, volume: _Volume) -> Iterator[Result]:
    """Read the whole file at once, into three kinds of memory."""
    import numpy as np

    copy = _time(np.copyto, np.zeros_like(volume), volume)
    kinds: dict[str, Callable[[], Any]] = {
        "ndarray": lambda: np.zeros_like(volume),
        "array.array": lambda: array.array("f", [0]) * volume.size,
        "bytearray": lambda: bytearray(volume.nbytes),
    }
    for kind, make in kinds.items():
        out = make()
        read = _time(file.read_into, out)
        right = np.array_equal(np.frombuffer(out, np.float32), volume.ravel())
        yield Result("whole file", kind, volume.nbytes, read, copy, right)


def _lines(file: segbuf.File, volume: _Volume) -> Iterator[Result]:
    """Read all inlines, then all crosslines, one by one into the same array."""
    import numpy as np

    for name, mode, lines in (
        ("every inline", file.iline, list(volume)),
        ("every crossline", file.xline, list(volume.swapaxes(0, 1))),
    ):
        labels = mode.keys()
        out = np.zeros_like(volume[0])
        read = _time(_each, mode.read_into, labels, out)
        copy = _time(_each, _copy, lines, out)
        right = _same(mode.read_into, labels, out, lines)
        yield Result(name, "ndarray", volume.nbytes, read, copy, right)


def _single(file: segbuf.File, volume: _Volume) -> Iterator[Result]:
    """Read single traces in random order, into the same array."""
    import numpy as np

    chosen = random.Random(0).choices(range(file.n_traces), k=N_SINGLE)  # noqa: S311 - no secret
    rows = volume.reshape(-1, N_SAMPLES)
    traces = [rows[index] for index in chosen]
    out = array.array("f", [0]) * N_SAMPLES
    seen = np.frombuffer(out, np.float32)
    read = _time(_each, file.trace.read_into, chosen, out)
    copy = _time(_each, _copy, traces, seen)
    right = _same(file.trace.read_into, chosen, seen, traces)
    n_bytes = seen.nbytes * N_SINGLE
    yield Result(f"{N_SINGLE} single traces", "array.array", n_bytes, read, copy, right)


def _each(read_into: Callable[[Any, Any], None], keys: Sequence[Any], out: object) -> None:
    for key in keys:
        read_into(key, out)


def _copy(given: _Volume, out: _Volume) -> None:
    out[:] = given


def _same(
    read_into: Callable[[Any, Any], None], keys: Sequence[int], out: _Volume, wanted: list[_Volume]
) -> bool:
    """Return whether each read is correct."""
    import numpy as np

    for key, given in zip(keys, wanted, strict=True):
        out.fill(np.nan)
        read_into(key, out)
        if not np.array_equal(out, given):
            return False
    return True


def _time(work: Callable[..., None], *given: object) -> float:
    """Return the least number of seconds that work takes."""
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        work(*given)
        best = min(best, time.perf_counter() - start)
    return best


def _row(result: Result) -> str:
    speed, copy = (result.n_bytes / seconds / 1e9 for seconds in (result.read, result.copy))
    return (
        f"  {result.what:<22}{result.into:<13}{result.n_bytes / 1e6:7.1f}{speed:8.2f}{copy:13.2f}"
        f"{speed / copy:10.2f}{'' if result.right else '  WRONG'}"
    )
