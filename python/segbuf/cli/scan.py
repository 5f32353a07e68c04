"""``segbuf scan FILE [FIELD ...]``: a summary of the trace headers, or the value of each."""

from __future__ import annotations

import contextlib
import csv
import json
import sys

from segbuf._results.escaped import escaped
from segbuf._segbuf import NewFile
from segbuf.cli import _open
from segbuf.cli._progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import IO, Any

    import segbuf
    from segbuf._results.table import Table

ABOUT = "print the values of trace headers"
MORE = (
    "By default a summary of each field: minimum, maximum and number of distinct values. --csv, "
    "--json and --parquet write the fields of every trace."
)

TRACES = 1 << 16
"""Number of traces whose headers are in memory at a time."""


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    forms = parser.add_mutually_exclusive_group()
    for form, meaning in _MEANINGS.items():
        forms.add_argument("--" + form, action="store_const", const=form, dest="form", help=meaning)
    parser.add_argument("-o", "--output", metavar="PATH", help="write to this path, not to stdout")
    _open.add_overwrite_to(parser)
    _open.add_to(parser)
    parser.add_argument(
        "fields",
        metavar="FIELD",
        nargs="*",
        type=_open.name_or_byte,
        help="names, aliases or bytes from 1 (default: all standard fields)",
    )


def run(given: argparse.Namespace) -> int:
    """Sweep the headers and print."""
    if given.form == "parquet":
        _check_parquet(given.output)
    with _output(given) as part:
        file, _ = _open.opened(given)
        with file:
            _write(file, given, part)
    return 0


def _write(file: segbuf.File, given: argparse.Namespace, path: str | None) -> None:
    fields = given.fields or list(file.header[0])
    if given.form is not None:
        _WRITERS[given.form](_tables(file, fields), path)
        return
    with Progress(f"looking at {file.n_traces:,} trace headers"):
        summary = file.header.describe(fields)
    with _stream(path, "w") as out:
        print(summary, file=out)


def _tables(file: segbuf.File, fields: list[str | int]) -> Iterator[tuple[int, Table]]:
    """Yield the headers part by part, each with the index of its first trace; one part at least."""
    with Progress("reading trace headers", file.n_traces) as progress:
        for first in range(0, max(1, file.n_traces), TRACES):
            table = file.header[first : first + TRACES, fields]
            yield first, table
            progress.advance(table.n_traces)


def _rows(first: int, table: Table) -> Iterator[tuple[Any, ...]]:
    columns = [column.tolist() for column in table.values()]
    for trace, row in enumerate(zip(*columns, strict=True), first):
        yield trace, *(word.hex() if isinstance(word, bytes) else word for word in row)


def _names(table: Table) -> list[str]:
    return ["trace", *(escaped(str(name)) for name in table)]


def _write_csv(tables: Iterator[tuple[int, Table]], path: str | None) -> None:
    with _stream(path, "w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        for first, table in tables:
            if first == 0:
                writer.writerow(_names(table))
            writer.writerows(_rows(first, table))


def _write_json(tables: Iterator[tuple[int, Table]], path: str | None) -> None:
    with _stream(path, "w") as out:
        out.write("[")
        for first, table in tables:
            names = _names(table)
            for row in _rows(first, table):
                words = json.dumps(dict(zip(names, row, strict=True)))
                out.write(("\n" if row[0] == 0 else ",\n") + words)
        out.write("\n]\n")


def _write_parquet(tables: Iterator[tuple[int, Table]], path: str | None) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with contextlib.ExitStack() as stack:
        writer: Any = None
        for first, table in tables:
            trace = pa.array(range(first, first + table.n_traces), pa.int64())
            part = pa.table(table).add_column(0, "trace", trace)
            if writer is None:
                to = path or stack.enter_context(open(sys.stdout.fileno(), "wb", closefd=False))
                writer = stack.enter_context(pq.ParquetWriter(to, part.schema))
            writer.write_table(part)


def _check_parquet(path: str | None) -> None:
    """Raise before anything is read."""
    try:
        import pyarrow as pa  # noqa: F401
    except ImportError:
        raise ValueError("--parquet needs pyarrow: pip install pyarrow") from None
    if path is None and sys.stdout.isatty():
        raise ValueError("a terminal shows no Parquet file: say where it goes with -o")


def _output(given: argparse.Namespace) -> AbstractContextManager[str | None]:
    """Begin the output, if it is not stdout, and return the path to write to."""
    if given.output is None:
        return contextlib.nullcontext(None)
    return NewFile(given.output, like=given.file, overwrite=given.overwrite)


def _stream(path: str | None, mode: str, **options: Any) -> AbstractContextManager[IO[str]]:  # noqa: ANN401
    if path is None:
        return contextlib.nullcontext(sys.stdout)
    return open(path, mode, **options)  # noqa: PTH123 - a name; the caller closes it


_MEANINGS = {
    "csv": "comma-separated values, a line a trace",
    "json": "JSON, an object a trace",
    "parquet": "a Parquet file, where pyarrow is installed",
}
_WRITERS: dict[str, Callable[[Iterator[tuple[int, Table]], str | None], None]] = {
    "csv": _write_csv,
    "json": _write_json,
    "parquet": _write_parquet,
}
