"""``python -m segbuf`` is the command ``segbuf``."""

from segbuf.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
