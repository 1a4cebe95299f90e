//! A PostgreSQL server for the tests of one run, from what is installed. It ends with the run, however that ends.

use std::{
    env, fs, io,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{Receiver, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use tempfile::TempDir;
use tokio_postgres::NoTls;

pub(crate) const USER: &str = "service";
pub(crate) const PASSWORD: &str = "postgres-password";

/// Starts the server, waits until the test program is gone, stops the server and removes its files.
const WATCH: &str = r#"
"$1" -D "$2/data" >"$2/log" 2>&1 &
server=$!
cat >/dev/null
kill -INT $server
wait $server
rm -rf "$2"
"#;

/// The server of this run.
static SERVER: LazyLock<Server> = LazyLock::new(Server::start);

struct Server {
    port: u16,
    /// PEM of the authority that signed the server's certificate.
    authority: PathBuf,
    /// Its input is closed when this process ends.
    _watch: Mutex<Child>,
}

/// Where initdb and postgres are; `None` where they are not installed.
pub(crate) fn programs() -> Option<PathBuf> {
    let of_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect::<Vec<_>>()).unwrap_or_default();
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().filter_map(Result::ok);
    let mut of_debian: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    of_debian.sort();
    let has_both = |folder: &PathBuf| folder.join("initdb").exists() && folder.join("postgres").exists();
    of_path.into_iter().chain(of_debian.into_iter().rev()).find(has_both)
}

/// The URL of a new, empty database. Connections are not protected by TLS.
pub(crate) fn new_database() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    execute("postgres", &format!("CREATE DATABASE {name}"));
    format!("{}?sslmode=disable", url("127.0.0.1", &name))
}

/// The URL of the server, without a password.
pub(crate) fn url(host: &str, database: &str) -> String {
    format!("postgres://{USER}@{host}:{}/{database}", SERVER.port)
}

/// A file with the authority of the server's certificate, which is for `localhost`.
pub(crate) fn authority() -> &'static Path {
    &SERVER.authority
}

/// Runs statements, and gives the first column of the answers.
pub(crate) fn execute(database: &str, sql: &str) -> Vec<String> {
    let url = url_with_password(database);
    let work = async {
        let messages = connect(&url).await.simple_query(sql).await.unwrap();
        let rows = messages.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        rows.collect()
    };
    // The caller may be asynchronous itself.
    thread::scope(|scope| scope.spawn(|| crate::wait_for(work)).join()).unwrap()
}

/// Begins a transaction with a statement, says so, and ends it when the other side says so, or is gone.
pub(crate) fn execute_and_hold(database: &str, sql: &str, ready: &Sender<()>, released: &Receiver<()>) {
    let url = url_with_password(database);
    crate::wait_for(async {
        let client = connect(&url).await;
        client.batch_execute(&format!("BEGIN; {sql}")).await.unwrap();
        ready.send(()).unwrap();
        _ = released.recv();
    });
}

fn url_with_password(database: &str) -> String {
    format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", SERVER.port)
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

impl Server {
    fn start() -> Self {
        let programs = programs().unwrap();
        // Not in target: the unprivileged user may not get there.
        let folder = TempDir::with_prefix("service-postgres-").unwrap().keep();
        let user = unprivileged_user();
        let own = |path: &Path| user.map_or(Ok(()), |(user, group)| chown(path, Some(user), Some(group))).unwrap();
        own(&folder);
        let password = folder.join("password");
        fs::write(&password, PASSWORD).unwrap();
        own(&password);
        let data = folder.join("data");
        let mut initdb = unprivileged(&programs.join("initdb"), user, &folder);
        initdb.args(["--no-sync", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", "--username", USER]);
        initdb.arg("--pwfile").arg(&password).arg("--pgdata").arg(&data);
        let output = initdb.output().unwrap();
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        let authority = certify(&folder, own);
        let port = free_port().unwrap();
        let settings = format!(
            "port = {port}\nlisten_addresses = 'localhost'\nunix_socket_directories = ''\nfsync = off\n\
             max_connections = 200\nssl = on\nssl_cert_file = '{0}/server.pem'\nssl_key_file = '{0}/server.key'\n",
            folder.display()
        );
        let file = data.join("postgresql.conf");
        fs::write(&file, fs::read_to_string(&file).unwrap() + &settings).unwrap();
        let mut watch = unprivileged(Path::new("/bin/sh"), user, &folder);
        watch.args(["-c", WATCH, "watch"]).arg(programs.join("postgres")).arg(&folder);
        // A group of its own: ctrl-c is for the tests, and the watch cleans up after them.
        let watch = Mutex::new(watch.process_group(0).stdin(Stdio::piped()).spawn().unwrap());
        await_connections(port, &folder);
        Self { port, authority, _watch: watch }
    }
}

fn await_connections(port: u16, folder: &Path) {
    let url = format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{port}/postgres");
    let end = Instant::now() + Duration::from_mins(1);
    loop {
        let Err(error) = crate::wait_for(tokio_postgres::connect(&url, NoTls)) else { return };
        let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
        assert!(Instant::now() < end, "PostgreSQL does not start: {error}\n{log}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Writes a certificate for `localhost`, and gives the file with the authority that signed it.
fn certify(folder: &Path, own: impl Fn(&Path)) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;

    let mut issuer = CertificateParams::default();
    issuer.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(issuer, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let authority = folder.join("authority.pem");
    for (path, text) in [
        (folder.join("server.pem"), certificate.pem()),
        (folder.join("server.key"), key.serialize_pem()),
        (authority.clone(), issuer.pem()),
    ] {
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        own(&path);
    }
    authority
}

/// `initdb` refuses root: then it is the user of Debian's package, or nobody.
fn unprivileged_user() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let find = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(|field| field.parse().ok());
        Some((numbers.next()??, numbers.next()??))
    };
    Some(find("postgres").or_else(|| find("nobody")).unwrap())
}

fn unprivileged(program: &Path, user: Option<(u32, u32)>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("LC_ALL", "C");
    if let Some((user, group)) = user {
        command.uid(user).gid(group);
    }
    command
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
