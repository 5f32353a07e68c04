//! The file as Python sees it: facts as attributes, reads into buffers.

use std::ffi::OsString;
use std::sync::{Arc, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use super::arguments::{
    CellsArg, DUPLICATES, EncodingArg, IndexArg, KINDS, LayoutArg, ORDERS, PathArg, Run,
    SamplesArg, choice, count, indices, known_format,
};
use super::deliver::{self, deliver};
use super::error::{PYTHON, to_py, warn};
use super::evidence::{ConclusionRow, WarningRow, conclusion_row, warning_row};
use super::field::FieldArg;
use super::handle::File;
use super::pool::lending::FileView;
use super::schema::Schema;
use super::source::Given;
use crate::error::Result;
use crate::infer::{FileKind, Overrides, Unit};
use crate::layout::TRACE_HEADER;
use crate::options::{Options, TraceLayout};
use crate::parallel::{Running, default_threads};
use crate::read::pick::Pick;
use crate::reader::{Part, Reader};
use crate::survey::geometry::{Axis, Cells, Geometry, LineKind};
use crate::walk::Walk;

#[pymethods]
impl File {
    #[new]
    #[pyo3(signature = (files, *, iline, xline, offset, kind=None, endian=None,
                        sample_endian=None, format=None, encoding=None, revision=None, n_samples=None, interval=None,
                        first_trace=None, additional_headers=None, layout_xml=None, duplicates="error", fill=None,
                        max_sparsity=100.0, strict=false, verify=false, index=IndexArg::Use(true),
                        mmap=false, threads=None))]
    #[expect(clippy::too_many_arguments, reason = "the keywords of open")]
    fn new(
        files: &Bound<'_, PyList>,
        iline: FieldArg,
        xline: FieldArg,
        offset: FieldArg,
        kind: Option<&str>,
        endian: Option<&str>,
        sample_endian: Option<&str>,
        format: Option<i64>,
        encoding: Option<EncodingArg>,
        revision: Option<(u8, u8)>,
        n_samples: Option<i64>,
        interval: Option<f64>,
        first_trace: Option<i64>,
        additional_headers: Option<i64>,
        layout_xml: Option<LayoutArg>,
        duplicates: &str,
        fill: Option<f64>,
        max_sparsity: f64,
        strict: bool,
        verify: bool,
        index: IndexArg,
        mmap: bool,
        threads: Option<i64>,
    ) -> PyResult<File> {
        // Asked for attached: Python may be changing the environment meanwhile.
        let threads = threads.map_or_else(default_threads, |n| usize::try_from(n).unwrap_or(0));
        let overrides = Overrides {
            kind: kind.map(|k| choice("kind", k, &KINDS)).transpose()?,
            endian: endian.map(|e| choice("endian", e, &ORDERS)).transpose()?,
            sample_endian: sample_endian
                .map(|e| choice("sample_endian", e, &ORDERS))
                .transpose()?,
            format: format.map(known_format).transpose()?,
            encoding: encoding.map(EncodingArg::take).transpose()?,
            revision,
            n_samples: n_samples.map(|n| count("n_samples", n)).transpose()?,
            interval,
            first_trace: first_trace.map(|n| count("first_trace", n)).transpose()?,
            additional_headers: additional_headers
                .map(|n| count("additional_headers", n))
                .transpose()?,
        };
        let duplicates = choice("duplicates", duplicates, &DUPLICATES)?;
        let options = Options {
            iline: iline.0,
            xline: xline.0,
            offset: offset.0,
            overrides,
            layout: layout_xml.map_or(TraceLayout::Stanza, LayoutArg::take),
            duplicates,
            fill,
            max_sparsity,
            strict,
            verify,
            index: index.into(),
            mmap,
            threads: Some(threads),
        };
        open(files, options, threads)
    }

    /// Closes the file. Reads under way in other threads end as if nothing had happened.
    fn close(&self) {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Dropped after the lock is given back, for dropping may have to wait.
        drop(reader);
    }

    #[getter]
    fn closed(&self) -> bool {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner).is_none()
    }

    #[getter]
    fn kind(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(self.reader(py)?.facts().kind.name())
    }

    /// The bytes of inline, crossline and offset in trace headers, counted from 1.
    #[getter]
    fn key_bytes(&self, py: Python<'_>) -> PyResult<(u16, u16, u16)> {
        Ok(self.reader(py)?.key_bytes().into())
    }

    #[getter]
    fn n_traces(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.reader(py)?.n_traces())
    }

    #[getter]
    fn n_samples(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.reader(py)?.n_samples())
    }

    #[getter]
    fn threads(&self, py: Python<'_>) -> PyResult<usize> {
        Ok(self.reader(py)?.threads())
    }

    #[getter]
    fn format(&self, py: Python<'_>) -> PyResult<u8> {
        Ok(self.reader(py)?.facts().layout.format.code())
    }

    /// The name NumPy gives to the type of the samples in memory.
    #[getter]
    fn dtype(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(self.reader(py)?.facts().layout.format.native().name())
    }

    #[getter]
    fn endian(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(self.reader(py)?.facts().order.name())
    }

    #[getter]
    fn sample_endian(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(self.reader(py)?.facts().sample_order.name())
    }

    /// The byte order of header words as they are given: once swapped pairs are swapped back.
    #[getter]
    fn header_endian(&self, py: Python<'_>) -> PyResult<&'static str> {
        Ok(self.reader(py)?.facts().layout.endian.name())
    }

    /// None for a file that is not SEG-Y.
    #[getter]
    fn revision(&self, py: Python<'_>) -> PyResult<Option<(u8, u8)>> {
        let reader = self.reader(py)?;
        Ok((reader.facts().kind == FileKind::SegY).then_some(reader.facts().revision))
    }

    #[getter]
    fn interval(&self, py: Python<'_>) -> PyResult<Option<f64>> {
        Ok(self.reader(py)?.facts().interval)
    }

    #[getter]
    fn delay(&self, py: Python<'_>) -> PyResult<f64> {
        Ok(self.reader(py)?.facts().delay)
    }

    #[getter]
    fn unit(&self, py: Python<'_>) -> PyResult<Option<&'static str>> {
        let unit = self.reader(py)?.facts().unit;
        Ok((unit != Unit::Unstated).then(|| unit.name()))
    }

    /// Byte offset of the first textual header, counted from 0.
    #[getter]
    fn first_text(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.reader(py)?.facts().text_at)
    }

    /// Byte offset of the first trace, counted from 0.
    #[getter]
    fn first_trace(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.reader(py)?.facts().layout.first_trace)
    }

    /// 240-byte headers before the samples of each trace, beyond the first.
    #[getter]
    fn additional_headers(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.reader(py)?.facts().layout.header_len / TRACE_HEADER - 1)
    }

    /// (name, first trace, number of traces) of each file it is made of.
    #[getter]
    fn files(&self, py: Python<'_>) -> PyResult<Vec<(String, u64, u64)>> {
        let part = |part: &Part| {
            (part.name.clone(), part.traces.start, part.traces.end - part.traces.start)
        };
        Ok(self.reader(py)?.files().iter().map(part).collect())
    }

    /// (code, message, trace, byte) of each warning.
    #[getter]
    fn warnings(&self, py: Python<'_>) -> PyResult<Vec<WarningRow>> {
        Ok(self.reader(py)?.all_warnings().map(warning_row).collect())
    }

    /// Size and time of modification of a file of which the whole survey is proved.
    #[getter]
    fn proof(&self, py: Python<'_>) -> PyResult<Option<(u64, u64)>> {
        Ok(self.reader(py)?.proof())
    }

    /// Takes the `proof` of another handle of the same file.
    fn trust(&self, py: Python<'_>, proof: (u64, u64)) -> PyResult<()> {
        self.reader(py)?.trust(proof);
        Ok(())
    }

    /// All of the evidence as text.
    #[getter]
    fn evidence_text(&self, py: Python<'_>) -> PyResult<String> {
        Ok(self.reader(py)?.evidence().text(&PYTHON))
    }

    /// (name, choice, origin, reasons, [(candidate, score, reasons)]) of each conclusion.
    #[getter]
    fn evidence(&self, py: Python<'_>) -> PyResult<Vec<ConclusionRow>> {
        Ok(self.reader(py)?.evidence().conclusions.iter().map(conclusion_row).collect())
    }

    /// Whether traces have different numbers of samples.
    #[getter]
    fn varies(&self, py: Python<'_>) -> PyResult<bool> {
        Ok(self.reader(py)?.lengths().is_some())
    }

    /// How many samples a trace has.
    fn samples_of(&self, py: Python<'_>, trace: u64) -> PyResult<u64> {
        self.length_of(py, trace)
    }

    /// The byte offset of the header of a trace, or of the end of the last trace.
    fn trace_offset(&self, py: Python<'_>, trace: u64) -> PyResult<u64> {
        self.reader(py)?.trace_offset(trace).map_err(|e| to_py(py, e))
    }

    /// The bytes of the headers and samples of a trace as stored in the file.
    fn trace_bytes<'py>(&self, py: Python<'py>, trace: u64) -> PyResult<Bound<'py, PyBytes>> {
        let (reader, _source) = (self.reader(py)?, self.lease(py)?);
        let bytes = deliver::detached(py, 1, |_| reader.trace_bytes(trace))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// How many samples each trace has, as native uint64; None where all have as many.
    fn lengths<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let reader = self.reader(py)?;
        let Some(lengths) = reader.lengths() else { return Ok(None) };
        let len = usize::try_from(lengths.n_traces()).unwrap_or(usize::MAX).saturating_mul(8);
        let bytes = PyBytes::new_with(py, len, |bytes| {
            for (place, n) in bytes.chunks_exact_mut(8).zip(lengths.iter()) {
                place.copy_from_slice(&n.to_ne_bytes());
            }
            Ok(())
        })?;
        Ok(Some(bytes))
    }

    /// How many textual headers there are, extended ones included.
    #[getter]
    fn n_text(&self, py: Python<'_>) -> PyResult<u64> {
        Ok(self.reader(py)?.facts().n_text)
    }

    /// The encoding of the first textual header; None for a file without one.
    #[getter]
    fn encoding(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let reader = self.reader(py)?;
        let facts = reader.facts();
        Ok((facts.n_text > 0).then(|| facts.encoding.name().to_owned()))
    }

    fn text_bytes<'py>(&self, py: Python<'py>, block: u64) -> PyResult<Bound<'py, PyBytes>> {
        let reader = self.reader(py)?;
        let bytes = deliver::waiting(py, || reader.text_bytes(block))?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// The 400 bytes of the binary header.
    fn binary<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let binary = self.reader(py)?.binary().map_err(|e| to_py(py, e))?;
        Ok(PyBytes::new(py, &binary.bytes))
    }

    /// The fields of the trace headers.
    #[getter]
    fn schema(&self, py: Python<'_>) -> PyResult<Schema> {
        Ok(Schema(Arc::clone(self.reader(py)?.schema())))
    }

    /// (inlines, crosslines, offsets, sorting) of the survey; GeometryError where there is none.
    #[expect(clippy::type_complexity, reason = "four facts")]
    fn axes(
        &self,
        py: Python<'_>,
    ) -> PyResult<(Vec<i32>, Vec<i32>, Vec<i32>, Option<&'static str>)> {
        let reader = self.reader(py)?;
        deliver::detached(py, reader.threads(), |running| {
            let geometry = reader.survey(running)?;
            let [ilines, xlines, offsets] = AXES.map(|axis| axis(geometry).labels().to_vec());
            Ok((ilines, xlines, offsets, geometry.sorting().map(LineKind::name)))
        })
    }

    /// Whether the traces of the file are in the order of the cube; GeometryError if there is none.
    fn is_in_cube_order(&self, py: Python<'_>) -> PyResult<bool> {
        self.ask(py, |geometry| Ok(geometry.is_in_cube_order()))
    }

    /// The index of a label on an axis, 0, 1 or 2; LabelError where it is not there.
    fn index_of(&self, py: Python<'_>, axis: usize, label: i64) -> PyResult<usize> {
        self.ask(py, |geometry| geometry.index_of(axis.min(2), label))
    }

    /// The indices of a slice of labels, in its order. `axis` is 0, 1 or 2.
    fn indices_in(
        &self,
        py: Python<'_>,
        axis: usize,
        start: Option<i64>,
        stop: Option<i64>,
        step: Option<i64>,
    ) -> PyResult<Vec<usize>> {
        self.ask(py, |geometry| {
            Ok(AXES[axis.min(2)](geometry).labels_in(start, stop, step)?.collect())
        })
    }

    /// Sweeps all headers: (regular, missing, duplicates, swaps, first missing keys, first pairs of
    /// duplicates, first swaps, report as text).
    fn verify<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let reader = self.reader(py)?;
        let report = deliver::detached(py, reader.threads(), |r| reader.verify(r))?;
        let words = if report.prestack { 3 } else { 2 };
        let keys = report.first_missing.iter().map(|key| PyTuple::new(py, &key[..words]));
        (
            report.regular,
            report.missing,
            report.duplicates,
            report.swaps,
            PyTuple::new(py, keys.collect::<PyResult<Vec<_>>>()?)?,
            PyTuple::new(py, &report.first_duplicates)?,
            PyTuple::new(py, &report.first_swaps)?,
            report.to_string(),
        )
            .into_pyobject(py)
    }

    /// Saves the keys of every trace: to a path, or beside the file. Says where.
    #[pyo3(signature = (path=None))]
    fn save_index(&self, py: Python<'_>, path: Option<PathArg>) -> PyResult<OsString> {
        let reader = self.reader(py)?;
        let save =
            |running: Running<'_>| reader.save_index(path.as_ref().map(|path| &*path.0), running);
        Ok(deliver::detached(py, reader.threads(), save)?.into_os_string())
    }

    /// Which cells of the grid have a trace, one byte each, in axis order.
    fn live<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let reader = self.reader(py)?;
        let live = deliver::detached(py, reader.threads(), |running| {
            let live = reader.proved(running)?.live();
            Ok(live.into_iter().map(u8::from).collect::<Vec<u8>>())
        })?;
        Ok(PyBytes::new(py, &live))
    }

    /// Reads `count` traces from `first` on, `step` apart; `samples` is (first, step, count). With `shape`,
    /// an array of several dimensions must have it.
    #[pyo3(signature = (out, first, step, count, samples, *, shape=None))]
    fn read_run(
        &self,
        out: &Bound<'_, PyAny>,
        first: u64,
        step: i64,
        count: usize,
        samples: Run,
        shape: Option<Vec<usize>>,
    ) -> PyResult<()> {
        let walk = Walk::affine(first, [(1, 0), (1, 0), (count, step)]);
        self.read_walk(out, walk, samples, shape.as_deref())
    }

    /// Reads the traces of a list of indices, which are native uint64; `shape` as for `read_run`.
    fn read_list(
        &self,
        out: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = indices)] traces: Vec<u64>,
        samples: Run,
        shape: Vec<usize>,
    ) -> PyResult<()> {
        self.read_walk(out, Walk::List(&traces), samples, Some(&shape))
    }

    /// All samples in place as float32, for a file that allows it: the object that lends them.
    fn view(&self, py: Python<'_>) -> PyResult<FileView> {
        FileView::new(py, self.reader(py)?)
    }

    /// Reads samples of cells of the grid: (cell, sample), or with `slices_first`, which takes a list
    /// of samples, (sample, cell). Cells of a box are in axis order, or with `crosslines_first`
    /// (crossline, inline, offset). `shape` as for `read_run`.
    #[pyo3(signature = (out, cells, samples, *, shape=None, slices_first=false, crosslines_first=false))]
    fn read_cells(
        &self,
        out: &Bound<'_, PyAny>,
        cells: CellsArg,
        samples: SamplesArg,
        shape: Option<Vec<usize>>,
        slices_first: bool,
        crosslines_first: bool,
    ) -> PyResult<()> {
        let (cells, pick) = (cells.get(crosslines_first), samples.pick(slices_first));
        self.read_placed(out, cells, pick, shape.as_deref())
    }

    /// Reads `length` samples of each cell, the first of which is in `starts`, native int64. `shape` as for
    /// `read_run`.
    fn read_window(
        &self,
        out: &Bound<'_, PyAny>,
        cells: CellsArg,
        starts: &[u8],
        length: usize,
        shape: Vec<usize>,
    ) -> PyResult<()> {
        let starts: Vec<i64> =
            starts.as_chunks().0.iter().map(|start| i64::from_ne_bytes(*start)).collect();
        let pick = Pick::Window { starts: &starts, len: length };
        self.read_placed(out, cells.get(false), pick, Some(&shape))
    }

    /// The cells of bins, given by inline and crossline label: prestack those of the first offset.
    fn cells_at(&self, py: Python<'_>, bins: Vec<(i64, i64)>) -> PyResult<Vec<u64>> {
        self.ask(py, |geometry| {
            bins.iter().map(|&(inline, crossline)| geometry.cell(inline, crossline)).collect()
        })
    }
}

