//! The reference page of codes is printed from the enums: `docs/reference/codes.md`.
//! `SEGBUF_WRITE_DOCS=1 cargo test --lib codes` writes it again.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::reason::Reason;
use super::stated::{Content, FormatSource, Gap, RevisionForm, StatedInterval, Trailing};
use super::warning::{Moved, Warning};
use super::{Failure, Topic, Unit, Value};
use crate::error::{Error, Kind};
use crate::format::{ByteOrder, Format};
use crate::names::Names;
use crate::text::Encoding;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/codes.md");

const PYTHON: Names = Names { option: ["", "="], member: ["f.", ""] };

/// Codes of errors that only the Python package raises.
const PYTHON_ONLY: [(&str, &str, &str); 3] = [
    ("Index", "invalid-index", "An indexing expression that does not follow NumPy's rules."),
    ("Field", "duplicate-field", "A table with the same field twice."),
    ("Format", "repair-changes-reading", "A repaired header would change how the file is read."),
];

const INTRO: &str = "\
# Codes of warnings and errors

Each warning (`SegbufWarning`) and error (`SegbufError`) has a `code`, which stays the same when its
message is reworded, and a place where there is one: `trace`, counted from 0, and `byte`, counted
from 1. Errors of the classes Value, Closed, Memory and Io are Python's own exceptions (ValueError,
MemoryError, OSError), which have no code in Python; in Rust all have one. `f.warnings` lists the
warnings about an open file. A code that is also a rule of `segbuf check` is the same finding.

This page is printed from the enums in `src/infer/warning.rs` and `src/error/`.
";

/// What a warning means, and what the caller can do.
fn meaning(warning: &Warning) -> (&'static str, &'static str) {
    const FIX: &str = "`segbuf fix` corrects the header";
    const PASS: &str = "pass the option if the choice is wrong";
    const NONE: &str = "none needed";
    const SCALE: &str = "check `coordinate_scalar` (byte 71) and `coordinate_units` (byte 89)";
    match warning {
        Warning::Revision { .. } => ("The revision is non-standard or unknown.", FIX),
        Warning::ByteOrder { .. } => ("The byte-order constant is invalid or wrong.", FIX),
        Warning::RevisionFields { .. } => ("The revision is older than the fields in use.", NONE),
        Warning::ExtendedText { .. } => ("Extended textual headers are miscounted.", FIX),
        Warning::FirstTrace { .. } => ("Traces begin elsewhere than declared.", FIX),
        Warning::AdditionalHeaders { .. } => ("Additional trace headers are miscounted.", FIX),
        Warning::FixedLength { .. } => ("The fixed-length flag is wrong.", FIX),
        Warning::SampleCount { .. } => ("The declared sample count is wrong.", FIX),
        Warning::DataTrailer { .. } => ("A declared data trailer is missing.", FIX),
        Warning::TrailingBytes(_) => {
            ("Bytes follow the last complete trace.", "`segbuf fix` cuts them off")
        }
        Warning::NoTraces { .. } => ("The file has headers, but no trace.", NONE),
        Warning::TraceCount { .. } => ("The declared number of traces is wrong.", FIX),
        Warning::Ambiguous { .. } => ("Two values are nearly as likely.", PASS),
        Warning::ConstantTraces { .. } => ("The last traces are one repeated byte.", NONE),
        Warning::FirstTraceFound { .. } => ("Other data is before the first trace.", PASS),
        Warning::BlankTraces { .. } => ("Traces have no samples and blank headers.", NONE),
        Warning::SampleOrder { .. } => ("Samples have another byte order than headers.", PASS),
        Warning::SampleFormat { .. } => ("Samples look like another format.", PASS),
        Warning::FormatCode { .. } => ("The format code is invalid or does not fit.", PASS),
        Warning::Text { .. } => ("Few characters of the textual header are printable.", PASS),
        Warning::DuplicateStanza { .. } => ("A stanza occurs several times.", NONE),
        Warning::DuplicateStanzas { .. } => ("More stanzas occur several times.", NONE),
        Warning::HeaderSchema { .. } => ("The header schema is invalid.", "pass `layout_xml=`"),
        Warning::SurveyKeys { .. } => {
            ("The header schema lacks survey keys.", "pass `iline=`, `xline=`, `offset=`")
        }
        Warning::Interval { .. } => ("The sample interval is unknown.", "pass `interval=`"),
        Warning::ExtendedInterval { .. } => ("An extended interval is invalid.", NONE),
        Warning::NegativeInterval { .. } => ("A negative interval is ignored.", PASS),
        Warning::IntervalUnit { .. } => ("The interval may be in milliseconds.", PASS),
        Warning::DelayMissing { .. } => ("A header lacks the field of the delay.", NONE),
        Warning::Delay { .. } => ("The delay varies between traces.", "use `f.delays`"),
        Warning::DelayRange { .. } => ("The delay is implausible.", "check its unit"),
        Warning::DelayField { .. } => {
            ("Another field is where the delay is.", "pass `layout_xml=`")
        }
        Warning::FileDelay { .. } => ("The delay varies between files.", "use `f.delays`"),
        Warning::FilesDiffer { .. } => ("Files disagree on a header field.", NONE),
        Warning::DuplicateFile { .. } => ("A file is listed twice.", "list it once"),
        Warning::OfFile { .. } => ("A warning about one of several files.", "see its code"),
        Warning::Survey { .. } => ("The file is not a survey.", "read it by trace"),
        Warning::Index { .. } => ("The survey index file is stale.", "`segbuf index`"),
        Warning::NoTraceHeaders { .. } => ("No headers are where an override has traces.", NONE),
        Warning::Override { .. } => ("An override differs from the file.", NONE),
        Warning::CoordinateFloats { .. } => ("Coordinates are floats.", "read them as columns"),
        Warning::CoordinateRange { .. } => ("Coordinates are implausibly far apart.", SCALE),
        Warning::CoordinateUnits { .. } => ("Coordinates may be seconds of arc.", SCALE),
        Warning::BinSpacing { .. } => ("The bin spacing is implausible.", SCALE),
    }
}

