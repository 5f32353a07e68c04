"""Traces by index: ``f.trace``."""

from __future__ import annotations

import operator

from segbuf._keys import axis
from segbuf._modes.whole import read_whole
from segbuf._recycled import Recycled
from segbuf._results.public import Public
from segbuf._segbuf import TraceMode, choose_samples, inside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    import numpy as np
    import numpy.typing as npt

    from segbuf._keys.annotations import _Array
    from segbuf._segbuf import _Buffer


class Traces(TraceMode, Public):
    """Traces by index: ``f.trace``.

    ``f.trace[index]`` returns arrays of ``f.dtype`` that you own, and follows NumPy's indexing of
    an array of shape (traces, samples): traces by an int, slice, Ellipsis, list, integer array or
    boolean mask, samples by an int or slice.

    Where traces have different lengths (`File.lengths`), rows of several traces are as long as the
    longest trace, and shorter ones are padded with ``open(fill=)``, by default NaN; a single trace,
    and each trace of an iteration, has its own length.
    """

    __slots__ = ()

    def _read_into(self, key: object, out: _Buffer) -> None:
        """Read what a list, an array, a mask or Ellipsis selects."""
        traces, samples = axis.split(key)
        if axis.has_ellipsis(key):
            self.read_into((traces, samples), out)
            return
        chosen = axis.traces(traces, self._raw.n_traces)
        run, kept = choose_samples(samples, self._raw.n_samples)
        shape = (*chosen.shape, run[2]) if kept else chosen.shape
        if chosen.indices is None:
            self._raw.read_run(out, *chosen.run, run, shape=shape)
        else:
            self._raw.read_list(out, chosen.indices, run, shape)

    def _get(self, key: object) -> _Array:
        """Read what a list, an array, a mask or Ellipsis selects into a new array."""
        import numpy as np

        traces, samples = axis.split(key)
        if axis.has_ellipsis(key):
            return np.asarray(self[traces, samples])
        chosen = axis.traces(traces, self._raw.n_traces)
        (_, _, count), kept = choose_samples(samples, self._raw.n_samples)
        shape = (*chosen.shape, count) if kept else chosen.shape
        out: _Array = np.empty(shape, self._raw.dtype)
        self._read_into((traces, samples), out)
        return out

    @property
    def shape(self) -> tuple[int, int]:
        """The shape as an array: (traces, samples); samples are those of the longest trace."""
        return self._raw.n_traces, self._raw.n_samples

    @property
    def ndim(self) -> int:
        """The number of axes: 2."""
        return 2

    @property
    def dtype(self) -> np.dtype[Any]:
        """The dtype of the samples, that of the file."""
        import numpy as np

        return np.dtype(self._raw.dtype)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> _Array:  # noqa: FBT001
        """Read all traces into a new array; raise ValueError for ``copy=False``."""
        return read_whole(self, dtype, copy)

    def offset(self, index: int) -> int:
        """Return the byte offset of a trace, from 0: where its header begins in the file.

        Of several files that are read as one, it is the offset in the file that contains the trace
        (`File.files`).

        Raises
        ------
        TraceIndexError
            If there is no such trace.
        """
        return self._raw.trace_offset(self._index(index))

    def bytes(self, index: int) -> bytes:
        """Read the bytes of a trace as stored in the file: its headers and its samples.

        Raises
        ------
        TraceIndexError
            If there is no such trace.
        """
        return self._raw.trace_bytes(self._index(index))

    def _index(self, index: int) -> int:
        return inside(index, self._raw.n_traces, "trace")

    def __len__(self) -> int:
        """Return the number of traces."""
        return self._raw.n_traces

    def __contains__(self, index: object) -> bool:
        """Return whether there is a trace of that index."""
        return index in self.keys()

    def keys(self) -> range:
        """Return the indices of the traces."""
        return range(self._raw.n_traces)

    def __iter__(self) -> Iterator[_Array]:
        """Yield each trace, in file order.

        Traces are views of memory that is reused once no view of it is left, so keeping a trace is
        safe and dropping it is free. A trace keeps all of its block (256 KiB, or one trace if that
        is more) alive: copy traces that you keep for long.
        """
        n_traces, n_samples = self._raw.n_traces, self._raw.n_samples
        memory = Recycled(self._raw.dtype, (n_samples,), most=n_traces)
        if self._raw.varies:
            yield from self._each(memory)
            return
        for block in self._blocks(memory):
            # The iterator of the array yields the rows, so that no reference to the block is kept.
            rows = iter(block)
            del block
            yield from rows

    def _each(self, memory: Recycled) -> Iterator[_Array]:
        """Yield traces of different lengths."""
        whole = (0, 1, self._raw.n_samples)
        filled = self._raw.dtype.startswith("float") or self._handle.options["fill"] is not None
        for first in range(0, self._raw.n_traces, memory.rows):
            count = min(memory.rows, self._raw.n_traces - first)
            block = memory.free()
            if filled:
                self._raw.read_run(block[:count], first, 1, count, whole)
            for row in range(count):
                n = self._raw.samples_of(first + row)
                trace = block[row, :n]
                if not filled:  # integers, and no value to pad with
                    self._raw.read_run(trace, first + row, 1, 1, (0, 1, n))
                yield trace
                del trace
            del block

    def blocks(self, n: int) -> Iterator[_Array]:
        """Yield blocks of ``n`` traces, in file order; the last block has the remaining ones.

        Blocks are arrays of shape (traces, samples), for batches. Their memory is reused as in
        iteration over traces: keeping a block is safe and dropping it is free.
        """
        n = operator.index(n)
        if n < 1:
            message = f"expected a number of traces, 1 or more, found {n}"
            raise ValueError(message)
        return self._blocks(
            Recycled(self._raw.dtype, (self._raw.n_samples,), n, most=self._raw.n_traces)
        )

    def _blocks(self, memory: Recycled) -> Iterator[_Array]:
        whole = (0, 1, self._raw.n_samples)
        for first in range(0, self._raw.n_traces, memory.rows):
            count = min(memory.rows, self._raw.n_traces - first)
            block = memory.free()[:count]
            self._raw.read_run(block, first, 1, count, whole)
            yield block
            del block

    def view(self) -> npt.NDArray[np.float32]:
        """Return a view of all samples in the file, without reading or copying any.

        The array is float32, of shape (traces, samples), read-only, and stays valid after the file
        is closed. It shows the current contents of the file: if another program truncates a mapped
        file, access to the lost part kills the process.

        Raises
        ------
        ValueError
            If the file is neither mapped nor in memory, or its samples are not float32 in the byte
            order of this machine; the message names the alternative.
        """
        import numpy as np

        return np.asarray(self._raw.view(), np.float32)

    def __repr__(self) -> str:
        """Return a summary: the number of traces."""
        if self._raw.closed:
            return "<traces of a closed file>"
        return f"<{self._raw.n_traces} traces of {self._raw.n_samples} samples, {self._raw.dtype}>"
