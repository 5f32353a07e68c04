//! Views of memory that is not ours: [`Out`], [`Rows`] and [`Place`] to write, [`Bytes`] to read.
//!
//! A caller's buffer may be misaligned, strided, and watched by other code, so nothing here makes a
//! `&mut [T]` or `&[u8]` over it: all access is through raw pointers. What this file relies on:
//!
//! * whoever makes a view vouches that the memory is there, and writable, for its lifetime: safe
//!   constructors take a borrowed slice, the others are `unsafe`;
//! * a view cannot be duplicated: it is neither `Clone` nor `Copy`, and splitting gives disjoint
//!   parts, so two threads never write to the same byte;
//! * the elements a view reaches do not overlap each other (checked where strides are given).

use std::marker::PhantomData;

use crate::error::{Error, Kind, Result};
use crate::format::SampleType;

/// The most axes left after merging the contiguous ones; more are refused.
const MAX_AXES: usize = 8;

/// One axis of a destination: how many, and the distance in bytes from one to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Axis {
    count: usize,
    stride: isize,
}

/// Where the units of a destination lie, in C order. The last axis runs fastest.
#[derive(Debug, Clone, Copy)]
struct Strides {
    axes: [Axis; MAX_AXES],
    used: usize,
}

/// An exclusive, typed destination in memory the caller owns: a sample type, a number of samples, and
/// where they lie. Samples stand in the byte order of the machine; any alignment will do.
///
/// `&mut [f32]` and the slices, arrays, vectors and boxes of the other sample types convert into it:
///
/// ```
/// use segbuf::out::Out;
/// let mut memory = vec![0f32; 12];
/// let out = Out::from(&mut memory);
/// assert_eq!(out.len(), 12);
/// ```
#[derive(Debug)]
pub struct Out<'a> {
    base: *mut u8,
    kind: SampleType,
    /// Bytes that always lie together: a sample, or a single byte in a strided byte buffer.
    unit: usize,
    strides: Strides,
    len: usize,
    life: PhantomData<&'a mut [u8]>,
}

// SAFETY: an `Out` is the only way to its memory while it lives, like the `&'a mut [u8]` it stands
// for, so it may move to another thread.
unsafe impl Send for Out<'_> {}

impl<'a> Out<'a> {
    /// Contiguous bytes as samples of a type.
    ///
    /// # Errors
    /// [`Kind::Destination`] where the length is no whole number of samples.
    pub fn bytes(bytes: &'a mut [u8], kind: SampleType) -> Result<Out<'a>> {
        if !bytes.len().is_multiple_of(kind.size()) {
            return Err(Error::new(
                Kind::Destination,
                "the destination holds no whole number of samples",
            )
            .want(format_args!("a multiple of {} bytes", kind.size()))
            .have(format_args!("{} bytes", bytes.len())));
        }
        Ok(Out::contiguous(bytes.as_mut_ptr(), kind, bytes.len() / kind.size()))
    }

    fn contiguous(base: *mut u8, kind: SampleType, len: usize) -> Out<'a> {
        let mut strides = Strides { axes: [Axis { count: 1, stride: 0 }; MAX_AXES], used: 0 };
        if len != 1 {
            strides.axes[0] = Axis { count: len, stride: kind.size() as isize };
            strides.used = 1;
        }
        Out { base, kind, unit: kind.size(), strides, len, life: PhantomData }
    }

