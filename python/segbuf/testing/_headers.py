"""Binary header and trace headers, as bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from segbuf.testing._fields import BINARY, SU, TRACE, Field, pack, resolve, swap_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    #: Words of a header: from first byte and type to values.
    _Words: TypeAlias = dict[tuple[int, str], ArrayLike]


#: x and y of the origin (inline 0, crossline 0), then the steps of x and y for an inline, and for a
#: crossline.
Affine: TypeAlias = tuple[float, float, float, float, float, float]


_HEADER = 240
_SHORT_MAX = 0xFFFF  # the largest count a 16-bit word holds


@dataclass(frozen=True)
class Facts:
    """What headers say about the file as a whole."""

    su: bool
    n_traces: int
    n_samples: int
    lengths: NDArray[np.int64] | None  # of each trace, where they are not n_samples
    fold: int
    n_texts: int
    format: int
    endian: str
    revision: int  # in tenths
    microseconds: float  # 0 where the interval is not stated
    extended_interval: bool
    extended_samples: bool
    additional_headers: int
    constant: bool

    @property
    def is_rev2(self) -> bool:
        """Whether the file may use the words that came with revision 2."""
        return self.revision >= 20

    @property
    def header_len(self) -> int:
        """Bytes of headers before the samples of each trace."""
        return _HEADER * (1 + self.additional_headers)

    @property
    def short_interval(self) -> int:
        """What the 16-bit word of the interval says: microseconds, or 0."""
        whole = self.microseconds == int(self.microseconds) <= _SHORT_MAX
        return int(self.microseconds) if whole else 0

    @property
    def short_samples(self) -> int:
        """What the 16-bit word of the sample count says, or 0."""
        return self.n_samples if self.n_samples <= _SHORT_MAX else 0

    @property
    def wide_interval(self) -> bool:
        """Whether the interval is stated as a double too."""
        return self.extended_interval or self.short_interval != self.microseconds

    @property
    def wide_samples(self) -> bool:
        """Whether the sample count is stated in 32 bits too."""
        return self.extended_samples or self.short_samples != self.n_samples

    @property
    def fields(self) -> Mapping[str, tuple[int, str]]:
        """The words of its trace headers."""
        return SU if self.su else TRACE

    def check(self) -> None:
        """Raise ValueError where a header cannot say this."""
        if self.su and self.format != 5:
            raise ValueError(f"format={self.format}: Seismic Unix has IEEE floats, format 5")
        if not 0 <= self.revision < 2560:
            raise ValueError(f"revision={self.revision / 10}: not between 0.0 and 255.9")
        if not 0 <= self.microseconds < np.inf:
            raise ValueError(f"interval={self.microseconds / 1000} ms: must be finite, at least 0")
        if self.additional_headers < 0:
            raise ValueError(f"additional_headers={self.additional_headers} cannot be negative")
        if self.is_rev2:
            return
        needs = {
            f"{self.n_samples} samples a trace": self.wide_samples,
            f"an interval of {self.microseconds} us": self.wide_interval,
            "additional trace headers": self.additional_headers > 0,
        }
        for what, needed in needs.items():
            if needed:
                raise ValueError(
                    f"{what}: that takes a word of revision 2; pass revision=2.0 or more"
                )


def default_text(facts: Facts) -> str:
    """Describe the file in 40 cards."""
    major, minor = divmod(facts.revision, 10)
    cards = [
        "MADE BY SEGBUF.TESTING",
        f"{facts.n_traces} TRACES OF {facts.n_samples} SAMPLES, FORMAT {facts.format}",
        f"INTERVAL {facts.microseconds:g} US, {facts.endian.upper()}-ENDIAN",
    ]
    cards += [""] * (38 - len(cards))
    cards += [f"SEG-Y REV{major}.{minor}", "END TEXTUAL HEADER"]
    return "\n".join(f"C{i:2d} {card}" for i, card in enumerate(cards, start=1))


def binary_header(facts: Facts, further: Mapping[Field, ArrayLike]) -> bytes:
    """Make the binary header; `further` words are written last.

    Raises
    ------
    KeyError
        If `further` names a field that does not exist.
    ValueError
        If a value does not fit its word, or a word the header.
    """
    words = _binary_words(facts)
    block = np.zeros(400, np.uint8)
    for field, value in further.items():
        words[resolve(BINARY, field)] = value
    for (byte, kind), value in words.items():
        what = f"binary header byte {byte}"
        word = pack(value, kind, facts.endian, what)
        if len(word) != 1 or not 3201 <= byte <= 3601 - word.shape[1]:
            raise ValueError(f"{what}: takes one value, within bytes 3201 to 3600")
        block[byte - 3201 : byte - 3201 + word.shape[1]] = word[0]
    return (swap_pairs(block) if facts.endian == "pairwise" else block).tobytes()


def _binary_words(facts: Facts) -> _Words:
    major, minor = divmod(facts.revision, 10)
    words: dict[str, ArrayLike] = {
        "job_id": 1,
        "line_number": 1,
        "reel_number": 1,
        "traces_per_ensemble": min(facts.fold, 0x7FFF),
        "sample_interval": facts.short_interval,
        "sample_interval_original": facts.short_interval,
        "samples_per_trace": facts.short_samples,
        "samples_per_trace_original": facts.short_samples,
        "sample_format": facts.format,
        "ensemble_fold": min(facts.fold, 0x7FFF),
        "trace_sorting": 4 if facts.fold == 1 else 2,  # stacked, or gathers
        "measurement_system": 1,
        "revision_major": major,
        "revision_minor": minor,
        "fixed_length_trace_flag": 1 if facts.revision and facts.lengths is None else 0,
        "extended_textual_headers": facts.n_texts,
    }
    if facts.constant:
        words["byte_order_constant"] = 0x01020304
    if facts.wide_samples:
        words["ext_samples_per_trace"] = facts.n_samples
        words["ext_samples_per_trace_original"] = facts.n_samples
    if facts.wide_interval:
        words["ext_sample_interval"] = facts.microseconds
        words["ext_sample_interval_original"] = facts.microseconds
    if facts.is_rev2:
        words["trace_count"] = facts.n_traces
        words["first_trace_offset"] = 3600 + 3200 * facts.n_texts
        words["max_additional_trace_headers"] = facts.additional_headers
    located = {BINARY[name]: value for name, value in words.items()}
    if facts.revision == 20:  # revision 2.0 has four bytes here, 2.1 has two
        located[(3507, "i4")] = located.pop(BINARY["max_additional_trace_headers"])
    return located


@dataclass(frozen=True)
class TraceHeaders:
    """The headers of all traces: what they share, and columns of what differs."""

    #: A header with the words that all traces share.
    template: NDArray[np.uint8]
    #: For a word that differs, its bytes in the header and, as rows, in each trace.
    columns: list[tuple[slice, NDArray[np.uint8]]]
    #: Whether the bytes of each pair are swapped.
    pairwise: bool

    def fill(self, block: NDArray[np.uint8], chunk: slice) -> None:
        """Lay the headers of a run of traces at the beginning of the rows of `block`."""
        block[:, : len(self.template)] = self.template
        for where, column in self.columns:
            block[:, where] = column[chunk]
        if self.pairwise:
            block[:, : len(self.template)] = swap_pairs(block[:, : len(self.template)])


def trace_headers(
    facts: Facts,
    keys: Mapping[int, NDArray[np.int64]],
    delay: ArrayLike,
    coordinates: tuple[Affine, int] | None,
    further: Mapping[Field, ArrayLike],
) -> TraceHeaders:
    """Make the headers of all traces.

    Parameters
    ----------
    facts : Facts
        About the file.
    keys : mapping
        From the bytes at which inline, crossline and offset stand as int32, in this order, to
        labels.
    delay : array_like
        In milliseconds.
    coordinates : (Affine, int), optional
        Coordinates from labels, and their scalar.
    further : mapping
        Words that are written last.

    Raises
    ------
    KeyError
        If `further` names a field that does not exist.
    ValueError
        If a value does not fit its word, or a word the headers.
    """
    words = _trace_words(facts, delay)
    words |= {(byte, "i4"): labels for byte, labels in keys.items()}
    if coordinates is not None:
        inline, crossline, _ = keys.values()
        words |= _coordinate_words(facts.fields, inline, crossline, *coordinates)
    words |= {resolve(facts.fields, field): value for field, value in further.items()}

    template = np.zeros(facts.header_len, np.uint8)
    columns: list[tuple[slice, NDArray[np.uint8]]] = []
    for (byte, kind), value in words.items():
        what = f"trace header byte {byte}"
        word = pack(value, kind, facts.endian, what)
        n, width = word.shape
        if not 1 <= byte <= facts.header_len + 1 - width:
            raise ValueError(f"{what}: not within the {facts.header_len} bytes of headers")
        where = slice(byte - 1, byte - 1 + width)
        if np.ndim(value) and n != facts.n_traces:
            raise ValueError(f"{what}: {n} values for {facts.n_traces} traces")
        # The later of two words that overlap wins: once there is a column, columns follow.
        if np.ndim(value) or columns:
            columns.append((where, np.broadcast_to(word, (facts.n_traces, width))))
        else:
            template[where] = word[0]
    return TraceHeaders(template, columns, facts.endian == "pairwise")


def _trace_words(facts: Facts, delay: ArrayLike) -> _Words:
    count = np.arange(1, facts.n_traces + 1)
    lengths: ArrayLike = facts.short_samples
    if facts.lengths is not None:
        lengths = np.where(facts.lengths <= _SHORT_MAX, facts.lengths, 0)
    words: dict[str, ArrayLike] = {
        "trace_id": 1,
        "samples_per_trace": lengths,
        "sample_interval": facts.short_interval,
        "delay_recording_time": delay,
        "trace_sequence_line": count,
        "trace_sequence_file": count,
    }
    located = {TRACE[name]: value for name, value in words.items()}
    if facts.is_rev2:
        located[TRACE["trace_header_name"]] = b"SEG00000"
    for i in range(1, facts.additional_headers + 1):
        name = b"SEG00001" if i == 1 else f"USER{i:04d}".encode()
        located[(_HEADER * i + 233, "S8")] = name
    if facts.additional_headers:
        located[(_HEADER + 157, "u2")] = facts.additional_headers
        if facts.wide_samples:
            wide = facts.n_samples if facts.lengths is None else facts.lengths
            located[(_HEADER + 137, "u4")] = wide
        if facts.wide_interval:
            located[(_HEADER + 145, "f8")] = facts.microseconds
    return located


def _coordinate_words(
    fields: Mapping[str, tuple[int, str]],
    inline: NDArray[np.int64],
    crossline: NDArray[np.int64],
    affine: Affine,
    scalar: int,
) -> _Words:
    x0, y0, x_iline, y_iline, x_xline, y_xline = affine
    units = 1.0 / scalar if scalar > 0 else float(-scalar or 1)  # in a metre or foot
    return {
        fields["coordinate_scalar"]: scalar,
        fields["coordinate_units"]: 1,
        fields["cdp_x"]: np.rint((x0 + x_iline * inline + x_xline * crossline) * units),
        fields["cdp_y"]: np.rint((y0 + y_iline * inline + y_xline * crossline) * units),
    }
