//! A rule of a network ACL has a number.

use synth::aws::ec2;
use synth::aws::ec2::network_acl_entry::RuleAction;

fn main() {
    let _ = ec2::NetworkAclEntry::new(ec2::NetworkAclEntryRequired {
        network_acl_id: "acl-0123",
        protocol: -1,
        rule_action: RuleAction::DENY,
    });
}
