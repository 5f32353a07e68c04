//! What several tests use: makers of files, oracles, sources, destinations.

pub mod all;
pub mod cards;
pub mod dest;
pub mod make;
pub mod oracle;
pub mod signals;
pub mod sources;
pub mod surveys;
