use service::address;

#[test]
fn address_has_a_default() {
    assert_eq!(address::parse(None).unwrap().to_string(), "127.0.0.1:8080");
}

#[test]
fn wrong_address_names_the_variable_and_the_form() {
    let message = address::parse(Some("localhost".into())).unwrap_err().to_string();
    assert_eq!(
        message,
        "LISTEN_ADDRESS is \"localhost\", which is not an address; write it as 0.0.0.0:8080 or [::]:8080"
    );
}

#[test]
fn client_reaches_a_server_on_every_address_through_loopback() {
    for (server, client) in [("0.0.0.0:1", "127.0.0.1:1"), ("[::]:2", "[::1]:2"), ("10.0.0.7:3", "10.0.0.7:3")] {
        assert_eq!(address::of_client(server.parse().unwrap()).to_string(), client);
    }
}
