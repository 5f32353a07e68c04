//! What a request to a local file costs: the measurements for `GAP` and `PART` of `FileSource`.
//!
//!     cargo bench --bench requests
//!
//! The file is in the page cache and the memory is faulted in. The first table reads a trace header of
//! 240 bytes every so many bytes, by one request each, and beside that all bytes in large requests: where the
//! ratio crosses 1, it costs the same to read the bytes between two headers as to make another request. The
//! second reads the whole file in requests of one size. Figures are medians of ratios from alternating rounds.

#![allow(clippy::print_stdout, reason = "the bench prints its tables")]

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use segbuf::source::{FileSource, Source};

const FILE: usize = 128 << 20;
const HEADER: usize = 240;
/// The size of requests that others are compared with.
const PART: usize = 256 << 10;
const ROUNDS: usize = 9;

fn main() -> Result<(), Box<dyn Error>> {
    let mut file = tempfile::NamedTempFile::new()?;
    let block: Vec<u8> = (0..1 << 20).map(|i: u32| i.to_le_bytes()[0]).collect();
    for _ in 0..FILE / block.len() {
        file.write_all(&block)?;
    }
    let source = FileSource::open(file.path())?;
    let mut memory = vec![1; 8 << 20];
    let mut whole = |size: usize| seconds(&source, &mut memory, size, size);
    whole(PART)?;

    println!("{:>10}  {:>22}", "distance", "requests / whole file");
    for distance in [1 << 10, 2 << 10, 4 << 10, 5 << 10, 6 << 10, 8 << 10, 16 << 10, 64 << 10] {
        let mut header = [1; HEADER];
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            let headers = seconds(&source, &mut header, HEADER, distance)?;
            ratios.push(headers / whole(PART)?);
        }
        println!("{distance:>10}  {:>22.2}", median(ratios));
    }
    println!("\n{:>10}  {:>22}", "part", "to that of 256 KiB");
    for part in [16 << 10, 64 << 10, 128 << 10, PART, 512 << 10, 1 << 20, 8 << 20] {
        let mut ratios = Vec::new();
        for _ in 0..ROUNDS {
            ratios.push(whole(part)? / whole(PART)?);
        }
        println!("{part:>10}  {:>22.2}", median(ratios));
    }
    Ok(())
}

/// The time of reading `len` bytes at every multiple of `distance`.
fn seconds(
    source: &FileSource,
    memory: &mut [u8],
    len: usize,
    distance: usize,
) -> segbuf::Result<f64> {
    let start = Instant::now();
    for offset in (0..FILE).step_by(distance) {
        source.read_at(offset as u64, &mut memory[..len])?;
    }
    Ok(start.elapsed().as_secs_f64())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
