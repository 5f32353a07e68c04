//! Every problem that is an error: its data, its class, its code and its sentence. One table.

use std::fmt::{self, Write as _};

use super::Error;
use crate::names::{Names, argument};

/// What sort of problem it is; each becomes one Python exception class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Class {
    /// The bytes are not a SEG-Y file that can be read (`FormatError`).
    Format,
    /// The survey has no such geometry, or its keys contradict it (`GeometryError`).
    Geometry,
    /// A trace or sample index outside the file (`TraceIndexError`).
    Index,
    /// A line, offset or gather label that the survey does not have (`LabelError`).
    Label,
    /// A header field with no such name or byte (`FieldError`).
    Field,
    /// The destination cannot take what is read (`DestinationError`).
    Destination,
    /// Memory cannot be allocated (`MemoryError`).
    Memory,
    /// An invalid argument (`ValueError`).
    Value,
    /// The file was closed (`ValueError`).
    Closed,
    /// The work was interrupted from outside (`KeyboardInterrupt`).
    Interrupted,
    /// The bytes are not cached, and [`Running::cached`](crate::parallel::Running) forbids to wait
    /// for them.
    Uncached,
    /// The operating system failed (`OSError`, with errno and file name).
    Io,
}

/// Defines [`Kind`] from a table. An entry is the comment that says when the error is raised, the
/// variant with its data, its code, its sentence (problem, then remedy), and what the sentence names
/// beside the data: options, and computed values.
macro_rules! kinds {
    ($names:ident: $($class:ident {$(
        $(#[doc = $doc:literal])+
        $kind:ident $({ $($field:ident: $type:ty),* })? = $code:literal:
            $text:literal $(, $argument:ident $(= $value:expr)?)*;
    )*})*) => {
        /// What the problem is, with its data.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "fields are named as in the sentence of their variant")]
        pub enum Kind {
            $($($(#[doc = $doc])+ $kind $({ $($field: $type),* })?,)*)*
        }

        impl Kind {
            /// Class, code, meaning and sentence of every kind.
            pub const ALL: &[(Class, &str, &str, &str)] =
                &[$($((Class::$class, $code, concat!($($doc),+), $text),)*)*];

            /// The sort of problem.
            #[must_use]
            pub fn class(&self) -> Class {
                match self { $($(Kind::$kind { .. } => Class::$class,)*)* }
            }

            /// The name of the problem, in kebab-case. It does not change between versions.
            #[must_use]
            pub fn code(&self) -> &'static str {
                match self { $($(Kind::$kind { .. } => $code,)*)* }
            }

            /// The sentence, without the place.
            pub(super) fn write(&self, f: &mut String, $names: &Names) -> fmt::Result {
                match self { $($(
                    Kind::$kind $({ $($field),* })? => {
                        write!(f, $text $(, $argument = argument!($names, $argument $(= $value)?))*)
                    }
                )*)* }
            }
        }
    };
}

kinds! { names:
    Format {
        /// A code of bytes 3225-3226 that is no sample format.
        UnknownSampleFormat { code: i64, fitting: Vec<String> } = "unknown-sample-format":
            "sample format code {code} is unknown; pass {format} if you know the format{hint}", format,
            hint = hint("; those that fit the file: ", fitting, " or ");
        /// Code 4, which is used only where it is passed.
        ObsoleteSampleFormat = "obsolete-sample-format":
            "sample format code 4, fixed point with gain, is obsolete; pass {format} if it is correct", format;
        /// The file size fits another sample width than that of the declared format.
        SampleFormatMisfit { declared: String, n_traces: u64, width: u64, codes: String } =
            "sample-format-misfit": "the sample format {declared} does not fit the file, which holds \
            {n_traces} traces of {width} bytes per sample; pass {format}: {codes}", format;
        /// Traces, samples or bytes beyond the largest offset in a file.
        SizeOverflow { what: String } = "size-overflow": "{what} end beyond the largest file size, 2^63 bytes";
        /// More data than the address space holds.
        AddressSpace { what: String } = "address-space": "{what} exceed the address space";
        /// The file became shorter after it was opened.
        FileShrunk { within: &'static str, want: u64, have: u64 } = "file-shrunk":
            "the file ended within a {within}: {want} bytes are needed, found {have}; it became shorter \
            after it was opened, open it again";
        /// The file ends before its headers do.
        FileTooShort { want: u64, have: u64 } = "file-too-short":
            "the file ends within its headers: at least {want} bytes are needed, found {have}";
        /// The passed position of the first trace is beyond the end of the file.
        FirstTraceBeyondEnd { first: u64, len: u64 } = "first-trace-beyond-end":
            "{passed}{first} is beyond the end of the file, which has {len} bytes",
            passed = names.assignment("first_trace");
        /// The headers declare traces without samples.
        NoSamples = "no-samples":
            "the number of samples per trace is 0; pass {n_samples} if you know it", n_samples;
        /// The file is text.
        TextFile { what: &'static str, remedy: &'static str } = "text-file":
            "the file is text ({what}), not SEG-Y; {remedy}";
        /// The file is another format.
        OtherFormat { format: &'static str, remedy: &'static str } = "other-format":
            "the file is {format}, not SEG-Y; {remedy}; pass {kind} if it is SEG-Y", kind;
        /// The file is the image of a tape, with marks around records.
        TapeImage { marks: &'static str } = "tape-image":
            "the file is the image of a tape: {marks}; copy its records without these marks";
        /// Line ends were converted in the file, as if it were text.
        ConvertedLineEnds { how: &'static str } = "converted-line-ends":
            "line ends were converted ({how}), which moves and damages data; transfer the file again in \
            binary mode";
        /// The file is compressed.
        CompressedFile { method: &'static str } = "compressed-file":
            "the file is compressed ({method}), not SEG-Y; decompress it, or pass a file object that does";
        /// Bytes are swapped in pairs, but samples have an odd number of bytes.
        OddSampleWidth { width: u64 } = "odd-sample-width":
            "samples of {width} bytes cannot be swapped in pairs; pass {sample_endian} if only headers are \
            swapped, or {endian} or {format} if the header is wrong", sample_endian, endian, format;
        /// No trace header is where the first traces should begin.
        NoTraceHeaders { traces: Vec<u64>, samples: u64 } = "no-trace-headers":
            "no trace header follows the first one: with {samples} samples per trace, other data is at the offsets of traces \
             {list}, and no other length of traces has headers at its offsets; the file is damaged, or has other data from there on",
            list = traces.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        /// Traces declare lengths that no header after them confirms.
        UnknownTraceLength { declared: u64, usual: u64 } = "unknown-trace-length":
            "the trace declares {declared} samples, but no header follows them, and other traces have \
            {usual}; the file is damaged there, or headers do not state the lengths of traces";
        /// Text is stored where the first trace should be.
        TextBeforeTraces = "text-before-traces":
            "text is stored where the first trace should be; pass {first_trace} if you know where traces \
            begin", first_trace;
        /// A strict open of a file with a layout problem that is otherwise a warning, which gives the error
        /// its code.
        Strict { finding: &'static str, warning: String } = "strict":
            "{warning} ({finding}); without {strict}, what is readable can be read", strict;
        /// The XML of a header schema is too long.
        SchemaTooLong { len: usize, most: usize } = "schema-too-long":
            "the header schema has {len} bytes, more than the {most} that are read";
        /// The XML of a header schema is invalid.
        InvalidSchema { problem: String } = "invalid-schema": "the header schema is invalid: {problem}";
        /// A Seismic Unix file has no binary header.
        NoBinaryHeader = "no-binary-header":
            "a Seismic Unix file has no binary header; read its trace headers instead";
        /// Files that are opened as one have different headers.
        FilesDiffer { facts: String, want: String, first: String, have: String } = "files-differ":
            "the file differs from {first} in {facts}: {have}, not {want}; open it alone, or override \
            what its headers declare";
    }
    Geometry {
        /// The file has no traces.
        NoTraces = "no-traces": "the file has no traces";
        /// The survey keys are 0 in all traces.
        NoSurveyKeys { n_traces: usize, bytes: [u64; 3] } = "no-survey-keys":
            "no survey: the inline (byte {i}) and crossline (byte {x}) are 0 in all {n_traces} traces, and \
            the offset (byte {o}) does not distinguish them; pass {iline} and {xline} if line numbers \
            are stored elsewhere, or {otherwise}", i = bytes[0], x = bytes[1], o = bytes[2], iline, xline,
            otherwise = without(names);
        /// The bytes of the survey keys are unassigned in Seismic Unix, and hold no line numbers.
        UnassignedKeys { bytes: [u64; 2] } = "unassigned-keys":
            "no survey: bytes {i} and {x}, unassigned in most Seismic Unix files, are not line numbers; \
            pass {iline} and {xline} if line numbers are stored elsewhere, or {otherwise}", i = bytes[0],
            x = bytes[1], iline, xline, otherwise = without(names);
        /// Line numbers differ from those assumed after a look at some traces.
        OutsideAxes { n: usize, n_traces: usize, labels: String, want: String, have: i32 } = "outside-axes":
            "{n} of {n_traces} traces have labels outside the axes that were assumed: {labels}; found \
            {have}, not within {want}; pass {verify} to read all headers first", verify;
        /// The survey grid has far more cells than traces.
        SparseSurvey { n_traces: usize, shape: String, most: f64 } = "sparse-survey":
            "the survey is too sparse: {n_traces} traces on a grid of {shape}, more than {most} \
            cells per trace; check {iline}, {xline} and {offset}, or pass {max_sparsity}, or {otherwise}",
            iline, xline, offset, max_sparsity, otherwise = without(names);
        /// An irregular survey with more traces than can be indexed.
        SurveyTooLarge { n_traces: usize } = "survey-too-large":
            "the survey is irregular and too large to index: {n_traces} traces, at most 4294967294";
        /// Two traces have the same survey keys.
        DuplicateTraces { first: u32, second: u32, key: String } = "duplicate-traces":
            "traces {first} and {second} both have {key}; pass {duplicates} to choose the first or the \
            last, or {otherwise}", duplicates, otherwise = without(names);
        /// Coordinates are 0 in all traces.
        NoCoordinates { fields: String } = "no-coordinates":
            "no trace has coordinates: {fields} are 0 in all traces; pass others to {fit}",
            fit = names.member("geometry.fit");
        /// Coordinates do not span an area.
        CoordinatesOnLine { fields: String } = "coordinates-on-line":
            "coordinates are on one line: {fields}; pass others to {fit}",
            fit = names.member("geometry.fit");
        /// Inlines and crosslines do not span an area.
        LabelsOnLine { extents: [[i32; 2]; 2], bytes: [u64; 2] } = "labels-on-line":
            "labels are on one line: inlines {i0} to {i1} (byte {i}), crosslines {x0} to {x1} (byte {x}); \
            pass {iline} and {xline} if line numbers are stored elsewhere", i0 = extents[0][0],
            i1 = extents[0][1], i = bytes[0], x0 = extents[1][0], x1 = extents[1][1], x = bytes[1],
            iline, xline;
        /// An integer destination needs a value for missing traces or samples.
        FillNeeded { why: &'static str, dtype: &'static str } = "fill-needed":
            "{why}, and {dtype} has no NaN; pass {fill} to give them a value, or read into float32",
            fill;
    }
    Index {
        /// A trace index outside the file.
        TraceOutOfRange { trace: u64, n_traces: u64 } = "trace-out-of-range":
            "trace {trace} is out of range: the file has {n_traces} traces";
        /// A sample index outside the trace.
        SampleOutOfRange { sample: i128, n_samples: u64 } = "sample-out-of-range":
            "sample {sample} is out of range: traces have {n_samples} samples";
        /// An index of something else outside its range.
        IndexOutOfRange { what: &'static str, index: u64, n: u64 } = "index-out-of-range":
            "{what} {index} is out of range: there are {n}";
        /// A range that is not within the file.
        RangeOutOfRange { what: &'static str, first: u64, stop: u64, end: u64 } = "range-out-of-range":
            "{what} range {first}..{stop} is not within 0..{end}";
        /// A row of the survey without a trace.
        MissingTrace { row: usize } = "missing-trace": "row {row} has no trace, and so no header";
    }
    Label {
        /// The survey has no such inline, crossline or offset.
        UnknownLabel { axis: String, label: i64, labels: String, nearest: String } = "unknown-label":
            "{axis} {label} is not among {labels}; the nearest: {nearest}";
        /// A survey without an offset axis is indexed by offset.
        NoOffsetAxis { offsets: String } = "no-offset-axis":
            "{offsets} are offsets, and the survey is post-stack: it has no offset axis; select samples of the \
             result, or pass `samples`";
        /// No group has that key.
        UnknownGroup { key: String, n_groups: usize, nearest: Vec<String> } = "unknown-group":
            "no group has {key}, of {n_groups} groups{hint}", hint = hint("; the nearest: ", nearest, " and ");
    }
    Field {
        /// No header field has that name.
        UnknownField { name: String, nearest: Vec<String> } = "unknown-field":
            "no header field is named {name:?}{hint}", hint = hint("; did you mean ", nearest, " or ");
        /// No header field starts at that byte.
        NoFieldAtByte { byte: i64, around: String } = "no-field-at-byte":
            "no header field starts at byte {byte}{around}";
        /// A byte outside the header, or too near its end.
        ByteOutsideHeader { byte: i64, first: usize, last: usize } = "byte-outside-header":
            "byte {byte} is outside the header: expected {first} to {last}";
        /// The header ends before the field does.
        HeaderTooShort { field: String, want: usize, have: usize } = "header-too-short":
            "the header ends before {field}: {want} bytes are needed, found {have}";
        /// A field ends after the last trace header.
        FieldOutsideHeaders { field: String, header_len: u64 } = "field-outside-headers":
            "{field} ends after the trace headers, which have {header_len} bytes";
        /// The byte order of a field is given twice, differently.
        ConflictingByteOrders { endian: &'static str, dtype: String } = "conflicting-byte-orders":
            "the field has two byte orders: {endian} and that of {dtype:?}";
        /// A field type has no such width.
        InvalidFieldWidth { width: usize, most: usize } = "invalid-field-width":
            "a field of {width} bytes is impossible: expected 1 to {most}";
        /// No field type has that name.
        UnknownFieldType { dtype: String } = "unknown-field-type":
            "field type {dtype:?} is unknown: expected i1 to i8, u1 to u8, f4, f8, ibm or S1 to S240";
        /// A field that traces cannot be grouped or sorted by.
        UnsortableField { field: String, want: &'static str } = "unsortable-field":
            "traces cannot be grouped or sorted by {field}: expected {want}";
        /// The trace has no header of that name.
        MissingHeader { name: String, known: Vec<String> } = "missing-header":
            "the trace has no additional header {name}{hint}", hint = hint("; it has ", known, " and ");
        /// An additional header without a name has no named fields.
        UnnamedHeader = "unnamed-header": "the fields of an additional header without a name are unknown; \
            describe them by byte and type";
        /// The value of a field does not fit its type.
        ValueTooLarge { value: String, dtype: &'static str } = "value-too-large":
            "the value {value} does not fit the {dtype} of its column";
        /// A field that cannot be a survey key.
        InvalidKeyField { field: String, want: &'static str, have: String, byte: Option<u8> } =
            "invalid-key-field": "{field} cannot be a survey key: expected {want}, found {have}{hint}",
            hint = byte.map_or_else(String::new, |b| format!("; pass its byte, {b}, to read four bytes there"));
        /// A field of an additional header that the file does not have.
        NoAdditionalHeaders { name: String } = "no-additional-headers":
            "{name} is a field of the additional header SEG00001, and the file has no additional headers";
        /// Inline and crossline share bytes.
        OverlappingKeys { bytes: [u16; 2] } = "overlapping-keys":
            "{iline} and {xline} overlap: bytes {a} and {b} are less than 4 apart",
            iline, xline, a = bytes[0], b = bytes[1];
        /// No stanza has that name.
        UnknownStanza { name: String, known: Vec<String> } = "unknown-stanza":
            "no stanza is named {name:?}{hint}", hint = hint("; there are ", known, " and ");
        /// A name that no additional header can have.
        InvalidHeaderName { name: String } = "invalid-header-name":
            "{name:?} is not a header name: expected 1 to 8 ASCII characters";
    }
    Destination {
        /// The destination has more or fewer elements than what is read.
        WrongLength { want: String, have: String } = "wrong-length":
            "the destination has the wrong length: expected {want}, found {have}";
        /// The bytes of the destination are no whole number of samples.
        PartialSample { width: usize, bytes: String } = "partial-sample":
            "the destination does not hold whole samples: expected a multiple of {width} bytes, found {bytes}";
        /// The destination has another shape than what is read.
        WrongShape { want: String, have: String } = "wrong-shape":
            "the destination has the wrong shape: expected {want}, found {have}";
        /// The destination has a type that does not hold the values.
        WrongType { what: String, want: String, have: String } = "wrong-type":
            "the destination has the wrong type for {what}: expected {want}, found {have}";
        /// The destination does not have the byte order of this machine.
        ForeignByteOrder { want: &'static str, have: String } = "foreign-byte-order":
            "the destination has a foreign byte order: expected {want} in that of this machine, found {have}";
        /// The destination has too many axes that are not contiguous.
        TooManyAxes { most: usize } = "too-many-axes":
            "the destination has more than {most} axes that cannot be merged; pass a contiguous destination";
        /// Elements of the destination share bytes.
        OverlappingElements = "overlapping-elements":
            "elements of the destination share bytes; pass a copy that is not broadcast";
        /// The destination is read-only.
        ReadOnly { object: String } = "read-only":
            "the destination is a read-only {object}; pass a writable buffer";
        /// The object refuses to export its memory.
        BufferRefused { object: String, reason: String } = "buffer-refused":
            "{object} does not export a writable buffer: {reason}";
        /// The object exports no buffer, but its memory can be passed in another way.
        NotABuffer { object: String, pass: String } = "not-a-buffer":
            "{object} is not a writable buffer; pass {pass}";
        /// The buffer has suboffsets.
        IndirectBuffer = "indirect-buffer":
            "the destination has suboffsets; pass a buffer that is one block of memory";
        /// Two reads into overlapping memory at once.
        OverlappingReads = "overlapping-reads": "another read is filling memory of the destination; give \
            each read separate memory, or wait until the other one returns";
        /// The destination is memory of a file that is being read.
        OverlapsFile = "overlaps-file": "the destination overlaps memory that a file is being read from; \
            pass another destination";
        /// The memory of a file is the destination of another read.
        FileIsDestination = "file-is-destination":
            "another read is writing to the memory of the file; wait until it returns";
    }
    Memory {
        /// No memory.
        NoMemory { what: String } = "no-memory": "no memory for {what}";
        /// A pool would exceed its limit.
        PoolLimit { limit: usize, used: usize, more: usize } = "pool-limit":
            "the pool may use {limit} bytes: {used} are in use and {more} more are needed; free blocks, \
            or raise {max_bytes}", max_bytes;
    }
    Value {
        /// An option or argument with an impossible value.
        InvalidOption { option: &'static str, want: String, have: String } = "invalid-option":
            "{name} must be {want}, found {have}", name = names.option(option);
        /// A file cannot be mapped: the crate was built without its feature `mmap`.
        MmapDisabled = "mmap-disabled":
            "{mmap} requires the crate feature `mmap`; enable it, or read the file without a map", mmap;
        /// Another number of values than needed.
        WrongCount { what: &'static str, want: usize, have: usize } = "wrong-count":
            "expected {want} {what}, found {have}";
        /// Something that must not be empty, or zero.
        Zero { what: &'static str } = "zero": "{what} cannot be 0";
        /// Records are longer than they are padded to.
        RecordsTooLong { want: [u64; 2], have: [u64; 2] } = "records-too-long":
            "records have headers and samples of up to {want:?} bytes, and cannot be padded to {have:?}";
        /// Files that are opened as one are too large.
        FilesTooLarge { lens: [u64; 2] } = "files-too-large":
            "files of {lens:?} bytes together end beyond the largest file size, 2^63 bytes";
        /// No survey index can be saved of several files, or of what is not a file.
        NoIndexPath = "no-index-path": "only one file that was opened by path can have a survey index file";
        /// A survey index would replace another file.
        WouldReplace { path: String } = "would-replace": "the survey index would replace {path}, which is \
            no survey index; save it elsewhere, or remove that file";
        /// Samples cannot be used in place.
        NoView { want: String, have: String, mappable: bool } = "no-view":
            "samples cannot be used in place: expected {want}, found {have}; {remedy}",
            remedy = if *mappable { format!("open its path with {}", names.option("mmap")) }
            else { "read a copy".to_owned() };
        /// The fill value does not fit the destination.
        InvalidFill { fill: f64, dtype: &'static str } = "invalid-fill":
            "the fill value {fill} does not fit the destination of {dtype}";
        /// Too many traces to group.
        TooManyTraces { n_traces: usize } = "too-many-traces":
            "{n_traces} traces are too many to group, at most 4294967294";
        /// Coordinates that are not finite.
        NotFinite { x: f64, y: f64 } = "not-finite": "no trace is nearest to ({x}, {y}), which is not finite";
        /// The memory of an object cannot be read as a file.
        UnreadableBuffer { object: String, reason: String } = "unreadable-buffer":
            "the memory of {object} cannot be read as a file: expected a contiguous buffer: {reason}";
    }
    Closed {
        /// The file or pool was closed.
        Closed { what: &'static str } = "closed": "the {what} is closed";
    }
    Interrupted {
        /// The work was interrupted.
        Interrupted = "interrupted": "interrupted";
    }
    Uncached {
        /// The data is not in memory.
        Uncached = "uncached": "the data is not in the page cache";
    }
    Io {
        /// The operating system failed.
        Io { action: String, reason: String } = "io": "cannot {action}: {reason}";
        /// The source of the bytes failed.
        SourceFailed { reason: String } = "source-failed": "the source failed: {reason}";
        /// A pipe, socket or device.
        NotSeekable { action: String, reason: String } = "not-seekable": "cannot {action}: {reason}; \
            pipes and sockets are not seekable, save the data to a file first";
    }
}

impl Kind {
    /// An option with an impossible value.
    pub(crate) fn option<W: fmt::Display, H: fmt::Display>(
        option: &'static str,
        want: W,
        have: H,
    ) -> Error {
        Kind::InvalidOption { option, want: want.to_string(), have: have.to_string() }.into()
    }

    /// An index that is not below `n`.
    pub(crate) fn index<T: TryInto<u64>>(what: &'static str, index: T, n: T) -> Error {
        let [index, n] = [index, n].map(|number| number.try_into().unwrap_or(u64::MAX));
        Kind::IndexOutOfRange { what, index, n }.into()
    }
}

/// A list after an introduction, or nothing.
fn hint(intro: &str, list: &[String], and: &str) -> String {
    if list.is_empty() { String::new() } else { format!("{intro}{}", list.join(and)) }
}

/// What reads files that are no survey.
fn without(names: &Names) -> String {
    format!("read by trace index, or by {}, which need no survey", names.member("group"))
}
