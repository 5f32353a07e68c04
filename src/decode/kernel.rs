//! The loops over samples: raw pointers, any alignment, compiled for what the processor has.
//!
//! `unsafe` here relies on one contract, that of [`Decoder::decode_raw`]: which bytes may be read
//! and written, and how the two may overlap. Nothing is taken from the bytes themselves. They are
//! read by copying out of raw pointers, never through a reference, as another process may be
//! changing them.
//!
//! A step converts one cache line of results: a line's worth of samples is copied to the stack
//! (registers, once compiled), converted by a plain loop of fixed length, and stored. So the loops
//! vectorise without knowing whether source and destination overlap.

use std::ptr;

use super::Decoder;
use crate::out::{Bytes, Place};

/// Bytes of results that a step makes: a cache line.
pub(super) const LINE: usize = 64;

/// How one sample of `W` bytes is converted, `N` of them to a line.
pub(super) trait Convert<const W: usize, const N: usize> {
    /// The number in memory.
    type Memory: Copy + Default;

    /// The number in memory from the bytes in the file.
    fn convert(file: [u8; W]) -> Self::Memory;
}

/// A loop over samples: source, destination, count, whether to stream. Its contract is that of
/// [`Decoder::decode_raw`], and that the processor is the one it was chosen on.
pub(super) type Kernel = unsafe fn(*const u8, *mut u8, usize, bool);

/// The loop of a conversion, compiled for this processor.
pub(super) fn kernel<const W: usize, const N: usize, C: Convert<W, N>>(_: C) -> Kernel {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        return with_avx2::<W, N, C>;
    }
    with_baseline::<W, N, C>
}

impl Decoder {
    /// Converts the samples in `src` into `dst`, both of the same number of samples.
    ///
    /// # Panics
    /// Where the lengths are not that: whole samples, and as many on both sides.
    pub fn decode(&self, src: &[u8], dst: &mut [u8]) {
        let n = src.len() / self.file_width;
        assert_eq!(src.len(), n * self.file_width, "whole samples in the source");
        assert_eq!(Some(dst.len()), n.checked_mul(self.memory_width), "room for as many samples");
        // SAFETY: the slices hold n samples each, as just asserted, and a shared and an exclusive
        // borrow do not overlap.
        unsafe { self.decode_raw(src.as_ptr(), dst.as_mut_ptr(), n, false) }
    }

    /// Converts the samples in `src`, which others may change meanwhile, into a place of a
    /// destination. `stream` is that of [`Decoder::decode_raw`].
    ///
    /// # Panics
    /// Where the two are not as many whole samples, or share memory.
    pub fn decode_place(&self, src: Bytes<'_>, dst: &mut Place<'_>, stream: bool) {
        let n = src.len() / self.file_width;
        assert_eq!(src.len(), n * self.file_width, "whole samples in the source");
        assert_eq!(Some(dst.len()), n.checked_mul(self.memory_width), "room for as many samples");
        let (from, to) = (src.as_ptr() as usize, dst.as_mut_ptr() as usize);
        assert!(
            n == 0 || from + src.len() <= to || to + dst.len() <= from,
            "the destination is not the source"
        );
        // SAFETY: `Bytes` and `Place` vouch for memory that can be read and written, each for n
        // samples as just asserted, and that they are disjoint was asserted too.
        unsafe { self.decode_raw(src.as_ptr(), dst.as_mut_ptr(), n, stream) }
    }

    /// Converts `n` samples at `src` into `dst`, neither of which need be aligned.
    ///
    /// With `stream` the results bypass the cache where the machine can do so (x86-64, and samples
    /// that are aligned to their own size): for results larger than the cache that are not used at
    /// once. They are visible to other threads, as any store is, when this returns and the caller
    /// synchronises. Results in place are never streamed.
    ///
    /// # Safety
    /// `src` must be readable for `n * file_width()` bytes and `dst` writable for
    /// `n * memory_width()`, and no other thread may use the destination meanwhile. The two are
    /// disjoint, or the destination neither begins nor ends after the source. That allows samples
    /// converted where they lie (`dst == src`, of equal width or narrowing), and samples at the tail
    /// of the destination that are widened in place
    /// (`src + n * file_width() == dst + n * memory_width()`).
    ///
    /// If another process changes the source meanwhile, as it may do with a map, the samples that
    /// it changed are unspecified.
    pub unsafe fn decode_raw(&self, src: *const u8, dst: *mut u8, n: usize, stream: bool) {
        // SAFETY: the contract is the same; the kernel was chosen on this machine.
        unsafe { (self.kernel)(src, dst, n, stream) }
    }
}

