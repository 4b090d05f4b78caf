//! Receiving: whatever arrives is opened, written down, and acted upon once.

use sealwax::content::{
    Body, ContactState, Content, Incoming, ReceiptKind, Retry, RetryReason, Source,
    may_send_receipt,
};
use sealwax::identity::{DeviceAddress, SenderStatus};
use sealwax::limits::RESENDS;
use sealwax::ratchet::WireId;
use sealwax::session::{Introduction, OpenError, Opened, Received};

use super::device::{Crashed, Step};
use super::truth::NotOpened;
use super::world::{Nature, Packet, World};

/// How often a packet that cannot be judged yet arrives again.
const TRIES: u32 = 30;

/// What becomes of a packet.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// The transport is told that it arrived.
    Done,
    /// It will arrive again.
    Later,
}

impl World {
    /// A packet arrives. One that was not dealt with stays on the way.
    pub(super) fn arrive(&mut self, mut packet: Packet) {
        let fate = self.receive(&packet);
        if matches!(fate, Err(Crashed) | Ok(Fate::Later)) && packet.tries < TRIES {
            packet.tries += 1;
            self.wire.push(packet);
        }
    }

    fn receive(&mut self, packet: &Packet) -> Step<Fate> {
        let at = packet.to;
        let opened = self.devices[at].endpoint.open(&packet.envelope, self.now);
        let forged = packet.nature == Nature::Forged;
        match opened {
            Ok(Opened::Message(received)) => {
                assert!(!forged, "what nobody sent was opened");
                self.take(at, received)
            }
            Ok(Opened::Introduction(introduction)) => self.judge(at, packet, *introduction),
            Ok(Opened::Duplicate) => self.ignore(packet, &NotOpened::Duplicate),
            Ok(Opened::TooOld) => self.ignore(packet, &NotOpened::TooOld),
            Ok(_) => self.ignore(packet, &NotOpened::Unknown),
            Err(error) => self.refuse(packet, &error),
        }
    }

    /// A new session: who is it, and does the account list that device?
    fn judge(&mut self, at: usize, packet: &Packet, introduction: Introduction) -> Step<Fate> {
        self.assert_unchanged(at, "an introduction");
        let certificate = introduction.initiator().certificate().clone();
        let claimed = introduction.initiator().claimed_list();
        let account = certificate.account().clone();
        let mut status = self.status_of(at, &certificate, claimed);
        if !matches!(status, Some(SenderStatus::Listed(_))) {
            self.refresh(at, &account)?;
            status = self.status_of(at, &certificate, claimed);
        }
        let name = format!("{:?}", status.as_ref().map(std::mem::discriminant));
        let Some(SenderStatus::Listed(sender)) = status else {
            self.check_stranger(at, packet, status.as_ref());
            self.log(at, || format!("does not accept {:?}: {name}", packet.nature));
            let gone = matches!(status, Some(SenderStatus::Revoked | SenderStatus::Unlisted));
            return Ok(if gone { Fate::Done } else { Fate::Later });
        };
        assert_ne!(packet.nature, Nature::Forged, "a forged introduction was accepted");
        let device = &mut self.devices[at];
        let received = device.endpoint.accept(introduction, &sender, self.now);
        let fate = self.take(at, received.expect("an introduction that was just opened"))?;
        self.check_used_up(at, &packet.envelope);
        Ok(fate)
    }

    fn status_of(
        &mut self,
        at: usize,
        certificate: &sealwax::identity::DeviceCertificate,
        claimed: sealwax::identity::ClaimedList,
    ) -> Option<SenderStatus> {
        self.meet(at, certificate.account()).then(|| {
            self.devices[at].contacts[certificate.account()].judge(certificate, claimed, self.now)
        })
    }

    /// Whoever is not accepted is forged, not listed any more, or not known yet.
    fn check_stranger(&mut self, at: usize, packet: &Packet, status: Option<&SenderStatus>) {
        let number = match packet.nature {
            Nature::Forged => return self.report.count("a forged introduction, not accepted"),
            Nature::Genuine(number) | Nature::Rewrapped(number) => number,
        };
        let sender = &self.devices[self.truth.sent[number].from];
        let owner = &self.accounts[sender.account];
        let contact = self.devices[at].contacts.get(&owner.id);
        let current = contact.is_some_and(|contact| contact.list().hash() == owner.list.hash());
        assert!(
            !current || !owner.lists(sender.address()),
            "{} does not accept a listed device: {status:?}",
            self.devices[at].name,
        );
        self.report.count("an introduction, not accepted");
    }

