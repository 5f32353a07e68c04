//! The weight of each piece of evidence.
//!
//! All weights are in this file, since only their relation to each other has a meaning. The rules
//! that they follow, each held by a test below:
//!
//! 1. The file size outranks every single header word: words are often wrong, and a wrong length
//!    rarely divides the size of the file.
//! 2. Missing headers at several expected offsets outrank the size, which fits by chance now and then.
//! 3. Headers found by following the sample count of each trace outrank a size that fits by chance.
//! 4. Text where the first trace should be outranks the size and headers that seem alike, since the
//!    lines of a text resemble each other.
//! 5. A reading without a complete trace is the last resort.
//! 6. The byte-order constant outranks small values in the first header, and the size outranks both.
//! 7. Traces that lead from one to the next outrank everything else.
//! 8. A measurement of samples outranks the format code and the byte order of headers.

use super::reason::Reason;
use super::value::Origin;

/// The aspect of a reading that a reason bears on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aspect {
    Kind,
    Order,
    Start,
    Additional,
    Samples,
    Width,
    Trailer,
    End,
    /// The size of the file: bears on everything.
    Size,
    /// The headers at the expected offsets: bears on everything.
    Headers,
}

/// A measurement of samples that decides.
pub(super) const MEASURED: i32 = 20;

/// The format code, and the byte order of headers for samples: half of a measurement.
pub(super) const DECLARED: i32 = MEASURED / 2;

/// The lead that makes the best reading certain.
pub(super) const LEAD: i32 = 8;

/// The revision: as its bytes state, with the constant of revision 2, against its bytes.
pub(super) const REVISION: [i32; 3] = [10, 15, -10];

/// The size of the file is a whole number of traces.
const SIZE: i32 = 40;
/// Each header that resembles the first, and each that is missing.
const HEADER: [i32; 2] = [8, -16];
/// Each header found by following sample counts.
const LINK: i32 = 16;
/// The byte-order constant of revision 2.
const CONSTANT: i32 = 30;

