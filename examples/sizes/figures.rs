//! Measures sizes through the public interface. `tests/sizes.rs` holds the same figures against
//! their targets.

use std::error::Error;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use sealwax::content::{Content, Conversation, DeviceListRef, DeviceLists, MessageId};
use sealwax::group::{Action, Title};
use sealwax::identity::{
    AccountId, AccountIdentity, AccountKeyPair, CertificateTerms, Contact, DeviceKeys, ListDraft,
    LocalDevice, SafetyNumber, SendPermit, SignedDeviceList, Validity, VerifiedDeviceList,
};
use sealwax::limits::{ACCOUNT_ID_BYTES, DEVICES, GROUP_MEMBERS};
use sealwax::prekey::{PrekeyShelf, PrekeyStore, VerifiedBundle};
use sealwax::session::{Endpoint, Opened};
use sealwax::time::Timestamp;

#[path = "groups.rs"]
mod crowd;

use crowd::Crowd;

const NOW: Timestamp = Timestamp::from_secs(1_800_000_000);
const YEAR: Duration = Duration::from_hours(8760);
/// As much as fits into the smallest padded plaintext, whose end mark takes one byte more.
const PLAINTEXT: [u8; 127] = [0; 127];
const PADDED: usize = 128;
/// Post-quantum epochs to go through.
const EPOCHS: u32 = 2;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A size and its stable name.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) bytes: usize,
}

/// Every figure, always the same ones in the same order.
pub(crate) fn measure() -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    sessions(&mut figures)?;
    published(&mut figures)?;
    stored(&mut figures)?;
    shown(&mut figures)?;
    groups(&mut figures)?;
    Ok(figures)
}

fn add(figures: &mut Vec<Figure>, name: &'static str, bytes: usize) {
    figures.push(Figure { name, bytes });
}

fn sessions(figures: &mut Vec<Figure>) -> Outcome<()> {
    let mut pair = Pair::new(1)?;
    let bundle = pair.bob.bundle()?;
    pair.alice.endpoint.initiate(&bundle, None, NOW, &mut pair.rng)?;
    let first = say(&mut pair.alice, &pair.bob, &mut pair.rng)?;
    let unacknowledged = pair.alice.stored_with(&pair.bob)?;
    hear(&mut pair.bob, &pair.alice, &first)?;
    pair.bob_says()?;
    let fresh = pair.largest_active()?;
    let message = pair.alice_says()?;
    add(figures, "session_message_overhead", message.saturating_sub(PADDED));
    add(
        figures,
        "reportable_message_overhead",
        pair.alice_says_reportable()?.saturating_sub(PADDED),
    );
    add(figures, "handshake_message_overhead", first.len().saturating_sub(PADDED));
    add(figures, "session_state_fresh", fresh);
    add(figures, "session_state_unacknowledged", unacknowledged.active.len());
    add(figures, "session_archive_unacknowledged", unacknowledged.archive.len());
    add(figures, "session_archive", pair.alice.stored_with(&pair.bob)?.archive.len());
    let [even, uneven] = [largest(1)?, largest(3)?];
    add(figures, "session_state_largest", even.session.max(uneven.session));
    add(figures, "braid_state_largest", even.braid.max(uneven.braid));
    Ok(())
}

/// The largest states seen in a conversation.
#[derive(Clone, Copy, Default)]
struct Largest {
    session: usize,
    braid: usize,
}

/// Whole epochs in which one side says this many times as much as the other, so that the objects
/// of an epoch complete in different orders. After every message both states are measured.
fn largest(times: usize) -> Outcome<Largest> {
    let mut pair = Pair::new(5)?;
    let bundle = pair.bob.bundle()?;
    pair.alice.endpoint.initiate(&bundle, None, NOW, &mut pair.rng)?;
    let mut largest = Largest::default();
    while pair.epochs() < EPOCHS {
        for _ in 0..times {
            pair.alice_says()?;
            pair.measure(&mut largest)?;
        }
        pair.bob_says()?;
        pair.measure(&mut largest)?;
    }
    Ok(largest)
}

