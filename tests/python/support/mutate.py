"""Reads damaged files, in a process of its own: nothing may crash, hang, or give wrong samples.

Run as ``python mutate.py FIRST COUNT``: each number stands for a damaged file, made of a small one.
Or as ``python mutate.py FILE...``: each is cut at 200 places, and has 1,000 bytes changed 20 times.
What goes wrong is printed and makes the exit status 1; an abort of the process shows by itself.
"""

import contextlib
import faulthandler
import io
import sys
import tempfile
import warnings
from pathlib import Path

import naive
import numpy as np
from sources import Plain, Scripted

import segbuf
from segbuf._results.format import Format
from segbuf.testing import write_file

FORMATS = (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 15, 16)
CUTS, CHANGES = 200, 20
EVERY = 31  # of so many files one is read from every sort of source
SECONDS = 60  # for a hundred files: far more than they need
ERRORS = (segbuf.SegbufError, ValueError)  # ValueError: the axis of an interval that is not known


def originals():
    """A small file of every format and byte order, in many layouts."""
    return [original(n, endian) for n in range(len(FORMATS)) for endian in ("big", "little")]


def original(n, endian):
    """A small file of a format."""
    gathers = n % 3 == 0
    data = (np.arange(72).reshape(3, 2, 2, 6) % 100 + n).astype("u1")
    revision = (0.0, 1.0, 2.0, 2.1)[n % 4]
    return write_file(
        None,
        data if gathers else data[:, :, 0],
        format=FORMATS[n],
        endian=endian,
        revision=revision,
        sorting=("inline", "crossline")[n % 2],
        extended_text=n % 3 if revision else 0,
        additional_headers=n % 2 if revision >= 2 else 0,
        encoding=("ebcdic", "ascii")[n % 2],
    )


def damaged(file, rng):
    """The file after a few accidents: bytes changed, cut out, put in; more often in its headers."""
    file = bytearray(file)
    for _ in range(rng.integers(1, 6)):
        places = (len(file), min(len(file), 4400), 400)
        where = int(rng.integers(0, max(1, places[rng.integers(0, 3)])))
        if places[-1] == 400 and rng.random() < 0.4:
            where = 3200 + where % 400
        many = int(rng.integers(1, (2, 5, 40, 1000)[rng.integers(0, 4)]))
        noise = rng.integers(0, 256, many, np.uint8).tobytes()
        extreme = (b"\0", b"\xff", b"\x7f", b"\x80")[rng.integers(0, 4)] * many
        accident = rng.integers(0, 6)
        if accident <= 1:
            file[where : where + many] = noise[: max(0, len(file) - where)]
        elif accident == 2:
            file[where : where + many] = extreme[: max(0, len(file) - where)]
        elif accident == 3:
            del file[where : where + many]
        elif accident == 4:
            file[where:where] = noise if rng.random() < 0.5 else bytes(many)
        else:
            del file[-many:]
    return bytes(file)


def read_all(file, rng):
    """Read everything there is; give True if the file could be opened."""
    options = {
        "duplicates": ("error", "first", "last")[rng.integers(0, 3)],
        "fill": (None, 0)[rng.integers(0, 2)],
        "verify": bool(rng.integers(0, 2)),
        "threads": int(rng.integers(1, 3)),
    }
    try:
        f = segbuf.open(file, **options)
    except segbuf.SegbufError:
        return False
    with f:
        check_samples(f, file)
        check_lines(f)
        for look in (
            lambda: f.lengths,
            lambda: f.samples,
            f.geometry.verify,
            lambda: f.geometry.live,
            lambda: f.header[-1][5],
            lambda: dict(f.binary),
            lambda: list(f.text),
            lambda: (str(f.evidence), repr(f), repr(f.geometry), repr(f.iline), repr(f.trace)),
        ):
            with contextlib.suppress(*ERRORS):
                look()
    return True


def layout_of(f):
    """The layout that the evidence reports; traces of different lengths have no sample count."""
    chosen = {name: conclusion.value for name, conclusion in f.evidence.items()}
    least, _, most = chosen["sample count"].partition(" to ")
    assert (f.lengths.min(initial=f.n_samples), f.n_samples) == (int(least), int(most or least))
    *_, headers = chosen["additional trace headers"].split(" to ")
    assert f.additional_headers == int(headers)
    return {
        "n_samples": int(least) if f.fixed_length else None,
        "format": int(Format[chosen["format"].upper()]),
        "endian": chosen["sample order"],
        "first_trace": int(chosen["first trace"]),
        "additional_headers": int(headers),
        "n_traces": int(chosen["trace count"]),
    }


