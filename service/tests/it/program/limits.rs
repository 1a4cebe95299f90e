//! Too much at once: log-ins, and passwords to hash.

use service::password::Passwords;

use crate::{
    api::{ADMIN, Answer, Api, PASSWORD, Transport},
    storage::Backend,
};

crate::tests! {
    on_backend: fourth_wrong_password_is_too_many, right_passwords_do_not_count, address_has_ten_times_as_many,
        trusted_header_tells_addresses_apart, header_is_ignored_unless_it_is_trusted, full_queue_is_told,
        password_that_was_not_looked_at_does_not_count, right_passwords_at_once_are_all_let_in,
        name_is_not_locked_out_by_one_address, name_has_ten_times_as_many_from_all_addresses,
        addresses_of_a_network_share_a_limit;
}

const LIMIT: (&str, &str) = ("LOGIN_LIMIT", "3");

/// A minute has one attempt for a name, ten for an address.
const ONE: (&str, &str) = ("LOGIN_LIMIT", "1");

const HEADER: (&str, &str) = ("CLIENT_ADDRESS_HEADER", "x-client-address");

impl Answer {
    fn is_too_many(&self) {
        self.is_error(429, "Too many attempts.");
        let wait: u64 = self.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }

    fn is_busy(&self) {
        self.is_error(503, "The service is busy.");
        assert_eq!(self.header("retry-after"), Some("1"));
    }
}

/// Where no password has a place. What gets as far as that is answered at once, so that no attempt comes back meanwhile.
fn without_places(backend: Backend, transport: Transport, settings: &[(&str, &str)]) -> Api {
    Api::with_passwords(backend, transport, settings, Passwords::with_limits(0, 0))
}

fn fourth_wrong_password_is_too_many(backend: Backend) {
    let api = Api::with(backend, Transport::Socket, &[LIMIT]);
    api.wait_for(async {
        // The second does not exist, and nobody can tell.
        for name in [ADMIN, "nobody", "no name"] {
            for _ in 0..3 {
                api.log_in(name, "wrong password").await.is_error(401, "Could not validate user.");
            }
            api.log_in(name, "wrong password").await.is_too_many();
        }
        // Not even the right one.
        api.log_in(ADMIN, PASSWORD).await.is_too_many();
        api.sign_up("ann").await;
        assert_eq!(api.log_in("ann", PASSWORD).await.status, 200);
    });
}

fn right_passwords_do_not_count(backend: Backend) {
    let api = Api::with(backend, Transport::Socket, &[LIMIT]);
    api.wait_for(async {
        for _ in 0..2 {
            api.log_in(ADMIN, "wrong password").await.is_error(401, "Could not validate user.");
        }
        for _ in 0..6 {
            assert_eq!(api.log_in(ADMIN, PASSWORD).await.status, 200);
        }
        api.log_in(ADMIN, "wrong password").await.is_error(401, "Could not validate user.");
        api.log_in(ADMIN, "wrong password").await.is_too_many();
    });
}

fn address_has_ten_times_as_many(backend: Backend) {
    let api = without_places(backend, Transport::Socket, &[ONE]);
    api.wait_for(async {
        for number in 0..10 {
            api.log_in(&format!("name{number}"), PASSWORD).await.is_busy();
        }
        api.log_in("another", PASSWORD).await.is_too_many();
    });
}

/// Tries a wrong password from an address, as the header has it.
async fn try_from(api: &Api, address: &str, name: &str) -> Answer {
    let form = format!("username={name}&password=password");
    api.post("/auth/token").header("x-client-address", address).form(form).send().await
}

/// The eleventh attempt from one address, and the first from another.
async fn eleventh_and_first(api: &Api) -> (Answer, Answer) {
    for number in 0..10 {
        try_from(api, "192.0.2.1", &format!("name{number}")).await.is_busy();
    }
    (try_from(api, "192.0.2.1", "one").await, try_from(api, "192.0.2.2", "two").await)
}