fn published(figures: &mut Vec<Figure>) -> Outcome<()> {
    let mut pair = Pair::new(2)?;
    let alice = &mut pair.alice;
    let publication = alice.endpoint.prekeys().publication(alice.endpoint.local(), NOW);
    let full = alice.shelf.take_bundle(NOW).encode().len();
    add(figures, "device_certificate", alice.endpoint.local().certificate().encode().len());
    add(figures, "device_list_1", alice.list.encode().len());
    add(figures, "device_list_16", list_of(DEVICES, b"alice", &mut pair.rng)?.encode().len());
    let longest = [b'a'; ACCOUNT_ID_BYTES];
    let list = list_of(DEVICES, &longest, &mut pair.rng)?;
    add(figures, "device_list_16_longest_account", list.encode().len());
    add(figures, "bundle", full);
    while alice.shelf.one_time_ids().next().is_some() {
        alice.shelf.take_bundle(NOW);
    }
    add(figures, "bundle_last_resort", alice.shelf.take_bundle(NOW).encode().len());
    add(figures, "publication", publication.encode().len());
    let (local, prekeys) = (alice.endpoint.local().clone(), alice.endpoint.prekeys_mut());
    prekeys.confirm_published(&publication);
    add(figures, "publication_update", prekeys.publication_update(&local, NOW).encode().len());
    Ok(())
}

fn stored(figures: &mut Vec<Figure>) -> Outcome<()> {
    let Pair { alice, .. } = Pair::new(3)?;
    add(figures, "local_device", alice.endpoint.local().to_bytes().len());
    add(figures, "own_list_1", alice.endpoint.own_list().to_bytes().len());
    add(figures, "prekey_store", alice.endpoint.prekeys().to_bytes().len());
    add(figures, "contact_1", alice.contact.to_bytes().len());
    Ok(())
}

fn shown(figures: &mut Vec<Figure>) -> Outcome<()> {
    let Pair { alice, bob, mut rng } = Pair::new(4)?;
    let reference =
        |list: &VerifiedDeviceList| DeviceListRef { version: list.version(), hash: *list.hash() };
    let own = reference(alice.endpoint.own_list());
    let peer = Some(reference(bob.endpoint.own_list()));
    let id = MessageId::random(&mut rng);
    let content = Content::builder(id, NOW, Conversation::Peer, DeviceLists { own, peer });
    add(figures, "content_frame", content.text("a")?.as_bytes().len().saturating_sub(1));
    let (own_key, peer_key) = (*alice.contact.account_key(), *bob.contact.account_key());
    let number = SafetyNumber::new(
        AccountIdentity { account: alice.contact.account(), key: &own_key },
        AccountIdentity { account: bob.contact.account(), key: &peer_key },
    );
    add(figures, "safety_number_digits", number.digits().len());
    add(figures, "safety_code", number.code().len());
    Ok(())
}

fn groups(figures: &mut Vec<Figure>) -> Outcome<()> {
    let mut rng = ChaCha20Rng::seed_from_u64(6);
    let crowd = Crowd::new(GROUP_MEMBERS, 1, NOW, &mut rng)?;
    let (mut writer, _) = crowd.pair(&mut rng)?;
    let envelope = writer.encrypt(&PLAINTEXT, NOW, &mut rng)?.sent.envelope;
    add(figures, "group_message_overhead", envelope.len().saturating_sub(PADDED));
    add(figures, "group_state_1024", crowd.group.state().to_bytes().len());
    let prepared = writer.prepare(&crowd.lists, NOW, &mut rng)?;
    add(figures, "sender_key_distribution", prepared.distribution.encode().len());
    let title = Action::SetTitle(Title::new("another title")?);
    let change = crowd.change(vec![title], &mut rng)?.change;
    add(figures, "group_change_title", change.encode().len());
    Ok(())
}

/// A list of new devices.
fn list_of(devices: usize, account: &[u8], rng: &mut ChaCha20Rng) -> Outcome<SignedDeviceList> {
    let account = AccountId::new(account)?;
    let key = AccountKeyPair::generate(rng);
    let mut draft = ListDraft::first(account.clone());
    for _ in 0..devices {
        draft = draft.with(device(&account, &key, rng)?.certificate().clone());
    }
    Ok(draft.sign(&key, Validity::starting(NOW, YEAR)?)?)
}

fn device(
    account: &AccountId,
    key: &AccountKeyPair,
    rng: &mut ChaCha20Rng,
) -> Outcome<LocalDevice> {
    let keys = DeviceKeys::generate(rng);
    let terms = CertificateTerms { validity: Validity::starting(NOW, YEAR)?, capabilities: 0 };
    let request = keys.request_certificate(account, &key.public_key(), terms);
    Ok(LocalDevice::new(keys, key.certify(&request, NOW)?)?)
}

