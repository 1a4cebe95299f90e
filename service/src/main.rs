//! The service's command line.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};
use service::{Error, address, probe::probe};

#[derive(Parser)]
#[command(about = "The REST service behind the API", after_help = ENVIRONMENT)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serves requests until SIGTERM or ctrl-c
    Serve,
    /// Asks the server on this machine for its health; exits with 1 if it is not healthy
    Healthcheck,
}

const ENVIRONMENT: &str = "Environment:\n  LISTEN_ADDRESS  IP address and port to listen on [default: 127.0.0.1:8080]";

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Serve => serve(),
        Command::Healthcheck => address::from_environment().and_then(probe),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report(format_args!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve() -> Result<(), Error> {
    let listener = service::bind(address::from_environment()?).await?;
    // Before the line below, so that whoever waits for it may already stop the server.
    let stop = service::stop_requested()?;
    if let Ok(address) = listener.local_addr() {
        report(format_args!("listening on {address}"));
    }
    service::serve(listener, stop).await
}

fn report(message: std::fmt::Arguments<'_>) {
    // A closed stderr must not stop the server.
    let _ = writeln!(io::stderr(), "{message}");
}
