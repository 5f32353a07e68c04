//! Pools of blocks for Python, blocks of no pool, and what is alive of all.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use pyo3::exceptions::PyValueError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::allocator::Allocator;
use super::family::OfSystem;
use super::shape::{Count, Dtype, Extent, Plan};
use super::{Block, VIEWS, lent};
use crate::pool::{self, ALIGN, PoolOptions, Slab};
use crate::py::error::to_py;

/// Blocks of iterations start on a page: the kernel copies faster there.
const PAGE: usize = 4096;

/// Memory for a block of its own: seen by tracemalloc, freed with its last holder.
#[pyfunction]
#[pyo3(
    signature = (n_or_shape, dtype=Dtype::USUAL, *, align=Count::of(ALIGN)),
    text_signature = "(n_or_shape, dtype='f4', *, align=64)"
)]
pub(in crate::py) fn empty(
    py: Python<'_>,
    n_or_shape: Extent,
    dtype: Dtype,
    align: Count,
) -> PyResult<Block> {
    let plan = Plan::new(&n_or_shape, dtype.0)?;
    let slab = outside().alloc_aligned(plan.bytes, align.or_max()).map_err(|e| to_py(py, e))?;
    Ok(Block::new(slab, plan, (Weak::new(), 0)))
}

/// Keeps the books of blocks that belong to no pool of Python's.
fn outside() -> &'static pool::Pool {
    static OUTSIDE: OnceLock<pool::Pool> = OnceLock::new();
    OUTSIDE.get_or_init(|| {
        let allocator: Option<Arc<dyn pool::Allocator>> = Some(Arc::new(OfSystem));
        pool::Pool::new(PoolOptions { allocator, max_bytes: None, max_cached: 0 })
    })
}

/// (buffers lent, number of "no pool", [(number, blocks, bytes, peak, cached, closed)]).
#[pyfunction]
#[expect(clippy::type_complexity, reason = "the shape of the table")]
pub(in crate::py) fn memory() -> (usize, u64, Vec<(u64, usize, usize, usize, usize, bool)>) {
    // First, so that the first report lists this pool as later ones do.
    let outside = outside().id();
    let rows = pool::report().into_iter();
    let rows = rows.map(|u| (u.id, u.slabs, u.size, u.peak, u.cached, u.closed)).collect();
    (VIEWS.load(Ordering::Relaxed), outside, rows)
}

/// What a pool of Python's keeps. Blocks refer to it, but do not keep it.
pub(super) struct Keeper {
    pool: pool::Pool,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    last: u64,
    blocks: HashMap<u64, Py<Block>>,
    objects: Vec<Py<PyAny>>,
}

impl Keeper {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets go of a block. It is for the caller to drop it, where no lock is held.
    pub(super) fn forget(&self, number: u64) -> Option<Py<Block>> {
        self.held().blocks.remove(&number)
    }

    /// Lets go of all.
    fn end(&self) {
        // Closed first, so that what ends now is not kept to be used again.
        self.pool.close();
        let all = std::mem::take(&mut *self.held());
        drop(all);
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        self.end();
    }
}

/// Blocks that go together: kept until they are freed, the pool is cleared, or the pool ends.
#[pyclass(frozen, weakref, module = "segbuf")]
pub(in crate::py) struct Pool {
    keeper: Arc<Keeper>,
    max_bytes: Option<usize>,
    max_cached: usize,
}

