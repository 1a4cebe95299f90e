//! The program that Lambda starts.

use authorizer::{Request, authorize};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(async |event: LambdaEvent<Request>| Ok::<_, Error>(authorize(&event.payload)))).await
}
