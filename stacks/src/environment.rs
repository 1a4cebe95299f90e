//! What an environment is.

use clap::ValueEnum;
use serde::Deserialize;
use synth::error::Error;

use crate::zone;

/// The choices of one environment, from `stacks/environments.yaml`. Choices of structure are made here, when the
/// templates are synthesized, and not by conditions in them: no template has a dead branch.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// The environment's name.
    #[serde(skip)]
    pub name: String,
    /// The application's name: the first part of every name in AWS.
    pub app: String,
    /// The region that everything is in.
    pub region: String,
    /// The shape of the system.
    pub profile: Profile,
    /// How requests are authorized.
    pub authorizer: AuthorizerMode,
    /// Where SQLite's data is. PostgreSQL keeps its own.
    pub durability: Durability,
    /// The ids of the availability zones, one public subnet each.
    pub zones: Vec<String>,
    /// Where the secrets are.
    pub keys: Keys,
    /// Whether pipelines deploy it.
    pub pipelines: bool,
    /// The GitHub repository that the pipelines build: `owner/name`.
    pub repository: String,
    /// The branch that the pipelines build.
    pub branch: String,
    /// The web origins that may call the API.
    pub origins: Vec<String>,
}

/// The shape of the system.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// One task with SQLite
    Single,
    /// Several tasks with PostgreSQL, in two zones or more
    ScaleOut,
}

impl Profile {
    /// The profiles as they are written.
    pub(crate) fn names() -> Vec<String> {
        let names = Self::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        names.map(|name| name.get_name().to_owned()).collect()
    }
}

/// How the Lambda authorizer decides.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum AuthorizerMode {
    /// It asks the service, which it finds through Cloud Map's API and an interface endpoint
    IntrospectApi,
    /// It asks the service, which it finds through the VPC's DNS
    IntrospectDns,
    /// It verifies the token itself, outside the VPC
    Local,
}

impl AuthorizerMode {
    /// Whether the authorizer asks the service, and so is in the VPC.
    pub(crate) fn introspects(self) -> bool {
        self != Self::Local
    }
}

/// Where SQLite's data is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Durability {
    /// On EFS: it outlives the task
    Efs,
    /// On the task's own disk: every deployment starts empty
    Ephemeral,
}

/// Where the secrets are.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Keys {
    /// Secrets Manager makes them
    SecretsManager,
    /// Parameters of Systems Manager, which the command line writes
    Ssm,
}

/// Where the service's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// SQLite on EFS.
    Efs,
    /// SQLite on the task's own disk.
    Ephemeral,
    /// PostgreSQL.
    Postgres,
}

/// Switches for the same choices, on commands that only read: what would be.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Choices instead of the environment's")]
pub struct Switches {
    /// The shape of the system
    #[arg(long, value_enum)]
    pub profile: Option<Profile>,
    /// How the authorizer decides
    #[arg(long, value_enum)]
    pub authorizer: Option<AuthorizerMode>,
    /// Where SQLite's data is
    #[arg(long, value_enum)]
    pub durability: Option<Durability>,
    /// The number of availability zones
    #[arg(long, value_name = "NUMBER")]
    pub zones: Option<usize>,
    /// Where the secrets are
    #[arg(long, value_enum)]
    pub keys: Option<Keys>,
    /// Without pipelines
    #[arg(long)]
    pub no_pipelines: bool,
}

impl Environment {
    /// With the switches' choices in the place of its own.
    ///
    /// # Errors
    ///
    /// The choices do not fit together.
    pub fn with(mut self, switches: &Switches) -> Result<Self, Error> {
        self.profile = switches.profile.unwrap_or(self.profile);
        self.authorizer = switches.authorizer.unwrap_or(self.authorizer);
        self.durability = switches.durability.unwrap_or(self.durability);
        self.keys = switches.keys.unwrap_or(self.keys);
        self.pipelines &= !switches.no_pipelines;
        match switches.zones {
            Some(number) => self.zones = self.first_zones(number)?,
            // A profile that was asked for brings the zones that it needs.
            None if switches.profile.is_some() => self.zones = self.first_zones(self.zones.len().max(self.least_zones()))?,
            None => {}
        }
        self.checked()
    }

