//! Destinations of every shape, in memory that shows what else was touched.

use segbuf::error::Result;
use segbuf::{Out, SampleType};

/// How the rows of a destination lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// One behind the other.
    Tight,
    /// Likewise, one byte off any alignment.
    Shifted,
    /// With something of somebody else's between them.
    Pitched,
    /// Samples across rows: no two of a row lie together.
    Transposed,
    /// Everything from the back to the front.
    Reversed,
}

impl Shape {
    pub const ALL: [Shape; 5] =
        [Shape::Tight, Shape::Shifted, Shape::Pitched, Shape::Transposed, Shape::Reversed];
}

const UNTOUCHED: u8 = 0xE7;

/// Has rows read into a destination of a shape; gives what they then hold, one behind the other.
///
/// After an error that is `clean`, nothing may have been touched.
pub fn read(
    shape: Shape,
    kind: SampleType,
    (rows, row_len): (usize, usize),
    clean: bool,
    read: impl FnOnce(Out<'_>) -> Result<()>,
) -> Result<Vec<u8>> {
    let size = kind.size();
    let (base, pitch, apart) = match shape {
        Shape::Tight => (0, (row_len * size) as isize, size as isize),
        Shape::Shifted => (1, (row_len * size) as isize, size as isize),
        Shape::Pitched => (0, ((row_len + 3) * size) as isize, size as isize),
        Shape::Transposed => (0, size as isize, (rows * size) as isize),
        Shape::Reversed => {
            let last = (rows * row_len).max(1) - 1;
            (last * size, -((row_len * size) as isize), -(size as isize))
        }
    };
    let mut memory = vec![UNTOUCHED; rows * (row_len + 3) * size + 1];
    let axes = [(rows, pitch), (row_len, apart)];
    // SAFETY: every shape reaches within `rows * (row_len + 3)` samples and one byte, which are in
    // `memory`, which nobody else uses while the destination lives.
    let out = unsafe {
        Out::from_raw(memory.as_mut_ptr().wrapping_add(base), kind, size, axes.into_iter())
    };
    let result = read(out?);
    if let Err(error) = result {
        assert!(!clean || memory.iter().all(|byte| *byte == UNTOUCHED), "{error}: touched");
        return Err(error);
    }
    let mut got = Vec::new();
    for row in 0..rows as isize {
        for sample in 0..row_len as isize {
            let at = base.wrapping_add_signed(row * pitch + sample * apart);
            got.extend_from_slice(&memory[at..at + size]);
            memory[at..at + size].fill(UNTOUCHED);
        }
    }
    assert!(memory.iter().all(|byte| *byte == UNTOUCHED), "only the destination is written");
    Ok(got)
}
