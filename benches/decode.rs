//! Decoding against `memcpy`: every format, as float32 and as its native type.
//!
//! A byte is counted as `memcpy` counts it: half for reading it, half for writing it. So a row of
//! the same GB/s as `memcpy` is as fast as memory, whatever the widths.
//!
//! `cargo bench --no-default-features --bench decode -- cached` or `-- memory` or `-- trace` for one
//! group: runs that fit the second-level cache, runs larger than any cache, and the time of one
//! call on a short trace.
#![allow(missing_docs)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use segbuf::internals::Decoder;
use segbuf::{Endian, Format, SampleType};

/// Samples of a trace: kernels are called for one at a time.
const TRACE: usize = 1000;

/// Bytes of samples that look like a trace, in any format: mid-range exponents, both signs.
fn samples(len: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut word = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state & 0x80FF_FFFF | 0x4110_0000).to_be_bytes()
    };
    let mut bytes = Vec::with_capacity(len + 4);
    while bytes.len() < len {
        bytes.extend_from_slice(&word());
    }
    bytes
}

/// Each format in both byte orders, as each type it can be given as.
fn decoders() -> impl Iterator<Item = (String, Decoder)> {
    Format::ALL.into_iter().flat_map(|format| {
        let orders =
            if format.width() == 1 { &[Endian::Big][..] } else { &[Endian::Big, Endian::Little] };
        orders.iter().flat_map(move |&endian| {
            let native = (format.native() != SampleType::F32).then(|| format.native());
            [Some(SampleType::F32), native].into_iter().flatten().map(move |to| {
                let decoder =
                    Decoder::new(format, endian, to).expect("float32 and native are given");
                (format!("{}-{}-to-{}", format.name(), endian.name(), to.name()), decoder)
            })
        })
    })
}

/// Decodes trace after trace, as a reader does.
fn traces(decoder: &Decoder, src: &[u8], dst: &mut [u8], stream: bool) {
    let (from, to) = (TRACE * decoder.file_width(), TRACE * decoder.memory_width());
    for (src, dst) in src.chunks_exact(from).zip(dst.chunks_exact_mut(to)) {
        // SAFETY: both hold TRACE samples, and they are disjoint.
        unsafe { decoder.decode_raw(src.as_ptr(), dst.as_mut_ptr(), TRACE, stream) }
    }
    if stream {
        Decoder::fence();
    }
}

/// Every decoder over `bytes` of file, beside `memcpy` of the same.
fn compare(c: &mut Criterion, name: &str, bytes: usize, streams: &[bool]) {
    let src = samples(bytes);
    let mut dst = vec![1_u8; bytes];
    let mut group = c.benchmark_group(name);
    group.sample_size(10).warm_up_time(Duration::from_millis(100));
    group.measurement_time(Duration::from_millis(if name == "memory" { 1500 } else { 300 }));
    group.throughput(Throughput::Bytes(bytes as u64));
    group.bench_function("memcpy", |b| {
        b.iter(|| black_box(&mut dst)[..bytes].copy_from_slice(black_box(&src[..bytes])));
    });
    for (name, decoder) in decoders() {
        let n = bytes / decoder.file_width().max(decoder.memory_width()) / TRACE * TRACE;
        let (from, to) = (n * decoder.file_width(), n * decoder.memory_width());
        group.throughput(Throughput::Bytes(((from + to) / 2) as u64));
        for &stream in streams {
            let name = if stream { format!("{name}-stream") } else { name.clone() };
            group.bench_function(name, |b| {
                b.iter(|| traces(&decoder, black_box(&src[..from]), &mut dst[..to], stream));
            });
        }
    }
}

/// Source and destination together fill half of a second-level cache of 1 MB.
fn cached(c: &mut Criterion) {
    compare(c, "cached", 256 << 10, &[false]);
}

/// Larger than any cache.
fn memory(c: &mut Criterion) {
    compare(c, "memory", 512 << 20, &[false, true]);
}

/// The time of one call.
fn trace(c: &mut Criterion) {
    let src = samples(4 * TRACE);
    let mut dst = vec![0_u8; 4 * TRACE];
    let decoder =
        Decoder::new(Format::Ibm32, Endian::Big, SampleType::F32).expect("float32 is given");
    let mut group = c.benchmark_group("trace");
    group.sample_size(20).warm_up_time(Duration::from_millis(100));
    group.measurement_time(Duration::from_millis(300));
    for n in [1, 15, 16, 60, 100, 500, 1000] {
        for stream in [false, true] {
            let name = format!("{n}{}", if stream { "-stream" } else { "" });
            group.bench_function(name, |b| {
                // SAFETY: both hold n samples, and they are disjoint.
                b.iter(|| unsafe {
                    let (src, dst) = (black_box(src.as_ptr()), black_box(dst.as_mut_ptr()));
                    decoder.decode_raw(src, dst, black_box(n), stream);
                });
            });
        }
    }
}

criterion_group!(benches, cached, trace, memory);
criterion_main!(benches);
