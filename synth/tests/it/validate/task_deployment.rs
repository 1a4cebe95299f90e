use super::{Break, Family};

pub(super) const FAMILY: Family = Family {
    templates: include_str!("container.yaml"),
    breaks: &[
        Break { rule: "deployment-room", old: "MinimumHealthyPercent: 0", new: "MinimumHealthyPercent: 100" },
        Break { rule: "deployment-room", old: "MinimumHealthyPercent: 0", new: "MinimumHealthyPercent: 50" },
        Break { rule: "zone-rebalancing", old: "Rebalancing: DISABLED", new: "Rebalancing: ENABLED" },
        Break { rule: "zone-rebalancing", old: "      AvailabilityZoneRebalancing: DISABLED\n", new: "" },
        Break { rule: "database-writers", old: "MaximumPercent: 100", new: "MaximumPercent: 200" },
        Break { rule: "database-writers", old: "DesiredCount: 1", new: "DesiredCount: 2" },
        Break { rule: "database-writers", old: SERVICE, new: SCALED_SERVICE },
        Break { rule: "circuit-breaker", old: "          Enable: true\n", new: "" },
        Break { rule: "circuit-breaker", old: "          Rollback: true\n", new: "" },
        Break { rule: "scaled-count", old: "ServiceName: web", new: "DesiredCount: 2" },
        Break { rule: "scaled-count", old: "ServiceName: web", new: "ServiceName: web\n      DesiredCount: 2" },
    ],
};

const SERVICE: &str = "  Service:
    Type: AWS::ECS::Service
    Properties:
      Cluster: !ImportValue platform:ClusterArn
      TaskDefinition: !Ref TaskDefinition
      LaunchType: FARGATE
      DesiredCount: 1
";

const SCALED_SERVICE: &str = "  Scaling:
    Type: AWS::ApplicationAutoScaling::ScalableTarget
    Properties:
      ResourceId: service/main/tracker
      MaxCapacity: 3
  Service:
    Type: AWS::ECS::Service
    Properties:
      ServiceName: tracker
      Cluster: !ImportValue platform:ClusterArn
      TaskDefinition: !Ref TaskDefinition
      LaunchType: FARGATE
";
