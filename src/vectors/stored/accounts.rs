//! Stored forms of identities and prekeys: SPEC.md sections 5 and 6.

use alloc::vec::Vec;

use serde_json::{Value, json};

use super::super::party::{self, DAY, NOW, Party, account_pair, certified, device_keys, month};
use super::{Forms, Read, Refusal, address_json, hexed, over, place, replaced, unhexed};
use crate::identity::{
    AccountKeyPair, Contact, DeviceId, DeviceKeys, IdentityEvent, ListDraft, ListVersion,
    LocalDevice, VerifiedDeviceList,
};
use crate::limits::{IDENTITY_EVENTS, ONE_TIME_PREKEYS};
use crate::prekey::PrekeyStore;
use crate::vectors::{Recorder, Topic, encode};

pub(super) fn add(topic: &mut Topic, rng: &mut Recorder) {
    let alice = Party::new("alice", 0x0a11_ce01, rng);
    let lists = Lists::new(&alice, rng);
    account_keys(topic, &alice);
    local(topic, &alice, rng);
    verified(topic, &lists);
    contacts(topic, &lists, &alice);
    prekeys(topic, rng);
}

fn account_keys(topic: &mut Topic, alice: &Party) {
    let mut forms = Forms::new(topic, "account-key-pair", |stored| {
        let pair = AccountKeyPair::from_bytes(&unhexed(stored))?;
        let says = json!({ "account_key": hex::encode(pair.public_key().as_bytes()) });
        Ok(Read { again: hexed(&*pair.to_bytes()), says })
    });
    let stored = alice.pair.to_bytes();
    forms.good("a key pair", hexed(&*stored));
    forms.bad_form(&stored);
    forms.bad("nothing", "form", hexed([]), "decode/truncated");
}

fn read_keys(stored: &Value) -> Result<Read, Refusal> {
    let keys = DeviceKeys::from_bytes(&unhexed(stored))?;
    let public = keys.public_keys();
    let says = json!({
        "device": keys.device().as_u32(), "signing": hexed(public.signing.as_bytes()),
        "identity": hexed(public.identity.as_bytes()),
    });
    Ok(Read { again: hexed(&*keys.to_bytes()), says })
}

fn read_local(stored: &Value) -> Result<Read, Refusal> {
    let device = LocalDevice::from_bytes(&unhexed(stored))?;
    Ok(Read { again: hexed(&*device.to_bytes()), says: address_json(device.address()) })
}

fn local(topic: &mut Topic, alice: &Party, rng: &mut Recorder) {
    let keys = alice.local.keys().to_bytes();
    let mut forms = Forms::new(topic, "device-keys", read_keys);
    forms.good("the keys of a device that waits for its certificate", hexed(&*keys));
    forms.bad_form(&keys);
    forms.bad("device id 0", "value", hexed(over(&keys, 1, &[0; 4])), "decode/out-of-range");

    let stored = alice.local.to_bytes();
    let other = certified(device_keys(7, rng), &alice.local.address().account, &alice.pair);
    let (body, end) = (keys.len(), stored.len());
    let mut forms = Forms::new(topic, "local-device", read_local);
    forms.good("a device", hexed(&*stored));
    let unsigned = over(&stored, end - 128, &[0; 128]);
    forms.good("signatures are not verified again", hexed(unsigned));
    forms.bad_form(&stored);
    forms.bad("device id 0", "value", hexed(over(&stored, 1, &[0; 4])), "decode/out-of-range");
    let version = over(&stored, body + 2, &[2]);
    let why = "decode/unsupported-version";
    forms.bad("a certificate of another version", "form", hexed(version), why);
    let long = over(&stored, body, &191u16.to_be_bytes());
    forms.bad("a certificate's body over its limit", "limit", hexed(long), "decode/too-large");
    let foreign = [&stored[..body], &other.to_bytes()[body..]].concat();
    let why = "decode/invalid-key";
    forms.bad("another device's certificate", "consistency", hexed(foreign), why);
    let other_key = over(&stored, 5, &[0x55; 32]);
    forms.bad("another signing key", "consistency", hexed(other_key), why);
    let other_key = over(&stored, 37, &[0x55; 32]);
    forms.bad("another identity key", "consistency", hexed(other_key), why);
    let other_id = over(&stored, 1, &[0, 0, 0, 1]);
    forms.bad("another device id", "consistency", hexed(other_id), why);
}