#[pymethods]
impl Pool {
    #[new]
    #[pyo3(
        signature = (*, allocator=None, max_bytes=None, max_cached=Count::of(64 << 20)),
        text_signature = "(*, allocator=None, max_bytes=None, max_cached=67108864)"
    )]
    fn new(
        allocator: Option<Bound<'_, Allocator>>,
        max_bytes: Option<Count>,
        max_cached: Count,
    ) -> PyResult<Pool> {
        let allocator: Arc<dyn pool::Allocator> = match allocator {
            Some(allocator) => allocator.get().functions()?,
            None => Arc::new(OfSystem),
        };
        let max_bytes = max_bytes.as_ref().map(Count::or_max);
        let max_cached = max_cached.or_max();
        let options = PoolOptions { allocator: Some(allocator), max_bytes, max_cached };
        let keeper = Keeper { pool: pool::Pool::new(options), held: Mutex::default() };
        Ok(Pool { keeper: Arc::new(keeper), max_bytes, max_cached })
    }

    /// Makes a block and keeps it: zeroed, of a shape, aligned to `align` bytes.
    #[pyo3(
        signature = (shape, dtype=Dtype::USUAL, *, align=Count::of(ALIGN)),
        text_signature = "($self, shape, dtype='f4', *, align=64)"
    )]
    fn alloc(
        &self,
        py: Python<'_>,
        shape: Extent,
        dtype: Dtype,
        align: Count,
    ) -> PyResult<Py<Block>> {
        let plan = Plan::new(&shape, dtype.0)?;
        let core = &self.keeper.pool;
        let slab = core.alloc_aligned(plan.bytes, align.or_max()).map_err(|e| to_py(py, e))?;
        let number = {
            let mut held = self.keeper.held();
            held.last += 1;
            held.last
        };
        let block = Block::new(slab, plan, (Arc::downgrade(&self.keeper), number));
        let block = Py::new(py, block)?;
        // The pool may have been closed while memory was allocated.
        if !core.closed() {
            self.keeper.held().blocks.insert(number, block.clone_ref(py));
        }
        Ok(block)
    }

    /// Makes a block for one who fills it, of used memory where there is some. It is not kept: with its
    /// last holder it goes back to be used again.
    #[pyo3(name = "_lend")]
    fn lend(&self, py: Python<'_>, shape: Extent, dtype: Dtype) -> PyResult<Block> {
        let plan = Plan::new(&shape, dtype.0)?;
        let slab = self.keeper.pool.alloc_used(plan.bytes, PAGE).map_err(|e| to_py(py, e))?;
        Ok(Block::new(slab, plan, (Weak::new(), 0)))
    }

    /// Resizes a block of this pool to n elements, as `Block.resize` does, and gives it back.
    fn realloc<'py>(&self, block: Bound<'py, Block>, n: Count) -> PyResult<Bound<'py, Block>> {
        self.check(&block)?;
        block.get().resize_to(block.py(), n)?;
        Ok(block)
    }

    /// Frees a block of this pool; the block is released.
    fn free(&self, block: Bound<'_, Block>) -> PyResult<()> {
        self.check(&block)?;
        block.get().end("free")
    }

    /// Frees all blocks, and what was kept to be used again.
    fn clear(&self, py: Python<'_>) -> PyResult<()> {
        let blocks: Vec<_> =
            self.keeper.held().blocks.values().map(|block| block.clone_ref(py)).collect();
        let mut views = 0;
        for block in &blocks {
            views += block.get().views()?;
        }
        if views > 0 {
            return Err(lent("clear", "the pool", views));
        }
        // Nobody else could run since the count. All memory is taken before any is freed, for then
        // others can.
        let slabs: PyResult<Vec<Slab>> =
            blocks.iter().map(|block| block.get().give_up("clear")).collect();
        let forgotten = std::mem::take(&mut self.keeper.held().blocks);
        drop(forgotten);
        drop(slabs?);
        self.keeper.pool.trim();
        Ok(())
    }

    /// Keeps any object alive as long as the pool, and gives it back.
    fn own<'py>(&self, obj: Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        if self.keeper.pool.closed() {
            return Err(PyValueError::new_err("the pool is closed"));
        }
        self.keeper.held().objects.push(obj.clone().unbind());
        Ok(obj)
    }

    /// Bytes of all blocks.
    #[getter]
    fn size(&self) -> usize {
        self.keeper.pool.size()
    }

    /// The most bytes that all blocks had at a time.
    #[getter]
    fn peak(&self) -> usize {
        self.keeper.pool.peak()
    }

    /// Bytes of freed blocks that are kept to be used again.
    #[getter]
    fn cached(&self) -> usize {
        self.keeper.pool.cached()
    }

    /// Address and bytes of each block; blocks of no bytes have no address.
    #[getter]
    fn addresses(&self) -> BTreeMap<usize, usize> {
        self.keeper.pool.addresses()
    }

    /// The most bytes that all blocks may have at a time; None for no limit.
    #[getter]
    fn max_bytes(&self) -> Option<usize> {
        self.max_bytes
    }

    /// The most bytes of freed blocks that are kept to be used again.
    #[getter]
    fn max_cached(&self) -> usize {
        self.max_cached
    }

    /// Whether the pool has ended.
    #[getter]
    fn closed(&self) -> bool {
        self.keeper.pool.closed()
    }

    fn __enter__(slf: Bound<'_, Self>) -> PyResult<Bound<'_, Self>> {
        if slf.get().keeper.pool.closed() {
            return Err(PyValueError::new_err("the pool is closed"));
        }
        Ok(slf)
    }

    /// Ends the pool: blocks and views that are held elsewhere live on, all else is freed.
    #[pyo3(signature = (*args))]
    #[expect(unused_variables, reason = "why the block of code ended makes no difference")]
    fn __exit__(&self, args: &Bound<'_, PyTuple>) {
        self.keeper.end();
    }

    fn __repr__(&self) -> String {
        let core = &self.keeper.pool;
        let blocks = self.keeper.held().blocks.len();
        let s = if blocks == 1 { "" } else { "s" };
        match core.closed() {
            true => format!("<segbuf.Pool {}, closed>", core.id()),
            false => {
                format!("<segbuf.Pool {}: {blocks} block{s}, {} bytes>", core.id(), core.size())
            }
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // What cannot be looked at now counts as used from outside.
        if let Ok(held) = self.keeper.held.try_lock() {
            for object in &held.objects {
                visit.call(object)?;
            }
        }
        Ok(())
    }

    fn __clear__(&self) {
        let objects = std::mem::take(&mut self.keeper.held().objects);
        drop(objects);
    }
}

impl Pool {
    fn check(&self, block: &Bound<'_, Block>) -> PyResult<()> {
        if Weak::ptr_eq(&block.get().home.0, &Arc::downgrade(&self.keeper)) {
            return Ok(());
        }
        Err(PyValueError::new_err(format!("{block} is not of this pool")))
    }
}
