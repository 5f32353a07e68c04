//! Traces by the numbers in their headers.

use super::Reader;
use crate::error::{Kind, Result};
use crate::header::{Field, FieldType};
use crate::parallel::Running;
use crate::read::columns;
use crate::survey::groups::Groups;

impl Reader {
    /// Puts all traces into groups by the numbers of some fields, in one sweep of all headers; within a
    /// group they are in file order, or sorted by further fields, rising, ties in file order.
    ///
    /// # Errors
    /// `Class::Field` for strings; `Class::Value` without a field, and where there is no memory for
    /// the numbers of all traces (see [`Groups`]); `Class::Io`, `Class::Format` from
    /// reading; whatever `running.poll` returns.
    pub fn group(&self, by: &[Field], sort: &[Field], running: Running<'_>) -> Result<Groups> {
        if by.is_empty() {
            return Err(Kind::Zero { what: "the number of fields to group by" }.into());
        }
        let columns = [by, sort].concat();
        for column in &columns {
            if matches!(column.kind(), FieldType::Text(_)) {
                return Err(
                    Kind::UnsortableField { field: column.to_string(), want: "a number" }.into()
                );
            }
        }
        let layout = &self.facts.layout;
        let walk = self.every_trace();
        let keys = columns::keys(&*self.source, layout, &columns, walk, running)?;
        let (keys, sort) = keys.split_at(by.len());
        Groups::new(by, keys, sort, running)
    }
}
