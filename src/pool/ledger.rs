//! Who has how much, what may be used again, and what is alive in the whole process.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::{ALIGN, Allocator, Slab};
use crate::error::{Class, Kind, Result};
use crate::setters::setters;

/// How a pool works.
///
/// ```
/// use segbuf::pool::{Pool, PoolOptions};
/// let pool = Pool::new(PoolOptions::default().max_bytes(1 << 20));
/// assert!(pool.alloc(1 << 21).is_err());
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct PoolOptions {
    /// Where its memory comes from. Default: [`super::System`].
    pub allocator: Option<Arc<dyn Allocator>>,
    /// The most bytes its slabs have at a time. Default: no limit.
    pub max_bytes: Option<usize>,
    /// The most bytes of dropped slabs that it keeps, to use them again. Default: 64 MiB.
    pub max_cached: usize,
}

impl Default for PoolOptions {
    fn default() -> Self {
        PoolOptions { allocator: None, max_bytes: None, max_cached: 64 << 20 }
    }
}

setters!(PoolOptions:
    allocator: Arc<dyn Allocator>,
    max_bytes: usize,
    max_cached: usize,
);

impl fmt::Debug for PoolOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PoolOptions")
            .field("allocator", &self.allocator.as_ref().map_or("System", |_| "custom"))
            .field("max_bytes", &self.max_bytes)
            .field("max_cached", &self.max_cached)
            .finish()
    }
}

/// Gives slabs, counts them, and keeps the memory of dropped ones for slabs of the same size.
///
/// All of it may be called from any thread. Slabs that are still there when the pool ends live on, and
/// go with their owners.
#[derive(Debug)]
pub struct Pool {
    ledger: Arc<Ledger>,
}

impl Pool {
    /// A pool without slabs.
    #[must_use]
    pub fn new(options: PoolOptions) -> Pool {
        static LAST: AtomicU64 = AtomicU64::new(0);
        let id = LAST.fetch_add(1, Ordering::Relaxed) + 1;
        let books = Mutex::new(Books { options, ..Books::default() });
        let ledger = Arc::new(Ledger { id, books });
        all().insert(id, Arc::downgrade(&ledger));
        Pool { ledger }
    }

    /// `len` bytes of zeros, aligned to [`ALIGN`] bytes.
    ///
    /// # Errors
    /// `Class::Memory` where there is no such memory, or the pool may not have so much;
    /// `Class::Closed` after [`Pool::close`].
    pub fn alloc(&self, len: usize) -> Result<Slab> {
        self.alloc_aligned(len, ALIGN)
    }

    /// `len` bytes of zeros at a multiple of `align`.
    ///
    /// # Errors
    /// As [`Pool::alloc`] and [`Slab::new_in`].
    pub fn alloc_aligned(&self, len: usize, align: usize) -> Result<Slab> {
        self.ledger.alloc(len, align, true)
    }

    /// Memory for who fills it: as [`Pool::alloc_aligned`], but with what it held before, where it was
    /// used before.
    ///
    /// # Errors
    /// As [`Pool::alloc_aligned`].
    pub fn alloc_used(&self, len: usize, align: usize) -> Result<Slab> {
        self.ledger.alloc(len, align, false)
    }

    /// A number that no other pool of this process has.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.ledger.id
    }

    /// Bytes of all slabs; 0 when closed.
    #[must_use]
    pub fn size(&self) -> usize {
        let books = self.ledger.books();
        if books.closed { 0 } else { books.size }
    }

    /// The most bytes that all slabs had at a time.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.ledger.books().peak
    }

    /// Bytes kept to be used again. They count neither in [`Pool::size`] nor in [`Pool::addresses`].
    #[must_use]
    pub fn cached(&self) -> usize {
        self.ledger.books().cached
    }

    /// Address and bytes of each slab that is not empty; none when closed.
    #[must_use]
    pub fn addresses(&self) -> BTreeMap<usize, usize> {
        let books = self.ledger.books();
        if books.closed { BTreeMap::new() } else { books.addresses() }
    }

    /// Frees what is kept to be used again.
    pub fn trim(&self) {
        self.ledger.trim();
    }

    /// Ends the pool: it gives and keeps nothing any more, and lets go of its allocator. Slabs live on.
    pub fn close(&self) {
        let allocator = {
            let mut books = self.ledger.books();
            books.closed = true;
            books.options.allocator.take()
        };
        self.ledger.trim();
        drop(allocator);
    }

    /// Whether the pool was ended.
    #[must_use]
    pub fn closed(&self) -> bool {
        self.ledger.books().closed
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.close();
    }
}

