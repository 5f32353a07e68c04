//! Samples: from their bytes in the file to numbers in memory.
//!
//! A [`Decoder`] is chosen once a read; it then converts runs of samples at the speed of memory,
//! wherever they lie: neither side needs to be aligned.
//!
//! Source: SEG-Y revision 2.1, binary header bytes 3225-3226 (what each sample format is).

mod ibm;
mod kernel;

use crate::error::{Kind, Result};
use crate::format::{Endian, Format, SampleType};
use kernel::{Convert, Kernel, LINE, kernel};

/// What to do with samples of a format and byte order, for a type in memory.
///
/// Float32 is given for every format; it rounds to nearest, ties to even, as NumPy's `astype` does.
/// The native type of the format is given exactly. Integers of 24 bits are extended to 32. IEEE
/// floats keep all their bits, those of a NaN too. IBM floats are exact wherever float32 can be,
/// unnormalised words included: only subnormal results are rounded, what is too large becomes
/// infinite, and zeros keep their sign. Fixed point with gain is mantissa times two to the power of
/// the gain, exact or infinite.
///
/// ```
/// use segbuf::internals::Decoder;
/// use segbuf::{Endian, Format, SampleType};
///
/// let decoder = Decoder::new(Format::Ibm32, Endian::Big, SampleType::F32)?;
/// let mut sample = [0; 4];
/// decoder.decode(&[0xC2, 0x76, 0xA0, 0x00], &mut sample);
/// assert_eq!(f32::from_ne_bytes(sample), -118.625);
/// # segbuf::Result::Ok(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Decoder {
    kernel: Kernel,
    file_width: usize,
    memory_width: usize,
    identity: bool,
}

impl Decoder {
    /// The decoder of samples of `format` in byte order `endian` to the type `to`, which is in the
    /// byte order of the machine.
    ///
    /// # Errors
    /// `Class::Destination` where `to` is neither float32 nor [`Format::native`].
    pub fn new(format: Format, endian: Endian, to: SampleType) -> Result<Decoder> {
        let kernel = match endian {
            Endian::Big => choose::<true>(format, to),
            Endian::Little => choose::<false>(format, to),
        };
        let Some(kernel) = kernel else {
            return Err(Kind::WrongType {
                what: format!("{} samples", format.name()),
                want: match format.native() {
                    SampleType::F32 => "float32".to_owned(),
                    native => format!("float32 or {}", native.name()),
                },
                have: to.name().to_owned(),
            }
            .into());
        };
        let (file_width, memory_width) = (format.width(), to.size());
        let in_order = file_width == 1 || (endian == Endian::Big) == cfg!(target_endian = "big");
        let identity = !matches!(format, Format::Ibm32 | Format::Gain32)
            && to == format.native()
            && file_width == memory_width
            && in_order;
        Ok(Decoder { kernel, file_width, memory_width, identity })
    }

    /// Bytes a sample takes in the file.
    #[must_use]
    pub fn file_width(&self) -> usize {
        self.file_width
    }

    /// Bytes a sample takes in memory.
    #[must_use]
    pub fn memory_width(&self) -> usize {
        self.memory_width
    }

    /// Whether samples are in memory, byte for byte, as they are in the file: then they can be read
    /// into place, and decoding there does nothing.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.identity
    }
}

