"""Traces by index: ``f.trace``."""

from __future__ import annotations

import operator

from segbuf._handle import Mode
from segbuf._keys import axis
from segbuf._modes.whole import read_whole
from segbuf._recycled import Recycled
from segbuf.errors import DestinationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, overload

    import numpy as np
    import numpy.typing as npt

    from segbuf._handle import Handle
    from segbuf._keys.annotations import _Array, _Int, _Many, _Number, _Run
    from segbuf._segbuf import _Buffer


class Traces(Mode):
    """Traces by index: ``f.trace``.

    ``f.trace[index]`` returns arrays of ``f.dtype`` that you own, and follows NumPy's indexing of
    an array of shape (traces, samples): traces by an int, slice, Ellipsis, list, integer array or
    boolean mask, samples by an int or slice.

    Where traces have different lengths (`File.lengths`), rows of several traces are as long as the
    longest trace, and shorter ones are padded with ``open(fill=)``, by default NaN; a single trace,
    and each trace of an iteration, has its own length.
    """

    __slots__ = ("_n_samples", "_n_traces", "_varies", "_whole")

    def __init__(self, handle: Handle) -> None:
        """Create ``f.trace``."""
        super().__init__(handle, "trace")
        self._n_traces = self._raw.n_traces
        self._n_samples = self._raw.n_samples
        self._whole = (0, 1, self._n_samples)
        self._varies = self._raw.varies

    def read_into(self, key: object, out: _Buffer) -> None:
        """Read the samples that ``key`` selects into a writable buffer; see `File.read_into`.

        Where traces have different lengths, the buffer for a single trace holds its own samples, or
        as many as the longest trace has.
        """
        if type(key) is int and 0 <= key < self._n_traces and not self._varies:
            self._raw.read_run(out, key, 1, 1, self._whole)
            return
        self._read(*axis.split(key), out)

    def _read(self, traces: object, samples: object, out: _Buffer) -> None:
        chosen = axis.traces(traces, self._n_traces)
        own = self._length(chosen)
        try:
            self._deliver(chosen, axis.samples(samples, own), out)
        except DestinationError as error:
            if own == self._n_samples or error.code != "wrong-length":
                raise
            try:
                self._deliver(chosen, axis.samples(samples, self._n_samples), out)
            except DestinationError:
                padded = f"{error}, or {self._n_samples}, the length of the longest trace"
                raise DestinationError(padded, error.code) from None

    def _length(self, traces: axis.Selection) -> int:
        """Return the number of samples of a row: of a single trace its own."""
        if self._varies and not traces.shape and traces.indices is None:
            return self._raw.samples_of(traces.run[0])
        return self._n_samples

    def _deliver(self, traces: axis.Selection, samples: axis.Selection, out: _Buffer) -> None:
        if traces.indices is None:
            self._raw.read_run(out, *traces.run, samples.run)
        else:
            self._raw.read_list(out, traces.indices, samples.run)

    if TYPE_CHECKING:

        @overload
        def __getitem__(self, key: tuple[_Int, _Int]) -> _Number: ...
        @overload
        def __getitem__(
            self,
            key: _Int | _Many | tuple[_Int | _Many] | tuple[_Many, _Int | _Run] | tuple[_Int, _Run],
        ) -> _Array: ...

    def __getitem__(self, key: object) -> _Array | _Number:
        """Read the samples that ``key`` selects into a new array."""
        import numpy as np

        if type(key) is int and 0 <= key < self._n_traces:
            n = self._raw.samples_of(key) if self._varies else self._n_samples
            out: _Array = np.empty(n, self._raw.dtype)
            self._raw.read_run(out, key, 1, 1, (0, 1, n))
            return out
        trace_key, sample_key = axis.split(key)
        traces = axis.traces(trace_key, self._n_traces)
        samples = axis.samples(sample_key, self._length(traces))
        out = np.empty(traces.shape + samples.shape, self._raw.dtype)
        self._deliver(traces, samples, out)
        return out[()] if not out.shape and axis.is_scalar(key) else out

    @property
    def shape(self) -> tuple[int, int]:
        """The shape as an array: (traces, samples); samples are those of the longest trace."""
        return self._n_traces, self._n_samples

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
        return axis.inside(operator.index(index), self._n_traces, "trace")

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
        memory = Recycled(self._raw.dtype, (self._n_samples,), most=self._n_traces)
        if self._varies:
            yield from self._each(memory)
            return
        for block in self._blocks(memory):
            # The iterator of the array yields the rows, so that no reference to the block is kept.
            rows = iter(block)
            del block
            yield from rows

    def _each(self, memory: Recycled) -> Iterator[_Array]:
        """Yield traces of different lengths."""
        filled = self._raw.dtype.startswith("float") or self._handle.options["fill"] is not None
        for first in range(0, self._n_traces, memory.rows):
            count = min(memory.rows, self._n_traces - first)
            block = memory.free()
            if filled:
                self._raw.read_run(block[:count], first, 1, count, self._whole)
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
        return self._blocks(Recycled(self._raw.dtype, (self._n_samples,), n, most=self._n_traces))

    def _blocks(self, memory: Recycled) -> Iterator[_Array]:
        for first in range(0, self._n_traces, memory.rows):
            count = min(memory.rows, self._n_traces - first)
            block = memory.free()[:count]
            self._raw.read_run(block, first, 1, count, self._whole)
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
        return f"<{self._n_traces} traces of {self._n_samples} samples, {self._raw.dtype}>"
