#![no_main]
#[path = "../claims.rs"]
#[allow(dead_code, reason = "a target is one claim of several")]
mod claims;
#[path = "../../it/common/mod.rs"]
#[allow(dead_code, reason = "a target is one claim of several")]
mod common;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::decode(data));
