//! What samples are, where the format code is none, is another's, or is right: they are measured.
#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

use crate::common::{make, signals};
use make::File;
use segbuf::infer::{Overrides, Topic, Value, Warning};
use segbuf::internals::Inferred;
use segbuf::source::MemorySource;
use segbuf::{Endian, Error, Format};
use signals::{encode, noise};

const TRACES: usize = 12;
const SAMPLES: usize = 600;

type Signal = fn(usize) -> f64;

/// A number for every sample: noise about 0, a slow wave, velocities that rise, counts about a middle.
const SIGNALS: [(&str, Signal); 5] = [
    ("noise", |i| 900.0 * (noise(3 * i) + noise(3 * i + 1) + noise(3 * i + 2))),
    ("weak noise", |i| 3e-7 * (noise(2 * i) + noise(2 * i + 1))),
    ("wave", |i| 1e4 * (i as f64 * 0.005).sin()),
    ("velocity", |i| 1500.0 + 3000.0 * (i % SAMPLES) as f64 / SAMPLES as f64 + noise(i)),
    ("reflections", |i| {
        if i % 600 < 100 { 0.0 } else { noise(i) * (-((i % 600) as f64) / 90.0).exp() }
    }),
];

/// A file of samples of a format, whose header has a code.
fn file(format: Format, endian: Endian, code: i64, signal: impl Fn(usize) -> f64) -> Vec<u8> {
    let binary = vec![(3225, code, 2)];
    let file =
        File { format, endian, n_traces: TRACES, n_samples: SAMPLES, binary, ..File::default() };
    let mut bytes = file.bytes();
    let layout = file.layout();
    for i in 0..TRACES * SAMPLES {
        let mut sample = encode(format, signal(i));
        if endian == Endian::Little {
            sample.reverse();
        }
        let at = layout.samples_offset((i / SAMPLES) as u64) as usize + i % SAMPLES * sample.len();
        bytes[at..at + sample.len()].copy_from_slice(&sample);
    }
    bytes
}

fn infer(bytes: &[u8], overrides: &Overrides) -> Result<Inferred, Error> {
    segbuf::internals::infer(&MemorySource::new(bytes.to_vec()), overrides)
}

fn unasked(bytes: &[u8]) -> Result<Inferred, Error> {
    infer(bytes, &Overrides::default())
}

/// A signal that an integer of a width holds, and does not fill.
fn scaled(format: Format, signal: Signal) -> impl Fn(usize) -> f64 {
    let most = 2f64.powi(8 * format.width() as i32 - 4).min(1e9);
    move |i| (signal(i) * most / 2700.0).round()
}

#[test]
fn right_code_is_no_warning() {
    for (name, signal) in SIGNALS {
        for endian in [Endian::Big, Endian::Little] {
            for format in [Format::Ibm32, Format::Ieee32, Format::Ieee64] {
                let inferred =
                    unasked(&file(format, endian, i64::from(format.code()), signal)).unwrap();
                assert_eq!(inferred.facts.layout.format, format, "{name}");
                assert!(inferred.warnings.is_empty(), "{name}: {:?}", inferred.warnings);
            }
        }
    }
    for format in Format::ALL {
        let signal = scaled(format, SIGNALS[0].1);
        let inferred = unasked(&file(format, Endian::Big, i64::from(format.code()), signal));
        assert!(inferred.as_ref().unwrap().warnings.is_empty(), "{:?}", inferred.unwrap().warnings);
    }
}

#[test]
fn ibm_and_ieee_confusion_is_warned() {
    for (name, signal) in SIGNALS {
        for endian in [Endian::Big, Endian::Little] {
            for (format, declared) in
                [(Format::Ieee32, Format::Ibm32), (Format::Ibm32, Format::Ieee32)]
            {
                let bytes = file(format, endian, i64::from(declared.code()), signal);
                let inferred = unasked(&bytes).unwrap();
                // The header is believed: what it says may be meant.
                assert_eq!(inferred.facts.layout.format, declared);
                let (byte, taken, likely) = (Some(3225), declared, format);
                let warning = Warning::SampleFormat { byte, taken, likely };
                assert_eq!(inferred.warnings, [warning], "{name}: {}", inferred.evidence);
                let conclusion = inferred.evidence.get(Topic::Format).unwrap();
                let value = Value::Format(format);
                let rival = conclusion.candidates.iter().find(|c| c.value == value);
                assert!(rival.is_some_and(|c| c.score > conclusion.candidates[0].score), "{name}");
                let asked = Overrides::default().format(format);
                let asked = infer(&bytes, &asked).unwrap();
                assert_eq!(asked.facts.layout.format, format);
                assert!(asked.warnings.iter().all(|warning| warning.code() != "format"));
            }
        }
    }
}

#[test]
fn unknown_code_is_resolved_by_size_and_samples() {
    for endian in [Endian::Big, Endian::Little] {
        for code in [0, 4, 13, -1, 256] {
            for format in Format::ALL {
                let bytes = match format {
                    Format::Ibm32 | Format::Ieee32 | Format::Ieee64 => {
                        file(format, endian, code, SIGNALS[0].1)
                    }
                    _ => file(format, endian, code, scaled(format, SIGNALS[0].1)),
                };
                let inferred = unasked(&bytes).unwrap_or_else(|e| panic!("{format:?} {code}: {e}"));
                let layout = inferred.facts.layout;
                let found = (layout.format, layout.endian, layout.n_traces, layout.n_samples);
                assert_eq!(found, (format, endian, TRACES as u64, SAMPLES as u64), "{code}");
                let warnings = inferred.warnings;
                let is = |warning: &Warning| {
                    matches!(warning, Warning::FormatCode { code: c, taken, .. }
                        if (i64::from(*c), *taken) == (code, format))
                };
                assert!(warnings.iter().any(is), "{code} {warnings:?}");
            }
        }
    }
}
