//! Reads by place on the grid of the survey: depth slices, boxes, lists of cells, windows.

use super::Reader;
use crate::error::{Error, Kind, Result};
use crate::gather::{self, Gather, Pick as Gathered};
use crate::geometry::{Cells, Geometry};
use crate::options::Fill;
use crate::out::{Bytes, Out};
use crate::parallel::Running;
use crate::transfer::{Outcome, Samples, Transfer};
use crate::walk::{MISSING, Walk};

/// Which samples are read of each cell, and in which order they lie in the destination.
#[derive(Debug, Clone, Copy)]
pub enum Pick<'a> {
    /// A run of samples: (cell, sample).
    Run(Samples),
    /// Samples by index, in any order: (cell, sample).
    Samples(&'a [u64]),
    /// The same, samples first: (sample, cell).
    Slices(&'a [u64]),
    /// So many samples from one on that is given for each cell, which may lie outside the trace:
    /// (cell, sample). What is outside is filled as a missing trace is.
    Window {
        /// The sample index of the first, for each cell.
        starts: &'a [i64],
        /// How many.
        len: usize,
    },
}

impl Reader {
    /// Samples of a depth slice, one of each cell of the grid: what [`Reader::read_depth_slice_into`]
    /// fills.
    ///
    /// # Errors
    /// [`Kind::Geometry`] where the file is no survey.
    pub fn depth_slice_len(&self) -> Result<usize> {
        Ok(self.geometry()?.all_cells().len())
    }

    /// Reads a depth slice, sample `index` of every trace: (inline, crossline), prestack (inline,
    /// crossline, offset). Missing traces are filled.
    ///
    /// The first read of samples without their headers sweeps all headers, once, unless
    /// [`Reader::proved`] or [`verify`](crate::Options::verify) did.
    ///
    /// # Errors
    /// [`Kind::Index`] past the last sample; otherwise as [`Reader::read_cells_into`].
    pub fn read_depth_slice_into<'a>(&self, index: u64, out: impl Into<Out<'a>>) -> Result<()> {
        self.read_depth_slices_into(&[index], out)
    }

    /// Reads several depth slices in one sweep, one behind the other in the order of the list.
    ///
    /// # Errors
    /// As [`Reader::read_depth_slice_into`].
    pub fn read_depth_slices_into<'a>(
        &self,
        indices: &[u64],
        out: impl Into<Out<'a>>,
    ) -> Result<()> {
        self.read_grid_into(Pick::Slices(indices), out.into())
    }

    /// Reads along a surface: `len` samples of every trace from a sample on that is given for each
    /// cell, in axis order: (inline, crossline, sample), prestack (inline, crossline, offset, sample).
    /// What lies outside a trace is filled, as missing traces are.
    ///
    /// # Errors
    /// As [`Reader::read_cells_into`].
    pub fn read_window_into<'a>(
        &self,
        starts: &[i64],
        len: usize,
        out: impl Into<Out<'a>>,
    ) -> Result<()> {
        self.read_grid_into(Pick::Window { starts, len }, out.into())
    }

    fn read_grid_into(&self, pick: Pick<'_>, out: Out<'_>) -> Result<()> {
        let cells = self.geometry()?.all_cells();
        self.read_cells_into(cells, pick, out, self.running())
    }

    /// Reads samples of cells of the grid: what all reads by place come down to. Cells without a trace
    /// are filled with [`fill`](crate::Options::fill).
    ///
    /// Only what is needed is read, give or take what costs less to read than to leave out. Whole
    /// traces are checked by their headers as they are read; for less, all headers are swept first,
    /// once. A list of cells takes 8 bytes of memory a cell; nothing else is allocated.
    ///
    /// # Errors
    /// [`Kind::Index`] for cells or samples that are not there; [`Kind::Value`] for another number of
    /// starts than of cells; [`Kind::Geometry`] where the file is no survey, where two traces have a
    /// cell that is read, and where an integer destination has no `fill` for what is missing;
    /// [`Kind::Destination`] for a wrong type or length; [`Kind::Io`], [`Kind::Format`] from reading;
    /// whatever `running.poll` returns.
    pub fn read_cells_into(
        &self,
        cells: Cells<'_>,
        pick: Pick<'_>,
        mut out: Out<'_>,
        running: Running<'_>,
    ) -> Result<()> {
        self.check_pick(pick, cells.len())?;
        let mut geometry = if self.is_checked_beside(pick) {
            self.geometry_running(running)?
        } else {
            self.proved(running)?
        };
        loop {
            match self.read_placed(geometry, cells, pick, out.reborrow(), running)? {
                Outcome::Done => return Ok(()),
                Outcome::Misfit => geometry = self.proved(running)?,
            }
        }
    }

    /// Whether the headers lie beside the samples, so that keys can be checked as they are read.
    pub(crate) fn is_checked_beside(&self, pick: Pick<'_>) -> bool {
        matches!(pick, Pick::Run(run) if run.step == 1 && run.count as u64 == self.n_samples())
    }

    fn check_pick(&self, pick: Pick<'_>, cells: usize) -> Result<()> {
        match pick {
            Pick::Run(samples) => self.check_samples(samples),
            Pick::Samples(samples) | Pick::Slices(samples) => samples
                .iter()
                .try_for_each(|&first| self.check_samples(Samples { first, step: 1, count: 1 })),
            Pick::Window { starts, .. } if starts.len() == cells => Ok(()),
            Pick::Window { starts, .. } => {
                Err(Error::new(Kind::Value, "not as many starts as traces")
                    .want(cells)
                    .have(starts.len()))
            }
        }
    }

    fn read_placed(
        &self,
        geometry: &Geometry,
        cells: Cells<'_>,
        pick: Pick<'_>,
        out: Out<'_>,
        running: Running<'_>,
    ) -> Result<Outcome> {
        geometry.check_cells(cells)?;
        let traces: Vec<u64>;
        let (walk, pitch) = match cells {
            Cells::Grid(axes) => (geometry.grid_walk(&axes), geometry.pitch(&axes)),
            Cells::List(cells) => {
                traces = cells.iter().map(|&cell| geometry.trace_of(cell)).collect();
                (Walk::List(&traces), 1)
            }
        };
        let fill = self.fill_of(walk, pick, &out)?;
        let fill = fill.as_ref().map_or(&[][..], Fill::sample);
        let decoder = self.decoder(&out)?;
        let (source, layout) = (&*self.source, &self.facts.layout);
        let pick = match pick {
            Pick::Run(samples)
                if gather::pays(samples, walk.len()) && !self.is_checked_beside(pick) =>
            {
                Gathered::Run(samples)
            }
            Pick::Run(samples) => {
                let check = |row: usize, header: Bytes<'_>| {
                    geometry.fits(cells, row, &self.fields.read(header, layout.endian))
                };
                let check: Option<crate::transfer::Check<'_>> =
                    if geometry.is_proved() { None } else { Some(&check) };
                let rows = out.rows(walk.len(), samples.count)?;
                return Transfer { source, layout, walk, samples, decoder, check, fill }
                    .run(rows, running);
            }
            Pick::Samples(samples) => Gathered::Samples(samples),
            Pick::Slices(samples) => Gathered::Slices(samples),
            Pick::Window { starts, len } => Gathered::Window { starts, len },
        };
        let gather = Gather { source, layout, walk, pick, decoder, pitch, fill };
        gather.run(out, running).map(|()| Outcome::Done)
    }

    /// What stands for missing traces and samples, where there are any.
    fn fill_of(&self, walk: Walk<'_>, pick: Pick<'_>, out: &Out<'_>) -> Result<Option<Fill>> {
        let outside = || match pick {
            Pick::Window { starts, len } => starts.iter().enumerate().any(|(row, &start)| {
                let end = i128::from(start) + len as i128;
                (start < 0 || end > i128::from(self.n_samples())) && walk.get(row) != MISSING
            }),
            _ => false,
        };
        if walk.has_missing() {
            return self.options.fill_for(out.kind()).map(Some);
        }
        if !outside() {
            return Ok(None);
        }
        let fill = self.options.fill_for(out.kind());
        fill.map(Some).map_err(|error| match error.kind() {
            Kind::Geometry => Error::new(
                Kind::Geometry,
                "the window leaves the traces where an integer array is to be filled",
            )
            .have(out.kind().name())
            .advice("give open(fill=) a value for what lies outside, or read into float32"),
            _ => error,
        })
    }
}
