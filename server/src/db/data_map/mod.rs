//! What every column holds, about whom, why, how long, and what an erasure does with it.
//!
//! Retention, export and erasure are to be derived from this map, never from a list of their own. A
//! test compares it with the migrations: an undeclared column fails.

mod control;
mod tenant;

/// About whom a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A customer.
    Contact,
    /// A person who works here.
    Member,
    /// The business.
    Tenant,
    /// Nobody.
    Technical,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// Personal data of a customer.
    Contact,
    /// Personal data of a person who works here.
    Member,
    /// Data of the business.
    Tenant,
    /// A hash or an encrypted secret; never exported.
    Secret,
    /// Ids, counters, times and states.
    Technical,
}

/// How long a row is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retention {
    /// As long as the tenant exists.
    TenantLife,
    /// As long as the account is a member.
    AccountLife,
    /// As the tenant decides for conversations.
    Conversations,
    /// Until the work is done.
    UntilDone,
    /// This many hours.
    Hours(u16),
    /// This many days.
    Days(u16),
    /// This many months.
    Months(u16),
}

/// What an erasure of its subject does with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasure {
    /// The row goes.
    DeleteRow,
    /// The row stays at its place with an empty payload, so that the log has no gap.
    Tombstone,
    /// Personal columns are emptied, the row stays for those who refer to it.
    Anonymise,
    /// Nothing in it identifies anybody, or the law demands it.
    Keep,
}

/// A table.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// About whom its rows are.
    pub subject: Subject,
    /// Why it exists.
    pub purpose: &'static str,
    /// How long a row is kept.
    pub retention: Retention,
    /// What an erasure does.
    pub erasure: Erasure,
    /// All its columns.
    pub columns: &'static [(&'static str, Category)],
}

/// One column with its table.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// The table.
    pub table: &'static Table,
    /// The column.
    pub column: &'static str,
    /// What it holds.
    pub category: Category,
}

/// Every table of both databases.
pub fn tables() -> impl Iterator<Item = &'static Table> {
    control::TABLES.iter().chain(tenant::TABLES)
}

/// Every column of both databases.
pub fn entries() -> impl Iterator<Item = Entry> {
    tables().flat_map(|table| {
        table.columns.iter().map(move |(column, category)| Entry { table, column, category: *category })
    })
}

/// How long the rows of a table are kept, for those that go by age; a month counts as 31 days.
pub fn kept(table: &str) -> Option<chrono::Duration> {
    let found = tables().find(|known| known.name == table)?;
    match found.retention {
        Retention::Hours(hours) => Some(chrono::Duration::hours(hours.into())),
        Retention::Days(days) => Some(chrono::Duration::days(days.into())),
        Retention::Months(months) => Some(chrono::Duration::days(i64::from(months) * 31)),
        Retention::TenantLife | Retention::AccountLife | Retention::Conversations | Retention::UntilDone => {
            None
        }
    }
}