/// One account's list at four times.
struct Lists {
    first: VerifiedDeviceList,
    /// Two devices, of which the second is new.
    second: VerifiedDeviceList,
    /// The second revoked.
    third: VerifiedDeviceList,
    rotated: VerifiedDeviceList,
}

impl Lists {
    fn new(alice: &Party, rng: &mut Recorder) -> Self {
        let account = &alice.local.address().account;
        let first = alice.verified_list();
        let advance = |list: &VerifiedDeviceList, draft: ListDraft| {
            let next = draft.sign(&alice.pair, month()).unwrap();
            crate::identity::fixture::advanced(list, next)
        };
        let other = certified(device_keys(0x0a11_ce02, rng), account, &alice.pair);
        let added = ListDraft::after(&first).with(other.certificate().clone());
        let second = advance(&first, added);
        let gone = ListDraft::after(&second).without(DeviceId::new(0x0a11_ce02).unwrap());
        let third = advance(&second, gone);
        let pair = account_pair(rng);
        let keys = DeviceKeys::from_bytes(&alice.local.keys().to_bytes()).unwrap();
        let again = certified(keys, account, &pair);
        let draft = ListDraft::after(&third).with(again.certificate().clone());
        let draft = draft.sign_rotation(&alice.pair, &pair, month()).unwrap();
        let rotated = crate::identity::fixture::advanced(&third, draft);
        Self { first, second, third, rotated }
    }
}

fn read_list(stored: &Value) -> Result<Read, Refusal> {
    let list = VerifiedDeviceList::from_bytes(&unhexed(stored))?;
    let devices: Vec<_> = list.devices().iter().map(|c| c.device().as_u32()).collect();
    let says = json!({
        "account": hexed(list.account().as_bytes()), "version": list.version().as_u32(),
        "account_key": hexed(list.account_key().as_bytes()), "hash": hexed(list.hash().as_bytes()),
        "devices": devices,
    });
    Ok(Read { again: hexed(list.to_bytes()), says })
}

fn verified(topic: &mut Topic, lists: &Lists) {
    let mut forms = Forms::new(topic, "verified-list", read_list);
    let stored = [&lists.first, &lists.second, &lists.third, &lists.rotated]
        .map(VerifiedDeviceList::to_bytes);
    let [first, second, third, rotated] = &stored;
    forms.good("of one device", hexed(first));
    forms.good("of two devices", hexed(second));
    forms.good("a device revoked", hexed(third));
    forms.good("an account key retired", hexed(rotated));
    let signature = entry_end(first);
    let unsigned = over(first, signature, &[0; 64]);
    forms.good("signatures are not verified again", hexed(unsigned));
    forms.bad_form(rotated);
    let why = "decode/unsupported-version";
    forms.bad("an entry of another version", "form", hexed(over(first, 3, &[2])), why);
    let long = over(first, 1, &4767u16.to_be_bytes());
    forms.bad("an entry over its limit", "limit", hexed(long), "decode/too-large");
    let presence = over(first, signature + 64, &[2]);
    forms.bad("a presence byte that is none", "form", hexed(presence), "decode/out-of-range");
    list_certificates(&mut forms, lists, [first, second]);
    let end = rotated.len() - 33;
    let nine = replaced(rotated, end - 2, 2, &9u16.to_be_bytes());
    forms.bad("nine retired account keys", "limit", hexed(nine), "decode/too-large");
    let why = "decode/invalid-key";
    forms.bad("a retired key of another type", "value", hexed(over(rotated, end, &[1])), why);
    let no_point = over(rotated, end + 1, &[0xff; 32]);
    forms.bad("a retired key that is none", "value", hexed(no_point), why);
}

