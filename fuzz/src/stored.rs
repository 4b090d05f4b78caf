//! Arbitrary bytes as everything that is stored: one byte that says what it is, then the bytes.

use sealwax::identity::{
    AccountKeyPair, CertificateTerms, Contact, DeviceKeys, LocalDevice, VerifiedDeviceList,
};
use sealwax::prekey::PrekeyStore;
use sealwax::session::{DecryptError, Endpoint, OpenError, Opened, StateError, StoredPeer};
use sealwax::time::Timestamp;

use super::scene::{Own, Stored, accept, scene};
use super::session_pair::rng;
use super::support::account_id;

/// What loads is stored again as the same bytes, can be used at any time without a panic, and what
/// its use makes of it loads as well.
pub fn run(data: &[u8]) {
    let Some((kind, bytes)) = data.split_first() else { return };
    match kind {
        0 => account(bytes),
        1 => device_keys(bytes),
        2 => local_device(bytes),
        3 => device_list(bytes),
        4 => contact(bytes),
        5 => prekeys(bytes),
        6 => peer(bytes),
        _ => {}
    }
}

/// Now, at the beginning of time, at its end, and when everything has expired.
fn times() -> [Timestamp; 4] {
    let now = scene().now;
    let later = now.saturating_add(std::time::Duration::from_hours(24 * 365));
    [now, Timestamp::UNIX_EPOCH, Timestamp::from_millis(u64::MAX), later]
}

fn account(bytes: &[u8]) {
    let Ok(account) = AccountKeyPair::from_bytes(bytes) else { return };
    assert_eq!(*account.to_bytes(), bytes);
    let local = &scene().own.local;
    let terms = CertificateTerms { validity: *local.certificate().validity(), capabilities: 0 };
    let id = &local.address().account;
    let request = local.keys().request_certificate(id, &account.public_key(), terms);
    assert!(account.certify(&request, scene().now).is_ok());
}

fn device_keys(bytes: &[u8]) {
    let Ok(keys) = DeviceKeys::from_bytes(bytes) else { return };
    assert_eq!(*keys.to_bytes(), bytes);
    let local = &scene().own.local;
    let terms = CertificateTerms { validity: *local.certificate().validity(), capabilities: 0 };
    let _ = keys.request_certificate(&local.address().account, local.account_key(), terms);
    let _ = LocalDevice::new(keys, local.certificate().clone());
}

fn local_device(bytes: &[u8]) {
    let Ok(local) = LocalDevice::from_bytes(bytes) else { return };
    assert_eq!(*local.to_bytes(), bytes);
    let own = Own { local, ..scene().own.clone() };
    operate(own.endpoint(scene().sessions.values()).unwrap());
}

fn device_list(bytes: &[u8]) {
    let Ok(list) = VerifiedDeviceList::from_bytes(bytes) else { return };
    assert_eq!(list.to_bytes(), bytes);
    for now in times() {
        for certificate in list.devices() {
            let _ = list.device(certificate.device(), now);
        }
        for next in &scene().lists {
            let _ = list.advance(next.clone(), now);
        }
    }
}

fn contact(bytes: &[u8]) {
    let Ok(contact) = Contact::from_bytes(bytes) else { return };
    assert_eq!(contact.to_bytes(), bytes);
    for now in times() {
        let mut contact = contact.clone();
        for next in &scene().lists {
            let _ = contact.update(next.clone(), now);
            if let Ok(next) = VerifiedDeviceList::trust_on_first_use(next.clone(), now) {
                let _ = contact.replace(next);
            }
        }
        assert_eq!(Contact::from_bytes(&contact.to_bytes()), Ok(contact.clone()));
        for certificate in contact.list().devices() {
            let _ = contact.permit(certificate.device(), now);
        }
        let events = contact.events().to_vec();
        contact.acknowledge(&events);
        contact.withdraw_verification();
        assert_eq!(Contact::from_bytes(&contact.to_bytes()), Ok(contact));
    }
}

fn prekeys(bytes: &[u8]) {
    let Ok(store) = PrekeyStore::from_bytes(bytes) else { return };
    assert_eq!(*store.to_bytes(), bytes);
    let own = Own { prekeys: store.clone(), ..scene().own.clone() };
    let mut endpoint = own.endpoint([]).unwrap();
    open_all(&mut endpoint, scene().now);
    let used = endpoint.prekeys().to_bytes();
    assert_eq!(PrekeyStore::from_bytes(&used).unwrap().to_bytes(), used);
    for now in times() {
        let mut store = store.clone();
        let _ = store.maintain(now, &mut rng());
        store.server_holds(&[]);
        let stored = store.to_bytes();
        assert_eq!(PrekeyStore::from_bytes(&stored).unwrap().to_bytes(), stored);
    }
}