/// What a pool has at a moment.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Usage {
    /// [`Pool::id`].
    pub id: u64,
    /// How many slabs there are.
    pub slabs: usize,
    /// Their bytes.
    pub size: usize,
    /// The most bytes that they had at a time.
    pub peak: usize,
    /// Bytes kept to be used again.
    pub cached: usize,
    /// Whether the pool has ended, and only slabs are left of it.
    pub closed: bool,
}

/// What is alive: one entry for each pool of this process, ended ones with slabs included.
#[must_use]
pub fn report() -> Vec<Usage> {
    // Collected first: to let go of the last reference to a pool frees memory, and takes the lock.
    let ledgers: Vec<_> = all().values().filter_map(Weak::upgrade).collect();
    ledgers.iter().map(|ledger| ledger.usage()).collect()
}

/// By number. A ledger strikes itself off.
static ALL: Mutex<BTreeMap<u64, Weak<Ledger>>> = Mutex::new(BTreeMap::new());

fn all() -> MutexGuard<'static, BTreeMap<u64, Weak<Ledger>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The books of a pool. Its lock is never held while an allocator works: that may be code of others,
/// which may come back here, or wait for a thread that does.
#[derive(Debug)]
struct Ledger {
    id: u64,
    books: Mutex<Books>,
}

#[derive(Debug, Default)]
struct Books {
    /// As they were given; without an allocator when closed.
    options: PoolOptions,
    closed: bool,
    last: u64,
    /// Address and length of each slab, by its number: an address may be given anew before its last
    /// owner is struck off.
    live: HashMap<u64, (usize, usize)>,
    size: usize,
    peak: usize,
    /// Bytes that somebody is about to get, or not: the limit counts them, nobody else.
    promised: usize,
    /// What is kept, oldest first.
    idle: BTreeMap<u64, Slab>,
    /// The numbers of what is kept, by (length, alignment), oldest first.
    by_size: HashMap<(usize, usize), VecDeque<u64>>,
    cached: usize,
}

impl Books {
    fn number(&mut self) -> u64 {
        self.last += 1;
        self.last
    }

    fn addresses(&self) -> BTreeMap<usize, usize> {
        self.live.values().copied().filter(|(_, len)| *len > 0).collect()
    }

    /// Promises bytes, which are about to be allocated.
    fn promise(&mut self, more: usize) -> Result<()> {
        let used = self.size + self.promised;
        // What outlives a pool is limited by it no more.
        let limit = self.options.max_bytes.filter(|_| !self.closed).unwrap_or(usize::MAX);
        if used.checked_add(more).is_none_or(|after| after > limit) {
            return Err(Kind::PoolLimit { limit, used, more }.into());
        }
        self.promised += more;
        Ok(())
    }

    /// Enters a slab: where it is, how long, and how long it was.
    fn enter(&mut self, id: u64, at: usize, len: usize, old: usize) {
        self.live.insert(id, (at, len));
        self.size = self.size - old + len;
        self.peak = self.peak.max(self.size);
    }

    /// The newest of a size: what of it is in a cache is there still.
    fn reuse(&mut self, len: usize, align: usize) -> Option<Slab> {
        let numbers = self.by_size.get_mut(&(len, align))?;
        let number = numbers.pop_back();
        if numbers.is_empty() {
            self.by_size.remove(&(len, align));
        }
        let slab = self.idle.remove(&number?)?;
        self.cached -= len;
        Some(slab)
    }

