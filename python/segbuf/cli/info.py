"""``segbuf info FILE...``: the properties of a file, or of several as one, and the evidence."""

from __future__ import annotations

import itertools
import json

import segbuf
from segbuf._results.format import order_in_words
from segbuf.cli import _open
from segbuf.cli._progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from segbuf._results.report import Report

ABOUT = "print the properties of a file, and the evidence for them"
MORE = (
    "Several files are read as one. The regularity of the survey comes last, because it takes a "
    "sweep of all trace headers."
)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    _open.add_to(parser, several=True)


def run(given: argparse.Namespace) -> int:
    """Print the properties."""
    file, warnings = _open.opened(given)
    with file:
        if given.json:
            print(json.dumps(_as_data(file, warnings), indent=2, allow_nan=False))
        else:
            for line in _described(file):
                print(line, flush=True)
    return 0


def _described(file: segbuf.File) -> Iterator[str]:
    """Yield the lines of the description; those that take longest come last."""
    for i, text in enumerate(file.text):
        yield f"textual header {i}" if i else "textual header"
        yield from ("  " + line.rstrip() for line in text.splitlines())
        yield ""
    yield "facts"
    yield from _table(_facts(file))
    yield ""
    yield "evidence"
    yield from ("  " + line for line in str(file.evidence).splitlines())
    yield ""
    yield "geometry"
    try:
        axes = _axes(file)
    except segbuf.GeometryError as error:
        yield f"  {error}"
        return
    yield from _table((name, _axis(labels)) for name, labels in axes.items())
    yield from _table([("sorting", file.sorting or "neither inline nor crossline")])
    yield from ("  " + line for line in str(_report(file)).splitlines())


def _facts(file: segbuf.File) -> Iterator[tuple[str, str]]:
    revision = file.revision
    yield ("revision", f"{revision}") if revision is not None else ("kind", "Seismic Unix")
    yield "byte order", order_in_words(file.endian)
    if file.sample_endian != file.endian:
        yield "samples are", order_in_words(file.sample_endian)
    yield "format", f"{int(file.format)}, {file.format.name.lower()}, read as {file.dtype}"
    if len(file.files) > 1:
        yield "files", f"{len(file.files):,}"
    yield "traces", f"{file.n_traces:,}"
    yield "samples", f"{_samples(file)} a trace"
    unit = file.unit or ""
    if file.interval is None:
        yield "interval", f"unknown: pass --interval; the first sample is at {file.delay:g} {unit}"
    else:
        last = file.delay + (file.n_samples - 1) * file.interval
        yield "interval", f"{file.interval:g} {unit}, from {file.delay:g} to {last:g} {unit}"


def _samples(file: segbuf.File) -> str:
    if file.fixed_length or not file.n_traces:
        return f"{file.n_samples:,}"
    return f"{file.lengths.min():,} to {file.n_samples:,}"


def _axes(file: segbuf.File) -> dict[str, Sequence[int]]:
    axes: dict[str, Sequence[int]] = {
        "inlines": file.iline.keys(),
        "crosslines": file.xline.keys(),
    }
    if len(file.offsets) > 1:
        axes["offsets"] = file.offsets.tolist()
    return axes


def _axis(labels: Sequence[int]) -> str:
    """Describe the labels of an axis."""
    steps = {b - a for a, b in itertools.pairwise(labels)}
    span = f"{len(labels):,}: {labels[0]}"
    if steps:
        span += f" to {labels[-1]}"
    if len(steps) == 1:
        span += f", step {steps.pop()}"
    elif steps:
        span += ", steps vary"
    return span


def _table(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    return (f"  {name:<11} {value}" for name, value in rows)


def _report(file: segbuf.File) -> Report:
    with Progress(f"looking at {file.n_traces:,} trace headers"):
        return file.geometry.verify()


def _as_data(file: segbuf.File, warnings: list[segbuf.SegbufWarning]) -> dict[str, Any]:
    """Return the properties as JSON values: unknown is null, bytes are hexadecimal."""
    return {
        "path": file.path,
        "files": [
            {"name": name, "first_trace": traces.start, "n_traces": len(traces)}
            for name, traces in file.files
        ],
        "warnings": [str(warning) for warning in warnings],
        "warning_codes": [warning.code for warning in warnings],
        "kind": file.kind,
        "revision": file.revision,
        "endian": file.endian,
        "sample_endian": file.sample_endian,
        "format": {
            "code": int(file.format),
            "name": file.format.name.lower(),
            "dtype": str(file.dtype),
        },
        "n_traces": file.n_traces,
        "n_samples": file.n_samples,
        "fixed_length": file.fixed_length,
        "interval": file.interval,
        "delay": file.delay,
        "unit": file.unit,
        "text": list(file.text),
        "binary": _binary(file),
        "evidence": {
            name: {
                "value": conclusion.value,
                "origin": conclusion.origin,
                "because": list(conclusion.because),
                "candidates": [candidate._asdict() for candidate in conclusion.candidates],
            }
            for name, conclusion in file.evidence.items()
        },
        "geometry": _geometry(file),
    }


def _binary(file: segbuf.File) -> dict[str, Any] | None:
    if file.kind == "su":
        return None
    words = file.binary.items()
    return {name: word.hex() if isinstance(word, bytes) else word for name, word in words}


def _geometry(file: segbuf.File) -> dict[str, Any]:
    try:
        axes = _axes(file)
    except segbuf.GeometryError as error:
        return {"survey": False, "why": str(error)}
    report = _report(file)._asdict()
    del report["text"]
    labels = {name: list(labels) for name, labels in axes.items()}
    return {"survey": True, **labels, "sorting": file.sorting, **report}
