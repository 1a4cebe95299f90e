//! Buckets and image repositories.

use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 7] = [
    Rule::new("bucket-encryption", "A bucket says how its objects are encrypted", encryption),
    Rule::new("bucket-public-access", "No bucket is opened to the public", public_access),
    Rule::new("bucket-versioning", "A bucket keeps what is overwritten or deleted", versioning),
    Rule::new("bucket-tls", "A bucket refuses requests without TLS", tls),
    Rule::new("function-code-expiry", "The archives of functions do not expire", code_expiry),
    Rule::new("mutable-image-tag", "An image tag always means the same image", mutable_tags),
    Rule::new("image-scan", "Images are scanned for vulnerabilities when they are pushed", image_scan),
];

/// A new bucket has all four. One that has its own configuration has only what is written there
/// ([AWS documentation](https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html)).
const PUBLIC_ACCESS_BLOCKS: [&str; 4] =
    ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];

fn encryption(set: &Set<'_>, report: &mut Report<'_>) {
    for bucket in set.all("AWS::S3::Bucket") {
        let encryption = bucket.key("BucketEncryption");
        if !encryption.exists() {
            report
                .add(&encryption, "how objects are encrypted is left to the default of S3, and nothing keeps it")
                .help("set BucketEncryption: `AES256` costs nothing");
        }
    }
}

fn public_access(set: &Set<'_>, report: &mut Report<'_>) {
    for bucket in set.all("AWS::S3::Bucket") {
        let blocks = bucket.key("PublicAccessBlockConfiguration");
        let open = PUBLIC_ACCESS_BLOCKS.iter().filter(|block| blocks.exists() && blocks.key(block).is_off());
        let open: Vec<&str> = open.copied().collect();
        if !open.is_empty() {
            report
                .add(&blocks, "a policy or an access control list can open the bucket to everyone")
                .help(format!("set to true: {}", open.join(", ")));
        }
    }
}

fn versioning(set: &Set<'_>, report: &mut Report<'_>) {
    for bucket in set.all("AWS::S3::Bucket") {
        let status = bucket.get("VersioningConfiguration.Status");
        if !status.may_be("Enabled") {
            report
                .add(&status, "what is overwritten or deleted in the bucket is lost at once")
                .help("set it to Enabled, with a lifecycle rule that expires noncurrent versions");
        }
    }
}

fn tls(set: &Set<'_>, report: &mut Report<'_>) {
    if set.has_loops() {
        return;
    }
    for bucket in set.all("AWS::S3::Bucket") {
        if !set.all("AWS::S3::BucketPolicy").any(|policy| may_refuse_plain_http(set, &policy, &bucket)) {
            report
                .add(&bucket, "the bucket answers requests without TLS, which others on the way can read")
                .help("add a bucket policy that denies `s3:*` on the bucket and its objects where `aws:SecureTransport` is false");
        }
    }
}

fn may_refuse_plain_http(set: &Set<'_>, policy: &Resource<'_>, bucket: &Resource<'_>) -> bool {
    let name = policy.key("Bucket");
    if !names(bucket).iter().any(|own| name.is(own)) {
        return set.cannot_tell(&name);
    }
    let statements = policy.get("PolicyDocument.Statement");
    let mut items = statements.items().into_iter();
    statements.is_unknown()
        || items.any(|statement| statement.is_partly_unknown() || refuses_plain_http(&statement, bucket))
}

/// What a bucket is called in the templates.
fn names(bucket: &Resource<'_>) -> Vec<String> {
    let name = bucket.key("BucketName").text().map(str::to_owned);
    [bucket.attribute_reference("Arn"), bucket.reference()].into_iter().chain(name).collect()
}

/// [AWS documentation](https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html)
fn refuses_plain_http(statement: &View<'_>, bucket: &Resource<'_>) -> bool {
    let principal = statement.key("Principal");
    let actions = statement.key("Action").texts();
    statement.key("Effect").is("Deny")
        && (principal.is("*") || principal.key("AWS").texts().contains(&"*"))
        && (actions.contains(&"s3:*") || actions.contains(&"*"))
        && is_without_tls(statement)
        && covers_bucket_and_objects(&statement.key("Resource"), bucket)
}

