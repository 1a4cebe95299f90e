//! Security groups: what they let in and out.

use crate::validate::traffic::{self, Direction, Permission, has_default_egress, permissions};
use crate::validate::{Report, Resource, Rule, Set, View};

pub(super) const RULES: [Rule; 7] = [
    Rule::new("inline-egress", "Every security group says itself what it lets out", inline_egress),
    Rule::new("open-egress", "No security group lets everything out to everywhere", open_egress),
    Rule::new("single-peer", "Every rule of a security group has one source or destination", single_peer),
    Rule::new("one-sided-access", "What one security group lets in, the other lets out", one_sided_access),
    Rule::new("undescribed-ingress", "Every way in says what it is for", undescribed_ingress),
    Rule::new("group-description", "Descriptions of security groups have only characters that EC2 takes", description),
    Rule::new("open-ingress", "Nothing but a public load balancer lets everybody in", open_ingress),
];

pub(super) const SECURITY_GROUP: &str = "AWS::EC2::SecurityGroup";
const LOAD_BALANCER: &str = "AWS::ElasticLoadBalancingV2::LoadBalancer";

/// The groups that a list names, if there are some and all are in the set.
pub(super) fn known<'s>(set: &'s Set<'_>, list: &View<'_>) -> Option<Vec<Resource<'s>>> {
    set.known_targets(list).filter(|targets| targets.iter().all(|target| target.kind == SECURITY_GROUP))
}

/// The group at the other end of a rule, if it is in the set.
pub(super) fn peer<'s>(set: &'s Set<'_>, rule: &Permission<'_>) -> Option<Resource<'s>> {
    set.target(&rule.peer()).filter(|peer| peer.kind == SECURITY_GROUP)
}

/// Whether a group may have more rules than can be seen, or more things may be in it.
pub(super) fn may_be_extended(set: &Set<'_>, group: &Resource<'_>) -> bool {
    let kinds = ["AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"];
    let mut separate = kinds.into_iter().flat_map(|kind| set.all(kind));
    let may_belong = |id: View<'_>| id.is_unknown() && group.is_mentioned_in(&id);
    set.has_loops() || set.may_be_used_elsewhere(group) || separate.any(|rule| may_belong(rule.key("GroupId")))
}

/// What is in a group, or mentions it for another reason; rules and other groups are left out.
pub(super) fn users<'s>(set: &'s Set<'_>, group: &Resource<'_>) -> Vec<Resource<'s>> {
    set.resources().filter(|user| !user.kind.starts_with(SECURITY_GROUP) && group.is_mentioned_in(user)).collect()
}

fn inline_egress(set: &Set<'_>, report: &mut Report<'_>) {
    for group in set.all(SECURITY_GROUP).filter(has_default_egress) {
        report
            .add(&group.key("SecurityGroupEgress"), "AWS adds a rule to this security group that lets everything out")
            .help("say in `SecurityGroupEgress` what may go out; protocol -1 to 127.0.0.1/32 stands for nothing");
    }
}

fn open_egress(set: &Set<'_>, report: &mut Report<'_>) {
    for permission in permissions(set, Direction::Out) {
        if permission.is_everywhere() && permission.protocol() == Some("-1") {
            report
                .add(&permission.view, "everything may go out to everywhere, for whoever breaks in as well")
                .help("name the protocol and the port that are needed, such as tcp 443");
        }
    }
}

fn single_peer(set: &Set<'_>, report: &mut Report<'_>) {
    for permission in all(set).filter(|permission| !permission.view.is_unknown()) {
        let peers: Vec<&str> =
            permission.direction.peers().iter().copied().filter(|key| has(&permission, key)).collect();
        let message = match peers[..] {
            [] if unknown_peer(&permission) => continue,
            [] => "EC2 refuses the rule: it names no address and no group at the other end".to_owned(),
            [_] => continue,
            _ => format!("EC2 refuses the rule: {} are given, and it takes one of them", quoted(&peers)),
        };
        report.add(&permission.view, message).help("write one rule for each source or destination");
    }
}

/// Whether the key certainly has a value.
fn has(permission: &Permission<'_>, key: &'static str) -> bool {
    let value = permission.view.key(key);
    value.exists() && !value.is_unknown()
}

fn unknown_peer(permission: &Permission<'_>) -> bool {
    permission.direction.peers().iter().any(|key| permission.view.key(key).is_unknown())
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}

fn one_sided_access(set: &Set<'_>, report: &mut Report<'_>) {
    for permission in all(set) {
        let group = permission.group.as_ref().filter(|group| group.kind == SECURITY_GROUP);
        let (Some(group), Some(peer)) = (group, peer(set, &permission)) else { continue };
        if !is_answered(set, &permission, group, &peer) {
            let (message, other) = match permission.direction {
                Direction::In => ("never lets the packets out that are let in here", "egress"),
                Direction::Out => ("drops the packets that are let out here", "ingress"),
            };
            report
                .add(&permission.view, format!("`{}` {message}, so connections time out", peer.id))
                .help(format!("add an {other} rule to `{}` with the same protocol and ports", peer.id));
        }
    }
}

