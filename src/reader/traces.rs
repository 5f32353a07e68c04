//! Reads by trace number.

use std::ops::{Bound, RangeBounds};

use super::Reader;
use crate::decode::Decoder;
use crate::error::{Error, Kind, Result};
use crate::layout::Layout;
use crate::out::Out;
use crate::parallel::Running;
use crate::read::gather::{self, Gather};
use crate::read::pick::{Pick, Samples};
use crate::read::transfer::Transfer;
use crate::walk::Walk;

impl Reader {
    /// Samples that all traces together make: what [`Reader::read_into`] fills for `..`.
    ///
    /// # Errors
    /// `Class::Format` where that exceeds the address space.
    pub fn len(&self) -> Result<usize> {
        self.traces_len(self.n_traces())
    }

    /// Whether the file holds no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.n_traces() == 0 || self.n_samples() == 0
    }

    /// Samples of one trace: what [`Reader::read_trace_into`] fills.
    ///
    /// # Errors
    /// `Class::Format` where that exceeds the address space.
    pub fn trace_len(&self) -> Result<usize> {
        self.traces_len(1)
    }

    /// Samples of `traces` traces: what [`Reader::read_traces_into`] fills.
    ///
    /// # Errors
    /// `Class::Format` where that exceeds the address space.
    pub fn traces_len(&self, traces: u64) -> Result<usize> {
        traces.checked_mul(self.n_samples()).and_then(|n| usize::try_from(n).ok()).ok_or_else(
            || {
                Error::from(Kind::AddressSpace {
                    what: format!("{traces} traces of {} samples", self.n_samples()),
                })
            },
        )
    }

    /// Reads one trace into memory of the caller's: its samples, of the type of the destination.
    ///
    /// Where the lengths of traces [vary](Reader::lengths), the destination is for
    /// [`Reader::samples_of`] the trace, or for [`Reader::trace_len`] with what fills it up.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let mut trace = [0f32; 16];
    /// file.read_trace_into(5, &mut trace)?;
    /// assert_eq!(trace[..2], [2401.0625, 2401.06640625]);
    ///
    /// // Memory that is too short stays untouched.
    /// let error = file.read_trace_into(5, &mut trace[..15]).unwrap_err();
    /// assert!(error.to_string().contains("expected 16 samples"));
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `Class::Index` past the last trace; `Class::Destination` for a wrong type or length;
    /// `Class::Io`, `Class::Format` from reading.
    pub fn read_trace_into<'a>(&self, trace: u64, out: impl Into<Out<'a>>) -> Result<()> {
        let out = out.into();
        let mut samples = self.all_samples()?;
        if self.lengths().is_some()
            && let Ok(own) = usize::try_from(self.samples_of(trace)?)
            && out.len() == own
        {
            samples.count = own;
        }
        self.read_walk_into(single(trace), samples, out, self.running())
    }

    /// Reads the traces of a list, in its order, repeats included.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let mut traces = vec![0f32; file.traces_len(3)?];
    /// file.read_traces_into(&[11, 0, 0], &mut traces)?;
    /// assert_eq!([traces[0], traces[16], traces[32]], [2402.1875, 2400.0, 2400.0]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::read_trace_into`].
    pub fn read_traces_into<'a>(&self, traces: &[u64], out: impl Into<Out<'a>>) -> Result<()> {
        self.read_walk_into(Walk::List(traces), self.all_samples()?, out.into(), self.running())
    }

    /// Reads a range of samples of a range of traces: `..` for all.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let mut whole = vec![0f32; file.len()?];
    /// file.read_into(.., .., &mut whole)?;
    ///
    /// let mut window = [0f32; 2 * 4];
    /// file.read_into(10.., 4..8, &mut window)?;
    /// assert_eq!(window[..4], whole[10 * 16 + 4..10 * 16 + 8]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::read_trace_into`].
    pub fn read_into<'a>(
        &self,
        traces: impl RangeBounds<u64>,
        samples: impl RangeBounds<u64>,
        out: impl Into<Out<'a>>,
    ) -> Result<()> {
        let (first, count) = bounds("trace", &traces, self.n_traces())?;
        let (first_sample, n) = bounds("sample", &samples, self.n_samples())?;
        let samples = Samples { first: first_sample, step: 1, count: n };
        let walk = Walk::affine(first, [(1, 0), (1, 0), (count, 1)]);
        self.read_walk_into(walk, samples, out.into(), self.running())
    }

    /// Reads chosen samples of the traces of a walk: what all reads by trace number come down to.
    ///
    /// ```
    /// use segbuf::Running;
    /// use segbuf::Walk;
    /// use segbuf::{Out, Samples};
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// // Every fourth trace, and of each every second sample from the last one backwards.
    /// let walk = Walk::affine(0, [(1, 0), (1, 0), (3, 4)]);
    /// let samples = Samples { first: 15, step: -2, count: 8 };
    /// let mut memory = [0f32; 3 * 8];
    /// file.read_walk_into(walk, samples, Out::from(&mut memory), Running::default())?;
    /// assert_eq!(memory[8..10], [2401.05859375, 2401.05078125]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::read_trace_into`]; `Class::Index` for rows without a trace, `Class::Value` for
    /// samples with a step of 0; `Class::Geometry` where traces are shorter than that and an integer
    /// destination has no `fill`; what `running.poll` returns.
    pub fn read_walk_into(
        &self,
        walk: Walk<'_>,
        samples: Samples,
        mut out: Out<'_>,
        running: Running<'_>,
    ) -> Result<()> {
        self.check_walk(&walk)?;
        self.check_samples(samples)?;
        let padding = self.padding(walk, Pick::Run(samples), &out)?;
        self.read_stored_into(walk, samples, out.reborrow(), running)?;
        padding.map_or(Ok(()), |padding| padding.put(out, walk, Pick::Run(samples), running))
    }

    /// Reads stored samples by trace index, and zeros after the ends of shorter traces.
    fn read_stored_into(
        &self,
        walk: Walk<'_>,
        samples: Samples,
        out: Out<'_>,
        running: Running<'_>,
    ) -> Result<()> {
        let decoder = self.decoder(&out)?;
        let (source, layout, fill) = (&*self.source, &self.facts.layout, &[]);
        if gather::pays(samples, walk.len()) {
            let pick = Pick::Run(samples);
            let expected = None;
            let gather = Gather { source, layout, walk, pick, decoder, pitch: 1, expected, fill };
            return gather.run(out, running).map(|_| ());
        }
        let rows = out.rows(walk.len(), samples.count)?;
        let transfer = Transfer { source, layout, walk, samples, decoder, expected: None, fill };
        transfer.run(rows, running).map(|_| ())
    }

    /// All samples of a trace.
    pub(super) fn all_samples(&self) -> Result<Samples> {
        Ok(Samples { first: 0, step: 1, count: self.trace_len()? })
    }

    pub(super) fn decoder(&self, out: &Out<'_>) -> Result<Decoder> {
        let Layout { format, sample_endian, .. } = self.facts.layout;
        Decoder::new(format, sample_endian, out.kind())
    }

    pub(super) fn check_walk(&self, walk: &Walk<'_>) -> Result<()> {
        walk.ends().into_iter().flatten().try_for_each(|trace| self.check_trace(trace))
    }

    pub(super) fn check_trace(&self, trace: u64) -> Result<()> {
        if trace < self.n_traces() {
            return Ok(());
        }
        Err(Kind::TraceOutOfRange { trace, n_traces: self.n_traces() }.into())
    }

    pub(super) fn check_samples(&self, samples: Samples) -> Result<()> {
        if samples.step == 0 {
            return Err(Kind::Zero { what: "the step of samples" }.into());
        }
        let last = (samples.count as u64).checked_sub(1).map_or(Some(0), |rest| {
            let reach = i64::try_from(rest).ok()?.checked_mul(samples.step)?;
            samples.first.checked_add_signed(reach)
        });
        let inside = |index: Option<u64>| index.is_some_and(|i| i < self.n_samples());
        if samples.count == 0 || inside(Some(samples.first)) && inside(last) {
            return Ok(());
        }
        let first = i128::from(samples.first);
        let last = first + (samples.count as i128 - 1) * i128::from(samples.step);
        let sample = if inside(Some(samples.first)) { last } else { first };
        Err(Kind::SampleOutOfRange { sample, n_samples: self.n_samples() }.into())
    }
}

fn single(trace: u64) -> Walk<'static> {
    Walk::affine(trace, [(1, 0); 3])
}

/// A range of Rust as (first, count), within 0 to `end`.
fn bounds(what: &'static str, range: &impl RangeBounds<u64>, end: u64) -> Result<(u64, usize)> {
    let first = match range.start_bound() {
        Bound::Included(i) => *i,
        Bound::Excluded(i) => i.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let stop = match range.end_bound() {
        Bound::Included(i) => i.saturating_add(1),
        Bound::Excluded(i) => *i,
        Bound::Unbounded => end,
    };
    if first > stop || stop > end {
        return Err(Kind::RangeOutOfRange { what, first, stop, end }.into());
    }
    let count = usize::try_from(stop - first).map_err(|_| {
        Error::from(Kind::AddressSpace { what: format!("the {what}s {first}..{stop}") })
    })?;
    Ok((first, count))
}