/// Opens files. That waits for the disk, and a sweep takes long.
fn open(files: &Bound<'_, PyList>, options: Options, threads: usize) -> PyResult<File> {
    let given = Given::all(files)?;
    let memory = given.iter().filter_map(Given::memory).collect();
    let reader = deliver::detached(files.py(), threads, |running| {
        let open = |given: Given| given.open(options.mmap);
        let files = given.into_iter().map(open).collect::<Result<_>>()?;
        Reader::from_sources_with(files, options, running)
    })?;
    Ok(File::of(reader, memory))
}

/// The axes by number.
const AXES: [fn(&Geometry) -> &Axis; 3] =
    [Geometry::inlines, Geometry::crosslines, Geometry::offsets];

impl File {
    /// Reads by place on the grid.
    pub(super) fn read_placed(
        &self,
        out: &Bound<'_, PyAny>,
        cells: Cells<'_>,
        pick: Pick<'_>,
        shape: Option<&[usize]>,
    ) -> PyResult<()> {
        let py = out.py();
        let reader = self.reader(py)?;
        let _source = self.lease(py)?;
        deliver(out, &reader, (cells.len(), pick.len()), shape, |out, running| {
            reader.read_cells_into(cells, pick, out, running)
        })?;
        reader.late_warning().map_or(Ok(()), |warning| warn(py, warning))
    }
}