    /// An authentic message: everything that it changes is written in one transaction.
    fn take(&mut self, at: usize, received: Received) -> Step<Fate> {
        let number = self.check_opened(at, &received);
        self.log(at, || format!("opens {number} in {:?}", received.session));
        let Received { sender, plaintext, changes, .. } = received;
        let contact = self.devices[at].contacts.get(&sender.account);
        let listed = contact.is_some_and(|contact| {
            contact.list().devices().iter().any(|listed| *listed.address() == sender)
        });
        assert!(listed, "a device that is known to be revoked is heard");
        let Ok(Incoming::Valid(content)) = Content::decode(&plaintext) else {
            panic!("a genuine content is refused")
        };
        self.act_on(at, &sender, &content);
        self.commit(at, "receiving", &[(sender.clone(), changes)])?;
        self.report.count("messages opened");
        self.follow(at, &sender, &content)?;
        Ok(Fate::Done)
    }

    /// What a content says is noted in memory; the caller writes it down.
    fn act_on(&mut self, at: usize, from: &DeviceAddress, content: &Content) {
        let chat = &mut self.devices[at].chat;
        let accepted = Source::Peer { author: ContactState::Accepted };
        if may_send_receipt(ReceiptKind::Delivered, content, &accepted).is_ok() {
            chat.receipts_due.entry(from.clone()).or_default().insert(content.id());
        }
        if !chat.seen.insert((from.account.clone(), content.id())) {
            return self.report.count("content that came again, dropped by its id");
        }
        match content.body() {
            Body::Text(text) => {
                *chat.shown.entry(content.id()).or_default() += 1;
                let author = self.place_of(from);
                let said = self.devices[author].chat.said.get(&content.id());
                assert!(said.is_none_or(|said| said.text == text.as_str()), "another text");
            }
            Body::Receipt(receipt) => {
                chat.waiting.retain(|row| row.to != *from || !receipt.ids().contains(&row.id));
            }
            Body::Retry(request) => self.answer_retry(at, from, request),
            _ => {}
        }
    }

    /// Follows up device lists that the content names and that are newer than ours.
    fn follow(&mut self, at: usize, from: &DeviceAddress, content: &Content) -> Step {
        let device = &self.devices[at];
        let newer = device.contacts[&from.account].list().version() < content.lists().own.version;
        let own = device.endpoint.own_list().version();
        let own_newer = content.lists().peer.is_some_and(|peer| peer.version > own);
        if newer {
            self.refresh(at, &from.account)?;
        }
        if own_newer {
            let own = self.devices[at].address().account.clone();
            self.refresh(at, &own)?;
        }
        Ok(())
    }

    fn ignore(&mut self, packet: &Packet, how: &NotOpened<'_>) -> Step<Fate> {
        self.assert_unchanged(packet.to, "an envelope that was ignored");
        let name = match how {
            NotOpened::Duplicate => "duplicate",
            NotOpened::TooOld => "too old",
            _ => "unknown",
        };
        self.log(packet.to, || format!("ignores {:?}: {name}", packet.nature));
        self.report.count(format!("ignored: {name}"));
        self.check_fate(packet, how);
        Ok(Fate::Done)
    }

    fn check_fate(&mut self, packet: &Packet, how: &NotOpened<'_>) {
        if let Nature::Genuine(number) = packet.nature
            && self.truth.sent[number].to == packet.to
        {
            self.check_not_opened(packet.to, number, how);
        }
    }

    fn refuse(&mut self, packet: &Packet, error: &OpenError) -> Step<Fate> {
        let at = packet.to;
        self.log(at, || format!("refuses {:?}: {error}", packet.nature));
        self.report.count(format!("refused: {}", inner_code(error)));
        self.check_fate(packet, &NotOpened::Refused(error));
        let OpenError::Message { peer, wire_id, changes, .. } = error else {
            self.assert_unchanged(at, "an envelope that was refused");
            return Ok(Fate::Done);
        };
        if *changes == sealwax::session::Changes::default() {
            self.assert_unchanged(at, "an envelope that was refused");
        } else {
            let Nature::Genuine(number) = packet.nature else { panic!("a forgery ends a session") };
            let from = self.truth.sent[number].from;
            assert!(self.tainted(from, at), "a session of honest devices is over");
        }
        self.ask_again(at, peer, *wire_id);
        self.commit(at, "refusing", &[(peer.clone(), *changes)])?;
        Ok(Fate::Done)
    }

    /// Somebody damaged a message of a session that we have: its sender can encrypt it again.
    fn ask_again(&mut self, at: usize, peer: &DeviceAddress, wire_id: WireId) {
        let device = &mut self.devices[at];
        let session = device.endpoint.sessions(peer).and_then(|sessions| sessions.active);
        let session = session.and_then(|id| id.as_bytes().first_chunk().copied());
        let attempt = device.chat.asked.entry(wire_id.to_bytes()).or_default();
        if *attempt < RESENDS {
            *attempt += 1;
            let request = Retry::new(wire_id.to_bytes(), session, *attempt, RetryReason::Body);
            device.chat.requests.push((peer.clone(), request.unwrap().into()));
        }
    }
}

fn inner_code(error: &OpenError) -> &'static str {
    match error {
        OpenError::Envelope(error) => error.code(),
        OpenError::Handshake(error) => error.code(),
        OpenError::FirstMessage(error) | OpenError::Message { error, .. } => error.code(),
        _ => error.code(),
    }
}
