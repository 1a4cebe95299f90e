//! The stacks of this application: one file a stack, and what an environment is.

mod bootstrap;
mod deployment_role;
pub mod environment;
mod naming;
mod network;
mod settings;
mod zone;

use std::path::{Path, PathBuf};

use synth::cli::Application;
use synth::construct::App;
use synth::error::Error;

use environment::{Environment, Switches};
use settings::Settings;

/// This application, for the command line.
#[derive(Clone, Copy, Debug)]
pub struct Tracker;

impl Application for Tracker {
    type Switches = Switches;

    fn app(&self, root: &Path, environment: Option<&str>, switches: &Switches) -> Result<App, Error> {
        Ok(app(&Settings::read(root)?.environment(environment, switches)?))
    }
}

/// The stacks of an environment.
pub fn app(environment: &Environment) -> App {
    let mut app = App::new(&*environment.app).environment(&*environment.name);
    app.add(bootstrap::stack(environment));
    app.add(network::stack(environment));
    app
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
