"""The command ``segbuf``: ``segbuf demo`` and ``segbuf info FILE``."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import warnings

import segbuf

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["main"]

# What a shell gives to programs that a signal ended: 128 and the number of the signal.
_INTERRUPTED = 130
_NOBODY_READS = 141

# Options of `info` that `open` knows by the same names, and what `open` makes of them.
_CHOICES = {"endian": ("big", "little"), "encoding": ("ebcdic", "ascii")}
_OPTIONS = {
    "iline": "where the inline number stands in a trace header: byte from 1, or name",
    "xline": "where the crossline number stands",
    "offset": "where the offset stands",
    "endian": "byte order",
    "format": "sample format code",
    "encoding": "encoding of the textual headers",
    "revision": "revision of the standard, such as 2.1",
    "n_samples": "samples per trace",
    "interval": "sample interval, in milliseconds for time",
    "first_trace": "byte offset of the first trace",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments
        Those of the command line, by default of this process.

    Returns
    -------
    int
        The exit status: 0, or 1 if the file cannot be read, which a line on stderr then says.

    Raises
    ------
    SystemExit
        After ``--help`` and ``--version``, and with status 2 for arguments that make no sense.
    """
    given = _parser().parse_args(arguments)
    try:
        status = _demo(given) if given.command == "demo" else _info(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at exit; that must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _NOBODY_READS
    except KeyboardInterrupt:
        print("segbuf: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"segbuf: {where}{error.strerror or error}", file=sys.stderr)
        return 1
    except (segbuf.SegbufError, ValueError) as error:
        where = f"{given.file}: " if given.command == "info" else ""
        print(f"segbuf: {where}{error}", file=sys.stderr)
        return 1
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="segbuf", description="SEG-Y read at memory speed into memory the caller owns."
    )
    parser.add_argument("--version", action="version", version=f"segbuf {segbuf.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    about = "make a volume, read it, check and time that"
    demo = commands.add_parser("demo", help=about, description=about.capitalize() + ".")
    demo.add_argument(
        "--size", type=_positive, default=128, metavar="MB", help="megabytes (default: %(default)s)"
    )
    demo.add_argument("--keep", metavar="PATH", help="write the volume here, and leave it there")

    about = "print what a file is, and why segbuf thinks so"
    info = commands.add_parser(
        "info",
        help=about,
        description=about.capitalize() + ". Whether the survey is regular comes last, for that "
        "takes a look at every trace header.",
    )
    info.add_argument("file", metavar="FILE")
    overrides = info.add_argument_group("what outweighs the file, as for segbuf.open")
    types: dict[str, Callable[[str], object]] = {
        **dict.fromkeys(("iline", "xline", "offset"), _key),
        **dict.fromkeys(("revision", "interval"), float),
        **dict.fromkeys(_CHOICES, str),
    }
    for name, meaning in _OPTIONS.items():
        overrides.add_argument(
            "--" + name.replace("_", "-"),
            type=types.get(name, int),
            choices=_CHOICES.get(name),
            metavar=None if name in _CHOICES else name.upper(),
            default=argparse.SUPPRESS,
            help=meaning,
        )
    return parser


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text}: not a positive number")
    return number


def _key(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _demo(given: argparse.Namespace) -> int:
    from segbuf._demo import run

    return run(given.size, given.keep)


def _info(given: argparse.Namespace) -> int:
    options = {name: value for name, value in vars(given).items() if name in _OPTIONS}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        file = segbuf.open(given.file, **options)
    for warning in caught:
        print(f"segbuf: warning: {warning.message}", file=sys.stderr)
    with file:
        for line in _described(file):
            print(line, flush=True)
    return 0


def _described(file: segbuf.File) -> Iterator[str]:
    """Tell of a file, line by line; what takes longest comes last."""
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
        ilines, xlines, offsets = file.iline.keys(), file.xline.keys(), file.offsets
    except segbuf.GeometryError as error:
        yield f"  {error}"
        return
    axes = {"inlines": ilines, "crosslines": xlines}
    if offsets is not None and len(offsets) > 1:
        axes["offsets"] = offsets.tolist()
    yield from _table([(name, _axis(labels)) for name, labels in axes.items()])
    yield from _table([("sorting", file.sorting or "neither inline nor crossline")])
    yield from ("  " + line for line in str(file.geometry.verify()).splitlines())


def _facts(file: segbuf.File) -> Iterator[tuple[str, str]]:
    yield "revision", f"{file.revision}"
    yield "byte order", f"{file.endian}-endian"
    yield "format", f"{int(file.format)}, {file.format.name.lower()}, read as {file.dtype}"
    yield "traces", f"{file.n_traces:,}"
    yield "samples", f"{file.n_samples:,} a trace"
    unit = file.unit
    if file.interval is None:
        yield "interval", f"unknown: pass --interval; the first sample is at {file.delay:g} {unit}"
    else:
        last = file.delay + (file.n_samples - 1) * file.interval
        yield "interval", f"{file.interval:g} {unit}, from {file.delay:g} to {last:g} {unit}"


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


def _table(rows: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> Iterator[str]:
    return (f"  {name:<11} {value}" for name, value in rows)


if __name__ == "__main__":
    raise SystemExit(main())
