//! What is found once the one thing is gone that makes a template fine.

use super::{Break, found};

/// The template, and how it stops being fine.
const GUARDED: &[(&str, Break)] = &[
    (
        include_str!("fine/inspected_subnet.yaml"),
        Break {
            rule: "public-subnet-route",
            old: "VpcEndpointId: !Select [1, !Split [':', !Select [0, !GetAtt Firewall.EndpointIds]]]",
            new: "NatGatewayId: nat-0123456789abcdef0",
        },
    ),
    (
        include_str!("fine/subnet_put_out.yaml"),
        Break { rule: "public-subnet-route", old: "!Ref Public,", new: "subnet-0123456789abcdef1," },
    ),
    (
        include_str!("fine/table_put_out.yaml"),
        Break { rule: "public-subnet-route", old: "Value: !Ref Table", new: "Value: none" },
    ),
    (
        include_str!("fine/table_for_nested_stack.yaml"),
        Break {
            rule: "public-subnet-route",
            old: "Parameters:\n        TableId: !Ref Table",
            new: "TimeoutInMinutes: 5",
        },
    ),
    (
        include_str!("fine/behind_network_balancer.yaml"),
        Break { rule: "open-ingress", old: "Type: network\n", new: "Type: network\n      Scheme: internal\n" },
    ),
    (
        include_str!("fine/behind_network_balancer.yaml"),
        Break {
            rule: "open-ingress",
            old: "Type: network\n",
            new: "Type: network\n      SecurityGroups: [!ImportValue network:BalancerGroup]\n",
        },
    ),
    (
        include_str!("fine/behind_network_balancer.yaml"),
        Break {
            rule: "open-ingress",
            old: "Protocol: TCP\n      TargetType: ip",
            new: "Protocol: HTTP\n      TargetType: ip",
        },
    ),
    (
        include_str!("fine/group_put_out_to_its_peer.yaml"),
        Break { rule: "one-sided-access", old: "Value: !Ref DatabaseGroup", new: "Value: none" },
    ),
    (
        include_str!("fine/rule_of_one_of_two_groups.yaml"),
        Break { rule: "traffic-ingress", old: "!Ref TaskGroup, !Ref OtherGroup]", new: "sg-1, !Ref OtherGroup]" },
    ),
    (
        include_str!("fine/endpoint_with_hosted_zone.yaml"),
        Break { rule: "endpoint-name", old: "Endpoint.DnsEntries", new: "Endpoint.NetworkInterfaceIds" },
    ),
];

#[test]
fn what_is_fine_no_longer_is_found() {
    for (template, Break { rule, old, new }) in GUARDED {
        assert_eq!(template.matches(old).count(), 1, "{rule}: `{old}`");
        let findings = found(&template.replace(old, new));
        assert!(findings.iter().any(|finding| finding.rule == *rule), "{rule}: `{old}`: {findings:#?}");
    }
}