/// # Safety
/// As [`Decoder::decode_raw`], on a processor with AVX2.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn with_avx2<const W: usize, const N: usize, C: Convert<W, N>>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
    stream: bool,
) {
    // SAFETY: the same contract.
    unsafe { run::<W, N, C>(src, dst, n, stream) }
}

/// # Safety
/// As [`Decoder::decode_raw`].
unsafe fn with_baseline<const W: usize, const N: usize, C: Convert<W, N>>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
    stream: bool,
) {
    // SAFETY: the same contract.
    unsafe { run::<W, N, C>(src, dst, n, stream) }
}

/// # Safety
/// As [`Decoder::decode_raw`].
#[expect(clippy::inline_always, reason = "it must be compiled for the features of its caller")]
#[inline(always)]
unsafe fn run<const W: usize, const N: usize, C: Convert<W, N>>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
    stream: bool,
) {
    let size = const {
        assert!(N * size_of::<C::Memory>() == LINE);
        size_of::<C::Memory>()
    };
    // SAFETY: every place below is within the n samples that the contract gives. In overlapping
    // memory each step reads its samples before it writes them, and writes nothing that a later
    // step reads: the destination of sample i ends no later than its source, as that is so, by
    // contract, of the first and the last, and is linear in i.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        if stream {
            let head = dst.align_offset(LINE);
            let apart = src.add(n * W) <= dst || dst.add(n * size) <= src.cast_mut();
            if apart && head.is_multiple_of(size) && n >= head / size + N {
                let mut done = head / size;
                part::<W, N, C>(src, dst, done);
                while done + N <= n {
                    stream_line(dst.add(done * size), line::<W, N, C>(src.add(done * W)));
                    done += N;
                }
                part::<W, N, C>(src.add(done * W), dst.add(done * size), n - done);
                std::arch::x86_64::_mm_sfence();
                return;
            }
        }
        let _ = stream;
        if n < N {
            return part::<W, N, C>(src, dst, n);
        }
        // The last line overlaps the one before it, so that no remainder is left for a slower
        // loop; it is read first, as the one before it may overwrite its source.
        let last = n - N;
        let last_line = line::<W, N, C>(src.add(last * W));
        let mut done = 0;
        while done < last {
            let results = line::<W, N, C>(src.add(done * W));
            dst.add(done * size).cast::<[C::Memory; N]>().write_unaligned(results);
            done += N;
        }
        dst.add(last * size).cast::<[C::Memory; N]>().write_unaligned(last_line);
    }
}

/// The results of `N` samples.
///
/// # Safety
/// `src` is readable for `N` samples.
#[expect(clippy::inline_always, reason = "it must be compiled for the features of its caller")]
#[inline(always)]
unsafe fn line<const W: usize, const N: usize, C: Convert<W, N>>(src: *const u8) -> [C::Memory; N] {
    // SAFETY: N samples can be read, says the caller; any bytes are valid as bytes.
    let samples = unsafe { src.cast::<[[u8; W]; N]>().read_unaligned() };
    let mut results = [C::Memory::default(); N];
    for (result, sample) in results.iter_mut().zip(samples) {
        *result = C::convert(sample);
    }
    results
}

/// Converts fewer samples than a line holds.
///
/// # Safety
/// As [`Decoder::decode_raw`], and `n < N`.
unsafe fn part<const W: usize, const N: usize, C: Convert<W, N>>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
) {
    let mut samples = [[0; W]; N];
    // SAFETY: the caller gives n samples on both sides; the arrays on the stack hold more. All are
    // read before any is written.
    unsafe {
        ptr::copy_nonoverlapping(src, samples.as_mut_ptr().cast(), n * W);
        let results = line::<W, N, C>(samples.as_ptr().cast());
        ptr::copy_nonoverlapping(results.as_ptr().cast(), dst, n * size_of::<C::Memory>());
    }
}

/// Stores a line past the cache.
///
/// # Safety
/// `dst` is writable for a line and aligned to one; `T` has no padding and fills a line. The caller
/// ends with `sfence`.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
unsafe fn stream_line<T: Copy>(dst: *mut u8, results: T) {
    use std::arch::x86_64::{__m128i, _mm_stream_si128};
    let dst = dst.cast::<__m128i>();
    // SAFETY: a line is four vectors; the caller says that it is there, and aligned.
    unsafe {
        let vectors: [__m128i; 4] = std::mem::transmute_copy(&results);
        for (i, vector) in vectors.into_iter().enumerate() {
            _mm_stream_si128(dst.add(i), vector);
        }
    }
}
