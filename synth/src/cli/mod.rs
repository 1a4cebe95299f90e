//! The command line that carries an application's templates through their life.
//!
//! An application is a type that makes an [`App`] for an environment; [`run`] does the rest.

#[cfg(feature = "cloud")]
mod approval;
#[cfg(feature = "cloud")]
mod assets;
mod check;
#[cfg(feature = "cloud")]
mod deploy;
#[cfg(feature = "cloud")]
mod destroy;
#[cfg(feature = "cloud")]
mod interruption;
#[cfg(feature = "cloud")]
mod keys;
mod package;
#[cfg(feature = "cloud")]
mod progress;
#[cfg(feature = "cloud")]
mod push;
#[cfg(feature = "cloud")]
mod question;
#[cfg(feature = "cloud")]
mod recover;
#[cfg(feature = "cloud")]
mod scope;
#[cfg(feature = "cloud")]
mod status;
mod synth;

use std::ffi::OsString;
#[cfg(feature = "cloud")]
use std::panic::Location;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::construct::App;
#[cfg(feature = "cloud")]
use crate::construct::Synthesized;
#[cfg(feature = "cloud")]
use crate::deploy::{Cause, OPERATION_PREFIX};
use crate::error::{Error, similar};
use crate::terminal;
use crate::validate::Rule;

/// What the command line needs to know of an application.
pub trait Application {
    /// The switches that this application adds to commands that only read, to see what would be.
    type Switches: Args + Default;

    /// The project's folder, seen from the one in which the command is run. Only commands that need the project ask.
    ///
    /// # Errors
    ///
    /// The command is run outside the project.
    fn root(&self, folder: &Path) -> Result<PathBuf, Error> {
        Ok(folder.to_owned())
    }

    /// The stacks of `environment`; of the default one where none is named. `root` is the project's folder.
    ///
    /// # Errors
    ///
    /// The environment or a switch's value is not known, or the settings cannot be read.
    fn app(&self, root: &Path, environment: Option<&str>, switches: &Self::Switches) -> Result<App, Error>;

    /// The rules of this application, beside those that hold for any template.
    fn rules(&self) -> &[Rule] {
        &[]
    }
}

#[derive(Debug, Parser)]
#[command(
    name = "cargo run --",
    bin_name = "cargo run --",
    about = "Infrastructure as code, from synthesis to the last clean-up",
    disable_help_subcommand = true
)]
struct Arguments<S: Args> {
    #[command(flatten)]
    shared: Shared,
    #[command(subcommand)]
    command: Command<S>,
}

/// What every command takes.
#[derive(Debug, Args)]
struct Shared {
    /// The environment, one of those in stacks/environments.yaml
    #[arg(long = "env", value_name = "NAME", global = true)]
    environment: Option<String>,
    /// The profile that says who you are, in the place of `AWS_PROFILE`
    #[cfg(feature = "cloud")]
    #[arg(long, value_name = "NAME", global = true)]
    aws_profile: Option<String>,
    /// How results are printed
    #[arg(long, value_enum, default_value_t, global = true)]
    output: Output,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Text for people
    #[default]
    Human,
    /// JSON for programs
    Json,
}

#[derive(Debug, Subcommand)]
enum Command<S: Args> {
    /// Write every template, its parameters and a manifest to target/synth
    Synth(synth::Arguments<S>),
    /// Look for what CloudFormation accepts, and deploys badly or not at all
    Check(check::Arguments<S>),
    /// Make the images and archives that templates refer to, in target/package
    Package(package::Arguments<S>),
    /// Bring every stack into AWS, in the order that they need each other
    #[cfg(feature = "cloud")]
    Deploy(deploy::Arguments),
    /// Delete every stack, in the order that strands none, and all that is in them
    #[cfg(feature = "cloud")]
    Destroy(destroy::Arguments),
    /// Make and show the secrets that no template holds
    #[cfg(feature = "cloud")]
    Keys(keys::Arguments),
    /// Get stacks unstuck, saying first how
    #[cfg(feature = "cloud")]
    Recover(recover::Arguments),
    /// Show what is in AWS, and what comes next
    #[cfg(feature = "cloud")]
    Status(status::Arguments),
}

