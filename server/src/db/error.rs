//! What can go wrong in a transaction, and what that means for the group it is part of.

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use shared::error::ErrorCode;

/// Why a piece of work inside a transaction did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The domain says no; only this piece of work is undone.
    #[error("refused: {0:?}")]
    Refused(ErrorCode),
    /// The database says no; see [`is_row_refusal`] for what that means to the group.
    #[error("database: {0}")]
    Db(DieselError),
    /// A row is not what the code believes; only this piece of work is undone, and it is logged.
    #[error("broken row: {0}")]
    Broken(String),
}

impl From<DieselError> for Fault {
    fn from(error: DieselError) -> Self {
        Self::Db(error)
    }
}

impl From<ErrorCode> for Fault {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code)
    }
}

impl From<shared::ids::InvalidId> for Fault {
    fn from(_: shared::ids::InvalidId) -> Self {
        Self::Broken("an id in the database is malformed".into())
    }
}

impl Fault {
    /// Whether the group goes on after rolling back to this piece's savepoint.
    pub(crate) fn is_contained(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Broken(_) => true,
            Self::Db(error) => is_row_refusal(error),
        }
    }
}

/// Unique, foreign-key, check and not-null violations concern one row. Everything else (disk full,
/// I/O, lost connection, a missing table) says that the transaction can no longer be trusted: on
/// SQLITE_FULL SQLite may have rolled back everything, and later savepoints would commit alone.
///
/// PostgreSQL's classes 22 (data exception) and 54 (limit exceeded) concern one row as well, but diesel
/// does not show the SQLSTATE. So what could cause them is refused where it comes in: U+0000 and ids that
/// no index can hold never reach a query.
pub(crate) fn is_row_refusal(error: &DieselError) -> bool {
    match error {
        DieselError::NotFound => true,
        DieselError::DatabaseError(kind, _) => matches!(
            kind,
            DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::NotNullViolation
        ),
        _ => false,
    }
}

/// Why a write did not happen. In every case nothing of it is stored.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The domain refused.
    #[error("refused: {0:?}")]
    Refused(ErrorCode),
    /// A constraint refused; a correct caller would have asked first.
    #[error("constraint: {0}")]
    Constraint(String),
    /// The database could not take it now, also not alone. Worth a retry later.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The work itself panicked, also alone.
    #[error("panicked: {0}")]
    Panicked(String),
}

impl WriteError {
    /// What the caller is told; details are for the log.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(code) => *code,
            Self::Constraint(_) | Self::Panicked(_) => ErrorCode::Internal,
            Self::Unavailable(_) => ErrorCode::Unavailable,
        }
    }
}

/// Why a read gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The domain refused, typically because there is no such thing.
    #[error("refused: {0:?}")]
    Refused(ErrorCode),
    /// A row is not what the code believes; trying again changes nothing.
    #[error("broken row: {0}")]
    Broken(String),
    /// The database could not answer.
    #[error("unavailable: {0}")]
    Unavailable(String),
}

impl ReadError {
    /// What the caller is told.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(code) => *code,
            Self::Broken(_) => ErrorCode::Internal,
            Self::Unavailable(_) => ErrorCode::Unavailable,
        }
    }
}

impl From<ErrorCode> for ReadError {
    fn from(code: ErrorCode) -> Self {
        Self::Refused(code)
    }
}

impl From<Fault> for ReadError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Refused(code) => Self::Refused(code),
            Fault::Broken(what) => Self::Broken(what),
            Fault::Db(error) => Self::Unavailable(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_row_is_not_something_to_try_again() {
        assert_eq!(ReadError::from(Fault::Broken("colour".into())).code(), ErrorCode::Internal);
        let lost = DieselError::BrokenTransactionManager;
        assert_eq!(ReadError::from(Fault::Db(lost)).code(), ErrorCode::Unavailable);
        let unknown = Fault::Refused(ErrorCode::NotFound);
        assert_eq!(ReadError::from(unknown).code(), ErrorCode::NotFound);
    }
}
