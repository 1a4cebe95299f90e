//! `keys`: the secrets that no template holds.

mod rotate;

use std::path::Path;

use clap::Subcommand;

use super::{Application, Shared, Status};
use crate::assembly::Assembly;
use crate::cloud::{self, Connection, Failure, signing_key};
use crate::construct::{Keys, Secret};
use crate::error::Error;
use crate::terminal;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make what is not there yet, before the first deployment
    Init,
    /// Begin, or go on, to replace the key that signs tokens: four steps, a run each
    Rotate {
        /// Do it at once, because the key is known to others: tokens of it are refused
        #[arg(long)]
        now: bool,
    },
    /// Print the first admin's password
    ShowAdmin,
}

pub(super) fn run<A: Application>(
    application: &A,
    root: &Path,
    shared: &Shared,
    arguments: &Arguments,
) -> Result<Status, Error> {
    let app = application.app(root, shared.environment.as_deref(), &A::Switches::default())?;
    let Some(keys) = app.key_places().cloned() else {
        return Err(Error::usage("this app has no keys").help("an app names them with `App::keys`"));
    };
    let stacks = Assembly::of(app)?.into_stacks();
    let first = stacks.first().map(|stack| stack.region.clone());
    if let Some(other) = stacks.iter().find(|stack| Some(&stack.region) != first.as_ref()) {
        return Err(Error::usage(format!("stack `{}` is in another region than the first one", other.name))
            .help("keys are in one region, with all stacks that use them"));
    }
    cloud::run(async {
        let connection = Connection::open(first.flatten(), shared.aws_profile.as_deref()).await;
        match arguments.command {
            Command::Init => init(&connection, &keys).await,
            Command::Rotate { now } => rotate::run(&connection, &stacks, &keys, now).await,
            Command::ShowAdmin => show_admin(&connection, &keys.admin_password).await,
        }
    })
}

async fn init(connection: &Connection, keys: &Keys) -> Result<Status, Error> {
    let key = made(connection, &keys.signing_key, "the signing key", signing_key::generate).await?;
    made(connection, &keys.admin_password, "the first admin's password", signing_key::password).await?;
    if let (Some(name), Some(key)) = (&keys.public_keys, key) {
        let is_new = publish(connection, name, &key).await?;
        let how = if is_new { "are written" } else { "are there already" };
        terminal::note(&format!("the public keys ({name}) {how}"));
    }
    Ok(Status::Done)
}

/// Makes a secret, unless it is there. Gives its value; `None` where a stack makes it.
async fn made(
    connection: &Connection,
    secret: &Secret,
    what: &str,
    make: fn() -> Option<String>,
) -> Result<Option<String>, Error> {
    let name = match secret {
        Secret::Parameter(name) => name,
        Secret::Managed(name) => {
            terminal::note(&format!("{what} ({name}) is made by its stack, in Secrets Manager"));
            return Ok(None);
        }
    };
    let failed = |failure: Failure| failure.to_error(&format!("make {what} ({name})"));
    if let Some(value) = connection.parameter(name).await.map_err(failed)? {
        terminal::note(&format!("{what} ({name}) is there already"));
        return Ok(Some(value));
    }
    let value = make().ok_or_else(|| Error::other("this system gives no random numbers"))?;
    match connection.put_parameter(name, &value, true, false).await {
        Ok(()) => terminal::note(&format!("{what} ({name}) is made")),
        // Another run was faster, or the answer to a first attempt was lost.
        Err(failure) if failure.code.as_deref() == Some("ParameterAlreadyExists") => {}
        Err(failure) => return Err(failed(failure)),
    }
    connection.parameter(name).await.map_err(failed)
}

/// The public keys are those of the private ones, whatever was there. Gives whether that was something else.
async fn publish(connection: &Connection, name: &str, private: &str) -> Result<bool, Error> {
    let failed = |failure: Failure| failure.to_error(&format!("write the public keys ({name})"));
    let public = signing_key::public_keys(private).ok_or_else(|| {
        Error::other(format!(
            "the public keys ({name}) cannot be made: the signing key is no Ed25519 key in PKCS#8 and PEM"
        ))
        .help("write them by hand: the service shows them at /.well-known/jwks.json")
    })?;
    if connection.parameter(name).await.map_err(failed)?.as_ref() == Some(&public) {
        return Ok(false);
    }
    connection.put_parameter(name, &public, false, true).await.map_err(failed)?;
    Ok(true)
}

async fn show_admin(connection: &Connection, secret: &Secret) -> Result<Status, Error> {
    let password = read(connection, secret, "the first admin's password").await?;
    terminal::result(&format!("{password}\n"))?;
    Ok(Status::Done)
}

/// The value of a secret, which must be there.
async fn read(connection: &Connection, secret: &Secret, what: &str) -> Result<String, Error> {
    let (value, help) = match secret {
        Secret::Parameter(name) => (connection.parameter(name).await, "`keys init` makes it"),
        Secret::Managed(name) => (connection.secret(name).await, "the first deployment makes it"),
    };
    let name = secret.name();
    let value = value.map_err(|failure| failure.to_error(&format!("see {what} ({name})")))?;
    value.ok_or_else(|| Error::other(format!("{what} ({name}) is not there")).help(help))
}

/// Gives a secret, which is there, another value.
async fn write(connection: &Connection, secret: &Secret, value: &str) -> Result<(), Error> {
    let written = match secret {
        Secret::Parameter(name) => connection.put_parameter(name, value, true, true).await,
        Secret::Managed(name) => connection.put_secret(name, value).await,
    };
    written.map_err(|failure| failure.to_error(&format!("write {}", secret.name())))
}
