//! A client of the API, which gets there through the router or over a socket.

use std::net::SocketAddr;

use axum::{Router, body::Body};
use http_body_util::BodyExt;
use hyper::{Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use percent_encoding::{NON_ALPHANUMERIC, percent_encode};
use serde_json::Value;
use service::{
    api::{State, router},
    configuration::{Configuration, Variables},
    database::{self, Database},
    password::Passwords,
    server::{self, Limits},
    user::Role,
};
use tokio::{net::TcpStream, runtime::Runtime, sync::oneshot};
use tower::ServiceExt;

use crate::storage::{Backend, Storage};

pub(crate) const SIGNING_KEY: &str = "3vX9qLw7Zr1TfYk8Hn2BcMs6Pd4Gj0UeRaVtIoQxNbKmJhWzCyDuFlSgEp5iA7oT";
pub(crate) const ADMIN: &str = "admin";
pub(crate) const PASSWORD: &str = "correct horse";

/// A way to the API.
#[derive(Clone, Copy)]
pub(crate) enum Transport {
    Router,
    Socket,
}

/// The API on a new database, with an admin.
pub(crate) struct Api {
    pub(crate) storage: Storage,
    pub(crate) database: Database,
    router: Router,
    /// The server's address; it serves as long as the sender lives.
    socket: Option<(SocketAddr, oneshot::Sender<()>)>,
    runtime: Runtime,
}

/// A request that is being put together.
pub(crate) struct Call<'a> {
    api: &'a Api,
    request: hyper::http::request::Builder,
    body: Vec<u8>,
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: hyper::HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// A text for a form or a path.
pub(crate) fn escaped(text: &str) -> String {
    percent_encode(text.as_bytes(), NON_ALPHANUMERIC).to_string()
}

impl Transport {
    pub(crate) const ALL: [Self; 2] = [Self::Router, Self::Socket];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Router => "router",
            Self::Socket => "socket",
        }
    }
}

impl Api {
    pub(crate) fn start(backend: Backend, transport: Transport) -> Self {
        Self::with(backend, transport, &[("LOGIN_LIMIT", "off")])
    }

    pub(crate) fn with(backend: Backend, transport: Transport, more: &[(&str, &str)]) -> Self {
        Self::with_passwords(backend, transport, more, Passwords::default())
    }

    /// With this pool for passwords.
    pub(crate) fn with_passwords(
        backend: Backend,
        transport: Transport,
        more: &[(&str, &str)],
        passwords: Passwords,
    ) -> Self {
        let storage = Storage::new(backend);
        let mut variables = storage.variables();
        variables.push(("SIGNING_KEY", SIGNING_KEY.to_owned()));
        let more = more.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let variables: Variables = variables.into_iter().chain(more).collect();
        let configuration = Configuration::read(&variables).unwrap();
        let runtime = Runtime::new().unwrap();
        let (database, router) = runtime.block_on(async {
            database::migrate(&configuration.database).await.unwrap();
            let database = Database::open(&configuration.database).unwrap();
            let hash = Passwords::default().hash(PASSWORD.into()).await.unwrap();
            assert!(database.create_user(ADMIN, hash, Role::Admin).await.unwrap());
            let state = State::new(&configuration.api, database.clone(), passwords);
            (database, router(state, None).unwrap())
        });
        let socket = match transport {
            Transport::Router => None,
            Transport::Socket => {
                let listener = runtime.block_on(server::bind(([127, 0, 0, 1], 0).into(), "LISTEN_ADDRESS")).unwrap();
                let address = listener.local_addr().unwrap();
                let (stop, stopped) = oneshot::channel::<()>();
                let served = server::serve(listener, router.clone(), Limits::default(), async {
                    _ = stopped.await;
                });
                runtime.spawn(served);
                Some((address, stop))
            }
        };
        Self { storage, database, router, socket, runtime }
    }

