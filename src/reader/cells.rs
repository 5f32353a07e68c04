//! Reads of cells of the grid of the survey: lines, gathers, depth slices, boxes, lists of cells,
//! windows.

use super::Reader;
use crate::error::{Kind, Result};
use crate::options::Fill;
use crate::out::Out;
use crate::parallel::Running;
use crate::read::gather::{self, Gather};
use crate::read::keys::{ExpectedKeys, Outcome};
use crate::read::pick::{Pick, Samples};
use crate::read::transfer::Transfer;
use crate::survey::geometry::{Cells, Geometry, LineKind};
use crate::walk::{MISSING, Walk};

impl Reader {
    /// Samples of an inline: what [`Reader::read_iline_into`] fills.
    ///
    /// # Errors
    /// `Class::Geometry` where the file is no survey.
    pub fn iline_len(&self) -> Result<usize> {
        let [_, xlines, offsets] = self.geometry()?.shape();
        self.traces_len(xlines as u64 * offsets as u64)
    }

    /// Samples of a crossline: what [`Reader::read_xline_into`] fills.
    ///
    /// # Errors
    /// `Class::Geometry` where the file is no survey.
    pub fn xline_len(&self) -> Result<usize> {
        let [ilines, _, offsets] = self.geometry()?.shape();
        self.traces_len(ilines as u64 * offsets as u64)
    }

    /// Samples of a gather: what [`Reader::read_gather_into`] fills.
    ///
    /// # Errors
    /// `Class::Geometry` where the file is no survey.
    pub fn gather_len(&self) -> Result<usize> {
        self.traces_len(self.geometry()?.offsets().len() as u64)
    }

