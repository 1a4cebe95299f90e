//! What an environment is.

use clap::ValueEnum;
use serde::Deserialize;

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
    /// The processors that the service and the authorizer are built for.
    pub architecture: Architecture,
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
    /// The mode's name, as the authorizer knows it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::IntrospectApi => "introspect-api",
            Self::IntrospectDns => "introspect-dns",
            Self::Local => "local",
        }
    }

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
    /// Parameters of Systems Manager, written before the first deployment
    Ssm,
}

/// The processors that the service and the authorizer run on.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub enum Architecture {
    /// AWS's own, a fifth cheaper.
    #[serde(rename = "arm64")]
    Arm64,
    /// Intel's and AMD's.
    #[serde(rename = "x86_64")]
    X86_64,
}

impl From<Architecture> for synth::construct::Architecture {
    fn from(architecture: Architecture) -> Self {
        match architecture {
            Architecture::Arm64 => Self::Arm64,
            Architecture::X86_64 => Self::X86_64,
        }
    }
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

/// Why an environment cannot be: a setting, what is wrong with it, and what to do.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The environment's name.
    pub environment: String,
    /// The setting in `stacks/environments.yaml`.
    pub setting: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// The public subnets and the isolated ones share 10.0.0.0/16, a /19 each.
const MOST_ZONES: usize = 4;

impl Environment {
    /// With the switches' choices in the place of its own.
    ///
    /// # Errors
    ///
    /// The choices do not fit together.
    pub fn with(mut self, switches: &Switches) -> Result<Self, Refusal> {
        self.profile = switches.profile.unwrap_or(self.profile);
        self.authorizer = switches.authorizer.unwrap_or(self.authorizer);
        self.durability = switches.durability.unwrap_or(self.durability);
        self.keys = switches.keys.unwrap_or(self.keys);
        self.pipelines &= !switches.no_pipelines;
        // A profile that is asked for brings the zones that it needs.
        let wanted = switches.zones.or(switches.profile.map(|_| self.zones.len().max(self.least_zones())));
        if let Some(number) = wanted {
            self.zones = self.first_zones(number)?;
        }
        self.checked()
    }

    /// The environment, if what it says fits together.
    ///
    /// # Errors
    ///
    /// A name that AWS would refuse, a zone where the system cannot run, or choices that exclude each other.
    pub(crate) fn checked(self) -> Result<Self, Refusal> {
        self.check_names()?;
        self.check_pipeline_source()?;
        self.check_origins()?;
        self.check_zones()?;
        if self.authorizer == AuthorizerMode::Local && self.keys != Keys::Ssm {
            let help = "it verifies tokens with public keys in Systems Manager: choose keys `ssm` too";
            return Err(self.refuse("authorizer", "authorizer mode `local` needs keys `ssm`", help));
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

    /// PostgreSQL's subnets must be in two zones.
    fn least_zones(&self) -> usize {
        match self.profile {
            Profile::Single => 1,
            Profile::ScaleOut => 2,
        }
    }

    fn check_names(&self) -> Result<(), Refusal> {
        if !is_name(&self.app, "-", 11) {
            let message = format!("`{}` cannot be the application's name", self.app);
            return Err(self.refuse(
                "app",
                message,
                "it has 2 to 11 lower-case letters, digits and hyphens, a letter first",
            ));
        }
        if !is_name(&self.name, "", 7) {
            let message = format!("`{}` cannot be an environment's name", self.name);
            return Err(self.refuse("name", message, "it has 2 to 7 lower-case letters and digits, a letter first"));
        }
        Ok(())
    }

    fn check_pipeline_source(&self) -> Result<(), Refusal> {
        let part = |text: &str| {
            !text.is_empty() && text.chars().all(|next| next.is_ascii_alphanumeric() || "-_.".contains(next))
        };
        if !self.repository.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name)) {
            let message = format!("`{}` is no repository of GitHub", self.repository);
            return Err(self.refuse("repository", message, "it is written as `owner/name`"));
        }
        if self.branch.is_empty() || self.branch.contains(char::is_whitespace) {
            return Err(self.refuse("branch", format!("`{}` is no branch", self.branch), "name the branch to build"));
        }
        Ok(())
    }

    fn check_origins(&self) -> Result<(), Refusal> {
        let is_origin = |origin: &str| {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            host.is_some_and(|host| {
                !host.is_empty() && host.chars().all(|next| next.is_ascii_alphanumeric() || "-.:".contains(next))
            })
        };
        match self.origins.iter().find(|origin| !is_origin(origin)) {
            None => Ok(()),
            Some(origin) => {
                let help = "it is written as `https://host` or `http://host:port`, without a path";
                Err(self.refuse("origins", format!("`{origin}` is no web origin"), help))
            }
        }
    }

    fn check_zones(&self) -> Result<(), Refusal> {
        let supported = self.supported_zones()?;
        if let Some(zone) = self.zones.iter().find(|zone| !supported.contains(&zone.as_str())) {
            let message = format!("API Gateway has no VPC links in zone `{zone}` of {}", self.region);
            return Err(self.refuse("zones", message, format!("it has them in {}", supported.join(", "))));
        }
        if let Some((_, zone)) = self.zones.iter().enumerate().find(|(index, zone)| self.zones[..*index].contains(zone))
        {
            return Err(self.refuse("zones", format!("zone `{zone}` is there twice"), "name each zone once"));
        }
        self.check_number_of_zones(self.zones.len(), supported)
    }

    fn check_number_of_zones(&self, number: usize, supported: &[&str]) -> Result<(), Refusal> {
        let (least, most) = (self.least_zones(), MOST_ZONES.min(supported.len()));
        if (least..=most).contains(&number) {
            return Ok(());
        }
        let help = format!("this profile takes {least} to {most} in {}", self.region);
        Err(self.refuse("zones", format!("the number of zones is {number}"), help))
    }

    /// The first zones: the environment's own, and then others of the region.
    fn first_zones(&self, number: usize) -> Result<Vec<String>, Refusal> {
        let supported = self.supported_zones()?;
        self.check_number_of_zones(number, supported)?;
        let others = supported.iter().map(|zone| (*zone).to_owned()).filter(|zone| !self.zones.contains(zone));
        Ok(self.zones.iter().cloned().chain(others).take(number).collect())
    }

    fn supported_zones(&self) -> Result<&'static [&'static str], Refusal> {
        zone::supported(&self.region).ok_or_else(|| {
            let message = format!("it is not known where API Gateway has VPC links in region `{}`", self.region);
            let known: Vec<&str> = zone::regions().collect();
            self.refuse("region", message, format!("the regions are: {}", known.join(", ")))
        })
    }

    fn refuse(&self, setting: &'static str, message: impl Into<String>, help: impl Into<String>) -> Refusal {
        Refusal { environment: self.name.clone(), setting, message: message.into(), help: help.into() }
    }
}

/// Whether a text has 2 to `longest` lower-case letters, digits and `extra` characters, with a letter first. Hyphens stand
/// alone inside: AWS refuses others in names of repositories.
fn is_name(text: &str, extra: &str, longest: usize) -> bool {
    let allowed = |next: char| next.is_ascii_lowercase() || next.is_ascii_digit() || extra.contains(next);
    (2..=longest).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(allowed)
        && !text.ends_with('-')
        && !text.contains("--")
}
