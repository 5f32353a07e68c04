//! Destinations cut into rows and columns, and the places of samples in them.
//!
//! What the `unsafe` of this file relies on is the contract of [`Out`]: all elements of a view are
//! writable memory, and nobody else's while the view lives. Views are split into disjoint parts, so
//! that stays true of each.

#![allow(unsafe_code)]

use std::marker::PhantomData;

use super::Out;
use crate::format::SampleType;

/// A destination cut into rows of equal length: one for each trace that is delivered.
#[derive(Debug)]
pub(crate) struct Rows<'a> {
    out: Out<'a>,
    /// The first of these rows, as a row of the whole destination.
    first: usize,
    count: usize,
    row_len: usize,
}

/// No rows.
impl Default for Rows<'_> {
    fn default() -> Self {
        Rows::new(Out::from(<&mut [f32]>::default()), 0, 0)
    }
}

impl<'a> Rows<'a> {
    /// All of a destination that has `count * row_len` samples.
    pub(super) fn new(out: Out<'a>, count: usize, row_len: usize) -> Rows<'a> {
        Rows { out, first: 0, count, row_len }
    }

    /// How many rows are left.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// Which row of the whole destination the first of these is.
    #[must_use]
    pub(crate) fn first(&self) -> usize {
        self.first
    }

    /// Samples in a row.
    #[must_use]
    pub(crate) fn row_len(&self) -> usize {
        self.row_len
    }

    /// The type of the samples.
    #[must_use]
    pub(crate) fn kind(&self) -> SampleType {
        self.out.kind
    }

    /// Takes up to `count` rows off the front. They know which rows they were.
    pub(crate) fn take(&mut self, count: usize) -> Rows<'a> {
        let count = count.min(self.count);
        let front = Rows { out: Out { life: PhantomData, ..self.out }, count, ..*self };
        self.first += count;
        self.count -= count;
        front
    }

    /// The same samples as columns of a single row: row after row.
    ///
    /// # Panics
    /// Where some rows were taken before.
    #[must_use]
    pub(crate) fn flat(self) -> Columns<'a> {
        assert!(self.count * self.row_len == self.out.len, "all rows");
        Columns::from(self.out)
    }

    /// The memory of `len` samples of a row from sample `at` on, where they are contiguous.
    ///
    /// # Panics
    /// Where the row or the samples are not of this view.
    pub(crate) fn place(&mut self, row: usize, at: usize, len: usize) -> Option<Place<'_>> {
        let (start, units) = self.units(row, at, len);
        if units == 0 {
            return Some(Place { ptr: self.out.base, len: 0, life: PhantomData });
        }
        let (offset, run) = self.out.strides.at(start, self.out.unit);
        // A sample is a run of its own even where the axis runs backwards or in steps.
        let run = if units == 1 { 1 } else { run };
        (run >= units).then(|| Place {
            ptr: self.out.base.wrapping_offset(offset),
            len: units * self.out.unit,
            life: PhantomData,
        })
    }

    /// Copies samples, as bytes of memory, into a row from sample `at` on, whatever its strides.
    ///
    /// # Panics
    /// Where the row or the samples are not of this view, or the bytes are no whole samples.
    pub(crate) fn scatter(&mut self, row: usize, at: usize, samples: &[u8]) {
        assert!(samples.len().is_multiple_of(self.out.kind.size()), "whole samples");
        let (mut index, units) = self.units(row, at, samples.len() / self.out.kind.size());
        let unit = self.out.unit;
        let end = index + units;
        let mut from = samples;
        while index < end {
            let (offset, run) = self.out.strides.at(index, unit);
            let n = run.min(end - index);
            // SAFETY: `at` gives the place of units `index..index + run`, all of which are elements
            // of this view (`units` checked the range against it), writable and exclusive by the
            // contract of `Out`. `from` holds `(end - index) * unit` bytes at this point, and is a
            // borrowed slice, which the exclusive destination cannot overlap.
            unsafe {
                std::ptr::copy_nonoverlapping(
                    from.as_ptr(),
                    self.out.base.wrapping_offset(offset),
                    n * unit,
                );
            }
            from = &from[n * unit..];
            index += n;
        }
    }

    /// Fills a row with one value, given as the bytes of a sample in memory.
    ///
    /// # Panics
    /// Where the row is not of this view or the value is no sample.
    pub(crate) fn fill(&mut self, row: usize, value: &[u8]) {
        self.fill_some(row, 0, self.row_len, value);
    }

    /// Fills `len` samples of a row from sample `at` on.
    fn fill_some(&mut self, row: usize, mut at: usize, len: usize, value: &[u8]) {
        let size = self.out.kind.size();
        assert_eq!(value.len(), size, "one sample");
        let mut tile = [0u8; 512];
        for sample in tile.chunks_exact_mut(size) {
            sample.copy_from_slice(value);
        }
        let per_tile = tile.len() / size;
        let end = at + len;
        while at < end {
            let n = per_tile.min(end - at);
            self.scatter(row, at, &tile[..n * size]);
            at += n;
        }
    }

    /// Samples of a row as a range of units, checked against the view.
    fn units(&self, row: usize, at: usize, len: usize) -> (usize, usize) {
        assert!(
            row < self.count && at <= self.row_len && len <= self.row_len - at,
            "within the row"
        );
        let per_sample = self.out.kind.size() / self.out.unit;
        (((self.first + row) * self.row_len + at) * per_sample, len * per_sample)
    }
}