    fn keep(&mut self, slab: Slab) {
        let number = self.number();
        self.by_size.entry((slab.len(), slab.align())).or_default().push_back(number);
        self.cached += slab.len();
        self.idle.insert(number, slab);
    }

    /// Lets go of the oldest.
    fn evict(&mut self) -> Option<Slab> {
        let (_, slab) = self.idle.pop_first()?;
        let key = (slab.len(), slab.align());
        if let Some(numbers) = self.by_size.get_mut(&key) {
            numbers.pop_front();
            if numbers.is_empty() {
                self.by_size.remove(&key);
            }
        }
        self.cached -= slab.len();
        Some(slab)
    }
}

impl Ledger {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn alloc(self: &Arc<Ledger>, len: usize, align: usize, zeroed: bool) -> Result<Slab> {
        let (idle, allocator) = {
            let mut books = self.books();
            if books.closed {
                return Err(Kind::Closed { what: "pool" }.into());
            }
            books.promise(len)?;
            (books.reuse(len, align), books.options.allocator.clone())
        };
        let made = match idle {
            Some(mut slab) => {
                if zeroed {
                    slab.clear();
                }
                Ok(slab)
            }
            None => self.insist(|| Slab::new_in(allocator.clone(), len, align)),
        };
        let mut books = self.books();
        books.promised -= len;
        let mut slab = made?;
        let id = books.number();
        books.enter(id, slab.as_ptr().addr(), len, 0);
        slab.home = Some(Home { ledger: Arc::clone(self), id });
        Ok(slab)
    }

    /// Asks for memory, and where there is none, once more: what is kept for later is of more use now.
    fn insist<T>(&self, mut ask: impl FnMut() -> Result<T>) -> Result<T> {
        match ask() {
            Err(error) if error.class() == Class::Memory && self.trim() => ask(),
            other => other,
        }
    }

    /// Frees what is kept; whether there was any.
    fn trim(&self) -> bool {
        let idle = {
            let mut books = self.books();
            books.cached = 0;
            books.by_size.clear();
            std::mem::take(&mut books.idle)
        };
        !idle.is_empty()
    }

    fn usage(&self) -> Usage {
        let books = self.books();
        Usage {
            id: self.id,
            slabs: books.live.len(),
            size: books.size,
            peak: books.peak,
            cached: books.cached,
            closed: books.closed,
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        all().remove(&self.id);
    }
}

/// A slab's place in the books of its pool.
#[derive(Debug)]
pub(super) struct Home {
    ledger: Arc<Ledger>,
    id: u64,
}

impl Home {
    /// Resizes a slab from so many bytes to others by `work`, which gives the address.
    pub(super) fn resize(
        &self,
        old: usize,
        len: usize,
        work: impl FnMut() -> Result<usize>,
    ) -> Result<()> {
        let more = len.saturating_sub(old);
        self.ledger.books().promise(more)?;
        let at = self.ledger.insist(work);
        let mut books = self.ledger.books();
        books.promised -= more;
        books.enter(self.id, at?, len, old);
        Ok(())
    }

    /// Strikes a slab off, and keeps its memory as far as the pool may.
    pub(super) fn take_back(self, slab: Slab) {
        let mut gone = Vec::new();
        let mut books = self.ledger.books();
        books.live.remove(&self.id);
        books.size -= slab.len();
        let room = if books.closed { 0 } else { books.options.max_cached };
        if slab.is_empty() || slab.len() > room {
            gone.push(slab);
        } else {
            books.keep(slab);
            while books.cached > room {
                gone.extend(books.evict());
            }
        }
        // Freed after the lock is given back.
        drop(books);
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_without_slabs_leaves_nothing_behind() {
        let pool = Pool::new(PoolOptions::default());
        let (id, slab) = (pool.id(), pool.alloc(10));
        drop(pool);
        assert!(all().contains_key(&id));
        drop(slab);
        assert!(!all().contains_key(&id));
    }
}
