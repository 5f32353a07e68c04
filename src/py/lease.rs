//! Which memory is being read into, or from, at this moment, in the whole process.
//!
//! Python lets two threads pass one array to two reads. A read takes a lease on what it writes, and
//! one on the memory that is its file, where it is memory; a lease that may share a byte with one
//! that is live is refused, unless both only read.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::Python;

use crate::error::{Error, Kind, Result};
use crate::out::Out;

/// The outermost axes that are told apart; what lies within them is taken as one stretch.
const KEPT_AXES: usize = 4;

/// As many leases as are live at once without the table growing.
const USUAL_LEASES: usize = 64;

static LIVE: Mutex<Table> = Mutex::new(Table { last: 0, entries: Vec::new() });

/// The right to write to, or to read from, some memory, until it is dropped.
///
/// Taken and dropped attached to the interpreter, so no thread can fork while another one is in the
/// table; the lifetime keeps it from going where that does not hold.
#[derive(Debug)]
#[must_use]
pub(super) struct Lease<'py> {
    /// The numbers of its entries; no memory at all has none.
    ids: Range<u64>,
    attached: PhantomData<Python<'py>>,
}

impl<'py> Lease<'py> {
    /// The right to write to a destination.
    ///
    /// # Errors
    /// `Class::Destination` where it may share a byte with memory that another read fills, or that a
    /// file is being read from.
    pub(super) fn exclusive(_py: Python<'py>, out: &Out<'_>) -> Result<Lease<'py>> {
        let ids = if out.is_empty() { 0..0 } else { live().add(&Region::of(out), Use::Write)? };
        Ok(Lease { ids, attached: PhantomData })
    }

    /// The right to write to several destinations.
    ///
    /// In the order of their addresses, only those can share a byte with one that end after its first:
    /// thousands of columns take no time that grows with their square.
    ///
    /// # Errors
    /// As [`Lease::exclusive`], also where two of them may share a byte.
    pub(super) fn exclusive_all(_py: Python<'py>, outs: &[Out<'_>]) -> Result<Lease<'py>> {
        let outs = outs.iter().filter(|out| !out.is_empty());
        let mut regions: Vec<Region> = outs.map(Region::of).collect();
        regions.sort_unstable_by_key(|region| region.low);
        let mut reaching: Vec<&Region> = Vec::new();
        for region in &regions {
            reaching.retain(|other| other.end() > region.low);
            if reaching.iter().any(|other| !region.disjoint(other)) {
                return Err(conflict(Use::Write, Use::Write));
            }
            reaching.push(region);
        }
        let mut table = live();
        regions.iter().try_for_each(|region| table.check(region, Use::Write))?;
        let first = table.last + 1;
        regions.iter().for_each(|region| table.push(region, Use::Write));
        Ok(Lease { ids: first..table.last + 1, attached: PhantomData })
    }

    /// The right to read the memory of files, each from the first address to the one behind the last.
    /// Taken before the lease on the destination, so that the error of that one tells what is wrong.
    ///
    /// # Errors
    /// `Class::Destination` where another read fills some of it.
    pub(super) fn shared(_py: Python<'py>, memory: &[(usize, usize)]) -> Result<Lease<'py>> {
        let mut lease = Lease { ids: 0..0, attached: PhantomData };
        if memory.is_empty() {
            return Ok(lease);
        }
        // One after the other: the table is locked throughout, so no other number comes between.
        let mut table = live();
        for &(low, high) in memory.iter().filter(|(low, high)| low < high) {
            let region = Region::new(low, high - low, std::iter::empty());
            let added = table.add(&region, Use::Read)?;
            lease.ids = if lease.ids.is_empty() { added } else { lease.ids.start..added.end };
        }
        Ok(lease)
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if !self.ids.is_empty() {
            live().remove(&self.ids);
        }
    }
}

/// Ends all leases, in the child of a fork: their threads are not there. The lease of the thread that
/// forked ends with them, and its drop removes nothing, as no number is given twice.
pub(super) fn reset_after_fork() {
    live().entries.clear();
}

fn live() -> MutexGuard<'static, Table> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a lease is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Write,
    Read,
}

#[derive(Debug)]
struct Table {
    last: u64,
    entries: Vec<(u64, Use, Region)>,
}

impl Table {
    fn add(&mut self, region: &Region, purpose: Use) -> Result<Range<u64>> {
        self.check(region, purpose)?;
        self.push(region, purpose);
        Ok(self.last..self.last + 1)
    }

    fn check(&self, region: &Region, purpose: Use) -> Result<()> {
        for (_, other, taken) in &self.entries {
            if (purpose, *other) != (Use::Read, Use::Read) && !region.disjoint(taken) {
                return Err(conflict(purpose, *other));
            }
        }
        Ok(())
    }

    fn push(&mut self, region: &Region, purpose: Use) {
        if self.entries.capacity() == 0 {
            self.entries.reserve(USUAL_LEASES);
        }
        self.last += 1;
        self.entries.push((self.last, purpose, *region));
    }

