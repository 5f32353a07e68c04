"""Long work hears signals in the main thread, whatever it is, and leaves a handle that works."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import numpy as np
import pytest

from segbuf.testing import make_cube, write_file

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/io").exists(), reason="asks the system how much was read"
    ),
]

N_SAMPLES = 1000
N_TRACES = 8_000_000
TRACE_LEN = 240 + 4 * N_SAMPLES

# Long enough for a slow machine, and ended for none that works.
LIMIT = 120


@pytest.fixture(scope="module")
def sparse():
    """Give a file of many GB, nearly all of it a hole, that takes seconds to read."""
    # Holes of a file system in memory take no memory when they are read.
    shm = "/dev/shm"  # noqa: S108
    with tempfile.TemporaryDirectory(dir=shm if os.access(shm, os.W_OK) else None) as where:
        path = Path(where) / "sparse.sgy"
        write_file(path, make_cube(2, 2, N_SAMPLES), format=5)
        os.truncate(path, 3600 + N_TRACES * TRACE_LEN)
        yield path


PRELUDE = """
import os, signal, sys, threading, warnings
import numpy as np
import segbuf

warnings.simplefilter("ignore")
path, threads = sys.argv[1], eval(sys.argv[2])

def bytes_read(thread=None):
    where = "/proc/self/io" if thread is None else f"/proc/self/task/{thread}/io"
    with open(where) as io:
        return int(io.readline().split()[1])

def tell(some, thread=os.getpid()):
    '''Write a line once a thread has read so many bytes: it is at it, and the GIL is free.'''
    begun = bytes_read(thread)
    def wait():
        while bytes_read(thread) < begun + some:
            pass
        print("under way", flush=True)
    threading.Thread(target=wait, daemon=True).start()

