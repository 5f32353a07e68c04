//! The integration tests, one binary: the modules mirror those of `src`.

#![allow(clippy::unwrap_used, reason = "a test stops where it fails")]

#[allow(dead_code, reason = "some are for the tests with a binary of their own")]
mod common;

mod fuzz;
mod header;
mod infer;
mod layers;
mod parallel;
mod pool;
mod read;
mod reader;
mod source;
mod survey;
