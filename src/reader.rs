//! An open SEG-Y file: its facts, its geometry, and reads into memory of the caller's.

mod cells;
mod columns;
mod files;
mod groups;
mod index;
mod lengths;
mod schema;
mod texts;
pub(crate) mod view;

use std::ops::{Bound, RangeBounds};
use std::path::Path;
use std::sync::{Arc, OnceLock};

use crate::decode::Decoder;
use crate::error::{Class, Error, Kind, Result};
use crate::header::schema::{Schema, TraceHeader};
use crate::header::value::{BinaryHeader, KeyField};
use crate::infer::{About, Evidence, Facts, Warning};
use crate::layout::Layout;
use crate::options::Options;
use crate::out::Out;
use crate::parallel::{Running, default_threads};
use crate::read::gather::{self, Gather};
use crate::read::headers::{self, KeyFields};
use crate::read::scratch;
use crate::read::transfer::{Samples, Transfer};
use crate::source::{MemorySource, Source};
use crate::survey::coordinates::{Coordinates, Pair, Wanted};
use crate::survey::geometry::{Duplicates, Geometry, Key, Keys, Report, Rules};
use crate::survey::index::Index;
use crate::text::Stanzas;
use crate::walk::Walk;
pub use cells::Pick;
use files::Files;
pub use files::{Named, Part};

/// An open SEG-Y file. All methods take `&self`, from as many threads as you like.
///
/// ```
/// use segbuf::Reader;
/// // 3 inlines, 2400 to 2402, of 4 crosslines, 1100 to 1103, of 16 samples.
/// let file = Reader::open("tests/data/volume.sgy")?;
/// assert_eq!((file.n_traces(), file.n_samples()), (12, 16));
///
/// let mut line = vec![0f32; file.iline_len()?];
/// for &label in file.geometry()?.inlines().labels() {
///     file.read_iline_into(label, &mut line)?; // the same memory again and again
///     assert_eq!(line[0], label as f32);
/// }
/// # segbuf::Result::Ok(())
/// ```
///
/// Lengths and indices count samples and traces from 0; labels are inline and crossline numbers as the
/// file gives them. After an error in the midst of a read the contents of the destination are
/// unspecified; a fault found before leaves it untouched.
pub struct Reader {
    source: Box<dyn Source>,
    facts: Facts,
    evidence: Evidence,
    warnings: Vec<Warning>,
    files: Vec<Part>,
    options: Options,
    threads: usize,
    fields: KeyFields,
    schema: Arc<Schema>,
    /// The stanzas of the extended textual headers, and those of the data trailer.
    stanzas: [OnceLock<Stanzas>; 2],
    /// The keys as they were saved.
    index: Option<Index>,
    /// What probing or the index found: None where only a sweep could tell.
    probed: OnceLock<Option<Arc<Geometry>>>,
    /// What the sweep of all headers found.
    swept: OnceLock<Result<Arc<Geometry>>>,
}

impl Reader {
    /// Opens a file.
    ///
    /// # Errors
    /// [`Kind::Io`] from the system; [`Kind::Format`] where the bytes are not SEG-Y.
    pub fn open(path: impl AsRef<Path>) -> Result<Reader> {
        Reader::open_with(path, Options::default())
    }

    /// Opens a file, saying how.
    ///
    /// ```
    /// use segbuf::{Options, Reader};
    /// // The numbers that others call inline and crossline, in other bytes of the trace header.
    /// let (iline, xline) = (193.into(), 189.into());
    /// let options = Options { iline, xline, threads: Some(1), ..Options::default() };
    /// let file = Reader::open_with("tests/data/volume.sgy", options)?;
    /// assert_eq!(file.geometry()?.inlines().labels(), [1100, 1101, 1102, 1103]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::open`]; [`Kind::Field`] for impossible key bytes; with `strict`, [`Kind::Format`]
    /// for whatever else would be a warning about the layout; with `verify`, [`Kind::Geometry`] for
    /// what the sweep finds.
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Reader> {
        Reader::open_all(&[path], options)
    }

