//! What a user is told about the people they write to, and when nothing is sent.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use sealwax::identity::{
    AccountIdentity, AccountKeyPair, ContactUpdate, DeviceRefused, ForkEvidence, IdentityEvent,
    ListDraft, ListError, OutsideValidity, SafetyNumber, ScanOutcome, SendRefused, SenderStatus,
    SignedDeviceList, Verification, VerifiedDeviceList,
};
use sealwax::session::{AcceptError, Endpoint, OwnListRefused};
use sealwax::time::Timestamp;
use support::{DAY, Dev, NotHeard, World, account_id, alice_and_bob, in_conversation};

fn first_use(list: SignedDeviceList, now: Timestamp) -> VerifiedDeviceList {
    VerifiedDeviceList::trust_on_first_use(list, now).unwrap()
}

/// Behaviour: a device that appears on a contact's list stops all sending to the contact until
/// somebody saw it.
#[test]
fn an_added_device_waits_for_acknowledgement() {
    let (mut world, alice, bob) = in_conversation(1);
    let bobs_other = world.join("bob");
    let id = account_id("bob");
    world.refresh(alice, &id);
    let added = IdentityEvent::DeviceAdded(world.address(bobs_other).device);
    assert_eq!(world.contact(alice, &id).events(), [added]);
    for device in [bob, bobs_other] {
        assert_eq!(world.try_permit(alice, device), Err(SendRefused::Unacknowledged));
    }
    world.crash(alice);
    assert_eq!(world.contact(alice, &id).events(), [added], "events survive a restart");
    world.acknowledge(alice, &id);
    world.tell(alice, bob, b"I saw your laptop");
    world.begin(alice, bobs_other);
    world.tell(alice, bobs_other, b"hello laptop");
}

/// Behaviour: a revoked device gets nothing, begins nothing, and never comes back.
#[test]
fn a_revoked_device_is_out_for_good() {
    let (mut world, alice, bob) = in_conversation(2);
    let (bobs_other, id) = (world.join("bob"), account_id("bob"));
    let bundle_before = world.bundle(alice, bobs_other);
    world.revoke(bobs_other);
    world.refresh(alice, &id);
    let device = world.address(bobs_other).device;
    assert!(world.contact(alice, &id).events().contains(&IdentityEvent::DeviceRevoked(device)));
    world.acknowledge(alice, &id);
    let refused = SendRefused::Device(DeviceRefused::Revoked);
    assert_eq!(world.try_permit(alice, bobs_other), Err(refused));
    world.tell(alice, bob, b"your laptop was stolen?");
    // The thief begins a session with the bundle that it still has.
    let now = world.now;
    let mut rng = world.rng.clone();
    let endpoint = world.endpoint_mut(bobs_other);
    endpoint.initiate(&bundle_before, None, now, &mut rng).unwrap();
    world.save(bobs_other);
    let envelope = world.say(bobs_other, alice, b"it is me, Bob");
    let before = world.state(alice);
    let heard = world.try_hear(alice, &envelope);
    assert!(matches!(heard, Err(NotHeard::Sender(SenderStatus::Revoked))), "{heard:?}");
    assert_eq!(world.state(alice), before);
}

/// Behaviour: a device that the account's list does not name is not listened to.
#[test]
fn an_unlisted_device_is_not_listened_to() {
    let (mut world, alice, _) = alice_and_bob(3);
    let id = account_id("bob");
    let honest = world.newest_list(&id).unwrap();
    // Certified by the account key, and on no list that Alice can see or that it claims.
    let ghost = world.join("bob");
    world.directory.lists.get_mut(&id).unwrap().pop();
    world.contact(alice, &id);
    let endpoint = world.endpoint_mut(ghost);
    assert_eq!(endpoint.set_own_list(honest.clone()), Err(OwnListRefused::Older));
    let (local, prekeys) = (endpoint.local().clone(), endpoint.prekeys().clone());
    *endpoint = Endpoint::new(local, honest, prekeys);
    world.save(ghost);
    world.begin(ghost, alice);
    let envelope = world.say(ghost, alice, b"boo");
    let before = world.state(alice);
    let heard = world.try_hear(alice, &envelope);
    assert!(matches!(heard, Err(NotHeard::Sender(SenderStatus::Unlisted))), "{heard:?}");
    assert_eq!(world.state(alice), before);
    let refused = SendRefused::Device(DeviceRefused::Unlisted);
    assert_eq!(world.try_permit(alice, ghost), Err(refused));
}

