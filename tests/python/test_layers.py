"""Test the layers of the Python package: imports, circles, length of files and functions.

Every import counts, also those inside functions and under TYPE_CHECKING. A module at the top of the
package and a folder with all that is in it are one unit each; units stand in layers, and a unit may
import only units of layers below its own. Inside a folder, modules may import each other as long as
they form no circle.
"""

import ast
import io
import itertools
import tokenize
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "python" / "segbuf"

EXTENSION = "_segbuf"

LAYERS = (
    {EXTENSION, "fields"},
    {"errors"},
    {"_results", "pool"},
    {"_keys", "_memory"},
    {"_handle", "_recycled"},
    {"_modes"},
    {"guess"},
    {"_file"},
    {"_open", "types"},
    {"segbuf"},  # the public names of the package; whatever is below stands on private modules
    {"checking", "testing"},
    {"cli"},
    {"__main__"},
)
"""The units of the package, from the lowest layer to the highest."""

LAZY = {"checking", "testing"}
"""Modules above the package that it declares to type checkers, and imports when they are used."""

EXTRAS = {"checking", "testing", "cli"}
"""What builds on the public API: of the private units, these may import only the returned types."""

PUBLIC_TYPES = {"_results", "_open", "_file", EXTENSION}
"""The private units that define public names: `segbuf.open`, `File`, `Field`, returned types."""

MAX_FILE = 400
"""Lines of code of a file: without docstrings, comments and blank lines."""

MAX_FUNCTION = 60
"""Lines of code of the body of a function, likewise."""

TABLES = set()
"""Files and functions that may be longer, because they are one table."""


def read_package():
    """Return the source of every module by its name below the package."""
    sources = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        sources[".".join(parts[:-1] if parts[-1] == "__init__" and parts[1:] else parts)] = (
            path.read_text(encoding="utf-8")
        )
    sources["segbuf"] = sources.pop("__init__")
    return sources


def imports_of(source, modules):
    """Return the modules of the package that a source imports, by their names below the package."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            root, *rest = name.split(".")
            if root != "segbuf":
                continue
            # Of `segbuf.a.b.name`, the longest beginning that is a module.
            ends = (".".join(rest[:n]) for n in range(len(rest), 0, -1))
            found.add(next((end for end in ends if end in modules), "segbuf"))
    return found


def import_violations(sources, layers=LAYERS):
    """Return a line for every import that breaks the rules."""
    rank = {unit: i for i, units in enumerate(layers) for unit in units}
    modules = {*sources, EXTENSION}
    unit_of = {module: module.split(".")[0] for module in modules}
    unknown = {unit_of[module] for module in sources} - rank.keys()
    broken = [f"{unit} is in no layer" for unit in sorted(unknown)]
    siblings = {}
    for module, source in sources.items():
        for other in sorted(imports_of(source, modules)):
            here, there = unit_of[module], unit_of[other]
            if here == "segbuf" and there in LAZY:
                continue
            if here != there:
                if here in EXTRAS and there.startswith("_") and there not in PUBLIC_TYPES:
                    broken.append(f"{module} imports {other}, which is private")
                if rank.get(there, -1) >= rank.get(here, len(layers)):
                    broken.append(f"{module} imports {other}, which is not in a layer below")
            elif other == here:
                broken.append(f"{module} imports its own folder, {other}")
            elif module != here:
                siblings.setdefault(module, set()).add(other)
    try:
        TopologicalSorter(siblings).prepare()
    except CycleError as error:
        broken.append(f"circle: {' <- '.join(error.args[1])}")
    return broken


def code_lines(source):
    """Return the numbers of the lines that hold code, and the syntax tree."""
    blank = {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in blank:
            lines.update(range(token.start[0], token.end[0] + 1))
    tree = ast.parse(source)
    for node in ast.walk(tree):
        # Docstrings, also those below a constant or an attribute.
        match node:
            case ast.Expr(ast.Constant(str())):
                lines.difference_update(range(node.lineno, node.end_lineno + 1))
    return lines, tree


def length_violations(sources, tables=TABLES):
    """Return a line for every file and function that is too long."""
    broken = []
    for module, source in sources.items():
        lines, tree = code_lines(source)
        if len(lines) > MAX_FILE and module not in tables:
            broken.append(f"{module} has {len(lines)} lines of code")
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                n = len(lines & set(range(node.body[0].lineno, node.end_lineno + 1)))
                if n > MAX_FUNCTION and f"{module}.{node.name}" not in tables:
                    broken.append(f"{module}.{node.name} has {n} lines of code")
    return broken


def test_package_follows_layers():
    assert import_violations(read_package()) == []


def test_files_and_functions_are_short():
    assert length_violations(read_package()) == []


def test_layers_name_existing_units_once():
    units = list(itertools.chain(*LAYERS))
    assert len(units) == len(set(units))
    assert set(units) == {module.split(".")[0] for module in read_package()} | {EXTENSION}


TWO_LAYERS = ({"errors"}, {"_keys"}, {"_modes"}, {"segbuf"}, {"checking"})
GOOD = {
    "segbuf": "from segbuf._modes.lines import Lines",
    "errors": "import os",
    "_keys": "",
    "_keys.axis": "from segbuf.errors import LabelError",
    "checking": "import segbuf",
    "_modes": "",
    "_modes.lines": "from segbuf._keys.axis import select",
    "_modes.cube": "from segbuf._modes import lines\nfrom segbuf.errors import LabelError",
}


@pytest.mark.parametrize(
    ("module", "source", "message"),
    [
        ("_keys.axis", "from segbuf._modes.lines import Lines", "not in a layer below"),
        ("_keys.axis", "import segbuf", "not in a layer below"),
        ("_keys.axis", "from segbuf import open", "not in a layer below"),
        ("_keys.axis", "def f():\n    import segbuf._modes.lines", "not in a layer below"),
        (
            "_keys.axis",
            "if TYPE_CHECKING:\n    from segbuf._modes.lines import Lines",
            "not in a layer below",
        ),
        ("_modes.lines", "def f():\n    from segbuf._modes.cube import Cube", "circle: "),
        ("_modes.lines", "from segbuf._modes import Cube", "imports its own folder"),
        ("_views", "", "is in no layer"),
        ("checking", "from segbuf._modes.lines import Lines", "which is private"),
    ],
)
def test_import_violations_finds_planted(module, source, message):
    assert import_violations(GOOD, TWO_LAYERS) == []
    (found,) = import_violations({**GOOD, module: source}, TWO_LAYERS)
    assert message in found


def test_length_violations_finds_planted():
    body = "    x = 1\n\n    # why\n"
    header = 'def long():\n    """Return."""\n'
    assert length_violations({"a": header + body * MAX_FUNCTION}) == []
    long = {"a": header + body * (MAX_FUNCTION + 1)}
    assert length_violations(long) == [f"a.long has {MAX_FUNCTION + 1} lines of code"]
    assert length_violations(long, {"a.long"}) == []
    documented = 'x = 1\n"""What it is,\nin two lines."""\n'
    assert length_violations({"a": documented * MAX_FILE}) == []
    assert length_violations({"a": documented * (MAX_FILE + 1)}) == [
        f"a has {MAX_FILE + 1} lines of code"
    ]
