//! The only place that splits work over threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How a piece of work runs: on how many threads, and how it is stopped.
///
/// ```
/// use segbuf::{Reader, Running};
///
/// let file = Reader::open("tests/data/volume.sgy")?;
/// let cancelled = || Ok(()); // an error here would stop the sweep
/// let report = file.verify(Running::new().threads(4).poll(&cancelled))?;
/// assert!(report.regular);
/// # segbuf::Result::Ok(())
/// ```
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Running<'a> {
    /// The most threads to use; 0 counts as 1.
    pub threads: usize,
    /// Called at intervals on the calling thread; its error ends the work.
    pub poll: Option<&'a dyn Fn() -> crate::error::Result<()>>,
    /// Whether to fail with [`Class::Uncached`](crate::error::Class::Uncached) rather than wait for a
    /// disk, where the source knows.
    pub cached: bool,
}

impl<'a> Running<'a> {
    /// Returns the default: one thread, which is not stopped.
    #[must_use]
    pub const fn new() -> Self {
        Running { threads: 0, poll: None, cached: false }
    }

    /// Sets [`threads`](#structfield.threads).
    #[must_use]
    pub const fn threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self
    }

    /// Sets [`poll`](#structfield.poll).
    #[must_use]
    pub const fn poll(mut self, poll: &'a dyn Fn() -> crate::error::Result<()>) -> Self {
        self.poll = Some(poll);
        self
    }

    /// Sets [`cached`](#structfield.cached).
    #[must_use]
    pub const fn cached(mut self, cached: bool) -> Self {
        self.cached = cached;
        self
    }

    /// Has `work` see every item, and asks now and then whether to go on.
    ///
    /// # Errors
    /// What `poll` returns.
    #[inline]
    pub(crate) fn each<'t, T>(
        &self,
        items: &'t [T],
        mut work: impl FnMut(&'t T),
    ) -> crate::error::Result<()> {
        for part in items.chunks(1 << 16) {
            self.check()?;
            part.iter().for_each(&mut work);
        }
        Ok(())
    }

    /// Asks whether to go on.
    pub(crate) fn check(&self) -> crate::error::Result<()> {
        self.poll.map_or(Ok(()), |poll| poll())
    }
}

/// How many threads to use by default: `SEGBUF_THREADS`, else all cores.
#[must_use]
pub(crate) fn default_threads() -> usize {
    std::env::var("SEGBUF_THREADS")
        .ok()
        .and_then(|v| v.trim().parse().ok())
        .filter(|n| *n > 0)
        .unwrap_or_else(cores)
}

/// How many cores this process may use: asked for once, as the system is slow to say.
pub(crate) fn cores() -> usize {
    static CORES: AtomicUsize = AtomicUsize::new(0);
    match CORES.load(Ordering::Relaxed) {
        0 => {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            CORES.store(cores, Ordering::Relaxed);
            cores
        }
        known => known,
    }
}

/// Runs `caller` on this thread and `others` on up to `threads - 1` more at the same time, and returns
/// when all have. `caller` must do the whole work if no other thread is free.
pub(crate) fn team<R>(threads: usize, caller: impl FnOnce() -> R, others: &(dyn Fn() + Sync)) -> R {
    #[cfg(feature = "parallel")]
    if threads > 1
        && let Some(pool) = pool::get()
    {
        let helpers = pool.engage(threads - 1);
        return pool.threads.in_place_scope(|scope| {
            for _ in 0..helpers.count {
                scope.spawn(|_| others());
            }
            caller()
        });
    }
    let _ = (threads, others);
    caller()
}

