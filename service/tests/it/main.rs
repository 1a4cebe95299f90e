//! The service seen from outside.
//!
//! The cases of the API run on SQLite and PostgreSQL, through the router and over a socket. Everything else is about
//! the program: how it starts, stops and is killed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod api;
mod cases;
mod postgres;
mod program;
mod storage;

use std::{panic, process::ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use tokio::runtime::Builder;

use api::{Api, Transport};
use storage::Backend;

/// A test of the API, for any database and any way to it.
pub(crate) struct Case {
    name: &'static str,
    run: fn(Api),
}

/// A test that needs a database of one kind.
pub(crate) struct OnBackend {
    name: &'static str,
    run: fn(Backend),
}

/// Any other test.
pub(crate) struct Plain {
    name: &'static str,
    run: fn(),
}

/// Lists a module's cases: asynchronous functions that take an [`Api`] by reference.
#[macro_export]
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        pub(crate) const CASES: &[$crate::Case] = &[$(
            $crate::Case::new(concat!(module_path!(), "::", stringify!($name)), |api| api.wait_for($name(&api)))
        ),*];
    };
}

/// Lists a module's tests that need a database, those that need PostgreSQL, and those that need nothing.
#[macro_export]
macro_rules! tests {
    (
        $(on_backend: $($(#[$on_attribute:meta])* $on:ident),+ $(,)?;)?
        $(on_postgres: $($on_postgres:ident),+ $(,)?;)?
        $(plain: $($(#[$attribute:meta])* $plain:ident),+ $(,)?;)?
    ) => {
        $(pub(crate) const ON_BACKEND: &[$crate::OnBackend] = &[$(
            $(#[$on_attribute])*
            $crate::OnBackend::new(concat!(module_path!(), "::", stringify!($on)), $on)
        ),+];)?
        $(pub(crate) const ON_POSTGRES: &[$crate::OnBackend] =
            &[$($crate::OnBackend::new(concat!(module_path!(), "::", stringify!($on_postgres)), $on_postgres)),+];)?
        $(pub(crate) const PLAIN: &[$crate::Plain] = &[$(
            $(#[$attribute])*
            $crate::Plain::new(concat!(module_path!(), "::", stringify!($plain)), $plain)
        ),+];)?
    };
}

impl Case {
    pub(crate) const fn new(name: &'static str, run: fn(Api)) -> Self {
        Self { name, run }
    }
}

impl OnBackend {
    pub(crate) const fn new(name: &'static str, run: fn(Backend)) -> Self {
        Self { name, run }
    }
}

impl Plain {
    pub(crate) const fn new(name: &'static str, run: fn()) -> Self {
        Self { name, run }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for backend in Backend::ALL {
        for case in cases::all() {
            for transport in Transport::ALL {
                let name = format!("{} ({}, {})", short(case.name), backend.name(), transport.name());
                let run = case.run;
                trials.push(on_backend(name, backend, move || run(Api::start(backend, transport))));
            }
        }
        for test in program::on_backend(backend) {
            let run = test.run;
            trials
                .push(on_backend(format!("{} ({})", short(test.name), backend.name()), backend, move || run(backend)));
        }
    }
    for test in program::plain() {
        let run = test.run;
        trials.push(Trial::test(short(test.name), move || caught(run)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Without the database the test is ignored, and says why. In CI it fails.
fn on_backend(name: String, backend: Backend, run: impl FnOnce() + Send + 'static) -> Trial {
    match backend.missing() {
        None => Trial::test(name, move || caught(run)),
        Some(reason) if std::env::var_os("CI").is_some() => Trial::test(name, move || Err(Failed::from(reason))),
        Some(reason) => Trial::test(name, || Ok(())).with_kind(reason).with_ignored_flag(true),
    }
}

/// The panic itself is printed by then.
fn caught(run: impl FnOnce()) -> Result<(), Failed> {
    panic::catch_unwind(panic::AssertUnwindSafe(run)).map_err(|_| Failed::without_message())
}

/// Runs asynchronous code to its end.
pub(crate) fn wait_for<T>(work: impl Future<Output = T>) -> T {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(work)
}

/// A name without that of the test program.
fn short(name: &'static str) -> &'static str {
    name.strip_prefix("it::").unwrap_or(name)
}