    /// Reads an inline by its label: (crossline, sample), prestack (crossline, offset, sample).
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let mut line = vec![0f32; file.iline_len()?];
    /// file.read_iline_into(2401, &mut line)?;
    /// assert_eq!(line[3 * 16], 2401.1875);
    /// assert!(file.read_iline_into(2403, &mut line).unwrap_err().to_string().contains("2402"));
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `Class::Label` for a label the survey does not have; otherwise as
    /// [`Reader::read_cells_into`].
    pub fn read_iline_into<'a>(&self, label: i32, out: impl Into<Out<'a>>) -> Result<()> {
        let line = self.geometry()?.line(LineKind::Inline, label, None)?;
        self.read_whole_into(line, out.into())
    }

    /// Reads a crossline by its label: (inline, sample), prestack (inline, offset, sample).
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let mut line = vec![0f32; file.xline_len()?];
    /// file.read_xline_into(1102, &mut line)?;
    /// assert_eq!([line[0], line[16], line[32]], [2400.125, 2401.125, 2402.125]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::read_iline_into`].
    pub fn read_xline_into<'a>(&self, label: i32, out: impl Into<Out<'a>>) -> Result<()> {
        let line = self.geometry()?.line(LineKind::Crossline, label, None)?;
        self.read_whole_into(line, out.into())
    }

    /// Reads the gather of a bin by its labels: (offset, sample), post-stack its one trace. Missing
    /// offsets are filled.
    ///
    /// ```
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// let mut gather = vec![0f32; file.gather_len()?];
    /// file.read_gather_into(2401, 1102, &mut gather)?;
    /// assert_eq!(gather[..2], [2401.125, 2401.12890625]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// As [`Reader::read_iline_into`].
    pub fn read_gather_into<'a>(
        &self,
        inline: i32,
        crossline: i32,
        out: impl Into<Out<'a>>,
    ) -> Result<()> {
        let gather = self.geometry()?.gather(inline, crossline)?;
        self.read_whole_into(gather, out.into())
    }

    fn read_whole_into(&self, cells: Cells<'_>, out: Out<'_>) -> Result<()> {
        self.read_cells_into(cells, Pick::Run(self.all_samples()?), out, self.running())
    }

    /// Samples of a depth slice, one of each cell of the grid: what [`Reader::read_depth_slice_into`]
    /// fills.
    ///
    /// # Errors
    /// `Class::Geometry` where the file is no survey.
    pub fn depth_slice_len(&self) -> Result<usize> {
        Ok(self.geometry()?.all_cells().len())
    }

    /// Reads a depth slice, sample `index` of every trace: (inline, crossline), prestack (inline,
    /// crossline, offset). Missing traces are filled.
    ///
    /// # Errors
    /// `Class::Index` past the last sample; otherwise as [`Reader::read_cells_into`].
    pub fn read_depth_slice_into<'a>(&self, index: u64, out: impl Into<Out<'a>>) -> Result<()> {
        self.read_depth_slices_into(&[index], out)
    }

    /// Reads several depth slices in one sweep, one after the other in the order of the list.
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
    /// Samples outside a trace are filled, as missing traces are.
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
    /// ```
    /// use segbuf::survey::LineKind;
    /// use segbuf::Running;
    /// use segbuf::{Out, Pick, Samples};
    /// # let file = segbuf::Reader::open("tests/data/volume.sgy")?;
    /// // The first five samples of an inline of four traces.
    /// let line = file.geometry()?.line(LineKind::Inline, 2402, None)?;
    /// let shallow = Pick::Run(Samples { first: 0, step: 1, count: 5 });
    /// let mut part = [0f32; 4 * 5];
    /// file.read_cells_into(line, shallow, Out::from(&mut part), Running::default())?;
    /// assert_eq!([part[0], part[5]], [2402.0, 2402.0625]);
    /// # segbuf::Result::Ok(())
    /// ```
    ///
    /// Only what is needed is read, give or take what costs less to read than to leave out. Where the
    /// survey is not proved, the header of each trace is checked the first time that it is read; where
    /// one has other keys than were assumed, all headers are swept, once. A list of cells takes 8 bytes
    /// of memory a cell, what was checked 1 bit a trace; nothing else is allocated.
    ///
    /// # Errors
    /// `Class::Index` for cells or samples that are not there; `Class::Value` for another number of
    /// starts than of cells; `Class::Geometry` where the file is no survey, where two traces have a
    /// cell that is read, and where an integer destination has no `fill` for what is missing;
    /// `Class::Destination` for a wrong type or length; `Class::Io`, `Class::Format` from reading;
    /// and what `running.poll` returns.
    pub fn read_cells_into(
        &self,
        cells: Cells<'_>,
        pick: Pick<'_>,
        mut out: Out<'_>,
        running: Running<'_>,
    ) -> Result<()> {
        self.check_pick(pick, cells.len())?;
        let mut geometry = self.survey(running)?;
        if !self.is_proved() && self.swept.get().is_none() && self.sweep_pays(pick, cells.len()) {
            // What is wrong with traces that are not read is no matter of this read.
            if let (Err(error), None) = (self.proved(running), self.swept.get()) {
                return Err(error);
            }
            geometry = self.survey(running)?;
        }
        match self.read_placed(geometry, cells, pick, out.reborrow(), running)? {
            Outcome::Done => Ok(()),
            // Of the traces of this read one is not where the survey was assumed to have it.
            Outcome::Misfit => {
                let swept = self.proved(running)?;
                self.read_placed(swept, cells, pick, out, running).map(|_| ())
            }
        }
    }

    /// Whether to look at all headers at once costs less than to look at those of a read beside its
    /// samples: where it takes a part of the samples of most traces, and headers are requests of their own.
    fn sweep_pays(&self, pick: Pick<'_>, cells: usize) -> bool {
        let all =
            matches!(pick, Pick::Run(run) if run.step == 1 && run.count as u64 == self.n_samples());
        let apart = self.source.bytes().is_some()
            || self.facts.layout.samples_len() > self.source.cost().gap;
        !all && apart && cells as u64 >= self.n_traces() / 2 && pick.len() > 0
    }

    fn check_pick(&self, pick: Pick<'_>, cells: usize) -> Result<()> {
        match pick {
            Pick::Run(samples) => self.check_samples(samples),
            Pick::Samples(samples) | Pick::Slices(samples) => samples
                .iter()
                .try_for_each(|&first| self.check_samples(Samples { first, step: 1, count: 1 })),
            Pick::Window { starts, .. } if starts.len() == cells => Ok(()),
            Pick::Window { starts, .. } => Err(Kind::WrongCount {
                what: "starts, one for each trace",
                want: cells,
                have: starts.len(),
            }
            .into()),
        }
    }

    fn read_placed(
        &self,
        geometry: &Geometry,
        cells: Cells<'_>,
        pick: Pick<'_>,
        mut out: Out<'_>,
        running: Running<'_>,
    ) -> Result<Outcome> {
        let traces: Vec<u64>;
        let (walk, pitch) = match cells {
            Cells::Grid { axes, outer } => {
                geometry.check_cells(cells)?;
                (geometry.grid_walk(&axes, outer), geometry.pitch(&axes, outer))
            }
            Cells::List(_) => {
                traces = geometry.traces(cells)?;
                (Walk::List(&traces), 1)
            }
        };
        // A read of no samples delivers no trace.
        let proved = geometry.is_proved() || self.proof.is_complete() || pick.len() == 0;
        let expected = (!proved).then(|| ExpectedKeys {
            fields: self.fields,
            endian: self.facts.layout.endian,
            labels: geometry.expected(cells),
            proof: &self.proof,
        });
        if let (Some(expected), Some(_)) = (&expected, self.swept.get())
            && expected.are_needed(&walk, 0..walk.len())
        {
            // The sweep has seen all that are where they were assumed to be.
            return Ok(Outcome::Misfit);
        }
        let padding = self.padding(walk, pick, &out)?;
        let stored = Stored { walk, pitch, pick, expected };
        let outcome = self.read_stored(&stored, out.reborrow(), running)?;
        if let (Outcome::Done, Some(padding)) = (outcome, padding) {
            padding.put(out, walk, pick, running)?;
        }
        Ok(outcome)
    }

    /// Reads stored samples of cells, and zeros after the ends of shorter traces.
    fn read_stored(
        &self,
        &Stored { walk, pitch, pick, expected }: &Stored<'_>,
        out: Out<'_>,
        running: Running<'_>,
    ) -> Result<Outcome> {
        let fill = self.fill_of(walk, pick, &out)?;
        let fill = fill.as_ref().map_or(&[][..], Fill::sample);
        let decoder = self.decoder(&out)?;
        let (source, layout) = (&*self.source, &self.facts.layout);
        if let Pick::Run(samples) = pick
            && !gather::pays(samples, walk.len())
        {
            let rows = out.rows(walk.len(), samples.count)?;
            let transfer = Transfer { source, layout, walk, samples, decoder, expected, fill };
            return transfer.run(rows, running);
        }
        let gather = Gather { source, layout, walk, pick, decoder, pitch, expected, fill };
        gather.run(out, running)
    }

    /// The fill value for missing traces and samples, where there are any.
    fn fill_of(&self, walk: Walk<'_>, pick: Pick<'_>, out: &Out<'_>) -> Result<Option<Fill>> {
        let outside = || match pick {
            Pick::Window { starts, len } => starts.iter().enumerate().any(|(row, &start)| {
                let end = i128::from(start) + len as i128;
                (start < 0 || end > i128::from(self.n_samples())) && walk.get(row) != MISSING
            }),
            _ => false,
        };
        if walk.has_missing() {
            return self.options.fill_for(out.kind(), "traces are missing").map(Some);
        }
        if !outside() {
            return Ok(None);
        }
        self.options.fill_for(out.kind(), "the window exceeds the traces").map(Some)
    }
}

/// Where the traces of cells are in the file, and which keys they must have.
struct Stored<'a> {
    walk: Walk<'a>,
    pitch: usize,
    pick: Pick<'a>,
    expected: Option<ExpectedKeys<'a>>,
}
