//! Numbers that samples may be, and how a file has them.

use segbuf::Format;

/// From -1 to 1, another for each `i`.
pub fn noise(i: usize) -> f64 {
    let mixed = (i as u64 ^ 0x5DEE_CE66).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed >> 11) as f64 / (1u64 << 52) as f64 - 1.0
}

/// A number as a file has it, most significant byte first. Integers are about 0, or, if they have no
/// sign, about the middle of what they hold.
pub fn encode(format: Format, value: f64) -> Vec<u8> {
    let middle = |bits: u32| 2f64.powi(bits as i32 - 1);
    let unsigned = |bits: u32| ((value + middle(bits)) as u64).to_be_bytes();
    let signed = (value as i64).to_be_bytes();
    match format {
        Format::Ibm32 => ibm(value as f32).to_be_bytes().to_vec(),
        Format::Ieee32 => (value as f32).to_be_bytes().to_vec(),
        Format::Ieee64 => value.to_be_bytes().to_vec(),
        Format::Uint8 => unsigned(8)[7..].to_vec(),
        Format::Uint16 => unsigned(16)[6..].to_vec(),
        Format::Uint24 => unsigned(24)[5..].to_vec(),
        Format::Uint32 => unsigned(32)[4..].to_vec(),
        Format::Uint64 => unsigned(64).to_vec(),
        _ => signed[8 - format.width()..].to_vec(),
    }
}

/// As most writers have it: normalised, and truncated.
fn ibm(value: f32) -> u32 {
    if value == 0.0 {
        return 0;
    }
    let (mut fraction, mut exponent) = (f64::from(value.abs()), 64);
    while fraction >= 1.0 {
        (fraction, exponent) = (fraction / 16.0, exponent + 1);
    }
    while fraction < 1.0 / 16.0 {
        (fraction, exponent) = (fraction * 16.0, exponent - 1);
    }
    u32::from(value < 0.0) << 31 | exponent << 24 | (fraction * f64::from(1 << 24)) as u32
}