    /// Opens several files as one: those of a survey that was written in parts, say. Their traces are
    /// numbered through, in the order of the files; file headers and texts are those of the first.
    ///
    /// All that places and decodes a sample must be the same in all: byte orders, format, samples per
    /// trace, length of trace headers, sample interval. Whatever `options` say holds for each. Each
    /// remains open, or mapped.
    ///
    /// ```
    /// use segbuf::{Options, Reader};
    /// let paths = ["tests/data/volume.sgy", "tests/data/volume.sgy"];
    /// let file = Reader::open_all(&paths, Options::default())?;
    /// assert_eq!(file.n_traces(), 24);
    /// assert_eq!(file.files()[1].traces, 12..24);
    /// assert!(file.warnings()[0].text.contains("is there twice"));
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::open_with`], with the name of the file; [`Kind::Format`] where the files disagree,
    /// saying which and in what; [`Kind::Value`] for no file at all.
    pub fn open_all(paths: &[impl AsRef<Path>], options: Options) -> Result<Reader> {
        let open = |path: &_| Named::open(path, options.mmap);
        let files = paths.iter().map(open).collect::<Result<_>>()?;
        Reader::from_sources(files, options)
    }

    /// Reads a file that is in memory, in place: `Vec<u8>`, `Arc<[u8]>`, `&'static [u8]`.
    ///
    /// ```
    /// use segbuf::{Options, Reader};
    /// let bytes = std::fs::read("tests/data/volume.sgy").expect("it is there");
    /// let file = Reader::from_bytes(bytes, Options::default())?;
    /// assert_eq!(file.n_traces(), 12);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::open_with`].
    pub fn from_bytes<T>(bytes: T, options: Options) -> Result<Reader>
    where
        T: AsRef<[u8]> + Send + Sync + 'static,
    {
        let source = Box::new(MemorySource::new(bytes));
        Reader::from_sources(vec![Named { name: "memory".to_owned(), source }], options)
    }

    /// Reads from any source.
    ///
    /// # Errors
    /// As [`Reader::open_with`].
    pub fn from_source(source: Box<dyn Source>, options: Options) -> Result<Reader> {
        Reader::from_sources(vec![Named { name: "source".to_owned(), source }], options)
    }

    /// Reads several sources as one: see [`Reader::open_all`].
    ///
    /// # Errors
    /// As [`Reader::open_all`].
    pub fn from_sources(files: Vec<Named>, options: Options) -> Result<Reader> {
        let threads = options.threads.unwrap_or_else(default_threads);
        Reader::from_sources_running(files, options, Running { threads, ..Running::default() })
    }

    /// [`Reader::from_sources`], interruptible between two of them, and while it sweeps.
    ///
    /// # Errors
    /// As [`Reader::open_all`]; whatever `running.poll` returns.
    pub fn from_sources_running(
        files: Vec<Named>,
        options: Options,
        running: Running<'_>,
    ) -> Result<Reader> {
        if options.threads == Some(0) {
            return Err(
                Error::new(Kind::Value, "no threads to read with").want("threads of 1 or more")
            );
        }
        let Files { source, mut inferred, parts, stanzas, schema } =
            Files::judge(files, &options, running)?;
        let firsts = parts.iter().map(|part| part.traces.start);
        schema::begin(&*source, &schema, firsts, &mut inferred)?;
        let odd = inferred.warnings.iter().find(|warning| warning.about == About::Layout);
        if let (true, Some(odd)) = (options.strict, odd) {
            return Err(Error::new(Kind::Format, odd.text.clone())
                .advice("without strict, what can be read is read"));
        }
        let fields = schema::keys(&schema, &options, &mut inferred.warnings)?;
        let most = if source.is_parallel() { usize::MAX } else { 1 };
        let threads = options.threads.unwrap_or_else(default_threads).clamp(1, most);
        let running = Running { threads: running.threads.min(most), ..running };
        let mut reader = Reader {
            source,
            facts: inferred.facts,
            evidence: inferred.evidence,
            warnings: inferred.warnings,
            files: parts,
            options,
            threads,
            fields,
            schema: Arc::new(schema),
            stanzas: [stanzas, OnceLock::new()],
            index: None,
            probed: OnceLock::new(),
            swept: OnceLock::new(),
        };
        if reader.source.bytes().is_none() {
            scratch::reserve(reader.threads());
        }
        if reader.options.verify {
            match reader.proved(running) {
                Ok(geometry) => geometry.check_duplicates()?,
                // A finding, not a failure: no survey, and it still reads by trace.
                Err(e) if reader.swept.get().is_some() => {
                    reader.warnings.push(Warning::new(About::Survey, e.to_string()));
                }
                Err(e) => return Err(e),
            }
        } else {
            reader.look_for_index()?;
        }
        Ok(reader)
    }

