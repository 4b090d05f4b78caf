//! A server, or whoever sits on the way, that lies: about bundles, certificates and keys.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::montgomery::MontgomeryPoint;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::crypto::{SignaturePurpose, SigningKey};
use sealwax::handshake::{InitiateError, RespondError};
use sealwax::identity::{
    AccountKeyPair, CertificateError, CertifyError, Contact, DeviceCertificate, DeviceKeys,
    ListDraft, LocalDevice, NotThisDevice, SignedDeviceList,
};
use sealwax::prekey::{BundleError, PrekeyBundle, PrekeyError};
use sealwax::session::{OpenError, Opened};
use support::bytes::{self, encode, field, handshake, substituted};
use support::{Dev, World, account_id, alice_and_bob, in_conversation};

/// Coordinates of small order, on the curve and on its twist, canonical and not.
const LOW_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

/// An account of Eve's whose key signs whatever she likes, and a device key that does.
struct Eve {
    account: AccountKeyPair,
    account_signing: SigningKey,
    device_signing: SigningKey,
}

impl Eve {
    fn new() -> Self {
        let rng = || ChaCha20Rng::seed_from_u64(666);
        let eve = Self {
            account: AccountKeyPair::generate(&mut rng()),
            account_signing: SigningKey::generate(&mut rng()),
            device_signing: SigningKey::generate(&mut ChaCha20Rng::seed_from_u64(667)),
        };
        assert_eq!(
            eve.account.public_key().as_bytes(),
            eve.account_signing.verifying_key().as_bytes()
        );
        eve
    }

    /// Somebody's certificate, changed to be of Eve's account, and changed further. The possession
    /// is the original one unless Eve's device key can sign it.
    fn certificate(
        &self,
        of: &DeviceCertificate,
        changes: &[[&[u8]; 2]],
        possess: bool,
    ) -> Vec<u8> {
        let original = of.encode();
        let mut body = original[field(&original, &[1])].to_vec();
        let key = self.account.public_key();
        let to_eve: [[&[u8]; 2]; 2] =
            [[of.account().as_bytes(), b"eve"], [of.account_key().as_bytes(), key.as_bytes()]];
        for [from, to] in to_eve.iter().chain(changes) {
            body = substituted(&body, from, to);
        }
        let possession = if possess {
            *self.device_signing.sign(SignaturePurpose::DevicePossession, &body).as_bytes()
        } else {
            original[field(&original, &[2])].try_into().unwrap()
        };
        let signature = self.account_signing.sign(SignaturePurpose::DeviceCertificate, &body);
        [encode(1, &body), encode(2, &possession), encode(3, signature.as_bytes())].concat()
    }

    /// A prekey of a bundle of Bob's, changed and signed by Eve's device.
    fn prekey(&self, bundle: &[u8], number: u32, changes: &[[&[u8]; 2]]) -> Vec<u8> {
        let mut body = substituted(&bundle[field(bundle, &[number, 1])], b"bob", b"eve");
        for [from, to] in changes {
            body = substituted(&body, from, to);
        }
        let signature = self.device_signing.sign(SignaturePurpose::Prekey, &body);
        [encode(1, &body), encode(2, signature.as_bytes())].concat()
    }

    fn contact(&self, world: &World, certificate: &DeviceCertificate) -> Contact {
        let draft = ListDraft::first(account_id("eve")).with(certificate.clone());
        let list = draft.sign(&self.account, world.validity()).unwrap();
        Contact::trust_on_first_use(list, world.now).unwrap()
    }
}

fn certificate_of(world: &World, dev: Dev) -> DeviceCertificate {
    world.endpoint(dev).local().certificate().clone()
}

/// The X25519 key in a prekey or certificate body: before the 16 bytes of validity, and of
/// capabilities in a certificate.
fn dh_key(body: &[u8], after: usize) -> Vec<u8> {
    body[body.len() - after - 32..body.len() - after].to_vec()
}

/// Behaviour: a bundle of another device, of the same account or not, is refused.
#[test]
fn a_bundle_of_another_device_is_refused() {
    let (mut world, alice, bob) = alice_and_bob(1);
    let (bobs_other, eve) = (world.join("bob"), world.join("eve"));
    let permit = world.permit(alice, bob);
    for other in [bobs_other, eve] {
        let bundle = PrekeyBundle::decode(&world.fetch(other)).unwrap();
        let refused = bundle.verify(permit.device(), world.now);
        assert_eq!(refused, Err(BundleError::OtherCertificate));
    }
}

