//! Which resources a property refers to, and whether `Ref` or an attribute gives what it wants of them.

use std::collections::BTreeMap;

use synth_schema::{Relation, ResourceType};

use super::model::{Expression, ReferenceSet};

/// Types that the sources call by another name.
const RENAMED: [(&str, &str); 1] = [("AWS::ACM::Certificate", "AWS::CertificateManager::Certificate")];

/// Attributes that the sources call by a name which the resource type doesn't have: what they mean instead.
const ALIASES: [(&str, &str, Meaning); 10] = [
    // `Ref` gives the name of a group that was made without a VPC; the attribute always gives the id.
    ("AWS::EC2::SecurityGroup", "Id", Meaning::Attribute("GroupId")),
    ("AWS::KMS::Key", "Id", Meaning::Ref),
    ("AWS::CertificateManager::Certificate", "Arn", Meaning::Ref),
    ("AWS::CertificateManager::Certificate", "Id", Meaning::Ref),
    ("AWS::Lambda::Alias", "Arn", Meaning::Ref),
    ("AWS::Lambda::Version", "Arn", Meaning::Ref),
    ("AWS::Logs::LogGroup", "Name", Meaning::Ref),
    ("AWS::RDS::DBCluster", "Arn", Meaning::Attribute("DBClusterArn")),
    ("AWS::S3::Bucket", "Name", Meaning::Ref),
    ("AWS::SNS::Topic", "Arn", Meaning::Ref),
];

/// Relations that are wrong or mean nothing, mostly taken upstream from examples: the type that has the property, the
/// end of the property's path, the type named (empty: any).
const DENIED: [(&str, &str, &str); 11] = [
    ("AWS::AutoScaling::ScalingPolicy", "/MetricDimension/Value", ""),
    ("AWS::Batch::ComputeEnvironment", "/InstanceRole", "AWS::IAM::Role"),
    ("AWS::DataPipeline::Pipeline", "/StringValue", ""),
    ("AWS::ElasticBeanstalk::ConfigurationTemplate", "/Value", ""),
    ("AWS::ElasticBeanstalk::Environment", "/Value", ""),
    ("AWS::Glue::Crawler", "/DatabaseName", "AWS::S3::Bucket"),
    ("AWS::KinesisFirehose::DeliveryStream", "/LogStreamName", "AWS::Logs::LogGroup"),
    ("AWS::Redshift::Cluster", "/ClusterSecurityGroups", "AWS::EC2::SecurityGroup"),
    ("AWS::Redshift::Cluster", "/VpcSecurityGroupIds", "AWS::EC2::VPC"),
    ("AWS::StepFunctions::StateMachine", "/DefinitionString", ""),
    ("AWS::WAFv2::WebACLAssociation", "/ResourceArn", "AWS::WAFv2::WebACL"),
];

#[derive(Clone, Copy)]
enum Meaning {
    Ref,
    Attribute(&'static str),
}

/// Finds what properties refer to.
pub struct References<'a> {
    catalogue: BTreeMap<&'a str, &'a ResourceType>,
}