    fn remove(&mut self, ids: &Range<u64>) {
        if ids.end - ids.start > 1 {
            self.entries.retain(|entry| !ids.contains(&entry.0));
            return;
        }
        // The newest are the likeliest to end.
        if let Some(i) = self.entries.iter().rposition(|entry| entry.0 == ids.start) {
            self.entries.swap_remove(i);
        }
    }
}

fn conflict(purpose: Use, other: Use) -> Error {
    match (purpose, other) {
        (Use::Write, Use::Write) => Kind::OverlappingReads.into(),
        (Use::Write, Use::Read) => Kind::OverlapsFile.into(),
        (Use::Read, _) => Kind::FileIsDestination.into(),
    }
}

/// One axis: how many, and how many bytes from one to the next.
#[derive(Debug, Clone, Copy)]
struct Axis {
    count: usize,
    stride: usize,
}

/// A set of addresses: stretches of bytes that repeat along axes, from the lowest address up.
#[derive(Debug, Clone, Copy)]
struct Region {
    low: usize,
    stretch: usize,
    /// Widest stride first.
    axes: [Axis; KEPT_AXES],
    used: usize,
}

impl Region {
    fn of(out: &Out<'_>) -> Region {
        let (_, unit, axes) = out.parts();
        Region::new(out.hull().0, unit, axes.map(|(count, s)| (count, s.unsigned_abs())))
    }

    /// From the lowest address, the bytes that lie together, and (count, stride) of each axis.
    fn new(low: usize, unit: usize, axes: impl Iterator<Item = (usize, usize)>) -> Region {
        let none = Axis { count: 1, stride: 0 };
        let mut region = Region { low, stretch: unit, axes: [none; KEPT_AXES], used: 0 };
        for (count, stride) in axes {
            region.insert(Axis { count, stride });
        }
        while let Some(last) = region.used.checked_sub(1)
            && region.axes[last].stride == region.stretch
        {
            region.stretch = extent(region.stretch, &region.axes[last..region.used]);
            region.used = last;
        }
        region
    }

    /// Adds an axis in its place; the one of the narrowest stride gives way where there are too many.
    fn insert(&mut self, axis: Axis) {
        let mut axis = axis;
        for kept in &mut self.axes[..self.used] {
            if axis.stride > kept.stride {
                std::mem::swap(kept, &mut axis);
            }
        }
        if self.used == KEPT_AXES {
            self.stretch = extent(self.stretch, &[axis]);
        } else {
            self.axes[self.used] = axis;
            self.used += 1;
        }
    }

    /// The address behind the highest byte.
    fn end(&self) -> usize {
        self.low.saturating_add(extent(self.stretch, &self.axes[..self.used]))
    }

    fn comb(&self) -> Comb<'_> {
        Comb { axes: &self.axes[..self.used], stretch: self.stretch }
    }

    /// Whether the two surely share no byte.
    fn disjoint(&self, other: &Region) -> bool {
        // Addresses differ by less than half of what 64 bits can count.
        let gap = (other.low as i64).wrapping_sub(self.low as i64);
        self.comb().disjoint(other.comb(), gap)
    }
}

/// Bytes from the first of a set to behind the last.
fn extent(stretch: usize, axes: &[Axis]) -> usize {
    axes.iter().fold(stretch, |sum, axis| {
        sum.saturating_add(axis.stride.saturating_mul(axis.count.saturating_sub(1)))
    })
}

/// A region without its place.
#[derive(Clone, Copy)]
struct Comb<'a> {
    axes: &'a [Axis],
    stretch: usize,
}

impl<'a> Comb<'a> {
    /// Whether this and another, `gap` bytes further up, surely share no byte.
    ///
    /// Where they do, they do modulo any stride. Modulo a stride that divides all wider ones, both
    /// shrink to what lies within it, and the other one shows up twice: at the gap, and one stride
    /// before. So columns of one cube, or the two halves of interleaved samples, are told apart.
    fn disjoint(self, other: Comb<'_>, gap: i64) -> bool {
        let reach =
            |comb: Comb<'_>| i64::try_from(extent(comb.stretch, comb.axes)).unwrap_or(i64::MAX);
        if gap >= reach(self) || gap.saturating_neg() >= reach(other) {
            return true;
        }
        self.axes.iter().chain(other.axes).any(|axis| {
            let (Some(a), Some(b), Ok(stride)) =
                (self.within(axis.stride), other.within(axis.stride), i64::try_from(axis.stride))
            else {
                return false;
            };
            let gap = gap.rem_euclid(stride);
            a.disjoint(b, gap) && a.disjoint(b, gap - stride)
        })
    }

    /// This modulo a stride: what it repeats at multiples of the stride, if that does not reach over.
    fn within(self, stride: usize) -> Option<Comb<'a>> {
        let inner = self.axes.partition_point(|axis| axis.stride >= stride);
        let (outer, axes) = self.axes.split_at(inner);
        (outer.iter().all(|axis| axis.stride.is_multiple_of(stride))
            && extent(self.stretch, axes) <= stride)
            .then_some(Comb { axes, stretch: self.stretch })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// Samples of 4 bytes from an address up, with (count, stride) of each axis.
    #[derive(Debug, Clone)]
    struct Part(usize, Vec<(usize, usize)>);

