"""Text of files as it is shown on terminals."""

from __future__ import annotations

_PLAIN = str.maketrans("", "", "\n\t\xa0")


def escaped(text: str) -> str:
    """Return a text with the characters escaped that act on a terminal or cannot be encoded.

    These are control characters, characters without width and surrogates; line ends and tabs stay.
    Names in files and the names of files may contain any.
    """
    if text.translate(_PLAIN).isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t\xa0" else c.encode("unicode_escape").decode("ascii")
        for c in text
    )