/// The kernel for a format, where it can be given as that type.
fn choose<const BIG: bool>(format: Format, to: SampleType) -> Option<Kernel> {
    use SampleType as T;
    Some(match (format, to) {
        (Format::Ibm32, T::F32) => kernel(IbmToF32::<BIG>),
        (Format::Gain32, T::F32) => kernel(GainToF32::<BIG>),
        (Format::Int8, T::F32) => kernel(I8ToF32::<BIG>),
        (Format::Uint8, T::F32) => kernel(U8ToF32::<BIG>),
        (Format::Int16, T::F32) => kernel(I16ToF32::<BIG>),
        (Format::Uint16, T::F32) => kernel(U16ToF32::<BIG>),
        (Format::Int24, T::F32) => kernel(I24ToF32::<BIG>),
        (Format::Uint24, T::F32) => kernel(U24ToF32::<BIG>),
        (Format::Int32, T::F32) => kernel(I32ToF32::<BIG>),
        (Format::Uint32, T::F32) => kernel(U32ToF32::<BIG>),
        (Format::Int64, T::F32) => kernel(I64ToF32::<BIG>),
        (Format::Uint64, T::F32) => kernel(U64ToF32::<BIG>),
        (Format::Ieee64, T::F32) => kernel(F64ToF32::<BIG>),
        (Format::Int24, T::I32) => kernel(I24ToI32::<BIG>),
        (Format::Uint24, T::U32) => kernel(U24ToU32::<BIG>),
        (Format::Int8, T::I8) | (Format::Uint8, T::U8) => kernel(Same8::<BIG>),
        (Format::Int16, T::I16) | (Format::Uint16, T::U16) => kernel(Same16::<BIG>),
        (Format::Ieee32, T::F32) | (Format::Int32, T::I32) | (Format::Uint32, T::U32) => {
            kernel(Same32::<BIG>)
        }
        (Format::Ieee64, T::F64) | (Format::Int64, T::I64) | (Format::Uint64, T::U64) => {
            kernel(Same64::<BIG>)
        }
        _ => return None,
    })
}

/// One conversion a line: the number in the file and its width, the number in memory, how.
macro_rules! conversions {
    ($($name:ident: $file:ty, $width:literal => $memory:ty = |$value:ident| $convert:expr;)*) => {$(
        struct $name<const BIG: bool>;

        impl<const BIG: bool> Convert<$width, { LINE / size_of::<$memory>() }> for $name<BIG> {
            type Memory = $memory;

            #[inline]
            fn convert(file: [u8; $width]) -> $memory {
                let $value =
                    if BIG { <$file>::from_be_bytes(file) } else { <$file>::from_le_bytes(file) };
                $convert
            }
        }
    )*};
}

conversions! {
    IbmToF32: u32, 4 => u32 = |word| ibm::to_f32_bits(word);
    GainToF32: u32, 4 => f32 = |word| gained(word);
    I8ToF32: i8, 1 => f32 = |value| f32::from(value);
    U8ToF32: u8, 1 => f32 = |value| f32::from(value);
    I16ToF32: i16, 2 => f32 = |value| f32::from(value);
    U16ToF32: u16, 2 => f32 = |value| f32::from(value);
    I24ToF32: I24, 3 => f32 = |value| value as f32;
    U24ToF32: U24, 3 => f32 = |value| value as f32;
    I32ToF32: i32, 4 => f32 = |value| value as f32;
    U32ToF32: u32, 4 => f32 = |value| value as f32;
    I64ToF32: i64, 8 => f32 = |value| value as f32;
    U64ToF32: u64, 8 => f32 = |value| value as f32;
    F64ToF32: f64, 8 => f32 = |value| value as f32;
    I24ToI32: I24, 3 => i32 = |value| value;
    U24ToU32: U24, 3 => u32 = |value| value;
    // Numbers that only change their byte order, floats among them: as integers, since a float
    // that is merely moved may lose the bits of a NaN on some machines.
    Same8: u8, 1 => u8 = |value| value;
    Same16: u16, 2 => u16 = |value| value;
    Same32: u32, 4 => u32 = |value| value;
    Same64: u64, 8 => u64 = |value| value;
}

/// Fixed point with gain: bits 16 to 23 are the power of two, the low 16 the mantissa.
#[inline]
fn gained(word: u32) -> f32 {
    // Beyond 2^127 all but 0 is infinite; in halves each power is a float32.
    let gain = (word >> 16 & 0xFF).min(128);
    let power = |n: u32| f32::from_bits((n + 127) << 23);
    let mantissa = f32::from((word as u16).cast_signed());
    mantissa * power(gain / 2) * power(gain - gain / 2)
}