/// Behaviour: prekeys of another device under the right certificate are refused, each of them.
#[test]
fn prekeys_of_another_device_are_refused() {
    let (mut world, alice, bob) = alice_and_bob(2);
    let eve = world.join("eve");
    let (his, hers) = (world.fetch(bob), world.fetch(eve));
    let permit = world.permit(alice, bob);
    let refused: [fn(PrekeyError) -> BundleError; 3] =
        [BundleError::SignedPrekey, BundleError::KemPrekey, BundleError::OneTimePrekey];
    for (number, error) in (2..).zip(refused) {
        let mixed = bytes::replaced(&his, field(&his, &[number]), &hers[field(&hers, &[number])]);
        let bundle = PrekeyBundle::decode(&mixed).unwrap();
        let result = bundle.verify(permit.device(), world.now);
        assert_eq!(result, Err(error(PrekeyError::OtherOwner)));
        // Re-addressed to Bob, her signature is no longer one.
        let readdressed = substituted(&mixed, b"eve", b"bob");
        if let Ok(bundle) = PrekeyBundle::decode(&readdressed) {
            assert!(bundle.verify(permit.device(), world.now).is_err());
        }
    }
}

/// Behaviour: a prekey in the place of another kind is refused, and so is a missing one.
#[test]
fn prekeys_in_the_wrong_place_are_refused() {
    let (mut world, alice, bob) = alice_and_bob(3);
    let bundle = world.fetch(bob);
    let permit = world.permit(alice, bob);
    let part = |number| &bundle[field(&bundle, &[number])];
    let made = |parts: &[(u8, u32)]| {
        let parts = parts.iter().map(|(at, from)| encode(*at, part(*from)));
        PrekeyBundle::decode(&parts.collect::<Vec<_>>().concat())
    };
    let wrong = PrekeyError::WrongKind;
    for (parts, error) in [
        ([(1, 1), (2, 4), (3, 3), (4, 4)], BundleError::SignedPrekey(wrong)),
        ([(1, 1), (2, 2), (3, 2), (4, 4)], BundleError::KemPrekey(wrong)),
        ([(1, 1), (2, 2), (3, 3), (4, 2)], BundleError::OneTimePrekey(wrong)),
    ] {
        let result = made(&parts).unwrap().verify(permit.device(), world.now);
        assert_eq!(result, Err(error));
    }
    for parts in [&[(1, 1), (2, 2)][..], &[(1, 1), (3, 3)], &[(2, 2), (3, 3)], &[]] {
        assert!(made(parts).is_err());
    }
    assert!(made(&[(1, 1), (3, 3), (2, 2)]).is_err(), "another order");
    assert!(made(&[(1, 1), (2, 2), (3, 3)]).is_ok(), "without the one-time key");
}

/// Behaviour: a one-time prekey that the server hands out twice serves one initiator; the other
/// is refused, and its next bundle works.
#[test]
fn a_one_time_prekey_handed_out_twice_serves_once() {
    let (mut world, alice, bob) = alice_and_bob(4);
    let carol = world.join("carol");
    let shelf = world.directory.shelves[&world.address(bob)].clone();
    world.begin(alice, bob);
    let address = world.address(bob);
    world.directory.shelves.insert(address, shelf);
    world.begin(carol, bob);
    world.tell(alice, bob, b"first");
    let envelope = world.say(carol, bob, b"second");
    let before = world.state(bob);
    let error = world.open(bob, &envelope).unwrap_err();
    assert_eq!(error, OpenError::Handshake(RespondError::UnknownPrekey));
    assert_eq!(world.state(bob), before);
    world.begin(carol, bob);
    world.tell(carol, bob, b"third");
}

/// Behaviour: an unknown key share. Eve cannot have Bob's device keys certified as hers: she does
/// not hold the key that proves possession.
#[test]
fn nobody_certifies_keys_they_do_not_hold() {
    let (world, _, bob) = alice_and_bob(5);
    let eve = Eve::new();
    let forged = eve.certificate(&certificate_of(&world, bob), &[], false);
    let refused = DeviceCertificate::decode(&forged).unwrap_err();
    assert_eq!(refused, CertificateError::PossessionSignature);
    let keys = world.endpoint(bob).local().keys();
    let key = world.account_key("bob").public_key();
    let terms = sealwax::identity::CertificateTerms { validity: world.validity(), capabilities: 0 };
    let request = keys.request_certificate(&account_id("bob"), &key, terms);
    assert_eq!(eve.account.certify(&request, world.now), Err(CertifyError::OtherAccountKey));
}

