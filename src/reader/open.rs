//! Opening: from paths, memory and sources.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use super::files::{Files, Named};
use super::{Reader, schema};
use crate::error::{Kind, Result};
use crate::infer::{About, Failure, Warning};
use crate::options::Options;
use crate::parallel::{Running, default_threads};
use crate::read::proof::Proof;
use crate::read::scratch;
use crate::source::{MemorySource, Source};

impl Reader {
    /// Opens a file.
    ///
    /// # Errors
    /// `Class::Io` from the system; `Class::Format` where the bytes are not SEG-Y.
    pub fn open(path: impl AsRef<Path>) -> Result<Reader> {
        Reader::open_with(path, Options::default())
    }

    /// Opens a file with options.
    ///
    /// ```
    /// use segbuf::{Options, Reader};
    /// // Inlines and crosslines exchanged: the fields at other bytes of the trace header.
    /// let options = Options::default().iline(193).xline(189).threads(1);
    /// let file = Reader::open_with("tests/data/volume.sgy", options)?;
    /// assert_eq!(file.geometry()?.inlines().labels(), [1100, 1101, 1102, 1103]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::open`]; `Class::Field` for impossible key bytes; with `strict`, `Class::Format`
    /// for every warning about the layout; with `verify`, `Class::Geometry` for
    /// what the sweep finds.
    pub fn open_with(path: impl AsRef<Path>, options: Options) -> Result<Reader> {
        Reader::open_all(&[path], options)
    }

    /// Opens several files as one: such as those of a survey that was written in parts. Their traces are
    /// numbered through, in the order of the files; file headers and texts are those of the first.
    ///
    /// All that places and decodes a sample must be the same in all: byte orders, format, samples per
    /// trace, length of trace headers, sample interval. The `options` apply to each. Each
    /// remains open, or mapped.
    ///
    /// ```
    /// use segbuf::{Options, Reader};
    /// let paths = ["tests/data/volume.sgy", "tests/data/volume.sgy"];
    /// let file = Reader::open_all(&paths, Options::default())?;
    /// assert_eq!(file.n_traces(), 24);
    /// assert_eq!(file.files()[1].traces, 12..24);
    /// assert!(file.warnings()[0].code() == "duplicate-file");
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::open_with`], with the name of the file; `Class::Format` where the files disagree,
    /// saying which and in what; `Class::Value` for no file at all.
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
        Reader::from_sources_with(files, options, Running { threads, ..Running::default() })
    }

    /// [`Reader::from_sources`], interruptible between two of them, and while it sweeps.
    ///
    /// # Errors
    /// As [`Reader::open_all`]; what `running.poll` returns.
    pub(crate) fn from_sources_with(
        files: Vec<Named>,
        options: Options,
        running: Running<'_>,
    ) -> Result<Reader> {
        if options.threads == Some(0) {
            return Err(Kind::InvalidOption {
                option: "threads",
                want: "at least 1".to_owned(),
                have: "0".to_owned(),
            }
            .into());
        }
        let Files { source, mut inferred, parts, stanzas, schema } =
            Files::judge(files, &options, running)?;
        let firsts = parts.iter().map(|part| part.traces.start);
        schema::begin(&*source, &schema, firsts, &mut inferred)?;
        let mut layout = inferred.warnings.iter().filter(|w| w.about() == About::Layout);
        if let (true, Some(warning)) = (options.strict, layout.next()) {
            return Err(warning.refused());
        }
        let fields = schema::keys(&schema, &options, &mut inferred.warnings)?;
        let most = if source.is_parallel() { usize::MAX } else { 1 };
        let threads = options.threads.unwrap_or_else(default_threads).clamp(1, most);
        let running = Running { threads: running.threads.min(most), ..running };
        let proof = Proof::new(inferred.facts.layout.n_traces);
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
            proof,
            doubles: OnceLock::new(),
            told: AtomicBool::new(false),
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
                    reader.warnings.push(Warning::Survey { error: Failure(e) });
                }
                Err(e) => return Err(e),
            }
        } else {
            reader.look_for_index()?;
        }
        Ok(reader)
    }
}
