//! Header fields: columns, tables, Seismic Unix.

mod columns;
mod fields;
mod su;
