//! Which way packets leave a subnet.

use super::set::{Resource, Set};
use super::view::View;

/// Where what is not for the VPC goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// To an internet gateway. Only what has a public address gets an answer.
    Internet,
    /// To a NAT gateway.
    Elsewhere,
    Nowhere,
    /// Only AWS knows, or a template that is not in the set.
    Unknown,
}

const ASSOCIATION: &str = "AWS::EC2::SubnetRouteTableAssociation";
const EVERYWHERE: &str = "0.0.0.0/0";
pub(super) const ROUTE_TABLE: &str = "AWS::EC2::RouteTable";

/// The associations of a subnet with route tables.
pub(super) fn associations<'s>(set: &'s Set<'_>, subnet: &Resource<'_>) -> Vec<Resource<'s>> {
    set.all(ASSOCIATION).filter(|association| subnet.is_target_of(&association.key("SubnetId"))).collect()
}

/// The route table of a subnet, if it is in the set under any condition.
pub(super) fn table<'s>(set: &'s Set<'_>, subnet: &Resource<'_>) -> Option<Resource<'s>> {
    let association = associations(set, subnet).into_iter().find(|association| !association.is_conditional())?;
    set.target(&association.key("RouteTableId")).filter(|table| table.kind == ROUTE_TABLE)
}

/// Where packets leave a subnet to.
///
/// A subnet without a table uses the VPC's main one. A stack that has tables of its own gives that one no way out.
pub(super) fn exit(set: &Set<'_>, subnet: &Resource<'_>) -> Exit {
    let associations = associations(set, subnet);
    let is_subnet = subnet.kind == "AWS::EC2::Subnet";
    if !is_subnet || set.has_loops() || associations.iter().any(Resource::is_conditional) {
        return Exit::Unknown;
    }
    match table(set, subnet) {
        Some(table) => exit_of_table(set, &table),
        None if associations.is_empty() && certainly_has_main_table(set, subnet) => Exit::Nowhere,
        None => Exit::Unknown,
    }
}

/// Whether no association gives a subnet another table than the VPC's main one, which is as AWS made it.
fn certainly_has_main_table(set: &Set<'_>, subnet: &Resource<'_>) -> bool {
    let has_tables = subnet.stack.resources().any(|resource| resource.kind == ROUTE_TABLE);
    let mut associations = set.all(ASSOCIATION);
    let is_own = set.target(&subnet.key("VpcId")).is_some_and(|vpc| vpc.kind == "AWS::EC2::VPC");
    has_tables
        && is_own
        && !set.may_be_used_elsewhere(subnet)
        && !associations.any(|own| own.key("SubnetId").is_unknown())
}

fn exit_of_table(set: &Set<'_>, table: &Resource<'_>) -> Exit {
    let routes = default_routes(set, table);
    let certain = routes.iter().find(|route| {
        let is_of_table = table.is_target_of(&route.key("RouteTableId"));
        is_of_table && route.key("DestinationCidrBlock").is(EVERYWHERE) && !route.is_conditional()
    });
    match certain {
        Some(route) => exit_of_route(set, route),
        None if routes.is_empty() && !set.may_be_used_elsewhere(table) => Exit::Nowhere,
        None => Exit::Unknown,
    }
}

fn exit_of_route(set: &Set<'_>, route: &Resource<'_>) -> Exit {
    let gateway = set.target(&route.key("GatewayId"));
    if gateway.is_some_and(|gateway| gateway.kind == "AWS::EC2::InternetGateway") {
        Exit::Internet
    } else if route.key("NatGatewayId").is_known() {
        Exit::Elsewhere
    } else {
        // A firewall's endpoint, for one, may be on the way to an internet gateway.
        Exit::Unknown
    }
}

/// The routes for all addresses that no other route is for, and those that may be one.
fn default_routes<'s>(set: &'s Set<'_>, table: &Resource<'_>) -> Vec<Resource<'s>> {
    let may_be_of_table = |id: View<'_>| id.is_unknown() || table.is_target_of(&id);
    let mut routes: Vec<_> = set.all("AWS::EC2::Route").collect();
    routes.retain(|route| {
        may_be_of_table(route.key("RouteTableId")) && route.key("DestinationCidrBlock").may_be(EVERYWHERE)
    });
    routes
}
