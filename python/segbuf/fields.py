"""The fields of SEG-Y headers, by the names of the standard.

Members are integers: the byte number that the standard gives the field. They do wherever a field is
asked for by name or byte, as in ``f.header[7, Trace.cdp_x]`` or ``open(path, iline=Trace.inline)``.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["Binary", "Trace"]


class Binary(IntEnum):
    """The binary header: bytes 3201 to 3600 of the file."""

    job_id = 3201
    line_number = 3205
    reel_number = 3209
    traces_per_ensemble = 3213
    aux_traces_per_ensemble = 3215
    sample_interval = 3217
    sample_interval_original = 3219
    samples_per_trace = 3221
    samples_per_trace_original = 3223
    sample_format = 3225
    ensemble_fold = 3227
    trace_sorting = 3229
    vertical_sum = 3231
    sweep_frequency_start = 3233
    sweep_frequency_end = 3235
    sweep_length = 3237
    sweep_type = 3239
    sweep_channel = 3241
    sweep_taper_start = 3243
    sweep_taper_end = 3245
    taper_type = 3247
    correlated_traces = 3249
    binary_gain_recovered = 3251
    amplitude_recovery = 3253
    measurement_system = 3255
    impulse_polarity = 3257
    vibratory_polarity = 3259
    ext_traces_per_ensemble = 3261
    ext_aux_traces_per_ensemble = 3265
    ext_samples_per_trace = 3269
    ext_sample_interval = 3273
    ext_sample_interval_original = 3281
    ext_samples_per_trace_original = 3289
    ext_ensemble_fold = 3293
    byte_order_constant = 3297
    unassigned_1 = 3301
    revision_major = 3501
    revision_minor = 3502
    fixed_length_trace_flag = 3503
    extended_textual_headers = 3505
    max_additional_trace_headers = 3507
    survey_type = 3509
    time_basis = 3511
    trace_count = 3513
    first_trace_offset = 3521
    data_trailer_stanzas = 3529
    unassigned_2 = 3533


class Trace(IntEnum):
    """The standard trace header: bytes 1 to 240 of each trace."""

    trace_sequence_line = 1
    trace_sequence_file = 5
    field_record = 9
    field_trace_number = 13
    energy_source_point = 17
    ensemble = 21
    ensemble_trace_number = 25
    trace_id = 29
    vertically_summed_traces = 31
    horizontally_stacked_traces = 33
    data_use = 35
    offset = 37
    receiver_group_elevation = 41
    source_surface_elevation = 45
    source_depth = 49
    receiver_datum_elevation = 53
    source_datum_elevation = 57
    source_water_depth = 61
    receiver_water_depth = 65
    elevation_scalar = 69
    coordinate_scalar = 71
    source_x = 73
    source_y = 77
    group_x = 81
    group_y = 85
    coordinate_units = 89
    weathering_velocity = 91
    subweathering_velocity = 93
    source_uphole_time = 95
    group_uphole_time = 97
    source_static = 99
    group_static = 101
    total_static = 103
    lag_time_a = 105
    lag_time_b = 107
    delay_recording_time = 109
    mute_time_start = 111
    mute_time_end = 113
    samples_per_trace = 115
    sample_interval = 117
    gain_type = 119
    instrument_gain_constant = 121
    instrument_initial_gain = 123
    correlated = 125
    sweep_frequency_start = 127
    sweep_frequency_end = 129
    sweep_length = 131
    sweep_type = 133
    sweep_taper_start = 135
    sweep_taper_end = 137
    taper_type = 139
    alias_filter_frequency = 141
    alias_filter_slope = 143
    notch_filter_frequency = 145
    notch_filter_slope = 147
    low_cut_frequency = 149
    high_cut_frequency = 151
    low_cut_slope = 153
    high_cut_slope = 155
    year = 157
    day_of_year = 159
    hour = 161
    minute = 163
    second = 165
    time_basis = 167
    trace_weighting_factor = 169
    group_number_roll_switch = 171
    group_number_first_trace = 173
    group_number_last_trace = 175
    gap_size = 177
    over_travel = 179
    cdp_x = 181
    cdp_y = 185
    inline = 189
    crossline = 193
    shot_point = 197
    shot_point_scalar = 201
    trace_value_unit = 203
    transduction_constant_mantissa = 205
    transduction_constant_exponent = 209
    transduction_unit = 211
    device_trace_id = 213
    time_scalar = 215
    source_type = 217
    source_energy_direction_vertical = 219
    source_energy_direction_crossline = 221
    source_energy_direction_inline = 223
    source_measurement_mantissa = 225
    source_measurement_exponent = 229
    source_measurement_unit = 231
    trace_header_name = 233