    /// What it reads.
    pub(crate) fn source(&self) -> &dyn Source {
        &*self.source
    }

    /// What was concluded about the file.
    #[must_use]
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// What each conclusion rests on.
    #[must_use]
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    /// What is odd about the file, though readable.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The files it is made of, in the order of their traces; mostly one.
    #[must_use]
    pub fn files(&self) -> &[Part] {
        &self.files
    }

    /// How it was opened.
    #[must_use]
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Whole traces in the file.
    #[must_use]
    pub fn n_traces(&self) -> u64 {
        self.facts.layout.n_traces
    }

    /// Samples in each trace; in the longest, where their number [varies](Reader::lengths).
    #[must_use]
    pub fn n_samples(&self) -> u64 {
        self.facts.layout.n_samples
    }

    /// The most threads a read uses: 1 where the source is not [parallel](Source::is_parallel).
    #[must_use]
    pub fn threads(&self) -> usize {
        self.threads
    }

    fn running(&self) -> Running<'static> {
        Running { threads: self.threads(), ..Running::default() }
    }

    /// The bytes at which inline, crossline and offset stand in the trace headers, counted from 1.
    #[must_use]
    pub fn key_bytes(&self) -> [u16; 3] {
        self.fields.0.map(KeyField::byte)
    }

    /// The binary file header.
    ///
    /// # Errors
    /// [`Kind::Format`] for a Seismic Unix file, which has none.
    pub fn binary(&self) -> Result<BinaryHeader> {
        let bytes = self.facts.binary.ok_or_else(|| {
            Error::new(Kind::Format, "a Seismic Unix file has no binary header")
                .advice("its trace headers say what there is to say")
        })?;
        Ok(BinaryHeader { bytes, endian: self.facts.layout.endian })
    }

    /// What a word of the binary header says of all traces; `None` where there is no header, or files
    /// that are read as one differ in it.
    fn said_of_all(&self, name: &'static str) -> Result<Option<i64>> {
        if self.facts.binary.is_none() || self.facts.disputed.contains(&name) {
            return Ok(None);
        }
        Ok(self.binary()?.get(name)?.as_i64())
    }

    /// The fields of the trace headers.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The headers of a trace.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// assert_eq!(file.header(7)?.get("crossline")?.as_i64(), Some(1103));
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Index`] past the last trace; [`Kind::Io`], [`Kind::Format`] from reading.
    pub fn header(&self, trace: u64) -> Result<TraceHeader> {
        self.header_running(trace, Running::default())
    }

    /// [`Reader::header`], which may refuse to wait.
    ///
    /// # Errors
    /// As [`Reader::header`]; [`Kind::Uncached`] where `running` says not to wait.
    pub fn header_running(&self, trace: u64, running: Running<'_>) -> Result<TraceHeader> {
        self.check_trace(trace)?;
        let layout = &self.facts.layout;
        let len = self.lengths().map_or(layout.header_len, |lengths| lengths.headers(trace));
        let bytes = headers::headers(&*self.source, layout, trace, len, running.cached)?;
        TraceHeader::new(bytes, self.facts.layout.endian, Arc::clone(&self.schema))
    }

    /// Samples that all traces together make: what [`Reader::read_into`] fills for `..`.
    ///
    /// # Errors
    /// [`Kind::Format`] where that exceeds the address space.
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
    /// [`Kind::Format`] where that exceeds the address space.
    pub fn trace_len(&self) -> Result<usize> {
        self.traces_len(1)
    }

    /// Samples of so many traces: what [`Reader::read_traces_into`] fills.
    ///
    /// # Errors
    /// [`Kind::Format`] where that exceeds the address space.
    pub fn traces_len(&self, traces: u64) -> Result<usize> {
        traces.checked_mul(self.n_samples()).and_then(|n| usize::try_from(n).ok()).ok_or_else(
            || {
                Error::new(Kind::Format, "more samples than the address space holds")
                    .have(format_args!("{traces} traces of {} samples", self.n_samples()))
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
    /// assert!(error.to_string().contains("wanted 16 samples"));
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// [`Kind::Index`] past the last trace; [`Kind::Destination`] for a wrong type or length;
    /// [`Kind::Io`], [`Kind::Format`] from reading.
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
    /// use segbuf::parallel::Running;
    /// use segbuf::walk::Walk;
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
    /// As [`Reader::read_trace_into`]; [`Kind::Index`] for rows without a trace, [`Kind::Value`] for
    /// samples with a step of 0; [`Kind::Geometry`] where traces are shorter than that and an integer
    /// destination has no `fill`; whatever `running.poll` returns.
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

    /// Reads by trace number whatever is stored, and zeros behind the ends of shorter traces.
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
            let pick = gather::Pick::Run(samples);
            let gather = Gather { source, layout, walk, pick, decoder, pitch: 1, fill };
            return gather.run(out, running);
        }
        let rows = out.rows(walk.len(), samples.count)?;
        let transfer = Transfer { source, layout, walk, samples, decoder, check: None, fill };
        transfer.run(rows, running).map(|_| ())
    }

    /// The geometry of the survey: probed at first use, swept where probing does not tell.
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
    /// [`Kind::Geometry`] where the file is no survey, saying why; [`Kind::Io`], [`Kind::Format`]
    /// from reading.
    pub fn geometry(&self) -> Result<&Geometry> {
        self.geometry_running(self.running())
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
    /// As [`Reader::geometry`]; whatever `running.poll` returns.
    pub fn geometry_running(&self, running: Running<'_>) -> Result<&Geometry> {
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
                // What is wrong with the survey is said of the headers themselves.
                found => Ok(found.ok()),
            },
            None if self.options.duplicates == Duplicates::Error => {
                Geometry::probe(&Polled(self, running))
            }
            None => Ok(None),
        }
    }

    /// The survey as it was handed out: its axes never change, whatever a sweep finds later.
    ///
    /// # Errors
    /// As [`Reader::geometry_running`], but not for labels that a sweep found outside the axes.
    pub fn survey(&self, running: Running<'_>) -> Result<&Geometry> {
        self.geometry_running(running).or_else(|error| match self.probed.get() {
            Some(Some(geometry)) => Ok(geometry),
            _ => Err(error),
        })
    }

    /// The geometry after a sweep of all headers, made once.
    ///
    /// # Errors
    /// As [`Reader::geometry_running`]; [`Kind::Geometry`] where the sweep finds labels outside the axes
    /// that were handed out before.
    pub fn proved(&self, running: Running<'_>) -> Result<&Geometry> {
        if self.swept.get().is_none() {
            if running.cached {
                return Err(Kind::Uncached.into());
            }
            let keys = headers::keys(&*self.source, &self.facts.layout, &self.fields, running)?;
            let _ = self.swept.set(self.prove(&keys).map(Arc::new));
        }
        match self.swept.get() {
            Some(swept) => swept.as_deref().map_err(Error::clone),
            None => Err(Error::new(Kind::Geometry, "the sweep left no geometry")),
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
    /// [`Kind::Geometry`] where there is no memory for them (32 bytes a trace); [`Kind::Io`],
    /// [`Kind::Format`] from reading; whatever `running.poll` returns.
    pub fn coordinates(&self, pair: Pair, running: Running<'_>) -> Result<Coordinates> {
        let [iline, xline, _] = self.fields.0;
        let system = self.said_of_all("measurement_system")?;
        let text = if self.facts.n_text > 0 { self.text(0)? } else { String::new() };
        let layout = &self.facts.layout;
        let words = Wanted::new(pair, [iline, xline], &self.schema, layout.endian)?;
        Coordinates::read(&*self.source, layout, &words, system, &text, running)
    }

    /// Sweeps all headers and reports what is irregular; it raises nothing about duplicates.
    ///
    /// ```
    /// use segbuf::parallel::Running;
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let report = file.verify(Running::default())?;
    /// assert!(report.regular && report.missing == 0);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::geometry_running`].
    pub fn verify(&self, running: Running<'_>) -> Result<Report> {
        let keys = headers::keys(&*self.source, &self.facts.layout, &self.fields, running)?;
        let report = Geometry::from_sweep(&keys, None, &self.rules())?.report(&keys)?;
        self.keep(&keys);
        Ok(report)
    }

    /// Makes the geometry of keys that were swept, if there is none yet.
    fn keep(&self, keys: &[Key]) {
        if self.swept.get().is_none() {
            let _ = self.swept.set(self.prove(keys).map(Arc::new));
        }
    }

    fn rules(&self) -> Rules {
        let bytes = self.key_bytes().map(u64::from);
        let Options { duplicates, max_sparsity, .. } = self.options;
        Rules { bytes, duplicates, max_sparsity }
    }

    /// All samples of a trace.
    fn all_samples(&self) -> Result<Samples> {
        Ok(Samples { first: 0, step: 1, count: self.trace_len()? })
    }

    fn decoder(&self, out: &Out<'_>) -> Result<Decoder> {
        let Layout { format, sample_endian, .. } = self.facts.layout;
        Decoder::new(format, sample_endian, out.kind())
    }

    fn check_walk(&self, walk: &Walk<'_>) -> Result<()> {
        walk.ends().into_iter().flatten().try_for_each(|trace| self.check_trace(trace))
    }

    fn check_trace(&self, trace: u64) -> Result<()> {
        if trace < self.n_traces() {
            return Ok(());
        }
        Err(Error::new(Kind::Index, "no such trace")
            .want(match self.n_traces() {
                0 => "nothing, for there are no traces".to_owned(),
                n => format!("0 to {}", n - 1),
            })
            .have(trace))
    }

    fn check_samples(&self, samples: Samples) -> Result<()> {
        if samples.step == 0 {
            return Err(Error::new(Kind::Value, "the step of samples cannot be 0"));
        }
        let last = (samples.count as u64).checked_sub(1).map_or(Some(0), |rest| {
            let reach = i64::try_from(rest).ok()?.checked_mul(samples.step)?;
            samples.first.checked_add_signed(reach)
        });
        let inside = |index: Option<u64>| index.is_some_and(|i| i < self.n_samples());
        if samples.count == 0 || inside(Some(samples.first)) && inside(last) {
            return Ok(());
        }
        Err(Error::new(Kind::Index, "no such sample")
            .want(format_args!("0 to {}", self.n_samples().saturating_sub(1)))
            .have(if inside(Some(samples.first)) {
                last.map_or_else(|| "a run past them".to_owned(), |i| i.to_string())
            } else {
                samples.first.to_string()
            }))
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("layout", &self.facts.layout).finish_non_exhaustive()
    }
}

fn single(trace: u64) -> Walk<'static> {
    Walk::affine(trace, [(1, 0); 3])
}

/// A range of Rust as (first, count), within 0 to `end`.
fn bounds(what: &str, range: &impl RangeBounds<u64>, end: u64) -> Result<(u64, usize)> {
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
        return Err(Error::new(Kind::Index, format_args!("the {what} range is outside the file"))
            .want(format_args!("within 0..{end}"))
            .have(format_args!("{first}..{stop}")));
    }
    let count = usize::try_from(stop - first).map_err(|_| {
        Error::new(Kind::Index, format_args!("the {what} range exceeds the address space"))
    })?;
    Ok((first, count))
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