/// An example of every warning.
fn examples() -> Vec<Warning> {
    let [big, little] = [ByteOrder::BIG, ByteOrder::LITTLE];
    let failure = |kind: Kind| Failure(Error::from(kind));
    let interval = |trace, word: i16| StatedInterval {
        trace,
        byte: if trace.is_some() { 117 } else { 3217 },
        value: word.into(),
        word: Some(word),
        invalid: None,
    };
    let bytes = || vec![(None, 109), (None, 215)];
    let files = || ["a.sgy".to_owned(), "b.sgy".to_owned()];
    let fields = ["cdp_x", "cdp_y"];
    let (unit, trace) = (Unit::Milliseconds, 7);
    let (ibm, ieee) = (Format::Ibm32, Format::Ieee32);
    let magnitudes = |share| vec![Reason::Magnitudes(share, 40)];
    let rest =
        |content| Trailing { bytes: 100, traces: 12, trace_len: Some(440), offset: 8880, content };
    vec![
        Warning::Revision { byte: 3501, found: [0, 1], form: RevisionForm::Swapped, taken: (1, 0) },
        Warning::ByteOrder { byte: 3297, stated: None, found: big },
        Warning::RevisionFields { byte: 3501, revision: (1, 0), constant: 3297 },
        Warning::ExtendedText { byte: 3505, declared: 1, found: 0, first_trace: 3601 },
        Warning::FirstTrace { byte: 3521, declared: 6800, found: 3600 },
        Warning::AdditionalHeaders { byte: 3507, declared: 0, found: 1 },
        Warning::FixedLength {
            byte: 3503,
            samples: Value::Count(40, 60),
            additional: Value::count(0),
        },
        Warning::SampleCount { byte: 3221, declared: 77, found: 50 },
        Warning::DataTrailer { byte: 3529, declared: 2 },
        Warning::TrailingBytes(rest(Content::Unknown)),
        Warning::TrailingBytes(rest(Content::Repeated(0))),
        Warning::TrailingBytes(rest(Content::NoHeader)),
        Warning::TrailingBytes(rest(Content::SecondFile)),
        Warning::NoTraces { size: 3600 },
        Warning::TraceCount { byte: 3513, declared: 20, found: 12 },
        Warning::Ambiguous {
            topic: Topic::ByteOrder,
            taken: Value::Order(big),
            rival: Value::Order(little),
        },
        Warning::ConstantTraces { first: 20, last: 22, content: 0 },
        Warning::FirstTraceFound { byte: 4097, gap: 496, content: Gap::Zeros },
        Warning::NoTraceHeaders { traces: vec![1, 2, 5] },
        Warning::BlankTraces { count: 1, first: 100, byte: 47_601 },
        Warning::SampleOrder {
            samples: little,
            headers: big,
            reasons: [magnitudes(0.99), magnitudes(0.34)],
        },
        Warning::SampleFormat { source: FormatSource::Byte(3225), taken: ibm, likely: ieee },
        Warning::FormatCode {
            byte: 3225,
            code: 13,
            declared: None,
            traces: 12,
            width: 4,
            taken: ieee,
            reasons: vec![Reason::NotNormalised(0.09)],
        },
        Warning::Text { byte: 1, share: 0.34, encoding: Encoding::Ebcdic },
        Warning::DuplicateStanza { name: "me: A".to_owned() },
        Warning::DuplicateStanzas { more: 3 },
        Warning::HeaderSchema {
            stanza: "SEG: Layout 1.0".to_owned(),
            error: failure(Kind::InvalidSchema { problem: "no root element".to_owned() }),
        },
        Warning::SurveyKeys { missing: vec![("inline", 189), ("crossline", 193)] },
        Warning::Interval { stated: vec![interval(None, 2000), interval(Some(0), 4000)] },
        Warning::ExtendedInterval { trace: None, value: 1e13 },
        Warning::NegativeInterval {
            taken: interval(Some(0), 500),
            negative: interval(None, -2000),
        },
        Warning::IntervalUnit { microseconds: 4.0, samples: 600 },
        Warning::DelayMissing { bytes: vec![(Some("ACME".to_owned()), 1)] },
        Warning::Delay { bytes: bytes(), first: 0.0, trace, other: 40.0, unit },
        Warning::DelayRange { bytes: bytes(), trace, delay: 25_000.0, length: 2400.0, unit },
        Warning::DelayField { field: "pick".to_owned() },
        Warning::FileDelay { files: files(), delays: [0.0, 8.0], unit },
        Warning::FilesDiffer {
            field: "measurement_system",
            byte: 3255,
            files: files(),
            codes: [1, 2],
        },
        Warning::DuplicateFile { name: "a.sgy".to_owned() },
        Warning::OfFile {
            name: "a.sgy".to_owned(),
            more: 4,
            warning: Box::new(Warning::NoTraces { size: 3600 }),
        },
        Warning::Survey {
            error: failure(Kind::NoSurveyKeys { n_traces: 12, bytes: [189, 193, 37] }),
        },
        Warning::Index {
            path: "a.sgy.segbuf-index".into(),
            reason: "the file was modified since".to_owned(),
        },
        Warning::Override {
            topic: Topic::SampleCount,
            passed: Value::count(60),
            stated: Value::count(50),
            moved: Some(Moved { with: (11, 480, 0), without: (12, 440, 0), lengths_vary: false }),
            missing: vec![1, 2],
        },
        Warning::CoordinateFloats { fields, byte: 181, formats: vec![ibm] },
        Warning::CoordinateRange { fields, span: 4e9 },
        Warning::CoordinateUnits { fields },
        Warning::BinSpacing { fields, distance: 0.000_25 },
    ]
}

