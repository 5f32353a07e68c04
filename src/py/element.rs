//! What the elements of a buffer are, by its format string, and what is delivered into them.

use crate::error::{Error, Kind, Result};
use crate::format::SampleType;
use crate::header::{Field, FieldType};

/// How the byte order that is not the machine's is called.
const FOREIGN: &str = if cfg!(target_endian = "little") { "big-endian" } else { "little-endian" };

/// What an element of a buffer is, as far as samples go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element<'a> {
    /// A byte without a number in it: `B`, `b`, `c`, or no format.
    Byte,
    Number(SampleType),
    /// A number in the byte order that is not the machine's.
    Foreign(SampleType),
    /// Anything else, by its format.
    Other(&'a [u8]),
}

impl<'a> Element<'a> {
    /// Reads a format string of the `struct` module. The width is that of the element: an `l` has 4
    /// or 8 bytes, depending on the machine.
    pub(super) fn of(format: Option<&'a [u8]>, size: usize) -> Element<'a> {
        let format = format.unwrap_or(b"B");
        let (foreign, code) = match format {
            [b'<', code @ ..] => (cfg!(target_endian = "big"), code),
            [b'>' | b'!', code @ ..] => (cfg!(target_endian = "little"), code),
            [b'@' | b'=' | b'^', code @ ..] => (false, code),
            code => (false, code),
        };
        let number = match (code, size) {
            ([b'B' | b'b' | b'c'], 1) => return Element::Byte,
            ([b'f'], 4) => SampleType::F32,
            ([b'd'], 8) => SampleType::F64,
            ([b'h' | b'i' | b'l' | b'q' | b'n'], 2) => SampleType::I16,
            ([b'h' | b'i' | b'l' | b'q' | b'n'], 4) => SampleType::I32,
            ([b'h' | b'i' | b'l' | b'q' | b'n'], 8) => SampleType::I64,
            ([b'H' | b'I' | b'L' | b'Q' | b'N'], 2) => SampleType::U16,
            ([b'H' | b'I' | b'L' | b'Q' | b'N'], 4) => SampleType::U32,
            ([b'H' | b'I' | b'L' | b'Q' | b'N'], 8) => SampleType::U64,
            _ => return Element::Other(format),
        };
        if foreign { Element::Foreign(number) } else { Element::Number(number) }
    }

    /// The type of the samples to deliver, and how many bytes of them are contiguous: all where an
    /// element is a sample, one where bytes represent samples.
    pub(super) fn choose(
        self,
        native: SampleType,
        expected: usize,
        elements: usize,
    ) -> Result<(SampleType, usize)> {
        let taken = |kind| kind == SampleType::F32 || kind == native;
        match self {
            Element::Number(kind) if taken(kind) => Ok((kind, kind.size())),
            Element::Byte if native.size() == 1 && elements == expected => Ok((native, 1)),
            Element::Byte if expected.checked_mul(4) == Some(elements) => Ok((SampleType::F32, 1)),
            Element::Byte => Err(wrong_length(native, expected, elements)),
            Element::Foreign(kind) if taken(kind) => {
                Err(Kind::ForeignByteOrder { want: kind.name(), have: self.name() }.into())
            }
            _ => {
                let want = match native {
                    SampleType::F32 => "float32 or bytes".to_owned(),
                    SampleType::I8 | SampleType::U8 => {
                        format!("float32 or bytes (for float32 or {})", native.name())
                    }
                    _ => format!("float32, {} or bytes (for float32)", native.name()),
                };
                Err(Kind::WrongType { what: "samples".to_owned(), want, have: self.name() }.into())
            }
        }
    }

    /// As [`Element::choose`], for a column of the headers of `traces` traces.
    pub(super) fn choose_column(
        self,
        column: &Field,
        traces: usize,
        elements: usize,
    ) -> Result<(SampleType, usize)> {
        let (field, native) = (column.value_type(), column.value_type().native());
        let bytes = traces.checked_mul(field.per_trace() * native.size());
        match self {
            Element::Number(kind) if field.fits(kind) => Ok((kind, kind.size())),
            Element::Byte if bytes == Some(elements) => Ok((native, 1)),
            Element::Byte => Err(Kind::WrongLength {
                want: format!(
                    "{traces} of {} ({} bytes)",
                    field.memory_name(),
                    bytes.map_or_else(|| "too many".to_owned(), |n| n.to_string())
                ),
                have: format!("{elements} bytes"),
            }
            .into()),
            Element::Other(format) if is_string(format, field) => Ok((native, 1)),
            Element::Foreign(kind) if field.fits(kind) => {
                Err(Kind::ForeignByteOrder { want: kind.name(), have: self.name() }.into())
            }
            _ => Err(Kind::WrongType {
                what: "the field".to_owned(),
                want: format!("{}, or what holds it exactly, or bytes", field.memory_name()),
                have: self.name(),
            }
            .into()),
        }
    }

    pub(super) fn name(self) -> String {
        let code = match self {
            Element::Byte => return "bytes".to_owned(),
            Element::Number(kind) => return kind.name().to_owned(),
            Element::Foreign(kind) => return format!("{FOREIGN} {}", kind.name()),
            Element::Other(format) => format,
        };
        let what = match code.strip_prefix(b"<").or(code.strip_prefix(b">")).unwrap_or(code) {
            [b'e'] => "float16",
            [b'g'] => "long double",
            [b'?'] => "bool",
            [b'Z', b'f' | b'd' | b'g'] => "complex numbers",
            [b'T', ..] => "structures",
            [b'P' | b'&' | b'z' | b'Z' | b'X', ..] => "pointers",
            [b'O'] => "Python objects",
            [.., b'w' | b'u'] => "characters",
            [.., b's' | b'p'] => "byte strings",
            _ => "elements",
        };
        format!("{what} (buffer format {:?})", String::from_utf8_lossy(code))
    }
}

/// Whether elements of a format are strings as a field has them: `8s`, and `s` for one byte.
fn is_string(format: &[u8], field: FieldType) -> bool {
    let FieldType::Text(width) = field else { return false };
    let Some(count) = format.strip_suffix(b"s") else { return false };
    count == width.to_string().as_bytes() || count.is_empty() && width == 1
}

fn wrong_length(native: SampleType, expected: usize, bytes: usize) -> Error {
    let floats = expected.saturating_mul(4);
    let want = if native.size() == 1 {
        let name = native.name();
        format!("{expected} samples ({expected} bytes for {name}, {floats} bytes for float32)")
    } else {
        format!("{expected} samples ({floats} bytes for float32)")
    };
    let have = if bytes.is_multiple_of(4) {
        format!("{} samples ({bytes} bytes)", bytes / 4)
    } else {
        format!("{bytes} bytes")
    };
    Kind::WrongLength { want, have }.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use SampleType::{F32, F64, I8, I16, I32, I64, U8, U16, U32, U64};

    fn element(format: &str, size: usize) -> Element<'_> {
        Element::of(Some(format.as_bytes()), size)
    }

