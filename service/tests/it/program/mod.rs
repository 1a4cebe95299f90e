//! The program: how it starts, stops and is killed, and what the cases of the API do not reach.

mod clients;
mod connection;
mod killed;
mod leaving;
mod limits;
mod log;
mod plans;
mod properties;
mod server;
mod settings;
mod stop;
mod tls;
mod together;
mod tokens;
mod writes;

use crate::{OnBackend, Plain, storage::Backend};

pub(crate) fn on_backend(backend: Backend) -> impl Iterator<Item = &'static OnBackend> {
    let only = if backend == Backend::Postgres { &[leaving::ON_POSTGRES, tls::ON_POSTGRES][..] } else { &[] };
    let both = [
        killed::ON_BACKEND,
        limits::ON_BACKEND,
        plans::ON_BACKEND,
        properties::ON_BACKEND,
        stop::ON_BACKEND,
        together::ON_BACKEND,
    ];
    both.into_iter().chain(only.iter().copied()).flatten()
}

pub(crate) fn plain() -> impl Iterator<Item = &'static Plain> {
    let all = [
        clients::PLAIN,
        leaving::PLAIN,
        log::PLAIN,
        properties::PLAIN,
        settings::PLAIN,
        stop::PLAIN,
        tokens::PLAIN,
        writes::PLAIN,
    ];
    all.into_iter().flatten()
}
