//! Arbitrary bytes as everything that is published, shown or reported.

use std::fmt::Debug;
use std::sync::OnceLock;

use sealwax::content::{ContactLink, Name, SharedKey};
use sealwax::envelope::Envelope;
use sealwax::group::channel::Opened;
use sealwax::identity::{
    AccountIdentity, AccountKeyPair, CertificateRequest, CertificateTerms, Contact,
    DeviceCertificate, DeviceListEntry, ForkEvidence, ListDraft, SafetyNumber, ScanOutcome,
    SignedDeviceList, VerifiedDeviceList,
};
use sealwax::prekey::{PrekeyBundle, PrekeyShelf, Publication};
use sealwax::report::Opening;

use super::Seed;
use super::group_scene::{NOW, channels, rng};
use super::scene::{Scene, scene};
use super::support::bytes::{encode, field};
use super::support::{World, account_id, in_conversation};
use super::vectors::{Vectors, file};

/// What decodes has one encoding, and no use of it panics.
pub fn run(data: &[u8]) {
    let scene = scene();
    if let Some(bundle) = same(data, PrekeyBundle::decode, PrekeyBundle::encode) {
        let _ = bundle.verify(scene.permits[0].device(), scene.now);
    }
    if let Some(publication) = same(data, Publication::decode, Publication::encode) {
        put_on_a_shelf(scene, &publication);
    }
    if let Some(request) = same(data, CertificateRequest::decode, CertificateRequest::encode) {
        let _ = scene.account.certify(&request, scene.now);
    }
    if let Some(certificate) = same(data, DeviceCertificate::decode, DeviceCertificate::encode) {
        let _ = certificate.check_validity(scene.now);
    }
    if let Some(list) = same(data, SignedDeviceList::decode, SignedDeviceList::encode) {
        follow(scene, &list);
    }
    same(data, DeviceListEntry::decode, DeviceListEntry::encode);
    if let Some(evidence) = same(data, ForkEvidence::decode, ForkEvidence::encode) {
        assert_eq!(evidence.verify(), Ok(()));
    }
    if let Some(opening) = same(data, Opening::from_bytes, |it| it.to_bytes().to_vec()) {
        assert_eq!(opening.opens(SAID), genuine_openings().contains(&opening));
    }
    scan(data);
    follow_link(data);
}

fn same<T, E: Debug>(
    data: &[u8],
    decode: fn(&[u8]) -> Result<T, E>,
    encode: fn(&T) -> Vec<u8>,
) -> Option<T> {
    let document = decode(data).ok()?;
    assert_eq!(encode(&document), data);
    Some(document)
}

fn put_on_a_shelf(scene: &Scene, publication: &Publication) {
    let mut shelf = PrekeyShelf::new(publication.clone());
    for _ in 0..3 {
        let bundle = shelf.take_bundle(scene.now).encode();
        same(&bundle, PrekeyBundle::decode, PrekeyBundle::encode).unwrap();
        shelf.accept(publication.clone());
    }
    scene.own.prekeys.clone().confirm_published(publication);
}

/// Every contact that the list could concern takes it or refuses it, and can be stored.
fn follow(scene: &Scene, list: &SignedDeviceList) {
    let fresh = Contact::trust_on_first_use(list.clone(), scene.now).ok();
    for contact in scene.contacts.values().chain(&fresh) {
        let mut updated = contact.clone();
        let mut replaced = contact.clone();
        if updated.update(list.clone(), scene.now).is_err() {
            assert_eq!(updated, *contact);
        }
        let trusted = VerifiedDeviceList::trust_on_first_use(list.clone(), scene.now);
        if trusted.map_or(true, |list| replaced.replace(list).is_err()) {
            assert_eq!(replaced, *contact);
        }
        for contact in [updated, replaced] {
            assert_eq!(Contact::from_bytes(&contact.to_bytes()), Ok(contact));
        }
    }
}

fn number(scene: &Scene) -> &'static SafetyNumber {
    static NUMBER: OnceLock<SafetyNumber> = OnceLock::new();
    NUMBER.get_or_init(|| SafetyNumber::new(own(scene), peer(scene)))
}

fn own(scene: &Scene) -> AccountIdentity<'_> {
    let own = &scene.own.list;
    AccountIdentity { account: own.account(), key: own.account_key() }
}

fn peer(scene: &Scene) -> AccountIdentity<'_> {
    let contact = &scene.contacts[&account_id("alice")];
    AccountIdentity { account: contact.account(), key: contact.account_key() }
}

fn scan(data: &[u8]) {
    static CODE: OnceLock<Vec<u8>> = OnceLock::new();
    let scene = scene();
    let theirs = CODE.get_or_init(|| SafetyNumber::new(peer(scene), own(scene)).code());
    let outcome = number(scene).scan(data);
    assert_eq!(matches!(outcome, Ok(ScanOutcome::Match(_))), data == theirs);
}

const SAID: &[u8] = b"rude";

/// What proves that this was said, in a group and in a session.
fn genuine_openings() -> &'static [Opening; 2] {
    static OPENINGS: OnceLock<[Opening; 2]> = OnceLock::new();
    OPENINGS.get_or_init(|| [opening_of_a_group(), opening_of_a_session()])
}