    #[test]
    fn every_spelling_of_a_type_is_read() {
        let order = if cfg!(target_endian = "little") { "<" } else { ">" };
        for prefix in ["", "@", "=", "^", order] {
            for (codes, size, kind) in [
                ("f", 4, F32),
                ("d", 8, F64),
                ("h", 2, I16),
                ("il", 4, I32),
                ("lqn", 8, I64),
                ("H", 2, U16),
                ("IL", 4, U32),
                ("LQN", 8, U64),
            ] {
                for code in codes.chars() {
                    let format = format!("{prefix}{code}");
                    assert_eq!(element(&format, size), Element::Number(kind), "{format}");
                }
            }
        }
        for format in ["B", "b", "c", "<B", ">b", "!c", "@c"] {
            assert_eq!(element(format, 1), Element::Byte, "{format}");
        }
        assert_eq!(Element::of(None, 1), Element::Byte);
    }

    #[test]
    fn what_is_no_number_of_ours_is_named() {
        for (format, size, name) in [
            ("e", 2, "float16"),
            ("<g", 16, "long double"),
            ("?", 1, "bool"),
            ("Zf", 8, "complex numbers"),
            ("T{<f:x:<f:y:}", 8, "structures"),
            ("&<f", 8, "pointers"),
            ("P", 8, "pointers"),
            ("O", 8, "Python objects"),
            ("4w", 16, "characters"),
            ("3s", 3, "byte strings"),
            ("2f", 8, "elements"),
            ("", 1, "elements"),
            ("f", 8, "elements"),
        ] {
            let element = element(format, size);
            assert!(matches!(element, Element::Other(_)), "{format}");
            assert!(element.name().starts_with(name), "{format}: {}", element.name());
            let error = element.choose(F32, 1, 1).unwrap_err();
            assert_eq!(error.code(), "wrong-type");
        }
    }

    #[test]
    fn destination_type_decides() {
        assert_eq!(Element::Number(F32).choose(I16, 5, 5).unwrap(), (F32, 4));
        assert_eq!(Element::Number(I16).choose(I16, 5, 5).unwrap(), (I16, 2));
        let wrong = Element::Number(U16).choose(I16, 5, 5).unwrap_err();
        let Kind::WrongType { want, have, .. } = wrong.kind() else { panic!("{wrong}") };
        let expected = "float32, int16 or bytes (for float32)";
        assert_eq!(
            (want.to_string(), have.to_string()),
            (expected.to_owned(), "uint16".to_owned())
        );
        let foreign = Element::Foreign(F32).choose(I16, 5, 5).unwrap_err();
        assert_eq!(foreign.code(), "foreign-byte-order");
        let wrong = Element::Foreign(F64).choose(F32, 5, 5).unwrap_err();
        assert_eq!(wrong.code(), "wrong-type");
    }

    #[test]
    fn bytes_are_told_apart_by_their_number() {
        assert_eq!(Element::Byte.choose(F64, 5, 20).unwrap(), (F32, 1));
        for native in [I8, U8] {
            assert_eq!(Element::Byte.choose(native, 5, 5).unwrap(), (native, 1));
            assert_eq!(Element::Byte.choose(native, 5, 20).unwrap(), (F32, 1));
            assert_eq!(Element::Byte.choose(native, 0, 0).unwrap(), (native, 1));
        }
        assert_eq!(
            Element::Byte.choose(U8, 5, 21).unwrap_err().to_string(),
            "the destination has the wrong length: expected 5 samples (5 bytes for uint8, 20 bytes \
             for float32), found 21 bytes"
        );
        assert_eq!(
            Element::Byte.choose(I16, 5, 24).unwrap_err().to_string(),
            "the destination has the wrong length: expected 5 samples (20 bytes for float32), found \
             6 samples (24 bytes)"
        );
        assert!(Element::Byte.choose(F32, usize::MAX, 20).is_err());
    }
}