fn page() -> String {
    let mut page = format!("{INTRO}\n## Warnings\n\n| Code | Meaning | Example | Remedy |\n");
    page += "|---|---|---|---|\n";
    for warning in examples() {
        let (meaning, remedy) = meaning(&warning);
        let (code, example) = (warning.code(), warning.message(&PYTHON).replace('|', "\\|"));
        let _ = writeln!(page, "| `{code}` | {meaning} | {example} | {remedy} |");
    }
    page += "\n## Errors\n\nBraces stand for the data of the error, and for options as the caller writes ";
    page += "them.\n\n| Code | Class | Meaning | Message |\n|---|---|---|---|\n";
    for (class, code, meaning, message) in Kind::ALL {
        let meaning = meaning.trim().replace('|', "\\|");
        let message = message.replace('|', "\\|").replace('<', "\\<");
        let _ = writeln!(page, "| `{code}` | {class:?} | {meaning} | {message} |");
    }
    for (class, code, meaning) in PYTHON_ONLY {
        let _ = writeln!(page, "| `{code}` | {class} | {meaning} | (Python only) |");
    }
    page
}

#[test]
fn page_of_codes_is_up_to_date() {
    if std::env::var_os("SEGBUF_WRITE_DOCS").is_some() {
        std::fs::write(PAGE, page()).expect("a page that can be written");
    }
    let written = std::fs::read_to_string(PAGE).unwrap_or_default();
    assert!(written == page(), "SEGBUF_WRITE_DOCS=1 cargo test --lib codes");
}

#[test]
fn every_warning_has_an_example() {
    let name =
        |text: &str| -> String { text.chars().take_while(|c| c.is_alphanumeric()).collect() };
    let examples: Vec<String> = examples().iter().map(|w| name(&format!("{w:?}"))).collect();
    let variants = Warning::ALL.iter().map(|variant| (*variant).to_owned());
    assert_eq!(variants.collect::<BTreeSet<_>>(), examples.into_iter().collect::<BTreeSet<_>>());
}

#[test]
fn codes_are_kebab_case_and_those_of_errors_differ() {
    let errors = Kind::ALL.iter().map(|(_, code, ..)| *code);
    let warnings = examples();
    for code in warnings.iter().map(Warning::code).chain(errors.clone()) {
        let word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        assert!(code.split('-').all(word), "{code}");
    }
    assert_eq!(errors.clone().collect::<BTreeSet<_>>().len(), errors.count());
}