/// Behaviour: an unknown key share with the agreement key alone. Eve names Bob's X25519 key as her
/// own under a signing key that she does hold, and re-signs his prekeys. Alice believes to write to
/// Eve; forwarded to Bob her handshake does not open, so nobody is mistaken about anybody.
#[test]
fn an_agreement_key_that_eve_claims_gives_her_nothing() {
    let (mut world, alice, bob) = alice_and_bob(6);
    let eve = Eve::new();
    let honest = certificate_of(&world, bob);
    let signing = honest.keys().signing;
    let hers = eve.device_signing.verifying_key();
    let forged = eve.certificate(&honest, &[[signing.as_bytes(), hers.as_bytes()]], true);
    let certificate = DeviceCertificate::decode(&forged).unwrap();
    assert_eq!(certificate.keys().identity, honest.keys().identity);
    let his = world.fetch(bob);
    let prekeys = [2, 3, 4].map(|number| eve.prekey(&his, number, &[]));
    let [signed, kem, one_time] = &prekeys;
    let bundle =
        [encode(1, &forged), encode(2, signed), encode(3, kem), encode(4, one_time)].concat();
    let permit = eve.contact(&world, &certificate).permit(honest.device(), world.now).unwrap();
    let bundle = PrekeyBundle::decode(&bundle).unwrap().verify(permit.device(), world.now).unwrap();
    let now = world.now;
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let endpoint = world.endpoint_mut(alice);
    endpoint.initiate(&bundle, None, now, &mut rng).unwrap();
    let envelope = endpoint.encrypt(&permit, b"to Eve", now, &mut rng).unwrap().envelope;
    let before = world.state(bob);
    let error = world.open(bob, &envelope).unwrap_err();
    assert_eq!(error, OpenError::Handshake(RespondError::NotAuthentic));
    assert_eq!(world.state(bob), before);
}

/// Behaviour: a stolen certificate is of no use without its keys.
#[test]
fn a_certificate_is_nothing_without_its_keys() {
    let (mut world, _, bob) = alice_and_bob(7);
    let mallory = DeviceKeys::generate(&mut world.rng);
    let stolen = certificate_of(&world, bob);
    assert!(matches!(LocalDevice::new(mallory.clone(), stolen.clone()), Err(NotThisDevice)));
    // Nor when her keys are put in by hand, under Bob's device id.
    let his = world.endpoint(bob).local().to_bytes();
    let hers = mallory.to_bytes();
    assert!(LocalDevice::from_bytes(&his).is_ok());
    for range in [5..37, 37..69, 5..69] {
        let mixed = bytes::replaced(&his, range.clone(), &hers[range]);
        assert!(LocalDevice::from_bytes(&mixed).is_err());
    }
}

/// Behaviour: a point of small order added to the ephemeral key leaves every Diffie–Hellman as it
/// was, and the handshake is refused all the same.
#[test]
fn a_torsioned_ephemeral_key_is_refused() {
    let (mut world, alice, bob) = alice_and_bob(8);
    world.begin(alice, bob);
    let envelope = world.say(alice, bob, b"hello");
    let range = field(&envelope, handshake::EPHEMERAL_KEY);
    let honest = MontgomeryPoint(envelope[range.clone()].try_into().unwrap());
    let point = honest.to_edwards(0).unwrap();
    let before = world.state(bob);
    for torsion in &EIGHT_TORSION[1..] {
        let torsioned = (point + torsion).to_montgomery();
        assert_ne!(torsioned, honest);
        assert_eq!(torsioned.mul_clamped([7; 32]), honest.mul_clamped([7; 32]));
        let bad = bytes::replaced(&envelope, range.clone(), torsioned.as_bytes());
        let error = world.open(bob, &bad).unwrap_err();
        assert_eq!(error, OpenError::Handshake(RespondError::NotAuthentic));
    }
    // The unused high bit changes no Diffie–Hellman either.
    let bad = bytes::flipped(&envelope, range.end * 8 - 1);
    assert!(matches!(world.open(bob, &bad), Err(OpenError::Envelope(_))));
    assert_eq!(world.state(bob), before);
    world.hear(bob, &envelope);
}

/// Behaviour: an ephemeral key of small order is refused, in every encoding.
#[test]
fn an_ephemeral_key_of_small_order_is_refused() {
    let (mut world, alice, bob) = alice_and_bob(9);
    world.begin(alice, bob);
    let envelope = world.say(alice, bob, b"hello");
    let range = field(&envelope, handshake::EPHEMERAL_KEY);
    let before = world.state(bob);
    for point in LOW_ORDER {
        let bad = bytes::replaced(&envelope, range.clone(), &hex::decode(point).unwrap());
        match world.open(bob, &bad).unwrap_err() {
            OpenError::Envelope(_) | OpenError::Handshake(RespondError::NonContributory) => {}
            other => panic!("{point}: {other}"),
        }
        assert_eq!(world.state(bob), before);
    }
}