impl<'a> References<'a> {
    /// References among these types.
    pub fn among(types: &[&'a ResourceType]) -> Self {
        Self { catalogue: types.iter().map(|resource| (&*resource.name, *resource)).collect() }
    }

    /// The resource types that a property refers to, each with the expression for what it wants of them.
    ///
    /// Where the sources name several attributes of a type, its ARN is meant. Where they name several types, only
    /// attributes that identify a resource count: else a VPC would silently mean its default security group.
    pub fn set(&self, owner: &str, path: &str, relations: &[&Relation]) -> Option<ReferenceSet> {
        if self.is_own_name(owner, path) {
            return None;
        }
        let allowed = relations.iter().filter(|relation| !is_denied(owner, path, relation));
        let mut candidates: Vec<Candidate<'_>> = allowed.filter_map(|relation| self.candidate(relation)).collect();
        candidates.sort();
        candidates.dedup_by(|one, two| one.type_name == two.type_name);
        if candidates.len() > 1 && candidates.iter().any(|candidate| candidate.is_identity) {
            candidates.retain(|candidate| candidate.is_identity);
        }
        let set: ReferenceSet =
            candidates.into_iter().map(|candidate| (candidate.type_name.to_owned(), candidate.expression)).collect();
        Some(set).filter(|set| !set.is_empty())
    }

    /// Whether a property is what names the resource that has it: not another resource's name, whatever the sources say.
    fn is_own_name(&self, owner: &str, path: &str) -> bool {
        let identifier = self.catalogue.get(owner).map(|resource| &*resource.primary_identifier);
        let name = path.trim_start_matches('/');
        name.ends_with("Name") && matches!(identifier, Some([only]) if only.top_level() == Some(name))
    }

    /// Whether an attribute tells a resource from others of its type.
    pub fn is_identity(&self, type_name: &str, expression: &Expression) -> bool {
        let Expression::GetAtt(attribute) = expression else { return true };
        let short_name = type_name.rsplit("::").next().unwrap_or_default();
        let identifies = |resource: &&&ResourceType| {
            resource.primary_identifier.iter().any(|path| path.top_level() == Some(attribute))
        };
        is_arn(attribute)
            || ["Id", "GroupId"].contains(&&**attribute)
            || attribute.strip_suffix("Id") == Some(short_name)
            || self.catalogue.get(type_name).as_ref().is_some_and(identifies)
    }

    fn candidate<'r>(&self, relation: &'r Relation) -> Option<Candidate<'r>> {
        let renamed = RENAMED.iter().find(|(old, _)| *old == relation.type_name);
        let type_name = renamed.map_or(&*relation.type_name, |(_, new)| new);
        let expression = self.expression(type_name, &relation.property)?;
        Some(Candidate {
            type_name,
            is_other_than_arn: !is_arn(&relation.property),
            is_identity: self.is_identity(type_name, &expression),
            expression,
        })
    }

    /// How the attribute of a resource is written in a template; none if it can't be had.
    pub fn expression(&self, type_name: &str, attribute: &str) -> Option<Expression> {
        let resource = self.catalogue.get(type_name)?;
        let alias = ALIASES.iter().find(|(name, alias, _)| (*name, *alias) == (type_name, attribute));
        match alias {
            Some((.., Meaning::Ref)) => return Some(Expression::Ref),
            Some((.., Meaning::Attribute(attribute))) => return Some(Expression::GetAtt((*attribute).to_owned())),
            None => {}
        }
        let only_identifier = match resource.ref_identifier() {
            [path] => Some(path),
            _ => None,
        };
        let is_readable = resource.read_only.iter().any(|path| path.dotted() == attribute);
        let is_known = is_readable || resource.root.properties.contains_key(attribute);
        match only_identifier {
            Some(path) if path.dotted() == attribute => Some(Expression::Ref),
            // The service specification says `Id` where it means the identifier, whatever that is called.
            Some(_) if attribute == "Id" && !is_known => Some(Expression::Ref),
            _ if is_readable => Some(Expression::GetAtt(attribute.to_owned())),
            _ => None,
        }
    }
}

/// In the order of preference for one type.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Candidate<'r> {
    type_name: &'r str,
    is_other_than_arn: bool,
    expression: Expression,
    is_identity: bool,
}

fn is_arn(attribute: &str) -> bool {
    attribute.ends_with("Arn") || attribute.ends_with("ARN")
}

fn is_denied(owner: &str, path: &str, relation: &Relation) -> bool {
    let path = path.trim_end_matches("/*");
    let denies = |(name, end, target): &(&str, &str, &str)| {
        *name == owner && path.ends_with(end) && (target.is_empty() || *target == relation.type_name)
    };
    DENIED.iter().any(denies)
}
