//! The header of a trace: bytes 1 to 240, of a SEG-Y and of a Seismic Unix file.
//!
//! Source: SEG-Y revision 2.1, standard trace header; the trace header of Seismic Unix (`segy.h`),
//! which is that of SEG-Y revision 0 up to byte 180 and has fields of its own after it.

use super::{F32, F64, Field, I16, I32, I64, R0, R1, R2, Text, U16, U32, U64, field};
use crate::header::field::Scale;

// The bytes of the scalars.
const ELEVATION_SCALAR: u16 = 69;
const COORDINATE_SCALAR: u16 = 71;
const SHOT_POINT_SCALAR: u16 = 201;
const TIME_SCALAR: u16 = 215;

/// The fields of bytes 1 to 180, which are the same in both tables, followed by those of one table. A
/// macro, as a constant array cannot be joined from arrays whose elements own memory.
#[rustfmt::skip] // a table: two lines a field
macro_rules! with_shared {
    ($($rest:expr,)*) => { [
    field(1, "trace_sequence_line", I32, R0, "",
        &["TRACE_SEQUENCE_LINE", "tracl", "trace_seq_num_line", "linetrc"],
        "Trace sequence number within the line; goes on over the files of a line")
        .overridden_by(1, U64),
    field(5, "trace_sequence_file", I32, R0, "",
        &["TRACE_SEQUENCE_FILE", "tracr", "trace_seq_num_reel", "reeltrc"],
        "Trace sequence number within the file (revision 0: the reel)")
        .overridden_by(9, U64),
    field(9, "field_record", I32, R0, "", &["FieldRecord", "fldr", "orig_field_record_num", "ffid"],
        "Original field record number (FFID)").overridden_by(17, I64),
    field(13, "field_trace_number", I32, R0, "",
        &["TraceNumber", "tracf", "trace_num_orig_record", "chan"],
        "Trace number within the original field record (channel)"),
    field(17, "energy_source_point", I32, R0, "",
        &["EnergySourcePoint", "ep", "energy_source_point_num", "espnum"],
        "Energy source point number (when several records share a location)"),
    field(21, "ensemble", I32, R0, "", &["CDP", "cdp", "ensemble_num"],
        "Ensemble number (CDP, CMP, CRP)").overridden_by(25, I64),
    field(25, "ensemble_trace_number", I32, R0, "",
        &["CDP_TRACE", "cdpt", "trace_num_ensemble", "cdptrc"],
        "Trace number within the ensemble, starting at 1"),
    field(29, "trace_id", I16, R0, "",
        &["TraceIdentificationCode", "trid", "trace_id_code", "trctype"],
        "1 seismic data (time), 2 dead, 3 dummy, 4 time break, 5 uphole, 6 sweep, 7 timing, 8 \
         water break, 25 seismic data (depth), ..."),
    field(31, "vertically_summed_traces", I16, R0, "", &["NSummedTraces", "nvs", "vstack"],
        "Number of vertically summed traces giving this trace"),
    field(33, "horizontally_stacked_traces", I16, R0, "", &["NStackedTraces", "nhs", "fold"],
        "Number of horizontally stacked traces giving this trace"),
    field(35, "data_use", I16, R0, "", &["DataUse", "duse", "rectype"],
        "Data use: 1 production, 2 test"),
    field(37, "offset", I32, R0, "m or ft", &["source_to_receiver_distance"],
        "Distance from source to receiver group; negative if opposite to the shooting direction")
        .overridden_by(129, F64),
    field(41, "receiver_group_elevation", I32, R0, "m or ft",
        &["ReceiverGroupElevation", "gelev", "relev"],
        "Elevation of receiver group above vertical datum; positive above")
        .scaled_by(ELEVATION_SCALAR).overridden_by(33, F64),
    field(45, "source_surface_elevation", I32, R0, "m or ft", &["SourceSurfaceElevation", "selev"],
        "Surface elevation at source; positive above datum")
        .scaled_by(ELEVATION_SCALAR).overridden_by(49, F64),
    field(49, "source_depth", I32, R0, "m or ft",
        &["SourceDepth", "sdepth", "source_depth_below_surface"],
        "Source depth below surface; positive down")
        .scaled_by(ELEVATION_SCALAR).overridden_by(57, F64),
    field(53, "receiver_datum_elevation", I32, R0, "m or ft",
        &["ReceiverDatumElevation", "gdel", "rdatum"],
        "Seismic datum elevation at receiver group")
        .scaled_by(ELEVATION_SCALAR).overridden_by(65, F64),
    field(57, "source_datum_elevation", I32, R0, "m or ft",
        &["SourceDatumElevation", "sdel", "sdatum"],
        "Seismic datum elevation at source")
        .scaled_by(ELEVATION_SCALAR).overridden_by(73, F64),
    field(61, "source_water_depth", I32, R0, "m or ft", &["SourceWaterDepth", "swdep", "wdepthso"],
        "Water column height at source when recorded")
        .scaled_by(ELEVATION_SCALAR).overridden_by(81, F64),
    field(65, "receiver_water_depth", I32, R0, "m or ft", &["GroupWaterDepth", "gwdep", "wdepthrc"],
        "Water column height at receiver group when recorded")
        .scaled_by(ELEVATION_SCALAR).overridden_by(89, F64),
    field(69, "elevation_scalar", I16, R0, "",
        &["ElevationScalar", "scalel", "elevation_depth_scalar", "ed_scal"],
        "Scalar of bytes 41 to 68: positive multiplies, negative divides, 0 means 1"),
    field(71, "coordinate_scalar", I16, R0, "", &["SourceGroupScalar", "scalco", "co_scal"],
        "Scalar of bytes 73 to 88 and 181 to 188: positive multiplies, negative divides, 0 means \
         1"),
    field(73, "source_x", I32, R0, "by coordinate_units",
        &["SourceX", "sx", "source_coord_x", "sht_x"],
        "Source X (or longitude)").scaled_by(COORDINATE_SCALAR).overridden_by(97, F64),
    field(77, "source_y", I32, R0, "by coordinate_units",
        &["SourceY", "sy", "source_coord_y", "sht_y"],
        "Source Y (or latitude)").scaled_by(COORDINATE_SCALAR).overridden_by(105, F64),
    field(81, "group_x", I32, R0, "by coordinate_units",
        &["GroupX", "gx", "group_coord_x", "rec_x"],
        "Receiver group X (or longitude)").scaled_by(COORDINATE_SCALAR).overridden_by(113, F64),
    field(85, "group_y", I32, R0, "by coordinate_units",
        &["GroupY", "gy", "group_coord_y", "rec_y"],
        "Receiver group Y (or latitude)").scaled_by(COORDINATE_SCALAR).overridden_by(121, F64),
    field(89, "coordinate_units", I16, R0, "",
        &["CoordinateUnits", "counit", "coordinate_unit", "coorunit"],
        "1 length, 2 seconds of arc, 3 decimal degrees, 4 degrees-minutes-seconds"),
    field(91, "weathering_velocity", I16, R0, "m/s or ft/s",
        &["WeatheringVelocity", "wevel", "wvel"],
        "Weathering velocity"),
    field(93, "subweathering_velocity", I16, R0, "m/s or ft/s",
        &["SubWeatheringVelocity", "swevel", "subwvel"],
        "Sub-weathering velocity"),
    field(95, "source_uphole_time", I16, R0, "ms", &["SourceUpholeTime", "sut", "shuphole"],
        "Uphole time at source").scaled_by(TIME_SCALAR),
    field(97, "group_uphole_time", I16, R0, "ms", &["GroupUpholeTime", "gut", "rcuphole"],
        "Uphole time at receiver group").scaled_by(TIME_SCALAR),
    field(99, "source_static", I16, R0, "ms",
        &["SourceStaticCorrection", "sstat", "source_static_correction", "shstat"],
        "Source static correction").scaled_by(TIME_SCALAR),
    field(101, "group_static", I16, R0, "ms",
        &["GroupStaticCorrection", "gstat", "receiver_static_correction", "rcstat"],
        "Receiver group static correction").scaled_by(TIME_SCALAR),
    field(103, "total_static", I16, R0, "ms",
        &["TotalStaticApplied", "tstat", "total_static_applied", "stapply"],
        "Total static applied; 0 if none applied").scaled_by(TIME_SCALAR),
    field(105, "lag_time_a", I16, R0, "ms", &["LagTimeA", "laga"],
        "Time from the end of the trace header to the time break; positive if the break is later")
        .scaled_by(TIME_SCALAR),
    field(107, "lag_time_b", I16, R0, "ms", &["LagTimeB", "lagb"],
        "Time from time break to source initiation; sign allowed").scaled_by(TIME_SCALAR),
    field(109, "delay_recording_time", I16, R0, "ms", &["DelayRecordingTime", "delrt", "delay"],
        "Time from source initiation to first sample; may be negative").scaled_by(TIME_SCALAR),
    field(111, "mute_time_start", I16, R0, "ms", &["MuteTimeStart", "muts", "mutestrt"],
        "Mute start time").scaled_by(TIME_SCALAR),
    field(113, "mute_time_end", I16, R0, "ms", &["MuteTimeEND", "mute", "muteend"],
        "Mute end time").scaled_by(TIME_SCALAR),
    field(115, "samples_per_trace", U16, R0, "samples", &["TRACE_SAMPLE_COUNT", "ns", "nsamps"],
        "Samples in this trace; ignored where fixed_length_trace_flag is 1")
        .overridden_by(137, U32),
    field(117, "sample_interval", I16, R0, "us, Hz, m or ft", &["TRACE_SAMPLE_INTERVAL", "dt"],
        "Sample interval of this trace; ignored where fixed_length_trace_flag is 1")
        .overridden_by(145, F64),
    field(119, "gain_type", I16, R0, "", &["GainType", "gain", "instrument_gain_type"],
        "Gain of the instruments: 1 fixed, 2 binary, 3 floating point"),
    field(121, "instrument_gain_constant", I16, R0, "dB",
        &["InstrumentGainConstant", "igc", "instrument_gain_const", "ingconst"],
        "Instrument gain constant"),
    field(123, "instrument_initial_gain", I16, R0, "dB",
        &["InstrumentInitialGain", "igi", "instrument_gain_initial", "initgain"],
        "Instrument early or initial gain"),
    field(125, "correlated", I16, R0, "", &["Correlated", "corr", "correlated_data", "corrflag"],
        "Correlated: 1 no, 2 yes"),
    field(127, "sweep_frequency_start", I16, R0, "Hz",
        &["SweepFrequencyStart", "sfs", "sweep_freq_start", "sweepsrt"],
        "Sweep frequency at start"),
    field(129, "sweep_frequency_end", I16, R0, "Hz",
        &["SweepFrequencyEnd", "sfe", "sweep_freq_end", "sweepend"],
        "Sweep frequency at end"),
    field(131, "sweep_length", I16, R0, "ms", &["SweepLength", "slen", "sweeplng"],
        "Sweep length"),
    field(133, "sweep_type", I16, R0, "", &["SweepType", "styp", "sweeptyp"],
        "Sweep type: 1 linear, 2 parabolic, 3 exponential, 4 other"),
    field(135, "sweep_taper_start", I16, R0, "ms",
        &["SweepTraceTaperLengthStart", "stas", "sweepstp"],
        "Sweep taper length at start"),
    field(137, "sweep_taper_end", I16, R0, "ms", &["SweepTraceTaperLengthEnd", "stae", "sweepetp"],
        "Sweep taper length at end"),
    field(139, "taper_type", I16, R0, "", &["TaperType", "tatyp", "tapertyp"],
        "Taper type: 1 linear, 2 cosine squared, 3 other"),
    field(141, "alias_filter_frequency", I16, R0, "Hz",
        &["AliasFilterFrequency", "afilf", "alias_filter_freq", "aliasfil"],
        "Anti-alias filter frequency"),
    field(143, "alias_filter_slope", I16, R0, "dB/octave",
        &["AliasFilterSlope", "afils", "aliaslop"],
        "Anti-alias filter slope"),
    field(145, "notch_filter_frequency", I16, R0, "Hz",
        &["NotchFilterFrequency", "nofilf", "notch_filter_freq", "notchfil"],
        "Notch filter frequency"),
    field(147, "notch_filter_slope", I16, R0, "dB/octave",
        &["NotchFilterSlope", "nofils", "notchslp"],
        "Notch filter slope"),
    field(149, "low_cut_frequency", I16, R0, "Hz",
        &["LowCutFrequency", "lcf", "low_cut_freq", "lowcut"],
        "Low-cut frequency"),
    field(151, "high_cut_frequency", I16, R0, "Hz",
        &["HighCutFrequency", "hcf", "high_cut_freq", "highcut"],
        "High-cut frequency"),
    field(153, "low_cut_slope", I16, R0, "dB/octave", &["LowCutSlope", "lcs", "lowcslop"],
        "Low-cut slope"),
    field(155, "high_cut_slope", I16, R0, "dB/octave", &["HighCutSlope", "hcs", "hicslop"],
        "High-cut slope"),
    field(157, "year", I16, R0, "year", &["YearDataRecorded", "year_recorded"],
        "Year recorded, 4 digits since revision 1"),
    field(159, "day_of_year", I16, R0, "day", &["DayOfYear", "day"],
        "Day of year 1..366"),
    field(161, "hour", I16, R0, "h", &["HourOfDay", "hour_of_day"],
        "Hour of day (24 h)"),
    field(163, "minute", I16, R0, "min", &["MinuteOfHour", "minute_of_hour"],
        "Minute of hour"),
    field(165, "second", I16, R0, "s", &["SecondOfMinute", "sec", "second_of_minute"],
        "Second of minute; the nanoseconds of extension 1 add to it"),
    field(167, "time_basis", I16, R0, "",
        &["TimeBaseCode", "timbas", "time_basis_code", "timebase"],
        "1 local, 2 GMT, 3 other, 4 UTC, 5 GPS"),
    field(169, "trace_weighting_factor", I16, R0, "", &["TraceWeightingFactor", "trwf", "trweight"],
        "Exponent N: the least significant bit is 2^-N volts"),
    field(171, "group_number_roll_switch", I16, R0, "",
        &["GeophoneGroupNumberRoll1", "grnors", "group_num_roll_switch", "rstaswp1"],
        "Geophone group number of roll switch position one"),
    field(173, "group_number_first_trace", I16, R0, "",
        &["GeophoneGroupNumberFirstTraceOrigField", "grnofr", "group_num_first_trace", "rstatrc1"],
        "Geophone group number of first trace of the field record"),
    field(175, "group_number_last_trace", I16, R0, "",
        &["GeophoneGroupNumberLastTraceOrigField", "grnlof", "group_num_last_trace", "rstatrcn"],
        "Geophone group number of last trace of the field record"),
    field(177, "gap_size", I16, R0, "", &["GapSize", "gaps"],
        "Gap size: total groups dropped"),
    field(179, "over_travel", I16, R0, "", &["OverTravel", "otrav", "taper_overtravel", "overtrvl"],
        "Over travel with taper at line start or end: 1 down or behind, 2 up or ahead"),
    $($rest,)*
    ] };
}

