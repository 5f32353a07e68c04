#!/usr/bin/env python3
"""Write LICENSES-THIRD-PARTY.txt: the licence texts of every crate that is linked into the wheel.

With `--check`, compare the file with what would be written, and fail where it differs.
"""

import json
import pathlib
import subprocess
import sys

FEATURES = ["--no-default-features", "--features", "python,mmap,parallel"]
TARGET = "x86_64-unknown-linux-gnu"
OUT = pathlib.Path(__file__).parent.parent / "LICENSES-THIRD-PARTY.txt"

HEAD = """\
The compiled module of the segbuf wheel contains the crates listed below. Each is used under
the MIT license, whose text and copyright notice follow. It also contains the Rust standard
library (https://github.com/rust-lang/rust), which is used under the Apache License,
Version 2.0: the text is in LICENSE-APACHE.

This file is written by .ci/licences.py.
"""


def cargo(*args: str) -> str:
    """Return what a Cargo command prints."""
    done = subprocess.run(["cargo", *args, "--locked"], check=True, stdout=subprocess.PIPE)
    return done.stdout.decode()


def linked() -> set[tuple[str, str]]:
    """Return name and version of every crate that is linked."""
    edges = ["-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"]
    lines = cargo("tree", *edges, *FEATURES, "--target", TARGET).splitlines()
    crates = {(name, version.removeprefix("v")) for name, version, *_ in map(str.split, lines)}
    return {crate for crate in crates if crate[0] != "segbuf"}


def text() -> str:
    """Return the file as it should be."""
    metadata = json.loads(cargo("metadata", "--format-version", "1", *FEATURES))
    packages = {(p["name"], p["version"]): p for p in metadata["packages"]}
    parts = [HEAD]
    for name, version in sorted(linked()):
        package = packages[name, version]
        folder = pathlib.Path(package["manifest_path"]).parent
        texts = sorted(folder.glob("LICENSE-MIT*"))
        if "MIT" not in package["license"] or not texts:
            sys.exit(f"{name} {version} ({package['license']}) has no LICENSE-MIT")
        title = f"{name} {version} ({package['license']})"
        parts.append(f"{'-' * len(title)}\n{title}\n{'-' * len(title)}\n")
        parts.extend(path.read_text("utf-8").strip() + "\n" for path in texts)
    return "\n".join(parts)


if __name__ == "__main__":
    if "--check" not in sys.argv[1:]:
        OUT.write_text(text(), "utf-8")
    elif not OUT.is_file() or OUT.read_text("utf-8") != text():
        sys.exit(f"{OUT.name} is out of date; run .ci/licences.py")
