//! Receiving: opening what arrives without being told from whom, and acting on it once.

use sealwax::content::{
    Body, Clock, ContactState, Content, Incoming, ReceiptKind, Retry, RetryReason, Source,
    may_send_receipt,
};
use sealwax::identity::{AccountId, DeviceAddress, SenderStatus, VerifiedDevice};
use sealwax::ratchet::WireId;
use sealwax::session::{Introduction, OpenError, Opened, Received};

use crate::Outcome;
use crate::database::Arrived;
use crate::device::Device;
use crate::world::World;

/// What became of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Authentic, and acted upon.
    Taken,
    /// Nothing was wrong and nothing happened: seen before, too late, or for nobody here.
    Ignored(&'static str),
    /// Refused: the codes of the error and of what is behind it.
    Refused(String),
}

impl Device {
    pub(crate) fn receive(&mut self, world: &mut World, envelope: &[u8]) -> Outcome<Fate> {
        let World { meter, now, .. } = world;
        let opened = meter.opening.run(|| self.endpoint.open(envelope, *now));
        let fate = match opened {
            Ok(Opened::Message(received)) => self.take(world, received)?,
            Ok(Opened::Introduction(introduction)) => self.introduced(world, *introduction)?,
            Ok(Opened::Duplicate) => Fate::Ignored("duplicate"),
            Ok(Opened::TooOld) => Fate::Ignored("too old"),
            Ok(_) => Fate::Ignored("unknown"),
            Err(error) => self.refused(&error)?,
        };
        world.meter.came_to(match &fate {
            Fate::Taken => "taken",
            Fate::Ignored(why) => why,
            Fate::Refused(_) => "refused",
        });
        Ok(fate)
    }

    /// A new session: who is it, and does the account list that device?
    fn introduced(&mut self, world: &mut World, introduction: Introduction) -> Outcome<Fate> {
        let account = introduction.initiator().certificate().account().clone();
        match self.judge(world, &account, &introduction)? {
            Ok(sender) => {
                let received = self.endpoint.accept(introduction, &sender, world.now)?;
                self.take(world, received)
            }
            Err(status) => Ok(Fate::Refused(status)),
        }
    }

    fn judge(
        &mut self,
        world: &World,
        account: &AccountId,
        introduction: &Introduction,
    ) -> Outcome<Result<VerifiedDevice, String>> {
        let initiator = introduction.initiator();
        let (certificate, claimed) = (initiator.certificate(), initiator.claimed_list());
        let mut status = self.meet(world, account)?.judge(certificate, claimed, world.now);
        if let SenderStatus::NeedNewerList { .. } = status {
            self.refresh(world, account)?;
            status = self.meet(world, account)?.judge(certificate, claimed, world.now);
        }
        Ok(match status {
            SenderStatus::Listed(device) => Ok(*device),
            other => Err(format!("sender {other:?}")),
        })
    }

    /// An authentic message. State first, then action: whatever happens after this is written down
    /// happens once.
    fn take(&mut self, world: &mut World, received: Received) -> Outcome<Fate> {
        let sender = received.sender;
        self.database.store(&self.endpoint, &sender, received.changes);
        self.watch(&sender, world);
        match Content::decode(&received.plaintext) {
            Ok(Incoming::Valid(content)) => self.act(world, &sender, &content)?,
            Ok(Incoming::Unsupported(_)) => {
                world.note(self.name, "got a message that needs a newer version");
            }
            Err(error) => return Ok(Fate::Refused(error.code().into())),
        }
        Ok(Fate::Taken)
    }

    fn act(&mut self, world: &mut World, from: &DeviceAddress, content: &Content) -> Outcome {
        if content.lists().own.version > self.meet(world, &from.account)?.list().version() {
            self.refresh(world, &from.account)?;
        }
        let accepted = Source::Peer { author: ContactState::Accepted };
        if may_send_receipt(ReceiptKind::Delivered, content, &accepted).is_ok() {
            // Also for one that we have: the receipt may be what was lost.
            let due = self.database.chat.receipts_due.entry(from.clone()).or_default();
            due.insert(content.id());
        }
        if !self.database.chat.seen.insert((from.account.clone(), content.id())) {
            world.meter.came_to("sent again, dropped by its id");
            return Ok(());
        }
        let clock = Clock::Received(content.sent_at());
        let taken = self.database.chat.history.take(&from.account, content, clock, world.now);
        if let Err(refused) = taken {
            world.note(self.name, &format!("does not do what a message asks: {refused}"));
        }
        match content.body() {
            Body::Text(text) => self.database.chat.inbox.push(Arrived {
                id: content.id(),
                from: from.clone(),
                sent_at: content.sent_at(),
                text: text.as_str().into(),
            }),
            Body::SenderKey(key) => self.take_story_key(world, from, key.body.as_bytes())?,
            Body::StoryView(_) | Body::StoryReply(_) | Body::StoryReaction(_) => {
                let answer = (from.account.clone(), content.clone());
                self.database.chat.story_answers.push(answer);
            }
            Body::Receipt(receipt) => self.delivered(from, receipt.ids()),
            Body::Retry(request) => self.answer_retry(world, from, request),
            Body::SessionReset(reset) => {
                let reason = reset.reason;
                world.note(
                    self.name,
                    &format!("hears that the other side begins anew ({reason:?})"),
                );
            }
            _ => {}
        }
        Ok(())
    }

    fn refused(&mut self, error: &OpenError) -> Outcome<Fate> {
        if let OpenError::Message { peer, wire_id, .. } = error {
            self.ask_again(peer, *wire_id)?;
        }
        Ok(Fate::Refused(codes(error)))
    }

    /// Somebody damaged a message of a session that we have: its sender can encrypt it again.
    fn ask_again(&mut self, peer: &DeviceAddress, wire_id: WireId) -> Outcome {
        let session = self.endpoint.sessions(peer).and_then(|sessions| sessions.active);
        let session = session.and_then(|id| id.as_bytes().first_chunk().copied());
        let request = Retry::new(wire_id.to_bytes(), session, 1, RetryReason::Body)?;
        self.database.chat.requests.push((peer.clone(), request.into()));
        Ok(())
    }
}

/// The code of an error, and of the one behind it.
pub(crate) fn codes(error: &OpenError) -> String {
    let behind = match error {
        OpenError::Envelope(error) => error.code(),
        OpenError::Handshake(error) => error.code(),
        OpenError::FirstMessage(error) | OpenError::Message { error, .. } => error.code(),
        _ => return error.code().into(),
    };
    format!("{}: {behind}", error.code())
}