/// The standard trace header: bytes 1 to 240 of each trace.
#[rustfmt::skip] // a table: two lines a field
pub static TRACE: &[Field] = &with_shared![
    field(181, "cdp_x", I32, R1, "by coordinate_units", &["CDP_X", "cdpx"],
        "X of ensemble (CDP) position").scaled_by(COORDINATE_SCALAR).overridden_by(161, F64),
    field(185, "cdp_y", I32, R1, "by coordinate_units", &["CDP_Y", "cdpy"],
        "Y of ensemble (CDP) position").scaled_by(COORDINATE_SCALAR).overridden_by(169, F64),
    field(189, "inline", I32, R1, "", &["INLINE_3D", "iline"],
        "In-line number (3-D post-stack)"),
    field(193, "crossline", I32, R1, "", &["CROSSLINE_3D", "xline"],
        "Cross-line number (3-D post-stack)"),
    field(197, "shot_point", I32, R1, "", &["ShotPoint", "sp"],
        "Shotpoint number (2-D post-stack) nearest to the ensemble position")
        .scaled_by(SHOT_POINT_SCALAR),
    field(201, "shot_point_scalar", I16, R1, "", &["ShotPointScalar", "scalsp", "sp_scal"],
        "Scalar of shot_point: positive multiplies, negative divides, 0 means 1"),
    field(203, "trace_value_unit", I16, R1, "",
        &["TraceValueMeasurementUnit", "trunit", "samp_unit"],
        "1 Pa, 2 V, 3 mV, 4 A, 5 m, 6 m/s, 7 m/s2, 8 N, 9 W; 0 unknown, -1 other"),
    field(205, "transduction_constant_mantissa", I32, R1, "",
        &["TransductionConstantMantissa", "tdcm", "transduction_const_mantissa"],
        "Mantissa M of the constant M * 10^E that takes samples to transduction_unit"),
    field(209, "transduction_constant_exponent", I16, R1, "",
        &["TransductionConstantPower", "tdcp", "transduction_const_exponent"],
        "Exponent E of that constant"),
    field(211, "transduction_unit", I16, R1, "", &["TransductionUnit", "tdunit", "trans_unit"],
        "Unit after the transduction constant, codes as trace_value_unit"),
    field(213, "device_trace_id", I16, R1, "", &["TraceIdentifier", "triden", "dev_id"],
        "Unit number or identifier of the recording device"),
    field(215, "time_scalar", I16, R1, "",
        &["ScalarTraceHeader", "sctrh", "times_scalar", "tm_scal"],
        "Scalar of bytes 95 to 114: positive multiplies, negative divides, 0 means 1"),
    field(217, "source_type", I16, R1, "",
        &["SourceType", "stype", "source_type_orientation", "src_type"],
        "1 to 3 vibratory, 4 to 6 impulsive, 7 to 9 distributed impulsive, each vertical, \
         cross-line, in-line"),
    field(219, "source_energy_direction_vertical", I16, R1, "0.1 degree",
        &["SourceEnergyDirectionVert", "sedv", "src_dir1"],
        "Source energy direction, vertical (some read 219 to 224 as an int32 and an exponent)"),
    field(221, "source_energy_direction_crossline", I16, R1, "0.1 degree",
        &["SourceEnergyDirectionXline", "sedxl", "src_dir2"],
        "Source energy direction, cross-line"),
    field(223, "source_energy_direction_inline", I16, R1, "0.1 degree",
        &["SourceEnergyDirectionIline", "sedil", "src_dir3"],
        "Source energy direction, in-line"),
    field(225, "source_measurement_mantissa", I32, R1, "by source_measurement_unit",
        &["SourceMeasurementMantissa", "smm"],
        "Mantissa M of the source measurement M * 10^E"),
    field(229, "source_measurement_exponent", I16, R1, "", &["SourceMeasurementExponent", "sme"],
        "Exponent E of the source measurement"),
    field(231, "source_measurement_unit", I16, R1, "",
        &["SourceMeasurementUnit", "smunit", "sm_unit"],
        "1 J, 2 kW, 3 Pa, 4 bar, 5 N, 6 kg; 0 unknown, -1 other"),
    field(233, "trace_header_name", Text(8), R2, "", &["UnassignedInt1", "uint1"],
        "Zeros or the text SEG00000, ASCII or EBCDIC (unassigned before revision 2)"),
];

