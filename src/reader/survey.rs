//! The survey of a file: its geometry, probed or swept, and what a sweep finds.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::SystemTime;

use super::Reader;
use crate::error::{Class, Error, Kind, Result};
use crate::infer::{Failure, FileKind, Warning};
use crate::options::Options;
use crate::parallel::Running;
use crate::read::keys;
use crate::survey::coordinates::{Coordinates, Pair, Wanted};
use crate::survey::geometry::{Duplicates, Geometry, Key, Keys, Report, Rules};

/// The largest line number out of bytes that may be unassigned.
const LARGEST_LABEL: u32 = 1_000_000;

/// The most keys at the beginning of a file that are asked for at a time.
const MOST_KEYS: u64 = 1 << 16;

impl Reader {
    /// The geometry of the survey: probed at first use, swept where probing is not enough.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let survey = file.geometry()?;
    /// assert_eq!(survey.shape(), [3, 4, 1]);
    /// assert_eq!(survey.crosslines().labels(), [1100, 1101, 1102, 1103]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `Class::Geometry` where the file is no survey, saying why; `Class::Io`, `Class::Format`
    /// from reading.
    pub fn geometry(&self) -> Result<&Geometry> {
        self.geometry_with(self.running())
    }

    /// The geometry as far as it is known without reading anything.
    #[must_use]
    pub fn geometry_known(&self) -> Option<&Geometry> {
        let swept = self.swept.get().and_then(|swept| swept.as_deref().ok());
        swept.or_else(|| self.probed.get().and_then(Option::as_deref))
    }

    /// [`Reader::geometry`], interruptible.
    ///
    /// # Errors
    /// As [`Reader::geometry`]; what `running.poll` returns.
    pub fn geometry_with(&self, running: Running<'_>) -> Result<&Geometry> {
        if let Some(Ok(swept)) = self.swept.get() {
            return Ok(swept);
        }
        // Not computed within the cell: a fork may catch another thread there, and a failure of the
        // file is no finding about it.
        if self.probed.get().is_none() {
            let _ = self.probed.set(self.assume(running)?.map(Arc::new));
        }
        match self.probed.get() {
            Some(Some(geometry)) => Ok(geometry),
            _ => self.proved(running),
        }
    }

    /// What can be known of the survey without reading all headers.
    fn assume(&self, running: Running<'_>) -> Result<Option<Geometry>> {
        match &self.index {
            Some(index) => match index.geometry(&self.rules(), running) {
                Err(error) if error.class() != Class::Geometry => Err(error),
                // A sweep of the headers reports what is wrong with the survey.
                found => Ok(found.ok()),
            },
            None if self.options.duplicates == Duplicates::Error => {
                let probed = Geometry::probe(&Polled(self, running))?;
                Ok(probed.filter(|geometry| self.check_assigned(geometry).is_ok()))
            }
            None => Ok(None),
        }
    }

