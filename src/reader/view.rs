//! The samples of a file where they lie, for those who can use them as they are.

use crate::error::{Error, Kind, Result};
use crate::format::{ByteOrder, Endian, Format};
use crate::infer::Facts;
use crate::out::Bytes;
use crate::reader::Reader;

/// Float32 samples that lie in the memory of a file, traces by samples.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// From the first sample of the first trace to the last sample of the last.
    pub bytes: Bytes<'a>,
    /// How many traces.
    pub traces: usize,
    /// Samples of each, one behind the other, in the byte order of the machine.
    pub samples: usize,
    /// Bytes from one trace to the next.
    pub pitch: usize,
}

impl Reader {
    /// The samples of a file that is mapped or in memory, without a copy. They are what the file is at
    /// the moment: see [`crate::source::MapSource`].
    ///
    /// # Errors
    /// `Class::Value` where the file is not in memory, or its samples are no float32 of this machine's
    /// byte order.
    pub fn view(&self) -> Result<View<'_>> {
        let layout = &self.facts().layout;
        let refused = |want: &str, have: &str, mappable| {
            let (want, have) = (want.to_owned(), have.to_owned());
            Error::from(Kind::NoView { want, have, mappable })
        };
        if self.lengths().is_some() {
            let have = "traces of different lengths";
            return Err(refused("traces of one length", have, false));
        }
        if layout.format != Format::Ieee32 {
            return Err(refused("IEEE float32", layout.format.name(), false));
        }
        let native = if cfg!(target_endian = "little") { Endian::Little } else { Endian::Big };
        let native = ByteOrder::Plain(native);
        // Where only headers are swapped, samples could be used; but of such a file nothing lies in place.
        let &Facts { order, sample_order, .. } = self.facts();
        let have = if order == ByteOrder::Pairwise { order } else { sample_order };
        if have != native {
            let [want, have] = [native, have].map(|order| format!("{order} samples"));
            return Err(refused(&want, &have, false));
        }
        let Some(bytes) = self.source().bytes() else {
            let want = "one file that is mapped, or in memory";
            return Err(match self.files() {
                [_] => refused(want, "a file that is read", true),
                files => refused(want, &format!("{} files", files.len()), false),
            });
        };
        let whole = || {
            let traces = usize::try_from(layout.n_traces).ok()?;
            let samples = usize::try_from(layout.n_samples).ok()?;
            let pitch = usize::try_from(layout.trace_len()).ok()?;
            let last = traces.checked_sub(1);
            let len = last.map_or(Some(0), |last| {
                last.checked_mul(pitch)?.checked_add(samples.checked_mul(4)?)
            })?;
            // Without traces there may be nothing where the first would be.
            let first = if traces == 0 { 0 } else { layout.samples_offset(0) };
            Some(View { bytes: bytes.get(first, len)?, traces, samples, pitch })
        };
        whole().ok_or_else(|| {
            layout.ended(self.source(), layout.n_traces.saturating_sub(1), bytes.len() as u64)
        })
    }
}
