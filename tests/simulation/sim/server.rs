//! The server: device lists and prekeys, handed out honestly or not.

use std::collections::BTreeMap;

use sealwax::crypto::Digest;
use sealwax::identity::{AccountId, DeviceAddress, DeviceCertificate, SignedDeviceList};
use sealwax::prekey::{PrekeyId, PrekeyShelf, Publication};
use sealwax::session::SessionId;
use sealwax::time::Timestamp;

use super::dice::Dice;

#[derive(Default)]
pub(super) struct Server {
    /// All lists of an account, in the order of their publication.
    lists: BTreeMap<AccountId, Vec<SignedDeviceList>>,
    pub(super) shelves: BTreeMap<DeviceAddress, PrekeyShelf>,
    /// Hashes of the certificates that came with the prekeys.
    certificates: BTreeMap<DeviceAddress, Digest>,
    /// Every bundle that was handed out.
    pub(super) handed: Vec<Handed>,
    pub(super) hostile: bool,
}

/// A bundle that was handed out, and the sessions that were begun from it.
pub(super) struct Handed {
    of: DeviceAddress,
    bytes: Vec<u8>,
    pub(super) sessions: Vec<SessionId>,
}

/// What came of asking for a bundle.
pub(super) enum Served {
    /// By its place among those handed out.
    Bundle(usize, Vec<u8>),
    /// Something that must be refused.
    Lie(&'static str, Vec<u8>),
    Nothing,
}

impl Server {
    pub(super) fn publish_lists(
        &mut self,
        account: &AccountId,
        lists: impl Iterator<Item = SignedDeviceList>,
    ) {
        self.lists.entry(account.clone()).or_default().extend(lists);
    }

    pub(super) fn publish_prekeys(&mut self, publication: Publication) {
        let certificate = publication.certificate();
        let address = certificate.address().clone();
        self.certificates.insert(address.clone(), *certificate.hash());
        match self.shelves.get_mut(&address) {
            Some(known) => known.accept(publication),
            None => drop(self.shelves.insert(address, PrekeyShelf::new(publication))),
        }
    }

    /// The lists of an account, in order. A hostile server withholds the newest ones.
    pub(super) fn lists_of(&self, account: &AccountId, dice: &mut Dice) -> Vec<SignedDeviceList> {
        let mut lists = self.lists[account].clone();
        while self.hostile && lists.len() > 1 && dice.percent(40) {
            lists.pop();
        }
        lists
    }

    /// The one-time prekeys that are left. A hostile server says that there are none.
    pub(super) fn left_of(&self, address: &DeviceAddress, dice: &mut Dice) -> Vec<PrekeyId> {
        let lies = self.hostile && dice.percent(10);
        let told = self.shelves.get(address).filter(|_| !lies);
        told.map(|shelf| shelf.one_time_ids().collect()).unwrap_or_default()
    }

    pub(super) fn bundle_of(
        &mut self,
        address: &DeviceAddress,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Served {
        if !self.hostile {
            return self.honest_bundle(address, now);
        }
        match dice.below(12) {
            0 => Served::Nothing,
            1 | 2 => self.bundle_again(address, dice),
            3 => {
                self.exhaust(address, now);
                self.honest_bundle(address, now)
            }
            4 => self.bundle_of_another(address, now, dice),
            5 => self.damaged_bundle(address, now, dice),
            _ => self.honest_bundle(address, now),
        }
    }

    fn honest_bundle(&mut self, address: &DeviceAddress, now: Timestamp) -> Served {
        let Some(shelf) = self.shelves.get_mut(address) else { return Served::Nothing };
        let bytes = shelf.take_bundle(now).encode();
        self.handed.push(Handed {
            of: address.clone(),
            bytes: bytes.clone(),
            sessions: Vec::new(),
        });
        Served::Bundle(self.handed.len() - 1, bytes)
    }

    /// One that somebody else has got already.
    fn bundle_again(&self, address: &DeviceAddress, dice: &mut Dice) -> Served {
        let earlier = self.handed.iter().enumerate().filter(|(_, handed)| handed.of == *address);
        let earlier: Vec<_> = earlier.map(|(at, handed)| (at, &handed.bytes)).collect();
        dice.pick(&earlier).map_or(Served::Nothing, |(at, bytes)| Served::Bundle(at, bytes.clone()))
    }

    fn bundle_of_another(
        &mut self,
        address: &DeviceAddress,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Served {
        let others: Vec<_> =
            self.shelves.keys().filter(|other| *other != address).cloned().collect();
        let Some(other) = dice.pick(&others) else { return Served::Nothing };
        let bytes = self.shelves.get_mut(&other).unwrap().take_bundle(now).encode();
        Served::Lie("a bundle of another device", bytes)
    }

    fn damaged_bundle(
        &mut self,
        address: &DeviceAddress,
        now: Timestamp,
        dice: &mut Dice,
    ) -> Served {
        let Served::Bundle(_, mut bytes) = self.honest_bundle(address, now) else {
            return Served::Nothing;
        };
        // Behind the certificate, the first field, whose signatures are not looked at.
        let certificate = 3 + usize::from(bytes[1] & 0x7f) + (usize::from(bytes[2]) << 7);
        let bit = dice.below((bytes.len() - certificate) * 8);
        bytes[certificate + bit / 8] ^= 1 << (bit % 8);
        Served::Lie("a damaged bundle", bytes)
    }

    /// Lets a device's one-time prekeys run out.
    pub(super) fn exhaust(&mut self, address: &DeviceAddress, now: Timestamp) {
        let Some(shelf) = self.shelves.get_mut(address) else { return };
        while shelf.one_time_ids().next().is_some() {
            shelf.take_bundle(now);
        }
    }

    /// Whether what is held of a device goes with its certificate.
    pub(super) fn has_certificate(&self, certificate: &DeviceCertificate) -> bool {
        self.certificates.get(certificate.address()) == Some(certificate.hash())
    }

    /// Whether some bundle's keys may have served another session than this one.
    pub(super) fn shared(&self, session: SessionId) -> bool {
        let handed = self.handed.iter().find(|handed| handed.sessions.contains(&session));
        handed.is_some_and(|handed| handed.sessions.len() > 1)
    }
}