    /// Memory described by counts and strides, as buffers describe it.
    ///
    /// `axes` gives (count, stride in bytes) of each axis in C order; an element is `unit` bytes that
    /// lie together: a sample of type `kind`, or 1 where bytes stand for samples.
    ///
    /// # Errors
    /// [`Kind::Destination`] where elements overlap each other, where more than 8 axes remain after
    /// merging, or where bytes make no whole number of samples.
    ///
    /// # Safety
    /// Every element reached from `base` must be writable memory for the lifetime `'a`, and nothing
    /// else in this process may use it meanwhile.
    pub unsafe fn from_raw(
        base: *mut u8,
        kind: SampleType,
        unit: usize,
        axes: impl Iterator<Item = (usize, isize)>,
    ) -> Result<Out<'a>> {
        let (strides, units) = Strides::merge(axes, unit)?;
        let bytes = units.checked_mul(unit).filter(|b| b % kind.size() == 0).ok_or_else(|| {
            Error::new(Kind::Destination, "the destination holds no whole number of samples")
                .want(format_args!("a multiple of {} bytes", kind.size()))
                .have(format_args!("{units} elements of {unit} bytes"))
        })?;
        Ok(Out { base, kind, unit, strides, len: bytes / kind.size(), life: PhantomData })
    }

    /// The same memory for a shorter time, so that it can be filled again afterwards.
    pub fn reborrow(&mut self) -> Out<'_> {
        Out { life: PhantomData, ..*self }
    }

    /// How many samples it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether it holds no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The type of its samples.
    #[must_use]
    pub fn kind(&self) -> SampleType {
        self.kind
    }

    /// The first address it reaches and the one behind the last, for telling whether two overlap.
    #[must_use]
    pub fn hull(&self) -> (usize, usize) {
        self.strides.hull(self.base, self.unit, self.len == 0)
    }

    /// The address it starts from, its element size, and its merged axes as (count, stride).
    pub fn parts(&self) -> (usize, usize, impl Iterator<Item = (usize, isize)> + '_) {
        let axes = self.strides.axes[..self.strides.used].iter().map(|a| (a.count, a.stride));
        (self.base as usize, self.unit, axes)
    }

    /// The same memory as `n` destinations that take turns: sample `i` of it is sample `i / n` of
    /// destination `i % n`. So the columns of a table are told apart that is stored row by row.
    ///
    /// # Errors
    /// [`Kind::Destination`] where it holds no whole rows of `n`, where bytes stand for samples, and
    /// where a row ends in the midst of an axis.
    pub fn interleaved(mut self, n: usize) -> Result<impl Iterator<Item = Out<'a>>> {
        let whole = self.unit == self.kind.size() && n > 0 && self.len.is_multiple_of(n);
        let all = self.strides;
        let mut inner = n;
        // The axes within a row go; what is left leads from row to row.
        while whole && inner > 1 && self.len > 0 {
            let Some(last) = self.strides.used.checked_sub(1) else { break };
            let axis = &mut self.strides.axes[last];
            if inner.is_multiple_of(axis.count) {
                inner /= axis.count;
                self.strides.used = last;
            } else if axis.count.is_multiple_of(inner) {
                *axis = Axis {
                    count: axis.count / inner,
                    stride: axis.stride.wrapping_mul(inner as isize),
                };
                inner = 1;
            } else {
                break;
            }
        }
        if !whole || (inner > 1 && self.len > 0) {
            return Err(Error::new(Kind::Destination, "the destination is no table")
                .want(format_args!("rows of {n} samples"))
                .have(format_args!("{} samples of {}", self.len, self.kind.name())));
        }
        let len = self.len / n;
        let first = move |i| if len == 0 { 0 } else { all.at(i, self.unit).0 };
        Ok((0..n).map(move |i| Out {
            base: self.base.wrapping_offset(first(i)),
            len,
            life: PhantomData,
            ..self
        }))
    }

    /// The same memory as rows of `row_len` samples.
    ///
    /// # Errors
    /// [`Kind::Destination`] unless it holds exactly `rows` rows; lengths are given in samples.
    pub fn rows(self, rows: usize, row_len: usize) -> Result<Rows<'a>> {
        let want = rows.checked_mul(row_len);
        if want != Some(self.len) {
            return Err(Error::new(Kind::Destination, "the destination has the wrong length")
                .want(format_args!(
                    "{} samples ({rows} x {row_len})",
                    want.map_or_else(|| "too many".to_owned(), |n| n.to_string())
                ))
                .have(format_args!("{} samples of {}", self.len, self.kind.name())));
        }
        Ok(Rows { out: self, first: 0, count: rows, row_len })
    }
}

