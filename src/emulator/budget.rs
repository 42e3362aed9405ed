//! What one request may cost: the real server ends a script that takes too much memory or time,
//! and answers with an empty 500.

/// How many bytes a request may have handled: parameters that items inherit, rows that are looked
/// at, answers that are written. A megabyte of any shape stays below a tenth of a second.
const BYTES: usize = 8_000_000;
/// What an item of a multirequest costs by itself.
const ITEM: usize = 500;
/// What it costs to sign or read a KS, or to add to a table.
const WRITE: usize = 2000;
/// What it costs to look at a row of a table.
const ROW: usize = 40;
/// The most that looking at rows costs at a time: however large a table is, it can be searched.
const ROWS: usize = BYTES / 4;

/// What is left of it.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    is_overdrawn: bool,
}

impl Budget {
    pub fn new() -> Self {
        Self {
            left: BYTES,
            is_overdrawn: false,
        }
    }

    /// Takes `bytes` of it. Returns whether they were there.
    pub fn spend(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => self.is_overdrawn = true,
        }
        !self.is_overdrawn
    }

    /// Takes what an item of `bytes` costs.
    pub fn spend_item(&mut self, bytes: usize) -> bool {
        self.spend(bytes.saturating_add(ITEM))
    }

    /// Takes what it costs to sign or read a KS, or to add to a table.
    pub fn spend_write(&mut self) -> bool {
        self.spend(WRITE)
    }

    /// Takes what it costs to look at `rows`.
    pub fn spend_rows(&mut self, rows: usize) -> bool {
        self.spend(rows.saturating_mul(ROW).min(ROWS))
    }

    /// Whether the request has taken too much.
    pub fn is_overdrawn(&self) -> bool {
        self.is_overdrawn
    }
}
