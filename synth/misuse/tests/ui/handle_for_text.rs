//! A name is text; which of the bucket's texts is meant, only the author knows.

use synth::aws::s3;
use synth::prelude::*;

fn main() {
    let mut stack = Stack::new("network");
    let bucket = stack.add("Bucket", s3::Bucket::new());
    let _ = s3::Bucket::new().bucket_name(&bucket);
}
