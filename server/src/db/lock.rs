//! One process per data directory (and per PostgreSQL database until cluster mode).

use std::{
    fs::{File, OpenOptions},
    path::Path,
};

use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types};

use super::{
    connection::{OpenError, open_postgres},
    engine::Engine,
};

/// Key of the advisory lock: the bytes of "switchbd".
const ADVISORY_KEY: i64 = 0x7377_6974_6368_6264;

/// Held for as long as the process works with the data.
pub(crate) struct DataLock {
    _file: File,
    _session: Option<std::sync::Mutex<PgConnection>>,
}

#[derive(diesel::QueryableByName)]
struct Got {
    #[diesel(sql_type = sql_types::Bool)]
    got: bool,
}

impl DataLock {
    /// Takes the lock or says who might have it.
    pub(crate) fn take(data_dir: &Path, engine: &Engine) -> Result<Self, OpenError> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(data_dir.join("lock"))
            .map_err(|error| OpenError(format!("cannot open the lock of the data directory: {error}")))?;
        if file.try_lock().is_err() {
            return Err(OpenError("another switchboard process uses this data directory".into()));
        }
        let session = match engine {
            Engine::Sqlite { .. } => None,
            Engine::Postgres { url } => {
                let mut conn = open_postgres(url)?;
                let row: Got = sql_query("SELECT pg_try_advisory_lock($1) AS got")
                    .bind::<sql_types::BigInt, _>(ADVISORY_KEY)
                    .get_result(&mut conn)?;
                if !row.got {
                    return Err(OpenError("another switchboard process uses this database".into()));
                }
                Some(std::sync::Mutex::new(conn))
            }
        };
        Ok(Self { _file: file, _session: session })
    }
}
