"""What tests of threads share: a survey, every way to look at it, and ways to do so at once."""

import array
import contextlib
import sys
import threading

import numpy as np
from sources import Scripted, parts

import segbuf

SHAPE = N_ILINES, N_XLINES, N_SAMPLES = 25, 20, 400  # 800 kB
N_TRACES = N_ILINES * N_XLINES
ILINES = [100 + 2 * i for i in range(N_ILINES)]
XLINES = [900 - x for x in range(N_XLINES)]


@contextlib.contextmanager
def hectic():
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def at_once(*works):
    """Run functions in threads of their own, at once; give what each returned or raised."""
    start = threading.Barrier(len(works))
    results = [None] * len(works)

    def run(i):
        start.wait()
        try:
            results[i] = works[i]()
        except Exception as error:  # noqa: BLE001 - it is looked at by the test
            results[i] = error

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@contextlib.contextmanager
def again_and_again(work):
    """Run a function in another thread, again and again."""
    done = threading.Event()

    def run():
        while not done.is_set():
            work()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def into(read, *arguments, shape, dtype=np.float32, **keywords):
    """Read into new memory and give it."""
    out = np.full(shape, 7, dtype)
    read(*arguments, out, **keywords)
    return out


def line_into_array(f):
    out = array.array("f", bytes(4 * N_XLINES * N_SAMPLES))
    f.iline.read_into(ILINES[11], out)
    return np.array(out)


MODES = {
    "trace": lambda f: f.trace[17],
    "traces": lambda f: f.trace[3:90:7],
    "list": lambda f: f.trace[[9, 1, 1, 400]],
    "mask": lambda f: f.trace[np.arange(len(f.trace)) % 3 == 0],
    "samples": lambda f: f.trace[:, 10:300:3],
    "backwards": lambda f: f.trace[::-1, ::-1],
    "into": lambda f: into(f.trace.read_into, slice(2, 400), shape=(398, N_SAMPLES)),
    "whole": lambda f: into(f.read_into, shape=(f.n_traces, N_SAMPLES)),
    "bytes": lambda f: into(f.read_into, shape=4 * f.n_traces * N_SAMPLES, dtype=np.uint8),
    "iline": lambda f: f.iline[ILINES[7]],
    "xline": lambda f: f.xline[XLINES[7]],
    "ilines": lambda f: f.iline[104:112],
    "xlines": lambda f: f.xline[:],
    "gather": lambda f: f.gather[ILINES[3], XLINES[5]],
    "gathers": lambda f: f.gather[104:112, XLINES[5]],
    "depth slice": lambda f: f.depth_slice[33],
    "cube": lambda f: f.cube[2:5, ..., ::7],
    "group": lambda f: f.group("crossline", sort="inline")[XLINES[2]],
    "group iteration": lambda f: np.concatenate(list(f.group("inline").values())),
    "line into": line_into_array,
    "line of samples": lambda f: into(
        f.xline.read_into, XLINES[3], shape=(N_ILINES, 5), samples=slice(20, 30, 2)
    ),
    "trace iteration": lambda f: np.array(list(f.trace)),
    "iline iteration": lambda f: np.array(list(f.iline)),
    "xline iteration": lambda f: np.array(list(f.xline)),
    "axes": lambda f: np.concatenate([f.ilines, f.xlines, f.offsets]),
    "shape": lambda f: np.array(f.shape),
    "sorting": lambda f: f.sorting,
    "live": lambda f: f.geometry.live,
    "verify": lambda f: str(f.geometry.verify()),
    "header": lambda f: f.header[55]["inline"],
    "headers": lambda f: [h.bytes for h in f.header],
    "text": lambda f: f.text[0],
    "binary": lambda f: dict(f.binary),
    "evidence": lambda f: str(f.evidence),
    "facts": lambda f: (f.n_traces, f.interval, f.format, f.dtype, repr(f)[-40:]),
}


def same(a, b):
    if isinstance(a, np.ndarray):
        return type(b) is type(a) and a.dtype == b.dtype and np.array_equal(a, b, equal_nan=True)
    return type(a) is type(b) and a == b


def opened(path, how, **options):
    if how in ("file", "map"):
        return segbuf.open(path, mmap=how == "map", **options)
    content = path.read_bytes()
    if how == "parts":
        content = parts(content, 7, 8, 200)
        content[1] = Scripted(content[1])
    return segbuf.open(Scripted(content) if how == "object" else content, **options)