/// Whether the condition is that there is no TLS, and nothing more: each further key narrows what is denied.
fn is_without_tls(statement: &View<'_>) -> bool {
    let keys = statement.key("Condition").entries().into_iter().flat_map(|(_, keys)| keys.entries());
    match &*keys.collect::<Vec<_>>() {
        [(key, value)] => {
            key.eq_ignore_ascii_case("aws:SecureTransport")
                && value.items().iter().any(|value| value.flag() == Some(false))
        }
        _ => false,
    }
}

fn covers_bucket_and_objects(resources: &View<'_>, bucket: &Resource<'_>) -> bool {
    let names = names(bucket);
    let parts: Vec<&str> = resources.texts().into_iter().map(|text| part_of(&names, text)).collect();
    parts.contains(&"*") || (parts.contains(&"") && parts.contains(&"/*"))
}

/// What follows the bucket's name; all of the text if it does not name the bucket.
fn part_of<'t>(names: &[String], text: &'t str) -> &'t str {
    names.iter().find_map(|name| text.split_once(&**name)).map_or(text, |(_, part)| part)
}

/// Going back to an older version of a stack needs the archive that its function was made from.
fn code_expiry(set: &Set<'_>, report: &mut Report<'_>) {
    for function in set.all("AWS::Lambda::Function") {
        let Some(bucket) = set.target(&function.get("Code.S3Bucket")) else { continue };
        let Some(start) = key_start(set, &function) else { continue };
        for rule in bucket.get("LifecycleConfiguration.Rules").items() {
            if expires_objects(&rule) && start.starts_with(rule.key("Prefix").text().unwrap_or_default()) {
                report
                    .add(&rule, format!("the code of `{}` expires here, and going back to it then fails", function.id))
                    .help("give the rule a Prefix under which there is no code");
            }
        }
    }
}

/// Whether a lifecycle rule deletes current objects, and which ones follows from its prefix.
fn expires_objects(rule: &View<'_>) -> bool {
    let expires = ["ExpirationInDays", "ExpirationDate"].iter().any(|key| rule.key(key).exists());
    expires && rule.key("Status").is("Enabled") && !rule.is_partly_unknown() && !rule.key("TagFilters").exists()
}

/// What the key of a function's archive begins with, as far as the templates say it.
fn key_start<'s>(set: &'s Set<'_>, function: &Resource<'s>) -> Option<&'s str> {
    let key = function.get("Code.S3Key").text()?;
    match set.parameter(key) {
        Some(parameter) => parameter.key("AllowedPattern").text()?.trim_start_matches('^').split(is_regex).next(),
        None => key.split("${").next(),
    }
}

/// Whether a character means something else than itself in a pattern.
fn is_regex(character: char) -> bool {
    !character.is_ascii_alphanumeric() && !matches!(character, '/' | '-' | '_')
}

/// [AWS documentation](https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html)
fn mutable_tags(set: &Set<'_>, report: &mut Report<'_>) {
    for repository in set.all("AWS::ECR::Repository") {
        let mutability = repository.key("ImageTagMutability");
        if !mutability.may_be("IMMUTABLE") && !mutability.is("IMMUTABLE_WITH_EXCLUSION") {
            report
                .add(
                    &mutability,
                    "a push can give a tag to another image, and what runs is no longer what was deployed",
                )
                .help("set ImageTagMutability to IMMUTABLE");
        }
    }
}

fn image_scan(set: &Set<'_>, report: &mut Report<'_>) {
    for repository in set.all("AWS::ECR::Repository") {
        let scan = repository.get("ImageScanningConfiguration.ScanOnPush");
        if scan.is_off() {
            report.add(&scan, "known vulnerabilities in the images stay unseen").help("set ScanOnPush to true");
        }
    }
}