/// Behaviour: a peer that signs a key of small order, in any place of its bundle, gets no session.
#[test]
fn a_bundle_with_a_key_of_small_order_starts_no_session() {
    let (mut world, alice, bob) = alice_and_bob(10);
    let (eve, honest, his) = (Eve::new(), certificate_of(&world, bob), world.fetch(bob));
    let device = [honest.keys().signing, eve.device_signing.verifying_key()];
    let device = [device[0].as_bytes().as_slice(), device[1].as_bytes()];
    let mut initiated = 0;
    for place in [1, 2, 4, 0] {
        for point in LOW_ORDER {
            let point = hex::decode(point).unwrap();
            let identity = honest.keys().identity.as_bytes().to_vec();
            let bad = |at: u32, key: &[u8]| if at == place { point.clone() } else { key.to_vec() };
            let bad_identity = bad(1, &identity);
            let forged = eve.certificate(&honest, &[device, [&identity, &bad_identity]], true);
            let Ok(certificate) = DeviceCertificate::decode(&forged) else { continue };
            let mut bundle = encode(1, &forged);
            for number in [2, 3, 4] {
                let key = dh_key(&his[field(&his, &[number, 1])], 16);
                let prekey = eve.prekey(&his, number, &[[&key, &bad(number, &key)]]);
                bundle.extend(encode(u8::try_from(number).unwrap(), &prekey));
            }
            let Ok(bundle) = PrekeyBundle::decode(&bundle) else { continue };
            let contact = eve.contact(&world, &certificate);
            let permit = contact.permit(honest.device(), world.now).unwrap();
            let verified = bundle.verify(permit.device(), world.now).unwrap();
            let before = world.state(alice);
            let now = world.now;
            let mut rng = ChaCha20Rng::seed_from_u64(1);
            let result = world.endpoint_mut(alice).initiate(&verified, None, now, &mut rng);
            if place == 0 {
                initiated += 1;
                assert!(result.is_ok(), "nothing else is wrong with these bundles");
                break;
            }
            assert_eq!(result, Err(InitiateError::NonContributory), "place {place}");
            assert_eq!(world.state(alice), before);
        }
    }
    assert_eq!(initiated, 1);
}

/// Behaviour: a KEM key with coefficients beyond the modulus is no key.
#[test]
fn a_kem_key_that_is_none_is_refused() {
    let (mut world, _, bob) = alice_and_bob(11);
    let bundle = world.fetch(bob);
    let body = field(&bundle, &[3, 1]);
    let key = body.end - 16 - 1_184;
    let bad = bytes::replaced(&bundle, key..key + 3, &[0xff; 3]);
    assert!(matches!(PrekeyBundle::decode(&bad), Err(BundleError::Malformed(_))));
}

/// Behaviour: what a device sent is nothing to the device itself, whoever reflects it.
#[test]
fn reflected_messages_open_nothing() {
    let (mut world, alice, bob) = alice_and_bob(12);
    world.begin(alice, bob);
    let first = world.say(alice, bob, b"hello");
    world.tell(alice, bob, b"hello");
    world.tell(bob, alice, b"hello");
    let later = world.say(alice, bob, b"again");
    let before = world.state(alice);
    assert!(matches!(world.open(alice, &first), Ok(Opened::TooOld)), "her own handshake");
    assert!(matches!(world.open(alice, &later), Ok(Opened::Unknown)));
    assert_eq!(world.state(alice), before);
    let address = world.address(bob);
    world.endpoint_mut(alice).forget(&address);
    let now = world.now;
    let refused = world.endpoint_mut(alice).open(&first, now).unwrap_err();
    assert_eq!(refused, OpenError::Handshake(RespondError::NotAuthentic));
}

/// Behaviour: a device does not begin a session with itself.
#[test]
fn a_device_does_not_talk_to_itself() {
    let (mut world, alice, _) = alice_and_bob(13);
    let bundle = world.bundle(alice, alice);
    let now = world.now;
    let mut rng = world.rng.clone();
    let before = world.state(alice);
    let result = world.endpoint_mut(alice).initiate(&bundle, None, now, &mut rng);
    assert_eq!(result, Err(InitiateError::OwnBundle));
    assert_eq!(world.state(alice), before);
}

