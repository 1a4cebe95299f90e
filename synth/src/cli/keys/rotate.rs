//! `keys rotate`: another key takes the place of the one that signs, step by step, and no valid token is refused.

use std::time::SystemTime;

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use futures_util::future::try_join_all;

use super::{publish, read, write};
use crate::cli::Status;
use crate::cloud::key_ring::{KeyRing, Use};
use crate::cloud::{Connection, Deployments, Failure, Situation, signing_key};
use crate::construct::{Keys, Secret, Synthesized};
use crate::error::Error;
use crate::terminal;

/// What has the keys: services of containers get them when their tasks start.
struct Users<'a> {
    connection: &'a Connection,
    stacks: &'a [Synthesized],
    keys: &'a Keys,
}

pub(super) async fn run(
    connection: &Connection,
    stacks: &[Synthesized],
    keys: &Keys,
    at_once: bool,
) -> Result<Status, Error> {
    let users = Users { connection, stacks, keys };
    let ring = ring(connection, &keys.signing_key).await?;
    let now = DateTime::from(SystemTime::now());
    if at_once {
        users.turn(&KeyRing::of(new_key(&ring)?)).await?;
        terminal::note("a new key signs; tokens of the one before are refused as soon as all tasks are replaced");
        users.told(None);
        return Ok(Status::Done);
    }
    if let Some((purpose, since)) = ring.other() {
        users.go_on(ring, purpose, since, now).await?;
        return Ok(Status::Done);
    }
    let new = new_key(&ring)?;
    users.turn(&ring.with(new, now)).await?;
    terminal::note("step 1 of 4: there is a new key, which does not sign yet");
    users.told(Some("it signs"));
    Ok(Status::Done)
}

async fn ring(connection: &Connection, secret: &Secret) -> Result<KeyRing, Error> {
    let text = read(connection, secret, "the signing key").await?;
    KeyRing::read(&text).ok_or_else(|| {
        Error::other(format!("the signing key ({}) is not what this command writes", secret.name()))
            .help("it rotates one key, or goes on with two that it wrote; service/README.md says how to do it by hand")
    })
}

fn new_key(ring: &KeyRing) -> Result<String, Error> {
    let key = if ring.is_pem() { signing_key::generate() } else { signing_key::seed() };
    key.ok_or_else(|| Error::other("this system gives no random numbers"))
}