    /// The environment, if what it says fits together.
    ///
    /// # Errors
    ///
    /// A name that AWS would refuse, a zone where the system cannot run, or choices that exclude each other.
    pub(crate) fn checked(self) -> Result<Self, Error> {
        self.check_names()?;
        self.check_zones()?;
        if self.zones.len() < self.least_zones() {
            let message = format!("profile `scale-out` needs {} zones, and there are {}", self.least_zones(), self.zones.len());
            return Err(self.refused(&message).help("PostgreSQL's subnets must be in two zones; use `--zones 2`"));
        }
        if self.authorizer == AuthorizerMode::Local && self.keys != Keys::Ssm {
            return Err(self.refused("authorizer mode `local` needs keys `ssm`").help(
                "it verifies tokens with the public keys, which are a parameter of Systems Manager; use `--keys ssm`",
            ));
        }
        Ok(self)
    }

    /// The service's database.
    pub(crate) fn storage(&self) -> Storage {
        match (self.profile, self.durability) {
            (Profile::ScaleOut, _) => Storage::Postgres,
            (Profile::Single, Durability::Efs) => Storage::Efs,
            (Profile::Single, Durability::Ephemeral) => Storage::Ephemeral,
        }
    }

    fn least_zones(&self) -> usize {
        match self.profile {
            Profile::Single => 1,
            Profile::ScaleOut => 2,
        }
    }

    fn check_names(&self) -> Result<(), Error> {
        let lower = |text: &str, extra: &str| {
            text.starts_with(|first: char| first.is_ascii_lowercase())
                && text.chars().all(|next| next.is_ascii_lowercase() || next.is_ascii_digit() || extra.contains(next))
        };
        if !lower(&self.app, "-") || !(2..=11).contains(&self.app.len()) {
            let message = format!("`app` is `{}`", self.app);
            return Err(self.refused(&message).help("it has 2 to 11 lower-case letters, digits and hyphens, a letter first"));
        }
        if !lower(&self.name, "") || !(2..=7).contains(&self.name.len()) {
            let message = format!("the environment is named `{}`", self.name);
            return Err(self.refused(&message).help("it has 2 to 7 lower-case letters and digits, a letter first"));
        }
        Ok(())
    }

    fn check_zones(&self) -> Result<(), Error> {
        let supported = self.supported_zones()?;
        if let Some(zone) = self.zones.iter().find(|zone| !supported.contains(&zone.as_str())) {
            let message = format!("API Gateway has no VPC links in zone `{zone}` of {}", self.region);
            return Err(self.refused(&message).help(format!("it has them in {}", supported.join(", "))));
        }
        match self.zones.iter().enumerate().find(|(index, zone)| self.zones[..*index].contains(zone)) {
            Some((_, zone)) => Err(self.refused(&format!("zone `{zone}` is there twice"))),
            None => Ok(()),
        }
    }

    /// The first zones: the environment's own, and then others of the region.
    fn first_zones(&self, number: usize) -> Result<Vec<String>, Error> {
        let supported = self.supported_zones()?;
        if !(1..=supported.len()).contains(&number) {
            let message = format!("{number} zones are asked for, and the system can run in 1 to {} of {}", supported.len(), self.region);
            return Err(Error::usage(message));
        }
        let others = supported.iter().map(|zone| (*zone).to_owned()).filter(|zone| !self.zones.contains(zone));
        Ok(self.zones.iter().cloned().chain(others).take(number).collect())
    }

    fn supported_zones(&self) -> Result<&'static [&'static str], Error> {
        zone::supported(&self.region).ok_or_else(|| {
            let known: Vec<&str> = zone::regions().collect();
            self.refused(&format!("it is not known where API Gateway has VPC links in region `{}`", self.region))
                .help(format!("the regions are: {}", known.join(", ")))
        })
    }

    fn refused(&self, message: &str) -> Error {
        Error::usage(format!("environment `{}`: {message}", self.name))
    }
}