fn opening_of_a_group() -> Opening {
    let mut channels = channels();
    let sent = channels[0].encrypt_reportable(SAID, NOW, &mut rng(16)).unwrap().sent;
    let Ok(Envelope::Sender(message)) = Envelope::decode(&sent.envelope) else { panic!() };
    let Ok(Opened::Message(heard)) = channels[1].open(&message, NOW) else { panic!() };
    *heard.opening.unwrap()
}

fn opening_of_a_session() -> Opening {
    let (mut world, alice, bob) = in_conversation(5);
    let (permit, now) = (world.permit(alice, bob), world.now);
    let sent = world.endpoint_mut(alice).encrypt_reportable(&permit, SAID, now, &mut rng(17));
    *world.hear(bob, &sent.unwrap().envelope).opening.unwrap()
}

/// A link of a newer version may say more: what is known of it is written again.
fn follow_link(data: &[u8]) {
    let Ok(link) = ContactLink::from_bytes(data) else { return };
    let known = link.to_bytes();
    assert!(*known == data || known.len() < data.len());
    assert_eq!(ContactLink::from_bytes(&known), Ok(link));
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let scene = scene();
    let publication = scene.own.prekeys.publication(&scene.own.local, scene.now).encode();
    let request = request(scene).encode();
    let lists: Vec<_> = scene.lists.iter().map(SignedDeviceList::encode).collect();
    vec![
        ("bundle", scene.bundles[0].clone()),
        ("bundle-last-resort", scene.bundles[1].clone()),
        ("publication", shortened(&publication)),
        (
            "publication-update",
            scene.own.prekeys.publication_update(&scene.own.local, scene.now).encode(),
        ),
        ("request", request),
        ("certificate", scene.own.local.certificate().encode()),
        ("list-one", lists[0].clone()),
        ("list-two", lists[1].clone()),
        ("list-revoked", lists[2].clone()),
        ("entry", scene.lists[2].entry().encode()),
        ("list-rotated", rotated().encode()),
        ("fork", fork().encode()),
        ("safety-code", SafetyNumber::new(peer(scene), own(scene)).code()),
        ("contact-link", link(scene).to_bytes().to_vec()),
        ("contact-link-bare", bare_link(scene).to_bytes().to_vec()),
        ("opening-group", genuine_openings()[0].to_bytes().to_vec()),
        ("opening-session", genuine_openings()[1].to_bytes().to_vec()),
    ]
}

pub fn vectors() -> Vec<Seed> {
    const IDENTITY: &str = file!("identity");
    let of = |name, file, op, field, refused| Vectors { name, file, op, field, refused }.seeds();
    [
        of("bundle", file!("prekey-bundle"), "verify", "/bundle", "bundle/malformed"),
        of("request", IDENTITY, "certificate", "/request", ""),
        of("certificate", IDENTITY, "decode-certificate", "/bytes", "certificate/"),
        of("list", IDENTITY, "decode-list", "/bytes", "device-list/"),
        of("list", IDENTITY, "list", "/list", ""),
        of("fork", IDENTITY, "decode-fork", "/bytes", "fork/"),
        of("safety-code", file!("safety-number"), "scan", "/code", "decode/"),
    ]
    .concat()
}

fn bare_link(scene: &Scene) -> ContactLink {
    let AccountIdentity { account, key } = own(scene);
    ContactLink { account: account.clone(), account_key: *key, secret: None, name: None }
}

fn link(scene: &Scene) -> ContactLink {
    let secret = Some(SharedKey::from_bytes([9; 32]));
    ContactLink { secret, name: Some(Name::new("Bob").unwrap()), ..bare_link(scene) }
}

fn request(scene: &Scene) -> CertificateRequest {
    let local = &scene.own.local;
    let terms = CertificateTerms { validity: *local.certificate().validity(), capabilities: 3 };
    local.keys().request_certificate(&local.address().account, local.account_key(), terms)
}

/// A publication with two one-time prekeys and one KEM one.
fn shortened(publication: &[u8]) -> Vec<u8> {
    let part = |number: u8| encode(number, &publication[field(publication, &[number.into()])]);
    let first = field(publication, &[4]);
    let second = &publication[first.end..];
    let second = encode(4, &second[field(second, &[4])]);
    [part(1), part(2), part(3), part(4), second, part(5)].concat()
}

fn rotated() -> SignedDeviceList {
    let mut world = World::new(3);
    let device = world.join("alice");
    let current = world.newest_list(&account_id("alice")).unwrap();
    let new = AccountKeyPair::generate(&mut world.rng);
    let local = world.endpoint(device).local();
    let terms = CertificateTerms { validity: world.validity(), capabilities: 0 };
    let account = &local.address().account;
    let request = local.keys().request_certificate(account, &new.public_key(), terms);
    let draft = ListDraft::after(&current).with(new.certify(&request, world.now).unwrap());
    draft.sign_rotation(world.account_key("alice"), &new, world.validity()).unwrap()
}

fn fork() -> ForkEvidence {
    let mut world = World::new(4);
    let device = world.join("alice");
    let old = world.newest_list(&account_id("alice")).unwrap();
    world.join("alice");
    let list: VerifiedDeviceList = world.newest_list(&account_id("alice")).unwrap();
    let other = ListDraft::after(&old).without(world.address(device).device);
    let other = other.sign(world.account_key("alice"), world.validity()).unwrap();
    ForkEvidence::new(list.signed().entry().clone(), other.entry().clone()).unwrap()
}