/// Behaviour: re-addressing. An established message goes to one device and no other.
#[test]
fn a_message_for_one_device_is_nothing_to_another() {
    let (mut world, alice, bob) = in_conversation(14);
    let carol = world.join("carol");
    world.begin(alice, carol);
    world.tell(alice, carol, b"hello");
    world.tell(carol, alice, b"hello");
    let to_bob = world.say(alice, bob, b"for Bob");
    let before = world.state(carol);
    assert!(matches!(world.open(carol, &to_bob), Ok(Opened::Unknown)));
    assert_eq!(world.state(carol), before);
    let permit = world.permit(alice, carol);
    let now = world.now;
    let rng = &mut world.rng.clone();
    assert!(world.endpoint_mut(bob).encrypt(&permit, b"x", now, rng).is_err());
}

/// Behaviour: a server that calls its own key Bob's shows in the safety number, and only there.
#[test]
fn a_substituted_account_shows_in_the_safety_number() {
    let (mut world, alice, bob) = alice_and_bob(15);
    let mut other = World::new(77);
    let impostor = other.join("bob");
    let fake: SignedDeviceList = other.directory.lists[&account_id("bob")][0].clone();
    let believed = Contact::trust_on_first_use(fake, world.now).unwrap();
    assert!(believed.permit(other.address(impostor).device, world.now).is_ok());
    let identity = |account, key| sealwax::identity::AccountIdentity { account, key };
    let (a, b) = (account_id("alice"), account_id("bob"));
    let alices = *world.contact(bob, &a).account_key();
    let bobs = *world.contact(alice, &b).account_key();
    let number = |own, peer| sealwax::identity::SafetyNumber::new(own, peer);
    let at_alice = number(identity(&a, &alices), identity(&b, believed.account_key()));
    let at_bob = number(identity(&b, &bobs), identity(&a, &alices));
    assert_ne!(at_alice.digits(), at_bob.digits());
    let honest = number(identity(&a, &alices), identity(&b, &bobs));
    assert_eq!(honest.digits(), at_bob.digits());
    assert!(matches!(at_alice.scan(&at_bob.code()), Ok(sealwax::identity::ScanOutcome::Mismatch)));
}

/// Behaviour: no bit of a certificate or of a device list may flip, and none of either may be cut
/// off.
#[test]
fn no_bit_of_a_signed_document_may_flip() {
    let (mut world, alice, _) = alice_and_bob(16);
    world.join("alice");
    let certificate = certificate_of(&world, alice).encode();
    let list = world.newest_list(&account_id("alice")).unwrap().signed().encode();
    assert!(DeviceCertificate::decode(&certificate).is_ok());
    assert!(SignedDeviceList::decode(&list).is_ok());
    for bit in 0..certificate.len() * 8 {
        assert!(DeviceCertificate::decode(&bytes::flipped(&certificate, bit)).is_err(), "{bit}");
    }
    for bit in 0..list.len() * 8 {
        assert!(SignedDeviceList::decode(&bytes::flipped(&list, bit)).is_err(), "bit {bit}");
    }
    for len in 0..certificate.len() {
        assert!(DeviceCertificate::decode(&certificate[..len]).is_err(), "cut at {len}");
    }
    for len in 0..list.len() {
        assert!(SignedDeviceList::decode(&list[..len]).is_err(), "cut at {len}");
    }
}

/// Behaviour: a bundle of which any bit flips is refused when decoded or when verified.
#[test]
fn no_bit_of_a_bundle_may_flip() {
    let (mut world, alice, bob) = alice_and_bob(17);
    let bundle = world.fetch(bob);
    let permit = world.permit(alice, bob);
    let verify =
        |bytes: &[u8]| PrekeyBundle::decode(bytes)?.verify(permit.device(), world.now).map(|_| ());
    assert_eq!(verify(&bundle), Ok(()));
    let certificate = field(&bundle, &[1, 1]).start..field(&bundle, &[1, 3]).end;
    for bit in (0..bundle.len() * 8).filter(|bit| !certificate.contains(&(bit / 8))) {
        assert!(verify(&bytes::flipped(&bundle, bit)).is_err(), "bit {bit}");
    }
    for len in 0..bundle.len() {
        let cut = verify(&bundle[..len]);
        // Without the one-time prekey it is a whole bundle: a weaker one, as its strength says.
        assert_eq!(cut.is_ok(), len == field(&bundle, &[3]).end, "cut at {len}");
    }
}
