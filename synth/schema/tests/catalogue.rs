//! The bundled catalogue: what is in it, and that all of it can be read.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use synth_schema::{Additional, Catalogue, Kind, Operation, PropertyPath, Relation, ResourceType, Schema, Update};

const SCHEMAS: &[u8] = include_bytes!("../catalogue/schemas.bin");

/// Read once for all tests.
fn catalogue() -> &'static Catalogue {
    static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::bundled().unwrap());
    &CATALOGUE
}

fn path(text: &str) -> PropertyPath {
    text.parse().unwrap()
}

/// Calls `see` for every schema of a resource type.
fn every_schema<'a>(resource: &'a ResourceType, see: &mut impl FnMut(&'a Schema)) {
    resource.definitions.values().chain([&resource.root]).for_each(|schema| below(schema, see));
}

fn below<'a>(schema: &'a Schema, see: &mut impl FnMut(&'a Schema)) {
    see(schema);
    let maps = schema.properties.values().chain(schema.pattern_properties.values());
    let single = [&schema.items, &schema.not, &schema.when, &schema.then, &schema.otherwise];
    let additional = match &schema.additional_properties {
        Some(Additional::Schema(values)) => Some(&**values),
        _ => None,
    };
    let single = single.into_iter().filter_map(Option::as_deref).chain(additional);
    maps.chain(schema.alternatives()).chain(&schema.prefix_items).chain(single).for_each(|schema| below(schema, see));
}

#[test]
fn counts_are_those_of_the_pinned_packages() {
    let catalogue = catalogue();
    let count =
        |holds: &dyn Fn(&ResourceType) -> bool| catalogue.iter().filter(|one| holds(one.as_ref().unwrap())).count();
    assert_eq!(catalogue.names().len(), 1854);
    assert_eq!(count(&|one| one.name.starts_with("AWS::")), 1853);
    assert_eq!(count(&|one| !one.permissions(Operation::Create).is_empty()), 1744);
    assert_eq!(count(&|one| !one.cfn_ref_identifier.is_empty()), 67);
    assert_eq!(count(&|one| one.is_stateful), 29);
    assert_eq!(count(&|one| one.tagging.as_ref().is_some_and(|tagging| tagging.taggable)), 1207);
}

#[test]
fn formats_that_name_attributes_are_counted() {
    let catalogue = catalogue();
    let mut formats = BTreeMap::new();
    let mut related = 0;
    for resource in catalogue.iter() {
        every_schema(resource.unwrap(), &mut |schema| {
            related += usize::from(!schema.relations.is_empty());
            if let Some(format) = schema.format.as_deref().filter(|format| format.starts_with("AWS::")) {
                *formats.entry(format).or_insert(0) += 1;
            }
        });
    }
    assert_eq!((formats.len(), formats.values().sum::<i32>()), (20, 1651));
    assert_eq!(formats["AWS::IAM::Role.Arn"], 445);
    assert_eq!(related, 880);
}

#[test]
fn every_key_has_a_field_or_is_known_to_have_none() {
    let catalogue = catalogue();
    let (mut of_types, mut of_schemas) = (BTreeSet::new(), BTreeSet::new());
    for resource in catalogue.iter() {
        let resource = resource.unwrap();
        of_types.extend(resource.rest.keys());
        every_schema(resource, &mut |schema| of_schemas.extend(schema.rest.keys()));
    }
    let known = ["lifecycle", "resourceLink", "taggable", "typeConfiguration"];
    assert_eq!(of_types.into_iter().collect::<Vec<_>>(), known);
    let known = ["arrayType", "dependencies", "examples", "maxUniqueItems", "title"];
    assert_eq!(of_schemas.into_iter().collect::<Vec<_>>(), known);
}

#[test]
fn every_path_and_reference_leads_somewhere() {
    let catalogue = catalogue();
    for resource in catalogue.iter() {
        let resource = resource.unwrap();
        let lists = [
            &resource.primary_identifier,
            &resource.cfn_ref_identifier,
            &resource.read_only,
            &resource.write_only,
            &resource.create_only,
            &resource.conditional_create_only,
            &resource.deprecated,
        ];
        for path in lists.into_iter().flatten() {
            assert!(resource.property(path).is_some(), "{} has no {path}", resource.name);
        }
        every_schema(resource, &mut |schema| {
            assert!(resource.resolve(schema).reference.is_none(), "{}: {:?}", resource.name, schema.reference);
        });
    }
}

#[test]
fn subnet_is_as_documented() {
    let catalogue = catalogue();
    let subnet = catalogue.get("AWS::EC2::Subnet").unwrap().unwrap();
    assert_eq!((subnet.service(), subnet.short_name()), ("EC2", "Subnet"));
    assert_eq!(subnet.root.required, ["VpcId"]);
    assert_eq!(subnet.ref_identifier(), [path("SubnetId")]);
    assert_eq!(subnet.update(&path("CidrBlock")), Update::Replacement);
    assert_eq!(subnet.update(&path("Ipv6CidrBlock")), Update::ConditionalReplacement);
    assert_eq!(subnet.update(&path("MapPublicIpOnLaunch")), Update::InPlace);
    assert!(subnet.is_read_only(&path("SubnetId")) && !subnet.is_read_only(&path("CidrBlock")));
    assert_eq!(subnet.root.together.dependent_excluded["CidrBlock"], ["Ipv4IpamPoolId"]);
    let vpc = Relation { type_name: "AWS::EC2::VPC".into(), property: "VpcId".into() };
    assert_eq!(subnet.root.properties["VpcId"].relations, [vpc]);
    assert!(subnet.permissions(Operation::Delete).contains(&"ec2:DeleteSubnet".to_owned()));
    assert_eq!(subnet.tagging.as_ref().unwrap().tag_property, path("Tags"));
    let page = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-subnet.html";
    assert_eq!(subnet.documentation_page(), page);
}

