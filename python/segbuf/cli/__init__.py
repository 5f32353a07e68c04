"""The command ``segbuf``: `main` parses the arguments, a module of this package does the work."""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import io
import os
import sys

import segbuf
from segbuf._results.escaped import escaped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TextIO

__all__ = ["main"]

# The exit status of programs that a signal ended: 128 + the number of the signal.
_INTERRUPTED = 130
_NOBODY_READS = 141

_COMMANDS = ("demo", "info", "scan", "index", "check", "fix")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments
        The arguments of the command line, by default of this process.

    Returns
    -------
    int
        The exit status: 0, or 1 if the file cannot be read or the output not be written; stderr
        has the error message.

    Raises
    ------
    SystemExit
        After ``--help`` and ``--version``, and with status 2 for invalid arguments.
    """
    _open_streams()
    given = _parser().parse_args(arguments)
    try:
        try:
            with contextlib.redirect_stdout(_Escaping(sys.stdout)):  # type: ignore[type-var]
                status: int = given.run(given)
        finally:
            _flush()
    except BrokenPipeError:
        return _NOBODY_READS
    except KeyboardInterrupt:
        print("segbuf: interrupted", file=sys.stderr)
        return _INTERRUPTED
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(escaped(f"segbuf: {where}{error.strerror or error}"), file=sys.stderr)
        return 1
    except (segbuf.SegbufError, ValueError) as error:
        print(escaped(f"segbuf: {_where(given)}{error}"), file=sys.stderr)
        return 1
    return status


class _Escaping:
    """A stream without what acts on a terminal, which text of files may contain."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(escaped(text))

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


class _Closed(io.TextIOBase):
    """The stdout of a process that was started without one: `print` would drop the output."""

    def write(self, _text: str, /) -> int:
        raise OSError(errno.EBADF, "stdout is closed")

    def fileno(self) -> int:
        raise OSError(errno.EBADF, "stdout is closed")


def _open_streams() -> None:
    """Replace the standard streams that are closed, for which Python has None."""
    if sys.stdout is None:
        sys.stdout = _Closed()
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.stderr is None:
        # `print` writes to stdout what is for a stream that is None.
        sys.stderr = open(os.devnull, "w")  # noqa: PTH123, SIM115 - open until the process ends


def _flush() -> None:
    """Write what is printed, or raise OSError."""
    try:
        sys.stdout.flush()
    except OSError:
        # Python flushes once more at exit; that must not fail again.
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
        raise


class _Command(argparse.ArgumentParser):
    """A parser that accepts options also between arguments: ``scan FILE --csv FIELD``."""

    _mixing = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # noqa: ANN401
        """Parse arguments and options in any order; `argparse` calls this recursively."""
        if self._mixing:
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False


def _where(given: argparse.Namespace) -> str:
    """Return the prefix of error messages: the file, unless there are several."""
    files = vars(given).get("file", [])
    files = [files] if isinstance(files, str) else files
    return f"{files[0]}: " if len(files) == 1 else ""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="segbuf", description="SEG-Y read at memory speed into memory the caller owns."
    )
    parser.add_argument("--version", action="version", version=f"segbuf {segbuf.__version__}")
    commands = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=_Command
    )
    for name in _COMMANDS:
        module = importlib.import_module(f"segbuf.cli.{name}")
        about = f"{module.ABOUT.capitalize()}. {module.MORE}".strip()
        command = commands.add_parser(name, help=module.ABOUT, description=about)
        module.add_to(command)
        command.set_defaults(run=module.run)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
