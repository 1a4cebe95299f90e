use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("discovery.yaml"),
    breaks: &[
        Break { rule: "private-integration", old: "IntegrationType: HTTP_PROXY", new: "IntegrationType: AWS_PROXY" },
        Break {
            rule: "private-integration",
            old: "PayloadFormatVersion: \"1.0\"",
            new: "PayloadFormatVersion: \"2.0\"",
        },
        Break { rule: "private-integration", old: "PayloadFormatVersion: \"1.0\"", new: "PayloadFormatVersion: 2.0" },
        Break { rule: "private-integration", old: "      IntegrationType: HTTP_PROXY\n", new: "" },
        Break { rule: "private-integration", old: "      PayloadFormatVersion: \"1.0\"\n", new: "" },
        Break { rule: "private-integration", old: "      IntegrationMethod: ANY\n", new: "" },
        Break { rule: "private-integration", old: "      ConnectionId: !Ref VpcLink\n", new: "" },
        Break {
            rule: "integration-target",
            old: "IntegrationUri: !ImportValue tracker:DiscoveryServiceArn",
            new: "IntegrationUri: !ImportValue tracker:DiscoveryServiceId",
        },
        Break {
            rule: "integration-target",
            old: "IntegrationUri: !ImportValue tracker:DiscoveryServiceArn",
            new: "IntegrationUri: http://api.tracker.internal:8080",
        },
        Break {
            rule: "integration-target",
            old: "IntegrationUri: !ImportValue tracker:DiscoveryServiceArn",
            new: "IntegrationUri: !Ref VpcLink",
        },
        Break { rule: "discovery-record", old: "Type: SRV", new: "Type: A" },
        Break {
            rule: "discovery-record",
            old: "- Type: SRV\n",
            new: "- Type: A\n            TTL: 10\n          - Type: SRV\n",
        },
        Break { rule: "discovery-ttl", old: "TTL: 10", new: "TTL: 0" },
        Break { rule: "discovery-ttl", old: "TTL: 10", new: "TTL: 300" },
        Break { rule: "discovery-routing", old: "MULTIVALUE", new: "WEIGHTED" },
        Break {
            rule: "discovery-health",
            old: "      HealthCheckCustomConfig:\n        FailureThreshold: 1\n",
            new: "",
        },
        Break {
            rule: "discovery-health",
            old: "HealthCheckCustomConfig:\n        FailureThreshold: 1\n",
            new: "HealthCheckConfig:\n        Type: TCP\n",
        },
        Break {
            rule: "discovery-health",
            old: "      NamespaceId: !Ref Namespace\n",
            new: "      NamespaceId: ns-0123456789abcdef\n      HealthCheckConfig:\n        Type: TCP\n",
        },
        Break { rule: "vpc-dns", old: "EnableDnsSupport: true", new: "EnableDnsSupport: false" },
        Break { rule: "vpc-dns", old: "      EnableDnsHostnames: true\n", new: "" },
        Break {
            rule: "service-registry",
            old: "RegistryArn: !ImportValue tracker:DiscoveryServiceArn",
            new: "RegistryArn: !ImportValue tracker:DiscoveryServiceId",
        },
        Break {
            rule: "service-registry",
            old: "ContainerName: api\n          ContainerPort: 8080\n",
            new: "ContainerName: api\n          ContainerPort: 8080\n        - RegistryArn: !ImportValue tracker:DiscoveryServiceArn\n          Port: 8080\n",
        },
        Break { rule: "registry-port", old: "ContainerName: api\n", new: "Port: 8080\n          ContainerName: api\n" },
        Break { rule: "registry-port", old: "          ContainerName: api\n", new: "" },
        Break {
            rule: "registry-port",
            old: "ContainerName: api\n          ContainerPort: 8080\n",
            new: "ContainerName: api\n",
        },
        Break { rule: "registry-port", old: "          ContainerName: api\n          ContainerPort: 8080\n", new: "" },
        Break { rule: "traffic-container", old: "ContainerName: api", new: "ContainerName: proxy" },
        Break {
            rule: "traffic-container",
            old: "            - ContainerPort: 8080\n",
            new: "            - ContainerPort: 8081\n",
        },
        Break { rule: "fargate-network", old: "NetworkMode: awsvpc", new: "NetworkMode: bridge" },
        Break { rule: "fargate-network", old: "      NetworkMode: awsvpc\n", new: "" },
    ],
};
