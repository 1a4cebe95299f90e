//! What can be chosen, in every combination.

use std::path::Path;

use clap::ValueEnum;
use synth::error::Error;

use crate::environment::{AuthorizerMode, Durability, Environment, Keys, Profile, Refusal, Switches};
use crate::settings::Settings;
use crate::zone;

/// Every combination of switches with up to `zones` availability zones. Some of them no environment can have.
pub fn combinations(zones: usize) -> Vec<Switches> {
    let mut all = vec![Switches::default()];
    all = product(&all, Profile::value_variants(), |switches, choice| switches.profile = Some(*choice));
    all = product(&all, AuthorizerMode::value_variants(), |switches, choice| switches.authorizer = Some(*choice));
    all = product(&all, Durability::value_variants(), |switches, choice| switches.durability = Some(*choice));
    all = product(&all, Keys::value_variants(), |switches, choice| switches.keys = Some(*choice));
    all = product(&all, &(1..=zones).collect::<Vec<_>>(), |switches, choice| switches.zones = Some(*choice));
    product(&all, &[false, true], |switches, choice| switches.no_pipelines = *choice)
}

fn product<T>(all: &[Switches], choices: &[T], choose: impl Fn(&mut Switches, &T)) -> Vec<Switches> {
    let with = |switches: &Switches, choice: &T| {
        let mut switches = switches.clone();
        choose(&mut switches, choice);
        switches
    };
    all.iter()
        .flat_map(|switches| choices.iter().map(move |choice| (switches, choice)))
        .map(|(s, c)| with(s, c))
        .collect()
}

/// An environment of `stacks/environments.yaml` in the folder `root`.
///
/// # Errors
///
/// The file cannot be read, has no such environment, or says of it what cannot be.
pub fn environment(root: &Path, name: &str) -> Result<Environment, Error> {
    Settings::read(root)?.environment(Some(name), &Switches::default())
}

/// The regions in which the system can run.
pub fn regions() -> impl Iterator<Item = &'static str> {
    zone::regions()
}

/// The environment in another region, in as many zones.
///
/// # Errors
///
/// The region is not one of [`regions`], or has fewer zones.
pub fn in_region(environment: &Environment, region: &str) -> Result<Environment, Refusal> {
    let zones = zone::supported(region).into_iter().flatten().take(environment.zones.len());
    let zones = zones.map(|zone| (*zone).to_owned()).collect();
    Environment { region: region.to_owned(), zones, ..environment.clone() }.checked()
}
