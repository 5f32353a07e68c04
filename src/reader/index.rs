//! The saved index of an open file: written on request, used where it fits.

use std::path::{Path, PathBuf};

use super::Reader;
use crate::error::{Kind, Result};
use crate::infer::{Conclusion, Origin, Reason, Topic, Value, Warning};
use crate::options::UseIndex;
use crate::parallel::Running;
use crate::read::keys;
use crate::source::Stamp;
use crate::survey::index::{Identity, Index};

impl Reader {
    /// Sweeps all headers and saves the keys of every trace: to a file of that path, or beside this one,
    /// with `.segbuf-index` behind its name. Says where. Whoever opens the file from then on knows the
    /// survey without reading headers.
    ///
    /// ```
    /// use segbuf::infer::Topic;
    /// use segbuf::Running;
    /// use segbuf::{Options, Reader};
    /// # let folder = tempfile::tempdir().expect("a folder");
    /// # let path = folder.path().join("volume.sgy");
    /// # std::fs::copy("tests/data/volume.sgy", &path).expect("a copy");
    /// let saved = Reader::open(&path)?.save_index(None, Running::default())?;
    /// assert!(saved.ends_with("volume.sgy.segbuf-index"));
    /// let file = Reader::open(&path)?;
    /// assert!(file.evidence().get(Topic::Index).is_some());
    /// assert_eq!(file.geometry()?.inlines().labels(), [2400, 2401, 2402]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `Class::Value` for what was not opened by the path of one file, and where the path leads to
    /// something that is no index; `Class::Geometry` for a file without traces; `Class::Io`,
    /// `Class::Format` from reading and writing; whatever `running.poll` returns.
    pub fn save_index(&self, path: Option<&Path>, running: Running<'_>) -> Result<PathBuf> {
        let stamp = self.stamp()?;
        let (layout, fields) = (&self.facts.layout, &self.fields);
        // Before the sweep: what is written to the file meanwhile makes the index stale.
        let identity = Identity::of(&*self.source, stamp, layout, fields)?;
        let keys = keys::every(&*self.source, layout, fields, running)?;
        let index = Index::of(&keys)?;
        self.keep(&keys);
        let path = path.map_or_else(|| Index::beside(&stamp.path), Path::to_owned);
        index.save(&identity, &path, &stamp.path)?;
        Ok(path)
    }

    /// Loads the index that the options ask for, and says in the evidence, or in a warning, what became
    /// of it.
    ///
    /// # Errors
    /// `Class::Value` where an index is given for what has none; `Class::Io` where the one that is
    /// given cannot be read, and from the file.
    pub(super) fn look_for_index(&mut self) -> Result<()> {
        let path = match (&self.options.index, self.source.stamp()) {
            (UseIndex::No, _) | (UseIndex::Beside, None) => return Ok(()),
            (UseIndex::At(path), _) => path.clone(),
            (UseIndex::Beside, Some(stamp)) => {
                let beside = Index::beside(&stamp.path);
                if !beside.exists() {
                    return Ok(());
                }
                beside
            }
        };
        let (layout, fields) = (&self.facts.layout, &self.fields);
        let identity = Identity::of(&*self.source, self.stamp()?, layout, fields)?;
        let reason = match Index::load(&path, &identity) {
            Ok(Ok(index)) => {
                let (value, reasons) = (Value::Path(path), vec![Reason::IndexMatches]);
                let made = Conclusion::new(Topic::Index, value, Origin::Detected, reasons);
                self.evidence.replace(made);
                self.index = Some(index);
                return Ok(());
            }
            Ok(Err(why)) => why.to_owned(),
            Err(error) if matches!(self.options.index, UseIndex::At(_)) => return Err(error),
            Err(error) => error.to_string(),
        };
        self.warnings.push(Warning::Index { path, reason });
        Ok(())
    }

    fn stamp(&self) -> Result<&Stamp> {
        self.source.stamp().ok_or_else(|| Kind::NoIndexPath.into())
    }
}
