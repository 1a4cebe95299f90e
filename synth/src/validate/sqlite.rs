//! Databases in files, which the environment of a container names.

use super::view::View;

/// The database files of a container: the values that name them, and their paths.
pub(super) fn databases<'s>(container: &View<'s>) -> Vec<(View<'s>, &'s str)> {
    let variables = container.key("Environment").items();
    let values = variables.iter().map(|variable| variable.key("Value"));
    values.filter_map(|value| Some((value.clone(), path(value.text()?)?))).collect()
}

/// The path in an address such as `sqlite:///data/tracker.db?mode=rwc`. Only one from the root: where others are is
/// not known here.
fn path(address: &str) -> Option<&str> {
    let rest = address.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    rest.split('?').next().filter(|path| path.starts_with('/'))
}
