"""Whether a file says of itself what it is: rules, what breaks them, and what mends that.

>>> from segbuf import checking
>>> for finding in checking.check("volume.sgy"):  # doctest: +SKIP
...     print(finding)
"""

from __future__ import annotations

from segbuf.checking._fix import fix
from segbuf.checking._rules import RULES, Finding, Rule, check

__all__ = ["RULES", "Finding", "Rule", "check", "fix"]
