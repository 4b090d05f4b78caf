//! Sending: to every device of an account, again until it says that it has it.

use std::time::Duration;

use sealwax::content::{
    Body, Content, ContentBuilder, Conversation, DeviceListRef, DeviceLists, Incoming, MessageId,
    Null, Receipt, ReceiptKind, Retry, SentMessage, Text, may_resend,
};
use sealwax::identity::{AccountId, DeviceAddress, SendPermit, VerifiedDeviceList};
use sealwax::limits::{RECEIPT_IDS, RESENDS};
use sealwax::prekey::PrekeyBundle;

use super::device::Step;
use super::disk::{Queued, Said, SentRow, Waiting};
use super::server::Served;
use super::world::{Nature, Packet, World};

/// Messages that may wait for a receipt at once, for one device.
const WINDOW: usize = 12;
/// How long a device waits for a receipt; doubles with each attempt, up to about a day.
const PATIENCE: Duration = Duration::from_secs(20 * 60);

impl World {
    /// Somebody writes a text to an account. It goes out with the next flush.
    pub(super) fn write(&mut self, at: usize, to: usize) -> Step {
        let to = self.accounts[to].id.clone();
        if !self.meet(at, &to) {
            return Ok(());
        }
        let length = [20, 20, 20, 300, 7_000][self.dice.below(5)];
        let number = self.truth.sent.len();
        let text = format!("{} to {to:?} after {number}:{:.>length$}", self.devices[at].name, "");
        let content = self.content(at, &to).build(Text::new(text.as_str()).unwrap()).unwrap();
        let (id, now) = (content.id(), self.now);
        self.log(at, || format!("writes {id:?} to {to:?}"));
        let chat = &mut self.devices[at].chat;
        chat.queue.push(Queued { to, id, content: content.encode() });
        chat.said.insert(id, Said { text, at: now, to: Vec::new() });
        self.commit(at, "writing", &[])
    }

    /// The frame of a content.
    pub(super) fn content(&mut self, at: usize, to: &AccountId) -> ContentBuilder {
        let device = &self.devices[at];
        let reference = |list: &VerifiedDeviceList| DeviceListRef {
            version: list.version(),
            hash: *list.hash(),
        };
        let peer = device.contacts.get(to).map(|contact| reference(contact.list()));
        let lists = DeviceLists { own: reference(device.endpoint.own_list()), peer };
        let id = MessageId::random(&mut self.rng);
        Content::builder(id, self.now, Conversation::Peer, lists)
    }

    /// Sends everything that is due.
    pub(super) fn flush(&mut self, at: usize) -> Step {
        self.address_queued(at)?;
        let addressees = self.send_waiting(at)?;
        self.send_receipts(at)?;
        self.send_requests(at, &addressees)?;
        self.send_carriers(at)
    }

    /// Decides which devices get what was written: all that the account lists now. As long as
    /// something about the contact waits for a person, it waits too.
    fn address_queued(&mut self, at: usize) -> Step {
        let now = self.now;
        let device = &mut self.devices[at];
        let own = device.address().clone();
        for row in std::mem::take(&mut device.chat.queue) {
            let contact = &device.contacts[&row.to];
            let listed = contact.list().devices().iter().map(|listed| listed.address());
            let to: Vec<_> = listed.filter(|listed| **listed != own).cloned().collect();
            if to.iter().any(|to| contact.permit(to.device, now).is_err()) {
                device.chat.queue.push(row);
                continue;
            }
            for to in &to {
                let (to, content) = (to.clone(), row.content.clone());
                let row = Waiting { to, id: row.id, content, due: now, attempts: 0 };
                device.chat.waiting.push(row);
            }
            device.chat.said.get_mut(&row.id).unwrap().to = to;
        }
        self.commit(at, "addressing", &[])
    }

