//! Policy documents, and what their statements say.

use super::set::Resource;
use super::view::View;

/// The documents that say what an identity may do.
pub(super) fn of_identity<'s>(resource: &Resource<'s>) -> Vec<View<'s>> {
    match resource.kind {
        "AWS::IAM::Group" | "AWS::IAM::Role" | "AWS::IAM::User" => {
            resource.key("Policies").items().iter().map(|policy| policy.key("PolicyDocument")).collect()
        }
        "AWS::IAM::GroupPolicy"
        | "AWS::IAM::ManagedPolicy"
        | "AWS::IAM::Policy"
        | "AWS::IAM::RolePolicy"
        | "AWS::IAM::UserPolicy" => vec![resource.key("PolicyDocument")],
        _ => Vec::new(),
    }
}

/// The statements of a document that allow something.
pub(super) fn allowing<'s>(document: &View<'s>) -> Vec<View<'s>> {
    let mut statements = document.key("Statement").items();
    statements.retain(|statement| statement.key("Effect").is("Allow"));
    statements
}

/// A comparison in a statement's conditions.
pub(super) struct Condition<'s> {
    pub(super) operator: &'s str,
    pub(super) key: &'s str,
    pub(super) value: View<'s>,
}

impl Condition<'_> {
    /// Whether it compares this key. IAM ignores the case of keys.
    pub(super) fn is_on(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key)
    }
}

/// The comparisons in a statement's conditions.
pub(super) fn conditions<'s>(statement: &View<'s>) -> Vec<Condition<'s>> {
    let operators = statement.key("Condition").entries();
    let conditions = operators
        .iter()
        .flat_map(|(operator, keys)| keys.entries().into_iter().map(|(key, value)| Condition { operator, key, value }));
    conditions.collect()
}

/// Whether a statement may have a condition on a key.
pub(super) fn may_compare(statement: &View<'_>, key: &str) -> bool {
    let condition = statement.key("Condition");
    condition.is_unknown() || conditions(statement).iter().any(|condition| condition.is_on(key))
}

/// Whether an action of a policy, with `*` and `?` in it, stands for this one. IAM ignores the case of actions.
pub(super) fn covers(pattern: &str, action: &str) -> bool {
    let (pattern, action) = (pattern.as_bytes(), action.as_bytes());
    let (mut read, mut matched) = (0, 0);
    // After the last `*`, and how far into the action it reaches: where to go on from when what follows does not fit.
    let mut star: Option<(usize, usize)> = None;
    while matched < action.len() {
        match pattern.get(read) {
            Some(b'*') => {
                read += 1;
                star = Some((read, matched));
            }
            Some(wanted) if *wanted == b'?' || wanted.eq_ignore_ascii_case(&action[matched]) => {
                read += 1;
                matched += 1;
            }
            _ => {
                let Some((after, reached)) = star else { return false };
                star = Some((after, reached + 1));
                (read, matched) = (after, reached + 1);
            }
        }
    }
    pattern[read..].iter().all(|rest| *rest == b'*')
}

/// Actions in a message.
pub(super) fn listed<'a>(actions: impl IntoIterator<Item = &'a str>) -> String {
    actions.into_iter().map(|action| format!("`{action}`")).collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_pattern_stands_for_actions() {
        for pattern in ["*", "s3:*", "S3:get*", "s3:Get?bject", "s3:*Obj*", "s3:**t", "*:GetObject"] {
            assert!(covers(pattern, "s3:GetObject"), "{pattern}");
        }
        for pattern in ["", "s3:", "s3:Get", "s3:?", "s3:*Objects", "*s3:*x*", "s3:GetObject?"] {
            assert!(!covers(pattern, "s3:GetObject"), "{pattern}");
        }
        assert!(covers("", "") && covers("**", ""));
    }

    /// Trying every length for every `*` would take for ever.
    #[test]
    fn many_wildcards_are_little_work() {
        assert!(!covers(&format!("{}b", "a*".repeat(40)), &"a".repeat(200)));
    }
}
