//! The keys that sign tokens.

use aws_smithy_types::DateTime;
use synth::cloud::key_ring::{KeyRing, Use};
use synth::cloud::signing_key;

fn at(seconds: i64) -> DateTime {
    DateTime::from_secs(seconds)
}

#[test]
fn a_key_takes_the_place_of_another() {
    for make in [signing_key::generate, signing_key::seed] {
        let (old, new) = (make().unwrap(), make().unwrap());
        let ring = KeyRing::read(&old).unwrap();
        assert_eq!((&*ring.text(), ring.other()), (&*old, None));
        assert_eq!(ring.is_pem(), old.starts_with("-----BEGIN PRIVATE KEY-----\n"));

        let ring = ring.with(new.clone(), at(0));
        assert_eq!(ring.text(), format!("{old}# next since 1970-01-01T00:00:00Z\n{new}"));
        assert_eq!(KeyRing::read(&ring.text()).unwrap().other(), Some((Use::Next, at(0))));

        let ring = ring.switched(at(60));
        assert_eq!(ring.text(), format!("{new}# replaced since 1970-01-01T00:01:00Z\n{old}"));
        let ring = ring.settled(at(120));
        assert_eq!(ring.text(), format!("{new}# previous since 1970-01-01T00:02:00Z\n{old}"));
        let read = KeyRing::read(&ring.text()).unwrap();
        assert_eq!((read.other(), &read), (Some((Use::Previous, at(120))), &ring));
        assert_eq!(ring.alone().text(), new);
    }
}

/// What a person wrote is not guessed at.
#[test]
fn a_secret_that_says_something_else_is_no_ring() {
    let key = signing_key::generate().unwrap();
    let half = &key[..60];
    for text in [
        "",
        "# next since 1970-01-01T00:00:00Z\n",
        half,
        &format!("{key}{key}"),
        &format!("{key}# next since yesterday\n{key}"),
        &format!("{key}# later since 1970-01-01T00:00:00Z\n{key}"),
        &format!("{key}# next since 1970-01-01T00:00:00Z\n"),
        &format!("{key}# next since 1970-01-01T00:00:00Z\n{key}{key}"),
        &format!("{key}# next since 1970-01-01T00:00:00Z\n{half}"),
        &format!("# next since 1970-01-01T00:00:00Z\n{key}"),
    ] {
        assert_eq!(KeyRing::read(text), None, "{text}");
    }
}

#[test]
fn public_keys_are_compared_by_their_names() {
    let [one, two] = [(); 2].map(|()| signing_key::generate().unwrap());
    let public = |text: &str| signing_key::public_keys(text).unwrap();
    let (first, both) = (public(&one), public(&format!("{one}# next since 1970-01-01T00:00:00Z\n{two}")));
    assert_eq!((signing_key::count(&first), signing_key::count(&both), signing_key::count("{")), (1, 2, 0));
    assert!(signing_key::covers(&both, &first) && signing_key::covers(&public(&format!("{two}{one}")), &both));
    assert!(!signing_key::covers(&first, &both) && !signing_key::covers("", &first));
    let seed = signing_key::seed().unwrap();
    assert_eq!((seed.len(), signing_key::public_keys(&seed)), (65, None));
}
