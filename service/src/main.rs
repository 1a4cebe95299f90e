//! The service's command line.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use service::{
    Error,
    configuration::{self, Configuration, DatabaseUrl, Variables},
    database, probe,
};

#[derive(Parser)]
#[command(about = "The REST service behind the API", after_help = configuration::HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves requests until SIGTERM or ctrl-c; brings the database up to date first
    Serve,
    /// Asks the server on this machine for its health; exits with 1 if it is not healthy
    Healthcheck,
    /// Brings the database up to date
    Migrate,
    /// Writes the API's description (`OpenAPI` 3.1, JSON) to standard output
    Openapi,
}

fn main() -> ExitCode {
    let variables = Variables::of_process();
    let result = match Arguments::parse().command {
        Command::Serve => serve(&variables),
        Command::Healthcheck => configuration::listen_address(&variables).and_then(probe::probe),
        Command::Migrate => DatabaseUrl::read(&variables).and_then(|url| in_runtime(database::migrate(&url))),
        Command::Openapi => describe(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed stderr must not hide the exit code.
            _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve(variables: &Variables) -> Result<(), Error> {
    let level = configuration::log_level(variables)?;
    let configuration = Configuration::read(variables)?;
    service::log::start(level);
    in_runtime(service::run(configuration))
}

fn in_runtime(work: impl Future<Output = Result<(), Error>>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(Error::from)?.block_on(work)
}

fn describe() -> Result<(), Error> {
    let text = service::api::description().to_pretty_json()?;
    match writeln!(io::stdout(), "{text}") {
        // Whoever read it has had enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