/// Whether the group at the other end has a rule that fits, or may have.
fn is_answered(set: &Set<'_>, permission: &Permission<'_>, group: &Resource<'_>, peer: &Resource<'_>) -> bool {
    let (Some(protocol), Some(ports)) = (permission.protocol(), permission.ports()) else { return true };
    let direction = permission.direction.opposite();
    let answers = traffic::of_group(set, peer, direction);
    let fits = answers.iter().any(|other| other.may_pass(protocol, &ports) && other.may_lead_to(set, group));
    fits || may_be_extended(set, peer) || direction == Direction::Out && has_default_egress(peer)
}

fn undescribed_ingress(set: &Set<'_>, report: &mut Report<'_>) {
    for permission in permissions(set, Direction::In) {
        let description = permission.view.key("Description");
        if !description.exists() && !permission.view.is_unknown() {
            report
                .add(&description, "the console shows this way in without a reason, and nobody dares to close it")
                .help("say in `Description` who comes in, and why");
        }
    }
}

/// The characters beside letters and digits.
/// [AWS documentation](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html)
const DESCRIPTION: &str = ". _-:/()#,@[]+=&;{}!$*";

fn description(set: &Set<'_>, report: &mut Report<'_>) {
    let groups = set.all(SECURITY_GROUP).map(|group| group.key("GroupDescription"));
    let permissions = [Direction::In, Direction::Out].into_iter().flat_map(|direction| permissions(set, direction));
    let descriptions = permissions.map(|permission| permission.view.key("Description"));
    for value in groups.chain(descriptions) {
        let text = value.text().unwrap_or_default();
        let refused = text.chars().find(|next| !next.is_ascii_alphanumeric() && !DESCRIPTION.contains(*next));
        if let Some(refused) = refused {
            report
                .add(&value, format!("EC2 refuses a description with `{refused}` in it"))
                .help(format!("use letters, digits, and any of `{DESCRIPTION}`"));
        } else if text.chars().count() > 255 {
            report.add(&value, "EC2 refuses a description of more than 255 characters");
        }
    }
}

fn open_ingress(set: &Set<'_>, report: &mut Report<'_>) {
    for permission in permissions(set, Direction::In).iter().filter(|permission| permission.is_everywhere()) {
        let is_entrance = permission.group.as_ref().is_none_or(|group| may_be_entrance(set, group));
        if !is_entrance {
            report
                .add(&permission.view, "everybody on the internet can reach what has this security group")
                .help("let in a security group or a range of addresses of your own");
        }
    }
}

/// Whether everybody may come in: by a load balancer that faces the internet, which may be in another template.
fn may_be_entrance(set: &Set<'_>, group: &Resource<'_>) -> bool {
    set.has_loops()
        || set.may_be_used_elsewhere(group)
        || is_public_entrance(set, group)
        || is_behind_network_balancer(set, group)
}

/// Whether it is the group of a load balancer that faces the internet: that one is there for everybody.
fn is_public_entrance(set: &Set<'_>, group: &Resource<'_>) -> bool {
    let kinds = [LOAD_BALANCER, "AWS::ElasticLoadBalancing::LoadBalancer"];
    kinds.into_iter().flat_map(|kind| set.all(kind)).any(|balancer| {
        !balancer.key("Scheme").is("internal") && group.is_mentioned_in(&balancer.key("SecurityGroups"))
    })
}

/// Whether what has the group is a target of a network load balancer without groups: packets keep the address of
/// whoever sends them, and nothing filters them before.
///
/// [AWS documentation](https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-register-targets.html)
fn is_behind_network_balancer(set: &Set<'_>, group: &Resource<'_>) -> bool {
    let mut users = users(set, group);
    let mut scaled: Vec<_> = set.all("AWS::AutoScaling::AutoScalingGroup").collect();
    scaled.retain(|scaled| users.iter().any(|template| template.is_mentioned_in(scaled)));
    users.append(&mut scaled);
    let mut targets = set.all("AWS::ElasticLoadBalancingV2::TargetGroup");
    targets.any(|target| {
        let is_network = ["TCP", "UDP", "TCP_UDP", "TLS"].iter().any(|name| target.key("Protocol").may_be(name));
        let is_user = |user: &Resource<'_>| target.is_mentioned_in(user) || user.is_mentioned_in(&target);
        is_network && users.iter().any(is_user) && !has_guarded_balancer(set, &target)
    })
}

/// Whether a load balancer in the set that has security groups, or does not face the internet, serves a target group.
fn has_guarded_balancer(set: &Set<'_>, target: &Resource<'_>) -> bool {
    let mut listeners = set.all("AWS::ElasticLoadBalancingV2::Listener");
    listeners.any(|listener| {
        let balancer = set.target(&listener.key("LoadBalancerArn")).filter(|balancer| balancer.kind == LOAD_BALANCER);
        let is_guarded =
            |balancer: Resource<'_>| balancer.key("SecurityGroups").exists() || balancer.key("Scheme").is("internal");
        target.is_mentioned_in(&listener) && balancer.is_some_and(is_guarded)
    })
}

/// The rules of both directions.
fn all<'s>(set: &'s Set<'_>) -> impl Iterator<Item = Permission<'s>> {
    [Direction::In, Direction::Out].into_iter().flat_map(|direction| permissions(set, direction))
}
