//! The names that CloudFormation's types, properties and values have in Rust.
//!
//! One function splits a name into words; every form is made of those.
//!
//! ```
//! use synth_schema::names;
//!
//! assert_eq!(names::type_name("IPv6CidrBlock"), "Ipv6CidrBlock");
//! assert_eq!(names::setter("VPCId"), "vpc_id");
//! assert_eq!(names::setter("Type"), "kind");
//! assert_eq!(names::module("DBInstance"), "db_instance");
//! assert_eq!(names::service("ElasticLoadBalancingV2"), "elasticloadbalancingv2");
//! assert_eq!(names::constant("2xlarge").as_deref(), Some("_2XLARGE"));
//! ```

/// Words whose capitals do not say where they begin and end.
const SPECIAL: [&str; 43] = [
    "AuthZ",
    "DDoS",
    "DocDB",
    "DynamoDB",
    "ETag",
    "FSx",
    "GBs",
    "GHz",
    "GiB",
    "GitHub",
    "GraphQL",
    "IPv4",
    "IPv6",
    "IdC",
    "IoT",
    "KBytes",
    "LoRaWAN",
    "MACSec",
    "MBs",
    "MHz",
    "MiB",
    "MySQL",
    "OAuth",
    "OData",
    "OTel",
    "PostgreSQL",
    "PromQL",
    "QnA",
    "RSession",
    "RStudio",
    "SaaS",
    "SerDe",
    "TBs",
    "VCenter",
    "VCpu",
    "VMotion",
    "VSan",
    "VTep",
    "XRay",
    "iOS",
    "macOS",
    "vCPU",
    "vCpu",
];

/// Acronyms written without a seam, with the place of the seam.
const RUNS: [(&str, usize); 15] = [
    ("AIML", 2),
    ("AWSKMS", 3),
    ("CFNS3", 3),
    ("CIDRIP", 4),
    ("EMREKS", 3),
    ("HANADB", 4),
    ("HANASID", 4),
    ("IOData", 2),
    ("JDBCURL", 4),
    ("JMXURL", 3),
    ("SAPSID", 3),
    ("SMBACL", 3),
    ("SSEKMS", 3),
    ("SSES3", 3),
    ("VPCDHCP", 3),
];

/// Words that Rust keeps for itself.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "union",
];

/// What is said instead of a keyword that properties often have as a name.
const SUBSTITUTES: [(&str, &str); 5] =
    [("type", "kind"), ("match", "matching"), ("override", "overrides"), ("enum", "choices"), ("macro", "macros")];

/// The lower-case words of a name, as a setter spells them.
pub fn words(name: &str) -> Vec<String> {
    spans(name).into_iter().map(str::to_ascii_lowercase).collect()
}

/// The name of a type: `DBInstance` is `DbInstance`.
pub fn type_name(name: &str) -> String {
    spans(name).into_iter().map(capitalised).collect()
}

/// The name of a property's setter, or of an attribute's method: `VPCId` is `vpc_id`, `Endpoint.Address` is
/// `endpoint_address`, `Type` is `kind`.
pub fn setter(name: &str) -> String {
    let name = words(name).join("_");
    match &*name {
        "new" | "property" => format!("{name}_value"),
        _ => not_a_keyword(name),
    }
}

/// The name of a resource's module: `DBInstance` is `db_instance`.
pub fn module(name: &str) -> String {
    not_a_keyword(words(name).join("_"))
}

/// The name of a service's module and of its cargo feature: the service in lower case.
pub fn service(namespace: &str) -> String {
    namespace.to_ascii_lowercase()
}

/// The name of an allowed value's constant: `lowest-price` is `LOWEST_PRICE`. `None` if nothing of the value can
/// stand in a name.
pub fn constant(value: &str) -> Option<String> {
    match value {
        "" => return Some("EMPTY".to_owned()),
        "*" => return Some("ALL".to_owned()),
        _ => {}
    }
    let pieces = value.split(|c: char| !c.is_ascii_alphanumeric()).filter(|piece| !piece.is_empty());
    let name = pieces.map(constant_piece).collect::<Vec<_>>().join("_");
    match name.chars().next()? {
        '0'..='9' => Some(format!("_{name}")),
        _ => Some(name),
    }
}

/// A value in capitals only says nothing about words, and one without capitals is one word.
fn constant_piece(piece: &str) -> String {
    let mixed = piece.contains(|c: char| c.is_ascii_lowercase()) && piece.contains(|c: char| c.is_ascii_uppercase());
    if mixed { words(piece).join("_").to_ascii_uppercase() } else { piece.to_ascii_uppercase() }
}

fn not_a_keyword(name: String) -> String {
    if let Some((_, substitute)) = SUBSTITUTES.iter().find(|(keyword, _)| *keyword == name) {
        (*substitute).to_owned()
    } else if KEYWORDS.contains(&&*name) {
        format!("{name}_value")
    } else {
        name
    }
}

