//! Reading back what durability and isolation rest on: SQLite ignores a pragma that it does not know or
//! cannot follow, and says nothing.

use diesel::{RunQueryDsl, SqliteConnection, sql_query, sql_types};

use super::connection::OpenError;

#[derive(diesel::QueryableByName)]
struct Settings {
    #[diesel(sql_type = sql_types::Text)]
    journal: String,
    #[diesel(sql_type = sql_types::BigInt)]
    synchronous: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    keys: i64,
    #[diesel(sql_type = sql_types::BigInt)]
    erases: i64,
}

/// Whether the connection works as it was told to.
///
/// # Errors
/// A sentence for the operator: nothing may be written through this connection.
pub(super) fn verify(conn: &mut SqliteConnection) -> Result<(), OpenError> {
    let found: Settings = sql_query(
        "SELECT (SELECT journal_mode FROM pragma_journal_mode) AS journal, \
         (SELECT synchronous FROM pragma_synchronous) AS synchronous, \
         (SELECT foreign_keys FROM pragma_foreign_keys) AS keys, \
         (SELECT secure_delete FROM pragma_secure_delete) AS erases",
    )
    .get_result(conn)?;
    let wrong = if found.journal != "wal" {
        Some("journal_mode is not WAL; is the data directory on a network file system?")
    } else if found.synchronous != 2 {
        Some("synchronous is not FULL")
    } else if found.keys != 1 {
        Some("foreign_keys is off")
    } else if found.erases != 1 {
        Some("secure_delete is off")
    } else {
        None
    };
    wrong.map_or(Ok(()), |why| Err(OpenError(format!("SQLite refuses a setting: {why}"))))
}

#[cfg(test)]
mod tests {
    use diesel::{Connection, connection::SimpleConnection};

    use super::*;

    #[test]
    fn a_setting_that_does_not_hold_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.sqlite");
        let mut conn = super::super::connection::open_sqlite(&path).unwrap();
        assert!(verify(&mut conn).is_ok());
        for (pragma, word) in [
            ("PRAGMA synchronous = NORMAL", "synchronous"),
            ("PRAGMA foreign_keys = OFF", "foreign_keys"),
            ("PRAGMA secure_delete = FAST", "secure_delete"),
        ] {
            let mut conn = super::super::connection::open_sqlite(&path).unwrap();
            conn.batch_execute(pragma).unwrap();
            let why = verify(&mut conn).map_err(|error| error.to_string());
            assert!(why.as_ref().is_err_and(|why| why.contains(word)), "{pragma}: {why:?}");
        }
        // A database that cannot have a log beside it keeps another journal, whatever it is told.
        let mut memory = SqliteConnection::establish(":memory:").unwrap();
        memory.batch_execute("PRAGMA journal_mode = WAL").unwrap();
        assert!(verify(&mut memory).is_err_and(|error| error.to_string().contains("WAL")));
    }
}