/// How a command ended. The numbers are the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// It did what it was asked.
    Done = 0,
    /// It could not.
    Error = 1,
    /// It was asked for something that there is not.
    Usage = 2,
    /// It found something.
    Findings = 3,
    /// A person said no, or could not be asked.
    #[cfg(feature = "cloud")]
    Declined = 4,
    /// It failed, and what it changed is as it was before.
    #[cfg(feature = "cloud")]
    RolledBack = 5,
    /// It failed half-way.
    #[cfg(feature = "cloud")]
    Stuck = 6,
}

#[cfg(feature = "cloud")]
impl Status {
    /// This, or another one that says more.
    fn or_worse(self, other: Self) -> Self {
        if other as u8 > self as u8 { other } else { self }
    }
}

/// Parses the arguments, runs the command in a folder, and says how it ended.
pub fn run<A: Application>(application: &A, folder: &Path, arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::<A::Switches>::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Nothing is left to do where even the usage cannot be printed.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Status::Usage as u8));
        }
    };
    let shared = &arguments.shared;
    let root = || application.root(folder);
    let result = match &arguments.command {
        Command::Synth(command) => root().and_then(|root| synth::run(application, &root, shared, command)),
        Command::Check(command) => check::run(application, folder, shared, command),
        Command::Package(command) => root().and_then(|root| package::run(application, &root, shared, command)),
        #[cfg(feature = "cloud")]
        Command::Deploy(command) => root().and_then(|root| deploy::run(application, &root, shared, command)),
        #[cfg(feature = "cloud")]
        Command::Destroy(command) => root().and_then(|root| destroy::run(application, &root, shared, command)),
        #[cfg(feature = "cloud")]
        Command::Keys(command) => root().and_then(|root| keys::run(application, &root, shared, command)),
        #[cfg(feature = "cloud")]
        Command::Recover(command) => root().and_then(|root| recover::run(application, &root, shared, command)),
        #[cfg(feature = "cloud")]
        Command::Status(command) => root().and_then(|root| status::run(application, &root, shared, command)),
    };
    ExitCode::from(result.unwrap_or_else(|error| failed(&error)) as u8)
}

/// That all that is wanted by name is there.
fn known<'a>(kind: &str, wanted: &[String], names: impl Iterator<Item = &'a str> + Clone) -> Result<(), Error> {
    let Some(unknown) = wanted.iter().find(|name| names.clone().all(|known| known != **name)) else { return Ok(()) };
    let meant = similar(unknown, names.clone()).map_or(String::new(), |meant| format!("did you mean `{meant}`? "));
    let all = names.collect::<Vec<_>>().join(", ");
    Err(Error::usage(format!("there is no {kind} `{unknown}`")).help(format!("{meant}The {kind}s are: {all}")))
}

/// The line of Rust that declared what went wrong first of all.
#[cfg(feature = "cloud")]
fn line(stacks: &[Synthesized], stack: &str, cause: &Cause) -> Option<&'static Location<'static>> {
    let stack = stacks.iter().find(|own| own.name == stack)?;
    // What is nested was declared with the nested stack.
    stack.line(cause.event.resource.split('/').next().unwrap_or_default())
}

/// Tells the operations of this run from others. It is a name of a change set too.
#[cfg(feature = "cloud")]
fn token() -> String {
    format!("{OPERATION_PREFIX}{:016x}", fastrand::u64(..))
}

/// Says why nothing could be run at all.
pub fn fail(error: &Error) -> ExitCode {
    ExitCode::from(failed(error) as u8)
}

fn failed(error: &Error) -> Status {
    terminal::error(error);
    if error.is_usage() { Status::Usage } else { Status::Error }
}
