//! Views of memory that is not ours: [`Out`] to write, [`Bytes`] to read.
//!
//! A caller's buffer may be misaligned, strided, and watched by other code, so nothing here makes a
//! `&mut [T]` or `&[u8]` over it: all access is through raw pointers. What this file relies on:
//!
//! * whoever makes a view vouches that the memory is there, and writable, for its lifetime: safe
//!   constructors take a borrowed slice, the others are `unsafe`;
//! * a view cannot be duplicated: it is neither `Clone` nor `Copy`, and splitting gives disjoint
//!   parts, so two threads never write to the same byte;
//! * the elements a view reaches do not overlap each other (checked where strides are given).

#![allow(unsafe_code)]

mod bytes;
mod rows;
mod strides;

pub use bytes::Bytes;
pub(crate) use rows::{Columns, Place, Rows};
use strides::{Axis, Strides};

use std::marker::PhantomData;

use crate::error::{Error, Kind, Result};
use crate::format::SampleType;

/// An exclusive, typed destination in memory the caller owns: a sample type, a number of samples, and
/// where they are. Samples are in the byte order of the machine, at any alignment.
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
    /// Bytes that are always contiguous: a sample, or a single byte in a strided byte buffer.
    unit: usize,
    strides: Strides,
    len: usize,
    life: PhantomData<&'a mut [u8]>,
}

// SAFETY: an `Out` is the only way to its memory while it lives, like the `&'a mut [u8]` it replaces,
// so it may move to another thread.
unsafe impl Send for Out<'_> {}

impl<'a> Out<'a> {
    /// Contiguous bytes as samples of a type.
    ///
    /// # Errors
    /// `Class::Destination` where the length is no whole number of samples.
    pub fn bytes(bytes: &'a mut [u8], kind: SampleType) -> Result<Out<'a>> {
        if !bytes.len().is_multiple_of(kind.size()) {
            return Err(
                Kind::PartialSample { width: kind.size(), bytes: bytes.len().to_string() }.into()
            );
        }
        Ok(Out::contiguous(bytes.as_mut_ptr(), kind, bytes.len() / kind.size()))
    }

    fn contiguous(base: *mut u8, kind: SampleType, len: usize) -> Out<'a> {
        let mut strides = Strides::NONE;
        if len != 1 {
            strides.axes[0] = Axis { count: len, stride: kind.size() as isize };
            strides.used = 1;
        }
        Out { base, kind, unit: kind.size(), strides, len, life: PhantomData }
    }

    /// Memory described by counts and strides, as buffers describe it.
    ///
    /// `axes` gives (count, stride in bytes) of each axis in C order; an element is `unit`
    /// contiguous bytes: a sample of type `kind`, or 1 where bytes represent samples.
    ///
    /// # Errors
    /// `Class::Destination` where elements overlap each other, where more than 8 axes remain after
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
            Error::from(Kind::PartialSample {
                width: kind.size(),
                bytes: format!("{units} elements of {unit}"),
            })
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

    /// The first address it reaches and the one after the last, to find whether two overlap.
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
    /// destination `i % n`. These are the columns of a table that is stored row by row.
    ///
    /// # Errors
    /// `Class::Destination` where it holds no whole rows of `n`, where bytes represent samples, and
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
            return Err(Kind::WrongLength {
                want: format!("rows of {n} samples"),
                have: format!("{} samples of {}", self.len, self.kind.name()),
            }
            .into());
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
    /// `Class::Destination` unless it holds exactly `rows` rows; lengths are given in samples.
    pub(crate) fn rows(self, rows: usize, row_len: usize) -> Result<Rows<'a>> {
        let want = rows.checked_mul(row_len);
        if want != Some(self.len) {
            return Err(Kind::WrongLength {
                want: format!(
                    "{} samples ({rows} x {row_len})",
                    want.map_or_else(|| "too many".to_owned(), |n| n.to_string())
                ),
                have: format!("{} samples of {}", self.len, self.kind.name()),
            }
            .into());
        }
        Ok(Rows::new(self, rows, row_len))
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
        let have = "8 samples of float32".to_owned();
        assert_eq!(*error.kind(), Kind::WrongLength { want: "9 samples (3 x 3)".to_owned(), have });
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
