//! TLS to PostgreSQL: the certificate and the host name are verified.

use std::{fs, net::TcpListener, path::Path};

use super::server::{End, Program, Server};
use crate::{
    postgres,
    storage::{Backend, Storage},
};

crate::tests! {
    on_postgres: verified_connection_is_made, another_host_name_is_refused, unknown_authority_is_refused,
        file_without_certificates_is_told, wrong_password_is_told_and_not_shown, server_that_is_not_there_is_told;
}

/// The URL for a host, verified by the authorities in a file.
fn url(storage: &Storage, host: &str, authority: &Path) -> String {
    format!("{}?sslmode=verify-full&sslrootcert={}", postgres::url(host, name(storage)), authority.display())
}

fn name(storage: &Storage) -> &str {
    storage.url.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap()
}

fn verified_connection_is_made(backend: Backend) {
    let storage = Storage::new(backend);
    let url = url(&storage, "localhost", postgres::authority());
    assert_eq!(migrate(&url, postgres::PASSWORD).code, Some(0));
    let server = Server::start(&storage, &[("DATABASE_URL", &url)]);
    assert_eq!(server.get("/ready", "").status, 200);
    let protected = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)
                     WHERE application_name = 'service' AND datname = current_database()";
    let connections = storage.execute(protected);
    assert!(!connections.is_empty() && connections.iter().all(|ssl| ssl == "t"), "{connections:?}");
}

fn another_host_name_is_refused(backend: Backend) {
    let storage = Storage::new(backend);
    let line = refusal(&url(&storage, "127.0.0.1", postgres::authority()), postgres::PASSWORD);
    assert!(line.contains("certificate not valid for name \"127.0.0.1\""), "{line}");
}

/// Without a file, the authorities are those of RDS. That is also so without any option.
fn unknown_authority_is_refused(backend: Backend) {
    let storage = Storage::new(backend);
    let url = postgres::url("localhost", name(&storage));
    for url in [url.clone(), url + "?sslmode=verify-full"] {
        let line = refusal(&url, postgres::PASSWORD);
        assert!(line.contains("UnknownIssuer"), "{line}");
    }
}

fn file_without_certificates_is_told(backend: Backend) {
    let storage = Storage::new(backend);
    let path = storage.folder().join("empty.pem");
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (text, expected) in [
        ("", "has no certificate; it must hold authorities in PEM"),
        ("no PEM", "has no certificate; it must hold authorities in PEM"),
        (broken, "has a certificate that cannot be read"),
    ] {
        fs::write(&path, text).unwrap();
        let line = refusal(&url(&storage, "localhost", &path), postgres::PASSWORD);
        assert!(line.contains(&format!("{} (sslrootcert in DATABASE_URL) {expected}", path.display())), "{line}");
    }
}

fn wrong_password_is_told_and_not_shown(backend: Backend) {
    let storage = Storage::new(backend);
    let line = refusal(&url(&storage, "localhost", postgres::authority()), "hunter2");
    assert!(line.contains("password authentication failed for user \"service\""), "{line}");
    assert!(!line.contains("hunter2") && !line.contains(postgres::PASSWORD), "{line}");
}

fn server_that_is_not_there_is_told(backend: Backend) {
    assert!(backend == Backend::Postgres);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let line = refusal(&format!("postgres://service@127.0.0.1:{port}/name"), "hunter2");
    assert!(line.starts_with("error: cannot use the server that DATABASE_URL names: "), "{line}");
    assert!(line.contains("Connection refused") && !line.contains("hunter2"), "{line}");
}

fn migrate(url: &str, password: &str) -> End {
    Program::start("migrate", [("DATABASE_URL", url), ("DATABASE_PASSWORD", password)]).end()
}

/// The one line that says why the database cannot be used.
fn refusal(url: &str, password: &str) -> String {
    let mut end = migrate(url, password);
    assert_eq!((end.code, end.stderr.len()), (Some(1), 1), "{end:?}");
    end.stderr.remove(0)
}
