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

#![allow(unsafe_code)]

use std::ptr;

use super::Decoder;
use crate::out::{Bytes, Place};

/// Bytes of results that a step makes: a cache line.
pub(super) const LINE: usize = 64;

/// How far ahead of the converted samples the source is prefetched, in bytes. Conversion fills the
/// window of instructions that a processor looks ahead in, so that without this it waits for memory
/// (IBM floats: 6.9 against 10.2 GB/s). Nothing is read: an address that is not there is ignored.
#[cfg(target_arch = "x86_64")]
const AHEAD: usize = 2048;

/// How one sample of `W` bytes is converted, `N` of them to a line.
pub(super) trait Convert<const W: usize, const N: usize> {
    /// The number in memory: any type without padding.
    type Memory: Copy + Default;

    /// The number in memory from the bytes in the file.
    fn convert(file: [u8; W]) -> Self::Memory;
}

/// A loop over samples: source, destination, count, whether to stream. Its contract is that of
/// [`Decoder::decode_raw`], and that it runs on the machine it was chosen on.
pub(super) type Kernel = unsafe fn(*const u8, *mut u8, usize, bool);

/// The loop of a conversion, compiled for this machine.
pub(super) fn kernel<const W: usize, const N: usize, C: Convert<W, N>>(_: C) -> Kernel {
    const { assert!(N * size_of::<C::Memory>() == LINE) }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        let avx512 = is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl");
        return if avx512 { with_avx512::<W, N, C> } else { with_avx2::<W, N, C> };
    }
    with_baseline::<W, N, C>
}

impl Decoder {
    /// Converts the samples in `src` into `dst`.
    ///
    /// # Panics
    /// Where `src` does not hold whole samples, or `dst` is not of just as many.
    pub fn decode(&self, src: &[u8], dst: &mut [u8]) {
        let n = src.len() / self.file_width;
        assert_eq!(src.len(), n * self.file_width, "bytes of whole samples");
        assert_eq!(Some(dst.len()), n.checked_mul(self.memory_width), "bytes for as many samples");
        // SAFETY: the slices hold n samples each, as just asserted, and a shared and an exclusive
        // borrow do not overlap.
        unsafe { self.decode_raw(src.as_ptr(), dst.as_mut_ptr(), n, false) }
    }

    /// Converts the samples in `src`, which others may change meanwhile, into a place of a
    /// destination. `stream` is that of [`Decoder::decode_raw`].
    ///
    /// # Panics
    /// Where the two are not as many whole samples, or share memory.
    pub(crate) fn decode_place(&self, src: Bytes<'_>, dst: &mut Place<'_>, stream: bool) {
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

    /// Converts `n` samples at `src` into `dst`. Neither needs to be aligned.
    ///
    /// With `stream` the results bypass the cache where the machine can do so (AVX2, and a
    /// destination aligned to its samples): for results larger than the cache.
    ///
    /// # Safety
    /// `src` must be readable for `n * file_width()` bytes and `dst` writable for
    /// `n * memory_width()`, and no other thread may use the destination meanwhile. The two are
    /// disjoint, or the destination neither begins nor ends after the source. That allows samples
    /// converted where they lie (`dst == src`, of equal width or narrowing), and samples at the tail
    /// of the destination that are widened in place
    /// (`src + n * file_width() == dst + n * memory_width()`).
    ///
    /// After streaming, this thread must call [`Decoder::fence`] before another thread may use the
    /// results.
    ///
    /// Should another process change the source meanwhile, as it can where that is a map, the
    /// samples that it changed are unspecified.
    pub unsafe fn decode_raw(&self, src: *const u8, dst: *mut u8, n: usize, stream: bool) {
        // SAFETY: the contract is the same, and `copy` allows any overlap; the kernel was chosen on
        // this machine.
        unsafe {
            if !self.identity || (stream && !ptr::eq(src, dst)) {
                (self.kernel)(src, dst, n, stream);
            } else if !ptr::eq(src, dst) {
                ptr::copy(src, dst, n * self.file_width);
            }
        }
    }

    /// Begins to load bytes that will be decoded soon. A hint: nothing is read.
    pub(crate) fn expect(bytes: Bytes<'_>) {
        #[cfg(target_arch = "x86_64")]
        for at in (0..bytes.len()).step_by(LINE) {
            use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
            // SAFETY: a prefetch reads nothing that the program can see, and cannot fault.
            unsafe { _mm_prefetch::<_MM_HINT_T1>(bytes.as_ptr().wrapping_add(at).cast()) }
        }
    }

    /// Puts what this thread has streamed before what it does next, for all other threads.
    ///
    /// It waits for the memory, for some 100 ns: call it once a read, not once a trace.
    pub fn fence() {
        // SAFETY: every x86-64 processor has SSE.
        #[cfg(target_arch = "x86_64")]
        unsafe {
            std::arch::x86_64::_mm_sfence();
        }
    }
}

/// The loops of a conversion, compiled for x86-64 processors with more than the baseline.
#[cfg(target_arch = "x86_64")]
macro_rules! compiled_for {
    ($name:ident, $features:literal) => {
        /// # Safety
        /// As [`Decoder::decode_raw`], on a processor with these features.
        #[target_feature(enable = $features)]
        unsafe fn $name<const W: usize, const N: usize, C: Convert<W, N>>(
            src: *const u8,
            dst: *mut u8,
            n: usize,
            stream: bool,
        ) {
            // SAFETY: the same contract.
            unsafe {
                if stream && dst.addr().is_multiple_of(size_of::<C::Memory>()) {
                    streamed::<W, N, C>(src, dst, n);
                } else {
                    stored::<W, N, C>(src, dst, n);
                }
            }
        }
    };
}
#[cfg(target_arch = "x86_64")]
compiled_for!(with_avx2, "avx2");
// Lines and single traces are converted within the cache, where IBM floats gain 45 % by it.
#[cfg(target_arch = "x86_64")]
compiled_for!(with_avx512, "avx2,avx512bw,avx512dq,avx512vl");

/// # Safety
/// As [`Decoder::decode_raw`].
unsafe fn with_baseline<const W: usize, const N: usize, C: Convert<W, N>>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
    _stream: bool,
) {
    // SAFETY: the same contract.
    unsafe { stored::<W, N, C>(src, dst, n) }
}