def interrupted(work, total):
    '''Tell how work ends that would read so many bytes.'''
    begun = bytes_read()
    try:
        tell(total // 500)
        work()
    except BaseException as error:
        cut = bytes_read() - begun < total * 0.9
        print(type(error).__name__, "in time" if cut else "only after the work was done")
    else:
        print("not interrupted")
"""

WORK = {
    "read": """
        out = np.empty((f.n_traces, 2), np.float32)
        work = lambda: f.read_into(out, samples=slice(None, None, f.n_samples - 1))
        total = f.n_traces * 4 * f.n_samples
        """,
    "read of one sample each": """
        out = np.empty(f.n_traces, np.float32)
        work = lambda: f.read_into(out, samples=7)
        total = f.n_traces * 4 * f.n_samples  # read through: that costs less than the calls
        """,
    "read of a list": """
        chosen = np.arange(1_000_000)[::-1]
        out = np.empty((len(chosen), 2), np.float32)
        work = lambda: f.read_into(out, traces=chosen, samples=slice(None, None, f.n_samples - 1))
        total = len(chosen) * 4 * f.n_samples
        """,
    "iteration": """
        def work():
            for trace in f.trace:
                pass
        total = f.n_traces * 4 * f.n_samples
        """,
    "first look at the axes": """
        work = lambda: f.ilines
        total = f.n_traces * 240
        """,
    "first read of a line": """
        work = lambda: f.iline.read_into(1, bytearray(8))
        total = f.n_traces * 240
        """,
    "group": """
        work = lambda: f.group("field_record", sort="offset")
        total = f.n_traces * 240
        """,
    "verify": """
        work = f.geometry.verify
        total = f.n_traces * 240
        """,
    "live": """
        work = lambda: f.geometry.live
        total = f.n_traces * 240
        """,
    "open(verify=True)": """
        work = lambda: segbuf.open(path, verify=True, threads=threads)
        total = f.n_traces * 240
        """,
}


@contextlib.contextmanager
def script(code, *arguments):
    """Run a program; give it once it has written its first line."""
    program = [sys.executable, "-c", code, *map(str, arguments)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout.readline() == "under way\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("threads", [1, None])
@pytest.mark.parametrize("work", WORK)
def test_ctrl_c_interrupts(sparse, work, threads):
    code = f"""
{PRELUDE}
f = segbuf.open(path, threads=threads)
{textwrap.dedent(WORK[work])}
interrupted(work, total)
out = np.empty(f.n_samples, np.float32)
f.trace.read_into(3, out)
print("usable", bool((out == f.trace[3]).all() and out.any()))
"""
    with script(code, sparse, threads) as process:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=LIMIT)
    assert said == "KeyboardInterrupt in time\nusable True\n"
    assert process.returncode == 0


@pytest.mark.parametrize("threads", [1, None])
@pytest.mark.parametrize("work", ["f.read_into(out, samples=0)", "f.geometry.verify()"])
def test_ctrl_c_interrupts_read_of_memory_source(threads, work):
    code = f"""
{PRELUDE}
import mmap
with open("/dev/zero") as zeros:
    memory = mmap.mmap(zeros.fileno(), int(path), mmap.MAP_PRIVATE, mmap.PROT_READ)
f = segbuf.open(memory, threads=threads, format=5, n_samples={N_SAMPLES}, endian="big")
out = np.full(f.n_traces, -1, np.float32)

def faults():
    with open("/proc/self/stat") as stat:
        return int(stat.read().rpartition(")")[2].split()[7])

def wait():
    while faults() < begun + 1000:
        pass
    print("under way", flush=True)

begun = faults()
try:
    threading.Thread(target=wait, daemon=True).start()
    {work}
except KeyboardInterrupt:
    print("in time" if faults() - begun < 0.9 * f.n_traces else "only after the work was done")
"""
    with script(code, 3600 + N_TRACES * TRACE_LEN, threads) as process:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=LIMIT)
    assert (said, process.returncode) == ("in time\n", 0)


@pytest.mark.parametrize("threads", [1, None])
def test_signal_handler_exception_propagates(sparse, threads):
    code = f"""
{PRELUDE}
class Enough(Exception):
    pass

def handler(number, frame):
    raise Enough

signal.signal(signal.SIGUSR1, handler)
f = segbuf.open(path, threads=threads)
{textwrap.dedent(WORK["read"])}
interrupted(work, total)
"""
    with script(code, sparse, threads) as process:
        process.send_signal(signal.SIGUSR1)
        said, _ = process.communicate(timeout=LIMIT)
    assert said == "Enough in time\n"


def test_signal_handler_may_use_handle(sparse):
    code = f"""
{PRELUDE}
def handler(number, frame):
    other = np.empty(f.n_samples, np.float32)
    f.trace.read_into(3, other)
    print("read", bool(other.any()))
    whole = np.empty((1000, f.n_samples), np.float32)
    f.trace.read_into(slice(1000), whole)
    print("read", bool((whole[3] == other).all()))
    f.close()
    f.trace.read_into(3, other)

signal.signal(signal.SIGUSR1, handler)
f = segbuf.open(path)
{textwrap.dedent(WORK["read"])}
interrupted(work, total)
"""
    with script(code, sparse, None) as process:
        process.send_signal(signal.SIGUSR1)
        said, _ = process.communicate(timeout=LIMIT)
    assert said == "read True\nread True\nValueError in time\n"


def test_signal_handler_may_fork(sparse):
    code = f"""
{PRELUDE}
def handler(number, frame):
    child = os.fork()
    if child == 0:
        signal.alarm({LIMIT})
        whole = np.empty((1000, f.n_samples), np.float32)
        f.trace.read_into(slice(1000), whole)
        os._exit(42 if whole[3].any() and not whole[4:].any() else 1)
    print("child", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    raise KeyError

signal.signal(signal.SIGUSR1, handler)
f = segbuf.open(path)
{textwrap.dedent(WORK["read"])}
interrupted(work, total)
"""
    with script(code, sparse, None) as process:
        process.send_signal(signal.SIGUSR1)
        said, _ = process.communicate(timeout=LIMIT)
    assert said == "child 42\nKeyError in time\n"


def test_signal_handler_cannot_read_into_same_memory(sparse):
    code = f"""
{PRELUDE}
def handler(number, frame):
    f.read_into(out[:10], traces=slice(10), samples=slice(2))

signal.signal(signal.SIGUSR1, handler)
f = segbuf.open(path)
{textwrap.dedent(WORK["read"])}
interrupted(work, total)
work = lambda: f.read_into(out[:10], traces=slice(10), samples=slice(2))
work()
"""
    with script(code, sparse, None) as process:
        process.send_signal(signal.SIGUSR1)
        said, _ = process.communicate(timeout=LIMIT)
    assert (said, process.returncode) == ("DestinationError in time\n", 0)


def test_signal_handler_that_returns_does_not_interrupt(tmp_path):
    cube = np.arange(2_000_000, dtype=np.float32).reshape(20, 100, 1000)
    write_file(tmp_path / "volume.sgy", cube, format=5)
    code = f"""
{PRELUDE}
heard = []
signal.signal(signal.SIGUSR1, lambda number, frame: heard.append(number))
f = segbuf.open(path)
total = f.n_traces * 4 * f.n_samples
out = np.empty(total // 4, np.float32)
done = threading.Event()

def send():
    while not done.is_set():
        os.kill(os.getpid(), signal.SIGUSR1)

sender = threading.Thread(target=send)
print("under way", flush=True)
sender.start()
for _ in range(20):
    out[:] = -1
    f.read_into(out)
    assert (out == np.arange(len(out))).all()
done.set()
sender.join()
print("heard", len(heard) > 0)
"""
    with script(code, tmp_path / "volume.sgy", None) as process:
        said, _ = process.communicate(timeout=LIMIT)
    assert (said, process.returncode) == ("heard True\n", 0)


@pytest.mark.parametrize("threads", [1, None])
@pytest.mark.parametrize("round_", range(3))
def test_process_exits_while_daemon_threads_read(sparse, threads, round_):
    code = f"""
{PRELUDE}
f = segbuf.open(path, threads=threads)
out = [np.empty((f.n_traces, 2), np.float32) for _ in range(3)]

def read(mine):
    f.read_into(mine, samples=slice(None, None, f.n_samples - 1))

readers = [threading.Thread(target=read, args=(mine,), daemon=True) for mine in out]
for reader in readers:
    reader.start()
tell(10_000_000, readers[-1].native_id)
sys.stdin.readline()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, sparse, str(threads)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout.readline() == "under way\n"
        said = process.communicate("end\n", timeout=LIMIT)
    assert (process.returncode, *said) == (0, "", ""), round_


def test_process_exits_on_ctrl_c_while_daemon_threads_read(sparse):
    code = f"""
{PRELUDE}
f = segbuf.open(path)
out = np.empty((f.n_traces, 2), np.float32)
read = lambda: f.read_into(out, samples=slice(None, None, f.n_samples - 1))
reader = threading.Thread(target=read, daemon=True)
reader.start()
try:
    tell(10_000_000, reader.native_id)
    threading.Event().wait()
except KeyboardInterrupt:
    print("heard")
"""
    with script(code, sparse, None) as process:
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=LIMIT)
    assert (said, process.returncode) == ("heard\n", 0)
