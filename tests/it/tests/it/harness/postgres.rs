//! One private PostgreSQL cluster for all tests of this process.
//!
//! A shell owns the cluster and waits on a pipe from us: when this process ends, however it ends, the
//! pipe closes, and the shell stops the cluster and removes its files.

use std::{
    io::{BufRead, BufReader},
    os::unix::{
        fs::{MetadataExt, PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection};

/// The superuser of the cluster; the server must refuse to work as it.
const SUPERUSER: &str = "root_of_tests";
/// Owns the tables and runs migrations.
const OWNER: &str = "switchboard_owner";
/// What the server works as.
const APP: &str = "switchboard_app";

/// Makes the cluster, starts it, says so, waits for the end of the pipe, and clears up.
const KEEPER: &str = r#"
set -e
trap 'rm -rf "$DIR"' EXIT
"$BIN/initdb" -D "$DIR/data" -U "$SUPERUSER" -A trust -E UTF8 --locale=C >"$DIR/initdb.log" 2>&1
"$BIN/pg_ctl" -D "$DIR/data" -w -l "$DIR/log" \
  -o "-c listen_addresses='' -c unix_socket_directories='$DIR' -c fsync=on -c max_connections=200" \
  start >/dev/null
echo ready
cat >/dev/null || true
"$BIN/pg_ctl" -D "$DIR/data" -m immediate stop >/dev/null 2>&1 || true
"#;

pub(crate) struct Cluster {
    bin: PathBuf,
    dir: PathBuf,
    databases: AtomicU32,
    // Its standard input is the pipe that keeps the cluster alive.
    _keeper: Child,
}

/// Connection strings of one database, which goes when they do.
pub(crate) struct Urls {
    cluster: Arc<Cluster>,
    name: String,
    pub(crate) superuser: String,
    pub(crate) owner: String,
    pub(crate) app: String,
}

/// The cluster; started by the first test that needs it.
pub(crate) fn cluster() -> &'static Arc<Cluster> {
    static CLUSTER: OnceLock<Arc<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(|| Arc::new(Cluster::start()))
}

impl Cluster {
    /// A cluster of its own; gone with the value.
    pub(crate) fn start() -> Self {
        let bin = programs();
        let dir = tempfile::Builder::new().prefix("switchboard-it-pg-").tempdir().unwrap().keep();
        let mut keeper = Command::new("sh");
        // initdb and postgres refuse to run as root.
        if let Some((uid, gid)) = other_user() {
            chown(&dir, Some(uid), Some(gid)).unwrap();
            keeper.uid(uid).gid(gid);
        }
        std::fs::set_permissions(&dir, std::fs::Permissions::from_mode(0o755)).unwrap();
        let mut keeper = keeper
            .args(["-c", KEEPER])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("BIN", &bin)
            .env("DIR", &dir)
            .env("SUPERUSER", SUPERUSER)
            .current_dir(&dir)
            // An interrupt at the terminal is for the tests; the keeper follows by itself.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "ready", "the PostgreSQL cluster did not start");
        let cluster = Self { bin, dir, databases: AtomicU32::new(0), _keeper: keeper };
        let mut conn = PgConnection::establish(&cluster.url(SUPERUSER, "postgres")).unwrap();
        conn.batch_execute(&format!(
            "CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS; \
             CREATE ROLE {APP} LOGIN NOSUPERUSER NOBYPASSRLS;"
        ))
        .unwrap();
        cluster
    }

    /// An empty database that belongs to the owner role.
    pub(crate) fn create_database(this: &Arc<Self>) -> Urls {
        let name = format!("test_{}", this.databases.fetch_add(1, Ordering::Relaxed));
        let mut conn = PgConnection::establish(&this.url(SUPERUSER, "postgres")).unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {name} OWNER {OWNER}")).unwrap();
        let mut conn = PgConnection::establish(&this.url(SUPERUSER, &name)).unwrap();
        conn.batch_execute(&format!("ALTER SCHEMA public OWNER TO {OWNER}")).unwrap();
        Urls {
            cluster: Arc::clone(this),
            superuser: this.url(SUPERUSER, &name),
            owner: this.url(OWNER, &name),
            app: this.url(APP, &name),
            name,
        }
    }

    /// Stops as a crash does: nothing is written any more, connections just end.
    pub(crate) fn crash(&self) {
        self.control(&["-m", "immediate", "stop"]);
    }

    /// Starts again after a crash, with recovery.
    pub(crate) fn recover(&self) {
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c max_connections=200",
            self.dir.display()
        );
        self.control(&["-w", "-l", &self.dir.join("log").display().to_string(), "-o", &options, "start"]);
    }

    fn control(&self, arguments: &[&str]) {
        let mut command = Command::new(self.bin.join("pg_ctl"));
        if let Some((uid, gid)) = other_user() {
            command.uid(uid).gid(gid);
        }
        command.arg("-D").arg(self.dir.join("data")).args(arguments).current_dir(&self.dir);
        // A server that lives on must not hold our pipes.
        let status = command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
        assert!(status.success(), "pg_ctl {arguments:?}");
    }

    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@/{database}?host={}", self.dir.display())
    }
}

impl Drop for Urls {
    /// A server that is still stopping loses its connections: its test is over.
    fn drop(&mut self) {
        let drop = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        if let Ok(mut conn) = PgConnection::establish(&self.cluster.url(SUPERUSER, "postgres")) {
            let _ = conn.batch_execute(&drop);
        }
    }
}

/// Ends the server's connections to a database again and again until it is dropped. Spared is the one
/// that holds the lock on the database: without it the server stops, as it should.
pub(crate) struct Storm {
    ended: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<u64>>,
}

impl Storm {
    /// Begins; pauses a moment between two strikes.
    pub(crate) fn begin(urls: &Urls, pause: Duration) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let (stop, url) = (Arc::clone(&ended), urls.superuser.clone());
        let strike = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = current_database() AND usename = '{APP}' \
             AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
        );
        let thread = std::thread::spawn(move || {
            let mut conn = PgConnection::establish(&url).unwrap();
            let mut struck = 0;
            while !stop.load(Ordering::SeqCst) {
                struck += diesel::sql_query(&strike).execute(&mut conn).unwrap() as u64;
                std::thread::sleep(pause);
            }
            struck
        });
        Self { ended, thread: Some(thread) }
    }

    /// Ends; says how many connections it has ended.
    pub(crate) fn end(mut self) -> u64 {
        self.ended.store(true, Ordering::SeqCst);
        self.thread.take().unwrap().join().unwrap()
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
    }
}

/// Where `initdb` lies: on the path, or where Debian puts it; the newest of several.
fn programs() -> PathBuf {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&on_path).find(|dir| dir.join("initdb").exists());
    found.or_else(newest_packaged).expect("PostgreSQL's initdb was not found")
}

fn newest_packaged() -> Option<PathBuf> {
    let all = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let version = |path: &Path| path.file_name()?.to_str()?.parse::<u32>().ok();
    all.filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.join("bin/initdb").exists())
        .max_by_key(|path| version(path))
        .map(|path| path.join("bin"))
}

/// Whom to run the cluster as; none when we are nobody special.
fn other_user() -> Option<(u32, u32)> {
    (std::fs::metadata("/proc/self").unwrap().uid() == 0).then(unprivileged)
}

/// The ids of a user without rights.
fn unprivileged() -> (u32, u32) {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    find("postgres").or_else(|| find("nobody")).expect("no user to run PostgreSQL as")
}