fn trusted_header_tells_addresses_apart(backend: Backend) {
    let api = without_places(backend, Transport::Socket, &[ONE, HEADER]);
    let (eleventh, first) = api.wait_for(eleventh_and_first(&api));
    eleventh.is_too_many();
    first.is_busy();
}

fn header_is_ignored_unless_it_is_trusted(backend: Backend) {
    let api = without_places(backend, Transport::Socket, &[ONE]);
    let (eleventh, first) = api.wait_for(eleventh_and_first(&api));
    eleventh.is_too_many();
    first.is_too_many();
}

/// An unknown name takes a place as well: as much is done for it as for any other.
fn full_queue_is_told(backend: Backend) {
    for transport in Transport::ALL {
        let api = without_places(backend, transport, &[("LOGIN_LIMIT", "off")]);
        api.wait_for(async {
            for name in [ADMIN, "nobody", "no name"] {
                api.log_in(name, PASSWORD).await.is_busy();
            }
            api.sign_up("ann").await.is_busy();
            assert_eq!(api.get("/ready").send().await.status, 200);
        });
    }
}

fn password_that_was_not_looked_at_does_not_count(backend: Backend) {
    let api = without_places(backend, Transport::Socket, &[ONE]);
    api.wait_for(async {
        for _ in 0..3 {
            api.log_in(ADMIN, PASSWORD).await.is_busy();
        }
    });
}

/// More than the limit run at once, and it is only known afterwards that they do not count.
fn right_passwords_at_once_are_all_let_in(backend: Backend) {
    let api = Api::with(backend, Transport::Socket, &[LIMIT]);
    let log_in = || api.log_in(ADMIN, PASSWORD);
    let answers = api.wait_for(async {
        <[Answer; 8]>::from(tokio::join!(
            log_in(),
            log_in(),
            log_in(),
            log_in(),
            log_in(),
            log_in(),
            log_in(),
            log_in()
        ))
    });
    assert_eq!(answers.map(|answer| answer.status.as_u16()), [200; 8]);
}

fn name_is_not_locked_out_by_one_address(backend: Backend) {
    let api = Api::with(backend, Transport::Socket, &[LIMIT, HEADER]);
    api.wait_for(async {
        for _ in 0..3 {
            try_from(&api, "192.0.2.1", ADMIN).await.is_error(401, "Could not validate user.");
        }
        try_from(&api, "192.0.2.1", ADMIN).await.is_too_many();
        assert_eq!(api.log_in(ADMIN, PASSWORD).await.status, 200);
    });
}

fn name_has_ten_times_as_many_from_all_addresses(backend: Backend) {
    let api = Api::with(backend, Transport::Socket, &[ONE, HEADER]);
    api.wait_for(async {
        // While passwords are hashed, attempts may come back: one in six seconds.
        for number in 0..200 {
            let answer = try_from(&api, &format!("192.0.2.{number}"), ADMIN).await;
            if number >= 10 && answer.status == 429 {
                return;
            }
            answer.is_error(401, "Could not validate user.");
        }
        panic!("there is no limit");
    });
}

fn addresses_of_a_network_share_a_limit(backend: Backend) {
    let api = without_places(backend, Transport::Socket, &[ONE, HEADER]);
    api.wait_for(async {
        for number in 0..10 {
            try_from(&api, &format!("2001:db8::{number}"), &format!("name{number}")).await.is_busy();
        }
        try_from(&api, "2001:db8::ffff:0:0:0", "one").await.is_too_many();
        try_from(&api, "2001:db8:0:1::", "two").await.is_busy();
        // The same address in two forms.
        for number in 0..10 {
            try_from(&api, "::ffff:192.0.2.1", &format!("name{number}")).await.is_busy();
        }
        try_from(&api, "192.0.2.1", "one").await.is_too_many();
    });
}