macro_rules! from_slices {
    ($($type:ty => $kind:ident),*) => {$(
        impl<'a> From<&'a mut [$type]> for Out<'a> {
            fn from(memory: &'a mut [$type]) -> Self {
                Out::contiguous(memory.as_mut_ptr().cast(), SampleType::$kind, memory.len())
            }
        }
        impl<'a> From<&'a mut Vec<$type>> for Out<'a> {
            fn from(memory: &'a mut Vec<$type>) -> Self {
                Out::from(memory.as_mut_slice())
            }
        }
        impl<'a> From<&'a mut Box<[$type]>> for Out<'a> {
            fn from(memory: &'a mut Box<[$type]>) -> Self {
                Out::from(&mut **memory)
            }
        }
        impl<'a, const N: usize> From<&'a mut [$type; N]> for Out<'a> {
            fn from(memory: &'a mut [$type; N]) -> Self {
                Out::from(memory.as_mut_slice())
            }
        }
    )*};
}
from_slices!(f32 => F32, f64 => F64, i8 => I8, i16 => I16, i32 => I32, i64 => I64,
             u8 => U8, u16 => U16, u32 => U32, u64 => U64);

impl Strides {
    /// Drops axes of one element, joins those that run on into each other, and refuses overlap.
    fn merge(axes: impl Iterator<Item = (usize, isize)>, unit: usize) -> Result<(Strides, usize)> {
        let mut merged = Strides { axes: [Axis { count: 1, stride: 0 }; MAX_AXES], used: 0 };
        let mut total = 1usize;
        let mut empty = false;
        for (count, stride) in axes {
            empty |= count == 0;
            total = total.saturating_mul(count);
            if count == 1 {
                continue;
            }
            if let Some(outer) = merged.used.checked_sub(1).map(|i| &mut merged.axes[i])
                && isize::try_from(count).ok().and_then(|c| c.checked_mul(stride))
                    == Some(outer.stride)
            {
                *outer = Axis { count: outer.count.saturating_mul(count), stride };
                continue;
            }
            if merged.used == MAX_AXES {
                return Err(Error::new(Kind::Destination, "the destination has too many axes")
                    .want(format_args!("at most {MAX_AXES} that cannot be merged"))
                    .advice("pass a contiguous destination"));
            }
            merged.axes[merged.used] = Axis { count, stride };
            merged.used += 1;
        }
        if empty {
            merged.axes[0] = Axis { count: 0, stride: unit as isize };
            merged.used = 1;
            return Ok((merged, 0));
        }
        if merged.overlaps(unit) {
            return Err(Error::new(Kind::Destination, "elements of the destination overlap")
                .want("memory in which every element has bytes of its own")
                .have("elements that share bytes")
                .advice("pass a copy that is not broadcast"));
        }
        Ok((merged, total))
    }

    /// Whether two elements may share a byte: each stride must step over all that lies within.
    fn overlaps(&self, unit: usize) -> bool {
        let mut axes = self.axes;
        let axes = &mut axes[..self.used];
        axes.sort_unstable_by_key(|a| a.stride.unsigned_abs());
        let mut extent = unit;
        for axis in axes {
            if axis.stride.unsigned_abs() < extent {
                return true;
            }
            extent =
                axis.stride.unsigned_abs().saturating_mul(axis.count - 1).saturating_add(extent);
        }
        false
    }

    fn hull(&self, base: *mut u8, unit: usize, empty: bool) -> (usize, usize) {
        let base = base as usize;
        if empty {
            return (base, base);
        }
        let (mut low, mut high) = (base, base.saturating_add(unit));
        for axis in &self.axes[..self.used] {
            let reach = axis.stride.unsigned_abs().saturating_mul(axis.count - 1);
            if axis.stride < 0 {
                low = low.saturating_sub(reach);
            } else {
                high = high.saturating_add(reach);
            }
        }
        (low, high)
    }

    /// Distance in bytes from the base to unit `index` (C order), and how many units from there on
    /// lie one behind the other.
    fn at(&self, mut index: usize, unit: usize) -> (isize, usize) {
        let Some(inner) = self.used.checked_sub(1) else { return (0, 1) };
        let mut offset = 0isize;
        let mut run = 1;
        for (i, axis) in self.axes[..self.used].iter().enumerate().rev() {
            let (position, outer) =
                if i == 0 { (index, 0) } else { (index % axis.count, index / axis.count) };
            if i == inner && axis.stride == unit as isize {
                run = axis.count - position;
            }
            offset += position as isize * axis.stride;
            index = outer;
        }
        (offset, run)
    }
}

