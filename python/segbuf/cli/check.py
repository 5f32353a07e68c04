"""``segbuf check FILE``: check a file against the standard."""

from __future__ import annotations

import json
import sys

from segbuf.cli import _open

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

ABOUT = "check a file against the standard, rule by rule"
MORE = "The exit status is 1 if an error or a warning is found, or if the file cannot be read."


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")
    _open.add_to(parser)


def run(given: argparse.Namespace) -> int:
    """Check, and print the findings."""
    from segbuf import checking

    findings = checking.check(given.file, **_open.options(given))
    bad = any(finding.severity != "info" for finding in findings)
    if given.json:
        found = [finding._asdict() for finding in findings]
        print(json.dumps({"path": given.file, "clean": not bad, "findings": found}, indent=2))
    else:
        for finding in findings:
            print(finding)
        print(f"{len(findings)} found" if findings else "nothing found", file=sys.stderr)
    return int(bad)
