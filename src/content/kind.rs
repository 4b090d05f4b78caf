use super::{Conversation, ReceiptKind};

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
}

/// Where a body may be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Place {
    /// Between two accounts.
    Peer,
    /// In a group.
    Group,
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
            | (Place::Group, Conversation::Group(_))
            | (Place::Story, Conversation::Story) => true,
            (Place::Peer | Place::OwnDevices | Place::Group | Place::Story, _) => false,
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
pub(super) const SESSION: BodyProperties = BodyProperties { resent: false, ..SIGNAL };
