//! Arbitrary bytes to a device with sessions.

use sealwax::envelope::Envelope;
use sealwax::session::{Endpoint, Opened, Received};

use super::Seed;
use super::scene::{Own, Stored, accept, scene};
use super::vectors::{Vectors, file};

/// Nothing but what was sent to the device opens, and it opens once. What does not open leaves
/// every stored byte as it was.
pub fn run(data: &[u8]) {
    let scene = scene();
    let mut bob = scene.bob();
    let before = Stored::of(&bob);
    let opened = bob.open(data, scene.now);
    assert!(opened.is_err() || Envelope::decode(data).is_ok());
    let received = match opened {
        Ok(Opened::Message(received)) => received,
        Ok(Opened::Introduction(introduction)) => {
            assert!(Stored::of(&bob) == before, "an introduction changes nothing");
            let contact = &scene.contacts[introduction.initiator().certificate().account()];
            accept(&mut bob, contact, *introduction, scene.now).unwrap()
        }
        Ok(Opened::Duplicate | Opened::TooOld | Opened::Unknown | Opened::Sender) | Err(_) => {
            assert!(Stored::of(&bob) == before, "what does not open changes nothing");
            return;
        }
        Ok(other) => panic!("a new outcome: {other:?}"),
    };
    let sent = scene.genuine(data).expect("nobody else can have sent it");
    assert_eq!(received.plaintext, sent.plaintext);
    before.changed(&Stored::of(&bob), &received.sender, received.changes);
    opens_no_more(bob, &received, data);
}

fn opens_no_more(mut endpoint: Endpoint, received: &Received, envelope: &[u8]) {
    let after = Stored::of(&endpoint);
    assert!(after.peers.contains_key(&received.sender));
    let restored = Own::of(&endpoint).endpoint(after.peers.values()).unwrap();
    for endpoint in [&mut endpoint, &mut { restored }] {
        let again = endpoint.open(envelope, scene().now);
        // The last message that a chain missed takes the chain with it, so that nothing tells a
        // repetition from a message of another time.
        let repetition = matches!(again, Ok(Opened::Duplicate | Opened::TooOld | Opened::Unknown));
        assert!(repetition, "{again:?}");
        assert!(Stored::of(endpoint) == after, "a repetition changes nothing");
    }
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    scene().sent.iter().map(|sent| (sent.kind, sent.envelope.clone())).collect()
}

pub fn vectors() -> Vec<Seed> {
    let (file, op, field) = (file!("envelope"), "decode", "/envelope");
    Vectors { name: "envelope", file, op, field, refused: "decode/" }.seeds()
}
