//! Bundles, certificates and lists as a server hands them out: every bit of them counts.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use sealwax::identity::{DeviceCertificate, SignedDeviceList};
use sealwax::prekey::{BundleError, PrekeyBundle, PrekeyError};
use support::bytes::{self, encode, field, flipped, substituted};
use support::{account_id, alice_and_bob};

/// A prekey's place in a bundle and how it is refused there.
type Place = (u32, fn(PrekeyError) -> BundleError);

const PLACES: [Place; 3] =
    [(2, BundleError::SignedPrekey), (3, BundleError::KemPrekey), (4, BundleError::OneTimePrekey)];

/// Behaviour: every one of the 512 bits of a prekey's signature matters, for each prekey.
#[test]
fn no_bit_of_a_prekey_signature_may_flip() {
    let (mut world, alice, bob) = alice_and_bob(3);
    let bytes = world.fetch(bob);
    let permit = world.permit(alice, bob);
    assert!(PrekeyBundle::decode(&bytes).unwrap().verify(permit.device(), world.now).is_ok());
    for (number, error) in PLACES {
        let signature = field(&bytes, &[number, 2]);
        assert_eq!(signature.len(), 64);
        for bit in signature.start * 8..signature.end * 8 {
            let bundle = PrekeyBundle::decode(&flipped(&bytes, bit)).unwrap();
            let result = bundle.verify(permit.device(), world.now);
            assert_eq!(result, Err(error(PrekeyError::Signature)), "bit {bit}");
        }
    }
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
    for (number, error) in PLACES {
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

/// Behaviour: no bit of a certificate or of a device list may flip, and none of either may be cut
/// off.
#[test]
fn no_bit_of_a_signed_document_may_flip() {
    let (mut world, alice, _) = alice_and_bob(16);
    world.join("alice");
    let certificate = world.endpoint(alice).local().certificate().encode();
    let list = world.newest_list(&account_id("alice")).unwrap().signed().encode();
    assert!(DeviceCertificate::decode(&certificate).is_ok());
    assert!(SignedDeviceList::decode(&list).is_ok());
    for bit in 0..certificate.len() * 8 {
        assert!(DeviceCertificate::decode(&flipped(&certificate, bit)).is_err(), "{bit}");
    }
    for bit in 0..list.len() * 8 {
        assert!(SignedDeviceList::decode(&flipped(&list, bit)).is_err(), "bit {bit}");
    }
    for len in 0..certificate.len() {
        assert!(DeviceCertificate::decode(&certificate[..len]).is_err(), "cut at {len}");
    }
    for len in 0..list.len() {
        assert!(SignedDeviceList::decode(&list[..len]).is_err(), "cut at {len}");
    }
}

/// Behaviour: a bundle of which any bit flips is refused when decoded or when verified. What the
/// certificate's signatures are does not count: its hash is on the verified list.
#[test]
fn no_bit_of_a_bundle_may_flip() {
    let (mut world, alice, bob) = alice_and_bob(17);
    let bundle = world.fetch(bob);
    let permit = world.permit(alice, bob);
    let verify =
        |bytes: &[u8]| PrekeyBundle::decode(bytes)?.verify(permit.device(), world.now).map(|_| ());
    assert_eq!(verify(&bundle), Ok(()));
    let signatures = [field(&bundle, &[1, 2]), field(&bundle, &[1, 3])];
    for bit in 0..bundle.len() * 8 {
        let counts = signatures.iter().all(|signature| !signature.contains(&(bit / 8)));
        assert_eq!(verify(&flipped(&bundle, bit)).is_err(), counts, "bit {bit}");
    }
    for len in 0..bundle.len() {
        let cut = verify(&bundle[..len]);
        // Without the one-time prekey it is a whole bundle: a weaker one, as its strength says.
        assert_eq!(cut.is_ok(), len == field(&bundle, &[3]).end, "cut at {len}");
    }
}
