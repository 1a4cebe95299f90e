//! A real instance of the service, on a socket.

use std::net::SocketAddr;

use axum::http::Uri;
use rcgen::{KeyPair, PKCS_ED25519};
use ring::signature::Ed25519KeyPair;
use service::{
    api::{State, router},
    configuration::{Configuration, Variables},
    database::{self, Database},
    password::Passwords,
    server::{self, Limits},
    token::Tokens,
    user::{Role, User},
};
use tempfile::TempDir;

/// A service that runs until this is dropped, with one user.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) user: User,
    pub(crate) database: Database,
    tokens: Tokens,
    /// What its tokens are signed with.
    pub(crate) key: Ed25519KeyPair,
    /// The public keys, as it serves them.
    pub(crate) jwks: String,
    _folder: TempDir,
    server: tokio::task::JoinHandle<bool>,
}

impl Service {
    pub(crate) async fn start() -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let url = format!("sqlite://{}", folder.path().join("service.db").display());
        let key = KeyPair::generate_for(&PKCS_ED25519).unwrap();
        let variables: Variables = [("DATABASE_URL", url), ("SIGNING_KEY", key.serialize_pem())].into_iter().collect();
        let settings = Configuration::read(&variables).unwrap();
        database::migrate(&settings.database).await.unwrap();
        let database = Database::open(&settings.database).unwrap();
        assert!(database.create_user("ann", "no hash".to_owned(), Role::User).await.unwrap());
        let user = database.account("ann").await.unwrap().unwrap().user;
        let state = State::new(&settings.api, database.clone(), Passwords::default());
        let listener = server::bind(([127, 0, 0, 1], 0).into(), "LISTEN_ADDRESS").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = router(state, None).unwrap();
        let server = tokio::spawn(server::serve(listener, router, Limits::default(), std::future::pending()));
        let jwks = get(address, "/.well-known/jwks.json").await;
        let tokens = Tokens::new(&settings.api);
        let key = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&key.serialize_der()).unwrap();
        Self { address, user, database, tokens, key, jwks, _folder: folder, server }
    }

    /// A valid token of the user.
    pub(crate) fn token(&self) -> String {
        self.tokens.sign(&self.user).unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn get(address: SocketAddr, path: &str) -> String {
    use http_body_util::{BodyExt, Empty};
    use hyper_util::{client::legacy::Client, rt::TokioExecutor};

    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<axum::body::Bytes>>();
    let uri: Uri = format!("http://{address}{path}").parse().unwrap();
    let body = client.get(uri).await.unwrap().into_body().collect().await.unwrap();
    String::from_utf8(body.to_bytes().into()).unwrap()
}
