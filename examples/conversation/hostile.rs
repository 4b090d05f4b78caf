//! A server that tries what it can. Each attempt is refused, and leaves the device as it was.

use sealwax::envelope::Envelope;
use sealwax::identity::{
    ContactUpdate, DeviceAddress, ListDraft, SendPermit, SignedDeviceList, Validity,
};
use sealwax::prekey::BundleError;
use sealwax::session::{Endpoint, StoredPeer};

use crate::Outcome;
use crate::device::Device;
use crate::network::Packet;
use crate::person::{Person, certified};
use crate::receiving::Fate;
use crate::sending::verified_bundle;
use crate::story::{ALICE, LAPTOP, Story, YEAR, heading};
use crate::world::World;

impl Story {
    pub(crate) fn hostile_server(&mut self) -> Outcome {
        heading(11, "A hostile server");
        self.damaged_envelopes()?;
        self.settle()?;
        self.repeated_and_readdressed()?;
        self.forged_bundles()?;
        self.forged_lists()?;
        self.impostors()?;
        self.settle()
    }

    /// The server holds back a message of the laptop's and delivers it damaged.
    fn damaged_envelopes(&mut self) -> Outcome {
        let alice = self.alice.account.clone();
        let held = self.at(LAPTOP, |device, world| {
            device.say(world, &alice, "Did this arrive in one piece?\n")?;
            device.flush(world)
        })?;
        let packet = held.into_iter().find(|packet| packet.to.account == alice);
        let envelope = packet.ok_or("the laptop sent nothing")?.envelope;
        let mut flipped = envelope.clone();
        if let Some(last) = flipped.last_mut() {
            *last ^= 1;
        }
        let half = envelope.split_at(envelope.len() / 2).0;
        let mut longer = envelope.clone();
        longer.push(0);
        self.deliver(ALICE, "cut in half", half)?;
        self.deliver(ALICE, "a byte appended", &longer)?;
        self.deliver(ALICE, "a bit flipped in the body", &flipped)
    }

    fn repeated_and_readdressed(&mut self) -> Outcome {
        let (alice, phone) = (self.address(ALICE)?, self.stolen_address()?);
        let network = &self.world.network;
        let session = |packet: &&Packet| {
            packet.to == alice
                && matches!(Envelope::decode(&packet.envelope), Ok(Envelope::Session(_)))
        };
        let handshake = |packet: &&Packet| {
            packet.to == phone
                && matches!(Envelope::decode(&packet.envelope), Ok(Envelope::Handshake(_)))
        };
        let repeated = network.copies.iter().rev().find(session).cloned().ok_or("no message")?;
        let readdressed = network.copies.iter().find(handshake).cloned().ok_or("no handshake")?;
        // Its first delivery may have been lost.
        self.at(ALICE, |device, world| device.receive(world, &repeated.envelope))?;
        self.deliver(ALICE, "a message delivered again", &repeated.envelope)?;
        self.deliver(
            LAPTOP,
            "a handshake for the phone, given to the laptop",
            &readdressed.envelope,
        )
    }

    /// Bundles for Bob's laptop that are not what the laptop published.
    fn forged_bundles(&mut self) -> Outcome {
        let (laptop, stranger) = (self.address(LAPTOP)?, self.stranger()?);
        let permit = self.permit_for(&laptop)?;
        let now = self.world.now;
        let genuine = self.world.directory.take_bundle(&laptop, now)?;
        let theirs = self.world.directory.take_bundle(stranger.address(), now)?;
        // Field 1 is the certificate; the prekeys are the others.
        let spliced =
            [fields(&genuine, |number| number == 1), fields(&theirs, |number| number != 1)];
        let mut flipped = genuine.clone();
        if let Some(last) = flipped.last_mut() {
            *last ^= 1;
        }
        for (what, bytes) in [
            ("a bundle under a stranger's certificate", theirs),
            ("Bob's certificate with a stranger's prekeys", spliced.concat()),
            ("a bit flipped in a prekey's signature", flipped),
        ] {
            let refused = verified_bundle(&bytes, &permit, &self.world).err();
            verdict(what, refused.map(|error| bundle_codes(&error)))?;
        }
        Ok(())
    }

    /// Device lists of Bob's with a device that Bob never added.
    fn forged_lists(&mut self) -> Outcome {
        let bob = self.bob.account.clone();
        let stranger = self.stranger()?;
        let genuine = self.bob.list.signed().encode();
        // Field 2 repeats: the certificates of the listed devices.
        let extra =
            [genuine, tagged(2, &stranger.endpoint.local().certificate().encode())].concat();
        let refused = SignedDeviceList::decode(&extra).err();
        verdict("a device added to a signed list", refused.map(|error| error.code().into()))?;
        let (draft, server) = (ListDraft::first(bob.clone()), self.server_person()?);
        let certificate = certified(&bob, &server.key, &mut self.world)?.certificate().clone();
        let validity = Validity::starting(self.world.now, YEAR)?;
        let list = draft.with(certificate).sign(&server.key, validity)?;
        let now = self.world.now;
        let update =
            self.at(ALICE, |device, world| Ok(device.meet(world, &bob)?.update(list, now)?))?;
        let refused = matches!(update, ContactUpdate::OtherAccountKey(_));
        verdict(
            "a list under the server's own account key",
            refused.then(|| "OtherAccountKey: nothing was taken over".into()),
        )
    }

