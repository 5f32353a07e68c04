//! Allocators that Python names: C functions by address.

use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

use super::family::OfPython;
use super::function::address_of;

/// An allocator made of C functions, for `Pool(allocator=)`: each an address, a ctypes function, a cffi
/// pointer or a PyCapsule. They are called from any thread.
#[pyclass(frozen, module = "segbuf")]
pub(in crate::py) struct Allocator {
    /// None when collected as garbage.
    functions: Mutex<Option<Arc<OfPython>>>,
}

impl Allocator {
    pub(super) fn functions(&self) -> PyResult<Arc<OfPython>> {
        let functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner).clone();
        functions.ok_or_else(|| PyValueError::new_err("the allocator was collected as garbage"))
    }
}

#[pymethods]
impl Allocator {
    #[new]
    #[pyo3(signature = (*, malloc, free, realloc=None, calloc=None))]
    fn new(
        malloc: Bound<'_, PyAny>,
        free: Bound<'_, PyAny>,
        realloc: Option<Bound<'_, PyAny>>,
        calloc: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Allocator> {
        let code = Code::of_this_process();
        let address = |name, function: &Bound<'_, PyAny>| {
            let address = address_of(function)?;
            if address == 0 || !code.contains(address) {
                return Err(PyValueError::new_err(format!(
                    "{name}: expected the address of a C function, found {address:#x}, where no code is"
                )));
            }
            Ok(address)
        };
        let optional = |name, function: &Option<_>| {
            function.as_ref().map_or(Ok(0), |function| address(name, function))
        };
        let addresses = [
            address("malloc", &malloc)?,
            address("free", &free)?,
            optional("realloc", &realloc)?,
            optional("calloc", &calloc)?,
        ];
        let owners = [Some(malloc), Some(free), realloc, calloc];
        let owners = owners.into_iter().flatten().map(Bound::unbind).collect();
        let functions = OfPython::new(addresses, owners);
        let functions =
            functions.ok_or_else(|| PyValueError::new_err("expected a malloc and a free"))?;
        Ok(Allocator { functions: Mutex::new(Some(Arc::new(functions))) })
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        // Pools and blocks hold the functions too; as long as there are any, they are not garbage.
        if let Ok(functions) = self.functions.try_lock()
            && let Some(functions) = functions.as_ref().filter(|f| Arc::strong_count(f) == 1)
        {
            for owner in &functions.owners {
                visit.call(owner)?;
            }
        }
        Ok(())
    }

    fn __clear__(&self) {
        let functions = self.functions.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(functions);
    }
}

/// Where the process has code, as far as the system tells: Linux does.
struct Code(Option<Vec<(usize, usize)>>);

impl Code {
    fn of_this_process() -> Code {
        let maps = fs::read_to_string("/proc/self/maps").ok();
        Code(maps.map(|maps| maps.lines().filter_map(Code::range).collect()))
    }

    /// The range of a line such as `7f0000000000-7f0000001000 r-xp ...`, if there is code in it.
    fn range(line: &str) -> Option<(usize, usize)> {
        let (range, rest) = line.split_once(' ')?;
        let (low, high) = range.split_once('-')?;
        let address = |hex| usize::from_str_radix(hex, 16).ok();
        rest.get(..4)?.contains('x').then_some((address(low)?, address(high)?))
    }

    /// Whether there may be code at an address.
    fn contains(&self, address: usize) -> bool {
        self.0
            .as_ref()
            .is_none_or(|ranges| ranges.iter().any(|(low, high)| (*low..*high).contains(&address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn code_is_told_from_data() {
        let code = Code::of_this_process();
        let here = Code::of_this_process as fn() -> Code;
        assert!(code.contains(here as usize));
        assert!(![1, &raw const code as usize].iter().any(|at| code.contains(*at)));
    }
}
