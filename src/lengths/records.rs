//! Where records of different lengths are.

use crate::error::{Error, Kind, Result};

/// Where records that follow each other are: each has a head and a body, and any of them may be shorter
/// than those of others. Takes 8 bytes a record, and 4 more where heads differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Records {
    /// Where the first one begins.
    first: u64,
    /// After the last byte of each.
    pub(crate) ends: Vec<u64>,
    /// The length of each head; of the only one there is where all are as long.
    heads: Vec<u32>,
    longest_body: u64,
}

impl Records {
    /// No record yet: the first one will begin at `first`.
    #[must_use]
    pub fn new(first: u64) -> Records {
        Records { first, ends: Vec::new(), heads: Vec::new(), longest_body: 0 }
    }

    /// Adds a record after the last one.
    ///
    /// # Errors
    /// `Class::Format` where its end does not fit 63 bits; `Class::Memory` where there is none to note
    /// it.
    pub fn push(&mut self, head: u32, body: u64) -> Result<()> {
        let end = self.end().checked_add(head.into()).and_then(|end| end.checked_add(body));
        let Some(end) = end.filter(|end| i64::try_from(*end).is_ok()) else {
            return Err(Kind::SizeOverflow {
                what: format!("{body} bytes from offset {} on", self.end()),
            }
            .into());
        };
        let n = self.ends.len();
        let no_memory =
            |_| Error::from(Kind::NoMemory { what: format!("the offsets of {n} traces") });
        self.ends.try_reserve(1).map_err(no_memory)?;
        match self.heads[..] {
            [] if n == 0 => self.heads.push(head),
            [all] if all == head && n > 0 => {}
            _ => {
                let all = self.heads[0];
                self.heads.try_reserve(n + 1 - self.heads.len()).map_err(no_memory)?;
                if self.heads.len() == 1 {
                    self.heads.resize(n, all);
                }
                self.heads.push(head);
            }
        }
        self.ends.push(end);
        self.longest_body = self.longest_body.max(body);
        Ok(())
    }

    /// Takes away the last ones, so that `n` are left.
    pub fn truncate(&mut self, n: usize) {
        self.ends.truncate(n);
        if self.heads.len() > 1 {
            self.heads.truncate(n.max(1));
        }
        self.longest_body = (0..n).map(|i| self.body(i)).max().unwrap_or(0);
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Where the first one begins.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.first
    }

    /// After the last byte of the last one.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.ends.last().copied().unwrap_or(self.first)
    }

    /// Where record `i` begins.
    ///
    /// # Panics
    /// Where there are fewer.
    #[must_use]
    pub fn start(&self, i: usize) -> u64 {
        if i == 0 { self.first } else { self.ends[i - 1] }
    }

    /// The length of the head of record `i`, in bytes.
    ///
    /// # Panics
    /// Where there are fewer.
    #[must_use]
    pub fn head(&self, i: usize) -> u64 {
        u64::from(if self.heads.len() == 1 { self.heads[0] } else { self.heads[i] })
    }

    /// The length of the body of record `i`, in bytes.
    ///
    /// # Panics
    /// Where there are fewer.
    #[must_use]
    pub fn body(&self, i: usize) -> u64 {
        self.ends[i] - self.start(i) - self.head(i)
    }

    /// The lengths of the longest head and of the longest body.
    #[must_use]
    pub fn longest(&self) -> (u64, u64) {
        (self.heads.iter().copied().max().unwrap_or(0).into(), self.longest_body)
    }
}