/// A destination cut into rows of equal length: one for each trace that is delivered.
#[derive(Debug)]
pub struct Rows<'a> {
    out: Out<'a>,
    /// The first of these rows, as a row of the whole destination.
    first: usize,
    count: usize,
    row_len: usize,
}

impl<'a> Rows<'a> {
    /// How many rows are left.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Which row of the whole destination the first of these is.
    #[must_use]
    pub fn first(&self) -> usize {
        self.first
    }

    /// Samples in a row.
    #[must_use]
    pub fn row_len(&self) -> usize {
        self.row_len
    }

    /// The type of the samples.
    #[must_use]
    pub fn kind(&self) -> SampleType {
        self.out.kind
    }

    /// Takes up to `count` rows off the front. They know which rows they were.
    pub fn take(&mut self, count: usize) -> Rows<'a> {
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
    pub fn flat(self) -> Columns<'a> {
        assert!(self.count * self.row_len == self.out.len, "all rows");
        Columns::from(self.out)
    }

    /// The memory of `len` samples of a row from sample `at` on, where they lie together.
    ///
    /// # Panics
    /// Where the row or the samples are not of this view.
    pub fn place(&mut self, row: usize, at: usize, len: usize) -> Option<Place<'_>> {
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

    /// Copies samples, as bytes of memory, into a row from sample `at` on, however the row lies.
    ///
    /// # Panics
    /// Where the row or the samples are not of this view, or the bytes are no whole samples.
    pub fn scatter(&mut self, row: usize, at: usize, samples: &[u8]) {
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
    pub fn fill(&mut self, row: usize, value: &[u8]) {
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

/// The same destination cut the other way: a range of columns of all rows. Whoever delivers samples
/// of many traces at once, slices first, takes columns, so that threads share every row.
#[derive(Debug)]
pub struct Columns<'a> {
    rows: Rows<'a>,
    first: usize,
    count: usize,
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
    pub fn count(&self) -> usize {
        self.count
    }

    /// The type of the samples.
    #[must_use]
    pub fn kind(&self) -> SampleType {
        self.rows.kind()
    }

    /// Takes up to `count` columns off the front. They count from 0 anew.
    pub fn take(&mut self, count: usize) -> Columns<'a> {
        let count = count.min(self.count);
        let rows = Rows { out: Out { life: PhantomData, ..self.rows.out }, ..self.rows };
        let front = Columns { rows, first: self.first, count };
        self.first += count;
        self.count -= count;
        front
    }

    /// The same columns for a shorter time, so that they can be filled again afterwards.
    pub fn reborrow(&mut self) -> Columns<'_> {
        let rows = Rows { out: self.rows.out.reborrow(), ..self.rows };
        Columns { rows, ..*self }
    }

    /// As [`Rows::place`]: `len` columns of a row from column `at` on.
    ///
    /// # Panics
    /// Where the row or the columns are not of this view.
    pub fn place(&mut self, row: usize, at: usize, len: usize) -> Option<Place<'_>> {
        let at = self.column(at, len);
        self.rows.place(row, at, len)
    }

    /// As [`Rows::scatter`], into a row from column `at` on.
    ///
    /// # Panics
    /// Where the row or the columns are not of this view, or the bytes are no whole samples.
    pub fn scatter(&mut self, row: usize, at: usize, samples: &[u8]) {
        let at = self.column(at, samples.len() / self.kind().size());
        self.rows.scatter(row, at, samples);
    }

    /// Fills `len` columns of a row from column `at` on with one value, given as the bytes of a sample
    /// in memory.
    ///
    /// # Panics
    /// Where the row or the columns are not of this view or the value is no sample.
    pub fn fill(&mut self, row: usize, at: usize, len: usize, value: &[u8]) {
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
pub struct Place<'a> {
    ptr: *mut u8,
    len: usize,
    life: PhantomData<&'a mut [u8]>,
}

impl Place<'_> {
    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first byte. `len` bytes from here on are writable, and nobody else's, while this lives.
    #[must_use]
    pub fn as_mut_ptr(&mut self) -> *mut u8 {
        self.ptr
    }
}