/// An account with one device, and what a server holds of it.
struct Party {
    endpoint: Endpoint,
    contact: Contact,
    list: SignedDeviceList,
    shelf: PrekeyShelf,
}

impl Party {
    fn new(name: &str, rng: &mut ChaCha20Rng) -> Outcome<Self> {
        let (account, key) = (AccountId::new(name.as_bytes())?, AccountKeyPair::generate(rng));
        let local = device(&account, &key, rng)?;
        let draft = ListDraft::first(account).with(local.certificate().clone());
        let list = draft.sign(&key, Validity::starting(NOW, YEAR)?)?;
        let prekeys = PrekeyStore::new(NOW, rng);
        let shelf = PrekeyShelf::new(prekeys.publication(&local, NOW));
        let own_list = VerifiedDeviceList::trust_on_first_use(list.clone(), NOW)?;
        let contact = Contact::trust_on_first_use(list.clone(), NOW)?;
        Ok(Self { endpoint: Endpoint::new(local, own_list, prekeys), contact, list, shelf })
    }

    fn permit(&self) -> Outcome<SendPermit> {
        Ok(self.contact.permit(self.endpoint.local().address().device, NOW)?)
    }

    fn bundle(&mut self) -> Outcome<VerifiedBundle> {
        Ok(self.shelf.take_bundle(NOW).verify(self.permit()?.device(), NOW)?)
    }

    fn stored_with(&self, peer: &Self) -> Outcome<sealwax::session::StoredPeer> {
        Ok(self.endpoint.stored_peer(peer.endpoint.local().address()).ok_or("no sessions")?)
    }
}

struct Pair {
    alice: Party,
    bob: Party,
    rng: ChaCha20Rng,
}

impl Pair {
    fn new(seed: u64) -> Outcome<Self> {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        Ok(Self { alice: Party::new("alice", &mut rng)?, bob: Party::new("bob", &mut rng)?, rng })
    }

    /// The length of the envelope that arrived.
    fn alice_says(&mut self) -> Outcome<usize> {
        let envelope = say(&mut self.alice, &self.bob, &mut self.rng)?;
        hear(&mut self.bob, &self.alice, &envelope)?;
        Ok(envelope.len())
    }

    fn alice_says_reportable(&mut self) -> Outcome<usize> {
        let (permit, rng) = (self.bob.permit()?, &mut self.rng);
        let sent = self.alice.endpoint.encrypt_reportable(&permit, &PLAINTEXT, NOW, rng)?;
        hear(&mut self.bob, &self.alice, &sent.envelope)?;
        Ok(sent.envelope.len())
    }

    fn bob_says(&mut self) -> Outcome<usize> {
        let envelope = say(&mut self.bob, &self.alice, &mut self.rng)?;
        hear(&mut self.alice, &self.bob, &envelope)?;
        Ok(envelope.len())
    }

    fn largest_active(&self) -> Outcome<usize> {
        let (alice, bob) = (self.alice.stored_with(&self.bob)?, self.bob.stored_with(&self.alice)?);
        Ok(alice.active.len().max(bob.active.len()))
    }

    fn measure(&self, largest: &mut Largest) -> Outcome<()> {
        largest.session = largest.session.max(self.largest_active()?);
        for (one, other) in [(&self.alice, &self.bob), (&self.bob, &self.alice)] {
            let peer = other.endpoint.local().address();
            let braid = one.endpoint.braid_state_len(peer).ok_or("no session")?;
            largest.braid = largest.braid.max(braid);
        }
        Ok(())
    }

    fn epochs(&self) -> u32 {
        let healing = self.alice.endpoint.healing(self.bob.endpoint.local().address(), NOW);
        healing.map_or(0, |healing| healing.post_quantum.completed)
    }
}

fn say(from: &mut Party, to: &Party, rng: &mut ChaCha20Rng) -> Outcome<Vec<u8>> {
    Ok(from.endpoint.encrypt(&to.permit()?, &PLAINTEXT, NOW, rng)?.envelope)
}

fn hear(to: &mut Party, from: &Party, envelope: &[u8]) -> Outcome<()> {
    match to.endpoint.open(envelope, NOW)? {
        Opened::Message(_) => Ok(()),
        Opened::Introduction(introduction) => {
            to.endpoint.accept(*introduction, from.permit()?.device(), NOW)?;
            Ok(())
        }
        other => Err(format!("not a message: {other:?}").into()),
    }
}