    /// Handshakes that are in order, from devices that are not.
    fn impostors(&mut self) -> Outcome {
        let alice_device = self.address(ALICE)?;
        let bob = self.bob.account.clone();
        let server = self.server_person()?;
        let local = certified(&bob, &server.key, &mut self.world)?;
        let mut impostor = Device::install("an impostor", local, server.list, &mut self.world)?;
        let Some(mut stolen) = self.stolen.take() else { return Err("no stolen phone".into()) };
        stolen.endpoint.forget(&alice_device);
        for (device, what) in [
            (&mut stolen, "a new session from the revoked phone"),
            (&mut impostor, "a new session from a device that says it is Bob's"),
        ] {
            let contact = device.meet(&self.world, &alice_device.account)?;
            let permit = contact.permit(alice_device.device, self.world.now)?;
            let bytes = self.world.directory.take_bundle(&alice_device, self.world.now)?;
            let bundle = verified_bundle(&bytes, &permit, &self.world)?;
            let World { rng, now, .. } = &mut self.world;
            device.endpoint.initiate(&bundle, None, *now, rng)?;
            let envelope = device.endpoint.encrypt(&permit, b"It is me, Bob.", *now, rng)?.envelope;
            self.deliver(ALICE, what, &envelope)?;
        }
        self.stolen = Some(stolen);
        Ok(())
    }
}

/// Helpers.
impl Story {
    /// Delivers an envelope that must be refused, and must change nothing at its receiver.
    fn deliver(&mut self, to: &str, what: &str, envelope: &[u8]) -> Outcome {
        let fate = self.at(to, |device, world| {
            let before = snapshot(&device.endpoint);
            let fate = device.receive(world, envelope)?;
            if snapshot(&device.endpoint) != before {
                return Err(format!("{what}: the state of {to} changed").into());
            }
            Ok(fate)
        })?;
        verdict(
            what,
            match fate {
                Fate::Taken => None,
                Fate::Ignored(why) => Some(format!("ignored: {why}")),
                Fate::Refused(codes) => Some(codes),
            },
        )
    }

    fn stolen_address(&self) -> Outcome<DeviceAddress> {
        Ok(self.stolen.as_ref().ok_or("no stolen phone")?.address().clone())
    }

    fn permit_for(&mut self, device: &DeviceAddress) -> Outcome<SendPermit> {
        let now = self.world.now;
        self.at(ALICE, |alice, world| {
            Ok(alice.meet(world, &device.account)?.permit(device.device, now)?)
        })
    }

    /// Somebody who has nothing to do with Alice or Bob.
    fn stranger(&mut self) -> Outcome<Device> {
        let (person, local) = Person::join("mallory", &mut self.world)?;
        Device::install("Mallory's phone", local, person.list, &mut self.world)
    }

    /// An account of the server's own that it calls Bob.
    fn server_person(&mut self) -> Outcome<Person> {
        Ok(Person::join("bob", &mut self.world)?.0)
    }
}

/// All that the endpoint would store.
fn snapshot(endpoint: &Endpoint) -> (Vec<u8>, Vec<StoredPeer>) {
    let prekeys = endpoint.prekeys().to_bytes().to_vec();
    (prekeys, endpoint.peers().filter_map(|peer| endpoint.stored_peer(peer)).collect())
}

fn bundle_codes(error: &BundleError) -> String {
    match error {
        BundleError::SignedPrekey(behind)
        | BundleError::KemPrekey(behind)
        | BundleError::OneTimePrekey(behind) => format!("{}: {}", error.code(), behind.code()),
        _ => error.code().into(),
    }
}

fn verdict(what: &str, refused: Option<String>) -> Outcome {
    let Some(why) = refused else { return Err(format!("{what}: not refused").into()) };
    println!("  {what:<52} {why}");
    Ok(())
}

/// The top-level fields of a protobuf message whose numbers are wanted, still encoded.
fn fields(message: &[u8], wanted: impl Fn(u8) -> bool) -> Vec<u8> {
    let (mut rest, mut kept) = (message, Vec::new());
    while let Some((key, after)) = rest.split_first() {
        let Some((len, used)) = varint(after) else { break };
        let Some((field, left)) = rest.split_at_checked(1 + used + len) else { break };
        if wanted(key >> 3) {
            kept.extend_from_slice(field);
        }
        rest = left;
    }
    kept
}

/// A length, and how many bytes encode it.
fn varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let used = bytes.iter().position(|byte| byte & 0x80 == 0)? + 1;
    let digits = bytes.iter().take(used).rev();
    Some((digits.fold(0, |value, byte| value << 7 | usize::from(byte & 0x7f)), used))
}

/// A bytes field of a protobuf message.
fn tagged(number: u8, bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![number << 3 | 2];
    let mut len = bytes.len();
    while len > 0x7f {
        out.push(0x80 | len.to_le_bytes()[0]);
        len >>= 7;
    }
    out.push(len.to_le_bytes()[0]);
    out.extend_from_slice(bytes);
    out
}