/// Where a stored list's entry ends and its signature begins.
fn entry_end(stored: &[u8]) -> usize {
    3 + usize::from(u16::from_be_bytes([stored[1], stored[2]]))
}

/// Certificates that are not those of the entry.
fn list_certificates(forms: &mut Forms<'_>, lists: &Lists, [first, second]: [&[u8]; 2]) {
    let [one, two] = [0, 1].map(|i| encode(&lists.second.devices()[i]));
    let why = "decode/out-of-range";
    let begin = place(second, &one);
    let swapped = replaced(second, begin, one.len() + two.len(), &[&*two, &one].concat());
    forms.bad("certificates in another order", "order", hexed(swapped), why);
    let twice = replaced(second, begin + one.len(), two.len(), &one);
    forms.bad("a certificate twice", "order", hexed(twice), why);
    let less = replaced(second, begin - 2, 2 + one.len(), &1u16.to_be_bytes());
    forms.bad("a certificate less", "consistency", hexed(less), why);
    let foreign = replaced(first, place(first, &one), one.len(), &two);
    forms.bad("another device's certificate", "consistency", hexed(foreign), why);
    let seventeen = over(second, begin - 2, &17u16.to_be_bytes());
    forms.bad("17 certificates", "limit", hexed(seventeen), "decode/too-large");
}

fn read_contact(stored: &Value) -> Result<Read, Refusal> {
    let contact = Contact::from_bytes(&unhexed(stored))?;
    let events: Vec<_> = contact.events().iter().map(|event| hexed(encode(event))).collect();
    let verification = encode(&contact.verification())[0];
    let says = json!({
        "account": hexed(contact.account().as_bytes()), "verification": verification,
        "events": events,
    });
    Ok(Read { again: hexed(contact.to_bytes()), says })
}

/// One of each kind.
fn events(lists: &Lists) -> Vec<IdentityEvent> {
    let (previous, current) = (*lists.first.account_key(), *lists.rotated.account_key());
    let device = DeviceId::new(0x0a11_ce02).unwrap();
    [
        IdentityEvent::IdentityChanged { previous, current },
        IdentityEvent::AccountKeyRotated { previous, current },
        IdentityEvent::DeviceRevoked(device),
        IdentityEvent::DeviceAdded(device),
        IdentityEvent::ListFork { version: ListVersion::FIRST, other: *lists.second.hash() },
    ]
    .into()
}

fn contacts(topic: &mut Topic, lists: &Lists, alice: &Party) {
    let mut forms = Forms::new(topic, "contact", read_contact);
    let list = lists.rotated.to_bytes();
    let stored = |verification: u8, events: &[&[u8]]| {
        let count = u16::try_from(events.len()).unwrap().to_be_bytes();
        [&[1][..], &list, &[verification], &count, &events.concat()].concat()
    };
    let events: Vec<_> = events(lists).iter().map(encode).collect();
    let all: Vec<&[u8]> = events.iter().map(Vec::as_slice).collect();
    forms.good("just met", hexed(alice.contact().to_bytes()));
    forms.good("verified", hexed(stored(1, &[])));
    forms.good("a verification that was violated, one event of each kind", hexed(stored(2, &all)));
    forms.bad_form(&stored(0, &all));
    let why = "decode/unsupported-version";
    forms.bad("a list of another version", "form", hexed(over(&stored(0, &[]), 1, &[2])), why);
    let why = "decode/out-of-range";
    forms.bad("verification 3", "form", hexed(stored(3, &[])), why);
    forms.bad("an event of kind 0", "form", hexed(stored(0, &[&[0]])), why);
    forms.bad("an event of kind 6", "form", hexed(stored(0, &[&[6, 0, 0, 0, 1]])), why);
    forms.bad("an event of device 0", "value", hexed(stored(0, &[&[3, 0, 0, 0, 0]])), why);
    let fork = [&[5, 0, 0, 0, 0][..], &[7; 32]].concat();
    forms.bad("a fork at version 0", "value", hexed(stored(0, &[&fork])), why);
    let mistyped = over(&events[1], 1, &[1]);
    forms.bad(
        "an event's key of another type",
        "value",
        hexed(stored(0, &[&mistyped])),
        "decode/invalid-key",
    );
    let added: &[u8] = &events[3];
    let many = stored(0, &[added; IDENTITY_EVENTS + 1]);
    forms.bad("129 events", "limit", hexed(many), "decode/too-large");
}

