//! The budget of a request: the real server ends a script that uses too much memory or time, and answers with an empty 500.

/// The bytes that a request may process: inherited parameters, rows read, responses written. A megabyte of any shape takes
/// less than a tenth of a second.
const BYTES: usize = 8_000_000;
/// The cost of an item of a multirequest.
const ITEM: usize = 500;
/// The cost of signing or reading a KS, or of adding to a table.
const WRITE: usize = 2000;
/// The cost of reading a row of a table.
const ROW: usize = 40;
/// The maximum cost of a search, so that tables of any size can be searched.
const ROWS: usize = BYTES / 4;

/// The rest of the budget.
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

    /// Takes `bytes`. Returns whether they were left.
    pub fn spend(&mut self, bytes: usize) -> bool {
        match self.left.checked_sub(bytes) {
            Some(left) => self.left = left,
            None => self.is_overdrawn = true,
        }
        !self.is_overdrawn
    }

    /// Takes the cost of an item of `bytes`.
    pub fn spend_item(&mut self, bytes: usize) -> bool {
        self.spend(bytes.saturating_add(ITEM))
    }

    /// Takes the cost of signing or reading a KS, or of adding to a table.
    pub fn spend_write(&mut self) -> bool {
        self.spend(WRITE)
    }

    /// Takes the cost of reading `rows`.
    pub fn spend_rows(&mut self, rows: usize) -> bool {
        self.spend(rows.saturating_mul(ROW).min(ROWS))
    }

    /// Whether the budget is used up.
    pub fn is_overdrawn(&self) -> bool {
        self.is_overdrawn
    }
}
