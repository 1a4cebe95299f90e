//! Any number of processes may start at once.

use super::server::{Program, Server};
use crate::storage::{Backend, Storage};

crate::tests! {
    on_backend: ten_processes_start_at_once_on_an_empty_database;
}

fn ten_processes_start_at_once_on_an_empty_database(backend: Backend) {
    for _ in 0..3 {
        let storage = Storage::new(backend);
        let programs: Vec<Program> = (0..10).map(|_| Program::serve(&storage, &[])).collect();
        let servers: Vec<Server> = programs.into_iter().map(Program::listening).collect();
        for server in &servers {
            assert_eq!((server.get("/", "").status, server.get("/ready", "").status), (200, 200));
        }
        let migrations = "SELECT CAST(count(*) AS TEXT) AS first FROM __diesel_schema_migrations";
        assert_eq!(storage.execute(migrations), ["1"]);
        assert_eq!(storage.execute("SELECT user_name AS first FROM users"), ["admin"]);
        for server in servers {
            assert_eq!(server.stop().code, Some(0));
        }
    }
}