fn read_prekeys(stored: &Value) -> Result<Read, Refusal> {
    let store = PrekeyStore::from_bytes(&unhexed(stored))?;
    let used = |id: u32| {
        let id = crate::prekey::PrekeyId::new(id).unwrap();
        store.one_time(id).is_some()
            || store.kem(id, NOW).is_some()
            || store.signed(id, NOW).is_some()
    };
    let ids: Vec<_> = (1..=20).filter(|id| used(*id)).collect();
    Ok(Read { again: hexed(&*store.to_bytes()), says: json!({ "ids": ids }) })
}

/// A prekey of any kind: id, secret, validity and what follows it.
fn prekey(id: u32, secret: &[u8], rest: &[u8]) -> Vec<u8> {
    let validity = encode(&crate::identity::Validity::lasting(NOW, DAY * 30));
    [&id.to_be_bytes()[..], secret, &validity, rest].concat()
}

/// A store in parts, so that each can be another.
#[derive(Clone)]
struct Parts {
    last_id: u32,
    signed: Vec<Vec<u8>>,
    last_resort: Vec<Vec<u8>>,
    one_time: Vec<Vec<u8>>,
    one_time_kem: Vec<Vec<u8>>,
}

impl Parts {
    /// Of ids 1 to 10: current 4 and 5, past 1 and 3, and 2; one-time 6, 7, 8 and 9, 10.
    fn new(rng: &mut Recorder) -> Self {
        let replaced = NOW.as_millis().to_be_bytes();
        let served = |ids: &[u8]| {
            let count = u16::try_from(ids.len()).unwrap().to_be_bytes();
            let ids: Vec<_> = ids.iter().flat_map(|id| [*id; 16]).collect();
            [&count[..], &ids].concat()
        };
        let mut kem = |ids: &[u8]| [&rng.bytes::<64>()[..], &served(ids)].concat();
        let last_resort = [prekey(5, &kem(&[1, 2, 3]), &[1]), prekey(2, &kem(&[]), &replaced)];
        let mut dh = || rng.bytes::<32>();
        let signed =
            [prekey(4, &dh(), &[0]), prekey(1, &dh(), &replaced), prekey(3, &dh(), &replaced)];
        let one_time = [0, 1, 2].map(|state| prekey(6 + u32::from(state), &dh(), &[state]));
        let one_time_kem = [9, 10].map(|id| prekey(id, &rng.bytes::<64>(), &[1]));
        Self {
            last_id: 12,
            signed: signed.into(),
            last_resort: last_resort.into(),
            one_time: one_time.into(),
            one_time_kem: one_time_kem.into(),
        }
    }

    fn stored(&self) -> Vec<u8> {
        let list = |items: &[Vec<u8>]| {
            [&u16::try_from(items.len()).unwrap().to_be_bytes()[..], &items.concat()].concat()
        };
        let rotating = |keys: &[Vec<u8>]| [&keys[0][..], &list(&keys[1..])].concat();
        [
            &[1][..],
            &self.last_id.to_be_bytes(),
            &30u16.to_be_bytes(),
            &rotating(&self.signed),
            &rotating(&self.last_resort),
            &list(&self.one_time),
            &list(&self.one_time_kem),
        ]
        .concat()
    }

