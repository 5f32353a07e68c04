"""The classes of everything that segbuf returns, for annotations and `isinstance`.

Calls of `segbuf` and of an open file make these objects; programs do not call the classes.
"""

from __future__ import annotations

from segbuf._file import File
from segbuf._modes.cube import Cube, DepthSlices
from segbuf._modes.geometry import Geometry
from segbuf._modes.groups import Groups
from segbuf._modes.headers import Headers
from segbuf._modes.lines import Gathers, Lines
from segbuf._modes.stanzas import Stanzas
from segbuf._modes.texts import Texts
from segbuf._modes.traces import Traces
from segbuf._results.coordinates import (
    Affine,
    BinSize,
    Coordinates,
    Corner,
    Nearest,
    NearestTraces,
    Residual,
)
from segbuf._results.evidence import Candidate, Conclusion, Evidence
from segbuf._results.format import Format
from segbuf._results.header import BinaryHeader, Header, HeaderBlock, HeaderBlocks, Word
from segbuf._results.hints import Hint, Hints, KeyOptions
from segbuf._results.part import Part
from segbuf._results.report import Report
from segbuf._results.table import Description, Summary, Table
from segbuf._results.timestamps import Timestamps
from segbuf._segbuf import Allocator, Block, Field, Pool
from segbuf.guess.results import Candidate as KeyCandidate
from segbuf.guess.results import Guess
from segbuf.pool import MemoryReport, PoolReport

__all__ = [
    "Affine",
    "Allocator",
    "BinSize",
    "BinaryHeader",
    "Block",
    "Candidate",
    "Conclusion",
    "Coordinates",
    "Corner",
    "Cube",
    "DepthSlices",
    "Description",
    "Evidence",
    "Field",
    "File",
    "Format",
    "Gathers",
    "Geometry",
    "Groups",
    "Guess",
    "Header",
    "HeaderBlock",
    "HeaderBlocks",
    "Headers",
    "Hint",
    "Hints",
    "KeyCandidate",
    "KeyOptions",
    "Lines",
    "MemoryReport",
    "Nearest",
    "NearestTraces",
    "Part",
    "Pool",
    "PoolReport",
    "Report",
    "Residual",
    "Stanzas",
    "Summary",
    "Table",
    "Texts",
    "Timestamps",
    "Traces",
    "Word",
]
