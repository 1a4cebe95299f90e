//! What is known of the data in resources, and what keeps it from being deleted.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use percent_encoding::utf8_percent_encode;
use serde_json::{Value, json};

use super::failure::Failure;
use super::inspect::UNRESERVED;
use super::removal::{Copy, Resource};
use super::request::{Request, Signature};
use super::{Connection, place, xml};

/// The version of RDS's protocol.
const RDS: &str = "2014-10-31";

/// The vault of the backups that a file system makes by itself. Its policy refuses to everybody that they are deleted.
const AUTOMATIC: &str = "aws/efs/automatic-backup-vault";

/// How snapshots are asked for.
#[derive(Debug)]
struct Snapshots {
    action: &'static str,
    /// What they are of, as the AWS CLI has it.
    of: &'static str,
    /// The parameter that names what they are of.
    source: &'static str,
    /// What their names are in.
    element: &'static str,
}

const OF_INSTANCES: Snapshots = Snapshots {
    action: "rds:DescribeDBSnapshots",
    of: "db",
    source: "DBInstanceIdentifier",
    element: "DBSnapshotIdentifier",
};

const OF_CLUSTERS: Snapshots = Snapshots {
    action: "rds:DescribeDBClusterSnapshots",
    of: "db-cluster",
    source: "DBClusterIdentifier",
    element: "DBClusterSnapshotIdentifier",
};

fn automatic_vault(region: &str, partition: &str, account: &str) -> Copy {
    let policy = json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"AWS": format!("arn:{partition}:iam::{account}:root")},
        "Action": "backup:DeleteRecoveryPoint", "Resource": "*"
    }});
    let put = format!("aws backup put-backup-vault-access-policy --region {region} --backup-vault-name {AUTOMATIC}");
    Copy {
        what: format!("vault {AUTOMATIC}, which has to be told first that its recovery points may be deleted"),
        command: format!("{put} --policy '{policy}'"),
    }
}

fn recovery_point(region: &str, vault: &str, arn: &str) -> Copy {
    Copy {
        what: format!("recovery point {arn}"),
        command: format!(
            "aws backup delete-recovery-point --region {region} --backup-vault-name {vault} --recovery-point-arn {arn}"
        ),
    }
}

impl Connection {
    /// How much is in a log group, or a table.
    pub(super) async fn amount_of(&self, resource: &Resource) -> Result<Option<String>, Failure> {
        match &*resource.kind {
            "AWS::Logs::LogGroup" => self.logged(&resource.physical_id).await,
            "AWS::DynamoDB::Table" => self.items(&resource.physical_id).await,
            _ => Ok(None),
        }
    }

    /// [AWS documentation](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html)
    async fn logged(&self, name: &str) -> Result<Option<String>, Failure> {
        let (action, target) = ("logs:DescribeLogGroups", "Logs_20140328.DescribeLogGroups");
        let answer = self.ask(action, "logs", target, &json!({"logGroupNamePrefix": name})).await?;
        let groups = answer["logGroups"].as_array().into_iter().flatten();
        let group = groups.into_iter().find(|group| group["logGroupName"] == name);
        Ok(group.and_then(|group| group["storedBytes"].as_u64()).map(|bytes| format!("{bytes} bytes")))
    }

    /// `DynamoDB` counts about every six hours.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeTable.html)
    async fn items(&self, name: &str) -> Result<Option<String>, Failure> {
        let (action, target) = ("dynamodb:DescribeTable", "DynamoDB_20120810.DescribeTable");
        let answer = match self.ask(action, "dynamodb", target, &json!({"TableName": name})).await {
            Err(failure) if failure.code.as_deref() == Some("ResourceNotFoundException") => Value::Null,
            answer => answer?,
        };
        Ok(answer["Table"]["ItemCount"].as_u64().map(|count| format!("about {count} rows")))
    }

    /// Copies of a file system in AWS Backup, and snapshots of a database.
    pub(super) async fn copies_of(&self, stack: &str, resource: &Resource) -> Result<Vec<Copy>, Failure> {
        match &*resource.kind {
            "AWS::EFS::FileSystem" => self.recovery_points(stack, &resource.physical_id).await,
            "AWS::RDS::DBInstance" => self.snapshots(&OF_INSTANCES, &resource.physical_id).await,
            "AWS::RDS::DBCluster" => self.snapshots(&OF_CLUSTERS, &resource.physical_id).await,
            _ => Ok(Vec::new()),
        }
    }