/// Converts with ordinary stores.
///
/// # Safety
/// As [`Decoder::decode_raw`].
#[expect(clippy::inline_always, reason = "it must be compiled for the features of its caller")]
#[inline(always)]
unsafe fn stored<const W: usize, const N: usize, C: Convert<W, N>>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
) {
    let size = size_of::<C::Memory>();
    // SAFETY: every place is within the n samples that the contract gives. Where the two overlap,
    // each step reads its samples before it writes, and writes nothing that a later step reads: the
    // place after i samples is no later in the destination than in the source. By contract that is
    // so for i = 0 and i = n, and it is linear in i.
    unsafe {
        if n < N {
            return singly::<W, N, C>(src, dst, n);
        }
        // The last line reaches back into the one before, which leaves no remainder for a slower
        // loop. It is converted first, since the one before may overwrite its source.
        let last = n - N;
        let last_line = line::<W, N, C>(src.add(last * W));
        let mut done = 0;
        while done < last {
            #[cfg(target_arch = "x86_64")]
            if reaches_ahead(n * W) {
                prefetch::<W, N>(src.add(done * W));
            }
            let results = line::<W, N, C>(src.add(done * W));
            dst.add(done * size).cast::<[C::Memory; N]>().write_unaligned(results);
            done += N;
        }
        dst.add(last * size).cast::<[C::Memory; N]>().write_unaligned(last_line);
    }
}