impl Users<'_> {
    /// The next step, once everybody is where the last one leads.
    async fn go_on(&self, ring: KeyRing, purpose: Use, since: DateTime, now: DateTime) -> Result<(), Error> {
        // The last step may have been broken off.
        self.publish(&ring).await?;
        match purpose {
            Use::Next => {
                self.know(since).await?;
                self.are_deployed_with(&ring).await?;
                self.turn(&ring.switched(now)).await?;
                terminal::note("step 2 of 4: the new key signs in tasks that begin from now on");
                self.told(Some("no other key signs"));
            }
            Use::Replaced => {
                self.know(since).await?;
                self.write(&ring.settled(now)).await?;
                terminal::note(
                    "step 3 of 4: only the new key signs; tokens of the one before are valid until they expire",
                );
                let end = self.end(now);
                terminal::note(&format!("run this command again after {end}, and the one before is forgotten"));
            }
            Use::Previous => {
                if now.as_secs_f64() < since.as_secs_f64() + self.keys.token_lifetime.as_secs_f64() {
                    let end = self.end(since);
                    return Err(Error::other(format!("tokens of the key before may be valid until {end}"))
                        .help("run the command again then; `--now` refuses them before"));
                }
                self.turn(&ring.alone()).await?;
                terminal::note("step 4 of 4: the key before is forgotten");
                self.told(None);
            }
        }
        Ok(())
    }

    /// From now on these are the keys.
    async fn turn(&self, ring: &KeyRing) -> Result<(), Error> {
        self.write(ring).await?;
        self.publish(ring).await?;
        for service in self.services().await? {
            self.restart(&service).await?;
        }
        Ok(())
    }

    async fn write(&self, ring: &KeyRing) -> Result<(), Error> {
        write(self.connection, &self.keys.signing_key, &ring.text()).await
    }

    /// When the last token that was signed until then expires.
    fn end(&self, since: DateTime) -> String {
        let lifetime = i64::try_from(self.keys.token_lifetime.as_secs()).unwrap_or(i64::MAX);
        let end = DateTime::from_secs(since.secs().saturating_add(lifetime));
        end.fmt(Format::DateTime).unwrap_or_default()
    }

    async fn publish(&self, ring: &KeyRing) -> Result<(), Error> {
        match &self.keys.public_keys {
            Some(name) => publish(self.connection, name, &ring.text()).await.map(drop),
            None => Ok(()),
        }
    }

    /// That all tasks have begun since then, and so know the keys. Those that have not are begun anew.
    async fn know(&self, since: DateTime) -> Result<(), Error> {
        let mut waits = false;
        for service in self.services().await? {
            let rollout = self.connection.rollout(&service).await.map_err(|failure| see(&service, &failure))?;
            if rollout.begun < since.as_secs_f64() {
                self.restart(&service).await?;
                waits = true;
            }
            waits |= !rollout.is_over;
        }
        if waits {
            return Err(Error::other(
                "tasks that began before the last step are still there, and do not know its keys",
            )
            .help("they are being replaced: run the command again in a few minutes"));
        }
        Ok(())
    }

    /// That stacks which hold the public keys were deployed since they changed.
    async fn are_deployed_with(&self, ring: &KeyRing) -> Result<(), Error> {
        let (Some(name), Some(public)) = (&self.keys.public_keys, signing_key::public_keys(&ring.text())) else {
            return Ok(());
        };
        for stack in self.stacks {
            let found = self.connection.stack(&stack.stack_name).await;
            let found = found.map_err(|failure| failure.to_error(&format!("see stack `{}`", stack.name)))?;
            if let Some(found) = found.as_ref().filter(|found| found.status.situation() == Situation::Busy) {
                let (name, status) = (&stack.name, found.status.name());
                return Err(Error::other(format!("stack `{name}` is {status}")).help("run this command again then"));
            }
            let held = found.iter().flat_map(|found| {
                let named = found.parameters.iter().filter(|(_, value)| *value == name);
                named.filter_map(|(parameter, _)| found.resolved.get(parameter))
            });
            if let Some(stale) = held.into_iter().find(|held| !signing_key::covers(held, &public)) {
                let known = signing_key::count(stale);
                return Err(Error::other(format!(
                    "stack `{}` knows {known} of the public keys, and not all",
                    stack.name
                ))
                .help("run `deploy`, and then this command again"));
            }
        }
        Ok(())
    }

    /// The ARNs of all services of containers.
    async fn services(&self) -> Result<Vec<String>, Error> {
        let found = self.stacks.iter().map(async |stack| {
            let failed = |failure: Failure| failure.to_error(&format!("see the services of stack `{}`", stack.name));
            match self.connection.stack(&stack.stack_name).await.map_err(failed)? {
                Some(_) => self.connection.services(stack).await.map_err(failed),
                None => Ok(Vec::new()),
            }
        });
        Ok(try_join_all(found).await?.concat())
    }

    async fn restart(&self, service: &str) -> Result<(), Error> {
        let restarted = self.connection.restart(service).await;
        restarted.map_err(|failure| failure.to_error(&format!("restart {service}")))?;
        terminal::note(&format!("its tasks are being replaced: {service}"));
        Ok(())
    }

    /// What comes next.
    fn told(&self, next: Option<&str>) {
        if self.keys.public_keys.is_some() {
            terminal::note("run `deploy` now: who verifies tokens with the public keys learns them only so");
        }
        if let Some(next) = next {
            terminal::note(&format!("run this command again, and {next}"));
        }
    }
}

fn see(service: &str, failure: &Failure) -> Error {
    failure.to_error(&format!("see {service}"))
}