/// The aspect that a reason bears on, and its points for a reading.
pub(super) fn weight(reason: &Reason) -> (Aspect, i32) {
    use Aspect::{Additional, End, Headers, Kind, Order, Samples, Size, Start, Trailer, Width};
    // Never more traces than are looked at: five, or the first few links.
    let times = |n: usize| i32::try_from(n).unwrap_or(i32::MAX / SIZE);
    match reason {
        Reason::TracesAlone => (Kind, -6),
        Reason::FormatCodeValid => (Kind, 10),
        Reason::FileHeaders => (Kind, 0),

        Reason::ConstantAgrees(true) => (Order, CONSTANT),
        Reason::ConstantAgrees(false) => (Order, -CONSTANT),
        Reason::BigEndian => (Order, 2),
        Reason::SmallValues(true) => (Order, 6),
        Reason::SmallValues(false) => (Order, -6),
        Reason::FormatCodeInvalid(_) => (Order, -10),
        // Outranks four missing headers: those are missing where the override puts them.
        Reason::HeadersAtWidth(_) => (Order, 100),

        Reason::StartFrom(Origin::Extended) => (Start, 12),
        Reason::StartFrom(Origin::Declared) => (Start, 10),
        Reason::StartFrom(Origin::NonStandard) => (Start, -4),
        Reason::StartFrom(Origin::Default) => (Start, -6),
        Reason::StartFrom(_) | Reason::NoFileHeaders => (Start, 0),
        Reason::TextInsteadOfTrace => (Start, -120),
        Reason::TextBefore(true) => (Start, 6),
        Reason::TextBefore(false) => (Start, -10),

        Reason::AdditionalFrom(Origin::Declared) => (Additional, 8),
        Reason::AdditionalFrom(Origin::TraceExtended) => (Additional, 4),
        Reason::AdditionalFrom(Origin::NonStandard) => (Additional, 2),
        Reason::AdditionalFrom(Origin::Override) | Reason::NoAdditionalHeaders => (Additional, 0),
        Reason::AdditionalFrom(_) | Reason::AdditionalNameMissing => (Additional, -4),
        Reason::AdditionalNamed => (Additional, 12),
        Reason::AdditionalNameInSamples => (Additional, -12),
        Reason::AdditionalStated(_) => (Additional, -16),

        Reason::SamplesFrom(Origin::Extended) => (Samples, 12),
        Reason::SamplesFrom(Origin::Declared) => (Samples, 10),
        Reason::SamplesFrom(Origin::TraceExtended) => (Samples, 4),
        Reason::SamplesFrom(Origin::Private) => (Samples, -4),
        Reason::SamplesFrom(Origin::NonStandard) => (Samples, -12),
        Reason::SamplesFrom(_) | Reason::OwnLength(_) => (Samples, 0),
        Reason::FirstTraceSamples(_, true) => (Samples, 6),
        Reason::FirstTraceSamples(_, false) => (Samples, -3),

        Reason::WidthFrom(Origin::Declared) => (Width, 10),
        Reason::WidthFrom(_) => (Width, 0),
        Reason::WidthOfKind(_) => (Width, 10),
        Reason::TrailerDeclared => (Trailer, 8),
        Reason::NoTrailer(_) => (Trailer, 0),

        Reason::Size(0, ..) => (Size, -100),
        Reason::Size(.., 0) => (Size, SIZE),
        Reason::Size(..) | Reason::NoRoom => (Size, 0),
        Reason::TraceCountAgrees => (Size, 10),

        Reason::HeadersAt(traces) => (Headers, HEADER[0] * times(traces.len())),
        Reason::NoHeaderAt(traces) => (Headers, HEADER[1] * times(traces.len())),
        Reason::Links(n) => (Headers, LINK * times(*n as usize)),
        // Outranks a sample count of the binary header that skips traces.
        Reason::HeaderBetween(_) => (Headers, -24),
        Reason::IntervalAgrees => (Headers, 4),
        Reason::TraceIdInvalid => (Headers, -3),
        Reason::ScalarInvalid => (Headers, -2),
        Reason::Followed(..) => (Headers, 200),

        // What the chosen reading is, not why it was chosen.
        _ => (End, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::stated::Ended;
    use super::*;

    const ORIGINS: [Origin; 10] = [
        Origin::Override,
        Origin::Declared,
        Origin::Extended,
        Origin::NonStandard,
        Origin::Trace,
        Origin::TraceExtended,
        Origin::Each,
        Origin::Private,
        Origin::Detected,
        Origin::Default,
    ];

    fn sum(reasons: &[Reason]) -> i32 {
        reasons.iter().map(|reason| weight(reason).1).sum()
    }

    fn alike(n: u64) -> Reason {
        Reason::HeadersAt((1..=n).collect())
    }

    fn missing(n: u64) -> Reason {
        Reason::NoHeaderAt((1..=n).collect())
    }

    const FITS: Reason = Reason::Size(10, 440, 0);
    const TRAILING: Reason = Reason::Size(10, 444, 40);

    #[test]
    fn size_outranks_any_single_header_word() {
        for of in
            [Reason::StartFrom, Reason::SamplesFrom, Reason::AdditionalFrom, Reason::WidthFrom]
        {
            let weights = || ORIGINS.map(|origin| weight(&of(origin)).1);
            let (best, worst) = (weights().into_iter().max(), weights().into_iter().min());
            assert!(sum(&[FITS]) > best.unwrap_or(0) - worst.unwrap_or(0));
        }
        let words = [Reason::SamplesFrom(Origin::Declared), Reason::FirstTraceSamples(50, true)];
        let rival =
            [Reason::SamplesFrom(Origin::NonStandard), Reason::FirstTraceSamples(50, false)];
        assert!(sum(&rival) + sum(&[FITS]) > sum(&words) + sum(&[TRAILING]));
    }

    #[test]
    fn missing_headers_outrank_size() {
        assert!(sum(&[FITS, missing(3)]) < sum(&[TRAILING]));
        assert!(sum(&[FITS, missing(1)]) > sum(&[TRAILING]), "one header may be damaged");
        assert!(sum(&[FITS, missing(2), alike(2)]) < sum(&[TRAILING, alike(4)]));
    }

    #[test]
    fn followed_headers_outrank_size_that_fits_by_chance() {
        assert!(sum(&[Reason::Links(3)]) > sum(&[FITS]));
        assert!(sum(&[Reason::Links(2), alike(1)]) >= sum(&[FITS]));
    }

    #[test]
    fn text_outranks_size_and_headers_that_seem_alike() {
        let start = Reason::StartFrom(Origin::Extended);
        let text = [Reason::TextInsteadOfTrace, FITS, alike(4), start];
        assert!(sum(&text) < sum(&[TRAILING, Reason::StartFrom(Origin::Default)]));
    }

    #[test]
    fn reading_without_complete_trace_is_last() {
        let words = [
            Reason::SamplesFrom(Origin::Extended),
            Reason::StartFrom(Origin::Extended),
            Reason::WidthFrom(Origin::Declared),
            Reason::ConstantAgrees(true),
        ];
        let none = [Reason::Size(0, 1 << 40, 40)];
        assert!(
            sum(&words) + sum(&none)
                < sum(&[Reason::ConstantAgrees(false), missing(1), TRAILING]) + 20
        );
        assert!(sum(&none) < sum(&[missing(4)]));
    }

    #[test]
    fn constant_outranks_small_values_and_size_outranks_both() {
        let plausible = [Reason::SmallValues(true), Reason::BigEndian];
        assert!(sum(&[Reason::ConstantAgrees(true)]) > sum(&plausible));
        assert!(sum(&[FITS]) > sum(&[Reason::ConstantAgrees(true)]));
    }

    #[test]
    fn headers_at_another_width_outrank_those_missing_where_the_override_puts_them() {
        assert!(sum(&[Reason::HeadersAtWidth(4), missing(4), FITS]) > sum(&[FITS]));
    }

    #[test]
    fn header_between_outranks_declared_sample_count() {
        let skips = [Reason::HeaderBetween(4040), Reason::SamplesFrom(Origin::Declared)];
        assert!(
            sum(&skips)
                < sum(&[Reason::SamplesFrom(Origin::Trace), Reason::FirstTraceSamples(50, false)])
        );
    }

    #[test]
    fn followed_traces_outrank_everything() {
        let best = [
            Reason::FormatCodeValid,
            Reason::ConstantAgrees(true),
            Reason::StartFrom(Origin::Extended),
            Reason::AdditionalNamed,
            Reason::SamplesFrom(Origin::Extended),
            Reason::FirstTraceSamples(50, true),
            Reason::WidthFrom(Origin::Declared),
            FITS,
            alike(4),
        ];
        assert!(sum(&[Reason::Followed(40, Ended::Whole)]) > sum(&best));
    }

    #[test]
    fn measurement_outranks_format_code_and_byte_order_of_headers() {
        let (declared, measured) = (DECLARED - MEASURED, MEASURED);
        assert_eq!(declared.max(measured), measured, "one that contradicts the header");
        assert_eq!(DECLARED.min(MEASURED), DECLARED);
    }

    #[test]
    fn reasons_that_describe_a_reading_weigh_nothing() {
        for reason in [Reason::NoTrace, Reason::Width(4), Reason::Overridden, Reason::FirstFile] {
            assert_eq!(weight(&reason).1, 0);
        }
    }
}
