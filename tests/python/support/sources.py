"""Sources for tests: file objects that behave, and that do not, and files in parts."""

import io
import itertools

import segbuf


class Scripted(io.RawIOBase):
    """A file object that gives so many bytes at a time, or, for 0, is interrupted: in turn."""

    def __init__(self, content, script=(1, 332, 0, 994, 325, 0, 1987, 650, 0)):
        super().__init__()
        self._content = io.BytesIO(content)
        self._script = itertools.cycle(script)

    def readable(self):
        return True

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        return self._content.seek(offset, whence)

    def readinto(self, buffer):
        step = next(self._script)
        if not step:
            raise InterruptedError(4, "interrupted")
        return self._content.readinto(memoryview(buffer)[:step])


class Plain:
    """A file object with no more than it takes, which does not say where it seeks to."""

    def __init__(self, content):
        self._content = content
        self._at = 0

    def seek(self, offset, whence=0):
        self._at = offset + (len(self._content) if whence == 2 else 0)

    def tell(self):
        return self._at

    def read(self, size):
        got = self._content[self._at : self._at + size]
        self._at += len(got)
        return got


def parts(content, *cuts):
    """Cut a file into several, by trace numbers; each has the file headers of the whole."""
    with segbuf.open(content) as f:
        first = int(f.evidence["first trace"].value)
        length = (len(content) - first) // f.n_traces
        places = [first + length * cut for cut in (0, *cuts, f.n_traces)]
    return [content[:first] + content[a:b] for a, b in itertools.pairwise(places)]
