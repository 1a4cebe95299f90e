//! What security groups let through, whether a group says it itself or a resource of its own does.

use std::ops::RangeInclusive;

use super::set::{Resource, Set};
use super::view::View;

/// The only address of the rule that takes the place of AWS's allow-all one and lets nothing out.
///
/// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html)
const NOTHING: &str = "127.0.0.1/32";

/// The direction of a rule, as seen from its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

/// A rule of a security group.
#[derive(Debug)]
pub(super) struct Permission<'s> {
    pub(super) view: View<'s>,
    /// The group that has it, if that is in the set.
    pub(super) group: Option<Resource<'s>>,
    pub(super) direction: Direction,
}

/// All rules of all groups.
pub(super) fn permissions<'s>(set: &'s Set<'_>, direction: Direction) -> Vec<Permission<'s>> {
    let inline = set.all("AWS::EC2::SecurityGroup").flat_map(|group| direction.of(group));
    let separate = set.all(direction.kind()).map(|rule| Permission {
        view: (*rule).clone(),
        group: set.target(&rule.key("GroupId")),
        direction,
    });
    inline.chain(separate).collect()
}

/// The rules of one group.
pub(super) fn of_group<'s>(set: &'s Set<'_>, group: &Resource<'s>, direction: Direction) -> Vec<Permission<'s>> {
    let separate = set.users(direction.kind(), "GroupId", group);
    let separate = separate.map(|rule| Permission { view: (*rule).clone(), group: Some(group.clone()), direction });
    direction.of(group.clone()).chain(separate).collect()
}

/// Whether a group lets TCP out to somewhere on a port, or may.
pub(super) fn may_leave(set: &Set<'_>, group: &Resource<'_>, port: i64) -> bool {
    let permissions = of_group(set, group, Direction::Out);
    set.has_loops()
        || has_default_egress(group)
        || permissions.iter().any(|own| own.may_pass("tcp", &(port..=port)) && !own.view.key("CidrIp").is(NOTHING))
}

/// Whether AWS adds a rule that lets everything out.
pub(super) fn has_default_egress(group: &Resource<'_>) -> bool {
    Direction::Out.inline(group).is_empty()
}

impl Direction {
    pub(super) fn opposite(self) -> Self {
        match self {
            Self::In => Self::Out,
            Self::Out => Self::In,
        }
    }

    /// The keys that say where packets come from or go to. A rule has one of them.
    pub(super) fn peers(self) -> &'static [&'static str] {
        match self {
            Self::In => {
                &["CidrIp", "CidrIpv6", "SourcePrefixListId", "SourceSecurityGroupId", "SourceSecurityGroupName"]
            }
            Self::Out => &["CidrIp", "CidrIpv6", "DestinationPrefixListId", "DestinationSecurityGroupId"],
        }
    }

    fn kind(self) -> &'static str {
        match self {
            Self::In => "AWS::EC2::SecurityGroupIngress",
            Self::Out => "AWS::EC2::SecurityGroupEgress",
        }
    }

    fn of(self, group: Resource<'_>) -> impl Iterator<Item = Permission<'_>> {
        let views = self.inline(&group);
        views.into_iter().map(move |view| Permission { view, group: Some(group.clone()), direction: self })
    }

    /// The rules in the group itself. A list that only AWS knows counts as one rule that only AWS knows.
    fn inline<'s>(self, group: &Resource<'s>) -> Vec<View<'s>> {
        let list = match self {
            Self::In => group.key("SecurityGroupIngress"),
            Self::Out => group.key("SecurityGroupEgress"),
        };
        if list.is_unknown() { vec![list] } else { list.items() }
    }
}

impl<'s> Permission<'s> {
    /// The value that names the group at the other end.
    pub(super) fn peer(&self) -> View<'s> {
        match self.direction {
            Direction::In => self.view.key("SourceSecurityGroupId"),
            Direction::Out => self.view.key("DestinationSecurityGroupId"),
        }
    }

    /// The protocol, as a word where it has one; none if only AWS knows it.
    pub(super) fn protocol(&self) -> Option<&'s str> {
        let value = self.view.key("IpProtocol");
        match value.number() {
            Some(-1) => Some("-1"),
            Some(1) => Some("icmp"),
            Some(6) => Some("tcp"),
            Some(17) => Some("udp"),
            _ => value.text().filter(|text| !text.contains("${")),
        }
    }

    /// The ports; none if only AWS knows them.
    pub(super) fn ports(&self) -> Option<RangeInclusive<i64>> {
        let (from, to) = (self.view.key("FromPort"), self.view.key("ToPort"));
        if self.view.is_unknown() {
            None
        } else if self.protocol() == Some("-1") || !from.exists() || from.number() == Some(-1) {
            Some(0..=65535)
        } else {
            Some(from.number()?..=to.number()?)
        }
    }

    /// Whether it lets some of this through, or may. Of two ends with ranges of ports the narrower one decides.
    pub(super) fn may_pass(&self, protocol: &str, ports: &RangeInclusive<i64>) -> bool {
        let same =
            self.protocol().is_none_or(|own| own == "-1" || protocol == "-1" || own.eq_ignore_ascii_case(protocol));
        same && self.ports().is_none_or(|own| own.start() <= ports.end() && ports.start() <= own.end())
    }

    /// Whether the group is at the other end, or may be.
    pub(super) fn may_lead_to(&self, set: &Set<'_>, group: &Resource<'_>) -> bool {
        let peer = self.peer();
        if peer.exists() {
            set.target(&peer).is_none_or(|other| other.is_same(group))
        } else {
            !self.view.key("CidrIp").is(NOTHING)
        }
    }

    /// Whether any address is at the other end.
    pub(super) fn is_everywhere(&self) -> bool {
        self.view.key("CidrIp").is("0.0.0.0/0") || self.view.key("CidrIpv6").is("::/0")
    }
}
