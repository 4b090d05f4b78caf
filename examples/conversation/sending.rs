//! Sending: to every device of an account, again until it says that it has it.

use std::time::Duration;

use sealwax::content::{
    Body, Clock, Content, Incoming, MessageId, MessageRef, Null, Receipt, ReceiptKind, Retry,
    SentMessage, Text, may_resend,
};
use sealwax::identity::{AccountId, DeviceAddress, DeviceRefused, SendPermit, SendRefused};
use sealwax::limits::RECEIPT_IDS;
use sealwax::prekey::{BundleError, PrekeyBundle, VerifiedBundle};
use sealwax::session::Changes;

use crate::Outcome;
use crate::database::{Queued, Unacknowledged};
use crate::device::Device;
use crate::network::Packet;
use crate::world::{Said, World};

/// Messages that may be unacknowledged at once.
const WINDOW: usize = 24;
/// How often we send what takes no receipt, such as a reaction.
const REPEATS: u32 = 8;
/// How long we wait for a receipt; doubles with each attempt, up to eight times as much.
const PATIENCE: Duration = Duration::from_secs(4);

impl Device {
    /// The user writes something. It goes out with the next turn of the clock.
    pub(crate) fn say(
        &mut self,
        world: &mut World,
        to: &AccountId,
        text: impl Into<String>,
    ) -> Outcome<MessageRef> {
        self.say_text(world, to, Text::new(text)?)
    }

    /// The same with a text that may be more than words.
    pub(crate) fn say_text(
        &mut self,
        world: &mut World,
        to: &AccountId,
        text: Text,
    ) -> Outcome<MessageRef> {
        let (words, by) = (text.as_str().to_owned(), self.address().clone());
        let said = self.write(world, to, text)?;
        let (at, for_devices) = (world.now, Vec::new());
        world.said.push(Said { id: said.id, by, at, text: words, for_devices });
        Ok(said)
    }

    /// Queues a content for all devices of an account, if it may be said.
    pub(crate) fn write(
        &mut self,
        world: &mut World,
        to: &AccountId,
        body: impl Into<Body>,
    ) -> Outcome<MessageRef> {
        let content = self.content(world, to).build(body)?;
        let own = self.address().account.clone();
        let clock = Clock::Sending(world.now);
        self.database.chat.history.take(&own, &content, clock, world.now)?;
        Ok(self.queue(to, &content))
    }

    /// The same without asking whether it may be said, as a changed application would.
    pub(crate) fn write_anyway(
        &mut self,
        world: &mut World,
        to: &AccountId,
        body: impl Into<Body>,
    ) -> Outcome<MessageRef> {
        let content = self.content(world, to).build(body)?;
        Ok(self.queue(to, &content))
    }

    fn queue(&mut self, to: &AccountId, content: &Content) -> MessageRef {
        let row = Queued { to: to.clone(), id: content.id(), content: content.encode() };
        self.database.chat.queue.push(row);
        MessageRef::to(self.address().account.clone(), content)
    }

    /// Everything that is due now, encrypted and stored. Only then may it leave.
    pub(crate) fn flush(&mut self, world: &mut World) -> Outcome<Vec<Packet>> {
        let mut packets = Vec::new();
        self.address_queued(world)?;
        self.send_unacknowledged(world, &mut packets)?;
        self.send_receipts(world, &mut packets)?;
        self.send_requests(world, &mut packets)?;
        self.send_carriers(world, &mut packets)?;
        Ok(packets)
    }