/// Has `member` run on this thread and on up to `threads - 1` more at the same time. They share the work
/// among themselves, and stop when another one failed; the first failure is the
/// result. The others do not listen for interruptions.
pub(crate) fn share<E: Send>(
    threads: usize,
    running: Running<'_>,
    member: impl Fn(Running<'_>, &AtomicBool) -> Result<(), E> + Sync,
) -> Result<(), E> {
    let stopped = AtomicBool::new(false);
    let failure = Mutex::new(None);
    let one = |running: Running<'_>| {
        if let Err(error) = member(running, &stopped) {
            stopped.store(true, Ordering::Relaxed);
            failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    };
    let cached = running.cached;
    team(threads, || one(running), &|| one(Running { cached, ..Running::default() }));
    failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

#[cfg(feature = "parallel")]
mod pool {
    //! One pool for the process, made anew in a forked child, where its threads do not exist.

    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::{Arc, Mutex};

    use rayon::{ThreadPool, ThreadPoolBuilder};

    static POOL: Mutex<Option<(u32, Arc<Pool>)>> = Mutex::new(None);

    /// Threads, and how many of them have nothing to do.
    pub(super) struct Pool {
        pub(super) threads: ThreadPool,
        idle: AtomicUsize,
    }

    /// Threads of a pool that are busy until this is dropped.
    pub(super) struct Helpers<'a> {
        pool: &'a Pool,
        pub(super) count: usize,
    }

    impl Pool {
        /// Up to `most` of the threads that have nothing to do. Work for one that has would be waited
        /// for until it comes to it: a short read for all of a long one.
        pub(super) fn engage(&self, most: usize) -> Helpers<'_> {
            let mut count = 0;
            let _ = self.idle.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |idle| {
                count = idle.min(most);
                Some(idle - count)
            });
            Helpers { pool: self, count }
        }
    }

    impl Drop for Helpers<'_> {
        fn drop(&mut self) {
            self.pool.idle.fetch_add(self.count, Ordering::Relaxed);
        }
    }

    /// The pool of this process. None where it cannot be had at once: the caller then works alone.
    ///
    /// The lock is only tried: a fork may have caught it locked by a thread that is not here.
    pub(super) fn get() -> Option<Arc<Pool>> {
        let mut slot = (0..100).find_map(|_| {
            let slot = POOL.try_lock().ok();
            if slot.is_none() {
                std::hint::spin_loop();
            }
            slot
        })?;
        let pid = std::process::id();
        if let Some((made_by, pool)) = &*slot
            && *made_by == pid
        {
            return Some(Arc::clone(pool));
        }
        let helpers = super::default_threads().max(super::cores()).saturating_sub(1);
        if helpers == 0 {
            return None;
        }
        let threads = ThreadPoolBuilder::new()
            .num_threads(helpers)
            .thread_name(|i| format!("segbuf-{i}"))
            .build()
            .ok()?;
        let pool = Arc::new(Pool { threads, idle: AtomicUsize::new(helpers) });
        // The pool of a parent process is forgotten, not dropped: dropping it would wait for
        // threads that did not survive the fork.
        std::mem::forget(slot.replace((pid, Arc::clone(&pool))));
        Some(pool)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_stops_all() {
        let done = AtomicUsize::new(0);
        let result = share(4, Running::default(), |_, stopped| {
            while !stopped.load(Ordering::Relaxed) {
                if done.fetch_add(1, Ordering::Relaxed) == 1000 {
                    return Err("enough");
                }
            }
            Ok(())
        });
        assert_eq!(result, Err("enough"));
        assert_eq!(share(4, Running::default(), |_, _| Ok::<_, ()>(())), Ok(()));
    }

    #[test]
    fn everyone_is_back_when_it_returns() {
        let (begun, ended) = (AtomicUsize::new(0), AtomicUsize::new(0));
        for threads in [0, 1, 2, 5] {
            let result = team(threads, || 7, &|| {
                begun.fetch_add(1, Ordering::SeqCst);
                std::thread::yield_now();
                ended.fetch_add(1, Ordering::SeqCst);
            });
            assert_eq!(result, 7);
            assert_eq!(begun.load(Ordering::SeqCst), ended.load(Ordering::SeqCst), "all are back");
        }
    }
}
