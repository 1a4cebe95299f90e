//! CloudFormation's limits on a template.
//!
//! [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html)

use super::Finding;
use super::walk::Path;
use crate::template::document::Template;

/// The largest template that a request can carry; a larger one is uploaded to S3 first. In bytes.
pub(crate) const MAXIMUM_INLINE_BYTES: usize = 51_200;

/// A section, how many entries it may have, and the limit's name.
const MAXIMUM_ENTRIES: [(&str, usize, &str); 4] = [
    ("Resources", 500, "resources in a template"),
    ("Parameters", 200, "parameters in a template"),
    ("Outputs", 200, "outputs in a template"),
    ("Mappings", 200, "mappings in a template"),
];

pub(super) fn findings(template: &Template) -> Vec<Finding> {
    MAXIMUM_ENTRIES
        .iter()
        .filter_map(|(section, maximum, name)| {
            let count = template.section(section).count();
            (count > *maximum).then(|| {
                let message =
                    format!("{count} entries in {section} are over CloudFormation's limit of {maximum} {name}");
                Finding::new(&Path::Key(&Path::Root, section), message)
                    .help("move some of them to another stack".to_owned())
            })
        })
        .collect()
}