/// Two's complement in 3 bytes. Summed from bytes, as loops over that vectorise best.
struct I24;

impl I24 {
    #[inline]
    fn from_be_bytes([a, b, c]: [u8; 3]) -> i32 {
        i32::from(a.cast_signed()) << 16 | i32::from(b) << 8 | i32::from(c)
    }

    #[inline]
    fn from_le_bytes([a, b, c]: [u8; 3]) -> i32 {
        I24::from_be_bytes([c, b, a])
    }
}

/// Unsigned in 3 bytes, likewise.
struct U24;

impl U24 {
    #[inline]
    fn from_be_bytes([a, b, c]: [u8; 3]) -> u32 {
        u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c)
    }

    #[inline]
    fn from_le_bytes([a, b, c]: [u8; 3]) -> u32 {
        U24::from_be_bytes([c, b, a])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Class;

    #[test]
    fn a_destination_of_another_type_is_refused() {
        for format in Format::ALL {
            let refused = [SampleType::F64, SampleType::U32, SampleType::I16]
                .into_iter()
                .filter(|&to| to != format.native());
            for to in refused {
                let error = Decoder::new(format, Endian::Big, to).unwrap_err();
                assert_eq!(error.class(), Class::Destination);
            }
        }
        let message = |format, to| Decoder::new(format, Endian::Big, to).unwrap_err().to_string();
        assert_eq!(
            message(Format::Int16, SampleType::F64),
            "the destination has the wrong type for int16 samples: expected float32 or int16, found float64"
        );
        assert_eq!(
            message(Format::Ibm32, SampleType::F64),
            "the destination has the wrong type for ibm_float32 samples: expected float32, found float64"
        );
    }

    #[test]
    fn what_needs_no_decoding() {
        let native = if cfg!(target_endian = "big") { Endian::Big } else { Endian::Little };
        for format in Format::ALL {
            let exact = Decoder::new(format, native, format.native()).unwrap();
            let converted = matches!(format, Format::Ibm32 | Format::Int24 | Format::Uint24);
            assert_eq!(exact.is_identity(), !converted, "{}", format.name());
            let float = Decoder::new(format, native, SampleType::F32).unwrap();
            assert_eq!(float.is_identity(), format == Format::Ieee32, "{}", format.name());
            let swapped = if native == Endian::Big { Endian::Little } else { Endian::Big };
            let swapped = Decoder::new(format, swapped, format.native()).unwrap();
            assert_eq!(swapped.is_identity(), format.width() == 1, "{}", format.name());
        }
    }

    #[test]
    fn fixed_point_with_gain() {
        for (endian, word) in
            [(Endian::Big, u32::to_be_bytes as fn(u32) -> _), (Endian::Little, u32::to_le_bytes)]
        {
            let decoder = Decoder::new(Format::Gain32, endian, SampleType::F32).unwrap();
            for (gain, mantissa, value) in [
                (0, 0, 0.0),
                (0, -1, -1.0),
                (3, 5, 40.0),
                (10, -32768, -33_554_432.0),
                (112, 32767, 32767.0 * 2f32.powi(112)),
                (113, -32768, f32::NEG_INFINITY),
                (255, 1, f32::INFINITY),
                (255, 0, 0.0),
            ] {
                let file = word(gain << 16 | u32::from((mantissa as i16).cast_unsigned()));
                let mut sample = [0; 4];
                decoder.decode(&file, &mut sample);
                assert_eq!(f32::from_ne_bytes(sample), value, "{gain} {mantissa}");
            }
            assert!(!decoder.is_identity());
        }
    }

    #[test]
    #[should_panic(expected = "bytes for as many samples")]
    fn slices_of_different_lengths_panic() {
        let decoder = Decoder::new(Format::Int16, Endian::Big, SampleType::F32).unwrap();
        decoder.decode(&[0; 4], &mut [0; 4]);
    }
}