    fn with(&self, edit: impl FnOnce(&mut Self)) -> Value {
        let mut edited = self.clone();
        edit(&mut edited);
        hexed(edited.stored())
    }
}

fn prekeys(topic: &mut Topic, rng: &mut Recorder) {
    let parts = Parts::new(rng);
    let fresh = party::store(2, rng);
    let mut forms = Forms::new(topic, "prekey-store", read_prekeys);
    forms.good("no past keys", hexed(&*fresh.to_bytes()));
    forms.good("past keys, replay ids, one-time keys of each state", hexed(parts.stored()));
    forms.good(
        "no one-time keys",
        parts.with(|p| {
            p.one_time.clear();
            p.one_time_kem.clear();
        }),
    );
    forms.bad_form(&parts.stored());
    prekey_values(&mut forms, &parts);
    prekey_order(&mut forms, &parts);
}

fn prekey_values(forms: &mut Forms<'_>, parts: &Parts) {
    let out = "decode/out-of-range";
    let last = |key: &mut Vec<u8>, byte| *key.last_mut().unwrap() = byte;
    forms.bad("published is 2", "form", parts.with(|p| last(&mut p.signed[0], 2)), out);
    forms.bad(
        "a one-time key of state 3",
        "form",
        parts.with(|p| last(&mut p.one_time[0], 3)),
        out,
    );
    let zero = |key: &mut Vec<u8>| key[..4].fill(0);
    forms.bad("id 0", "value", parts.with(|p| zero(&mut p.signed[1])), out);
    let never = |key: &mut Vec<u8>| key[36..44].fill(0xff);
    forms.bad(
        "a validity that ends before it begins",
        "value",
        parts.with(|p| never(&mut p.one_time[1])),
        out,
    );
    let large = "decode/too-large";
    let past = |p: &mut Parts| p.signed.resize(7, p.signed[2].clone());
    forms.bad("six past keys", "limit", parts.with(past), large);
    let many = |p: &mut Parts| p.last_resort[0][68..70].copy_from_slice(&1025u16.to_be_bytes());
    forms.bad("1,025 replay ids", "limit", parts.with(many), large);
    let surplus = ONE_TIME_PREKEYS + 1;
    let many = |p: &mut Parts| p.one_time.resize(surplus, p.one_time[0].clone());
    forms.bad("201 one-time keys", "limit", parts.with(many), large);
}

fn prekey_order(forms: &mut Forms<'_>, parts: &Parts) {
    let why = "decode/not-canonical";
    let set = |key: &mut Vec<u8>, id: u32| key[..4].copy_from_slice(&id.to_be_bytes());
    forms.bad("an id above the last", "consistency", parts.with(|p| p.last_id = 9), why);
    forms.bad("one-time keys not ascending", "order", parts.with(|p| p.one_time.swap(0, 1)), why);
    let kem = parts.with(|p| p.one_time_kem.swap(0, 1));
    forms.bad("one-time KEM keys not ascending", "order", kem, why);
    forms.bad("past keys not ascending", "order", parts.with(|p| p.signed.swap(1, 2)), why);
    let past = parts.with(|p| set(&mut p.signed[2], 11));
    forms.bad("a past key newer than the current one", "order", past, why);
    let past = parts.with(|p| set(&mut p.last_resort[1], 11));
    forms.bad("a past KEM key newer than the current one", "order", past, why);
    let twice = parts.with(|p| set(&mut p.one_time[2], 9));
    forms.bad("an id in two kinds", "order", twice, why);
    let twice = parts.with(|p| set(&mut p.one_time[1], 6));
    forms.bad("an id twice in one", "order", twice, why);
    let replays = parts.with(|p| p.last_resort[0][70..86].fill(2));
    forms.bad("a replay id twice", "order", replays, why);
    let replays = parts.with(|p| p.last_resort[0][70..86].fill(9));
    forms.bad("replay ids not ascending", "order", replays, why);
}
