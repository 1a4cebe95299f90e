//! The documentation of what is generated: AWS's text, and what the schema says besides.

mod clean;

use synth_schema::{PropertyPath, ResourceType, Schema, Update};

pub use self::clean::clean;

/// More allowed values than this are left to the choices' own page.
const MOST_VALUES: usize = 12;
/// A longer pattern says little to a reader.
const LONGEST_PATTERN: usize = 160;

/// The documentation of a resource type.
pub fn resource(resource: &ResourceType) -> Vec<String> {
    let mut lines = text(&[&resource.root], resource).unwrap_or_else(|| vec![format!("An `{}`.", resource.name)]);
    lines.push(String::new());
    lines.push(format!("Type: `{}`. [AWS documentation]({})", resource.name, resource.documentation_page()));
    lines
}

/// The documentation of a property type.
pub fn object(resource: &ResourceType, name: &str, schemas: &[&Schema]) -> Vec<String> {
    text(schemas, resource).unwrap_or_else(|| vec![format!("`{name}` of `{}`.", resource.name)])
}

/// The documentation of an enumerated string.
pub fn choices(resource: &ResourceType, schemas: &[&Schema], holder: &str, property: &str) -> Vec<String> {
    let mut lines = vec![format!("Known values of `{property}` of `{holder}`.")];
    if let Some(text) = text(schemas, resource) {
        lines.push(String::new());
        lines.extend(text);
    }
    lines
}

/// The documentation of a property. `path` is where it is, if that is one place only.
pub fn property(resource: &ResourceType, schemas: &[&Schema], path: Option<&PropertyPath>, name: &str) -> Vec<String> {
    let mut lines = text(schemas, resource).unwrap_or_else(|| vec![format!("`{name}`.")]);
    let facts: Vec<String> = [path.and_then(|path| update(resource, path)), allowed_values(resource, schemas)]
        .into_iter()
        .flatten()
        .chain(limits(resource, schemas))
        .collect();
    append(&mut lines, &facts.join(" "));
    lines
}

/// The documentation of an attribute.
pub fn attribute(resource: &ResourceType, schema: &Schema, name: &str) -> Vec<String> {
    text(&[schema], resource).unwrap_or_else(|| vec![format!("The attribute `{name}`.")])
}

/// Facts follow a short text on its line, and stand below a longer one.
fn append(lines: &mut Vec<String>, facts: &str) {
    match &mut **lines {
        _ if facts.is_empty() => {}
        [line] => *line = format!("{line} {facts}"),
        _ => lines.extend([String::new(), facts.to_owned()]),
    }
}

fn text(schemas: &[&Schema], resource: &ResourceType) -> Option<Vec<String>> {
    let described = |schema: &&&Schema| schema.description.as_deref().is_some_and(|text| !text.trim().is_empty());
    let found = schemas.iter().find(described).copied();
    let schema =
        found.or_else(|| schemas.iter().map(|schema| resource.resolve(schema)).find(|schema| described(&schema)))?;
    Some(clean(schema.description.as_deref()?)).filter(|lines| !lines.is_empty())
}

fn update(resource: &ResourceType, path: &PropertyPath) -> Option<String> {
    match resource.update(path) {
        Update::Replacement => Some("Update: replacement.".to_owned()),
        Update::ConditionalReplacement => Some("Update: replacement under some conditions.".to_owned()),
        Update::InPlace => None,
    }
}

fn allowed_values(resource: &ResourceType, schemas: &[&Schema]) -> Option<String> {
    let schema = resource.resolve(schemas.first()?);
    let schema = schema.items.as_deref().map_or(schema, |items| resource.resolve(items));
    let values: Vec<String> = schema
        .choices
        .iter()
        .chain(&schema.choices_ignoring_case)
        .map(|value| value.as_str().map_or_else(|| format!("`{value}`"), code))
        .collect();
    let fits = (1..=MOST_VALUES).contains(&values.len());
    fits.then(|| format!("Allowed values: {}.", values.join(", ")))
}

fn limits(resource: &ResourceType, schemas: &[&Schema]) -> Option<String> {
    let own = schemas.first()?;
    let target = resource.resolve(own);
    let limits = [&own.limits, &target.limits];
    let length = range(limits.iter().find_map(|l| l.min_length), limits.iter().find_map(|l| l.max_length));
    let items = range(limits.iter().find_map(|l| l.min_items), limits.iter().find_map(|l| l.max_items));
    let values = range(limits.iter().find_map(|l| l.minimum.as_ref()), limits.iter().find_map(|l| l.maximum.as_ref()));
    let pattern = own.pattern.as_deref().or(target.pattern.as_deref()).filter(|text| text.len() <= LONGEST_PATTERN);
    let facts = [
        length.map(|range| format!("Length: {range}.")),
        items.map(|range| format!("Items: {range}.")),
        values.map(|range| format!("Range: {range}.")),
        pattern.map(|pattern| format!("Pattern: {}.", code(pattern))),
    ];
    let facts: Vec<String> = facts.into_iter().flatten().collect();
    (!facts.is_empty()).then(|| facts.join(" "))
}

fn range<T: std::fmt::Display + PartialEq>(least: Option<T>, most: Option<T>) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) if least == most => Some(format!("{least}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most}")),
        (Some(least), None) => Some(format!("from {least}")),
        (None, Some(most)) => Some(format!("up to {most}")),
        (None, None) => None,
    }
}

/// Text as code.
fn code(text: &str) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if text.is_empty() {
        "`\"\"`".to_owned()
    } else if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}
