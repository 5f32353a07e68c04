//! What `f.trace`, `f.iline`, `f.header` ... do with the keys that are used most: ints and slices, field
//! names, labels. Each class is the base of one in `segbuf._modes`, which handles other keys (`_get`,
//! `_read`), iteration and what else the mode can do.

pub(super) mod base;
pub(super) mod grid;
pub(super) mod headers;
pub(super) mod lines;
pub(super) mod texts;
pub(super) mod traces;
