"""Indexing expressions: what stands between brackets, as selections of traces and samples."""
