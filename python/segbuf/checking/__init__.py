"""Check a SEG-Y file against the standard, and repair its headers.

>>> from segbuf import checking
>>> for finding in checking.check("volume.sgy"):  # doctest: +SKIP
...     print(finding)
"""

from __future__ import annotations

from segbuf.checking._fix import fix
from segbuf.checking._rules import RULES, Finding, Rule, check

__all__ = ["RULES", "Finding", "Rule", "check", "fix"]
