//! The stacks of this application: one file a stack, and what an environment is.

mod app_api;
mod app_authorizer;
mod app_data;
mod app_platform;
mod app_service;
mod bootstrap;
mod build;
mod deployment_role;
pub mod environment;
mod justified;
mod naming;
mod network;
mod pipeline;
mod pipeline_create;
mod pipeline_update_authorizer;
mod pipeline_update_service;
mod route;
mod rules;
mod settings;
pub mod variant;
mod zone;

use std::path::{Path, PathBuf};
use std::time::Duration;

use synth::cli::Application;
use synth::construct::{App, Keys, Secret, Stack};
use synth::error::Error;
use synth::template::Value;
use synth::validate::Rule;

use environment::{Environment, Switches};
use settings::Settings;

/// This application, for the command line.
#[derive(Clone, Copy, Debug)]
pub struct Tracker;

impl Application for Tracker {
    type Switches = Switches;

    fn root(&self, folder: &Path) -> Result<PathBuf, Error> {
        project_root(folder)
    }

    fn app(&self, root: &Path, environment: Option<&str>, switches: &Switches) -> Result<App, Error> {
        Ok(app(&Settings::read(root)?.environment(environment, switches)?))
    }

    fn rules(&self) -> &[Rule] {
        &rules::RULES
    }
}

/// The stacks of an environment. What one exports, the next takes.
pub fn app(environment: &Environment) -> App {
    let mut app = App::new(&*environment.app).environment(&*environment.name).keys(keys(environment));
    if environment.pipelines {
        app = app.pipeline(naming::stack_name::PIPELINE_CREATE);
    }
    let (stack, bootstrap) = bootstrap::stack(environment);
    app.add(stack);
    let connection = bootstrap.connection_arn.as_ref();
    let interlock = connection.map(|connection| {
        let (stack, create) = pipeline_create::stack(environment, &bootstrap, connection);
        app.add(stack);
        create.interlock
    });
    add_system(&mut app, environment, &bootstrap, interlock.as_ref());
    if let Some(connection) = connection {
        app.add(pipeline_update_authorizer::stack(environment, &bootstrap, connection));
        app.add(pipeline_update_service::stack(environment, &bootstrap, connection));
    }
    app
}

/// The longest that the service lets a token be valid.
const TOKEN_LIFETIME: Duration = Duration::from_hours(24);

/// Where the secrets are. Those of Secrets Manager are made by `app-platform`.
fn keys(environment: &Environment) -> Keys {
    let Environment { app, name, .. } = environment;
    match environment.keys {
        environment::Keys::SecretsManager => Keys {
            signing_key: Secret::Managed(format!("{app}-{name}/{}", app_platform::SIGNING_SEED)),
            public_keys: None,
            admin_password: Secret::Managed(format!("{app}-{name}/{}", app_platform::ADMIN_PASSWORD)),
            token_lifetime: TOKEN_LIFETIME,
        },
        environment::Keys::Ssm => Keys {
            signing_key: Secret::Parameter(format!("/{app}/{name}/{}", app_platform::SIGNING_KEY)),
            public_keys: Some(format!("/{app}/{name}/{}", app_platform::PUBLIC_KEYS)),
            admin_password: Secret::Parameter(format!("/{app}/{name}/{}", app_platform::ADMIN_PASSWORD)),
            token_lifetime: TOKEN_LIFETIME,
        },
    }
}

/// The stacks that a pipeline deploys, where there is one. CloudFormation deploys them with the role of `bootstrap`: a stack
/// remembers the role that it was first deployed with.
fn add_system(
    app: &mut App,
    environment: &Environment,
    bootstrap: &bootstrap::Exports,
    interlock: Option<&Value<String>>,
) {
    let mut add = |stack: Stack| {
        app.add(stack.role(&bootstrap.deployment_role_arn).template_bucket(&bootstrap.artifact_bucket));
    };
    let (stack, network) = network::stack(environment, bootstrap, interlock);
    add(stack);
    let (stack, platform) = app_platform::stack(environment, bootstrap, &network);
    add(stack);
    let (stack, data) = app_data::stack(environment, &network, &platform);
    if let Some(stack) = stack {
        add(stack);
    }
    add(app_service::stack(environment, bootstrap, &network, &platform, &data));
    let (stack, authorizer) = app_authorizer::stack(environment, bootstrap, &network, &platform);
    add(stack);
    add(app_api::stack(environment, &network, &platform, &authorizer));
}

/// The project's folder: `start`, or the nearest folder above it, that holds the settings.
///
/// # Errors
///
/// No folder from `start` upwards holds the settings.
pub fn project_root(start: &Path) -> Result<PathBuf, Error> {
    let root = start.ancestors().find(|folder| folder.join(settings::FILE).is_file());
    root.map(Path::to_owned).ok_or_else(|| {
        Error::usage(format!("there is no {} in {} or a folder above it", settings::FILE, start.display()))
            .help("run the command inside the project")
    })
}
