//! Header columns of an open file.

use super::Reader;
use crate::error::Result;
use crate::header::{Field, Summary};
use crate::out::Out;
use crate::parallel::Running;
use crate::read::columns;
use crate::walk::Walk;

impl Reader {
    /// All traces, in file order.
    #[must_use]
    pub fn every_trace(&self) -> Walk<'static> {
        let n = usize::try_from(self.n_traces()).unwrap_or(usize::MAX);
        Walk::first(n)
    }

    /// Reads a column of all traces: one number a trace.
    ///
    /// # Errors
    /// As [`Reader::read_columns_into`].
    pub fn read_column_into<'a>(&self, column: &Field, out: impl Into<Out<'a>>) -> Result<()> {
        let columns = std::slice::from_ref(column);
        self.read_columns_into(columns, self.every_trace(), &mut [out.into()], self.running())
    }

    /// Reads columns of the headers of the traces of a walk, in one sweep, each into a destination of
    /// its own. A destination has one number for each trace, of the native type of the column or of a
    /// type that holds all its values exactly ([`FieldType::fits`]); for strings it has uint8, as many
    /// for each trace as the string has bytes. One thread allocates nothing, several nothing that grows
    /// with the file.
    ///
    /// ```
    /// use segbuf::header::Field;
    /// use segbuf::Running;
    /// use segbuf::Walk;
    /// use segbuf::{Out, Reader};
    ///
    /// let file = Reader::open("tests/data/volume.sgy")?;
    /// let columns = [Field::by_name("inline")?, Field::by_name("crossline")?];
    /// let mut table = [0f64; 6]; // three traces, two numbers each
    /// let mut outs: Vec<Out> = Out::from(&mut table).interleaved(2)?.collect();
    /// file.read_columns_into(&columns, Walk::List(&[0, 5, 11]), &mut outs, Running::default())?;
    /// assert_eq!(table, [2400.0, 1100.0, 2401.0, 1101.0, 2402.0, 1103.0]);
    /// # Ok::<(), segbuf::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Class::Index` for traces that are not there; `Class::Destination` for a wrong type or length,
    /// `Class::Value` where there are not as many destinations as columns, `Class::Field` for fields
    /// that end behind the headers, all untouched; `Class::Io`, `Class::Format` from reading; whatever `running.poll` returns.
    ///
    /// [`FieldType::fits`]: crate::header::FieldType::fits
    /// `Class::Index`: crate::error::Kind::Index
    /// `Class::Destination`: crate::error::Kind::Destination
    /// `Class::Value`: crate::error::Kind::Value
    /// `Class::Field`: crate::error::Kind::Field
    /// `Class::Io`: crate::error::Kind::Io
    /// `Class::Format`: crate::error::Kind::Format
    pub fn read_columns_into(
        &self,
        columns: &[Field],
        walk: Walk<'_>,
        outs: &mut [Out<'_>],
        running: Running<'_>,
    ) -> Result<()> {
        self.check_walk(&walk)?;
        columns::read_into(&*self.source, &self.facts.layout, columns, walk, outs, running)
    }

    /// Describes columns of the headers of the traces of a walk, all in one sweep: their ends, and how
    /// many values there are.
    ///
    /// # Errors
    /// `Class::Index` for traces that are not there; `Class::Field` for strings of more than 8 bytes;
    /// `Class::Io`, `Class::Format` from reading; whatever `running.poll` returns.
    ///
    /// `Class::Index`: crate::error::Kind::Index
    /// `Class::Field`: crate::error::Kind::Field
    /// `Class::Io`: crate::error::Kind::Io
    /// `Class::Format`: crate::error::Kind::Format
    pub fn describe_columns(
        &self,
        columns: &[Field],
        walk: Walk<'_>,
        running: Running<'_>,
    ) -> Result<Vec<Summary>> {
        self.check_walk(&walk)?;
        columns::describe(&*self.source, &self.facts.layout, columns, walk, running)
    }
}