/// The trace header of a Seismic Unix file: bytes 1 to 240 of each trace. Bytes 181 to 240 differ from
/// SEG-Y; no other field overrides these, and times have no scalar.
#[rustfmt::skip] // a table: two lines a field
pub static SU: &[Field] = &as_in_su(with_shared![
    field(181, "d1", F32, R0, "", &[], "Sample spacing of data that are not of time"),
    field(185, "f1", F32, R0, "", &[], "Place of the first sample of such data"),
    field(189, "d2", F32, R0, "", &[], "Spacing between traces"),
    field(193, "f2", F32, R0, "", &[], "Place of the first trace"),
    field(197, "ungpow", F32, R0, "", &[],
        "Negative of the power used for dynamic range compression"),
    field(201, "unscale", F32, R0, "", &[],
        "Reciprocal of the scaling factor that normalised the range"),
    field(205, "ntr", I32, R0, "", &[], "Number of traces"),
    field(209, "mark", I16, R0, "", &[], "Marks selected traces"),
    field(211, "shortpad", I16, R0, "", &[], "Padding"),
    field(213, "cdp_x", I32, R0, "by coordinate_units", &["cdpx"],
        "X of ensemble (CDP) position; unassigned in older versions")
        .scaled_by(COORDINATE_SCALAR),
    field(217, "cdp_y", I32, R0, "by coordinate_units", &["cdpy"],
        "Y of ensemble (CDP) position; unassigned in older versions")
        .scaled_by(COORDINATE_SCALAR),
    field(221, "inline", I32, R0, "", &["iline"], "In-line number; unassigned in older versions"),
    field(225, "crossline", I32, R0, "", &["xline"],
        "Cross-line number; unassigned in older versions"),
    field(229, "shot_point", I32, R0, "", &["sp"], "Shotpoint number; unassigned in older versions"),
    field(233, "unassigned", Text(8), R0, "", &[], "Unassigned, 8 bytes"),
]);

/// Removes overriding fields and scalars of times, which Seismic Unix does not have.
const fn as_in_su<const N: usize>(mut fields: [Field; N]) -> [Field; N] {
    let mut i = 0;
    while i < N {
        fields[i].wider = None;
        if fields[i].byte >= 95 && fields[i].byte <= 113 {
            fields[i].scale = Scale::None;
        }
        i += 1;
    }
    fields
}
