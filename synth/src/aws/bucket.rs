//! Who may do what with a bucket.
//!
//! ```
//! use synth::aws::iam::PolicyDocument;
//! use synth::aws::s3::{Bucket, BucketPolicy};
//! use synth::prelude::*;
//!
//! let mut stack = Stack::new("assets");
//! let bucket = stack.add("Bucket", Bucket::new());
//! stack.add("BucketPolicy", BucketPolicy::new(&bucket, PolicyDocument::new(bucket.require_tls())));
//! let read_code = PolicyDocument::new([bucket.allow_reading("lambda/")]);
//! # let _ = read_code;
//! ```

use super::generated::s3::Bucket;
use super::iam::{Principal, Statement};
use super::typed::Handle;
use crate::template::{IntoValue, Value, sub};

impl Handle<Bucket> {
    /// Allows reading the objects whose keys begin with `prefix`, and their older versions.
    pub fn allow_reading(&self, prefix: impl IntoValue<String>) -> Statement {
        let objects = sub![self.arn(), "/", Value::new(prefix), "*"];
        Statement::allow(["s3:GetObject", "s3:GetObjectVersion"]).sid("ReadObjects").on([objects])
    }

    /// Refuses everybody who comes without TLS, or with a version before 1.2. For the bucket's own policy: it denies every
    /// action, since one that it does not name would stay open.
    pub fn require_tls(&self) -> [Statement; 2] {
        let refuse = |sid: &'static str| {
            let everything = [self.arn(), sub![self.arn(), "/*"]];
            Statement::deny(["s3:*"]).sid(sid).principal(Principal::anyone()).on(everything)
        };
        [
            refuse("RefusePlainHttp").condition("Bool", "aws:SecureTransport", "false"),
            refuse("RefuseOldTls").condition("NumericLessThan", "s3:TlsVersion", "1.2"),
        ]
    }
}
