//! What may be said when a file is opened.

use std::path::PathBuf;

use crate::error::{Error, Kind, Result};
use crate::format::SampleType;
use crate::header::schema::Selector;
use crate::infer::Overrides;
use crate::setters::setters;
use crate::survey::geometry::Duplicates;

/// How to open a file: the fields of the survey keys, overrides of the headers, and how to read.
///
/// ```
/// use segbuf::{Options, Overrides, Reader};
///
/// let options = Options::default().fill(0.0).threads(2).overrides(Overrides::default().interval(4.0));
/// let file = Reader::open_with("tests/data/volume.sgy", options)?;
/// assert_eq!(file.facts().interval, Some(4.0));
/// # segbuf::Result::Ok(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Where the inline number stands in the trace header. Default: the field `inline`, byte 189; in a
    /// Seismic Unix file byte 221.
    pub iline: Selector,
    /// Where the crossline number stands. Default: `crossline`, byte 193; in a Seismic Unix file 225.
    pub xline: Selector,
    /// Where the offset stands. Default: `offset`, byte 37.
    pub offset: Selector,
    /// Facts that outweigh whatever the file says.
    pub overrides: Overrides,
    /// What the fields of trace headers are. Default: what the file says.
    pub layout: TraceLayout,
    /// What to do with traces that carry the same keys. Default: an error when one is read.
    pub duplicates: Duplicates,
    /// What fills the rows of missing traces. Default: NaN, and an error for integer destinations.
    pub fill: Option<f64>,
    /// An irregular survey may have so many cells a trace. Default: 100.
    pub max_sparsity: f64,
    /// Whether to refuse a file whose layout is odd, rather than to warn of it.
    pub strict: bool,
    /// Whether to sweep all headers at once and refuse what is wrong. Default: probe, check on reading.
    pub verify: bool,
    /// Where a saved index may be. Default: beside the file.
    pub index: UseIndex,
    /// Whether to map the file rather than read it: faster, but see [`crate::source::MapSource`].
    pub mmap: bool,
    /// The most threads a read uses. Default: `SEGBUF_THREADS`, else all cores.
    pub threads: Option<usize>,
}

/// Which fields trace headers have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum TraceLayout {
    /// Those of the layout in the extended textual headers, where there is one, else of the standard.
    #[default]
    Stanza,
    /// Those of the standard, whatever the file says.
    Standard,
    /// Those of this layout, in XML: see [`Schema::from_xml`](crate::header::schema::Schema::from_xml).
    Xml(Vec<u8>),
}

/// Which saved index of a file is used: see [`Reader::save_index`](crate::Reader::save_index).
///
/// One that is damaged, or is not that of the file as it is and as it is read, is not used, with a
/// warning.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UseIndex {
    /// The one beside the file, if it is there.
    Beside,
    /// The one of that path.
    At(PathBuf),
    /// None.
    No,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            iline: "inline".into(),
            xline: "crossline".into(),
            offset: "offset".into(),
            overrides: Overrides::default(),
            layout: TraceLayout::default(),
            duplicates: Duplicates::Error,
            fill: None,
            max_sparsity: 100.0,
            strict: false,
            verify: false,
            index: UseIndex::Beside,
            mmap: false,
            threads: None,
        }
    }
}

setters!(Options:
    iline: impl Into<Selector>,
    xline: impl Into<Selector>,
    offset: impl Into<Selector>,
    overrides: Overrides,
    layout: TraceLayout,
    duplicates: Duplicates,
    fill: impl Into<Option<f64>>,
    max_sparsity: f64,
    strict: bool,
    verify: bool,
    index: UseIndex,
    mmap: bool,
    threads: impl Into<Option<usize>>,
);

impl Options {
    /// The sample that stands for a missing trace, as bytes in memory.
    ///
    /// # Errors
    /// `Class::Geometry` where an integer destination has no `fill`; `Class::Value` where the
    /// destination cannot hold it.
    pub(crate) fn fill_for(&self, kind: SampleType, why: &'static str) -> Result<Fill> {
        let Some(fill) = self.fill else {
            return match kind {
                SampleType::F32 => Ok(Fill::of(&f32::NAN.to_ne_bytes())),
                SampleType::F64 => Ok(Fill::of(&f64::NAN.to_ne_bytes())),
                _ => Err(Kind::FillNeeded { why, dtype: kind.name() }.into()),
            };
        };
        let misfit = || Error::from(Kind::InvalidFill { fill, dtype: kind.name() });
        let whole = fill as i128;
        // Every integer type lies well within i128, and a float that survives the way there and back
        // is a whole number.
        let exact = fill.abs() < 1e30 && whole as f64 == fill;
        macro_rules! integer {
            ($type:ty) => {
                match <$type>::try_from(whole) {
                    Ok(value) if exact => Fill::of(&value.to_ne_bytes()),
                    _ => {
                        return Err(misfit());
                    }
                }
            };
        }
        Ok(match kind {
            SampleType::F32 if fill.is_finite() && (fill as f32).is_infinite() => {
                return Err(misfit());
            }
            SampleType::F32 => Fill::of(&(fill as f32).to_ne_bytes()),
            SampleType::F64 => Fill::of(&fill.to_ne_bytes()),
            SampleType::I8 => integer!(i8),
            SampleType::I16 => integer!(i16),
            SampleType::I32 => integer!(i32),
            SampleType::I64 => integer!(i64),
            SampleType::U8 => integer!(u8),
            SampleType::U16 => integer!(u16),
            SampleType::U32 => integer!(u32),
            SampleType::U64 => integer!(u64),
        })
    }
}

/// One sample of any type, as bytes in memory.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fill {
    bytes: [u8; 8],
    len: usize,
}

impl Fill {
    fn of(sample: &[u8]) -> Fill {
        let mut bytes = [0; 8];
        bytes[..sample.len()].copy_from_slice(sample);
        Fill { bytes, len: sample.len() }
    }

    /// The bytes of the sample.
    pub(crate) fn sample(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    #[test]
    fn fill_is_exact_or_refused() {
        let with = |fill| Options { fill: Some(fill), ..Options::default() };
        let got = |fill, kind| with(fill).fill_for(kind, "").map(|f| f.sample().to_vec());
        assert_eq!(got(-999.0, SampleType::I16).unwrap(), (-999i16).to_ne_bytes());
        assert_eq!(got(255.0, SampleType::U8).unwrap(), [255]);
        assert_eq!(got(0.5, SampleType::F32).unwrap(), 0.5f32.to_ne_bytes());
        for (fill, kind) in [
            (f64::NAN, SampleType::I16),
            (40_000.0, SampleType::I16),
            (-1.0, SampleType::U32),
            (0.5, SampleType::I32),
            (18_446_744_073_709_551_616.0, SampleType::U64),
            (9_223_372_036_854_775_808.0, SampleType::I64),
            (f64::INFINITY, SampleType::U64),
            (1e300, SampleType::F32),
        ] {
            assert_eq!(got(fill, kind).unwrap_err().class(), Class::Value, "{fill} {kind:?}");
        }
        let e = Options::default().fill_for(SampleType::I16, "traces are missing").unwrap_err();
        assert_eq!(e.code(), "fill-needed");
    }
}