    impl Part {
        fn region(&self) -> Region {
            Region::new(self.0, 4, self.1.iter().copied())
        }

        fn bytes(&self) -> HashSet<usize> {
            let mut places = vec![self.0];
            for &(count, stride) in &self.1 {
                let step = |at| (0..count).map(move |i| at + i * stride);
                places = places.into_iter().flat_map(step).collect();
            }
            places.into_iter().flat_map(|at| at..at + 4).collect()
        }

        fn disjoint(&self, other: &Part) -> bool {
            self.region().disjoint(&other.region())
        }
    }

    /// Parts of a cube of 5 x 6 x 7 samples.
    fn inline(i: usize) -> Part {
        Part(1000 + 168 * i, vec![(42, 4)])
    }
    fn crossline(x: usize) -> Part {
        Part(1000 + 28 * x, vec![(5, 168), (7, 4)])
    }
    fn time_slice(t: usize) -> Part {
        Part(1000 + 4 * t, vec![(30, 28)])
    }
    fn trace(i: usize, x: usize) -> Part {
        Part(1000 + 168 * i + 28 * x, vec![(7, 4)])
    }

    #[test]
    fn parts_of_one_cube_are_told_apart_exactly() {
        let mut parts: Vec<Part> = (0..5).map(inline).collect();
        parts.extend((0..6).map(crossline));
        parts.extend((0..7).map(time_slice));
        parts.extend((0..30).map(|n| trace(n / 6, n % 6)));
        for a in &parts {
            for b in &parts {
                let truth = a.bytes().is_disjoint(&b.bytes());
                assert_eq!(a.disjoint(b), truth, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn interleaved_samples_are_told_apart() {
        let halves = [Part(100, vec![(9, 8)]), Part(104, vec![(9, 8)])];
        assert!(halves[0].disjoint(&halves[1]) && !halves[0].disjoint(&halves[0]));
        // Every fourth sample of the second half; the first half lies between.
        assert!(halves[0].disjoint(&Part(104, vec![(4, 16)])));
        // Two bytes off, they share bytes.
        assert!(!halves[0].disjoint(&Part(102, vec![(9, 8)])));
        // Even and odd traces of a cube, of which one is read in reverse sample order.
        let even = Part(0, vec![(3, 56), (7, 4)]);
        assert!(even.disjoint(&Part(28, vec![(7, 4), (3, 56)])));
    }

    #[test]
    fn any_number_of_axes_is_taken() {
        let axes: Vec<_> = (0..8).rev().map(|i| (2, 8 << i)).collect();
        let comb = Part(0, axes);
        assert!(comb.disjoint(&Part(2048, vec![])));
        assert!(comb.disjoint(&Part(1148, vec![])), "between two of the inner stretches");
        assert!(!comb.disjoint(&Part(8, vec![(3, 4)])));
    }

    fn part() -> impl Strategy<Value = Part> {
        let axis = (1usize..4, (1usize..40).prop_map(|s| s * 2));
        (0usize..200, prop::collection::vec(axis, 0..4)).prop_map(|(low, axes)| Part(low, axes))
    }

    proptest! {
        #[test]
        fn what_shares_a_byte_is_never_called_disjoint(a in part(), b in part()) {
            let judged = a.disjoint(&b);
            prop_assert_eq!(judged, b.disjoint(&a));
            prop_assert!(!judged || a.bytes().is_disjoint(&b.bytes()));
        }
    }

    #[test]
    fn leases_exclude_each_other_until_they_end() {
        let mut table = Table { last: 0, entries: Vec::new() };
        let first = table.add(&inline(1).region(), Use::Write).unwrap();
        let error = table.add(&crossline(1).region(), Use::Write).unwrap_err();
        assert_eq!(error.code(), "overlapping-reads");
        table.remove(&first);
        let second = table.add(&crossline(1).region(), Use::Write).unwrap();
        assert!(second.start > first.start, "a number is given once");
        table.remove(&first);
        assert!(
            table.add(&inline(1).region(), Use::Write).is_err(),
            "ended by its own number only"
        );
    }

    #[test]
    fn memory_that_is_read_is_shared_but_not_written() {
        let mut table = Table { last: 0, entries: Vec::new() };
        let file = Region::new(4096, 1000, std::iter::empty());
        let inside = Region::new(5000, 4, std::iter::empty());
        table.add(&file, Use::Read).unwrap();
        let reader = table.add(&file, Use::Read).unwrap();
        let error = table.add(&inside, Use::Write).unwrap_err();
        assert_eq!(error.code(), "overlaps-file");
        table.remove(&reader);
        assert!(table.add(&inside, Use::Write).is_err(), "the first reader is still there");
        table.remove(&(1..2));
        table.add(&inside, Use::Write).unwrap();
        assert_eq!(table.add(&file, Use::Read).unwrap_err().code(), "file-is-destination");
    }
}