/// `DynamoDB` is one word in a setter, and two in a type.
fn capitalised(word: &str) -> String {
    match word {
        "DynamoDB" => return "DynamoDb".to_owned(),
        "DocDB" => return "DocDb".to_owned(),
        _ => {}
    }
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + &rest.to_ascii_lowercase()
}

/// The words of a name, spelt as they are in it.
fn spans(name: &str) -> Vec<&str> {
    name.split(|c: char| !c.is_ascii_alphanumeric()).flat_map(piece_spans).collect()
}

fn piece_spans(mut piece: &str) -> Vec<&str> {
    let mut spans = Vec::new();
    while !piece.is_empty() {
        let (word, rest) = piece.split_at(word_length(piece));
        spans.push(word);
        piece = rest;
    }
    spans
}

/// How long the first word of `text` is. `text` is ASCII and not empty.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if let Some(length) = special_length(text) {
        return length;
    }
    let run = run_length(text);
    let rest = &bytes[run..];
    let digit_follows = rest.first().is_some_and(u8::is_ascii_digit);
    run + if run < 2 || digit_follows { tail_length(rest) } else { plural(rest) }
}

/// How long a special word at the beginning of `text` is, with the digits or the plural `s` after it.
fn special_length(text: &str) -> Option<usize> {
    let special =
        SPECIAL.iter().find(|special| text.starts_with(**special) && ends(&text.as_bytes()[special.len()..]))?;
    let rest = &text.as_bytes()[special.len()..];
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    Some(special.len() + if digits > 0 { digits } else { plural(rest) })
}

/// Whether a word can end where `rest` begins.
fn ends(rest: &[u8]) -> bool {
    plural(rest) == 1 || version(rest) || !rest.first().is_some_and(u8::is_ascii_lowercase)
}

/// How many capitals the word at the beginning of `text` begins with.
fn run_length(text: &str) -> usize {
    if let Some((_, seam)) = RUNS.iter().find(|(run, _)| text.starts_with(run)) {
        return *seam;
    }
    let bytes = text.as_bytes();
    let all = bytes.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let capitals = (1..all).find(|&at| special_length(&text[at..]).is_some()).unwrap_or(all);
    let rest = &bytes[capitals..];
    let takes_the_last = capitals > 1 && capitals == all && !ends(rest);
    if takes_the_last { capitals - 1 } else { capitals }
}

/// 1 where `rest` begins with the `s` of a plural acronym.
fn plural(rest: &[u8]) -> usize {
    usize::from(rest.first() == Some(&b's') && !rest.get(1).is_some_and(u8::is_ascii_lowercase))
}

/// Whether `rest` begins with a version, as in `DynamoDBv2`.
fn version(rest: &[u8]) -> bool {
    rest.first() == Some(&b'v') && rest.get(1).is_some_and(u8::is_ascii_digit)
}

