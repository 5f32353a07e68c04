"""The fields of SEG-Y headers as enumerations, by the names of the standard and those of segyio.

A member is an integer, the byte number that the standard gives the field, and selects the field
wherever a name does: ``f.header[TraceField.inline]``, ``f.header[7][TraceField.cdp_x]``,
``f.binary[BinaryField.sample_format]``, ``open(path, iline=TraceField.inline)``.

This module is printed from the tables in ``src/header/tables/`` by ``tests/python/test_fields.py``.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["BinaryField", "TraceField"]


class BinaryField(IntEnum):
    """Fields of the binary header: bytes 3201 to 3600 of the file."""

    job_id = 3201
    """Job identification number: int32."""
    JobID = 3201
    line_number = 3205
    """Line number; 3-D post-stack files usually store the in-line number: int32."""
    LineNumber = 3205
    reel_number = 3209
    """Reel number: int32."""
    ReelNumber = 3209
    traces_per_ensemble = 3213
    """Data traces per ensemble; mandatory for pre-stack data: int16."""
    EnsembleTraces = 3213
    Traces = 3213
    aux_traces_per_ensemble = 3215
    """Auxiliary traces per ensemble; mandatory for pre-stack data: int16."""
    AuxEnsembleTraces = 3215
    AuxTraces = 3215
    sample_interval = 3217
    """Sample interval of the primary data traces: int16, us, Hz, m or ft."""
    Interval = 3217
    sample_interval_original = 3219
    """Sample interval of the original field recording: int16, us, Hz, m or ft."""
    IntervalOriginal = 3219
    samples_per_trace = 3221
    """Samples of each primary trace (signed in the text of revisions 0 and 1, unsigned since):
    uint16, samples."""
    Samples = 3221
    samples_per_trace_original = 3223
    """Samples per trace of the original field recording: uint16, samples."""
    SamplesOriginal = 3223
    sample_format = 3225
    """Sample format code, 1 to 16: int16."""
    Format = 3225
    ensemble_fold = 3227
    """Expected traces per ensemble (e.g. CMP fold): int16."""
    EnsembleFold = 3227
    trace_sorting = 3229
    """1 as recorded, 2 CDP ensemble, 3 single fold, 4 stacked, 5 source, 6 receiver, 7 offset, 8
    mid-point, 9 conversion point; -1 other: int16."""
    SortingCode = 3229
    vertical_sum = 3231
    """Vertical sum: 1 none, 2 two traces summed, up to N: int16."""
    VerticalSum = 3231
    sweep_frequency_start = 3233
    """Sweep frequency at start: int16, Hz."""
    SweepFrequencyStart = 3233
    sweep_frequency_end = 3235
    """Sweep frequency at end: int16, Hz."""
    SweepFrequencyEnd = 3235
    sweep_length = 3237
    """Sweep length: int16, ms."""
    SweepLength = 3237
    sweep_type = 3239
    """Sweep type: 1 linear, 2 parabolic, 3 exponential, 4 other: int16."""
    Sweep = 3239
    sweep_channel = 3241
    """Trace number of the sweep channel: int16."""
    SweepChannel = 3241
    sweep_taper_start = 3243
    """Sweep taper length at start: int16, ms."""
    SweepTaperStart = 3243
    sweep_taper_end = 3245
    """Sweep taper length at end: int16, ms."""
    SweepTaperEnd = 3245
    taper_type = 3247
    """Taper type: 1 linear, 2 cosine squared, 3 other: int16."""
    Taper = 3247
    correlated_traces = 3249
    """Correlated data traces: 1 no, 2 yes: int16."""
    CorrelatedTraces = 3249
    binary_gain_recovered = 3251
    """Binary gain recovered: 1 yes, 2 no: int16."""
    BinaryGainRecovery = 3251
    amplitude_recovery = 3253
    """Amplitude recovery: 1 none, 2 spherical divergence, 3 AGC, 4 other: int16."""
    AmplitudeRecovery = 3253
    measurement_system = 3255
    """1 metres, 2 feet: int16."""
    MeasurementSystem = 3255
    impulse_polarity = 3257
    """Pressure increase or upward motion is 1 negative, 2 positive: int16."""
    ImpulseSignalPolarity = 3257
    vibratory_polarity = 3259
    """Vibratory polarity: 1 to 8, sectors of 45 degrees that the signal lags the pilot: int16."""
    VibratoryPolarity = 3259
    ext_traces_per_ensemble = 3261
    """Nonzero overrides traces_per_ensemble: int32."""
    ExtEnsembleTraces = 3261
    ExtTraces = 3261
    ext_aux_traces_per_ensemble = 3265
    """Nonzero overrides aux_traces_per_ensemble: int32."""
    ExtAuxEnsembleTraces = 3265
    ExtAuxTraces = 3265
    ext_samples_per_trace = 3269
    """Nonzero overrides samples_per_trace: int32, samples."""
    ExtSamples = 3269
    ext_sample_interval = 3273
    """Nonzero overrides sample_interval: float64, us, Hz, m or ft."""
    ExtInterval = 3273
    ext_sample_interval_original = 3281
    """Nonzero overrides sample_interval_original: float64, us, Hz, m or ft."""
    ExtIntervalOriginal = 3281
    ext_samples_per_trace_original = 3289
    """Nonzero overrides samples_per_trace_original: int32, samples."""
    ExtSamplesOriginal = 3289
    ext_ensemble_fold = 3293
    """Nonzero overrides ensemble_fold: int32."""
    ExtEnsembleFold = 3293
    byte_order_constant = 3297
    """16909060 (0x01020304) in the byte order of the file: int32."""
    IntConstant = 3297
    unassigned_1 = 3301
    """Unassigned, may hold vendor data (revision 1: from 3261, revision 0: 3261 to 3600): S200."""
    Unassigned1 = 3301
    revision_major = 3501
    """Major revision; with the next byte the 16-bit word of revision 1 (0x0100); no byte order:
    uint8."""
    SEGYRevision = 3501
    revision_minor = 3502
    """Minor revision; no byte order: uint8."""
    SEGYRevisionMinor = 3502
    fixed_length_trace_flag = 3503
    """1: all traces have the same interval, samples and header blocks; 0: they may differ:
    int16."""
    TraceFlag = 3503
    extended_textual_headers = 3505
    """Extended textual headers of 3200 bytes that follow; -1: as many as it takes to ((SEG:
    EndText)): int16, records."""
    ExtendedHeaders = 3505
    max_additional_trace_headers = 3507
    """Most additional trace headers of any trace (revision 2.0: int32 over 3507 to 3510): int16,
    headers."""
    MaxAdditionalTraceHeaders = 3507
    survey_type = 3509
    """Survey type code (revision 2.0: low half of max_additional_trace_headers): int16."""
    SurveyType = 3509
    time_basis = 3511
    """1 local, 2 GMT, 3 other, 4 UTC, 5 GPS: int16."""
    TimeBasisCode = 3511
    trace_count = 3513
    """Traces in this file or stream; 0 unknown: uint64, traces."""
    NrTracesInStream = 3513
    first_trace_offset = 3521
    """Offset of the first trace from the start of the file, tape label included; 0: by
    extended_textual_headers: uint64, bytes."""
    FirstTraceOffset = 3521
    data_trailer_stanzas = 3529
    """Records of 3200 bytes after the last trace; 0 none, -1 unknown: int32, records."""
    NrTrailerRecords = 3529
    unassigned_2 = 3533
    """Unassigned (revision 1: from 3507): S68."""
    Unassigned2 = 3533


class TraceField(IntEnum):
    """Fields of the standard trace header: bytes 1 to 240 of each trace."""

    trace_sequence_line = 1
    """Trace sequence number within the line; goes on over the files of a line: int32."""
    TRACE_SEQUENCE_LINE = 1
    trace_sequence_file = 5
    """Trace sequence number within the file (revision 0: the reel): int32."""
    TRACE_SEQUENCE_FILE = 5
    field_record = 9
    """Original field record number (FFID): int32."""
    FieldRecord = 9
    field_trace_number = 13
    """Trace number within the original field record (channel): int32."""
    TraceNumber = 13
    energy_source_point = 17
    """Energy source point number (when several records share a location): int32."""
    EnergySourcePoint = 17
    ensemble = 21
    """Ensemble number (CDP, CMP, CRP): int32."""
    CDP = 21
    ensemble_trace_number = 25
    """Trace number within the ensemble, starting at 1: int32."""
    CDP_TRACE = 25
    trace_id = 29
    """1 seismic data (time), 2 dead, 3 dummy, 4 time break, 5 uphole, 6 sweep, 7 timing, 8 water
    break, 25 seismic data (depth), ...: int16."""
    TraceIdentificationCode = 29
    vertically_summed_traces = 31
    """Number of vertically summed traces giving this trace: int16."""
    NSummedTraces = 31
    horizontally_stacked_traces = 33
    """Number of horizontally stacked traces giving this trace: int16."""
    NStackedTraces = 33
    data_use = 35
    """Data use: 1 production, 2 test: int16."""
    DataUse = 35
    offset = 37
    """Distance from source to receiver group; negative if opposite to the shooting direction:
    int32, m or ft."""
    receiver_group_elevation = 41
    """Elevation of receiver group above vertical datum; positive above: int32, m or ft."""
    ReceiverGroupElevation = 41
    source_surface_elevation = 45
    """Surface elevation at source; positive above datum: int32, m or ft."""
    SourceSurfaceElevation = 45
    source_depth = 49
    """Source depth below surface; positive down: int32, m or ft."""
    SourceDepth = 49
    receiver_datum_elevation = 53
    """Seismic datum elevation at receiver group: int32, m or ft."""
    ReceiverDatumElevation = 53
    source_datum_elevation = 57
    """Seismic datum elevation at source: int32, m or ft."""
    SourceDatumElevation = 57
    source_water_depth = 61
    """Water column height at source when recorded: int32, m or ft."""
    SourceWaterDepth = 61
    receiver_water_depth = 65
    """Water column height at receiver group when recorded: int32, m or ft."""
    GroupWaterDepth = 65
    elevation_scalar = 69
    """Scalar of bytes 41 to 68: positive multiplies, negative divides, 0 means 1: int16."""
    ElevationScalar = 69
    coordinate_scalar = 71
    """Scalar of bytes 73 to 88 and 181 to 188: positive multiplies, negative divides, 0 means 1:
    int16."""
    SourceGroupScalar = 71
    source_x = 73
    """Source X (or longitude): int32, by coordinate_units."""
    SourceX = 73
    source_y = 77
    """Source Y (or latitude): int32, by coordinate_units."""
    SourceY = 77
    group_x = 81
    """Receiver group X (or longitude): int32, by coordinate_units."""
    GroupX = 81
    group_y = 85
    """Receiver group Y (or latitude): int32, by coordinate_units."""
    GroupY = 85
    coordinate_units = 89
    """1 length, 2 seconds of arc, 3 decimal degrees, 4 degrees-minutes-seconds: int16."""
    CoordinateUnits = 89
    weathering_velocity = 91
    """Weathering velocity: int16, m/s or ft/s."""
    WeatheringVelocity = 91
    subweathering_velocity = 93
    """Sub-weathering velocity: int16, m/s or ft/s."""
    SubWeatheringVelocity = 93
    source_uphole_time = 95
    """Uphole time at source: int16, ms."""
    SourceUpholeTime = 95
    group_uphole_time = 97
    """Uphole time at receiver group: int16, ms."""
    GroupUpholeTime = 97
    source_static = 99
    """Source static correction: int16, ms."""
    SourceStaticCorrection = 99
    group_static = 101
    """Receiver group static correction: int16, ms."""
    GroupStaticCorrection = 101
    total_static = 103
    """Total static applied; 0 if none applied: int16, ms."""
    TotalStaticApplied = 103
    lag_time_a = 105
    """Time from the end of the trace header to the time break; positive if the break is later:
    int16, ms."""
    LagTimeA = 105
    lag_time_b = 107
    """Time from time break to source initiation; sign allowed: int16, ms."""
    LagTimeB = 107
    delay_recording_time = 109
    """Time from source initiation to first sample; may be negative: int16, ms."""
    DelayRecordingTime = 109
    mute_time_start = 111
    """Mute start time: int16, ms."""
    MuteTimeStart = 111
    mute_time_end = 113
    """Mute end time: int16, ms."""
    MuteTimeEND = 113
    samples_per_trace = 115
    """Samples in this trace; ignored where fixed_length_trace_flag is 1: uint16, samples."""
    TRACE_SAMPLE_COUNT = 115
    sample_interval = 117
    """Sample interval of this trace; ignored where fixed_length_trace_flag is 1: int16, us, Hz, m
    or ft."""
    TRACE_SAMPLE_INTERVAL = 117
    gain_type = 119
    """Gain of the instruments: 1 fixed, 2 binary, 3 floating point: int16."""
    GainType = 119
    instrument_gain_constant = 121
    """Instrument gain constant: int16, dB."""
    InstrumentGainConstant = 121
    instrument_initial_gain = 123
    """Instrument early or initial gain: int16, dB."""
    InstrumentInitialGain = 123
    correlated = 125
    """Correlated: 1 no, 2 yes: int16."""
    Correlated = 125
    sweep_frequency_start = 127
    """Sweep frequency at start: int16, Hz."""
    SweepFrequencyStart = 127
    sweep_frequency_end = 129
    """Sweep frequency at end: int16, Hz."""
    SweepFrequencyEnd = 129
    sweep_length = 131
    """Sweep length: int16, ms."""
    SweepLength = 131
    sweep_type = 133
    """Sweep type: 1 linear, 2 parabolic, 3 exponential, 4 other: int16."""
    SweepType = 133
    sweep_taper_start = 135
    """Sweep taper length at start: int16, ms."""
    SweepTraceTaperLengthStart = 135
    sweep_taper_end = 137
    """Sweep taper length at end: int16, ms."""
    SweepTraceTaperLengthEnd = 137
    taper_type = 139
    """Taper type: 1 linear, 2 cosine squared, 3 other: int16."""
    TaperType = 139
    alias_filter_frequency = 141
    """Anti-alias filter frequency: int16, Hz."""
    AliasFilterFrequency = 141
    alias_filter_slope = 143
    """Anti-alias filter slope: int16, dB/octave."""
    AliasFilterSlope = 143
    notch_filter_frequency = 145
    """Notch filter frequency: int16, Hz."""
    NotchFilterFrequency = 145
    notch_filter_slope = 147
    """Notch filter slope: int16, dB/octave."""
    NotchFilterSlope = 147
    low_cut_frequency = 149
    """Low-cut frequency: int16, Hz."""
    LowCutFrequency = 149
    high_cut_frequency = 151
    """High-cut frequency: int16, Hz."""
    HighCutFrequency = 151
    low_cut_slope = 153
    """Low-cut slope: int16, dB/octave."""
    LowCutSlope = 153
    high_cut_slope = 155
    """High-cut slope: int16, dB/octave."""
    HighCutSlope = 155
    year = 157
    """Year recorded, 4 digits since revision 1: int16, year."""
    YearDataRecorded = 157
    day_of_year = 159
    """Day of year 1..366: int16, day."""
    DayOfYear = 159
    hour = 161
    """Hour of day (24 h): int16, h."""
    HourOfDay = 161
    minute = 163
    """Minute of hour: int16, min."""
    MinuteOfHour = 163
    second = 165
    """Second of minute; the nanoseconds of extension 1 add to it: int16, s."""
    SecondOfMinute = 165
    time_basis = 167
    """1 local, 2 GMT, 3 other, 4 UTC, 5 GPS: int16."""
    TimeBaseCode = 167
    trace_weighting_factor = 169
    """Exponent N: the least significant bit is 2^-N volts: int16."""
    TraceWeightingFactor = 169
    group_number_roll_switch = 171
    """Geophone group number of roll switch position one: int16."""
    GeophoneGroupNumberRoll1 = 171
    group_number_first_trace = 173
    """Geophone group number of first trace of the field record: int16."""
    GeophoneGroupNumberFirstTraceOrigField = 173
    group_number_last_trace = 175
    """Geophone group number of last trace of the field record: int16."""
    GeophoneGroupNumberLastTraceOrigField = 175
    gap_size = 177
    """Gap size: total groups dropped: int16."""
    GapSize = 177
    over_travel = 179
    """Over travel with taper at line start or end: 1 down or behind, 2 up or ahead: int16."""
    OverTravel = 179
    cdp_x = 181
    """X of ensemble (CDP) position: int32, by coordinate_units."""
    CDP_X = 181
    cdp_y = 185
    """Y of ensemble (CDP) position: int32, by coordinate_units."""
    CDP_Y = 185
    inline = 189
    """In-line number (3-D post-stack): int32."""
    INLINE_3D = 189
    crossline = 193
    """Cross-line number (3-D post-stack): int32."""
    CROSSLINE_3D = 193
    shot_point = 197
    """Shotpoint number (2-D post-stack) nearest to the ensemble position: int32."""
    ShotPoint = 197
    shot_point_scalar = 201
    """Scalar of shot_point: positive multiplies, negative divides, 0 means 1: int16."""
    ShotPointScalar = 201
    trace_value_unit = 203
    """1 Pa, 2 V, 3 mV, 4 A, 5 m, 6 m/s, 7 m/s2, 8 N, 9 W; 0 unknown, -1 other: int16."""
    TraceValueMeasurementUnit = 203
    transduction_constant_mantissa = 205
    """Mantissa M of the constant M * 10^E that takes samples to transduction_unit: int32."""
    TransductionConstantMantissa = 205
    transduction_constant_exponent = 209
    """Exponent E of that constant: int16."""
    TransductionConstantPower = 209
    transduction_unit = 211
    """Unit after the transduction constant, codes as trace_value_unit: int16."""
    TransductionUnit = 211
    device_trace_id = 213
    """Unit number or identifier of the recording device: int16."""
    TraceIdentifier = 213
    time_scalar = 215
    """Scalar of bytes 95 to 114: positive multiplies, negative divides, 0 means 1: int16."""
    ScalarTraceHeader = 215
    source_type = 217
    """1 to 3 vibratory, 4 to 6 impulsive, 7 to 9 distributed impulsive, each vertical, cross-line,
    in-line: int16."""
    SourceType = 217
    source_energy_direction_vertical = 219
    """Source energy direction, vertical (some read 219 to 224 as an int32 and an exponent): int16,
    0.1 degree."""
    SourceEnergyDirectionVert = 219
    source_energy_direction_crossline = 221
    """Source energy direction, cross-line: int16, 0.1 degree."""
    SourceEnergyDirectionXline = 221
    source_energy_direction_inline = 223
    """Source energy direction, in-line: int16, 0.1 degree."""
    SourceEnergyDirectionIline = 223
    source_measurement_mantissa = 225
    """Mantissa M of the source measurement M * 10^E: int32, by source_measurement_unit."""
    SourceMeasurementMantissa = 225
    source_measurement_exponent = 229
    """Exponent E of the source measurement: int16."""
    SourceMeasurementExponent = 229
    source_measurement_unit = 231
    """1 J, 2 kW, 3 Pa, 4 bar, 5 N, 6 kg; 0 unknown, -1 other: int16."""
    SourceMeasurementUnit = 231
    trace_header_name = 233
    """Zeros or the text SEG00000, ASCII or EBCDIC (unassigned before revision 2): S8."""
    UnassignedInt1 = 233
