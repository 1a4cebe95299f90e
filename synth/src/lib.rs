//! Infrastructure as code for AWS.

pub mod template;
