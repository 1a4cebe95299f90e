//! The program that Lambda starts.

use std::{env, process::ExitCode};

use authorizer::{configuration::Configuration, log, run};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    log::start();
    let variables =
        env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let done = match Configuration::read(variables) {
        Ok(configuration) => run::run(configuration).await,
        Err(error) => Err(error.into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(%error, "the authorizer ends");
            ExitCode::FAILURE
        }
    }
}