/// Behaviour: a server that hides the newest list is found out by a handshake that names it; the
/// message waits for the list and is not lost.
#[test]
fn a_hidden_list_is_noticed() {
    let (mut world, alice, _) = alice_and_bob(4);
    let id = account_id("bob");
    world.contact(alice, &id);
    let bobs_other = world.join("bob");
    let hidden = world.directory.lists.get_mut(&id).unwrap().pop().unwrap();
    world.begin(bobs_other, alice);
    let envelope = world.say(bobs_other, alice, b"from the laptop");
    let before = world.state(alice);
    let heard = world.try_hear(alice, &envelope);
    assert!(
        matches!(heard, Err(NotHeard::Sender(SenderStatus::NeedNewerList { .. }))),
        "{heard:?}"
    );
    assert_eq!(world.state(alice), before);
    world.directory.lists.get_mut(&id).unwrap().push(hidden);
    assert_eq!(world.hear(alice, &envelope).plaintext, b"from the laptop");
}

/// Behaviour: an expired list permits nothing, and neither does a fresh list with expired
/// certificates.
#[test]
fn expired_lists_and_certificates_permit_nothing() {
    let (mut world, alice, bob) = in_conversation(5);
    let id = account_id("bob");
    world.advance(DAY * 390);
    let refused = SendRefused::Device(DeviceRefused::ListExpired);
    assert_eq!(world.try_permit(alice, bob), Err(refused));
    let list = world.newest_list(&id).unwrap();
    world.publish_list(&id, ListDraft::after(&list));
    world.refresh(alice, &id);
    assert_eq!(world.contact(alice, &id).events(), [], "nothing happened to the devices");
    let refused = SendRefused::Device(DeviceRefused::Certificate(OutsideValidity::Expired));
    assert_eq!(world.try_permit(alice, bob), Err(refused));
}

/// Behaviour: an older list changes nothing, a list after a gap neither, and the chain in order
/// does.
#[test]
fn a_list_is_followed_forwards_and_in_order() {
    let (mut world, alice, _) = alice_and_bob(6);
    let id = account_id("bob");
    world.contact(alice, &id);
    for _ in 0..2 {
        world.join("bob");
    }
    let (now, lists) = (world.now, world.directory.lists[&id].clone());
    let contact = world.contact(alice, &id);
    let before = contact.to_bytes();
    let update = contact.update(lists[2].clone(), now).unwrap();
    assert!(matches!(update, ContactUpdate::Gap { .. }));
    assert_eq!(contact.to_bytes(), before);
    for list in &lists[1..] {
        assert_eq!(contact.update(list.clone(), now).unwrap(), ContactUpdate::Advanced);
    }
    let newest = contact.to_bytes();
    assert_eq!(contact.update(lists[0].clone(), now).unwrap(), ContactUpdate::Stale);
    assert_eq!(contact.update(lists[1].clone(), now).unwrap(), ContactUpdate::Stale);
    assert_eq!(contact.update(lists[2].clone(), now).unwrap(), ContactUpdate::AlreadyKnown);
    assert_eq!(contact.to_bytes(), newest);
}

/// Behaviour: two lists for one version are evidence that anybody can verify, and stop sending.
#[test]
fn two_lists_of_one_version_are_evidence() {
    let (mut world, alice, bob) = in_conversation(7);
    let (id, now) = (account_id("bob"), world.now);
    let list = world.newest_list(&id).unwrap();
    let validity = world.validity();
    let ghost = ListDraft::after(&list).without(sealwax::identity::DeviceId::new(1).unwrap());
    let ghost = ghost.sign(world.account_key("bob"), validity).unwrap();
    world.publish_list(&id, ListDraft::after(&list));
    world.refresh(alice, &id);
    let contact = world.contact(alice, &id);
    let ContactUpdate::Fork(evidence) = contact.update(ghost, now).unwrap() else {
        panic!("not a fork")
    };
    assert!(matches!(contact.events(), [IdentityEvent::ListFork { .. }]));
    assert_eq!(ForkEvidence::decode(&evidence.encode()), Ok(*evidence));
    assert_eq!(world.try_permit(alice, bob), Err(SendRefused::Unacknowledged));
}

fn identity<'a>(
    account: &'a sealwax::identity::AccountId,
    key: &'a sealwax::identity::AccountKey,
) -> AccountIdentity<'a> {
    AccountIdentity { account, key }
}

/// Alice compares the safety number with Bob.
fn verify(world: &mut World, alice: Dev) {
    let (a, b) = (account_id("alice"), account_id("bob"));
    let (ka, kb) = (world.account_key("alice").public_key(), world.account_key("bob").public_key());
    let hers = SafetyNumber::new(identity(&a, &ka), identity(&b, &kb));
    let his = SafetyNumber::new(identity(&b, &kb), identity(&a, &ka));
    let Ok(ScanOutcome::Match(proof)) = hers.scan(&his.code()) else { panic!("no match") };
    world.contact(alice, &b).mark_verified(&proof).unwrap();
}

