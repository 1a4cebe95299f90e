//! Log groups that cost nothing once they are of no use.

use super::{DeletionPolicy, Stack};
use crate::aws::logs::LogGroup;
use crate::aws::typed::Handle;
use crate::template::{IntoValue, Text};

impl Stack {
    /// Adds a log group that keeps events for `days`, and goes with the stack. A program that makes its own group makes one
    /// that stays, and keeps everything for ever.
    ///
    /// `days` is one of the numbers that `RetentionInDays` knows, such as 7, 14, 30, 90 and 365.
    /// [AWS documentation](https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html)
    #[track_caller]
    pub fn log_group(&mut self, id: impl Into<Text>, name: impl IntoValue<String>, days: u16) -> Handle<LogGroup> {
        let name = crate::template::Value::<String>::new(name);
        let group = self.add(id, LogGroup::new().log_group_name(name).retention_in_days(days));
        self.resource(&group).deletion_policy(DeletionPolicy::Delete).update_replace_policy(DeletionPolicy::Delete);
        group
    }
}
