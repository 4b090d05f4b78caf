//! What a hostile network, server or stranger does to packets.

use sealwax::identity::{Contact, DeviceKeys, ListDraft, VerifiedDeviceList};
use sealwax::prekey::PrekeyBundle;
use sealwax::session::Endpoint;

use super::bytes::{encode, field, flipped, handshake, session};
use super::pool::{self, ACCOUNTS, lists_from};
use super::server::Served;
use super::world::{Nature, Packet, World};

impl World {
    /// Flips a bit, cuts, or appends.
    pub(super) fn damage(&mut self, packet: &Packet) -> Packet {
        let len = packet.envelope.len();
        let envelope = match self.dice.below(6) {
            0 => packet.envelope[..self.dice.below(len)].to_vec(),
            1 => [&packet.envelope[..], &[0]].concat(),
            2 => {
                let mut envelope = packet.envelope.clone();
                let at = self.dice.below(len - 12);
                let noise = self.dice.bytes(12);
                envelope[at..at + 12].copy_from_slice(&noise);
                envelope
            }
            _ => flipped(&packet.envelope, self.dice.below(len * 8)),
        };
        Packet { to: packet.to, envelope, nature: Nature::Forged, tries: 0 }
    }

    /// A genuine message without its handshake, or under another one.
    pub(super) fn rewrap(&mut self, packet: &Packet) -> Option<Packet> {
        let Nature::Genuine(number) = packet.nature else { return None };
        let sent = self.truth.sent[number].clone();
        let message = message_of(&sent.envelope);
        let others = self.truth.sent.iter().enumerate().rev().take(40);
        let others = others.filter(|(_, other)| carries_handshake(&other.envelope));
        let others: Vec<_> = others.map(|(number, _)| number).collect();
        let (envelope, same) = match self.dice.pick(&others).filter(|_| self.dice.percent(70)) {
            None => ([vec![8, 1], encode(3, message)].concat(), true),
            Some(other) => {
                let other = &self.truth.sent[other];
                let handshake = &other.envelope[field(&other.envelope, handshake::ALL)];
                let inner = [encode(1, handshake), encode(2, message)].concat();
                let same = other.session == sent.session;
                ([vec![8, 1], encode(2, &inner)].concat(), same)
            }
        };
        let nature = if same { Nature::Rewrapped(number) } else { Nature::Forged };
        Some(Packet { to: packet.to, envelope, nature, tries: 0 })
    }

    /// Something that was sent before, to whomever it was sent to.
    pub(super) fn replay(&mut self) -> Option<Packet> {
        let count = self.truth.sent.len();
        if count == 0 {
            return None;
        }
        let number = if self.dice.percent(50) {
            count - 1 - self.dice.below(count.min(20))
        } else {
            self.dice.below(count)
        };
        Some(self.packet(number))
    }

    /// Something genuine, given to another device.
    pub(super) fn misdeliver(&mut self, packet: &Packet) -> Packet {
        let others: Vec<_> = (0..self.devices.len()).filter(|at| *at != packet.to).collect();
        let to = self.dice.pick(&others).unwrap();
        Packet { to, envelope: packet.envelope.clone(), nature: Nature::Forged, tries: 0 }
    }

    pub(super) fn noise(&mut self, to: usize) -> Packet {
        let len = 1 + self.dice.below(600);
        let noise = self.dice.bytes(len);
        let envelope =
            if self.dice.percent(50) { noise } else { [vec![8, 1], encode(3, &noise)].concat() };
        Packet { to, envelope, nature: Nature::Forged, tries: 0 }
    }

    /// A handshake that is in order, of a device that the server certified itself.
    pub(super) fn impersonate(&mut self, whom: usize, to: usize) -> Option<Packet> {
        let server_key = pool::account_key(ACCOUNTS);
        let keys = DeviceKeys::generate(&mut self.rng);
        let id = self.accounts[whom].id.clone();
        let local = pool::certified(&keys, &id, &server_key, self.now);
        let draft = ListDraft::first(id).with(local.certificate().clone());
        let list = draft.sign(&server_key, lists_from(self.now)).unwrap();
        let list = VerifiedDeviceList::trust_on_first_use(list, self.now).unwrap();
        let mut endpoint = Endpoint::new(local, list, self.devices[0].endpoint.prekeys().clone());
        let address = self.devices[to].address().clone();
        let truth = self.accounts[self.devices[to].account].list.signed().clone();
        let contact = Contact::trust_on_first_use(truth, self.now).ok()?;
        let permit = contact.permit(address.device, self.now).ok()?;
        let Served::Bundle(_, bytes) = self.server.bundle_of(&address, self.now, &mut self.dice)
        else {
            return None;
        };
        let bundle =
            PrekeyBundle::decode(&bytes).unwrap().verify(permit.device(), self.now).ok()?;
        endpoint.initiate(&bundle, None, self.now, &mut self.rng).unwrap();
        let sealed = endpoint.encrypt(&permit, b"It is me.", self.now, &mut self.rng).unwrap();
        Some(Packet { to, envelope: sealed.envelope, nature: Nature::Forged, tries: 0 })
    }
}

fn carries_handshake(envelope: &[u8]) -> bool {
    envelope[2] >> 3 == 2
}

fn message_of(envelope: &[u8]) -> &[u8] {
    let path = if carries_handshake(envelope) { handshake::MESSAGE } else { session::MESSAGE };
    &envelope[field(envelope, path)]
}
