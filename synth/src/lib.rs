//! Infrastructure as code for AWS.

pub mod aws;
pub mod template;