    fn send_waiting(&mut self, at: usize) -> Step<Vec<DeviceAddress>> {
        let mut sent: Vec<DeviceAddress> = Vec::new();
        for row in self.devices[at].chat.waiting.clone() {
            let before = sent.iter().filter(|to| **to == row.to).count();
            if row.due > self.now || before >= WINDOW {
                continue;
            }
            let Ok(Incoming::Valid(content)) = Content::decode(&row.content) else {
                panic!("our own content is refused")
            };
            let now = self.now;
            let noted = |chat: &mut super::disk::Chat| {
                let same = |other: &&mut Waiting| other.id == row.id && other.to == row.to;
                let Some(stored) = chat.waiting.iter_mut().find(same) else { return };
                stored.attempts += 1;
                stored.due = now.saturating_add(PATIENCE * (1 << row.attempts.min(6)));
            };
            self.seal(at, &row.to, &content, noted)?;
            sent.push(row.to.clone());
        }
        Ok(sent)
    }

    fn send_receipts(&mut self, at: usize) -> Step {
        for (to, ids) in self.devices[at].chat.receipts_due.clone() {
            let ids: Vec<_> = ids.into_iter().take(RECEIPT_IDS).collect();
            let receipt = Receipt::new(ReceiptKind::Delivered, ids.iter().copied()).unwrap();
            let content = self.content(at, &to.account).build(receipt).unwrap();
            let noted = |chat: &mut super::disk::Chat| {
                chat.receipts_due.get_mut(&to).unwrap().retain(|id| !ids.contains(id));
                chat.receipts_due.retain(|_, ids| !ids.is_empty());
            };
            self.seal(at, &to, &content, noted)?;
        }
        Ok(())
    }

    /// Resets go at once. Requests to send again go beside a text only: whoever damages messages
    /// would see who answers, and two devices that cannot read each other would ask for ever.
    fn send_requests(&mut self, at: usize, beside: &[DeviceAddress]) -> Step {
        for (to, body) in self.devices[at].chat.requests.clone() {
            if matches!(body, Body::Retry(_)) && !beside.contains(&to) {
                continue;
            }
            let content = self.content(at, &to.account).build(body.clone()).unwrap();
            let noted = |chat: &mut super::disk::Chat| {
                let same = |row: &(DeviceAddress, Body)| row.0 == to && row.1 == body;
                let place = chat.requests.iter().position(same);
                chat.requests.remove(place.unwrap());
            };
            self.seal(at, &to, &content, noted)?;
        }
        Ok(())
    }

    /// Empty messages, where a post-quantum epoch is overdue.
    fn send_carriers(&mut self, at: usize) -> Step {
        let peers: Vec<_> = self.devices[at].endpoint.peers().cloned().collect();
        for peer in peers {
            let healing = self.devices[at].endpoint.healing(&peer, self.now);
            if healing.is_some_and(|healing| healing.should_send_carrier) {
                let content = self.content(at, &peer.account).build(Null::default()).unwrap();
                self.report.count("carriers");
                self.seal(at, &peer, &content, |_| {})?;
            }
        }
        Ok(())
    }

    /// Encrypts for one device, writes that down together with what the application notes of it, and
    /// lets the envelope leave. Returns whether it left.
    pub(super) fn seal(
        &mut self,
        at: usize,
        to: &DeviceAddress,
        content: &Content,
        noted: impl FnOnce(&mut super::disk::Chat),
    ) -> Step<bool> {
        let Some(permit) = self.permit(at, to) else { return Ok(false) };
        if !self.session_to_send_in(at, &permit)? {
            return Ok(false);
        }
        let device = &mut self.devices[at];
        let plaintext = content.as_bytes();
        let encrypted = device.endpoint.encrypt(&permit, plaintext, self.now, &mut self.rng);
        let encrypted = encrypted.expect("there is a session that sends");
        noted(&mut device.chat);
        let (id, kind) = (content.id(), content.body().kind());
        if kind.properties().resent {
            let row = SentRow { id, kind, sent_to: permit.keys().signing, answered: 0 };
            device.chat.sent.insert(encrypted.wire_id.to_bytes(), row);
        }
        self.check_addressee(at, to);
        self.commit(at, "sending", &[(to.clone(), encrypted.changes)])?;
        let number = self.note_sent(at, to, plaintext, encrypted);
        self.log(at, || format!("sends {number}: {} {id:?}", kind.name()));
        self.report.count("messages sent");
        let packet = self.packet(number);
        self.wire.push(packet);
        Ok(true)
    }