/// The two parts of a peer's state, the length of the first before it.
fn peer(bytes: &[u8]) {
    let Some(stored) = split(bytes) else { return };
    let restored = |stored: &StoredPeer| scene().own.endpoint([stored]);
    let Ok(endpoint) = restored(&stored) else { return };
    let address = endpoint.peers().next().unwrap().clone();
    assert!(endpoint.stored_peer(&address) == Some(stored.clone()));
    assert!(endpoint.stored_active(&address) == Some(stored.active.clone()));
    for now in times() {
        let mut endpoint = restored(&stored).unwrap();
        let _ = (endpoint.sessions(&address), endpoint.healing(&address, now));
        let no_session = endpoint.renewal(&address, now).is_some();
        for permit in &scene().permits {
            let encrypted = endpoint.encrypt(permit, b"hello", now, &mut rng());
            assert!(encrypted.is_ok() || no_session || permit.address() != &address);
        }
        open_all(&mut endpoint, now);
        endpoint.expire(now);
        if let Some(active) = endpoint.sessions(&address).and_then(|sessions| sessions.active) {
            endpoint.reset(&address, active, now).unwrap();
        }
        assert_eq!(loads(&endpoint), Ok(()));
    }
    operate(endpoint);
}

fn split(bytes: &[u8]) -> Option<StoredPeer> {
    let (len, parts) = bytes.split_first_chunk()?;
    let (active, archive) = parts.split_at_checked(u16::from_be_bytes(*len).into())?;
    Some(StoredPeer { active: active.to_vec().into(), archive: archive.to_vec().into() })
}

/// Opens what was sent, and turns the ratchet in between.
fn operate(mut endpoint: Endpoint) {
    let now = scene().now;
    for permit in &scene().permits {
        let _ = endpoint.encrypt(permit, b"hello", now, &mut rng());
    }
    open_all(&mut endpoint, now);
    for permit in &scene().permits {
        let _ = endpoint.encrypt(permit, b"hello", now, &mut rng());
    }
    assert_eq!(loads(&endpoint), Ok(()));
}

/// Takes everything that was sent; what is refused changes nothing.
fn open_all(endpoint: &mut Endpoint, now: Timestamp) {
    for sent in scene().sent.iter().rev() {
        let before = Stored::of(endpoint);
        match endpoint.open(&sent.envelope, now) {
            Ok(Opened::Message(received)) => assert_eq!(received.plaintext, sent.plaintext),
            Ok(Opened::Introduction(introduction)) => {
                let account = introduction.initiator().certificate().account();
                let contact = &scene().contacts[account];
                if accept(endpoint, contact, *introduction, now).is_err() {
                    assert!(Stored::of(endpoint) == before);
                }
            }
            Err(OpenError::Message { error: DecryptError::PostQuantum(error), .. })
                if error.ends_session() => {}
            Ok(_) | Err(_) => assert!(Stored::of(endpoint) == before),
        }
    }
}

/// Whether what an endpoint stores is a state again, and the same.
fn loads(endpoint: &Endpoint) -> Result<(), StateError> {
    let stored = Stored::of(endpoint);
    let again = Own::of(endpoint).endpoint(stored.peers.values())?;
    assert!(Stored::of(&again) == stored);
    Ok(())
}

pub fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let scene = scene();
    let local = &scene.own.local;
    let contact = &scene.contacts[&account_id("alice")];
    let mut moved = contact.clone();
    for list in &scene.lists {
        moved.update(list.clone(), scene.now).unwrap();
    }
    let of = |kind: u8, bytes: &[u8]| [&[kind], bytes].concat();
    let mut seeds = vec![
        ("account", of(0, &scene.account.to_bytes())),
        ("device-keys", of(1, &local.keys().to_bytes())),
        ("local-device", of(2, &local.to_bytes())),
        ("device-list", of(3, &contact.list().to_bytes())),
        ("contact", of(4, &contact.to_bytes())),
        ("contact-with-events", of(4, &moved.to_bytes())),
        ("prekeys", of(5, &scene.own.prekeys.to_bytes())),
    ];
    let names = ["peer-in-conversation", "peer-unanswered"];
    for (name, permit) in names.into_iter().zip(&scene.permits) {
        seeds.push((name, of(6, &joined(&scene.sessions[permit.address()]))));
    }
    seeds.push(("peer-after-all", of(6, &joined(&after_all()))));
    seeds
}

fn after_all() -> StoredPeer {
    let mut endpoint = scene().bob();
    open_all(&mut endpoint, scene().now);
    endpoint.stored_peer(scene().permits[0].address()).unwrap()
}

fn joined(stored: &StoredPeer) -> Vec<u8> {
    let len = u16::try_from(stored.active.len()).unwrap();
    [&len.to_be_bytes(), stored.active.as_slice(), stored.archive.as_slice()].concat()
}
