//! A PostgreSQL of these tests' own: in a temporary folder, on a Unix socket, gone afterwards.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use postgres::{Config, NoTls};

/// A running server. The last test that holds it stops it, also when that test panics.
pub(crate) struct Cluster {
    folder: PathBuf,
    programs: PathBuf,
    /// Who runs it: the server refuses to be run by root.
    user: Option<&'static str>,
    databases: AtomicUsize,
}

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
static SKIPPED: AtomicUsize = AtomicUsize::new(0);

impl Cluster {
    /// The server that the running tests share. `None`: there is no PostgreSQL here, which is said.
    pub(crate) fn shared() -> Option<Arc<Cluster>> {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(cluster) = shared.upgrade() {
            return Some(cluster);
        }
        let Some(programs) = programs() else {
            let count = SKIPPED.fetch_add(1, Ordering::Relaxed) + 1;
            eprintln!("skipped: no PostgreSQL ({count} of these tests so far)");
            return None;
        };
        let cluster = Arc::new(Cluster::start(programs));
        *shared = Arc::downgrade(&cluster);
        Some(cluster)
    }

    fn start(programs: PathBuf) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        // A socket's path has room for about a hundred characters.
        let name = format!("crm-import-pg-{}-{count}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let user = is_root().then(|| if is_user("postgres") { "postgres" } else { "nobody" });
        if let Some(user) = user {
            succeed(Command::new("chown").arg(user).arg(&folder));
        }
        let cluster = Cluster { folder, programs, user, databases: AtomicUsize::new(0) };
        let data = cluster.folder.join("data");
        let mut initdb = cluster.program("initdb");
        initdb.arg("-D").arg(&data).args(["-U", "crm", "-A", "trust", "-E", "UTF8", "--no-sync"]);
        succeed(&mut initdb);
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=40",
            cluster.folder.display()
        );
        let mut start = cluster.program("pg_ctl");
        start.arg("-D").arg(&data).arg("-l").arg(cluster.folder.join("log"));
        succeed(start.args(["-w", "-t", "60", "-o", &options, "start"]));
        cluster
    }

    /// A program of PostgreSQL, run by somebody who may.
    fn program(&self, name: &str) -> Command {
        let program = self.programs.join(name);
        let mut command = match self.user {
            None => Command::new(&program),
            Some(user) => {
                let mut command = Command::new("runuser");
                command.args(["-u", user, "--"]).arg(&program);
                command
            }
        };
        command.current_dir(&self.folder).stdout(Stdio::null()).stdin(Stdio::null());
        command
    }

    /// How to reach a new, empty database.
    pub(crate) fn database(&self) -> Config {
        let name = format!("db{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let mut admin = self.config("postgres").connect(NoTls).unwrap();
        admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        self.config(&name)
    }

    pub(crate) fn config(&self, database: &str) -> Config {
        let mut config = Config::new();
        config.host_path(&self.folder).user("crm").dbname(database);
        config
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.folder.join("data");
        if data.join("postmaster.pid").exists() {
            let mut stop = self.program("pg_ctl");
            let _ = stop.arg("-D").arg(&data).args(["-m", "immediate", "-w", "stop"]).status();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Where `initdb` is: on the path, or where Debian puts it.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = std::fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    let has_all = |folder: &Path| ["initdb", "pg_ctl"].iter().all(|p| folder.join(p).exists());
    // Through links: the programs look for each other where they stand.
    let folder = folders.into_iter().find(|folder| has_all(folder))?;
    std::fs::canonicalize(folder.join("initdb")).ok()?.parent().map(Path::to_owned)
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n")
}

fn is_user(name: &str) -> bool {
    Command::new("id").arg(name).output().is_ok_and(|id| id.status.success())
}

fn succeed(command: &mut Command) {
    let output = command.stderr(Stdio::piped()).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