    /// Decides for queued contents which devices get them: all that the account lists now. As long
    /// as a change of the contact is unacknowledged, they wait.
    fn address_queued(&mut self, world: &mut World) -> Outcome {
        while self.database.chat.unacknowledged.len() < WINDOW {
            let Some(row) = self.database.chat.queue.first().cloned() else { break };
            let permits = match self.permits(world, &row.to)? {
                Ok(permits) => permits,
                Err(refused) => {
                    world
                        .note(self.name, &format!("sends nothing: {refused} ({})", refused.code()));
                    break;
                }
            };
            self.database.chat.queue.remove(0);
            for permit in &permits {
                let (to, content) = (permit.address().clone(), row.content.clone());
                let row = Unacknowledged { to, id: row.id, content, due: world.now, attempts: 0 };
                self.database.chat.unacknowledged.push(row);
            }
            if let Some(said) = world.said.iter_mut().rev().find(|said| said.id == row.id) {
                said.for_devices = permits.iter().map(|permit| permit.address().clone()).collect();
            }
        }
        Ok(())
    }

    /// Permission to send to each device of an account.
    pub(crate) fn permits(
        &mut self,
        world: &World,
        to: &AccountId,
    ) -> Outcome<Result<Vec<SendPermit>, SendRefused>> {
        let contact = self.meet(world, to)?;
        let devices = contact.list().devices().iter();
        Ok(devices.map(|listed| contact.permit(listed.device(), world.now)).collect())
    }

    /// Permission to send to one device; without it, what was due to a revoked device is dropped.
    fn permit(&mut self, world: &World, to: &DeviceAddress) -> Option<SendPermit> {
        match self.contacts.get(&to.account)?.permit(to.device, world.now) {
            Ok(permit) => Some(permit),
            Err(refused) => {
                if refused == SendRefused::Device(DeviceRefused::Revoked) {
                    self.database.chat.unacknowledged.retain(|row| row.to != *to);
                }
                None
            }
        }
    }

    fn send_unacknowledged(&mut self, world: &mut World, packets: &mut Vec<Packet>) -> Outcome {
        for row in self.database.chat.unacknowledged.clone() {
            if row.due > world.now {
                continue;
            }
            let Some(permit) = self.permit(world, &row.to) else { continue };
            let Incoming::Valid(content) = Content::decode(&row.content)? else { continue };
            packets.push(self.seal(world, &permit, &content)?);
            let same = |other: &&mut Unacknowledged| other.id == row.id && other.to == row.to;
            let Some(stored) = self.database.chat.unacknowledged.iter_mut().find(same) else {
                continue;
            };
            stored.attempts += 1;
            stored.due = world.now.saturating_add(PATIENCE * (1 << row.attempts.min(3)));
            let receipts = content.body().kind().properties().receipts;
            if stored.attempts == REPEATS && !receipts.contains(&ReceiptKind::Delivered) {
                self.delivered(&row.to, &[row.id]);
            }
        }
        Ok(())
    }

    fn send_receipts(&mut self, world: &mut World, packets: &mut Vec<Packet>) -> Outcome {
        for (to, ids) in self.database.chat.receipts_due.clone() {
            let Some(permit) = self.permit(world, &to) else { continue };
            let ids: Vec<MessageId> = ids.into_iter().take(RECEIPT_IDS).collect();
            let receipt = Receipt::new(ReceiptKind::Delivered, ids.iter().copied())?;
            let content = self.content(world, &to.account).build(receipt)?;
            packets.push(self.seal(world, &permit, &content)?);
            if let Some(due) = self.database.chat.receipts_due.get_mut(&to) {
                due.retain(|id| !ids.contains(id));
            }
            self.database.chat.receipts_due.retain(|_, ids| !ids.is_empty());
        }
        Ok(())
    }

    /// What is said to one device and once: it gets no receipt, and nothing breaks when it is lost.
    fn send_requests(&mut self, world: &mut World, packets: &mut Vec<Packet>) -> Outcome {
        for (to, body) in std::mem::take(&mut self.database.chat.requests) {
            let Some(permit) = self.permit(world, &to) else { continue };
            let content = self.content(world, &to.account).build(body)?;
            packets.push(self.seal(world, &permit, &content)?);
        }
        Ok(())
    }

