//! The base of `f.text`.

use pyo3::prelude::*;

use super::super::deliver;
use super::super::keys::inside;
use super::base::Mode;

/// Textual headers by index.
#[pyclass(frozen, subclass, extends = Mode, module = "segbuf._segbuf")]
pub(in super::super) struct TextMode;

#[pymethods]
impl TextMode {
    #[new]
    fn new(handle: &Bound<'_, PyAny>, name: &str) -> PyResult<PyClassInitializer<TextMode>> {
        Ok(PyClassInitializer::from(Mode::new(handle, name)?).add_subclass(TextMode))
    }

    /// Read a textual header: 40 lines of 80 characters, with blanks for control characters.
    fn __getitem__(slf: &Bound<'_, Self>, index: &Bound<'_, PyAny>) -> PyResult<String> {
        let reader = slf.as_super().get().file.get().reader(slf.py())?;
        let index = inside(index, reader.facts().n_text, "textual header")?;
        deliver::waiting(slf.py(), || reader.text(index))
    }
}