def check_samples(f, file):
    """Samples are the bytes in their place, as the layout has it, and within the file."""
    layout = layout_of(f)
    assert f.n_traces == layout["n_traces"], "evidence"
    assert (f.format, f.sample_endian) == (layout["format"], layout["endian"]), "evidence"
    assert f.endian == f.evidence["byte order"].value, "evidence"
    if layout["endian"] == "pairwise":
        # Of words of an even number of bytes, wherever they begin.
        octets = np.frombuffer(file, np.uint8)[layout["first_trace"] :].copy()
        octets[: len(octets) // 2 * 2] = (
            octets[: len(octets) // 2 * 2].reshape(-1, 2)[:, ::-1].ravel()
        )
        file = file[: layout["first_trace"]] + octets.tobytes()
        layout["endian"] = "big"
    out = np.empty((f.n_traces, f.n_samples), np.float32)
    f.read_into(out)
    if layout["n_samples"] is None:
        check_each(f, file, layout, out)
        return
    oracle = naive.read_naive(file, **layout)
    assert f.trace[...].tobytes() == oracle.native.tobytes(), "samples"
    assert np.array_equal(out, oracle.float32, equal_nan=True), "as float32"


def check_each(f, file, layout, rows):
    """Samples are those of traces that follow each other, each of its own length."""
    at = layout["first_trace"]
    order = "little" if f.endian == "little" else "big"
    most = layout["additional_headers"]
    for i, n in enumerate(f.lengths.tolist()):
        block = file[at + 240 : at + 480]
        own = int.from_bytes(block[156:158], order) if block[232:240] == b"SEG00001" else 0
        one = {"first_trace": at, "additional_headers": own if own and most else most}
        oracle = naive.read_naive(file, **{**layout, **one, "n_samples": n, "n_traces": 1})
        assert f.trace[i].tobytes() == oracle.native.tobytes(), f"samples of trace {i}"
        assert np.array_equal(rows[i, :n], oracle.float32[0], equal_nan=True), "as float32"
        assert not np.nan_to_num(rows[i, n:]).any(), "filled up"
        at += 240 * (1 + one["additional_headers"]) + n * naive.width_of(layout["format"])


def check_lines(f):
    """A line has the traces whose headers say so, and no others."""
    if not f.is_survey:
        return
    try:
        traces = f.trace[...]
    except segbuf.GeometryError:  # integers of different lengths, and nothing to fill up with
        return
    fold = len(f.offsets) > 1
    own = {}
    for header, trace in zip(f.header, traces, strict=True):
        key = (header[189], header[193], header[37] if fold else None)
        own.setdefault(key, set()).add(trace.tobytes())
    # What stands where there is no trace: NaN or 0.
    holes = {np.full(f.n_samples, fill, traces.dtype).tobytes() for fill in fills(traces.dtype)}
    offsets = f.offsets.tolist() if fold else [None]
    for word, lines, labels, others in (
        (0, f.iline, f.ilines, f.xlines),
        (1, f.xline, f.xlines, f.ilines),
    ):
        for label in labels.tolist():
            try:
                rows = lines[label].reshape(-1, f.n_samples)
            except segbuf.SegbufError:
                continue
            cells = [(other, offset) for other in others.tolist() for offset in offsets]
            for (other, offset), row in zip(cells, rows, strict=True):
                key = (label, other, offset) if word == 0 else (other, label, offset)
                assert row.tobytes() in own.get(key, holes), f"line at {key}"


def fills(dtype):
    """What missing samples may be."""
    return (np.nan, 0) if dtype.kind == "f" else (0,)


def many_small(first, count):
    """Yield so many damaged files."""
    files = originals()
    for seed in range(first, first + count):
        rng = np.random.default_rng(seed)
        yield seed, damaged(files[seed % len(files)], rng), rng


def each_of(paths):
    """Yield the files, damaged."""
    for path in map(Path, paths):
        file = path.read_bytes()
        rng = np.random.default_rng(len(file))
        for cut in rng.integers(0, len(file), CUTS).tolist():
            yield f"{path.name} cut at {cut}", file[:cut], None
        for i in range(CHANGES):
            changed = np.frombuffer(file, np.uint8).copy()
            changed[rng.integers(0, len(file), 1000)] = rng.integers(0, 256, 1000)
            yield f"{path.name} changed, {i}", changed.tobytes(), None


def read_samples(file):
    """Read all samples; give True if the file could be opened."""
    try:
        f = segbuf.open(file)
    except segbuf.FormatError:
        return False
    with f:
        check_samples(f, file)
    return True


def check_sources(file):
    """From whatever it is read, a file gives the same, or is refused in the same words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.sgy"
        path.write_bytes(file)
        same = given(file)
        assert given(path) == same, "path"
        assert given(path, mmap=True) == same, "map"
        assert given(io.BytesIO(file)) == same, "BytesIO"
        assert given(Scripted(file)) == same, "short reads"
        assert given(Plain(file)) == same, "read alone"


def given(source, **options):
    """Give what is concluded of a file and read from it, or why it is refused."""
    try:
        f = segbuf.open(source, **options)
    except segbuf.FormatError as error:
        return str(error).removeprefix(f"{source}: ")
    with f:
        headers = [f.header[i].bytes for i in range(min(3, f.n_traces))]
        return str(f.evidence), f.trace[...].tobytes(), headers


def main(*arguments):
    """Read damaged files; give 1 if one went wrong."""
    faulthandler.enable()
    warnings.simplefilter("ignore", segbuf.SegbufWarning)
    np.seterr(all="ignore")
    small = arguments[0].isdecimal()
    files = many_small(*map(int, arguments)) if small else each_of(arguments)
    opened, count, wrong = 0, 0, 0
    for name, file, rng in files:
        if count % 100 == 0:  # to set the alarm takes longer than to read a file
            faulthandler.dump_traceback_later(SECONDS, exit=True)
        count += 1
        try:
            opened += read_samples(file) if rng is None else read_all(file, rng)
            if count % EVERY == 0:
                check_sources(file)
        except BaseException as error:  # noqa: BLE001 - a panic is no Exception
            wrong += 1
            print(f"file {name}: {type(error).__name__}: {error}"[:500], flush=True)  # noqa: T201
    faulthandler.cancel_dump_traceback_later()
    print(f"{opened} of {count} opened, {wrong} wrong", flush=True)  # noqa: T201
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
