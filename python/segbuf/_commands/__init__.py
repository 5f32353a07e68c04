"""What the command ``segbuf`` does: one module for each word that follows it.

Each has `add_to`, which adds its arguments to the parser, and `run`, which does the work and gives
the exit status.
"""