    /// Empty messages, where a post-quantum epoch is overdue and nothing else is said.
    fn send_carriers(&mut self, world: &mut World, packets: &mut Vec<Packet>) -> Outcome {
        let peers: Vec<_> = self.endpoint.peers().cloned().collect();
        for peer in peers {
            let healing = self.endpoint.healing(&peer, world.now);
            if !healing.is_some_and(|healing| healing.should_send_carrier) {
                continue;
            }
            let Some(permit) = self.permit(world, &peer) else { continue };
            let content = self.content(world, &peer.account).build(Null::default())?;
            world.meter.carriers += 1;
            packets.push(self.seal(world, &permit, &content)?);
        }
        Ok(())
    }

    /// Encrypts for one device, and stores what that changed before anything may leave.
    fn seal(
        &mut self,
        world: &mut World,
        permit: &SendPermit,
        content: &Content,
    ) -> Outcome<Packet> {
        self.begin_session_if_needed(world, permit)?;
        let World { meter, rng, now, .. } = world;
        let plaintext = content.as_bytes();
        let encrypt = || self.endpoint.encrypt(permit, plaintext, *now, rng);
        let encrypted = meter.encrypting.run(encrypt)?;
        meter.sent(&encrypted.envelope, plaintext);
        let changes = Changes { active: true, ..Changes::default() };
        self.database.store(&self.endpoint, permit.address(), changes);
        let wire_id = encrypted.wire_id.to_bytes();
        self.database.chat.note_sent(wire_id, permit, content.id(), content.body().kind());
        self.watch(permit.address(), world);
        Ok(Packet { to: permit.address().clone(), envelope: encrypted.envelope })
    }

    fn begin_session_if_needed(&mut self, world: &mut World, permit: &SendPermit) -> Outcome {
        let peer = permit.address();
        let Some(reason) = self.endpoint.renewal(peer, world.now) else { return Ok(()) };
        let bytes = world.directory.take_bundle(peer, world.now)?;
        let bundle = verified_bundle(&bytes, permit, world)?;
        self.endpoint.initiate(&bundle, None, world.now, &mut world.rng)?;
        self.database.store_peer(&self.endpoint, peer);
        let strength = bundle.strength();
        world.note(
            self.name,
            &format!(
                "begins a session ({reason:?}); one-time prekeys: X25519 {}, ML-KEM {}",
                yes(strength.one_time_x25519),
                yes(strength.one_time_kem),
            ),
        );
        Ok(())
    }

    /// A device asks for a message that it could not read. It gets the same content again, but only
    /// if it is the very device that the message was for.
    pub(crate) fn answer_retry(
        &mut self,
        world: &mut World,
        from: &DeviceAddress,
        request: &Retry,
    ) {
        let Some(permit) = self.permit(world, from) else { return };
        let Some(row) = self.database.chat.sent.get_mut(request.wire_id()) else { return };
        let original = SentMessage { kind: row.kind, sent_to: row.sent_to, answered: row.answered };
        if let Err(refused) = may_resend(&original, &permit.keys().signing, request) {
            world.note(self.name, &format!("does not send again: {refused} ({})", refused.code()));
            return;
        }
        row.answered = request.attempt();
        let id = row.id;
        let mut waiting = self.database.chat.unacknowledged.iter_mut();
        if let Some(row) = waiting.find(|row| row.id == id && row.to == *from) {
            row.due = world.now;
            world.note(self.name, "sends a message again, because the other device asks");
        }
    }

    /// A device has these messages, as far as we will ever know.
    pub(crate) fn delivered(&mut self, device: &DeviceAddress, ids: &[MessageId]) {
        let waits = |row: &Unacknowledged| row.to != *device || !ids.contains(&row.id);
        self.database.chat.unacknowledged.retain(waits);
    }
}

/// What a server hands out becomes something a session may start from.
pub(crate) fn verified_bundle(
    bytes: &[u8],
    permit: &SendPermit,
    world: &World,
) -> Result<VerifiedBundle, BundleError> {
    PrekeyBundle::decode(bytes)?.verify(permit.device(), world.now)
}

fn yes(used: bool) -> &'static str {
    if used { "yes" } else { "no" }
}
