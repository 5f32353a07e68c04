"""Modes: an open file as traces, lines, headers, texts, groups; one module for each."""