    /// Whether every trace is known to have the keys of its cell: all headers were looked at, in a sweep
    /// or by the reads that were made.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        self.proof.is_complete() || self.geometry_known().is_some_and(Geometry::is_proved)
    }

    /// By which a handle in another process knows that nothing has to be proved again: size and time of
    /// modification, in nanoseconds since 1970, of a file whose traces were all found where they were
    /// assumed to be. None where they were not, and for what was not opened by the path of one file.
    #[must_use]
    pub fn proof(&self) -> Option<(u64, u64)> {
        if !self.proof.is_complete() {
            return None;
        }
        let modified = self.source.stamp()?.modified.duration_since(SystemTime::UNIX_EPOCH).ok()?;
        Some((self.source.len().ok()?, u64::try_from(modified.as_nanos()).ok()?))
    }

    /// Takes what [`Reader::proof`] gave for the file, opened with the same options. It is passed over
    /// if the file has changed since.
    pub fn trust(&self, proof: (u64, u64)) {
        self.proof.complete();
        if self.proof() != Some(proof) {
            self.proof.doubt();
        }
    }

    /// What a sweep that a read has made found out about traces that it did not touch: once, that two of
    /// them have the same keys.
    pub fn late_warning(&self) -> Option<&Warning> {
        let warning = self.doubles.get()?;
        (!self.told.swap(true, Ordering::Relaxed)).then_some(warning)
    }

    /// The survey that reads go by first: the one that was assumed, if one was, whatever a sweep found
    /// since. Its axes never change.
    ///
    /// # Errors
    /// As [`Reader::geometry_with`].
    pub fn survey(&self, running: Running<'_>) -> Result<&Geometry> {
        match self.probed.get() {
            Some(Some(geometry)) => Ok(geometry),
            _ => match (self.geometry_with(running), self.probed.get()) {
                (_, Some(Some(geometry))) => Ok(geometry),
                (found, _) => found,
            },
        }
    }

    /// The geometry after a sweep of all headers, made once.
    ///
    /// # Errors
    /// As [`Reader::geometry_with`]; `Class::Geometry` where the sweep finds labels outside the axes
    /// that were handed out before.
    pub fn proved(&self, running: Running<'_>) -> Result<&Geometry> {
        if self.swept.get().is_none() {
            if running.cached {
                return Err(Kind::Uncached.into());
            }
            let keys = keys::every(&*self.source, &self.facts.layout, &self.fields, running)?;
            self.settle(&keys, running)?;
        }
        match self.swept.get() {
            Some(swept) => swept.as_deref().map_err(Error::clone),
            None => Err(Kind::NoTraces.into()),
        }
    }

    /// The geometry of all keys, on the axes of the survey that the probe assumes, so that it makes no
    /// difference which of the two came first; which traces are where it has them is noted.
    fn prove(&self, keys: &[Key], running: Running<'_>) -> Result<Geometry> {
        if self.probed.get().is_none() {
            let probes = self.options.duplicates == Duplicates::Error && !self.options.verify;
            let probed = if probes { Geometry::probe(keys)? } else { None };
            let probed = probed.filter(|geometry| self.check_assigned(geometry).is_ok());
            let _ = self.probed.set(probed.map(Arc::new));
        }
        let assumed = self.probed.get().and_then(Option::as_deref);
        let swept = self.swept_survey(keys, assumed, running);
        if let Some(assumed) = assumed {
            assumed.prove(keys, swept.as_ref().ok(), &self.proof);
            if let Ok(Err(error)) = swept.as_ref().map(Geometry::check_duplicates) {
                let _ = self.doubles.set(Warning::Survey { error: Failure(error) });
            }
        }
        swept
    }

    /// The survey that all keys of the file make.
    fn swept_survey(
        &self,
        keys: &[Key],
        assumed: Option<&Geometry>,
        running: Running<'_>,
    ) -> Result<Geometry> {
        let swept = Geometry::swept(keys, assumed, &self.rules(), running)?;
        self.check_assigned(&swept)?;
        Ok(swept)
    }

    /// Refuses labels out of bytes that are unassigned in most files of Seismic Unix, where they are not
    /// line numbers: zeros, or the high bytes of something else.
    fn check_assigned(&self, geometry: &Geometry) -> Result<()> {
        let keys = [&self.options.iline, &self.options.xline];
        let default = Options::default();
        let passed = keys != [&default.iline, &default.xline];
        let su = self.facts.kind == FileKind::SeismicUnix && self.schema.layout().is_none();
        let are_lines = |labels: &[i32]| {
            let usual = labels.iter().all(|label| label.unsigned_abs() <= LARGEST_LABEL);
            let low = labels.iter().any(|label| label & 0xFF != 0);
            usual && low
        };
        let lines = [geometry.inlines(), geometry.crosslines()];
        if !su || passed || lines.into_iter().all(|axis| are_lines(axis.labels())) {
            return Ok(());
        }
        let [inline, crossline, _] = self.key_bytes().map(u64::from);
        Err(Kind::UnassignedKeys { bytes: [inline, crossline] }.into())
    }

    /// The coordinates of every trace, with its labels: one sweep of all headers.
    ///
    /// # Errors
    /// `Class::Memory` where there is no memory for them (32 bytes a trace); `Class::Io`,
    /// `Class::Format` from reading; what `running.poll` returns.
    pub fn coordinates(&self, pair: Pair, running: Running<'_>) -> Result<Coordinates> {
        let system = self.said_of_all("measurement_system")?;
        let text = if self.facts.n_text > 0 { self.text(0)? } else { String::new() };
        let layout = &self.facts.layout;
        let words = Wanted::new(pair, self.fields, &self.schema, layout.endian)?;
        Coordinates::read(&*self.source, layout, &words, system, &text, running)
    }

    /// Sweeps all headers and reports what is irregular; it raises nothing about duplicates.
    ///
    /// ```
    /// use segbuf::Running;
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let report = file.verify(Running::default())?;
    /// assert!(report.regular && report.missing == 0);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::geometry_with`].
    pub fn verify(&self, running: Running<'_>) -> Result<Report> {
        let keys = keys::every(&*self.source, &self.facts.layout, &self.fields, running)?;
        let report = self.swept_survey(&keys, None, running)?;
        let report = report.report_running(&keys, running)?;
        self.settle(&keys, running)?;
        Ok(report)
    }

    /// Makes the geometry of keys that were swept, if there is none yet.
    ///
    /// # Errors
    /// `Class::Memory`; what `running.poll` returns.
    pub(super) fn settle(&self, keys: &[Key], running: Running<'_>) -> Result<()> {
        if self.swept.get().is_none() {
            match self.prove(keys, running) {
                // Not about the file: it may go well next time.
                Err(error) if error.class() != Class::Geometry => return Err(error),
                found => drop(self.swept.set(found.map(Arc::new))),
            }
        }
        Ok(())
    }

    pub(super) fn rules(&self) -> Rules {
        let bytes = self.key_bytes().map(u64::from);
        let Options { duplicates, max_sparsity, .. } = self.options;
        Rules { bytes, duplicates, max_sparsity }
    }
}

/// The keys of a file, read as they are asked for, interruptible.
struct Polled<'a>(&'a Reader, Running<'a>);

impl Keys for Polled<'_> {
    fn n_traces(&self) -> u64 {
        self.0.n_traces()
    }

    fn read(&self, traces: &[u64], keys: &mut Vec<Key>) -> Result<()> {
        let Polled(Reader { source, facts, fields, .. }, running) = *self;
        keys::some(&**source, &facts.layout, fields, traces, running, keys)
    }

    /// As many as one request brings, or are asked for at a time.
    fn batch(&self) -> u64 {
        let Reader { source, facts, .. } = self.0;
        if source.bytes().is_some() {
            return 1;
        }
        let (cost, layout) = (source.cost(), &facts.layout);
        let near = layout.samples_len() <= cost.gap;
        let together = if near { cost.part / layout.trace_len() } else { 0 };
        together.max((cost.concurrency as u64).saturating_mul(16)).min(MOST_KEYS)
    }
}
