//! Header fields: their values, the tables of the standard, schemas, columns.

pub mod columns;
pub mod schema;
pub mod tables;
pub mod timestamps;
pub mod value;

pub use value::*;