impl<'a> From<&'a mut [u8]> for Place<'a> {
    fn from(bytes: &'a mut [u8]) -> Self {
        Place { ptr: bytes.as_mut_ptr(), len: bytes.len(), life: PhantomData }
    }
}

/// Readable bytes that others may change while we read: a map of a file, a caller's bytearray.
///
/// What is read is then either the old or the new bytes; it is never a `&[u8]`.
#[derive(Debug, Clone, Copy)]
pub struct Bytes<'a> {
    ptr: *const u8,
    len: usize,
    life: PhantomData<&'a [u8]>,
}

// SAFETY: reading is all that can be done with it, and the memory stays readable for `'a` from any
// thread, by the contract of `from_raw` or because it is a `&'a [u8]`.
unsafe impl Send for Bytes<'_> {}
// SAFETY: as above.
unsafe impl Sync for Bytes<'_> {}

impl<'a> From<&'a [u8]> for Bytes<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Bytes { ptr: bytes.as_ptr(), len: bytes.len(), life: PhantomData }
    }
}

impl<'a> Bytes<'a> {
    /// Memory at an address.
    ///
    /// # Safety
    /// `len` bytes from `ptr` on must stay readable for the lifetime `'a`.
    #[must_use]
    pub unsafe fn from_raw(ptr: *const u8, len: usize) -> Bytes<'a> {
        Bytes { ptr, len, life: PhantomData }
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The first byte; `len` bytes from here on are readable.
    #[must_use]
    pub fn as_ptr(&self) -> *const u8 {
        self.ptr
    }

