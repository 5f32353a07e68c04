"""Header fields by name: where they begin and what they hold.

Source: SEG-Y revision 2.1, binary file header (bytes 3201-3600) and standard trace header (bytes
1-240); Seismic Unix, trace header. These tables stand apart from those the reader is built on, so
that a slip in either shows.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

#: A header field: its name, the byte it begins at (counted from 1; from 3201 in the binary header),
#: or, for words the standard does not know, a pair of byte and NumPy type code such as
#: ``(73, "f4")``.
Field: TypeAlias = str | int | tuple[int, str]

#: Fields of the binary header: name to first byte (counted from 1, in the file) and type.
BINARY: dict[str, tuple[int, str]] = {
    "job_id": (3201, "i4"),
    "line_number": (3205, "i4"),
    "reel_number": (3209, "i4"),
    "traces_per_ensemble": (3213, "i2"),
    "aux_traces_per_ensemble": (3215, "i2"),
    "sample_interval": (3217, "i2"),
    "sample_interval_original": (3219, "i2"),
    "samples_per_trace": (3221, "u2"),
    "samples_per_trace_original": (3223, "u2"),
    "sample_format": (3225, "i2"),
    "ensemble_fold": (3227, "i2"),
    "trace_sorting": (3229, "i2"),
    "vertical_sum": (3231, "i2"),
    "sweep_frequency_start": (3233, "i2"),
    "sweep_frequency_end": (3235, "i2"),
    "sweep_length": (3237, "i2"),
    "sweep_type": (3239, "i2"),
    "sweep_channel": (3241, "i2"),
    "sweep_taper_start": (3243, "i2"),
    "sweep_taper_end": (3245, "i2"),
    "taper_type": (3247, "i2"),
    "correlated_traces": (3249, "i2"),
    "binary_gain_recovered": (3251, "i2"),
    "amplitude_recovery": (3253, "i2"),
    "measurement_system": (3255, "i2"),
    "impulse_polarity": (3257, "i2"),
    "vibratory_polarity": (3259, "i2"),
    "ext_traces_per_ensemble": (3261, "i4"),
    "ext_aux_traces_per_ensemble": (3265, "i4"),
    "ext_samples_per_trace": (3269, "i4"),
    "ext_sample_interval": (3273, "f8"),
    "ext_sample_interval_original": (3281, "f8"),
    "ext_samples_per_trace_original": (3289, "i4"),
    "ext_ensemble_fold": (3293, "i4"),
    "byte_order_constant": (3297, "i4"),
    "revision_major": (3501, "u1"),
    "revision_minor": (3502, "u1"),
    "fixed_length_trace_flag": (3503, "i2"),
    "extended_textual_headers": (3505, "i2"),
    "max_additional_trace_headers": (3507, "i2"),
    "survey_type": (3509, "i2"),
    "time_basis": (3511, "i2"),
    "trace_count": (3513, "u8"),
    "first_trace_offset": (3521, "u8"),
    "data_trailer_stanzas": (3529, "i4"),
}

#: Fields of the standard trace header: name to first byte (counted from 1) and type.
TRACE: dict[str, tuple[int, str]] = {
    "trace_sequence_line": (1, "i4"),
    "trace_sequence_file": (5, "i4"),
    "field_record": (9, "i4"),
    "field_trace_number": (13, "i4"),
    "energy_source_point": (17, "i4"),
    "ensemble": (21, "i4"),
    "ensemble_trace_number": (25, "i4"),
    "trace_id": (29, "i2"),
    "vertically_summed_traces": (31, "i2"),
    "horizontally_stacked_traces": (33, "i2"),
    "data_use": (35, "i2"),
    "offset": (37, "i4"),
    "receiver_group_elevation": (41, "i4"),
    "source_surface_elevation": (45, "i4"),
    "source_depth": (49, "i4"),
    "receiver_datum_elevation": (53, "i4"),
    "source_datum_elevation": (57, "i4"),
    "source_water_depth": (61, "i4"),
    "receiver_water_depth": (65, "i4"),
    "elevation_scalar": (69, "i2"),
    "coordinate_scalar": (71, "i2"),
    "source_x": (73, "i4"),
    "source_y": (77, "i4"),
    "group_x": (81, "i4"),
    "group_y": (85, "i4"),
    "coordinate_units": (89, "i2"),
    "weathering_velocity": (91, "i2"),
    "subweathering_velocity": (93, "i2"),
    "source_uphole_time": (95, "i2"),
    "group_uphole_time": (97, "i2"),
    "source_static": (99, "i2"),
    "group_static": (101, "i2"),
    "total_static": (103, "i2"),
    "lag_time_a": (105, "i2"),
    "lag_time_b": (107, "i2"),
    "delay_recording_time": (109, "i2"),
    "mute_time_start": (111, "i2"),
    "mute_time_end": (113, "i2"),
    "samples_per_trace": (115, "u2"),
    "sample_interval": (117, "i2"),
    "gain_type": (119, "i2"),
    "instrument_gain_constant": (121, "i2"),
    "instrument_initial_gain": (123, "i2"),
    "correlated": (125, "i2"),
    "sweep_frequency_start": (127, "i2"),
    "sweep_frequency_end": (129, "i2"),
    "sweep_length": (131, "i2"),
    "sweep_type": (133, "i2"),
    "sweep_taper_start": (135, "i2"),
    "sweep_taper_end": (137, "i2"),
    "taper_type": (139, "i2"),
    "alias_filter_frequency": (141, "i2"),
    "alias_filter_slope": (143, "i2"),
    "notch_filter_frequency": (145, "i2"),
    "notch_filter_slope": (147, "i2"),
    "low_cut_frequency": (149, "i2"),
    "high_cut_frequency": (151, "i2"),
    "low_cut_slope": (153, "i2"),
    "high_cut_slope": (155, "i2"),
    "year": (157, "i2"),
    "day_of_year": (159, "i2"),
    "hour": (161, "i2"),
    "minute": (163, "i2"),
    "second": (165, "i2"),
    "time_basis": (167, "i2"),
    "trace_weighting_factor": (169, "i2"),
    "group_number_roll_switch": (171, "i2"),
    "group_number_first_trace": (173, "i2"),
    "group_number_last_trace": (175, "i2"),
    "gap_size": (177, "i2"),
    "over_travel": (179, "i2"),
    "cdp_x": (181, "i4"),
    "cdp_y": (185, "i4"),
    "inline": (189, "i4"),
    "crossline": (193, "i4"),
    "shot_point": (197, "i4"),
    "shot_point_scalar": (201, "i2"),
    "trace_value_unit": (203, "i2"),
    "transduction_constant_mantissa": (205, "i4"),
    "transduction_constant_exponent": (209, "i2"),
    "transduction_unit": (211, "i2"),
    "device_trace_id": (213, "i2"),
    "time_scalar": (215, "i2"),
    "source_type": (217, "i2"),
    "source_energy_direction_vertical": (219, "i2"),
    "source_energy_direction_crossline": (221, "i2"),
    "source_energy_direction_inline": (223, "i2"),
    "source_measurement_mantissa": (225, "i4"),
    "source_measurement_exponent": (229, "i2"),
    "source_measurement_unit": (231, "i2"),
    "trace_header_name": (233, "S8"),
}

_OWN_FROM = 181

#: Fields of the trace header of Seismic Unix: as above up to byte 180, then its own.
SU: dict[str, tuple[int, str]] = {
    **{name: field for name, field in TRACE.items() if field[0] < _OWN_FROM},
    "d1": (181, "f4"),
    "f1": (185, "f4"),
    "d2": (189, "f4"),
    "f2": (193, "f4"),
    "ungpow": (197, "f4"),
    "unscale": (201, "f4"),
    "ntr": (205, "i4"),
    "mark": (209, "i2"),
    "shortpad": (211, "i2"),
    "cdp_x": (213, "i4"),
    "cdp_y": (217, "i4"),
    "inline": (221, "i4"),
    "crossline": (225, "i4"),
    "shot_point": (229, "i4"),
}


def byte_order(endian: str) -> Literal[">", "<"]:
    """Give NumPy's sign for "big" or "little"; words in pairs are swapped from big-endian ones."""
    return "<" if endian == "little" else ">"


