//! One process per data directory (and per PostgreSQL database until cluster mode).

use std::{
    fs::{File, OpenOptions},
    path::Path,
    time::{Duration, Instant},
};

use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types};

use super::{
    connection::{OpenError, open_postgres},
    engine::Engine,
};

/// Key of the advisory lock: the bytes of "switchbd".
const ADVISORY_KEY: i64 = 0x7377_6974_6368_6264;

/// PostgreSQL notices a moment later that a process has died, and holds its lock until then.
const LETTING_GO: Duration = Duration::from_secs(3);
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(50);

/// Held for as long as the process works with the data.
pub(crate) struct DataLock {
    file: File,
    session: Option<PgConnection>,
}

impl Drop for DataLock {
    /// Closing the file would let go only when nobody has it open any more, and a process that is being
    /// started at this moment has, until it becomes another program.
    fn drop(&mut self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!(error = %error, "the lock of the data directory was not let go");
        }
    }
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
                let asked = Instant::now();
                while !try_lock(&mut conn)? {
                    if asked.elapsed() > LETTING_GO {
                        return Err(OpenError("another switchboard process uses this database".into()));
                    }
                    std::thread::sleep(PAUSE);
                }
                Some(conn)
            }
        };
        Ok(Self { file, session })
    }

    /// Whether the lock is still ours: PostgreSQL lets it go with the session, whatever ended that.
    pub(crate) fn is_held(&mut self) -> bool {
        let Some(session) = &mut self.session else { return true };
        let mine = sql_query(
            "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted \
             AND pid = pg_backend_pid() AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) \
             AS got",
        );
        mine.get_result::<Got>(session).is_ok_and(|row| row.got)
    }
}

fn try_lock(conn: &mut PgConnection) -> Result<bool, OpenError> {
    let row: Got = sql_query("SELECT pg_try_advisory_lock($1) AS got")
        .bind::<sql_types::BigInt, _>(ADVISORY_KEY)
        .get_result(conn)?;
    Ok(row.got)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_let_go_although_a_process_being_started_has_its_file_open() {
        let dir = tempfile::tempdir().unwrap();
        let engine = Engine::Sqlite { dir: dir.path().to_path_buf() };
        let lock = DataLock::take(dir.path(), &engine).unwrap();
        assert!(DataLock::take(dir.path(), &engine).is_err());
        // What a fork does to every descriptor.
        let inherited = lock.file.try_clone().unwrap();
        drop(lock);
        assert!(DataLock::take(dir.path(), &engine).is_ok());
        drop(inherited);
    }
}