/// Behaviour: a verification is a latch. When the account begins anew, acknowledging is not
/// enough: somebody compares again, or gives the verification up.
#[test]
fn a_violated_verification_refuses_until_a_person_decides() {
    let (mut world, alice, _) = in_conversation(8);
    let id = account_id("bob");
    verify(&mut world, alice);
    assert_eq!(world.contact(alice, &id).verification(), Verification::Verified);
    let mut other = World::new(88);
    let fresh = other.join("bob");
    let (list, now) = (other.directory.lists[&id][0].clone(), world.now);
    let device = other.address(fresh).device;
    world.contact(alice, &id).replace(first_use(list, now)).unwrap();
    world.acknowledge(alice, &id);
    let contact = world.contact(alice, &id);
    assert_eq!(contact.verification(), Verification::Violated);
    assert_eq!(contact.permit(device, now), Err(SendRefused::VerificationViolated));
    contact.withdraw_verification();
    assert!(contact.permit(device, now).is_ok());
}

/// Behaviour: an account key that hands over keeps its devices, sessions and contacts, tells, and
/// is retired for good.
#[test]
fn a_rotated_account_key_is_followed_and_the_old_one_retired() {
    let (mut world, alice, bob) = in_conversation(9);
    let (id, now) = (account_id("bob"), world.now);
    let list = world.newest_list(&id).unwrap();
    let new = AccountKeyPair::generate(&mut world.rng);
    let terms = sealwax::identity::CertificateTerms { validity: world.validity(), capabilities: 0 };
    let request =
        world.endpoint(bob).local().keys().request_certificate(&id, &new.public_key(), terms);
    let certificate = new.certify(&request, now).unwrap();
    let validity = world.validity();
    let rotated = ListDraft::after(&list)
        .with(certificate)
        .sign_rotation(world.account_key("bob"), &new, validity)
        .unwrap();
    let by_the_thief = ListDraft::after(&list).sign(world.account_key("bob"), validity).unwrap();
    let contact = world.contact(alice, &id);
    assert_eq!(contact.update(rotated, now).unwrap(), ContactUpdate::Advanced);
    assert!(matches!(contact.events(), [IdentityEvent::AccountKeyRotated { .. }]));
    assert_eq!(contact.account_key(), &new.public_key());
    let before = contact.to_bytes();
    assert!(!matches!(contact.update(by_the_thief.clone(), now), Ok(ContactUpdate::Advanced)));
    assert_eq!(
        contact.replace(first_use(by_the_thief, now)),
        Err(ListError::RetiredAccountKey.into())
    );
    if contact.to_bytes() != before {
        assert!(matches!(contact.events(), [_, IdentityEvent::ListFork { .. }]));
    }
    world.acknowledge(alice, &id);
    world.tell(alice, bob, b"the session goes on");
    world.tell(bob, alice, b"it does");
}

/// Behaviour: a device id that comes back with other keys is another device: its session is
/// refused while sessions with the old keys exist.
#[test]
fn a_device_id_under_other_keys_is_refused() {
    let (mut world, alice, bob) = in_conversation(10);
    // The same generator gives the same device id; the account begins anew.
    let id = account_id("bob");
    let keys = world.endpoint(bob).local().keys().to_bytes();
    let mut other = World::new(1_010);
    let mut fresh = sealwax::identity::DeviceKeys::generate(&mut other.rng).to_bytes().to_vec();
    fresh[1..5].copy_from_slice(&keys[1..5]);
    let fresh = sealwax::identity::DeviceKeys::from_bytes(&fresh).unwrap();
    let account = AccountKeyPair::generate(&mut other.rng);
    let terms = sealwax::identity::CertificateTerms { validity: world.validity(), capabilities: 0 };
    let request = fresh.request_certificate(&id, &account.public_key(), terms);
    let certificate = account.certify(&request, world.now).unwrap();
    let list = ListDraft::first(id.clone())
        .with(certificate.clone())
        .sign(&account, world.validity())
        .unwrap();
    let own_list = first_use(list.clone(), world.now);
    let local = sealwax::identity::LocalDevice::new(fresh, certificate).unwrap();
    let prekeys = sealwax::prekey::PrekeyStore::new(world.now, &mut other.rng);
    let mut endpoint = Endpoint::new(local, own_list, prekeys);

    let bundle = world.bundle(alice, bob);
    let (now, to_alice) = (world.now, world.permit(bob, alice));
    endpoint.initiate(&bundle, None, now, &mut other.rng).unwrap();
    let envelope = endpoint.encrypt(&to_alice, b"new phone", now, &mut other.rng).unwrap().envelope;
    world.contact(alice, &id).replace(first_use(list, now)).unwrap();
    world.acknowledge(alice, &id);
    let before = world.state(alice);
    let heard = world.try_hear(alice, &envelope);
    assert!(matches!(heard, Err(NotHeard::Accept(AcceptError::OtherKeys))), "{heard:?}");
    assert_eq!(world.state(alice), before);
    // Somebody decides that the old device is no more.
    let address = world.address(bob);
    world.endpoint_mut(alice).forget(&address);
    world.save(alice);
    assert_eq!(world.hear(alice, &envelope).plaintext, b"new phone");
}