    async fn recovery_points(&self, stack: &str, id: &str) -> Result<Vec<Copy>, Failure> {
        let partition = stack.split(':').nth(1).unwrap_or_default();
        let (account, region) = place(stack).unwrap_or_default();
        let arn = format!("arn:{partition}:elasticfilesystem:{region}:{account}:file-system/{id}");
        let (mut found, mut page) = (Vec::new(), String::new());
        loop {
            let answer = self.recovery_points_from(&arn, &page).await?;
            let points = answer["RecoveryPoints"].as_array().into_iter().flatten();
            found.extend(points.filter_map(|point| {
                Some((point["BackupVaultName"].as_str()?.to_owned(), point["RecoveryPointArn"].as_str()?.to_owned()))
            }));
            match answer["NextToken"].as_str() {
                Some(next) => page = format!("?nextToken={}", utf8_percent_encode(next, UNRESERVED)),
                None => break,
            }
        }
        let is_refused = found.iter().any(|(vault, _)| vault == AUTOMATIC);
        let vault = is_refused.then(|| automatic_vault(region, partition, account));
        Ok(vault.into_iter().chain(found.iter().map(|(vault, arn)| recovery_point(region, vault, arn))).collect())
    }

    /// [AWS documentation](https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByResource.html)
    async fn recovery_points_from(&self, arn: &str, page: &str) -> Result<Value, Failure> {
        let action = "backup:ListRecoveryPointsByResource";
        let endpoint = self.endpoint("backup", "backup");
        let mut http = HttpRequest::new(SdkBody::empty());
        let path = format!("/resources/{}/recovery-points/{page}", utf8_percent_encode(arn, UNRESERVED));
        let made = http.set_method("GET").and_then(|()| http.set_uri(path));
        made.map_err(|error| self.unsendable(action, &error))?;
        let signature = Signature::Service("backup");
        let answer = self.send(Request { action, signature, endpoint: &endpoint, again: true, http }).await?;
        serde_json::from_slice(&answer.body).map_err(|error| self.unsendable(action, &error))
    }

    /// Those that somebody made. RDS deletes its own with the database.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html)
    async fn snapshots(&self, kind: &Snapshots, id: &str) -> Result<Vec<Copy>, Failure> {
        let Snapshots { action, of, source, element } = kind;
        let (mut found, mut page) = (Vec::new(), String::new());
        loop {
            let mut pairs = vec![(*source, id), ("SnapshotType", "manual")];
            pairs.extend((!page.is_empty()).then_some(("Marker", &*page)));
            let answer = self.query(action, RDS, &pairs).await?;
            let texts = |name| xml::texts(&answer, name).map_err(|error| self.unsendable(action, &error));
            found.extend(texts(element)?.iter().map(|name| Copy::of_snapshot(self.region(), of, name)));
            match texts("Marker")?.pop().filter(|next| !next.is_empty()) {
                Some(next) => page = next,
                None => return Ok(found),
            }
        }
    }

    /// Whether a database must not be deleted.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html)
    pub(super) async fn is_protected(&self, resource: &Resource) -> Result<bool, Failure> {
        let (action, id) = match &*resource.kind {
            "AWS::RDS::DBInstance" => ("rds:DescribeDBInstances", "DBInstanceIdentifier"),
            "AWS::RDS::DBCluster" => ("rds:DescribeDBClusters", "DBClusterIdentifier"),
            _ => return Ok(false),
        };
        let answer = match self.query(action, RDS, &[(id, &*resource.physical_id)]).await {
            Err(failure) if failure.is_missing() => return Ok(false),
            answer => answer?,
        };
        let said = xml::texts(&answer, "DeletionProtection").map_err(|error| self.unsendable(action, &error))?;
        Ok(said.iter().any(|said| said == "true"))
    }

    /// Lets a database be deleted.
    ///
    /// [AWS documentation](https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_ModifyDBInstance.html)
    pub(super) async fn end_protection(&self, resource: &Resource) -> Result<(), Failure> {
        let id = &*resource.physical_id;
        let (action, pairs) = match &*resource.kind {
            "AWS::RDS::DBInstance" => ("rds:ModifyDBInstance", ("DBInstanceIdentifier", id)),
            "AWS::RDS::DBCluster" => ("rds:ModifyDBCluster", ("DBClusterIdentifier", id)),
            _ => return Ok(()),
        };
        // This is done at once; what else waits to be changed goes on waiting.
        match self.query(action, RDS, &[pairs, ("DeletionProtection", "false")]).await {
            Err(failure) if !failure.is_missing() => Err(failure),
            _ => Ok(()),
        }
    }
}
