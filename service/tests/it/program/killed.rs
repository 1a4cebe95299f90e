//! Whatever was acknowledged is there after the process was killed.

use std::{
    collections::BTreeSet,
    io,
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, Sender},
    },
    thread,
};

use rustix::process::Signal;
use serde_json::Value;

use super::server::{Server, ask, new_location, new_user};
use crate::storage::{Backend, Storage};

crate::tests! {
    on_backend: acknowledged_writes_survive_being_killed;
}

const ROUNDS: usize = 20;
const CLIENTS: usize = 4;

/// Answers of a round before the server is killed.
const ANSWERS: usize = 25;

/// What was acknowledged.
#[derive(Default)]
struct Acknowledged {
    next: AtomicUsize,
    users: Mutex<BTreeSet<String>>,
    latitudes: Mutex<BTreeSet<String>>,
}

fn acknowledged_writes_survive_being_killed(backend: Backend) {
    let storage = Storage::new(backend);
    let all = Acknowledged::default();
    let mut admin = String::new();
    for round in 0..ROUNDS {
        let server = Server::start(&storage, &[]);
        if round == 0 {
            admin = server.admin();
        }
        write_until_killed(server, &admin, round == 0, &all);
    }
    let server = Server::start(&storage, &[]);
    let latitudes = column(&server, "/location/get_locations?limit=100", &admin, "lat");
    let users = column(&server, "/users/read_all?limit=10", &admin, "user_name");
    let (stored, expected) = (latitudes.iter().cloned().collect::<BTreeSet<_>>(), all.latitudes.into_inner().unwrap());
    assert!(expected.len() >= ROUNDS * ANSWERS / 2, "{}", expected.len());
    assert_eq!(expected.difference(&stored).collect::<Vec<_>>(), Vec::<&String>::new());
    assert_eq!(stored.len(), latitudes.len(), "something is stored twice");
    let (users, expected) = (users.into_iter().collect::<BTreeSet<_>>(), all.users.into_inner().unwrap());
    assert!(!expected.is_empty());
    assert_eq!(expected.difference(&users).collect::<Vec<_>>(), Vec::<&String>::new());
}

fn write_until_killed(server: Server, admin: &str, sign_up: bool, all: &Acknowledged) {
    let address = server.address;
    let (sender, answers) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            let sender = sender.clone();
            scope.spawn(move || write(address, admin, sign_up, all, &sender));
        }
        drop(sender);
        for _ in 0..ANSWERS {
            answers.recv().unwrap();
        }
        server.signal(Signal::KILL);
        assert_eq!(server.end().code, None);
    });
}

/// Writes until there is no answer.
fn write(address: SocketAddr, admin: &str, sign_up: bool, all: &Acknowledged, answers: &Sender<()>) {
    loop {
        let number = all.next.fetch_add(1, Ordering::Relaxed);
        let latitude = format!("0.{number:08}");
        if !is_created(ask(address, "POST", "/location/update", admin, &new_location(&latitude))) {
            return;
        }
        all.latitudes.lock().unwrap().insert(latitude);
        _ = answers.send(());
        if sign_up {
            let name = format!("user{number}");
            if !is_created(ask(address, "POST", "/users/create_user", "", &new_user(&name))) {
                return;
            }
            all.users.lock().unwrap().insert(name);
            _ = answers.send(());
        }
    }
}

/// `false` where the server is gone.
fn is_created(answer: io::Result<super::connection::Answer>) -> bool {
    let Ok(answer) = answer else { return false };
    assert_eq!(answer.status, 201, "{answer:?}");
    true
}

/// A field of every row of a list, page by page.
fn column(server: &Server, path: &str, token: &str, field: &str) -> Vec<String> {
    let mut next = Some(path.to_owned());
    let mut values = Vec::new();
    while let Some(path) = next {
        let answer = server.get(&path, token);
        let rows: Value = answer.json();
        values.extend(rows.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()));
        let link = answer.header("link").map(|link| link.split(['<', '>']).nth(1).unwrap().to_owned());
        next = link;
    }
    values
}