    /// Runs asynchronous code to its end, where the server and its connections live.
    pub(crate) fn wait_for<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    pub(crate) fn get(&self, path: &str) -> Call<'_> {
        self.call("GET", path)
    }

    pub(crate) fn post(&self, path: &str) -> Call<'_> {
        self.call("POST", path)
    }

    pub(crate) fn put(&self, path: &str) -> Call<'_> {
        self.call("PUT", path)
    }

    pub(crate) fn delete(&self, path: &str) -> Call<'_> {
        self.call("DELETE", path)
    }

    pub(crate) fn call(&self, method: &str, path: &str) -> Call<'_> {
        let request = Request::builder().method(method).uri(path).header(header::HOST, "service.test");
        Call { api: self, request, body: Vec::new() }
    }

    /// Logs in.
    pub(crate) async fn log_in(&self, user_name: &str, password: &str) -> Answer {
        let form = format!("username={}&password={}", escaped(user_name), escaped(password));
        self.post("/auth/token").form(form).send().await
    }

    /// A token of a user with the usual password.
    pub(crate) async fn token(&self, user_name: &str) -> String {
        let answer = self.log_in(user_name, PASSWORD).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// Signs a user up, with the usual password.
    pub(crate) async fn sign_up(&self, user_name: &str) -> Answer {
        let body = serde_json::json!({"user_name": user_name, "password": PASSWORD, "role": "user"});
        self.post("/users/create_user").json(&body.to_string()).send().await
    }

    /// Signs a user up, and logs it in.
    pub(crate) async fn user(&self, user_name: &str) -> String {
        assert_eq!(self.sign_up(user_name).await.status, StatusCode::CREATED);
        self.token(user_name).await
    }

    /// Stores where a user is.
    pub(crate) async fn store(&self, token: &str, lat: &str, lng: &str) -> Answer {
        let body = serde_json::json!({"user_name": "ignored", "lat": lat, "lng": lng});
        self.post("/location/update").bearer(token).json(&body.to_string()).send().await
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = match &self.socket {
            None => self.router.clone().oneshot(request).await.unwrap(),
            Some((address, _)) => {
                let stream = TcpStream::connect(address).await.unwrap();
                let (mut sender, connection) =
                    hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
                tokio::spawn(connection);
                sender.send_request(request).await.unwrap().map(Body::new)
            }
        };
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().into();
        Answer { status: parts.status, headers: parts.headers, body }
    }
}

impl Call<'_> {
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.request = self.request.header(name, value.as_ref());
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", format!("Bearer {token}"))
    }

    pub(crate) fn body(self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.bytes(body).header("content-type", kind)
    }

    /// A body without a type.
    pub(crate) fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn json(self, body: &str) -> Self {
        self.body("application/json", body)
    }

    pub(crate) fn form(self, body: impl Into<Vec<u8>>) -> Self {
        self.body("application/x-www-form-urlencoded", body)
    }

    pub(crate) async fn send(self) -> Answer {
        self.api.send(self.request.body(self.body.into()).unwrap()).await
    }
}

impl Answer {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Fails unless the answer is this error.
    pub(crate) fn is_error(&self, status: u16, detail: &str) {
        assert_eq!((self.status.as_u16(), self.text()), (status, format!(r#"{{"detail":"{detail}"}}"#).as_str()));
    }

    /// The flaws that a 422 tells of: kind, and place in dots.
    pub(crate) fn flaws(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", self.text());
        let place = |loc: &Value| {
            let steps = loc
                .as_array()
                .unwrap()
                .iter()
                .map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned));
            steps.collect::<Vec<_>>().join(".")
        };
        let json = self.json();
        let flaws = json["detail"].as_array().unwrap().iter();
        flaws
            .map(|flaw| {
                assert!(!flaw["msg"].as_str().unwrap().is_empty());
                (flaw["type"].as_str().unwrap().to_owned(), place(&flaw["loc"]))
            })
            .collect()
    }
}
