//! The routes of the API: every endpoint of the service that the outside may reach.

use Access::{Limited, Protected, Public};

/// A route, and whether the authorizer is asked.
pub(crate) struct Route {
    /// The logical id.
    pub(crate) id: &'static str,
    /// Method and path, as API Gateway writes them.
    pub(crate) key: &'static str,
    pub(crate) access: Access,
}

/// Who may use a route.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// Anybody.
    Public,
    /// Anybody, but only so often: requests a second, and in one burst. Each attempt costs the service a password hash.
    Limited { rate: i32, burst: i32 },
    /// Whom the authorizer lets pass.
    Protected,
}

/// What the authorizer says of the caller, and the header that tells the service.
pub(crate) const IDENTITY: [(&str, &str); 3] =
    [("x-auth-user-id", "id"), ("x-auth-user-name", "user_name"), ("x-auth-role", "role")];

/// The header that tells the service the client's address: each may only try to log in so often.
pub(crate) const CLIENT_ADDRESS: &str = "x-client-address";

/// What API Gateway knows of the client's address.
pub(crate) const SOURCE_ADDRESS: &str = "$context.identity.sourceIp";

/// All of them. `GET /auth/check_token` is missing on purpose: only the authorizer calls it, from inside the network.
pub(crate) const ROUTES: [Route; 14] = [
    Route { id: "Health", key: "GET /", access: Public },
    Route { id: "PublicKeys", key: "GET /.well-known/jwks.json", access: Public },
    Route { id: "Description", key: "GET /openapi.json", access: Public },
    Route { id: "Docs", key: "GET /docs", access: Public },
    Route { id: "DocsFiles", key: "GET /docs/{proxy+}", access: Public },
    Route { id: "LogIn", key: "POST /auth/token", access: Limited { rate: 5, burst: 10 } },
    Route { id: "CreateUser", key: "POST /users/create_user", access: Limited { rate: 2, burst: 5 } },
    Route { id: "ReadUsers", key: "GET /users/read_all", access: Protected },
    Route { id: "UpdateUser", key: "PUT /users/update", access: Protected },
    Route { id: "DeleteUser", key: "DELETE /users/delete/{user_name}", access: Protected },
    Route { id: "StoreLocation", key: "POST /location/update", access: Protected },
    Route { id: "ReadLocationsOf", key: "POST /location/get_locations", access: Protected },
    Route { id: "ReadLocations", key: "GET /location/get_locations", access: Protected },
    Route { id: "ReadNewestLocations", key: "GET /location/get_latest_locations", access: Protected },
];
