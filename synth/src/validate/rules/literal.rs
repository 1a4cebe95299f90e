//! Texts in resources that a template should not hold as they are.

use crate::template::Intrinsic;
use crate::validate::{Report, Rule, Set, Stack, View};

pub(super) const RULES: [Rule; 2] = [
    Rule::new("fixed-location", "No account, region or partition is written into a resource", fixed_location),
    Rule::new("literal-placeholder", "A placeholder stands where Fn::Sub replaces it", placeholder),
];

/// The properties that hold scripts, programs or templates, in which `${...}` is theirs.
const SCRIPTS: [&str; 10] = [
    "BuildSpec",
    "Code",
    "Content",
    "Definition",
    "DefinitionString",
    "FunctionCode",
    "Script",
    "TemplateBody",
    "UserData",
    "ZipFile",
];

/// What only says where such a script lies.
const SCRIPT_PLACES: [&str; 3] = ["ImageUri", "S3Bucket", "S3Key"];

/// The last words of a region's name, before its number.
///
/// [AWS documentation](https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html)
const AREAS: [&str; 16] =
    ["af", "ap", "ca", "cn", "de", "eu", "gov", "il", "iso", "isob", "isoe", "isof", "me", "mx", "sa", "us"];
const DIRECTIONS: [&str; 9] =
    ["central", "east", "north", "northeast", "northwest", "south", "southeast", "southwest", "west"];

const ACCOUNT_DIGITS: usize = 12;

fn fixed_location(set: &Set<'_>, report: &mut Report<'_>) {
    for text in set.stacks().iter().flat_map(texts).filter(|text| !is_script(text)) {
        let Some((what, instead)) = fixed(&text) else { continue };
        report
            .add(&text, format!("{what} is written here, so the template works in no other"))
            .help(format!("use {instead}"));
    }
}

/// What a text holds fast, and what to write instead.
fn fixed(view: &View<'_>) -> Option<(&'static str, &'static str)> {
    let text = view.text()?;
    if text.contains("arn:aws") {
        Some(("a partition", "`${AWS::Partition}`"))
    } else if has_account(text) || is_account(text) && is_principal(view) {
        Some(("an account", "`${AWS::AccountId}`, or a parameter"))
    } else if words(text).any(|word| has_region(word, is_digit)) {
        Some(("a region", "`${AWS::Region}`, or a parameter"))
    } else if words(text).any(|word| has_region(word, is_zone)) {
        Some(("a zone", "Fn::GetAZs, or a parameter"))
    } else {
        None
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|next: char| !next.is_ascii_alphanumeric() && next != '-')
}

/// Whether an account stands in an ARN, or a part of one. Elsewhere twelve digits may be anything.
fn has_account(text: &str) -> bool {
    let parts: Vec<&str> = text.split(':').collect();
    parts.windows(3).any(|part| matches!(part, [_, account, _] if is_account(account)))
}

fn is_account(text: &str) -> bool {
    text.len() == ACCOUNT_DIGITS && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is, or is in, a property that names an account.
fn is_principal(text: &View<'_>) -> bool {
    text.place().path.iter().any(|step| step == "Principal" || step.ends_with("SourceAccount"))
}

/// Whether a region is in a word, with what follows its direction.
fn has_region(word: &str, is_end: fn(&str) -> bool) -> bool {
    word.split('-').collect::<Vec<_>>().windows(3).any(|part| match part {
        [area, direction, end] => AREAS.contains(area) && DIRECTIONS.contains(direction) && is_end(end),
        _ => false,
    })
}

fn is_digit(end: &str) -> bool {
    matches!(end.as_bytes(), [b'1'..=b'9'])
}

fn is_zone(end: &str) -> bool {
    matches!(end.as_bytes(), [b'1'..=b'9', b'a'..=b'z'])
}

fn placeholder(set: &Set<'_>, report: &mut Report<'_>) {
    for stack in set.stacks() {
        for text in texts(stack).iter().filter(|text| !is_substituted(text) && !is_script(text)) {
            if let Some(name) = text.text().and_then(|text| replaceable(stack, text)) {
                report
                    .add(text, format!("AWS is given `${{{name}}}` as it stands here, and nothing replaces it"))
                    .help("put the text into Fn::Sub");
            }
        }
    }
}

/// A name between braces that `Fn::Sub` would replace. Other names belong to AWS, as `${aws:username}` in a policy does.
fn replaceable<'t>(stack: &Stack<'_>, text: &'t str) -> Option<&'t str> {
    let names = text.split("${").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0));
    names.into_iter().find(|name| name.split('.').next().is_some_and(|id| is_declared(stack, id)))
}

fn is_script(text: &View<'_>) -> bool {
    let path = text.place().path;
    let has = |steps: &[&str]| path.iter().any(|step| steps.contains(&&**step));
    has(&SCRIPTS) && !has(&SCRIPT_PLACES)
}

/// The texts in the properties of a template's resources, as they are written.
fn texts<'s>(stack: &'s Stack<'_>) -> Vec<View<'s>> {
    let resources = stack.written("Resources").entries();
    resources.iter().flat_map(|(_, resource)| resource.key("Properties").all_texts()).collect()
}

/// Whether a template declares a name, or CloudFormation itself does.
fn is_declared(stack: &Stack<'_>, name: &str) -> bool {
    name.starts_with("AWS::")
        || ["Parameters", "Resources"].iter().any(|section| stack.template.section(section).any(|(id, _)| id == name))
}

/// Whether a text is what `Fn::Sub` replaces placeholders in.
fn is_substituted(text: &View<'_>) -> bool {
    let path = text.place().path;
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    let sub = Intrinsic::Sub.key();
    steps.ends_with(&[sub]) || steps.ends_with(&[sub, "0"])
}
