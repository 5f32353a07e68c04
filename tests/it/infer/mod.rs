//! What is concluded about a file.

mod corpus;
mod format;
mod generated;
mod hostile;
mod order;
