//! The shell: Lambda's runtime around a decision.

use lambda_runtime::{LambdaEvent, LambdaInvocation, Runtime, service_fn};
use serde_json::Value;
use tower::util::MapRequestLayer;

use crate::{Authority, authorize, configuration::Configuration, log};

/// Answers events until Lambda ends the process.
///
/// # Errors
/// A setting cannot be used, or Lambda's runtime API does not answer.
pub async fn run(configuration: Configuration) -> Result<(), lambda_runtime::Error> {
    match configuration {
        #[cfg(feature = "local")]
        Configuration::Local { jwks, issuer, audience } => {
            answer(&crate::local::PublicKeys::read(&jwks, &issuer, &audience)?).await
        }
        #[cfg(feature = "introspect-api")]
        Configuration::IntrospectApi { namespace, service, access } => {
            use crate::introspection::{CloudMap, Introspection};
            answer(&Introspection::new(CloudMap::new(namespace, service, access))).await
        }
        #[cfg(feature = "introspect-dns")]
        Configuration::IntrospectDns { name, server } => {
            use crate::introspection::{Dns, Introspection};
            answer(&Introspection::new(Dns::new(&name, server)?)).await
        }
        #[cfg(not(all(feature = "local", feature = "introspect-api", feature = "introspect-dns")))]
        other => {
            let mode = other.mode();
            let what =
                format!("AUTHORIZER_MODE is {mode}, which this program was built without; add --features {mode}");
            Err(crate::Error::configuration(what).into())
        }
    }
}

async fn answer(authority: &impl Authority) -> Result<(), lambda_runtime::Error> {
    let handler = service_fn(async |event: LambdaEvent<Value>| {
        let decided = authorize(&event.payload, authority).await;
        log::decision(&event.context, &decided);
        decided
    });
    Runtime::new(handler).layer(MapRequestLayer::new(only_json)).run().await
}

/// An event that is not JSON gets an error like any other that is strange, and a line in the log. Where it is not even
/// UTF-8, the runtime would end.
fn only_json(mut invocation: LambdaInvocation) -> LambdaInvocation {
    if serde_json::from_slice::<Value>(&invocation.body).is_err() {
        invocation.body = "null".into();
    }
    invocation
}
