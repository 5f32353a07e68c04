"""Textual headers, as bytes."""

from __future__ import annotations

_RECORD = 3200
_CARD = 80


def text_record(text: str | bytes, encoding: str) -> bytes:
    """Encode a textual header.

    Parameters
    ----------
    text : str or bytes
        Up to 40 lines of up to 80 characters, padded with blanks; bytes are taken as they are.
    encoding : {"ebcdic", "ascii"}
        Encoding of a str.

    Returns
    -------
    bytes
        3200 of them.

    Raises
    ------
    ValueError
        If the text is too long, or not ASCII.
    """
    if isinstance(text, bytes):
        if len(text) != _RECORD:
            raise ValueError(f"a textual header has 3200 bytes, not {len(text)}")
        return text
    lines = text.split("\n")
    if len(lines) > _RECORD // _CARD or max(map(len, lines)) > _CARD:
        raise ValueError(
            f"a textual header has 40 lines of 80; not {len(lines)} of {max(map(len, lines))}"
        )
    if not text.isascii():
        odd = next(c for c in text if not c.isascii())
        raise ValueError(f"a textual header is ASCII, but has {odd!r}")
    record = "".join(line.ljust(_CARD) for line in lines).ljust(_RECORD)
    if encoding == "ascii":
        return record.encode("ascii")
    # The table of the standard is that of code page 500, but for the vertical bar.
    return record.encode("cp500").replace(b"\xbb", b"\x6a")
