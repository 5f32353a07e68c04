//! IBM System/360 hexadecimal floats, sample format 1.
//!
//! A word is a sign (bit 31), an exponent `e` of 16 (bits 30-24, biased by 64) and a fraction `f` of
//! 24 bits: (-1)^sign x f x 2^(4e - 280). Nothing says that `f` starts with a non-zero digit. Every
//! word whose value lies in the range of float32's normal numbers is held exactly; below it the
//! value is rounded to the nearest subnormal, ties to even; above it is infinite. Zeros keep their
//! sign, whatever their exponent.

/// The bits of the float32 nearest to an IBM word.
///
/// Branch-free, so that it vectorises, and of the same speed for all data. The fraction is multiplied
/// by the root of 2^(4e - 280) twice. The first product is exact: it has at most 24 significant bits
/// and is no smaller than 2^-126, as the root is clamped there (below the clamp the result is zero
/// anyway); if it overflows, so does the result. The second would round a subnormal result rightly,
/// but slowly on most processors, and to zero where something in the process has switched on
/// flush-to-zero. So a result that will be subnormal is brought to units of 2^-149 instead and added
/// to 2^23, where a float32 has just the integers: the sum rounds once, and its low bits are the
/// subnormal's.
#[inline]
pub(super) fn to_f32_bits(word: u32) -> u32 {
    /// 2^149, as a difference of exponent bits.
    const UNITS: i32 = 149 << 23;
    /// The bits of 2^23.
    const INTEGERS: i32 = 150 << 23;

    let fraction = (word & 0x00FF_FFFF).cast_signed() as f32;
    // 2^(2e - 140): the exponent field, moved from units of 1/2 and bias to those of float32.
    let root = ((word & 0x7F00_0000).cast_signed() - (13 << 23)).max(1 << 23);
    let product = fraction * float(root);
    // The exponent fields of the factors are each biased by 127, and 1 is the least of a normal
    // number. A zero may pass for subnormal too: the multiplier is then arbitrary, but it is finite
    // since its exponent field, 2e - 13 + 149, is even.
    let subnormal = product.to_bits().cast_signed() < (128 << 23) - root;
    let (units, integers) = if subnormal { (UNITS, INTEGERS) } else { (0, 0) };
    let result = product * float(root.wrapping_add(units)) + float(integers);
    (word & 0x8000_0000) | (result.to_bits() - integers.cast_unsigned())
}

/// The float32 of these bits.
#[inline]
fn float(bits: i32) -> f32 {
    f32::from_bits(bits.cast_unsigned())
}

/// The definition that [`to_f32_bits`] has to equal, in integers alone.
#[cfg(test)]
pub(super) fn definition(word: u32) -> u32 {
    let sign = word & 0x8000_0000;
    let fraction = word & 0x00FF_FFFF;
    if fraction == 0 {
        return sign;
    }
    let zeros = fraction.leading_zeros() - 8;
    let fraction = fraction << zeros;
    let exponent = 4 * (word >> 24 & 0x7F).cast_signed() - zeros.cast_signed() - 130;
    match exponent {
        255.. => sign | 0x7F80_0000,
        1..255 => sign | exponent.cast_unsigned() << 23 | (fraction & 0x007F_FFFF),
        -23..1 => {
            let shift = 1 - exponent;
            let (kept, lost) = (fraction >> shift, fraction & ((1 << shift) - 1));
            let half = 1 << (shift - 1);
            sign | (kept + u32::from(lost > half || lost == half && kept & 1 == 1))
        }
        _ => sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IBM word, bits of the float32.
    const VECTORS: [(u32, u32); 37] = [
        (0x0000_0000, 0x0000_0000),
        (0x8000_0000, 0x8000_0000),
        (0x4110_0000, 0x3F80_0000), // 1
        (0xC110_0000, 0xBF80_0000), // -1
        (0x4264_0000, 0x42C8_0000), // 100
        (0xC276_A000, 0xC2ED_4000), // -118.625
        (0x4028_0000, 0x3E20_0000), // 0.15625
        (0x4019_999A, 0x3DCC_CCD0),
        (0x46FF_FFFF, 0x4B7F_FFFF), // 2^24 - 1
        (0x40FF_FFFF, 0x3F7F_FFFF),
        (0x60FF_FFFF, 0x7F7F_FFFF), // the largest float32
        (0x6110_0000, 0x7F80_0000), // 2^128 overflows
        (0x7FFF_FFFF, 0x7F80_0000),
        (0xFFFF_FFFF, 0xFF80_0000),
        (0x2140_0000, 0x0080_0000), // the least normal float32
        (0x2120_0000, 0x0040_0000),
        (0x2110_0000, 0x0020_0000),
        (0x1B80_0000, 0x0000_0001), // the least subnormal
        (0x1B40_0001, 0x0000_0001), // just above half of it
        (0x1B40_0000, 0x0000_0000), // half of it: to even
        (0x4000_0000, 0x0000_0000), // zeros with an exponent
        (0xC000_0000, 0x8000_0000),
        (0x4008_0000, 0x3D00_0000), // unnormalised
        (0x3F00_0001, 0x3180_0000),
        (0x4100_1000, 0x3B80_0000),
        // What float32 numbers are encoded as, back.
        (0x4055_5556, 0x3EAA_AAAC),
        (0x46FF_FFFD, 0x4B7F_FFFD),
        (0x4120_0000, 0x4000_0000),
        (0x4140_0000, 0x4080_0000),
        (0x4180_0001, 0x4100_0001),
        (0x41FF_FFFF, 0x417F_FFFF),
        (0x1B80_0001, 0x0000_0001),
        (0x1BC0_0000, 0x0000_0002), // one and a half of it: to even
        (0x20FF_FFFF, 0x0020_0000), // rounds up to another power of two
        (0x0000_0001, 0x0000_0000),
        (0x80FF_FFFF, 0x8000_0000),
        (0x6200_0001, 0x7780_0000), // unnormalised, beyond the exponents of normalised words
    ];

    #[test]
    fn known_words() {
        for (word, bits) in VECTORS {
            assert_eq!(definition(word), bits, "definition of {word:08x}");
            assert_eq!(to_f32_bits(word), bits, "{word:08x}");
        }
    }

    #[test]
    fn every_exponent_at_the_edges_of_its_fractions() {
        for top in 0..=255_u32 {
            for bit in 0..=24 {
                for near in -2..=2 {
                    let fraction = (1_u32 << bit).wrapping_add_signed(near) & 0x00FF_FFFF;
                    for fraction in [fraction, fraction ^ 0x00FF_FFFF, fraction | 0x0080_0000] {
                        let word = top << 24 | fraction;
                        assert_eq!(to_f32_bits(word), definition(word), "{word:08x}");
                    }
                }
            }
        }
    }

    #[test]
    fn sixteen_million_words_spread_over_all() {
        let mut word = 1_u32;
        for _ in 0..1 << 24 {
            // A full-period generator: no word comes twice.
            word = word.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            assert_eq!(to_f32_bits(word), definition(word), "{word:08x}");
        }
    }
}