    pub(super) fn packet(&self, number: usize) -> Packet {
        let sent = &self.truth.sent[number];
        let (to, envelope) = (sent.to, sent.envelope.clone());
        Packet { to, envelope, nature: Nature::Genuine(number), tries: 0 }
    }

    pub(super) fn permit(&self, at: usize, to: &DeviceAddress) -> Option<SendPermit> {
        let contact = self.devices[at].contacts.get(&to.account)?;
        contact.permit(to.device, self.now).ok()
    }

    fn session_to_send_in(&mut self, at: usize, permit: &SendPermit) -> Step<bool> {
        let Some(reason) = self.devices[at].endpoint.renewal(permit.address(), self.now) else {
            return Ok(true);
        };
        let began = self.begin(at, permit)?;
        if began {
            self.log(at, || format!("because {reason:?}"));
            self.report.count(format!("session begun: {reason:?}"));
        }
        // Silence and an old session are no reason not to send.
        let sessions = self.devices[at].endpoint.sessions(permit.address());
        let sends = sessions.is_some_and(|sessions| sessions.active.is_some());
        use sealwax::session::Renewal::{OldSession, Silent};
        Ok(began || sends && matches!(reason, Silent | OldSession))
    }

    /// Begins a session, if the server gives a bundle that verifies.
    pub(super) fn begin(&mut self, at: usize, permit: &SendPermit) -> Step<bool> {
        let peer = permit.address();
        let (place, bytes) = match self.server.bundle_of(peer, self.now, &mut self.dice) {
            Served::Nothing => return Ok(false),
            Served::Bundle(place, bytes) => (place, bytes),
            Served::Lie(what, bytes) => {
                let bundle = PrekeyBundle::decode(&bytes);
                let verified = bundle.and_then(|bundle| bundle.verify(permit.device(), self.now));
                assert!(verified.is_err(), "{what} was taken");
                self.report.count(what);
                return Ok(false);
            }
        };
        let bundle = PrekeyBundle::decode(&bytes).unwrap();
        let Ok(bundle) = bundle.verify(permit.device(), self.now) else {
            self.report.count("a bundle that is out of date");
            return Ok(false);
        };
        let device = &mut self.devices[at];
        let begun = device.endpoint.initiate(&bundle, None, self.now, &mut self.rng).unwrap();
        device.chat.note_session(peer, begun.session);
        self.server.handed[place].sessions.push(begun.session);
        self.truth.note_session(begun.session, self.now);
        self.report.count("sessions begun");
        self.log(at, || format!("begins {:?} with {:?}", begun.session, peer.device));
        self.commit(at, "beginning a session", &[(peer.clone(), begun.changes)])?;
        Ok(true)
    }

    /// A device asks for a message that it could not read.
    pub(super) fn answer_retry(&mut self, at: usize, from: &DeviceAddress, request: &Retry) {
        let Some(permit) = self.permit(at, from) else { return };
        let now = self.now;
        let chat = &mut self.devices[at].chat;
        let Some(row) = chat.sent.get_mut(request.wire_id()) else { return };
        let original = SentMessage { kind: row.kind, sent_to: row.sent_to, answered: row.answered };
        if may_resend(&original, &permit.keys().signing, request).is_err() {
            return;
        }
        assert!(row.answered < request.attempt() && request.attempt() <= RESENDS);
        row.answered = request.attempt();
        let id = row.id;
        let mut waiting = chat.waiting.iter_mut();
        if let Some(row) = waiting.find(|row| row.id == id && row.to == *from) {
            row.due = now;
            self.report.count("sent again because the other device asked");
        }
    }
}
