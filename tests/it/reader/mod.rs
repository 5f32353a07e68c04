//! The reader: traces, views, several files as one.

mod joined_files;
mod traces;
mod view;
