//! The survey of a file: its geometry, probed or swept, and what a sweep finds.

use std::sync::Arc;

use super::Reader;
use crate::error::{Class, Error, Kind, Result};
use crate::options::Options;
use crate::parallel::Running;
use crate::read::{headers, keys};
use crate::survey::coordinates::{Coordinates, Pair, Wanted};
use crate::survey::geometry::{Duplicates, Geometry, Key, Keys, Report, Rules};

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
        match (self.swept.get(), self.probed.get()) {
            (Some(swept), _) => swept.as_deref().ok(),
            (None, Some(probed)) => probed.as_deref(),
            (None, None) => None,
        }
    }

    /// [`Reader::geometry`], interruptible.
    ///
    /// # Errors
    /// As [`Reader::geometry`]; what `running.poll` returns.
    pub fn geometry_with(&self, running: Running<'_>) -> Result<&Geometry> {
        if let Some(swept) = self.swept.get() {
            return swept.as_deref().map_err(Error::clone);
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
            Some(index) => match index.geometry(&self.rules(), running.cached) {
                Err(error) if error.class() == Class::Uncached => Err(error),
                // A sweep of the headers reports what is wrong with the survey.
                found => Ok(found.ok()),
            },
            None if self.options.duplicates == Duplicates::Error => {
                Geometry::probe(&Polled(self, running))
            }
            None => Ok(None),
        }
    }

    /// The survey as first returned: its axes never change, even if a sweep finds others later.
    ///
    /// # Errors
    /// As [`Reader::geometry_with`], but not for labels that a sweep found outside the axes.
    pub fn survey(&self, running: Running<'_>) -> Result<&Geometry> {
        self.geometry_with(running).or_else(|error| match self.probed.get() {
            Some(Some(geometry)) => Ok(geometry),
            _ => Err(error),
        })
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
            let _ = self.swept.set(self.prove(&keys).map(Arc::new));
        }
        match self.swept.get() {
            Some(swept) => swept.as_deref().map_err(Error::clone),
            None => Err(Kind::NoTraces.into()),
        }
    }

    fn prove(&self, keys: &[Key]) -> Result<Geometry> {
        // Axes come from here from now on: a probe that is still under way elsewhere comes too late.
        let handed_out = self.probed.get_or_init(|| None).as_deref();
        Geometry::from_sweep(keys, handed_out, &self.rules())
    }

    /// The coordinates of every trace, with its labels: one sweep of all headers.
    ///
    /// # Errors
    /// `Class::Geometry` where there is no memory for them (32 bytes a trace); `Class::Io`,
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
        let report = Geometry::from_sweep(&keys, None, &self.rules())?.report(&keys)?;
        self.keep(&keys);
        Ok(report)
    }

    /// Makes the geometry of keys that were swept, if there is none yet.
    pub(super) fn keep(&self, keys: &[Key]) {
        if self.swept.get().is_none() {
            let _ = self.swept.set(self.prove(keys).map(Arc::new));
        }
    }

    pub(super) fn rules(&self) -> Rules {
        let bytes = self.key_bytes().map(u64::from);
        let Options { duplicates, max_sparsity, .. } = self.options;
        Rules { bytes, duplicates, max_sparsity }
    }
}

/// The keys of a file, read one by one, interruptible.
struct Polled<'a>(&'a Reader, Running<'a>);

impl Keys for Polled<'_> {
    fn n_traces(&self) -> u64 {
        self.0.n_traces()
    }

    fn key(&self, trace: u64) -> Result<Key> {
        let Polled(Reader { source, facts, fields, .. }, running) = self;
        running.check()?;
        let header = headers::header(&**source, &facts.layout, trace, running.cached)?;
        Ok(fields.read(header.as_slice().into(), facts.layout.endian))
    }
}