    /// `len` bytes from `at` on, where there are so many.
    #[must_use]
    pub fn get(&self, at: u64, len: usize) -> Option<Bytes<'a>> {
        let at = usize::try_from(at).ok()?;
        let end = at.checked_add(len)?;
        (end <= self.len).then(|| Bytes { ptr: self.ptr.wrapping_add(at), len, life: PhantomData })
    }

    /// The `N` bytes from `at` on.
    ///
    /// # Panics
    /// Where there are not so many.
    #[must_use]
    #[inline]
    pub fn word<const N: usize>(&self, at: usize) -> [u8; N] {
        assert!(at <= self.len && N <= self.len - at, "within the bytes");
        // SAFETY: `N` bytes from `at` on are readable, as just asserted; any bytes make the array,
        // which needs no alignment.
        unsafe { self.ptr.add(at).cast::<[u8; N]>().read() }
    }

    /// Copies bytes from `at` on into `buf`, as far as there are any, and says how many.
    pub fn copy_to(&self, at: u64, buf: &mut [u8]) -> usize {
        let at = usize::try_from(at).unwrap_or(usize::MAX).min(self.len);
        let n = buf.len().min(self.len - at);
        // SAFETY: `at + n <= len`, so the source is readable; `buf` is ours alone and `n` long at
        // least, and as a `&mut` of this process it cannot be the memory behind this view.
        unsafe { std::ptr::copy_nonoverlapping(self.ptr.add(at), buf.as_mut_ptr(), n) };
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    /// Where every sample of a strided destination must lie, by the plain rule.
    fn naive(shape: &[usize], strides: &[isize]) -> Vec<isize> {
        let n: usize = shape.iter().product();
        (0..n)
            .map(|mut i| {
                let mut offset = 0;
                for (count, stride) in shape.iter().zip(strides).rev() {
                    offset += (i % count) as isize * stride;
                    i /= count;
                }
                offset
            })
            .collect()
    }

    fn check(shape: &[usize], strides: &[isize], base: usize, memory: usize, row_len: usize) {
        let mut buffer = vec![0xEEu8; memory];
        let n: usize = shape.iter().product();
        let values: Vec<u8> = (0..n as u16).flat_map(|v| (v + 1).to_ne_bytes()).collect();
        let axes = shape.iter().copied().zip(strides.iter().copied());
        // SAFETY: the strides reach within `buffer`, which lives to the end of the function.
        let out = unsafe {
            Out::from_raw(buffer.as_mut_ptr().wrapping_add(base), SampleType::I16, 2, axes)
        };
        let mut rows = out.unwrap().rows(n / row_len, row_len).unwrap();
        let mut rest = rows.take(1);
        std::mem::swap(&mut rows, &mut rest);
        for part in [&mut rows, &mut rest] {
            for row in 0..part.count() {
                let at = (part.first() + row) * row_len * 2;
                part.scatter(row, 0, &values[at..at + row_len * 2]);
            }
        }
        let mut want = vec![0xEEu8; memory];
        for (i, offset) in naive(shape, strides).into_iter().enumerate() {
            let at = base.wrapping_add_signed(offset);
            want[at..at + 2].copy_from_slice(&values[2 * i..2 * i + 2]);
        }
        assert_eq!(buffer, want, "{shape:?} {strides:?}");
    }

    #[test]
    fn rows_land_where_strides_say() {
        check(&[3, 4], &[8, 2], 0, 24, 4);
        check(&[3, 4], &[8, 2], 1, 25, 6);
        check(&[3, 4], &[20, 2], 0, 60, 4);
        check(&[3, 4], &[2, 6], 0, 24, 4);
        check(&[3, 4], &[-8, -2], 22, 24, 4);
        check(&[2, 3, 4], &[40, 12, 2], 0, 90, 4);
        check(&[2, 3, 4], &[2, 16, 4], 0, 60, 6);
        check(&[12], &[4], 0, 48, 3);
        check(&[1, 6, 1], &[99, 2, 7], 0, 12, 2);
    }

    #[test]
    fn only_rows_that_lie_together_have_a_place() {
        let mut memory = [0i16; 24];
        let base = memory.as_mut_ptr().cast::<u8>();
        // SAFETY: 2 rows of 4 with a pitch of 12 samples are within the 24.
        let out = unsafe { Out::from_raw(base, SampleType::I16, 2, [(2, 24), (4, 2)].into_iter()) };
        let mut rows = out.unwrap().rows(2, 4).unwrap();
        assert_eq!(rows.place(1, 1, 3).unwrap().as_mut_ptr(), base.wrapping_add(26));
        // SAFETY: as above.
        let out = unsafe { Out::from_raw(base, SampleType::I16, 2, [(2, 2), (4, 4)].into_iter()) };
        assert!(out.unwrap().rows(2, 4).unwrap().place(0, 0, 4).is_none());
    }

    #[test]
    fn columns_are_parts_of_all_rows() {
        // 3 rows of 5 columns that lie backwards, taken as 2, 0 and 3 columns.
        let mut memory = [-1i16; 15];
        let base = memory.as_mut_ptr().cast::<u8>().wrapping_add(28);
        // SAFETY: 15 samples from the last back to the first.
        let out = unsafe { Out::from_raw(base, SampleType::I16, 2, [(15, -2)].into_iter()) };
        let mut rest = Columns::from(out.unwrap().rows(3, 5).unwrap());
        let mut value = 0i16;
        for n in [2, 0, 9] {
            let mut part = rest.take(n);
            assert_eq!(part.count(), n.min(3));
            for row in 0..3 {
                for at in 0..part.count() {
                    part.scatter(row, at, &value.to_ne_bytes());
                    value += 1;
                }
            }
        }
        memory.reverse();
        assert_eq!(memory, [0, 1, 6, 7, 8, 2, 3, 9, 10, 11, 4, 5, 12, 13, 14]);
        let mut flat = Out::from(&mut memory).rows(3, 5).unwrap().flat();
        flat.take(4);
        flat.fill(0, 1, 3, &7i16.to_ne_bytes());
        assert_eq!(memory[4..9], [8, 7, 7, 7, 10]);
    }

    #[test]
    #[should_panic(expected = "within the columns")]
    fn columns_of_others_are_out_of_reach() {
        let mut memory = [0f32; 8];
        let mut all = Columns::from(Out::from(&mut memory).rows(2, 4).unwrap());
        let mut part = all.take(2);
        part.place(0, 1, 2);
    }

    #[test]
    fn overlap_and_wrong_lengths_are_refused() {
        let mut memory = [0f32; 8];
        let base = memory.as_mut_ptr().cast::<u8>();
        for axes in [[(2, 0), (4, 4)], [(2, 8), (4, 4)], [(4, 4), (2, 2)]] {
            // SAFETY: refused before anything is touched.
            let out = unsafe { Out::from_raw(base, SampleType::F32, 4, axes.into_iter()) };
            assert_eq!(out.unwrap_err().class(), Class::Destination);
        }
        let error = Out::from(&mut memory).rows(3, 3).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the destination has the wrong length: wanted 9 samples (3 x 3), found 8 samples of float32"
        );
    }

    #[test]
    fn what_was_lent_for_a_time_can_be_filled_again() {
        let mut memory = [0u8; 6];
        let mut out = Out::from(&mut memory);
        for value in [5, 6] {
            let mut rows = out.reborrow().rows(3, 2).unwrap();
            while rows.count() > 0 {
                let mut one = rows.take(1);
                assert_eq!(one.first(), 3 - rows.count() - 1);
                one.fill(0, &[value]);
            }
        }
        assert_eq!(out.len(), 6, "as before");
        assert_eq!(memory, [6; 6]);
    }

    #[test]
    #[should_panic(expected = "within the row")]
    fn rows_of_others_are_out_of_reach() {
        let mut memory = [0u8; 6];
        let mut rows = Out::from(&mut memory).rows(3, 2).unwrap();
        rows.take(1).fill(1, &[1]);
    }

    #[test]
    fn columns_of_a_table_are_told_apart() {
        // Rows of 3, tight, pitched, transposed and backwards; and rows of which one axis holds two.
        for (rows, shape, strides, base) in [
            (4usize, vec![4usize, 3], vec![6isize, 2], 0),
            (4, vec![4, 3], vec![10, 2], 3),
            (4, vec![4, 3], vec![2, 8], 0),
            (4, vec![4, 3], vec![-6, -2], 22),
            (1, vec![3], vec![4], 0),
            (4, vec![2, 2, 3], vec![20, 8, 2], 0),
            (2, vec![2, 3], vec![18, 6], 0),
            (0, vec![0, 3], vec![6, 2], 0),
        ] {
            let mut buffer = vec![0xEEu8; 60];
            let axes = shape.iter().copied().zip(strides.iter().copied());
            let start = buffer.as_mut_ptr().wrapping_add(base);
            // SAFETY: the strides reach within `buffer`, which lives to the end of the block.
            let out = unsafe { Out::from_raw(start, SampleType::I16, 2, axes) }.unwrap();
            let columns: Vec<_> = out.interleaved(3).unwrap().collect();
            for (c, column) in (0..).zip(columns) {
                let values: Vec<u8> =
                    (0..rows as u16).flat_map(|r| (10 * r + c).to_ne_bytes()).collect();
                column.rows(1, rows).unwrap().scatter(0, 0, &values);
            }
            let mut want = vec![0xEEu8; 60];
            for (i, offset) in (0..).zip(naive(&shape, &strides)) {
                let at = base.wrapping_add_signed(offset);
                want[at..at + 2].copy_from_slice(&(10 * (i / 3) + i % 3u16).to_ne_bytes());
            }
            assert_eq!(buffer, want, "{shape:?} {strides:?}");
        }
        let mut memory = [0i16; 12];
        assert!(Out::from(&mut memory).interleaved(5).is_err());
        assert!(Out::from(&mut memory).interleaved(0).is_err());
        let base = memory.as_mut_ptr().cast::<u8>();
        // SAFETY: 2 x 3 samples with a pitch of 4 are within the 12; bytes likewise.
        let uneven =
            unsafe { Out::from_raw(base, SampleType::I16, 2, [(2, 8), (3, 2)].into_iter()) };
        assert!(uneven.unwrap().interleaved(2).is_err(), "a row would end within an axis");
        // SAFETY: as above.
        let bytes = unsafe { Out::from_raw(base, SampleType::I16, 1, [(12, 2)].into_iter()) };
        assert!(bytes.unwrap().interleaved(2).is_err());
    }

    #[test]
    fn fill_repeats_the_value() {
        let mut memory = [0i32; 300];
        let mut rows = Out::from(&mut memory).rows(2, 150).unwrap();
        rows.fill(1, &7i32.to_ne_bytes());
        assert!(memory[..150].iter().all(|v| *v == 0) && memory[150..].iter().all(|v| *v == 7));
    }
}