#[test]
fn nested_properties_are_found_through_references_and_lists() {
    let catalogue = catalogue();
    let service = catalogue.get("AWS::ECS::Service").unwrap().unwrap();
    assert_eq!(service.ref_identifier(), [path("ServiceArn")]);
    let subnets = service.property(&path("NetworkConfiguration.AwsvpcConfiguration.Subnets")).unwrap();
    assert_eq!(subnets.kinds.only(), Some(Kind::Array));
    assert_eq!(
        service.property(&path("LoadBalancers.*.TargetGroupArn")),
        service.property(&path("LoadBalancers.TargetGroupArn"))
    );
    assert!(service.property(&path("LoadBalancers.*.TargetGroupArn")).is_some());
    assert!(service.property(&path("LoadBalancers.*.Nothing")).is_none());

    let instance = catalogue.get("AWS::RDS::DBInstance").unwrap().unwrap();
    let attributes: Vec<String> = instance.attributes().map(|(path, _)| path.dotted()).collect();
    assert!(attributes.contains(&"Endpoint.Address".to_owned()), "{attributes:?}");
    assert!(instance.is_read_only(&path("Endpoint.Port")));
}

#[test]
fn facts_of_the_service_specification_are_there() {
    let catalogue = catalogue();
    let bucket = catalogue.get("AWS::S3::Bucket").unwrap().unwrap();
    assert!(bucket.is_stateful);
    assert_eq!(bucket.arn_template.as_deref(), Some("arn:${Partition}:s3:::${BucketName}"));
    let address = catalogue.get("AWS::EC2::EIP").unwrap().unwrap();
    assert_eq!(address.ref_identifier(), [path("PublicIp")]);
    assert_eq!(address.primary_identifier.len(), 2);
}

#[test]
fn patches_are_in_the_catalogue() {
    let catalogue = catalogue();
    let cluster = catalogue.get("AWS::Redshift::Cluster").unwrap().unwrap();
    assert!(cluster.property(&path("VpcSecurityGroupIds.*")).unwrap().relationship_ref.is_none());
    let group = catalogue.get("AWS::Logs::LogGroup").unwrap().unwrap();
    assert!(group.root.properties["LogGroupName"].relations.is_empty());
    let project = catalogue.get("AWS::CodeBuild::Project").unwrap().unwrap();
    assert_eq!(project.root.properties["ServiceRole"].relations[0].type_name, "AWS::IAM::Role");
}

#[test]
fn unknown_type_is_none() {
    assert!(catalogue().get("AWS::EC2::Sbnet").unwrap().is_none());
}

#[test]
fn sources_are_named_with_version_and_licence() {
    let catalogue = catalogue();
    let packages = catalogue.sources().packages.iter();
    let packages: Vec<_> =
        packages.map(|one| (one.name.as_str(), one.version.as_str(), one.licence.as_str())).collect();
    let wanted = [("cfn-lint", "1.58.0", "MIT-0"), ("@aws-cdk/aws-service-spec", "0.1.216", "Apache-2.0")];
    assert_eq!(packages, wanted);
}

#[test]
fn descriptions_come_only_when_asked_for() {
    let plain = catalogue();
    let subnet = plain.get("AWS::EC2::Subnet").unwrap().unwrap();
    assert_eq!(subnet.root.description, None);
    let described =
        Catalogue::open(Cow::Borrowed(SCHEMAS), Some(Cow::Borrowed(include_bytes!("../catalogue/descriptions.bin"))));
    let described = described.unwrap();
    let subnet = described.get("AWS::EC2::Subnet").unwrap().unwrap();
    assert!(subnet.root.description.as_deref().unwrap().starts_with("Specifies a subnet for the specified VPC."));
    let filled_in = "The IPv6 CIDR blocks that are associated with the subnet.";
    assert_eq!(subnet.root.properties["Ipv6CidrBlocks"].description.as_deref(), Some(filled_in));
    assert_eq!(subnet.definitions["Tag"].properties["Key"].description.as_deref(), Some("The tag key."));
}

#[test]
fn damaged_catalogue_is_refused_with_what_to_do() {
    let refused = |bytes: Vec<u8>| {
        let opened = Catalogue::open(Cow::Owned(bytes), None);
        let error =
            opened.and_then(|catalogue| catalogue.iter().find_map(Result::err).map_or(Ok(()), Err)).unwrap_err();
        assert!(error.to_string().contains("just schemas"), "{error}");
        error
    };
    assert!(refused(Vec::new()).is_damaged());
    assert!(refused(b"PK\x03\x04 some other file, long enough".to_vec()).is_damaged());
    assert!(refused(SCHEMAS[..SCHEMAS.len() / 2].to_vec()).is_damaged());
    assert!(refused(SCHEMAS[..100].to_vec()).is_damaged());
    let mut newer = SCHEMAS.to_vec();
    newer[8] = 9;
    assert!(refused(newer).is_version());
}

#[test]
fn path_without_a_name_is_refused() {
    for text in ["", "/properties/", "A//B"] {
        assert!(text.parse::<PropertyPath>().unwrap_err().is_path(), "{text}");
    }
}

#[test]
fn lists_count_for_nothing_where_paths_are_compared() {
    assert!(path("Rules.*.Prefix.Value").is_within(&path("Rules.Prefix")));
    assert!(path("Rules.Prefix").is_within(&path("Rules.*.Prefix")));
    assert!(!path("Rules").is_within(&path("Rules.Prefix")));
    assert!(!path("RulesOther").is_within(&path("Rules")));
}