fn tail_length(rest: &[u8]) -> usize {
    rest.iter().take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::{constant, module, service, setter, type_name, words};

    /// Name, type, setter.
    const TABLE: [(&str, &str, &str); 60] = [
        ("VPC", "Vpc", "vpc"),
        ("VPCId", "VpcId", "vpc_id"),
        ("DBInstance", "DbInstance", "db_instance"),
        ("CidrBlock", "CidrBlock", "cidr_block"),
        ("IPv6CidrBlock", "Ipv6CidrBlock", "ipv6_cidr_block"),
        ("PrivateIPv4Address", "PrivateIpv4Address", "private_ipv4_address"),
        ("EC2InboundPermissions", "Ec2InboundPermissions", "ec2_inbound_permissions"),
        ("S3Bucket", "S3Bucket", "s3_bucket"),
        ("CodeS3Location", "CodeS3Location", "code_s3_location"),
        ("TLSCertificateARNs", "TlsCertificateArns", "tls_certificate_arns"),
        ("CIDRs", "Cidrs", "cidrs"),
        ("PreferredCacheClusterAZs", "PreferredCacheClusterAzs", "preferred_cache_cluster_azs"),
        ("SecurityGroupsIDs", "SecurityGroupsIds", "security_groups_ids"),
        ("AWSKMSKeyARN", "AwsKmsKeyArn", "aws_kms_key_arn"),
        ("SSEKMSKeyId", "SseKmsKeyId", "sse_kms_key_id"),
        ("SSEKMS", "SseKms", "sse_kms"),
        ("SSES3", "SseS3", "sse_s3"),
        ("SSESpecification", "SseSpecification", "sse_specification"),
        ("CFNS3LogsConfiguration", "CfnS3LogsConfiguration", "cfn_s3_logs_configuration"),
        ("VPCDHCPOptionsAssociation", "VpcDhcpOptionsAssociation", "vpc_dhcp_options_association"),
        ("AgreeToInstallHANADBClient", "AgreeToInstallHanaDbClient", "agree_to_install_hana_db_client"),
        ("ClusterJDBCURL", "ClusterJdbcUrl", "cluster_jdbc_url"),
        ("FlowNodeIODataType", "FlowNodeIoDataType", "flow_node_io_data_type"),
        ("SAPODataMaxPageSize", "SapOdataMaxPageSize", "sap_odata_max_page_size"),
        ("DynamoDBTable", "DynamoDbTable", "dynamodb_table"),
        ("DynamoDBv2Action", "DynamoDbV2Action", "dynamodb_v2_action"),
        ("DocDBElastic", "DocDbElastic", "docdb_elastic"),
        ("WAFv2", "WafV2", "waf_v2"),
        ("IoTThing", "IotThing", "iot_thing"),
        ("GraphQLApi", "GraphqlApi", "graphql_api"),
        ("AllowedOAuthFlows", "AllowedOauthFlows", "allowed_oauth_flows"),
        ("OAuth2Properties", "Oauth2Properties", "oauth2_properties"),
        ("MCPServerOAuthConfig", "McpServerOauthConfig", "mcp_server_oauth_config"),
        ("PostgreSQL", "Postgresql", "postgresql"),
        ("VCpuCount", "VcpuCount", "vcpu_count"),
        ("vCpu", "Vcpu", "vcpu"),
        ("MemoryGiBPerVCpu", "MemoryGibPerVcpu", "memory_gib_per_vcpu"),
        ("DataStorageSizeInTBs", "DataStorageSizeInTbs", "data_storage_size_in_tbs"),
        ("MaxKBytesPerRead", "MaxKbytesPerRead", "max_kbytes_per_read"),
        ("LocationFSxONTAP", "LocationFsxOntap", "location_fsx_ontap"),
        ("LoRaWANDevice", "LorawanDevice", "lorawan_device"),
        ("ETagAlgorithm", "EtagAlgorithm", "etag_algorithm"),
        ("RStudioConnectUrl", "RstudioConnectUrl", "rstudio_connect_url"),
        ("XAxis", "XAxis", "x_axis"),
        ("TopP", "TopP", "top_p"),
        ("ARecord", "ARecord", "a_record"),
        ("JA3Fingerprint", "Ja3Fingerprint", "ja3_fingerprint"),
        ("M2tsSettings", "M2tsSettings", "m2ts_settings"),
        ("X12GS05TimeFormat", "X12Gs05TimeFormat", "x12_gs05_time_format"),
        ("iso8601UTC", "Iso8601Utc", "iso8601_utc"),
        ("Type", "Type", "kind"),
        ("Match", "Match", "matching"),
        ("Override", "Override", "overrides"),
        ("Enum", "Enum", "choices"),
        ("Else", "Else", "else_value"),
        ("Static", "Static", "static_value"),
        ("Property", "Property", "property_value"),
        ("New", "New", "new_value"),
        ("Endpoint.Address", "EndpointAddress", "endpoint_address"),
        ("OKActions", "OkActions", "ok_actions"),
    ];

    const CONSTANTS: [(&str, &str); 16] = [
        ("FARGATE_SPOT", "FARGATE_SPOT"),
        ("lowest-price", "LOWEST_PRICE"),
        ("lowestPrice", "LOWEST_PRICE"),
        ("2xlarge", "_2XLARGE"),
        ("3.6.0", "_3_6_0"),
        ("arm64", "ARM64"),
        ("t3.micro", "T3_MICRO"),
        ("aws:kms", "AWS_KMS"),
        ("AWS::EC2::VPC", "AWS_EC2_VPC"),
        ("BucketOwnerFullControl", "BUCKET_OWNER_FULL_CONTROL"),
        ("CPUUtilization", "CPU_UTILIZATION"),
        ("TLSv1.2_2021", "TLS_V1_2_2021"),
        ("ecs:service:DesiredCount", "ECS_SERVICE_DESIRED_COUNT"),
        ("Linux/UNIX", "LINUX_UNIX"),
        ("", "EMPTY"),
        ("*", "ALL"),
    ];

    #[test]
    fn names_of_types_and_setters_follow_the_table() {
        for (name, kind, method) in TABLE {
            assert_eq!((&*type_name(name), &*setter(name)), (kind, method), "{name}");
        }
    }

    #[test]
    fn constants_follow_the_table() {
        for (value, name) in CONSTANTS {
            assert_eq!(constant(value).as_deref(), Some(name), "{value}");
        }
    }

    #[test]
    fn value_without_a_letter_has_no_constant() {
        assert_eq!(constant("<="), None);
    }

    #[test]
    fn modules_avoid_keywords_too() {
        assert_eq!(module("Macro"), "macros");
        assert_eq!(module("Type"), "kind");
        assert_eq!(service("ElasticLoadBalancingV2"), "elasticloadbalancingv2");
    }

    #[test]
    fn words_keep_every_letter_of_the_name() {
        for (name, ..) in TABLE {
            assert_eq!(words(name).concat(), name.replace('.', "").to_ascii_lowercase());
        }
    }
}
