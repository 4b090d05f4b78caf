use core::time::Duration;

use super::{BodyKind, Conversation, ReceiptKind, SentAt};
use crate::limits::{CALL_LIFETIME, TYPING_TIMEOUT};
use crate::time::Timestamp;

/// What holds for all bodies of a kind. SPEC.md 12.4 prints it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct BodyProperties {
    /// Where it may be said.
    pub places: &'static [Place],
    /// The receipts that may answer it. Nothing that comes by itself is answered by itself, or two
    /// clients would never fall silent.
    pub receipts: &'static [ReceiptKind],
    /// Whether the disappearing-message timer applies to it: to what people see.
    pub expires: bool,
    /// Whether its author may change it later.
    pub editable: bool,
    /// Whether the author's other devices get a transcript.
    pub reflected: bool,
    /// Whether its author sends it again on request. What only serves the session that failed is
    /// not: a new session has taken its place.
    pub resent: bool,
    /// Whether it applies although its author is blocked: what keeps groups and sessions going, and
    /// shows nothing (V17).
    pub from_blocked: bool,
    /// How long after it was sent it still means something. `None`: for ever.
    pub lifetime: Option<Duration>,
}

/// Where a body may be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// Between two accounts.
    Peer,
    /// In a group, to all.
    Group,
    /// About a group, between two of its members.
    Member,
    /// To the audience of a story.
    Story,
    /// Among the devices of one account.
    OwnDevices,
}

impl BodyProperties {
    /// Whether such a body may be said in this conversation. Among own devices and between two
    /// accounts are the same conversation to a content, which does not know who they are.
    pub(super) fn allow(&self, conversation: &Conversation) -> bool {
        self.places.iter().any(|place| match (place, conversation) {
            (Place::Peer | Place::OwnDevices, Conversation::Peer)
            | (Place::Group | Place::Member, Conversation::Group(_))
            | (Place::Story, Conversation::Story) => true,
            (Place::Peer | Place::OwnDevices | Place::Group | Place::Member | Place::Story, _) => {
                false
            }
        })
    }
}

/// What people say and see: answered when it came and when it was read.
pub(super) const SAID: BodyProperties = BodyProperties {
    places: &[Place::Peer, Place::Group],
    receipts: &[ReceiptKind::Delivered, ReceiptKind::Read],
    expires: true,
    editable: false,
    reflected: true,
    resent: true,
    from_blocked: false,
    lifetime: None,
};

/// What people look at and listen to, and what they may caption anew.
pub(super) const MEDIA: BodyProperties = BodyProperties {
    receipts: &[
        ReceiptKind::Delivered,
        ReceiptKind::Read,
        ReceiptKind::Viewed,
        ReceiptKind::Played,
    ],
    editable: true,
    ..SAID
};

/// What tells about other messages, in the conversation that they are in.
pub(super) const ABOUT: BodyProperties = BodyProperties { receipts: &[], expires: false, ..SAID };

/// What is shown for a day: to an audience, or in a group.
pub(super) const STORY: BodyProperties =
    BodyProperties { places: &[Place::Story, Place::Group], resent: false, ..ABOUT };

/// What one account tells another, and nobody sees.
pub(super) const SIGNAL: BodyProperties =
    BodyProperties { places: &[Place::Peer], reflected: false, ..ABOUT };

/// What keeps the sessions between two devices working.
pub(super) const SESSION: BodyProperties = BodyProperties { resent: false, ..KEY };

/// Keys and group states on their way to one device.
pub(super) const KEY: BodyProperties =
    BodyProperties { places: &[Place::Peer, Place::OwnDevices], from_blocked: true, ..SIGNAL };

/// What the devices of one account tell each other.
pub(super) const OWN: BodyProperties = BodyProperties { places: &[Place::OwnDevices], ..SIGNAL };

/// What ends a call, or says that there is none.
pub(super) const CALL_END: BodyProperties = BodyProperties { resent: false, ..SIGNAL };

/// What begins a call and keeps it going: nothing of yesterday rings.
pub(super) const CALL: BodyProperties =
    BodyProperties { lifetime: Some(CALL_LIFETIME), ..CALL_END };

/// What tells a group of its calls.
pub(super) const GROUP_CALL: BodyProperties = BodyProperties { places: &[Place::Group], ..SIGNAL };

/// What is shown for a moment.
pub(super) const TYPING: BodyProperties = BodyProperties {
    places: &[Place::Peer, Place::Group],
    resent: false,
    lifetime: Some(TYPING_TIMEOUT),
    ..SIGNAL
};

/// Whether a body of this kind comes too late to mean anything (SPEC.md 12.6). A late
/// [`CallOffer`](super::CallOffer) or [`GroupCallRing`](super::GroupCallRing) is shown as a missed call;
/// anything else that is late is dropped.
///
/// `sent_at` is what [`time_of_sending`](super::time_of_sending) says. Better than the author's claim is
/// when the server took the message, if it says so and it is later.
#[must_use]
pub fn is_late(kind: BodyKind, sent_at: SentAt, received: Timestamp) -> bool {
    let (SentAt::Plausible { counts_as } | SentAt::Implausible { counts_as }) = sent_at;
    kind.properties().lifetime.is_some_and(|lifetime| received.since(counts_as) > lifetime)
}

#[cfg(test)]
mod tests {
    use super::super::time_of_sending;
    use super::*;

    #[test]
    fn calls_and_typing_come_late_and_what_was_said_does_not() {
        let sent = Timestamp::from_secs(1_800_000_000);
        let late = |kind, after: Duration| {
            let received = sent.saturating_add(after);
            is_late(kind, time_of_sending(sent, received), received)
        };
        let moment = Duration::from_millis(1);
        for kind in [BodyKind::CallOffer, BodyKind::CallIce, BodyKind::GroupCallRing] {
            assert!(!late(kind, CALL_LIFETIME));
            assert!(late(kind, CALL_LIFETIME + moment));
        }
        assert!(!late(BodyKind::Typing, TYPING_TIMEOUT));
        assert!(late(BodyKind::Typing, TYPING_TIMEOUT + moment));
        for kind in [BodyKind::Text, BodyKind::CallHangUp, BodyKind::GroupCallStart] {
            assert!(!late(kind, Duration::from_hours(24 * 365)));
        }
    }

    #[test]
    fn an_offer_from_a_clock_ahead_of_ours_is_not_late() {
        let received = Timestamp::from_secs(1_800_000_000);
        let ahead = received.saturating_add(Duration::from_hours(48));
        assert!(!is_late(BodyKind::CallOffer, time_of_sending(ahead, received), received));
    }
}
