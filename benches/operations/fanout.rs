//! Somebody with a session with every other device of a group.

use rand_chacha::ChaCha20Rng;
use sealwax::identity::{Contact, SendPermit};
use sealwax::prekey::{PrekeyShelf, PrekeyStore};
use sealwax::session::{Endpoint, Opened};

use crate::crowd::Crowd;
use crate::people::NOW;

/// The owner's first device with its sessions, and the permits to write in each.
pub(crate) fn sessions(crowd: &Crowd, rng: &mut ChaCha20Rng) -> (Endpoint, Vec<SendPermit>) {
    let owner = &crowd.accounts[0];
    let device = &owner.devices[0];
    let prekeys = PrekeyStore::new(NOW, rng);
    let mut shelf = PrekeyShelf::new(prekeys.publication(device, NOW));
    let own = owner.list.device(device.address().device, NOW).unwrap();
    let mut endpoint = Endpoint::new(device.clone(), owner.list.clone(), prekeys);
    let owner_contact = Contact::trust_on_first_use(owner.list.signed().clone(), NOW).unwrap();
    let to_owner = owner_contact.permit(device.address().device, NOW).unwrap();
    let others = PrekeyStore::new(NOW, rng);
    let mut permits = Vec::new();
    for account in &crowd.accounts {
        let contact = Contact::trust_on_first_use(account.list.signed().clone(), NOW).unwrap();
        for peer in account.devices.iter().filter(|peer| peer.address() != device.address()) {
            let prekeys = PrekeyStore::from_bytes(&others.to_bytes()).unwrap();
            let mut peer_end = Endpoint::new(peer.clone(), account.list.clone(), prekeys);
            // So many first messages at once would exhaust a last-resort key.
            if shelf.one_time_ids().next().is_none() {
                *endpoint.prekeys_mut() = PrekeyStore::new(NOW, rng);
                shelf = PrekeyShelf::new(endpoint.prekeys().publication(device, NOW));
            }
            let bundle = shelf.take_bundle(NOW).verify(&own, NOW).unwrap();
            peer_end.initiate(&bundle, None, NOW, rng).unwrap();
            let first = peer_end.encrypt(&to_owner, b"hello", NOW, rng).unwrap().envelope;
            let permit = contact.permit(peer.address().device, NOW).unwrap();
            match endpoint.open(&first, NOW).unwrap() {
                Opened::Introduction(first) => {
                    endpoint.accept(*first, permit.device(), NOW).unwrap()
                }
                other => panic!("{other:?}"),
            };
            permits.push(permit);
        }
    }
    (endpoint, permits)
}