/// Converts with stores past the cache, but for the lines at both ends that are not whole: these
/// may hold other data too, and part of a line is slow to stream.
///
/// # Safety
/// As [`Decoder::decode_raw`], and `dst` is aligned to the samples in memory.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn streamed<const W: usize, const N: usize, C: Convert<W, N>>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
) {
    use std::arch::x86_64::{__m256i, _mm256_stream_si256};
    let size = size_of::<C::Memory>();
    let mut done = (dst.addr().next_multiple_of(LINE) - dst.addr()) / size;
    // SAFETY: every place is within the n samples that the contract gives. A line is two vectors,
    // without padding, and begins at a multiple of LINE. Overlap is no matter, as in `stored`.
    unsafe {
        if n < done + N {
            return stored::<W, N, C>(src, dst, n);
        }
        singly::<W, N, C>(src, dst, done);
        while done + N <= n {
            if reaches_ahead(n * W) {
                prefetch::<W, N>(src.add(done * W));
            }
            let results = line::<W, N, C>(src.add(done * W));
            let [low, high]: [__m256i; 2] = std::mem::transmute_copy(&results);
            let to = dst.add(done * size).cast::<__m256i>();
            _mm256_stream_si256(to, low);
            _mm256_stream_si256(to.add(1), high);
            done += N;
        }
        singly::<W, N, C>(src.add(done * W), dst.add(done * size), n - done);
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
    for (result, sample) in results.iter_mut().zip(&samples) {
        *result = C::convert(*sample);
    }
    results
}

/// Converts a few samples, one by one.
///
/// # Safety
/// As [`Decoder::decode_raw`].
#[expect(clippy::inline_always, reason = "it must be compiled for the features of its caller")]
#[inline(always)]
unsafe fn singly<const W: usize, const N: usize, C: Convert<W, N>>(
    src: *const u8,
    dst: *mut u8,
    n: usize,
) {
    for i in 0..n {
        // SAFETY: within the n samples that the contract gives, and read before written.
        unsafe {
            let sample = src.add(i * W).cast::<[u8; W]>().read();
            let result = C::convert(sample);
            dst.add(i * size_of::<C::Memory>()).cast::<C::Memory>().write_unaligned(result);
        }
    }
}

/// Whether so many bytes are enough for looking ahead in them. Of a short run everything ahead lies
/// behind it, and may never be wanted: loading it cost a quarter of the time of boxes of 1 KB a trace.
/// Who knows what comes next says so by [`Decoder::expect`].
#[cfg(target_arch = "x86_64")]
#[inline]
fn reaches_ahead(len: usize) -> bool {
    len > AHEAD
}

/// Begins to load the samples of a later step.
#[cfg(target_arch = "x86_64")]
#[inline]
fn prefetch<const W: usize, const N: usize>(src: *const u8) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    for line in (0..W * N).step_by(LINE) {
        // SAFETY: a prefetch reads nothing that the program can see, and cannot fault.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(src.wrapping_add(AHEAD + line).cast()) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{I24ToF32, IbmToF32, U16ToF32, ibm};
    use super::*;
    use crate::format::{Endian, Format, SampleType};

    /// Numbers that are likely to go wrong in one format or another, then arbitrary ones.
    fn numbers() -> impl Iterator<Item = u64> {
        let edges = [
            0,
            u64::MAX,
            1 << 63,
            i64::MAX as u64,
            0x8000_0000_8000_8080,
            0x7FFF_FFFF_7F80_0001, // a signalling NaN
            0x7FF0_0000_FFC0_1234, // NaNs with a payload
            0x7FF0_0000_0000_0001,
            0x3810_0000_1000_0000, // as float64, rounds to even
            (1 << 24) + 1,         // ties of float32
            (1 << 24) + 3,
            (1 << 53) + (1 << 29),
            (1 << 63) + (1 << 39),
            (1 << 63) + (1 << 39) + 1,
        ];
        let mut state = 1_u64;
        edges.into_iter().chain(std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state ^ state >> 32
        }))
    }

    /// The oracle: one sample, as memory has to hold it.
    fn oracle(format: Format, to: SampleType, number: u64) -> Vec<u8> {
        let unused = 64 - 8 * format.width() as u32;
        let unsigned = number << unused >> unused;
        let signed = (number << unused).cast_signed() >> unused;
        let float = |value: f32| value.to_ne_bytes().to_vec();
        match (format, to) {
            (Format::Ibm32, _) => ibm::definition(unsigned as u32).to_ne_bytes().to_vec(),
            (Format::Gain32, _) => {
                let gain = (unsigned >> 16 & 0xFF) as i32;
                float((f64::from(unsigned as i16) * 2f64.powi(gain)) as f32)
            }
            (Format::Ieee32, _) => (unsigned as u32).to_ne_bytes().to_vec(),
            (Format::Ieee64, SampleType::F32) => float(f64::from_bits(unsigned) as f32),
            (
                Format::Int8 | Format::Int16 | Format::Int24 | Format::Int32 | Format::Int64,
                SampleType::F32,
            ) => float(signed as f32),
            (_, SampleType::F32) => float(unsigned as f32),
            (_, SampleType::I8) => (signed as i8).to_ne_bytes().to_vec(),
            (_, SampleType::U8) => (unsigned as u8).to_ne_bytes().to_vec(),
            (_, SampleType::I16 | SampleType::U16) => (unsigned as u16).to_ne_bytes().to_vec(),
            (_, SampleType::I32) => (signed as i32).to_ne_bytes().to_vec(),
            (_, SampleType::U32) => (unsigned as u32).to_ne_bytes().to_vec(),
            _ => unsigned.to_ne_bytes().to_vec(),
        }
    }

    /// Samples as they are in a file, and what they have to become.
    fn example(format: Format, endian: Endian, to: SampleType, n: usize) -> (Vec<u8>, Vec<u8>) {
        let (mut file, mut memory) = (Vec::new(), Vec::new());
        for number in numbers().take(n) {
            let mut sample = number.to_be_bytes()[8 - format.width()..].to_vec();
            if endian == Endian::Little {
                sample.reverse();
            }
            file.extend(sample);
            memory.extend(oracle(format, to, number));
        }
        (file, memory)
    }

    /// Every decoder with samples for it: its name, bytes in the file, bytes in memory.
    fn all(n: usize) -> impl Iterator<Item = (String, Decoder, Vec<u8>, Vec<u8>)> {
        Format::ALL.into_iter().chain([Format::Gain32]).flat_map(move |format| {
            [Endian::Big, Endian::Little].into_iter().flat_map(move |endian| {
                [SampleType::F32, format.native()].into_iter().map(move |to| {
                    let name = format!("{} {} to {}", format.name(), endian.name(), to.name());
                    let (file, memory) = example(format, endian, to, n);
                    (name, Decoder::new(format, endian, to).unwrap(), file, memory)
                })
            })
        })
    }

    #[repr(align(64))]
    struct Aligned([u8; 8192]);

    #[test]
    fn any_length_at_any_place() {
        for (name, decoder, file, memory) in all(203) {
            for n in (0..=67).chain([128, 203]) {
                let (from, to) = (n * decoder.file_width(), n * decoder.memory_width());
                for (at, stream) in [0, 1, 2, 4, 8, 36, 63].into_iter().zip([true, false].repeat(4))
                {
                    for stream in [stream, !stream] {
                        let (mut src, mut dst) = (Aligned([0; 8192]), Aligned([0xA5; 8192]));
                        let skew = (at * 5) % 16;
                        src.0[skew..][..from].copy_from_slice(&file[..from]);
                        // SAFETY: both arrays hold more than these places and 203 samples of 8.
                        unsafe {
                            let dst = dst.0.as_mut_ptr().add(at);
                            decoder.decode_raw(src.0.as_ptr().add(skew), dst, n, stream);
                        }
                        Decoder::fence();
                        let case = format!("{name}, {n} samples at {at}, stream {stream}");
                        assert_eq!(dst.0[at..][..to], memory[..to], "{case}");
                        assert!(dst.0[..at].iter().all(|&b| b == 0xA5), "before: {case}");
                        assert!(dst.0[at + to..].iter().all(|&b| b == 0xA5), "after: {case}");
                    }
                }
            }
        }
    }

    #[test]
    fn in_place() {
        for (name, decoder, file, memory) in all(203) {
            for n in (0..=67).chain([203]) {
                let (from, to) = (n * decoder.file_width(), n * decoder.memory_width());
                // Source and destination begin together or end together, or lie between the two.
                for gap in [to.saturating_sub(from), to.saturating_sub(from) + 5] {
                    for (at, stream) in [(1, false), (8, true), (64, true)] {
                        let mut both = Aligned([0; 8192]);
                        both.0[at + gap..][..from].copy_from_slice(&file[..from]);
                        // SAFETY: both places are in the array; the destination begins no later
                        // than the source, by `gap`, and so ends no later.
                        unsafe {
                            let dst = both.0.as_mut_ptr().add(at);
                            decoder.decode_raw(dst.add(gap), dst, n, stream);
                        }
                        assert_eq!(
                            both.0[at..][..to],
                            memory[..to],
                            "{name}, {n} samples, gap {gap}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_same_without_avx2() {
        fn check<const W: usize, const N: usize, C: Convert<W, N>>(_: C, format: Format) {
            for n in [0, 1, 15, 16, 17, 203] {
                let (file, memory) = example(format, Endian::Big, SampleType::F32, n);
                let mut dst = vec![0; memory.len()];
                // SAFETY: both hold n samples, and they are disjoint.
                unsafe { with_baseline::<W, N, C>(file.as_ptr(), dst.as_mut_ptr(), n, true) };
                assert_eq!(dst, memory, "{}", format.name());
            }
        }
        check(IbmToF32::<true>, Format::Ibm32);
        check(I24ToF32::<true>, Format::Int24);
        check(U16ToF32::<true>, Format::Uint16);
    }
}
