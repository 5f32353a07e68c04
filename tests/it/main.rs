//! The integration tests, one binary: each module tests one part of the crate from outside.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[allow(dead_code, reason = "some are for the tests with a binary of their own")]
mod common;

mod columns;
mod corpus_infer;
mod fields;
mod files;
mod found;
mod geometry;
mod groups;
mod guess;
mod hostile;
mod index;
mod infer;
mod infer_format;
mod infer_order;
mod large;
mod layers;
mod pool;
mod positions;
mod reader;
mod running;
mod slices;
mod sources;
mod su;
mod view;