def swap_pairs(octets: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Swap the bytes of each pair along the last axis, of even length."""
    pairs = octets.reshape(*octets.shape[:-1], octets.shape[-1] // 2, 2)
    return pairs[..., ::-1].reshape(octets.shape)


def resolve(table: Mapping[str, tuple[int, str]], field: Field) -> tuple[int, str]:
    """Give the first byte and the type of a field.

    Parameters
    ----------
    table : mapping
        `BINARY`, `TRACE` or `SU`.
    field : str, int or (int, str)
        Name, byte, or byte and NumPy type code.

    Returns
    -------
    byte : int
        Counted as in `table`.
    type : str
        NumPy type code without a byte order.

    Raises
    ------
    KeyError
        If the table has no such field.
    """
    if isinstance(field, tuple):
        return field
    if isinstance(field, str):
        if field in table:
            return table[field]
        near = difflib.get_close_matches(field, table, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise KeyError(f"no header field is called {field!r}{hint}")
    for byte, kind in table.values():
        if byte == field:
            return byte, kind
    raise KeyError(
        f"no header field begins at byte {field}; give its type too, as in ({field}, 'i4')"
    )


def pack(values: ArrayLike, kind: str, endian: str, what: object) -> NDArray[np.uint8]:
    """Turn values into the bytes of a header word.

    Parameters
    ----------
    values : array_like
        A scalar or a 1-D array. Integer words take both the signed and the unsigned range.
    kind : str
        NumPy type code without a byte order.
    endian : {"big", "little", "pairwise"}
        Byte order of the result; with "pairwise" big, since it takes a whole header to swap.
    what : object
        What to call the word in an error.

    Returns
    -------
    ndarray of uint8, shape (n, width)
        A row for each value; n is 1 for a scalar.

    Raises
    ------
    ValueError
        If a value does not fit the word.
    """
    array = np.atleast_1d(np.asarray(values))
    width = np.dtype(kind).itemsize
    if kind[0] in "iu":
        low, high = -(1 << (8 * width - 1)), (1 << (8 * width)) - 1
        if array.dtype.kind == "f":
            wrong = ~np.isfinite(array) | (array != np.rint(array))
        else:
            wrong = np.zeros(array.shape, bool)
        ends = [] if wrong.any() or not array.size else [array.min(), array.max()]
        bad = [*array[wrong][:1], *(end for end in ends if not low <= int(end) <= high)]
        if bad:
            raise ValueError(f"{what}: {bad[0]} is no integer of {8 * width} bits")
        array = array.astype(np.int64) if array.dtype.kind == "f" else array
        kind = f"u{width}"  # the same bits, whatever the sign
        array = array.astype(kind)
    packed = np.ascontiguousarray(array, dtype=np.dtype(kind).newbyteorder(byte_order(endian)))
    return packed.view(np.uint8).reshape(len(array), width)