/// The same destination cut the other way: a range of columns of all rows. A read that
/// delivers slices first takes columns, so that threads share every row.
#[derive(Debug)]
pub(crate) struct Columns<'a> {
    rows: Rows<'a>,
    first: usize,
    count: usize,
}

/// No columns.
impl Default for Columns<'_> {
    fn default() -> Self {
        Columns::from(Rows::default())
    }
}

impl<'a> From<Rows<'a>> for Columns<'a> {
    fn from(rows: Rows<'a>) -> Self {
        let count = rows.row_len;
        Columns { rows, first: 0, count }
    }
}

/// All of a destination as a single row.
impl<'a> From<Out<'a>> for Columns<'a> {
    fn from(out: Out<'a>) -> Self {
        let len = out.len;
        Columns::from(Rows { out, first: 0, count: 1, row_len: len })
    }
}

impl<'a> Columns<'a> {
    /// How many columns are left.
    #[must_use]
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The type of the samples.
    #[must_use]
    pub(crate) fn kind(&self) -> SampleType {
        self.rows.kind()
    }

    /// Takes up to `count` columns off the front. They count from 0 anew.
    pub(crate) fn take(&mut self, count: usize) -> Columns<'a> {
        let count = count.min(self.count);
        let rows = Rows { out: Out { life: PhantomData, ..self.rows.out }, ..self.rows };
        let front = Columns { rows, first: self.first, count };
        self.first += count;
        self.count -= count;
        front
    }

    /// The same columns for a shorter time, so that they can be filled again afterwards.
    pub(crate) fn reborrow(&mut self) -> Columns<'_> {
        let rows = Rows { out: self.rows.out.reborrow(), ..self.rows };
        Columns { rows, ..*self }
    }

    /// As [`Rows::place`]: `len` columns of a row from column `at` on.
    ///
    /// # Panics
    /// Where the row or the columns are not of this view.
    pub(crate) fn place(&mut self, row: usize, at: usize, len: usize) -> Option<Place<'_>> {
        let at = self.column(at, len);
        self.rows.place(row, at, len)
    }

    /// As [`Rows::scatter`], into a row from column `at` on.
    ///
    /// # Panics
    /// Where the row or the columns are not of this view, or the bytes are no whole samples.
    pub(crate) fn scatter(&mut self, row: usize, at: usize, samples: &[u8]) {
        let at = self.column(at, samples.len() / self.kind().size());
        self.rows.scatter(row, at, samples);
    }

    /// Fills `len` columns of a row from column `at` on with one value, given as the bytes of a sample
    /// in memory.
    ///
    /// # Panics
    /// Where the row or the columns are not of this view or the value is no sample.
    pub(crate) fn fill(&mut self, row: usize, at: usize, len: usize, value: &[u8]) {
        let at = self.column(at, len);
        self.rows.fill_some(row, at, len, value);
    }

    /// A column of this view as one of the rows, checked against the view.
    fn column(&self, at: usize, len: usize) -> usize {
        assert!(at <= self.count && len <= self.count - at, "within the columns");
        self.first + at
    }
}

/// A stretch of writable bytes of a destination: exclusive, of any alignment.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    ptr: *mut u8,
    len: usize,
    life: PhantomData<&'a mut [u8]>,
}

impl Place<'_> {
    /// How many bytes.
    #[must_use]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The first byte. `len` bytes from here on are writable, and nobody else's, while this lives.
    #[must_use]
    pub(crate) fn as_mut_ptr(&mut self) -> *mut u8 {
        self.ptr
    }
}

impl<'a> From<&'a mut [u8]> for Place<'a> {
    fn from(bytes: &'a mut [u8]) -> Self {
        Place { ptr: bytes.as_mut_ptr(), len: bytes.len(), life: PhantomData }
    }
}
