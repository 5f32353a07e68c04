//! Header fields: the tables of the standard, the schema of a file, values, and their conversion.

pub(crate) mod batch;
mod block;
mod content;
pub(crate) mod convert;
pub(crate) mod describe;
pub(crate) mod field;
pub(crate) mod order;
pub(crate) mod schema;
pub(crate) mod tables;
pub(crate) mod timestamps;
mod value;
mod xml;

pub use block::{Block, BlockName};
pub use content::{BinaryHeader, HeaderBlock, TraceHeader, iter};
pub use describe::{DISTINCT_UP_TO, Summary};
pub use field::Field;
pub use schema::{Schema, Selector};
pub use tables::{BINARY, EXT1, SU, TRACE, by_byte, by_name};
pub use timestamps::{NOT_A_TIME, TimeBasis, Timestamps};
pub(crate) use value::scaled;
pub use value::{FieldType, Value};
