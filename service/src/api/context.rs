//! What is known of the request that is being answered, for its line in the log.

use std::{cell::Cell, future::Future};

use crate::user::User;

tokio::task_local! {
    static CONTEXT: Context;
}

/// A request.
pub(super) struct Context {
    /// Its id, as the client sees it.
    id: String,
    /// The user whose valid token it carries.
    user: Cell<Option<i64>>,
}

/// Runs the work for a request, and gives the id of the user who turned out to have sent it.
pub(super) async fn of_request<T>(id: String, work: impl Future<Output = T>) -> (T, Option<i64>) {
    let work = async {
        let done = work.await;
        (done, CONTEXT.with(|context| context.user.get()))
    };
    CONTEXT.scope(Context { id, user: Cell::new(None) }, work).await
}

/// Remembers who sent the request.
pub(super) fn set_user(user: &User) {
    _ = CONTEXT.try_with(|context| context.user.set(Some(user.id)));
}

/// The request's id; empty outside of one.
pub(super) fn id() -> String {
    CONTEXT.try_with(|context| context.id.clone()).unwrap_or_default()
}
